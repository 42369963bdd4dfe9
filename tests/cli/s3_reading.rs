//! Many objects of S3 at a time: their order, and a service that asks to slow down.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::canned::Canned;
use crate::harness::Output;
use crate::s3::at;
use crate::s3_errors::answer;

/// The body of the answer of a service that has too much to do.
const SLOW_DOWN: &str =
    "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

/// A delivery stream that writes to the bucket.
const DESCRIPTION: &str = r#"{"DeliveryStreamDescription":{"DeliveryStreamName":"orders","DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"DirectPut","VersionId":"1","CreateTimestamp":1795327200.0,"Destinations":[{"DestinationId":"destinationId-000000000001","ExtendedS3DestinationDescription":{"RoleARN":"arn:aws:iam::111122223333:role/firehose","BucketARN":"arn:aws:s3:::lake","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},"CompressionFormat":"UNCOMPRESSED","EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"}}}],"HasMoreDestinations":false}}"#;

/// The answer that describes it.
fn description() -> Vec<u8> {
    let json = String::from_utf8_lossy(&answer("200 OK", "", DESCRIPTION)).into_owned();
    json.replace("application/xml", "application/x-amz-json-1.1").into_bytes()
}

/// Part of a row.
#[derive(Deserialize)]
struct Row {
    key: String,
}

/// A page of a listing; `token` is that of the next one.
fn page(keys: &[String], token: Option<&str>) -> Vec<u8> {
    let mut contents = String::new();
    for key in keys {
        let _infallible = write!(
            contents,
            "<Contents><Key>{key}</Key><LastModified>2026-11-22T10:00:00.000Z</LastModified>\
             <ETag>&quot;1&quot;</ETag><Size>9</Size><StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    let token = token.map(|it| format!("<NextContinuationToken>{it}</NextContinuationToken>"));
    let body = format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>lake</Name>\
         <IsTruncated>{}</IsTruncated>{}{contents}</ListBucketResult>",
        token.is_some(),
        token.unwrap_or_default()
    );
    answer("200 OK", "", &body)
}

/// The key that a request gets.
fn key(head: &str) -> &str {
    let path = head.strip_prefix("GET /lake/").and_then(|rest| rest.split([' ', '?']).next());
    path.unwrap_or_default()
}

/// The object with this key: its number is its key's last part.
fn object(key: &str) -> Vec<u8> {
    let number = key.rsplit('/').next().unwrap_or_default().trim_start_matches('0');
    answer("200 OK", "etag: \"1\"\r\n", &format!("{{\"n\":{number}}}"))
}

fn keys(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("{number:04}")).collect()
}

/// All objects in their order, each once. That S3 asks to slow down is said after some
/// seconds, which a busy machine may take.
fn assert_all(output: &Output, count: usize) {
    let expected: Vec<String> = (1..=count).map(|number| format!("{{\"n\":{number}}}\n")).collect();
    let expected = expected.concat();
    let errors = output.errors();
    let others: Vec<_> =
        errors.lines().filter(|line| !line.starts_with("fh: S3 asks to slow down")).collect();
    assert_eq!((output.text(), others, output.code()), (expected, Vec::new(), 0));
}

#[test]
fn who_is_asked_to_slow_down_does_and_gets_every_object_once() {
    let all = keys(300);
    let asked = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
    let seen = Arc::clone(&asked);
    let server = Canned::answering(move |head| {
        if head.contains("list-type=2") {
            return Some(page(&all, None));
        }
        let key = key(head);
        let count = seen
            .lock()
            .unwrap()
            .entry(key.to_owned())
            .and_modify(|it| *it += 1)
            .or_insert(1)
            .to_owned();
        // The first two answers for every third object.
        let is_slow = key.ends_with(['0', '3', '6', '9']) && count <= 2;
        Some(if is_slow { answer("503 Slow Down", "", SLOW_DOWN) } else { object(key) })
    });
    assert_all(&at(&server.url(), "decode s3://lake").run(), 300);
    let asked = asked.lock().unwrap();
    assert!(
        asked.iter().all(|(key, count)| {
            *count == if key.ends_with(['0', '3', '6', '9']) { 3 } else { 1 }
        }),
        "{asked:?}"
    );
}

