//! Codes for delivery to Redshift: objects go to S3 first, then a COPY loads
//! them. `copy` has those of the command and the data, `cluster` those of the
//! database: access, connection, room.
//!
//! `AuthenticationFailed` was captured in an error event. What becomes of the
//! objects is in "Handle data delivery failures".

mod cluster;
mod copy;

pub(super) use cluster::ALL as CLUSTER;
pub(super) use copy::ALL as COPY;

use super::{BLANK, COUNT_EVENTS};
use crate::errors::code::documented;
use crate::errors::{Attempts, ErrorCode, Explanation, Family, Scope};

const BASE: Explanation = Explanation {
    family: Family::Redshift,
    lost: "Nothing for good: the objects were written to the bucket before the COPY and stay \
           there. A manifest below errors/ lists those that were not loaded, for a COPY by hand. \
           There are no failure records to decode.",
    again: &[COUNT_EVENTS],
    ..BLANK
};

const fn redshift(code: &'static str, message: &'static str) -> ErrorCode {
    documented(code, Attempts::RetryDuration, Scope::Delivery).with_message(message)
}
