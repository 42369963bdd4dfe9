//! Lines on standard error: errors, notes, hints. On a terminal they are broken
//! between words; a command stays in one piece, so that it can be copied.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use super::{ColorChoice, GlobalArgs, has_color};
use crate::terminal::{self, ERROR, Terminal};

/// What a line begins with: the rest is laid out below its end.
const LABELS: [&str; 2] = ["fh: ", "  hint: "];

/// Narrower terminals break the lines themselves.
const MIN_WIDTH: usize = 40;

/// Standard error, as the flags have it.
static STDERR: OnceLock<Terminal> = OnceLock::new();

/// Heeds the flags; without it, those that decide by themselves are assumed.
pub(super) fn heed(global: &GlobalArgs) {
    let color = if global.no_color { ColorChoice::Never } else { global.color };
    let _known = STDERR.set(stderr(color));
}

fn stderr(color: ColorChoice) -> Terminal {
    let is_terminal = io::stderr().is_terminal();
    let size = terminal_size::terminal_size_of(io::stderr());
    let width = size.map_or(terminal::DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
    let wraps = is_terminal && width >= MIN_WIDTH;
    Terminal { is_terminal, color: has_color(color, is_terminal), width, rows: None, wraps }
}

/// Prints an error or a warning, with what to do next.
pub(super) fn warn<'a>(message: &str, hints: impl Iterator<Item = &'a str>) {
    let terminal = STDERR.get_or_init(|| stderr(ColorChoice::Auto));
    // A name or a message with a newline in it must not make a line of its own.
    let first = format!("fh: {}", terminal::escape_line(message.as_bytes()));
    let mut text = laid_out(&first, terminal);
    if let Some(rest) = text.strip_prefix("fh:") {
        text = format!("{}{rest}", terminal.paint(ERROR, "fh:"));
    }
    for hint in hints {
        let hint = format!("  hint: {}", terminal::escape_line(hint.as_bytes()));
        text.push('\n');
        text.push_str(&laid_out(&hint, terminal));
    }
    text.push('\n');
    write(&text);
}

/// Prints lines. Control characters in them are shown, not sent.
pub(super) fn print(text: &str) {
    let terminal = STDERR.get_or_init(|| stderr(ColorChoice::Auto));
    let mut out = String::new();
    for line in text.split('\n') {
        out.push_str(&laid_out(&terminal::escape(line), terminal));
        out.push('\n');
    }
    write(&out);
}

/// Nothing can be done if standard error is closed.
fn write(text: &str) {
    let _unused = io::stderr().write_all(text.as_bytes());
}

fn laid_out(line: &str, terminal: &Terminal) -> String {
    match LABELS.iter().find(|label| line.starts_with(**label)) {
        Some(label) if terminal.wraps => terminal::wrap_labelled(line, label.len(), terminal.width),
        _ => line.to_owned(),
    }
}
