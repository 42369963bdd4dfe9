//! `fh logs` never shows what belongs to another account, Region or delivery
//! stream.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use fh::local::cloudwatch_logs::Logs;
use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::Fh;
use crate::local_server::LocalServer;
use crate::masks::{self, mask};
use crate::moto::moto;
use crate::s3::boto;

/// 2026-11-22 10:00:00 UTC, in milliseconds.
const TEN: i64 = 1_795_341_600_000;

const SINCE: &str = "--since 2026-11-22T09:00:00Z";

/// A function in another account than the caller's.
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:999999999999:function:enrich";

const OTHER: &str = "999999999999";

const GROUP: &str = "/aws/lambda/enrich";

fn put(logs: &mut Logs, group: &str, stream: &str, second: i64, message: &str) {
    let time = TEN + 1000 * second;
    logs.put(group, stream, (time, message.to_owned()), time, 0).unwrap();
}

/// Groups of the same name in the caller's account and in the function's.
fn served(group: &str) -> LocalServer {
    let server = LocalServer::start("eu-west-1");
    let mut logs = server.logs();
    logs.create_group(group, 0).unwrap();
    logs.create_linked_group(OTHER, group);
    put(&mut logs, group, "s", 1, "of the caller");
    put(&mut logs, &format!("{OTHER}:{group}"), "s", 1, "of the function");
    drop(logs);
    server
}

