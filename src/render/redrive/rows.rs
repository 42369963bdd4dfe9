//! `--output json` of a redrive: a stable schema.

use serde::Serialize;

use super::{DuplicateRun, RedrivePlan, RedriveResult};
use crate::render::left_out::LeftOutRow;
use crate::times;
use firehose::redrive::{Amount, EarlierSummary};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RedriveDocument<'a> {
    stream: &'a str,
    ledger: String,
    earlier_redrive: Option<EarlierRow>,
    dry_run: bool,
    objects: u64,
    strange_objects: u64,
    /// Objects that are damaged themselves, such as a truncated one.
    damaged_objects: DamagedRow<'a>,
    left_out: LeftOutRow,
    records: u64,
    filtered: u64,
    acknowledged_before: AmountRow,
    to_send: AmountRow,
    again: AmountRow,
    same_bytes: AmountRow,
    limited: bool,
    codes: Vec<CodeRow<'a>>,
    skipped: Vec<SkippedRow<'a>>,
    sent: Option<SentRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EarlierRow {
    records: u64,
    ledgers: u64,
    last: Option<String>,
}

impl From<EarlierSummary> for EarlierRow {
    fn from(it: EarlierSummary) -> Self {
        Self { records: it.records, ledgers: it.ledgers, last: times::rfc3339(it.last) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AmountRow {
    records: u64,
    bytes: u64,
}

impl From<Amount> for AmountRow {
    fn from(it: Amount) -> Self {
        Self { records: it.records, bytes: it.bytes }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CodeRow<'a> {
    code: Option<&'a str>,
    #[serde(flatten)]
    amount: AmountRow,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SkippedRow<'a> {
    reason: &'a str,
    #[serde(flatten)]
    amount: AmountRow,
    places: &'a [String],
}

#[derive(Serialize)]
struct DamagedRow<'a> {
    objects: u64,
    places: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SentRow<'a> {
    acknowledged: AmountRow,
    not_sent: u64,
    unknown: u64,
    reason: Option<&'a str>,
    seconds: u64,
    tagged: Option<u64>,
    visible_by: Option<String>,
    visible_by_ms: Option<i64>,
    possible_duplicates: &'a [DuplicateRun<'a>],
}

impl<'a> RedriveDocument<'a> {
    /// `sent` is there if anything was tried, with when all of it can be seen.
    pub(super) fn new(
        plan: &RedrivePlan<'a>,
        sent: Option<(&'a RedriveResult<'a>, Option<i64>)>,
    ) -> Self {
        let tally = plan.tally;
        Self {
            stream: &plan.stream.arn,
            ledger: plan.ledger.display().to_string(),
            earlier_redrive: plan.earlier.map(EarlierRow::from),
            dry_run: plan.is_dry_run,
            objects: tally.objects,
            strange_objects: tally.strange_objects,
            damaged_objects: DamagedRow {
                objects: tally.damaged_objects,
                places: &tally.damaged_places,
            },
            left_out: tally.left_out.into(),
            records: tally.records,
            filtered: tally.filtered,
            acknowledged_before: tally.acknowledged.into(),
            to_send: tally.to_send.into(),
            again: tally.again.into(),
            same_bytes: tally.same_bytes.into(),
            limited: tally.is_cut,
            codes: tally
                .codes
                .iter()
                .map(|(code, amount)| CodeRow {
                    code: Some(code.as_str()).filter(|code| !code.is_empty()),
                    amount: (*amount).into(),
                })
                .collect(),
            skipped: tally
                .skipped
                .iter()
                .map(|(reason, it)| SkippedRow {
                    reason: reason.as_str(),
                    amount: it.amount.into(),
                    places: &it.places,
                })
                .collect(),
            sent: sent.map(|(sent, visible_by)| SentRow {
                acknowledged: sent.acknowledged.into(),
                not_sent: sent.refused,
                unknown: sent.unknown,
                reason: sent.reason.as_deref(),
                seconds: sent.took.as_secs(),
                tagged: sent.tagged.map(|(tagged, _)| tagged),
                visible_by: visible_by.and_then(times::rfc3339),
                visible_by_ms: visible_by,
                possible_duplicates: &sent.duplicates,
            }),
        }
    }
}
