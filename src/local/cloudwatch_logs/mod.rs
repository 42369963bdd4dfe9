//! CloudWatch Logs on this machine: groups, streams and events, read as the
//! service reads them. Pure: time goes in.
//!
//! An event becomes visible at a time of its own, which is how late events are
//! made, and a group may be there from a time on. Faults are what the real service
//! does now and then: empty pages, throttled calls; and what peers report: tokens
//! that come twice.

mod api;
mod events;
mod group;
mod live;
mod pattern;
mod subscriptions;
mod wire;

use std::collections::BTreeMap;

pub use api::{Destinations, LogsApi, SharedLogs, lock};
pub use events::{EventFilter, EventPage};
use group::{Group, StreamFacts};
pub use subscriptions::Delivery;

use firehose::logs::tail::FetchedEvent;

/// Characters of a name (API reference, `CreateLogGroup`, `CreateLogStream`).
const MAX_NAME: usize = 512;

/// Most groups, and streams of a group: ours.
const MAX_GROUPS: usize = 1000;
const MAX_STREAMS: usize = 10_000;

/// Most bytes of the events of all groups; the oldest go: ours.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Bytes of an event beyond its message, about.
const OVERHEAD: usize = 200;

/// The groups.
#[derive(Debug)]
pub struct Logs {
    settings: Settings,
    groups: BTreeMap<String, Group>,
    /// Events so far, for their ids.
    number: u64,
    /// Pages so far: two tokens for one place differ.
    pages: u64,
    /// Bytes of all events.
    bytes: usize,
    deliveries: Vec<Delivery>,
}

/// Where the logs are, and how much is kept of them.
#[derive(Debug, Clone)]
struct Settings {
    account: String,
    region: String,
    max_bytes: usize,
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
    /// `InvalidParameterException`
    Invalid(String),
    /// `LimitExceededException`
    Limit(String),
    /// `UnsupportedOperation`
    Unsupported(String),
}

impl Logs {
    /// No group yet.
    pub fn new(account: &str, region: &str) -> Self {
        let (account, region) = (account.to_owned(), region.to_owned());
        Self {
            settings: Settings { account, region, max_bytes: MAX_BYTES },
            groups: BTreeMap::new(),
            number: 0,
            pages: 0,
            bytes: 0,
            deliveries: Vec::new(),
        }
    }

