//! Rows of JSON: stable schemas.

use serde::Serialize;

use super::TraceCounts;
use crate::render::doctor;
use crate::render::json::milliseconds;
use crate::times;
use firehose::trace::{Asked, Confidence, Fate, Place, TraceEvent, TracedRecord, What};

/// An event of one record, or of all: a stable schema. Which members there are depends
/// on `stage`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    /// Its number, from 1; none of what is about all.
    record: Option<usize>,
    stage: &'static str,
    /// RFC 3339.
    at: Option<String>,
    /// By what the record is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_answer_lost: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buffer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<String>>,
}

/// A place in an object.
#[derive(Debug, Clone, Serialize)]
struct PlaceRow {
    bucket: String,
    key: String,
    number: usize,
    of: usize,
    offset: usize,
}

/// The counts: the last row, and a part of the document.
#[derive(Debug, Serialize)]
pub(super) struct SummaryRow {
    stage: &'static str,
    delivered: usize,
    dropped: usize,
    failed: usize,
    refused: usize,
    unknown: usize,
}

impl SummaryRow {
    pub(super) const fn new(counts: TraceCounts) -> Self {
        let TraceCounts { delivered, dropped, failed, refused, unknown } = counts;
        Self { stage: "summary", delivered, dropped, failed, refused, unknown }
    }
}

/// What became of a record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordRow {
    record: usize,
    marker: Option<String>,
    bytes: usize,
    outcome: &'static str,
    confidence: Option<&'static str>,
    error_code: Option<String>,
    why: Option<String>,
}

impl RecordRow {
    pub(super) fn new(number: usize, record: &TracedRecord, fate: &Fate) -> Self {
        let confidence = match fate {
            Fate::Delivered(sure) | Fate::Dropped(sure) => Some(*sure),
            Fate::Failed(_) | Fate::Refused | Fate::Unknown(_) => None,
        };
        Self {
            record: number,
            marker: record.marker.as_ref().map(ToString::to_string),
            bytes: record.payload.len(),
            outcome: fate.as_str(),
            confidence: confidence.map(Confidence::as_str),
            error_code: match fate {
                Fate::Failed(code) => Some(code.clone()),
                _ => None,
            },
            why: match fate {
                Fate::Unknown(why) => Some(why.clone()),
                _ => None,
            },
        }
    }
}

/// The document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TraceDocument<'a> {
    pub(super) stream: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) destination: Option<&'static str>,
    pub(super) records: Vec<RecordRow>,
    pub(super) summary: SummaryRow,
    /// False where some have the same bytes.
    pub(super) are_distinct: bool,
    pub(super) events: Vec<Row>,
}

/// The rows of an event: one per record, or one of what is about all.
pub(super) fn of(event: &TraceEvent, flags: &[String], stream: &str) -> Vec<Row> {
    let row = |record: Option<usize>| Row {
        record: record.map(|it| it + 1),
        stage: stage(&event.what),
        at: times::rfc3339(event.at),
        ..detail(&event.what, flags, stream)
    };
    if event.records.is_empty() {
        return vec![row(None)];
    }
    event.records.iter().map(|record| row(Some(*record))).collect()
}

pub(super) const fn stage(what: &What) -> &'static str {
    match what {
        What::Accepted { .. } => "accepted",
        What::Refused { .. } => "refused",
        What::Buffered { .. } => "buffered",
        What::Invoked(_) => "invoked",
        What::Answered(_) => "answered",
        What::BackedUp(_) => "backup",
        What::Failed(_) => "failed",
        What::Delivered(_) => "delivered",
        What::Dropped { .. } => "dropped",
        What::StreamError { .. } => "error",
        What::Cause { .. } | What::NoCause { .. } => "cause",
        What::Unseen { .. } => "unseen",
        What::Lost { .. } => "unknown",
    }
}

fn place(it: &Place) -> PlaceRow {
    let Place { bucket, key, number, of, offset } = it.clone();
    PlaceRow { bucket, key, number, of, offset }
}

fn detail(what: &What, flags: &[String], stream: &str) -> Row {
    let row = Row::default();
    match what {
        What::Accepted { took, is_unanswered } => {
            Row { took_ms: Some(milliseconds(*took)), is_answer_lost: Some(*is_unanswered), ..row }
        }
        What::Refused { why } | What::Lost { why } => Row { why: Some(why.clone()), ..row },
        What::Buffered { buffer, until } => {
            Row { buffer: Some(buffer.as_str()), until: times::rfc3339(*until), ..row }
        }
        What::Invoked(it) => Row {
            request_id: it.request.clone(),
            duration_ms: it.duration.map(milliseconds),
            error: it.error,
            log: Some(it.lines.clone()),
            by: Some(it.by.as_str()),
            confidence: Some(it.sure.as_str()),
            ..row
        },
        What::Answered(Asked::Delivers { bytes, .. }) => {
            Row { result: Some("Ok"), bytes: Some(*bytes), ..row }
        }
        What::Answered(Asked::Drops) => Row { result: Some("Dropped"), ..row },
        What::Answered(Asked::Fails { code }) => {
            Row { error_code: Some((*code).to_owned()), ..row }
        }
        What::Answered(Asked::Differs) => Row { result: Some("differs"), ..row },
        What::BackedUp(it) => Row { place: Some(place(it)), ..row },
        What::Failed(it) => Row {
            place: Some(place(&it.place)),
            error_code: Some(it.code.clone()),
            error_message: Some(it.message.clone()),
            attempts: it.attempts,
            by: Some(it.by.as_str()),
            confidence: Some(it.sure.as_str()),
            ..row
        },
        What::Delivered(it) => Row {
            place: Some(place(&it.place)),
            text: Some(String::from_utf8_lossy(&it.text).into_owned()),
            by: Some(it.by.as_str()),
            confidence: Some(it.sure.as_str()),
            ..row
        },
        What::Dropped { sure } => Row { confidence: Some(sure.as_str()), ..row },
        What::StreamError { code, message } => {
            let (code, message) = (Some(code.clone()), Some(message.clone()));
            Row { error_code: code, error_message: message, ..row }
        }
        What::Cause { stage, check, finding } => Row {
            missing: Some(stage.as_str()),
            check: Some(check),
            confidence: Some(finding.confidence.as_str()),
            what: Some(finding.what.clone()),
            why: Some(finding.why.clone()),
            fix: Some(doctor::lines(finding, flags)),
            evidence: Some(finding.evidence.clone()),
            ..row
        },
        What::NoCause { stage, summary, unknown } => Row {
            missing: Some(stage.as_str()),
            why: summary.clone(),
            unknown: Some(unknown.clone()),
            fix: Some(vec![super::words::doctor(stream, flags)]),
            ..row
        },
        What::Unseen { what, why, .. } => {
            Row { what: Some(what.clone()), why: Some(why.clone()), ..row }
        }
    }
}
