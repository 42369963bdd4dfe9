//! `fh logs` on what people have at hand: output of other tools, prints, tables and
//! totals at several widths.

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

fn logs(words: &str, text: impl Into<Vec<u8>>) -> Output {
    Fh::new().args("logs --utc").args(words).arg("-").stdin(text).run()
}

const STREAM: &str = "2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b";
const ONE: &str = "8f507cfc-0000-4000-8000-000000000001";
const TWO: &str = "8f507cfc-0000-4000-8000-000000000002";

/// What a function logs: time of the event, and the line.
fn lines() -> Vec<(&'static str, String)> {
    let report = |id: &str, took: &str, start: &str| {
        format!(
            "REPORT RequestId: {id}\tDuration: {took} ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t{start}"
        )
    };
    vec![
        ("10:00:00.101", format!("START RequestId: {ONE} Version: $LATEST")),
        ("10:00:00.110", format!("2026-11-22T10:00:00.109Z\t{ONE}\tINFO\torder A-1041")),
        ("10:00:00.120", format!("END RequestId: {ONE}")),
        (
            "10:00:00.121",
            report(ONE, "23.40", "Restore Duration: 413.30 ms\tBilled Restore Duration: 150 ms\t"),
        ),
        ("10:00:01.101", format!("START RequestId: {TWO} Version: $LATEST")),
        (
            "10:00:01.110",
            format!(
                "2026-11-22T10:00:01.109Z\t{TWO}\tERROR\tInvoke Error \t{{\"errorType\":\"TypeError\",\"errorMessage\":\"no price\"}}"
            ),
        ),
        ("10:00:01.120", format!("END RequestId: {TWO}")),
        ("10:00:01.121", report(TWO, "310.00", "")),
    ]
}

fn joined(front: impl Fn(&str) -> String) -> String {
    let all = lines();
    let all = all.iter().map(|(time, line)| format!("{}{line}\n", front(time)));
    all.collect::<Vec<_>>().concat()
}

