//! Where records begin and end in what people have in hand.
//!
//! A block of input is cut into regions (a JSON value, a line, a wrapped run
//! of base64, a gzip member among text), each region is one record or an
//! envelope that holds some. Nobody has to say which: every region is judged by
//! itself, so mixed input works.

mod block_cut;
mod cells;
mod embedded;
mod envelope;
mod event_finder;
pub(crate) mod failure_key;
mod flaw;
mod hex_list;
mod inside;
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
mod text_line;
mod wrapped;
mod wrapped_line;

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::decode::{Problem, ProblemKind, Sniffer};
use super::json::Token;
use crate::bytes::part;
pub use block_cut::safe_cut;
use embedded::Marks;
use line::Reading;
use lookahead::Lookahead;
pub use plain_line::plain_line;
pub use printed_event::{PrintedEvent, Segment, pieces};
pub use resync::has_failure_object;
use shape::{Region, Shape};
use text_line::{broken_json, line_data};

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
    let mut marks = Marks::default();
    let (mut is_damaged, mut is_in_envelope) = (false, false);
    // A JSON value ends here, and its line may go on.
    let mut is_after_value = false;
    loop {
        if !is_after_value
            && let Some(end) = plain_line(block, at, format)
            && !marks.may_be_in_words(block, &(at..end))
        {
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
        let found = (&mut marks, &mut ahead.sniffer);
        one_region(block, &region, format, found, &mut |mut record| {
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
    found: (&mut Marks, &mut Sniffer),
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
        Shape::Line(error) => text_line::records(block, region, *error, format, found, visit),
    }
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
