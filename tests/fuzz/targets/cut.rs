//! The records of a block are the same when it is cut where `safe_cut` says,
//! however much of the block `safe_cut` has seen.
//!
//! Only what is not damaged is compared: what is left of a record that broke off is
//! read again, and where from depends on how much of it is there. So does whether lines
//! of base64 of text are one record, which is said. A cut never changes records without a
//! word, that is.
//!
//! The first byte picks the format, the second how much is seen.
#![no_main]

use std::ops::ControlFlow;

use firehose::decode::{Decoder, Encoding, Options, Problem};
use firehose::framing::{Data, InputFormat, records, safe_cut};
use libfuzzer_sys::fuzz_target;

/// The records of `block`; none if some of it is damaged, or may be read in another way.
fn all(block: &[u8], format: InputFormat) -> Option<Vec<String>> {
    let (mut all, mut is_unsure) = (Vec::new(), false);
    let mut decoder = Decoder::new(Options::default());
    let _flow = records(block, format, &mut |framed| {
        let is_of_lines = framed.problem.as_ref().is_some_and(Problem::is_of_lines);
        let is_damaged = match &framed.data {
            Data::Base64(text) => decoder.decode(text, Encoding::Base64).error().is_some(),
            data => matches!(data, Data::Broken),
        };
        is_unsure |= is_of_lines || is_damaged;
        all.push(format!("{:?} {:?} {:?}", framed.envelope, framed.record_id, framed.data));
        ControlFlow::Continue(())
    });
    (!is_unsure).then_some(all)
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
    let [whole, before, after] = [block, before, after].map(|part| all(part, format));
    if let (Some(whole), Some(mut parts), Some(after)) = (whole, before, after) {
        parts.extend(after);
        assert_eq!(parts, whole, "{format:?}, cut {cut} of {seen}");
    }
});
