//! What a redrive would do, and what it did.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::json::push_json;
use super::left_out::{self, LeftOutRow};
use super::page::Page;
use crate::terminal::{self, BOLD, Terminal};
use crate::times::{self, Clock, Rate};
use firehose::redrive::{Amount, EarlierSummary, Reason, RecordCounts, Skipped};
use firehose::size;
use firehose::stream::DeliveryStream;

/// Places of a reason, and runs of duplicates, that are shown to people.
const SHOWN: usize = 3;
const SHOWN_RUNS: usize = 10;
/// Where the text of a list starts.
const LIST: usize = 12;

/// What a redrive would do.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Where the records go.
    pub stream: &'a DeliveryStream,
    /// The address that is called instead of AWS.
    pub endpoint: Option<&'a str>,
    /// Path of the ledger.
    pub ledger: &'a str,
    /// There is no ledger as yet.
    pub is_new: bool,
    /// What is known to have been sent into this stream before.
    pub earlier: Option<EarlierSummary>,
    /// The records.
    pub tally: &'a RecordCounts,
    /// Records a second at most.
    pub rate: Option<Rate>,
    /// Nothing will be sent.
    pub is_dry_run: bool,
}

/// What it did.
#[derive(Debug, Default)]
pub struct Sent<'a> {
    /// Records that Firehose has taken in this run.
    pub acknowledged: Amount,
    /// Records that it does not have.
    pub refused: u64,
    /// Records of which nobody knows.
    pub unknown: u64,
    /// Why it ended before all were acknowledged.
    pub reason: Option<String>,
    /// How long it took.
    pub took: Duration,
    /// Objects that were tagged, of those to be tagged.
    pub tagged: Option<(u64, u64)>,
    /// Records that may be in the stream twice.
    pub duplicates: Vec<DuplicateRun<'a>>,
}

/// Records in a row that may be in the stream twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateRun<'a> {
    /// Name of the object.
    pub source: &'a str,
    /// Number of the first record in it, from 1.
    pub first: u64,
    /// That of the last.
    pub last: u64,
}

impl Sent<'_> {
    fn duplicate_records(&self) -> u64 {
        self.duplicates.iter().map(|run| run.last - run.first + 1).sum()
    }
}

/// Appends the plan for people.
pub fn push_plan(out: &mut Vec<u8>, plan: &Plan<'_>, clock: &Clock, terminal: &Terminal) {
    let mut page = Page::new(terminal);
    let Plan { stream, tally, .. } = plan;
    let at = plan.endpoint.map(|url| format!(" at {}", safe(url))).unwrap_or_default();
    let head = format!(
        "redrive into {} ({}, account {}){at}",
        safe(&stream.name),
        safe(stream.region()),
        safe(stream.account())
    );
    page.line(&terminal.paint(BOLD, &head));
    page.labelled("earlier", &earlier(plan.earlier, clock));
    let records = terminal::plural(tally.records, "record");
    let objects = terminal::plural(tally.objects, "object");
    let strange = match tally.strange_objects {
        0 => String::new(),
        count => format!("; other data in {} of them", terminal::group(count)),
    };
    page.labelled("read", &format!("{records} in {objects}{strange}"));
    if tally.filtered > 0 {
        let records = terminal::plural(tally.filtered, "record");
        page.labelled("left out", &format!("{records}, by the filters"));
    }
    for sentence in left_out::sentences(&tally.left_out) {
        page.labelled("objects", &sentence);
    }
    if tally.left_out.other_streams > 0 && tally.objects == 0 {
        page.labelled("", "hint: `--any-stream` includes them");
    }
    if tally.acknowledged.records > 0 {
        let amount = amount(tally.acknowledged);
        page.labelled("done", &format!("{amount}: acknowledged by an earlier run"));
    }
    to_send(&mut page, plan);
    skipped(&mut page, &tally.skipped);
    let is_new = if plan.is_new { " (new)" } else { "" };
    page.labelled("ledger", &format!("{}{is_new}", safe(plan.ledger)));
    out.extend_from_slice(page.out.as_bytes());
}

fn earlier(earlier: Option<EarlierSummary>, clock: &Clock) -> String {
    let Some(EarlierSummary { records, ledgers, last }) = earlier else {
        return "no earlier redrive known on this machine".to_owned();
    };
    let records = terminal::plural(records, "record");
    let ledgers = terminal::plural(ledgers, "ledger");
    format!("{records} sent into this stream, last at {} ({ledgers})", clock.show(last))
}

fn to_send(page: &mut Page<'_>, plan: &Plan<'_>) {
    let Plan { tally, rate, .. } = plan;
    let limit = if tally.is_cut { ", and then stop (--limit)" } else { "" };
    let time = rate.map(|rate| {
        let length = times::length(rate.seconds_for(tally.to_send.records));
        format!(", {length} at {rate} records a second")
    });
    let time = time.unwrap_or_default();
    if tally.to_send.records == 0 {
        return page.labelled("to send", "nothing");
    }
    page.labelled("to send", &format!("{}{time}{limit}", amount(tally.to_send)));
    let mut codes: Vec<_> = tally.codes.iter().filter(|(code, _)| !code.is_empty()).collect();
    codes.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.records));
    for (code, amount) in codes {
        list(page, amount.records, &safe(code));
    }
    if tally.again.records > 0 {
        let text = format!(
            "{} of them were sent before without a known response: they may arrive twice \
             (--on-unknown)",
            terminal::group(tally.again.records)
        );
        page.labelled("again", &text);
    }
    if tally.same_bytes.records > 0 {
        let text = format!(
            "{} of them have the same bytes as records sent before from other objects or places: \
             copies would arrive twice",
            terminal::group(tally.same_bytes.records)
        );
        page.labelled("same", &text);
    }
}

