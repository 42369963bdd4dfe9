//! What the logs of the function and of the stream say about the records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{By, SeenInvocation, TraceEvent, What};
use super::object::Witnesses;
use super::search::Hit;
use super::{Confidence, Searcher};
use crate::logs::LogEvent;
use crate::logs::invocation::{Grouped, Invocation, Invocations};
use crate::logs::message::{Message, delivery_stream, without_front};
use crate::time::Millis;

/// Lines of an invocation that are kept, and bytes of each.
const MAX_LINES: usize = 20;
const MAX_LINE: usize = 1000;

/// Invocations that are reported though nothing says that a record of ours was in them.
const MAX_BY_TIME: usize = 5;

/// Invocations that may run at a time.
const MAX_OPEN: usize = 1000;

/// Reads log events, in any order.
#[derive(Debug)]
pub struct LogWitness {
    witnesses: Arc<Witnesses>,
    invocations: Invocations,
    /// ARN of the stream: others may use the same log group.
    stream_arn: String,
    /// When the first record was put: what began before has none of them.
    since: Millis,
    /// Invocations that have begun and are not reported, and when they began.
    open: BTreeMap<String, Millis>,
    by_time: usize,
    /// Request ids of calls that `fh` made itself.
    own: BTreeSet<String>,
    /// A call of its own has an id that is not known.
    has_unknown_own: bool,
    /// Codes and messages of errors that were reported.
    errors: BTreeSet<(String, String)>,
}

impl LogWitness {
    /// For records that were put from `since` on.
    pub fn new(witnesses: Arc<Witnesses>, stream_arn: &str, since: Millis) -> Self {
        Self {
            witnesses,
            invocations: Invocations::default(),
            stream_arn: stream_arn.to_owned(),
            since,
            open: BTreeMap::new(),
            by_time: 0,
            own: BTreeSet::new(),
            has_unknown_own: false,
            errors: BTreeSet::new(),
        }
    }

    /// Leaves out this call, which `fh` made itself.
    pub fn leave_out(&mut self, request: String) {
        self.own.insert(request);
    }

    /// Notes that `fh` made a call itself whose request id is not known: any call may
    /// be that one, so only those with our records in their log are reported.
    pub const fn has_unknown_call(&mut self) {
        self.has_unknown_own = true;
    }

    /// Takes an event and returns what it completes.
    pub fn push(&mut self, event: &LogEvent<'_>) -> Vec<TraceEvent> {
        let at = event.timestamp.unwrap_or_default();
        if let Message::Start { request, .. } = Message::of(event.line())
            && at >= self.since
            && !self.has_unknown_own
            && self.open.len() < MAX_OPEN
            && !self.own.contains(request.as_ref())
        {
            self.open.insert(request.into_owned(), at);
        }
        let grouped = self.invocations.push(event);
        self.sort(grouped)
    }

    /// Returns what is complete: nothing has come for a while.
    pub fn settle(&mut self) -> Vec<TraceEvent> {
        let grouped = self.invocations.settle(None);
        self.sort(grouped)
    }

    /// Returns what is left: no more is read.
    pub fn finish(&mut self) -> Vec<TraceEvent> {
        let grouped = self.invocations.finish();
        self.sort(grouped)
    }

    /// Since when the oldest invocation has run that has not ended.
    pub fn running_since(&self) -> Option<Millis> {
        self.open.values().min().copied()
    }

    fn sort(&mut self, grouped: Vec<Grouped>) -> Vec<TraceEvent> {
        let events = grouped.into_iter().filter_map(|it| match it {
            Grouped::Invocation(it) => self.invocation(&it),
            Grouped::DeliveryError { event } => self.error(&event),
            Grouped::Unattributed { .. } => None,
        });
        events.collect()
    }

