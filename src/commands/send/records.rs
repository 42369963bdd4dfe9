//! The user's records, one after the other, whatever they stand in.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read};
use std::ops::ControlFlow;

use super::arguments::{FormatArg, SendArgs, Separator};
use crate::blocks::{Blocks, Event};
use crate::error::Error;
use crate::firehose::decode::{Decoder, Layer, Options, Start};
use crate::firehose::framing::{self, Data, Envelope, Framed, InputFormat};
use crate::firehose::json;
use crate::firehose::limits::{DEFAULT_MAX_DECODED, MAX_RECORD};
use crate::input::{Inputs, Next};

/// A line longer than any record in any form is not kept to its end.
const MOST: u64 = 2 * MAX_RECORD as u64;

/// A record, and where it stands.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) place: String,
    pub(super) payload: Vec<u8>,
    /// What comes next has to be waited for.
    pub(super) is_last_for_now: bool,
}

/// All records of some inputs.
pub(super) type All = Box<dyn Iterator<Item = Result<Found, Error>> + Send>;

/// The records of the inputs.
pub(super) fn records(args: &SendArgs) -> All {
    let inputs = Inputs::new(&args.inputs).with_aws(&args.common.aws);
    match args.format {
        FormatArg::JsonStream => Box::new(Framing::new(inputs, InputFormat::Json)),
        FormatArg::Event => Box::new(Framing::new(inputs, InputFormat::Event)),
        FormatArg::Failures => Box::new(Framing::new(inputs, InputFormat::Failures)),
        FormatArg::Lines | FormatArg::Ndjson | FormatArg::Base64 | FormatArg::Raw => {
            Box::new(Pieces::new(inputs, args.format, args.record_separator.clone()))
        }
    }
}

/// Records between separators: lines, or whole inputs.
struct Pieces {
    inputs: Inputs,
    format: FormatArg,
    separator: Option<Separator>,
    current: Option<Piece>,
    decoder: Decoder,
}

struct Piece {
    name: String,
    reader: BufReader<Box<dyn Read + Send>>,
    number: u64,
}

impl Pieces {
    fn new(inputs: Inputs, format: FormatArg, separator: Option<Separator>) -> Self {
        let separator = match format {
            FormatArg::Raw => separator,
            _ => Some(Separator(vec![b'\n'])),
        };
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        Self { inputs, format, separator, current: None, decoder: Decoder::new(options) }
    }

    fn read(&mut self) -> Result<Option<Found>, Error> {
        loop {
            let Some(piece) = &mut self.current else {
                match self.inputs.next() {
                    None => return Ok(None),
                    Some(Next::Input(input)) => {
                        let name = title(&input.name).to_owned();
                        let reader = BufReader::with_capacity(256 * 1024, input.reader);
                        self.current = Some(Piece { name, reader, number: 0 });
                    }
                    Some(Next::Notice(_)) => {}
                    Some(Next::Gap(error, _) | Next::Failed(error)) => return Err(error),
                }
                continue;
            };
            let Some(payload) = piece.next(self.separator.as_ref())? else {
                self.current = None;
                continue;
            };
            let place = match (&self.separator, self.format) {
                (None, _) => piece.name.clone(),
                (_, FormatArg::Raw) => format!("{}: record {}", piece.name, piece.number),
                _ => format!("{}: line {}", piece.name, piece.number),
            };
            if payload.is_empty() && self.format != FormatArg::Base64 && self.separator.is_some() {
                continue;
            }
            let is_last_for_now = piece.reader.buffer().is_empty();
            return self.record(place, payload, is_last_for_now).map(Some);
        }
    }

    fn record(
        &mut self,
        place: String,
        payload: Vec<u8>,
        is_last_for_now: bool,
    ) -> Result<Found, Error> {
        match self.format {
            FormatArg::Base64 => {
                let decoded = self.decoder.decode(&payload, Start::Judge);
                if let Some(problem) = decoded.problems.first() {
                    return Err(Error::usage(format!("{place}: {problem}"))
                        .hint("`--format lines` sends the lines as they are"));
                }
                let payload = decoded.bytes.to_vec();
                Ok(Found { place, payload, is_last_for_now })
            }
            FormatArg::Ndjson if !is_json(&payload) => {
                Err(Error::usage(format!("{place} is not JSON"))
                    .hint("`--format lines` sends it as it is; nothing from this line on was sent"))
            }
            _ => Ok(Found { place, payload, is_last_for_now }),
        }
    }
}

