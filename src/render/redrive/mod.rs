//! What a redrive would do, and what it did.

mod plan;
mod rows;
mod sent;

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::Document;
use super::page::Page;
use super::visible;
use crate::terminal;
use crate::times::{self, Rate};
use firehose::redrive::{Amount, EarlierSummary, RecordCounts};
use firehose::size;
use firehose::stream::DeliveryStream;
use firehose::time;
use rows::RedriveDocument;

/// Where the text of a list starts.
const LIST: usize = 12;

/// What a redrive would do.
#[derive(Debug)]
pub struct RedrivePlan<'a> {
    /// Where the records go.
    pub stream: &'a DeliveryStream,
    /// The address that is called instead of AWS.
    pub endpoint: Option<&'a str>,
    /// Path of the ledger.
    pub ledger: &'a Path,
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
pub struct RedriveResult<'a> {
    /// Records that Firehose has taken in this run.
    pub acknowledged: Amount,
    /// Records that it does not have.
    pub refused: u64,
    /// Records whose outcome is unknown.
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

/// A redrive from its plan to its end.
#[derive(Debug)]
pub struct RedriveReport<'a> {
    /// What it was to do.
    pub plan: RedrivePlan<'a>,
    /// What it did.
    pub sent: RedriveResult<'a>,
    /// The stream as it was given, for other commands.
    pub name: &'a str,
    /// Flags for other commands.
    pub flags: String,
    /// When it ended, in milliseconds since 1970.
    pub ended: i64,
}

impl Document for RedrivePlan<'_> {
    fn json(&self) -> impl Serialize {
        RedriveDocument::new(self, None)
    }

    fn text(&self, page: &mut Page<'_>) {
        plan::fill(page, self);
    }
}

/// The document has the plan too, which people have seen before.
impl Document for RedriveReport<'_> {
    fn json(&self) -> impl Serialize {
        RedriveDocument::new(&self.plan, Some((&self.sent, self.visible_by())))
    }

    fn text(&self, page: &mut Page<'_>) {
        sent::fill(page, &self.sent);
        if self.sent.acknowledged.records > 0 {
            visible::push(page, self.plan.stream, self.ended);
            // What fails again keeps the time of its new arrival.
            let began = time::before(self.ended, self.sent.took);
            let since = times::rfc3339(began).unwrap_or_else(|| "15m".to_owned());
            visible::next(page, self.name, Some(self.plan.stream), &self.flags, &since);
        }
    }
}

impl RedriveReport<'_> {
    /// When all that was acknowledged can be seen at the latest.
    fn visible_by(&self) -> Option<i64> {
        let is_any = self.sent.acknowledged.records > 0;
        visible::by(self.plan.stream, self.ended).filter(|_| is_any)
    }
}

impl RedriveResult<'_> {
    fn duplicate_records(&self) -> u64 {
        self.duplicates.iter().map(|run| run.last - run.first + 1).sum()
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

fn amount(amount: Amount) -> String {
    format!("{}, {}", terminal::plural(amount.records, "record"), size(amount.bytes))
}
