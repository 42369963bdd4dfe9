//! Lines of base64 that need no closer look.

use super::line::Reading;
use super::wrapped_line::may_go_on;
use super::{InputFormat, pasted};
use crate::bytes::part;
use crate::decode::{GZIP_MAGIC, is_base64_symbol};

/// Returns the end of the line at `at`, where a record of `block` starts, if the line is
/// the record and nothing in it asks for a closer look: it starts as base64 does, has no
/// bracket, and was neither quoted nor wrapped.
///
/// Most input is such lines. [`records`](super::records) says the same of them, slower.
#[inline]
pub fn plain_line(block: &[u8], at: usize, format: InputFormat) -> Option<usize> {
    let rest = block.get(at..)?;
    if format != InputFormat::Auto || !rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let length = memchr::memchr3(b'\n', b'{', GZIP_MAGIC[0], rest)?;
    let line = part(rest, ..length);
    let end = at + length;
    // What starts as a record stands behind nothing else that was pasted.
    let is_other = !starts_as_record(line)
        && (matches!(line, [b'b', b'\'' | b'"', ..])
            || may_log_base64(line)
            || may_be_pasted(line));
    // `31 30` and `00000010  7b` have a blank near their end.
    let plain_end = !is_other
        && line.last_chunk::<4>().is_some_and(|end| !end.contains(&b' '))
        && !may_continue(block, line, end)
        && line.last().is_some_and(|last| is_base64_symbol(*last) || *last == b'=');
    (rest.get(length) == Some(&b'\n') && plain_end && !may_go_on(block, at, end, Reading::Whole))
        .then_some(end)
}

/// True if the line may start with a date or a level, or with Go's `map[`, and
/// end in base64: a look at a few bytes, which hardly any line of base64 passes.
#[inline]
fn may_log_base64(line: &[u8]) -> bool {
    const END: usize = 16;
    if line.get(3) == Some(&b'[') {
        return true;
    }
    let starts = match line.get(4) {
        Some(sign @ (b'-' | b'/')) => line.get(7) == Some(sign),
        Some(b' ' | b'\t' | b':') => true,
        _ => matches!(line.get(5), Some(b' ' | b'\t' | b':')),
    };
    starts && line.last_chunk::<END>().is_some_and(|end| !end.iter().any(u8::is_ascii_whitespace))
}

/// True if the line may be one of a hex dump, of a list of bytes or of the AWS CLI's text
/// output: a look at a few bytes.
#[inline]
fn may_be_pasted(line: &[u8]) -> bool {
    match line {
        [_, _, b' ' | b':' | b'-', ..]
        | [_, _]
        | [_, _, _]
        | [b'0', b'x', ..]
        | [b'3', b'1', b',', ..]
        | [b'h', b't', b't', b'p', ..]
        | [b'a', b'w', b's', b' ', ..]
        | [b'R', b'E', b'C', b'O', b'R', b'D', b'S', b'\t', ..] => true,
        // The offset of a dump, whatever text stands beside it.
        [b'0', ..] if [4, 6, 7, 8].iter().any(|at| matches!(line.get(*at), Some(b' ' | b':'))) => {
            true
        }
        _ => pasted::may_start(line),
    }
}

/// True if base64 may go on after a blank line, or with marks or blanks before it.
#[inline]
fn may_continue(block: &[u8], line: &[u8], end: usize) -> bool {
    line.last() != Some(&b'=') && matches!(block.get(end + 1), Some(b'\n' | b'\r' | b' ' | b'>'))
}

/// True for base64 of a JSON object or of gzip: most lines.
#[inline]
fn starts_as_record(line: &[u8]) -> bool {
    matches!(line, [b'e', b'y', b'J', ..] | [b'H', b'4', b's', b'I', ..])
}
