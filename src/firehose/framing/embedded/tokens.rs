//! Base64 anywhere in a line: in lists without quotes, in what languages print of a record,
//! next to each other.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::printed_bytes::has_log_prefix;
use super::{Embedded, has_words, is_named_data, name_before};
use crate::bytes::{part, place_in};
use crate::decode::{
    Line, Problem, ProblemKind, Sniffer, base64_symbols, base64_tokens, decode_open,
    has_one_base64, is_encoded, is_strict_base64, percent, starts_record,
};

/// Symbols of a record among words.
const MIN_SYMBOLS: usize = 24;

/// Symbols of a record of JSON: `{"a":1}` has this many.
const MIN_JSON: usize = 10;

/// A look for what may be a record, which takes no decoding.
pub(super) fn may_be_in(line: &[u8]) -> bool {
    memchr::memchr(b'%', line).is_some()
        || memchr::memchr_iter(b'\t', line).any(|at| part(line, ..at).ends_with(b"="))
        || tokens(without_mark(line)).any(|it| it.ends_with(b"=") || may_start_record(it))
}

/// Where the records stand in the line, in their order; none where words are only words, or
/// where the decoder takes the one that there is for itself.
pub(super) fn find(line: &[u8], sniffer: &mut Sniffer) -> Vec<Range<usize>> {
    if let Some(columns) = columns(line, sniffer) {
        return columns;
    }
    let text = without_mark(line);
    let is_marked = text.len() < line.len();
    let tokens: Vec<_> = tokens(text).collect();
    let places = tokens.iter().map(|token| {
        let start = place_in(line, token);
        start..start + token.len()
    });
    let places: Vec<_> = places.collect();
    if places.is_empty() {
        return places;
    }
    let kinds: Vec<_> = tokens.iter().map(|token| Kind::of(token, sniffer)).collect();
    if !kinds.iter().any(|kind| matches!(kind, Kind::Record | Kind::Text)) {
        return Vec::new();
    }
    // A `+` may have become a blank: the decoder says so.
    let ends = kinds.iter().rposition(|kind| *kind == Kind::Start);
    if ends.is_some_and(|at| at + 1 < kinds.len()) {
        return Vec::new();
    }
    let is_one = |(kind, token): (&Kind, &&[u8])| match kind {
        Kind::Record | Kind::Text | Kind::Start => true,
        Kind::Word => is_encoded(token),
    };
    let is_one: Vec<_> = kinds.iter().zip(&tokens).map(is_one).collect();
    let records = places.iter().zip(&is_one).filter(|(_, is_one)| **is_one);
    let has_words = has_words(text, records.map(|(place, _)| place));
    let is_list = !has_words;
    let length = |kind: Kind| {
        let found = tokens.iter().zip(&kinds).filter(|(_, it)| **it == kind);
        found.map(|(token, _)| token.len()).sum::<usize>()
    };
    let is_most = 2 * (length(Kind::Record) + length(Kind::Text)) >= text.len();
    let is_logged = has_log_prefix(text);
    let mut found = Vec::new();
    for ((place, kind), is_one) in places.iter().zip(&kinds).zip(is_one) {
        let before = part(text, ..place.start);
        let is_record = match kind {
            _ if is_list => is_one,
            Kind::Word | Kind::Start => false,
            _ if is_secret(before) || is_in_url(text, place) => false,
            Kind::Text => is_most || is_named_data(before),
            Kind::Record => {
                let is_placed = is_most
                    || is_logged
                    || before.trim_ascii().is_empty()
                    || is_in_list(text, place);
                is_placed && place.len() >= MIN_SYMBOLS || is_named_data(before)
            }
        };
        if is_record {
            found.push(place.clone());
        }
    }
    if is_marked {
        return found;
    }
    if found.len() == 1 && has_one_base64(line, sniffer) {
        return Vec::new();
    }
    // The list was cut.
    if !found.is_empty()
        && let (Some(place), Some(Kind::Start)) = (places.last(), kinds.last())
        && place.end == text.trim_ascii_end().len()
        && found.last() != Some(place)
    {
        found.push(place.clone());
    }
    found
}

/// What a run of base64 holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// JSON, compressed data, or something else with an end of its own.
    Record,
    /// The start of it.
    Start,
    /// Padded base64 of text.
    Text,
    /// Nothing that is plain.
    Word,
}

impl Kind {
    fn of(token: &[u8], sniffer: &mut Sniffer) -> Self {
        // Most words and numbers: a look at a few bytes.
        let is_padded = token.ends_with(b"=");
        if !is_padded && !may_start_record(token) {
            return Self::Word;
        }
        match sniffer.line(token) {
            Line::Whole => Self::Record,
            Line::Start => {
                let is_record = decode_open(token).is_some_and(|bytes| starts_record(&bytes));
                if is_record { Self::Start } else { Self::Word }
            }
            Line::Text { .. } if is_padded && token.len() >= MIN_SYMBOLS => Self::Text,
            _ => Self::Word,
        }
    }
}

