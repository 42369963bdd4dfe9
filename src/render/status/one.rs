//! A stream on one screen.

use serde::Serialize;

use super::super::doctor::{Counts, Examination};
use super::super::page::{Page, safe};
use super::super::pipeline::{function, last, pipeline, push_traffic, source};
use super::super::table::ColumnOf;
use super::super::{Document, Report};
use super::document;
use super::row::{StreamRow, reason};
use crate::context;
use crate::terminal::shell;
use crate::terminal::{BOLD, DIM, ERROR, WARN, group, plural};
use crate::times::Clock;
use firehose::diagnosis::{Checked, DeliveryError, Facts, Failures, Severity};
use firehose::known::Known;
use firehose::lambda_report::LambdaReport;
use firehose::size;
use firehose::stream::{Buffering, DestinationKind, StreamSource, Transform};
use firehose::time::{Millis, write_length};
use std::time::Duration;

/// Where the text after a label starts.
const TEXT: usize = 13;

/// Findings that are shown: the worst.
pub(super) const SHOWN_FINDINGS: usize = 2;

/// Invocations that are shown: the last.
pub(super) const SHOWN_CALLS: usize = 5;

/// Codes that are shown: the most frequent.
const SHOWN_CODES: usize = 5;

/// What is known of a stream, and what the doctor found.
#[derive(Debug)]
pub struct StreamStatus {
    /// What is known.
    pub facts: Facts,
    /// The checks and what they found.
    pub checked: Vec<Checked>,
    /// The name or ARN that the user gave.
    pub named: String,
    /// Flags of AWS that commands of `fh` need.
    pub flags: Vec<String>,
    /// Flags of AWS that commands with a Region of their own need.
    pub commands: Vec<String>,
    /// Records that were put back from this machine in the window.
    pub put_back: u64,
}

impl StreamStatus {
    pub(super) fn examination(&self) -> Examination<'_> {
        let Self { facts, checked, commands: flags, put_back, .. } = self;
        Examination { facts, checked, flags, put_back: *put_back }
    }

    fn clock(&self) -> Clock {
        Clock::new(self.facts.shown_in.clone(), context::now)
    }

    /// `fh doctor --stream orders …`
    pub(super) fn doctor(&self) -> String {
        shell::fh(&["doctor", "--stream", &self.named], &self.flags)
    }
}

impl Document for StreamStatus {
    fn json(&self) -> impl Serialize {
        document::of(self)
    }

    fn text(&self, page: &mut Page<'_>) {
        let head = page.terminal.paint(BOLD, &safe(&pipeline(&self.facts.stream)));
        page.line(&head);
        page.line("");
        self.push_pipeline(page);
        page.line("");
        match &self.facts.metrics {
            Known::Yes(_) => push_traffic(page, &self.facts, self.put_back),
            unknown => {
                page.part("traffic", &or_unknown(unknown, |_| String::new()));
                page.line("");
            }
        }
        page.part("codes", &self.failed());
        self.push_calls(page);
        self.push_delivery_error(page);
        page.line("");
        self.push_findings(page);
    }
}

impl Report for StreamStatus {
    type Row = StreamRow;

    fn rows(&self) -> impl Iterator<Item = StreamRow> {
        std::iter::once(StreamRow::of(&self.facts))
    }

    fn columns(&self) -> Vec<ColumnOf<'_, StreamRow>> {
        StreamRow::columns(&[StreamRow::of(&self.facts)])
    }
}

impl StreamStatus {
    fn push_pipeline(&self, page: &mut Page<'_>) {
        let scale = match self.facts.description.time_scale() {
            1 => String::new(),
            scale => format!("; fh local divides waiting times by {scale}"),
        };
        page.part("status", &format!("{}{scale}", self.facts.stream.status));
        page.part("source", &self.source());
        page.part("transform", &self.transform());
        page.part("destination", &self.destination());
        if let Some(backup) =
            self.facts.stream.destination.as_ref().and_then(|it| it.backup.as_ref())
        {
            page.part("backup", &format!("{backup}, each record as it came"));
        }
        let failures = match self.facts.failures_now() {
            Some(place) => format!("{place} in this hour"),
            None => "unknown: its prefix cannot be read".to_owned(),
        };
        page.part("failures", &failures);
        if self.facts.stream.transform().is_some() {
            page.part("logs", &self.function_log());
        }
        page.part("error logs", &self.error_log());
        for (label, text) in ["takes", ""].into_iter().zip(self.takes()) {
            page.part(label, &text);
        }
    }

    fn source(&self) -> String {
        let stream = &self.facts.stream;
        let name = source(stream);
        match (&stream.source, stream.refuses_puts()) {
            (StreamSource::Kinesis(_), _) => {
                let state = or_unknown(&self.facts.source, |it| it.status.clone());
                format!("{name}, {state}")
            }
            (StreamSource::DirectPut, Some((why, _))) => format!("{name}; refuses records: {why}"),
            _ => name,
        }
    }

