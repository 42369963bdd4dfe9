//! Lines of base64 of the width at which tools wrap it: one record, or one a
//! line?
//!
//! A line that decodes by itself is a record; only what does not may be joined
//! with the lines after it. Lines of text are a record each, with a remark: one
//! text that was wrapped looks the same.

use std::ops::Range;

use super::line::{Reading, end_of_line, trim_end};
use super::lookahead::Lookahead;
use crate::bytes::part;
use crate::decode::{
    Ending, Line, ProblemKind, base64_symbols, decode_open, is_base64_symbol, is_encoded,
    starts_binary_file,
};
use crate::limits::MAX_RECORD;

/// Widths at which tools wrap base64: PEM's (RFC 7468) and MIME's (RFC 2045).
pub(super) const WIDTHS: [usize; 2] = [64, 76];

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
    ahead: &mut Lookahead,
) -> Option<Run> {
    let text = part(block, first.clone());
    let is_base64 = WIDTHS.contains(&text.len())
        && text.iter().all(|byte| is_base64_symbol(*byte))
        // A digest in hexadecimal.
        && !text.iter().all(u8::is_ascii_hexdigit);
    if !is_base64 {
        return None;
    }
    ahead.start_at(first.start);
    let kind = ahead.kind_of(first.start, text);
    if kind == Line::Whole {
        return None;
    }
    let most = FIRST_LINES + ahead.base64.left() / text.len();
    let mut lines = Wrapped {
        block,
        width: text.len(),
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
        lines.is_file = lines.decoded().is_some_and(|bytes| starts_binary_file(&bytes));
    }
    match reading {
        Reading::Whole => lines.split(line_end),
        Reading::Part => lines.reach(line_end),
    }
}

