//! The documents and rows of `fh status`, declared once more.

#![expect(clippy::unwrap_used, reason = "a document that is not of the schema ends the test")]
#![expect(clippy::struct_field_names, reason = "the names of the JSON")]

use serde::Deserialize;

use crate::harness::Output;

/// A document or a row of the list, declared once more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct List {
    pub(crate) time: String,
    pub(crate) region: String,
    pub(crate) window_seconds: u64,
    pub(crate) has_more: bool,
    pub(crate) streams: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) time: String,
    pub(crate) stream: String,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) status: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) source: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) transform: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) destination: Option<String>,
    pub(crate) window_seconds: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) incoming: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) delivered: Option<u64>,
    pub(crate) state: State,
    pub(crate) why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    Failing,
    Unknown,
    Dropping,
    Working,
    Idle,
}

/// The document of a stream, declared once more.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Status {
    pub(crate) time: String,
    pub(crate) stream: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) status: String,
    pub(crate) source: String,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) transform: Option<Transform>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) destination: Option<Destination>,
    pub(crate) logs: Logs,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) delay: Option<Delay>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) traffic: Option<Traffic>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) failures: Option<Failures>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) invocations: Option<Invocations>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) delivery_error: Option<DeliveryError>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) summary: Option<String>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) checks: Counts,
    pub(crate) unknown: Vec<Unknown>,
    pub(crate) doctor: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Transform {
    pub(crate) function_arn: String,
    pub(crate) is_enabled: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) timeout_seconds: Option<u32>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) memory_mb: Option<u32>,
    pub(crate) retries: u32,
    pub(crate) buffer: Buffer,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buffer {
    pub(crate) seconds: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Destination {
    pub(crate) kind: String,
    pub(crate) place: String,
    pub(crate) buffer: Buffer,
    pub(crate) retry_seconds: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) compression: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) backup: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) objects: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) failures: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Logs {
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) function_group: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) error_group: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) error_stream: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Delay {
    pub(crate) most_seconds: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) transform_seconds: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) function_seconds: Option<u64>,
    pub(crate) destination_seconds: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) usual_seconds: Option<u64>,
    pub(crate) failure_seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Traffic {
    pub(crate) window_seconds: u64,
    pub(crate) start: String,
    pub(crate) bar_seconds: u64,
    pub(crate) incoming: Series,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) calls: Option<Series>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) call_errors: Option<Series>,
    pub(crate) delivered: Series,
    pub(crate) throttled: Series,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Series {
    pub(crate) total: u64,
    pub(crate) bars: Vec<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Failures {
    pub(crate) objects: u64,
    pub(crate) opened: u64,
    pub(crate) is_complete: bool,
    pub(crate) places: Vec<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) codes: Option<Vec<Code>>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) records: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Invocations {
    pub(crate) is_complete: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) last_error: Option<LastError>,
    pub(crate) last: Vec<Invocation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastError {
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) time: Option<String>,
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryError {
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) time: Option<String>,
    pub(crate) code: String,
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Invocation {
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) time: Option<String>,
    pub(crate) request_id: String,
    pub(crate) milliseconds: u64,
    pub(crate) used_mb: u32,
    pub(crate) memory_mb: u32,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) status: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) error_type: Option<String>,
    pub(crate) is_cold: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    pub(crate) check: String,
    pub(crate) severity: String,
    pub(crate) confidence: String,
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) fix: Vec<String>,
    pub(crate) evidence: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Counts {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
    pub(crate) passed: usize,
    pub(crate) unknown: usize,
    pub(crate) not_applicable: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unknown {
    pub(crate) check: String,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) needs: Option<String>,
    pub(crate) why: String,
}

impl Status {
    pub(crate) fn read(output: &Output) -> Self {
        let it: Self = serde_json::from_slice(&output.stdout).unwrap();
        assert!(it.time.ends_with('Z') && it.account.len() == 12, "{it:?}");
        assert!(it.doctor.starts_with("fh doctor --stream "), "{it:?}");
        assert_eq!(it.unknown.len(), it.checks.unknown, "{it:?}");
        let Counts { errors, warnings, notes, passed, unknown, not_applicable } = it.checks;
        let checks = errors + warnings + notes + passed + unknown + not_applicable;
        assert_eq!(checks, 32, "{it:?}");
        assert!(it.unknown.iter().all(|it| !it.check.is_empty() && !it.why.is_empty()), "{it:?}");
        assert!(it.findings.len() <= 2, "{it:?}");
        for finding in &it.findings {
            let texts = [&finding.check, &finding.what, &finding.why, &finding.evidence];
            assert!(texts.iter().all(|it| !it.is_empty()), "{finding:?}");
            assert!(["error", "warning"].contains(&finding.severity.as_str()), "{finding:?}");
            assert!(["certain", "likely", "possible"].contains(&finding.confidence.as_str()));
            assert!(finding.fix.iter().all(|it| !it.is_empty()), "{finding:?}");
        }
        for series in it.traffic.iter().flat_map(|it| {
            let counted = [&it.incoming, &it.delivered, &it.throttled].into_iter();
            counted.chain(&it.calls).chain(&it.call_errors)
        }) {
            assert_eq!((series.bars.len(), series.bars.iter().sum()), (12, series.total), "{it:?}");
        }
        it
    }
}
