//! `fh logs` on CloudWatch Logs: what is late, missing or fails, on `fh local`;
//! the way from a delivery stream to its logs, on moto's.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use fh::local::cloudwatch_logs::Logs;
use insta::assert_snapshot;

use crate::harness::{Fh, Output, until};
use crate::local_server::LocalServer;
use crate::logs_live::now;
use crate::masks::{self, mask};
use crate::moto::moto;
use crate::s3::boto;

/// 2026-11-22 10:00:00 UTC, in milliseconds.
const TEN: i64 = 1_795_341_600_000;

const SINCE: &str = "--since 2026-11-22T09:00:00Z";

fn at(url: &str, words: &str) -> Fh {
    Fh::new()
        .args(&format!("logs --endpoint-url {url} {SINCE} {words}"))
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

fn run(server: &LocalServer, words: &str) -> Output {
    at(&server.url(), words).run()
}

/// An event so many seconds after `begin`.
fn put(logs: &mut Logs, begin: i64, group: &str, second: i64, message: &str) {
    let time = begin + 1000 * second;
    let event = (time, format!("{message}\n"));
    logs.put(group, "2026/11/22/[$LATEST]ab12", event, time + 5, 0).unwrap();
}

/// The logs of two functions, taking turns.
fn served(faults: &str) -> LocalServer {
    served_from(TEN, faults)
}

/// Those that begin at this time.
fn served_from(begin: i64, faults: &str) -> LocalServer {
    let server = LocalServer::start("eu-west-1");
    server.fault(faults);
    let mut logs = server.logs();
    for group in ["/aws/lambda/enrich", "/aws/lambda/orders", "/aws/lambda/slow"] {
        logs.create_group(group, 0).unwrap();
    }
    for (second, name, message) in [
        (0, "enrich", "START RequestId: 8f7f1d2c-0000-4000-8000-000000000001 Version: $LATEST"),
        (1, "orders", "order A-1040"),
        (2, "enrich", "[ERROR] KeyError: 'price'"),
        (3, "orders", "order A-1041 \u{1b}]0;pwned\u{7}"),
        (4, "enrich", "END RequestId: 8f7f1d2c-0000-4000-8000-000000000001"),
    ] {
        put(&mut logs, begin, &format!("/aws/lambda/{name}"), second, message);
    }
    drop(logs);
    server
}

#[test]
fn groups_are_interleaved_by_time_and_labelled() {
    let server = served("");
    assert_snapshot!(run(&server, "--group /aws/lambda/*"), @r"
    2026-11-22 10:00:00.000 /aws/lambda/enrich START RequestId: 8f7f1d2c-0000-4000-8000-000000000001 Version: $LATEST
    2026-11-22 10:00:01.000 /aws/lambda/orders order A-1040
    2026-11-22 10:00:02.000 /aws/lambda/enrich [ERROR] KeyError: 'price'
    2026-11-22 10:00:03.000 /aws/lambda/orders order A-1041 \u{1b}]0;pwned\u{7}
    2026-11-22 10:00:04.000 /aws/lambda/enrich END RequestId: 8f7f1d2c-0000-4000-8000-000000000001
    ------- stderr -------
    fh: reading log groups `/aws/lambda/enrich`, `/aws/lambda/orders`, `/aws/lambda/slow`
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/* -n 1"), @"
    2026-11-22 10:00:04.000 /aws/lambda/enrich END RequestId: 8f7f1d2c-0000-4000-8000-000000000001
    ------- stderr -------
    fh: reading log groups `/aws/lambda/enrich`, `/aws/lambda/orders`, `/aws/lambda/slow`
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --output ndjson"), @r#"
    {"logGroupName":"/aws/lambda/orders","logStreamName":"2026/11/22/[$LATEST]ab12","timestamp":1795341601000,"ingestionTime":1795341601005,"eventId":"00000000000000000000000179534160100000000000000000000002","message":"order A-1040\n","late":false}
    {"logGroupName":"/aws/lambda/orders","logStreamName":"2026/11/22/[$LATEST]ab12","timestamp":1795341603000,"ingestionTime":1795341603005,"eventId":"00000000000000000000000179534160300000000000000000000004","message":"order A-1041 \u001b]0;pwned\u0007\n","late":false}
    [exit status: 0]
    "#);
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --filter-pattern A-1040 --raw"), @"
    order A-1040
    [exit status: 0]
    ");
}

#[test]
fn a_filter_pattern_that_is_not_valid_is_reported_once() {
    let _masks = mask(masks::SERVER);
    let server = served("");
    let groups = "--group /aws/lambda/orders --group /aws/lambda/enrich";
    assert_snapshot!(run(&server, &format!("{groups} --filter-pattern \"ERROR")), @r#"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at http://127.0.0.1:[…]: the filter pattern is not valid: Invalid filter pattern: no end quote (InvalidParameterException, request id […])
      hint: quote a term with other characters than letters and digits: --filter-pattern '"A-1041"'; or filter here, with a regular expression: `--grep A-1041`
    [exit status: 3]
    "#);
}

#[test]
fn throttling_and_empty_pages_only_take_time() {
    let server = served("throttle-logs=0.5 empty-page=0.3 repeat-token=0.3");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders"), @r"
    2026-11-22 10:00:01.000 order A-1040
    2026-11-22 10:00:03.000 order A-1041 \u{1b}]0;pwned\u{7}
    ------- stderr -------
    fh: AWS is throttling log requests; continuing slowly
    [exit status: 0]
    ");
}

#[test]
fn what_comes_is_shown_until_ctrl_c_and_late_events_are_marked() {
    let _masks = mask(masks::LOGS);
    let begin = now() - 60_000;
    let server = served_from(begin, "");
    let mut session = at(&server.url(), "--group /aws/lambda/orders -f").start();
    session.wait_for("A-1041");
    put(&mut server.logs(), begin, "/aws/lambda/orders", 5, "order A-1042");
    session.wait_for("A-1042");
    put(&mut server.logs(), begin, "/aws/lambda/orders", 2, "came late");
    session.wait_for("came late");
    session.signal("INT");
    assert_snapshot!(session.finish(), @r"
    [time] order A-1040
    [time] order A-1041 \u{1b}]0;pwned\u{7}
    [time] order A-1042
    [time] late came late
    ------- stderr -------
    fh: read 4 events, 1 of them late; events more than 120 s late are not looked for (--overlap)
    fh: interrupted
    [exit status: 130]
    ");
}

#[test]
fn what_arrives_live_is_shown_once_and_gaps_are_filled() {
    let _masks = mask(masks::LOGS);
    let begin = now() - 60_000;
    let server = served_from(begin, "");
    let mut session = at(&server.url(), "--group /aws/lambda/orders -f --live --quiet").start();
    session.wait_for("A-1041");
    until(|| server.answered("StartLiveTail") > 0);
    // Nothing can be fetched now, and each session tells one thing.
    server.fault("throttle-logs=1 end-live=1");
    put(&mut server.logs(), begin, "/aws/lambda/orders", 5, "heard in the first session");
    session.wait_for("first session");
    // It is there when the second begins, or comes a little later.
    put(&mut server.logs(), begin, "/aws/lambda/orders", 6, "fetched, if it was not heard");
    server.fault("throttle-logs=0 end-live=0 sample-live=1");
    session.wait_for("if it was not heard");
    put(&mut server.logs(), begin, "/aws/lambda/orders", 7, "fetched, for live it is left out");
    session.wait_for("left out");
    session.signal("INT");
    assert_snapshot!(session.finish(), @r"
    [time] order A-1040
    [time] order A-1041 \u{1b}]0;pwned\u{7}
    [time] heard in the first session
    [time] fetched, if it was not heard
    [time] fetched, for live it is left out
    ------- stderr -------
    fh: interrupted
    [exit status: 130]
    ");
}

#[test]
fn that_a_live_session_sends_only_a_part_is_reported() {
    let _masks = mask(masks::LOGS);
    let begin = now() - 60_000;
    let server = served_from(begin, "");
    let words = "--group /aws/lambda/orders -f --live --exit-on A-1043";
    let mut session = at(&server.url(), words).start();
    session.wait_for("A-1041");
    until(|| server.answered("StartLiveTail") > 0);
    server.fault("throttle-logs=1 sample-live=1");
    put(&mut server.logs(), begin, "/aws/lambda/orders", 5, "order A-1042");
    session.wait_for_message("more events than Live Tail shows");
    server.fault("sample-live=0");
    put(&mut server.logs(), begin, "/aws/lambda/orders", 6, "order A-1043");
    let output = session.finish().to_string();
    let told =
        "fh: log group `/aws/lambda/orders` has more events than Live Tail shows (500 per second)";
    assert!(output.contains(told) && output.contains("A-1043"), "{output}");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --live"), @"
    ------- stderr -------
    fh: missing `--follow`
      hint: see: fh logs --help
    [exit status: 2]
    ");
}

#[test]
fn a_group_that_is_not_there_is_explained_or_waited_for() {
    let server = served("");
    assert_snapshot!(run(&server, "--group /aws/lambda/nobody* --timeout 5s"), @"
    ------- stderr -------
    fh: no log group in eu-west-1 matches `/aws/lambda/nobody*`
      hint: list log groups: aws logs describe-log-groups --query 'logGroups[].logGroupName'
      hint: a function's log group is created on its first run; `-f` waits for it
      hint: `--include-linked-accounts` also looks in accounts that are linked to yours
    [exit status: 3]
    ");
    let session = at(&server.url(), "--group later -f --live --exit-on first").start();
    // It has asked for the group, and there was none.
    until(|| server.answered("FilterLogEvents") > 1);
    server.logs().create_group("later", 0).unwrap();
    put(&mut server.logs(), TEN, "later", 0, "its first line");
    assert_snapshot!(session.finish(), @"
    2026-11-22 10:00:00.000 its first line
    ------- stderr -------
    fh: log group `later` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: fh waits for it
    fh: log group `later` exists now
    [exit status: 0]
    ");
}

#[test]
fn a_script_learns_whether_a_line_came() {
    let server = served("");
    assert_snapshot!(run(&server, "-f --group /aws/lambda/orders --exit-on A-104[01]"), @"
    2026-11-22 10:00:01.000 order A-1040
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "-f --group /aws/lambda/orders --exit-on A-9 --timeout 1s"), @r"
    2026-11-22 10:00:01.000 order A-1040
    2026-11-22 10:00:03.000 order A-1041 \u{1b}]0;pwned\u{7}
    ------- stderr -------
    fh: read 2 events; events more than 120 s late are not looked for (--overlap)
    [exit status: 1]
    ");
}

#[test]
fn an_expired_login_and_a_wrong_address_are_named() {
    let _masks = mask(masks::SERVER);
    let server = served("expired-token=1");
    let output = run(&server, "--group /aws/lambda/orders");
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at http://127.0.0.1:[…]: the credentials have expired: The security token included in the request is expired (ExpiredTokenException, request id […])
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    [exit status: 3]
    ");
    let url = server.url();
    drop(server);
    let output = at(&url, "--group /aws/lambda/orders").run();
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1: http://127.0.0.1:[…] refused the connection
      hint: start the server there (`fh local start --port […]`), or check `--endpoint-url`
    [exit status: 3]
    ");
}

#[test]
fn a_delivery_stream_leads_to_its_transform_and_to_its_errors() {
    let _masks = mask(masks::SERVER);
    boto(
        "logs = session.client('logs', endpoint_url=url)\n\
         def group(name, stream, *events):\n\
         \x20   logs.create_log_group(logGroupName=name)\n\
         \x20   logs.create_log_stream(logGroupName=name, logStreamName=stream)\n\
         \x20   events = [dict(timestamp=1795341600000 + at, message=message) for at, message in events]\n\
         \x20   logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)\n\
         function = 'arn:aws:lambda:eu-west-1:111122223333:function:orders:live'\n\
         parameters = [dict(ParameterName='LambdaArn', ParameterValue=function)]\n\
         firehose.create_delivery_stream(DeliveryStreamName='tail-clicks', ExtendedS3DestinationConfiguration=dict(\
         RoleARN='arn:aws:iam::111122223333:role/firehose', BucketARN='arn:aws:s3:::lake', CompressionFormat='GZIP', \
         BufferingHints=dict(SizeInMBs=1, IntervalInSeconds=60), \
         CloudWatchLoggingOptions=dict(Enabled=True, LogGroupName='/aws/kinesisfirehose/tail-clicks', LogStreamName='DestinationDelivery'), \
         ProcessingConfiguration=dict(Enabled=True, Processors=[dict(Type='Lambda', Parameters=parameters)])))\n\
         firehose.create_delivery_stream(DeliveryStreamName='tail-bare', ExtendedS3DestinationConfiguration=dict(\
         RoleARN='arn:aws:iam::111122223333:role/firehose', BucketARN='arn:aws:s3:::lake'))\n\
         group('/aws/lambda/orders', '2026/11/22/[1]abc', (0, 'START'), (2000, 'END'))\n\
         group('/aws/kinesisfirehose/tail-clicks', 'DestinationDelivery', (1000, 'The Lambda function was not found'))",
    );
    let url = moto().url();
    let run = |words| at(&url, words).run();
    assert_snapshot!(run("--stream tail-clicks"), @"
    2026-11-22 10:00:00.000 transform START
    2026-11-22 10:00:01.000 errors The Lambda function was not found
    2026-11-22 10:00:02.000 transform END
    ------- stderr -------
    fh: reading log groups `/aws/lambda/orders`, `/aws/kinesisfirehose/tail-clicks`
    [exit status: 0]
    ");
    assert_snapshot!(run("--stream arn:aws:firehose:eu-west-1:111122223333:deliverystream/tail-clicks -n 1 --long"), @"
    2026-11-22 10:00:02.000 +00:00 /aws/lambda/orders 2026/11/22/[1]abc END
    ------- stderr -------
    fh: reading log groups `/aws/lambda/orders`, `/aws/kinesisfirehose/tail-clicks`
    [exit status: 0]
    ");
    assert_snapshot!(run("--function orders:live --log-stream-prefix 2026/11/22/[1]"), @"
    2026-11-22 10:00:00.000 START
    2026-11-22 10:00:02.000 END
    ------- stderr -------
    fh: reading log group `/aws/lambda/orders`
    [exit status: 0]
    ");
    // The live sessions of moto end at once, and are opened again.
    assert_snapshot!(run("--function orders:live --follow --live --timeout 2s"), @"
    2026-11-22 10:00:00.000 START
    2026-11-22 10:00:02.000 END
    ------- stderr -------
    fh: reading log group `/aws/lambda/orders`
    fh: read 2 events; events more than 120 s late are not looked for (--overlap)
    [exit status: 0]
    ");
    assert_snapshot!(run("--stream nobody"), @"
    ------- stderr -------
    fh: cannot describe delivery stream `nobody` in eu-west-1 at http://127.0.0.1:[…]: it does not exist there: Firehose nobody under account 111122223333 not found. (ResourceNotFoundException, request id […])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: […] names that exist
    [exit status: 3]
    ");
    assert_snapshot!(run("--stream tail-bare"), @"
    ------- stderr -------
    fh: delivery stream `tail-bare` does not log its errors
      hint: turn on CloudWatch error logging for its destination to see why records fail
    fh: delivery stream `tail-bare` has no logs: it has no transform, and error logging is off
      hint: pass a log group with `--group`, or a function with `--function`
    [exit status: 2]
    ");
    assert_snapshot!(run("--function gone"), @"
    ------- stderr -------
    fh: cannot find the log group of function `gone` in eu-west-1 at http://127.0.0.1:[…]: it does not exist there: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:gone (ResourceNotFoundException, request id […])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: […] names that exist
      hint: reading `/aws/lambda/gone`; use `--group` for another
    fh: reading log group `/aws/lambda/gone`
    fh: log group `/aws/lambda/gone` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: with `-f`, fh waits for it
      hint: […] names that exist
    [exit status: 3]
    ");
}
