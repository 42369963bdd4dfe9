//! The table of error codes: what each is called, how often Firehose tries, what
//! fails with it, how sure that is, and AWS's message, once each.
//!
//! The pages of `fh explain` add prose to a code, the rules of a transform response
//! say which code follows from what. Where the facts come from is said on top of the
//! page's file.

use super::{Attempts, Evidence, Scope};

/// An error code of Firehose and the facts about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// `errorCode` as AWS writes it; for OpenSearch, which has none of its own,
    /// what it is.
    pub code: &'static str,
    /// How often Firehose tries.
    pub attempts: Attempts,
    /// What fails with it.
    pub scope: Scope,
    /// How sure the other facts are.
    pub evidence: Evidence,
    /// `errorMessage` as AWS words it, where that is known.
    pub message: Option<&'static str>,
}

impl ErrorCode {
    /// The same code with AWS's message.
    const fn with_message(self, message: &'static str) -> Self {
        Self { message: Some(message), ..self }
    }

    /// The code in a case of which less is known than of the code itself: that
    /// it came was reported, or follows, without a failure record to show it.
    pub(crate) const fn less_known(self, evidence: Evidence, attempts: Attempts) -> Self {
        Self { evidence, attempts, message: None, ..self }
    }
}

const fn captured(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { code, attempts, scope, evidence: Evidence::Captured, message: None }
}

const fn partial(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { evidence: Evidence::Partial, ..captured(code, attempts, scope) }
}

const fn documented(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { evidence: Evidence::Documented, ..captured(code, attempts, scope) }
}

const fn unconfirmed(code: &'static str, attempts: Attempts, scope: Scope) -> ErrorCode {
    ErrorCode { evidence: Evidence::Unconfirmed, ..captured(code, attempts, scope) }
}

/// What AWS's documentation says of every code for writing to S3.
const fn s3(code: &'static str) -> ErrorCode {
    documented(code, Attempts::UntilStored, Scope::Delivery)
}

/// What it says of every code of a COPY.
const fn redshift(code: &'static str) -> ErrorCode {
    documented(code, Attempts::RetryDuration, Scope::Delivery)
}

/// What it says of every code for sending to an endpoint or a cluster.
const fn endpoint(code: &'static str) -> ErrorCode {
    documented(code, Attempts::RetryDuration, Scope::Unknown)
}

// Reading the source of the stream: `kinesis.rs`.

pub(crate) const KINESIS_RESOURCE_NOT_FOUND: ErrorCode =
    captured("Kinesis.ResourceNotFound", Attempts::Unknown, Scope::Unknown);
pub(crate) const KINESIS_ACCESS_DENIED: ErrorCode =
    unconfirmed("Kinesis.AccessDenied", Attempts::Unknown, Scope::Unknown);

// The transform: `lambda_response.rs` and `lambda_invocation.rs`.

pub(crate) const LAMBDA_PROCESSING_FAILED_STATUS: ErrorCode =
    captured("Lambda.ProcessingFailedStatus", Attempts::Once, Scope::Record)
        .with_message("ProcessingFailed status set for record");
pub(crate) const LAMBDA_MISSING_RECORD_ID: ErrorCode =
    captured("Lambda.MissingRecordId", Attempts::Once, Scope::Record).with_message(
        "One or more record Ids were not returned. Ensure that the Lambda function \
         returns all received record Ids.",
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
         that the returned records follow the status model required by Kinesis Data \
         Firehose.",
    );
pub(crate) const LAMBDA_JSON_MAPPING_EXCEPTION: ErrorCode =
    unconfirmed("Lambda.JsonMappingException", Attempts::Unknown, Scope::Unknown);
pub(crate) const LAMBDA_FUNCTION_ERROR: ErrorCode =
    captured("Lambda.FunctionError", Attempts::AllRetries, Scope::Batch).with_message(
        "The Lambda function was successfully invoked but it returned an error result.",
    );
pub(crate) const LAMBDA_FUNCTION_TIMED_OUT: ErrorCode =
    captured("Lambda.FunctionTimedOut", Attempts::AllRetries, Scope::Batch).with_message(
        "The Lambda function invocation timed out. Increase the Timeout setting in the \
         Lambda function.",
    );
pub(crate) const LAMBDA_INVOKE_ACCESS_DENIED: ErrorCode =
    captured("Lambda.InvokeAccessDenied", Attempts::AllRetries, Scope::Batch).with_message(
        "Access was denied. Ensure that the access policy allows access to the Lambda \
         function.",
    );
