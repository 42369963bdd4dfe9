//! Every fixture, and what it decodes to.

#![expect(clippy::disallowed_methods, reason = "reads fixtures")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::{Fh, root};
use crate::logs_exports::FORMS;
use crate::samples::{
    CONTROL, DIRECT_PUT, FIVE, LOGS, MORE_LOGS, SHIPPED, T0, T1, T2, TICKERS, lines,
};

/// A fixture and what `fh decode` makes of it.
struct Case {
    file: &'static str,
    stdout: String,
    /// Standard error without the name of the file and without hints; empty
    /// if all is well.
    told: &'static [&'static str],
    code: i32,
}

/// Decodes to these lines.
fn good(file: &'static str, records: &[&str]) -> Case {
    Case { file, stdout: lines(records), told: &[], code: 0 }
}

/// Decodes to these lines with a note.
fn noted(file: &'static str, records: &[&str], told: &'static [&'static str]) -> Case {
    Case { file, stdout: lines(records), told, code: 0 }
}

/// Decodes to these lines with trouble.
fn bad(file: &'static str, records: &[&str], told: &'static [&'static str]) -> Case {
    Case { file, stdout: lines(records), told, code: 1 }
}

const URL_SAFE: [&str; 2] = [
    r#"{"note":"???>>>~~~ÿþ","path":"/a?b>c"}"#,
    r#"{"note":"???>>>~~~ÿþ","path":"/a?b>c","n":12}"#,
];

const TRACE: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] trace a26e254e561ec395af67589dc9e4a2e5027c1daf066f0"}]}"#;

const ITEMS: &str = r#"{"items":["sku-0000","sku-0001","sku-0002","sku-0003","sku-0004","sku-0005","sku-0006","sku-0007","sku-0008","sku-0009","sku-0010","sku-0011","sku-0012","sku-0013","sku-0014","sku-0015","sku-0016","sku-0017","sku-0018"],"order":"A-1041!"}"#;

const FLOW: &str = "2 111122223333 eni-0a1b2c3d4e5f67890 10.0.1.5 10.0.2.9 443 50110 6 17 3122 1795341600 1795341660 ACCEPT OK";

/// Orders in the order of their arrival, and two control messages.
fn over_time() -> String {
    let order = |number: u64| {
        format!("{{\"order\":\"A-{}\",\"items\":{}}}\n", 1000 + number, number % 7 + 1)
    };
    let burst = (0..24).map(|n| (20 * 60 + 50 * n, order(100 + n)));
    let steady = (0..12).map(|n| (600 * n, order(200 + n)));
    let checks = (0..2).map(|n| (3600 * n, format!("{CONTROL}\n")));
    let mut all: Vec<_> = burst.chain(steady).chain(checks).collect();
    all.sort_by_key(|(second, _)| *second);
    all.into_iter().map(|(_, line)| line).collect()
}

fn all_bytes() -> String {
    STANDARD.encode((0..=255).collect::<Vec<u8>>())
}

fn records() -> Vec<Case> {
    let extracted = format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/vpc/flow-logs","logStream":"eni-0a1b2c3d4e5f67890-all","subscriptionFilters":["orders-to-firehose"],"logEvents":[{{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"{FLOW}","extractedFields":{{"version":"2","account_id":"111122223333","interface_id":"eni-0a1b2c3d4e5f67890","srcaddr":"10.0.1.5","dstaddr":"10.0.2.9","srcport":"443","dstport":"50110","protocol":"6","packets":"17","bytes":"3122","start":"1795341600","end":"1795341660","action":"ACCEPT","log_status":"OK"}}}}],"policyLevel":"ACCOUNT_LEVEL_POLICY"}}"#
    );
    let cut_logs = LOGS.split_once("318427").unwrap_or_default().0;
    // Deeper than JSON is read, so it stays the text that it is.
    let levels = 1000;
    let deep = format!("{}1{}", r#"[{"a":"#.repeat(levels), "}]".repeat(levels));
    vec![
        good("records/record.txt", &[LOGS]),
        good("records/plain-json.b64", &TICKERS),
        good("records/plain-json.ndjson", &TICKERS),
        good("records/base64-url-safe.b64", &URL_SAFE),
        good("records/base64-mixed-alphabet.b64", &URL_SAFE),
        good("records/base64-unpadded.b64", &[URL_SAFE[0], URL_SAFE[1], URL_SAFE[1]]),
        good("records/base64-wrapped-64.b64", &[LOGS]),
        good("records/base64-wrapped-76.b64", &[LOGS]),
        good("records/base64-wrapped-crlf.b64", &[LOGS]),
        good("records/base64-wrapped-two.b64", &[LOGS, MORE_LOGS]),
        good("records/base64-wrapped-two-unpadded.b64", &[LOGS, MORE_LOGS]),
        good("records/base64-wrapped-two-blank-line.b64", &[LOGS, MORE_LOGS]),
        good("records/base64-wrapped-two-full-lines.b64", &[TRACE, MORE_LOGS]),
        good("records/base64-wrapped-json.b64", &[ITEMS]),
        good("records/base64-crlf.b64", &TICKERS),
        good("records/base64-bom.b64", &TICKERS),
        good("records/base64-blank-lines.b64", &TICKERS),
        good("records/base64-utf16.b64", &TICKERS),
        good("records/base64-quoted-commas.txt", &TICKERS),
        good("records/base64-single-quotes.txt", &TICKERS),
        good("records/base64-data-keys.txt", &TICKERS),
        good("records/base64-json-array.json", &TICKERS),
        good("records/base64-sloppy-ends.b64", &[r#"{"a":1}"#; 3]),
        good(
            "records/text-not-base64.txt",
            &[
                "test",
                "1234",
                "Hello, world",
                "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849",
                "processing_failed",
                "/aws/lambda/orders01",
                "true",
                "deadbeef",
                "ABCDEFGH",
                "2026-11-22",
            ],
        ),
        good("records/hex-not-base64.txt", &[T0; 3]),
        bad(
            "records/broken-base64.b64",
            &[
                T0,
                r#"{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07"#,
                "{\"id\":1}\n{\"id\":22}",
                T1,
            ],
            &[
                "line 2, record 2: base64: byte `!` is not base64 at byte 40",
                "line 3, record 3: base64: one extra character at the end at byte 93",
                "line 4, record 4: base64: another base64 text after the padding at byte 12",
                "line 5, record 5: base64: space inside the text at byte 19",
                "4 of 6 records with problems",
            ],
        ),
        good("records/double-base64.b64", &[T0, LOGS]),
        good("records/double-gzip.b64", &[LOGS]),
        good("records/gzip-of-base64.b64", &[T0]),
        bad(
            "records/truncated-gzip.b64",
            &[cut_logs],
            &["line 1, record 1: gzip: truncated at byte 205"],
        ),
        bad(
            "records/truncated-gzip-trailer.b64",
            &[LOGS],
            &["line 1, record 1: gzip: truncated at byte 335"],
        ),
        bad(
            "records/truncated-gzip-header.b64",
            &[],
            &["line 1, record 1: gzip: truncated at byte 0"],
        ),
        bad(
            "records/gzip-trailing-bytes.b64",
            &[LOGS],
            &["line 1, record 1: gzip: 17 bytes after the compressed data at byte 343"],
        ),
        bad(
            "records/gzip-trailing-zeros.b64",
            &[LOGS],
            &["line 1, record 1: gzip: 16 bytes after the compressed data at byte 343"],
        ),
        good("records/gzip-two-members.b64", &[LOGS, MORE_LOGS]),
        bad(
            "records/gzip-bad-crc.b64",
            &[LOGS],
            &["line 1, record 1: gzip: checksum does not match the data at byte 343"],
        ),
        bad(
            "records/gzip-bad-length.b64",
            &[LOGS],
            &["line 1, record 1: gzip: checksum does not match the data at byte 343"],
        ),
        good("records/gzip-header-fields.b64", &[T0]),
        good("records/gzip-empty.b64", &[""]),
        good("records/zlib.b64", &[T0; 3]),
        good("records/zstd.b64", &[T0; 2]),
        good("records/snappy-xerial.b64", &[T0, LOGS]),
        good("records/snappy-hadoop.b64", &[T0, LOGS]),
        good("records/zip.b64", &[T0]),
        good("records/kpl-aggregate.b64", &[T0, T1, SHIPPED]),
        bad(
            "records/kpl-bad-md5.b64",
            &[T0, T1, SHIPPED],
            &["line 1, record 1: kpl-aggregate: MD5 does not match the records at byte 250"],
        ),
        good("records/kpl-gzip-records.b64", &[LOGS, T1]),
        good("records/json-string.b64", &[T0; 2]),
        good(
            "records/json-string-field.b64",
            &[
                r#"{"message":"{\"ticker_symbol\":\"NGC\",\"sector\":\"HEALTHCARE\",\"change\":0.3,\"price\":5.5}","level":"INFO"}"#,
            ],
        ),
        good("records/json-string-base64.b64", &[T0]),
        noted(
            "records/python-bytes.b64",
            &[T0; 2],
            &[
                "line 1, record 1: note: the Python repr of bytes, with `b` and quotes (and 1 more record)",
            ],
        ),
        good(
            "records/cloudwatch-control-message.b64",
            &[CONTROL, &CONTROL.replace("CloudwatchLogs", "")],
        ),
        good("records/cloudwatch-extracted-fields.b64", &[&extracted]),
        good("records/cloudwatch-plain-json.b64", &[LOGS]),
        good(
            "records/vpc-flow-log.b64",
            &[
                FLOW,
                "2 111122223333 eni-0a1b2c3d4e5f67890 - - - - - - - 1795341600 1795341660 - NODATA",
                &format!(r#"{{"message":"{FLOW}"}}"#),
            ],
        ),
        good(
            "records/dynamodb-stream.b64",
            &[
                r#"{"awsRegion":"eu-west-1","eventID":"2b4f6c1e-0d83-4a57-9e21-6c8d0f3a5b72","eventName":"INSERT","userIdentity":null,"recordFormat":"application/json","tableName":"orders","dynamodb":{"ApproximateCreationDateTime":1795341600123,"Keys":{"id":{"S":"A-1041"}},"NewImage":{"id":{"S":"A-1041"},"total":{"N":"25.90"},"paid":{"BOOL":false},"tags":{"SS":["new","web"]},"thumb":{"B":"/9j/4A=="}},"SizeBytes":61},"eventSource":"aws:dynamodb"}"#,
                r#"{"awsRegion":"eu-west-1","eventID":"7a90c3d5-41be-4f06-8d17-e2b5a8c6f914","eventName":"MODIFY","userIdentity":null,"recordFormat":"application/json","tableName":"orders","dynamodb":{"ApproximateCreationDateTime":1795341600123,"Keys":{"id":{"S":"A-1041"}},"NewImage":{"id":{"S":"A-1041"},"total":{"N":"25.90"},"paid":{"BOOL":true},"tags":{"SS":["new","web"]},"thumb":{"B":"/9j/4A=="}},"SizeBytes":61,"OldImage":{"id":{"S":"A-1041"},"total":{"N":"25.90"},"paid":{"BOOL":false},"tags":{"SS":["new","web"]},"thumb":{"B":"/9j/4A=="}}},"eventSource":"aws:dynamodb"}"#,
            ],
        ),
        good(
            "records/json-numbers.b64",
            &[
                r#"{"z":1.10,"a":1e400,"b":1E+2,"int":123456789012345678901234567890,"neg":-0,"tiny":-0.0e-7,"big":9007199254740993,"dup":1,"dup":2,"text":"caf\u00e9 \/ café","lone":"\ud800","pair":"\ud83d\ude00","empty":{"list":[],"object":{}},"list":[[],{},[[]]],"":null}"#,
            ],
        ),
        good("records/json-white-space.b64", &[r#"{"b":[1,2],"a":"x  y"}"#]),
        noted(
            "records/json-sequence.b64",
            &[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"a":1}"#, r#"{"b":2}"#, r#"{"a":1}{"b":"#],
            &["line 3, record 3: note: not JSON from byte 12: JSON ends early"],
        ),
        // Two of them could be words, and stay so.
        good("records/json-scalars.b64", &["42", "null", "true", "InRleHQi", "LTEuNWUz", "[]"]),
        noted(
            "records/escape-codes.b64",
            &[
                "{\"c1\u{9b}31mkey\":\"c1 \u{9b}31mred\",\"bidi\u{202e}key\":\"abc\u{202e}fed\",\"line\u{2028}key\":\"a\u{2028}b\u{2029}c\",\"del\u{7f}key\":\"a\u{7f}b\",\"tag\u{e0041}\":\"x\u{200f}y\"}",
                "\u{1b}]0;title\u{7}ordinary text",
                "\u{1b}[31mred\u{1b}[0m and \u{1b}[2Jcleared",
                "harmless line\rsecond text over it",
                "AAFiaW5hcnkAd2l0aCBOVUxzAA==",
            ],
            &["line 5, record 5: note: binary, 19 bytes; printed as base64"],
        ),
        noted(
            "records/binary.b64",
            &["KAomChgKDHNlcnZpY2UubmFtZRIICgZvcmRlcnMQoPqK2AYaBAD//oA=", &all_bytes()],
            &["line 1, record 1: note: binary, 41 bytes; printed as base64 (and 1 more record)"],
        ),
        noted(
            "records/not-utf8-json.b64",
            &[r#"{"name":"café","n":1}"#],
            &["line 1, record 1: note: text that is not UTF-8, shown as Latin-1"],
        ),
        good("records/text-utf8.b64", &["größer ✓ 東京 😀", "2026-11-22T10:00:00Z INFO ready"]),
        noted(
            "records/deep-json.b64",
            &[&deep],
            &[
                "line 1, record 1: note: JSON nested deeper than the 1024 levels that fh reads at byte 3072",
            ],
        ),
        good("records/six-gzip-layers.b64", &[LOGS]),
        good("records/gzip-expands.b64", &[&STANDARD.encode(vec![0; 4 << 20])]),
    ]
}

fn events_and_responses() -> Vec<Case> {
    vec![
        good("events/direct-put.json", &DIRECT_PUT),
        good("events/direct-put-pretty.json", &DIRECT_PUT),
        good("events/direct-put-long-ids.json", &DIRECT_PUT),
        good("events/two-events.ndjson", &TICKERS),
        good("events/kinesis-source.json", &[T0, T1, T2, r#"{"n":2}"#]),
        good("events/kinesis-source-old-docs.json", &[T0, T1, T2, r#"{"n":2}"#]),
        good("events/msk.json", &[T0, LOGS]),
        good("events/empty-record.json", &[T0, "", T1]),
        // Nothing in it to decode, so it is a document like any other.
        good(
            "events/no-records.json",
            &[
                r#"{"invocationId":"5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","region":"eu-west-1","records":[]}"#,
            ],
        ),
        bad(
            "events/bad-data.json",
            &[T0, T1],
            &[
                "line 1, record 2 (recordId 49668231907715301429481730562919682576101561994193989922000000): base64: plain text, not base64",
                "1 of 3 records with problems",
            ],
        ),
        bad(
            "events/plain-data.json",
            &[T1],
            &[
                "line 1, record 1 (recordId 49668231907715301429481730562918473650281947365019283746000000): base64: plain text, not base64",
                "1 of 2 records with problems",
            ],
        ),
        good("events/lambda-kinesis.json", &[T0, LOGS]),
        good("events/lambda-cloudwatch-logs.json", &[LOGS]),
        good("events/get-records.json", &[T0, T1]),
        good("events/put-record-batch.json", &TICKERS),
        good("events/put-record.json", &[LOGS]),
        good("events/put-records.json", &TICKERS),
        good("events/kinesis-put-record.json", &[T0]),
        good("events/http-endpoint.json", &[T0, LOGS]),
        good("responses/response-ok.json", &[T0, "", SHIPPED]),
        good("responses/response-msk.json", &[T0, LOGS]),
        good("responses/response-metadata.json", &[T0, r#"{"id":"A-1041"}"#]),
    ]
}

fn failures() -> Vec<Case> {
    vec![
        good("failures/lambda-arn-capital.ndjson", &TICKERS),
        good("failures/lambda-arn-2022.ndjson", &[T0, T1, SHIPPED]),
        good("failures/strings-not-numbers.json", &[T0]),
        good("failures/glued.json", &TICKERS),
        good("failures/pretty.json", &[T0, T1]),
        good("failures/array.json", &[T0, T1]),
        good("failures/format-conversion.ndjson", &[T0, ""]),
        good("failures/format-conversion-docs.json", &[T0]),
        good("failures/splunk.json", &[T0]),
        good("failures/opensearch.json", &[T1]),
        good("failures/opensearch-serverless.json", &[T1]),
        good("failures/http-endpoint.json", &[T2]),
        good("failures/iceberg.json", &[T0]),
        good("failures/snowflake.json", &[T1]),
        good("failures/decompression.json", &[T0]),
        good("failures/cloudwatch-gzip.ndjson", &[LOGS, CONTROL]),
        bad(
            "failures/one-bad-line.ndjson",
            &[T0, T2],
            &["line 2, record 2: JSON ends early at byte 200", "1 of 3 records with problems"],
        ),
        bad(
            "failures/two-rawdata.json",
            &[T0, T1],
            &[
                "line 1, record 1: two `rawData` keys in one failure object",
                "line 1, record 2: two `rawData` keys in one failure object",
                "2 of 2 records with problems",
            ],
        ),
        bad(
            "failures/bad-rawdata.ndjson",
            &[T2],
            &[
                "line 1, record 1: base64: plain text, not base64",
                "line 2, record 2: base64: one extra character at the end at byte 61",
                "2 of 3 records with problems",
            ],
        ),
        Case { file: "failures/over-time.ndjson", stdout: over_time(), told: &[], code: 0 },
        good(
            "failures/redshift-manifest.json",
            &[
                r#"{"entries":[{"url":"s3://orders-backup/failed/orders-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91","mandatory":true},{"url":"s3://orders-backup/failed/orders-1-2026-11-22-10-01-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91","mandatory":true},{"url":"s3://orders-backup/failed/orders-1-2026-11-22-10-02-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91","mandatory":true}]}"#,
            ],
        ),
        good("failures/bom.ndjson", &[T0, T1]),
        good("failures/crlf.ndjson", &[T0, T1]),
    ]
}

fn objects() -> Vec<Case> {
    let twenty = FIVE.repeat(4);
    let cut = [&FIVE[..4], &[r#"{"ticker_symbol":"WMT","sector":"RETAIL","change":2.31,"price":"#]]
        .concat();
    // Bytes behind the compression are shown too, unless they are padding.
    let garbage = [&twenty[..], &["AAAAAHRyYWlsaW5nIGdhcmJhZ2U="]].concat();
    let none =
        |file| Case { file, stdout: String::new(), told: &["no records in the input"], code: 0 };
    vec![
        good("objects/ticker-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91", &twenty),
        good("objects/cloudwatch-members.gz", &[LOGS, MORE_LOGS, CONTROL]),
        good(
            "objects/cloudwatch-2-2026-11-22-10-05-00-b7c2d914-6e3f-4a58-91d0-5f8e7a6c3b21",
            &[LOGS, MORE_LOGS, CONTROL],
        ),
        good("objects/gzip-of-gzips.gz", &[LOGS, MORE_LOGS, CONTROL]),
        good("objects/newline.json.gz", &twenty),
        good("objects/data-descriptor.zip", &twenty),
        good("objects/sizes-in-header.zip", &twenty),
        good("objects/xerial.snappy", &twenty),
        good("objects/hadoop.snappy", &twenty),
        good("objects/zstd.zst", &twenty),
        bad(
            "objects/truncated.gz",
            &cut,
            &[
                "gzip: truncated at byte 181",
                "line 5, record 5: note: not JSON from byte 63: JSON ends early",
            ],
        ),
        bad(
            "objects/trailing-garbage.gz",
            &garbage,
            &[
                "gzip: 20 bytes after the compressed data at byte 202",
                "line 21, record 21: note: binary, 20 bytes; printed as base64",
            ],
        ),
        bad(
            "objects/trailing-zeros.gz",
            &twenty,
            &["gzip: 512 bytes after the compressed data at byte 202"],
        ),
        good("objects/mixed-plain-and-gzip", &[T0, LOGS, T1]),
        good("objects/failures.ndjson.gz", &TICKERS),
        good("objects/no-final-newline.json", &twenty),
        good("objects/kpl-aggregate.bin", &[T0, T1, SHIPPED]),
        Case {
            file: "objects/empty",
            stdout: String::new(),
            told: &["`fixtures/objects/empty` is empty"],
            code: 2,
        },
        none("objects/empty.gz"),
    ]
}

/// Binary content comes out in base64.
fn in_base64(file: &str) -> String {
    STANDARD.encode(std::fs::read(root().join("fixtures").join(file)).unwrap_or_default())
}

/// One message of `formats/otel-*`: its release and the JSON of its metrics.
fn otel(release: &str, metrics: &[&str]) -> String {
    let list = if release == "0.7" { "instrumentationLibraryMetrics" } else { "scopeMetrics" };
    let metrics = metrics.join(",");
    format!(r#"{{"resourceMetrics":[{{{OTEL_RESOURCE},"{list}":[{{"metrics":[{metrics}]}}]}}]}}"#)
}

const OTEL_RESOURCE: &str = r#""resource":{"attributes":[{"key":"cloud.provider","value":{"stringValue":"aws"}},{"key":"cloud.account.id","value":{"stringValue":"111122223333"}},{"key":"cloud.region","value":{"stringValue":"eu-west-1"}},{"key":"aws.exporter.arn","value":{"stringValue":"arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/orders-metrics"}}]}"#;

/// A metric of `formats/otel-1.0.bin`.
fn otel_1_0(name: &str, unit: &str, function: &str, numbers: &str) -> String {
    let function = match function {
        "" => r#"{"kvlistValue":{}}"#.to_owned(),
        name => format!(
            r#"{{"kvlistValue":{{"values":[{{"key":"FunctionName","value":{{"stringValue":"{name}"}}}}]}}}}"#
        ),
    };
    format!(
        r#"{{"name":"amazonaws.com/AWS/Lambda/{name}","unit":"{unit}","summary":{{"dataPoints":[{{"attributes":[{{"key":"Namespace","value":{{"stringValue":"AWS/Lambda"}}}},{{"key":"MetricName","value":{{"stringValue":"{name}"}}}},{{"key":"Dimensions","value":{function}}}],{numbers}}}]}}}}"#
    )
}

/// A metric of `formats/otel-0.7.bin`.
fn otel_0_7(name: &str, unit: &str, function: &str, numbers: &str) -> String {
    let function = match function {
        "" => String::new(),
        name => format!(r#",{{"key":"FunctionName","value":"{name}"}}"#),
    };
    format!(
        r#"{{"name":"amazonaws.com/AWS/Lambda/{name}","unit":"{unit}","doubleSummary":{{"dataPoints":[{{"labels":[{{"key":"Namespace","value":"AWS/Lambda"}},{{"key":"MetricName","value":"{name}"}}{function}],{numbers}}}]}}}}"#
    )
}

fn numbers(count: u32, sum: &str, quantiles: [&str; 3]) -> String {
    let [least, middle, most] = quantiles;
    format!(
        r#""startTimeUnixNano":"1795341600000000000","timeUnixNano":"1795341660000000000","count":"{count}","sum":{sum},"quantileValues":[{{"value":{least}}},{{"quantile":0.99,"value":{middle}}},{{"quantile":1.0,"value":{most}}}]"#
    )
}

fn formats() -> Vec<Case> {
    let messages = |release: &str, metric: fn(&str, &str, &str, &str) -> String| {
        let transform = "orders-transform";
        let duration = numbers(4, "850.25", ["12.5", "612.0", "612.75"]);
        let errors = numbers(4, "1.0", ["0.0", "1.0", "1.0"]);
        let running = numbers(2, "10.0", ["10.0", "10.0", "10.0"]);
        let duration = metric("Duration", "ms", transform, &duration);
        let errors = metric("Errors", "{Count}", transform, &errors);
        let running = metric("ConcurrentExecutions", "{Count}", "", &running);
        [otel(release, &[&duration, &errors]), otel(release, &[&running])]
    };
    let older = messages("0.7", otel_0_7);
    let newer = messages("1.0", otel_1_0);
    let [first, second] = newer.each_ref().map(String::as_str);
    let metric = |name: &str, value: &str, unit: &str| {
        format!(
            r#"{{"metric_stream_name":"orders-metrics","account_id":"111122223333","region":"eu-west-1","namespace":"AWS/Lambda","metric_name":"{name}","dimensions":{{"FunctionName":"orders-transform"}},"timestamp":1795341600000,"value":{value},"unit":"{unit}"}}"#
        )
    };
    let duration = r#"{"max":612.75,"min":12.5,"sum":850.25,"count":4.0}"#;
    let errors = r#"{"max":1.0,"min":0.0,"sum":1.0,"count":4.0}"#;
    let change = include_str!("../../fixtures/formats/dynamodb.ndjson");
    let binary =
        |file: &'static str, told: &'static [&'static str]| noted(file, &[&in_base64(file)], told);
    vec![
        good("formats/otel-0.7.bin", &older.each_ref().map(String::as_str)),
        good("formats/otel-1.0.bin", &[first, second]),
        good("formats/otel-1.0.gz", &[first, second, first, second]),
        good("formats/otel-1.0-newlines.bin", &[first, second, first, second]),
        bad(
            "formats/otel-1.0-cut.bin",
            &[first],
            &["line 1, record 1: truncated or damaged OpenTelemetry message at byte 680"],
        ),
        good(
            "formats/metric-stream.b64",
            &[&metric("Duration", duration, "Milliseconds"), &metric("Errors", errors, "Count")],
        ),
        good("formats/dynamodb.ndjson", &change.lines().collect::<Vec<_>>()),
        binary(
            "formats/orders.avro",
            &[
                "line 1, record 1: note: Avro object container, 197 bytes, codec null, record Order: order, cents; printed as base64",
            ],
        ),
        binary(
            "formats/glue.bin",
            &[
                "line 1, record 1: note: AWS Glue Schema Registry record, 28 bytes, schema version 6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91; printed as base64",
            ],
        ),
        noted(
            "formats/glue-zlib.bin",
            &["AwBvHTpSfB5Lip01DC9Oi3qRDEEtMTA0MdzaDA=="],
            &[
                "line 1, record 1: note: AWS Glue Schema Registry record, 28 bytes, schema version 6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91; printed as base64",
            ],
        ),
        good("formats/glue-json.bin", &[r#"{"order":"A-1041","total":12.10}"#]),
        binary(
            "formats/confluent.bin",
            &[
                "line 1, record 1: note: binary, 15 bytes, possibly with a Confluent schema header (schema ID 42); printed as base64",
            ],
        ),
        binary(
            "formats/orders.parquet",
            &[
                "line 1, record 1: note: Parquet, 97 bytes, 3 rows, columns order, total, address; printed as base64",
            ],
        ),
        binary(
            "formats/orders.orc",
            &[
                "line 1, record 1: note: ORC, 65 bytes, compression none, 3 rows, columns order, total; printed as base64",
            ],
        ),
    ]
}

const START: &str = "START RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849 Version: $LATEST";
const END: &str = "END RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849";
const REPORT: &str = "REPORT RequestId: 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tDuration: 212.48 ms\tBilled Duration: 213 ms\tMemory Size: 128 MB\tMax Memory Used: 71 MB\t";

fn logs() -> Vec<Case> {
    let direct_put = |times: usize| DIRECT_PUT.repeat(times);
    let kinesis = [T0, T1, T2, r#"{"n":2}"#];
    let tail = |time: &str, text: &str| {
        format!(
            "2026-11-22T10:00:00.{time}000+00:00 2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b {text}"
        )
    };
    let pasted = |time: &str, text: &str| format!("2026-11-22T10:00:00.{time}Z\t{text}");
    let fetched = |nth: u32, text: &str| {
        let text = text.replace('\t', "\\t");
        format!(
            r#"{{"logStreamName":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","timestamp":17953416001{},"message":"{text}\n","ingestionTime":17953416041{},"eventId":"3931842756109384756201938475620193847562019384756201940{nth}"}}"#,
            23 + nth,
            23 + nth,
        )
    };
    let platform = |what: &str, record: &str| {
        format!(
            r#"{{"time":"2026-11-22T10:00:00.123Z","type":"platform.{what}","record":{{"requestId":"8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849",{record}}}}}"#
        )
    };
    let mut shown = String::new();
    for n in 0..100 {
        let _infallible = writeln!(shown, r#"{{"n":{n}}}"#);
    }
    vec![
        good("logs/python-print-event.txt", &[&direct_put(3)[..], &[T0, T1, T2, T0, T1, T2, T0]].concat()),
        good("logs/python-print-record.txt", &[T0, T0, LOGS, SHIPPED, LOGS]),
        // The last ends with a NUL, which makes it binary.
        noted(
            "logs/python-print-bytes.txt",
            &[T0, T1, "aXQncyAidGV4dCIKAA=="],
            &["line 3, record 3: note: binary, 13 bytes; printed as base64"],
        ),
        good("logs/language-prints.txt", &[T0; 8]),
        good("logs/python-json-dumps.txt", &DIRECT_PUT),
        good("logs/node-console-log.txt", &[&direct_put(2)[..], &kinesis].concat()),
        good(
            "logs/node-console-log-lambda.txt",
            &[&[START], &direct_put(3)[..], &kinesis, &[END, REPORT]].concat(),
        ),
        Case {
            file: "logs/node-more-items.txt",
            stdout: shown,
            told: &[
                "line 1, record 1 (recordId 0): the runtime truncated the printed event: 3 more items",
                "1 of 100 records with problems",
            ],
            code: 1,
        },
        bad("logs/node-long-string.txt", &[&"x".repeat(7500), T1], &[
            "line 1, record 1 (recordId 49668231907715301429481730562918473650281947365019283746000000): the runtime truncated the printed event: 2000 more characters",
            "1 of 2 records with problems",
        ]),
        bad(
            "logs/node-too-deep.txt",
            &[
                &pasted("123", "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tINFO\t{"),
                "  statusCode: 200,",
                "  request: {",
                "    event: {",
                "      invocationId: '5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35',",
                "      deliveryStreamArn: 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders',",
                "      region: 'eu-west-1',",
                "      records: [",
                T0,
                LOGS,
                SHIPPED,
                "        [length]: 3",
                "      ]",
                "    }",
                "  }",
                "}",
            ],
            &[
                "line 1, record 1: the runtime truncated the printed event: the records are only `[Object]`",
                "1 of 17 records with problems",
            ],
        ),
        good("logs/node-carriage-returns.txt", &DIRECT_PUT),
        good(
            "logs/node-console-json.txt",
            &[
                &DIRECT_PUT[..],
                &[&pasted("123", "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tINFO\tEVENT")],
                &DIRECT_PUT,
            ]
            .concat(),
        ),
        good(
            "logs/json-format.txt",
            &[
                &[platform("start", r#""version":"$LATEST""#).as_str()],
                &direct_put(5)[..],
                &[&platform("report", r#""metrics":{"durationMs":212.48,"billedDurationMs":213,"memorySizeMB":128,"maxMemoryUsedMB":71},"status":"success""#)],
            ]
            .concat(),
        ),
        good(
            "logs/console-paste.txt",
            &[
                &["Timestamp\tMessage", "No older events at this moment. Retry", &pasted("101", START)],
                &DIRECT_PUT[..],
                &[
                    &pasted("130", "transformed 3 records"),
                    &pasted("131", END),
                    &pasted("131", REPORT),
                    "No newer events at this moment. Auto retry paused. Resume",
                ],
            ]
            .concat(),
        ),
        good(
            "logs/console-paste-two-lines.txt",
            &[
                &["2026-11-22T10:00:00.101Z", START, "2026-11-22T10:00:00.123Z"],
                &DIRECT_PUT[..],
                &[
                    "2026-11-22T10:00:00.130Z",
                    "transformed 3 records",
                    "2026-11-22T10:00:00.131Z",
                    END,
                    "2026-11-22T10:00:00.131Z",
                    REPORT,
                ],
            ]
            .concat(),
        ),
        good(
            "logs/aws-logs-tail.txt",
            &[
                &[tail("101", START).as_str()],
                &DIRECT_PUT[..],
                &[&tail("131", END), &tail("131", REPORT)],
            ]
            .concat(),
        ),
        good(
            "logs/filter-log-events.json",
            &[
                &[fetched(0, START).as_str()],
                &DIRECT_PUT[..],
                &[&fetched(2, "transformed 3 records"), &fetched(3, END), &fetched(4, REPORT)],
            ]
            .concat(),
        ),
        good("logs/delivery-error.json", &[
            r#"{"deliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","destination":"arn:aws:s3:::orders-111122223333","deliveryStreamVersionId":3,"message":"The Lambda function was successfully invoked but it returned an error result.","errorCode":"Lambda.FunctionError","processor":"arn:aws:lambda:eu-west-1:111122223333:function:orders-transform:$LATEST"}"#,
        ]),
    ]
}

/// What is different in a long text, and only that.
fn difference(expected: &str, found: &str) -> String {
    let cut = |text: &str| text.chars().take(300).collect::<String>();
    let mut expected = expected.split_inclusive('\n');
    let mut found = found.split_inclusive('\n');
    for line in 1.. {
        match (expected.next(), found.next()) {
            (None, None) => break,
            (expected, found) if expected == found => {}
            (expected, found) => {
                let expected = expected.map(cut);
                let found = found.map(cut);
                return format!("line {line}\n  expected {expected:?}\n  found    {found:?}");
            }
        }
    }
    "none".to_owned()
}

fn check(cases: Vec<Case>) {
    let mut wrong = String::new();
    for case in cases {
        let path = format!("fixtures/{}", case.file);
        let output = Fh::decode(&path).run();
        let errors = output.errors();
        let told: Vec<_> = errors
            .lines()
            .filter(|line| !line.starts_with("  hint: "))
            .map(|line| line.strip_prefix("fh: ").unwrap_or(line))
            .map(|line| line.strip_prefix(&format!("{path}: ")).unwrap_or(line))
            .collect();
        if output.stdout != case.stdout.as_bytes() {
            let difference = difference(&case.stdout, &output.text());
            let _infallible = writeln!(wrong, "{path}: {difference}");
        }
        if told != case.told {
            let _infallible = writeln!(wrong, "{path}: expected {:?}, told {told:?}", case.told);
        }
        if output.code() != case.code {
            let _infallible = writeln!(wrong, "{path}: exit code {}", output.code());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_record_decodes_to_what_it_holds() {
    check(records());
}

#[test]
fn every_event_and_response_decodes_to_what_it_holds() {
    check(events_and_responses());
}

#[test]
fn every_failure_object_decodes_to_what_it_holds() {
    check(failures());
}

#[test]
fn every_object_decodes_to_what_it_holds() {
    check(objects());
}

#[test]
fn every_record_of_a_format_decodes_to_what_it_holds() {
    check(formats());
}

#[test]
fn every_log_decodes_to_what_is_printed_in_it() {
    check(logs());
}

#[test]
fn no_fixture_is_forgotten() {
    let folder = root().join("fixtures");
    let there: BTreeSet<_> = walkdir::WalkDir::new(&folder)
        .min_depth(2)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        // Code: the tests of `fh invoke` run it, `capture.py` does.
        .filter(|path| path.is_file())
        .filter(|path| ["handlers", "runtimes"].iter().all(|it| !path.starts_with(folder.join(it))))
        // Those are for `logs_runtimes.rs` and `logs_exports.rs`.
        .filter(|path| !path.to_str().unwrap().contains("/logs/runtime-"))
        .filter(|path| FORMS.iter().all(|file| !path.ends_with(file)))
        .map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned())
        .collect();
    let cases = [records(), events_and_responses(), failures(), objects(), formats(), logs()];
    let named: Vec<_> = cases.iter().flatten().map(|case| case.file.to_owned()).collect();
    assert_eq!(named.len(), there.len(), "one is named twice, or not at all");
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), there);
}
