//! Reads log events from the forms in which people keep them: objects of the
//! CloudWatch Logs API, one document or one a line; what the AWS CLI prints; what
//! the console shows and downloads; lines as a function wrote them.
//!
//! | form | recognized by | read by |
//! | --- | --- | --- |
//! | an answer of the API, an array | `{"events": [` with an event in it, `[` | `document` |
//! | results of a query of Insights | `{"results": [[` with messages in it | `results` |
//! | an object a line | the first line is an event, or holds some | `object` |
//! | `--output text` of the AWS CLI | `EVENTS` | `columns` |
//! | CSV of the console or of Insights | its head | `csv` |
//! | lines, some with a time in front | anything else | `text` |
//!
//! A function may print what looks like any of these: what the first line shows
//! holds for all of an input, and in lines of text no object is an event.

mod columns;
mod csv;
mod document;
mod object;
mod order;
mod results;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use jiff::tz::TimeZone;

use super::LogEvent;
use crate::bytes::{BOM, part, without_bom};
use crate::json;
use csv::Csv;
use object::EventKeys;
use text::OpenEvent;

/// Whether more input follows the bytes that are handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputState {
    /// There is more.
    More,
    /// Perhaps: the writer has paused. What may be complete is taken as complete.
    Paused,
    /// There is no more.
    Over,
}

/// What an input is, once that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Objects, each on a line of its own.
    Lines,
    /// One JSON value, perhaps over several lines.
    Value,
    /// `{"events": [`, with an event after it.
    Opening,
    /// The elements of an array; true if it is the `events` of an object.
    Elements(bool),
    /// What follows `events` in an object.
    Rest,
    /// Lines, some with a time in front.
    Text,
    /// `EVENTS`, and columns with tabs between them.
    Columns,
    /// `timestamp,message`, as the console downloads it.
    Csv,
}

/// What is wrong with an input, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadProblem {
    /// Bytes before it.
    pub at: u64,
    kind: ReadProblemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadProblemKind {
    Cut,
    NoJson,
    BadLine,
    OpenQuote,
    TooMuch,
}

impl fmt::Display for ReadProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ReadProblemKind::Cut => "the JSON is truncated",
            ReadProblemKind::NoJson => "the JSON is invalid: the rest is read line by line",
            ReadProblemKind::BadLine => "a line is not a JSON object: it is shown unchanged",
            ReadProblemKind::OpenQuote => "the CSV is truncated: a quote is not closed",
            ReadProblemKind::TooMuch => {
                "the newest events come first, and it is too large to sort: use `sort @timestamp \
                 asc` in the query"
            }
        };
        write!(f, "{what} (from byte {} on)", self.at)
    }
}

/// Reads the log events of one input.
#[derive(Debug, Default)]
pub struct LogReader {
    form: Option<Form>,
    /// Bytes of the input that were read before.
    before: u64,
    /// Bytes at hand that are known to have no end of line.
    looked: usize,
    /// Bytes of a JSON value at which it is looked at again.
    enough: usize,
    /// The event that the lines at hand belong to.
    open: Option<OpenEvent>,
    /// Bytes at hand that are lines of one event.
    known: usize,
    csv: Csv,
    /// Room for a message without its escapes.
    plain: Vec<u8>,
    problem: Option<ReadProblem>,
    /// Of times that a tool wrote in its local time; UTC if none is given.
    zone: Option<TimeZone>,
}

type VisitEvent<'v> = dyn FnMut(LogEvent<'_>) + 'v;

impl LogReader {
    /// Reads times that a tool wrote in its local time as those of this zone.
    pub fn in_zone(zone: TimeZone) -> Self {
        Self { zone: Some(zone), ..Self::default() }
    }

