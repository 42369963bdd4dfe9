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

/// What is printed after a no.
pub(in crate::commands) const NOTHING_SENT: &str = "fh: nothing was sent";
