//! Reads failure records, in every shape and compression. What cannot be read
//! is reported with its place, and the rest is read.

mod inputs;

use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use super::tally::Tally;
use crate::context::{Context, ProgressBar};
use crate::error::Error;
use crate::input::Extractor;
use crate::input::Saver;
use crate::input::blocks::{Block, BlockEvent, Blocks, OpenInput};
use crate::input::failures::{
    DamagedPlace, FailureContent, FailureItem, FailureReader, ItemKind, Position, is_control,
};
use crate::input::filter::{Filter, Verdict};
use crate::input::interruptible::{Awaited, InterruptibleBlocks};
use crate::render::Output;
use crate::render::failures::{Failed, FailedView};
use firehose::decode::{Layer, Problem, ProblemKind, Severity};
use firehose::failure::{FailureGroups, FailureRecord, Occurrence, Shape, Slot};

/// Where the records go.
pub(super) enum Sink {
    /// They are grouped.
    FailureGroups(Box<FailureGroups>),
    /// Each is shown.
    Records(Box<FailedView>, Output),
}

impl Sink {
    /// Finds the group of a record, and if its content is needed for that.
    fn find(&mut self, record: &FailureRecord<'_>) -> (Slot, bool) {
        match self {
            Self::FailureGroups(kinds) => {
                let slot = kinds.find(record);
                (slot, kinds.wants_shape(slot))
            }
            Self::Records(..) => (Slot::Full, false),
        }
    }

    fn take(&mut self, failed: &Failed<'_>, slot: Slot, has_shape: bool, out: &mut Vec<u8>) {
        let Failed { source, line, index, record, is_control, .. } = *failed;
        let is_damaged = failed.decoded.error().is_some();
        let shape = has_shape.then(|| Shape::of(failed.decoded));
        let occurrence = Occurrence { source, line, index, is_control, is_damaged, shape };
        match self {
            Self::FailureGroups(kinds) => kinds.add(slot, record, occurrence),
            Self::Records(view, _) => view.record(failed, out),
        }
    }
}

/// Characters of a code that the name of a file may need.
const LONGEST_CODE: usize = 256;

/// Bytes that are written at once.
const PIECE: usize = 256 * 1024;

