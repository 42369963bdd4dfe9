//! Faults for the checks of `fh doctor` that need more than a flag: each function finds
//! what is found without its fault and with it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    reason = "a test that cannot be set up fails loudly, and reads only what it made"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::doctor_local::{Both, Outcomes, parameter, s3};
use crate::harness::until;
use crate::local::Local;

pub(crate) const KEY: &str =
    "arn:aws:kms:us-east-1:111122223333:key/8f507cfc-0000-4000-8000-000000000001";

/// Does what the record says.
const APP: &str = "
import base64, os, time

def handler(event, context):
    records = []
    for record in event['records']:
        data = base64.b64decode(record['data'])
        if data == b'boom':
            raise ValueError(data)
        if data == b'slow':
            time.sleep(5)
        if data == b'large':
            data = b'a' * 5_000_000
        if data == b'hungry':
            os._exit(len(bytes([1]) * 300_000_000) and 1)
        result = 'ProcessingFailed' if data == b'fail' else 'Ok'
        data = base64.b64encode(data + b'\\n').decode()
        records.append({'recordId': record['recordId'], 'result': result, 'data': data})
    return {'records': records}
";

fn start(words: &str) -> Local {
    Local::with_code(APP, &format!("--port 0 --interval 0s --time-scale 100 {words}"))
}

/// `fh local` with a record delivered, and what is found then.
fn working(words: &str) -> (Local, Outcomes) {
    let local = start(words);
    local.send("a\n");
    settle(&local);
    let found = local.doctor("demo");
    (local, found)
}

fn settle(local: &Local) {
    assert_eq!(local.fh("local flush").run().code(), 0);
    assert_eq!(local.fh("local wait").run().code(), 0);
}

/// Records put with a fault; without it, a record was delivered.
pub(crate) fn put(fault: &str, records: &str) -> Both {
    let (_local, without) = working("");
    let local = start("");
    if !fault.is_empty() {
        local.fault(fault);
    }
    local.send(records);
    settle(&local);
    (without, local.doctor("demo"))
}

/// A stream that is an hour old when its server starts: it was never used.
pub(crate) fn nothing_put() -> Both {
    let local = Local::start("--dir kept").restarted("--dir kept", |folder| {
        let file = folder.join("kept/streams/demo.json");
        let mut stream: serde_json::Value =
            serde_json::from_reader(std::fs::File::open(&file).unwrap()).unwrap();
        let created = stream["CreateTimestamp"].as_f64().unwrap();
        stream["CreateTimestamp"] = json!(created - 3600.0);
        std::fs::write(&file, stream.to_string()).unwrap();
    });
    let with = local.doctor("demo");
    local.send("a\n");
    settle(&local);
    (local.doctor("demo"), with)
}

/// A stream and its objects with a key of the customer.
fn keyed() -> Local {
    let local = Local::start("");
    local.create("keyed", |body| {
        *s3(body, "EncryptionConfiguration") =
            json!({ "KMSEncryptionConfig": { "AWSKMSKeyARN": KEY } });
        body["DeliveryStreamEncryptionConfigurationInput"] =
            json!({ "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": KEY });
    });
    local
}

fn keyed_with(fault: &str) -> Both {
    let local = keyed();
    let without = local.doctor("keyed");
    local.fault(fault);
    (without, local.doctor("keyed"))
}

pub(crate) fn disabled_key() -> Both {
    keyed_with("key-disabled")
}

pub(crate) fn without_data_key() -> Both {
    keyed_with("deny=kms:GenerateDataKey")
}

/// A stream whose key is disabled when it is made.
pub(crate) fn creation_failed() -> Both {
    let without = keyed().doctor("keyed");
    let local = Local::start("--fault key-disabled");
    local.create("keyed", |body| {
        body["DeliveryStreamEncryptionConfigurationInput"] =
            json!({ "KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": KEY });
    });
    let put = local.fh("send --stream keyed --yes").stdin("a\n").run();
    assert!(put.errors().contains("its status is CREATING_FAILED"), "{put}");
    (without, local.doctor("keyed"))
}

/// Calls the API of Lambda for the function, after a record was delivered.
fn changed(method: &str, path: &str, body: &str) -> (Local, Outcomes) {
    let (local, without) = working("");
    let (status, answer) = http(&local.url, method, &function(path), body);
    assert!(status.starts_with('2'), "{status} {answer}");
    (local, without)
}

fn function(path: &str) -> String {
    format!("/2015-03-31/functions/app{path}")
}

pub(crate) fn deleted_function() -> Both {
    let (local, without) = changed("DELETE", "", "");
    (without, local.doctor("demo"))
}

/// A timeout of one second, and what is put then.
pub(crate) fn timeout(records: &str) -> Both {
    let body = r#"{"Timeout":1}"#;
    let (local, without) = changed("PUT", "/configuration", body);
    if !records.is_empty() {
        local.send(records);
        settle(&local);
    }
    (without, local.doctor("demo"))
}

