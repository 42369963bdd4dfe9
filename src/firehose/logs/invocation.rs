//! Puts the log events of an invocation together, from START to REPORT.
//!
//! An execution environment writes to a log stream of its own and, as text,
//! works on one invocation at a time: what it writes without a request id
//! belongs to the one that runs. What stands before the first START is of the
//! start of the environment and goes with the invocation behind it.

use std::collections::{BTreeMap, VecDeque};

use super::LogEvent;
use super::said::{Level, Said, Trouble, said};
use crate::firehose::lambda_report::LambdaReport;

/// Log streams with an open invocation at a time; of more the oldest are given
/// up.
const MAX_STREAMS: usize = 10_000;

/// Invocations that are open in one log stream.
const MAX_OPEN: usize = 64;

/// Bytes of events that are held for one invocation, and for all of them.
const MAX_HELD_OF_ONE: usize = 1024 * 1024;
const MAX_HELD: usize = 24 * 1024 * 1024;

/// So long behind its REPORT an invocation may still have a line, in
/// milliseconds: `Task timed out` comes there.
const SETTLED: i64 = 2000;

/// An event of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// When it happened, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// Unique in its group.
    pub id: Option<String>,
    /// The message.
    pub message: Vec<u8>,
    /// Its level.
    pub level: Option<Level>,
    /// What it tells of.
    pub trouble: Option<Trouble>,
    /// True for a line of Lambda itself.
    pub is_platform: bool,
    /// A newer event was read before it.
    pub is_late: bool,
}

/// One invocation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Invocation {
    /// The request id.
    pub request: Option<String>,
    /// Name of the log group.
    pub group: Option<String>,
    /// Name of the log stream.
    pub stream: Option<String>,
    /// The version of the function.
    pub version: Option<String>,
    /// The times of its first and last event.
    pub times: Option<(i64, i64)>,
    /// What Lambda reports of it, once it is over.
    pub report: Option<LambdaReport>,
    /// The worst that went wrong.
    pub trouble: Option<Trouble>,
    /// It was the first of its environment.
    pub is_cold: bool,
    /// Its START was seen.
    pub has_start: bool,
    /// Its events, oldest first.
    pub parts: Vec<Part>,
    /// Events that were too many to be held.
    pub cut: u64,
    held: usize,
}

impl Invocation {
    /// True if an error of any kind was seen.
    pub fn has_failed(&self) -> bool {
        self.trouble.is_some()
    }

    fn add(&mut self, event: &LogEvent<'_>, part: Part) -> usize {
        if let Some(time) = event.timestamp {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        self.trouble = self.trouble.max(part.trouble);
        let weight = part.message.len() + size_of::<Part>();
        let is_telling = part.is_platform || part.trouble.is_some();
        let most = if is_telling { 2 * MAX_HELD_OF_ONE } else { MAX_HELD_OF_ONE };
        if self.held + weight > most {
            self.cut += 1;
            return 0;
        }
        self.held += weight;
        self.parts.push(part);
        weight
    }
}

/// What comes of events.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// An invocation.
    Invocation(Box<Invocation>),
    /// An error that a delivery stream reports.
    Delivery {
        /// Its event.
        event: LogEvent<'static>,
        /// `Lambda.FunctionError` and the like.
        code: String,
        /// What it says.
        message: String,
    },
    /// An event of no invocation.
    Loose {
        /// The event.
        event: LogEvent<'static>,
        /// Its level.
        level: Option<Level>,
        /// What it tells of.
        trouble: Option<Trouble>,
    },
}

type Key = (Option<String>, Option<String>);

/// An execution environment, by its log stream.
#[derive(Debug, Default)]
struct Environment {
    /// What it wrote before an invocation; told with the next.
    preface: Invocation,
    open: Vec<Invocation>,
}

/// Puts events together; they come in their order, but for late ones.
#[derive(Debug, Default)]
pub struct Invocations {
    environments: BTreeMap<Key, Environment>,
    /// Their keys, the oldest first.
    order: VecDeque<Key>,
    /// That of the last event; kept for its room.
    key: Key,
    held: usize,
    newest: Option<i64>,
    told: Vec<Told>,
}

