//! Tables as wide as the terminal: plain columns, no frames. Where there is no room for
//! all of them, the least important are left out and named below; where there is none
//! for the others either, a row is a block of lines. In a pipe every column is there and
//! no cell is cut.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, presets};

use crate::terminal::{self, Terminal};

/// Least width of a column that gives way.
const MIN_WIDTH: usize = 12;
/// Least width of one of IDs: those of `fh` and of Firehose are alike but for the middle.
const MIN_ID: usize = 24;
/// Least width of one that is broken into lines: a few words.
const MIN_LINE: usize = 20;
/// Least width of one of codes: only few are longer.
const MIN_CODE: usize = 36;
/// Lines of a block that text of any length may fill.
const MAX_LINES: usize = 3;
/// Columns between cells on a line of a block.
const GAP: usize = 2;
/// Columns before all but the first line of a cell in a block.
const HANGING: usize = 2;

/// A column: its head and how it behaves where room is short.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    head: &'static str,
    fit: Fit,
    is_right: bool,
    /// How soon a narrow terminal does without it: 1 goes first.
    dispensable: Option<u8>,
    /// When it would go, it is cut at its front instead.
    is_narrowed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Whole,
    /// Cut at its front, for names that are alike there.
    End,
    /// The same, but less of it.
    Id,
    /// Cut at its end.
    Start,
    /// Broken into lines.
    Lines,
    /// On a line of its own where it is long.
    Code,
}

impl Fit {
    /// Columns of the terminal that it needs at least, if it gives way.
    const fn least(self) -> usize {
        match self {
            Self::Whole => 0,
            Self::End | Self::Start => MIN_WIDTH,
            Self::Id => MIN_ID,
            Self::Lines => MIN_LINE,
            Self::Code => MIN_CODE,
        }
    }
}

impl Column {
    /// A column of words or codes, never cut.
    pub(super) const fn left(head: &'static str) -> Self {
        Self { head, fit: Fit::Whole, is_right: false, dispensable: None, is_narrowed: false }
    }

    /// A column of numbers, never cut.
    pub(super) const fn right(head: &'static str) -> Self {
        Self { is_right: true, ..Self::left(head) }
    }

    /// A column of names whose ends tell them apart.
    pub(super) const fn from_end(head: &'static str) -> Self {
        Self { fit: Fit::End, ..Self::left(head) }
    }

    /// A column of IDs of records.
    pub(super) const fn id(head: &'static str) -> Self {
        Self { fit: Fit::Id, ..Self::left(head) }
    }

    /// A column of text of any length.
    pub(super) const fn prose(head: &'static str) -> Self {
        Self { fit: Fit::Start, ..Self::left(head) }
    }

    /// A column of sentences to be read: broken at blanks, never cut.
    pub(super) const fn sentences(head: &'static str) -> Self {
        Self { fit: Fit::Lines, ..Self::left(head) }
    }

    /// A column of codes, the first of its table: a long one has a line of its own, so
    /// that it can be copied.
    pub(super) const fn codes(head: &'static str) -> Self {
        Self { fit: Fit::Code, ..Self::left(head) }
    }

    /// A column that a narrow terminal does without; rank 1 goes first.
    pub(super) const fn dispensable(self, rank: u8) -> Self {
        Self { dispensable: Some(rank), ..self }
    }

    /// A column of IDs that a narrow terminal cuts at their fronts, once those of lower
    /// ranks are gone.
    pub(super) const fn narrowed(self, rank: u8) -> Self {
        Self { dispensable: Some(rank), is_narrowed: true, ..self }
    }

    /// What the column shows of a row, with its head before it.
    fn in_block(self, cell: &str, width: usize) -> String {
        let line = match self.head {
            "" => cell.to_owned(),
            head => format!("{head}: {cell}"),
        };
        match self.fit {
            Fit::Start => terminal::fit(&line, MAX_LINES * width.saturating_sub(HANGING)),
            _ => line,
        }
    }

    /// The column with what it shows of a row, safe to show.
    pub(super) fn cell<'a, R>(self, cell: impl Fn(&R) -> String + 'a) -> ColumnOf<'a, R> {
        ColumnOf { column: self, cell: Box::new(cell) }
    }
}

/// A column of rows of this type.
pub struct ColumnOf<'a, R> {
    column: Column,
    cell: Box<dyn Fn(&R) -> String + 'a>,
}

/// The width of a pipe: nothing is cut.
const UNBOUNDED: usize = usize::MAX;

/// Rows and bytes after which a table is closed and a new one begun, so that
/// memory stays bounded.
const MAX_ROWS: usize = 1000;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Rows below their columns, as wide as the terminal where that is possible. The
/// cells are safe to show.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    bytes: usize,
    width: usize,
    /// Rows of it are laid out already.
    is_continued: bool,
}

impl Table {
    fn new(columns: impl IntoIterator<Item = Column>, terminal: &Terminal) -> Self {
        let width = terminal.table_width();
        let columns = columns.into_iter().collect();
        Self { columns, rows: Vec::new(), bytes: 0, width, is_continued: false }
    }

