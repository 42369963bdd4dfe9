//! Formats in words: metrics of CloudWatch, Avro, Parquet, ORC.

use std::fmt::Write as _;

use super::describe::text_of;
use crate::terminal;
use firehose::decode::{BinaryFormat, KnownJson, OtlpMetrics, Table, known_json};
use firehose::json::Token;

/// Names of columns that are shown; the others are counted.
const MAX_NAMES: usize = 12;

/// `Parquet, 708 bytes, 2 rows, columns a, n`.
pub(super) fn describe(format: &BinaryFormat<'_>, size: usize) -> String {
    let size = terminal::plural(size as u64, "byte");
    match format {
        BinaryFormat::Avro { codec, schema, files, is_cut } => {
            let codec = terminal::escape_line(codec);
            let schema = describe_avro(schema);
            let cut = if *is_cut { "truncated " } else { "" };
            let files = match files {
                0 | 1 => "Avro object container".to_owned(),
                files => format!("{files} Avro object containers"),
            };
            format!("{cut}{files}, {size}, codec {codec}{schema}")
        }
        BinaryFormat::CutAvro => format!("truncated Avro object container, {size}"),
        BinaryFormat::GlueSchemaRegistry { schema_version, is_compressed } => {
            let zlib = if *is_compressed { ", zlib-compressed" } else { "" };
            let id = uuid(*schema_version);
            format!("AWS Glue Schema Registry record, {size}, schema version {id}{zlib}")
        }
        BinaryFormat::Confluent { schema_id } => {
            format!(
                "binary, {size}, possibly with a Confluent schema header (schema ID {schema_id})"
            )
        }
        BinaryFormat::Parquet(table) => format!("Parquet, {size}{}", describe_table(table)),
        BinaryFormat::CutParquet => format!("truncated Parquet, {size}"),
        BinaryFormat::Orc { compression, table } => {
            let table = table.as_ref().map(describe_table).unwrap_or_default();
            format!("ORC, {size}, compression {compression}{table}")
        }
        BinaryFormat::CutOrc => format!("truncated ORC, {size}"),
        BinaryFormat::JsonAfterLength => {
            format!("binary, {size}, JSON after its length in the first 4 bytes")
        }
        BinaryFormat::UnframedOpenTelemetry => {
            format!("OpenTelemetry metrics without their length before them, {size}")
        }
        BinaryFormat::Cbor => format!("CBOR map, {size}"),
        BinaryFormat::MessagePack => format!("MessagePack map, {size}"),
        BinaryFormat::Compressed(name) => format!("compressed data ({name}), {size}"),
    }
}

fn describe_table(table: &Table<'_>) -> String {
    let rows = terminal::plural(table.rows, "row");
    let names = table.columns.iter().map(|name| terminal::escape_line(name));
    format!(", {rows}, columns {}", list(names))
}

/// `, record Order: id, total`.
fn describe_avro(schema: &[u8]) -> String {
    let schema = Token::new(schema);
    let kind = if schema.is_object() { schema.get(b"type") } else { Some(schema) };
    let mut words = match kind.filter(|kind| kind.is_string()) {
        Some(kind) => format!(", {}", text_of(kind)),
        None => ", schema".to_owned(),
    };
    if let Some(name) = schema.get(b"name") {
        // Writing to a string does not fail.
        let _unused = write!(words, " {}", text_of(name));
    }
    if let Some(fields) = schema.get(b"fields") {
        let fields = fields.elements().map_while(Result::ok);
        let names = fields.filter_map(|(field, _)| field.get(b"name").map(text_of));
        let _unused = write!(words, ": {}", list(names));
    }
    words
}

/// `a, b, c and 4 more`.
fn list(mut names: impl Iterator<Item = String>) -> String {
    let mut text = names.by_ref().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    let more = names.count();
    if more > 0 {
        let _unused = write!(text, " and {more} more");
    }
    text
}

/// As RFC 9562 writes it.
fn uuid(bytes: [u8; 16]) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        let _unused = write!(text, "{dash}{byte:02x}");
    }
    text
}

/// `OpenTelemetry 1.0 metrics, 2 messages, 2 metrics, CloudWatch metric stream all`.
pub(super) fn describe_metrics(metrics: OtlpMetrics, values: &[&[u8]]) -> String {
    let mut words = format!(
        "OpenTelemetry {} metrics, {}, {}",
        metrics.version.as_str(),
        terminal::plural(metrics.messages, "message"),
        terminal::plural(metrics.metrics, "metric"),
    );
    if metrics.data_points != metrics.metrics {
        let _unused = write!(words, ", {}", terminal::plural(metrics.data_points, "data point"));
    }
    if metrics.unknown_fields > 0 {
        let unknown = terminal::plural(metrics.unknown_fields, "unknown field");
        let _unused = write!(words, ", {unknown} left out");
    }
    if let Some(KnownJson::OpenTelemetry(first)) = values.first().and_then(|it| known_json(it))
        && let Some(arn) = first.exporter_arn()
        && let Some((_, stream)) = text_of(arn).split_once(":metric-stream/")
    {
        let _unused = write!(words, ", CloudWatch metric stream {stream}");
    }
    words
}

/// `CloudWatch metric stream all in JSON, 3 metrics`, if all values are of one.
pub(super) fn describe_metric_stream(values: &[&[u8]]) -> Option<String> {
    let mut streams = values.iter().map(|value| match known_json(value) {
        Some(KnownJson::CloudWatchMetric { stream, .. }) => Some(stream),
        _ => None,
    });
    let first = streams.next()??;
    (values.len() > 1 && streams.all(|stream| stream == Some(first))).then(|| {
        let count = terminal::plural(values.len() as u64, "metric");
        format!("CloudWatch metric stream {} in JSON, {count}", text_of(first))
    })
}
