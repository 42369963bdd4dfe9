//! The report in JSON, and what a dry run says.

use serde::Serialize;

use super::{Report, SavedFile};
use crate::render::json::push_json;
use crate::terminal;
use crate::times;
use firehose::put::PutEnding;
use firehose::size;
use firehose::stream::DeliveryStream;

/// What would be sent.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Records.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Requests that take them.
    pub requests: u64,
    /// Records that cannot be sent.
    pub left_out: u64,
}

fn file(kept: Option<&SavedFile>) -> Option<&str> {
    kept.map(|kept| kept.file.as_str())
}

/// Appends what would be sent, for people.
pub fn push_plan(out: &mut Vec<u8>, plan: Option<Plan>) {
    let text = match plan {
        Some(plan) => format!(
            "dry run: {}, {} in {}; nothing was sent\n",
            terminal::plural(plan.records, "record"),
            size(plan.bytes),
            terminal::plural(plan.requests, "request")
        ),
        None => "dry run: nothing was sent\n".to_owned(),
    };
    out.extend_from_slice(text.as_bytes());
}

/// Appends what would be sent as one JSON document.
pub fn push_plan_document(out: &mut Vec<u8>, plan: Option<Plan>) {
    push_json(out, &PlanRow { dry_run: true, plan });
    out.push(b'\n');
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanRow {
    dry_run: bool,
    #[serde(flatten)]
    plan: Option<Plan>,
}

/// The report in `--output json`: a stable schema.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    stream: &'a str,
    region: &'a str,
    account: Option<&'a str>,
    ending: &'static str,
    reason: Option<&'a str>,
    acknowledged: u64,
    refused: u64,
    unknown: u64,
    not_sent: u64,
    left_out: u64,
    bytes: u64,
    requests: u64,
    retries: u64,
    refusals: u64,
    lost_answers: u64,
    possible_duplicates: &'a [(u64, u64)],
    seconds: f64,
    visible_by: Option<String>,
    visible_by_ms: Option<i64>,
    unsent_file: Option<&'a str>,
    unknown_file: Option<&'a str>,
    too_large: u64,
    too_large_file: Option<&'a str>,
    send_again: Vec<&'a str>,
    seed: Option<u64>,
}

/// Appends the report as one JSON document.
pub fn push_document(out: &mut Vec<u8>, report: &Report<'_>) {
    let finished = &report.sent.finished;
    let counts = finished.counts;
    let (ending, reason) = match &finished.ending {
        PutEnding::Complete => ("complete", None),
        PutEnding::Refused(why) => ("refused", Some(why.as_str())),
        PutEnding::GivenUp(why) => ("given-up", Some(why.as_str())),
        PutEnding::Stopped => ("stopped", None),
    };
    let visible_by = report.visible_by().filter(|_| counts.acknowledged > 0);
    let left = report.left;
    let again = [&left.unsent, &left.unknown].into_iter().flatten();
    let again = again.map(|kept| kept.command.as_str());
    let row = Row {
        stream: report.stream.as_str(),
        region: report.region,
        account: report.described.map(DeliveryStream::account),
        ending,
        reason,
        acknowledged: counts.acknowledged,
        refused: report.refused().count() as u64,
        unknown: finished.unknown.len() as u64,
        not_sent: report.not_sent(),
        left_out: report.sent.left_out,
        bytes: counts.bytes,
        requests: counts.requests,
        retries: counts.retries,
        refusals: counts.refusals,
        lost_answers: counts.lost_answers,
        possible_duplicates: &finished.duplicates,
        seconds: (report.sent.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        visible_by: visible_by.and_then(times::rfc3339),
        visible_by_ms: visible_by,
        unsent_file: file(left.unsent.as_ref()),
        unknown_file: file(left.unknown.as_ref()),
        too_large: left.too_large.as_ref().map_or(0, |kept| kept.records),
        too_large_file: file(left.too_large.as_ref()),
        send_again: again.chain(left.rest.as_deref()).collect(),
        seed: report.seed,
    };
    push_json(out, &row);
    out.push(b'\n');
}
