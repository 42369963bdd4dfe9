//! Zstandard frames (RFC 8878), all of them, by `ruzstd`.

use std::io::{self, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::bytes::copy;
use crate::decode::fault::{Fault, FaultKind};
use crate::decode::peek::PeekRead;

/// First bytes of a frame (RFC 8878, 3.1.1).
pub(crate) const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Largest window that is kept; the RFC asks for 8 MB at least (3.1.1.1.2).
const MAX_WINDOW: u64 = 32 * 1024 * 1024;

/// Decompresses the frames that a supply holds.
pub(crate) struct Zstd<S> {
    source: Counted<S>,
    decoder: FrameDecoder,
    in_frame: bool,
    /// The sum that the finished frame stores, until all of its bytes are out.
    stored_sum: Option<u32>,
    frames: u32,
    fault: Option<Fault>,
}

struct Counted<S> {
    supply: S,
    taken: u64,
}

impl<S: PeekRead> Read for Counted<S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.supply.peek(1)?;
        let count = copy(ahead, out);
        self.supply.advance(count);
        self.taken += count as u64;
        Ok(count)
    }
}

impl<S: PeekRead> Zstd<S> {
    pub(crate) fn new(supply: S) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW);
        Self {
            source: Counted { supply, taken: 0 },
            decoder,
            in_frame: false,
            stored_sum: None,
            frames: 0,
            fault: None,
        }
    }

    pub(crate) fn frames(&self) -> u32 {
        self.frames
    }

    pub(crate) fn taken(&self) -> u64 {
        self.source.taken
    }

    pub(crate) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    pub(crate) fn into_supply(self) -> S {
        self.source.supply
    }

    fn fail(&mut self) -> io::Result<usize> {
        let truncated = self.source.supply.peek(1)?.is_empty();
        let kind = if truncated { FaultKind::Truncated } else { FaultKind::BadZstd };
        self.fault = Some(Fault { offset: self.source.taken, kind });
        Ok(0)
    }

    /// Fills the front of `out` and returns how much; 0 at the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                let made = self.decoder.read(out)?;
                self.compare_sums();
                return Ok(made);
            }
            if self.fault.is_some() {
                return Ok(0);
            }
            if !self.in_frame {
                if !self.source.supply.peek(4)?.starts_with(&MAGIC) {
                    return Ok(0);
                }
                if self.decoder.init(&mut self.source).is_err() {
                    return self.fail();
                }
                self.in_frame = true;
            }
            let step = BlockDecodingStrategy::UptoBlocks(1);
            if self.decoder.decode_blocks(&mut self.source, step).is_err() {
                return self.fail();
            }
            if self.decoder.is_finished() {
                self.in_frame = false;
                self.frames += 1;
                self.stored_sum = self.decoder.get_checksum_from_data();
                self.compare_sums();
            }
        }
    }

    /// Compares the sum of a finished frame with the stored one, once all of its
    /// bytes are collected: the sum covers them only then.
    fn compare_sums(&mut self) {
        if self.in_frame || self.decoder.can_collect() > 0 {
            return;
        }
        if let Some(stored) = self.stored_sum.take()
            && self.decoder.get_calculated_checksum() != Some(stored)
        {
            self.fault = Some(Fault { offset: self.source.taken, kind: FaultKind::Checksum });
        }
    }
}
