//! JSON for machines, safe to look at too: documents, arrays, and a value a line.

use std::io::{self, Write};

use serde::Serialize;

use firehose::json;

/// Appends `value` on a line of its own.
pub(super) fn push_line<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    push_json(out, value);
    out.push(b'\n');
}

/// Appends `row` as compact JSON, with what could control a terminal written as
/// escapes.
pub(crate) fn push_json<T: Serialize>(out: &mut Vec<u8>, row: &T) {
    let start = out.len();
    // Rows are plain data; writing them to memory does not fail.
    let _unused = serde_json::to_writer(Writer(out), row);
    let text = out.get(start..).unwrap_or_default();
    // What could control a terminal is DEL or beyond ASCII.
    if text.iter().all(|byte| *byte < 0x7f) {
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
