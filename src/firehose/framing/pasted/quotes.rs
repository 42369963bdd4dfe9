//! Events whose quotes were replaced: by an editor with typographic ones, by a table with
//! two for one, by HTML with entities, by a log with escaped ones.

use super::super::envelope::is_envelope;
use super::super::line::{Reading, end_of_line};
use super::super::lookahead::Lookahead;
use super::super::print;
use super::super::shape::{Region, Shape};
use crate::bytes::part;
use crate::decode::ProblemKind;
use crate::json::{self, JsonErrorKind};
use crate::limits::MAX_RECORD;

/// Bytes of an event that are read in this way.
const MAX_LENGTH: usize = 8 * MAX_RECORD;

/// Levels of escapes.
const MAX_LEVELS: usize = 8;

/// What stands where JSON has a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Typographic,
    /// `\"`, with this many backslashes.
    Escaped(usize),
    /// `""`
    Doubled,
    /// `&quot;`
    Entities,
}

/// Signs of word processors, and what they stand for.
const TYPOGRAPHIC: [(&str, u8); 12] = [
    ("“", b'"'),
    ("”", b'"'),
    ("„", b'"'),
    ("‟", b'"'),
    ("«", b'"'),
    ("»", b'"'),
    ("‘", b'\''),
    ("’", b'\''),
    ("‚", b'\''),
    ("‛", b'\''),
    ("\u{a0}", b' '),
    ("\u{202f}", b' '),
];

const ENTITIES: [(&str, u8); 16] = [
    ("&quot;", b'"'),
    ("&#34;", b'"'),
    ("&#x22;", b'"'),
    ("&#39;", b'\''),
    ("&#43;", b'+'),
    ("&#x27;", b'\''),
    ("&apos;", b'\''),
    ("&#x2B;", b'+'),
    ("&#x2b;", b'+'),
    ("&#47;", b'/'),
    ("&#x2F;", b'/'),
    ("&#x2f;", b'/'),
    ("&#x3D;", b'='),
    ("&#x3d;", b'='),
    ("&#61;", b'='),
    ("&amp;", b'&'),
];

/// The event that starts with the bracket at `first`, on the line at `start`.
pub(in super::super) fn region<'a>(
    block: &'a [u8],
    start: usize,
    first: usize,
    reading: Reading,
    ahead: &mut Lookahead,
) -> Option<Region<'a>> {
    let text = part(block, first..block.len().min(first + MAX_LENGTH));
    let Some(quotes) = Quotes::of(text) else {
        // The message of a log line that was cut.
        let line = part(text, ..end_of_line(text, 0));
        let inner = first + memchr::memmem::find(line, br#""{\"#)? + 1;
        return region(block, start, inner, reading, ahead);
    };
    if ahead.documents.left() == 0 {
        return None;
    }
    let (fixed, read) = quotes.fix(text, usize::MAX);
    ahead.documents.spend(read);
    let found = match json::skip_value(&fixed, 0) {
        Ok(end) => Some((end, part(&fixed, ..end).to_vec(), None)),
        Err(error) => {
            if reading == Reading::Part
                && read == text.len()
                && error.kind == JsonErrorKind::UnexpectedEnd
            {
                return Some(Region::unfinished(block, start));
            }
            let (end, literal) = print::read(&fixed, 0, reading, &is_envelope);
            literal.map(|literal| (end, literal.json, literal.cut))
        }
    };
    let (end, json, cut) = found.filter(|(_, json, _)| is_envelope(json))?;
    let (_, read) = quotes.fix(text, end);
    let body = first..first + read;
    // Of a list without its brackets, more follows; else the line ends with it.
    let next = json::skip_space(block, body.end);
    let follows = block.get(next) == Some(&b',')
        && matches!(block.get(json::skip_space(block, next + 1)), Some(b'{' | b'['));
    let end = if follows { body.end } else { end_of_line(block, body.end) };
    let cut = Some(cut.unwrap_or(ProblemKind::QuotesReplaced(quotes.as_str())));
    Some(Region { start, body, end, shape: Shape::Printed { json, cut, broken: None } })
}

