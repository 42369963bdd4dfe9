//! Lines of base64 of the width at which tools wrap it: one record, or one a
//! line?
//!
//! A line that decodes by itself is a record; only what does not may be joined
//! with the lines after it. Text has no end of its own, so lines of text are
//! told apart by their shape, and the record carries a remark.

use std::ops::Range;

use super::line::{Reading, end_of_line, is_symbol, trim_end};
use crate::decode::{Ending, Line, ProblemKind, decode_open, ending, is_encoded, line as sniff};
use crate::limits::MAX_RECORD;

/// Widths at which tools wrap base64: PEM's (RFC 7468) and MIME's (RFC 2045).
pub(super) const WIDTHS: [usize; 2] = [64, 76];

/// Bytes of lines without an end of their own that are looked at together: more
/// than the base64 of the largest record.
const MAX_UNMARKED: usize = 2 * MAX_RECORD;

/// Lines whose start is decoded first; four times as many if that is not enough.
const FIRST_LINES: usize = 4;

/// Lines within a run that are tried as the start of another record.
const MAX_STARTS: usize = 16;

/// Lines that belong together.
#[derive(Debug)]
pub(super) struct Run {
    /// Where the last line ends, before its newline.
    pub(super) end: usize,
    /// True if they are one record, false if each line is one.
    pub(super) is_joined: bool,
    /// What to show where it could be either.
    pub(super) remark: Option<ProblemKind>,
}

/// Returns the run of lines that starts with the line `first`; `None` if that
/// line stands by itself.
pub(super) fn run(
    block: &[u8],
    first: &Range<usize>,
    line_end: usize,
    reading: Reading,
) -> Option<Run> {
    let text = block.get(first.clone())?;
    let is_base64 = WIDTHS.contains(&text.len())
        && text.iter().all(|byte| is_symbol(*byte))
        // A digest in hexadecimal.
        && !text.iter().all(u8::is_ascii_hexdigit);
    let kind = if is_base64 { sniff(text) } else { Line::Whole };
    if kind == Line::Whole {
        return None;
    }
    let is_json = matches!(decode_open(text).as_deref().map(all_of), Some(Ending::OpenJson));
    let (lines, kinds) = (vec![first.clone()], vec![kind]);
    let mut lines =
        Wrapped { block, width: text.len(), is_json, lines, kinds, starts: 0, is_done: false };
    match reading {
        Reading::Whole => lines.split(line_end),
        Reading::Part => lines.reach(line_end),
    }
}

fn all_of(bytes: &[u8]) -> Ending {
    ending(bytes, bytes.len())
}

/// The lines of a run as far as they have been looked at.
struct Wrapped<'a> {
    block: &'a [u8],
    width: usize,
    /// The first line is the start of JSON.
    is_json: bool,
    lines: Vec<Range<usize>>,
    /// What each of them is by itself.
    kinds: Vec<Line>,
    /// Lines that may start a record.
    starts: usize,
    /// No more lines belong to the run.
    is_done: bool,
}

