//! `fh invoke --function`: the real SDK against moto's server, and against
//! answers of Lambda that moto does not give.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::sync::atomic::{AtomicU32, Ordering};

use insta::assert_snapshot;
use serde_json::value::RawValue;

use crate::canned::Canned;
use crate::functions::{emulator, invoke};
use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::moto::moto;

/// A run with credentials that no account has.
fn deployed(function: &str, url: &str) -> Fh {
    invoke("--region eu-west-1 --function")
        .arg(function)
        .arg("--endpoint-url")
        .arg(url)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

/// AWS's own example of a key.
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "canary-of-the-secret-key";
const TOKEN: &str = "canary-of-the-session-token";

fn without_secrets(output: &Output) {
    let all = format!("{}{}", output.text(), output.errors());
    for canary in [KEY, SECRET, TOKEN] {
        assert!(!all.contains(canary), "{output}");
    }
}

#[test]
fn a_deployed_function_is_called_by_name_version_alias_and_arn() {
    let url = moto().url();
    let arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
    for name in ["orders", "orders:1", "orders:live", arn] {
        let output = deployed(name, &url).arg("--raw").arg("--quiet").run();
        let payloads = Fh::decode("").stdin(output.stdout.clone()).run().text();
        assert_eq!(payloads.lines().count(), 4, "{name}: {output}");
        assert!(payloads.starts_with("{\"TICKER_SYMBOL\""), "{name}: {payloads}");
        without_secrets(&output);
    }
    let text = deployed("orders:live", &url).run().success();
    let start = "OK, with warnings: the function responded\n  duration  1.50 ms, after 80.25 ms of init\n  memory    35 MB\n";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("log, 4 lines\n  out │ START RequestId: "), "{text}");
    assert!(text.contains("response: 4 records, 4 delivered\n"), "{text}");
    let missing = deployed("no-such-function", &url).run();
    assert!(missing.errors().contains("ResourceNotFoundException"), "{missing}");
    assert_eq!(missing.code(), 3);
}

/// Lambda's answer to a call, and what `fh` makes of it.
fn answered(answer: &str, flags: &str) -> Output {
    let (port, server) = emulator(answer);
    let output = deployed("orders", &format!("http://127.0.0.1:{port}")).args(flags).run();
    let asked = server.join().unwrap();
    assert_eq!(asked, "POST /2015-03-31/functions/orders/invocations HTTP/1.1, 1983 B");
    without_secrets(&output);
    output
}

