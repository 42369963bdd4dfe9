//! `fh event`: ids and limits of each source, kinds of payloads, and that a
//! transform which answers honestly has nothing to fear from `fh check`.

#![expect(
    clippy::disallowed_types,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "reads what fh made, by other means than fh does; a panic is a failure"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Fh, Output};

const SOURCES: [&str; 3] = ["direct-put", "kinesis", "msk"];

fn event(words: &str) -> Fh {
    Fh::new().args("event --seed 5").args(words)
}

fn parsed(words: &str) -> Value {
    serde_json::from_str(&event(words).run().success()).unwrap()
}

/// The key of a record's data.
fn data_key(event: &Value) -> &'static str {
    if event.get("sourceMSKArn").is_some() { "kafkaRecordValue" } else { "data" }
}

fn payloads(event: &Value) -> Vec<Vec<u8>> {
    let key = data_key(event);
    let records = event["records"].as_array().unwrap();
    records.iter().map(|record| STANDARD.decode(record[key].as_str().unwrap()).unwrap()).collect()
}

fn kinds() -> Vec<String> {
    let list = Fh::new().args("event --list --output ndjson").run().success();
    let rows = list.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let payloads = rows.filter(|row| row["type"] == "payload");
    payloads.map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

#[test]
fn ids_are_those_of_the_source() {
    for (source, flags, length) in [
        ("direct-put", "", 160),
        ("kinesis", "", 160),
        ("msk", "", 62),
        ("direct-put", "--short-ids", 62),
        ("kinesis", "--short-ids", 62),
        ("msk", "--short-ids", 62),
    ] {
        let event = parsed(&format!("--records 300 --source {source} {flags}"));
        let records = event["records"].as_array().unwrap();
        let ids: BTreeSet<_> = records.iter().map(|it| it["recordId"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), 300, "{source} {flags}");
        assert!(ids.iter().all(|id| id.len() == length), "{source} {flags}: {:?}", ids.first());
        if length == 160 {
            let zeros = "0".repeat(72);
            assert!(ids.iter().all(|id| id.starts_with("shardId-0000") && id[20..92] == zeros));
            assert!(ids.iter().all(|id| id.ends_with("000000000000")));
        }
    }
    let direct = parsed("--records 1");
    assert!(direct["records"][0]["recordId"].as_str().unwrap().starts_with("shardId-000000000000"));
}

#[test]
fn an_id_of_a_kinesis_source_names_shard_and_sequence_number() {
    let mut shards = BTreeSet::new();
    for seed in 0..20 {
        let made = Fh::new().args(&format!("event --source kinesis --seed {seed}")).run().success();
        let event: Value = serde_json::from_str(&made).unwrap();
        for record in event["records"].as_array().unwrap() {
            let metadata = &record["kinesisRecordMetadata"];
            let (shard, number) = (&metadata["shardId"], &metadata["sequenceNumber"]);
            let (shard, number) = (shard.as_str().unwrap(), number.as_str().unwrap());
            let id = format!("{shard}{}{number}000000000000", "0".repeat(72));
            assert_eq!(record["recordId"], id);
            assert_eq!(metadata["subsequenceNumber"], 0);
            assert_eq!(
                metadata["approximateArrivalTimestamp"],
                record["approximateArrivalTimestamp"]
            );
            assert_eq!(shard.len(), "shardId-000000000003".len());
            shards.insert((seed, shard.to_owned()));
        }
    }
    // One shard an event, and not always the same.
    assert_eq!(shards.len(), 20, "{shards:?}");
    assert!(shards.iter().map(|(_, shard)| shard).collect::<BTreeSet<_>>().len() > 1);
}

#[test]
fn a_failed_record_keeps_the_shard_of_its_id() {
    let id = format!("shardId-000000000007{}49{}000000000000", "0".repeat(72), "1".repeat(54));
    let object = format!(
        r#"{{"rawData":"e30=","errorCode":"Splunk.AckTimeout","EventId":"000000000000000065:{id}"}}"#
    );
    let made = event("--from-failures - --source kinesis").stdin(object).run().text();
    let event: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(event["records"][0]["recordId"], id);
    assert_eq!(event["records"][0]["kinesisRecordMetadata"]["shardId"], "shardId-000000000007");
    // A bare sequence number: the id is written as those of today.
    let number = format!("49{}", "1".repeat(54));
    let object = format!(
        r#"{{"rawData":"e30=","lastErrorCode":"DataFormatConversion.ParseError","sequenceNumber":"{number}","subSequenceNumber":0}}"#
    );
    let made = self::event("--from-failures -").stdin(object).run().text();
    let event: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(
        event["records"][0]["recordId"],
        format!("shardId-{}{number}000000000000", "0".repeat(84))
    );
}

/// What an honest transform answers: each payload in base64 as JSON, a line; control
/// messages are dropped.
fn honest(event: &Value, result: &str) -> Value {
    let key = data_key(event);
    let records = event["records"].as_array().unwrap().iter().map(|record| {
        let line = format!("{{\"was\":{}}}\n", record[key]);
        json!({"recordId": record["recordId"], "result": result, key: STANDARD.encode(line)})
    });
    json!({"records": records.collect::<Vec<_>>()})
}

#[test]
fn an_honest_answer_to_any_kind_from_any_source_breaks_no_rule() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    let mut checked = 0;
    for kind in kinds() {
        let is_control = kind.ends_with("-control");
        let (result, fate) = if is_control { ("Dropped", "dropped") } else { ("Ok", "delivered") };
        for source in SOURCES {
            let made = event(&format!("--records 4 --payload {kind} --source {source}")).run();
            fs::write(&file, &made.stdout).unwrap();
            let event: Value = serde_json::from_str(&made.success()).unwrap();
            let check = Fh::new().args("check --strict --event").arg(&file);
            let output = check.stdin(honest(&event, result).to_string()).run();
            assert_eq!(output.code(), 0, "{kind} {source}: {output}");
            let expected = format!("4 records, 4 {fate}");
            assert!(output.text().contains(&expected), "{kind} {source}: {output}");
            checked += 1;
        }
    }
    assert!(checked >= 19 * 3, "{checked}");
}

