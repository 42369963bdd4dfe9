//! Cuts a block into regions: a JSON value, a line, a run of wrapped base64.

use std::ops::Range;

use super::InputFormat;
use super::envelope::Keys;
use super::event_finder::{self, Found};
use super::line::{Reading, end_of_line, ends_its_line, line_start, skip_separator, trim_end};
use super::lookahead::Lookahead;
use super::resync::{is_failure, is_in_log_line, next_failure};
use super::slip;
use super::wrapped::{self, WIDTHS};
use crate::bytes::{BOM, part};
use crate::decode::{GZIP_MAGIC, ProblemKind, gzip_length, is_base64_symbol};
use crate::json::{self, JsonError, JsonErrorKind};

/// A piece of a block that stands by itself.
#[derive(Debug)]
pub(super) struct Region<'a> {
    /// Where it starts, white space before it left out.
    pub(super) start: usize,
    /// The text to look at.
    pub(super) body: Range<usize>,
    /// Where the next region may start.
    pub(super) end: usize,
    pub(super) shape: Shape<'a>,
}

#[derive(Debug)]
pub(super) enum Shape<'a> {
    /// A JSON object, and the keys that tell what it is.
    Object(Keys<'a>),
    /// A JSON array.
    Array,
    /// A line; with the error, if it starts as JSON does (offset in the body).
    Line(Option<JsonError>),
    /// Lines of base64 that are one record; with a remark if it may be several.
    Wrapped(Option<ProblemKind>),
    /// Lines of base64 that are a record each, although they look wrapped.
    Lines(Option<ProblemKind>),
    /// An event that a handler printed, as JSON.
    Printed {
        json: Vec<u8>,
        /// What the runtime left out.
        cut: Option<String>,
    },
    /// An event whose records the runtime did not print.
    Stub,
    /// Gzip members between other records.
    Gzip,
}

/// Returns the region that starts at or after `at`; `None` at the end.
pub(super) fn next<'a>(
    block: &'a [u8],
    at: usize,
    format: InputFormat,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let mut start = at;
    loop {
        match block.get(start) {
            Some(b'\n' | b'\r') => start += 1,
            Some(b' ' | b'\t') if format != InputFormat::Lines => match blank_line(block, start) {
                Some(end) => start = end,
                None => break,
            },
            Some(0xef) if part(block, start..).starts_with(BOM) => {
                start += BOM.len();
            }
            Some(b',') => match after_comma(block, start) {
                Some(next) => start = next,
                None => break,
            },
            Some(_) => break,
            None => return None,
        }
    }
    let rest = part(block, start..);
    if rest.starts_with(&GZIP_MAGIC) {
        let end = start + gzip_length(rest);
        return Some(Region { start, body: start..end, end, shape: Shape::Gzip });
    }
    let first =
        start + rest.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
    let opens = matches!(block.get(first), Some(b'{' | b'['));
    if opens && !matches!(format, InputFormat::Lines | InputFormat::Base64) {
        return Some(document(block, start, first, format, reading, ahead));
    }
    Some(line(block, start, format, reading, ahead))
}

/// Returns where the next document of a pasted list starts, if the comma at
/// `comma` stands before one.
fn after_comma(block: &[u8], comma: usize) -> Option<usize> {
    let next = json::skip_space(block, comma + 1);
    matches!(block.get(next), Some(b'{' | b'[')).then_some(next)
}

/// Returns the end of the line at `at` if nothing in it asks for a closer look:
/// it starts as base64 does, has no bracket, and was neither quoted nor
/// wrapped. Most input is such lines; [`next`] says the same of them, slower.
#[inline]
pub(super) fn plain_line(block: &[u8], at: usize, format: InputFormat) -> Option<usize> {
    let rest = block.get(at..)?;
    if format != InputFormat::Auto || !rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let length = memchr::memchr3(b'\n', b'{', GZIP_MAGIC[0], rest)?;
    let line = part(rest, ..length);
    let plain_end = !may_log_base64(line)
        && line.last().is_some_and(|last| is_base64_symbol(*last) || *last == b'=');
    (rest.get(length) == Some(&b'\n') && plain_end && !WIDTHS.contains(&length))
        .then_some(at + length)
}

/// True if the line may start with a date or a level, and end in base64: a look
/// at a few bytes, which hardly any line of base64 passes.
#[inline]
fn may_log_base64(line: &[u8]) -> bool {
    const END: usize = 16;
    let starts = match line.get(4) {
        Some(sign @ (b'-' | b'/')) => line.get(7) == Some(sign),
        Some(b' ' | b'\t' | b':') => true,
        _ => matches!(line.get(5), Some(b' ' | b'\t' | b':')),
    };
    starts && line.last_chunk::<END>().is_some_and(|end| !end.iter().any(u8::is_ascii_whitespace))
}

