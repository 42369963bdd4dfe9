//! Any bytes as exported logs: no panic, all of them read, no event lost
//! between them and the invocations.
#![no_main]

use firehose::logs::invocation::{Grouped, Invocations};
use firehose::logs::reader::{InputState, LogReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (mut invocations, mut grouped, mut events) = (Invocations::default(), Vec::new(), 0);
    let read = LogReader::default().read(bytes, InputState::Over, &mut |event| {
        events += 1;
        grouped.extend(invocations.push(&event));
    });
    assert_eq!(read, bytes.len(), "bytes were left");
    grouped.extend(invocations.finish());
    let shown: u64 = grouped
        .iter()
        .map(|grouped| match grouped {
            Grouped::Invocation(it) => it.events.len() as u64 + it.cut,
            Grouped::DeliveryError { .. } | Grouped::Unattributed { .. } => 1,
        })
        .sum();
    assert_eq!(shown, events, "events were lost");
});
