//! Lines of a block, and how much of the block has come.

use crate::bytes::part;
use crate::decode::GZIP_MAGIC;

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

/// Leaves carriage returns at the end of a line out.
pub(super) fn trim_end(block: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && matches!(block.get(end - 1), Some(b'\r' | b'\n')) {
        end -= 1;
    }
    end
}
