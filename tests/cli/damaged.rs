//! A damaged record among failure records: every command that reads them names
//! its place, and takes all the others.

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Fh, Output};

/// A failure record as Firehose writes it.
fn record(id: u32) -> String {
    let data = ["eyJpZCI6MH0=", "eyJpZCI6MX0=", "eyJpZCI6Mn0=", "eyJpZCI6M30="]
        .get(id as usize)
        .copied()
        .unwrap_or_default();
    format!(
        "{{\"attemptsMade\":4,\"arrivalTimestamp\":1795341600123,\"errorCode\":\"Lambda.FunctionError\",\
         \"errorMessage\":\"m\",\"attemptEndingTimestamp\":1795341688540,\"rawData\":\"{data}\",\
         \"lambdaArn\":\"arn:aws:lambda:eu-west-1:111122223333:function:f\"}}"
    )
}

fn pretty(id: u32) -> String {
    record(id).replace(",\"", ",\n  \"").replace("{\"", "{\n  \"").replace("\"}", "\"\n}")
}

/// The part of a record before `mark`, with it.
fn up_to(record: &str, mark: &str) -> String {
    let end = record.find(mark).map_or(0, |at| at + mark.len());
    record.get(..end).unwrap_or_default().to_owned()
}

/// The second record with `with` over each byte of `part`.
fn over(part: &str, with: &str) -> String {
    record(1).replacen(part, &with.repeat(part.len()), 1)
}

/// Commands that take any input: of one that does not start with a failure record
/// they call damaged only what has a key of one.
const ANY_INPUT: [&str; 2] = ["decode", "explain"];

/// What may have become of the second of four records, in the middle of them.
fn damages() -> Vec<(&'static str, Vec<u8>)> {
    let lost = record(1);
    let lost = lost.find("wData").and_then(|at| lost.get(at..)).unwrap_or_default().to_owned();
    vec![
        ("cut in a value", up_to(&record(1), "\"Lambda.F").into_bytes()),
        ("cut behind a colon", up_to(&record(1), "\"rawData\":").into_bytes()),
        ("cut behind a comma", up_to(&record(1), "\"attemptsMade\":4,").into_bytes()),
        ("cut behind the bracket", b"{".to_vec()),
        ("not JSON", b"503 Service Unavailable".to_vec()),
        ("binary", vec![0x80, 0x99, 3, 4, 0xff, 0xfe]),
        ("NUL bytes", vec![0; 40]),
        ("NUL bytes in a key", over("ttemptsMade", "\0").into_bytes()),
        ("NUL bytes over a key", over("\"attemptsMade\"", "\0").into_bytes()),
        ("NUL bytes over a value", over("Lambda.Fun", "\0").into_bytes()),
        ("a control character in a value", over("Fun", "\u{b}").into_bytes()),
        ("its beginning is lost", lost.into_bytes()),
        ("its data has another key", record(1).replace("rawData", "rawdata").into_bytes()),
        ("an array", b"[1,2]".to_vec()),
        ("a string", b"\"text\"".to_vec()),
        ("a number", b"42".to_vec()),
    ]
}

fn lines(parts: &[&[u8]], end: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for part in parts {
        all.extend_from_slice(part);
        all.extend_from_slice(end.as_bytes());
    }
    all
}

/// Runs the commands that read failure records; each has to find `records`, name
/// the line, and end with 1, but for those that may take the damage for other
/// data.
#[track_caller]
fn assert_named(what: &str, input: &[u8], records: usize, line: usize, unless: &[&str]) {
    let failures = Fh::new().args("failures --records --output ndjson").stdin(input).run();
    let decode = Fh::decode("--output ndjson").stdin(input).run();
    let event = Fh::new().args("event --from-failures - --seed 1").stdin(input).run();
    let explain = Fh::new().args("explain -").stdin(input).run();
    let place = format!("fh: standard input: line {line}, record ");
    for (command, output) in [("failures", &failures), ("decode", &decode)] {
        let is_named = output.errors().contains(&place);
        assert_eq!(is_named, !unless.contains(&command), "{what}: {output}");
    }
    let count = |output: &Output, mark: &str| output.text().matches(mark).count();
    assert_eq!(count(&failures, "\"errorCode\":"), 2 * records, "{what}: {failures}");
    assert_eq!(count(&decode, "\"envelope\":\"failure\""), records, "{what}: {decode}");
    assert_eq!(count(&event, "\"recordId\":"), records, "{what}: {event}");
    for (command, output) in [("failures", failures), ("decode", decode), ("event", event)] {
        let code = i32::from(!unless.contains(&command));
        assert_eq!(output.code(), code, "{what}: {output}");
    }
    // A code is all that this one looks for.
    if !input.windows(9).any(|it| it == b"\"rawdata\"") {
        let code = i32::from(!unless.contains(&"explain"));
        assert_eq!(explain.code(), code, "{what}: {explain}");
    }
}

