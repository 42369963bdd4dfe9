//! Flags, inputs and outputs of `fh invoke`, and what it refuses.

#![expect(clippy::panic, reason = "a test that cannot be set up fails loudly")]

use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::functions::{invoke, official, read};
use crate::harness::Fh;
use crate::masks::{self, mask};

#[test]
fn short_help_names_every_flag() {
    assert_snapshot!(Fh::new().args("invoke -h").run(), @"
    Run the transform on an event and check its response

    Usage: fh invoke [OPTIONS] [FILE]

    Options:
          --event <FILE>  Event to send to the function [default: standard input; a sample if there is
                          none]
      -h, --help          Print help (see more with '--help')

    Function:
          --handler <HANDLER>      Handler, e.g. `app.lambda_handler` (Python), `index.handler`
                                   (Node.js), or an executable
          --bootstrap <FILE>       Compiled program that speaks the Lambda Runtime API (Rust, Go)
          --transform <NAME>       Built-in transform: passthrough, newline, cloudwatch-logs, tour or
                                   tour-fixed
          --exec <CMD>             Command for sh: event on standard input, response on standard output
          --lambda-endpoint <URL>  URL of a running Lambda emulator: RIE, sam local start-lambda, cargo
                                   lambda watch
          --function <NAME>        Deployed function: name or ARN, optionally with a version or alias
          --code <DIR>             Folder of the code, also its working directory [default: that of the
                                   bootstrap, else this one]
          --python <PATH>          Python interpreter for the handler [default: that of the active
                                   virtualenv, else python3]
          --node <PATH>            Node.js executable for the handler [default: node]
          --function-name <NAME>   Function name passed to the function and to the emulator [default:
                                   function]
          --env <NAME[=VALUE]>     Environment variable for the function: NAME=VALUE, or NAME to pass
                                   yours (repeatable)
          --env-file <FILE>        File of variables for the function, one NAME=VALUE per line; `--env`
                                   overrides it (repeatable)
          --pass-credentials       Pass your AWS credentials to the function
      [FILE]                       File or folder with the handler: app.py, index.mjs

    Limits:
          --timeout <TIME>  Timeout per call: 90, 1m30s [max: 5m] [default: 60s]
          --memory <MB>     Memory limit; the function is killed above it (Linux) [default: none; the
                            function sees 128]

    Output:
          --output <FORMAT>       Output format [default: text] [possible values: text, table, json,
                                  ndjson]
          --raw                   Print the response only; the log goes to standard error
          --save-response <FILE>  Also write the response to this file; with many calls, the last one
          --diff                  Also show each record before and after the transform, decoded

    Many calls:
          --repeat <N>       Call the function N times; show duration percentiles and responses that
                             differ [default: 1]
          --concurrency <N>  Number of concurrent calls [default: 1]
          --watch            Call the function again whenever its code or the event changes

    Isolation:
          --isolate            Find the records that make the call fail
          --save-event <FILE>  Also write the event with these records alone to this file
          --max-calls <N>      Maximum number of calls to find them [default: 200]
      -y, --yes                Do not ask before calling a deployed function this often; needed where
                               there is no terminal

    AWS options:
          --profile <NAME>      AWS profile; takes precedence over keys in the environment
          --region <REGION>     AWS Region, e.g. eu-west-1
          --endpoint-url <URL>  Endpoint to call instead of AWS, e.g. of an emulator
          --ca-bundle <FILE>    CA certificate bundle to use instead of the system's (PEM) [env:
                                AWS_CA_BUNDLE]
          --request-payer       Agree to pay for requests to Requester Pays buckets

    Verdict:
          --ignore <RULE>        Ignore this warning or unconfirmed error (repeatable)
          --strict               Exit with 1 on warnings too
          --retries <N>          Number of retries of the transform (`NumberOfRetries`) [default: 3]
          --buffer-size <SIZE>   Buffer size of the transform (`BufferSizeInMBs`): 0.2MB to 3MiB
                                 [default: 1MiB]
          --partition-key <KEY>  Partition key that the prefix needs (repeatable)
          --iceberg              The destination is Iceberg tables: one JSON object per record

    Global options:
          --color <WHEN>  When to use color [default: auto] [possible values: auto, always, never]
      -q, --quiet         Print errors only
          --no-color      Do not use color; same as `--color never`
          --no-pager      Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)

    Examples:
      fh invoke app.py                                              its handler, a sample event
      fh invoke --handler app.lambda_handler --event event.json     Python: app.py
      fh invoke --handler index.handler --code src < event.json     Node.js: src/index.mjs
      fh invoke --bootstrap target/lambda/orders/bootstrap < event.json
      fh invoke --exec 'jq -c -f transform.jq' --event event.json   any program
      fh event --records 5 | fh invoke --transform tour             no code at all
      fh invoke --function orders:live --event event.json           the deployed function
      fh invoke --lambda-endpoint http://localhost:9000 < event.json
      fh invoke --handler app.lambda_handler --event event.json --diff --watch
      fh invoke --handler app.lambda_handler --event event.json --repeat 100
      fh invoke --handler app.lambda_handler --event event.json --isolate
      fh invoke --handler app.lambda_handler --raw < event.json | fh decode
    [exit status: 0]
    ");
}

