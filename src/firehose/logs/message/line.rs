//! What the function, its runtime or anybody else wrote as text.

use std::borrow::Cow;

use super::error_kind::error_kind;
use super::{Level, Message};
use crate::bytes::{lossy, part};

/// Bytes at the front of a line in which its level and request id stand.
const FRONT: usize = 192;

/// Bytes of `2026-11-22 10:00:00.123` and the tab after it.
const TIME_AND_TAB: usize = 24;

/// Words of a line among which its level is.
const WORDS: usize = 8;

/// A line of text. The runtimes for Python and Node.js put columns with tabs
/// between them before what was written: `[LEVEL] time id …`, `time id LEVEL …`.
pub(super) fn line(message: &[u8]) -> Message<'_> {
    // Loggers for Rust and Node.js color the level.
    let is_colored = memchr::memchr(b'\x1b', message.get(..FRONT).unwrap_or(message)).is_some();
    let plain = if is_colored { Some(uncolored(message)) } else { of_serverless(message) };
    if let Some(plain) = plain {
        return match line(&plain) {
            Message::Line { request, level, error_kind } => {
                let request = request.map(|request| Cow::Owned(request.into_owned()));
                Message::Line { request, level, error_kind }
            }
            _ => Message::Line { request: None, level: None, error_kind: None },
        };
    }
    let mut columns = message.splitn(4, |byte| *byte == b'\t');
    let mut column = || columns.next().unwrap_or_default();
    let (first, second, third) = (column(), column(), column());
    let (request, level) = if is_request_id(second) {
        (Some(second), Level::parse(third))
    } else if is_request_id(third) {
        (Some(third), in_brackets(first))
    } else {
        let front = message.get(..FRONT).unwrap_or(message);
        (request_within(front), level_within(front))
    };
    let error_kind = error_kind(message, level);
    Message::Line { request: request.map(lossy), level, error_kind }
}

/// True if `serverless logs` has shortened a line so: `TIME\tLEVEL\ttext` (version 3),
/// `TIME - ID - ` (version 4), with a time as in `2026-11-22 10:00:00.123`.
pub(in crate::logs) fn is_short_of_serverless(message: &[u8]) -> bool {
    let Some((time, rest)) = message.split_at_checked(23) else { return false };
    let has_level = |rest: &[u8]| {
        let level = rest.split(|byte| *byte == b'\t').next().unwrap_or_default();
        level.len() < rest.len() && Level::parse(trimmed(level, b"[]")).is_some()
    };
    let has_id = |rest: &[u8]| {
        let parts = rest.split_at_checked(36);
        parts.is_some_and(|(id, rest)| is_request_id(id) && rest.starts_with(b" - "))
    };
    is_time_of_serverless(time)
        && match rest {
            [b'\t', rest @ ..] => has_level(rest),
            [b' ', b'-', b' ', rest @ ..] => has_id(rest),
            _ => false,
        }
}

/// `2026-11-22 10:00:00.123`
fn is_time_of_serverless(time: &[u8]) -> bool {
    (0..).zip(time).all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        10 => *byte == b' ',
        13 | 16 => *byte == b':',
        19 => *byte == b'.',
        _ => byte.is_ascii_digit(),
    })
}

/// A line without the time that `serverless logs` puts in front of it; any other line as it
/// is. Version 2 has an offset there: `2026-11-22 11:00:00.109 (+01:00)\tID\t`.
pub(super) fn without_time_of_serverless(message: &[u8]) -> &[u8] {
    let Some((time, rest)) = message.split_at_checked(23) else { return message };
    let is_of_version_2 = rest.starts_with(b" (") && rest.get(8..10) == Some(b")\t");
    if is_of_version_2 && is_time_of_serverless(time) {
        return part(rest, 10..);
    }
    match rest {
        _ if !is_short_of_serverless(message) => message,
        [b'\t', text @ ..] | [b' ', b'-', b' ', text @ ..] => text,
        _ => message,
    }
}

/// A line that version 4 of `serverless logs` has put on two, as the runtime wrote it but
/// for the form of its time: `TIME\tID\tLEVEL\ttext`, `[LEVEL]\tTIME\tID\ttext`.
fn of_serverless(message: &[u8]) -> Option<Vec<u8>> {
    let (time, rest) = message.split_at_checked(23)?;
    let rest = rest.strip_prefix(b" - ").filter(|_| is_short_of_serverless(message))?;
    let (id, rest) = rest.split_at_checked(36)?;
    let rest = rest.strip_prefix(b" - ")?;
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let (level, text) = (part(rest, ..end), part(rest, (end + 1).min(rest.len())..));
    let level = level.strip_suffix(b"\r").unwrap_or(level);
    Some([level, time, b"\t", id, b"\t", text].concat())
}

