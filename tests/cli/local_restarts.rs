//! `fh local start --dir`: what it took is there after a restart, whatever ended it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up fails loudly, and reads only what it made"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::functions::with_interpreters;
use crate::harness::{Fh, Session, until};
use crate::local::{Local, at, ready};

/// Drops each 7th record and fails each 5th.
const APP: &str = "
import base64

def handler(event, context):
    records = []
    for record in event['records']:
        number = int(base64.b64decode(record['data']))
        result = 'Dropped' if number % 7 == 0 else 'ProcessingFailed' if number % 5 == 0 else 'Ok'
        records.append({'recordId': record['recordId'], 'result': result, 'data': record['data']})
    return {'records': records}
";

/// Records of a put.
const BATCH: u64 = 20;

/// Starts in this folder; returns the address too.
fn start(folder: &Path, words: &str) -> (Session, String) {
    let fh = with_interpreters(Fh::new()).current_dir(folder);
    let words = format!("local start --port 0 --dir kept --interval 0s --seed 7 {words}");
    ready(fh.args(&words))
}

/// Starts with a stream in a folder, and with one that ends with the process.
const KEPT_AND_NOT: [&str; 2] = ["--dir kept", ""];

/// Calls an operation of Firehose; none if the answer did not come.
fn call(url: &str, operation: &str, body: &Value) -> Option<Value> {
    let (head, body) = exchange(url, operation, body)?;
    assert!(head.starts_with("HTTP/1.1 200"), "{head} {body}");
    serde_json::from_str(&body).ok()
}

/// The input that makes a stream into the bucket `demo`, with this interval.
fn created(name: &str, seconds: u32) -> Value {
    json!({
        "DeliveryStreamName": name,
        "ExtendedS3DestinationConfiguration": {
            "RoleARN": "arn:aws:iam::111122223333:role/r",
            "BucketARN": "arn:aws:s3:::demo",
            "BufferingHints": { "SizeInMBs": 1, "IntervalInSeconds": seconds },
        },
    })
}

/// The head and the body of Firehose's answer.
fn exchange(url: &str, operation: &str, body: &Value) -> Option<(String, String)> {
    post(url, &format!("Firehose_20150804.{operation}"), body)
}

/// The head and the body of the answer to a call in AWS's JSON protocol.
pub(crate) fn post(url: &str, target: &str, body: &Value) -> Option<(String, String)> {
    let address = url.strip_prefix("http://").unwrap();
    let body = body.to_string();
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: {address}\r\nx-amz-target: {target}\r\n\
         content-type: application/x-amz-json-1.1\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.to_owned(), body.to_owned()))
}

/// Puts records until it fails, and counts the batches that were acknowledged;
/// returns the next number, and the records of those.
fn put(url: &str, mut next: u64, batches: &AtomicU64) -> (u64, Vec<u64>) {
    let mut acknowledged = Vec::new();
    loop {
        let numbers = next..next + BATCH;
        next = numbers.end;
        let records: Vec<_> = numbers
            .clone()
            .map(|number| json!({ "Data": STANDARD.encode(format!("{number}\n")) }))
            .collect();
        let body = json!({ "DeliveryStreamName": "demo", "Records": records });
        let Some(answer) = call(url, "PutRecordBatch", &body) else { break };
        assert_eq!(answer["FailedPutCount"], 0, "{answer}");
        acknowledged.extend(numbers);
        batches.fetch_add(1, Ordering::Relaxed);
    }
    (next, acknowledged)
}

