//! Records that failed, out of failure objects in every shape and compression.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::size::SizeCheck;
use super::{Record, title};
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::Inputs;
use crate::input::blocks::{Blocks, Event};
use crate::render::left_out;
use crate::terminal;
use firehose::decode::{Decoder, Encoding, Layer, Options, ProblemKind, Severity};
use firehose::failure::{FailureRecord, LeftOut};
use firehose::framing::{self, Data, Envelope, FoundRecord, InputFormat};
use firehose::limits::DEFAULT_MAX_DECODED;
use firehose::transform::Source;

/// What may help with an input that holds no failures.
const OTHER: &str = "`--data` takes records as they are; `fh decode` shows what this is";

/// Reads `rawData` of failure objects, byte for byte. What cannot be read is
/// told with its place, and the rest goes on.
pub(super) struct Records<'a> {
    context: &'a Context,
    blocks: Blocks,
    decoder: Decoder,
    size: SizeCheck<'a>,
    ready: VecDeque<Record>,
    /// Records of the input at hand.
    seen: u64,
    skipped: u64,
    transformed: u64,
    unreadable: bool,
    /// What ended the inputs before their time.
    failed: Option<Error>,
    left_out: LeftOut,
}

impl<'a> Records<'a> {
    pub(super) fn new(inputs: Inputs, source: Source, context: &'a Context) -> Self {
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        Self {
            context,
            blocks: Blocks::new(inputs, InputFormat::Failures, DEFAULT_MAX_DECODED),
            decoder: Decoder::new(options),
            size: SizeCheck::new(source, context),
            ready: VecDeque::new(),
            seen: 0,
            skipped: 0,
            transformed: 0,
            unreadable: false,
            failed: None,
            left_out: LeftOut::default(),
        }
    }

    /// The outcome of the event, worse if records could not be taken.
    pub(super) fn outcome(&self, outcome: Outcome) -> Outcome {
        if self.transformed > 0 {
            let records = terminal::plural(self.transformed, "record");
            self.context.warn(
                &format!("{records} failed after the transform, at the destination"),
                &["the data is what the transform made, not what it was given"],
            );
        }
        match outcome {
            _ if self.unreadable => Outcome::Unreadable,
            _ if self.skipped > 0 => Outcome::Findings,
            outcome => outcome,
        }
    }

    /// Why there was no record at all.
    pub(super) fn nothing(&self) -> Error {
        match self.left_out.other_streams {
            0 => Error::user("no event is made: there are no failure records in the input")
                .hint("`fh failures` shows where a stream leaves them"),
            _ => Error::user("no event is made: other delivery streams wrote these objects")
                .hint("leave `--stream` out, or name the stream that their names begin with"),
        }
    }

    /// True if something of the input could not be taken.
    pub(super) const fn is_worse(&self) -> bool {
        self.unreadable || self.skipped > 0
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Block(block) => {
                if block.first {
                    self.seen = 0;
                }
                let _flow = framing::records(block.bytes(), block.input.format, &mut |framed| {
                    self.one(&block.input.name, &framed);
                    ControlFlow::Continue(())
                });
            }
            Event::TooLarge { input, line } => {
                self.skipped += 1;
                self.context.warn(
                    &format!("{}: line {line} is too large for a record", title(&input.name)),
                    &[],
                );
            }
            Event::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    self.skipped += 1;
                    let hints: Vec<_> = problem.hint().into_iter().collect();
                    self.context.warn(&format!("{}: {problem}", title(&input.name)), &hints);
                }
            }
            Event::Unreadable(error) | Event::Missing(error, _) => {
                self.unreadable = true;
                context::report(&error);
            }
            Event::Notice(text) => self.context.info(&format!("fh: {text}")),
            Event::LeftOut(left_out) => {
                self.left_out.extend(left_out);
                left_out::print(&left_out, self.context);
            }
            Event::Failed(error) => self.failed = Some(error),
        }
    }

    fn one(&mut self, name: &str, framed: &FoundRecord<'_>) {
        self.seen += 1;
        let place = format!("{}: record {}", title(name), self.seen);
        match self.record(&place, framed) {
            Ok(record) => self.ready.push_back(record),
            Err(error) => {
                self.skipped += 1;
                context::report(&error);
            }
        }
    }

    fn record(&mut self, place: &str, framed: &FoundRecord<'_>) -> Result<Record, Error> {
        if let Some(problem) = framed.problem.as_ref().filter(|it| it.severity() == Severity::Error)
        {
            let hint = match problem.kind {
                ProblemKind::TwoRawData => "`fh decode` shows both; it is left out",
                ProblemKind::NotThisFormat(_) => OTHER,
                _ => problem.hint().unwrap_or("`fh decode` shows what it is"),
            };
            return Err(Error::user(format!("{place}: {problem}")).hint(hint));
        }
        let (Data::Base64(text), Envelope::Failure) = (&framed.data, framed.envelope) else {
            return Err(
                Error::user(format!("{place} is not a failure object with `rawData`")).hint(OTHER)
            );
        };
        let decoded = self.decoder.decode(text, Encoding::Unknown);
        if let Some(problem) = decoded.problems.first() {
            return Err(Error::user(format!("{place}: {problem}")));
        }
        self.size.check(place, decoded.bytes)?;
        let payload = decoded.bytes.to_vec();
        let failed = FailureRecord::read(framed.failure.unwrap_or_default());
        self.transformed += u64::from(failed.is_transformed);
        Ok(Record { payload, arrival: failed.arrival, identity: failed.identity() })
    }
}

impl Iterator for &mut Records<'_> {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let event = self.blocks.next(Vec::new())?;
            self.event(event);
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
        }
        self.ready.pop_front().map(Ok)
    }
}
