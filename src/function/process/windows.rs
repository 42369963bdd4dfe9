//! There is none.

use std::io;

use tokio::process::{ChildStdin, Command};
use tokio::time::Instant;

use super::{Sink, Stop};

/// A process that never runs.
#[derive(Debug)]
pub(in crate::function) enum Process {}

impl Process {
    /// Fails. Commands refuse before.
    pub(in crate::function) fn spawn(_: Command, _: Option<u64>) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::function) const fn stdin(&mut self) -> Option<ChildStdin> {
        match *self {}
    }

    pub(in crate::function) fn is_alive(&mut self) -> bool {
        match *self {}
    }

    pub(in crate::function) fn most_memory(&mut self) -> Option<u64> {
        match *self {}
    }

    pub(in crate::function) const fn ask(&self) {
        match *self {}
    }

    pub(in crate::function) async fn until<T>(
        &mut self,
        _: impl Future<Output = T>,
        _: Instant,
        _: Sink<'_>,
    ) -> Result<T, Stop> {
        match *self {}
    }

    pub(in crate::function) async fn kill(self, _: Sink<'_>) {
        match self {}
    }
}
