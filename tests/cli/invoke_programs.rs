//! A compiled bootstrap, a command, an emulator that runs already.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use insta::assert_snapshot;

use crate::functions::{bootstrap, emulator, invoke, server};
use crate::masks::{self, mask};

#[test]
fn a_compiled_function_runs_as_it_is() {
    let _masks = mask(masks::INVOKE);
    let flags = "--function-name orders --bootstrap";
    assert_snapshot!(invoke(flags).arg(bootstrap()).run(), @r#"
    OK, with warnings: the function responded
      duration  [TIME], after [TIME] of init
      request   [UUID]
    log, 1 line
      out │ 4 records for orders

    response: 4 records, 4 delivered

    warning: no-newline (4 places)
        record 1 (/records/0/data): the payload does not end with a newline
          recordId 49668231907715301429481730562918473650281947365019283746000000
          {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"pr…
        record 2 (/records/1/data): the payload does not end with a newline
          recordId 49668231907715301429481730562919682576101561994193989922000000
          {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"…
        record 3 (/records/2/data): the payload does not end with a newline
          recordId 49668231907715301429481730562920891501921176623368696098000000
          {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"pri…
        … and 1 more place (all in --output ndjson)
      Firehose puts nothing between records: `{..}{..}` on one line, and Athena reads only the first object.
      hint: end the payload with a newline before encoding it, or add AppendDelimiterToRecord to the stream

    warning: unchanged-data
        /records: every Ok record has its original data
      every Ok record was returned byte for byte as received.
      hint: if nothing should change, the stream needs no transform; otherwise check which variable is returned

    event 1,983 B, response 713 B of 6,291,556 B, growth 0.36
    [exit status: 0]
    "#);
    let by_handler = invoke("--raw --handler").arg(bootstrap()).run();
    assert_eq!(by_handler.text().matches("\"Ok\"").count(), 4, "{by_handler}");
}

#[test]
fn errors_and_panics_of_a_compiled_function_are_reported() {
    for (failure, message) in
        [("error", "the transform says no"), ("panic", "the transform panics")]
    {
        let variable = format!("FAILURE={failure}");
        let output = invoke("--bootstrap").arg(bootstrap()).arg("--env").arg(variable).run();
        let first = output.text().lines().next().unwrap().to_owned();
        assert!(first.starts_with("FAILED: ") && first.ends_with(message), "{first}");
        assert_eq!(output.code(), 1);
    }
}

#[test]
fn a_command_gets_the_event_and_gives_the_response() {
    let _masks = mask(masks::INVOKE);
    let command = "cat; echo working >&2";
    assert_snapshot!(invoke("--exec").arg(command).run(), @r#"
    BROKEN: the function responded, and its response breaks the rules below
      duration  [TIME]
    log, 1 line
      err │ working

    response: 4 records, 4 failed
      4 with Lambda.FunctionError (fh explain Lambda.FunctionError)

    error: result-missing (4 places)
        record 1 (/records/0): it has no `result`
          recordId 49668231907715301429481730562918473650281947365019283746000000
          {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"pr…
        record 2 (/records/1): it has no `result`
          recordId 49668231907715301429481730562919682576101561994193989922000000
          {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"…
        record 3 (/records/2): it has no `result`
          recordId 49668231907715301429481730562920891501921176623368696098000000
          {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"pri…
        … and 1 more place (all in --output ndjson)
      without a valid result, the whole batch fails as a function error; AWS's message asks for a "valid result status of Dropped, Ok, or ProcessingFailed".
      Firehose: the whole batch fails with Lambda.FunctionError, attempts unknown (documented by AWS; no failure record is known).
      hint: this is the event itself, not an answer to it

    event 1,983 B, response 1,983 B of 6,291,556 B, growth 1.00
    [exit status: 1]
    "#);
    let raw = invoke("--raw --exec").arg("printf '{\"records\":[]}'").run();
    assert_eq!(raw.success(), r#"{"records":[]}"#);
}

#[test]
fn commands_that_fail_are_reported() {
    let _masks = mask(masks::INVOKE);
    assert_snapshot!(invoke("--exec").arg("echo oh no >&2; exit 3").run(), @r#"
    FAILED: the process ended before it responded, with exit code 3
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain Runtime.ExitError`
      event     1,983 B
      duration  [TIME]
    log, 1 line
      err │ oh no

    Find the records that cause it:
      fh invoke --exec 'echo oh no >&2; exit 3' --isolate --event fixtures/events/kinesis-source.json
    [exit status: 1]
    "#);
    assert_snapshot!(invoke("--exec").arg("echo hello world").run(), @r#"
    FAILED: the response is not JSON: expected a JSON value at byte 0
      Firehose  the whole batch fails with Lambda.JsonProcessingException, attempts unknown (documented
                by AWS; no failure record is known)
                "There was an error parsing returned records from the Lambda function. Ensure that the
                returned records follow the status model required by Amazon Data Firehose."
                see `fh explain Lambda.JsonProcessingException`
      hint      print only the JSON response to stdout; print logs to stderr
      event     1,983 B
      response  12 B
                it starts with: hello world\n
      duration  [TIME]

    Find the records that cause it:
      fh invoke --exec 'echo hello world' --isolate --event fixtures/events/kinesis-source.json
    [exit status: 1]
    "#);
    let mut told = String::new();
    for command in [
        "true",
        "kill -TERM $$",
        "head -c 7000000 /dev/zero",
        "printf '\\377'",
        "echo '{} {}'",
        "exec sleep 600",
    ] {
        let output = invoke("--timeout 500ms --exec").arg(command).run();
        assert_eq!(output.code(), 1, "{output}");
        told.push_str(output.text().lines().next().unwrap());
        told.push('\n');
    }
    assert_snapshot!(told, @"
    FAILED: the response is empty, not JSON
    FAILED: the process ended before it responded, by signal 15
    FAILED: the response is 7,000,000 B; Lambda accepts 6,291,556 B
    FAILED: the response is not JSON: JSON is not UTF-8 at byte 0
    FAILED: the response is not JSON: expected nothing after the value at byte 3
    FAILED: the function did not respond in 0.5 s
    ");
}

#[test]
fn a_command_that_leaves_the_log_open_is_not_waited_for() {
    let output = invoke("--timeout 20s --exec").arg("cat; sleep 600 & echo $! >&2").run();
    assert!(output.text().starts_with("BROKEN: the function responded,"), "{output}");
    let pid = output.text().lines().last().unwrap().trim_start_matches("  err │ ").to_owned();
    crate::functions::gone(&pid);
}

/// The report on an emulator that answers this, and what it was asked.
fn asked(answer: &'static str, path: &str, flags: &str) -> String {
    let (port, server) = emulator(answer);
    let url = format!("http://127.0.0.1:{port}{path}");
    let output = invoke(flags).arg("--lambda-endpoint").arg(url).run();
    let asked = server.join().unwrap();
    format!("{asked}\n{output}")
}

#[test]
fn an_emulator_is_asked_on_the_path_that_it_knows() {
    let _masks = mask(masks::INVOKE);
    let ok =
        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: abc\r\nContent-Length: 14\r\n\r\n{\"records\":[]}";
    assert_snapshot!(asked(ok, "", ""), @r#"
    POST /2015-03-31/functions/function/invocations HTTP/1.1, 1983 B
    BROKEN: the function responded, and its response breaks the rules below
      duration  [TIME]
      request   abc

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
      hint: `records` is empty: return every recordId once, with the result Dropped if it should not be delivered; in Node.js, forEach does not wait for async callbacks: use `await Promise.all(event.records.map(async ...))`

    event 1,983 B, response 14 B of 6,291,556 B, growth 0.01
    [exit status: 1]
    "#);
    let path = |path, flags| asked(ok, path, flags).lines().next().unwrap().to_owned();
    assert_snapshot!(path("/", "--function-name orders"), @"POST /2015-03-31/functions/orders/invocations HTTP/1.1, 1983 B");
    assert_snapshot!(path("/my/own?path=1", ""), @"POST /my/own?path=1 HTTP/1.1, 1983 B");
}

#[test]
fn an_error_of_the_function_is_told_apart_with_and_without_the_header() {
    let sam = "HTTP/1.1 200 OK\r\nx-amz-function-error: Unhandled\r\nContent-Length: 40\r\n\r\n\
               {\"errorType\":\"E\",\"errorMessage\":\"broken\"}";
    let sam = asked(sam, "", "");
    assert!(sam.contains("FAILED: E: broken\n"), "{sam}");
    let rie = "HTTP/1.1 200 OK\r\nContent-Length: 57\r\n\r\n\
               {\"errorType\":\"E\",\"errorMessage\":\"broken\",\"stackTrace\":[]} ";
    let rie = asked(rie, "", "");
    assert!(rie.contains("FAILED: E: broken\n"), "{rie}");
    let late = "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\nTask timed out after 3.00 seconds";
    let late = asked(late, "", "");
    assert!(late.contains("fails with Lambda.FunctionTimedOut"), "{late}");
}

#[test]
fn an_emulator_that_refuses_is_no_answer() {
    let _masks = mask(masks::INVOKE);
    let missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 11\r\n\r\nno \x1b[31mfunc";
    assert_snapshot!(asked(missing, "", ""), @r"
    POST /2015-03-31/functions/function/invocations HTTP/1.1, 1983 B
    ------- stderr -------
    fh: `http://127.0.0.1:[…]/2015-03-31/functions/function/invocations` returned 404 Not Found: no \u{1b}[31mfun
      hint: pass its name in the emulator with `--function-name NAME`
    [exit status: 2]
    ");
    let cut = asked("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"rec", "", "");
    assert!(cut.contains("cut off its response") && cut.contains("[exit status: 2]"), "{cut}");
    let other = asked("SSH-2.0-OpenSSH_9\r\n", "", "");
    assert!(other.contains("does not respond like Lambda"), "{other}");
}

#[test]
fn an_endpoint_that_cannot_be_is_refused() {
    let _masks = mask(masks::INVOKE);
    let (port, server) = server(|_| String::new());
    // Somebody takes the port, and is gone.
    drop(std::net::TcpStream::connect(("127.0.0.1", port)).unwrap());
    server.join().unwrap();
    let nobody = invoke("--lambda-endpoint").arg(format!("http://127.0.0.1:{port}")).run();
    assert_snapshot!(nobody, @"
    ------- stderr -------
    fh: cannot connect to `127.0.0.1:[…]`: Connection refused (os error 111)
      hint: start the emulator first, e.g. `sam local start-lambda`, `cargo lambda watch` or `docker run -p 9000:8080 IMAGE`
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--lambda-endpoint https://localhost:9000").run(), @"
    ------- stderr -------
    fh: `https://localhost:9000` is not a Lambda endpoint: Lambda emulators use http, not https
      hint: for a deployed function, use `--function NAME`
    [exit status: 2]
    ");
    assert_snapshot!(invoke("--lambda-endpoint localhost:9000").run(), @"
    ------- stderr -------
    fh: `localhost:9000` is not a Lambda endpoint: it must start with `http://`
    [exit status: 2]
    ");
}