#[test]
fn what_the_short_way_does_not_get_the_sdk_does_and_is_asked_alone_soon() {
    let all = keys(200);
    let short = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&short);
    let server = Canned::answering(move |head| {
        if head.contains("list-type=2") {
            return Some(page(&all, None));
        }
        // Only the SDK sends this header.
        if head.contains("amz-sdk-invocation-id") {
            return Some(object(key(head)));
        }
        seen.fetch_add(1, Ordering::Relaxed);
        Some(answer("400 Bad Request", "", "<Error><Code>Odd</Code></Error>"))
    });
    assert_all(&at(&server.url(), "decode s3://lake").run(), 200);
    let short = short.load(Ordering::Relaxed);
    assert!((1..50).contains(&short), "{short}");
}

#[test]
fn without_the_short_way_a_slow_object_is_asked_for_as_seldom() {
    let all = keys(200);
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    let server = Canned::answering(move |head| {
        if head.contains("list-type=2") {
            return Some(page(&all, None));
        }
        // The short way does not send this header, and is given up.
        if !head.contains("amz-sdk-invocation-id") {
            return Some(answer("400 Bad Request", "", "<Error><Code>Odd</Code></Error>"));
        }
        if key(head) != "0200" {
            return Some(object(key(head)));
        }
        if seen.fetch_add(1, Ordering::Relaxed) >= 3 {
            return Some(object(key(head)));
        }
        Some(answer("503 Slow Down", "", SLOW_DOWN))
    });
    assert_all(&at(&server.url(), "decode s3://lake").run(), 200);
    assert_eq!(asked.load(Ordering::Relaxed), 4, "one attempt of the SDK each time");
}

#[test]
fn when_s3_refuses_everything_for_seconds_nothing_is_lost_and_the_user_knows() {
    let all = keys(600);
    let started = Arc::new(Mutex::new(None));
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let server = Canned::answering(move |head| {
        let is_list = head.contains("list-type=2");
        let asked = seen.fetch_add(1, Ordering::Relaxed);
        // After the first objects, for five seconds.
        if asked >= 100 {
            let start = *started.lock().unwrap().get_or_insert_with(Instant::now);
            if start.elapsed() < Duration::from_secs(5) {
                return Some(answer("503 Slow Down", "", SLOW_DOWN));
            }
        }
        if !is_list {
            return Some(object(key(head)));
        }
        let half = all.len() / 2;
        let is_second = head.contains("continuation-token=2");
        Some(if is_second { page(&all[half..], None) } else { page(&all[..half], Some("2")) })
    });
    let output = at(&server.url(), "decode s3://lake").run();
    let expected: Vec<_> = (1..=600).map(|number| format!("{{\"n\":{number}}}\n")).collect();
    assert!(output.text() == expected.concat(), "{output}");
    assert_eq!(output.code(), 0);
    assert_eq!(
        output.errors(),
        "fh: S3 asks to slow down (SlowDown): continuing with fewer requests at a time\n"
    );
    let count = count.load(Ordering::Relaxed);
    assert!(count < 3 * 600, "{count} requests for 600 objects");
}

