//! The question before records are sent.

use crate::context::Context;
use crate::error::{Error, ErrorKind};

/// Asks; if the run is interrupted instead, says that nothing was sent.
pub(in crate::commands) fn before_sending(
    question: &str,
    context: &Context,
) -> Result<bool, Error> {
    context.confirm(question).inspect_err(|error| {
        if error.kind() == ErrorKind::Interrupted {
            context.info(NOTHING_SENT);
        }
    })
}

/// Asks on a terminal whether to send `what` to a stream, unless that is `agreed`; true
/// if it may be sent.
pub(in crate::commands) fn may_send(
    what: &str,
    stream: &str,
    agreed: bool,
    context: &Context,
) -> Result<bool, Error> {
    if agreed || !context.can_ask() {
        return Ok(true);
    }
    before_sending(&format!("Send {what} to `{stream}`?"), context)
}

/// What is printed after a no.
pub(in crate::commands) const NOTHING_SENT: &str = "fh: nothing was sent";
