//! How many calls of a function run at once, and what the API of Lambda answers about it.

use std::sync::PoisonError;

use hyper::body::Bytes;
use hyper::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::answer::{ApiError, bytes, json};
use super::zip::{MAX_CODE, MAX_ZIP};
use super::{Functions, LocalFunction};
use firehose::names::FunctionName;

/// Calls of a function that run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Concurrency {
    /// Unless it is reserved.
    pub(super) usual: usize,
    /// What `PutFunctionConcurrency` set.
    pub(super) reserved: Option<usize>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Reserved {
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_concurrent_executions: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccountSettings {
    account_limit: AccountLimit,
    account_usage: AccountUsage,
}

/// Sizes are Lambda's (Lambda quotas). Here no function takes calls of another one: the
/// account has what all functions have together.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccountLimit {
    total_code_size: u64,
    code_size_unzipped: u64,
    code_size_zipped: u64,
    concurrent_executions: usize,
    unreserved_concurrent_executions: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccountUsage {
    total_code_size: u64,
    function_count: usize,
}

impl Concurrency {
    pub(super) const fn usual(usual: usize) -> Self {
        Self { usual, reserved: None }
    }

    pub(super) fn calls(self) -> usize {
        self.reserved.unwrap_or(self.usual)
    }
}

impl LocalFunction {
    pub(super) fn concurrency(&self) -> Concurrency {
        *self.concurrency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve(&self, reserved: Option<usize>) {
        let mut concurrency = self.concurrency.lock().unwrap_or_else(PoisonError::into_inner);
        concurrency.reserved = reserved;
        self.pool.set_concurrency(concurrency.calls());
    }
}

impl Functions {
    /// `GetFunctionConcurrency`, `PutFunctionConcurrency`, `DeleteFunctionConcurrency`.
    pub(super) async fn concurrency(
        &self,
        name: &FunctionName,
        method: &Method,
        body: &[u8],
    ) -> Result<Response<Bytes>, ApiError> {
        let _alone = self.change.lock().await;
        let function = self.get(name)?;
        if method == Method::DELETE {
            function.reserve(None);
            return Ok(bytes(StatusCode::NO_CONTENT, Vec::new()));
        }
        if method == Method::PUT {
            let input: Reserved =
                serde_json::from_slice(body).map_err(|error| ApiError::bad_content(&error))?;
            function.reserve(Some(input.reserved_concurrent_executions.unwrap_or_default()));
        }
        let reserved_concurrent_executions = function.concurrency().reserved;
        Ok(json(StatusCode::OK, &Reserved { reserved_concurrent_executions }))
    }

    /// `GetAccountSettings`.
    pub(super) fn account_settings(&self) -> Response<Bytes> {
        let named = self.named();
        let all = || named.values().map(|it| it.concurrency());
        let archives = named.values().filter_map(|it| it.config.archive.as_ref());
        let account_limit = AccountLimit {
            total_code_size: 75 << 30,
            code_size_unzipped: MAX_CODE,
            code_size_zipped: MAX_ZIP as u64,
            concurrent_executions: all().map(Concurrency::calls).sum(),
            unreserved_concurrent_executions: all()
                .filter(|it| it.reserved.is_none())
                .map(Concurrency::calls)
                .sum(),
        };
        let account_usage = AccountUsage {
            total_code_size: archives.map(|it| it.size_and_sha256().0).sum(),
            function_count: named.len(),
        };
        json(StatusCode::OK, &AccountSettings { account_limit, account_usage })
    }
}
