//! Records in the middle of a line of text: base64, and bytes that a program printed.
//!
//! What is found has to be whole JSON that is not empty, or whole compressed data, and to stand
//! where people and programs print a record. All records of a line are taken, or none: one that
//! is damaged, and what may be a record in a form that is not read here, make the line text.
//! Two passes over a line, each linear: the first finds out whether it is text.

mod around;
mod list;
mod marks;
mod prints;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use crate::bytes::part;
use crate::decode::{Problem, ProblemKind, Sniffer, base64_symbols, decode_open, may_hold_record};
use crate::json::{self, Token};
use around::Around;
pub(super) use marks::Marks;
use prints::{Read, read};

/// A record in a line.
#[derive(Debug, PartialEq, Eq)]
struct Embedded<'a> {
    /// Where it stands.
    place: Range<usize>,
    /// Its bytes, or its base64.
    data: Cow<'a, [u8]>,
}

type Found<'v, 'a> = dyn FnMut(Embedded<'a>) -> ControlFlow<()> + 'v;

/// Calls `visit` for each record in the `line`; `None` if it is text, or holds nothing more
/// than the `one` that is found without this.
pub(super) fn records<'a>(
    line: &'a [u8],
    one: Option<&[u8]>,
    sniffer: &mut Sniffer,
    visit: &mut dyn FnMut(Cow<'a, [u8]>, Option<Problem>) -> ControlFlow<()>,
) -> Option<ControlFlow<()>> {
    // A document that breaks off on a later line is no line.
    if memchr::memchr(b'\n', line).is_some() {
        return None;
    }
    let is_list = list::is_list(line, sniffer);
    let mut find = |found: &mut Found<'_, 'a>| {
        if is_list { Some(list::records(line, found)) } else { in_text(line, sniffer, found) }
    };
    let (mut count, mut end, mut left) = (0, 0, 0);
    let (mut has_one, mut has_words, mut has_other) = (false, false, false);
    let mut pass = |gap: Range<usize>| {
        let text = part(line, gap);
        left += text.len();
        has_words |= String::from_utf8_lossy(text).chars().any(char::is_alphanumeric);
        has_other |= !is_list && may_hold_record(text);
    };
    let _all = find(&mut |it| {
        count += 1;
        pass(end..it.place.start);
        has_one |= one == Some(&*it.data);
        end = it.place.end;
        ControlFlow::Continue(())
    })?;
    if !is_list {
        pass(end..line.len());
    }
    if has_other || count == 0 || one.is_some() && (count == 1 || !has_one) {
        return None;
    }
    let note = has_words.then(|| Problem::input(ProblemKind::TextAround { bytes: left }));
    find(&mut |it| visit(it.data, note.clone()))
}

/// Finds the records in a line of text; `None` where one is not a record.
fn in_text<'a>(
    line: &'a [u8],
    sniffer: &mut Sniffer,
    found: &mut Found<'_, 'a>,
) -> Option<ControlFlow<()>> {
    let mut around = Around::of(line)?;
    let mut at = 0;
    while let Some(start) = marks::next(line, at) {
        around.pass(line, at..start)?;
        match read(line, start, &around, sniffer)? {
            Read::Word(end) => {
                around.pass(line, start..end)?;
                at = end;
            }
            Read::Record(record) => {
                at = record.place.end;
                around.pass_record(at);
                if found(record).is_break() {
                    return Some(ControlFlow::Break(()));
                }
            }
        }
    }
    around.pass(line, at..line.len())?;
    around.is_closed().then_some(ControlFlow::Continue(()))
}

/// True for a list in JSON of which every element is a record in base64.
pub(super) fn is_list(list: Token<'_>) -> bool {
    let mut sniffer = Sniffer::default();
    let mut is_record = |element: Token<'_>| {
        element.string_bytes().is_some_and(|text| is_base64_of_record(&text, &mut sniffer))
    };
    let mut elements = list.elements().peekable();
    elements.peek().is_some() && elements.all(|it| it.is_ok_and(|(it, _)| is_record(it)))
}

/// True for base64 of a record that is whole.
pub(super) fn is_base64_of_record(text: &[u8], sniffer: &mut Sniffer) -> bool {
    let is_whole = base64_symbols(text).is_some_and(|symbols| symbols % 4 != 1);
    is_whole && decode_open(text).is_some_and(|bytes| is_record(&bytes, sniffer))
}

/// True for what no text is by chance: JSON that is not empty, compressed data.
fn is_record(bytes: &[u8], sniffer: &mut Sniffer) -> bool {
    let start = json::skip_space(bytes, 0);
    match bytes.get(start) {
        Some(b'{' | b'[') => is_json(bytes, start),
        _ => sniffer.is_compressed_record(bytes),
    }
}

/// True for JSON objects or arrays, one after the other, of which the first is not empty.
fn is_json(bytes: &[u8], start: usize) -> bool {
    let mut at = start;
    while matches!(bytes.get(at), Some(b'{' | b'[')) {
        match json::skip_value(bytes, at) {
            Ok(end) => at = json::skip_space(bytes, end),
            Err(_) => return false,
        }
    }
    let is_empty = matches!(bytes.get(json::skip_space(bytes, start + 1)), Some(b'}' | b']'));
    at == bytes.len() && !is_empty
}
