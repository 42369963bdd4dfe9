//! `fh decode`: records in the middle of a line of text.

use insta::assert_snapshot;

use crate::harness::{Fh, Output};

const ONE: &str = "eyJhIjoxfQ==";
const TWO: &str = "eyJiIjoyfQ==";

fn decode(text: &str) -> Output {
    Fh::decode("-").stdin(text).run()
}

#[test]
fn records_of_one_line_are_shown_one_by_one() {
    for text in [
        format!("{ONE}\t{TWO}"),
        format!("{ONE} {TWO}"),
        format!("{ONE};{TWO}"),
        format!("{ONE},{TWO}"),
        format!("[{ONE}, {TWO}]"),
        format!("[{ONE} {TWO}]"),
        format!("('{ONE}', '{TWO}')"),
        "[b'{\"a\":1}', b'{\"b\":2}']".into(),
        format!("[b'{ONE}', b'{TWO}']"),
        "[ <Buffer 7b 22 61 22 3a 31 7d>, <Buffer 7b 22 62 22 3a 32 7d> ]".into(),
        "[[123 34 97 34 58 49 125] [123 34 98 34 58 50 125]]".into(),
    ] {
        for (before, after) in [("", ""), ("words\n", "more\n"), ("eyJjIjozfQ==\r\n", "\r\nw\r\n")]
        {
            let shown = decode(&format!("{before}{text}\n{after}"));
            let found = "{\"a\":1}\n{\"b\":2}\n";
            assert!(shown.text().contains(found), "{text}\n{shown}");
            assert!(shown.code() == 0 && shown.errors().is_empty(), "{text}\n{shown}");
        }
        let raw = Fh::decode("-").arg("--raw").stdin(text.as_str()).run();
        assert_eq!(raw.text(), "{\"a\":1}{\"b\":2}", "{text}\n{raw}");
    }
}

