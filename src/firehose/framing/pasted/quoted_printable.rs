//! Base64 after a label in a mail, whose lines quoted-printable breaks with `=` at their ends
//! (RFC 2045, section 6.7).

use super::super::embedded::is_base64_of_record;
use super::super::line::{Reading, end_of_line, trim_end};
use super::super::lookahead::Lookahead;
use super::super::shape::{Region, Shape};
use crate::bytes::part;
use crate::decode::{ProblemKind, base64_symbols, is_base64_symbol};
use crate::limits::MAX_RECORD;

/// Lines are as long as this at most; shorter ones are broken only where the text is.
const WIDTH: usize = 76;

/// Bytes of base64 that are looked at together.
const MAX_LENGTH: usize = 2 * MAX_RECORD;

const EQUALS: &[u8] = b"=3D";

/// True for a line with a label, which is broken within base64.
pub(super) fn is_broken(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (WIDTH - 3..=WIDTH).contains(&line.len())
        && line.ends_with(b"=")
        && line.contains(&b' ')
        && soft_break(line).and_then(<[u8]>::last).is_some_and(|it| is_base64_symbol(*it))
}

/// The text of a line that goes on with the next one.
fn soft_break(line: &[u8]) -> Option<&[u8]> {
    line.strip_suffix(b"=").filter(|text| !text.is_empty())
}

/// The record whose label starts the line at `start`.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let first = part(block, start..trim_end(block, start, line_end));
    let is_wrapped = is_broken(first);
    if ahead.documents.left() == 0 || !is_wrapped && !first.ends_with(EQUALS) {
        return None;
    }
    let blank = first.iter().rposition(|it| !is_base64_symbol(*it) && *it != b'=')?;
    let mut text = part(first, blank + 1..).to_vec();
    let mut end = line_end;
    while is_wrapped && text.ends_with(b"=") && text.len() <= MAX_LENGTH {
        text.pop();
        let next = end + 1;
        let next_end = end_of_line(block, next.min(block.len()));
        if reading == Reading::Part && next_end >= block.len() {
            return Some(Region::unfinished(block, start));
        }
        let line = part(block, next..trim_end(block, next, next_end));
        let is_base64 = line.iter().all(|it| is_base64_symbol(*it) || *it == b'=');
        if next >= block.len() || line.len() > WIDTH || !is_base64 {
            return None;
        }
        text.extend_from_slice(line);
        end = next_end;
    }
    ahead.documents.spend(text.len());
    // Base64 has two signs of padding at most.
    let mut padding = 0;
    while padding < 2 && text.ends_with(EQUALS) {
        text.truncate(text.len() - EQUALS.len());
        padding += 1;
    }
    text.extend(std::iter::repeat_n(b'=', padding));
    base64_symbols(&text).filter(|_| is_base64_of_record(&text, &mut ahead.sniffer))?;
    let remark =
        ProblemKind::QuotesReplaced("quoted-printable read as the text that it stands for");
    Some(Region { start, body: start..end, end, shape: Shape::Bytes(text, Some(remark)) })
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::super::{InputFormat, records, safe_cut};

    /// Base64 of `{"orderId":"A-1041","name":"some name that is long","total":7.25}`.
    const DATA: &str =
        "eyJvcmRlcklkIjoiQS0xMDQxIiwibmFtZSI6InNvbWUgbmFtZSB0aGF0IGlzIGxvbmciLCJ0b3RhbCI6Ny4yNX0=";

    fn found(block: &str) -> Vec<String> {
        let mut all = Vec::new();
        let _flow = records(block.as_bytes(), InputFormat::Auto, &mut |record| {
            let note = if record.problem.is_some() { "…" } else { "" };
            let data = record.data.bytes().unwrap_or_default();
            all.push(format!("{}{note}", String::from_utf8_lossy(data)));
            ControlFlow::Continue(())
        });
        all
    }

    /// As a mail program writes it.
    fn quoted(label: &str, base64: &str) -> String {
        let text = format!("{label}{}", base64.replace('=', "=3D"));
        let lines: Vec<_> = text.as_bytes().chunks(75).map(String::from_utf8_lossy).collect();
        lines.join("=\n")
    }

    #[test]
    fn a_record_in_quoted_printable_is_one() {
        for label in ["rawData: ", "the data is "] {
            let block = format!("Subject: record\n{}\nBye\n", quoted(label, DATA));
            let expected = ["Subject: record", &format!("{DATA}…"), "Bye"];
            assert_eq!(found(&block), expected, "{block}");
            for seen in 1..block.len() {
                let Some(cut) = safe_cut(&block.as_bytes()[..seen], InputFormat::Auto) else {
                    continue;
                };
                let (before, after) = block.split_at(cut);
                assert_eq!([found(before), found(after)].concat(), expected, "{cut} of {seen}");
            }
        }
        assert_eq!(found("data: eyJhIjoxfQ=3D=3D\n"), ["eyJhIjoxfQ==…"]);
        for block in ["it is 2=3D", "x=3D=3D", "data: aGVsbG8=3D"] {
            assert_eq!(found(block), [block]);
        }
    }
}
