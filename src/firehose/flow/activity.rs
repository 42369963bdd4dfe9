//! What a stream does, in one vocabulary: for terminals, JSON, pages and tests.

use std::sync::Arc;

use serde::Serialize;

use super::RecordSet;
use crate::time::Millis;

/// Number of a call of the transform; the first of a stream has 1. A retry is the
/// same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CallId(pub u64);

/// Number of an object; the first of a stream has 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectId(pub u64);

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectPlace {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
}

/// Something that happened. Texts of functions and producers are in it: escape
/// them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Activity {
    /// When.
    pub at: Millis,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "activity", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum What {
    /// Records were accepted.
    Accepted {
        /// Their numbers.
        records: RecordSet,
        /// Bytes of their payloads.
        bytes: u64,
    },
    /// The transform is called.
    Invoked {
        /// The call.
        call: CallId,
        /// 1, and one more with each retry.
        attempt: u32,
        /// ARN of the function.
        function: Arc<str>,
        /// `invocationId` of the event.
        invocation_id: String,
        /// The records of the event, in its order.
        records: RecordSet,
        /// Bytes of the event.
        bytes: usize,
    },
    /// The transform answered, or the call failed.
    Answered {
        /// The call.
        call: CallId,
        /// Which attempt it was.
        attempt: u32,
        /// `response`, `timed-out`, `throttled`, …
        result: &'static str,
        /// What went wrong, where it is not the response.
        message: Option<String>,
        /// When the call is repeated, if it is.
        retry_at: Option<Millis>,
    },
    /// Records have their fate.
    Settled {
        /// The call that decided it; `None` without a transform.
        call: Option<CallId>,
        /// By fate, in the order of the event as far as records follow each other.
        outcomes: Vec<Outcome>,
        /// Elements of the response that match no record: their data is lost.
        lost: usize,
    },
    /// An object is written.
    Writing {
        /// The object.
        object: ObjectId,
        /// What it is for.
        role: &'static str,
        /// Where it goes.
        #[serde(flatten)]
        place: ObjectPlace,
        /// The records in it.
        records: RecordSet,
        /// Its size as stored.
        bytes: usize,
    },
    /// An object is there.
    Written {
        /// The object.
        object: ObjectId,
        /// What it is for.
        role: &'static str,
        /// Where it is.
        #[serde(flatten)]
        place: ObjectPlace,
        /// How many records are in it.
        records: u64,
        /// Milliseconds since the oldest of them arrived at the stream.
        #[serde(skip)]
        age: Millis,
    },
    /// An object could not be written.
    WriteFailed {
        /// The object.
        object: ObjectId,
        /// What it is for.
        role: &'static str,
        /// Where it should be.
        #[serde(flatten)]
        place: ObjectPlace,
        /// Why.
        message: String,
        /// When it is tried again.
        retry_at: Millis,
        /// Milliseconds since the oldest of its records arrived at the stream.
        #[serde(skip)]
        age: Millis,
    },
    /// `MetadataExtractionQuery` is no longer evaluated.
    QueriesOff {
        /// Why.
        message: String,
    },
    /// The stream was configured.
    Configured {
        /// Its version from now on.
        version: u64,
    },
    /// Buffers are written without waiting.
    Flushed,
    /// A call of the transform came back, before what that means for its records.
    /// This and what follows is reported by whoever drives the flow.
    Called {
        /// The call.
        call: CallId,
        /// Which attempt it was.
        attempt: u32,
        /// The request id; `None` where nothing ran.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// How long it took.
        duration_ms: f64,
        /// How long the start took, of a cold start.
        #[serde(skip_serializing_if = "Option::is_none")]
        init_duration_ms: Option<f64>,
        /// The most memory, where that is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        max_memory_mb: Option<u32>,
    },
    /// A file of a function's code changed; the next call runs it.
    Reloaded {
        /// The function.
        function: String,
        /// The file, below the folder of the code.
        file: String,
    },
    /// The stream does nothing any more, as what it does cannot be kept.
    Stopped {
        /// Why.
        message: String,
    },
    /// The stream was made.
    Created,
    /// The stream was deleted.
    Deleted,
}

/// Records with the same fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The records.
    pub records: RecordSet,
    /// `delivered`, `dropped` or `failed`.
    pub result: &'static str,
    /// `errorCode` of those that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
}

/// Adds a record to the outcomes, one for each result and code.
pub(super) fn push_outcome(
    outcomes: &mut Vec<Outcome>,
    number: u64,
    result: &'static str,
    code: Option<&'static str>,
) {
    let is_same = |it: &&mut Outcome| it.result == result && it.code == code;
    if let Some(outcome) = outcomes.iter_mut().rev().find(is_same) {
        outcome.records.push(number);
    } else {
        let records = RecordSet::from_iter([number]);
        outcomes.push(Outcome { records, result, code });
    }
}
