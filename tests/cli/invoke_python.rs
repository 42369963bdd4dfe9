//! Python handlers: behind awslambdaric, and behind our own loop.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::functions::{bare, bare_python, invoke, official, verdict, violations};
use crate::masks::{self, mask};

#[test]
fn a_handler_runs_with_the_official_client() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(official("good.handler").run(), @"
    OK: the function responded
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 1 line
      out │ 4 records

    response: 4 records, 4 delivered

    event 1,983 B, response 841 B of 6,291,556 B, growth 0.42
    [exit status: 0]
    ");
}

#[test]
fn a_handler_runs_without_the_official_client_and_that_is_reported() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(bare("good.handler").run(), @"
    OK: the function responded
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 1 line
      out │ 4 records

    response: 4 records, 4 delivered

    event 1,983 B, response 841 B of 6,291,556 B, growth 0.42
    ------- stderr -------
    fh: this Python has no awslambdaric, so fh runs the handler itself; to run it as Lambda does:
      [PYTHON] -m pip install awslambdaric
    [exit status: 0]
    ");
}

#[test]
fn both_clients_give_the_same_response() {
    for name in [
        "good.handler",
        "transforms.drops_all",
        "transforms.fans_out",
        "transforms.aggregates",
        "transforms.cloudwatch_logs",
        "transforms.returns_bytes",
        "transforms.str_of_bytes",
        "transforms.returns_string",
        "transforms.returns_nothing",
    ] {
        let raw = |run: crate::harness::Output| {
            assert_eq!(run.code(), 0, "{name}: {run}");
            run.text()
        };
        let from_official = raw(official(name).arg("--raw").run());
        assert_eq!(from_official, raw(bare(name).arg("--raw").run()), "{name}");
        assert!(!from_official.is_empty(), "{name}");
    }
}

