//! The events of a console. Where nothing listens, Windows ends the process.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

use crate::error::Error;

/// Exit code of a process that Ctrl-C has ended (`STATUS_CONTROL_C_EXIT`).
const ENDED_BY_CTRL_C: i32 = 0xC000_013A_u32.cast_signed();

/// Nothing is done before an event ends the process.
pub(crate) fn before_end(_act: fn()) {}

/// Waits for `read`: Ctrl-C ends the process.
#[expect(clippy::unnecessary_wraps, reason = "on Unix it may fail")]
pub(crate) fn or_signal<T: Send + 'static>(
    read: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    Ok(Some(read()))
}

/// The events that end a run.
#[derive(Debug)]
pub(crate) struct Signals {
    ctrl_c: CtrlC,
    ctrl_break: CtrlBreak,
    close: CtrlClose,
}

impl Signals {
    /// From now on they come here.
    pub(crate) fn listen() -> Result<Self, Error> {
        let listen =
            || Ok(Self { ctrl_c: ctrl_c()?, ctrl_break: ctrl_break()?, close: ctrl_close()? });
        listen().map_err(|error: io::Error| Error::internal(format!("no signals: {error}")))
    }

    /// Waits for the next. Safe to drop while it waits.
    pub(crate) async fn next(&mut self) {
        poll_fn(|context| {
            let has_come = self.ctrl_c.poll_recv(context).is_ready()
                || self.ctrl_break.poll_recv(context).is_ready()
                || self.close.poll_recv(context).is_ready();
            if has_come { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Runs `run`, another program at this console.
pub(crate) fn lent<T>(run: impl FnOnce() -> T) -> T {
    run()
}

/// Ends the process as Ctrl-C does where nothing catches it.
#[expect(clippy::exit, reason = "nothing else ends a process whose threads wait")]
pub(crate) fn end_now() {
    std::process::exit(ENDED_BY_CTRL_C)
}
