//! What becomes of a record.

use super::ledger::{History, RecordState};
use super::records::FailedRecord;
use firehose::failure::Transformed;
use firehose::limits::MAX_RECORD;
use firehose::redrive::Reason;

/// What decides on a record, besides the filters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Send again what may have arrived.
    pub(super) takes_unknown: bool,
    /// Put back what came back.
    pub(super) takes_returned: bool,
    /// Put back what the transform has been through.
    pub(super) takes_transformed: bool,
    /// Send at most this many.
    pub(super) limit: Option<u64>,
    /// When this run began, in milliseconds since 1970.
    pub(super) began: i64,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is sent.
    Send,
    /// It is sent, and may have been before.
    SendAgain,
    /// Firehose has it.
    Acknowledged,
    Skip(Reason),
}

/// When the record's bytes were sent, if it may be that record, back as a failure.
fn came_back(record: &FailedRecord, history: &History) -> Option<i64> {
    let source = &record.place.object.source;
    history.came_back(record.entry.payload, record.arrival?, source)
}

/// True if the record's bytes were sent before, and it is not what came back of that: it
/// may be a copy of the failure record that they were sent from.
pub(super) fn may_be_copy(record: &FailedRecord, history: &History) -> bool {
    history.has_sent(record.entry.payload) && came_back(record, history).is_none()
}

impl Rules {
    /// Decides by what is known before this run.
    pub(super) fn decide(&self, record: &FailedRecord, history: &History) -> Decision {
        let state = history.state(record.entry.key);
        if state == RecordState::Acknowledged {
            return Decision::Acknowledged;
        }
        if record.payload.len() > MAX_RECORD {
            return Decision::Skip(Reason::TooLarge);
        }
        match record.transformed {
            Transformed::Yes if !self.takes_transformed => {
                return Decision::Skip(Reason::Transformed);
            }
            Transformed::Perhaps if !self.takes_transformed => {
                return Decision::Skip(Reason::Converted);
            }
            _ => {}
        }
        if state == RecordState::Unknown {
            return if self.takes_unknown {
                Decision::SendAgain
            } else {
                Decision::Skip(Reason::Unknown)
            };
        }
        match came_back(record, history) {
            // What this run has sent cannot be in what it found at its start.
            Some(sent) if sent < self.began && !self.takes_returned => {
                Decision::Skip(Reason::CameBack)
            }
            _ => Decision::Send,
        }
    }
}
