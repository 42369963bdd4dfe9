//! The list of `fh event --list`: kinds of payloads, hostile cases.

use serde::Serialize;

use super::page::Page;
use super::table::{Column, ColumnOf};
use super::{Document, Report};
use crate::terminal::BOLD;
use firehose::demo::{HOSTILE, SampleKind};

/// A row in `--output json` and `ndjson`: a stable schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    r#type: &'static str,
    name: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    form: Option<SampleForm>,
    what: &'static str,
}

/// How a payload comes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleForm {
    content_type: &'static str,
    gzip: bool,
    newline: bool,
}

impl SampleForm {
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
        form: Some(SampleForm {
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

/// What `fh event` makes of itself.
#[derive(Debug)]
pub struct SampleList;

impl Document for SampleList {
    fn json(&self) -> impl Serialize {
        self.rows().collect::<Vec<_>>()
    }

    fn text(&self, page: &mut Page<'_>) {
        self.table(page);
    }
}

impl Report for SampleList {
    type Row = Row;

    fn rows(&self) -> impl Iterator<Item = Row> {
        rows()
    }

    fn columns(&self) -> Vec<ColumnOf<'_, Row>> {
        vec![
            Column::left("name").cell(|row: &Row| row.name.to_owned()),
            Column::left("content")
                .dispensable(1)
                .cell(|row: &Row| row.form.as_ref().map(SampleForm::words).unwrap_or_default()),
            Column::sentences("description").cell(|row: &Row| row.what.to_owned()),
        ]
    }

    /// A table for each type, since only payloads have a form.
    fn table(&self, page: &mut Page<'_>) {
        let titles = [("payload", "--payload KIND"), ("hostile", "--hostile, in this order")];
        for (position, (kind, title)) in titles.into_iter().enumerate() {
            if position > 0 {
                page.line("");
            }
            page.line(&page.terminal.paint(BOLD, title));
            let rows: Vec<_> = rows().filter(|row| row.r#type == kind).collect();
            let mut columns = self.columns();
            if rows.iter().all(|row| row.form.is_none()) {
                columns.remove(1);
            }
            page.rows(rows.into_iter(), &columns);
        }
    }
}
