//! A screen that is drawn again in place.

use super::Output;
use crate::error::Error;
use crate::terminal::{Terminal, rows_of};

/// Rows where a terminal does not tell.
const USUAL_ROWS: usize = 24;

/// The rows of a terminal, drawn from the top.
#[derive(Debug, Default)]
pub struct Screen {
    is_begun: bool,
}

impl Screen {
    /// Draws as much of `text` as there are rows, and `last` below it.
    pub fn draw(&mut self, text: &[u8], last: &str, terminal: &Terminal) -> Result<(), Error> {
        let rows = terminal.rows.unwrap_or(USUAL_ROWS);
        let mut out = String::new();
        if !self.is_begun {
            // What is there stays above.
            out.extend(std::iter::repeat_n('\n', rows));
            self.is_begun = true;
        }
        out.push_str(&frame(&String::from_utf8_lossy(text), last, terminal.width, rows));
        Output::default().write(out.as_bytes())
    }
}

/// Moves to the top, writes over each row, and clears the rest (ECMA-48, 8.3.21, 8.3.41,
/// 8.3.39). The cursor ends below, in a row of its own.
fn frame(text: &str, last: &str, width: usize, rows: usize) -> String {
    let total: usize = text.lines().map(|line| rows_of(line, width)).sum();
    let room = rows.saturating_sub(1 + rows_of(last, width));
    let is_cut = total > room;
    let room = room.saturating_sub(usize::from(is_cut));
    let (mut out, mut used, mut shown) = ("\x1b[H".to_owned(), 0, 0);
    for line in text.lines() {
        used += rows_of(line, width);
        if used > room {
            break;
        }
        shown += 1;
        push(&mut out, line);
    }
    if is_cut {
        let left = text.lines().count() - shown;
        push(&mut out, &format!("… {left} more lines: the window is too small"));
    }
    push(&mut out, last);
    out.push_str("\x1b[J");
    out
}

fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\x1b[K\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, width: usize, rows: usize) -> String {
        let out = frame(text, "last", width, rows);
        let out = out.strip_prefix("\x1b[H").unwrap().strip_suffix("\x1b[J").unwrap();
        assert_eq!(out.matches("\r\n").count(), out.matches("\x1b[K").count());
        out.replace("\x1b[K\r\n", "|")
    }

    #[test]
    fn a_frame_never_scrolls() {
        assert_eq!(shown("a\nb\nc\n", 80, 5), "a|b|c|last|");
        assert_eq!(shown("a\nb\nc\n", 80, 4), "a|… 2 more lines: the window is too small|last|");
        // A line that is wider than the screen takes two rows.
        assert_eq!(shown("aaaa\nb\n", 4, 4), "aaaa|b|last|");
        assert_eq!(shown("aaaaa\nb\n", 4, 4), "… 2 more lines: the window is too small|last|");
        assert_eq!(shown("", 80, 0), "last|");
    }
}
