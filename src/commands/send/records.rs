//! The user's own records, as they are in the inputs.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::PoisonError;

use super::finish::SharedUnsentFile;
use super::format_guess::{check_json, guess_format};
use super::reading::{Format, ReadingArgs};
use super::split::{Piece, RecordSplitter};
use crate::error::Error;
use crate::input::blocks::{Blocks, Event};
use crate::input::{Inputs, Next};
use crate::render::left_out;
use crate::sending::FeedItem;
use crate::sending::unsent_file::EMPTY;
use crate::terminal;
use firehose::decode::{Decoder, Encoding, Layer, Options, ProblemKind, Severity};
use firehose::failure::FailureRecord;
use firehose::framing::{self, Data, Envelope, FoundRecord};
use firehose::gzip::Gzip;
use firehose::limits::{DEFAULT_MAX_DECODED, MAX_RECORD};
use firehose::put::PendingRecord;

/// Reads records, one input after the other.
pub(super) struct Records {
    reading: ReadingArgs,
    source: Source,
    builder: RecordBuilder,
    ready: VecDeque<FeedItem>,
    is_transformed: bool,
}

enum Source {
    /// Cut at separators, nothing unpacked.
    Pieces(Box<Inputs>, Option<Open>),
    /// Found by what they are.
    Blocks(Box<Blocks>, u64),
}

struct Open {
    name: String,
    splitter: RecordSplitter,
    /// Pieces so far.
    count: u64,
}

/// Makes numbered records of payloads.
struct RecordBuilder {
    newline: bool,
    gzip: Option<Gzip>,
    skip: u64,
    decoder: Decoder,
    number: u64,
    lot: Vec<PendingRecord>,
    too_large: Option<SharedUnsentFile>,
}

impl Records {
    /// What is too large is saved here, if the input cannot be read again.
    pub(super) fn new(
        reading: ReadingArgs,
        inputs: Inputs,
        too_large: Option<SharedUnsentFile>,
    ) -> Self {
        let source = match reading.input_format() {
            None => Source::Pieces(Box::new(inputs), None),
            Some(format) => {
                Source::Blocks(Box::new(Blocks::new(inputs, format, DEFAULT_MAX_DECODED)), 0)
            }
        };
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        let builder = RecordBuilder {
            newline: reading.newline,
            gzip: reading.gzip.then(Gzip::new),
            skip: reading.skip,
            decoder: Decoder::new(options),
            number: 0,
            lot: Vec::new(),
            too_large,
        };
        Self { reading, source, builder, ready: VecDeque::new(), is_transformed: false }
    }

    /// Reads on; false at the end.
    fn read(&mut self) -> bool {
        let goes_on = match &mut self.source {
            Source::Pieces(inputs, open) => {
                pieces(inputs, open, &self.reading, &mut self.builder, &mut self.ready)
            }
            Source::Blocks(blocks, seen) => match blocks.next(Vec::new()) {
                Some(event) => {
                    let mut found = FramedRecords {
                        builder: &mut self.builder,
                        ready: &mut self.ready,
                        is_transformed: &mut self.is_transformed,
                        seen,
                    };
                    found.event(event);
                    true
                }
                None => false,
            },
        };
        let lot = std::mem::take(&mut self.builder.lot);
        if !lot.is_empty() {
            self.ready.push_back(FeedItem::Records(lot));
        }
        goes_on
    }
}

impl Iterator for Records {
    type Item = FeedItem;

    fn next(&mut self) -> Option<FeedItem> {
        while self.ready.is_empty() {
            if !self.read() {
                return None;
            }
        }
        self.ready.pop_front()
    }
}