impl Invocations {
    /// Takes an event and returns what is complete by it.
    pub fn push(&mut self, event: &LogEvent<'_>) -> Vec<Told> {
        let said = said(&event.message);
        if let Said::Delivery { code, message } = said {
            // What is over happened before.
            self.settle_before(None);
            self.told.push(Told::Delivery {
                code: code.into_owned(),
                message: message.into_owned(),
                event: event.clone().into_owned(),
            });
            return std::mem::take(&mut self.told);
        }
        if self
            .newest
            .is_none_or(|newest| event.timestamp.is_some_and(|time| time > newest + SETTLED))
        {
            self.newest = event.timestamp.or(self.newest);
            self.settle_before(self.newest.map(|newest| newest - SETTLED));
        }
        self.sort_in(event, said);
        self.bound();
        std::mem::take(&mut self.told)
    }

    /// Returns invocations that are over: nothing has come for a while.
    pub fn settle(&mut self) -> Vec<Told> {
        self.settle_before(None);
        std::mem::take(&mut self.told)
    }

    /// Returns all that is left: no more events come.
    pub fn finish(&mut self) -> Vec<Told> {
        for key in std::mem::take(&mut self.order) {
            if let Some(environment) = self.environments.remove(&key) {
                give_up(environment, &mut self.told);
            }
        }
        self.held = 0;
        std::mem::take(&mut self.told)
    }

    /// Tells the invocations that were reported before this time, or all.
    fn settle_before(&mut self, time: Option<i64>) {
        let is_over = |it: &Invocation| {
            it.report.is_some() && time.zip(it.times).is_none_or(|(time, (_, last))| last < time)
        };
        let mut over = Vec::new();
        self.environments.retain(|_, environment| {
            over.extend(environment.open.extract_if(.., |it| is_over(it)));
            !environment.open.is_empty() || !environment.preface.parts.is_empty()
        });
        over.sort_by(|one, other| (one.times, &one.request).cmp(&(other.times, &other.request)));
        self.held = self.held.saturating_sub(over.iter().map(|it| it.held).sum());
        self.told.extend(over.into_iter().map(|it| Told::Invocation(it.into())));
        if self.order.len() > 2 * self.environments.len() + MAX_OPEN {
            let known = &self.environments;
            self.order.retain(|key| known.contains_key(key));
        }
    }

    fn sort_in(&mut self, event: &LogEvent<'_>, said: Said<'_>) {
        set(&mut self.key.0, event.group.as_deref());
        set(&mut self.key.1, event.stream.as_deref());
        let key = &self.key;
        if !self.environments.contains_key(key) {
            self.order.push_back(key.clone());
            self.environments.insert(key.clone(), Environment::default());
        }
        let Some(environment) = self.environments.get_mut(key) else { return };
        let mut part = Part {
            timestamp: event.timestamp,
            id: event.id.as_deref().map(str::to_owned),
            message: event.message.to_vec(),
            level: None,
            trouble: None,
            is_platform: true,
            is_late: event.is_late,
        };
        match said {
            Said::Start { request, version } => {
                self.held = self.held.saturating_sub(environment.over(&mut self.told));
                let invocation = environment.begin(&request, key);
                invocation.version = Some(version.into_owned());
                invocation.has_start = true;
                self.held += invocation.add(event, part);
            }
            Said::End { request } => {
                self.held += environment.of(&request, key).add(event, part);
            }
            Said::Report(report) => {
                let invocation = environment.of(&report.request_id, key);
                invocation.is_cold |= report.init_duration.is_some();
                part.trouble = of_report(&report);
                self.held += invocation.add(event, part);
                invocation.report = Some(*report);
            }
            Said::InitStart | Said::InitReport { .. } => {
                let failed = matches!(&said, Said::InitReport { status: Some(_) });
                part.trouble = failed.then_some(Trouble::Init);
                let (_, invocation) = environment.running_or_preface(key);
                invocation.is_cold = true;
                self.held += invocation.add(event, part);
            }
            Said::Platform => {
                let (_, invocation) = environment.running_or_preface(key);
                self.held += invocation.add(event, part);
            }
            Said::Line { request, level, trouble } => {
                part.is_platform = false;
                (part.level, part.trouble) = (level, trouble);
                if let Some(request) = request {
                    self.held += environment.of(&request, key).add(event, part);
                    return;
                }
                let (is_running, invocation) = environment.running_or_preface(key);
                if is_running || invocation.is_cold {
                    self.held += invocation.add(event, part);
                } else {
                    let event = event.clone().into_owned();
                    self.told.push(Told::Loose { event, level, trouble });
                }
            }
            // Told before.
            Said::Delivery { .. } => {}
        }
    }

