//! STS: whose credentials these are.

use std::time::Duration;

use aws_sdk_sts::config;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;

use super::Session;
use super::error::is_aws;

/// How long the answer is waited for: what it is asked for goes on without it.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Session {
    /// The account of the credentials, which needs no right; none if STS does
    /// not answer.
    pub async fn account(&self) -> Option<String> {
        let timeouts = TimeoutConfig::builder().operation_timeout(TIMEOUT).build();
        let config = config::Builder::from(&self.config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .build();
        let client = aws_sdk_sts::Client::from_conf(config);
        client.get_caller_identity().send().await.ok()?.account
    }

    /// True if all calls go to an emulator, which has one account as a rule and
    /// may not know ARNs of log groups.
    pub fn is_emulated(&self) -> bool {
        let url = self.config.endpoint_url().and_then(|url| url.parse::<hyper::Uri>().ok());
        url.is_some_and(|url| url.host().is_some_and(|host| !is_aws(host)))
    }
}
