//! What a command shows of a result that it knows as a whole.

use serde::Serialize;

use super::json::push_line;
use super::page::Page;
use super::table::ColumnOf;
use super::{Output, OutputFormat, ReportFormat};
use crate::context::Context;
use crate::error::Error;

/// A result: prose for people, one JSON document for machines.
pub trait Document {
    /// The document: a stable schema, of types of its own.
    fn json(&self) -> impl Serialize;

    /// Puts the prose on a page.
    fn text(&self, page: &mut Page<'_>);
}

/// A result with a list: one type of rows serves JSON, a JSON object a line, and
/// the table.
///
/// The document is a method of its own, because it is not always the list:
/// `fh check` and `fh failures` put counts around theirs, and `fh send` has no
/// list at all. The columns are no constant: some show times in the zone of the
/// report, some are there only if there is something in them.
///
/// What comes record by record is no report, since it cannot be gone through a second
/// time: `decoded`, `failures::records`, `invocation` and `logs` write
/// their rows with `JsonRows` and `StreamTable`.
pub trait Report: Document {
    /// An element of the list: a stable schema.
    type Row: Serialize;

    /// The list.
    fn rows(&self) -> impl Iterator<Item = Self::Row>;

    /// The columns of the table.
    fn columns(&self) -> Vec<ColumnOf<'_, Self::Row>>;

    /// The objects of `--output ndjson`: the list, unless there is more to say.
    fn lines(&self) -> impl Iterator<Item = impl Serialize> {
        self.rows()
    }

    /// The table: the list, unless there is nothing to show.
    fn table(&self, page: &mut Page<'_>) {
        page.rows(self.rows(), &self.columns());
    }
}

/// Shows a result that has a list.
pub fn show(report: &impl Report, format: OutputFormat, context: &Context) -> Result<(), Error> {
    let terminal = &context.terminal;
    match format {
        OutputFormat::Text => {
            show_paged(&Page::filled(terminal, |page| report.text(page)), context)
        }
        OutputFormat::Table => {
            show_paged(&Page::filled(terminal, |page| report.table(page)), context)
        }
        OutputFormat::Json => Output::default().write(&line(&report.json())),
        OutputFormat::Ndjson => write_lines(report.lines()),
    }
}

/// Writes a JSON object a line, in large pieces.
fn write_lines(rows: impl Iterator<Item = impl Serialize>) -> Result<(), Error> {
    const PIECE: usize = 256 * 1024;
    let (mut output, mut piece) = (Output::default(), Vec::new());
    for row in rows {
        push_line(&mut piece, &row);
        if piece.len() >= PIECE {
            output.write(&piece)?;
            piece.clear();
        }
    }
    output.write(&piece)
}

/// Shows text for people: in a pager if it is longer than the terminal.
fn show_paged(text: &[u8], context: &Context) -> Result<(), Error> {
    let is_shown = context.pager.as_ref().is_some_and(|pager| pager.show(text, &context.terminal));
    if is_shown { Ok(()) } else { Output::default().write(text) }
}

/// Shows what a command did, or would do. A closed output is no error: what was
/// done stays as it is.
pub fn show_action(
    document: &impl Document,
    format: ReportFormat,
    context: &Context,
) -> Result<(), Error> {
    let out = match format {
        ReportFormat::Text => Page::filled(&context.terminal, |page| document.text(page)),
        ReportFormat::Json => line(&document.json()),
    };
    Output::default().report(&out)
}

fn line<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    push_line(&mut out, value);
    out
}
