//! Characters that are not what they were: another encoding, or damage.

use std::fmt::Write as _;

use super::payload::Finding;
use crate::decode::{Charset, charset_of_text};
use crate::transform::rule::Rule;

/// Places of characters beyond ASCII that are looked for in what came out.
const MAX_PLACES: usize = 4;

/// Most bytes around such a place that are looked for with it.
const CONTEXT: usize = 16;

/// Fewest letters around a place by which it is known where its own are gone.
const MIN_LETTERS: usize = 3;

const REPLACED: &str = "\u{fffd}";

/// Where the first U+FFFD stands, as itself or as its escape in JSON.
pub(super) fn find_replaced(bytes: &[u8]) -> Option<usize> {
    // Looking for a byte is much faster than looking for a text.
    let find = |first: u8, text: &str| {
        memchr::memchr(first, bytes)?;
        memchr::memmem::find(bytes, text.as_bytes())
    };
    find(0xef, REPLACED).or_else(|| find(b'\\', "\\ufffd")).or_else(|| find(b'\\', "\\uFFFD"))
}

/// UTF-8 went in, and what comes out is not: names its encoding.
pub(super) fn encoding(before: &str, after: &[u8]) -> Option<Finding> {
    if before.is_empty() {
        return None;
    }
    let (what, hint) = match after {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => ("UTF-32", UTF16),
        _ => match charset_of_text(after)? {
            it @ (Charset::Utf16Le | Charset::Utf16Be) => (it.as_str(), UTF16),
            it => {
                let offset = str::from_utf8(after).err()?.valid_up_to();
                let byte = after.get(offset)?;
                let message = format!(
                    "UTF-8 went in, and byte 0x{byte:02x} at {offset} of what comes out is not UTF-8: it looks like {}",
                    it.as_str()
                );
                let hint = if it == Charset::DamagedUtf8 { CUT } else { LATIN1 };
                return Some(Finding { rule: Rule::NotUtf8, message, hint: Some(hint) });
            }
        },
    };
    let message = format!("UTF-8 went in, and {what} comes out");
    Some(Finding { rule: Rule::NotUtf8, message, hint: Some(hint) })
}

const UTF16: &str = "encode as UTF-8: Python encode('utf-8'), not 'utf-16'; Node.js Buffer.from(text), not \
                     'utf16le'; .NET Encoding.UTF8, not Encoding.Unicode; Java StandardCharsets.UTF_8";
const LATIN1: &str = "encode as UTF-8: Node.js Buffer.from(text).toString('base64'), not btoa or 'latin1'; \
                      Python encode('utf-8'); Java getBytes(StandardCharsets.UTF_8)";

const CUT: &str =
    "cut text before it is encoded, not its bytes: a character beyond ASCII has two to four";

/// UTF-8 went in and UTF-8 comes out: says how its characters were damaged.
pub(super) fn damage(before: &str, after: &[u8]) -> Option<Finding> {
    if let Some(offset) = find_replaced(after)
        && find_replaced(before.as_bytes()).is_none()
    {
        let message = format!("U+FFFD at byte {offset} stands for characters that were lost");
        return Some(Finding {
            rule: Rule::CharactersLost,
            message,
            hint: Some(Damage::Replaced.hint()),
        });
    }
    if before.is_ascii() {
        return None;
    }
    let is_whole = |place: &Place<'_>| {
        let has = |text: &str| memchr::memmem::find(after, text.as_bytes()).is_some();
        has(place.run) || {
            let escaped = escaped(place.run);
            has(&escaped) || has(&escaped.to_uppercase().replace("\\U", "\\u"))
        }
    };
    // One character that arrived shows that the others did.
    places(before).take_while(|place| !is_whole(place)).find_map(|place| {
        Damage::ALL.into_iter().find(|damage| is_damaged(&place, *damage, before, after)).map(
            |damage| {
                let message = format!("`{}` went in, and {}", place.run, damage.what());
                Finding { rule: Rule::CharactersLost, message, hint: Some(damage.hint()) }
            },
        )
    })
}

