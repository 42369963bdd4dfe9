//! Where records begin and end in what people have in hand.
//!
//! A block of input is cut into regions (a JSON value, a line, a wrapped run
//! of base64, a gzip member among text), each region is one record or an
//! envelope that holds some. Nobody has to say which: every region is judged by
//! itself, so mixed input works.

mod block_cut;
mod envelope;
mod event_finder;
pub(crate) mod failure_key;
mod flaw;
mod hex_list;
mod keys;
mod labelled;
mod line;
mod lookahead;
mod nested;
mod pasted;
mod plain_line;
mod print;
mod printed_bytes;
mod printed_event;
mod python_lines;
mod record_data;
mod region;
mod resync;
mod shape;
mod slip;
mod wrapped;
mod wrapped_line;

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::decode::{Problem, ProblemKind, is_base64_symbol};
use super::json::{self, JsonError, JsonErrorKind, Token};
use crate::bytes::part;
pub use block_cut::safe_cut;
use line::Reading;
use lookahead::Lookahead;
pub use plain_line::plain_line;
pub use printed_event::{PrintedEvent, Segment, pieces};
pub use resync::has_failure_object;
use shape::{Region, Shape};

/// What the user calls the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputFormat {
    /// Judge every region by itself.
    #[default]
    Auto,
    /// Base64, a record a line.
    Base64,
    /// A record a line, judged.
    Lines,
    /// JSON values, each a record, whatever keys they have.
    Json,
    /// Transform events.
    Event,
    /// Transform responses.
    Response,
    /// Failure objects.
    Failures,
    /// Lambda's Kinesis events and the bodies of Kinesis and Firehose calls.
    Kinesis,
    /// Lambda's CloudWatch Logs events.
    CloudwatchLogs,
    /// A log: only the events printed in it.
    Log,
    /// The whole input is one record.
    Whole,
}

impl InputFormat {
    /// The name in `--input-format`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Base64 => "base64",
            Self::Lines => "lines",
            Self::Json => "json",
            Self::Event => "event",
            Self::Response => "response",
            Self::Failures => "failures",
            Self::Kinesis => "kinesis",
            Self::CloudwatchLogs => "cloudwatch-logs",
            Self::Log => "log",
            Self::Whole => "whole",
        }
    }
}

impl InputFormat {
    /// True if what is no JSON may be a record.
    const fn takes_lines(self) -> bool {
        matches!(self, Self::Auto | Self::Base64 | Self::Lines | Self::Whole)
    }
}

/// What a record was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// Nothing: it stood by itself.
    None,
    /// A transform event, or one record of it.
    Event,
    /// A transform response.
    Response,
    /// A failure object.
    Failure,
    /// Lambda's Kinesis event.
    KinesisEvent,
    /// Lambda's CloudWatch Logs event.
    CloudWatchLogsEvent,
    /// The body of `GetRecords`, `PutRecords`, `PutRecord` or
    /// `PutRecordBatch`.
    ApiBody,
    /// A request that Firehose sends to an HTTP endpoint.
    HttpRequest,
}

impl Envelope {
    /// The name in JSON and text; `None` for a record by itself.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Event => Some("transform-event"),
            Self::Response => Some("transform-response"),
            Self::Failure => Some("failure"),
            Self::KinesisEvent => Some("kinesis-event"),
            Self::CloudWatchLogsEvent => Some("cloudwatch-logs-event"),
            Self::ApiBody => Some("api-body"),
            Self::HttpRequest => Some("http-request"),
        }
    }

    fn is(self, format: InputFormat) -> bool {
        match format {
            InputFormat::Event => self == Self::Event,
            InputFormat::Response => self == Self::Response,
            InputFormat::Failures => self == Self::Failure,
            InputFormat::Kinesis => matches!(self, Self::KinesisEvent | Self::ApiBody),
            InputFormat::CloudwatchLogs => self == Self::CloudWatchLogsEvent,
            InputFormat::Log => self != Self::None,
            _ => true,
        }
    }
}

