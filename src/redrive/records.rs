//! One pass over the sources: their records, byte for byte, and what is no
//! record, with its place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::ledger::Entry;
use super::objects::Object;
use crate::aws::Listed;
use crate::error::Error;
use firehose::failure::{LeftOut, Transformed};
use firehose::redrive::Reason;

/// How much was read.
pub(super) struct ReadSoFar {
    /// Bytes, before they are unpacked.
    pub(super) bytes: Arc<AtomicU64>,
    /// How much there is to be read, if that comes of a listing of S3.
    pub(super) listed: Option<Arc<Listed>>,
}

/// Where a record is.
#[derive(Debug, Clone)]
pub(super) struct RecordPlace {
    /// The object.
    pub(super) object: Arc<Object>,
    /// Its number there, from 1.
    pub(super) number: u64,
    /// Its line, where lines mean something.
    pub(super) line: Option<u64>,
}

impl RecordPlace {
    /// `s3://bucket/key: line 3, record 3`.
    pub(super) fn describe(&self) -> String {
        let Self { object, number, line } = self;
        match line {
            Some(line) => format!("{}: line {line}, record {number}", object.name),
            None => format!("{}: record {number}", object.name),
        }
    }
}

/// A record that may be put back.
#[derive(Debug)]
pub(super) struct FailedRecord {
    pub(super) place: RecordPlace,
    pub(super) entry: Entry,
    pub(super) payload: Vec<u8>,
    /// When it came to Firehose, in milliseconds since 1970, if that is known.
    pub(super) arrival: Option<i64>,
    /// Why it failed.
    pub(super) code: Option<String>,
    /// If its data is what the transform made.
    pub(super) transformed: Transformed,
    /// The key that shows that.
    pub(super) transformed_by: Option<String>,
}

/// What a pass finds, in order.
#[derive(Debug)]
pub(super) enum PassItem {
    /// An object begins.
    Object(Arc<Object>),
    /// A record that the filters let through.
    Record(Box<FailedRecord>),
    /// One that they leave out.
    Filtered,
    /// Something else than failure records.
    Other,
    /// What cannot be put back: why, how many bytes, where.
    Skipped(Reason, usize, String),
    /// The object itself is damaged: where, and what is wrong.
    DamagedObject(String),
    /// As many more that are damaged, in this object.
    MoreDamaged(u64, String),
    /// Something that the user should know.
    Notice(String),
    /// Objects that were left out on purpose.
    LeftOut(LeftOut),
    /// An input, or the rest of it, cannot be read.
    Unreadable(Error),
    /// Nothing can be read any more.
    Failed(Error),
}

/// What was found and not taken yet.
pub(super) type Ready = VecDeque<PassItem>;
