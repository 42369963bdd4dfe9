//! What was put into a delivery stream, or would be.

mod dry_run;
mod rows;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

pub use dry_run::{DryRun, DryRunPlan};
use rows::SentDocument;

use super::Document;
use super::page::{Page, safe};
use super::visible;
use crate::sending::SendReport;
use crate::terminal::{self, BOLD, ERROR, GOOD};
use firehose::names::DeliveryStreamName;
use firehose::put::{PendingRecord, PutEnding};
use firehose::size;
use firehose::stream::DeliveryStream;

/// Reasons, and runs of duplicates, that are shown to people.
const SHOWN: usize = 5;
const SHOWN_RUNS: usize = 10;

/// Records in a file.
#[derive(Debug)]
pub struct SavedFile {
    /// Its name.
    pub file: String,
    /// Count of records.
    pub records: u64,
    /// What sends them.
    pub command: String,
}

/// What is left of the records.
#[derive(Debug, Default)]
pub struct Left {
    /// Those that were not accepted.
    pub unsent: Option<SavedFile>,
    /// Of those, records that were never sent.
    pub unread: u64,
    /// Records whose outcome is unknown.
    pub unknown: Option<SavedFile>,
    /// Those over the size limit.
    pub too_large: Option<SavedFile>,
    /// Command that sends the records that were never sent, from where they are.
    pub rest: Option<String>,
    /// True if the input had more to say.
    pub is_cut: bool,
}

/// What was sent.
#[derive(Debug)]
pub struct SentReport<'a> {
    /// Where to.
    pub stream: &'a DeliveryStreamName,
    /// How that is set up, if one may know.
    pub described: Option<&'a DeliveryStream>,
    /// Its Region.
    pub region: &'a str,
    /// What came of it.
    pub sent: &'a SendReport,
    /// What is left.
    pub left: &'a Left,
    /// What demo records were made from.
    pub seed: Option<u64>,
    /// When it ended, in milliseconds since 1970.
    pub ended: i64,
    /// Flags for other commands.
    pub flags: String,
}

impl SentReport<'_> {
    /// Records that are sure to be there, and all that are known of.
    fn shares(&self) -> (u64, u64) {
        let finished = &self.sent.finished;
        let left = finished.refused.len() + finished.unknown.len();
        let acknowledged = finished.counts.acknowledged;
        (acknowledged, acknowledged + left as u64 + self.left.unread)
    }

    fn refused(&self) -> impl Iterator<Item = &PendingRecord> {
        self.sent.finished.refused.iter().filter(|record| record.attempts > 0)
    }

    fn not_sent(&self) -> u64 {
        let never = |record: &&PendingRecord| record.attempts == 0;
        self.sent.finished.refused.iter().filter(never).count() as u64 + self.left.unread
    }

    fn possible_duplicates(&self) -> u64 {
        self.sent.finished.duplicates.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// When all can be seen at the latest, in milliseconds since 1970.
    fn visible_by(&self) -> Option<i64> {
        visible::by(self.described?, self.ended)
    }
}

impl Document for SentReport<'_> {
    fn json(&self) -> impl Serialize {
        SentDocument::new(self)
    }

    fn text(&self, page: &mut Page<'_>) {
        head(page, self);
        problems(page, self);
        left(page, self.left);
        if self.sent.finished.counts.acknowledged > 0 {
            if let Some(stream) = self.described {
                visible::push(page, stream, self.ended);
            }
            let name = self.stream.arn().unwrap_or(self.stream.as_str());
            visible::next(page, name, self.described, &self.flags, "15m");
        }
    }
}

