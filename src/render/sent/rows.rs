//! `--output json` of what was sent: a stable schema.

use serde::Serialize;

use super::{SavedFile, SentReport};
use crate::times;
use firehose::put::PutEnding;
use firehose::stream::DeliveryStream;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SentDocument<'a> {
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

impl<'a> SentDocument<'a> {
    pub(super) fn new(report: &'a SentReport<'_>) -> Self {
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
        Self {
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
        }
    }
}

fn file(kept: Option<&SavedFile>) -> Option<&str> {
    kept.map(|kept| kept.file.as_str())
}
