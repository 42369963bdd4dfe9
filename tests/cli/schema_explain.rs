//! The rows of `fh explain`, declared once more; see `schema.rs`.

#![expect(clippy::panic, reason = "a row that is not of the schema ends the test")]

use firehose::errors::all;
use serde::Deserialize;

use crate::harness::Fh;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    code: String,
    family: Family,
    records: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    message: Option<String>,
    happened: String,
    attempts: Attempts,
    scope: Scope,
    lost: String,
    look: Vec<String>,
    cases: Vec<Case>,
    change: Vec<String>,
    again: Vec<String>,
    evidence: Evidence,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    message: String,
    means: String,
    records: Option<u64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Family {
    Source,
    DirectPut,
    Decompression,
    Lambda,
    Function,
    DynamicPartitioning,
    DataFormatConversion,
    S3,
    Redshift,
    Opensearch,
    Splunk,
    HttpEndpoint,
    Iceberg,
    Snowflake,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Attempts {
    Once,
    AllRetries,
    UntilStored,
    RetryDuration,
    Unknown,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    Record,
    Batch,
    Delivery,
    Stream,
    Unknown,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Evidence {
    Captured,
    Partial,
    Documented,
    Unconfirmed,
    Reproduced,
}

fn row(text: &str) -> Row {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn every_explanation_is_of_the_schema() {
    let lines = Fh::new().args("explain --list --output ndjson").run().success();
    let rows: Vec<_> = lines.lines().map(row).collect();
    assert_eq!(rows.len(), all().count());
    for row in &rows {
        let lists = [&row.look, &row.change, &row.again];
        assert!(lists.iter().all(|list| !list.is_empty()), "{row:?}");
        let has_cause = |case: &Case| !case.message.is_empty() && !case.means.is_empty();
        assert!(row.cases.iter().all(|case| has_cause(case) && case.records.is_none()));
        assert!(!row.happened.is_empty() && !row.lost.is_empty() && row.records.is_none());
    }
    let document = Fh::new().args("explain --list --output json").run().success();
    let all: Vec<Row> = serde_json::from_str(&document).unwrap_or_else(|error| panic!("{error}"));
    assert!(all.iter().map(|row| &row.code).eq(rows.iter().map(|row| &row.code)));
}

#[test]
fn one_code_is_one_row() {
    let text = Fh::new().args("explain missingrecordid --output ndjson").run().success();
    let row = row(&text);
    assert_eq!(row.code, "Lambda.MissingRecordId");
    assert_eq!((row.family, row.scope), (Family::Lambda, Scope::Record));
    assert_eq!((row.attempts, row.evidence), (Attempts::Once, Evidence::Captured));
    assert!(row.message.is_some_and(|message| message.starts_with("One or more record Ids")));
}

#[test]
fn rows_of_failure_records_have_their_number() {
    let records = "{\"rawData\":\"\",\"errorCode\":\"S3.NoSuchBucket\"}\n".repeat(3);
    let text = Fh::new().args("explain - --output ndjson").stdin(records).run().success();
    assert_eq!(row(&text).records, Some(3));
}

#[test]
fn causes_of_failure_records_have_their_number() {
    let record = |status| {
        format!(
            "{{\"rawData\":\"\",\"errorCode\":\"HttpEndpoint.DestinationException\",\
             \"errorMessage\":\"{status}: no\"}}\n"
        )
    };
    let records = record(413).repeat(3) + &record(503);
    let text = Fh::new().args("explain - --output ndjson").stdin(records).run().success();
    let row = row(&text);
    let counted: Vec<_> = row
        .cases
        .iter()
        .filter_map(|case| case.records.map(|records| (case.message.as_str(), records)))
        .collect();
    assert_eq!((row.records, counted), (Some(4), vec![("413", 3), ("5xx", 1)]));
}
