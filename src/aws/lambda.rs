//! AWS Lambda: one call of a deployed function.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LogType};
use base64::Engine as _;

use super::Access;
use super::error::{Call, explain};
use crate::error::Error;
use crate::firehose::limits::MAX_FUNCTION_TIMEOUT;

/// What Lambda needs beyond the function's own time: placing it, starting it.
const BESIDE: Duration = Duration::from_secs(30);

/// A deployed function that can be called.
#[derive(Debug)]
pub struct Deployed {
    client: aws_sdk_lambda::Client,
    call: Call,
    /// Name, ARN, version or alias.
    function: String,
}

/// What a deployed function answered.
#[derive(Debug)]
pub struct Reply {
    /// The response, or Lambda's description of the error.
    pub payload: Vec<u8>,
    /// `Handled` or `Unhandled`, if the function failed.
    pub function_error: Option<String>,
    /// The end of the log of this call, at most 4 KB.
    pub log_tail: Vec<u8>,
    /// The version that ran: `$LATEST` or a number.
    pub version: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
}

impl Deployed {
    /// Finds out how to call `function`: a name, a partial or whole ARN, each
    /// also with a version or an alias. A whole ARN names its Region.
    pub async fn find(access: &Access, function: &str) -> Result<Self, Error> {
        let region = region_of(function).filter(|_| access.region.is_none());
        let config = access.config(region).await?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_timeout(MAX_FUNCTION_TIMEOUT + BESIDE)
            .build();
        let client = aws_sdk_lambda::Client::from_conf(
            aws_sdk_lambda::config::Builder::from(&config)
                // A call is not to be repeated, and a function that thinks is no
                // stalled stream.
                .retry_config(RetryConfig::disabled())
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .timeout_config(timeouts)
                .build(),
        );
        let call = Call {
            action: "lambda:InvokeFunction",
            on: format!("function `{function}`"),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            endpoint: config.endpoint_url().map(ToOwned::to_owned),
            profile: access.profile.clone(),
        };
        Ok(Self { client, call, function: function.to_owned() })
    }

    /// Calls it once, and waits for its answer.
    pub async fn invoke(&self, event: &[u8]) -> Result<Reply, Error> {
        let request = self
            .client
            .invoke()
            .function_name(&self.function)
            .invocation_type(InvocationType::RequestResponse)
            .log_type(LogType::Tail)
            .payload(Blob::new(event));
        let output = request.send().await.map_err(|error| explain(&error, &self.call))?;
        let log_tail = output.log_result().unwrap_or_default();
        let log_tail = base64::engine::general_purpose::STANDARD.decode(log_tail);
        Ok(Reply {
            request_id: output.request_id().map(ToOwned::to_owned),
            version: output.executed_version().map(ToOwned::to_owned),
            function_error: output.function_error().map(ToOwned::to_owned),
            log_tail: log_tail.unwrap_or_default(),
            payload: output.payload.map(Blob::into_inner).unwrap_or_default(),
        })
    }
}

/// The Region of a whole ARN: `arn:aws:lambda:eu-west-1:…`.
fn region_of(function: &str) -> Option<&str> {
    let mut parts = function.split(':');
    let is_arn = parts.next() == Some("arn") && parts.nth(1) == Some("lambda");
    parts.next().filter(|region| is_arn && !region.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_arn_names_its_region() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders:live";
        assert_eq!(region_of(arn), Some("eu-west-1"));
        assert_eq!(region_of("111122223333:function:orders"), None);
        assert_eq!(region_of("orders:live"), None);
    }
}
