//! The rows of `fh failures`, declared once more; see `schema.rs`.

#![expect(clippy::panic, reason = "a row that is not of the schema ends the test")]

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::harness::Fh;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Document {
    records: u64,
    bytes: u64,
    inputs: u64,
    left_out: LeftOut,
    #[serde(deserialize_with = "Option::deserialize")]
    complete_until: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    complete_until_timestamp: Option<i64>,
    missing: Vec<String>,
    incomplete: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    arrivals: Option<Span>,
    #[serde(deserialize_with = "Option::deserialize")]
    timeline: Option<Timeline>,
    kinds: Vec<Kind>,
    other_records: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) put_back: Option<PutBack>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PutBack {
    pub(crate) records: u64,
    pub(crate) unknown: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) sent: Option<Span>,
    pub(crate) streams: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LeftOut {
    other_streams: u64,
    unknown_stream: u64,
    other_data: u64,
    not_opened: u64,
    not_readable: u64,
}

impl LeftOut {
    pub(crate) fn is_empty(&self) -> bool {
        *self
            == Self {
                other_streams: 0,
                unknown_stream: 0,
                other_data: 0,
                not_opened: 0,
                not_readable: 0,
            }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kind {
    #[serde(deserialize_with = "Option::deserialize")]
    error_code: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    error_message: Option<String>,
    messages_differ: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    attempts_made: Option<Range>,
    #[serde(deserialize_with = "Option::deserialize")]
    function: Option<String>,
    records: u64,
    bytes: u64,
    control_messages: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    arrivals: Option<Span>,
    #[serde(deserialize_with = "Option::deserialize")]
    timeline: Option<Timeline>,
    #[serde(deserialize_with = "Option::deserialize")]
    happened: Option<String>,
    sample: Sample,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    least: u64,
    most: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Span {
    first: String,
    first_timestamp: i64,
    last: String,
    last_timestamp: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Timeline {
    start: String,
    step_seconds: i64,
    counts: Vec<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sample {
    source: String,
    bucket: Option<String>,
    key: Option<String>,
    line: u64,
    index: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    content_type: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    data: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    source: String,
    line: u64,
    index: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    error_code: Option<Box<RawValue>>,
    #[serde(deserialize_with = "Option::deserialize")]
    error_message: Option<Box<RawValue>>,
    #[serde(deserialize_with = "Option::deserialize")]
    attempts_made: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    arrival: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    arrival_timestamp: Option<i64>,
    control_message: bool,
    record: Box<RawValue>,
    layers: Vec<Peeled>,
    content_type: String,
    #[serde(deserialize_with = "Option::deserialize")]
    data: Option<Box<RawValue>>,
    problems: Vec<Problem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Peeled {
    layer: String,
    bytes_in: Option<u64>,
    bytes_out: Option<u64>,
    parts: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Problem {
    severity: String,
    #[serde(deserialize_with = "Option::deserialize")]
    layer: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    offset: Option<u64>,
    message: String,
    #[serde(deserialize_with = "Option::deserialize")]
    hint: Option<String>,
}

/// Reads JSON that must be of the schema.
pub(crate) fn read<T: for<'a> Deserialize<'a>>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn run(words: &str) -> String {
    Fh::new().arg("failures").args(words).args("fixtures/failures fixtures/objects").run().text()
}

#[test]
fn the_document_of_all_kinds_is_of_the_schema() {
    let document: Document = read(&run("--output json"));
    assert_eq!(document.records, document.kinds.iter().map(|kind| kind.records).sum::<u64>());
    assert_eq!(document.bytes, document.kinds.iter().map(|kind| kind.bytes).sum::<u64>());
    assert_eq!(document.other_records, 0);
    assert!(document.put_back.is_none());
    assert!(document.left_out.is_empty());
    // When files were fetched is not known.
    assert_eq!((document.complete_until, document.complete_until_timestamp), (None, None));
    // Some of the fixtures are damaged.
    assert!(document.incomplete && document.missing.iter().all(|it| it.starts_with("fixtures/")));
    assert!(document.inputs > 20);
    let span = document.arrivals.unwrap();
    assert!(span.first < span.last && span.first_timestamp < span.last_timestamp);
    let timeline = document.timeline.unwrap();
    assert_eq!(timeline.counts.iter().sum::<u64>(), document.records);
    assert!(timeline.start.ends_with('Z') && timeline.step_seconds > 0);
}

#[test]
fn the_rows_of_kinds_are_of_the_schema() {
    let rows: Vec<Kind> = run("--output ndjson").lines().map(read).collect();
    assert!(rows.len() > 10);
    for row in &rows {
        let attempts = row.attempts_made.as_ref().unwrap();
        assert!(attempts.least <= attempts.most && row.control_messages <= row.records);
        assert!(row.error_code.is_some() && row.error_message.is_some() && row.happened.is_some());
        assert!(!row.messages_differ && row.arrivals.is_some() && row.timeline.is_some());
        let sample = &row.sample;
        assert!(sample.line > 0 && sample.index > 0 && sample.source.starts_with("fixtures/"));
        assert!(sample.content_type.is_some() && sample.data.is_some());
        assert!(sample.bucket.is_none() && sample.key.is_none(), "a file has none");
    }
    assert!(rows.iter().any(|row| row.function.is_none()));
}

#[test]
fn the_rows_of_records_are_of_the_schema() {
    let document: Vec<Row> = read(&run("--records --output json"));
    let rows: Vec<Row> = run("--records --output ndjson").lines().map(read).collect();
    assert_eq!(document.len(), rows.len());
    for row in &rows {
        assert!(row.line > 0 && row.index > 0 && row.source.starts_with("fixtures/"));
        assert!(row.error_code.is_some() && row.error_message.is_some());
        assert!(row.record.get().contains("\"rawData\":"));
        assert_eq!(row.arrival.is_some(), row.arrival_timestamp.is_some());
        assert!(row.attempts_made.is_some() && !row.content_type.is_empty());
        assert!(row.layers.iter().all(|layer| !layer.layer.is_empty()));
        assert!(row.layers.iter().all(|it| it.bytes_in.is_some() == it.bytes_out.is_some()));
        assert_eq!(row.data.is_none(), row.problems.iter().any(|it| it.layer.is_some()));
        assert!(row.problems.iter().all(|it| it.severity == "error" && !it.message.is_empty()));
        assert!(row.problems.iter().all(|it| it.hint.is_some() || it.offset.is_some()));
    }
    assert!(rows.iter().any(|row| row.control_message));
    assert!(rows.iter().any(|row| row.layers.iter().any(|layer| layer.parts.is_some())));
}
