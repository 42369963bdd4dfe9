//! Codes of the transform: what is wrong with its response, why a call of it
//! failed, and what Lambda could not do.

mod invocation;
mod response;
mod service;

pub(super) use invocation::ALL as INVOCATION;
pub(super) use response::ALL as RESPONSE;
pub(super) use service::ALL as SERVICE;

use super::{BLANK, INVOKE_DEPLOYED, MAKE_EVENT};
use crate::errors::{Explanation, Family};

/// A call that failed: the whole batch fails.
pub(super) const CALL: Explanation = Explanation {
    family: Family::Lambda,
    lost: "Nothing for good: none of the records is delivered, but each is kept as it was before \
           the transform, in rawData of a failure object below processing-failed/ or your error \
           output prefix. For a destination other than S3 that is in the bucket for backups.",
    again: &[MAKE_EVENT, INVOKE_DEPLOYED],
    ..BLANK
};
