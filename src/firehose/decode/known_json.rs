//! What JSON content is about, told by the keys that its producer writes.

use super::otlp::{OtlpJson, otlp_json};
use crate::json;

/// A producer's shape, recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownJson<'a> {
    /// A CloudWatch Logs subscription message.
    CloudWatchLogs(LogsMessage<'a>),
    /// A change record of a DynamoDB table, as its Kinesis stream carries it.
    DynamoDb {
        /// `INSERT`, `MODIFY` or `REMOVE`.
        event_name: &'a [u8],
        /// The table.
        table: &'a [u8],
    },
    /// A data point of a CloudWatch metric stream in JSON format (CloudWatch
    /// user guide, "CloudWatch metric stream output in JSON format").
    CloudWatchMetric {
        /// The metric stream.
        stream: &'a [u8],
        /// `AWS/EC2` and the like.
        namespace: &'a [u8],
        /// The metric in it.
        metric: &'a [u8],
    },
    /// OpenTelemetry metrics: one `ExportMetricsServiceRequest`.
    OpenTelemetry(OtlpJson<'a>),
}

/// The envelope that CloudWatch Logs sends (Subscription filters guide). Names
/// are bodies of JSON strings, escapes and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogsMessage<'a> {
    /// `DATA_MESSAGE` or `CONTROL_MESSAGE`.
    pub message_type: &'a [u8],
    /// The log group; empty in control messages.
    pub log_group: &'a [u8],
    /// The log stream; empty in control messages.
    pub log_stream: &'a [u8],
    /// The value of `logEvents`: an array.
    events: &'a [u8],
}

impl LogsMessage<'_> {
    /// How many log events it holds.
    pub fn event_count(&self) -> usize {
        json::elements(self.events, 0).count()
    }
}

/// One entry of `logEvents`; each field as its JSON token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionEvent<'a> {
    /// `id`, or an empty slice.
    pub id: &'a [u8],
    /// `timestamp` in milliseconds since 1970, or an empty slice.
    pub timestamp: &'a [u8],
    /// `message`, or an empty slice.
    pub message: &'a [u8],
}

/// Tells what the JSON object at the start of `value` is, if it is known.
pub fn known_json(value: &[u8]) -> Option<KnownJson<'_>> {
    if value.first() != Some(&b'{') {
        return None;
    }
    let (mut kind, mut group, mut stream, mut events) = (None, None, None, None);
    let (mut event_name, mut table, mut image) = (None, None, false);
    let (mut metric_stream, mut namespace, mut metric) = (None, None, None);
    for field in json::fields(value, 0) {
        let field = field.ok()?;
        match field.key {
            b"messageType" => kind = json::string_body(field.value),
            b"logGroup" => group = json::string_body(field.value),
            b"logStream" => stream = json::string_body(field.value),
            b"logEvents" if field.value.starts_with(b"[") => events = Some(field.value),
            b"eventName" => event_name = json::string_body(field.value),
            b"tableName" => table = json::string_body(field.value),
            b"dynamodb" => image = true,
            b"metric_stream_name" => metric_stream = json::string_body(field.value),
            b"namespace" => namespace = json::string_body(field.value),
            b"metric_name" => metric = json::string_body(field.value),
            b"resourceMetrics" => {
                return otlp_json(field.value).map(KnownJson::OpenTelemetry);
            }
            _ => {}
        }
    }
    if let (Some(message_type), Some(events)) = (kind, events) {
        return Some(KnownJson::CloudWatchLogs(LogsMessage {
            message_type,
            log_group: group.unwrap_or_default(),
            log_stream: stream.unwrap_or_default(),
            events,
        }));
    }
    if let (Some(stream), Some(namespace), Some(metric)) = (metric_stream, namespace, metric) {
        return Some(KnownJson::CloudWatchMetric { stream, namespace, metric });
    }
    match (image, event_name, table) {
        (true, Some(event_name), table) => {
            Some(KnownJson::DynamoDb { event_name, table: table.unwrap_or_default() })
        }
        _ => None,
    }
}

/// Calls `visit` for each log event inside a CloudWatch Logs message.
pub fn log_events<'a>(message: &LogsMessage<'a>, mut visit: impl FnMut(SubscriptionEvent<'a>)) {
    for (element, _) in json::elements(message.events, 0).map_while(Result::ok) {
        let mut event = SubscriptionEvent { id: b"", timestamp: b"", message: b"" };
        for field in json::fields(element, 0).map_while(Result::ok) {
            match field.key {
                b"id" => event.id = field.value,
                b"timestamp" => event.timestamp = field.value,
                b"message" => event.message = field.value,
                _ => {}
            }
        }
        visit(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logs_message_is_told_by_its_type_and_events() {
        let value = br#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/lambda/f","logStream":"s",
            "logEvents":[{"id":"1","timestamp":5,"message":"a\n"},{"id":"2","message":"b"}]}"#;
        let Some(KnownJson::CloudWatchLogs(message)) = known_json(value) else { panic!() };
        assert_eq!(message.log_group, b"/aws/lambda/f");
        assert_eq!(message.event_count(), 2);
        let mut messages = Vec::new();
        log_events(&message, |event| {
            messages.push((event.timestamp, event.message));
        });
        assert_eq!(messages, [(b"5".as_slice(), br#""a\n""#.as_slice()), (b"", br#""b""#)]);
    }

    #[test]
    fn other_objects_have_no_known_meaning() {
        assert_eq!(known_json(br#"{"messageType":"DATA_MESSAGE"}"#), None);
        assert_eq!(known_json(br#"{"eventName":"INSERT"}"#), None);
        assert_eq!(known_json(b"[1]"), None);
    }
}
