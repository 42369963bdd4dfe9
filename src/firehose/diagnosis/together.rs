//! What the metrics say, read together.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::limits::MAX_FUNCTION_TIMEOUT;
use super::super::stream::{DestinationKind, StreamSource};
use super::super::time::{Millis, after, before};
use super::metrics::{METRICS_ARE_LATE, incoming, period};

use super::{Command, Facts, Metrics};

/// A time without its date is of the last twelve hours, in milliseconds.
const HALF_A_DAY: Millis = 12 * 3_600_000;

/// What the metrics say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing came in.
    Silent,
    /// Each call of the function fails.
    CallsFail,
    /// Each call by Firehose fails, and Lambda counts some without an error.
    OwnCallsFail,
    /// Each call by Firehose fails, and Lambda throttles calls of the function.
    CallsFailThrottled,
    /// Each call fails, and Lambda counts none: it is refused before the function runs.
    Refused,
    /// Each call fails, and Lambda counts throttled ones only.
    Throttled,
    /// The function is not called within the interval of its buffer.
    NeverCalled,
    /// Calls succeed, and no record was returned as Ok; failures are counted by then.
    NoneOk(Millis),
    /// Calls succeed, no record was returned as Ok, and no failure was written.
    AllDropped,
    /// What was written can only be failures.
    OnlyFailures,
    /// Records are delivered.
    Delivers,
    /// Nothing is delivered yet; buffers and calls end then.
    Buffered(Millis),
    /// Nothing is delivered in the metrics, which may not have it yet.
    Late,
    /// Nothing was delivered within the intervals of the buffers.
    Missing,
}

/// A sentence; `None` where the metrics are not known.
pub fn together(facts: &Facts) -> Option<String> {
    let metrics = facts.metrics.yes()?;
    let reading = Reading::of(facts, metrics);
    let some_fail = facts.failures.yes().is_some_and(|it| it.objects > 0);
    if reading == Reading::Delivers && (some_fail || Shortfall::of(facts, metrics).is_some()) {
        return Some("Records come in; some failed, and others are delivered.".to_owned());
    }
    Some(reading.sentence(may_be_dropped(facts, metrics), &facts.shown_in))
}

/// The command that tells what becomes of records where they come in and nothing is
/// delivered, which may be what the transform wants: it calls the transform. None where the
/// command cannot put records.
pub fn follow(facts: &Facts) -> Option<Command> {
    let metrics = facts.metrics.yes()?;
    let may_drop_all = match Reading::of(facts, metrics) {
        Reading::NoneOk(_) | Reading::AllDropped => true,
        Reading::Missing => may_be_dropped(facts, metrics),
        _ => false,
    };
    let stream = &facts.stream;
    let flags: &[&str] = match stream.source {
        // Its records are no CloudWatch Logs to decompress.
        StreamSource::Kinesis(_) if stream.processing().is_none_or(|it| !it.decompresses) => {
            &["--via-source", "--ask-transform"]
        }
        _ if stream.refuses_puts().is_some() => return None,
        _ => &["--ask-transform"],
    };
    may_drop_all.then(|| facts.fh("trace", flags))
}

/// Records that were written to S3 without having been returned as Ok: they failed.
///
/// No metric counts them. S3 counts failure objects as delivered, and `SucceedProcessing`
/// counts what was returned as Ok (both seen on AWS): what is missing has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shortfall {
    /// Records that were written, of those that were processed in the window for certain.
    written: u64,
    /// Records that the transform returned as Ok.
    returned: u64,
}

impl Shortfall {
    /// `None` if none is certain: those written first may have been returned before the window.
    pub(super) fn of(facts: &Facts, metrics: &Metrics) -> Option<Self> {
        let processing = facts.stream.processing()?;
        let is_counted = facts.kind() == Some(DestinationKind::S3)
            && processing.transform.is_some()
            && !processing.decompresses
            && !processing.deaggregates
            && ["delivered", "processed"].iter().all(|it| metrics.is_asked(it));
        let start = before(facts.now, facts.window);
        let buffered = facts.stream.delays().destination + METRICS_ARE_LATE;
        let written = metrics.sum_from("delivered", after(start, buffered));
        let returned = metrics.sum("processed");
        (is_counted && written > returned).then_some(Self { written, returned })
    }

