//! The user's own records, in any form in which `fh decode` finds them.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::EventRecord;
use super::data::{CrlfNote, too_long};
use super::size::SizeCheck;
use crate::context::Context;
use crate::error::Error;
use crate::input::Inputs;
use crate::input::base64::Base64Reader;
use crate::input::blocks::{Block, BlockEvent, Blocks, LineCounter};
use crate::render::left_out;
use firehose::decode::{Decoder, Layer, Options, Problem, ProblemKind, Severity};
use firehose::framing::{self, Data, Envelope, FoundRecord, InputFormat};
use firehose::json;
use firehose::limits::DEFAULT_MAX_DECODED;
use firehose::transform::Source;

/// What takes lines for records whatever they look like.
const AS_LINES: &str = "`--lines` takes each line as it is";

/// Reads the records of `--data`. What is not simply a line is reported, once for each
/// form of an input.
pub(super) struct FoundRecords<'a> {
    context: &'a Context,
    blocks: Blocks,
    finder: Finder<'a>,
}

/// Takes records out of blocks.
struct Finder<'a> {
    decoder: Decoder,
    base64: Base64Reader,
    size: SizeCheck<'a>,
    ready: VecDeque<Item>,
    /// The forms of the input at hand that were reported.
    reported: Vec<Form>,
    crlf: CrlfNote,
}

/// What comes next.
enum Item {
    Record(EventRecord),
    Note(String),
    Failed(Error),
}

/// How a record was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The record itself, on a line of its own.
    Line,
    /// Base64 or hexadecimal digits.
    Text(Layer),
    /// As a program prints bytes or strings.
    Printed,
    /// JSON on several lines.
    Pretty,
    /// JSON values with nothing between them.
    Glued,
    /// The start of JSON that breaks on a later line.
    Broken,
    /// A file that is no text.
    Binary,
    In(Envelope),
}

impl Form {
    /// What the user should know of it, after the place.
    fn note(self) -> Option<&'static str> {
        Some(match self {
            Self::Line | Self::Broken => return None,
            Self::Text(Layer::Hex) => "is hexadecimal digits: their bytes become the record",
            Self::Text(_) => "is base64: its bytes become the record",
            Self::Printed => "is a payload that a program printed: its bytes become the record",
            Self::Pretty => "starts a JSON value of several lines, which becomes one record",
            Self::Glued => "has several JSON values: each becomes a record",
            Self::Binary => "is not text, so the whole input becomes one record",
            Self::In(Envelope::Event) => "is a transform event: its records are taken",
            Self::In(Envelope::Response) => "is a transform response: its records are taken",
            Self::In(Envelope::Failure) => {
                "is a failure object: its record is taken; `--from-failures` keeps its ID and \
                 arrival time"
            }
            Self::In(Envelope::KinesisEvent) => "is a Kinesis event: its records are taken",
            Self::In(Envelope::CloudWatchLogsEvent) => {
                "is a CloudWatch Logs event: its payload becomes the record"
            }
            Self::In(_) => "is the body of a request: its records are taken",
        })
    }
}

impl<'a> FoundRecords<'a> {
    pub(super) fn new(source: Source, inputs: Inputs, context: &'a Context) -> Self {
        let finder = Finder {
            decoder: Decoder::new(Options::default()),
            base64: Base64Reader::new(),
            size: SizeCheck::new(source, context),
            ready: VecDeque::new(),
            reported: Vec::new(),
            crlf: CrlfNote::default(),
        };
        let blocks = Blocks::new(inputs, InputFormat::Auto, DEFAULT_MAX_DECODED);
        Self { context, blocks, finder }
    }

