//! What failed: kinds of failures with a picture of them over time, or each
//! record.

mod chart;
mod group;
mod names;
mod records;
mod rows;
mod sample;

pub use records::{Failed, FailedView};
use serde::Serialize;

use super::Document;
use super::page::{LABEL, Page, safe};
use super::table::Column;
use crate::terminal;
use crate::times::Clock;
use firehose::failure::{FailureGroup, FailureGroups, LeftOut};
use rows::FailuresDocument;

/// Groups that are shown in full; a page of them is as much as anybody reads.
const MAX_DETAILED: usize = 5;
/// The others that have a line each.
const NAMED: usize = 20;

/// What was found.
#[derive(Debug)]
pub struct FailureSummary<'a> {
    /// The kinds.
    pub kinds: &'a FailureGroups,
    /// Inputs that were read.
    pub inputs: u64,
    /// Objects and files that were left out on purpose.
    pub left_out: LeftOut,
    /// What arrived later may not be in S3 yet: milliseconds since 1970.
    pub complete_until: Option<i64>,
    /// Why it may not be all that was asked for, a sentence each.
    pub missing: Vec<&'a str>,
    /// Shows the times.
    pub clock: &'a Clock,
    /// The command line that shows what putting them back would do.
    pub redrive: Option<&'a str>,
}

impl Document for FailureSummary<'_> {
    fn json(&self) -> impl Serialize {
        FailuresDocument::new(self)
    }

    /// What, how much, since when, an example, what to do next.
    fn text(&self, page: &mut Page<'_>) {
        if self.kinds.records == 0 {
            return;
        }
        group::head(page, self);
        chart::push(page, self);
        let sorted = self.kinds.sorted();
        let mut samples = sample::SampleDecoder::new();
        for (kind, number) in sorted.iter().take(MAX_DETAILED).zip(1..) {
            group::kind(page, self, kind, number, &mut samples);
        }
        others(page, &sorted);
        if self.kinds.other > 0 {
            let records = terminal::plural(self.kinds.other, "record");
            page.line(&format!("\n{records} of other kinds, not listed separately"));
        }
        if let Some(redrive) = self.redrive {
            page.line("");
            page.labelled("Put back", "once the cause is fixed; this shows what would be sent:");
            page.line(&format!("{:LABEL$}{redrive}", ""));
        }
    }
}

/// `3 lines that are not failure records`; `more` stands before `lines`.
pub fn not_failure_records(count: u64, more: &str) -> String {
    match count {
        1 => format!("1 {more}line that is not a failure record"),
        _ => format!("{} {more}lines that are not failure records", terminal::group(count)),
    }
}

/// Appends a line for each of the kinds that are not shown in full.
fn others(page: &mut Page<'_>, sorted: &[&FailureGroup]) {
    let rest = sorted.get(MAX_DETAILED..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    let title = format!("{}:", terminal::plural(rest.len() as u64, "more kind"));
    let title = page.terminal.paint(terminal::BOLD, &title);
    page.line(&format!("\n{title}"));
    let text = |text: &Option<String>| safe(text.as_deref().unwrap_or_default());
    let columns = [
        Column::right("records").cell(|kind: &&FailureGroup| terminal::group(kind.records)),
        Column::copied("code").cell(move |kind: &&FailureGroup| text(&kind.code)),
        Column::prose("message").cell(move |kind: &&FailureGroup| text(&kind.message)),
    ];
    page.rows(rest.iter().copied().take(NAMED), &columns);
    if let Some(more) = rest.len().checked_sub(NAMED).filter(|more| *more > 0) {
        page.line(&format!("… and {more} more: `--output table` lists all"));
    }
}
