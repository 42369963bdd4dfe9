//! `--records`: each record that failed.

use serde::Serialize;
use serde_json::value::RawValue;

use super::names;
use crate::render::OutputFormat;
use crate::render::decoded::describe::{content_type, describe, preview, text_of};
use crate::render::decoded::rows::{LayerRow, ProblemRow, data, layers, problems, raw, value};
use crate::render::decoded::{Form, Record, View};
use crate::render::json::JsonRows;
use crate::render::page::safe;
use crate::render::table::{Column, StreamTable};
use crate::terminal::{self, BOLD, DIM, ERROR, Terminal, WARN};
use crate::times::{Clock, rfc3339};
use firehose::decode::{Content, Decoded, Layer, Problem};
use firehose::failure::FailureRecord;
use firehose::framing::Envelope;
use firehose::json::{Formatter, Style};

/// A record that failed, and where it was found.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// Name of the input.
    pub source: &'a str,
    /// Line it starts on, from 1.
    pub line: u64,
    /// Its place among the records of the input, from 1.
    pub index: u64,
    /// What Firehose says of it.
    pub record: &'a FailureRecord<'a>,
    /// Compressions around the whole input.
    pub object_layers: &'a [Layer],
    /// What is in it.
    pub decoded: &'a Decoded<'a>,
    /// What is wrong with the failure object itself.
    pub problem: Option<&'a Problem>,
    /// It is a CloudWatch Logs control message.
    pub is_control: bool,
}

/// Shows records that failed, one after the other.
#[derive(Debug)]
pub struct FailedView {
    format: OutputFormat,
    terminal: Terminal,
    clock: Clock,
    content: View,
    json: JsonRows,
    table: StreamTable<5>,
    /// A record was shown.
    is_begun: bool,
    formatter: Formatter,
}

impl FailedView {
    /// A view in this format.
    pub fn new(format: OutputFormat, terminal: Terminal, clock: Clock) -> Self {
        let columns = [
            Column::left("arrived"),
            Column::left("code"),
            Column::left("attempts").dispensable(1),
            Column::from_end("place").dispensable(2),
            Column::prose("content"),
        ];
        let table = StreamTable::new(columns, &terminal);
        let content = View::new(Form::Content, false, terminal);
        let formatter = Formatter::default();
        let json = JsonRows::new(format == OutputFormat::Json);
        Self { format, terminal, clock, content, json, table, is_begun: false, formatter }
    }

    /// Appends one record to `out`.
    pub fn record(&mut self, failed: &Failed<'_>, out: &mut Vec<u8>) {
        match self.format {
            OutputFormat::Text => {
                self.text(failed, out);
                self.push_content(failed, out);
            }
            OutputFormat::Table => self.table_row(failed, out),
            OutputFormat::Json | OutputFormat::Ndjson => self.row(failed, out),
        }
        self.is_begun = true;
    }

    /// Appends what belongs after the last record; `is_whole` is false after an
    /// error.
    pub fn finish(&mut self, is_whole: bool, out: &mut Vec<u8>) {
        self.json.finish(is_whole, out);
        self.table.finish(out);
    }

    /// When, what and where on one line, the message on one, then the content.
    fn text(&self, failed: &Failed<'_>, out: &mut Vec<u8>) {
        let record = failed.record;
        let arrival = record.arrival.map(|it| self.terminal.paint(BOLD, &self.clock.show(it)));
        let attempts = record.attempts.map(|it| terminal::plural(it, "attempt"));
        let control = "control message: harmless";
        let parts = [
            arrival,
            Some(self.terminal.paint(ERROR, &code(record))),
            attempts,
            record.function.map(|it| names::function(&it.text())),
            failed.is_control.then(|| self.terminal.paint(WARN, control)),
            Some(format!("{}:{}", names::title(failed.source), failed.line)),
        ];
        let head = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let mut lines = vec![head];
        lines.extend(record.message.map(|message| self.terminal.paint(DIM, &text_of(message))));
        if failed.decoded.content == Content::KplAggregate {
            lines.push(describe(failed.decoded));
        }
        if self.is_begun {
            out.push(b'\n');
        }
        let width = self.terminal.prose_width();
        for line in lines {
            out.extend_from_slice(terminal::wrap(&line, 2, width).as_bytes());
            out.push(b'\n');
        }
    }

