//! Pages of text for people: labels in a column, prose next to them, lists.

use super::table::{ColumnOf, Table};
use crate::terminal::{self, BOLD, DIM, Terminal};

/// Columns of a terminal beyond which prose is hard to read.
const WIDEST: usize = 100;
/// Column where the text after a label starts.
pub(super) const LABEL: usize = 10;
/// Where the text of a list starts.
pub(super) const ITEM: usize = 4;

/// Text of others on one line, safe to show.
pub(super) fn safe(text: &str) -> String {
    terminal::escape_line(text.as_bytes())
}

/// A page in the making. What is put on it is safe to show.
pub struct Page<'a> {
    pub(super) out: String,
    pub(super) terminal: &'a Terminal,
    /// Columns that prose may fill.
    pub(super) width: usize,
}

impl<'a> Page<'a> {
    fn new(terminal: &'a Terminal) -> Self {
        let width = terminal.prose_width();
        let width = if terminal.is_terminal { width.min(WIDEST) } else { width };
        Self { out: String::new(), terminal, width }
    }

    /// The bytes of a page that `fill` fills.
    pub(super) fn filled(terminal: &'a Terminal, fill: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut page = Self::new(terminal);
        fill(&mut page);
        page.out.into_bytes()
    }

    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Prose from column `indent` on, as wide as the terminal.
    pub(super) fn prose(&mut self, indent: usize, text: &str) {
        terminal::push_wrapped(&mut self.out, text, indent, self.terminal.prose_width());
    }

    /// A command line, which is copied: never broken into lines, and nothing before it.
    pub(super) fn command(&mut self, indent: usize, command: &str) {
        self.line(&format!("{}{command}", " ".repeat(indent)));
    }

    /// Prose that is less important.
    pub(super) fn note(&mut self, indent: usize, text: &str) {
        let mut lines = String::new();
        terminal::push_wrapped(&mut lines, text, indent, self.terminal.prose_width());
        for line in lines.lines() {
            self.line(&self.terminal.paint(DIM, line));
        }
    }

    /// A table of all these rows.
    pub(super) fn rows<R>(&mut self, rows: impl Iterator<Item = R>, columns: &[ColumnOf<'_, R>]) {
        let mut table = Table::of(rows, columns, self.terminal);
        self.out.push_str(&table.laid_out());
    }

    /// Text after a label, in its own column.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        let label = format!("{label:<LABEL$}");
        self.hanging(&label, &self.terminal.paint(BOLD, &label), LABEL, text);
    }

    /// Text from column `indent` on, with `start` before its first line;
    /// `shown` is how that looks.
    pub(super) fn hanging(&mut self, start: &str, shown: &str, indent: usize, text: &str) {
        self.hanging_within(self.width, start, shown, indent, text);
    }

    /// A detail: its name, which is less important, and text in its own column.
    pub(super) fn detail(&mut self, name: &str, text: &str) {
        let start = format!("  {name:<LABEL$}");
        let shown = self.terminal.paint(DIM, &start);
        self.hanging_within(self.terminal.width, &start, &shown, LABEL + 2, text);
    }

    fn hanging_within(
        &mut self,
        width: usize,
        start: &str,
        shown: &str,
        indent: usize,
        text: &str,
    ) {
        let mut block = String::new();
        terminal::push_wrapped(&mut block, text, indent, width);
        let rest = block.trim_start_matches(' ');
        self.out.push_str(shown);
        self.out.extend(std::iter::repeat_n(' ', indent.saturating_sub(terminal::columns(start))));
        self.out.push_str(rest);
    }

    pub(super) fn bullets(&mut self, title: &str, items: &[&str]) {
        let title = self.terminal.paint(BOLD, title);
        self.line(&format!("\n{title}"));
        for item in items {
            self.hanging("  -", "  -", ITEM, item);
        }
    }
}
