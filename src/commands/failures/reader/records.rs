//! Judges and counts the failure records of blocks. It prints nothing, so that several
//! may work on several inputs at a time.

use std::ops::ControlFlow;

use super::piece::{InputEnd, Piece};
use super::sink::Sink;
use crate::commands::failures::tally::Tally;
use crate::error::Error;
use crate::input::Extractor;
use crate::input::blocks::{Block, BlockEvent, OpenInput};
use crate::input::failures::{
    DamagedPlace, FailureContent, FailureItem, FailureReader, ItemKind, Position, is_control,
};
use crate::input::filter::{Filter, Verdict};
use crate::input::parallel::Work;
use crate::redrive::put_back::PutBackReader;
use crate::render::Output;
use crate::render::failures::Failed;
use firehose::decode::{Layer, Problem, ProblemKind, Severity};
use firehose::failure::FailureRecord;

/// Characters of a code that the name of a file may need.
const LONGEST_CODE: usize = 256;

/// Bytes that are written at once.
const PIECE: usize = 256 * 1024;

/// Damage that is reported at once.
const NOTES: usize = 64;

/// Reads the records of one input after the other.
pub(super) struct RecordReader {
    filter: Filter,
    limit: Option<u64>,
    pub(super) sink: Sink,
    pub(super) extractor: Option<Extractor>,
    pub(super) tally: Tally,
    pub(super) put_back: Option<PutBackReader>,
    content: FailureContent,
    reader: FailureReader,
    more_damaged: u64,
    /// The first of what could not be read as a record, and where.
    unread: Option<String>,
    is_open: bool,
    /// Records that were wanted before the input at hand.
    wanted_before: u64,
    piece: Piece,
}

impl RecordReader {
    pub(super) fn new(filter: Filter, limit: Option<u64>, sink: Sink) -> Self {
        Self {
            filter,
            limit,
            sink,
            extractor: None,
            tally: Tally::default(),
            put_back: None,
            content: FailureContent::new(),
            reader: FailureReader::new(),
            more_damaged: 0,
            unread: None,
            is_open: false,
            wanted_before: 0,
            piece: Piece::default(),
        }
    }

    /// Another that groups records by the same filter; none where the order or the
    /// number of all records matters.
    pub(super) fn like(&self) -> Option<Self> {
        let groups = matches!(self.sink, Sink::FailureGroups(_));
        (groups && self.limit.is_none() && self.extractor.is_none()).then(|| {
            let put_back = self.put_back.as_ref().map(PutBackReader::like);
            let sink = Sink::FailureGroups(Box::default());
            Self { put_back, ..Self::new(self.filter.clone(), None, sink) }
        })
    }

