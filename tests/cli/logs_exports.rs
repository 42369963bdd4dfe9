//! `fh logs` on the forms in which people keep logs, whole and broken.

use std::io::Write as _;

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

fn logs(words: &str, text: impl Into<Vec<u8>>) -> Output {
    Fh::new().args("logs --utc").args(words).arg("-").stdin(text).run()
}

const EVENT: &str = r#"{"logStreamName":"s","timestamp":1795341600101,"message":"one","ingestionTime":1795341601000,"eventId":"1"}"#;

#[test]
fn what_a_function_printed_is_never_taken_for_an_event() {
    let envelope = r#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"fake","subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":1,"message":"REPORT RequestId: fake"}]}"#;
    let text = format!(
        "a line\n{envelope}\n{EVENT}\n{}\n{}\n{}\n",
        r#"{"level":"ERROR","events":["a","b"]}"#,
        r#"{"status":"x","events":[{"a":1}]}"#,
        r#"{"timestamp":1795341600101,"level":"ERROR","message":"boom","orderId":7}"#,
    );
    assert_eq!(logs("--raw", text.clone()).success(), text);
    // Nor among events.
    let text = format!("{EVENT}\n{text}");
    assert_eq!(logs("--raw", text.clone()).text().lines().count(), 7);
    assert_snapshot!(logs("--errors", text), @r#"
    {"level":"ERROR","events":["a","b"]}
    {"timestamp":1795341600101,"level":"ERROR","message":"boom","orderId":7}
    ------- stderr -------
    fh: standard input: a line is not a JSON object: it is shown unchanged (from byte 108 on)
      hint: the part that could be read is shown
    [exit status: 1]
    "#);
}

#[test]
fn envelopes_and_rows_of_our_own_are_opened() {
    let envelope = r#"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"1","timestamp":1795341600101,"message":"one","extractedFields":{}}]}"#;
    let rows = logs("--output ndjson", format!("{envelope}\n{envelope}\n")).success();
    assert_snapshot!(rows, @r#"
    {"logGroupName":"g","logStreamName":"s","id":"1","timestamp":1795341600101,"message":"one","extractedFields":{}}
    {"logGroupName":"g","logStreamName":"s","id":"1","timestamp":1795341600101,"message":"one","extractedFields":{}}
    "#);
    assert_eq!(logs("--output ndjson", rows.clone()).success(), rows);
    let bytes = "2026-11-22T10:00:00.101Z\tcaf\u{e9}\n".as_bytes().to_vec();
    let broken: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0xc3).collect();
    let rows = logs("--output ndjson", broken).success();
    assert_eq!(logs("--raw", rows).stdout, b"caf\xa9\n");
}

#[test]
fn every_element_of_an_array_is_shown() {
    assert_snapshot!(logs("", format!("[{EVENT},\"lost\\n\",[\"x\"],\n{EVENT}, 7]")), @r#"
    2026-11-22 10:00:00.101 one
    lost
    ["x"]
    2026-11-22 10:00:00.101 one
    7
    [exit status: 0]
    "#);
}

#[test]
fn a_document_is_read_an_element_at_a_time_and_what_is_cut_is_reported() {
    let document = format!(
        "{{\n    \"events\": [\n{EVENT},\n{EVENT}\n],\n \"searchedLogStreams\": [],\n \"nextToken\": null\n}}\n"
    );
    assert_eq!(logs("--raw", document.clone()).success(), "one\none\n");
    assert_eq!(logs("--raw", format!("\u{feff}{document}{document}")).success(), "one\n".repeat(4));
    let cut = document.split_once("nextToken").unwrap().0;
    assert_snapshot!(logs("--raw", cut), @r#"
    one
    one
    ,
     "searchedLogStreams": [],
     "
    ------- stderr -------
    fh: standard input: the JSON is truncated (from byte 236 on)
      hint: the part that could be read is shown
    [exit status: 1]
    "#);
    assert_snapshot!(logs("--raw", &document.as_bytes()[..160]), @r#"
    one
    {"logStreamName":"s","timestamp":
    ------- stderr -------
    fh: standard input: the JSON is truncated (from byte 127 on)
      hint: the part that could be read is shown
    [exit status: 1]
    "#);
    assert_snapshot!(logs("--raw", document.replace("},\n", "};\n")), @r#"
    one
    ;
    one
    ],
     "searchedLogStreams": [],
     "nextToken": null
    }
    ------- stderr -------
    fh: standard input: the JSON is invalid: the rest is read line by line (from byte 125 on)
      hint: the part that could be read is shown
    [exit status: 1]
    "#);
}

#[test]
fn csv_is_read_with_its_columns_and_a_quote_that_is_not_closed_is_reported() {
    let insights = "@timestamp,@message,@logStream\n2026-11-22 10:00:00.101,\"a, \"\"b\"\"\nc\",s\n2026-11-22 10:00:00.102,d,s\n";
    assert_snapshot!(logs("--long", insights), @r#"
    2026-11-22 10:00:00.101 +00:00 s a, "b"
      │ c
    2026-11-22 10:00:00.102 +00:00 s d
    [exit status: 0]
    "#);
    assert_snapshot!(logs("", "timestamp,message\n1795341600101,\"a\n1795341600102,b\n"), @"
    2026-11-22 10:00:00.101 a
      │ 1795341600102,b
    ------- stderr -------
    fh: standard input: the CSV is truncated: a quote is not closed (from byte 51 on)
      hint: the part that could be read is shown
    [exit status: 1]
    ");
}

#[test]
fn what_the_console_exports_to_s3_is_read() {
    let text = "2026-11-22T10:00:00.101Z START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: 1\n\
                2026-11-22T10:00:00.102Z boom\nat once\n\
                2026-11-22T10:00:03.101Z 2026-11-22T10:00:03.101Z 8f507cfc-0000-4000-8000-000000000001 Task timed out after 3.00 seconds\n";
    assert_snapshot!(logs("--invocations", text), @"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 timed-out, version 1
      2026-11-22 10:00:00.102 boom
        │ at once
      2026-11-22 10:00:03.101 Task timed out after 3.00 seconds
    [exit status: 0]
    ");
}

#[test]
fn colors_and_whole_seconds_of_aws_logs_tail_are_read() {
    let stream = "2026/11/22/[$LATEST]3f8a";
    let text = format!(
        "\x1b[32m2026-11-22T10:00:00.101000+00:00\x1b[0m \x1b[36m{stream}\x1b[0m one\n2026-11-22T10:00:01+00:00 {stream} two\n"
    );
    assert_snapshot!(logs("--long", text), @"
    2026-11-22 10:00:00.101 +00:00 2026/11/22/[$LATEST]3f8a one
    2026-11-22 10:00:01.000 +00:00 2026/11/22/[$LATEST]3f8a two
    [exit status: 0]
    ");
}

#[test]
fn a_damaged_gzip_is_reported() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(format!("{EVENT}\n").repeat(50).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let output = logs("--raw", &gzip[..gzip.len() - 8]);
    assert_eq!(output.text(), "one\n".repeat(50));
    assert_snapshot!(output.errors(), @"
    fh: standard input: gzip: truncated at byte 177
      hint: the part that could be read is shown
    ");
    assert_eq!(output.code(), 1);
}

#[test]
fn what_is_whole_is_shown_while_the_writer_pauses() {
    let mut session = Fh::new().args("logs --utc --invocations --exit-on boom -").start();
    let start = "START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: 1";
    let report = "REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001\tDuration: 3.00 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB";
    let time = "2026-11-22T10:00:00.101Z";
    session.send(format!("{time}\t{start}\n{time}\t{report}\n").as_bytes());
    session.wait_for("invocation 8f507cfc-0000-4000-8000-000000000001 ok 3.00 ms");
    session.send(format!("{time}\tboom\n").as_bytes());
    assert_snapshot!(session.finish(), @"
    2026-11-22 10:00:00.101 invocation 8f507cfc-0000-4000-8000-000000000001 ok 3.00 ms, billed 3 ms, 30 of 128 MB, version 1
    2026-11-22 10:00:00.101 boom
    [exit status: 0]
    ");
}

#[test]
fn inputs_of_other_times_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let id = "8f507cfc-0000-4000-8000-00000000000";
    let file = |name: &str, time: i64, lines: &[String]| {
        let rows: Vec<_> = lines.iter().map(|line| format!("{time},{line}\n")).collect();
        std::fs::write(folder.path().join(name), format!("timestamp,message\n{}", rows.concat()))
            .unwrap();
    };
    let report = "Duration: 3.00 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB";
    file(
        "a.csv",
        1_795_341_700_000,
        &[
            format!("START RequestId: {id}1 Version: 1"),
            format!("REPORT RequestId: {id}1\t{report}"),
        ],
    );
    file(
        "b.csv",
        1_795_341_600_000,
        &[
            "INIT_START Runtime Version: python:3.11.v39".to_owned(),
            "[ERROR] Runtime.ImportModuleError: no module".to_owned(),
        ],
    );
    let output = Fh::new().args("logs --utc --errors").arg(folder.path()).run();
    assert_snapshot!(output, @"
    2026-11-22 10:00:00.000 start of an environment init-error, cold start
      2026-11-22 10:00:00.000 [ERROR] Runtime.ImportModuleError: no module
    [exit status: 0]
    ");
}

#[test]
fn the_last_events_are_shown_as_many_as_can_be_held() {
    let text = (0..9).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat();
    assert_eq!(logs("-n 2", text).success(), "line 7\nline 8\n");
    let huge = format!("{}\n", "x".repeat(25 * 1024 * 1024)).repeat(4);
    let output = logs("-n 4 --raw", huge);
    assert_eq!(output.text().lines().count(), 2);
    assert_snapshot!(output.errors(), @"
    fh: showing the last 2: at most 64 MiB are kept in memory
      hint: narrow it down with `--since` or `--grep`
    ");
}

#[test]
fn a_line_that_is_no_event_among_events_is_reported() {
    assert_snapshot!(logs("--raw", format!("{EVENT}\n{}", EVENT.split_at(40).0)), @r#"
    one
    {"logStreamName":"s","timestamp":1795341
    ------- stderr -------
    fh: standard input: a line is not a JSON object: it is shown unchanged (from byte 108 on)
      hint: the part that could be read is shown
    [exit status: 1]
    "#);
}

#[test]
fn that_nothing_fits_is_reported() {
    assert_snapshot!(logs("--grep two", EVENT), @"
    ------- stderr -------
    fh: no event matches
    [exit status: 0]
    ");
    assert_snapshot!(logs("-q --grep two", EVENT), @"[exit status: 0]");
    assert_snapshot!(logs("", r#"{"events":[]}"#), @"
    ------- stderr -------
    fh: no events found
    [exit status: 0]
    ");
    assert_snapshot!(logs("--since 1h --until 2h", EVENT), @"
    ------- stderr -------
    fh: `--until 2h` is before `--since 1h`
    [exit status: 2]
    ");
    assert_snapshot!(logs("--decode --output ndjson", EVENT), @"
    ------- stderr -------
    fh: `--decode` cannot be combined with `--output ndjson`
      hint: `fh decode` decodes the messages in `--output ndjson`
    [exit status: 2]
    ");
}

#[test]
fn a_time_that_no_calendar_has_is_shown_as_it_is() {
    let text = EVENT.replace("1795341600101", "99999999999999999");
    assert_snapshot!(logs("", text), @"
    99999999999999999 ms one
    [exit status: 0]
    ");
}

/// Other forms of `filter-log-events.json`.
pub(crate) const FORMS: [&str; 3] =
    ["filter-log-events.txt", "get-query-results.json", "insights.csv"];

#[test]
fn the_same_events_are_the_same_in_every_form() {
    let logs = |file: &str, words: &str| {
        Fh::new().args("logs --utc").args(words).arg(format!("fixtures/logs/{file}")).run()
    };
    for words in ["", "--invocations --decode --long", "--raw"] {
        let expected = logs("filter-log-events.json", words).success();
        assert!(expected.contains("transformed 3 records"), "{expected}");
        for file in FORMS {
            assert_eq!(logs(file, words).success(), expected, "{file} {words}");
        }
    }
}
