//! What becomes of the inputs around their records: read, saved, missing; and what is
//! shown while they are read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::estimate::HowFar;
use super::piece::{InputEnd, Piece};
use crate::aws::Listed;
use crate::commands::failures::tally::Tally;
use crate::context::{self, Context, ProgressBar};
use crate::error::Error;
use crate::input::blocks::{BlockEvent, Blocks, OpenInput};
use crate::input::parallel::Step;
use crate::input::{NOT_SAVED, Saved, Saver};
use crate::render::failures::not_failure_records;
use crate::render::{Output, left_out};
use crate::terminal;
use firehose::decode::ObjectLayer;

/// Less than this is read before the progress matters.
const MIN_BYTES: u64 = 16 * 1024 * 1024;
const MIN_INPUTS: u64 = 200;

/// Objects that are reported one by one of those that cannot be read for one reason;
/// the others are counted.
const MAX_GAPS: u64 = 3;

/// Takes what readers of records find, in the order of the inputs.
pub(super) struct Watch<'a> {
    pub(super) context: &'a Context,
    output: Output,
    /// What was found around the records.
    tally: Tally,
    pub(super) progress: ProgressBar,
    /// Bytes that were read of all inputs.
    bytes_read: Arc<AtomicU64>,
    /// Inputs that were opened, and records that are wanted, so far.
    opened: u64,
    wanted: u64,
    /// The input that has just ended.
    ended: Option<InputEnd>,
    /// Why nothing more came.
    failed: Option<Error>,
    /// Why nothing more can be taken.
    stopped: Option<Error>,
    /// Continues with what comes later.
    pub(super) follows: bool,
    pub(super) saver: Option<Arc<Mutex<Saver>>>,
    started: Instant,
    /// How much there is to be read, if S3 is listed.
    listed: Option<Arc<Listed>>,
    /// A faster way may be suggested.
    pub(super) may_advise: bool,
    /// What is wrong was reported already.
    pub(super) is_silent: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn new(context: &'a Context, blocks: &Blocks) -> Self {
        Self {
            context,
            output: Output::default(),
            tally: Tally::default(),
            progress: ProgressBar::of_bytes(context, None),
            bytes_read: blocks.bytes_read(),
            opened: 0,
            wanted: 0,
            ended: None,
            failed: None,
            stopped: None,
            follows: false,
            saver: None,
            started: Instant::now(),
            listed: blocks.to_be_read(),
            may_advise: false,
            is_silent: false,
        }
    }

    /// Takes what was found next; false if no more can be taken.
    pub(super) fn take(&mut self, step: Step<Piece>) -> bool {
        let goes_on = match step {
            Step::Piece(piece) => self.piece(piece),
            Step::Event(event) => {
                self.event(event);
                true
            }
        };
        self.show_progress();
        goes_on
    }

    /// What was found around the records, and why nothing more came.
    pub(super) fn finish(self) -> Result<(Tally, Option<Error>), Error> {
        self.stopped.map_or(Ok((self.tally, self.failed)), Err)
    }

    fn piece(&mut self, piece: Piece) -> bool {
        self.opened += u64::from(piece.opens_input);
        self.wanted += piece.wanted;
        for (text, hint) in &piece.notes {
            self.warn(text, hint.as_deref());
        }
        if piece.end.is_some() {
            self.ended = piece.end;
        }
        let written = if piece.bytes.is_empty() { Ok(()) } else { self.output.write(&piece.bytes) };
        self.stopped = piece.error.or(written.err());
        self.tally.is_cut |= piece.is_full;
        self.stopped.is_none() && !piece.is_full
    }

    /// Decides whether the object that has ended is kept.
    fn save(&mut self, input: &OpenInput, is_wanted: bool) {
        let (Some(saver), Some(object)) = (&self.saver, &input.object) else { return };
        let mut saver = saver.lock().unwrap_or_else(PoisonError::into_inner);
        match saver.finish(object, is_wanted) {
            Ok(Saved::Now) => self.tally.saved += 1,
            Ok(Saved::Before) => self.tally.saved_before += 1,
            Ok(Saved::Unwanted) => {}
            Err(error) => {
                *self.tally.gaps.entry(NOT_SAVED.to_owned()).or_insert(0) += 1;
                self.progress.suspended(|| context::report(&error));
            }
        }
    }

    /// Shows how far it is.
    fn show_progress(&mut self) {
        let (inputs, wanted) = (self.opened, self.wanted);
        let bytes = self.bytes_read.load(Ordering::Relaxed);
        if bytes < MIN_BYTES && inputs < MIN_INPUTS {
            return;
        }
        self.look_at_listing(inputs, bytes);
        self.progress.show(bytes, || {
            let inputs = terminal::plural(inputs, "input");
            let records = terminal::plural(wanted, "failed record");
            format!(", {inputs}, {records}")
        });
    }

    /// Shows the total once the listing has one, and what to do if it is large.
    fn look_at_listing(&mut self, inputs: u64, bytes: u64) {
        let Some(listed) = &self.listed else { return };
        if let Some(total) = listed.total_bytes() {
            self.progress.expect(total);
        }
        if !self.may_advise {
            return;
        }
        let far = HowFar {
            elapsed: self.started.elapsed(),
            read: (inputs, bytes),
            listed: listed.so_far(),
            is_whole: listed.is_whole(),
        };
        if let Some([what, hint]) = far.advice() {
            self.may_advise = false;
            self.progress.suspended(|| {
                self.context.info(&format!("fh: {what}"));
                self.context.info(&format!("  hint: {hint}"));
            });
        }
    }

    /// An input has ended.
    fn end(&mut self, input: &OpenInput, layers: &[ObjectLayer]) {
        let Some(end) = self.ended.take() else { return };
        let InputEnd { summary, was_read, more_damaged: more, is_wanted, unread } = end;
        let is_empty = !was_read || summary.items == 0;
        if summary.is_other_data || is_empty && input.object.is_some() {
            self.tally.strange(&input.name, input.object.as_ref().map(|it| &*it.key));
        }
        if more > 0 {
            self.tally.damaged += more;
            self.warn(&format!("{}: {}", input.title(), not_failure_records(more, "more ")), None);
        }
        self.save(input, is_wanted);
        self.tally.inputs += u64::from(!was_read);
        for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
            self.tally.damaged += 1;
            self.warn(&format!("{}: {problem}", input.title()), problem.hint());
        }
        let of_object = layers.iter().find_map(|layer| layer.problem.as_ref());
        if let Some(what) = of_object.map(ToString::to_string).or(unread) {
            self.tally.add_unread(&format!("{}: {what}", input.title()));
        }
    }

    fn event(&mut self, event: BlockEvent) {
        match event {
            BlockEvent::Failed(error) => self.failed = Some(error),
            BlockEvent::End { input, layers } => self.end(&input, &layers),
            _ if self.is_silent => {}
            BlockEvent::Block(_) => {}
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
                let is_refused = why == NOT_SAVED;
                let count = self.tally.gaps.entry(why.to_owned()).or_insert(0);
                *count += 1;
                // What is not in the folder has to be known.
                let is_shown = *count <= MAX_GAPS || is_refused;
                self.tally.add_unread(&error.to_string());
                if is_shown {
                    self.progress.suspended(|| context::report(&error));
                }
            }
            BlockEvent::TooLarge { input, line } => {
                self.tally.damaged += 1;
                self.warn(&input.too_large(line), None);
            }
            BlockEvent::Unreadable(error) => {
                self.tally.unreadable = true;
                self.tally.add_unread(&error.to_string());
                self.progress.suspended(|| context::report(&error));
            }
        }
    }

    /// Warns without tearing the progress bar.
    fn warn(&self, message: &str, hint: Option<&str>) {
        if self.is_silent {
            return;
        }
        let hints: Vec<_> = hint.into_iter().collect();
        self.progress.suspended(|| self.context.warn(message, &hints));
    }
}
