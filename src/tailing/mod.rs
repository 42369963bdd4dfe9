//! Drives a tail of log groups: finds them, makes the calls, waits, and says
//! on standard error what the user is to know.
//!
//! What is asked when, and what is new, is decided in
//! [`firehose::logs::tail`]; this has the clock and makes the calls.
//!
//! ```text
//! Wanted ─▶ find ─▶ Places ─▶ Tailing::next ─▶ TailEvent::Events … ─▶ TailEvent::Ended
//! ```

mod answers;
mod clock;
mod find;
mod growth;
mod live;
mod notices;
mod writers;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::aws::{Fetch, LogsClient, Session};
use crate::context::{self, Context};
use crate::error::Error;
use crate::signals::Signals;
use clock::SleepAwareClock;
use find::FoundGroups;
pub use find::{GroupKind, TailedGroup, Wanted};
use firehose::logs::tail::{Query, Tail, TailCounts, TailPolicy, TailStep, TailedEvent};
use firehose::names::AccountId;
use live::{Live, LiveMessage, MAX_SESSIONS};

/// How often new log groups are looked for that fit a pattern.
const RESCAN: Duration = Duration::from_secs(30);

/// From the last event to [`TailEvent::Quiet`], and to the next.
const QUIET: Duration = Duration::from_secs(1);

/// What to tail, and how.
#[derive(Debug)]
pub struct TailPlan {
    /// Where to look.
    pub wanted: Wanted,
    /// From when, to when, how.
    pub policy: TailPolicy,
    /// CloudWatch's filter pattern.
    pub filter_pattern: Option<String>,
    /// Only log streams whose name starts so.
    pub log_stream_prefix: Option<String>,
    /// Use Live Tail too: events come sooner, and are still fetched.
    pub is_live: bool,
    /// When to stop.
    pub timeout: Option<Duration>,
    /// The command that looks for what is wrong with the stream, if one is named.
    pub doctor: Option<String>,
}

/// What comes of a tail.
#[derive(Debug)]
pub enum TailEvent {
    /// Events in the order to show them; at least one.
    Events(Vec<TailedEvent>),
    /// Nothing has come for a while; more may. True if all was shown that was
    /// there at first.
    Quiet(bool),
    /// There are no more.
    Ended(TailEnding),
}

/// Why there are no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TailEnding {
    /// All is read.
    Read,
    /// All is read but for log groups that could not be, or that the user named
    /// and are not there; each was reported.
    Partly,
    /// The time is over.
    Timeout,
    /// A signal came.
    Stopped,
}

/// A tail under way.
pub struct Tailing<'a> {
    context: &'a Context,
    session: Arc<Session>,
    client: LogsClient,
    plan: TailPlan,
    places: Vec<TailedGroup>,
    /// The account of the caller, where that is known.
    caller: Option<AccountId>,
    tail: Tail,
    /// The call under way.
    asking: Option<Asking>,
    live: Live,
    /// Places whose session was reported as lost, and as sampled.
    lost: BTreeSet<usize>,
    sampled: BTreeSet<usize>,
    /// Places of which a log stream is missing, not the log group.
    without_stream: BTreeSet<usize>,
    signals: Signals,
    started: Instant,
    clock: SleepAwareClock,
    scanned: Instant,
    /// A search for new groups has failed, and that was reported.
    reported_scan: bool,
    /// When something was last returned.
    last_event: Instant,
    /// When a tail that follows has read all that it is to.
    until: Option<Duration>,
    /// Since when nothing was answered.
    silent_since: Option<Instant>,
    has_answered: bool,
    /// It was reported that calls do not work.
    has_warned: bool,
    /// Log groups could not be read; why, where that was not reported.
    has_refused: bool,
    refused: Vec<Error>,
    /// Events were left out, and that was reported.
    has_left_out: bool,
    /// Why it fails, until that is returned.
    failed: Option<Error>,
    /// Why it ends, once that is known.
    ending: Option<TailEnding>,
}

type Asking = Pin<Box<dyn Future<Output = Fetch> + Send>>;

/// What a tail waited for.
enum TailWakeup {
    Answered(Box<Fetch>),
    Live(LiveMessage),
    Signal,
    Timer,
}

