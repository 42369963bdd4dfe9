//! The driver with the real SDK: against `fh local`, with its faults, and
//! against moto's server.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use insta::assert_snapshot;

use crate::installed::python;
use crate::local_server::LocalServer;
use crate::moto::moto;
use crate::probe::ARGUMENTS;

fn start(url: &str, flags: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(ARGUMENTS, flags.split(' ').collect::<Vec<_>>().join("\n"))
        .args(["--exact", "probe::tail", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn tail(url: &str, flags: &str) -> String {
    tail_to_end(start(url, flags), url)
}

/// Waits until events were asked for so often.
fn until_called(server: &LocalServer, times: usize) {
    let start = Instant::now();
    while server.answered("FilterLogEvents") < times {
        assert!(start.elapsed() < Duration::from_secs(30), "it is never called");
        std::thread::yield_now();
    }
}

fn tail_to_end(child: Child, url: &str) -> String {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}");
    text.replace(url, "[URL]")
}

#[expect(clippy::disallowed_methods, reason = "the server runs by this clock")]
fn now() -> i64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(time.as_millis()).unwrap()
}

/// Two groups with three events a second.
fn served(faults: &str) -> LocalServer {
    let server = LocalServer::start("eu-west-1");
    server.fault(faults);
    let mut logs = server.logs();
    let now = now();
    for name in ["orders", "errors"] {
        let group = format!("/aws/lambda/{name}");
        logs.create_group(&group, 0).unwrap();
        for second in 0..3 {
            let time = now - 60_000 + 1000 * second + i64::from(name == "errors");
            let event = (time, format!("{name} {second}"));
            logs.put(&group, &format!("s{second}"), event, time, time).unwrap();
        }
    }
    drop(logs);
    server
}

#[test]
fn groups_that_fit_a_pattern_are_interleaved_by_time() {
    let server = served("");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/*"), @"
    /aws/lambda/orders/s0 orders 0
    /aws/lambda/errors/s0 errors 0
    /aws/lambda/orders/s1 orders 1
    /aws/lambda/errors/s1 errors 1
    /aws/lambda/orders/s2 orders 2
    /aws/lambda/errors/s2 errors 2
    [Read]
    ");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/* --tail 2"), @"
    /aws/lambda/orders/s2 orders 2
    /aws/lambda/errors/s2 errors 2
    [Read]
    ");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders --log-stream-prefix s2"), @"
    /aws/lambda/orders/s2 orders 2
    [Read]
    ");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders --filter-pattern 1"), @"
    /aws/lambda/orders/s1 orders 1
    [Read]
    ");
}

#[test]
fn a_group_that_is_not_there_is_explained() {
    let server = served("");
    assert_snapshot!(tail(&server.url(), "--group order"), @"
    fh: log group `order` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: with `-f`, fh waits for it
      hint: similar names in eu-west-1: `/aws/lambda/orders`
    [Aws]
    ");
    assert_snapshot!(tail(&server.url(), "--group order*"), @"
    fh: no log group in eu-west-1 matches `order*`
      hint: list log groups: aws logs describe-log-groups --query 'logGroups[].logGroupName'
      hint: a function's log group is created on its first run; `-f` waits for it
      hint: `--include-linked-accounts` also looks in accounts that are linked to yours
    [Aws]
    ");
    assert_snapshot!(tail(&server.url(), "--group order --group /aws/lambda/orders"), @"
    /aws/lambda/orders/s0 orders 0
    /aws/lambda/orders/s1 orders 1
    /aws/lambda/orders/s2 orders 2
    fh: log group `order` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
    [Partly]
    ");
}

#[test]
fn everything_comes_although_half_of_the_calls_are_throttled() {
    let server = served("throttle-logs=0.5 empty-page=0.3 repeat-token=0.3");
    assert_snapshot!(tail(&server.url(), "--group /aws/lambda/orders"), @"
    fh: AWS is throttling log requests; continuing slowly
    /aws/lambda/orders/s0 orders 0
    /aws/lambda/orders/s1 orders 1
    /aws/lambda/orders/s2 orders 2
    [Read]
    ");
}

#[test]
fn a_group_that_comes_later_is_waited_for_and_late_events_are_marked() {
    let server = served("");
    let mut logs = server.logs();
    let now = now();
    logs.create_group("late", now + 1500).unwrap();
    for (age, visible, message) in
        [(30_000, 0, "first"), (20_000, 0, "second"), (25_000, 3000, "third")]
    {
        let event = (now - age, message.to_owned());
        logs.put("late", "s", event, now + visible, now + visible).unwrap();
    }
    drop(logs);
    assert_snapshot!(tail(&server.url(), "--group late --follow --events 3"), @"
    fh: log group `late` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: fh waits for it
    fh: log group `late` exists now
    late/s first
    late/s second
    late/s late third
    [enough]
    ");
}

#[test]
fn an_expired_login_ends_a_tail_that_just_began() {
    let server = served("expired-token=1");
    let text = tail(&server.url(), "--group /aws/lambda/orders --follow");
    assert_snapshot!(text, @"
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at [URL]: the credentials have expired: The security token included in the request is expired (ExpiredTokenException, request id 00000000-0000-4000-8000-000000000000)
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
    [Aws]
    ");
}

#[test]
fn a_login_that_expires_later_is_reported_and_waited_out() {
    let server = served("");
    let now = now();
    let event = (now, "new".to_owned());
    server.logs().put("/aws/lambda/orders", "s", event, now, now + 4000).unwrap();
    let child = start(&server.url(), "--group /aws/lambda/orders --follow --events 4");
    until_called(&server, 1);
    server.fault("expired-token=1");
    until_called(&server, 3);
    server.fault("expired-token=0");
    assert_snapshot!(tail_to_end(child, &server.url()), @"
    /aws/lambda/orders/s0 orders 0
    /aws/lambda/orders/s1 orders 1
    /aws/lambda/orders/s2 orders 2
    fh: cannot read log group `/aws/lambda/orders` in eu-west-1 at [URL]: the credentials have expired: The security token included in the request is expired (ExpiredTokenException, request id 00000000-0000-4000-8000-000000000000)
      hint: the credentials come from the environment: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN again, unset them, or pass `--profile NAME`
      hint: fh continues as soon as it can
    fh: AWS no longer throttles log requests
    /aws/lambda/orders/s new
    [enough]
    ");
}

#[test]
fn a_tail_ends_when_its_time_is_over() {
    let server = served("");
    assert_snapshot!(tail(&server.url(), "--group nowhere --follow --timeout-ms 500"), @"
    fh: log group `nowhere` does not exist in eu-west-1
      hint: check the name, the Region (`--region`) and the account (`--profile`)
      hint: fh waits for it
    [Timeout]
    ");
    // What happened before the end and arrives a little later is there, too.
    let until = now() + 700;
    server
        .logs()
        .put("/aws/lambda/orders", "s9", (until - 100, "late".to_owned()), until + 300, until + 300)
        .unwrap();
    let flags = "--group /aws/lambda/orders --follow --overlap-ms 1000 --until";
    assert_snapshot!(tail(&server.url(), &format!("{flags} {until}")), @"
    /aws/lambda/orders/s0 orders 0
    /aws/lambda/orders/s1 orders 1
    /aws/lambda/orders/s2 orders 2
    /aws/lambda/orders/s9 late
    [Read]
    ");
    let flags = "--group nothing* --follow --overlap-ms 1 --until";
    assert_snapshot!(tail(&server.url(), &format!("{flags} {until}")), @"
    fh: no log group matches yet; checking every 30 s
    [Partly]
    ");
}

#[test]
fn a_server_that_is_gone_is_reported_and_waited_for() {
    let server = served("");
    let url = server.url();
    let child = start(&url, "--group /aws/lambda/orders --follow --timeout-ms 3000");
    // Then the first answer has arrived.
    until_called(&server, 2);
    drop(server);
    let text = tail_to_end(child, &url);
    assert_eq!(text.matches("orders 1\n").count(), 1, "{text}");
    assert_eq!(text.matches("cannot read log group").count(), 1, "{text}");
    assert!(
        text.contains("fh continues as soon as it can") && text.ends_with("[Timeout]\n"),
        "{text}"
    );
}

/// Runs a piece of Python with clients of boto3 against moto's server.
fn boto(script: &str) {
    let head = format!(
        "import time, boto3\n\
         session = boto3.Session('AKIAIOSFODNN7EXAMPLE', 'secret', region_name='eu-west-1')\n\
         logs, firehose = (session.client(name, endpoint_url='{}') for name in ('logs', 'firehose'))\n\
         now = int(time.time() * 1000)\n\
         def group(name, stream, *events):\n\
         \x20   logs.create_log_group(logGroupName=name)\n\
         \x20   logs.create_log_stream(logGroupName=name, logStreamName=stream)\n\
         \x20   events = [dict(timestamp=now - age, message=message) for age, message in events]\n\
         \x20   logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)\n\
         def stream(name, logging):\n\
         \x20   function = 'arn:aws:lambda:eu-west-1:111122223333:function:orders:live'\n\
         \x20   lambdas = [dict(Type='Lambda', Parameters=[dict(ParameterName='LambdaArn', ParameterValue=function)])]\n\
         \x20   firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=dict(\
         RoleARN='arn:aws:iam::111122223333:role/firehose', BucketARN='arn:aws:s3:::lake', CompressionFormat='GZIP', \
         BufferingHints=dict(SizeInMBs=1, IntervalInSeconds=60), \
         CloudWatchLoggingOptions=logging, ProcessingConfiguration=dict(Enabled=True, Processors=lambdas)))\n",
        moto().url()
    );
    let output = Command::new(python()).arg("-c").arg(head + script).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_delivery_stream_leads_to_the_logs_of_its_transform_and_its_errors() {
    boto(
        "stream('clicks', dict(Enabled=True, LogGroupName='/aws/kinesisfirehose/clicks', LogStreamName='DestinationDelivery'))\n\
         stream('quiet', dict(Enabled=False))\n\
         group('/aws/lambda/orders', '2026/11/22/[1]abc', (30000, 'START'), (10000, 'END'))\n\
         group('/aws/kinesisfirehose/clicks', 'DestinationDelivery', (20000, 'Lambda.FunctionError'))",
    );
    let url = moto().url();
    assert_snapshot!(tail(&url, "--stream clicks"), @"
    transform/2026/11/22/[1]abc START
    errors/DestinationDelivery Lambda.FunctionError
    transform/2026/11/22/[1]abc END
    [Read]
    ");
    assert_snapshot!(tail(&url, "--stream quiet --filter-pattern START"), @"
    fh: delivery stream `quiet` does not log its errors
      hint: turn on CloudWatch error logging for its destination to see why records fail
    transform/2026/11/22/[1]abc START
    [Read]
    ");
    assert_snapshot!(tail(&url, "--function orders:live --tail 1"), @"
    orders/2026/11/22/[1]abc END
    [Read]
    ");
    assert_snapshot!(tail(&url, "--group /aws/*/clicks --function orders"), @"
    orders/2026/11/22/[1]abc START
    /aws/kinesisfirehose/clicks/DestinationDelivery Lambda.FunctionError
    orders/2026/11/22/[1]abc END
    [Read]
    ");
    let missing = tail(&url, "--stream nobody");
    assert!(missing.contains("cannot describe delivery stream `nobody`"), "{missing}");
}
