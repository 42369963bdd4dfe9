//! `fh check`: payloads in which a language printed what was to be serialized.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::json;

use crate::functions::verdict;
use crate::harness::{Fh, Output};

const ORDER: &str = r#"{"ticker":"QWE","price":39.05,"lines":{"count":2}}"#;

/// Judges this `data` as what came of an order.
fn check(flags: &str, data: &str) -> Output {
    check_of(ORDER, flags, data)
}

/// Judges this `data` as what came of `payload`.
fn check_of(payload: &str, flags: &str, data: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let event = json!({"invocationId": "i", "records": [{"recordId": "1", "data": STANDARD.encode(payload)}]});
    std::fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
    let response = json!({"records": [{"recordId": "1", "result": "Ok", "data": data}]});
    let fh = Fh::new().args("check --event event.json").args(flags);
    fh.current_dir(folder.path()).stdin(response.to_string()).run()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[test]
fn what_languages_print_of_objects_and_bytes_is_a_warning() {
    let numbers = ORDER.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>();
    let indexed = ORDER.bytes().enumerate().map(|(at, byte)| format!("\"{at}\":{byte}"));
    let indexed = format!("{{{}}}", indexed.collect::<Vec<_>>().join(","));
    for payload in [
        "Order { ticker: \"QWE\", price: 39.05 }",
        "Order {\n    ticker: \"QWE\",\n    price: 39.05,\n}",
        "Order { ticker: 'QWE', price: 39.05 }",
        "Order { Ticker = QWE, Price = 39.05 }",
        "{\"ticker\":\"QWE\",\"lines\":\"[object Object]\"}\n",
        &numbers.join(","),
        &indexed,
    ] {
        let found = verdict(&check("--output json", &STANDARD.encode(payload)));
        assert!(found.starts_with("exit 0, printed-value"), "{payload}: {found}");
    }
    for payload in ["\n", "  ", "true", "False\n"] {
        let found = verdict(&check("--output json", &STANDARD.encode(payload)));
        assert!(found.starts_with("exit 0, payload-lost"), "{payload}: {found}");
    }
}

#[test]
fn log_events_that_are_dropped_are_told_from_control_messages() {
    let folder = tempfile::tempdir().unwrap();
    let payload = "cloudwatch-logs --records 3 --log-events 4 --seed 1";
    let event = Fh::new().args(&format!("event --payload {payload}")).run().success();
    std::fs::write(folder.path().join("event.json"), &event).unwrap();
    let value = |record: &str, key: &str| {
        let rest = record.split_once(&format!("\"{key}\":\"")).unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let records = event.split("{\"recordId\"").skip(1).enumerate().map(|(place, record)| {
        let record = format!("{{\"recordId\"{record}");
        let result = if place == 1 { "Dropped" } else { "Ok" };
        json!({"recordId": value(&record, "recordId"), "result": result, "data": value(&record, "data")})
    });
    let response = json!({"records": records.collect::<Vec<_>>()}).to_string();
    let check = |words: &str| {
        let fh = Fh::new().args("check --event event.json").args(words);
        fh.current_dir(folder.path()).stdin(response.clone()).run()
    };
    let text = check("").text();
    let counts = "  log events: 12 in, 8 out, 4 dropped\n  note: the transform \
                  dropped record 2 (DATA_MESSAGE): its log events are delivered nowhere";
    assert!(text.contains(counts), "{text}");
    let counts = r#""logEvents":{"received":12,"delivered":8,"dropped":4,"failed":0,"droppedRecords":[2],"droppedControlMessages":0}"#;
    assert!(check("--output json").text().contains(counts));
}

#[test]
fn a_control_message_that_comes_out_is_a_warning_with_a_newline_and_without() {
    let control = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","logEvents":[{"id":"","timestamp":1795341600123,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;
    let gzip = firehose::compress::Gzip::new().compress(control.as_bytes());
    let with_newline = |bytes: &[u8]| [bytes, b"\n"].concat();
    for (result, data, expected) in [
        ("Ok", control.as_bytes().to_vec(), "exit 0, no-newline, control-message"),
        ("Ok", with_newline(control.as_bytes()), "exit 0, control-message"),
        ("Ok", gzip.clone(), "exit 0, gzip-kept, control-message"),
        ("Ok", with_newline(&gzip), "exit 0, gzip-kept, compression-broken, control-message"),
        ("Dropped", gzip.clone(), "exit 0"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let event = json!({"records": [{"recordId": "1", "data": STANDARD.encode(&gzip)}]});
        std::fs::write(folder.path().join("event.json"), event.to_string()).unwrap();
        let data = STANDARD.encode(&data);
        let response = json!({"records": [{"recordId": "1", "result": result, "data": data}]});
        let fh = Fh::new().args("check --event event.json --output json --ignore event-unreal");
        let output = fh.current_dir(folder.path()).stdin(response.to_string()).run();
        assert_eq!(verdict(&output), expected, "{output}");
    }
}

#[test]
fn json_values_are_counted_where_records_hold_several() {
    let two = "{\"a\":1}\n{\"a\":2}\n";
    let check = |flags: &str| check_of(two, flags, &STANDARD.encode("{\"a\":1}\n"));
    assert!(check("").text().contains("\n  JSON values: 2 in, 1 out\n"), "{}", check("").text());
    let counts = r#""jsonValues":{"received":2,"delivered":1,"dropped":0,"failed":0}"#;
    assert!(check("--output json").text().contains(counts));
}

#[test]
fn ids_that_were_not_encoded_are_words() {
    for (data, expected) in [
        ("success1", "exit 0, data-plain-words"),
        ("123e4567-e89b-12d3-a456-426614174000", "exit 1, data-not-base64"),
    ] {
        assert_eq!(verdict(&check("--output json", data)), expected, "{data}");
    }
}

#[test]
fn hexadecimal_in_place_of_base64_is_a_warning() {
    let found = verdict(&check("--output json", &STANDARD.encode(hex(ORDER))));
    assert!(found.starts_with("exit 0, hexadecimal"), "{found}");
    assert_snapshot!(check("", &hex(ORDER)), @r#"
    standard input: 1 record, 1 delivered

    warning: hexadecimal
        record 1 (/records/0/data): `data` is hexadecimal, which Firehose reads as base64 of other bytes
          recordId 1
          {"ticker":"QWE","price":39.05,"lines":{"count":2}}
      Firehose decodes base64 and nothing else: it makes other bytes of hexadecimal in `data`, and delivers hexadecimal within base64 as digits.
      hint: encode the bytes with base64: buffer.toString('base64'), not 'hex'; base64.b64encode(payload).decode(), not payload.hex()

    event 127 B, response 154 B of 6,291,556 B, growth 1.21
    [exit status: 0]
    "#);
}

#[test]
fn plain_text_is_not_taken_for_an_encoding() {
    for data in
        ["100% done", r"DOMAIN\user logged in", "'tis the season, friends", "data:hello world"]
    {
        let shown = check("", data).text();
        assert!(shown.contains("this is plain text that was not encoded"), "{shown}");
    }
    let shown = check("", r#""{\"a\":1}""#).text();
    assert!(shown.contains("this is JSON that was not encoded"), "{shown}");
}

#[test]
fn a_sign_that_btoa_wrote_is_latin1_however_short_the_payload() {
    let output = check_of("{\"a\":\"£5\"}", "", &STANDARD.encode(b"{\"a\":\"\xa35\"}"));
    let (text, hint) = (output.text(), "not btoa or 'latin1'");
    assert!(text.contains("it looks like Latin-1") && text.contains(hint), "{output}");
}

#[test]
fn counts_with_numbers_as_keys_are_no_printed_value() {
    for counts in [
        r#"{"0":98,"1":99,"2":97,"3":88,"4":91,"5":95,"6":90,"7":99}"#,
        r#"{"0":1,"1":2,"2":3,"3":4,"4":5,"5":6,"6":7,"7":8,"total":36}"#,
    ] {
        let found = verdict(&check("--output json", &STANDARD.encode(format!("{counts}\n"))));
        assert_eq!(found, "exit 0", "{counts}");
    }
}