/// Returns the end of the line at `start` if only blanks stand on it.
fn blank_line(block: &[u8], start: usize) -> Option<usize> {
    let rest = part(block, start..);
    match rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) {
        Some(end) => (rest.get(end) == Some(&b'\n')).then_some(start + end),
        None => Some(block.len()),
    }
}

/// A region that starts with a bracket.
fn document<'a>(
    block: &'a [u8],
    start: usize,
    first: usize,
    format: InputFormat,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Region<'a> {
    let found = if block.get(first) == Some(&b'{') {
        Keys::read(block, first).map(|(keys, end)| (Shape::Object(keys), end))
    } else {
        json::skip_value(block, first).map(|end| (Shape::Array, end))
    };
    let error = match found {
        Ok((shape, end))
            if matches!(shape, Shape::Object(_))
                || ends_its_line(block, end)
                || end > end_of_line(block, start) =>
        {
            return Region { start, body: first..end, end: skip_separator(block, end), shape };
        }
        Ok(_) => None,
        Err(error) => Some(error),
    };
    if reading == Reading::Part
        && error.is_some_and(|error| error.kind == JsonErrorKind::UnexpectedEnd)
    {
        let end = block.len();
        return Region { start, body: start..end, end, shape: Shape::Line(error) };
    }
    let line_end = end_of_line(block, start);
    if let Some(printed) = printed(block, start, line_end, format, reading, ahead) {
        return printed;
    }
    if let Some(error) = error
        && let Some(region) = slip::region(block, start, first, error, reading, ahead)
    {
        return region;
    }
    // A document that breaks off on a later line is one region up to there, so
    // that no byte is tried twice.
    let offset = error.map_or(0, |error| error.offset);
    let end = if offset <= line_end {
        line_end
    } else {
        let line = line_start(block, offset);
        if part(block, line..offset).trim_ascii().is_empty() {
            line
        } else {
            end_of_line(block, offset)
        }
    };
    let next = before_next_failure(block, start, first + 1..end, format, reading, ahead);
    let error = error.map(|error| {
        let offset = if next < end { error.offset.min(next) } else { error.offset };
        JsonError { offset: offset.saturating_sub(start), ..error }
    });
    let body = start..trim_end(block, start, next);
    Region { start, body, end: next, shape: Shape::Line(error) }
}

/// Returns the end of the region at `start` that is no JSON: where `range` ends,
/// or where a failure object in it starts.
fn before_next_failure(
    block: &[u8],
    start: usize,
    range: Range<usize>,
    format: InputFormat,
    reading: Reading,
    ahead: &mut Lookahead,
) -> usize {
    let end = range.end;
    if !matches!(format, InputFormat::Auto | InputFormat::Failures) {
        return end;
    }
    let next = next_failure(block, range, reading, &mut ahead.objects).filter(|next| *next > start);
    next.unwrap_or(end)
}

fn line<'a>(
    block: &'a [u8],
    start: usize,
    format: InputFormat,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Region<'a> {
    let end = end_of_line(block, start);
    if let Some(printed) = printed(block, start, end, format, reading, ahead) {
        return printed;
    }
    let body = start..trim_end(block, start, end);
    if matches!(format, InputFormat::Auto | InputFormat::Base64)
        && let Some(run) = wrapped::run(block, &body, end, reading, ahead)
    {
        let end = run.end;
        let shape =
            if run.is_joined { Shape::Wrapped(run.remark) } else { Shape::Lines(run.remark) };
        return Region { start, body: start..trim_end(block, start, end), end, shape };
    }
    let end = before_next_failure(block, start, start + 1..end, format, reading, ahead);
    let body = start..trim_end(block, start, end);
    Region { start, body, end, shape: Shape::Line(None) }
}

fn printed<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    format: InputFormat,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    if matches!(format, InputFormat::Lines | InputFormat::Base64 | InputFormat::Json) {
        return None;
    }
    let line = part(block, start..line_end);
    // Java's lists of records have no braces.
    if memchr::memchr(b'{', line).is_none() && !may_open_list(line) {
        return None;
    }
    let budget = &mut ahead.events;
    let Some(found) = event_finder::printed_event(block, start, line_end, budget) else {
        let is_open =
            reading == Reading::Part && event_finder::is_open(block, start, line_end, budget);
        let end = block.len();
        return is_open.then_some(Region {
            start,
            body: start..end,
            end,
            shape: Shape::Line(None),
        });
    };
    let printed = match found {
        Found::Event(printed) => printed,
        Found::Stub(end) => {
            return Some(Region {
                start,
                body: start..end,
                end: end_of_line(block, end),
                shape: Shape::Stub,
            });
        }
    };
    let is_object = printed.json.is_none() && is_failure(block, printed.start);
    if is_object && !is_in_log_line(block, start, printed.start) {
        return None;
    }
    let next = json::skip_space(block, printed.end);
    let end = if is_object && is_failure(block, next) {
        printed.end
    } else {
        end_of_line(block, printed.end)
    };
    let json = match printed.json {
        Some(json) => json,
        None => part(block, printed.start..printed.end).to_vec(),
    };
    let shape = Shape::Printed { json, cut: printed.cut };
    Some(Region { start, body: printed.start..printed.end, end, shape })
}

