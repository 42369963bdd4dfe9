//! Tells objects that hold failure records from the other objects of a bucket,
//! as far as a key or the first bytes can.

use std::io::{Cursor, Read as _};

use crate::decode::Object;
use crate::framing::failure_key::{QUOTED_ATTEMPTS, QUOTED_RAW_DATA};
use crate::s3::ErrorOutputType;

/// Bytes of an object, as stored, that [`holds_failures`] wants to see.
pub const HEAD: usize = 16 * 1024;

/// Most bytes of a head that are looked at once it is unpacked.
const MAX_UNPACKED: u64 = 256 * 1024;

/// True if a part of the key names a type of failure. The type may stand
/// directly before the object's name: `!{firehose:error-output-type}` needs no
/// slash after it.
pub fn names_a_type(key: &str) -> bool {
    key.split('/').any(|part| ErrorOutputType::ALL.iter().any(|it| part.contains(it.as_str())))
}

/// True if an object that starts with `head` holds failure records or a
/// manifest of Redshift, plain or compressed. A head that is cut off is fine.
pub fn holds_failures(head: &[u8]) -> bool {
    let Ok(object) = Object::open(Box::new(Cursor::new(head.to_vec()))) else { return false };
    let mut text = Vec::new();
    // What cannot be unpacked further is judged by what could be.
    let _cut_off = object.take(MAX_UNPACKED).read_to_end(&mut text);
    let has = |key: &[u8]| memchr::memmem::find(&text, key).is_some();
    let is_manifest =
        text.trim_ascii_start().starts_with(b"{") && has(b"\"entries\"") && has(b"\"url\"");
    has(QUOTED_RAW_DATA) || has(QUOTED_ATTEMPTS) || is_manifest
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_type_is_found_wherever_it_stands_in_the_key() {
        for key in [
            "processing-failed/2026/11/22/10/x",
            "logs/processing-failed/x",
            "legacyprocessing-failed/2026/x",
            "2026/11/22/processing-failedorders-1-2026-11-22-10-00-00-x",
            "a/AmazonOpenSearchService-failed/x",
            "processing-failed",
        ] {
            assert!(names_a_type(key), "{key}");
        }
        for key in ["2026/11/22/10/x", "error/x", "x/failed/y", "errors/manifests/x", ""] {
            assert!(!names_a_type(key), "{key}");
        }
    }

    #[test]
    fn failures_are_known_by_their_first_bytes_plain_or_compressed() {
        let record = br#"{"rawData":"eyJhIjoxfQ==","errorCode":"Lambda.FunctionError","att"#;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&record.repeat(100)).unwrap();
        let gzip = gzip.finish().unwrap();
        let old = br#"{"attemptsMade":4,"arrivalTimestamp":1795341600123,"errorCode""#;
        let manifest = br#"{"entries":[{"url":"s3://lake/rs/2026/x","mandatory":true},{"ur"#;
        let cut = &gzip[..gzip.len() - 12];
        for head in [record.as_slice(), old, manifest, &gzip, cut] {
            assert!(holds_failures(head), "{head:?}");
        }
        for head in
            [b"".as_slice(), b"{\"n\":1}{\"n\":2}", b"PAR1\x15\x04", b"\x1f\x8b\x08", b"a,b"]
        {
            assert!(!holds_failures(head), "{head:?}");
        }
    }
}
