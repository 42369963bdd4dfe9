//! CloudWatch Logs, and what is read to find out why nothing arrives.

use fh::local::metrics::{Series, metrics};

use crate::harness::Local;
use crate::local_server::ORDERS;

#[test]
fn boto3_writes_and_reads_logs_and_subscribes_to_them() {
    let local = Local::start();
    local.server.create_stream(ORDERS);
    local.python(include_str!("logs.py"));
    let delivered = local.server.accepted();
    let inflate = |record: &Vec<u8>| {
        std::fs::write(local.folder.path().join("record"), record).unwrap();
        local.python("import gzip; print(gzip.open('record').read().decode())")
    };
    let texts: Vec<_> = delivered.iter().map(inflate).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].starts_with("{\"messageType\":\"CONTROL_MESSAGE\""), "{texts:?}");
    assert!(
        texts[1].contains("\"logGroup\":\"/aws/lambda/app\",\"logStream\":\"one\""),
        "{texts:?}"
    );
    assert!(texts[1].contains("ERROR five") && !texts[1].contains("INFO six"), "{texts:?}");
}

#[test]
fn the_aws_cli_writes_logs_that_fh_reads() {
    let local = Local::start();
    local.aws("logs create-log-group --log-group-name /a");
    local.aws("logs create-log-stream --log-group-name /a --log-stream-name s");
    let now = fh::context::milliseconds(fh::context::now());
    local.aws(&format!(
        "logs put-log-events --log-group-name /a --log-stream-name s --log-events \
         timestamp={now},message=hello"
    ));
    let shown = local.fh("logs --group /a --since 5m");
    assert!(shown.contains("hello"), "{shown}");
}

#[test]
fn boto3_reads_who_one_is_and_what_is_allowed_as_faults_have_it() {
    let local = Local::start();
    local.server.fault("deny=lambda:Invoke* deny=cloudwatch:ListMetrics key-disabled");
    let series = Series {
        namespace: "AWS/Firehose".to_owned(),
        metric: "IncomingRecords".to_owned(),
        dimensions: [("DeliveryStreamName".to_owned(), "orders".to_owned())].into(),
    };
    let now = fh::context::milliseconds(fh::context::now());
    for value in [5.0, 7.0] {
        metrics(&local.server.aws.hands().metrics).add(&series, now, value);
    }
    local.python(include_str!("services.py"));
}

#[test]
fn an_expired_login_is_refused_by_each_service_with_its_own_code() {
    let local = Local::start();
    local.server.fault("expired-token=1");
    local.python(
        r"
import boto3
from botocore.exceptions import ClientError
for service, call, code in [
    ('firehose', 'list_delivery_streams', 'ExpiredTokenException'),
    ('lambda', 'list_functions', 'ExpiredTokenException'),
    ('logs', 'describe_log_groups', 'ExpiredTokenException'),
    ('s3', 'list_buckets', 'ExpiredToken'),
    ('sts', 'get_caller_identity', 'ExpiredToken'),
]:
    try:
        getattr(boto3.client(service), call)()
    except ClientError as error:
        assert error.response['Error']['Code'] == code, error
    else:
        raise AssertionError(f'{service} answered')
",
    );
    local.server.fault("expired-token=0");
    local.aws("sts get-caller-identity");
}
