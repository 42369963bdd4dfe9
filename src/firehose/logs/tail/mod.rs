//! Tailing log groups so that no event is missed and none is shown twice.
//! Pure: time goes in, calls and events come out.
//!
//! ```text
//! next(now) ─▶ TailStep::Ask(query) ─▶ answered(answer, now) ─▶ TailUpdate with events to show
//!           ─▶ TailStep::Wait(until)
//!           ─▶ TailStep::Done
//! ```
//!
//! `FilterLogEvents` finds events by their timestamp, not by when they arrived
//! (API reference), and an event may arrive minutes after its timestamp. So
//! each group is read again and again over a window that begins before the
//! newest arrival, and what was there before is known by its id:
//! `reader.rs`. All groups share one quota, and one limiter: `pace.rs`.

mod live_dedup;
mod pace;
mod reader;
mod seen_events;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::time::Millis;
use pace::RequestPace;
use reader::GroupReader;

/// How far before the newest arrival events are looked for, unless the user
/// says otherwise: nearly all logs of Lambda arrive within seconds.
pub const DEFAULT_OVERLAP: Duration = Duration::from_mins(2);

/// Ids that are remembered in all groups together: 16 bytes each and their
/// timestamp, about 80 MB.
const MAX_REMEMBERED: usize = 2_000_000;

/// Calls in a row that work before throttling is reported as over: if every
/// second call is throttled, that is one state and not a hundred changes.
const CALLS_TO_RECOVER: u32 = 10;

/// An event as `FilterLogEvents` returns it. Nothing of it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedEvent {
    /// Log stream.
    pub stream: String,
    /// When it happened, as its writer says.
    pub timestamp: Millis,
    /// When it arrived.
    pub ingestion: Millis,
    /// Unique in its group. Empty for an event of Live Tail.
    pub id: String,
    /// The message.
    pub message: String,
}

/// An event to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailedEvent {
    /// Number of its group, as [`Tail::add`] returned it.
    pub group: usize,
    /// The event.
    pub event: FetchedEvent,
    /// A newer event of its group was shown in an earlier batch.
    pub is_late: bool,
}

impl TailedEvent {
    fn order(&self) -> (i64, i64, &str) {
        (self.event.timestamp, self.event.ingestion, &self.event.id)
    }
}

/// What to tail.
#[derive(Debug, Clone, Copy)]
pub struct TailPolicy {
    /// Events from this time on.
    pub since: Millis,
    /// None later than this.
    pub until: Option<Millis>,
    /// Keep reading once all is read.
    pub follows: bool,
    /// Of the events there are at first, show only this many, the newest.
    pub last: Option<usize>,
    /// How far before the newest arrival to look.
    pub overlap: Duration,
    /// Where the jitter comes from.
    pub seed: u64,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailStep {
    /// Make this call, then hand in its result.
    Ask(Query),
    /// Nothing is to be asked before this time.
    Wait(Duration),
    /// All is read. Never comes while following.
    Done,
}

/// A call of `FilterLogEvents`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Number of the group.
    pub group: usize,
    /// First timestamp.
    pub start: Millis,
    /// Last timestamp.
    pub end: Option<Millis>,
    /// Where the page before ended.
    pub token: Option<String>,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchResult {
    /// Events, and where the next page starts if there is one. A page without
    /// events need not be the last.
    Page {
        /// The events.
        events: Vec<FetchedEvent>,
        /// Where to continue.
        token: Option<String>,
        /// When AWS answered, by its own clock.
        served: Option<Millis>,
    },
    /// Too many calls.
    Throttled,
    /// The token is not taken.
    BadToken,
    /// There is no such group, or no such log stream in it.
    Missing,
    /// It may work later.
    Unreachable,
    /// It will never work.
    Refused,
}

/// What the result of a call brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TailUpdate {
    /// Events in the order to show them.
    pub events: Vec<TailedEvent>,
    /// What the user is to know.
    pub notices: Vec<Notice>,
}