/// A record's bytes as they stand in the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data<'a> {
    /// Nothing says what they are.
    Unknown(Cow<'a, [u8]>),
    /// Base64 by contract.
    Base64(Cow<'a, [u8]>),
    /// There are none: `data` is left out or null.
    Missing,
    /// They cannot be read; the problem says why.
    Broken,
}

/// A record found in a block.
#[derive(Debug, Clone)]
pub struct FoundRecord<'a> {
    /// Offset in the block at which the record, or the text that its envelope
    /// was printed in, starts.
    pub at: usize,
    /// What it was found in.
    pub envelope: Envelope,
    /// `recordId`, where it is a string.
    pub record_id: Option<Token<'a>>,
    /// `result` of a transform response, where it is a string.
    pub result: Option<Token<'a>>,
    /// Error code of a failure object.
    pub error_code: Option<Token<'a>>,
    /// The failure object that it was found in: JSON.
    pub failure: Option<&'a [u8]>,
    /// Its bytes.
    pub data: Data<'a>,
    /// What is wrong with the input around it.
    pub problem: Option<Problem>,
}

impl<'a> FoundRecord<'a> {
    fn new(at: usize, envelope: Envelope, data: Data<'a>) -> Self {
        Self {
            at,
            envelope,
            record_id: None,
            result: None,
            error_code: None,
            failure: None,
            data,
            problem: None,
        }
    }

    fn broken(at: usize, problem: Problem) -> Self {
        Self { problem: Some(problem), ..Self::new(at, Envelope::None, Data::Broken) }
    }
}

/// Calls `visit` for each record in `block`, in order, until it breaks.
///
/// A block starts where a record starts and ends where one ends, as
/// [`safe_cut`] finds it.
pub fn records(
    block: &[u8],
    format: InputFormat,
    visit: &mut dyn FnMut(FoundRecord<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if format == InputFormat::Whole {
        return visit(FoundRecord::new(0, Envelope::None, Data::Unknown(block.into())));
    }
    let mut at = 0;
    let mut ahead = Lookahead::new(block);
    let (mut is_damaged, mut is_in_envelope) = (false, false);
    // A JSON value ends here, and its line may go on.
    let mut is_after_value = false;
    loop {
        if !is_after_value && let Some(end) = plain_line(block, at, format) {
            let line = part(block, at..end);
            visit(FoundRecord::new(at, Envelope::None, Data::Unknown(line.into())))?;
            at = end + 1;
            continue;
        }
        let Some(region) = region::next(block, at, format, Reading::Whole, &mut ahead) else {
            break;
        };
        let is_rest = is_after_value
            && !is_in_envelope
            && matches!(region.shape, Shape::Line(_))
            && !part(block, at..region.start).contains(&b'\n')
            && !is_end_of_list(part(block, region.body.clone()));
        at = region.end;
        is_after_value = region.is_json(block) && block.get(at.wrapping_sub(1)) != Some(&b'\n');
        // What closes a damaged document is part of the damage: a record without the
        // list that it was in, or what is left of one.
        if (is_damaged || is_in_envelope) && region.is_closing(block) {
            continue;
        }
        is_in_envelope = false;
        one_region(block, &region, format, &mut |mut record| {
            if is_rest {
                let kind = ProblemKind::AfterJson;
                record.problem = record.problem.or_else(|| Some(Problem::input(kind)));
            }
            is_in_envelope = record.envelope != Envelope::None;
            is_damaged |= matches!(record.data, Data::Broken)
                && record.problem.as_ref().is_some_and(|it| it.kind.is_broken_document());
            visit(record)
        })?;
    }
    ControlFlow::Continue(())
}

/// True for what closes a list that began on an earlier line.
fn is_end_of_list(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b']' | b',' | b' ' | b'\t' | b'\r'))
}

