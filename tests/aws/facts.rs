//! Facts for a diagnosis: what is there, what is not, what may not be asked.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails loudly")]

use std::process::Command;
use std::sync::OnceLock;

use clap::Parser;
use fh::aws::{
    AwsArgs, ContextEntry, FirehoseClient, MetricQuery, S3Object, Service, Session, block_on,
};
use fh::context;
use insta::assert_snapshot;

use crate::canned::Canned;
use crate::harness::Call;
use crate::installed::python;
use crate::moto::moto;
use crate::probe::lines;

#[derive(Debug, Parser)]
struct Arguments {
    /// `what` or `what:name`
    fact: String,
    #[command(flatten)]
    aws: AwsArgs,
}

#[test]
#[ignore = "the tests of facts run it, each in a process: cargo test --test aws facts"]
fn ask() {
    let lines = lines();
    let arguments = Arguments::parse_from(["probe"].into_iter().chain(lines.lines()));
    let (what, name) = arguments.fact.split_once('=').unwrap_or((&arguments.fact, "orders"));
    let found = block_on(async {
        let session = Session::open(&arguments.aws, None).await?;
        Ok(found(&session, what, name).await)
    });
    match found {
        Ok(found) => eprintln!("{found}"),
        Err(error) => context::report(&error),
    }
}

async fn found(session: &Session, what: &str, name: &str) -> String {
    let arn = |service: &str, thing: &str| {
        format!("arn:aws:{service}:eu-west-1:111122223333:{thing}{name}")
    };
    match what {
        "role" => format!("{:?}", session.role(name).await),
        "simulate" => {
            let role = format!("arn:aws:iam::111122223333:role/{name}");
            let context = [ContextEntry { key: "kms:ViaService", value: "s3" }];
            let actions = ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"];
            let function = arn("lambda", "function:");
            format!("{:?}", session.simulate(&role, &actions, &function, &context).await)
        }
        "function" => {
            let found = session.function_configuration(&name.parse().expect("a name")).await;
            format!(
                "{:?}",
                found.map(|it| (it.function_arn, it.timeout, it.memory_size, it.runtime))
            )
        }
        "policy" => format!("{:?}", session.function_policy(&name.parse().expect("a name")).await),
        "concurrency" => {
            format!("{:?}", session.function_concurrency(&name.parse().expect("a name")).await)
        }
        "metrics" => {
            let query = |id, metric| MetricQuery {
                id,
                namespace: "AWS/Firehose",
                metric,
                dimensions: &[("DeliveryStreamName", "orders")],
                statistic: "Sum",
            };
            let queries = [query("a", "IncomingRecords"), query("b", "ThrottledRecords")];
            let (start, end) = (1_795_341_600_000, 1_795_345_200_000);
            format!("{:?}", session.metrics(&queries, start, end, 300).await)
        }
        "key" => {
            let found = session.key(name).await;
            format!("{:?}", found.map(|it| (it.enabled, it.key_state, it.key_manager)))
        }
        "table" => format!("{:?}", session.table(None, "lake", name).await),
        "data-stream" => {
            let found = session.data_stream(&arn("kinesis", "stream/")).await;
            format!("{:?}", found.map(|it| (it.stream_name, it.stream_status, it.open_shard_count)))
        }
        "bucket" => format!("{:?}", session.bucket_region(name).await),
        "encryption" => format!("{:?}", session.bucket_encryption(name, None).await),
        "object" => {
            let (bucket, key) = ("lake".to_owned(), name.to_owned());
            let (etag, modified, storage_class) = (Some("\"1\"".to_owned()), None, None);
            let object = S3Object { bucket, key, size: 9, etag, modified, storage_class };
            format!("{:?}", session.object_start(&object, 9, None).await)
        }
        "lock" => format!("{:?}", session.bucket_locks_objects(name, None).await),
        "log-group" => format!("{:?}", session.log_group(name).await),
        "log-stream" => {
            let found = session.log_stream("/aws/lambda/orders", name).await;
            format!("{:?}", found.map(|it| it.log_stream_name))
        }
        "subscriptions" => format!("{:?}", session.subscription_filters(name).await),
        "reports" => {
            format!("{:?}", session.log_events(name, "REPORT", 0, 3).await.map(|it| it.events))
        }
        "account" => format!("{:?}", session.account(Service::Sts).await),
        "stream" => {
            let stream = name.parse().expect("a name");
            match FirehoseClient::new(session).description(&stream).await {
                Ok(found) => format!("{:?}", found.destination().map(|it| it.config.bucket())),
                Err(error) => format!("{error:?}"),
            }
        }
        _ => panic!("no fact is called {what}"),
    }
}

