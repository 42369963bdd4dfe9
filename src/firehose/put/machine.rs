//! The state of a delivery and how it goes on.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::pace::Pace;
use super::ranges::Ranges;
use super::{Answer, Batch, Counts, Ending, Finished, Outcome, Outgoing, Policy, Step};
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS};

/// Bytes of records that wait or are under way at most, but for one record.
const MAX_HELD: usize = 32 * 1024 * 1024;

/// Batches under way at a time, and bytes of them: requests are held several
/// times while they are signed and sent.
const MAX_IN_FLIGHT: usize = 8;
const MAX_BYTES_IN_FLIGHT: usize = 12 * 1024 * 1024;

/// A delivery under way.
#[derive(Debug)]
pub struct Delivery {
    policy: Policy,
    pace: Pace,
    queue: VecDeque<Outgoing>,
    in_flight: BTreeMap<u64, Vec<Outgoing>>,
    /// Bytes of all that is held, and of what is under way.
    held: usize,
    in_flight_bytes: usize,
    next_id: u64,
    is_fed: bool,
    is_flushing: bool,
    ending: Option<Ending>,
    /// Since when nothing was acknowledged, once something failed.
    failing_since: Option<Duration>,
    reason: String,
    counts: Counts,
    duplicates: Ranges,
}

