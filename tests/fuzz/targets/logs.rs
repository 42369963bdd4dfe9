//! Any bytes as exported logs: no panic, all of them read, no event lost
//! between them and the invocations.
#![no_main]

use firehose::logs::reader::{Export, Then};
use firehose::logs::invocation::{Invocations, Told};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (mut invocations, mut told, mut events) = (Invocations::default(), Vec::new(), 0);
    let read = Export::default().read(bytes, Then::Over, &mut |event| {
        events += 1;
        told.extend(invocations.push(&event));
    });
    assert_eq!(read, bytes.len(), "bytes were left");
    told.extend(invocations.finish());
    let shown: u64 = told
        .iter()
        .map(|told| match told {
            Told::Invocation(it) => it.parts.len() as u64 + it.cut,
            Told::Delivery { .. } | Told::Loose { .. } => 1,
        })
        .sum();
    assert_eq!(shown, events, "events were lost");
});
