//! Decodes the records of a block.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::DecodePlan;
use super::notes::Notes;
use super::record_problem::RecordProblem;
use crate::input::blocks::{Block, LineCounter, OpenInput};
use crate::input::failures::mixed::{Mix, MixWatch};
use crate::input::parallel::Work;
use crate::render::decoded::{Record, View};
use crate::terminal;
use firehose::decode::{Content, Decoded, Decoder, Encoding, Problem, ProblemKind, Severity};
use firehose::framing::{self, Data, FoundRecord};

/// What a worker hands over.
#[derive(Debug)]
pub(super) struct DecodedPiece {
    pub(super) bytes: Vec<u8>,
    pub(super) reports: Vec<RecordProblem>,
    /// What is no damage, the first of each kind.
    pub(super) notes: Notes,
    /// The block it is of, in its last piece: the records in it.
    pub(super) records: Option<u64>,
    /// Records in it that were wanted.
    pub(super) shown: u64,
    pub(super) input: Arc<OpenInput>,
    /// No more records are wanted of any input.
    pub(super) stop: bool,
    /// What the block has of failure records and others, in its last piece.
    pub(super) mix: Mix,
}

/// Pieces are handed over when they have grown to this.
const PIECE: usize = 256 * 1024;

pub(super) struct Worker<'p> {
    plan: &'p DecodePlan,
    decoder: Decoder,
    /// For records inside a KPL aggregate.
    inner: Decoder,
    view: View,
    /// Records of the input before this block; known only to a single worker.
    before: u64,
    watch: MixWatch,
    /// Bytes of the largest piece so far: the next is likely to need as many.
    room: usize,
}

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p DecodePlan) -> Self {
        Self {
            plan,
            decoder: Decoder::new(plan.options.clone()),
            inner: Decoder::new(plan.options.inside_aggregate()),
            view: View::new(plan.form, plan.messages, plan.terminal).with_times(plan.times),
            before: 0,
            watch: MixWatch::default(),
            room: 0,
        }
    }
}

impl Worker<'_> {
    /// What belongs after the last record; `is_whole` is false after an error.
    pub(super) fn finish(mut self, is_whole: bool) -> Vec<u8> {
        let mut end = Vec::new();
        self.view.finish(is_whole, &mut end);
        end
    }
}

impl Work for Worker<'_> {
    type Piece = DecodedPiece;

    fn work(&mut self, block: &Block, emit: &mut dyn FnMut(DecodedPiece)) {
        if block.first {
            self.before = 0;
        }
        self.watch.start(block);
        let mut lines = LineCounter::new(block);
        let mut count = 0;
        let mut piece = DecodedPiece::new(block, self.room);
        let plain = self.plain_lines(block, &mut piece, &mut count, emit);
        let rest = block.bytes().get(plain..).unwrap_or_default();
        let _stopped = framing::records(rest, block.input.format, &mut |mut framed| {
            framed.at += plain;
            count += 1;
            let index = self.before + count;
            if let Some(records) = &self.plan.records {
                if index > records.last() {
                    count -= 1;
                    piece.stop = self.plan.single_input;
                    return ControlFlow::Break(());
                }
                if !records.has(index) {
                    return ControlFlow::Continue(());
                }
            }
            piece.shown += 1;
            self.one(&framed, index, count, block, &mut lines, &mut piece);
            if piece.bytes.len() >= PIECE || !piece.reports.is_empty() {
                self.hand_over(block, &mut piece, emit);
            }
            ControlFlow::Continue(())
        });
        self.before += count;
        piece.records = Some(count);
        piece.mix = std::mem::take(&mut self.watch.mix);
        piece.mix.find_lines(block);
        self.room = self.room.max(piece.bytes.len()).min(PIECE + PIECE / 8);
        emit(piece);
    }
}

impl Worker<'_> {
    /// Takes the records that `block` begins with the short way, as long as they are lines
    /// of base64 of JSON, which are most of all input. Returns where what is left begins.
    fn plain_lines(
        &mut self,
        block: &Block,
        piece: &mut DecodedPiece,
        count: &mut u64,
        emit: &mut dyn FnMut(DecodedPiece),
    ) -> usize {
        let mut at = 0;
        // What an input starts with is looked at closely.
        if block.first || self.plan.records.is_some() || !self.view.shows_json_alone() {
            return at;
        }
        let bytes = block.bytes();
        while let Some(end) = framing::plain_line(bytes, at, block.input.format)
            && let Some(line) = bytes.get(at..end)
            && self.decoder.lay_out_plain(line, &mut piece.bytes)
        {
            at = end + 1;
            *count += 1;
            piece.shown += 1;
            if piece.bytes.len() >= PIECE {
                self.hand_over(block, piece, emit);
            }
        }
        at
    }

    fn hand_over(
        &mut self,
        block: &Block,
        piece: &mut DecodedPiece,
        emit: &mut dyn FnMut(DecodedPiece),
    ) {
        self.room = self.room.max(piece.bytes.len()).min(PIECE + PIECE / 8);
        let next = DecodedPiece::new(block, self.room);
        emit(std::mem::replace(piece, next));
    }

    fn one(
        &mut self,
        framed: &FoundRecord<'_>,
        index: u64,
        nth: u64,
        block: &Block,
        lines: &mut LineCounter<'_>,
        piece: &mut DecodedPiece,
    ) {
        let decoded = match &framed.data {
            Data::Unknown(bytes) => self.decoder.decode(bytes, Encoding::Unknown),
            Data::Base64(bytes) => self.decoder.decode(bytes, Encoding::Base64),
            Data::Missing => nothing(Content::Empty),
            Data::Broken => nothing(Content::Unknown),
        };
        let input = &block.input;
        self.watch.add(block, framed, &decoded, nth);
        let is_plain = framed.problem.is_none()
            && decoded.problems.is_empty()
            && !matches!(decoded.content, Content::KplAggregate | Content::Binary);
        let line = if is_plain && !self.plan.form.has_index(&self.plan.terminal) {
            0 // it is never shown
        } else {
            lines.line_of(framed.at)
        };
        let record = Record {
            source: &input.name,
            line,
            index,
            part: None,
            envelope: framed.envelope,
            record_id: framed.record_id,
            error_code: framed.error_code,
            object_layers: &input.layers,
            outer_layers: &[],
            decoded: &decoded,
        };
        if is_plain {
            self.view.record(&record, &mut piece.bytes);
        } else {
            let has_layers = self.plan.options.layers.is_some();
            special(framed, nth, &record, has_layers, &mut self.inner, &mut self.view, piece);
        }
    }
}