#[test]
fn log_events_are_as_many_as_asked_for_and_deflate_like_real_ones() {
    let event = parsed("--payload cloudwatch-logs --log-events 400 --records 3");
    for payload in payloads(&event) {
        let text = inflated(&payload);
        let batch: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(batch["messageType"], "DATA_MESSAGE");
        let events = batch["logEvents"].as_array().unwrap();
        assert_eq!(events.len(), 400);
        let ids: BTreeSet<_> = events.iter().map(|it| it["id"].as_str().unwrap()).collect();
        assert!(ids.len() == 400 && ids.iter().all(|id| id.len() == 56));
        let times: Vec<_> = events.iter().map(|it| it["timestamp"].as_u64().unwrap()).collect();
        assert!(times.is_sorted() && *times.last().unwrap() < 1_795_341_600_123);
        let ratio = text.len() / payload.len();
        assert!((10..=14).contains(&ratio), "{} bytes of {}", payload.len(), text.len());
    }
    for payload in payloads(&parsed("--payload cloudwatch-logs --records 40")) {
        let batch: Value = serde_json::from_slice(&inflated(&payload)).unwrap();
        assert!((2..=8).contains(&batch["logEvents"].as_array().unwrap().len()), "{batch}");
    }
}

#[test]
fn a_transform_that_inflates_log_events_meets_the_limit_of_its_response() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    let made = event("--payload cloudwatch-logs --log-events 500 --records 50").run();
    assert!(made.stdout.len() < 1_000_000, "{}", made.stdout.len());
    fs::write(&file, &made.stdout).unwrap();
    let event: Value = serde_json::from_str(&made.success()).unwrap();
    let records = event["records"].as_array().unwrap().iter().zip(payloads(&event));
    let records = records.map(|(record, payload)| {
        let data = STANDARD.encode([inflated(&payload), b"\n".to_vec()].concat());
        json!({"recordId": record["recordId"], "result": "Ok", "data": data})
    });
    let response = json!({"records": records.collect::<Vec<_>>()}).to_string();
    let output = Fh::new().args("check --event").arg(&file).stdin(response).run();
    assert!(output.text().contains("error: response-too-large\n"), "{output}");
}

#[test]
fn what_is_decompressed_and_extracted_is_that_of_the_same_subscription() {
    let of = |kind: &str| payloads(&parsed(&format!("--records 6 --payload {kind}")));
    let sent: Vec<_> = of("cloudwatch-logs").iter().map(|payload| inflated(payload)).collect();
    assert_eq!(of("cloudwatch-logs-decompressed"), sent);
    for (batch, text) in sent.iter().zip(of("cloudwatch-logs-extracted")) {
        let batch: Value = serde_json::from_slice(batch).unwrap();
        let events = batch["logEvents"].as_array().unwrap().iter();
        let messages = events.flat_map(|it| [it["message"].as_str().unwrap(), "\n"]);
        assert_eq!(String::from_utf8(text).unwrap(), messages.collect::<String>());
    }
}

