//! How a call of the transform looks.

mod isolation;
mod row;
mod statistics;
mod text;

use super::changes;
use super::check::CheckedResponse;
use super::expected_failure::in_a_sentence;
use super::json::JsonRows;
use super::page::Page;
use super::{Document as _, Report as _};
use crate::terminal::{BOLD, Terminal, group};
use firehose::json;
use firehose::transform::invocation::{Invocation, InvocationResult};
use firehose::transform::{RecordPair, Statistics, TransformEvent};

pub use isolation::{Conclusion, IsolationReport, Others, SaveHint};
use statistics::Summary;
pub use text::log_lines;

/// What is shown of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A report for people.
    Text,
    /// A row a record.
    Table,
    /// All calls in one array.
    Json,
    /// An object a call.
    Ndjson,
    /// The response as it came, and nothing else.
    Raw,
}

/// How to find the records by which a call fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Isolate {
    /// This command does.
    Command(String),
    /// A flag does; the event came from a pipe and is gone.
    Flag,
}

/// A call and what is to be shown of it.
#[derive(Debug, Clone, Copy)]
pub struct CallView<'a> {
    /// What came of it.
    pub invocation: &'a Invocation,
    /// The event.
    pub event: &'a TransformEvent<'a>,
    /// How to find the records by which it fails, where that may help.
    pub isolate: Option<&'a Isolate>,
    /// Which of many calls it is, from 1, where that is shown.
    pub number: Option<usize>,
    /// What Firehose would make of the response, where there is one.
    pub checked: Option<CheckedResponse<'a>>,
    /// The records before and after, if they are to be shown.
    pub changes: Option<&'a [RecordPair<'a>]>,
}

/// Shows calls, one after the other.
#[derive(Debug)]
pub struct View {
    form: Form,
    terminal: Terminal,
    memory_mb: Option<u32>,
    event_bytes: usize,
    retries: u32,
    json: JsonRows,
}

impl View {
    /// A view of calls with an event of this many bytes.
    pub const fn new(
        form: Form,
        terminal: Terminal,
        memory_mb: Option<u32>,
        event_bytes: usize,
        retries: u32,
    ) -> Self {
        let json = JsonRows::new(matches!(form, Form::Json));
        Self { form, terminal, memory_mb, event_bytes, retries, json }
    }

    /// Returns what is to be written for a call.
    pub fn call(&mut self, call: &CallView<'_>) -> Vec<u8> {
        match self.form {
            Form::Raw => self.raw(&call.invocation.result),
            Form::Text | Form::Table => Page::filled(&self.terminal, |page| self.all(call, page)),
            Form::Json | Form::Ndjson => {
                let mut out = Vec::new();
                self.json.row(&self.row(call), &mut out);
                out
            }
        }
    }

    /// Returns what is to be written for many calls.
    pub fn statistics(&mut self, statistics: &Statistics) -> Vec<u8> {
        match self.form {
            Form::Raw => Vec::new(),
            Form::Text | Form::Table => {
                Page::filled(&self.terminal, |page| self.summary(statistics, page))
            }
            Form::Json | Form::Ndjson => {
                let mut out = Vec::new();
                self.json.row(&Summary::new(statistics), &mut out);
                out
            }
        }
    }

    /// Puts all that is shown of a call on the page.
    fn all(&self, call: &CallView<'_>, page: &mut Page<'_>) {
        if let Some(number) = call.number {
            let title = format!("call {}, the first with a problem", group(number as u64));
            page.line(&format!("\n{}", self.terminal.paint(BOLD, &title)));
        }
        self.report(call, page);
        if let Some(checked) = &call.checked {
            page.line("");
            match self.form {
                Form::Table => checked.table(page),
                _ => checked.text(page),
            }
        }
        if let Some(pairs) = call.changes {
            page.line("");
            changes::fill(page, pairs);
        }
    }

    /// What Firehose makes of a failed call, in a sentence.
    pub fn failure(&self, result: &InvocationResult) -> Option<String> {
        result.failure().map(|failure| in_a_sentence(&failure, self.retries))
    }

    /// The response as it came; on a terminal nothing that controls it.
    fn raw(&self, result: &InvocationResult) -> Vec<u8> {
        match result {
            InvocationResult::Response(response) if self.terminal.guarded() => {
                let mut safe = Vec::with_capacity(response.len());
                json::escape_controls(response, &mut safe);
                safe
            }
            InvocationResult::NotJson { .. } if self.terminal.guarded() => Vec::new(),
            result => result.response().unwrap_or_default().to_vec(),
        }
    }

    /// Returns what belongs after the last call; `is_whole` is false after an
    /// error.
    pub fn finish(&self, is_whole: bool) -> Vec<u8> {
        let mut out = Vec::new();
        self.json.finish(is_whole, &mut out);
        out
    }
}
