//! How much of what may have failed an answer covers.

use serde::{Deserialize, Serialize};

use super::tally::Tally;
use crate::context;
use crate::error::Outcome;
use crate::terminal;
use crate::times::{self, Clock};
use firehose::failure::{DestinationChange, LeftOut};
use firehose::s3::prefix::Window;

/// How much of what may have failed an answer can cover, by where it was looked
/// for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Coverage {
    /// What arrived later may not be in S3 yet, in milliseconds since 1970;
    /// `None` for files: when they were fetched is unknown.
    pub(super) complete_until: Option<i64>,
    /// The stream wrote elsewhere for a part of the time asked for.
    pub(super) changed: Option<DestinationChange>,
    /// The user named this place as one of failures.
    pub(super) is_named: bool,
    /// Nothing but failures belongs there: below the error prefixes of a stream.
    pub(super) is_of_failures: bool,
    /// Only the hours of the prefix that was given are listed, as if they were in UTC.
    #[serde(default)]
    pub(super) is_in_utc: bool,
    /// How to look at more.
    pub(super) wider: String,
}

/// Longest next step, which may name a bucket.
const LONGEST_STEP: usize = 4096;

impl Coverage {
    /// True if this may have been written by `fh`.
    pub(super) const fn is_possible(&self) -> bool {
        self.wider.len() <= LONGEST_STEP
    }

    /// Why "nothing failed" would not be true of all that was asked for.
    pub(super) fn missing(&self, tally: &Tally, window: Window, clock: &Clock) -> Vec<Missing> {
        let mut missing = Vec::new();
        let mut add = |what: String, next_step: &str| {
            missing.push(Missing { what, next_step: next_step.to_owned() });
        };
        let LeftOut { unknown_stream, not_opened, not_readable, .. } = tally.left_out;
        if not_opened > 0 {
            let objects = terminal::plural(not_opened, "object");
            add(format!("{objects} not opened"), &self.wider);
        }
        if not_readable > 0 {
            let objects = terminal::plural(not_readable, "object");
            let what = format!("{objects} that could not be checked");
            add(what, "limit the search with `--stream` or `--prefix`");
        }
        if unknown_stream > 0 {
            let objects = terminal::plural(unknown_stream, "object");
            let what = format!("{objects} with names that do not show the delivery stream");
            let any_name = if self.is_of_failures {
                &self.wider
            } else {
                "`--bucket NAME --prefix PREFIX` reads objects of any name"
            };
            add(what, any_name);
        }
        let strange =
            if self.is_of_failures { tally.strange_inputs } else { tally.strange_failures };
        if strange > 0 {
            let objects = terminal::plural(strange, "object");
            let names = tally.strange_names.iter().map(|name| format!("`{name}`"));
            let names = names.collect::<Vec<_>>().join(", ");
            let what = format!("{objects} with other data among the failures: {names}");
            add(what, "`fh decode` shows what is inside");
        } else if self.is_named && tally.failed == 0 && tally.strange_inputs > 0 {
            let objects = terminal::plural(tally.strange_inputs, "object");
            let what = format!("{objects} with other data, and none with failures");
            add(what, "check the prefix: `--bucket NAME` alone finds failures by their content");
        }
        if tally.timeless > 0 {
            let records = terminal::plural(tally.timeless, "record");
            let what = format!("{records} without arrivalTimestamp");
            add(what, "without `--since` and `--until` they are shown");
        }
        if let Some(change) = self.changed {
            let at = change.at.map_or_else(String::new, |at| format!(" {}", clock.show(at)));
            let what = format!("the stream may have written elsewhere before it was changed{at}");
            add(what, &format!("use a later `--since`, or {}", self.wider));
        }
        if let Some(until) = self.complete_until
            && let Some(since) = window.since.filter(|since| *since > until)
        {
            let what = "it is too early: records of that time may still be buffered or retried";
            let wait = since.saturating_sub(until);
            let then = context::milliseconds(context::now()).saturating_add(wait);
            let since = times::rfc3339(since).unwrap_or_default();
            let then = clock.show(then);
            let next_step = format!("run it again after {then} with `--since {since}`");
            add(what.to_owned(), &next_step);
        }
        missing
    }
}

/// Where the hours of a prefix are listed.
pub(super) const IN_UTC: &str = "the times in `--prefix` were evaluated in UTC";

/// Why an answer does not cover all that was asked for, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) what: String,
    pub(super) next_step: String,
}

impl Tally {
    /// The outcome. With `--fail-if-any`, nothing found is success only where
    /// everything was looked at.
    pub(super) fn outcome(&self, fail_if_any: bool, missing: &[Missing]) -> Outcome {
        if self.is_unreadable() {
            Outcome::Unreadable
        } else if self.damaged > 0 || fail_if_any && !self.found_nothing() {
            Outcome::Findings
        } else if fail_if_any && !missing.is_empty() {
            Outcome::Unreadable
        } else {
            Outcome::Clean
        }
    }
}
