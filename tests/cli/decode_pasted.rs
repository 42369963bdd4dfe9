//! `fh decode`: records as loggers, databases, SDKs and editors leave them, where they were
//! once shown as they came, or lost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Fh, Output};

const ORDER: &str = r#"{"orderId":1041,"total":7}"#;

fn decode(text: &str) -> Output {
    Fh::decode("").stdin(text).run()
}

fn base64() -> String {
    STANDARD.encode(ORDER)
}

/// The order stands once in what is printed, and nothing is reported.
#[track_caller]
fn is_order(text: &str) {
    let output = decode(text);
    assert_eq!(
        (output.text(), output.errors(), output.code()),
        (format!("{ORDER}\n"), String::new(), 0),
        "{text}"
    );
}

#[test]
fn objects_that_python_prints_are_events() {
    let data = base64();
    for text in [
        format!("[Record(recordId='1', approximateArrivalTimestamp=1700000000000, data='{data}')]"),
        format!(
            "Event(invocation_id='i', records=[Record(record_id='1', data=b'{data}', metadata=None)])"
        ),
        format!("Record(record_id='1', data='{data}')"),
        format!("INFO got Record(recordId=1, approximateArrivalTimestamp=17, data={data})"),
        format!("Record[recordId='1', data='{data}']"),
        format!("namespace(invocationId='i', records=[namespace(recordId='1', data='{data}')])"),
        format!("got [Record(record_id=\"1\", data=\"{data}\", metadata={{'a': 'b'}})]"),
    ] {
        is_order(&text);
    }
    let both = decode(&format!("['{data}', '{}']", STANDARD.encode("hello world")));
    assert_eq!(both.success(), format!("{ORDER}\nhello world\n"));
}

