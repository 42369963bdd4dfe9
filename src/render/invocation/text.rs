//! The report of a call for people.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use super::{CallView, Isolate, View};
use crate::render::expected_failure::in_a_sentence;
use crate::render::page::{Page, safe};
use crate::terminal::shell::quoted;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, Terminal, WARN};
use firehose::errors;
use firehose::json;
use firehose::limits::MAX_LAMBDA_INIT;
use firehose::transform::invocation::{
    FunctionError, Invocation, InvocationResult, Log, LogStream, NOT_HERE, frame_text,
};
use firehose::transform::{Failure, Severity};

/// Most bytes that are shown of a response that is no JSON.
const MAX_BEGINNING: usize = 200;

/// Lines of a log from which the verdict is repeated below it.
const LONG_LOG: usize = 20;

impl View {
    /// Puts the report of a call on the page.
    pub(super) fn report(&self, call: &CallView<'_>, page: &mut Page<'_>) {
        let invocation = call.invocation;
        let result = &invocation.result;
        let headline = self.headline(call);
        page.out.push_str(&headline);
        if let Some(failure) = result.failure() {
            page.failure(&failure, self.retries, explained_by(result));
        }
        if let Some(command) = result.install() {
            page.detail("hint", &format!("{NOT_HERE}:"));
            // On one line, to be pasted.
            page.line(&format!("            {}", terminal::escape_line(command.as_bytes())));
        } else if let Some(hint) = invocation.hint(call.event) {
            page.detail("hint", &safe(&hint));
        }
        let is_logged = is_logged(invocation);
        if let Some(error) = invocation.error().filter(|_| !is_logged) {
            page.stack(error);
        }
        self.sizes(page, result);
        page.times(invocation);
        self.memory(page, invocation.max_memory);
        if let Some(id) = &invocation.request_id {
            page.detail("request", &safe(id));
        }
        page.log(invocation);
        if invocation.log.lines.len() > LONG_LOG {
            // The first one has left the screen.
            page.out.push_str(&headline);
        }
        if let Some(how) = call.isolate {
            page.isolate(how);
        }
    }

    /// The verdict and why, in a sentence.
    fn headline(&self, call: &CallView<'_>) -> String {
        let result = &call.invocation.result;
        let worst = call.checked.and_then(|checked| checked.result.worst());
        let (verdict, style, rules) = match (result, worst) {
            (InvocationResult::Response(_), Some(Severity::Error)) => {
                ("BROKEN", ERROR, ", and its response breaks the rules below")
            }
            (InvocationResult::Response(_), Some(Severity::Warning)) => {
                ("OK, with warnings", WARN, "")
            }
            (InvocationResult::Response(_), None) if call.invocation.has_rejected() => {
                ("OK, with warnings", WARN, "")
            }
            (InvocationResult::Response(_), None) => ("OK", GOOD, ""),
            _ => ("FAILED", ERROR, ""),
        };
        let what = safe(&what(call.invocation));
        let mut out = String::new();
        let width = self.terminal.prose_width();
        terminal::push_wrapped(&mut out, &format!("{verdict}: {what}{rules}"), 0, width);
        out.replacen(verdict, &self.terminal.paint(style, verdict), 1)
    }

    fn sizes(&self, page: &mut Page<'_>, result: &InvocationResult) {
        let event = terminal::group(self.event_bytes as u64);
        let size = match result {
            InvocationResult::TooLarge { bytes } => Some(*bytes),
            result => result.response().map(|bytes| bytes.len() as u64),
        };
        // The verdict on a response has them.
        if matches!(result, InvocationResult::Response(_)) {
            return;
        }
        page.detail("event", &format!("{event} B"));
        if let Some(size) = size {
            page.detail("response", &format!("{} B", terminal::group(size)));
        }
        if let InvocationResult::NotJson { bytes, problem } = result
            && !bytes.is_empty()
        {
            let beginning = bytes.get(..bytes.len().min(MAX_BEGINNING)).unwrap_or_default();
            page.detail("", &format!("it starts with: {}", terminal::escape_line(beginning)));
            page.around(bytes, problem.offset);
        }
    }

