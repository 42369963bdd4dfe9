//! A message, so that none of it passes for anything else.

use std::borrow::Cow;

use regex::bytes::Regex;

use super::Look;
use crate::terminal::{self, BOLD, DIM, Style, Terminal};
use firehose::json::{self, Formatter, Style as Layout};

/// Brackets that begin no JSON, at most, before the rest of a message is shown
/// as it is: each may be read to its end to know that.
const MAX_MISSES: usize = 16;

/// Appends a message, without a newline at its end. What follows a newline in
/// it is marked: no line of a message can pass for an event.
pub(super) fn push_message(
    out: &mut Vec<u8>,
    message: &[u8],
    indent: &str,
    look: &Look,
    style: Option<Style>,
) {
    if !look.is_pretty && !look.terminal.color && is_plain(message) {
        // Nearly all messages, in a pipe.
        out.extend_from_slice(message);
        return;
    }
    let message = laid_out(message, look);
    let mark = look.terminal.paint(DIM, &format!("{indent}  │ "));
    let lines = message.split(|byte| *byte == b'\n').flat_map(|line| {
        // Runtimes write `\r` for a newline inside a message.
        line.strip_suffix(b"\r").unwrap_or(line).split(|byte| *byte == b'\r')
    });
    for (position, line) in lines.enumerate() {
        if position > 0 {
            out.push(b'\n');
            out.extend_from_slice(mark.as_bytes());
        }
        push_line(out, line, look, style);
    }
}

/// JSON over lines, if that is asked for: what a message ends with, and objects
/// among its text.
fn laid_out<'a>(message: &'a [u8], look: &Look) -> Cow<'a, [u8]> {
    if !look.is_pretty {
        return message.into();
    }
    let mut out = Vec::new();
    let (mut at, mut shown, mut misses) = (0, 0, 0);
    while misses < MAX_MISSES
        && let Some(rest) = message.get(at..)
        && let Some(next) = memchr::memchr2(b'{', b'[', rest)
    {
        let start = at + next;
        let Ok(end) = json::skip_value(message, start) else {
            // `[INFO]` and the like.
            misses += 1;
            at = start + 1;
            continue;
        };
        at = end;
        if is_worth_lines(message, start, end) {
            let between = message.get(shown..start).unwrap_or_default();
            let is_next = shown > 0 && between.trim_ascii().is_empty();
            out.extend_from_slice(if is_next { b"\n" } else { between });
            let value = message.get(start..end).unwrap_or_default();
            if Formatter::default().format(value, Layout::Pretty, &mut out).is_err() {
                out.extend_from_slice(value);
            }
            shown = end;
        }
    }
    if shown == 0 {
        return message.into();
    }
    out.extend_from_slice(message.get(shown..).unwrap_or_default());
    out.into()
}

/// True for objects, and for a list that a message ends with or that has
/// objects: `retry [1] of [3]` and `orders[0]` are read as they are.
fn is_worth_lines(message: &[u8], start: usize, end: usize) -> bool {
    let first = json::skip_space(message, start + 1);
    let has_objects = [start, first].iter().any(|at| message.get(*at) == Some(&b'{'));
    let before = start.checked_sub(1).and_then(|before| message.get(before));
    let is_index = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_])".contains(byte));
    has_objects || (!is_index && json::skip_space(message, end) == message.len())
}

fn push_line(out: &mut Vec<u8>, line: &[u8], look: &Look, style: Option<Style>) {
    let Some(found) = matches(line, look) else {
        return push_painted(out, line, look.terminal, style);
    };
    let mut at = 0;
    for (start, end) in found {
        push_painted(out, line.get(at..start).unwrap_or_default(), look.terminal, style);
        push_painted(out, line.get(start..end).unwrap_or_default(), look.terminal, Some(BOLD));
        at = end;
    }
    push_painted(out, line.get(at..).unwrap_or_default(), look.terminal, style);
}

fn push_painted(out: &mut Vec<u8>, bytes: &[u8], terminal: Terminal, style: Option<Style>) {
    if bytes.is_empty() {
        return;
    }
    let text = tabbed(bytes);
    match style {
        Some(style) => out.extend_from_slice(terminal.paint(style, &text).as_bytes()),
        None => out.extend_from_slice(text.as_bytes()),
    }
}

/// Where something stands out, in order; nothing if it cannot be seen.
fn matches(line: &[u8], look: &Look) -> Option<Vec<(usize, usize)>> {
    if !look.terminal.color || look.highlight.is_empty() {
        return None;
    }
    let of = |regex: &Regex| -> Vec<_> {
        regex.find_iter(line).map(|it| (it.start(), it.end())).collect()
    };
    let mut found: Vec<_> = look.highlight.iter().flat_map(of).collect();
    found.retain(|(start, end)| start < end);
    found.sort_unstable();
    let mut last = 0;
    found.retain(|(start, end)| {
        let is_free = *start >= last;
        last = if is_free { *end } else { last };
        is_free
    });
    Some(found)
}

/// True for text that is shown as it is, on one line.
fn is_plain(text: &[u8]) -> bool {
    // Without a branch for each byte.
    text.chunks(64).all(|chunk| {
        let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) || byte == b'\t';
        chunk.iter().fold(true, |all, byte| all & is_plain(*byte))
    })
}

/// Tabs stand between the columns of Lambda's lines.
fn tabbed(text: &[u8]) -> String {
    if is_plain(text) {
        return String::from_utf8_lossy(text).into_owned();
    }
    terminal::escape_columns(text)
}
