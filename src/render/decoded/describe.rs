//! Content in words: what it is, a line of it, the name of its type.

use super::{Record, formats};
use crate::terminal;
use firehose::decode::{Content, Decoded, KnownJson, binary_format, known_json};
use firehose::json::{self, Token};

/// Type of the content of OpenTelemetry metrics, in protobuf or JSON.
const OPEN_TELEMETRY: &str = "opentelemetry-metrics";

/// The values of JSON content, laid out as the decoder was asked to.
pub(in crate::render) fn values<'a>(decoded: &Decoded<'a>) -> Vec<&'a [u8]> {
    if !decoded.content.has_json() {
        return Vec::new();
    }
    let text = decoded.formatted;
    json::values(text).map(|value| text.get(value).unwrap_or_default()).collect()
}

/// The text of a JSON token, safe to show on one line.
pub(in crate::render) fn text_of(token: Token<'_>) -> String {
    terminal::escape_line(&token.bytes())
}

/// One line of the content, safe to show: of at most `most` bytes of it.
pub(in crate::render) fn preview(decoded: &Decoded<'_>, most: usize) -> String {
    match decoded.content {
        content if content.has_json() => {
            let mut safe = Vec::new();
            let text = decoded.formatted.get(..most).unwrap_or(decoded.formatted);
            json::escape_controls(text, &mut safe);
            let mut line = String::new();
            for part in terminal::escape_line(&safe).split("\\n") {
                line.push_str(part.trim_start());
                line.push(' ');
            }
            line.trim_end().to_owned()
        }
        Content::Text | Content::OtherText(_) | Content::Binary => {
            let text = decoded.text();
            terminal::escape_line(text.get(..most).unwrap_or(text))
        }
        _ => String::new(),
    }
}

/// Says in words what the content is.
pub(in crate::render) fn describe(decoded: &Decoded<'_>) -> String {
    let bytes = decoded.bytes;
    match decoded.content {
        Content::Unknown => "not decoded".to_owned(),
        Content::Empty => "empty".to_owned(),
        Content::KplAggregate => "KPL aggregate".to_owned(),
        Content::Binary => match binary_format(bytes) {
            Some(format) => formats::describe(&format, bytes.len()),
            None => format!("binary, {}", terminal::plural(bytes.len() as u64, "byte")),
        },
        Content::OpenTelemetry(metrics) => formats::describe_metrics(metrics, &values(decoded)),
        Content::Text | Content::OtherText(_) => {
            let text = decoded.text();
            let lines = text.trim_ascii_end().split(|byte| *byte == b'\n').count() as u64;
            let end = if text.ends_with(b"\n") { "" } else { ", no newline at the end" };
            format!("text, {}{end}", terminal::plural(lines, "line"))
        }
        Content::Json | Content::JsonSequence { .. } => {
            let all = values(decoded);
            if let Some(metrics) = formats::describe_metric_stream(&all) {
                return metrics;
            }
            let kinds: Vec<_> = all.iter().map(|value| describe_json(value)).collect();
            match kinds.as_slice() {
                [one] => one.clone(),
                [first, rest @ ..] if rest.iter().all(|kind| kind == first) => {
                    format!("{} JSON values, each: {first}", kinds.len())
                }
                _ => format!(
                    "{} JSON values: {}",
                    kinds.len(),
                    kinds.first().map_or("", |kind| kind)
                ),
            }
        }
    }
}

fn describe_json(value: &[u8]) -> String {
    match (known_json(value), value.first()) {
        (Some(KnownJson::CloudWatchLogs(message)), _) => {
            let group = text_of(message.log_group);
            let from = if group.is_empty() { String::new() } else { format!(" from {group}") };
            format!(
                "CloudWatch Logs {}{from}, {}",
                text_of(message.message_type),
                terminal::plural(message.event_count() as u64, "event")
            )
        }
        (Some(KnownJson::DynamoDb { event_name, table }), _) => {
            format!("DynamoDB {} on table {}", text_of(event_name), text_of(table))
        }
        (Some(KnownJson::CloudWatchMetric { stream, namespace, metric }), _) => format!(
            "CloudWatch metric {} {} of stream {}",
            text_of(namespace),
            text_of(metric),
            text_of(stream)
        ),
        (Some(KnownJson::OpenTelemetry(metrics)), _) => format!(
            "OpenTelemetry metrics in JSON, {}",
            terminal::plural(metrics.metric_count(), "metric")
        ),
        (None, Some(b'{')) => {
            format!(
                "JSON object, {}",
                terminal::plural(json::fields(value, 0).count() as u64, "key")
            )
        }
        (None, Some(b'[')) => format!(
            "JSON array, {}",
            terminal::plural(json::elements(value, 0).count() as u64, "element")
        ),
        (None, Some(b'"')) => "JSON string".to_owned(),
        (None, _) => "JSON value".to_owned(),
    }
}

/// True for binary content that has a name.
pub(super) fn is_of_a_format(decoded: &Decoded<'_>) -> bool {
    match decoded.content {
        Content::OpenTelemetry(_) => true,
        Content::Binary => binary_format(decoded.bytes).is_some(),
        _ => false,
    }
}

/// The name of the content's type, in JSON and tables.
pub(in crate::render) fn content_type(decoded: &Decoded<'_>) -> &'static str {
    match decoded.content {
        Content::Unknown => "unknown",
        Content::Empty => "empty",
        Content::KplAggregate => "kpl-aggregate",
        Content::Text | Content::OtherText(_) => "text",
        Content::Binary => binary_format(decoded.bytes).map_or("binary", |format| format.as_str()),
        Content::OpenTelemetry(_) => OPEN_TELEMETRY,
        Content::Json | Content::JsonSequence { .. } => {
            let mut kinds = values(decoded).into_iter().map(known_json);
            match kinds.next().flatten() {
                Some(KnownJson::CloudWatchLogs(_)) => "cloudwatch-logs",
                Some(KnownJson::DynamoDb { .. }) => "dynamodb",
                Some(KnownJson::CloudWatchMetric { .. }) => "cloudwatch-metrics",
                Some(KnownJson::OpenTelemetry(_)) => OPEN_TELEMETRY,
                None if matches!(decoded.content, Content::Json) => "json",
                None => "json-sequence",
            }
        }
    }
}

/// The layers of a record by name, outermost first.
pub(super) fn layer_names<'a>(record: &'a Record<'_>) -> impl Iterator<Item = &'static str> + 'a {
    let peeled = record.outer_layers.iter().chain(record.decoded.layers);
    let object = record.object_layers.iter().map(|layer| layer.as_str());
    object.chain(peeled.map(|peeled| peeled.layer.as_str()))
}
