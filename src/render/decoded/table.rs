//! `--output table`: a row a record, as wide as the terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::describe::{content_type, layer_names, preview};
use super::{Record, View};
use crate::firehose::decode::Severity;
use crate::render::terminal;

/// Rows after which a table is closed and a new one begun, so that memory stays
/// bounded.
const ROWS: usize = 1000;

/// The columns, and whether a narrow terminal does without them.
const COLUMNS: [&str; 6] = ["place", "record", "layers", "type", "bytes", "content"];
/// First to go first.
const DISPENSABLE: [usize; 3] = [4, 2, 3];
const PLACE: usize = 0;
const BYTES: usize = 4;
const CONTENT: usize = 5;
/// Least width of the place and the content.
const LEAST: usize = 12;

impl View {
    pub(super) fn table_row(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let decoded = record.decoded;
        let layers: Vec<_> = layer_names(record).collect();
        let index = match record.part {
            Some(part) => format!("{}.{part}", record.index),
            None => record.index.to_string(),
        };
        let content = match decoded.problems.iter().find(|it| it.severity() == Severity::Error) {
            Some(problem) => terminal::escape_line(problem.to_string().as_bytes()),
            None => preview(decoded),
        };
        self.cells.push([
            terminal::escape_line(format!("{}:{}", record.source, record.line).as_bytes()),
            index,
            layers.join(" › "),
            content_type(decoded).to_owned(),
            terminal::group(decoded.bytes.len() as u64),
            content,
        ]);
        if self.cells.len() >= ROWS {
            self.flush_table(out);
        }
    }

    pub(super) fn flush_table(&mut self, out: &mut Vec<u8>) {
        if self.cells.is_empty() {
            return;
        }
        let plan = Widths::new(&self.cells, self.terminal.width);
        let shown = |column: &usize| plan.columns.contains(column);
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.set_header((0..COLUMNS.len()).filter(shown).filter_map(|column| COLUMNS.get(column)));
        for row in self.cells.drain(..) {
            table.add_row(row.iter().enumerate().filter(|(column, _)| shown(column)).map(
                |(column, cell)| match column {
                    PLACE => terminal::fit_end(cell, plan.place),
                    CONTENT => terminal::fit(cell, plan.content),
                    _ => cell.clone(),
                },
            ));
        }
        if let Some(bytes) = plan.columns.iter().position(|column| *column == BYTES)
            && let Some(bytes) = table.column_mut(bytes)
        {
            bytes.set_cell_alignment(CellAlignment::Right);
        }
        for line in table.to_string().lines() {
            out.extend_from_slice(line.trim_end().as_bytes());
            out.push(b'\n');
        }
    }
}

/// Which columns fit, and how wide those are that give way.
struct Widths {
    columns: Vec<usize>,
    place: usize,
    content: usize,
}

impl Widths {
    fn new(cells: &[[String; 6]], width: usize) -> Self {
        let widest = |column: usize| {
            let heads = COLUMNS.get(column).map(|head| head.len());
            let cells = cells.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).chain(heads).max().unwrap_or(0)
        };
        // A blank on each side of each column.
        let taken = |columns: &[usize]| -> usize {
            let fixed = columns.iter().filter(|column| ![PLACE, CONTENT].contains(column));
            columns.len() * 2 + fixed.map(|column| widest(*column)).sum::<usize>()
        };
        let mut columns: Vec<usize> = (0..COLUMNS.len()).collect();
        for dispensable in DISPENSABLE {
            if taken(&columns) + 2 * LEAST > width {
                columns.retain(|column| *column != dispensable);
            }
        }
        let room = width.saturating_sub(taken(&columns));
        let place = widest(PLACE).min((room / 2).max(LEAST));
        Self { columns, place, content: room.saturating_sub(place).max(LEAST) }
    }
}
