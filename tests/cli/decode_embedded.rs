//! `fh decode`: records inside a line of text.

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
        format!("[{ONE}, {TWO}]"),
        "[b'{\"a\":1}', b'{\"b\":2}']".into(),
        "[ <Buffer 7b 22 61 22 3a 31 7d>, <Buffer 7b 22 62 22 3a 32 7d> ]".into(),
    ] {
        let shown = decode(&format!("{text}\n"));
        assert_eq!(shown.text(), "{\"a\":1}\n{\"b\":2}\n", "{text}\n{shown}");
        assert!(shown.code() == 0 && shown.errors().is_empty(), "{text}\n{shown}");
    }
}

#[test]
fn words_around_a_record_are_left_out_with_a_note() {
    assert_snapshot!(decode(
        "buf: <Buffer 7b 22 61 22 3a 31 7d> len 7\n\
         [{Data:[123 34 97 34 58 49 125]} {Data:[123 34 98 34 58 50 125]}]\n\
         put_record(record:{data:\"{\\\"a\\\":1}\\n\"})\n\
         words\n"
    ), @r#"
    {"a":1}
    {"a":1}
    {"b":2}
    {"a":1}
    words
    ------- stderr -------
    fh: standard input: line 1, record 1: note: only the bytes in the text are decoded (and 3 more records)
      hint: show all of it with `--input-format lines`
    [exit status: 0]
    "#);
    assert_snapshot!(decode(&format!(
        "Record {{ RecordId = 49575469680524135041586805764649280618633657491608567810, Data = {ONE} }}\n\
         recordId=1&data=eyJhIjoxfQ%3D%3D\n"
    )), @r#"
    {"a":1}
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: only the base64 in the text is decoded (and 1 more record)
      hint: show all of it with `--input-format lines`
    [exit status: 0]
    "#);
}

#[test]
fn a_line_that_shows_no_data_gets_a_note() {
    assert_snapshot!(decode(
        "Record(data=[B@6d06d69c)\n\
         com.amazonaws.services.lambda.runtime.events.KinesisFirehoseEvent@3b0143\n\
         INFO payload is [object Object] now\n\
         data : {123, 34, 97, 34...}\n"
    ), @"
    Record(data=[B@6d06d69c)
    com.amazonaws.services.lambda.runtime.events.KinesisFirehoseEvent@3b0143
    INFO payload is [object Object] now
    data : {123, 34, 97, 34...}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: the text shows no data, only `[B@6d06d69c` (and 3 more records)
      hint: print `Base64.getEncoder().encodeToString(record.getData().array())`
    [exit status: 0]
    ");
}

#[test]
fn data_that_is_no_base64_is_named_and_shown() {
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
fn a_line_break_in_a_string_of_json_is_named_and_left_out() {
    let (start, end) = ONE.split_at(8);
    let event = format!("{{\"records\":[{{\"recordId\":\"1\",\"data\":\"{start}\n{end}\"}}]}}\n");
    assert_snapshot!(decode(&event), @r#"
    {"a":1}
    ------- stderr -------
    fh: standard input: line 1, record 1 (recordId 1): warning: line breaks inside a string or a word were left out
      hint: encode with `base64 -w0`, and copy long lines without wrapping them
    [exit status: 0]
    "#);
}
