//! AWS on this machine, with its own APIs and with faults on purpose.
//!
//! ```text
//! loopback ─▶ gateway ─▶ route ─┬▶ s3     objects as files
//!                               ├▶ Api    a service each
//!                               └▶ Control and its page: what happens here
//! ```

pub mod aws;
pub mod cloudwatch_logs;
mod control;
pub mod faults;
pub mod firehose_api;
mod form;
pub mod gateway;
pub mod history;
pub mod identity;
pub mod journal;
pub mod jq;
pub mod kms;
pub mod lambda;
pub mod log_writer;
pub mod metrics;
mod page;
mod policy;
pub mod record;
pub mod refusal;
pub mod route;
pub mod s3;
pub mod saved;
pub mod streams;

pub use crate::function::ACCOUNT;

/// The environment variables that lead the AWS CLI and SDKs to an `fh local` at `url`.
/// They need keys, which nothing checks.
pub fn environment(url: &str, region: &str) -> [(&'static str, String); 6] {
    [
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]
}

/// The id of every request: there is no log to look it up in.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// The type of most bodies.
const JSON_1_1: &str = "application/x-amz-json-1.1";
