//! Views of decoded records: text, raw, log events, explanation, rows.

pub(super) mod describe;
mod explain;
mod formats;
pub(super) mod rows;
mod table;

use jiff::Timestamp;

use describe::{describe, is_of_a_format, values};
pub use explain::push_object_layers;
use rows::{MessageRow, MetricRow, Row};

use super::json::JsonRows;
use super::page::Page;
use super::table::StreamTable;
use crate::terminal::{self, DIM, Terminal};
use firehose::decode::{
    Content, Decoded, KnownJson, Layer, LogsMessage, MetricPoint, Peeled, SubscriptionEvent,
    known_json, log_events,
};
use firehose::framing::Envelope;
use firehose::json::{self, Token};

/// Most bytes of binary content that are dumped on a terminal.
const DUMP: usize = 4096;

/// A record and where it was found.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Name of the input.
    pub source: &'a str,
    /// Line it starts on, from 1.
    pub line: u64,
    /// Its place among the records of the input, from 1.
    pub index: u64,
    /// Its place in a KPL aggregate, from 1.
    pub part: Option<u64>,
    /// What it was found in.
    pub envelope: Envelope,
    /// `recordId`: a string.
    pub record_id: Option<Token<'a>>,
    /// Error code of a failure object.
    pub error_code: Option<Token<'a>>,
    /// Compressions around the whole input.
    pub object_layers: &'a [Layer],
    /// Layers that were peeled before those of `decoded`.
    pub outer_layers: &'a [Peeled],
    /// What is in it.
    pub decoded: &'a Decoded<'a>,
}

/// How records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The content.
    Content,
    /// The bytes of the content, nothing else.
    Raw,
    /// A line for each log event or metric inside.
    Messages,
    /// Layers, sizes and what it is.
    Explain,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array.
    Json,
    /// A table.
    Table,
}

impl Form {
    /// True if records are numbered in it, so that one worker must see all.
    pub const fn has_index(self, terminal: &Terminal) -> bool {
        match self {
            Self::Explain | Self::Ndjson | Self::Json | Self::Table => true,
            Self::Messages => terminal.is_terminal,
            Self::Content | Self::Raw => false,
        }
    }
}

/// Writes records in one form, one after the other.
#[derive(Debug)]
pub struct View {
    form: Form,
    messages: bool,
    /// Lines of log events begin with their times.
    times: bool,
    terminal: Terminal,
    json: JsonRows,
    table: StreamTable<6>,
    scratch: Vec<u8>,
}

impl View {
    /// A view; `messages` makes rows of log events and metrics instead of records.
    pub fn new(form: Form, messages: bool, terminal: Terminal) -> Self {
        let json = JsonRows::new(form == Form::Json);
        let table = table::table(&terminal);
        Self { form, messages, times: false, terminal, json, table, scratch: Vec::new() }
    }

    /// The same, with times before lines of log events or without.
    #[must_use]
    pub fn with_times(self, times: bool) -> Self {
        Self { times, ..self }
    }

    /// Appends one record to `out`.
    pub fn record(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        match self.form {
            Form::Content => self.content(record, out),
            Form::Raw => out.extend_from_slice(record.decoded.bytes),
            Form::Messages => {
                self.message_heading(record, out);
                let has_messages = self.each_message(record, |view, message| {
                    view.message_line(&message, out);
                });
                if !has_messages {
                    self.content(record, out);
                }
            }
            Form::Explain => {
                let page = Page::filled(&self.terminal, |page| explain::fill(page, record));
                out.extend_from_slice(&page);
            }
            Form::Ndjson | Form::Json => {
                let has_messages = self.messages
                    && self.each_message(record, |view, message| match message {
                        Message::Log(logs, event) => {
                            view.json.row(&MessageRow::new(record, logs, &event), out);
                        }
                        Message::Metric(point) => {
                            view.json.row(&MetricRow::new(record, &point), out);
                        }
                    });
                if !has_messages {
                    self.json.row(&Row::new(record), out);
                }
            }
            Form::Table => self.table_row(record, out),
        }
    }

    /// True if a record of JSON is its text in a line, and nothing else.
    pub fn shows_json_alone(&self) -> bool {
        self.form == Form::Content && !self.terminal.guarded()
    }

    /// Says what `decoded` is, if its bytes come out as base64 again.
    pub fn shown_as_base64(&self, decoded: &Decoded<'_>) -> Option<String> {
        let is_shown = decoded.content == Content::Binary
            && matches!(self.form, Form::Content | Form::Messages)
            && !self.terminal.guarded();
        is_shown.then(|| describe(decoded))
    }