pub(crate) fn no_concurrency() -> Both {
    let body = r#"{"ReservedConcurrentExecutions":0}"#;
    let (local, without) = changed("PUT", "/concurrency", body);
    let with = local.doctor("demo");
    http(&local.url, "DELETE", &function("/concurrency"), "");
    assert_eq!(local.doctor("demo"), without);
    (without, with)
}

/// A function that was never called has no log group, nor has one whose group was deleted.
pub(crate) fn no_function_group() -> Both {
    let (local, without) = working("");
    local.call("Logs_20140328.DeleteLogGroup", &json!({ "logGroupName": "/aws/lambda/app" }));
    (without, local.doctor("demo"))
}

pub(crate) fn subscribe(local: &Local, group: &str) {
    let filter = json!({
        "logGroupName": group, "filterName": "all", "filterPattern": "",
        "destinationArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/demo",
        "roleArn": "arn:aws:iam::111122223333:role/logs",
    });
    local.call("Logs_20140328.PutSubscriptionFilter", &filter);
}

/// A group of another application that feeds the stream.
fn subscribed() -> (Local, Outcomes) {
    let local = Local::start("");
    local.call("Logs_20140328.CreateLogGroup", &json!({ "logGroupName": "/shop" }));
    subscribe(&local, "/shop");
    let without = local.doctor("demo --log-group /shop");
    (local, without)
}

pub(crate) fn no_subscription() -> Both {
    let (local, without) = subscribed();
    let filter = json!({ "logGroupName": "/shop", "filterName": "all" });
    local.call("Logs_20140328.DeleteSubscriptionFilter", &filter);
    (without, local.doctor("demo --log-group /shop"))
}

pub(crate) fn subscription_without_right() -> Both {
    let (local, without) = subscribed();
    local.fault("deny=firehose:PutRecordBatch");
    (without, local.doctor("demo --log-group /shop"))
}

pub(crate) fn log_loop() -> Both {
    let local = Local::start("");
    let without = local.doctor("demo");
    subscribe(&local, "/aws/lambda/app");
    (without, local.doctor("demo"))
}

pub(crate) fn prefix_with_times() -> Both {
    let local = Local::start("");
    local.create("random", |_| {});
    local.create("hourly", |body| *s3(body, "Prefix") = json!("data/"));
    (local.doctor("random"), local.doctor("hourly"))
}

/// A failure object that names the error of Lambda, as Firehose is not known to do.
pub(crate) fn named_large_response() -> Both {
    let (local, without) = working("");
    let now = jiff::Timestamp::now();
    let name = now.strftime("demo-1-%Y-%m-%d-%H-%M-%S-8f507cfc-0000-4000-8000-000000000001");
    let hour = now.strftime("%Y/%m/%d/%H");
    let failure = r#"{"rawData":"YQ==","errorCode":"Function.ResponseSizeTooLarge","attemptsMade":4,"arrivalTimestamp":1795341600123}"#;
    let key = format!("/demo/processing-failed/{hour}/{name}");
    let (status, answer) = http(&local.url, "PUT", &key, failure);
    assert_eq!(status, "200", "{answer}");
    (without, local.doctor("demo"))
}

/// Without a transform, nothing stands between two records.
pub(crate) fn glued_records() -> Both {
    let (local, without) = working("");
    local.create("glued", |body| {
        let s3_members = body["ExtendedS3DestinationConfiguration"].as_object_mut().unwrap();
        s3_members.remove("ProcessingConfiguration");
        *s3(body, "Prefix") = json!("glued/");
    });
    let record = json!({ "Data": "eyJhIjoxfQ==" });
    let put = json!({ "DeliveryStreamName": "glued", "Records": [record, record] });
    local.call("Firehose_20150804.PutRecordBatch", &put);
    settle(&local);
    (without, local.doctor("glued"))
}

/// More partitions than the 500 that AWS allows.
pub(crate) fn too_many_partitions() -> Both {
    let local = Local::start("");
    local.create("parts", |body| {
        *s3(body, "Prefix") = json!("parts/!{partitionKeyFromQuery:k}/");
        *s3(body, "DynamicPartitioningConfiguration") = json!({ "Enabled": true });
        *s3(body, "BufferingHints") = json!({ "IntervalInSeconds": 60, "SizeInMBs": 64 });
        let query = [
            parameter("MetadataExtractionQuery", "{k: .k}"),
            parameter("JsonParsingEngine", "JQ-1.6"),
        ];
        let processor = json!({ "Type": "MetadataExtraction", "Parameters": query });
        *s3(body, "ProcessingConfiguration") =
            json!({ "Enabled": true, "Processors": [processor] });
    });
    let without = local.doctor("parts");
    let records: Vec<_> = (0..501).map(|it| format!("{{\"k\":\"{it}\"}}\n")).collect();
    let sent = local.fh("send --stream parts --yes").stdin(records.concat()).run();
    assert_eq!(sent.code(), 0, "{sent}");
    until(|| local.doctor("parts")["partitioning"] == "error");
    (without, local.doctor("parts"))
}

