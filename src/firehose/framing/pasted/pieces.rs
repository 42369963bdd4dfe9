//! Base64 in pieces: string literals that are joined, lines that a backslash continues, a
//! quoted text over several lines, lines with a blank line between them.

use std::ops::Range;

use super::super::line::{Reading, end_of_line, trim_end};
use super::super::lookahead::Lookahead;
use super::super::shape::{Region, Shape};
use super::super::wrapped_line::bare;
use super::{MAX_BEFORE, MIN_PIECE};
use crate::bytes::part;
use crate::decode::{
    Ending, Line, ProblemKind, base64_symbols, decode_open, guess_compression, is_base64_symbol,
};
use crate::limits::MAX_RECORD;

/// Bytes of base64 that are looked at together: more than that of the largest record.
const MAX_LENGTH: usize = 2 * MAX_RECORD;

/// Bytes between two pieces.
const MAX_GAP: usize = 160;

/// Lines next to blank ones before which the pieces so far are tried.
const MAX_TRIES: usize = 16;

/// What stands around a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Quotes of its own.
    Literal(u8),
    /// Line breaks, and none or one quote around them all.
    Lines,
}

/// The record whose first piece is on the line at `start`.
pub(super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    line_end: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    // `data = (` stands before literals on lines of their own.
    let opens = part(block, start..line_end).trim_ascii_end().ends_with(b"(");
    let from = if opens && line_end - start < MAX_BEFORE { line_end + 1 } else { start };
    let (first, form) = first_piece(block, from, end_of_line(block, from.min(block.len())))?;
    if reading == Reading::Part && end_of_line(block, first.end) >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    // Without anything special between them, they are lines of a width.
    let quote = first.start.checked_sub(1).and_then(|it| block.get(it));
    let is_quoted = matches!(quote, Some(b'"' | b'\''));
    if !is_quoted && !has_odd_gap(block, first.clone(), form, reading, ahead) {
        return None;
    }
    let mut next = gap(block, first.end, form);
    if next == Gap::None {
        return None;
    }
    let text = part(block, first.clone());
    ahead.base64.spend(text.len());
    let is_begun = match ahead.sniffer.line(text) {
        Line::Start => true,
        Line::Unknown => decode_open(text).is_some_and(|bytes| guess_compression(&bytes)),
        Line::Whole | Line::Text { .. } => false,
    };
    if !is_begun || ahead.base64.left() == 0 {
        return None;
    }
    let mut joined =
        Joined { text: text.to_vec(), end: first.end, is_odd: false, has_blank: false };
    let (mut before, mut tries) = (None, 0);
    let (mut width, mut is_short, mut is_after_blank) = (first.len(), false, false);
    loop {
        match next {
            Gap::Open if reading == Reading::Part => {
                return Some(Region::unfinished(block, start));
            }
            Gap::None | Gap::Open => break,
            Gap::To { piece, has_blank, is_odd } => {
                if reading == Reading::Part && end_of_line(block, piece.end) >= block.len() {
                    return Some(Region::unfinished(block, start));
                }
                let text = part(block, piece.clone());
                if form == Form::Lines && !has_blank && !is_odd {
                    if is_short || text.len() > width {
                        break;
                    }
                    is_short = text.len() < width;
                } else {
                    (width, is_short) = (text.len(), false);
                }
                // What is whole next to a blank line ends there.
                if has_blank || is_after_blank {
                    tries += 1;
                    if tries <= MAX_TRIES && joined.is_whole(ahead)
                        || ahead.sniffer.line(text) == Line::Whole
                    {
                        break;
                    }
                }
                is_after_blank = has_blank;
                before = Some(joined.mark());
                joined.text.extend_from_slice(text);
                joined.end = piece.end;
                joined.has_blank |= has_blank;
                joined.is_odd |= is_odd;
                if joined.text.len() > MAX_LENGTH {
                    return None;
                }
                next = if text.ends_with(b"=") && form == Form::Lines {
                    Gap::None
                } else {
                    gap(block, piece.end, form)
                };
            }
        }
    }
    if !joined.is_whole(ahead) {
        // The last line may be another record.
        joined.back(before?);
        if !joined.is_whole(ahead) {
            return None;
        }
    }
    if joined.end == first.end || !joined.is_odd && !joined.has_blank && !is_quoted {
        return None;
    }
    let line_end = end_of_line(block, joined.end);
    if reading == Reading::Part && end_of_line(block, line_end + 1) >= block.len() {
        return Some(Region::unfinished(block, start));
    }
    let end = closed(block, line_end);
    let words = part(block, start..first.start).iter().chain(part(block, joined.end..end));
    let has_words = words.filter(|byte| byte.is_ascii_alphanumeric()).count() > 1;
    let remark = if joined.has_blank {
        Some(ProblemKind::BlankLineInBase64)
    } else {
        has_words.then_some(ProblemKind::Base64InWords)
    };
    let body = start..trim_end(block, start, end);
    Some(Region { start, body, end, shape: Shape::Bytes(joined.text, remark) })
}

