//! Decodes the records of a block.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Plan;
use crate::input::blocks::{Block, LineCounter, Opened};
use crate::input::parallel::Work;
use crate::render::decoded::{Record, View};
use crate::terminal;
use firehose::decode::{Content, Decoded, Decoder, Encoding, Problem, Severity};
use firehose::failure::{Finding, MAX_PLACES};
use firehose::framing::{self, Data, Envelope, FoundRecord};

/// A message about one record.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) line: u64,
    /// Place among the records of the block, from 1.
    pub(super) nth: u64,
    pub(super) part: Option<u64>,
    pub(super) record_id: Option<String>,
    pub(super) problem: Problem,
}

/// What a worker hands over.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    pub(super) reports: Vec<Report>,
    /// The block it is of, in its last piece: the records in it.
    pub(super) records: Option<u64>,
    /// Records in it that were wanted.
    pub(super) shown: u64,
    pub(super) input: Arc<Opened>,
    /// No more records are wanted of any input.
    pub(super) stop: bool,
    /// What the block has of failure records and others, in its last piece.
    pub(super) mix: Mix,
}

/// What a block has of failure records, and of records beside them that stand as
/// they are: nothing that holds a record and nothing that was encoded.
#[derive(Debug, Default)]
pub(super) struct Mix {
    /// What the input starts with, in the mix of its first block.
    pub(super) first: Option<Finding>,
    /// The first records of each kind, with their offsets, until their lines are
    /// known, and their numbers in the block.
    pub(super) found: Vec<(Finding, u64, u64)>,
    /// How many more there are of a kind.
    pub(super) more_damaged: u64,
    pub(super) more_others: u64,
}

impl Mix {
    fn add(&mut self, finding: Finding, at: usize, nth: u64) {
        let most = if finding == Finding::Record { 1 } else { MAX_PLACES };
        let known = self.found.iter().filter(|(other, ..)| *other == finding).count() as u64;
        match finding {
            _ if known < most => self.found.push((finding, at as u64, nth)),
            Finding::Damaged => self.more_damaged += 1,
            Finding::Other => self.more_others += 1,
            Finding::Record | Finding::Manifest(_) | Finding::Object => {}
        }
    }

    /// Turns offsets into lines.
    fn find_lines(&mut self, block: &Block) {
        let mut lines = LineCounter::new(block);
        for (_, place, _) in &mut self.found {
            *place = lines.line_of(usize::try_from(*place).unwrap_or(usize::MAX));
        }
    }
}

/// Looks for failure records in an input. In one without them, only the first
/// records are looked at: that takes time.
#[derive(Debug, Default)]
struct Watch {
    input: Option<Arc<Opened>>,
    /// Failure records are there, or may be in blocks that others work on.
    is_on: bool,
    /// Records that were looked at while it was not.
    early: u64,
    mix: Mix,
}

impl Watch {
    fn start(&mut self, block: &Block) {
        let is_same = self.input.as_ref().is_some_and(|input| Arc::ptr_eq(input, &block.input));
        if !is_same {
            self.input = Some(Arc::clone(&block.input));
            (self.is_on, self.early) = (!block.first, 0);
        }
    }

    fn add(&mut self, block: &Block, framed: &FoundRecord<'_>, decoded: &Decoded<'_>, nth: u64) {
        let bytes = block.bytes();
        let is_record = framed.envelope == Envelope::Failure && {
            // One that is printed in a log has lines of a log around it.
            let text = bytes.get(framed.at..).unwrap_or_default();
            let list = text.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
            list.unwrap_or(text).starts_with(b"{")
        };
        if block.first && nth == 1 {
            let is_printed = framed.envelope == Envelope::Failure && !is_record;
            let first = if is_printed { Finding::Other } else { Finding::of(framed, bytes) };
            self.is_on |= first == Finding::Damaged;
            self.mix.first = Some(first);
        }
        if is_record {
            self.is_on = true;
            self.mix.add(Finding::Record, framed.at, nth);
        } else if framed.envelope == Envelope::None
            && (self.is_on || self.early < MAX_PLACES)
            && framed.problem.is_none()
            && decoded.layers.is_empty()
            && decoded.problems.is_empty()
        {
            self.early += 1;
            let finding = Finding::of_text(framed.data.bytes().unwrap_or_default());
            if finding != Finding::Object {
                self.mix.add(finding, framed.at, nth);
            }
        }
    }
}

