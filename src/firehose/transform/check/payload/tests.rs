//! Payloads before and after, and what is found.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Digest as _;
use std::io::Write as _;

const JSON: &str = r#"{"ticker":"QWE","price":39.05}"#;

fn found(before: impl AsRef<[u8]>, after: impl AsRef<[u8]>) -> String {
    let (data, out) = (STANDARD.encode(before.as_ref()), STANDARD.encode(after.as_ref()));
    let mut decoder = Decoder::new(Options::default());
    let made = decoder.decode(out.as_bytes(), Encoding::Base64);
    assert_eq!(made.layers.len(), 1, "it is compared where nothing else is wrapped");
    let content = super::super::data::as_written(&made);
    let after = After { bytes: made.bytes, content };
    let before = Before { data: data.as_bytes(), bytes: before.as_ref() };
    match PayloadChecker::new().check(before, after) {
        None => String::new(),
        Some(Finding { rule, message, .. }) => format!("{}: {message}", rule.as_str()),
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_payload_that_is_as_good_as_before_has_no_finding() {
    for after in [
        JSON,
        "{\"ticker\":\"QWE\",\"seen\":true}\n",
        "QWE,39.05\n",
        "price of qwe fell\n",
        "39\n",
        "[INFO] QWE opened\n",
        "a line of its own that has nothing of the record in it, but is long enough for data\n",
        "{\"a\":1}\n{\"b\":2}\n",
        "\"QWE\",\"{\"\"a\"\":1}\"\n",
        "<14>1 2026-11-29 host QWE {\"price\":39.05}\n",
    ] {
        assert_eq!(found(JSON, after), "", "{after}");
    }
    assert_eq!(found("plain text\n", "PLAIN TEXT\n"), "");
    assert_eq!(found("{'a': 1}\n", "{'a': 2}\n"), "", "it was so before");
    assert_eq!(found([0, 159, 1], [0, 160, 1]), "");
    assert_eq!(found(JSON, b"PAR1\x15\x04\x15\xe8\x07PAR1"), "");
    assert_eq!(found(gzip("{\"a\":\"Ø\"}"), "{\"a\":\"Ø\"}\n"), "");
    assert_eq!(found(gzip("{\"a\":\"\u{fffd}\"}"), "{\"a\":\"\u{fffd}\"}\n"), "");
}

#[test]
fn json_that_is_lost_says_how() {
    for (after, expected) in [
        ("[object Object]\n", "printed-value: the payload is what JavaScript makes"),
        ("{'ticker': 'QWE'}\n", "printed-value: the payload is the Python repr of a dict"),
        (
            "{\"ticker\":\"QWE\",}\n",
            "broken-json: JSON went in, and what comes out is not JSON from byte 16: a comma before the closing bracket",
        ),
        (
            "{\"ticker\":\"QWE\"},\n",
            "broken-json: JSON went in, and what comes out is not JSON from byte 16: a comma after the value",
        ),
        (
            "{\"ticker\":\"QWE\"",
            "broken-json: JSON went in, and what comes out is not JSON from byte 15: JSON ends early",
        ),
        (
            "{ticker:QWE}\n",
            "broken-json: JSON went in, and what comes out is not JSON from byte 1: expected a key",
        ),
        (
            "{\"price\":NaN}\n",
            "broken-json: JSON went in, and what comes out is not JSON from byte 9: `NaN`",
        ),
        (
            "{\"ticker\":\"QWE\"}\\n",
            "literal-newline: the payload ends with the 2 characters `\\n`",
        ),
        ("{\"ticker\":\"QWE\"}\\r\\n", "literal-newline: the payload ends with the 4 characters"),
        (
            "{\"ticker\":\"QWE\"}/n\n",
            "literal-newline: the payload ends with the 2 characters `/n`",
        ),
        ("null\n", "payload-lost: a JSON object went in, and `null` comes out"),
        ("{}\n", "payload-lost: a JSON object went in, and `{}` comes out"),
        ("\n", "payload-lost: a JSON object went in, and only white space comes out"),
        ("True\n", "payload-lost: a JSON object went in, and `true` comes out"),
        (
            "{\"ticker\":\"[object Object]\"}\n",
            "printed-value: `[object Object]` at byte 11: what JavaScript makes",
        ),
        ("Order { ticker: \"QWE\" }\n", "printed-value: the payload is what Rust's {:?}"),
        ("\"error\"\n", "payload-lost: JSON went in, and `\"error\"` comes out"),
        ("error\n", "payload-lost: JSON went in, and `error` comes out, which has none of"),
        ("\u{feff}{\"ticker\":\"QWE\"}\n", "byte-order-mark: "),
        (
            "{\"type\":\"Buffer\",\"data\":[123]}\n",
            "printed-value: the payload is what JSON.stringify",
        ),
    ] {
        let found = found(JSON, after);
        assert!(found.starts_with(expected), "{after}: {found}");
    }
    let bare = found(JSON, "\"ticker\":\"QWE\"\n");
    assert!(bare.ends_with("is not JSON from byte 8: `:` after the value"), "{bare}");
    let of_logs = found(gzip(JSON), "[object Object]\n");
    assert!(of_logs.starts_with("printed-value"), "{of_logs}");
}

#[test]
fn what_is_printed_in_the_input_already_is_no_finding() {
    for printed in [
        "{'key': 'value', 'n': 1}",
        "b'raw'",
        "map[a:1 b:2]",
        "undefined",
        "None",
        "{ id: 1, name: 'ann' }",
        "<Buffer 7b 22>",
        "com.example.Order@1b6d3586",
        r"line one\n",
        r"C:\new\n",
    ] {
        let mut log = Vec::new();
        crate::json::push_string(&mut log, printed);
        let log = format!("{{\"log\":{}}}", String::from_utf8(log).unwrap());
        for before in [envelope(&[printed, "more"]), envelope(&[&log]), log.clone().into()] {
            let found = found(before, format!("{printed}\n"));
            assert_eq!(found, "", "{printed}");
        }
    }
    assert_eq!(found("{\"ok\":true}", "true\n"), "", "its only field");
    assert!(found("{\"ok\":1}", "true\n").starts_with("payload-lost"));
    assert!(found("{\"key\":\"value\"}", "{'key': 'value'}\n").starts_with("printed-value"));
}

#[test]
fn what_went_in_is_decompressed_once_for_all_strings() {
    let json = format!("[{}0]", r#""b'q0'","{'q0': 1}","#.repeat(16));
    let data = STANDARD.encode(gzip(&json));
    let mut checker = PayloadChecker::new();
    let before = Before { data: data.as_bytes(), bytes: &[] };
    assert!(checker.json_values(before, json.as_bytes()).is_none());
    assert_eq!(checker.opened, json.len());
}

#[test]
fn what_is_printed_of_nothing_and_of_functions_is_lost() {
    let dated = r#"{"ticker":"QWE","price":39.05,"ts":"2026-11-30T10:00:00Z"}"#;
    for (after, expected) in [
        ("<Response [200]>\n", "printed-value: the payload is the Python repr of an object"),
        ("<function <lambda> at 0x7f00>\n", "printed-value: the payload is the Python repr of a"),
        ("function toString() { [native code] }", "printed-value: the payload is the source code"),
        ("unknown: 500\n", "payload-lost: JSON went in, and `unknown: 500` comes out"),
        ("undefined,undefined,8.4\n", "printed-value: `undefined` at byte 0"),
        (r#"{"sym":"undefined","p":39.05}"#, "printed-value: `undefined` at byte 8"),
        (r#"{"sym":"undefined","p":null}"#, "payload-lost: JSON went in, and JSON comes out in"),
        (
            r#"{"error":{},"message":"Cannot read properties of undefined (reading 'ticker')"}"#,
            "payload-lost: JSON went in, and an object with `error` comes out",
        ),
        (r#"{"payload":"b'{\"ticker\": 1}'"}"#, "printed-value: the string at byte 11 is the"),
        (r#"{"payload":"{'ticker': 'QWE'}"}"#, "printed-value: the string at byte 11 is the"),
        ("%7B%22ticker%22%3A%22QWE%22%7D\n", "broken-json: JSON went in, and it comes out"),
    ] {
        let found = found(dated, after);
        assert!(found.starts_with(expected), "{after}: {found}");
    }
    for after in [
        r#"{"ticker":"QWE","error":null}"#,
        r#"{"matches":[]}"#,
        r#"{"heartbeat":true}"#,
        r#"{"error":"unknown ticker","ticker":"QWE"}"#,
        "2026-11-30 ok\n",
        "undefinedly so QWE\n",
        r#"{"undefined":1,"a":"undefined behavior"}"#,
    ] {
        assert_eq!(found(dated, after), "", "{after}");
    }
    let log = r#"{"a":"b'x'","b":"undefined","c":"{'k': 1}"}"#;
    assert_eq!(found(log, format!("{log}\n")), "", "it was so before");
}

#[test]
fn bytes_that_went_through_text_are_known() {
    let whole = gzip(JSON);
    let replaced = String::from_utf8_lossy(&whole).into_owned() + "\n";
    assert!(
        found(&whole, replaced)
            .starts_with("binary-as-text: the compressed payload was read as UTF-8")
    );
    let latin1: String = whole.iter().copied().map(char::from).collect();
    assert!(
        found(&whole, latin1)
            .starts_with("binary-as-text: the compressed payload was read as Latin-1")
    );
    let seven: Vec<u8> = whole.iter().map(|byte| byte & 0x7f).collect();
    assert!(found(&whole, seven).starts_with("binary-as-text: "));
    let in_json = "{\"message\":\"\\u001f\\ufffd\\b\\u0000\"}\n";
    assert!(found(&whole, in_json).starts_with("binary-as-text: the compressed payload"));
    let protobuf = [0x0a, 0x03, 0xff, 0xfe, 0x80, 0x12, 0x01];
    let lossy = String::from_utf8_lossy(&protobuf).into_owned();
    assert!(found(protobuf, lossy).starts_with("binary-as-text: bytes that are not UTF-8"));
}

#[test]
fn utf8_that_comes_out_as_something_else_is_known() {
    let before = "{\"name\":\"Østover\"}";
    let utf16: Vec<u8> = before.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(found(before, utf16).starts_with("not-utf8: UTF-8 went in, and UTF-16"));
    assert!(found(before, b"{\"name\":\"\xd8stover\"}").starts_with("not-utf8: "));
    assert!(found(before, "{\"name\":\"?stover\"}").starts_with("characters-lost: "));
    let of_logs = found(gzip(before), "{\"name\":\"\u{fffd}stover\"}");
    assert!(of_logs.starts_with("characters-lost: "), "{of_logs}");
}

/// An envelope of CloudWatch Logs with these messages.
fn envelope(messages: &[&str]) -> Vec<u8> {
    let events: Vec<_> = messages
        .iter()
        .map(|it| {
            let mut message = Vec::new();
            crate::json::push_string(&mut message, it);
            format!(
                r#"{{"id":"1","timestamp":1,"message":{}}}"#,
                String::from_utf8(message).unwrap()
            )
        })
        .collect();
    gzip(&format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{}]}}"#,
        events.join(",")
    ))
}

/// Text as Node.js reads it with toString('ascii').
fn seven_bits(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| byte & 0x7f).collect()
}

#[test]
fn characters_of_log_events_are_compared_with_what_is_made_of_them() {
    let before = envelope(&["START", "paiement refusé pour José", r#"{"city":"Køge","n":1}"#]);
    let escaped = envelope(&[r#"{"city":"K\u00f8ge","n":1}"#]);
    for (before, after, how) in [
        (&before, seven_bits("paiement refusé pour José\n"), "highest bit"),
        (&before, b"paiement refus? pour Jos?\n".to_vec(), "`?` comes out"),
        (&before, b"paiement refus pour Jos\n".to_vec(), "nothing comes out"),
        (&before, "paiement refusÃ© pour JosÃ©\n".into(), "as Latin-1"),
        (&before, "{\"who\":\"JosÃ©\"}\n".into(), "as Latin-1"),
        (&before, b"{\"state\":\"refus?\"}\n".to_vec(), "`?` comes out"),
        (&before, b"{\"city\":\"K?ge\"}\n".to_vec(), "`?` comes out"),
        (&escaped, b"K?ge;1\n".to_vec(), "`?` comes out"),
        (&escaped, seven_bits("Køge;1\n"), "highest bit"),
        (&before, b"START\nK\xc3\x83\xc2\xb8ge\n".to_vec(), "as Latin-1"),
    ] {
        let found = found(before, &after);
        let is_it = found.starts_with("characters-lost: ") && found.contains(how);
        assert!(is_it, "{}: {found}", after.escape_ascii());
    }
    for after in [
        "START\n",
        "paiement refusé pour José\n",
        "{\"n\":1}\n",
        "{\"city\":\"K\\u00f8ge\"}\n",
        "{\"city\":\"Koege\",\"who\":\"Jose\"}\n",
        "START: 2 of 3 refused?\n",
    ] {
        assert_eq!(found(&before, after), "", "{after}");
    }
}

#[test]
fn damage_is_found_late_in_a_batch_and_in_each_form_of_input() {
    let mut messages = vec!["élève ok"; 40];
    messages.push("ERROR refusé");
    assert!(found(envelope(&messages), "ERROR refus?\n").starts_with("characters-lost"));
    let text = r#"{"user":"Jørgen","n":1}"#;
    let latin1: Vec<u8> = text.chars().map(|it| u8::try_from(u32::from(it)).unwrap()).collect();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let json = r#""{\"user\":\"Jørgen\",\"n\":1}""#;
    let escaped = r#"{"user":"J\u00f8rgen","n":1}"#;
    for before in [
        text.as_bytes(),
        escaped.as_bytes(),
        json.as_bytes(),
        &gzip(text),
        STANDARD.encode(text).as_bytes(),
        &latin1,
        &utf16,
        format!("{text}\n{text}\n").as_bytes(),
        &aggregate(text.as_bytes()),
    ] {
        let found = found(before, "{\"user\":\"J?rgen\"}\n");
        assert!(found.starts_with("characters-lost"), "{}: {found}", before.escape_ascii());
    }
}

/// An aggregate of the Kinesis Producer Library with one record.
fn aggregate(data: &[u8]) -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    };
    let record = [&[0x08, 0], field(3, data).as_slice()].concat();
    let message = [field(1, b"k"), field(3, &record)].concat();
    let digest = md5::Md5::digest(&message);
    [KPL_MAGIC.as_slice(), &message, digest.as_slice()].concat()
}

#[test]
fn json_that_comes_out_within_something_else_is_not_json() {
    for (after, expected) in [
        ("cb({\"ticker\":\"QWE\"});\n", "broken-json: JSON went in, and what comes out has `cb(`"),
        (
            ")]}'\n{\"ticker\":\"QWE\"}\n",
            "broken-json: JSON went in, and what comes out has `)]}'`",
        ),
        (
            "for(;;);{\"ticker\":\"QWE\"}",
            "broken-json: JSON went in, and what comes out has `for(;;);`",
        ),
        (
            "16{\"ticker\":\"QWE\"}\n",
            "broken-json: JSON went in, and what comes out has `16` before",
        ),
        (
            "'{\"ticker\": \"QWE\", \"change\": -1.65, \"price\": 39.05, \"sector\": \"TECHNOLOGY\"}'\n",
            "printed-value: the payload is JSON in quotes",
        ),
        ("%{ticker: \"QWE\"}\n", "printed-value: the payload is what Elixir's"),
        ("Order(ticker='QWE', price=39.05)\n", "printed-value: the payload is the Python repr"),
    ] {
        let found = found(JSON, after);
        assert!(found.starts_with(expected), "{after}: {found}");
    }
    for after in [
        "QWE{\"price\":39.05}\n",
        "payload={\"ticker\":\"QWE\"}\n",
        "QWE,39.05,{\"a\":1}\n",
        "call(QWE) {\"price\":39.05}\n",
        "39 {\"ticker\":\"QWE\"}\n",
    ] {
        assert_eq!(found(JSON, after), "", "{after}");
    }
    let before = envelope(&["cb({\"a\":1});", "{\"a\":1,}", "{\"a\":\"cut", "ready"]);
    for after in ["cb({\"a\":1});\n", "{\"a\":1,}\n", "{\"a\":\"cut\n"] {
        assert_eq!(found(&before, after), "", "the log has it: {after}");
    }
    assert!(found(&before, "{\"b\":1,}\n").starts_with("broken-json"));
}

#[test]
fn text_that_becomes_broken_json_is_known() {
    let flow = "2 123456789010 eni-1 10.0.0.1 10.0.0.2 443 49152 6 ACCEPT OK\n";
    for before in [flow.as_bytes(), &gzip(flow)] {
        let found = |after: &str| found(before, after);
        assert_eq!(
            found("{\"action\":\"ACCEPT\",}\n"),
            "broken-json: what comes out begins as JSON, and is not JSON from byte 19: a comma before the closing bracket"
        );
        assert!(found("{\"bytes\":NaN}\n").starts_with("broken-json"));
        for after in ["{\"action\":\"ACCEPT\"}\n", "{ACCEPT} ok\n", "[ACCEPT] ok\n", "443\n"] {
            assert_eq!(found(after), "", "{after}");
        }
    }
    assert_eq!(found("{\"a\":1,}\n", "{\"a\":2,}\n"), "", "it was so before");
}

#[test]
fn the_record_in_place_of_its_payload_is_known() {
    let data = STANDARD.encode(JSON);
    let after = format!("{{\"recordId\":\"1\",\"data\":\"{data}\"}}\n");
    assert!(
        found(JSON, &after).starts_with("double-base64: the payload holds the record of the event")
    );
    let whole = gzip(JSON);
    let after = format!("[{{\"recordId\":\"1\",\"data\":\"{}\"}}]\n", STANDARD.encode(&whole));
    assert!(found(&whole, &after).starts_with("double-base64"));
    let binary = [0xff, 0xfe, 0x01, 0x80, 0x99, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    let after = format!("{{\"image\":\"{}\"}}\n", STANDARD.encode(binary));
    assert_eq!(found(binary, &after), "", "it has no other form in JSON");
    assert_eq!(found(JSON, format!("{{\"data\":\"{data}\"}}\n")), "", "it may be meant");
}

#[test]
fn numbers_that_are_rounded_are_known_in_log_events_too() {
    let json = r#"{"id":9007199254740993}"#;
    for before in [json.as_bytes(), &envelope(&[json]), &gzip(json)] {
        let expected =
            "numbers-changed: `9007199254740993` went in, and `9007199254740992` comes out";
        assert_eq!(found(before, "{\"id\":9007199254740992,\"x\":1}\n"), expected);
        assert_eq!(found(before, "{\"id\":9007199254740993,\"x\":1}\n"), "");
    }
}

#[test]
fn json_that_is_too_deep_to_be_read_is_not_called_broken() {
    let deep = |levels: usize| format!("{{\"a\":{}1{}}}\n", "[".repeat(levels), "]".repeat(levels));
    for before in [JSON.to_owned(), deep(1100), "plain text".to_owned()] {
        let found = found(before, deep(1200));
        assert_eq!(
            found,
            "payload-too-deep: what comes out is nested deeper than the 1,024 levels that fh reads, so it was not checked"
        );
    }
}

#[test]
fn text_that_keeps_its_other_encoding_is_not_called_broken_json() {
    let latin1 =
        |name: &str| [b"{\"name\":\"".as_slice(), name.as_bytes(), b"\xd8st\"}\n"].concat();
    assert_eq!(found(latin1("a"), latin1("b")), "");
    let broken = [latin1("b").trim_ascii_end(), b",}".as_slice()].concat();
    assert!(found(latin1("a"), broken).starts_with("broken-json"));
}

/// Transforms that are right, each with what goes in and what comes out.
const RIGHT: [(&str, &str, &str); 26] = [
    ("mask", r#"{"id":17,"mail":"ann@example.org"}"#, r#"{"id":17,"mail":"***"}"#),
    (
        "hash of a field",
        r#"{"id":17,"mail":"ann@example.org"}"#,
        r#"{"id":17,"mail":"d41d8cd98f00b204e9800998ecf8427e"}"#,
    ),
    ("hash", r#"{"mail":"ann@example.org"}"#, "d41d8cd98f00b204e9800998ecf8427e\n"),
    ("other keys", r#"{"tickerSymbol":"QWE"}"#, r#"{"ticker_symbol":"QWE"}"#),
    ("csv", r#"{"a":"x,y","b":null,"c":1.50}"#, "\"x,y\",,1.50\n"),
    ("csv of Python", r#"{"a":"x","b":null}"#, "x,None\n"),
    ("filter", "{\"a\":1}\n{\"a\":2}\n", "{\"a\":2}\n"),
    ("enrichment", r#"{"city":"東京"}"#, r#"{"city":"東京","country":"??"}"#),
    ("aggregation", "{\"v\":1.25}\n{\"v\":2.5}\n", r#"{"n":2,"sum":3.75}"#),
    ("units", r#"{"t":98.6,"at":1795341600123}"#, r#"{"t":37.0,"at":1795341600}"#),
    ("fewer fields", r#"{"zip":"01234","name":"Zoë 😀"}"#, r#"{"zip":"01234"}"#),
    ("numbers as text", r#"{"id":1234567890123}"#, r#"{"id":"1234567890123"}"#),
    ("digits as a number", r#"{"n":"0017"}"#, r#"{"n":17}"#),
    ("encryption in JSON", r#"{"name":"Zoë"}"#, r#"{"enc":"q83vEjRWeJCrze8SNFZ4kA=="}"#),
    ("heartbeat", r#"{"type":"heartbeat","at":1}"#, r#"{"type":"heartbeat"}"#),
    ("flags", r#"{"name":"ann"}"#, r#"{"ok":true,"valid":false}"#),
    ("errors of the record", r#"{"error":"E17","id":"a17"}"#, r#"{"error":"E17"}"#),
    ("no errors", r#"{"name":"annabel"}"#, r#"{"errors":[],"name_length":7}"#),
    ("nulls", r#"{"a":"abc","b":"def"}"#, r#"{"a":null,"b":"def"}"#),
    ("transliteration", r#"{"name":"Zoë Müller"}"#, r#"{"name":"Zoe Mueller"}"#),
    ("cut", r#"{"name":"Zoë Müller 東京"}"#, r#"{"name":"Zoë"}"#),
    ("entities", r#"{"t":"5 € & ë"}"#, r#"{"t":"5 &euro; &amp; &euml;"}"#),
    ("bulk", r#"{"a":1}"#, "{\"index\":{}}\n{\"a\":1}\n"),
    ("a word of the record", r#"{"state":"shipped","id":"a17"}"#, "shipped\n"),
    ("date", r#"{"at":"2026-11-30T10:00:00Z"}"#, "2026-11-30\n"),
    ("a number of the record", r#"{"n":1e21,"m":"x"}"#, "1e+21\n"),
];

#[test]
fn a_transform_that_is_right_gets_no_warning() {
    for (name, before, after) in RIGHT {
        assert_eq!(found(before, after), "", "{name}");
        assert_eq!(found(gzip(before), after), "", "{name}, of gzip");
        let data = STANDARD.encode(gzip(before));
        let content = content_of(after.as_bytes());
        let after = After { bytes: after.as_bytes(), content };
        let within = PayloadChecker::new().check_within(data.as_bytes(), after);
        assert!(within.is_none(), "{name}, within gzip: {within:?}");
    }
    let protobuf = b"\x08\x96\x01\x12\x04test\x99\xff\xc8";
    assert_eq!(found(protobuf, r#"{"id":150,"name":"test"}"#), "");
    assert_eq!(found(JSON, b"\x12\x93\xa1\x00\xfe\x17\xcc\xdd\xee\x01"), "", "encryption");
}