#[test]
fn bytes_in_data_are_written_as_text() {
    let response = bare("transforms.returns_bytes").arg("--raw").run().text();
    assert!(response.contains(r#""data": "eyJ0aWNrZXJf"#), "{response}");
    let response = official("transforms.str_of_bytes").arg("--raw").run().text();
    assert!(response.contains(r#""data": "b'eyJ0aWNrZXJf"#), "{response}");
}

#[test]
fn every_violation_of_the_contract_is_found() {
    let names = violations("fixtures/handlers/violations.py");
    assert_eq!(names, violations("fixtures/handlers/violations.mjs"));
    let mut said = String::new();
    for name in &names {
        let variable = format!("VIOLATION={name}");
        let run = official("violations.handler").arg("--env").arg(&variable);
        writeln!(said, "{name}: {}", verdict(&run.args("--output ndjson").run())).unwrap();
    }
    assert_snapshot!(said, @"
    none: exit 0
    missing-id: exit 1, record-id-missing
    null-id: exit 1, record-id-not-string
    number-id: exit 1, record-id-not-string
    changed-id: exit 1, record-id-unknown, record-missing
    missing-record: exit 1, record-missing
    duplicated-id: exit 1, record-id-duplicated
    unknown-id: exit 1, record-id-unknown
    reordered: exit 0, order-changed
    missing-result: exit 1, result-missing
    null-result: exit 1, result-unknown
    lower-case-result: exit 1, result-misspelt
    misspelt-result: exit 1, result-misspelt
    dropped-without-data: exit 0
    processing-failed: exit 0, processing-failed
    missing-data: exit 1, data-missing
    null-data: exit 1, data-null
    empty-data: exit 0, data-empty
    number-data: exit 1, data-not-string
    object-data: exit 1, data-not-string
    url-safe-data: exit 1, data-url-safe
    unpadded-data: exit 0, data-unpadded, no-newline
    plain-data: exit 1, data-not-base64
    bytes-repr-data: exit 1, data-python-bytes
    double-base64-data: exit 0, double-base64
    no-newline-data: exit 0, no-newline
    partition-keys: exit 0, partition-keys-differ
    null-partition-key: exit 1, partition-key-empty, partition-keys-differ
    empty-partition-key: exit 1, partition-key-empty, partition-keys-differ
    missing-records: exit 1, records-missing
    null-records: exit 1, records-not-list
    records-object: exit 1, records-not-list
    record-string: exit 1, record-not-object
    misspelt-records: exit 1, records-missing
    list: exit 1, response-not-object
    string: exit 1, response-not-object
    null: exit 1, response-not-object
    number: exit 1, response-not-object
    proxy: exit 1, records-missing
    ");
}

#[test]
fn the_context_is_as_on_lambda() {
    let _masks = mask(masks::INVOKE);
    let arguments = "--raw --function-name orders --memory 256 --region eu-west-1";
    let printed = official("transforms.tells_context").args(arguments).run();
    assert_snapshot!(printed, @r#"
    {"aws_request_id": "[UUID]", "function_name": "orders", "function_version": "$LATEST", "invoked_function_arn": "arn:aws:lambda:eu-west-1:111122223333:function:orders", "log_group_name": "/aws/lambda/orders", "memory_limit_in_mb": "256", "has_time": true}[no newline at the end]
    [exit status: 0]
    "#);
    let printed = bare("transforms.tells_context").args(arguments).args("--quiet").run();
    assert_snapshot!(printed, @r#"
    {"aws_request_id": "[UUID]", "function_name": "orders", "function_version": "$LATEST", "invoked_function_arn": "arn:aws:lambda:eu-west-1:111122223333:function:orders", "log_group_name": "/aws/lambda/orders", "memory_limit_in_mb": "256", "has_time": true}[no newline at the end]
    [exit status: 0]
    "#);
}

#[test]
fn an_exception_is_reported_with_its_type_message_and_stack() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(official("failures.raises").run(), @r#"
    FAILED: KeyError: 'nothing', at failures.py:14
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain KeyError`
      event     1,983 B
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 3 lines
      out │ about to fail
      out │ [WARNING]	[TIME]	[UUID]	a warning
      out │ [ERROR] KeyError: 'nothing'
      out │ Traceback (most recent call last):
      out │   File "[ROOT]/fixtures/handlers/failures.py", line 14, in raises
      out │     return event["nothing"]

    Find the records that cause it:
      fh invoke --handler failures.raises --code fixtures/handlers --python [PYTHON] --isolate --event fixtures/events/kinesis-source.json
    [exit status: 1]
    "#);
    let bare = bare("failures.raises").run().text();
    assert!(bare.contains("FAILED: KeyError: 'nothing', at failures.py:14\n"), "{bare}");
    assert!(bare.contains("fixtures/handlers/failures.py\", line 14, in raises\n"), "{bare}");
}

/// The official client sends all of it in a header, too.
#[test]
fn a_very_long_stack_is_reported() {
    for run in [official("failures.recurses"), bare("failures.recurses")] {
        let output = run.args("--output ndjson").run();
        let rows = output.text();
        assert!(rows.contains("\"errorType\":\"RecursionError\""), "{rows:.2000}");
        assert!(rows.contains("[Previous line repeated 9"), "{rows:.2000}");
    }
}

#[test]
fn the_mistake_of_python_2_is_an_exception() {
    let output = official("transforms.encodes_str").run();
    assert!(
        output.text().starts_with(
            "FAILED: TypeError: a bytes-like object is required, not 'str', at transforms.py:"
        ),
        "{output}"
    );
}

#[test]
fn a_missing_module_is_an_init_error() {
    for run in [official("import_error.handler").run(), bare("import_error.handler").run()] {
        let text = run.text();
        let first = "FAILED: the function could not be loaded: Runtime.ImportModuleError: Unable to \
                     import module 'import_error': No module named 'a_module_that_nobody_has'\n";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("  duration  ") && text.contains(" of init\n"), "{text}");
        assert_eq!(run.code(), 1);
    }
}

#[test]
fn a_process_that_ends_while_it_loads_is_reported() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(official("init_exits.handler").run(), @r#"
    FAILED: the process ended before it received an event, with exit code 4
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain Runtime.ExitError`
      event     1,983 B
      duration  [TIME] of init
      request   [UUID]
    log, 1 line
      out │ no configuration
    [exit status: 1]
    "#);
}

#[test]
fn a_process_that_ends_while_it_works_is_reported() {
    for (name, end) in [
        ("failures.exits", "with exit code 3"),
        ("failures.exits_hard", "with exit code 7"),
        ("failures.kills_itself", "by signal 9"),
    ] {
        for run in [official(name).run(), bare(name).run()] {
            let text = run.text();
            let first = format!("FAILED: the process ended before it responded, {end}\n");
            assert!(text.starts_with(&first), "{text}");
            assert!(
                text.contains("  Firehose  the whole batch fails with Lambda.FunctionError"),
                "{text}"
            );
            assert_eq!(run.code(), 1);
        }
    }
}

#[test]
fn both_streams_are_the_log() {
    let text = official("failures.exits").run().text();
    for line in ["\n  out │ on standard output\n", "\n  err │ on standard error\n"] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn a_function_that_loads_longer_than_lambda_waits_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.py"), "import time\ntime.sleep(600)\n").unwrap();
    let invoke = invoke("--handler app.handler --timeout 1 --code").arg(folder.path());
    let output = invoke.arg("--python").arg(bare_python()).run();
    let text = output.text();
    let (first, rest) = text.split_once("\n  stack     File \"").unwrap();
    let (stack, _) = rest.split_once("\n  event ").unwrap();
    assert!(stack.ends_with("app.py\", line 2, in <module>") && !stack.contains('\n'), "{text}");
    assert_snapshot!(first, @r#"
    FAILED: the function did not load in 10 s, at app.py:2
      Firehose  the whole batch fails with Lambda.FunctionTimedOut, attemptsMade 4; also seen: the whole
                batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda
                function."
                see `fh explain Lambda.FunctionTimedOut`
      hint      do less outside the handler, or raise the Timeout of the function
    "#);
    assert!(text.contains("Lambda stops init after 10 s and restarts it within"), "{text}");
    assert_eq!(output.code(), 1);
}

#[test]
fn a_timeout_ends_the_function() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(official("failures.sleeps").args("--timeout 500ms").run(), @r#"
    FAILED: the function did not respond in 0.5 s, at failures.py:38
      Firehose  the whole batch fails with Lambda.FunctionTimedOut, attemptsMade 4; also seen: the whole
                batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda
                function."
                see `fh explain Lambda.FunctionTimedOut`
      stack     File "[ROOT]/fixtures/handlers/failures.py", line 38, in sleeps
      event     1,983 B
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 1 line
      out │ going to sleep

    Find the records that cause it:
      fh invoke --handler failures.sleeps --code fixtures/handlers --python [PYTHON] --timeout 500ms --isolate --event fixtures/events/kinesis-source.json
    [exit status: 1]
    "#);
}

#[test]
fn where_the_code_was_at_the_timeout_is_shown() {
    for python in [official("failures.loops"), bare("failures.loops")] {
        let output = python.args("--timeout 1s").run();
        let text = output.text();
        let first = "FAILED: the function did not respond in 1 s, at failures.py:";
        assert!(text.starts_with(first), "{output}");
        let stack = text.split_once("  stack     File ").unwrap().1;
        let (stack, rest) = stack.split_once("\n  event").unwrap();
        assert!(stack.contains("failures.py\", line ") && stack.contains(", in loops\n"), "{text}");
        assert!(stack.contains("/re/__init__.py\", line "), "{text}");
        assert!(!stack.contains("<string>") && !stack.contains("awslambdaric"), "{text}");
        // The answer of the interpreter is not of the log.
        assert!(rest.contains("log, 1 line\n  err │ no newline\n\n"), "{text}");
    }
    let output = official("failures.sleeps").args("--timeout 500ms --output json").run();
    let row = output.text();
    for part in
        ["\"file\":\"failures.py\",\"line\":38", "line 38, in sleeps\"]", "\"errorType\":null"]
    {
        assert!(row.contains(part), "{part}: {output}");
    }
}

#[test]
fn garbage_in_the_log_does_no_harm() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(official("failures.prints_garbage").run(), @r#"
    BROKEN: the function responded, and its response breaks the rules below
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 2 lines
      out │ \u{1b}[31mred\u{1b}[0m \u{0}\xff not text
      out │ no newline at the end

    response: 4 records, 4 failed
      4 with Lambda.MissingRecordId (fh explain Lambda.MissingRecordId)

    error: record-missing (4 places)
        record 1: the response has no record with this recordId
          recordId 49668231907715301429481730562918473650281947365019283746000000
          {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"pr…
        record 2: the response has no record with this recordId
          recordId 49668231907715301429481730562919682576101561994193989922000000
          {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"…
        record 3: the response has no record with this recordId
          recordId 49668231907715301429481730562920891501921176623368696098000000
          {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"pri…
        … and 1 more place (all in --output ndjson)
      a record that is not returned fails at once, without a log line from the function.
      Firehose: the record fails with Lambda.MissingRecordId, attemptsMade 1.
      hint: `records` is empty: return every recordId once, with the result Dropped if it should not be delivered

    event 1,983 B, response 15 B of 6,291,556 B, growth 0.01
    [exit status: 1]
    "#);
}

#[test]
fn a_flood_of_log_lines_is_cut_and_counted() {
    let output = official("failures.floods").run();
    let text = output.text();
    assert!(text.starts_with("BROKEN: the function responded,"), "{text:.500}");
    assert!(text.contains(" B) omitted\n") && text.len() < 1_200_000, "{}", text.len());
}

#[test]
fn an_exception_that_has_a_page_is_pointed_to() {
    let folder = tempfile::tempdir().unwrap();
    let code = "import gzip, json, os\n\
        def text(event, _): gzip.compress(b'x').decode()\n\
        def variable(event, _): os.environ['table']\n\
        def no_json(event, _): json.loads('x')\n\
        def key(event, _): event['Records']\n\
        def other(event, _): raise ValueError('no')\n";
    std::fs::write(folder.path().join("app.py"), code).unwrap();
    for (handler, page) in [
        ("text", "'0x8b in position 1'"),
        ("variable", "'KeyError of os.environ'"),
        ("no_json", "'Expecting value: line 1 column 1'"),
        ("key", "KeyError"),
        ("other", "Lambda.FunctionError"),
    ] {
        let fh =
            invoke("--code").arg(folder.path()).args("--handler").arg(format!("app.{handler}"));
        let text = fh.arg("--python").arg(bare_python()).run().text();
        assert!(text.contains(&format!("see `fh explain {page}`\n")), "{handler}: {text}");
    }
}

#[test]
fn what_cannot_be_written_as_json_is_an_error_of_the_function() {
    for run in
        [official("failures.not_serialisable").run(), bare("failures.not_serialisable").run()]
    {
        let first = "FAILED: Runtime.MarshalError: Unable to marshal response: \
                     Object of type set is not JSON serializable\n";
        assert!(run.text().starts_with(first), "{run}");
    }
}

#[test]
fn a_response_that_is_not_json_is_reported() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(official("failures.not_a_number").run(), @r#"
    FAILED: the response is not JSON: NaN at byte 12, which JSON does not allow
      Firehose  the whole batch fails with Lambda.JsonProcessingException, attempts unknown (documented
                by AWS; no failure record is known)
                "There was an error parsing returned records from the Lambda function. Ensure that the
                returned records follow the status model required by Amazon Data Firehose."
                see `fh explain Lambda.JsonProcessingException`
      hint      return null or omit the field; in Python, `json.dumps(response, allow_nan=False)` finds
                it
      event     1,983 B
      response  16 B
                it starts with: {"records": NaN}
      duration  [TIME], after [TIME] of init
      request   [UUID]

    Find the records that cause it:
      fh invoke --handler failures.not_a_number --code fixtures/handlers --python [PYTHON] --isolate --event fixtures/events/kinesis-source.json
    [exit status: 1]
    "#);
}

#[test]
fn a_response_over_6_mb_is_reported_with_its_size() {
    for run in [official("failures.too_large").run(), bare("failures.too_large").run()] {
        let text = run.text();
        let report = text.split("log, ").next().unwrap();
        assert!(
            report.starts_with("FAILED: the response is 7,000,017 B; Lambda accepts 6,291,556 B\n"),
            "{run}"
        );
        assert!(report.contains("  response  7,000,017 B\n"), "{run}");
        assert_eq!(run.code(), 1);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_function_that_uses_too_much_memory_is_killed() {
    let output = official("failures.fills_memory").args("--memory 128").run();
    let text = output.text();
    assert!(
        text.starts_with("FAILED: the function used more than its 128 MB of memory\n"),
        "{text}"
    );
    assert!(output.text().contains(" MB of 128 MB\n"), "{output}");
    assert_eq!(output.code(), 1);
}

#[test]
fn a_function_stays_warm_and_is_started_again_when_it_failed() {
    let rows = |name: &str| {
        let text = official(name).args("--repeat 3 --output ndjson").run().text();
        text.lines()
            .filter(|line| line.contains("\"type\":\"call\""))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let cold = |rows: &str| rows.matches("\"initDurationMs\":null").count();
    let good = rows("good.handler");
    assert_eq!((good.lines().count(), cold(&good)), (3, 2), "{good}");
    let raises = rows("failures.raises");
    assert_eq!((raises.lines().count(), cold(&raises)), (3, 2), "{raises}");
    let exits = rows("failures.exits_hard");
    assert_eq!((exits.lines().count(), cold(&exits)), (3, 0), "{exits}");
}
