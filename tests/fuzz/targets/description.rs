//! A document that may describe a delivery stream: no panic, and what is written of it
//! is read as the same.

#![no_main]

use firehose::description::read;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(found) = read(input) else { return };
    let mut description = found.description;
    let view = description.view();
    let again = read(&description.answer()).expect("its own answer").description;
    assert_eq!(again.view(), view);
    description.apply(again);
    description.set_defaults();
    description.answer();
});
