//! Lines of base64 of one width: one record, or one a line?
//!
//! A line that decodes by itself is a record; only what does not may be joined
//! with the lines after it. At the widths at which tools wrap base64, lines of
//! text are a record each, with a remark: one text that was wrapped looks the
//! same. At other widths lines are joined only if that makes something whole.

use std::borrow::Cow;
use std::ops::Range;

use super::line::{Reading, end_of_line};
use super::lookahead::Lookahead;
use super::wrapped_line::{
    self, bare, is_width, lines_per_step, may_become_margin, may_go_on, next_line, without_dots,
};
use crate::bytes::part;
use crate::decode::{
    Ending, Line, ProblemKind, Sniffer, decode_open, guess_compression, is_base64_symbol,
    is_encoded, may_start_binary_file,
};
use crate::limits::MAX_RECORD;

/// Bytes of lines without an end of their own that are looked at together: more
/// than the base64 of the largest record.
const MAX_UNMARKED: usize = 2 * MAX_RECORD;

/// Bytes of lines that wait for the end of compressed data or JSON in a block
/// that is not all here.
const MAX_OPEN: usize = 4 * MAX_UNMARKED;

/// Lines whose start is decoded first; four times as many if that is not enough.
const FIRST_LINES: usize = 4;

/// Lines within a run that are tried as the start of another record.
const MAX_STARTS: usize = 16;

/// Bytes at the start of records by which they are alike.
const ALIKE: usize = 4;

/// How sure it is that lines are one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Certain,
    Likely,
}

/// How `next` may go on with what `text` ends in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seam {
    /// At a blank or a sign, where hardly a record ends or begins.
    Sign,
    /// Within what may be a word.
    Word,
    /// Within what may be a number.
    Number,
}

fn seam(text: &[u8], next: &[u8]) -> Option<Seam> {
    let (last, first) = (text.last()?, next.first()?);
    let is_open = matches!(last, b' ' | b',' | b'=' | b':' | b'(' | b'-' | b'/' | b'<');
    let goes_on = matches!(first, b' ' | b',' | b'=' | b':' | b')' | b';' | b'.' | b'\n');
    if is_open || goes_on {
        return Some(Seam::Sign);
    }
    if first.is_ascii_lowercase() && last.is_ascii_alphabetic() {
        return Some(Seam::Word);
    }
    (first.is_ascii_digit() && last.is_ascii_digit()).then_some(Seam::Number)
}

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