    /// The same with room for this many bytes of events.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.settings.max_bytes = max_bytes;
        self
    }

    /// Makes a group that is there from this time on.
    pub fn create_group(&mut self, name: &str, from: i64) -> Result<(), Refusal> {
        if self.groups.contains_key(name) {
            return Err(Refusal::Exists("The specified log group already exists".to_owned()));
        }
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./#".contains(&byte);
        check_name("logGroupName", name, is_part, r"[\.\-_/#A-Za-z0-9]+")?;
        if self.groups.len() >= MAX_GROUPS {
            let why = format!("fh local keeps at most {MAX_GROUPS} log groups");
            return Err(Refusal::Limit(why));
        }
        self.groups.insert(name.to_owned(), Group { from, ..Group::default() });
        Ok(())
    }

    /// Makes a group of another account, which shares its logs with this one. It is
    /// found by its ARN, is called `ACCOUNT:NAME` here, and is not listed.
    pub fn create_linked_group(&mut self, account: &str, name: &str) {
        self.groups.entry(format!("{account}:{name}")).or_default();
    }

    /// Removes a group with all that is in it.
    pub fn delete_group(&mut self, name: &str, now: i64) -> Result<(), Refusal> {
        self.bytes -= self.group(name, now)?.bytes;
        self.groups.remove(name);
        Ok(())
    }

    /// Makes a stream in a group.
    pub fn create_stream(&mut self, group: &str, stream: &str, now: i64) -> Result<(), Refusal> {
        let streams = &mut self.group(group, now)?.streams;
        if streams.contains_key(stream) {
            return Err(Refusal::Exists("The specified log stream already exists".to_owned()));
        }
        check_name("logStreamName", stream, |byte| !b":*".contains(&byte), "[^:*]*")?;
        if streams.len() >= MAX_STREAMS {
            let why = format!("fh local keeps at most {MAX_STREAMS} streams of a log group");
            return Err(Refusal::Limit(why));
        }
        streams.insert(stream.to_owned(), StreamFacts { created: now, ..StreamFacts::default() });
        Ok(())
    }

    /// Removes a stream with its events.
    pub fn delete_stream(&mut self, group: &str, stream: &str, now: i64) -> Result<(), Refusal> {
        let found = self.group(group, now)?;
        if found.streams.remove(stream).is_none() {
            return Err(missing_stream());
        }
        let gone = found.remove_events_of(stream);
        self.bytes -= gone;
        Ok(())
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
        // As long as those of AWS.
        let id = format!("{timestamp:036}{number:020}");
        let (stream, ingestion) = (stream.to_owned(), now);
        let event = FetchedEvent { stream, timestamp, ingestion, id: id.clone(), message };
        self.bytes += group.insert(number, event, visible);
        while self.bytes > self.settings.max_bytes && self.drop_oldest() {}
        Ok(id)
    }

    /// Takes the events of a service of this machine, in a group and a stream that
    /// it makes if need be: their times and messages.
    pub fn append(
        &mut self,
        group: &str,
        stream: &str,
        events: Vec<(i64, String)>,
        now: i64,
        visible: i64,
    ) -> Result<(), Refusal> {
        let exists = |made| match made {
            Err(Refusal::Exists(_)) => Ok(()),
            made => made,
        };
        exists(self.create_group(group, now))?;
        exists(self.create_stream(group, stream, now))?;
        self.take(group, stream, events, now, visible)
    }

    /// Takes events, and sends them where the group is subscribed to.
    fn take(
        &mut self,
        group: &str,
        stream: &str,
        events: Vec<(i64, String)>,
        now: i64,
        visible: i64,
    ) -> Result<(), Refusal> {
        let has_filters = self.groups.get(group).is_some_and(|group| !group.filters.is_empty());
        let mut taken = Vec::new();
        for event in events {
            let copy = has_filters.then(|| event.clone());
            let id = self.put(group, stream, event, now, visible)?;
            taken.extend(copy.map(|(timestamp, message)| (id, timestamp, message)));
        }
        self.deliver(group, stream, &taken);
        Ok(())
    }

    /// Drops an event of the group that has most. False if there is none.
    fn drop_oldest(&mut self) -> bool {
        let Some(largest) = self.groups.values_mut().max_by_key(|group| group.bytes) else {
            return false;
        };
        let gone = largest.drop_oldest();
        self.bytes -= gone;
        gone > 0
    }

    /// Names of the groups of the account that there are, by name.
    pub fn group_names(&self, now: i64) -> impl Iterator<Item = &str> {
        self.own_groups(now).map(|(name, _)| name)
    }

    fn own_groups(&self, now: i64) -> impl Iterator<Item = (&str, &Group)> {
        let there = self.groups.iter().filter(move |(name, group)| {
            // No name of a group has a colon.
            group.from <= now && !name.contains(':')
        });
        there.map(|(name, group)| (name.as_str(), group))
    }

    fn group(&mut self, name: &str, now: i64) -> Result<&mut Group, Refusal> {
        self.groups.get_mut(name).filter(|group| group.from <= now).ok_or_else(missing_group)
    }
}

fn check_name(
    what: &str,
    name: &str,
    is_part: impl Fn(u8) -> bool,
    pattern: &str,
) -> Result<(), Refusal> {
    let constraint = if name.is_empty() {
        "Member must have length greater than or equal to 1".to_owned()
    } else if name.len() > MAX_NAME {
        format!("Member must have length less than or equal to {MAX_NAME}")
    } else if !name.bytes().all(is_part) {
        format!("Member must satisfy regular expression pattern: {pattern}")
    } else {
        return Ok(());
    };
    Err(Refusal::constraint(&format!("Value '{name}'"), what, &constraint))
}

