//! Views of what Firehose would make of a transform response.

mod report;
mod rows;
mod rules;
mod text;

pub use report::push_table;
pub(crate) use rows::Document;
pub use rows::{push_document, push_lines};
pub use rules::{push_rules_document, push_rules_lines, push_rules_table, push_rules_text};
pub use text::push_text;

use firehose::transform::CheckResult;

/// A judgement and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct CheckedResponse<'a> {
    /// Name of the event.
    pub event: &'a str,
    /// Name of the response.
    pub response: &'a str,
    /// `NumberOfRetries` of the transform.
    pub retries: u32,
    /// What Firehose would make of it.
    pub judgement: &'a CheckResult,
}
