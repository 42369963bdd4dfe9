//! Records come from a thread of their own, for reading may block.

use std::thread;

use tokio::sync::mpsc::{Receiver, channel};

use crate::error::Error;
use crate::panics;
use firehose::put::PendingRecord;

/// Pieces that are read ahead.
const AHEAD: usize = 4;

/// What comes of an input.
#[derive(Debug)]
pub enum FeedItem {
    /// Records, with numbers that count up.
    Records(Vec<PendingRecord>),
    /// What cannot be sent, and why; the rest is sent.
    LeftOut(Error),
    /// Something that the user should know.
    Notice(String),
    /// Why nothing more comes.
    Failed(Error),
}

/// Records on their way from an input.
#[derive(Debug)]
pub struct Feed {
    pieces: Receiver<FeedItem>,
    /// Its thread died, which was reported.
    is_dead: bool,
}

impl Feed {
    /// Begins to read. The thread ends with the input, or when the feed is
    /// dropped; one that waits for a terminal ends with the process.
    pub fn start(pieces: impl Iterator<Item = FeedItem> + Send + 'static) -> Self {
        let (sender, receiver) = channel(AHEAD);
        thread::spawn(move || {
            for piece in pieces {
                if sender.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        Self { pieces: receiver, is_dead: false }
    }

    /// What comes next; nothing at the end. Safe to drop while it waits.
    pub async fn next(&mut self) -> Option<FeedItem> {
        if let Some(piece) = self.pieces.recv().await {
            return Some(piece);
        }
        // The end of a thread that died is not that of the input.
        let panic = panics::first().filter(|_| !self.is_dead)?;
        self.is_dead = true;
        Some(FeedItem::Failed(panic))
    }
}
