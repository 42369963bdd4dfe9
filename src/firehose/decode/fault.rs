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
    /// Whatever is broken, every line feed follows a carriage return.
    LineFeeds,
}

/// True for binary data in which every line feed follows a carriage return, which is no chance:
/// it was transferred as text.
pub(super) fn has_only_crlf(bytes: &[u8]) -> bool {
    /// One may follow one by chance.
    const LEAST: usize = 2;
    let follows = |at: usize| at > 0 && bytes.get(at - 1) == Some(&b'\r');
    memchr::memchr_iter(b'\n', bytes).all(follows)
        && memchr::memchr_iter(b'\n', bytes).nth(LEAST - 1).is_some()
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => write!(f, "truncated"),
            Self::Checksum => write!(f, "checksum does not match the data"),
            Self::BadDeflate => write!(f, "broken deflate data"),
            Self::BadHeader(what) => write!(f, "{what}"),
            Self::BadZstd => write!(f, "broken zstd frame"),
            Self::LineFeeds => write!(f, "a carriage return before every line feed; broken data"),
            Self::BadSnappy => write!(f, "broken snappy block"),
        }
    }
}
