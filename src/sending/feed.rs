//! Records come from a thread of their own, for reading may block.

use std::thread::{self, JoinHandle};

use tokio::sync::mpsc::{Receiver, channel};

use crate::error::Error;
use crate::firehose::delivery::Outgoing;

/// Pieces that are read ahead.
const AHEAD: usize = 4;

/// What comes of an input.
#[derive(Debug)]
pub enum Fed {
    /// Records, with numbers that count up.
    Records(Vec<Outgoing>),
    /// What cannot be sent, and why; the rest goes on.
    LeftOut(Error),
    /// Something that the user should know.
    Notice(String),
    /// Why nothing more comes.
    Failed(Error),
}

/// Records on their way from an input.
#[derive(Debug)]
pub struct Feed {
    pieces: Receiver<Fed>,
    thread: Option<JoinHandle<()>>,
}

impl Feed {
    /// Begins to read. The thread ends with the input, or when nobody wants
    /// more; one that waits for a terminal ends with the process.
    pub fn start(pieces: impl Iterator<Item = Fed> + Send + 'static) -> Self {
        let (sender, receiver) = channel(AHEAD);
        let thread = thread::spawn(move || {
            for piece in pieces {
                if sender.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        Self { pieces: receiver, thread: Some(thread) }
    }

    /// What comes next; nothing at the end. Safe to drop while it waits.
    pub async fn next(&mut self) -> Option<Fed> {
        if let Some(piece) = self.pieces.recv().await {
            return Some(piece);
        }
        // An end that is none must not pass for one.
        let panicked = self.thread.take().is_some_and(|thread| thread.join().is_err());
        panicked.then(|| Fed::Failed(Error::internal("the reader of the input broke down")))
    }
}
