//! What is known of one kind of failures, in words: text, HTML and Markdown show
//! the same.

use super::commands::Commands;
use super::sample::{SampleDecoder, in_words};
use super::shapes::{self, OfAll};
use super::{FailureSummary, names};
use crate::render::page::safe;
use crate::terminal;
use firehose::errors::{self, Explanation};
use firehose::failure::{AttemptRange, FailureGroup, Shape};
use firehose::transform::Rule;

/// Why there is no example.
const LEFT_OUT: &str = "left out (--no-payload)";

/// A kind of failures. Every text is safe to show on a terminal, and still has to be
/// escaped for HTML and Markdown.
pub(super) struct Details {
    /// From 1, the kind with the most records first.
    pub(super) number: usize,
    pub(super) code: String,
    /// `24 records (63%)`.
    pub(super) records: String,
    pub(super) happened: &'static str,
    /// A label and what it says: message, attempts, function, arrivals.
    pub(super) facts: Vec<Fact>,
    /// Why some or all of them are harmless.
    pub(super) harmless: Option<String>,
    pub(super) example: Example,
    pub(super) advice: Vec<&'static str>,
    pub(super) commands: Commands,
}

/// Something that is known of a kind.
pub(super) struct Fact {
    pub(super) label: &'static str,
    /// The words of others.
    pub(super) quoted: String,
    /// What is added to them.
    pub(super) text: String,
}

/// One record: where it is, what it is, what is in it.
pub(super) struct Example {
    /// Its input and its number there: the words of others.
    pub(super) place: String,
    /// May repeat names from the record.
    pub(super) what: String,
    /// `, like the other 23`, or nothing.
    pub(super) like: String,
    /// What the other records are, where that is not the same.
    pub(super) others: Option<String>,
    pub(super) lines: Vec<String>,
}

impl Details {
    pub(super) fn new(
        report: &FailureSummary<'_>,
        kind: &FailureGroup,
        number: usize,
        samples: &mut SampleDecoder,
    ) -> Self {
        let explanation = kind.code.as_deref().and_then(errors::exact);
        let share = match share(report, kind) {
            Some(share) => format!(" ({share})"),
            None => String::new(),
        };
        let code = kind.code.as_deref().unwrap_or_default();
        let message = kind.message.as_deref().unwrap_or_default();
        let attempts = kind.attempts.filter(|it| it.least == it.most).map(|it| it.most);
        let cause = explanation.and_then(|it| it.cause(code, message, attempts));
        Self {
            number,
            code: code_of(kind),
            records: format!("{}{share}", terminal::plural(kind.records, "record")),
            happened: explanation
                .map_or("No explanation is available; see the message.", |it| it.happened),
            facts: facts(report, kind),
            harmless: harmless(kind),
            example: Example::of(report, kind, samples),
            advice: explanation.iter().flat_map(|it| it.advice(cause)).collect(),
            commands: Commands::of(report, kind, explanation, cause),
        }
    }
}

/// The code of a kind, safe to show.
pub(super) fn code_of(kind: &FailureGroup) -> String {
    kind.code.as_deref().map_or("no error code".to_owned(), safe)
}

/// `63%` of all records, `None` if it is all of them.
pub(super) fn share(report: &FailureSummary<'_>, kind: &FailureGroup) -> Option<String> {
    if kind.records == report.kinds.records {
        return None;
    }
    Some(percent(kind.records, report.kinds.records))
}

/// A part of a whole, rounded; never none for something, nor all for less.
fn percent(part: u64, whole: u64) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole.max(1)));
    match (part * 200 + whole) / (whole * 2) {
        0 if part > 0 => "<1%".to_owned(),
        100.. if part < whole => ">99%".to_owned(),
        rounded => format!("{rounded}%"),
    }
}

/// `harmless`, or how many of them are.
pub(super) fn mark(kind: &FailureGroup) -> String {
    match kind.control_messages {
        0 => String::new(),
        all if all == kind.records => "harmless".to_owned(),
        some => format!("{} harmless", terminal::group(some)),
    }
}

