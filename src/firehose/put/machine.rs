//! The state of a run and what comes next.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::pace::Pace;
use super::ranges::Ranges;
use super::{
    Batch, PendingRecord, PutCounts, PutEnding, PutPolicy, PutReport, PutResult, PutStep,
    RecordOutcome,
};
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS};

/// Bytes of records that wait or are under way at most, but for one record.
const MAX_HELD: usize = 32 * 1024 * 1024;

/// Batches under way at a time, and bytes of them: requests are held several
/// times while they are signed and sent.
const MAX_IN_FLIGHT: usize = 8;
const MAX_BYTES_IN_FLIGHT: usize = 12 * 1024 * 1024;

/// Decides what to send when. Whoever drives it does the calls and keeps the
/// clock.
#[derive(Debug)]
pub struct Putter {
    policy: PutPolicy,
    pace: Pace,
    queue: VecDeque<PendingRecord>,
    in_flight: BTreeMap<u64, Vec<PendingRecord>>,
    /// Bytes of all that is held, and of what is under way.
    held: usize,
    in_flight_bytes: usize,
    next_id: u64,
    input_ended: bool,
    is_flushing: bool,
    ending: Option<PutEnding>,
    /// Since when nothing was acknowledged, once something failed.
    failing_since: Option<Duration>,
    reason: String,
    counts: PutCounts,
    duplicates: Ranges,
}

impl Putter {
    /// Nothing is sent yet.
    pub fn new(policy: PutPolicy) -> Self {
        Self {
            policy,
            pace: Pace::new(policy.rate, policy.seed),
            queue: VecDeque::new(),
            in_flight: BTreeMap::new(),
            held: 0,
            in_flight_bytes: 0,
            next_id: 1,
            input_ended: false,
            is_flushing: false,
            ending: None,
            failing_since: None,
            reason: String::new(),
            counts: PutCounts::default(),
            duplicates: Ranges::default(),
        }
    }

    /// Takes a record, which is not larger than Firehose takes.
    pub fn push(&mut self, record: PendingRecord) {
        self.held += record.weight();
        self.queue.push_back(record);
        self.is_flushing = false;
    }

    /// No more records will be pushed.
    pub fn end_input(&mut self) {
        self.input_ended = true;
    }

    /// Sends what there is, although a batch is not full.
    pub fn flush(&mut self) {
        self.is_flushing = true;
    }

    /// Sends nothing more; what is under way is waited for.
    pub fn stop(&mut self) {
        self.ending.get_or_insert(PutEnding::Stopped);
    }

    /// True if records wait to be sent.
    pub fn has_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// What to do at `now`, which never goes back.
    pub fn next(&mut self, now: Duration) -> PutStep {
        if self.ending.is_some() || (self.input_ended && self.queue.is_empty()) {
            return if self.in_flight.is_empty() { PutStep::Done } else { PutStep::Wait(None) };
        }
        // While nothing gets through, one batch is enough to find out.
        let is_careful = self.policy.is_ordered || self.pace.is_stuck();
        let max = if is_careful { 1 } else { MAX_IN_FLIGHT };
        let is_much = self.in_flight_bytes + MAX_BATCH_BYTES > MAX_BYTES_IN_FLIGHT;
        if self.in_flight.len() >= max || is_much {
            return PutStep::Wait(None);
        }
        if let Some(until) = self.pace.wait(now) {
            return PutStep::Wait(Some(until));
        }
        let (count, is_full) = self.next_batch();
        let is_due = is_full || self.input_ended || self.is_flushing || self.held >= MAX_HELD;
        match count {
            // All that is held is under way.
            0 if self.held >= MAX_HELD => PutStep::Wait(None),
            1.. if is_due => PutStep::Send(self.take(count, now)),
            _ => PutStep::Feed,
        }
    }

    /// How many records the next batch takes, and whether no more would fit.
    fn next_batch(&self) -> (usize, bool) {
        let max = self.pace.max_records();
        let is_retry = |record: &PendingRecord| record.attempts > 0;
        let only_retries = self.policy.is_ordered && self.queue.front().is_some_and(is_retry);
        let mut weight = 0;
        for (count, record) in self.queue.iter().enumerate() {
            weight += record.weight();
            let is_past = only_retries && !is_retry(record);
            if count == max || weight > MAX_BATCH_BYTES || is_past {
                return (count, true);
            }
        }
        (self.queue.len(), only_retries || self.queue.len() >= max.min(MAX_BATCH_RECORDS))
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
        let Some(mut records) = self.take_in_flight(id) else { return };
        self.counts.requests -= 1;
        for record in &mut records {
            record.attempts -= 1;
            self.counts.retries -= u64::from(record.attempts > 0);
        }
        self.put_back(records);
    }

