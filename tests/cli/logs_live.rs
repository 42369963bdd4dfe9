//! `fh logs` on CloudWatch Logs: the real binary against `fh local`, with its
//! faults. How it tails is tested in `tests/tailing`.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use insta::assert_snapshot;
use serde_json::json;

use crate::canned::Canned;
use crate::doctor_local::s3;
use crate::harness::{Output, until};
use crate::local::Local;
use crate::local_server::LocalServer;
use crate::masks::{self, mask};
use crate::s3::at;

const ONE: &str = "8f507cfc-0000-4000-8000-000000000001";
const TRANSFORM: &str = "/aws/lambda/orders";
const ERRORS: &str = "/aws/kinesisfirehose/orders";

#[expect(clippy::disallowed_methods, reason = "the server runs by this clock")]
pub(crate) fn now() -> i64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(time.as_millis()).unwrap()
}

/// An invocation of a transform that fails, and what the stream says of it.
fn served(faults: &str) -> LocalServer {
    let server = LocalServer::start("eu-west-1");
    server.fault(faults);
    let mut logs = server.logs();
    let now = now();
    logs.create_group(TRANSFORM, 0).unwrap();
    logs.create_group(ERRORS, 0).unwrap();
    let report = format!(
        "REPORT RequestId: {ONE}\tDuration: 15.74 ms\tBilled Duration: 16 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\t\n"
    );
    let error = r#"{"deliveryStreamARN":"arn","destination":"arn","message":"The function failed.","errorCode":"Lambda.FunctionError"}"#;
    for (group, age, message) in [
        (TRANSFORM, 60_000, format!("START RequestId: {ONE} Version: $LATEST\n")),
        (
            TRANSFORM,
            59_000,
            "[ERROR] KeyError: 'price'\nTraceback (most recent call last):".to_owned(),
        ),
        (TRANSFORM, 58_000, format!("END RequestId: {ONE}\n")),
        (TRANSFORM, 58_000, report),
        (ERRORS, 57_000, error.to_owned()),
        (TRANSFORM, 30_000, "afterwards".to_owned()),
    ] {
        let time = now - age;
        logs.put(group, "stream", (time, message), time, time).unwrap();
    }
    drop(logs);
    server
}

fn run(server: &LocalServer, words: &str) -> Output {
    at(&server.url(), &format!("logs {words}")).run()
}

