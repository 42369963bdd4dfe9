//! The user's own records: lines, or whole files.

use std::io::{BufRead as _, BufReader, Read};
use std::ops::ControlFlow;

use super::size::SizeCheck;
use super::{EventArgs, Record, title};
use crate::context::Context;
use crate::error::Error;
use crate::input::{Inputs, Next};
use crate::render::left_out;
use crate::terminal;
use firehose::decode::{Decoder, Encoding, GZIP_MAGIC, Layer, Options, is_encoded};
use firehose::framing::{self, Envelope, InputFormat};
use firehose::json::{self, JsonErrorKind};

/// Reads the records of `--data`, one after the other.
pub(super) struct Records<'a> {
    args: &'a EventArgs,
    context: &'a Context,
    inputs: Inputs,
    current: Option<Lines>,
    decoder: Decoder,
    size: SizeCheck<'a>,
}

struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read + Send>>,
    /// Bytes of a line that are kept.
    most: usize,
    line: u64,
    /// No record of it was looked at so far.
    is_fresh: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(args: &'a EventArgs, inputs: Inputs, context: &'a Context) -> Self {
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        let size = SizeCheck::new(args.source(), context);
        Self { args, context, inputs, current: None, decoder: Decoder::new(options), size }
    }

    fn read(&mut self) -> Result<Option<Record>, Error> {
        loop {
            let Some(lines) = &mut self.current else {
                match self.inputs.next() {
                    None => return Ok(None),
                    Some(Next::Input(input)) => {
                        let reader = BufReader::new(input.reader);
                        let name = title(&input.name).to_owned();
                        // A line longer than a record in any form is not kept
                        // to its end.
                        let most = 2 * self.size.most();
                        self.current = Some(Lines { name, reader, most, line: 0, is_fresh: true });
                    }
                    Some(Next::Notice(text)) => self.context.info(&format!("fh: {text}")),
                    Some(Next::LeftOut(left_out)) => left_out::print(&left_out, self.context),
                    Some(Next::Unreadable(error, _) | Next::Failed(error)) => return Err(error),
                }
                continue;
            };
            let Some(payload) = lines.next(self.args.whole)? else {
                self.current = None;
                continue;
            };
            let place = lines.place(self.args.whole);
            let is_first = std::mem::take(&mut lines.is_fresh);
            if self.args.whole {
                self.current = None;
            } else if payload.is_empty() {
                continue;
            }
            if is_first && !self.args.base64 {
                self.doubt(&place, &payload);
            }
            return self.record(&place, payload).map(Some);
        }
    }

    fn record(&mut self, place: &str, payload: Vec<u8>) -> Result<Record, Error> {
        if !self.args.base64 {
            self.size.check(place, &payload)?;
            return Ok(payload.into());
        }
        let decoded = self.decoder.decode(&payload, Encoding::Unknown);
        if let Some(problem) = decoded.problems.first() {
            return Err(Error::user(format!("{place}: {problem}"))
                .hint("leave `--base64` out if the lines are the records themselves"));
        }
        self.size.check(place, decoded.bytes)?;
        Ok(decoded.bytes.to_vec().into())
    }

    /// Tells if the first record of an input looks as if something else was
    /// meant. It is taken as it is all the same.
    fn doubt(&self, place: &str, payload: &[u8]) {
        let (what, hint) = if is_encoded(payload) {
            (
                "looks like base64 already",
                "the event encodes its data itself; `--base64` takes the lines for encoded",
            )
        } else if payload.starts_with(&GZIP_MAGIC) && !self.args.whole {
            (
                "is gzip, and its lines become the records",
                "`--whole` makes a file one record; `gunzip -c FILE | fh event --data -` makes \
                 records of the lines inside",
            )
        } else if !self.args.whole && is_cut_json(payload) {
            (
                "begins a JSON document that goes on, and each line becomes a record",
                "`--whole` makes a file one record; `jq -c .` writes a document a line",
            )
        } else {
            match envelope(payload) {
                Envelope::Failure => {
                    ("is a failure object", "`--from-failures` takes the record out of it")
                }
                Envelope::Event => {
                    ("is a transform event, not a record", "`fh decode --raw` takes payloads out")
                }
                _ => return,
            }
        };
        self.context.warn(&format!("{place} {what}"), &[hint]);
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Lines {
    /// The next line without its newline, or all that there is; `None` at the
    /// end.
    fn next(&mut self, whole: bool) -> Result<Option<Vec<u8>>, Error> {
        let mut bytes = Vec::new();
        self.line += 1;
        let mut reader = (&mut self.reader).take(self.most as u64);
        let read = if whole {
            reader.read_to_end(&mut bytes)
        } else {
            reader.read_until(b'\n', &mut bytes)
        };
        read.map_err(|error| Error::unreadable(&self.name, error))?;
        if bytes.len() >= self.most {
            return Err(self.too_long());
        }
        if bytes.is_empty() && !whole {
            return Ok(None);
        }
        if !whole && bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(Some(bytes))
    }

    fn too_long(&self) -> Error {
        Error::user(format!("{} is far larger than a record may be", self.place(false))).hint(
            format!(
                "a record has at most {} bytes; `--data` takes a record a line",
                terminal::group(self.most as u64 / 2)
            ),
        )
    }

    fn place(&self, whole: bool) -> String {
        if whole { self.name.clone() } else { format!("{}: line {}", self.name, self.line) }
    }
}

/// True for a line that opens a JSON document and does not close it.
fn is_cut_json(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    matches!(line.first(), Some(b'{' | b'['))
        && json::skip_value(line, 0).is_err_and(|error| error.kind == JsonErrorKind::UnexpectedEnd)
}

/// What the first record inside of `payload` was found in.
fn envelope(payload: &[u8]) -> Envelope {
    let mut envelope = Envelope::None;
    let _stopped = framing::records(payload, InputFormat::Auto, &mut |framed| {
        envelope = framed.envelope;
        ControlFlow::Break(())
    });
    envelope
}
