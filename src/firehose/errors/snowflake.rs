//! The code for delivery to Snowflake.
//!
//! Source: the developer guide (example of a Snowflake failure record).

use super::{BLANK, COUNT, DECODE, Explanation, Family, code};

pub(super) const ALL: &[Explanation] = &[code::SNOWFLAKE_INVALID_COLUMNS.explained(Explanation {
    family: Family::Snowflake,
    happened: "The Snowflake table has columns that cannot be streamed into.",
    lost: "Nothing for good: what the table did not take is kept in the bucket for backups, \
           below snowflake-failed/ or your error output prefix, in rawData.",
    look: &["errorMessage: it says which kind of column. AWS's example names AUTOINCREMENT, \
             IDENTITY, GEO, and columns with a default value or a collation."],
    change: &["Change those columns, or load into a table without them."],
    again: &[DECODE, COUNT],
    ..BLANK
})];