#[test]
fn a_damaged_line_is_named_and_the_others_are_read() {
    let good = [record(0), record(2), record(3)];
    let [first, second, third] = good.each_ref().map(String::as_bytes);
    for (what, damage) in damages() {
        for end in ["\n", "\r\n"] {
            assert_named(what, &lines(&[first, &damage, second, third], end), 3, 2, &[]);
            assert_named(what, &lines(&[first, second, third, &damage], end), 3, 4, &[]);
        }
        let has_key = [&b"\"rawData\""[..], b"\"attemptsMade\""]
            .iter()
            .any(|key| damage.windows(key.len()).any(|it| it == *key));
        let unless: &[&str] = if has_key { &[] } else { &ANY_INPUT };
        assert_named(what, &lines(&[&damage, first, second], "\n"), 2, 1, unless);
    }
    // A whole object of another kind: no cut makes that.
    let empty = b"{\"records\":[]}";
    assert_named("an empty event", &lines(&[first, empty, second], "\n"), 2, 2, &ANY_INPUT);
}

#[test]
fn objects_without_newlines_continue_after_the_damage() {
    let good = [record(0), record(2), record(3)];
    let [first, second, third] = good.each_ref().map(String::as_bytes);
    for (what, damage) in damages() {
        assert_named(what, &lines(&[first, &damage, second, third], ""), 3, 1, &[]);
        assert_named(what, &lines(&[first, second, third, &damage], ""), 3, 1, &[]);
    }
}

#[test]
fn objects_on_many_lines_continue_after_the_damage() {
    let good = [pretty(0), pretty(2), pretty(3)];
    let [first, second, third] = good.each_ref().map(String::as_bytes);
    let line = 1 + good.first().map_or(0, |it| it.lines().count());
    for mark in ["\"Lambda.F", "\"rawData\":", "\"attemptsMade\":4,\n", "{\n"] {
        let cut = up_to(&pretty(1), mark);
        assert_named(mark, &lines(&[first, cut.as_bytes(), second, third], "\n"), 3, line, &[]);
    }
    let pretty = pretty(1);
    let lost = pretty.get(40..).unwrap_or_default();
    assert_named("lost", &lines(&[first, lost.as_bytes(), second, third], "\n"), 3, line, &[]);
}

#[test]
fn an_input_without_a_failure_record_is_other_data() {
    let output = Fh::new().args("failures").stdin("{\"a\":1}\ntext\n").run();
    assert_eq!(output.code(), 2, "{output}");
    assert!(output.errors().contains("no failure records in the input"), "{output}");
    let output = Fh::decode("").stdin("{\"a\":1}\ntext\n").run();
    assert_eq!(output.success(), "{\"a\":1}\ntext\n");
}

#[test]
fn a_log_with_a_failure_record_printed_in_it_is_a_log() {
    let log = format!("START RequestId: 1\n[INFO] failed: {}\nEND RequestId: 1\n", record(0));
    let output = Fh::decode("").stdin(log).run();
    assert_eq!(output.success().lines().count(), 3, "{output}");
}

#[test]
fn a_failure_record_on_a_line_of_its_own_in_a_log_damages_nothing() {
    let log = format!("START RequestId: 1\n{}\nEND RequestId: 1\n", record(0));
    let output = Fh::decode("").stdin(log.clone()).run();
    assert_eq!(output.success().lines().count(), 3, "{output}");
    let output = Fh::new().args("explain -").stdin(log.clone()).run();
    assert_eq!(output.code(), 0, "{output}");
    // What has a key of a failure record was one, also there.
    let edited = record(1).replace("rawData", "rawdata");
    let output = Fh::decode("").stdin(format!("{log}{edited}\n")).run();
    assert_eq!(output.code(), 1, "{output}");
    assert!(output.errors().contains("line 4, record 4: not a failure record"), "{output}");
    // The user said that these are failure records.
    for words in ["decode --input-format failures", "failures"] {
        let output = Fh::new().args(words).stdin(log.clone()).run();
        assert_eq!(output.code(), 1, "{output}");
        assert!(output.errors().contains("line 1, record 1"), "{output}");
        assert!(output.errors().contains("line 3, record 3"), "{output}");
    }
}

#[test]
fn an_input_that_starts_with_a_damaged_record_is_one_of_failure_records() {
    let cut = up_to(&record(1), "\"Lambda.F");
    let input = format!("{cut}\n{}\n503 Service Unavailable\n", record(0));
    let decode = Fh::decode("").stdin(input.clone()).run();
    assert!(decode.errors().contains("line 3, record 3: not a failure record"), "{decode}");
    let explain = Fh::new().args("explain -").stdin(input).run();
    assert!(explain.errors().contains("first on line 3"), "{explain}");
}

