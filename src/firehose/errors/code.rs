//! What is known of an error code: its name, how often Firehose tries, what fails
//! with it, how sure that is, and AWS's message.
//!
//! Every code is written once: here if the rules of a transform response name it,
//! otherwise on its page in `pages`.

use super::{Attempts, Evidence, Scope};

/// An error code of Firehose and the facts about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// `errorCode` as AWS writes it. Where there is none, what stands for it: the
    /// words `HTTP status`, or what a function prints.
    pub code: &'static str,
    /// How often Firehose tries.
    pub attempts: Attempts,
    /// What fails with it.
    pub scope: Scope,
    /// How sure the other facts are.
    pub evidence: Evidence,
    /// `errorMessage` as AWS words it, where that is known.
    pub message: Option<&'static str>,
    /// Firehose cannot call the function, whatever the records are.
    pub prevents_calls: bool,
}

/// True for the code of a call that failed in the function, so that its exception or its
/// timeout stands in the function's log.
pub fn is_logged_by_function(code: &str) -> bool {
    [
        LAMBDA_FUNCTION_ERROR.code,
        LAMBDA_FUNCTION_TIMED_OUT.code,
        LAMBDA_INVOCATION_FAILURE.code,
        LAMBDA_FUNCTION_REQUEST_TIMED_OUT,
    ]
    .contains(&code)
}

impl ErrorCode {
    /// The same code with AWS's message.
    pub(crate) const fn with_message(self, message: &'static str) -> Self {
        Self { message: Some(message), ..self }
    }

    /// The same code, of a function that Firehose cannot call.
    pub(crate) const fn of_no_call(self) -> Self {
        Self { prevents_calls: true, ..self }
    }

    /// The code in a case of which less is known than of the code itself: that
    /// it came was reported, or follows, without a failure record to show it.
    pub(crate) const fn less_known(self, evidence: Evidence, attempts: Attempts) -> Self {
        Self { evidence, attempts, message: None, ..self }
    }
}

pub(super) const fn captured(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    let evidence = Evidence::Captured;
    ErrorCode { code, attempts, scope, evidence, message: None, prevents_calls: false }
}

pub(super) const fn partial(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { evidence: Evidence::Partial, ..captured(code, attempts, scope) }
}

pub(super) const fn documented(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { evidence: Evidence::Documented, ..captured(code, attempts, scope) }
}

pub(super) const fn unconfirmed(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { evidence: Evidence::Unconfirmed, ..captured(code, attempts, scope) }
}

pub(crate) const LAMBDA_PROCESSING_FAILED_STATUS: ErrorCode =
    captured("Lambda.ProcessingFailedStatus", Attempts::Once, Scope::Record)
        .with_message("ProcessingFailed status set for record");
pub(crate) const LAMBDA_MISSING_RECORD_ID: ErrorCode =
    captured("Lambda.MissingRecordId", Attempts::Once, Scope::Record).with_message(
        "One or more record Ids were not returned. Ensure that the Lambda function returns \
         all received record Ids.",
    );
/// The scope is that of one capture; another one did not settle it.
pub(crate) const LAMBDA_DUPLICATED_RECORD_ID: ErrorCode =
    partial("Lambda.DuplicatedRecordId", Attempts::Once, Scope::Record).with_message(
        "Multiple records were returned with the same record Id. Ensure that the Lambda \
         function returns a unique record Id for each record.",
    );
pub(crate) const LAMBDA_INVALID_RETURN_FORMAT: ErrorCode =
    captured("Lambda.InvalidReturnFormat", Attempts::Once, Scope::Record).with_message(
        "The data field cannot be null when the SourceType is DirectPut or \
         KinesisStreamAsSource and processing result is Ok. The value field cannot be \
         null when the SourceType is MSKAsSource and processing result is Ok.",
    );
pub(crate) const LAMBDA_JSON_PROCESSING_EXCEPTION: ErrorCode =
    documented("Lambda.JsonProcessingException", Attempts::Unknown, Scope::Batch).with_message(
        "There was an error parsing returned records from the Lambda function. Ensure \
         that the returned records follow the status model required by Amazon Data \
         Firehose.",
    );