impl<'a> Tailing<'a> {
    /// Finds the log groups. No event is read yet.
    pub async fn open(
        session: Arc<Session>,
        plan: TailPlan,
        context: &'a Context,
    ) -> Result<Self, Error> {
        let (mut signals, started) = (Signals::listen()?, Instant::now());
        let FoundGroups { places, caller } = tokio::select! {
            found = find::find(&session, &plan, context) => found?,
            () = signals.next() => return Err(Error::interrupted()),
            () = tokio::time::sleep(plan.timeout.unwrap_or(Duration::MAX)) => {
                return Err(Error::aws("AWS did not list the log groups within `--timeout`")
                    .hint("increase it, or check the network and `--endpoint-url`"));
            }
        };
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
                let hint = format!("it supports {MAX_SESSIONS}; omit it, or choose fewer");
                return Err(Error::user(what).hint(hint));
            }
            live.open(&client, &places);
        }
        let now = Instant::now();
        // What is late has its time, too.
        let until = plan.policy.until.filter(|_| plan.policy.follows);
        let until = until.map(|until| from_now(until, plan.policy.overlap));
        Ok(Self {
            context,
            client,
            session,
            plan,
            places,
            caller,
            tail,
            asking: None,
            live,
            lost: BTreeSet::new(),
            sampled: BTreeSet::new(),
            without_stream: BTreeSet::new(),
            signals,
            started,
            clock: SleepAwareClock::new(),
            scanned: now,
            reported_scan: false,
            last_event: now,
            until,
            silent_since: None,
            has_answered: false,
            has_warned: false,
            has_refused: false,
            refused: Vec::new(),
            has_left_out: false,
            failed: None,
            ending: None,
        })
    }

    /// The log groups, by the numbers that events have.
    pub fn places(&self) -> &[TailedGroup] {
        &self.places
    }

    /// Counts so far.
    pub fn counts(&self) -> TailCounts {
        self.tail.counts()
    }

    /// True if AWS has answered at all.
    pub const fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// True if something could not be read, which was reported.
    pub const fn is_partly(&self) -> bool {
        self.has_refused || self.has_left_out
    }

    /// Waits for what comes next. After an ending or an error there is nothing.
    pub async fn next(&mut self) -> Result<TailEvent, Error> {
        while self.ending.is_none() && self.failed.is_none() {
            match self.step().await {
                Ok(Some(event)) => {
                    self.last_event = Instant::now();
                    return Ok(event);
                }
                Ok(None) => {}
                Err(error) => self.failed = Some(error),
            }
        }
        self.report_refused();
        // What is read is shown, also after a signal.
        let rest = self.tail.drain();
        if !rest.is_empty() {
            return Ok(TailEvent::Events(rest));
        }
        match self.failed.take() {
            Some(error) => {
                self.ending = Some(TailEnding::Partly);
                Err(error)
            }
            None => Ok(TailEvent::Ended(self.ending.unwrap_or(TailEnding::Read))),
        }
    }

    /// Waits for what comes next.
    async fn step(&mut self) -> Result<Option<TailEvent>, Error> {
        if self.is_over() {
            self.ending = Some(TailEnding::Timeout);
            return Ok(None);
        }
        if self.until.is_some_and(|until| self.clock.now() >= until) {
            self.until = None;
            self.plan.policy.follows = false;
            self.tail.last_round();
        }
        if self.last_event.elapsed() >= QUIET {
            return Ok(Some(TailEvent::Quiet(self.tail.has_caught_up())));
        }
        if self.is_scan_due() && self.asking.is_none() {
            self.scan().await;
            return Ok(None);
        }
        let wait = match self.asking {
            Some(_) => Duration::MAX,
            None => match self.tail.next(self.clock.now()) {
                TailStep::Done if self.places.is_empty() && self.plan.policy.follows => RESCAN,
                TailStep::Done => {
                    self.ending = Some(self.done().await?);
                    return Ok(None);
                }
                TailStep::Wait(until) => until.saturating_sub(self.clock.now()),
                TailStep::Ask(query) => {
                    self.ask(query)?;
                    Duration::MAX
                }
            },
        };
        let events = match self.wait(wait).await {
            TailWakeup::Answered(fetch) => {
                self.asking = None;
                self.answered(*fetch).await
            }
            TailWakeup::Live(message) => self.live_message(message),
            TailWakeup::Timer => Vec::new(),
            TailWakeup::Signal => {
                self.ending = Some(TailEnding::Stopped);
                Vec::new()
            }
        };
        Ok((!events.is_empty()).then_some(TailEvent::Events(events)))
    }

    fn is_over(&self) -> bool {
        self.plan.timeout.is_some_and(|timeout| self.started.elapsed() >= timeout)
    }

    /// What is left of the time.
    fn left(&self) -> Duration {
        self.plan
            .timeout
            .map_or(Duration::MAX, |timeout| timeout.saturating_sub(self.started.elapsed()))
    }

    /// Waits this long, or until something happens.
    async fn wait(&mut self, wait: Duration) -> TailWakeup {
        let quiet = QUIET.saturating_sub(self.last_event.elapsed());
        let wait = wait.min(self.left()).min(quiet);
        let asking = &mut self.asking;
        let answer = async {
            match asking {
                Some(asking) => asking.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.signals.next() => TailWakeup::Signal,
            fetch = answer => TailWakeup::Answered(fetch.into()),
            message = self.live.next() => TailWakeup::Live(message),
            () = tokio::time::sleep(wait) => TailWakeup::Timer,
        }
    }

    /// Makes a call.
    fn ask(&mut self, query: Query) -> Result<(), Error> {
        let Some(place) = self.places.get(query.group) else {
            return Err(Error::internal("a log group without a place is tailed"));
        };
        let (client, selection) = (self.client.clone(), place.selection.clone());
        self.asking = Some(Box::pin(async move { client.fetch(&selection, &query).await }));
        Ok(())
    }
}

/// How long it is until `after` has passed since `time`, in milliseconds since
/// 1970.
fn from_now(time: i64, after: Duration) -> Duration {
    let time = Duration::from_millis(u64::try_from(time).unwrap_or_default());
    let now = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    time.saturating_add(after).saturating_sub(now)
}
