//! The kinds below each other: which, how many, since when.

use super::details::{code_of, mark, range, share};
use super::{FailureSummary, MAX_DETAILED, names};
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

/// A column that only some reports need: its title, and its text for a kind, which may
/// have the words of others.
type ExtraColumn = (&'static str, fn(&FailureGroup) -> String);

/// The columns that tell kinds of the same code and message apart, and that of what is
/// harmless.
pub(super) fn extra_columns(sorted: &[&FailureGroup]) -> Vec<ExtraColumn> {
    let shown = || sorted.iter().take(NAMED);
    let looks_like = |one: &FailureGroup, other: &FailureGroup| {
        let varies = one.messages_differ && other.messages_differ;
        one.code == other.code && (one.message == other.message || varies)
    };
    let any_two = |differ: fn(&FailureGroup, &FailureGroup) -> bool| {
        shown().any(|one| shown().any(|other| looks_like(one, other) && differ(one, other)))
    };
    let columns: [(bool, ExtraColumn); 3] = [
        (any_two(|one, other| one.attempts != other.attempts), ("attempts", attempts)),
        (any_two(|one, other| one.function != other.function), ("function", function)),
        (sorted.iter().any(|kind| kind.control_messages > 0), ("", mark)),
    ];
    columns.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, column)| column).collect()
}

fn attempts(kind: &FailureGroup) -> String {
    kind.attempts.map(|it| range(it.least, it.most)).unwrap_or_default()
}

fn function(kind: &FailureGroup) -> String {
    kind.function.as_deref().map(names::function_name).unwrap_or_default()
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
    for (title, text) in extra_columns(sorted) {
        columns.push(Column::left(title).cell(move |(_, kind): &Numbered<'_>| text(kind)));
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
