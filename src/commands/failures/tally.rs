//! What came of all the inputs, besides the failures.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::context::{self, Context};
use crate::error::{Error, ErrorKind, Outcome};
use crate::render::left_out;
use crate::terminal;
use crate::times::{self, Clock};
use firehose::failure::{DestinationChange, FailureRecord, LeftOut, MAX_COUNT, names_a_type};
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
    /// How to look at more.
    pub(super) wider: String,
}

impl Coverage {
    /// True if this may have been written by `fh`.
    pub(super) const fn is_possible(&self) -> bool {
        self.wider.len() <= LONGEST_STEP
    }
}

/// Why an answer does not cover all that was asked for, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) what: String,
    pub(super) next_step: String,
}

/// What was found, counted.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tally {
    /// Objects and files that were not read on purpose.
    pub(super) left_out: LeftOut,
    /// Inputs that were read.
    pub(super) inputs: u64,
    /// Failure records, wanted or not.
    pub(super) failed: u64,
    /// Those that are wanted.
    pub(super) wanted: u64,
    /// A record has one of the codes that are wanted.
    pub(super) has_code: bool,
    /// Some codes of records that are not wanted for their code.
    other_codes: BTreeSet<String>,
    /// Those without a time, where one was asked for.
    pub(super) timeless: u64,
    /// Records that are damaged, and inputs.
    pub(super) damaged: u64,
    /// Inputs with something else in them, and some of their names.
    pub(super) strange_inputs: u64,
    pub(super) strange_names: BTreeSet<String>,
    /// Those of which a key names a type of failure.
    pub(super) strange_failures: u64,
    /// Records and other things that were found in all the inputs.
    pub(super) things: u64,
    /// Manifests of Redshift, and the objects that they name.
    pub(super) manifests: u64,
    pub(super) manifest_entries: u64,
    /// An input could not be read.
    pub(super) unreadable: bool,
    /// Objects that were saved, in this run and before.
    pub(super) saved: u64,
    pub(super) saved_before: u64,
    /// Objects that could not be had, by why.
    pub(super) gaps: BTreeMap<String, u64>,
    /// Payloads that were written, where to, and those that are not base64.
    #[serde(skip)]
    pub(super) extracted: Option<(u64, String, u64)>,
    /// No more were wanted than were found.
    pub(super) is_cut: bool,
}

/// Names of inputs that are kept.
const MAX_NAMES: usize = 3;
/// Codes that are kept, and their characters.
const MAX_CODES: usize = 5;
const LONGEST_CODE: usize = 80;
/// Reasons why objects cannot be had, and their characters.
const MAX_WHYS: usize = 16;
const LONGEST_WHY: usize = 40;
/// Longest next step, which may name a bucket.
const LONGEST_STEP: usize = 4096;

/// Keeps the first of some texts in alphabetical order: whichever come first, they are
/// the same.
fn keep_least(texts: &mut BTreeSet<String>, text: String, most: usize) {
    texts.insert(text);
    if texts.len() > most {
        texts.pop_last();
    }
}

impl Tally {
    /// Counts an input without a failure record; `key` is that of its object.
    pub(super) fn strange(&mut self, name: &str, key: Option<&str>) {
        self.strange_inputs += 1;
        self.strange_failures += u64::from(key.is_some_and(names_a_type));
        keep_least(&mut self.strange_names, name.to_owned(), MAX_NAMES);
    }

    /// Keeps the code of a record that is not wanted for it.
    pub(super) fn add_other_code(&mut self, record: &FailureRecord<'_>) {
        if let Some(code) = record.code {
            keep_least(&mut self.other_codes, code.text_up_to(LONGEST_CODE), MAX_CODES);
        }
    }

    /// Keeps the code of records that are not wanted, for their code or for another
    /// reason.
    pub(super) fn add_unwanted(&mut self, code: &str, is_wanted_code: bool) {
        if is_wanted_code {
            self.has_code = true;
        } else {
            let code = code.chars().take(LONGEST_CODE).collect();
            keep_least(&mut self.other_codes, code, MAX_CODES);
        }
    }

    /// Adds what was found in other inputs. The result is that of one that has read
    /// all of them, in any order.
    pub(super) fn merge(&mut self, other: Self) {
        self.left_out.extend(other.left_out);
        for (count, more) in [
            (&mut self.inputs, other.inputs),
            (&mut self.failed, other.failed),
            (&mut self.wanted, other.wanted),
            (&mut self.timeless, other.timeless),
            (&mut self.damaged, other.damaged),
            (&mut self.strange_inputs, other.strange_inputs),
            (&mut self.strange_failures, other.strange_failures),
            (&mut self.things, other.things),
            (&mut self.manifests, other.manifests),
            (&mut self.manifest_entries, other.manifest_entries),
        ] {
            *count = count.saturating_add(more);
        }
        self.has_code |= other.has_code;
        self.unreadable |= other.unreadable;
        for code in other.other_codes {
            keep_least(&mut self.other_codes, code, MAX_CODES);
        }
        for name in other.strange_names {
            keep_least(&mut self.strange_names, name, MAX_NAMES);
        }
        for (why, count) in other.gaps {
            let all = self.gaps.entry(why).or_default();
            *all = all.saturating_add(count);
        }
    }