impl Wrapped<'_> {
    /// As far as a run may reach, for a block that is not all here.
    fn reach(&mut self, line_end: usize) -> Option<Run> {
        let mut end = line_end;
        loop {
            let start = end + usize::from(self.block.get(end) == Some(&b'\n'));
            if start >= self.block.len() {
                let from = self.lines.first()?.start;
                // So many lines without an end are records, one a line.
                let is_too_long = end - from > MAX_UNMARKED && end < start && self.is_unmarked();
                let end = if is_too_long { end } else { self.block.len() };
                return Some(Run { end, is_joined: false, remark: None });
            }
            let Some(next) = self.line_at(start) else {
                return (end > line_end).then_some(Run { end, is_joined: false, remark: None });
            };
            let is_last = self.is_last(&next);
            let next_end = end_of_line(self.block, start);
            if next_end >= self.block.len() {
                // The line itself may go on.
                end = self.block.len();
                continue;
            }
            end = next_end;
            if is_last {
                return Some(Run { end, is_joined: false, remark: None });
            }
        }
    }

    /// True if the first lines show no end that could come later.
    fn is_unmarked(&mut self) -> bool {
        self.gather(FIRST_LINES);
        let decoded = self.text(self.lines.len()).and_then(decode_open);
        decoded.is_none_or(|it| ending(&it, self.width / 4 * 3) == Ending::Unmarked)
    }

    /// Which lines are one record, in a block that is all here.
    fn split(&mut self, line_end: usize) -> Option<Run> {
        self.gather(FIRST_LINES);
        let mut most = FIRST_LINES;
        let step = self.width / 4 * 3;
        loop {
            let decoded = decode_open(self.text(self.lines.len())?)?;
            match ending(&decoded, step) {
                Ending::At(end) => {
                    let count = end.div_ceil(step).clamp(1, self.lines.len());
                    return self.joined(count, line_end, None);
                }
                Ending::OpenBinary if self.is_done => return self.split_damaged(line_end),
                Ending::OpenJson if self.is_done => {
                    let whole = self.kinds.iter().position(|kind| *kind == Line::Whole);
                    return self.joined(whole.unwrap_or(self.lines.len()), line_end, None);
                }
                Ending::OpenJson | Ending::OpenBinary => {
                    most = most.saturating_mul(4);
                    self.gather(most);
                }
                Ending::Damaged => return self.split_damaged(line_end),
                Ending::Unmarked => return self.split_unmarked(line_end),
            }
        }
    }

    /// Compressed data that has no end goes on to a line of something else.
    fn split_damaged(&mut self, line_end: usize) -> Option<Run> {
        /// Symbols of text that compressed data hardly holds by chance.
        const MIN_TEXT: usize = 24;
        loop {
            let texts = self.kinds.iter().zip(&self.lines).position(|(kind, line)| match kind {
                Line::Whole => true,
                Line::Text { .. } => line.len() >= MIN_TEXT,
                Line::Start | Line::Unknown => false,
            });
            if texts.is_some() || self.is_done {
                return self.joined(texts.unwrap_or(self.lines.len()), line_end, None);
            }
            self.gather(self.lines.len() * 4);
        }
    }

    /// Lines of text, and of bytes that mean nothing by themselves.
    fn split_unmarked(&mut self, line_end: usize) -> Option<Run> {
        let mut end = 1;
        loop {
            if end == self.lines.len() {
                let most = self.lines.len() * 4;
                if self.is_done || most.saturating_mul(self.width) > 4 * MAX_UNMARKED {
                    break;
                }
                self.gather(most);
            }
            match self.kinds.get(end) {
                None | Some(Line::Whole | Line::Start) => break,
                Some(_) => end += 1,
            }
        }
        self.lines.truncate(end);
        self.kinds.truncate(end);
        if end == 1 {
            return None;
        }
        let kinds = &self.kinds;
        let lines = end as u64;
        let last = self.lines.last()?.clone();
        let is_too_long = last.end - self.lines.first()?.start > MAX_UNMARKED;
        let full = end - usize::from(self.is_last(&last));
        let ends_line = |kind: &Line| matches!(kind, Line::Text { ends_line: true });
        if kinds.iter().take(end - 1).all(ends_line) {
            return self.separate(None);
        }
        let is_text = |kind: &Line| matches!(kind, Line::Text { .. });
        if kinds.iter().all(is_text) {
            let is_wrapped = full > 1 && full < end && !is_too_long && !self.begin_alike();
            return if is_wrapped {
                self.joined(end, line_end, Some(ProblemKind::LinesJoined { lines }))
            } else {
                self.separate(Some(ProblemKind::LinesNotJoined { lines }))
            };
        }
        if is_too_long || !is_encoded(self.text(end)?) {
            return self.separate(None);
        }
        let is_unsure = full == 1 && kinds.last().is_some_and(is_text);
        self.joined(end, line_end, is_unsure.then_some(ProblemKind::LinesJoined { lines }))
    }

    /// Looks at lines until there are `most`, or one that is no part of the run.
    fn gather(&mut self, most: usize) {
        while self.lines.len() < most && !self.is_done {
            let Some(last) = self.lines.last() else { return };
            let start = end_of_line(self.block, last.start) + 1;
            let next = if self.is_last(last) { None } else { self.line_at(start) };
            let text = next.clone().and_then(|next| self.block.get(next)).unwrap_or_default();
            let kind = sniff(text);
            let is_record = match kind {
                // A value inside another may fill a line by chance.
                Line::Whole => !self.is_json,
                // So may the start of one, unless what came before is whole.
                Line::Start => self.is_whole(),
                Line::Text { .. } | Line::Unknown => false,
            };
            match next.filter(|_| !is_record) {
                Some(next) => {
                    self.lines.push(next);
                    self.kinds.push(kind);
                }
                None => self.is_done = true,
            }
        }
    }

    /// True if the lines so far are a whole record.
    fn is_whole(&mut self) -> bool {
        let is_tried = self.starts < MAX_STARTS;
        self.starts += 1;
        let decoded =
            if is_tried { self.text(self.lines.len()).and_then(decode_open) } else { None };
        decoded.is_some_and(|bytes| all_of(&bytes) == Ending::At(bytes.len()))
    }

    /// The line at `start`, if it looks like the next of the run.
    fn line_at(&self, start: usize) -> Option<Range<usize>> {
        let end = trim_end(self.block, start, end_of_line(self.block, start));
        let line = self.block.get(start..end)?;
        let symbols = line.iter().take_while(|byte| is_symbol(**byte)).count();
        let is_padding = line.get(symbols..).is_some_and(|rest| matches!(rest, b"" | b"=" | b"=="));
        (symbols > 0 && line.len() <= self.width && is_padding).then_some(start..end)
    }

    /// True for a line after which base64 does not go on.
    fn is_last(&self, line: &Range<usize>) -> bool {
        line.len() < self.width || self.block.get(line.end.wrapping_sub(1)) == Some(&b'=')
    }

    /// True if the text of all lines has the same first bytes, as the records
    /// of one program do, and the lines of one text do not.
    fn begin_alike(&self) -> bool {
        /// Symbols that stand for three bytes.
        const HEAD: usize = 4;
        let head = |line: &Range<usize>| self.block.get(line.start..line.start + HEAD);
        let first = self.lines.first().and_then(head);
        self.lines.iter().all(|line| head(line) == first)
    }

    fn text(&self, count: usize) -> Option<&[u8]> {
        let last = self.lines.get(count.checked_sub(1)?)?;
        self.block.get(self.lines.first()?.start..last.end)
    }

    /// The first `count` lines as one record; `None` for a line by itself.
    fn joined(&self, count: usize, line_end: usize, remark: Option<ProblemKind>) -> Option<Run> {
        let end = end_of_line(self.block, self.lines.get(count.checked_sub(1)?)?.start);
        (end > line_end).then_some(Run { end, is_joined: true, remark })
    }

    fn separate(&self, remark: Option<ProblemKind>) -> Option<Run> {
        let end = end_of_line(self.block, self.lines.last()?.start);
        Some(Run { end, is_joined: false, remark })
    }
}