/// How often each record is in a file below this folder, delivered and failed.
fn stored(folder: &Path, counts: &mut BTreeMap<(bool, u64), usize>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            stored(&path, counts);
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let failed: Option<Value> = serde_json::from_str(line).ok().filter(Value::is_object);
            let number = failed.as_ref().map(|it| {
                let raw = STANDARD.decode(it["rawData"].as_str().unwrap()).unwrap();
                String::from_utf8(raw).unwrap()
            });
            let number = number.as_deref().unwrap_or(line).trim().parse().unwrap();
            *counts.entry((failed.is_some(), number)).or_default() += 1;
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_kills() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.py"), APP).unwrap();
    let kills = std::env::var("FH_LOCAL_KILLS").ok().map_or(20, |it| it.parse().unwrap());
    let (mut next, mut acknowledged) = (1, BTreeSet::new());
    for kill in 0..kills {
        let (session, url) = start(folder.path(), "--handler app.handler");
        let batches = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&batches);
        let producer = std::thread::spawn(move || put(&url, next, &counted));
        // At other points of other buffers and calls, however busy the machine.
        until(|| batches.load(Ordering::Relaxed) > kill * 7 % 20);
        session.signal("KILL");
        let (end, taken) = producer.join().unwrap();
        next = end;
        acknowledged.extend(taken);
        let _killed = session.finish();
    }
    let (session, url) = start(folder.path(), "--handler app.handler");
    let waited = Fh::new().args("local wait --endpoint-url").arg(&url).run();
    assert_eq!(waited.code(), 0, "{waited}");
    drop(session);
    let mut counts = BTreeMap::new();
    stored(&folder.path().join("kept/s3/demo"), &mut counts);
    let mut wrong = String::new();
    for number in 1..next {
        let is_acknowledged = acknowledged.contains(&number);
        let count = |failed| counts.get(&(failed, number)).copied().unwrap_or_default();
        let (delivered, failed) = (count(false), count(true));
        let whole = match (number % 7, number % 5) {
            (0, _) => (0, 0),
            (_, 0) => (0, 1),
            _ => (1, 0),
        };
        // One whose answer was lost may be there or not.
        if (delivered, failed) != whole && (is_acknowledged || (delivered, failed) != (0, 0)) {
            let _written = writeln!(wrong, "{number}: {delivered} delivered, {failed} failed");
        }
    }
    assert_eq!(wrong, "", "of {} acknowledged", acknowledged.len());
}

