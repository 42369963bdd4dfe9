//! `fh logs` on CloudWatch Logs: what is late, missing or fails, on our server;
//! the way from a delivery stream to its logs, on moto's.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use fh::local::logs::{Faults, Logs, LogsServer};
use insta::assert_snapshot;
use regex::Regex;

use crate::harness::{Fh, Output};
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

/// Without what differs from run to run.
fn masked(output: &Output, url: &str) -> String {
    let id = Regex::new("request id [0-9A-Za-z-]+").unwrap();
    id.replace_all(&output.to_string().replace(url, "[URL]"), "request id [ID]").into_owned()
}

fn run(server: &LogsServer, words: &str) -> Output {
    at(&server.url(), words).run()
}

fn put(logs: &mut Logs, group: &str, second: i64, message: &str) {
    let time = TEN + 1000 * second;
    let event = (time, format!("{message}\n"));
    logs.put(group, "2026/11/22/[$LATEST]ab12", event, time + 5, 0).unwrap();
}

/// The logs of two functions, taking turns.
fn served(faults: Faults) -> LogsServer {
    let mut logs = Logs::new(faults);
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
        put(&mut logs, &format!("/aws/lambda/{name}"), second, message);
    }
    LogsServer::start(logs).unwrap()
}

#[test]
fn groups_are_interleaved_by_time_and_labelled() {
    let server = served(Faults::default());
    assert_snapshot!(run(&server, "--group /aws/lambda/*"), @r"
    10:00:00.000 /aws/lambda/enrich START RequestId: 8f7f1d2c-0000-4000-8000-000000000001 Version: $LATEST
    10:00:01.000 /aws/lambda/orders order A-1040
    10:00:02.000 /aws/lambda/enrich [ERROR] KeyError: 'price'
    10:00:03.000 /aws/lambda/orders order A-1041 \u{1b}]0;pwned\u{7}
    10:00:04.000 /aws/lambda/enrich END RequestId: 8f7f1d2c-0000-4000-8000-000000000001
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/* -n 1"), @"
    10:00:04.000 /aws/lambda/enrich END RequestId: 8f7f1d2c-0000-4000-8000-000000000001
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --output ndjson"), @r#"
    {"logGroupName":"/aws/lambda/orders","logStreamName":"2026/11/22/[$LATEST]ab12","timestamp":1795341601000,"ingestionTime":1795341601005,"eventId":"00000000000000000000000179534160100000000000000000000002","message":"order A-1040","late":false}
    {"logGroupName":"/aws/lambda/orders","logStreamName":"2026/11/22/[$LATEST]ab12","timestamp":1795341603000,"ingestionTime":1795341603005,"eventId":"00000000000000000000000179534160300000000000000000000004","message":"order A-1041 \u001b]0;pwned\u0007","late":false}
    [exit status: 0]
    "#);
    assert_snapshot!(run(&server, "--group /aws/lambda/orders --filter-pattern A-1040 --raw"), @"
    order A-1040
    [exit status: 0]
    ");
}

#[test]
fn throttling_and_empty_pages_only_take_time() {
    let faults = Faults { throttled: 0.5, empty: 0.3, repeated: 0.3, seed: 5, ..Faults::default() };
    let server = served(faults);
    assert_snapshot!(run(&server, "--group /aws/lambda/orders"), @r"
    10:00:01.000 order A-1040
    10:00:03.000 order A-1041 \u{1b}]0;pwned\u{7}
    ------- stderr -------
    fh: AWS throttles reading logs; fh goes on more slowly
    [exit status: 0]
    ");
}

#[test]
fn what_comes_is_shown_until_ctrl_c_and_late_events_are_marked() {
    let server = served(Faults::default());
    let mut session = at(&server.url(), "--group /aws/lambda/orders -f").start();
    session.wait_for("A-1041");
    put(&mut server.logs(), "/aws/lambda/orders", 5, "order A-1042");
    session.wait_for("A-1042");
    put(&mut server.logs(), "/aws/lambda/orders", 2, "came late");
    session.wait_for("came late");
    session.signal("INT");
    assert_snapshot!(session.finish(), @r"
    10:00:01.000 order A-1040
    10:00:03.000 order A-1041 \u{1b}]0;pwned\u{7}
    10:00:05.000 order A-1042
    10:00:02.000 late came late
    ------- stderr -------
    fh: read 4 events, 1 of them late; what is later than 120 s is not looked for (--overlap)
    fh: interrupted
    [exit status: 130]
    ");
}

#[test]
fn a_group_that_is_not_there_is_explained_or_waited_for() {
    let server = served(Faults::default());
    assert_snapshot!(run(&server, "--group /aws/lambda/nobody* --timeout 5s"), @"
    ------- stderr -------
    fh: no log group in eu-west-1 is like `/aws/lambda/nobody*`
      hint: aws logs describe-log-groups --query 'logGroups[].logGroupName' lists those there are
      hint: a log group is made when a function runs first; with `-f`, fh waits for it
    [exit status: 3]
    ");
    let session = at(&server.url(), "--group later -f --exit-on first").start();
    // It has asked for the group, and there was none.
    while server.logs().calls().len() < 2 {
        std::thread::yield_now();
    }
    server.logs().create_group("later", 0).unwrap();
    put(&mut server.logs(), "later", 0, "its first line");
    assert_snapshot!(session.finish(), @"
    10:00:00.000 its first line
    ------- stderr -------
    fh: there is no log group `later` in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: fh waits for it
    fh: log group `later` is there now
    [exit status: 0]
    ");
}

#[test]
fn a_script_learns_whether_a_line_came() {
    let server = served(Faults::default());
    assert_snapshot!(run(&server, "-f --group /aws/lambda/orders --exit-on A-104[01]"), @"
    10:00:01.000 order A-1040
    [exit status: 0]
    ");
    assert_snapshot!(run(&server, "-f --group /aws/lambda/orders --exit-on A-9 --timeout 1s"), @r"
    10:00:01.000 order A-1040
    10:00:03.000 order A-1041 \u{1b}]0;pwned\u{7}
    ------- stderr -------
    fh: read 2 events; what is later than 120 s is not looked for (--overlap)
    [exit status: 1]
    ");
}

#[test]
fn an_expired_login_and_a_wrong_address_are_named() {
    let server = served(Faults { expired: 9, ..Faults::default() });
    let output = run(&server, "--group /aws/lambda/orders");
    assert_snapshot!(masked(&output, &server.url()), @"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at [URL]: the credentials have expired: The security token is expired (ExpiredTokenException, request id [ID])
      hint: those of the environment were used: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew, or unset them, or give `--profile NAME`
    [exit status: 3]
    ");
    let url = server.url();
    drop(server);
    let output = at(&url, "--group /aws/lambda/orders").run();
    assert_snapshot!(masked(&output, &url), @"
    ------- stderr -------
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1: nothing listens at [URL]
      hint: start it, or check `--endpoint-url` and AWS_ENDPOINT_URL
    [exit status: 3]
    ");
}

#[test]
fn a_delivery_stream_leads_to_its_transform_and_to_its_errors() {
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
         group('/aws/lambda/orders', '2026/11/22/[1]abc', (0, 'START'), (2000, 'END'))\n\
         group('/aws/kinesisfirehose/tail-clicks', 'DestinationDelivery', (1000, 'The Lambda function was not found'))",
    );
    let url = moto().url();
    let run = |words| masked(&at(&url, words).run(), &url);
    assert_snapshot!(run("--stream tail-clicks"), @"
    10:00:00.000 transform START
    10:00:01.000 errors The Lambda function was not found
    10:00:02.000 transform END
    [exit status: 0]
    ");
    assert_snapshot!(run("--stream arn:aws:firehose:eu-west-1:111122223333:deliverystream/tail-clicks -n 1 --long"), @"
    2026-11-22 10:00:02.000 +00:00 /aws/lambda/orders 2026/11/22/[1]abc END
    [exit status: 0]
    ");
    assert_snapshot!(run("--function orders:live --log-stream-prefix 2026/11/22/[1]"), @"
    10:00:00.000 START
    10:00:02.000 END
    [exit status: 0]
    ");
    assert_snapshot!(run("--stream nobody"), @"
    ------- stderr -------
    fh: cannot describe delivery stream `nobody` in eu-west-1 at [URL]: it does not exist there: Firehose nobody under account 111122223333 not found. (ResourceNotFoundException, request id [ID])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
    [exit status: 3]
    ");
    assert_snapshot!(run("--function gone"), @"
    ------- stderr -------
    fh: cannot ask where function `gone` logs to in eu-west-1 at [URL]: it does not exist there: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:gone (ResourceNotFoundException, request id [ID])
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: fh reads `/aws/lambda/gone` all the same; `--group` names another
    fh: log group `/aws/lambda/gone` of function `gone` is not there in eu-west-1: it was never invoked, or may not write logs
      hint: Firehose invokes a transform once records have come and its buffer is full or its time is over: fh send-demo --stream NAME
      hint: the function's role needs logs:CreateLogGroup, logs:CreateLogStream and logs:PutLogEvents, as in the policy AWSLambdaBasicExecutionRole
      hint: with `-f`, fh waits for it
    [exit status: 3]
    ");
}
