//! Takes what the workers made: bytes to standard output, errors to standard
//! error, the outcome to the exit code.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::DecodePlan;
use super::record_problem::RecordProblem;
use super::tally::{MAX_AMBIGUOUS, Tally};
use super::worker::DecodedPiece;
use crate::context::{self, Context, ProgressBar};
use crate::error::{Error, Outcome};
use crate::input::blocks::{BlockEvent, Blocks, OpenInput};
use crate::input::parallel::Step;
use crate::render::Output;
use crate::render::decoded::{Form, push_object_layers};
use crate::render::failures::not_failure_records;
use crate::render::left_out;
use firehose::decode::{ObjectLayer, Problem, ProblemKind, Severity};
use firehose::failure::{Damage, Expected, Finding};
use firehose::framing::InputFormat;

/// Takes pieces in their order: bytes to standard output, reports to standard
/// error.
pub(super) struct Sink<'a> {
    context: &'a Context,
    plan: &'a DecodePlan,
    limit: usize,
    bytes_read: Arc<AtomicU64>,
    output: Output,
    /// Nothing more can be written.
    is_closed: bool,
    tally: Tally,
    /// Why it ended before all was read and written.
    failed: Option<Error>,
    progress: Option<ProgressBar>,
    /// The input at hand, and its records before the block at hand.
    input: Option<Arc<OpenInput>>,
    before: u64,
    /// Lines and numbers of what is damage in it.
    damage: Damage<(u64, u64)>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        context: &'a Context,
        plan: &'a DecodePlan,
        blocks: &Blocks,
        progress: Option<ProgressBar>,
    ) -> Self {
        Self {
            context,
            plan,
            limit: blocks.limit(),
            bytes_read: blocks.bytes_read(),
            output: Output::default(),
            is_closed: false,
            tally: Tally::default(),
            failed: None,
            progress,
            input: None,
            before: 0,
            damage: Damage::default(),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        if !self.is_closed
            && !bytes.is_empty()
            && let Err(error) = self.output.write(bytes)
        {
            self.is_closed = true;
            self.failed.get_or_insert(error);
        }
    }

    /// True if not all could be read and written.
    pub(super) const fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    pub(super) fn take(&mut self, step: Step<DecodedPiece>) -> bool {
        match step {
            Step::Piece(piece) => {
                self.piece(&piece);
                if let Some(progress) = &mut self.progress {
                    progress.show(self.bytes_read.load(Ordering::Relaxed), String::new);
                }
                self.failed.is_none() && !piece.stop
            }
            Step::Event(event) => {
                self.event(event);
                self.failed.is_none()
            }
        }
    }

    fn piece(&mut self, piece: &DecodedPiece) {
        if !self.input.as_ref().is_some_and(|input| Arc::ptr_eq(input, &piece.input)) {
            self.input = Some(Arc::clone(&piece.input));
            self.before = 0;
            self.damage = Damage::of(match piece.input.format {
                InputFormat::Failures => Expected::Failures,
                _ => Expected::Any,
            });
        }
        self.write(&piece.bytes);
        let mut last = None;
        for report in &piece.reports {
            if report.problem.is_of_lines() {
                self.ambiguous(&piece.input, report);
                continue;
            }
            let record = (report.nth, report.part);
            if last.replace(record) != Some(record) {
                self.tally.damaged += 1;
            }
            let place = report.place(&piece.input, self.before);
            let hint = report.hint(&piece.input, self.before);
            let hints: Vec<_> = hint.as_deref().into_iter().collect();
            self.suspended(|| {
                self.context.warn(&format!("{place}: {}", report.problem), &hints);
            });
        }
        let before = self.before;
        self.tally.notes.append(&piece.notes, |report| report.place(&piece.input, before));
        self.account(piece);
        self.tally.shown += piece.shown;
        if let Some(records) = piece.records {
            self.before += records;
            self.tally.records += records;
        }
    }

    /// Reports what is damage among failure records.
    fn account(&mut self, piece: &DecodedPiece) {
        let mix = &piece.mix;
        if let Some(first) = mix.first {
            self.damage.start(|| first);
        }
        for &(finding, line, nth) in &mix.found {
            for (line, index) in self.damage.take(finding, (line, self.before + nth)) {
                self.tally.damaged += 1;
                let place = format!("{}: line {line}, record {index}", piece.input.title());
                self.warn(&place, &Problem::input(finding.problem()));
            }
        }
        self.damage.more(Finding::Damaged, mix.more_damaged);
        self.damage.more(Finding::Other, mix.more_others);
    }

    /// Counts the damage in an input whose places were not reported.
    fn end_of_damage(&mut self, input: &OpenInput) {
        let more = self.damage.take_uncounted();
        if more > 0 {
            self.tally.damaged += more;
            let more = not_failure_records(more, "more ");
            let message = format!("{}: {more}", input.title());
            self.suspended(|| self.context.warn(&message, &[]));
        }
    }

    /// Lines that were read as one record or as several, and might be the other.
    fn ambiguous(&mut self, input: &OpenInput, report: &RecordProblem) {
        self.tally.ambiguous += 1;
        if self.tally.ambiguous <= MAX_AMBIGUOUS {
            let place = format!("{}: line {}", input.title(), report.line);
            self.warn(&place, &report.problem);
        }
    }

    fn event(&mut self, event: BlockEvent) {
        match event {
            BlockEvent::Block(_) => {}
            BlockEvent::TooLarge { input, line } => {
                self.tally.damaged_inputs += 1;
                let place = format!("{}: line {line}", input.title());
                let problem = match input.layers.last() {
                    Some(&layer) => Problem {
                        layer: Some(layer),
                        offset: None,
                        kind: ProblemKind::TooLarge {
                            limit: self.limit as u64,
                            input: self.bytes_read.load(Ordering::Relaxed),
                        },
                    },
                    None => Problem {
                        layer: None,
                        offset: None,
                        kind: ProblemKind::InputTooLarge { limit: self.limit },
                    },
                };
                self.warn(&place, &problem);
            }
            BlockEvent::End { input, layers } => {
                self.end_of_damage(&input);
                self.end(&input, &layers);
            }
            BlockEvent::Unreadable(error) | BlockEvent::Missing(error, _) => {
                self.tally.unreadable = true;
                self.suspended(|| context::report(&error));
            }
            BlockEvent::Notice(text) => {
                self.suspended(|| self.context.info(&format!("fh: {text}")));
            }
            BlockEvent::LeftOut(left_out) => {
                self.suspended(|| left_out::print(&left_out, self.context));
            }
            BlockEvent::Failed(error) => self.failed = Some(error),
        }
    }

    fn end(&mut self, input: &OpenInput, layers: &[ObjectLayer]) {
        if self.plan.form == Form::Explain {
            let mut footer = Vec::new();
            push_object_layers(&mut footer, &input.name, layers);
            self.write(&footer);
        }
        for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
            let is_error = problem.severity() == Severity::Error;
            self.tally.damaged_inputs += u64::from(is_error);
            let warning = if is_error { "" } else { ": warning" };
            self.warn(&format!("{}{warning}", input.title()), problem);
        }
    }

    fn warn(&self, place: &str, problem: &Problem) {
        let hints: Vec<_> = problem.hint().into_iter().collect();
        self.suspended(|| {
            self.context.warn(&format!("{place}: {problem}"), &hints);
        });
    }

    /// Writes to standard error without tearing the progress bar.
    fn suspended(&self, write: impl FnOnce()) {
        match &self.progress {
            Some(progress) => progress.suspended(write),
            None => write(),
        }
    }

    pub(super) fn finish(self) -> Result<Outcome, Error> {
        drop(self.progress);
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.tally.finish(self.plan.records.is_some(), self.context)
    }
}
