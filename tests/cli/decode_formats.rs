//! `fh decode`: formats that are named, whatever wraps them.

#![expect(clippy::disallowed_methods, reason = "reads fixtures")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use firehose::compress::Gzip;
use insta::assert_snapshot;

use crate::harness::{Fh, root};

/// A fixture, the type of its content, and words of its description.
const FORMATS: [(&str, &str, &str); 6] = [
    ("otel-0.7.bin", "opentelemetry-metrics", "OpenTelemetry 0.7 metrics, 2 messages, 3 metrics"),
    ("otel-1.0.bin", "opentelemetry-metrics", "OpenTelemetry 1.0 metrics, 2 messages, 3 metrics"),
    ("orders.avro", "avro", "Avro object container, 197 bytes, codec null, record Order"),
    ("orders.parquet", "parquet", "Parquet, 97 bytes, 3 rows, columns order, total, address"),
    ("orders.orc", "orc", "ORC, 65 bytes, compression none, 3 rows, columns order, total"),
    ("glue.bin", "glue-schema-registry", "AWS Glue Schema Registry record, 28 bytes"),
];

fn bytes_of(file: &str) -> Vec<u8> {
    std::fs::read(root().join("fixtures/formats").join(file)).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    Gzip::new().compress(bytes)
}

fn wrap(text: &str, width: usize) -> String {
    let lines = text.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// Bytes as people meet them.
fn wrappings(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let text = STANDARD.encode(bytes);
    let packed = STANDARD.encode(gzip(bytes));
    let failure = format!(
        r#"{{"attemptsMade":4,"errorCode":"Lambda.FunctionError","errorMessage":"m","rawData":"{text}"}}"#
    );
    let event = format!(
        r#"{{"invocationId":"i","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","region":"eu-west-1","records":[{{"recordId":"r","approximateArrivalTimestamp":1,"data":"{text}"}}]}}"#
    );
    vec![
        ("as it is", bytes.to_vec()),
        ("gzip", gzip(bytes)),
        ("gzip of gzip", gzip(&gzip(bytes))),
        ("base64", text.clone().into()),
        ("base64 without padding", STANDARD_NO_PAD.encode(bytes).into()),
        ("base64 of 64 letters a line", wrap(&text, 64).into()),
        ("base64 of 76 letters a line", wrap(&text, 76).into()),
        ("gzip in base64", packed.clone().into()),
        ("base64 in base64", STANDARD.encode(&text).into()),
        ("a failure record", failure.into()),
        ("an event", event.into()),
    ]
}

#[test]
fn a_format_is_named_in_every_wrapping_and_its_bytes_stay() {
    for (file, kind, words) in FORMATS {
        let bytes = bytes_of(file);
        for (wrapping, input) in wrappings(&bytes) {
            let rows = Fh::decode("--output ndjson").stdin(input.clone()).run().success();
            let is_named = rows.contains(&format!(r#""contentType":"{kind}""#));
            assert!(is_named && rows.lines().count() == 1, "{file} as {wrapping}: {rows}");
            let explained = Fh::decode("--explain").stdin(input.clone()).run().success();
            assert!(explained.contains(words), "{file} as {wrapping}: {explained}");
            let raw = Fh::decode("--raw").stdin(input).run();
            assert!(raw.stdout == bytes, "{file} as {wrapping}: {raw}");
        }
    }
}

#[test]
fn records_of_a_schema_registry_are_inflated_and_their_json_is_shown() {
    let [json, zlib, whole] = ["glue-json.bin", "glue-zlib.bin", "glue.bin"].map(bytes_of);
    for (wrapping, input) in wrappings(&json) {
        let shown = Fh::decode("").stdin(input).run().success();
        assert_eq!(shown, "{\"order\":\"A-1041\",\"total\":12.10}\n", "{wrapping}");
    }
    for (wrapping, input) in wrappings(&zlib) {
        let raw = Fh::decode("--raw").stdin(input).run();
        assert_eq!(raw.stdout, whole, "{wrapping}");
    }
    let confluent = [b"\0\0\0\0\x2a".as_slice(), b"{\"order\":\"A-1041\"}"].concat();
    for (bytes, layers) in [(json.clone(), "zlib,schema-header"), (confluent, "schema-header")] {
        let base64 = STANDARD.encode(bytes);
        for words in [String::new(), format!("--layers base64,{layers}")] {
            let shown = Fh::decode(&words).stdin(base64.clone()).run().success();
            assert!(shown.starts_with("{\"order\":\"A-1041\""), "{shown}");
        }
    }
    // Records that were joined are all kept.
    for (joined, is_raw) in [
        ([&json[..], &json].concat(), false),
        ([&json[..], b"\n", &json, b"\n"].concat(), true),
        ([&zlib[..], &json].concat(), false),
    ] {
        let input = if is_raw { joined.clone() } else { STANDARD.encode(&joined).into_bytes() };
        let raw = Fh::decode("--raw").stdin(input).run();
        assert_eq!(
            (raw.stdout.escape_ascii().to_string(), raw.code()),
            (joined.escape_ascii().to_string(), 0)
        );
    }
    for (bytes, problem) in [
        (json[..json.len() - 6].to_vec(), "zlib: truncated at byte 52"),
        ([&json[..], b"\n"].concat(), "zlib: 1 byte after the compressed data at byte 58"),
    ] {
        let run = Fh::decode("").stdin(STANDARD.encode(bytes)).run();
        assert_eq!(run.code(), 1, "{run}");
        assert!(run.errors().contains(problem), "{run}");
    }
}

#[test]
fn metrics_are_not_cut_at_a_tag_that_is_a_newline() {
    // `x` is the length, 120, and the tag after it is 0x0a; so is the next one
    // after a length of two bytes.
    for pad in [76, 4300] {
        let field = |tag: u8, bytes: &[u8]| {
            let mut out = vec![tag];
            if bytes.len() > 127 {
                out.push(u8::try_from(bytes.len() & 127).unwrap() | 128);
                out.push(u8::try_from(bytes.len() >> 7).unwrap());
            } else {
                out.push(u8::try_from(bytes.len()).unwrap());
            }
            out.extend_from_slice(bytes);
            out
        };
        let point = [field(0x3a, b"\x0a\x01k"), vec![0x29], 1.5_f64.to_le_bytes().into()].concat();
        let metric = [
            field(0x0a, b"Orders"),
            field(0x12, &vec![b'.'; pad]),
            field(0x5a, &field(0x0a, &point)),
        ];
        let request = field(0x0a, &field(0x12, &field(0x12, &metric.concat())));
        let message = field(0, &request)[1..].to_vec();
        let newline = message.iter().position(|byte| *byte == b'\n').unwrap();
        let is_text = message[..newline].iter().all(|byte| *byte >= 0x20);
        assert!(is_text, "{}", message[..newline].escape_ascii());
        let two = message.repeat(2);
        let explained = Fh::decode("--explain").stdin(two).run().success();
        assert!(
            explained.contains("OpenTelemetry 1.0 metrics, 2 messages, 2 metrics"),
            "{explained}"
        );
    }
}

#[test]
fn explain_tells_what_a_metric_stream_holds() {
    let files = "fixtures/formats/otel-1.0.gz fixtures/formats/metric-stream.b64";
    assert_snapshot!(Fh::decode("--explain").args(files).run(), @r#"
    fixtures/formats/otel-1.0.gz:1 · record 1
      gzip          around the whole input
      OpenTelemetry 1.0 metrics, 4 messages, 6 metrics, CloudWatch metric stream orders-metrics
      {"resourceMetrics":[{"resource":{"attributes":[{"key":"cloud.provider","value":{"stringValue":"…

    fixtures/formats/otel-1.0.gz: gzip 501 B → 2,220 B (1 member)
    fixtures/formats/metric-stream.b64:1 · record 1
      base64        768 B → 574 B
      CloudWatch metric stream orders-metrics in JSON, 2 metrics
      {"metric_stream_name":"orders-metrics","account_id":"111122223333","region":"eu-west-1","namesp…

    [exit status: 0]
    "#);
}

#[test]
fn messages_gives_a_line_to_each_metric() {
    assert_snapshot!(Fh::decode("--messages fixtures/formats/otel-1.0.bin").run(), @r#"
    {"name":"amazonaws.com/AWS/Lambda/Duration","unit":"ms","summary":{"dataPoints":[{"attributes":[{"key":"Namespace","value":{"stringValue":"AWS/Lambda"}},{"key":"MetricName","value":{"stringValue":"Duration"}},{"key":"Dimensions","value":{"kvlistValue":{"values":[{"key":"FunctionName","value":{"stringValue":"orders-transform"}}]}}}],"startTimeUnixNano":"1795341600000000000","timeUnixNano":"1795341660000000000","count":"4","sum":850.25,"quantileValues":[{"value":12.5},{"quantile":0.99,"value":612.0},{"quantile":1.0,"value":612.75}]}]},"resource":{"attributes":[{"key":"cloud.provider","value":{"stringValue":"aws"}},{"key":"cloud.account.id","value":{"stringValue":"111122223333"}},{"key":"cloud.region","value":{"stringValue":"eu-west-1"}},{"key":"aws.exporter.arn","value":{"stringValue":"arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/orders-metrics"}}]}}
    {"name":"amazonaws.com/AWS/Lambda/Errors","unit":"{Count}","summary":{"dataPoints":[{"attributes":[{"key":"Namespace","value":{"stringValue":"AWS/Lambda"}},{"key":"MetricName","value":{"stringValue":"Errors"}},{"key":"Dimensions","value":{"kvlistValue":{"values":[{"key":"FunctionName","value":{"stringValue":"orders-transform"}}]}}}],"startTimeUnixNano":"1795341600000000000","timeUnixNano":"1795341660000000000","count":"4","sum":1.0,"quantileValues":[{"value":0.0},{"quantile":0.99,"value":1.0},{"quantile":1.0,"value":1.0}]}]},"resource":{"attributes":[{"key":"cloud.provider","value":{"stringValue":"aws"}},{"key":"cloud.account.id","value":{"stringValue":"111122223333"}},{"key":"cloud.region","value":{"stringValue":"eu-west-1"}},{"key":"aws.exporter.arn","value":{"stringValue":"arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/orders-metrics"}}]}}
    {"name":"amazonaws.com/AWS/Lambda/ConcurrentExecutions","unit":"{Count}","summary":{"dataPoints":[{"attributes":[{"key":"Namespace","value":{"stringValue":"AWS/Lambda"}},{"key":"MetricName","value":{"stringValue":"ConcurrentExecutions"}},{"key":"Dimensions","value":{"kvlistValue":{}}}],"startTimeUnixNano":"1795341600000000000","timeUnixNano":"1795341660000000000","count":"2","sum":10.0,"quantileValues":[{"value":10.0},{"quantile":0.99,"value":10.0},{"quantile":1.0,"value":10.0}]}]},"resource":{"attributes":[{"key":"cloud.provider","value":{"stringValue":"aws"}},{"key":"cloud.account.id","value":{"stringValue":"111122223333"}},{"key":"cloud.region","value":{"stringValue":"eu-west-1"}},{"key":"aws.exporter.arn","value":{"stringValue":"arn:aws:cloudwatch:eu-west-1:111122223333:metric-stream/orders-metrics"}}]}}
    [exit status: 0]
    "#);
    let json = Fh::decode("--messages fixtures/formats/metric-stream.b64").run().success();
    assert_eq!(json.lines().count(), 2, "{json}");
}

#[test]
fn a_hex_dump_comes_after_the_name_of_the_format() {
    assert_snapshot!(Fh::decode("fixtures/formats/orders.orc").on_terminal(100), @r#"
    ␛[2mORC, 65 bytes, compression none, 3 rows, columns order, total␛[0m
    00000000  4f 52 43 0a 06 0a 04 00  01 02 03 73 0a 08 03 10  |ORC........s....|
    00000010  0c 22 14 08 0c 12 02 01  02 1a 05 6f 72 64 65 72  |.".........order|
    00000020  1a 05 74 6f 74 61 6c 22  02 08 07 22 02 08 04 30  |..total"..."...0|
    00000030  03 08 24 10 00 18 80 80  10 82 f4 03 03 4f 52 43  |..$..........ORC|
    00000040  0f                                                |.|
    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode("fixtures/formats/confluent.bin").on_terminal(100), @"
    ␛[2mbinary, 15 bytes, possibly with a Confluent schema header (schema ID 42)␛[0m
    00000000  00 00 00 00 2a 0c 41 2d  31 30 34 31 dc da 0c     |....*.A-1041...|
    [exit status: 0]
    ");
}

#[test]
fn metrics_are_pretty_on_a_terminal() {
    let output = Fh::decode("--no-color fixtures/formats/otel-0.7.bin").on_terminal(100).text();
    let lines: Vec<_> = output.lines().map(str::trim_end).take(4).collect();
    assert_eq!(lines, ["{", "  \"resourceMetrics\": [", "    {", "      \"resource\": {"]);
}

#[test]
fn a_file_that_is_cut_or_damaged_at_its_end_is_an_error() {
    for (file, name) in
        [("orders.avro", "Avro"), ("orders.parquet", "Parquet"), ("orders.orc", "ORC")]
    {
        let whole = bytes_of(file);
        let mut damaged = whole.clone();
        // The length of the footer or of the postscript, or the last marker.
        let at = damaged.len() - if name == "Parquet" { 7 } else { 1 };
        damaged[at] = 0xff;
        for bytes in [whole[..whole.len() - 9].to_vec(), whole[..30].to_vec(), damaged] {
            let base64 = STANDARD.encode(&bytes);
            for input in [bytes.clone(), base64.clone().into_bytes(), gzip(&bytes)] {
                let run = Fh::decode("--explain").stdin(input).run();
                assert_eq!(run.code(), 1, "{run}");
                let message = format!("truncated or damaged {name} file");
                assert!(run.errors().contains(&message), "{run}");
                assert!(run.text().contains(&format!("truncated {name}")), "{run}");
            }
            let run = Fh::decode("").stdin(format!("eyJhIjoxfQ==\n{base64}\n")).run();
            assert_eq!(run.code(), 1, "{run}");
        }
        for appended in [&b""[..], b"\n", b"\r\n", b"\n\n", b"\0", &[0; 40]] {
            let padded = [&whole[..], appended].concat();
            for input in [padded.clone(), STANDARD.encode(&padded).into_bytes()] {
                let shown = Fh::decode("--explain").stdin(input).run().success();
                assert!(!shown.contains("truncated"), "{shown}");
            }
        }
    }
}

#[test]
fn a_file_that_was_read_as_text_is_not_called_cut() {
    let bytes = bytes_of("orders.parquet");
    let replaced = [&bytes[..8], &[0xff; 40], &bytes[8..bytes.len() - 1]].concat();
    let replaced = String::from_utf8_lossy(&replaced).into_owned().into_bytes();
    let run = Fh::decode("--explain").stdin(STANDARD.encode(replaced)).run();
    assert!(run.errors().contains("was read as UTF-8 text"), "{run}");
    assert!(!run.errors().contains("truncated or damaged"), "{run}");
}

#[test]
fn the_payload_that_is_a_cut_file_is_taken_and_extracted_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = |words: &str| Fh::new().args(words).current_dir(folder.path());
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    let whole = b"{\"a\":1}".to_vec();
    let broken_otel = bytes_of("otel-1.0-cut.bin");
    for cut in ["orders.avro", "orders.parquet", "orders.orc"]
        .map(|file| bytes_of(file)[..30].to_vec())
        .into_iter()
        .chain([broken_otel])
    {
        let texts = [&cut, &whole].map(|it| STANDARD.encode(it));
        let failures = texts.each_ref().map(|text| {
            format!(
                r#"{{"attemptsMade":4,"arrivalTimestamp":1795341600123,"errorCode":"Lambda.FunctionError","errorMessage":"m","attemptEndingTimestamp":1795341688540,"rawData":"{text}","lambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:f"}}"#
            ) + "\n"
        });
        let records = texts.each_ref().map(|text| {
            format!(
                r#"{{"recordId":"r{}","approximateArrivalTimestamp":1,"data":"{text}"}}"#,
                text.len()
            )
        });
        write("failures.json", failures.concat());
        write("unsent.b64", texts.join("\n") + "\n");
        write(
            "event.json",
            format!(
                r#"{{"invocationId":"i","deliveryStreamArn":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders","region":"eu-west-1","records":[{}]}}"#,
                records.join(",")
            ),
        );
        for words in [
            "event --from-failures failures.json",
            "event --data event.json",
            "event --data unsent.b64 --base64",
        ] {
            let event = at(words).run();
            let has_all = texts.iter().all(|text| event.text().contains(text.as_str()));
            assert!(has_all && event.code() == 0, "{words}: {event}");
        }
        let extracted = at("failures failures.json --extract out").run();
        let files = std::fs::read_dir(folder.path().join("out")).unwrap();
        let files: Vec<_> = files.map(|it| std::fs::read(it.unwrap().path()).unwrap()).collect();
        assert!(files.contains(&cut) && files.contains(&whole), "{extracted}");
        std::fs::remove_dir_all(folder.path().join("out")).unwrap();
    }
}

#[test]
fn packed_maps_and_compressions_that_stay_are_named() {
    for (bytes, what) in [
        (
            &b"\xa2fticker\x63QWEeprice\xfb\xbf\xa9\x99\x99\x99\x99\x99\x9a"[..],
            "CBOR map, 27 bytes",
        ),
        (b"\xbffticker\x63QWEeprice\xfb\xbf\xa9\x99\x99\x99\x99\x99\x9a\xff", "CBOR map, 28 bytes"),
        (b"\xd9\xd9\xf7\xa1fticker\x63QWE", "CBOR map, 15 bytes"),
        (
            b"\x82\xa6ticker\xa3QWE\xa5price\xcb\xbf\xa9\x99\x99\x99\x99\x99\x9a",
            "MessagePack map, 27 bytes",
        ),
        (b"BZh91AY&SY\x15\x30\x44\xa3\0", "compressed data (bzip2), 15 bytes"),
        (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46", "compressed data (xz), 12 bytes"),
        (b"\x04\x22\x4d\x18\x68\x40\xdc\x05\0", "compressed data (lz4 frame), 9 bytes"),
        (b"\xff\x06\0\0sNaPpY\0\x0c\x01", "compressed data (framed snappy), 13 bytes"),
    ] {
        for (wrapping, input) in wrappings(bytes) {
            let explained = Fh::decode("--explain").stdin(input).run().success();
            assert!(explained.contains(what), "{what}, {wrapping}: {explained}");
        }
    }
}

#[test]
fn names_in_a_schema_do_not_control_the_terminal() {
    for (file, escape, shown) in [
        ("orders.orc", "\x1b[2J\x07", r"columns \u{1b}[2J\u{7}, total"),
        ("orders.avro", "\u{9b}2Jx", r"record Order: \u{9b}2Jx, cents"),
    ] {
        let bytes = bytes_of(file);
        let at = bytes.windows(5).position(|window| window == b"order").unwrap();
        let hostile = [&bytes[..at], escape.as_bytes(), &bytes[at + 5..]].concat();
        let output = Fh::decode("--explain").stdin(hostile).on_terminal(100).text();
        assert!(output.contains(shown) && !output.contains(escape), "{output}");
    }
}

#[test]
fn dynamodb_json_is_plain_where_that_is_asked_for() {
    let file = "fixtures/formats/dynamodb.ndjson";
    assert_snapshot!(Fh::decode("--dynamodb-json plain").arg(file).run(), @r#"
    {"awsRegion":"eu-west-1","eventID":"6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91","eventName":"MODIFY","tableName":"orders","dynamodb":{"ApproximateCreationDateTime":1795341600123,"Keys":{"id":"A-1041"},"NewImage":{"id":"A-1041","total":12.10,"paid":true,"note":null,"tags":["gift","new"],"sizes":[1,2.50],"raw":"AAE=","lines":[{"sku":"sku-1","count":2}]},"SizeBytes":94},"eventSource":"aws:dynamodb"}
    {"S":"an attribute named S","N":{"N":"many"}}
    [exit status: 0]
    "#);
    let typed = Fh::decode("--dynamodb-json typed").arg(file).run().success();
    assert_eq!(typed, Fh::decode(file).run().success());
    assert_eq!(typed.as_bytes(), bytes_of("dynamodb.ndjson"));

    let text = STANDARD.encode(r#"{"id":{"N":"1.10"}}"#);
    let plain = |words: &str| Fh::decode("--dynamodb-json plain").args(words).stdin(text.clone());
    assert_eq!(plain("").run().success(), "{\"id\":1.10}\n");
    assert_eq!(plain("--pretty").run().success(), "{\n  \"id\": 1.10\n}\n");
    assert!(plain("--output ndjson").run().success().contains(r#""data":{"id":1.10},"#));
    let raw = plain("--raw").run();
    assert!(raw.code() == 2 && raw.errors().contains("--dynamodb-json"), "{raw}");
}

#[test]
fn files_and_short_text_of_any_script_are_decoded_without_padding() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
    let pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\0\0";
    for file in [&png[..], &pdf[..]] {
        for zeros in 0..3 {
            let file = [file, &vec![0; zeros]].concat();
            let bare = STANDARD_NO_PAD.encode(&file);
            assert_eq!(Fh::decode("--raw").stdin(bare).run().stdout, file);
        }
    }
    let short = ["กข", "سلام", "שלום", "है", "არა", "안녕", "👍", "❤️"].join("\n") + "\n";
    let lines = short.lines().map(|text| STANDARD_NO_PAD.encode(text) + "\n");
    let decoded = Fh::decode("").stdin(lines.collect::<String>()).run();
    assert_eq!(decoded.success(), short);
}

#[test]
fn a_printed_bytearray_is_a_layer_that_can_be_named() {
    let printed = STANDARD.encode("bytearray(b'eyJhIjoxfQ==')");
    for words in ["", "--layers base64,python-bytes,base64"] {
        let run = Fh::decode(words).stdin(printed.clone()).run();
        assert_eq!((run.text(), run.code()), ("{\"a\":1}\n".to_owned(), 0), "{run}");
    }
}

/// Bytes that only begin as a file does are binary like any other: what a cipher made, say.
#[test]
fn the_magic_of_a_file_alone_is_no_damage() {
    for magic in ["PAR1", "Obj\x01", "ORC"] {
        let rest =
            b"\xa5M\xca\x18%0\xbb\x1dm\n\x13,\xde\xd6#{.\xd9\x1e?r\x1f\xcb\x19q\x17D\x94\xd6I<";
        let bytes = [magic.as_bytes(), rest].concat();
        for input in [bytes.clone(), STANDARD.encode(&bytes).into_bytes(), gzip(&bytes)] {
            let run = Fh::decode("--output ndjson").stdin(input.clone()).run();
            assert_eq!(run.text().lines().count(), 1, "{run}");
            assert!(run.text().contains(r#""contentType":"binary""#), "{run}");
            assert!(run.code() == 0 && !run.errors().contains("truncated"), "{run}");
            assert_eq!(Fh::decode("--raw").stdin(input).run().stdout, bytes);
        }
    }
}
