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

#[test]
fn wide_characters_keep_a_table_within_the_terminal() {
    let texts = ["注文番号は東京の倉庫から出荷されました", "🍣🍣🍣🍣🍣🍣🍣🍣🍣🍣", "ascii"];
    let input: String = texts.iter().map(|text| record(text, text)).collect();
    for words in ["decode --output table -", "failures --records --output table -"] {
        for columns in [60, 80] {
            let output = Fh::new().args(words).stdin(input.clone()).on_terminal(columns);
            let text = output.text();
            let rows: Vec<_> = text.lines().filter(|line| line.starts_with(' ')).collect();
            assert_eq!(rows.len(), 4, "{output}");
            let at = rows[0].find("content").unwrap();
            for (row, content) in rows.iter().skip(1).zip(texts) {
                assert!(row.width() <= usize::from(columns), "{row}");
                let first = content.chars().next().unwrap();
                let before = row.split(first).next().unwrap();
                let is_cell = before.width() == at || first == 'a';
                assert!(is_cell, "{row}");
            }
        }
    }
}

#[test]
fn a_table_of_any_length_is_closed_before_it_is_too_large() {
    let data = "x".repeat(3 * 1024 * 1024);
    let input = record(&data, "m").repeat(3);
    let output = Fh::decode("--output table").stdin(input).run();
    assert_eq!(output.text().matches(&data).count(), 3);
    assert_eq!(output.text().matches(" place ").count(), 2);
}
