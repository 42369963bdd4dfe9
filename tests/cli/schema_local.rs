//! The document of `fh local show`, declared once more; see `schema.rs`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::local::Local;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Story {
    stream: String,
    record: u64,
    state: String,
    put_at: i64,
    payload: Payload,
    calls: Vec<Invocation>,
    #[serde(deserialize_with = "Option::deserialize")]
    settled: Option<Fate>,
    objects: Vec<Object>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Payload {
    bytes: usize,
    layers: Vec<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    text: Option<String>,
    is_cut: bool,
    data: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Invocation {
    call: u64,
    attempt: u32,
    at: i64,
    position: u64,
    records: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    record_id: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    answered_at: Option<i64>,
    #[serde(deserialize_with = "Option::deserialize")]
    duration_ms: Option<f64>,
    log: Vec<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    result: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    message: Option<String>,
    is_retried: bool,
    #[serde(deserialize_with = "Option::deserialize")]
    data: Option<Payload>,
    #[serde(deserialize_with = "Option::deserialize")]
    no_data: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fate {
    at: i64,
    result: String,
    #[serde(deserialize_with = "Option::deserialize")]
    error_code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    at: i64,
    role: String,
    bucket: String,
    key: String,
    #[serde(deserialize_with = "Option::deserialize")]
    line: Option<u64>,
}

/// Failed records of an object.
#[derive(Debug, Deserialize)]
struct Failed {
    source: String,
    line: u64,
    data: String,
}

#[test]
fn the_story_of_a_record_is_a_document_with_the_line_where_it_failed() {
    let local = Local::start("--time-scale 100");
    let show = |record: u32| {
        let shown = local.fh(&format!("local show {record} --output json")).run().success();
        serde_json::from_str::<Story>(&shown).unwrap()
    };
    // A transform that fails these calls it again, and then all in one object.
    local.send("one\nboom\n\u{1f600}\n");
    local.send("drop\nfail\ntwo\n");
    assert_eq!(local.fh("local wait").run().code(), 0);
    let failures = "failures --stream demo --records --output ndjson";
    let failures = local.fh(failures).run();
    let lines: BTreeMap<_, _> = failures
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Failed>(line).unwrap())
        .map(|it| (it.data, (it.source, it.line)))
        .collect();
    for (record, text) in (1..).zip(["one", "boom", "\u{1f600}", "drop", "fail", "two"]) {
        let story = show(record);
        assert_eq!((story.stream.as_str(), story.record), ("demo", u64::from(record)));
        assert!(story.put_at <= story.calls[0].at, "{story:?}");
        let Payload { bytes, layers, text: shown, is_cut, data } = &story.payload;
        assert_eq!((*bytes, *is_cut, layers.len()), (text.len(), false, 0));
        assert_eq!(shown.as_deref(), Some(text));
        assert_eq!(STANDARD.decode(data).unwrap(), text.as_bytes());
        let last = story.calls.last().unwrap();
        assert_eq!((last.records, last.position), (3, (u64::from(record) - 1) % 3 + 1), "{last:?}");
        assert!(last.answered_at >= Some(last.at) && last.duration_ms.is_some(), "{last:?}");
        assert!(last.record_id.is_some() && !last.is_retried, "{last:?}");
        assert!(last.log.contains(&"records 3".to_owned()), "{last:?}");
        // Why there is no data, where there is none.
        let why = last.data.is_none().then_some("not-returned");
        assert_eq!(last.no_data.as_deref(), why, "{last:?}");
        let answered = last.data.as_ref().and_then(|it| it.text.clone());
        let fate = story.settled.as_ref();
        let fate = fate.map(|it| (it.at > 0, it.result.as_str(), it.error_code.as_deref()));
        let state = match text {
            "drop" => {
                assert_eq!(fate, Some((true, "dropped", None)));
                "dropped"
            }
            "fail" => {
                assert_eq!(fate, Some((true, "failed", Some("Lambda.ProcessingFailedStatus"))));
                assert_eq!(answered.as_deref(), Some("FAIL"));
                "failed"
            }
            "two" => {
                assert_eq!((fate, answered.as_deref()), (None, Some("TWO")));
                "delivered"
            }
            _ => {
                assert_eq!(fate, Some((true, "failed", Some("Lambda.FunctionError"))));
                let attempts: Vec<_> = story.calls.iter().map(|it| it.attempt).collect();
                assert_eq!(attempts, [1, 2, 3, 4]);
                assert!(story.calls.iter().all(|it| it.call == last.call), "{story:?}");
                assert!(story.calls[0].is_retried, "{story:?}");
                assert_eq!(last.result.as_deref(), Some("function-error"));
                assert!(last.message.as_ref().unwrap().contains("ValueError"), "{last:?}");
                "failed"
            }
        };
        assert_eq!(story.state, state, "{text}");
        let Some(Object { at, role, bucket, key, line }) = story.objects.first() else {
            assert_eq!(state, "dropped");
            continue;
        };
        assert!(*at > 0 && story.objects.len() == 1, "{story:?}");
        let place = format!("s3://{bucket}/{key}");
        if state == "delivered" {
            assert_eq!((role.as_str(), *line), ("delivery", None), "{place}");
        } else {
            assert_eq!(role, "failures");
            assert_eq!(lines[text], (place, line.unwrap()), "{text}: {lines:?}");
        }
    }
}
