//! Tables as wide as the terminal: plain columns, no frames. In a pipe every
//! column is there and no cell is cut.

use comfy_table::{CellAlignment, ContentArrangement, presets};

use crate::terminal::{self, Terminal};

/// Least width of a column that gives way.
const MIN_WIDTH: usize = 12;
/// Least width of one that is broken into lines: a few words.
const MIN_LINE: usize = 20;
/// Least width of one of codes: only few are longer.
const MIN_CODE: usize = 36;

/// Columns of the terminal below which even what is to be copied is cut.
const NARROW: usize = 80;

/// A column: its head and how it behaves where room is short.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    head: &'static str,
    fit: Fit,
    is_right: bool,
    /// It is to be copied: cut at its front, and on a narrow terminal only.
    is_copied: bool,
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
    /// Broken into lines between the words of a code.
    Code,
}

impl Fit {
    /// Columns of the terminal that it needs at least, if it gives way.
    const fn least(self) -> usize {
        match self {
            Self::Whole => 0,
            Self::End | Self::Start => MIN_WIDTH,
            Self::Lines => MIN_LINE,
            Self::Code => MIN_CODE,
        }
    }
}

impl Column {
    /// A column of words, never cut.
    pub(super) const fn left(head: &'static str) -> Self {
        Self { head, fit: Fit::Whole, is_right: false, is_copied: false, dispensable: None }
    }

    /// A column of numbers, never cut.
    pub(super) const fn right(head: &'static str) -> Self {
        Self { is_right: true, ..Self::left(head) }
    }

    /// A column of names whose ends tell them apart.
    pub(super) const fn from_end(head: &'static str) -> Self {
        Self { fit: Fit::End, ..Self::left(head) }
    }

    /// A column of what is to be copied, such as an error code: it is cut only
    /// where there is no other way.
    pub(super) const fn copied(head: &'static str) -> Self {
        Self { is_copied: true, ..Self::left(head) }
    }

    /// A column of text of any length.
    pub(super) const fn prose(head: &'static str) -> Self {
        Self { fit: Fit::Start, ..Self::left(head) }
    }

    /// A column of sentences to be read: broken at blanks, never cut.
    pub(super) const fn sentences(head: &'static str) -> Self {
        Self { fit: Fit::Lines, ..Self::left(head) }
    }

    /// A column of codes: a long one is broken between its words, never cut.
    pub(super) const fn codes(head: &'static str) -> Self {
        Self { fit: Fit::Code, ..Self::left(head) }
    }

    /// A column that a narrow terminal does without; rank 1 goes first.
    pub(super) const fn dispensable(self, rank: u8) -> Self {
        Self { dispensable: Some(rank), ..self }
    }

    /// The column with what it shows of a row, safe to show.
    pub(super) fn cell<'a, R>(self, cell: impl Fn(&R) -> String + 'a) -> ColumnOf<'a, R> {
        ColumnOf { column: self, cell: Box::new(cell) }
    }

    /// The column as it is on a terminal of this width.
    const fn at(self, width: usize) -> Self {
        let fit = if self.is_copied && width < NARROW { Fit::End } else { self.fit };
        Self { fit, ..self }
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
}

impl Table {
    fn new(columns: impl IntoIterator<Item = Column>, terminal: &Terminal) -> Self {
        let width = terminal.table_width();
        let columns = columns.into_iter().map(|column| column.at(width)).collect();
        Self { columns, rows: Vec::new(), bytes: 0, width }
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
        let rooms: Vec<_> = shown.iter().map(|index| self.room(*index, &shown, width)).collect();
        let rows = std::mem::take(&mut self.rows).into_iter();
        let rows: Vec<_> = rows.map(|row| self.fitted(row, &shown, &rooms)).collect();
        self.bytes = 0;
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
        for line in below_each_other(rows, &columns).lines() {
            let text = texts.next().map(|text| format!(" {text}")).unwrap_or_default();
            out.push_str(format!("{line}{text}").trim_end());
            out.push('\n');
        }
        out
    }

    /// The cells that are shown of a row, as long as there is room for them.
    fn fitted(&self, mut row: Vec<String>, shown: &[usize], rooms: &[usize]) -> Vec<String> {
        let fitted = |(index, room): (&usize, &usize)| {
            let cell = std::mem::take(row.get_mut(*index)?);
            Some(match self.fit(*index) {
                Fit::Whole => cell,
                _ if *room >= usize::MAX / 2 => cell,
                Fit::End => terminal::fit_end(&cell, *room),
                Fit::Start => terminal::fit(&cell, *room),
                Fit::Lines => {
                    let mut lines = String::new();
                    terminal::push_wrapped(&mut lines, &cell, 0, *room);
                    lines.trim_end().to_owned()
                }
                Fit::Code => broken_code(&cell, *room),
            })
        };
        shown.iter().zip(rooms).filter_map(fitted).collect()
    }

    fn widest(&self, index: usize) -> usize {
        let head = self.columns.get(index).map(|column| terminal::columns(column.head));
        let cells = self.rows.iter().filter_map(|row| row.get(index));
        cells.map(|cell| terminal::columns(cell)).chain(head).max().unwrap_or(0)
    }

    fn fit(&self, index: usize) -> Fit {
        self.columns.get(index).map_or(Fit::Whole, |column| column.fit)
    }

    /// Columns of the terminal that a column needs at least.
    fn narrowest(&self, index: usize) -> usize {
        match self.fit(index) {
            Fit::Whole => self.widest(index),
            Fit::Code => self.widest(index).min(MIN_CODE),
            fit => fit.least(),
        }
    }

