//! A transform response, judged against an event: no panic, one verdict for
//! each record of the event, and errors exactly where records fail or are lost.
//!
//! The first byte is the length of the event's ids in records; the rest is the
//! response. Where it is no JSON, a good response with it inside is judged too.

#![no_main]

use firehose::transform::{CheckSettings, Fate, TransformEvent, check, pairs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((count, response)) = input.split_first() else { return };
    let records: Vec<_> = (0..count % 8)
        .map(|id| format!(r#"{{"recordId":"{id}","data":"eyJhIjoxfQ=="}}"#))
        .collect();
    let event = format!(r#"{{"records":[{}]}}"#, records.join(","));
    let event = TransformEvent::parse(event.as_bytes()).expect("a good event");
    judge(&event, response);
    // So that the fuzzer need not find the way to the records first.
    judge(&event, &[br#"{"records":[{"recordId":"0","result":"Ok","#, response, b"}]}"].concat());
    judge(
        &event,
        &[br#"{"records":[{"recordId":"0","result":"Ok","data":""#, response, br#""}]}"#].concat(),
    );
    if let Ok(event) = TransformEvent::parse(response) {
        judge(&event, response);
    }
});

fn judge(event: &TransformEvent<'_>, response: &[u8]) {
    let judgement = check(event, response, &CheckSettings::default());
    assert_eq!(judgement.verdicts.len(), event.records.len());
    let fails = judgement.verdicts.iter().any(|verdict| match verdict.fate {
        Fate::Failed(failure) => failure.error.code != "Lambda.ProcessingFailedStatus",
        Fate::Delivered | Fate::Dropped => false,
    });
    assert!(
        !fails && judgement.lost.is_empty() || judgement.has_errors(),
        "records are lost, and no rule says why"
    );
    assert_eq!(pairs(event, response).len(), event.records.len());
}
