//! The document of `fh redrive`, declared once more; see `schema.rs`.

#![expect(clippy::panic, reason = "what is not of the schema ends the test")]

use serde::Deserialize;

use crate::redrive::{Place, failure};

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Damaged {
    objects: u64,
    places: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    stream: String,
    ledger: String,
    #[serde(deserialize_with = "Option::deserialize")]
    earlier_redrive: Option<Earlier>,
    dry_run: bool,
    objects: u64,
    strange_objects: u64,
    damaged_objects: Damaged,
    left_out: crate::schema_failures::LeftOut,
    records: u64,
    filtered: u64,
    acknowledged_before: Amount,
    to_send: Amount,
    again: Amount,
    same_bytes: Amount,
    limited: bool,
    codes: Vec<Code>,
    skipped: Vec<Skipped>,
    #[serde(deserialize_with = "Option::deserialize")]
    sent: Option<Sent>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    records: u64,
    ledgers: u64,
    last: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Amount {
    records: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Code {
    #[serde(rename = "code", deserialize_with = "Option::deserialize")]
    name: Option<String>,
    records: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Skipped {
    reason: String,
    records: u64,
    bytes: u64,
    places: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sent {
    acknowledged: Amount,
    #[serde(rename = "notSent")]
    refused: u64,
    unknown: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    reason: Option<String>,
    seconds: u64,
    #[serde(deserialize_with = "Option::deserialize")]
    tagged: Option<u64>,
    #[serde(deserialize_with = "Option::deserialize")]
    visible_by: Option<String>,
    #[serde(deserialize_with = "Option::deserialize")]
    visible_by_ms: Option<i64>,
    possible_duplicates: Vec<Duplicates>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Duplicates {
    source: String,
    first: u64,
    last: u64,
}

fn document(place: &Place, words: &str) -> Document {
    let output = place.run(words);
    let text = output.text();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output}"))
}

#[test]
fn the_document_has_these_keys_and_no_others() {
    let place = Place::new();
    let other =
        "{\"rawData\":\"YQ==\",\"errorCode\":400,\"attemptsMade\":1,\"esIndexName\":\"i\"}\n";
    let twice = "{\"rawData\":\"YQ==\",\"rawData\":\"Yg==\",\"errorCode\":\"x\"}\n";
    place.file("failed", [&failure(b"one", 1_795_341_600_123), other, twice].concat());
    place.file("readme", "nothing that failed");
    let dry = document(&place, "--dry-run --output json failed readme");
    assert!(dry.dry_run && dry.sent.is_none() && !dry.limited);
    assert!(dry.earlier_redrive.is_none());
    assert!(dry.stream.ends_with("deliverystream/orders") && dry.ledger.ends_with(".ledger"));
    assert_eq!((dry.objects, dry.strange_objects, dry.records, dry.filtered), (2, 1, 3, 0));
    assert!(dry.left_out.is_empty());
    assert_eq!(dry.damaged_objects, Damaged { objects: 0, places: Vec::new() });
    assert_eq!(dry.to_send, Amount { records: 2, bytes: 4 });
    let code = |code: &str, bytes| Code { name: Some(code.to_owned()), records: 1, bytes };
    assert_eq!(dry.codes, [code("400", 1), code("Lambda.FunctionError", 3)]);
    let skipped = Skipped {
        reason: "two-raw-data".to_owned(),
        records: 1,
        bytes: 1,
        places: vec!["failed: line 3, record 3".to_owned()],
    };
    assert_eq!(dry.skipped, [skipped]);
    assert_eq!(dry.same_bytes.records, 0);
    assert_eq!((dry.again.records, dry.acknowledged_before.records), (0, 0));

    let sent = document(&place, "--yes --output json failed readme").sent.unwrap();
    assert_eq!(sent.acknowledged, Amount { records: 2, bytes: 4 });
    assert_eq!((sent.refused, sent.unknown, sent.tagged), (0, 0, None));
    assert!(sent.reason.is_none() && sent.seconds < 60);
    assert_eq!(sent.visible_by.is_some(), sent.visible_by_ms.is_some());

    let earlier = document(&place, "--dry-run --output json failed").earlier_redrive.unwrap();
    assert_eq!((earlier.records, earlier.ledgers), (2, 1));
    place.file("copy", failure(b"one", 1_795_341_600_123));
    let copy = document(&place, "--dry-run --output json copy");
    assert_eq!(copy.same_bytes, Amount { records: 1, bytes: 3 });
    assert!(earlier.last.starts_with("20") && earlier.last.ends_with('Z'), "{}", earlier.last);
}

#[test]
fn possible_duplicates_are_listed_by_object_and_number() {
    let place = crate::redrive::place_with_unknown();
    let sent = document(&place, "--yes --output json failed").sent.unwrap();
    let [Duplicates { source, first, last }] = sent.possible_duplicates.as_slice() else {
        panic!("{sent:?}")
    };
    assert_eq!((source.as_str(), *first, *last), ("failed", 1, 2));
}