/// Shows a record that has problems, or records of its own; `has_layers` if the user
/// named its layers.
fn special(
    framed: &FoundRecord<'_>,
    nth: u64,
    record: &Record<'_>,
    has_layers: bool,
    inner: &mut Decoder,
    view: &mut View,
    piece: &mut DecodedPiece,
) {
    let mut report = |part, problems: &[Problem]| {
        for problem in problems {
            let report = || RecordProblem {
                line: record.line,
                nth,
                part,
                record_id: framed.record_id.map(|id| terminal::escape_line(&id.bytes())),
                problem: problem.clone(),
            };
            if problem.severity() == Severity::Error || problem.is_of_lines() {
                piece.reports.push(report());
            } else if problem.is_of_text() {
                piece.notes.add(problem, 1, report);
            }
        }
    };
    let outer = record.decoded;
    let mut problems: Vec<Problem> = framed.problem.iter().cloned().collect();
    problems.extend_from_slice(outer.problems);
    keep_one_flaw(&mut problems, outer.problems);
    // Truncated text is reported as that, not as JSON that breaks.
    if framed.problem.as_ref().is_some_and(|it| it.severity() == Severity::Error) {
        problems.retain(|problem| !matches!(problem.kind, ProblemKind::NotJson { .. }));
    }
    report(None, &problems);
    let aggregated = outer.aggregated();
    let as_base64 = |decoded: &Decoded<'_>, problems: &[Problem], view: &View| -> Option<Problem> {
        let is_expected = has_layers || !problems.is_empty();
        let what = view.shown_as_base64(decoded).filter(|_| !is_expected)?;
        Some(Problem::input(ProblemKind::ShownAsBase64(what)))
    };
    if aggregated.is_empty() {
        report(None, as_base64(outer, &problems, view).as_slice());
        let decoded = Decoded { problems: &problems, ..*outer };
        view.record(&Record { decoded: &decoded, ..*record }, &mut piece.bytes);
        return;
    }
    // What is wrong with the aggregate is shown with its first record.
    for (part, data) in (1..).zip(aggregated) {
        let decoded = inner.decode(data, Encoding::Unknown);
        report(Some(part), decoded.problems);
        report(Some(part), as_base64(&decoded, decoded.problems, view).as_slice());
        problems.extend_from_slice(decoded.problems);
        let decoded = Decoded { problems: &problems, ..decoded };
        let outer_layers = outer.layers;
        let record = Record { part: Some(part), outer_layers, decoded: &decoded, ..*record };
        view.record(&record, &mut piece.bytes);
        problems.clear();
    }
}

/// Of JSON that breaks on a later line, keeps the reason there: `own` problems know the
/// lines before it alone, and whether JSON is expected.
fn keep_one_flaw(problems: &mut Vec<Problem>, own: &[Problem]) {
    let is_flaw = |it: &Problem| matches!(it.kind, ProblemKind::NotJson { .. });
    let Some(below) = problems.first().filter(|it| is_flaw(it)).cloned() else { return };
    // A bracket alone says nothing of JSON.
    if !own.is_empty() {
        problems.clear();
    }
    problems.extend(own.iter().map(|it| match (&it.kind, &below.kind) {
        (ProblemKind::NotJson { is_expected, .. }, ProblemKind::NotJson { reason, .. }) => {
            let kind = ProblemKind::NotJson { reason: reason.clone(), is_expected: *is_expected };
            Problem { kind, ..below.clone() }
        }
        _ => it.clone(),
    }));
}

const fn nothing(content: Content) -> Decoded<'static> {
    Decoded { layers: &[], content, bytes: &[], formatted: &[], problems: &[] }
}

impl DecodedPiece {
    fn new(block: &Block, room: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(room),
            reports: Vec::new(),
            notes: Notes::default(),
            records: None,
            shown: 0,
            input: Arc::clone(&block.input),
            stop: false,
            mix: Mix::default(),
        }
    }
}