#[test]
fn streams_functions_and_buckets_are_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.py"), APP).unwrap();
    let (session, url) = start(folder.path(), "--transform newline");
    let made = json!({
        "DeliveryStreamName": "..",
        "Tags": [{ "Key": "team", "Value": "orders" }],
        "ExtendedS3DestinationConfiguration": {
            "RoleARN": "arn:aws:iam::111122223333:role/r",
            "BucketARN": "arn:aws:s3:::demo",
        },
    });
    call(&url, "CreateDeliveryStream", &made).unwrap();
    for words in ["show last", "replay 1"] {
        let run = Fh::new().args(&format!("local {words} --endpoint-url")).arg(&url).run();
        let why = "the delivery streams .., demo; choose one with `--stream`";
        assert!(run.errors().contains(why), "{run}");
    }
    let update = json!({
        "DeliveryStreamName": "..",
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
        "ExtendedS3DestinationUpdate": { "Prefix": "p/" },
    });
    call(&url, "UpdateDestination", &update).unwrap();
    let second = json!({ "DeliveryStreamName": ".." });
    let before = call(&url, "DescribeDeliveryStream", &second).unwrap();
    session.signal("KILL");
    let _killed = session.finish();

    let (session, url) = start(folder.path(), "--transform newline");
    assert_eq!(call(&url, "DescribeDeliveryStream", &second).unwrap(), before);
    assert_eq!(before["DeliveryStreamDescription"]["VersionId"], "2");
    let tags = call(&url, "ListTagsForDeliveryStream", &second).unwrap();
    assert_eq!(tags["Tags"][0]["Value"], "orders");
    let first = json!({ "DeliveryStreamName": "demo" });
    let same = call(&url, "DescribeDeliveryStream", &first).unwrap();
    assert_eq!(same["DeliveryStreamDescription"]["VersionId"], "1");
    call(&url, "DeleteDeliveryStream", &second).unwrap();

    let record = json!({ "DeliveryStreamName": "demo", "Record": { "Data": "NAo=" } });
    call(&url, "PutRecord", &record).unwrap();
    let other = Fh::new().current_dir(folder.path()).args("local start --port 0 --dir kept").run();
    assert!(other.errors().contains("another process uses kept"), "{other}");
    drop(session);
    // Other flags describe it again.
    let (_session, url) = start(folder.path(), "--handler app.handler");
    let replayed = Fh::new().args("local replay 1 --endpoint-url").arg(&url).run();
    let why = "`demo` does not keep record 1 any more: `fh local` keeps the last 16 MiB of records";
    assert!(replayed.errors().contains(why), "{replayed}");
    let changed = call(&url, "DescribeDeliveryStream", &first).unwrap();
    assert_eq!(changed["DeliveryStreamDescription"]["VersionId"], "2");
    let names = call(&url, "ListDeliveryStreams", &json!({})).unwrap();
    assert_eq!(names["DeliveryStreamNames"], json!(["demo"]));
    let activity = std::fs::read_to_string(folder.path().join("kept/activity.ndjson")).unwrap();
    assert!(activity.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{activity}");
    assert!(activity.contains(r#""activity":"deleted""#), "{activity}");
}

#[test]
fn a_stream_that_is_made_again_at_once_does_not_write_over_objects_of_the_first() {
    for dir in KEPT_AND_NOT {
        let folder = tempfile::tempdir().unwrap();
        let words = format!("local start --port 0 --interval 0s --seed 7 {dir}");
        let (_session, url) = ready(Fh::new().args(&words).current_dir(folder.path()));
        let mut expected = String::new();
        for number in 0..8 {
            let record = json!({ "Data": STANDARD.encode(format!("{number}\n")) });
            call(&url, "PutRecord", &json!({ "DeliveryStreamName": "demo", "Record": record }));
            assert_eq!(Fh::new().args("local wait --endpoint-url").arg(&url).run().code(), 0);
            call(&url, "DeleteDeliveryStream", &json!({ "DeliveryStreamName": "demo" })).unwrap();
            call(&url, "CreateDeliveryStream", &created("demo", 0)).unwrap();
            let _written = writeln!(expected, "{number}");
        }
        let decoded = at(&url, "decode s3://demo/20").run().text();
        let mut lines: Vec<_> = decoded.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{dir}");
    }
}

#[test]
fn what_only_a_new_stream_can_have_is_refused_in_an_update() {
    let local = Local::start("");
    let mut other = created("other", 0);
    let destination = &mut other["ExtendedS3DestinationConfiguration"];
    destination["S3BackupMode"] = json!("Enabled");
    destination["S3BackupConfiguration"] =
        json!({ "RoleARN": "arn:aws:iam::111122223333:role/r", "BucketARN": "arn:aws:s3:::demo" });
    call(&local.url, "CreateDeliveryStream", &other).unwrap();
    let update = |destination: Value| {
        let body = json!({
            "DeliveryStreamName": "other",
            "CurrentDeliveryStreamVersionId": "1",
            "DestinationId": "destinationId-000000000001",
            "ExtendedS3DestinationUpdate": destination,
        });
        exchange(&local.url, "UpdateDestination", &body).unwrap()
    };
    let partitions = json!({
        "DynamicPartitioningConfiguration": { "Enabled": true },
        "Prefix": "!{partitionKeyFromQuery:k}/",
        "ErrorOutputPrefix": "failed/",
        "BufferingHints": { "SizeInMBs": 64, "IntervalInSeconds": 60 },
        "ProcessingConfiguration": { "Enabled": true, "Processors": [{
            "Type": "MetadataExtraction",
            "Parameters": [
                { "ParameterName": "MetadataExtractionQuery", "ParameterValue": "{k:.k}" },
                { "ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6" },
            ],
        }] },
    });
    for (destination, why) in [
        (json!({ "S3BackupMode": "Disabled" }), "S3BackupMode: a backup that is enabled"),
        (partitions, "DynamicPartitioningConfiguration: dynamic partitioning can only"),
    ] {
        let (head, body) = update(destination);
        assert!(head.starts_with("HTTP/1.1 400") && body.contains(why), "{head} {body}");
    }
    assert!(update(json!({ "Prefix": "p/" })).0.starts_with("HTTP/1.1 200"));
}

#[test]
fn what_the_next_start_cannot_read_is_refused_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (session, url) = start(folder.path(), "");
    let demo = json!({ "DeliveryStreamName": "demo" });
    let before = call(&url, "DescribeDeliveryStream", &demo).unwrap();
    let tag = |key: usize, value: usize| {
        let tag = json!({ "Key": "k".repeat(key), "Value": "v".repeat(value) });
        json!({ "DeliveryStreamName": "demo", "Tags": [tag] })
    };
    let mut with_tag = created("other", 0);
    with_tag["Tags"] = tag(1, 257)["Tags"].clone();
    let prefix = json!({
        "DeliveryStreamName": "demo",
        "CurrentDeliveryStreamVersionId": "1",
        "DestinationId": "destinationId-000000000001",
        "ExtendedS3DestinationUpdate": { "Prefix": "p".repeat(4_194_000) },
    });
    let key = json!({
        "DeliveryStreamName": "demo",
        "DeliveryStreamEncryptionConfigurationInput": {
            "KeyType": "CUSTOMER_MANAGED_CMK",
            "KeyARN": "k".repeat(5_000_000),
        },
    });
    for (operation, body, why) in [
        ("TagDeliveryStream", tag(1, 5_000_000), "'tags.1.member.value' failed to satisfy"),
        ("TagDeliveryStream", tag(129, 0), "less than or equal to 128"),
        ("TagDeliveryStream", tag(0, 0), "greater than or equal to 1"),
        ("CreateDeliveryStream", with_tag, "less than or equal to 256"),
        ("UpdateDestination", prefix, "a prefix has at most 1024 characters"),
        ("StartDeliveryStreamEncryption", key, "it is larger than 4 MiB"),
    ] {
        let (head, body) = exchange(&url, operation, &body).unwrap();
        assert!(!head.starts_with("HTTP/1.1 200") && body.contains(why), "{operation}: {body}");
        assert_eq!(call(&url, "DescribeDeliveryStream", &demo).unwrap(), before);
    }
    call(&url, "TagDeliveryStream", &tag(128, 256)).unwrap();
    drop(session);
    drop(start(folder.path(), ""));
    let file = folder.path().join("kept/streams/demo.json");
    std::fs::write(&file, " ".repeat(5_000_000)).unwrap();
    let large = Fh::new().current_dir(folder.path()).args("local start --port 0 --dir kept").run();
    assert!(large.errors().contains("it is larger than 4 MiB"), "{large}");
    assert!(large.errors().contains("move the file away"), "{large}");
}

#[test]
fn what_cannot_be_kept_is_not_delivered_before_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    // Its files have at most 512 blocks: of 512 bytes or of 1024, as the shell counts.
    let line = "trap '' XFSZ; ulimit -f 512; exec \"$FH\" local start --port 0 --dir kept --interval 0s \
                --stream demo";
    let mut session = Fh::shell(line).current_dir(folder.path()).start();
    session.wait_for("created");
    let shown = session.seen();
    let url = shown.split(" is ready at ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let put = |data: &[u8]| {
        let record = json!({ "Data": STANDARD.encode(data) });
        exchange(&url, "PutRecord", &json!({ "DeliveryStreamName": "demo", "Record": record }))
    };
    let wait = || Fh::new().args("local wait --endpoint-url").arg(&url).run();
    assert!(put(b"1\n").unwrap().0.starts_with("HTTP/1.1 200"));
    assert_eq!(wait().code(), 0);
    for data in [vec![b'2'; 600_000], b"3\n".to_vec()] {
        let (head, body) = put(&data).unwrap();
        assert!(head.starts_with("HTTP/1.1 500"), "{head}");
        assert!(body.contains("the delivery stream has stopped: cannot write to "), "{body}");
    }
    session.wait_for("stopped    cannot write to ");
    let waited = wait();
    assert_eq!(waited.code(), 1, "{waited}");
    assert!(waited.errors().contains("demo: the delivery stream has stopped"), "{waited}");
    drop(session);
    let mut counts = BTreeMap::new();
    stored(&folder.path().join("kept/s3/demo"), &mut counts);
    assert_eq!(counts, BTreeMap::from([((false, 1), 1)]));
    let (_session, url) = start(folder.path(), "");
    call(&url, "PutRecord", &json!({ "DeliveryStreamName": "demo", "Record": { "Data": "NAo=" } }))
        .unwrap();
    assert_eq!(Fh::new().args("local wait --endpoint-url").arg(&url).run().code(), 0);
    let mut counts = BTreeMap::new();
    stored(&folder.path().join("kept/s3/demo"), &mut counts);
    assert_eq!(counts, BTreeMap::from([((false, 1), 1), ((false, 4), 1)]));
}

#[test]
fn run_says_that_a_stream_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let run = Fh::shell(
        "trap '' XFSZ; ulimit -f 512; \"$FH\" local run --port 0 --dir kept --interval 0s -- \
         sh -c 'head -c 600000 /dev/zero | tr \"\\000\" 2 | \"$FH\" send --stream demo --quiet --yes \
         --retry-for 1s --unsent unsent.b64; true'",
    );
    let run = run.current_dir(folder.path()).run();
    assert_eq!(run.code(), 1, "{run}");
    let why = "demo: the delivery stream has stopped: cannot write to ";
    assert!(run.errors().contains(why), "{run}");
    assert!(!run.errors().contains("not everything was delivered"), "{run}");
}
