//! How one log group is read.
//!
//! A *sweep* reads all events from a start to the newest, page by page. What
//! arrives while it runs may be earlier than the page that it is at, so the next one
//! starts so early that nothing can be before it: the overlap before the
//! newest arrival that was seen, less the time that the sweep took. (That
//! arrival was at the end of the sweep at the latest; without the time the
//! sweep took, it was at its start at the latest. Only times of AWS are used:
//! this machine's clock may be wrong.) Where nothing arrives, since a filter
//! pattern lets nothing through, the window moves on by when AWS answered.
//!
//! Where the window has many events, sweeps are rare, and *looks* from the
//! newest event on come between them: they are quick, and miss what is late.

use std::collections::BTreeSet;
use std::time::Duration;

use md5::{Digest as _, Md5};

use super::seen_events::SeenEvents;
use super::{FetchedEvent, TailPolicy};
use crate::time::millis;

/// From one reading of a group to its next.
const POLL: Duration = Duration::from_secs(1);

/// A window with more events than this is not read every second.
const SMALL: usize = 200;

/// From one sweep of a larger window to the next: ten times what it took,
/// between these.
const MIN_SWEEP: Duration = Duration::from_secs(5);
const MAX_SWEEP: Duration = Duration::from_mins(1);

/// How often a group that is not there is asked for.
const MISSING_POLL: Duration = Duration::from_secs(2);

/// How long after its arrival an event can be read at the latest, where nothing
/// tells better. AWS promises nothing; as a rule it is seconds.
const VISIBLE: Duration = Duration::from_mins(5);

/// A sweep that was restarted without its token this often, and found nothing
/// new, is ended.
const MAX_RESTARTS: u32 = 10;

/// What to ask next.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) start: i64,
    pub(super) token: Option<String>,
}

/// What a page brought.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Those that were not seen before.
    pub(super) events: Vec<FetchedEvent>,
    /// The group was missing before.
    pub(super) appeared: bool,
    /// The window had to become shorter: it starts here.
    pub(super) forgotten: Option<i64>,
    /// The sweep was ended because it stands still.
    pub(super) is_stuck: bool,
}

#[derive(Debug)]
struct Sweep {
    /// False for a look.
    is_whole: bool,
    /// What is asked for; it must not change while there is a token.
    start: i64,
    token: Option<String>,
    /// Hashes of the tokens that led here.
    tokens: BTreeSet<[u8; 16]>,
    started: Duration,
    /// When AWS gave its first page, by its own clock.
    served: Option<i64>,
    /// Events so far, known ones too.
    events: usize,
    /// Newest timestamp so far: where to start if the token is lost.
    newest: i64,
    restarts: u32,
}

/// The reading of one group.
#[derive(Debug)]
pub(super) struct GroupReader {
    follows: bool,
    overlap: i64,
    seen: SeenEvents,
    sweep: Option<Sweep>,
    /// Where the next sweep starts; all before is read for good.
    start: i64,
    newest_arrival: Option<i64>,
    newest_shown: Option<i64>,
    due: Duration,
    sweep_due: Duration,
    last_asked: Duration,
    is_missing: bool,
    /// The first sweep is over.
    is_caught_up: bool,
    is_done: bool,
    reported_stuck: bool,
    reported_forgotten: bool,
}

impl GroupReader {
    /// `is_first`: what it has at first is shown together with that of others.
    pub(super) fn new(policy: &TailPolicy, is_first: bool) -> Self {
        Self {
            follows: policy.follows,
            overlap: millis(policy.overlap),
            seen: SeenEvents::new(),
            sweep: None,
            start: policy.since,
            newest_arrival: None,
            newest_shown: None,
            due: Duration::ZERO,
            sweep_due: Duration::ZERO,
            last_asked: Duration::ZERO,
            is_missing: false,
            is_caught_up: !is_first,
            is_done: false,
            reported_stuck: false,
            reported_forgotten: false,
        }
    }

    /// Reads once more, to the end.
    pub(super) fn last_round(&mut self) {
        self.follows = false;
        self.sweep = None;
        (self.due, self.sweep_due) = (Duration::ZERO, Duration::ZERO);
    }

    /// When it wants to be asked; nothing if it is done.
    pub(super) fn due(&self) -> Option<Duration> {
        (!self.is_done).then_some(self.due)
    }

    /// Who goes first of those that are due: who is behind on the first
    /// reading, then who was not asked for longest.
    pub(super) fn rank(&self) -> (i64, Duration) {
        (self.reading_at().unwrap_or(i64::MAX), self.last_asked)
    }

    /// How far the first reading is; nothing once it is over.
    pub(super) fn reading_at(&self) -> Option<i64> {
        let at = || self.sweep.as_ref().map_or(self.start, |sweep| sweep.newest);
        (!self.is_caught_up).then(at)
    }

    pub(super) fn is_missing(&self) -> bool {
        self.is_missing
    }

    pub(super) fn is_late(&self, timestamp: i64) -> bool {
        self.newest_shown.is_some_and(|newest| timestamp < newest)
    }

    pub(super) fn shown(&mut self, timestamp: i64) {
        self.newest_shown = self.newest_shown.max(Some(timestamp));
    }

    pub(super) fn next_request(&mut self, now: Duration) -> Request {
        self.last_asked = now;
        let is_whole = !self.is_caught_up || now >= self.sweep_due;
        // A timestamp may be hours ahead; arrivals are not.
        let newest = self.newest_shown.min(self.newest_arrival).unwrap_or(self.start);
        let start = if is_whole { self.start } else { newest.max(self.start) };
        let sweep = self.sweep.get_or_insert_with(|| Sweep {
            is_whole,
            start,
            token: None,
            tokens: BTreeSet::new(),
            started: now,
            served: None,
            events: 0,
            newest: start,
            restarts: 0,
        });
        Request { start: sweep.start, token: sweep.token.clone() }
    }

