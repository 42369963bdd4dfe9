//! `fh decode` on payloads that are not what they should be, and were once shown
//! as they came: each kind bare, in an event and in a failure record.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use insta::assert_snapshot;
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::harness::{Fh, Output};

fn decode(flags: &str, input: impl Into<Vec<u8>>) -> Output {
    Fh::decode(flags).stdin(input).run()
}

/// What stands around the base64 of a payload.
const WRAPPINGS: [fn(&str) -> String; 3] = [
    |data| format!("{data}\n"),
    |data| json!({"records": [{"recordId": "1", "data": data}]}).to_string(),
    |data| {
        json!({"attemptsMade": 1, "errorCode": "Lambda.FunctionError", "rawData": data}).to_string()
    },
];

/// What is looked at in a row.
#[derive(Deserialize)]
struct Row {
    data: Box<RawValue>,
    problems: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    severity: String,
    message: String,
}

/// The one row of a payload, in whatever it is wrapped: the content, the first
/// problem and the exit code are the same.
fn row(data: &str) -> (String, String, i32) {
    let mut rows: Vec<_> = WRAPPINGS
        .map(|wrap| {
            let output = decode("--output ndjson", wrap(data));
            let Ok(row) = serde_json::from_str::<Row>(&output.text()) else {
                return (output.to_string(), String::new(), output.code());
            };
            let problem = row.problems.first();
            let problem = problem.map(|it| format!("{}: {}", it.severity, it.message));
            (row.data.get().to_owned(), problem.unwrap_or_default(), output.code())
        })
        .to_vec();
    let first = rows.remove(0);
    for other in rows {
        assert_eq!(other, first, "{data}");
    }
    first
}

fn utf16(text: &str, write: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(write).collect()
}

