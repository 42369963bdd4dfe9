//! What the metrics say, read together.

use jiff::Timestamp;

use super::super::stream::DestinationKind;
use super::super::time::Millis;
use super::metrics::incoming;

use super::{Facts, Metrics};

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
    /// Nothing is delivered yet; buffers end then.
    Buffered(Millis),
    /// Nothing is delivered, though the buffers have ended.
    Missing,
}

/// A sentence; `None` where the metrics are not known.
pub fn together(facts: &Facts) -> Option<String> {
    let metrics = facts.metrics.yes()?;
    Some(Reading::of(facts, metrics).sentence(facts.stream.transform().is_some()))
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
        let until = metrics.last(id).unwrap_or(facts.now).saturating_add(wait(facts));
        if until >= facts.now { Self::Buffered(until) } else { Self::Missing }
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
                "Records come in; nothing is delivered: all is dropped, or still buffered until {}.",
                time(until)
            ),
            (Self::Buffered(until), false) => format!(
                "Records come in; nothing is delivered yet: they are buffered until {}.",
                time(until)
            ),
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
    facts.stream.transform()?;
    let best = metrics.max("calls_ok");
    if best.is_some_and(|it| it <= 0.0) {
        return Some(Reading::CallsFail);
    }
    let is_silent = best.is_none() && metrics.sum("calls") == 0;
    let last = metrics.last(incoming(&facts.stream.source))?;
    let interval = facts.stream.transform()?.buffering.interval;
    let due =
        last.saturating_add(i64::try_from(interval.as_millis()).ok()?).saturating_add(120_000);
    (is_silent && due < facts.now).then_some(Reading::NeverCalled)
}

/// Milliseconds that a record may wait in buffers, and a minute for the metrics.
fn wait(facts: &Facts) -> i64 {
    let transform = facts.stream.transform().map_or(0, |it| it.buffering.interval.as_millis());
    let destination = facts.stream.destination.as_ref();
    let destination = destination.map_or(0, |it| it.buffering.interval.as_millis());
    i64::try_from(transform + destination).unwrap_or(i64::MAX).saturating_add(60_000)
}
