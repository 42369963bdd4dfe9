//! How often AWS may be asked, by all groups together.

use std::collections::VecDeque;
use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// `FilterLogEvents` allows 5 calls a second for an account and Region (AWS
/// Knowledge Center, "CloudWatch Logs throttling"). A call may take a little less
/// time on its way than the one before.
const CALLS: usize = 5;
const WINDOW: Duration = Duration::from_millis(1050);

/// Throttled calls are made again at the usual pace for this long: others share the
/// quota, and each call may be the one that is answered.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is waited for after that, and where there is no network: a half of the time
/// since the last answer, within these bounds; of that, between a half and all.
const MIN_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// The limiter and the backoff.
#[derive(Debug)]
pub(super) struct RequestPace {
    rng: ChaCha8Rng,
    /// When the last calls were made.
    recent: VecDeque<Duration>,
    /// Nothing was answered since then.
    failing_since: Option<Duration>,
    not_before: Duration,
}

impl RequestPace {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            recent: VecDeque::with_capacity(CALLS),
            failing_since: None,
            not_before: Duration::ZERO,
        }
    }

    /// When the next call may be made. The first ones need not wait.
    pub(super) fn ready_at(&self) -> Duration {
        let full = self.recent.len() >= CALLS;
        let free = self.recent.front().filter(|_| full).map(|first| first.saturating_add(WINDOW));
        self.not_before.max(free.unwrap_or_default())
    }

    pub(super) fn called(&mut self, now: Duration) {
        if self.recent.len() >= CALLS {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }

    /// AWS has asked for fewer calls.
    pub(super) fn throttled(&mut self, now: Duration) {
        let since = *self.failing_since.get_or_insert(now);
        if now.saturating_sub(since) >= PATIENCE {
            self.back_off(now);
        }
    }

    /// AWS was not reached.
    pub(super) fn failed(&mut self, now: Duration) {
        self.failing_since.get_or_insert(now);
        self.back_off(now);
    }

    fn back_off(&mut self, now: Duration) {
        let failing = now.saturating_sub(self.failing_since.unwrap_or(now));
        let bound = (failing / 2).clamp(MIN_BACKOFF, MAX_BACKOFF);
        let wait = bound.mul_f64(0.5 + self.rng.random::<f64>() / 2.0);
        self.not_before = now.saturating_add(wait);
    }

    pub(super) fn succeeded(&mut self) {
        self.failing_since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls of a minute, and whether each was answered; a call takes 60 ms, and so
    /// large a part of them is throttled.
    fn minute(seed: u64, throttled: f64) -> Vec<(Duration, bool)> {
        let mut pace = RequestPace::new(seed);
        let mut service = ChaCha8Rng::seed_from_u64(seed + 1000);
        let (mut now, mut calls) = (Duration::ZERO, Vec::new());
        loop {
            now = now.max(pace.ready_at());
            if now >= Duration::from_mins(1) {
                return calls;
            }
            pace.called(now);
            let is_answered = service.random::<f64>() >= throttled;
            calls.push((now, is_answered));
            now += Duration::from_millis(60);
            if is_answered { pace.succeeded() } else { pace.throttled(now) }
        }
    }

    /// Most calls in any second of those.
    fn busiest_second(calls: &[(Duration, bool)]) -> usize {
        let end = |(first, _): &(Duration, bool)| *first + Duration::from_secs(1);
        let in_second = |(index, first)| {
            calls.iter().skip(index).take_while(|call| call.0 < end(first)).count()
        };
        calls.iter().enumerate().map(in_second).max().unwrap_or_default()
    }

    #[test]
    fn no_second_has_more_than_five_calls() {
        let calls = minute(1, 0.0);
        assert_eq!(busiest_second(&calls), 5);
        assert_eq!(calls[4].0, Duration::from_millis(240), "the first five do not wait");
        assert!((285..=292).contains(&calls.len()), "{}", calls.len());
    }

    #[test]
    fn with_half_of_the_calls_throttled_two_a_second_are_answered() {
        let answered = |seed| {
            let calls = minute(seed, 0.5);
            assert!(busiest_second(&calls) <= 5, "{calls:?}");
            calls.iter().filter(|(_, is_answered)| *is_answered).count()
        };
        let mut minutes: Vec<_> = (0..200).map(answered).collect();
        minutes.sort_unstable();
        let mean = minutes.iter().sum::<usize>() / minutes.len();
        println!("answered calls in a minute: {mean}, at least {}", minutes[0]);
        assert!(mean >= 130 && minutes[20] >= 120, "{minutes:?}");
    }

    #[test]
    fn a_service_that_answers_nothing_is_asked_ever_less() {
        let calls = minute(1, 1.0);
        assert!(calls.len() < 30, "{calls:?}");
        let half = calls.partition_point(|call| call.0 < Duration::from_secs(30));
        assert!(calls.len() - half <= 4, "{calls:?}");
    }

    #[test]
    fn the_backoff_grows_to_twenty_seconds_and_comes_down_again() {
        let mut pace = RequestPace::new(1);
        let mut waits = Vec::new();
        for second in 0..12 {
            let now = Duration::from_secs(second * 10);
            pace.failed(now);
            waits.push(pace.ready_at().saturating_sub(now));
        }
        assert!(waits[0] <= MIN_BACKOFF && waits[0] >= MIN_BACKOFF / 2, "{waits:?}");
        assert!(waits[4..].iter().all(|wait| *wait >= MAX_BACKOFF / 2), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= MAX_BACKOFF), "{waits:?}");
        pace.succeeded();
        pace.failed(Duration::from_hours(1));
        assert!(pace.ready_at() <= Duration::from_hours(1) + MIN_BACKOFF);
    }
}
