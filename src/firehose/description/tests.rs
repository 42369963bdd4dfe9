use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::defaults::MIB;
use super::*;
use crate::bytes::lossy;
use crate::json::Token;
use crate::stream::{Buffering, DeliveryStream, StreamSource};

/// One answer of each kind, with all members of the API.
const SAMPLES: [(DestinationMember, &str); 9] = [
    (DestinationMember::ExtendedS3, include_str!("samples/extended-s3.json")),
    (DestinationMember::Redshift, include_str!("samples/redshift.json")),
    (DestinationMember::Elasticsearch, include_str!("samples/elasticsearch.json")),
    (DestinationMember::OpenSearch, include_str!("samples/opensearch.json")),
    (DestinationMember::OpenSearchServerless, include_str!("samples/opensearch-serverless.json")),
    (DestinationMember::Splunk, include_str!("samples/splunk.json")),
    (DestinationMember::HttpEndpoint, include_str!("samples/http-endpoint.json")),
    (DestinationMember::Snowflake, include_str!("samples/snowflake.json")),
    (DestinationMember::Iceberg, include_str!("samples/iceberg.json")),
];

fn described(document: &str) -> Description {
    let read = read(document.as_bytes()).unwrap();
    assert_eq!(read.misfits, [], "{document}");
    read.description
}

fn view(document: &str) -> DeliveryStream {
    described(document).view()
}

/// A value with the members of its objects in order and without white space.
fn canonical(token: Token<'_>) -> String {
    if token.is_object() {
        let fields = token.fields().map(Result::unwrap);
        let members: BTreeMap<_, _> =
            fields.map(|it| (lossy(&it.name()).into_owned(), canonical(it.value))).collect();
        return format!("{members:?}");
    }
    if token.is_array() {
        let elements = token.elements().map(|it| canonical(it.unwrap().0));
        return format!("{:?}", elements.collect::<Vec<_>>());
    }
    format!("{} {}", token.kind(), token.text())
}

fn canonical_of(json: &[u8]) -> String {
    canonical(Token::new(json.trim_ascii()))
}

#[test]
fn each_kind_is_written_as_it_was_read() {
    for (member, sample) in SAMPLES {
        let description = described(sample);
        assert_eq!(description.destination().unwrap().member, Some(member));
        let written = description.answer();
        assert_eq!(canonical_of(&written), canonical_of(sample.as_bytes()), "{member:?}");
        assert_eq!(read(&written).unwrap().description, description, "{member:?}");
    }
}

#[test]
fn each_kind_is_seen_with_its_own_s3_its_backup_and_its_buffers() {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:enrich:live";
    for (member, sample) in SAMPLES {
        let stream = view(sample);
        let destination = stream.destination.as_ref().unwrap();
        let s3 = destination.s3.as_ref().unwrap();
        let backup = destination.backup.as_ref().unwrap();
        let kind = destination.kind;
        assert_eq!(kind, member.kind());
        assert_eq!((s3.bucket.as_str(), s3.compression.as_str()), ("lake", "GZIP"), "{member:?}");
        let hints = Buffering { interval: Duration::from_mins(2), bytes: 64 * MIB };
        assert_eq!((destination.buffering, s3.buffering), (hints, hints), "{member:?}");
        let (bucket, zone) = match kind {
            DestinationKind::S3 => ("backup", "Europe/Berlin"),
            _ => ("lake", "UTC"),
        };
        assert_eq!((backup.bucket.as_str(), s3.time_zone.as_str()), (bucket, zone), "{member:?}");
        let retry = if kind == DestinationKind::S3 { 0 } else { 900 };
        assert_eq!(destination.retry, Duration::from_secs(retry), "{member:?}");
        let logging = destination.logging.as_ref().unwrap();
        assert_eq!(logging.group, "/aws/kinesisfirehose/orders", "{member:?}");
        let transform = stream.transform().unwrap();
        assert_eq!((transform.function_arn.as_str(), transform.retries), (function, 1));
        let soon = Buffering { interval: Duration::ZERO, bytes: MIB / 5 };
        assert_eq!(transform.buffering, soon, "{member:?}");
        assert!(destination.processing.appends_newline);
    }
    let iceberg = view(include_str!("samples/iceberg.json"));
    assert_eq!(iceberg.destination.unwrap().table_error_prefixes, ["failed/orders-table/"]);
    let redshift = view(include_str!("samples/redshift.json"));
    let clicks = "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks";
    assert_eq!(redshift.source, StreamSource::Kinesis(clicks.to_owned()));
    assert_eq!((redshift.version_id.as_str(), redshift.updated), ("4", Some(1_795_345_200_000)));
    let StreamSource::Msk { topic, .. } = view(include_str!("samples/snowflake.json")).source
    else {
        panic!("a topic");
    };
    assert_eq!(topic, "clicks");
}

