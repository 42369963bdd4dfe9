//! Writes snappy in the two framings of Firehose's objects.

use crate::decode::XERIAL_MAGIC;

/// Bytes of a block of `snappy-java` (`SnappyOutputStream`, default block size).
const XERIAL_BLOCK: usize = 32 * 1024;
/// Version and oldest compatible version (`SnappyCodec.currentHeader`).
const XERIAL_VERSIONS: [u8; 8] = [0, 0, 0, 1, 0, 0, 0, 1];

/// Bytes that Hadoop compresses at once: its buffer of 256 KiB less what a block
/// that does not compress may add (`SnappyCodec.createOutputStream`).
const HADOOP_BLOCK: usize = 256 * 1024 - (256 * 1024 / 6 + 32);

/// A header, then blocks, each after its length (`snappy-java`, `SnappyOutputStream`).
pub(super) fn xerial(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 2);
    out.extend_from_slice(&XERIAL_MAGIC);
    out.extend_from_slice(&XERIAL_VERSIONS);
    let mut encoder = snap::raw::Encoder::new();
    for block in body.chunks(XERIAL_BLOCK) {
        push_block(&mut encoder, block, &mut out);
    }
    out
}

/// Blocks, each after its length uncompressed and compressed (Hadoop,
/// `BlockCompressorStream`).
pub(super) fn hadoop(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 2);
    let mut encoder = snap::raw::Encoder::new();
    for block in body.chunks(HADOOP_BLOCK) {
        push_length(block.len(), &mut out);
        push_block(&mut encoder, block, &mut out);
    }
    out
}

fn push_block(encoder: &mut snap::raw::Encoder, block: &[u8], out: &mut Vec<u8>) {
    // Fails for blocks of 4 GB only.
    let compressed = encoder.compress_vec(block).unwrap_or_default();
    push_length(compressed.len(), out);
    out.extend_from_slice(&compressed);
}

/// Blocks are far below 4 GB.
fn push_length(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}