/// True for base64 of what starts as JSON, gzip, zlib, zstd or a KPL aggregate do.
fn may_start_record(token: &[u8]) -> bool {
    matches!(
        token,
        [b'e', b'y' | b'w' | b'J' | b'A' | b'N' | b'F', ..]
            | [b'W', b'3' | b'y' | b'1', ..]
            | [b'H', b'4', b's', b'I', ..]
            | [b'K', b'L', b'U', b'v', ..]
            | [b'8', b'4', b'm', b'a', ..]
            | [b'U', b'E', b's', b'D', ..]
            | [b'T', b'2', b'J', b'q', ..]
    )
}

/// Runs of base64 between borders, long ones, or any if one starts as JSON does.
fn tokens(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    static JSON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("eyJ"));
    let least = if JSON.find(text).is_some() { MIN_JSON } else { MIN_SYMBOLS };
    base64_tokens(text, least)
}

/// The fields of a line of columns that are all base64: what the AWS CLI's `--output text`
/// makes of a list.
fn columns(line: &[u8], sniffer: &mut Sniffer) -> Option<Vec<Range<usize>>> {
    memchr::memchr(b'\t', line)?;
    let fields = || line.trim_ascii_end().split(|byte| *byte == b'\t');
    if !fields().all(|field| !field.is_empty() && is_strict_base64(field)) {
        return None;
    }
    let known = fields().filter(|it| is_encoded(it) || sniffer.line(it) == Line::Whole).count();
    let place = |field: &[u8]| {
        let start = place_in(line, field);
        start..start + field.len()
    };
    (2 * known >= fields().count() && known > 0).then(|| fields().map(place).collect())
}

/// The line without what shells and `cat` show at the end of one: zsh's `%`, `$`, `^M`, a
/// backslash or `!` where the next one goes on.
pub(super) fn without_mark(line: &[u8]) -> &[u8] {
    let text = line.trim_ascii_end();
    let bare = [b"^M$".as_slice(), b"^M", b"$", b"%", b"\\", b"!"]
        .iter()
        .find_map(|mark| text.strip_suffix(*mark))
        .filter(|bare| bare.last().is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'='));
    bare.unwrap_or(line)
}

/// True after the name of something that is no record: tokens of sessions and of paging.
fn is_secret(before: &[u8]) -> bool {
    const NAMES: [&str; 11] = [
        "token",
        "cursor",
        "auth",
        "session",
        "cookie",
        "bearer",
        "basic",
        "jwt",
        "secret",
        "password",
        "signature",
    ];
    let text = before.trim_ascii_end();
    let word = text.iter().rev().take_while(|it| it.is_ascii_alphanumeric()).count();
    let last = part(text, text.len() - word..);
    [name_before(before), last].iter().any(|name| {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        NAMES.iter().any(|it| name.contains(it))
    })
}

/// True for base64 in a word that is an address or a path.
fn is_in_url(text: &[u8], place: &Range<usize>) -> bool {
    let before = part(text, ..place.start);
    let start = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |blank| blank + 1);
    let word = part(before, start..);
    word.contains(&b'?') || word.starts_with(b"/") || memchr::memmem::find(word, b"://").is_some()
}

/// True for an element of a list in brackets that is open, without quotes or in them; not
/// for the values of a statement of SQL.
fn is_in_list(text: &[u8], place: &Range<usize>) -> bool {
    const STATEMENTS: [&[u8]; 4] = [b"insert ", b"select ", b"update ", b"delete "];
    let start = part(text, ..text.len().min(7));
    if STATEMENTS.iter().any(|it| start.eq_ignore_ascii_case(it)) {
        return false;
    }
    let is_around = |byte: &u8| !matches!(byte, b' ' | b'"' | b'\'' | b'\\');
    let before = part(text, ..place.start);
    let opens = before.iter().filter(|it| matches!(it, b'[' | b'(' | b'{')).count();
    let closes = before.iter().filter(|it| matches!(it, b']' | b')' | b'}')).count();
    let last = before.iter().rev().find(|it| is_around(it));
    let next = part(text, place.end..).iter().find(|it| is_around(it));
    opens > closes
        && matches!(last, Some(b'[' | b'(' | b'{' | b','))
        && matches!(next, Some(b']' | b')' | b'}' | b','))
}

/// The record in the fields of a form, `data=eyJ…%3D&recordId=1`.
pub(super) fn in_form<'a>(line: &'a [u8], sniffer: &mut Sniffer) -> Vec<Embedded<'a>> {
    let form = line.trim_ascii();
    let is_form = memchr::memchr(b'=', form).is_some()
        && memchr::memchr(b'%', form).is_some()
        && !form.iter().any(|it| it.is_ascii_whitespace() || matches!(it, b'?' | b'"' | b'<'));
    if !is_form {
        return Vec::new();
    }
    let mut found = Vec::new();
    for field in form.split(|byte| *byte == b'&') {
        let Some(equals) = memchr::memchr(b'=', field) else { return Vec::new() };
        let name = part(field, ..equals);
        let is_name = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.');
        if name.is_empty() || !name.iter().all(is_name) {
            return Vec::new();
        }
        let value = part(field, equals + 1..);
        if is_secret(part(field, ..=equals)) || memchr::memchr(b'%', value).is_none() {
            continue;
        }
        let Some(base64) = percent(value) else { continue };
        if base64_symbols(&base64).is_some() && Kind::of(&base64, sniffer) != Kind::Word {
            let problem = Some(Problem::input(ProblemKind::Base64InWords));
            found.push(Embedded { data: Cow::Owned(base64), problem });
        }
    }
    found
}
