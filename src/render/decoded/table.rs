//! `--output table`: a row a record.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::describe::{content_type, layer_names, preview};
use super::{Record, View};
use crate::firehose::decode::Severity;
use crate::render::terminal;

/// Rows after which a table is closed and a new one begun, so that memory stays
/// bounded.
const ROWS: usize = 1000;

const HEADS: [&str; 6] = ["place", "record", "layers", "type", "bytes", "content"];

impl View {
    pub(super) fn table_row(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let decoded = record.decoded;
        let layers: Vec<_> = layer_names(record).collect();
        let index = match record.part {
            Some(part) => format!("{}.{part}", record.index),
            None => record.index.to_string(),
        };
        let content = match decoded.problems.iter().find(|it| it.severity() == Severity::Error) {
            Some(problem) => problem.to_string(),
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
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(HEADS);
        // The last column gets what the others leave of the width.
        let mut taken = 12;
        for column in 0..5 {
            let widest = self
                .cells
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count());
            taken += widest.chain(HEADS.get(column).map(|head| head.len())).max().unwrap_or(0);
        }
        let room = self.terminal.width.saturating_sub(taken).max(16);
        for mut row in self.cells.drain(..) {
            if let Some(last) = row.last_mut() {
                *last = terminal::fit(last, room);
            }
            table.add_row(row);
        }
        if let Some(bytes) = table.column_mut(4) {
            bytes.set_cell_alignment(CellAlignment::Right);
        }
        for line in table.to_string().lines() {
            out.extend_from_slice(line.trim_end().as_bytes());
            out.push(b'\n');
        }
    }
}
