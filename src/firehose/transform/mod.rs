//! The transform: what Firehose sends it, what it has to answer, and what
//! becomes of the records when it does not.
//!
//! Events are made strictly, byte for byte as Firehose makes them. Events and
//! responses are read leniently, by their tokens: a checker that refuses an
//! answer cannot say what is wrong with it.

mod check;
mod event;
mod fate;
mod identity;
pub mod invocation;
pub mod isolate;
mod other_documents;
mod pairs;
mod parse;
mod response;
mod rule;

use crate::limits::{MAX_LARGE_KINESIS_RECORD, MAX_MSK_RECORD, MAX_RECORD};

pub use crate::decode::Severity;
pub use check::{
    CheckResult, Counts, LostData, Omitted, Settings, Sizes, Verdict, Violation, check, data_flaw,
};
pub use event::{Event, EventWriter, Origin};
pub use fate::{Failure, Fate};
pub use identity::RecordIdentity;
pub use invocation::Statistics;
pub use pairs::{RecordPair, ReturnedRecord, pairs};
pub use parse::{EventError, EventRecord, TransformEvent};
pub use rule::{Consequence, Definition, Rule};
