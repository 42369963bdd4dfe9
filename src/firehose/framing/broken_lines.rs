//! Events whose lines were broken: by `base64` without `-w0` in a string of JSON, by a terminal
//! or a mail program that wraps at a column.

use super::envelope::is_envelope;
use super::event_finder::{Found, printed_event};
use super::line::{Reading, end_of_line, line_start};
use super::lookahead::Lookahead;
use super::shape::{Region, Shape};
use crate::bytes::part;
use crate::decode::{ProblemKind, base64_symbols};
use crate::json::{self, JsonError, JsonErrorKind};
use crate::limits::MAX_RECORD;

/// Bytes of an event that are joined.
const MAX_LENGTH: usize = 8 * MAX_RECORD;

/// Columns at which lines are wrapped.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=400;

/// The event in JSON that starts at `first` and breaks at a line break: without line breaks,
/// which no JSON needs, it is whole.
pub(super) fn document<'a>(
    block: &'a [u8],
    start: usize,
    first: usize,
    error: JsonError,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    /// Bytes that are joined at first; most attempts end within them.
    const STEP: usize = 16 * 1024;
    let is_break = |at: usize| matches!(block.get(at), Some(b'\n' | b'\r'));
    let at_break = is_break(error.offset) || error.offset > first && is_break(error.offset - 1);
    if !at_break || error.kind == JsonErrorKind::UnexpectedEnd {
        return None;
    }
    let mut most = STEP;
    loop {
        let text = part(block, first..block.len().min(first + most));
        if ahead.documents.left() == 0 {
            return None;
        }
        ahead.documents.spend(text.len());
        let joined: Vec<_> =
            text.iter().copied().filter(|it| !matches!(it, b'\n' | b'\r')).collect();
        match json::skip_value(&joined, 0) {
            Ok(length) => {
                let json = part(&joined, ..length).to_vec();
                let end = first + length_with_breaks(text, length);
                return is_envelope(&json).then(|| region(block, start, first, end, json, None));
            }
            Err(error) if error.kind != JsonErrorKind::UnexpectedEnd => return None,
            Err(_) if text.len() == block.len() - first => {
                return (reading == Reading::Part).then(|| Region::unfinished(block, start));
            }
            Err(_) if most >= MAX_LENGTH => return None,
            Err(_) => most *= 4,
        }
    }
}

/// The event that is printed from the line at `start` on, over lines of one width.
pub(super) fn wrapped<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let width = line_end - start;
    let line = part(block, start..line_end);
    if !WIDTHS.contains(&width) || !is_same_width(block, line_end + 1, width) {
        return None;
    }
    memchr::memchr3(b'{', b'[', b'(', line)?;
    let mut joined = line.to_vec();
    let mut end = line_end;
    loop {
        let next = end + 1;
        if next >= block.len() {
            if reading == Reading::Part {
                return Some(Region::unfinished(block, start));
            }
            break;
        }
        end = end_of_line(block, next);
        if end >= block.len() && reading == Reading::Part {
            return Some(Region::unfinished(block, start));
        }
        let more = part(block, next..end);
        if more.len() > width || joined.len() > MAX_LENGTH {
            break;
        }
        joined.extend_from_slice(more.strip_suffix(b"\r").unwrap_or(more));
        if more.len() < width {
            break;
        }
    }
    ahead.documents.spend(joined.len());
    if ahead.documents.left() == 0 {
        return None;
    }
    let found =
        printed_event(&joined, 0, joined.len(), Reading::Whole, &is_envelope, &mut ahead.events)?;
    let Found::Event(printed) = found else { return None };
    let is_of_first = printed.start < width && printed.end > width;
    if !is_of_first || printed.cut == Some(ProblemKind::PrintEndsEarly) {
        return None;
    }
    let from = start + printed.start;
    let length = length_with_breaks(part(block, start..), printed.end);
    let json = match printed.json {
        Some(json) => json,
        None => part(&joined, printed.start..printed.end).to_vec(),
    };
    Some(region(block, start, from, start + length, json, printed.cut))
}

fn region<'a>(
    block: &[u8],
    start: usize,
    first: usize,
    end: usize,
    json: Vec<u8>,
    cut: Option<ProblemKind>,
) -> Region<'a> {
    let cut = Some(cut.unwrap_or(ProblemKind::LinesBroken));
    let shape = Shape::Printed { json, cut, broken: None };
    Region { start, body: first..end, end: end_of_line(block, end), shape }
}

/// How many bytes of `text` there are up to its first `length` without line breaks.
fn length_with_breaks(text: &[u8], length: usize) -> usize {
    let mut left = length;
    let is_last = |byte: &u8| {
        left -= usize::from(left > 0 && !matches!(byte, b'\n' | b'\r'));
        left == 0
    };
    text.iter().position(is_last).map_or(text.len(), |at| at + 1)
}

