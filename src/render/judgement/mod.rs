//! Views of what Firehose would make of a transform response.

mod rows;
mod rules;
mod table;
mod text;

pub use rows::{push_document, push_lines};
pub use rules::{push_rules_document, push_rules_lines, push_rules_table, push_rules_text};
pub use table::push_table;
pub use text::push_text;

use crate::firehose::transform::{Attempts, Failure, Judgement, Scope};

/// A judgement and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Name of the event.
    pub event: &'a str,
    /// Name of the response.
    pub response: &'a str,
    /// `NumberOfRetries` of the transform.
    pub retries: u32,
    /// What Firehose would make of it.
    pub judgement: &'a Judgement,
}

/// `fails this record with Lambda.MissingRecordId, attemptsMade 1`.
fn outcome(failure: &Failure, retries: u32) -> String {
    let mut text = consequence(failure.code, failure.scope, failure.attempts, retries);
    if let Some((code, scope, attempts)) = failure.also_seen {
        text.push_str("; also seen: ");
        text.push_str(&consequence(code, scope, attempts, retries));
    }
    text
}

fn consequence(code: &str, scope: Scope, attempts: Attempts, retries: u32) -> String {
    let what = match scope {
        Scope::Record => "the record fails",
        Scope::Batch => "the whole batch fails",
    };
    let attempts = match attempts.count(retries) {
        Some(count) => format!("attemptsMade {count}"),
        None => "attemptsMade not known".to_owned(),
    };
    format!("{what} with {code}, {attempts}")
}
