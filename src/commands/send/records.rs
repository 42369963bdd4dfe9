//! The user's own records, as they are in the inputs.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::PoisonError;

use super::finish::Aside;
use super::format_guess::{check_json, doubt};
use super::reading::{Format, Reading};
use super::split::{Cut, Piece};
use crate::error::Error;
use crate::input::blocks::{Blocks, Event};
use crate::input::{Inputs, Next};
use crate::render::left_out;
use crate::sending::Fed;
use crate::sending::unsent::EMPTY;
use crate::terminal;
use firehose::decode::{Decoder, Layer, Options, ProblemKind, Start};
use firehose::failure::FailureRecord;
use firehose::framing::{self, Data, Envelope, Framed};
use firehose::gzip::Gzip;
use firehose::limits::{DEFAULT_MAX_DECODED, MAX_RECORD};
use firehose::put::Outgoing;

/// Reads records, one input after the other.
pub(super) struct Records {
    reading: Reading,
    source: Source,
    make: Make,
    ready: VecDeque<Fed>,
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
    cut: Cut,
    /// Pieces so far.
    count: u64,
}

/// Makes numbered records of payloads.
struct Make {
    newline: bool,
    gzip: Option<Gzip>,
    skip: u64,
    decoder: Decoder,
    number: u64,
    lot: Vec<Outgoing>,
    aside: Option<Aside>,
}

impl Records {
    /// What is too large is put `aside`, if it cannot be had again.
    pub(super) fn new(reading: Reading, inputs: Inputs, aside: Option<Aside>) -> Self {
        let source = match reading.input_format() {
            None => Source::Pieces(Box::new(inputs), None),
            Some(format) => {
                Source::Blocks(Box::new(Blocks::new(inputs, format, DEFAULT_MAX_DECODED)), 0)
            }
        };
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        let make = Make {
            newline: reading.newline,
            gzip: reading.gzip.then(Gzip::new),
            skip: reading.skip,
            decoder: Decoder::new(options),
            number: 0,
            lot: Vec::new(),
            aside,
        };
        Self { reading, source, make, ready: VecDeque::new(), is_transformed: false }
    }

