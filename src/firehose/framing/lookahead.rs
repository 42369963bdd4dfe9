//! What was read ahead of the region at hand in a block, and how much more may
//! be.
//!
//! Where a record ends may show only far after its start, and sometimes it does
//! not end at all. Without a bound for the whole block, every line of a hostile
//! input has the rest of the block read again.

use crate::decode::{Line, Sniffer, base64_symbols};

/// How often all of a block may be read ahead.
const MAX_PASSES: usize = 16;

/// Reading ahead in one block.
#[derive(Debug)]
pub(super) struct Lookahead {
    /// For runs of wrapped base64, which are decoded.
    pub(super) base64: Budget,
    /// For failure objects after damage, which are parsed.
    pub(super) objects: Budget,
    /// For events printed in a line, past its end.
    pub(super) events: Budget,
    /// For documents that are not quite JSON.
    pub(super) documents: Budget,
    pub(super) sniffer: Sniffer,
    /// What lines of base64 are by themselves, by where they start.
    kinds: Vec<(usize, Line)>,
    /// The longest line of base64 in the block, once it is asked for.
    longest: Option<usize>,
}

/// Bytes that may be read ahead, and that were.
#[derive(Debug)]
pub(super) struct Budget {
    pub(super) limit: usize,
    pub(super) spent: usize,
}

impl Lookahead {
    pub(super) fn new(block: &[u8]) -> Self {
        Self {
            base64: Budget::of(block),
            objects: Budget::of(block),
            events: Budget::of(block),
            documents: Budget::of(block),
            sniffer: Sniffer::default(),
            kinds: Vec::new(),
            longest: None,
        }
    }

    /// How long the longest line of base64 in `block` is.
    pub(super) fn longest_base64(&mut self, block: &[u8]) -> usize {
        let length = |line: &[u8]| base64_symbols(line.trim_ascii_end()).unwrap_or(0);
        let longest = || block.split(|byte| *byte == b'\n').map(length).max().unwrap_or(0);
        *self.longest.get_or_insert_with(longest)
    }

    /// What the line `text` at `start` is by itself; decoded once.
    pub(super) fn kind_of(&mut self, start: usize, text: &[u8]) -> Line {
        if let Ok(found) = self.kinds.binary_search_by_key(&start, |(at, _)| *at)
            && let Some((_, kind)) = self.kinds.get(found)
        {
            return *kind;
        }
        self.base64.spend(text.len());
        let kind = self.sniffer.line(text);
        if self.kinds.last().is_none_or(|(last, _)| *last < start) {
            self.kinds.push((start, kind));
        }
        kind
    }

    /// Forgets lines before `start`, if all are.
    pub(super) fn start_at(&mut self, start: usize) {
        if self.kinds.last().is_some_and(|(last, _)| *last < start) {
            self.kinds.clear();
        }
    }
}

impl Budget {
    pub(super) const fn of(block: &[u8]) -> Self {
        Self { limit: block.len().saturating_mul(MAX_PASSES), spent: 0 }
    }

    pub(super) const fn spend(&mut self, bytes: usize) {
        self.spent = self.spent.saturating_add(bytes);
    }

    pub(super) const fn left(&self) -> usize {
        self.limit.saturating_sub(self.spent)
    }
}
