//! S3 asks to slow down: for how long, and telling the user.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::aws::Session;

/// After this long with refusals, the user is told.
const SILENCE: Duration = Duration::from_secs(3);

/// After this long without any, the next one is the first again: longer than a request
/// that was refused waits.
const OVER: Duration = Duration::from_secs(8);

/// What the user is told.
const NOTICE: &str = "S3 asks to slow down (SlowDown): continuing with fewer requests at a time";

/// How long S3 has asked to slow down.
#[derive(Debug, Default)]
pub(in crate::aws) struct SlowDown {
    since: Mutex<Since>,
    is_long: Notify,
}

#[derive(Debug, Default)]
struct Since {
    /// The first refusal after a while without any, and the last.
    refusals: Option<(Instant, Instant)>,
    was_told: bool,
}

impl SlowDown {
    pub(super) fn refused(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let recent = since.refusals.filter(|(_, last)| now.duration_since(*last) < OVER);
        let first = recent.map_or(now, |(first, _)| first);
        since.refusals = Some((first, now));
        if !since.was_told && now.duration_since(first) >= SILENCE {
            since.was_told = true;
            self.is_long.notify_one();
        }
    }
}

impl Session {
    /// Waits until S3 has asked to slow down for a while: a message for the user, once in
    /// a session.
    pub async fn slowed_down(&self) -> &'static str {
        self.slow_down.is_long.notified().await;
        NOTICE
    }

    /// Does `work`; if that takes long because S3 wants it to, `tell` gets the message.
    pub async fn telling<T>(
        &self,
        work: impl Future<Output = T>,
        tell: impl AsyncFnOnce(&'static str),
    ) -> T {
        let mut work = pin!(work);
        let notice = tokio::select! {
            biased;
            end = &mut work => return end,
            notice = self.slowed_down() => notice,
        };
        tell(notice).await;
        work.await
    }
}
