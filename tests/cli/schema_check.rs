//! The rows of `fh check`, declared once more; see `schema.rs`.

#![expect(clippy::panic, reason = "a row that is not of the schema ends the test")]
#![expect(dead_code, reason = "fields are declared to be required, not to be read")]

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::harness::Fh;

#[derive(Debug, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
enum Line {
    Verdict {
        #[serde(deserialize_with = "Option::deserialize")]
        record_id: Option<String>,
        #[serde(deserialize_with = "Option::deserialize")]
        index: Option<u64>,
        #[serde(deserialize_with = "Option::deserialize")]
        response_index: Option<u64>,
        fate: Fate,
        error_code: Option<String>,
        scope: Option<Scope>,
        attempts: Option<u32>,
        evidence: Option<Evidence>,
        error_message: Option<String>,
        also_seen: Option<AlsoSeen>,
        #[serde(deserialize_with = "Option::deserialize")]
        bytes_in: Option<u64>,
        #[serde(deserialize_with = "Option::deserialize")]
        bytes_out: Option<u64>,
    },
    Violation {
        rule: String,
        severity: Severity,
        #[serde(deserialize_with = "Option::deserialize")]
        record_id: Option<String>,
        #[serde(deserialize_with = "Option::deserialize")]
        index: Option<u64>,
        pointer: String,
        message: String,
        hint: String,
        error_code: Option<String>,
        scope: Option<Scope>,
        attempts: Option<u32>,
        evidence: Option<Evidence>,
        error_message: Option<String>,
        also_seen: Option<AlsoSeen>,
    },
    Summary {
        event: String,
        response: String,
        records: u64,
        delivered: u64,
        dropped: u64,
        failed: u64,
        silently_lost: u64,
        errors: u64,
        warnings: u64,
        omitted: u64,
        event_bytes: u64,
        response_bytes: u64,
        limit_bytes: u64,
        growth: f64,
        payload_bytes_in: u64,
        payload_bytes_out: u64,
        #[serde(deserialize_with = "Option::deserialize")]
        log_events: Option<LogEvents>,
        #[serde(deserialize_with = "Option::deserialize")]
        json_values: Option<JsonValues>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that it can be read is the test")]
struct LogEvents {
    received: u64,
    delivered: u64,
    dropped: u64,
    failed: u64,
    dropped_records: Vec<u64>,
    dropped_control_messages: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that it can be read is the test")]
struct JsonValues {
    received: u64,
    delivered: u64,
    dropped: u64,
    failed: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    Delivered,
    Dropped,
    Failed,
    SilentlyLost,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    Record,
    Batch,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Evidence {
    Captured,
    Partial,
    Documented,
    Unconfirmed,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Severity {
    Warning,
    Error,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AlsoSeen {
    error_code: String,
    scope: Scope,
    attempts: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleRow {
    rule: String,
    severity: Severity,
    what: String,
    why: String,
    change: String,
    error_code: Option<String>,
    scope: Option<Scope>,
    attempts: Option<u32>,
    evidence: Option<Evidence>,
    error_message: Option<String>,
    also_seen: Option<AlsoSeen>,
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

const EVENT: &str = "check --event fixtures/events/direct-put.json";

#[test]
fn every_line_of_a_judgement_is_of_the_schema() {
    for response in ["response-ok.json", "response-msk.json", "response-metadata.json"] {
        let words = format!("{EVENT} --response fixtures/responses/{response} --output ndjson");
        let text = Fh::new().args(&words).run().text();
        let lines: Vec<Line> = text.lines().map(read).collect();
        assert!(matches!(lines.last(), Some(Line::Summary { records: 3, .. })), "{text}");
    }
    let twice = Fh::new().args(EVENT).args("--output ndjson").stdin("{}").run().text();
    let lines: Vec<Line> = twice.lines().map(read).collect();
    assert!(matches!(lines.first(), Some(Line::Verdict { also_seen: Some(_), .. })), "{twice}");
}

#[test]
fn every_rule_is_of_the_schema() {
    let text = Fh::new().args("check --rules --output json").run().success();
    let rules: Vec<RuleRow> = read(&text);
    assert!(rules.len() > 40);
    let lines = Fh::new().args("check --rules --output ndjson").run().success();
    assert_eq!(lines.lines().map(read::<RuleRow>).count(), rules.len());
}
