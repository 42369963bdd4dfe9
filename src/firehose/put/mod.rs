//! Putting records so that none is lost: what to send when, and what came of
//! it. Pure: time goes in, steps come out.
//!
//! ```text
//! push(record) … ─▶ next(now) ─▶ PutStep::Send(batch) ─▶ answered(batch, answer, now) ─▶ next(now) …
//! ```
//!
//! `PutRecordBatch` answers with success although records were refused (API
//! reference, `FailedPutCount`), so every entry of an answer is read, and only
//! what was not acknowledged is sent again. There are three outcomes, not two:
//! acknowledged, refused, and unknown, where the answer never came. What is
//! unknown is sent again too, and reported as a possible duplicate: the API
//! cannot say whether it has a record.

mod batch_counter;
mod machine;
mod pace;
mod ranges;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use batch_counter::BatchCounter;
pub use machine::Putter;

/// What a request has around each record besides base64: `{"Data":"…"},`.
const ENTRY: usize = 12;

/// A record to put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRecord {
    /// Its number in the input, from 1.
    pub number: u64,
    /// Its bytes.
    pub payload: Arc<Vec<u8>>,
    /// Times that it was sent.
    pub attempts: u32,
    /// It was sent, and the answer was lost.
    pub is_unknown: bool,
    /// Why it was refused last.
    pub refusal: Option<String>,
}

impl PendingRecord {
    /// A record that was not sent yet.
    pub fn new(number: u64, payload: Vec<u8>) -> Self {
        let payload = Arc::new(payload);
        Self { number, payload, attempts: 0, is_unknown: false, refusal: None }
    }

    /// Bytes of the request that it takes. Whether the service counts base64
    /// is not known: this is the safe reading.
    fn weight(&self) -> usize {
        self.payload.len().div_ceil(3) * 4 + ENTRY
    }
}

/// How to put.
#[derive(Debug, Clone, Copy)]
pub struct PutPolicy {
    /// One batch at a time, and none past a record that was not acknowledged.
    pub is_ordered: bool,
    /// Records a second at most.
    pub rate: Option<f64>,
    /// How long to keep trying without a single acknowledgment.
    pub patience: Duration,
    /// Where the jitter comes from.
    pub seed: u64,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum PutStep {
    /// Send these records, and hand in the result.
    Send(Batch),
    /// Push more records, or say that there are no more; if none come for a
    /// while, [`Putter::flush`].
    Feed,
    /// Wait for an answer, or until this time at the latest.
    Wait(Option<Duration>),
    /// Nothing is left to do.
    Done,
}

/// Records of one request.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// Counts from 1.
    pub id: u64,
    /// At most 500, and 4 MiB of base64.
    pub records: Vec<PendingRecord>,
}

/// The result of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutResult {
    /// For each record why it was refused, or `None` if it was acknowledged.
    Entries(Vec<Option<String>>),
    /// None was taken, for this reason; a later attempt may succeed.
    Busy(String),
    /// None was taken, for this reason, and none will be.
    Refused(String),
    /// The answer was lost, for this reason.
    Unknown(String),
}

/// The result of one record of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is in the stream.
    Acknowledged,
    /// It is not in the stream, unless another attempt is unknown.
    Refused,
    /// The answer was lost.
    Unknown,
}

/// Why records are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutEnding {
    /// Everything was acknowledged.
    Complete,
    /// The stream takes nothing from us, for this reason.
    Refused(String),
    /// There was no acknowledgement for too long; the last reason.
    GivenUp(String),
    /// [`Putter::stop`] was called.
    Stopped,
}

/// Counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PutCounts {
    /// Records that are surely in the stream.
    pub acknowledged: u64,
    /// Their bytes, before base64.
    pub bytes: u64,
    /// Requests sent.
    pub requests: u64,
    /// Times that a record was sent again.
    pub retries: u64,
    /// Entries that were refused.
    pub refusals: u64,
    /// Requests whose answer was lost.
    pub lost_answers: u64,
}

/// How a run ended.
#[derive(Debug)]
pub struct PutReport {
    /// Why it ended.
    pub ending: PutEnding,
    /// Its counts.
    pub counts: PutCounts,
    /// Records that were not accepted, or not sent at all, in their order.
    pub refused: Vec<PendingRecord>,
    /// Records whose answer was lost: they may be in the stream.
    pub unknown: Vec<PendingRecord>,
    /// Numbers of records that may be in the stream more than once: from, to.
    /// None that is there twice is missing; past 65,536 ranges, gaps between
    /// them are counted in.
    pub duplicates: Vec<(u64, u64)>,
}

impl PutReport {
    /// True if no record is left.
    pub fn is_empty(&self) -> bool {
        self.refused.is_empty() && self.unknown.is_empty()
    }
}
