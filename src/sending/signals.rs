//! Ctrl-C and its kin.

use tokio::signal::unix::{self, SignalKind, signal};

use crate::error::Error;

/// A signal that says stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// From `kill`, or a machine that shuts down.
    Terminate,
    /// The terminal is gone.
    Hangup,
}

/// Waits for them.
pub(crate) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
}

impl Signals {
    /// From now on they do not kill the process.
    pub(crate) fn new() -> Result<Self, Error> {
        let listen =
            |kind| signal(kind).map_err(|error| Error::internal(format!("no signals: {error}")));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.hangup.recv() => Signal::Hangup,
        }
    }
}
