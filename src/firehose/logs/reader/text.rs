//! Lines of text, with what a tool has put in front of each event.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::object::EventKeys;
use super::{InputState, LogReader, VisitEvent, bare, line_end};
use crate::bytes::{lossy, part};
use crate::logs::message::{is_request_id, is_short_of_serverless};
use crate::logs::{LogEvent, without_newline};
use crate::time::{self, Millis};

/// An event that goes up to the next line with a time in front.
#[derive(Debug, Clone)]
pub(super) struct OpenEvent {
    prefix: LinePrefix,
    /// Its lines up to here are known to be of it.
    known: usize,
    extent: Extent,
}

/// Where an event ends, besides at the next line with a time in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Nowhere.
    Open,
    /// With the value that `console.log` printed over lines.
    Print,
    /// At a line of Lambda itself, to which `serverless logs` gives no time.
    Serverless,
    /// After `Duration: …`: that tool puts a REPORT on two lines.
    Report,
}

impl Extent {
    /// True if a line is of the next event.
    fn ends_before(self, line: &[u8]) -> bool {
        match self {
            Self::Open | Self::Print => false,
            Self::Serverless => is_of_lambda_itself(line),
            Self::Report => !line.starts_with(DURATION),
        }
    }

    /// True if a line is the last.
    fn ends_with(self, line: &[u8]) -> bool {
        match self {
            Self::Open | Self::Serverless => false,
            Self::Print => matches!(line.first(), Some(b'}' | b']')),
            Self::Report => line.starts_with(DURATION),
        }
    }
}

/// How the second line of a REPORT begins in `serverless logs`.
const DURATION: &[u8] = b"Duration: ";

/// What stands in front of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct LinePrefix {
    timestamp: Option<Millis>,
    /// Where the names of the log group and the log stream are in the line.
    group: Option<Range<usize>>,
    stream: Option<Range<usize>>,
    /// Bytes of the line before the message.
    length: usize,
}

/// No name of a log group or log stream has as many bytes (CloudWatch Logs, quotas).
const MAX_NAME: usize = 513;

impl LogReader {
    /// Events, each up to the next line with a time in front of it.
    pub(super) fn text(
        &mut self,
        bytes: &[u8],
        state: InputState,
        visit: &mut VisitEvent<'_>,
    ) -> usize {
        let mut start = 0;
        let mut open = self.open.take();
        let mut at = open.as_ref().map_or(0, |open| open.known);
        let mut looked = self.looked;
        while let Some(end) = line_end(bytes, at, looked, state == InputState::Over) {
            let line = part(bytes, at..end);
            let next = (end + 1).min(bytes.len());
            let prefix = prefix(line, self.zone.as_ref());
            let is_over = |open: &OpenEvent| open.extent.ends_before(line);
            let ends =
                prefix.is_some() || is_of_console(line) || open.as_ref().is_some_and(is_over);
            if ends && let Some(open) = open.take() {
                finish(part(bytes, start..at), &open.prefix, visit);
            }
            match (prefix, &mut open) {
                (Some(prefix), _) => {
                    start = at;
                    let is_of_serverless = prefix.length == 0;
                    let extent = if is_of_serverless { Extent::Serverless } else { Extent::Open };
                    open = Some(OpenEvent { prefix, known: next, extent });
                }
                (None, Some(event)) => {
                    event.known = next;
                    if event.extent.ends_with(line)
                        && let Some(event) = open.take()
                    {
                        finish(part(bytes, start..next), &event.prefix, visit);
                    }
                }
                (None, None) if let Some(extent) = opens(line) => {
                    start = at;
                    open = Some(OpenEvent { prefix: LinePrefix::default(), known: next, extent });
                }
                (None, None) if is_of_console(line) || line.trim_ascii().is_empty() => {}
                (None, None) => match EventKeys::of(line.trim_ascii()) {
                    Some(keys) => keys.visit_own(line, visit),
                    None => visit(bare(line)),
                },
            }
            at = next;
            looked = at;
        }
        if state != InputState::More
            && let Some(open) = open.take()
        {
            finish(part(bytes, start..at), &open.prefix, visit);
        }
        let read = if open.is_some() { start } else { at };
        if let Some(open) = &mut open {
            open.known -= read;
        }
        self.open = open;
        // This is set back where something was read.
        self.looked = if read == 0 { bytes.len() } else { 0 };
        read
    }
}