#[test]
fn what_only_a_diagnosis_asks_is_there_too() {
    let description = described(include_str!("samples/splunk.json"));
    let failure = description.failure.as_ref().unwrap();
    assert_eq!(failure.kind.as_deref(), Some("KMS_ACCESS_DENIED"));
    let key = description.encryption.as_ref().unwrap().key_arn.as_deref().unwrap();
    assert!(key.ends_with("0002"), "{key}");
    let s3 = described(include_str!("samples/extended-s3.json"));
    assert_eq!(s3.created, Some(Time(1_795_341_600_123)));
    let config = &s3.destination().unwrap().config;
    assert!(config.converts());
    let schema = config.conversion.as_ref().unwrap().schema.as_ref().unwrap();
    assert_eq!(schema.table.as_deref(), Some("orders"));
    assert_eq!(config.partitioning.as_ref().unwrap().enabled, Some(true));
    assert_eq!(config.file_extension.as_deref(), Some(".json"));
    assert_eq!(config.bucket(), Some("lake"));
    assert_eq!(config.processors().len(), 2);
}

#[test]
fn every_form_of_the_same_stream_is_the_same() {
    let sample = include_str!("samples/extended-s3.json");
    let answer = described(sample);
    let whole = Token::new(sample.trim_ascii().as_bytes());
    let bare = whole.get(b"DeliveryStreamDescription").unwrap();
    assert_eq!(described(&bare.text()), answer);
    // Of the AWS CLI.
    let iso = sample
        .replace("1795341600.123", "\"2026-11-22T11:00:00.123000+01:00\"")
        .replace("1795345200", "\"2026-11-22T11:00:00+00:00\"");
    assert_ne!(iso, sample);
    assert_eq!(described(&iso), answer);
    // Of an SDK that writes exponents.
    let scientific = sample.replace("1795341600.123", "1.795341600123E9");
    assert_eq!(described(&scientific), answer);
    // One destination alone.
    let alone = bare.get(b"Destinations").unwrap().elements().next().unwrap().unwrap().0;
    let alone = described(&alone.text());
    assert_eq!(alone.destinations, answer.destinations);
    assert_eq!(alone.name, None);
}

/// As `aws firehose create-delivery-stream --cli-input-json` takes it.
const CREATION: &str = r#"{
  "DeliveryStreamName": "orders",
  "DeliveryStreamType": "KinesisStreamAsSource",
  "KinesisStreamSourceConfiguration": {
    "KinesisStreamARN": "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks",
    "RoleARN": "arn:aws:iam::111122223333:role/firehose-orders"
  },
  "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
  "ExtendedS3DestinationConfiguration": {
    "RoleARN": "arn:aws:iam::111122223333:role/firehose-orders",
    "BucketARN": "arn:aws:s3:::lake",
    "S3BackupMode": "Enabled",
    "S3BackupConfiguration": {"BucketARN": "arn:aws:s3:::backup", "Prefix": "raw/"},
    "SomethingNew": {"Mode": [1, 2.50, "x"]}
  },
  "Tags": [{"Key": "team", "Value": "orders"}]
}"#;

