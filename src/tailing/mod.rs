//! Drives a tail of log groups: finds them, makes the calls, waits, and says
//! on standard error what the user is to know.
//!
//! What is asked when, and what is new, is decided in
//! [`firehose::tail`](crate::firehose::tail); this is its clock and its hands.
//!
//! ```text
//! Wanted ─▶ find ─▶ Places ─▶ Tailing::next ─▶ Heard::Events … ─▶ Heard::Ended
//! ```

mod find;
mod live;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::aws::{LogsClient, Session};
use crate::cli::AwsArgs;
use crate::context::{self, Context};
use crate::error::Error;
use crate::firehose::tail::{Answer, Counts, Notice, Policy, Query, Step, Tail, TailedEvent};
use crate::signals::Signals;
pub use find::{Place, PlaceKind, Wanted};
use live::{Live, MAX_SESSIONS, Word};

/// How long AWS may not be reached while nothing is followed, and before it
/// ever answered: then it is more likely that it never will.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_PATIENCE: Duration = Duration::from_secs(2);

/// How often new log groups are looked for that fit a pattern.
const RESCAN: Duration = Duration::from_secs(30);

/// What to tail, and how.
#[derive(Debug)]
pub struct Plan {
    /// Where to look.
    pub wanted: Wanted,
    /// From when, to when, how.
    pub policy: Policy,
    /// CloudWatch's filter pattern.
    pub filter_pattern: Option<String>,
    /// Only log streams whose name starts so.
    pub log_stream_prefix: Option<String>,
    /// Listen too: events are there sooner, and fetched all the same.
    pub is_live: bool,
    /// When to stop.
    pub timeout: Option<Duration>,
}

/// What a tail has to tell.
#[derive(Debug)]
pub enum Heard {
    /// Events in the order to show them; at least one.
    Events(Vec<TailedEvent>),
    /// Nothing has come for a while; more may.
    Quiet,
    /// There are no more.
    Ended(Ending),
}

/// Why there are no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All is read.
    Read,
    /// All is read but for log groups that could not be, or that the user named
    /// and are not there; each was told of.
    Partly,
    /// The time is over.
    Timeout,
    /// Somebody said stop.
    Stopped,
}

/// A tail under way.
pub struct Tailing<'a> {
    context: &'a Context,
    args: AwsArgs,
    session: Arc<Session>,
    client: LogsClient,
    plan: Plan,
    places: Vec<Place>,
    tail: Tail,
    live: Live,
    /// Places whose session was told to be lost, and to be sampled.
    lost: BTreeSet<usize>,
    sampled: BTreeSet<usize>,
    signals: Signals,
    started: Instant,
    scanned: Instant,
    /// When a tail that follows has read all that it is to.
    until: Option<Duration>,
    /// Since when nothing was answered.
    silent_since: Option<Instant>,
    has_answered: bool,
    refused: Option<Error>,
    /// Why it ends, once that is known.
    ending: Option<Ending>,
}

impl<'a> Tailing<'a> {
    /// Finds the log groups. No event is read yet.
    pub async fn open(args: &AwsArgs, plan: Plan, context: &'a Context) -> Result<Self, Error> {
        let region = plan.wanted.region()?;
        let session = Arc::new(Session::open(args, region.as_ref()).await?);
        let places = find::find(&session, &plan, context).await?;
        let mut tail = Tail::new(plan.policy);
        for _ in &places {
            let group = tail.add();
            if plan.is_live {
                tail.listen(group);
            }
        }
        let client = LogsClient::new(Arc::clone(&session));
        let mut live = Live::new();
        if plan.is_live {
            if places.len() > MAX_SESSIONS {
                let what = format!("{} log groups are too many for `--live`", places.len());
                let hint = format!("it takes {MAX_SESSIONS}; leave it out, or name fewer");
                return Err(Error::usage(what).hint(hint));
            }
            live.open(&client, &places);
        }
        let signals = Signals::listen()?;
        let now = Instant::now();
        let until = plan.policy.until.filter(|_| plan.policy.follows).map(from_now);
        Ok(Self {
            context,
            args: AwsArgs { region: Some(session.region().clone()), ..args.clone() },
            client,
            session,
            plan,
            places,
            tail,
            live,
            lost: BTreeSet::new(),
            sampled: BTreeSet::new(),
            signals,
            started: now,
            scanned: now,
            until,
            silent_since: None,
            has_answered: false,
            refused: None,
            ending: None,
        })
    }