#[test]
fn throttled_listings_are_asked_again_too() {
    let all = keys(20);
    let asked = AtomicUsize::new(0);
    let server = Canned::answering(move |head| {
        if !head.contains("list-type=2") {
            return Some(object(key(head)));
        }
        // Each page is refused five times.
        if !asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(6) {
            return Some(answer("503 Slow Down", "", SLOW_DOWN));
        }
        let is_second = head.contains("continuation-token=2");
        Some(if is_second { page(&all[10..], None) } else { page(&all[..10], Some("2")) })
    });
    assert_all(&at(&server.url(), "decode s3://lake").run(), 20);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_for_s3() {
    let all = keys(50);
    let server = Canned::answering(move |head| {
        let is_list = head.contains("list-type=2");
        Some(if is_list { page(&all, None) } else { answer("503 Slow Down", "", SLOW_DOWN) })
    });
    let session = at(&server.url(), "failures s3://lake").start();
    std::thread::sleep(Duration::from_secs(1));
    session.signal("INT");
    let start = Instant::now();
    assert_eq!(session.end().code(), 130);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn folders_are_listed_side_by_side_and_read_in_their_order() {
    // Folder `f` of 30 has `1 + f mod 4` pages of two objects.
    let mut number = 0;
    let mut next = |folder: usize| {
        number += 1;
        let (day, hour) = (20 + folder / 24, folder % 24);
        format!(
            "processing-failed/2026/11/{day}/{hour:02}/orders-1-2026-11-{day}-{hour:02}-00-00-\
             00000000-0000-4000-8000-{number:012}"
        )
    };
    let mut folders: Vec<Vec<Vec<String>>> = Vec::new();
    for folder in 0..30 {
        folders.push((0..=folder % 4).map(|_| vec![next(folder), next(folder)]).collect());
    }
    let count = folders.iter().flatten().flatten().count();
    let server = Canned::answering(move |head| {
        if head.starts_with("POST ") {
            return Some(description());
        }
        if !head.contains("list-type=2") {
            let name = key(head);
            let record = r#"{"rawData":"QQ==","errorCode":"X.Y","errorMessage":"m","attemptsMade":1,"arrivalTimestamp":1795176000000}"#;
            assert!(!name.is_empty(), "{head}");
            return Some(answer("200 OK", "etag: \"1\"\r\n", record));
        }
        let value = |name: &str| {
            let value = head.split(['&', '?', ' ']).find_map(|it| it.strip_prefix(name));
            value.map(|it| it.replace("%2F", "/")).unwrap_or_default()
        };
        let prefix = value("prefix=");
        let Some(folder) = folders.iter().find(|it| it[0][0].starts_with(&prefix)) else {
            return Some(page(&[], None));
        };
        let number: usize = value("continuation-token=").parse().unwrap_or(0);
        let next = (number + 1 < folder.len()).then(|| (number + 1).to_string());
        let named: Vec<String> = folder[number].clone();
        Some(page(&named, next.as_deref()))
    });
    let words = "failures --stream orders --since 2026-11-20T00:00:00Z --until 2026-11-21T05:59:59Z \
                 --records --output ndjson";
    let output = at(&server.url(), words).run();
    let numbers: Vec<usize> = output
        .text()
        .lines()
        .map(|line| {
            let row: Row = serde_json::from_str(line).unwrap();
            row.key.rsplit('-').next().unwrap().parse().unwrap()
        })
        .collect();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "{output}");
}

#[test]
fn doctor_says_what_it_waits_for_while_s3_refuses_everything() {
    let started = Mutex::new(None);
    let server = Canned::answering(move |head| {
        if head.contains("DescribeDeliveryStream") {
            return Some(description());
        }
        if head.starts_with("HEAD ") {
            return Some(answer("200 OK", "", ""));
        }
        if !head.contains("list-type=2") {
            return Some(answer("400 Bad Request", "", ""));
        }
        let start = *started.lock().unwrap().get_or_insert_with(Instant::now);
        let is_over = start.elapsed() > Duration::from_secs(5);
        Some(if is_over { page(&[], None) } else { answer("503 Slow Down", "", SLOW_DOWN) })
    });
    let output = at(&server.url(), "doctor --stream orders").run();
    let notices = output.errors().matches("fh: S3 asks to slow down (SlowDown)").count();
    assert_eq!(notices, 1, "{output}");
}