/// The pieces so far.
struct Joined {
    text: Vec<u8>,
    /// Where the last one ends in the block.
    end: usize,
    /// Something more than a line break joins them.
    is_odd: bool,
    has_blank: bool,
}

impl Joined {
    const fn mark(&self) -> (usize, usize, bool, bool) {
        (self.text.len(), self.end, self.is_odd, self.has_blank)
    }

    fn back(&mut self, mark: (usize, usize, bool, bool)) {
        self.text.truncate(mark.0);
        (self.end, self.is_odd, self.has_blank) = (mark.1, mark.2, mark.3);
    }

    fn is_whole(&self, ahead: &mut Lookahead) -> bool {
        ahead.base64.spend(self.text.len());
        let is_at_end =
            |bytes: Vec<u8>| ahead.sniffer.ending(&bytes, bytes.len()) == Ending::At(bytes.len());
        ahead.base64.left() > 0 && decode_open(&self.text).is_some_and(is_at_end)
    }
}

/// The first piece of the line, and what stands around it.
fn first_piece(block: &[u8], start: usize, line_end: usize) -> Option<(Range<usize>, Form)> {
    let text = bare(block, start.min(line_end), line_end);
    let line = part(block, start.min(line_end)..text.end);
    let near = part(line, ..line.len().min(MAX_BEFORE));
    for at in memchr::memchr3_iter(b'"', b'\'', b'`', near) {
        let Some(quote) = near.get(at) else { continue };
        let first = start + at + 1;
        let end = first + run(part(block, first..text.end));
        if end - first < MIN_PIECE {
            continue;
        }
        match block.get(end) {
            Some(next) if next == quote => return Some((first..end, Form::Literal(*quote))),
            _ if is_line_end(block, end) => return Some((first..end, Form::Lines)),
            _ => {}
        }
    }
    // The last word of the line.
    let body = part(block, text.clone());
    let body = body.strip_suffix(b"\\").unwrap_or(body);
    let symbols = body.iter().rev().take_while(|byte| is_base64_symbol(**byte)).count();
    let first = text.start + body.len() - symbols;
    let opens = first == text.start || matches!(block.get(first - 1), Some(b' ' | b'=' | b'\''));
    let is_piece = symbols >= MIN_PIECE && opens && first - start < MAX_BEFORE;
    is_piece.then_some((first..first + symbols, Form::Lines))
}

/// True for a line with a quote from which base64 goes on to its end: more of the text may
/// be on the lines below.
pub(super) fn opens_text(line: &[u8]) -> bool {
    let quote = memchr::memrchr3(b'"', b'\'', b'`', line);
    quote.is_some_and(|at| run(part(line, at + 1..)) == line.len() - at - 1)
}

/// True if something more than a line break joins the lines below.
fn has_odd_gap(
    block: &[u8],
    first: Range<usize>,
    form: Form,
    reading: Reading,
    ahead: &mut Lookahead,
) -> bool {
    let (width, mut last) = (first.len(), first);
    loop {
        ahead.base64.spend(last.len() / 4);
        match gap(block, last.end, form) {
            Gap::None => return false,
            Gap::Open => return reading == Reading::Part && is_open(part(block, ..last.end)),
            Gap::To { has_blank, is_odd, .. } if has_blank || is_odd => return true,
            Gap::To { piece, .. } => {
                let is_more = piece.len() <= width && last.len() == width;
                if !is_more || ahead.base64.left() == 0 {
                    return false;
                }
                last = piece;
            }
        }
    }
}

/// How many symbols `text` starts with, and the padding after them.
fn run(text: &[u8]) -> usize {
    let symbols = text.iter().take_while(|byte| is_base64_symbol(**byte)).count();
    symbols + part(text, symbols..).iter().take(2).take_while(|byte| **byte == b'=').count()
}

/// True if nothing, or a backslash, stands between `at` and the end of its line.
fn is_line_end(block: &[u8], at: usize) -> bool {
    let rest = part(block, at..);
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
    matches!(rest.first(), None | Some(b'\n'))
}

/// What follows a piece.
#[derive(Debug, PartialEq, Eq)]
enum Gap {
    /// No other one.
    None,
    /// What is here does not show it.
    Open,
    /// Another one.
    To {
        piece: Range<usize>,
        has_blank: bool,
        /// Something more than a line break is between them.
        is_odd: bool,
    },
}

fn gap(block: &[u8], at: usize, form: Form) -> Gap {
    match form {
        Form::Literal(quote) => after_literal(block, at, quote),
        Form::Lines => after_line(block, at),
    }
}

