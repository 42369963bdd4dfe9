//! `--output table`: whole in a pipe, within its columns on a terminal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use unicode_width::UnicodeWidthStr as _;

use crate::harness::{Fh, Output};

/// Longer than any column is by default.
const LONG: usize = 9000;

/// A failure record with this data, whose other fields are long too.
fn record(data: &str, message: &str) -> String {
    format!(
        "{{\"rawData\":\"{}\",\"errorCode\":\"Lambda.FunctionError\",\"errorMessage\":\"{message}\",\
         \"attemptsMade\":4,\"arrivalTimestamp\":1795341600123,\
         \"lambdaArn\":\"arn:aws:lambda:eu-west-1:111122223333:function:orders-transform:live\"}}\n",
        STANDARD.encode(data)
    )
}

#[track_caller]
fn assert_whole(output: &Output, cells: &[&str]) {
    let text = output.text();
    assert!(!text.contains('…'), "{output}");
    for cell in cells {
        assert!(text.contains(cell), "{cell} in {output}");
    }
}

#[test]
fn in_a_pipe_no_cell_is_cut_and_no_column_is_left_out() {
    let data = format!("{{\"text\":\"{}\"}}", "x".repeat(LONG));
    let message = "m ".repeat(300) + "end";
    let input = record(&data, &message);
    let decode = Fh::decode("--output table").stdin(input.clone()).run();
    assert_whole(&decode, &["place", "record", "layers", "type", "bytes", "content", &data]);
    let records = Fh::new().args("failures --records --output table").stdin(input.clone()).run();
    assert_whole(&records, &["place", "arrived", "code", "attempts", "content", &data]);
    let kinds = Fh::new().args("failures --output table").stdin(input).run();
    let heads = ["records", "code", "attempts", "function", "first", "last", "message"];
    assert_whole(&kinds, &heads);
    assert_whole(&kinds, &["orders-transform:live", message.get(..200).unwrap()]);
    let explain = Fh::new().args("explain --list --output table").run();
    assert_whole(&explain, &["code", "attempts", "evidence", "what happened"]);
    let list = Fh::new().args("event --list --output table").run();
    assert!(!list.text().contains('…'), "{list}");
}

