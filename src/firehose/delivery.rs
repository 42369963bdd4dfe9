//! Putting records so that none is lost: what to send when, and what came of
//! it. Pure: time goes in, steps come out.
//!
//! ```text
//! push(record) … ─▶ next(now) ─▶ Step::Send(batch) ─▶ answered(batch, answer, now) ─▶ next(now) …
//! ```
//!
//! `PutRecordBatch` answers with success although records were refused (API
//! reference, `FailedPutCount`), so every entry of an answer is read, and only
//! what was not acknowledged is sent again. There are three outcomes, not two:
//! acknowledged, refused, and unknown, where the answer never came. What is
//! unknown is sent again too, and told as a possible duplicate, for the API
//! cannot say whether it has seen a record.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::limits::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS};

/// Bytes of records that wait or are under way at most, but for one record.
const MAX_HELD: usize = 32 * 1024 * 1024;

/// Backoff: full jitter between nothing and a bound that doubles from the
/// first to the last of these.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// Batches under way at a time, and bytes of them: requests are held several
/// times while they are signed and sent.
const MAX_IN_FLIGHT: usize = 8;
const MAX_BYTES_IN_FLIGHT: usize = 12 * 1024 * 1024;

/// What a request has around each record besides base64: `{"Data":"…"},`.
const ENTRY: usize = 12;

/// A record to put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number in the input, from 1.
    pub number: u64,
    /// Its bytes.
    pub payload: Arc<Vec<u8>>,
    /// Times that it was sent.
    pub attempts: u32,
    /// It was sent, and nobody knows what came of it.
    pub is_unknown: bool,
    /// Why it was refused last.
    pub refusal: Option<String>,
}

impl Outgoing {
    /// A record that was not sent yet.
    pub fn new(number: u64, payload: Vec<u8>) -> Self {
        let payload = Arc::new(payload);
        Self { number, payload, attempts: 0, is_unknown: false, refusal: None }
    }

    /// Bytes of the request that it takes. Whether the service counts base64
    /// is not known: this is the safe reading.
    fn weight(&self) -> usize {
        self.payload.len().div_ceil(3) * 4 + ENTRY
    }
}

/// How to put.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// One batch at a time, and none past a record that was not acknowledged.
    pub is_ordered: bool,
    /// Records a second at most.
    pub rate: Option<f64>,
    /// How long to go on without a single acknowledgement.
    pub patience: Duration,
    /// Where the jitter comes from.
    pub seed: u64,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these records.
    Send(Batch),
    /// Push more records, or say that there are no more; if none come for a
    /// while, [`Delivery::flush`].
    Feed,
    /// Wait for an answer, or until this time at the latest.
    Wait(Option<Duration>),
    /// Nothing is left to do.
    Done,
}

/// Records of one request.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// Counts from 1.
    pub id: u64,
    /// At most 500, and 4 MiB of base64.
    pub records: Vec<Outgoing>,
}

/// What came of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An answer for each record: why it was refused, or nothing if it was
    /// acknowledged.
    Entries(Vec<Option<String>>),
    /// None was taken, for this reason; it may be better later.
    Busy(String),
    /// None was taken, and none will be.
    Refused(String),
    /// Nobody knows.
    Unknown(String),
}

/// Why records are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Everything was acknowledged.
    Complete,
    /// The stream takes nothing from us, for this reason.
    Refused(String),
    /// There was no acknowledgement for too long; the last reason.
    GivenUp(String),
    /// Somebody said stop.
    Stopped,
}

/// Counts of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records that are surely in the stream.
    pub acknowledged: u64,
    /// Their bytes, before base64.
    pub bytes: u64,
    /// Requests sent.
    pub requests: u64,
    /// Times that a record was sent again.
    pub retries: u64,
    /// Entries that were refused.
    pub refusals: u64,
    /// Requests of which nobody knows what came of them.
    pub lost_answers: u64,
}

