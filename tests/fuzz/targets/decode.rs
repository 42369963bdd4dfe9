//! Any bytes through the decoder: no panic, every size capped, the sizes of the
//! layers in step, and the same answer the second time.
//!
//! The first byte picks the start and how many layers are forced, the second
//! and third which ones.
#![no_main]

use firehose::decode::{Content, Decoder, Encoding, Layer, Options};
use firehose::json::Style;
use libfuzzer_sys::fuzz_target;

const CAP: u64 = 1024 * 1024;

fuzz_target!(|input: &[u8]| {
    let [mode, first, second, record @ ..] = input else {
        return;
    };
    let pick = |byte: u8| Layer::ALL[usize::from(byte) % Layer::ALL.len()];
    let wanted = [pick(first & 15), pick(first >> 4), pick(second & 15), pick(second >> 4)];
    let start = if mode & 1 == 0 { Encoding::Unknown } else { Encoding::Base64 };
    let layers = match mode >> 1 & 7 {
        forced @ 0..=4 if mode & 0x80 != 0 => Some(wanted[..usize::from(forced)].to_vec()),
        _ => None,
    };
    let mut decoder = Decoder::new(Options {
        max_decoded: CAP,
        layers: layers.clone(),
        style: if mode & 0x40 == 0 { Style::Compact } else { Style::Pretty },
        reads_prints: true,
        plain_dynamodb: mode & 0x20 != 0,
        expect_json: mode & 0x10 != 0,
    });

    let mut plain = Vec::new();
    let is_plain = decoder.lay_out_plain(record, &mut plain);
    let decoded = decoder.decode(record, start);
    if is_plain {
        assert!(decoded.problems.is_empty());
        assert_eq!(plain, [decoded.formatted, b"\n"].concat());
    }
    if !decoded.layers.is_empty() {
        assert!(decoded.bytes.len() as u64 <= CAP, "past the cap");
    }
    let mut size = record.len() as u64;
    for peeled in decoded.layers {
        assert_eq!(peeled.bytes_in, size, "{:?}", decoded.layers);
        size = peeled.bytes_out;
    }
    match decoded.content {
        Content::Unknown => {
            assert!(decoded.bytes.is_empty());
            assert!(!decoded.problems.is_empty(), "unknown without a reason");
        }
        Content::Empty => assert!(decoded.bytes.is_empty()),
        Content::KplAggregate => {
            let records = decoded.aggregated();
            let bytes: usize = records.iter().map(|record| record.len()).sum();
            assert_eq!(bytes as u64, size);
        }
        _ => assert_eq!(decoded.bytes.len() as u64, size),
    }
    let is_other_text = matches!(decoded.content, Content::OtherText(_));
    assert_eq!(
        decoded.content.has_json() || is_other_text,
        !decoded.formatted.is_empty(),
        "{:?} formatted as {:?}",
        decoded.content,
        String::from_utf8_lossy(decoded.formatted)
    );
    if let Some(layers) = layers {
        let peeled: Vec<_> = decoded.layers.iter().map(|peeled| peeled.layer).collect();
        assert!(layers.starts_with(&peeled), "{peeled:?} of {layers:?}");
    }

    let once = format!("{decoded:?}");
    let again = format!("{:?}", decoder.decode(record, start));
    assert_eq!(once, again, "another answer the second time");
});