    /// Takes the result of a batch. Returns that of each of its records, in its
    /// order.
    pub fn answered(&mut self, id: u64, answer: PutResult, now: Duration) -> Vec<RecordOutcome> {
        let Some(records) = self.take_in_flight(id) else { return Vec::new() };
        match answer {
            PutResult::Entries(entries) if entries.len() == records.len() => {
                self.entries(records, entries, now)
            }
            PutResult::Entries(entries) => {
                let (sent, answered) = (records.len(), entries.len());
                let reason = format!("the response has {answered} records, but {sent} were sent");
                self.unknown(records, reason, now)
            }
            PutResult::Unknown(reason) => self.unknown(records, reason, now),
            PutResult::Busy(reason) => {
                self.failed(reason, true, now);
                self.refused(records)
            }
            PutResult::Refused(reason) => {
                self.ending = Some(PutEnding::Refused(reason));
                self.refused(records)
            }
        }
    }

    fn take_in_flight(&mut self, id: u64) -> Option<Vec<PendingRecord>> {
        let records = self.in_flight.remove(&id)?;
        self.in_flight_bytes -= weight(&records);
        Some(records)
    }

    fn entries(
        &mut self,
        records: Vec<PendingRecord>,
        entries: Vec<Option<String>>,
        now: Duration,
    ) -> Vec<RecordOutcome> {
        let mut outcomes = Vec::with_capacity(records.len());
        let mut retries = Vec::new();
        for (mut record, refusal) in records.into_iter().zip(entries) {
            if refusal.is_some() {
                record.refusal = refusal;
                retries.push(record);
                outcomes.push(RecordOutcome::Refused);
                continue;
            }
            self.held = self.held.saturating_sub(record.weight());
            self.counts.acknowledged += 1;
            self.counts.bytes += record.payload.len() as u64;
            if record.is_unknown {
                self.duplicates.insert(record.number);
            }
            outcomes.push(RecordOutcome::Acknowledged);
        }
        self.counts.refusals += retries.len() as u64;
        let taken = outcomes.len() - retries.len();
        if taken > 0 {
            self.failing_since = None;
        }
        match retries.first().and_then(|record| record.refusal.clone()) {
            Some(reason) => self.failed(reason, taken < retries.len(), now),
            None => self.pace.succeeded(),
        }
        self.put_back(retries);
        outcomes
    }

    fn unknown(
        &mut self,
        records: Vec<PendingRecord>,
        reason: String,
        now: Duration,
    ) -> Vec<RecordOutcome> {
        let outcomes = vec![RecordOutcome::Unknown; records.len()];
        self.failed(reason, true, now);
        let records = self.mark_unknown(records);
        self.put_back(records);
        outcomes
    }

    fn refused(&mut self, records: Vec<PendingRecord>) -> Vec<RecordOutcome> {
        let outcomes = vec![RecordOutcome::Refused; records.len()];
        self.put_back(records);
        outcomes
    }

    /// Marks the records of a batch whose answer was lost. Those that were
    /// marked before may have been taken both times.
    fn mark_unknown(&mut self, mut records: Vec<PendingRecord>) -> Vec<PendingRecord> {
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
            self.ending.get_or_insert(PutEnding::GivenUp(reason.clone()));
        }
        self.reason = reason;
    }

    /// Records that are not acknowledged go before all others.
    fn put_back(&mut self, records: Vec<PendingRecord>) {
        for record in records.into_iter().rev() {
            self.queue.push_front(record);
        }
    }

    /// Counts so far.
    pub fn counts(&self) -> PutCounts {
        self.counts
    }

    /// The reason of the last failure, for the progress; `None` after a success.
    pub fn failure(&self) -> Option<&str> {
        self.pace.is_failing().then_some(self.reason.as_str())
    }

    /// Ends it: what is still under way is unknown.
    pub fn finish(mut self) -> PutReport {
        for (_, records) in std::mem::take(&mut self.in_flight) {
            let records = self.mark_unknown(records);
            self.queue.extend(records);
        }
        let mut left: Vec<_> = self.queue.into();
        left.sort_by_key(|record| record.number);
        let (unknown, refused) = left.into_iter().partition(|record| record.is_unknown);
        PutReport {
            ending: self.ending.unwrap_or(PutEnding::Complete),
            counts: self.counts,
            refused,
            unknown,
            duplicates: self.duplicates.into_vec(),
        }
    }
}

fn weight(records: &[PendingRecord]) -> usize {
    records.iter().map(PendingRecord::weight).sum()
}
