//! Where records are that were sent on purpose: marked, put, and found again.
//! Pure: what was seen goes in, with its time; what to do next, and what became of
//! each record, comes out.
//!
//! ```text
//! mark ─▶ TracedRecord ─▶ Searcher ─┬▶ look_into(object) ─┐
//!                                   └▶ LogWitness ────────┴▶ TraceEvent ─▶ Trace ─▶ TraceStep
//!                                                                           └────▶ Fate
//! ```
//!
//! A record has no name that stays the same on its way: `PutRecord` returns another
//! id than the one that the transform gets. So a record is known by its bytes, and
//! by a **marker** in them. Each **witness** finds it at another place, and each says
//! how sure that is ([`By`], [`Confidence`]):
//!
//! - a failure record whose `rawData` is the record, or holds its marker;
//! - the source backup, which has the record as it was put;
//! - a delivered object that holds the marker, or what the transform returns for the
//!   record in the test calls;
//! - the log of the function, where that prints the record.
//!
//! What was not looked at is a gap, and a record that a gap may hold is never counted
//! as dropped: it is unknown.

mod event;
mod expected;
mod logs;
mod machine;
mod marker;
mod object;
mod plan;
mod search;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use super::diagnosis::Confidence;
pub use event::{
    Asked, Buffer, By, Fate, Place, SeenDelivery, SeenFailure, SeenInvocation, TraceEvent, What,
};
pub use expected::Expected;
pub use logs::LogWitness;
pub use machine::{Trace, TraceStep};
pub use marker::{Marker, NotMarkable, PLACEHOLDER, mark, mark_data};
pub use object::{FoundInObject, LookedInto, ObjectRole, Witnesses, look_into};
pub use plan::{TracePlaces, TracePlan};
pub use search::Searcher;

/// Most records of a trace: each is followed by itself.
pub const MAX_RECORDS: usize = 100;

/// A record that is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracedRecord {
    /// Its bytes, as they are put.
    pub payload: Arc<Vec<u8>>,
    /// The marker in them; without one, the bytes themselves are searched for.
    pub marker: Option<Marker>,
}

/// For each record the first one with the same bytes: those cannot be told apart.
fn twins(records: &[TracedRecord]) -> Vec<usize> {
    let first = |it: &TracedRecord| records.iter().position(|other| other.payload == it.payload);
    records.iter().enumerate().map(|(at, it)| first(it).unwrap_or(at)).collect()
}
