//! `fh explain`: the ways to ask, and what comes of it.

#![expect(clippy::disallowed_methods, reason = "reads fixtures")]

use std::fs;

use insta::assert_snapshot;

use crate::harness::{Fh, root};

fn explain(words: &str) -> Fh {
    Fh::new().arg("explain").args(words)
}

#[test]
fn an_explanation_says_what_why_and_what_to_do() {
    assert_snapshot!(explain("Lambda.MissingRecordId").run(), @"
    Lambda.MissingRecordId · The transform's response has no entry for this record: its recordId is left out or changed.

    AWS says  One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.
    Attempts  1. It is final: Firehose does not try these records again.
    Fails     Only this record; the others of its batch continue.
    Lost?     Nothing for good: the record is not delivered, but it is kept as it was before the transform, in rawData of a failure object below processing-failed/ or your error output prefix. For a destination other than S3 that is in the bucket for backups.
    Sure?     Seen in failure records or error events of the real service.

    Look at:
      - Whether the transform filters records out: each record needs an entry, dropped ones too.
      - Whether it makes up IDs, or changes them.
      - Whether the response has records at all. For one without, both this code and Lambda.FunctionError for the whole batch were seen.
      - The size of the response: people report this code for responses over 6 MB too.

    Change:
      - Return exactly one entry for each record of the event, with its recordId unchanged.
      - For records that are not wanted, return the recordId with result Dropped.

    Reproduce it:
      fh event --from-failures failed.ndjson > event.json
      fh invoke --handler FILE.FUNCTION --event event.json
      fh invoke --isolate --handler FILE.FUNCTION --event event.json
      fh check --event event.json --response response.json
      failed.ndjson: an object from the error prefix, as it is in S3
      response.json: the response of the transform, if you have it
      FILE.FUNCTION: your transform; see fh invoke --help for --exec, --function and others
    [exit status: 0]
    ");
}

#[test]
fn an_explanation_fits_a_narrow_terminal() {
    assert_snapshot!(explain("--color never functionerror").on_terminal(60), @r#"
    Lambda.FunctionError · The function was called, but threw,
    ended early, or returned what Firehose treats as an error.

    AWS says  The Lambda function was successfully invoked but
              it returned an error result.
    Attempts  All of them: 1 plus NumberOfRetries, so
              attemptsMade is 4 unless the stream sets it. Each
              sends the same records with the same ids again,
              under a new invocationId.
    Fails     Every record of the batch, including the good
              ones.
    Lost?     Nothing for good: none of the records is
              delivered, but each is kept as it was before the
              transform, in rawData of a failure object below
              processing-failed/ or your error output prefix.
              For a destination other than S3 that is in the
              bucket for backups.
    Sure?     Seen in failure records or error events of the
              real service.

    Look at:
      - attemptsMade: 4 (unless NumberOfRetries is set) means
        that the function failed each time; 1 means that it
        answered and Firehose refused the answer.
      - The function's log: the exception, `Task timed out`, or
        a REPORT line with all memory used. Each attempt is an
        invocation of its own there.
      - The response, if the function did not fail: this code
        was also seen, for the whole batch, for a result other
        than Ok, Dropped and ProcessingFailed, for data that is
        not base64 (AWS documents Lambda.JsonMappingException
        for that), and for a response without records
        (Lambda.MissingRecordId was seen for that, too).
      - The size of the response: over 6 MB, base64 included,
        Lambda fails the call. Logs then have 413 or
        `body size is too long`.
      - The KMS key of the function's environment variables:
        Lambda may have been denied access to it.

    By message:
      - "Response payload size … exceeded maximum allowed
        payload size": The response is over 6 MB, base64
        included: Lambda fails the call. Lower the transform's
        BufferSizeInMBs, or return less.
      - "Check your function and make sure the output is in …
        required format": The response is not one that Firehose
        accepts. Return {"records": [...]} with recordId, result
        and data in each, and write results exactly Ok, Dropped
        or ProcessingFailed.
      - "Lambda was unable to decrypt the environment variables
        because KMS access was denied": The function could not
        start. Allow its execution role kms:Decrypt on the key
        of its environment variables, in the role's policy and
        in the key policy.

    Change:
      - Catch errors record by record and return
        ProcessingFailed for the bad one, so that it does not
        take its batch with it.
      - If the response is too large, lower the transform's
        BufferSizeInMBs (0.2 to 3, 1 by default): Firehose then
        sends fewer records at once.

    Reproduce it:
      fh decode failed.ndjson
      fh event --from-failures failed.ndjson > event.json
      fh invoke --handler FILE.FUNCTION --event event.json
      fh invoke --isolate --handler FILE.FUNCTION --event event.json
      failed.ndjson: an object from the error prefix, as it is
      in S3
      FILE.FUNCTION: your transform; see fh invoke --help for
      --exec, --function and others
    [exit status: 0]
    "#);
}

#[test]
fn headings_are_bold_and_prose_is_not_too_wide_on_a_wide_terminal() {
    assert_snapshot!(explain("Decompression failed.").on_terminal(140), @"
    ␛[1mDecompression failed.␛[0m · The stream is set to decompress CloudWatch Logs, and this record is not gzip
    that it can read.

    ␛[1mAttempts  ␛[0m1. It is final: Firehose does not try these records again.
    ␛[1mFails     ␛[0mOnly this record; the others of its batch continue.
    ␛[1mLost?     ␛[0mNothing for good: the record is not delivered, but it is kept as it came, in rawData of a
              failure object below decompression-failed/ or your error output prefix. Such a failure
              record has no lambdaARN.
    ␛[1mSure?     ␛[0mSeen in failure records or error events of the real service.

    ␛[1mLook at:␛[0m
      - What the record is: `fh decode` shows its layers, or that there are none.
      - Who writes to the stream: with decompression on, only CloudWatch Logs may.

    ␛[1mChange:␛[0m
      - Send other records to another stream.
      - Or turn decompression off and let the transform decompress what is gzip.

    ␛[1mReproduce it:␛[0m
      fh decode --explain failed.ndjson
      fh explain - < failed.ndjson
    ␛[2m  failed.ndjson: an object from the error prefix, as it is in S3␛[0m
    [exit status: 0]
    ");
}

#[test]
fn a_part_that_few_codes_have_explains_each() {
    assert_snapshot!(explain("--quiet subscriptionrequired").run(), @"
    Kinesis.SubscriptionRequired · The account of the role is not subscribed to Kinesis Data Streams.

    AWS says  Access was denied when calling Kinesis. Ensure that the IAM role passed for Kinesis stream access has AWS Kinesis subscription.
    Attempts  Not known; attemptsMade of the failure record, if there is one, counts them.
    Fails     The whole stream, until this is fixed.
    Lost?     Nothing yet: records that Firehose has not read stay in the Kinesis stream for its retention period. Older ones are gone. There are no failure objects.
    Sure?     Named by AWS's documentation; we know of no failure record that shows it.

    Look at:
      - Which account the role in the source belongs to, and whether that account is active: a new one may still be waiting for its verification.

    Change:
      - Complete the sign-up of the account, or use a role of an account that can use Kinesis.

    Find the cause:
      fh doctor --stream STREAM
      fh explain - < errors.ndjson
      STREAM: the delivery stream, by name or ARN
      errors.ndjson: messages of the log group /aws/kinesisfirehose/STREAM, one per line

    S3.SubscriptionRequired · The account of the role or of the KMS key is not subscribed to S3.

    AWS says  Access was denied when calling S3. Ensure that the IAM role and the KMS Key (if provided) passed in has Amazon S3 subscription.
    Attempts  Firehose retries for as long as it keeps the records.
    Fails     All records that were delivered together.
    Lost?     Nothing yet: Firehose keeps the records and tries again, for 24 hours if they were put directly, or for the retention of the Kinesis stream or topic. After that they are gone. There is no failure object.
    Sure?     Named by AWS's documentation; we know of no failure record that shows it.

    Look at:
      - Which accounts the role and the key belong to, and whether they are active: a new one may still be waiting for its verification.

    Change:
      - Complete the sign-up of the account, or use a role and a key of another one.

    Find the cause:
      fh doctor --stream STREAM
      fh explain - < errors.ndjson
      STREAM: the delivery stream, by name or ARN
      errors.ndjson: messages of the log group /aws/kinesisfirehose/STREAM, one per line
    [exit status: 0]
    ");
}

#[test]
fn a_part_that_many_codes_have_lists_them() {
    assert_snapshot!(explain("accessdenied").run(), @"
    Reading from a Kinesis stream
      Kinesis.AccessDenied               The role of the delivery stream may not read the Kinesis stream.
      Kinesis.KMS.AccessDeniedException  The role may not use the KMS key of the Kinesis stream.

    Direct PUT: encryption of the stream
      Firehose.KMS.AccessDeniedException  Firehose may not use the customer managed key that encrypts the stream.

    Lambda transform
      Lambda.AssumeRoleAccessDenied  Firehose may not assume the role for invoking the function.
      Lambda.InvokeAccessDenied      The role of the delivery stream may not invoke the function.

    Messages of the function itself
      PutRecordBatch: Access denied  Printed by a producer, or by a transform that puts records itself: its role may not write to the delivery stream.

    Record format conversion
      DataFormatConversion.AccessDenied  Firehose may not read the schema from Glue.

    Delivery to S3
      S3.AccessDenied  Firehose may not write to the bucket, or may not assume the role for it.

    Delivery to Redshift
      Redshift.AccessDenied              Firehose may not assume the role of the destination.
      Redshift.AnalyzeTableAccessDenied  The COPY is to analyze the table, which only its owner or that of the database may do.
      Redshift.S3BucketAccessDenied      The COPY may not read the bucket that holds the objects.

    Delivery to OpenSearch
      ES.AccessDenied  Firehose has no access to the Elasticsearch domain: its role may be deleted.
      OS.AccessDenied  Firehose has no access to the cluster: its role, the role's policy or the domain's policy denies it.

    Delivery to Iceberg tables
      Glue.AccessDenied  The role of the stream may not read the table in the Glue Data Catalog.
    ------- stderr -------
    fh: `accessdenied` matches 14 codes; name one for its full page
    [exit status: 0]
    ");
    assert_snapshot!(explain("accessdenied").on_terminal(60), @"
    fh: `accessdenied` matches 14 codes; name one for its full
        page
    ␛[1mReading from a Kinesis stream␛[0m
    ␛[1m  Kinesis.AccessDenied␛[0m
        The role of the delivery stream may not read the Kinesis
        stream.
    ␛[1m  Kinesis.KMS.AccessDeniedException␛[0m
        The role may not use the KMS key of the Kinesis stream.

    ␛[1mDirect PUT: encryption of the stream␛[0m
    ␛[1m  Firehose.KMS.AccessDeniedException␛[0m
        Firehose may not use the customer managed key that
        encrypts the stream.

    ␛[1mLambda transform␛[0m
    ␛[1m  Lambda.AssumeRoleAccessDenied␛[0m
        Firehose may not assume the role for invoking the
        function.
    ␛[1m  Lambda.InvokeAccessDenied␛[0m
        The role of the delivery stream may not invoke the
        function.

    ␛[1mMessages of the function itself␛[0m
    ␛[1m  PutRecordBatch: Access denied␛[0m
        Printed by a producer, or by a transform that puts
        records itself: its role may not write to the delivery
        stream.

    ␛[1mRecord format conversion␛[0m
    ␛[1m  DataFormatConversion.AccessDenied␛[0m
        Firehose may not read the schema from Glue.

    ␛[1mDelivery to S3␛[0m
    ␛[1m  S3.AccessDenied␛[0m  Firehose may not write to the bucket, or
                       may not assume the role for it.

    ␛[1mDelivery to Redshift␛[0m
    ␛[1m  Redshift.AccessDenied␛[0m
        Firehose may not assume the role of the destination.
    ␛[1m  Redshift.AnalyzeTableAccessDenied␛[0m
        The COPY is to analyze the table, which only its owner
        or that of the database may do.
    ␛[1m  Redshift.S3BucketAccessDenied␛[0m
        The COPY may not read the bucket that holds the objects.

    ␛[1mDelivery to OpenSearch␛[0m
    ␛[1m  ES.AccessDenied␛[0m  Firehose has no access to the
                       Elasticsearch domain: its role may be
                       deleted.
    ␛[1m  OS.AccessDenied␛[0m  Firehose has no access to the cluster:
                       its role, the role's policy or the
                       domain's policy denies it.

    ␛[1mDelivery to Iceberg tables␛[0m
    ␛[1m  Glue.AccessDenied␛[0m  The role of the stream may not read the
                         table in the Glue Data Catalog.
    [exit status: 0]
    ");
}

#[test]
fn a_message_finds_its_code_without_quotes_around_it() {
    let asked =
        explain("The Lambda function was successfully invoked but it returned an error result.");
    let text = asked.run().success();
    assert!(text.starts_with("Lambda.FunctionError · "), "{text}");
}

#[test]
fn a_failure_record_pasted_as_the_code_is_read() {
    let record = fs::read_to_string(root().join("fixtures/failures/splunk.json")).unwrap();
    assert_snapshot!(Fh::new().arg("explain").arg(record).run(), @"
    Splunk.AckTimeout · Splunk did not confirm in time that the records are indexed; they may be.

    Records   1 of the input.
    AWS says  Did not receive an acknowledgement from HEC before the HEC acknowledgement timeout expired. Despite the acknowledgement timeout, it's possible the data was indexed successfully in Splunk. Amazon Data Firehose backs up in Amazon S3 data for which the acknowledgement timeout expired.
    Attempts  As many as fit into the retry duration of the destination (0 to 7,200 seconds), if this is retried at all; attemptsMade of the failure record counts them.
    Fails     Not known: a record alone or all that were delivered with it.
    Lost?     Nothing for good: what Splunk did not accept is kept in the bucket for backups, below splunk-failed/ or your error output prefix. rawData there is what was sent to Splunk, after the transform; EventId tells the records apart.
    Sure?     Named by AWS's documentation; we know of no failure record that shows it.

    Look at:
      - Splunk, for the records: they may be there already. Sending them again then makes duplicates.
      - How long indexing takes, and the acknowledgement timeout of the stream.
      - Whether a load balancer in front of Splunk has sticky sessions, and ackIdleCleanup in inputs.conf is true.

    Change:
      - Raise HECAcknowledgmentTimeoutInSeconds of the stream, or give Splunk more indexing capacity.

    Reproduce it:
      fh decode failed.ndjson
      fh explain - < failed.ndjson
      failed.ndjson: an object from the error prefix, as it is in S3
    [exit status: 0]
    ");
}

#[test]
fn codes_of_failure_records_come_with_their_number() {
    let records = fs::read(root().join("fixtures/failures/lambda-arn-capital.ndjson")).unwrap();
    assert_snapshot!(explain("- --output table").stdin(records).run(), @"
     code                           records  attempts     evidence  what happened
     Lambda.FunctionError                 1  all-retries  captured  The function was called, but threw, ended early, or returned what Firehose treats as an error.
     Lambda.MissingRecordId               1  once         captured  The transform's response has no entry for this record: its recordId is left out or changed.
     Lambda.ProcessingFailedStatus        1  once         captured  The transform itself failed this record: its result was ProcessingFailed.
    [exit status: 0]
    ");
}

#[test]
fn groups_of_a_report_have_the_records_of_its_groups() {
    #[derive(serde::Deserialize)]
    struct Row {
        code: String,
        records: Option<u64>,
    }
    for format in ["text", "table", "json", "ndjson", "markdown"] {
        let report = format!("failures fixtures/failures/over-time.ndjson --output {format}");
        let report = Fh::new().args(&report).run().success();
        let rows = explain("- --output ndjson").stdin(&*report).run().success();
        let count = |row: &str| {
            let row: Row = serde_json::from_str(row).unwrap();
            (row.code, row.records)
        };
        let counts: Vec<_> = rows.lines().map(count).collect();
        let expected = [
            ("Lambda.FunctionTimedOut".to_owned(), Some(24)),
            ("Lambda.MissingRecordId".to_owned(), Some(12)),
            ("Lambda.ProcessingFailedStatus".to_owned(), Some(2)),
        ];
        assert_eq!(counts, expected, "{format}");
    }
}

#[test]
fn a_table_is_as_wide_as_the_terminal_and_cuts_no_code() {
    let lines = explain("--list --output ndjson").run().success();
    let codes: Vec<_> = lines.lines().map(|line| line.split('"').nth(3).unwrap()).collect();
    for columns in [40, 60, 80, 100, 200] {
        let text = explain("--list --output table").on_terminal(columns).success();
        let lines = text.lines().map(str::trim);
        // A long code is alone on its line, so that it can be copied.
        let widest =
            lines.clone().filter(|line| !codes.contains(line)).map(|it| it.chars().count());
        let widest = widest.max().unwrap();
        assert!(widest <= columns.into(), "{widest} of {columns}");
        let head = text.lines().next().unwrap();
        assert_eq!(head.contains("what happened"), columns >= 60, "{columns} columns: {head}");
        assert_eq!(head.contains("evidence"), columns >= 80, "{head}");
        for code in &codes {
            let mut rests = lines.clone().filter_map(|line| line.strip_prefix(code));
            let is_whole = rests.any(|rest| rest.is_empty() || rest.starts_with("  "));
            assert!(is_whole, "{columns} columns: {code}");
        }
    }
    let piped = explain("--list --output table").run().success();
    assert_eq!(piped.lines().count(), codes.len() + 1);
    assert!(!piped.contains('…'), "{piped}");
}

#[test]
fn compressed_failure_objects_and_error_events_are_read_from_a_pipe() {
    let object = fs::read(root().join("fixtures/objects/failures.ndjson.gz")).unwrap();
    assert_snapshot!(explain("--output table").stdin(object).run(), @"
     code                           records  attempts     evidence  what happened
     Lambda.FunctionError                 1  all-retries  captured  The function was called, but threw, ended early, or returned what Firehose treats as an error.
     Lambda.MissingRecordId               1  once         captured  The transform's response has no entry for this record: its recordId is left out or changed.
     Lambda.ProcessingFailedStatus        1  once         captured  The transform itself failed this record: its result was ProcessingFailed.
    [exit status: 0]
    ");
    let event = fs::read(root().join("fixtures/logs/delivery-error.json")).unwrap();
    assert_snapshot!(explain("--output table").stdin(event).run(), @"
     code                  records  attempts     evidence  what happened
     Lambda.FunctionError        1  all-retries  captured  The function was called, but threw, ended early, or returned what Firehose treats as an error.
    [exit status: 0]
    ");
}

#[test]
fn what_cannot_be_explained_is_reported_next_to_what_can() {
    let records = "{\"rawData\":\"\",\"errorCode\":\"Lambda.FunktionError\"}\n\
                   {\"rawData\":\"\",\"errorCode\":\"\\u001b[31mNew\"}\n\
                   {\"rawData\":\"\",\"errorCode\":\"S3.NoSuchBucket\"}\n\
                   hello\n\
                   {\"rawData\":\"eA==\",\"errorCode\":\"Lambda.\n";
    assert_snapshot!(explain("- --output table").stdin(records).run(), @r"
     code             records  attempts      evidence    what happened
     S3.NoSuchBucket        1  until-stored  documented  The bucket that Firehose is to write to does not exist.
    ------- stderr -------
    fh: unknown error code `\u{1b}[31mNew` (1 record)
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    fh: unknown error code `Lambda.FunktionError` (1 record)
      hint: similar codes: `Lambda.FunctionError`, `Lambda.FunctionTimeout`, `Lambda.FunctionTimedOut`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    fh: 1 line that is not a failure record among others that are, first on line 4
      hint: it may be one that was cut or edited; `fh decode` shows it
    fh: 1 record could not be read
      hint: `fh decode` shows where
    [exit status: 1]
    ");
}

#[test]
fn a_cut_gzip_object_is_reported() {
    let mut object = fs::read(root().join("fixtures/objects/failures.ndjson.gz")).unwrap();
    object.truncate(object.len() - 8);
    assert_snapshot!(explain("--output table").stdin(object).run(), @"
     code                           records  attempts     evidence  what happened
     Lambda.FunctionError                 1  all-retries  captured  The function was called, but threw, ended early, or returned what Firehose treats as an error.
     Lambda.MissingRecordId               1  once         captured  The transform's response has no entry for this record: its recordId is left out or changed.
     Lambda.ProcessingFailedStatus        1  once         captured  The transform itself failed this record: its result was ProcessingFailed.
    ------- stderr -------
    fh: standard input: gzip: truncated at byte 498
      hint: the end is missing; fetch or copy the record again
    [exit status: 1]
    ");
}

#[test]
fn an_unknown_code_is_wrong_use_and_tells_the_closest() {
    assert_snapshot!(explain("Lambda.MisingRecordId").run(), @"
    ------- stderr -------
    fh: unknown error code `Lambda.MisingRecordId`
      hint: similar codes: `Lambda.MissingRecordId`, `Lambda.DuplicatedRecordId`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    [exit status: 2]
    ");
    assert_snapshot!(explain("xyzzy").run(), @"
    ------- stderr -------
    fh: unknown error code `xyzzy`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().arg("explain").arg("\u{1b}]0;title\u{7}\n").run(), @r"
    ------- stderr -------
    fh: unknown error code `\u{1b}]0;title\u{7}\n`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    [exit status: 2]
    ");
}

/// A terminal or a chat cuts long records, and rawData is what is long.
#[test]
fn a_record_that_was_cut_off_is_explained_by_the_code_in_it() {
    let record = r#"{"attemptsMade":4,"errorCode":"Lambda.FunctionError","errorMessage":"The Lambda function was successfully invoked but it returned an error result.","rawData":"eyJhIj"#;
    let logged = r#"{"type":"platform.runtimeDone","record":{"status":"timeout"}}"#;
    for (text, code) in [(record, "Lambda.FunctionError"), (logged, "Lambda.FunctionTimedOut")] {
        for run in [Fh::new().arg("explain").arg(text).run(), explain("-").stdin(text).run()] {
            assert_eq!(run.code(), 0, "{text}");
            assert!(run.text().starts_with(code), "{}", run.text());
        }
    }
    let other = Fh::new().arg("explain").arg(r#"{"message":"failed"}"#).run();
    assert_eq!(other.code(), 2, "{}", other.text());
}

#[test]
fn nothing_to_explain_is_wrong_use() {
    assert_snapshot!(explain("").run(), @"
    ------- stderr -------
    fh: no error code in standard input
      hint: failure objects have it in `errorCode`; `fh decode` shows what the input is
    [exit status: 2]
    ");
    assert_snapshot!(explain("-").stdin("hello\n").run(), @"
    ------- stderr -------
    fh: no error code in standard input
      hint: failure objects have it in `errorCode`; `fh decode` shows what the input is
    [exit status: 2]
    ");
    assert_snapshot!(explain("").start_typing(80).finish(), @"
    ␛[38;5;196;1mfh:␛[0m no error code given
      hint: `fh explain --list` lists them
    [exit status: 2]
    ");
    assert_eq!(explain("--list FunctionError").run().code(), 2);
}

#[test]
fn a_rule_of_check_and_invoke_is_explained_like_check_does() {
    assert_snapshot!(explain("result-misspelt").run(), @r#"
    error: result-misspelt
      `result` must be spelled exactly Ok, Dropped or ProcessingFailed.
      Case matters: with a misspelled result, the whole batch fails as a function error; AWS's message asks for a "valid result status of Dropped, Ok, or ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (documented by AWS; no failure record is known).
      hint: return Ok, Dropped or ProcessingFailed, spelled exactly like this

    all rules: fh check --rules
    [exit status: 0]
    "#);
    let rows = Fh::new().args("check --rules --output ndjson").run().success();
    let all = Fh::new().args("check --rules").run().success();
    for row in rows.lines() {
        let rule = row.split('"').nth(3).unwrap();
        let page = explain(rule).run().success();
        let (page, next) = page.rsplit_once("\n\n").unwrap();
        assert!(page.contains(rule) && all.contains(page), "{rule}: {page}");
        assert_eq!(next, "all rules: fh check --rules\n");
        let json = explain(&format!("{rule} --output json")).run().success();
        assert_eq!(json, format!("[{row}]\n"));
        assert_eq!(explain("-").stdin(rule).run().success(), explain(rule).run().success());
    }
    assert_snapshot!(explain("no-newline Lambda.FunctionErorr --output table").run(), @"
    ------- stderr -------
    fh: `no-newline` is a rule, not an error code
      hint: `fh explain no-newline` explains it
    fh: unknown error code `Lambda.FunctionErorr`
      hint: similar codes: `Lambda.FunctionError`, `Lambda.FunctionTimedOut`, `Lambda.FunctionTimeout`
      hint: `fh explain --list` lists every code; AWS may have added new ones: see `errorMessage`
    [exit status: 2]
    ");
}
