//! STS: whose credentials these are.

use std::time::Duration;

use aws_sdk_sts::config;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;

use super::{Service, Session, is_aws_url};
use ::firehose::names::AccountId;

/// Timeout of the call. Without an answer the caller continues.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Session {
    /// The account that calls of `service` are made in, which needs no right;
    /// none if STS does not answer. An emulator of the service answers for
    /// itself: its accounts are not AWS's.
    pub async fn account(&self, service: Service) -> Option<AccountId> {
        let timeouts = TimeoutConfig::builder().operation_timeout(TIMEOUT).build();
        let mut config = config::Builder::from(&self.config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts);
        let of_emulator = || self.endpoint_url(service).filter(|_| self.is_emulated(service));
        config.set_endpoint_url(self.endpoint_url(Service::Sts).or_else(of_emulator));
        let client = aws_sdk_sts::Client::from_conf(config.build());
        client.get_caller_identity().send().await.ok()?.account?.parse().ok()
    }

    /// True if calls of `service` go to an emulator, which has one account as a
    /// rule and may not know ARNs.
    pub fn is_emulated(&self, service: Service) -> bool {
        self.endpoint(service).is_some_and(|url| !is_aws_url(url.as_str()))
    }
}
