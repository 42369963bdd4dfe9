//! The transform: what Firehose sends it, what it has to answer, and what
//! becomes of the records when it does not.
//!
//! Events are made strictly, byte for byte as Firehose makes them. Events and
//! responses are read leniently, by their tokens: a checker that refuses an
//! answer cannot say what is wrong with it.

mod built_in;
mod check;
mod event;
mod fate;
mod identity;
pub mod invocation;
pub mod isolate;
mod other_documents;
mod pairs;
mod parse;
mod record_name;
mod response;
mod rule;
mod settle;

use crate::limits::{MAX_LARGE_KINESIS_RECORD, MAX_MSK_RECORD, MAX_RECORD};

pub use crate::decode::Severity;
pub use built_in::{BuiltIn, BuiltInAnswer, Exception};
pub use check::{
    CheckResult, CheckSettings, Counts, JsonValues, LogEvents, LostData, Omitted, Sizes, Verdict,
    Violation, check, event_flaw,
};
pub use event::{Event, EventWriter, Origin};
pub use fate::{Failure, Fate};
pub use identity::RecordIdentity;
pub use invocation::Statistics;
pub use pairs::{RecordPair, ReturnedRecord, pairs};
pub use parse::{EventError, EventRecord, TransformEvent};
pub use record_name::record_name;
pub use response::{is_python_dict, wrong_result};
pub use rule::{Consequence, Definition, Rule};
pub use settle::{Answer, Behaviors, Fault, Refusal, Settled, SettledFate, SettledRecords, settle};

/// Where the records of a delivery stream come from; it decides the shape of
/// the transform event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `PutRecord` and `PutRecordBatch`, also by AWS services.
    DirectPut,
    /// A Kinesis data stream.
    Kinesis,
    /// A topic of Amazon MSK.
    Msk,
}

impl Source {
    /// The name in flags, text and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DirectPut => "direct-put",
            Self::Kinesis => "kinesis",
            Self::Msk => "msk",
        }
    }

    /// Most bytes of a record of this source where a function transforms it,
    /// before base64.
    pub const fn max_record(self) -> usize {
        match self {
            Self::DirectPut => MAX_RECORD,
            Self::Kinesis => MAX_LARGE_KINESIS_RECORD,
            Self::Msk => MAX_MSK_RECORD,
        }
    }

    /// The key of a record's data, in the event and in the response.
    pub const fn data_key(self) -> &'static str {
        match self {
            Self::DirectPut | Self::Kinesis => "data",
            Self::Msk => "kafkaRecordValue",
        }
    }
}
