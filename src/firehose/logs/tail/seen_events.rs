//! Which events of a group are known.

use std::collections::BTreeSet;

use md5::{Digest as _, Md5};

use super::FetchedEvent;
use super::live_dedup::Heard;

/// The ids of events that may be asked for again, by timestamp. An id is
/// 56 digits; its hash of 128 bits stands for it.
#[derive(Debug)]
pub(super) struct Memory {
    known: BTreeSet<(i64, [u8; 16])>,
    /// Older events are not known any more.
    floor: i64,
    /// Where events are also heard live.
    heard: Option<Heard>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self { known: BTreeSet::new(), floor: i64::MIN, heard: None }
    }

    /// Events are also heard live from now on.
    pub(super) fn listen(&mut self) {
        self.heard.get_or_insert_default();
    }

    /// Returns true if a live event was not shown.
    pub(super) fn hear(&mut self, event: &FetchedEvent) -> bool {
        let heard = self.heard.as_mut().filter(|_| event.timestamp >= self.floor);
        heard.is_some_and(|heard| heard.live(event))
    }

    /// Returns true if the event was neither known nor heard. One from before the floor is
    /// told to be known: it may have been.
    pub(super) fn insert(&mut self, event: &FetchedEvent) -> bool {
        if event.timestamp < self.floor {
            return false;
        }
        let is_new = self.known.insert((event.timestamp, hash(event)));
        is_new && self.heard.as_mut().is_none_or(|heard| heard.fetched(event))
    }

    /// How many are known, or were heard.
    pub(super) fn len(&self) -> usize {
        self.known.len().max(self.heard.as_ref().map_or(0, Heard::len))
    }

    /// First timestamp of which all events are known.
    pub(super) fn floor(&self) -> i64 {
        self.floor
    }

    /// Forgets what is older than `start`: it will not be asked for again.
    pub(super) fn forget_before(&mut self, start: i64) {
        self.known = self.known.split_off(&(start, [0; 16]));
        self.floor = self.floor.max(start);
        if let Some(heard) = &mut self.heard {
            heard.forget_before(start);
        }
    }

    /// Forgets the oldest if there are more than `most`. A millisecond is
    /// forgotten as a whole.
    pub(super) fn bound(&mut self, most: usize) {
        while self.known.len() > most {
            // An eighth at a time, for each time costs as much.
            let excess = self.known.len() - most + most / 8;
            let Some((last, _)) = self.known.iter().nth(excess.saturating_sub(1)) else { return };
            self.forget_before(last.saturating_add(1));
        }
        while let Some(last) = self.heard.as_ref().and_then(|heard| heard.excess(most)) {
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
        let mut memory = Memory::new();
        assert!(memory.insert(&event(5, "a")) && memory.insert(&event(5, "b")));
        assert!(!memory.insert(&event(5, "a")));
        let elsewhere = FetchedEvent { stream: "t".to_owned(), ..event(5, "a") };
        assert!(memory.insert(&elsewhere));
    }

    #[test]
    fn events_without_an_id_are_told_apart_by_all_the_rest() {
        let mut memory = Memory::new();
        let other = FetchedEvent { message: "n".to_owned(), ..event(5, "") };
        assert!(memory.insert(&event(5, "")) && memory.insert(&other));
        assert!(!memory.insert(&other));
    }

    #[test]
    fn what_is_forgotten_is_never_new_again() {
        let mut memory = Memory::new();
        for time in 0..100 {
            assert!(memory.insert(&event(time, "a")));
        }
        memory.bound(80);
        assert_eq!(memory.floor(), 30);
        assert!((0..100).all(|time| !memory.insert(&event(time, "a"))));
        assert!(memory.insert(&event(30, "b")) && !memory.insert(&event(29, "b")));
    }

    #[test]
    fn what_is_only_heard_is_bounded_too() {
        let mut memory = Memory::new();
        memory.listen();
        for time in 0..100 {
            assert!(memory.hear(&event(time, "")));
            memory.bound(20);
        }
        assert!(memory.len() <= 20 && memory.floor() >= 80, "{}", memory.floor());
        assert!(!memory.hear(&event(79, "")));
    }

    #[test]
    fn a_burst_beyond_all_bounds_is_forgotten_as_a_whole() {
        let mut memory = Memory::new();
        for id in 0..50 {
            assert!(memory.insert(&event(7, &id.to_string())));
        }
        memory.bound(20);
        assert_eq!((memory.floor(), memory.known.len()), (8, 0));
    }
}