    /// The same with what another has found.
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.tally.merge(other.tally);
        if let (Some(all), Some(more)) = (&mut self.put_back, other.put_back) {
            all.merge(more);
        }
        if let (Sink::FailureGroups(all), Sink::FailureGroups(more)) = (&mut self.sink, other.sink)
        {
            all.merge(*more);
        }
        self
    }

    /// Where the records went; adds what was counted to `tally`, and writes what belongs
    /// after the last record.
    pub(super) fn finish(mut self, is_whole: bool, tally: &mut Tally) -> Result<Sink, Error> {
        if let Sink::Records(view) = &mut self.sink {
            let mut end = Vec::new();
            view.finish(is_whole, &mut end);
            Output::default().write(&end)?;
        }
        tally.merge(self.tally);
        tally.put_back = self.put_back.map(PutBackReader::finish).filter(|it| !it.is_empty());
        tally.extracted =
            self.extractor.map(|it| (it.written, it.folder().display().to_string(), it.damaged));
        Ok(self.sink)
    }

    fn open_input(&mut self, input: &OpenInput) {
        if let Some(put_back) = &mut self.put_back {
            put_back.open(&input.name, input.object.as_ref());
        }
        self.tally.inputs += 1;
        self.piece.opens_input = true;
        self.is_open = true;
        self.wanted_before = self.tally.wanted;
    }

    /// The input has ended, or nothing more of it comes.
    fn end_input(&mut self) -> InputEnd {
        let was_read = std::mem::take(&mut self.is_open);
        InputEnd {
            summary: self.reader.end(),
            was_read,
            more_damaged: std::mem::take(&mut self.more_damaged),
            unread: self.unread.take(),
            is_wanted: was_read && self.tally.wanted > self.wanted_before,
        }
    }

    fn item(&mut self, item: &FailureItem<'_>) -> ControlFlow<()> {
        self.tally.things += 1;
        self.more_damaged += item.more_damaged;
        for DamagedPlace { position, problem } in &item.damage {
            let Position { line, index, .. } = *position;
            let place = || format!("line {line}, record {index}: {problem}");
            self.unread.get_or_insert_with(place);
            self.report(item.input, *position, problem);
        }
        match &item.kind {
            ItemKind::Record(record) => return self.failure(record, item),
            ItemKind::Manifest(entries) => {
                self.tally.manifests += 1;
                self.tally.manifest_entries += entries;
            }
            ItemKind::SecondData | ItemKind::Other => {}
        }
        ControlFlow::Continue(())
    }

    /// A failure record; breaks where no more can be taken.
    fn failure(&mut self, record: &FailureRecord<'_>, item: &FailureItem<'_>) -> ControlFlow<()> {
        self.tally.failed += 1;
        if !self.filter.has_code(record) {
            self.tally.add_other_code(record);
            return ControlFlow::Continue(());
        }
        self.tally.has_code = true;
        match self.filter.judge(record) {
            Verdict::Wanted => {}
            Verdict::Unwanted => return ControlFlow::Continue(()),
            Verdict::Timeless => {
                self.tally.timeless += 1;
                return ControlFlow::Continue(());
            }
        }
        let Self { filter, sink, content, extractor, piece, put_back, .. } = self;
        let is_needed = filter.needs_content() || matches!(sink, Sink::Records(_));
        let slot = sink.find(record, &item.input.name, item.position.index);
        // What is decoded for its shape alone is damaged only if any record would be
        // found to be, so that the count of those is not that of the first few.
        let is_judged = is_needed || FailureContent::is_looked_at(&item.found.data);
        let decoded = content.decode(&item.found.data, is_needed || slot.1.is_some());
        let problem = item.found.problem.as_ref();
        let is_error = |problem: &&Problem| problem.severity() == Severity::Error;
        let of_content = decoded.problems.iter().find(is_error).filter(|_| is_judged);
        let damage = problem.or(of_content).cloned();
        if filter.fits(&decoded) {
            self.tally.wanted += 1;
            piece.wanted += 1;
            piece.is_full = self.limit.is_some_and(|limit| self.tally.wanted >= limit);
            let failed = Failed {
                source: &item.input.name,
                line: item.position.line,
                index: item.position.index,
                record,
                object_layers: &item.input.layers,
                decoded: &decoded,
                problem,
                is_control: is_control(&decoded),
            };
            let is_damaged = is_judged && failed.decoded.error().is_some();
            sink.take(&failed, slot, is_damaged, &mut piece.bytes);
            if let Some(put_back) = put_back {
                put_back.record(item.position.number, &item.found.data);
            }
            if let Some(extractor) = extractor {
                let code = record.code.map(|it| it.text_up_to(LONGEST_CODE));
                piece.error = extractor.write(code.as_deref(), &item.found.data).err();
            }
        }
        if let Some(damage) = damage {
            self.report(item.input, item.position, &damage);
        }
        if self.piece.is_full || self.piece.error.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn report(&mut self, input: &OpenInput, position: Position, problem: &Problem) {
        self.tally.damaged += 1;
        let hint = match (&problem.kind, problem.layer) {
            (ProblemKind::TwoRawData, _) => Some("the first is used; `fh decode` shows both"),
            (_, Some(Layer::Base64)) => {
                Some("Firehose writes plain base64: was the object edited or truncated?")
            }
            _ => problem.hint(),
        };
        let Position { line, index, .. } = position;
        let text = format!("{}: line {line}, record {index}: {problem}", input.title());
        self.piece.notes.push((text, hint.map(str::to_owned)));
    }
}

impl Work for RecordReader {
    type Piece = Piece;

    fn work(&mut self, block: &Block, emit: &mut dyn FnMut(Piece)) {
        if block.first {
            self.open_input(&block.input);
        }
        let mut reader = std::mem::replace(&mut self.reader, FailureReader::new());
        let _to_the_limit = reader.block(block, &mut |item| {
            let flow = self.item(&item);
            if self.piece.bytes.len() >= PIECE || self.piece.notes.len() >= NOTES {
                emit(std::mem::take(&mut self.piece));
            }
            flow
        });
        self.reader = reader;
        // With `--follow`, each record is shown when it comes.
        emit(std::mem::take(&mut self.piece));
    }

    fn event(&mut self, event: &BlockEvent, emit: &mut dyn FnMut(Piece)) {
        match event {
            BlockEvent::End { .. } => {
                let end = Some(self.end_input());
                emit(Piece { end, ..Piece::default() });
            }
            BlockEvent::TooLarge { line, .. } => {
                let place = || format!("line {line} is too large for a record");
                self.unread.get_or_insert_with(place);
            }
            BlockEvent::Missing(..) | BlockEvent::Unreadable(_) => drop(self.end_input()),
            _ => {}
        }
    }
}