#[test]
fn in_a_pipe_the_record_ids_of_a_response_are_whole() {
    let id = "4".repeat(90);
    let event = format!(
        "{{\"invocationId\":\"1\",\"deliveryStreamArn\":\"arn:aws:firehose:eu-west-1:111122223333:\
         deliverystream/orders\",\"region\":\"eu-west-1\",\"records\":[{{\"recordId\":\"{id}\",\
         \"approximateArrivalTimestamp\":1795341600123,\"data\":\"eyJhIjoxfQo=\"}}]}}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let event = file("event", &event);
    let response =
        file("response", &format!("{{\"records\":[{{\"recordId\":\"{id}\",\"result\":\"ok\"}}]}}"));
    for format in ["table", "text"] {
        let check = Fh::new().args("check --output").arg(format).arg("--event").arg(&event);
        assert_whole(&check.arg("--response").arg(&response).run(), &[&id]);
    }
}

/// Texts whose characters fill two columns, and one whose characters fill one.
const TEXTS: [&str; 3] =
    ["注文番号は東京の倉庫から出荷されました", "🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣", "ascii"];

#[test]
fn wide_characters_keep_a_table_within_the_terminal() {
    let input: String = TEXTS.iter().map(|text| record(text, text)).collect();
    for words in ["decode --output table -", "failures --records --output table -"] {
        for columns in [70, 80] {
            let output = Fh::new().args(words).stdin(input.clone()).on_terminal(columns);
            let text = output.text();
            let is_row = |line: &&str| line.starts_with(' ') && !line.contains("No room for");
            let rows: Vec<_> = text.lines().filter(is_row).collect();
            assert_eq!(rows.len(), 4, "{output}");
            let at = rows[0].find("content").unwrap();
            for (row, content) in rows.iter().skip(1).zip(TEXTS) {
                assert!(row.width() <= usize::from(columns), "{row}");
                let first = content.chars().next().unwrap();
                let before = row.split(first).next().unwrap();
                let is_cell = before.width() == at || first == 'a';
                assert!(is_cell, "{row}");
            }
        }
    }
}

/// What a command shows on terminals of these widths.
fn at_widths(fh: impl Fn() -> Fh) -> String {
    let screen = |columns: u16| format!("{columns}\n{}", fh().on_terminal(columns));
    [40, 80, 100, 180].map(screen).join("\n")
}

#[test]
fn times_and_codes_of_failures_are_whole_at_every_width() {
    let input: String = TEXTS.iter().map(|text| record(text, text)).collect();
    let records = || Fh::new().args("failures --records --output table --utc -").stdin(&*input);
    insta::assert_snapshot!(at_widths(records), @"
    40
    arrived: 2026-11-22 10:00:00 +00:00
    code: Lambda.FunctionError  attempts: 4
    place: -:1
    content:
      注文番号は東京の倉庫から出荷されました

    arrived: 2026-11-22 10:00:00 +00:00
    code: Lambda.FunctionError  attempts: 4
    place: -:2
    content: 🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣

    arrived: 2026-11-22 10:00:00 +00:00
    code: Lambda.FunctionError  attempts: 4
    place: -:3
    content: ascii
    [exit status: 0]
    80
     arrived                     code                  place  content
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  -:1    注文番号は東京の倉庫…
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  -:2    🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  -:3    ascii
     No room for: attempts
    [exit status: 0]
    100
     arrived                     code                  attempts  place  content
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  4         -:1    注文番号は東京の倉庫から出荷さ…
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  4         -:2    🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  4         -:3    ascii
    [exit status: 0]
    180
     arrived                     code                  attempts  place  content
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  4         -:1    注文番号は東京の倉庫から出荷されました
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  4         -:2    🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣
     2026-11-22 10:00:00 +00:00  Lambda.FunctionError  4         -:3    ascii
    [exit status: 0]
    ");
    let kinds = || Fh::new().args("failures --output table --utc -").stdin(&*input);
    insta::assert_snapshot!(at_widths(kinds), @"
    40
    records: 1  code: Lambda.FunctionError
    attempts: 4
    function: orders-transform:live
    first: 2026-11-22 10:00:00 +00:00
    last: 2026-11-22 10:00:00 +00:00
    message: ascii

    records: 1  code: Lambda.FunctionError
    attempts: 4
    function: orders-transform:live
    first: 2026-11-22 10:00:00 +00:00
    last: 2026-11-22 10:00:00 +00:00
    message:
      注文番号は東京の倉庫から出荷されました

    records: 1  code: Lambda.FunctionError
    attempts: 4
    function: orders-transform:live
    first: 2026-11-22 10:00:00 +00:00
    last: 2026-11-22 10:00:00 +00:00
    message: 🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣
    [exit status: 0]
    80
     records  code                  first                       message
           1  Lambda.FunctionError  2026-11-22 10:00:00 +00:00  ascii
           1  Lambda.FunctionError  2026-11-22 10:00:00 +00:00  注文番号は東京の倉…
           1  Lambda.FunctionError  2026-11-22 10:00:00 +00:00  🍣🍣🍣🍣🍣🍣🍣🍣🍣…
     No room for: attempts, function, last
    [exit status: 0]
    100
     records  code                  attempts  first                       message
           1  Lambda.FunctionError  4         2026-11-22 10:00:00 +00:00  ascii
           1  Lambda.FunctionError  4         2026-11-22 10:00:00 +00:00  注文番号は東京の倉庫から出荷…
           1  Lambda.FunctionError  4         2026-11-22 10:00:00 +00:00  🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣
     No room for: function, last
    [exit status: 0]
    180
     records  code                  attempts  function               first                       last                        message
           1  Lambda.FunctionError  4         orders-transform:live  2026-11-22 10:00:00 +00:00  2026-11-22 10:00:00 +00:00  ascii
           1  Lambda.FunctionError  4         orders-transform:live  2026-11-22 10:00:00 +00:00  2026-11-22 10:00:00 +00:00  注文番号は東京の倉庫から出荷されました
           1  Lambda.FunctionError  4         orders-transform:live  2026-11-22 10:00:00 +00:00  2026-11-22 10:00:00 +00:00  🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣
    [exit status: 0]
    ");
}

#[test]
fn times_and_requests_of_invocations_are_whole_at_every_width() {
    let log = "fixtures/logs/filter-log-events.json";
    let fh = || Fh::new().args("logs --utc --invocations --output table").arg(log);
    insta::assert_snapshot!(at_widths(fh), @"
    40
    time: 2026-11-22 10:00:00.123
    request:
      8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849
    status: ok  duration: 212.48 ms
    memory: 71 of 128 MB  records: 3 in
    [exit status: 0]
    80
     time                     request                             status   duration
     2026-11-22 10:00:00.123  …07cfc-91d4-4e2b-a6c3-5b0e7d21f849  ok      212.48 ms
     No room for: memory, records
    [exit status: 0]
    100
     time                     request                               status   duration        memory
     2026-11-22 10:00:00.123  8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849  ok      212.48 ms  71 of 128 MB
     No room for: records
    [exit status: 0]
    180
     time                     request                               status   duration        memory  records
     2026-11-22 10:00:00.123  8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849  ok      212.48 ms  71 of 128 MB  3 in
    [exit status: 0]
    ");
}

#[test]
fn ids_and_codes_of_a_response_are_whole_where_a_row_is_a_block() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let ids = [1, 2].map(|number| format!("4963097979210324139070218582201{number:037}"));
    let records = ids.clone().map(|id| {
        format!(
            "{{\"recordId\":\"{id}\",\"approximateArrivalTimestamp\":1795341600123,\
             \"data\":\"{}\"}}",
            STANDARD.encode("注文番号は東京の倉庫から出荷されました🍣")
        )
    });
    let event = format!(
        "{{\"invocationId\":\"1\",\"deliveryStreamArn\":\"arn:aws:firehose:eu-west-1:111122223333:\
         deliverystream/orders\",\"region\":\"eu-west-1\",\"records\":[{}]}}",
        records.join(",")
    );
    let [event, response] = [
        file("event", &event),
        file(
            "response",
            &format!(
                "{{\"records\":[{{\"recordId\":\"{}\",\"result\":\"Ok\",\"data\":\"{}\"}}]}}",
                ids[0],
                STANDARD.encode("注文番号")
            ),
        ),
    ];
    let check = || {
        let check = Fh::new().args("check --output table --event").arg(&event);
        check.arg("--response").arg(&response)
    };
    insta::assert_snapshot!(at_widths(check), @"
    40
    record: 1
    recordId:
      49630979792103241390702185822010000000000000000000000000000000000001
    fate: delivered  bytes in: 61
    bytes out: 12

    record: 2
    recordId:
      49630979792103241390702185822010000000000000000000000000000000000002
    fate: failed
    error code: Lambda.MissingRecordId
    attempts: 1  bytes in: 61

    severity: error  rule: record-missing
    places: 1
    first place: /records: the response has
      no record with this recordId

    severity: warning  rule: no-newline
    places: 1
    first place: /records/0/data: the
      payload does not end with a newline
    [exit status: 1]
    80
     record  recordId                   fate       error code              attempts
          1  …000000000000000000000001  delivered
          2  …000000000000000000000002  failed     Lambda.MissingRecordId         1
     No room for: bytes in, bytes out

     severity  rule            places  first place
     error     record-missing       1  /records: the response has no record with t…
     warning   no-newline           1  /records/0/data: the payload does not end w…
    [exit status: 1]
    100
     record  recordId                  fate       error code              attempts  bytes in  bytes out
          1  …00000000000000000000001  delivered                                          61         12
          2  …00000000000000000000002  failed     Lambda.MissingRecordId         1        61

     severity  rule            places  first place
     error     record-missing       1  /records: the response has no record with this recordId
     warning   no-newline           1  /records/0/data: the payload does not end with a newline
    [exit status: 1]
    180
     record  recordId                                                              fate       error code              attempts  bytes in  bytes out
          1  49630979792103241390702185822010000000000000000000000000000000000001  delivered                                          61         12
          2  49630979792103241390702185822010000000000000000000000000000000000002  failed     Lambda.MissingRecordId         1        61

     severity  rule            places  first place
     error     record-missing       1  /records: the response has no record with this recordId
     warning   no-newline           1  /records/0/data: the payload does not end with a newline
    [exit status: 1]
    ");
}

#[test]
fn a_table_of_any_length_is_closed_before_it_is_too_large() {
    let data = "x".repeat(3 * 1024 * 1024);
    let input = record(&data, "m").repeat(3);
    let output = Fh::decode("--output table").stdin(input).run();
    assert_eq!(output.text().matches(&data).count(), 3);
    assert_eq!(output.text().matches(" place ").count(), 2);
}