    fn memory(&self, page: &mut Page<'_>, most: Option<u64>) {
        let Some(most) = most else { return };
        let most = most.div_ceil(1 << 20);
        let of = self.memory_mb.map(|mb| format!(" of {mb} MB")).unwrap_or_default();
        page.detail("memory", &format!("{most} MB{of}"));
    }
}

/// Parts of the report.
impl Page<'_> {
    /// What Firehose does, and the page that explains it: that of how the function
    /// ended, if it has one of its own.
    fn failure(&mut self, failure: &Failure, retries: u32, own: Option<&str>) {
        self.detail("Firehose", &in_a_sentence(failure, retries));
        if let Some(message) = failure.error.message {
            self.detail("", &format!("\"{message}\""));
        }
        let query = own.unwrap_or(failure.error.code);
        self.detail("", &format!("see `fh explain {}`", quoted(query)));
    }

    /// Shows the place `at` of a response, where its beginning does not.
    fn around(&mut self, bytes: &[u8], at: usize) {
        let from = at.saturating_sub(MAX_BEGINNING / 4);
        let shown = bytes.get(from..bytes.len().min(at + MAX_BEGINNING / 4)).unwrap_or_default();
        if at + MAX_BEGINNING / 10 > MAX_BEGINNING && !shown.is_empty() {
            let shown = terminal::escape_line(shown);
            self.detail("", &format!("around byte {}: {shown}", terminal::group(at as u64)));
        }
    }

    fn isolate(&mut self, how: &Isolate) {
        match how {
            // On one line, to be pasted.
            Isolate::Command(command) => {
                self.line(&format!("\nFind the records that cause it:\n  {}", safe(command)));
            }
            Isolate::Flag => self.line("\nhint: `--isolate` finds the records that cause it"),
        }
    }

    /// The stack of an error, and below it those of what it wraps.
    fn stack(&mut self, error: &FunctionError) {
        let mut lines = frames(error);
        for cause in &error.causes {
            lines.push(format!("caused by {}", cause.head()));
            lines.extend(frames(cause));
        }
        for (position, line) in lines.iter().enumerate() {
            let name = if position == 0 { "stack" } else { "" };
            let name = self.terminal.paint(DIM, &format!("  {name:<10}"));
            self.line(&format!("{name}{}", safe(line)));
        }
    }

    fn times(&mut self, invocation: &Invocation) {
        let duration = milliseconds(invocation.duration);
        let text = match invocation.init_duration.map(milliseconds) {
            Some(init) if invocation.duration.is_zero() => format!("{init} of init"),
            Some(init) => format!("{duration}, after {init} of init"),
            None => duration,
        };
        self.detail("duration", &text);
        if invocation.init_duration.is_some_and(|init| init > MAX_LAMBDA_INIT) {
            let most = MAX_LAMBDA_INIT.as_secs();
            self.detail(
                "",
                &format!(
                    "Lambda stops init after {most} s and restarts it within the function's \
                     timeout"
                ),
            );
        }
    }

    fn log(&mut self, invocation: &Invocation) {
        let log = &invocation.log;
        if log.lines.is_empty() {
            return;
        }
        let kept = log.lines.len() as u64;
        let of = if log.cut_lines > 0 { terminal::group(kept) + " of " } else { String::new() };
        let title = format!("log, {of}{}", terminal::plural(kept + log.cut_lines, "line"));
        self.line(&self.terminal.paint(BOLD, &title));
        let frame = invocation.error().and_then(|error| error.stack_lines().next());
        self.out.push_str(&lines_of(log, self.terminal, frame.map(str::trim)));
    }
}

/// The lines of a stack, without the indentation that all of them have: a frame of
/// Python has its code further in, in a line of its own.
fn frames(error: &FunctionError) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let shared = error.stack_lines().map(indent).min().unwrap_or_default();
    let lines = error.stack_lines().map(|line| line.get(shared..).unwrap_or(line));
    lines.map(|line| frame_text(line).into_owned()).collect()
}

