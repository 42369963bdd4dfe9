//! How a call of the transform looks.

mod row;
mod text;

use super::terminal::Terminal;
use crate::firehose::json;
use crate::firehose::transform::outcome::{Answer, Invocation};

pub use text::{in_a_sentence, log_lines};

/// What is shown of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A report for people.
    Text,
    /// All calls in one array.
    Json,
    /// An object a call.
    Ndjson,
    /// The response as it came, and nothing else.
    Raw,
}

/// Shows calls, one after the other.
#[derive(Debug)]
pub struct View {
    form: Form,
    terminal: Terminal,
    memory_mb: Option<u32>,
    event_bytes: usize,
    calls: u64,
}

impl View {
    /// A view of calls with an event of so many bytes.
    pub const fn new(
        form: Form,
        terminal: Terminal,
        memory_mb: Option<u32>,
        event_bytes: usize,
    ) -> Self {
        Self { form, terminal, memory_mb, event_bytes, calls: 0 }
    }

    /// Returns what is to be written for a call.
    pub fn invocation(&mut self, invocation: &Invocation) -> Vec<u8> {
        let is_first = self.calls == 0;
        self.calls += 1;
        match (self.form, &invocation.answer) {
            (Form::Raw, answer) => self.raw(answer),
            (Form::Text, _) => {
                let gap = if is_first { "" } else { "\n" };
                format!("{gap}{}", self.text(invocation)).into_bytes()
            }
            (Form::Json, _) => {
                let mut out = if is_first { b"[\n".to_vec() } else { b",\n".to_vec() };
                self.push_row(invocation, &mut out);
                out
            }
            (Form::Ndjson, _) => {
                let mut out = Vec::new();
                self.push_row(invocation, &mut out);
                out.push(b'\n');
                out
            }
        }
    }

    /// The response as it came; on a terminal nothing that controls it.
    fn raw(&self, answer: &Answer) -> Vec<u8> {
        match answer {
            Answer::Response(response) if self.terminal.guarded() => {
                let mut safe = Vec::with_capacity(response.len());
                json::escape_controls(response, &mut safe);
                safe
            }
            Answer::NotJson { .. } if self.terminal.guarded() => Vec::new(),
            answer => answer.response().unwrap_or_default().to_vec(),
        }
    }

    /// Returns what belongs behind the last call.
    pub const fn finish(&self) -> &'static [u8] {
        match self.form {
            Form::Json if self.calls > 0 => b"\n]\n",
            Form::Json => b"[]\n",
            Form::Text | Form::Ndjson | Form::Raw => b"",
        }
    }
}
