//! What the lines of ledgers add up to, pure.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::key::{Entry, PayloadDigest, RecordKey, SourceVersion, name_digest};
use super::line::RecordOutcome;

/// Most records that one run remembers: about 75 bytes each.
pub const MAX_RECORDS: usize = 3_000_000;

/// How far the clocks of this machine and of Firehose may be apart, in
/// milliseconds.
const SKEW: i64 = 60_000;

/// What is known of a record before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordState {
    /// Firehose does not have it.
    New,
    /// It was sent, and whether it arrived is unknown.
    Unknown,
    /// Firehose has it.
    Acknowledged,
}

/// What became of the records of ledgers.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Records that Firehose has or may have.
    records: BTreeMap<RecordKey, SentRecord>,
    /// When the bytes of such a record were sent first.
    payloads: BTreeMap<PayloadDigest, i64>,
    /// Objects that records were sent from, by the digests of their names.
    sources: BTreeMap<u64, KnownSource>,
    /// Batches that were planned and not answered.
    open: BTreeMap<u64, Batch>,
    next_batch: u64,
    /// When a batch was last planned.
    last: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct KnownSource {
    /// Digest of its version.
    version: u64,
    /// When a record of it was sent first.
    at: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct SentRecord {
    is_acknowledged: bool,
    /// When it was acknowledged first, or sent first, in milliseconds since 1970.
    at: i64,
    /// How often it was sent and may have arrived.
    arrivals: u8,
}

impl SentRecord {
    /// Adds what else is known of the same record.
    fn add(&mut self, other: Self) {
        let rank = |it: &Self| (it.is_acknowledged, Reverse(it.at));
        if self.arrivals == 0 || rank(&other) > rank(self) {
            (self.is_acknowledged, self.at) = (other.is_acknowledged, other.at);
        }
        self.arrivals = self.arrivals.saturating_add(other.arrivals);
    }
}

#[derive(Debug, Clone)]
struct Batch {
    at: i64,
    entries: Vec<Entry>,
}

impl History {
    /// The number of the next batch.
    pub(super) const fn next_batch(&self) -> u64 {
        self.next_batch
    }

    /// Takes a plan; `None` if it does not follow from what came before.
    pub(super) fn plan(&mut self, batch: u64, at: i64, entries: Vec<Entry>) -> Option<()> {
        if batch != self.next_batch {
            return None;
        }
        self.next_batch += 1;
        self.last = self.last.max(Some(at));
        self.open.insert(batch, Batch { at, entries });
        Some(())
    }

    /// Takes the outcomes of a plan; `None` if they are not those of an open
    /// one.
    pub(super) fn done(
        &mut self,
        batch: u64,
        outcomes: impl ExactSizeIterator<Item = RecordOutcome>,
    ) -> Option<()> {
        let planned = self.open.remove(&batch)?;
        if planned.entries.len() != outcomes.len() {
            return None;
        }
        for (entry, outcome) in planned.entries.iter().zip(outcomes) {
            self.sent(*entry, planned.at, outcome);
        }
        Some(())
    }

    /// Counts what was planned and not answered as sent: the process that
    /// would know has ended.
    pub(super) fn settle(&mut self) {
        for batch in std::mem::take(&mut self.open).into_values() {
            for entry in batch.entries {
                self.sent(entry, batch.at, RecordOutcome::Unknown);
            }
        }
    }

    fn sent(&mut self, entry: Entry, at: i64, outcome: RecordOutcome) {
        if outcome == RecordOutcome::Refused {
            return;
        }
        let is_acknowledged = outcome == RecordOutcome::Acknowledged;
        let sent = SentRecord { is_acknowledged, at, arrivals: 1 };
        self.records.entry(entry.key).or_default().add(sent);
        let first = self.payloads.entry(entry.payload).or_insert(at);
        *first = at.min(*first);
    }

    /// Adds what another ledger knows.
    pub fn absorb(&mut self, other: Self) {
        self.last = self.last.max(other.last);
        for (key, sent) in other.records {
            self.records.entry(key).or_default().add(sent);
        }
        for (payload, at) in other.payloads {
            let first = self.payloads.entry(payload).or_insert(at);
            *first = at.min(*first);
        }
        for (name, source) in other.sources {
            match self.sources.get(&name) {
                Some(ours) if ours.version == source.version && ours.at <= source.at => {}
                _ => drop(self.sources.insert(name, source)),
            }
        }
    }

    /// How many records Firehose has or may have.
    pub fn count(&self) -> usize {
        self.records.len()
    }

    /// When records were last sent, in milliseconds since 1970.
    pub const fn last(&self) -> Option<i64> {
        self.last
    }

    /// What is known of a record.
    pub fn state(&self, key: RecordKey) -> RecordState {
        match self.records.get(&key) {
            None => RecordState::New,
            Some(sent) if sent.is_acknowledged => RecordState::Acknowledged,
            Some(_) => RecordState::Unknown,
        }
    }

    /// When a record was acknowledged first, or else sent first, if it was, in
    /// milliseconds since 1970.
    pub fn sent_at(&self, key: RecordKey) -> Option<i64> {
        self.records.get(&key).map(|sent| sent.at)
    }

    /// How many records were acknowledged first at this time or later, in milliseconds
    /// since 1970.
    pub fn acknowledged_since(&self, since: i64) -> u64 {
        let records = self.records.values();
        records.filter(|it| it.is_acknowledged && it.at >= since).count() as u64
    }

    /// Returns true if a record was sent more than once, and more than one of
    /// them may have arrived.
    pub fn may_be_there_twice(&self, key: RecordKey) -> bool {
        self.records.get(&key).is_some_and(|sent| sent.arrivals > 1)
    }

    /// Returns true if the same bytes were sent before, from wherever.
    pub fn has_sent(&self, payload: PayloadDigest) -> bool {
        self.payloads.contains_key(&payload)
    }

    /// When the same bytes were sent first, if that was before the record with
    /// `arrival` came to Firehose: then it may be the one that was sent, back
    /// as a failure. Milliseconds since 1970.
    ///
    /// What is in an object that was there when they were sent is not.
    pub fn came_back(
        &self,
        payload: PayloadDigest,
        arrival: i64,
        source: &SourceVersion,
    ) -> Option<i64> {
        let sent = self.payloads.get(&payload).copied()?;
        let known = self.sources.get(&source.name_digest());
        let was_there =
            known.is_some_and(|it| it.version == source.version_digest() && it.at <= sent);
        (!was_there && arrival.saturating_add(SKEW) >= sent).then_some(sent)
    }

    /// Returns true if an object of this name is known, in another version.
    pub fn has_changed(&self, source: &SourceVersion) -> bool {
        let known = self.sources.get(&source.name_digest());
        known.is_some_and(|it| it.version != source.version_digest())
    }

    /// Returns true if this version of an object is known.
    pub fn knows_version(&self, source: &SourceVersion) -> bool {
        let known = self.sources.get(&source.name_digest());
        known.is_some_and(|it| it.version == source.version_digest())
    }

    /// Returns true if an object of this name is known, in some version.
    pub fn knows_name(&self, name: &str) -> bool {
        self.sources.contains_key(&name_digest(name))
    }

    /// Returns true if an object of this name is known.
    pub(super) fn knows(&self, source: &SourceVersion) -> bool {
        self.sources.contains_key(&source.name_digest())
    }

    /// Remembers an object of which a record is sent at this time, in
    /// milliseconds since 1970.
    pub fn note(&mut self, source: &SourceVersion, at: i64) {
        let version = source.version_digest();
        let known = self.sources.get(&source.name_digest());
        if known.is_none_or(|known| known.version != version) {
            self.sources.insert(source.name_digest(), KnownSource { version, at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RecordOutcome::{Acknowledged, Refused, Unknown};

    fn entry(number: u64) -> Entry {
        let source = SourceVersion { name: "a".to_owned(), version: "1".to_owned() };
        source.entry(number, &number.to_be_bytes())
    }

    fn sent(outcomes: &[&[RecordOutcome]]) -> History {
        let mut history = History::default();
        for (batch, outcomes) in (0..).zip(outcomes) {
            let entries = (0..outcomes.len() as u64).map(entry).collect();
            history.plan(batch, 1_000_000, entries).unwrap();
            history.done(batch, outcomes.iter().copied()).unwrap();
        }
        history
    }

    #[test]
    fn a_record_stands_where_its_best_outcome_puts_it() {
        let history = sent(&[&[Acknowledged, Refused, Unknown], &[Refused, Refused, Acknowledged]]);
        let states = [0, 1, 2].map(|at| history.state(entry(at).key));
        let acknowledged = RecordState::Acknowledged;
        assert_eq!(states, [acknowledged, RecordState::New, acknowledged]);
        let twice = [0, 1, 2].map(|at| history.may_be_there_twice(entry(at).key));
        assert_eq!(twice, [false, false, true]);
    }

    #[test]
    fn when_a_record_was_acknowledged_first_is_known_in_any_order() {
        let sent = |at: i64, outcome| {
            let mut history = History::default();
            history.plan(0, at, vec![entry(0)]).unwrap();
            history.done(0, [outcome].into_iter()).unwrap();
            history
        };
        let all =
            [sent(1, Unknown), sent(3, Acknowledged), sent(2, Acknowledged), sent(9, Refused)];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2]] {
            let mut history = History::default();
            for at in order {
                let other: &History = &all[at];
                history.absorb(other.clone());
            }
            assert_eq!(history.sent_at(entry(0).key), Some(2), "{order:?}");
            let counts = [2, 3].map(|since| history.acknowledged_since(since));
            assert_eq!(counts, [1, 0], "{order:?}");
        }
        assert_eq!(sent(1, Unknown).sent_at(entry(0).key), Some(1));
        assert_eq!(sent(9, Refused).sent_at(entry(0).key), None);
    }

    #[test]
    fn a_plan_that_was_not_answered_is_unknown() {
        let mut history = History::default();
        history.plan(0, 1, vec![entry(0)]).unwrap();
        assert_eq!(history.state(entry(0).key), RecordState::New);
        history.settle();
        assert_eq!(history.state(entry(0).key), RecordState::Unknown);
    }

    #[test]
    fn what_does_not_follow_is_refused() {
        let mut history = sent(&[&[Acknowledged]]);
        assert_eq!(history.plan(0, 1, Vec::new()), None);
        assert_eq!(history.done(0, [].into_iter()), None);
        history.plan(1, 1, vec![entry(1)]).unwrap();
        assert_eq!(history.done(1, [Acknowledged, Acknowledged].into_iter()), None);
    }

    #[test]
    fn bytes_that_were_sent_and_arrive_after_that_have_come_back() {
        let history = sent(&[&[Acknowledged, Refused]]);
        let payload = entry(0).payload;
        let other = SourceVersion { name: "b".to_owned(), version: "1".to_owned() };
        assert_eq!(history.came_back(payload, 1_000_001, &other), Some(1_000_000));
        // Clocks differ; but not by more than a minute.
        assert_eq!(history.came_back(payload, 940_000, &other), Some(1_000_000));
        assert_eq!(history.came_back(payload, 939_999, &other), None);
        assert_eq!(history.came_back(entry(1).payload, 2_000_000, &other), None);
    }

    #[test]
    fn what_was_there_when_the_bytes_were_sent_has_not_come_back() {
        let mut history = sent(&[&[Acknowledged]]);
        let source = |version: &str| SourceVersion { name: "a".into(), version: version.into() };
        let payload = entry(0).payload;
        history.note(&source("1"), 1_000_000);
        assert_eq!(history.came_back(payload, 1_000_001, &source("1")), None);
        assert_eq!(history.came_back(payload, 1_000_001, &source("2")), Some(1_000_000));
        // It was noted for another record, long after these bytes were sent.
        let later = SourceVersion { name: "later".into(), version: "1".into() };
        history.note(&later, 2_000_000);
        assert_eq!(history.came_back(payload, 1_500_000, &later), Some(1_000_000));
    }

    #[test]
    fn what_several_ledgers_know_adds_up() {
        let mut history = sent(&[&[Refused, Unknown]]);
        history.absorb(sent(&[&[Acknowledged, Acknowledged]]));
        let states = [0, 1].map(|at| history.state(entry(at).key));
        assert_eq!(states, [RecordState::Acknowledged; 2]);
        assert!(!history.may_be_there_twice(entry(0).key));
        assert!(history.may_be_there_twice(entry(1).key));
    }

    #[test]
    fn an_object_with_another_version_has_changed() {
        let source = |version: &str| SourceVersion { name: "a".into(), version: version.into() };
        let mut history = History::default();
        assert!(!history.has_changed(&source("1")));
        history.note(&source("1"), 1);
        assert!(!history.has_changed(&source("1")));
        assert!(history.has_changed(&source("2")));
    }
}
