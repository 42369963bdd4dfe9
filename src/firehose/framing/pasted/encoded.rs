//! Payloads in other encodings than base64: base32, uuencode, percent-encoding.

use std::ops::Range;

use super::super::envelope::is_envelope;
use super::super::line::{Reading, end_of_line, trim_end};
use super::super::lookahead::Lookahead;
use super::super::printed_bytes::is_payload;
use super::super::shape::{Region, Shape};
use crate::bytes::part;
use crate::decode::{ProblemKind, TextEncoding, base32, percent, uudecode};
use crate::json;
use crate::limits::MAX_RECORD;

/// Bytes of text that are looked at together.
const MAX_LENGTH: usize = 4 * MAX_RECORD;

const BEGIN: &[u8] = b"begin ";

/// True for a line that may start such a payload: a look at a few bytes.
pub(super) fn may_start(line: &[u8]) -> bool {
    // In base32: `{`, gzip, `[{`, zstd, a KPL aggregate.
    const BASE32: [&[u8]; 5] = [b"PM", b"D6FQ", b"LN5", b"FC2S7", b"6OEZ"];
    match line.first() {
        Some(b'%') => is_percent(line),
        Some(b'b') => begins(line),
        Some(b'P' | b'D' | b'L' | b'F' | b'6') => BASE32.iter().any(|it| line.starts_with(it)),
        _ => false,
    }
}

/// `%7B` and `%5B`: brackets.
fn is_percent(line: &[u8]) -> bool {
    matches!(line, [b'%', b'5' | b'7', b'B' | b'b', ..])
}

/// `begin 644 name`.
pub(super) fn begins(line: &[u8]) -> bool {
    let Some([mode @ .., b' ']) = line.strip_prefix(BEGIN).and_then(|it| it.get(..4)) else {
        return false;
    };
    mode.iter().all(|byte| matches!(byte, b'0'..=b'7'))
}

/// The payload that starts on the line at `start`.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let line = part(block, start..line_end);
    if ahead.documents.left() == 0 || !may_start(line) {
        return None;
    }
    if is_percent(line) {
        return percent_encoded(block, start, line_end, ahead);
    }
    if begins(line) {
        return uuencoded(block, start, line_end, reading, ahead);
    }
    base32_lines(block, start, line_end, reading, ahead)
}

fn percent_encoded<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let end = trim_end(block, start, line_end);
    ahead.documents.spend(end - start);
    let json = percent(part(block, start..end).trim_ascii())?;
    let text = json.trim_ascii();
    json::skip_value(text, 0).ok().filter(|end| *end == text.len())?;
    let remark = Some(ProblemKind::DecodedFrom(TextEncoding::Percent));
    let shape = if is_envelope(text) {
        Shape::Printed { json: text.to_vec(), cut: remark, broken: None }
    } else {
        Shape::Bytes(json, remark)
    };
    Some(Region { start, body: start..end, end: line_end, shape })
}

fn uuencoded<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let mut bytes = Vec::new();
    let mut at = line_end + 1;
    loop {
        if at >= block.len() || at - start > MAX_LENGTH {
            let is_open = reading == Reading::Part && at >= block.len();
            return is_open.then(|| Region::unfinished(block, start));
        }
        let end = end_of_line(block, at);
        if end >= block.len() && reading == Reading::Part {
            return Some(Region::unfinished(block, start));
        }
        ahead.documents.spend(end - at);
        let line = part(block, at..trim_end(block, at, end));
        if line == b"end" {
            return found(start..end, bytes, TextEncoding::Uuencode);
        }
        if !line.is_empty() {
            uudecode(line, &mut bytes)?;
        }
        at = end + 1;
    }
}

/// Lines of one width, and a last one that is no wider.
fn base32_lines<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    /// Tools wrap at 76 and 64; shorter lines are names.
    const MIN_WIDTH: usize = 60;
    let is_base32 = |line: &[u8]| {
        let symbols = line.iter().take_while(|it| matches!(it, b'A'..=b'Z' | b'2'..=b'7')).count();
        symbols > 0 && part(line, symbols..).iter().all(|it| *it == b'=')
    };
    let first = part(block, start..trim_end(block, start, line_end)).trim_ascii_end();
    if !is_base32(first) {
        return None;
    }
    let (mut text, mut end) = (first.to_vec(), line_end);
    let mut is_full = first.len() >= MIN_WIDTH;
    while is_full && text.len() <= MAX_LENGTH && !text.ends_with(b"=") {
        let next = end + 1;
        let next_end = end_of_line(block, next.min(block.len()));
        if reading == Reading::Part && next_end >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        if next >= block.len() {
            break;
        }
        let line = part(block, next..trim_end(block, next, next_end)).trim_ascii_end();
        if line.len() > first.len() || !is_base32(line) {
            break;
        }
        text.extend_from_slice(line);
        (end, is_full) = (next_end, line.len() == first.len());
    }
    ahead.documents.spend(text.len());
    // The lines below may be records of their own.
    let whole = |text: &[u8], end: usize| found(start..end, base32(text)?, TextEncoding::Base32);
    whole(&text, end).or_else(|| whole(first, line_end))
}

/// The bytes as a region, if they are what records hold.
fn found<'a>(place: Range<usize>, bytes: Vec<u8>, encoding: TextEncoding) -> Option<Region<'a>> {
    let remark = Some(ProblemKind::DecodedFrom(encoding));
    let (start, end) = (place.start, place.end);
    is_payload(&bytes).then_some(Region {
        start,
        body: place,
        end,
        shape: Shape::Bytes(bytes, remark),
    })
}
