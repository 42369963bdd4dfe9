//! Objects that are log events, or hold some.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{VisitEvent, bare, results};
use crate::json;
use crate::logs::{LogEvent, lossy};
use crate::time::{self, Millis};

/// Values of an object that may be an event or hold some: of the API
/// (`FilteredLogEvent`, `OutputLogEvent`), of Insights, of our own output.
#[derive(Default)]
pub(super) struct EventKeys<'a> {
    json: &'a [u8],
    message: Option<&'a [u8]>,
    base64: Option<&'a [u8]>,
    timestamp: &'a [u8],
    ingestion: &'a [u8],
    id: &'a [u8],
    stream: &'a [u8],
    group: &'a [u8],
    time: &'a [u8],
    events: Option<&'a [u8]>,
    /// Of a query of Insights.
    results: Option<&'a [u8]>,
    is_late: bool,
    /// What CloudWatch Logs sends to subscribers.
    is_envelope: bool,
    /// One of ours.
    is_invocation: bool,
    /// It has keys that no event has.
    is_more: bool,
}

impl<'a> EventKeys<'a> {
    /// Those of an object; nothing if it is none, or not all of the text.
    pub(super) fn of(json: &'a [u8]) -> Option<Self> {
        if json.first() != Some(&b'{') {
            return None;
        }
        let mut keys = EventKeys { json, ..EventKeys::default() };
        let mut fields = json::fields(json, 0);
        for field in &mut fields {
            let field = field.ok()?;
            match field.key {
                b"message" | b"@message" => keys.message = json::string_body(field.value),
                b"messageBase64" => keys.base64 = json::string_body(field.value),
                b"timestamp" | b"@timestamp" => keys.timestamp = field.value,
                b"ingestionTime" | b"@ingestionTime" => keys.ingestion = field.value,
                b"eventId" | b"id" => keys.id = field.value,
                b"logStreamName" | b"logStream" | b"@logStream" => keys.stream = field.value,
                b"logGroupName" | b"logGroup" | b"logGroupIdentifier" | b"@log" => {
                    keys.group = field.value;
                }
                b"late" => keys.is_late = field.value == b"true",
                b"events" | b"logEvents" if field.value.starts_with(b"[") => {
                    keys.events = Some(field.value);
                }
                b"trouble"
                | b"extractedFields"
                | b"@ptr"
                | b"searchedLogStreams"
                | b"nextToken"
                | b"nextForwardToken"
                | b"nextBackwardToken" => {}
                b"messageType" => keys.is_envelope = true,
                key => {
                    keys.is_more = true;
                    match key {
                        b"time" => keys.time = field.value,
                        b"results" => keys.results = Some(field.value),
                        b"type" => keys.is_invocation = field.value == b"\"invocation\"",
                        _ => {}
                    }
                }
            }
        }
        (fields.end() == json.len()).then_some(keys)
    }

    /// True for an event, and for nothing that a function is likely to print.
    pub(super) fn is_event(&self) -> bool {
        let has_place = !self.stream.is_empty() || !self.ingestion.is_empty();
        self.message.is_some()
            && !self.is_more
            && (has_place || self.milliseconds().is_some())
            && self.events.is_none()
    }

    /// True for an event, and for an object that holds some and nothing else.
    pub(super) fn holds_events(&self) -> bool {
        if self.message.is_none()
            && let Some(results) = self.results
        {
            return results::have_messages(results);
        }
        let Some(events) = self.events else { return self.is_event() };
        if self.message.is_some() {
            return false;
        }
        let is_around = self.is_envelope && !self.stream.is_empty() && !self.group.is_empty();
        if is_around || self.is_invocation {
            return true;
        }
        let mut elements = json::elements(events, 0).map_while(Result::ok);
        !self.is_more
            && elements.all(|(element, _)| EventKeys::of(element).is_some_and(|it| it.is_event()))
    }

