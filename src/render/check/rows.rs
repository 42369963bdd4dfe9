//! `--output json` and `ndjson` of a checked response: a stable schema, of types
//! of its own.

use serde::Serialize;

use super::CheckedResponse;
use crate::render::expected_failure::FailureRow;
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::{Fate, LogEvents, LostData, Severity, Verdict, Violation};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::render) struct CheckDocument<'a> {
    pub(super) summary: Summary<'a>,
    pub(super) verdicts: Vec<VerdictRow<'a>>,
    pub(super) violations: Vec<ViolationRow<'a>>,
}

/// A part of the document on a line of its own.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub(super) enum DocumentLine<'a> {
    Verdict(VerdictRow<'a>),
    Violation(ViolationRow<'a>),
    Summary(Summary<'a>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    event: &'a str,
    response: &'a str,
    records: usize,
    delivered: usize,
    dropped: usize,
    failed: usize,
    silently_lost: usize,
    errors: usize,
    warnings: usize,
    /// Broken rules that are not listed.
    omitted: usize,
    event_bytes: usize,
    response_bytes: usize,
    limit_bytes: usize,
    growth: f64,
    payload_bytes_in: usize,
    payload_bytes_out: usize,
    /// Null unless every record is an envelope of CloudWatch Logs.
    log_events: Option<LogEventsRow>,
    /// Null unless records of JSON hold several values.
    json_values: Option<JsonValuesRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonValuesRow {
    received: u64,
    delivered: u64,
    dropped: u64,
    failed: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogEventsRow {
    received: u64,
    delivered: u64,
    dropped: u64,
    failed: u64,
    /// Data messages that are dropped, by their places in the event, from 1.
    dropped_records: Vec<usize>,
    dropped_control_messages: usize,
}

impl LogEventsRow {
    fn new(counts: &LogEvents) -> Self {
        Self {
            received: counts.received,
            delivered: counts.delivered,
            dropped: counts.dropped,
            failed: counts.failed,
            dropped_records: counts.dropped_records.iter().map(|place| place + 1).collect(),
            dropped_control_messages: counts.dropped_controls,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerdictRow<'a> {
    pub(super) record_id: Option<&'a str>,
    /// Places count from 1, as everywhere in `fh`.
    pub(super) index: Option<usize>,
    response_index: Option<usize>,
    pub(super) fate: &'static str,
    #[serde(flatten)]
    pub(super) failure: Option<FailureRow>,
    pub(super) bytes_in: Option<usize>,
    pub(super) bytes_out: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ViolationRow<'a> {
    rule: &'static str,
    severity: &'static str,
    record_id: Option<&'a str>,
    /// Place in the event, from 1.
    index: Option<usize>,
    pointer: &'a str,
    message: &'a str,
    hint: &'a str,
    #[serde(flatten)]
    failure: Option<FailureRow>,
}

impl<'a> CheckDocument<'a> {
    pub(in crate::render) fn new(checked: &CheckedResponse<'a>) -> Self {
        let violations = checked.result.violations.iter();
        Self {
            summary: Summary::new(checked),
            verdicts: VerdictRow::all(checked).collect(),
            violations: violations.map(|it| ViolationRow::new(it, checked.retries)).collect(),
        }
    }
}

impl<'a> Summary<'a> {
    fn new(checked: &CheckedResponse<'a>) -> Self {
        let result = checked.result;
        let sizes = result.sizes;
        let errors = result.violations.iter();
        let errors = errors.filter(|it| it.rule.severity() == Severity::Error).count();
        let counts = result.counts();
        Self {
            event: checked.event,
            response: checked.response,
            records: result.verdicts.len(),
            delivered: counts.delivered,
            dropped: counts.dropped,
            failed: counts.failed,
            silently_lost: result.lost.len(),
            errors: errors + result.omitted.errors,
            warnings: result.violations.len() - errors + result.omitted.warnings,
            omitted: result.omitted.errors + result.omitted.warnings,
            event_bytes: sizes.event,
            response_bytes: sizes.response,
            limit_bytes: MAX_RESPONSE_PAYLOAD,
            growth: (sizes.growth() * 1000.0).round() / 1000.0,
            payload_bytes_in: sizes.payloads_in,
            payload_bytes_out: sizes.payloads_out,
            log_events: result.log_events.as_ref().map(LogEventsRow::new),
            json_values: result.json_values.map(|counts| JsonValuesRow {
                received: counts.received,
                delivered: counts.delivered,
                dropped: counts.dropped,
                failed: counts.failed,
            }),
        }
    }
}

impl<'a> VerdictRow<'a> {
    /// The records of the event, then data of the response that is of none.
    pub(super) fn all(checked: &CheckedResponse<'a>) -> impl Iterator<Item = Self> + use<'a> {
        let (result, retries) = (checked.result, checked.retries);
        let verdicts = result.verdicts.iter().map(move |verdict| Self::new(verdict, retries));
        verdicts.chain(result.lost.iter().map(Self::of_lost_data))
    }

    fn new(verdict: &'a Verdict, retries: u32) -> Self {
        let failure = match &verdict.fate {
            Fate::Failed(failure) => Some(FailureRow::new(failure, retries)),
            _ => None,
        };
        Self {
            record_id: Some(&verdict.record_id),
            index: Some(verdict.event_index + 1),
            response_index: verdict.response_index.map(|place| place + 1),
            fate: verdict.fate.as_str(),
            failure,
            bytes_in: Some(verdict.bytes_in),
            bytes_out: verdict.bytes_out,
        }
    }

    fn of_lost_data(lost: &'a LostData) -> Self {
        Self {
            record_id: lost.record_id.as_deref(),
            index: None,
            response_index: Some(lost.response_index + 1),
            fate: LostData::FATE,
            failure: None,
            bytes_in: None,
            bytes_out: None,
        }
    }
}

impl<'a> ViolationRow<'a> {
    fn new(violation: &'a Violation, retries: u32) -> Self {
        let definition = violation.rule.definition();
        Self {
            rule: violation.rule.as_str(),
            severity: definition.severity.as_str(),
            record_id: violation.record_id.as_deref(),
            index: violation.event_index.map(|index| index + 1),
            pointer: &violation.pointer,
            message: &violation.message,
            hint: violation.hint.as_deref().unwrap_or(definition.change),
            failure: definition
                .consequence
                .failure()
                .map(|failure| FailureRow::new(&failure, retries)),
        }
    }
}
