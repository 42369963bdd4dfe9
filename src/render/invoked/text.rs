//! The report of a call for people.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Call, View};
use crate::firehose::limits::MAX_LAMBDA_INIT;
use crate::firehose::transform::Failure;
use crate::firehose::transform::outcome::{Answer, Invocation, Log, LogStream};
use crate::render::failure::in_a_sentence;
use crate::render::terminal::{self, BOLD, DIM, ERROR, GOOD, Terminal};

/// Most bytes that are shown of a response that is no JSON.
const BEGINNING: usize = 200;

impl View {
    pub(super) fn text(&self, call: &Call<'_>) -> String {
        let invocation = call.invocation;
        let is_broken = call.judged.is_some_and(|judged| judged.judgement.has_errors());
        let mut report = Report { out: String::new(), terminal: self.terminal };
        let answer = &invocation.answer;
        let (verdict, style) = match answer {
            Answer::Response(_) if is_broken => ("BROKEN", ERROR),
            Answer::Response(_) => ("OK", GOOD),
            _ => ("FAILED", ERROR),
        };
        let mut what = terminal::escape_line(answer.to_string().as_bytes());
        if is_broken {
            what.push_str(", and its answer breaks the rules below");
        }
        report.line(&format!("{}: {what}", self.terminal.paint(style, verdict)));
        if let Some(failure) = answer.failure() {
            report.failure(&failure, self.retries);
        }
        if let Some(hint) = answer.hint() {
            report.entry("hint", hint);
        }
        if !is_logged(invocation) {
            report.stack(answer);
        }
        self.sizes(&mut report, answer);
        report.times(invocation);
        self.memory(&mut report, invocation.max_memory);
        if let Some(id) = &invocation.request_id {
            report.entry("request", &terminal::escape_line(id.as_bytes()));
        }
        report.log(&invocation.log);
        report.out
    }

    fn sizes(&self, report: &mut Report, answer: &Answer) {
        let event = terminal::group(self.event_bytes as u64);
        let size = match answer {
            Answer::TooLarge { bytes } => Some(*bytes),
            answer => answer.response().map(|bytes| bytes.len() as u64),
        };
        // The verdict on a response tells them.
        if matches!(answer, Answer::Response(_)) {
            return;
        }
        report.entry("event", &format!("{event} B"));
        if let Some(size) = size {
            report.entry("response", &format!("{} B", terminal::group(size)));
        }
        if let Answer::NotJson { bytes, .. } = answer
            && !bytes.is_empty()
        {
            let beginning = bytes.get(..bytes.len().min(BEGINNING)).unwrap_or_default();
            report.entry("", &format!("it begins: {}", terminal::escape_line(beginning)));
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
struct Report {
    out: String,
    terminal: Terminal,
}

impl Report {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A name and a value that is safe to show; long ones go on under it.
    fn entry(&mut self, name: &str, value: &str) {
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
        if let Some(message) = failure.message {
            self.entry("", &format!("\"{message}\""));
        }
        self.entry("", &format!("`fh explain {}` says what to do", failure.code));
    }

    fn stack(&mut self, answer: &Answer) {
        let (Answer::FunctionError(error) | Answer::InitError(error)) = answer else { return };
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
                    "Lambda stops init after {most} s and starts it anew within the function's \
                     timeout"
                ),
            );
        }
    }

    fn log(&mut self, log: &Log) {
        if log.lines.is_empty() {
            return;
        }
        let title = format!("log, {}", terminal::plural(log.lines.len() as u64, "line"));
        self.line(&self.terminal.paint(BOLD, &title));
        self.out.push_str(&log_lines(log, &self.terminal));
    }
}

/// True if the runtime wrote the stack to the log, as those of Lambda do.
fn is_logged(invocation: &Invocation) -> bool {
    let (Answer::FunctionError(error) | Answer::InitError(error)) = &invocation.answer else {
        return false;
    };
    let frame = error.stack.first().map(|frame| frame.trim()).unwrap_or_default();
    let line = frame.lines().next().unwrap_or_default().as_bytes();
    invocation.log.lines.iter().any(|it| memchr::memmem::find(&it.bytes, line).is_some())
}

/// The lines of a log, each with its stream, safe to show.
pub fn log_lines(log: &Log, terminal: &Terminal) -> String {
    let mut out = String::new();
    for line in &log.lines {
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
    if log.cut > 0 {
        let _unused = writeln!(out, "  … {} more bytes were not kept", terminal::group(log.cut));
    }
    out
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
        let length = word.chars().count();
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
