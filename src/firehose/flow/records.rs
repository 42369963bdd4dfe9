//! Records by their numbers.

use std::ops::RangeInclusive;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::time::Millis;

/// A record that a stream has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number: the first of a stream has 1.
    pub number: u64,
    /// When it arrived.
    pub arrival: Millis,
    /// As it came.
    pub payload: Bytes,
}

/// Numbers of records, in the order in which they were added. In JSON a list of
/// pairs: the first and the last of each run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordSet {
    runs: Vec<RangeInclusive<u64>>,
}

impl RecordSet {
    /// Adds a record.
    pub fn push(&mut self, number: u64) {
        self.push_run(number..=number);
    }

    /// Adds records that follow each other.
    pub fn push_run(&mut self, run: RangeInclusive<u64>) {
        if run.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.end().checked_add(1) == Some(*run.start()) => {
                *last = *last.start()..=*run.end();
            }
            _ => self.runs.push(run),
        }
    }

    /// How many records.
    pub fn len(&self) -> u64 {
        let count = |run: &RangeInclusive<u64>| (run.end() - run.start()).saturating_add(1);
        self.runs.iter().map(count).fold(0, u64::saturating_add)
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// True if this record is one of them.
    pub fn contains(&self, number: u64) -> bool {
        self.runs.iter().any(|run| run.contains(&number))
    }

    /// Runs of consecutive numbers.
    pub fn runs(&self) -> &[RangeInclusive<u64>] {
        &self.runs
    }

    /// Each number.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        self.runs.iter().cloned().flatten()
    }
}

impl FromIterator<u64> for RecordSet {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut set = Self::default();
        numbers.into_iter().for_each(|number| set.push(number));
        set
    }
}

impl Serialize for RecordSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.runs.iter().map(|run| [*run.start(), *run.end()]))
    }
}