/// A delivery under way.
#[derive(Debug)]
pub struct Delivery {
    policy: Policy,
    rng: ChaCha8Rng,
    queue: VecDeque<Outgoing>,
    in_flight: BTreeMap<u64, Vec<Outgoing>>,
    /// Bytes of all that is held, and of what is under way.
    held: usize,
    in_flight_bytes: usize,
    next_id: u64,
    is_fed: bool,
    is_flushing: bool,
    ending: Option<Ending>,
    /// Failures in a row.
    failures: u32,
    /// Nothing is sent before.
    not_before: Duration,
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
            rng: ChaCha8Rng::seed_from_u64(policy.seed),
            queue: VecDeque::new(),
            in_flight: BTreeMap::new(),
            held: 0,
            in_flight_bytes: 0,
            next_id: 1,
            is_fed: false,
            is_flushing: false,
            ending: None,
            failures: 0,
            not_before: Duration::ZERO,
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

    /// Forgets what was not sent yet, and takes no more: the time is up. What
    /// was refused is still sent again.
    pub fn cut(&mut self) {
        let mut left = std::mem::take(&mut self.queue);
        left.retain(|record| record.attempts > 0);
        self.queue = left;
        self.is_fed = true;
    }

    /// True if there are records that no batch has taken yet.
    pub fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Sends nothing more; what is under way is waited for.
    pub fn stop(&mut self) {
        self.ending.get_or_insert(Ending::Stopped);
    }

    /// What to do at `now`, which never goes back.
    pub fn next(&mut self, now: Duration) -> Step {
        if self.ending.is_some() || (self.is_fed && self.queue.is_empty()) {
            return if self.in_flight.is_empty() { Step::Done } else { Step::Wait(None) };
        }
        let most = if self.policy.is_ordered { 1 } else { MAX_IN_FLIGHT };
        let is_much = self.in_flight_bytes + MAX_BATCH_BYTES > MAX_BYTES_IN_FLIGHT;
        if self.in_flight.len() >= most || is_much {
            return Step::Wait(None);
        }
        if now < self.not_before {
            return Step::Wait(Some(self.not_before));
        }
        let (count, is_full) = self.fill();
        let is_due = is_full || self.is_fed || self.held >= MAX_HELD;
        if !is_due && (count == 0 || !self.is_flushing) {
            return Step::Feed;
        }
        if count == 0 {
            // All that is held is under way.
            return Step::Wait(None);
        }
        Step::Send(self.take(count, now))
    }

    /// How many records the next batch takes, and whether no more would fit.
    fn fill(&self) -> (usize, bool) {
        let most = match self.policy.rate {
            // A second's worth at a time, so that a rate is kept in the small.
            Some(rate) => whole(rate.ceil()).clamp(1, MAX_BATCH_RECORDS),
            None => MAX_BATCH_RECORDS,
        };
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
        (self.queue.len(), only_again || self.queue.len() >= most)
    }

    fn take(&mut self, count: usize, now: Duration) -> Batch {
        let mut records: Vec<_> = self.queue.drain(..count).collect();
        for record in &mut records {
            self.counts.retries += u64::from(record.attempts > 0);
            record.attempts += 1;
        }
        if let Some(rate) = self.policy.rate {
            let pause = Duration::try_from_secs_f64(float(count) / rate).unwrap_or(Duration::MAX);
            self.not_before = now.saturating_add(pause);
        }
        let id = self.next_id;
        self.next_id += 1;
        self.counts.requests += 1;
        self.in_flight_bytes += records.iter().map(Outgoing::weight).sum::<usize>();
        self.in_flight.insert(id, records.clone());
        Batch { id, records }
    }

