//! Which events of a group were seen.

use std::collections::BTreeSet;

use md5::{Digest as _, Md5};

use super::FetchedEvent;
use super::live_dedup::LiveDedup;

/// The ids of events that may be asked for again, by timestamp. An id is
/// 56 digits; its hash of 128 bits stands for it.
#[derive(Debug)]
pub(super) struct SeenEvents {
    known: BTreeSet<(i64, [u8; 16])>,
    /// Older events are not known any more.
    floor: i64,
    /// Where events also come from Live Tail.
    live: Option<LiveDedup>,
}

impl SeenEvents {
    pub(super) fn new() -> Self {
        Self { known: BTreeSet::new(), floor: i64::MIN, live: None }
    }

    /// Events also come from Live Tail from now on.
    pub(super) fn track_live(&mut self) {
        self.live.get_or_insert_default();
    }

    /// Returns true if a live event was not seen.
    pub(super) fn insert_live(&mut self, event: &FetchedEvent) -> bool {
        let live = self.live.as_mut().filter(|_| event.timestamp >= self.floor);
        live.is_some_and(|live| live.is_new_live(event))
    }

    /// Returns true if a fetched event was not seen. One from before the floor
    /// counts as seen: it may have been.
    pub(super) fn insert(&mut self, event: &FetchedEvent) -> bool {
        if event.timestamp < self.floor {
            return false;
        }
        let is_new = self.known.insert((event.timestamp, hash(event)));
        is_new && self.live.as_mut().is_none_or(|live| live.is_new_fetched(event))
    }

    /// How many are known, or came live.
    pub(super) fn len(&self) -> usize {
        self.known.len().max(self.live.as_ref().map_or(0, LiveDedup::len))
    }

    /// First timestamp of which all events are known.
    pub(super) fn floor(&self) -> i64 {
        self.floor
    }

    /// Forgets what is older than `start`: it will not be asked for again.
    pub(super) fn forget_before(&mut self, start: i64) {
        self.known = self.known.split_off(&(start, [0; 16]));
        self.floor = self.floor.max(start);
        if let Some(live) = &mut self.live {
            live.forget_before(start);
        }
    }

    /// Forgets the oldest if there are more than `max`. A millisecond is
    /// forgotten as a whole.
    pub(super) fn bound(&mut self, max: usize) {
        while self.known.len() > max {
            // An eighth at a time, for each time costs as much.
            let excess = self.known.len() - max + max / 8;
            let Some((last, _)) = self.known.iter().nth(excess.saturating_sub(1)) else { return };
            self.forget_before(last.saturating_add(1));
        }
        while let Some(last) = self.live.as_ref().and_then(|live| live.excess(max)) {
            self.forget_before(last.saturating_add(1));
        }
    }
}

/// The stream is part of it, for emulators that count ids a stream.
fn hash(event: &FetchedEvent) -> [u8; 16] {
    let mut hasher = Md5::new();
    hasher.update(event.stream.as_bytes());
    hasher.update([0]);
    if event.id.is_empty() {
        hasher.update(event.ingestion.to_be_bytes());
        hasher.update(event.message.as_bytes());
    }
    hasher.update(event.id.as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(timestamp: i64, id: &str) -> FetchedEvent {
        let (stream, message) = ("s".to_owned(), "m".to_owned());
        FetchedEvent { stream, timestamp, ingestion: timestamp, id: id.to_owned(), message }
    }

    #[test]
    fn an_event_is_new_once() {
        let mut seen = SeenEvents::new();
        assert!(seen.insert(&event(5, "a")) && seen.insert(&event(5, "b")));
        assert!(!seen.insert(&event(5, "a")));
        let elsewhere = FetchedEvent { stream: "t".to_owned(), ..event(5, "a") };
        assert!(seen.insert(&elsewhere));
    }

    #[test]
    fn events_without_an_id_are_told_apart_by_all_the_rest() {
        let mut seen = SeenEvents::new();
        let other = FetchedEvent { message: "n".to_owned(), ..event(5, "") };
        assert!(seen.insert(&event(5, "")) && seen.insert(&other));
        assert!(!seen.insert(&other));
    }

    #[test]
    fn what_is_forgotten_is_never_new_again() {
        let mut seen = SeenEvents::new();
        for time in 0..100 {
            assert!(seen.insert(&event(time, "a")));
        }
        seen.bound(80);
        assert_eq!(seen.floor(), 30);
        assert!((0..100).all(|time| !seen.insert(&event(time, "a"))));
        assert!(seen.insert(&event(30, "b")) && !seen.insert(&event(29, "b")));
    }

    #[test]
    fn live_events_alone_are_bounded_too() {
        let mut seen = SeenEvents::new();
        seen.track_live();
        for time in 0..100 {
            assert!(seen.insert_live(&event(time, "")));
            seen.bound(20);
        }
        assert!(seen.len() <= 20 && seen.floor() >= 80, "{}", seen.floor());
        assert!(!seen.insert_live(&event(79, "")));
    }

    #[test]
    fn a_burst_beyond_all_bounds_is_forgotten_as_a_whole() {
        let mut seen = SeenEvents::new();
        for id in 0..50 {
            assert!(seen.insert(&event(7, &id.to_string())));
        }
        seen.bound(20);
        assert_eq!((seen.floor(), seen.known.len()), (8, 0));
    }
}