/// What a line without a time in front begins, if it is more than a line.
fn opens(line: &[u8]) -> Option<Extent> {
    match line.trim_ascii_end() {
        b"{" | b"[" => Some(Extent::Print),
        line => {
            let id = line.strip_prefix(b"REPORT - ")?;
            is_request_id(id).then_some(Extent::Report)
        }
    }
}

/// Hands over an event of these lines.
fn finish(lines: &[u8], prefix: &LinePrefix, visit: &mut VisitEvent<'_>) {
    let message = part(lines, prefix.length..);
    // A time on a line of its own.
    let message = message.strip_prefix(b"\n").unwrap_or(message);
    visit(LogEvent {
        group: prefix.group.clone().and_then(|place| lines.get(place)).map(lossy),
        stream: prefix.stream.clone().and_then(|place| lines.get(place)).map(lossy),
        timestamp: prefix.timestamp,
        message: without_newline(message).into(),
        ..LogEvent::default()
    });
}

/// Reads the time in front of a line, where a tool has put one. The runtime for
/// Node.js begins its own lines with a time too: those are messages.
fn prefix(line: &[u8], zone: Option<&TimeZone>) -> Option<LinePrefix> {
    let start = skip_color(line, 0);
    if let Some(prefix) = placed(line, start) {
        return Some(prefix);
    }
    let text = line.get(start..)?;
    if let Some(prefix) = of_serverless(text, zone) {
        return Some(prefix);
    }
    if !text.first()?.is_ascii_digit() || text.get(10) != Some(&b'T') {
        return None;
    }
    let end = text.iter().take(40).position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x1b));
    let end = end.or_else(|| (text.len() < 40).then_some(text.len()))?;
    let time = std::str::from_utf8(text.get(..end)?).ok()?;
    let is_zoned = time.ends_with('Z') || time.get(19..)?.contains(['+', '-']);
    let fraction = time
        .get(19..)?
        .strip_prefix('.')
        .map_or(0, |it| it.bytes().take_while(u8::is_ascii_digit).count());
    let timestamp = time::rfc3339_or_utc(time)?;
    let end = skip_color(line, start + end);
    let mut length = end + 1;
    let mut stream = None;
    match line.get(end..)? {
        [] | [b'\r'] if fraction == 3 => {}
        // The console.
        [b'\t', message @ ..] if fraction == 3 && !is_of_runtime(message) => {}
        // An export to S3; with an id it is `Task timed out`.
        [b' ', message @ ..]
            if fraction == 3
                && time.ends_with('Z')
                && !message.get(..36).is_some_and(is_request_id) => {}
        // `aws logs tail --format short`.
        [b' ', ..] if fraction == 0 && !is_zoned => {}
        // `aws logs tail`, whose `--format json` leaves out a fraction of zero.
        [b' ', ..] if (fraction == 6 || fraction == 0) && !time.ends_with('Z') => {
            let from = skip_color(line, end + 1);
            let name = line.get(from..)?;
            let name = name.get(..name.iter().position(|byte| matches!(byte, b' ' | 0x1b))?)?;
            if name.is_empty() || fraction == 0 && !is_stream(name) {
                return None;
            }
            stream = Some(from..from + name.len());
            length = skip_color(line, from + name.len()) + 1;
        }
        _ => return None,
    }
    let timestamp = Some(timestamp);
    Some(LinePrefix { timestamp, group: None, stream, length: length.min(line.len()) })
}

/// `GROUP STREAM [TIME] message`, the first and the last as asked for, of `awslogs
/// get`; `STREAM TIME message` of `sam logs`, whose time is in UTC without saying so.
fn placed(line: &[u8], start: usize) -> Option<LinePrefix> {
    line.get(start).filter(|first| first.is_ascii_digit() || **first == b'/')?;
    let mut word = word_at(line, start)?;
    let mut group = None;
    if line.get(start) == Some(&b'/') {
        group = Some(word.clone());
        word = word_at(line, skip_color(line, word.end) + 1)?;
    }
    let stream = word;
    if !is_of_lambda(part(line, stream.clone())) {
        return None;
    }
    let mut length = skip_color(line, stream.end) + 1;
    let mut timestamp = None;
    if let Some(next) = word_at(line, length)
        && let Ok(time) = std::str::from_utf8(part(line, next.clone()))
        && let Some(time) = time::rfc3339_or_utc(time)
    {
        timestamp = Some(time);
        // That of a runtime is part of its message.
        let after = skip_color(line, next.end);
        let rest = line.get(after + 1..).unwrap_or_default();
        let is_of_runtime = line.get(after) == Some(&b'\t')
            || rest.get(..36).is_some_and(|id| is_request_id(id) && rest.get(36) == Some(&b' '));
        if !is_of_runtime {
            length = after + 1;
        }
    }
    Some(LinePrefix { timestamp, group, stream: Some(stream), length: length.min(line.len()) })
}

