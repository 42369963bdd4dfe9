//! What becomes of a record, and what a broken answer costs.

pub use crate::errors::Evidence;

/// What becomes of a record of the event, or of data in the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Goes on to the destination.
    Delivered,
    /// Left out, as the transform asked. Counts as a success.
    Dropped,
    /// Ends in the error output, as it was before the transform.
    Failed(Failure),
    /// Data for a `recordId` that is not in the event: it is not delivered, it
    /// does not fail, nothing is logged.
    SilentlyLost,
}

impl Fate {
    /// The name in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Dropped => "dropped",
            Self::Failed(_) => "failed",
            Self::SilentlyLost => "silently-lost",
        }
    }
}

/// How a record fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// `errorCode` of the failure record.
    pub code: &'static str,
    /// What fails with it.
    pub scope: Scope,
    /// How often the transform is called for it.
    pub attempts: Attempts,
    /// How sure that is.
    pub evidence: Evidence,
    /// Another outcome that was captured for the same answer, by other people
    /// at another time.
    pub also_seen: Option<(&'static str, Scope, Attempts)>,
    /// `errorMessage` of the failure record, where it is known.
    pub message: Option<&'static str>,
}

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The record alone.
    Record,
    /// Every record of the event.
    Batch,
}

impl Scope {
    /// The name in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Batch => "batch",
        }
    }
}

/// How often Firehose calls the transform before the records fail: `attemptsMade`
/// of the failure record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// The answer is final.
    Once,
    /// `NumberOfRetries` more.
    AllRetries,
    /// Nobody captured it.
    Unknown,
}

impl Attempts {
    /// The number for a stream with this `NumberOfRetries` (3 unless it is set:
    /// developer guide, "Data transformation").
    pub const fn count(self, retries: u32) -> Option<u32> {
        match self {
            Self::Once => Some(1),
            Self::AllRetries => Some(retries + 1),
            Self::Unknown => None,
        }
    }
}

impl Failure {
    /// A failure that objects of the real service show.
    pub const fn captured(code: &'static str, scope: Scope, attempts: Attempts) -> Self {
        Self { code, scope, attempts, evidence: Evidence::Captured, also_seen: None, message: None }
    }

    /// A failure of which a part is known only.
    pub const fn partial(code: &'static str, scope: Scope, attempts: Attempts) -> Self {
        Self { evidence: Evidence::Partial, ..Self::captured(code, scope, attempts) }
    }

    /// A failure that AWS's documentation names.
    pub const fn documented(code: &'static str, scope: Scope, attempts: Attempts) -> Self {
        Self { evidence: Evidence::Documented, ..Self::captured(code, scope, attempts) }
    }

    /// A failure that follows from what is known.
    pub const fn unconfirmed(code: &'static str, scope: Scope, attempts: Attempts) -> Self {
        Self { evidence: Evidence::Unconfirmed, ..Self::captured(code, scope, attempts) }
    }

    /// The same, with the other outcome that was seen.
    #[must_use]
    pub const fn or(self, code: &'static str, scope: Scope, attempts: Attempts) -> Self {
        Self { also_seen: Some((code, scope, attempts)), ..self }
    }

    /// The same, with AWS's own words.
    #[must_use]
    pub const fn saying(self, message: &'static str) -> Self {
        Self { message: Some(message), ..self }
    }

    /// The function ended with an error, whichever.
    pub const FUNCTION_ERROR: Self =
        Self::captured("Lambda.FunctionError", Scope::Batch, Attempts::AllRetries).saying(
            "The Lambda function was successfully invoked but it returned an error result.",
        );

    /// The function did not answer in time. Failure records of 2022 have the
    /// one code, reports of 2026 the other.
    pub const FUNCTION_TIMED_OUT: Self =
        Self::captured("Lambda.FunctionTimedOut", Scope::Batch, Attempts::AllRetries)
            .or("Lambda.FunctionError", Scope::Batch, Attempts::AllRetries)
            .saying(
                "The Lambda function invocation timed out. Increase the Timeout setting in the \
                 Lambda function.",
            );

    /// Lambda refused the response for its size.
    pub const RESPONSE_TOO_LARGE: Self =
        Self::partial("Lambda.FunctionError", Scope::Batch, Attempts::AllRetries);

    /// Firehose could not parse the response.
    pub const UNREADABLE: Self =
        Self::documented("Lambda.JsonProcessingException", Scope::Batch, Attempts::Unknown).saying(
            "There was an error parsing returned records from the Lambda function. Ensure that \
             the returned records follow the status model required by Kinesis Data Firehose.",
        );
}
