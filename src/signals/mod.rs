//! Somebody says stop: Ctrl-C, `kill`, a terminal that is closed.

#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{Signals, before_end, end, end_now, ignored, is_handled, lent, or_signal};
#[cfg(not(unix))]
pub(crate) use windows::{Signals, before_end, end_now, lent, or_signal};
