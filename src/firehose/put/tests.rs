//! A putter and a stream that does everything a stream may do.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::*;
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS};

const POLICY: PutPolicy =
    PutPolicy { is_ordered: false, rate: None, patience: Duration::from_mins(5), seed: 1 };

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

    fn put(&mut self, batch: &Batch) -> PutResult {
        assert!((1..=MAX_BATCH_RECORDS).contains(&batch.records.len()));
        assert!(batch.records.iter().map(PendingRecord::weight).sum::<usize>() <= MAX_BATCH_BYTES);
        let fate = self.rng.random::<f64>();
        if fate < self.loses / 2.0 {
            return PutResult::Unknown("reset before".to_owned());
        }
        if fate > 0.97 && self.refuses > 0.0 {
            return PutResult::Busy("503".to_owned());
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
            return PutResult::Unknown("answer lost".to_owned());
        }
        PutResult::Entries(entries)
    }
}

/// Puts records of these sizes; answers come out of order.
fn deliver(policy: PutPolicy, sizes: &[usize], stream: &mut Stream) -> (PutReport, Duration) {
    let mut putter = Putter::new(policy);
    let mut now = Duration::ZERO;
    let mut input = (1..).zip(sizes);
    let mut under_way = Vec::new();
    let mut turn = 0;
    loop {
        match putter.next(now) {
            PutStep::Done => return (putter.finish(), now),
            PutStep::Feed => match input.next() {
                Some((number, size)) => {
                    putter.push(PendingRecord::new(number, vec![b'x'; *size]));
                }
                None => putter.end_input(),
            },
            PutStep::Send(batch) => under_way.push(batch),
            PutStep::Wait(Some(until)) if under_way.is_empty() => now = until,
            PutStep::Wait(_) => {
                turn += 7;
                let at = turn % under_way.len();
                let batch = under_way.swap_remove(at);
                now += Duration::from_millis(20);
                let answer = stream.put(&batch);
                putter.answered(batch.id, answer, now);
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
        let policy = PutPolicy { seed, ..POLICY };
        let (end, _) = deliver(policy, &vec![100; 4000], &mut stream);
        assert_eq!((end.ending, end.counts.acknowledged), (PutEnding::Complete, 4000));
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
        assert_eq!(end.counts.requests, requests, "{}", sizes.len());
        let mut fill = BatchCounter::default();
        let records = sizes.iter().map(|size| PendingRecord::new(1, vec![0; *size]));
        let foretold = records.filter(|record| fill.begins_a_batch(record)).count();
        assert_eq!(foretold as u64, requests);
    }
}

#[test]
fn a_stream_that_never_takes_anything_is_given_up_after_the_patience() {
    let mut stream = Stream::new(0, 10, 1.0, 0.0);
    let (end, now) = deliver(POLICY, &[5; 10], &mut stream);
    assert_eq!(end.ending, PutEnding::GivenUp("ServiceUnavailableException".to_owned()));
    assert_eq!((end.refused.len(), end.counts.acknowledged), (10, 0));
    assert!((POLICY.patience..POLICY.patience * 2).contains(&now), "{now:?}");
    assert_eq!(end.refused[3], PendingRecord { number: 4, ..end.refused[3].clone() });
}

#[test]
fn what_is_refused_for_good_ends_it_and_keeps_everything() {
    let mut putter = Putter::new(POLICY);
    for number in 1..=600 {
        putter.push(PendingRecord::new(number, vec![1]));
    }
    let PutStep::Send(batch) = putter.next(Duration::ZERO) else { panic!() };
    putter.answered(batch.id, PutResult::Refused("no right".to_owned()), Duration::ZERO);
    assert_eq!(putter.next(Duration::ZERO), PutStep::Done);
    let end = putter.finish();
    assert_eq!(end.ending, PutEnding::Refused("no right".to_owned()));
    assert!(end.refused.iter().map(|record| record.number).eq(1..=600));
}

#[test]
fn what_is_under_way_at_the_end_is_unknown() {
    let mut putter = Putter::new(POLICY);
    putter.push(PendingRecord::new(1, vec![1]));
    putter.end_input();
    assert!(matches!(putter.next(Duration::ZERO), PutStep::Send(_)));
    putter.stop();
    assert_eq!(putter.next(Duration::ZERO), PutStep::Wait(None));
    let end = putter.finish();
    assert_eq!((end.ending, end.unknown.len()), (PutEnding::Stopped, 1));
}

#[test]
fn in_order_nothing_is_sent_past_a_record_that_was_refused() {
    let mut putter = Putter::new(PutPolicy { is_ordered: true, ..POLICY });
    for number in 1..=900 {
        putter.push(PendingRecord::new(number, vec![1]));
    }
    let PutStep::Send(batch) = putter.next(Duration::ZERO) else { panic!() };
    assert_eq!(putter.next(Duration::ZERO), PutStep::Wait(None));
    let entries = batch.records.iter().map(|it| (it.number == 7).then(|| "busy".to_owned()));
    putter.answered(batch.id, PutResult::Entries(entries.collect()), Duration::ZERO);
    let PutStep::Send(batch) = putter.next(Duration::from_secs(1)) else { panic!() };
    assert!(batch.records.iter().map(|it| it.number).eq([7]));
}

#[test]
fn a_rate_is_kept() {
    let mut stream = Stream::new(0, 500, 0.0, 0.0);
    let policy = PutPolicy { rate: Some(50.0), ..POLICY };
    let (_, now) = deliver(policy, &[1; 500], &mut stream);
    assert!((9..=11).contains(&now.as_secs()), "{now:?}");
}

#[test]
fn an_answer_about_another_number_of_records_is_no_answer() {
    let mut putter = Putter::new(POLICY);
    putter.push(PendingRecord::new(1, vec![1]));
    putter.end_input();
    let PutStep::Send(batch) = putter.next(Duration::ZERO) else { panic!() };
    putter.answered(batch.id, PutResult::Entries(vec![]), Duration::ZERO);
    assert_eq!(putter.finish().unknown.len(), 1);
}

#[test]
fn a_record_whose_answer_was_lost_twice_may_be_there_twice() {
    let mut putter = Putter::new(POLICY);
    putter.push(PendingRecord::new(1, vec![1]));
    putter.push(PendingRecord::new(2, vec![1]));
    putter.end_input();
    let mut now = Duration::ZERO;
    for _ in 0..2 {
        let PutStep::Send(batch) = putter.next(now) else { panic!() };
        putter.answered(batch.id, PutResult::Unknown("reset".to_owned()), now);
        now += Duration::from_mins(1);
    }
    putter.stop();
    let end = putter.finish();
    assert_eq!((end.unknown.len(), end.duplicates), (2, vec![(1, 2)]));
}

#[test]
fn what_came_of_a_batch_is_reported_in_its_order() {
    let mut putter = Putter::new(POLICY);
    for number in 1..=3 {
        putter.push(PendingRecord::new(number, vec![1]));
    }
    putter.end_input();
    let PutStep::Send(batch) = putter.next(Duration::ZERO) else { panic!() };
    let entries = vec![None, Some("busy".to_owned()), None];
    let outcomes = putter.answered(batch.id, PutResult::Entries(entries), Duration::ZERO);
    assert_eq!(
        outcomes,
        [RecordOutcome::Acknowledged, RecordOutcome::Refused, RecordOutcome::Acknowledged]
    );
}

#[test]
fn a_batch_that_is_withdrawn_was_never_sent() {
    let mut putter = Putter::new(POLICY);
    putter.push(PendingRecord::new(1, vec![1]));
    putter.end_input();
    let PutStep::Send(batch) = putter.next(Duration::ZERO) else { panic!() };
    putter.withdraw(batch.id);
    putter.stop();
    let end = putter.finish();
    assert_eq!((end.counts, end.unknown.len()), (PutCounts::default(), 0));
    assert_eq!(end.refused, [PendingRecord::new(1, vec![1])]);
}

#[test]
fn a_stream_that_refuses_some_is_not_waited_for_ever_longer() {
    let mut stream = Stream::new(1, 50_000, 0.3, 0.0);
    let (end, now) = deliver(POLICY, &vec![1; 50_000], &mut stream);
    assert_eq!(end.ending, PutEnding::Complete);
    let each = now / u32::try_from(end.counts.requests).unwrap();
    assert!(each < Duration::from_millis(200), "{each:?} a request");
}

#[test]
fn a_stream_that_is_down_is_asked_less_and_less() {
    let mut stream = Stream::new(1, 4000, 1.0, 0.0);
    let (end, now) = deliver(POLICY, &vec![1; 4000], &mut stream);
    assert!(end.counts.requests < 120, "{} requests in {now:?}", end.counts.requests);
}
