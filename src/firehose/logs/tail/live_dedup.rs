//! Shows an event once that comes from Live Tail and from `FilterLogEvents`.
//!
//! A live event has no id, and is fetched later as well. So it is shown if no
//! event like it was; and of the fetched ones that are alike, as many are shown
//! as exceed those that were. Two events that differ only in their ids are then
//! shown as two, the second when it is fetched.

use std::collections::BTreeMap;

use md5::{Digest as _, Md5};

use super::FetchedEvent;

/// Counts of alike events, by timestamp.
#[derive(Debug, Default)]
pub(super) struct LiveDedup(BTreeMap<(i64, [u8; 16]), Count>);

#[derive(Debug, Default)]
struct Count {
    fetched: u32,
    shown: u32,
}

impl LiveDedup {
    /// Returns true if a live event is to be shown.
    pub(super) fn is_new_live(&mut self, event: &FetchedEvent) -> bool {
        let count = self.0.entry(kind(event)).or_default();
        let is_first = count.shown == 0;
        count.shown += u32::from(is_first);
        is_first
    }

    /// Returns true if an event that was fetched is to be shown.
    pub(super) fn is_new_fetched(&mut self, event: &FetchedEvent) -> bool {
        let count = self.0.entry(kind(event)).or_default();
        count.fetched = count.fetched.saturating_add(1);
        let is_more = count.fetched > count.shown;
        count.shown = count.shown.max(count.fetched);
        is_more
    }

    /// How many kinds are known.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// If there are more than `max`: the time of the last that has to go, an
    /// eighth more of them than needed.
    pub(super) fn excess(&self, max: usize) -> Option<i64> {
        let excess = self.0.len().checked_sub(max).filter(|excess| *excess > 0)?;
        let last = (excess + max / 8).min(self.0.len()) - 1;
        self.0.keys().nth(last).map(|(time, _)| *time)
    }

    pub(super) fn forget_before(&mut self, start: i64) {
        self.0 = self.0.split_off(&(start, [0; 16]));
    }
}

/// Without the arrival and the end of line: AWS does not promise that they are
/// the same in both.
fn kind(event: &FetchedEvent) -> (i64, [u8; 16]) {
    let mut hasher = Md5::new();
    hasher.update(event.stream.as_bytes());
    hasher.update([0]);
    hasher.update(event.message.trim_end().as_bytes());
    (event.timestamp, hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(message: &str) -> FetchedEvent {
        let (stream, message) = ("s".to_owned(), message.to_owned());
        FetchedEvent { stream, timestamp: 5, ingestion: 6, id: String::new(), message }
    }

    #[test]
    fn an_event_of_both_is_shown_once_in_either_order() {
        let mut dedup = LiveDedup::default();
        assert!(dedup.is_new_live(&event("a")) && !dedup.is_new_fetched(&event("a\n")));
        assert!(dedup.is_new_fetched(&event("b")) && !dedup.is_new_live(&event("b")));
    }

    #[test]
    fn two_alike_events_are_shown_as_two() {
        let mut dedup = LiveDedup::default();
        assert!(dedup.is_new_live(&event("a")) && !dedup.is_new_live(&event("a")));
        assert!(!dedup.is_new_fetched(&event("a")) && dedup.is_new_fetched(&event("a")));
        assert!(!dedup.is_new_live(&event("a")));
    }
}
