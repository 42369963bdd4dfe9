//! The report of a call for people.

use std::fmt::Write as _;
use std::time::Duration;

use super::{CallView, View};
use crate::render::expected_failure::in_a_sentence;
use crate::render::page::{Page, safe};
use crate::render::shell::quoted;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, Terminal, WARN};
use firehose::errors::{self, Explanation};
use firehose::limits::MAX_LAMBDA_INIT;
use firehose::transform::invocation::{Invocation, InvocationResult, Log, LogStream, NOT_HERE};
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
            page.failure(&failure, self.retries, page_of(result));
        }
        if let Some(command) = result.install() {
            page.detail("hint", &format!("{NOT_HERE}:"));
            // On one line, to be pasted.
            page.line(&format!("            {}", terminal::escape_line(command.as_bytes())));
        } else if let Some(hint) = result.hint(call.source) {
            page.detail("hint", &hint);
        }
        if !is_logged(invocation) {
            page.stack(result);
        }
        self.sizes(page, result);
        page.times(invocation);
        self.memory(page, invocation.max_memory);
        if let Some(id) = &invocation.request_id {
            page.detail("request", &safe(id));
        }
        page.log(&invocation.log);
        if invocation.log.lines.len() > LONG_LOG {
            // The first one has left the screen.
            page.out.push_str(&headline);
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
            (InvocationResult::Response(_), None) => ("OK", GOOD, ""),
            _ => ("FAILED", ERROR, ""),
        };
        let what = safe(&result.to_string());
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
    fn failure(&mut self, failure: &Failure, retries: u32, own: Option<&Explanation>) {
        self.detail("Firehose", &in_a_sentence(failure, retries));
        if let Some(message) = failure.error.message {
            self.detail("", &format!("\"{message}\""));
        }
        let code = own.map_or(failure.error.code, |page| page.error.code);
        self.detail("", &format!("see `fh explain {}`", quoted(code)));
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

    fn stack(&mut self, result: &InvocationResult) {
        let (InvocationResult::FunctionError(error) | InvocationResult::InitError(error)) = result
        else {
            return;
        };
        let lines = error.stack.iter().flat_map(|frame| frame.trim_end().split('\n'));
        for (position, line) in lines.enumerate() {
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

    fn log(&mut self, log: &Log) {
        if log.lines.is_empty() {
            return;
        }
        let kept = log.lines.len() as u64;
        let of = if log.cut_lines > 0 { terminal::group(kept) + " of " } else { String::new() };
        let title = format!("log, {of}{}", terminal::plural(kept + log.cut_lines, "line"));
        self.line(&self.terminal.paint(BOLD, &title));
        self.out.push_str(&log_lines(log, self.terminal));
    }
}

/// The page of how the function itself ended, if there is one.
fn page_of(result: &InvocationResult) -> Option<&'static Explanation> {
    match result {
        InvocationResult::FunctionError(error) | InvocationResult::InitError(error) => {
            errors::page_for(&format!("{error}\n{}", error.stack.concat()))
        }
        InvocationResult::Exited { .. } | InvocationResult::OutOfMemory { .. } => {
            errors::exact("Runtime.ExitError")
        }
        _ => None,
    }
}

/// True if the runtime wrote the stack to the log, as those of Lambda do.
fn is_logged(invocation: &Invocation) -> bool {
    let (InvocationResult::FunctionError(error) | InvocationResult::InitError(error)) =
        &invocation.result
    else {
        return false;
    };
    let frame = error.stack.first().map(|frame| frame.trim()).unwrap_or_default();
    let line = frame.lines().next().unwrap_or_default().as_bytes();
    invocation.log.lines.iter().any(|it| memchr::memmem::find(&it.bytes, line).is_some())
}

/// The lines of a log, each with its stream, safe to show.
pub fn log_lines(log: &Log, terminal: &Terminal) -> String {
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
        for text in line.bytes.strip_suffix(b"\r").unwrap_or(&line.bytes).split(|it| *it == b'\r') {
            let line = format!("{mark}{}", tabbed(text));
            // Writing to a string does not fail.
            let _unused = writeln!(out, "{}", line.trim_end());
        }
    }
    out
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

/// Tabs stand between the parts of Lambda's log lines.
fn tabbed(text: &[u8]) -> String {
    let parts: Vec<_> = text.split(|byte| *byte == b'\t').map(terminal::escape_line).collect();
    parts.join("\t")
}

/// `1.93 ms`, as in Lambda's REPORT lines.
fn milliseconds(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1000.0)
}