    /// `records failed: …`
    pub(super) fn clause(self) -> String {
        let Self { written, returned } = self;
        format!(
            "records failed: of {written} written to S3, the transform returned {returned} as Ok"
        )
    }
}

/// True if nothing shows that the transform returns a record as Ok: `SucceedProcessing`
/// does not count dropped records (seen on AWS).
pub(super) fn may_be_dropped(facts: &Facts, metrics: &Metrics) -> bool {
    facts.stream.transform().is_some() && metrics.sum("processed") == 0
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
        // S3 counts failure objects as delivered (seen on AWS).
        let is_s3 = facts.kind() == Some(DestinationKind::S3);
        let may_be_dropped = may_be_dropped(facts, metrics);
        match metrics.sum("delivered") {
            0 => {}
            _ if is_s3 && may_be_dropped => return Self::OnlyFailures,
            _ => return Self::Delivers,
        }
        // Of records that come all the time the last ones are always buffered: what
        // became of the first ones tells.
        let due = due(facts, metrics);
        let is_called = may_be_dropped && metrics.max("calls_ok").is_some_and(|it| it > 0.0);
        let may_fail = may_fail(facts, metrics);
        let counted = after(due, METRICS_ARE_LATE);
        match (counted >= facts.now, is_called) {
            (true, true) => Self::NoneOk(counted),
            (true, false) if due >= facts.now => Self::Buffered(due),
            (true, false) => Self::Late,
            (false, true) if !may_fail => Self::AllDropped,
            (false, _) => Self::Missing,
        }
    }

    /// In a few words; none where records are delivered, or none come in. Times are the
    /// latest ones: the timeout of the function is not asked for a list.
    pub(super) fn clause(self, zone: &TimeZone) -> String {
        match self {
            Self::Silent | Self::Delivers => String::new(),
            Self::CallsFail => "every call of the function fails".to_owned(),
            Self::OwnCallsFail => {
                "every call by Firehose fails, and Lambda counts calls without errors".to_owned()
            }
            Self::CallsFailThrottled => {
                "every call by Firehose fails, and Lambda throttles the function".to_owned()
            }
            Self::Refused => "every call is refused before the function runs: check \
                              lambda:InvokeFunction of the role"
                .to_owned(),
            Self::Throttled => "every call of the function is throttled".to_owned(),
            Self::NeverCalled => "the function is never called".to_owned(),
            Self::NoneOk(until) => format!(
                "no record was returned as Ok: all are dropped, unless failures show up by {} at \
                 the latest",
                time(until, zone)
            ),
            Self::AllDropped => {
                "the transform drops every record: none was returned as Ok, and none failed"
                    .to_owned()
            }
            Self::OnlyFailures => {
                "no record was returned as Ok; what is written may be failures".to_owned()
            }
            Self::Buffered(until) => {
                format!(
                    "nothing is delivered yet; buffered until {} at the latest",
                    time(until, zone)
                )
            }
            Self::Late => "nothing is delivered yet; metrics lag by a few minutes".to_owned(),
            Self::Missing => "nothing was delivered within the buffer intervals".to_owned(),
        }
    }

    fn sentence(self, may_be_dropped: bool, zone: &TimeZone) -> String {
        let text = match (self, may_be_dropped) {
            (Self::Silent, _) => {
                "CloudWatch counts no incoming records; the last minutes may be missing."
            }
            (Self::CallsFail, _) => "Records come in, and every call of the function fails.",
            (Self::OwnCallsFail, _) => {
                "Records come in, and every call by Firehose fails, while Lambda counts calls \
                 without errors: they are of others, took over five minutes, or had a response that \
                 was refused. Check that the role of the stream allows lambda:InvokeFunction."
            }
            (Self::CallsFailThrottled, _) => {
                "Records come in, every call by Firehose fails, and Lambda throttles the function: \
                 check its reserved concurrency and the concurrency of the account."
            }
            (Self::Refused, _) => {
                "Records come in, and every call of the function is refused before it runs: \
                 Lambda counts none. Check that the role of the stream allows \
                 lambda:InvokeFunction, and that the function exists."
            }
            (Self::Throttled, _) => {
                "Records come in, and every call of the function is throttled: check its reserved \
                 concurrency and the concurrency of the account."
            }
            (Self::NeverCalled, _) => "Records come in, and the function is never called.",
            (Self::NoneOk(until), _) => {
                return format!(
                    "Records come in, and calls of the function succeed, but no record was \
                     returned as Ok: all are dropped, unless failures show up by {}.",
                    time(until, zone)
                );
            }
            (Self::AllDropped, _) => {
                "Records come in, and calls of the function succeed, but no record was returned \
                 as Ok, and none failed: the transform drops every record."
            }
            (Self::OnlyFailures, _) => {
                "Records come in and objects are written, but the transform \
                 returned no record as Ok: these may be failure objects."
            }
            (Self::Delivers, _) => "Records come in and are delivered.",
            (Self::Buffered(until), _) => {
                return format!(
                    "Records come in; nothing is delivered yet: they are buffered until {}.",
                    time(until, zone)
                );
            }
            (Self::Late, _) => {
                "Records come in; nothing is delivered yet, and metrics lag by a few minutes."
            }
            (Self::Missing, true) => {
                "Records come in, but nothing was delivered within the buffer intervals: the \
                 transform drops everything, or delivery fails."
            }
            (Self::Missing, false) => {
                "Records come in, but nothing was delivered within the buffer intervals."
            }
        };
        text.to_owned()
    }
}