/// Returns the run of lines that starts with the line at `start`; `None` if that
/// line stands by itself.
pub(super) fn run(
    block: &[u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Run> {
    let first = bare(block, start, line_end);
    let text = part(block, first.clone());
    let is_base64 = may_go_on(block, start, line_end, reading)
        && text.iter().all(|byte| is_base64_symbol(*byte))
        // A digest in hexadecimal.
        && !text.iter().all(u8::is_ascii_hexdigit);
    if !is_base64 {
        return None;
    }
    ahead.start_at(first.start);
    let kind = ahead.kind_of(first.start, text);
    let is_usual = is_width(text.len());
    if kind == Line::Whole || !is_usual && !may_be_piece(kind, text) {
        return None;
    }
    let most = FIRST_LINES + ahead.base64.left() / text.len();
    let mut lines = Wrapped {
        block,
        prefix: part(block, start..first.start),
        width: text.len(),
        is_usual,
        is_json: false,
        is_file: false,
        lines: vec![first.clone()],
        kinds: vec![kind],
        starts: 0,
        most,
        is_done: false,
        is_cut: false,
        ahead,
    };
    if kind == Line::Start {
        lines.is_json = lines.whole_ending() == Some(Ending::OpenJson);
        lines.is_file = lines.decoded().is_some_and(|bytes| may_start_binary_file(&bytes));
    }
    match reading {
        Reading::Whole => lines.split(line_end),
        Reading::Part => lines.reach(line_end),
    }
}

/// True if the first line of a record that was wrapped at any width may be so: the
/// start of something that has an end, or no base64 by itself.
fn may_be_piece(kind: Line, text: &[u8]) -> bool {
    match kind {
        Line::Whole => false,
        Line::Start => true,
        Line::Text { .. } => !text.len().is_multiple_of(4),
        Line::Unknown => {
            !text.len().is_multiple_of(4)
                || decode_open(text).is_some_and(|it| guess_compression(&it))
        }
    }
}

/// The lines of a run as far as they have been looked at.
struct Wrapped<'a> {
    block: &'a [u8],
    /// What stands before the base64 of each line.
    prefix: &'a [u8],
    width: usize,
    /// Tools wrap base64 at this width.
    is_usual: bool,
    /// The first line is the start of JSON.
    is_json: bool,
    /// The first line is the start of a file that may hold anything.
    is_file: bool,
    lines: Vec<Range<usize>>,
    /// What each of them is by itself.
    kinds: Vec<Line>,
    /// Lines that may start a record.
    starts: usize,
    /// Lines that may be looked at.
    most: usize,
    /// No more lines belong to the run.
    is_done: bool,
    /// More lines may belong to it than may be looked at.
    is_cut: bool,
    ahead: &'a mut Lookahead,
}

impl<'a> Wrapped<'a> {
    /// As far as a run may reach, for a block that is not all here.
    fn reach(&mut self, line_end: usize) -> Option<Run> {
        let mut end = line_end;
        loop {
            let start = end + usize::from(self.block.get(end) == Some(&b'\n'));
            if start >= self.block.len() {
                let from = self.lines.first()?.start;
                if end - from > MAX_OPEN {
                    return self.split(line_end);
                }
                // This many lines without an end are records, one a line.
                let is_too_long = end - from > MAX_UNMARKED && end < start && self.is_unmarked();
                let end = if is_too_long { end } else { self.block.len() };
                return Some(Run { end, is_joined: false, remark: None });
            }
            let rest = part(self.block, start..);
            if may_become_margin(rest, self.prefix) {
                end = self.block.len();
                continue;
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
                if !may_go_on(self.block, start, end, Reading::Part) {
                    return Some(Run { end, is_joined: false, remark: None });
                }
                // It may start a run of its own.
                self.width = next.len();
            }
        }
    }

    /// True if the first lines show no end that could come later.
    fn is_unmarked(&mut self) -> bool {
        self.gather(FIRST_LINES);
        self.ending(self.step()).is_none_or(|it| it == Ending::Unmarked)
    }

    /// Which lines are one record, in a block that is all here.
    fn split(&mut self, line_end: usize) -> Option<Run> {
        self.gather(FIRST_LINES);
        let mut most = FIRST_LINES;
        let step = self.step();
        loop {
            match self.ending(step)? {
                Ending::At(end) => {
                    let count = end.div_ceil(step) * lines_per_step(self.width);
                    return self.joined(count.clamp(1, self.lines.len()), line_end, None);
                }
                ending if !self.is_usual => {
                    if self.is_done {
                        return self.split_without_end(ending, line_end);
                    }
                    most = most.saturating_mul(4);
                    self.gather(most);
                }
                Ending::OpenBinary if self.is_done && self.is_file => {
                    return self.joined(self.lines.len(), line_end, None);
                }
                Ending::OpenBinary if self.is_done => return self.split_damaged(line_end),
                Ending::OpenJson if self.is_done => {
                    let whole = self.kinds.iter().position(|kind| *kind == Line::Whole);
                    if whole.is_none() && self.is_cut {
                        return None;
                    }
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

    /// Lines of no usual width, which do not make something whole.
    fn split_without_end(&self, ending: Ending, line_end: usize) -> Option<Run> {
        let count = self.lines.len();
        let mut others = self.kinds.iter().skip(1);
        if self.is_cut || count == 1 {
            return None;
        }
        if ending == Ending::Unmarked {
            let is_broken = others.any(|kind| *kind == Line::Unknown);
            let kind = |text: Cow<'_, [u8]>| Sniffer::default().line(&text);
            let is_text = || matches!(self.text(count).map(kind), Some(Line::Text { .. }));
            // Text that breaks within a group of four symbols.
            let is_one = !self.width.is_multiple_of(4) && is_broken && is_text();
            return if is_one { self.joined(count, line_end, None) } else { None };
        }
        if !others.all(|kind| *kind == Line::Unknown) {
            return None;
        }
        let is_short = self.lines.last().is_some_and(|last| self.is_last(last));
        if count - usize::from(is_short) > 1 {
            // Its end is missing, or it is damaged.
            return self.joined(count, line_end, None);
        }
        self.separate(Some(ProblemKind::LinesNotJoined { lines: count as u64 }))
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
            if texts.is_none() && self.is_cut {
                return None;
            }
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
        // A short line at the end may be too short to be known as text.
        if kinds.iter().take(full).all(is_text) {
            let wrapping = if full < end && !is_too_long { self.wrapping(full) } else { None };
            return match wrapping {
                Some(Wrapping::Certain) => self.joined(end, line_end, None),
                Some(Wrapping::Likely) => {
                    self.joined(end, line_end, Some(ProblemKind::LinesJoined { lines }))
                }
                None => self.separate(Some(ProblemKind::LinesNotJoined { lines })),
            };
        }
        if is_too_long || !is_encoded(&self.text(end)?) {
            return self.separate(None);
        }
        let is_unsure = full == 1 && kinds.iter().any(is_text);
        self.joined(end, line_end, is_unsure.then_some(ProblemKind::LinesJoined { lines }))
    }

    /// Whether these lines of text, of which one that is shorter comes last, are one text that
    /// was wrapped: each by itself breaks off where no record ends.
    fn wrapping(&mut self, full: usize) -> Option<Wrapping> {
        // Where a line is longer, nothing was wrapped at this width.
        if !self.is_usual || self.ahead.longest_base64(self.block) > self.width {
            return None;
        }
        let decoded = |line: &Range<usize>| decode_open(part(self.block, line.clone()));
        let texts: Vec<_> = self.lines.iter().filter_map(decoded).collect();
        let last = texts.last().filter(|_| texts.len() == full + 1)?;
        // Records of one log begin alike.
        if texts
            .iter()
            .all(|text| text.iter().zip(last).take(ALIKE).all(|(one, other)| one == other))
        {
            return None;
        }
        // Records have a newline at their end, or none has.
        let is_ended = last.ends_with(b"\n");
        let seam = |pair: &[Vec<u8>]| match pair {
            [one, next] => seam(one, next),
            _ => None,
        };
        let seams: Vec<_> = texts.windows(2).map(seam).collect();
        // Records of one log may all begin with a small letter.
        let is_sure = is_ended || seams.iter().all(Option::is_some);
        if full > 1 && is_sure && (is_ended || seams.contains(&Some(Seam::Sign))) {
            return Some(Wrapping::Certain);
        }
        let is_likely = |it: Seam| it != Seam::Number || is_ended;
        seams.into_iter().flatten().any(is_likely).then_some(Wrapping::Likely)
    }

    /// Looks at lines until there are `most`, or one that is not part of the run.
    fn gather(&mut self, most: usize) {
        while self.lines.len() < most && !self.is_done {
            if self.lines.len() >= self.most {
                (self.is_done, self.is_cut) = (true, true);
                return;
            }
            let Some(last) = self.lines.last() else { return };
            let start = end_of_line(self.block, last.start) + 1;
            let Some(next) = self.line_at(start).filter(|_| !self.is_last(last)) else {
                self.is_done = true;
                return;
            };
            let text = part(self.block, next.clone());
            let kind = self.ahead.kind_of(next.start, text);
            let is_record = match kind {
                // A value inside another may fill a line by chance.
                Line::Whole => !self.is_json && !self.is_file,
                // So may the start of one, unless what came before is whole.
                Line::Start => self.is_whole(),
                Line::Text { .. } | Line::Unknown => false,
            };
            if is_record {
                self.is_done = true;
            } else {
                self.lines.push(next);
                self.kinds.push(kind);
            }
        }
    }

    /// True if the lines so far are a whole record.
    fn is_whole(&mut self) -> bool {
        let is_tried = self.starts < MAX_STARTS;
        self.starts += 1;
        let decoded = if is_tried { self.decoded() } else { None };
        decoded.is_some_and(|bytes| {
            self.ahead.sniffer.ending(&bytes, bytes.len()) == Ending::At(bytes.len())
        })
    }

    /// The lines so far, decoded.
    fn decoded(&mut self) -> Option<Vec<u8>> {
        let text = self.text(self.lines.len())?;
        self.ahead.base64.spend(text.len());
        decode_open(&text)
    }

    /// What the lines so far say about their end, which may be in each `step`.
    fn ending(&mut self, step: usize) -> Option<Ending> {
        let bytes = self.decoded()?;
        Some(self.ahead.sniffer.ending(&bytes, step))
    }

    fn whole_ending(&mut self) -> Option<Ending> {
        let bytes = self.decoded()?;
        Some(self.ahead.sniffer.ending(&bytes, bytes.len()))
    }

    /// The line at `start`, if it looks like the next of the run.
    fn line_at(&self, start: usize) -> Option<Range<usize>> {
        if start >= self.block.len() {
            // The last line has no newline after it.
            return None;
        }
        let next = next_line(self.block, start, self.prefix)?;
        let line = without_dots(part(self.block, next.clone()));
        let next = next.start..next.start + line.len();
        let is_base64 = wrapped_line::is_piece(line, self.width);
        (is_base64 && line.len() <= self.width).then_some(next)
    }

    /// True for a line after which base64 does not go on.
    fn is_last(&self, line: &Range<usize>) -> bool {
        let ends = || self.block.get(line.end.wrapping_sub(1)) == Some(&b'=');
        let is_shortened = || matches!(self.block.get(line.end), Some(b'.' | 0xe2));
        line.len() < self.width || is_shortened() || ends() && !self.is_padding_after(line)
    }

    /// True if the second `=` was wrapped to a line of its own.
    fn is_padding_after(&self, line: &Range<usize>) -> bool {
        let start = end_of_line(self.block, line.start) + 1;
        self.line_at(start).is_some_and(|next| part(self.block, next) == b"=")
    }

    /// Bytes after which a line may end that ends a group of four symbols.
    const fn step(&self) -> usize {
        self.width * lines_per_step(self.width) / 4 * 3
    }

    fn text(&self, count: usize) -> Option<Cow<'a, [u8]>> {
        let last = self.lines.get(count.checked_sub(1)?)?;
        let start = self.lines.first()?.start.checked_sub(self.prefix.len())?;
        Some(wrapped_line::joined_start(self.block.get(start..last.end)?))
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

#[cfg(test)]
mod tests;