impl Quotes {
    /// What stands for the quote after the bracket that `text` starts with.
    fn of(text: &[u8]) -> Option<Self> {
        let inner = part(text, 1..text.len().min(200));
        let is_blank = |it: &u8| it.is_ascii_whitespace() || matches!(it, b'{' | b'[');
        let skip = inner.iter().take_while(|it| is_blank(it)).count();
        let inner = part(inner, skip..);
        let backslashes = inner.iter().take_while(|it| **it == b'\\').count();
        if backslashes > 0 {
            // Line breaks are escaped, too.
            let is_escape = matches!(inner.get(backslashes), Some(b'"' | b'n' | b'r' | b't'));
            return (is_escape && backslashes < 1 << MAX_LEVELS)
                .then_some(Self::Escaped(backslashes));
        }
        if let [b'"', b'"', next, ..] = inner {
            return next.is_ascii_alphabetic().then_some(Self::Doubled);
        }
        if ENTITIES.iter().take(3).any(|(entity, _)| inner.starts_with(entity.as_bytes())) {
            return Some(Self::Entities);
        }
        // Some of the quotes may be left.
        let near = part(text, ..text.len().min(4096));
        let is_typographic = [b"\xe2\x80".as_slice(), b"\xc2"]
            .iter()
            .any(|it| memchr::memmem::find(near, it).is_some())
            && TYPOGRAPHIC
                .iter()
                .any(|(sign, _)| memchr::memmem::find(near, sign.as_bytes()).is_some());
        is_typographic.then_some(Self::Typographic)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Typographic => "typographic quotes or spaces read as straight quotes and spaces",
            Self::Escaped(_) => "escaped quotes outside of a string read as quotes",
            Self::Doubled => "doubled quotes read as quotes",
            Self::Entities => "HTML entities read as the characters that they stand for",
        }
    }

    /// The text with straight quotes, up to `most` bytes of it, and how much of the text
    /// that is.
    fn fix(self, text: &[u8], most: usize) -> (Vec<u8>, usize) {
        match self {
            Self::Typographic => replaced(text, &TYPOGRAPHIC, most),
            Self::Entities => replaced(text, &ENTITIES, most),
            Self::Doubled => {
                let mut out = Vec::new();
                let mut at = 0;
                while let Some(byte) = text.get(at).filter(|_| out.len() < most) {
                    if *byte == b'"' {
                        // A single one closes the cell.
                        if text.get(at + 1) != Some(&b'"') {
                            break;
                        }
                        at += 1;
                    }
                    out.push(*byte);
                    at += 1;
                }
                (out, at)
            }
            Self::Escaped(backslashes) => unescaped(text, backslashes, most),
        }
    }
}

fn replaced(text: &[u8], signs: &[(&str, u8)], most: usize) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(text.len().min(most));
    let mut at = 0;
    while let Some(byte) = text.get(at).filter(|_| out.len() < most) {
        let rest = part(text, at..);
        let sign = match byte {
            b'&' | 0xc2 | 0xe2 => signs.iter().find(|(sign, _)| rest.starts_with(sign.as_bytes())),
            _ => None,
        };
        let (byte, length) = sign.map_or((*byte, 1), |(sign, byte)| (*byte, sign.len()));
        out.push(byte);
        at += length;
    }
    (out, at)
}

/// Takes as many levels of escapes off as the first quote has.
fn unescaped(text: &[u8], backslashes: usize, most: usize) -> (Vec<u8>, usize) {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.get(at).filter(|_| out.len() < most) {
        if *byte != b'\\' {
            // A quote with fewer of them closes the text.
            if matches!(byte, b'"' | b'\n') {
                break;
            }
            out.push(*byte);
            at += 1;
            continue;
        }
        let count = part(text, at..).iter().take_while(|it| **it == b'\\').count();
        let letter = text.get(at + count);
        // 1, 3, 7: each level doubles them and adds one before a quote.
        let left = (count.saturating_sub(backslashes)) / (backslashes + 1);
        match letter {
            Some(b'"') if count < backslashes => break,
            Some(b'n' | b'r' | b't') if count <= backslashes => {
                out.push(b' ');
                at += count + 1;
            }
            Some(letter) => {
                out.extend(std::iter::repeat_n(b'\\', left));
                out.push(*letter);
                at += count + 1;
            }
            None => break,
        }
    }
    (out, at)
}
