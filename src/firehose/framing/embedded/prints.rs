//! Bytes that a program printed into a line, wherever they stand in it: `<Buffer 7b 22>`,
//! `[123 34]`, `b'…'`, `:data=>"\x1F\x8B"`.

use std::ops::Range;

use super::super::pasted::{number, separator};
use super::super::print::{byte_string, ruby_bytes};
use super::super::printed_bytes::{buffer, has_literal, is_payload, is_plainly_bytes};
use super::is_named_data;
use crate::bytes::part;
use crate::decode::{Problem, decode_hex, is_compressed};

/// Bytes in a line.
#[derive(Debug)]
pub(super) struct Print {
    /// Where they stand.
    pub(super) place: Range<usize>,
    pub(super) bytes: Vec<u8>,
    /// What the runtime left out of them.
    pub(super) problem: Option<Problem>,
}

/// What AWS's SDK for Java prints after `SdkBytes`.
const SDK_BYTES: &[u8] = b"(bytes=0x";

const BUFFER: &[u8] = b"<Buffer";

/// All bytes that are printed in the line, in their order.
pub(super) fn find(line: &[u8]) -> Vec<Print> {
    let mut found: Vec<Print> = Vec::new();
    let opens = |byte: &u8| matches!(byte, b'<' | b'[' | b'{' | b'(' | b'"' | b'\'');
    let mut at = 0;
    while let Some(next) = part(line, at..).iter().position(opens) {
        let open = at + next;
        let print = match line.get(open) {
            Some(b'<') => node_buffer(line, open),
            Some(b'(') => sdk_bytes(line, open),
            Some(b'[' | b'{') => list(line, open),
            _ => byte_literal(line, open).or_else(|| string(line, open)),
        };
        at = open + 1;
        if let Some(print) = print {
            at = print.place.end;
            found.push(print);
        }
    }
    found
}

/// A look for what such prints cannot be without: most lines have none of it.
pub(super) fn may_be_in(line: &[u8]) -> bool {
    let opens_list = |open: usize| {
        let inner = part(line, open + 1..).trim_ascii_start();
        let digits = inner.iter().take_while(|it| it.is_ascii_digit() || **it == b'-').count();
        digits > 0 && matches!(inner.get(digits), Some(b' ' | b',' | b'x'))
    };
    memchr::memchr(b'\\', line).is_some()
        || memchr::memchr2_iter(b'[', b'{', line).any(opens_list)
        || has_literal(line)
        || memchr::memchr(b'<', line).is_some() && has(line, BUFFER)
        || memchr::memchr(b'(', line).is_some() && has(line, SDK_BYTES)
        // A string of JSON needs no escape.
        || memchr::memchr2_iter(b'{', b'[', line).any(|at| part(line, ..at).ends_with(b"\""))
}

fn has(line: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(line, what).is_some()
}

fn node_buffer(line: &[u8], open: usize) -> Option<Print> {
    let rest = part(line, open..);
    let end = memchr::memchr(b'>', rest).filter(|_| rest.starts_with(BUFFER))? + 1;
    let found = buffer(part(rest, ..end))?;
    Some(Print { place: open..open + end, bytes: found.bytes, problem: found.problem })
}

fn sdk_bytes(line: &[u8], open: usize) -> Option<Print> {
    let digits = part(line, open..).strip_prefix(SDK_BYTES)?;
    let length = memchr::memchr(b')', digits)?;
    let mut bytes = Vec::new();
    decode_hex(part(digits, ..length), &mut bytes)?;
    let end = open + SDK_BYTES.len() + length + 1;
    let name = part(line, ..open).iter().rev().take_while(|it| it.is_ascii_alphanumeric()).count();
    Some(Print { place: open - name..end, bytes, problem: None })
}

/// `b'…'` of Python, `b"…"` of Rust.
fn byte_literal(line: &[u8], quote: usize) -> Option<Print> {
    let start = quote.checked_sub(1)?;
    let before = part(line, ..start);
    let is_word = before.last().is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
    if line.get(start) != Some(&b'b') || is_word {
        return None;
    }
    let (bytes, end) = byte_string(line, start)?;
    let is_data = is_payload(&bytes) || is_named_data(before);
    is_data.then_some(Print { place: start..end, bytes, problem: None })
}

/// A string with the escapes of Ruby or C: a payload with the name of data, or compressed.
fn string(line: &[u8], quote: usize) -> Option<Print> {
    let rest = part(line, quote..);
    let is_named = is_named_data(part(line, ..quote)) || part(line, ..quote).ends_with(b"byte(");
    if !rest.starts_with(b"\"") || !is_named && !rest.starts_with(b"\"\\") {
        return None;
    }
    let (end, bytes) = ruby_bytes(line, quote).or_else(|| c_bytes(line, quote))?;
    let is_data = if is_named { is_payload(&bytes) } else { is_compressed(&bytes) };
    is_data.then_some(Print { place: quote..end, bytes, problem: None })
}

/// The bytes of the string at `quote`, with the escapes of C, and where it ends.
fn c_bytes(line: &[u8], quote: usize) -> Option<(usize, Vec<u8>)> {
    let inner = part(line, quote + 1..);
    let mut length = 0;
    loop {
        match part(inner, length..) {
            [b'"', ..] => break,
            [b'\\', _, ..] => length += 2,
            [_, ..] => length += 1,
            [] => return None,
        }
    }
    let literal = [b"b\"", part(inner, ..length), b"\""].concat();
    let (bytes, end) = byte_string(&literal, 0)?;
    (end == literal.len()).then_some((quote + length + 2, bytes))
}

/// `[123 34 …]`, `[123, 34, …]`, `{0x7b, 0x22, …}`.
fn list(line: &[u8], open: usize) -> Option<Print> {
    let mut at = open + 1;
    at += separator(part(line, at..));
    let mut bytes = Vec::new();
    while let Some((byte, end)) = number(line, at) {
        bytes.push(byte);
        let gap = separator(part(line, end..));
        at = end + gap;
        if gap == 0 {
            break;
        }
    }
    let is_closed = matches!(line.get(at), Some(b']' | b'}'));
    let is_data = is_closed
        && (is_payload(&bytes) || is_plainly_bytes(&bytes) && is_named_data(part(line, ..open)));
    is_data.then_some(Print { place: open..at + 1, bytes, problem: None })
}
