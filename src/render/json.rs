//! JSON for machines, safe to look at too: documents, arrays, and a value a line.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use firehose::json;

/// Values one after the other: the elements of one array, or a line each. Raw
/// tokens in them stay as they are.
#[derive(Debug)]
pub(super) struct JsonRows {
    is_array: bool,
    is_begun: bool,
}

impl JsonRows {
    /// An array, or else lines.
    pub(super) const fn new(is_array: bool) -> Self {
        Self { is_array, is_begun: false }
    }

    /// Appends a value.
    pub(super) fn row<T: Serialize>(&mut self, row: &T, out: &mut Vec<u8>) {
        if self.is_array {
            out.extend_from_slice(if self.is_begun { b",\n" } else { b"[\n" });
        }
        self.is_begun = true;
        push_json(out, row);
        if !self.is_array {
            out.push(b'\n');
        }
    }

    /// Appends what belongs after the last value. After an error, `is_whole` is
    /// false: an array that has begun is closed, but an empty one would say that
    /// there is nothing.
    pub(super) fn finish(&self, is_whole: bool, out: &mut Vec<u8>) {
        out.extend_from_slice(match (self.is_array, self.is_begun) {
            (true, true) => b"\n]\n",
            (true, false) if is_whole => b"[]\n",
            _ => b"",
        });
    }
}

/// Appends `value` on a line of its own.
pub(super) fn push_line<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    push_json(out, value);
    out.push(b'\n');
}

/// Appends a value that is JSON on one line already.
pub(super) fn push_raw_line(out: &mut Vec<u8>, value: &str) {
    json::escape_controls(value.as_bytes(), out);
    out.push(b'\n');
}

/// Appends `row` as compact JSON, with what could control a terminal written as
/// escapes.
pub(super) fn push_json<T: Serialize>(out: &mut Vec<u8>, row: &T) {
    let start = out.len();
    // Rows are plain data; writing them to memory does not fail.
    let _unused = serde_json::to_writer(Writer(out), row);
    let text = out.get(start..).unwrap_or_default();
    // What could control a terminal is DEL or beyond ASCII.
    if text.is_ascii() && memchr::memchr(0x7f, text).is_none() {
        return;
    }
    let text = out.split_off(start);
    json::escape_controls(&text, out);
}

/// Where serde writes to; our own, for the lint that keeps standard output to
/// one room does not tell writers apart.
struct Writer<'a>(&'a mut Vec<u8>);

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Milliseconds with three digits behind the point.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_array: bool, values: &[u8], is_whole: bool) -> String {
        let (mut rows, mut out) = (JsonRows::new(is_array), Vec::new());
        for value in values {
            rows.row(value, &mut out);
        }
        rows.finish(is_whole, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_array_is_closed_however_it_ends() {
        for (values, is_whole, expected) in [
            (&[][..], true, "[]\n"),
            (&[], false, ""),
            (&[1], true, "[\n1\n]\n"),
            (&[1, 2], true, "[\n1,\n2\n]\n"),
            (&[1, 2], false, "[\n1,\n2\n]\n"),
        ] {
            assert_eq!(written(true, values, is_whole), expected);
        }
    }

    #[test]
    fn a_line_is_whole_as_soon_as_it_is_there() {
        for is_whole in [true, false] {
            assert_eq!(written(false, &[1, 2], is_whole), "1\n2\n");
            assert_eq!(written(false, &[], is_whole), "");
        }
    }
}
