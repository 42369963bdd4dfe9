//! Snappy in the two framings that Firehose writes, xerial's and Hadoop's, and without
//! one, as the libraries for Go and Python write it.
//!
//! Both framings cut the data into blocks with big-endian sizes before them. Xerial
//! (`snappy-java`) starts with a magic and two version numbers; Hadoop
//! (`BlockCompressorStream`) has no magic, so it is recognized by its sizes alone.

use std::io;

use crate::bytes::{copy, part};
use crate::decode::fault::{Fault, FaultKind};
use crate::decode::peek::PeekRead;

/// First bytes of xerial's framing.
pub(crate) const XERIAL_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
/// The magic, a version and the oldest compatible version, four bytes each.
const XERIAL_HEADER: usize = 16;

/// Largest block that is taken: Hadoop's default buffer is 256 KiB, xerial's
/// 32 KiB; one block of a whole Firehose buffer would hold 128 MiB, but no
/// writer that is known makes one.
const MAX_BLOCK: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Xerial,
    Hadoop,
    /// One block to the end.
    Raw,
}

/// Decompresses the blocks that a supply holds.
pub(crate) struct Snappy<S> {
    supply: S,
    framing: Framing,
    decoder: snap::raw::Decoder,
    block: Vec<u8>,
    shown: usize,
    /// Bytes that Hadoop's outer size still promises.
    promised: usize,
    blocks: u32,
    taken: u64,
    fault: Option<Fault>,
}

impl<S: PeekRead> Snappy<S> {
    pub(crate) fn new(supply: S, framing: Framing) -> Self {
        Self {
            supply,
            framing,
            decoder: snap::raw::Decoder::new(),
            block: Vec::new(),
            shown: 0,
            promised: 0,
            blocks: 0,
            taken: 0,
            fault: None,
        }
    }

    pub(crate) fn blocks(&self) -> u32 {
        self.blocks
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    pub(crate) fn into_supply(self) -> S {
        self.supply
    }

    /// Fills the front of `out` and returns how much; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = part(&self.block, self.shown..);
            if !ready.is_empty() {
                let count = copy(ready, out);
                self.shown += count;
                return Ok(count);
            }
            if self.fault.is_some() || !self.next_block()? {
                return Ok(0);
            }
        }
    }

    fn take(&mut self, count: usize) {
        self.supply.advance(count);
        self.taken += count as u64;
    }

    fn fail(&mut self, kind: FaultKind) -> bool {
        self.fault = Some(Fault { offset: self.taken, kind });
        false
    }

    fn size(&mut self) -> io::Result<Option<usize>> {
        let word = self.supply.peek(4)?.first_chunk::<4>().copied();
        Ok(word.map(|word| u32::from_be_bytes(word) as usize))
    }

    fn next_block(&mut self) -> io::Result<bool> {
        self.block.clear();
        self.shown = 0;
        if self.supply.peek(1)?.is_empty() {
            return Ok(if self.promised > 0 { self.fail(FaultKind::Truncated) } else { false });
        }
        match self.framing {
            // Streams that follow each other each have their header.
            Framing::Xerial => {
                let ahead = self.supply.peek(XERIAL_HEADER)?;
                if ahead.starts_with(&XERIAL_MAGIC) {
                    if ahead.len() < XERIAL_HEADER {
                        return Ok(self.fail(FaultKind::Truncated));
                    }
                    self.take(XERIAL_HEADER);
                    return Ok(true);
                }
            }
            Framing::Hadoop if self.promised == 0 => {
                let Some(size) = self.size()? else {
                    return Ok(self.fail(FaultKind::Truncated));
                };
                self.take(4);
                self.promised = size;
                return Ok(true);
            }
            Framing::Hadoop => {}
            Framing::Raw => return self.raw_block(),
        }
        let Some(size) = self.size()? else {
            return Ok(self.fail(FaultKind::Truncated));
        };
        if size > MAX_BLOCK {
            return Ok(self.fail(FaultKind::BadSnappy));
        }
        let Some(compressed) = self.supply.peek(4 + size)?.get(4..4 + size) else {
            return Ok(self.fail(FaultKind::Truncated));
        };
        let Ok(length @ ..=MAX_BLOCK) = snap::raw::decompress_len(compressed) else {
            return Ok(self.fail(FaultKind::BadSnappy));
        };
        self.block.resize(length, 0);
        if self.decoder.decompress(compressed, &mut self.block).is_err() {
            self.block.clear();
            return Ok(self.fail(FaultKind::BadSnappy));
        }
        self.take(4 + size);
        self.blocks += 1;
        if self.framing == Framing::Hadoop {
            let Some(left) = self.promised.checked_sub(length) else {
                return Ok(self.fail(FaultKind::BadSnappy));
            };
            self.promised = left;
        }
        Ok(true)
    }
}

impl<S: PeekRead> Snappy<S> {
    /// Decompresses all that is ahead.
    fn raw_block(&mut self) -> io::Result<bool> {
        let compressed = self.supply.peek(MAX_BLOCK)?;
        let size = compressed.len();
        let length = snap::raw::decompress_len(compressed).ok();
        let Some(length) = length.filter(|it| *it <= MAX_BLOCK) else {
            return Ok(self.fail(FaultKind::BadSnappy));
        };
        self.block.resize(length, 0);
        if self.decoder.decompress(compressed, &mut self.block).is_err() {
            self.block.clear();
            return Ok(self.fail(FaultKind::BadSnappy));
        }
        self.take(size);
        self.blocks += 1;
        Ok(true)
    }
}

/// What `bytes` decompress to as one block without a framing.
pub(crate) fn raw(bytes: &[u8]) -> Option<Vec<u8>> {
    /// Shorter data comes to its end by chance.
    const MIN_LENGTH: usize = 16;
    /// What the densest data is of its bytes, and the loosest.
    const MAX_RATIO: usize = 24;
    let length = snap::raw::decompress_len(bytes).ok()?;
    let least = bytes.len().saturating_sub(bytes.len() / 6 + 32).max(MIN_LENGTH);
    let most = bytes.len().saturating_mul(MAX_RATIO).min(MAX_BLOCK);
    if !(least..=most).contains(&length) {
        return None;
    }
    snap::raw::Decoder::new().decompress_vec(bytes).ok()
}

/// Returns true if `head` starts with sizes that fit together as Hadoop's:
/// what the block says it inflates to is within what its frame promises. A
/// promise of `MAX_BLOCK` would not start with a zero byte, by which it is recognized.
pub(crate) fn is_hadoop(head: &[u8]) -> bool {
    let word = |at: usize| -> Option<usize> {
        let word = head.get(at..)?.first_chunk::<4>()?;
        usize::try_from(u32::from_be_bytes(*word)).ok()
    };
    let (Some(promised), Some(size), Some(block)) = (word(0), word(4), head.get(8..)) else {
        return false;
    };
    let fits = (1..MAX_BLOCK).contains(&promised) && (2..=MAX_BLOCK).contains(&size);
    fits && size <= promised + promised / 6 + 32
        && snap::raw::decompress_len(block).is_ok_and(|length| length > 0 && length <= promised)
        // The first element of a snappy stream is always a literal.
        && block.iter().position(|byte| byte & 0x80 == 0).is_some_and(|end| {
            block.get(end + 1).is_some_and(|tag| tag.trailing_zeros() >= 2)
        })
}
