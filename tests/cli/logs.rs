//! `fh logs` on exported logs.

#![expect(clippy::unwrap_used, reason = "writing to a string does not fail")]

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

fn logs(words: &str) -> Output {
    Fh::new().args(&format!("logs --utc {words}")).run()
}

const ONE: &str = "8f507cfc-0000-4000-8000-000000000001";
const TWO: &str = "8f507cfc-0000-4000-8000-000000000002";

/// Two invocations in two log streams, the second of which fails, and an error
/// of the delivery stream; as objects of the API, an object a line.
fn exported() -> String {
    let events = [
        ("one", 101, "INIT_START Runtime Version: python:3.11.v39\\tRuntime Version ARN: arn".to_owned()),
        ("one", 130, format!("START RequestId: {ONE} Version: $LATEST\\n")),
        ("two", 131, format!("START RequestId: {TWO} Version: 7\\n")),
        ("one", 140, format!("[INFO]\\t2026-11-22T10:00:00.140Z\\t{ONE}\\torder A-1041 accepted\\n")),
        ("two", 150, format!("[WARN]\\t2026-11-22T10:00:00.150Z\\t{TWO}\\torder A-1042 retried\\n")),
        ("two", 160, "[ERROR] KeyError: 'price'\\nTraceback (most recent call last):\\n  File \\\"app.py\\\", line 7".to_owned()),
        ("one", 170, format!("END RequestId: {ONE}\\n")),
        ("one", 171, format!("REPORT RequestId: {ONE}\\tDuration: 41.50 ms\\tBilled Duration: 42 ms\\tMemory Size: 128 MB\\tMax Memory Used: 56 MB\\tInit Duration: 130.49 ms\\t\\n")),
        ("two", 180, format!("END RequestId: {TWO}\\n")),
        ("two", 181, format!("REPORT RequestId: {TWO}\\tDuration: 3000.00 ms\\tBilled Duration: 3000 ms\\tMemory Size: 128 MB\\tMax Memory Used: 128 MB\\tStatus: error\\tError Type: Runtime.Unknown\\n")),
    ];
    let mut text = String::new();
    for (stream, at, message) in events {
        let time = 1_795_341_600_000_u64 + at;
        writeln!(
            text,
            r#"{{"logStreamName":"{stream}","timestamp":{time},"message":"{message}","eventId":"{at}"}}"#
        )
        .unwrap();
    }
    text.push_str(r#"{"logStreamName":"DestinationDelivery","timestamp":1795341600900,"message":"{\"deliveryStreamARN\":\"arn\",\"destination\":\"arn:aws:s3:::lake\",\"message\":\"The function failed.\",\"errorCode\":\"Lambda.FunctionError\"}"}"#);
    text.push('\n');
    text
}

fn piped(words: &str) -> Output {
    Fh::new().args(&format!("logs --utc {words} -")).stdin(exported()).run()
}

#[test]
fn each_event_is_a_line_and_a_message_of_several_is_marked() {
    assert_snapshot!(piped(""), @r#"
    2026-11-22 10:00:00.101 INIT_START Runtime Version: python:3.11.v39	Runtime Version ARN: arn
    2026-11-22 10:00:00.130 START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST
    2026-11-22 10:00:00.131 START RequestId: 8f507cfc-0000-4000-8000-000000000002 Version: 7
    2026-11-22 10:00:00.140 [INFO]	2026-11-22T10:00:00.140Z	8f507cfc-0000-4000-8000-000000000001	order A-1041 accepted
    2026-11-22 10:00:00.150 [WARN]	2026-11-22T10:00:00.150Z	8f507cfc-0000-4000-8000-000000000002	order A-1042 retried
    2026-11-22 10:00:00.160 [ERROR] KeyError: 'price'
      │ Traceback (most recent call last):
      │   File "app.py", line 7
    2026-11-22 10:00:00.170 END RequestId: 8f507cfc-0000-4000-8000-000000000001
    2026-11-22 10:00:00.171 REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001	Duration: 41.50 ms	Billed Duration: 42 ms	Memory Size: 128 MB	Max Memory Used: 56 MB	Init Duration: 130.49 ms	
    2026-11-22 10:00:00.180 END RequestId: 8f507cfc-0000-4000-8000-000000000002
    2026-11-22 10:00:00.181 REPORT RequestId: 8f507cfc-0000-4000-8000-000000000002	Duration: 3000.00 ms	Billed Duration: 3000 ms	Memory Size: 128 MB	Max Memory Used: 128 MB	Status: error	Error Type: Runtime.Unknown
    2026-11-22 10:00:00.900 Lambda.FunctionError · The function failed. · s3://lake
    ------- stderr -------
      hint: fh explain Lambda.FunctionError
    [exit status: 0]
    "#);
    assert_snapshot!(piped("--long --grep retried"), @"
    2026-11-22 10:00:00.150 +00:00 two [WARN]	2026-11-22T10:00:00.150Z	8f507cfc-0000-4000-8000-000000000002	order A-1042 retried
    [exit status: 0]
    ");
    assert_snapshot!(piped("--raw -i --grep traceback"), @r#"
    [ERROR] KeyError: 'price'
    Traceback (most recent call last):
      File "app.py", line 7
    [exit status: 0]
    "#);
}

#[test]
fn the_events_of_an_invocation_are_put_together() {
    assert_snapshot!(piped("--invocations"), @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok 41.50 ms, billed 42 ms, 56 of 128 MB, init 130.49 ms
      2026-11-22 10:00:00.140 [INFO]	order A-1041 accepted
    2026-11-22 10:00:00.131 invocation 8f507cfc-0000-4000-8000-000000000002 exception 3000.00 ms, billed 3000 ms, 128 of 128 MB, Runtime.Unknown, version 7
      2026-11-22 10:00:00.150 [WARN]	order A-1042 retried
      2026-11-22 10:00:00.160 [ERROR] KeyError: 'price'
        │ Traceback (most recent call last):
        │   File "app.py", line 7
      2026-11-22 10:00:00.181 REPORT RequestId: 8f507cfc-0000-4000-8000-000000000002	Duration: 3000.00 ms	Billed Duration: 3000 ms	Memory Size: 128 MB	Max Memory Used: 128 MB	Status: error	Error Type: Runtime.Unknown
    2026-11-22 10:00:00.900 Lambda.FunctionError · The function failed. · s3://lake
    ------- stderr -------
      hint: fh explain Lambda.FunctionError
    2 invocations: 1 ok, 1 exception; p50 42 ms, p99 3,000 ms; 128 of 128 MB
    [exit status: 0]
    "#);
    assert_snapshot!(piped("--invocations --long --request-id 8f507cfc-0000-4000-8000-000000000001"), @"
    2026-11-22 10:00:00.101 +00:00 invocation 8f507cfc-0000-4000-8000-000000000001 ok 41.50 ms, billed 42 ms, 56 of 128 MB, init 130.49 ms
      one
      2026-11-22 10:00:00.101 INIT_START Runtime Version: python:3.11.v39	Runtime Version ARN: arn
      2026-11-22 10:00:00.130 START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST
      2026-11-22 10:00:00.140 [INFO]	2026-11-22T10:00:00.140Z	8f507cfc-0000-4000-8000-000000000001	order A-1041 accepted
      2026-11-22 10:00:00.170 END RequestId: 8f507cfc-0000-4000-8000-000000000001
      2026-11-22 10:00:00.171 REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001	Duration: 41.50 ms	Billed Duration: 42 ms	Memory Size: 128 MB	Max Memory Used: 56 MB	Init Duration: 130.49 ms	
    [exit status: 0]
    ");
}

#[test]
fn what_went_wrong_is_shown_with_its_invocation() {
    assert_snapshot!(piped("--errors"), @r#"
    2026-11-22 10:00:00.131 invocation 8f507cfc-0000-4000-8000-000000000002 exception 3000.00 ms, billed 3000 ms, 128 of 128 MB, Runtime.Unknown, version 7
      2026-11-22 10:00:00.150 [WARN]	order A-1042 retried
      2026-11-22 10:00:00.160 [ERROR] KeyError: 'price'
        │ Traceback (most recent call last):
        │   File "app.py", line 7
      2026-11-22 10:00:00.181 REPORT RequestId: 8f507cfc-0000-4000-8000-000000000002	Duration: 3000.00 ms	Billed Duration: 3000 ms	Memory Size: 128 MB	Max Memory Used: 128 MB	Status: error	Error Type: Runtime.Unknown
    2026-11-22 10:00:00.900 Lambda.FunctionError · The function failed. · s3://lake
    ------- stderr -------
      hint: fh explain Lambda.FunctionError
    [exit status: 0]
    "#);
    assert_snapshot!(piped("--slow 1s --output ndjson"), @r#"
    {"type":"invocation","requestId":"8f507cfc-0000-4000-8000-000000000002","status":"exception","logGroupName":null,"logStreamName":"two","version":"7","firstTimestamp":1795341600131,"lastTimestamp":1795341600181,"durationMs":3000.0,"billedDurationMs":3000.0,"initDurationMs":null,"restoreDurationMs":null,"memorySizeMB":128,"maxMemoryUsedMB":128,"errorType":"Runtime.Unknown","coldStart":false,"hasStart":true,"hasReport":true,"recordsIn":null,"recordsOut":null,"events":[{"logStreamName":"two","timestamp":1795341600131,"message":"START RequestId: 8f507cfc-0000-4000-8000-000000000002 Version: 7\n","eventId":"131","trouble":null,"late":false},{"logStreamName":"two","timestamp":1795341600150,"message":"[WARN]\t2026-11-22T10:00:00.150Z\t8f507cfc-0000-4000-8000-000000000002\torder A-1042 retried\n","eventId":"150","trouble":null,"late":false},{"logStreamName":"two","timestamp":1795341600160,"message":"[ERROR] KeyError: 'price'\nTraceback (most recent call last):\n  File \"app.py\", line 7","eventId":"160","trouble":"exception","late":false},{"logStreamName":"two","timestamp":1795341600180,"message":"END RequestId: 8f507cfc-0000-4000-8000-000000000002\n","eventId":"180","trouble":null,"late":false},{"logStreamName":"two","timestamp":1795341600181,"message":"REPORT RequestId: 8f507cfc-0000-4000-8000-000000000002\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.Unknown\n","eventId":"181","trouble":"exception","late":false}],"eventsCut":0}
    [exit status: 0]
    "#);
    assert_snapshot!(piped("--slow 1m"), @"
    ------- stderr -------
    fh: no event matches
    [exit status: 0]
    ");
}

#[test]
fn objects_come_out_as_they_went_in() {
    let output = piped("--output ndjson");
    assert_eq!(output.text(), exported());
    let output = Fh::new().args("logs --output ndjson -").stdin("plain \u{1b}[31m\nlast").run();
    assert_snapshot!(output, @r#"
    {"logGroupName":null,"logStreamName":null,"timestamp":null,"ingestionTime":null,"eventId":null,"message":"plain \u001b[31m","late":false}
    {"logGroupName":null,"logStreamName":null,"timestamp":null,"ingestionTime":null,"eventId":null,"message":"last","late":false}
    [exit status: 0]
    "#);
}

#[test]
fn printed_events_are_decoded_where_they_stand() {
    assert_snapshot!(logs("--decode fixtures/logs/console-paste.txt"), @r#"
    2026-11-22 10:00:00.101 START RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849 Version: $LATEST
    2026-11-22 10:00:00.123 transform-event
      │ record 1 {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
      │ record 2 {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"},{"id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"},{"id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}]}
      │ record 3 order A-1044 shipped
    2026-11-22 10:00:00.130 transformed 3 records
    2026-11-22 10:00:00.131 END RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849
    2026-11-22 10:00:00.131 REPORT RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849	Duration: 212.48 ms	Billed Duration: 213 ms	Memory Size: 128 MB	Max Memory Used: 71 MB	
    [exit status: 0]
    "#);
    assert_snapshot!(logs("--invocations --decode fixtures/logs/aws-logs-tail.txt"), @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849 ok 212.48 ms, billed 213 ms, 71 of 128 MB
      2026-11-22 10:00:00.123 INFO	event transform-event
        │ record 1 {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
        │ record 2 {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"},{"id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"},{"id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}]}
        │ record 3 order A-1044 shipped
      records: 3 in
    [exit status: 0]
    "#);
}

#[test]
fn a_window_and_a_count_leave_events_out() {
    assert_snapshot!(piped("--since 2026-11-22T10:00:00.131Z --until 2026-11-22T10:00:00.150Z"), @"
    2026-11-22 10:00:00.131 START RequestId: 8f507cfc-0000-4000-8000-000000000002 Version: 7
    2026-11-22 10:00:00.140 [INFO]	2026-11-22T10:00:00.140Z	8f507cfc-0000-4000-8000-000000000001	order A-1041 accepted
    2026-11-22 10:00:00.150 [WARN]	2026-11-22T10:00:00.150Z	8f507cfc-0000-4000-8000-000000000002	order A-1042 retried
    [exit status: 0]
    ");
    assert_snapshot!(piped("-n 2 --grep RequestId"), @"
    2026-11-22 10:00:00.180 END RequestId: 8f507cfc-0000-4000-8000-000000000002
    2026-11-22 10:00:00.181 REPORT RequestId: 8f507cfc-0000-4000-8000-000000000002	Duration: 3000.00 ms	Billed Duration: 3000 ms	Memory Size: 128 MB	Max Memory Used: 128 MB	Status: error	Error Type: Runtime.Unknown
    [exit status: 0]
    ");
    assert_snapshot!(piped("--grep order --invert --errors"), @"
    2026-11-22 10:00:00.900 Lambda.FunctionError · The function failed. · s3://lake
    ------- stderr -------
      hint: fh explain Lambda.FunctionError
    [exit status: 0]
    ");
}

#[test]
fn a_script_can_wait_for_a_message() {
    let output = piped("--exit-on A-1042 --raw");
    assert_eq!(output.code(), 0, "{output}");
    assert!(output.text().ends_with("order A-1042 retried\n"), "{output}");
    assert_eq!(piped("--exit-on A-2000").code(), 1);
}

#[test]
fn json_in_messages_is_laid_out_if_that_is_asked_for() {
    let line = r#"{"level":"WARN","message":"low","order":{"id":1.10}}"#;
    assert_snapshot!(Fh::new().args("logs --pretty -").stdin(line).run(), @r#"
    {
      │   "level": "WARN",
      │   "message": "low",
      │   "order": {
      │     "id": 1.10
      │   }
      │ }
    [exit status: 0]
    "#);
}

#[test]
fn no_message_controls_a_terminal_or_passes_for_an_event() {
    let lines = "{\"timestamp\":1795341600101,\"logStreamName\":\"s\",\"message\":\"a\\n10:00:00.999 START RequestId: fake\\r\\u009b31mred\"}\nlast\u{1b}]0;x\u{7}\n";
    let output = Fh::new().args("logs --utc -").stdin(lines).on_terminal(100);
    assert_snapshot!(output, @r"
    ␛[2m2026-11-22 10:00:00.101 ␛[0ma
    ␛[2m  │ ␛[0m10:00:00.999 START RequestId: fake
    ␛[2m  │ ␛[0m\u{9b}31mred
    last\u{1b}]0;x\u{7}
    ␛[38;5;196;1mfh:␛[0m standard input: a line is not a JSON object: it is shown unchanged (from byte 112 on)
      hint: the part that could be read is shown
    [exit status: 1]
    ");
}

#[test]
fn levels_have_colors_and_what_is_looked_for_stands_out() {
    let output = Fh::new().args("logs --utc --grep order -").stdin(exported()).on_terminal(100);
    assert_snapshot!(output, @"
    ␛[2m2026-11-22 10:00:00.140 ␛[0m[INFO]	2026-11-22T10:00:00.140Z	8f507cfc-0000-4000-8000-000000000001	␛[1morder␛[0m A-1041 accepted
    ␛[2m2026-11-22 10:00:00.150 ␛[0m␛[38;5;130m[WARN]	2026-11-22T10:00:00.150Z	8f507cfc-0000-4000-8000-000000000002	␛[0m␛[1morder␛[0m␛[38;5;130m A-1042 retried␛[0m
    [exit status: 0]
    ");
}

#[test]
fn what_is_asked_for_has_to_be_said() {
    assert_snapshot!(logs(""), @"
    ------- stderr -------
    fh: no logs selected
      hint: use `--stream NAME` for a delivery stream and its transform, or set FH_STREAM
      hint: or use `--function NAME`, `--group NAME`, or files with exported logs (`-` for standard input)
    [exit status: 2]
    ");
    assert_snapshot!(logs("--follow fixtures/logs/console-paste.txt"), @"
    ------- stderr -------
    fh: `--follow` cannot be combined with `FILE`
      hint: to follow a file: tail -f fixtures/logs/console-paste.txt | fh logs -
    [exit status: 2]
    ");
    assert_snapshot!(logs("--grep ( -"), @"
    ------- stderr -------
    fh: `--grep (`: the regular expression is invalid: unclosed group
    [exit status: 2]
    ");
    assert_snapshot!(logs("nowhere.txt"), @"
    ------- stderr -------
    fh: cannot read `nowhere.txt`: No such file or directory (os error 2)
    [exit status: 2]
    ");
}
