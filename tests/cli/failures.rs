//! `fh failures`: what failed, kind by kind.

#![expect(clippy::disallowed_methods, reason = "reads fixtures")]

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;

use crate::harness::{Fh, root};

fn failures(words: &str) -> Fh {
    Fh::new().arg("failures").args(words)
}

/// A failure record with this code, message, data in base64 and time.
fn record(code: &str, message: &str, data: &str, arrival: i64) -> String {
    format!(
        "{{\"rawData\":\"{data}\",\"errorCode\":\"{code}\",\"errorMessage\":\"{message}\",\
         \"attemptsMade\":1,\"arrivalTimestamp\":{arrival}}}\n"
    )
}

#[test]
fn kinds_say_what_how_much_since_when_an_example_and_what_to_do() {
    assert_snapshot!(failures("fixtures/failures/over-time.ndjson").run(), @r#"
    38 failed records in 1 input, 3 kinds, 1.3 KiB of data
    arrived 2026-11-22 10:00:00 +00:00 to 2026-11-22 11:50:00

            13 │        ████████
               │        ████████
               │        ████████
               │▄▄▄▄▂▂▂▂████████▂▂▂▂▂▂▂▂▄▄▄▄▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
             0 └────────────────────────────────────────────────
                10:00                                      12:00
                10 min per bar, up to 13 records

     #  records  share  code                           first                last
     1       24    63%  Lambda.FunctionTimedOut        2026-11-22 10:20:00  2026-11-22 10:39:10
     2       12    32%  Lambda.MissingRecordId         2026-11-22 10:00:00  2026-11-22 11:50:00
     3        2     5%  Lambda.ProcessingFailedStatus  2026-11-22 10:00:00  2026-11-22 11:00:00  harmless

    1 · Lambda.FunctionTimedOut · 24 records (63%)
    The function did not answer before its own timeout.
    AWS says  The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.
    Attempts  4: the function call failed each time
    Function  orders-transform:$LATEST (eu-west-1)
    Arrived   2026-11-22 10:20:00 +00:00 to 2026-11-22 10:39:10
              ··██········
              10:00  12:00  10 min per bar, up to 12 records
    Example   fixtures/failures/over-time.ndjson:4, JSON object, 2 keys, like the other 23
              {"order":"A-1100","items":3}
    Change    - Raise the Timeout, up to 5 minutes: Firehose does not wait longer.
              - Lower the transform's BufferSizeInMBs (0.2 to 3, 1 by default), so that an invocation has less to do; or give the function more memory.
    Next      fh explain Lambda.FunctionTimedOut
              fh logs --function orders-transform --region eu-west-1 --errors --since 2026-11-22T10:20:00.123Z
              fh decode --records 4 fixtures/failures/over-time.ndjson
              fh event --from-failures fixtures/failures/over-time.ndjson --code Lambda.FunctionTimedOut > event.json
              fh invoke --function orders-transform --region eu-west-1 --event event.json
              fh invoke --isolate --function orders-transform --region eu-west-1 --event event.json
              # for local code: --handler FILE.FUNCTION instead of --function

    2 · Lambda.MissingRecordId · 12 records (32%)
    The transform's response has no entry for this record: its recordId is left out or changed.
    AWS says  One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.
    Attempts  1: the function responded, but its response was not accepted
    Function  orders-transform:$LATEST (eu-west-1)
    Arrived   2026-11-22 10:00:00 +00:00 to 2026-11-22 11:50:00
              ████████████
              10:00  12:00  10 min per bar, up to 1 record
    Example   fixtures/failures/over-time.ndjson:1, JSON object, 2 keys, like the other 11
              {"order":"A-1200","items":5}
    Change    - Return exactly one entry for each record of the event, with its recordId unchanged.
              - For records that are not wanted, return the recordId with result Dropped.
    Next      fh explain Lambda.MissingRecordId
              fh decode --records 1 fixtures/failures/over-time.ndjson
              fh event --from-failures fixtures/failures/over-time.ndjson --code Lambda.MissingRecordId > event.json
              fh invoke --function orders-transform --region eu-west-1 --event event.json
              fh invoke --isolate --function orders-transform --region eu-west-1 --event event.json
              # for local code: --handler FILE.FUNCTION instead of --function

    3 · Lambda.ProcessingFailedStatus · 2 records (5%)
    The transform itself failed this record: its result was ProcessingFailed.
    AWS says  ProcessingFailed status set for record
    Attempts  1: the function returned ProcessingFailed
    Function  orders-transform:$LATEST (eu-west-1)
    Arrived   2026-11-22 10:00:00 +00:00 to 2026-11-22 11:00:00
              █·····█·····
              10:00  12:00  10 min per bar, up to 1 record
    Harmless? All of them: CloudWatch Logs control messages, which only check that the stream exists. Return them as Dropped to avoid these failures.
    Example   fixtures/failures/over-time.ndjson:2, CloudWatch Logs CONTROL_MESSAGE, 1 event, like the other one
              CWL CONTROL MESSAGE: Checking health of destination Firehose.
    Change    - Return Dropped for what is not wanted: control messages, records that are filtered out.
              - Log the reason with the recordId wherever the transform returns ProcessingFailed.
    Next      fh explain Lambda.ProcessingFailedStatus
              fh decode --records 2 fixtures/failures/over-time.ndjson
              fh event --from-failures fixtures/failures/over-time.ndjson --code Lambda.ProcessingFailedStatus > event.json
              fh invoke --function orders-transform --region eu-west-1 --event event.json
              # for local code: --handler FILE.FUNCTION instead of --function

    Put back  once the cause is fixed; this shows what would be sent:
              fh redrive --stream NAME --dry-run fixtures/failures/over-time.ndjson
    [exit status: 0]
    "#);
}

#[test]
fn kinds_fit_a_narrow_terminal() {
    let words = "--color never --code missing fixtures/failures/over-time.ndjson";
    assert_snapshot!(failures(words).on_terminal(60), @r#"
    12 failed records in 1 input, 1 kind, 336 B of data
    arrived 2026-11-22 10:00:00 +00:00 to 2026-11-22 11:50:00

             1 │████████████████████████████████████████████████
             0 └────────────────────────────────────────────────
                10:00                                      12:00
                10 min per bar, up to 1 record

    1 · Lambda.MissingRecordId · 12 records
    The transform's response has no entry for this record: its
    recordId is left out or changed.
    AWS says  One or more record Ids were not returned. Ensure
              that the Lambda function returns all received
              record Ids.
    Attempts  1: the function responded, but its response was
              not accepted
    Function  orders-transform:$LATEST (eu-west-1)
    Arrived   2026-11-22 10:00:00 +00:00 to 2026-11-22 11:50:00
    Example   fixtures/failures/over-time.ndjson:1, JSON object,
              2 keys, like the other 11
              {"order":"A-1200","items":5}
    Change    - Return exactly one entry for each record of the
                event, with its recordId unchanged.
              - For records that are not wanted, return the
                recordId with result Dropped.
    Next      fh explain Lambda.MissingRecordId
              fh decode --records 1 fixtures/failures/over-time.ndjson
              fh event --from-failures fixtures/failures/over-time.ndjson --code Lambda.MissingRecordId > event.json
              fh invoke --function orders-transform --region eu-west-1 --event event.json
              fh invoke --isolate --function orders-transform --region eu-west-1 --event event.json
              # for local code: --handler FILE.FUNCTION instead
              # of --function

    Put back  once the cause is fixed; this shows what would be
              sent:
              fh redrive --stream NAME --dry-run fixtures/failures/over-time.ndjson --code missing
    [exit status: 0]
    "#);
}

#[test]
fn kinds_fit_a_wide_terminal() {
    let words = "--color never --code timed fixtures/failures/over-time.ndjson";
    assert_snapshot!(failures(words).on_terminal(200), @r#"
    24 failed records in 1 input, 1 kind, 672 B of data
    arrived 2026-11-22 10:20:00 +00:00 to 2026-11-22 10:39:10

             6 │████████████████
               │████████████████
               │████████████████
               │████████████████
             0 └────────────────
                10:20      10:40
                5 min per bar, up to 6 records

    1 · Lambda.FunctionTimedOut · 24 records
    The function did not answer before its own timeout.
    AWS says  The Lambda function invocation timed out. Increase the Timeout setting in the Lambda
              function.
    Attempts  4: the function call failed each time
    Function  orders-transform:$LATEST (eu-west-1)
    Arrived   2026-11-22 10:20:00 +00:00 to 2026-11-22 10:39:10
    Example   fixtures/failures/over-time.ndjson:4, JSON object, 2 keys, like the other 23
              {"order":"A-1100","items":3}
    Change    - Raise the Timeout, up to 5 minutes: Firehose does not wait longer.
              - Lower the transform's BufferSizeInMBs (0.2 to 3, 1 by default), so that an invocation
                has less to do; or give the function more memory.
    Next      fh explain Lambda.FunctionTimedOut
              fh logs --function orders-transform --region eu-west-1 --errors --since 2026-11-22T10:20:00.123Z
              fh decode --records 4 fixtures/failures/over-time.ndjson
              fh event --from-failures fixtures/failures/over-time.ndjson --code Lambda.FunctionTimedOut > event.json
              fh invoke --function orders-transform --region eu-west-1 --event event.json
              fh invoke --isolate --function orders-transform --region eu-west-1 --event event.json
              # for local code: --handler FILE.FUNCTION instead of --function

    Put back  once the cause is fixed; this shows what would be sent:
              fh redrive --stream NAME --dry-run fixtures/failures/over-time.ndjson --code timed
    [exit status: 0]
    "#);
}

#[test]
fn many_kinds_have_a_line_each() {
    let words = "fixtures/failures/lambda-arn-capital.ndjson fixtures/failures/lambda-arn-2022.ndjson \
                 fixtures/failures/splunk.json fixtures/failures/opensearch.json \
                 fixtures/failures/snowflake.json fixtures/failures/format-conversion.ndjson";
    let output = failures(words).run().text();
    let overview = output.split("\n1 · ").next().unwrap_or_default();
    assert_snapshot!(overview, @r#"
    11 failed records in 6 inputs, 10 kinds, 662 B of data
    arrived 2026-11-22 10:00:00 +00:00

      #  records  share  code                                first                last                 message
      1        2    18%  Lambda.FunctionError                2026-11-22 10:00:00  2026-11-22 10:00:00  The Lambda function was successfully invoked but it returned an error result.
      2        1     9%  DataFormatConversion.MalformedData  2026-11-22 10:00:00  2026-11-22 10:00:00  The record was empty or contained only whitespace.
      3        1     9%  DataFormatConversion.ParseError     2026-11-22 10:00:00  2026-11-22 10:00:00  Encountered malformed JSON. Illegal character ((CTRL-CHAR, code 31)): only regular white space (\r, \n, \t) is allowed between tokens
      4        1     9%  400                                 2026-11-22 10:00:00  2026-11-22 10:00:00  {"type":"mapper_parsing_exception","reason":"failed to parse field [price] of type [float]"}
      5        1     9%  Lambda.FunctionTimedOut             2026-11-22 10:00:00  2026-11-22 10:00:00  The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.
      6        1     9%  Lambda.InvokeAccessDenied           2026-11-22 10:00:00  2026-11-22 10:00:00  Access was denied. Ensure that the access policy allows access to the Lambda function.
      7        1     9%  Lambda.MissingRecordId              2026-11-22 10:00:00  2026-11-22 10:00:00  One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.
      8        1     9%  Lambda.ProcessingFailedStatus       2026-11-22 10:00:00  2026-11-22 10:00:00  ProcessingFailed status set for record
      9        1     9%  Snowflake.InvalidColumns            2026-11-22 10:00:00  2026-11-22 10:00:00  Snowpipe Streaming does not support a column of this table.
     10        1     9%  Splunk.AckTimeout                   2026-11-22 10:00:00  2026-11-22 10:00:00  Did not receive an acknowledgement from HEC before the HEC acknowledgement timeout expired.
    "#);
    let mut input = String::new();
    for letter in 'a'..='z' {
        input.push_str(&record(&letter.to_string().repeat(3), "m", "", 0));
    }
    let output = failures("").stdin(input).run().text();
    assert!(output.contains("\n… and 1 more: `--output table` lists all\n"), "{output}");
    assert!(
        output.ends_with("\n21 more kinds: `--code CODE` shows the details of one\n"),
        "{output}"
    );
    assert_eq!(output.matches("\nAWS says").count(), 5, "{output}");
}

#[test]
fn a_table_has_a_row_for_each_kind() {
    let words = "--color never --output table fixtures/failures/over-time.ndjson";
    assert_snapshot!(failures(words).run(), @"
     records  code                           attempts  function                  first                       last                        message
          24  Lambda.FunctionTimedOut        4         orders-transform:$LATEST  2026-11-22 10:20:00 +00:00  2026-11-22 10:39:10 +00:00  The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.
          12  Lambda.MissingRecordId         1         orders-transform:$LATEST  2026-11-22 10:00:00 +00:00  2026-11-22 11:50:00 +00:00  One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.
           2  Lambda.ProcessingFailedStatus  1         orders-transform:$LATEST  2026-11-22 10:00:00 +00:00  2026-11-22 11:00:00 +00:00  ProcessingFailed status set for record
    [exit status: 0]
    ");
    assert_snapshot!(failures(words).on_terminal(60), @"
     records  code                           message
          24  Lambda.FunctionTimedOut        The Lambda functi…
          12  Lambda.MissingRecordId         One or more recor…
           2  Lambda.ProcessingFailedStatus  ProcessingFailed …
     No room for: attempts, function, first, last
    [exit status: 0]
    ");
    assert_snapshot!(failures(words).on_terminal(160), @"
     records  code                           attempts  function                  first                       last                        message
          24  Lambda.FunctionTimedOut        4         orders-transform:$LATEST  2026-11-22 10:20:00 +00:00  2026-11-22 10:39:10 +00:00  The Lambda function invoc…
          12  Lambda.MissingRecordId         1         orders-transform:$LATEST  2026-11-22 10:00:00 +00:00  2026-11-22 11:50:00 +00:00  One or more record Ids we…
           2  Lambda.ProcessingFailedStatus  1         orders-transform:$LATEST  2026-11-22 10:00:00 +00:00  2026-11-22 11:00:00 +00:00  ProcessingFailed status s…
    [exit status: 0]
    ");
}

#[test]
fn a_document_has_everything_and_ndjson_a_line_for_each_kind() {
    let words = "--code timed fixtures/failures/over-time.ndjson --output";
    assert_snapshot!(failures(words).arg("json").run(), @r#"
    {"records":24,"bytes":672,"inputs":1,"leftOut":{"otherStreams":0,"unknownStream":0,"otherData":0,"notOpened":0,"notReadable":0},"completeUntil":null,"completeUntilTimestamp":null,"missing":[],"incomplete":false,"arrivals":{"first":"2026-11-22T10:20:00.123Z","firstTimestamp":1795342800123,"last":"2026-11-22T10:39:10.123Z","lastTimestamp":1795343950123},"timeline":{"start":"2026-11-22T10:20:00.000Z","stepSeconds":30,"counts":[1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1]},"kinds":[{"errorCode":"Lambda.FunctionTimedOut","errorMessage":"The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.","messagesDiffer":false,"attemptsMade":{"least":4,"most":4},"function":"arn:aws:lambda:eu-west-1:111122223333:function:orders-transform:$LATEST","records":24,"bytes":672,"controlMessages":0,"arrivals":{"first":"2026-11-22T10:20:00.123Z","firstTimestamp":1795342800123,"last":"2026-11-22T10:39:10.123Z","lastTimestamp":1795343950123},"timeline":{"start":"2026-11-22T10:20:00.000Z","stepSeconds":30,"counts":[1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1]},"happened":"The function did not answer before its own timeout.","sample":{"source":"fixtures/failures/over-time.ndjson","line":4,"index":4,"contentType":"json","data":{"order":"A-1100","items":3}}}],"otherRecords":0,"putBack":null}
    [exit status: 0]
    "#);
    assert_snapshot!(failures(words).arg("ndjson").run(), @r#"
    {"errorCode":"Lambda.FunctionTimedOut","errorMessage":"The Lambda function invocation timed out. Increase the Timeout setting in the Lambda function.","messagesDiffer":false,"attemptsMade":{"least":4,"most":4},"function":"arn:aws:lambda:eu-west-1:111122223333:function:orders-transform:$LATEST","records":24,"bytes":672,"controlMessages":0,"arrivals":{"first":"2026-11-22T10:20:00.123Z","firstTimestamp":1795342800123,"last":"2026-11-22T10:39:10.123Z","lastTimestamp":1795343950123},"timeline":{"start":"2026-11-22T10:20:00.000Z","stepSeconds":30,"counts":[1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1,0,1,1,0,1]},"happened":"The function did not answer before its own timeout.","sample":{"source":"fixtures/failures/over-time.ndjson","line":4,"index":4,"contentType":"json","data":{"order":"A-1100","items":3}}}
    [exit status: 0]
    "#);
    assert_snapshot!(failures("--output json").run(), @r#"
    {"records":0,"bytes":0,"inputs":1,"leftOut":{"otherStreams":0,"unknownStream":0,"otherData":0,"notOpened":0,"notReadable":0},"completeUntil":null,"completeUntilTimestamp":null,"missing":[],"incomplete":false,"arrivals":null,"timeline":null,"kinds":[],"otherRecords":0,"putBack":null}
    ------- stderr -------
    fh: the input is empty
      hint: check the command that writes it
    [exit status: 2]
    "#);
}

#[test]
fn messages_that_differ_in_ids_only_are_one_kind() {
    let input = record("Lambda.FunctionError", "request 8f507cfc-91d4 died", "QQ==", 0)
        + &record("Lambda.FunctionError", "request 1a2b3c4d-91d4 died", "QQ==", 1);
    assert_snapshot!(failures("").stdin(input).run(), @r#"
    2 failed records in 1 input, 1 kind, 2 B of data
    arrived 1970-01-01 00:00:00 +00:00

    1 · Lambda.FunctionError · 2 records
    The function was called, but threw, ended early, or returned what Firehose treats as an error.
    AWS says  request 8f507cfc-91d4 died (others differ in IDs or numbers)
    Attempts  1: the function responded, but its response was not accepted
    Arrived   1970-01-01 00:00:00 +00:00
    Example   standard input:1, text, 1 line, no newline at the end, like the other one
              A
    Change    - The response is not one that Firehose accepts. Return {"records": [...]} with recordId, result and data in each, and write results exactly Ok, Dropped or ProcessingFailed.
    Next      fh explain Lambda.FunctionError
              fh decode --records 1 failed.ndjson
              fh event --from-failures failed.ndjson --code Lambda.FunctionError > event.json
              fh invoke --handler FILE.FUNCTION --event event.json
              fh invoke --isolate --handler FILE.FUNCTION --event event.json
              # failed.ndjson: the input, as a file
              # FILE.FUNCTION: your transform; see fh invoke --help for other ways to call it
    [exit status: 0]
    "#);
}

#[test]
fn health_checks_of_cloudwatch_logs_are_marked() {
    let output = failures("fixtures/failures/cloudwatch-gzip.ndjson").run().text();
    let marked: Vec<_> = output.lines().filter(|line| line.starts_with("Harmless?")).collect();
    assert_eq!(marked.len(), 1, "{output}");
    assert!(marked[0].starts_with("Harmless? 1 of them: "), "{output}");
    // The example is the record that somebody wants.
    assert!(output.contains("[WARN] order A-1042 payment retried"), "{output}");
}

#[test]
fn every_shape_and_compression_is_read() {
    let file = "fixtures/objects/failures.ndjson.gz";
    let count = |words: &str| {
        let output = failures(words).run();
        let text = output.text();
        (text.split(" in ").next().unwrap_or_default().to_owned(), output.code())
    };
    assert_eq!(count(file), ("3 failed records".to_owned(), 0));
    for (name, records) in [
        ("array.json", 2),
        ("bom.ndjson", 2),
        ("crlf.ndjson", 2),
        ("format-conversion.ndjson", 2),
        ("format-conversion-docs.json", 1),
        ("glued.json", 3),
        ("http-endpoint.json", 1),
        ("iceberg.json", 1),
        ("lambda-arn-2022.ndjson", 3),
        ("pretty.json", 2),
        ("snowflake.json", 1),
        ("strings-not-numbers.json", 1),
    ] {
        let expected = if records == 1 {
            "1 failed record".to_owned()
        } else {
            format!("{records} failed records")
        };
        assert_eq!(count(&format!("fixtures/failures/{name}")), (expected, 0), "{name}");
    }
}

#[test]
fn a_damaged_record_does_not_hide_the_others() {
    let words = "--output ndjson fixtures/failures/one-bad-line.ndjson \
                 fixtures/failures/bad-rawdata.ndjson fixtures/failures/two-rawdata.json";
    let output = failures(words).run();
    assert_eq!((output.text().lines().count(), output.code()), (3, 1));
    assert_snapshot!(output.errors(), @"
    fh: fixtures/failures/one-bad-line.ndjson: line 2, record 2: JSON ends early at byte 200
      hint: the text was truncated or edited; the lines after it are read separately
    fh: fixtures/failures/bad-rawdata.ndjson: line 1, record 1: base64: plain text, not base64
      hint: Firehose writes plain base64: was the object edited or truncated?
    fh: fixtures/failures/bad-rawdata.ndjson: line 2, record 2: base64: one extra character at the end at byte 61
      hint: Firehose writes plain base64: was the object edited or truncated?
    fh: fixtures/failures/two-rawdata.json: line 1, record 1: two `rawData` keys in one failure object
      hint: the first is used; `fh decode` shows both
    ");
}

#[test]
fn a_manifest_of_redshift_is_no_failure_record() {
    let words = "--output ndjson fixtures/failures/redshift-manifest.json";
    assert_snapshot!(failures(words).run(), @"
    ------- stderr -------
    fh: 1 manifest of Redshift, not failure records: 3 objects not loaded
      hint: the objects are complete: load them with COPY and the manifest
    [exit status: 0]
    ");
    assert_eq!(failures(words).arg("--fail-if-any").run().code(), 1);
}

#[test]
fn other_data_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let from = |name: &str| fs::read(root().join("fixtures").join(name)).unwrap();
    fs::write(folder.path().join("1-failed"), from("failures/splunk.json")).unwrap();
    fs::write(folder.path().join("2-delivered.gz"), from("objects/cloudwatch-members.gz")).unwrap();
    fs::write(folder.path().join("3-text"), "some text\n{\"a\":1}{\"rawData\":1}\n").unwrap();
    fs::write(folder.path().join("4-empty"), "").unwrap();
    let run = || failures("--output table .").current_dir(folder.path()).run();
    assert_snapshot!(run(), @"
     records  code               attempts  function  first                       last                        message
           1  Splunk.AckTimeout  0                   2026-11-22 10:00:00 +00:00  2026-11-22 10:00:00 +00:00  Did not receive an acknowledgement from HEC before the HEC acknowledgement timeout expired.
    ------- stderr -------
    fh: 2 inputs with data other than failure records
    [exit status: 0]
    ");
    fs::remove_file(folder.path().join("1-failed")).unwrap();
    assert_snapshot!(run(), @"
    ------- stderr -------
    fh: no failure records in the input
      hint: failure objects have `rawData` and an error code; `fh decode` shows what else it is
    [exit status: 2]
    ");
}

#[test]
fn nothing_failed_is_good_news() {
    assert_snapshot!(failures("--fail-if-any").run(), @"
    ------- stderr -------
    fh: the input is empty
      hint: check the command that writes it
    [exit status: 2]
    ");
    let words = "--code nosuch --fail-if-any fixtures/failures/splunk.json";
    assert_snapshot!(failures(words).run(), @"
    ------- stderr -------
    fh: none of 1 failure record in 1 input matches the filters
      hint: codes of these records: `Splunk.AckTimeout`
    [exit status: 0]
    ");
}

#[test]
fn a_failure_can_be_an_exit_code() {
    let words = "--code acktimeout --fail-if-any --output ndjson fixtures/failures/splunk.json";
    assert_eq!(failures(words).run().code(), 1);
    assert_eq!(failures("fixtures/failures/splunk.json").run().code(), 0);
}

#[test]
fn times_are_in_the_zone_of_the_machine_or_in_utc() {
    let arrived = |fh: Fh| {
        let text = fh.args("fixtures/failures/splunk.json").run().text();
        text.lines().find_map(|line| line.strip_prefix("Arrived   ").map(str::to_owned)).unwrap()
    };
    assert_eq!(arrived(failures("").env("TZ", "UTC-5:30")), "2026-11-22 15:30:00 +05:30");
    assert_eq!(arrived(failures("--utc").env("TZ", "UTC-5:30")), "2026-11-22 10:00:00 +00:00");
}

#[test]
fn inputs_that_cannot_be_read_and_flags_that_do_not_fit_are_reported() {
    assert_snapshot!(failures("no/such/file fixtures/failures/splunk.json --output ndjson").run(), @r#"
    {"errorCode":"Splunk.AckTimeout","errorMessage":"Did not receive an acknowledgement from HEC before the HEC acknowledgement timeout expired.","messagesDiffer":false,"attemptsMade":{"least":0,"most":0},"function":null,"records":1,"bytes":70,"controlMessages":0,"arrivals":{"first":"2026-11-22T10:00:00.123Z","firstTimestamp":1795341600123,"last":"2026-11-22T10:00:00.123Z","lastTimestamp":1795341600123},"timeline":{"start":"2026-11-22T10:00:00.000Z","stepSeconds":1,"counts":[1]},"happened":"Splunk did not confirm in time that the records are indexed; they may be.","sample":{"source":"fixtures/failures/splunk.json","line":1,"index":1,"contentType":"json","data":{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}}}
    ------- stderr -------
    fh: cannot read `no/such/file`: No such file or directory (os error 2)
    [exit status: 2]
    "#);
    assert_snapshot!(failures("--since 10 x").run(), @"
    ------- stderr -------
    fh: `--since`: `10` has no unit: use 10m or 10h for a relative time; epoch times have 10 digits (seconds) or 13 (milliseconds)
    [exit status: 2]
    ");
    assert_snapshot!(failures("--since tomorrow x").run(), @"
    ------- stderr -------
    fh: `--since`: `tomorrow` is not a valid time; use a relative time (10m, 1h30m, 2d), a time of the last 24 hours (14:05), a date (2026-11-22, yesterday), perhaps with a time (2026-11-22 14:05), RFC 3339 (2026-11-22T14:05:00Z), or epoch seconds or milliseconds
    [exit status: 2]
    ");
    assert_snapshot!(failures("--since 10m --until 20m x").run(), @"
    ------- stderr -------
    fh: `--until 20m` is before `--since 10m`
    [exit status: 2]
    ");
    let hint = "a time without a day is that of today, or of yesterday if it is still to come";
    for (times, is_of_clock) in [
        ("--since 2026-11-22 --until 2026-11-21", false),
        ("--since 2200-01-01 --until 14:05", true),
    ] {
        let refused = failures(&format!("{times} x")).run();
        assert_eq!(refused.errors().contains(hint), is_of_clock, "{refused}");
    }
    assert_snapshot!(failures("--grep ( x").run(), @"
    ------- stderr -------
    fh: `--grep (`: the regular expression is invalid: unclosed group
    [exit status: 2]
    ");
}

#[test]
fn nothing_in_a_failure_controls_the_terminal() {
    let evil = "\\u001b]0;x\\u0007\\u009b1m\\u202e\\nfh: all is well";
    let mut input = record(evil, evil, "G10wO3gHCg==", 0);
    let _infallible = write!(
        input,
        "{{\"errorCode\":\"{evil}2\",\"lambdaARN\":\"arn:aws:lambda:{evil}:1:function:{evil}\",\"rawData\":\"{evil}\",\"attemptsMade\":1}}"
    );
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{1b}[2J\nb";
    fs::write(folder.path().join(name), &input).unwrap();
    for form in [
        "",
        "--output table",
        "--output json",
        "--records",
        "--records --output table",
        "--records --output ndjson",
    ] {
        let words = format!("--color always {form}");
        let output = failures(&words).arg(name).current_dir(folder.path()).run();
        let text = output.text() + &output.errors();
        let plain = ["1", "2", "38;5;196;1", "38;5;130", "38;5;28", "38;5;32;1", "0"]
            .iter()
            .fold(text, |text, style| text.replace(&format!("\u{1b}[{style}m"), ""));
        let is_evil = |it: char| it != '\n' && (it.is_control() || it == '\u{202e}');
        assert!(!plain.contains(is_evil), "{form}: {plain:?}");
        assert!(!plain.lines().any(|line| line.starts_with("fh: all is well")), "{form}: {plain}");
    }
}

#[test]
fn the_advice_goes_by_the_status_that_an_endpoint_answered() {
    let record = r#"{"rawData":"eA==","errorCode":"HttpEndpoint.DestinationException","errorMessage":"The following response was received from the endpoint destination. 413: {}","attemptsMade":4,"arrivalTimestamp":1795341600123}"#;
    let text = Fh::new().args("failures -").stdin(record).run().text();
    let advice = text.lines().find(|line| line.starts_with("Change")).unwrap();
    assert!(advice.contains("Lower the buffer: SizeInMBs"), "{text}");
}
