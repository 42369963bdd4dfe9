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
