//! Compressed data that went through text on its way: its magic is still to be
//! seen, and most of its bytes are gone.
//!
//! Gzip starts with `1f 8b`. No text encoding but Latin-1 and its relatives
//! takes `8b`, so what stands in its place says what was done.

use super::charset::windows1252;
use super::{kpl, otlp};
use crate::bytes::part;

/// How bytes that are not text were made into text, and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextConversion {
    /// Read as UTF-8: U+FFFD stands for what is not valid. Lost.
    Replaced,
    /// Read as ASCII: `?` stands for every byte above 127. Lost.
    QuestionMarks,
    /// Read as ASCII by Node.js, which clears the highest bit. Lost.
    SevenBits,
    /// Read as text without what is not valid. Lost.
    Dropped,
    /// Read as Latin-1 and written as UTF-8: can be undone.
    Latin1,
    /// Read as Windows-1252 and written as UTF-8: can be undone.
    Windows1252,
}

impl TextConversion {
    /// True if the bytes before the conversion can be had again.
    pub const fn can_be_undone(self) -> bool {
        matches!(self, Self::Latin1 | Self::Windows1252)
    }

    /// What was done: `read as UTF-8 …`.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "read as UTF-8 text: its bytes are lost",
            Self::QuestionMarks => "read as ASCII text: its bytes are lost",
            Self::SevenBits => "read as ASCII text by Node.js: its highest bits are lost",
            Self::Dropped => "read as text without what is not UTF-8: its bytes are lost",
            Self::Latin1 => "read as Latin-1 and written as UTF-8",
            Self::Windows1252 => "read as Windows-1252 and written as UTF-8",
        }
    }

    /// Where this happens, or how to get the bytes again.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Replaced => {
                "a `toString('utf8')`, a file or a body read as text does this; pass the bytes on \
                 as a Buffer"
            }
            Self::QuestionMarks | Self::Dropped => {
                "an encode or decode with `errors='replace'` or `'ignore'` does this; pass the \
                 bytes on"
            }
            Self::SevenBits => "a `toString('ascii')` does this; pass the bytes on as a Buffer",
            Self::Latin1 => {
                "undo it with `fh decode --raw FILE | iconv -f UTF-8 -t ISO-8859-1 | fh decode`"
            }
            Self::Windows1252 => {
                "an editor or a database did this; undo it with `iconv -f UTF-8 -t WINDOWS-1252`"
            }
        }
    }
}

/// What compression starts with, the first byte that is not ASCII in it being
/// the one that a conversion changes: gzip, zlib as most writers make it, zstd.
const MAGICS: [&[u8]; 4] =
    [&[0x1f, 0x8b, 0x08], &[0x78, 0x9c], &[0x78, 0xda], &[0x28, 0xb5, 0x2f, 0xfd]];

/// Returns how gzip at the start of `bytes` went through text; `None` if it is
/// not gzip that did.
pub fn gzip_through_text(bytes: &[u8]) -> Option<TextConversion> {
    through_text(bytes, MAGICS[0])
}

/// The same of any compression.
pub fn compression_through_text(bytes: &[u8]) -> Option<TextConversion> {
    // The other marks are too short for zlib and zstd to be known by them.
    gzip_through_text(bytes).or_else(|| {
        let is_replaced =
            |magic: &&&[u8]| through_text(bytes, magic) == Some(TextConversion::Replaced);
        MAGICS.iter().find(is_replaced).map(|_| TextConversion::Replaced)
    })
}

/// What a KPL aggregate or OpenTelemetry metrics are called that were read as Latin-1 or
/// Windows-1252, and how.
pub(super) fn binary_through_text(bytes: &[u8]) -> Option<(&'static str, TextConversion)> {
    /// Bytes by which both are known.
    const LOOK: usize = 4096;
    // Both start with a byte above 127: what UTF-8 makes of these.
    if !matches!(bytes.first()?, 0xc2 | 0xc3 | 0xc5 | 0xc6 | 0xcb | 0xe2) {
        return None;
    }
    let head = part(bytes, ..bytes.len().min(LOOK));
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_some() || head.len() == bytes.len() => return None,
        Err(error) => str::from_utf8(part(head, ..error.valid_up_to())).ok()?,
    };
    let mut conversion = TextConversion::Latin1;
    let byte = |sign: char| {
        u8::try_from(sign).ok().or_else(|| {
            conversion = TextConversion::Windows1252;
            (0x80..=0x9f).find(|byte| windows1252(*byte) == sign)
        })
    };
    let bytes: Vec<u8> = text.chars().map(byte).collect::<Option<_>>()?;
    let what = if kpl::starts_aggregate(&bytes) {
        "a KPL aggregate"
    } else if otlp::starts(&bytes) {
        "an OpenTelemetry message"
    } else {
        return None;
    };
    Some((what, conversion))
}