    /// Columns of the terminal that `shown` needs at least, with a blank on
    /// each side of each.
    fn least(&self, shown: &[usize]) -> usize {
        shown.len() * 2 + shown.iter().map(|index| self.narrowest(*index)).sum::<usize>()
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
        let least: usize = cut.clone().map(|index| self.narrowest(*index)).sum();
        let room = width.saturating_sub(self.least(shown)) + least;
        let share = room / cut.clone().count().max(1);
        let name = |index: usize| match self.fit(index) {
            Fit::End | Fit::Code => self.widest(index).min(share.max(self.fit(index).least())),
            Fit::Whole | Fit::Start | Fit::Lines => 0,
        };
        match self.fit(index) {
            Fit::End | Fit::Code => name(index),
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

/// A code in lines of at most `room` columns, broken between its words.
fn broken_code(code: &str, room: usize) -> String {
    let mut lines = String::new();
    let mut rest = code;
    while rest.chars().count() > room.max(1) {
        let most = rest.char_indices().nth(room.max(1)).map_or(rest.len(), |(at, _)| at);
        let is_border = |at: &usize| {
            let (before, after) = rest.split_at_checked(*at).unwrap_or_default();
            before.ends_with([' ', '.'])
                || before.ends_with(|it: char| it.is_ascii_lowercase())
                    && after.starts_with(|it: char| it.is_ascii_uppercase())
        };
        let at = (1..=most).rev().find(is_border).unwrap_or(most);
        let (line, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        lines.push_str(line.trim_end());
        lines.push('\n');
        rest = after;
    }
    lines + rest
}

/// Rows below each other, the first one as the head.
fn below_each_other(rows: Vec<Vec<String>>, columns: &[&Column]) -> String {
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
mod tests {
    use super::*;

    #[test]
    fn a_long_code_is_broken_between_its_words() {
        let broken = |code| broken_code(code, 20);
        assert_eq!(broken("OS.InternalError"), "OS.InternalError");
        assert_eq!(
            broken("Kinesis.KMS.KeyDisabledException"),
            "Kinesis.KMS.Key\nDisabledException"
        );
        assert_eq!(broken("Expecting value: line 1 column 1"), "Expecting value:\nline 1 column 1");
        assert_eq!(broken(&"é".repeat(25)), format!("{}\n{}", "é".repeat(20), "é".repeat(5)));
        assert_eq!(broken_code("ab", 0), "a\nb");
    }

    fn table(rows: &[[&str; 3]], width: usize) -> Table {
        let columns = [
            Column::from_end("place"),
            Column::right("bytes").dispensable(1),
            Column::prose("content"),
        ];
        let is_terminal = width < UNBOUNDED;
        let terminal =
            Terminal { is_terminal, color: false, width, rows: None, wraps: is_terminal };
        let mut table = Table::new(columns, &terminal);
        for row in rows {
            table.row(row.map(str::to_owned).to_vec());
        }
        table
    }

    #[test]
    fn wide_characters_leave_the_columns_where_they_are() {
        let rows = [["orders", "7", "日本語のテキスト"], ["注文", "12", "🚚"]];
        insta::assert_snapshot!(table(&rows, 40).laid_out(), @r"
         place   bytes  content
         orders      7  日本語のテキスト
         注文       12  🚚
        ");
        insta::assert_snapshot!(table(&rows, 34).laid_out(), @r"
         place   content
         orders  日本語のテキスト
         注文    🚚
        ");
        let rows = [["orders", "7", "日本語のテキスト日本語のテキスト"]];
        for width in 30..34 {
            let text = table(&rows, width).laid_out();
            assert!(text.lines().all(|line| terminal::columns(line) <= width), "{text}");
            assert!(text.contains('…'), "{text}");
        }
    }

    #[test]
    fn without_a_width_nothing_is_left_out_and_a_long_cell_widens_no_other_row() {
        let content = "c".repeat(70_000);
        let rows = [["a", "1", content.as_str()], ["b", "2", "d"]];
        let text = table(&rows, UNBOUNDED).laid_out();
        assert_eq!(text.lines().nth(1), Some(format!(" a          1  {content}").as_str()));
        assert_eq!(text.lines().nth(2), Some(" b          2  d"));
    }

    #[test]
    fn a_stream_of_rows_is_written_when_it_is_many_rows_or_bytes() {
        for (cell, rows) in [("x".repeat(MAX_BYTES / 2), 2), ("x".to_owned(), MAX_ROWS)] {
            let mut table =
                StreamTable::new([Column::left("n"), Column::prose("cell")], &terminal::PLAIN);
            let mut out = Vec::new();
            for _ in 1..rows {
                table.row(["1".to_owned(), cell.clone()], &mut out);
            }
            assert!(out.is_empty());
            table.row(["1".to_owned(), cell], &mut out);
            assert_eq!(String::from_utf8(out).unwrap().lines().count(), rows + 1);
        }
    }

    #[test]
    fn what_is_to_be_copied_is_cut_only_on_a_narrow_terminal() {
        let code = "DynamicPartitioning.MetadataExtractionFailed";
        let columns = [Column::copied("code"), Column::prose("message")];
        for (width, is_whole) in [(NARROW, true), (NARROW - 1, false), (UNBOUNDED, true)] {
            let terminal = Terminal {
                is_terminal: width < UNBOUNDED,
                color: false,
                width,
                rows: None,
                wraps: true,
            };
            let mut table = Table::new(columns, &terminal);
            table.row(vec![code.to_owned(), "m".repeat(100)]);
            assert_eq!(table.laid_out().contains(code), is_whole, "{width}");
        }
    }
}
