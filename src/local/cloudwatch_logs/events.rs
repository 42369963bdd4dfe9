//! Events, read: `FilterLogEvents` through a group, `GetLogEvents` through a stream.

use std::ops::Bound;

use super::group::{EventPosition, Group};
use super::pattern::Pattern;
use super::{Logs, Refusal, missing_stream};
use crate::local::faults::{Chance, Faults};
use firehose::logs::tail::FetchedEvent;

/// Most events of a page, and most bytes of their messages (API reference,
/// `FilterLogEvents`).
pub(super) const PAGE_EVENTS: usize = 10_000;
const PAGE_BYTES: usize = 1024 * 1024;

/// What `FilterLogEvents` is asked.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Name of the group.
    pub group: String,
    /// Only these streams, if there are any.
    pub streams: Vec<String>,
    /// Only streams whose name starts with one of these, if there are any.
    pub prefixes: Vec<String>,
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

/// What `GetLogEvents` is asked.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamQuery {
    pub(super) group: String,
    pub(super) stream: String,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) limit: Option<usize>,
    pub(super) token: Option<String>,
    /// From the first event on, not from the last back.
    pub(super) from_head: bool,
}

/// Events of a stream, and where the pages on both sides start.
#[derive(Debug)]
pub(super) struct StreamPage {
    pub(super) events: Vec<FetchedEvent>,
    pub(super) forward: String,
    pub(super) backward: String,
}

impl EventFilter {
    /// True if it asks for an event like this, whenever that happened.
    pub(super) fn has(&self, event: &FetchedEvent, pattern: &Pattern) -> bool {
        let has = |prefix: &String| event.stream.starts_with(prefix);
        (self.prefixes.is_empty() || self.prefixes.iter().any(has))
            && (self.streams.is_empty() || self.streams.contains(&event.stream))
            && pattern.matches(&event.message)
    }
}

impl Logs {
    /// `FilterLogEvents`.
    pub fn filter(
        &mut self,
        filter: &EventFilter,
        now: i64,
        faults: &mut Faults,
    ) -> Result<EventPage, Refusal> {
        if faults.happens(Chance::ThrottleLogs) {
            return Err(Refusal::Throttled);
        }
        let place = filter.token.as_deref().map(parse_token).transpose()?;
        let pattern = Pattern::parse(&filter.pattern).map_err(Refusal::Invalid)?;
        let is_empty = faults.happens(Chance::EmptyPage);
        let is_repeated = faults.happens(Chance::RepeatToken);
        self.pages += 1;
        let serial = self.pages;
        let group = self.group(&filter.group, now)?;
        let gone = filter.streams.iter().any(|name| !group.streams.contains_key(name));
        if gone {
            return Err(missing_stream());
        }
        if is_empty {
            let at = place.unwrap_or((filter.start, i64::MIN, 0));
            return Ok(EventPage { events: Vec::new(), token: Some(token(at, serial)) });
        }
        let (events, last) = group.page(filter, place, &pattern, now);
        let next = last.map(|last| token(last, serial));
        let again = filter.token.clone().filter(|_| is_repeated && next.is_some());
        Ok(EventPage { events, token: again.or(next) })
    }

    /// `GetLogEvents`.
    pub(super) fn read_stream(
        &mut self,
        query: &StreamQuery,
        now: i64,
        faults: &mut Faults,
    ) -> Result<StreamPage, Refusal> {
        if faults.happens(Chance::ThrottleLogs) {
            return Err(Refusal::Throttled);
        }
        let group = self.group(&query.group, now)?;
        if !group.streams.contains_key(&query.stream) {
            return Err(missing_stream());
        }
        let token = query.token.as_deref();
        let ahead = token.and_then(|token| token.strip_prefix("f/"));
        let back = token.and_then(|token| token.strip_prefix("b/"));
        let at = match token {
            Some(_) => Some(parse_token(ahead.or(back).unwrap_or_default())?),
            None => None,
        };
        let is_forward = ahead.is_some() || (back.is_none() && query.from_head);
        let found = group.of_stream(query, at, is_forward, now);
        let ends = |found: Option<&(EventPosition, FetchedEvent)>| {
            let fallback = at.unwrap_or((query.start.unwrap_or_default(), i64::MIN, 0));
            let (timestamp, arrival, number) = found.map_or(fallback, |(position, _)| *position);
            format!("{timestamp}/{arrival}/{number}")
        };
        let forward = format!("f/{}", ends(found.last()));
        let backward = format!("b/{}", ends(found.first()));
        let events = found.into_iter().map(|(_, event)| event).collect();
        Ok(StreamPage { events, forward, backward })
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

    /// Events of a stream next to `at`, or from one end.
    fn of_stream(
        &self,
        query: &StreamQuery,
        at: Option<EventPosition>,
        is_forward: bool,
        now: i64,
    ) -> Vec<(EventPosition, FetchedEvent)> {
        let range = match at {
            Some(at) if is_forward => (Bound::Excluded(at), Bound::Unbounded),
            Some(at) => (Bound::Unbounded, Bound::Excluded(at)),
            None => (Bound::Unbounded, Bound::Unbounded),
        };
        let is_asked = |timestamp: i64| {
            query.start.is_none_or(|start| timestamp >= start)
                && query.end.is_none_or(|end| timestamp < end)
        };
        let found = self.events.range(range).filter(|((timestamp, ..), stored)| {
            stored.event.stream == query.stream && stored.visible <= now && is_asked(*timestamp)
        });
        let most = query.limit.unwrap_or(PAGE_EVENTS).min(PAGE_EVENTS);
        let mut bytes = 0;
        let fits = |(_, event): &(EventPosition, FetchedEvent)| {
            bytes += event.message.len();
            bytes <= PAGE_BYTES || bytes == event.message.len()
        };
        let owned = found.map(|(position, stored)| (*position, stored.event.clone()));
        if is_forward {
            return owned.take(most).take_while(fits).collect();
        }
        let mut events: Vec<_> = owned.rev().take(most).take_while(fits).collect();
        events.reverse();
        events
    }
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
