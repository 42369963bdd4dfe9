//! Lines on standard error: errors, notes, hints. On a terminal they are broken
//! between words; a command stays in one piece, so that it can be copied.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use super::{ColorChoice, GlobalArgs, has_color};
use crate::terminal::{self, ERROR, Terminal};

/// What a line begins with: the rest is laid out below its end.
const LABELS: [&str; 2] = ["fh: ", "  hint: "];

/// What commands that are printed begin with.
const COMMANDS: [&str; 4] = ["fh ", "aws ", "echo ", "sudo "];

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
        Some(label) if terminal.wraps => wrapped(line, label.len(), terminal.width),
        _ => line.to_owned(),
    }
}

/// Breaks a line between words at `width` columns, the next ones at `indent`.
fn wrapped(line: &str, indent: usize, width: usize) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in words(line, indent) {
        let columns = terminal::columns(word);
        if column > indent && column + 1 + columns > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += columns;
    }
    out
}

/// What stays together: the label with the first word, what is between backticks,
/// and a command after a colon, up to the end of the line.
fn words(line: &str, label: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some((line, label));
    // `fh` is also the subject of sentences.
    let mut is_announced = false;
    std::iter::from_fn(move || {
        let (text, from) = rest?;
        let is_command = is_announced && COMMANDS.iter().any(|command| text.starts_with(command));
        let (mut is_quoted, mut end) = (false, None);
        for (at, character) in text.char_indices().skip_while(|(at, _)| *at < from) {
            is_quoted ^= character == '`';
            if character == ' ' && !is_quoted {
                end = Some(at);
                break;
            }
        }
        let end = end.filter(|_| !is_command);
        let (word, more) = match end.and_then(|end| text.split_at_checked(end)) {
            Some((word, more)) => (word, more.strip_prefix(' ')),
            None => (text, None),
        };
        rest = more.map(|more| (more, 0));
        is_announced = word.ends_with(':');
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_not_in_commands() {
        let line = "fh: cannot read `a file with blanks`: no such file or directory";
        assert_eq!(
            wrapped(line, 4, 40),
            "fh: cannot read `a file with blanks`: no\n    such file or directory"
        );
        let line = "  hint: log in again: aws sso login --profile production-eu-west-1";
        assert_eq!(
            wrapped(line, 8, 40),
            "  hint: log in again:\n        aws sso login --profile production-eu-west-1"
        );
        let line = "fh: this code has no client, so fh runs the handler itself";
        assert_eq!(
            wrapped(line, 4, 40),
            "fh: this code has no client, so fh runs\n    the handler itself"
        );
        assert_eq!(wrapped("fh: one", 4, 40), "fh: one");
        assert_eq!(wrapped("fh: ", 4, 40), "fh: ");
        assert_eq!(wrapped("fh: a  b", 4, 40), "fh: a  b");
    }
}