    /// Gives the oldest up while too much is held.
    fn bound(&mut self) {
        while self.held > MAX_HELD || self.environments.len() > MAX_STREAMS {
            let Some(key) = self.order.pop_front() else { return };
            if let Some(environment) = self.environments.remove(&key) {
                let held: usize = environment.open.iter().map(|it| it.held).sum();
                self.held = self.held.saturating_sub(held + environment.preface.held);
                give_up(environment, &mut self.told);
            }
        }
    }
}

impl Environment {
    /// Begins an invocation; what was written before goes with it.
    fn begin(&mut self, request: &str, key: &Key) -> &mut Invocation {
        if let Some(at) = self.open.iter().position(|it| it.request.as_deref() == Some(request)) {
            let known = self.open.remove(at);
            self.open.push(known);
        } else {
            let mut begun = std::mem::take(&mut self.preface);
            begun.request = Some(request.to_owned());
            (begun.group, begun.stream) = key.clone();
            self.open.push(begun);
        }
        self.last()
    }

    /// The invocation with this id.
    fn of(&mut self, request: &str, key: &Key) -> &mut Invocation {
        match self.open.iter().position(|it| it.request.as_deref() == Some(request)) {
            Some(at) => self.at(at),
            None => self.begin(request, key),
        }
    }

    /// The invocation that began last, if one runs, else what is kept for the
    /// next; true if one runs.
    fn running_or_preface(&mut self, key: &Key) -> (bool, &mut Invocation) {
        if self.open.is_empty() {
            if self.preface.parts.is_empty() {
                (self.preface.group, self.preface.stream) = key.clone();
            }
            return (false, &mut self.preface);
        }
        (true, self.last())
    }

    fn last(&mut self) -> &mut Invocation {
        self.at(self.open.len().saturating_sub(1))
    }

    fn at(&mut self, at: usize) -> &mut Invocation {
        match self.open.get_mut(at) {
            Some(open) => open,
            None => &mut self.preface,
        }
    }

