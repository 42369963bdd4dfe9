//! What log events are grouped into: invocations, and what belongs to none.

use super::{MAX_DURATION, SETTLED, UNSTARTED, open};
use crate::lambda_report::LambdaReport;
use crate::logs::message::{ErrorKind, Level};
use crate::logs::{LogEvent, without_newline};
use crate::time::Millis;

/// An event of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub struct InvocationEvent {
    /// When it happened.
    pub timestamp: Option<Millis>,
    /// When it arrived.
    pub ingestion: Option<Millis>,
    /// Unique in its group; see [`keeping_objects`](super::Invocations::keeping_objects).
    pub id: Option<String>,
    /// The message as it came, with a newline at its end if it had one.
    pub message: Vec<u8>,
    /// The JSON object that it was read from; see the same.
    pub object: Option<Vec<u8>>,
    /// Its level.
    pub level: Option<Level>,
    /// What went wrong, if it reports that.
    pub error_kind: Option<ErrorKind>,
    /// True for a line of Lambda itself.
    pub is_platform: bool,
    /// A newer event was read before it.
    pub is_late: bool,
}

impl InvocationEvent {
    pub(super) fn of(event: &LogEvent<'_>, keeps_object: bool) -> Self {
        let object = event.object.as_deref().filter(|_| keeps_object);
        Self {
            timestamp: event.timestamp,
            ingestion: event.ingestion,
            id: event.id.as_deref().filter(|_| keeps_object).map(str::to_owned),
            message: event.message.to_vec(),
            object: object.map(<[u8]>::to_vec),
            level: None,
            error_kind: None,
            is_platform: true,
            is_late: event.is_late,
        }
    }

    /// The message without the newline at its end.
    pub fn line(&self) -> &[u8] {
        without_newline(&self.message)
    }
}

/// One invocation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Invocation {
    /// The request id.
    pub request: Option<String>,
    /// Name of the log group.
    pub group: Option<String>,
    /// Name of the log stream.
    pub stream: Option<String>,
    /// The version of the function.
    pub version: Option<String>,
    /// The times of its first and last event.
    pub times: Option<(Millis, Millis)>,
    /// What Lambda reports of it, once it is over.
    pub report: Option<LambdaReport>,
    /// The worst that went wrong.
    pub error_kind: Option<ErrorKind>,
    /// It was the first of its environment.
    pub is_cold: bool,
    /// Its START was seen.
    pub has_start: bool,
    /// It began with START alone, so that its request id may never come.
    pub(super) is_bare: bool,
    /// Its events, oldest first.
    pub events: Vec<InvocationEvent>,
    /// Events that were too many to be held.
    pub cut: u64,
    /// The place of the invocation that ran when it began: it may be no more
    /// than text that this one printed.
    pub(super) inside: Option<u64>,
    /// What is searched for is in one of its events, held or not.
    pub has_match: bool,
    pub(super) held: usize,
}

impl Invocation {
    /// True if an error of any kind was seen.
    pub fn has_failed(&self) -> bool {
        self.error_kind.is_some()
    }

    /// True if it is a call of the function, not the start of an environment alone.
    pub const fn is_call(&self) -> bool {
        self.request.is_some() || self.has_start
    }

    /// Bytes that it holds, more or less.
    pub const fn weight(&self) -> usize {
        open::AROUND + self.held
    }

    /// True if no more of it is expected at this time.
    pub(super) fn is_over(&self, now: i64) -> bool {
        let patience = match (&self.report, self.has_start) {
            (Some(_), _) => SETTLED,
            (None, true) => MAX_DURATION,
            (None, false) => UNSTARTED,
        };
        self.times.is_some_and(|(_, last)| last.saturating_add(patience) < now)
    }
}

/// An invocation, or an event that belongs to none.
#[derive(Debug, Clone, PartialEq)]
pub enum Grouped {
    /// An invocation.
    Invocation(Box<Invocation>),
    /// An error in the log of a delivery stream.
    DeliveryError {
        /// Its event.
        event: LogEvent<'static>,
    },
    /// An event of no invocation.
    Unattributed {
        /// The event.
        event: LogEvent<'static>,
        /// What went wrong, if it reports that.
        error_kind: Option<ErrorKind>,
    },
}
