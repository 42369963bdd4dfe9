use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::compress::Gzip;

/// What is found in a line, with a sign where words are left out.
fn found(line: &str) -> Vec<String> {
    let records = records(line.as_bytes(), &mut Sniffer::default());
    let show = |it: Embedded<'_>| {
        let note = if it.problem.is_some() { "…" } else { "" };
        format!("{}{note}", it.data.escape_ascii()).replace("\\\"", "\"")
    };
    records.into_iter().map(show).collect()
}

fn note(line: &str) -> Option<String> {
    without_data(line.as_bytes()).map(|it| it.to_string())
}

#[test]
fn bytes_are_found_wherever_they_stand_in_a_line() {
    const ONE: &str = "{\"a\":1}…";
    for line in [
        "buf: <Buffer 7b 22 61 22 3a 31 7d> len 7",
        "payload <Buffer 7b 22 61 22 3a 31 7d> true",
        "  Data: <Buffer 7b 22 61 22 3a 31 7d>,",
        "{ data: <Buffer 7b 22 61 22 3a 31 7d>, n: 1 }",
        "data=[123 34 97 34 58 49 125] n=7",
        "&{Data:[123 34 97 34 58 49 125] noSmithyDocumentSerde:{}}",
        "level=INFO msg=rec data=\"[123 34 97 34 58 49 125]\"",
        "data=[123, 34, 97, 34, 58, 49, 125] n",
        "Blob { inner: [123, 34, 97, 34, 58, 49, 125] }",
        "byte[7] { 123, 34, 97, 34, 58, 49, 125 }",
        "var data = new byte[] {0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d};",
        "payload = b'{\"a\":1}' len 7",
        "ValueError: invalid literal: b'{\"a\":1}' in this record",
        "Record { data: Blob(b\"{\\\"a\\\":1}\"), id: 7 }",
        "app - DEBUG - Record: b'{\"a\":1}'",
        r#"put_record(delivery_stream_name:"orders",record:{data:"{\"a\":1}"})"#,
        r#"{:delivery_stream_name=>"orders", :record=>{:data=>"{\"a\":1}"}}"#,
        r#"{delivery_stream_name: "orders", record: {data: "{\"a\":1}"}}"#,
        r#"#<struct Aws::Firehose::Types::Record data="{\"a\":1}">"#,
        r#"<ByteString@1f size=7 contents="{\"a\":1}">"#,
        r#"[]byte("{\"a\":1}")"#,
        "put SdkBytes(bytes=0x7b2261223a317d) done",
    ] {
        assert_eq!(found(line), [ONE], "{line}");
    }
}

#[test]
fn each_of_several_is_a_record_in_its_order() {
    for line in [
        "[ <Buffer 7b 22 61 22 3a 31 7d>, <Buffer 7b 22 62 22 3a 32 7d> ]",
        "[[123 34 97 34 58 49 125] [123 34 98 34 58 50 125]]",
        "(b'{\"a\":1}', b'{\"b\":2}')",
        "[b'{\"a\":1}', b'{\"b\":2}']",
        "b'{\"a\":1}'b'{\"b\":2}'",
        "[123, 34, 97, 34, 58, 49, 125], [123, 34, 98, 34, 58, 50, 125]",
    ] {
        assert_eq!(found(line), ["{\"a\":1}", "{\"b\":2}"], "{line}");
    }
    for line in [
        "[{'Data': b'{\"a\":1}'}, {'Data': b'{\"b\":2}'}]",
        "[{Data:[123 34 97 34 58 49 125]} {Data:[123 34 98 34 58 50 125]}]",
        r#"put_record_batch(records:[{data:"{\"a\":1}"},{data:"{\"b\":2}"}])"#,
        "one <Buffer 7b 22 61 22 3a 31 7d> and b'{\"b\":2}'",
    ] {
        assert_eq!(found(line), ["{\"a\":1}…", "{\"b\":2}…"], "{line}");
    }
    // Of what is called data, text is enough.
    assert_eq!(found("{'Data': b'one'}, {'Data': b'two'}"), ["one…", "two…"]);
}