pub(super) struct Reader<'a> {
    context: &'a Context,
    filter: Filter,
    limit: Option<u64>,
    sink: Sink,
    content: FailureContent,
    tally: Tally,
    progress: ProgressBar,
    /// Bytes that were read of all inputs.
    bytes_read: Arc<AtomicU64>,
    out: Vec<u8>,
    /// Damage in the input at hand whose places are not known.
    more_damaged: u64,
    /// Something of it was read.
    is_open: bool,
    /// Why nothing more came.
    failed: Option<Error>,
    /// Continues with what comes later.
    follows: bool,
    /// Records that were wanted before the input at hand.
    wanted_before: u64,
    saver: Option<Arc<Mutex<Saver>>>,
    extractor: Option<Extractor>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        context: &'a Context,
        filter: Filter,
        sink: Sink,
        blocks: &Blocks,
        limit: Option<u64>,
    ) -> Self {
        Self {
            context,
            filter,
            limit,
            sink,
            content: FailureContent::new(),
            tally: Tally::default(),
            progress: ProgressBar::of_bytes(context, None),
            bytes_read: blocks.bytes_read(),
            out: Vec::new(),
            more_damaged: 0,
            is_open: false,
            failed: None,
            follows: false,
            wanted_before: 0,
            saver: None,
            extractor: None,
        }
    }

    /// Writes the payloads of the records that are wanted.
    pub(super) fn extract_to(&mut self, extractor: Option<Extractor>) {
        self.extractor = extractor;
    }

    /// Shows how much is left of `total` bytes, where that is known.
    pub(super) fn expect(&mut self, total: Option<u64>) {
        let streams = matches!(self.sink, Sink::Records(..));
        self.progress = ProgressBar::of_bytes(self.context, total)
            .unless(streams && self.context.terminal.is_terminal);
    }

    /// Keeps the objects with records that are wanted.
    pub(super) fn save_to(&mut self, saver: Option<Arc<Mutex<Saver>>>) {
        self.saver = saver;
    }

    /// Says that there is no end to wait for.
    pub(super) fn follow(&mut self, follows: bool) {
        self.follows = follows;
    }

    /// Reads all of it, or up to the limit.
    pub(super) fn read(&mut self, blocks: Blocks) -> Result<(), Error> {
        let blocks = InterruptibleBlocks::start(blocks)?;
        let mut reader = FailureReader::new();
        let mut buffer = Vec::new();
        loop {
            let event = match blocks.next(std::mem::take(&mut buffer)) {
                Awaited::Event(event) => event,
                Awaited::End => break,
                Awaited::Interrupted => {
                    self.failed = Some(Error::interrupted());
                    break;
                }
            };
            match event {
                BlockEvent::Block(block) => {
                    let flow = self.block(&mut reader, &block)?;
                    buffer = block.into_buffer();
                    if flow.is_break() {
                        self.tally.is_cut = true;
                        return Ok(());
                    }
                }
                BlockEvent::Failed(error) => self.failed = Some(error),
                BlockEvent::End { input, layers } => self.end(reader.end(), &input, &layers),
                event => self.event(event),
            }
            self.show_progress();
        }
        Ok(())
    }

    /// What came of it, when all is written, and why there is not more of it.
    pub(super) fn finish(mut self) -> Result<(Sink, Tally, Option<Error>), Error> {
        if let Sink::Records(view, output) = &mut self.sink {
            view.finish(self.failed.is_none(), &mut self.out);
            output.write(&self.out)?;
        }
        drop(self.progress);
        self.tally.extracted =
            self.extractor.map(|it| (it.written, it.folder().display().to_string(), it.damaged));
        Ok((self.sink, self.tally, self.failed))
    }

    fn block(
        &mut self,
        reader: &mut FailureReader,
        block: &Block,
    ) -> Result<ControlFlow<()>, Error> {
        if block.first {
            self.tally.inputs += 1;
            self.more_damaged = 0;
            self.is_open = true;
        }
        let mut result = Ok(());
        let flow = reader.block(block, &mut |item| {
            result = self.item(&item).and_then(|()| self.write(PIECE));
            let is_full = self.limit.is_some_and(|limit| self.tally.wanted >= limit);
            if is_full || result.is_err() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        // Who watches sees each record when it comes.
        result.and_then(|()| self.write(1)).map(|()| flow)
    }

    /// Writes what is there, if it is that much.
    fn write(&mut self, least: usize) -> Result<(), Error> {
        if let Sink::Records(_, output) = &mut self.sink
            && self.out.len() >= least
        {
            output.write(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    fn item(&mut self, item: &FailureItem<'_>) -> Result<(), Error> {
        self.tally.things += 1;
        self.more_damaged += item.more_damaged;
        for DamagedPlace { position, problem } in &item.damage {
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
        Ok(())
    }

    /// A failure record.
    fn failure(&mut self, record: &FailureRecord<'_>, item: &FailureItem<'_>) -> Result<(), Error> {
        self.tally.failed += 1;
        if !self.filter.has_code(record) {
            self.tally.add_other_code(record);
            return Ok(());
        }
        self.tally.has_code = true;
        match self.filter.judge(record) {
            Verdict::Wanted => {}
            Verdict::Unwanted => return Ok(()),
            Verdict::Timeless => {
                self.tally.timeless += 1;
                return Ok(());
            }
        }
        let Self { filter, sink, content, extractor, .. } = self;
        let is_needed = filter.needs_content() || matches!(sink, Sink::Records(..));
        let (slot, wants_shape) = sink.find(record);
        // What is decoded for its shape alone is damaged only if any record would be
        // found to be, so that the count of those is not that of the first few.
        let is_judged = is_needed || FailureContent::is_looked_at(&item.found.data);
        let decoded = content.decode(&item.found.data, is_needed || wants_shape);
        let problem = item.found.problem.as_ref();
        let is_error = |problem: &&Problem| problem.severity() == Severity::Error;
        let of_content = decoded.problems.iter().find(is_error).filter(|_| is_judged);
        let damage = problem.or(of_content).cloned();
        let mut written = Ok(());
        if filter.fits(&decoded) {
            self.tally.wanted += 1;
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
            sink.take(&failed, slot, wants_shape, &mut self.out);
            if let Some(extractor) = extractor {
                let code = record.code.map(|it| it.text_up_to(LONGEST_CODE));
                written = extractor.write(code.as_deref(), &item.found.data);
            }
        }
        if let Some(damage) = damage {
            self.report(item.input, item.position, &damage);
        }
        written
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
        self.warn(&format!("{}: line {line}, record {index}: {problem}", input.title()), hint);
    }

    /// Warns without tearing the progress bar.
    fn warn(&self, message: &str, hint: Option<&str>) {
        let hints: Vec<_> = hint.into_iter().collect();
        self.progress.suspended(|| self.context.warn(message, &hints));
    }
}