#[test]
fn exactly_one_function_is_named() {
    assert_snapshot!(invoke("").run(), @"
    ------- stderr -------
    fh: no function to call: no handler found in this folder
      hint: pass its file or folder: fh invoke app.py, fh invoke --code DIR
      hint: or `--handler`, `--bootstrap`, `--transform`, `--exec`, `--function` or `--lambda-endpoint`
    [exit status: 2]
    ");
    assert_eq!(invoke("--handler app.handler --exec cat").run().code(), 2);
    assert_eq!(invoke("--lambda-endpoint http://localhost:1 --env A=1").run().code(), 2);
}

#[test]
fn a_timeout_beyond_that_of_firehose_is_refused() {
    assert_snapshot!(invoke("--exec cat --timeout 301s").run(), @"
    ------- stderr -------
    fh: `--timeout 301s`: Firehose supports a function timeout of at most 5 minutes
    [exit status: 2]
    ");
}

#[test]
fn an_event_that_a_program_printed_is_read() {
    let event = read(&crate::harness::root().join("fixtures/events/direct-put.json")).unwrap();
    let printed = event.trim_end().replace('"', "'");
    for text in [printed.clone(), format!("2026-11-22T10:00:00.123Z INFO {printed}\n")] {
        let run = Fh::new().args("invoke --transform passthrough").stdin(text.clone()).run();
        assert_eq!(run.code(), 0, "{text}\n{run}");
        assert!(run.text().contains("3 records, 3 delivered"), "{run}");
        let note = "fh: standard input: the event that is printed in it is read\n";
        assert!(run.errors().contains(note), "{run}");
    }
    // Of two it is not clear which is meant.
    let two = format!("{printed}\n{printed}\n");
    assert_eq!(Fh::new().args("invoke --transform passthrough").stdin(two).run().code(), 2);
}

#[test]
fn what_is_no_event_is_refused() {
    let run = |event: &[u8]| Fh::new().args("invoke --exec cat").stdin(event).run();
    assert_snapshot!(run(b"{'records': []}"), @"
    ------- stderr -------
    fh: `standard input` is not a transform event: not JSON: expected a key in double quotes at byte 1
      hint: this is how Python prints a dict; print `json.dumps(event)` in the function to get JSON; `fh decode` shows the records of this one
    [exit status: 2]
    ");
    assert_snapshot!(run(b"{\"records\"}"), @"
    ------- stderr -------
    fh: `standard input` is not a transform event: not JSON: expected `:` at byte 10
      hint: `fh event` generates one; `fh decode --explain` shows what this is
    [exit status: 2]
    ");
    assert_snapshot!(run(b""), @"
    ------- stderr -------
    fh: `standard input` is not a transform event: not JSON: JSON ends early at byte 0
      hint: `fh event` generates one; `fh decode --explain` shows what this is
    [exit status: 2]
    ");
    let mut large = vec![b' '; 6 * 1024 * 1024];
    large.push(b'1');
    assert_snapshot!(run(&large), @"
    ------- stderr -------
    fh: the event `standard input` is larger than the 6 MB that Lambda accepts
      hint: Firehose never sends one this large; `fh event --size 6MB` generates the largest
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("invoke --exec cat --event missing.json").run(), @"
    ------- stderr -------
    fh: cannot read `missing.json`: No such file or directory (os error 2)
    [exit status: 2]
    ");
}

#[test]
fn what_cannot_be_started_is_reported() {
    assert_snapshot!(invoke("--handler app.handler --code missing").run(), @"
    ------- stderr -------
    fh: `missing` is not a folder
      hint: pass the folder of the code with `--code DIR`
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--handler app.handler --code fixtures").run(), @"
    ------- stderr -------
    fh: no code for the handler `app.handler` in `fixtures`: looked for app.py, app/__init__.py, app.js, app.mjs, app.cjs
      hint: pass the folder of the code with `--code DIR`
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--handler good.handler --code fixtures/handlers").run(), @"
    ------- stderr -------
    fh: `good.handler` may be `good.py` or `good.mjs` in `fixtures/handlers`
      hint: choose one with `--python python3` or `--node node`
    [exit status: 2]
    ");
    let python = "--handler good.handler --code fixtures/handlers --python /missing/python";
    assert_snapshot!(invoke(python).run(), @"
    ------- stderr -------
    fh: cannot start `/missing/python`: No such file or directory (os error 2)
      hint: pass the interpreter with `--python PATH`
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--bootstrap fixtures/README.md").run(), @"
    ------- stderr -------
    fh: `fixtures/README.md` is not an executable file
      hint: a bootstrap is a compiled program or a script with `#!` and `chmod +x`
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--bootstrap missing").run(), @"
    ------- stderr -------
    fh: cannot run `missing`: No such file or directory (os error 2)
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--exec cat --env NOT_SET_ANYWHERE").run(), @"
    ------- stderr -------
    fh: `--env`: `NOT_SET_ANYWHERE` is not set in the environment
    [exit status: 2]
    ");
}

#[test]
fn raw_is_the_response_and_nothing_else() {
    let _masks = mask(masks::INVOKE);
    let good = official("good.handler").arg("--raw").run();
    assert!(good.text().starts_with("{\"records\": ["), "{good}");
    assert_eq!(good.errors(), "  out │ 4 records\n");
    let garbage = invoke("--raw --exec").arg("printf '\\377\\000'").run();
    assert_eq!((garbage.stdout.as_slice(), garbage.code()), (b"\xff\0".as_slice(), 1));
    assert_snapshot!(official("failures.raises").args("--raw --quiet").run(), @"
    ------- stderr -------
    fh: the handler failed: KeyError: 'nothing'
      hint: the whole batch fails with Lambda.FunctionError, attemptsMade 4
    [exit status: 1]
    ");
}

#[test]
fn a_file_that_is_no_response_is_not_replaced_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, content: &str, words: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        let run =
            invoke("--quiet --transform passthrough --save-response").arg(&file).args(words).run();
        assert_eq!((run.code(), read(&file).unwrap().as_str()), (2, content), "{run}");
        run.errors().replace(file.to_str().unwrap(), "FILE")
    };
    let event = read(&crate::harness::root().join("fixtures/events/direct-put.json")).unwrap();
    for (name, content) in [("app.py", "print(1)\n"), ("package.json", "{}"), ("e.json", &event)] {
        let errors = refused(name, content, "");
        let expected = "fh: `--save-response FILE`: the file already exists, and holds no response of a transform\n";
        assert!(errors.starts_with(expected), "{errors}");
    }
}

#[test]
fn a_response_is_saved_whole_and_for_the_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("response.json");
    let save = |command: &str| {
        invoke("--raw --save-response").arg(&file).arg("--exec").arg(command).run().code()
    };
    assert_eq!(save("echo '{\"records\":[],\"first\":1}'"), 0);
    assert_eq!(read(&file).unwrap(), "{\"records\":[],\"first\":1}\n");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(save("echo '{\"records\":[],\"second\":1}'"), 0);
    assert_eq!(save("exit 1"), 1);
    assert_eq!(read(&file).unwrap(), "{\"records\":[],\"second\":1}\n");
    let failed = || {
        let run = invoke("--raw --save-response").arg(&file).arg("--exec").arg("exit 1").run();
        run.errors().replace(file.to_str().unwrap(), "FILE")
    };
    assert_snapshot!(failed(), @"
    fh: the process ended before it responded, with exit code 1
      hint: the whole batch fails with Lambda.FunctionError, attemptsMade 4
    fh: the call returned no response: `FILE` still holds an older one
    ");
    let many = invoke("--repeat 2 --exec false --save-response").arg(&file).run().errors();
    let last = "the last call returned no response: `FILE` still holds an older one\n";
    assert!(many.replace(file.to_str().unwrap(), "FILE").ends_with(last), "{many}");
    std::fs::remove_file(&file).unwrap();
    assert!(failed().ends_with("the call returned no response: `FILE` was not written\n"));
    assert_eq!(save("echo garbage"), 1);
    assert_eq!(read(&file).unwrap(), "garbage\n");
    let nowhere = invoke("--save-response /missing/response.json --exec cat").run();
    assert_snapshot!(nowhere, @"
    ------- stderr -------
    fh: cannot write to `/missing/response.json`: no folder `/missing`
    [exit status: 2]
    ");
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    r#type: String,
    outcome: String,
    request_id: Option<String>,
    duration_ms: f64,
    init_duration_ms: Option<f64>,
    max_memory_bytes: Option<u64>,
    memory_size_mb: Option<u32>,
    event_bytes: u64,
    response_bytes: Option<u64>,
    response: Option<Box<RawValue>>,
    response_base64: Option<String>,
    error: Option<Problem>,
    firehose: Option<Firehose>,
    judgement: Option<Box<RawValue>>,
    log: Vec<Line>,
    log_bytes_cut: u64,
    log_cut_after: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Problem {
    message: String,
    hint: Option<String>,
    phase: String,
    error_type: Option<String>,
    error_message: Option<String>,
    stack_trace: Vec<String>,
    causes: Vec<Box<RawValue>>,
    file: Option<String>,
    line: Option<u32>,
    exit_code: Option<i32>,
    signal: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Firehose {
    error_code: String,
    scope: String,
    attempts: Option<u32>,
    evidence: String,
    error_message: Option<String>,
    also_seen: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Summary {
    r#type: String,
    calls: u64,
    good: u64,
    warned: u64,
    broken: u64,
    failed: u64,
    min_ms: f64,
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    round_trip_p50_ms: f64,
    changed_answers: u64,
    changed_records: Vec<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    stream: String,
    text: String,
}

fn row(run: Fh) -> Row {
    let text = run.args("--output ndjson").run().text();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn the_rows_of_json_keep_their_schema() {
    let good = row(official("good.handler").args("--memory 512"));
    assert_eq!((good.outcome.as_str(), good.memory_size_mb), ("response", Some(512)));
    let judgement = good.judgement.unwrap();
    assert!(good.r#type == "call" && judgement.get().starts_with("{\"summary\":{\"event\":"));
    assert!(good.request_id.is_some_and(|id| id.len() == 36));
    assert!(good.duration_ms > 0.0 && good.init_duration_ms.unwrap() > 0.0);
    assert_eq!((good.event_bytes, good.response_bytes.is_some()), (1983, true));
    assert!(good.response.unwrap().get().starts_with("{\"records\":[{\"recordId\":"));
    assert!(good.error.is_none() && good.firehose.is_none() && good.response_base64.is_none());
    assert_eq!((good.log[0].stream.as_str(), good.log[0].text.as_str()), ("stdout", "4 records"));
    assert_eq!((good.log_bytes_cut, good.log_cut_after), (0, None));
    assert_eq!(good.max_memory_bytes.is_some(), cfg!(target_os = "linux"));

    let raises = row(official("failures.raises"));
    let (error, firehose) = (raises.error.unwrap(), raises.firehose.unwrap());
    assert_eq!(raises.outcome, "function-error");
    assert_eq!(error.message, "the handler failed: KeyError: 'nothing'");
    assert_eq!(error.error_type.unwrap(), "KeyError");
    assert_eq!(error.error_message.unwrap(), "'nothing'");
    assert_eq!((error.phase.as_str(), error.stack_trace.len()), ("invoke", 1));
    assert!(error.causes.is_empty());
    assert_eq!((error.file.as_deref(), error.line), (Some("failures.py"), Some(14)));
    assert_eq!((error.exit_code, error.signal, error.hint), (None, None, None));
    assert_eq!(firehose.error_code, "Lambda.FunctionError");
    assert_eq!((firehose.attempts, firehose.scope.as_str()), (Some(4), "batch"));
    assert!(firehose.also_seen.is_none() && firehose.evidence == "captured");
    assert!(firehose.error_message.unwrap().starts_with("The Lambda function was successfully"));

    let garbage = row(invoke("--exec").arg("printf '\\377'"));
    assert_eq!(
        (garbage.outcome.as_str(), garbage.response_base64.unwrap().as_str()),
        ("not-json", "/w==")
    );
    assert_eq!(row(invoke("--exec").arg("exit 3")).error.unwrap().exit_code, Some(3));
    assert_eq!(row(invoke("--exec").arg("kill $$")).error.unwrap().signal, Some(15));
}

#[test]
fn a_response_of_many_lines_is_one_line_of_ndjson_and_an_array_of_json() {
    let command = "printf '{\\n \"records\": [\\n1.10\\n]}\\n'";
    let response = row(invoke("--exec").arg(command)).response.unwrap();
    assert_eq!(response.get(), r#"{"records":[1.10]}"#);
    let array = invoke("--output json --repeat 2 --exec").arg(command).run().text();
    let rows: Vec<Box<RawValue>> = serde_json::from_str(&array).unwrap();
    let [first, _, summary] = rows.as_slice() else { panic!("{array}") };
    assert_eq!(serde_json::from_str::<Row>(first.get()).unwrap().outcome, "response");
    let summary: Summary = serde_json::from_str(summary.get()).unwrap();
    assert_eq!((summary.r#type.as_str(), summary.calls, summary.failed), ("summary", 2, 0));
    assert_eq!((summary.good, summary.warned, summary.broken), (0, 0, 2));
    assert!(summary.min_ms <= summary.p50_ms && summary.p50_ms <= summary.p90_ms);
    assert!(summary.p90_ms <= summary.p99_ms && summary.p99_ms <= summary.max_ms);
    assert!(summary.round_trip_p50_ms > 0.0);
    assert!(summary.changed_answers == 0 && summary.changed_records.is_empty());
}

#[test]
fn nothing_that_a_function_says_controls_the_terminal() {
    let garbage = "printf '\\033]0;x\\007\\233' >&2; printf '\\033[31mred'";
    let json = "printf '\"a\\302\\2332b\"'";
    for flags in ["--exec", "--output ndjson --exec", "--raw --exec"] {
        for command in [garbage, json] {
            let seen = invoke("--color never").args(flags).arg(command).on_terminal(100);
            let is_safe = !seen.stdout.iter().any(|byte| *byte < b' ' && *byte != b'\n');
            assert!(is_safe && !seen.stdout.contains(&0x9b), "{seen}");
        }
    }
}

#[test]
fn the_end_of_a_long_log_and_the_verdict_are_what_is_seen_last() {
    let flood = "i=0; while [ $i -lt 60000 ]; do echo \"line $i\"; i=$((i+1)); done >&2; \
                 echo KeyError >&2; exit 1";
    let output = invoke("--exec").arg(flood).run();
    let text = output.text();
    assert!(text.contains("  err │ line 0\n  err │ line 1\n"), "{text:.500}");
    let (_, end) = text.split_once("  … ").unwrap();
    let (end, _) = end.split_once("\n\nFind the records").unwrap();
    let end: Vec<_> = end.lines().collect();
    assert!(end[0].ends_with(" B) omitted"), "{}", end[0]);
    assert_eq!(
        end[end.len() - 3..],
        [
            "  err │ line 59999",
            "  err │ KeyError",
            "FAILED: the process ended before it responded, with exit code 1"
        ]
    );
    let row = row(invoke("--exec").arg(flood));
    let after = usize::try_from(row.log_cut_after.unwrap()).unwrap();
    assert!(row.log_bytes_cut > 0 && row.log[after - 1].text.starts_with("line "));
}

#[test]
fn text_may_be_asked_for_where_it_is_what_there_is() {
    let run = |flags: &str| invoke(flags).arg("--exec").arg("echo '{}'").run();
    assert_eq!(run("--diff --output text").code(), 1);
    assert_eq!(run("--raw --output text").text(), "{}\n");
    assert_snapshot!(run("--diff --output json"), @"
    ------- stderr -------
    fh: `--diff` cannot be combined with `--output`
      hint: omit `--diff` or `--output`
    [exit status: 2]
    ");
    assert_snapshot!(run("--raw --output table"), @"
    ------- stderr -------
    fh: `--raw` cannot be combined with `--output`
      hint: omit `--raw` or `--output`
    [exit status: 2]
    ");
}

#[test]
fn the_place_where_a_long_response_stops_being_json_is_shown() {
    let run = invoke("--exec").arg("printf '{\"records\":[\"%0300d\",NaN]}' 7").run();
    let text = run.text();
    assert!(text.starts_with("FAILED: the response is not JSON: NaN at byte 315, "), "{text}");
    let place = text.split("around byte 315: ").nth(1).unwrap();
    assert!(place.contains(",NaN]}"), "{text}");
}

#[test]
fn variables_come_from_a_file_and_flags_override_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("variables.env");
    let text = "# for the test\nexport STAGE=\"from file\"\n\nTABLE=orders\n";
    std::fs::write(&file, text).unwrap();
    let shown = |flags: &str| {
        let command = "cat >/dev/null; echo \"$STAGE, $TABLE\"";
        let run = invoke("--raw --exec").arg(command).arg("--env-file").arg(&file);
        run.args(flags).run().text()
    };
    assert_eq!(shown(""), "from file, orders\n");
    assert_eq!(shown("--env STAGE=flag"), "flag, orders\n");

    std::fs::write(&file, "STAGE=a\nNOT_SET_ANYWHERE\n").unwrap();
    let output = invoke("--exec cat --env-file").arg(&file).run();
    assert_eq!(output.code(), 2);
    let error = output.errors();
    let reason = "variables.env`, line 2: `NOT_SET_ANYWHERE` is not set in the environment\n  hint: use NAME=VALUE";
    assert!(error.contains(reason), "{error}");
}
