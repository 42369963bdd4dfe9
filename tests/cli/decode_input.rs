//! `fh decode`: where records come from, and which of them are wanted.

#![expect(clippy::disallowed_methods, reason = "tests write and read files of their own")]

use std::fs;

use insta::assert_snapshot;

use crate::harness::{Fh, root};
use crate::samples::{DIRECT_PUT, FIVE, LOGS, MORE_LOGS, SHIPPED, T0, T1, T2, TICKERS, lines};

const RECORD: &str = "fixtures/records/record.txt";
const PLAIN: &str = "fixtures/records/plain-json.b64";
const EVENT: &str = "fixtures/events/direct-put.json";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join(name)).unwrap_or_default()
}

#[test]
fn standard_input_is_read_where_nothing_or_a_dash_is_named() {
    let record = fixture(RECORD);
    assert_eq!(Fh::decode("").stdin(record.clone()).run().success(), lines(&[LOGS]));
    assert_eq!(Fh::decode("-").stdin(record).run().success(), lines(&[LOGS]));
    assert_snapshot!(Fh::decode("-").run(), @"
    ------- stderr -------
    fh: no records in the input
    [exit status: 0]
    ");
}

#[test]
fn several_inputs_are_read_in_the_order_they_are_named() {
    let output =
        Fh::decode(PLAIN).args("-").arg(RECORD).stdin("b3JkZXIgQS0xMDQ0IHNoaXBwZWQK").run();
    assert_eq!(output.success(), lines(&[T0, T1, T2, SHIPPED, LOGS]));
}

#[test]
fn records_are_numbered_again_in_each_input() {
    let output = Fh::decode("--output table --records 2-3").arg(PLAIN).arg(EVENT).run();
    assert_snapshot!(output, @r#"
     place                              record  layers         type             bytes  content
     fixtures/records/plain-json.b64:2  2       base64         json                70  {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
     fixtures/records/plain-json.b64:3  3       base64         json                65  {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}
     fixtures/events/direct-put.json:1  2       base64 › gzip  cloudwatch-logs    652  {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream":"2026/11/22/[$LATEST]3f8a1c5d7e9b4260a1c3e5f708192a3b","subscriptionFilters":["orders-to-firehose"],"logEvents":[{"id":"39318427561093847562019384756201938475620193847562019300","timestamp":1795341600123,"message":"[INFO] order A-1041 accepted: 3 items, 25.90 EUR"},{"id":"39318427561093847562019384756201938475620193847562019301","timestamp":1795341600140,"message":"[WARN] order A-1042 payment retried"},{"id":"39318427561093847562019384756201938475620193847562019302","timestamp":1795341600157,"message":"[ERROR] order A-1043 rejected: card expired"}]}
     fixtures/events/direct-put.json:1  3       base64         text                21  order A-1044 shipped\n
    [exit status: 0]
    "#);
}

#[test]
fn a_folder_stands_for_the_files_below_it_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("b")).unwrap();
    fs::write(folder.path().join("c.json"), T2).unwrap();
    fs::write(folder.path().join("b").join("second"), T1).unwrap();
    fs::write(folder.path().join("a.txt"), T0).unwrap();
    std::os::unix::fs::symlink("a.txt", folder.path().join("d-link")).unwrap();
    let output = Fh::decode("--output table .").current_dir(folder.path()).run();
    assert_snapshot!(output, @r#"
     place         record  layers  type  bytes  content
     ./a.txt:1     1               json     70  {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
     ./b/second:1  1               json     70  {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
     ./c.json:1    1               json     65  {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}
    [exit status: 0]
    "#);
    let empty = tempfile::tempdir().unwrap();
    assert_snapshot!(Fh::decode(".").current_dir(empty.path()).run(), @"
    ------- stderr -------
    fh: no files in `.`
      hint: check the name, and that the download into it succeeded
    [exit status: 2]
    ");
}

#[test]
fn a_user_who_types_is_told_what_to_do() {
    let mut session = Fh::decode("--color never --compact").start_typing(100);
    session.wait_for("press Ctrl-D");
    session.send(b"eyJuIjoyfQ==\n");
    session.wait_for("{\"n\":2}");
    session.send(b"\x04");
    assert_snapshot!(session.finish(), @r#"
    fh: reading from the terminal: paste records, then press Ctrl-D
    eyJuIjoyfQ==
    {"n":2}
    [exit status: 0]
    "#);
}

#[test]
fn every_input_format_reads_what_it_is_for() {
    let read = |format: &str, input: &str| {
        Fh::decode("--input-format").arg(format).arg(input).run().success()
    };
    assert_eq!(read("auto", EVENT), lines(&DIRECT_PUT));
    assert_eq!(read("base64", PLAIN), lines(&TICKERS));
    assert_eq!(read("lines", PLAIN), lines(&TICKERS));
    assert_eq!(read("json", "fixtures/records/plain-json.ndjson"), lines(&TICKERS));
    assert_eq!(
        read(
            "json",
            "fixtures/objects/ticker-1-2026-11-22-10-00-00-6f1d3a52-7c1e-4b8a-9d35-0c2f4e8b7a91"
        ),
        lines(&FIVE.repeat(4)),
    );
    assert_eq!(read("event", EVENT), lines(&DIRECT_PUT));
    assert_eq!(read("event", "fixtures/events/msk.json"), lines(&[T0, LOGS]));
    assert_eq!(read("response", "fixtures/responses/response-ok.json"), lines(&[T0, "", SHIPPED]));
    assert_eq!(read("failures", "fixtures/failures/glued.json"), lines(&TICKERS));
    assert_eq!(read("kinesis", "fixtures/events/lambda-kinesis.json"), lines(&[T0, LOGS]));
    assert_eq!(read("kinesis", "fixtures/events/get-records.json"), lines(&[T0, T1]));
    assert_eq!(
        read("cloudwatch-logs", "fixtures/events/lambda-cloudwatch-logs.json"),
        lines(&[LOGS]),
    );
    assert_eq!(read("log", "fixtures/logs/console-paste.txt"), lines(&DIRECT_PUT));
    assert_eq!(read("whole", RECORD), lines(&[LOGS]));
}

#[test]
fn json_as_the_input_format_peels_no_envelope() {
    let event = String::from_utf8(fixture(EVENT)).unwrap();
    let output = Fh::decode("--input-format json").arg(EVENT).run();
    assert_eq!(output.success(), lines(&[event.trim_end()]));
}

#[test]
fn base64_as_the_input_format_takes_words_for_base64() {
    assert_eq!(Fh::decode("").stdin("Zm9v\n").run().success(), "Zm9v\n");
    let output = Fh::decode("--input-format base64").stdin("Zm9v\n").run();
    assert_eq!(output.success(), "foo\n");
}

#[test]
fn whole_takes_all_lines_for_one_record() {
    let output = Fh::decode("--input-format whole --output ndjson").stdin("one\ntwo\n").run();
    assert_snapshot!(output, @r#"
    {"source":"-","line":1,"index":1,"layers":[],"contentType":"text","data":"one\ntwo\n","problems":[]}
    [exit status: 0]
    "#);
}

#[test]
fn log_as_the_input_format_leaves_other_lines_out() {
    assert_snapshot!(Fh::decode("--input-format log").stdin("START\nhello\n").run(), @"
    ------- stderr -------
    fh: no records in the input
    [exit status: 0]
    ");
}

#[test]
fn an_input_of_another_format_than_named_is_an_error() {
    for format in ["event", "response", "failures", "kinesis", "cloudwatch-logs", "json"] {
        let output = Fh::decode("--input-format").arg(format).arg(PLAIN).run();
        assert_eq!((output.code(), output.text().as_str()), (1, ""), "{format}: {output}");
    }
    assert_snapshot!(
        Fh::decode("--input-format response --records 1").arg(EVENT).run(),
        @"
    ------- stderr -------
    fh: fixtures/events/direct-put.json: line 1, record 1 (recordId 49668231907715301429481730562918473650281947365019283746000000): not in the input format `response`
      hint: omit `--input-format` to detect the format
    [exit status: 1]
    "
    );
    assert_snapshot!(Fh::decode("--input-format json").stdin("{\"a\":\n").run(), @"
    ------- stderr -------
    fh: standard input: line 1, record 1: JSON ends early at byte 6
      hint: the text was truncated or edited; the lines after it are read separately
    [exit status: 1]
    ");
}

#[test]
fn an_event_without_records_is_still_an_event() {
    let output = Fh::decode("--input-format event fixtures/events/no-records.json").run();
    assert_eq!(output.code(), 0, "{output}");
}

#[test]
fn layers_are_forced_and_no_more_are_peeled() {
    let layers =
        |layers: &str, input: &str| Fh::decode("--layers").arg(layers).arg(input).run().success();
    let record = String::from_utf8(fixture(RECORD)).unwrap();
    assert_eq!(layers("none", RECORD), record);
    assert_eq!(layers("base64,gzip", RECORD), lines(&[LOGS]));
    // Gzip is binary, so base64 again is how a pipe gets it.
    assert_eq!(layers("base64", RECORD), record);
    assert_eq!(
        layers("base64,gzip", "fixtures/records/gzip-of-base64.b64"),
        "eyJ0aWNrZXJfc3ltYm9sIjoiV0FTIiwic2VjdG9yIjoiUkVUQUlMIiwiY2hhbmdlIjotMC40MiwicHJpY2UiOjEyLjA3fQ==\n",
    );
    assert_eq!(layers("base64,zlib", "fixtures/records/zlib.b64"), lines(&[T0; 3]));
    assert_eq!(layers("base64,zstd", "fixtures/records/zstd.b64"), lines(&[T0; 2]));
    assert_eq!(layers("base64,zip", "fixtures/records/zip.b64"), lines(&[T0]));
    assert_eq!(layers("base64,snappy", "fixtures/records/snappy-xerial.b64"), lines(&[T0, LOGS]));
    assert_eq!(layers("base64,gzip,gzip", "fixtures/records/double-gzip.b64"), lines(&[LOGS]));
    assert_eq!(
        layers("base64,gzip", "fixtures/records/gzip-two-members.b64"),
        lines(&[LOGS, MORE_LOGS]),
    );
}

#[test]
fn json_strings_and_hexadecimal_can_be_forced_too() {
    assert_snapshot!(
        Fh::decode("--layers base64,json-string fixtures/records/json-string.b64").run(),
        @r#"
        {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
        "{\"ticker_symbol\":\"WAS\",\"sector\":\"RETAIL\",\"change\":-0.42,\"price\":12.07}"
        [exit status: 0]
        "#
    );
    assert_snapshot!(
        Fh::decode("--layers hex --records 2-3 fixtures/records/hex-not-base64.txt").run(),
        @r#"
        {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
        {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
        [exit status: 0]
        "#
    );
}

#[test]
fn an_aggregate_can_be_forced_and_its_records_have_the_layers_inside_it() {
    let aggregate = Fh::decode("--layers base64,kpl-aggregate fixtures/records/kpl-aggregate.b64");
    assert_eq!(aggregate.run().success(), lines(&[T0, T1, SHIPPED]));
    let gzip = "--layers base64,kpl-aggregate,gzip fixtures/records/kpl-gzip-records.b64";
    assert_eq!(Fh::decode(gzip).run().success(), lines(&[LOGS, T1]));
}

#[test]
fn layers_none_shows_the_data_of_an_envelope_as_it_stands() {
    let output = Fh::decode("--layers none --records 3").arg(EVENT).run();
    assert_eq!(output.success(), "b3JkZXIgQS0xMDQ0IHNoaXBwZWQK\n");
}

#[test]
fn a_layer_that_is_not_there_is_an_error() {
    assert_snapshot!(Fh::decode("--layers base64,zlib").arg(RECORD).run(), @"
    ------- stderr -------
    fh: fixtures/records/record.txt: line 1, record 1: zlib: the data does not have this layer at byte 0
      hint: omit `--layers` to detect the layers
    [exit status: 1]
    ");
    assert_snapshot!(Fh::decode("--layers gzip --explain").arg(RECORD).run(), @"
    fixtures/records/record.txt:1 · record 1
      not decoded
      error: gzip: the data does not have this layer at byte 0
        hint: omit `--layers` to detect the layers

    ------- stderr -------
    fh: fixtures/records/record.txt: line 1, record 1: gzip: the data does not have this layer at byte 0
      hint: omit `--layers` to detect the layers
    [exit status: 1]
    ");
    assert_snapshot!(Fh::decode("--layers base64,base64 --records 1").arg(PLAIN).run(), @"
    ------- stderr -------
    fh: fixtures/records/plain-json.b64: line 1, record 1: base64: plain text, not base64
      hint: encode it where it is written; `--layers none` shows it as it is
    [exit status: 1]
    ");
}

#[test]
fn records_picks_by_number() {
    let pick = |list: &str| Fh::decode("--records").arg(list).arg(PLAIN).run().success();
    assert_eq!(pick("2"), lines(&[T1]));
    assert_eq!(pick("3,1"), lines(&[T0, T2]));
    assert_eq!(pick("1,1-2"), lines(&[T0, T1]));
    assert_eq!(pick("2-"), lines(&[T1, T2]));
    assert_eq!(pick("3,7-9"), lines(&[T2]));
    let raw = Fh::decode("--records 3,7-9 --raw fixtures/logs/node-more-items.txt").run();
    assert_eq!(raw.success(), r#"{"n":2}{"n":6}{"n":7}{"n":8}"#);
}

#[test]
fn records_that_are_not_there_are_an_error() {
    assert_snapshot!(Fh::decode("--records 7-9").arg(PLAIN).run(), @"
    ------- stderr -------
    fh: `--records` selects nothing: the input has 3 records
      hint: records count from 1 in each input
    [exit status: 2]
    ");
    assert_snapshot!(Fh::decode("--records 9").arg(PLAIN).arg(EVENT).run(), @"
    ------- stderr -------
    fh: `--records` selects nothing: the input has 6 records
      hint: records count from 1 in each input
    [exit status: 2]
    ");
}

#[test]
fn errors_are_counted_among_the_records_that_were_picked() {
    let broken = "fixtures/records/broken-base64.b64";
    assert_snapshot!(Fh::decode("--records 2").arg(broken).run(), @"
    ------- stderr -------
    fh: fixtures/records/broken-base64.b64: line 2, record 2: base64: byte `!` is not base64 at byte 40
      hint: if it is plain text, show it with `--layers none`
    [exit status: 1]
    ");
    assert_snapshot!(Fh::decode("--records 5-6").arg(broken).run(), @r#"
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    ------- stderr -------
    fh: fixtures/records/broken-base64.b64: line 5, record 5: base64: space inside the text at byte 19
      hint: a `+` may have become a space (form or URL decoding); copy the record again
    fh: 1 of 2 records with problems
    [exit status: 1]
    "#);
}