    /// True if this may have come of reading: no number is so large that a sum could
    /// overflow, and no list longer than those that are kept.
    pub(super) fn is_possible(&self) -> bool {
        let LeftOut { other_streams, unknown_stream, other_data, not_opened, not_readable } =
            self.left_out;
        let counts = [
            other_streams,
            unknown_stream,
            other_data,
            not_opened,
            not_readable,
            self.inputs,
            self.failed,
            self.wanted,
            self.timeless,
            self.damaged,
            self.strange_inputs,
            self.strange_failures,
            self.things,
            self.manifests,
            self.manifest_entries,
        ];
        let is_word = |it: &str| it.len() <= LONGEST_WHY;
        counts.iter().chain(self.gaps.values()).all(|count| *count <= MAX_COUNT)
            && self.strange_names.len() <= MAX_NAMES
            && self.other_codes.len() <= MAX_CODES
            && self.gaps.len() <= MAX_WHYS
            && self.gaps.keys().all(|why| is_word(why))
            && (self.saved, self.saved_before) == (0, 0)
            && !self.is_cut
    }

    /// Which codes the records have, if none has one that is wanted.
    fn codes_there(&self) -> Option<String> {
        if self.has_code || self.other_codes.is_empty() {
            return None;
        }
        let codes = self
            .other_codes
            .iter()
            .map(|code| format!("`{}`", terminal::escape_line(code.as_bytes())));
        Some(format!("codes of these records: {}", codes.collect::<Vec<_>>().join(", ")))
    }

    /// Why not everything was read, for the report.
    pub(super) fn incomplete(&self, error: &Error) -> String {
        let inputs = terminal::plural(self.inputs, "input");
        match error.kind() {
            ErrorKind::Interrupted => format!("interrupted while reading; {inputs} so far"),
            _ => format!("reading ended early; {inputs} so far"),
        }
    }

    /// Says how many payloads were written.
    pub(super) fn report_extracted(&self, context: &Context) {
        let Some((written, folder, damaged)) = &self.extracted else { return };
        let payloads = terminal::plural(*written, "payload");
        let damaged = match damaged {
            0 => String::new(),
            damaged => format!(", {} not written: damaged base64", terminal::group(*damaged)),
        };
        context.info(&format!("fh: {payloads} written to {folder}{damaged}"));
    }

    /// Tells what the report does not say. An error if nothing in the inputs
    /// is what the user called them, unless they may hold others. `doctor` is the command
    /// that shows what a delivery stream leaves no failure record of.
    pub(super) fn report(
        &self,
        may_hold_others: bool,
        missing: &[Missing],
        doctor: Option<&str>,
        context: &Context,
    ) -> Result<(), Error> {
        self.report_gaps_and_manifests(context);
        if self.timeless > 0 {
            let records = terminal::plural(self.timeless, "record");
            context.info(&format!("fh: {records} without arrivalTimestamp left out"));
        }
        let is_nothing = self.failed + self.damaged == 0 && !self.is_unreadable();
        if is_nothing && self.strange_inputs > 0 && !may_hold_others {
            return Err(Error::user("no failure records in the input").hint(
                "failure objects have `rawData` and an error code; `fh decode` shows what else it is",
            ));
        }
        if self.strange_inputs > 0 {
            let inputs = terminal::plural(self.strange_inputs, "input");
            context.info(&format!("fh: {inputs} with data other than failure records"));
        }
        if self.is_cut {
            let records = terminal::plural(self.wanted, "record");
            context.info(&format!("fh: stopped after {records} (--limit); there may be more"));
        } else if self.found_nothing() && !self.is_unreadable() {
            let inputs = terminal::plural(self.inputs, "input");
            let nothing = match self.inputs {
                0 => "no failure objects".to_owned(),
                _ => format!("no failure records in {inputs}"),
            };
            match (self.failed, missing, doctor) {
                (0, [], None) => context.info(&format!("fh: nothing failed: {nothing}")),
                (0, _, None) => context.info(&format!("fh: {nothing}")),
                (0, _, Some(doctor)) => {
                    context.info(&format!("fh: {nothing}"));
                    context.info(&format!(
                        "  hint: deliveries that are still retried leave no failure record; to \
                         check for them: {doctor}"
                    ));
                }
                (failed, _, _) => {
                    let failed = terminal::plural(failed, "failure record");
                    context.info(&format!("fh: none of {failed} in {inputs} matches the filters"));
                    if let Some(codes) = self.codes_there() {
                        context.info(&format!("  hint: {codes}"));
                    }
                }
            }
            for Missing { what, next_step } in missing {
                context.warn(&format!("this may be incomplete: {what}"), &[next_step]);
            }
        }
        Ok(())
    }

