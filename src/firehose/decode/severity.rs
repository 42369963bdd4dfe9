//! How bad something is.

/// How bad a problem of a record, a broken rule of a response or a finding about a
/// delivery stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; no record is harmed.
    Note,
    /// Records come through; what made it should be looked at.
    Warning,
    /// A record, or a part of it, is lost.
    Error,
}

impl Severity {
    /// As it is written in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}