#[test]
fn utf16_and_latin1_are_shown_and_named() {
    let text = r#"{"count":1,"name":"Østover"}"#;
    let little = utf16(text, u16::to_le_bytes);
    let big = utf16(text, u16::to_be_bytes);
    let latin1: Vec<u8> = text.chars().filter_map(|it| u8::try_from(it).ok()).collect();
    for (bytes, name) in [
        ([&[0xff, 0xfe], little.as_slice()].concat(), "UTF-16 (little-endian)"),
        ([&[0xfe, 0xff], big.as_slice()].concat(), "UTF-16 (big-endian)"),
        (little.clone(), "UTF-16 (little-endian)"),
        (big, "UTF-16 (big-endian)"),
        ([little.as_slice(), b"\n"].concat(), "UTF-16 (little-endian)"),
        (latin1, "Latin-1"),
    ] {
        for base64 in [STANDARD.encode(&bytes), STANDARD_NO_PAD.encode(&bytes)] {
            let note = match name {
                "Latin-1" => "note: text that is not UTF-8, shown as Latin-1".to_owned(),
                _ => format!("note: text in {name}, not in UTF-8"),
            };
            assert_eq!(row(&base64), (text.to_owned(), note, 0), "{base64}");
            // The bytes are delivered as they are.
            let raw = decode("--raw", base64.as_str());
            assert_eq!(raw.stdout, bytes, "{base64}");
        }
    }
    let plain = STANDARD.encode(b"M\xfcller, Stra\xdfe 5, 20 \xb0C, 100 \x80\n");
    let note = "note: text that is not UTF-8, shown as Windows-1252".to_owned();
    assert_eq!(row(&plain), (r#""Müller, Straße 5, 20 °C, 100 €\n""#.to_owned(), note, 0));
    assert_snapshot!(decode("", plain), @"
    Müller, Straße 5, 20 °C, 100 €
    ------- stderr -------
    fh: standard input: line 1, record 1: note: text that is not UTF-8, shown as Windows-1252
      hint: if letters are wrong, it is in another encoding: convert what `--raw` prints, e.g. `iconv -f ISO-8859-2 -t UTF-8`, or from WINDOWS-1251, GBK, BIG5
    [exit status: 0]
    ");
}

#[test]
fn damaged_utf8_and_other_scripts_are_not_taken_for_latin1() {
    let scripts = "note: text in an encoding of another script, not in UTF-8";
    let damaged = "note: text with bytes that are not UTF-8 at byte";
    for (bytes, note) in [
        (&b"{\"name\":\"\xef\xf0\xe8\xe2\xe5\xf2, \xcc\xee\xf1\xea\xe2\xe0\"}"[..], scripts),
        (b"{\"name\":\"\xb1\xb1\xbe\xa9\xca\xd0\xb3\xaf\xd1\xf4\xc7\xf8\"}", scripts),
        ("{\"name\":\"caf\u{e9} au lait, 日本語\"}".as_bytes().split_at(31).0, damaged),
        (b"{\"name\":\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\"}", damaged),
        (b"{\"name\":\"\xff\xfe\"}", damaged),
    ] {
        for base64 in [STANDARD.encode(bytes), STANDARD_NO_PAD.encode(bytes)] {
            let (_, problem, code) = row(&base64);
            assert!(problem.starts_with(note), "{problem}, {}", bytes.escape_ascii());
            assert_eq!(code, 0);
            assert_eq!(decode("--raw", base64).stdout, bytes);
        }
    }
}

#[test]
fn signs_and_accents_in_short_json_are_latin1() {
    for (bytes, shown, charset) in [
        (&b"{\"a\":\"\xa35\"}"[..], "£5", "Latin-1"),
        (b"{\"a\":\"10 \x80\"}", "10 €", "Windows-1252"),
        (b"{\"a\":\"\xdf\"}", "ß", "Latin-1"),
        (b"{\"a\":\"it\x92s\"}", "it’s", "Windows-1252"),
        (b"{ \"a\": \"20 \xb0C\" }", "20 °C", "Latin-1"),
        (b"{\"a\":\"\x8cuvre\"}", "Œuvre", "Windows-1252"),
        (b"{\"name\":\"M\xfcller\",\"city\":\"\xe4\xf6\xfc\"}", "äöü", "Latin-1"),
        (b"{\"a\":\"\xa3\xa3\xa3\"}", "£££", "Latin-1"),
        (b"{\"a\":\"\x95\x95\x95\x95\"}", "••••", "Windows-1252"),
    ] {
        let output = decode("", STANDARD.encode(bytes));
        let note = format!("note: text that is not UTF-8, shown as {charset}");
        assert!(output.text().contains(shown), "{output}");
        assert!(output.errors().contains(&note) && output.code() == 0, "{output}");
    }
}

#[test]
fn identifiers_tokens_and_numbers_have_no_note() {
    for text in [
        "MyStackTransformFunctionServiceRole4A5B6C7D",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dcTYooMQauvdEDq54NiTphI7jx",
        "x9T8O7RrSqLQ0YxVwN1qZ4mPdF2jT6uKb3Hc5eGgWvAb",
        "123,34,45,67,89,90,12,33",
        "91,88,123,7,45,67,89,93",
    ] {
        assert_eq!(decode("", format!("{text}\n")).success(), format!("{text}\n"));
        assert_eq!(decode("", STANDARD.encode(text)).success(), format!("{text}\n"));
    }
}

#[test]
fn text_in_latin1_is_no_map_of_cbor() {
    for text in [&b"\xa1gracias!\n"[..], b"\xa1eureka\n"] {
        let output = decode("--output json", STANDARD.encode(text));
        assert!(!output.text().contains("cbor") && output.code() == 0, "{output}");
    }
    let greeting = decode("", STANDARD.encode(b"\xa1favor de cuidado, se\xf1or!\n"));
    assert!(greeting.text().starts_with("¡favor de cuidado, señor!"), "{greeting}");
}

#[test]
fn base64_of_binary_data_that_needs_no_padding_has_a_note() {
    assert_snapshot!(decode("", "eJs0yvVPLiIKzZQecbiNWDaGbQ2Fi2NUnpS+LKzGf1t+8o8tmQOVn2PT2JPc\n"), @"
    eJs0yvVPLiIKzZQecbiNWDaGbQ2Fi2NUnpS+LKzGf1t+8o8tmQOVn2PT2JPc
    ------- stderr -------
    fh: standard input: line 1, record 1: note: may be base64 of binary data
      hint: shown as text; decode it with `--layers base64`
    [exit status: 0]
    ");
}

#[test]
fn a_line_in_latin1_is_shown_too() {
    assert_snapshot!(decode("", b"id;name\n1;M\xfcller\n2;Stra\xdfe\n"), @"
    id;name
    1;Müller
    2;Straße
    ------- stderr -------
    fh: standard input: line 2, record 2: note: text that is not UTF-8, shown as Latin-1 (and 1 more record)
      hint: if letters are wrong, it is in another encoding: convert what `--raw` prints, e.g. `iconv -f ISO-8859-2 -t UTF-8`, or from WINDOWS-1251, GBK, BIG5
    [exit status: 0]
    ");
}

#[test]
fn aggregates_and_strings_of_gzip_that_went_through_text_are_errors() {
    let aggregate = [&[0xf3, 0x89, 0x9a, 0xc2][..], b"\x0a\x01k\x1a\x05\x08\0\x1a\x01x"].concat();
    let replaced = String::from_utf8_lossy(&aggregate).into_owned();
    let lost = "error: binary data that was read as UTF-8 text: its bytes are lost";
    let (_, problem, code) = row(&STANDARD.encode(replaced));
    assert_eq!((problem.as_str(), code), (lost, 1));

    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac];
    let latin1: String = gzip.iter().copied().map(char::from).collect();
    for (text, what) in [
        (String::from_utf8_lossy(&gzip).into_owned(), "UTF-8 text: its bytes are lost"),
        (latin1, "Latin-1 and written as UTF-8"),
    ] {
        let (_, problem, code) = row(&STANDARD.encode(json!(text).to_string()));
        assert_eq!(problem, format!("error: compressed data that was read as {what} at byte 0"));
        assert_eq!(code, 1);
    }
}

#[test]
fn gzip_that_went_through_text_is_an_error_that_says_where() {
    let gzip =
        [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac]]
            .concat();
    let replaced = String::from_utf8_lossy(&gzip).into_owned();
    let latin1: String = gzip.iter().copied().map(char::from).collect();
    let seven: Vec<u8> = gzip.iter().map(|byte| byte & 0x7f).collect();
    for (bytes, what) in [
        (replaced.into_bytes(), "read as UTF-8 text: its bytes are lost"),
        (latin1.into_bytes(), "read as Latin-1 and written as UTF-8"),
        (seven, "read as ASCII text by Node.js: its highest bits are lost"),
    ] {
        for base64 in [STANDARD.encode(&bytes), STANDARD_NO_PAD.encode(&bytes)] {
            let (_, problem, code) = row(&base64);
            assert_eq!(problem, format!("error: compressed data that was {what} at byte 0"));
            assert_eq!(code, 1);
        }
    }
}

#[test]
fn of_an_aggregate_that_is_cut_the_whole_records_are_shown() {
    let records = [r#"{"a":1}"#, r#"{"b":22}"#, r#"{"c":333}"#];
    let mut protobuf = b"\x0a\x03key".to_vec();
    for record in records {
        let length = u8::try_from(record.len()).unwrap_or_default();
        protobuf.extend_from_slice(&[0x1a, length + 4, 8, 0, 0x1a, length]);
        protobuf.extend_from_slice(record.as_bytes());
    }
    let whole = [b"\xf3\x89\x9a\xc2".as_slice(), &protobuf, &Md5::digest(&protobuf)].concat();
    let end = 4 + protobuf.len();
    for (length, count) in
        [(end + 3, 3), (end - 1, 2), (end - 15, 2), (end - 16, 1), (20, 0), (9, 0)]
    {
        let base64 = STANDARD.encode(whole.get(..length).unwrap_or_default());
        for wrap in WRAPPINGS {
            let output = decode("", wrap(&base64));
            let shown: Vec<_> = output.text().lines().map(str::to_owned).collect();
            assert_eq!(shown, records.get(..count).unwrap_or_default(), "{length}");
            let place = match count {
                0 => "in the first record".to_owned(),
                1 => "after 1 whole record".to_owned(),
                _ => format!("after {count} whole records"),
            };
            let message = format!("kpl-aggregate: truncated {place} at byte {length}");
            assert!(output.errors().contains(&message), "{length}: {output}");
            assert_eq!(output.code(), 1);
        }
    }
    let none = STANDARD.encode(whole.get(..20).unwrap_or_default());
    assert_snapshot!(decode("--explain", none.as_str()), @"
    -:1 · record 1
      base64        28 B → 20 B
      kpl-aggregate 20 B → 0 B (0 records)
      KPL aggregate
      error: kpl-aggregate: truncated in the first record at byte 20
        hint: fetch or copy the record again

    ------- stderr -------
    fh: standard input: line 1, record 1: kpl-aggregate: truncated in the first record at byte 20
      hint: fetch or copy the record again
    [exit status: 1]
    ");
    assert_snapshot!(decode("--output ndjson", none), @r#"
    {"source":"-","line":1,"index":1,"layers":[{"layer":"base64","bytesIn":28,"bytesOut":20},{"layer":"kpl-aggregate","bytesIn":20,"bytesOut":0,"parts":0}],"contentType":"kpl-aggregate","data":null,"problems":[{"severity":"error","layer":"kpl-aggregate","offset":20,"message":"kpl-aggregate: truncated in the first record at byte 20","hint":"fetch or copy the record again"}]}
    ------- stderr -------
    fh: standard input: line 1, record 1: kpl-aggregate: truncated in the first record at byte 20
      hint: fetch or copy the record again
    [exit status: 1]
    "#);
}

#[test]
fn base64_texts_that_were_joined_are_all_decoded() {
    let one = STANDARD.encode(r#"{"stage":"test"}"#);
    let problem =
        format!("error: base64: another base64 text after the padding at byte {}", one.len());
    assert_eq!(row(&format!("{one}Cg==")), (r#"{"stage":"test"}"#.to_owned(), problem.clone(), 1));
    let two = r#"[{"stage":"test"},{"stage":"test"}]"#;
    assert_eq!(row(&format!("{one}{one}")), (two.to_owned(), problem, 1));
    assert_snapshot!(decode("", format!("{one}Cg==")), @r#"
    {"stage":"test"}
    ------- stderr -------
    fh: standard input: line 1, record 1: base64: another base64 text after the padding at byte 24
      hint: encode the payload and its newline in one go, or put a line break after the `=`
    [exit status: 1]
    "#);
    // Names with an `=` in them are text.
    assert_eq!(decode("", "API_KEY=value").success(), "API_KEY=value\n");
    assert_eq!(decode("", "a=b==c").success(), "a=b==c\n");
}

#[test]
fn words_and_json_where_base64_was_due_are_plain_text() {
    for words in ["This is Anna, Anna Example", "hello world", r#"{"a": 1}"#, "{}", "<order/>"] {
        let logs = json!({"awslogs": {"data": words}}).to_string();
        let event = json!({"records": [{"recordId": "1", "data": words}]}).to_string();
        for input in [logs, event] {
            let output = decode("", input);
            assert!(
                output.errors().contains("base64: plain text, not base64\n"),
                "{words}: {output}"
            );
            assert_eq!(output.code(), 1);
        }
    }
    // A `+` that became a space.
    let json = STANDARD.encode(r#"{"a":"~~~>>>~~~","b":"~~~>>>"}"#);
    assert!(json.contains('+'), "{json}");
    let output = decode("", json!({"awslogs": {"data": json.replace('+', " ")}}).to_string());
    assert!(output.errors().contains("space inside the text"), "{output}");
}

#[test]
fn base64_in_a_quotation_or_a_url_is_decoded() {
    let order = STANDARD.encode(r#"{"orderId":1041,"total":7}"#);
    for line in [
        format!("> {order}"),
        format!("> > {order}"),
        format!("`{order}`"),
        format!("data:application/json;base64,{order}"),
    ] {
        let output = decode("", format!("{line}\n"));
        assert_eq!(output.success(), "{\"orderId\":1041,\"total\":7}\n", "{line}");
    }
    for line in [
        format!("data: {order}"),
        format!("the record was {order}"),
        format!("{order} (the first)"),
    ] {
        let output = decode("", format!("{line}\n"));
        assert_eq!(output.text(), "{\"orderId\":1041,\"total\":7}\n", "{line}");
        assert!(output.errors().contains("note: base64: only the base64 in the text is decoded"));
        assert_eq!(output.code(), 0, "{line}");
    }
    for line in ["> test", "a line that says dGVzdA== and more", "Bearer abc.def.ghi"] {
        assert_eq!(decode("", line).success(), format!("{line}\n"));
    }
}

#[test]
fn what_begins_like_json_is_reported_once() {
    for (text, flaw) in [
        (r#"{"a":1,}"#, "not JSON from byte 7: a comma before the closing bracket"),
        (r#"{"a":[1,2,]}"#, "not JSON from byte 10: a comma before the closing bracket"),
        (r#"{"a":1,"b":NaN}"#, "not JSON from byte 11: `NaN`, which JSON does not allow"),
        (r#"{"a":{"b":1}"#, "not JSON from byte 12: JSON ends early"),
    ] {
        let shown = json!(text).to_string();
        let (data, problem, code) = row(&STANDARD.encode(text));
        assert_eq!((data, problem, code), (shown, format!("note: {flaw}"), 0), "{text}");
        let bare = decode("", format!("{text}\n{text}\n"));
        assert_eq!(bare.text(), format!("{text}\n{text}\n"));
        assert!(bare.errors().contains(&format!("note: {flaw} (and 1 more record)")), "{bare}");
        assert_eq!(decode("--quiet", text).success(), format!("{text}\n"));
        let expected = decode("--expect json", text);
        assert_eq!((expected.text(), expected.code()), (format!("{text}\n"), 1), "{expected}");
        assert!(expected.errors().contains(flaw), "{expected}");
    }
    let dict = "{\n 'a': 1,\n 'b': 2\n}\n";
    assert!(decode("", dict).errors().contains("not JSON from byte 3: a single quote"));
    for text in ["[INFO] started", "[2026-11-29] started", "{placeholder} text", "1,2,3"] {
        assert_eq!(decode("", text).success(), format!("{text}\n"));
    }
    let pretty = "{\n  \"version\": \"1\",\n  \"ip\": \"192.0.2.1\",\n}{\n  \"version\": \"1\",\n}\n{\"good\":1}\n";
    assert_snapshot!(decode("", pretty), @r#"
    {
      "version": "1",
      "ip": "192.0.2.1",
    }
    {
      "version": "1",
    }
    {"good":1}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: not JSON from byte 41: a comma before the closing bracket (and 1 more record)
      hint: shown as text; `--expect json` makes it an error
    [exit status: 0]
    "#);
    assert_snapshot!(decode("--explain", pretty), @r#"
    -:1 · record 1
      text, 4 lines, no newline at the end
      {\n  "version": "1",\n  "ip": "192.0.2.1",\n}
      note: not JSON from byte 41: a comma before the closing bracket
        hint: shown as text; `--expect json` makes it an error

    -:4 · record 2
      text, 3 lines, no newline at the end
      {\n  "version": "1",\n}
      note: not JSON from byte 20: a comma before the closing bracket
        hint: shown as text; `--expect json` makes it an error

    -:7 · record 3
      JSON object, 1 key
      {"good":1}

    ------- stderr -------
    fh: standard input: line 1, record 1: note: not JSON from byte 41: a comma before the closing bracket (and 1 more record)
      hint: shown as text; `--expect json` makes it an error
    [exit status: 0]
    "#);
}

#[test]
fn json_can_be_expected() {
    assert_eq!(decode("--expect json", "eyJhIjoxfQ==\n{\"b\":1}\n[1]\n").code(), 0);
    assert_snapshot!(decode("--expect json", "eyJhIjoxfQ==\nplain text\n{\"a\":1,}\n"), @r#"
    {"a":1}
    plain text
    {"a":1,}
    ------- stderr -------
    fh: standard input: line 2, record 2: not JSON: text
      hint: `--explain` shows the layers and the content of each record
    fh: standard input: line 3, record 3: not JSON from byte 7: a comma before the closing bracket
      hint: `--explain` shows the layers and the content of each record
    fh: 2 of 3 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn a_newline_in_two_characters_separates_values() {
    let text = r#"{"a":1}\n{"b":"\n"}\r\n{"c":[2]}\n"#;
    let values = "{\"a\":1}\n{\"b\":\"\\n\"}\n{\"c\":[2]}\n";
    let (data, problem, code) = row(&STANDARD.encode(text));
    assert_eq!(data, r#"[{"a":1},{"b":"\n"},{"c":[2]}]"#);
    assert_eq!(
        problem,
        r"warning: the characters `\n` between or after JSON values, not a newline"
    );
    assert_eq!(code, 0);
    for input in [text.to_owned(), format!("{text}\n"), STANDARD.encode(text)] {
        let output = decode("", input);
        assert_eq!(output.text(), values);
        assert!(output.errors().contains(r"warning: the characters `\n` between"), "{output}");
    }
    assert_eq!(decode("--raw", STANDARD.encode(text)).text(), text);
    assert_eq!(decode("", r#"{"a":1}\x"#).text(), "{\"a\":1}\n\\x\n");
}

#[test]
fn values_that_a_language_printed_are_named() {
    let bytes = "the Python repr of bytes, with `b` and quotes";
    for (text, name) in [
        (r#"b'{"a":1}'"#, bytes),
        (r#"b"{'a': 1}""#, bytes),
        (r#"bytearray(b'{"a":1}')"#, bytes),
        ("{'a': 1, 'b': None}", "the Python repr of a dict or a list, in single quotes"),
        ("[object Object]", "what JavaScript makes of an object that is joined to text"),
    ] {
        let shown = json!(text).to_string();
        assert_eq!(row(&STANDARD.encode(text)), (shown, format!("note: {name}"), 0));
        let expected = decode("--expect json", STANDARD.encode(text));
        assert!(expected.errors().contains(&format!("not JSON: {name}")), "{expected}");
    }
    for text in ["b'and so on, but not to its end", "[object storage] is full", "None"] {
        assert_eq!(row(&STANDARD.encode(text)).1, "");
    }
}

#[test]
fn base64_that_lost_its_first_characters_is_not_passed_off_as_text() {
    let whole = "eyJ0aWNrZXIiOiJXQVMiLCJwcmljZSI6MTIuMTAsInNlY3RvciI6IlJFVEFJTCJ9";
    for lost in [1, 2, 3, 5, 6, 7] {
        let rest: String = whole.chars().skip(lost).collect();
        let output = Fh::new().args("decode").stdin(&*rest).run();
        assert!(output.errors().contains("the beginning of the base64 is missing"), "{output}");
        assert_eq!(output.text().trim_end(), rest);
    }
    for text in [
        "49630979792103241390702185822011092621050757224991165885",
        "5d2e9f143b7a4c869e017a4b6c8d2f355d2e9f143b7a4c86",
        "ThisIsALongNameThatSomebodyGaveToSomething",
    ] {
        let output = Fh::new().args("decode").stdin(text).run();
        assert!(!output.errors().contains("base64"), "{output}");
    }
}
