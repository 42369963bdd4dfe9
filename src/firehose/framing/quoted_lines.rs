//! Events over several lines that were pasted with what stands before each: the marks of a
//! quotation, the bar of a box, the numbers of the lines.

use super::envelope::is_envelope;
use super::event_finder::{Found, printed_event};
use super::line::{Reading, end_of_line, trim_end};
use super::lookahead::Lookahead;
use super::shape::{Region, Shape};
use super::wrapped_line::bare;
use crate::bytes::part;
use crate::limits::MAX_RECORD;

/// Bytes of an event that are looked at.
const MAX_LENGTH: usize = 8 * MAX_RECORD;

/// What stands before each line.
#[derive(Debug, PartialEq, Eq)]
struct Margin<'a> {
    has_number: bool,
    /// What follows the number, or all of it.
    sign: &'a [u8],
}

impl<'a> Margin<'a> {
    /// That of a line whose text starts at `text`; `None` for blanks and nothing else.
    fn of(line: &'a [u8], text: usize) -> Option<Self> {
        let margin = part(line, ..text);
        let bare = margin.trim_ascii_start();
        let digits = bare.iter().take_while(|it| it.is_ascii_digit()).count();
        let sign = if digits > 0 { part(bare, digits..) } else { margin };
        (!bare.is_empty()).then_some(Self { has_number: digits > 0, sign })
    }

    /// The text of a line that has it, too.
    fn strip<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        let rest = if self.has_number {
            let line = line.trim_ascii_start();
            let digits = line.iter().take_while(|it| it.is_ascii_digit()).count();
            part(line, (digits > 0).then_some(digits)?..)
        } else {
            line
        };
        // No blank follows the mark of an empty line.
        let is_empty = || rest == self.sign.trim_ascii_end();
        rest.strip_prefix(self.sign).or_else(|| is_empty().then_some(b"".as_slice()))
    }
}

/// The event that starts with a bracket on the line at `start`, behind a margin.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    // Most lines end otherwise.
    let last = part(block, start..line_end).trim_ascii_end().last();
    if !matches!(last, Some(b'{' | b'[' | b',')) {
        return None;
    }
    let text = bare(block, start, line_end);
    if !matches!(
        part(block, text.clone()),
        b"{" | b"[" | b"[{" | [b'{' | b'[', .., b'{' | b'[' | b',']
    ) {
        return None;
    }
    let margin = Margin::of(part(block, start..line_end), text.start - start)?;
    let (mut joined, mut ends) = (Vec::new(), Vec::new());
    let mut at = start;
    let mut is_open = true;
    while at < block.len() {
        let end = end_of_line(block, at);
        let Some(text) = margin.strip(part(block, at..trim_end(block, at, end))) else {
            is_open = false;
            break;
        };
        joined.extend_from_slice(text);
        joined.push(b'\n');
        ends.push((joined.len(), end));
        if joined.len() > MAX_LENGTH {
            return None;
        }
        at = end + 1;
    }
    ahead.documents.spend(joined.len());
    if ahead.documents.left() == 0 {
        return None;
    }
    let first = joined.iter().position(|it| matches!(it, b'{' | b'['))?;
    let to = end_of_line(&joined, first);
    let found = printed_event(&joined, first, to, Reading::Whole, &is_envelope, &mut ahead.events);
    let Some(Found::Event(printed)) = found.filter(|_| ends.len() > 1) else {
        let is_open = is_open && reading == Reading::Part;
        return is_open.then(|| Region::unfinished(block, start));
    };
    let (_, end) = *ends.iter().find(|(length, _)| *length >= printed.end)?;
    if is_open && reading == Reading::Part && end + 1 >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    let json = match printed.json {
        Some(json) => json,
        None => part(&joined, printed.start..printed.end).to_vec(),
    };
    let body = text.start..trim_end(block, start, end);
    let shape = Shape::Printed { json, cut: printed.cut, broken: None };
    Some(Region { start, body, end, shape })
}

/// True if the line at `start` and the one after it may be of such an event.
pub(super) fn may_go_on(block: &[u8], start: usize, line_end: usize) -> bool {
    let text = bare(block, start, line_end);
    let next = line_end + 1;
    let is_code = matches!(
        part(block, text.clone()),
        [b'"' | b'\'' | b'{' | b'[' | b'}' | b']', ..] | [.., b'{' | b'[' | b'}' | b']' | b',']
    );
    let Some(margin) = Margin::of(part(block, start..line_end), text.start - start) else {
        return false;
    };
    // The text may be indented otherwise.
    let margin = Margin { sign: margin.sign.trim_ascii_end(), ..margin };
    let next = next.min(block.len());
    let next_end = end_of_line(block, next);
    let is_same = || margin.strip(part(block, next..next_end)).is_some();
    is_code && (next_end >= block.len() || is_same())
}

#[cfg(test)]
mod tests {
    use super::super::block_cut::tests::{assert_same_wherever_it_is_cut, found};

    #[test]
    fn an_event_behind_a_margin_is_an_event() {
        let json = "{\n  \"invocationId\": \"0b\",\n  \"records\": [\n    {\n      \"recordId\": \"49\",\n      \"data\": \"eyJhIjoxfQ==\"\n    }\n  ]\n}";
        let node = "{\n  records: [\n    {\n      recordId: '49',\n      data: 'eyJhIjoxfQ=='\n    }\n  ]\n}";
        let margins: [fn(usize) -> String; 6] = [
            |_| "> ".into(),
            |_| "| ".into(),
            |_| "> > ".into(),
            |at| format!("{at:>4} | "),
            |at| format!("{at}: "),
            |at| format!("{at:>4}\t"),
        ];
        for text in [json, node] {
            for margin in margins {
                let lines = text.lines().enumerate();
                let lines = lines.map(|(at, line)| format!("{}{line}\n", margin(at + 8)));
                let block = format!("before\n{}after it\n", lines.collect::<Vec<_>>().concat());
                let all = found(block.as_bytes());
                assert!(all.len() == 3 && all[1].starts_with("Event Base64"), "{block}{all:#?}");
                assert_same_wherever_it_is_cut(block.as_bytes(), 3);
                assert_same_wherever_it_is_cut(block.replace('\n', "\r\n").as_bytes(), 3);
            }
        }
        assert_eq!(found(b"> {\n> words of a mail\n> }\n").len(), 3);
        assert_eq!(found(b"1 {\n2 x\n").len(), 2);
    }
}