#[test]
fn output_of_sam_and_awslogs_is_read() {
    let sam = joined(|time| format!("{STREAM} 2026-11-22T{time}000 "));
    let in_color = joined(|time| {
        format!("\u{1b}[36m{STREAM}\u{1b}[0m \u{1b}[33m2026-11-22T{time}000\u{1b}[0m ")
    });
    let timed = joined(|time| format!("/aws/lambda/enrich {STREAM} 2026-11-22T{time}Z "));
    let first = logs("--invocations", sam.clone());
    assert_snapshot!(first, @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, billed 24 ms, 71 of 128 MB, restore 413.30 ms
      2026-11-22 10:00:00.110 INFO	order A-1041
    2026-11-22 10:00:01.101 invocation 8f507cfc-0000-4000-8000-000000000002 exception 310.00 ms, billed 24 ms, 71 of 128 MB
      2026-11-22 10:00:01.110 ERROR	Invoke Error 	{"errorType":"TypeError","errorMessage":"no price"}
    ------- stderr -------
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    [exit status: 0]
    "#);
    for text in [in_color, timed] {
        assert_eq!(logs("--invocations", text).to_string(), first.to_string());
    }
    assert_snapshot!(logs("--long", sam.lines().take(2).collect::<Vec<_>>().join("\n")), @"
    2026-11-22 10:00:00.101 +00:00 2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST
    2026-11-22 10:00:00.110 +00:00 2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b 2026-11-22T10:00:00.109Z	8f507cfc-0000-4000-8000-000000000001	INFO	order A-1041
    [exit status: 0]
    ");
    // Without `--timestamp` only lines of the runtime have a time.
    let bare = joined(|_| format!("/aws/lambda/enrich {STREAM} "));
    assert_snapshot!(logs("--invocations", bare.clone()), @r#"
    2026-11-22 10:00:00.109 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, billed 24 ms, 71 of 128 MB, restore 413.30 ms
      2026-11-22 10:00:00.109 INFO	order A-1041
    2026-11-22 10:00:01.109 invocation 8f507cfc-0000-4000-8000-000000000002 exception 310.00 ms, billed 24 ms, 71 of 128 MB
      2026-11-22 10:00:01.109 ERROR	Invoke Error 	{"errorType":"TypeError","errorMessage":"no price"}
    ------- stderr -------
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    [exit status: 0]
    "#);
    let raw = lines().iter().map(|(_, line)| format!("{line}\n")).collect::<Vec<_>>().concat();
    assert_eq!(logs("--raw", bare).success(), raw);
}

/// Version 2 and before.
#[test]
fn output_of_serverless_is_read() {
    let text = format!(
        "START RequestId: {ONE} Version: $LATEST\n\
         2026-11-22 11:00:00.109 (+01:00)\t{ONE}\tINFO\torder A-1041\n  second line\n\
         END RequestId: {ONE}\n\
         REPORT RequestId: {ONE}\tDuration: 23.40 ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t\n"
    );
    assert_snapshot!(logs("", text.clone()), @"
    START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST
    2026-11-22 10:00:00.109 8f507cfc-0000-4000-8000-000000000001	INFO	order A-1041
      │   second line
    END RequestId: 8f507cfc-0000-4000-8000-000000000001
    REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001	Duration: 23.40 ms	Billed Duration: 24 ms	Memory Size: 128 MB	Max Memory Used: 71 MB	
    [exit status: 0]
    ");
    assert_snapshot!(logs("--invocations", text), @"
    2026-11-22 10:00:00.109 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, billed 24 ms, 71 of 128 MB
      2026-11-22 10:00:00.109 INFO	order A-1041
        │   second line
    [exit status: 0]
    ");
}

/// Version 3 leaves out request ids, and has local times.
#[test]
fn output_of_version_3_of_serverless_is_read() {
    let text = format!(
        "INIT_START Runtime Version: nodejs:20.v10\tRuntime Version ARN: arn\nSTART\n\
         2026-11-22 15:30:00.109\tINFO\torder A-1041\n  second line\nEND RequestId: {ONE}\n\
         END Duration: 23.40 ms (init: 130.49 ms) Memory Used: 71 MB\nSTART\n\
         2026-11-22 15:30:01.109\tERROR\tInvoke Error \t{{\"errorType\":\"TypeError\"}}\n\
         END Duration: 310.00 ms Memory Used: 72 MB\n"
    );
    let shown = |flags: &str| {
        let args = format!("logs {flags} -");
        Fh::new().args(&args).env("TZ", "UTC-5:30").stdin(text.clone()).run()
    };
    assert_snapshot!(shown(""), @r#"
    INIT_START Runtime Version: nodejs:20.v10	Runtime Version ARN: arn
    START
    2026-11-22 15:30:00.109 INFO	order A-1041
      │   second line
    END RequestId: 8f507cfc-0000-4000-8000-000000000001
    END Duration: 23.40 ms (init: 130.49 ms) Memory Used: 71 MB
    START
    2026-11-22 15:30:01.109 ERROR	Invoke Error 	{"errorType":"TypeError"}
    END Duration: 310.00 ms Memory Used: 72 MB
    [exit status: 0]
    "#);
    assert_snapshot!(shown("--invocations"), @r#"
    2026-11-22 15:30:00.109 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, 71 MB, init 130.49 ms
      2026-11-22 15:30:00.109 INFO	order A-1041
        │   second line
    2026-11-22 15:30:01.109 invocation exception 310.00 ms, 72 MB
      2026-11-22 15:30:01.109 ERROR	Invoke Error 	{"errorType":"TypeError"}
    ------- stderr -------
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms
    [exit status: 0]
    "#);
    assert_snapshot!(shown("--invocations --output table --utc"), @r#"
     time                     request                               status      duration  memory  start           message
     2026-11-22 10:00:00.109  8f507cfc-0000-4000-8000-000000000001  ok          23.40 ms   71 MB  init 130.49 ms
     2026-11-22 10:00:01.109                                        exception  310.00 ms   72 MB                  ERROR\tInvoke Error \t{"errorType":"TypeError"}
    ------- stderr -------
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms
    [exit status: 0]
    "#);
    assert_snapshot!(shown("--since 2026-11-22T10:00:01Z --raw"), @r#"
    INIT_START Runtime Version: nodejs:20.v10	Runtime Version ARN: arn
    START
    END RequestId: 8f507cfc-0000-4000-8000-000000000001
    END Duration: 23.40 ms (init: 130.49 ms) Memory Used: 71 MB
    START
    2026-11-22 15:30:01.109	ERROR	Invoke Error 	{"errorType":"TypeError"}
    END Duration: 310.00 ms Memory Used: 72 MB
    [exit status: 0]
    "#);
}

/// Version 4 puts a line of a runtime, and a REPORT, on two.
#[test]
fn output_of_version_4_of_serverless_is_read() {
    let text = format!(
        "START - {ONE} - Version: $LATEST\n2026-11-22 15:30:00.109 - {ONE} - \n\
         INFO\torder A-1041\n  second line\nEND - {ONE}\nREPORT - {ONE}\n\
         Duration: 23.40 ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t\n\n\
         a print\nSTART - {TWO} - Version: 7\n2026-11-22 15:30:01.109 - {TWO} - \n\
         ERROR\tInvoke Error \t{{\"errorType\":\"TypeError\"}}\nEND - {TWO}\nREPORT - {TWO}\n\
         Duration: 310.00 ms\tBilled Duration: 311 ms\tMemory Size: 128 MB\tMax Memory Used: 72 MB\t\n\n"
    );
    let shown = |flags: &str| {
        let args = format!("logs {flags} -");
        Fh::new().args(&args).env("TZ", "UTC-5:30").stdin(text.clone()).run()
    };
    assert_snapshot!(shown(""), @r#"
    START - 8f507cfc-0000-4000-8000-000000000001 - Version: $LATEST
    2026-11-22 15:30:00.109 8f507cfc-0000-4000-8000-000000000001 - 
      │ INFO	order A-1041
      │   second line
    END - 8f507cfc-0000-4000-8000-000000000001
    REPORT - 8f507cfc-0000-4000-8000-000000000001
      │ Duration: 23.40 ms	Billed Duration: 24 ms	Memory Size: 128 MB	Max Memory Used: 71 MB	
    a print
    START - 8f507cfc-0000-4000-8000-000000000002 - Version: 7
    2026-11-22 15:30:01.109 8f507cfc-0000-4000-8000-000000000002 - 
      │ ERROR	Invoke Error 	{"errorType":"TypeError"}
    END - 8f507cfc-0000-4000-8000-000000000002
    REPORT - 8f507cfc-0000-4000-8000-000000000002
      │ Duration: 310.00 ms	Billed Duration: 311 ms	Memory Size: 128 MB	Max Memory Used: 72 MB	
    [exit status: 0]
    "#);
    assert_snapshot!(shown("--invocations"), @r#"
    2026-11-22 15:30:00.109 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, billed 24 ms, 71 of 128 MB
      2026-11-22 15:30:00.109 INFO	order A-1041
        │   second line
      a print
    2026-11-22 15:30:01.109 invocation 8f507cfc-0000-4000-8000-000000000002 exception 310.00 ms, billed 311 ms, 72 of 128 MB, version 7
      2026-11-22 15:30:01.109 ERROR	Invoke Error 	{"errorType":"TypeError"}
    ------- stderr -------
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 72 of 128 MB
    [exit status: 0]
    "#);
    assert_snapshot!(shown("--errors --output table --utc"), @r#"
     time                     request                               status      duration        memory  message
     2026-11-22 10:00:01.109  8f507cfc-0000-4000-8000-000000000002  exception  310.00 ms  72 of 128 MB  ERROR\tInvoke Error \t{"errorType":"TypeError"}
    [exit status: 0]
    "#);
}

/// S3 refuses each attempt with the same error.
#[test]
fn an_error_that_a_stream_repeats_is_shown_once_and_counted() {
    let error = |time: &str, code: &str| {
        format!(
            "2026-11-22T10:{time}.000Z {{\"deliveryStreamARN\":\"arn\",\"destination\":\
             \"arn:aws:s3:::lake\",\"message\":\"no\",\"errorCode\":\"{code}\"}}\n"
        )
    };
    let again = "S3.AccessDenied";
    let text = [
        error("00:00", again),
        error("00:01", again),
        error("00:03", again),
        error("00:04", "S3.NoSuchBucket"),
        error("00:05", again),
        "2026-11-22T10:00:06.000Z a print\n".to_owned(),
        error("00:07", again),
        error("04:00", again),
        error("06:00", again),
        error("07:00", again),
    ];
    assert_snapshot!(logs("", text.concat()), @"
    2026-11-22 10:00:00.000 S3.AccessDenied · no · s3://lake
    2026-11-22 10:00:03.000 S3.AccessDenied · the same error 2 more times
    2026-11-22 10:00:04.000 S3.NoSuchBucket · no · s3://lake
    2026-11-22 10:00:05.000 S3.AccessDenied · no · s3://lake
    2026-11-22 10:00:06.000 a print
    2026-11-22 10:00:07.000 S3.AccessDenied · no · s3://lake
    2026-11-22 10:06:00.000 S3.AccessDenied · the same error 2 more times
    2026-11-22 10:07:00.000 S3.AccessDenied · the same error once more
    ------- stderr -------
      hint: fh explain S3.AccessDenied
      hint: fh explain S3.NoSuchBucket
    [exit status: 0]
    ");
    // On a terminal, a hint is below the entry that it is about.
    let shown = Fh::new().args("logs -").stdin(text.concat()).on_terminal(100).text();
    let mut lines = shown.lines().skip_while(|line| !line.contains("S3.NoSuchBucket"));
    assert!(lines.nth(1).unwrap().contains("fh explain S3.NoSuchBucket"), "{shown}");
    assert_eq!(logs("--raw", text.concat()).text().lines().count(), 10);
    assert_eq!(logs("--output ndjson", text.concat()).text().lines().count(), 10);
}

#[test]
fn a_print_without_a_front_is_one_event_and_no_broken_json() {
    let print =
        "{\n  invocationId: 'a',\n  records: [\n    { recordId: '1', data: 'e30=' }\n  ]\n}\n";
    assert_eq!(logs("--raw", print).success(), print);
    assert_eq!(logs("--raw", format!("[\n  {print}]\n")).code(), 0);
    assert_snapshot!(logs("--decode", format!("{print}next\n")), @"
    transform-event
      │ record 1 {}
    next
    [exit status: 0]
    ");
    // JSON stays JSON.
    let json = logs("", "{\n  \"a\": 1\n");
    assert_eq!(json.code(), 1, "{json}");
}

#[test]
fn failure_records_are_pointed_to_their_own_command() {
    let output = Fh::new().args("logs fixtures/failures/splunk.json").run();
    assert_eq!(output.code(), 0);
    assert_snapshot!(output.errors(), @"
    fh: fixtures/failures/splunk.json has failure records, not logs
      hint: fh failures fixtures/failures/splunk.json
    ");
    let piped = logs(
        "",
        "{\"attemptsMade\":4,\"arrivalTimestamp\":1,\"errorCode\":\"Lambda.FunctionError\",\"rawData\":\"e30=\"}\n",
    );
    assert_snapshot!(piped.errors(), @"
    fh: standard input has failure records, not logs
      hint: fh failures -
    ");
}

#[test]
fn the_start_from_a_snapshot_is_in_every_form() {
    let text = joined(|time| format!("{STREAM} 2026-11-22T{time}000 "));
    let rows = logs("--invocations --output ndjson", text).success();
    assert!(rows.contains(r#""restoreDurationMs":413.3,"#), "{rows}");
    assert!(rows.contains(r#""restoreDurationMs":null,"#), "{rows}");
}

#[test]
fn a_table_does_not_go_with_what_needs_lines() {
    assert_snapshot!(logs("--output table --decode", ""), @"
    ------- stderr -------
    fh: `--decode` cannot be combined with `--output table`
      hint: omit `--decode` or `--output`
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("logs --function f -f --output table").run(), @"
    ------- stderr -------
    fh: `--follow` cannot be combined with `--output table`
      hint: omit `--follow` or `--output`
    [exit status: 2]
    ");
}

#[test]
fn a_table_has_a_row_a_line() {
    let text = joined(|time| format!("{STREAM} 2026-11-22T{time}000 "));
    assert_snapshot!(logs("--output table", text.clone()), @r#"
     time                     status     message
     2026-11-22 10:00:00.101             START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST
     2026-11-22 10:00:00.110             2026-11-22T10:00:00.109Z\t8f507cfc-0000-4000-8000-000000000001\tINFO\torder A-1041
     2026-11-22 10:00:00.120             END RequestId: 8f507cfc-0000-4000-8000-000000000001
     2026-11-22 10:00:00.121             REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001\tDuration: 23.40 ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\tRestore Duration: 413.30 ms\tBilled Restore Duration: 150 ms
     2026-11-22 10:00:01.101             START RequestId: 8f507cfc-0000-4000-8000-000000000002 Version: $LATEST
     2026-11-22 10:00:01.110  exception  2026-11-22T10:00:01.109Z\t8f507cfc-0000-4000-8000-000000000002\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"no price"}
     2026-11-22 10:00:01.120             END RequestId: 8f507cfc-0000-4000-8000-000000000002
     2026-11-22 10:00:01.121             REPORT RequestId: 8f507cfc-0000-4000-8000-000000000002\tDuration: 310.00 ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB
    [exit status: 0]
    "#);
    assert_snapshot!(logs("--output table --invocations", text.clone()), @r#"
     time                     request                               status      duration        memory  start              message
     2026-11-22 10:00:00.101  8f507cfc-0000-4000-8000-000000000001  ok          23.40 ms  71 of 128 MB  restore 413.30 ms
     2026-11-22 10:00:01.101  8f507cfc-0000-4000-8000-000000000002  exception  310.00 ms  71 of 128 MB                     ERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"no price"}
    ------- stderr -------
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    [exit status: 0]
    "#);
    assert_snapshot!(logs("--output table --invocations -n 1", text), @r#"
     time                     request                               status      duration        memory  message
     2026-11-22 10:00:01.101  8f507cfc-0000-4000-8000-000000000002  exception  310.00 ms  71 of 128 MB  ERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"no price"}
    [exit status: 0]
    "#);
    let error = r#"{"deliveryStreamARN":"arn","destination":"arn:aws:s3:::lake","message":"no\nway","errorCode":"Lambda.FunctionError"}"#;
    assert_snapshot!(logs("--output table", format!("2026-11-22T10:00:00.123Z {error}\n")), @r"
     time                     status                message
     2026-11-22 10:00:00.123  Lambda.FunctionError  no\nway · s3://lake
    [exit status: 0]
    ");
}

#[test]
fn a_table_of_lines_without_a_time_has_them() {
    assert_snapshot!(logs("--output table", "order A-1041\norder A-1042\n"), @"
     message
     order A-1041
     order A-1042
    [exit status: 0]
    ");
}

/// Both forms on a terminal of this width.
fn on_terminal(columns: u16) -> String {
    let text = joined(|time| format!("{STREAM} 2026-11-22T{time}000 "));
    let run = |words: &str| {
        let fh = Fh::new().args("logs --utc --color never --invocations").args(words).arg("-");
        fh.stdin(text.clone()).on_terminal(columns).text()
    };
    format!("{}\n{}", run(""), run("--output table"))
}

#[test]
fn invocations_are_legible_at_every_width() {
    assert_snapshot!(on_terminal(40), @r#"
    2026-11-22 10:00:00.101 invocation
      8f507cfc-0000-4000-8000-000000000001
      ok 23.40 ms, billed 24 ms, 71 of
      128 MB, restore 413.30 ms
      2026-11-22 10:00:00.110 INFO	order A-1041
    2026-11-22 10:00:01.101 invocation
      8f507cfc-0000-4000-8000-000000000002
      exception 310.00 ms, billed 24 ms,
      71 of 128 MB
      2026-11-22 10:00:01.110 ERROR	Invoke Error 	{"errorType":"TypeError","errorMessage":"no price"}
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB

    time: 2026-11-22 10:00:00.101
    request:
      8f507cfc-0000-4000-8000-000000000001
    status: ok  duration: 23.40 ms
    memory: 71 of 128 MB
    start: restore 413.30 ms

    time: 2026-11-22 10:00:01.101
    request:
      8f507cfc-0000-4000-8000-000000000002
    status: exception  duration: 310.00 ms
    memory: 71 of 128 MB
    message: ERROR\tInvoke Error
      \t{"errorType":"TypeError","errorMessage":"no
      price"}
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    "#);
    assert_snapshot!(on_terminal(80), @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok
      23.40 ms, billed 24 ms, 71 of 128 MB, restore 413.30 ms
      2026-11-22 10:00:00.110 INFO	order A-1041
    2026-11-22 10:00:01.101 invocation 8f507cfc-0000-4000-8000-000000000002
      exception 310.00 ms, billed 24 ms, 71 of 128 MB
      2026-11-22 10:00:01.110 ERROR	Invoke Error 	{"errorType":"TypeError","errorMessage":"no price"}
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB

    time: 2026-11-22 10:00:00.101  request: 8f507cfc-0000-4000-8000-000000000001
    status: ok  duration: 23.40 ms  memory: 71 of 128 MB  start: restore 413.30 ms

    time: 2026-11-22 10:00:01.101  request: 8f507cfc-0000-4000-8000-000000000002
    status: exception  duration: 310.00 ms  memory: 71 of 128 MB
    message: ERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"no
      price"}
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    "#);
    assert_snapshot!(on_terminal(100), @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, billed 24 ms,
      71 of 128 MB, restore 413.30 ms
      2026-11-22 10:00:00.110 INFO	order A-1041
    2026-11-22 10:00:01.101 invocation 8f507cfc-0000-4000-8000-000000000002 exception 310.00 ms, billed
      24 ms, 71 of 128 MB
      2026-11-22 10:00:01.110 ERROR	Invoke Error 	{"errorType":"TypeError","errorMessage":"no price"}
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB

     time                     request                               status      duration  message
     2026-11-22 10:00:00.101  8f507cfc-0000-4000-8000-000000000001  ok          23.40 ms
     2026-11-22 10:00:01.101  8f507cfc-0000-4000-8000-000000000002  exception  310.00 ms  ERROR\tInvok…
     No room for: memory, start
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    "#);
    assert_snapshot!(on_terminal(180), @r#"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok 23.40 ms, billed 24 ms, 71 of 128 MB, restore 413.30 ms
      2026-11-22 10:00:00.110 INFO	order A-1041
    2026-11-22 10:00:01.101 invocation 8f507cfc-0000-4000-8000-000000000002 exception 310.00 ms, billed 24 ms, 71 of 128 MB
      2026-11-22 10:00:01.110 ERROR	Invoke Error 	{"errorType":"TypeError","errorMessage":"no price"}
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB

     time                     request                               status      duration        memory  start              message
     2026-11-22 10:00:00.101  8f507cfc-0000-4000-8000-000000000001  ok          23.40 ms  71 of 128 MB  restore 413.30 ms
     2026-11-22 10:00:01.101  8f507cfc-0000-4000-8000-000000000002  exception  310.00 ms  71 of 128 MB                     ERROR\tInvoke Error \t{"errorType":"TypeError","errorMessag…
    2 invocations: 1 ok, 1 exception; p50 23 ms, p99 310 ms; 71 of 128 MB
    "#);
}
