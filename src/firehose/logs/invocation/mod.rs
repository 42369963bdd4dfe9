//! Puts the log events of an invocation together, from START to REPORT.
//!
//! An execution environment writes to a log stream of its own. What it writes
//! without a request id belongs to the invocation that runs; so does what has
//! an id that Lambda has not reported, since any code may print one. Where
//! nothing is known to run, an id begins an invocation: a function may log no
//! START. What stands before the first START is of the start of the environment
//! and goes with the invocation after it.

mod grouped;
mod open;
#[cfg(test)]
mod tests;
mod totals;

use std::collections::BTreeMap;

use regex::bytes::Regex;

use super::LogEvent;
use super::message::{ErrorKind, Message};
use crate::bytes::part_mut;
use crate::lambda_report::LambdaReport;
pub use grouped::{Grouped, Invocation, InvocationEvent};
use open::OpenInvocations;
pub use totals::Totals;

/// How long after its REPORT an invocation may still have a line, in
/// milliseconds: `Task timed out` comes there.
const SETTLED: i64 = 2000;

/// How long after its last event an invocation that was seen to start is over,
/// in milliseconds: Lambda lets none take longer than 15 minutes.
const MAX_DURATION: i64 = 15 * 60 * 1000;

/// The same for one that was not: if Lambda is set to log only what goes
/// wrong, nothing says when it starts and ends.
const UNSTARTED: i64 = 60 * 1000;

type Key = (Option<String>, Option<String>);

/// An execution environment, by its log stream; its invocations by their places
/// in [`OpenInvocations`].
#[derive(Debug, Default)]
struct Environment {
    /// What it wrote before an invocation; returned with the next.
    preface: Option<u64>,
    /// The invocation that began last.
    last: Option<u64>,
    by_id: BTreeMap<String, u64>,
    /// The oldest invocation that runs, by lines of text.
    outer: Option<u64>,
    /// Those that have a REPORT.
    reported: Vec<u64>,
}

impl Environment {
    const fn is_idle(&self) -> bool {
        self.preface.is_none() && self.last.is_none()
    }
}

/// Puts events together; they come in their order, but for late ones.
#[derive(Debug, Default)]
pub struct Invocations {
    environments: BTreeMap<Key, Environment>,
    open: OpenInvocations,
    /// That of the last event; kept for its room.
    key: Key,
    newest: Option<i64>,
    grouped: Vec<Grouped>,
    keeps_objects: bool,
}

impl Invocations {
    /// Notes which invocations have an event that matches.
    pub fn searching(grep: Option<Regex>) -> Self {
        Self { open: OpenInvocations::searching(grep), ..Self::default() }
    }

    /// Keeps the id of each event, and the object that it was read from.
    #[must_use]
    pub fn keeping_objects(self) -> Self {
        Self { keeps_objects: true, ..self }
    }

    /// Takes an event and returns what is complete by it.
    pub fn push(&mut self, event: &LogEvent<'_>) -> Vec<Grouped> {
        let message = Message::of(event.line());
        if matches!(message, Message::DeliveryError { .. }) {
            // What is over happened before.
            self.finish_where(|it| it.report.is_some());
            self.grouped.push(Grouped::DeliveryError { event: event.clone().into_owned() });
            return std::mem::take(&mut self.grouped);
        }
        if let Some(time) = event.timestamp
            && self.newest.is_none_or(|newest| time > newest.saturating_add(SETTLED))
        {
            self.newest = Some(time);
            self.finish_where(|it| it.is_over(time));
        }
        set(&mut self.key.0, event.group.as_deref());
        set(&mut self.key.1, event.stream.as_deref());
        self.sort_in(event, message);
        while self.open.is_too_much() {
            self.close_first();
        }
        std::mem::take(&mut self.grouped)
    }

    /// Returns invocations that are reported and, where the time is known, those
    /// that are over by then, in milliseconds since 1970: nothing has come for a
    /// while.
    pub fn settle(&mut self, now: Option<i64>) -> Vec<Grouped> {
        self.finish_where(|it| it.report.is_some() || now.is_some_and(|now| it.is_over(now)));
        std::mem::take(&mut self.grouped)
    }

    /// Returns what has no log stream to tell it from what comes: another input
    /// begins, which may be of other times.
    pub fn begin_input(&mut self) -> Vec<Grouped> {
        self.finish_where(|it| it.stream.is_none());
        self.newest = None;
        std::mem::take(&mut self.grouped)
    }

    /// Returns all that is left: no more events come.
    pub fn finish(&mut self) -> Vec<Grouped> {
        while self.close_first() {}
        self.newest = None;
        std::mem::take(&mut self.grouped)
    }

