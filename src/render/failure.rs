//! How a failure is told: in a sentence, and in JSON.

use serde::Serialize;

use firehose::transform::{Attempts, Evidence, Failure, Scope};

/// `the record fails with Lambda.MissingRecordId, attemptsMade 1`.
pub(super) fn in_a_sentence(failure: &Failure, retries: u32) -> String {
    let mut text = consequence(failure.code, failure.scope, failure.attempts, retries);
    if let Some((code, scope, attempts)) = failure.also_seen {
        text.push_str("; also seen: ");
        text.push_str(&consequence(code, scope, attempts, retries));
    }
    text.push_str(match failure.evidence {
        Evidence::Captured => "",
        Evidence::Partial => " (one report shows this, or a part of it)",
        Evidence::Documented => " (named by AWS, we know of no failure record)",
        Evidence::Unconfirmed => " (not confirmed)",
    });
    text
}

fn consequence(code: &str, scope: Scope, attempts: Attempts, retries: u32) -> String {
    let what = match scope {
        Scope::Record => "the record fails",
        Scope::Batch => "the whole batch fails",
    };
    let attempts = match attempts.count(retries) {
        Some(count) => format!("attemptsMade {count}"),
        None => "after how many attempts is not known".to_owned(),
    };
    format!("{what} with {code}, {attempts}")
}

/// A failure in JSON: part of stable schemas.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailureRow {
    error_code: &'static str,
    scope: &'static str,
    attempts: Option<u32>,
    evidence: &'static str,
    error_message: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    also_seen: Option<AlsoSeen>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AlsoSeen {
    error_code: &'static str,
    scope: &'static str,
    attempts: Option<u32>,
}

impl FailureRow {
    pub(super) fn new(failure: &Failure, retries: u32) -> Self {
        Self {
            error_code: failure.code,
            scope: failure.scope.as_str(),
            attempts: failure.attempts.count(retries),
            evidence: failure.evidence.as_str(),
            error_message: failure.message,
            also_seen: failure.also_seen.map(|(error_code, scope, attempts)| AlsoSeen {
                error_code,
                scope: scope.as_str(),
                attempts: attempts.count(retries),
            }),
        }
    }
}
