//! Node.js handlers behind our own loop.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use insta::assert_snapshot;

use crate::functions::{invoke, node, node_of, verdict};
use crate::harness::root;
use crate::masks::{self, mask};

#[test]
fn a_module_with_a_promise_runs() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(node("good.handler").run(), @"
    OK: the function responded
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 1 line
      out │ [TIME]	[UUID]	INFO	4 records

    response: 4 records, 4 delivered

    event 1,983 B, response 777 B of 6,291,556 B, growth 0.39
    ------- stderr -------
    fh: aws-lambda-ric is not installed or not built, so fh runs the handler itself; to run it as Lambda does (needs cmake and a C++ compiler):
      npm install --save-dev aws-lambda-ric
    [exit status: 0]
    ");
}

#[test]
fn callbacks_and_nested_handlers_run() {
    let dropped = node_of("22.1.0", "callback.handler").arg("--raw").run();
    assert_eq!(dropped.text().matches("Dropped").count(), 4, "{dropped}");
    assert_eq!(node("callback.nested.handler").arg("--raw").run().text(), r#"{"records":[]}"#);
}

#[test]
fn a_handler_that_neither_promises_nor_calls_back_answers_null() {
    assert_eq!(node("callback.forgets").arg("--raw").run().text(), "null");
}

#[test]
fn the_context_is_as_on_lambda() {
    let _masks = mask(masks::INVOKE);
    let arguments = "--raw --quiet --function-name orders --memory 256 --region eu-west-1";
    assert_snapshot!(node("node_failures.tells_context").args(arguments).run(), @r#"
    {"awsRequestId":"[UUID]","functionName":"orders","functionVersion":"$LATEST","invokedFunctionArn":"arn:aws:lambda:eu-west-1:111122223333:function:orders","logGroupName":"/aws/lambda/orders","memoryLimitInMB":"256","hasTime":true}[no newline at the end]
    [exit status: 0]
    "#);
}

#[test]
fn every_way_to_fail_is_reported() {
    let mut printed = String::new();
    for name in
        ["raises", "rejects_text", "throws_later", "forgets_catch", "exits", "not_serialisable"]
    {
        let output = node(&format!("node_failures.{name}")).run();
        assert_eq!(output.code(), 1, "{output}");
        let text = output.text();
        printed.push_str(text.lines().next().unwrap());
        printed.push('\n');
    }
    assert_snapshot!(printed, @"
    FAILED: TypeError: Cannot read properties of undefined (reading 'length'), at node_failures.mjs:4
    FAILED: string: just text
    FAILED: TypeError: later, at node_failures.mjs:10
    FAILED: Runtime.UnhandledPromiseRejection: nobody caught this, at node_failures.mjs:12
    FAILED: the process ended before it responded, with exit code 3
    FAILED: Error: Unable to stringify response body
    ");
}

#[test]
fn a_timeout_ends_the_function() {
    let of = |name: &str| {
        let text = node(&format!("node_failures.{name}")).args("--timeout 500ms").run().text();
        let hint = text.split_once("  hint").unwrap_or_default().1;
        let hint = hint.split("\n  event").next().unwrap_or_default();
        format!("{}\n  hint{hint}\n", text.lines().next().unwrap_or_default())
    };
    assert_snapshot!(of("sleeps") + &of("loops"), @"
    FAILED: the function did not respond in 0.5 s: it was waiting, with a timer open
      hint      a promise that it waits for was not settled in time: give each request that the handler
                makes a timeout, shorter than that of the function
    FAILED: the function did not respond in 0.5 s: its event loop was blocked
      hint      its code ran without a pause until the timeout: look for a loop that does not end, a
                slow regular expression or a synchronous call
    ");
}

#[test]
fn what_cannot_be_loaded_is_an_init_error() {
    let output = node("node_import_error.handler").run();
    let first = "FAILED: the function could not be loaded: Runtime.ImportModuleError: Cannot find \
                 package 'a-module-that-nobody-has'";
    assert!(output.text().starts_with(first), "{output}");
    let output = node("callback.nothing").run();
    let first = "FAILED: the function could not be loaded: Runtime.HandlerNotFound: callback.nothing \
                 is undefined or not exported\n";
    assert!(output.text().starts_with(first), "{output}");
    assert!(output.text().contains("a handler is FILE.FUNCTION"), "{output}");
}

#[test]
fn a_violation_is_found_as_in_python() {
    for (name, found) in [
        ("changed-id", "exit 1, record-id-unknown, record-missing"),
        ("bytes-repr-data", "exit 1, data-python-bytes"),
        ("dropped-without-data", "exit 0"),
        ("string", "exit 1, response-not-object"),
    ] {
        let variable = format!("VIOLATION={name}");
        let run = node("violations.handler").arg("--env").arg(&variable);
        assert_eq!(verdict(&run.args("--output ndjson").run()), found, "{name}");
    }
}

/// A folder with a handler and an official client. The real client has to be
/// compiled; this one shows that it is found and started.
fn with_client(index: &str) -> tempfile::TempDir {
    let code = tempfile::tempdir().unwrap();
    let client = code.path().join("node_modules/aws-lambda-ric");
    std::fs::create_dir_all(&client).unwrap();
    let package = r#"{"name":"aws-lambda-ric","type":"module","main":"index.mjs"}"#;
    std::fs::write(client.join("package.json"), package).unwrap();
    std::fs::write(client.join("index.mjs"), index).unwrap();
    std::fs::write(client.join("rapid-client.node"), "").unwrap();
    let good = root().join("fixtures/handlers/good.mjs");
    std::fs::copy(good, code.path().join("good.mjs")).unwrap();
    code
}

#[test]
fn the_official_client_is_taken_where_the_code_has_it() {
    let until_3 = "export const run = (root, handler) => {
        console.log(`official: ${root === process.cwd()} ${handler}`);
        process.exit(9);
    };";
    // Version 4 exports nothing: it starts when it is imported.
    let from_4 = "const { LAMBDA_TASK_ROOT, _HANDLER } = process.env;
        async function start() {
            await null;
            console.log(`official: ${LAMBDA_TASK_ROOT === process.cwd()} ${_HANDLER}`);
            setTimeout(() => process.exit(9), 50);
        }
        start();";
    for index in [until_3, from_4] {
        let code = with_client(index);
        let output = invoke("--handler good.handler --code").arg(code.path()).run();
        assert!(output.text().contains("  out │ official: true good.handler\n"), "{output}");
        assert!(output.text().contains("with exit code 9\n"), "{output}");
    }
}

/// On macOS it is never built, and npm does not build it where it runs no scripts.
#[test]
fn an_official_client_that_was_not_built_is_left_out() {
    let code = with_client("throw new Error('no native part')");
    let native = code.path().join("node_modules/aws-lambda-ric/rapid-client.node");
    std::fs::remove_file(native).unwrap();
    let output = invoke("--handler good.handler --code").arg(code.path()).run();
    assert!(output.text().starts_with("OK"), "{output}");
    assert!(output.errors().contains("aws-lambda-ric is not installed or not built"), "{output}");
}

/// As with Lambda's client: the nearest `package.json` counts, whatever else is beside it.
#[test]
fn an_es_module_is_known_by_the_nearest_package() {
    let module = "export const handler = async () => ({ records: [] });";
    let common = "exports.handler = async () => ({ records: [] });";
    for (source, inner, outer) in [
        (module, None, r#"{"type":"module"}"#),
        (common, None, "\u{feff}{}"),
        (common, Some("{}"), r#"{"type":"module"}"#),
    ] {
        let code = tempfile::tempdir().unwrap();
        let folder = code.path().join("src");
        std::fs::create_dir_all(folder.join("node_modules")).unwrap();
        std::fs::write(folder.join("app.js"), source).unwrap();
        std::fs::write(code.path().join("package.json"), outer).unwrap();
        if let Some(inner) = inner {
            std::fs::write(folder.join("package.json"), inner).unwrap();
        }
        let run = invoke("--handler src/app.handler --raw --quiet --code").arg(code.path());
        let output = run.run();
        assert_eq!(output.text(), r#"{"records":[]}"#, "{inner:?} {outer}: {output}");
    }
}

#[test]
fn from_node_24_on_a_handler_with_a_callback_is_not_started() {
    let output = node_of("24.1.0", "callback.handler").run();
    let first = "FAILED: the function could not be loaded: Runtime.CallbackHandlerDeprecated: ";
    assert!(output.text().starts_with(first), "{output}");
    assert!(output.text().contains("fh explain Runtime.CallbackHandlerDeprecated"), "{output}");
    assert!(output.text().contains("async (event, context)"), "{output}");
    assert!(!output.text().contains("  stack "), "{output}");
    assert!(node_of("24.1.0", "good.handler").run().text().starts_with("OK"));
}

#[test]
fn what_fh_says_of_the_runtime_is_not_in_the_log_of_the_function() {
    let note = "fh: aws-lambda-ric is not installed or not built";
    for flags in ["", "--output json", "--output table", "--raw", "--repeat 3"] {
        let output = node("good.handler").args(flags).run();
        assert!(!output.text().contains("aws-lambda-ric"), "{output}");
        assert_eq!(output.errors().matches(note).count(), 1, "{output}");
        let quiet = node("good.handler").args(flags).arg("--quiet").run();
        assert!(!quiet.errors().contains(note), "{quiet}");
    }
}

/// The first line of a report and its hint.
fn verdict_and_hint(name: &str, flags: &str) -> String {
    let text = node(&format!("unfinished.{name}")).args(flags).run().text();
    let hint = text.lines().find(|line| line.trim_start().starts_with("hint"));
    let first = text.lines().next().unwrap_or_default();
    format!("{name}: {first}\n  {}\n", hint.unwrap_or_default().trim())
}

#[test]
fn the_response_of_a_callback_waits_for_the_event_loop() {
    let late = ["timer", "interval", "server"];
    let late: String = late.map(|name| verdict_and_hint(name, "--timeout 700ms")).concat();
    assert_snapshot!(late, @"
    timer: FAILED: the function did not respond in 0.7 s: a timer kept its event loop running
      hint      the callback was called, but Lambda sends its response only when nothing is left to run:
    interval: FAILED: the function did not respond in 0.7 s: a timer kept its event loop running
      hint      the callback was called, but Lambda sends its response only when nothing is left to run:
    server: FAILED: the function did not respond in 0.7 s: a server kept its event loop running
      hint      the callback was called, but Lambda sends its response only when nothing is left to run:
    ");
    for name in ["flag", "succeeds", "promise", "short"] {
        let output = node(&format!("unfinished.{name}")).args("--timeout 20s").run();
        assert!(output.text().starts_with("OK"), "{name}: {output}");
    }
    let short = node("unfinished.short").run();
    assert!(short.text().contains("after the callback"), "{short}");
}

#[test]
fn a_promise_that_never_settles_is_named() {
    let found = ["pending", "pending_promise"].map(|name| verdict_and_hint(name, "")).concat();
    assert_snapshot!(found, @"
    pending: FAILED: Runtime.NodeJsExit: The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled.
      hint      a promise of the handler never settles, and nothing is left to run: call resolve or
    pending_promise: BROKEN: the function responded, and its response breaks the rules below
      hint: a promise of the handler never settles, and nothing is left to run: call resolve or reject on each path, e.g. in the callback that it waits for
    ");
}

#[test]
fn records_that_are_not_awaited_are_explained() {
    let text = node("unfinished.for_each").run().text();
    let hint = text.lines().find(|line| line.contains("forEach")).unwrap_or_default();
    assert_snapshot!(hint, @"  hint: `records` is empty: return every recordId once, with the result Dropped if it should not be delivered; in Node.js, forEach does not wait for async callbacks: use `await Promise.all(event.records.map(async ...))`");
}

#[test]
fn the_headline_names_a_line_of_the_users_code() {
    let text = node("unfinished.in_node").run().text();
    assert_snapshot!(text.lines().next().unwrap_or_default(), @"FAILED: InvalidCharacterError: Invalid character, at unfinished.cjs:56");
}

/// What a refused response makes of the runtime is not the function's log.
#[test]
fn frames_of_fh_are_not_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let (python, module) = (folder.path().join("big.py"), folder.path().join("big.mjs"));
    std::fs::write(
        python,
        "def handler(event, context):\n    return {'records': 'x' * 7_000_000}\n",
    )
    .unwrap();
    let text = "export const handler = async () => ({ records: 'x'.repeat(7_000_000) });\n";
    std::fs::write(module, text).unwrap();
    for flags in ["--python python3", "--node node"] {
        for _ in 0..5 {
            let run = invoke("--handler big.handler --code").arg(folder.path()).args(flags);
            let output = run.run();
            assert!(output.text().contains("the response is 7,000,0"), "{output}");
            assert!(!output.text().contains("log, "), "{output}");
        }
    }
}
