//! Log events and invocations, for people and for machines.

mod message;
mod printed;
mod repeats;
mod rows;
mod table;
mod totals;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use regex::bytes::Regex;

use crate::render::page::{Page, safe};
use crate::terminal::{self, BOLD, DIM, ERROR, GOOD, Style, Terminal, WARN};
use crate::times::Clock;
use firehose::errors;
use firehose::lambda_report::LambdaReport;
use firehose::logs::LogEvent;
use firehose::logs::invocation::{Grouped, Invocation, InvocationEvent};
use firehose::logs::message::{ErrorKind, Level, Message, without_front, without_time};
use message::push_message;
use printed::{Printed, counts};
use repeats::Repeats;
use table::LogTable;
pub use totals::totals_line;

/// How events are shown.
#[derive(Debug)]
pub struct Look {
    /// Where they are shown.
    pub terminal: Terminal,
    /// Shows the times.
    pub clock: Clock,
    /// In which form.
    pub form: Form,
    /// Date, log group and log stream too.
    pub is_long: bool,
    /// Short names of log groups, for the front of each line; none if all is
    /// from one.
    pub labels: BTreeMap<String, String>,
    /// The records of events that the function printed, decoded.
    pub decodes: bool,
    /// JSON in messages laid out over lines.
    pub is_pretty: bool,
    /// What stands out.
    pub highlight: Vec<Regex>,
}

/// Forms of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// The messages alone, byte for byte.
    Raw,
    /// A row a line, once all are there.
    Table,
    /// A JSON object a line.
    Ndjson,
}

/// Shows events, one after the other.
pub struct View {
    look: Look,
    printed: Printed,
    /// The second that was shown last.
    second: (i64, String),
    table: LogTable,
    repeats: Option<Repeats>,
    /// Room for the front of a line.
    line: String,
    /// Codes of errors that were shown, and those of them that are new.
    codes: BTreeSet<&'static str>,
    new_codes: Vec<&'static str>,
}

impl View {
    /// Shows them so.
    pub fn new(look: Look) -> Self {
        Self {
            look,
            printed: Printed::new(),
            second: (0, String::new()),
            table: LogTable::default(),
            repeats: None,
            line: String::new(),
            codes: BTreeSet::new(),
            new_codes: Vec::new(),
        }
    }

    /// Gives log groups short names.
    pub fn label(&mut self, labels: BTreeMap<String, String>) {
        self.look.labels = labels;
    }

    /// Appends an event.
    pub fn event(&mut self, event: &LogEvent<'_>, out: &mut Vec<u8>) {
        match self.look.form {
            Form::Raw => self.raw(&event.message, out),
            Form::Ndjson => rows::push_event(event, out),
            Form::Table => {
                let row = self.event_row(event);
                self.table.push(row);
            }
            Form::Text => {
                // Only colors and errors of the stream need a closer look.
                let is_looked_at = self.look.terminal.color || event.message.starts_with(b"{");
                let message = is_looked_at.then(|| Message::of(event.line()));
                if let Some(Message::DeliveryError { code, .. }) = &message
                    && !self.look.is_long
                    && !self.look.is_pretty
                    && let Some(line) = delivery_error(event.line())
                {
                    if self.is_repeat(event, code, &line, out) {
                        return;
                    }
                    self.head(event, out);
                    let code = self.look.terminal.paint(ERROR, &safe(code));
                    out.extend_from_slice(format!("{code} · {line}\n").as_bytes());
                    self.note_code(message.as_ref());
                    return;
                }
                self.push_repeats(out);
                self.head(event, out);
                // `serverless logs` has put the time in front already.
                let text = match (event.timestamp, &event.group) {
                    (Some(_), None) => without_time(&event.message),
                    _ => &event.message,
                };
                self.body(text, message.as_ref().and_then(style_of), "", out);
                self.note_code(message.as_ref());
            }
        }
    }

    /// Appends an invocation or what stands between them.
    pub fn grouped(&mut self, grouped: &Grouped, out: &mut Vec<u8>) {
        match (grouped, self.look.form) {
            (Grouped::Invocation(it), Form::Raw) => {
                it.events.iter().for_each(|part| self.raw(&part.message, out));
            }
            (Grouped::Invocation(it), Form::Ndjson) => {
                rows::push_invocation(it, counts(it), out);
            }
            (Grouped::Invocation(it), Form::Text) => self.invocation(it, out),
            (grouped, Form::Table) => {
                let row = self.grouped_row(grouped);
                self.table.push(row);
            }
            (Grouped::DeliveryError { event } | Grouped::Unattributed { event, .. }, _) => {
                self.event(event, out);
            }
        }
    }

