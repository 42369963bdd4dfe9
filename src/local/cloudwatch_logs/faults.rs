//! What goes wrong, how often.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// Parts of all calls and events, from 0 to 1, that go wrong, and more.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// Calls that are throttled.
    pub throttled: f64,
    /// Pages without events, with a token.
    pub empty: f64,
    /// Pages whose token is the one that they were asked with.
    pub repeated: f64,
    /// Calls a second that are taken, of all that come.
    pub quota: Option<usize>,
    /// How many calls from now on are refused because their login has expired.
    pub expired: u32,
    /// Events that a live session leaves out.
    pub sampled: f64,
    /// Updates after which a live session ends.
    pub live_updates: Option<u32>,
    /// Which calls it meets.
    pub seed: u64,
}

#[derive(Debug)]
pub(super) struct FaultRng {
    rng: ChaCha8Rng,
    faults: Faults,
    serial: u64,
}

impl FaultRng {
    pub(super) fn new(faults: Faults) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(faults.seed), faults, serial: 0 }
    }

    pub(super) fn is_expired(&mut self) -> bool {
        let is_expired = self.faults.expired > 0;
        self.faults.expired = self.faults.expired.saturating_sub(1);
        is_expired
    }

    pub(super) fn throttles(&mut self) -> bool {
        self.rng.random::<f64>() < self.faults.throttled
    }

    pub(super) fn empties(&mut self) -> bool {
        self.rng.random::<f64>() < self.faults.empty
    }

    pub(super) fn repeats(&mut self) -> bool {
        self.rng.random::<f64>() < self.faults.repeated
    }

    pub(super) fn samples(&mut self) -> bool {
        self.rng.random::<f64>() < self.faults.sampled
    }

    pub(super) fn live_updates(&self) -> Option<u32> {
        self.faults.live_updates
    }

    /// Makes two tokens for one place differ.
    pub(super) fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}