    fn sort_in(&mut self, event: &LogEvent<'_>, message: Message<'_>) {
        let mut part = InvocationEvent::of(event, self.keeps_objects);
        let is_text = event.message.first() != Some(&b'{');
        match message {
            Message::Start { request, version } => {
                self.finish_reported();
                let at = self.of(&request);
                let inside = if is_text { self.outer(at) } else { None };
                let invocation = self.open.at(at);
                invocation.version = Some(version.into_owned());
                invocation.has_start = true;
                invocation.inside = inside;
                self.open.add(at, part);
            }
            // `serverless logs` gives it no time; with one, a function printed it.
            Message::BareStart if event.timestamp.is_none() && self.running().is_none() => {
                self.finish_reported();
                let at = self.preface();
                let invocation = self.open.at(at);
                invocation.has_start = true;
                invocation.is_bare = true;
                self.open.add(at, part);
            }
            Message::End { request } => {
                let at = self.of(&request);
                self.take_in(at);
                self.open.add(at, part);
            }
            Message::Report(report) if report.request_id.is_empty() && !self.is_bare() => {
                self.add_line(event, part, None);
            }
            Message::Report(report) => {
                let at = if report.request_id.is_empty() {
                    self.bare()
                } else {
                    let at = self.of(&report.request_id);
                    self.take_in(at);
                    at
                };
                part.error_kind = of_report(&report);
                self.open.add(at, part);
                let invocation = self.open.at(at);
                invocation.is_cold |=
                    report.init_duration.is_some() || report.restore_duration.is_some();
                invocation.report = Some(*report);
                if let Some(environment) = self.environments.get_mut(&self.key) {
                    environment.reported.push(at);
                }
            }
            Message::InitStart => {
                self.finish_reported();
                let at = self.running().unwrap_or_else(|| self.preface());
                self.open.at(at).is_cold = true;
                self.open.add(at, part);
            }
            Message::InitReport { status } => {
                part.error_kind = status.map(|_| ErrorKind::Init);
                let at = self.without_id().unwrap_or_else(|| self.preface());
                self.open.at(at).is_cold = true;
                self.open.add(at, part);
            }
            Message::Platform => {
                let at = self.without_id().unwrap_or_else(|| self.preface());
                self.open.add(at, part);
            }
            Message::Line { request, level, error_kind } => {
                (part.level, part.error_kind) = (level, error_kind);
                self.add_line(event, part, request.as_deref());
            }
            Message::BareStart => self.add_line(event, part, None),
            // Returned by `push`.
            Message::DeliveryError { .. } => {}
        }
    }

    /// Adds what the function or anybody else wrote.
    fn add_line(&mut self, event: &LogEvent<'_>, part: InvocationEvent, request: Option<&str>) {
        let part = InvocationEvent { is_platform: false, ..part };
        let at = match request {
            Some(request) => Some(self.with_id(request)),
            None => self.without_id(),
        };
        if let Some(at) = at {
            self.open.add(at, part);
        } else {
            let (event, error_kind) = (event.clone().into_owned(), part.error_kind);
            self.grouped.push(Grouped::Unattributed { event, error_kind });
        }
    }

    /// True if what runs began with a bare START, and has no REPORT.
    fn is_bare(&mut self) -> bool {
        let Some(at) = self.without_id() else { return false };
        let it = self.open.at(at);
        it.is_bare && it.report.is_none()
    }

    /// The place of what began with a bare START; no other line belongs before it.
    fn bare(&mut self) -> u64 {
        let at = self.without_id().unwrap_or_else(|| self.preface());
        if let Some(environment) = self.environments.get_mut(&self.key) {
            environment.preface = None;
            environment.last = Some(at);
        }
        at
    }

    /// The invocation that runs around the one at this place, which begins.
    fn outer(&mut self, at: u64) -> Option<u64> {
        let environment = self.environments.get_mut(&self.key)?;
        let known = environment.outer.filter(|known| *known != at);
        let outer = known.filter(|known| self.open.is_running(*known));
        if outer.is_none() {
            environment.outer = Some(at);
        }
        outer
    }

    /// Takes in what seemed to begin while this invocation ran. In text an
    /// environment works on one at a time (Lambda developer guide, "Configuring
    /// JSON and plain text log formats"): the function printed it.
    fn take_in(&mut self, at: u64) {
        let Some(environment) = self.environments.get_mut(&self.key) else { return };
        if environment.outer != Some(at) {
            return;
        }
        let open = &mut self.open;
        let printed = environment.by_id.extract_if(.., |_, inner| open.is_inside(*inner, at));
        let printed: Vec<_> = printed.map(|(_, inner)| inner).collect();
        environment.reported.retain(|reported| !printed.contains(reported));
        environment.last = Some(at);
        for inner in printed {
            self.open.take_in(at, inner);
        }
    }