pub(crate) const LAMBDA_ASSUME_ROLE_ACCESS_DENIED: ErrorCode =
    documented("Lambda.AssumeRoleAccessDenied", Attempts::Unknown, Scope::Batch).with_message(
        "Access was denied. Ensure that the trust policy for the provided IAM role allows \
         Kinesis Data Firehose to assume the role.",
    );
pub(crate) const LAMBDA_INVOKE_LIMIT_EXCEEDED: ErrorCode =
    captured("Lambda.InvokeLimitExceeded", Attempts::AllRetries, Scope::Batch).with_message(
        "The Lambda concurrent execution limit is exceeded. Increase the concurrent \
         execution limit.",
    );
pub(crate) const LAMBDA_RESOURCE_NOT_FOUND: ErrorCode =
    documented("Lambda.ResourceNotFound", Attempts::Unknown, Scope::Batch).with_message(
        "The specified Lambda function does not exist. Use a different function that does \
         exist.",
    );
pub(crate) const LAMBDA_INVALID_SUBNET_ID_EXCEPTION: ErrorCode =
    documented("Lambda.InvalidSubnetIDException", Attempts::Unknown, Scope::Batch).with_message(
        "The specified subnet ID in the Lambda function VPC configuration is invalid. \
         Ensure that the subnet ID is valid.",
    );
pub(crate) const LAMBDA_INVALID_SECURITY_GROUP_ID_EXCEPTION: ErrorCode =
    documented("Lambda.InvalidSecurityGroupIDException", Attempts::Unknown, Scope::Batch)
        .with_message(
            "The specified security group ID in the Lambda function VPC configuration is \
         invalid. Ensure that the security group ID is valid.",
        );
pub(crate) const LAMBDA_SUBNET_IP_ADDRESS_LIMIT_REACHED_EXCEPTION: ErrorCode =
    documented("Lambda.SubnetIPAddressLimitReachedException", Attempts::Unknown, Scope::Batch)
        .with_message(
            "AWS Lambda was not able to set up the VPC access for the Lambda function because \
         one or more configured subnets have no available IP addresses. Increase the IP \
         address limit.",
        );
pub(crate) const LAMBDA_ENI_LIMIT_REACHED_EXCEPTION: ErrorCode =
    documented("Lambda.ENILimitReachedException", Attempts::Unknown, Scope::Batch).with_message(
        "AWS Lambda was not able to create an Elastic Network Interface (ENI) in the VPC, \
         specified as part of the Lambda function configuration, because the limit for \
         network interfaces has been reached. Increase the network interface limit.",
    );
pub(crate) const LAMBDA_FUNCTION_TIMEOUT: ErrorCode =
    unconfirmed("Lambda.FunctionTimeout", Attempts::Unknown, Scope::Unknown);
pub(crate) const LAMBDA_INVOCATION_FAILURE: ErrorCode =
    unconfirmed("Lambda.InvocationFailure", Attempts::Unknown, Scope::Unknown);
pub(crate) const LAMBDA_INTERNAL_SERVER_ERROR: ErrorCode =
    unconfirmed("Lambda.InternalServerError", Attempts::Unknown, Scope::Unknown);
pub(crate) const LAMBDA_UNKNOWN_FAILURE: ErrorCode =
    unconfirmed("Lambda.UnknownFailure", Attempts::Unknown, Scope::Unknown);

// The steps around the transform: `processing.rs`.

pub(crate) const DECOMPRESSION_FAILED: ErrorCode =
    captured("Decompression failed.", Attempts::Once, Scope::Record);
pub(crate) const DYNAMIC_PARTITIONING_METADATA_EXTRACTION_FAILED: ErrorCode =
    captured("DynamicPartitioning.MetadataExtractionFailed", Attempts::Unknown, Scope::Record)
        .with_message("partitionKeys values must not be null or empty");
pub(crate) const ACTIVE_PARTITION_EXCEEDED: ErrorCode =
    unconfirmed("activePartitionExceeded", Attempts::Unknown, Scope::Record);
pub(crate) const DYNAMIC_PARTITIONING_DEAGGREGATION_RECORD_COUNT_LIMIT_EXCEEDED: ErrorCode =
    unconfirmed(
        "DynamicPartitioning.DeAggregationRecordCountLimitExceeded",
        Attempts::Unknown,
        Scope::Record,
    );
pub(crate) const DATA_FORMAT_CONVERSION_PARSE_ERROR: ErrorCode =
    captured("DataFormatConversion.ParseError", Attempts::Unknown, Scope::Record);
pub(crate) const DATA_FORMAT_CONVERSION_MALFORMED_DATA: ErrorCode =
    captured("DataFormatConversion.MalformedData", Attempts::Once, Scope::Record)
        .with_message("Data does not match the schema.");
