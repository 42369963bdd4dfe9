//! `fh decode`: records in what other programs and services write around them.

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

const ONE: &str = "eyJhIjoxfQ==";

fn decode(text: &str) -> Output {
    Fh::decode("-").stdin(text).run()
}

#[test]
fn an_event_in_the_json_of_another_program_is_decoded_with_a_note() {
    let event = format!(r#"{{"records":[{{"recordId":"1","data":"{ONE}"}}]}}"#);
    let escaped = event.replace('"', "\\\"");
    let docker = format!(r#"{{"log":"{escaped}\n","stream":"stdout","time":"t"}}"#);
    assert_snapshot!(decode(&docker), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): note: only the records in the JSON are decoded
      hint: show all of it with `--input-format json`
    [exit status: 0]
    "#);
    for value in [
        format!(r#"{{"requestContext":{{}},"requestPayload":{event},"responsePayload":null}}"#),
        format!(r#"{{"MESSAGE":"got {escaped}","_PID":"7"}}"#),
    ] {
        let shown = decode(&value);
        assert_eq!(shown.text(), "{\"a\":1}\n", "{value}");
        assert!(shown.errors().contains("only the records in the JSON are decoded"), "{shown}");
        let all = Fh::decode("-").args("--input-format json").stdin(value.as_str()).run();
        assert_eq!(all.text(), format!("{value}\n"));
    }
}

#[test]
fn the_log_in_the_answer_of_invoke_is_decoded() {
    let log = "U1RBUlQgUmVxdWVzdElkOiA4ZjUwN2NmYwpFTkQgUmVxdWVzdElkOiA4ZjUwN2NmYwo=";
    let answer = format!(r#"{{"StatusCode":200,"LogResult":"{log}","ExecutedVersion":"$LATEST"}}"#);
    assert_snapshot!(decode(&answer), @"
    START RequestId: 8f507cfc
    END RequestId: 8f507cfc
    ------- stderr -------
    fh: standard input: line 1, record 1: note: only the records in the JSON are decoded
      hint: show all of it with `--input-format json`
    [exit status: 0]
    ");
}

#[test]
fn cells_of_tables_and_queries_of_addresses_are_decoded() {
    assert_snapshot!(decode(&format!(
        "| recordId | data |\n\
         |---|---|\n\
         | 49575469680524135041586805764649 | {ONE} |\n\
         <td>data</td><td>eyJhIjoxfQ&#61;&#61;</td>\n\
         https://example.com/records?data=eyJhIjoxfQ%3D%3D&page=2\n\
         https://example.com/records?token=eyJhIjoxfQ%3D%3D\n"
    )), @r#"
    | recordId | data |
    |---|---|
    {"a":1}
    {"a":1}
    {"a":1}
    https://example.com/records?token=eyJhIjoxfQ%3D%3D
    ------- stderr -------
    fh: standard input: line 3, record 3: note: 39 bytes of text around the records in this line are left out (and 2 more records)
      hint: show all of it with `--input-format lines --layers none`
    fh: standard input: line 4, record 4: warning: base64: HTML entities such as `&#61;` were decoded (and 1 more record)
      hint: copy the record from where it was printed, as text; Firehose accepts base64 without escapes only
    [exit status: 0]
    "#);
}

#[test]
fn compressed_bytes_in_a_json_string_are_named_and_can_be_restored() {
    let record = |data: &str| format!(r#"{{"recordId":"1","result":"Ok","data":"{data}"}}"#);
    assert_snapshot!(decode(&record(r"\u001f\ufffd\b\u0000\u0000\u0000")), @"
    H++/vQgAAAA=
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): compressed data that was read as UTF-8 text: its bytes are lost at byte 0
      hint: a `toString('utf8')`, a file or a body read as text does this; pass the bytes on as a Buffer
    [exit status: 1]
    ");
    assert_snapshot!(decode(&record(r"\u001f\u008b\b\u0000\u0000\u0000")), @"
    H8KLCAAAAA==
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): compressed data that was read as Latin-1 and written as UTF-8 at byte 0
      hint: undo it with `fh decode --raw FILE | iconv -f UTF-8 -t ISO-8859-1 | fh decode`
    [exit status: 1]
    ");
}

#[test]
fn blanks_between_groups_and_quoted_printable_are_taken_out() {
    assert_snapshot!(decode("eyJh Ijox fQ==\ndata: eyJhIjoxfQ=3D=3D\n"), @r#"
    {"a":1}
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: base64: blanks between groups of characters are left out
      hint: Firehose accepts base64 without blanks only
    fh: standard input: line 2, record 2: warning: quoted-printable read as the text that it stands for
      hint: copy the event from where it was printed, as text
    [exit status: 0]
    "#);
}

#[test]
fn a_length_before_json_is_no_schema_id() {
    // `{"a":1}` after 00 00 00 07.
    assert_snapshot!(decode("AAAAB3siYSI6MX0=\n"), @"
    AAAAB3siYSI6MX0=
    ------- stderr -------
    fh: standard input: line 1, record 1: note: binary, 11 bytes, JSON after its length in the first 4 bytes; printed as base64
      hint: `--raw` prints the bytes, `--explain` the layers
    [exit status: 0]
    ");
}
