//! From an answer to the failure records that Firehose makes of it.

use super::Answer;

/// What Firehose makes of a failed call: what stands in the failure records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequence {
    /// `errorCode`.
    pub error_code: &'static str,
    /// Another `errorCode` that has been seen for the same cause.
    pub also_seen: Option<&'static str>,
    /// How often the function is called.
    pub attempts: Attempts,
    /// Whom it hits.
    pub scope: Scope,
    /// `errorMessage`, where one is known.
    pub message: Option<&'static str>,
    /// What of this nobody has confirmed.
    pub unconfirmed: Option<&'static str>,
}

/// How often Firehose calls the function for one batch: `attemptsMade`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// Once: the function answered.
    Once,
    /// `NumberOfRetries` + 1 times: the call failed.
    Retried,
    /// Nobody has published a failure record that tells.
    Unknown,
}

impl Attempts {
    /// The number with the default `NumberOfRetries`, 3.
    pub const fn by_default(self) -> Option<u32> {
        match self {
            Self::Once => Some(1),
            Self::Retried => Some(4),
            Self::Unknown => None,
        }
    }
}

/// Which records a failure hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The one that is wrong.
    Record,
    /// Every record of the event.
    Batch,
}

impl Scope {
    /// The name in all output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Batch => "batch",
        }
    }
}

/// As seen in failure objects of 2018 to 2026.
const FUNCTION_ERROR: Consequence = Consequence {
    error_code: "Lambda.FunctionError",
    also_seen: None,
    attempts: Attempts::Retried,
    scope: Scope::Batch,
    message: Some("The Lambda function was successfully invoked but it returned an error result."),
    unconfirmed: None,
};

/// Failure objects of 2022 have this code, reports of 2026 the other.
const FUNCTION_TIMED_OUT: Consequence = Consequence {
    error_code: "Lambda.FunctionTimedOut",
    also_seen: Some("Lambda.FunctionError"),
    message: Some(
        "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda \
         function.",
    ),
    ..FUNCTION_ERROR
};

const TOO_LARGE: Consequence = Consequence {
    message: None,
    unconfirmed: Some("the number of attempts and the message"),
    ..FUNCTION_ERROR
};

/// From the list of error codes of the developer guide (May 2023).
const JSON_PROCESSING_EXCEPTION: Consequence = Consequence {
    error_code: "Lambda.JsonProcessingException",
    attempts: Attempts::Unknown,
    message: Some(
        "There was an error parsing returned records from the Lambda function. Ensure that the \
         returned records follow the status model required by Kinesis Data Firehose.",
    ),
    unconfirmed: Some("that it hits the whole batch; no failure record with this code is known"),
    ..FUNCTION_ERROR
};

impl Answer {
    /// What Firehose makes of it; none for a response, which has to be judged
    /// by its records.
    pub const fn consequence(&self) -> Option<Consequence> {
        match self {
            Self::Response(_) => None,
            Self::NotJson { .. } => Some(JSON_PROCESSING_EXCEPTION),
            Self::TimedOut { .. } => Some(FUNCTION_TIMED_OUT),
            Self::TooLarge { .. } => Some(TOO_LARGE),
            Self::FunctionError(_)
            | Self::InitError(_)
            | Self::Exited { .. }
            | Self::OutOfMemory { .. } => Some(FUNCTION_ERROR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Exit, Phase};
    use super::*;

    #[test]
    fn only_a_failed_call_is_retried() {
        let code = |answer: Answer| answer.consequence().map(|it| (it.error_code, it.attempts));
        assert_eq!(code(Answer::Response(Vec::new())), None);
        let exited = Answer::Exited { exit: Exit::Code(1), phase: Phase::Init };
        assert_eq!(code(exited), Some(("Lambda.FunctionError", Attempts::Retried)));
        let garbage = Answer::from_response(b"garbage".to_vec());
        assert_eq!(code(garbage), Some(("Lambda.JsonProcessingException", Attempts::Unknown)));
        assert_eq!(Attempts::Retried.by_default(), Some(4));
    }
}