#[test]
fn text_around_records_is_left_out_with_one_note() {
    assert_snapshot!(decode(&format!(
        "received {ONE} from x\n\
         buf: <Buffer 7b 22 61 22 3a 31 7d> true\n\
         [{{'Data': b'{{\"a\":1}}'}}, {{'Data': b'{{\"b\":2}}'}}]\n\
         Record {{ RecordId = 495754696805241350415868057, Data = {ONE} }}\n\
         words\n"
    )), @r#"
    {"a":1}
    {"a":1}
    {"a":1}
    {"b":2}
    {"a":1}
    words
    ------- stderr -------
    fh: standard input: line 1, record 1: note: 16 bytes of text around the records in this line are left out (and 4 more records)
      hint: show all of it with `--input-format lines --layers none`
    [exit status: 0]
    "#);
    let json = Fh::decode("-")
        .arg("--output")
        .arg("ndjson")
        .stdin(format!("received {ONE} from x\n"))
        .run();
    assert_snapshot!(json, @r#"
    {"source":"-","line":1,"index":1,"layers":[{"layer":"base64","bytesIn":12,"bytesOut":7}],"contentType":"json","data":{"a":1},"problems":[{"severity":"note","layer":null,"offset":null,"message":"16 bytes of text around the records in this line are left out","hint":"show all of it with `--input-format lines --layers none`"}]}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: 16 bytes of text around the records in this line are left out
      hint: show all of it with `--input-format lines --layers none`
    [exit status: 0]
    "#);
}

/// Words of any script; and what `fh event` makes an event of is the line.
#[test]
fn text_that_is_left_out_has_a_note_in_any_language() {
    let line = format!("データ {ONE} です");
    let shown = decode(&line);
    assert!(shown.errors().contains("bytes of text around the records"), "{shown}");
    let event = Fh::new().args("event --data -").stdin(line.as_str()).run();
    let sent = Fh::decode("-").arg("--raw").stdin(event.text()).run();
    assert_eq!(sent.text(), line);
}

#[test]
fn all_records_of_a_line_are_shown_or_the_line_is() {
    for line in [
        "[{'Data': b'{\"a\":1}'}, {'Data': b'hello'}]".to_owned(),
        "a <Buffer 01 02> b <Buffer 7b 22 61 22 3a 31 7d> c".to_owned(),
        format!("got [{ONE}, aGVsbG8gd29ybGQ=] of the stream of orders of the shop"),
    ] {
        assert_eq!(decode(&line).text(), format!("{line}\n"));
    }
    // The last print of a line was all that was shown.
    let prints = "a <Buffer 7b 22 62 22 3a 32 7d> b <Buffer 7b 22 61 22 3a 31 7d>\n";
    assert_eq!(decode(prints).text(), "{\"b\":2}\n{\"a\":1}\n");
}

#[test]
fn data_that_is_not_base64_is_named_and_shown() {
    let response =
        |data: &str| format!(r#"{{"records":[{{"recordId":"1","result":"Ok","data":"{data}"}}]}}"#);
    assert_snapshot!(decode(&response(&format!("b'{ONE}'"))), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): the record's data is how Python prints bytes, with `b` and quotes
      hint: turn the base64 into text: `base64.b64encode(x).decode()`, not `str(…)`
    [exit status: 1]
    "#);
    assert_snapshot!(decode(&response("7b2261223a317d")), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): warning: hexadecimal instead of base64
      hint: use base64 where Firehose expects it
    [exit status: 0]
    "#);
}

#[test]
fn a_list_of_other_strings_keeps_all_of_its_json() {
    for text in [
        r#"{"records":["aGVsbG8gd29ybGQ="],"id":5,"name":"n"}"#,
        r#"{"records":["eyJhIjoxfQ==",{"id":7},null],"id":5}"#,
        r#"{"records":["eyJhIjoxfQ=="],"id":5}"#,
        r#"{"records":["aGVsbG8gd29ybGQ="]}"#,
    ] {
        let raw = Fh::decode("-").arg("--raw").stdin(text).run();
        assert_eq!(raw.text(), text, "{raw}");
    }
    assert_eq!(
        decode(&format!(r#"{{"records":["{ONE}","{TWO}"]}}"#)).text(),
        "{\"a\":1}\n{\"b\":2}\n"
    );
}

#[test]
fn other_text_stays_as_it_is() {
    for text in [
        include_str!("text/nginx.log"),
        include_str!("text/botocore.log"),
        include_str!("text/stack-trace.log"),
        include_str!("text/table.csv"),
        include_str!("text/source.ts"),
        include_str!("text/secret.yaml"),
        include_str!("text/headers.txt"),
    ] {
        let raw = Fh::decode("-").arg("--raw").stdin(text).run();
        assert_eq!(raw.text(), text.replace('\n', ""), "{raw}");
        assert_eq!(decode(text).text(), text);
    }
}

/// Of a print at the end of a line, nothing else that was printed goes missing.
#[test]
fn a_line_in_which_one_of_two_prints_cannot_be_read_is_text() {
    let good = [
        "<Buffer 7b 22 61 22 3a 31 7d>",
        "[123 34 97 34 58 49 125]",
        "[123, 34, 97, 34, 58, 49, 125]",
        "b'{\"a\":1}'",
        ONE,
    ];
    let bad = [
        "<Buffer 7b 22 62 …>",
        "<Buffer 7b 22 62",
        "<Buffer 68 65 6c 6c 6f>",
        "[123 34 98 ...]",
        "[123, 34, 98, … 216 more]",
        "[123 34 98",
        "b'{\"b\":…'",
        "b'{\"b\":",
        "eyJiIjoi…",
        "eyJ...",
        "7b2262223a327d",
        "7b2262223a2278…",
        "{\"b\":\"xx…",
        "{\"b\":2}",
        "[B@5e2de80c",
    ];
    for good in good {
        for bad in bad {
            for line in [format!("a {good} and {bad}"), format!("a {bad} and {good}")] {
                let shown = decode(&line);
                assert_eq!(shown.text(), format!("{line}\n"), "{shown}");
                assert!(shown.code() == 0 && shown.errors().is_empty(), "{shown}");
            }
        }
    }
}

#[test]
fn a_buffer_that_node_cut_beside_another_print_is_an_error() {
    assert_snapshot!(decode(
        "a <Buffer 7b 22 61 22 3a 31 7d> and <Buffer 7b 22 62 ... 216 more bytes>\n\
         <Buffer 7b 22 62 ... 1 more byte> of it\n"
    ), @"
    a <Buffer 7b 22 61 22 3a 31 7d> and <Buffer 7b 22 62 ... 216 more bytes>
    <Buffer 7b 22 62 ... 1 more byte> of it
    ------- stderr -------
    fh: standard input: line 1, record 1: the runtime truncated the printed event: 216 more bytes
      hint: print all of it with `console.log(buffer.toString('base64'))`
    fh: standard input: line 2, record 2: the runtime truncated the printed event: 1 more byte
      hint: print all of it with `console.log(buffer.toString('base64'))`
    fh: 2 of 2 records with problems
    [exit status: 1]
    ");
}

#[test]
fn words_before_a_print_at_the_end_of_a_line_have_a_note() {
    for text in [
        "buf <Buffer 7b 22 61 22 3a 31 7d>",
        "INFO got b'{\"a\":1}'",
        "got [123 34 97 34 58 49 125]",
    ] {
        let shown = decode(text);
        assert_eq!(shown.text(), "{\"a\":1}\n", "{shown}");
        assert!(shown.errors().contains("note: only the bytes in the text"), "{shown}");
    }
    let shown = decode("<Buffer 7b 22 61 22 3a 31 7d>");
    assert!(shown.errors().is_empty(), "{shown}");
}
