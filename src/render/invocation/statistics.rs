//! Many calls with one event: durations, and whether the answers are alike.

use std::time::Duration;

use serde::Serialize;

use super::View;
use crate::render::json::milliseconds;
use crate::render::page::Page;
use crate::terminal::{self, BOLD, ERROR, GOOD, WARN};
use firehose::transform::Statistics;

/// Records that are named of those that change.
const MAX_NAMED: usize = 10;

/// A summary in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    r#type: &'static str,
    calls: usize,
    good: usize,
    /// Of the good ones, those with warnings.
    warned: usize,
    broken: usize,
    failed: usize,
    min_ms: f64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    round_trip_p50_ms: f64,
    changed_answers: usize,
    /// Places in the event, from 1.
    changed_records: Vec<usize>,
}

impl Summary {
    pub(super) fn new(statistics: &Statistics) -> Self {
        let at = |percent| milliseconds(statistics.duration_at(percent));
        Self {
            r#type: "summary",
            calls: statistics.calls(),
            good: statistics.good(),
            warned: statistics.warned,
            broken: statistics.broken,
            failed: statistics.failed,
            min_ms: at(0),
            p50_ms: at(50),
            p90_ms: at(90),
            p99_ms: at(99),
            max_ms: at(100),
            round_trip_p50_ms: milliseconds(statistics.round_trip_at(50)),
            changed_answers: statistics.changed_answers,
            changed_records: statistics.changed_records.iter().map(|place| place + 1).collect(),
        }
    }
}

impl View {
    /// Puts the summary on the page.
    pub(super) fn summary(&self, statistics: &Statistics, page: &mut Page<'_>) {
        let paint = |style, text: &str| self.terminal.paint(style, text);
        let calls = terminal::plural(statistics.calls() as u64, "call");
        page.line(&format!("\n{}: {}", paint(BOLD, &calls), self.outcomes(statistics)));
        let at = |percent| shown(statistics.duration_at(percent));
        let (least, median, most) = (at(0), at(50), at(100));
        let (p90, p99) = (at(90), at(99));
        page.detail(
            "duration",
            &format!("min {least}, p50 {median}, p90 {p90}, p99 {p99}, max {most} ms"),
        );
        let answers = if statistics.failed == statistics.calls() {
            "none".to_owned()
        } else if statistics.changed_answers == 0 {
            paint(GOOD, "all the same")
        } else {
            paint(WARN, &changed(statistics))
        };
        page.detail("responses", &answers);
    }
}

impl View {
    /// `8 good, 1 good with warnings, 1 broken, 1 failed`.
    fn outcomes(&self, statistics: &Statistics) -> String {
        let (calls, warned) = (statistics.calls(), statistics.warned);
        if statistics.good() == calls && (warned == 0 || warned == calls) {
            let (text, style) =
                if warned == 0 { ("all good", GOOD) } else { ("all good, with warnings", WARN) };
            return self.terminal.paint(style, text);
        }
        let counts = [
            (statistics.good() - warned, "good", GOOD),
            (warned, "good with warnings", WARN),
            (statistics.broken, "broken", ERROR),
            (statistics.failed, "failed", ERROR),
        ];
        let counted = counts.into_iter().filter(|(count, ..)| *count > 0);
        let parts = counted.map(|(count, name, style)| {
            self.terminal.paint(style, &format!("{} {name}", terminal::group(count as u64)))
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

fn changed(statistics: &Statistics) -> String {
    let count = terminal::group(statistics.changed_answers as u64);
    let places: Vec<_> = statistics.changed_records.iter().take(MAX_NAMED + 1).collect();
    let mut named: Vec<_> =
        places.iter().take(MAX_NAMED).map(|place| (*place + 1).to_string()).collect();
    if places.len() > MAX_NAMED {
        named.push("…".to_owned());
    }
    match named.as_slice() {
        [] => format!("{count} differ from the first"),
        [one] => format!("{count} differ from the first, in record {one}"),
        _ => format!("{count} differ from the first, in records {}", named.join(", ")),
    }
}

fn shown(duration: Duration) -> String {
    format!("{:.2}", milliseconds(duration))
}