/// Makes in moto what is asked for below.
fn set_up() -> String {
    static DONE: OnceLock<()> = OnceLock::new();
    let url = moto().url();
    DONE.get_or_init(|| {
        let script = r"
import datetime, json, sys, boto3
session = boto3.Session('AKIAIOSFODNN7EXAMPLE', 'secret', region_name='eu-west-1')
client = lambda name: session.client(name, endpoint_url=sys.argv[1])
trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'Service': 'firehose.amazonaws.com'}}]}
client('iam').create_role(RoleName='facts', Path='/service/', AssumeRolePolicyDocument=json.dumps(trust))
key = client('kms').create_key()['KeyMetadata']['KeyId']
client('kms').create_alias(AliasName='alias/facts', TargetKeyId=key)
client('kms').disable_key(KeyId=key)
client('glue').create_database(DatabaseInput={'Name': 'lake'})
storage = {'Columns': [{'Name': 'id', 'Type': 'string'}, {'Name': 'price', 'Type': 'double'}], 'Location': 's3://lake/facts/'}
client('glue').create_table(DatabaseName='lake', TableInput={'Name': 'facts', 'StorageDescriptor': storage})
client('kinesis').create_stream(StreamName='facts', ShardCount=2)
at = lambda minutes: datetime.datetime(2026, 11, 22, 10, minutes, tzinfo=datetime.timezone.utc)
data = [{'MetricName': 'IncomingRecords', 'Dimensions': [{'Name': 'DeliveryStreamName', 'Value': 'orders'}], 'Timestamp': at(m), 'Value': m} for m in (20, 7, 8)]
client('cloudwatch').put_metric_data(Namespace='AWS/Firehose', MetricData=data)
s3 = client('s3')
s3.create_bucket(Bucket='facts', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'}, ObjectLockEnabledForBucket=True)
by_default = {'SSEAlgorithm': 'aws:kms', 'KMSMasterKeyID': 'alias/facts'}
s3.put_bucket_encryption(Bucket='facts', ServerSideEncryptionConfiguration={'Rules': [{'ApplyServerSideEncryptionByDefault': by_default, 'BucketKeyEnabled': True}]})
s3.put_object_lock_configuration(Bucket='facts', ObjectLockConfiguration={'ObjectLockEnabled': 'Enabled', 'Rule': {'DefaultRetention': {'Mode': 'GOVERNANCE', 'Days': 1}}})
s3.create_bucket(Bucket='facts-plain', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
firehose = client('firehose')
arn = firehose.create_delivery_stream(DeliveryStreamName='facts', S3DestinationConfiguration={'RoleARN': 'arn:aws:iam::111122223333:role/facts', 'BucketARN': 'arn:aws:s3:::facts'})['DeliveryStreamARN']
logs = client('logs')
logs.create_log_group(logGroupName='/aws/lambda/orders')
logs.create_log_group(logGroupName='/aws/lambda/orders-2')
logs.put_retention_policy(logGroupName='/aws/lambda/orders', retentionInDays=7)
logs.create_log_stream(logGroupName='/aws/lambda/orders', logStreamName='2026/11/22/[1]a')
logs.put_log_events(logGroupName='/aws/lambda/orders', logStreamName='2026/11/22/[1]a', logEvents=[{'timestamp': 1795341600123, 'message': 'REPORT RequestId: 1'}, {'timestamp': 1795341600124, 'message': 'other'}])
logs.put_subscription_filter(logGroupName='/aws/lambda/orders', filterName='to-facts', filterPattern='', destinationArn=arn, roleArn='arn:aws:iam::111122223333:role/logs')
functions = client('lambda')
functions.put_function_concurrency(FunctionName='orders', ReservedConcurrentExecutions=5)
functions.add_permission(FunctionName='orders', StatementId='a', Action='lambda:InvokeFunction', Principal='firehose.amazonaws.com')
";
        let mut command = Command::new(python());
        let output = command.arg("-c").arg(script).arg(&url).output().expect("python runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
    });
    url
}

