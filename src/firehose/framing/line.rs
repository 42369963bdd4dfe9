//! Lines of a block, and how much of the block has come.

use crate::bytes::part;
use crate::decode::{GZIP_MAGIC, literal_newlines};
use crate::json;

/// What is read: a block, or its start as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing follows: what is open stays open.
    Whole,
    /// A document that is open at the end may be closed by what follows.
    Part,
}

/// Returns the offset of the newline that ends the line at `at`, or of a gzip
/// member that starts within it, or the end of the block.
pub(super) fn end_of_line(block: &[u8], at: usize) -> usize {
    let mut from = at;
    loop {
        let rest = part(block, from..);
        let Some(found) = memchr::memchr2(b'\n', GZIP_MAGIC[0], rest) else {
            return block.len();
        };
        from += found;
        let is_end =
            rest.get(found) == Some(&b'\n') || part(rest, found..).starts_with(&GZIP_MAGIC);
        if is_end {
            return from;
        }
        from += 1;
    }
}

/// Returns the offset at which the line that `at` is on starts.
pub(super) fn line_start(block: &[u8], at: usize) -> usize {
    let before = part(block, ..at);
    memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)
}

/// True if the line after one that ends in `last` is more of the same value.
pub(super) const fn opens_more(last: Option<u8>) -> bool {
    matches!(last, Some(b'{' | b'[' | b'(' | b',' | b':' | b'+'))
}

/// True if a line that starts with `first` may be more of the value on the line before it.
pub(super) const fn goes_on(first: Option<u8>) -> bool {
    matches!(
        first,
        None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'}' | b']' | b')' | b',' | b':' | b'+' | b'.')
    )
}

/// Leaves carriage returns at the end of a line out.
pub(super) fn trim_end(block: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && matches!(block.get(end - 1), Some(b'\r' | b'\n')) {
        end -= 1;
    }
    end
}

/// Returns true if nothing but blanks, a comma or another value follows on the
/// line: `[INFO] text` is no JSON.
pub(super) fn ends_its_line(block: &[u8], at: usize) -> bool {
    let rest = part(block, at..);
    let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b','));
    matches!(next, None | Some(b'\n' | b'[' | b'{'))
}

/// Skips blanks and one comma behind a value that was pasted out of a list, and
/// newlines that were written as a backslash and a letter.
pub(super) fn skip_separator(block: &[u8], end: usize) -> usize {
    let after = json::skip_space(block, end);
    match block.get(after) {
        Some(b',') => after + 1,
        Some(b'\\') => {
            let literal = after + literal_newlines(part(block, after..));
            let next = block.get(json::skip_space(block, literal));
            let is_next = matches!(next, None | Some(b'{' | b'['));
            let is_line_end = matches!(block.get(literal), Some(b'\n' | b'\r'));
            if literal > after && (is_next || is_line_end) { literal } else { end }
        }
        _ => end,
    }
}