    fn take(&mut self, event: BlockEvent) {
        let finder = &mut self.finder;
        match event {
            BlockEvent::Block(block) => finder.block(&block),
            BlockEvent::TooLarge { input, line } => {
                let place = format!("{}: line {line}", input.title());
                finder.fail(too_long(&place, finder.size.most(), false));
            }
            BlockEvent::End { input, layers } => {
                for problem in layers.iter().filter_map(|layer| layer.problem.as_ref()) {
                    let error = Error::user(format!("{}: {problem}", input.title()));
                    finder.fail(problem.hint().into_iter().fold(error, Error::hint));
                }
            }
            BlockEvent::Notice(text) => finder.note(format!("fh: {text}")),
            BlockEvent::LeftOut(left_out) => left_out::print(&left_out, self.context),
            BlockEvent::Missing(error, _)
            | BlockEvent::Unreadable(error)
            | BlockEvent::Failed(error) => finder.fail(error),
        }
    }
}

impl Iterator for FoundRecords<'_> {
    type Item = Result<EventRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.finder.ready.pop_front() {
                Some(Item::Record(record)) => return Some(Ok(record)),
                Some(Item::Failed(error)) => return Some(Err(error)),
                Some(Item::Note(text)) => self.context.info(&text),
                None => {
                    let event = self.blocks.next(Vec::new())?;
                    self.take(event);
                }
            }
        }
    }
}

