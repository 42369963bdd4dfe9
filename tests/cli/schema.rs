//! The rows of `--output json` and `ndjson`, declared once more: a key that is
//! new, gone or of another type fails here before it fails a user.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a row that is not of the schema ends the test"
)]

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::harness::Fh;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    source: String,
    line: u64,
    index: u64,
    part: Option<u64>,
    envelope: Option<Envelope>,
    record_id: Option<String>,
    error_code: Option<String>,
    layers: Vec<Layer>,
    content_type: ContentType,
    description: Option<String>,
    data: Box<RawValue>,
    problems: Vec<Problem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Envelope {
    TransformEvent,
    TransformResponse,
    Failure,
    KinesisEvent,
    CloudwatchLogsEvent,
    ApiBody,
    HttpRequest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LayerName {
    Base64,
    Hex,
    Gzip,
    Zlib,
    Zstd,
    Zip,
    Snappy,
    KplAggregate,
    JsonString,
    PythonBytes,
    SchemaHeader,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ContentType {
    Unknown,
    Empty,
    Json,
    JsonSequence,
    CloudwatchLogs,
    Dynamodb,
    CloudwatchMetrics,
    OpentelemetryMetrics,
    Text,
    Binary,
    Avro,
    GlueSchemaRegistry,
    Parquet,
    Orc,
    KplAggregate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Layer {
    #[serde(rename = "layer")]
    name: LayerName,
    bytes_in: Option<u64>,
    bytes_out: Option<u64>,
    parts: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Problem {
    severity: Severity,
    #[serde(deserialize_with = "Option::deserialize")]
    layer: Option<LayerName>,
    #[serde(deserialize_with = "Option::deserialize")]
    offset: Option<u64>,
    message: String,
    #[serde(deserialize_with = "Option::deserialize")]
    hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Severity {
    Note,
    Warning,
    Error,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MessageRow {
    source: String,
    line: u64,
    index: u64,
    record_id: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    log_group: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    log_stream: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    id: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    timestamp: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MetricRow {
    source: String,
    line: u64,
    index: u64,
    record_id: Option<String>,
    resource: Option<Box<RawValue>>,
    scope: Option<Box<RawValue>>,
    metric: Box<RawValue>,
}

/// The rows of ndjson, after a check that json has the same.
fn rows<T: DeserializeOwned>(words: &str) -> Vec<T> {
    let ndjson = Fh::decode("--output ndjson").args(words).run().text();
    let json = Fh::decode("--output json").args(words).run().text();
    let elements: Vec<Box<RawValue>> = serde_json::from_str(&json).unwrap();
    assert!(elements.iter().map(|it| it.get()).eq(ndjson.lines()), "json differs from ndjson");
    let row = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    ndjson.lines().map(row).collect()
}

#[test]
fn every_row_of_every_fixture_is_of_the_schema() {
    let all: Vec<Row> = rows("fixtures");
    assert!(all.len() > 300, "{}", all.len());
    let seen = |what: &dyn Fn(&Row) -> bool| all.iter().any(what);
    for envelope in [
        Envelope::TransformEvent,
        Envelope::TransformResponse,
        Envelope::Failure,
        Envelope::KinesisEvent,
        Envelope::CloudwatchLogsEvent,
        Envelope::ApiBody,
        Envelope::HttpRequest,
    ] {
        assert!(seen(&|row| row.envelope == Some(envelope)), "{envelope:?}");
    }
    for name in [
        LayerName::Base64,
        LayerName::Hex,
        LayerName::Gzip,
        LayerName::Zlib,
        LayerName::Zstd,
        LayerName::Zip,
        LayerName::Snappy,
        LayerName::KplAggregate,
        LayerName::JsonString,
        LayerName::PythonBytes,
        LayerName::SchemaHeader,
    ] {
        assert!(seen(&|row| row.layers.iter().any(|it| it.name == name)), "{name:?}");
    }
    for kind in [
        ContentType::Unknown,
        ContentType::Empty,
        ContentType::Json,
        ContentType::JsonSequence,
        ContentType::CloudwatchLogs,
        ContentType::Dynamodb,
        ContentType::CloudwatchMetrics,
        ContentType::OpentelemetryMetrics,
        ContentType::Text,
        ContentType::Binary,
        ContentType::Avro,
        ContentType::GlueSchemaRegistry,
        ContentType::Parquet,
        ContentType::Orc,
    ] {
        assert!(seen(&|row| row.content_type == kind), "{kind:?}");
    }
    // An aggregate is shown by the records in it.
    assert!(!seen(&|row| row.content_type == ContentType::KplAggregate));
    for row in &all {
        assert!(row.source.starts_with("fixtures/") && row.line > 0 && row.index > 0, "{row:?}");
        let has_format = matches!(
            row.content_type,
            ContentType::OpentelemetryMetrics
                | ContentType::Avro
                | ContentType::GlueSchemaRegistry
                | ContentType::Parquet
                | ContentType::Orc
        );
        assert!(!has_format || row.description.is_some(), "{row:?}");
        let unknown = row.content_type == ContentType::Unknown;
        assert!(!unknown || row.data.get() == "null", "{row:?}");
        assert!(
            !unknown || row.problems.iter().any(|it| it.severity == Severity::Error),
            "{row:?}"
        );
    }
}

#[test]
fn data_is_typed_by_the_content() {
    for row in rows::<Row>("fixtures") {
        let data = &row.data;
        let first = data.get().as_bytes()[0];
        let fits = match row.content_type {
            ContentType::Json => true,
            ContentType::CloudwatchLogs
            | ContentType::Dynamodb
            | ContentType::CloudwatchMetrics
            | ContentType::OpentelemetryMetrics => matches!(first, b'{' | b'['),
            ContentType::JsonSequence => first == b'[',
            ContentType::Empty => data.get() == "\"\"",
            ContentType::Text
            | ContentType::Binary
            | ContentType::Avro
            | ContentType::GlueSchemaRegistry
            | ContentType::Parquet
            | ContentType::Orc => first == b'"',
            ContentType::Unknown => data.get() == "null",
            ContentType::KplAggregate => false,
        };
        assert!(fits, "{row:?}");
    }
}

#[test]
fn a_row_tells_where_the_record_was_and_what_was_around_it() {
    let rows: Vec<Row> = rows("fixtures/failures/cloudwatch-gzip.ndjson");
    let last = rows.last().unwrap();
    assert_eq!(
        (last.source.as_str(), last.line, last.index, last.part),
        ("fixtures/failures/cloudwatch-gzip.ndjson", 2, 2, None)
    );
    assert_eq!((last.envelope, last.record_id.as_deref()), (Some(Envelope::Failure), None));
    assert!(last.error_code.as_deref().unwrap().starts_with("Lambda."));
    let layers: Vec<_> =
        last.layers.iter().map(|it| (it.name, it.bytes_in.is_some(), it.parts)).collect();
    assert_eq!(layers, [(LayerName::Base64, true, None), (LayerName::Gzip, true, Some(1))]);
    assert!(last.layers[0].bytes_out == last.layers[1].bytes_in);
}

#[test]
fn records_of_an_aggregate_have_parts() {
    let rows: Vec<Row> = rows("fixtures/objects/kpl-aggregate.bin");
    let places: Vec<_> = rows.iter().map(|row| (row.line, row.index, row.part)).collect();
    assert_eq!(places, [(1, 1, Some(1)), (1, 1, Some(2)), (1, 1, Some(3))]);
}

#[test]
fn a_problem_tells_layer_offset_and_what_to_do() {
    let rows: Vec<Row> = rows("fixtures/records/gzip-bad-crc.b64");
    let problem = &rows[0].problems[0];
    assert_eq!(
        (problem.severity, problem.layer, problem.offset),
        (Severity::Error, Some(LayerName::Gzip), Some(343))
    );
    assert_eq!(problem.message, "gzip: checksum does not match the data at byte 343");
    assert!(problem.hint.is_some());
}

#[test]
fn values_come_through_untouched() {
    let rows: Vec<Row> = rows("fixtures/records/json-numbers.b64");
    let raw = Fh::decode("--compact fixtures/records/json-numbers.b64").run().success();
    assert_eq!(rows[0].data.get(), raw.trim_end());
}

#[test]
fn every_log_event_is_a_row_of_the_schema() {
    let rows: Vec<MessageRow> = rows("--messages fixtures/objects/cloudwatch-members.gz");
    assert_eq!(rows.len(), 6);
    let first = &rows[0];
    assert_eq!((first.line, first.index, first.record_id.as_deref()), (1, 1, None));
    assert_eq!(first.source, "fixtures/objects/cloudwatch-members.gz");
    assert_eq!(first.log_group.as_deref(), Some("/aws/lambda/orders"));
    assert!(first.log_stream.as_deref().unwrap().starts_with("2026/11/22/[$LATEST]"));
    assert_eq!(first.id.as_deref().map(str::len), Some(56));
    assert_eq!(first.timestamp, Some(1_795_341_600_123));
    assert!(first.message.as_deref().unwrap().starts_with("[INFO] order A-1041"));
    let event: Vec<MessageRow> =
        self::rows("--messages --records 2 fixtures/events/direct-put.json");
    assert!(event[0].record_id.is_some());
}

#[test]
fn every_metric_is_a_row_of_the_schema() {
    let rows: Vec<MetricRow> = rows("--messages fixtures/formats/otel-0.7.bin");
    let names: Vec<_> = rows.iter().map(|row| (row.line, row.index, row.metric.get())).collect();
    assert_eq!(names.len(), 3);
    assert!(names[2].2.starts_with(r#"{"name":"amazonaws.com/AWS/Lambda/ConcurrentExecutions""#));
    for row in &rows {
        assert!(row.resource.as_ref().unwrap().get().contains("cloud.account.id"), "{row:?}");
        assert!(row.scope.is_none() && row.record_id.is_none(), "{row:?}");
    }
    let rows: Vec<MetricRow> = self::rows("--messages fixtures/formats/metric-stream.b64");
    assert_eq!(rows.len(), 2);
    assert!(rows[1].metric.get().contains(r#""metric_name":"Errors""#), "{rows:?}");
    assert_eq!(rows[1].source, "fixtures/formats/metric-stream.b64");
}
