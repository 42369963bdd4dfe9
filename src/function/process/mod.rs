//! A process in a group of its own: its output, its memory, its end.

#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
mod windows;

use firehose::transform::invocation::{Exit, LogStream};
#[cfg(unix)]
pub(super) use unix::Process;
#[cfg(not(unix))]
pub(super) use windows::Process;

/// Takes what a process writes.
pub(super) type Sink<'a> = &'a mut (dyn FnMut(LogStream, &[u8]) + Send);

/// Why a process was not waited for any longer.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(unix), expect(dead_code, reason = "nothing runs there"))]
pub(super) enum Stop {
    /// It ended by itself.
    Exited(Exit),
    /// The deadline came first.
    TimedOut,
    /// It used more memory than allowed.
    OutOfMemory,
}
