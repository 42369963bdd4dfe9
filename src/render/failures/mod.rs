//! What failed: kinds of failures with a picture of them over time, or each
//! record.

mod about;
mod by_code;
mod chart;
mod commands;
mod details;
mod group;
mod html;
mod markdown;
mod names;
mod overview;
mod put_back;
mod records;
mod rows;
mod sample;
mod shapes;

pub use about::About;
pub use records::{Failed, FailedView};
use serde::Serialize;

use super::Document;
use super::page::{LABEL, Page};
use crate::terminal;
use crate::times::Clock;
use details::Details;
use firehose::failure::{FailureGroup, FailureGroups, LeftOut};
use firehose::redrive::PutBack;
use rows::FailuresDocument;

/// Groups that are shown in full; a page of them is as much as anybody reads.
const MAX_DETAILED: usize = 5;

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
    /// Why not all of it was read; `None` if it was.
    pub incomplete: Option<&'a str>,
    /// What could not be read in full, and why: names of inputs, which are the words
    /// of others.
    pub unread: &'a [String],
    /// Examples are left out: they may hold what the reader may not see.
    pub no_payload: bool,
    /// When this is shown, in milliseconds since 1970.
    pub made: i64,
    /// Shows the times.
    pub clock: &'a Clock,
    /// What was asked for, which a page begins with.
    pub about: About,
    /// The delivery stream that was asked for, as it was given.
    pub stream: Option<&'a str>,
    /// The rest of the command line that shows what putting them back would do.
    pub redrive: Option<&'a str>,
    /// Which of them were put back from this machine, if any were.
    pub put_back: Option<&'a PutBack>,
    /// Flags of AWS as they were given, each after a blank.
    pub aws_flags: String,
}

/// What is said before the command that puts records back.
const PUT_BACK: &str = "once the cause is fixed; this shows what would be sent:";
/// The same below a title.
const PUT_BACK_LATER: &str = "Once the cause is fixed; this shows what would be sent:";

impl Document for FailureSummary<'_> {
    fn json(&self) -> impl Serialize {
        FailuresDocument::new(self)
    }

    /// What, how much, since when, an example, what to do next.
    fn text(&self, page: &mut Page<'_>) {
        if self.kinds.records == 0 {
            return;
        }
        group::push_head(page, self);
        chart::push(page, self);
        let sorted = self.kinds.sorted();
        overview::push(page, self, &sorted);
        self.detailed(&sorted, |kind, details| group::kind(page, self, kind, &details));
        let more = [overview::without_details(&sorted), self.not_grouped()];
        for text in more.into_iter().flatten() {
            page.line(&format!("\n{text}"));
        }
        if let Some(redrive) = commands::redrive(self, &sorted) {
            page.line("");
            page.labelled("Put back", PUT_BACK);
            page.line(&format!("{:LABEL$}{redrive}", ""));
        }
    }
}

impl FailureSummary<'_> {
    /// One HTML file to send on.
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// Markdown for a ticket.
    pub fn markdown(&self) -> String {
        markdown::page(self)
    }

    /// Calls `show` for each kind that is shown in full.
    fn detailed(&self, sorted: &[&FailureGroup], mut show: impl FnMut(&FailureGroup, Details)) {
        let mut samples = sample::SampleDecoder::new();
        for (kind, number) in sorted.iter().take(MAX_DETAILED).zip(1..) {
            show(kind, Details::new(self, kind, number, &mut samples));
        }
    }

    /// What is said of the records of more kinds than are counted separately.
    fn not_grouped(&self) -> Option<String> {
        let records = terminal::plural(self.kinds.other, "record");
        (self.kinds.other > 0).then(|| format!("{records} of other kinds, not listed separately"))
    }
}

/// `3 lines that are not failure records`; `more` stands before `lines`.
pub fn not_failure_records(count: u64, more: &str) -> String {
    match count {
        1 => format!("1 {more}line that is not a failure record"),
        _ => format!("{} {more}lines that are not failure records", terminal::group(count)),
    }
}