/// True for binary data of whatever kind that was read as UTF-8: it is UTF-8, and more
/// than one U+FFFD stands in it.
pub(super) fn is_replaced_binary(bytes: &[u8]) -> bool {
    const REPLACED: &[u8] = "\u{fffd}".as_bytes();
    memchr::memmem::find_iter(bytes, REPLACED).nth(1).is_some()
        && simdutf8::basic::from_utf8(bytes).is_ok()
}

fn through_text(bytes: &[u8], magic: &[u8]) -> Option<TextConversion> {
    use TextConversion::{Dropped, Latin1, QuestionMarks, Replaced, SevenBits, Windows1252};
    // No conversion changes the first byte, and hardly any text begins with it.
    if bytes.first() != magic.first() {
        return None;
    }
    let all = [Replaced, QuestionMarks, SevenBits, Latin1, Windows1252, Dropped];
    // Two bytes alone may be the start of anything; what was left out was not UTF-8.
    let is_sure =
        |way: TextConversion| way != Dropped || bytes.contains(&0) && str::from_utf8(bytes).is_ok();
    all.into_iter().find(|way| {
        let mark: Vec<u8> = magic.iter().flat_map(|byte| converted(*byte, *way)).collect();
        bytes.starts_with(&mark) && is_sure(*way)
    })
}

/// What becomes of a byte.
fn converted(byte: u8, way: TextConversion) -> Vec<u8> {
    if byte.is_ascii() {
        return vec![byte];
    }
    match way {
        TextConversion::Replaced => "\u{fffd}".into(),
        TextConversion::QuestionMarks => b"?".into(),
        TextConversion::SevenBits => vec![byte & 0x7f],
        TextConversion::Dropped => Vec::new(),
        TextConversion::Latin1 => char::from(byte).to_string().into(),
        // The only one of the magics that Windows moved away.
        TextConversion::Windows1252 if byte == 0x8b => "\u{2039}".into(),
        TextConversion::Windows1252 => vec![byte],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_known_by_what_text_made_of_its_magic() {
        let found = |bytes: &[u8]| gzip_through_text(bytes);
        assert_eq!(found(b"\x1f\xef\xbf\xbd\x08\0\0"), Some(TextConversion::Replaced));
        assert_eq!(found(b"\x1f?\x08\0"), Some(TextConversion::QuestionMarks));
        assert_eq!(found(b"\x1f\x0b\x08\0"), Some(TextConversion::SevenBits));
        assert_eq!(found(b"\x1f\x08\0\0"), Some(TextConversion::Dropped));
        assert_eq!(found(b"\x1f\xc2\x8b\x08\0"), Some(TextConversion::Latin1));
        assert_eq!(found(b"\x1f\xe2\x80\xb9\x08\0"), Some(TextConversion::Windows1252));
        assert_eq!(found(b"\x1f\x8b\x08\0"), None, "it is whole");
        assert_eq!(found(b"{\"a\":1}"), None);
        assert_eq!(found(b"\x1f\x08 text"), None);
        assert_eq!(found(b"\x1f\x08\xad\0"), None, "what is not UTF-8 is still there");
        assert_eq!(found(b""), None);
    }

    #[test]
    fn aggregates_and_metrics_are_known_by_what_latin_1_made_of_them() {
        let text = |bytes: &[u8], sign: fn(u8) -> char| -> Vec<u8> {
            bytes.iter().map(|it| sign(*it)).collect::<String>().into_bytes()
        };
        let aggregate = [&kpl::MAGIC, b"\x0a\x01k\x1a\x05\x08\x00\x1a\x01a".as_slice()].concat();
        let found = |bytes: &[u8]| binary_through_text(bytes);
        let latin1 = text(&aggregate, char::from);
        assert_eq!(found(&latin1), Some(("a KPL aggregate", TextConversion::Latin1)));
        let windows = text(&aggregate, windows1252);
        assert_eq!(found(&windows), Some(("a KPL aggregate", TextConversion::Windows1252)));
        assert_eq!(found(&aggregate), None, "it is whole");
        for other in ["óne", "", "Ã", "éclair\n", "Ó", "‰ of all"] {
            assert_eq!(found(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn other_binary_data_is_known_by_replacement_characters_among_utf8() {
        assert!(is_replaced_binary("\u{fffd}\u{fffd}\n\norder-1041\u{1a}\x05".as_bytes()));
        assert!(!is_replaced_binary("\u{fffd}\n\x01".as_bytes()));
        assert!(!is_replaced_binary(b"\xef\xbf\xbd\xef\xbf\xbd\xff\x01"));
    }

    #[test]
    fn other_compressions_are_known_by_replacement_characters() {
        let zstd = "(\u{fffd}/\u{fffd}\x04";
        let zlib = "x\u{fffd}\u{fffd}V*";
        for text in [zstd, zlib] {
            let found = compression_through_text(text.as_bytes());
            assert_eq!(found, Some(TextConversion::Replaced), "{text:?}");
        }
        assert_eq!(compression_through_text(b"x marks the spot"), None);
    }
}