    /// The invocation that runs: it has begun, and no REPORT has come.
    fn running(&mut self) -> Option<u64> {
        let last = self.environments.get(&self.key)?.last?;
        let it = self.open.at(last);
        (it.has_start && it.report.is_none()).then_some(last)
    }

    /// The place of what has no request id; none where nothing runs.
    fn without_id(&self) -> Option<u64> {
        let environment = self.environments.get(&self.key)?;
        environment.preface.or(environment.last)
    }

    /// The place of a line that has this id.
    fn with_id(&mut self, request: &str) -> u64 {
        let environment = self.environments.get(&self.key);
        match environment.and_then(|it| it.by_id.get(request)) {
            Some(at) => *at,
            None => self.running().unwrap_or_else(|| self.begin(request)),
        }
    }

    /// The place of the invocation with this id, of which Lambda itself tells.
    fn of(&mut self, request: &str) -> u64 {
        let environment = self.environments.get(&self.key);
        match environment.and_then(|it| it.by_id.get(request)) {
            Some(at) => *at,
            None => self.begin(request),
        }
    }

    /// Begins an invocation; what was written before goes with it.
    fn begin(&mut self, request: &str) -> u64 {
        let at = self.preface();
        self.open.at(at).request = Some(request.to_owned());
        if let Some(environment) = self.environments.get_mut(&self.key) {
            environment.preface = None;
            environment.last = Some(at);
            environment.by_id.insert(request.to_owned(), at);
        }
        at
    }

    /// The place of what is written before an invocation; made if there is none.
    fn preface(&mut self) -> u64 {
        let environment = self.environments.get_mut(&self.key);
        if let Some(at) = environment.as_ref().and_then(|it| it.preface) {
            return at;
        }
        let at = self.open.begin(&self.key);
        if let Some(environment) = environment {
            environment.preface = Some(at);
        } else {
            let environment = Environment { preface: Some(at), ..Environment::default() };
            self.environments.insert(self.key.clone(), environment);
        }
        at
    }

    /// Tells the invocations of this environment that have a REPORT.
    fn finish_reported(&mut self) {
        let Some(environment) = self.environments.get_mut(&self.key) else { return };
        let over = environment.reported.iter().copied();
        for at in over.filter(|at| !self.open.is_held(*at)).collect::<Vec<_>>() {
            self.close(at);
        }
    }

    /// Tells those that fit, in the order of their times.
    fn finish_where(&mut self, is_over: impl Fn(&Invocation) -> bool) {
        let first = self.grouped.len();
        for at in self.open.places_where(is_over) {
            self.close(at);
        }
        let grouped = part_mut(&mut self.grouped, first..);
        grouped.sort_by(|one, other| match (one, other) {
            (Grouped::Invocation(one), Grouped::Invocation(other)) => {
                (one.times, &one.request).cmp(&(other.times, &other.request))
            }
            _ => std::cmp::Ordering::Equal,
        });
    }

    /// Tells the one that began first; false if there is none.
    fn close_first(&mut self) -> bool {
        let Some(first) = self.open.first() else { return false };
        self.close(first);
        true
    }

    /// Tells one of which no more is waited for.
    fn close(&mut self, at: u64) {
        let Some(mut it) = self.open.remove(at) else { return };
        let key = (it.group.take(), it.stream.take());
        if let Some(environment) = self.environments.get_mut(&key) {
            if let Some(request) = &it.request {
                environment.by_id.remove(request);
            }
            environment.reported.retain(|reported| *reported != at);
            environment.preface = environment.preface.filter(|preface| *preface != at);
            environment.last = environment.last.filter(|last| *last != at);
            environment.outer = environment.outer.filter(|outer| *outer != at);
            if environment.is_idle() && environment.by_id.is_empty() {
                self.environments.remove(&key);
            }
        }
        (it.group, it.stream) = key;
        self.grouped.push(Grouped::Invocation(it));
    }
}

fn set(text: &mut Option<String>, new: Option<&str>) {
    match (text, new) {
        (Some(text), Some(new)) => {
            text.clear();
            text.push_str(new);
        }
        (text, new) => *text = new.map(str::to_owned),
    }
}

fn of_report(report: &LambdaReport) -> Option<ErrorKind> {
    let status = report.status.as_deref()?;
    match (status, report.error_type.as_deref()) {
        (_, Some("Runtime.OutOfMemory")) => Some(ErrorKind::OutOfMemory),
        ("timeout", _) => Some(ErrorKind::TimedOut),
        _ => Some(ErrorKind::Exception),
    }
}