impl Refusal {
    /// For a value of a member that is not what the API reference allows.
    fn constraint(value: &str, member: &str, constraint: &str) -> Self {
        Self::Invalid(format!(
            "1 validation error detected: {value} at '{member}' failed to satisfy constraint: \
             {constraint}"
        ))
    }
}

fn missing_group() -> Refusal {
    Refusal::Missing("The specified log group does not exist.".to_owned())
}

fn missing_stream() -> Refusal {
    Refusal::Missing("The specified log stream does not exist.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::events::StreamQuery;
    use super::*;
    use crate::local::faults::Faults;

    fn logs() -> Logs {
        let mut logs = Logs::new("000000000000", "us-east-1");
        logs.create_group("g", 0).unwrap();
        for (time, message) in [(1, "one error"), (2, "two"), (2, "three"), (9, "four error")] {
            let event = (time, message.to_owned());
            logs.put("g", "s", event, time, time).unwrap();
        }
        logs
    }

    /// Nothing goes wrong.
    fn none() -> Faults {
        Faults::new(3)
    }

    fn ask(start: i64) -> EventFilter {
        EventFilter { group: "g".to_owned(), start, ..EventFilter::default() }
    }

    fn messages(page: &EventPage) -> Vec<&str> {
        page.events.iter().map(|event| event.message.as_str()).collect()
    }

    #[test]
    fn events_are_found_by_time_and_word_once_they_are_visible() {
        let mut logs = logs();
        assert_eq!(messages(&logs.filter(&ask(2), 5, &mut none()).unwrap()), ["two", "three"]);
        let words = EventFilter { pattern: "error".to_owned(), ..ask(0) };
        assert_eq!(
            messages(&logs.filter(&words, 99, &mut none()).unwrap()),
            ["one error", "four error"]
        );
        let until = EventFilter { end: Some(2), ..ask(0) };
        assert_eq!(logs.filter(&until, 99, &mut none()).unwrap().events.len(), 3);
        let elsewhere = EventFilter { prefixes: vec!["t".to_owned()], ..ask(0) };
        assert!(logs.filter(&elsewhere, 99, &mut none()).unwrap().events.is_empty());
    }

    #[test]
    fn pages_continue_after_their_token() {
        let mut logs = logs();
        let two = EventFilter { limit: Some(2), ..ask(0) };
        let first = logs.filter(&two, 99, &mut none()).unwrap();
        let second = logs
            .filter(&EventFilter { token: first.token.clone(), ..two }, 99, &mut none())
            .unwrap();
        assert_eq!(messages(&first), ["one error", "two"]);
        assert_eq!(messages(&second), ["three", "four error"]);
        let wrong = EventFilter { token: Some("x".to_owned()), ..ask(0) };
        assert!(matches!(logs.filter(&wrong, 99, &mut none()), Err(Refusal::Invalid(_))));
    }

    #[test]
    fn a_group_is_missing_until_its_time() {
        let mut logs = logs();
        logs.create_group("later", 50).unwrap();
        let later = EventFilter { group: "later".to_owned(), ..EventFilter::default() };
        assert!(matches!(logs.filter(&later, 49, &mut none()), Err(Refusal::Missing(_))));
        assert!(logs.filter(&later, 50, &mut none()).is_ok());
        assert_eq!(logs.group_names(49).collect::<Vec<_>>(), ["g"]);
        let stream = EventFilter { streams: vec!["t".to_owned()], ..ask(0) };
        assert!(matches!(logs.filter(&stream, 99, &mut none()), Err(Refusal::Missing(_))));
    }

    #[test]
    fn faults_come_as_often_as_they_are_asked_for() {
        let (mut logs, mut faults) = (logs(), none());
        for fault in ["throttle-logs=0.5", "empty-page=0.2"] {
            faults.set(fault.parse().unwrap()).unwrap();
        }
        let filter = |_| logs.filter(&ask(0), 99, &mut faults);
        let answers: Vec<_> = (0..1000).map(filter).collect();
        let throttled = answers.iter().filter(|it| it.is_err()).count();
        let empty = answers.iter().flatten().filter(|it| it.events.is_empty()).count();
        assert!(
            (450..550).contains(&throttled) && (70..130).contains(&empty),
            "{throttled} {empty}"
        );
    }

    #[test]
    fn the_oldest_events_go_when_there_are_too_many() {
        let mut logs = Logs::new("000000000000", "us-east-1").with_max_bytes(10 * (OVERHEAD + 10));
        for number in 0..100 {
            let events = vec![(number, format!("{number:010}"))];
            logs.append("/a", "s", events, number, number).unwrap();
        }
        let all = EventFilter { group: "/a".to_owned(), ..EventFilter::default() };
        let page = logs.filter(&all, 1000, &mut none()).unwrap();
        assert_eq!(page.events.len(), 10);
        assert_eq!(page.events[0].timestamp, 90);
        logs.delete_stream("/a", "s", 1000).unwrap();
        assert_eq!(logs.bytes, 0);
    }

    #[test]
    fn both_ends_of_a_stream_can_be_read_from() {
        let mut logs = logs();
        logs.put("g", "other", (3, "not this".to_owned()), 3, 3).unwrap();
        let read = |logs: &mut Logs, from_head, token: Option<String>| {
            let query = StreamQuery { limit: Some(3), token, from_head, ..StreamQuery::default() };
            let query = StreamQuery { group: "g".to_owned(), stream: "s".to_owned(), ..query };
            let page = logs.read_stream(&query, 99, &mut none()).unwrap();
            let messages = page.events.iter().map(|event| event.message.clone());
            (messages.collect::<Vec<_>>().join(","), page.forward, page.backward)
        };
        let (first, forward, _) = read(&mut logs, true, None);
        assert_eq!(first, "one error,two,three");
        let (second, end, back) = read(&mut logs, true, Some(forward));
        assert_eq!(second, "four error");
        assert_eq!(read(&mut logs, true, Some(end.clone())), (String::new(), end, back.clone()));
        assert_eq!(read(&mut logs, false, None).0, "two,three,four error");
        assert_eq!(read(&mut logs, false, Some(back)).0, "one error,two,three");
    }

    #[test]
    fn a_subscription_gets_what_matches_in_envelopes() {
        let mut logs = Logs::new("000000000000", "us-east-1");
        logs.create_group("/a", 0).unwrap();
        let arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders";
        logs.subscribe("/a", "errors", "?ERROR ?WARN", (arn, None), 5).unwrap();
        let events = ["ERROR one", "INFO two", "WARN three"].map(|text| (7, text.to_owned()));
        logs.append("/a", "s", events.into(), 8, 8).unwrap();
        let deliveries = logs.take_deliveries();
        assert_eq!(deliveries.len(), 1);
        assert_eq!(deliveries[0].destination, arn);
        assert_eq!(deliveries[0].record[..2], [0x1f, 0x8b]);
        assert!(logs.take_deliveries().is_empty());
        for (name, pattern) in [("x", "{"), ("y", "[a]")] {
            assert!(matches!(
                logs.subscribe("/a", name, pattern, (arn, None), 5),
                Err(Refusal::Invalid(_))
            ));
        }
        logs.subscribe("/a", "all", "", (arn, None), 5).unwrap();
        assert!(matches!(
            logs.subscribe("/a", "third", "", (arn, None), 5),
            Err(Refusal::Limit(_))
        ));
    }
}