    /// Appends what belongs after the last of them.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.push_repeats(out);
        let table = std::mem::take(&mut self.table);
        out.extend_from_slice(&Page::filled(&self.look.terminal, |page| table.fill(page)));
    }

    /// A message byte for byte, with a newline if it has none; on a terminal
    /// nothing is.
    fn raw(&self, message: &[u8], out: &mut Vec<u8>) {
        let message = message.strip_suffix(b"\n").unwrap_or(message);
        if self.look.terminal.is_terminal {
            push_message(out, message, "", &self.look, None);
        } else {
            out.extend_from_slice(message);
        }
        out.push(b'\n');
    }

    fn time_of(&mut self, time: i64) -> String {
        let mut text = String::with_capacity(32);
        if self.look.is_long {
            text.push_str(&self.look.clock.show_milliseconds(time));
        } else {
            self.look.clock.push_short(time, &mut self.second, &mut text);
        }
        text
    }

    fn label_of(&self, group: Option<&str>) -> Option<&str> {
        self.look.labels.get(group?).map(String::as_str)
    }

    /// What stands in front of a message.
    fn head(&mut self, event: &LogEvent<'_>, out: &mut Vec<u8>) {
        let mut head = event.timestamp.map(|time| self.time_of(time)).unwrap_or_default();
        let Look { terminal, is_long, .. } = &self.look;
        let mut add = |text: &str| {
            if !head.is_empty() {
                head.push(' ');
            }
            head.push_str(&safe(text));
        };
        if *is_long {
            event.group.iter().chain(&event.stream).for_each(|it| add(it));
        } else if let Some(label) = self.label_of(event.group.as_deref()) {
            add(label);
        }
        if event.is_late {
            add("late");
        }
        if !head.is_empty() {
            head.push(' ');
            out.extend_from_slice(terminal.paint(DIM, &head).as_bytes());
        }
    }

    /// A message and what is printed in it, without empty lines at its end.
    fn body(&mut self, message: &[u8], style: Option<Style>, indent: &str, out: &mut Vec<u8>) {
        let end = message.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'));
        let message = message.get(..end.map_or(0, |end| end + 1)).unwrap_or(message);
        if self.look.decodes && self.printed.push(message, style, indent, &self.look, out) {
            return;
        }
        push_message(out, message, indent, &self.look, style);
        out.push(b'\n');
    }

    /// True if a code was shown for the first time since they were last taken.
    pub fn has_new_codes(&self) -> bool {
        !self.new_codes.is_empty()
    }

    /// The codes that were shown for the first time since this was last asked, and have an
    /// explanation.
    pub fn take_new_codes(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.new_codes)
    }

    fn note_code(&mut self, message: Option<&Message<'_>>) {
        let Some(Message::DeliveryError { code, .. }) = message else { return };
        if let Some(code) = errors::exact(code).map(|it| it.error.code)
            && self.codes.insert(code)
        {
            self.new_codes.push(code);
        }
    }

    fn invocation(&mut self, it: &Invocation, out: &mut Vec<u8>) {
        self.push_repeats(out);
        self.title(it, out);
        let (is_long, terminal) = (self.look.is_long, self.look.terminal);
        let place = [it.group.as_deref(), it.stream.as_deref()];
        if is_long && let [_, Some(_)] | [Some(_), _] = place {
            let names: Vec<_> = place.into_iter().flatten().collect();
            let names = safe(&names.join(" "));
            out.extend_from_slice(terminal.paint(DIM, &format!("  {names}\n")).as_bytes());
        }
        for part in &it.events {
            if part.is_platform && !is_long && part.error_kind.is_none() {
                continue;
            }
            self.part(part, it, out);
        }
        if it.cut > 0 {
            let cut = terminal::plural(it.cut, "more event");
            let line = format!("  … {cut} of this invocation, too many to keep\n");
            out.extend_from_slice(terminal.paint(WARN, &line).as_bytes());
        }
        if let Some(counts) = counts(it) {
            let line = format!("  records: {counts}\n");
            out.extend_from_slice(terminal.paint(BOLD, &line).as_bytes());
        }
    }

    fn part(&mut self, part: &InvocationEvent, it: &Invocation, out: &mut Vec<u8>) {
        self.line.clear();
        self.line.push_str("  ");
        if let Some(time) = part.timestamp {
            self.look.clock.push_short(time, &mut self.second, &mut self.line);
            self.line.push(' ');
        }
        self.line.push_str(if part.is_late { "late " } else { "" });
        if self.look.terminal.color {
            out.extend_from_slice(self.look.terminal.paint(DIM, &self.line).as_bytes());
        } else {
            out.extend_from_slice(self.line.as_bytes());
        }
        let style = if part.is_platform && part.error_kind.is_none() {
            Some(DIM)
        } else {
            style(part.level, part.error_kind)
        };
        // The title has the id, and the line its time.
        let message = if self.look.is_long {
            Cow::Borrowed(part.message.as_slice())
        } else {
            without_front_of(part, it)
        };
        self.body(&message, style, "  ", out);
    }

    /// `10:00:00.101 invocation 8f507cfc-… ok 15.74 ms, billed 16 ms, 56 of 128 MB`.
    fn title(&mut self, it: &Invocation, out: &mut Vec<u8>) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let mut head = it.times.map(|(first, _)| self.time_of(first) + " ").unwrap_or_default();
        if let Some(label) = self.label_of(it.group.as_deref()) {
            head.push_str(&safe(label));
            head.push(' ');
        }
        let Look { terminal, .. } = &self.look;
        terminal.push_painted(DIM, &head, &mut line);
        let request = it.request.as_deref().map_or_else(
            || if it.is_call() { "invocation" } else { "start of an environment" }.to_owned(),
            |id| "invocation ".to_owned() + &safe(id),
        );
        terminal.push_painted(BOLD, &request, &mut line);
        let (word, style) = status(it);
        line.push(' ');
        terminal.push_painted(style, word, &mut line);
        if let Some(report) = &it.report {
            push_report(report, &mut line);
        }
        if it.is_cold
            && it
                .report
                .as_ref()
                .is_none_or(|it| it.init_duration.or(it.restore_duration).is_none())
        {
            line.push_str(", cold start");
        }
        if let Some(version) = it.version.as_deref().filter(|version| *version != "$LATEST") {
            line.push_str(", version ");
            line.push_str(&safe(version));
        }
        let lines = terminal::wrap(&line, 2, self.look.terminal.prose_width());
        out.extend_from_slice(lines.as_bytes());
        out.push(b'\n');
        self.line = line;
    }
}