    fn transform(&self) -> String {
        let stream = &self.facts.stream;
        match (stream.transform(), stream.disabled_transform()) {
            (Some(transform), _) => {
                format!("{}, {}", function(transform), self.settings(transform))
            }
            (None, Some(off)) => format!("off: {} is configured, not enabled", function(off)),
            (None, None) => "none".to_owned(),
        }
    }

    /// `3 retries, buffer 60 s or 1 MiB, timeout 60 s, memory 256 MB`
    fn settings(&self, transform: &Transform) -> String {
        let retries = match transform.retries {
            1 => "1 retry".to_owned(),
            count => format!("{count} retries"),
        };
        let function = match &self.facts.function {
            Known::Yes(it) => {
                let timeout = it.timeout.map_or("unknown".to_owned(), |it| format!("{it} s"));
                let memory = it.memory.map_or("unknown".to_owned(), |it| format!("{it} MB"));
                format!("timeout {timeout}, memory {memory}")
            }
            Known::No => "the function does not exist".to_owned(),
            unknown => format!("timeout and memory unknown: {}", reason(unknown)),
        };
        format!("{retries}, {}, {function}", buffer(transform.buffering))
    }

    fn destination(&self) -> String {
        let Some(destination) = &self.facts.stream.destination else { return "unknown".to_owned() };
        let mut parts = vec![match destination.kind {
            DestinationKind::S3 => match self.facts.this_hour() {
                Some(place) => format!("{place} in this hour"),
                None => "S3".to_owned(),
            },
            kind => kind.as_str().to_owned(),
        }];
        parts.push(buffer(destination.buffering));
        let compression = destination.s3.as_ref().map(|it| it.compression.as_str());
        if destination.kind == DestinationKind::S3 {
            parts.extend(compression.filter(|it| *it != "UNCOMPRESSED").map(str::to_owned));
        } else {
            parts.push(format!("retried for {}", write_length(destination.retry)));
        }
        parts.join(", ")
    }

    fn function_log(&self) -> String {
        let group = or_unknown(&self.facts.function, |it| it.log_group.clone());
        let missing = self.facts.function_group == Known::No;
        if missing { format!("{group} (does not exist)") } else { group }
    }

    fn error_log(&self) -> String {
        let destination = self.facts.stream.destination.as_ref();
        let Some(place) = destination.and_then(|it| it.logging.as_ref()) else {
            return "off: delivery errors are not logged".to_owned();
        };
        let missing = self.facts.error_group == Known::No;
        let missing = if missing { " (does not exist)" } else { "" };
        format!("{}{missing}, stream {}", place.group, place.stream)
    }

    /// How long a record takes, in two lines.
    fn takes(&self) -> [String; 2] {
        let Some(delay) = self.facts.delay() else {
            return ["unknown".to_owned(), "failures unknown".to_owned()];
        };
        let mut parts = Vec::new();
        parts.extend(
            delay.delays.transform.map(|it| format!("{} before the transform", write_length(it))),
        );
        let is_called = delay.delays.transform.is_some();
        let unknown = if delay.function.is_none() { " (its timeout is unknown)" } else { "" };
        let call = format!("{} in the function{unknown}", write_length(delay.call()));
        parts.extend(is_called.then_some(call));
        parts.push(format!("{} before the destination", write_length(delay.delays.destination)));
        let usual = match (&self.facts.metrics, delay.usual) {
            (_, Some(seconds)) => format!("mostly {}", write_length(Duration::from_secs(seconds))),
            (Known::Yes(_), None) => "mostly unknown: no DataFreshness".to_owned(),
            (unknown, None) => format!("mostly {}", or_unknown(unknown, |_| String::new())),
        };
        let failed = write_length(delay.failure);
        [
            format!("up to {}: {}", write_length(delay.most()), parts.join(", ")),
            format!("{usual}; failures are written within about {failed}"),
        ]
    }

    fn failed(&self) -> String {
        match &self.facts.failures {
            Known::No => "unknown: failures have no place in S3".to_owned(),
            known => or_unknown(known, |it| failures(it, &last(self.facts.window))),
        }
    }