#[test]
fn a_creation_becomes_the_answer_that_aws_gives_of_it() {
    let mut stream = described(CREATION);
    assert_eq!(stream.tags.as_ref().unwrap().len(), 1);
    assert!(stream.rest.is_empty(), "{:?}", stream.rest);
    stream.arn = Some("arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders".to_owned());
    (stream.status, stream.version_id) = (Some("ACTIVE".to_owned()), Some("1".to_owned()));
    stream.created = Some(Time(1_795_341_600_000));
    stream.destination_mut().unwrap().id = Some("destinationId-000000000001".to_owned());
    stream.set_defaults();
    let lines = String::from_utf8(stream.answer()).unwrap().replace(",\"", ",\n\"");
    insta::assert_snapshot!(lines, @r#"
    {"DeliveryStreamDescription":{"DeliveryStreamName":"orders",
    "DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders",
    "DeliveryStreamStatus":"ACTIVE",
    "DeliveryStreamEncryptionConfiguration":{"KeyType":"AWS_OWNED_CMK",
    "Status":"ENABLED"},
    "DeliveryStreamType":"KinesisStreamAsSource",
    "VersionId":"1",
    "CreateTimestamp":1795341600,
    "Source":{"KinesisStreamSourceDescription":{"KinesisStreamARN":"arn:aws:kinesis:eu-west-1:111122223333:stream/clicks",
    "RoleARN":"arn:aws:iam::111122223333:role/firehose-orders"}},
    "HasMoreDestinations":false,
    "Destinations":[{"DestinationId":"destinationId-000000000001",
    "ExtendedS3DestinationDescription":{"RoleARN":"arn:aws:iam::111122223333:role/firehose-orders",
    "BucketARN":"arn:aws:s3:::lake",
    "BufferingHints":{"SizeInMBs":5,
    "IntervalInSeconds":300},
    "CompressionFormat":"UNCOMPRESSED",
    "EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},
    "CloudWatchLoggingOptions":{"Enabled":false},
    "ProcessingConfiguration":{"Enabled":false,
    "Processors":[]},
    "S3BackupMode":"Enabled",
    "S3BackupDescription":{"BucketARN":"arn:aws:s3:::backup",
    "Prefix":"raw/",
    "BufferingHints":{"SizeInMBs":5,
    "IntervalInSeconds":300},
    "CompressionFormat":"UNCOMPRESSED",
    "EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},
    "CloudWatchLoggingOptions":{"Enabled":false}},
    "SomethingNew":{"Mode": [1, 2.50, "x"]}},
    "S3DestinationDescription":{"RoleARN":"arn:aws:iam::111122223333:role/firehose-orders",
    "BucketARN":"arn:aws:s3:::lake",
    "BufferingHints":{"SizeInMBs":5,
    "IntervalInSeconds":300},
    "CompressionFormat":"UNCOMPRESSED",
    "EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},
    "CloudWatchLoggingOptions":{"Enabled":false}}}]}}
    "#);
}

#[test]
fn an_update_replaces_what_it_names_and_nothing_else() {
    let mut stream = described(CREATION);
    let update = described(
        r#"{"DeliveryStreamName": "orders", "CurrentDeliveryStreamVersionId": "1",
            "DestinationId": "destinationId-000000000001",
            "ExtendedS3DestinationUpdate": {
              "Prefix": "new/",
              "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
              "S3BackupUpdate": {"Prefix": "copies/"},
              "SomethingNew": null, "SomethingElse": 1}}"#,
    );
    assert_eq!(update.version_id.as_deref(), Some("1"));
    let destination = update.destination().unwrap();
    assert_eq!(destination.id.as_deref(), Some("destinationId-000000000001"));
    stream.apply(update);
    let config = &stream.destination().unwrap().config;
    assert_eq!((config.bucket(), config.prefix.as_deref()), (Some("lake"), Some("new/")));
    assert_eq!(config.buffering.as_ref().unwrap().size_mb, Some(1));
    let backup = config.backup.as_ref().unwrap();
    assert_eq!((backup.bucket(), backup.prefix.as_deref()), (Some("backup"), Some("copies/")));
    assert_eq!(config.rest.get("SomethingElse").unwrap().raw(), b"1");
    let s3 = stream.destination_mut().unwrap();
    s3.config.backup = None;
    let backup =
        r#"{"ExtendedS3DestinationUpdate": {"S3BackupUpdate": {"BucketARN": "arn:aws:s3:::b"}}}"#;
    stream.apply(described(backup));
    let config = &stream.destination().unwrap().config;
    assert_eq!(config.backup.as_ref().unwrap().bucket(), Some("b"));
    let other = r#"{"HttpEndpointDestinationUpdate": {"EndpointConfiguration": {"Url": "x"}}}"#;
    stream.apply(described(other));
    let destination = stream.destination().unwrap();
    assert_eq!(destination.member, Some(DestinationMember::HttpEndpoint));
    assert_eq!(destination.config.bucket(), None);
}

