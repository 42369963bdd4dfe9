//! What is printed besides the report.

use super::coverage::{Coverage, IN_UTC, Missing};
use super::tally::Tally;
use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::render::left_out;
use crate::terminal;
use crate::times::Clock;
use firehose::s3::prefix::Window;

impl Tally {
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

    /// Prints how many payloads were written.
    pub(super) fn report_extracted(&self, context: &Context) {
        let Some((written, folder, damaged)) = &self.extracted else { return };
        let payloads = terminal::plural(*written, "payload");
        let damaged = match damaged {
            0 => String::new(),
            damaged => format!(", {} not written: damaged base64", terminal::group(*damaged)),
        };
        context.info(&format!("fh: {payloads} written to {folder}{damaged}"));
    }

    /// Prints what the report does not show. An error if nothing in the inputs
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
        } else if self.failed > 0 && self.wanted + self.manifests == 0
            || self.found_nothing() && !self.is_unreadable()
        {
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
            if self.unread_inputs > 0 {
                let inputs = terminal::plural(self.unread_inputs, "input");
                let what = format!("{inputs} could not be read in full");
                context.warn(&format!("this may be incomplete: {what}"), &[]);
            }
            for Missing { what, next_step } in missing {
                context.warn(&format!("this may be incomplete: {what}"), &[next_step]);
            }
        }
        Ok(())
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
}

impl Coverage {
    /// Prints up to when the answer can be complete, where that is before what
    /// was asked for, and in which time zone it was looked for.
    pub(super) fn report_completeness(&self, window: Window, clock: &Clock, context: &Context) {
        if let Some(until) = self.complete_until.filter(|until| *until < window.until) {
            let until = clock.show(until);
            context.info(&format!(
                "fh: complete up to {until}: later records may still be buffered or retried"
            ));
        }
        if self.is_in_utc {
            context.info(&format!("fh: {IN_UTC}"));
            context.info("  hint: for a stream with another time zone, use `--stream`");
        }
    }
}