#[test]
fn failure_records_and_what_was_delivered_can_be_decoded_together() {
    let delivered = "{\"id\":7}\n".repeat(30);
    for input in [
        format!("{}\n{}\n{delivered}", record(0), record(1)),
        format!("{delivered}{}\n{}\n", record(0), record(1)),
        format!("{}{}{delivered}", record(0), record(1)),
    ] {
        let output = Fh::decode("").stdin(input.clone()).run();
        assert_eq!(output.success().lines().count(), 32, "{output}");
        let output = Fh::new().args("failures").stdin(input).run();
        assert_eq!(output.code(), 1, "{output}");
    }
}

#[test]
fn many_damaged_lines_are_counted() {
    let input = format!("{}\n{}", record(0), "text\n".repeat(25));
    let failures = Fh::new().args("failures --output table").stdin(input.clone()).run();
    assert_eq!(failures.errors().matches("not a failure record").count(), 10, "{failures}");
    let more = "fh: standard input: 15 more lines that are not failure records";
    assert!(failures.errors().contains(more), "{failures}");
    let decode = Fh::decode("").stdin(input).run();
    assert_eq!(decode.errors().matches("not a failure record").count(), 10, "{decode}");
    assert!(decode.errors().contains(more), "{decode}");
    assert!(decode.errors().contains("fh: 25 of 26 records with problems"), "{decode}");
}

#[test]
fn objects_that_do_not_close_are_a_record_each() {
    let input = "\"rawData\",{\"b\":[1,\n".repeat(5000) + &record(0);
    let output = Fh::decode("--output ndjson").stdin(input).run();
    assert_eq!(output.text().lines().count(), 5001);
    assert_eq!(output.text().matches("\"envelope\":\"failure\"").count(), 1);
}

#[test]
fn a_kpl_aggregate_of_failure_records_is_not_cut_into_lines() {
    let data = format!("{}\n", record(0));
    // Of one record, with a partition key (1: "k"), its index and its data.
    let inner = [vec![8, 0, 26], varint(data.len()), data.into_bytes()].concat();
    let body = [vec![10, 1, b'k', 26], varint(inner.len()), inner].concat();
    let digest = <[u8; 16]>::from(<md5::Md5 as md5::Digest>::digest(&body));
    let aggregate = [&[0xf3, 0x89, 0x9a, 0xc2][..], &body, &digest].concat();
    let output = Fh::decode("--output ndjson").stdin(aggregate).run();
    assert_eq!(output.success().lines().count(), 1, "{output}");
    assert!(output.text().contains("kpl-aggregate"), "{output}");
}

/// Of less than 16,384.
fn varint(value: usize) -> Vec<u8> {
    let low = u8::try_from(value % 128).unwrap_or_default();
    let high = u8::try_from(value / 128).unwrap_or_default();
    if high == 0 { vec![low] } else { vec![low | 128, high] }
}

#[test]
fn messages_say_where_what_and_what_to_do() {
    let folder = TempDir::new().unwrap();
    let input = format!("{}\ntext\n{}\n", record(0), up_to(&record(1), "\"Lambda.F"));
    std::fs::write(folder.path().join("a.json"), input).unwrap();
    let run = |words: &str| Fh::new().args(words).current_dir(folder.path()).run();
    assert_snapshot!(run("failures --records a.json").errors(), @"
    fh: a.json: line 2, record 2: not a failure record, unlike others in this input
      hint: it may be a failure record that was truncated or edited; fetch the object again
    fh: a.json: line 3, record 3: JSON ends early at byte 72
      hint: the text was truncated or edited; the lines after it are read separately
    ");
}

#[test]
fn what_closes_a_damaged_list_is_part_of_the_damage() {
    let data = ["eyJhIjowfQ==", "eyJhIjoxfQ==", "eyJhIjoyfQ=="];
    let record = |id: usize| format!(r#"{{"recordId": "{id}", "data": "{}"}}"#, data[id]);
    let event = format!(r#"{{"records": [{}, {}, {}]}}"#, record(0), record(1), record(2));
    let pretty =
        event.replace(", {", ",\n  {").replace(['[', ']'], "\n  ").replace("s\": ", "s\": [");
    let pretty = pretty.replace("\n  }", "\n  ]\n}");
    for whole in [event, pretty] {
        for (from, to) in [("\"1\", ", "\"1\" "), ("\"1\"", "\"1"), ("\"1\"", "1x")] {
            let text = whole.replace(from, to);
            let output = Fh::decode("-").stdin(text.as_str()).run();
            assert_eq!(output.text(), "{\"a\":0}\n{\"a\":2}\n", "{text}\n{output}");
            assert_eq!(output.code(), 1, "{text}");
            assert_eq!(output.errors().matches("JSON").count(), 1, "{text}\n{output}");
        }
    }
    // Without damage such a line is text.
    assert_eq!(Fh::decode("-").stdin("{\"a\":0}\n]}\n").run().text(), "{\"a\":0}\n]}\n");
}
