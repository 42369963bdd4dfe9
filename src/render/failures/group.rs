//! A kind of failure for people: what, how much, since when, an example, what
//! to do next.

use super::details::{Details, Example, span};
use super::{FailureSummary, chart, put_back};
use crate::render::page::{LABEL, Page, safe};
use crate::terminal::{self, BOLD, DIM, ERROR, WARN};
use firehose::failure::FailureGroup;
use firehose::size;

/// Column where the text after a label starts.
const TEXT: usize = LABEL;

/// Where the names of inputs that could not be read start.
const INDENT: usize = 2;

/// Lines of an example on a terminal, and columns of it elsewhere.
const LINES: usize = 3;
const LONGEST: usize = 400;

/// How much there is of everything, a line each: the first is a heading.
pub(super) fn head(report: &FailureSummary<'_>) -> Vec<String> {
    let kinds = report.kinds;
    let count = kinds.sorted().len() as u64;
    let amount = format!(
        "{} in {}, {}, {} of data",
        terminal::plural(kinds.records, "failed record"),
        terminal::plural(report.inputs, "input"),
        terminal::plural(count, "kind"),
        size(kinds.bytes),
    );
    let arrived =
        kinds.arrivals.map(|(first, last)| format!("arrived {}", span(report, first, last)));
    std::iter::once(amount).chain(arrived).chain(put_back::sentence(report)).collect()
}

/// Appends the head, after what is missing.
pub(super) fn push_head(page: &mut Page<'_>, report: &FailureSummary<'_>) {
    if let Some(incomplete) = report.incomplete {
        let text = page.terminal.paint(WARN, &format!("INCOMPLETE: {incomplete}"));
        page.line(&text);
    }
    for what in report.unread {
        page.prose(INDENT, &safe(what));
    }
    for (text, position) in head(report).into_iter().zip(0..) {
        let mut lines = String::new();
        terminal::push_wrapped(&mut lines, &text, 0, page.width);
        for line in lines.lines() {
            page.line(&if position == 0 {
                page.terminal.paint(BOLD, line)
            } else {
                line.to_owned()
            });
        }
    }
}

/// Appends one kind.
pub(super) fn kind(
    page: &mut Page<'_>,
    report: &FailureSummary<'_>,
    kind: &FailureGroup,
    details: &Details,
) {
    title(page, details);
    for fact in &details.facts {
        page.labelled(fact.label, &format!("{}{}", fact.quoted, fact.text));
    }
    chart::push_part(page, report, kind);
    if let Some(harmless) = &details.harmless {
        page.labelled("Harmless?", harmless);
    }
    example(page, &details.example);
    next(page, details);
}

/// `1 · Lambda.FunctionError · 5,210 records (71%)`, and what happened.
fn title(page: &mut Page<'_>, details: &Details) {
    let code = page.terminal.paint(ERROR, &details.code);
    let records = page.terminal.paint(BOLD, &details.records);
    let line = format!("{} · {code} · {records}", details.number);
    page.line("");
    page.line(&terminal::wrap(&line, 2, page.terminal.prose_width()));
    let mut block = String::new();
    terminal::push_wrapped(&mut block, details.happened, 0, page.width);
    page.out.push_str(&block);
}

fn example(page: &mut Page<'_>, example: &Example) {
    let Example { place, what, like, .. } = example;
    page.labelled("Example", &format!("{place}, {what}{like}"));
    if let Some(others) = &example.others {
        page.hanging("", "", TEXT, others);
    }
    let lines = &example.lines;
    let columns =
        if page.terminal.is_terminal { page.width.saturating_sub(TEXT).max(TEXT) } else { LONGEST };
    let most =
        if page.terminal.is_terminal && lines.len() == 1 { columns * LINES } else { columns };
    for line in lines {
        let text = terminal::fit(line, most);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (piece, after) = terminal::split_at_column(rest, columns);
            page.line(&format!("{:TEXT$}{piece}", ""));
            rest = after;
        }
    }
}

/// What to change, and the commands to run next: a line each, which is never broken,
/// so that it can be copied.
fn next(page: &mut Page<'_>, details: &Details) {
    let label = page.terminal.paint(BOLD, &format!("{:<TEXT$}", "Change"));
    let blank = " ".repeat(TEXT);
    for (item, position) in details.advice.iter().zip(0..) {
        let start = format!("{blank}- ");
        let shown = if position == 0 { format!("{label}- ") } else { start.clone() };
        page.hanging(&start, &shown, TEXT + 2, item);
    }
    let label = page.terminal.paint(BOLD, &format!("{:<TEXT$}", "Next"));
    for (command, position) in details.commands.lines.iter().zip(0..) {
        let start = if position == 0 { &label } else { &blank };
        page.line(&format!("{start}{command}"));
    }
    // Pasted with the commands, each line of a note is a comment.
    let width = page.terminal.prose_width().saturating_sub(TEXT + 2);
    for note in &details.commands.notes {
        for line in terminal::wrap(note, 0, width).lines() {
            let line = page.terminal.paint(DIM, &format!("# {line}"));
            page.line(&format!("{blank}{line}"));
        }
    }
}