impl Finder<'_> {
    fn block(&mut self, block: &Block) {
        let name = block.input.title();
        if block.first {
            self.reported.clear();
            self.crlf = CrlfNote::default();
            if let Some(layer) = block.input.layers.first() {
                let layer = layer.as_str();
                self.note(format!(
                    "fh: {name} is compressed with {layer}: the records inside are taken; \
                     `--whole` makes the file one record"
                ));
            }
        }
        let mut lines = LineCounter::new(block);
        // A line that was taken whole ends here.
        let mut taken = 0;
        let _flow = framing::records(block.bytes(), block.input.format, &mut |found| {
            if found.at < taken {
                return ControlFlow::Continue(());
            }
            let is_whole = block.input.format == InputFormat::Whole;
            let place = if is_whole {
                name.to_owned()
            } else {
                format!("{name}: line {}", lines.line_of(found.at))
            };
            match self.one(block.bytes(), is_whole, &found) {
                Ok((form, payload)) => {
                    if form == Form::Line {
                        taken = found.at + line_at(block.bytes(), found.at).1.len();
                        if block.bytes().get(taken) == Some(&b'\r')
                            && let Some(note) = self.crlf.note(&place)
                        {
                            self.note(note);
                        }
                    }
                    if form == Form::Line {
                        self.note_broken(&place, found.problem.as_ref());
                    }
                    self.record(&place, form, payload);
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    let problem = format!("{place} {error}");
                    self.fail(Error::user(problem).hint(AS_LINES));
                    ControlFlow::Break(())
                }
            }
        });
    }

    /// The payload of a record and how it was written, or what is wrong with it.
    fn one(
        &mut self,
        block: &[u8],
        is_whole: bool,
        found: &FoundRecord<'_>,
    ) -> Result<(Form, Vec<u8>), String> {
        if let Some(problem) = found.problem.as_ref().filter(|it| it.severity() == Severity::Error)
        {
            return Err(format!("cannot be read: {problem}"));
        }
        let form = Form::In(found.envelope);
        let kind = found.problem.as_ref().map(|it| &it.kind);
        let is_in_text = matches!(kind, Some(ProblemKind::TextAround { .. }));
        match &found.data {
            Data::Base64(text) => match self.base64.read(text) {
                Ok(bytes) => Ok((form, bytes.to_vec())),
                Err(problem) => Err(format!("cannot be decoded: {problem}")),
            },
            Data::Missing | Data::Broken => Err("has no data".to_owned()),
            Data::Unknown(bytes) if is_whole => Ok((Form::Binary, bytes.to_vec())),
            // Of a line of text with records in it, every word is the record.
            Data::Unknown(_) if is_in_text => {
                let (before, rest) = line_at(block, found.at);
                Ok((Form::Line, [before, rest].concat()))
            }
            Data::Unknown(bytes) if found.envelope == Envelope::None => {
                self.by_itself(block, found.at, bytes)
            }
            Data::Unknown(bytes) => Ok((form, bytes.to_vec())),
        }
    }

    /// The payload of a record that is in nothing else; its line starts at `at`, or before.
    fn by_itself(
        &mut self,
        block: &[u8],
        at: usize,
        record: &[u8],
    ) -> Result<(Form, Vec<u8>), String> {
        if let Some((layer, bytes, problems)) = self.decoder.bytes_of_text(record) {
            if let Some(problem) = problems.iter().find(|it| it.severity() == Severity::Error) {
                return Err(format!("cannot be decoded: {problem}"));
            }
            // Of a line of text with base64 in it, every word is the record.
            let is_in_words = |it: &Problem| {
                matches!(it.kind, ProblemKind::Base64InWords | ProblemKind::BytesInWords)
            };
            if !problems.iter().any(is_in_words) {
                return Ok((Form::Text(layer), bytes.to_vec()));
            }
        }
        let (before, rest) = line_at(block, at);
        let line = [before, rest].concat();
        let is_first = before.trim_ascii().is_empty();
        if is_first && rest.trim_ascii() == record.trim_ascii() {
            return Ok((Form::Line, line));
        }
        // A string in JSON is a record as it stands.
        if line.trim_ascii().starts_with(b"\"") && is_json_only(&line) {
            return Ok((Form::Line, line));
        }
        let is_json = matches!(record.first(), Some(b'{' | b'[' | b'"'));
        if !is_json || !block.get(at..).unwrap_or_default().starts_with(record) {
            return Ok((Form::Printed, record.to_vec()));
        }
        Ok(if record.contains(&b'\n') {
            (Form::Pretty, record.to_vec())
        } else if is_first && !is_json_only(rest) {
            // JSON within a line of text.
            (Form::Line, line)
        } else {
            (Form::Glued, record.to_vec())
        })
    }

    fn record(&mut self, place: &str, form: Form, payload: Vec<u8>) {
        if let Some(note) = form.note()
            && !self.reported.contains(&form)
        {
            self.reported.push(form);
            let instead = match form {
                Form::Binary => "`--lines` makes a record of each line",
                _ => AS_LINES,
            };
            self.note(format!("fh: {place} {note}; {instead}"));
        }
        match self.size.check(place, &payload) {
            Ok(()) => self.ready.push_back(Item::Record(payload.into())),
            Err(error) => self.fail(error),
        }
    }

    /// Says why a line is a record by itself that begins as JSON does.
    fn note_broken(&mut self, place: &str, problem: Option<&Problem>) {
        let Some(problem) = problem.filter(|it| matches!(it.kind, ProblemKind::NotJson { .. }))
        else {
            return;
        };
        if self.reported.contains(&Form::Broken) {
            return;
        }
        self.reported.push(Form::Broken);
        let hint = problem.hint().map(|it| format!("\n  hint: {it}")).unwrap_or_default();
        self.note(format!("fh: {place} is {problem}; each of its lines becomes a record{hint}"));
    }

    fn note(&mut self, text: String) {
        self.ready.push_back(Item::Note(text));
    }

    fn fail(&mut self, error: Error) {
        self.ready.push_back(Item::Failed(error));
    }
}

/// The line of `block` that `at` is on, without its newline, which may be CRLF: what is
/// before `at`, and what is not.
fn line_at(block: &[u8], at: usize) -> (&[u8], &[u8]) {
    let (before, after) = block.split_at(at.min(block.len()));
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
    let rest = after.get(..end).unwrap_or_default();
    let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
    (before.get(start..).unwrap_or_default(), rest)
}

/// True if there is nothing but JSON values in `text`.
fn is_json_only(text: &[u8]) -> bool {
    let mut at = json::skip_space(text, 0);
    while at < text.len() {
        match json::skip_value(text, at) {
            Ok(end) => at = json::skip_space(text, end),
            Err(_) => return false,
        }
    }
    true
}