    fn push_calls(&self, page: &mut Page<'_>) {
        if self.facts.stream.transform().is_none() {
            return;
        }
        let lines = match (&self.facts.reports, &self.facts.function) {
            (Known::Yes(reports), _) if !reports.is_complete => {
                let line = ["logs", "--stream", &self.named, "--since", "5m", "--invocations"];
                let command = shell::fh(&line, &self.flags);
                vec![format!("too many to find the last: {command}")]
            }
            (Known::Yes(_), _) => match document::calls(&self.facts) {
                calls if calls.is_empty() => {
                    vec![format!("no REPORT lines in the log during {}", last(self.facts.window))]
                }
                calls => {
                    let clock = self.clock();
                    calls.iter().map(|(time, report)| call(*time, &clock, report)).collect()
                }
            },
            (Known::No, _) => vec!["the log group of the function does not exist".to_owned()],
            // Its log group is not known without it.
            (Known::NotAsked, function) => vec![or_unknown(function, |_| "unknown".to_owned())],
            (unknown, _) => vec![or_unknown(unknown, |_| String::new())],
        };
        for (position, line) in lines.iter().enumerate() {
            page.part(if position == 0 { "invoked" } else { "" }, line);
        }
        if let Some(error) = self.facts.reports.yes().and_then(|it| it.last_error.as_ref()) {
            page.part("last error", &at(error.time, &self.clock(), &error.message));
        }
    }

    /// What the stream logged of its own last: deliveries since may be good.
    fn push_delivery_error(&self, page: &mut Page<'_>) {
        if let Some(DeliveryError { time, code, message }) = self.facts.delivery_error.yes() {
            let text = at(*time, &self.clock(), &format!("{code}: {message}"));
            page.part("delivery", &format!("last error {text}"));
        }
    }

    fn push_findings(&self, page: &mut Page<'_>) {
        let examination = self.examination();
        let worst = examination.findings().into_iter();
        let worst = worst.filter(|(_, it)| it.severity >= Severity::Warning);
        for (check, finding) in worst.take(SHOWN_FINDINGS) {
            let style = if finding.severity == Severity::Error { ERROR } else { WARN };
            let label = format!("{:<TEXT$}", finding.severity.as_str());
            let text = format!("{check}: {}", safe(&finding.what));
            page.hanging(&label, &page.terminal.paint(style, &label), TEXT, &text);
        }
        if let Some(sentence) = examination.summary() {
            page.part("summary", &sentence);
        }
        let counts = Counts::of(&examination);
        page.part("doctor", &counts.sentence());
        page.command(TEXT, &self.doctor());
    }
}

impl Page<'_> {
    /// A part of the pipeline, after its label. The text is untrusted.
    fn part(&mut self, label: &str, text: &str) {
        let label = format!("{label:<TEXT$}");
        let shown = self.terminal.paint(DIM, &label);
        self.hanging(&label, &shown, TEXT, &safe(text));
    }
}

/// The fact as text, or why it is unknown.
fn or_unknown<T>(fact: &Known<T>, text: impl FnOnce(&T) -> String) -> String {
    match fact {
        Known::Yes(it) => text(it),
        Known::No => "does not exist".to_owned(),
        other => format!("unknown: {}", reason(other)),
    }
}

/// `buffer 60 s or 1 MiB`
fn buffer(it: Buffering) -> String {
    format!("buffer {} or {}", write_length(it.interval), size(it.bytes))
}

/// `31 Lambda.FunctionError in 3 objects from the last hour, below s3://lake/failed/`
fn failures(it: &Failures, window: &str) -> String {
    if it.objects == 0 {
        return format!("no failure objects during {window}");
    }
    let place =
        format!("{} from {window}, below {}", plural(it.objects, "object"), it.place_names());
    let codes = match &it.codes {
        Known::Yes(codes) => {
            let mut shown: Vec<_> = codes
                .iter()
                .take(SHOWN_CODES)
                .map(|it| format!("{} {}", group(it.records), it.code))
                .collect();
            let rest: u64 = codes.iter().skip(SHOWN_CODES).map(|it| it.records).sum();
            if rest > 0 {
                shown.push(format!("{} with other codes", group(rest)));
            }
            let least = if it.is_cut { "at least " } else { "" };
            if shown.is_empty() {
                "codes unknown".to_owned()
            } else {
                format!("{least}{}", shown.join(", "))
            }
        }
        unknown => format!("codes unknown: {}", reason(unknown)),
    };
    match it.opened {
        Some(opened) => format!("{codes} in the newest {opened} of {place}"),
        None => format!("{codes} in {place}"),
    }
}

/// `05:11:02 +01:00  …`; the text alone if the time is not known.
fn at(time: Option<Millis>, clock: &Clock, text: &str) -> String {
    time.map_or_else(|| text.to_owned(), |it| format!("{}  {text}", clock.show_with_offset(it)))
}

/// `05:11:02 +01:00   3,000 ms, 71 of 128 MB, timeout`
fn call(time: Option<Millis>, clock: &Clock, report: &LambdaReport) -> String {
    let milliseconds = u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX);
    let duration = format!("{} ms", group(milliseconds));
    let mut text = format!("{duration:>10}, {} of {} MB", report.max_memory_mb, report.memory_mb);
    for word in [&report.status, &report.error_type].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(word);
    }
    if report.init_duration.is_some() || report.restore_duration.is_some() {
        text.push_str(", cold start");
    }
    at(time, clock, &text)
}
