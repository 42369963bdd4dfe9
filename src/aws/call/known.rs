//! Calls whose failure is an answer too: facts for a diagnosis.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use firehose::known::Known;

use super::{CallError, Request};
use crate::aws::Session;
use crate::aws::error::CallContext;

/// Codes of what does not exist (the errors of the operations in their API
/// references).
const MISSING: [&str; 7] = [
    "ResourceNotFoundException",
    "NoSuchEntity",
    "NotFoundException",
    "EntityNotFoundException",
    "NoSuchBucket",
    "ServerSideEncryptionConfigurationNotFoundError",
    "ObjectLockConfigurationNotFoundError",
];

impl Session {
    /// Makes a call that asks for a fact about `thing`, such as "role `orders`".
    pub(in crate::aws) async fn fact<T>(
        &self,
        request: Request,
        right: &'static str,
        thing: &str,
        read: fn(&HttpResponse) -> Option<T>,
    ) -> Known<T>
    where
        T: fmt::Debug + Send + Sync + 'static,
    {
        let context = fact_context(right, thing);
        // Facts are asked for side by side: what one saw is not for another's message.
        let own = self.with_config(self.config.clone());
        match own.call(request, &context, read).await {
            Ok(fact) => Known::Yes(fact),
            Err(error) => error.known(right),
        }
    }
}

/// The context of a call that asks for a fact.
pub(in crate::aws) fn fact_context(right: &'static str, thing: &str) -> CallContext {
    CallContext::new(format!("look at {thing}"), thing.to_owned(), right)
}

impl CallError {
    /// What it says about the fact that was asked for.
    pub(in crate::aws) fn known<T>(self, right: &'static str) -> Known<T> {
        match self.code.as_deref() {
            Some(code) if MISSING.contains(&code) => Known::No,
            Some(code) if code.starts_with("AccessDenied") || code == "UnauthorizedOperation" => {
                Known::Denied { right }
            }
            _ => Known::Failed(self.error.to_string()),
        }
    }
}