/// The lines of a run as far as they have been looked at.
struct Wrapped<'a> {
    block: &'a [u8],
    width: usize,
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
        self.ending(self.width / 4 * 3).is_none_or(|it| it == Ending::Unmarked)
    }

    /// Which lines are one record, in a block that is all here.
    fn split(&mut self, line_end: usize) -> Option<Run> {
        self.gather(FIRST_LINES);
        let mut most = FIRST_LINES;
        let step = self.width / 4 * 3;
        loop {
            match self.ending(step)? {
                Ending::At(end) => {
                    let count = end.div_ceil(step).clamp(1, self.lines.len());
                    return self.joined(count, line_end, None);
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
            return self.separate(Some(ProblemKind::LinesNotJoined { lines }));
        }
        if is_too_long || !is_encoded(self.text(end)?) {
            return self.separate(None);
        }
        let is_unsure = full == 1 && kinds.iter().any(is_text);
        self.joined(end, line_end, is_unsure.then_some(ProblemKind::LinesJoined { lines }))
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
            let kind = self.ahead.kind_of(start, text);
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
        decode_open(text)
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
        let end = trim_end(self.block, start, end_of_line(self.block, start));
        let line = part(self.block, start..end);
        let is_base64 = base64_symbols(line).is_some_and(|symbols| symbols > 0);
        (is_base64 && line.len() <= self.width).then_some(start..end)
    }

    /// True for a line after which base64 does not go on.
    fn is_last(&self, line: &Range<usize>) -> bool {
        line.len() < self.width || self.block.get(line.end.wrapping_sub(1)) == Some(&b'=')
    }

    fn text(&self, count: usize) -> Option<&'a [u8]> {
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

#[cfg(test)]
mod tests {
    use super::super::InputFormat;
    use super::super::region::{Shape, next};
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    const WIDTH: usize = 64;
    const LINE: usize = WIDTH / 4 * 3;

    /// A line of base64 that starts with these bytes and goes on as text does.
    fn line(start: &[u8], number: usize) -> String {
        let mut bytes = start.to_vec();
        bytes.extend_from_slice(format!("{number:.<LINE$}").as_bytes());
        bytes.truncate(LINE);
        STANDARD.encode(bytes)
    }

    /// The lines of each region, joined ones together, and what it took.
    fn read(block: &[u8], reading: Reading) -> (Vec<usize>, usize) {
        let mut ahead = Lookahead::new(block);
        let (mut at, mut lines) = (0, Vec::new());
        while let Some(region) = next(block, at, InputFormat::Auto, reading, &mut ahead) {
            let count = memchr::memchr_iter(b'\n', &block[region.body.clone()]).count() + 1;
            match region.shape {
                Shape::Lines(_) => lines.extend(vec![1; count]),
                _ => lines.push(count),
            }
            at = region.end;
        }
        (lines, ahead.base64.spent)
    }

    fn lines(block: &str) -> Vec<usize> {
        read(block.as_bytes(), Reading::Whole).0
    }

    /// Starts of things that have an end, with enough to come that the flood
    /// does not end them.
    fn open_starts() -> [Vec<u8>; 4] {
        let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0, 0xff, 0xff, 0, 0]].concat();
        let zstd = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0xf9, 0xff, 0x07];
        let json = br#"{"a":"#.to_vec();
        [crate::decode::KPL_MAGIC.to_vec(), gzip, zstd, json]
    }

    #[test]
    fn a_flood_of_starts_without_an_end_takes_time_that_grows_with_it() {
        for start in open_starts() {
            let flood = |count: usize| -> String {
                let pair = |it| format!("{}\n{}\n", line(&start, it), line(b"log ", it));
                (0..count).map(pair).collect()
            };
            for reading in [Reading::Whole, Reading::Part] {
                let small = flood(500);
                let large = flood(4000);
                let spent = |block: &str| read(block.as_bytes(), reading).1;
                let (few, many) = (spent(&small), spent(&large));
                assert!(few <= 32 * small.len(), "{start:?}: {few} of {}", small.len());
                assert!(many <= 10 * few, "{start:?}: {few} and {many}");
            }
        }
    }

    #[test]
    fn a_start_without_an_end_is_a_line_and_so_is_each_after_it() {
        for start in open_starts().iter().take(3) {
            let pair = |it| format!("{}\n{}\n", line(start, it), line(b"log ", it));
            let block: String = (0..100).map(pair).collect();
            assert_eq!(lines(&block), vec![1; 200], "{start:?}");
            // Nothing more may be read ahead.
            let first = 0..WIDTH;
            let mut spent = Lookahead::new(block.as_bytes());
            spent.base64.spend(usize::MAX);
            let run = run(block.as_bytes(), &first, WIDTH, Reading::Whole, &mut spent);
            assert!(run.is_none(), "{start:?}");
        }
    }

    #[test]
    fn what_was_read_in_vain_before_it_does_not_take_a_wrapped_record_apart() {
        let cut = line(&open_starts()[1], 0);
        let text = line(b"log ", 1);
        let numbers: Vec<_> = (0..2000).map(|it| (it * 7919 % 10_007).to_string()).collect();
        let gzip = crate::compress::Gzip::new().compress(numbers.join(",").as_bytes());
        let base64 = STANDARD.encode(&gzip);
        let wrapped: Vec<_> =
            base64.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy).collect();
        let block = format!("{cut}\n{text}\n{cut}\n{text}\n{}\n", wrapped.join("\n"));
        let found = lines(&block);
        assert_eq!(found, [1, 1, 1, 1, wrapped.len()]);
    }

    #[test]
    fn a_block_does_not_wait_without_end_for_the_end_of_a_line_that_was_cut() {
        let cut = line(&open_starts()[1], 0);
        let text = line(b"log ", 1);
        let pairs = 1 + MAX_OPEN / (2 * (WIDTH + 1));
        let block = format!("{cut}\n{text}\n").repeat(pairs);
        assert!(super::super::safe_cut(block.as_bytes(), InputFormat::Auto).is_some());
    }

    #[test]
    fn lines_of_text_and_a_short_one_after_them_are_a_record_each() {
        let short = STANDARD.encode("bye").trim_end_matches('=').to_owned();
        for texts in [vec![line(b"one ", 1)], vec![line(b"one ", 1), line(b"two ", 2)]] {
            let block = format!("{}\n{short}\n", texts.join("\n"));
            assert_eq!(lines(&block), vec![1; texts.len() + 1]);
            let mut ahead = Lookahead::new(block.as_bytes());
            let run = run(block.as_bytes(), &(0..WIDTH), WIDTH, Reading::Whole, &mut ahead);
            let lines = texts.len() as u64 + 1;
            assert_eq!(run.unwrap().remark, Some(ProblemKind::LinesNotJoined { lines }));
        }
    }
}