fn http(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Whatever\r\nx-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\n\
         {headers}content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// How Firehose describes `orders` with this transform and this error log.
fn described(function: &str, logging: &str) -> String {
    let encryption = r#""EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"}"#;
    format!(
        r#"{{"DeliveryStreamDescription":{{"DeliveryStreamName":"orders","DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"DirectPut","VersionId":"1","HasMoreDestinations":false,"Destinations":[{{"DestinationId":"d","ExtendedS3DestinationDescription":{{"RoleARN":"arn:aws:iam::111122223333:role/r","BucketARN":"arn:aws:s3:::lake","BufferingHints":{{}},"CompressionFormat":"UNCOMPRESSED",{encryption},"CloudWatchLoggingOptions":{logging},"ProcessingConfiguration":{{"Enabled":true,"Processors":[{{"Type":"Lambda","Parameters":[{{"ParameterName":"LambdaArn","ParameterValue":"{function}"}}]}}]}}}}}}]}}}}"#
    )
}

/// Firehose, Lambda and STS. Where a function logs to may be asked if
/// there is a `configuration`, which is the answer.
fn services(stream: String, configuration: Option<&'static str>) -> Canned {
    const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
        <GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult>\
        </GetCallerIdentityResponse>";
    let json = "content-type: application/x-amz-json-1.1\r\n";
    Canned::answering(move |head| {
        Some(match configuration {
            _ if head.contains("DescribeDeliveryStream") => http(200, json, &stream),
            Some(configuration) if head.contains("/functions/") => http(200, json, configuration),
            None if head.contains("/functions/") => {
                let denied = "x-amzn-errortype: AccessDeniedException\r\n";
                http(403, denied, r#"{"Message":"no"}"#)
            }
            _ => http(200, "content-type: text/xml\r\n", IDENTITY),
        })
    })
}

fn at(services: &Canned, logs: &str, words: &str) -> Fh {
    let since = if words.contains("--since") { "" } else { SINCE };
    Fh::new()
        .args(&format!("logs {since} {words}"))
        .env("AWS_ENDPOINT_URL", &services.url())
        .env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", logs)
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

#[test]
fn the_logs_of_a_function_are_those_of_its_account() {
    let _masks = mask(masks::SERVER);
    let server = served(GROUP);
    let services = services(described(FUNCTION, r#"{"Enabled":false}"#), None);
    let run = |words: &str| at(&services, &server.url(), words).run();
    assert_snapshot!(run(&format!("--function {FUNCTION}:live")), @"
    2026-11-22 10:00:01.000 of the function
    ------- stderr -------
    fh: cannot find the log group of function `arn:aws:lambda:eu-west-1:999999999999:function:enrich:live` in eu-west-1 at http://127.0.0.1:[…]: access denied: no (AccessDeniedException, request id […])
      hint: grant `lambda:GetFunctionConfiguration` on function `arn:aws:lambda:eu-west-1:999999999999:function:enrich:live` to your user or role
      hint: reading `/aws/lambda/enrich` of account 999999999999; use `--group` for another
    fh: reading log group `/aws/lambda/enrich` of account 999999999999
    [exit status: 0]
    ");
    let text = |words: &str| run(&format!("--raw {words}")).text();
    assert_eq!(text("--stream orders"), "of the function\n");
    assert_eq!(text("--function 999999999999:function:enrich"), "of the function\n");
    // The caller's own, whichever way they are named.
    for function in ["enrich", "111122223333:function:enrich"] {
        assert_eq!(text(&format!("--function {function}")), "of the caller\n", "{function}");
    }
    let own = FUNCTION.replace("999999999999", "111122223333");
    assert_eq!(text(&format!("--function {own}")), "of the caller\n");
}

#[test]
fn a_log_group_that_a_function_has_been_given_is_in_its_account_too() {
    let server = served("shared");
    let configuration = r#"{"LoggingConfig":{"LogFormat":"Text","LogGroup":"shared"}}"#;
    let services = services(described(FUNCTION, r#"{"Enabled":false}"#), Some(configuration));
    for words in [format!("--function {FUNCTION}"), "--stream orders".to_owned()] {
        let output = at(&services, &server.url(), &format!("--raw {words}")).run();
        assert_eq!(output.text(), "of the function\n", "{output}");
    }
}

#[test]
fn groups_of_one_name_in_two_accounts_are_both_read() {
    let server = served(GROUP);
    let configuration = r#"{"LoggingConfig":{"LogFormat":"Text"}}"#;
    let services = services(described(FUNCTION, r#"{"Enabled":false}"#), Some(configuration));
    let run = |words: &str| at(&services, &server.url(), words).run();
    assert_snapshot!(run(&format!("--group {GROUP} --function {FUNCTION}")), @"
    2026-11-22 10:00:01.000 /aws/lambda/enrich of the caller
    2026-11-22 10:00:01.000 enrich of the function
    ------- stderr -------
    fh: reading log groups `/aws/lambda/enrich` of account 999999999999, `/aws/lambda/enrich`
    [exit status: 0]
    ");
    assert_snapshot!(run(&format!("--group {GROUP} --stream orders")), @"
    2026-11-22 10:00:01.000 /aws/lambda/enrich of the caller
    2026-11-22 10:00:01.000 transform of the function
    ------- stderr -------
    fh: delivery stream `orders` does not log its errors
      hint: turn on CloudWatch error logging for its destination to see why records fail
    fh: reading log groups `/aws/lambda/enrich` of account 999999999999, `/aws/lambda/enrich`
    [exit status: 0]
    ");
    // An own one that is named in two ways is one.
    let arn = format!("arn:aws:logs:eu-west-1:111122223333:log-group:{GROUP}");
    let output = run(&format!("--raw --group {arn} --function enrich"));
    assert_eq!(output.text(), "of the caller\n", "{output}");
}

#[test]
fn whose_log_group_cannot_be_read_is_shown_with_what_to_do() {
    let _masks = mask(masks::SERVER);
    let services = services(
        described(FUNCTION, r#"{"Enabled":false}"#),
        Some(r#"{"LoggingConfig":{"LogFormat":"Text"}}"#),
    );
    let denied = r#"{"__type":"AccessDeniedException","message":"User: arn:aws:iam::111122223333:user/me is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-west-1:999999999999:log-group:/aws/lambda/enrich because no resource-based policy allows the logs:FilterLogEvents action"}"#;
    let refusing = Canned::new(http(400, "content-type: application/x-amz-json-1.1\r\n", denied));
    assert_snapshot!(at(&services, &refusing.url(), "--quiet --stream orders").run(), @"
    ------- stderr -------
    fh: delivery stream `orders` does not log its errors
      hint: turn on CloudWatch error logging for its destination to see why records fail
    fh: cannot read log group `/aws/lambda/enrich` of account 999999999999 in eu-west-1 at http://127.0.0.1:[…]: access denied: User: arn:aws:iam::111122223333:user/me is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-west-1:999999999999:log-group:/aws/lambda/enrich because no resource-based policy allows the logs:FilterLogEvents action (AccessDeniedException, request id […])
      hint: grant `logs:FilterLogEvents` on log group `/aws/lambda/enrich` of account 999999999999 to `arn:aws:iam::111122223333:user/me`
      hint: as a user of account 999999999999: fh logs --group 'arn:aws:logs:eu-west-1:999999999999:log-group:/aws/lambda/enrich' --profile NAME
      hint: or let account 999999999999 share its logs with yours through CloudWatch cross-account observability: a sink in your account, a link in that one
    [exit status: 3]
    ");
    // The caller's account does not have it either.
    let server = LocalServer::start("eu-west-1");
    let words = format!("--function {FUNCTION}");
    assert_snapshot!(at(&services, &server.url(), &words).run(), @"
    ------- stderr -------
    fh: reading log group `/aws/lambda/enrich` of account 999999999999
    fh: log group `/aws/lambda/enrich` of account 999999999999 does not exist in eu-west-1, or is not shared with your account
      hint: as a user of account 999999999999: fh logs --group 'arn:aws:logs:eu-west-1:999999999999:log-group:/aws/lambda/enrich' --profile NAME
      hint: or let account 999999999999 share its logs with yours through CloudWatch cross-account observability: a sink in your account, a link in that one
      hint: Firehose invokes a transform once its buffer has records and is full or its interval is over: fh send-demo --stream NAME
      hint: the function's role needs logs:CreateLogGroup, logs:CreateLogStream and logs:PutLogEvents, as in the policy AWSLambdaBasicExecutionRole
      hint: with `-f`, fh waits for it
    [exit status: 3]
    ");
    // Whoever is of that account needs no hint about accounts.
    let own = denied.replace("::111122223333:", "::999999999999:");
    let refusing = Canned::new(http(400, "content-type: application/x-amz-json-1.1\r\n", &own));
    let output = at(&services, &refusing.url(), &words).run();
    assert!(!output.errors().contains("--profile"), "{output}");
}

#[test]
fn a_transform_in_another_region_is_not_looked_for_in_that_of_the_stream() {
    let _masks = mask(masks::SERVER);
    let server = served(GROUP);
    let function = FUNCTION.replace("eu-west-1", "us-east-1");
    let logging = r#"{"Enabled":true,"LogGroupName":"/errors","LogStreamName":"s"}"#;
    let services = services(described(&function, logging), None);
    assert_snapshot!(at(&services, &server.url(), "--stream orders").run(), @r#"
    ------- stderr -------
    fh: the transform of `orders` is in us-east-1, the delivery stream in eu-west-1
      hint: its logs: fh logs --function arn:aws:lambda:us-east-1:999999999999:function:enrich
      hint: the errors of the stream: fh logs --region eu-west-1 --group /errors
    [exit status: 2]
    "#);
}

/// Errors of three delivery streams in one log stream.
fn shared() -> LocalServer {
    let server = LocalServer::start("eu-west-1");
    let mut logs = server.logs();
    logs.create_group("shared", 0).unwrap();
    let error = |account: &str, stream: &str| {
        format!(
            r#"{{"deliveryStreamARN":"arn:aws:firehose:eu-west-1:{account}:deliverystream/{stream}","message":"failed","errorCode":"Lambda.FunctionError"}}"#
        )
    };
    for (second, message) in [
        (1, error("111122223333", "orders")),
        (2, error("111122223333", "payments")),
        (3, error("111122223333", "orders-eu")),
        (4, error("111122223333", "payments")),
        (5, error("999999999999", "orders")),
        (6, "not of Firehose".to_owned()),
    ] {
        put(&mut logs, "shared", "DestinationDelivery", second, &message);
    }
    drop(logs);
    server
}

#[test]
fn errors_of_other_streams_in_a_shared_log_group_are_left_out_and_counted() {
    let server = shared();
    let logging =
        r#"{"Enabled":true,"LogGroupName":"shared","LogStreamName":"DestinationDelivery"}"#;
    // The function logs to the same group, and does not take them over.
    let configuration = r#"{"LoggingConfig":{"LogFormat":"Text","LogGroup":"shared"}}"#;
    let own = FUNCTION.replace("999999999999", "111122223333");
    let services = services(described(&own, logging), Some(configuration));
    let run = |words: &str| at(&services, &server.url(), words).run();
    assert_snapshot!(run("--stream orders --raw"), @r#"
    {"deliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","message":"failed","errorCode":"Lambda.FunctionError"}
    not of Firehose
    ------- stderr -------
    fh: reading log group `shared`
    fh: left out 4 events of other delivery streams in the same log group: arn:aws:firehose:eu-west-1:999999999999:deliverystream/orders (1), orders-eu (1), payments (2)
      hint: pass the log group's name with `--group` to see all of it
    [exit status: 0]
    "#);
    assert_snapshot!(run("--stream orders --invocations --errors --output ndjson --quiet"), @r#"
    {"logGroupName":"shared","logStreamName":"DestinationDelivery","timestamp":1795341601000,"ingestionTime":1795341601000,"eventId":"00000000000000000000000179534160100000000000000000000001","message":"{\"deliveryStreamARN\":\"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders\",\"message\":\"failed\",\"errorCode\":\"Lambda.FunctionError\"}","late":false}
    [exit status: 0]
    "#);
    // Nothing is left when all are of others.
    assert_snapshot!(run("--stream orders --since 2026-11-22T10:00:02Z --until 2026-11-22T10:00:04Z"), @"
    ------- stderr -------
    fh: reading log group `shared`
    fh: left out 3 events of other delivery streams in the same log group: orders-eu (1), payments (2)
      hint: pass the log group's name with `--group` to see all of it
    fh: no matching events from 2026-11-22T10:00:02Z to 2026-11-22T10:00:04Z
      hint: look further back with `--since`, or wait for new events with `--follow`
    [exit status: 0]
    ");
    // Whoever names the log group gets all of it.
    assert_eq!(run("--stream orders --group shared --raw").text().lines().count(), 6);
    assert_eq!(run("--group shared --raw").text().lines().count(), 6);
}

#[test]
fn an_emulator_with_one_account_serves_its_own_functions_and_no_others() {
    boto(
        "logs = session.client('logs', endpoint_url=url)\n\
         name = '/aws/lambda/accounts'\n\
         logs.create_log_group(logGroupName=name)\n\
         logs.create_log_stream(logGroupName=name, logStreamName='s')\n\
         logs.put_log_events(logGroupName=name, logStreamName='s', \
         logEvents=[dict(timestamp=1795341600000, message='of the caller')])",
    );
    let run = |account: &str| {
        let function = format!("arn:aws:lambda:eu-west-1:{account}:function:accounts");
        Fh::new()
            .args(&format!("logs {SINCE} --function {function}"))
            .env("AWS_ENDPOINT_URL", &moto().url())
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .run()
    };
    let own = run("111122223333");
    assert!(own.text().ends_with("of the caller\n") && own.code() == 0, "{own}");
    let other = run("999999999999");
    assert!(other.text().is_empty() && other.code() == 3, "{other}");
    assert!(other.errors().contains("log group `/aws/lambda/accounts` of account 999999999999"));
}
