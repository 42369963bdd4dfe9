//! `--explain`: layers, sizes and what a record is.

use std::fmt::Write as _;

use super::Record;
use super::describe::{describe, preview, text_of};
use crate::render::page::{Page, safe};
use crate::terminal::{self, BOLD, DIM, PREVIEW, WARN};
use firehose::decode::{Layer, ObjectLayer, Problem};
use firehose::errors;

/// Puts one record on the page.
pub(super) fn fill(page: &mut Page<'_>, record: &Record<'_>) {
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
    let width = page.terminal.prose_width();
    page.line(&terminal::wrap(&page.terminal.paint(BOLD, &safe(&head)), 2, width));
    if let Some(failure) = record.error_code.and_then(|code| errors::exact(&text_of(code))) {
        page.prose(2, &format!("{} (fh explain {})", failure.happened, failure.error.code));
    }
    for layer in record.object_layers {
        layer_line(page, layer.as_str(), "around the whole input");
    }
    for peeled in record.outer_layers.iter().chain(record.decoded.layers) {
        let sizes = format!(
            "{} B → {} B",
            terminal::group(peeled.bytes_in),
            terminal::group(peeled.bytes_out)
        );
        let parts = parts(peeled.layer, peeled.parts);
        layer_line(page, peeled.layer.as_str(), &format!("{sizes}{parts}"));
    }
    page.prose(2, &describe(record.decoded));
    let preview = preview(record.decoded, PREVIEW);
    if !preview.is_empty() {
        let text = terminal::fit(&preview, page.terminal.width.saturating_sub(4));
        page.line(&format!("  {}", page.terminal.paint(DIM, &text)));
    }
    for problem in record.decoded.problems {
        problem_lines(page, problem);
    }
    page.line("");
}

/// Appends what was around an input as a whole.
pub fn push_object_layers(out: &mut Vec<u8>, source: &str, layers: &[ObjectLayer]) {
    for layer in layers {
        let line = format!(
            "{}: {} {} B → {} B{}\n",
            safe(source),
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

fn layer_line(page: &mut Page<'_>, name: &str, text: &str) {
    page.line(&format!("  {name:<13} {text}"));
}

fn problem_lines(page: &mut Page<'_>, problem: &Problem) {
    let word = page.terminal.paint(WARN, problem.severity().as_str());
    let line = format!("  {word}: {}", terminal::escape(&problem.to_string()));
    page.line(&terminal::wrap(&line, 4, page.terminal.prose_width()));
    if let Some(hint) = problem.hint() {
        page.prose(4, &format!("hint: {hint}"));
    }
}
