//! One record in a line of text: base64, `<Buffer 7b 22>`, `[123 34]`, `b'…'`.

use std::borrow::Cow;
use std::ops::Range;

use super::super::print::byte_string;
use super::super::printed_bytes::buffer;
use super::around::Around;
use super::marks::BUFFER;
use super::{Embedded, is_base64_of_record, is_record};
use crate::bytes::part;
use crate::decode::{MIN_BASE64_WORD, Sniffer, is_base64_symbol, is_cut_short, printed_numbers};

/// What starts at a mark.
#[derive(Debug)]
pub(super) enum Read<'a> {
    Record(Embedded<'a>),
    /// A part of a word, up to here.
    Word(usize),
}

/// Reads what starts at the mark at `start`; `None` if it is no record, though it starts like
/// one.
pub(super) fn read<'a>(
    line: &'a [u8],
    start: usize,
    around: &Around,
    sniffer: &mut Sniffer,
) -> Option<Read<'a>> {
    let before = part(line, ..start).last();
    let record = match part(line, start..) {
        [b'<', ..] => node_buffer(line, start, sniffer)?,
        [b'[', ..] => list(line, start, sniffer)?,
        [b'b', b'\'' | b'"', ..] => {
            if before.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_') {
                return Some(Read::Word(start + 1));
            }
            literal(line, start, sniffer)?
        }
        _ => {
            if before.is_some_and(|it| is_base64_symbol(*it) || *it == b'.') {
                return Some(Read::Word(start + 1));
            }
            return base64(line, start, around, sniffer);
        }
    };
    around.fits_bytes(line, &record.place).then_some(Read::Record(record))
}

fn base64<'a>(
    line: &'a [u8],
    start: usize,
    around: &Around,
    sniffer: &mut Sniffer,
) -> Option<Read<'a>> {
    /// `{"a":1}` has as many.
    const MIN_SYMBOLS: usize = 10;
    let rest = part(line, start..);
    let symbols = rest.iter().take_while(|it| is_base64_symbol(**it)).count();
    let padding = part(rest, symbols..).iter().take(2).take_while(|it| **it == b'=').count();
    let place = start..start + symbols + padding;
    // A word; or the first part of a token of JWT.
    let is_jwt = || matches!(part(line, place.end..), [b'.', next, ..] if is_base64_symbol(*next));
    let is_word = || symbols < MIN_BASE64_WORD && !is_cut_short(part(line, place.end..));
    if is_word() || is_jwt() {
        return Some(Read::Word(start + symbols));
    }
    // What is left of a record.
    if symbols < MIN_SYMBOLS {
        return None;
    }
    let text = part(line, place.clone());
    let is_record = around.fits_base64(line, &place) && is_base64_of_record(text, sniffer);
    let record = || Embedded { place, data: Cow::Borrowed(text) };
    is_record.then(|| Read::Record(record()))
}

fn of_bytes<'a>(
    place: Range<usize>,
    bytes: Vec<u8>,
    sniffer: &mut Sniffer,
) -> Option<Embedded<'a>> {
    // A list of numbers may be one of a program.
    let is_numbers = bytes.starts_with(b"[") && !bytes.starts_with(b"[{");
    let is_data = !is_numbers && is_record(&bytes, sniffer) || is_base64_of_record(&bytes, sniffer);
    is_data.then_some(Embedded { place, data: Cow::Owned(bytes) })
}

/// One that Node.js cut is none.
fn node_buffer<'a>(line: &'a [u8], start: usize, sniffer: &mut Sniffer) -> Option<Embedded<'a>> {
    let rest = part(line, start..);
    let length = memchr::memchr(b'>', rest).filter(|_| rest.starts_with(BUFFER.as_bytes()))? + 1;
    let found = buffer(part(rest, ..length)).filter(|it| it.problem.is_none())?;
    of_bytes(start..start + length, found.bytes, sniffer)
}

/// `b'…'` of Python, `b"…"` of Rust.
fn literal<'a>(line: &'a [u8], start: usize, sniffer: &mut Sniffer) -> Option<Embedded<'a>> {
    let (bytes, end) = byte_string(line, start)?;
    of_bytes(start..end, bytes, sniffer)
}

/// `[123 34 …]`, `[123, 34, …]`.
fn list<'a>(line: &'a [u8], start: usize, sniffer: &mut Sniffer) -> Option<Embedded<'a>> {
    let length = memchr::memchr(b']', part(line, start..))?;
    let bytes = printed_numbers(part(line, start + 1..start + length))?;
    of_bytes(start..start + length + 1, bytes, sniffer)
}
