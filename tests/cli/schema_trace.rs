//! The rows and the document of `fh trace`, declared once more; see `schema.rs`.

#![expect(clippy::panic, reason = "what is not of the schema ends the test")]

use serde::Deserialize;

use crate::trace::{Local, QUICK};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    stream: String,
    region: String,
    account: String,
    destination: String,
    records: Vec<Record>,
    summary: Summary,
    are_told_apart: bool,
    events: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Record {
    record: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    marker: Option<String>,
    bytes: u64,
    outcome: String,
    #[serde(deserialize_with = "Option::deserialize")]
    confidence: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    error_code: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    why: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Summary {
    stage: String,
    delivered: u64,
    dropped: u64,
    failed: u64,
    refused: u64,
    unknown: u64,
}

/// Which members there are depends on the stage.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    #[serde(deserialize_with = "Option::deserialize")]
    record: Option<u64>,
    stage: String,
    at: String,
    by: Option<String>,
    confidence: Option<String>,
    took_ms: Option<f64>,
    is_answer_lost: Option<bool>,
    buffer: Option<String>,
    until: Option<String>,
    request_id: Option<String>,
    duration_ms: Option<f64>,
    error: Option<String>,
    log: Option<Vec<String>>,
    result: Option<String>,
    bytes: Option<u64>,
    place: Option<Place>,
    text: Option<String>,
    error_code: Option<String>,
    error_message: Option<String>,
    attempts: Option<u64>,
    missing: Option<String>,
    check: Option<String>,
    what: Option<String>,
    why: Option<String>,
    fix: Option<Vec<String>>,
    evidence: Option<String>,
    unknown: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    bucket: String,
    key: String,
    number: u64,
    of: u64,
    offset: u64,
}

#[test]
fn trace_has_one_document_and_rows() {
    let local = Local::start(QUICK);
    let data = "print {{marker}}\nProcessingFailed {{marker}}\nkeep {{marker}}";
    let output = local.trace_as("json", data, "--ask-transform");
    let document: Document =
        serde_json::from_str(&output.text()).unwrap_or_else(|error| panic!("{error}: {output}"));
    let (stream, region, account) = (document.stream, document.region, document.account);
    assert_eq!([stream, region, account], ["demo", "us-east-1", "111122223333"]);
    assert_eq!((document.destination.as_str(), document.are_told_apart), ("S3", true));
    let summary = Summary {
        stage: "summary".to_owned(),
        delivered: 2,
        dropped: 0,
        failed: 1,
        refused: 0,
        unknown: 0,
    };
    assert_eq!(document.summary, summary);
    let [first, second, _] = document.records.as_slice() else { panic!("{output}") };
    assert_eq!((first.record, first.bytes, first.outcome.as_str()), (1, 19, "delivered"));
    assert_eq!(first.marker.as_ref().map(String::len), Some(13));
    assert_eq!((first.confidence.as_deref(), first.why.as_ref()), (Some("certain"), None));
    assert_eq!(second.error_code.as_deref(), Some("Lambda.ProcessingFailedStatus"));
    let find = |stage: &str| {
        let found = document.events.iter().find(|row| row.stage == stage);
        found.unwrap_or_else(|| panic!("no {stage} in {output}"))
    };
    let accepted = find("accepted");
    assert!(accepted.took_ms.is_some() && accepted.is_answer_lost == Some(false), "{output}");
    let buffered = find("buffered");
    assert_eq!((buffered.buffer.as_deref(), buffered.until.is_some()), (Some("transform"), true));
    let invoked = find("invoked");
    assert!(invoked.request_id.is_some() && invoked.duration_ms.is_some(), "{output}");
    assert!(invoked.error.is_none() && invoked.log.is_some(), "{output}");
    let answered = find("answered");
    assert_eq!((answered.result.as_deref(), answered.bytes), (Some("Ok"), Some(19)));
    let delivered = find("delivered");
    assert!(delivered.at.ends_with('Z') && delivered.text.is_some(), "{output}");
    assert_eq!(delivered.by.as_deref(), Some("marker"));
    assert_eq!(delivered.confidence.as_deref(), Some("certain"));
    let place = delivered.place.as_ref().unwrap_or_else(|| panic!("{output}"));
    assert_eq!((place.bucket.as_str(), place.number <= place.of), ("demo", true));
    assert!(!place.key.is_empty() && place.offset < 100, "{output}");
    let failed = find("failed");
    assert_eq!((failed.record, failed.attempts), (Some(2), Some(1)));
    assert!(failed.error_code.is_some() && failed.error_message.is_some(), "{output}");
}

#[test]
fn a_cause_has_its_check_and_its_fix() {
    let local = Local::start("--handler app.handler --interval 0s");
    assert_eq!(local.fh("local fault deny=lambda:InvokeFunction").run().code(), 0);
    let output = local.trace("keep {{marker}}", "");
    let rows: Vec<Row> = output
        .text()
        .lines()
        .filter(|line| !line.contains(r#""stage":"summary""#))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let cause = rows.iter().find(|row| row.stage == "cause");
    let cause = cause.unwrap_or_else(|| panic!("{output}"));
    assert_eq!(cause.missing.as_deref(), Some("invoke"));
    assert_eq!(cause.check.as_deref(), Some("role-may-invoke"));
    assert!(cause.what.is_some() && cause.why.is_some() && cause.evidence.is_some(), "{output}");
    assert!(cause.fix.is_some() && cause.unknown.is_none(), "{output}");
}
