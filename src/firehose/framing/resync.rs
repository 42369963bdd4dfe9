//! Finds the next failure object behind one that is damaged.
//!
//! Failure objects are large files of many records: one that was cut must not
//! take the records after it along.

use std::ops::Range;

use super::envelope::Keys;
use super::line::Reading;
use crate::json::{self, JsonErrorKind};

/// Brackets behind the damage that are tried.
const MAX_CANDIDATES: usize = 64;

/// Returns where the first whole failure object within `range` starts.
pub(super) fn next_failure(block: &[u8], range: Range<usize>, reading: Reading) -> Option<usize> {
    let text = block.get(range.clone())?;
    memchr::memmem::find(text, b"\"rawData\"")?;
    for found in memchr::memchr_iter(b'{', text).take(MAX_CANDIDATES) {
        let at = range.start + found;
        if block.get(json::skip_space(block, at + 1)) != Some(&b'"') {
            continue;
        }
        match Keys::read(block, at) {
            Ok((keys, _)) if keys.is_failure() => return Some(at),
            // The rest of it may come.
            Err(error)
                if reading == Reading::Part && error.kind == JsonErrorKind::UnexpectedEnd =>
            {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// True if a failure object at `object` is printed in a line of a log that
/// starts at `start`; false if what stands before it is left of another object.
pub(super) fn is_in_log_line(block: &[u8], start: usize, object: usize) -> bool {
    let before = block.get(start..object).unwrap_or_default();
    let is_line = start == 0 || block.get(start - 1) == Some(&b'\n');
    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\t' && *byte != 0x1b;
    is_line
        && !before.starts_with(b"{")
        && memchr::memmem::find(before, b"\":").is_none()
        && before.last().is_none_or(|last| matches!(last, b' ' | b'\t' | b':' | b'='))
        && !before.iter().any(is_control)
}

/// True if a failure object starts at `at`.
pub(super) fn is_failure(block: &[u8], at: usize) -> bool {
    block.get(at) == Some(&b'{') && Keys::read(block, at).is_ok_and(|(keys, _)| keys.is_failure())
}