pub(crate) const DATA_FORMAT_CONVERSION_INVALID_SCHEMA: ErrorCode =
    captured("DataFormatConversion.InvalidSchema", Attempts::Unknown, Scope::Unknown).with_message(
        "The schema is invalid. One or more columns have types that are not supported by \
         org.openx.data.JsonSerDe",
    );
pub(crate) const DATA_FORMAT_CONVERSION_ENTITY_NOT_FOUND: ErrorCode =
    captured("DataFormatConversion.EntityNotFound", Attempts::Unknown, Scope::Unknown)
        .with_message("The specified table/database could not be found.");

// Delivery to S3: `s3.rs`.

pub(crate) const S3_ACCESS_DENIED: ErrorCode = s3("S3.AccessDenied").with_message(
    "Access was denied. Ensure that the trust policy for the provided IAM role allows \
         Kinesis Data Firehose to assume the role, and the access policy allows access to \
         the S3 bucket.",
);
pub(crate) const S3_NO_SUCH_BUCKET: ErrorCode = s3("S3.NoSuchBucket");
pub(crate) const S3_KMS_NOT_FOUND_EXCEPTION: ErrorCode = s3("S3.KMS.NotFoundException");
pub(crate) const S3_KMS_REQUEST_LIMIT_EXCEEDED: ErrorCode = s3("S3.KMS.RequestLimitExceeded");
pub(crate) const S3_METHOD_NOT_ALLOWED: ErrorCode = s3("S3.MethodNotAllowed");
pub(crate) const S3_ACCOUNT_PROBLEM: ErrorCode = s3("S3.AccountProblem");
pub(crate) const S3_ALL_ACCESS_DISABLED: ErrorCode = s3("S3.AllAccessDisabled");
pub(crate) const S3_INVALID_PAYER: ErrorCode = s3("S3.InvalidPayer");
pub(crate) const S3_NOT_SIGNED_UP: ErrorCode = s3("S3.NotSignedUp");
pub(crate) const INTERNAL_ERROR: ErrorCode = s3("InternalError");

// Delivery to Redshift: `redshift.rs`.

pub(crate) const REDSHIFT_TABLE_NOT_FOUND: ErrorCode = redshift("Redshift.TableNotFound");
pub(crate) const REDSHIFT_DATABASE_NOT_FOUND: ErrorCode = redshift("Redshift.DatabaseNotFound");
pub(crate) const REDSHIFT_SYNTAX_ERROR: ErrorCode = redshift("Redshift.SyntaxError");
pub(crate) const REDSHIFT_INCORRECT_COPY_OPTIONS: ErrorCode =
    redshift("Redshift.IncorrectCopyOptions");
pub(crate) const REDSHIFT_COLUMN_NOT_FOUND: ErrorCode = redshift("Redshift.ColumnNotFound");
pub(crate) const REDSHIFT_MISSING_COLUMN: ErrorCode = redshift("Redshift.MissingColumn");
pub(crate) const REDSHIFT_COLUMN_MISMATCH: ErrorCode = redshift("Redshift.ColumnMismatch");
pub(crate) const REDSHIFT_INCORRECT_JSON_PATHS_FILE: ErrorCode =
    redshift("Redshift.IncorrectJsonPathsFile");
pub(crate) const REDSHIFT_DATA_LOAD_FAILED: ErrorCode = redshift("Redshift.DataLoadFailed");
pub(crate) const REDSHIFT_AUTHENTICATION_FAILED: ErrorCode =
    captured("Redshift.AuthenticationFailed", Attempts::RetryDuration, Scope::Delivery)
        .with_message(
            "The provided user name and password failed authentication. Provide a valid user \
         name and password.",
        );
pub(crate) const REDSHIFT_ACCESS_DENIED: ErrorCode = redshift("Redshift.AccessDenied");
pub(crate) const REDSHIFT_S3_BUCKET_ACCESS_DENIED: ErrorCode =
    redshift("Redshift.S3BucketAccessDenied");
pub(crate) const REDSHIFT_INSUFFICIENT_PRIVILEGE: ErrorCode =
    redshift("Redshift.InsufficientPrivilege");
pub(crate) const REDSHIFT_CONNECTION_FAILED: ErrorCode = redshift("Redshift.ConnectionFailed");
pub(crate) const REDSHIFT_INCORRECT_OR_MISSING_REGION: ErrorCode =
    redshift("Redshift.IncorrectOrMissingRegion");
pub(crate) const REDSHIFT_MISSING_S3_FILE: ErrorCode = redshift("Redshift.MissingS3File");
pub(crate) const REDSHIFT_READ_ONLY_CLUSTER: ErrorCode = redshift("Redshift.ReadOnlyCluster");
pub(crate) const REDSHIFT_DISK_FULL: ErrorCode = redshift("Redshift.DiskFull");

