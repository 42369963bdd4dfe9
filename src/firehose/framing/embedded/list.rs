//! Lines that are lists of base64 and nothing else.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::{Embedded, Found, is_base64_of_record};
use crate::bytes::place_in;
use crate::decode::{Line, Sniffer, is_base64_symbol, is_strict_base64, without_shell_mark};

/// True if the line holds base64 between brackets, quotes and separators, and every field of
/// it is a record.
pub(super) fn is_list(line: &[u8], sniffer: &mut Sniffer) -> bool {
    let text = without_mark(line);
    let is_of_base64 = |it: &u8| is_base64_symbol(*it) || *it == b'=';
    if !text.iter().all(|it| is_of_base64(it) || is_between(*it)) || !is_closed(text) {
        return false;
    }
    // A `+` that became a blank separates nothing: the decoder reports it.
    let has_blank = text.trim_ascii().contains(&b' ');
    let is_text = |it: &[u8], sniffer: &mut Sniffer| {
        !has_blank && is_strict_base64(it) && matches!(sniffer.line(it), Line::Text { .. })
    };
    // The AWS CLI separates what it prints of a list by tabs.
    let mut has_record = text.contains(&b'\t') && fields(text).nth(1).is_some();
    fields(text).all(|it| {
        let is_record = is_base64_of_record(it, sniffer);
        has_record |= is_record;
        is_record || is_text(it, sniffer)
    }) && has_record
}

/// True if as many brackets close as open: the list was not cut.
fn is_closed(text: &[u8]) -> bool {
    let count = |byte: u8| memchr::memchr_iter(byte, text).count();
    [(b'[', b']'), (b'(', b')'), (b'{', b'}')]
        .iter()
        .all(|(open, close)| count(*open) == count(*close))
}

/// Calls `found` for each field of a list.
pub(super) fn records<'a>(line: &'a [u8], found: &mut Found<'_, 'a>) -> ControlFlow<()> {
    fields(without_mark(line)).try_for_each(|field| {
        let start = place_in(line, field);
        let place = start..start + field.len();
        found(Embedded { place, data: Cow::Borrowed(field) })
    })
}

fn fields(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|it| is_between(*it)).filter(|field| !field.is_empty())
}

const fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b',' | b';' | b'|' | b'"' | b'\'' | b'`' | b'\\')
        || matches!(byte, b'[' | b']' | b'(' | b')' | b'{' | b'}')
}

/// The line without what shells and `cat` show at the end of one: zsh's `%`, `$`, `^M`, and
/// `!`.
fn without_mark(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii_end();
    let marks = [b"^M$".as_slice(), b"^M", b"$", b"%", b"!"];
    let bare = marks.iter().find_map(|mark| text.strip_suffix(*mark)).unwrap_or(text);
    let is_base64 = bare.last().is_some_and(|it| is_base64_symbol(*it) || *it == b'=');
    // Without padding before it, `%` may be the start of `%3D`.
    let is_mark = !text.ends_with(b"%")
        || fields(text).last().is_some_and(|it| without_shell_mark(it).len() < it.len());
    if is_base64 && is_mark { bare } else { text }
}
