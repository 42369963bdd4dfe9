//! Reads log events from the forms in which people keep them: objects of the
//! CloudWatch Logs API, one document or one a line; the output of `aws logs
//! tail`; what the console shows and downloads; lines as a function wrote them.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{LogEvent, lossy, without_newline};
use crate::firehose::json::{self, JsonErrorKind};

/// What an input is, once that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Objects, each on a line of its own.
    Lines,
    /// JSON over several lines.
    Document,
    /// Lines, some with a time in front.
    Text,
    /// `timestamp,message`, as the console downloads it.
    Csv,
}

/// Reads one input.
#[derive(Debug, Default)]
pub struct Export {
    form: Option<Form>,
    /// A document is looked at again when there are so many bytes of it.
    document_at: usize,
    /// Room for a message without its escapes.
    plain: Vec<u8>,
}

impl Export {
    /// Calls `visit` for each event at the front of `bytes` that is whole, and
    /// returns how many bytes were read. The rest is to be handed in again with
    /// more behind it.
    ///
    /// With `is_all` nothing is waited for: at the end of an input, where its
    /// writer pauses, and where an event is too large to be held.
    pub fn read(
        &mut self,
        bytes: &[u8],
        is_all: bool,
        visit: &mut dyn FnMut(LogEvent<'_>),
    ) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(form) = self.form.or_else(|| form(rest, is_all)) else {
                // There is nothing but white space.
                return if is_all { bytes.len() } else { at };
            };
            self.form = Some(form);
            let read = match form {
                Form::Lines => self.lines(rest, is_all, visit),
                Form::Document => self.document(rest, is_all, visit),
                Form::Text => text(rest, is_all, &mut self.plain, visit),
                Form::Csv => csv(rest, is_all, visit),
            };
            if read == 0 {
                break;
            }
            at += read;
        }
        at
    }

    fn lines(&mut self, bytes: &[u8], is_all: bool, visit: &mut dyn FnMut(LogEvent<'_>)) -> usize {
        let mut at = 0;
        while let Some(end) = line_end(bytes, at, is_all) {
            let line = bytes.get(at..end).unwrap_or_default();
            let bare = line.trim_ascii();
            if !object(bare, None, &mut self.plain, visit) && !bare.is_empty() {
                if at == 0 && !is_all && bare.starts_with(b"{") && is_cut(bare) {
                    // An object that goes over lines is no line.
                    self.form = Some(Form::Document);
                    return at;
                }
                visit(bare_event(line));
            }
            at = (end + 1).min(bytes.len());
        }
        at
    }

    fn document(
        &mut self,
        bytes: &[u8],
        is_all: bool,
        visit: &mut dyn FnMut(LogEvent<'_>),
    ) -> usize {
        let start = json::skip_space(bytes, 0);
        if start == bytes.len() {
            return start;
        }
        if bytes.len() < self.document_at && !is_all {
            return 0;
        }
        match json::skip_value(bytes, start) {
            Ok(end) => {
                values(bytes.get(start..end).unwrap_or_default(), &mut self.plain, visit);
                self.document_at = 0;
                self.form = None;
                end
            }
            Err(error) if error.kind == JsonErrorKind::UnexpectedEnd && !is_all => {
                self.document_at = bytes.len() * 2;
                0
            }
            Err(_) => {
                self.form = Some(Form::Text);
                text(bytes, is_all, &mut self.plain, visit)
            }
        }
    }
}

/// An event goes up to the next line with a time in front of it.
fn text(
    bytes: &[u8],
    is_all: bool,
    plain: &mut Vec<u8>,
    visit: &mut dyn FnMut(LogEvent<'_>),
) -> usize {
    let mut at = 0;
    let mut open: Option<(usize, Prefixed<'_>)> = None;
    while let Some(end) = line_end(bytes, at, is_all) {
        let line = bytes.get(at..end).unwrap_or_default();
        let next = (end + 1).min(bytes.len());
        if let Some(prefixed) = prefixed(line) {
            finish(bytes, &mut open, at, visit);
            open = Some((at, prefixed));
        } else if open.is_none() {
            let bare = line.trim_ascii();
            if !bare.is_empty() && !is_of_console(line) && !object(bare, None, plain, visit) {
                visit(bare_event(line));
            }
        } else if is_of_console(line) {
            finish(bytes, &mut open, at, visit);
        }
        at = next;
    }
    if is_all {
        finish(bytes, &mut open, bytes.len(), visit);
    }
    open.map_or(at, |(start, _)| start)
}

/// Says what an input is by its first bytes; nothing if more are needed.
fn form(bytes: &[u8], is_all: bool) -> Option<Form> {
    let start = json::skip_space(bytes, 0);
    let rest = bytes.get(start..).unwrap_or_default();
    let line = rest.get(..line_end(rest, 0, is_all)?).unwrap_or_default();
    match rest.first() {
        Some(b'{') if json::skip_value(line.trim_ascii(), 0) == Ok(line.trim_ascii().len()) => {
            Some(Form::Lines)
        }
        Some(b'{') if is_cut(line.trim_ascii()) => Some(Form::Document),
        Some(b'[') => {
            let second = json::skip_space(rest, 1);
            match rest.get(second) {
                Some(b'{' | b']') => Some(Form::Document),
                None if !is_all => None,
                _ => Some(Form::Text),
            }
        }
        _ if line.trim_ascii().eq_ignore_ascii_case(b"timestamp,message") => Some(Form::Csv),
        _ => Some(Form::Text),
    }
}

/// True for JSON that ends early.
fn is_cut(json: &[u8]) -> bool {
    json::skip_value(json, 0).is_err_and(|error| error.kind == JsonErrorKind::UnexpectedEnd)
}

/// Where the line that starts at `at` ends; nothing if that is not known.
fn line_end(bytes: &[u8], at: usize, is_all: bool) -> Option<usize> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    memchr::memchr(b'\n', rest).map(|length| at + length).or_else(|| is_all.then_some(bytes.len()))
}

/// A line of which nothing is known.
fn bare_event(line: &[u8]) -> LogEvent<'_> {
    LogEvent { message: without_newline(line).into(), ..LogEvent::default() }
}

/// The events of a document.
fn values(json: &[u8], plain: &mut Vec<u8>, visit: &mut dyn FnMut(LogEvent<'_>)) {
    if json.starts_with(b"[") {
        for (element, _) in json::elements(json, 0).map_while(Result::ok) {
            object(element, None, plain, visit);
        }
    } else {
        object(json, None, plain, visit);
    }
}

/// Values of an object that may be an event or hold some.
#[derive(Default)]
struct Keys<'a> {
    message: Option<&'a [u8]>,
    timestamp: &'a [u8],
    ingestion: &'a [u8],
    id: &'a [u8],
    stream: &'a [u8],
    group: &'a [u8],
    time: &'a [u8],
    events: Option<&'a [u8]>,
    is_late: bool,
}

/// An object: an event, several with what they share, or a line that a
/// function wrote in JSON. False if it is none, and no event is in it.
fn object(
    json: &[u8],
    around: Option<&Keys<'_>>,
    plain: &mut Vec<u8>,
    visit: &mut dyn FnMut(LogEvent<'_>),
) -> bool {
    let mut keys = Keys::default();
    let mut fields = json::fields(json, 0);
    for field in &mut fields {
        let Ok(field) = field else { return false };
        match field.key {
            b"message" | b"@message" => keys.message = Some(field.value),
            b"timestamp" | b"@timestamp" => keys.timestamp = field.value,
            b"ingestionTime" | b"@ingestionTime" => keys.ingestion = field.value,
            b"eventId" | b"id" => keys.id = field.value,
            b"logStreamName" | b"logStream" | b"@logStream" => keys.stream = field.value,
            b"logGroupName" | b"logGroup" | b"logGroupIdentifier" | b"@log" => {
                keys.group = field.value;
            }
            b"time" => keys.time = field.value,
            b"late" => keys.is_late = field.value == b"true",
            b"events" | b"logEvents" if field.value.starts_with(b"[") => {
                keys.events = Some(field.value);
            }
            _ => {}
        }
    }
    if fields.end() != json.len() {
        return false;
    }
    if let (Some(events), None, None) = (keys.events, around, keys.message) {
        for (element, _) in json::elements(events, 0).map_while(Result::ok) {
            object(element, Some(&keys), plain, visit);
        }
        return true;
    }
    let number = |value: &[u8]| std::str::from_utf8(value).ok()?.parse::<i64>().ok();
    let has_place = !keys.stream.is_empty() || !keys.ingestion.is_empty() || around.is_some();
    let body = keys.message.and_then(json::string_body);
    let timestamp = number(keys.timestamp);
    let Some(body) = body.filter(|_| timestamp.is_some() || has_place) else {
        let time = if keys.time.is_empty() { keys.timestamp } else { keys.time };
        let timestamp = string(time).and_then(|time| time.parse::<Timestamp>().ok());
        let timestamp = timestamp.map(Timestamp::as_millisecond);
        visit(LogEvent { timestamp, object: Some(json.into()), ..bare_event(json) });
        return true;
    };
    let shared = |own: &'_ [u8], other: fn(&Keys<'_>) -> Option<String>| {
        string(own).map(Cow::into_owned).or_else(|| around.and_then(other)).map(Cow::Owned)
    };
    let message = if memchr::memchr(b'\\', body).is_some() {
        plain.clear();
        json::unescape(body, plain);
        plain.as_slice()
    } else {
        body
    };
    visit(LogEvent {
        group: match around {
            None => string(keys.group),
            Some(_) => shared(keys.group, |it| string(it.group).map(Cow::into_owned)),
        },
        stream: match around {
            None => string(keys.stream),
            Some(_) => shared(keys.stream, |it| string(it.stream).map(Cow::into_owned)),
        },
        timestamp: timestamp
            .or_else(|| string(keys.timestamp)?.parse().ok().map(Timestamp::as_millisecond)),
        ingestion: number(keys.ingestion),
        id: string(keys.id),
        message: without_newline(message).into(),
        is_late: keys.is_late,
        object: Some(json.into()),
    });
    true
}

fn string(value: &[u8]) -> Option<Cow<'_, str>> {
    let body = json::string_body(value)?;
    if memchr::memchr(b'\\', body).is_none() {
        return Some(lossy(body));
    }
    let mut plain = Vec::with_capacity(body.len());
    json::unescape(body, &mut plain);
    Some(lossy(&plain).into_owned().into())
}