/// Pieces are handed over when they have grown to this.
const PIECE: usize = 256 * 1024;

pub(super) struct Worker<'p> {
    plan: &'p Plan,
    decoder: Decoder,
    /// For records inside a KPL aggregate.
    inner: Decoder,
    view: View,
    /// Records of the input before this block; known only to a single worker.
    before: u64,
    watch: Watch,
}

impl<'p> Worker<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            decoder: Decoder::new(plan.options.clone()),
            inner: Decoder::new(plan.options.inside_aggregate()),
            view: View::new(plan.form, plan.messages, plan.terminal),
            before: 0,
            watch: Watch::default(),
        }
    }
}

impl Worker<'_> {
    /// What belongs after the last record.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let mut end = Vec::new();
        self.view.finish(&mut end);
        end
    }
}

impl Work for Worker<'_> {
    type Piece = Piece;

    fn work(&mut self, block: &Block, emit: &mut dyn FnMut(Piece)) {
        if block.first {
            self.before = 0;
        }
        self.watch.start(block);
        let mut lines = LineCounter::new(block);
        let mut count = 0;
        let mut piece = Piece::new(block);
        let _stopped = framing::records(block.bytes(), block.input.format, &mut |framed| {
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
                let full = std::mem::replace(&mut piece, Piece::new(block));
                emit(full);
            }
            ControlFlow::Continue(())
        });
        self.before += count;
        piece.records = Some(count);
        piece.mix = std::mem::take(&mut self.watch.mix);
        piece.mix.find_lines(block);
        emit(piece);
    }
}

impl Worker<'_> {
    fn one(
        &mut self,
        framed: &FoundRecord<'_>,
        index: u64,
        nth: u64,
        block: &Block,
        lines: &mut LineCounter<'_>,
        piece: &mut Piece,
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
            && decoded.content != Content::KplAggregate;
        let line = if is_plain && !self.plan.form.has_index() {
            0 // nobody will see it
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
            special(framed, nth, &record, &mut self.inner, &mut self.view, piece);
        }
    }
}

/// Shows a record that has problems, or records of its own.
fn special(
    framed: &FoundRecord<'_>,
    nth: u64,
    record: &Record<'_>,
    inner: &mut Decoder,
    view: &mut View,
    piece: &mut Piece,
) {
    let mut report = |part, problems: &[Problem]| {
        let is_reported = |it: &&Problem| it.severity() == Severity::Error || it.is_of_lines();
        piece.reports.extend(problems.iter().filter(is_reported).map(|problem| Report {
            line: record.line,
            nth,
            part,
            record_id: framed.record_id.map(|id| terminal::escape_line(&id.bytes())),
            problem: problem.clone(),
        }));
    };
    let outer = record.decoded;
    let mut problems: Vec<Problem> = framed.problem.iter().cloned().collect();
    problems.extend_from_slice(outer.problems);
    report(None, &problems);
    if outer.content != Content::KplAggregate {
        let decoded = Decoded { problems: &problems, ..*outer };
        view.record(&Record { decoded: &decoded, ..*record }, &mut piece.bytes);
        return;
    }
    // What is wrong with the aggregate is shown with its first record.
    for (part, data) in (1..).zip(outer.aggregated()) {
        let decoded = inner.decode(data, Encoding::Unknown);
        report(Some(part), decoded.problems);
        problems.extend_from_slice(decoded.problems);
        let decoded = Decoded { problems: &problems, ..decoded };
        let outer_layers = outer.layers;
        let record = Record { part: Some(part), outer_layers, decoded: &decoded, ..*record };
        view.record(&record, &mut piece.bytes);
        problems.clear();
    }
}

const fn nothing(content: Content) -> Decoded<'static> {
    Decoded { layers: &[], content, bytes: &[], formatted: &[], problems: &[] }
}

impl Piece {
    fn new(block: &Block) -> Self {
        Self {
            bytes: Vec::new(),
            reports: Vec::new(),
            records: None,
            shown: 0,
            input: Arc::clone(&block.input),
            stop: false,
            mix: Mix::default(),
        }
    }
}
