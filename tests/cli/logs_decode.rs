//! `fh logs --decode` and `--pretty`: what is in messages.

#![expect(clippy::unwrap_used, reason = "a string is always JSON, and takes what is written")]

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

const ID: &str = "8f507cfc-0000-4000-8000-000000000001";
const EVENT: &str = "{'records': [{'recordId': '1', 'data': 'eyJhIjoxfQ=='}, {'recordId': '2', 'data': 'YgpyZWNvcmQgMyBmYWtl'}]}";
const CUT: &str = "{\n  records: [\n    { recordId: '1', data: 'eyJhIjoxfQ==' },\n    { recordId: '2', data: 'e30=' },\n    ... 3 more items\n  ]\n}";

/// Shows messages, a millisecond apart.
fn shown(words: &str, messages: &[&str]) -> Output {
    let mut text = String::new();
    for (message, at) in messages.iter().zip(1_795_341_600_101_u64..) {
        let message = serde_json::to_string(message).unwrap();
        writeln!(text, r#"{{"logStreamName":"s","timestamp":{at},"message":{message}}}"#).unwrap();
    }
    Fh::new().args(&format!("logs --utc {words} -")).stdin(text).run()
}

#[test]
fn text_around_a_printed_event_stays() {
    let line = format!("ev {EVENT} ERROR could not parse\n  in app.py");
    let node = format!("2026-11-22T10:00:00.123Z\t{ID}\tINFO\t{CUT}");
    let two = format!("in {EVENT} out {{'recordId': '1', 'result': 'Dropped'}} done\r\n");
    assert_snapshot!(shown("--decode", &[&line, &node, &two]), @r#"
    2026-11-22 10:00:00.101 ev transform-event ERROR could not parse
      │ record 1 {"a":1}
      │ record 2 b
      │   │ record 3 fake
      │   in app.py
    2026-11-22 10:00:00.102 2026-11-22T10:00:00.123Z	8f507cfc-0000-4000-8000-000000000001	INFO	transform-event
      │ record 1 {"a":1}
      │ record 2 {}
      │ the runtime truncated the printed event: 3 more items
    2026-11-22 10:00:00.103 in transform-event out transform-response done
      │ record 1 {"a":1}
      │ record 2 b
      │   │ record 3 fake
      │ record 3 Dropped no data
    [exit status: 0]
    "#);
    assert_snapshot!(shown("--decode --grep ERROR", &[&line]).text().lines().next().unwrap(), @"2026-11-22 10:00:00.101 ev transform-event ERROR could not parse");
}

#[test]
fn a_record_cannot_pass_for_the_next_one() {
    assert_snapshot!(shown("--decode --pretty", &[EVENT]), @r#"
    2026-11-22 10:00:00.101 transform-event
      │ record 1 {
      │   │   "a": 1
      │   │ }
      │ record 2 b
      │   │ record 3 fake
    [exit status: 0]
    "#);
}

#[test]
fn what_the_runtime_left_out_is_reported_and_counted() {
    let start = format!("START RequestId: {ID} Version: $LATEST");
    let print = format!("2026-11-22T10:00:00.123Z\t{ID}\tINFO\t{CUT}");
    let deep = "INFO { event: { records: [ [Object], [Object] ] } }";
    let report = format!(
        "REPORT RequestId: {ID}\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\t"
    );
    let messages = [start.as_str(), &print, deep, &report];
    assert_snapshot!(shown("--invocations --decode", &messages), @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok 15.74 ms, billed 16 ms, 56 of 128 MB
      2026-11-22 10:00:00.102 INFO	transform-event
        │ record 1 {"a":1}
        │ record 2 {}
        │ the runtime truncated the printed event: 3 more items
      2026-11-22 10:00:00.103 INFO { event: { records: [ [Object], [Object] ] } }
        │ the runtime truncated the printed event: the records are only `[Object]`
      records: at least 2 in
    [exit status: 0]
    "#);
    let rows = shown("--invocations --output ndjson", &messages);
    assert!(
        rows.text().contains(r#""recordsIn":2,"recordsOut":null,"recordsCut":true,"#),
        "{rows}"
    );
}

#[test]
fn what_is_wrong_with_a_record_is_reported_next_to_it() {
    let broken = "{'records': [{'recordId': '1', 'data': 'eyJhIjoxf'}, {'recordId': '2', 'data': 'H4sIAAAAAAAA'}, {'recordId': '3', 'data': 7}, {'recordId': '4', 'data': None}, {'recordId': '5', 'data': ''}]}";
    assert_snapshot!(shown("--decode", &[broken]), @"
    2026-11-22 10:00:00.101 transform-event
      │ record 1: base64: one extra character at the end at byte 9
      │ record 2: gzip: truncated at byte 0
      │ record 3: the record's data is not a string
      │ record 4 no data
      │ record 5 empty
    [exit status: 0]
    ");
}

#[test]
fn a_log_line_in_json_keeps_its_fields() {
    let nested = format!(
        r#"{{"level":"INFO","message":{},"requestId":"{ID}"}}"#,
        serde_json::to_string(&format!("got {EVENT}")).unwrap()
    );
    let object = r#"{"level":"INFO","message":{"records":[{"recordId":"1","data":"e30="}]},"n":1}"#;
    assert_snapshot!(shown("--decode", &[&nested, object]), @r#"
    2026-11-22 10:00:00.101 {"level":"INFO","message":"got transform-event","requestId":"8f507cfc-0000-4000-8000-000000000001"}
      │ record 1 {"a":1}
      │ record 2 b
      │   │ record 3 fake
    2026-11-22 10:00:00.102 {"level":"INFO","message":transform-event,"n":1}
      │ record 1 {}
    [exit status: 0]
    "#);
}

#[test]
fn json_after_the_brackets_of_a_logger_is_laid_out() {
    let python = format!("[INFO]\t2026-11-22T10:00:00.140Z\t{ID}\t{{\"a\":1.10}}\n");
    assert_snapshot!(shown("--pretty", &[&python]), @r#"
    2026-11-22 10:00:00.101 [INFO]	2026-11-22T10:00:00.140Z	8f507cfc-0000-4000-8000-000000000001	{
      │   "a": 1.10
      │ }
    [exit status: 0]
    "#);
    let within = r#"[main] took {"a":1} from [{"b":[]}], left {"c":2}{"d":3}"#;
    assert_snapshot!(shown("--pretty", &[within]), @r#"
    2026-11-22 10:00:00.101 [main] took {
      │   "a": 1
      │ } from [
      │   {
      │     "b": []
      │   }
      │ ], left {
      │   "c": 2
      │ }
      │ {
      │   "d": 3
      │ }
    [exit status: 0]
    "#);
}

#[test]
fn brackets_that_are_no_json_of_their_own_stay_on_their_line() {
    let plain = ["retry [1] of [3] now", "read orders[0]", "[WARN] {'a': 1}", "[INFO] [x] {\"a\":"];
    assert_snapshot!(shown("--pretty", &plain), @r#"
    2026-11-22 10:00:00.101 retry [1] of [3] now
    2026-11-22 10:00:00.102 read orders[0]
    2026-11-22 10:00:00.103 [WARN] {'a': 1}
    2026-11-22 10:00:00.104 [INFO] [x] {"a":
    [exit status: 0]
    "#);
}

#[test]
fn the_records_of_a_kpl_aggregate_are_told_apart() {
    let data = include_str!("../../fixtures/records/kpl-bad-md5.b64");
    let event = format!("{{'recordId': '1', 'data': '{}'}}\r\nnext line", data.trim());
    assert_snapshot!(shown("--decode", &[&event]), @r#"
    2026-11-22 10:00:00.101 transform-event
      │ record 1: kpl-aggregate: MD5 does not match the records at byte 250
      │ record 1.1 {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
      │ record 1.2 {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
      │ record 1.3 order A-1044 shipped
      │ next line
    [exit status: 0]
    "#);
}

#[test]
fn a_result_that_is_not_ok_is_shown() {
    let response = r#"{"records":[{"recordId":"1","result":"Ok","data":"eQ=="},{"recordId":"2","result":"Dropped"},{"recordId":"3","result":"\u001bFailed","data":"eQ=="}]}"#;
    let output = Fh::new().args("logs --decode -").stdin(response).run();
    assert_snapshot!(output, @r"
    transform-response
      │ record 1 y
      │ record 2 Dropped no data
      │ record 3 \u{1b}Failed y
    [exit status: 0]
    ");
}

#[test]
fn buffers_that_node_printed_are_shown_decoded() {
    let one = "<Buffer 7b 22 61 22 3a 31 7d>";
    let cut = "got <Buffer 7b 22 61 22 ... 216 more bytes> end";
    assert_snapshot!(shown("--decode", &[one, cut, "<Buffer zz>"]), @r#"
    2026-11-22 10:00:00.101 Buffer
      │ Buffer {"a":1}
    2026-11-22 10:00:00.102 got Buffer end
      │ Buffer {"a"
      │ Buffer: not JSON from byte 4: JSON ends early
      │ Buffer: the runtime truncated the printed event: 216 more bytes
    2026-11-22 10:00:00.103 <Buffer zz>
    [exit status: 0]
    "#);
}

#[test]
fn bytes_that_python_printed_are_shown_decoded() {
    let gzip = r"got b'\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabVJT\xb22\xac\x05\x00\xaf\xac\x1bV\x07\x00\x00\x00' end";
    let json = r#"first b'{"a": 1}', then b"{\"it's\": 2}""#;
    let other = "invalid literal for int() with base 10: b'12x'";
    assert_snapshot!(shown("--decode", &[gzip, json, other]), @r#"
    2026-11-22 10:00:00.101 got bytes end
      │ bytes {"a":1}
    2026-11-22 10:00:00.102 first bytes, then bytes
      │ bytes {"a":1}
      │ bytes {"it's":2}
    2026-11-22 10:00:00.103 invalid literal for int() with base 10: b'12x'
    [exit status: 0]
    "#);
}
