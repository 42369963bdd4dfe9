//! `--output table`: a row a record, as wide as the terminal.

use super::describe::{content_type, layer_names, preview};
use super::{Record, View};
use crate::render::page::safe;
use crate::render::table::{Column, StreamTable};
use crate::terminal::{self, Terminal};
use firehose::decode::Severity;

/// The columns, without rows.
pub(super) fn table(terminal: &Terminal) -> StreamTable<6> {
    let columns = [
        Column::from_end("place"),
        Column::left("record"),
        Column::left("layers").dispensable(2),
        Column::left("type").dispensable(3),
        Column::right("bytes").dispensable(1),
        Column::prose("content"),
    ];
    StreamTable::new(columns, terminal)
}

impl View {
    pub(super) fn table_row(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let decoded = record.decoded;
        let layers: Vec<_> = layer_names(record).collect();
        let index = match record.part {
            Some(part) => format!("{}.{part}", record.index),
            None => record.index.to_string(),
        };
        let content = match decoded.problems.iter().find(|it| it.severity() == Severity::Error) {
            Some(problem) => safe(&problem.to_string()),
            None => preview(decoded, self.terminal.preview()),
        };
        let cells = [
            safe(&format!("{}:{}", record.source, record.line)),
            index,
            layers.join(" › "),
            content_type(decoded).to_owned(),
            terminal::group(decoded.bytes.len() as u64),
            content,
        ];
        self.table.row(cells, out);
    }
}
