//! The pages of `fh explain`, a file for each destination or step.
//!
//! What the codes of a file have in common, such as what is lost, is written once,
//! as a page that the others start from. Facts are those of AWS's developer guide
//! of November 2026 ("Monitor Amazon Data Firehose using CloudWatch Logs" unless a
//! file names another page) and of failure records that people published;
//! [`Evidence`](super::Evidence) says which. `errorMessage` is quoted as AWS words
//! it, the rest is ours.

mod conversion;
mod direct_put;
mod function;
mod http;
mod iceberg;
mod kinesis;
mod lambda;
mod opensearch;
mod processing;
mod redshift;
mod s3;
mod snowflake;
mod splunk;

use std::sync::LazyLock;

use super::code::unconfirmed;
use super::{Attempts, Case, Explanation, Family, Scope};

pub(super) use function::{EXCEPTION, KEY_ERROR, KEY_ERROR_OF_ENVIRON, SDK_V2};
pub(super) use opensearch::HTTP_STATUS;

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
/// Makes the event again that failed.
const MAKE_EVENT: &str = "fh event --from-failures failed.ndjson > event.json";
const INVOKE: &str = "fh invoke --handler FILE.FUNCTION --event event.json";
const ISOLATE: &str = "fh invoke --isolate --handler FILE.FUNCTION --event event.json";
const INVOKE_DEPLOYED: &str = "fh invoke --function NAME --event event.json";
/// Finds what a role may not do and what does not exist.
pub const DOCTOR: &str = "fh doctor --stream STREAM";
const CHECK: &str = "fh check --event event.json --response response.json";
const COUNT: &str = "fh explain - < failed.ndjson";
const COUNT_EVENTS: &str = "fh explain - < errors.ndjson";

/// What is to be done where Firehose may not assume a role, whichever.
const TRUST_FIREHOSE: &str = "Let the role's trust policy allow sts:AssumeRole to \
                              firehose.amazonaws.com. If it has a condition on sts:ExternalId, \
                              the value must be your account ID.";
/// What helps against errors that come and go.
const RETRY_LONGER: &str =
    "If it comes and goes, raise the retry duration of the destination (RetryOptions).";

/// What the other pages start from.
const BLANK: Explanation = Explanation {
    error: unconfirmed("", Attempts::Unknown, Scope::Unknown),
    family: Family::Source,
    also: &[],
    happened: "",
    lost: "",
    look: &[],
    cases: &[],
    cases_are_whole: false,
    change: &[],
    again: &[],
};

const fn case(message: &'static str, means: &'static str) -> Case {
    Case { message, means, is_refused: false }
}

/// Every page, family by family, codes in alphabetical order.
pub fn all() -> impl Iterator<Item = &'static Explanation> {
    static SORTED: LazyLock<Vec<&'static Explanation>> = LazyLock::new(|| {
        let mut pages: Vec<_> = FILES.iter().copied().flatten().collect();
        pages.sort_by_key(|it| (it.family, it.error.code.to_ascii_lowercase()));
        pages
    });
    SORTED.iter().copied()
}

const FILES: [&[Explanation]; 25] = [
    kinesis::ALL,
    direct_put::ALL,
    lambda::RESPONSE,
    lambda::INVOCATION,
    lambda::SERVICE,
    function::ALL,
    function::ACCESS,
    function::BASE64,
    function::DISK,
    function::KEYS,
    function::LOAD,
    function::NETWORK,
    function::PUT,
    function::VALUES,
    processing::ALL,
    conversion::GLUE,
    conversion::DATA,
    s3::ALL,
    redshift::COPY,
    redshift::CLUSTER,
    opensearch::ALL,
    http::ALL,
    splunk::ALL,
    iceberg::ALL,
    snowflake::ALL,
];
