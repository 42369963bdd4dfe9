//! The kinds below each other: which, how many, since when.

use super::details::{code_of, mark, share};
use super::{FailureSummary, MAX_DETAILED};
use crate::render::page::{Page, safe};
use crate::render::table::{Column, ColumnOf};
use crate::terminal;
use firehose::failure::FailureGroup;

/// Kinds that have a line each.
pub(super) const NAMED: usize = 25;

/// A kind and its number, from 1.
type Numbered<'a> = (usize, &'a FailureGroup);

/// Appends a table of the kinds; nothing if there is but one.
pub(super) fn push(page: &mut Page<'_>, report: &FailureSummary<'_>, sorted: &[&FailureGroup]) {
    if sorted.len() < 2 {
        return;
    }
    page.line("");
    let rows = sorted.iter().copied().take(NAMED).zip(1..).map(|(kind, number)| (number, kind));
    page.rows(rows, &columns(report, sorted));
    if let Some(more) = more(sorted) {
        page.line(&more);
    }
}

/// What is said of the kinds that have no line.
pub(super) fn more(sorted: &[&FailureGroup]) -> Option<String> {
    let more = sorted.len().checked_sub(NAMED).filter(|more| *more > 0)?;
    Some(format!("… and {more} more: `--output table` lists all"))
}

/// What is said of the kinds that have no details.
pub(super) fn without_details(sorted: &[&FailureGroup]) -> Option<String> {
    let rest = sorted.len().checked_sub(MAX_DETAILED).filter(|rest| *rest > 0)?;
    let kinds = terminal::plural(rest as u64, "more kind");
    Some(format!("{kinds}: `--code CODE` shows the details of one"))
}

/// The first and the last arrival.
pub(super) fn times(report: &FailureSummary<'_>, kind: &FailureGroup) -> (String, String) {
    let Some((first, last)) = kind.arrivals else { return (String::new(), String::new()) };
    (report.clock.show_short(first), report.clock.show_short(last))
}

fn columns<'a>(
    report: &'a FailureSummary<'_>,
    sorted: &[&FailureGroup],
) -> Vec<ColumnOf<'a, Numbered<'a>>> {
    let mut codes: Vec<_> = sorted.iter().map(|kind| kind.code.as_deref()).collect();
    codes.sort_unstable();
    // Without details, or with the code of another, a kind is told by its message.
    let needs_messages =
        sorted.len() > MAX_DETAILED || codes.windows(2).any(|pair| pair.first() == pair.last());
    let is_marked = sorted.iter().any(|kind| kind.control_messages > 0);
    let mut columns = vec![
        Column::right("#").cell(|(number, _): &Numbered<'_>| number.to_string()),
        Column::right("records").cell(|(_, kind): &Numbered<'_>| terminal::group(kind.records)),
        Column::right("share").dispensable(4).cell(move |(_, kind): &Numbered<'_>| {
            share(report, kind).unwrap_or_else(|| "100%".to_owned())
        }),
        Column::left("code").cell(|(_, kind): &Numbered<'_>| code_of(kind)),
        Column::left("first")
            .dispensable(2)
            .cell(move |(_, kind): &Numbered<'_>| times(report, kind).0),
        Column::left("last")
            .dispensable(3)
            .cell(move |(_, kind): &Numbered<'_>| times(report, kind).1),
    ];
    if is_marked {
        columns.push(Column::left("").cell(|(_, kind): &Numbered<'_>| mark(kind)));
    }
    if needs_messages {
        columns.push(
            Column::prose("message")
                .dispensable(1)
                .cell(|(_, kind): &Numbered<'_>| safe(kind.message.as_deref().unwrap_or_default())),
        );
    }
    columns
}