#[test]
fn a_metric_stream_in_json_has_an_object_a_line() {
    for payload in payloads(&parsed("--records 5 --payload metric-stream")) {
        let text = String::from_utf8(payload).unwrap();
        let points: Vec<Value> = text.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert_eq!(points.len(), 3, "{text}");
        for point in points {
            let value = |name: &str| point["value"][name].as_f64().unwrap();
            assert!(value("min") <= value("max") && value("count") >= 1.0, "{point}");
            assert!(value("sum") >= value("min") * value("count"), "{point}");
            assert!(value("sum") <= value("max") * value("count"), "{point}");
            // A minute that is over.
            let start = point["timestamp"].as_u64().unwrap();
            assert!(start % 60_000 == 0 && start + 60_000 < 1_795_341_600_123, "{point}");
        }
    }
    let decoded = Fh::decode("").stdin(event("--payload metric-stream").run().stdout).run();
    assert_eq!(decoded.success().matches("\"metric_stream_name\"").count(), 9);
}

#[test]
fn a_metric_stream_in_open_telemetry_is_messages_with_their_length() {
    for (kind, name) in [("metric-stream-otel-1.0", "Dimensions"), ("metric-stream-otel-0.7", "")] {
        for payload in payloads(&parsed(&format!("--records 5 --payload {kind}"))) {
            let mut rest = payload.as_slice();
            let mut messages = 0;
            while let [low, high, after @ ..] = rest {
                // Each of these messages has from 128 to 16,383 bytes.
                assert!(*low > 0x7f && *high < 0x80, "{kind}");
                let length = usize::from(low & 0x7f) | usize::from(*high) << 7;
                let (message, after) = after.split_at(length);
                // `resource_metrics`, then `resource`, then `attributes`.
                assert_eq!((message[0], message[3], message[6]), (10, 10, 10), "{message:x?}");
                rest = after;
                messages += 1;
            }
            assert_eq!((messages, rest.len()), (2, 0), "{kind}");
            let text = String::from_utf8_lossy(&payload);
            assert!(text.contains("amazonaws.com/AWS/Lambda/Duration"), "{text}");
            assert_eq!(text.contains("Dimensions"), !name.is_empty(), "{text}");
        }
    }
}

fn with_data(source: &str, lengths: &[usize]) -> Output {
    let lines: String = lengths.iter().flat_map(|it| ["x".repeat(*it), "\n".to_owned()]).collect();
    event(&format!("--data - --source {source}")).stdin(lines).run()
}