/// Characters as JSON writes them in ASCII.
fn escaped(run: &str) -> String {
    run.encode_utf16().fold(String::new(), |mut out, unit| {
        // Writing to a string does not fail.
        let _unused = write!(out, "\\u{unit:04x}");
        out
    })
}

/// Characters beyond ASCII, with what stands around them.
struct Place<'a> {
    left: &'a str,
    run: &'a str,
    right: &'a str,
}

fn places(text: &str) -> impl Iterator<Item = Place<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(|it: char| !it.is_ascii())?;
        let tail = text.get(start..)?;
        let end = start + tail.find(|it: char| it.is_ascii()).unwrap_or(tail.len());
        let left = text.get(at..start)?;
        // A comma or a colon next to a string may be followed by blanks in one
        // text and not in the other.
        let left = left.rsplit_once(['\\', ':', ',']).map_or(left, |(_, left)| left);
        let left = left.get(left.len().saturating_sub(CONTEXT)..).unwrap_or(left);
        let right = text.get(end..)?;
        let stop = right.find(|it: char| !it.is_ascii() || matches!(it, '\\' | ':' | ','));
        let right = right.get(..stop.unwrap_or(right.len()).min(CONTEXT))?;
        at = end;
        Some(Place { left, run: text.get(start..end)?, right })
    })
    .take(MAX_PLACES)
}

/// How characters were damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Replaced,
    DoubleEncoded,
    DoubleEscaped,
    QuestionMarks,
    ByteQuestionMarks,
    SevenBits,
    Dropped,
}

impl Damage {
    /// Those that are looked for, the surest first.
    const ALL: [Self; 6] = [
        Self::DoubleEncoded,
        Self::DoubleEscaped,
        Self::QuestionMarks,
        Self::ByteQuestionMarks,
        Self::SevenBits,
        Self::Dropped,
    ];

    const fn what(self) -> &'static str {
        match self {
            Self::Replaced => "U+FFFD comes out",
            Self::DoubleEncoded | Self::DoubleEscaped => {
                "its UTF-8 comes out as Latin-1, encoded once more"
            }
            Self::QuestionMarks | Self::ByteQuestionMarks => "`?` comes out",
            Self::SevenBits => "its bytes come out without their highest bit",
            Self::Dropped => "nothing comes out in its place",
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Replaced => {
                "read the payload as UTF-8, whole: Python decode('utf-8'), not 'ascii'; do not cut \
                 bytes within a character"
            }
            Self::DoubleEncoded | Self::DoubleEscaped => {
                "read the payload as UTF-8: Node.js Buffer.from(record.data, 'base64').toString('utf8'), \
                 not atob or 'latin1'; Python decode('utf-8'), not 'latin-1'"
            }
            Self::QuestionMarks | Self::ByteQuestionMarks => {
                "encode as UTF-8: Python encode('utf-8'), not encode('ascii', 'replace'); .NET \
                 Encoding.UTF8, not ASCII; Java getBytes(StandardCharsets.UTF_8)"
            }
            Self::SevenBits => {
                "Node.js: toString('utf8'), not toString('ascii'), which clears the highest bit of \
                 every byte"
            }
            Self::Dropped => {
                "encode as UTF-8: Python encode('utf-8'), not encode('ascii', 'ignore'); take out the \
                 filter for characters beyond ASCII"
            }
        }
    }

    /// What becomes of these characters.
    fn of(self, run: &str) -> String {
        let latin1 = || run.bytes().map(char::from);
        match self {
            Self::Replaced => run.chars().map(|_| '\u{fffd}').collect(),
            Self::DoubleEncoded => latin1().collect(),
            Self::DoubleEscaped => latin1().fold(String::new(), |mut out, it| {
                // Writing to a string does not fail.
                let _unused = write!(out, "\\u{:04x}", u32::from(it));
                out
            }),
            Self::QuestionMarks => run.chars().map(|_| '?').collect(),
            Self::ByteQuestionMarks => run.bytes().map(|_| '?').collect(),
            Self::SevenBits => run.bytes().map(|byte| char::from(byte & 0x7f)).collect(),
            Self::Dropped => String::new(),
        }
    }
}