/// What AWS documents for data that is not base64. Captured in that case was
/// [`LAMBDA_FUNCTION_ERROR`].
pub(crate) const LAMBDA_JSON_MAPPING_EXCEPTION: ErrorCode =
    documented("Lambda.JsonMappingException", Attempts::Unknown, Scope::Batch).with_message(
        "There was an error parsing returned records from the Lambda function. Ensure \
         that data field is base-64 encoded.",
    );
pub(crate) const LAMBDA_FUNCTION_ERROR: ErrorCode =
    captured("Lambda.FunctionError", Attempts::AllRetries, Scope::Batch).with_message(
        "The Lambda function was successfully invoked but it returned an error result.",
    );
/// What AWS documents as the message of [`LAMBDA_FUNCTION_ERROR`] for a `result`
/// that is not one of the three, and for another invalid structure.
pub(crate) const INVALID_OUTPUT_STRUCTURE: &str = "Invalid output structure. Check your function and make sure the output is in the \
     required format. Also, make sure the processed records contain a valid result status of \
     Dropped, Ok, or ProcessingFailed.";
/// The request to Lambda took too long.
pub(crate) const LAMBDA_FUNCTION_REQUEST_TIMED_OUT: &str = "Lambda.FunctionRequestTimedOut";
pub(crate) const LAMBDA_INVOCATION_FAILURE: ErrorCode =
    documented("Lambda.InvocationFailure", Attempts::AllRetries, Scope::Batch);
pub(crate) const ICEBERG_INVALID_TABLE_NAME: ErrorCode =
    documented("Iceberg.InvalidTableName", Attempts::Unknown, Scope::Unknown);
pub(crate) const LAMBDA_FUNCTION_TIMED_OUT: ErrorCode =
    captured("Lambda.FunctionTimedOut", Attempts::AllRetries, Scope::Batch).with_message(
        "The Lambda function invocation timed out. Increase the Timeout setting in the \
         Lambda function.",
    );
pub(crate) const DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED: ErrorCode =
    captured("DynamicPartitioning.MetadataExtractionFailed", Attempts::Unknown, Scope::Record)
        .with_message("partitionKeys values must not be null or empty");

/// Stands for the code of an Iceberg delivery that could not be routed: none was
/// captured, so this is the folder of such failures, and it has no page.
pub(crate) const ICEBERG_UNROUTABLE: ErrorCode =
    unconfirmed("iceberg-failed", Attempts::Unknown, Scope::Record);

pub(crate) const LAMBDA_ASSUME_ROLE_ACCESS_DENIED: ErrorCode =
    documented("Lambda.AssumeRoleAccessDenied", Attempts::Unknown, Scope::Batch)
        .with_message(
            "Access was denied. Ensure that the trust policy for the provided IAM role allows \
             Amazon Data Firehose to assume the role.",
        )
        .of_no_call();
pub(crate) const LAMBDA_INVOKE_ACCESS_DENIED: ErrorCode = captured(
    "Lambda.InvokeAccessDenied",
    Attempts::AllRetries,
    Scope::Batch,
)
.with_message(
    "Access was denied. Ensure that the access policy allows access to the Lambda function.",
)
.of_no_call();
pub(crate) const LAMBDA_INVOKE_LIMIT_EXCEEDED: ErrorCode =
    captured("Lambda.InvokeLimitExceeded", Attempts::AllRetries, Scope::Batch)
        .with_message(
            "The Lambda concurrent execution limit is exceeded. Increase the concurrent execution \
         limit.",
        )
        .of_no_call();
pub(crate) const LAMBDA_RESOURCE_NOT_FOUND: ErrorCode = documented(
    "Lambda.ResourceNotFound",
    Attempts::Unknown,
    Scope::Batch,
)
.with_message(
    "The specified Lambda function does not exist. Use a different function that does exist.",
)
.of_no_call();
pub(crate) const ACTIVE_PARTITION_EXCEEDED: ErrorCode =
    unconfirmed("activePartitionExceeded", Attempts::Unknown, Scope::Record);
pub(crate) const DECOMPRESSION_FAILED: ErrorCode =
    captured("Decompression failed.", Attempts::Once, Scope::Record);
/// What decompression failed with, as captured.
pub(crate) const NOT_GZIP: &str = "The record is not compressed with GZIP.";