/// Records that a producer gives up on.
pub(crate) fn throttled(fault: &str) -> Both {
    let (local, without) = working("");
    local.fault(fault);
    let put = json!({ "DeliveryStreamName": "demo", "Records": [{ "Data": "YQ==" }] });
    crate::local_restarts::post(&local.url, "Firehose_20150804.PutRecordBatch", &put).unwrap();
    (without, local.doctor("demo"))
}

/// Objects that are not written, to a bucket with a key.
pub(crate) fn failing_writes(fault: &str) -> Both {
    let start = || {
        let local = start("");
        local.create("keyed", |body| {
            *s3(body, "EncryptionConfiguration") =
                json!({ "KMSEncryptionConfig": { "AWSKMSKeyARN": KEY } });
        });
        local
    };
    let send = |local: &Local| {
        let sent = local.fh("send --stream keyed --yes").stdin("a\n").run();
        assert_eq!(sent.code(), 0, "{sent}");
        assert_eq!(local.fh("local flush").run().code(), 0);
    };
    let (well, ill) = (start(), start());
    send(&well);
    settle(&well);
    ill.fault(fault);
    send(&ill);
    until(|| ill.doctor("keyed")["delivery-stale"] == "error");
    (well.doctor("keyed"), ill.doctor("keyed"))
}

/// Status and body of an answer.
pub(crate) fn http(url: &str, method: &str, path: &str, body: &str) -> (String, String) {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().to_owned(), body.to_owned())
}

/// What `fh local` does not have by design: a Kinesis source, a conversion. moto has the
/// stream, the data stream and the table, and `fh local` answers for IAM, which moto does
/// not simulate.
pub(crate) mod moto {
    use super::{Both, Local, Outcomes};
    use crate::doctor_local::Outcome as _;
    use crate::s3::{boto, fh};

    const HEAD: &str = "
client = lambda name: session.client(name, endpoint_url=url)
role = 'arn:aws:iam::123456789012:role/firehose'
";

    /// What is found about a stream of moto with this `fh local` for IAM.
    fn doctor(local: &Local, stream: &str) -> Outcomes {
        let fh = fh(&format!("doctor --output ndjson --stream {stream}"));
        fh.env("AWS_ENDPOINT_URL_IAM", &local.url).outcomes()
    }

    fn with(stream: &str, made: &str, fault: impl FnOnce(&Local)) -> Both {
        boto(&format!("{HEAD}name = '{stream}'\n{made}"));
        let local = Local::start("");
        let without = doctor(&local, stream);
        fault(&local);
        let both = (without, doctor(&local, stream));
        // moto takes 50 streams, and those of other tests stay.
        boto(&format!("firehose.delete_delivery_stream(DeliveryStreamName='{stream}')"));
        both
    }

    const SOURCE: &str = "
bucket(name, {})
client('kinesis').create_stream(StreamName=name, ShardCount=1)
arn = client('kinesis').describe_stream_summary(StreamName=name)['StreamDescriptionSummary']['StreamARN']
firehose.create_delivery_stream(DeliveryStreamName=name, DeliveryStreamType='KinesisStreamAsSource',
    KinesisStreamSourceConfiguration={'KinesisStreamARN': arn, 'RoleARN': role},
    ExtendedS3DestinationConfiguration={'RoleARN': role, 'BucketARN': 'arn:aws:s3:::' + name})
";

    pub(crate) fn no_data_stream() -> Both {
        let name = "doctor-no-data-stream";
        with(name, SOURCE, |_| {
            boto(&format!("{HEAD}client('kinesis').delete_stream(StreamName='{name}')"));
        })
    }

    pub(crate) fn no_get_records() -> Both {
        let fault = |local: &Local| local.fault("deny=kinesis:GetRecords");
        with("doctor-no-get-records", SOURCE, fault)
    }

    const CONVERSION: &str = "
bucket(name, {})
client('glue').create_database(DatabaseInput={'Name': name})
client('glue').create_table(DatabaseName=name, TableInput={'Name': 'orders'})
firehose.create_delivery_stream(DeliveryStreamName=name, DeliveryStreamType='DirectPut',
    ExtendedS3DestinationConfiguration={'RoleARN': role, 'BucketARN': 'arn:aws:s3:::' + name,
        'BufferingHints': {'SizeInMBs': 64, 'IntervalInSeconds': 60},
        'DataFormatConversionConfiguration': {'Enabled': True,
            'SchemaConfiguration': {'RoleARN': role, 'DatabaseName': name, 'TableName': 'orders', 'Region': 'eu-west-1', 'VersionId': 'LATEST'},
            'InputFormatConfiguration': {'Deserializer': {'OpenXJsonSerDe': {}}},
            'OutputFormatConfiguration': {'Serializer': {'ParquetSerDe': {}}}}})
";

    pub(crate) fn no_table() -> Both {
        let name = "doctor-no-table";
        with(name, CONVERSION, |_| {
            let delete =
                format!("client('glue').delete_table(DatabaseName='{name}', Name='orders')");
            boto(&format!("{HEAD}{delete}"));
        })
    }

    pub(crate) fn no_get_table() -> Both {
        let fault = |local: &Local| local.fault("deny=glue:GetTable");
        with("doctor-no-get-table", CONVERSION, fault)
    }
}