    /// A table of all these rows.
    pub(super) fn of<R>(
        rows: impl Iterator<Item = R>,
        columns: &[ColumnOf<'_, R>],
        terminal: &Terminal,
    ) -> Self {
        let mut table = Self::new(columns.iter().map(|it| it.column), terminal);
        for row in rows {
            table.row(columns.iter().map(|it| (it.cell)(&row)).collect());
        }
        table
    }

    fn row(&mut self, cells: Vec<String>) {
        self.bytes += cells.iter().map(String::len).sum::<usize>();
        self.rows.push(cells);
    }

    /// The table, at most as wide as the terminal where that is possible; it has
    /// no rows after that.
    pub(super) fn laid_out(&mut self) -> String {
        let width = self.width;
        let shown = self.shown(width);
        self.bytes = 0;
        if self.least(&shown) > width {
            return self.blocks(width);
        }
        let rooms: Vec<_> = shown.iter().map(|index| self.room(*index, &shown, width)).collect();
        let rows = std::mem::take(&mut self.rows).into_iter();
        let mut long_codes = BTreeMap::new();
        let mut height = 1;
        let rows: Vec<_> = rows
            .map(|row| {
                let long = self.long_code(&row, &shown, &rooms);
                let row = self.fitted(row, &shown, &rooms);
                if let Some(code) = long {
                    long_codes.insert(height, code);
                }
                height += row.iter().map(|cell| cell.lines().count()).max().unwrap_or(1).max(1);
                row
            })
            .collect();
        let columns: Vec<_> = shown.iter().filter_map(|it| self.columns.get(*it)).collect();
        let heads = columns.iter().map(|column| column.head.to_owned()).collect();
        let mut rows: Vec<Vec<String>> = std::iter::once(heads).chain(rows).collect();
        // The library would pad every row to the longest cell: the last column,
        // which may be any text, is put after what it lays out.
        let is_text = columns.last().is_some_and(|column| column.fit == Fit::Start);
        let texts: Vec<_> = match width {
            UNBOUNDED if is_text => rows.iter_mut().map(Vec::pop).collect(),
            _ => Vec::new(),
        };
        let mut texts = texts.into_iter().flatten();
        let mut out = String::new();
        for (place, line) in below_each_other(rows, &columns).lines().enumerate() {
            if let Some(code) = long_codes.get(&place) {
                // Writing to a string does not fail.
                let _unused = writeln!(out, " {code}");
                if line.trim().is_empty() {
                    continue;
                }
            }
            let text = texts.next().map(|text| format!(" {text}")).unwrap_or_default();
            out.push_str(format!("{line}{text}").trim_end());
            out.push('\n');
        }
        out.push_str(&self.left_out(&shown, width));
        out
    }

    /// Names the columns for which there is no room, if there are some.
    fn left_out(&self, shown: &[usize], width: usize) -> String {
        let columns = self.columns.iter().enumerate();
        let hidden = columns.filter(|(index, it)| !shown.contains(index) && !it.head.is_empty());
        let hidden: Vec<_> = hidden.map(|(_, column)| column.head).collect();
        if hidden.is_empty() {
            return String::new();
        }
        let line = format!(" No room for: {}", hidden.join(", "));
        format!("{}\n", terminal::wrap(&line, HANGING, width))
    }

    /// The cells that are shown of a row, as long as there is room for them.
    fn fitted(&self, mut row: Vec<String>, shown: &[usize], rooms: &[usize]) -> Vec<String> {
        let fitted = |(index, room): (&usize, &usize)| {
            let cell = std::mem::take(row.get_mut(*index)?);
            Some(match self.fit(*index) {
                Fit::Whole => cell,
                _ if *room >= usize::MAX / 2 => cell,
                Fit::End | Fit::Id => terminal::fit_end(&cell, *room),
                Fit::Start => terminal::fit(&cell, *room),
                Fit::Lines => {
                    let mut lines = String::new();
                    terminal::push_wrapped(&mut lines, &cell, 0, *room);
                    lines.trim_end().to_owned()
                }
                Fit::Code if terminal::columns(&cell) > *room => String::new(),
                Fit::Code => cell,
            })
        };
        shown.iter().zip(rooms).filter_map(fitted).collect()
    }

    /// The code of a row that has more columns than there are for it.
    fn long_code(&self, row: &[String], shown: &[usize], rooms: &[usize]) -> Option<String> {
        let (&index, &room) = shown.first().zip(rooms.first())?;
        let code = row.get(index).filter(|_| self.fit(index) == Fit::Code)?;
        (terminal::columns(code) > room).then(|| code.clone())
    }

    /// Rows one after the other, their cells with what they are, as many on a line as there
    /// is room for. Only text of any length is cut.
    fn blocks(&mut self, width: usize) -> String {
        let mut out = String::new();
        for row in std::mem::take(&mut self.rows) {
            if self.is_continued {
                out.push('\n');
            }
            self.is_continued = true;
            let cells = self.columns.iter().zip(&row).filter(|(_, cell)| !cell.is_empty());
            let mut column = 0;
            for (shape, cell) in cells {
                let cell = shape.in_block(cell, width);
                let length = terminal::columns(&cell);
                let is_prose = matches!(shape.fit, Fit::Start | Fit::Lines);
                let is_next = column > 0 && !is_prose && column + GAP + length <= width;
                out.push_str(match column {
                    0 => "",
                    _ if is_next => "  ",
                    _ => "\n",
                });
                out.push_str(&terminal::wrap(&cell, HANGING, width));
                column = if is_next { column + GAP + length } else { length };
            }
            out.push('\n');
        }
        out
    }

    fn widest(&self, index: usize) -> usize {
        let head = self.columns.get(index).map(|column| terminal::columns(column.head));
        let cells = self.rows.iter().filter_map(|row| row.get(index));
        cells.map(|cell| terminal::columns(cell)).chain(head).max().unwrap_or(0)
    }

    fn fit_to(&mut self, index: usize, fit: Fit) {
        if let Some(column) = self.columns.get_mut(index) {
            column.fit = fit;
        }
    }

    fn fit(&self, index: usize) -> Fit {
        self.columns.get(index).map_or(Fit::Whole, |column| column.fit)
    }

    /// Columns of the terminal that a column needs at least.
    fn narrowest(&self, index: usize) -> usize {
        match self.fit(index) {
            Fit::Whole => self.widest(index),
            Fit::Code => self.widest(index).min(MIN_CODE),
            Fit::Id => self.widest(index).min(MIN_ID),
            fit => fit.least(),
        }
    }

    /// Columns of the terminal that `shown` needs at least, with a blank on
    /// each side of each.
    fn least(&self, shown: &[usize]) -> usize {
        shown.len() * 2 + shown.iter().map(|index| self.narrowest(*index)).sum::<usize>()
    }

    /// The columns for which there is room, some of them narrowed from now on.
    fn shown(&mut self, width: usize) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let rank = |index: &usize| self.columns.get(*index).and_then(|column| column.dispensable);
        let mut dispensable: Vec<_> =
            shown.iter().copied().filter(|it| rank(it).is_some()).collect();
        dispensable.sort_by_key(rank);
        for index in dispensable {
            if self.least(&shown) <= width {
                break;
            }
            let is_narrowed = self.columns.get(index).is_some_and(|column| column.is_narrowed);
            if !is_narrowed {
                shown.retain(|kept| *kept != index);
                continue;
            }
            self.fit_to(index, Fit::Id);
            // Where that is not enough, the others go, or rows are blocks.
            if self.least(&shown) > width {
                self.fit_to(index, Fit::Whole);
            }
        }
        shown
    }

