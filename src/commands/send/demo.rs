//! Demo records: made while they are sent.

use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::arguments::SendDemoArgs;
use super::records::Found;
use crate::context;
use crate::error::Error;
use crate::firehose::demo::{HOSTILE, Place, Samples};

/// Records if neither a number nor a time is given.
const COUNT: u64 = 100;

/// Payloads of one kind, and hostile ones among them.
pub(super) struct Demo {
    samples: Samples,
    rng: ChaCha8Rng,
    hostile_ratio: f64,
    left: u64,
    pace: Pace,
}

/// When records are made: none before its time, none after the end.
#[derive(Debug)]
struct Pace {
    begun: Instant,
    /// Time from record to record.
    step: Duration,
    end: Option<Duration>,
    made: u32,
}

impl Pace {
    /// Waits until the next one is due; false if that is behind the end.
    fn wait(&mut self) -> bool {
        let due = self.step.saturating_mul(self.made);
        let now = self.begun.elapsed();
        let is_late = |time| self.end.is_some_and(|end| time >= end);
        if is_late(due) || is_late(now) {
            return false;
        }
        self.made = self.made.saturating_add(1);
        thread::sleep(due.saturating_sub(now));
        true
    }
}

impl Demo {
    pub(super) fn new(args: &SendDemoArgs, seed: u64, place: Place) -> Self {
        Self {
            samples: Samples::new(args.payload, seed, place),
            rng: ChaCha8Rng::seed_from_u64(!seed),
            hostile_ratio: args.hostile_ratio,
            left: count(args).unwrap_or(u64::MAX),
            pace: Pace {
                begun: Instant::now(),
                // Without an end the delivery keeps the rate by itself.
                step: args.duration.and(args.common.rate).map_or(Duration::ZERO, |rate| {
                    Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::ZERO)
                }),
                end: args.duration,
                made: 0,
            },
        }
    }
}

/// How many records that makes, if it is not without end.
pub(super) fn count(args: &SendDemoArgs) -> Option<u64> {
    match args.duration {
        Some(_) => args.count,
        None => Some(args.count.unwrap_or(COUNT)),
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let now = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

impl Iterator for Demo {
    type Item = Result<Found, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if !self.pace.wait() {
            return None;
        }
        let is_hostile = self.hostile_ratio > 0.0 && self.rng.random::<f64>() < self.hostile_ratio;
        let case =
            if is_hostile { HOSTILE.get(self.rng.random_range(0..HOSTILE.len())) } else { None };
        let payload = match case {
            Some(case) => case.payload(),
            None => self.samples.payload(now()),
        };
        let is_last_for_now = !self.pace.step.is_zero();
        Some(Ok(Found { place: "a demo record".to_owned(), payload, is_last_for_now }))
    }
}
