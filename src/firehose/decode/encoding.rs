//! Encodings of bytes as text that are not base64: base32, uuencode, percent-encoding.

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

/// Decodes percent-encoding; `+` stands for a blank, as in forms, unless `%20` does. `None`
/// if a `%` stands for itself.
pub(crate) fn percent(text: &[u8]) -> Option<Vec<u8>> {
    let plus = if memchr::memmem::find(text, b"%20").is_some() { b'+' } else { b' ' };
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let digits = after.get(..2).filter(|it| it.iter().all(u8::is_ascii_hexdigit))?;
                let digits = str::from_utf8(digits).ok()?;
                out.push(u8::from_str_radix(digits, 16).ok()?);
                rest = part(after, 2..);
            }
            b'+' => out.push(plus),
            byte => out.push(*byte),
        }
    }
    Some(out)
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
}