/// True for a line of this width at `start`.
fn is_same_width(block: &[u8], start: usize, width: usize) -> bool {
    let is_end = matches!(block.get(start + width), Some(b'\n') | None);
    is_end && start < block.len() && end_of_line(block, start) == start + width
}

/// True if the line at `start` may be one of such an event: it opens a string, or is as wide as
/// one next to it.
pub(super) fn may_go_on(block: &[u8], start: usize, line_end: usize) -> bool {
    let line = part(block, start..line_end);
    let quotes = memchr::memchr_iter(b'"', line);
    let count = quotes.filter(|at| !part(line, ..*at).ends_with(b"\\")).count();
    if !count.is_multiple_of(2) {
        return true;
    }
    let is_object = line.starts_with(b"{\"") && line.ends_with(b"}");
    // Lines of base64 have a look of their own.
    if is_object || !WIDTHS.contains(&line.len()) || base64_symbols(line).is_some() {
        return false;
    }
    let next_end = end_of_line(block, (line_end + 1).min(block.len()));
    let next = next_end.saturating_sub(line_end + 1);
    let before = start.checked_sub(1).map(|end| end - line_start(block, end));
    before == Some(line.len())
        || next == line.len()
        || next_end >= block.len() && next <= line.len()
}

#[cfg(test)]
mod tests {
    use super::super::block_cut::tests::{assert_same_wherever_it_is_cut, found};

    const ARN: &str = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders";

    fn wrapped(text: &str, width: usize) -> String {
        let lines = text.as_bytes().chunks(width).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_line_break_in_a_string_is_taken_out() {
        let data = "eyJvcmRlcklkIjoxMDQxLCJ0b3RhbCI6NywiY3VzdG9tZXIiOiJaby\
                    IsImFtb3VudCI6NX0=";
        for width in [20, 40, 64] {
            let data = wrapped(data, width);
            for event in [
                format!(r#"{{"records":[{{"recordId":"1","data":"{data}"}}]}}"#),
                format!(r#"{{"DeliveryStreamName":"orders","Record":{{"Data":"{data}"}}}}"#),
            ] {
                let block = format!("before\n{event}\n{{\"a\":1}}\n");
                let all = found(block.as_bytes());
                assert!(all.len() == 3 && all[1].contains("LinesBroken"), "{all:#?}");
                assert_eq!(all, found(block.replace('\n', "\r\n").as_bytes()));
                assert_same_wherever_it_is_cut(block.as_bytes(), 3);
            }
        }
        // A line that was cut is not joined with the next.
        assert_eq!(
            found(b"{\"records\":[{\"recordId\":\"1\",\"data\":\"eyJ\n{\"a\":1}\n").len(),
            2
        );
        assert_eq!(found(b"{\"a\":\"b\nc\"}\n").len(), 2, "no event");
    }

    #[test]
    fn events_of_any_language_that_were_wrapped_are_joined() {
        let numbers = "123 34 111 114 100 101 114 73 100 34 58 34 65 45 49 48 52 49 34 125";
        let data = "eyJvcmRlcklkIjoxMDQxLCJ0b3RhbCI6N30=";
        for event in [
            format!(
                r#"{{"invocationId": "0b", "deliveryStreamArn": "{ARN}", "records": [{{"recordId": "4957", "approximateArrivalTimestamp": 1501146562192, "data": "{data}"}}]}}"#
            ),
            format!(
                "got {{'invocationId': '0b', 'deliveryStreamArn': '{ARN}', 'records': [{{'recordId': '4957', 'approximateArrivalTimestamp': 1501146562192, 'data': '{data}'}}]}}"
            ),
            format!(
                "2026/11/22 10:00:00 {{InvocationID:0b DeliveryStreamArn:{ARN} Region:eu-west-1 Records:[{{RecordID:4957 ApproximateArrivalTimestamp:{{Time:2026-11-22 10:00:00.192 +0000 UTC}} Data:[{numbers}]}}]}}"
            ),
        ] {
            for width in [60, 80, 100] {
                let block = format!("before\n{}\nwords\n", wrapped(&event, width));
                let all = found(block.as_bytes());
                assert!(all.len() == 3 && all[1].contains("LinesBroken"), "{width} {all:#?}");
                assert_same_wherever_it_is_cut(block.as_bytes(), 3);
            }
        }
        let line = format!("got {{'records': [{{'recordId': '4957', 'data': '{data}'}}]}}\n");
        assert!(found(line.repeat(2).as_bytes()).iter().all(|it| !it.contains("LinesBroken")));
    }
}
