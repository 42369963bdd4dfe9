//! `--output json` and `ndjson` of a judgement: a stable schema, of types of
//! its own.

use serde::Serialize;

use super::CheckedResponse;
use crate::render::failure::FailureRow;
use crate::render::json::push_json;
use firehose::limits::MAX_RESPONSE_PAYLOAD;
use firehose::transform::{Fate, LostData, Severity, Verdict, Violation};

/// Appends the whole judgement as one document.
pub fn push_document(out: &mut Vec<u8>, judged: &CheckedResponse<'_>) {
    push_json(out, &Document::new(judged));
    out.push(b'\n');
}

/// Appends a line for each verdict, each violation, and one for the whole.
pub fn push_lines(out: &mut Vec<u8>, judged: &CheckedResponse<'_>) {
    let document = Document::new(judged);
    for verdict in &document.verdicts {
        push_line(out, "verdict", verdict);
    }
    for violation in &document.violations {
        push_line(out, "violation", violation);
    }
    push_line(out, "summary", &document.summary);
}

fn push_line<T: Serialize>(out: &mut Vec<u8>, kind: &'static str, row: &T) {
    #[derive(Serialize)]
    struct Line<'a, T> {
        r#type: &'static str,
        #[serde(flatten)]
        row: &'a T,
    }
    push_json(out, &Line { r#type: kind, row });
    out.push(b'\n');
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    summary: Summary<'a>,
    verdicts: Vec<VerdictRow<'a>>,
    violations: Vec<ViolationRow<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
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
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VerdictRow<'a> {
    record_id: Option<&'a str>,
    /// Places count from 1, as everywhere in `fh`.
    index: Option<usize>,
    response_index: Option<usize>,
    fate: &'static str,
    #[serde(flatten)]
    failure: Option<FailureRow>,
    bytes_in: Option<usize>,
    bytes_out: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ViolationRow<'a> {
    rule: &'static str,
    severity: &'static str,
    record_id: Option<&'a str>,
    pointer: &'a str,
    message: &'a str,
    hint: &'a str,
    #[serde(flatten)]
    failure: Option<FailureRow>,
}

impl<'a> Document<'a> {
    pub(crate) fn new(judged: &CheckedResponse<'a>) -> Self {
        let judgement = judged.judgement;
        let verdict = |verdict| VerdictRow::new(verdict, judged.retries);
        let lost = judgement.lost.iter().map(VerdictRow::of_lost_data);
        let violation = |violation| ViolationRow::new(violation, judged.retries);
        Self {
            summary: Summary::new(judged),
            verdicts: judgement.verdicts.iter().map(verdict).chain(lost).collect(),
            violations: judgement.violations.iter().map(violation).collect(),
        }
    }
}

impl<'a> Summary<'a> {
    fn new(judged: &CheckedResponse<'a>) -> Self {
        let judgement = judged.judgement;
        let sizes = judgement.sizes;
        let errors = judgement.violations.iter();
        let errors = errors.filter(|it| it.rule.severity() == Severity::Error).count();
        let counts = judgement.counts();
        Self {
            event: judged.event,
            response: judged.response,
            records: judgement.verdicts.len(),
            delivered: counts.delivered,
            dropped: counts.dropped,
            failed: counts.failed,
            silently_lost: judgement.lost.len(),
            errors: errors + judgement.omitted.errors,
            warnings: judgement.violations.len() - errors + judgement.omitted.warnings,
            omitted: judgement.omitted.errors + judgement.omitted.warnings,
            event_bytes: sizes.event,
            response_bytes: sizes.response,
            limit_bytes: MAX_RESPONSE_PAYLOAD,
            growth: (sizes.growth() * 1000.0).round() / 1000.0,
            payload_bytes_in: sizes.payloads_in,
            payload_bytes_out: sizes.payloads_out,
        }
    }
}

impl<'a> VerdictRow<'a> {
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
