//! Tables as wide as the terminal: plain columns, no frames.

use comfy_table::{CellAlignment, ContentArrangement, presets};

use super::terminal;

/// Least width of a column that gives way.
const LEAST: usize = 12;
/// Least width of one that is broken into lines: a few words.
const LEAST_LINE: usize = 20;

/// A column: its head and how it behaves where room is short.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    head: &'static str,
    fit: Fit,
    is_right: bool,
    /// How soon a narrow terminal does without it: 1 goes first.
    dispensable: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Whole,
    /// Cut at its front, for names that are alike there.
    End,
    /// Cut at its end.
    Start,
    /// Broken into lines.
    Lines,
}

impl Fit {
    /// Columns of the terminal that it needs at least, if it gives way.
    const fn least(self) -> usize {
        match self {
            Self::Whole => 0,
            Self::End | Self::Start => LEAST,
            Self::Lines => LEAST_LINE,
        }
    }
}

impl Column {
    /// A column of words, never cut.
    pub(super) const fn left(head: &'static str) -> Self {
        Self { head, fit: Fit::Whole, is_right: false, dispensable: None }
    }

    /// A column of numbers, never cut.
    pub(super) const fn right(head: &'static str) -> Self {
        Self { is_right: true, ..Self::left(head) }
    }

    /// A column of names whose ends tell them apart.
    pub(super) const fn from_end(head: &'static str) -> Self {
        Self { fit: Fit::End, ..Self::left(head) }
    }

    /// A column of text of any length.
    pub(super) const fn prose(head: &'static str) -> Self {
        Self { fit: Fit::Start, ..Self::left(head) }
    }

    /// A column of sentences to be read: broken at blanks, never cut.
    pub(super) const fn sentences(head: &'static str) -> Self {
        Self { fit: Fit::Lines, ..Self::left(head) }
    }

    /// A column that a narrow terminal does without; rank 1 goes first.
    pub(super) const fn dispensable(self, rank: u8) -> Self {
        Self { dispensable: Some(rank), ..self }
    }
}

/// Rows below their columns. The cells are safe to show.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// True if there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Appends the table, at most `width` columns wide where that is possible,
    /// and forgets its rows.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, width: usize) {
        let shown = self.shown(width);
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        let column = |index: &usize| self.columns.get(*index);
        table.set_header(shown.iter().filter_map(column).map(|column| column.head));
        let rooms: Vec<_> = shown.iter().map(|index| self.room(*index, &shown, width)).collect();
        for row in &self.rows {
            table.add_row(shown.iter().zip(&rooms).filter_map(|(index, room)| {
                let cell = row.get(*index)?;
                Some(match column(index)?.fit {
                    Fit::Whole => cell.clone(),
                    Fit::End => terminal::fit_end(cell, *room),
                    Fit::Start => terminal::fit(cell, *room),
                    Fit::Lines => {
                        let mut lines = String::new();
                        terminal::push_wrapped(&mut lines, cell, 0, *room);
                        lines.trim_end().to_owned()
                    }
                })
            }));
        }
        for (place, index) in shown.iter().enumerate() {
            if column(index).is_some_and(|column| column.is_right)
                && let Some(column) = table.column_mut(place)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.rows.clear();
        for line in table.to_string().lines() {
            out.extend_from_slice(line.trim_end().as_bytes());
            out.push(b'\n');
        }
    }

    fn widest(&self, index: usize) -> usize {
        let head = self.columns.get(index).map(|column| column.head.len());
        let cells = self.rows.iter().filter_map(|row| row.get(index));
        cells.map(|cell| cell.chars().count()).chain(head).max().unwrap_or(0)
    }

    fn fit(&self, index: usize) -> Fit {
        self.columns.get(index).map_or(Fit::Whole, |column| column.fit)
    }

    /// Columns of the terminal that `shown` needs at least, with a blank on
    /// each side of each.
    fn least(&self, shown: &[usize]) -> usize {
        let width = |index: &usize| match self.fit(*index) {
            Fit::Whole => self.widest(*index),
            fit => fit.least(),
        };
        shown.len() * 2 + shown.iter().map(width).sum::<usize>()
    }

    fn shown(&self, width: usize) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let rank = |index: &usize| self.columns.get(*index).and_then(|column| column.dispensable);
        let mut dispensable: Vec<_> =
            shown.iter().copied().filter(|it| rank(it).is_some()).collect();
        dispensable.sort_by_key(rank);
        for index in dispensable {
            if self.least(&shown) > width {
                shown.retain(|kept| *kept != index);
            }
        }
        shown
    }

    /// Columns of the terminal for a column that gives way: a name gets what it
    /// needs up to half of the room, prose the rest.
    fn room(&self, index: usize, shown: &[usize], width: usize) -> usize {
        let cut = shown.iter().filter(|index| self.fit(**index) != Fit::Whole);
        let least: usize = cut.clone().map(|index| self.fit(*index).least()).sum();
        let room = width.saturating_sub(self.least(shown)) + least;
        let name = |index: usize| match self.fit(index) {
            Fit::End => self.widest(index).min((room / cut.clone().count().max(1)).max(LEAST)),
            Fit::Whole | Fit::Start | Fit::Lines => 0,
        };
        match self.fit(index) {
            Fit::End => name(index),
            Fit::Whole => usize::MAX,
            Fit::Start | Fit::Lines => {
                let names: usize = shown.iter().map(|index| name(*index)).sum();
                room.saturating_sub(names).max(self.fit(index).least())
            }
        }
    }
}