#[test]
fn the_end_of_the_log_and_its_numbers_are_shown() {
    let _masks = mask(masks::SERVER);
    // START, a line with an escape code, END, REPORT: 15.74 ms, 56 MB, init 130.49 ms.
    let log = "U1RBUlQgUmVxdWVzdElkOiA4ZjUwN2NmYyBWZXJzaW9uOiAkTEFURVNUChtbMzFtYSBsaW5lCkVORCBSZXF1ZXN0SWQ6IDhmNTA3Y2ZjClJFUE9SVCBSZXF1ZXN0SWQ6IDhmNTA3Y2ZjCUR1cmF0aW9uOiAxNS43NCBtcwlCaWxsZWQgRHVyYXRpb246IDE2IG1zCU1lbW9yeSBTaXplOiAxMjggTUIJTWF4IE1lbW9yeSBVc2VkOiA1NiBNQglJbml0IER1cmF0aW9uOiAxMzAuNDkgbXMJCg==";
    let body = r#"{"errorMessage":"'price'","errorType":"KeyError","requestId":"8f507cfc","stackTrace":["  File \"/var/task/app.py\", line 3, in handler\n    price\n"]}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: 8f507cfc\r\nX-Amz-Function-Error: Unhandled\r\nX-Amz-Executed-Version: $LATEST\r\nX-Amz-Log-Result: {log}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_snapshot!(answered(&answer, ""), @r#"
    FAILED: KeyError: 'price', at app.py:3
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain KeyError`
      stack     File "/var/task/app.py", line 3, in handler
                  price
      event     1,983 B
      duration  15.74 ms, after 130.49 ms of init
      memory    56 MB
      request   8f507cfc
    log, 4 lines
      out │ START RequestId: 8f507cfc Version: $LATEST
      out │ \u{1b}[31ma line
      out │ END RequestId: 8f507cfc
      out │ REPORT RequestId: 8f507cfc	Duration: 15.74 ms	Billed Duration: 16 ms	Memory Size: 128 MB	Max Memory Used: 56 MB	Init Duration: 130.49 ms

    Find the records that cause it:
      fh invoke --function orders --region eu-west-1 --endpoint-url http://127.0.0.1:[…] --isolate --event fixtures/events/kinesis-source.json
    [exit status: 1]
    "#);
    let row = answered(&answer, "--output ndjson").text();
    let expected = r#""durationMs":15.74,"initDurationMs":130.49,"maxMemoryBytes":58720256"#;
    assert!(row.contains(expected), "{row}");
}

/// Not all that answers as Lambda has the code in `/var/task`.
#[test]
fn the_line_is_the_users_wherever_the_code_and_the_interpreter_are() {
    let body = r#"{"errorMessage":"no JSON","errorType":"JSONDecodeError","stackTrace":["  File \"/home/me/enrich.py\", line 5, in handler\n    json.loads(text)\n","  File \"/home/me/.pyenv/versions/3.11.7/lib/python3.11/json/decoder.py\", line 355, in raw_decode\n    raise JSONDecodeError\n"]}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_snapshot!(answered(&answer, "-q").text().split_once("  event ").unwrap().0, @r#"
    FAILED: JSONDecodeError: no JSON, at /home/me/enrich.py:5
      Firehose  the whole batch fails with Lambda.FunctionError, attemptsMade 4
                "The Lambda function was successfully invoked but it returned an error result."
                see `fh explain JSONDecodeError`
      stack     File "/home/me/enrich.py", line 5, in handler
                  json.loads(text)
                File "/home/me/.pyenv/versions/3.11.7/lib/python3.11/json/decoder.py", line 355, in raw_decode
                  raise JSONDecodeError
    "#);
}

#[test]
fn a_timeout_of_the_function_is_reported_as_one() {
    let body =
        r#"{"errorMessage":"2026-11-22T10:00:00.123Z 8f507cfc Task timed out after 3.00 seconds"}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let text = answered(&answer, "").text();
    assert!(text.starts_with("FAILED: the function did not respond in 3 s\n"), "{text}");
    assert!(text.contains("Lambda.FunctionTimedOut"), "{text}");
}

#[test]
fn errors_of_aws_are_sentences_with_what_to_do() {
    let _masks = mask(masks::INVOKE);
    let refused = |status: &str, code: &str, message: &str, more: &str| {
        let body = format!(r#"{{"Type":"User","message":"{message}"}}"#);
        let answer = format!(
            "HTTP/1.1 {status}\r\nx-amzn-RequestId: 8f507cfc\r\nx-amzn-ErrorType: {code}\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let output = answered(&answer, "");
        assert_eq!(output.code(), 3, "{output}");
        output.errors()
    };
    let mut printed = String::new();
    let late = "Date: Sun, 22 Nov 2020 10:00:00 GMT\r\n";
    for (status, code, message, more) in [
        (
            "404 Not Found",
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:eu-west-1:111122223333:function:orders",
            "",
        ),
        (
            "403 Forbidden",
            "AccessDeniedException",
            "User: arn:aws:iam::111122223333:user/\\u001b[31mme is not authorized",
            "",
        ),
        (
            "403 Forbidden",
            "ExpiredTokenException",
            "The security token included in the request is expired",
            "",
        ),
        (
            "403 Forbidden",
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
            "",
        ),
        ("403 Forbidden", "InvalidSignatureException", "Signature expired", late),
        ("429 Too Many Requests", "TooManyRequestsException", "Rate Exceeded.", ""),
        ("502 Bad Gateway", "KMSDisabledException", "the key is disabled", ""),
        ("502 Bad Gateway", "ENILimitReachedException", "no network interface is left", ""),
        ("413 Request Entity Too Large", "RequestTooLargeException", "1 byte too much", ""),
    ] {
        printed.push_str(&refused(status, code, message, more));
    }
    // How far the clock is off depends on the day.
    assert_snapshot!(printed, @r"
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: it does not exist there: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:orders (ResourceNotFoundException, request id […])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: access denied: User: arn:aws:iam::111122223333:user/\u{1b}[31mme is not authorized (AccessDeniedException, request id […])
      hint: grant `lambda:InvokeFunction` on function `orders` to `arn:aws:iam::111122223333:user/\u{1b}[31mme`
      hint: an alias or version also needs `ARN:*`
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: the credentials have expired: The security token included in the request is expired (ExpiredTokenException, request id […])
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: AWS does not know these credentials: The security token included in the request is invalid. (UnrecognizedClientException, request id […])
      hint: the key may be deleted, lack its AWS_SESSION_TOKEN or belong to another partition, or eu-west-1 may not be enabled in the account
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: this machine's clock is [N] days ahead of AWS: Signature expired (InvalidSignatureException, request id […])
      hint: set the clock, e.g. sudo timedatectl set-ntp true; in WSL: sudo hwclock -s
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: too many calls: Rate Exceeded. (TooManyRequestsException, request id […])
      hint: wait a moment; if it persists, check the function's reserved concurrency (0 blocks every call) and the account's
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: the KMS key of function `orders` cannot be used: the key is disabled (KMSDisabledException, request id […])
      hint: the key must be enabled, and its policy must allow the function's role `kms:Decrypt`
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: Lambda cannot start function `orders`: no network interface is left (ENILimitReachedException, request id […])
      hint: check its configuration; Firehose gets the same error
    fh: cannot invoke function `orders` in eu-west-1 at http://127.0.0.1:[…]: the request is too large: 1 byte too much (RequestTooLargeException, request id […])
      hint: a synchronous Lambda invocation takes at most 6 MB, base64 included
    ");
}

#[test]
fn the_calls_before_an_error_are_one_document() {
    let calls = AtomicU32::new(0);
    let server = Canned::answering(move |_| {
        let answer = match calls.fetch_add(1, Ordering::Relaxed) {
            0 => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
            _ => "HTTP/1.1 403 Forbidden\r\nx-amzn-ErrorType: AccessDeniedException\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        };
        Some(answer.into_bytes())
    });
    let output = deployed("orders", &server.url()).args("--repeat 3 --output json").run();
    assert_eq!(output.code(), 3, "{output}");
    let calls: Vec<Box<RawValue>> = serde_json::from_str(&output.text()).unwrap();
    assert_eq!(calls.len(), 1, "{output}");
}

#[test]
fn what_never_got_an_answer_is_reported() {
    let nobody = deployed("orders", "http://127.0.0.1:1").run();
    assert_snapshot!(nobody, @"
    ------- stderr -------
    fh: cannot invoke function `orders` in eu-west-1: http://127.0.0.1:1 refused the connection
      hint: start the server there (`fh local start --port 1`), or check `--endpoint-url`
    [exit status: 3]
    ");
    let (port, server) = emulator("SSH-2.0-OpenSSH_9\r\n");
    let other = deployed("orders", &format!("http://127.0.0.1:{port}")).run();
    server.join().unwrap();
    assert_eq!(other.code(), 3, "{other}");
    let bare = |flags: &str| {
        invoke("--function orders").args(flags).env("AWS_EC2_METADATA_DISABLED", "true").run()
    };
    assert_snapshot!(bare(""), @"
    ------- stderr -------
    fh: no AWS Region is set
      hint: pass `--region`, set AWS_REGION, or: aws configure set region eu-west-1 --profile default
    [exit status: 2]
    ");
    assert_snapshot!(bare("--region eu-west-1"), @"
    ------- stderr -------
    fh: cannot invoke function `orders` in eu-west-1: no AWS credentials found
      hint: pass `--profile NAME` (`aws configure list-profiles` lists them), run `aws sso login`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    [exit status: 3]
    ");
    let profile = bare("--region eu-west-1 --profile nobody");
    assert!(profile.errors().contains("AWS profile `nobody` does not exist"), "{profile}");
}

#[test]
fn what_only_a_function_here_has_is_refused() {
    for flags in ["--code .", "--env A=1", "--memory 128", "--pass-credentials"] {
        assert_eq!(deployed("orders", "http://127.0.0.1:1").args(flags).run().code(), 2, "{flags}");
    }
    assert!(invoke("-h").run().text().contains("--function <NAME>"));
}
