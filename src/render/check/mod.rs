//! What Firehose would make of a transform response, and the rules it is checked
//! against.

mod report;
mod rows;
mod rules;
mod text;

pub(super) use rows::CheckDocument;
pub use rules::RuleList;

use firehose::transform::{CheckResult, TransformEvent};

/// A checked response and what it is about.
#[derive(Debug, Clone, Copy)]
pub struct CheckedResponse<'a> {
    /// Name of the event.
    pub event: &'a str,
    /// The event itself.
    pub sent: &'a TransformEvent<'a>,
    /// Of a call with some of its records: which, from 0.
    pub part: Option<&'a [usize]>,
    /// Name of the response.
    pub response: &'a str,
    /// `NumberOfRetries` of the transform.
    pub retries: u32,
    /// What Firehose would make of it.
    pub result: &'a CheckResult,
}
