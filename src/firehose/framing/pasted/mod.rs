//! Payloads as people paste them: base64 in pieces, hex dumps, lists of bytes, and events
//! whose quotes an editor replaced.
//!
//! Each is asked only about what is nothing else, and takes only what comes to an end of
//! its own or shows by its form what it is: anything else stays lines of text.

mod byte_list;
mod dump;
mod encoded;
mod fence;
mod pieces;
mod quoted_printable;
mod quotes;
mod shorthand;
#[cfg(test)]
mod tests;

use super::line::{Reading, line_start};
use super::lookahead::Lookahead;
use super::shape::Region;
use super::wrapped_line::is_mark;
use crate::bytes::part;
use crate::decode::base64_run;
pub(super) use quotes::region as with_other_quotes;
pub(super) use shorthand::{has_shorthand, shorthand};

/// Bytes of a line before what was pasted: a declaration, the name of a variable.
const MAX_BEFORE: usize = 160;

/// The shortest first piece of base64; shorter ones are words.
const MIN_PIECE: usize = 16;

/// The payload that starts on the line at `start`, which has no other reader.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    if !may_be_pasted(part(block, start..line_end)) {
        return None;
    }
    fence::region(block, start, line_end, reading, ahead)
        .or_else(|| encoded::region(block, start, line_end, reading, ahead))
        .or_else(|| quoted_printable::region(block, start, line_end, reading, ahead))
        .or_else(|| dump::region(block, start, line_end, reading, ahead))
        .or_else(|| byte_list::region(block, start, line_end, reading, ahead))
        .or_else(|| pieces::region(block, start, line_end, reading, ahead))
}

/// True if the line may be the first of a payload that was pasted: a look at a few bytes,
/// which hardly any line of text passes.
fn may_be_pasted(line: &[u8]) -> bool {
    let text = line.trim_ascii_end();
    let near = part(text, ..text.len().min(MAX_BEFORE));
    let starts = || near.iter().find(|byte| !is_mark(**byte)).is_some_and(u8::is_ascii_hexdigit);
    // A declaration, a call: what it opens is on the lines below, or is hexadecimal.
    let opens = || matches!(text.last(), Some(b'{' | b'[' | b'('));
    let has_hex = || memchr::memchr_iter(b'x', near).any(|at| part(near, ..at).ends_with(b"0"));
    // The shortest piece may have two signs of padding.
    base64_run(text, 0, MIN_PIECE - 2).is_some_and(|at| at <= MAX_BEFORE)
        || fence::may_open(text)
        || encoded::may_start(text)
        || starts()
        || opens()
        || has_hex()
}

/// True if a line that starts as base64 does may be of something else: the same look, for
/// lines that are looked at no closer.
pub(super) fn may_start(line: &[u8]) -> bool {
    dump::may_be_hex(line) || encoded::may_start(line) || pieces::opens_text(line)
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

/// True if something may start with this line whose end shows only on a line of its own.
#[inline]
pub(super) fn may_open(line: &[u8]) -> bool {
    match line.first() {
        Some(b'`' | b'-') => fence::may_open(line),
        Some(b'b') => encoded::begins(line),
        _ => false,
    }
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
    dump::may_go_on(line)
        || quoted_printable::is_broken(line)
        || byte_list::may_go_on(line)
        || pieces::may_go_on(block, start, line)
}
