//! A kind of failure for people: what, how much, since when, an example, what
//! to do next.

use super::sample::{SampleDecoder, in_words};
use super::{FailureSummary, chart, names};
use crate::render::page::{LABEL, Page, safe};
use crate::terminal::{self, BOLD, DIM, ERROR, WARN};
use firehose::errors::{self, Explanation, FAILED};
use firehose::failure::{AttemptRange, FailureGroup, Sample};
use firehose::size;

/// Column where the text after a label starts.
const TEXT: usize = LABEL;

/// Lines of an example on a terminal, and columns of it elsewhere.
const LINES: usize = 3;
const LONGEST: usize = 400;

/// Appends how much there is of everything.
pub(super) fn head(page: &mut Page<'_>, report: &FailureSummary<'_>) {
    let kinds = report.kinds;
    let count = kinds.sorted().len() as u64;
    let text = format!(
        "{} in {}, {}, {} of data",
        terminal::plural(kinds.records, "failed record"),
        terminal::plural(report.inputs, "input"),
        terminal::plural(count, "kind"),
        size(kinds.bytes),
    );
    let text = page.terminal.paint(BOLD, &text);
    page.line(&text);
    if let Some((first, last)) = kinds.arrivals {
        page.line(&format!("arrived {}", span(report, first, last)));
    }
}

/// Appends one kind.
pub(super) fn kind(
    page: &mut Page<'_>,
    report: &FailureSummary<'_>,
    kind: &FailureGroup,
    number: u64,
    samples: &mut SampleDecoder,
) {
    let explanation = kind.code.as_deref().and_then(errors::exact);
    title(page, report, kind, number, explanation);
    if let Some(message) = &kind.message {
        let note = if kind.messages_differ { " (others differ in IDs or numbers)" } else { "" };
        page.labelled("AWS says", &format!("{}{note}", safe(message)));
    }
    if let Some(attempts) = kind.attempts {
        page.labelled(
            "Attempts",
            &format!("{}{}", range(attempts.least, attempts.most), meaning_of(attempts, kind)),
        );
    }
    if let Some(function) = &kind.function {
        page.labelled("Function", &names::function(function));
    }
    if let Some((first, last)) = kind.arrivals {
        page.labelled("Arrived", &span(report, first, last));
        over_time(page, report, kind);
    }
    control_messages(page, kind);
    samples.with(&kind.sample, |decoded| {
        let (what, lines) = match decoded {
            Some(decoded) => in_words(decoded),
            None => ("too large to show".to_owned(), Vec::new()),
        };
        example(page, &kind.sample, &what, &lines);
    });
    next(page, kind, explanation);
}

/// `1 · Lambda.FunctionError · 5,210 records (71 %)`, and what happened.
fn title(
    page: &mut Page<'_>,
    report: &FailureSummary<'_>,
    kind: &FailureGroup,
    number: u64,
    explanation: Option<&Explanation>,
) {
    let code = kind.code.as_deref().map_or("no error code".to_owned(), safe);
    let share = u128::from(kind.records) * 100 / u128::from(report.kinds.records.max(1));
    let share =
        if kind.records == report.kinds.records { String::new() } else { format!(" ({share} %)") };
    let records = terminal::plural(kind.records, "record");
    let code = page.terminal.paint(ERROR, &code);
    let records = page.terminal.paint(BOLD, &format!("{records}{share}"));
    page.line(&format!("\n{number} · {code} · {records}"));
    let happened =
        explanation.map_or("No explanation is available; see the message.", |it| it.happened);
    let mut block = String::new();
    terminal::push_wrapped(&mut block, happened, 0, page.width);
    page.out.push_str(&block);
}

/// `4`, or `0 to 7`.
pub(super) fn range(least: u64, most: u64) -> String {
    if least == most { least.to_string() } else { format!("{least} to {most}") }
}