    /// Takes what came of a batch. Returns its records as they are now, those
    /// that were acknowledged first.
    pub fn answered(&mut self, id: u64, answer: Answer, now: Duration) -> Settled {
        let Some(records) = self.in_flight.remove(&id) else { return Settled::default() };
        self.in_flight_bytes -= records.iter().map(Outgoing::weight).sum::<usize>();
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
                self.failed(reason, now);
                self.put_back(records)
            }
            Answer::Refused(reason) => {
                self.ending = Some(Ending::Refused(reason));
                self.put_back(records)
            }
        }
    }

    fn entries(
        &mut self,
        records: Vec<Outgoing>,
        entries: Vec<Option<String>>,
        now: Duration,
    ) -> Settled {
        let (mut acknowledged, mut again) = (Vec::new(), Vec::new());
        for (mut record, refusal) in records.into_iter().zip(entries) {
            if refusal.is_some() {
                record.refusal = refusal;
                again.push(record);
                continue;
            }
            self.held = self.held.saturating_sub(record.weight());
            self.counts.acknowledged += 1;
            self.counts.bytes += record.payload.len() as u64;
            if record.is_unknown {
                self.duplicates.insert(record.number);
            }
            acknowledged.push(record.number);
        }
        self.counts.refusals += again.len() as u64;
        if !acknowledged.is_empty() {
            self.failing_since = None;
        }
        match again.first().and_then(|record| record.refusal.clone()) {
            Some(reason) => self.failed(reason, now),
            None => self.failures = 0,
        }
        Settled { acknowledged, ..self.put_back(again) }
    }

    fn unknown(&mut self, mut records: Vec<Outgoing>, reason: String, now: Duration) -> Settled {
        self.counts.lost_answers += 1;
        for record in &mut records {
            record.is_unknown = true;
        }
        self.failed(reason, now);
        self.put_back(records)
    }

    /// Waits before the next batch, or gives up.
    fn failed(&mut self, reason: String, now: Duration) {
        let bound = FIRST_BACKOFF.saturating_mul(1 << self.failures.min(8)).min(MAX_BACKOFF);
        self.failures += 1;
        let wait = bound.mul_f64(self.rng.random::<f64>());
        self.not_before = self.not_before.max(now.saturating_add(wait));
        let since = *self.failing_since.get_or_insert(now);
        if now.saturating_sub(since) >= self.policy.patience {
            self.ending.get_or_insert(Ending::GivenUp(reason.clone()));
        }
        self.reason = reason;
    }

    /// Records that are not acknowledged go before all others.
    fn put_back(&mut self, records: Vec<Outgoing>) -> Settled {
        let open = records.iter().map(|record| record.number).collect();
        for record in records.into_iter().rev() {
            self.queue.push_front(record);
        }
        Settled { acknowledged: Vec::new(), open }
    }

    /// Counts so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Why the last failure was, for a line of progress; nothing while all is
    /// well.
    pub fn trouble(&self) -> Option<&str> {
        (self.failures > 0).then_some(self.reason.as_str())
    }

    /// Ends it: what is still under way is unknown.
    pub fn finish(mut self) -> Finished {
        for (_, mut records) in std::mem::take(&mut self.in_flight) {
            self.counts.lost_answers += 1;
            for record in &mut records {
                record.is_unknown = true;
            }
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
            duplicates: self.duplicates.0,
        }
    }
}

/// Numbers of the records of a batch, by what came of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Surely in the stream.
    pub acknowledged: Vec<u64>,
    /// To be sent again.
    pub open: Vec<u64>,
}

/// How a delivery ended.
#[derive(Debug)]
pub struct Finished {
    /// Why it ended.
    pub ending: Ending,
    /// Its counts.
    pub counts: Counts,
    /// Records that were not taken, in their order.
    pub refused: Vec<Outgoing>,
    /// Records of which nobody knows whether they were taken.
    pub unknown: Vec<Outgoing>,
    /// Numbers of records that may be in the stream twice: from, to.
    pub duplicates: Vec<(u64, u64)>,
}

/// Numbers as ranges, for they come in runs.
#[derive(Debug, Default)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    fn insert(&mut self, number: u64) {
        let at = self.0.partition_point(|(first, _)| *first <= number);
        let joins_next = self.0.get(at).is_some_and(|(first, _)| *first == number + 1);
        if let Some((_, last)) = at.checked_sub(1).and_then(|before| self.0.get_mut(before)) {
            if number <= *last {
                return;
            }
            if *last + 1 == number {
                *last = number;
                if joins_next {
                    let (_, end) = self.0.remove(at);
                    if let Some((_, last)) = self.0.get_mut(at - 1) {
                        *last = end;
                    }
                }
                return;
            }
        }
        match self.0.get_mut(at) {
            Some((first, _)) if joins_next => *first = number,
            _ => self.0.insert(at, (number, number)),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is small, positive, and a whole number here; the cast saturates"
)]
fn whole(rate: f64) -> usize {
    rate as usize
}