/// Reads pieces of the input at hand, or opens the next; false at the end.
fn pieces(
    inputs: &mut Inputs,
    current: &mut Option<Open>,
    reading: &ReadingArgs,
    builder: &mut RecordBuilder,
    ready: &mut VecDeque<FeedItem>,
) -> bool {
    let Some(open) = current else {
        match inputs.next() {
            None => return false,
            Some(Next::Input(input)) => {
                let splitter = RecordSplitter::new(input.reader, reading.separator());
                *current = Some(Open { name: title(&input.name), splitter, count: 0 });
            }
            // One object of many may be gone; a file that was named has to be there.
            Some(Next::Unreadable(error, Some(_))) => ready.push_back(FeedItem::LeftOut(error)),
            Some(Next::Notice(text)) => ready.push_back(FeedItem::Notice(text)),
            Some(Next::LeftOut(left_out)) => {
                ready.extend(left_out::sentences(&left_out).into_iter().map(FeedItem::Notice));
            }
            Some(Next::Failed(error) | Next::Unreadable(error, None)) => {
                ready.push_back(FeedItem::Failed(error));
            }
        }
        return true;
    };
    match open.splitter.next() {
        Ok(Some(pieces)) => {
            for piece in pieces {
                let is_first = open.count == 0;
                open.count += 1;
                let place = reading.place(&open.name, open.count);
                if let Err(error) = one_piece(piece, &place, is_first, reading, builder) {
                    ready.push_back(error);
                }
            }
        }
        Ok(None) => *current = None,
        Err(error) => {
            ready.push_back(FeedItem::LeftOut(Error::unreadable(&open.name, error)));
            *current = None;
        }
    }
    true
}

fn one_piece(
    piece: Piece,
    place: &dyn Fn() -> String,
    is_first: bool,
    reading: &ReadingArgs,
    builder: &mut RecordBuilder,
) -> Result<(), FeedItem> {
    let is_blank = matches!(&piece, Piece::Whole(bytes) if reading.leaves_out(bytes));
    if is_blank || !builder.wants_next() {
        return Ok(());
    }
    let Piece::Whole(bytes) = piece else {
        let error = Error::user(format!("{} is far larger than a record can be", place()));
        return Err(FeedItem::LeftOut(
            error.hint("a record is at most 1,000 KiB; check `--format`"),
        ));
    };
    if is_first
        && reading.is_unsure()
        && let Some((what, hint)) = guess_format(&bytes)
    {
        let error = Error::user(format!("{} {what}", place()));
        return Err(FeedItem::Failed(
            error.hint(hint).hint("`--format lines` sends each line as it is"),
        ));
    }
    let taken = match reading.format() {
        Format::Base64 => builder.base64(&bytes),
        Format::Ndjson => check_json(&bytes).and_then(|()| builder.payload(bytes)),
        _ => builder.payload(bytes),
    };
    taken.map_err(|(why, hint)| {
        FeedItem::LeftOut(Error::user(format!("{} {why}", place())).hint(hint))
    })
}

/// Why a record cannot be sent, and what to do.
pub(super) type Unsendable = (String, String);

impl RecordBuilder {
    /// Counts a record; false if it is one to be left out.
    fn wants_next(&mut self) -> bool {
        self.number += 1;
        self.number > self.skip
    }

    fn base64(&mut self, text: &[u8]) -> Result<(), Unsendable> {
        let text = text.trim_ascii();
        if text == EMPTY {
            return self.payload(Vec::new());
        }
        let decoded = self.decoder.decode(text, Encoding::Unknown);
        if let Some(problem) = decoded.problems.first() {
            let hint = "`fh decode` shows what it is".to_owned();
            return Err((format!("cannot be decoded: {problem}"), hint));
        }
        let payload = decoded.bytes.to_vec();
        self.payload(payload)
    }

    /// Takes a record as the flags want it.
    fn payload(&mut self, mut payload: Vec<u8>) -> Result<(), Unsendable> {
        if self.newline && !payload.ends_with(b"\n") {
            payload.push(b'\n');
        }
        if let Some(gzip) = &mut self.gzip {
            payload = gzip.compress(&payload);
        }
        if payload.len() > MAX_RECORD {
            let size = terminal::group(payload.len() as u64);
            let most = terminal::group(MAX_RECORD as u64);
            return Err((
                format!("is {size} bytes; a record is at most {most}"),
                self.save_too_large(&payload),
            ));
        }
        self.lot.push(PendingRecord::new(self.number, payload));
        Ok(())
    }
}