    /// The log groups, by the numbers that events have.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Counts so far.
    pub fn counts(&self) -> Counts {
        self.tail.counts()
    }

    /// Waits for what there is to tell next. After an ending there is nothing.
    pub async fn next(&mut self) -> Result<Heard, Error> {
        while self.ending.is_none() {
            if let Some(heard) = self.step().await? {
                return Ok(heard);
            }
        }
        // What is read is shown, also if somebody said stop meanwhile.
        let rest = self.tail.rest();
        if !rest.is_empty() {
            return Ok(Heard::Events(rest));
        }
        Ok(Heard::Ended(self.ending.unwrap_or(Ending::Read)))
    }

    /// Waits, or makes a call.
    async fn step(&mut self) -> Result<Option<Heard>, Error> {
        if self.is_over() {
            self.ending = Some(Ending::Timeout);
            return Ok(None);
        }
        if self.until.is_some_and(|until| self.started.elapsed() >= until) {
            self.until = None;
            self.plan.policy.follows = false;
            self.tail.last_round();
        }
        match self.tail.next(self.started.elapsed()) {
            Step::Done if self.places.is_empty() => self.wait(RESCAN).await,
            Step::Done => {
                self.ending = Some(self.done()?);
                Ok(None)
            }
            Step::Wait(until) => self.wait(until.saturating_sub(self.started.elapsed())).await,
            Step::Ask(query) => {
                let events = self.ask(&query).await?;
                Ok((!events.is_empty()).then_some(Heard::Events(events)))
            }
        }
    }

    fn is_over(&self) -> bool {
        self.plan.timeout.is_some_and(|timeout| self.started.elapsed() >= timeout)
    }