#[test]
fn what_an_emulator_leaves_out_is_as_aws_has_it() {
    let stream = view(r#"{"DeliveryStreamDescription": {"DeliveryStreamName": "orders"}}"#);
    assert_eq!((stream.name.as_str(), stream.status.as_str()), ("orders", "ACTIVE"));
    assert_eq!((stream.source, stream.destination), (StreamSource::DirectPut, None));
    let older = r#"{"DeliveryStreamName": "orders", "Destinations": [
        {"DestinationId": "1", "S3DestinationDescription": {"BucketARN": "arn:aws:s3:::lake"}}]}"#;
    let destination = view(older).destination.unwrap();
    assert_eq!(destination.s3.unwrap().bucket, "lake");
    for (kind, seconds, mib, retry) in [
        ("ExtendedS3", 300, 5, 0),
        ("Redshift", 300, 5, 3600),
        ("Amazonopensearchservice", 300, 5, 300),
        ("Splunk", 60, 5, 3600),
        ("HttpEndpoint", 300, 5, 300),
        ("Snowflake", 0, 128, 60),
        ("Iceberg", 300, 5, 300),
    ] {
        let document = format!(r#"{{"Destinations": [{{"{kind}DestinationDescription": {{}}}}]}}"#);
        let destination = view(&document).destination.unwrap();
        let buffering = Buffering { interval: Duration::from_secs(seconds), bytes: mib * MIB };
        let found = (destination.buffering, destination.retry.as_secs());
        assert_eq!(found, (buffering, retry), "{kind}");
        assert!(!defaults::of(destination.kind).source.is_empty());
    }
    let converts = r#"{"ExtendedS3DestinationConfiguration":
        {"BucketARN": "arn:aws:s3:::lake", "DataFormatConversionConfiguration": {}}}"#;
    assert_eq!(view(converts).destination.unwrap().buffering.bytes, 128 * MIB);
}

#[test]
fn the_defaults_of_a_transform_are_those_of_its_destination() {
    for (kind, seconds, bytes) in [
        (DestinationKind::S3, 60, MIB),
        (DestinationKind::Splunk, 60, MIB / 4),
        (DestinationKind::Snowflake, 30, MIB / 4),
    ] {
        let found = defaults::of(kind).transform_buffering;
        assert_eq!(found, Buffering { interval: Duration::from_secs(seconds), bytes }, "{kind:?}");
    }
}

#[test]
fn a_skeleton_of_the_aws_cli_is_read() {
    // `aws firehose create-delivery-stream --generate-cli-skeleton`, in short.
    let skeleton = r#"{"DeliveryStreamName": "", "DeliveryStreamType": "DirectPut",
        "DirectPutSourceConfiguration": {"ThroughputHintInMBs": 0},
        "S3DestinationConfiguration": {"RoleARN": "", "BucketARN": ""},
        "ExtendedS3DestinationConfiguration": {"RoleARN": "", "BucketARN": "", "Prefix": "",
          "BufferingHints": {"SizeInMBs": 0, "IntervalInSeconds": 0}, "CustomTimeZone": ""},
        "RedshiftDestinationConfiguration": {"RoleARN": ""}, "Tags": [{"Key": "", "Value": ""}]}"#;
    let description = described(skeleton);
    assert_eq!(description.destination().unwrap().member, Some(DestinationMember::ExtendedS3));
    assert!(description.rest.get("RedshiftDestinationConfiguration").is_some());
    let source = description.source.as_ref().unwrap().direct_put.as_ref().unwrap();
    assert_eq!(source.throughput_hint_mb, Some(0));
    assert_eq!(description.view().destination.unwrap().s3.unwrap().time_zone, "UTC");
}

#[test]
fn what_has_another_type_is_named_and_kept() {
    let document = r#"{"DeliveryStreamName": "orders", "Destinations": [{
        "ExtendedS3DestinationDescription": {
          "Prefix": ["a"], "CustomTimeZone": null,
          "BufferingHints": {"SizeInMBs": "5", "IntervalInSeconds": 1.5},
          "ProcessingConfiguration": {"Enabled": "true", "Processors": [{"Type": 1}]}}}]}"#;
    let Read { description, misfits } = read(document.as_bytes()).unwrap();
    let named: Vec<_> = misfits
        .iter()
        .map(|it| format!("{}: {}, not {}", it.path, it.found, it.expected))
        .collect();
    let at = "Destinations[0].ExtendedS3DestinationDescription";
    assert_eq!(
        named,
        [
            format!("{at}.Prefix: a list, not a string"),
            format!("{at}.BufferingHints.IntervalInSeconds: a number, not a whole number"),
            format!("{at}.ProcessingConfiguration.Processors[0].Type: a number, not a string"),
        ]
    );
    let config = &description.destination().unwrap().config;
    assert_eq!(config.buffering.as_ref().unwrap().size_mb, Some(5));
    assert_eq!(config.processing.as_ref().unwrap().enabled, Some(true));
    let written = String::from_utf8(description.answer()).unwrap();
    for kept in [r#""Prefix":["a"]"#, r#""IntervalInSeconds":1.5"#, r#""Type":1"#] {
        assert!(written.contains(kept), "{written}");
    }
}

