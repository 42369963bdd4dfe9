//! Formats of the output.

use clap::ValueEnum;

/// Formats of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    Text,
    /// A row a record
    Table,
    /// One JSON document
    Json,
    /// A JSON object a line
    Ndjson,
}

/// Formats of a report that is one thing, not rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}
