//! The report of a call for people.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::{Call, Form, View};
use crate::render::failure::in_a_sentence;
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, Terminal};
use firehose::limits::MAX_LAMBDA_INIT;
use firehose::transform::invocation::{Invocation, InvocationResult, Log, LogStream, NOT_HERE};
use firehose::transform::{CheckResult, Failure, Severity};

/// Most bytes that are shown of a response that is no JSON.
const MAX_BEGINNING: usize = 200;

/// Lines of a log from which the verdict is repeated below it.
const LONG_LOG: usize = 20;

impl View {
    pub(super) fn text(&self, call: &Call<'_>) -> String {
        let invocation = call.invocation;
        let result = &invocation.result;
        let mut report = Report { out: String::new(), terminal: self.terminal };
        let headline = self.headline(call);
        report.out.push_str(&headline);
        if let Some(failure) = result.failure() {
            report.failure(&failure, self.retries);
        }
        if let Some(command) = result.install() {
            report.entry("hint", &format!("{NOT_HERE}:"));
            // On one line, to be pasted.
            report.line(&format!("            {}", terminal::escape_line(command.as_bytes())));
        } else if let Some(hint) = result.hint() {
            report.entry("hint", &terminal::escape_line(hint.as_bytes()));
        }
        if !is_logged(invocation) {
            report.stack(result);
        }
        self.sizes(&mut report, result);
        report.times(invocation);
        self.memory(&mut report, invocation.max_memory);
        if let Some(id) = &invocation.request_id {
            report.entry("request", &terminal::escape_line(id.as_bytes()));
        }
        report.log(&invocation.log);
        if invocation.log.lines.len() > LONG_LOG {
            // The first one has left the screen.
            report.out.push_str(&headline);
        }
        report.out
    }

    /// The verdict and why, in a sentence.
    fn headline(&self, call: &Call<'_>) -> String {
        let result = &call.invocation.result;
        let broken = call.judged.map(|judged| judged.judgement).filter(|it| it.has_errors());
        let (verdict, style) = match result {
            InvocationResult::Response(_) if broken.is_some() => ("BROKEN", ERROR),
            InvocationResult::Response(_) => ("OK", GOOD),
            _ => ("FAILED", ERROR),
        };
        let what = terminal::escape_line(result.to_string().as_bytes());
        let rules = match broken {
            None => String::new(),
            Some(judgement) if self.form == Form::Table => {
                let rules = errors(judgement);
                format!(", and its answer breaks {rules} (`--output text` says how)")
            }
            Some(_) => ", and its answer breaks the rules below".to_owned(),
        };
        let mut out = String::new();
        let width = self.terminal.prose_width();
        terminal::push_wrapped(&mut out, &format!("{verdict}: {what}{rules}"), 0, width);
        out.replacen(verdict, &self.terminal.paint(style, verdict), 1)
    }

    fn sizes(&self, report: &mut Report, result: &InvocationResult) {
        let event = terminal::group(self.event_bytes as u64);
        let size = match result {
            InvocationResult::TooLarge { bytes } => Some(*bytes),
            result => result.response().map(|bytes| bytes.len() as u64),
        };
        // The verdict on a response has them.
        if matches!(result, InvocationResult::Response(_)) {
            return;
        }
        report.entry("event", &format!("{event} B"));
        if let Some(size) = size {
            report.entry("response", &format!("{} B", terminal::group(size)));
        }
        if let InvocationResult::NotJson { bytes, problem } = result
            && !bytes.is_empty()
        {
            let beginning = bytes.get(..bytes.len().min(MAX_BEGINNING)).unwrap_or_default();
            report.entry("", &format!("it begins: {}", terminal::escape_line(beginning)));
            report.around(bytes, problem.offset);
        }
    }

    fn memory(&self, report: &mut Report, most: Option<u64>) {
        let Some(most) = most else { return };
        let most = most.div_ceil(1 << 20);
        let of = self.memory_mb.map(|mb| format!(" of {mb} MB")).unwrap_or_default();
        report.entry("memory", &format!("{most} MB{of}"));
    }
}

/// Text that grows by lines.
pub(super) struct Report {
    pub(super) out: String,
    pub(super) terminal: Terminal,
}

impl Report {
    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A name and a value that is safe to show; long ones go on under it.
    pub(super) fn entry(&mut self, name: &str, value: &str) {
        const INDENT: usize = 12;
        let room = self.terminal.width.saturating_sub(INDENT).max(20);
        for (position, line) in wrap(value, room).into_iter().enumerate() {
            let name = if position == 0 { name } else { "" };
            let name = self.terminal.paint(DIM, &format!("  {name:<10}"));
            self.line(format!("{name}{line}").trim_end());
        }
    }

    fn failure(&mut self, failure: &Failure, retries: u32) {
        self.entry("Firehose", &in_a_sentence(failure, retries));
        if let Some(message) = failure.error.message {
            self.entry("", &format!("\"{message}\""));
        }
        self.entry("", &format!("`fh explain {}` says what to do", failure.error.code));
    }

    /// Shows the place `at` of a response, where its beginning does not.
    fn around(&mut self, bytes: &[u8], at: usize) {
        let from = at.saturating_sub(MAX_BEGINNING / 4);
        let shown = bytes.get(from..bytes.len().min(at + MAX_BEGINNING / 4)).unwrap_or_default();
        if at + MAX_BEGINNING / 10 > MAX_BEGINNING && !shown.is_empty() {
            let shown = terminal::escape_line(shown);
            self.entry("", &format!("around byte {}: {shown}", terminal::group(at as u64)));
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
            self.line(&format!("{name}{}", terminal::escape_line(line.as_bytes())));
        }
    }

    fn times(&mut self, invocation: &Invocation) {
        let duration = milliseconds(invocation.duration);
        let text = match invocation.init_duration.map(milliseconds) {
            Some(init) if invocation.duration.is_zero() => format!("{init} of init"),
            Some(init) => format!("{duration}, after {init} of init"),
            None => duration,
        };
        self.entry("duration", &text);
        if invocation.init_duration.is_some_and(|init| init > MAX_LAMBDA_INIT) {
            let most = MAX_LAMBDA_INIT.as_secs();
            self.entry(
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
        self.out.push_str(&log_lines(log, &self.terminal));
    }
}

/// The rules by which records fail or are lost, by name.
fn errors(judgement: &CheckResult) -> String {
    let rules = judgement.violations.iter().map(|violation| violation.rule);
    let errors = rules.filter(|rule| rule.severity() == Severity::Error);
    let names: BTreeSet<_> = errors.map(|rule| format!("`{}`", rule.as_str())).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
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
        let _unused = writeln!(out, "  … {lines} ({bytes} B) in between were not kept");
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

/// Breaks text at blanks; a word longer than `width` stays whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = terminal::columns(word);
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += length;
        }
    }
    lines
}
