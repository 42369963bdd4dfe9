//! STS: whose credentials these are.

use std::time::Duration;

use super::call::{Request, rows, text};
use super::error::CallContext;
use super::{Service, Session, is_aws_url};
use ::firehose::names::AccountId;

/// Timeout of the call. Without an answer the caller continues.
const TIMEOUT: Duration = Duration::from_secs(5);

impl Session {
    /// The account that calls of `service` are made in, which needs no right;
    /// none if STS does not answer. An emulator of the service answers for
    /// itself: its accounts are not AWS's.
    pub async fn account(&self, service: Service) -> Option<AccountId> {
        let request = Request::query(Service::Sts, "GetCallerIdentity", &[]).once(TIMEOUT);
        let is_own = self.endpoint(Service::Sts).is_some() || !self.is_emulated(service);
        let request = if is_own { request } else { request.at(service) };
        let call = CallContext {
            doing: "find the account of the credentials".to_owned(),
            thing: "these credentials".to_owned(),
            right: "sts:GetCallerIdentity",
            timeout: TIMEOUT,
        };
        let answer = self.call(request, &call, |response| {
            rows(text(response)?, &["GetCallerIdentityResult"], &["Account"])
        });
        let rows = answer.await.ok()?;
        rows.first()?.get("Account")?.parse().ok()
    }

    /// True if calls of `service` go to an emulator, which has one account as a
    /// rule and may not know ARNs.
    pub fn is_emulated(&self, service: Service) -> bool {
        self.endpoint(service).is_some_and(|url| !is_aws_url(url.as_str()))
    }
}
