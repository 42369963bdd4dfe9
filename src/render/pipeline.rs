//! The way of a record through a stream, and what went along it.

use std::time::Duration;

use super::chart::sparkline;
use super::page::Page;
use crate::terminal::{self, DIM};
use firehose::diagnosis::{Facts, incoming};
use firehose::names::FunctionName;
use firehose::stream::{DeliveryStream, DestinationKind, StreamSource, Transform};
use firehose::time::{self, Millis};

/// Bars of a sparkline.
pub(super) const BARS: usize = 12;

/// Name, Region, account, and the way of a record.
pub(super) fn pipeline(stream: &DeliveryStream) -> String {
    let mut parts = vec![stream.name.clone()];
    if !stream.region().is_empty() {
        parts.push(stream.region().to_owned());
    }
    if !stream.account().is_empty() {
        parts.push(format!("account {}", stream.account()));
    }
    parts.push(way(stream));
    parts.join(" · ")
}

/// `DirectPut → enrich:live → s3://lake/orders/`
fn way(stream: &DeliveryStream) -> String {
    let transform = stream.transform().map(function);
    let parts: Vec<_> =
        [Some(source(stream)), transform, Some(goal(stream))].into_iter().flatten().collect();
    parts.join(" → ")
}

/// `Kinesis clicks`
pub(super) fn source(stream: &DeliveryStream) -> String {
    match &stream.source {
        StreamSource::DirectPut => "DirectPut".to_owned(),
        StreamSource::Kinesis(arn) => {
            format!("Kinesis {}", arn.rsplit('/').next().unwrap_or_default())
        }
        StreamSource::Msk { topic, .. } => format!("MSK {topic}"),
        StreamSource::Other(other) => other.clone(),
    }
}

/// `enrich:live`
pub(super) fn function(transform: &Transform) -> String {
    match transform.function_arn.parse::<FunctionName>() {
        Ok(name) => match name.qualifier() {
            Some(qualifier) => format!("{}:{qualifier}", name.name()),
            None => format!("{}:$LATEST", name.name()),
        },
        Err(_) => transform.function_arn.clone(),
    }
}

/// `s3://lake/orders/`
pub(super) fn goal(stream: &DeliveryStream) -> String {
    let Some(destination) = &stream.destination else { return "unknown".to_owned() };
    match (&destination.s3, destination.kind) {
        (Some(place), DestinationKind::S3) => place.to_string(),
        (_, kind) => kind.as_str().to_owned(),
    }
}

/// Sparklines of what came in, what was called and what went out, and how many records
/// were put back from this machine meanwhile.
pub(super) fn push_traffic(page: &mut Page<'_>, facts: &Facts, put_back: u64) {
    let Some(metrics) = facts.metrics.yes() else { return };
    let (start, step) = steps(facts);
    let mut push = |label: &str, id: &str, noun: &str, remark: &str| {
        let counts = metrics.bars(id, start, step, BARS);
        let most = counts.iter().copied().max().unwrap_or_default();
        let scale = match most {
            0 => String::new(),
            most => format!(", up to {} per bar", terminal::group(most)),
        };
        let total = terminal::plural(metrics.sum(id), noun);
        page.line(&format!("  {label:<9}{}  {total}{remark}{scale}", sparkline(&counts)));
    };
    push("in", incoming(&facts.stream.source), "record", "");
    // Those of a function in another account are not known.
    if metrics.is_asked("calls") {
        push("calls", "calls", "call", "");
        push("failed", "call_errors", "call", "");
    }
    // Those metrics of S3 count failure objects too.
    let is_s3 = facts.stream.destination.as_ref().is_some_and(|it| it.kind == DestinationKind::S3);
    push("written", "delivered", "record", if is_s3 { " (failures included)" } else { "" });
    if put_back > 0 {
        let records = terminal::plural(put_back, "record");
        page.line(&format!("  {:<9}{records} by fh redrive, from this machine", "put back"));
    }
    let line = format!("  {:<9}{}", "", last(facts.window));
    page.line(&page.terminal.paint(DIM, &line));
    page.line("");
}

/// `the last hour`
pub(super) fn last(window: Duration) -> String {
    match window.as_secs() / 60 {
        60 => "the last hour".to_owned(),
        minutes => format!("the last {minutes} min"),
    }
}

/// The bars of what came in; nothing where that is not known.
pub(super) fn bars(facts: &Facts) -> Vec<u64> {
    let Some(metrics) = facts.metrics.yes() else { return Vec::new() };
    let (start, step) = steps(facts);
    metrics.bars(incoming(&facts.stream.source), start, step, BARS)
}

/// Where the first bar starts, and how long each is.
pub(super) fn steps(facts: &Facts) -> (Millis, Millis) {
    let step = time::millis(facts.window) / i64::try_from(BARS).unwrap_or(1);
    (time::before(facts.now, facts.window), step)
}
