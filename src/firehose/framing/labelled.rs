//! Wrapped base64 with a label before its first line, `data: H4sI…`, as in YAML, a
//! ticket or `Format-List` of PowerShell. The lines below may be longer than what is left of the
//! first, and indented.
//!
//! Only what has an end of its own and comes to it is one record: anything else stays
//! lines of text.

use super::line::{Reading, end_of_line};
use super::lookahead::Lookahead;
use super::shape::{Region, Shape};
use super::wrapped_line::{
    bare, is_piece, may_go_on, next_line, quoted_value, starts_another, value_of,
};
use crate::bytes::part;
use crate::decode::{Ending, Line, decode_open, guess_compression};
use crate::limits::MAX_RECORD;

/// Bytes of base64 that are looked at together: more than that of the largest record.
const MAX_LENGTH: usize = 2 * MAX_RECORD;

/// The record whose label, or the mark of a quotation, starts the line at `start`, if it goes on
/// below.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let first = value_of(part(block, bare(block, start, line_end)))
        .or_else(|| quoted_value(block, start, line_end))?;
    if !may_go_on(block, start, line_end, reading) {
        return None;
    }
    ahead.base64.spend(first.len());
    let is_begun = match ahead.sniffer.line(first) {
        Line::Start => true,
        Line::Unknown => decode_open(first).is_some_and(|bytes| guess_compression(&bytes)),
        Line::Whole | Line::Text { .. } => false,
    };
    if ahead.base64.left() == 0 || !is_begun {
        return None;
    }
    let is_part = reading == Reading::Part;
    let mut text = first.to_vec();
    let (mut end, mut below) = (line_end, None);
    // Without the last line, which may be another record.
    let mut before = (text.len(), line_end);
    loop {
        let next = end + 1;
        if next >= block.len() {
            if is_part {
                return Some(Region::unfinished(block, start));
            }
            break;
        }
        let next_end = end_of_line(block, next);
        if is_part && next_end >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        let line = bare(block, next, next_end);
        let (prefix, width) = *below.get_or_insert((part(block, next..line.start), line.len()));
        let Some(line) = next_line(block, next, prefix) else { break };
        let line = part(block, line);
        if line.len() > width || !is_piece(line, width) || starts_another(&text, line) {
            break;
        }
        before = (text.len(), end);
        text.extend_from_slice(line);
        end = next_end;
        if line.len() < width || line.ends_with(b"=") {
            break;
        }
        if text.len() > MAX_LENGTH {
            return None;
        }
    }
    for (length, end) in [(text.len(), end), before] {
        text.truncate(length);
        ahead.base64.spend(length);
        let is_whole =
            |bytes: Vec<u8>| ahead.sniffer.ending(&bytes, bytes.len()) == Ending::At(bytes.len());
        if end > line_end && decode_open(&text).is_some_and(is_whole) {
            return Some(Region { start, body: start..end, end, shape: Shape::Bytes(text, None) });
        }
    }
    None
}