#[test]
fn compressed_bytes_are_found_by_what_they_start_with() {
    let gzip = Gzip::new().compress(b"{\"a\":1}");
    let hex: Vec<_> = gzip.iter().map(|it| format!("\\x{it:02X}")).collect();
    let hex = hex.concat();
    let numbers: Vec<_> = gzip.iter().map(ToString::to_string).collect();
    let signed: Vec<_> = gzip.iter().map(|it| it.cast_signed().to_string()).collect();
    let expected = format!("{}…", gzip.escape_ascii()).replace("\\\"", "\"");
    for line in [
        format!("{{:records=>[{{:data=>\"{hex}\"}}]}}"),
        format!("wrote \"{hex}\" to it"),
        format!("got b'{hex}' and more"),
        format!("data [{}] of {}", numbers.join(" "), gzip.len()),
        format!("data [{}] of {}", signed.join(", "), gzip.len()),
    ] {
        assert_eq!(found(&line), [expected.as_str()], "{line}");
    }
}

#[test]
fn what_a_runtime_left_out_is_the_problem() {
    let line = b"buf <Buffer 7b 22 ... 216 more bytes> of it";
    let found = records(line, &mut Sniffer::default());
    let kinds: Vec<_> = found.into_iter().filter_map(|it| it.problem).map(|it| it.kind).collect();
    assert_eq!(kinds, [ProblemKind::CutPrint("216 more bytes".to_owned())]);
}

/// Base64 of `{"orderId":1041,"total":7}` and of `{"a":1}`.
const ORDER: &str = "eyJvcmRlcklkIjoxMDQxLCJ0b3RhbCI6N30=";
const SHORT: &str = "eyJhIjoxfQ==";

#[test]
fn records_in_base64_without_words_are_found_in_any_list() {
    for line in [
        format!("{ORDER}\t{SHORT}"),
        format!("{ORDER} {SHORT}"),
        format!("{ORDER};{SHORT}"),
        format!("{ORDER}|{SHORT}"),
        format!("{ORDER},{SHORT}"),
        format!("[{ORDER}, {SHORT}]"),
        format!("[{ORDER} {SHORT}]"),
        format!("('{ORDER}', '{SHORT}')"),
        format!("{{'{ORDER}', '{SHORT}'}}"),
        format!("{{{ORDER}, {SHORT}}}"),
        format!("\\\"{ORDER}\\\",\\\"{SHORT}\\\""),
    ] {
        assert_eq!(found(&line), [ORDER, SHORT], "{line}");
    }
    let cut = ORDER.split_at(30).0;
    assert_eq!(found(&format!("[{ORDER}, {SHORT}, {cut}")), [ORDER, SHORT, cut]);
    for line in [
        format!("eyJwYXRoIjoi {}", STANDARD.encode("and the text of it goes on.")),
        format!("{cut} {ORDER}"),
        format!("{cut}..."),
        format!("[{cut}, {cut}"),
    ] {
        assert!(found(&line).is_empty(), "{line}");
    }
    for mark in ["^M$", "^M", "$", "%", "\\", "!"] {
        assert_eq!(found(&format!("{ORDER}{mark}")), [ORDER], "{mark}");
    }
    // Texts, as the AWS CLI prints them.
    assert_eq!(found("aGVsbG8=\td29ybGQ="), ["aGVsbG8=", "d29ybGQ="]);
    assert!(found("name\ttest\tdata").is_empty());
}

#[test]
fn a_record_in_base64_is_found_in_what_languages_print() {
    let number = "49575469680524135041586805764649280618633657491608567810";
    let arn = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders-of-the-shop";
    for line in [
        format!("Record {{ RecordId = {number}, Data = {ORDER} }}"),
        format!("@{{recordId={number}; data={ORDER}}}"),
        format!("Event(0b214ec1,{arn},eu-west-1,List(Record({number},1501146562192,{ORDER})))"),
        format!("Map(arn -> {arn}, records -> List(Map(recordId -> {number}, data -> {ORDER})))"),
        format!("2026-11-22T10:00:00Z INFO the record {ORDER} of {arn} was seen by the function"),
        format!("Payload={ORDER} and many words around it, so that it is not the most of them"),
    ] {
        assert_eq!(found(&line), [format!("{ORDER}…")], "{line}");
    }
    let form = format!("recordId=1&data={}", ORDER.replace('=', "%3D"));
    assert_eq!(found(&form), [format!("{ORDER}…")]);
    let text = STANDARD.encode("a text of some length.");
    assert_eq!(found(&format!("{number} {number} {text}")).len(), 0, "not most of the line");
    assert_eq!(found(&format!("{text} and {text}")).len(), 2);
}

