//! Shows what is longer than the terminal in a pager, as git and gh do.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use super::{Terminal, columns};
use crate::signals;

/// How `less` is to show it, unless `LESS` says: quit if it fits on the screen, show
/// colors, leave the text on the screen at the end.
const LESS: &str = "FRX";

/// Exit code of a shell that finds no such command (POSIX, 2.8.2).
const NOT_FOUND: i32 = 127;

/// The program that shows long text.
#[derive(Debug, Clone)]
pub struct Pager {
    /// A line of `sh`; `less` if there is none.
    pub command: Option<String>,
    /// The user has flags for `less` in the environment.
    pub has_less_flags: bool,
}

impl Pager {
    /// Shows `text` and waits until it was read. False if it was not shown: it fits the
    /// terminal, or the pager cannot be started.
    pub fn show(&self, text: &[u8], terminal: &Terminal) -> bool {
        terminal.rows.is_some_and(|rows| !fits(text, rows, terminal.width))
            && signals::lent(|| self.run(text)).unwrap_or(false)
    }

    fn run(&self, text: &[u8]) -> io::Result<bool> {
        let mut command = match &self.command {
            Some(line) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", line]);
                shell
            }
            None => Command::new("less"),
        };
        if !self.has_less_flags {
            command.env("LESS", LESS);
        }
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // Whoever has read enough closes it.
            let _read_enough = stdin.write_all(text);
        }
        Ok(child.wait()?.code() != Some(NOT_FOUND))
    }
}

/// True if the text fits, with a line for the prompt that follows it.
fn fits(text: &[u8], rows: usize, width: usize) -> bool {
    let text = String::from_utf8_lossy(text);
    text.lines().map(|line| rows_of(line, width)).sum::<usize>() < rows
}

/// Rows of a terminal that a line fills.
pub fn rows_of(line: &str, width: usize) -> usize {
    visible(line).div_ceil(width.max(1)).max(1)
}

/// Columns of a line without its colors.
fn visible(line: &str) -> usize {
    let mut parts = line.split('\x1b');
    let first = parts.next().map_or(0, columns);
    let colored = parts.map(|part| part.split_once('m').map_or(0, |(_, text)| columns(text)));
    first + colored.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_wrap_count_twice_and_colors_do_not_count() {
        assert!(fits(b"a\nb\n", 3, 80) && !fits(b"a\nb\nc\n", 3, 80));
        assert!(!fits(b"12345678901\nb\n", 3, 10));
        assert!(fits("\x1b[1m1234567890\x1b[0m\n\n".as_bytes(), 3, 10));
        assert!(!fits("日本語日本語\nb\n".as_bytes(), 3, 10));
    }
}