fn one_region(
    block: &[u8],
    region: &Region<'_>,
    format: InputFormat,
    visit: &mut dyn FnMut(FoundRecord<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let start = region.start;
    let text = part(block, region.body.clone());
    match &region.shape {
        Shape::Object(_) | Shape::Array if format != InputFormat::Json => {
            let mut found = false;
            let literal = part(block, region.body.end..region.end).contains(&b'\\');
            let literal = literal.then(|| Problem::input(ProblemKind::LiteralNewline));
            let mut only = |mut framed: FoundRecord<'_>| {
                found = true;
                framed.at = start;
                framed.problem = framed.problem.or_else(|| literal.clone());
                if format == InputFormat::Log && framed.envelope == Envelope::None {
                    return ControlFlow::Continue(());
                }
                if !framed.envelope.is(format) {
                    framed.problem =
                        Some(Problem::input(ProblemKind::NotThisFormat(format.as_str())));
                    framed.data = Data::Broken;
                }
                visit(framed)
            };
            match &region.shape {
                Shape::Object(keys) => envelope::object(keys, 0, &mut only)?,
                _ => envelope::records(text, 0, &mut only)?,
            }
            if found {
                return ControlFlow::Continue(());
            }
            match format {
                InputFormat::Auto => {
                    let bytes = printed_bytes::of_array(text);
                    let data = Data::Unknown(bytes.map_or(Cow::Borrowed(text), Cow::Owned));
                    let problem = literal;
                    visit(FoundRecord { problem, ..FoundRecord::new(start, Envelope::None, data) })
                }
                InputFormat::Log => ControlFlow::Continue(()),
                _ if format != InputFormat::Failures
                    && matches!(&region.shape, Shape::Object(keys) if keys.has_no_records()) =>
                {
                    ControlFlow::Continue(())
                }
                _ => visit(FoundRecord::broken(
                    start,
                    Problem::input(ProblemKind::NotThisFormat(format.as_str())),
                )),
            }
        }
        Shape::Printed { json, cut, broken } => {
            let mut problem = cut.clone().map(Problem::input);
            let ends_early = |it: &mut Problem| it.kind == ProblemKind::PrintEndsEarly;
            let last = problem.take_if(ends_early);
            let last = last.or_else(|| Some(broken_json(text, broken.as_ref()?)));
            let mut only = |mut framed: FoundRecord<'_>| {
                framed.at = start;
                framed.problem = problem.take().or(framed.problem);
                visit(framed)
            };
            envelope::records(json, 0, &mut only)?;
            match last {
                Some(problem) => visit(FoundRecord::broken(start, problem)),
                None => ControlFlow::Continue(()),
            }
        }
        Shape::Bytes(bytes, remark) => {
            let framed = FoundRecord::new(start, Envelope::None, Data::Unknown(bytes.into()));
            visit(FoundRecord { problem: remark.clone().map(Problem::input), ..framed })
        }
        Shape::Fenced => records(text, format, &mut |mut framed| {
            framed.at += region.body.start;
            visit(framed)
        }),
        Shape::Empty(kind) => visit(FoundRecord::broken(start, Problem::input(kind.clone()))),
        Shape::Gzip if format == InputFormat::Log => ControlFlow::Continue(()),
        Shape::Gzip if !format.takes_lines() => visit(FoundRecord::broken(
            start,
            Problem::input(ProblemKind::NotThisFormat(format.as_str())),
        )),
        Shape::Object(_) | Shape::Array | Shape::Gzip => {
            visit(FoundRecord::new(start, Envelope::None, Data::Unknown(text.into())))
        }
        Shape::Wrapped(remark) => {
            let joined = wrapped_line::joined(text);
            let mut framed = FoundRecord::new(start, Envelope::None, line_data(&joined, format));
            framed.problem = remark.clone().map(Problem::input);
            visit(framed)
        }
        Shape::Lines(remark) => {
            let mut remark = remark.clone().map(Problem::input);
            let mut at = start;
            for line in text.split(|byte| *byte == b'\n') {
                let bare = line.strip_suffix(b"\r").unwrap_or(line);
                let mut framed = FoundRecord::new(at, Envelope::None, line_data(bare, format));
                framed.problem = remark.take();
                visit(framed)?;
                at += line.len() + 1;
            }
            ControlFlow::Continue(())
        }
        Shape::Line(error) => {
            match format {
                InputFormat::Auto | InputFormat::Lines | InputFormat::Base64 => {}
                InputFormat::Log => return ControlFlow::Continue(()),
                InputFormat::Json => {
                    let kind =
                        error.map_or(JsonErrorKind::Expected("a JSON value"), |error| error.kind);
                    let offset = error.map_or(0, |error| error.offset);
                    return visit(FoundRecord::broken(
                        start,
                        Problem::input(ProblemKind::Json(kind)).at(offset),
                    ));
                }
                _ => {
                    let problem = match error {
                        Some(error) => broken_json(text, error),
                        None => Problem::input(ProblemKind::NotThisFormat(format.as_str())),
                    };
                    return visit(FoundRecord::broken(start, problem));
                }
            }
            // An envelope that was cut off is trouble, other text is text.
            if let (InputFormat::Auto, Some(error)) = (format, error)
                && envelope::is_cut_envelope(text)
            {
                let problem = broken_json(text, error);
                return visit(FoundRecord::broken(start, problem));
            }
            if format == InputFormat::Auto
                && let Some(problem) = cut_in_words(text)
            {
                let framed = FoundRecord::new(start, Envelope::None, Data::Unknown(text.into()));
                return visit(FoundRecord { problem: Some(problem), ..framed });
            }
            if format == InputFormat::Auto && pasted::has_shorthand(text) {
                return pasted::shorthand(text).try_for_each(|data| {
                    visit(FoundRecord::new(start, Envelope::ApiBody, Data::Base64(data.into())))
                });
            }
            if format == InputFormat::Auto
                && let Some(printed) = printed_bytes::of_line(text)
            {
                let data = Data::Unknown(printed.bytes.into());
                let framed = FoundRecord::new(start, Envelope::None, data);
                return visit(FoundRecord { problem: printed.problem, ..framed });
            }
            let framed = FoundRecord::new(start, Envelope::None, line_data(text, format));
            let problem = error.as_ref().filter(|_| format == InputFormat::Auto);
            let problem = problem.and_then(|it| flaw::below(block, start, text, it));
            visit(FoundRecord { problem, ..framed })
        }
    }
}

