//! What the logs of the function and of the stream say about the records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{By, SeenInvocation, TraceEvent, What};
use super::object::Witnesses;
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
            errors: BTreeSet::new(),
        }
    }

    /// Leaves out this call, which `fh` made itself.
    pub fn leave_out(&mut self, request: String) {
        self.own.insert(request);
    }

    /// Takes an event and returns what it completes.
    pub fn push(&mut self, event: &LogEvent<'_>) -> Vec<TraceEvent> {
        let at = event.timestamp.unwrap_or_default();
        if let Message::Start { request, .. } = Message::of(event.line())
            && at >= self.since
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
        let found = records(it, &self.witnesses.searcher);
        let started = started.or_else(|| it.times.map(|(first, _)| first));
        let is_ours = request.as_ref().is_some_and(|it| self.own.contains(it));
        if is_ours || it.report.is_none() && !it.has_failed() {
            return None;
        }
        let by = if found.is_empty() { By::Time } else { By::Log };
        if by == By::Time {
            if self.by_time >= MAX_BY_TIME || started.is_some_and(|at| at < self.since) {
                return None;
            }
            self.by_time += 1;
        }
        let sure = if by == By::Log { Confidence::Certain } else { Confidence::Possible };
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
        let records = found.into_iter().map(|(record, _)| record).collect::<BTreeSet<_>>();
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

/// Records that an invocation logged, and the places of their lines.
fn records(it: &Invocation, searcher: &Searcher) -> Vec<(usize, usize)> {
    let lines = it.events.iter().enumerate();
    let found = lines.flat_map(|(line, event)| {
        searcher.find(event.line()).into_iter().map(move |hit| (hit.record, line))
    });
    found.collect()
}

/// The lines of the function itself: those with our records and those that report
/// errors first, if there are too many.
fn lines(it: &Invocation, found: &[(usize, usize)]) -> (Vec<String>, usize) {
    let own: Vec<_> = it.events.iter().enumerate().filter(|(_, it)| !it.is_platform).collect();
    let is_about_us = |at: usize| found.iter().any(|(_, line)| *line == at);
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
