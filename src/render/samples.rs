//! The list of `fh event --list`: kinds of payloads, hostile cases.

use serde::Serialize;

use super::json::push_json;
use super::table::{Column, Table};
use super::terminal::{BOLD, Terminal};
use crate::firehose::demo::{HOSTILE, Kind};

/// A row in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    r#type: &'static str,
    name: &'static str,
    what: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    let payload = |kind: &Kind| Row { r#type: "payload", name: kind.as_str(), what: kind.what() };
    let hostile =
        HOSTILE.iter().map(|case| Row { r#type: "hostile", name: case.name, what: case.what });
    Kind::ALL.iter().map(payload).chain(hostile)
}

/// Appends the list for people.
pub fn push_table(out: &mut Vec<u8>, terminal: &Terminal) {
    for (kind, title) in [("payload", "--payload KIND"), ("hostile", "--hostile, in this order")] {
        let mut table = Table::new(vec![Column::left("name"), Column::prose("what it is")]);
        for row in rows().filter(|row| row.r#type == kind) {
            table.row(vec![row.name.to_owned(), row.what.to_owned()]);
        }
        out.extend_from_slice(terminal.paint(BOLD, title).as_bytes());
        out.push(b'\n');
        // A list is read whole: only a terminal cuts it.
        table.push(out, terminal.prose_width());
        out.push(b'\n');
    }
    out.pop();
}

/// Appends the list as one JSON array.
pub fn push_document(out: &mut Vec<u8>) {
    push_json(out, &rows().collect::<Vec<_>>());
    out.push(b'\n');
}

/// Appends the list, a JSON object a line.
pub fn push_lines(out: &mut Vec<u8>) {
    for row in rows() {
        push_json(out, &row);
        out.push(b'\n');
    }
}
