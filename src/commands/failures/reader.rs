//! Reads failure records, in every shape and compression. What cannot be read
//! is told with its place, and the rest goes on.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::HumanBytes;

use super::tally::Tally;
use crate::context::{self, Context, ProgressBar};
use crate::error::Error;
use crate::input::blocks::{Block, Blocks, Event, LineCounter, Opened};
use crate::input::filter::{Filter, Verdict};
use crate::input::save::{NOT_SAVED, Saved, Saver};
use crate::render::failures::{Failed, FailedView, not_failure_records};
use crate::render::{Output, left_out};
use crate::terminal;
use firehose::decode::{
    Content, Decoded, Decoder, Encoding, KnownJson, Layer, Options, Problem, ProblemKind, Severity,
    known_json,
};
use firehose::failure::{Damage, Expected, FailureGroups, FailureRecord, Finding, Occurrence};
use firehose::framing::{self, Data, FoundRecord};

/// Where the records go.
pub(super) enum Sink {
    /// They are grouped.
    FailureGroups(Box<FailureGroups>),
    /// Each is shown.
    Records(Box<FailedView>, Output),
}

impl Sink {
    fn take(&mut self, failed: &Failed<'_>, out: &mut Vec<u8>) {
        let Failed { source, line, index, record, is_control, .. } = *failed;
        let is_damaged = !failed.decoded.problems.is_empty();
        let met = Occurrence { source, line, index, is_control, is_damaged };
        match self {
            Self::FailureGroups(kinds) => kinds.add(record, met),
            Self::Records(view, _) => view.record(failed, out),
        }
    }
}

/// Less than this is read before anybody looks how far it is.
const MIN_BYTES: u64 = 16 * 1024 * 1024;
const MIN_INPUTS: u64 = 200;

/// Bytes that are written at once.
const PIECE: usize = 256 * 1024;

/// Objects that are told one by one of those that cannot be had for a reason;
/// the others are counted.
const TOLD_GAPS: u64 = 3;

/// Longest base64 of a CloudWatch Logs control message, gzipped: those that
/// people published have less than 500 bytes.
const CONTROL: usize = 2048;

/// What base64 of gzip starts with, and of JSON that starts as an unpacked
/// control message does.
const GZIP: &[u8] = b"H4sI";
const UNPACKED: &[u8] = b"eyJtZXNzYWdlVHlwZSI6IkNPTlRST0xf";

pub(super) struct Reader<'a> {
    context: &'a Context,
    filter: Filter,
    limit: Option<u64>,
    sink: Sink,
    decoder: Decoder,
    tally: Tally,
    progress: ProgressBar,
    /// Bytes that were read of all inputs.
    bytes_read: Arc<AtomicU64>,
    out: Vec<u8>,
    /// Records of the input at hand, and what else is in it.
    index: u64,
    damage: Damage<Other>,
    /// Something of it was read.
    is_open: bool,
    /// Why nothing more came.
    failed: Option<Error>,
    /// It goes on with what comes later.
    follows: bool,
    /// Records that were wanted before the input at hand.
    wanted_before: u64,
    saver: Option<Arc<Mutex<Saver>>>,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    input: &'a Opened,
    line: u64,
    index: u64,
}