/// What is wrong with a line in which an event is printed that breaks off in its first
/// record.
fn cut_in_words(text: &[u8]) -> Option<Problem> {
    let first = memchr::memchr(b'{', text).filter(|at| *at > 0)?;
    let event = part(text, first..);
    // The quotes of a string have backslashes.
    let is_escaped = matches!(event, [_, b'\\', ..]);
    let plain: Cow<'_, [u8]> = if is_escaped {
        event.iter().copied().filter(|byte| *byte != b'\\').collect()
    } else {
        event.into()
    };
    let error = json::skip_value(&plain, 0).err()?;
    let is_event = error.kind == JsonErrorKind::UnexpectedEnd
        && envelope::is_cut_envelope(&plain)
        && memchr::memmem::find(&plain, b"\"records\"").is_some();
    is_event.then(|| Problem::input(ProblemKind::Json(error.kind)).at(text.len()))
}

/// What is wrong with a line that starts as JSON does.
fn broken_json(text: &[u8], error: &JsonError) -> Problem {
    // A string that runs into the end of its line was cut off there.
    let is_cut = error.offset >= text.len();
    let kind = if is_cut { JsonErrorKind::UnexpectedEnd } else { error.kind };
    Problem::input(ProblemKind::Json(kind)).at(error.offset)
}

fn line_data(text: &[u8], format: InputFormat) -> Data<'_> {
    if format == InputFormat::Auto
        && let Some(bytes) = print::python_bytes(text)
    {
        return Data::Unknown(bytes.into());
    }
    let text = if format == InputFormat::Lines { text } else { unquote(text) };
    if format == InputFormat::Base64 {
        Data::Base64(text.into())
    } else {
        Data::Unknown(text.into())
    }
}

/// Takes away what surrounds base64 that was copied out of code or JSON: a
/// comma at the end, quotes around. Other text keeps them.
fn unquote(line: &[u8]) -> &[u8] {
    let bare = line.trim_ascii();
    let bare = bare.strip_suffix(b",").unwrap_or(bare).trim_ascii_end();
    let bare = without_key(bare).unwrap_or(bare);
    let inner = match bare {
        [b'b', quote @ (b'"' | b'\''), inner @ .., last] if last == quote => inner,
        [quote @ (b'"' | b'\'' | b'`'), inner @ .., last] if last == quote => inner,
        _ if bare.len() < line.trim_ascii().len() => bare,
        _ => return line,
    };
    let symbol = |byte: &u8| is_base64_symbol(*byte) || *byte == b'=';
    if !inner.is_empty() && inner.iter().all(symbol) { inner } else { line }
}

/// Returns the value of `"key": "value"`, a line copied out of an event.
fn without_key(line: &[u8]) -> Option<&[u8]> {
    let [quote @ (b'"' | b'\''), rest @ ..] = line else {
        return None;
    };
    let (key, rest) = rest.split_at(memchr::memchr(*quote, rest)?);
    let value = rest.get(1..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    (!key.is_empty() && value.starts_with(&[*quote])).then_some(value)
}

/// Tells a layer's place when a problem concerns the base64 of an envelope.
impl Data<'_> {
    /// The bytes, if there are any.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Unknown(bytes) | Self::Base64(bytes) => Some(bytes),
            Self::Missing | Self::Broken => None,
        }
    }
}