/// True if the characters stand damaged between what stood around them.
fn is_damaged(place: &Place<'_>, damage: Damage, before: &str, after: &[u8]) -> bool {
    let damaged = damage.of(place.run);
    let letters = place.left.bytes().chain(place.right.bytes());
    let letters = letters.filter(u8::is_ascii_alphanumeric).count();
    let is_sure = match damage {
        Damage::DoubleEncoded | Damage::DoubleEscaped => true,
        Damage::Dropped => letters >= MIN_LETTERS,
        _ => letters + damaged.len() > MIN_LETTERS,
    };
    let pattern = format!("{}{damaged}{}", place.left, place.right);
    let is_in = |text: &[u8]| memchr::memmem::find(text, pattern.as_bytes()).is_some();
    is_sure && is_in(after) && !is_in(before.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damage_of(before: &str, after: &str) -> Option<String> {
        damage(before, after.as_bytes()).map(|found| found.message)
    }

    #[test]
    fn each_damage_is_known_by_what_stands_in_its_place() {
        let before = r#"{"name":"Østover","room":"2"}"#;
        for (after, found) in [
            (r#"{"name": "Ã˜stover"}"#.replace('˜', "\u{98}"), "encoded once more"),
            (r#"{"name": "\u00c3\u0098stover"}"#.to_owned(), "encoded once more"),
            (r#"{"name": "?stover"}"#.to_owned(), "`?` comes out"),
            (r#"{"name": "??stover"}"#.to_owned(), "`?` comes out"),
            (r#"{"name": "stover"}"#.to_owned(), "nothing comes out in its place"),
            ("{\"name\":\"C\u{18}stover\"}".to_owned(), "without their highest bit"),
            ("{\"name\":\"\u{fffd}stover\"}".to_owned(), "were lost"),
        ] {
            let message = damage_of(before, &after).unwrap_or_default();
            assert!(message.ends_with(found), "{after}: {message}");
        }
        assert_eq!(damage_of(before, r#"{"name":"\u00d8stover"}"#), None);
        assert_eq!(damage_of(before, r#"{"room":"2","name":"ØSTOVER"}"#), None);
        assert_eq!(damage_of(before, r#"{"room":"2"}"#), None);
        assert_eq!(damage_of("{\"a\":\"\u{fffd}x\"}", "{\"b\":\"\u{fffd}x\"}"), None);
        assert_eq!(damage_of(r#"{"a":"日本"}"#, r#"{"a":""}"#), None, "it may be left out");
        assert!(damage_of(r#"{"a":"日本語"}"#, r#"{"a":"???"}"#).is_none(), "too little is known");
    }

    #[test]
    fn another_encoding_is_named() {
        let before = "{\"name\":\"Ø\"}";
        let found = |after: &[u8]| encoding(before, after).map(|found| found.message);
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "{\"name\":\"x\"}".encode_utf16().flat_map(order).collect()
        };
        let marked = [&[0xff, 0xfe], utf16(u16::to_le_bytes).as_slice()].concat();
        assert!(found(&marked).unwrap().contains("UTF-16 (little-endian)"));
        assert!(found(&utf16(u16::to_le_bytes)).unwrap().contains("little-endian"));
        assert!(found(&utf16(u16::to_be_bytes)).unwrap().contains("big-endian"));
        let latin1 = found(b"{\"name\":\"\xd8\"}\n").unwrap();
        assert!(latin1.contains("byte 0xd8 at 9"), "{latin1}");
        assert_eq!(found(b"PAR1\x15\x04\x15\xe8\x07"), None, "binary that is meant");
        assert_eq!(found(&[0; 64]), None);
    }
}
