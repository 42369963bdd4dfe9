//! Python's `b'…'` over several lines, as a terminal or a mail program wraps it.

use std::ops::Range;

use super::line::{Reading, end_of_line, trim_end};
use super::print::{byte_string, byte_strings};
use super::printed_bytes::is_payload;
use super::shape::{Region, Shape};
use super::wrapped_line::{is_mark, prefix};
use crate::bytes::part;
use crate::json;
use crate::limits::MAX_RECORD;

/// Characters of a literal: a byte takes up to four.
const MAX_LENGTH: usize = 4 * MAX_RECORD;

/// Returns where a literal is on the line that `text` starts with, if one begins it: only
/// marks of a quotation and blanks may stand before it.
#[inline]
pub(super) fn begins(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let at = match first {
        b'b' => 0,
        first if is_mark(first) => prefix(text).len(),
        _ => return None,
    };
    matches!(part(text, at..), [b'b', b'\'' | b'"', ..]).then_some(at)
}

/// True if the literal at `at` does not end on its line: what follows may be of it.
pub(super) fn is_open(block: &[u8], at: usize) -> bool {
    byte_string(part(block, at..end_of_line(block, at)), 0).is_none()
}

/// The payload that starts as `b'…` on the line at `start` and ends on a later one.
pub(super) fn region(
    block: &[u8],
    start: usize,
    line_end: usize,
    reading: Reading,
) -> Option<Region<'_>> {
    let marks = prefix(part(block, start..line_end));
    if let Some(first) = broken_off(block, start, line_end) {
        return literals(block, start, first, reading);
    }
    if part(block, start + marks.len()..).starts_with(b"(b") {
        return literals(block, start, start + marks.len() + 1, reading);
    }
    let [b'b', quote @ (b'\'' | b'"'), ..] = part(block, start + marks.len()..line_end) else {
        return None;
    };
    let mut text = Vec::new();
    let (mut at, mut looked, mut is_escaped) = (start, 2, false);
    loop {
        let end = end_of_line(block, at);
        let line = part(block, at..trim_end(block, at, end));
        let Some(line) = line.strip_prefix(marks) else {
            let is_open = reading == Reading::Part && end >= block.len();
            return is_open.then(|| Region::unfinished(block, start));
        };
        text.extend_from_slice(line);
        for byte in part(&text, looked.min(text.len())..) {
            if !is_escaped && byte == quote {
                return closed(block, start..end, at, &text);
            }
            is_escaped = *byte == b'\\' && !is_escaped;
        }
        looked = text.len();
        if end >= block.len() {
            return (reading == Reading::Part).then(|| Region::unfinished(block, start));
        }
        if text.len() > MAX_LENGTH {
            return None;
        }
        at = end + 1;
    }
}

/// Where the literal starts that ends the line, and has another below it: `pprint` breaks
/// the value of a dictionary so.
fn broken_off(block: &[u8], start: usize, line_end: usize) -> Option<usize> {
    let below = part(block, json::skip_space(block, line_end)..);
    let is_indented = part(block, line_end..).get(1).is_some_and(|it| is_mark(*it));
    if !is_indented || !matches!(below, [b'b', b'\'' | b'"', ..]) {
        return None;
    }
    let end = trim_end(block, start, line_end);
    let line = part(block, start..end);
    let quotes = memchr::memchr2_iter(b'\'', b'"', line).filter_map(|quote| quote.checked_sub(1));
    let starts = quotes.filter(|at| {
        let before = at.checked_sub(1).and_then(|before| line.get(before));
        line.get(*at) == Some(&b'b') && matches!(before, Some(b' ' | b'[' | b'(' | b'{' | b'='))
    });
    let ends_line = |at: usize| byte_string(line, at).is_some_and(|(_, end)| end == line.len());
    starts.filter(|at| ends_line(*at)).map(|at| start + at).next()
}

/// A payload as `pprint` breaks it: in literals, one a line, with brackets around them.
/// Each of the lines but the first begins with a blank, so that no block is cut there.
fn literals(block: &[u8], start: usize, first: usize, reading: Reading) -> Option<Region<'_>> {
    let (bytes, last) = byte_strings(block, first)?;
    if memchr::memmem::find(part(block, first..last), b"\nb").is_some() {
        return None;
    }
    let end = end_of_line(block, last);
    let after = part(block, last..trim_end(block, last, end)).trim_ascii();
    if !matches!(after.first(), Some(b')' | b'}' | b']' | b',')) {
        let rest = part(block, json::skip_space(block, last)..);
        let is_literal = b"b'".starts_with(rest) || matches!(rest, [b'b', b'\'' | b'"', ..]);
        let is_open = reading == Reading::Part && is_literal && !rest.contains(&b'\n');
        return (is_open && bytes.len() <= MAX_RECORD).then(|| Region::unfinished(block, start));
    }
    let is_all = after.iter().all(|it| matches!(it, b' ' | b',' | b')' | b'}' | b']'));
    let has_lines = part(block, first..last).contains(&b'\n');
    let body = start..trim_end(block, start, end);
    let is_literals = is_all && has_lines && is_payload(&bytes);
    is_literals.then_some(Region { start, body, end, shape: Shape::Bytes(bytes, None) })
}

/// The literal `text`, whose last line starts at `last`.
fn closed<'a>(block: &[u8], lines: Range<usize>, last: usize, text: &[u8]) -> Option<Region<'a>> {
    let (bytes, end) = byte_string(text, 0)?;
    let is_all = part(text, end..).iter().all(|it| matches!(it, b' ' | b',' | b')'));
    if last == lines.start || !is_all || !is_payload(&bytes) {
        return None;
    }
    let body = lines.start..trim_end(block, lines.start, lines.end);
    Some(Region { start: lines.start, body, end: lines.end, shape: Shape::Bytes(bytes, None) })
}