/// The literal after the one that ends before `at`: `" + "`, `"\n  . "`, `' b'`.
fn after_literal(block: &[u8], at: usize, quote: u8) -> Gap {
    let rest = part(block, at..);
    if rest.is_empty() {
        return Gap::Open;
    }
    let Some(rest) = rest.strip_prefix(&[quote]) else { return Gap::None };
    let near = part(rest, ..rest.len().min(MAX_GAP));
    let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"+.&_\\,()".contains(byte);
    let gap = near.iter().take_while(|byte| is_between(byte)).count();
    let prefix = usize::from(matches!(near.get(gap), Some(b'b' | b'r' | b'f' | b'u')));
    let open = gap + prefix;
    match near.get(open) {
        None if near.len() < MAX_GAP => return Gap::Open,
        Some(byte) if *byte == quote => {}
        _ => return Gap::None,
    }
    // A comma between two parts of one line is a list.
    let between = part(near, ..gap);
    if between.contains(&b',') && !between.contains(&b'\n') {
        return Gap::None;
    }
    let first = at + 1 + open + 1;
    let end = first + run(part(block, first..));
    match block.get(end) {
        None => Gap::Open,
        Some(byte) if *byte == quote && end > first => {
            Gap::To { piece: first..end, has_blank: false, is_odd: true }
        }
        Some(_) => Gap::None,
    }
}

/// The line after the one whose base64 ends before `at`.
fn after_line(block: &[u8], at: usize) -> Gap {
    let is_continued = block.get(at) == Some(&b'\\');
    let end = end_of_line(block, at);
    let rest = part(block, at + usize::from(is_continued)..end);
    if !rest.trim_ascii_end().is_empty() {
        return Gap::None;
    }
    let (mut start, mut blank) = (end + 1, 0);
    loop {
        if start >= block.len() {
            return Gap::Open;
        }
        let end = end_of_line(block, start);
        let text = bare(block, start, end);
        if text.is_empty() {
            if end >= block.len() {
                return Gap::Open;
            }
            blank += 1;
            if blank > 3 || is_continued {
                return Gap::None;
            }
            start = end + 1;
            continue;
        }
        let piece = text.start..text.start + run(part(block, text.clone()));
        let is_alone = is_line_end(block, piece.end)
            || piece.end == text.end
            || closes(block, piece.end, text.end);
        if piece.is_empty() || !is_alone {
            return Gap::None;
        }
        return Gap::To { piece, has_blank: blank > 0, is_odd: is_continued };
    }
}

/// True if a quote closes the text after its last line, or a blank ends it where lines
/// are continued by a backslash.
fn closes(block: &[u8], at: usize, end: usize) -> bool {
    matches!(part(block, at..end).first(), Some(b'"' | b'\'' | b' '))
}

/// Takes a line with it that closes brackets and nothing else.
fn closed(block: &[u8], end: usize) -> usize {
    let next = end + 1;
    if next >= block.len() {
        return end;
    }
    let next_end = end_of_line(block, next);
    let line = part(block, next..next_end).trim_ascii();
    let closes = line.first() == Some(&b')') && line.iter().all(|it| b");,".contains(it));
    if closes { next_end } else { end }
}

/// True if the line may be a piece, or the blank line between two.
pub(super) fn may_go_on(block: &[u8], start: usize, line: &[u8]) -> bool {
    let text = line.trim_ascii_end();
    match text.last() {
        Some(b'\\' | b'(') => true,
        Some(b'+' | b'.' | b'&' | b'_' | b',') => {
            let is_sign = |byte: &u8| b"+.&_, ".contains(byte);
            let signs = text.iter().rev().take_while(|byte| is_sign(byte)).count();
            is_literal(part(text, ..text.len() - signs))
        }
        Some(b'"' | b'\'' | b'`') => is_literal(text),
        Some(last) if is_base64_symbol(*last) => {
            let next = block.get(start + line.len() + 1);
            let is_apart = matches!(next, Some(b'\n' | b'\r' | b' ' | b'\t' | b'>' | b'|') | None);
            is_open(text) && (is_apart || is_in_quotes(block, start, text))
        }
        _ => false,
    }
}

/// True for a line that ends in a literal of base64.
fn is_literal(text: &[u8]) -> bool {
    let [inner @ .., quote @ (b'"' | b'\'' | b'`')] = text else { return false };
    let padding = inner.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let inner = part(inner, ..inner.len() - padding);
    let symbols = inner.iter().rev().take_while(|byte| is_base64_symbol(**byte)).count();
    symbols > 0 && inner.get(inner.len().wrapping_sub(symbols + 1)) == Some(quote)
}

/// True if a quote opens on the line, or on one before it that may be of the same text.
fn is_in_quotes(block: &[u8], start: usize, text: &[u8]) -> bool {
    let has_quote = |line: &[u8]| {
        let near = part(line, ..line.len().min(MAX_BEFORE));
        near.iter().any(|it| matches!(it, b'"' | b'\''))
    };
    let before = part(block, start.saturating_sub(MAX_LENGTH.min(4096))..start);
    has_quote(text) || before.contains(&b'"') || before.contains(&b'\'')
}

/// True for a line that ends in base64 without padding, which may go on.
pub(super) fn is_open(line: &[u8]) -> bool {
    let symbols = line.iter().rev().take_while(|byte| is_base64_symbol(**byte)).count();
    let text = part(line, line.len() - symbols..);
    symbols >= MIN_PIECE && base64_symbols(text).is_some()
}
