//! Where the layers take their compressed bytes from: a slice or a stream.

use crate::bytes::{copy, part, part_mut};
use std::io::{self, Read};

/// Bytes that can be looked at before they are taken.
pub(crate) trait PeekRead {
    /// Returns the bytes ahead: at least `least` unless the end is nearer.
    fn peek(&mut self, least: usize) -> io::Result<&[u8]>;
    /// Takes the first `count` bytes of the last [`peek`](PeekRead::peek) away.
    fn advance(&mut self, count: usize);
}

impl PeekRead for &[u8] {
    #[inline]
    fn peek(&mut self, _least: usize) -> io::Result<&[u8]> {
        Ok(self)
    }
    #[inline]
    fn advance(&mut self, count: usize) {
        *self = part(self, count..);
    }
}

/// A supply over a reader, with a buffer of its own.
pub(crate) struct PeekReader<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
}

impl<R: Read> PeekReader<R> {
    const SIZE: usize = 128 * 1024;

    /// A tank that is empty as yet.
    pub(crate) fn new(reader: R) -> Self {
        Self::with_buffer(reader, Vec::new())
    }

    /// The same in the buffer of one that is not needed any more: with small objects, to
    /// clear a new one each time is a good part of the work.
    pub(crate) fn with_buffer(reader: R, mut buffer: Vec<u8>) -> Self {
        buffer.resize(Self::SIZE, 0);
        Self { reader, buffer, start: 0, end: 0, at_end: false }
    }

    /// The buffer, with whatever is in it.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    fn ahead(&self) -> &[u8] {
        part(&self.buffer, self.start..self.end)
    }

    fn fill(&mut self, least: usize) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < least {
            self.buffer.resize(least, 0);
        }
        while self.end < least && !self.at_end {
            let room = part_mut(&mut self.buffer, self.end..);
            match self.reader.read(room) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<R: Read> PeekRead for PeekReader<R> {
    fn peek(&mut self, least: usize) -> io::Result<&[u8]> {
        if self.end - self.start < least && !self.at_end {
            self.fill(least)?;
        }
        Ok(self.ahead())
    }
    fn advance(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }
}

/// Reads what is ahead as it is.
impl<R: Read> Read for PeekReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && out.len() >= Self::SIZE && !self.at_end {
            let count = self.reader.read(out)?;
            self.at_end = count == 0;
            return Ok(count);
        }
        let ahead = self.peek(1)?;
        let count = copy(ahead, out);
        self.advance(count);
        Ok(count)
    }
}
