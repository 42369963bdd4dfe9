//! Formats of the output.

use clap::ValueEnum;

/// Formats of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Human-readable text
    Text,
    /// One row per item
    Table,
    /// One JSON document
    Json,
    /// One JSON object per line
    Ndjson,
}

/// Formats of a report on what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Formats of what is shown while it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FollowFormat {
    /// Human-readable text
    Text,
    /// One JSON object per line, as it happens
    Ndjson,
    /// One JSON document, at the end
    Json,
}

/// Formats of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Human-readable text
    Text,
    /// A row per event or invocation
    Table,
    /// One JSON object per line: an event with its original fields, or an invocation
    Ndjson,
}
