//! CloudWatch Logs on this machine: groups, streams and events, read as
//! `FilterLogEvents` reads them. Pure: time goes in.
//!
//! An event becomes visible at a time of its own, which is how late events are
//! made, and a group may be there from a time on. [`Faults`] are what the real
//! service does now and then: empty pages, throttled calls; and what peers
//! report: tokens that come twice or are not taken.

mod faults;
mod live;
mod pattern;
mod server;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use faults::FaultRng;
pub use faults::Faults;
use pattern::Pattern;
pub use server::LogsServer;

use firehose::logs::tail::FetchedEvent;

/// Most events of a page, and most bytes of their messages (API reference,
/// `FilterLogEvents`).
const PAGE_EVENTS: usize = 10_000;
const PAGE_BYTES: usize = 1024 * 1024;

/// Timestamp, arrival and a number: the order of the service.
type EventPosition = (i64, i64, u64);

/// The groups.
#[derive(Debug)]
pub struct Logs {
    groups: BTreeMap<String, Group>,
    rng: FaultRng,
    /// Events so far, for their ids.
    number: u64,
    /// When calls came, throttled ones too: milliseconds.
    calls: Vec<i64>,
    /// Calls a second that are taken.
    quota: Option<usize>,
    /// Live sessions so far, and what they sent.
    sessions: usize,
    updates: usize,
}

#[derive(Debug, Default)]
struct Group {
    /// It is there from this time on.
    from: i64,
    streams: BTreeSet<String>,
    events: BTreeMap<EventPosition, Stored>,
    /// How far a timestamp is ahead of when its event is visible, at most.
    ahead: i64,
}

#[derive(Debug)]
struct Stored {
    event: FetchedEvent,
    visible: i64,
}

/// What `FilterLogEvents` is asked.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Name of the group.
    pub group: String,
    /// Only these streams, if there are any.
    pub streams: Vec<String>,
    /// Only streams whose name starts so.
    pub prefix: String,
    /// First timestamp, in milliseconds since 1970.
    pub start: i64,
    /// Last timestamp.
    pub end: Option<i64>,
    /// Words of the message.
    pub pattern: String,
    /// Most events.
    pub limit: Option<usize>,
    /// Where the page before ended.
    pub token: Option<String>,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// The events, by timestamp and arrival.
    pub events: Vec<FetchedEvent>,
    /// Where the next page starts.
    pub token: Option<String>,
}

/// Why a call is refused, by its code in AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// `ResourceNotFoundException`
    Missing(String),
    /// `ResourceAlreadyExistsException`
    Exists(String),
    /// `ThrottlingException`
    Throttled,
    /// `ExpiredTokenException`
    Expired,
    /// `InvalidParameterException`
    Invalid(String),
}

impl EventFilter {
    /// True if it asks for an event like this, whenever that happened.
    fn has(&self, event: &FetchedEvent, pattern: &Pattern) -> bool {
        event.stream.starts_with(&self.prefix)
            && (self.streams.is_empty() || self.streams.contains(&event.stream))
            && pattern.matches(&event.message)
    }
}

impl Logs {
    /// No group yet.
    pub fn new(faults: Faults) -> Self {
        let quota = faults.quota;
        let rng = FaultRng::new(faults);
        Self {
            groups: BTreeMap::new(),
            rng,
            number: 0,
            calls: Vec::new(),
            quota,
            sessions: 0,
            updates: 0,
        }
    }

    /// Makes a group that is there from this time on. One of another account,
    /// which shares its logs, is named `ACCOUNT:NAME`; it is not listed.
    pub fn create_group(&mut self, name: &str, from: i64) -> Result<(), Refusal> {
        if self.groups.contains_key(name) {
            return Err(Refusal::Exists("The specified log group already exists".to_owned()));
        }
        self.groups.insert(name.to_owned(), Group { from, ..Group::default() });
        Ok(())
    }

    /// Makes a stream in a group.
    pub fn create_stream(&mut self, group: &str, stream: &str, now: i64) -> Result<(), Refusal> {
        let streams = &mut self.group(group, now)?.streams;
        if streams.insert(stream.to_owned()) {
            return Ok(());
        }
        Err(Refusal::Exists("The specified log stream already exists".to_owned()))
    }

