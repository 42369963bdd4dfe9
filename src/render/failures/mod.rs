//! What failed: kinds of failures with a picture of them over time, or each
//! record.

mod chart;
mod kinds;
mod place;
mod records;
mod rows;
mod sample;

pub use records::{Failed, FailedView};
pub use rows::{push_document, push_lines};

use super::page::{LABEL, Page};
use super::table::{Column, Table};
use crate::terminal::{self, Terminal};
use crate::times::Clock;
use firehose::failure::{FailureGroup, FailureGroups, LeftOut};

/// Groups that are shown in full; a page of them is as much as anybody reads.
const TOLD: usize = 5;
/// Columns below which the longest codes leave no room beside them.
const NARROW: usize = 80;
/// The others that have a line each.
const NAMED: usize = 20;

/// What was found.
#[derive(Debug)]
pub struct Report<'a> {
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

/// Appends the kinds for people: what, how much, since when, an example, what
/// to do next.
pub fn push_text(out: &mut Vec<u8>, report: &Report<'_>, terminal: &Terminal) {
    let mut page = Page::new(terminal);
    kinds::head(&mut page, report);
    chart::push(&mut page, report);
    let sorted = report.kinds.sorted();
    let mut samples = sample::Samples::new();
    for (kind, number) in sorted.iter().take(TOLD).zip(1..) {
        kinds::kind(&mut page, report, kind, number, &mut samples);
    }
    others(&mut page, &sorted);
    if report.kinds.other > 0 {
        let records = terminal::plural(report.kinds.other, "record");
        page.line(&format!("\n{records} of other kinds, which are not told apart"));
    }
    if let Some(redrive) = report.redrive {
        page.line("");
        page.labelled("Put back", "when the cause is fixed; this shows first what would be sent:");
        page.line(&format!("{:LABEL$}{redrive}", ""));
    }
    out.extend_from_slice(page.out.as_bytes());
}

/// `3 lines that are not failure records`; `more` stands before `lines`.
pub fn not_failure_records(count: u64, more: &str) -> String {
    match count {
        1 => format!("1 {more}line that is not a failure record"),
        _ => format!("{} {more}lines that are not failure records", terminal::group(count)),
    }
}

/// A code is to be copied, so it is cut only where there is no other way.
fn code_column(terminal: &Terminal) -> Column {
    let column = if terminal.table_width() < NARROW { Column::from_end } else { Column::left };
    column("code")
}

/// Appends a line for each of the kinds that are not told in full.
fn others(page: &mut Page<'_>, sorted: &[&FailureGroup]) {
    let rest = sorted.get(TOLD..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    let title = format!("{}:", terminal::plural(rest.len() as u64, "more kind"));
    let title = page.terminal.paint(terminal::BOLD, &title);
    page.line(&format!("\n{title}"));
    let mut table = Table::new(vec![
        Column::right("records"),
        code_column(page.terminal),
        Column::prose("message"),
    ]);
    for kind in rest.iter().take(NAMED) {
        table.row(vec![
            terminal::group(kind.records),
            place::safe(kind.code.as_deref().unwrap_or_default()),
            place::safe(kind.message.as_deref().unwrap_or_default()),
        ]);
    }
    let mut lines = Vec::new();
    table.push(&mut lines, page.terminal.table_width());
    page.out.push_str(&String::from_utf8_lossy(&lines));
    if let Some(more) = rest.len().checked_sub(NAMED).filter(|more| *more > 0) {
        page.line(&format!("… and {more} more: `--output table` has a row for each"));
    }
}

/// Appends a row for each kind.
pub fn push_table(out: &mut Vec<u8>, report: &Report<'_>, terminal: &Terminal) {
    let mut table = Table::new(vec![
        Column::right("records"),
        code_column(terminal),
        Column::left("attempts").dispensable(3),
        Column::left("function").dispensable(2),
        Column::left("first").dispensable(4),
        Column::left("last").dispensable(1),
        Column::prose("message"),
    ]);
    for kind in report.kinds.sorted() {
        let time = |time: Option<i64>| time.map(|it| report.clock.show(it)).unwrap_or_default();
        table.row(vec![
            terminal::group(kind.records),
            place::safe(kind.code.as_deref().unwrap_or_default()),
            kind.attempts.map(kinds::range).unwrap_or_default(),
            kind.function.as_deref().map(place::function_name).unwrap_or_default(),
            time(kind.arrivals.map(|(first, _)| first)),
            time(kind.arrivals.map(|(_, last)| last)),
            place::safe(kind.message.as_deref().unwrap_or_default()),
        ]);
    }
    if !table.is_empty() {
        table.push(out, terminal.table_width());
    }
}
