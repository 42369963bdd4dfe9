//! What JSON content is about, known by the keys that its producer writes.

use super::otlp::OtlpJson;
use crate::json::Token;

/// A producer's shape, recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownJson<'a> {
    /// A CloudWatch Logs subscription message.
    CloudWatchLogs(LogsMessage<'a>),
    /// A change record of a DynamoDB table, as its Kinesis stream carries it.
    DynamoDb {
        /// `INSERT`, `MODIFY` or `REMOVE`: a string.
        event_name: Token<'a>,
        /// The table: a string, which may be empty.
        table: Token<'a>,
    },
    /// A data point of a CloudWatch metric stream in JSON format (CloudWatch
    /// user guide, "CloudWatch metric stream output in JSON format").
    CloudWatchMetric {
        /// The metric stream: a string.
        stream: Token<'a>,
        /// `AWS/EC2` and the like: a string.
        namespace: Token<'a>,
        /// The metric in it: a string.
        metric: Token<'a>,
    },
    /// OpenTelemetry metrics: one `ExportMetricsServiceRequest`.
    OpenTelemetry(OtlpJson<'a>),
}

/// The envelope that CloudWatch Logs sends (Subscription filters guide). Names
/// are strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogsMessage<'a> {
    /// `DATA_MESSAGE` or `CONTROL_MESSAGE`.
    pub message_type: Token<'a>,
    /// The log group; empty in control messages.
    pub log_group: Token<'a>,
    /// The log stream; empty in control messages.
    pub log_stream: Token<'a>,
    /// The value of `logEvents`: an array.
    events: Token<'a>,
}

impl LogsMessage<'_> {
    /// How many log events it holds.
    pub fn event_count(&self) -> usize {
        self.events.elements().count()
    }

    /// True if it asks whether the destination can be reached.
    pub fn is_control(&self) -> bool {
        self.message_type.text() == "CONTROL_MESSAGE"
    }

    /// Appends the messages of its log events, each with a newline after it.
    pub fn push_messages(&self, out: &mut Vec<u8>) {
        log_events(self, |event| {
            if let Some(message) = event.message {
                message.push_bytes(out);
                out.push(b'\n');
            }
        });
    }
}

/// One entry of `logEvents`, as far as it has these keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionEvent<'a> {
    /// `id`.
    pub id: Option<Token<'a>>,
    /// `timestamp` in milliseconds since 1970.
    pub timestamp: Option<Token<'a>>,
    /// `message`.
    pub message: Option<Token<'a>>,
}

/// Tells what the JSON object at the start of `value` is, if it is known.
pub fn known_json(value: &[u8]) -> Option<KnownJson<'_>> {
    let value = Token::new(value);
    if !value.is_object() {
        return None;
    }
    let (mut kind, mut group, mut stream, mut events) = (None, None, None, None);
    let (mut event_name, mut table, mut image) = (None, None, false);
    let (mut metric_stream, mut namespace, mut metric) = (None, None, None);
    for field in value.fields() {
        let field = field.ok()?;
        let string = || Some(field.value).filter(|value| value.is_string());
        match field.key {
            b"messageType" => kind = string(),
            b"logGroup" => group = string(),
            b"logStream" => stream = string(),
            b"logEvents" if field.value.is_array() => events = Some(field.value),
            b"eventName" => event_name = string(),
            b"tableName" => table = string(),
            b"dynamodb" => image = true,
            b"metric_stream_name" => metric_stream = string(),
            b"namespace" => namespace = string(),
            b"metric_name" => metric = string(),
            b"resourceMetrics" => {
                return OtlpJson::new(field.value).map(KnownJson::OpenTelemetry);
            }
            _ => {}
        }
    }
    if let (Some(message_type), Some(events)) = (kind, events) {
        return Some(KnownJson::CloudWatchLogs(LogsMessage {
            message_type,
            log_group: group.unwrap_or(Token::EMPTY_STRING),
            log_stream: stream.unwrap_or(Token::EMPTY_STRING),
            events,
        }));
    }
    if let (Some(stream), Some(namespace), Some(metric)) = (metric_stream, namespace, metric) {
        return Some(KnownJson::CloudWatchMetric { stream, namespace, metric });
    }
    match (image, event_name) {
        (true, Some(event_name)) => {
            let table = table.unwrap_or(Token::EMPTY_STRING);
            Some(KnownJson::DynamoDb { event_name, table })
        }
        _ => None,
    }
}

/// Calls `visit` for each log event inside a CloudWatch Logs message.
pub fn log_events<'a>(message: &LogsMessage<'a>, mut visit: impl FnMut(SubscriptionEvent<'a>)) {
    for (element, _) in message.events.elements().map_while(Result::ok) {
        let mut event = SubscriptionEvent { id: None, timestamp: None, message: None };
        for field in element.fields().map_while(Result::ok) {
            match field.key {
                b"id" => event.id = Some(field.value),
                b"timestamp" => event.timestamp = Some(field.value),
                b"message" => event.message = Some(field.value),
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
    fn a_logs_message_is_known_by_its_type_and_events() {
        let value = br#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/lambda/f","logStream":"s",
            "logEvents":[{"id":"1","timestamp":5,"message":"a\n"},{"id":"2","message":"b"}]}"#;
        let Some(KnownJson::CloudWatchLogs(message)) = known_json(value) else { panic!() };
        assert_eq!(message.log_group.text(), "/aws/lambda/f");
        assert_eq!(message.event_count(), 2);
        let mut messages = Vec::new();
        log_events(&message, |event| {
            messages
                .push((event.timestamp.and_then(Token::integer), event.message.unwrap().text()));
        });
        assert_eq!(messages, [(Some(5), "a\n".into()), (None, "b".into())]);
    }

    #[test]
    fn other_objects_have_no_known_meaning() {
        assert_eq!(known_json(br#"{"messageType":"DATA_MESSAGE"}"#), None);
        assert_eq!(known_json(br#"{"eventName":"INSERT"}"#), None);
        assert_eq!(known_json(b"[1]"), None);
    }
}