fn head(page: &mut Page<'_>, report: &SentReport<'_>) {
    let (acknowledged, all) = report.shares();
    let counts = report.sent.finished.counts;
    let elapsed = report.sent.elapsed;
    let what = match (acknowledged, all) {
        (_, 0) => "nothing to send".to_owned(),
        (some, all) if some == all => format!("{} acknowledged", terminal::plural(all, "record")),
        (some, all) => {
            format!("{} of {} acknowledged", terminal::group(some), terminal::plural(all, "record"))
        }
    };
    let style = if acknowledged == all { GOOD } else { ERROR };
    let requests = terminal::plural(counts.requests, "request");
    let rate =
        rate(acknowledged, elapsed).map(|rate| format!(", {} a second", terminal::group(rate)));
    page.line(&format!(
        "{}: {}, {} in {requests}, {:.1} s{}",
        page.terminal.paint(BOLD, report.stream.as_str()),
        page.terminal.paint(style, &what),
        size(counts.bytes),
        elapsed.as_secs_f64(),
        rate.unwrap_or_default()
    ));
    if counts.retries > 0 {
        let records = terminal::plural(counts.retries, "record");
        let mut why = Vec::new();
        if counts.refusals > 0 {
            why.push(format!("{} refused", terminal::plural(counts.refusals, "entry")));
        }
        if counts.lost_answers > 0 {
            why.push(format!("{} lost", terminal::plural(counts.lost_answers, "response")));
        }
        let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
        page.labelled("retries", &format!("{records} sent again{why}"));
    }
}

fn problems(page: &mut Page<'_>, report: &SentReport<'_>) {
    let finished = &report.sent.finished;
    match &finished.ending {
        PutEnding::Complete => {}
        // The error says why.
        PutEnding::Refused(_) => page.labelled("stopped", "the stream accepts nothing"),
        PutEnding::GivenUp(why) => page.labelled("gave up", &safe(why)),
        PutEnding::Stopped => page.labelled("stopped", "before everything was sent"),
    }
    let mut reasons = BTreeMap::<&str, u64>::new();
    for record in report.refused() {
        *reasons.entry(record.refusal.as_deref().unwrap_or("the whole batch")).or_default() += 1;
    }
    for (reason, count) in reasons.iter().take(SHOWN) {
        page.labelled(
            "refused",
            &format!("{}: {}", terminal::plural(*count, "record"), safe(reason)),
        );
    }
    if report.not_sent() > 0 {
        page.labelled("not sent", &terminal::plural(report.not_sent(), "record"));
    }
    if report.sent.left_out > 0 {
        let times = terminal::group(report.sent.left_out);
        page.labelled("left out", &format!("{times} that cannot be sent, named above"));
    }
    if report.possible_duplicates() > 0 {
        let records = terminal::plural(report.possible_duplicates(), "record");
        let runs = runs(&finished.duplicates);
        page.labelled("twice?", &format!("{records} may be in the stream twice: {runs}"));
    }
}

/// `3-7, 12, …`.
fn runs(duplicates: &[(u64, u64)]) -> String {
    let run = |(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}-{last}"),
    };
    let mut shown: Vec<_> = duplicates.iter().take(SHOWN_RUNS).map(run).collect();
    if duplicates.len() > SHOWN_RUNS {
        shown.push("… (all in `--output json`)".to_owned());
    }
    format!("number {}", shown.join(", "))
}

fn left(page: &mut Page<'_>, left: &Left) {
    let files = [
        ("unsent", "that were not accepted", &left.unsent, true),
        ("unknown", "that may have been accepted", &left.unknown, true),
        ("too large", "over the size limit", &left.too_large, false),
    ];
    for (label, what, kept, can_be_sent) in files {
        let Some(kept) = kept else { continue };
        let records = terminal::plural(kept.records, "record");
        page.labelled(label, &format!("{records} {what}, saved in {}", safe(&kept.file)));
        if can_be_sent {
            visible::command(page, "", &kept.command);
        }
    }
    if let Some(rest) = &left.rest {
        visible::command(page, "the rest", rest);
    }
    if left.is_cut {
        page.labelled("the rest", "of the input was not read");
    }
}

fn rate(records: u64, elapsed: Duration) -> Option<u64> {
    let milliseconds = u64::try_from(elapsed.as_millis()).ok().filter(|it| *it >= 100)?;
    Some(records.saturating_mul(1000) / milliseconds).filter(|rate| *rate > 0)
}
