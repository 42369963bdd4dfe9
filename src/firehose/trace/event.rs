//! What happened to traced records, and what became of them.

use std::time::Duration;

use super::Confidence;
use crate::diagnosis::{Finding, Stage};
use crate::time::Millis;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceEvent {
    /// When; where that is not known, when it was seen.
    pub at: Millis,
    /// Which records, by their places in the list of records; none where it is about
    /// all of them.
    pub records: Vec<usize>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The stream, or its source, took them.
    Accepted {
        /// How long the call took.
        took: Duration,
        /// The answer was lost: they may be there, also twice.
        is_unanswered: bool,
    },
    /// They were not taken, for this reason.
    Refused {
        /// In a sentence.
        why: String,
    },
    /// They wait until then at the latest, as a rule.
    Buffered {
        /// Where.
        buffer: Buffer,
        /// Until when.
        until: Millis,
    },
    /// The function was called.
    Invoked(Box<SeenInvocation>),
    /// The transform returns this for them in the test calls.
    Answered(Asked),
    /// They are in the source backup.
    BackedUp(Place),
    /// They are in a failure object.
    Failed(Box<SeenFailure>),
    /// They are in a delivered object.
    Delivered(Box<SeenDelivery>),
    /// The transform dropped them.
    Dropped {
        /// How sure that is.
        sure: Confidence,
    },
    /// The stream logged an error; of which records it does not say.
    StreamError {
        /// `Lambda.FunctionError`
        code: String,
        /// In AWS's words: untrusted.
        message: String,
    },
    /// Nothing happens: the likeliest cause.
    Cause {
        /// What should have happened.
        stage: Stage,
        /// The check that found it.
        check: &'static str,
        /// What it found.
        finding: Box<Finding>,
    },
    /// Nothing happens, and the checks found no cause.
    NoCause {
        /// What should have happened.
        stage: Stage,
        /// What the metrics of the stream say together.
        summary: Option<String>,
        /// What could not be checked: a sentence each.
        unknown: Vec<String>,
    },
    /// Something was not looked at.
    Unseen {
        /// What.
        what: String,
        /// Why not.
        why: String,
        /// Records may be there.
        may_hold: bool,
    },
    /// What became of them is unknown.
    Lost {
        /// Why, as far as it is known.
        why: String,
    },
}

/// Where records wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Buffer {
    /// For the transform.
    Transform,
    /// For the destination.
    Destination,
}

impl Buffer {
    /// `transform`, `destination`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transform => "transform",
            Self::Destination => "destination",
        }
    }
}

/// By what a record was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// `rawData` of a failure record is the record.
    RawData,
    /// Its marker is there.
    Marker,
    /// Its bytes are there.
    Bytes,
    /// What the transform returns for it is there.
    Output,
    /// The log of the function has it.
    Log,
    /// It happened at the right time: others may be meant.
    Time,
}

impl By {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RawData => "rawData",
            Self::Marker => "marker",
            Self::Bytes => "bytes",
            Self::Output => "output",
            Self::Log => "log",
            Self::Time => "time",
        }
    }
}

/// A place in an object of S3.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
    /// Number of the record in it, from 1.
    pub number: usize,
    /// How many records there are in it.
    pub of: usize,
    /// Offset of the record in the decompressed object.
    pub offset: usize,
}

/// A call of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenInvocation {
    /// Its request id.
    pub request: Option<String>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// What went wrong in it: `timeout`, `error`, …
    pub error: Option<&'static str>,
    /// Lines that the function logged: untrusted.
    pub lines: Vec<String>,
    /// More lines that are not here.
    pub more_lines: usize,
    /// How it is known that the records were in it.
    pub by: By,
    /// How sure that is.
    pub sure: Confidence,
}

impl SeenInvocation {
    /// True if the log shows that Firehose called it with the records.
    pub(super) fn is_theirs(&self) -> bool {
        self.by == By::Log && self.sure != Confidence::Possible
    }
}

/// What the transform returns for a record in the test calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// `Ok`, with these bytes.
    Delivers {
        /// How many bytes.
        bytes: usize,
        /// Two calls returned the same bytes.
        is_same: bool,
    },
    /// `Dropped`.
    Drops,
    /// It fails with this code.
    Fails {
        /// `Lambda.ProcessingFailedStatus`
        code: &'static str,
    },
    /// Another outcome the second time: it says nothing of the next call.
    Differs,
}

/// A failure record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFailure {
    /// Where it is.
    pub place: Place,
    /// Its code: untrusted.
    pub code: String,
    /// Its message: untrusted.
    pub message: String,
    /// How often Firehose tried.
    pub attempts: Option<u64>,
    /// By what it is known.
    pub by: By,
    /// How sure that is.
    pub sure: Confidence,
}

/// A delivered record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDelivery {
    /// Where it is.
    pub place: Place,
    /// The start of the record, decoded: untrusted.
    pub text: Vec<u8>,
    /// By what it is known.
    pub by: By,
    /// How sure that is.
    pub sure: Confidence,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was delivered.
    Delivered(Confidence),
    /// The transform dropped it.
    Dropped(Confidence),
    /// It failed with this code: untrusted.
    Failed(String),
    /// The stream did not take it.
    Refused,
    /// That is unknown, for this reason.
    Unknown(String),
}

impl Fate {
    /// The name in JSON and text.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered(_) => "delivered",
            Self::Dropped(_) => "dropped",
            Self::Failed(_) => "failed",
            Self::Refused => "refused",
            Self::Unknown(_) => "unknown",
        }
    }
}
