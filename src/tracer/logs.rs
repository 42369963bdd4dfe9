//! Reads the log group of the function and that of the stream's errors.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::now;
use crate::aws::{Fetch, LogsClient, Selection, Session};
use firehose::logs::LogEvent;
use firehose::logs::tail::{
    DEFAULT_OVERLAP, FetchResult, Query, Tail, TailPolicy, TailStep, TailedEvent,
};
use firehose::names::FunctionName;
use firehose::stream::DeliveryStream;
use firehose::time::Millis;
use firehose::trace::{LogWitness, TraceEvent, What};

/// A log group that is read.
struct ListenedGroup {
    selection: Selection,
    /// It is that of the function.
    is_function: bool,
    is_refused: bool,
}

type Asking = Pin<Box<dyn Future<Output = Fetch> + Send>>;

/// Reads logs as they come.
pub(super) struct Listening {
    client: LogsClient,
    groups: Vec<ListenedGroup>,
    tail: Tail,
    asking: Option<Asking>,
    /// Number of the group that was asked last.
    asked: usize,
    started: Instant,
    witness: Option<LogWitness>,
    /// What was found out before there was anything to read.
    early: Vec<TraceEvent>,
    function_timeout: Option<Duration>,
}

impl Listening {
    /// Finds the log groups. No event is read yet.
    pub(super) async fn find(
        session: &Arc<Session>,
        stream: &DeliveryStream,
        since: Millis,
    ) -> Self {
        let policy = TailPolicy {
            since,
            until: None,
            follows: true,
            last: None,
            overlap: DEFAULT_OVERLAP,
            seed: fastrand::u64(..),
        };
        let mut listening = Self {
            client: LogsClient::new(Arc::clone(session)),
            groups: Vec::new(),
            tail: Tail::new(policy),
            asking: None,
            asked: 0,
            started: Instant::now(),
            witness: None,
            early: Vec::new(),
            function_timeout: None,
        };
        let function: Option<Result<FunctionName, String>> =
            stream.transform().map(|it| it.function_arn.parse());
        if let Some(Ok(function)) = function {
            let configuration = session.function_configuration(&function).await;
            let logs = configuration.yes().map(|it| it.logs(&function).group);
            let seconds = configuration.yes().and_then(|it| it.timeout);
            listening.function_timeout = seconds.map(|it| Duration::from_secs(it.into()));
            listening.add(&logs.unwrap_or_else(|| function.default_log_group()), true);
        }
        let logging = stream.destination.as_ref().and_then(|it| it.logging.as_ref());
        if let Some(logging) = logging {
            listening.add(&logging.group, false);
        }
        listening
    }

    fn add(&mut self, group: &str, is_function: bool) {
        let Ok(group) = group.parse() else {
            return self.unread(group, "it is not a valid name of a log group");
        };
        let selection = Selection { group, stream: None, prefix: None, pattern: None };
        self.groups.push(ListenedGroup { selection, is_function, is_refused: false });
        self.tail.add();
    }

    fn unread(&mut self, group: &str, why: &str) {
        let what = format!("log group {group}");
        let what = What::Unseen { what, why: why.to_owned(), may_hold: false };
        self.early.push(TraceEvent { at: now(), records: Vec::new(), what });
    }

    /// From now on, events are read.
    pub(super) fn listen(&mut self, witness: LogWitness) {
        self.started = Instant::now();
        self.witness = Some(witness);
    }

    /// The timeout of the function, if it is known.
    pub(super) const fn function_timeout(&self) -> Option<Duration> {
        self.function_timeout
    }

    /// True if the log of the function is read.
    pub(super) fn has_function(&self) -> bool {
        self.groups.iter().any(|it| it.is_function && !it.is_refused)
    }

    /// Since when the oldest call has run that has not ended.
    pub(super) fn running_since(&self) -> Option<Millis> {
        self.witness.as_ref().and_then(LogWitness::running_since)
    }

    /// Waits for what comes next. Safe to drop while it waits.
    pub(super) async fn next(&mut self) -> Vec<TraceEvent> {
        if !self.early.is_empty() {
            return std::mem::take(&mut self.early);
        }
        loop {
            if let Some(asking) = &mut self.asking {
                let fetch = asking.await;
                self.asking = None;
                let events = self.answered(fetch);
                if !events.is_empty() {
                    return events;
                }
            }
            match self.tail.next(self.started.elapsed()) {
                TailStep::Ask(query) => self.ask(query),
                TailStep::Wait(until) => {
                    tokio::time::sleep(until.saturating_sub(self.started.elapsed())).await;
                }
                TailStep::Done => std::future::pending().await,
            }
        }
    }

    fn ask(&mut self, query: Query) {
        let Some(group) = self.groups.get(query.group) else { return };
        self.asked = query.group;
        let (client, selection) = (self.client.clone(), group.selection.clone());
        self.asking = Some(Box::pin(async move { client.fetch(&selection, &query).await }));
    }

    fn answered(&mut self, fetch: Fetch) -> Vec<TraceEvent> {
        let is_refused = fetch.answer == FetchResult::Refused || fetch.needs_login;
        let update = self.tail.answered(fetch.answer, self.started.elapsed());
        let mut events = self.read(&update.events);
        if is_refused {
            events.extend(self.refused(fetch.error.map(|it| it.to_string())));
        }
        events
    }

    /// Notes that the group that was asked last cannot be read.
    fn refused(&mut self, why: Option<String>) -> Option<TraceEvent> {
        let why = why?;
        let group = self.groups.get_mut(self.asked).filter(|it| !it.is_refused)?;
        group.is_refused = true;
        let what = format!("log group {}", group.selection.group);
        let what = What::Unseen { what, why, may_hold: false };
        Some(TraceEvent { at: now(), records: Vec::new(), what })
    }

    fn read(&mut self, events: &[TailedEvent]) -> Vec<TraceEvent> {
        let Some(witness) = &mut self.witness else { return Vec::new() };
        let mut seen = Vec::new();
        for tailed in events {
            let Some(group) = self.groups.get(tailed.group) else { continue };
            let name = group.selection.group.as_str();
            seen.extend(witness.push(&LogEvent::fetched(&tailed.event, name, tailed.is_late)));
        }
        seen.extend(witness.settle());
        seen
    }

    /// What is read and was not returned yet.
    pub(super) fn finish(&mut self) -> Vec<TraceEvent> {
        let rest = self.tail.drain();
        let mut events = self.read(&rest);
        events.extend(self.witness.as_mut().map(LogWitness::finish).unwrap_or_default());
        events
    }
}
