//! What the metrics say, read together.

use std::time::Duration;

use jiff::Timestamp;

use super::super::limits::MAX_FUNCTION_TIMEOUT;
use super::super::stream::DestinationKind;
use super::super::time::{Millis, after};
use super::metrics::{METRICS_ARE_LATE, incoming, period};

use super::{Command, Facts, Metrics};

/// What the metrics say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing came in.
    Silent,
    /// The function is called, and each call fails.
    CallsFail,
    /// The function is not called, though its buffer has ended.
    NeverCalled,
    /// What was written can only be failures.
    OnlyFailures,
    /// Records are delivered.
    Delivers,
    /// Nothing is delivered yet; buffers and calls end then.
    Buffered(Millis),
    /// Nothing is delivered in the metrics, which may not have it yet.
    Late,
    /// Nothing is delivered, though the buffers have ended.
    Missing,
}

/// A sentence; `None` where the metrics are not known.
pub fn together(facts: &Facts) -> Option<String> {
    let metrics = facts.metrics.yes()?;
    let reading = Reading::of(facts, metrics);
    if reading == Reading::Delivers && facts.failures.yes().is_some_and(|it| it.objects > 0) {
        return Some("Records come in; some failed, and others are delivered.".to_owned());
    }
    Some(reading.sentence(facts.stream.transform().is_some()))
}

/// The command that tells what becomes of records where they come in and nothing is
/// delivered, which may be what the transform wants: it calls the transform.
pub fn follow(facts: &Facts) -> Option<Command> {
    let reading = Reading::of(facts, facts.metrics.yes()?);
    let is_open = matches!(reading, Reading::Buffered(_) | Reading::Late | Reading::Missing);
    let may_drop_all = is_open && facts.stream.transform().is_some();
    may_drop_all.then(|| facts.fh("trace", &["--ask-transform"]))
}

impl Reading {
    pub(super) fn of(facts: &Facts, metrics: &Metrics) -> Self {
        let id = incoming(&facts.stream.source);
        if metrics.sum(id) == 0 {
            return Self::Silent;
        }
        if let Some(reading) = transform(facts, metrics) {
            return reading;
        }
        // S3 counts failure objects as delivered (seen on AWS), and "processed" those that
        // the function returned as Ok.
        let is_s3 = facts.kind() == Some(DestinationKind::S3);
        let has_transform = facts.stream.transform().is_some();
        match metrics.sum("delivered") {
            0 => {}
            _ if is_s3 && has_transform && metrics.sum("processed") == 0 => {
                return Self::OnlyFailures;
            }
            _ => return Self::Delivers,
        }
        // Of records that come all the time the last ones are always buffered: what
        // became of the first ones tells.
        let due = after(first(facts, metrics), wait(facts));
        if due >= facts.now {
            Self::Buffered(due)
        } else if after(due, METRICS_ARE_LATE) >= facts.now {
            Self::Late
        } else {
            Self::Missing
        }
    }

    /// In a few words; none where records are delivered, or none come in.
    pub(super) fn clause(self) -> String {
        match self {
            Self::Silent | Self::Delivers => String::new(),
            Self::CallsFail => "each call of the function fails".to_owned(),
            Self::NeverCalled => "the function is never called".to_owned(),
            Self::OnlyFailures => {
                "no record was returned as Ok; what is written may be failures".to_owned()
            }
            Self::Buffered(until) => {
                format!("nothing is delivered yet; buffered until {}", time(until))
            }
            Self::Late => "nothing is delivered yet; metrics lag by a few minutes".to_owned(),
            Self::Missing => "nothing is delivered, though the buffers have ended".to_owned(),
        }
    }

    fn sentence(self, has_transform: bool) -> String {
        match (self, has_transform) {
            (Self::Silent, _) => {
                "CloudWatch counts no incoming records; the last minutes may be missing.".to_owned()
            }
            (Self::CallsFail, _) => "The function is called, and each call fails.".to_owned(),
            (Self::NeverCalled, _) => {
                "Records come in, and the function is never called.".to_owned()
            }
            (Self::OnlyFailures, _) => {
                "Records come in and objects are written, but the transform \
                 returned no record as Ok: these may be failure objects."
                    .to_owned()
            }
            (Self::Delivers, _) => "Records come in and are delivered.".to_owned(),
            (Self::Buffered(until), true) => format!(
                "Records come in; nothing is delivered: everything is dropped, or still buffered until {}.",
                time(until)
            ),
            (Self::Buffered(until), false) => format!(
                "Records come in; nothing is delivered yet: they are buffered until {}.",
                time(until)
            ),
            (Self::Late, _) => {
                "Records come in; nothing is delivered yet, and metrics lag by a few minutes."
                    .to_owned()
            }
            (Self::Missing, true) => {
                "Records come in and nothing is delivered, though the buffers \
                 have ended: the transform drops all of them, or delivery fails."
                    .to_owned()
            }
            (Self::Missing, false) => {
                "Records come in and nothing is delivered, though the buffers have ended."
                    .to_owned()
            }
        }
    }
}

/// `05:17 UTC`
fn time(it: Millis) -> String {
    Timestamp::from_millisecond(it).unwrap_or_default().strftime("%H:%M UTC").to_string()
}

/// Of a transform that fails or is not called.
fn transform(facts: &Facts, metrics: &Metrics) -> Option<Reading> {
    let buffer = facts.stream.delays().transform?;
    let best = metrics.max("calls_ok");
    if best.is_some_and(|it| it <= 0.0) {
        return Some(Reading::CallsFail);
    }
    let is_silent = best.is_none() && metrics.sum("calls") == 0;
    // A call is counted when it ends.
    let wait = buffer + call(facts) + METRICS_ARE_LATE;
    let is_due = after(first(facts, metrics), wait) < facts.now;
    (is_silent && is_due).then_some(Reading::NeverCalled)
}

/// When the first record of the window came in, at the latest.
fn first(facts: &Facts, metrics: &Metrics) -> Millis {
    end_of_period(facts, metrics.first(incoming(&facts.stream.source)))
}

/// A point is the start of its period.
fn end_of_period(facts: &Facts, start: Option<Millis>) -> Millis {
    start.map_or(facts.now, |it| after(it, period(facts.window)).min(facts.now))
}

/// How long a record may be under way.
fn wait(facts: &Facts) -> Duration {
    facts.stream.delays().longest_without_failure(call(facts))
}

/// The longest call of the function: as long as Firehose waits where its timeout is unknown.
fn call(facts: &Facts) -> Duration {
    facts.delay().and_then(|it| it.function).unwrap_or(MAX_FUNCTION_TIMEOUT)
}