/// True if an event without braces may start on the line: a list that goes on over
/// lines, or one of records that Java printed.
fn may_open_list(line: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'[', line) else { return false };
    line.trim_ascii_end().ends_with(b"[")
        || memchr::memmem::find(part(line, open..), b"ecord").is_some()
}

/// More than the header of a gzip member takes, but for names of files nobody
/// has (RFC 1952, 2.3: the extra field has at most 65,535 bytes).
const GZIP_HEADER: usize = 70_000;

/// Returns the largest offset at which `block` can be cut in two so that no
/// record is cut; `None` if there is none yet.
pub fn safe_cut(block: &[u8], format: InputFormat) -> Option<usize> {
    if format == InputFormat::Whole {
        return None;
    }
    if memchr::memchr(GZIP_MAGIC[0], block).is_none()
        && let Some(cut) = cut_at_line(block)
    {
        return Some(cut);
    }
    // No line end will do: glued values, wrapped runs, one long document.
    let mut cut = None;
    let mut at = 0;
    let mut ahead = Lookahead::new(block);
    while let Some(region) = next(block, at, format, Reading::Part, &mut ahead) {
        if region.end >= block.len() {
            break;
        }
        // What follows may still belong to it: another gzip member, the rest of
        // a line that starts like a list.
        let settled = match region.shape {
            Shape::Gzip => {
                let rest = part(block, region.end..);
                let is_member = rest.starts_with(&GZIP_MAGIC);
                rest.len() >= if is_member { GZIP_HEADER } else { GZIP_MAGIC.len() }
            }
            Shape::Array => block
                .get(region.body.end..)
                .is_some_and(|rest| rest.iter().any(|byte| matches!(byte, b'\n' | b'{' | b'['))),
            // A newline in two characters may be cut.
            Shape::Object(_) => {
                let rest = part(block, json::skip_space(block, region.body.end)..);
                !rest.starts_with(b"\\") || rest.contains(&b'\n') || rest.contains(&b'{')
            }
            _ => true,
        };
        if !settled {
            break;
        }
        at = region.end;
        // Lines that are indented may be of something that is not all here yet.
        let goes_on = match block.get(at + 1) {
            Some(next) => matches!(next, b' ' | b'\t' | b'}' | b']' | b')' | b'.'),
            None => matches!(
                block.get(region.body.clone()).and_then(<[u8]>::last),
                Some(b'{' | b'[' | b'(' | b',' | b':' | b'+')
            ),
        };
        if !matches!(region.shape, Shape::Line(_)) || !goes_on {
            cut = Some(at + usize::from(block.get(at) == Some(&b'\n')));
        }
    }
    cut.filter(|cut| *cut > 0)
}

