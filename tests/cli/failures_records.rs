//! `fh failures --records`, and what leaves records out.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::harness::Fh;

fn records(words: &str) -> Fh {
    Fh::new().args("failures --records").args(words)
}

const OVER_TIME: &str = "fixtures/failures/over-time.ndjson";

/// How many records are shown.
fn count(words: &str) -> usize {
    records(words).args("--output ndjson").arg(OVER_TIME).run().text().lines().count()
}

#[test]
fn each_record_says_where_why_and_when() {
    let words =
        "fixtures/failures/cloudwatch-gzip.ndjson fixtures/failures/format-conversion.ndjson";
    assert_snapshot!(records(words).run(), @r#"
    2026-11-22 10:00:00 +00:00 · Lambda.FunctionError · 4 attempts · orders-transform:$LATEST (eu-west-1) · fixtures/failures/cloudwatch-gzip.ndjson:1
    The Lambda function was successfully invoked but it returned an error result.
    {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"},{"id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"},{"id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}]}

    2026-11-22 10:00:00 +00:00 · Lambda.FunctionError · 4 attempts · orders-transform:$LATEST (eu-west-1) · control message: harmless · fixtures/failures/cloudwatch-gzip.ndjson:2
    The Lambda function was successfully invoked but it returned an error result.
    {"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1795341540123,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}

    2026-11-22 10:00:00 +00:00 · DataFormatConversion.ParseError · 1 attempt · fixtures/failures/format-conversion.ndjson:1
    Encountered malformed JSON. Illegal character ((CTRL-CHAR, code 31)): only regular white space (\r, \n, \t) is allowed between tokens
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}

    2026-11-22 10:00:00 +00:00 · DataFormatConversion.MalformedData · 1 attempt · fixtures/failures/format-conversion.ndjson:2
    The record was empty or contained only whitespace.

    [exit status: 0]
    "#);
}

