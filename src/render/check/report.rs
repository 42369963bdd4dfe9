//! A checked response in each format.

use serde::Serialize;

use super::CheckedResponse;
use super::rows::{CheckDocument, DocumentLine, VerdictRow};
use crate::render::page::{Page, safe};
use crate::render::table::{Column, ColumnOf};
use crate::render::{Document, Report};
use crate::terminal;

impl Document for CheckedResponse<'_> {
    fn json(&self) -> impl Serialize {
        CheckDocument::new(self)
    }

    fn text(&self, page: &mut Page<'_>) {
        super::text::fill(page, self);
    }
}

/// The list is that of the verdicts: a row a record.
impl<'a> Report for CheckedResponse<'a> {
    type Row = VerdictRow<'a>;

    fn rows(&self) -> impl Iterator<Item = VerdictRow<'a>> {
        VerdictRow::all(self)
    }

    fn columns(&self) -> Vec<ColumnOf<'_, VerdictRow<'a>>> {
        let size = |bytes: usize| terminal::group(bytes as u64);
        let id = |row: &VerdictRow<'_>| safe(row.record_id.unwrap_or_default());
        let code = |row: &VerdictRow<'_>| row.failure.as_ref().map_or("", |it| it.error_code);
        let attempts = |row: &VerdictRow<'_>| match row.failure.as_ref().map(|it| it.attempts) {
            None => String::new(),
            Some(None) => "?".to_owned(),
            Some(Some(attempts)) => attempts.to_string(),
        };
        vec![
            Column::right("record").cell(|row: &VerdictRow<'_>| {
                row.index.map(|it| it.to_string()).unwrap_or_default()
            }),
            Column::from_end("recordId").cell(id),
            Column::left("fate").cell(|row: &VerdictRow<'_>| row.fate.to_owned()),
            Column::left("error code").cell(move |row: &VerdictRow<'_>| code(row).to_owned()),
            Column::right("attempts").dispensable(3).cell(attempts),
            Column::right("bytes in")
                .dispensable(2)
                .cell(move |row: &VerdictRow<'_>| row.bytes_in.map(size).unwrap_or_default()),
            Column::right("bytes out")
                .dispensable(1)
                .cell(move |row: &VerdictRow<'_>| row.bytes_out.map(size).unwrap_or_default()),
        ]
    }

    /// A line for each verdict, each broken rule, and one for the whole.
    fn lines(&self) -> impl Iterator<Item = impl Serialize> {
        let CheckDocument { summary, verdicts, violations } = CheckDocument::new(self);
        let verdicts = verdicts.into_iter().map(DocumentLine::Verdict);
        let violations = violations.into_iter().map(DocumentLine::Violation);
        verdicts.chain(violations).chain([DocumentLine::Summary(summary)])
    }
}
