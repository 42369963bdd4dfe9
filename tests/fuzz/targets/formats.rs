//! Any bytes as metrics, as a binary file and as DynamoDB JSON: no panic, and
//! whatever is shown as JSON is JSON.
//!
//! The first byte says whether DynamoDB JSON becomes plain.
#![no_main]

use firehose::decode::{
    Content, Decoder, Encoding, KnownJson, Options, binary_format, known_json, starts_binary_record,
};
use firehose::json;
use libfuzzer_sys::fuzz_target;

const CAP: u64 = 1024 * 1024;

fuzz_target!(|input: &[u8]| {
    let Some((&mode, record)) = input.split_first() else {
        return;
    };
    let _named = (binary_format(record), starts_binary_record(record));
    let mut decoder = Decoder::new(Options {
        max_decoded: CAP,
        layers: Some(Vec::new()),
        plain_dynamodb: mode & 1 == 1,
        ..Options::default()
    });
    let decoded = decoder.decode(record, Encoding::Unknown);
    assert_eq!(decoded.bytes, record, "not the bytes of the record");
    if let Content::OpenTelemetry(metrics) = decoded.content {
        assert!(decoded.formatted.len() as u64 <= CAP + metrics.messages, "past the cap");
        assert!(metrics.metrics > 0 && metrics.messages > 0, "{metrics:?}");
        let lines = decoded.formatted.split(|byte| *byte == b'\n').count();
        assert_eq!(lines as u64, metrics.messages);
    }
    if !decoded.content.has_json() {
        return;
    }
    let mut at = 0;
    while at < decoded.formatted.len() {
        let end = json::skip_value(decoded.formatted, at).expect("JSON");
        if let Some(KnownJson::OpenTelemetry(metrics)) = known_json(&decoded.formatted[at..end]) {
            let mut line = Vec::new();
            metrics.points(|point| {
                line.clear();
                point.push_line(&mut line);
                assert_eq!(json::skip_value(&line, 0), Ok(line.len()));
            });
        }
        at = json::skip_space(decoded.formatted, end);
    }
});