/// Something that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// AWS throttles; reported once for as long as it lasts.
    Throttled,
    /// Calls work again.
    Recovered,
    /// The group of this number is not there.
    Missing(usize),
    /// The group of this number was missing and is there now.
    Appeared(usize),
    /// In this group more events came than can be remembered: late ones from
    /// before this timestamp are not looked for.
    Forgotten(usize, Millis),
    /// For this group the service gives the same token again and again, or
    /// takes none: the rest of a reading was left out.
    StuckToken(usize),
}

/// Counts of a tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TailCounts {
    /// Events shown.
    pub events: u64,
    /// Those of them that were late.
    pub late: u64,
    /// Calls made.
    pub calls: u64,
    /// Calls that were throttled.
    pub throttled: u64,
}

/// A tail of some groups.
#[derive(Debug)]
pub struct Tail {
    policy: TailPolicy,
    readers: Vec<GroupReader>,
    pace: RequestPace,
    asked: Option<usize>,
    /// Read, and not shown: another group may have older ones.
    held: Vec<TailedEvent>,
    /// Throttling was reported, and how many calls worked since the last that
    /// was throttled.
    is_throttled: bool,
    calls_since_throttled: u32,
    is_unreachable: bool,
    counts: TailCounts,
}

impl Tail {
    /// A tail of no group yet.
    pub fn new(policy: TailPolicy) -> Self {
        Self {
            policy,
            readers: Vec::new(),
            pace: RequestPace::new(policy.seed),
            asked: None,
            held: Vec::new(),
            is_throttled: false,
            calls_since_throttled: 0,
            is_unreachable: false,
            counts: TailCounts::default(),
        }
    }

    /// Adds a group and returns its number: 0, 1, 2, …
    pub fn add(&mut self) -> usize {
        // The others do not wait for one that comes later.
        let is_first = self.readers.is_empty() || !self.has_caught_up();
        self.readers.push(GroupReader::new(&self.policy, is_first));
        self.readers.len() - 1
    }

    /// The events of this group also come from Live Tail from now on. It may
    /// leave some out; those are fetched.
    pub fn listen(&mut self, group: usize) {
        if let Some(reader) = self.readers.get_mut(group) {
            reader.listen();
        }
    }

    /// Takes live events, which have no ids; returns what is to be shown.
    pub fn live_events(&mut self, group: usize, mut events: Vec<FetchedEvent>) -> Vec<TailedEvent> {
        let max = self.room(group);
        let Some(reader) = self.readers.get_mut(group) else { return Vec::new() };
        events.retain(|event| self.policy.until.is_none_or(|until| event.timestamp <= until));
        let events = reader.live_events(events, max).into_iter();
        self.held.extend(events.map(|event| TailedEvent { group, event, is_late: false }));
        self.release()
    }

    /// Reads every group a last time, to its end; then it is done.
    pub fn last_round(&mut self) {
        self.policy.follows = false;
        self.readers.iter_mut().for_each(GroupReader::last_round);
    }

    /// What to do at `now`, which counts from any start and never goes back.
    /// After [`TailStep::Ask`] comes [`Tail::answered`] first.
    pub fn next(&mut self, now: Duration) -> TailStep {
        let Some(due) = self.readers.iter().filter_map(GroupReader::due).min() else {
            return TailStep::Done;
        };
        let ready = due.max(self.pace.ready_at());
        if now < ready {
            return TailStep::Wait(ready);
        }
        let open = self.readers.iter_mut().enumerate();
        let due = open.filter(|(_, reader)| reader.due().is_some_and(|due| due <= now));
        let Some((group, reader)) = due.min_by_key(|(_, reader)| reader.rank()) else {
            return TailStep::Done;
        };
        let request = reader.next_request(now);
        self.pace.called(now);
        self.asked = Some(group);
        self.counts.calls += 1;
        TailStep::Ask(Query {
            group,
            start: request.start,
            end: self.policy.until,
            token: request.token,
        })
    }

