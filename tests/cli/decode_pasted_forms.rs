//! `fh decode`: the ways in which people paste a payload, a table of them; and text that
//! looks like one and stays as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::harness::{Fh, Output};

const ORDER: &str = r#"{"orderId":1041,"total":7}"#;

fn decode(text: &str) -> Output {
    Fh::decode("").stdin(text).run()
}

/// Each line of a dump: the offset, the bytes in hexadecimal, and as text.
fn dump(line: impl Fn(usize, &str, &str) -> String) -> String {
    let lines = ORDER.as_bytes().chunks(16).enumerate().map(|(at, bytes)| {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        line(at * 16, &hex.join(" "), &String::from_utf8_lossy(bytes))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn escaped(escape: impl Fn(u8) -> String) -> String {
    ORDER.bytes().map(escape).collect()
}

fn list(number: impl Fn(u8) -> String, between: &str) -> String {
    ORDER.bytes().map(number).collect::<Vec<_>>().join(between)
}

fn hex(byte: u8) -> String {
    format!("0x{byte:02x}")
}

#[test]
fn a_payload_is_read_in_every_form_in_which_it_is_pasted() {
    let base64 = STANDARD.encode(ORDER);
    let (one, two) = base64.split_at(20);
    let event =
        format!(r#"{{"invocationId":"i","records":[{{"recordId":"1","data":"{base64}"}}]}}"#);
    let upper_hex = |it: &str| it.to_uppercase();
    for (name, text) in [
        (
            "xxd",
            dump(|at, hex, text| {
                let pairs = hex.replace(' ', "").into_bytes();
                let pairs: Vec<_> = pairs.chunks(4).map(String::from_utf8_lossy).collect();
                format!("{at:08x}: {:<39}  {text}", pairs.join(" "))
            }),
        ),
        (
            "hexdump -C",
            dump(|at, hex, text| format!("{at:08x}  {hex:<48}  |{text}|")) + "\n0000001a",
        ),
        ("od", dump(|at, hex, _| format!("{at:07o} {hex}")) + "\n0000032"),
        ("Wireshark", dump(|at, hex, text| format!("{at:04x}   {hex:<47}   {text}"))),
        (
            "Format-Hex",
            format!(
                "           00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F\n\n{}",
                dump(|at, hex, text| format!("{at:08X}   {:<47}  {text}", upper_hex(hex)))
            ),
        ),
        ("a list in Go", format!("[]byte{{{}}}", list(hex, ", "))),
        ("a list in Java", format!("byte[] data = {{\n  {}\n}};", list(hex, ",\n  "))),
        ("a list in JSON", format!("[{}]", list(|it| it.to_string(), ","))),
        ("numbers", list(|it| it.to_string(), " ")),
        ("escapes of C", format!("\"{}\";", escaped(|it| format!("\\x{it:02x}")))),
        ("escapes of a shell", format!("$'{}'", escaped(|it| format!("\\{it:03o}")))),
        ("escapes alone", escaped(|it| format!("\\x{it:02X}"))),
        ("Python's +", format!("data = (\n  \"{one}\" +\n  \"{two}\"\n)")),
        ("a shell's backslash", format!("echo {one}\\\n{two}")),
        ("a colour", format!("\x1b[32m{base64}\x1b[0m")),
        ("a zero width space", format!("{one}\u{200b}{two}")),
        ("typographic quotes", event.replacen('"', "“", 1).replacen('"', "”", 1)),
        ("doubled quotes", format!("\"{}\"", event.replace('"', "\"\""))),
        ("HTML", event.replace('"', "&quot;")),
        ("@message", serde_json::json!({ "@message": event }).to_string()),
        ("_raw", serde_json::json!({ "result": { "_raw": event } }).to_string()),
        ("get-log-events", serde_json::json!({ "events": [{ "message": base64 }] }).to_string()),
        ("Datadog", serde_json::json!({ "content": { "message": event } }).to_string()),
        ("SNS", serde_json::json!({ "Records": [{ "Sns": { "Message": event } }] }).to_string()),
        ("SQS", serde_json::json!({ "Records": [{ "body": event }] }).to_string()),
        ("DynamoDB", serde_json::json!({ "B": base64 }).to_string()),
        ("Oracle", format!("HEXTORAW('{}')", escaped(|it| format!("{it:02X}")))),
        ("Markdown", format!("```json\n{base64}\n```")),
        ("PEM", format!("-----BEGIN DATA-----\n{base64}\n-----END DATA-----")),
        ("percent-encoding", escaped(|it| format!("%{it:02X}"))),
        ("percent-encoded base64", base64.replace('=', "%3D")),
        ("base64 with escapes", base64.replace('=', "\\u003d")),
    ] {
        let output = decode(&text);
        assert_eq!((output.text(), output.code()), (format!("{ORDER}\n"), 0), "{name}: {text}");
    }
    // CBOR with one key, `{"a": 1}`.
    let cbor = decode(&STANDARD.encode(b"\xbf\x67orderId\x19\x04\x11\xff"));
    assert!(!cbor.errors().is_empty(), "{cbor}");
}

#[test]
fn what_is_no_base64_or_lost_bytes_has_a_message() {
    assert_snapshot!(decode("PMRG64TEMVZESZBCHIYTANBRFQRHI33UMFWCEORXPU======"), @r#"
    {"orderId":1041,"total":7}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: decoded from base32, not from base64
      hint: show the text itself with `--input-format lines`
    [exit status: 0]
    "#);
    assert_snapshot!(decode("%7B%22a%22%3A1%7D"), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: decoded from percent-encoding, not from base64
      hint: show the text itself with `--input-format lines`
    [exit status: 0]
    "#);
    assert_snapshot!(decode("eyJhIjoiPz8%2FIn0%3D"), @r#"
    {"a":"???"}
    ------- stderr -------
    fh: standard input: line 1, record 1: warning: base64: percent-encoded characters such as `%3D` were decoded
      hint: copy the record from where it was printed, as text; Firehose accepts base64 without escapes only
    [exit status: 0]
    "#);
    assert_snapshot!(decode(r#"{"recordId":"1","data":"eyJhIjoiPz8%2FIn0="}"#), @r"
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): base64: byte `%` is not base64 at byte 11
      hint: it is percent-encoded, as in URLs and forms; undo that with `sed 's/%25/%/g; s/%2[Bb]/+/g; s/%2[Ff]/\//g; s/%3[Dd]/=/g' FILE | fh decode`
    [exit status: 1]
    ");
    assert_snapshot!(decode(r#"{"recordId":"1","data":"eyJhIjoiPz8\\/In0="}"#), @r"
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): base64: byte `\` is not base64 at byte 11
      hint: an escape such as `\n`, `\/` or `\u003d` stands in it instead of the character; undo that with `sed -E 's/\\+[nrt]//g; s/\\+\//\//g; s/\\+u002[Bb]/+/g; s/\\+u003[Dd]/=/g' FILE | fh decode`
    [exit status: 1]
    ");
    // Gzip whose base64 lost a line.
    let numbers: Vec<_> = (0..400).map(|it| (it * 7919 % 10_007).to_string()).collect();
    let json = format!("[{}]", numbers.join(","));
    let base64 = STANDARD.encode(firehose::compress::Gzip::new().compress(json.as_bytes()));
    let mut lines: Vec<_> = base64.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    lines.remove(lines.len() / 2);
    let output = decode(&lines.join("\n"));
    assert!(json.starts_with(output.text().split_at(200).0), "{output}");
    assert!(output.errors().contains("a line of the base64 that was lost"), "{output}");
    assert_eq!(output.code(), 1);
}

#[test]
fn the_command_in_a_message_about_escapes_decodes_the_record() {
    let folder = tempfile::tempdir().unwrap();
    for data in ["eyJhIjoiPz8%2fIn0%3D", r"eyJhIjoiPz8\\/In0\\u003d", "eyJhIjoiPz8&#47;In0&#61;"] {
        let text = format!(r#"{{"recordId":"1","data":"{data}"}}"#);
        std::fs::write(folder.path().join("order"), text).unwrap();
        let output = Fh::decode("order").current_dir(folder.path()).run();
        let errors = output.errors();
        let command = errors.split('`').find(|it| it.starts_with("sed ")).expect(&errors);
        let command = command.replace("| fh decode", "| \"$FH\" decode");
        let output = Fh::shell(&command).current_dir(folder.path()).run();
        assert_eq!(output.success(), "{\"a\":\"???\"}\n", "{command}");
    }
}

#[test]
fn only_the_layers_that_were_asked_for_are_taken_off() {
    let aggregate = b"\xf3\x89\x9a\xc2\x0a\x01k\x1a\x05\x08\x00\x1a\x01a";
    let text = STANDARD.encode(aggregate);
    let output = Fh::decode("--layers base64 --raw").stdin(text).run();
    assert_eq!(output.stdout, aggregate);
}

#[test]
fn text_that_looks_like_a_payload_stays_text() {
    for text in [
        "\"1\",\"begin 644 a.txt\",\"2026-11-22\",\"x\"",
        "name,%7Bid%7D,0x1f",
        "2026-11-22T10:00:00Z INFO begin transaction 0x7b22",
        "```",
        "```sh\nfh decode FILE\n```",
        "let data = [1, 2, 3];",
        "for (const x of [",
        "PMTHISISANIDENTIFIER",
        "HEXTORAW('hello')",
        "SELECT HEXTORAW('7B22') FROM dual",
        "100%25 done",
        "a%2Fb%2Fc",
        "path%2Fto%2Fsome%2Ffile%2Fthat%2Fhas%2Fa%2Flong%2Fname",
    ] {
        assert_eq!(decode(text).success(), format!("{text}\n"));
    }
}