fn facts(report: &FailureSummary<'_>, kind: &FailureGroup) -> Vec<Fact> {
    let message = kind.message.as_deref().map(|message| {
        let note = if kind.messages_differ { " (others differ in IDs or numbers)" } else { "" };
        Fact { label: "AWS says", quoted: safe(message), text: note.to_owned() }
    });
    let attempts = kind.attempts.map(|attempts| {
        let range = range(attempts.least, attempts.most);
        let text = format!("{range}{}", meaning_of(attempts, kind));
        Fact { label: "Attempts", quoted: String::new(), text }
    });
    let function = kind.function.as_deref().map(|function| Fact {
        label: "Function",
        quoted: names::function(function),
        text: String::new(),
    });
    let arrived = kind.arrivals.map(|(first, last)| Fact {
        label: "Arrived",
        quoted: String::new(),
        text: span(report, first, last),
    });
    [message, attempts, function, arrived].into_iter().flatten().collect()
}

/// `4`, or `0 to 7`.
pub(super) fn range(least: u64, most: u64) -> String {
    if least == most { least.to_string() } else { format!("{least} to {most}") }
}

/// What the number says: it is the diagnosis of a transform's failure.
fn meaning_of(attempts: AttemptRange, kind: &FailureGroup) -> &'static str {
    let code = kind.code.as_deref().unwrap_or_default();
    let of_transform = code.starts_with("Lambda.");
    match attempts.most {
        1 if is_returned_as_failed(code) => ": the function returned ProcessingFailed",
        1 if of_transform => ": the function responded, but its response was not accepted",
        2.. if of_transform => ": the function call failed each time",
        _ => "",
    }
}

/// True for the code of records that the function returned as `ProcessingFailed`.
fn is_returned_as_failed(code: &str) -> bool {
    let failure = Rule::ProcessingFailed.definition().consequence.failure();
    failure.is_some_and(|failure| failure.error.code == code)
}

fn harmless(kind: &FailureGroup) -> Option<String> {
    let count = match kind.control_messages {
        0 => return None,
        all if all == kind.records => "All of them".to_owned(),
        some => format!("{} of them", terminal::group(some)),
    };
    Some(format!(
        "{count}: CloudWatch Logs control messages, which only check that the stream exists. \
         Return them as Dropped to avoid these failures."
    ))
}

impl Example {
    fn of(report: &FailureSummary<'_>, kind: &FailureGroup, samples: &mut SampleDecoder) -> Self {
        let sample = &kind.sample;
        let place = format!("{}:{}", names::title(&sample.source), sample.line);
        if report.no_payload {
            let (what, like) = (LEFT_OUT.to_owned(), String::new());
            return Self { place, what, like, others: None, lines: Vec::new() };
        }
        samples.with(sample, |decoded| {
            let (what, lines) = match decoded {
                Some(decoded) => in_words(decoded),
                None => ("too large to show".to_owned(), Vec::new()),
            };
            let shape = decoded.map(Shape::of).or(sample.shape);
            let of_all = shapes::of_all(&kind.shapes, kind.records, shape);
            let (like, others) = match of_all {
                OfAll { text, are_alike: true } => (text, None),
                OfAll { text, are_alike: false } => (String::new(), Some(text)),
            };
            Self { place, what, like, others, lines }
        })
    }
}

/// `2026-11-22 10:00:00 +00:00`, `… to 10:05:00`.
pub(super) fn span(report: &FailureSummary<'_>, first: i64, last: i64) -> String {
    let start = report.clock.show(first);
    let end = report.clock.show_after(first, last);
    if first / 1000 == last / 1000 { start } else { format!("{start} to {end}") }
}

/// The page of a code that has one, for the commands.
pub(super) type Page = Option<&'static Explanation>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_never_none_or_all_by_rounding() {
        for (part, whole, expected) in [
            (200, 226, "88%"),
            (20, 226, "9%"),
            (6, 226, "3%"),
            (12, 38, "32%"),
            (1, 1000, "<1%"),
            (5, 1000, "1%"),
            (994, 1000, "99%"),
            (999, 1000, ">99%"),
            (u64::MAX - 1, u64::MAX, ">99%"),
            (1, 2, "50%"),
            (0, 0, "0%"),
        ] {
            assert_eq!(percent(part, whole), expected, "{part} of {whole}");
        }
    }
}