#[test]
fn log_groups_are_interleaved_and_labelled() {
    let _masks = mask(masks::LOGS);
    let server = served("throttle-logs=0.4 empty-page=0.3 repeat-token=0.2");
    assert_snapshot!(run(&server, "--quiet --group /aws/*/orders"), @"
    [time] /aws/lambda/orders START RequestId: 8f507cfc-0000-4000-8000-000000000001 Version: $LATEST
    [time] /aws/lambda/orders [ERROR] KeyError: 'price'
      │ Traceback (most recent call last):
    [time] /aws/lambda/orders END RequestId: 8f507cfc-0000-4000-8000-000000000001
    [time] /aws/lambda/orders REPORT RequestId: 8f507cfc-0000-4000-8000-000000000001	Duration: 15.74 ms	Billed Duration: 16 ms	Memory Size: 128 MB	Max Memory Used: 56 MB	
    [time] /aws/kinesisfirehose/orders Lambda.FunctionError · The function failed. · arn
    [time] /aws/lambda/orders afterwards
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--quiet --group /aws/*/orders --errors"), @"
    [time] /aws/lambda/orders invocation 8f507cfc-0000-4000-8000-000000000001 exception 15.74 ms, billed 16 ms, 56 of 128 MB
      [time] [ERROR] KeyError: 'price'
        │ Traceback (most recent call last):
    [time] /aws/kinesisfirehose/orders Lambda.FunctionError · The function failed. · arn
    [exit status: 0]
    ");
    let rows = run(&server, "--quiet --group /aws/lambda/orders --grep after --output ndjson");
    assert_snapshot!(rows, @r#"
    {"logGroupName":"/aws/lambda/orders","logStreamName":"stream","timestamp":[time],"ingestionTime":[time],"eventId":"[…]","message":"afterwards","late":false}
    [exit status: 0]
    "#);
}

#[test]
fn a_group_that_is_named_in_two_ways_is_read_once() {
    let server = served("");
    let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/orders:*";
    for others in [
        format!("--group {arn}"),
        "--group /aws/lambda/or*".to_owned(),
        "--function orders".to_owned(),
    ] {
        let words = format!("--quiet --raw --group {TRANSFORM} {others}");
        assert_eq!(run(&server, &words).text().lines().count(), 6, "{others}");
    }
}

#[test]
fn follow_ends_when_its_output_is_closed() {
    let server = served("");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let words = "logs --follow --timeout 1m --grep nothing --group /aws/lambda/orders";
    let output = at(&server.url(), words).run_into(writer);
    // What ends in another way tells what it read.
    assert_eq!((output.code(), output.errors()), (0, String::new()));
}

#[test]
fn a_transform_that_is_off_is_not_called_none() {
    let local = Local::start("");
    for (name, logging) in [("quiet", false), ("logging", true)] {
        local.create(name, |it| {
            s3(it, "ProcessingConfiguration")["Enabled"] = json!(false);
            s3(it, "CloudWatchLoggingOptions")["Enabled"] = json!(logging);
        });
        let output = local.fh(&format!("logs --stream {name}")).run();
        let off = format!("the transform of delivery stream `{name}` is not enabled");
        assert!(output.errors().contains(&off), "{output}");
        let doctor = format!("`fh doctor --stream {name}");
        assert!(output.errors().contains(&doctor), "{output}");
        let none = "has no logs: its transform is not enabled, and error logging is off";
        assert_eq!(output.errors().contains(none), !logging, "{output}");
        assert_eq!(output.code(), if logging { 0 } else { 2 }, "{output}");
    }
}

#[test]
fn what_is_not_there_is_explained() {
    let _masks = mask(masks::LOGS);
    let server = served("");
    assert_snapshot!(run(&server, "--group /aws/lambda/nobody"), @"
    ------- stderr -------
    fh: log group `/aws/lambda/nobody` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: with `-f`, fh waits for it
      hint: […] names that exist
    [exit status: 3]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --since 10s"), @"
    ------- stderr -------
    fh: no matching events in the last 10s
      hint: look further back with `--since`, or wait for new events with `--follow`
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --filter-pattern nowhere --exit-on x"), @"
    ------- stderr -------
    fh: no matching events in the last 10m
      hint: look further back with `--since`, or wait for new events with `--follow`
    [exit status: 1]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --since 2999-01-01T00:00:00Z"), @"
    ------- stderr -------
    fh: no matching events: `--since` 2999-01-01T00:00:00Z is in the future
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --group zz* --grep afterwards"), @"
    [time] afterwards
    ------- stderr -------
    fh: no log group matches `zz*`
      hint: list log groups: aws logs describe-log-groups --query 'logGroups[].logGroupName'
    fh: reading log group `/aws/lambda/orders`
    [exit status: 1]
    ");
}

#[test]
fn who_follows_sees_an_invocation_once_it_is_over_and_stops_it() {
    let server = served("");
    let words = "logs --follow --invocations --group /aws/lambda/orders";
    let mut session = at(&server.url(), words).start();
    session.wait_for("exception 15.74 ms");
    let time = now();
    let event = (time, "order A-1041 accepted".to_owned());
    server.logs().put(TRANSFORM, "other", event, time, time).unwrap();
    session.wait_for("order A-1041");
    session.signal("INT");
    let output = session.finish();
    assert_eq!(output.code(), 130, "{output}");
}

#[test]
fn a_script_waits_for_a_message_or_for_its_time() {
    let server = served("");
    let words = "logs --follow --group /aws/lambda/orders --raw --exit-on afterwards --timeout 1m";
    let output = at(&server.url(), words).run();
    assert_eq!(output.code(), 0, "{output}");
    assert!(output.text().ends_with("afterwards\n"), "{output}");
    let words = "logs --follow --group /aws/lambda/orders --quiet --exit-on never --timeout 1s";
    assert_eq!(at(&server.url(), words).run().code(), 1);
}

/// What CloudWatch Logs says with this status.
fn answer(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Whatever\r\nx-amzn-requestid: {ONE}\r\n\
         content-type: application/x-amz-json-1.1\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A server with a page of two events, and then only this.
fn page_and_then(rest: Option<Vec<u8>>) -> Canned {
    let calls = AtomicU32::new(0);
    Canned::answering(move |_| {
        let events = format!(
            r#"{{"events":[{{"logStreamName":"s","timestamp":{0},"message":"one","ingestionTime":{0},"eventId":"1"}},
            {{"logStreamName":"s","timestamp":{0},"message":"two","ingestionTime":{0},"eventId":"2"}}],"nextToken":"t"}}"#,
            now() - 60_000
        );
        let is_first = calls.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first { Some(answer(200, &events)) } else { rest.clone() }
    })
}

#[test]
fn what_was_read_before_an_error_is_shown() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    for words in ["", "-n 2", "--follow -n 2", "--invocations"] {
        let server = page_and_then(Some(answer(400, denied)));
        let words = format!("logs --group g --raw {words}");
        let output = at(&server.url(), &words).run();
        assert_eq!((output.text().as_str(), output.code()), ("one\ntwo\n", 3), "{words}");
        assert!(output.errors().contains("access denied"), "{output}");
    }
}

#[test]
fn a_time_that_is_over_before_all_is_read_is_reported() {
    let _masks = mask(masks::LOGS);
    let server = page_and_then(None);
    let words = "logs --group g --raw --timeout 1s";
    assert_snapshot!(at(&server.url(), words).run(), @"
    one
    two
    ------- stderr -------
    fh: `--timeout` expired before everything was read
      hint: there may be more events, older and newer
    [exit status: 1]
    ");
    let server = Canned::silent();
    let printed = "fh: AWS did not respond within `--timeout`: no event of log group `g` was read\n  \
                hint: increase it, or check the network and `--endpoint-url`";
    for words in ["", "--follow"] {
        let words = format!("logs --group g --timeout 1s {words}");
        let output = at(&server.url(), &words).run();
        assert_eq!((output.errors().trim_end(), output.code()), (printed, 3), "{words}");
    }
    let words = "logs --group g* --timeout 1s";
    assert_snapshot!(at(&server.url(), words).run(), @"
    ------- stderr -------
    fh: AWS did not list the log groups within `--timeout`
      hint: increase it, or check the network and `--endpoint-url`
    [exit status: 3]
    ");
}

#[test]
fn the_search_for_log_groups_can_be_stopped() {
    let server = Canned::silent();
    let session = at(&server.url(), "logs --group g* --follow").start();
    until(|| !server.requests().is_empty());
    session.signal("INT");
    assert_eq!(session.finish().code(), 130);
}

#[test]
fn a_log_stream_that_is_not_there_is_distinguished_from_a_log_group() {
    let _masks = mask(masks::LOGS);
    let missing = r#"{"__type":"ResourceNotFoundException","message":"The specified log stream does not exist."}"#;
    let server = Canned::new(answer(400, missing));
    let words = "logs --group g --log-stream-prefix 2026/11";
    assert_snapshot!(at(&server.url(), words).run(), @"
    ------- stderr -------
    fh: log group `g` in eu-west-1 has no log stream `2026/11…`
      hint: check `--log-stream-prefix`; each new environment starts a log stream
      hint: with `-f`, fh waits for it
    [exit status: 3]
    ");
}

#[test]
fn a_clock_that_jumps_does_not_end_a_tail() {
    let calls = AtomicU32::new(0);
    let server = Canned::answering(move |_| {
        Some(match calls.fetch_add(1, Ordering::Relaxed) {
            1 => answer(
                403,
                r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20261122T100000Z is now earlier than 20261122T101000Z"}"#,
            ),
            _ => answer(200, r#"{"events":[]}"#),
        })
    });
    let output = at(&server.url(), "logs --group g --follow --timeout 3s").run();
    assert_eq!(output.code(), 0, "{output}");
    let errors = output.errors();
    assert!(
        errors.contains("is not valid yet") && errors.contains("no longer throttles"),
        "{output}"
    );
    assert!(server.requests().len() > 2);
}
