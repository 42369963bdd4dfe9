//! How a call of the transform looks.

mod row;
mod statistics;
mod text;

use super::changes::push_changes;
use super::failure::in_a_sentence;
use super::judgement::{self, CheckedResponse};
use crate::terminal::{BOLD, Terminal, group};
use firehose::json;
use firehose::transform::invocation::{Invocation, InvocationResult};
use firehose::transform::{RecordPair, Statistics};

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

/// A call and what is to be shown of it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// What came of it.
    pub invocation: &'a Invocation,
    /// Which of many calls it is, from 1, where that is shown.
    pub number: Option<usize>,
    /// What Firehose would make of the response, where there is one.
    pub judged: Option<CheckedResponse<'a>>,
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
    rows: u64,
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
        Self { form, terminal, memory_mb, event_bytes, retries, rows: 0 }
    }

    /// Returns what is to be written for a call.
    pub fn call(&mut self, call: &Call<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        match (self.form, &call.invocation.result) {
            (Form::Raw, result) => out = self.raw(result),
            (Form::Text | Form::Table, _) => self.push_report(call, &mut out),
            (Form::Json | Form::Ndjson, _) => self.push_row(call, &mut out),
        }
        self.rows += 1;
        out
    }

    /// Returns what is to be written for many calls.
    pub fn statistics(&mut self, statistics: &Statistics) -> Vec<u8> {
        let mut out = Vec::new();
        match self.form {
            Form::Raw => {}
            Form::Text | Form::Table => self.push_statistics(statistics, &mut out),
            Form::Json | Form::Ndjson => self.push_summary(statistics, &mut out),
        }
        out
    }

    fn push_report(&self, call: &Call<'_>, out: &mut Vec<u8>) {
        if let Some(number) = call.number {
            let title = format!("call {}, the first with a problem", group(number as u64));
            out.extend_from_slice(format!("\n{}\n", self.terminal.paint(BOLD, &title)).as_bytes());
        }
        out.extend_from_slice(self.text(call).as_bytes());
        if let Some(judged) = &call.judged {
            out.push(b'\n');
            if self.form == Form::Table {
                judgement::push_table(out, judged, &self.terminal);
            } else {
                judgement::push_text(out, judged, &self.terminal);
            }
        }
        if let Some(pairs) = call.changes {
            out.push(b'\n');
            push_changes(out, pairs, &self.terminal);
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

    /// Returns what belongs behind the last call.
    pub const fn finish(&self) -> &'static [u8] {
        match self.form {
            Form::Json if self.rows > 0 => b"\n]\n",
            Form::Json => b"[]\n",
            Form::Text | Form::Table | Form::Ndjson | Form::Raw => b"",
        }
    }
}
