//! Waits for calls, but not past a signal, a panic or the time to stop.

use std::time::Duration;

use super::{from_now, now};
use crate::error::Error;
use crate::panics;
use crate::signals::Signals;
use firehose::time::Millis;

/// What a wait ended with.
#[derive(Debug)]
pub(super) enum Waited<T> {
    Done(T),
    /// The user stops it.
    Signal,
    /// `--timeout` is over.
    Late,
}

impl<T> Waited<T> {
    pub(super) const fn is_interrupted(&self) -> bool {
        matches!(self, Self::Signal)
    }

    /// What was waited for, if it came.
    pub(super) fn done(self) -> Option<T> {
        match self {
            Self::Done(done) => Some(done),
            Self::Signal | Self::Late => None,
        }
    }
}

/// What ends a wait early.
pub(super) struct Waits {
    pub(super) signals: Signals,
    /// When to stop.
    until: Option<Millis>,
}

impl Waits {
    /// Signals are taken from now on; `timeout` counts from `start`.
    pub(super) fn new(start: Millis, timeout: Option<Duration>) -> Result<Self, Error> {
        let until = timeout.map(|timeout| firehose::time::after(start, timeout));
        Ok(Self { signals: Signals::listen()?, until })
    }

    /// Waits for `work`, which is dropped where something ends the wait early. An error is
    /// a panic elsewhere.
    pub(super) async fn wait<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<Waited<T>, Error> {
        let until = self.until;
        let late = async {
            match until {
                Some(until) if until > now() => tokio::time::sleep(from_now(until)).await,
                Some(_) => {}
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            panic = panics::happened() => Err(panic),
            () = self.signals.next() => Ok(Waited::Signal),
            done = work => Ok(Waited::Done(done)),
            () = late => Ok(Waited::Late),
        }
    }
}
