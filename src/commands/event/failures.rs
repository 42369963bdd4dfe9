//! Records that failed, out of failure objects in every shape and compression.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::EventRecord;
use super::size::SizeCheck;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::Inputs;
use crate::input::base64::Base64Reader;
use crate::input::blocks::{BlockEvent, Blocks};
use crate::input::failures::{self, FailureContent, FailureItem, FailureReader, ItemKind};
use crate::input::filter::{Filter, Verdict};
use crate::render::left_out;
use crate::terminal;
use firehose::decode::{ProblemKind, Severity};
use firehose::failure::{LeftOut, Transformed};
use firehose::framing::Data;
use firehose::transform::Source;

/// What may help with an input that holds no failures.
const OTHER: &str = "`--data` reads records as they are; `fh decode` shows what this is";

/// Reads `rawData` of failure objects, byte for byte. What cannot be read is
/// reported with its place, and the rest is read.
pub(super) struct FailedRecords<'a> {
    context: &'a Context,
    blocks: Blocks,
    reader: FailureReader,
    taken: Taken<'a>,
    unreadable: bool,
    /// What ended the inputs before their time.
    failed: Option<Error>,
    left_out: LeftOut,
}

/// The records so far.
struct Taken<'a> {
    base64: Base64Reader,
    size: SizeCheck<'a>,
    ready: VecDeque<EventRecord>,
    skipped: u64,
    /// Those that the filters leave out.
    unwanted: u64,
    filter: Filter,
    content: FailureContent,
    /// Those that failed at the destination.
    transformed: u64,
    /// Those that failed in format conversion.
    converted: u64,
}

impl<'a> FailedRecords<'a> {
    pub(super) fn new(
        inputs: Inputs,
        filter: Filter,
        source: Source,
        context: &'a Context,
    ) -> Self {
        let taken = Taken {
            filter,
            content: FailureContent::new(),
            unwanted: 0,
            base64: Base64Reader::new(),
            size: SizeCheck::new(source, context),
            ready: VecDeque::new(),
            skipped: 0,
            transformed: 0,
            converted: 0,
        };
        Self {
            context,
            blocks: failures::blocks(inputs),
            reader: FailureReader::new(),
            taken,
            unreadable: false,
            failed: None,
            left_out: LeftOut::default(),
        }
    }

    /// The outcome of the event, worse if records could not be taken.
    pub(super) fn outcome(&self, outcome: Outcome) -> Outcome {
        for (count, place, what) in [
            (
                self.taken.transformed,
                "at the destination",
                "is the output of the transform, not its input",
            ),
            (
                self.taken.converted,
                "in format conversion",
                "may be the output of the transform, not its input",
            ),
        ] {
            if count > 0 {
                let records = terminal::plural(count, "record");
                let whose = if count == 1 { "its" } else { "their" };
                self.context.warn(
                    &format!("{records} failed after the transform, {place}"),
                    &[&format!("{whose} data {what}")],
                );
            }
        }
        match outcome {
            _ if self.unreadable => Outcome::Unreadable,
            _ if self.taken.skipped > 0 => Outcome::Findings,
            outcome => outcome,
        }
    }

    /// Why there was no record at all.
    pub(super) fn nothing(&self) -> Error {
        match self.left_out.other_streams {
            _ if self.taken.unwanted > 0 => {
                let read = terminal::group(self.taken.unwanted);
                let why = format!("no failure record matches the filters ({read} read)");
                Error::user(format!("cannot make an event: {why}"))
                    .hint("`fh failures` lists the codes")
            }
            0 => Error::user("cannot make an event: no failure records in the input")
                .hint("`fh failures` shows where a stream writes them"),
            _ => Error::user("cannot make an event: other delivery streams wrote these objects")
                .hint("omit `--stream`, or pass the stream that their names start with"),
        }
    }

    /// True if something of the input could not be taken.
    pub(super) const fn is_worse(&self) -> bool {
        self.unreadable || self.taken.skipped > 0
    }

    fn event(&mut self, event: BlockEvent) {
        match event {
            BlockEvent::Block(block) => {
                let _to_the_end = self.reader.block(&block, &mut |item| {
                    self.taken.item(&item);
                    ControlFlow::Continue(())
                });
            }
            BlockEvent::TooLarge { input, line } => {
                self.taken.skipped += 1;
                self.context.warn(&input.too_large(line), &[]);
            }
            BlockEvent::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    self.taken.skipped += 1;
                    let hints: Vec<_> = problem.hint().into_iter().collect();
                    self.context.warn(&format!("{}: {problem}", input.title()), &hints);
                }
            }
            BlockEvent::Unreadable(error) | BlockEvent::Missing(error, _) => {
                self.unreadable = true;
                context::report(&error);
            }
            BlockEvent::Notice(text) => self.context.info(&format!("fh: {text}")),
            BlockEvent::LeftOut(left_out) => {
                self.left_out.extend(left_out);
                left_out::print(&left_out, self.context);
            }
            BlockEvent::Failed(error) => self.failed = Some(error),
        }
    }
}

impl Taken<'_> {
    fn item(&mut self, item: &FailureItem<'_>) {
        if !self.is_wanted(item) {
            self.unwanted += 1;
            return;
        }
        let place = format!("{}: record {}", item.input.title(), item.position.index);
        match self.record(&place, item) {
            Ok(record) => self.ready.push_back(record),
            Err(error) => {
                self.skipped += 1;
                context::report(&error);
            }
        }
    }

    /// False for a failure record that the filters leave out.
    fn is_wanted(&mut self, item: &FailureItem<'_>) -> bool {
        let ItemKind::Record(failure) = &item.kind else { return true };
        if self.filter.judge(failure) != Verdict::Wanted {
            return false;
        }
        !self.filter.needs_content()
            || self.filter.fits(&self.content.decode(&item.found.data, true))
    }

    fn record(&mut self, place: &str, item: &FailureItem<'_>) -> Result<EventRecord, Error> {
        let framed = item.found;
        if let Some(problem) = framed.problem.as_ref().filter(|it| it.severity() == Severity::Error)
        {
            let hint = match problem.kind {
                ProblemKind::TwoRawData => "it is skipped; `fh decode` shows both",
                ProblemKind::NotThisFormat(_) => OTHER,
                _ => problem.hint().unwrap_or("`fh decode` shows what it is"),
            };
            return Err(Error::user(format!("{place}: {problem}")).hint(hint));
        }
        let (Data::Base64(text), ItemKind::Record(failure)) = (&framed.data, &item.kind) else {
            return Err(
                Error::user(format!("{place} is not a failure object with `rawData`")).hint(OTHER)
            );
        };
        let payload = self.base64.read(text);
        let payload = payload.map_err(|problem| Error::user(format!("{place}: {problem}")))?;
        self.size.check(place, payload)?;
        let payload = payload.to_vec();
        self.transformed += u64::from(failure.transformed == Transformed::Yes);
        self.converted += u64::from(failure.transformed == Transformed::Perhaps);
        Ok(EventRecord { payload, arrival: failure.arrival, identity: failure.identity() })
    }
}

impl Iterator for &mut FailedRecords<'_> {
    type Item = Result<EventRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.taken.ready.is_empty() {
            let event = self.blocks.next(Vec::new())?;
            self.event(event);
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
        }
        self.taken.ready.pop_front().map(Ok)
    }
}
