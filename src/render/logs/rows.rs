//! Rows for machines.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::value::RawValue;

use super::printed::Counts;
use crate::render::json::{push_json, push_line, push_raw_line};
use firehose::json::{self, Formatter, Style};
use firehose::logs::LogEvent;
use firehose::logs::invocation::{Invocation, InvocationEvent};
use firehose::logs::message::ErrorKind;

/// An event, with the names that the CloudWatch Logs API has for its fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventRow<'a> {
    log_group_name: Option<&'a str>,
    log_stream_name: Option<&'a str>,
    timestamp: Option<i64>,
    ingestion_time: Option<i64>,
    event_id: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_base64: Option<String>,
    late: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InvocationRow<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    request_id: Option<&'a str>,
    status: &'static str,
    log_group_name: Option<&'a str>,
    log_stream_name: Option<&'a str>,
    version: Option<&'a str>,
    first_timestamp: Option<i64>,
    last_timestamp: Option<i64>,
    duration_ms: Option<f64>,
    billed_duration_ms: Option<f64>,
    init_duration_ms: Option<f64>,
    restore_duration_ms: Option<f64>,
    #[serde(rename = "memorySizeMB")]
    memory_size_mb: Option<u32>,
    #[serde(rename = "maxMemoryUsedMB")]
    max_memory_used_mb: Option<u32>,
    error_type: Option<&'a str>,
    cold_start: bool,
    has_start: bool,
    has_report: bool,
    records_in: Option<u64>,
    records_out: Option<u64>,
    /// The runtime has left records out: there were more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    records_cut: bool,
    events: Vec<PartRow<'a>>,
    events_cut: u64,
}

/// An event of an invocation.
#[derive(Serialize)]
#[serde(untagged)]
enum PartRow<'a> {
    /// As it came, and what is known of it.
    Object(Box<RawValue>),
    Fields(PartFields<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartFields<'a> {
    timestamp: Option<i64>,
    ingestion_time: Option<i64>,
    event_id: Option<&'a str>,
    message: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_base64: Option<String>,
    trouble: Option<&'static str>,
    late: bool,
}

/// A field for an object that has none of these names for it.
struct Extra<'a> {
    names: &'a [&'a str],
    /// JSON.
    value: String,
}

/// The names under which an event says where it is from, ours first.
const GROUP_NAMES: [&str; 4] = ["logGroupName", "logGroup", "logGroupIdentifier", "@log"];
const STREAM_NAMES: [&str; 3] = ["logStreamName", "logStream", "@logStream"];

/// Appends an event: as it came, if it came as an object.
pub(super) fn push_event(event: &LogEvent<'_>, out: &mut Vec<u8>) {
    if let Some(object) = &event.object {
        // The list that it was in may have it for all.
        let place = [(&GROUP_NAMES[..], &event.group), (&STREAM_NAMES[..], &event.stream)];
        let extras = place
            .into_iter()
            .filter_map(|(names, name)| Some(Extra { names, value: json_of(&name.as_deref()?) }));
        if let Some(line) = as_it_came(object, extras) {
            return push_raw_line(out, &line);
        }
    }
    let (message, message_base64) = text_of(&event.message);
    let row = EventRow {
        log_group_name: event.group.as_deref(),
        log_stream_name: event.stream.as_deref(),
        timestamp: event.timestamp,
        ingestion_time: event.ingestion,
        event_id: event.id.as_deref(),
        message: &message,
        message_base64,
        late: event.is_late,
    };
    push_line(out, &row);
}

/// A message as text, and in base64 if that is not all of it.
fn text_of(message: &[u8]) -> (Cow<'_, str>, Option<String>) {
    let text = String::from_utf8_lossy(message);
    let base64 = matches!(text, Cow::Owned(_)).then(|| STANDARD.encode(message));
    (text, base64)
}

/// An object on one line, with what it does not hold itself after its fields;
/// nothing if it is no JSON object of UTF-8.
fn as_it_came<'a>(object: &[u8], extras: impl Iterator<Item = Extra<'a>>) -> Option<String> {
    let mut line = Vec::with_capacity(object.len());
    Formatter::default().format(object, Style::Compact, &mut line).ok()?;
    let mut line = String::from_utf8(line).ok().filter(|line| line.starts_with('{'))?;
    for Extra { names, value } in extras {
        let is_name = |key: &[u8]| names.iter().any(|name| name.as_bytes() == key);
        let mut keys = json::fields(object, 0).map_while(Result::ok).map(|field| field.key);
        let Some(name) = names.first().filter(|_| !keys.any(is_name)) else { continue };
        line.pop();
        let comma = if line.len() > 1 { "," } else { "" };
        line.extend([comma, "\"", name, "\":", &value, "}"]);
    }
    Some(line)
}

fn json_of<T: Serialize>(value: &T) -> String {
    let mut json = Vec::new();
    push_json(&mut json, value);
    String::from_utf8_lossy(&json).into_owned()
}