#[test]
fn tokens_addresses_and_words_stay_text() {
    let words = "and many words around it, so that it is not the most of the line at all";
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";
    for line in [
        format!("2026-11-22T10:00:00Z INFO Authorization: Bearer {token} {words}"),
        format!("{token} {token}"),
        format!("2026-11-22T10:00:00Z INFO nextToken={ORDER} {words}"),
        format!("2026-11-22T10:00:00Z INFO Cookie: session={ORDER}; {words}"),
        format!("2026-11-22T10:00:00Z INFO GET /orders?after={ORDER} {words}"),
        format!("2026-11-22T10:00:00Z INFO GET https://example.com/{ORDER} {words}"),
        format!("INSERT INTO the_orders_of_the_shop_of_today (id, data) VALUES (1, '{ORDER}')"),
        "https://example.com/a%20b?data=eyJhIjoxfQ%3D%3D&b=1".into(),
        "name=a%20b&note=hello%20world".into(),
        format!("a file of the build, home/user/projects/firehose/release-notes, {words}"),
        "request d76ff9f6-4592-45ae-b97d-2d6a8fe7a9c4 done in 3 ms".into(),
        "scores [90, 85, 77, 88, 92, 70, 81, 66] of the team".into(),
        "sizes {123, 34, 12} of three".into(),
        "message b'hello world' was sent".into(),
        r#"level=info msg="{\"a\":1}" n=7"#.into(),
        r#"print("a \"quoted\" text of the body")"#.into(),
        r"C:\Users\data\x1f".into(),
        r#"<a href="/data">the data</a>"#.into(),
        "data test name list".into(),
        format!("keys ['{SHORT}', 'user 7']"),
        format!("['{SHORT}', '{SHORT}'] are the keys"),
        "[1] [2, 3] {4}".into(),
        String::new(),
    ] {
        assert_eq!(found(&line), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn prints_without_data_are_named() {
    for (line, printed) in [
        ("Record(data=[B@6d06d69c)", "[B@6d06d69c"),
        ("INFO got [B@6d06d69c of the stream", "[B@6d06d69c"),
        ("event: com.example.FirehoseEvent@3b0143", "com.example.FirehoseEvent@3b0143"),
        (
            "com.amazonaws.services.lambda.runtime.events.KinesisFirehoseEvent@3b0143",
            "com.amazonaws.services.lambda.runtime.events.KinesisFirehoseEvent@3b0143",
        ),
        ("payload is [object Object] now", "[object Object]"),
        ("data: System.Byte[] of it", "System.Byte[]"),
        ("data=<memory at 0x7f1c>, id=1", "<memory at 0x7f1c>"),
        (
            "data=java.nio.HeapByteBuffer[pos=0 lim=7 cap=7] x",
            "java.nio.HeapByteBuffer[pos=0 lim=7 cap=7]",
        ),
        ("data : {123, 34, 97, 34...}", "{123, 34, 97, 34...}"),
    ] {
        let expected = format!("the text shows no data, only `{printed}`");
        assert_eq!(note(line), Some(expected), "{line}");
    }
    for line in [
        "[object Object]",
        "[B@6d06d69c",
        "mail to data@cafe.example or to a@b.c",
        "org.springframework.context.support.GenericContext@1b2c3d4e: startup",
        "uses actions/checkout@8f4b7f84 and com.example.tool@1.2.3",
        "at System.IO.MemoryStream.Read(Byte[] buffer)",
        "[INFO] data of <html> {1, 2}",
        "",
    ] {
        assert_eq!(note(line), None, "{line}");
    }
}