#[test]
fn words_next_to_a_list_of_python_are_not_lost() {
    let data = "eyJpZCI6MX0=";
    for text in [
        format!("keys ['{data}', 'user 7']"),
        format!("['{data}', '{data}'] are the keys"),
        format!("INFO headers ['Content-Type', 'Authorization'] token ['{data}', '{data}']"),
        format!("INFO got ['{data}', '{data}']"),
        format!("[INFO] got ['{data}', '{data}']"),
        format!("records: ['{data}', '{data}']"),
        format!(r#"got {{}} record ["{data}"] of 7"#),
        format!(r#"record "[\"{data}\"]" of 7"#),
    ] {
        assert_eq!(decode(&text).success(), format!("{text}\n"));
    }
    for text in [
        format!("[ '{data}', '{data}' ],"),
        format!("['{data}'] ['{data}']"),
        format!("  ['{data}',\n   '{data}']"),
    ] {
        let output = decode(&text);
        assert_eq!(output.success(), "{\"id\":1}\n{\"id\":1}\n", "{text}");
    }
}

#[test]
fn a_record_of_java_without_its_data_is_an_error() {
    for text in [
        "Record[recordId=1, data=[B@2626b418]",
        "Record(recordId=1, data=java.nio.HeapByteBuffer[pos=0 lim=12 cap=12])",
    ] {
        let output = decode(text);
        assert!(output.errors().contains("the record has no data, only `"), "{output}");
        assert_eq!(output.code(), 1);
    }
    for text in ["open(recordId=)", "f(recordId=1) is called", "see [ 'a', 'b' ]"] {
        assert_eq!(decode(text).success(), format!("{text}\n"));
    }
}

#[test]
fn bytes_are_read_as_node_and_databases_print_them() {
    let bytes = ORDER.as_bytes();
    let numbers: Vec<_> = bytes.iter().map(u8::to_string).collect();
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = numbers.chunks(12).map(|line| format!("  {}", line.join(", ")));
    let lines = lines.collect::<Vec<_>>().join(",\n");
    is_order(&format!("Uint8Array({}) [\n{lines}\n]\n", bytes.len()));
    is_order(&format!("Uint8Array({}) [ {} ]", bytes.len(), numbers.join(", ")));
    is_order(&format!(
        "ArrayBuffer {{\n  [Uint8Contents]: <{}>,\n  byteLength: 26\n}}\n",
        hex.join(" ")
    ));
    let indexed = numbers.iter().enumerate().map(|(at, byte)| format!("\"{at}\":{byte}"));
    is_order(&format!("{{{}}}", indexed.collect::<Vec<_>>().join(",")));

    for text in [
        format!("0x{}", hex.concat()),
        format!("\\x{}", hex.concat()),
        format!("X'{}'", hex.concat()),
        hex.join(" "),
        hex.join("-").to_uppercase(),
    ] {
        is_order(&text);
    }
    assert_snapshot!(decode(&numbers.join(",")), @"
    123,34,111,114,100,101,114,73,100,34,58,49,48,52,49,44,34,116,111,116,97,108,34,58,55,125
    ------- stderr -------
    fh: standard input: line 1, record 1: note: the numbers of its bytes: what JavaScript makes of a Uint8Array that is joined to text
      hint: read the bytes as text: Buffer.from(bytes).toString('utf8')
    [exit status: 0]
    ");
    assert_snapshot!(decode("Uint8Array(216) [\n  123, 34, 97, 34, 58, 34, 98, 98, 98, 98,\n  ... 116 more items\n]\n"), @r#"
    {"a":"bbbb
    ------- stderr -------
    fh: standard input: line 1, record 1: the runtime truncated the printed event: 116 more items
      hint: print the whole event with `console.log(JSON.stringify(event))`
    [exit status: 1]
    "#);
    assert_snapshot!(decode("{ Records: [ { Data: [Uint8Array], PartitionKey: 'a' } ] }"), @"
    ------- stderr -------
    fh: standard input: line 1, record 1: the record has no data, only `[Uint8Array]`
      hint: print `Buffer.from(data).toString('base64')`
    [exit status: 1]
    ");
}

#[test]
fn counts_with_numbers_as_keys_stay_json() {
    for counts in [
        r#"{"0":98,"1":99,"2":97,"3":88,"4":91,"5":95,"6":90,"7":99}"#,
        r#"{"0":65,"1":66,"2":67,"3":68,"4":69,"5":70,"6":71,"7":72,"8":73,"9":74}"#,
        r#"{"0":123,"1":34,"2":45,"3":67,"4":89,"5":90,"6":12,"7":33}"#,
    ] {
        for text in [counts.to_owned(), STANDARD.encode(counts)] {
            assert_eq!(decode(&text).success(), format!("{counts}\n"), "{text}");
        }
    }
}

#[test]
fn what_stands_for_bytes_and_has_none_of_them_has_a_note() {
    for text in [
        "[B@5e91993f",
        "java.nio.HeapByteBuffer[pos=0 lim=12 cap=12]",
        "System.Byte[]",
        "<memory at 0x7f5ad45216c0>",
        "<botocore.response.StreamingBody object at 0x7f5ad4>",
    ] {
        let output = decode(text);
        assert!(
            output.errors().contains("note: what ") || output.errors().contains("note: the Python"),
            "{output}"
        );
        assert_eq!((output.text(), output.code()), (format!("{text}\n"), 0));
    }
}

fn proxy(body: &str, is_base64: bool) -> String {
    json!({
        "httpMethod": "POST",
        "headers": {"X-Amz-Firehose-Request-Id": "r"},
        "body": body,
        "isBase64Encoded": is_base64,
    })
    .to_string()
}

#[test]
fn a_request_of_firehose_is_read_or_reported_whatever_its_body_became() {
    let body =
        json!({"requestId": "r", "timestamp": 1, "records": [{"data": base64()}]}).to_string();
    is_order(&proxy(&body, false));
    is_order(&proxy(&body, true));
    is_order(&proxy(&STANDARD.encode(&body), false));
    let gzip = firehose::compress::Gzip::new().compress(body.as_bytes());
    is_order(&proxy(&STANDARD.encode(&gzip), false));

    assert_snapshot!(decode(&proxy(body.split_at(60).0, false)), @"
    ------- stderr -------
    fh: standard input: line 1, record 1: `body`: JSON ends early at byte 60
      hint: the body was truncated or edited where the request was logged or passed on
    [exit status: 1]
    ");
    let replaced = decode(&proxy(&String::from_utf8_lossy(&gzip), false));
    let message = "compressed data that was read as UTF-8 text: its bytes are lost";
    assert!(replaced.errors().contains(message) && replaced.code() == 1, "{replaced}");
    // Bodies of other programs are JSON like any other.
    let other = proxy("{\"a\":1}", false);
    assert!(decode(&other).success().contains(r#""body":"{\"a\":1}""#));
}

#[test]
fn an_event_next_to_the_message_of_a_logger_is_an_event() {
    let event = json!({"invocationId": "i", "records": [{"recordId": "1", "data": base64()}]});
    is_order(
        &json!({"level": "INFO", "message": "Lambda invocation event", "event": event}).to_string(),
    );
    is_order(&json!({"level": "INFO", "user": "u", "event": event}).to_string());
    is_order(&json!({"message": event.to_string(), "event": event}).to_string());
    for other in [
        r#"{"event":{"name":"click"},"message":"a"}"#,
        r#"{"event":{"kinesis":{"data":"aGVsbG8="}},"user":"u"}"#,
    ] {
        assert_eq!(decode(other).success(), format!("{other}\n"));
    }
}

#[test]
fn text_after_a_value_has_a_note() {
    assert_snapshot!(decode("{\"a\":1}|{\"b\":2}\n{\"c\":3}\n{\"d\":4}}\n{\"e\":5}n\nplain\n"), @r#"
    {"a":1}
    |{"b":2}
    {"c":3}
    {"d":4}
    }
    {"e":5}
    n
    plain
    ------- stderr -------
    fh: standard input: line 1, record 2: note: text after a JSON value on the same line (and 2 more records)
      hint: both are shown, each by itself; check what joins or appends them
    [exit status: 0]
    "#);
    for fine in [
        "{\"a\":1}\nplain\n",
        "{\"a\":1}{\"b\":2}\n",
        "{\"a\":1}, {\"b\":2}\n",
        "{\"a\":1}   \n text\n",
        "{} is an empty object\n",
        "[\"async\",\n \"hooks\"][links] in Markdown\n",
    ] {
        assert_eq!(decode(fine).errors(), "", "{fine}");
    }
    let note = "line 1, record 2: note: text after a JSON value on the same line";
    for text in ["{\"a\":1}x", "{\"a\":1}x\n", "{\"a\":1} }", "{\"a\":1} }\n"] {
        assert!(decode(text).errors().contains(note), "{text}");
    }
    // What closes the list is no other text, and the list has a note already.
    for text in ["[{\"a\":1}\n{\"b\":2}]", "[{\"a\":1}\n{\"b\":2}]\n"] {
        let errors = decode(text).errors();
        assert!(errors.contains("JSON ends early") && !errors.contains("after"), "{errors}");
    }
}

#[test]
fn json_with_wrong_quotes_or_a_zero_is_text_with_a_note() {
    for (text, reason) in [
        (r#"{\"orderId\":1041}"#, r#"from byte 1: `\"`, a quote that is escaped"#),
        ("{&quot;a&quot;:1}", "from byte 1: `&quot;`"),
        ("{“orderId”:1}", "from byte 1: a typographic quote"),
        ("{\"a\":1}\0", r"from byte 7: `\x00` after the value"),
        ("{\"a\":NaN}", "from byte 5: `NaN`"),
    ] {
        for text in [text.to_owned(), STANDARD.encode(text)] {
            let output = decode(&text);
            assert!(output.errors().contains(reason) && output.code() == 0, "{text}: {output}");
        }
    }
    is_order(&STANDARD.encode(format!("\u{feff}{ORDER}")));
}

#[test]
fn base64_in_the_quotes_of_editors_is_decoded_and_damage_has_a_hint_that_fits() {
    let data = base64();
    for text in [
        format!("“{data}”"),
        format!("„{data}“"),
        format!("&#34;{data}&#34;"),
        format!("\u{a0}{data}\u{a0}"),
        format!("{data}\u{a0}"),
    ] {
        is_order(&text);
    }
    for (text, hint) in [
        (format!("{}%3D%4", data.trim_end_matches('=')), "percent-encoded"),
        (format!("{data}\\n!"), "an escape such as `\\n`"),
        (format!("{}&#61;!", data.trim_end_matches('=')), "HTML entity"),
        (format!("{}...", data.split_at(20).0), "shortened"),
        (format!("{}…{}", data.split_at(20).0, data.split_at(28).1), "shortened"),
        // None of these signs begins what it begins elsewhere.
        (format!("{data}%x"), "--layers none"),
        (format!("{data}–"), "--layers none"),
        (format!("{data}&x=1"), "--layers none"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.abc".to_owned(), "--layers none"),
    ] {
        let output = decode(&text);
        assert!(output.errors().contains(hint) && output.code() == 1, "{text}: {output}");
    }
}

/// JSON, and base64 of gzip of it: some lines.
fn wrapped() -> (String, String) {
    let numbers: Vec<_> = (0..120).map(|it| (it * 7919 % 10_007).to_string()).collect();
    let json = format!("{{\"n\":[{}]}}", numbers.join(","));
    let gzip = firehose::compress::Gzip::new().compress(json.as_bytes());
    (json, STANDARD.encode(gzip))
}

fn fold(text: &str, width: usize) -> Vec<String> {
    let lines = text.as_bytes().chunks(width);
    lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}

#[test]
fn base64_that_was_cut_shows_its_content_so_far_at_any_length() {
    let (json, base64) = wrapped();
    for length in 300..304 {
        let cut = base64.split_at(length).0;
        for end in ["", "...", "…"] {
            for text in [
                format!("{cut}{end}"),
                format!("{}{end}\n", fold(cut, 76).join("\n")),
                format!("> {}{end}\n", fold(cut, 76).join("\n> ")),
                format!("hey: {cut}{end} can you look?"),
                format!("> `{cut}{end}`"),
            ] {
                let output = decode(&text);
                let content = output.text();
                assert!(content.len() > 100 && json.starts_with(content.trim_end()), "{output}");
                assert!(output.errors().contains("gzip: truncated at byte 22"), "{output}");
                assert_eq!((content.lines().count(), output.code()), (1, 1), "{text}");
            }
        }
        for cut in [cut, STANDARD.encode(&json).split_at(length).0] {
            let argument = Fh::decode("").arg(format!("{cut}...")).run();
            assert!(json.starts_with(argument.text().trim_end()), "{argument}");
        }
    }
    assert_snapshot!(decode(&format!("{}...", self::base64().split_at(21).0)), @r#"
    {"orderId":1041
    ------- stderr -------
    fh: standard input: line 1, record 1: base64: byte `.` is not base64 at byte 21
      hint: the text may have been shortened with `...`; copy the record again
    [exit status: 1]
    "#);
    for text in ["to be continued...", "see release-notes-2026...", "hey: eyJhIjox can you look?"] {
        assert_eq!(decode(text).success(), format!("{text}\n"));
    }
}

#[test]
fn wrapped_base64_is_one_record_whatever_stands_before_its_lines() {
    let (json, base64) = wrapped();
    let lines = fold(&base64, 76);
    for mark in ["&gt; ", "+ ", "│ ", "12: ", " 12 ", "12→", "| "] {
        let text = format!("{mark}{}\n", lines.join(&format!("\n{mark}")));
        assert_eq!(decode(&text).success(), format!("{json}\n"), "{text}");
    }
    let numbered = (8..).zip(fold(&base64, 50)).map(|(at, line)| format!("{at:>6}\t{line}\n"));
    assert_eq!(decode(&numbered.collect::<String>()).success(), format!("{json}\n"));
    for mark in ["**", "_", "~", "~~", "***"] {
        for base64 in [base64.as_str(), &self::base64()] {
            let output = decode(&format!("{mark}{base64}{mark}"));
            assert_eq!((output.text(), output.code()), (decode(base64).text(), 0), "{output}");
        }
    }
    for text in
        ["__init__", "*emphasis*", "_some_long_name_of_a_function_in_python_", "12: A_NAME="]
    {
        assert_eq!(decode(text).success(), format!("{text}\n"));
    }
}

#[test]
fn what_a_shell_prints_right_after_base64_is_not_part_of_it() {
    let (json, base64) = wrapped();
    let short = STANDARD.encode(br#"{"a":12}"#);
    for mark in ["%", "%\n", "$ ", "# \n", "%\r\n"] {
        is_decoded(&format!("{base64}{mark}"), &json);
        is_decoded(&format!("{short}{mark}"), r#"{"a":12}"#);
        for width in [50, 64, 76] {
            is_decoded(&format!("{}{mark}", fold(&base64, width).join("\n")), &json);
            is_decoded(&format!("> {}{mark}", fold(&base64, width).join("\n> ")), &json);
        }
    }
    // `cat -A` shows the end of each line.
    for base64 in [base64.clone(), STANDARD.encode(&json)] {
        for width in [50, 64, 76] {
            let lines = fold(&base64, width);
            is_decoded(&format!("{}$\n", lines.join("$\n")), &json);
            is_decoded(&format!("> {}$\n", lines.join("$\n> ")), &json);
            let mut damaged = lines.clone();
            damaged[0].push('$');
            let output = decode(&damaged.join("\n"));
            assert_eq!(output.code(), 1, "{output}");
            assert!(output.errors().contains("byte `$` is not base64"), "{output}");
        }
    }
    // It may be the start of `%3D`.
    let output = decode("eyJhIjoxfQ%\n");
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.errors().contains("byte `%` is not base64"), "{output}");
    let output = decode(&format!("{base64}% me@host ~ %\n"));
    assert_eq!((output.text(), output.code()), (format!("{json}\n"), 0), "{output}");
    for text in ["API_KEY=%", "100%", "name$", "PASSWORD_OF_THE_USER#"] {
        assert_eq!(decode(text).success(), format!("{text}\n"));
    }
}

#[test]
fn a_value_that_format_list_of_powershell_wraps_is_one_record() {
    let (json, base64) = wrapped();
    for base64 in [base64, STANDARD.encode(&json)] {
        let value = fold(&base64, 60).join("\r\n           ");
        let output =
            decode(&format!("recordId : 1\r\ndata     : {value}\r\nresult   : Ok\r\n\r\n"));
        assert_eq!(output.success(), format!("recordId : 1\n{json}\nresult   : Ok\n"));
    }
}

#[test]
fn lines_that_a_shell_joined_with_blanks_are_one_record() {
    let (json, base64) = wrapped();
    for width in [64, 76, 60] {
        is_decoded(&fold(&base64, width).join(" "), &json);
        is_decoded(&fold(&STANDARD.encode(&json), width).join(" "), &json);
    }
    let text = "TheLongNameOfAClassThatMakesTheFactory TheLongNameOfAnotherClass";
    assert_eq!(decode(text).success(), format!("{text}\n"));
}

#[test]
fn a_quoted_line_of_base64_goes_on_with_a_longer_one() {
    let (json, base64) = wrapped();
    for first in [40, 76, 120] {
        let (first, second) = base64.split_at(first);
        is_decoded(&format!("> {first}\n> {second}\n"), &json);
    }
    // Two records, of which the first is cut.
    let (first, _) = base64.split_at(200);
    let output = decode(&format!("> {first}\n> {base64}\n"));
    assert_eq!((output.text().lines().count(), output.code()), (2, 1), "{output}");
}

#[track_caller]
fn is_decoded(text: &str, content: &str) {
    let output = decode(text);
    let found = (output.text(), output.errors(), output.code());
    assert_eq!(found, (format!("{content}\n"), String::new(), 0), "{text}");
}