    /// Visits the event, or those in it.
    pub(super) fn visit(&self, plain: &mut Vec<u8>, visit: &mut VisitEvent<'_>) {
        if let Some(results) = self.results {
            return results::visit_all(results, visit);
        }
        let Some(events) = self.events else { return self.event(plain, visit) };
        for (element, _) in json::elements(events, 0).map_while(Result::ok) {
            match EventKeys::of(element).filter(|keys| keys.message.is_some()) {
                Some(keys) if !keys.stream.is_empty() => keys.event(plain, visit),
                Some(keys) => keys.placed(self, plain, visit),
                None => visit(bare(element)),
            }
        }
    }

    /// An event with the place of what it is in, as it would be by itself.
    fn placed(&self, around: &EventKeys<'_>, plain: &mut Vec<u8>, visit: &mut VisitEvent<'_>) {
        let mut object = Vec::with_capacity(self.json.len() + 256);
        for (key, value) in [("logGroupName", around.group), ("logStreamName", around.stream)] {
            if !value.is_empty() {
                object.push(if object.is_empty() { b'{' } else { b',' });
                object.extend_from_slice(format!("\"{key}\":").as_bytes());
                object.extend_from_slice(value);
            }
        }
        object.extend_from_slice(if object.is_empty() { b"{" } else { b"," });
        object.extend_from_slice(self.json.get(1..).unwrap_or_default());
        if let Some(keys) = EventKeys::of(&object) {
            keys.event(plain, visit);
        }
    }

    fn event(&self, plain: &mut Vec<u8>, visit: &mut VisitEvent<'_>) {
        let body = self.message.unwrap_or_default();
        plain.clear();
        let bytes = self.base64.filter(|base64| STANDARD.decode_vec(base64, plain).is_ok());
        let message = if bytes.is_some() {
            plain.as_slice()
        } else if memchr::memchr(b'\\', body).is_some() {
            plain.clear();
            json::unescape(body, plain);
            plain.as_slice()
        } else {
            body
        };
        visit(LogEvent {
            group: string(self.group),
            stream: string(self.stream),
            timestamp: self.milliseconds(),
            ingestion: number(self.ingestion),
            id: string(self.id),
            message: message.into(),
            is_late: self.is_late,
            object: Some(self.json.into()),
        });
    }

    /// Visits an object that a function wrote: its message is all of it.
    pub(super) fn visit_own(&self, line: &[u8], visit: &mut VisitEvent<'_>) {
        let time = if self.time.is_empty() { self.timestamp } else { self.time };
        let timestamp = string(time).and_then(|time| time::rfc3339(&time));
        visit(LogEvent { timestamp, ..bare(line) });
    }

    fn milliseconds(&self) -> Option<Millis> {
        number(self.timestamp).or_else(|| time::rfc3339_or_utc(&string(self.timestamp)?))
    }
}

pub(super) fn number(value: &[u8]) -> Option<i64> {
    // Nearly all are 13 digits; 18 always fit.
    let digits = (1..=18).contains(&value.len()).then(|| {
        value.iter().try_fold(0, |sum: i64, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))
        })
    });
    digits.flatten().or_else(|| std::str::from_utf8(value).ok()?.parse().ok())
}

pub(super) fn string(value: &[u8]) -> Option<Cow<'_, str>> {
    let body = json::string_body(value)?;
    if memchr::memchr(b'\\', body).is_none() {
        return Some(lossy(body));
    }
    let mut plain = Vec::with_capacity(body.len());
    json::unescape(body, &mut plain);
    Some(lossy(&plain).into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_whole_or_not_at_all() {
        for (text, expected) in [
            ("1795341600000", Some(1_795_341_600_000)),
            ("999999999999999999", Some(999_999_999_999_999_999)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-5", Some(-5)),
            ("1.5", None),
            ("\"5\"", None),
            ("", None),
        ] {
            assert_eq!(number(text.as_bytes()), expected, "{text}");
        }
    }
}