    /// It is not read any more.
    pub(super) fn give_up(&mut self) {
        (self.is_caught_up, self.is_done) = (true, true);
    }

    /// Returns true if it was not known to be missing.
    pub(super) fn mark_missing(&mut self, now: Duration) -> bool {
        self.sweep = None;
        self.is_caught_up = true;
        self.is_done = !self.follows;
        self.due = now.saturating_add(MISSING_POLL);
        !std::mem::replace(&mut self.is_missing, true)
    }

    /// Its events also come from Live Tail from now on.
    pub(super) fn listen(&mut self) {
        self.seen.track_live();
    }

    /// Keeps those of live events that were not shown before, and remembers at
    /// most `max`.
    pub(super) fn live_events(
        &mut self,
        mut events: Vec<FetchedEvent>,
        max: usize,
    ) -> Vec<FetchedEvent> {
        events.retain(|event| event.timestamp >= self.start && self.seen.insert_live(event));
        self.seen.bound(max);
        events
    }

    /// How many events it remembers.
    pub(super) fn remembered(&self) -> usize {
        self.seen.len()
    }

    /// The token was rejected: continues without it from where it is. Returns
    /// true if the sweep was given up and that was not reported before.
    pub(super) fn token_rejected(&mut self, now: Duration) -> bool {
        self.restart_without_token(false) && self.give_up_sweep(now)
    }

    /// Returns true if that was not reported before.
    fn give_up_sweep(&mut self, now: Duration) -> bool {
        self.end_sweep(false, now);
        !std::mem::replace(&mut self.reported_stuck, true)
    }

    /// Notes when AWS gave a page.
    pub(super) fn served(&mut self, at: Option<i64>) {
        if let Some(sweep) = &mut self.sweep {
            sweep.served = sweep.served.or(at);
        }
    }

    /// Takes a page of the sweep, and remembers at most `max` events.
    pub(super) fn page(
        &mut self,
        events: Vec<FetchedEvent>,
        token: Option<String>,
        max: usize,
        now: Duration,
    ) -> Page {
        let appeared = std::mem::take(&mut self.is_missing);
        let events = self.unknown(events);
        let mut page = Page { appeared, ..Page::default() };
        self.seen.bound(max);
        match token {
            None => page.forgotten = self.end_sweep(true, now),
            Some(token) if self.is_new(&token) => {
                if let Some(sweep) = &mut self.sweep {
                    sweep.token = Some(token);
                }
            }
            Some(_) => {
                page.is_stuck =
                    self.restart_without_token(!events.is_empty()) && self.give_up_sweep(now);
            }
        }
        Page { events, ..page }
    }

    /// Keeps those that were not shown before.
    fn unknown(&mut self, mut events: Vec<FetchedEvent>) -> Vec<FetchedEvent> {
        let start = self.sweep.as_ref().map_or(self.start, |sweep| sweep.start);
        // A server that gives more than was asked for must not make us show
        // again what is forgotten.
        events.retain(|event| event.timestamp >= start);
        if let Some(sweep) = &mut self.sweep {
            sweep.events += events.len();
        }
        for event in &events {
            self.newest_arrival = self.newest_arrival.max(Some(event.ingestion));
            if let Some(sweep) = &mut self.sweep {
                sweep.newest = sweep.newest.max(event.timestamp);
            }
        }
        events.retain(|event| self.seen.insert(event));
        events
    }

    fn is_new(&mut self, token: &str) -> bool {
        let sweep = self.sweep.as_mut();
        sweep.is_some_and(|sweep| sweep.tokens.insert(Md5::digest(token).into()))
    }

    /// Continues without a token. Returns true if that does not help either.
    fn restart_without_token(&mut self, is_news: bool) -> bool {
        let Some(sweep) = &mut self.sweep else { return true };
        let moves = is_news || sweep.newest > sweep.start;
        sweep.restarts = if moves { 0 } else { sweep.restarts + 1 };
        sweep.start = sweep.newest;
        sweep.token = None;
        sweep.tokens.clear();
        sweep.restarts >= MAX_RESTARTS
    }

    /// Returns where the window starts if it had to become shorter.
    fn end_sweep(&mut self, is_complete: bool, now: Duration) -> Option<i64> {
        let sweep = self.sweep.take()?;
        self.due = now.max(sweep.started.saturating_add(POLL));
        if !sweep.is_whole {
            return None;
        }
        self.is_caught_up = true;
        self.is_done = !self.follows;
        let took = now.saturating_sub(sweep.started);
        let rest = took.saturating_mul(10).clamp(MIN_SWEEP, MAX_SWEEP);
        self.sweep_due = if sweep.events > SMALL { now.saturating_add(rest) } else { now };
        if !is_complete {
            return None;
        }
        let took = millis(took).saturating_add(1);
        let by_arrival = self.newest_arrival.map(|arrival| arrival.saturating_sub(took));
        let by_service = sweep.served.map(|at| at.saturating_sub(millis(VISIBLE)));
        let all_before = by_arrival.max(by_service)?;
        let start = all_before.saturating_sub(self.overlap).max(self.start);
        let floor = self.seen.floor();
        self.start = start.max(floor);
        self.seen.forget_before(self.start);
        let is_shorter = floor > start && self.follows;
        (is_shorter && !std::mem::replace(&mut self.reported_forgotten, true)).then_some(floor)
    }
}