/// Finds a line end that plainly is no part of something longer, from the end
/// of the block on.
fn cut_at_line(block: &[u8]) -> Option<usize> {
    const TRIES: usize = 16;
    let mut end = block.len();
    for _ in 0..TRIES {
        let newline = memchr::memrchr(b'\n', part(block, ..end))?;
        let start = line_start(block, newline);
        let line = part(block, start..trim_end(block, start, newline));
        let opens_more = matches!(line.last(), Some(b'{' | b'[' | b'(' | b',' | b':' | b'+'));
        let goes_on = matches!(
            block.get(newline + 1),
            None | Some(
                b' ' | b'\t' | b'\r' | b'\n' | b'}' | b']' | b')' | b',' | b':' | b'+' | b'.'
            )
        );
        if !opens_more && !goes_on && !WIDTHS.contains(&line.len()) {
            return Some(newline + 1);
        }
        end = newline;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(block: impl AsRef<[u8]>) -> Vec<String> {
        let block = block.as_ref();
        let mut all = Vec::new();
        let mut at = 0;
        let mut ahead = Lookahead::new(block);
        while let Some(region) = next(block, at, InputFormat::Auto, Reading::Whole, &mut ahead) {
            at = region.end;
            all.push(String::from_utf8_lossy(&block[region.body]).into_owned());
        }
        all
    }

    #[test]
    fn values_may_be_glued_spread_over_lines_or_one_a_line() {
        assert_eq!(
            regions("{\"a\":1}{\"b\":2}\n{\"c\":\n 3\n},\n{\"d\":4}"),
            ["{\"a\":1}", "{\"b\":2}", "{\"c\":\n 3\n}", "{\"d\":4}",]
        );
    }

    #[test]
    fn a_broken_document_does_not_swallow_the_next() {
        assert_eq!(regions("{\"a\":\"b\n{\"c\":1}\n"), ["{\"a\":\"b", "{\"c\":1}"]);
        assert_eq!(regions("{\n \"a\": 1,\n{\"c\":1}\n"), ["{\n \"a\": 1,", "{\"c\":1}"]);
        assert_eq!(
            regions("{\"records\":[{\"a\":1},\n{\"c\":1}"),
            ["{\"records\":[{\"a\":1},\n{\"c\":1}"]
        );
    }

    #[test]
    fn json_with_a_slip_is_one_region_to_its_last_bracket() {
        assert_eq!(
            regions("{\n \"a\": 1,\n}{\n \"b\": [2,],\n}\n{\"c\":3}\n"),
            ["{\n \"a\": 1,\n}", "{\n \"b\": [2,],\n}", "{\"c\":3}"]
        );
        assert_eq!(regions("{\n \"a\": NaN\n}\n{\"b\":1}"), ["{\n \"a\": NaN\n}", "{\"b\":1}"]);
        assert_eq!(regions("{\n 'a': \"it's\",\n 'b': 2\n}\n"), ["{\n 'a': \"it's\",\n 'b': 2\n}"]);
        // What does not close, or breaks for another reason, ends where it did.
        assert_eq!(regions("{\n \"a\": NaN,\n{\"b\":1}\n"), ["{\n \"a\": NaN,", "{\"b\":1}"]);
        assert_eq!(regions("{\"a\":1,} and words\n"), ["{\"a\":1,} and words"]);
    }

    #[test]
    fn a_newline_in_two_characters_separates_values() {
        assert_eq!(regions(r#"{"a":1}\n{"b":2}\r\n [3]"#), [r#"{"a":1}"#, r#"{"b":2}"#, "[3]"]);
        assert_eq!(regions("{\"a\":1}\\n\n{\"b\":2}\\n"), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(regions(r#"{"a":1}\names"#), [r#"{"a":1}"#, r"\names"]);
    }

    #[test]
    fn a_bracket_at_the_start_of_a_log_line_is_no_json() {
        assert_eq!(
            regions("[1] first\n[INFO] second\n[1]\n"),
            ["[1] first", "[INFO] second", "[1]"]
        );
    }

    #[test]
    fn a_cut_never_falls_into_a_record() {
        for whole in [
            b"a\n{\"b\":\n 1}\n{\"c\":2}{\"d\":3}\nlast\n".as_slice(),
            b"{\n\"a\": 1,\n}{\n\"b\": [\n2,\n],\n}\n{\n\"c\": NaN\n}\nlast\n",
            b"{\"a\":1}\\n{\"b\":2}\\r\\n {\"c\":3}\\n\n{\"d\":4}\\nlast\n",
        ] {
            for length in 0..=whole.len() {
                let Some(cut) = safe_cut(&whole[..length], InputFormat::Auto) else {
                    continue;
                };
                let mut parts = regions(&whole[..cut]);
                parts.extend(regions(&whole[cut..]));
                assert_eq!(parts, regions(whole), "cut at {cut} of {length}");
            }
        }
    }

    #[test]
    fn a_cut_waits_for_the_header_of_the_next_gzip_member() {
        let member =
            [&GZIP_MAGIC[..], &[0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat();
        for length in 3..10 {
            let block = [&member[..], &member[..length]].concat();
            assert_eq!(safe_cut(&block, InputFormat::Auto), None, "{length}");
        }
        let block = [&member[..], b"text"].concat();
        assert_eq!(safe_cut(&block, InputFormat::Auto), Some(member.len()));
    }

    #[test]
    fn wrapped_base64_is_one_record_and_lines_that_stand_alone_are_not() {
        let long = "QUJD".repeat(16);
        assert_eq!(regions(format!("{long}\n{long}\nQUJD\nnext\n")).len(), 2);
        // 48 bytes of JSON make a line of 64 that stands alone.
        let line = "eyJhIjoiMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MCJ9";
        assert_eq!(line.len(), 64);
        assert_eq!(regions(format!("{line}\n{line}\n")).len(), 2);
    }
}
