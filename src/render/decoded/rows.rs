//! `--output json` and `ndjson`: stable schemas, of types of their own.

use serde::Serialize;
use serde_json::value::RawValue;

use super::describe::{content_type, describe, is_of_a_format, values};
use super::{Record, base64};
use firehose::decode::{
    Content, Decoded, Layer, LogsMessage, MetricPoint, Peeled, Problem, SubscriptionEvent,
};
use firehose::json::Token;

/// A token that is valid JSON, to be written as it is.
pub(in crate::render) fn raw(token: &[u8]) -> Option<Box<RawValue>> {
    RawValue::from_string(String::from_utf8(token.to_vec()).ok()?).ok()
}

/// The same of a value.
pub(in crate::render) fn value(token: Token<'_>) -> Option<Box<RawValue>> {
    raw(token.raw())
}

/// A record in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row<'a> {
    source: &'a str,
    line: u64,
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<Box<RawValue>>,
    layers: Vec<LayerRow>,
    content_type: &'static str,
    /// Of content that has a format of its own: what it is, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    data: Option<Box<RawValue>>,
    problems: Vec<ProblemRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::render) struct LayerRow {
    layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_out: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::render) struct ProblemRow {
    severity: &'static str,
    layer: Option<&'static str>,
    offset: Option<u64>,
    message: String,
    hint: Option<&'static str>,
}

/// A log event in `--messages --output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageRow<'a> {
    source: &'a str,
    line: u64,
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<Box<RawValue>>,
    log_group: Option<Box<RawValue>>,
    log_stream: Option<Box<RawValue>>,
    id: Option<Box<RawValue>>,
    timestamp: Option<Box<RawValue>>,
    message: Option<Box<RawValue>>,
}

/// A data point of a metric in `--messages --output json` and `ndjson`: a stable
/// schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetricRow<'a> {
    source: &'a str,
    line: u64,
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Box<RawValue>>,
    metric: Option<Box<RawValue>>,
}

impl<'a> MetricRow<'a> {
    pub(super) fn new(record: &Record<'a>, point: &MetricPoint<'_>) -> Self {
        Self {
            source: record.source,
            line: record.line,
            index: record.index,
            record_id: record.record_id.and_then(value),
            resource: point.resource.and_then(value),
            scope: point.scope.and_then(value),
            metric: raw(&point.metric),
        }
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(record: &Record<'a>) -> Self {
        let decoded = record.decoded;
        let peeled = record.outer_layers.iter().chain(decoded.layers);
        Self {
            source: record.source,
            line: record.line,
            index: record.index,
            part: record.part,
            envelope: record.envelope.as_str(),
            record_id: record.record_id.and_then(value),
            error_code: record.error_code.and_then(value),
            layers: layers(record.object_layers, peeled),
            content_type: content_type(decoded),
            description: is_of_a_format(decoded).then(|| describe(decoded)),
            data: data(decoded),
            problems: problems(decoded.problems),
        }
    }
}

impl<'a> MessageRow<'a> {
    pub(super) fn new(
        record: &Record<'a>,
        message: &LogsMessage<'_>,
        event: &SubscriptionEvent<'_>,
    ) -> Self {
        Self {
            source: record.source,
            line: record.line,
            index: record.index,
            record_id: record.record_id.and_then(value),
            log_group: value(message.log_group),
            log_stream: value(message.log_stream),
            id: event.id.and_then(value),
            timestamp: event.timestamp.and_then(value),
            message: event.message.and_then(value),
        }
    }
}

/// The layers around an object, then those of a record in it.
pub(in crate::render) fn layers<'p>(
    object: &[Layer],
    peeled: impl Iterator<Item = &'p Peeled>,
) -> Vec<LayerRow> {
    let object = object.iter().map(|layer| LayerRow {
        layer: layer.as_str(),
        bytes_in: None,
        bytes_out: None,
        parts: None,
    });
    let peeled = peeled.map(|peeled| LayerRow {
        layer: peeled.layer.as_str(),
        bytes_in: Some(peeled.bytes_in),
        bytes_out: Some(peeled.bytes_out),
        parts: peeled.layer.part().map(|_| peeled.parts),
    });
    object.chain(peeled).collect()
}

/// What is wrong with a record, row by row.
pub(in crate::render) fn problems(problems: &[Problem]) -> Vec<ProblemRow> {
    problems.iter().map(ProblemRow::new).collect()
}

impl ProblemRow {
    fn new(problem: &Problem) -> Self {
        Self {
            severity: problem.severity().as_str(),
            layer: problem.layer.map(Layer::as_str),
            offset: problem.offset,
            message: problem.to_string(),
            hint: problem.hint(),
        }
    }
}

/// Content as JSON: values as they are, text as a string, binary in base64.
pub(in crate::render) fn data(decoded: &Decoded<'_>) -> Option<Box<RawValue>> {
    match decoded.content {
        Content::Unknown | Content::KplAggregate => None,
        Content::Json => raw(decoded.formatted),
        Content::JsonSequence { .. } | Content::OpenTelemetry(_) => {
            raw(&[b"[", values(decoded).join(b",".as_slice()).as_slice(), b"]"].concat())
        }
        Content::Empty | Content::Text | Content::OtherText(_) => {
            serde_json::value::to_raw_value(&String::from_utf8_lossy(decoded.text())).ok()
        }
        Content::Binary => serde_json::value::to_raw_value(&base64(decoded.bytes)).ok(),
    }
}
