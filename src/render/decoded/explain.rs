//! `--explain`: layers, sizes and what a record is.

use std::fmt::Write as _;

use super::describe::{describe, preview, text_of};
use super::{Record, View};
use crate::terminal::{self, DIM, PREVIEW, Terminal, WARN};
use firehose::decode::{Layer, ObjectLayer, Problem};
use firehose::errors;

impl View {
    pub(super) fn explain(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let mut lines = Lines { out, terminal: self.terminal };
        let mut head = format!("{}:{} · record {}", record.source, record.line, record.index);
        // Writing to a string does not fail.
        if let Some(part) = record.part {
            let _unused = write!(head, ".{part}");
        }
        if let Some(envelope) = record.envelope.as_str() {
            let _unused = write!(head, " · {envelope}");
        }
        if let Some(code) = record.error_code {
            let _unused = write!(head, " {}", text_of(code));
        }
        if let Some(id) = record.record_id {
            let _unused = write!(head, " · recordId {}", text_of(id));
        }
        lines.head(&head);
        if let Some(failure) = record.error_code.and_then(|code| errors::exact(&text_of(code))) {
            lines.plain(&format!("{} (fh explain {})", failure.happened, failure.code));
        }
        for layer in record.object_layers {
            lines.layer(layer.as_str(), "around the whole input");
        }
        for peeled in record.outer_layers.iter().chain(record.decoded.layers) {
            let sizes = format!(
                "{} B → {} B",
                terminal::group(peeled.bytes_in),
                terminal::group(peeled.bytes_out)
            );
            let parts = parts(peeled.layer, peeled.parts);
            lines.layer(peeled.layer.as_str(), &format!("{sizes}{parts}"));
        }
        lines.plain(&describe(record.decoded));
        let preview = preview(record.decoded, PREVIEW);
        if !preview.is_empty() {
            lines.preview(&preview);
        }
        for problem in record.decoded.problems {
            lines.problem(problem);
        }
        out.push(b'\n');
    }
}

/// Appends what was around an input as a whole.
pub fn push_object_layers(out: &mut Vec<u8>, source: &str, layers: &[ObjectLayer]) {
    for layer in layers {
        let line = format!(
            "{}: {} {} B → {} B{}\n",
            terminal::escape_line(source.as_bytes()),
            layer.layer.as_str(),
            terminal::group(layer.bytes_in),
            terminal::group(layer.bytes_out),
            parts(layer.layer, layer.parts),
        );
        out.extend_from_slice(line.as_bytes());
    }
}

/// ` (3 members)`, where the layer has parts.
fn parts(layer: Layer, count: u32) -> String {
    match layer.part() {
        Some(part) => format!(" ({})", terminal::plural(u64::from(count), part)),
        None => String::new(),
    }
}

/// Lines of an explanation, everything in them made safe.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    terminal: Terminal,
}

impl Lines<'_> {
    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'\n');
    }

    fn head(&mut self, text: &str) {
        let text = terminal::escape_line(text.as_bytes());
        let text = self.terminal.paint(terminal::BOLD, &text);
        self.push(&text);
    }

    fn layer(&mut self, name: &str, text: &str) {
        self.push(&format!("  {name:<13} {text}"));
    }

    fn plain(&mut self, text: &str) {
        self.push(&format!("  {text}"));
    }

    fn preview(&mut self, text: &str) {
        let text = terminal::fit(text, self.terminal.width.saturating_sub(4));
        let text = self.terminal.paint(DIM, &text);
        self.push(&format!("  {text}"));
    }

    fn problem(&mut self, problem: &Problem) {
        let word = self.terminal.paint(WARN, problem.severity().as_str());
        self.push(&format!("  {word}: {}", terminal::escape(&problem.to_string())));
        if let Some(hint) = problem.hint() {
            self.push(&format!("    hint: {hint}"));
        }
    }
}