    /// Takes an event that arrives at `now` and can be seen at `visible`.
    /// Returns its id.
    pub fn put(
        &mut self,
        group: &str,
        stream: &str,
        event: (i64, String),
        now: i64,
        visible: i64,
    ) -> Result<String, Refusal> {
        self.number += 1;
        let number = self.number;
        let (timestamp, message) = event;
        let group = self.groups.get_mut(group).ok_or_else(missing_group)?;
        group.streams.insert(stream.to_owned());
        // As long as those of AWS.
        let id = format!("{timestamp:036}{number:020}");
        let (stream, ingestion) = (stream.to_owned(), now);
        let event = FetchedEvent { stream, timestamp, ingestion, id: id.clone(), message };
        group.ahead = group.ahead.max(timestamp - visible);
        group.events.insert((timestamp, ingestion, number), Stored { event, visible });
        Ok(id)
    }

    /// Names of the groups of the account that there are, by name.
    pub fn group_names(&self, now: i64) -> impl Iterator<Item = &str> {
        let there = self.groups.iter().filter(move |(name, group)| {
            // No name of a group has a colon.
            group.from <= now && !name.contains(':')
        });
        there.map(|(name, _)| name.as_str())
    }

    /// `FilterLogEvents`.
    pub fn filter(&mut self, filter: &EventFilter, now: i64) -> Result<EventPage, Refusal> {
        let is_over = self.is_over_quota(now);
        self.calls.push(now);
        if self.rng.is_expired() {
            return Err(Refusal::Expired);
        }
        if is_over || self.rng.throttles() {
            return Err(Refusal::Throttled);
        }
        let place = filter.token.as_deref().map(parse_token).transpose()?;
        let pattern = Pattern::parse(&filter.pattern).map_err(Refusal::Invalid)?;
        let (empties, repeats) = (self.rng.empties(), self.rng.repeats());
        let serial = self.rng.serial();
        let group = self.group(&filter.group, now)?;
        let gone = filter.streams.iter().any(|name| !group.streams.contains(name));
        if gone {
            return Err(Refusal::Missing("The specified log stream does not exist.".to_owned()));
        }
        if empties {
            let at = place.unwrap_or((filter.start, i64::MIN, 0));
            return Ok(EventPage { events: Vec::new(), token: Some(token(at, serial)) });
        }
        let (events, last) = group.page(filter, place, &pattern, now);
        let next = last.map(|last| token(last, serial));
        let again = filter.token.clone().filter(|_| repeats && next.is_some());
        Ok(EventPage { events, token: again.or(next) })
    }

    /// When calls of `filter` came, in milliseconds.
    pub fn calls(&self) -> &[i64] {
        &self.calls
    }

    /// Live sessions that were opened.
    pub fn sessions(&self) -> usize {
        self.sessions
    }

    /// Updates that live sessions sent, all together.
    pub fn updates(&self) -> usize {
        self.updates
    }

    /// Other faults from now on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.quota = faults.quota;
        self.rng = FaultRng::new(faults);
    }

    fn is_over_quota(&self, now: i64) -> bool {
        let recent = self.calls.iter().rev().take_while(|at| now - **at < 1000).count();
        self.quota.is_some_and(|quota| recent >= quota)
    }

    fn group(&mut self, name: &str, now: i64) -> Result<&mut Group, Refusal> {
        self.groups.get_mut(name).filter(|group| group.from <= now).ok_or_else(missing_group)
    }
}

impl Group {
    /// Events after `place`, and the position of the last if there may be
    /// more.
    fn page(
        &self,
        filter: &EventFilter,
        place: Option<EventPosition>,
        pattern: &Pattern,
        now: i64,
    ) -> (Vec<FetchedEvent>, Option<EventPosition>) {
        let from = match place {
            Some(place) => Bound::Excluded(place),
            None => Bound::Included((filter.start, i64::MIN, 0)),
        };
        let (mut events, mut bytes) = (Vec::new(), 0);
        let most = filter.limit.unwrap_or(PAGE_EVENTS).min(PAGE_EVENTS);
        for (position, stored) in self.events.range((from, Bound::Unbounded)) {
            let event = &stored.event;
            let is_past = filter.end.is_some_and(|end| position.0 > end);
            if is_past || position.0 > now.saturating_add(self.ahead) {
                break;
            }
            if stored.visible > now || !filter.has(event, pattern) {
                continue;
            }
            bytes += event.message.len();
            events.push(event.clone());
            if events.len() >= most || bytes >= PAGE_BYTES {
                return (events, Some(*position));
            }
        }
        (events, None)
    }
}

