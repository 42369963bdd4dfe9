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

/// Refuses to send what a user has not agreed to, where there is no terminal to ask on.
pub(in crate::commands) fn must_be_able_to_ask(context: &Context) -> Result<(), Error> {
    if context.can_ask() {
        return Ok(());
    }
    Err(Error::user("nothing was sent: there is no terminal to ask on")
        .hint("`--yes` sends without asking, `--dry-run` sends nothing"))
}

/// What is printed after a no.
pub(in crate::commands) const NOTHING_SENT: &str = "fh: nothing was sent";