/// What came of a call: of an error the error itself, and the line of the user's
/// code, unless the message ends with it.
fn what(invocation: &Invocation) -> String {
    let result = &invocation.result;
    let what = match result {
        InvocationResult::FunctionError(error) => error.to_string(),
        _ => invocation.sentence(),
    };
    match invocation.error().and_then(FunctionError::code_line) {
        Some(place) if !what.ends_with(&format!(", line {})", place.line)) => {
            format!("{what}, at {place}")
        }
        _ => what,
    }
}

/// What `fh explain` has of how the function itself ended, if it has.
fn explained_by(result: &InvocationResult) -> Option<&'static str> {
    if matches!(result, InvocationResult::Exited { .. } | InvocationResult::OutOfMemory { .. }) {
        return Some("Runtime.ExitError");
    }
    let error = result.error()?;
    errors::query_for(&format!("{error}\n{}", error.stack.concat()))
}

/// True if the runtime wrote the stack to the log in lines, as those of Lambda for
/// Python and Java do.
fn is_logged(invocation: &Invocation) -> bool {
    let Some(error) = invocation.error() else { return false };
    let Some(frame) = error.stack_lines().next().map(str::trim) else { return true };
    let is_there = |line: &[u8]| memchr::memmem::find(line, frame.as_bytes()).is_some();
    let mut lines = invocation.log.lines.iter();
    lines.any(|line| is_there(&line.bytes) && json_stack(&line.bytes).is_none())
}

/// Where the frames of an error in JSON are in a line: what Lambda's runtime for
/// Node.js logs of an error ends with it.
fn json_stack(line: &[u8]) -> Option<Range<usize>> {
    let names: [&[u8]; 3] = [b"\"trace\":[", b"\"stack\":[", b"\"stackTrace\":["];
    memchr::memmem::find(line, b"\"errorType\":")?;
    let found =
        names.iter().find_map(|name| Some(memchr::memmem::find(line, name)? + name.len()))?;
    let end = json::skip_value(line, found - 1).ok()?;
    Some(found..end - 1)
}

/// The lines of a log, each with its stream, safe to show.
pub fn log_lines(log: &Log, terminal: &Terminal) -> String {
    lines_of(log, terminal, None)
}

/// The same without the frames of an error in JSON: of that whose first frame is
/// `shown` elsewhere.
fn lines_of(log: &Log, terminal: &Terminal, shown: Option<&str>) -> String {
    let mut out = String::new();
    for (place, line) in log.lines.iter().enumerate() {
        if place == log.gap {
            push_gap(&mut out, log);
        }
        let mark = match line.stream {
            LogStream::Stdout => "  out │ ",
            LogStream::Stderr => "  err │ ",
        };
        let mark = terminal.paint(DIM, mark);
        // Runtimes write `\r` for a newline inside a message.
        let is_shown = |frames: &Range<usize>| {
            let text = line.bytes.get(frames.clone()).unwrap_or_default();
            shown.is_some_and(|frame| memchr::memmem::find(text, frame.as_bytes()).is_some())
        };
        let bytes = match json_stack(&line.bytes).filter(is_shown) {
            None => Cow::Borrowed(&line.bytes),
            Some(frames) => Cow::Owned(without(&line.bytes, frames)),
        };
        for text in bytes.strip_suffix(b"\r").unwrap_or(&bytes).split(|it| *it == b'\r') {
            let line = format!("{mark}{}", terminal::escape_columns(text));
            // Writing to a string does not fail.
            let _unused = writeln!(out, "{}", line.trim_end());
        }
    }
    out
}

/// A line with an ellipsis for a part of it.
fn without(line: &[u8], part: Range<usize>) -> Vec<u8> {
    let (start, end) = (line.get(..part.start), line.get(part.end..));
    [start.unwrap_or_default(), "…".as_bytes(), end.unwrap_or_default()].concat()
}

/// Says how much of a long log is missing here.
fn push_gap(out: &mut String, log: &Log) {
    if log.cut_lines > 0 {
        let lines = terminal::plural(log.cut_lines, "line");
        let bytes = terminal::group(log.cut);
        // Writing to a string does not fail.
        let _unused = writeln!(out, "  … {lines} ({bytes} B) omitted");
    }
}

/// `1.93 ms`, as in Lambda's REPORT lines.
fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
