//! The user's own records as they are: lines, or whole files.

use firehose::decode::has_binary_bytes;

use super::size::SizeCheck;
use super::{EventArgs, EventRecord};
use crate::context::Context;
use crate::error::Error;
use crate::input::base64::Base64Reader;
use crate::input::lines::{RecordSplitter, SplitRecord};
use crate::input::looks_like::Likeness;
use crate::input::{Input, Inputs, Next, title};
use crate::render::left_out;
use crate::terminal;

/// Reads the records of `--data`, one after the other, and looks into none.
pub(super) struct DataRecords<'a> {
    args: &'a EventArgs,
    context: &'a Context,
    inputs: Inputs,
    current: Option<OpenData>,
    base64: Base64Reader,
    size: SizeCheck<'a>,
}

/// The input at hand.
struct OpenData {
    /// As the user named it.
    name: String,
    splitter: RecordSplitter,
    ready: std::vec::IntoIter<SplitRecord>,
    /// The most bytes that a record may have.
    most: usize,
    /// Number of the last line, from 1.
    line: u64,
    /// It is one record.
    whole: bool,
    crlf: CrlfNote,
}

impl<'a> DataRecords<'a> {
    pub(super) fn new(args: &'a EventArgs, inputs: Inputs, context: &'a Context) -> Self {
        let size = SizeCheck::new(args.source(), context);
        Self { args, context, inputs, current: None, base64: Base64Reader::new(), size }
    }

    fn read(&mut self) -> Result<Option<EventRecord>, Error> {
        loop {
            let Some(open) = &mut self.current else {
                match self.inputs.next() {
                    None => return Ok(None),
                    Some(Next::Input(input)) => {
                        let most = self.size.most();
                        self.current = Some(OpenData::new(input, self.args.whole, most));
                    }
                    Some(Next::Notice(text)) => self.context.info(&format!("fh: {text}")),
                    Some(Next::LeftOut(left_out)) => left_out::print(&left_out, self.context),
                    Some(Next::Unreadable(error, _) | Next::Failed(error)) => return Err(error),
                }
                continue;
            };
            let Some(payload) = open.next()? else {
                self.current = None;
                continue;
            };
            let place = open.place(self.args.whole);
            let is_line = !self.args.whole && !self.args.base64;
            let payload = if is_line { open.without_crlf(payload, self.context) } else { payload };
            if payload.is_empty() && !self.args.whole {
                continue;
            }
            if self.args.whole {
                self.warn_of_likeness(&place, &payload);
            }
            return self.record(&place, payload).map(Some);
        }
    }

    fn record(&mut self, place: &str, payload: Vec<u8>) -> Result<EventRecord, Error> {
        if !self.args.base64 {
            self.size.check(place, &payload)?;
            return Ok(payload.into());
        }
        let payload = self.base64.read(&payload).map_err(|problem| {
            Error::user(format!("{place}: {problem}"))
                .hint("omit `--base64` if the lines are the records themselves")
        })?;
        self.size.check(place, payload)?;
        Ok(payload.to_vec().into())
    }

    /// Warns if a file looks as if something else was meant. It is still taken as it is.
    fn warn_of_likeness(&self, place: &str, payload: &[u8]) {
        let (what, hint) = match Likeness::of(payload) {
            Some(Likeness::Base64) => (
                "looks like base64",
                "the event encodes its data itself; without `--whole`, fh decodes base64",
            ),
            Some(Likeness::Failure) => {
                ("is a failure object", "use `--from-failures` to extract its record")
            }
            Some(Likeness::Event) => (
                "is a transform event, not a record",
                "without `--whole`, fh takes the records in it",
            ),
            // Payloads may be anything else.
            _ => return,
        };
        self.context.warn(&format!("{place} {what}"), &[hint]);
    }
}

impl Iterator for DataRecords<'_> {
    type Item = Result<EventRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl OpenData {
    fn new(input: Input, whole: bool, most: usize) -> Self {
        let separator = (!whole).then_some(b"\n".as_slice());
        Self {
            name: input.name,
            splitter: RecordSplitter::new(input.reader, separator).with_max_record(most),
            ready: Vec::new().into_iter(),
            most,
            line: 0,
            whole,
            crlf: CrlfNote::default(),
        }
    }

    /// The line at hand without the carriage return of CRLF, if it is text: in binary data it
    /// is a byte like any other.
    fn without_crlf(&mut self, mut line: Vec<u8>, context: &Context) -> Vec<u8> {
        let is_ended = self.ready.len() > 0 || !self.splitter.ends_open();
        let is_text = || str::from_utf8(&line).is_ok() && !has_binary_bytes(&line);
        if is_ended && line.last() == Some(&b'\r') && is_text() {
            line.pop();
            let place = self.place(false);
            if let Some(note) = self.crlf.note(&place) {
                context.info(&note);
            }
        }
        line
    }

    /// The next line without its newline, or all that there is; `None` at the
    /// end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            if let Some(record) = self.ready.next() {
                self.line += 1;
                return match record {
                    SplitRecord::Whole(bytes) => Ok(Some(bytes)),
                    SplitRecord::TooLong => Err(self.too_long()),
                };
            }
            let records = self.splitter.next();
            match records.map_err(|error| Error::unreadable(title(&self.name), error))? {
                Some(records) => self.ready = records.into_iter(),
                None => return Ok(None),
            }
        }
    }

    fn too_long(&self) -> Error {
        too_long(&self.place(self.whole), self.most, self.whole)
    }

    fn place(&self, whole: bool) -> String {
        let name = title(&self.name);
        if whole { name.to_owned() } else { format!("{name}: line {}", self.line) }
    }
}

/// The note on lines that end with CRLF: once for each input that has some.
#[derive(Debug, Default)]
pub(super) struct CrlfNote {
    is_given: bool,
}

impl CrlfNote {
    /// What is said of the line at `place`, which ends so.
    pub(super) fn note(&mut self, place: &str) -> Option<String> {
        let is_first = !std::mem::replace(&mut self.is_given, true);
        is_first.then(|| {
            format!("fh: {place} ends with CRLF: the carriage return is not part of the record")
        })
    }
}

/// What stands at `place`, a line or a `whole` file, is far larger than `most`.
pub(super) fn too_long(place: &str, most: usize, whole: bool) -> Error {
    let how = if whole {
        "with `--whole`, each file is one record; without it, each line is"
    } else {
        "`--data` reads one record per line"
    };
    let most = terminal::group(most as u64);
    Error::user(format!("{place} is far larger than a record can be"))
        .hint(format!("a record is at most {most} bytes; {how}"))
}