    /// The content as `fh decode` shows it.
    fn push_content(&mut self, failed: &Failed<'_>, out: &mut Vec<u8>) {
        let mut pretty = Vec::new();
        let mut decoded = *failed.decoded;
        if self.terminal.is_terminal
            && self.formatter.format(decoded.formatted, Style::Pretty, &mut pretty).is_ok()
        {
            decoded.formatted = &pretty;
        }
        let record = Record {
            source: failed.source,
            line: failed.line,
            index: failed.index,
            part: None,
            envelope: Envelope::Failure,
            record_id: None,
            error_code: failed.record.code,
            object_layers: failed.object_layers,
            outer_layers: &[],
            decoded: &decoded,
        };
        self.content.record(&record, out);
    }

    fn table_row(&mut self, failed: &Failed<'_>, out: &mut Vec<u8>) {
        let record = failed.record;
        let content = match failed.decoded.problems.first() {
            Some(problem) if failed.decoded.content == Content::Unknown => {
                safe(&problem.to_string())
            }
            _ => preview(failed.decoded, self.terminal.preview()),
        };
        let cells = [
            record.arrival.map(|it| self.clock.show(it)).unwrap_or_default(),
            code(record),
            record.attempts.map(terminal::group).unwrap_or_default(),
            safe(&format!("{}:{}", failed.source, failed.line)),
            content,
        ];
        self.table.row(cells, out);
    }

    fn row(&mut self, failed: &Failed<'_>, out: &mut Vec<u8>) {
        let mut object = Vec::new();
        let text = String::from_utf8_lossy(failed.record.object);
        // It was read as JSON; that it is on one line now is all that changes.
        let _shape = self.formatter.format(text.as_bytes(), Style::Compact, &mut object);
        self.json.row(&Row::new(failed, raw(&object)), out);
    }
}

fn code(record: &FailureRecord<'_>) -> String {
    record.code.map_or_else(|| "no error code".to_owned(), text_of)
}

/// A record in `--records --output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    line: u64,
    index: u64,
    error_code: Option<Box<RawValue>>,
    error_message: Option<Box<RawValue>>,
    attempts_made: Option<u64>,
    arrival: Option<String>,
    arrival_timestamp: Option<i64>,
    control_message: bool,
    /// Every field as it came.
    record: Option<Box<RawValue>>,
    layers: Vec<LayerRow>,
    content_type: &'static str,
    data: Option<Box<RawValue>>,
    problems: Vec<ProblemRow>,
}

impl<'a> Row<'a> {
    fn new(failed: &Failed<'a>, object: Option<Box<RawValue>>) -> Self {
        let (record, decoded) = (failed.record, failed.decoded);
        let place = names::bucket_and_key(failed.source);
        let mut all: Vec<Problem> = failed.problem.cloned().into_iter().collect();
        all.extend_from_slice(decoded.problems);
        Self {
            source: failed.source,
            bucket: place.map(|(bucket, _)| bucket),
            key: place.map(|(_, key)| key),
            line: failed.line,
            index: failed.index,
            error_code: record.code.and_then(value),
            error_message: record.message.and_then(value),
            attempts_made: record.attempts,
            arrival: record.arrival.and_then(rfc3339),
            arrival_timestamp: record.arrival,
            control_message: failed.is_control,
            record: object,
            layers: layers(failed.object_layers, decoded.layers.iter()),
            content_type: content_type(decoded),
            data: data(decoded),
            problems: problems(&all),
        }
    }
}
