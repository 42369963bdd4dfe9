//! One test for each rule of the flow.

use super::hands::{Hands, ids, member, ok, payloads};
use super::*;
use crate::compress::Gzip;
use crate::transform::Refusal;

fn seconds(interval: u64, bytes: u64) -> Buffering {
    Buffering { interval: Duration::from_secs(interval), bytes }
}

fn without_transform() -> StreamConfig {
    StreamConfig { transform: None, backup: None, logging: None, ..config() }
}

fn put(flow: &mut Flow, payloads: &[usize]) -> Result<RecordSet, String> {
    let payloads = payloads.iter().map(|length| Bytes::from(vec![b'x'; *length])).collect();
    flow.put(payloads, TEN, &mut Vec::new()).map_err(|it| format!("{}: {it}", it.code()))
}

#[test]
fn a_put_has_the_limits_of_aws() {
    let mut flow = Flow::new(config(), None, 1).unwrap();
    let mut refused = Vec::new();
    for payloads in [vec![], vec![0; 501], vec![1, 1_024_001], vec![1_000_000; 5]] {
        refused.push(put(&mut flow, &payloads).unwrap_err());
    }
    insta::assert_snapshot!(refused.join("\n"), @"
    ValidationException: 1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1
    ValidationException: 1 validation error detected: Value at 'records' failed to satisfy constraint: Member must have length less than or equal to 500
    ValidationException: 1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1024000
    InvalidArgumentException: Records size exceeds 4 MB limit
    ");
    assert_eq!(put(&mut flow, &[0; 500]).unwrap().runs(), [1..=500]);
    assert_eq!(put(&mut flow, &[1_024_000; 4]).unwrap().runs(), [501..=504]);
    assert_eq!(flow.holds().accepted, 504);
}

#[test]
fn a_transform_buffer_closes_by_its_size_or_its_time() {
    let mut hands = Hands::new(config());
    hands.flow.config.transform.as_mut().unwrap().buffering = seconds(60, 10);
    hands.put(&["aaaa", "bbbb", "cccc", "dddddd"]);
    let events: Vec<_> = hands.calls.iter().map(|(_, _, event)| payloads(event)).collect();
    assert_eq!(events, [vec!["aaaa", "bbbb"], vec!["cccc", "dddddd"]]);
    hands.put(&["e"]);
    hands.wait(59_999);
    assert_eq!(hands.calls.len(), 2);
    hands.wait(1);
    assert_eq!(payloads(&hands.calls[2].2), ["e"]);
    assert_eq!(
        hands.flow.wakes_at(),
        hands.flow.buffers.wakes_at(|_| Limits { bytes: 0, interval: 300_000 })
    );
}

#[test]
fn a_buffer_without_an_interval_closes_with_the_next_tick() {
    let mut hands = Hands::new(config());
    hands.flow.config.transform.as_mut().unwrap().buffering = seconds(0, 1_000_000);
    hands.put(&["a"]);
    hands.put(&["b"]);
    assert_eq!((hands.calls.len(), hands.flow.wakes_at()), (0, Some(TEN)));
    hands.handle(Input::Tick);
    assert_eq!(payloads(&hands.calls[0].2), ["a", "b"]);
}

#[test]
fn an_event_never_passes_6_mb() {
    let mut hands = Hands::new(config());
    hands.flow.config.transform.as_mut().unwrap().buffering = seconds(60, 10_000_000);
    let large = "x".repeat(1_000_000);
    for _ in 0..6 {
        hands.put(&[&large]);
    }
    hands.wait(60_000);
    let counts: Vec<_> = hands.calls.iter().map(|(_, _, event)| ids(event).len()).collect();
    assert_eq!(counts, [4, 2]);
    assert!(hands.calls.iter().all(|(_, _, event)| event.len() <= 6 * 1024 * 1024));
}

#[test]
fn five_calls_are_outstanding_and_the_next_waits_for_an_answer() {
    let mut hands = Hands::new(config());
    hands.flow.config.transform.as_mut().unwrap().buffering = seconds(60, 1);
    hands.put(&["a", "b", "c", "d", "e", "f", "g"]);
    assert_eq!(hands.calls.len(), 5);
    hands.answer(Answer::Refused(Refusal::Throttled));
    assert_eq!(hands.calls.len(), 4, "a call that will be repeated counts");
    hands.respond_ok();
    assert_eq!(payloads(&hands.calls[3].2), ["f"]);
    assert_eq!((hands.calls.len(), hands.holds().waiting, hands.holds().calling), (4, 1, 5));
}

#[test]
fn calls_are_repeated_after_their_pauses_and_time_can_go_by_faster() {
    for scale in [1, 10] {
        let mut hands = Hands::new(StreamConfig { time_scale: scale, ..config() });
        hands.flow.settings.retries = 6;
        hands.put(&["a"]);
        hands.handle(Input::Flush);
        let mut pauses = Vec::new();
        while hands.calls.pop_front().is_some() {
            let call = CallId(1);
            hands.handle(Input::Answered(call, Answer::Refused(Refusal::Throttled)));
            let before = hands.now;
            if let Some(due) = hands.flow.calls.retry_due() {
                hands.wait(due - before);
                pauses.push((due - before) * i64::from(scale));
            }
        }
        assert_eq!(pauses, [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    }
}

#[test]
fn an_answer_that_nothing_waits_for_changes_nothing() {
    let mut hands = Hands::new(config());
    hands.put(&["a"]);
    hands.wait(60_000);
    let call = hands.calls[0].0;
    hands.respond_ok();
    let before = hands.holds();
    for call in [call, CallId(77)] {
        hands.handle(Input::Answered(call, Answer::Refused(Refusal::Throttled)));
    }
    hands.handle(Input::Written(ObjectId(77), Ok(())));
    assert_eq!(hands.holds(), before);
}

#[test]
fn objects_are_named_after_their_oldest_record_and_hold_records_one_after_the_other() {
    let mut hands = Hands::new(without_transform());
    hands.flow.config.delimiter = Some(b"\n".to_vec());
    hands.put(&["a"]);
    hands.wait(90_000);
    hands.put(&["b", "", "c"]);
    hands.wait(209_999);
    assert!(hands.writes.is_empty());
    hands.wait(1);
    hands.write();
    let (key, body) = hands.objects.first_key_value().unwrap();
    assert!(key.starts_with("lake/2026/11/22/10/orders-3-2026-11-22-10-00-00-"), "{key}");
    assert_eq!(&body[..], b"a\nb\n\nc", "none after the last");
    assert_eq!(hands.holds().delivered, 4);
}

#[test]
fn a_destination_buffer_closes_by_its_size() {
    let mut hands = Hands::new(without_transform());
    hands.flow.config.delivery.buffering = seconds(300, 10);
    hands.put(&["aaaa", "bbbb", "cccc", "dddddd", "e"]);
    let bodies: Vec<_> = hands.writes.iter().map(|(_, _, body)| body.to_vec()).collect();
    assert_eq!(bodies, [b"aaaabbbb".to_vec(), b"ccccdddddd".to_vec()]);
    assert_eq!(hands.holds().delivering, 1);
}

#[test]
fn prefixes_time_zones_compression_and_extensions_are_in_the_key() {
    let mut hands = Hands::new(StreamConfig {
        error_output_prefix: Some(
            "bad/!{firehose:error-output-type}/!{timestamp:HH}/".parse().unwrap(),
        ),
        ..config()
    });
    let settings = &mut hands.flow.config.delivery;
    settings.zone = jiff::tz::TimeZone::posix("JST-9").unwrap();
    settings.compression = ObjectCompression::Gzip;
    hands.flow.prefixes.delivery =
        "!{timestamp:yyyy/MMM}/!{firehose:random-string}/".parse().unwrap();
    hands.put(&["a", "b"]);
    hands.wait(60_000);
    hands.respond(|at, id, data| if at == 0 { ok(id, data) } else { "{}".to_owned() });
    hands.flush();
    let keys: Vec<_> = hands.objects.keys().collect();
    let [bad, good, kept] = keys.as_slice() else { panic!("{keys:?}") };
    assert!(
        bad.starts_with("kept/") && kept.starts_with("lake/bad/")
            || good.starts_with("lake/2026/Nov/"),
        "{keys:?}"
    );
    let good = keys.iter().find(|key| key.starts_with("lake/2026/Nov/")).unwrap();
    assert!(
        good.strip_suffix(".gz").is_some() && good.contains("/orders-3-2026-11-22-19-00-00-"),
        "{good}"
    );
    assert_eq!(hands.objects[*good][..3], crate::decode::GZIP_MAGIC);
    let bad = keys.iter().find(|key| key.starts_with("lake/bad/processing-failed/19/")).unwrap();
    assert!(
        hands.objects[*bad].starts_with(b"{\"rawData\":\"Yg==\","),
        "failures are not compressed"
    );
    assert_eq!(bad.rsplit_once('/').unwrap().1.len(), "orders-3-2026-11-22-19-00-00-".len() + 36);
}

fn partitioned(prefix: &str) -> StreamConfig {
    let mut config = config();
    config.delivery.prefix = Some(prefix.parse().unwrap());
    config.error_output_prefix = Some("failed/".parse().unwrap());
    StreamConfig { max_partitions: Some(2), ..config }
}

#[test]
fn each_partition_has_its_buffer_up_to_a_number() {
    let mut hands = Hands::new(partitioned("c=!{partitionKeyFromLambda:c}/"));
    hands.put(&["1", "2", "1", "3", "", "2"]);
    hands.wait(60_000);
    hands.respond(|at, id, data| {
        let key = ["1", "2", "1", "3", "", "2"][at];
        let metadata = format!(r#","metadata":{{"partitionKeys":{{"c":"{key}"}}}}}}"#);
        ok(id, data).replace('}', &metadata)
    });
    hands.flush();
    assert_eq!(hands.text("lake/c=1/"), "11");
    assert_eq!(hands.text("lake/c=2/"), "22");
    let failed = hands.text("lake/failed/");
    let codes: Vec<_> = failed.lines().map(|line| member(line, "errorCode")).collect();
    // The answer is settled first, then partitions are looked for.
    assert_eq!(codes, ["DynamicPartitioning.MetadataExtractionFailed", "activePartitionExceeded"]);
}

/// The key `c` is the payload; `off` ends the queries.
#[derive(Debug)]
struct Echo(bool);

impl KeyQuery for Echo {
    fn keys(&mut self, payloads: &[&[u8]]) -> Vec<Option<BTreeMap<String, String>>> {
        self.0 |= payloads.contains(&b"off".as_slice());
        let key = |payload: &&[u8]| String::from_utf8(payload.to_vec()).unwrap();
        let keys = payloads.iter().map(|it| BTreeMap::from([("c".to_owned(), key(it))]));
        keys.map(|it| (!self.0).then_some(it)).collect()
    }

    fn is_off(&self) -> Option<String> {
        self.0.then(|| "it took over 1 s".to_owned())
    }
}

#[test]
fn a_query_gives_the_keys_until_it_is_off() {
    let config = partitioned("c=!{partitionKeyFromQuery:c}/");
    let config = StreamConfig { query: Some("{c:.}".to_owned()), transform: None, ..config };
    let mut hands = Hands::new(without_transform());
    hands.flow = Flow::new(config, Some(Box::new(Echo(false))), 1).unwrap();
    hands.put(&["1", ""]);
    hands.put(&["off"]);
    hands.put(&["2"]);
    hands.flush();
    assert_eq!(hands.text("lake/c=1/"), "1");
    assert_eq!(hands.text("lake/failed/").lines().count(), 3);
    let off = |it: &&Activity| matches!(it.what, What::QueriesOff { .. });
    assert_eq!(hands.activities.iter().filter(off).count(), 1);
}

#[test]
fn the_backup_has_every_record_as_it_came() {
    let mut hands = Hands::new(config());
    hands.flow.config.delivery.buffering = seconds(120, 5_000_000);
    hands.put(&["a", "b", "c"]);
    hands.wait(300_000);
    hands.write();
    assert_eq!(hands.text("kept/2026/11/22/10/orders-3-2026-11-22-10-00-00-"), "abc");
    let Holds { backed_up, calling, .. } = hands.holds();
    assert_eq!((backed_up, calling), (3, 3));
}

#[test]
fn a_write_that_fails_is_repeated_for_ever() {
    let mut hands = Hands::new(StreamConfig { logging: config().logging, ..without_transform() });
    hands.put(&["a"]);
    hands.handle(Input::Flush);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let (object, place, body) = hands.writes.pop_front().unwrap();
        assert_eq!((object, &body[..]), (ObjectId(1), &b"a"[..]));
        assert!(place.key.starts_with("2026/"));
        let (code, message) = ("S3.AccessDenied".to_owned(), "Access was denied.".to_owned());
        hands.handle(Input::Written(object, Err(WriteError { code, message })));
        assert!(hands.writes.is_empty());
        let pause = hands.flow.wakes_at().unwrap() - hands.now;
        pauses.push(pause / 1000);
        hands.wait(pause);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
    assert_eq!((hands.logs.len(), hands.holds().writing), (8, 1));
    hands.write();
    assert_eq!((hands.text("lake/2026/").as_str(), hands.holds().is_settled()), ("a", true));
}

#[test]
fn errors_are_logged_as_aws_writes_them_or_not_at_all() {
    let mut hands = Hands::new(config());
    hands.put(&["a", "b"]);
    hands.wait(60_000);
    hands.respond(|_, id, _| format!(r#"{{"recordId":"{id}","result":"ProcessingFailed"}}"#));
    insta::assert_snapshot!(hands.logs.join("\n"), @r#"{"deliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","destination":"arn:aws:s3:::lake","deliveryStreamVersionId":3,"message":"ProcessingFailed status set for record","errorCode":"Lambda.ProcessingFailedStatus","processor":"arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST"}"#);
    let mut hands = Hands::new(StreamConfig { logging: None, ..config() });
    hands.put(&["a"]);
    hands.wait(60_000);
    hands.respond(|_, _, _| "{}".to_owned());
    assert!(hands.logs.is_empty());
}

#[test]
fn another_configuration_reaches_records_in_buffers() {
    let mut hands = Hands::new(config());
    hands.put(&["a", "b"]);
    hands.wait(60_000);
    hands.respond_ok();
    hands.put(&["c"]);
    let mut changed = StreamConfig { version: 4, transform: None, ..config() };
    changed.delivery.prefix = Some("other/".parse().unwrap());
    let mut out = Vec::new();
    hands.flow.configure(changed, None, hands.now, &mut out).unwrap();
    hands.take(out);
    hands.flush();
    assert_eq!(hands.text("lake/other/2026/11/22/10/orders-4-"), "abc");
    let mut refused = config();
    refused.max_partitions = Some(500);
    assert!(hands.flow.configure(refused, None, hands.now, &mut Vec::new()).is_err());
    assert_eq!(hands.flow.config().version, 4);
}

#[test]
fn a_flush_waits_for_what_came_before_it() {
    let mut hands = Hands::new(config());
    hands.put(&["a"]);
    hands.handle(Input::Flush);
    hands.put(&["b"]);
    assert!(hands.writes.is_empty());
    hands.respond_ok();
    hands.write();
    assert_eq!((hands.text("lake/").as_str(), hands.holds().waiting), ("a", 1));
}

#[test]
fn messages_of_cloudwatch_logs_are_unpacked_before_the_transform() {
    let unpacking = Some(Unpacking { extracts_messages: true });
    let mut hands = Hands::new(StreamConfig { unpacking, ..config() });
    let message = r#"{"messageType":"DATA_MESSAGE","logEvents":[{"message":"a"},{"message":"b"}]}"#;
    let gzip = Gzip::new().compress(message.as_bytes());
    let payloads = vec![Bytes::from(gzip.clone()), Bytes::from_static(b"text")];
    let mut out = Vec::new();
    hands.flow.put(payloads, TEN, &mut out).unwrap();
    hands.take(out);
    hands.wait(60_000);
    assert_eq!(hands::payloads(&hands.calls[0].2), ["a\nb\n"]);
    hands.respond(|_, _, _| "{}".to_owned());
    hands.flush();
    let failures = hands.failures();
    assert!(failures[0].ends_with("Lambda.MissingRecordId 1"), "as it came: {failures:?}");
    assert_eq!(failures[1], "text Decompression failed. 1");
    assert_eq!(
        hands.objects.iter().find(|(key, _)| key.starts_with("kept/")).unwrap().1[..gzip.len()],
        gzip
    );
}

#[test]
fn packed_records_are_records_of_their_own() {
    let deaggregation = Some(Deaggregation::Json);
    let mut hands = Hands::new(StreamConfig { deaggregation, ..config() });
    hands.put(&["{\"a\":1}{\"a\":2}\n", "text"]);
    hands.wait(60_000);
    assert_eq!(payloads(&hands.calls[0].2), ["{\"a\":1}", "{\"a\":2}", "text"]);
    assert_eq!(hands.holds().accepted, 3);
}

#[test]
fn memory_is_bounded() {
    let mut hands = Hands::new(StreamConfig { backup: None, ..config() });
    hands.flow.config.transform = None;
    hands.flow.config.delivery.buffering = seconds(900, 128 * 1024 * 1024);
    let large = "x".repeat(1_000_000);
    let full = || Err("ServiceUnavailableException: Slow down.".to_owned());
    while put(&mut hands.flow, &[0]).is_ok() {
        hands.put(&[&large]);
    }
    // The second object that is written and not there yet counts with what waits.
    assert_eq!(hands.writes.len(), 2);
    assert!(hands.flow.buffers.bytes() < 64 * 1024 * 1024);
    assert_eq!(put(&mut hands.flow, &[1]), full());
    hands.write();
    assert!(put(&mut hands.flow, &[1]).is_ok());
}

#[test]
fn what_happens_is_one_vocabulary() {
    let mut hands = Hands::new(config());
    hands.put(&["a", "b", "c"]);
    hands.wait(60_000);
    hands.answer(Answer::Refused(Refusal::Throttled));
    hands.wait(1_000);
    hands.respond(|at, id, data| match at {
        0 => ok(id, data),
        1 => format!(r#"{{"recordId":"{id}","result":"Dropped"}}"#),
        _ => ok("unknown", data),
    });
    hands.flush();
    let lines: Vec<_> =
        hands.activities.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"at":1795341600000,"activity":"accepted","records":[[1,3]],"bytes":3}
    {"at":1795341660000,"activity":"invoked","call":1,"attempt":1,"function":"arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST","invocationId":"6abee05c-7c3d-4b1e-81d9-004b43636329","records":[[1,3]],"bytes":581}
    {"at":1795341660000,"activity":"answered","call":1,"attempt":1,"result":"throttled","message":"The Lambda concurrent execution limit is exceeded. Increase the concurrent execution limit.","retryAt":1795341661000}
    {"at":1795341661000,"activity":"invoked","call":1,"attempt":2,"function":"arn:aws:lambda:eu-west-1:111122223333:function:orders:$LATEST","invocationId":"becf4205-3726-4e0c-b042-e8d431110f3b","records":[[1,3]],"bytes":581}
    {"at":1795341661000,"activity":"answered","call":1,"attempt":2,"result":"response","message":null,"retryAt":null}
    {"at":1795341661000,"activity":"settled","call":1,"outcomes":[{"records":[[2,2]],"result":"dropped"},{"records":[[3,3]],"result":"failed","code":"Lambda.MissingRecordId"},{"records":[[1,1]],"result":"delivered"}],"lost":1}
    {"at":1795341661000,"activity":"flushed"}
    {"at":1795341661000,"activity":"writing","object":1,"role":"delivery","bucket":"lake","key":"2026/11/22/10/orders-3-2026-11-22-10-00-00-1191b8b3-36ff-422a-98ce-90e96a7ce15b","records":[[1,1]],"bytes":1}
    {"at":1795341661000,"activity":"writing","object":2,"role":"failures","bucket":"lake","key":"processing-failed/2026/11/22/10/orders-3-2026-11-22-10-00-00-effeefb4-8ba5-49d9-af70-ab9c173b6d5b","records":[[3,3]],"bytes":345}
    {"at":1795341661000,"activity":"writing","object":3,"role":"backup","bucket":"kept","key":"2026/11/22/10/orders-3-2026-11-22-10-00-00-369a5e41-fa81-4f14-be4b-2e67e5eb15d3","records":[[1,3]],"bytes":3}
    {"at":1795341661000,"activity":"written","object":1,"role":"delivery","bucket":"lake","key":"2026/11/22/10/orders-3-2026-11-22-10-00-00-1191b8b3-36ff-422a-98ce-90e96a7ce15b","records":1}
    {"at":1795341661000,"activity":"written","object":2,"role":"failures","bucket":"lake","key":"processing-failed/2026/11/22/10/orders-3-2026-11-22-10-00-00-effeefb4-8ba5-49d9-af70-ab9c173b6d5b","records":1}
    {"at":1795341661000,"activity":"written","object":3,"role":"backup","bucket":"kept","key":"2026/11/22/10/orders-3-2026-11-22-10-00-00-369a5e41-fa81-4f14-be4b-2e67e5eb15d3","records":3}
    "#);
}

#[test]
fn every_guess_is_listed_with_its_source() {
    let all = assumed::all();
    assert!(all.len() >= 15);
    for (what, source) in all {
        assert!(!what.is_empty() && !what.ends_with('.') && !source.is_empty(), "{what}");
    }
}
