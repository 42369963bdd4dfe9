//! Text that a Windows shell wrote: UTF-16 with a byte order mark, as UTF-8.

use std::io::{self, Read};

use super::peek::PeekRead;
use crate::bytes::{copy, part};

/// Returns true if `head` starts with the byte order mark of UTF-16.
pub(super) fn is_utf16(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Reads UTF-16 as UTF-8.
pub(super) struct Utf16<S> {
    supply: S,
    /// Set by the byte order mark.
    big_endian: bool,
    ready: Vec<u8>,
    given: usize,
}

impl<S: PeekRead> Utf16<S> {
    pub(super) fn new(mut supply: S) -> io::Result<Self> {
        let big_endian = supply.peek(2)?.starts_with(&[0xfe, 0xff]);
        supply.advance(2);
        Ok(Self { supply, big_endian, ready: Vec::new(), given: 0 })
    }

    /// Turns the next piece over; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        /// A pair of surrogates is four bytes; a bad end has fewer.
        const PAIR: usize = 4;
        let ahead = self.supply.peek(PAIR)?;
        let at_end = ahead.len() < PAIR;
        let mut units: Vec<u16> = ahead
            .chunks_exact(2)
            .filter_map(|unit| unit.first_chunk::<2>())
            .map(|unit| {
                if self.big_endian { u16::from_be_bytes(*unit) } else { u16::from_le_bytes(*unit) }
            })
            .collect();
        let mut taken = units.len() * 2;
        if !at_end && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop(); // its other half comes with the next piece
            taken -= 2;
        } else if at_end {
            taken = ahead.len();
        }
        self.supply.advance(taken);
        let decoded = char::decode_utf16(units);
        let text: String =
            decoded.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.ready = text.into_bytes();
        self.given = 0;
        Ok(taken > 0)
    }
}

impl<S: PeekRead> Read for Utf16<S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.ready.len() {
            if !self.more()? {
                return Ok(0);
            }
        }
        let ready = part(&self.ready, self.given..);
        let count = copy(ready, out);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::peek::PeekReader;
    use super::*;

    #[test]
    fn either_byte_order_becomes_utf8() {
        let text = "eyJ 😀 größer\r\n".repeat(20_000);
        for big_endian in [false, true] {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            let bytes: Vec<u8> = units
                .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            assert!(is_utf16(&bytes));
            let mut out = String::new();
            Utf16::new(PeekReader::new(bytes.as_slice()))
                .unwrap()
                .read_to_string(&mut out)
                .unwrap();
            assert!(out == text);
        }
    }
}
