//! Base64 in every form that people paste, with the place of what is wrong.

use base64::Engine as _;
use base64::engine::simd::Simd;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::bytes::part;

/// Why a text is not base64, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base64Error {
    /// Offset in bytes from the start of the text.
    pub offset: usize,
    /// What was wrong there.
    pub kind: Base64ErrorKind,
}

/// What can be wrong with base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base64ErrorKind {
    /// A byte of neither alphabet.
    BadByte(BadByte),
    /// A blank inside a line: most often a `+` that a form decoder ate.
    Blank,
    /// More text after the padding: two base64 texts run together.
    DataAfterPadding,
    /// One symbol is left over; no bytes encode to that length.
    Length,
    /// Words or JSON that nobody encoded.
    PlainText,
}

/// A byte of neither alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadByte {
    /// The byte.
    pub byte: u8,
    /// What it begins, if that is known.
    pub mark: Option<Mark>,
}

/// What is written into base64 by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// `%3D`.
    Percent,
    /// `\n` in two characters, `\u003d`.
    Escape,
    /// `&#61;`.
    Entity,
    /// `...` or `…`, for text that was left out.
    Ellipsis,
}

impl Mark {
    /// What it is called.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent-encoded characters such as `%3D`",
            Self::Escape => "escapes such as `\\/` or `\\u003d`",
            Self::Entity => "HTML entities such as `&#61;`",
            Self::Ellipsis => "dots",
        }
    }

    /// The mark that `text` has at `offset`.
    pub(crate) fn at(text: &[u8], offset: usize) -> Option<Self> {
        match part(text, offset..) {
            [b'%', digits @ ..] if starts_with_hex(digits, 2) => Some(Self::Percent),
            [b'\\', b'n' | b'r' | b't' | b'/' | b'\\' | b'"', ..] => Some(Self::Escape),
            [b'\\', b'u', digits @ ..] if starts_with_hex(digits, 4) => Some(Self::Escape),
            [b'&', name @ ..] if starts_with_entity(name) => Some(Self::Entity),
            [b'.', b'.', ..] | [0xe2, 0x80, 0xa6, ..] => Some(Self::Ellipsis),
            _ => None,
        }
    }
}

fn starts_with_hex(text: &[u8], digits: usize) -> bool {
    text.get(..digits).is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit))
}

/// True for `#61;` and `equals;`.
fn starts_with_entity(text: &[u8]) -> bool {
    /// More than the names of the signs of base64 take.
    const MOST: usize = 8;
    let name = text.strip_prefix(b"#").unwrap_or(text);
    let length = name.iter().take(MOST).take_while(|it| it.is_ascii_alphanumeric()).count();
    length > 0 && name.get(length) == Some(&b';')
}

/// Decodes base64; holds the engine that was picked for this processor.
#[derive(Debug)]
pub(super) struct Codec {
    engine: Simd,
}

impl Codec {
    pub(super) fn new() -> Self {
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        Self { engine: Simd::standard(config) }
    }

    /// Decodes `text` into the front of `out` and returns how many bytes it
    /// made.
    ///
    /// Takes the standard and the url-safe alphabet, also mixed, with or
    /// without padding, and line breaks anywhere.
    pub(super) fn decode(&self, text: &[u8], out: &mut Vec<u8>) -> Result<usize, Base64Error> {
        let most = text.len() / 4 * 3 + 3;
        if out.len() < most {
            out.resize(most, 0);
        }
        match self.engine.decode_slice(text, out) {
            Ok(made) => Ok(made),
            Err(_) => self.decode_pasted(text, out),
        }
    }

    /// Decodes texts that were joined, each up to its padding, into `out`; `None`
    /// if one of them is not base64.
    pub(super) fn decode_joined(&self, text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
        let (mut rest, mut one) = (text, Vec::new());
        out.clear();
        while !rest.is_empty() {
            let symbols = memchr::memchr(b'=', rest).unwrap_or(rest.len());
            let padding = part(rest, symbols..).iter().take_while(|byte| **byte == b'=').count();
            let (first, more) = rest.split_at(symbols + padding);
            let made = self.decode(first, &mut one).ok()?;
            out.extend_from_slice(part(&one, ..made));
            rest = more;
        }
        Some(out.len())
    }

    fn decode_pasted(&self, text: &[u8], out: &mut [u8]) -> Result<usize, Base64Error> {
        let symbols = normalize(text)?;
        let tail = symbols.len() % 4;
        if tail == 1 {
            return Err(Base64Error { offset: text.len(), kind: Base64ErrorKind::Length });
        }
        self.engine
            .decode_slice(&symbols, out)
            .map_err(|_| Base64Error { offset: text.len(), kind: Base64ErrorKind::Length })
    }
}

