//! Rows for machines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::printed::Counts;
use crate::firehose::json::{self, Formatter, Style};
use crate::firehose::logs::LogEvent;
use crate::firehose::logs::invocation::{Invocation, Part};
use crate::firehose::logs::said::Trouble;
use crate::render::json::push_json;

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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartRow<'a> {
    timestamp: Option<i64>,
    event_id: Option<&'a str>,
    message: std::borrow::Cow<'a, str>,
    trouble: Option<&'static str>,
    late: bool,
}

/// Appends an event: as it came, if it came as an object.
pub(super) fn push_event(event: &LogEvent<'_>, out: &mut Vec<u8>) {
    if let Some(object) = &event.object {
        let mut line = Vec::new();
        if Formatter::default().format(object, Style::Compact, &mut line).is_ok() {
            json::escape_controls(&line, out);
            out.push(b'\n');
            return;
        }
    }
    let message = String::from_utf8_lossy(&event.message);
    let is_text = matches!(message, std::borrow::Cow::Borrowed(_));
    push_json(
        out,
        &EventRow {
            log_group_name: event.group.as_deref(),
            log_stream_name: event.stream.as_deref(),
            timestamp: event.timestamp,
            ingestion_time: event.ingestion,
            event_id: event.id.as_deref(),
            message: &message,
            message_base64: (!is_text).then(|| STANDARD.encode(&event.message)),
            late: event.is_late,
        },
    );
    out.push(b'\n');
}

/// Appends an invocation with its events.
pub(super) fn push_invocation(it: &Invocation, counts: Option<Counts>, out: &mut Vec<u8>) {
    let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let report = it.report.as_ref();
    let counts = counts.unwrap_or_default();
    push_json(
        out,
        &InvocationRow {
            kind: "invocation",
            request_id: it.request.as_deref(),
            status: match (it.trouble, report) {
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
            billed_duration_ms: report.map(|it| milliseconds(it.billed)),
            init_duration_ms: report.and_then(|it| it.init_duration).map(milliseconds),
            memory_size_mb: report.map(|it| it.memory_mb),
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
            events: it.parts.iter().map(part).collect(),
            events_cut: it.cut,
        },
    );
    out.push(b'\n');
}

fn part(part: &Part) -> PartRow<'_> {
    PartRow {
        timestamp: part.timestamp,
        event_id: part.id.as_deref(),
        message: String::from_utf8_lossy(&part.message),
        trouble: part.trouble.map(Trouble::as_str),
        late: part.is_late,
    }
}
