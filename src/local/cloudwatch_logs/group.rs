//! A log group.

use std::collections::BTreeMap;

use super::OVERHEAD;
use super::subscriptions::Subscription;
use firehose::logs::tail::FetchedEvent;

/// Timestamp, arrival and a number: the order of the service.
pub(super) type EventPosition = (i64, i64, u64);

/// A group.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// It is there from this time on.
    pub(super) from: i64,
    pub(super) streams: BTreeMap<String, StreamFacts>,
    pub(super) events: BTreeMap<EventPosition, Stored>,
    /// How far a timestamp is ahead of when its event is visible, at most.
    pub(super) ahead: i64,
    /// Days; its events stay all the same, as long as this process runs.
    pub(super) retention: Option<i64>,
    pub(super) kms_key: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    /// By name.
    pub(super) filters: BTreeMap<String, Subscription>,
    /// Of its events.
    pub(super) bytes: usize,
}

/// What is known of a stream: times in milliseconds since 1970.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamFacts {
    pub(super) created: i64,
    /// The first and last timestamp, and the last arrival.
    pub(super) events: Option<(i64, i64, i64)>,
}

/// An event.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) event: FetchedEvent,
    pub(super) visible: i64,
}

impl Stored {
    fn bytes(&self) -> usize {
        self.event.message.len() + OVERHEAD
    }
}

impl Group {
    /// Takes an event. Returns the bytes that it takes.
    pub(super) fn insert(&mut self, number: u64, event: FetchedEvent, visible: i64) -> usize {
        let (timestamp, ingestion) = (event.timestamp, event.ingestion);
        let facts = self
            .streams
            .entry(event.stream.clone())
            .or_insert_with(|| StreamFacts { created: ingestion, events: None });
        let (first, last, _) = facts.events.unwrap_or((timestamp, timestamp, ingestion));
        facts.events = Some((first.min(timestamp), last.max(timestamp), ingestion));
        self.ahead = self.ahead.max(timestamp - visible);
        let stored = Stored { event, visible };
        let bytes = stored.bytes();
        self.bytes += bytes;
        self.events.insert((timestamp, ingestion, number), stored);
        bytes
    }

    /// Drops the oldest event. Returns the bytes that it took.
    pub(super) fn drop_oldest(&mut self) -> usize {
        let gone = self.events.pop_first().map_or(0, |(_, stored)| stored.bytes());
        self.bytes -= gone;
        gone
    }

    /// Drops the events of a stream. Returns the bytes that they took.
    pub(super) fn remove_events_of(&mut self, stream: &str) -> usize {
        let mut gone = 0;
        self.events.retain(|_, stored| {
            let stays = stored.event.stream != stream;
            gone += if stays { 0 } else { stored.bytes() };
            stays
        });
        self.bytes -= gone;
        gone
    }
}