/// Returns the symbols of `text` in the standard alphabet, without padding and
/// line breaks.
fn normalize(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
    let mut symbols = Vec::with_capacity(text.len());
    let mut padding = None;
    // Where blanks stand whose line has letters before them: an error if it has
    // more after them.
    let mut blank = None;
    let mut line_is_empty = true;
    for (offset, &byte) in text.iter().enumerate() {
        let fail = |kind| Err(Base64Error { offset, kind });
        let symbol = match byte {
            b'-' => b'+',
            b'_' => b'/',
            b'\r' | b'\n' => {
                blank = None;
                line_is_empty = true;
                continue;
            }
            b' ' | b'\t' => {
                if !line_is_empty {
                    blank.get_or_insert(offset);
                }
                continue;
            }
            b'=' => {
                padding.get_or_insert(offset);
                continue;
            }
            b'+' | b'/' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => byte,
            _ => {
                let mark = Mark::at(text, offset);
                return fail(Base64ErrorKind::BadByte(BadByte { byte, mark }));
            }
        };
        line_is_empty = false;
        if let Some(offset) = blank {
            return Err(Base64Error { offset, kind: Base64ErrorKind::Blank });
        }
        if padding.is_some() {
            return fail(Base64ErrorKind::DataAfterPadding);
        }
        symbols.push(symbol);
    }
    Ok(symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Result<Vec<u8>, Base64Error> {
        let mut out = Vec::new();
        let made = Codec::new().decode(text.as_bytes(), &mut out)?;
        out.truncate(made);
        Ok(out)
    }

    #[test]
    fn every_pasted_form_decodes() {
        let bytes = [0xfb, 0xff, 0xbf, 0x3e, 0x3f, 0xfa, 0x00];
        for text in [
            "+/+/Pj/6AA==",
            "-_-_Pj_6AA==",
            "+_-/Pj/6AA",
            "-_-_Pj_6AA",
            "-_-_\r\nPj_6\r\nAA==\r\n",
            "+/+/\n  Pj/6\n  AA==",
            "+/+/Pj/6AA=",
        ] {
            assert_eq!(decode(text).unwrap(), bytes, "{text}");
        }
        assert_eq!(decode("").unwrap(), b"");
    }

    #[test]
    fn texts_that_were_joined_are_decoded_one_by_one() {
        let joined = |text: &str| {
            let mut out = Vec::new();
            Codec::new().decode_joined(text.as_bytes(), &mut out).map(|made| out[..made].to_vec())
        };
        assert_eq!(joined("eyJhIjoxfQ==Cg==").unwrap(), b"{\"a\":1}\n");
        assert_eq!(joined("eyJhIjoxfQ==\nCg==\n").unwrap(), b"{\"a\":1}\n");
        assert_eq!(joined("YQ==Yg==Yw").unwrap(), b"abc");
        assert_eq!(joined("YQ==?"), None);
        assert_eq!(joined("YQ==Y"), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = |offset, kind| Err(Base64Error { offset, kind });
        let bad = |byte| Base64ErrorKind::BadByte(BadByte { byte, mark: None });
        assert_eq!(decode("eyJhIjox!fQ=="), error(8, bad(b'!')));
        assert_eq!(decode("eyJh IjoxfQ=="), error(4, Base64ErrorKind::Blank));
        assert_eq!(
            decode("eyJhIjoxfQ==eyJiIjoyfQ=="),
            error(12, Base64ErrorKind::DataAfterPadding)
        );
        assert_eq!(decode("eyJh!  "), error(4, bad(b'!')));
        let blanks = format!("eyJh{}\n  IjoxfQ==  ", " ".repeat(1_000_000));
        assert_eq!(decode(&blanks).unwrap(), br#"{"a":1}"#);
        assert_eq!(decode("eyJhI"), error(5, Base64ErrorKind::Length));
    }

    #[test]
    fn a_byte_is_part_of_a_mark_only_with_what_follows_it() {
        for (text, mark) in [
            ("%3D", Some(Mark::Percent)),
            ("%", None),
            ("%=", None),
            ("\\n", Some(Mark::Escape)),
            ("\\u003d", Some(Mark::Escape)),
            ("\\user", None),
            ("&#61;", Some(Mark::Entity)),
            ("&#x3D;", Some(Mark::Entity)),
            ("&equals;", Some(Mark::Entity)),
            ("&x=1", None),
            ("&;", None),
            ("...", Some(Mark::Ellipsis)),
            ("…", Some(Mark::Ellipsis)),
            (".eyJh", None),
            ("–", None),
        ] {
            assert_eq!(Mark::at(text.as_bytes(), 0), mark, "{text}");
        }
    }
}
