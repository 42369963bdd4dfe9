//! `fh decode`: what programs print of events, requests and bytes, a syntax each.

use insta::assert_snapshot;

use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::s3::fh;
use crate::send::stream;

/// `{"a":1}` in every form of bytes.
const NUMBERS: &str = "123 34 97 34 58 49 125";
const COMMAS: &str = "123, 34, 97, 34, 58, 49, 125";
const BASE64: &str = "eyJhIjoxfQ==";
const HEX: &str = "7b 22 61 22 3a 31 7d";

fn decode(text: &str) -> Output {
    Fh::decode("-").stdin(text).run()
}

/// Each text is one record, `{"a":1}`, in the envelope with the ID.
#[track_caller]
fn is_one_record(texts: &[&str], envelope: &str, id: &str) {
    for text in texts {
        for text in [(*text).to_owned(), format!("{text}\n"), format!("log line\n{text}\nafter\n")]
        {
            let rows = Fh::decode("--output ndjson -").stdin(text.as_str()).run();
            let row = rows
                .text()
                .lines()
                .find(|row| row.contains(r#""data":{"a":1}"#))
                .map(str::to_owned);
            let row = row.unwrap_or_default();
            assert_eq!(rows.code(), 0, "{text}\n{rows}");
            assert!(row.contains(r#""problems":[]"#), "{text}\n{rows}");
            let field = |key: &str| format!(r#""{key}":"#);
            let has = |key: &str, value: &str| match value {
                "" => !row.contains(&field(key)) || row.contains(&format!("{}null", field(key))),
                _ => row.contains(&format!("{}\"{value}\"", field(key))),
            };
            assert!(has("envelope", envelope) && has("recordId", id), "{text}\n{rows}");
            let others = rows.text().lines().count() - 1;
            assert_eq!(others, if text.starts_with("log line") { 2 } else { 0 }, "{text}\n{rows}");
        }
    }
}

#[test]
fn an_event_that_go_printed_is_an_event() {
    let record = format!(
        "RecordID:49 ApproximateArrivalTimestamp:{{Time:2026-11-22 10:00:00.123 +0000 UTC}} Data:[{NUMBERS}] KinesisFirehoseRecordMetadata:{{ShardID: PartitionKey: SequenceNumber: SubsequenceNumber:0 ApproximateArrivalTimestamp:{{Time:0001-01-01 00:00:00 +0000 UTC}}}}"
    );
    let value = format!(
        "{{49 {{2026-11-22 10:00:00.123 +0000 UTC}} [{NUMBERS}] {{   0 {{0001-01-01 00:00:00 +0000 UTC}}}}}}"
    );
    is_one_record(
        &[
            &format!(
                "2026/11/22 10:00:00 {{InvocationID:8f507cfc DeliveryStreamArn:arn:aws:firehose:eu-west-1:111122223333:deliverystream/shop SourceKinesisStreamArn: Region:eu-west-1 Records:[{{{record}}}]}}"
            ),
            &format!("&{{{record}}}"),
            &format!(
                "{{8f507cfc arn:aws:firehose:eu-west-1:111122223333:deliverystream/shop  eu-west-1 [{value}]}}"
            ),
            &value,
            r#"events.KinesisFirehoseEvent{InvocationID:"8f507cfc", Records:[]events.KinesisFirehoseEventRecord{events.KinesisFirehoseEventRecord{RecordID:"49", ApproximateArrivalTimestamp:events.MilliSecondsEpochTime{Time:time.Date(2026, time.November, 22, 10, 0, 0, 123000000, time.UTC)}, Data:[]uint8{0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d}}}}"#,
        ],
        "transform-event",
        "49",
    );
    is_one_record(
        &[
            &format!(
                "{{Records:[{{RecordID:49 Result:Ok Data:[{NUMBERS}] Metadata:{{PartitionKeys:map[year:2026]}}}}]}}"
            ),
            &format!("{{[{{49 Ok [{NUMBERS}] {{map[year:2026]}}}}]}}"),
        ],
        "transform-response",
        "49",
    );
    is_one_record(
        &[&format!(
            "{{Records:[{{AwsRegion:eu-west-1 EventID:1 Kinesis:{{ApproximateArrivalTimestamp:{{Time:2026-11-22 10:00:00 +0000 UTC}} Data:[{NUMBERS}] PartitionKey:a SequenceNumber:1}}}}]}}"
        )],
        "kinesis-event",
        "",
    );
}

#[test]
fn an_event_that_java_printed_is_an_event() {
    is_one_record(
        &[
            &format!(
                "{{invocationId=8f507cfc, deliveryStreamArn=arn:aws:firehose:eu-west-1:111122223333:deliverystream/shop, region=eu-west-1, records=[{{recordId=49, approximateArrivalTimestamp=1795341600123, data={BASE64}}}]}}"
            ),
            &format!(
                "INFO: {{invocationId: 8f507cfc,records: [{{data: {BASE64},recordId: 49,approximateArrivalTimestamp: 1795341600123,}}]}}"
            ),
            &format!(
                "Event(records=[Event.Record(data={BASE64}, recordId=49, approximateArrivalEpoch=1795341600123, kinesisRecordMetadata=null)])"
            ),
            &format!("got Event[records=[Record[recordId=49, data={BASE64}]], note={{}}]"),
        ],
        "transform-event",
        "49",
    );
    is_one_record(
        &[
            "PutRecordBatchRequest(DeliveryStreamName=shop, Records=[Record(Data=SdkBytes(bytes=0x7b2261223a317d))])",
        ],
        "api-body",
        "",
    );
}

#[test]
fn an_event_that_ruby_printed_is_an_event() {
    is_one_record(
        &[
            &format!(
                r#"{{"invocationId"=>"8f507cfc", "records"=>[{{"recordId"=>"49", "approximateArrivalTimestamp"=>1795341600123, "data"=>"{BASE64}"}}]}}"#
            ),
            &format!(
                r#"I, [2026-11-22T10:00:00.123 #7]  INFO -- : {{"records" => [{{"recordId" => "49", "data" => "{BASE64}", "kms" => nil}}]}}"#
            ),
            &format!(
                r#"{{records: [{{record_id: "49", at: 2026-11-22 10:00:00 UTC, data: "{BASE64}"}}]}}"#
            ),
            &format!(
                "{{\"invocationId\" => \"8f507cfc\",\n \"records\" =>\n  [{{\"recordId\" => \"49\",\n    \"data\" => \"{BASE64}\"}}]}}"
            ),
            &format!(r#"{{:records=>[{{:record_id=>"49", :note=>:none, :data=>"{BASE64}"}}]}}"#),
        ],
        "transform-event",
        "49",
    );
}

#[test]
fn an_event_that_rust_printed_is_an_event() {
    let compact = format!(
        r#"2026-11-22T10:00:00.123456Z  INFO handler: LambdaEvent {{ payload: KinesisFirehoseEvent {{ invocation_id: Some("8f507cfc"), source_kinesis_stream_arn: None, records: [KinesisFirehoseEventRecord {{ record_id: Some("49"), approximate_arrival_timestamp: MillisecondTimestamp(2026-11-22T10:00:00.123Z), data: Base64Data([{COMMAS}]), kinesis_firehose_record_metadata: None }}] }}, context: Context {{ deadline: 1, .. }} }}"#
    );
    let numbers = COMMAS.replace(", ", ",\n                    ");
    let pretty = format!(
        "KinesisFirehoseEvent {{\n    invocation_id: Some(\n        \"8f507cfc\",\n    ),\n    records: [\n        KinesisFirehoseEventRecord {{\n            record_id: Some(\n                \"49\",\n            ),\n            data: Base64Data(\n                [\n                    {numbers},\n                ],\n            ),\n        }},\n    ],\n}}"
    );
    is_one_record(&[&compact, &pretty], "transform-event", "49");
    let batch = format!(
        r#"PutRecordBatchInput {{ delivery_stream_name: Some("shop"), records: Some([Record {{ data: Blob {{ inner: [{COMMAS}] }} }}]) }}"#
    );
    is_one_record(&[&batch], "", "");
}

#[test]
fn values_without_a_schema_are_read_too() {
    is_one_record(
        &[
            &format!(
                r#"Object {{"records": Array [Object {{"recordId": String("49"), "data": String("{BASE64}")}}]}}"#
            ),
            &format!(
                "2026/11/22 10:00:00 map[invocationId:8f507cfc records:[map[approximateArrivalTimestamp:1.795341600123e+12 data:{BASE64} recordId:49]]]"
            ),
            "{'invocationId': '8f507cfc',\n 'records': [{'recordId': '49', 'data': bytearray(b'{\"a\":1}')}]}",
        ],
        "transform-event",
        "49",
    );
}

#[test]
fn what_node_prints_of_bytes_are_the_bytes() {
    let numbers = COMMAS.replace(", ", ",\n                    ");
    let indented = format!(
        "{{\n    \"DeliveryStreamName\": \"shop\",\n    \"Records\": [\n        {{\n            \"Data\": {{\n                \"type\": \"Buffer\",\n                \"data\": [\n                    {numbers}\n                ]\n            }}\n        }}\n    ]\n}}"
    );
    is_one_record(
        &[
            &indented,
            &format!(
                "{{\n  StreamName: 'shop',\n  Records: [\n    {{ Data: <Buffer {HEX}>, PartitionKey: 'a' }}\n  ]\n}}"
            ),
            &format!(
                "{{ Records: [ {{ Data: Uint8Array(7) [ {COMMAS} ], PartitionKey: 'a' }} ] }}"
            ),
            &format!(
                "{{ Records: [ {{ Data: ArrayBuffer {{ [Uint8Contents]: <{HEX}>, byteLength: 7 }} }} ] }}"
            ),
            r#"{"Records":[{"Data":{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125},"PartitionKey":"a"}]}"#,
        ],
        "api-body",
        "",
    );
    is_one_record(
        &[
            &format!("<Buffer {HEX}>"),
            &format!("2026-11-22T10:00:00.123Z\t8f507cfc\tINFO\t<Buffer {HEX}>"),
            &format!(r#"{{"type":"Buffer","data":[{COMMAS}]}}"#),
            &format!("{{ type: 'Buffer', data: [ {COMMAS} ] }}"),
            &format!("[{NUMBERS}]"),
            &format!("[{COMMAS}]"),
            &format!(" [\n    {{\n      data: '{BASE64}'\n    }}\n]"),
        ],
        "",
        "",
    );
}

#[test]
fn a_request_is_found_in_a_string_and_in_what_passed_it_on() {
    let request = format!(r#"{{"requestId":"a","timestamp":1,"records":[{{"data":"{BASE64}"}}]}}"#);
    let escaped = request.replace('"', "\\\"");
    // The request in base64, and its gzip.
    let base64 = "eyJyZXF1ZXN0SWQiOiJhIiwidGltZXN0YW1wIjoxLCJyZWNvcmRzIjpbeyJkYXRhIjoiZXlKaElqb3hmUT09In1dfQ==";
    let gzip = "H4sIAAAAAAAAA6tWKkotLE0tLvFMUbJSSlTSUSrJzAVyE3MLlKwMdYCyyflFKcVKVtHVSimJJYlARamVXhmeWfkVaYG2tkq1sbUApB8g7UMAAAA=";
    is_one_record(
        &[
            &format!("\"{escaped}\""),
            &format!("'{request}'"),
            &format!("b'{request}'"),
            &format!("INFO body=\"{escaped}\" length=71"),
            &format!(
                r#"{{"resource":"/","httpMethod":"POST","headers":{{"A":"b"}},"body":"{escaped}","isBase64Encoded":false}}"#
            ),
            &format!(
                r#"{{"version":"2.0","headers":{{}},"body":"{base64}","isBase64Encoded":true}}"#
            ),
            &format!(
                r#"{{"version":"2.0","headers":{{"content-encoding":"gzip"}},"body":"{gzip}","isBase64Encoded":true}}"#
            ),
            &format!(
                "{{'version': '2.0', 'headers': {{}}, 'body': '{base64}', 'isBase64Encoded': True}}"
            ),
        ],
        "http-request",
        "",
    );
    let other = r#"{"headers":{},"body":"{\"a\":1}","isBase64Encoded":false}"#;
    assert_eq!(decode(other).success(), format!("{other}\n"));
}

#[test]
fn base64_at_the_end_of_a_log_line_is_a_record_and_other_text_stays() {
    for text in [
        "2026-11-22T10:00:00Z INFO data: eyJhIjoxfSAgICAgIA==",
        "2026/11/22 10:00:00 data=eyJhIjoxfSAgICAgIA==",
        "[DEBUG] 'eyJhIjoxfSAgICAgIA=='",
    ] {
        let output = decode(text);
        let note = "note: only the base64 in the text is decoded\n  \
                    hint: show all of it with `--input-format lines`";
        assert_eq!((output.text(), output.code()), ("{\"a\":1}\n".to_owned(), 0), "{output}");
        assert!(output.errors().contains(note), "{output}");
    }
    for text in [
        "2026-11-22T10:00:00Z INFO transformed 3 records",
        "2026-11-22T10:00:00Z INFO AbCdEfGhIjKlMnOpQrStUvWx",
        "Authorization: Basic eyJhIjoxfSAgICAgIA==",
        "[1 2 3]",
    ] {
        assert_eq!(decode(text).success(), format!("{text}\n"));
    }
    // It begins like JSON, or a language printed it, which a note says.
    for text in ["{records: none}", "Point(x=1, records=[])", "map[a:1 records:2]"] {
        assert_eq!(decode(text).text(), format!("{text}\n"));
    }
}

#[test]
fn bytes_that_python_printed_among_words_are_a_record() {
    let gzip = r"b'\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabVJT\xb22\xac\x05\x00\xaf\xac\x1bV\x07\x00\x00\x00'";
    for literal in [gzip, r#"b'{"a":1}'"#, r#"b"{\"a\":1}""#] {
        for line in [
            format!(
                "[INFO]\t2026-11-22T10:00:00.000Z\t6d1c4b3a-8d0e-4a51-9f5a-000000000001\t{literal}"
            ),
            format!("> {literal}"),
            literal.to_owned(),
        ] {
            assert_eq!(decode(&line).success(), "{\"a\":1}\n", "{line}");
        }
        for before in ["payload ", "DEBUG got record: "] {
            let output = decode(&format!("{before}{literal}"));
            assert_eq!((output.text().as_str(), output.code()), ("{\"a\":1}\n", 0), "{output}");
            assert!(output.errors().contains("note: only the bytes in the text are decoded"));
            assert!(output.errors().contains("`--input-format lines`"), "{output}");
        }
    }
    let error = "TypeError: a bytes-like object is required, not b'{\"a\":1}', for the record";
    let output = decode(error);
    assert_eq!((output.text().as_str(), output.code()), ("{\"a\":1}\n", 0), "{output}");
    assert!(output.errors().contains("bytes of text around the records in this line"), "{output}");
    for line in ["INFO wrote b'a message of some length'", "2026-11-22T10:00:00Z b'\\xzz'"] {
        assert_eq!(decode(line).success(), format!("{line}\n"));
    }
    let line = format!("payload {gzip}");
    let lines = Fh::decode("--input-format lines").stdin(line.as_str()).run();
    assert_eq!(lines.success(), format!("{line}\n"));
}

#[test]
fn bytes_that_python_printed_over_several_lines_are_a_record() {
    let json = format!("{{\"a\":\"{}\"}}", "\\xc3\\xa9\\'s x ".repeat(40));
    let literal = format!("b'{json}'");
    let expected = format!("{{\"a\":\"{}\"}}\n", "é's x ".repeat(40));
    for width in [31, 40, 72, 80] {
        for (prefix, end) in [("", "\n"), ("> ", "\n"), ("    ", "\r\n"), ("> > ", "\n")] {
            let chunks = literal.as_bytes().chunks(width).map(String::from_utf8_lossy);
            let lines: Vec<_> = chunks.map(|it| format!("{prefix}{it}{end}")).collect();
            let lines = lines.concat();
            let one = decode(&format!("before\n{lines}after\n"));
            assert_eq!(one.success(), format!("before\n{expected}after\n"), "{lines}");
            let many = decode(&lines.repeat(1500));
            assert!(many.success() == expected.repeat(1500), "{width} {prefix:?}");
        }
    }
    // Nothing follows it, and no byte of it is escaped.
    let words = format!("{{\"a\":\"{}\"}}", "abc def ".repeat(40));
    let literal = format!("b'{words}'");
    let lines: Vec<_> = literal.as_bytes().chunks(80).map(String::from_utf8_lossy).collect();
    assert_eq!(decode(&format!("{}\n", lines.join("\n"))).success(), format!("{words}\n"));
    let open = "b'\\x1f\\x8b\nno end\nb'\n";
    assert_eq!(decode(open).success(), open);
}

#[test]
fn a_print_without_the_data_is_named_with_what_to_print() {
    assert_snapshot!(decode("{records: [{data: java.nio.HeapByteBuffer[pos=0 lim=37 cap=37],recordId: 49,}]}"), @"
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 49): the record has no data, only `java.nio.HeapByteBuffer[pos=0 lim=37 cap=37]`
      hint: print `Base64.getEncoder().encodeToString(record.getData().array())`
    [exit status: 1]
    ");
    assert_snapshot!(decode(r#"{"records"=>[{"recordId"=>"49", "data"=>#<StringIO:0x00007f1>}]}"#), @"
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 49): the record has no data, only `#<StringIO:0x00007f1>`
      hint: print `Base64.strict_encode64(io.read)`
    [exit status: 1]
    ");
    assert_snapshot!(decode("{'records': [{'recordId': '49', 'data': <memory at 0x7f1>}]}"), @"
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 49): the record has no data, only `<memory at 0x7f1>`
      hint: print `base64.b64encode(data)`
    [exit status: 1]
    ");
    assert_snapshot!(decode(r#"{"records":[{"recordId":"49","result":"Ok","data":"[object Object]"}]}"#), @"
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 49): the record has no data, only `[object Object]`
      hint: print `JSON.stringify(event)`, or `buffer.toString('base64')`
    [exit status: 1]
    ");
}

#[test]
fn a_print_that_was_cut_is_named_and_shown_as_far_as_it_goes() {
    assert_snapshot!(decode("<Buffer 7b 22 61 22 3a 31 2c ... 216 more bytes>"), @r#"
    {"a":1,
    ------- stderr -------
    fh: standard input: line 1, record 1: the runtime truncated the printed event: 216 more bytes
      hint: print all of it with `console.log(buffer.toString('base64'))`
    [exit status: 1]
    "#);
    assert_snapshot!(decode(&format!(" [\n    {{\n      data: '{BASE64}'\n    }}\n...\n")), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1: the runtime truncated the printed event: it ends with `...`
      hint: print the whole event with `console.log(JSON.stringify(event))`
    [exit status: 1]
    "#);
    assert_snapshot!(decode("{ Records: [ { Data: <Buffer 7b 22 ... 5 more bytes> }, { Data: <Buffer 7b 7d> } ] }"), @r#"
    {"
    {}
    ------- stderr -------
    fh: standard input: line 1, record 1: the runtime truncated the printed event: 5 more bytes
      hint: print all of it with `console.log(buffer.toString('base64'))`
    fh: 1 of 2 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn a_buffer_in_a_response_is_shown_and_not_what_firehose_takes() {
    let response = format!(
        r#"{{"records":[{{"recordId":"1","result":"Ok","data":{{"type":"Buffer","data":[{COMMAS}]}}}}]}}"#
    );
    assert_snapshot!(decode(&response), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): the record's data is not a string
      hint: `data` is a JSON string with the record in base64
    [exit status: 1]
    "#);
}

#[test]
fn no_layer_is_made_up_for_bytes_that_were_printed() {
    let output = Fh::decode("--explain -").stdin(format!("<Buffer {HEX}>")).run();
    assert_snapshot!(output, @r#"
    -:1 · record 1
      JSON object, 1 key
      {"a":1}

    [exit status: 0]
    "#);
}

#[test]
fn the_bytes_that_were_printed_are_what_is_sent() {
    let _masks = mask(masks::SEND);
    stream("prints");
    let event =
        format!("{{Records:[{{RecordID:49 Data:[{NUMBERS}]}} {{RecordID:50 Data:[{NUMBERS}]}}]}}");
    let output = fh("send --stream prints --dry-run --format event -").stdin(event).run();
    assert_snapshot!(output, @"
    dry run: 2 records, 14 B in 1 request; nothing was sent
    ------- stderr -------
    fh: to delivery stream `prints` in eu-west-1, account 111122223333, ACTIVE at http://127.0.0.1:[…]
    fh: 2 records, 14 B, 1 request, from standard input
    [exit status: 0]
    ");
}

#[test]
fn the_log_of_a_function_shows_the_records_that_its_language_printed() {
    let messages = [
        format!("2026/11/22 10:00:00 {{Records:[{{RecordID:49 Data:[{NUMBERS}]}}]}} done"),
        format!("{{records=[{{recordId=49, data={BASE64}}}]}}"),
        format!(r#"{{"records" => [{{"recordId" => "49", "data" => "{BASE64}"}}]}}"#),
        format!(
            r#"Event {{ records: [Record {{ record_id: Some("49"), data: Base64Data([{COMMAS}]) }}] }}"#
        ),
        format!("{{[{{49 Ok [{NUMBERS}] {{map[]}}}}]}}"),
        "{records: [{data: java.nio.HeapByteBuffer[pos=0 lim=37 cap=37],recordId: 49,}]}"
            .to_owned(),
    ];
    let output = Fh::new().args("logs --decode -").stdin(messages.join("\n")).run();
    assert_snapshot!(output, @r#"
    2026/11/22 10:00:00 transform-event done
      │ record 1 {"a":1}
    transform-event
      │ record 1 {"a":1}
    transform-event
      │ record 1 {"a":1}
    Event transform-event
      │ record 1 {"a":1}
    transform-response
      │ record 1 {"a":1}
    transform-event
      │ record 1: the record has no data, only `java.nio.HeapByteBuffer[pos=0 lim=37 cap=37]`
    [exit status: 0]
    "#);
}

#[test]
fn what_is_whole_of_a_print_that_breaks_off_is_decoded() {
    let (record, field) = ("'recordId': '1', 'data': 'eyJhIjoxfQ=='", "'data': 'eyJhIj");
    let prints = [
        format!("{{'records': [{{{record}}}, {{{field}"),
        format!("{{'records': [{{{record}}}, {{'recor"),
        format!("{{\n  records: [\n    {{ {record} }},\n    {{\n      {field}"),
        format!(r#"{{"records" => [{{"recordId" => "1", "data" => "{BASE64}"}}, {{"data" => "ey"#),
        format!("{{records=[{{recordId=1, data={BASE64}}}, {{recordId=2, data=eyJhIj"),
        format!("map[records:[map[data:{BASE64} recordId:1] map[data:eyJhIj"),
        format!("{{Records:[{{RecordID:1 Data:[{NUMBERS}]}} {{RecordID:2 Data:[123 34"),
        format!("{{id arn:a  eu-west-1 [{{1 {{2026}} [{NUMBERS}] {{}}}} {{2 {{2026}} [123 34"),
        format!(
            r#"Event {{ records: [Record {{ record_id: "1", data: Base64Data([{COMMAS}]) }}, Record {{ record_id: "2""#
        ),
    ];
    for print in prints {
        for text in [print.clone(), format!("log line\n{print}\n2026-11-22 10:00:00 after\n")] {
            let output = decode(&text);
            let shown = output.text().replace("log line\n", "").replace(" 10:00:00 after\n", "");
            assert_eq!(shown.trim_end_matches("2026-11-22"), "{\"a\":1}\n", "{text}\n{output}");
            assert_eq!(output.code(), 1, "{text}");
            let errors = output.errors();
            let count = errors.matches("the printed event ends early").count();
            assert_eq!(count, 1, "{text}\n{output}");
        }
    }
    assert_snapshot!(decode("INFO {'records': [{'recordId': '1', 'data': 'eyJh"), @"
    ------- stderr -------
    fh: standard input: line 1, record 1: the printed event ends early: a record is incomplete
      hint: the line may have been cut at a length limit; print each record separately
    [exit status: 1]
    ");
    let log = "2026-11-22T10:00:00.000Z\tINFO\t{'records': [{'recordId': '1', 'data': 'eyJhIjoxfQ=='}, {'re\n";
    assert_snapshot!(Fh::new().args("logs --decode --utc -").stdin(log).run(), @r#"
    2026-11-22 10:00:00.000 INFO	transform-event
      │ record 1 {"a":1}
      │ the printed event ends early: a record is incomplete
    [exit status: 0]
    "#);
}

#[test]
fn a_block_border_within_a_print_is_not_its_end() {
    let record = format!("{{'recordId': '1', 'data': '{BASE64}'}}");
    let print = format!("{{'records': [{}]}}", vec![record; 8000].join(", "));
    let output = decode(&format!("{}\n{print}\n", "x".repeat(100)));
    assert_eq!(output.text().lines().count(), 8001);
    assert_eq!((output.errors().as_str(), output.code()), ("", 0));
}

#[test]
fn bytes_that_pprint_breaks_into_literals_are_one_record() {
    let bytes =
        "(b'{\"order\":\"A-1200\",\"items\":5,\"note\":\"a text that pprint wra'\n b'ps\"}')\n";
    let output = Fh::decode("-").stdin(bytes).run();
    let shown = "{\"order\":\"A-1200\",\"items\":5,\"note\":\"a text that pprint wraps\"}\n";
    assert_eq!((output.text().as_str(), output.code()), (shown, 0), "{output}");
    let kinesis = "{'Records': [{'Data': b'{\"order\":\"A-1200\",\"items\"'\n                      b':5}',\n              'PartitionKey': 'a',\n              'SequenceNumber': '49'}]}\n";
    let output = Fh::decode("-").stdin(kinesis).run();
    let shown = "{\"order\":\"A-1200\",\"items\":5}\n";
    assert_eq!((output.text().as_str(), output.code()), (shown, 0), "{output}");
}
