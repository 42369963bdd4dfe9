//! When the next batch may go: backoff after a failure, and the rate.
//!
//! Not the backoff of `logs::tail`: that one starts later, never waits for less
//! than half its bound, and comes down step by step, since it protects a quota
//! that others share.

use std::time::Duration;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use crate::limits::MAX_BATCH_RECORDS;

/// Backoff: full jitter between nothing and a bound that doubles from the
/// first to the last of these.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// Doublings after which the bound has reached its end.
const MAX_DOUBLINGS: u32 = 8;

/// Limits how fast batches go.
#[derive(Debug)]
pub(super) struct Pace {
    /// Records a second at most.
    rate: Option<f64>,
    rng: ChaCha8Rng,
    /// Failures in a row.
    failures: u32,
    /// Nothing is sent before, for there was a failure, or for the rate.
    backoff: Duration,
    next: Duration,
}

impl Pace {
    pub(super) fn new(rate: Option<f64>, seed: u64) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(seed);
        Self { rate, rng, failures: 0, backoff: Duration::ZERO, next: Duration::ZERO }
    }

    /// How long to wait, if at all.
    pub(super) fn wait(&self, now: Duration) -> Option<Duration> {
        let until = self.backoff.max(self.next);
        (now < until).then_some(until)
    }

    /// Most records of a batch: a second's worth, so that a rate is kept in the
    /// small.
    pub(super) fn max_records(&self) -> usize {
        self.rate.map_or(MAX_BATCH_RECORDS, |rate| whole(rate.ceil()).clamp(1, MAX_BATCH_RECORDS))
    }

    /// A batch is sent.
    pub(super) fn sent(&mut self, records: usize, now: Duration) {
        if let Some(rate) = self.rate {
            let pause = Duration::try_from_secs_f64(float(records) / rate);
            self.next = now.saturating_add(pause.unwrap_or(Duration::MAX));
        }
    }

    /// A batch was acknowledged, all of it.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Records of a batch were refused, or its answer was lost. The bound grows
    /// only while next to nothing gets through, and once for all the batches that
    /// were under way together.
    pub(super) fn failed(&mut self, is_stuck: bool, now: Duration) {
        if !is_stuck {
            self.failures = 1;
        } else if now >= self.backoff {
            self.failures = (self.failures + 1).min(MAX_DOUBLINGS + 1);
        }
        let doublings = self.failures.saturating_sub(1);
        let bound = FIRST_BACKOFF.saturating_mul(1 << doublings).min(MAX_BACKOFF);
        let wait = bound.mul_f64(self.rng.random::<f64>());
        self.backoff = self.backoff.max(now.saturating_add(wait));
    }

    /// True while next to nothing gets through.
    pub(super) fn is_stuck(&self) -> bool {
        self.failures > 1
    }

    /// True unless all is well.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
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
