//! From a failed call to the line of code and to the records: the user's line, what
//! is found without flags, and how reports look at several widths.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::path::Path;
use std::process::Stdio;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::functions::{bare_python, emulator, with_interpreters};
use crate::harness::{Fh, Output};
use crate::masks::{self, mask};

const EVENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/events/kinesis-source.json");

/// A folder with these files.
fn code(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// A run of `fh invoke` in a folder, without its remarks.
fn invoke(folder: &Path, words: &str) -> Fh {
    invoke_with_hints(folder, "-q").args(words)
}

fn invoke_with_hints(folder: &Path, words: &str) -> Fh {
    let fh = with_interpreters(Fh::new()).current_dir(folder).args("invoke --python");
    fh.arg(bare_python()).args("--node node").args(words)
}

/// The first line of the report on a call of the only function in this file.
fn headline(name: &str, text: &str) -> String {
    let folder = code(&[(name, text)]);
    let output = invoke(folder.path(), "--event").arg(EVENT).args("--code .").run();
    assert_eq!(output.code(), 1, "{output}");
    let folder = folder.path().canonicalize().unwrap();
    let line = output.text().lines().next().unwrap().to_owned();
    line.replace(folder.to_str().unwrap(), "[CODE]")
}

#[test]
fn a_python_function_that_fails_names_its_line() {
    let raises = "def enrich(doc):\n    return doc['price']\n\ndef handler(event, context):\n    return enrich(event)\n";
    let deep = "import json\ndef handler(event, context):\n    return json.loads('{')\n";
    let syntax = "import json\n\ndef handler(event, context)\n    return {}\n";
    let import = "import no_such_module\n\ndef handler(event, context):\n    return {}\n";
    let init =
        "import os\nTABLE = os.environ['TABLE']\n\ndef handler(event, context):\n    return {}\n";
    let lines = [raises, deep, syntax, import, init].map(|text| headline("app.py", text));
    assert_snapshot!(lines.join("\n"), @"
    FAILED: KeyError: 'price', at app.py:2
    FAILED: JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1), at app.py:3
    FAILED: the function could not be loaded: Runtime.UserCodeSyntaxError: Syntax error in module 'app': expected ':' (app.py, line 3)
    FAILED: the function could not be loaded: Runtime.ImportModuleError: Unable to import module 'app': No module named 'no_such_module'
    FAILED: the function could not be loaded: KeyError: 'TABLE', at app.py:2
    ");
}

#[test]
fn a_nodejs_function_that_fails_names_its_line() {
    let raises = "const enrich = () => data.length;\n\nexport const handler = async (event) => enrich(event);\n";
    let deep =
        "export const handler = async (event) => {\n  return [1].map(() => null.price);\n};\n";
    let syntax = "export const handler = async (event) => {\n  return {};\n});\n";
    let import =
        "import { x } from './no_such_module.mjs';\nexport const handler = async () => x;\n";
    let init =
        "const table = process.env.TABLE.length;\nexport const handler = async () => table;\n";
    let lines = [raises, deep, syntax, import, init].map(|text| headline("index.mjs", text));
    assert_snapshot!(lines.join("\n"), @"
    FAILED: ReferenceError: data is not defined, at index.mjs:1
    FAILED: TypeError: Cannot read properties of null (reading 'price'), at index.mjs:2
    FAILED: the function could not be loaded: Runtime.UserCodeSyntaxError: Unexpected token ')', at index.mjs:3
    FAILED: the function could not be loaded: Runtime.ImportModuleError: Cannot find module '[CODE]/no_such_module.mjs' imported from [CODE]/index.mjs
    FAILED: the function could not be loaded: TypeError: Cannot read properties of undefined (reading 'length'), at index.mjs:1
    ");
    let common = headline("index.js", "exports.handler = async (event) => {\n  return {};\n});\n");
    assert_snapshot!(common, @"FAILED: the function could not be loaded: Runtime.UserCodeSyntaxError: Unexpected token ')', at index.js:3");
}

/// Nothing of `fh` is in a stack, and the runtime's own line has it only once.
#[test]
fn the_stack_of_nodejs_is_laid_out_with_the_users_line_first() {
    let _masks = mask(masks::INVOKE);
    let text = "const enrich = () => data.length;\nexport const handler = async (event) => enrich(event);\n";
    let folder = code(&[("index.mjs", text)]);
    let run = |words| invoke(folder.path(), words).arg("--event").arg(EVENT).run();
    let place = folder.path().canonicalize().unwrap();
    let report = run("index.mjs").text().replace(place.to_str().unwrap(), "[CODE]");
    assert_snapshot!(report, @r#"
    FAILED: ReferenceError: data is not defined, at index.mjs:1
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain Lambda.FunctionError`
      stack     at enrich (file://[CODE]/index.mjs:1:27)
                at handler (file://[CODE]/index.mjs:2:41)
      event     1,983 B
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 1 line
      out │ [TIME]	[UUID]	ERROR	ReferenceError {"errorType":"ReferenceError","errorMessage":"data is not defined","trace":[…]}
    "#);
    let rows = run("index.mjs --output json").text();
    assert!(!rows.contains("[eval1]"), "{rows}");
    assert!(rows.contains(r#""file":"index.mjs","line":1"#), "{rows}");
}

/// What Lambda's runtime for Java answers.
#[test]
fn the_line_of_a_java_function_is_named() {
    let body = r#"{"errorMessage":"price","errorType":"java.lang.NullPointerException","stackTrace":["java.base/java.util.Objects.requireNonNull(Objects.java:259)","com.example.Handler.enrich(Handler.java:31)","com.example.Handler.handleRequest(Handler.java:23)","java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(Unknown Source)","java.base/java.lang.reflect.Method.invoke(Unknown Source)"]}"#;
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (port, asked) = emulator(answer);
    let url = format!("http://127.0.0.1:{port}");
    let output = Fh::new().args("invoke -q --event").arg(EVENT).arg("--lambda-endpoint").arg(url);
    let output = output.run();
    let _asked = asked.join().unwrap();
    let text = output.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "FAILED: java.lang.NullPointerException: price, at Handler.java:31");
    let (_, stack) = text.split_once("  stack     ").unwrap();
    assert_snapshot!(stack.lines().take(4).collect::<Vec<_>>().join("\n"), @"
    java.base/java.util.Objects.requireNonNull(Objects.java:259)
                com.example.Handler.enrich(Handler.java:31)
                com.example.Handler.handleRequest(Handler.java:23)
      event     1,983 B
    ");
}

/// What an exception wraps, as Lambda's runtimes for Java and .NET report it: where it
/// began.
#[test]
fn the_line_of_a_wrapped_exception_is_that_of_its_cause() {
    let body = r#"{"errorMessage":"cannot enrich","errorType":"java.lang.RuntimeException","stackTrace":["com.example.Handler.handleRequest(Handler.java:23)"],"cause":{"errorMessage":"For input string: \"x\"","errorType":"java.lang.NumberFormatException","stackTrace":["java.base/java.lang.Integer.parseInt(Unknown Source)","com.example.Prices.parse(Prices.java:41)","com.example.Handler.handleRequest(Handler.java:21)"]}}"#;
    let run = |flags: &str| {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let (port, asked) = emulator(answer);
        let url = format!("http://127.0.0.1:{port}");
        let fh = Fh::new().args("invoke -q --event").arg(EVENT).args(flags);
        let output = fh.arg("--lambda-endpoint").arg(url).run();
        let _asked = asked.join().unwrap();
        output.text()
    };
    assert_snapshot!(run("").split_once("  event ").unwrap().0, @r#"
    FAILED: java.lang.RuntimeException: cannot enrich, caused by java.lang.NumberFormatException: For input string: "x", at Prices.java:41
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain Lambda.FunctionError`
      stack     com.example.Handler.handleRequest(Handler.java:23)
                caused by java.lang.NumberFormatException: For input string: "x"
                java.base/java.lang.Integer.parseInt(Unknown Source)
                com.example.Prices.parse(Prices.java:41)
                com.example.Handler.handleRequest(Handler.java:21)
    "#);
    let row = run("--output ndjson");
    let cause = r#""causes":[{"errorType":"java.lang.NumberFormatException","errorMessage":"For input string: \"x\"","stackTrace":["#;
    assert!(row.contains(cause) && row.contains(r#""file":"Prices.java","line":41"#), "{row}");
}

const GOOD: &str = "def lambda_handler(event, context):\n    return {'records': [dict(r, result='Ok') for r in event['records']]}\n";

#[test]
fn a_handler_is_found_where_it_is_plain() {
    let run = |folder: &TempDir, words: &str| -> Output {
        let fh = with_interpreters(Fh::new()).current_dir(folder.path()).args("invoke --raw");
        fh.args("--event").arg(EVENT).args(words).run()
    };
    let one = code(&[("app.py", GOOD), ("orders.py", "def load(path):\n    pass\n")]);
    for words in ["--code .", ".", "app.py", "./app.py", ""] {
        let output = run(&one, words);
        let said = "fh: using the handler app.lambda_handler: app.py has lambda_handler\n";
        assert!(output.errors().starts_with(said), "{words}: {output}");
        assert_eq!(output.text().matches("\"Ok\"").count(), 4, "{words}: {output}");
    }
    let output = run(&one, "--handler app.py");
    assert_snapshot!(format!("{}[exit {}]", output.errors(), output.code()), @"
    fh: `app.py` names a file, not the function in it
      hint: use `--handler app.lambda_handler`
    [exit 2]
    ");
    let two = code(&[("app.py", GOOD), ("index.mjs", "export const handler = async () => 1;\n")]);
    let output = run(&two, ".");
    assert_snapshot!(format!("{}[exit {}]", output.errors(), output.code()), @"
    fh: 2 handlers in `.`: app.lambda_handler, index.handler
      hint: choose one with `--handler`
    [exit 2]
    ");
    let output = run(&two, "");
    assert!(output.errors().starts_with("fh: 2 handlers in this folder: app."), "{output}");
    let none = code(&[("orders.py", "def load(path):\n    pass\n")]);
    let output = run(&none, "--code .");
    assert_snapshot!(format!("{}[exit {}]", output.errors(), output.code()), @"
    fh: no handler found in `.`
      hint: name it: `--handler FILE.FUNCTION`, e.g. app.lambda_handler, index.handler
    [exit 2]
    ");
    let output = run(&none, "app.py");
    assert_snapshot!(format!("{}[exit {}]", output.errors(), output.code()), @"
    fh: no file `app.py`
      hint: pass the file with the handler, e.g. app.py, index.mjs
    [exit 2]
    ");
}

/// A terminal or nothing at all: there is no event. A pipe is one, even if it is
/// empty.
#[test]
fn without_an_event_a_sample_is_used_and_named() {
    let folder = code(&[("app.py", GOOD)]);
    let fh = |words: &str| {
        let fh = with_interpreters(Fh::new()).current_dir(folder.path());
        fh.args("invoke app.py --color never").args(words)
    };
    let said = "fh: no event given: using a sample of 3 stock tickers";
    let typed = fh("").start_typing(180).finish();
    assert!(typed.text().contains(said), "{typed}");
    assert!(typed.text().contains("response: 3 records, 3 delivered"), "{typed}");
    let line = "\"$FH\" invoke app.py </dev/null";
    let nothing = with_interpreters(Fh::shell(line)).current_dir(folder.path()).run();
    assert!(nothing.errors().contains(said), "{nothing}");
    let hostile = "fh event --hostile | fh invoke --handler app.lambda_handler --code .\n";
    assert!(nothing.errors().contains(hostile), "{nothing}");
    assert!(nothing.text().contains("response: 3 records, 3 delivered"), "{nothing}");
    let quiet = fh("-q").start_typing(180).finish();
    assert!(!quiet.text().contains("fh: "), "{quiet}");
    let empty = fh("").run_into(Stdio::piped());
    assert!(!empty.errors().contains(said), "{empty}");
    assert_eq!(empty.code(), 2, "{empty}");
    // The same each time, so that what is printed can be pasted.
    let folder = code(&[(
        "app.py",
        "def handler(event, context):\n    print(event['records'])\n    raise ValueError\n",
    )]);
    let fails = || {
        let fh = with_interpreters(Fh::new()).current_dir(folder.path());
        fh.args("invoke app.py --color never").start_typing(180).finish().text()
    };
    let (first, second) = (fails(), fails());
    let printed = |text: &str| text.lines().find(|it| it.contains("recordId")).map(str::to_owned);
    assert!(printed(&first).is_some_and(|line| Some(line) == printed(&second)), "{first}");
    let command = "fh invoke --handler app.handler --code . --isolate\n";
    assert!(first.contains(command), "{first}");
}

/// The command that is printed finds the record.
#[test]
fn a_failed_call_of_several_records_shows_how_to_isolate_them() {
    let text = "import base64, json\ndef handler(event, context):\n    for record in event['records']:\n        json.loads(base64.b64decode(record['data']))['price']\n    return event\n";
    let folder = code(&[("my app.py", text), ("app.py", text)]);
    let lines = "{\"price\":1}\n{\"cost\":2}\n{\"price\":3}\n";
    let event = Fh::new().args("event --data - --seed 1").stdin(lines).run().success();
    std::fs::write(folder.path().join("an event.json"), &event).unwrap();
    let run =
        || invoke_with_hints(folder.path(), "app.py --timeout 9s --event").arg("an event.json");
    let text = run().run().text();
    let (_, command) = text.split_once("\nFind the records that cause it:\n  fh ").unwrap();
    let line = format!("\"$FH\" {}", command.trim_end());
    assert!(line.contains("--timeout 9s --isolate --event 'an event.json'"), "{line}");
    let again = with_interpreters(Fh::shell(&line)).current_dir(folder.path()).run().text();
    assert!(again.contains("record 2 (/records/1/data): JSON object, 1 key"), "{again}");
    assert!(again.contains("FAILED: KeyError: 'price', at app.py:4"), "{again}");
    let quiet = run().arg("--quiet").run().text();
    assert!(quiet.starts_with("FAILED: ") && !quiet.contains("--isolate"), "{quiet}");
    // What came through a pipe is gone.
    let piped = invoke_with_hints(folder.path(), "app.py").stdin(event).run().text();
    assert!(piped.ends_with("\nhint: `--isolate` finds the records that cause it\n"), "{piped}");
    // One record needs no search.
    let one = Fh::new().args("event --data - --seed 1").stdin("{}\n").run().success();
    let one = invoke_with_hints(folder.path(), "app.py").stdin(one).run().text();
    assert!(one.starts_with("FAILED: ") && !one.contains("isolate"), "{one}");
}

/// A report on bad results at a width, in a pipe where `COLUMNS` is set.
fn report(columns: &str) -> String {
    let event = Fh::new().args("event --records 2 --seed 1").run().success();
    let text = "def handler(event, context):\n    return {'records': [{'recordId': event['records'][0]['recordId'], 'result': 'OK', 'data': 'e30K'}]}\n";
    let folder = code(&[("app.py", text)]);
    let run = invoke(folder.path(), "app.py").env("COLUMNS", columns).stdin(event).run().text();
    run.split_once("\n\n").unwrap().1.to_owned()
}

#[test]
fn a_record_is_named_at_every_width() {
    assert_snapshot!(report("40"), @r#"
    response: 2 records, 2 failed
      2 with Lambda.FunctionError
      (fh explain Lambda.FunctionError)

    error: result-misspelt
        record 1 (/records/0/result):
        `result` is `OK`
          recordId …224991165885000000000000
          {"ticker_symbol":"QWE","sector":"…
      case matters: with a misspelled
      result, the whole batch fails as a
      function error; AWS's message asks for
      a "valid result status of Dropped, Ok,
      or ProcessingFailed".
      Firehose: the whole batch fails with
      Lambda.FunctionError, attempts unknown
      (documented by AWS; no failure record
      is known).
      hint: use `Ok`, not `OK`

    error: record-missing
        record 2: the response has no record
        with this recordId
          recordId …854165872061000000000000
          {"ticker_symbol":"SED","sector":"…
      a record that is not returned fails at
      once, without a log line from the
      function.
      Firehose: the record fails with
      Lambda.MissingRecordId, attemptsMade
      1.
      hint: return every recordId once; use
      the result Dropped for records that
      should not be delivered

    event 833 B, response 223 B of
    6,291,556 B, growth 0.27
    "#);
    assert_snapshot!(report("80"), @r#"
    response: 2 records, 2 failed
      2 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: result-misspelt
        record 1 (/records/0/result): `result` is `OK`
          recordId …0979792103241390702185822011092621050757224991165885000000000000
          {"ticker_symbol":"QWE","sector":"TECHNOLOGY","change":-1.65…
      case matters: with a misspelled result, the whole batch fails as a function
      error; AWS's message asks for a "valid result status of Dropped, Ok, or
      ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown
      (documented by AWS; no failure record is known).
      hint: use `Ok`, not `OK`

    error: record-missing
        record 2: the response has no record with this recordId
          recordId …0979792103241390702185822012301546870371854165872061000000000000
          {"ticker_symbol":"SED","sector":"HEALTHCARE","change":1.97,…
      a record that is not returned fails at once, without a log line from the
      function.
      Firehose: the record fails with Lambda.MissingRecordId, attemptsMade 1.
      hint: return every recordId once; use the result Dropped for records that
      should not be delivered

    event 833 B, response 223 B of 6,291,556 B, growth 0.27
    "#);
    assert_snapshot!(report("100"), @r#"
    response: 2 records, 2 failed
      2 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: result-misspelt
        record 1 (/records/0/result): `result` is `OK`
          recordId …000000000000000049630979792103241390702185822011092621050757224991165885000000000000
          {"ticker_symbol":"QWE","sector":"TECHNOLOGY","change":-1.65…
      case matters: with a misspelled result, the whole batch fails as a function error; AWS's message
      asks for a "valid result status of Dropped, Ok, or ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (documented by AWS; no
      failure record is known).
      hint: use `Ok`, not `OK`

    error: record-missing
        record 2: the response has no record with this recordId
          recordId …000000000000000049630979792103241390702185822012301546870371854165872061000000000000
          {"ticker_symbol":"SED","sector":"HEALTHCARE","change":1.97,…
      a record that is not returned fails at once, without a log line from the function.
      Firehose: the record fails with Lambda.MissingRecordId, attemptsMade 1.
      hint: return every recordId once; use the result Dropped for records that should not be delivered

    event 833 B, response 223 B of 6,291,556 B, growth 0.27
    "#);
    assert_snapshot!(report("180"), @r#"
    response: 2 records, 2 failed
      2 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: result-misspelt
        record 1 (/records/0/result): `result` is `OK`
          recordId shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822011092621050757224991165885000000000000
          {"ticker_symbol":"QWE","sector":"TECHNOLOGY","change":-1.65…
      case matters: with a misspelled result, the whole batch fails as a function error; AWS's message asks for a "valid result status of Dropped, Ok, or ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (documented by AWS; no failure record is known).
      hint: use `Ok`, not `OK`

    error: record-missing
        record 2: the response has no record with this recordId
          recordId shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822012301546870371854165872061000000000000
          {"ticker_symbol":"SED","sector":"HEALTHCARE","change":1.97,…
      a record that is not returned fails at once, without a log line from the function.
      Firehose: the record fails with Lambda.MissingRecordId, attemptsMade 1.
      hint: return every recordId once; use the result Dropped for records that should not be delivered

    event 833 B, response 223 B of 6,291,556 B, growth 0.27
    "#);
}
