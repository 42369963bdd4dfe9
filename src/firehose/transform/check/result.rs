//! What comes of a check: verdicts, violations, sizes.

use super::{JsonValues, LogEvents};
use crate::decode::Severity;
use crate::limits::{DEFAULT_RETRIES, DEFAULT_TRANSFORM_BUFFER, MAX_INVOCATION_PAYLOAD};
use crate::transform::fate::Fate;
use crate::transform::invocation::HandlerStyle;
use crate::transform::rule::Rule;

/// What is known of the delivery stream.
#[derive(Debug, Clone)]
pub struct CheckSettings {
    /// `NumberOfRetries` of the transform.
    pub retries: u32,
    /// `BufferSizeInMBs` of the transform, in bytes.
    pub buffer: u64,
    /// Partition keys that every record must have; where some are given, no
    /// others are looked at.
    pub partition_keys: Vec<String>,
    /// The destination is Iceberg tables.
    pub is_iceberg: bool,
    /// Rules that are left out; see [`Rule::can_be_ignored`].
    pub ignored: Vec<Rule>,
    /// How the handler answered, where that is known.
    pub style: Option<HandlerStyle>,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self {
            retries: DEFAULT_RETRIES,
            buffer: DEFAULT_TRANSFORM_BUFFER,
            partition_keys: Vec::new(),
            is_iceberg: false,
            ignored: Vec::new(),
            style: None,
        }
    }
}

/// What Firehose would make of a response.
#[derive(Debug)]
pub struct CheckResult {
    /// A verdict for each record of the event, in its order.
    pub verdicts: Vec<Verdict>,
    /// Data of the response that reaches nothing, in the order of the response.
    pub lost: Vec<LostData>,
    /// What is wrong or odd, in the order of the response.
    pub violations: Vec<Violation>,
    /// Broken rules that are not listed, for there are more than anybody reads.
    pub omitted: Omitted,
    /// How large everything is.
    pub sizes: Sizes,
    /// What becomes of log events; `None` unless every record is an envelope of a
    /// CloudWatch Logs subscription.
    pub log_events: Option<LogEvents>,
    /// What becomes of JSON values; `None` unless records of JSON hold several.
    pub json_values: Option<JsonValues>,
    /// The response is nested deeper than is read here, so nothing above says
    /// anything about it.
    pub is_too_deep: bool,
}

/// How many broken rules are not listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Omitted {
    /// Errors beyond the limit.
    pub errors: usize,
    /// Warnings beyond the limit.
    pub warnings: usize,
}

impl CheckResult {
    /// True if records fail or are lost.
    pub fn has_errors(&self) -> bool {
        self.worst() == Some(Severity::Error)
    }

    /// How bad the worst of the broken rules is; `None` if none is broken.
    pub fn worst(&self) -> Option<Severity> {
        let omitted =
            [(self.omitted.errors, Severity::Error), (self.omitted.warnings, Severity::Warning)];
        let omitted = omitted.into_iter().filter(|(count, _)| *count > 0).map(|(_, it)| it);
        self.violations.iter().map(|violation| violation.rule.severity()).chain(omitted).max()
    }

    /// How many records have each fate.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for verdict in &self.verdicts {
            match verdict.fate {
                Fate::Delivered => counts.delivered += 1,
                Fate::Dropped => counts.dropped += 1,
                Fate::Failed(_) => counts.failed += 1,
            }
        }
        counts
    }
}

/// Records of the event by their fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records that are delivered to the destination.
    pub delivered: usize,
    /// Records left out as the transform asked.
    pub dropped: usize,
    /// Records that end in the error output.
    pub failed: usize,
}

/// What becomes of a record of the event.
#[derive(Debug)]
pub struct Verdict {
    /// As the event has it.
    pub record_id: String,
    /// Place in the event, from 0.
    pub event_index: usize,
    /// Place in the response, from 0; `None` if it was not returned.
    pub response_index: Option<usize>,
    /// What becomes of it.
    pub fate: Fate,
    /// Bytes of the payload in the event.
    pub bytes_in: usize,
    /// Bytes of the payload in the response, where it can be decoded.
    pub bytes_out: Option<usize>,
}

/// Data of the response that matches no record of the event: it is not
/// delivered, it does not fail, nothing is logged.
#[derive(Debug)]
pub struct LostData {
    /// The `recordId` that it was returned with, if it is a string. Untrusted text.
    pub record_id: Option<String>,
    /// Place in the response, from 0.
    pub response_index: usize,
}

impl LostData {
    /// The name of its fate in JSON and text.
    pub const FATE: &str = "silently-lost";
}

/// A rule that is broken at one place.
#[derive(Debug)]
pub struct Violation {
    /// The rule, with its severity and consequence.
    pub rule: Rule,
    /// The record, if it is about one. Untrusted text.
    pub record_id: Option<String>,
    /// Place in the event of the record that it is about, from 0.
    pub event_index: Option<usize>,
    /// JSON pointer into the response (RFC 6901); empty for the whole.
    pub pointer: String,
    /// What was found. Untrusted text may be quoted in it.
    pub message: String,
    /// What to change here, where the rule's own advice can be bettered.
    pub hint: Option<String>,
}

/// Sizes in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sizes {
    /// The event, as Lambda counts the request.
    pub event: usize,
    /// The response.
    pub response: usize,
    /// Payloads of all records of the event.
    pub payloads_in: usize,
    /// Payloads of the records that are delivered.
    pub payloads_out: usize,
}

impl Sizes {
    /// How much larger the response is than the event.
    pub fn growth(&self) -> f64 {
        ratio(self.response, self.event)
    }

    /// Bytes of the response to the fullest event of a stream with this
    /// transform buffer. The buffer counts payloads, and the event has a limit
    /// of its own.
    pub(super) fn at_full_buffer(&self, buffer: u64) -> f64 {
        let limit = as_f64(MAX_INVOCATION_PAYLOAD) * self.growth();
        let buffer = usize::try_from(buffer).map_or(f64::MAX, as_f64);
        (buffer * ratio(self.response, self.payloads_in)).min(limit)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { as_f64(part) / as_f64(whole) }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
pub(super) fn as_f64(count: usize) -> f64 {
    count as f64
}