/// What stands in front of a message.
#[derive(Debug, Clone, Copy)]
struct Prefixed<'a> {
    timestamp: i64,
    stream: Option<&'a [u8]>,
    /// Bytes of the line before the message.
    length: usize,
}

/// Reads the time in front of a line, where a tool has put one. The runtime for
/// Node.js begins its own lines with a time too: those are messages.
fn prefixed(line: &[u8]) -> Option<Prefixed<'_>> {
    if !line.first()?.is_ascii_digit() || line.get(10) != Some(&b'T') {
        return None;
    }
    let end = line.iter().take(40).position(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    let end = end.or_else(|| (line.len() < 40).then_some(line.len()))?;
    let text = std::str::from_utf8(line.get(..end)?).ok()?;
    let rest = line.get(end..).unwrap_or_default();
    let is_zoned = text.ends_with('Z') || text.get(19..)?.contains(['+', '-']);
    let fraction = text
        .get(19..)?
        .strip_prefix('.')
        .map_or(0, |it| it.bytes().take_while(u8::is_ascii_digit).count());
    let timestamp = if is_zoned {
        text.parse::<Timestamp>().ok()?.as_millisecond()
    } else {
        let time: DateTime = text.parse().ok()?;
        time.in_tz("UTC").ok()?.timestamp().as_millisecond()
    };
    let mut length = end + 1;
    let mut stream = None;
    match rest {
        [] | [b'\r'] if fraction == 3 => {}
        // The console.
        [b'\t', message @ ..] if fraction == 3 && !is_of_runtime(message) => {}
        // `aws logs tail --format short`.
        [b' ', ..] if fraction == 0 && !is_zoned => {}
        // `aws logs tail`.
        [b' ', message @ ..] if fraction == 6 && !text.ends_with('Z') => {
            let name = message.get(..memchr::memchr(b' ', message)?)?;
            stream = Some(name).filter(|name| !name.is_empty());
            stream?;
            length += name.len() + 1;
        }
        _ => return None,
    }
    Some(Prefixed { timestamp, stream, length: length.min(line.len()) })
}

