//! The records of a block are the same when it is cut where `safe_cut` says,
//! however much of the block `safe_cut` has seen.
//!
//! Lines of closing brackets are not compared: they are left out after damage in
//! their own block, and shown as text where the damage was in the block before.
//!
//! The first byte picks the format, the second how much is seen.
#![no_main]

use std::ops::ControlFlow;

use firehose::framing::{Data, InputFormat, records, safe_cut};
use libfuzzer_sys::fuzz_target;

fn all(block: &[u8], format: InputFormat) -> Vec<String> {
    let mut all = Vec::new();
    let _flow = records(block, format, &mut |framed| {
        if matches!(&framed.data, Data::Unknown(text) if closes(text)) {
            return ControlFlow::Continue(());
        }
        all.push(format!("{:?} {:?} {:?}", framed.envelope, framed.record_id, framed.data));
        ControlFlow::Continue(())
    });
    all
}

fn closes(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b']' | b'}' | b',' | b' ' | b'\t' | b'\r'))
}

fuzz_target!(|input: &[u8]| {
    let [format, seen, block @ ..] = input else {
        return;
    };
    let format = match format % 6 {
        0..=2 => InputFormat::Auto,
        3 => InputFormat::Json,
        4 => InputFormat::Lines,
        _ => InputFormat::Log,
    };
    let seen = block.len() * usize::from(*seen) / 255;
    let Some(cut) = safe_cut(&block[..seen], format) else {
        return;
    };
    assert!(cut > 0 && cut <= seen, "cut {cut} of {seen}");
    let (before, after) = block.split_at(cut);
    let mut parts = all(before, format);
    parts.extend(all(after, format));
    assert_eq!(parts, all(block, format), "{format:?}, cut {cut} of {seen}");
});
