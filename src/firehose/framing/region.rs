//! Cuts a block into regions: a JSON value, a line, a run of wrapped base64.

use std::ops::Range;

use super::InputFormat;
use super::broken_lines;
use super::envelope::is_envelope;
use super::event_finder::{self, Found};
use super::failure_key::RAW_DATA;
use super::keys::Keys;
use super::labelled;
use super::line::{Reading, end_of_line, ends_its_line, line_start, skip_separator, trim_end};
use super::lookahead::Lookahead;
use super::pasted;
use super::print;
use super::python_lines;
use super::quoted_lines;
use super::resync::{is_failure, is_in_log_line, is_overwritten, next_failure};
use super::shape::{Region, Shape};
use super::slip;
use super::wrapped;
use crate::bytes::{BOM, part};
use crate::decode::{GZIP_MAGIC, gzip_length};
use crate::json::{self, JsonError, JsonErrorKind};

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

/// Returns the end of the line at `start` if only blanks stand on it, or before a gzip
/// member.
fn blank_line(block: &[u8], start: usize) -> Option<usize> {
    let rest = part(block, start..);
    match rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r')) {
        Some(end) => {
            let after = part(rest, end..);
            let is_end = after.starts_with(b"\n") || after.starts_with(&GZIP_MAGIC);
            is_end.then_some(start + end)
        }
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
    let whole =
        |end, shape| Region { start, body: first..end, end: skip_separator(block, end), shape };
    let error = if block.get(first) == Some(&b'{') {
        let has_records = reading == Reading::Whole && format != InputFormat::Json;
        let mut keys = Box::<Keys<'_>>::default();
        let walked = if has_records {
            keys.walk::<true>(block, first, 0)
        } else {
            keys.walk::<false>(block, first, 0)
        };
        match walked {
            Ok(end) => return whole(end, Shape::Object(keys)),
            Err(error) => Some(error),
        }
    } else {
        match json::skip_value(block, first) {
            Ok(end) if ends_its_line(block, end) || end > end_of_line(block, start) => {
                return whole(end, Shape::Array);
            }
            Ok(_) => None,
            Err(error) => Some(error),
        }
    };
    if reading == Reading::Part
        && error.is_some_and(|error| error.kind == JsonErrorKind::UnexpectedEnd)
    {
        let end = block.len();
        return Region { start, body: start..end, end, shape: Shape::Line(error) };
    }
    let line_end = end_of_line(block, start);
    let is_read = !matches!(format, InputFormat::Json | InputFormat::Log);
    if is_read && let Some(error) = error {
        let joined = broken_lines::document(block, start, first, error, reading, ahead);
        let wrapped = || broken_lines::wrapped(block, start, line_end, reading, ahead);
        if let Some(region) = joined.or_else(wrapped) {
            return region;
        }
    }
    let printed = printed(block, start, line_end, format, reading, ahead);
    let is_damage = |it: &Region<'_>| {
        let text = part(block, it.body.clone());
        matches!(it.shape, Shape::Printed { .. })
            && it.body.start == first
            && is_overwritten(text, error.map(|error| error.kind))
    };
    if let Some(mut printed) = printed.filter(|it| !is_damage(it)) {
        if let Some(before) = before_event(block, start, &printed, error) {
            return before;
        }
        let is_last = json::skip_space(block, printed.end) >= block.len();
        if let Shape::Printed { broken, .. } = &mut printed.shape {
            *broken = error
                .filter(|error| is_last && error.kind == JsonErrorKind::UnexpectedEnd)
                .map(|error| JsonError { offset: error.offset.saturating_sub(start), ..error });
        }
        return printed;
    }
    // Go's `[]byte{`.
    let is_literal = || part(block, first..).starts_with(b"[]");
    if format == InputFormat::Auto && (error.is_some() || is_literal()) {
        let list = pasted::list_of_bytes(block, start, line_end, reading, ahead);
        let event = || pasted::with_other_quotes(block, start, first, reading, ahead);
        let literals = || python_lines::region(block, start, line_end, reading);
        if let Some(region) = list.or_else(event).or_else(literals) {
            return region;
        }
    }
    if let Some(error) = error
        && let Some(region) = slip::region(block, start, first, error, reading, ahead)
    {
        return region;
    }
    let closed = error.and_then(|error| print::closed(part(block, first..error.offset)));
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
    let shape = match closed.filter(|json| is_envelope(json)) {
        Some(json) => Shape::Printed { json, cut: None, broken: error },
        None => Shape::Line(error),
    };
    Region { start, body, end: next, shape }
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
    if format == InputFormat::Auto
        && let Some(region) = broken_lines::wrapped(block, start, end, reading, ahead)
            .or_else(|| quoted_lines::region(block, start, end, reading, ahead))
    {
        return region;
    }
    if let Some(printed) = printed(block, start, end, format, reading, ahead) {
        return before_event(block, start, &printed, None).unwrap_or(printed);
    }
    if format == InputFormat::Auto
        && let Some(bytes) = python_lines::region(block, start, end, reading)
    {
        return bytes;
    }
    if format == InputFormat::Auto {
        let bracket = memchr::memchr(b'{', part(block, start..end)).map(|at| start + at);
        let event = bracket
            .and_then(|first| pasted::with_other_quotes(block, start, first, reading, ahead));
        let found = event.or_else(|| pasted::region(block, start, end, reading, ahead));
        if let Some(pasted) = found {
            return pasted;
        }
    }
    if matches!(format, InputFormat::Auto | InputFormat::Base64)
        && let Some(run) = wrapped::run(block, start, end, reading, ahead)
    {
        let end = run.end;
        let shape =
            if run.is_joined { Shape::Wrapped(run.remark) } else { Shape::Lines(run.remark) };
        return Region { start, body: start..trim_end(block, start, end), end, shape };
    }
    if format == InputFormat::Auto
        && let Some(labelled) = labelled::region(block, start, end, reading, ahead)
    {
        return labelled;
    }
    let end = before_next_failure(block, start, start + 1..end, format, reading, ahead);
    let body = start..trim_end(block, start, end);
    Region { start, body, end, shape: Shape::Line(None) }
}

