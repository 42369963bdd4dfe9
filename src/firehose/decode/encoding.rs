//! Encodings of bytes as text that are not base64: base32, uuencode, percent-encoding; and
//! base64 whose signs were written in the escapes of another format.

use super::base64::Mark;
use super::decoder::{Decoder, Step};
use super::problem::{Problem, ProblemKind};
use super::sniff::{base64_symbols, is_encoded};
use super::{Layer, quoted};
use crate::bytes::part;

/// How bytes were written as text, where base64 is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// RFC 4648, section 6.
    Base32,
    /// POSIX, `uuencode`.
    Uuencode,
    /// RFC 3986, section 2.1.
    Percent,
}

impl TextEncoding {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base32 => "base32",
            Self::Uuencode => "uuencode",
            Self::Percent => "percent-encoding",
        }
    }
}

/// Decodes base32 in capital letters, with padding or without, on one line.
pub(crate) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let symbols = part(text, ..text.len() - padding);
    // What a last group of this many symbols would need.
    if padding > 6 || matches!(symbols.len() % 8, 1 | 3 | 6) {
        return None;
    }
    let mut out = Vec::with_capacity(symbols.len() * 5 / 8);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in symbols {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(out)
}

/// Decodes one line of uuencode: its length, and four characters for three bytes.
pub(crate) fn uudecode(line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let value = |byte: u8| match byte {
        b' '..=b'`' => Some((byte - b' ') & 0x3f),
        _ => None,
    };
    let (first, groups) = line.split_first()?;
    let length = usize::from(value(*first)?);
    let before = out.len();
    for group in groups.chunks(4) {
        // Blanks at the end may be lost.
        let mut bits = 0_u32;
        for at in 0..4 {
            bits = bits << 6 | u32::from(value(group.get(at).copied().unwrap_or(b' '))?);
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        out.extend_from_slice(&bytes);
    }
    // Some writers add a checksum of one character.
    let made = out.len() - before;
    out.truncate(before + length);
    (made >= length && made <= length + 5).then_some(())
}

/// Decodes percent-encoding; `+` stands for a blank, as in forms. `None` if a `%` stands
/// for itself.
pub(crate) fn percent(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let digits = str::from_utf8(after.get(..2)?).ok()?;
                out.push(u8::from_str_radix(digits, 16).ok()?);
                rest = part(after, 2..);
            }
            b'+' => out.push(b' '),
            byte => out.push(*byte),
        }
    }
    Some(out)
}

/// Base64 with the signs for which escapes of one kind stand in it, from the first of them
/// at `offset` on.
fn unescaped(text: &[u8], offset: usize) -> Option<(Vec<u8>, Mark)> {
    let mark = Mark::at(text, offset).filter(|mark| *mark != Mark::Ellipsis)?;
    let mut out = part(text, ..offset).to_vec();
    let mut rest = part(text, offset..);
    while let Some(byte) = rest.first() {
        let length = if Mark::at(rest, 0) == Some(mark) {
            let (sign, length) = escape(rest, mark)?;
            out.extend(sign);
            length
        } else {
            out.push(*byte);
            1
        };
        rest = part(rest, length..);
    }
    Some((out, mark))
}

/// What the escape at the start of `text` stands for, if not for a line break, and how long
/// it is.
fn escape(text: &[u8], mark: Mark) -> Option<(Option<u8>, usize)> {
    let number = |digits: &[u8], radix| {
        let code = u32::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()?;
        u8::try_from(code).ok().filter(u8::is_ascii)
    };
    let sign = |byte: u8| Some(byte).filter(|it| !it.is_ascii_whitespace());
    match (mark, text) {
        (Mark::Percent, [_, digits @ ..]) => Some((sign(number(digits.get(..2)?, 16)?), 3)),
        (Mark::Escape, [_, b'u', digits @ ..]) => Some((sign(number(digits.get(..4)?, 16)?), 6)),
        (Mark::Escape, [_, b'/', ..]) => Some((Some(b'/'), 2)),
        (Mark::Escape, [_, b'n' | b'r' | b't', ..]) => Some((None, 2)),
        (Mark::Entity, [_, name @ ..]) => {
            let length = memchr::memchr(b';', name)?;
            let byte = match part(name, ..length) {
                b"plus" => b'+',
                b"sol" => b'/',
                b"equals" => b'=',
                [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((sign(byte), length + 2))
        }
        _ => None,
    }
}

impl Decoder {
    /// Decodes base64 in which escapes of another format stand for some of its signs; `None`
    /// if it has none, or is not base64 of anything without them.
    pub(super) fn with_escapes(
        &mut self,
        text: &[u8],
        offset: usize,
        out: &mut Vec<u8>,
    ) -> Option<Step> {
        let (base64, mark) = unescaped(text, offset)?;
        let base64 = quoted::unquoted(&base64);
        base64_symbols(base64).filter(|_| is_encoded(base64))?;
        let made = self.codec.decode(base64, out).ok()?;
        let (layer, kind) = (Some(Layer::Base64), ProblemKind::Unescaped(mark));
        self.problems.push(Problem { layer, offset: None, kind });
        Some(Step::Peeled { layer: Layer::Base64, made, parts: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_decoded_at_any_length() {
        // RFC 4648, section 10.
        for (encoded, bytes) in [
            ("", ""),
            ("MY======", "f"),
            ("MZXQ====", "fo"),
            ("MZXW6===", "foo"),
            ("MZXW6YQ=", "foob"),
            ("MZXW6YTB", "fooba"),
            ("MZXW6YTBOI======", "foobar"),
            ("MZXW6YTBOI", "foobar"),
        ] {
            assert_eq!(base32(encoded.as_bytes()).unwrap(), bytes.as_bytes(), "{encoded}");
        }
        for text in ["M", "MZX", "MZXW6YTB1", "mzxw6ytb", "MZ=XW6Y"] {
            assert_eq!(base32(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn lines_of_uuencode_are_decoded() {
        let line = |line: &str| {
            let mut out = Vec::new();
            uudecode(line.as_bytes(), &mut out).map(|()| String::from_utf8_lossy(&out).into_owned())
        };
        assert_eq!(line("#0V%T").as_deref(), Some("Cat"));
        assert_eq!(line("'>R)A(CHQ?0").as_deref(), Some("{\"a\":1}"));
        assert_eq!(line("`").as_deref(), Some(""));
        assert_eq!(line("two words"), None);
    }

    #[test]
    fn escapes_in_base64_stand_for_its_signs() {
        let read = |text: &str| {
            let offset = text.find(['%', '\\', '&'])?;
            let (base64, _) = unescaped(text.as_bytes(), offset)?;
            Some(String::from_utf8_lossy(&base64).into_owned())
        };
        for text in [
            "ab%2Bc%2fd%3D%3D",
            r"ab\u002bc\/d\u003D\u003D",
            r"ab\u002Bc\/d\n==",
            "ab&#43;c&sol;d&#x3D;&equals;",
            "ab+c%2fd==",
        ] {
            assert_eq!(read(text).as_deref(), Some("ab+c/d=="), "{text}");
        }
        for text in ["ab%zz", "ab&lt;d", "ab&#1111;", r"ab\u1234"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
