//! Any bytes through the framing, in every input format: no panic, no record
//! out of order or out of the block.
#![no_main]

use std::ops::ControlFlow;

use firehose::framing::{InputFormat, Segment, pieces, records};
use libfuzzer_sys::fuzz_target;

const FORMATS: [InputFormat; 11] = [
    InputFormat::Auto,
    InputFormat::Base64,
    InputFormat::Lines,
    InputFormat::Json,
    InputFormat::Event,
    InputFormat::Response,
    InputFormat::Failures,
    InputFormat::Kinesis,
    InputFormat::CloudwatchLogs,
    InputFormat::Log,
    InputFormat::Whole,
];

fuzz_target!(|block: &[u8]| {
    for format in FORMATS {
        let mut last = 0;
        let flow = records(block, format, &mut |framed| {
            assert!(framed.at >= last, "{format:?}: a record before the last");
            assert!(framed.at <= block.len(), "{format:?}: beyond the block");
            last = framed.at;
            ControlFlow::Continue(())
        });
        assert_eq!(flow, ControlFlow::Continue(()));
    }
    // What is printed in it: each event has a record.
    for piece in pieces(block) {
        if let Segment::PrintedEvent(event) = piece {
            let mut count = 0;
            event.records(&mut |_| count += 1);
            assert!(count > 0, "an event without records");
        }
    }
    // Whoever breaks is not called again.
    let mut calls = 0;
    let _flow = records(block, InputFormat::Auto, &mut |_| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert!(calls <= 1, "called after a break");
});
