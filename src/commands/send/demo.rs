//! Demo records, made while they are sent: millions take no memory.

use std::time::{Instant, UNIX_EPOCH};

use super::arguments::DemoRecords;
use crate::context;
use crate::sending::FeedItem;
use crate::terminal;
use firehose::compress::Gzip;
use firehose::demo::{HOSTILE, HostileRng, SampleOrigin, Samples};
use firehose::limits::MAX_BATCH_RECORDS;
use firehose::put::PendingRecord;

/// Bytes that are made at once.
const LOT: usize = 256 * 1024;

/// Seeds that are made up are short enough to be typed again.
const SEEDS: u128 = 1_000_000;

/// Makes records until there are as many as were asked for, or the time is up.
pub(super) struct Demo {
    records: DemoRecords,
    samples: Samples,
    rng: HostileRng,
    gzip: Gzip,
    /// Records made at once at most, so that each is sent soon after it is made.
    lot: usize,
    made: u64,
    count: u64,
    until: Option<Instant>,
}

impl Demo {
    /// `rate` is how many are sent in a second at most.
    pub(super) fn new(
        records: &DemoRecords,
        place: SampleOrigin,
        seed: u64,
        rate: Option<f64>,
    ) -> Self {
        let lot = rate.map_or(MAX_BATCH_RECORDS, |rate| a_second(rate).clamp(1, MAX_BATCH_RECORDS));
        Self {
            samples: Samples::new(records.payload, seed, place).with_log_events(records.log_events),
            rng: HostileRng::new(seed),
            gzip: Gzip::new(),
            lot,
            made: 0,
            count: records.most(rate).unwrap_or(u64::MAX),
            until: records.duration.and_then(|duration| Instant::now().checked_add(duration)),
            records: records.clone(),
        }
    }

    fn payload(&mut self, now: i64) -> Vec<u8> {
        let records = &self.records;
        if let Some(case) = records.hostile_ratio.and_then(|ratio| self.rng.pick(ratio, HOSTILE)) {
            return case.payload();
        }
        let mut payload = self.samples.payload(now);
        if records.newline && !payload.ends_with(b"\n") {
            payload.push(b'\n');
        }
        if records.gzip { self.gzip.compress(&payload) } else { payload }
    }
}

impl Iterator for Demo {
    type Item = FeedItem;

    fn next(&mut self) -> Option<FeedItem> {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        let now = context::milliseconds(context::now());
        let (mut lot, mut bytes) = (Vec::new(), 0);
        while self.made < self.count && lot.len() < self.lot && bytes < LOT {
            self.made += 1;
            let payload = self.payload(now);
            bytes += payload.len();
            lot.push(PendingRecord::new(self.made, payload));
        }
        (!lot.is_empty()).then_some(FeedItem::Records(lot))
    }
}

/// `100 ticker records`.
pub(super) fn what(records: &DemoRecords, total: Option<u64>) -> String {
    let kind = records.payload.as_str();
    match (total, records.duration) {
        (Some(total), _) => terminal::plural(total, &format!("{kind} record")),
        (None, time) => {
            format!("{kind} records for {} s", terminal::group(time.unwrap_or_default().as_secs()))
        }
    }
}

/// A seed where the user gave none.
pub(super) fn random_seed() -> u64 {
    let clock = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(clock.as_micros() % SEEDS).unwrap_or(0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is positive, and what it is cut to is clamped"
)]
fn a_second(rate: f64) -> usize {
    rate.ceil() as usize
}
