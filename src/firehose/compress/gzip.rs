//! Compresses payloads as producers do: gzip (RFC 1952), one member, level 6.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use crate::bytes::part;
use crate::decode::GZIP_MAGIC;

/// No flags, no time, no level, system unknown: the bytes depend on the payload
/// only.
const REST_OF_HEADER: [u8; 7] = [0, 0, 0, 0, 0, 0, 255];

/// That of CloudWatch Logs, and zlib's default.
const LEVEL: u32 = 6;

/// Bytes around the deflated payload, and a little for what does not compress.
const ROOM: usize = 64;

/// Compresses; keeps its tables from one payload to the next, which is most of
/// the time that a short payload takes.
#[derive(Debug)]
pub struct Gzip {
    deflate: Compress,
}

impl Gzip {
    /// A compressor of level 6, as CloudWatch Logs uses it.
    pub fn new() -> Self {
        Self { deflate: Compress::new(Compression::new(LEVEL), false) }
    }

    /// Returns `payload` as a gzip member.
    pub fn compress(&mut self, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(payload.len() / 2 + ROOM);
        out.extend_from_slice(&GZIP_MAGIC);
        out.extend_from_slice(&REST_OF_HEADER);
        self.deflate.reset();
        finish(&mut self.deflate, payload, &mut out);
        let mut crc = Crc::new();
        crc.update(payload);
        out.extend_from_slice(&crc.sum().to_le_bytes());
        out.extend_from_slice(&crc.amount().to_le_bytes());
        out
    }
}

/// Appends `payload`, deflated without a wrapping, at the same level.
pub(super) fn deflate(payload: &[u8], out: &mut Vec<u8>) {
    finish(&mut Compress::new(Compression::new(LEVEL), false), payload, out);
}

fn finish(deflate: &mut Compress, payload: &[u8], out: &mut Vec<u8>) {
    out.reserve(payload.len() / 2 + ROOM);
    loop {
        let taken = usize::try_from(deflate.total_in()).unwrap_or(payload.len());
        let rest = part(payload, taken..);
        match deflate.compress_vec(rest, out, FlushCompress::Finish) {
            Ok(Status::Ok | Status::BufError) => out.reserve(payload.len() / 2 + ROOM),
            // Deflating to memory does not fail.
            Ok(Status::StreamEnd) | Err(_) => break,
        }
    }
}

impl Default for Gzip {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Decoder, Encoding, Layer, Options};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_compressed_inflates_again_whatever_came_before(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..5),
        ) {
            let layers = Some(vec![Layer::Gzip]);
            let mut decoder = Decoder::new(Options { layers, ..Options::default() });
            let mut gzip = Gzip::new();
            for payload in payloads {
                let member = gzip.compress(&payload);
                prop_assert_eq!(&member, &Gzip::new().compress(&payload));
                let decoded = decoder.decode(&member, Encoding::Unknown);
                prop_assert!(decoded.error().is_none(), "{:?}", decoded.problems);
                prop_assert_eq!(decoded.bytes, payload.as_slice());
            }
        }
    }
}