    /// Takes the answer to the last query.
    pub fn answered(&mut self, answer: FetchResult, now: Duration) -> TailUpdate {
        let mut update = TailUpdate::default();
        let Some(group) = self.asked.take() else { return update };
        let max = self.room(group);
        let Some(reader) = self.readers.get_mut(group) else { return update };
        match answer {
            FetchResult::Throttled => {
                self.counts.throttled += 1;
                self.pace.throttled(now);
                if !self.is_throttled {
                    update.notices.push(Notice::Throttled);
                }
                self.is_throttled = true;
                self.calls_since_throttled = 0;
                return update;
            }
            FetchResult::Unreachable => {
                self.pace.failed(now);
                self.is_unreachable = true;
                return update;
            }
            FetchResult::Refused => reader.give_up(),
            FetchResult::BadToken => {
                if reader.token_rejected(now) {
                    update.notices.push(Notice::StuckToken(group));
                }
            }
            FetchResult::Missing => {
                if reader.mark_missing(now) {
                    update.notices.push(Notice::Missing(group));
                }
            }
            FetchResult::Page { events, token, served } => {
                reader.served(served);
                let page = reader.page(events, token, max, now);
                if page.appeared {
                    update.notices.push(Notice::Appeared(group));
                }
                if let Some(floor) = page.forgotten {
                    update.notices.push(Notice::Forgotten(group, floor));
                }
                if page.is_stuck {
                    update.notices.push(Notice::StuckToken(group));
                }
                let tailed = page.events.into_iter();
                self.held.extend(tailed.map(|event| TailedEvent { group, event, is_late: false }));
            }
        }
        self.succeeded(&mut update);
        update.events = self.release();
        update
    }

    /// How many events this group may remember: all that the others leave, and
    /// its share at least.
    fn room(&self, group: usize) -> usize {
        let others = self.readers.iter().enumerate().filter(|(number, _)| *number != group);
        let taken: usize = others.map(|(_, reader)| reader.remembered()).sum();
        MAX_REMEMBERED.saturating_sub(taken).max(MAX_REMEMBERED / self.readers.len().max(1))
    }

    fn succeeded(&mut self, update: &mut TailUpdate) {
        self.pace.succeeded();
        self.calls_since_throttled = self.calls_since_throttled.saturating_add(1);
        let is_over = self.is_throttled && self.calls_since_throttled >= CALLS_TO_RECOVER;
        if is_over || self.is_unreachable {
            update.notices.push(Notice::Recovered);
        }
        self.is_throttled &= !is_over;
        self.is_unreachable = false;
    }

    /// Takes out what no group can have older ones of, in order.
    fn release(&mut self) -> Vec<TailedEvent> {
        self.release_older_than(self.readers.iter().filter_map(GroupReader::reading_at).min())
    }

    /// Takes out all that is read and not shown yet: no more calls are made.
    pub fn drain(&mut self) -> Vec<TailedEvent> {
        self.release_older_than(None)
    }

    /// Takes out what is older than this, or all.
    fn release_older_than(&mut self, time: Option<i64>) -> Vec<TailedEvent> {
        self.held.sort_by(|one, other| one.order().cmp(&other.order()));
        let count = match (time, self.policy.last) {
            (None, last) => {
                self.policy.last = None;
                let max = last.unwrap_or(usize::MAX);
                self.held.drain(..self.held.len().saturating_sub(max));
                self.held.len()
            }
            (Some(_), Some(last)) => {
                self.held.drain(..self.held.len().saturating_sub(last));
                0
            }
            (Some(time), None) => self.held.partition_point(|it| it.event.timestamp < time),
        };
        let mut events: Vec<_> = self.held.drain(..count).collect();
        for shown in &mut events {
            if let Some(reader) = self.readers.get(shown.group) {
                shown.is_late = reader.is_late(shown.event.timestamp);
            }
        }
        for shown in &events {
            if let Some(reader) = self.readers.get_mut(shown.group) {
                reader.shown(shown.event.timestamp);
            }
        }
        self.counts.events += events.len() as u64;
        self.counts.late += events.iter().filter(|it| it.is_late).count() as u64;
        events
    }

    /// Counts so far.
    pub fn counts(&self) -> TailCounts {
        self.counts
    }

    /// True once everything that was there at first is shown.
    pub fn has_caught_up(&self) -> bool {
        self.readers.iter().all(|reader| reader.reading_at().is_none())
    }

    /// True if the group of this number was never there.
    pub fn is_missing(&self, group: usize) -> bool {
        self.readers.get(group).is_some_and(GroupReader::is_missing)
    }
}
