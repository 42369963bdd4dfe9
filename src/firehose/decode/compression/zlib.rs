//! Where a stream of zlib starts, which has no magic.

use flate2::{Decompress, FlushDecompress, Status};

use crate::bytes::part;

/// Bytes that are inflated to see whether they are a stream.
pub(super) const LOOK: usize = 4096;

/// True for a header of zlib: method 8, a window of up to 32 KiB, no dictionary, a
/// multiple of 31 (RFC 1950, 2.2).
pub(super) fn is_zlib(head: &[u8]) -> bool {
    let [first, second, ..] = *head else { return false };
    first & 0x8f == 8
        && u16::from_be_bytes([first, second]).is_multiple_of(31)
        && second & 0x20 == 0
}

/// True if `bytes` inflate to their end, or as far as they are looked at: text may begin as
/// a header does.
pub(super) fn inflates(bytes: &[u8]) -> bool {
    let is_more = bytes.len() >= LOOK;
    let mut inflater = Decompress::new(true);
    let mut input = part(bytes, ..bytes.len().min(LOOK));
    let mut out = [0; LOOK];
    loop {
        let (taken, made) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(input, &mut out, FlushDecompress::None);
        let taken = usize::try_from(inflater.total_in() - taken).unwrap_or(usize::MAX);
        input = part(input, taken..);
        match status {
            Ok(Status::StreamEnd) => return true,
            Ok(_) if taken == 0 && inflater.total_out() == made => return is_more && made > 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_begins_like_a_header_does_not_inflate() {
        let stream = b"\x78\x9c\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\x08\x2a\x02\x09";
        assert!(is_zlib(stream) && inflates(stream));
        for text in ["x^2 is a square\n", "8Ocean{\"a\":1}", "x^", "x^ a = b", "8O {\"last\":9}"] {
            assert!(is_zlib(text.as_bytes()) && !inflates(text.as_bytes()), "{text}");
        }
    }
}
