//! What a delivery stream takes, and what goes wrong on the way. Pure: the
//! same seed gives the same faults.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// How often things go wrong: shares, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Faults {
    /// Where the dice come from.
    pub seed: u64,
    /// Entries that are refused with `ServiceUnavailableException`.
    pub refuse: f64,
    /// Requests that are answered with status 503 and nothing taken.
    pub unavailable: f64,
    /// Requests whose connection breaks before anything is taken.
    pub reset: f64,
    /// Requests that are taken, and whose answer never arrives.
    pub lose_answer: f64,
    /// Requests that are taken and answered with status 500.
    pub fail_late: f64,
    /// Requests whose answer takes a while.
    pub stall: f64,
}

/// How a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PutAnswer {
    /// For each entry: it was taken, or not.
    Entries(Vec<bool>),
    /// Status 503: nothing taken.
    Unavailable,
    /// Status 500: the outcome is unknown.
    Failed,
    /// The connection breaks.
    Nothing,
}

/// A delivery stream that takes records.
#[derive(Debug)]
pub struct Stream {
    /// Its name.
    pub name: String,
    faults: Faults,
    rng: ChaCha8Rng,
    accepted: Vec<Vec<u8>>,
    requests: u64,
}

impl Stream {
    /// An empty one.
    pub fn new(name: &str, faults: Faults) -> Self {
        Self {
            name: name.to_owned(),
            faults,
            rng: ChaCha8Rng::seed_from_u64(faults.seed),
            accepted: Vec::new(),
            requests: 0,
        }
    }

    /// Every record that was taken, in that order, as often as it was.
    pub fn accepted(&self) -> &[Vec<u8>] {
        &self.accepted
    }

    /// Requests that came.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// Takes what it takes of a batch. Returns the reply, and whether it comes
    /// late.
    pub(super) fn put(&mut self, records: Vec<Vec<u8>>) -> (PutAnswer, bool) {
        self.requests += 1;
        let faults = self.faults;
        let stalls = self.happens(faults.stall);
        if self.happens(faults.unavailable) {
            return (PutAnswer::Unavailable, stalls);
        }
        if self.happens(faults.reset) {
            return (PutAnswer::Nothing, stalls);
        }
        let mut entries = Vec::with_capacity(records.len());
        for record in records {
            let is_taken = !self.happens(faults.refuse);
            if is_taken {
                self.accepted.push(record);
            }
            entries.push(is_taken);
        }
        if self.happens(faults.lose_answer) {
            return (PutAnswer::Nothing, stalls);
        }
        if self.happens(faults.fail_late) {
            return (PutAnswer::Failed, stalls);
        }
        (PutAnswer::Entries(entries), stalls)
    }

    fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.rng.random::<f64>() < share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_faults_everything_is_taken() {
        let mut stream = Stream::new("orders", Faults::default());
        let reply = stream.put(vec![b"a".to_vec(), b"b".to_vec()]);
        assert_eq!(reply, (PutAnswer::Entries(vec![true, true]), false));
        assert_eq!(stream.accepted(), [b"a", b"b"]);
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let faults = Faults { seed: 5, refuse: 0.5, lose_answer: 0.2, ..Faults::default() };
        let run = || {
            let mut stream = Stream::new("orders", faults);
            (0..50).map(|_| stream.put(vec![vec![1]; 3])).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        assert!(run().contains(&(PutAnswer::Nothing, false)));
    }
}