/// Without the codes that color it.
fn uncolored(message: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = memchr::memchr(b'\x1b', rest) {
        plain.extend_from_slice(part(rest, ..at));
        rest = part(rest, at + 1..);
        let codes = rest.strip_prefix(b"[").unwrap_or_default();
        let end = codes.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
        if let Some(end) = end.filter(|end| codes.get(*end) == Some(&b'm')) {
            rest = part(codes, end + 1..);
        }
    }
    plain.extend_from_slice(rest);
    plain
}

/// The message without the time and the id of its invocation, where a runtime has
/// put them in front: `LEVEL\ttext`, `[LEVEL]\ttext` or the text alone.
pub(super) fn without_front<'a>(message: &'a [u8], request: &str) -> Cow<'a, [u8]> {
    if let Some(whole) = of_serverless(message) {
        return without_front(&whole, request).into_owned().into();
    }
    if is_short_of_serverless(message) {
        return part(message, TIME_AND_TAB..).into();
    }
    let request = request.as_bytes();
    let mut columns = message.splitn(4, |byte| *byte == b'\t');
    let mut column = || columns.next().unwrap_or_default();
    let (first, second, third, rest) = (column(), column(), column(), column());
    if second == request {
        let start = first.len() + second.len() + 2;
        return part(message, start.min(message.len())..).into();
    }
    if third == request {
        return [first, b"\t", rest].concat().into();
    }
    match request_in_front(message).or_else(|| request_after_date(message)) {
        Some((id, rest)) if id == request => rest.trim_ascii_start().into(),
        _ => {
            let rest = message.strip_prefix(b"RequestId: ").and_then(|it| it.strip_prefix(request));
            rest.map_or(message, <[u8]>::trim_ascii_start).into()
        }
    }
}

/// `TIME ID`, and what follows.
pub(super) fn request_in_front(message: &[u8]) -> Option<(&[u8], &[u8])> {
    message.first().filter(|byte| byte.is_ascii_digit())?;
    let space = memchr::memchr(b' ', message.get(..40).unwrap_or(message))?;
    let (id, rest) = message.get(space + 1..)?.split_at_checked(36)?;
    is_request_id(id).then_some((id, rest))
}

/// `DATE TIME ID`, as Log4j is set up for Lambda, and what follows.
fn request_after_date(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let (date, rest) = message.split_at_checked(10)?;
    let is_date = date.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    request_in_front(rest.strip_prefix(b" ").filter(|_| is_date)?)
}

/// The first request id: `RequestId: ID`, `invoke{requestId="ID"}`, `TIME ID`.
fn request_within(front: &[u8]) -> Option<&[u8]> {
    memchr::memchr_iter(b'-', front).find_map(|dash| {
        let start = dash.checked_sub(8)?;
        let id = front.get(start..start + 36).filter(|id| is_request_id(id))?;
        let goes_on =
            |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'-');
        let is_alone = !goes_on(start.checked_sub(1).and_then(|at| front.get(at)))
            && !goes_on(front.get(start + 36));
        is_alone.then_some(id)
    })
}

fn in_brackets(text: &[u8]) -> Option<Level> {
    let inner = text.strip_prefix(b"[")?;
    Level::parse(inner.get(..memchr::memchr(b']', inner)?)?)
}

/// Loggers write the level in capitals as one of the first words, after times,
/// ids and names of threads, or as `level=error`.
fn level_within(front: &[u8]) -> Option<Level> {
    let line = front.get(..memchr::memchr(b'\n', front).unwrap_or(front.len()))?;
    let words =
        line.split(|byte| matches!(byte, b' ' | b'\t' | b'|')).filter(|word| !word.is_empty());
    let mut plain = 0;
    for word in words.take(WORDS) {
        let bare = trimmed(word, b"[]():,");
        if let Some(level) = Level::parse(bare).filter(|_| bare.to_ascii_uppercase() == bare) {
            return Some(level);
        }
        let value =
            [&b"level="[..], b"lvl=", b"severity="].iter().find_map(|key| word.strip_prefix(*key));
        if let Some(value) = value {
            return Level::parse(trimmed(value, b"\""));
        }
        // After two words of prose it is prose.
        plain += usize::from(bare.iter().all(u8::is_ascii_alphabetic));
        if plain > 2 {
            return None;
        }
    }
    None
}

/// Without these bytes around it.
fn trimmed<'a>(mut word: &'a [u8], around: &[u8]) -> &'a [u8] {
    while let [first, rest @ ..] = word
        && around.contains(first)
    {
        word = rest;
    }
    while let [rest @ .., last] = word
        && around.contains(last)
    {
        word = rest;
    }
    word
}

/// A UUID, as request ids of Lambda are.
pub(in crate::logs) fn is_request_id(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