impl Delivery {
    /// Nothing is sent yet.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            pace: Pace::new(policy.rate, policy.seed),
            queue: VecDeque::new(),
            in_flight: BTreeMap::new(),
            held: 0,
            in_flight_bytes: 0,
            next_id: 1,
            is_fed: false,
            is_flushing: false,
            ending: None,
            failing_since: None,
            reason: String::new(),
            counts: Counts::default(),
            duplicates: Ranges::default(),
        }
    }

    /// Takes a record, which is not larger than Firehose takes.
    pub fn push(&mut self, record: Outgoing) {
        self.held += record.weight();
        self.queue.push_back(record);
        self.is_flushing = false;
    }

    /// No more records will be pushed.
    pub fn end_input(&mut self) {
        self.is_fed = true;
    }

    /// Sends what there is, although a batch is not full.
    pub fn flush(&mut self) {
        self.is_flushing = true;
    }

    /// Sends nothing more; what is under way is waited for.
    pub fn stop(&mut self) {
        self.ending.get_or_insert(Ending::Stopped);
    }

    /// True if records wait to be sent.
    pub fn has_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What to do at `now`, which never goes back.
    pub fn next(&mut self, now: Duration) -> Step {
        if self.ending.is_some() || (self.is_fed && self.queue.is_empty()) {
            return if self.in_flight.is_empty() { Step::Done } else { Step::Wait(None) };
        }
        // While nothing gets through, one batch is enough to find out.
        let is_careful = self.policy.is_ordered || self.pace.is_stuck();
        let most = if is_careful { 1 } else { MAX_IN_FLIGHT };
        let is_much = self.in_flight_bytes + MAX_BATCH_BYTES > MAX_BYTES_IN_FLIGHT;
        if self.in_flight.len() >= most || is_much {
            return Step::Wait(None);
        }
        if let Some(until) = self.pace.wait(now) {
            return Step::Wait(Some(until));
        }
        let (count, is_full) = self.fill();
        let is_due = is_full || self.is_fed || self.is_flushing || self.held >= MAX_HELD;
        match count {
            // All that is held is under way.
            0 if self.held >= MAX_HELD => Step::Wait(None),
            1.. if is_due => Step::Send(self.take(count, now)),
            _ => Step::Feed,
        }
    }

    /// How many records the next batch takes, and whether no more would fit.
    fn fill(&self) -> (usize, bool) {
        let most = self.pace.most();
        let is_again = |record: &Outgoing| record.attempts > 0;
        let only_again = self.policy.is_ordered && self.queue.front().is_some_and(is_again);
        let mut weight = 0;
        for (count, record) in self.queue.iter().enumerate() {
            weight += record.weight();
            let is_past = only_again && !is_again(record);
            if count == most || weight > MAX_BATCH_BYTES || is_past {
                return (count, true);
            }
        }
        (self.queue.len(), only_again || self.queue.len() >= most.min(MAX_BATCH_RECORDS))
    }

    fn take(&mut self, count: usize, now: Duration) -> Batch {
        let mut records: Vec<_> = self.queue.drain(..count).collect();
        for record in &mut records {
            self.counts.retries += u64::from(record.attempts > 0);
            record.attempts += 1;
        }
        self.pace.sent(count, now);
        let id = self.next_id;
        self.next_id += 1;
        self.counts.requests += 1;
        self.in_flight_bytes += weight(&records);
        self.in_flight.insert(id, records.clone());
        Batch { id, records }
    }

    /// Takes a batch back that was not sent after all.
    pub fn withdraw(&mut self, id: u64) {
        let Some(mut records) = self.land(id) else { return };
        self.counts.requests -= 1;
        for record in &mut records {
            record.attempts -= 1;
            self.counts.retries -= u64::from(record.attempts > 0);
        }
        self.put_back(records);
    }

    /// Takes what came of a batch. Returns what came of each of its records, in
    /// its order.
    pub fn answered(&mut self, id: u64, answer: Answer, now: Duration) -> Vec<Outcome> {
        let Some(records) = self.land(id) else { return Vec::new() };
        match answer {
            Answer::Entries(entries) if entries.len() == records.len() => {
                self.entries(records, entries, now)
            }
            Answer::Entries(entries) => {
                let (asked, told) = (records.len(), entries.len());
                let reason = format!("the answer is about {told} records, {asked} were sent");
                self.unknown(records, reason, now)
            }
            Answer::Unknown(reason) => self.unknown(records, reason, now),
            Answer::Busy(reason) => {
                self.failed(reason, true, now);
                self.refused(records)
            }
            Answer::Refused(reason) => {
                self.ending = Some(Ending::Refused(reason));
                self.refused(records)
            }
        }
    }

    fn land(&mut self, id: u64) -> Option<Vec<Outgoing>> {
        let records = self.in_flight.remove(&id)?;
        self.in_flight_bytes -= weight(&records);
        Some(records)
    }

    fn entries(
        &mut self,
        records: Vec<Outgoing>,
        entries: Vec<Option<String>>,
        now: Duration,
    ) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(records.len());
        let mut again = Vec::new();
        for (mut record, refusal) in records.into_iter().zip(entries) {
            if refusal.is_some() {
                record.refusal = refusal;
                again.push(record);
                outcomes.push(Outcome::Refused);
                continue;
            }
            self.held = self.held.saturating_sub(record.weight());
            self.counts.acknowledged += 1;
            self.counts.bytes += record.payload.len() as u64;
            if record.is_unknown {
                self.duplicates.insert(record.number);
            }
            outcomes.push(Outcome::Acknowledged);
        }
        self.counts.refusals += again.len() as u64;
        let taken = outcomes.len() - again.len();
        if taken > 0 {
            self.failing_since = None;
        }
        match again.first().and_then(|record| record.refusal.clone()) {
            Some(reason) => self.failed(reason, taken < again.len(), now),
            None => self.pace.succeeded(),
        }
        self.put_back(again);
        outcomes
    }

    fn unknown(&mut self, records: Vec<Outgoing>, reason: String, now: Duration) -> Vec<Outcome> {
        let outcomes = vec![Outcome::Unknown; records.len()];
        self.failed(reason, true, now);
        let records = self.doubted(records);
        self.put_back(records);
        outcomes
    }

    fn refused(&mut self, records: Vec<Outgoing>) -> Vec<Outcome> {
        let outcomes = vec![Outcome::Refused; records.len()];
        self.put_back(records);
        outcomes
    }

    /// Marks records of a batch of which nobody knows. Those that were in doubt
    /// before may have been taken both times.
    fn doubted(&mut self, mut records: Vec<Outgoing>) -> Vec<Outgoing> {
        self.counts.lost_answers += 1;
        for record in &mut records {
            if std::mem::replace(&mut record.is_unknown, true) {
                self.duplicates.insert(record.number);
            }
        }
        records
    }

    /// Waits before the next batch, or gives up.
    fn failed(&mut self, reason: String, is_stuck: bool, now: Duration) {
        self.pace.failed(is_stuck, now);
        let since = *self.failing_since.get_or_insert(now);
        if now.saturating_sub(since) >= self.policy.patience {
            self.ending.get_or_insert(Ending::GivenUp(reason.clone()));
        }
        self.reason = reason;
    }

    /// Records that are not acknowledged go before all others.
    fn put_back(&mut self, records: Vec<Outgoing>) {
        for record in records.into_iter().rev() {
            self.queue.push_front(record);
        }
    }

    /// Counts so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Why the last failure was, for a line of progress; nothing while all is
    /// well.
    pub fn trouble(&self) -> Option<&str> {
        self.pace.is_failing().then_some(self.reason.as_str())
    }

    /// Ends it: what is still under way is unknown.
    pub fn finish(mut self) -> Finished {
        for (_, records) in std::mem::take(&mut self.in_flight) {
            let records = self.doubted(records);
            self.queue.extend(records);
        }
        let mut left: Vec<_> = self.queue.into();
        left.sort_by_key(|record| record.number);
        let (unknown, refused) = left.into_iter().partition(|record| record.is_unknown);
        Finished {
            ending: self.ending.unwrap_or(Ending::Complete),
            counts: self.counts,
            refused,
            unknown,
            duplicates: self.duplicates.into_vec(),
        }
    }
}

fn weight(records: &[Outgoing]) -> usize {
    records.iter().map(Outgoing::weight).sum()
}