impl RecordBuilder {
    /// Keeps what no call takes; says what to do with it.
    fn save_too_large(&self, payload: &[u8]) -> String {
        let Some(too_large) = &self.too_large else {
            return "split it, or send it compressed: `--gzip`".to_owned();
        };
        let kept = too_large.lock().unwrap_or_else(PoisonError::into_inner).push(payload);
        match kept {
            Ok(()) => "it is saved in a separate file; see below".to_owned(),
            Err(error) => format!("it is lost: {error}"),
        }
    }
}

/// Takes records out of what they are in.
struct FramedRecords<'a> {
    builder: &'a mut RecordBuilder,
    ready: &'a mut VecDeque<FeedItem>,
    is_transformed: &'a mut bool,
    /// Records of the input at hand.
    seen: &'a mut u64,
}

impl FramedRecords<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Block(block) => {
                if block.first {
                    *self.seen = 0;
                }
                let name = title(&block.input.name);
                let _flow = framing::records(block.bytes(), block.input.format, &mut |framed| {
                    *self.seen += 1;
                    if self.builder.wants_next() {
                        self.one(&name, &framed);
                    }
                    ControlFlow::Continue(())
                });
            }
            Event::TooLarge { input, line } => {
                let name = title(&input.name);
                self.leave_out(Error::user(format!(
                    "{name}: line {line} is too large for a record"
                )));
            }
            Event::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let error = Error::user(format!("{}: {problem}", title(&input.name)));
                    let hints = problem.hint().into_iter();
                    self.leave_out(hints.fold(error, Error::hint));
                }
            }
            Event::Missing(error, _) => self.leave_out(error),
            Event::Notice(text) => self.push(FeedItem::Notice(text)),
            Event::LeftOut(left_out) => {
                for sentence in left_out::sentences(&left_out) {
                    self.push(FeedItem::Notice(sentence));
                }
            }
            Event::Unreadable(error) | Event::Failed(error) => self.push(FeedItem::Failed(error)),
        }
    }

    fn one(&mut self, name: &str, framed: &FoundRecord<'_>) {
        let place = || format!("{name}: record {}", self.seen);
        if let Some(problem) = framed.problem.as_ref().filter(|it| it.severity() == Severity::Error)
        {
            let hint = match problem.kind {
                ProblemKind::NotThisFormat(_) => None,
                _ => problem.hint(),
            };
            let hint = hint.unwrap_or("`fh decode` shows what it is");
            let error = Error::user(format!("{}: {problem}", place())).hint(hint);
            return self.leave_out(error);
        }
        let taken = match &framed.data {
            Data::Unknown(bytes) => self.builder.payload(bytes.to_vec()),
            Data::Base64(text) => self.builder.base64(text),
            Data::Missing | Data::Broken => {
                Err(("has no data".to_owned(), "`fh decode` shows what it is".to_owned()))
            }
        };
        if let Err((why, hint)) = taken {
            let error = Error::user(format!("{} {why}", place())).hint(hint);
            return self.leave_out(error);
        }
        let is_transformed = framed.envelope == Envelope::Failure
            && FailureRecord::read(framed.failure.unwrap_or_default()).is_transformed;
        if is_transformed && !std::mem::replace(self.is_transformed, true) {
            let place = place();
            self.push(FeedItem::Notice(format!(
                "{place} failed after the transform: its data is the output of the transform"
            )));
        }
    }

    fn leave_out(&mut self, error: Error) {
        self.push(FeedItem::LeftOut(error));
    }

    /// Keeps the order of records and of the messages between them.
    fn push(&mut self, fed: FeedItem) {
        let lot = std::mem::take(&mut self.builder.lot);
        if !lot.is_empty() {
            self.ready.push_back(FeedItem::Records(lot));
        }
        self.ready.push_back(fed);
    }
}

/// The name of an input in a sentence.
fn title(name: &str) -> String {
    if name == "-" { "standard input".to_owned() } else { name.to_owned() }
}
