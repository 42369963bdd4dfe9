//! `fh check`: verdicts, rules, forms of the output, wrong use.

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

const EVENT: &str = "fixtures/events/direct-put.json";

/// Judges this response to the event of three records.
fn check(flags: &str, response: &str) -> Output {
    Fh::new().args(&format!("check --event {EVENT} {flags}")).stdin(response).run()
}

/// The ids of the records of [`EVENT`].
fn ids() -> [&'static str; 3] {
    [
        "49668231907715301429481730562918473650281947365019283746000000",
        "49668231907715301429481730562919682576101561994193989922000000",
        "49668231907715301429481730562920891501921176623368696098000000",
    ]
}

/// A response with these parts of its records behind the `recordId`.
fn response(parts: [&str; 3]) -> String {
    let records: Vec<_> = ids()
        .iter()
        .zip(parts)
        .map(|(id, part)| format!(r#"{{"recordId":"{id}",{part}}}"#))
        .collect();
    format!(r#"{{"records":[{}]}}"#, records.join(","))
}

const FINE: &str = r#""result":"Ok","data":"eyJhIjoxfQo=""#;
const DROPPED: &str = r#""result":"Dropped""#;

#[test]
fn a_good_response_is_a_line_and_exit_0() {
    assert_snapshot!(check("", &response([FINE, DROPPED, FINE])), @"
    standard input: 3 records, 2 delivered, 1 dropped

    event 1,152 B, response 338 B of 6,291,556 B, growth 0.29
    [exit status: 0]
    ");
}

#[test]
fn what_fails_is_named_with_place_outcome_and_remedy() {
    let python = r#""result":"Ok","data":"b'eyJhIjoxfQo='""#;
    assert_snapshot!(check("", &response([FINE, python, r#""result":"OK","data":"eyJhIjoxfQo=""#])), @r#"
    standard input: 3 records, 3 failed
      3 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: data-python-bytes
        record 2 (/records/1/data): it is the Python repr of bytes, with `b` and quotes
          recordId 49668231907715301429481730562919682576101561994193989922000000
          {"messageType":"DATA_MESSAGE","owner":"111122223333","logGr…
      str(b'...') keeps the b and the quotes, which are not base64; this has failed the batch.
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (seen in one report, or part of one); AWS documents: the whole batch fails with Lambda.JsonMappingException, attempts unknown.
      hint: use .decode('ascii') on what b64encode returns, not str()

    error: result-misspelt
        record 3 (/records/2/result): `result` is `OK`
          recordId 49668231907715301429481730562920891501921176623368696098000000
          order A-1044 shipped
      case matters: with a misspelled result, the whole batch fails as a function error; AWS's message asks for a "valid result status of Dropped, Ok, or ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (documented by AWS; no failure record is known).
      hint: use `Ok`, not `OK`

    event 1,152 B, response 358 B of 6,291,556 B, growth 0.31
    [exit status: 1]
    "#);
}

#[test]
fn a_record_can_fail_by_itself() {
    let no_newline = r#""result":"Ok","data":"eyJhIjoxfQ==""#;
    assert_snapshot!(check("--retries 0", &response([no_newline, r#""result":"Ok""#, no_newline])), @r#"
    standard input: 3 records, 2 delivered, 1 failed
      1 with Lambda.InvalidReturnFormat (fh explain Lambda.InvalidReturnFormat)

    error: data-missing
        record 2 (/records/1): it has no `data`
          recordId 49668231907715301429481730562919682576101561994193989922000000
          {"messageType":"DATA_MESSAGE","owner":"111122223333","logGr…
      an Ok record without data fails; Dropped and ProcessingFailed need none.
      Firehose: the record fails with Lambda.InvalidReturnFormat, attemptsMade 1.
      hint: return the data in base64, or the result Dropped

    warning: no-newline (2 places)
        record 1 (/records/0/data): the payload does not end with a newline
          recordId 49668231907715301429481730562918473650281947365019283746000000
          {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"pr…
        record 3 (/records/2/data): the payload does not end with a newline
          recordId 49668231907715301429481730562920891501921176623368696098000000
          order A-1044 shipped
      Firehose puts nothing between records: `{..}{..}` on one line, and Athena reads only the first object.
      hint: end the payload with a newline before encoding it, or add AppendDelimiterToRecord to the stream

    event 1,152 B, response 333 B of 6,291,556 B, growth 0.29
    [exit status: 1]
    "#);
}

#[test]
fn where_two_behaviors_were_captured_both_are_reported() {
    assert_snapshot!(check("", r#"{"Records":[]}"#), @"
    standard input: 3 records, 3 failed
      3 with Lambda.MissingRecordId (fh explain Lambda.MissingRecordId)

    error: records-missing
        the response has no `records`
      no record of the event was returned. Some real streams failed each record as missing, others the batch as a function error.
      Firehose: the record fails with Lambda.MissingRecordId, attemptsMade 1; also seen: the whole batch fails with Lambda.FunctionError, attempts unknown.
      hint: write `records` instead of `Records`

    event 1,152 B, response 14 B of 6,291,556 B, growth 0.01
    [exit status: 1]
    ");
}

#[test]
fn retries_change_the_attempts() {
    let thrown = r#"{"errorMessage":"'ticker'","errorType":"KeyError","stackTrace":[]}"#;
    assert_snapshot!(check("--retries 9", thrown), @"
    standard input: 3 records, 3 failed
      3 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: function-error
        the function failed: KeyError: 'ticker'
      the invocation failed: Firehose retries with the same records, then every record fails.
      Firehose: the whole batch fails with Lambda.FunctionError, attemptsMade 10.
      hint: fix the exception; catch exceptions of a single record and return that record as ProcessingFailed

    event 1,152 B, response 66 B of 6,291,556 B, growth 0.06
    [exit status: 1]
    ");
}

#[test]
fn a_timeout_is_no_exception() {
    let late = "2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.00 seconds";
    assert_snapshot!(check("", &format!(r#"{{"errorMessage":"{late}"}}"#)), @"
    standard input: 3 records, 3 failed
      3 with Lambda.FunctionTimedOut (fh explain Lambda.FunctionTimedOut)

    error: function-timed-out
        the function did not respond in time: 2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.00 seconds
      the invocation failed: Firehose retries with the same records, then every record fails.
      Firehose: the whole batch fails with Lambda.FunctionTimedOut, attemptsMade 4; also seen: the whole batch fails with Lambda.FunctionError, attemptsMade 4.
      hint: raise the function's Timeout (3 s by default; Firehose waits up to 5 minutes), give it more memory, or lower the transform's BufferSizeInMBs

    event 1,152 B, response 86 B of 6,291,556 B, growth 0.07
    [exit status: 1]
    ");
    let typed = format!(r#"{{"errorType":"Sandbox.Timedout","errorMessage":"{late}"}}"#);
    assert!(check("", &typed).text().contains("error: function-timed-out\n"));
    let raised = format!(r#"{{"errorType":"TimeoutError","errorMessage":"{late}"}}"#);
    assert!(check("", &raised).text().contains("error: function-error\n"));
}

/// Places, and what is advised there.
fn hints(response: &str) -> String {
    let output = check("", response).text();
    let parts = output.lines().filter(|line| {
        line.starts_with("    ") || line.starts_with("  hint:") || line.starts_with("error:")
    });
    parts.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_hint_is_about_what_was_answered() {
    assert_snapshot!(hints(r#"{"records":[{},{},{}]}"#), @"
    error: record-id-missing (3 places)
        /records/0: it has no `recordId`
        /records/1: it has no `recordId`
        /records/2: it has no `recordId`
      hint: `{}` is an unresolved Promise in JSON: return `await Promise.all(event.records.map(async ...))`
    ");
    assert_snapshot!(hints("[{},{},{}]"), @"
    error: response-not-object
        the response is a list
      hint: `{}` is an unresolved Promise in JSON: return `await Promise.all(event.records.map(async ...))`
    ");
    let other =
        r#"{"records":[{"recordId":"1","result":"Dropped"},{"recordId":"2","result":"Dropped"}]}"#;
    assert_snapshot!(hints(other), @r#"
    error: record-id-unknown (2 places)
        /records/0/recordId: no record of the event has this recordId (recordId 1)
        /records/1/recordId: no record of the event has this recordId (recordId 2)
      hint: no recordId matches: return each recordId as it came, or check that this is the response to this event
    error: record-missing (3 places)
        record 1: the response has no record with this recordId
          recordId 49668231907715301429481730562918473650281947365019283746000000
          {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"pr…
        record 2: the response has no record with this recordId
          recordId 49668231907715301429481730562919682576101561994193989922000000
          {"messageType":"DATA_MESSAGE","owner":"111122223333","logGr…
        record 3: the response has no record with this recordId
          recordId 49668231907715301429481730562920891501921176623368696098000000
          order A-1044 shipped
      hint: no recordId matches: return each recordId as it came, or check that this is the response to this event
    "#);
    let one_more =
        response([FINE, FINE, FINE]).replace("]}", r#",{"recordId":"1","result":"Dropped"}]}"#);
    assert_snapshot!(hints(&one_more), @"
    error: record-id-unknown
        /records/3/recordId: no record of the event has this recordId (recordId 1)
      hint: return one record per recordId; to turn one into several, concatenate them in its data
        /records: 3 different records all have the same data, 8 B
      hint: assign in the loop what is returned, from that record; if each record is replaced by a fixed text on purpose, ignore this rule
    ");
    assert_snapshot!(hints(r#"{"records":[{"n":NaN}]}"#), @"
    error: response-not-json
        NaN at byte 17, which JSON does not allow
      hint: return null or omit the field; in Python, `json.dumps(response, allow_nan=False)` finds it
    ");
    let event = format!("invoke --event {EVENT} --exec true --output");
    let report = |format: &str| Fh::new().args(&event).args(format).run().text();
    assert_snapshot!(hints(&report("json")), @"
    error: response-not-object
        the response is a list
      hint: this is a report of `fh invoke`: `--raw` or `--save-response FILE` gives the response alone
    ");
    assert_snapshot!(hints(&report("ndjson")), @"
    error: records-missing
        the response has no `records`
      hint: this is a report of `fh invoke`: `--raw` or `--save-response FILE` gives the response alone
    ");
}

#[test]
fn a_response_over_6_mb_tells_who_is_large() {
    let large = format!(r#""result":"Ok","data":"{}""#, "eyJhIjoxfQoK".repeat(600_000));
    assert_snapshot!(check("", &response([FINE, &large, FINE])), @"
    standard input: 3 records, 3 failed
      3 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: response-too-large
        the response is 7,200,343 B; Lambda accepts 6,291,556 B
        record 2: 343 B in, 5,400,000 B out
        record 1: 70 B in, 8 B out
        record 3: 21 B in, 8 B out
      Lambda refuses the response, so the invocation fails and so does every record of the batch.
      Firehose: the whole batch fails with Lambda.FunctionError, attemptsMade 4 (seen in one report, or part of one).
      hint: return less data per record, drop what is not needed, or lower the transform's BufferSizeInMBs

    event 1,152 B, response 7,200,343 B of 6,291,556 B, growth 6250.30
    [exit status: 1]
    ");
}

#[test]
fn growth_is_projected_on_a_full_buffer() {
    let large = format!(r#""result":"Ok","data":"{}""#, "eyJhIjoxfQoK".repeat(1_000));
    let event =
        format!(r#"{{"records":[{{"recordId":"1","data":"{}"}}]}}"#, "eyJhIjoxfQoK".repeat(125));
    let response = format!(r#"{{"records":[{{"recordId":"1",{large}}}]}}"#);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("event.json"), event).unwrap();
    let run = |flags: &str| {
        let fh = Fh::new().args(&format!("check --event event.json {flags}"));
        fh.current_dir(folder.path()).stdin(response.as_str()).run()
    };
    assert_snapshot!(run(""), @"
    standard input: 1 record, 1 delivered
      JSON values: 125 in, 1,000 out

    warning: full-buffer-too-large
        with this growth, a full transform buffer gives a response of about 11.2 MB
      this event is small enough, but with the same growth a full buffer is not: the batch would fail as a function error.
      hint: return less data per record, or lower the transform's BufferSizeInMBs

    event 1,540 B, response 12,054 B of 6,291,556 B, growth 7.83
    [exit status: 0]
    ");
    assert_snapshot!(run("--buffer-size 256KiB"), @"
    standard input: 1 record, 1 delivered
      JSON values: 125 in, 1,000 out

    event 1,540 B, response 12,054 B of 6,291,556 B, growth 7.83
    [exit status: 0]
    ");
}

#[test]
fn a_table_has_a_row_a_record() {
    let mixed = response([FINE, r#""result":"ProcessingFailed""#, r#""result":"Ok","data":null"#]);
    assert_snapshot!(check("--output table", &mixed), @"
     record  recordId                                                        fate       error code                     attempts  bytes in  bytes out
          1  49668231907715301429481730562918473650281947365019283746000000  delivered                                                 70          8
          2  49668231907715301429481730562919682576101561994193989922000000  failed     Lambda.ProcessingFailedStatus         1       343
          3  49668231907715301429481730562920891501921176623368696098000000  failed     Lambda.InvalidReturnFormat            1        21

     severity  rule               places  first place
     error     data-null               1  /records/2/data: `data` is null
     warning   processing-failed       1  /records/1/result: the transform returned it as ProcessingFailed
    [exit status: 1]
    ");
}

#[test]
fn machines_get_every_verdict_and_violation() {
    let mixed = response([FINE, DROPPED, r#""result":"Ok","data":null"#]);
    assert_snapshot!(check("--output ndjson", &mixed), @r#"
    {"type":"verdict","recordId":"49668231907715301429481730562918473650281947365019283746000000","index":1,"responseIndex":1,"fate":"delivered","bytesIn":70,"bytesOut":8}
    {"type":"verdict","recordId":"49668231907715301429481730562919682576101561994193989922000000","index":2,"responseIndex":2,"fate":"dropped","bytesIn":343,"bytesOut":null}
    {"type":"verdict","recordId":"49668231907715301429481730562920891501921176623368696098000000","index":3,"responseIndex":3,"fate":"failed","errorCode":"Lambda.InvalidReturnFormat","scope":"record","attempts":1,"evidence":"captured","errorMessage":"The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing result is Ok. The value field cannot be null when the SourceType is MSKAsSource and processing result is Ok.","bytesIn":21,"bytesOut":null}
    {"type":"violation","rule":"data-null","severity":"error","recordId":"49668231907715301429481730562920891501921176623368696098000000","index":3,"pointer":"/records/2/data","message":"`data` is null","hint":"return the data in base64, or the result Dropped","errorCode":"Lambda.InvalidReturnFormat","scope":"record","attempts":1,"evidence":"captured","errorMessage":"The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing result is Ok. The value field cannot be null when the SourceType is MSKAsSource and processing result is Ok."}
    {"type":"summary","event":"fixtures/events/direct-put.json","response":"standard input","records":3,"delivered":1,"dropped":1,"failed":1,"silentlyLost":0,"errors":1,"warnings":0,"omitted":0,"eventBytes":1152,"responseBytes":328,"limitBytes":6291556,"growth":0.285,"payloadBytesIn":434,"payloadBytesOut":8,"logEvents":null,"jsonValues":null}
    [exit status: 1]
    "#);
    assert_snapshot!(check("--output json", "null"), @r#"
    {"summary":{"event":"fixtures/events/direct-put.json","response":"standard input","records":3,"delivered":0,"dropped":0,"failed":3,"silentlyLost":0,"errors":1,"warnings":0,"omitted":0,"eventBytes":1152,"responseBytes":4,"limitBytes":6291556,"growth":0.003,"payloadBytesIn":434,"payloadBytesOut":0,"logEvents":null,"jsonValues":null},"verdicts":[{"recordId":"49668231907715301429481730562918473650281947365019283746000000","index":1,"responseIndex":null,"fate":"failed","errorCode":"Lambda.JsonProcessingException","scope":"batch","attempts":null,"evidence":"documented","errorMessage":"There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Amazon Data Firehose.","bytesIn":70,"bytesOut":null},{"recordId":"49668231907715301429481730562919682576101561994193989922000000","index":2,"responseIndex":null,"fate":"failed","errorCode":"Lambda.JsonProcessingException","scope":"batch","attempts":null,"evidence":"documented","errorMessage":"There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Amazon Data Firehose.","bytesIn":343,"bytesOut":null},{"recordId":"49668231907715301429481730562920891501921176623368696098000000","index":3,"responseIndex":null,"fate":"failed","errorCode":"Lambda.JsonProcessingException","scope":"batch","attempts":null,"evidence":"documented","errorMessage":"There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Amazon Data Firehose.","bytesIn":21,"bytesOut":null}],"violations":[{"rule":"response-not-object","severity":"error","recordId":null,"index":null,"pointer":"","message":"the response is null","hint":"the function returned nothing: a `return` is missing on some code path, or a Node.js handler that is not async did not call its callback","errorCode":"Lambda.JsonProcessingException","scope":"batch","attempts":null,"evidence":"documented","errorMessage":"There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Amazon Data Firehose."}]}
    [exit status: 1]
    "#);
}

#[test]
fn warnings_can_be_ignored_or_made_to_count() {
    let warned = response([r#""result":"Ok","data":"eyJhIjoxfQ==""#, DROPPED, FINE]);
    assert_eq!(check("", &warned).code(), 0);
    assert_eq!(check("--strict", &warned).code(), 1);
    assert_snapshot!(check("--strict --ignore no-newline", &warned), @"
    standard input: 3 records, 2 delivered, 1 dropped

    event 1,152 B, response 338 B of 6,291,556 B, growth 0.29
    [exit status: 0]
    ");
    assert_snapshot!(check("--ignore data-null", &warned), @"
    ------- stderr -------
    fh: `--ignore`: `data-null` is an error: Firehose does not ignore it
    [exit status: 2]
    ");
    assert_snapshot!(check("--ignore newline", &warned), @"
    ------- stderr -------
    fh: invalid value `newline` for `--ignore`
      hint: a similar value: no-newline
      hint: possible values: record-not-object, data-not-string, partition-key-not-string, otf-metadata-invalid, processing-failed, all-dropped, unchanged-data, repeated-data, accumulated-data, misplaced-data, order-changed, misspelt-key, partition-key-no-value, partition-keys-differ, control-message, data-empty, data-unpadded, data-line-breaks, data-trailing-bits, data-plain-words, hexadecimal, printed-value, broken-json, payload-too-deep, payload-lost, binary-as-text, characters-lost, numbers-changed, not-utf8, literal-newline, byte-order-mark, double-base64, double-gzip, double-json, compression-broken, gzip-kept, multi-line-json, no-newline, full-buffer-too-large, duplicate-key, event-unreal
    [exit status: 2]
    ");
}

#[test]
fn partition_keys_that_the_prefix_needs_can_be_asked_for() {
    let keys =
        r#""result":"Ok","data":"eyJhIjoxfQo=","metadata":{"partitionKeys":{"year":"2026"}}"#;
    assert_snapshot!(check("--partition-key year --partition-key month", &response([keys, DROPPED, keys])), @r#"
    standard input: 3 records, 1 dropped, 2 failed
      2 with DynamicPartitioning.MetadataExtractionFailed (fh explain DynamicPartitioning.MetadataExtractionFailed)

    error: partition-keys-missing (2 places)
        record 1 (/records/0/metadata/partitionKeys): partition key `month`, which `--partition-key` requires, is missing
          recordId 49668231907715301429481730562918473650281947365019283746000000
          {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"pr…
        record 3 (/records/2/metadata/partitionKeys): partition key `month`, which `--partition-key` requires, is missing
          recordId 49668231907715301429481730562920891501921176623368696098000000
          order A-1044 shipped
      without the keys of the prefix, Firehose cannot place the record, and it fails.
      Firehose: the record fails with DynamicPartitioning.MetadataExtractionFailed, attempts unknown.
      hint: return metadata.partitionKeys with every key in the S3 prefix

    event 1,152 B, response 428 B of 6,291,556 B, growth 0.37
    [exit status: 1]
    "#);
}

#[test]
fn on_a_terminal_prose_is_as_wide_as_that() {
    let fh = |columns| {
        Fh::new()
            .args(&format!("check --event {EVENT}"))
            .stdin(response([FINE, r#""result":"Ok""#, FINE]))
            .on_terminal(columns)
    };
    assert_snapshot!(fh(60), @r#"
    ␛[1mstandard input: 3 records␛[0m, ␛[38;5;28m2 delivered␛[0m, ␛[38;5;196;1m1 failed␛[0m
      1 with Lambda.InvalidReturnFormat
      (fh explain Lambda.InvalidReturnFormat)

    ␛[38;5;196;1merror␛[0m: ␛[1mdata-missing␛[0m
        ␛[1mrecord 2␛[0m (/records/1): it has no `data`
          ␛[2mrecordId …29481730562919682576101561994193989922000000␛[0m
          {"messageType":"DATA_MESSAGE","owner":"111122223333",…
      an Ok record without data fails; Dropped and
      ProcessingFailed need none.
      Firehose: the record fails with
      Lambda.InvalidReturnFormat, attemptsMade 1.
      hint: return the data in base64, or the result Dropped

    ␛[2mevent 1,152 B, response 333 B of 6,291,556 B, growth 0.29␛[0m
    [exit status: 1]
    "#);
    assert_snapshot!(fh(140), @r#"
    ␛[1mstandard input: 3 records␛[0m, ␛[38;5;28m2 delivered␛[0m, ␛[38;5;196;1m1 failed␛[0m
      1 with Lambda.InvalidReturnFormat (fh explain Lambda.InvalidReturnFormat)

    ␛[38;5;196;1merror␛[0m: ␛[1mdata-missing␛[0m
        ␛[1mrecord 2␛[0m (/records/1): it has no `data`
          ␛[2mrecordId 49668231907715301429481730562919682576101561994193989922000000␛[0m
          {"messageType":"DATA_MESSAGE","owner":"111122223333","logGr…
      an Ok record without data fails; Dropped and ProcessingFailed need none.
      Firehose: the record fails with Lambda.InvalidReturnFormat, attemptsMade 1.
      hint: return the data in base64, or the result Dropped

    ␛[2mevent 1,152 B, response 333 B of 6,291,556 B, growth 0.29␛[0m
    [exit status: 1]
    "#);
}

#[test]
fn nothing_in_a_response_controls_the_terminal() {
    let evil = r#"{"records":[{"recordId":"\u001b]0;x\u0007\u009b31m","result":"\u001b[2J"},{"\u001b[1mrecordId":"a\nb"}]}"#;
    for flags in ["", "--output table", "--output json", "--output ndjson"] {
        let output = Fh::new()
            .args(&format!("check --event {EVENT} --color never {flags}"))
            .stdin(evil)
            .on_terminal(100);
        assert!(!output.text().chars().any(|it| it.is_control() && it != '\n'), "{output}");
    }
    let thrown = r#"{"errorMessage":"\u001b[2J\nfh: all is well","errorType":"\u009b"}"#;
    assert_snapshot!(check("", thrown), @r"
    standard input: 3 records, 3 failed
      3 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: function-error
        the function failed: \u{9b}: \u{1b}[2J\nfh: all is well
      the invocation failed: Firehose retries with the same records, then every record fails.
      Firehose: the whole batch fails with Lambda.FunctionError, attemptsMade 4.
      hint: fix the exception; catch exceptions of a single record and return that record as ProcessingFailed

    event 1,152 B, response 66 B of 6,291,556 B, growth 0.06
    [exit status: 1]
    ");
}

#[test]
fn the_rules_are_listed_with_what_they_cost() {
    let list = Fh::new().args("check --rules --output table").run();
    assert_snapshot!(list, @"
     rule                      severity  requirement
     response-not-json         error     The response must be JSON
     response-not-object       error     The response must be a JSON object with `records`
     function-error            error     The function must end without an exception
     function-timed-out        error     The function must respond before its timeout
     function-too-long         error     The function must respond within 5 minutes
     response-too-large        error     The response must not exceed 6 MB (6,291,556 bytes), base64 included
     records-missing           error     The response must have `records`
     records-not-list          error     `records` must be a list
     record-not-object         error     Every element of `records` must be an object
     record-missing            error     Every record of the event must be in the response
     record-id-missing         error     Every record of the response must have a `recordId`
     record-id-not-string      error     `recordId` must be a string
     record-id-changed         error     `recordId` must be returned exactly as received
     record-id-unknown         error     Every `recordId` of the response must be in the event
     record-id-duplicated      error     Every `recordId` must be returned only once
     result-missing            error     Every record must have a `result`
     result-misspelt           error     `result` must be spelled exactly Ok, Dropped or ProcessingFailed
     result-unknown            error     `result` must be Ok, Dropped or ProcessingFailed
     data-missing              error     Every Ok record must have its data
     data-wrong-key            error     The data must be in `data`, or in `kafkaRecordValue` for an MSK source
     data-null                 error     The data of an Ok record must not be null
     data-not-string           error     The data must be a string
     data-not-base64           error     The data must be base64
     data-url-safe             error     The data must be base64 in the standard alphabet
     data-python-bytes         error     The data must be base64, not the Python repr of bytes
     partition-keys-missing    error     Every Ok record must have the partition keys that `--partition-key` requires
     partition-key-empty       error     A partition key must not be null or empty
     partition-key-not-string  error     metadata.partitionKeys must be an object of strings
     otf-metadata-invalid      error     metadata.otfMetadata must have three strings, and insert, update or delete for operation
     iceberg-table-missing     error     metadata.otfMetadata must name a database and a table
     iceberg-many-objects      error     A record for an Iceberg table must not hold more than one JSON object
     iceberg-not-object        error     A record for an Iceberg table must be a JSON object
     processing-failed         warning   No record should be returned as ProcessingFailed
     all-dropped               warning   At least one record should not be Dropped
     unchanged-data            warning   The transform should change something
     repeated-data             warning   Different records should not be returned with the same data
     accumulated-data          warning   A record should not carry the data of the records before it
     misplaced-data            warning   Each record should be returned with its own data
     order-changed             warning   The records should be returned in the order of the event
     misspelt-key              warning   Keys should be written exactly as Firehose reads them
     partition-key-no-value    warning   A partition key should be a value, not how a language prints that there is none
     partition-keys-differ     warning   Every Ok record should have the same partition keys
     control-message           warning   A control message of CloudWatch Logs should be Dropped
     data-empty                warning   The data of an Ok record should not be empty
     data-unpadded             warning   Base64 should have its padding
     data-line-breaks          warning   Base64 should be one line without spaces
     data-trailing-bits        warning   The last symbol of base64 should have no bits beyond the last byte
     data-plain-words          warning   The data should be the base64 of something
     hexadecimal               warning   The data should be base64 of the bytes, not hexadecimal
     printed-value             warning   The payload should be data, not how a language prints a value
     broken-json               warning   What goes in as JSON, or comes out as such, should be JSON
     payload-too-deep          warning   JSON in the payload should be within the depth that fh reads
     payload-lost              warning   Something of the payload should come out
     binary-as-text            warning   Bytes that are not text should not be read as text
     characters-lost           warning   Characters should come out as they went in
     numbers-changed           warning   Numbers should come out as they went in
     not-utf8                  warning   Text that goes in as UTF-8 should come out as UTF-8
     literal-newline           warning   The payload should end with a newline, not with a backslash and an n
     byte-order-mark           warning   Text should start without a byte order mark
     double-base64             warning   The data should be encoded in base64 only once
     double-gzip               warning   The data should be compressed only once
     double-json               warning   The data should be serialized only once
     compression-broken        warning   Compressed data should decompress to its end
     gzip-kept                 warning   The data should not be compressed
     multi-line-json           warning   JSON that goes in on one line should come out on one line
     no-newline                warning   The data should end with a newline, and so should each JSON value in it
     full-buffer-too-large     warning   A full transform buffer should give a response below 6 MB
     duplicate-key             warning   No key should be duplicated
     event-unreal              warning   The event should be one that Firehose would send
    [exit status: 0]
    ");
    let text = Fh::new().args("check --rules").run().success();
    let misspelt = text.split("\n\n").find(|rule| rule.contains("result-misspelt")).unwrap();
    assert_snapshot!(misspelt, @r#"
    error: result-misspelt
      `result` must be spelled exactly Ok, Dropped or ProcessingFailed.
      Case matters: with a misspelled result, the whole batch fails as a function error; AWS's message asks for a "valid result status of Dropped, Ok, or ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (documented by AWS; no failure record is known).
      hint: return Ok, Dropped or ProcessingFailed, spelled exactly like this
    "#);
}

#[test]
fn wrong_use_says_what_to_do() {
    assert_snapshot!(Fh::new().args("check --event - --response -").run(), @"
    ------- stderr -------
    fh: event and response cannot both come from standard input
      hint: pass a file: fh check --event event.json --response response.json
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("check --event no-such.json").run(), @"
    ------- stderr -------
    fh: cannot read `no-such.json`: No such file or directory (os error 2)
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("check --event fixtures/responses/response-ok.json").run(), @"
    ------- stderr -------
    fh: `fixtures/responses/response-ok.json` is not a transform event: it is a transform response: its records have a `result`
      hint: `fh event` generates one; `fh decode --explain` shows what this is
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("check --event fixtures/records/record.txt").run(), @"
    ------- stderr -------
    fh: `fixtures/records/record.txt` is not a transform event: not JSON: expected a JSON value at byte 0
      hint: `fh event` generates one; `fh decode --explain` shows what this is
    [exit status: 2]
    ");
    assert_eq!(Fh::new().args("check").run().code(), 2);
    assert_snapshot!(Fh::new().args("check data-not-base64").run(), @"
    ------- stderr -------
    fh: unexpected argument `data-not-base64`
      hint: use `--rules data-not-base64`
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("check --rules no-newlin").run(), @"
    ------- stderr -------
    fh: invalid value `no-newlin` for `--rules`
      hint: a similar value: no-newline
      hint: possible values: response-not-json, response-not-object, function-error, function-timed-out, function-too-long, response-too-large, records-missing, records-not-list, record-not-object, record-missing, record-id-missing, record-id-not-string, record-id-changed, record-id-unknown, record-id-duplicated, result-missing, result-misspelt, result-unknown, data-missing, data-wrong-key, data-null, data-not-string, data-not-base64, data-url-safe, data-python-bytes, partition-keys-missing, partition-key-empty, partition-key-not-string, otf-metadata-invalid, iceberg-table-missing, iceberg-many-objects, iceberg-not-object, processing-failed, all-dropped, unchanged-data, repeated-data, accumulated-data, misplaced-data, order-changed, misspelt-key, partition-key-no-value, partition-keys-differ, control-message, data-empty, data-unpadded, data-line-breaks, data-trailing-bits, data-plain-words, hexadecimal, printed-value, broken-json, payload-too-deep, payload-lost, binary-as-text, characters-lost, numbers-changed, not-utf8, literal-newline, byte-order-mark, double-base64, double-gzip, double-json, compression-broken, gzip-kept, multi-line-json, no-newline, full-buffer-too-large, duplicate-key, event-unreal
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("check --rules no-newline").run(), @"
    warning: no-newline
      The data should end with a newline, and so should each JSON value in it.
      Firehose puts nothing between records: `{..}{..}` on one line, and Athena reads only the first object.
      hint: end the payload with a newline before encoding it, or add AppendDelimiterToRecord to the stream

    all rules: fh check --rules
    [exit status: 0]
    ");
}

#[test]
fn the_event_may_come_from_standard_input() {
    let event = std::fs::File::open(crate::harness::root().join(EVENT)).unwrap();
    let event = std::io::read_to_string(event).unwrap();
    let output = Fh::new()
        .args("check --event - --response fixtures/responses/response-ok.json --output table")
        .stdin(event)
        .run();
    assert_eq!(output.code(), 0, "{output}");
}

#[test]
fn each_near_miss_has_its_own_remedy() {
    let parts = [
        r#""result":"TRANSFORMED_STATE_OK","data":"eyJhIjoxfQo=""#,
        r#""result":"TRANSFORMED_STATE_DROPPED""#,
        r#""result":"TRANSFORMED_STATE_OK","data":"eyJhIjoxfQo=""#,
    ];
    let text = check("", &response(parts)).text();
    let hints: Vec<_> = text.lines().filter(|line| line.contains("hint: ")).collect();
    let expected = [
        "  hint: use `Ok`, not `TRANSFORMED_STATE_OK`",
        "  hint: use `Dropped`, not `TRANSFORMED_STATE_DROPPED`",
    ];
    assert_eq!(hints, expected, "{text}");
}

#[test]
fn keys_with_capitals_are_answered_with_what_to_write() {
    let text = check("", r#"{"Records":[]}"#).text();
    assert!(text.contains("hint: write `records` instead of `Records`"), "{text}");
    let parts = [FINE, DROPPED, r#""result":"Ok","Data":"eyJhIjoxfQo=""#];
    let text = check("", &response(parts)).text();
    assert!(text.contains("hint: write `data` instead of `Data`"), "{text}");
}