    /// Columns of the terminal for a column that gives way: a name gets what it
    /// needs up to half of the room, prose the rest.
    fn room(&self, index: usize, shown: &[usize], width: usize) -> usize {
        let cut = shown.iter().filter(|index| self.fit(**index) != Fit::Whole);
        let least: usize = cut.clone().map(|index| self.narrowest(*index)).sum();
        let room = width.saturating_sub(self.least(shown)) + least;
        let share = room / cut.clone().count().max(1);
        let name = |index: usize| match self.fit(index) {
            Fit::End | Fit::Id | Fit::Code => {
                self.widest(index).min(share.max(self.fit(index).least()))
            }
            Fit::Whole | Fit::Start | Fit::Lines => 0,
        };
        match self.fit(index) {
            Fit::End | Fit::Id | Fit::Code => name(index),
            Fit::Whole => usize::MAX,
            Fit::Start | Fit::Lines => {
                let names: usize = shown.iter().map(|index| name(*index)).sum();
                room.saturating_sub(names).max(self.fit(index).least())
            }
        }
    }
}

/// A table of rows that come one after the other: a new one is begun before it
/// grows too large.
#[derive(Debug)]
pub(super) struct StreamTable<const N: usize>(Table);

impl<const N: usize> StreamTable<N> {
    pub(super) fn new(columns: [Column; N], terminal: &Terminal) -> Self {
        Self(Table::new(columns, terminal))
    }

    /// Adds a row, and appends the table if that makes it large.
    pub(super) fn row(&mut self, cells: [String; N], out: &mut Vec<u8>) {
        let Self(table) = self;
        table.row(cells.into());
        if table.rows.len() >= MAX_ROWS || table.bytes >= MAX_BYTES {
            self.finish(out);
        }
    }

    /// Appends what there is; nothing if there is nothing.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.0.rows.is_empty() {
            out.extend_from_slice(self.0.laid_out().as_bytes());
        }
    }
}

/// Rows below each other, the first one as the head.
fn below_each_other(rows: Vec<Vec<String>>, columns: &[&Column]) -> String {
    // The library leaves out rows without cells, which have a text after them.
    if rows.iter().all(Vec::is_empty) {
        return "\n".repeat(rows.len());
    }
    let mut table = comfy_table::Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    let mut rows = rows.into_iter();
    table.set_header(rows.next().unwrap_or_default());
    table.add_rows(rows);
    for (place, column) in columns.iter().enumerate() {
        if column.is_right
            && let Some(column) = table.column_mut(place)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

#[cfg(test)]
mod tests;