#[expect(clippy::cast_precision_loss, reason = "a batch has at most 500 records")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: Policy =
        Policy { is_ordered: false, rate: None, patience: Duration::from_mins(5), seed: 1 };

    /// A stream that refuses entries, loses answers and is busy, at random.
    struct Stream {
        rng: ChaCha8Rng,
        refuses: f64,
        loses: f64,
        /// How often each record was accepted.
        accepted: Vec<u32>,
    }

    impl Stream {
        fn new(seed: u64, records: usize, refuses: f64, loses: f64) -> Self {
            let rng = ChaCha8Rng::seed_from_u64(seed);
            Self { rng, refuses, loses, accepted: vec![0; records] }
        }

        fn put(&mut self, batch: &Batch) -> Answer {
            assert!((1..=MAX_BATCH_RECORDS).contains(&batch.records.len()));
            assert!(batch.records.iter().map(Outgoing::weight).sum::<usize>() <= MAX_BATCH_BYTES);
            let fate = self.rng.random::<f64>();
            if fate < self.loses / 2.0 {
                return Answer::Unknown("reset before".to_owned());
            }
            if fate > 0.97 {
                return Answer::Busy("503".to_owned());
            }
            let entries = batch.records.iter().map(|record| {
                if self.rng.random::<f64>() < self.refuses {
                    return Some("ServiceUnavailableException".to_owned());
                }
                self.accepted[usize::try_from(record.number).unwrap() - 1] += 1;
                None
            });
            let entries = entries.collect();
            if fate < self.loses {
                return Answer::Unknown("answer lost".to_owned());
            }
            Answer::Entries(entries)
        }
    }

    /// Puts records of these sizes; answers come out of order.
    fn deliver(policy: Policy, sizes: &[usize], stream: &mut Stream) -> (Finished, Duration) {
        let mut delivery = Delivery::new(policy);
        let mut now = Duration::ZERO;
        let mut input = (1..).zip(sizes);
        let mut under_way = Vec::new();
        loop {
            match delivery.next(now) {
                Step::Done => return (delivery.finish(), now),
                Step::Feed => match input.next() {
                    Some((number, size)) => {
                        delivery.push(Outgoing::new(number, vec![b'x'; *size]));
                    }
                    None => delivery.end_input(),
                },
                Step::Send(batch) => under_way.push(batch),
                Step::Wait(Some(until)) if under_way.is_empty() => now = until,
                Step::Wait(_) => {
                    let at = usize::try_from(delivery.next_id * 7).unwrap() % under_way.len();
                    let batch = under_way.swap_remove(at);
                    now += Duration::from_millis(20);
                    let answer = stream.put(&batch);
                    delivery.answered(batch.id, answer, now);
                }
            }
        }
    }

    fn is_in(ranges: &[(u64, u64)], number: u64) -> bool {
        ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }

    #[test]
    fn nothing_is_lost_and_every_duplicate_is_listed() {
        for seed in 0..25 {
            let mut stream = Stream::new(seed, 4000, 0.3, 0.1);
            let policy = Policy { seed, ..POLICY };
            let (end, _) = deliver(policy, &vec![100; 4000], &mut stream);
            assert_eq!((end.ending, end.counts.acknowledged), (Ending::Complete, 4000));
            assert!(end.refused.is_empty() && end.unknown.is_empty());
            for (number, times) in (1..).zip(&stream.accepted) {
                assert!(*times >= 1, "seed {seed}: record {number} is lost");
                assert!(*times == 1 || is_in(&end.duplicates, number), "seed {seed}: {number}");
            }
        }
    }

    #[test]
    fn without_a_lost_answer_there_is_no_duplicate() {
        let mut stream = Stream::new(3, 3000, 0.5, 0.0);
        let (end, _) = deliver(POLICY, &vec![10; 3000], &mut stream);
        assert!(end.duplicates.is_empty());
        assert!(stream.accepted.iter().all(|times| *times == 1));
        assert!(end.counts.retries > 1000);
    }

    #[test]
    fn batches_are_filled_to_the_limits() {
        for (sizes, requests) in
            [(vec![1; 1001], 3), (vec![1_024_000; 7], 3), (vec![0; 500], 1), (vec![], 0)]
        {
            let mut stream = Stream::new(0, sizes.len(), 0.0, 0.0);
            let (end, _) = deliver(POLICY, &sizes, &mut stream);
            assert_eq!(end.counts.requests - end.counts.lost_answers, requests, "{}", sizes.len());
        }
    }

    #[test]
    fn a_stream_that_never_takes_anything_is_given_up_after_the_patience() {
        let mut stream = Stream::new(0, 10, 1.0, 0.0);
        let (end, now) = deliver(POLICY, &[5; 10], &mut stream);
        assert_eq!(end.ending, Ending::GivenUp("ServiceUnavailableException".to_owned()));
        assert_eq!((end.refused.len(), end.counts.acknowledged), (10, 0));
        assert!((POLICY.patience..POLICY.patience * 2).contains(&now), "{now:?}");
        assert_eq!(end.refused[3], Outgoing { number: 4, ..end.refused[3].clone() });
    }

    #[test]
    fn what_is_refused_for_good_ends_it_and_keeps_everything() {
        let mut delivery = Delivery::new(POLICY);
        for number in 1..=600 {
            delivery.push(Outgoing::new(number, vec![1]));
        }
        let Step::Send(batch) = delivery.next(Duration::ZERO) else { panic!() };
        delivery.answered(batch.id, Answer::Refused("no right".to_owned()), Duration::ZERO);
        assert_eq!(delivery.next(Duration::ZERO), Step::Done);
        let end = delivery.finish();
        assert_eq!(end.ending, Ending::Refused("no right".to_owned()));
        assert!(end.refused.iter().map(|record| record.number).eq(1..=600));
    }

    #[test]
    fn what_is_under_way_at_the_end_is_unknown() {
        let mut delivery = Delivery::new(POLICY);
        delivery.push(Outgoing::new(1, vec![1]));
        delivery.end_input();
        assert!(matches!(delivery.next(Duration::ZERO), Step::Send(_)));
        delivery.stop();
        assert_eq!(delivery.next(Duration::ZERO), Step::Wait(None));
        let end = delivery.finish();
        assert_eq!((end.ending, end.unknown.len()), (Ending::Stopped, 1));
    }

    #[test]
    fn in_order_nothing_is_sent_past_a_record_that_was_refused() {
        let mut delivery = Delivery::new(Policy { is_ordered: true, ..POLICY });
        for number in 1..=900 {
            delivery.push(Outgoing::new(number, vec![1]));
        }
        let Step::Send(batch) = delivery.next(Duration::ZERO) else { panic!() };
        assert_eq!(delivery.next(Duration::ZERO), Step::Wait(None));
        let entries = batch.records.iter().map(|it| (it.number == 7).then(|| "busy".to_owned()));
        delivery.answered(batch.id, Answer::Entries(entries.collect()), Duration::ZERO);
        let Step::Send(batch) = delivery.next(Duration::from_secs(1)) else { panic!() };
        assert!(batch.records.iter().map(|it| it.number).eq([7]));
    }

    #[test]
    fn a_rate_is_kept() {
        let mut stream = Stream::new(0, 500, 0.0, 0.0);
        let policy = Policy { rate: Some(50.0), ..POLICY };
        let (_, now) = deliver(policy, &[1; 500], &mut stream);
        assert!((9..=11).contains(&now.as_secs()), "{now:?}");
    }

    #[test]
    fn an_answer_about_another_number_of_records_is_no_answer() {
        let mut delivery = Delivery::new(POLICY);
        delivery.push(Outgoing::new(1, vec![1]));
        delivery.end_input();
        let Step::Send(batch) = delivery.next(Duration::ZERO) else { panic!() };
        delivery.answered(batch.id, Answer::Entries(vec![]), Duration::ZERO);
        assert_eq!(delivery.finish().unknown.len(), 1);
    }

    proptest! {
        #[test]
        fn ranges_hold_what_was_put_in(numbers in prop::collection::vec(1u64..60, 0..60)) {
            let mut ranges = Ranges::default();
            for number in &numbers {
                ranges.insert(*number);
            }
            for number in 1..60 {
                prop_assert_eq!(is_in(&ranges.0, number), numbers.contains(&number));
            }
            prop_assert!(ranges.0.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }
}
