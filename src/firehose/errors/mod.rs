//! What every error code of Firehose means: what happened, what is lost, where
//! to look, what to change, how to see it again.
//!
//! Pure data and the search in it. `code.rs` is the table of the codes: name,
//! attempts, scope, evidence and AWS's message stand there and nowhere else. The
//! pages, a file a destination, add the prose. The facts are AWS's developer guide
//! ("Monitor with CloudWatch Logs", "Data transformation", "Handle delivery
//! failures") and failure records of the real service that people published;
//! [`Evidence`] says which. A code that nothing shows is marked, not left out:
//! who meets it must find that out.

mod attempts;
pub(crate) mod code;
mod evidence;
mod find;
mod http;
mod iceberg;
mod kinesis;
mod lambda_invocation;
mod lambda_response;
mod opensearch;
mod processing;
mod redshift;
mod s3;
mod scope;
mod snowflake;
mod splunk;
mod tally;

pub use attempts::Attempts;
pub use code::ErrorCode;
pub use evidence::Evidence;
pub use find::{closest, exact, find};
pub use scope::Scope;
pub use tally::CodeCounts;

/// An error code, explained.
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// `errorCode`, from the table in `code.rs` like the facts about it.
    pub code: &'static str,
    /// How often Firehose tries.
    pub attempts: Attempts,
    /// What fails with it.
    pub scope: Scope,
    /// How sure all this is.
    pub evidence: Evidence,
    /// `errorMessage` as AWS words it, where that is known.
    pub message: Option<&'static str>,
    /// What of Firehose it comes from.
    pub family: Family,
    /// Other words that lead here: other wordings of the message, other names.
    pub also: &'static [&'static str],
    /// What happened, in a sentence.
    pub happened: &'static str,
    /// What is lost, and what is kept where.
    pub lost: &'static str,
    /// What to look at, most telling first.
    pub look: &'static [&'static str],
    /// What to change, most likely first.
    pub change: &'static [&'static str],
    /// Commands that show it again; [`FAILED`], [`EVENT`] and the others are
    /// names of files to put your own for.
    pub again: &'static [&'static str],
}

/// What the pages start from: their facts come from the table.
const BLANK: Explanation = Explanation {
    code: "",
    attempts: Attempts::Unknown,
    scope: Scope::Unknown,
    evidence: Evidence::Unconfirmed,
    message: None,
    family: Family::Source,
    also: &[],
    happened: "",
    lost: "",
    look: &[],
    change: &[],
    again: &[],
};

impl ErrorCode {
    /// The page of this code: what `page` says, with the facts of the table.
    const fn explained(self, page: Explanation) -> Explanation {
        let Self { code, attempts, scope, evidence, message } = self;
        Explanation { code, attempts, scope, evidence, message, ..page }
    }
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
    let families: [&'static [Explanation]; 11] = [
        kinesis::ALL,
        lambda_response::ALL,
        lambda_invocation::ALL,
        processing::ALL,
        s3::ALL,
        redshift::ALL,
        opensearch::ALL,
        http::ALL,
        splunk::ALL,
        iceberg::ALL,
        snowflake::ALL,
    ];
    families.into_iter().flatten()
}

#[cfg(test)]
mod tests;
