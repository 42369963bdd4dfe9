//! What can be wrong with a compressed layer, and how far into it.

use std::fmt;

/// A flaw in a layer, with its place in the bytes of that layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Bytes of the layer that had been read.
    pub offset: u64,
    /// What was wrong there.
    pub kind: FaultKind,
}

/// The kinds of flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The layer ends early; what came before is good.
    Truncated,
    /// The stored checksum or size is not that of the data.
    Checksum,
    /// The deflate stream is broken.
    BadDeflate,
    /// A header that cannot be read.
    BadHeader(&'static str),
    /// A zstd frame that cannot be read.
    BadZstd,
    /// A snappy block that cannot be read.
    BadSnappy,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => write!(f, "truncated"),
            Self::Checksum => write!(f, "checksum does not match the data"),
            Self::BadDeflate => write!(f, "broken deflate data"),
            Self::BadHeader(what) => write!(f, "{what}"),
            Self::BadZstd => write!(f, "broken zstd frame"),
            Self::BadSnappy => write!(f, "broken snappy block"),
        }
    }
}