/// Appends an invocation with its events.
pub(super) fn push_invocation(it: &Invocation, counts: Option<Counts>, out: &mut Vec<u8>) {
    let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let report = it.report.as_ref();
    let counts = counts.unwrap_or_default();
    let row = InvocationRow {
        kind: "invocation",
        request_id: it.request.as_deref(),
        status: match (it.error_kind, report) {
            (Some(trouble), _) => trouble.as_str(),
            (None, Some(_)) => "ok",
            (None, None) => "no-report",
        },
        log_group_name: it.group.as_deref(),
        log_stream_name: it.stream.as_deref(),
        version: it.version.as_deref(),
        first_timestamp: it.times.map(|(first, _)| first),
        last_timestamp: it.times.map(|(_, last)| last),
        duration_ms: report.map(|it| milliseconds(it.duration)),
        // A report that a tool has shortened does not have them.
        billed_duration_ms: report.map(|it| milliseconds(it.billed)).filter(|it| *it > 0.0),
        init_duration_ms: report.and_then(|it| it.init_duration).map(milliseconds),
        restore_duration_ms: report.and_then(|it| it.restore_duration).map(milliseconds),
        memory_size_mb: report.map(|it| it.memory_mb).filter(|it| *it > 0),
        max_memory_used_mb: report.map(|it| it.max_memory_mb),
        error_type: report.and_then(|it| it.error_type.as_deref()),
        cold_start: it.is_cold,
        has_start: it.has_start,
        has_report: report.is_some(),
        records_in: counts.records_in.map(|count| count.records),
        records_out: counts.records_out.map(|count| count.records),
        records_cut: [counts.records_in, counts.records_out]
            .iter()
            .flatten()
            .any(|count| count.is_least),
        events: it.events.iter().map(part).collect(),
        events_cut: it.cut,
    };
    push_line(out, &row);
}

fn part(part: &InvocationEvent) -> PartRow<'_> {
    let trouble = part.error_kind.map(ErrorKind::as_str);
    let extras = [("trouble", json_of(&trouble)), ("late", json_of(&part.is_late))];
    let extras = extras
        .iter()
        .map(|(name, value)| Extra { names: std::slice::from_ref(name), value: value.clone() });
    let object = part.object.as_ref().and_then(|object| as_it_came(object, extras));
    if let Some(object) = object.and_then(|object| RawValue::from_string(object).ok()) {
        return PartRow::Object(object);
    }
    let (message, message_base64) = text_of(&part.message);
    PartRow::Fields(PartFields {
        timestamp: part.timestamp,
        ingestion_time: part.ingestion,
        event_id: part.id.as_deref(),
        message,
        message_base64,
        trouble,
        late: part.is_late,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::logs::invocation::{Grouped, Invocations};

    const ID: &str = "8f507cfc-0000-4000-8000-000000000001";

    /// The row of the invocation of these events.
    fn row(invocations: Invocations, events: &[LogEvent<'_>]) -> String {
        let mut invocations = invocations;
        let grouped: Vec<_> = events.iter().flat_map(|event| invocations.push(event)).collect();
        assert!(grouped.is_empty());
        let grouped = invocations.finish();
        let [Grouped::Invocation(it)] = grouped.as_slice() else { panic!("{grouped:?}") };
        let mut out = Vec::new();
        push_invocation(it, None, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn start() -> LogEvent<'static> {
        let message = format!("START RequestId: {ID} Version: $LATEST").into_bytes();
        LogEvent {
            timestamp: Some(1),
            ingestion: Some(2),
            message: message.into(),
            ..LogEvent::default()
        }
    }

    #[test]
    fn the_events_of_an_invocation_have_every_field_of_their_objects() {
        let mut event = start();
        event.object = Some(
            br#"{ "timestamp": 1, "ingestionTime": 2, "n": 1.10, "late": 7, "message": "x\u001b" }"#
                .into(),
        );
        let row = row(Invocations::default().keeping_objects(), &[event]);
        let expected = r#""events":[{"timestamp":1,"ingestionTime":2,"n":1.10,"late":7,"message":"x\u001b","trouble":null}],"#;
        assert!(row.contains(expected), "{row}");
    }

    #[test]
    fn objects_are_kept_only_if_they_are_asked_for() {
        let mut event = start();
        event.object = Some(br#"{"n":1}"#.into());
        let row = row(Invocations::default(), &[event]);
        assert!(!row.contains(r#""n":1"#), "{row}");
        assert!(row.contains(r#""events":[{"timestamp":1,"ingestionTime":2,"#), "{row}");
    }

    #[test]
    fn bytes_that_are_no_text_are_there_as_base64_too() {
        let mut event = start();
        event.message = b"\xff\xfe".into();
        // An object that is not UTF-8 either is no JSON.
        event.object = Some(b"{\"message\":\"\xff\xfe\"}".into());
        let row = row(Invocations::default().keeping_objects(), &[start(), event]);
        let expected = "\"message\":\"\u{fffd}\u{fffd}\",\"messageBase64\":\"//4=\",";
        assert!(row.contains(expected), "{row}");
        assert_eq!(row.matches("messageBase64").count(), 1);
    }

    #[test]
    fn an_event_says_where_it_is_from_if_only_its_list_did() {
        let mut event = start();
        (event.group, event.stream) = (Some("g".into()), Some("a\"b".into()));
        for (object, expected) in [
            (r#"{"id":1}"#, r#"{"id":1,"logGroupName":"g","logStreamName":"a\"b"}"#),
            (r#"{"@log":"1:g","logStream":"s"}"#, r#"{"@log":"1:g","logStream":"s"}"#),
            ("{}", r#"{"logGroupName":"g","logStreamName":"a\"b"}"#),
        ] {
            event.object = Some(object.as_bytes().into());
            let mut out = Vec::new();
            push_event(&event, &mut out);
            assert_eq!(String::from_utf8(out).unwrap().trim_end(), expected);
        }
    }
}