#[test]
fn records_are_laid_out_on_a_terminal() {
    let words = "--color never fixtures/failures/splunk.json";
    assert_snapshot!(records(words).on_terminal(60), @r#"
    2026-11-22 10:00:00 +00:00 · Splunk.AckTimeout · 0 attempts
      · fixtures/failures/splunk.json:1
    Did not receive an acknowledgement from HEC before the HEC
      acknowledgement timeout expired.
    {
      "ticker_symbol": "WAS",
      "sector": "RETAIL",
      "change": -0.42,
      "price": 12.07
    }
    [exit status: 0]
    "#);
}

#[test]
fn a_table_has_a_row_for_each_record() {
    let words = "--output table fixtures/failures/lambda-arn-capital.ndjson";
    assert_snapshot!(records(words).run(), @r#"
     arrived                     code                           attempts  place                                          content
     2026-11-22 10:00:00 +00:00  Lambda.ProcessingFailedStatus  1         fixtures/failures/lambda-arn-capital.ndjson:1  {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
     2026-11-22 10:00:00 +00:00  Lambda.MissingRecordId         1         fixtures/failures/lambda-arn-capital.ndjson:2  {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError           4         fixtures/failures/lambda-arn-capital.ndjson:3  {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}
    [exit status: 0]
    "#);
}

#[test]
fn rows_have_every_field_as_it_came_and_the_data() {
    let words = "--output ndjson fixtures/failures/format-conversion-docs.json";
    assert_snapshot!(records(words).run(), @r#"
    {"source":"fixtures/failures/format-conversion-docs.json","line":1,"index":1,"errorCode":"DataFormatConversion.ParseError","errorMessage":"Encountered malformed JSON. Illegal character ((CTRL-CHAR, code 31)): only regular white space (\\r, \\n, \\t) is allowed between tokens","attemptsMade":1,"arrival":"2026-11-22T10:00:00.000Z","arrivalTimestamp":1795341600000,"controlMessage":false,"record":{"attemptsMade":1,"arrivalTimestamp":1795341600000,"ErrorCode":"DataFormatConversion.ParseError","ErrorMessage":"Encountered malformed JSON. Illegal character ((CTRL-CHAR, code 31)): only regular white space (\\r, \\n, \\t) is allowed between tokens","attemptEndingTimestamp":1795341662000,"rawData":"H4sIAAAAAAAAAKtWKslMzk4tii+uzE3Kz1GyUgp3DFbSUSpOTS7JLwJyg1xDHD19gCLJGYl56alKVroGeiZGOkoFRZnJQJ6hkZ6BeS0A2hzFQkYAAAA=","sequenceNumber":"49668231907715301429481730562918473650281947365019283746","subSequenceNumber":0,"dataCatalogTable":{"catalogId":"111122223333","databaseName":"shop","tableName":"orders","region":"eu-west-1","versionId":"LATEST","catalogArn":null}},"layers":[{"layer":"base64","bytesIn":116,"bytesOut":86},{"layer":"gzip","bytesIn":86,"bytesOut":70,"parts":1}],"contentType":"json","data":{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07},"problems":[]}
    [exit status: 0]
    "#);
    let input = "{ \"rawData\" : \"MS4w\", \"errorCode\": 400, \"attemptsMade\": \"2\", \"new\": [1.0e0, {\"a\": 1, \"a\": 2}] }";
    assert_snapshot!(records("--output json").stdin(input).run(), @r#"
    [
    {"source":"-","line":1,"index":1,"errorCode":400,"errorMessage":null,"attemptsMade":2,"arrival":null,"arrivalTimestamp":null,"controlMessage":false,"record":{"rawData":"MS4w","errorCode":400,"attemptsMade":"2","new":[1.0e0,{"a":1,"a":2}]},"layers":[{"layer":"base64","bytesIn":4,"bytesOut":3}],"contentType":"json","data":1.0,"problems":[]}
    ]
    [exit status: 0]
    "#);
    assert_snapshot!(records("--output json").run(), @"
    []
    ------- stderr -------
    fh: the input is empty
      hint: check the command that writes it
    [exit status: 2]
    ");
}

#[test]
fn a_record_that_cannot_be_decoded_is_still_a_row() {
    let words = "--output table fixtures/failures/bad-rawdata.ndjson";
    assert_snapshot!(records(words).run(), @r#"
     arrived                     code                           attempts  place                                   content
     2026-11-22 10:00:00 +00:00  Lambda.ProcessingFailedStatus  1         fixtures/failures/bad-rawdata.ndjson:1  base64: plain text, not base64
     2026-11-22 10:00:00 +00:00  Lambda.MissingRecordId         1         fixtures/failures/bad-rawdata.ndjson:2  base64: one extra character at the end at byte 61
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError           4         fixtures/failures/bad-rawdata.ndjson:3  {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}
    ------- stderr -------
    fh: fixtures/failures/bad-rawdata.ndjson: line 1, record 1: base64: plain text, not base64
      hint: Firehose writes plain base64: was the object edited or truncated?
    fh: fixtures/failures/bad-rawdata.ndjson: line 2, record 2: base64: one extra character at the end at byte 61
      hint: Firehose writes plain base64: was the object edited or truncated?
    [exit status: 1]
    "#);
}

#[test]
fn records_of_an_aggregate_are_named_as_such() {
    // An aggregate of one record, `a`.
    let mut aggregate = vec![0xf3, 0x89, 0x9a, 0xc2];
    let body = [0x0a, 1, b'k', 0x1a, 5, 0x08, 0, 0x1a, 1, b'a'];
    aggregate.extend_from_slice(&body);
    aggregate.extend_from_slice(&<[u8; 16]>::from(<md5::Md5 as md5::Digest>::digest(body)));
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, aggregate);
    let input = format!("{{\"rawData\":\"{data}\",\"errorCode\":\"x\",\"attemptsMade\":1}}");
    assert_snapshot!(records("").stdin(input).run(), @"
    x · 1 attempt · standard input:1
    KPL aggregate
    [exit status: 0]
    ");
}

#[test]
fn codes_times_and_content_leave_records_out() {
    assert_eq!(count(""), 38);
    assert_eq!(count("--code TIMEDOUT"), 24);
    assert_eq!(count("--code timedout --code Lambda.MissingRecordId"), 36);
    assert_eq!(count("--code nosuch"), 0);
    assert_eq!(count("--grep A-11(00|01)\""), 2);
    assert_eq!(count("--grep (?i)cwl.control"), 2);
    assert_eq!(count("--code missing --grep \"items\":1}"), 2);
    // From 10:30 on, up to 10:39:10, as RFC 3339, and as milliseconds.
    assert_eq!(count("--code timed --since 2026-11-22T10:30:00Z"), 12);
    assert_eq!(count("--code timed --until 2026-11-22T11:30:00.122+01:00"), 12);
    assert_eq!(count("--since 1795343400123 --until 1795343400123"), 2);
    assert_eq!(count("--since 2026-11-22T10:00:00Z --until 2026-11-22T10:00:00Z"), 0);
}

#[test]
fn records_without_a_time_are_left_out_aloud() {
    let input = r#"{"rawData":"","errorCode":"x"}"#;
    assert_snapshot!(records("--since 2026-11-22T10:00:00Z").stdin(input).run(), @"
    ------- stderr -------
    fh: 1 record without arrivalTimestamp left out
    fh: none of 1 failure record in 1 input matches the filters
    fh: this may be incomplete: 1 record without arrivalTimestamp
      hint: without `--since` and `--until` they are shown
    [exit status: 0]
    ");
}

#[test]
fn a_limit_stops_and_says_so() {
    let words = format!("--limit 1 --code missing --output ndjson {OVER_TIME}");
    let output = records(&words).run();
    assert_eq!((output.text().lines().count(), output.code()), (1, 0));
    assert_snapshot!(output.errors(), @"fh: stopped after 1 record (--limit); there may be more");
    assert_eq!(records("--limit 0 x").run().code(), 2);
}

#[test]
fn a_record_is_shown_as_soon_as_it_comes() {
    let mut session = records("").start();
    session.send(b"{\"rawData\":\"Zmlyc3Q=\",\"errorCode\":\"x\",\"attemptsMade\":1}\n");
    session.wait_for("first\n");
    session.send(b"{\"rawData\":\"c2Vjb25k\",\"errorCode\":\"x\",\"attemptsMade\":1}\n");
    session.wait_for("second\n");
    assert_eq!(session.finish().code(), 0);
}

#[test]
fn a_closed_pipe_ends_it_quietly_and_a_full_disk_is_an_error() {
    let mut input = String::new();
    for number in 0..20_000 {
        let _infallible = writeln!(
            input,
            "{{\"rawData\":\"QUJD\",\"errorCode\":\"c{number}\",\"attemptsMade\":1}}"
        );
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = records("").stdin(input.clone()).run_into(writer);
    assert_eq!((output.errors().as_str(), output.code()), ("", 0));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = records("").stdin(input).run_into(full);
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: cannot write to standard output: No space left on device (os error 28)
    [exit status: 2]
    ");
}

#[test]
fn what_failed_at_the_destination_is_not_made_into_an_event() {
    for (file, fits) in [
        ("over-time.ndjson", true),
        ("iceberg.json", false),
        ("format-conversion.ndjson", false),
        ("splunk.json", false),
        ("snowflake.json", false),
        ("opensearch.json", false),
        ("http-endpoint.json", false),
    ] {
        let report = Fh::new().args("failures").arg(format!("fixtures/failures/{file}")).run();
        let report = report.success();
        assert_eq!(report.contains("fh event --from-failures"), fits, "{file}: {report}");
        assert!(report.contains("fh decode --records"), "{file}: {report}");
    }
}