    fn invocation(&mut self, it: &Invocation) -> Option<TraceEvent> {
        let request = it.request.clone();
        let started = request.as_ref().and_then(|request| self.open.remove(request));
        let started = started.or_else(|| it.times.map(|(first, _)| first));
        let is_early = started.is_some_and(|at| at < self.since);
        let mut found = records(it, &self.witnesses.searcher);
        // Bytes without a marker may be of an earlier record.
        found.retain(|found| found.by == By::Marker || !is_early);
        let is_ours = request.as_ref().is_some_and(|it| self.own.contains(it));
        if is_ours || it.report.is_none() && !it.has_failed() {
            return None;
        }
        let by = if found.is_empty() { By::Time } else { By::Log };
        if by == By::Time {
            if self.by_time >= MAX_BY_TIME || is_early || self.has_unknown_own {
                return None;
            }
            self.by_time += 1;
        }
        let sure = match by {
            By::Log if self.has_unknown_own => Confidence::Possible,
            By::Log if found.iter().all(|it| it.by == By::Marker) => Confidence::Certain,
            By::Log => Confidence::Likely,
            _ => Confidence::Possible,
        };
        let (lines, more_lines) = lines(it, &found);
        let invocation = SeenInvocation {
            request,
            duration: it.report.as_ref().map(|report| report.duration),
            error: it.error_kind.map(crate::logs::message::ErrorKind::as_str),
            lines,
            more_lines,
            by,
            sure,
        };
        let records = found.into_iter().map(|it| it.record).collect::<BTreeSet<_>>();
        Some(TraceEvent {
            at: started.unwrap_or(self.since),
            records: records.into_iter().collect(),
            what: What::Invoked(Box::new(invocation)),
        })
    }

    fn error(&mut self, event: &LogEvent<'_>) -> Option<TraceEvent> {
        let at = event.timestamp.filter(|at| *at >= self.since)?;
        if delivery_stream(event.line()).is_some_and(|it| it != self.stream_arn) {
            return None;
        }
        let Message::DeliveryError { code, message, .. } = Message::of(event.line()) else {
            return None;
        };
        let error = (code.into_owned(), message.into_owned());
        if self.errors.len() >= MAX_OPEN || !self.errors.insert(error.clone()) {
            return None;
        }
        let (code, message) = error;
        Some(TraceEvent { at, records: Vec::new(), what: What::StreamError { code, message } })
    }
}

/// A record that an invocation logged.
struct Logged {
    record: usize,
    /// The place of its line.
    line: usize,
    by: By,
}

/// Records that an invocation logged.
fn records(it: &Invocation, searcher: &Searcher) -> Vec<Logged> {
    let lines = it.events.iter().enumerate();
    let found = lines.flat_map(|(line, event)| {
        let hits = searcher.find(event.line()).into_iter();
        hits.map(move |Hit { record, by, .. }| Logged { record, line, by })
    });
    found.collect()
}

/// The lines of the function itself: those with our records and those that report
/// errors first, if there are too many.
fn lines(it: &Invocation, found: &[Logged]) -> (Vec<String>, usize) {
    let own: Vec<_> = it.events.iter().enumerate().filter(|(_, it)| !it.is_platform).collect();
    let is_about_us = |at: usize| found.iter().any(|it| it.line == at);
    let mut kept: Vec<_> = own
        .iter()
        .filter(|(at, event)| is_about_us(*at) || event.error_kind.is_some())
        .chain(own.iter().filter(|(at, event)| !is_about_us(*at) && event.error_kind.is_none()))
        .take(MAX_LINES)
        .collect();
    kept.sort_by_key(|(at, _)| *at);
    let request = it.request.as_deref().unwrap_or_default();
    let line = |event: &crate::logs::invocation::InvocationEvent| {
        let line = without_front(event.line(), request);
        let line = line.get(..MAX_LINE).unwrap_or(&line);
        String::from_utf8_lossy(line).into_owned()
    };
    let lines: Vec<_> = kept.into_iter().map(|(_, event)| line(event)).collect();
    let more = own.len() - lines.len();
    (lines, more)
}
