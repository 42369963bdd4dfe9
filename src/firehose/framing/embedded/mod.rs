//! Records in a line that is nothing else than text: bytes that were printed into it, base64
//! anywhere in it.
//!
//! This is the last look at a line. What it finds has to be plain by itself, JSON, compressed
//! data, a KPL aggregate, or be named data: a word that is base64 by chance stays a word.

mod prints;
#[cfg(test)]
mod tests;
mod tokens;
mod unprinted;

use std::borrow::Cow;
use std::ops::Range;

use crate::bytes::part;
use crate::decode::{Problem, ProblemKind, Sniffer};
pub(super) use unprinted::without_data;

/// A record in a line.
#[derive(Debug)]
pub(super) struct Embedded<'a> {
    /// Its bytes, or its base64.
    pub(super) data: Cow<'a, [u8]>,
    /// What is left out of it, or of the line.
    pub(super) problem: Option<Problem>,
}

/// True if the line may be more than text: a look that most lines do not pass.
pub(super) fn may_hold_any(line: &[u8]) -> bool {
    prints::may_be_in(line) || tokens::may_be_in(line) || unprinted::may_be_in(line)
}

/// The records in a line, in their order; none if it is only text.
pub(super) fn records<'a>(line: &'a [u8], sniffer: &mut Sniffer) -> Vec<Embedded<'a>> {
    // A document that breaks off on a later line is no line.
    if memchr::memchr(b'\n', line).is_some() {
        return Vec::new();
    }
    let prints = prints::find(line);
    if !prints.is_empty() {
        let note = note(line, prints.iter().map(|it| &it.place), ProblemKind::BytesInWords);
        let record = |it: prints::Print| Embedded {
            data: Cow::Owned(it.bytes),
            problem: it.problem.or_else(|| note.clone()),
        };
        return prints.into_iter().map(record).collect();
    }
    let places = tokens::find(line, sniffer);
    if places.is_empty() {
        return tokens::in_form(line, sniffer);
    }
    let text = tokens::without_mark(line);
    let note = note(text, places.iter(), ProblemKind::Base64InWords);
    let record = |it| Embedded { data: Cow::Borrowed(part(line, it)), problem: note.clone() };
    places.into_iter().map(record).collect()
}

/// The note on words between and around the records, which are not shown.
fn note<'r>(
    line: &[u8],
    records: impl Iterator<Item = &'r Range<usize>>,
    kind: ProblemKind,
) -> Option<Problem> {
    has_words(line, records).then(|| Problem::input(kind))
}

/// True if letters or digits stand outside of the `places`, which are in order.
fn has_words<'r>(line: &[u8], places: impl Iterator<Item = &'r Range<usize>>) -> bool {
    let is_word = |text: &[u8]| text.iter().any(u8::is_ascii_alphanumeric);
    let mut at = 0;
    for place in places {
        if is_word(part(line, at..place.start)) {
            return true;
        }
        at = place.end;
    }
    is_word(part(line, at..))
}

/// The name before a value: the word before `=`, `:`, `->` or `=>`, without quotes and the
/// type that Go and C write before a list of bytes.
fn name_before(before: &[u8]) -> &[u8] {
    const TYPES: [&[u8]; 2] = [b"[]byte", b"[]uint8"];
    let mut text = before.trim_ascii_end();
    for suffix in TYPES {
        text = text.strip_suffix(suffix).unwrap_or(text).trim_ascii_end();
    }
    while let [rest @ .., b'"' | b'\'' | b'`' | b'\\'] = text {
        text = rest;
    }
    let text = text.trim_ascii_end();
    let bare = [b"=>".as_slice(), b"->", b"=", b":"]
        .iter()
        .find_map(|separator| text.strip_suffix(*separator));
    let Some(bare) = bare else { return b"" };
    let mut text = bare.trim_ascii_end();
    while let [rest @ .., b'"' | b'\'' | b'`' | b'\\' | b']'] = text {
        text = rest;
    }
    let is_of_name = |it: &&u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'@');
    let length = text.iter().rev().take_while(is_of_name).count();
    part(text, text.len() - length..)
}

/// True if the value after `before` is called data.
fn is_named_data(before: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] =
        [b"data", b"payload", b"record", b"body", b"blob", b"contents", b"base64"];
    let name = name_before(before);
    NAMES.iter().any(|it| {
        name.len().checked_sub(it.len()).is_some_and(|at| part(name, at..).eq_ignore_ascii_case(it))
    })
}
