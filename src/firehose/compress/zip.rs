//! Writes a zip archive of one deflated entry (PKWARE's APPNOTE).

use flate2::Crc;

use super::gzip::deflate;

/// "Version needed to extract": 2.0, for deflate (APPNOTE 4.4.3).
const VERSION: [u8; 2] = [20, 0];
/// Deflated (APPNOTE 4.4.5).
const DEFLATED: [u8; 2] = [8, 0];
/// 1980-01-01 00:00, the first there is: the bytes depend on the body only.
const TIME_AND_DATE: [u8; 4] = [0, 0, 0x21, 0];

const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";

/// Returns the archive. Objects are far below 4 GB, where zip64 begins.
pub(super) fn compress(body: &[u8], name: &str) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(body);
    let mut deflated = Vec::new();
    deflate(body, &mut deflated);
    let word = |size: usize| u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes();
    let name = name.as_bytes().get(..usize::from(u16::MAX)).unwrap_or(name.as_bytes());
    let [low, high, ..] = word(name.len());
    // What the local and the central header have in common.
    let mut entry = Vec::new();
    entry.extend_from_slice(&VERSION);
    entry.extend_from_slice(&[0, 0]);
    entry.extend_from_slice(&DEFLATED);
    entry.extend_from_slice(&TIME_AND_DATE);
    entry.extend_from_slice(&crc.sum().to_le_bytes());
    entry.extend_from_slice(&word(deflated.len()));
    entry.extend_from_slice(&word(body.len()));
    entry.extend_from_slice(&[low, high]);
    entry.extend_from_slice(&[0, 0]);

    let mut out = Vec::with_capacity(deflated.len() + 2 * name.len() + 128);
    out.extend_from_slice(&LOCAL_HEADER);
    out.extend_from_slice(&entry);
    out.extend_from_slice(name);
    out.extend_from_slice(&deflated);

    let start = out.len();
    out.extend_from_slice(&CENTRAL_HEADER);
    out.extend_from_slice(&VERSION);
    out.extend_from_slice(&entry);
    // No comment, the first disk, no attributes, the local header at 0.
    out.extend_from_slice(&[0; 14]);
    out.extend_from_slice(name);

    let central = out.len() - start;
    out.extend_from_slice(&END);
    // One entry, on one disk.
    out.extend_from_slice(&[0, 0, 0, 0, 1, 0, 1, 0]);
    out.extend_from_slice(&word(central));
    out.extend_from_slice(&word(start));
    out.extend_from_slice(&[0, 0]);
    out
}
