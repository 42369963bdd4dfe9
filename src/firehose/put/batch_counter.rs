//! Where batches begin, if everything is acknowledged at once.

use super::PendingRecord;
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS};

/// Counts batches without sending any.
#[derive(Debug, Default)]
pub struct BatchCounter {
    records: usize,
    weight: usize,
}

impl BatchCounter {
    /// Takes the next record; true if a batch begins with it.
    pub fn begins_a_batch(&mut self, record: &PendingRecord) -> bool {
        let weight = record.weight();
        let is_new = self.records == 0
            || self.records == MAX_BATCH_RECORDS
            || self.weight + weight > MAX_BATCH_BYTES;
        if is_new {
            *self = Self::default();
        }
        self.records += 1;
        self.weight += weight;
        is_new
    }
}
