//! Reads log events from the forms in which people keep them: objects of the
//! CloudWatch Logs API, one document or one a line; what the AWS CLI prints; what
//! the console shows and downloads; lines as a function wrote them.
//!
//! | form | how it is told | read by |
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

use super::LogEvent;
use crate::json;
use csv::Csv;
use object::Keys;
use text::Open;

/// What follows the bytes that are handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// More of them.
    More,
    /// Perhaps more: their writer has paused. What may be whole is.
    Paused,
    /// Nothing.
    Over,
}

/// What an input is, once that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Objects, each on a line of its own.
    Lines,
    /// One JSON value, perhaps over several lines.
    Value,
    /// `{"events": [`, with an event behind it.
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
pub struct ExportProblem {
    /// Bytes before it.
    pub at: u64,
    kind: ProblemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProblemKind {
    Cut,
    NoJson,
    BadLine,
    OpenQuote,
    TooMuch,
}

impl fmt::Display for ExportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ProblemKind::Cut => "the JSON is cut off: it does not end",
            ProblemKind::NoJson => "the JSON is broken: the rest is read line by line",
            ProblemKind::BadLine => "a line is no JSON object: it is shown as it is",
            ProblemKind::OpenQuote => "the CSV is cut off: a quote is not closed",
            ProblemKind::TooMuch => {
                "it is newest first, and too large to be put in order: let the query `sort @timestamp asc`"
            }
        };
        write!(f, "{what} (from byte {} on)", self.at)
    }
}

/// Reads one input.
#[derive(Debug, Default)]
pub struct Export {
    form: Option<Form>,
    /// Bytes of the input that were read before.
    before: u64,
    /// So many of the bytes at hand are known to end no line.
    looked: usize,
    /// A JSON value is looked at again when there are so many bytes of it.
    enough: usize,
    /// The event that the lines at hand belong to.
    open: Option<Open>,
    /// Bytes at hand that are lines of one event.
    known: usize,
    csv: Csv,
    /// Room for a message without its escapes.
    plain: Vec<u8>,
    problem: Option<ExportProblem>,
}

type Visit<'v> = dyn FnMut(LogEvent<'_>) + 'v;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Export {
    /// Calls `visit` for each event at the front of `bytes` that is whole, and
    /// returns how many bytes were read. The rest is to be handed in again with
    /// more behind it, or with [`Then::Over`], where an event is too large to be
    /// held.
    pub fn read(&mut self, bytes: &[u8], then: Then, visit: &mut Visit<'_>) -> usize {
        let mut at = 0;
        if self.before == 0 && self.form.is_none() {
            if then == Then::More && bytes.len() < 3 && BYTE_ORDER_MARK.starts_with(bytes) {
                return 0;
            }
            at = bytes.len() - bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).len();
            self.before = at as u64;
        }
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let known = self.form;
            let Some(form) = known.or_else(|| Self::form_of(rest, then)) else {
                // White space, or too little to tell.
                at = if then == Then::Over { bytes.len() } else { at };
                break;
            };
            self.form = Some(form);
            let read = match form {
                Form::Lines => self.lines(rest, then, visit),
                Form::Value => self.value(rest, then, visit),
                Form::Opening => self.opening(rest),
                Form::Elements(in_object) => self.elements(rest, then, in_object, visit),
                Form::Rest => self.rest(rest, then),
                Form::Text => self.text(rest, then, visit),
                Form::Columns => self.columns(rest, then, visit),
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
        if then == Then::Over {
            self.end(visit);
        }
        at
    }

    /// What is wrong with the input, once all is read.
    pub const fn problem(&self) -> Option<ExportProblem> {
        self.problem
    }

    fn end(&mut self, visit: &mut Visit<'_>) {
        match self.form {
            Some(Form::Elements(_) | Form::Rest) => self.note(ProblemKind::Cut, 0),
            Some(Form::Csv) => {
                if !self.csv.end(visit) {
                    self.note(ProblemKind::OpenQuote, 0);
                } else if self.csv.unordered_at().is_some() {
                    self.note(ProblemKind::TooMuch, 0);
                }
            }
            _ => {}
        }
    }

    /// Notes the first problem, so many bytes behind what was read.
    fn note(&mut self, kind: ProblemKind, behind: usize) {
        let at = match kind {
            ProblemKind::OpenQuote => self.csv.record_at(),
            ProblemKind::TooMuch => self.csv.unordered_at().unwrap_or_default(),
            _ => self.before + behind as u64,
        };
        self.problem.get_or_insert(ExportProblem { at, kind });
    }

    /// Says what an input is by its first bytes; nothing if more are needed.
    fn form_of(bytes: &[u8], then: Then) -> Option<Form> {
        let start = json::skip_space(bytes, 0);
        let rest = bytes.get(start..).unwrap_or_default();
        match rest.first()? {
            b'{' => document::begins(rest, then),
            b'[' => {
                let second = json::skip_space(rest, 1);
                match rest.get(second) {
                    Some(b'{' | b'"' | b']') => Some(Form::Value),
                    None if then == Then::More => None,
                    _ => Some(Form::Text),
                }
            }
            _ => {
                let end = line_end(rest, 0, 0, then == Then::Over)?;
                let line = rest.get(..end).unwrap_or_default();
                Some(match line {
                    _ if csv::is_head(line) => Form::Csv,
                    _ if columns::is_front(line) => Form::Columns,
                    _ => Form::Text,
                })
            }
        }
    }

    fn lines(&mut self, bytes: &[u8], then: Then, visit: &mut Visit<'_>) -> usize {
        let mut at = 0;
        let mut looked = self.looked;
        while let Some(end) = line_end(bytes, at, looked, then == Then::Over) {
            let line = bytes.get(at..end).unwrap_or_default();
            match Keys::of(line.trim_ascii()) {
                Some(keys) if keys.holds_events() => keys.visit(&mut self.plain, visit),
                Some(keys) => keys.visit_own(line, visit),
                None if line.trim_ascii().is_empty() => {}
                None => {
                    self.note(ProblemKind::BadLine, at);
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