/// An error of a delivery stream without its code: what went wrong, and with what.
fn delivery_error(line: &[u8]) -> Option<String> {
    let Message::DeliveryError { message, about, .. } = Message::of(line) else { return None };
    let about = match (about.split_once(":function:"), about.split_once(":s3:::")) {
        (Some((_, function)), _) => function.to_owned(),
        (None, Some((_, bucket))) => format!("s3://{bucket}"),
        (None, None) => about.into_owned(),
    };
    let parts = [&*message, about.as_str()].into_iter().filter(|part| !part.is_empty());
    Some(parts.map(safe).collect::<Vec<_>>().join(" · "))
}

/// The message of a part without what its invocation has once for all.
fn without_front_of<'a>(part: &'a InvocationEvent, it: &Invocation) -> Cow<'a, [u8]> {
    match &it.request {
        _ if part.is_platform => part.message.as_slice().into(),
        // Before the first one the runtime for Node.js has `undefined` for it.
        request => without_front(&part.message, request.as_deref().unwrap_or("undefined")),
    }
}

/// What became of an invocation, in a word.
fn status(it: &Invocation) -> (&'static str, Style) {
    match (it.error_kind, &it.report) {
        (Some(ErrorKind::Logged), Some(_)) => ("logged errors", WARN),
        (Some(error_kind), _) => (error_kind.as_str(), ERROR),
        (None, Some(_)) => ("ok", GOOD),
        (None, None) => ("no REPORT", WARN),
    }
}

/// Appends ` 41.50 ms, billed 42 ms, 56 of 128 MB, init 130.49 ms`.
fn push_report(report: &LambdaReport, line: &mut String) {
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    // Writing to a string does not fail.
    let _unused = write!(line, " {:.2} ms", milliseconds(report.duration));
    if report.billed.as_millis() > 0 {
        let _unused = write!(line, ", billed {} ms", report.billed.as_millis());
    }
    if let Some(memory) = memory(report) {
        let _unused = write!(line, ", {memory}");
    }
    if let Some(init) = report.init_duration {
        let _unused = write!(line, ", init {:.2} ms", milliseconds(init));
    }
    if let Some(restore) = report.restore_duration {
        let _unused = write!(line, ", restore {:.2} ms", milliseconds(restore));
    }
    if let Some(kind) = &report.error_type {
        line.push_str(", ");
        line.push_str(&safe(kind));
    }
}

/// `56 of 128 MB`; `56 MB` if the limit is not reported.
fn memory(report: &LambdaReport) -> Option<String> {
    match (report.max_memory_mb, report.memory_mb) {
        (0, 0) => None,
        (used, 0) => Some(format!("{used} MB")),
        (used, limit) => Some(format!("{used} of {limit} MB")),
    }
}

/// The color of a message.
fn style_of(message: &Message<'_>) -> Option<Style> {
    match message {
        Message::Line { level, error_kind, .. } => style(*level, *error_kind),
        Message::DeliveryError { .. } => Some(ERROR),
        Message::Report(report) if report.status.is_some() => Some(ERROR),
        _ => Some(DIM),
    }
}

fn style(level: Option<Level>, error_kind: Option<ErrorKind>) -> Option<Style> {
    match (error_kind, level) {
        (Some(_), _) | (None, Some(Level::Error | Level::Fatal)) => Some(ERROR),
        (None, Some(Level::Warn)) => Some(WARN),
        (None, Some(Level::Debug | Level::Trace)) => Some(DIM),
        _ => None,
    }
}