/// What the number says: it is the diagnosis of a transform's failure.
fn meaning_of(attempts: AttemptRange, kind: &FailureGroup) -> &'static str {
    let of_transform = kind.code.as_deref().is_some_and(|code| code.starts_with("Lambda."));
    match attempts.most {
        1 if of_transform => ": the function responded, but its response was not accepted",
        2.. if of_transform => ": the function call failed each time",
        _ => "",
    }
}

/// A line of bars below the time of arrival, on the scale of the other kinds.
fn over_time(page: &mut Page<'_>, report: &FailureSummary<'_>, kind: &FailureGroup) {
    let Some(bars) = chart::bars(page, report) else { return };
    if report.kinds.sorted().len() > 1
        && let Some(own) = kind.timeline.bars_like(&bars)
    {
        let line = page.terminal.paint(WARN, &chart::line(&own.counts));
        page.line(&format!("{:TEXT$}{line}", ""));
    }
}

fn control_messages(page: &mut Page<'_>, kind: &FailureGroup) {
    if kind.control_messages == 0 {
        return;
    }
    let count = if kind.control_messages == kind.records {
        "All of them".to_owned()
    } else {
        format!("{} of them", terminal::group(kind.control_messages))
    };
    page.labelled(
        "Harmless?",
        &format!(
            "{count}: CloudWatch Logs control messages, which only check that the stream exists. \
             Return them as Dropped to avoid these failures."
        ),
    );
}

/// One record: where it is, what it is, what is in it.
fn example(page: &mut Page<'_>, sample: &Sample, what: &str, lines: &[String]) {
    let place = names::title(&sample.source);
    page.labelled("Example", &format!("{place}:{}, {what}", sample.line));
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

/// What to change, and the commands to run next.
fn next(page: &mut Page<'_>, kind: &FailureGroup, explanation: Option<&Explanation>) {
    let label = page.terminal.paint(BOLD, &format!("{:<TEXT$}", "Change"));
    let blank = " ".repeat(TEXT);
    let code = kind.code.as_deref().unwrap_or_default();
    let message = kind.message.as_deref().unwrap_or_default();
    let advice = explanation.iter().flat_map(|it| it.advice(code, message));
    for (item, position) in advice.zip(0..) {
        let start = format!("{blank}- ");
        let shown = if position == 0 { format!("{label}- ") } else { start.clone() };
        page.hanging(&start, &shown, TEXT + 2, item);
    }
    let mut commands = Vec::new();
    if let Some(code) =
        kind.code.as_deref().and_then(|code| names::word(code).filter(|_| explanation.is_some()))
    {
        commands.push(format!("fh explain {code}"));
    }
    let file = names::word(&kind.sample.source).unwrap_or_else(|| FAILED.to_owned());
    commands.push(format!("fh decode --records {} {file}", kind.sample.index));
    let again = explanation.map(|it| it.again).unwrap_or_default();
    let again = again.iter().filter(|command| !command.starts_with("fh decode"));
    commands.extend(again.map(|command| on_input(command, &file)));
    let label = page.terminal.paint(BOLD, &format!("{:<TEXT$}", "Next"));
    for (command, position) in commands.iter().zip(0..) {
        let start = if position == 0 { &label } else { &blank };
        page.line(&format!("{start}{command}"));
    }
    if names::word(&kind.sample.source).is_none() {
        let note = format!("{blank}{FAILED}: the input, as a file");
        let note = page.terminal.paint(DIM, &note);
        page.line(&note);
    }
}

/// A command of an explanation, on this input; a shell reads no object of S3.
fn on_input(command: &str, file: &str) -> String {
    match command.strip_suffix(FAILED).and_then(|it| it.strip_suffix(" < ")) {
        Some(reader) if file.trim_start_matches('\'').starts_with("s3://") => {
            format!("aws s3 cp {file} - | {reader}")
        }
        _ => command.replace(FAILED, file),
    }
}

/// `2026-11-22 10:00:00 +00:00`, `… to 10:05:00`.
fn span(report: &FailureSummary<'_>, first: i64, last: i64) -> String {
    let start = report.clock.show(first);
    let end = report.clock.show_after(first, last);
    if first / 1000 == last / 1000 { start } else { format!("{start} to {end}") }
}