impl Iterator for Pieces {
    type Item = Result<Found, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Piece {
    /// The next piece without its separator; `None` at the end.
    fn next(&mut self, separator: Option<&Separator>) -> Result<Option<Vec<u8>>, Error> {
        let mut bytes = Vec::new();
        self.number += 1;
        let Some(Separator(separator)) = separator else {
            let is_first = self.number == 1;
            let read = (&mut self.reader).take(MOST).read_to_end(&mut bytes);
            read.map_err(|error| Error::unreadable(&self.name, error))?;
            return Ok(is_first.then_some(bytes));
        };
        let last = separator.last().copied().unwrap_or(b'\n');
        while !bytes.ends_with(separator) {
            let room = MOST.saturating_sub(bytes.len() as u64);
            let read = (&mut self.reader).take(room).read_until(last, &mut bytes);
            if read.map_err(|error| Error::unreadable(&self.name, error))? == 0 {
                break;
            }
        }
        if bytes.len() as u64 >= MOST {
            return Err(Error::usage(format!(
                "{}: record {} is far larger than a record may be",
                self.name, self.number
            ))
            .hint("a record has at most 1,000 KiB; `--format` says how the input is cut"));
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.ends_with(separator) {
            bytes.truncate(bytes.len() - separator.len());
        }
        Ok(Some(bytes))
    }
}

/// Records in events, failure objects and sequences of JSON.
struct Framing {
    blocks: Blocks,
    format: InputFormat,
    decoder: Decoder,
    ready: VecDeque<Result<Found, Error>>,
    seen: u64,
}

impl Framing {
    fn new(inputs: Inputs, format: InputFormat) -> Self {
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        Self {
            blocks: Blocks::new(inputs, format, DEFAULT_MAX_DECODED),
            format,
            decoder: Decoder::new(options),
            ready: VecDeque::new(),
            seen: 0,
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Block(block) => {
                if block.first {
                    self.seen = 0;
                }
                let name = title(&block.input.name);
                let Self { decoder, ready, seen, format, .. } = self;
                let _flow = framing::records(block.bytes(), block.input.format, &mut |framed| {
                    *seen += 1;
                    let place = format!("{name}: record {seen}");
                    ready.push_back(record(*format, place, &framed, decoder));
                    ControlFlow::Continue(())
                });
            }
            Event::TooLarge { input, line } => {
                let name = title(&input.name);
                self.ready
                    .push_back(Err(Error::usage(format!("{name}: line {line} is too large"))));
            }
            Event::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let name = title(&input.name);
                    self.ready.push_back(Err(Error::usage(format!("{name}: {problem}"))));
                }
            }
            Event::Unreadable(error) | Event::Gap(error, _) | Event::Failed(error) => {
                self.ready.push_back(Err(error));
            }
            Event::Notice(_) => {}
        }
    }
}

fn record(
    format: InputFormat,
    place: String,
    framed: &Framed<'_>,
    decoder: &mut Decoder,
) -> Result<Found, Error> {
    if let Some(problem) = &framed.problem {
        return Err(Error::usage(format!("{place}: {problem}"))
            .hint("`fh decode` shows what it is; what stands before it was sent"));
    }
    match (&framed.data, format) {
        (Data::Base64(text), _) if framed.envelope != Envelope::None => {
            let it = decoder.decode(text, Start::Judge);
            match it.problems.first() {
                Some(problem) => Err(Error::usage(format!("{place}: {problem}"))),
                None => Ok(found(place, it.bytes)),
            }
        }
        (Data::Judge(bytes), InputFormat::Json) => Ok(found(place, bytes)),
        _ => Err(Error::usage(format!("{place} is no record of the format `{}`", format.as_str()))
            .hint("`fh decode` shows what it is; `--format lines` sends lines as they are")),
    }
}

fn found(place: String, payload: &[u8]) -> Found {
    Found { place, payload: payload.to_vec(), is_last_for_now: false }
}

impl Iterator for Framing {
    type Item = Result<Found, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let event = self.blocks.next(Vec::new())?;
            self.event(event);
        }
        let mut found = self.ready.pop_front();
        if let Some(Ok(found)) = &mut found {
            found.is_last_for_now = self.ready.is_empty();
        }
        found
    }
}

/// The name of an input in a sentence.
fn title(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

fn is_json(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    json::skip_value(line, 0).is_ok_and(|end| end == line.len())
}