    /// Reads on; false at the end.
    fn read(&mut self) -> bool {
        let goes_on = match &mut self.source {
            Source::Pieces(inputs, open) => {
                pieces(inputs, open, &self.reading, &mut self.make, &mut self.ready)
            }
            Source::Blocks(blocks, seen) => match blocks.next(Vec::new()) {
                Some(event) => {
                    let mut found = Found {
                        make: &mut self.make,
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
        let lot = std::mem::take(&mut self.make.lot);
        if !lot.is_empty() {
            self.ready.push_back(Fed::Records(lot));
        }
        goes_on
    }
}

impl Iterator for Records {
    type Item = Fed;

    fn next(&mut self) -> Option<Fed> {
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
    reading: &Reading,
    make: &mut Make,
    ready: &mut VecDeque<Fed>,
) -> bool {
    let Some(open) = current else {
        match inputs.next() {
            None => return false,
            Some(Next::Input(input)) => {
                let cut = Cut::new(input.reader, reading.separator());
                *current = Some(Open { name: title(&input.name), cut, count: 0 });
            }
            // One object of many may be gone; a file that was named has to be there.
            Some(Next::Gap(error, Some(_))) => ready.push_back(Fed::LeftOut(error)),
            Some(Next::Notice(text)) => ready.push_back(Fed::Notice(text)),
            Some(Next::LeftOut(left_out)) => {
                ready.extend(left_out::sentences(&left_out).into_iter().map(Fed::Notice));
            }
            Some(Next::Failed(error) | Next::Gap(error, None)) => {
                ready.push_back(Fed::Failed(error));
            }
        }
        return true;
    };
    match open.cut.next() {
        Ok(Some(pieces)) => {
            for piece in pieces {
                let is_first = open.count == 0;
                open.count += 1;
                let place = reading.place(&open.name, open.count);
                if let Err(error) = one_piece(piece, &place, is_first, reading, make) {
                    ready.push_back(error);
                }
            }
        }
        Ok(None) => *current = None,
        Err(error) => {
            ready.push_back(Fed::LeftOut(Error::unreadable(&open.name, error)));
            *current = None;
        }
    }
    true
}

fn one_piece(
    piece: Piece,
    place: &dyn Fn() -> String,
    is_first: bool,
    reading: &Reading,
    make: &mut Make,
) -> Result<(), Fed> {
    let is_blank = matches!(&piece, Piece::Whole(bytes) if reading.leaves_out(bytes));
    if is_blank || !make.wants_next() {
        return Ok(());
    }
    let Piece::Whole(bytes) = piece else {
        let error = Error::usage(format!("{} is far larger than a record may be", place()));
        return Err(Fed::LeftOut(
            error.hint("a record has at most 1,000 KiB; is it the right format?"),
        ));
    };
    if is_first
        && reading.is_unsure()
        && let Some((what, hint)) = doubt(&bytes)
    {
        let error = Error::usage(format!("{} {what}", place()));
        return Err(Fed::Failed(
            error.hint(hint).hint("`--format lines` sends each line as it is"),
        ));
    }
    let taken = match reading.format() {
        Format::Base64 => make.base64(&bytes),
        Format::Ndjson => check_json(&bytes).and_then(|()| make.payload(bytes)),
        _ => make.payload(bytes),
    };
    taken.map_err(|(why, hint)| Fed::LeftOut(Error::usage(format!("{} {why}", place())).hint(hint)))
}

/// Why a record cannot be sent, and what to do.
pub(super) type Bad = (String, String);

impl Make {
    /// Counts a record; false if it is one to be left out.
    fn wants_next(&mut self) -> bool {
        self.number += 1;
        self.number > self.skip
    }

    fn base64(&mut self, text: &[u8]) -> Result<(), Bad> {
        let text = text.trim_ascii();
        if text == EMPTY {
            return self.payload(Vec::new());
        }
        let decoded = self.decoder.decode(text, Start::Judge);
        if let Some(problem) = decoded.problems.first() {
            let hint = "`fh decode` shows what it is".to_owned();
            return Err((format!("cannot be decoded: {problem}"), hint));
        }
        let payload = decoded.bytes.to_vec();
        self.payload(payload)
    }

    /// Takes a record as the flags want it.
    fn payload(&mut self, mut payload: Vec<u8>) -> Result<(), Bad> {
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
                format!("has {size} bytes; a record has at most {most}"),
                self.put_aside(&payload),
            ));
        }
        self.lot.push(Outgoing::new(self.number, payload));
        Ok(())
    }
}

impl Make {
    /// Keeps what no call takes; says what to do with it.
    fn put_aside(&self, payload: &[u8]) -> String {
        let Some(aside) = &self.aside else {
            return "split it, or send it compressed: `--gzip`".to_owned();
        };
        let kept = aside.lock().unwrap_or_else(PoisonError::into_inner).push(payload);
        match kept {
            Ok(()) => "it is kept in a file of its own; see below".to_owned(),
            Err(error) => format!("it is lost: {error}"),
        }
    }
}

/// Takes records out of what they are in.
struct Found<'a> {
    make: &'a mut Make,
    ready: &'a mut VecDeque<Fed>,
    is_transformed: &'a mut bool,
    /// Records of the input at hand.
    seen: &'a mut u64,
}

impl Found<'_> {
    fn event(&mut self, event: Event) {
        match event {
            Event::Block(block) => {
                if block.first {
                    *self.seen = 0;
                }
                let name = title(&block.input.name);
                let _flow = framing::records(block.bytes(), block.input.format, &mut |framed| {
                    *self.seen += 1;
                    if self.make.wants_next() {
                        self.one(&name, &framed);
                    }
                    ControlFlow::Continue(())
                });
            }
            Event::TooLarge { input, line } => {
                let name = title(&input.name);
                self.leave_out(Error::usage(format!(
                    "{name}: line {line} is too large for a record"
                )));
            }
            Event::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let error = Error::usage(format!("{}: {problem}", title(&input.name)));
                    let hints = problem.hint().into_iter();
                    self.leave_out(hints.fold(error, Error::hint));
                }
            }
            Event::Gap(error, _) => self.leave_out(error),
            Event::Notice(text) => self.push(Fed::Notice(text)),
            Event::LeftOut(left_out) => {
                for sentence in left_out::sentences(&left_out) {
                    self.push(Fed::Notice(sentence));
                }
            }
            Event::Unreadable(error) | Event::Failed(error) => self.push(Fed::Failed(error)),
        }
    }

    fn one(&mut self, name: &str, framed: &Framed<'_>) {
        let place = || format!("{name}: record {}", self.seen);
        if let Some(problem) = &framed.problem {
            let hint = match problem.kind {
                ProblemKind::NotThisFormat(_) => None,
                _ => problem.hint(),
            };
            let hint = hint.unwrap_or("`fh decode` shows what it is");
            let error = Error::usage(format!("{}: {problem}", place())).hint(hint);
            return self.leave_out(error);
        }
        let taken = match &framed.data {
            Data::Judge(bytes) => self.make.payload(bytes.to_vec()),
            Data::Base64(text) => self.make.base64(text),
            Data::Missing | Data::Broken => {
                Err(("has no data".to_owned(), "`fh decode` shows what it is".to_owned()))
            }
        };
        if let Err((why, hint)) = taken {
            let error = Error::usage(format!("{} {why}", place())).hint(hint);
            return self.leave_out(error);
        }
        let is_transformed = framed.envelope == Envelope::Failure
            && FailureRecord::read(framed.failure.unwrap_or_default()).is_transformed;
        if is_transformed && !std::mem::replace(self.is_transformed, true) {
            let place = place();
            self.push(Fed::Notice(format!(
                "{place} failed behind the transform: its data is what the transform made"
            )));
        }
    }

    fn leave_out(&mut self, error: Error) {
        self.push(Fed::LeftOut(error));
    }

    /// Keeps the order of records and what is told between them.
    fn push(&mut self, fed: Fed) {
        let lot = std::mem::take(&mut self.make.lot);
        if !lot.is_empty() {
            self.ready.push_back(Fed::Records(lot));
        }
        self.ready.push_back(fed);
    }
}

/// The name of an input in a sentence.
fn title(name: &str) -> String {
    if name == "-" { "standard input".to_owned() } else { name.to_owned() }
}
