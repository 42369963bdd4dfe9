//! How often AWS may be asked, by all groups together.

use std::collections::VecDeque;
use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// `FilterLogEvents` allows 5 calls a second for an account and Region (AWS
/// Knowledge Center, "CloudWatch Logs throttling"). One is left for others,
/// and for calls that bunch up on their way.
const CALLS: usize = 4;
const SECOND: Duration = Duration::from_secs(1);

/// Backoff: between half and all of a bound that doubles from the first to the
/// last of these.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// The limiter and the backoff.
#[derive(Debug)]
pub(super) struct RequestPace {
    rng: ChaCha8Rng,
    /// When the last calls were made.
    recent: VecDeque<Duration>,
    /// Failures in a row; a success halves them, so that a service that is
    /// busy is not asked at full speed after one lucky answer.
    failures: u32,
    not_before: Duration,
}

impl RequestPace {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            recent: VecDeque::with_capacity(CALLS),
            failures: 0,
            not_before: Duration::ZERO,
        }
    }

    /// When the next call may be made. The first ones need not wait.
    pub(super) fn ready_at(&self) -> Duration {
        let full = self.recent.len() >= CALLS;
        let second = self.recent.front().filter(|_| full).map(|first| first.saturating_add(SECOND));
        self.not_before.max(second.unwrap_or_default())
    }

    pub(super) fn called(&mut self, now: Duration) {
        if self.recent.len() >= CALLS {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }

    pub(super) fn failed(&mut self, now: Duration) {
        let bound = FIRST_BACKOFF.saturating_mul(1 << self.failures.min(6)).min(MAX_BACKOFF);
        self.failures = (self.failures + 1).min(7);
        let wait = bound.mul_f64(0.5 + self.rng.random::<f64>() / 2.0);
        self.not_before = now.saturating_add(wait);
    }

    pub(super) fn succeeded(&mut self) {
        self.failures /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_has_more_than_four_calls() {
        let mut pace = RequestPace::new(1);
        let mut now = Duration::ZERO;
        let mut calls = Vec::new();
        while now < Duration::from_secs(30) {
            now = now.max(pace.ready_at());
            pace.called(now);
            calls.push(now);
            now += Duration::from_millis(30);
        }
        assert!(calls.windows(5).all(|five| five[4] >= five[0] + SECOND), "{calls:?}");
        assert_eq!(calls[3], Duration::from_millis(90), "the first four do not wait");
        assert!((117..=124).contains(&calls.len()), "{}", calls.len());
    }

    #[test]
    fn the_backoff_grows_to_twenty_seconds_and_comes_down_again() {
        let mut pace = RequestPace::new(1);
        let mut waits = Vec::new();
        for second in 0..12 {
            let now = Duration::from_secs(second * 100);
            pace.failed(now);
            waits.push(pace.ready_at().saturating_sub(now));
        }
        assert!(waits[0] < FIRST_BACKOFF && waits[0] >= FIRST_BACKOFF / 2, "{waits:?}");
        assert!(waits[6..].iter().all(|wait| *wait >= MAX_BACKOFF / 2), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= MAX_BACKOFF), "{waits:?}");
        (0..3).for_each(|_| pace.succeeded());
        pace.failed(Duration::from_hours(1));
        assert!(pace.ready_at() <= Duration::from_hours(1) + FIRST_BACKOFF);
    }
}
