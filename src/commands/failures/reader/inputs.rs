//! What becomes of the inputs around their records: read, saved, missing.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::Reader;
use crate::context;
use crate::input::blocks::{BlockEvent, OpenInput};
use crate::input::failures::InputSummary;
use crate::input::{NOT_SAVED, Saved};
use crate::render::failures::not_failure_records;
use crate::render::left_out;
use crate::terminal;
use firehose::decode::ObjectLayer;

/// Less than this is read before anybody looks how far it is.
const MIN_BYTES: u64 = 16 * 1024 * 1024;
const MIN_INPUTS: u64 = 200;

/// Objects that are reported one by one of those that cannot be had for a reason;
/// the others are counted.
const TOLD_GAPS: u64 = 3;

impl Reader<'_> {
    /// Decides whether the object that has ended is kept.
    pub(super) fn save(&mut self, input: &OpenInput) {
        let (Some(saver), Some(object)) = (&self.saver, &input.object) else { return };
        let is_wanted = self.tally.wanted > self.wanted_before;
        let mut saver = saver.lock().unwrap_or_else(PoisonError::into_inner);
        match saver.finish(object, is_wanted) {
            Ok(Saved::Now) => self.tally.saved += 1,
            Ok(Saved::Before) => self.tally.saved_before += 1,
            Ok(Saved::Unwanted) => {}
            Err(error) => {
                *self.tally.gaps.entry(NOT_SAVED).or_insert(0) += 1;
                self.progress.suspended(|| context::report(&error));
            }
        }
        self.wanted_before = self.tally.wanted;
    }

    /// Shows how far it is.
    pub(super) fn show_progress(&mut self) {
        let (inputs, wanted) = (self.tally.inputs, self.tally.wanted);
        let bytes = self.bytes_read.load(Ordering::Relaxed);
        if bytes < MIN_BYTES && inputs < MIN_INPUTS {
            return;
        }
        self.progress.show(bytes, || {
            let inputs = terminal::plural(inputs, "input");
            let records = terminal::plural(wanted, "failed record");
            format!("{inputs}, {records}")
        });
    }

    /// An input has ended.
    pub(super) fn end(&mut self, summary: InputSummary, input: &OpenInput, layers: &[ObjectLayer]) {
        let is_empty = !self.is_open || summary.items == 0;
        if summary.is_other_data || is_empty && input.object.is_some() {
            self.tally.strange(&input.name, input.object.as_ref().map(|it| &*it.key));
        }
        let more = std::mem::take(&mut self.more_damaged);
        if more > 0 {
            self.tally.damaged += more;
            self.warn(&format!("{}: {}", input.title(), not_failure_records(more, "more ")), None);
        }
        self.save(input);
        self.tally.inputs += u64::from(!std::mem::take(&mut self.is_open));
        for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
            self.tally.damaged += 1;
            self.warn(&format!("{}: {problem}", input.title()), problem.hint());
        }
    }

    pub(super) fn event(&mut self, event: BlockEvent) {
        match event {
            BlockEvent::Block(_) | BlockEvent::End { .. } | BlockEvent::Failed(_) => {}
            BlockEvent::Notice(text) => {
                self.progress.suspended(|| self.context.info(&format!("fh: {text}")));
            }
            BlockEvent::LeftOut(left_out) => {
                self.tally.left_out.extend(left_out);
                if self.follows {
                    // Nothing sums it up: a listing that is followed has no end.
                    self.progress.suspended(|| left_out::print(&left_out, self.context));
                }
            }
            BlockEvent::Missing(error, why) => {
                self.is_open = false;
                let is_refused = why == NOT_SAVED;
                let count = self.tally.gaps.entry(why).or_insert(0);
                *count += 1;
                // What is not in the folder has to be known.
                if *count <= TOLD_GAPS || is_refused {
                    self.progress.suspended(|| context::report(&error));
                }
            }
            BlockEvent::TooLarge { input, line } => {
                self.tally.damaged += 1;
                self.warn(&input.too_large(line), None);
            }
            BlockEvent::Unreadable(error) => {
                self.is_open = false;
                self.tally.unreadable = true;
                self.progress.suspended(|| context::report(&error));
            }
        }
    }
}