    /// Waits and listens, at most until the time is over.
    async fn wait(&mut self, wait: Duration) -> Result<Option<Heard>, Error> {
        let left = self.plan.timeout.map(|it| it.saturating_sub(self.started.elapsed()));
        let wait = left.map_or(wait, |left| left.min(wait));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.signals.next() => {
                self.ending = Some(Ending::Stopped);
                return Ok(None);
            }
            word = self.live.next() => {
                let events = self.hear(word);
                return Ok((!events.is_empty()).then_some(Heard::Events(events)));
            }
        }
        self.scan().await?;
        Ok(Some(Heard::Quiet))
    }

    /// Takes a word of a session.
    fn hear(&mut self, word: Word) -> Vec<TailedEvent> {
        match word {
            Word::Open(number) => {
                if self.lost.remove(&number) {
                    self.context.tell(&words::listening(number, &self.places));
                }
                Vec::new()
            }
            Word::News(number, news) => {
                if news.is_sampled && self.sampled.insert(number) {
                    self.context.tell(&words::sampled(number, &self.places));
                }
                self.tail.heard(number, news.events)
            }
            Word::Lost(number, error) => {
                if self.lost.insert(number) {
                    let hints = error.hints().iter().map(String::as_str);
                    let hints: Vec<_> =
                        hints.chain(["fh goes on without it, and tries again"]).collect();
                    self.context.complain(&error.to_string(), &hints);
                }
                Vec::new()
            }
        }
    }

    /// Makes a call, if there is time for it.
    async fn ask(&mut self, query: &Query) -> Result<Vec<TailedEvent>, Error> {
        let Some(place) = self.places.get(query.group) else {
            return Err(Error::internal("a log group without a place is tailed"));
        };
        let left = self.plan.timeout.map(|it| it.saturating_sub(self.started.elapsed()));
        let fetch = tokio::select! {
            fetch = self.client.fetch(&place.selection, query) => fetch,
            () = self.signals.next() => {
                self.ending = Some(Ending::Stopped);
                return Ok(Vec::new());
            }
            () = tokio::time::sleep(left.unwrap_or(Duration::MAX)) => {
                self.ending = Some(Ending::Timeout);
                return Ok(Vec::new());
            }
        };
        let batch = self.tail.answered(fetch.answer.clone(), self.started.elapsed());
        match fetch.answer {
            Answer::Page { .. } | Answer::Missing => {
                self.has_answered = true;
                self.silent_since = None;
            }
            Answer::Unreachable => self.unreachable(fetch.error, fetch.needs_login).await?,
            Answer::Refused => self.refused(fetch.error)?,
            Answer::Throttled | Answer::BadToken => {}
        }
        for notice in batch.notices {
            self.tell(notice);
        }
        let mut events = batch.events;
        while let Some(word) = self.live.try_next() {
            events.extend(self.hear(word));
        }
        Ok(events)
    }

    /// Decides whether to go on.
    async fn unreachable(&mut self, error: Option<Error>, is_login: bool) -> Result<(), Error> {
        let Some(error) = error else { return Ok(()) };
        let is_new = self.silent_since.is_none();
        let since = *self.silent_since.get_or_insert_with(Instant::now);
        let follows = self.plan.policy.follows && self.has_answered;
        let patience = if self.has_answered { PATIENCE } else { FIRST_PATIENCE };
        if !follows && (is_login || since.elapsed() >= patience) {
            return Err(error);
        }
        if is_new && self.has_answered {
            let hints = error.hints().iter().map(String::as_str);
            let hints: Vec<_> = hints.chain(["fh goes on as soon as it can"]).collect();
            self.context.complain(&error.to_string(), &hints);
        }
        if is_login {
            // What was logged in meanwhile is found by reading it all anew.
            if let Ok(session) = Session::open(&self.args, None).await {
                self.session = Arc::new(session);
                self.client = LogsClient::new(Arc::clone(&self.session));
                self.listen();
            }
        }
        Ok(())
    }

    /// One group that cannot be read does not stop the others.
    fn refused(&mut self, error: Option<Error>) -> Result<(), Error> {
        let Some(error) = error else { return Ok(()) };
        if self.places.len() == 1 {
            return Err(error);
        }
        let hints: Vec<_> = error.hints().iter().map(String::as_str).collect();
        self.context.complain(&error.to_string(), &hints);
        self.refused.get_or_insert(error);
        Ok(())
    }

    /// All is read, unless there was nothing to read.
    fn done(&mut self) -> Result<Ending, Error> {
        if !self.has_answered
            && let Some(error) = self.refused.take()
        {
            return Err(error);
        }
        let missing = |group: &usize| self.tail.is_missing(*group);
        let missing: Vec<_> = (0..self.places.len()).filter(missing).collect();
        if missing.len() == self.places.len()
            && let Some(place) = self.places.first()
        {
            return Err(words::missing(place, &self.session));
        }
        let mut is_partly =
            self.refused.is_some() || self.plan.wanted.unmet(&self.places).next().is_some();
        for place in missing.into_iter().filter_map(|group| self.places.get(group)) {
            words::complain_of_missing(place, &self.session, false, self.context);
            is_partly |= place.kind == PlaceKind::Group;
        }
        Ok(if is_partly { Ending::Partly } else { Ending::Read })
    }

    /// Looks for new groups that fit a pattern.
    async fn scan(&mut self) -> Result<(), Error> {
        let is_due = self.plan.policy.follows && self.scanned.elapsed() >= RESCAN;
        if !is_due || !self.plan.wanted.has_pattern() {
            return Ok(());
        }
        self.scanned = Instant::now();
        // It is tried again; what fails for long, fails for the tail too.
        let Ok(found) = find::groups(&self.client, &self.plan).await else { return Ok(()) };
        for place in found {
            if !find::is_read(&self.places, &place) {
                self.context
                    .tell(&format!("fh: also reading log group `{}`", place.selection.group));
                self.places.push(place);
                let group = self.tail.add();
                if self.plan.is_live {
                    self.tail.listen(group);
                }
                self.listen();
            }
        }
        Ok(())
    }

    /// Opens all sessions anew.
    fn listen(&mut self) {
        if self.plan.is_live {
            self.live.open(&self.client, &self.places);
        }
    }

    fn tell(&self, notice: Notice) {
        match notice {
            Notice::Missing(group) if self.plan.policy.follows => {
                if let Some(place) = self.places.get(group) {
                    words::complain_of_missing(place, &self.session, true, self.context);
                }
            }
            // Told at the end, when it is known what else there was.
            Notice::Missing(_) => {}
            notice => self.context.tell(&words::line(notice, &self.places)),
        }
    }
}

/// How long it is until this time, in milliseconds since 1970.
fn from_now(time: i64) -> Duration {
    let time = Duration::from_millis(u64::try_from(time).unwrap_or_default());
    time.saturating_sub(context::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
