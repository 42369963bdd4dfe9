//! `fh check`: partition keys and Iceberg, limits, and documents that are not
//! what they are given as.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::functions::verdict;
use crate::harness::{Fh, Output};

const EVENT: &str = r#"{"invocationId":"i","records":[{"recordId":"1","data":"eyJhIjoxfQ=="},{"recordId":"2","data":"eyJhIjoyfQ=="}]}"#;

/// Judges a response to the event of two records, with the rules that it breaks.
fn check(flags: &str, response: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("event.json"), EVENT).unwrap();
    let fh = Fh::new().args("check --event event.json").args(flags);
    fh.current_dir(folder.path()).stdin(response).run()
}

/// The exit code and the rules.
fn rules(flags: &str, response: &str) -> String {
    let output = check(&format!("{flags} --output json"), response);
    verdict(&output)
}

/// A response of two records with these parts.
fn response(first: &str, second: &str) -> String {
    let record = |id: &str, more: &str| {
        format!(r#"{{"recordId":"{id}","result":"Ok","data":"eyJhIjo5fQo="{more}}}"#)
    };
    format!(r#"{{"records":[{},{}]}}"#, record("1", first), record("2", second))
}

fn metadata(value: &str) -> String {
    format!(r#","metadata":{value}"#)
}

/// What the types of AWS for Go write on every record.
const GO: &str = r#","metadata":{"partitionKeys":null,"otfMetadata":{"destinationDatabaseName":"","destinationTableName":"","operation":""}}"#;

#[test]
fn the_answer_of_awss_types_for_go_is_delivered() {
    assert_snapshot!(check("--strict", &response(GO, GO)), @"
    standard input: 2 records, 2 delivered

    event 110 B, response 359 B of 6,291,556 B, growth 3.26
    [exit status: 0]
    ");
    let old = metadata(r#"{"partitionKeys":null}"#);
    assert_eq!(rules("", &response(&old, &old)), "exit 0");
    assert_eq!(rules("", &response(&metadata("null"), "")), "exit 0");
}

#[test]
fn what_is_not_set_is_an_error_where_it_is_asked_for() {
    assert_eq!(rules("--partition-key year", &response(GO, GO)), "exit 1, partition-keys-missing");
    for record in ["", GO] {
        assert_eq!(
            rules("--iceberg", &response(record, record)),
            "exit 0",
            "the stream has a table"
        );
    }
}

#[test]
fn with_partition_key_only_those_count() {
    let keys = |keys: &str| metadata(&format!(r#"{{"partitionKeys":{keys}}}"#));
    let extra = response(&keys(r#"{"tenant":"a","debug":"1"}"#), &keys(r#"{"tenant":"b"}"#));
    assert_eq!(rules("--partition-key tenant", &extra), "exit 0");
    assert_snapshot!(check("", &extra), @r#"
    standard input: 2 records, 2 delivered

    warning: partition-keys-differ
        record 2 (/records/1/metadata/partitionKeys): partition key `debug`, which other records have, is missing
          recordId 2
          {"a":2}
      if the S3 prefix names the key, the record fails with DynamicPartitioning.MetadataExtractionFailed.
      hint: return the same keys for each record; `--partition-key KEY` says which ones the prefix needs

    event 110 B, response 219 B of 6,291,556 B, growth 1.99
    [exit status: 0]
    "#);
}

#[test]
fn near_misses_of_keys_are_named() {
    let hint = |first: &str| {
        let text = check("--partition-key year", &response(first, first)).text();
        text.lines().find(|line| line.starts_with("  hint:")).unwrap().trim().to_owned()
    };
    let mut hints = String::new();
    for first in [
        metadata(r#"{"partition_keys":{"year":"1"}}"#),
        metadata(r#"{"PartitionKeys":{"year":"1"}}"#),
        r#","partitionKeys":{"year":"1"}"#.to_owned(),
        r#","metaData":{"partitionKeys":{"year":"1"}}"#.to_owned(),
        metadata(r#"{"partitionKeys":{"Year":"1"}}"#),
    ] {
        hints.push_str(&hint(&first));
        hints.push('\n');
    }
    assert_snapshot!(hints, @"
    hint: found `partition_keys` in `metadata`; the key is `partitionKeys`
    hint: found `PartitionKeys` in `metadata`; the key is `partitionKeys`
    hint: `partitionKeys` is next to `recordId`; it belongs in `metadata`
    hint: found `metaData`; the key is `metadata`, in exactly these letters
    hint: found `Year`; the key is `year`, in exactly these letters
    ");
    for key in ["recorId", "RecordId", "record_id", "recordID"] {
        let misspelt = response("", "").replacen("recordId", key, 1);
        let text = check("", &misspelt).text();
        assert!(text.contains(&format!("hint: write `recordId` instead of `{key}`\n")), "{text}");
    }
}

#[test]
fn keys_with_escapes_are_the_same_keys() {
    let escaped =
        response("", "").replace("recordId", "\\u0072ecordId").replace("records", "record\\u0073");
    assert_eq!(rules("", &escaped), "exit 0");
    let keys = metadata(r#"{"partition\u004beys":{"y\u0065ar":"1"}}"#);
    assert_eq!(rules("--partition-key year", &response(&keys, &keys)), "exit 0");
}

#[test]
fn an_iceberg_table_without_a_name_and_two_objects_are_reported() {
    let route = |table: &str| {
        metadata(&format!(
            r#"{{"otfMetadata":{{"destinationDatabaseName":"shop","destinationTableName":"{table}","operation":"insert"}}}}"#
        ))
    };
    assert_snapshot!(check("", &response(&route(""), &route("orders"))), @r#"
    standard input: 2 records, 1 delivered, 1 failed
      1 with Iceberg.InvalidTableName (fh explain Iceberg.InvalidTableName)

    error: iceberg-table-missing
        record 1 (/records/0/metadata/otfMetadata): `destinationTableName` is null, empty or left out
          recordId 1
          {"a":1}
      a null or empty name of a table is refused when the record is written to Iceberg.
      Firehose: the record fails with Iceberg.InvalidTableName, attempts unknown (documented by AWS; no failure record is known).
      hint: return destinationDatabaseName and destinationTableName, or leave otfMetadata out: then the table of the stream counts

    event 110 B, response 343 B of 6,291,556 B, growth 3.12
    [exit status: 1]
    "#);
    // {"a":1}{"a":1} and a newline.
    let two = response(&route("orders"), "").replacen("eyJhIjo5fQo=", "eyJhIjoxfXsiYSI6MX0K", 1);
    assert_snapshot!(check("", &two), @r#"
    standard input: 2 records, 1 delivered, 1 failed
      1 below iceberg-failed/ in the error output

    error: iceberg-many-objects
        record 1 (/records/0/data): the payload has 2 JSON values, one after the other
          recordId 1
          {"a":1}
      Firehose takes one object per record: records with more than one go to the error bucket (developer guide, Apache Iceberg tables).
      Firehose: the record fails, below iceberg-failed/ in the error output; its code is not known (documented by AWS; no failure record is known).
      hint: return one object per record; where one record holds several, send each as a record of its own from the producer

    event 110 B, response 242 B of 6,291,556 B, growth 2.20
    [exit status: 1]
    "#);
    let plain = response("", "").replacen("eyJhIjo5fQo=", "eyJhIjoxfXsiYSI6MX0K", 1);
    assert_eq!(rules("", &plain), "exit 0, no-newline");
    assert_eq!(rules("--iceberg", &plain), "exit 1, iceberg-many-objects");
}

#[test]
fn what_nothing_confirms_can_be_ignored() {
    let number = metadata(r#"{"partitionKeys":{"year":2026}}"#);
    let number = response(&number, &number);
    assert_eq!(rules("", &number), "exit 1, partition-key-not-string");
    assert_snapshot!(check("--strict --ignore partition-key-not-string", &number), @"
    standard input: 2 records, 2 delivered

    event 110 B, response 205 B of 6,291,556 B, growth 1.86
    [exit status: 0]
    ");
}

#[test]
fn both_documented_outcomes_are_named() {
    let broken = response("", "").replacen("eyJhIjo5fQo=", "{}", 1);
    let row = check("--output ndjson", &broken).text();
    assert!(row.contains(r#""alsoSeen":{"errorCode":"Lambda.JsonMappingException""#), "{row}");
    let unknown = response("", "").replacen("\"Ok\"", "\"Done\"", 1);
    let row = check("--output ndjson", &unknown).text();
    assert!(row.contains("valid result status of Dropped, Ok, or ProcessingFailed"), "{row}");
}

#[test]
fn a_byte_order_mark_and_bits_without_meaning_are_mentioned() {
    let marked = format!("\u{feff}{}", response("", ""));
    assert_eq!(rules("", &marked), "exit 0, byte-order-mark");
    let bits = response("", "").replacen("eyJhIjo5fQo=", "eyJhIjo5fQp=", 1);
    assert_eq!(rules("", &bits), "exit 0, data-trailing-bits");
}

#[test]
fn a_response_between_the_two_limits_is_taken() {
    let sized = |bytes: usize| {
        let start = response("", "");
        format!("{}{start}", " ".repeat(bytes - start.len()))
    };
    assert_eq!(rules("", &sized(6_291_556)), "exit 0");
    assert_eq!(rules("", &sized(6_291_557)), "exit 1, response-too-large");
}

#[test]
fn depth_that_fh_does_not_read_is_not_blamed_on_firehose() {
    let deep = format!("{}1{}", "[".repeat(2000), "]".repeat(2000));
    let deep = response("", "").replacen('{', &format!("{{\"x\":{deep},"), 1);
    assert_snapshot!(check("", &deep), @"
    ------- stderr -------
    fh: the response is nested deeper than the 1024 levels that fh reads
      hint: it was not checked; Firehose may accept it
    [exit status: 2]
    ");
}

#[test]
fn a_function_that_runs_over_five_minutes_is_too_late_for_firehose() {
    let late = r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 8f507cfc Error: Task timed out after 900.00 seconds"}"#;
    assert_snapshot!(check("", late), @"
    standard input: 2 records, 2 failed
      2 with Lambda.InvocationFailure (fh explain Lambda.InvocationFailure)

    error: function-too-long
        the function did not respond in 5 minutes: Sandbox.Timedout: RequestId: 8f507cfc Error: Task timed out after 900.00 seconds
      Firehose waits 5 minutes for a function, whatever its own timeout is.
      Firehose: the whole batch fails with Lambda.InvocationFailure, attemptsMade 4 (documented by AWS; no failure record is known).
      hint: do less in one call: lower the transform's BufferSizeInMBs, give the function more memory, and set its Timeout to 5 minutes at most

    event 110 B, response 112 B of 6,291,556 B, growth 1.02
    [exit status: 1]
    ");
}

#[test]
fn what_is_not_a_response_is_named() {
    let cli = r#"{"StatusCode": 200, "ExecutedVersion": "$LATEST"}"#;
    let text = check("", cli).text();
    let hint = text.lines().find(|line| line.starts_with("  hint:")).unwrap();
    assert_snapshot!(hint, @"  hint: this is what `aws lambda invoke` prints; the response is in the file that it was given as its last argument: fh check --event event.json --response out.json");
    let event = EVENT.replace("\"invocationId\":\"i\"", "\"deliveryStreamArn\":\"arn\"");
    let text = check("", &event).text();
    assert!(text.contains("hint: this is the event itself, not an answer to it\n"), "{text}");
}

#[test]
fn what_is_not_a_transform_event_is_named() {
    let mut named = String::new();
    for event in [
        r#"{"invocationId":"i","applicationArn":"arn","streamArn":"arn","records":[{"recordId":"1","data":"e30="}]}"#,
        r#"{"records":[{"recordId":"1","result":"Ok","data":"e30="}]}"#,
        r#"{"Records":[{"kinesis":{"data":"e30="},"eventSource":"aws:kinesis"}]}"#,
        r#"{"Records":[{"messageId":"1","body":"{}","eventSource":"aws:sqs"}]}"#,
        r#"{"awslogs":{"data":"H4sI"}}"#,
        r#"{"rawData":"e30=","errorCode":"Lambda.FunctionError"}"#,
    ] {
        let output = Fh::new()
            .args("check --event - --response fixtures/responses/response-ok.json")
            .stdin(event)
            .run();
        assert_eq!(output.code(), 2, "{output}");
        named.push_str(output.errors().lines().next().unwrap());
        named.push('\n');
    }
    assert_snapshot!(named, @"
    fh: `standard input` is not a transform event: it is an event of Kinesis Data Analytics (`applicationArn`), not of Firehose
    fh: `standard input` is not a transform event: it is a transform response: its records have a `result`
    fh: `standard input` is not a transform event: it is an event of a Kinesis data stream that calls a function (`Records`), not of Firehose
    fh: `standard input` is not a transform event: it is an event of SQS for a function (`Records`), not of Firehose
    fh: `standard input` is not a transform event: it is an event of a CloudWatch Logs subscription that calls a function (`awslogs`)
    fh: `standard input` is not a transform event: it is a failure record (`rawData`): `fh event --from-failures` reads those
    ");
}

/// A response of two records with these payloads.
fn payloads(first: &str, second: &str) -> String {
    let record = |id: &str, payload: &str| {
        let data = STANDARD.encode(payload);
        format!(r#"{{"recordId":"{id}","result":"Ok","data":"{data}"}}"#)
    };
    format!(r#"{{"records":[{},{}]}}"#, record("1", first), record("2", second))
}

#[test]
fn a_table_takes_one_json_object_per_record_and_nothing_else() {
    for payload in ["{'a': 1}", "x", "1", "\"{\\\"a\\\":1}\"", "eyJhIjoxLCJiIjoyfQ==", "", "  "] {
        let rules = rules("--iceberg", &payloads(payload, "{\"a\":1}"));
        assert!(
            rules.starts_with("exit 1, ") && rules.contains("iceberg-not-object"),
            "{payload}: {rules}"
        );
    }
    for payload in ["[{\"a\":1}]", "{\"a\":1}{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n"] {
        assert_eq!(
            rules("--iceberg", &payloads(payload, "{\"a\":3}")),
            "exit 1, iceberg-many-objects",
            "{payload}"
        );
    }
    assert_snapshot!(check("--iceberg", &payloads("x", "{\"a\":3}")), @r#"
    standard input: 2 records, 1 delivered, 1 failed
      1 below iceberg-failed/ in the error output

    error: iceberg-not-object
        record 1 (/records/0/data): the payload is not JSON
          recordId 1
          {"a":1}
      Firehose takes one JSON object per record and makes a row of it; a record that is anything else cannot become one (developer guide, Apache Iceberg tables).
      Firehose: the record fails, below iceberg-failed/ in the error output; its code is not known (documented by AWS; no failure record is known).
      hint: return one JSON object per record, serialized with JSON.stringify or json.dumps; return Dropped or ProcessingFailed for what is not a row

    event 110 B, response 111 B of 6,291,556 B, growth 1.01
    [exit status: 1]
    "#);
}

#[test]
fn what_only_s3_needs_is_not_judged_for_a_table() {
    let no_newline = payloads("{\"a\":8}", "{\"a\":9}");
    assert_eq!(rules("", &no_newline), "exit 0, no-newline");
    assert_eq!(rules("--iceberg --strict", &no_newline), "exit 0");
    let keys = metadata(r#"{"partitionKeys":{"year":null,"day":3}}"#);
    assert_eq!(rules("--iceberg --strict", &response(&keys, "")), "exit 0");
    assert_eq!(check("--iceberg --partition-key year", &no_newline).code(), 2);
}

#[test]
fn all_keys_that_are_missing_are_named_at_once() {
    let keys = metadata(r#"{"partitionKeys":{"month":"11"}}"#);
    let flags = "--partition-key year --partition-key month --partition-key day --output ndjson";
    let output = check(flags, &response(&keys, GO));
    let messages: Vec<_> = output
        .text()
        .lines()
        .filter_map(|line| Some(line.split_once("\"message\":\"")?.1.split('"').next()?.to_owned()))
        .collect();
    assert_snapshot!(messages.join("\n"), @"
    partition keys `day` and `year`, which `--partition-key` requires, are missing
    partition keys `day`, `month` and `year`, which `--partition-key` requires, are missing
    ");
}

#[test]
fn a_flag_names_one_partition_key() {
    let refused = |value: &str| {
        let output = Fh::new().args("check --event e.json --partition-key").arg(value).run();
        assert_eq!(output.code(), 2, "{output}");
        output.errors().lines().next().unwrap().to_owned()
    };
    assert_snapshot!(refused(""), @"fh: `--partition-key`: a partition key has a name: KEY in !{partitionKeyFromLambda:KEY}");
    assert_snapshot!(refused("customer, day"), @"fh: `--partition-key customer, day`: one key per flag: --partition-key customer --partition-key day");
}

#[test]
fn a_buffer_is_as_large_as_that_of_a_transform() {
    let fine = response("", "");
    for size in ["0.2MB", "256KiB", "1MiB", "3MB", "3MiB"] {
        assert_eq!(rules(&format!("--buffer-size {size}"), &fine), "exit 0", "{size}");
    }
    for size in ["50MiB", "3145729", "100KiB"] {
        assert_eq!(check(&format!("--buffer-size {size}"), &fine).code(), 2, "{size}");
    }
    assert_snapshot!(check("--buffer-size 50MiB", &fine), @"
    ------- stderr -------
    fh: `--buffer-size 50MiB`: the buffer of a transform is 0.2 to 3 MB; use a size from 0.2MB to 3MiB
    [exit status: 2]
    ");
}

#[test]
fn a_table_lists_the_rules_that_are_broken() {
    let response = r#"{"records":[{"recordId":"1","result":"ok","data":"eyJhIjo5fQo="},{"recordId":"2","result":"Ok","data":"eyJhIjo5fQ=="}]}"#;
    assert_snapshot!(check("--output table", response), @"
     record  recordId  fate    error code            attempts  bytes in  bytes out
          1  1         failed  Lambda.FunctionError         ?         7          8
          2  2         failed  Lambda.FunctionError         ?         7          7

     severity  rule             places  first place
     error     result-misspelt       1  /records/0/result: `result` is `ok`
     warning   no-newline            1  /records/1/data: the payload does not end with a newline
    [exit status: 1]
    ");
    assert_snapshot!(check("--output table", &self::response("", "")), @"
     record  recordId  fate       error code  attempts  bytes in  bytes out
          1  1         delivered                               7          8
          2  2         delivered                               7          8
    [exit status: 0]
    ");
}
