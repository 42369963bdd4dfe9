//! Listens to log groups, one session each, for as long as the tail goes on.
//! A session that is lost is opened again; what it missed is fetched.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Place;
use crate::aws::{LiveNews, LogsClient, Selection};
use crate::error::Error;

/// Most log groups that are listened to: an account may have 15 sessions (user
/// guide, "CloudWatch Logs quotas").
pub(super) const MAX_SESSIONS: usize = 10;

/// Words of sessions that nobody has taken yet.
const WAITING: usize = 16;

/// From the end of a session to the next: twice as long after each failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// What a session says, by the number of its place.
#[derive(Debug)]
pub(super) enum Word {
    /// It is open.
    Open(usize),
    /// Something has arrived.
    News(usize, LiveNews),
    /// It is not open any more, or could not be opened.
    Lost(usize, Error),
}

/// The sessions of a tail.
#[derive(Debug)]
pub(super) struct Live {
    sender: mpsc::Sender<Word>,
    words: mpsc::Receiver<Word>,
    sessions: JoinSet<()>,
}

impl Live {
    /// No session yet.
    pub(super) fn new() -> Self {
        let (sender, words) = mpsc::channel(WAITING);
        Self { sender, words, sessions: JoinSet::new() }
    }

    /// Opens the sessions of these places, and no others.
    pub(super) fn open(&mut self, client: &LogsClient, places: &[Place]) {
        self.sessions.abort_all();
        for (number, place) in places.iter().enumerate().take(MAX_SESSIONS) {
            let (client, sender) = (client.clone(), self.sender.clone());
            self.sessions.spawn(listen(client, place.selection.clone(), number, sender));
        }
    }

    /// Waits for a word; for ever if there is no session. Safe to drop.
    pub(super) async fn next(&mut self) -> Word {
        match self.words.recv().await {
            Some(word) => word,
            None => std::future::pending().await,
        }
    }
}

/// Keeps a session open until nobody listens any more.
async fn listen(
    client: LogsClient,
    selection: Selection,
    number: usize,
    words: mpsc::Sender<Word>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let error = match client.listen(&selection).await {
            // The tail tells that it is not there.
            Ok(None) => None,
            Ok(Some(mut session)) => {
                if words.send(Word::Open(number)).await.is_err() {
                    return;
                }
                loop {
                    match session.next().await {
                        Ok(Some(news)) => {
                            pause = FIRST_PAUSE;
                            if words.send(Word::News(number, news)).await.is_err() {
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
            && words.send(Word::Lost(number, error)).await.is_err()
        {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(MAX_PAUSE);
    }
}