impl Facts {
    /// `05:17 +01:00`, with the date if that is half a day ago or more.
    pub(super) fn time(&self, it: Millis) -> String {
        if self.now.saturating_sub(it) < HALF_A_DAY {
            return time(it, &self.shown_in);
        }
        let zoned = Timestamp::from_millisecond(it).unwrap_or_default();
        zoned.to_zoned(self.shown_in.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string()
    }
}

/// `05:17 +01:00`
fn time(it: Millis, zone: &TimeZone) -> String {
    let time = Timestamp::from_millisecond(it).unwrap_or_default().to_zoned(zone.clone());
    time.strftime("%H:%M %:z").to_string()
}

/// Of a transform that fails or is not called.
fn transform(facts: &Facts, metrics: &Metrics) -> Option<Reading> {
    let buffer = facts.stream.delays().transform?;
    let best = metrics.max("calls_ok");
    if best.is_some_and(|it| it <= 0.0) {
        // `Invocations` does not count calls that are throttled (Lambda's developer guide).
        // What is counted may be calls of others.
        let is_counted = !metrics.is_asked("calls") || metrics.sum("calls") > 0;
        let some_succeed =
            metrics.is_asked("call_errors") && metrics.sum("call_errors") < metrics.sum("calls");
        return Some(match (is_counted, metrics.sum("throttles")) {
            (true, _) if !some_succeed => Reading::CallsFail,
            (true, 0) => Reading::OwnCallsFail,
            (true, _) => Reading::CallsFailThrottled,
            (false, 0) => Reading::Refused,
            (false, _) => Reading::Throttled,
        });
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

/// True if records failed, or that none did is not known. Only S3 counts failure objects
/// as delivered: without a count of them, what goes elsewhere may have failed.
fn may_fail(facts: &Facts, metrics: &Metrics) -> bool {
    let is_s3 = facts.kind() == Some(DestinationKind::S3);
    facts.failures.yes().map_or(!is_s3, |it| it.objects > 0)
        || facts.delivery_error.yes().is_some()
        || metrics.min("calls_ok").is_some_and(|it| it < 1.0)
}

/// When the first record that is to be delivered is, at the latest. With a transform this
/// is the first one that was returned as Ok: those before it may have been dropped.
fn due(facts: &Facts, metrics: &Metrics) -> Millis {
    match metrics.first("processed").filter(|_| facts.stream.transform().is_some()) {
        Some(returned) => {
            let returned = end_of_period(facts, Some(returned));
            after(returned, facts.stream.delays().destination)
        }
        None => after(first(facts, metrics), wait(facts)),
    }
}

/// How long a record may be under way.
fn wait(facts: &Facts) -> Duration {
    facts.delay().map_or(MAX_FUNCTION_TIMEOUT, |it| it.most())
}

/// The longest call of the function.
fn call(facts: &Facts) -> Duration {
    facts.delay().map_or(MAX_FUNCTION_TIMEOUT, |it| it.call())
}