/// What is found of each of these facts.
fn asked(url: &str, facts: &[&str]) -> String {
    let ask = |fact: &&str| [*fact, ": ", &Call::asking(url, fact).run()].concat();
    facts.iter().map(ask).collect::<Vec<_>>().concat()
}

#[test]
fn what_is_there_is_found() {
    let facts = [
        "role=arn:aws:iam::111122223333:role/service/facts",
        "function=orders",
        "function=orders:live",
        "policy=orders",
        "concurrency=orders:live",
        "metrics",
        "key=alias/facts",
        "table=facts",
        "data-stream=facts",
        "bucket=facts",
        "encryption=facts",
        "lock=facts",
        "lock=facts-plain",
        "log-group=/aws/lambda/orders",
        "log-stream=2026/11/22/[1]a",
        "subscriptions=/aws/lambda/orders",
        "reports=/aws/lambda/orders",
        "stream=facts",
    ];
    assert_snapshot!(asked(&set_up(), &facts), @r#"
    role=arn:aws:iam::111122223333:role/service/facts: Yes(Role { arn: "arn:aws:iam::111122223333:role/service/facts", trust_policy: "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"Service\": \"firehose.amazonaws.com\"}}]}" })
    function=orders: Yes((Some("arn:aws:lambda:eu-west-1:111122223333:function:orders"), Some(3), Some(128), Some("python3.13")))
    function=orders:live: Yes((Some("arn:aws:lambda:eu-west-1:111122223333:function:orders:1"), Some(3), Some(128), Some("python3.13")))
    policy=orders: Yes("{\"Version\": \"2012-10-17\", \"Id\": \"default\", \"Statement\": [{\"Action\": \"lambda:InvokeFunction\", \"Principal\": {\"Service\": \"firehose.amazonaws.com\"}, \"Effect\": \"Allow\", \"Resource\": \"arn:aws:lambda:eu-west-1:111122223333:function:orders\", \"Sid\": \"a\"}]}")
    concurrency=orders:live: Yes(Some(5))
    metrics: Yes([Series { id: "a", points: Ok([(1795341900000, 15.0), (1795342800000, 20.0)]) }, Series { id: "b", points: Ok([]) }])
    key=alias/facts: Yes((false, Some("Disabled"), Some("CUSTOMER")))
    table=facts: Yes(Table { name: "facts", columns: [("id", "string"), ("price", "double")], location: Some("s3://lake/facts/") })
    data-stream=facts: Yes(("facts", "ACTIVE", Some(2)))
    bucket=facts: Yes(RegionName("eu-west-1"))
    encryption=facts: Yes(BucketEncryption { algorithm: "aws:kms", key: Some("alias/facts"), has_bucket_key: true })
    lock=facts: Yes(true)
    lock=facts-plain: Yes(false)
    log-group=/aws/lambda/orders: Yes(LogGroup { log_group_name: "/aws/lambda/orders", retention_in_days: Some(7), kms_key_id: None })
    log-stream=2026/11/22/[1]a: Yes("2026/11/22/[1]a")
    subscriptions=/aws/lambda/orders: Yes([SubscriptionFilter { filter_name: "to-facts", filter_pattern: "", destination_arn: "arn:aws:firehose:eu-west-1:111122223333:deliverystream/facts", role_arn: Some("arn:aws:iam::111122223333:role/logs") }])
    reports=/aws/lambda/orders: Yes([FoundEvent { log_stream_name: "2026/11/22/[1]a", timestamp: Some(1795341600123), message: "REPORT RequestId: 1" }])
    stream=facts: Some(Some("facts"))
    "#);
}

#[test]
fn what_is_not_there_is_known_too() {
    let facts = [
        "role=gone",
        "function=gone",
        "policy=gone",
        "key=alias/gone",
        "table=gone",
        "data-stream=gone",
        "bucket=facts-gone",
        "encryption=facts-gone",
        "lock=facts-gone",
        "log-group=/aws/lambda/order",
        "log-stream=2026/11/22/[1]",
        "subscriptions=/aws/lambda/gone",
        "reports=/aws/lambda/gone",
    ];
    assert_snapshot!(asked(&set_up(), &facts), @"
    role=gone: No
    function=gone: No
    policy=gone: No
    key=alias/gone: No
    table=gone: No
    data-stream=gone: No
    bucket=facts-gone: No
    encryption=facts-gone: No
    lock=facts-gone: No
    log-group=/aws/lambda/order: No
    log-stream=2026/11/22/[1]: No
    subscriptions=/aws/lambda/gone: No
    reports=/aws/lambda/gone: No
    ");
}

#[test]
fn what_may_not_be_asked_names_the_right() {
    let json = Canned::error(400, "AccessDeniedException", "User: me is not authorized.");
    let facts = ["function", "policy", "concurrency", "metrics", "key", "table", "data-stream"];
    let logs = ["log-group", "log-stream", "subscriptions", "reports"];
    let xml = answer(
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: me is \
         not authorized.</Message></Error></ErrorResponse>",
    );
    let s3 = answer(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
    let found = [
        asked(&json.url(), &facts),
        asked(&json.url(), &logs),
        asked(&xml.url(), &["role", "simulate"]),
        asked(&s3.url(), &["bucket", "encryption", "lock"]),
    ];
    assert_snapshot!(found.concat(), @r#"
    function: Denied { right: "lambda:GetFunctionConfiguration" }
    policy: Denied { right: "lambda:GetPolicy" }
    concurrency: Denied { right: "lambda:GetFunctionConcurrency" }
    metrics: Denied { right: "cloudwatch:GetMetricData" }
    key: Denied { right: "kms:DescribeKey" }
    table: Denied { right: "glue:GetTable" }
    data-stream: Denied { right: "kinesis:DescribeStreamSummary" }
    log-group: Denied { right: "logs:DescribeLogGroups" }
    log-stream: Denied { right: "logs:DescribeLogStreams" }
    subscriptions: Denied { right: "logs:DescribeSubscriptionFilters" }
    reports: Denied { right: "logs:FilterLogEvents" }
    role: Denied { right: "iam:GetRole" }
    simulate: Denied { right: "iam:SimulatePrincipalPolicy" }
    bucket: Denied { right: "s3:ListBucket" }
    encryption: Denied { right: "s3:GetEncryptionConfiguration" }
    lock: Denied { right: "s3:GetBucketObjectLockConfiguration" }
    "#);
}

fn answer(status: u16, body: &str) -> Canned {
    let length = body.len();
    Canned::new(format!(
        "HTTP/1.1 {status} Whatever\r\nx-amzn-requestid: 8f507cfc-0000-4000-8000-000000000001\r\n\
         content-type: text/xml\r\ncontent-length: {length}\r\n\r\n{body}"
    ))
}

#[test]
fn the_simulator_decides_on_each_action() {
    let member = |action: &str, decision: &str| {
        format!(
            "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>arn:x\
             </EvalResourceName><EvalDecision>{decision}</EvalDecision><MatchedStatements/></member>"
        )
    };
    let body = format!(
        "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
         <SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{}{}\
         </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>",
        member("lambda:InvokeFunction", "allowed"),
        member("lambda:GetFunctionConfiguration", "implicitDeny"),
    );
    let server = answer(200, &body);
    assert_snapshot!(asked(&server.url(), &["simulate"]), @r#"simulate: Yes([Decision { action: "lambda:InvokeFunction", resource: "arn:x", decision: "allowed" }, Decision { action: "lambda:GetFunctionConfiguration", resource: "arn:x", decision: "implicitDeny" }])"#);
    // IAM is signed for the Region of its partition.
    assert_eq!(server.signed_for()[1], "us-east-1");
}

#[test]
fn an_answer_of_something_else_is_no_fact() {
    let page = answer(200, "<html>Log in</html>");
    let facts = ["role", "key", "function", "log-group", "stream"];
    assert_snapshot!(asked(&page.url(), &facts), @r#"
    role: Failed("cannot look at role `orders` in eu-west-1 at http://127.0.0.1:[PORT]: cannot read the response from http://127.0.0.1:[PORT] (status 200): this is not an AWS response")
    key: Failed("cannot look at KMS key `orders` in eu-west-1 at http://127.0.0.1:[PORT]: cannot read the response from http://127.0.0.1:[PORT] (status 200): this is not an AWS response")
    function: Failed("cannot look at function `orders` in eu-west-1 at http://127.0.0.1:[PORT]: cannot read the response from http://127.0.0.1:[PORT] (status 200): this is not an AWS response")
    log-group: Failed("cannot look at log group `orders` in eu-west-1 at http://127.0.0.1:[PORT]: cannot read the response from http://127.0.0.1:[PORT] (status 200): this is not an AWS response")
    stream: Failed(Error { kind: Aws, message: "cannot describe delivery stream `orders` in eu-west-1 at http://127.0.0.1:[PORT]: cannot read the response from http://127.0.0.1:[PORT] (status 200): this is not an AWS response", source: None, hints: ["it may come from something in between: a proxy, a login page"] })
    "#);
    let many = answer(200, &"{".repeat(100_000));
    assert!(asked(&many.url(), &["stream"]).contains("this is not an AWS response"));
}

#[test]
fn a_call_that_fails_for_the_moment_is_made_again() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = Canned::answering(move |_| {
        let body = match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => ("503 Busy", r#"{"__type":"ServiceUnavailable"}"#),
            1 => ("400 Bad Request", r#"{"__type":"ThrottlingException","message":"slow"}"#),
            _ => {
                ("200 OK", r#"{"KeyMetadata":{"Arn":"arn:x","KeyState":"Enabled","Enabled":true}}"#)
            }
        };
        let (status, body) = body;
        let length = body.len();
        Some(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes())
    });
    let found = asked(&server.url(), &["key"]);
    assert!(found.contains(r#"Yes((true, Some("Enabled"), None))"#), "{found}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn an_address_is_taken_from_where_the_aws_cli_takes_it() {
    let key = "{\"KeyMetadata\":{\"Arn\":\"arn:x\",\"Enabled\":true}}";
    let server = answer(200, key);
    let bare = || Call::bare("key").by("facts::ask").env("AWS_REGION", "eu-west-1");
    let configured = format!(
        "[default]\nservices = here\n\n[services here]\nkms =\n  endpoint_url = {}\n",
        server.url()
    );
    for call in [
        bare().env("AWS_ENDPOINT_URL", &server.url()),
        bare()
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .env("AWS_ENDPOINT_URL_KMS", &server.url()),
        bare().file(".aws/config", &configured),
    ] {
        let found = call.run();
        assert!(found.contains("Yes("), "{found}");
    }
    let head = server.requests().pop().expect("a request");
    for header in
        ["x-amz-target: TrentService.DescribeKey", "content-type: application/x-amz-json-1.1"]
    {
        assert!(head.contains(header), "{head}");
    }
}
