//! What stands around a record in a line of text, and whether that is a print of it.

use std::ops::Range;

use super::super::printed_bytes::has_log_prefix;
use crate::bytes::part;
use crate::decode::{is_base64_symbol, is_data_name, is_encoded, is_secret_name};

/// Bytes before a record that are looked at for its name.
const MAX_NAME: usize = 96;

/// What was read of a line.
#[derive(Debug)]
pub(super) struct Around {
    /// Brackets that are open.
    depth: usize,
    /// How many were open where the call of a function began that is open.
    call: Option<usize>,
    /// The word is an address.
    is_address: bool,
    /// The line starts as lines of a log do.
    is_log: bool,
    /// Where the last record ends: its padding is no separator.
    from: usize,
}

impl Around {
    /// Before the first byte of the line; `None` for a line of source code.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        const CODE: [&[u8]; 12] = [
            b"//", b"/*", b"* ", b"# ", b"@", b"assert", b"case ", b"const ", b"let ", b"return ",
            b"var ", b"-- ",
        ];
        let text = line.trim_ascii_start();
        let is_code = CODE.iter().any(|it| text.starts_with(it)) && !text.starts_with(b"@{");
        let times = [b"time=".as_slice(), b"ts=", b"level="];
        let is_log = has_log_prefix(text) || times.iter().any(|it| text.starts_with(it));
        (!is_code).then_some(Self { depth: 0, call: None, is_address: false, is_log, from: 0 })
    }

    /// Passes over a record that ends at `end`.
    pub(super) const fn pass_record(&mut self, end: usize) {
        self.from = end;
    }

    /// Passes over a part of the line in which no record is; `None` if other base64 is.
    pub(super) fn pass(&mut self, line: &[u8], range: Range<usize>) -> Option<()> {
        for (at, byte) in range.clone().zip(part(line, range)) {
            match byte {
                b'[' | b'(' | b'{' => {
                    let before = part(line, ..at);
                    let is_call = *byte == b'(' && before.last().is_some_and(|it| ends_name(*it));
                    // What Python prints of bytes that can be changed.
                    if is_call && last_word(before) != b"bytearray" {
                        self.call.get_or_insert(self.depth);
                    }
                    self.depth += 1;
                }
                b']' | b')' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.call = self.call.filter(|it| *it < self.depth);
                }
                b' ' | b'\t' => self.is_address = false,
                b'?' => self.is_address = true,
                b'/' if part(line, ..at).ends_with(b":/") => self.is_address = true,
                b'=' if is_other_base64(line, at) => return None,
                _ => {}
            }
        }
        Some(())
    }

    /// True if no bracket is open: the line was not cut.
    pub(super) const fn is_closed(&self) -> bool {
        self.depth == 0
    }

    /// True if base64 stands in `place` of the line as in a print or in words: not in source
    /// code, in columns, in an address; and if it is called data, if anything.
    pub(super) fn fits_base64(&self, line: &[u8], place: &Range<usize>) -> bool {
        let before = self.near(line, place.start);
        let after = part(line, place.end..);
        let (bare, after) = match (before, after) {
            ([bare @ .., open @ (b'"' | b'\'')], [close, after @ ..]) if open == close => {
                (bare, after)
            }
            _ => (before, after),
        };
        let is_quoted = bare.len() < before.len();
        // The string goes on.
        let is_open = !is_quoted && matches!(before.last(), Some(b'"' | b'\'' | b'`'));
        let is_free = match name(before) {
            Some(name) => is_data_name(name),
            None => !is_quoted && self.is_free(before),
        };
        let closes = match after {
            []
            | [b' ' | b')' | b']' | b'}' | b'>', ..]
            | [b',' | b'.' | b';' | b':']
            | [b',' | b'.' | b';' | b':', b' ', ..] => true,
            [b',', ..] => self.depth > 0,
            _ => false,
        };
        // Of a `data:` URL, a source map.
        let is_url = before.ends_with(b"base64,");
        is_free && closes && !is_open && !is_url && !self.is_address && (!is_quoted || self.is_log)
    }

    /// True if bytes that were printed stand in `place` as in a print, not in source code and not
    /// as what a client of AWS sends and receives.
    pub(super) fn fits_bytes(&self, line: &[u8], place: &Range<usize>) -> bool {
        const OTHERS: [&str; 6] = ["body", "header", "headers", "url", "request", "response"];
        let before = self.near(line, place.start);
        let opens =
            before.last().is_none_or(|it| it.is_ascii_whitespace() || b":=[{(,\"'>|".contains(it));
        let is_named = |name: &[u8]| {
            !is_secret_name(name)
                && !OTHERS.iter().any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
        };
        let closes = match part(line, place.end..) {
            [b'.', next, ..] => !next.is_ascii_alphabetic(),
            [next, ..] => !next.is_ascii_alphanumeric() && *next != b';',
            [] => true,
        };
        let is_data = name(before)
            .map_or_else(|| !is_secret_name(last_word(before.trim_ascii_end())), is_named);
        opens && closes && is_data && self.call.is_none()
    }

    /// What stands before `at`, as much as is looked at.
    fn near<'l>(&self, line: &'l [u8], at: usize) -> &'l [u8] {
        part(line, at.saturating_sub(MAX_NAME).max(self.from)..at)
    }

    /// True if words or brackets stand before a record, not columns.
    fn is_free(&self, before: &[u8]) -> bool {
        let text = before.trim_ascii_end();
        match (text.last(), before.last()) {
            (None | Some(b'[' | b'(' | b'{' | b'<'), _) => true,
            (Some(b','), _) => self.depth > 0,
            (Some(b';' | b'|' | b'"' | b'\''), _) => false,
            (_, Some(b' ')) => !is_secret_name(last_word(text)),
            _ => false,
        }
    }
}

/// The name before a value and what separates them, `=`, `:`, `->` or `=>`.
fn name(before: &[u8]) -> Option<&[u8]> {
    let is_quote = |it: &u8| matches!(it, b'"' | b'\'' | b'`' | b'\\');
    let bare = |text| trim_end(text, |it| it.is_ascii_whitespace() || is_quote(it));
    let text = bare(before);
    let separators = [b"=>".as_slice(), b"->", b"=", b":"];
    let text = bare(separators.iter().find_map(|it| text.strip_suffix(*it))?);
    Some(last_word(text))
}

fn last_word(text: &[u8]) -> &[u8] {
    let rest = trim_end(text, |it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'));
    part(text, rest.len()..)
}

fn trim_end(text: &[u8], is_end: impl Fn(&u8) -> bool) -> &[u8] {
    let length = text.iter().rev().take_while(|it| is_end(it)).count();
    part(text, ..text.len() - length)
}

/// True for what a name in source code ends with, that of a macro or of a type too.
const fn ends_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'!' | b'>')
}

/// True if the `=` at `at` is the padding of base64 that is something, or too short to tell.
fn is_other_base64(line: &[u8], at: usize) -> bool {
    const MIN_SYMBOLS: usize = 6;
    let before = part(line, ..at);
    let symbols = before.iter().rev().take_while(|it| is_base64_symbol(**it)).count();
    let padding = part(line, at..).iter().take(2).take_while(|it| **it == b'=').count();
    let end = at + padding;
    let next = line.get(end);
    let is_end = next.is_none_or(|it| it.is_ascii_whitespace() || b",;)]}>\"'|".contains(it));
    let is_short = || (2..MIN_SYMBOLS).contains(&symbols) && (symbols + padding) % 4 == 0;
    let is_long = || symbols >= MIN_SYMBOLS && is_encoded(part(line, at - symbols..end));
    is_end && (is_short() || is_long())
}
