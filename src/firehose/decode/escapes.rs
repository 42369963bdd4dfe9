//! Base64 whose signs were written in the escapes of another format: `%2B`, `\/`, `&#61;`.

use super::base64::Mark;
use super::decoder::{Decoder, Step};
use super::problem::{Problem, ProblemKind};
use super::sniff::{base64_symbols, is_encoded};
use super::{Layer, quoted};
use crate::bytes::part;

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
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
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

/// Base64 without the escapes of another format, the first of which is at `offset`.
pub(crate) fn without_escapes(text: &[u8], offset: usize) -> Option<Vec<u8>> {
    unescaped(text, offset).map(|(base64, _)| base64)
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
