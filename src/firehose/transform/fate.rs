//! What becomes of a record, and how it fails.

use crate::errors::{Attempts, ErrorCode, Evidence, Scope, code};

/// What becomes of a record of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Firehose delivers it to the destination.
    Delivered,
    /// Left out, as the transform asked. Counts as a success.
    Dropped,
    /// Ends in the error output, as it was before the transform.
    Failed(Failure),
}

impl Fate {
    /// The name in JSON and text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Dropped => "dropped",
            Self::Failed(_) => "failed",
        }
    }
}

/// How a record fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// The code, as the table of errors has it, or with less where less is known
    /// of this way to fail.
    pub error: ErrorCode,
    /// The code that other people captured in the same case at another time.
    pub also_observed_as: Option<ErrorCode>,
}

impl Failure {
    /// A failure of which as much is known as of its code.
    pub(crate) const fn new(error: ErrorCode) -> Self {
        Self { error, also_observed_as: None }
    }

    /// The same, with the other code that was captured.
    #[must_use]
    pub(crate) const fn also_observed_as(self, error: ErrorCode) -> Self {
        Self { also_observed_as: Some(error), ..self }
    }

    /// The function ended with an error, whichever.
    pub const FUNCTION_ERROR: Self = Self::new(code::LAMBDA_FUNCTION_ERROR);

    /// The function did not answer in time. Failure records of 2022 have the
    /// one code, reports of 2026 the other.
    pub const FUNCTION_TIMED_OUT: Self =
        Self::new(code::LAMBDA_FUNCTION_TIMED_OUT).also_observed_as(code::LAMBDA_FUNCTION_ERROR);

    /// Lambda refused the response for its size.
    pub const RESPONSE_TOO_LARGE: Self =
        Self::new(code::LAMBDA_FUNCTION_ERROR.less_known(Evidence::Partial, Attempts::AllRetries));

    /// Data is not base64. The call succeeded and its response was refused: how
    /// often Firehose tries was not captured.
    pub(crate) const NOT_BASE64: Self =
        Self::new(code::LAMBDA_FUNCTION_ERROR.less_known(Evidence::Partial, Attempts::Unknown))
            .also_observed_as(code::LAMBDA_JSON_MAPPING_EXCEPTION);

    /// A `result` is none of the three: AWS documents the code and its message.
    pub(crate) const INVALID_OUTPUT: Self = Self::new(ErrorCode {
        message: Some(code::INVALID_OUTPUT_STRUCTURE),
        ..code::LAMBDA_FUNCTION_ERROR.less_known(Evidence::Documented, Attempts::Unknown)
    });

    /// The name of an Iceberg table is null or empty.
    pub(crate) const INVALID_TABLE_NAME: Self =
        Self::new(ErrorCode { scope: Scope::Record, ..code::ICEBERG_INVALID_TABLE_NAME });

    /// The function works longer than Firehose waits for any: 5 minutes.
    pub const RUNS_TOO_LONG: Self = Self::new(ErrorCode {
        message: Some(
            "Amazon Data Firehose encountered timeout errors when calling AWS Lambda. The maximum supported \
             function timeout is 5 minutes.",
        ),
        ..code::LAMBDA_INVOCATION_FAILURE
    });

    /// Firehose could not parse the response.
    pub const UNREADABLE: Self = Self::new(code::LAMBDA_JSON_PROCESSING_EXCEPTION);
}
