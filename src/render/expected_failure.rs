//! The failure that a response leads to: in a sentence, and in JSON.

use serde::Serialize;

use firehose::errors::{self, ErrorCode, Evidence, Scope};
use firehose::transform::Failure;

/// `the record fails with Lambda.MissingRecordId, attemptsMade 1`.
pub(super) fn in_a_sentence(failure: &Failure, retries: u32) -> String {
    let mut text = clause(&failure.error, retries);
    text.push_str(match failure.error.evidence {
        Evidence::Captured | Evidence::Reproduced => "",
        Evidence::Partial => " (seen in one report, or part of one)",
        Evidence::Documented => " (documented by AWS; no failure record is known)",
        Evidence::Unconfirmed => " (not confirmed)",
    });
    if let Some(other) = &failure.also_observed_as {
        let is_documented = other.evidence == Evidence::Documented;
        text.push_str(if is_documented { "; AWS documents: " } else { "; also seen: " });
        text.push_str(&clause(other, retries));
    }
    text
}

fn clause(error: &ErrorCode, retries: u32) -> String {
    let what = match error.scope {
        Scope::Record => "the record fails",
        Scope::Batch => "the whole batch fails",
        // No rule of a response leads to these.
        Scope::Delivery | Scope::Stream | Scope::Unknown => "delivery fails",
    };
    let attempts = match error.attempts.count(retries) {
        Some(count) => format!("attemptsMade {count}"),
        None => "attempts unknown".to_owned(),
    };
    if errors::exact(error.code).is_none() {
        return format!("{what}, below {}/ in the error output; its code is not known", error.code);
    }
    format!("{what} with {}, {attempts}", error.code)
}

/// A failure in JSON: part of stable schemas.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailureRow {
    pub(super) error_code: &'static str,
    scope: &'static str,
    pub(super) attempts: Option<u32>,
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
            error_code: failure.error.code,
            scope: failure.error.scope.as_str(),
            attempts: failure.error.attempts.count(retries),
            evidence: failure.error.evidence.as_str(),
            error_message: failure.error.message,
            also_seen: failure.also_observed_as.map(|other| AlsoSeen {
                error_code: other.code,
                scope: other.scope.as_str(),
                attempts: other.attempts.count(retries),
            }),
        }
    }
}