#[test]
fn a_record_may_be_as_large_as_its_source_takes() {
    let fits = |source, length| {
        let made = with_data(source, &[length]);
        assert_eq!((made.code(), made.errors()), (0, String::new()), "{source} {length}");
        let event: Value = serde_json::from_str(&made.text()).unwrap();
        assert_eq!(payloads(&event)[0].len(), length);
    };
    fits("direct-put", 1_024_000);
    fits("kinesis", 1024 * 1024);
    fits("msk", 4_700_000);
    let large = with_data("kinesis", &[1024 * 1024 + 1, 2_000_000]);
    assert_snapshot!(large.errors(), @"
    fh: standard input: line 1 is 1,048,577 bytes: a data stream accepts 1 MiB, more if it was raised
      hint: AWS advises against such records with Lambda: https://docs.aws.amazon.com/streams/latest/dev/large-records.html
    ");
    assert_eq!(
        (large.code(), payloads(&serde_json::from_str(&large.text()).unwrap()).len()),
        (0, 2)
    );
}

#[test]
fn a_record_that_its_source_refuses_is_refused_with_the_page() {
    for (source, length) in
        [("direct-put", 1_024_001), ("kinesis", 10 * 1024 * 1024 + 1), ("msk", 6_291_457)]
    {
        let made = with_data(source, &[length]);
        assert_eq!((made.code(), made.text().as_str()), (2, ""), "{source}");
    }
    assert_snapshot!(with_data("direct-put", &[1_024_001]), @"
    ------- stderr -------
    fh: standard input: line 1 is 1,024,001 bytes; a record is at most 1,024,000
      hint: Firehose refuses it (PutRecord): split it, leave it out, or name the `--source` that it comes from
    [exit status: 2]
    ");
    assert_snapshot!(with_data("kinesis", &[10 * 1024 * 1024 + 1]), @"
    ------- stderr -------
    fh: standard input: line 1 is 10,485,761 bytes; a record of a data stream is at most 10,485,760
      hint: Kinesis refuses it; split it, or leave it out: https://docs.aws.amazon.com/streams/latest/dev/large-records.html
    [exit status: 2]
    ");
    assert_snapshot!(with_data("msk", &[6_291_457]), @"
    ------- stderr -------
    fh: standard input: line 1 is 6,291,457 bytes; a record from MSK is at most 6,291,456 with Lambda
      hint: Firehose puts it into the error bucket; leave it out: https://docs.aws.amazon.com/firehose/latest/dev/limits.html
    [exit status: 2]
    ");
    // Their own limit takes these, and Lambda does not.
    assert_snapshot!(with_data("msk", &[5_000_000]), @"
    ------- stderr -------
    fh: record 1 does not fit in an event: its 5,000,000 bytes are 6,666,668 in base64, and Lambda accepts 6 MB
      hint: Firehose puts what is too large for Lambda into the error bucket: https://docs.aws.amazon.com/firehose/latest/dev/limits.html
      hint: `--skip 1` makes the event of those that follow
    [exit status: 2]
    ");
    assert_snapshot!(with_data("kinesis", &[5_000_000]), @"
    ------- stderr -------
    fh: standard input: line 1 is 5,000,000 bytes: a data stream accepts 1 MiB, more if it was raised
      hint: AWS advises against such records with Lambda: https://docs.aws.amazon.com/streams/latest/dev/large-records.html
    fh: record 1 does not fit in an event: its 5,000,000 bytes are 6,666,668 in base64, and Lambda accepts 6 MB
      hint: `--skip 1` makes the event of those that follow
    [exit status: 2]
    ");
    // What follows goes into an event.
    let rest = event("--data - --source msk --skip 1")
        .stdin(format!("{}\nsmall\n", "x".repeat(5_000_000)))
        .run();
    let rest: Value = serde_json::from_str(&rest.success()).unwrap();
    assert_eq!(payloads(&rest), [b"small"]);
}

#[test]
fn flags_that_a_kind_does_not_go_with_are_refused() {
    for command in ["event", "send-demo --stream orders --dry-run"] {
        let run = |words: &str| Fh::new().args(&format!("{command} {words}")).run();
        for (words, error) in [
            ("--payload waf --log-events 5", "`waf` has no log events"),
            ("--payload cloudwatch-logs --log-events 0", "use a whole number from 1 to 10,000"),
            ("--payload cloudwatch-logs --log-events 10001", "use a whole number from 1 to 10,000"),
            ("--log-events 5", "missing `--payload KIND`"),
            ("--payload metric-stream-otel-1.0 --newline", "a newline would break it"),
            ("--payload cloudwatch-logs --newline", "cannot end with a newline"),
            ("--payload cloudwatch-logs-control --gzip", "is already gzip"),
            ("--payload metric-streams", "a similar value: metric-stream"),
        ] {
            let output = run(words);
            assert_eq!(output.code(), 2, "{command} {words}: {output}");
            assert!(output.errors().contains(error), "{command} {words}: {output}");
        }
    }
    assert_snapshot!(Fh::new().args("event --payload waf --log-events 5").run(), @"
    ------- stderr -------
    fh: `waf` has no log events
      hint: `--log-events` is for `cloudwatch-logs`, `cloudwatch-logs-decompressed`, `cloudwatch-logs-extracted`
    [exit status: 2]
    ");
    assert_snapshot!(Fh::new().args("event --payload metric-stream-otel-0.7 --newline").run(), @"
    ------- stderr -------
    fh: `metric-stream-otel-0.7` is protobuf: a newline would break it
      hint: omit `--newline`; the length before each message separates them
    [exit status: 2]
    ");
    let plain = "send-demo --stream orders --payload cloudwatch-logs-extracted --log-events 4001";
    assert_snapshot!(Fh::new().args(plain).run(), @"
    ------- stderr -------
    fh: `--log-events` is at most 4,000 for `cloudwatch-logs-extracted`
      hint: a record is at most 1,024,000 bytes, and these are not compressed
    [exit status: 2]
    ");
}

#[test]
fn filters_choose_among_the_failures() {
    let object = |code: &str, data: &str, arrival: u64| {
        format!(
            r#"{{"attemptsMade":1,"arrivalTimestamp":{arrival},"errorCode":"{code}","rawData":"{data}"}}"#
        )
    };
    let objects = [
        object("Lambda.FunctionError", "Zmlyc3Q=", 1_795_341_600_000),
        object("Lambda.MissingRecordId", "c2Vjb25k", 1_795_341_600_000),
        object("Lambda.FunctionError", "dGhpcmQ=", 1_795_428_000_000),
    ]
    .join("\n");
    let made = |flags: &str| {
        let made = event("--from-failures -").args(flags).stdin(objects.clone()).run();
        let text = made.success();
        let data = text.split("\"data\":\"").skip(1).filter_map(|it| it.split('"').next());
        data.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(made(""), "Zmlyc3Q= c2Vjb25k dGhpcmQ=");
    assert_eq!(made("--code functionerror"), "Zmlyc3Q= dGhpcmQ=");
    assert_eq!(made("--grep ^sec"), "c2Vjb25k");
    assert_eq!(made("--code FunctionError --since 2026-11-23T00:00:00Z"), "dGhpcmQ=");
    let none = event("--from-failures - --code Splunk").stdin(objects).run();
    assert_snapshot!(none, @"
    ------- stderr -------
    fh: cannot make an event: no failure record matches the filters (3 read)
      hint: `fh failures` lists the codes
    [exit status: 2]
    ");
    assert_eq!(event("--code Lambda").run().code(), 2, "there are no failures to choose from");
}
