//! What a command shows of a result that it knows as a whole.

use serde::Serialize;

use super::json::push_line;
use super::page::Page;
use super::table::ColumnOf;
use super::{Output, OutputFormat, ReportFormat};
use crate::context::Context;
use crate::error::Error;
use crate::terminal::Terminal;

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
    let bytes = bytes(report, format, &context.terminal);
    match format {
        OutputFormat::Text | OutputFormat::Table => show_paged(&bytes, context),
        OutputFormat::Json | OutputFormat::Ndjson => Output::default().write(&bytes),
    }
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

fn bytes(report: &impl Report, format: OutputFormat, terminal: &Terminal) -> Vec<u8> {
    match format {
        OutputFormat::Text => Page::filled(terminal, |page| report.text(page)),
        OutputFormat::Table => Page::filled(terminal, |page| report.table(page)),
        OutputFormat::Json => line(&report.json()),
        OutputFormat::Ndjson => report.lines().flat_map(|row| line(&row)).collect(),
    }
}

fn line<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    push_line(&mut out, value);
    out
}
