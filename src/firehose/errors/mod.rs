//! What every error code of Firehose means: what happened, what is lost, where
//! to look, what to change, how to see it again.
//!
//! Pure data and the search in it. The facts are AWS's developer guide
//! ("Monitor with CloudWatch Logs", "Data transformation", "Handle delivery
//! failures") and failure records of the real service that people published;
//! [`Evidence`] says which. A code that nothing shows is marked, not left out:
//! who meets it must find that out.

mod evidence;
mod find;
mod http;
mod iceberg;
mod kinesis;
mod lambda_invocation;
mod lambda_response;
mod processing;
mod redshift;
mod s3;
mod splunk;
mod tally;

pub use evidence::Evidence;
pub use find::{closest, exact, find};
pub use tally::Tally;

/// An error code, explained.
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// `errorCode` as AWS writes it; for OpenSearch, which has none of its
    /// own, what it is.
    pub code: &'static str,
    /// What of Firehose it comes from.
    pub family: Family,
    /// `errorMessage` as AWS words it, where that is known.
    pub message: Option<&'static str>,
    /// Other words that lead here: other wordings of the message, other names.
    pub also: &'static [&'static str],
    /// What happened, in a sentence.
    pub happened: &'static str,
    /// How often Firehose tries.
    pub attempts: Attempts,
    /// What fails with it.
    pub scope: Scope,
    /// What is lost, and what is kept where.
    pub lost: &'static str,
    /// What to look at, most telling first.
    pub look: &'static [&'static str],
    /// What to change, most likely first.
    pub change: &'static [&'static str],
    /// Commands that show it again; [`FAILED`], [`EVENT`] and the others are
    /// names of files to put your own for.
    pub again: &'static [&'static str],
    /// How sure all this is.
    pub evidence: Evidence,
}

/// What of Firehose a code comes from, in the order of a record's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The stream or topic that the records are read from.
    Source,
    /// Decompression of CloudWatch Logs before the transform.
    Decompression,
    /// The transform.
    Lambda,
    /// Partition keys.
    DynamicPartitioning,
    /// JSON to Parquet or ORC.
    DataFormatConversion,
    /// Delivery to S3, also of backups and failure objects.
    S3,
    /// Delivery to Redshift.
    Redshift,
    /// Delivery to OpenSearch.
    OpenSearch,
    /// Delivery to Splunk.
    Splunk,
    /// Delivery to an HTTP endpoint.
    HttpEndpoint,
    /// Delivery to Iceberg tables.
    Iceberg,
    /// Delivery to Snowflake.
    Snowflake,
}

impl Family {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Decompression => "decompression",
            Self::Lambda => "lambda",
            Self::DynamicPartitioning => "dynamic-partitioning",
            Self::DataFormatConversion => "data-format-conversion",
            Self::S3 => "s3",
            Self::Redshift => "redshift",
            Self::OpenSearch => "opensearch",
            Self::Splunk => "splunk",
            Self::HttpEndpoint => "http-endpoint",
            Self::Iceberg => "iceberg",
            Self::Snowflake => "snowflake",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Source => "Source of the stream",
            Self::Decompression => "Decompression of CloudWatch Logs",
            Self::Lambda => "Lambda transform",
            Self::DynamicPartitioning => "Dynamic partitioning",
            Self::DataFormatConversion => "Record format conversion",
            Self::S3 => "Delivery to S3",
            Self::Redshift => "Delivery to Redshift",
            Self::OpenSearch => "Delivery to OpenSearch",
            Self::Splunk => "Delivery to Splunk",
            Self::HttpEndpoint => "Delivery to an HTTP endpoint",
            Self::Iceberg => "Delivery to Iceberg tables",
            Self::Snowflake => "Delivery to Snowflake",
        }
    }
}

/// How often Firehose tries before it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// The outcome is final: `attemptsMade` is 1.
    Once,
    /// The call of the transform is repeated: `attemptsMade` is 1 +
    /// `NumberOfRetries`, which is 3 unless it is set (developer guide, "Data
    /// transformation").
    AllRetries,
    /// Writing to S3 goes on for as long as the records are kept.
    UntilStored,
    /// The retry duration of the destination, 0 to 7,200 seconds (API
    /// reference, `RetryOptions`).
    RetryDuration,
    /// Nothing that we know of shows it.
    Unknown,
}

impl Attempts {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::AllRetries => "all-retries",
            Self::UntilStored => "until-stored",
            Self::RetryDuration => "retry-duration",
            Self::Unknown => "unknown",
        }
    }

    /// What that means, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Once => "1. It is final: Firehose does not try these records again.",
            Self::AllRetries => {
                "All of them: 1 and NumberOfRetries more, so attemptsMade is 4 unless the stream \
                 sets it. Each sends the same records with the same ids again, under a new \
                 invocationId."
            }
            Self::UntilStored => "Firehose goes on trying for as long as it keeps the records.",
            Self::RetryDuration => {
                "As many as fit into the retry duration of the destination (0 to 7,200 seconds), \
                 if this is retried at all; attemptsMade of the failure record counts them."
            }
            Self::Unknown => "Not known; attemptsMade of the failure record counts them.",
        }
    }
}

/// What fails with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A record alone.
    Record,
    /// Every record of an invocation of the transform.
    Batch,
    /// What is delivered at once: an object, a request, a COPY.
    Delivery,
    /// Nothing that we know of shows it.
    Unknown,
}

impl Scope {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Batch => "batch",
            Self::Delivery => "delivery",
            Self::Unknown => "unknown",
        }
    }

    /// What that means, for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Record => "This record alone; the others of its batch go on.",
            Self::Batch => "Every record of the batch, also those that were good.",
            Self::Delivery => "All records that were delivered together.",
            Self::Unknown => "Not known: a record alone or all that were delivered with it.",
        }
    }
}

/// Stands for an object from the error prefix.
pub const FAILED: &str = "failed.ndjson";
/// Stands for the error events of the delivery stream's log group, one a line.
pub const ERRORS: &str = "errors.ndjson";
/// Stands for an object that Firehose put into the bucket for Redshift.
pub const STAGED: &str = "staged-object";
/// Stands for a transform event.
pub const EVENT: &str = "event.json";
/// Stands for what the transform answered to it.
pub const RESPONSE: &str = "response.json";

const DECODE: &str = "fh decode failed.ndjson";
const MAKE_EVENT: &str = "fh event --from-failures failed.ndjson > event.json";
const INVOKE: &str = "fh invoke --handler app.handler --event event.json";
const INVOKE_DEPLOYED: &str = "fh invoke --function NAME --event event.json";
const CHECK: &str = "fh check --event event.json --response response.json";
const COUNT: &str = "fh explain - < failed.ndjson";
const COUNT_EVENTS: &str = "fh explain - < errors.ndjson";

/// Every code, family by family.
pub fn all() -> impl Iterator<Item = &'static Explanation> {
    let families: [&'static [Explanation]; 9] = [
        kinesis::ALL,
        lambda_response::ALL,
        lambda_invocation::ALL,
        processing::ALL,
        s3::ALL,
        redshift::ALL,
        http::ALL,
        splunk::ALL,
        iceberg::ALL,
    ];
    families.into_iter().flatten()
}

#[cfg(test)]
mod tests;
