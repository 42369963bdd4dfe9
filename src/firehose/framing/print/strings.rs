//! What stands between quotes in Python, Node, Ruby, Rust and Go.

use super::writer::Writer;
use crate::bytes::part;
pub(super) use crate::decode::hex_number as hex;
pub(in super::super) use crate::decode::{byte_string, byte_strings};
use crate::decode::{control, whole_byte_string};

/// Appends to `out` what the quoted string at `at` stands for, as JSON without
/// quotes, and returns where it ends; or where it broke off.
pub(super) fn quoted(text: &[u8], start: usize, out: &mut Writer) -> Result<usize, usize> {
    let Some(&quote) = text.get(start) else { return Err(start) };
    let mut at = start + 1;
    loop {
        let plain = part(text, at..)
            .iter()
            .take_while(|byte| !matches!(**byte, b'\\' | b'"' | 0..=0x1f) && **byte != quote)
            .count();
        out.out.extend_from_slice(part(text, at..at + plain));
        at += plain;
        let Some(&byte) = text.get(at) else { return Err(at) };
        at += 1;
        match byte {
            _ if byte == quote => return Ok(at),
            b'\n' | b'\r' if quote != b'`' => return Err(at),
            b'\\' => at = escape(text, at, out).ok_or(at)?,
            _ => out.byte_of_text(byte),
        }
    }
}

/// Appends what the escape stands for whose letter is at `at`; returns its end.
fn escape(text: &[u8], at: usize, out: &mut Writer) -> Option<usize> {
    let &byte = text.get(at)?;
    let mut after = at + 1;
    let digits = match byte {
        // Rust's and Ruby's `\u{1f}`.
        b'u' if text.get(after) == Some(&b'{') => {
            after += 1;
            part(text, after..).iter().take(8).position(|byte| *byte == b'}')?
        }
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => {
            let plain = match byte {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 0xc,
                b'v' => 0xb,
                b'0' => 0,
                b'a' => 7,
                b'e' => 0x1b,
                b'\\' | b'"' | b'\'' | b'`' | b'/' | b'$' | b'#' => byte,
                _ => return None,
            };
            out.byte_of_text(plain);
            return Some(after);
        }
    };
    let code = hex(text.get(after..after + digits)?)?;
    let has_braces = text.get(after - 1) == Some(&b'{');
    let end = after + digits + usize::from(has_braces);
    let mut units = [0; 2];
    match char::from_u32(code) {
        Some(character) => {
            for unit in character.encode_utf16(&mut units) {
                out.out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        }
        None if code > 0xffff => return None,
        // A lone surrogate: JSON can say it in the same way.
        None => out.out.extend_from_slice(format!("\\u{code:04x}").as_bytes()),
    }
    Some(end)
}

/// The bytes of the string of Ruby at `start`, and where it ends: `"\x1F\u00e9é"`.
pub(super) fn ruby_bytes(text: &[u8], start: usize) -> Option<(usize, Vec<u8>)> {
    let mut out = Vec::new();
    let mut at = start + 1;
    loop {
        let rest = part(text, at..);
        let plain = memchr::memchr3(b'"', b'\\', b'\n', rest)?;
        out.extend_from_slice(part(rest, ..plain));
        at += plain;
        match part(text, at..) {
            [b'"', ..] => return Some((at + 1, out)),
            [b'\\', b'x', rest @ ..] => {
                let digits = rest.iter().take(2).take_while(|it| it.is_ascii_hexdigit()).count();
                out.push(u8::try_from(hex(part(rest, ..digits))?).ok()?);
                at += 2 + digits;
            }
            [b'\\', b'u', rest @ ..] => {
                let digits = part(rest, ..rest.len().min(4));
                let sign = char::from_u32(hex(digits)?)?;
                out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
                at += 6;
            }
            [b'\\', escape, ..] => {
                out.push(match escape {
                    escape if let Some(byte) = control(*escape) => byte,
                    b'0' => 0,
                    b'"' | b'\\' | b'#' => *escape,
                    _ => return None,
                });
                at += 2;
            }
            _ => return None,
        }
    }
}

/// Reads a line that is Python's `repr` of bytes, `b'\\x1f\\x8b…'`.
pub(in super::super) fn python_bytes(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii();
    let body = line.get(2..line.len().checked_sub(1)?)?;
    if !body.contains(&b'\\') && !body.contains(&b'"') {
        return None;
    }
    whole_byte_string(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_bytes_become_the_bytes() {
        assert_eq!(python_bytes(br#"b'\x1f\x8b\n\'"'"#).unwrap(), b"\x1f\x8b\n'\"");
        for text in ["b'plain'", r"b'\xg0'", r"b'\x1'", r"b'a'b\n'", "b'", "b"] {
            assert!(python_bytes(text.as_bytes()).is_none(), "{text}");
        }
    }
}
