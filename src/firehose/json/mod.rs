//! JSON by its tokens: checked strictly, never parsed into a tree.
//!
//! A debugger must not change what it shows. Trees of values sort keys, drop
//! duplicates and round numbers, so everything here walks the text itself:
//! [`skip_value`] checks the grammar of RFC 8259 and finds where a value ends,
//! [`values`] does so for a sequence, [`Formatter`] lays the same tokens out
//! again, [`fields`] and [`elements`] look one level into a value, and [`Token`]
//! makes text of one. Strings are checked for their escapes, not for UTF-8:
//! callers who show text check that first.

use std::ops::Range;

mod format;
mod scan;
mod string;
mod token;
mod walk;

pub use format::{Formatter, Shape, Style};
pub use scan::{JsonError, JsonErrorKind, is_space, skip_space};
pub use string::{escape_controls, is_control, push_string};
pub use token::Token;
pub(crate) use walk::fields_within;
pub use walk::{Elements, Field, Fields, elements, fields};

/// Returns where the JSON value that starts at `at` ends.
///
/// `at` must be at the first byte of the value, not at white space.
pub fn skip_value(source: &[u8], at: usize) -> Result<usize, JsonError> {
    scan::value(source, at, &mut scan::Stack::default(), &mut ())
}

/// Where the values of a sequence stand, white space or nothing between them: up
/// to the end of `source` or the first that is not valid.
pub fn values(source: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = skip_space(source, at);
        at = skip_value(source, start).ok()?;
        Some(start..at)
    })
}
