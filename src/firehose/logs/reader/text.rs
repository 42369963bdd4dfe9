//! Lines of text, with what a tool has put in front of each event.

use super::object::EventKeys;
use super::{InputState, LogReader, VisitEvent, bare, line_end};
use crate::bytes::{lossy, part};
use crate::logs::message::is_request_id;
use crate::logs::{LogEvent, without_newline};
use crate::time::{self, Millis};

/// An event that goes up to the next line with a time in front.
#[derive(Debug, Clone)]
pub(super) struct OpenEvent {
    prefix: LinePrefix,
    /// Its lines up to here are known to be of it.
    known: usize,
}

/// What stands in front of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LinePrefix {
    timestamp: Millis,
    /// Where the name of the log stream is in the line.
    stream: Option<std::ops::Range<usize>>,
    /// Bytes of the line before the message.
    length: usize,
}

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
            let prefix = prefix(line);
            let ends = prefix.is_some() || is_of_console(line);
            if ends && let Some(open) = open.take() {
                finish(part(bytes, start..at), &open.prefix, visit);
            }
            match (prefix, &mut open) {
                (Some(prefix), _) => {
                    start = at;
                    open = Some(OpenEvent { prefix, known: next });
                }
                (None, Some(open)) => open.known = next,
                (None, None) if ends || line.trim_ascii().is_empty() => {}
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

/// Hands over an event of these lines.
fn finish(lines: &[u8], prefix: &LinePrefix, visit: &mut VisitEvent<'_>) {
    let message = part(lines, prefix.length..);
    // A time on a line of its own.
    let message = message.strip_prefix(b"\n").unwrap_or(message);
    visit(LogEvent {
        stream: prefix.stream.clone().and_then(|place| lines.get(place)).map(lossy),
        timestamp: Some(prefix.timestamp),
        message: without_newline(message).into(),
        ..LogEvent::default()
    });
}

/// Reads the time in front of a line, where a tool has put one. The runtime for
/// Node.js begins its own lines with a time too: those are messages.
fn prefix(line: &[u8]) -> Option<LinePrefix> {
    let start = skip_color(line, 0);
    let text = line.get(start..)?;
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
    Some(LinePrefix { timestamp, stream, length: length.min(line.len()) })
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

/// What the console writes around events.
fn is_of_console(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.eq_ignore_ascii_case(b"timestamp\tmessage")
        || line.starts_with(b"No older events at this moment")
        || line.starts_with(b"No newer events at this moment")
}
