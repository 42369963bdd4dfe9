//! An event in words.

use std::time::Duration;

use super::TraceView;
use super::rows::stage;
use crate::render::doctor;
use crate::render::page::safe;
use crate::terminal::shell;
use crate::terminal::{BOLD, DIM, ERROR, GOOD, Style, WARN};
use firehose::diagnosis::Stage;
use firehose::trace::{Asked, Buffer, By, Confidence, Place, SeenFailure, TraceEvent, What};

/// What is said of an event. All of it is safe to show.
pub(super) struct Words {
    /// When it happened.
    pub(super) at: i64,
    /// It is still to happen.
    pub(super) is_expected: bool,
    pub(super) label: &'static str,
    pub(super) style: Style,
    /// `1-3`.
    pub(super) records: String,
    /// The sentence.
    pub(super) head: String,
    pub(super) more: Vec<More>,
}

/// What comes after the sentence.
pub(super) enum More {
    /// Prose.
    Prose(String),
    /// Less important prose.
    Note(String),
    /// A line that is copied: it is never broken.
    Whole(String),
    /// A line of a log, or of a record.
    Line(String),
}

impl Words {
    /// One event, or several records that failed in the same way.
    pub(super) fn of(events: &[&TraceEvent], view: &TraceView<'_>) -> Option<Self> {
        let event = events.first()?;
        let (style, head, more) = describe(&event.what, events, view);
        let mut records: Vec<_> = events.iter().flat_map(|it| &it.records).copied().collect();
        records.sort_unstable();
        Some(Self {
            at: event.at,
            is_expected: matches!(event.what, What::Buffered { .. }),
            label: stage(&event.what),
            style,
            records: numbers(&records),
            head,
            more,
        })
    }
}

/// The events, with records that failed in the same way together.
pub(super) fn grouped(events: &[TraceEvent]) -> Vec<Vec<&TraceEvent>> {
    let mut groups: Vec<Vec<&TraceEvent>> = Vec::new();
    for event in events {
        let is_same = |group: &&mut Vec<&TraceEvent>| {
            group.first().is_some_and(|first| is_same_failure(first, event))
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(event),
            None => groups.push(vec![event]),
        }
    }
    groups
}

/// True if both failed in the same way, in the same object.
fn is_same_failure(one: &TraceEvent, other: &TraceEvent) -> bool {
    let (What::Failed(one), What::Failed(other)) = (&one.what, &other.what) else { return false };
    let object = |it: &SeenFailure| (it.place.bucket.clone(), it.place.key.clone());
    object(one) == object(other)
        && (&one.code, &one.message, one.by, one.sure)
            == (&other.code, &other.message, other.by, other.sure)
}

/// `1-3`, `1, 3`; numbers from 1.
fn numbers(records: &[usize]) -> String {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for record in records {
        match parts.last_mut() {
            Some((_, last)) if *last + 1 == *record => *last = *record,
            _ => parts.push((*record, *record)),
        }
    }
    let part = |(first, last): (usize, usize)| {
        if first == last { (first + 1).to_string() } else { format!("{}-{}", first + 1, last + 1) }
    };
    parts.into_iter().map(part).collect::<Vec<_>>().join(",")
}