#[test]
fn what_is_no_description_says_what_it_is() {
    let why = |document: &[u8]| read(document).unwrap_err().to_string();
    assert_eq!(why(b""), "JSON ends early at byte 0");
    assert_eq!(why(b"{\"DeliveryStreamName\":\"orders\"} x"), "expected the end at byte 32");
    assert_eq!(why(b"{\"a\":\"\xff\"}"), "JSON is not UTF-8 at byte 6");
    assert_eq!(why(b"[1]"), "it is a list, not the description of a stream");
    assert_eq!(why(b" null "), "it is null, not the description of a stream");
    assert_eq!(why(br#"{"records": []}"#), "it has none of the members of a delivery stream");
    assert_eq!(why(&vec![b' '; MAX_DESCRIPTION + 1]), "it is larger than 4 MiB");
}

#[test]
fn no_password_is_shown_or_returned() {
    let document = r#"{"DeliveryStreamName": "orders", "SnowflakeDestinationConfiguration": {
        "PrivateKey": "canary", "KeyPassphrase": "canary", "Password": "canary",
        "EndpointConfiguration": {"Url": "x", "AccessKey": "canary"}, "Unknown": "canary2"}}"#;
    let description = described(document);
    assert!(!format!("{description:?}").contains("canary"));
    let answer = String::from_utf8(description.answer()).unwrap();
    assert!(!answer.contains("\"canary\"") && answer.contains("canary2"), "{answer}");
}

#[test]
fn a_document_of_the_largest_size_is_read_at_once() {
    let members = "\"a\":1,".repeat(MAX_DESCRIPTION / 6 - 10);
    let flat = format!("{{{members}\"DeliveryStreamName\":\"orders\"}}");
    let mut description = described(&flat);
    description.apply(description.clone());
    let deep = format!(r#"{{"Tags":{}{},"VersionId":"1"}}"#, "[".repeat(900), "]".repeat(900));
    assert_eq!(read(deep.as_bytes()).unwrap().misfits.len(), 1);
    let misfits = r#"{"Key":1},"#.repeat(100_000);
    let many = format!(r#"{{"Tags":[{misfits}{{}}],"VersionId":"1"}}"#);
    assert_eq!(read(many.as_bytes()).unwrap().misfits.len(), MAX_MISFITS);
}

/// A sample in which pieces were replaced by pieces of another, or by words of JSON.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: [&str; 14] = [
        "null",
        "true",
        "[]",
        "{}",
        "[{}]",
        "\"\"",
        "-1",
        "1e999",
        "99999999999999999999",
        "{",
        "}",
        ",",
        "\"\\u0000\"",
        "\"arn:\"",
    ];
    let edit = (any::<prop::sample::Index>(), 0..40_usize, 0..WORDS.len(), any::<bool>());
    (0..SAMPLES.len(), prop::collection::vec(edit, 1..6)).prop_map(|(sample, edits)| {
        let mut bytes = SAMPLES[sample].1.as_bytes().to_vec();
        for (at, length, word, at_value) in edits {
            let mut start = at.index(bytes.len());
            let mut end = (start + length).min(bytes.len());
            if at_value {
                // A whole value, so that the document stays JSON.
                let find = |from: usize, byte: &[u8]| {
                    bytes[from..].windows(byte.len()).position(|it| it == byte).map(|it| from + it)
                };
                start = find(start, b": ").map_or(start, |it| it + 2);
                end = crate::json::skip_value(&bytes, start).unwrap_or(end).max(start);
            }
            bytes.splice(start..end, WORDS[word].bytes());
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_document_makes_it_panic_and_what_is_read_is_written(bytes in mutated()) {
        if let Ok(Read { mut description, .. }) = read(&bytes) {
            description.view();
            let again = read(&description.answer()).unwrap().description;
            prop_assert_eq!(again.view().destination, description.view().destination);
            description.apply(again);
            description.set_defaults();
            description.answer();
        }
    }
}
