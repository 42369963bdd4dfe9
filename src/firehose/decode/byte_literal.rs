//! Bytes as Python prints them, `b'\x1f\x8b…'`, and Rust.

use super::compression::Compression;
use super::decoder::{Decoder, Step};
use super::printed;
use super::problem::{Problem, ProblemKind};
use super::sniff::is_encoded;
use super::{Layer, binary, guess_compression, kpl};
use crate::bytes::part;
use crate::json;

/// The bytes of a text that is their `repr` to its end, if they are not readable in it:
/// compressed data, base64, a KPL aggregate, a binary file. JSON and words stay text, as they
/// are delivered.
pub(super) fn unreadable_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let bytes = whole_byte_string(text)?;
    let is_known = Compression::by_magic(&bytes).is_some()
        || bytes.starts_with(&kpl::MAGIC)
        || binary::is_certain(&bytes)
        || str::from_utf8(&bytes).is_err() && guess_compression(&bytes)
        || is_encoded(&bytes);
    is_known.then_some(bytes)
}

impl Decoder {
    /// Takes off what Python makes of bytes in a payload, with a note.
    pub(super) fn printed_bytes(&mut self, text: &[u8], out: &mut Vec<u8>) -> Option<Step> {
        if !self.options.reads_prints || self.layers.is_empty() {
            return None;
        }
        let bytes = unreadable_bytes(text)?;
        if let Some(printed) = printed::recognize_whole(text) {
            self.problems.push(Problem::input(ProblemKind::Printed(printed)));
        }
        let made = bytes.len();
        *out = bytes;
        Some(Step::Peeled { layer: Layer::PythonBytes, made, parts: 1 })
    }
}

/// The bytes of a text that is `b'…'` or `bytearray(b'…')` and nothing else.
pub(crate) fn whole_byte_string(text: &[u8]) -> Option<Vec<u8>> {
    let text = match text.strip_prefix(b"bytearray(") {
        Some(inner) => inner.strip_suffix(b")")?,
        None => text,
    };
    let (bytes, end) = byte_string(text, 0)?;
    (end == text.len()).then_some(bytes)
}

/// The bytes of the `b'…'` at `start` and of those after it with only white space between
/// them, which are one value in Python, and where they end.
pub(crate) fn byte_strings(text: &[u8], start: usize) -> Option<(Vec<u8>, usize)> {
    let (mut bytes, mut end) = byte_string(text, start)?;
    loop {
        let next = json::skip_space(text, end);
        let Some((more, after)) = byte_string(text, next) else { return Some((bytes, end)) };
        bytes.extend_from_slice(&more);
        end = after;
    }
}

/// The bytes of a `b'…'` of Python or a `b"…"` of Rust at `start`, and where it
/// ends.
pub(crate) fn byte_string(text: &[u8], start: usize) -> Option<(Vec<u8>, usize)> {
    let [b'b', quote @ (b'"' | b'\''), rest @ ..] = part(text, start..) else {
        return None;
    };
    let mut bytes = Vec::new();
    let mut rest = rest;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == *quote {
            return Some((bytes, text.len() - rest.len()));
        }
        if !byte.is_ascii() || byte == b'\n' {
            return None;
        }
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&escape, tail) = rest.split_first()?;
        rest = tail;
        bytes.push(match escape {
            escape if let Some(byte) = control(escape) => byte,
            b'0'..=b'7' => {
                let digits = rest.iter().take(2).take_while(|it| matches!(it, b'0'..=b'7')).count();
                let (more, tail) = rest.split_at_checked(digits)?;
                rest = tail;
                let digit = |code: u32, byte: &u8| code * 8 + u32::from(byte - b'0');
                u8::try_from(more.iter().fold(digit(0, &escape), digit)).ok()?
            }
            b'\\' | b'\'' | b'"' | b'#' | b'?' => escape,
            b'x' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                rest = tail;
                u8::try_from(hex_number(digits)?).ok()?
            }
            _ => return None,
        });
    }
    None
}

/// The control character that a letter after a backslash stands for.
pub(crate) const fn control(escape: u8) -> Option<u8> {
    Some(match escape {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        b'v' => 0xb,
        b'f' => 0xc,
        b'e' => 0x1b,
        _ => return None,
    })
}

/// Reads hexadecimal digits, and nothing else.
pub(crate) fn hex_number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0u32, |code, byte| Some(code.checked_mul(16)? + char::from(*byte).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Gzip;

    #[test]
    fn unreadable_bytes_are_read_from_their_repr() {
        let gzip = Gzip::new().compress(b"{}");
        for text in [
            format!("b'{}'", gzip.escape_ascii()),
            format!("bytearray(b\"{}\")", gzip.escape_ascii()),
        ] {
            assert_eq!(unreadable_bytes(text.as_bytes()).as_ref(), Some(&gzip), "{text}");
            let cut = &text.as_bytes()[..text.len() - 3];
            assert_eq!(unreadable_bytes(cut), None, "{text}");
        }
        assert!(unreadable_bytes(b"b'H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=='").is_some());
        for text in [&br#"b'{"a":1}'"#[..], b"b'words'", b"b'' and b''", br"b'\x1f'"] {
            assert_eq!(unreadable_bytes(text), None, "{}", text.escape_ascii());
        }
    }
}