    /// Appends what belongs after the last record; `is_whole` is false after an
    /// error.
    pub fn finish(&mut self, is_whole: bool, out: &mut Vec<u8>) {
        self.json.finish(is_whole, out);
        self.table.finish(out);
    }

    fn content(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let decoded = record.decoded;
        match decoded.content {
            Content::Unknown | Content::KplAggregate => return,
            Content::Empty if self.terminal.guarded() => {
                out.extend_from_slice(self.terminal.paint(DIM, "(empty)").as_bytes());
            }
            Content::Empty => {}
            content if content.has_json() && self.terminal.guarded() => {
                self.scratch.clear();
                json::escape_controls(decoded.formatted, &mut self.scratch);
                if self.terminal.color {
                    terminal::push_colored_json(out, &self.scratch);
                } else {
                    out.extend_from_slice(&self.scratch);
                }
            }
            Content::Json | Content::JsonSequence { .. } | Content::OpenTelemetry(_) => {
                out.extend_from_slice(decoded.formatted);
            }
            Content::Text | Content::OtherText(_) if self.terminal.guarded() => {
                let text = String::from_utf8_lossy(decoded.text());
                terminal::push_text(out, &text, &self.terminal);
            }
            Content::Text | Content::OtherText(_) => {
                let text = decoded.text();
                out.extend_from_slice(text);
                if text.ends_with(b"\n") {
                    return;
                }
            }
            Content::Binary if self.terminal.guarded() => {
                if is_of_a_format(decoded) {
                    let name = self.terminal.paint(DIM, &describe(decoded));
                    out.extend_from_slice(name.as_bytes());
                    out.push(b'\n');
                }
                terminal::push_hex_dump(out, decoded.bytes, DUMP);
                return;
            }
            Content::Binary => out.extend_from_slice(base64(decoded.bytes).as_bytes()),
        }
        out.push(b'\n');
    }

    /// Calls `each` for every log event and metric in the record; false if it
    /// has none of that kind.
    fn each_message(
        &mut self,
        record: &Record<'_>,
        mut each: impl FnMut(&mut Self, Message<'_>),
    ) -> bool {
        let mut found = false;
        for value in values(record.decoded) {
            match known_json(value) {
                Some(KnownJson::CloudWatchLogs(logs)) => {
                    log_events(&logs, |event| each(self, Message::Log(&logs, event)));
                }
                Some(KnownJson::OpenTelemetry(metrics)) => {
                    metrics.points(|point| each(self, Message::Metric(point)));
                }
                Some(KnownJson::CloudWatchMetric { .. }) => {
                    let point = MetricPoint { resource: None, scope: None, metric: value.to_vec() };
                    each(self, Message::Metric(point));
                }
                Some(KnownJson::DynamoDb { .. }) | None => continue,
            }
            found = true;
        }
        found
    }

    /// On a terminal, the number of each record but the first, as `--records` takes it: the
    /// lines alone do not show where a record ends.
    fn message_heading(&self, record: &Record<'_>, out: &mut Vec<u8>) {
        if self.terminal.is_terminal && record.index > 1 {
            let heading = self.terminal.paint(DIM, &format!("record {}\n", record.index));
            out.extend_from_slice(heading.as_bytes());
        }
    }

    /// An event without a message is an empty line. Without times, as in a pipe, a line is
    /// the message and nothing else.
    fn message_line(&mut self, message: &Message<'_>, out: &mut Vec<u8>) {
        self.scratch.clear();
        if self.times
            && let Message::Log(_, event) = message
            && let Some(time) = event.timestamp.and_then(Token::integer)
            && let Ok(time) = Timestamp::from_millisecond(time)
        {
            let time = format!("{time:.3} ");
            out.extend_from_slice(self.terminal.paint(DIM, &time).as_bytes());
        }
        match message {
            Message::Log(_, event) => {
                if let Some(message) = event.message {
                    message.push_bytes(&mut self.scratch);
                }
            }
            Message::Metric(point) => point.push_line(&mut self.scratch),
        }
        let text = self.scratch.trim_ascii_end();
        if self.terminal.guarded() {
            terminal::push_text(out, &String::from_utf8_lossy(text), &self.terminal);
        } else {
            for (position, line) in text.split(|byte| *byte == b'\n').enumerate() {
                if position > 0 {
                    out.extend_from_slice(b"\\n");
                }
                out.extend_from_slice(line);
            }
        }
        out.push(b'\n');
    }
}

/// What `--messages` gives a line to.
enum Message<'a> {
    /// An event of CloudWatch Logs, and the envelope that it was in.
    Log(&'a LogsMessage<'a>, SubscriptionEvent<'a>),
    /// A data point of a metric.
    Metric(MetricPoint<'a>),
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