    /// Calls `visit` for each event at the front of `bytes` that is whole, and
    /// returns how many bytes were read. The rest is to be handed in again with
    /// more after it, or with [`InputState::Over`], where an event is too large to be
    /// held.
    pub fn read(&mut self, bytes: &[u8], state: InputState, visit: &mut VisitEvent<'_>) -> usize {
        let mut at = 0;
        if self.before == 0 && self.form.is_none() {
            if state == InputState::More && bytes.len() < 3 && BOM.starts_with(bytes) {
                return 0;
            }
            at = bytes.len() - without_bom(bytes).len();
            self.before = at as u64;
        }
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let known = self.form;
            let Some(form) = known.or_else(|| Self::form_of(rest, state)) else {
                // White space, or too little to tell.
                at = if state == InputState::Over { bytes.len() } else { at };
                break;
            };
            self.form = Some(form);
            let read = match form {
                Form::Lines => self.lines(rest, state, visit),
                Form::Value => self.value(rest, state, visit),
                Form::Opening => self.opening(rest),
                Form::Elements(in_object) => self.elements(rest, state, in_object, visit),
                Form::Rest => self.rest(rest, state),
                Form::Text => self.text(rest, state, visit),
                Form::Columns => self.columns(rest, state, visit),
                Form::Csv => self.csv.read(rest, visit),
            };
            at += read;
            self.before += read as u64;
            if read > 0 {
                (self.looked, self.enough) = (0, 0);
            }
            if read == 0 && self.form == Some(form) {
                break;
            }
        }
        if state == InputState::Over {
            self.end(visit);
        }
        at
    }

    /// What is wrong with the input, once all is read.
    pub const fn problem(&self) -> Option<ReadProblem> {
        self.problem
    }

    fn end(&mut self, visit: &mut VisitEvent<'_>) {
        match self.form {
            Some(Form::Elements(_) | Form::Rest) => self.note(ReadProblemKind::Cut, 0),
            Some(Form::Csv) => {
                if !self.csv.end(visit) {
                    self.note(ReadProblemKind::OpenQuote, 0);
                } else if self.csv.unordered_at().is_some() {
                    self.note(ReadProblemKind::TooMuch, 0);
                }
            }
            _ => {}
        }
    }

    /// Notes the first problem, `behind` bytes after what was read.
    fn note(&mut self, kind: ReadProblemKind, behind: usize) {
        let at = match kind {
            ReadProblemKind::OpenQuote => self.csv.record_at(),
            ReadProblemKind::TooMuch => self.csv.unordered_at().unwrap_or_default(),
            _ => self.before + behind as u64,
        };
        self.problem.get_or_insert(ReadProblem { at, kind });
    }

    /// Recognizes an input by its first bytes; `None` if more are needed.
    fn form_of(bytes: &[u8], state: InputState) -> Option<Form> {
        let start = json::skip_space(bytes, 0);
        let rest = part(bytes, start..);
        match rest.first()? {
            b'{' => document::begins(rest, state),
            b'[' => {
                let second = json::skip_space(rest, 1);
                match rest.get(second) {
                    Some(b'{') => document::is_print(rest, state)
                        .map(|it| if it { Form::Text } else { Form::Value }),
                    Some(b'"' | b']') => Some(Form::Value),
                    None if state == InputState::More => None,
                    _ => Some(Form::Text),
                }
            }
            _ => {
                let end = line_end(rest, 0, 0, state == InputState::Over)?;
                let line = part(rest, ..end);
                Some(match line {
                    _ if csv::is_head(line) => Form::Csv,
                    _ if columns::is_front(line) => Form::Columns,
                    _ => Form::Text,
                })
            }
        }
    }

    fn lines(&mut self, bytes: &[u8], state: InputState, visit: &mut VisitEvent<'_>) -> usize {
        let mut at = 0;
        let mut looked = self.looked;
        while let Some(end) = line_end(bytes, at, looked, state == InputState::Over) {
            let line = part(bytes, at..end);
            match EventKeys::of(line.trim_ascii()) {
                Some(keys) if keys.holds_events() => keys.visit(&mut self.plain, visit),
                Some(keys) => keys.visit_own(line, visit),
                None if line.trim_ascii().is_empty() => {}
                None => {
                    self.note(ReadProblemKind::BadLine, at);
                    visit(bare(line));
                }
            }
            at = (end + 1).min(bytes.len());
            looked = at;
        }
        if at == 0 {
            self.looked = bytes.len();
        }
        at
    }
}

/// Where the line that starts at `at` ends, of which it is known that it does
/// not before `looked`; nothing if that is not known.
fn line_end(bytes: &[u8], at: usize, looked: usize, is_all: bool) -> Option<usize> {
    let from = looked.max(at);
    let rest = bytes.get(from..).filter(|_| at < bytes.len())?;
    memchr::memchr(b'\n', rest)
        .map(|length| from + length)
        .or_else(|| is_all.then_some(bytes.len()))
}

/// A line of which nothing is known.
fn bare(line: &[u8]) -> LogEvent<'_> {
    LogEvent { message: super::without_newline(line).into(), ..LogEvent::default() }
}
