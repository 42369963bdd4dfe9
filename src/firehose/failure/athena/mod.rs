//! Failure records counted by Athena, in S3.
//!
//! SQL counts only what it cannot get wrong: a plain record is alone on its line and
//! has each key that matters once. An object with anything else in it (a damaged
//! record, two on a line, printed on several lines, packed without an ending that
//! shows it, a manifest) is named instead, and is read by `fh`, all of it. What SQL
//! counts is merged with what `fh` has read into the same groups.
//!
//! ```text
//! AthenaQuery ─▶ Statement ─▶ rows ─▶ Counted ─▶ FailureGroups::add_counted
//! ```

mod counted;
mod merge;
mod query;

pub use counted::{Candidate, Counted, CountedKind, KindKey};
pub use query::{
    AthenaQuery, LONGEST_PARAMETER, MAX_CONTROLS, MAX_FOLDERS, MAX_OBJECTS, PACKED_ENDINGS,
    Statement, is_athena_name,
};

/// Longest base64 of a CloudWatch Logs control message, gzipped: those that
/// people published have less than 500 bytes.
pub const MAX_CONTROL: usize = 2048;

/// What base64 of gzip starts with, and of JSON that starts as an unpacked
/// control message does.
pub const CONTROL_GZIP: &str = "H4sI";
/// See [`CONTROL_GZIP`].
pub const CONTROL_UNPACKED: &str = "eyJtZXNzYWdlVHlwZSI6IkNPTlRST0xf";