/// Something else than a failure record: where it is, and what is wrong with it.
#[derive(Debug)]
struct Other {
    line: u64,
    index: u64,
    problem: Problem,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        context: &'a Context,
        filter: Filter,
        sink: Sink,
        blocks: &Blocks,
        limit: Option<u64>,
    ) -> Self {
        let streams = matches!(sink, Sink::Records(..));
        Self {
            context,
            filter,
            limit,
            sink,
            decoder: Decoder::new(Options::default()),
            tally: Tally::default(),
            progress: ProgressBar::new(context, ProgressBar::MESSAGE, None)
                .unless(streams && context.terminal.is_terminal),
            bytes_read: blocks.bytes_read(),
            out: Vec::new(),
            index: 0,
            damage: Damage::of(Expected::Failures),
            is_open: false,
            failed: None,
            follows: false,
            wanted_before: 0,
            saver: None,
        }
    }

    /// Keeps the objects with records that are wanted.
    pub(super) fn save_to(&mut self, saver: Option<Arc<Mutex<Saver>>>) {
        self.saver = saver;
    }

    /// Says that there is no end to wait for.
    pub(super) fn follow(&mut self, follows: bool) {
        self.follows = follows;
    }

    /// Decides whether the object that has ended is kept.
    fn save(&mut self, input: &Opened) {
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

    /// Reads all of it, or up to the limit.
    pub(super) fn read(&mut self, mut blocks: Blocks) -> Result<(), Error> {
        let mut buffer = Vec::new();
        while let Some(event) = blocks.next(std::mem::take(&mut buffer)) {
            match event {
                Event::Block(block) => {
                    let flow = self.block(&block)?;
                    buffer = block.into_buffer();
                    if flow.is_break() {
                        self.tally.is_cut = true;
                        return Ok(());
                    }
                }
                Event::Failed(error) => self.failed = Some(error),
                event => self.event(event),
            }
            self.show_progress();
        }
        Ok(())
    }

    /// Shows how far it is.
    fn show_progress(&mut self) {
        let (inputs, wanted) = (self.tally.inputs, self.tally.wanted);
        let bytes = self.bytes_read.load(Ordering::Relaxed);
        if bytes < MIN_BYTES && inputs < MIN_INPUTS {
            return;
        }
        self.progress.show(0, || {
            let inputs = terminal::plural(inputs, "input");
            let records = terminal::plural(wanted, "failed record");
            format!("{inputs}, {}, {records}", HumanBytes(bytes))
        });
    }

    /// What came of it, when all is written, and why there is not more of it.
    pub(super) fn finish(mut self) -> Result<(Sink, Tally, Option<Error>), Error> {
        if let Sink::Records(view, output) = &mut self.sink {
            view.finish(&mut self.out);
            output.write(&self.out)?;
        }
        drop(self.progress);
        Ok((self.sink, self.tally, self.failed))
    }

    fn block(&mut self, block: &Block) -> Result<ControlFlow<()>, Error> {
        if block.first {
            self.tally.inputs += 1;
            self.index = 0;
            self.damage = Damage::of(Expected::Failures);
            self.is_open = true;
        }
        let mut lines = LineCounter::new(block);
        let mut result = Ok(());
        // A record with two `rawData` comes twice, one after the other.
        let mut twice: Option<*const u8> = None;
        let flow = framing::records(block.bytes(), block.input.format, &mut |framed| {
            self.index += 1;
            self.tally.things += 1;
            let line = lines.line_of(framed.at);
            let place = Place { input: &block.input, line, index: self.index };
            let found = Finding::of(&framed, block.bytes());
            if found == Finding::Record {
                let is_two =
                    matches!(&framed.problem, Some(it) if it.kind == ProblemKind::TwoRawData);
                let object = framed.failure.map(<[u8]>::as_ptr).filter(|_| is_two);
                if object.is_none() || object != twice {
                    self.failure(&framed, place);
                }
                twice = object;
            } else {
                self.other(found, &framed, place);
            }
            result = self.write(PIECE);
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

    /// A failure record.
    fn failure(&mut self, framed: &FoundRecord<'_>, place: Place<'_>) {
        self.account(Finding::Record, framed, place);
        let record = FailureRecord::read(framed.failure.unwrap_or_default());
        self.tally.failed += 1;
        match self.filter.judge(&record) {
            Verdict::Wanted => {}
            Verdict::Unwanted => return,
            Verdict::Timeless => {
                self.tally.timeless += 1;
                return;
            }
        }
        let Self { filter, sink, decoder, .. } = self;
        let is_needed = filter.needs_content() || matches!(sink, Sink::Records(..));
        let decoded = match &framed.data {
            Data::Base64(text) if is_needed || is_worth_a_look(text) => {
                decoder.decode(text, Encoding::Base64)
            }
            _ => NOTHING,
        };
        let problem = framed.problem.as_ref();
        let is_error = |problem: &&Problem| problem.severity() == Severity::Error;
        let damage = problem.or_else(|| decoded.problems.iter().find(is_error)).cloned();
        if filter.fits(&decoded) {
            self.tally.wanted += 1;
            let failed = Failed {
                source: &place.input.name,
                line: place.line,
                index: self.index,
                record: &record,
                object_layers: &place.input.layers,
                decoded: &decoded,
                problem,
                is_control: is_control(&decoded),
            };
            sink.take(&failed, &mut self.out);
        }
        if let Some(damage) = damage {
            self.report(place, &damage);
        }
    }

    /// Something else: a manifest, a damaged record, other data.
    fn other(&mut self, found: Finding, framed: &FoundRecord<'_>, place: Place<'_>) {
        if let Finding::Manifest(entries) = found {
            self.tally.manifests += 1;
            self.tally.manifest_entries += entries;
        } else {
            self.account(found, framed, place);
        }
    }

    /// Reports the damage that is known to be some now.
    fn account(&mut self, found: Finding, framed: &FoundRecord<'_>, place: Place<'_>) {
        let is_json = |it: &&Problem| matches!(it.kind, ProblemKind::Json(_));
        let not_one = || Problem::input(ProblemKind::NotAFailure);
        let problem = framed.problem.as_ref().filter(is_json).cloned().unwrap_or_else(not_one);
        let other = Other { line: place.line, index: place.index, problem };
        for Other { line, index, problem } in self.damage.take(found, other) {
            self.report(Place { line, index, ..place }, &problem);
        }
    }

    /// Counts what else was in the input that has ended.
    fn end_of_damage(&mut self, name: &str) {
        let more = self.damage.take_uncounted();
        if more > 0 {
            self.tally.damaged += more;
            let more = not_failure_records(more, "more ");
            let message = format!("{}: {more}", title(name));
            self.progress.suspended(|| self.context.warn(&message, &[]));
        }
        self.damage = Damage::of(Expected::Failures);
    }

    fn report(&mut self, place: Place<'_>, problem: &Problem) {
        self.tally.damaged += 1;
        let hint = match (&problem.kind, problem.layer) {
            (ProblemKind::TwoRawData, _) => Some("`fh decode` shows both; the first is taken here"),
            (_, Some(Layer::Base64)) => {
                Some("Firehose writes plain base64: was the object edited, or cut on its way?")
            }
            _ => problem.hint(),
        };
        let hints: Vec<_> = hint.into_iter().collect();
        let name = title(&place.input.name);
        let message = format!("{name}: line {}, record {}: {problem}", place.line, place.index);
        self.progress.suspended(|| self.context.warn(&message, &hints));
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Block(_) | Event::Failed(_) => {}
            Event::Notice(text) => {
                self.progress.suspended(|| self.context.info(&format!("fh: {text}")));
            }
            Event::LeftOut(left_out) => {
                self.tally.left_out.extend(left_out);
                if self.follows {
                    // Nothing sums it up: a listing that is followed has no end.
                    self.progress.suspended(|| left_out::print(&left_out, self.context));
                }
            }
            Event::Missing(error, why) => {
                self.is_open = false;
                let is_refused = why == NOT_SAVED;
                let count = self.tally.gaps.entry(why).or_insert(0);
                *count += 1;
                // What is not in the folder has to be known.
                if *count <= TOLD_GAPS || is_refused {
                    self.progress.suspended(|| context::report(&error));
                }
            }
            Event::TooLarge { input, line } => {
                self.tally.damaged += 1;
                let message =
                    format!("{}: line {line} is too large for a record", title(&input.name));
                self.progress.suspended(|| self.context.warn(&message, &[]));
            }
            Event::End { input, layers } => {
                let is_empty = !self.is_open || self.index == 0;
                if self.damage.is_other_data() || is_empty && input.object.is_some() {
                    self.tally.strange(&input.name, input.object.as_ref().map(|it| &*it.key));
                }
                self.end_of_damage(&input.name);
                self.save(&input);
                self.tally.inputs += u64::from(!std::mem::take(&mut self.is_open));
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    self.tally.damaged += 1;
                    let hints: Vec<_> = problem.hint().into_iter().collect();
                    let message = format!("{}: {problem}", title(&input.name));
                    self.progress.suspended(|| self.context.warn(&message, &hints));
                }
            }
            Event::Unreadable(error) => {
                self.is_open = false;
                self.tally.unreadable = true;
                self.progress.suspended(|| context::report(&error));
            }
        }
    }
}

const NOTHING: Decoded<'static> =
    Decoded { layers: &[], content: Content::Unknown, bytes: &[], formatted: &[], problems: &[] };

/// The name of an input in a sentence.
fn title(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// True if this base64 has to be decoded even where nobody asks for its
/// content, which costs more than all the rest: it may be a control message, or
/// not base64 at all.
fn is_worth_a_look(text: &[u8]) -> bool {
    let may_be_control =
        text.len() <= CONTROL && text.starts_with(GZIP) || text.starts_with(UNPACKED);
    may_be_control || !is_plain_base64(text)
}

/// True for base64 as Firehose writes it (RFC 4648, section 4).
fn is_plain_base64(text: &[u8]) -> bool {
    let body = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let is_symbol = |it: &&u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/');
    text.len().is_multiple_of(4) && body.iter().filter(is_symbol).count() == body.len()
}

fn is_control(decoded: &Decoded<'_>) -> bool {
    let is_json = matches!(decoded.content, Content::Json | Content::JsonSequence { .. });
    is_json
        && matches!(
            known_json(decoded.formatted),
            Some(KnownJson::CloudWatchLogs(message)) if message.message_type.text() == "CONTROL_MESSAGE"
        )
}