    /// Tells those that are reported, and the oldest of too many; returns what
    /// they held.
    fn over(&mut self, told: &mut Vec<Told>) -> usize {
        let mut held = 0;
        let mut at = 0;
        while at < self.open.len() {
            let is_over = self.open.get(at).is_some_and(|it| it.report.is_some());
            if is_over || self.open.len() >= MAX_OPEN {
                let over = self.open.remove(at);
                held += over.held;
                told.push(Told::Invocation(over.into()));
            } else {
                at += 1;
            }
        }
        held
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

fn give_up(environment: Environment, told: &mut Vec<Told>) {
    let Environment { preface, open } = environment;
    told.extend(open.into_iter().map(|it| Told::Invocation(it.into())));
    if !preface.parts.is_empty() {
        told.push(Told::Invocation(preface.into()));
    }
}

fn of_report(report: &LambdaReport) -> Option<Trouble> {
    let status = report.status.as_deref()?;
    match (status, report.error_type.as_deref()) {
        (_, Some("Runtime.OutOfMemory")) => Some(Trouble::OutOfMemory),
        ("timeout", _) => Some(Trouble::TimedOut),
        _ => Some(Trouble::Exception),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "8f507cfc-0000-4000-8000-000000000001";
    const TWO: &str = "8f507cfc-0000-4000-8000-000000000002";

    /// Events of a log stream, a millisecond apart.
    fn told(lines: &[(&str, &str)]) -> Vec<Told> {
        let mut invocations = Invocations::default();
        let mut all = Vec::new();
        for (at, (stream, message)) in lines.iter().enumerate() {
            let event = LogEvent {
                stream: Some((*stream).into()),
                timestamp: Some(i64::try_from(at).unwrap()),
                message: message.as_bytes().into(),
                ..LogEvent::default()
            };
            all.extend(invocations.push(&event));
        }
        all.extend(invocations.finish());
        all
    }

    fn in_short(told: &Told) -> String {
        match told {
            Told::Invocation(it) => {
                let id = it.request.as_deref().and_then(|id| id.get(35..)).unwrap_or("?");
                let trouble = it.trouble.map_or("ok", Trouble::as_str);
                let over = if it.report.is_some() { "" } else { " open" };
                format!("{id} {} {trouble}{over}", it.parts.len())
            }
            Told::Delivery { code, .. } => code.clone(),
            Told::Loose { event, .. } => String::from_utf8_lossy(&event.message).into_owned(),
        }
    }

    fn short(lines: &[(&str, &str)]) -> Vec<String> {
        told(lines).iter().map(in_short).collect()
    }

    fn start(id: &str) -> String {
        format!("START RequestId: {id} Version: $LATEST")
    }

    fn end(id: &str) -> String {
        format!("END RequestId: {id}")
    }

    fn report(id: &str) -> String {
        format!(
            "REPORT RequestId: {id}\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\t"
        )
    }

    #[test]
    fn invocations_of_several_log_streams_are_told_apart() {
        let (one, two) = (start(ONE), start(TWO));
        let (done, other_done) = (report(ONE), report(TWO));
        assert_eq!(
            short(&[
                ("a", &one),
                ("b", &two),
                ("a", "mine"),
                ("b", "yours"),
                ("b", "yours too"),
                ("a", &end(ONE)),
                ("a", &done),
                ("b", &other_done),
            ]),
            ["1 4 ok", "2 4 ok"]
        );
    }

    #[test]
    fn a_line_behind_the_report_still_counts() {
        let timeout = format!("2026-11-22T10:00:03.123Z {ONE} Task timed out after 3.00 seconds");
        assert_eq!(
            short(&[
                ("a", &start(ONE)),
                ("a", &report(ONE)),
                ("a", &timeout),
                ("a", &start(TWO)),
                ("a", "hello"),
            ]),
            ["1 3 timed-out", "2 2 ok open"]
        );
    }

    #[test]
    fn the_start_of_an_environment_goes_with_its_first_invocation() {
        let all = told(&[
            ("a", "INIT_START Runtime Version: python:3.11.v39\tRuntime Version ARN: arn"),
            ("a", "loading"),
            ("a", &start(ONE)),
            ("a", &report(ONE)),
        ]);
        let [Told::Invocation(only)] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((only.parts.len(), only.is_cold, only.has_start), (4, true, true));
        let failed = short(&[
            ("a", "INIT_START Runtime Version: python:3.11.v39"),
            ("a", "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'"),
            (
                "a",
                "INIT_REPORT Init Duration: 1670.77 ms\tPhase: init\tStatus: error\tError Type: Runtime.Unknown",
            ),
        ]);
        assert_eq!(failed, ["? 3 init-error open"]);
    }

    #[test]
    fn what_belongs_to_no_invocation_is_told_as_it_comes() {
        let error =
            r#"{"deliveryStreamARN":"arn","message":"m","errorCode":"Lambda.FunctionError"}"#;
        assert_eq!(short(&[("a", "alone"), ("errors", error)]), ["alone", "Lambda.FunctionError"]);
    }

    #[test]
    fn a_flood_of_invocations_is_bounded_and_none_is_lost() {
        let lines: Vec<_> = (0..30_000).map(|at| (format!("s{at}"), start(ONE))).collect();
        let lines: Vec<_> =
            lines.iter().map(|(one, other)| (one.as_str(), other.as_str())).collect();
        assert_eq!(told(&lines).len(), 30_000);
        let line = "x".repeat(1000);
        let mut lines = vec![("a", line.as_str()); 5000];
        let start = start(ONE);
        lines.insert(0, ("a", &start));
        let all = told(&lines);
        let [Told::Invocation(only)] = all.as_slice() else { panic!("{}", all.len()) };
        assert_eq!(only.parts.len() as u64 + only.cut, 5001);
        assert!(only.cut > 3000);
    }
}
