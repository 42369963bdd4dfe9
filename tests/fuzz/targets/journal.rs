//! The journal of a delivery stream: no panic, time and memory in step with the
//! input, and what is read is written again as the same bytes.
//!
//! An input that is no entry is also read as the body of one.

#![no_main]

use bytes::Bytes;
use firehose::flow::journal::{Replay, entries};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    read(Bytes::copy_from_slice(input));
    let length = u32::try_from(input.len()).expect("a short input").to_le_bytes();
    let sum = crc32(input).to_le_bytes();
    read(Bytes::from([&length, &sum, input].concat()));
});

fn read(file: Bytes) {
    let found: Vec<_> = entries(&file).map_while(Result::ok).collect();
    let mut written = Vec::new();
    for entry in &found {
        entry.push(&mut written);
    }
    let again: Vec<_> = entries(&written.into()).map(|entry| entry.expect("an entry")).collect();
    assert_eq!(again, found);
    let mut replay = Replay::new(true);
    let _damage = replay.read(&file);
    let restored = replay.finish(|place| place.key.len() % 2 == 0);
    assert!(restored.records.iter().all(|record| record.number < restored.next_record));
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
}
