//! Words laid out: blocks on a terminal, one line in a pipe.

use super::TraceView;
use super::words::{More, Words};
use crate::terminal::{self, DIM};

/// Columns of the time, with the blanks after it, and of the label.
const TIME: usize = 10;
const LABEL: usize = 11;

/// Where the text starts, for as many records as there are.
fn indent(view: &TraceView<'_>) -> usize {
    let records = view.records.len();
    let numbers = if records == 1 { 0 } else { 4 + records.to_string().len() };
    TIME + LABEL + numbers
}

fn time(words: &Words, view: &TraceView<'_>) -> String {
    if words.is_expected { String::new() } else { view.clock.show_after(words.at, words.at) }
}

/// A block of lines that hang below each other.
pub(super) fn push_block(words: &Words, view: &TraceView<'_>, out: &mut Vec<u8>) {
    let terminal = &view.terminal;
    let (width, indent) = (terminal.prose_width(), indent(view));
    let is_one = view.records.len() == 1;
    let numbers = if is_one { "" } else { words.records.as_str() };
    let time = format!("{:<TIME$}", time(words, view));
    let label = format!("{:<LABEL$}", words.label);
    let start = format!("{time}{label}{numbers}");
    let mut block = String::new();
    terminal::push_wrapped(&mut block, &words.head, indent, width);
    let mut text = terminal.paint(DIM, &time);
    text.push_str(&terminal.paint(words.style, &label));
    text.push_str(numbers);
    let gap = indent.saturating_sub(terminal::columns(&start));
    // Many numbers leave no room: the text is below them.
    if gap == 0 && !numbers.is_empty() {
        text.push('\n');
        text.push_str(&block);
    } else {
        text.extend(std::iter::repeat_n(' ', gap));
        text.push_str(block.trim_start_matches(' '));
    }
    let blanks = " ".repeat(indent);
    for more in &words.more {
        match more {
            More::Prose(prose) if prose.is_empty() => {}
            More::Prose(prose) => terminal::push_wrapped(&mut text, prose, indent, width),
            More::Note(note) => {
                let mut lines = String::new();
                terminal::push_wrapped(&mut lines, note, indent, width);
                for line in lines.lines() {
                    text.push_str(&terminal.paint(DIM, line));
                    text.push('\n');
                }
            }
            More::Whole(line) => {
                text.extend([blanks.as_str(), line, "\n"]);
            }
            More::Line(line) => {
                let room = width.saturating_sub(indent + 2).max(20);
                let line = terminal::fit(line, room);
                let bar = terminal.paint(DIM, "│");
                text.extend([blanks.as_str(), &bar, " ", &line, "\n"]);
            }
        }
    }
    out.extend_from_slice(text.as_bytes());
}

/// All of it on one line.
pub(super) fn push_line(words: &Words, view: &TraceView<'_>, out: &mut Vec<u8>) {
    let more = words.more.iter().map(|more| match more {
        More::Prose(text) | More::Note(text) | More::Whole(text) | More::Line(text) => text,
    });
    let parts: Vec<_> =
        std::iter::once(&words.head).chain(more.filter(|text| !text.is_empty())).collect();
    let parts: Vec<_> = parts.into_iter().map(String::as_str).collect();
    let records =
        if words.records.is_empty() { String::new() } else { format!("{}  ", words.records) };
    let time = view.clock.show(words.at);
    let line = format!("{time}  {}  {records}{}\n", words.label, parts.join("; "));
    out.extend_from_slice(line.as_bytes());
}

/// The last lines.
pub(super) fn push_end(counts: &str, has_twins: bool, view: &TraceView<'_>, out: &mut Vec<u8>) {
    let blank = if view.terminal.is_terminal { "\n" } else { "" };
    let twins = if has_twins {
        "; records with the same bytes cannot be told apart: only their number is known"
    } else {
        ""
    };
    out.extend_from_slice(format!("{blank}{counts}{twins}\n").as_bytes());
}