/// The text before an event, where it has data of its own: a record that lost its
/// beginning or is broken. Else it is the prefix of a log line.
fn before_event<'a>(
    block: &[u8],
    start: usize,
    event: &Region<'_>,
    error: Option<JsonError>,
) -> Option<Region<'a>> {
    let prefix = part(block, start..event.body.start);
    let has_data = [br#""data":"#.as_slice(), RAW_DATA]
        .iter()
        .any(|key| memchr::memmem::find(prefix, key).is_some());
    if !has_data || !matches!(event.shape, Shape::Printed { .. }) {
        return None;
    }
    let end = event.body.start;
    let error =
        error.map(|error| JsonError { offset: error.offset.clamp(start, end) - start, ..error });
    Some(Region { start, body: start..trim_end(block, start, end), end, shape: Shape::Line(error) })
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
    if memchr::memchr(b'{', line).is_none() && !event_finder::may_open_list(line) {
        return None;
    }
    let budget = &mut ahead.events;
    let Some(found) =
        event_finder::printed_event(block, start, line_end, reading, &is_envelope, budget)
    else {
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
        Found::Empty(end, kind) => {
            return Some(Region {
                start,
                body: start..end,
                end: end_of_line(block, end),
                shape: Shape::Empty(kind),
            });
        }
    };
    let is_object = printed.json.is_none() && is_failure(block, printed.start);
    if is_object && !is_in_log_line(block, start, printed.start) {
        return None;
    }
    let next = json::skip_space(block, printed.end);
    // What breaks off, or lost its beginning, is a list of records without its
    // brackets: more of them follow.
    let follows = block.get(next) == Some(&b',')
        && block.get(json::skip_space(block, next + 1)) == Some(&b'{');
    let end = if follows || is_object && is_failure(block, next) {
        printed.end
    } else {
        end_of_line(block, printed.end)
    };
    let json = match printed.json {
        Some(json) => json,
        None => part(block, printed.start..printed.end).to_vec(),
    };
    let shape = Shape::Printed { json, cut: printed.cut, broken: None };
    Some(Region { start, body: printed.start..printed.end, end, shape })
}

#[cfg(test)]
mod tests {
    use super::super::safe_cut;
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
            let mut cuts = 0;
            for length in 0..=whole.len() {
                let Some(cut) = safe_cut(&whole[..length], InputFormat::Auto) else {
                    continue;
                };
                cuts += 1;
                let mut parts = regions(&whole[..cut]);
                parts.extend(regions(&whole[cut..]));
                assert_eq!(parts, regions(whole), "cut at {cut} of {length}");
            }
            assert!(cuts > 0, "{}", whole.escape_ascii());
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
