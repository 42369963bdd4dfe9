//! Listens to log groups, one session each, for as long as the tail runs.
//! A session that is lost is opened again; what it missed is fetched.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::TailedGroup;
use crate::aws::{LiveUpdate, LogsClient, Selection};
use crate::error::Error;

/// Most log groups that are listened to: an account may have 15 sessions (user
/// guide, "CloudWatch Logs quotas").
pub(super) const MAX_SESSIONS: usize = 10;

/// Messages of sessions that wait to be taken.
const WAITING: usize = 16;

/// From the end of a session to the next: twice as long after each failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// A message of a session, with the number of its place.
#[derive(Debug)]
pub(super) enum LiveMessage {
    /// It is open.
    Open(usize),
    /// Something has arrived.
    Update(usize, LiveUpdate),
    /// It is not open any more, or could not be opened.
    Lost(usize, Error),
}

/// The sessions of a tail.
#[derive(Debug)]
pub(super) struct Live {
    sender: mpsc::Sender<LiveMessage>,
    messages: mpsc::Receiver<LiveMessage>,
    sessions: JoinSet<()>,
}

impl Live {
    /// No session yet.
    pub(super) fn new() -> Self {
        let (sender, messages) = mpsc::channel(WAITING);
        Self { sender, messages, sessions: JoinSet::new() }
    }

    /// Opens the sessions of these places, and no others.
    pub(super) fn open(&mut self, client: &LogsClient, places: &[TailedGroup]) {
        self.sessions.abort_all();
        for (number, place) in places.iter().enumerate().take(MAX_SESSIONS) {
            let (client, sender) = (client.clone(), self.sender.clone());
            self.sessions.spawn(listen(client, place.selection.clone(), number, sender));
        }
    }

    /// Waits for a message; for ever if there is no session. Safe to drop.
    pub(super) async fn next(&mut self) -> LiveMessage {
        match self.messages.recv().await {
            Some(message) => message,
            None => std::future::pending().await,
        }
    }
}

/// Keeps a session open until the receiver is dropped.
async fn listen(
    client: LogsClient,
    selection: Selection,
    number: usize,
    messages: mpsc::Sender<LiveMessage>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match client.listen(&selection).await {
            // The tail tells that it is not there.
            Ok(None) => None,
            Ok(Some(mut session)) => {
                if messages.send(LiveMessage::Open(number)).await.is_err() {
                    return;
                }
                loop {
                    match session.next().await {
                        Ok(Some(update)) => {
                            pause = FIRST_PAUSE;
                            if messages.send(LiveMessage::Update(number, update)).await.is_err() {
                                return;
                            }
                        }
                        Ok(None) => break None,
                        Err(error) => break Some(error),
                    }
                }
            }
            Err(error) => Some(error),
        };
        if let Some(error) = error
            && messages.send(LiveMessage::Lost(number, error)).await.is_err()
        {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(MAX_PAUSE);
    }
}