/// The word at a place, after codes that color it and up to a blank or such codes.
fn word_at(line: &[u8], at: usize) -> Option<Range<usize>> {
    let start = skip_color(line, at);
    let rest = line.get(start..)?;
    let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | 0x1b);
    let rest = rest.get(..MAX_NAME).unwrap_or(rest);
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    (1..MAX_NAME).contains(&length).then(|| start..start + length)
}

/// True for `2026/11/22/[$LATEST]0a1b2c…`, the name that Lambda gives a log stream.
fn is_of_lambda(name: &[u8]) -> bool {
    let is_date = |(at, byte): (usize, &u8)| match at {
        4 | 7 | 10 => *byte == b'/',
        _ => byte.is_ascii_digit(),
    };
    let date = name.get(..11).is_some_and(|date| date.iter().enumerate().all(is_date));
    let rest = name.get(11..).unwrap_or_default();
    date && rest.contains(&b'[') && rest.contains(&b']')
}

/// The line of a runtime as `serverless logs` shows it, with its time in another form:
/// `2026-11-22 10:00:00.123 (+01:00)\tID\tINFO\tmessage` in version 2, in local time
/// `2026-11-22 10:00:00.123\tINFO\tmessage` in 3 and `2026-11-22 10:00:00.123 - ID - ` with
/// the message on the next line in 4. The message is all of it.
fn of_serverless(text: &[u8], zone: Option<&TimeZone>) -> Option<LinePrefix> {
    let (time, rest) = text.split_at_checked(23).filter(|(time, _)| time.get(10) == Some(&b' '))?;
    let time = std::str::from_utf8(time).ok()?;
    let timestamp = match rest {
        [b' ', b'(', ..] => {
            let offset = std::str::from_utf8(rest.get(2..8)?).ok()?;
            rest.get(8..)?.starts_with(b")\t").then_some(())?;
            time::rfc3339(&format!("{time}{offset}"))?
        }
        _ if is_short_of_serverless(text) => match zone {
            Some(zone) => time::in_zone(time, zone)?,
            None => time::rfc3339_or_utc(time)?,
        },
        _ => return None,
    };
    Some(LinePrefix { timestamp: Some(timestamp), ..LinePrefix::default() })
}

/// Where the codes that color what follows end.
fn skip_color(line: &[u8], mut at: usize) -> usize {
    while let Some(codes) = line.get(at..).and_then(|rest| rest.strip_prefix(b"\x1b[")) {
        let length = codes.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';'));
        match length.filter(|length| codes.get(*length) == Some(&b'm')) {
            Some(length) => at += 2 + length + 1,
            None => break,
        }
    }
    at
}

/// True for the name of a log stream of Lambda or Firehose, and for no word.
fn is_stream(name: &[u8]) -> bool {
    name.contains(&b'[') || [&b"DestinationDelivery"[..], b"BackupDelivery"].contains(&name)
}

/// True for `REQUESTID\t…`, which is after the time in lines of Node.js.
fn is_of_runtime(rest: &[u8]) -> bool {
    rest.get(36) == Some(&b'\t') && rest.get(8) == Some(&b'-') && rest.get(23) == Some(&b'-')
        || rest.starts_with(b"undefined\t")
}

/// Lines of Lambda, to which `serverless logs` gives no time; it changes some.
fn is_of_lambda_itself(line: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] = [
        b"START RequestId: ",
        b"END RequestId: ",
        b"REPORT RequestId: ",
        b"INIT_START Runtime ",
        b"END Duration: ",
        b"START - ",
        b"END - ",
        b"REPORT - ",
    ];
    line.trim_ascii_end() == b"START" || STARTS.iter().any(|start| line.starts_with(start))
}

/// What the console writes around events.
fn is_of_console(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.eq_ignore_ascii_case(b"timestamp\tmessage")
        || line.starts_with(b"No older events at this moment")
        || line.starts_with(b"No newer events at this moment")
}
