//! What came of a call, and which of two behaviors is taken for it.

use super::Fault;
use crate::errors::{Attempts, ErrorCode, code};
use crate::transform::fate::Failure;
use crate::transform::invocation::InvocationResult;

/// What came of one call, as Firehose sees it.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The function was called.
    Called(InvocationResult),
    /// Lambda did not call it.
    Refused(Refusal),
}

/// Why Lambda does not call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Firehose may not assume the role.
    RoleNotAssumed,
    /// The role may not invoke it.
    AccessDenied,
    /// Too many invocations run at the same time.
    Throttled,
    /// The function does not exist.
    NotFound,
    /// The event is larger than Lambda takes.
    EventTooLarge,
}

impl Refusal {
    /// The name in all output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoleNotAssumed => "role-not-assumed",
            Self::AccessDenied => "access-denied",
            Self::Throttled => "throttled",
            Self::NotFound => "not-found",
            Self::EventTooLarge => "event-too-large",
        }
    }

    /// How records fail with it, once Firehose no longer tries.
    pub(crate) fn fault(self, retries: u32) -> Fault {
        Fault::new(self.failure(), retries)
    }

    pub(super) const fn failure(self) -> Failure {
        match self {
            Self::AccessDenied => Failure::new(code::LAMBDA_INVOKE_ACCESS_DENIED),
            Self::Throttled => Failure::new(code::LAMBDA_INVOKE_LIMIT_EXCEEDED),
            // Refusals are retried, as far as is known of them.
            Self::RoleNotAssumed => Failure::new(ErrorCode {
                attempts: Attempts::AllRetries,
                ..code::LAMBDA_ASSUME_ROLE_ACCESS_DENIED
            }),
            Self::NotFound => Failure::new(ErrorCode {
                attempts: Attempts::AllRetries,
                ..code::LAMBDA_RESOURCE_NOT_FOUND
            }),
            Self::EventTooLarge => Failure::RESPONSE_TOO_LARGE,
        }
    }
}

impl Answer {
    /// The name in all output.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Called(result) => result.as_str(),
            Self::Refused(refusal) => refusal.as_str(),
        }
    }

    /// What it was, in a sentence. It repeats what the function printed: escape it.
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Called(InvocationResult::Response(_)) => None,
            Self::Called(result) => Some(result.to_string()),
            Self::Refused(refusal) => refusal.failure().error.message.map(str::to_owned),
        }
    }
}

/// Which of two behaviors that were captured is taken: `false` is the first of the
/// table in the documentation of the transform's response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behaviors {
    /// A response without usable `records`: `Lambda.FunctionError`, not
    /// `Lambda.MissingRecordId`.
    pub no_records: bool,
    /// A function that times out: `Lambda.FunctionError`, not
    /// `Lambda.FunctionTimedOut`.
    pub timeout_code: bool,
    /// An id that is returned twice fails the whole batch, not one record.
    pub duplicate_scope: bool,
    /// Data that is not base64: `Lambda.JsonMappingException`, not
    /// `Lambda.FunctionError`.
    pub bad_base64: bool,
}

impl Behaviors {
    /// The names of all of them.
    pub const NAMES: [&str; 4] = ["no-records", "timeout-code", "duplicate-scope", "bad-base64"];

    /// Takes the other behavior for one of [`NAMES`](Self::NAMES), or the first
    /// again; false if there is none with this name.
    pub fn set(&mut self, name: &str, is_second: bool) -> bool {
        let slot = match name {
            "no-records" => &mut self.no_records,
            "timeout-code" => &mut self.timeout_code,
            "duplicate-scope" => &mut self.duplicate_scope,
            "bad-base64" => &mut self.bad_base64,
            _ => return false,
        };
        *slot = is_second;
        true
    }
}
