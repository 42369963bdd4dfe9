//! Objects that are log events, or hold some.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{VisitEvent, bare, results};
use crate::bytes::part;
use crate::json::Token;
use crate::logs::LogEvent;
use crate::time::{self, Millis};

/// Values of an object that may be an event or hold some: of the API
/// (`FilteredLogEvent`, `OutputLogEvent`), of Insights, of our own output.
#[derive(Default)]
pub(super) struct EventKeys<'a> {
    json: &'a [u8],
    message: Option<Token<'a>>,
    base64: Option<&'a [u8]>,
    timestamp: Option<Token<'a>>,
    ingestion: Option<Token<'a>>,
    id: Option<Token<'a>>,
    stream: Option<Token<'a>>,
    group: Option<Token<'a>>,
    time: Option<Token<'a>>,
    events: Option<Token<'a>>,
    /// Of a query of Insights.
    results: Option<Token<'a>>,
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
        let mut fields = Token::new(json).fields();
        for field in &mut fields {
            let field = field.ok()?;
            let value = Some(field.value);
            match field.key {
                b"message" | b"@message" => keys.message = value.filter(|it| it.is_string()),
                b"messageBase64" => keys.base64 = field.value.body(),
                b"timestamp" | b"@timestamp" => keys.timestamp = value,
                b"ingestionTime" | b"@ingestionTime" => keys.ingestion = value,
                b"eventId" | b"id" => keys.id = value,
                b"logStreamName" | b"logStream" | b"@logStream" => keys.stream = value,
                b"logGroupName" | b"logGroup" | b"logGroupIdentifier" | b"@log" => {
                    keys.group = value;
                }
                b"late" => keys.is_late = field.value.raw() == b"true",
                b"events" | b"logEvents" if field.value.is_array() => keys.events = value,
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
                        b"time" => keys.time = value,
                        b"results" => keys.results = value,
                        b"type" => keys.is_invocation = field.value.raw() == b"\"invocation\"",
                        _ => {}
                    }
                }
            }
        }
        (fields.end() == json.len()).then_some(keys)
    }

    /// True for an event, and for nothing that a function is likely to print.
    pub(super) fn is_event(&self) -> bool {
        let has_place = self.stream.is_some() || self.ingestion.is_some();
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
        let is_around = self.is_envelope && self.stream.is_some() && self.group.is_some();
        if is_around || self.is_invocation {
            return true;
        }
        let mut elements = events.elements().map_while(Result::ok);
        let is_event = |element: Token<'_>| EventKeys::of(element.raw())?.is_event().then_some(());
        !self.is_more && elements.all(|(element, _)| is_event(element).is_some())
    }

    /// Visits the event, or those in it.
    pub(super) fn visit(&self, plain: &mut Vec<u8>, visit: &mut VisitEvent<'_>) {
        if let Some(results) = self.results {
            return results::visit_all(results, visit);
        }
        let Some(events) = self.events else { return self.event(plain, visit) };
        for (element, _) in events.elements().map_while(Result::ok) {
            let element = element.raw();
            match EventKeys::of(element).filter(|keys| keys.message.is_some()) {
                Some(keys) if keys.stream.is_some() => keys.event(plain, visit),
                Some(keys) => keys.placed(self, plain, visit),
                None => visit(bare(element)),
            }
        }
    }

    /// An event with the place of what it is in, as it would be by itself.
    fn placed(&self, around: &EventKeys<'_>, plain: &mut Vec<u8>, visit: &mut VisitEvent<'_>) {
        let mut object = Vec::with_capacity(self.json.len() + 256);
        for (key, value) in [("logGroupName", around.group), ("logStreamName", around.stream)] {
            if let Some(value) = value {
                object.push(if object.is_empty() { b'{' } else { b',' });
                object.extend_from_slice(format!("\"{key}\":").as_bytes());
                object.extend_from_slice(value.raw());
            }
        }
        object.extend_from_slice(if object.is_empty() { b"{" } else { b"," });
        object.extend_from_slice(part(self.json, 1..));
        if let Some(keys) = EventKeys::of(&object) {
            keys.event(plain, visit);
        }
    }

    fn event(&self, plain: &mut Vec<u8>, visit: &mut VisitEvent<'_>) {
        plain.clear();
        let is_base64 = |base64: &[u8]| STANDARD.decode_vec(base64, plain).is_ok();
        if !self.base64.is_some_and(is_base64) {
            plain.clear();
            if let Some(message) = self.message {
                message.push_bytes(plain);
            }
        }
        visit(LogEvent {
            group: self.group.and_then(Token::string),
            stream: self.stream.and_then(Token::string),
            timestamp: self.milliseconds(),
            ingestion: self.ingestion.and_then(Token::integer),
            id: self.id.and_then(Token::string),
            message: plain.as_slice().into(),
            is_late: self.is_late,
            object: Some(self.json.into()),
        });
    }

    /// Visits an object that a function wrote: its message is all of it.
    pub(super) fn visit_own(&self, line: &[u8], visit: &mut VisitEvent<'_>) {
        let time = self.time.or(self.timestamp).and_then(Token::string);
        let timestamp = time.and_then(|time| time::rfc3339(&time));
        visit(LogEvent { timestamp, ..bare(line) });
    }

    fn milliseconds(&self) -> Option<Millis> {
        let timestamp = self.timestamp?;
        timestamp.integer().or_else(|| time::rfc3339_or_utc(&timestamp.string()?))
    }
}