// Delivery to OpenSearch: `opensearch.rs`.

pub(crate) const HTTP_STATUS: ErrorCode = endpoint("HTTP status");

// Delivery to an HTTP endpoint: `http.rs`.

pub(crate) const HTTP_ENDPOINT_REQUEST_TIMEOUT: ErrorCode = endpoint("HttpEndpoint.RequestTimeout");
pub(crate) const HTTP_ENDPOINT_RESPONSE_TOO_LARGE: ErrorCode =
    endpoint("HttpEndpoint.ResponseTooLarge");
pub(crate) const HTTP_ENDPOINT_INVALID_RESPONSE_FROM_DESTINATION: ErrorCode =
    endpoint("HttpEndpoint.InvalidResponseFromDestination");
pub(crate) const HTTP_ENDPOINT_DESTINATION_EXCEPTION: ErrorCode =
    endpoint("HttpEndpoint.DestinationException");
pub(crate) const HTTP_ENDPOINT_CONNECTION_FAILED: ErrorCode =
    endpoint("HttpEndpoint.ConnectionFailed");
pub(crate) const HTTP_ENDPOINT_CONNECTION_RESET: ErrorCode =
    endpoint("HttpEndpoint.ConnectionReset");

// Delivery to Splunk: `splunk.rs`.

pub(crate) const SPLUNK_ACK_TIMEOUT: ErrorCode = endpoint("Splunk.AckTimeout");
pub(crate) const SPLUNK_DISABLED_ACK: ErrorCode = endpoint("Splunk.DisabledAck");
pub(crate) const SPLUNK_DISABLED_TOKEN: ErrorCode = endpoint("Splunk.DisabledToken");
pub(crate) const SPLUNK_INVALID_TOKEN: ErrorCode = endpoint("Splunk.InvalidToken");
pub(crate) const SPLUNK_INVALID_INDEX: ErrorCode = endpoint("Splunk.InvalidIndex");
pub(crate) const SPLUNK_INVALID_DATA_FORMAT: ErrorCode = endpoint("Splunk.InvalidDataFormat");
pub(crate) const SPLUNK_PROXY_WITHOUT_STICKY_SESSIONS: ErrorCode =
    endpoint("Splunk.ProxyWithoutStickySessions");
pub(crate) const SPLUNK_SERVER_ERROR: ErrorCode = endpoint("Splunk.ServerError");
pub(crate) const SPLUNK_MAX_RETRIES_FAILED: ErrorCode = endpoint("Splunk.MaxRetriesFailed");
pub(crate) const SPLUNK_CONNECTION_TIMEOUT: ErrorCode = endpoint("Splunk.ConnectionTimeout");
pub(crate) const SPLUNK_CONNECTION_CLOSED: ErrorCode = endpoint("Splunk.ConnectionClosed");
pub(crate) const SPLUNK_INVALID_ENDPOINT: ErrorCode = endpoint("Splunk.InvalidEndpoint");
pub(crate) const SPLUNK_SSL_UNVERIFIED: ErrorCode = endpoint("Splunk.SSLUnverified");
pub(crate) const SPLUNK_SSL_HANDSHAKE: ErrorCode = endpoint("Splunk.SSLHandshake");

// Delivery to Iceberg tables: `iceberg.rs`.

pub(crate) const ICEBERG_NO_SUCH_TABLE: ErrorCode =
    documented("Iceberg.NoSuchTable", Attempts::Unknown, Scope::Unknown);
pub(crate) const ICEBERG_INVALID_TABLE_NAME: ErrorCode =
    documented("Iceberg.InvalidTableName", Attempts::Unknown, Scope::Unknown);
pub(crate) const ICEBERG_MISSING_COLUMN_WITHIN_RECORD: ErrorCode =
    captured("Iceberg.MissingColumnWithinRecord", Attempts::Unknown, Scope::Record);
pub(crate) const GLUE_ACCESS_DENIED: ErrorCode =
    documented("Glue.AccessDenied", Attempts::Unknown, Scope::Unknown);

/// Stands for the code of an Iceberg delivery that could not be routed: nobody
/// captured one, so this is the folder of such failures, and it has no page.
pub(crate) const ICEBERG_UNROUTABLE: ErrorCode =
    unconfirmed("iceberg-failed", Attempts::Unknown, Scope::Record);

// Delivery to Snowflake: `snowflake.rs`.

pub(crate) const SNOWFLAKE_INVALID_COLUMNS: ErrorCode =
    documented("Snowflake.InvalidColumns", Attempts::Unknown, Scope::Unknown);