    /// Says up to when the answer can be complete, where that is before what
    /// was asked for.
    pub(super) fn report_completeness(
        coverage: &Coverage,
        window: Window,
        clock: &Clock,
        context: &Context,
    ) {
        if let Some(until) = coverage.complete_until.filter(|until| *until < window.until) {
            let until = clock.show(until);
            context.info(&format!(
                "fh: complete up to {until}: later records may still be buffered or retried"
            ));
        }
    }

    /// True if no record fits, and nothing that could be one was damaged.
    fn found_nothing(&self) -> bool {
        self.wanted + self.damaged + self.manifests == 0
    }

    /// Why "nothing failed" would not be true of all that was asked for.
    pub(super) fn missing(
        &self,
        coverage: &Coverage,
        window: Window,
        clock: &Clock,
    ) -> Vec<Missing> {
        let mut missing = Vec::new();
        let mut add = |what: String, next_step: &str| {
            missing.push(Missing { what, next_step: next_step.to_owned() });
        };
        let LeftOut { unknown_stream, not_opened, not_readable, .. } = self.left_out;
        if not_opened > 0 {
            let objects = terminal::plural(not_opened, "object");
            add(format!("{objects} not opened"), &coverage.wider);
        }
        if not_readable > 0 {
            let objects = terminal::plural(not_readable, "object");
            let what = format!("{objects} that could not be checked");
            add(what, "limit the search with `--stream` or `--prefix`");
        }
        if unknown_stream > 0 {
            let objects = terminal::plural(unknown_stream, "object");
            let what = format!("{objects} with names that do not show the delivery stream");
            let any_name = if coverage.is_of_failures {
                &coverage.wider
            } else {
                "`--bucket NAME --prefix PREFIX` reads objects of any name"
            };
            add(what, any_name);
        }
        let strange =
            if coverage.is_of_failures { self.strange_inputs } else { self.strange_failures };
        if strange > 0 {
            let objects = terminal::plural(strange, "object");
            let names = self.strange_names.iter().map(|name| format!("`{name}`"));
            let names = names.collect::<Vec<_>>().join(", ");
            let what = format!("{objects} with other data among the failures: {names}");
            add(what, "`fh decode` shows what is inside");
        } else if coverage.is_named && self.failed == 0 && self.strange_inputs > 0 {
            let objects = terminal::plural(self.strange_inputs, "object");
            let what = format!("{objects} with other data, and none with failures");
            add(what, "check the prefix: `--bucket NAME` alone finds failures by their content");
        }
        if self.timeless > 0 {
            let records = terminal::plural(self.timeless, "record");
            let what = format!("{records} without arrivalTimestamp");
            add(what, "without `--since` and `--until` they are shown");
        }
        if let Some(change) = coverage.changed {
            let at = change.at.map_or_else(String::new, |at| format!(" {}", clock.show(at)));
            let what = format!("the stream may have written elsewhere before it was changed{at}");
            add(what, &format!("use a later `--since`, or {}", coverage.wider));
        }
        if let Some(until) = coverage.complete_until
            && let Some(since) = window.since.filter(|since| *since > until)
        {
            let what = "it is too early: records of that time may still be buffered or retried";
            let wait = since.saturating_sub(until);
            let then = context::milliseconds(context::now()).saturating_add(wait);
            let since = times::rfc3339(since).unwrap_or_default();
            let next_step = format!(
                "run it again after {} with `--since \
                 {since}`",
                clock.show(then)
            );
            add(what.to_owned(), &next_step);
        }
        missing
    }

    fn report_gaps_and_manifests(&self, context: &Context) {
        for sentence in left_out::sentences(&self.left_out) {
            context.info(&format!("fh: {sentence}"));
        }
        if self.manifests > 0 {
            let manifests = terminal::plural(self.manifests, "manifest");
            let objects = terminal::plural(self.manifest_entries, "object");
            context.warn(
                &format!("{manifests} of Redshift, not failure records: {objects} not loaded"),
                &["the objects are complete: load them with COPY and the manifest"],
            );
        }
        if self.saved + self.saved_before > 0 {
            let saved = terminal::plural(self.saved, "object");
            let before = terminal::group(self.saved_before);
            context.info(&format!("fh: {saved} saved, {before} already saved"));
        }
        if !self.gaps.is_empty() {
            let gaps =
                self.gaps.iter().map(|(why, count)| format!("{} {why}", terminal::group(*count)));
            let gaps = gaps.collect::<Vec<_>>().join(", ");
            context.info(&format!("fh: objects that could not be read: {gaps}"));
        }
    }

    /// True if something that was named could not be read.
    pub(super) fn is_unreadable(&self) -> bool {
        self.unreadable || !self.gaps.is_empty()
    }

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

/// Where objects were looked for: another account or Region may have a stream of the
/// same name, and an emulator a bucket of the same name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Origin {
    /// ARN of the delivery stream, as AWS has it.
    pub(super) stream_arn: Option<String>,
    /// Where S3 was called, if that is not AWS.
    pub(super) endpoint: Option<String>,
}