/// True for `REQUESTID\t…`, which is behind the time in lines of Node.js.
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

/// Hands over the event that was begun; it ends at `end`.
fn finish(
    bytes: &[u8],
    open: &mut Option<(usize, Prefixed<'_>)>,
    end: usize,
    visit: &mut dyn FnMut(LogEvent<'_>),
) {
    let Some((start, prefixed)) = open.take() else { return };
    let mut message = bytes.get(start + prefixed.length..end).unwrap_or_default();
    // A time on a line of its own.
    message = message.strip_prefix(b"\n").unwrap_or(message);
    visit(LogEvent {
        stream: prefixed.stream.map(lossy),
        timestamp: Some(prefixed.timestamp),
        message: without_newline(message).into(),
        ..LogEvent::default()
    });
}

/// Rows of `timestamp,message`.
fn csv(bytes: &[u8], is_all: bool, visit: &mut dyn FnMut(LogEvent<'_>)) -> usize {
    let mut at = 0;
    while let Some(end) = line_end(bytes, at, is_all) {
        let line = bytes.get(at..end).unwrap_or_default();
        let comma = memchr::memchr(b',', line);
        let time = comma.and_then(|comma| line.get(..comma));
        let time = time.and_then(|time| std::str::from_utf8(time).ok()?.trim().parse().ok());
        let (Some(comma), Some(timestamp)) = (comma, time) else {
            // The head of the table.
            if !line.trim_ascii().is_empty() && comma.is_none() {
                visit(bare_event(line));
            }
            at = (end + 1).min(bytes.len());
            continue;
        };
        let field = bytes.get(at + comma + 1..).unwrap_or_default();
        let (message, length) = if field.first() == Some(&b'"') {
            let Some((message, length)) = quoted(field, is_all) else { break };
            (Cow::Owned(message), length)
        } else {
            (Cow::Borrowed(line.get(comma + 1..).unwrap_or_default()), line.len() - comma - 1)
        };
        let length_of_message = without_newline(&message).len();
        let message = match message {
            Cow::Borrowed(message) => message.get(..length_of_message).unwrap_or_default().into(),
            Cow::Owned(mut message) => {
                message.truncate(length_of_message);
                message.into()
            }
        };
        visit(LogEvent { timestamp: Some(timestamp), message, ..LogEvent::default() });
        at += comma + 1 + length;
        at = line_end(bytes, at, true).map_or(bytes.len(), |end| (end + 1).min(bytes.len()));
    }
    at
}

/// A field in quotes, in which `""` stands for a quote, and its length.
fn quoted(field: &[u8], is_all: bool) -> Option<(Vec<u8>, usize)> {
    let mut message = Vec::new();
    let mut at = 1;
    loop {
        let Some(quote) = memchr::memchr(b'"', field.get(at..)?) else {
            message.extend_from_slice(field.get(at..)?);
            return is_all.then_some((message, field.len()));
        };
        message.extend_from_slice(field.get(at..at + quote)?);
        at += quote + 1;
        match field.get(at) {
            Some(b'"') => {
                message.push(b'"');
                at += 1;
            }
            // It may go on.
            None if !is_all => return None,
            _ => return Some((message, at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Messages with their times and streams.
    fn read(text: &str) -> Vec<(Option<i64>, Option<String>, String)> {
        let mut all = Vec::new();
        let mut keep = |event: LogEvent<'_>| {
            let message = String::from_utf8_lossy(&event.message).into_owned();
            all.push((event.timestamp, event.stream.map(Cow::into_owned), message));
        };
        let read = Export::default().read(text.as_bytes(), true, &mut keep);
        assert_eq!(read, text.len());
        all
    }

    fn messages(text: &str) -> Vec<String> {
        read(text).into_iter().map(|(_, _, message)| message).collect()
    }

    #[test]
    fn objects_of_the_api_are_read_a_line_each_or_as_a_document() {
        let one = r#"{"logStreamName":"s","timestamp":1795341600101,"message":"a\tb\n","ingestionTime":2,"eventId":"1"}"#;
        let two = r#"{"timestamp":1795341600102,"message":"caf\u00e9","logStreamName":"s"}"#;
        let expected = vec![
            (Some(1_795_341_600_101), Some("s".to_owned()), "a\tb".to_owned()),
            (Some(1_795_341_600_102), Some("s".to_owned()), "café".to_owned()),
        ];
        assert_eq!(read(&format!("{one}\n{two}\n")), expected);
        assert_eq!(
            read(&format!("{{\"events\":[{one},{two}],\"searchedLogStreams\":[]}}")),
            expected
        );
        assert_eq!(read(&format!("{{\n \"events\": [\n{one},\n{two}\n]\n}}\n")), expected);
        assert_eq!(read(&format!("[{one},\n{two}]")), expected);
        let envelope = r#"{"logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1,"message":"m"}]}"#;
        assert_eq!(read(envelope), [(Some(1), Some("s".to_owned()), "m".to_owned())]);
    }

    #[test]
    fn lines_that_a_function_wrote_in_json_are_messages() {
        let line = r#"{"timestamp":"2026-11-22T10:00:00.123Z","level":"INFO","message":"order","requestId":"1"}"#;
        assert_eq!(read(line), [(Some(1_795_341_600_123), None, line.to_owned())]);
        let line = r#"{"time":"2026-11-22T10:00:00.123Z","type":"platform.start","record":{}}"#;
        assert_eq!(read(line), [(Some(1_795_341_600_123), None, line.to_owned())]);
    }

    #[test]
    fn what_aws_logs_tail_prints_is_read_with_its_streams() {
        let text = "2026-11-22T10:00:00.101000+00:00 2026/11/22/[$LATEST]3f8a START RequestId: 1\n\
                    2026-11-22T10:00:00.123000+00:00 2026/11/22/[$LATEST]3f8a event {\n  a: 1\n}\n";
        let stream = Some("2026/11/22/[$LATEST]3f8a".to_owned());
        assert_eq!(
            read(text),
            [
                (Some(1_795_341_600_101), stream.clone(), "START RequestId: 1".to_owned()),
                (Some(1_795_341_600_123), stream, "event {\n  a: 1\n}".to_owned()),
            ]
        );
        let short = "2026-11-22T10:00:00 one\n2026-11-22T10:00:01 two\n";
        assert_eq!(messages(short), ["one", "two"]);
    }

    #[test]
    fn what_the_console_shows_and_downloads_is_read() {
        let paste = "Timestamp\tMessage\nNo older events at this moment. Retry\n\
                     2026-11-22T10:00:00.101Z\tSTART\n2026-11-22T12:00:00.123+02:00\ta\n  b\n\
                     No newer events at this moment. Retry\n";
        assert_eq!(messages(paste), ["START", "a\n  b"]);
        assert_eq!(
            messages("2026-11-22T10:00:00.101Z\nSTART\n2026-11-22T10:00:00.102Z\nb\nc\n"),
            ["START", "b\nc"]
        );
        let csv = "timestamp,message\n1795341600101,START RequestId: 1\n1795341600102,\"say \"\"no\"\", twice\nor not\n\"\n";
        assert_eq!(messages(csv), ["START RequestId: 1", "say \"no\", twice\nor not"]);
    }

    #[test]
    fn lines_of_a_runtime_stay_whole() {
        let node = "2026-11-22T10:00:00.123Z\t8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tINFO\torder";
        assert_eq!(read(node), [(None, None, node.to_owned())]);
        let rust = "2026-11-22T10:00:00.123456Z  INFO orders: started";
        assert_eq!(messages(rust), [rust]);
        assert_eq!(messages("[INFO]\tx\n[1, 2\n\nthird\r\n"), ["[INFO]\tx", "[1, 2", "third"]);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_bytes_are_cut(
            text in prop::sample::select(vec![
                "{\"timestamp\":1,\"message\":\"a\"}\n{\"timestamp\":2,\"message\":\"b\"}\n",
                "{\n\"events\": [{\"timestamp\":1,\"message\":\"a\"}]}",
                "2026-11-22T10:00:00.101Z\ta\nb\n2026-11-22T10:00:00.102Z\tc\n",
                "timestamp,message\n1,\"a\"\"\nb\"\n2,c\n",
                "one\ntwo\n",
            ]),
            cut in 0usize..90,
        ) {
            let whole = messages(text);
            let mut export = Export::default();
            let mut all = Vec::new();
            let mut keep = |event: LogEvent<'_>| all.push(String::from_utf8_lossy(&event.message).into_owned());
            let read = export.read(text.as_bytes().get(..cut).unwrap_or(text.as_bytes()), false, &mut keep);
            let rest = text.as_bytes().get(read..).unwrap_or_default();
            prop_assert_eq!(export.read(rest, true, &mut keep), rest.len());
            prop_assert_eq!(all, whole);
        }

        #[test]
        fn no_bytes_make_it_panic_or_stand_still(bytes in any::<Vec<u8>>(), head in prop::sample::select(vec!["", "{", "[", "timestamp,message\n", "2026-11-22T10:00:00.101Z\t"])) {
            let mut all = head.as_bytes().to_vec();
            all.extend(bytes);
            let read = Export::default().read(&all, true, &mut |_| {});
            prop_assert_eq!(read, all.len());
        }
    }
}
