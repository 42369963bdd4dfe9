//! What the metrics say, read together.

use jiff::Timestamp;

use super::super::stream::DestinationKind;
use super::metrics::incoming;

use super::{Facts, Metrics};

/// A sentence; `None` where the metrics are not known.
pub fn together(facts: &Facts) -> Option<String> {
    let metrics = facts.metrics.yes()?;
    let came_in = metrics.sum(incoming(&facts.stream.source));
    if came_in == 0 {
        return Some(
            "CloudWatch counts no incoming records; the last minutes may be missing.".to_owned(),
        );
    }
    if let Some(sentence) = transform(facts, metrics) {
        return Some(sentence);
    }
    // S3 counts failure objects as delivered (seen on AWS), and "processed" those that
    // the function returned as Ok.
    let is_s3 = facts.kind() == Some(DestinationKind::S3);
    let has_transform = facts.stream.transform().is_some();
    if metrics.sum("delivered") > 0 && is_s3 && has_transform && metrics.sum("processed") == 0 {
        return Some(
            "Records come in and objects are written, but the transform returned no record as Ok: \
             these may be failure objects."
                .to_owned(),
        );
    }
    if metrics.sum("delivered") > 0 {
        return Some("Records come in and are delivered.".to_owned());
    }
    let last = metrics.last(incoming(&facts.stream.source)).unwrap_or(facts.now);
    let until = last.saturating_add(wait(facts));
    if until >= facts.now {
        let time = Timestamp::from_millisecond(until).unwrap_or_default();
        let until = time.strftime("%H:%M UTC");
        return Some(if facts.stream.transform().is_some() {
            format!(
                "Records come in; nothing is delivered: all is dropped, or still buffered until {until}."
            )
        } else {
            format!("Records come in; nothing is delivered yet: they are buffered until {until}.")
        });
    }
    Some(if facts.stream.transform().is_some() {
        "Records come in and nothing is delivered, though the buffers have ended: the transform \
         drops all of them, or delivery fails."
            .to_owned()
    } else {
        "Records come in and nothing is delivered, though the buffers have ended.".to_owned()
    })
}

/// Of a transform that fails or is not called.
fn transform(facts: &Facts, metrics: &Metrics) -> Option<String> {
    facts.stream.transform()?;
    let best = metrics.max("calls_ok");
    if best.is_some_and(|it| it <= 0.0) {
        return Some("The function is called, and each call fails.".to_owned());
    }
    let is_silent = best.is_none() && metrics.sum("calls") == 0;
    let last = metrics.last(incoming(&facts.stream.source))?;
    let interval = facts.stream.transform()?.buffering.interval;
    let due =
        last.saturating_add(i64::try_from(interval.as_millis()).ok()?).saturating_add(120_000);
    (is_silent && due < facts.now)
        .then(|| "Records come in, and the function is never called.".to_owned())
}

/// Milliseconds that a record may wait in buffers, and a minute for the metrics.
fn wait(facts: &Facts) -> i64 {
    let transform = facts.stream.transform().map_or(0, |it| it.buffering.interval.as_millis());
    let destination = facts.stream.destination.as_ref();
    let destination = destination.map_or(0, |it| it.buffering.interval.as_millis());
    i64::try_from(transform + destination).unwrap_or(i64::MAX).saturating_add(60_000)
}
