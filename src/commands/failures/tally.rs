//! What came of all the inputs, besides the failures.

use std::collections::BTreeMap;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::render::terminal;

/// What was met, counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Inputs that were read.
    pub(super) inputs: u64,
    /// Failure records, wanted or not.
    pub(super) failed: u64,
    /// Those that are wanted.
    pub(super) wanted: u64,
    /// Those without a time, where one was asked for.
    pub(super) timeless: u64,
    /// Records that are damaged, and inputs.
    pub(super) damaged: u64,
    /// Inputs with something else in them.
    pub(super) strange_inputs: u64,
    /// Manifests of Redshift, and the objects that they name.
    pub(super) manifests: u64,
    pub(super) manifest_entries: u64,
    /// An input could not be read.
    pub(super) unreadable: bool,
    /// Objects that were saved, in this run and before.
    pub(super) saved: u64,
    pub(super) saved_before: u64,
    /// Objects that could not be had, by why.
    pub(super) gaps: BTreeMap<&'static str, u64>,
    /// No more were wanted than were found.
    pub(super) is_cut: bool,
}

impl Tally {
    /// Tells what the report does not say. An error if nothing in the inputs
    /// is what they were said to be, unless they may hold others.
    pub(super) fn tell(&self, may_hold_others: bool, context: &Context) -> Result<(), Error> {
        self.tell_of_gaps_and_manifests(context);
        if self.timeless > 0 {
            let records = terminal::plural(self.timeless, "record");
            context.tell(&format!("fh: {records} without arrivalTimestamp left out"));
        }
        let is_nothing = self.failed + self.damaged == 0 && !self.is_unreadable();
        if is_nothing && self.strange_inputs > 0 && !may_hold_others {
            return Err(Error::usage("no failure records in the input").hint(
                "failure objects have `rawData` and an error code; `fh decode` shows what else it is",
            ));
        }
        if self.strange_inputs > 0 {
            let inputs = terminal::plural(self.strange_inputs, "input");
            context.tell(&format!("fh: {inputs} with other data than failure records in them"));
        }
        if self.is_cut {
            let records = terminal::plural(self.wanted, "record");
            context.tell(&format!("fh: stopped after {records} (--limit); there may be more"));
        } else if self.wanted + self.damaged + self.manifests == 0 && !self.is_unreadable() {
            let inputs = terminal::plural(self.inputs, "input");
            context.tell(&match self.failed {
                0 => format!("fh: nothing failed: no failure records in {inputs}"),
                failed => {
                    let failed = terminal::plural(failed, "failure record");
                    format!("fh: none of {failed} in {inputs} fits the filters")
                }
            });
        }
        Ok(())
    }

    fn tell_of_gaps_and_manifests(&self, context: &Context) {
        if self.manifests > 0 {
            let manifests = terminal::plural(self.manifests, "manifest");
            let objects = terminal::plural(self.manifest_entries, "object");
            context.complain(
                &format!("{manifests} of Redshift, not failure records: {objects} not loaded"),
                &["the objects are whole: load them with COPY and the manifest"],
            );
        }
        if self.saved + self.saved_before > 0 {
            let saved = terminal::plural(self.saved, "object");
            let before = terminal::group(self.saved_before);
            context.tell(&format!("fh: {saved} saved, {before} saved before"));
        }
        if !self.gaps.is_empty() {
            let gaps =
                self.gaps.iter().map(|(why, count)| format!("{} {why}", terminal::group(*count)));
            let gaps = gaps.collect::<Vec<_>>().join(", ");
            context.tell(&format!("fh: objects that could not be read: {gaps}"));
        }
    }

    fn is_unreadable(&self) -> bool {
        self.unreadable || !self.gaps.is_empty()
    }

    /// The outcome.
    pub(super) fn outcome(&self, fail_if_any: bool) -> Outcome {
        if self.is_unreadable() {
            Outcome::Unreadable
        } else if self.damaged > 0 || fail_if_any && (self.wanted > 0 || self.manifests > 0) {
            Outcome::Findings
        } else {
            Outcome::Clean
        }
    }
}
