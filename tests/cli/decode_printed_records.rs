//! `fh decode`: records of the SDKs and the AWS CLI, as each language prints them.

use crate::harness::{Fh, Output};

/// Base64, hexadecimal and the numbers of `{"a":1}`.
const BASE64: &str = "eyJhIjoxfQ==";
const HEX: &str = "7b2261223a317d";
const NUMBERS: &str = "123, 34, 97, 34, 58, 49, 125";

fn rows(text: &str) -> Output {
    Fh::decode("--output ndjson -").stdin(text).run()
}

/// What is in each record, and the problems.
fn shown(text: &str) -> (Vec<String>, String, i32) {
    let output = Fh::decode("-").stdin(text).run();
    let lines = output.text().lines().map(str::to_owned).collect();
    (lines, output.errors(), output.code())
}

#[test]
fn records_of_the_sdks_are_opened() {
    for text in [
        format!("[ {{ data: '{BASE64}' }}, {{ data: '{BASE64}' }} ]"),
        format!("[{{'data': '{BASE64}'}}, {{'data': '{BASE64}'}}]"),
        format!("[ {{ Data: '{BASE64}' }}, {{ Data: \"{BASE64}\" }} ]"),
        format!("[{{data: \"{BASE64}\"}}, {{:data=>\"{BASE64}\"}}]"),
        format!("INFO [ {{ PartitionKey: 'p', Data: '{BASE64}' }}, {{ Data: '{BASE64}' }} ]"),
        // boto3.
        "{'Records': [{'ApproximateArrivalTimestamp': datetime.datetime(2026, 1, 1, tzinfo=tzlocal()), 'Data': b'{\"a\":1}', 'PartitionKey': 'p'}, {'Data': b'{\"a\":1}'}], 'MillisBehindLatest': 0}".to_owned(),
        // Java and Ruby.
        format!("GetRecordsResponse(Records=[Record(SequenceNumber=49, ApproximateArrivalTimestamp=2026-01-01T10:00:00Z, Data=SdkBytes(bytes=0x{HEX}), PartitionKey=p), Record(Data=SdkBytes(bytes=0x{HEX}))])"),
        r#"[#<struct Aws::Kinesis::Types::Record sequence_number="49", approximate_arrival_timestamp=2026-01-01 10:00:00 UTC, data="{\"a\":1}", partition_key="p", encryption_type=nil>, #<struct Aws::Kinesis::Types::Record sequence_number="50", approximate_arrival_timestamp=2026-01-01 10:00:00 UTC, data="\x7B\"a\":1}", partition_key="p">]"#.to_owned(),
    ] {
        assert_eq!(shown(&text), (vec![r#"{"a":1}"#.to_owned(); 2], String::new(), 0), "{text}");
    }
    for text in [
        format!("Record(SequenceNumber=49, Data=SdkBytes(bytes=0x{HEX}), PartitionKey=p)"),
        format!(
            "INFO PutRecordRequest(DeliveryStreamName=s, Record=Record(Data=SdkBytes(bytes=0x{HEX})))"
        ),
        format!("SdkBytes(bytes=0x{HEX})"),
        format!(
            "Record {{ sequence_number: \"49\", approximate_arrival_timestamp: Some(DateTime {{ seconds: 1, subsecond_nanos: 0 }}), data: Blob {{ inner: [{NUMBERS}] }}, partition_key: \"p\", encryption_type: None }}"
        ),
        format!(
            "{{\"partitionKey\":\"p\",\"sequenceNumber\":\"49\",\"data\":\"{BASE64}\",\"kinesisSchemaVersion\":\"1.0\",\"approximateArrivalTimestamp\":1.5}}"
        ),
    ] {
        assert_eq!(shown(&text), (vec![r#"{"a":1}"#.to_owned()], String::new(), 0), "{text}");
    }
}

#[test]
fn objects_with_other_keys_or_data_are_no_records() {
    for text in [
        "[ { data: 'name' } ]".to_owned(),
        "{\"data\":\"word\",\"partitionKey\":\"p\"}".to_owned(),
        format!("{{\"data\":\"{BASE64}\",\"partitionKey\":\"p\",\"total\":7}}"),
        format!("{{\"schema\":\"v1\",\"data\":\"{BASE64}\",\"partitionKey\":\"p\"}}"),
        "RECORDS\t1024\tinserted\tinto\torders".to_owned(),
        "INFO sizes are [10, 20, 30]".to_owned(),
    ] {
        assert!(!rows(&text).text().contains(r#"{"a":1}"#), "{text}");
        assert_eq!(rows(&text).text().lines().count(), 1, "{text}");
    }
}

#[test]
fn what_the_aws_cli_prints_of_records_is_decoded() {
    let text = format!(
        "2000\tAAAA\nRECORDS\t2026-01-01T10:00:00+00:00\t{BASE64}\tp\t49545115243490985018280067714973144582180062593244200961\n"
    );
    let (lines, errors, code) = shown(&text);
    assert_eq!(
        (lines, errors, code),
        (vec!["2000\tAAAA".into(), r#"{"a":1}"#.into()], String::new(), 0)
    );
    let yaml = format!(
        "Records:\n- Data: {BASE64}\n  PartitionKey: p\n- PartitionKey: p\n  Data: {BASE64}\n"
    );
    let (lines, errors, _) = shown(&yaml);
    assert_eq!(lines.iter().filter(|it| *it == r#"{"a":1}"#).count(), 2, "{lines:?}");
    assert!(
        errors.contains("only the base64 in the text is decoded (and 1 more record)"),
        "{errors}"
    );
}

#[test]
fn a_record_that_was_printed_without_its_data_is_named() {
    for (text, what) in [
        (
            "KinesisClientRecord(sequenceNumber=49545115243490985018280067714973144582180062593244200961, approximateArrivalTimestamp=2026-01-01T10:00:00Z, data=java.nio.HeapByteBufferR[pos=0 lim=25 cap=25], partitionKey=p, encryptionType=NONE, subSequenceNumber=0, explicitHashKey=null, aggregated=false, schema=null)",
            "java.nio.HeapByteBufferR[pos=0 lim=25 cap=25]",
        ),
        (
            "{\n  ApproximateArrivalTimestamp: 2026-01-01 10:00:00 +0000 UTC,\n  Data: <binary> len 25,\n  PartitionKey: \"p\",\n  SequenceNumber: \"49\"\n}\n",
            "<binary> len 25",
        ),
        (
            "{\n  Records: [\n    {\n      kinesis: [Object],\n      eventSource: 'aws:kinesis'\n    }\n  ]\n}\n",
            "the records are only `[Object]`",
        ),
    ] {
        let (lines, errors, code) = shown(text);
        assert!(
            lines.is_empty() && errors.contains(what) && code == 1,
            "{text}\n{lines:?}{errors}"
        );
    }
}

#[test]
fn a_request_that_a_load_balancer_passed_on_is_opened() {
    let body = format!(
        r#"{{\"requestId\":\"r\",\"timestamp\":1,\"records\":[{{\"data\":\"{BASE64}\"}}]}}"#
    );
    for headers in [
        r#""headers":{"a":"b"}"#,
        r#""multiValueHeaders":{"a":["b"]}"#,
        r#""headers":{"a":"b"},"multiValueHeaders":null"#,
    ] {
        let text =
            format!(r#"{{"httpMethod":"POST",{headers},"body":"{body}","isBase64Encoded":false}}"#);
        assert_eq!(shown(&text), (vec![r#"{"a":1}"#.to_owned()], String::new(), 0), "{text}");
    }
}