fn missing_group() -> Refusal {
    Refusal::Missing("The specified log group does not exist.".to_owned())
}

fn token((timestamp, arrival, number): EventPosition, serial: u64) -> String {
    format!("{timestamp}/{arrival}/{number}/{serial}")
}

fn parse_token(text: &str) -> Result<EventPosition, Refusal> {
    let mut parts = text.split('/');
    let mut next = || parts.next()?.parse::<i64>().ok();
    let position = (|| Some((next()?, next()?, u64::try_from(next()?).ok()?)))();
    position.ok_or_else(|| Refusal::Invalid("The specified nextToken is invalid.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logs(faults: Faults) -> Logs {
        let mut logs = Logs::new(faults);
        logs.create_group("g", 0).unwrap();
        for (time, message) in [(1, "one error"), (2, "two"), (2, "three"), (9, "four error")] {
            let event = (time, message.to_owned());
            logs.put("g", "s", event, time, time).unwrap();
        }
        logs
    }

    fn ask(start: i64) -> EventFilter {
        EventFilter { group: "g".to_owned(), start, ..EventFilter::default() }
    }

    fn messages(page: &EventPage) -> Vec<&str> {
        page.events.iter().map(|event| event.message.as_str()).collect()
    }

    #[test]
    fn events_are_found_by_time_and_word_once_they_are_visible() {
        let mut logs = logs(Faults::default());
        assert_eq!(messages(&logs.filter(&ask(2), 5).unwrap()), ["two", "three"]);
        let words = EventFilter { pattern: "error".to_owned(), ..ask(0) };
        assert_eq!(messages(&logs.filter(&words, 99).unwrap()), ["one error", "four error"]);
        let until = EventFilter { end: Some(2), ..ask(0) };
        assert_eq!(logs.filter(&until, 99).unwrap().events.len(), 3);
        let elsewhere = EventFilter { prefix: "t".to_owned(), ..ask(0) };
        assert!(logs.filter(&elsewhere, 99).unwrap().events.is_empty());
    }

    #[test]
    fn pages_continue_after_their_token() {
        let mut logs = logs(Faults::default());
        let two = EventFilter { limit: Some(2), ..ask(0) };
        let first = logs.filter(&two, 99).unwrap();
        let second = logs.filter(&EventFilter { token: first.token.clone(), ..two }, 99).unwrap();
        assert_eq!(messages(&first), ["one error", "two"]);
        assert_eq!(messages(&second), ["three", "four error"]);
        let wrong = EventFilter { token: Some("x".to_owned()), ..ask(0) };
        assert!(matches!(logs.filter(&wrong, 99), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn a_group_is_missing_until_its_time() {
        let mut logs = logs(Faults::default());
        logs.create_group("later", 50).unwrap();
        let later = EventFilter { group: "later".to_owned(), ..EventFilter::default() };
        assert!(matches!(logs.filter(&later, 49), Err(Refusal::Missing(_))));
        assert!(logs.filter(&later, 50).is_ok());
        assert_eq!(logs.group_names(49).collect::<Vec<_>>(), ["g"]);
        let stream = EventFilter { streams: vec!["t".to_owned()], ..ask(0) };
        assert!(matches!(logs.filter(&stream, 99), Err(Refusal::Missing(_))));
    }

    #[test]
    fn a_quota_refuses_the_sixth_call_of_a_second() {
        let mut logs = logs(Faults { quota: Some(5), ..Faults::default() });
        let taken = (0..6).map(|call| logs.filter(&ask(0), 1000 + call).is_ok());
        assert_eq!(taken.collect::<Vec<_>>(), [true, true, true, true, true, false]);
        assert!(logs.filter(&ask(0), 2006).is_ok());
        assert_eq!(logs.calls().len(), 7);
    }

    #[test]
    fn faults_come_as_often_as_they_are_asked_for() {
        let faults = Faults { throttled: 0.5, empty: 0.2, seed: 3, ..Faults::default() };
        let mut logs = logs(faults);
        let answers: Vec<_> = (0..1000).map(|now| logs.filter(&ask(0), 10 * now)).collect();
        let throttled = answers.iter().filter(|it| it.is_err()).count();
        let empty = answers.iter().flatten().filter(|it| it.events.is_empty()).count();
        assert!(
            (450..550).contains(&throttled) && (70..130).contains(&empty),
            "{throttled} {empty}"
        );
    }
}
