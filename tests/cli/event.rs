//! `fh event`: shapes, payloads, the user's own records, records that failed.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde::Deserialize;

use crate::harness::{Fh, Output, root};

fn event(words: &str) -> Fh {
    Fh::new().args("event").args(words)
}

/// The records of an event, decoded by `fh decode`, raw and one behind the
/// other.
fn payloads(event: &Output) -> Vec<u8> {
    Fh::decode("--raw --layers base64").stdin(event.stdout.clone()).run().stdout
}

fn keys(text: &str) -> String {
    let text = text.replace(|it: char| it.is_ascii_digit(), "");
    text.split('"').skip(1).step_by(2).filter(|it| it.len() > 4).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_count_is_named_as_by_send_demo_too() {
    let run = |flag: &str| Fh::new().args(&format!("event --seed 7 {flag} 2")).run().success();
    assert_eq!(run("--count"), run("--records"));
}

#[test]
fn a_seed_makes_an_event_reproducible_to_the_byte() {
    assert_snapshot!(event("--seed 1 --records 2 --region eu-west-1 --stream shop").run(), @r#"
    {"invocationId":"6f13963d-4eb7-47b2-a0d2-b07f9d1f4777","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/shop","region":"eu-west-1","records":[{"recordId":"shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822011092621050757224991165885000000000000","approximateArrivalTimestamp":1795341600123,"data":"eyJ0aWNrZXJfc3ltYm9sIjoiUVdFIiwic2VjdG9yIjoiVEVDSE5PTE9HWSIsImNoYW5nZSI6LTEuNjUsInByaWNlIjozOS4wNX0="},{"recordId":"shardId-00000000000000000000000000000000000000000000000000000000000000000000000000000000000049630979792103241390702185822012301546870371854165872061000000000000","approximateArrivalTimestamp":1795341600123,"data":"eyJ0aWNrZXJfc3ltYm9sIjoiU0VEIiwic2VjdG9yIjoiSEVBTFRIQ0FSRSIsImNoYW5nZSI6MS45NywicHJpY2UiOjE1Mi4zMn0="}]}
    [exit status: 0]
    "#);
    let again = || event("--seed 7 --size 20kB --source kinesis --payload waf").run().stdout;
    assert_eq!(again(), again());
    assert_ne!(again(), event("--seed 8 --size 20kB --source kinesis --payload waf").run().stdout);
}

#[test]
fn without_a_seed_two_events_differ() {
    let [one, other] = [event("").run(), event("").run()];
    assert_ne!(one.stdout, other.stdout);
    let told = one.errors();
    let flags = told.strip_prefix("fh: to repeat this event: ").expect(&told);
    assert_eq!(event(flags).run().success(), one.text());
    assert_eq!(event("--quiet").run().errors(), "");
}

#[test]
fn every_kind_from_every_source_is_read_back() {
    let list = event("--list --output ndjson").run().success();
    let kinds: Vec<_> = list
        .lines()
        .filter_map(|line| line.strip_prefix(r#"{"type":"payload","name":""#)?.split('"').next())
        .collect();
    assert!(kinds.len() >= 12, "{kinds:?}");
    for kind in kinds {
        let mut seen = Vec::new();
        for source in ["direct-put", "kinesis", "msk"] {
            let words = format!("--seed 3 --records 5 --payload {kind} --source {source}");
            let made = event(&words).run();
            let text = made.success();
            let rows = Fh::decode("--output ndjson").stdin(text).run().success();
            assert_eq!(rows.lines().count(), 5, "{words}: {rows}");
            assert!(!rows.contains("\"severity\""), "{words}: {rows}");
            seen.push(payloads(&made));
        }
        assert!(!seen[0].is_empty() && seen.iter().all(|bytes| *bytes == seen[0]), "{kind}");
    }
}

#[test]
fn a_size_is_filled_and_not_passed() {
    for (size, bytes) in [("100kB", 100_000), ("1MB", 1_000_000), ("6MiB", 6 * 1024 * 1024)] {
        let made = event(&format!("--seed 1 --size {size}")).run();
        let length = made.stdout.len();
        assert!(length <= bytes && length > bytes - 400, "{size}: {length}");
    }
    assert_snapshot!(event("--size 7MB").run(), @"
    ------- stderr -------
    fh: `--size 7MB`: Lambda accepts at most 6 MB (6,291,456 bytes), whatever the source (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)
    [exit status: 2]
    ");
    assert_snapshot!(event("--size 10").run(), @"
    ------- stderr -------
    fh: `--size 10`: an event without records already has nearly 400 bytes
    [exit status: 2]
    ");
    assert_snapshot!(event("--records 100000 --seed 1").run(), @"
    ------- stderr -------
    fh: 100,000 records do not fit in an event: Lambda accepts 6 MB, which holds 19,200
      hint: use `--size 6MiB` for as many as fit
    [exit status: 2]
    ");
}

#[test]
fn own_records_are_lines_and_go_in_byte_for_byte() {
    let lines = b"{\"a\":1.10} \n\n\xff\xfe\nlast";
    let made = event("--data -").stdin(&lines[..]).run();
    assert_eq!(payloads(&made), b"{\"a\":1.10} \xff\xfelast");
    // A newline of Windows is no part of the record.
    for words in ["--data -", "--data - --lines"] {
        let made = event(words).stdin(&b"{\"a\":1}\r\n{\"a\":2}\r\nc d\r\n"[..]).run();
        assert_eq!(payloads(&made), b"{\"a\":1}{\"a\":2}c d", "{words}");
        let note = "fh: standard input: line 1 ends with CRLF: the carriage return is not part of the record\n";
        assert_eq!(made.errors().matches(note).count(), 1, "{made}");
    }
    // What is no CRLF of text stays.
    for (data, records) in [
        (
            &b"\x08\x96\x01\x12\x0d\n\x08\x97\x01\x12\x0e\n"[..],
            &b"\x08\x96\x01\x12\x0d\x08\x97\x01\x12\x0e"[..],
        ),
        (b"a\nb\r", b"ab\r"),
        (b"a\r\nb\r", b"ab\r"),
        (b"\x01a\r\n", b"\x01a\r"),
        (b"\r\n\nb\r\n", b"b"),
    ] {
        let made = event("--data - --lines").stdin(data).run();
        assert_eq!(payloads(&made), records, "{}", data.escape_ascii());
    }
    let made = event("--data - --newline").stdin(&b"one\ntwo"[..]).run();
    assert_eq!(payloads(&made), b"one\ntwo\n");
    let made = event("--data - --whole").stdin(&b"one\ntwo"[..]).run();
    assert_eq!(payloads(&made), b"one\ntwo");
    let made = event("--data - --base64").stdin(&b"b25l\ndHdv\n"[..]).run();
    assert_eq!(payloads(&made), b"onetwo");
    let made = event("--data - --gzip --records 1").stdin(&b"one\ntwo"[..]).run();
    assert_eq!(Fh::decode("").stdin(made.stdout).run().success(), "one\n");
}

#[test]
fn own_records_that_do_not_fit_are_reported() {
    let line = format!("{}\n", "x".repeat(500_000));
    let run = |words: &str| event(&format!("--data - {words}")).stdin(line.repeat(12)).run();
    let first = run("--seed 1");
    assert_snapshot!(first.errors(), @"
    fh: not all records are in the event: 9 records fit in the 6 MB that Lambda accepts
      hint: `--skip 9` makes an event of the rest
    ");
    assert_eq!(first.code(), 1);
    assert_eq!(payloads(&first).len(), 9 * 500_000);
    let rest = run("--seed 1 --skip 9");
    assert_eq!((rest.code(), payloads(&rest).len()), (0, 3 * 500_000));
    let asked = run("--records 2");
    assert_eq!((asked.code(), payloads(&asked).len()), (0, 2 * 500_000));
}

#[test]
fn what_no_record_can_be_is_refused_by_name() {
    let large = format!("small\n{}\n", "x".repeat(1_024_001));
    assert_snapshot!(event("--data -").stdin(large).run(), @"
    ------- stderr -------
    fh: standard input: line 2 is 1,024,001 bytes; a record is at most 1,024,000
      hint: Firehose refuses it (PutRecord): split it, leave it out, or name the `--source` that it comes from
    [exit status: 2]
    ");
    assert_snapshot!(event("--data - --base64").stdin("b25l\n!\n").run(), @"
    ------- stderr -------
    fh: standard input: line 2: base64: byte `!` is not base64 at byte 0
      hint: omit `--base64` if the lines are the records themselves
    [exit status: 2]
    ");
    assert_snapshot!(event("--data no-such.ndjson").run(), @"
    ------- stderr -------
    fh: cannot read `no-such.ndjson`: No such file or directory (os error 2)
    [exit status: 2]
    ");
}

#[test]
fn data_is_found_in_the_forms_that_decode_reads() {
    let order = r#"{"id":1,"price":1.50}"#;
    let encoded = STANDARD.encode(order);
    let hex = order.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let numbers = format!("{:?}", order.as_bytes());
    let forms = [
        (encoded.clone(), "base64"),
        (format!("\"{encoded}\""), "base64"),
        (format!("b'{encoded}'"), "base64"),
        (hex, "hexadecimal digits"),
        (numbers, "a payload that a program printed"),
        (format!("b'{order}'"), "a payload that a program printed"),
        (format!("{order}{order}"), "several JSON values"),
        (format!(r#"{{"Records":[{{"Data":"{encoded}"}}]}}"#), "the body of a request"),
        (format!(r#"{{"records":[{{"recordId":"1","data":"{encoded}"}}]}}"#), "a transform event"),
    ];
    for (form, name) in forms {
        let made = event("--data - --seed 1").stdin(format!("{form}\n")).run();
        let errors = made.errors();
        assert!(payloads(&made).starts_with(order.as_bytes()), "{form}\n{made}");
        let start = format!("fh: standard input: line 1 {} {name}", verb(name));
        assert!(errors.starts_with(&start) && errors.lines().count() == 1, "{form}\n{errors}");
        assert!(errors.ends_with("; `--lines` takes each line as it is\n"), "{errors}");
        let made = event("--data - --lines --seed 1").stdin(format!("{form}\n")).run();
        assert_eq!(payloads(&made), form.as_bytes(), "{made}");
        assert_eq!(made.errors(), "");
    }
}

/// Every word of a line of text is the record, and a string in JSON keeps its quotes.
#[test]
fn text_with_something_encoded_in_it_stays_as_it_is() {
    let encoded = STANDARD.encode(r#"{"id":1,"price":1.50}"#);
    let lines = format!("INFO start\nINFO token {encoded} ok\n\"abc\"\n\"A1\"\n\"it works\"\n");
    let made = event("--data - --seed 1").stdin(lines.clone()).run();
    assert_eq!(payloads(&made), lines.replace('\n', "").as_bytes(), "{made}");
    assert_eq!(made.errors(), "");
}

fn verb(name: &str) -> &str {
    if name.starts_with("several") { "has" } else { "is" }
}

#[test]
fn each_form_of_an_input_is_reported_once_where_it_begins() {
    let told = |words: &str| event(&format!("--seed 1 {words}")).run();
    let lines = "{\"a\":1}\neyJhIjoyfQ==\n{\"a\":3} tail\n  four \neyJhIjo1fQ==\n{\n\"a\": 6\n}\n";
    let made = event("--data - --seed 1").stdin(lines).run();
    let expected: &[u8] = b"{\"a\":1}{\"a\":2}{\"a\":3} tail  four {\"a\":5}{\n\"a\": 6\n}";
    assert_eq!(payloads(&made), expected);
    assert_snapshot!(made.errors(), @"
    fh: standard input: line 2 is base64: its bytes become the record; `--lines` takes each line as it is
    fh: standard input: line 6 starts a JSON value of several lines, which becomes one record; `--lines` takes each line as it is
    ");
    // A note about what is left out would be about nothing.
    assert_eq!(event("--data - --seed 1 --records 1").stdin(lines).run().errors(), "");
    assert_snapshot!(told("--data fixtures/failures/pretty.json").errors(), @"
    fh: fixtures/failures/pretty.json: line 1 is a failure object: its record is taken; `--from-failures` keeps its ID and arrival time; `--lines` takes each line as it is
    ");
    assert_snapshot!(told("--whole --data fixtures/failures/pretty.json").errors(), @"
    fh: fixtures/failures/pretty.json is a failure object
      hint: use `--from-failures` to extract its record
    ");
    assert_snapshot!(told("--data fixtures/objects/newline.json.gz").errors(), @"
    fh: fixtures/objects/newline.json.gz is compressed with gzip: the records inside are taken; `--whole` makes the file one record
    ");
    // What is meant so is taken without a word.
    assert_eq!(told("--whole --data fixtures/objects/newline.json.gz").errors(), "");
    assert_eq!(told("--data fixtures/records/plain-json.ndjson").errors(), "");
    assert_eq!(told("--base64 --data fixtures/records/plain-json.b64").errors(), "");
}

#[test]
fn data_that_cannot_be_read_makes_no_event() {
    let made =
        event("--data - --seed 1").stdin(r#"{"records":[{"recordId":"1","data":"!!"}]}"#).run();
    assert_snapshot!(made, @"
    ------- stderr -------
    fh: standard input: line 1 cannot be decoded: base64: byte `!` is not base64 at byte 0
      hint: `--lines` takes each line as it is
    [exit status: 2]
    ");
}

#[test]
fn a_folder_of_data_is_read_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("b"), "three\n").unwrap();
    fs::write(folder.path().join("a"), "one\ntwo").unwrap();
    let made = event("--newline --data").arg(folder.path()).run();
    assert_eq!(payloads(&made), b"one\ntwo\nthree\n");
}

#[test]
fn a_service_has_its_source_and_the_name_that_it_wants() {
    let head = |words: &str| {
        let text = event(&format!("--seed 1 --records 1 {words}")).run().success();
        text.split("\"records\"").next().unwrap_or_default().to_owned()
    };
    assert!(head("--payload dynamodb").contains("\"sourceKinesisStreamArn\""));
    assert!(!head("--payload dynamodb --source direct-put").contains("\"sourceKinesisStreamArn\""));
    assert!(head("--payload waf").contains("deliverystream/aws-waf-logs-shop\""));
    assert!(head("--payload waf --stream shop").contains("deliverystream/shop\""));
    let arn = "arn:aws-cn:firehose:cn-north-1:111122224444:deliverystream/shop";
    assert!(
        head(&format!("--stream {arn}")).contains(&format!("{arn}\",\"region\":\"cn-north-1\""))
    );
}

#[test]
fn failures_become_the_event_that_failed() {
    let made = event("--from-failures fixtures/failures/lambda-arn-capital.ndjson --seed 1").run();
    let failed = "--raw --layers base64 --input-format failures";
    let failed = Fh::decode(failed).arg("fixtures/failures/lambda-arn-capital.ndjson").run().stdout;
    assert_eq!(payloads(&made), failed);
    assert!(made.success().contains("\"approximateArrivalTimestamp\":1795341600123,"), "{made}");
    // Gzip records come out as gzip: the transform saw them so.
    let made = event("--from-failures fixtures/failures/cloudwatch-gzip.ndjson").run();
    assert!(payloads(&made).starts_with(b"\x1f\x8b\x08"), "{made}");
    let piped = fs::File::open(root().join("fixtures/failures/glued.json")).unwrap();
    let piped = std::io::read_to_string(piped).unwrap();
    assert!(event("--from-failures -").stdin(piped).run().success().contains("recordId"));
}

#[test]
fn failures_that_cannot_be_taken_are_reported_and_the_rest_is_read() {
    let made = event("--from-failures fixtures/failures/one-bad-line.ndjson --seed 1").run();
    assert_snapshot!(made.errors(), @"
    fh: fixtures/failures/one-bad-line.ndjson: record 2: JSON ends early at byte 200
      hint: the text was truncated or edited; the lines after it are read separately
    ");
    assert_eq!(made.code(), 1);
    assert_eq!(made.text().matches("recordId").count(), 2);
    let made = event("--from-failures fixtures/failures/splunk.json --seed 1").run();
    assert_snapshot!(made.errors(), @"
    fh: 1 record failed after the transform, at the destination
      hint: its data is the output of the transform, not its input
    ");
    let conversions = "--from-failures fixtures/failures/format-conversion.ndjson --seed 1";
    assert_snapshot!(event(conversions).run().errors(), @"
    fh: 2 records failed after the transform, in format conversion
      hint: their data may be the output of the transform, not its input
    ");
    let both = event(conversions).args("--from-failures fixtures/failures/splunk.json").run();
    assert!(both.errors().contains("1 record failed after the transform, at the destination"));
    assert!(both.errors().contains("failed after the transform, in format conversion"));
    assert_snapshot!(event("--from-failures -").stdin("hello\n").run(), @"
    ------- stderr -------
    fh: standard input: record 1: not in the input format `failures`
      hint: `--data` reads records as they are; `fh decode` shows what this is
    fh: cannot make an event: no record is usable
    [exit status: 1]
    ");
    assert_snapshot!(event("--from-failures fixtures/events/direct-put.json").run(), @"
    ------- stderr -------
    fh: fixtures/events/direct-put.json: record 1: not in the input format `failures`
      hint: `--data` reads records as they are; `fh decode` shows what this is
    fh: fixtures/events/direct-put.json: record 2: not in the input format `failures`
      hint: `--data` reads records as they are; `fh decode` shows what this is
    fh: fixtures/events/direct-put.json: record 3: not in the input format `failures`
      hint: `--data` reads records as they are; `fh decode` shows what this is
    fh: cannot make an event: no record is usable
    [exit status: 1]
    ");
    assert_eq!(event("--from-failures no-such.ndjson").run().code(), 2);
}

#[test]
fn failed_records_keep_their_ids() {
    let number = "49668231907715301429481730562918473650281947365019283746";
    let ids = |made: Output| {
        let text = made.text();
        let ids = text.split("\"recordId\":\"").skip(1);
        ids.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let splunk = "--from-failures fixtures/failures/splunk.json --seed 1";
    assert_eq!(ids(event(splunk).run()), [format!("{number}000000")]);
    let kinesis = event(splunk).args("--source kinesis").run().text();
    assert!(kinesis.contains(&format!("\"sequenceNumber\":\"{number}\",\"subsequenceNumber\":0")));
    // The same object twice: an id is there once.
    let twice = ids(event(splunk).args("--from-failures fixtures/failures/splunk.json").run());
    assert_eq!(twice[0], format!("{number}000000"));
    assert!(twice[1] != twice[0] && twice[1].len() == 160, "{twice:?}");
    // A newer object, whose record had an id of 160 characters.
    let long = format!("shardId-{}{number}000000000000", "0".repeat(84));
    let object =
        format!(r#"{{"rawData":"e30=","errorCode":"Splunk.AckTimeout","EventId":"65:{long}"}}"#);
    assert_eq!(ids(event("--from-failures -").stdin(object).run()), [long]);
}

#[test]
fn failures_in_an_object_that_was_cut_are_reported() {
    let mut object = Vec::new();
    let mut file = fs::File::open(root().join("fixtures/objects/failures.ndjson.gz")).unwrap();
    std::io::Read::read_to_end(&mut file, &mut object).unwrap();
    object.truncate(object.len() - 6);
    let made = event("--from-failures - --seed 1").stdin(object).run();
    assert_snapshot!(made.errors(), @"
    fh: standard input: gzip: truncated at byte 498
      hint: the end is missing; fetch or copy the record again
    ");
    assert_eq!((made.code(), made.text().matches("recordId").count()), (1, 3));
}

#[test]
fn a_folder_of_failures_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["pretty.json", "crlf.ndjson"] {
        let from = root().join("fixtures/failures").join(name);
        fs::copy(from, folder.path().join(name)).unwrap();
    }
    let one = |path: &Path| payloads(&event("--from-failures").arg(path).run());
    let both = [one(&folder.path().join("crlf.ndjson")), one(&folder.path().join("pretty.json"))];
    assert_eq!(one(folder.path()), both.concat());
}

#[test]
fn hostile_records_are_named_and_the_same_each_time() {
    let made = event("--hostile --seed 1").run();
    let list = event("--list --output ndjson").run().success();
    let names: Vec<_> = list
        .lines()
        .filter_map(|line| line.strip_prefix(r#"{"type":"hostile","name":""#)?.split('"').next())
        .collect();
    let told = made.errors();
    let told: Vec<_> = told.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(told, names);
    assert_eq!(made.text().matches("recordId").count(), names.len());
    assert_eq!(made.stdout, event("--hostile --seed 1 --quiet").run().stdout);
}

#[test]
fn sources_have_the_keys_that_published_events_have() {
    // As captured from Firehose in 2018, and as aws-lambda-java-libs has it.
    let shape = |text: &str| {
        let names = ["invocationId", "sourceMSKArn", "deliveryStreamArn", "region", "records"];
        let names = names.into_iter().chain(["recordId", "approximateArrivalTimestamp", "data"]);
        let names = names.chain(["mskRecordMetadata", "offset", "partitionId", "kafkaRecordValue"]);
        let names: Vec<_> = names.collect();
        keys(text).split(' ').filter(|key| names.contains(key)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        shape(&event("--seed 1 --records 2").run().success()),
        "invocationId deliveryStreamArn region records recordId approximateArrivalTimestamp \
         recordId approximateArrivalTimestamp"
    );
    assert_eq!(
        shape(&event("--seed 1 --records 1 --source msk").run().success()),
        "invocationId sourceMSKArn deliveryStreamArn region records recordId \
         approximateArrivalTimestamp mskRecordMetadata offset partitionId \
         approximateArrivalTimestamp kafkaRecordValue"
    );
}

#[test]
fn a_narrow_terminal_breaks_no_word_of_the_list() {
    let narrow = event("--list --color never").on_terminal(60).success();
    for line in narrow.lines() {
        assert!(line.trim_end().chars().count() <= 60, "{line}");
    }
    // Nothing is cut: what the hostile cases are is there word for word.
    let words = |text: &str| {
        let cases = text.split("--hostile").nth(1).unwrap().to_owned();
        cases.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(&narrow), words(&event("--list").run().success()));
}

#[test]
fn comments_of_the_examples_stand_apart() {
    let help = event("--help").run().success();
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    for comment in ["what breaks transforms", "three demo records, Direct PUT"] {
        assert!(examples.contains(&format!("  {comment}\n")), "{examples}");
    }
}

#[test]
fn the_list_tells_kinds_and_cases() {
    assert_snapshot!(event("--list").run(), @r#"
    --payload KIND
     name                          content        description
     ticker                        JSON           stock ticker of the console's demo data: compact JSON, lower case, no newline
     cloudwatch-logs               gzip of JSON   CloudWatch Logs subscription: gzip of a DATA_MESSAGE with log events of a Lambda function
     cloudwatch-logs-control       gzip of JSON   CONTROL_MESSAGE of CloudWatch Logs, which tests a new subscription, gzip
     cloudwatch-logs-decompressed  JSON           DATA_MESSAGE that the delivery stream has decompressed: JSON, as the transform gets it
     cloudwatch-logs-extracted     text, newline  messages that the delivery stream has extracted from a DATA_MESSAGE, a newline after each
     dynamodb                      JSON           change record of a DynamoDB table, through a Kinesis data stream
     vpc-flow                      text           VPC flow log: a line of 14 fields, version 2
     waf                           JSON           web ACL log of AWS WAF: one JSON object per record
     eventbridge                   JSON           EventBridge event of an EC2 instance: JSON without a newline
     sns                           JSON, newline  SNS notification: the envelope without a signature, and a newline
     ses                           JSON, newline  SES event publishing: a Delivery, Bounce or Open event and a newline
     iot                           JSON, newline  message of an IoT rule with a newline as separator: sensor data
     metric-stream                 JSON           CloudWatch metric stream in JSON: several objects, a newline between them
     metric-stream-otel-1.0        protobuf       CloudWatch metric stream in OpenTelemetry 1.0: protobuf, the length before each message
     metric-stream-otel-0.7        protobuf       CloudWatch metric stream in OpenTelemetry 0.7: labels where 1.0 has attributes
     apache                        text           access log line in Apache's combined format
     syslog                        text           syslog line in the format of RFC 5424
     route53-resolver              JSON           query log of Route 53 Resolver: JSON
     api-gateway                   JSON           access log of API Gateway in the JSON format of its guide

    --hostile, in this order
     name            description
     plain           a plain record that every transform handles
     empty           no bytes at all: `"data":""`
     blank           a newline and nothing else
     two-values      two JSON objects, one after the other without a newline
     lines           three JSON objects, one per line
     duplicate       the same bytes as the record `plain`
     duplicate-key   a duplicate key
     numbers         1.10, 23 digits, 1e400: numbers that floats change
     escapes         a lone surrogate, an escaped slash, NUL and a line separator
     unicode         letters of several scripts, an emoji, a combining accent
     nested          20,000 levels of arrays: more than Python reads and Node.js writes
     array           a JSON array where an object is expected
     string          a JSON string
     null            JSON null
     json-in-string  JSON that was serialized twice
     cut-json        truncated JSON
     not-a-number    NaN, which Python writes and other parsers reject
     text            a log line, not JSON
     csv             a line of CSV with quotes and a formula
     crlf            a line that ends with CRLF
     bom             JSON after a byte order mark
     latin-1         text that is not UTF-8
     utf-16          JSON in UTF-16, as Windows shells write it
     binary          every byte from 0 to 255
     terminal        escape codes that would change the terminal
     base64          base64 of JSON, from a producer that encodes its data itself
     gzip            gzip of JSON
     gzip-cut        truncated gzip
     gzip-members    two gzip members, of which naive readers read only the first
     gzip-twice      gzip of gzip of JSON
     gzip-magic      the magic of gzip before something else
     logs            a CloudWatch Logs DATA_MESSAGE
     logs-control    a CloudWatch Logs CONTROL_MESSAGE, which is not a log event
     logs-members    two DATA_MESSAGEs, one gzip member each
     logs-empty      a DATA_MESSAGE without log events
     inflating       2 KB of gzip that inflate to 2 MB: a third of the 6 MB limit
     huge            1,024,000 bytes, the maximum size of a record
    [exit status: 0]
    "#);
}

/// A row of the list, declared once more: a key that is new, gone or of another
/// type fails here before it fails a user.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[serde(deny_unknown_fields)]
enum Row {
    Payload { name: String, content_type: String, gzip: bool, newline: bool, what: String },
    Hostile { name: String, what: String },
}

#[test]
fn the_list_has_a_schema() {
    let document = event("--list --output json").run().success();
    let rows: Vec<Row> = serde_json::from_str(&document).unwrap();
    let lines = event("--list --output ndjson").run().success();
    let lines: Vec<Row> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), lines.len());
    for row in rows {
        match row {
            Row::Payload { name, content_type, gzip, newline, what } => {
                assert!(["json", "text", "protobuf"].contains(&content_type.as_str()), "{name}");
                assert!(!gzip || !newline, "{name}");
                assert!(!what.is_empty(), "{name}");
            }
            Row::Hostile { name, what } => assert!(!what.is_empty(), "{name}"),
        }
    }
}

#[test]
fn wrong_flags_are_refused() {
    assert_snapshot!(event("--payload cloudwatch-logs --gzip").run(), @"
    ------- stderr -------
    fh: `cloudwatch-logs` is already gzip
      hint: omit `--gzip`, or see `--hostile` for gzip of gzip
    [exit status: 2]
    ");
    assert_snapshot!(event("--payload stock").run(), @"
    ------- stderr -------
    fh: invalid value `stock` for `--payload`
      hint: possible values: ticker, cloudwatch-logs, cloudwatch-logs-control, cloudwatch-logs-decompressed, cloudwatch-logs-extracted, dynamodb, vpc-flow, waf, eventbridge, sns, ses, iot, metric-stream, metric-stream-otel-1.0, metric-stream-otel-0.7, apache, syslog, route53-resolver, api-gateway
    [exit status: 2]
    ");
    assert_snapshot!(event("--timestamp tomorrow").run(), @"
    ------- stderr -------
    fh: `--timestamp`: `tomorrow` is not a valid time; use a relative time (10m, 1h30m, 2d), a time of the last 24 hours (14:05), a date (2026-11-22, yesterday), perhaps with a time (2026-11-22 14:05), RFC 3339 (2026-11-22T14:05:00Z), or epoch seconds or milliseconds
    [exit status: 2]
    ");
    assert_snapshot!(event("--timestamp 9999-06-01").run(), @"
    ------- stderr -------
    fh: `--timestamp`: 9999-06-01 is not a time from 1973 to 9998
    [exit status: 2]
    ");
    assert_snapshot!(event("--payload cloudwatch-logs --newline").run(), @"
    ------- stderr -------
    fh: `cloudwatch-logs` is gzip and cannot end with a newline
      hint: omit `--newline`; CloudWatch Logs puts none between its records
    [exit status: 2]
    ");
    assert_snapshot!(event("--data - --skip 2").stdin("one\ntwo\n").run(), @"
    ------- stderr -------
    fh: `--skip` skips every record: the input has 2 records
    [exit status: 2]
    ");
    assert_snapshot!(event("--data - --size 500 --seed 1").stdin("x".repeat(500)).run(), @r#"
    {"invocationId":"6f13963d-4eb7-47b2-a0d2-b07f9d1f4777","deliveryStreamArn":"arn:aws:firehose:us-east-1:111122223333:deliverystream/orders","region":"us-east-1","records":[]}
    ------- stderr -------
    fh: not all records are in the event: 0 records fit in the size
      hint: try a larger `--size`
    [exit status: 1]
    "#);
    assert_snapshot!(event("--data -").stdin("x".repeat(3_000_000)).run(), @"
    ------- stderr -------
    fh: standard input: line 1 is 3,000,000 bytes; a record is at most 1,024,000
      hint: Firehose refuses it (PutRecord): split it, leave it out, or name the `--source` that it comes from
    [exit status: 2]
    ");
    for words in [
        "--hostile --data -",
        "--hostile --records 2",
        "--hostile --payload waf",
        "--hostile --gzip",
        "--hostile --newline",
        "--data - --payload waf",
        "--skip 2",
        "--records 0",
        "--timestamp 9223372036854775807",
        "--stream arn:aws:kinesis:eu-west-1:111122223333:stream/shop",
    ] {
        assert_eq!(event(words).run().code(), 2, "{words}");
    }
    assert_eq!(event("--stream").arg("a b").run().code(), 2);
    assert_eq!(event("--account 12").run().code(), 2);
    assert_eq!(event("--whole").run().code(), 2);
}

#[test]
fn the_environment_does_not_change_an_event() {
    let event = || Fh::new().args("event --seed 1 --records 1");
    let plain = event().run();
    assert!(plain.text().contains("\"region\":\"us-east-1\""), "{plain}");
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"] {
        assert_eq!(event().env(name, "eu-west-1").run().text(), plain.text(), "{name}");
    }
}

#[test]
fn a_file_that_is_too_large_is_not_called_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.txt");
    fs::write(&file, vec![b'a'; 12_000_000]).unwrap();
    let whole = Fh::new().args("event --whole --data").arg(&file).run();
    assert!(whole.errors().contains("with `--whole`, each file is one record"), "{whole}");
    assert!(!whole.errors().contains("one record per line"), "{whole}");
}

#[test]
fn a_line_break_in_a_string_is_named_where_it_makes_two_records() {
    let event = event("--seed 7 --data -")
        .stdin("{\"b\":1}\n{\"a\":\"foo\nbar\"}\n{\"a\":\"x\ny\"}\n")
        .run();
    assert_eq!(payloads(&event), b"{\"b\":1}{\"a\":\"foobar\"}{\"a\":\"xy\"}", "{event}");
    assert_snapshot!(event.errors(), @r"
    fh: standard input: line 2 is not JSON from byte 9: line break in a string; each of its lines becomes a record
      hint: write the line break as `\n`, or join the lines if a terminal wrapped them
    ");
}
