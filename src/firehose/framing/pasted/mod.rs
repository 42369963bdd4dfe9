//! Payloads as people paste them: base64 in pieces, hex dumps, lists of bytes, and events
//! whose quotes an editor replaced.
//!
//! Each is asked only about what is nothing else, and takes only what comes to an end of
//! its own or shows by its form what it is: anything else stays lines of text.

mod byte_list;
mod dump;
mod pieces;
mod quotes;
mod shorthand;
#[cfg(test)]
mod tests;

use super::line::{Reading, line_start};
use super::lookahead::Lookahead;
use super::shape::Region;
use crate::bytes::part;
pub(super) use dump::may_be_hex;
pub(super) use quotes::region as with_other_quotes;
pub(super) use shorthand::{has_shorthand, shorthand};

/// The payload that starts on the line at `start`, which has no other reader.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    if start == line_end {
        return None;
    }
    dump::region(block, start, line_end, reading, ahead)
        .or_else(|| byte_list::region(block, start, line_end, reading, ahead))
        .or_else(|| pieces::region(block, start, line_end, reading, ahead))
}

/// The list of bytes that starts with the bracket on the line at `start`.
pub(super) fn list_of_bytes<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    byte_list::region(block, start, line_end, reading, ahead)
}

/// True if the line at `start` may be of something that goes on after it, or before it: a
/// look at a few bytes.
pub(super) fn may_go_on(block: &[u8], start: usize, line_end: usize) -> bool {
    let line = part(block, start..line_end);
    // The margin of a quotation is left of a blank line.
    if line.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'|')) {
        let before = part(block, ..start).trim_ascii_end();
        let before = part(before, line_start(block, before.len())..);
        return dump::is_heading(before) || pieces::is_open(before);
    }
    dump::may_go_on(line) || byte_list::may_go_on(line) || pieces::may_go_on(block, start, line)
}
