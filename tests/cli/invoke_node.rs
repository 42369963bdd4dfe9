//! Node.js handlers behind our own loop.

use insta::assert_snapshot;

use crate::functions::{invoke, node, verdict};
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
    fh: the code has no aws-lambda-ric, so fh runs the handler itself; to run it as Lambda does: npm install --save-dev aws-lambda-ric (builds with cmake and a C++ compiler)
    [exit status: 0]
    ");
}

#[test]
fn callbacks_and_nested_handlers_run() {
    let dropped = node("callback.handler").arg("--raw").run();
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
    let output = node("node_failures.sleeps").args("--timeout 500ms").run();
    assert!(
        output.text().starts_with("FAILED: the function did not respond in 0.5 s\n"),
        "{output}"
    );
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

/// The real one has to be compiled; this one shows that it is found and called.
#[test]
fn the_official_client_is_taken_where_the_code_has_it() {
    let code = tempfile::tempdir().unwrap();
    let client = code.path().join("node_modules/aws-lambda-ric");
    std::fs::create_dir_all(&client).unwrap();
    let package = r#"{"name":"aws-lambda-ric","type":"module","main":"index.mjs"}"#;
    std::fs::write(client.join("package.json"), package).unwrap();
    let index = "export const run = (root, handler) => {
        console.log(`official: ${root === process.cwd()} ${handler}`);
        process.exit(9);
    };";
    std::fs::write(client.join("index.mjs"), index).unwrap();
    let good = root().join("fixtures/handlers/good.mjs");
    std::fs::copy(good, code.path().join("good.mjs")).unwrap();
    let output = invoke("--handler good.handler --code").arg(code.path()).run();
    assert!(output.text().contains("  out │ official: true good.handler\n"), "{output}");
    assert!(output.text().contains("with exit code 9\n"), "{output}");
}

#[test]
fn what_fh_says_of_the_runtime_is_not_in_the_log_of_the_function() {
    let note = "fh: the code has no aws-lambda-ric";
    for flags in ["", "--output json", "--output table", "--raw", "--repeat 3"] {
        let output = node("good.handler").args(flags).run();
        assert!(!output.text().contains("aws-lambda-ric"), "{output}");
        assert_eq!(output.errors().matches(note).count(), 1, "{output}");
        let quiet = node("good.handler").args(flags).arg("--quiet").run();
        assert!(!quiet.errors().contains(note), "{quiet}");
    }
}