fn skipped(page: &mut Page<'_>, skipped: &BTreeMap<Reason, Skipped>) {
    if skipped.is_empty() {
        return;
    }
    let all = skipped.values().map(|it| it.amount.records).sum();
    page.labelled("skipped", &terminal::plural(all, "record"));
    for (reason, skipped) in skipped {
        list(page, skipped.amount.records, reason.description());
        for place in skipped.places.iter().take(SHOWN) {
            item(page, &safe(place));
        }
        let more = skipped.amount.records.saturating_sub(SHOWN as u64);
        if more > 0 {
            item(page, &format!("… and {} more", terminal::group(more)));
        }
        if let Some(hint) = reason.hint() {
            item(page, &format!("hint: {hint}"));
        }
    }
}

/// A count, and what it counts.
fn list(page: &mut Page<'_>, count: u64, text: &str) {
    let start = format!("{:>LIST$}", terminal::group(count));
    page.hanging(&start, &start, LIST + 2, text);
}

fn item(page: &mut Page<'_>, text: &str) {
    page.hanging("", "", LIST + 2, text);
}

/// Appends what was done, for people.
pub fn push_sent(out: &mut Vec<u8>, sent: &Sent<'_>, terminal: &Terminal) {
    let mut page = Page::new(terminal);
    if sent.acknowledged.records + sent.refused + sent.unknown > 0 {
        let took = match i64::try_from(sent.took.as_secs()).unwrap_or(i64::MAX) {
            0 => "less than a second".to_owned(),
            seconds => times::length(seconds),
        };
        let text = match sent.acknowledged.records {
            0 => format!("nothing was acknowledged in {took}"),
            _ => format!("{}, acknowledged in {took}", amount(sent.acknowledged)),
        };
        page.labelled("sent", &text);
    }
    if sent.refused > 0 {
        page.labelled("not sent", &terminal::plural(sent.refused, "record"));
    }
    if sent.unknown > 0 {
        let text = format!(
            "{}: no response; they may or may not have arrived",
            terminal::plural(sent.unknown, "record")
        );
        page.labelled("unknown", &text);
    }
    if let Some(reason) = &sent.reason {
        page.labelled("because", &safe(reason));
    }
    let twice = sent.duplicate_records();
    if twice > 0 {
        let records = terminal::plural(twice, "record");
        let text = format!(
            "{records} may have arrived twice: there was no response, and they were sent \
                 again"
        );
        page.labelled("twice?", &text);
        for run in sent.duplicates.iter().take(SHOWN_RUNS) {
            let records = if run.first == run.last {
                format!("record {}", run.first)
            } else {
                format!("records {} to {}", run.first, run.last)
            };
            item(&mut page, &format!("{}: {records}", safe(run.source)));
        }
        let more = sent.duplicates.len().saturating_sub(SHOWN_RUNS) as u64;
        if more > 0 {
            let more = terminal::plural(more, "more place");
            item(&mut page, &format!("… and {more} (all in `--output json`)"));
        }
    }
    if let Some((tagged, wanted)) = sent.tagged {
        let objects = terminal::plural(tagged, "object");
        let of = if tagged < wanted { format!(" of {wanted}") } else { String::new() };
        page.labelled("tagged", &format!("{objects}{of}"));
    }
    out.extend_from_slice(page.out.as_bytes());
}

fn amount(amount: Amount) -> String {
    format!("{}, {}", terminal::plural(amount.records, "record"), size(amount.bytes))
}

fn safe(text: &str) -> String {
    terminal::escape_line(text.as_bytes())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    stream: &'a str,
    ledger: &'a str,
    earlier_redrive: Option<EarlierRow>,
    dry_run: bool,
    objects: u64,
    strange_objects: u64,
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
#[serde(rename_all = "camelCase")]
struct SentRow<'a> {
    acknowledged: AmountRow,
    not_sent: u64,
    unknown: u64,
    reason: Option<&'a str>,
    seconds: u64,
    tagged: Option<u64>,
    possible_duplicates: &'a [DuplicateRun<'a>],
}

/// Appends all of it as one JSON document; `sent` is there if anything was
/// tried.
pub fn push_document(out: &mut Vec<u8>, plan: &Plan<'_>, sent: Option<&Sent<'_>>) {
    let tally = plan.tally;
    let document = Document {
        stream: &plan.stream.arn,
        ledger: plan.ledger,
        earlier_redrive: plan.earlier.map(EarlierRow::from),
        dry_run: plan.is_dry_run,
        objects: tally.objects,
        strange_objects: tally.strange_objects,
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
        sent: sent.map(|sent| SentRow {
            acknowledged: sent.acknowledged.into(),
            not_sent: sent.refused,
            unknown: sent.unknown,
            reason: sent.reason.as_deref(),
            seconds: sent.took.as_secs(),
            tagged: sent.tagged.map(|(tagged, _)| tagged),
            possible_duplicates: &sent.duplicates,
        }),
    };
    push_json(out, &document);
    out.push(b'\n');
}
