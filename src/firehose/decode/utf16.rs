//! Text that a Windows shell wrote: UTF-16 with a byte order mark, as UTF-8.

use std::io::{self, Read};

use super::peek::PeekRead;
use super::sniff::is_base64_symbol;
use crate::bytes::{copy, part};

/// Returns true if `head` starts with the byte order mark of UTF-16.
pub(super) fn is_utf16(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Bytes by which UTF-16 without a mark is known.
pub(super) const LOOK: usize = 512;

/// Returns true if `head` is UTF-16 without the mark, of base64 or of an event. Other text
/// stays what it is: its encoding is worth a note.
pub(super) fn is_unmarked_utf16(head: &[u8]) -> bool {
    /// Fewer characters say too little.
    const MIN_LENGTH: usize = 16;
    const KEYS: [&[u8]; 6] = [
        b"\"records\"",
        b"\"Records\"",
        b"\"invocationId\"",
        b"\"rawData\"",
        b"\"awslogs\"",
        b"\"Data\"",
    ];
    let letter = |pair: &[u8]| match pair {
        [sign, 0] | [0, sign] => *sign,
        _ => 0,
    };
    let text: Vec<u8> = head.chunks_exact(2).map(letter).collect();
    // Zeros stand on one side all through.
    let is_side = |side: usize| head.iter().skip(side).step_by(2).all(|byte| *byte == 0);
    if text.len() < MIN_LENGTH || text.contains(&0) || !is_side(0) && !is_side(1) {
        return false;
    }
    let is_key = |key: &&[u8]| memchr::memmem::find(&text, key).is_some();
    let is_base64 = |byte: &u8| is_base64_symbol(*byte) || matches!(byte, b'=' | b'\r' | b'\n');
    match text.first() {
        Some(b'{' | b'[') => KEYS.iter().any(is_key),
        _ => text.iter().all(is_base64),
    }
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
        let head = supply.peek(2)?;
        let big_endian = matches!(head, [0xfe, 0xff, ..] | [0, ..]);
        if is_utf16(head) {
            supply.advance(2);
        }
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
    fn base64_and_events_without_a_mark_are_known_and_other_text_is_not() {
        let units =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let swapped =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
        for text in [
            "eyJvcmRlcklkIjoiQS0xMDQxIn0=\r\n",
            "{\r\n \"records\": [{\"data\": \"eyJhIjoxfQ==\"}]}",
        ] {
            assert!(is_unmarked_utf16(&units(text)), "{text}");
            assert!(is_unmarked_utf16(&swapped(text)), "{text}");
            let mut out = String::new();
            let bytes = swapped(text);
            Utf16::new(bytes.as_slice()).unwrap().read_to_string(&mut out).unwrap();
            assert_eq!(out, text);
        }
        for text in [
            "{\"orderId\":\"A-1041\"}",
            "a line of text, and more",
            "eyJhIjox",
            "日本語日本語日本語日本語日本語",
        ] {
            assert!(!is_unmarked_utf16(&units(text)), "{text}");
        }
        assert!(!is_unmarked_utf16(&[0; 64]));
        assert!(!is_unmarked_utf16(b"eyJvcmRlcklkIjoiQS0xMDQxIn0=\n"));
    }

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