/// `24 ms`, `1.2 s`.
fn length(time: Duration) -> String {
    match time.as_millis() {
        0 => "less than 1 ms".to_owned(),
        1..1000 => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// `record 118 of 240`
fn number(it: &Place) -> String {
    format!("record {} of {}", it.number, it.of)
}

/// The address of an object, unless it was shown last.
fn object(it: &Place, view: &TraceView<'_>) -> Vec<More> {
    let address = format!("s3://{}/{}", safe(&it.bucket), safe(&it.key));
    let last = view.last_object.replace(Some(address.clone()));
    let is_same = view.terminal.is_terminal && last.as_ref() == Some(&address);
    if is_same { Vec::new() } else { vec![More::Whole(address)] }
}

fn found(by: By, sure: Confidence) -> String {
    let by = match by {
        By::RawData => "its rawData",
        By::Marker => "its marker",
        By::Bytes => "its bytes",
        By::Output => "what the transform returns for it",
        By::Log => "its log",
        By::Time => "its time",
    };
    format!("found by {by} ({})", sure.as_str())
}

/// The command that shows all checks.
pub(super) fn doctor(stream: &str, flags: &[String]) -> String {
    shell::fh(&["doctor", "--stream", stream], flags)
}

const fn missing(stage: Stage) -> &'static str {
    match stage {
        Stage::Put => "the records were not accepted",
        Stage::Invoke => "no call of the function has been seen in time",
        Stage::Answer => "a call of the function has not ended in time",
        Stage::Deliver => "not every record has been delivered or failed yet",
    }
}

fn describe(what: &What, same: &[&TraceEvent], view: &TraceView<'_>) -> (Style, String, Vec<More>) {
    let nothing = Vec::new();
    match what {
        What::Accepted { took, is_unanswered: false } => {
            (BOLD, format!("in {}", length(*took)), nothing)
        }
        What::Accepted { is_unanswered: true, .. } => {
            let head = "the response was lost: the stream may have them, perhaps twice";
            (WARN, head.to_owned(), nothing)
        }
        What::Refused { why } => (ERROR, safe(why), nothing),
        What::Buffered { buffer, until } => {
            let where_to = match buffer {
                Buffer::Transform => "before the transform",
                Buffer::Destination => "before the destination",
            };
            let until = view.clock.show_after(*until, *until);
            (DIM, format!("{where_to}, until {until} at the latest"), nothing)
        }
        What::Invoked(it) => invoked(it),
        What::Answered(it) => (BOLD, asked(it), nothing),
        What::BackedUp(it) => {
            (BOLD, format!("{} of the source backup", number(it)), object(it, view))
        }
        What::Failed(it) => failed(it, same, view),
        What::Delivered(it) => {
            let style = if it.sure == Confidence::Possible { WARN } else { GOOD };
            let text = safe(&String::from_utf8_lossy(&it.text));
            let mut more = object(&it.place, view);
            more.push(More::Line(text));
            (style, format!("{}, {}", number(&it.place), found(it.by, it.sure)), more)
        }
        What::Dropped { sure } => {
            let seen = match sure {
                Confidence::Certain => "neither delivered nor failed afterwards",
                _ => "the function was called, and no call failed",
            };
            (WARN, format!("dropped in the test calls; {seen} ({})", sure.as_str()), nothing)
        }
        What::StreamError { code, message } => {
            let note = "from the error log of the stream, which names no records";
            (ERROR, failure(code, message), vec![More::Note(note.to_owned())])
        }
        What::Cause { stage, check, finding } => {
            let head = format!("{}: {}", missing(*stage), safe(&finding.what));
            let sure = finding.confidence.as_str();
            let mut more = vec![More::Prose(safe(&finding.why))];
            more.push(More::Note(format!("{sure}: {} ({check})", safe(&finding.evidence))));
            let fixes = doctor::lines(finding, view.flags);
            more.extend(fixes.into_iter().map(More::Whole));
            (ERROR, head, more)
        }
        What::NoCause { stage, summary, unknown } => {
            let head = format!("{}, and no check found a cause", missing(*stage));
            let mut more: Vec<_> = summary.iter().map(|it| More::Prose(safe(it))).collect();
            let gaps = unknown.iter().map(|gap| format!("not checked: {}", safe(gap)));
            more.extend(gaps.map(More::Note));
            let all = doctor(&view.stream.name, view.flags);
            more.push(More::Whole(all));
            (WARN, head, more)
        }
        What::Unseen { what, why, .. } => (WARN, format!("{}: {}", safe(what), safe(why)), nothing),
        What::Lost { why } => (WARN, why.clone(), nothing),
    }
}

/// A failure of all that are the `same`.
fn failed(
    it: &SeenFailure,
    same: &[&TraceEvent],
    view: &TraceView<'_>,
) -> (Style, String, Vec<More>) {
    let place = |event: &&TraceEvent| match &event.what {
        What::Failed(it) => Some(it.place.number.saturating_sub(1)),
        _ => None,
    };
    let mut more = object(&it.place, view);
    let places = match same {
        [] | [_] => number(&it.place),
        _ => {
            let mut places: Vec<_> = same.iter().filter_map(place).collect();
            places.sort_unstable();
            format!("records {} of {}", numbers(&places), it.place.of)
        }
    };
    more.push(More::Note(format!("{places}, {}", found(it.by, it.sure))));
    more.push(More::Whole(shell::fh(&["explain", &it.code], &[])));
    (ERROR, failure(&it.code, &it.message), more)
}

fn invoked(it: &firehose::trace::SeenInvocation) -> (Style, String, Vec<More>) {
    let request = it.request.as_deref().map_or_else(|| "no request id".to_owned(), safe);
    let duration = it.duration.map(length);
    let parts: Vec<_> =
        [Some(request), duration, it.error.map(str::to_owned)].into_iter().flatten().collect();
    let whose = match it.by {
        By::Log => found(it.by, it.sure),
        _ => "matched by time only: its log mentions none of the records (possible)".to_owned(),
    };
    let mut more = vec![More::Note(whose)];
    // What follows in an event, such as a traceback, is for `fh logs`.
    let first = |event: &String| safe(event.lines().next().unwrap_or_default());
    more.extend(it.lines.iter().map(|event| More::Line(first(event))));
    if it.more_lines > 0 {
        more.push(More::Note(format!("{} more lines", it.more_lines)));
    }
    let style = if it.error.is_some() { ERROR } else { BOLD };
    (style, parts.join(", "), more)
}

fn asked(it: &Asked) -> String {
    match it {
        Asked::Delivers { bytes, is_same } => {
            let same = if *is_same { "" } else { ", not the same bytes each time" };
            let bytes = crate::terminal::plural(*bytes as u64, "byte");
            format!("in the test calls: Ok, {bytes}{same}")
        }
        Asked::Drops => "in the test calls: Dropped".to_owned(),
        Asked::Fails { code } => format!("in the test calls: {code}"),
        Asked::Differs => "the test calls gave different results".to_owned(),
    }
}

fn failure(code: &str, message: &str) -> String {
    let code = if code.is_empty() { "no error code".to_owned() } else { safe(code) };
    if message.is_empty() { code } else { format!("{code}: {}", safe(message)) }
}
