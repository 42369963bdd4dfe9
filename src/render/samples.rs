//! The list of `fh event --list`: kinds of payloads, hostile cases.

use serde::Serialize;

use super::json::push_json;
use super::table::{Column, Table};
use crate::terminal::{BOLD, Terminal};
use firehose::demo::{HOSTILE, SampleKind};

/// A row in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    r#type: &'static str,
    name: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    form: Option<Form>,
    what: &'static str,
}

/// How a payload comes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    content_type: &'static str,
    gzip: bool,
    newline: bool,
}

impl Form {
    fn words(&self) -> String {
        let content = if self.content_type == "json" { "JSON" } else { self.content_type };
        match (self.gzip, self.newline) {
            (true, _) => format!("gzip of {content}"),
            (false, true) => format!("{content}, newline"),
            (false, false) => content.to_owned(),
        }
    }
}

fn rows() -> impl Iterator<Item = Row> {
    let payload = |kind: &SampleKind| Row {
        r#type: "payload",
        name: kind.as_str(),
        form: Some(Form {
            content_type: kind.content_type().as_str(),
            gzip: kind.is_gzip(),
            newline: kind.is_line(),
        }),
        what: kind.what(),
    };
    let hostile = HOSTILE.iter().map(|case| Row {
        r#type: "hostile",
        name: case.name,
        form: None,
        what: case.what,
    });
    SampleKind::ALL.iter().map(payload).chain(hostile)
}

/// Appends the list for people.
pub fn push_table(out: &mut Vec<u8>, terminal: &Terminal) {
    for (kind, title) in [("payload", "--payload KIND"), ("hostile", "--hostile, in this order")] {
        let content = (kind == "payload").then_some(Column::left("content").dispensable(1));
        let mut columns = vec![Column::left("name")];
        columns.extend(content);
        columns.push(Column::sentences("description"));
        let mut table = Table::new(columns);
        for row in rows().filter(|row| row.r#type == kind) {
            let form = row.form.map(|form| form.words());
            let cells = [Some(row.name.to_owned()), form, Some(row.what.to_owned())];
            table.row(cells.into_iter().flatten().collect());
        }
        out.extend_from_slice(terminal.paint(BOLD, title).as_bytes());
        out.push(b'\n');
        table.push(out, terminal.table_width());
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
