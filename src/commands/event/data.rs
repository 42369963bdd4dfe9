//! The user's own records: lines, or whole files.

use std::io::{BufRead as _, BufReader, Read};

use super::{EventArgs, Payload, refuse_large};
use crate::context::Context;
use crate::error::Error;
use crate::firehose::decode::{Decoder, Layer, Options, Start, is_encoded};
use crate::firehose::limits::MAX_RECORD;
use crate::input::Source;

/// A line longer than any record in any form is not read to its end.
const MOST: u64 = 2 * MAX_RECORD as u64;

/// Reads the records of `--data`, one after the other.
pub(super) struct Records<'a> {
    args: &'a EventArgs,
    context: &'a Context,
    sources: std::slice::Iter<'a, Source>,
    current: Option<Lines>,
    decoder: Decoder,
    /// The user has been told that the data looks like base64.
    is_told: bool,
}

struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read + Send>>,
    line: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(args: &'a EventArgs, context: &'a Context) -> Self {
        let options = Options { layers: Some(vec![Layer::Base64]), ..Options::default() };
        Self {
            args,
            context,
            sources: args.data.iter(),
            current: None,
            decoder: Decoder::new(options),
            is_told: args.base64,
        }
    }

    fn read(&mut self) -> Result<Option<Payload>, Error> {
        loop {
            let Some(lines) = &mut self.current else {
                let Some(source) = self.sources.next() else { return Ok(None) };
                let reader = BufReader::new(source.open()?);
                self.current = Some(Lines { name: source.title(), reader, line: 0 });
                continue;
            };
            let Some(payload) = lines.next(self.args.whole)? else {
                self.current = None;
                continue;
            };
            let place = lines.place(self.args.whole);
            if self.args.whole {
                self.current = None;
            } else if payload.is_empty() {
                continue;
            }
            return self.payload(&place, payload).map(Some);
        }
    }

    fn payload(&mut self, place: &str, payload: Vec<u8>) -> Result<Payload, Error> {
        if self.args.base64 {
            let decoded = self.decoder.decode(&payload, Start::Judge);
            if let Some(problem) = decoded.problems.first() {
                return Err(Error::usage(format!("{place}: {problem}"))
                    .hint("leave `--base64` out if the lines are the records themselves"));
            }
            refuse_large(place, decoded.bytes)?;
            return Ok((decoded.bytes.to_vec(), None));
        }
        refuse_large(place, &payload)?;
        if !self.is_told && is_encoded(&payload) {
            self.is_told = true;
            let hint = "the event encodes its data itself; `--base64` takes the lines for encoded";
            self.context.complain(&format!("{place} looks like base64 already"), &[hint]);
        }
        Ok((payload, None))
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Payload, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Lines {
    /// The next line without its newline, or all that there is.
    fn next(&mut self, whole: bool) -> Result<Option<Vec<u8>>, Error> {
        let mut bytes = Vec::new();
        self.line += 1;
        let mut reader = (&mut self.reader).take(MOST);
        let read = if whole {
            reader.read_to_end(&mut bytes)
        } else {
            reader.read_until(b'\n', &mut bytes)
        };
        read.map_err(|error| Error::unreadable(&self.name, error))?;
        if bytes.is_empty() && !whole {
            return Ok(None);
        }
        if !whole && bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(Some(bytes))
    }

    fn place(&self, whole: bool) -> String {
        if whole { self.name.clone() } else { format!("{}: line {}", self.name, self.line) }
    }
}
