//! What `fh status` shows: a stream on a screen, or many, a line each.

mod document;
mod list;
mod one;
mod row;

pub use list::{MORE, StreamList};
pub use one::StreamStatus;
pub use row::StreamRow;

use super::page::Page;
use super::{OutputFormat, Report, show};
use crate::context::Context;
use crate::error::Error;
use crate::terminal::Terminal;

/// What there is to show at a time.
#[derive(Debug)]
pub enum Frame {
    /// A stream.
    One(Box<StreamStatus>),
    /// The streams of a Region.
    All(StreamList),
}

impl Frame {
    /// Shows it.
    pub fn show(&self, format: OutputFormat, context: &Context) -> Result<(), Error> {
        match self {
            Self::One(status) => show(status.as_ref(), format, context),
            Self::All(list) => show(list, format, context),
        }
    }

    /// True if there are more rows, and this format has no place to say it.
    pub fn hides_more(&self, format: OutputFormat) -> bool {
        let is_rows = matches!(format, OutputFormat::Table | OutputFormat::Ndjson);
        is_rows && matches!(self, Self::All(list) if list.has_more)
    }

    /// What people see of it.
    pub fn page(&self, format: OutputFormat, terminal: &Terminal) -> Vec<u8> {
        let more = self.hides_more(format).then_some(MORE);
        match self {
            Self::One(status) => page(status.as_ref(), format, more, terminal),
            Self::All(list) => page(list, format, more, terminal),
        }
    }
}

fn page(
    report: &impl Report,
    format: OutputFormat,
    more: Option<&str>,
    terminal: &Terminal,
) -> Vec<u8> {
    Page::filled(terminal, |page| {
        match format {
            OutputFormat::Table => report.table(page),
            _ => report.text(page),
        }
        if let Some(more) = more {
            page.prose(0, more);
        }
    })
}
