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

impl FaultKind {
    /// The cause of it, if `are_of_text`: all line feeds of the layer follow a carriage return.
    /// What ends early was cut, whatever its line feeds are.
    pub(super) fn with_line_feeds(self, are_of_text: bool) -> Self {
        if are_of_text && self != Self::Truncated { Self::LineFeeds } else { self }
    }
}

/// The line feeds of binary data: if each follows a carriage return, it was transferred as text.
#[derive(Debug, Default)]
pub(super) struct LineFeeds {
    count: usize,
    /// Those that do not follow a carriage return.
    bare: usize,
    last: u8,
}

impl LineFeeds {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut feeds = Self::default();
        feeds.add(bytes);
        feeds
    }

    /// Takes the next bytes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for at in memchr::memchr_iter(b'\n', bytes) {
            let before = at.checked_sub(1).map_or(Some(self.last), |it| bytes.get(it).copied());
            self.count += 1;
            self.bare += usize::from(before != Some(b'\r'));
        }
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    /// True if carriage returns were added to them.
    pub(super) const fn are_of_text(&self) -> bool {
        /// One may follow one by chance.
        const LEAST: usize = 2;
        self.bare == 0 && self.count >= LEAST
    }
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
