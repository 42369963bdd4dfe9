//! What is read in which form.

use std::borrow::Cow;

use super::*;
use proptest::prelude::*;

/// Messages with their times and streams.
fn read(text: &str) -> Vec<(Option<i64>, Option<String>, String)> {
    let mut all = Vec::new();
    let mut keep = |event: LogEvent<'_>| {
        let message = String::from_utf8_lossy(&event.message).into_owned();
        all.push((event.timestamp, event.stream.map(Cow::into_owned), message));
    };
    let read = LogReader::default().read(text.as_bytes(), InputState::Over, &mut keep);
    assert_eq!(read, text.len());
    all
}

fn messages(text: &str) -> Vec<String> {
    read(text).into_iter().map(|(_, _, message)| message).collect()
}

#[test]
fn objects_of_the_api_are_read_a_line_each_or_as_a_document() {
    let one = r#"{"logStreamName":"s","timestamp":1795341600101,"message":"a\tb\n","ingestionTime":2,"eventId":"1"}"#;
    let two = r#"{"timestamp":1795341600102,"message":"caf\u00e9","logStreamName":"s"}"#;
    let expected = vec![
        (Some(1_795_341_600_101), Some("s".to_owned()), "a\tb\n".to_owned()),
        (Some(1_795_341_600_102), Some("s".to_owned()), "café".to_owned()),
    ];
    assert_eq!(read(&format!("{one}\n{two}\n")), expected);
    assert_eq!(read(&format!("{{\"events\":[{one},{two}],\"searchedLogStreams\":[]}}")), expected);
    assert_eq!(read(&format!("{{\n \"events\": [\n{one},\n{two}\n]\n}}\n")), expected);
    assert_eq!(read(&format!("[{one},\n{two}]")), expected);
    let envelope =
        r#"{"logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1,"message":"m"}]}"#;
    assert_eq!(read(envelope), [(Some(1), Some("s".to_owned()), "m".to_owned())]);
}

#[test]
fn lines_that_a_function_wrote_in_json_are_messages() {
    let line = r#"{"timestamp":"2026-11-22T10:00:00.123Z","level":"INFO","message":"order","requestId":"1"}"#;
    assert_eq!(read(line), [(Some(1_795_341_600_123), None, line.to_owned())]);
    let line = r#"{"time":"2026-11-22T10:00:00.123Z","type":"platform.start","record":{}}"#;
    assert_eq!(read(line), [(Some(1_795_341_600_123), None, line.to_owned())]);
}

#[test]
fn what_aws_logs_tail_prints_is_read_with_its_streams() {
    let text = "2026-11-22T10:00:00.101000+00:00 2026/11/22/[$LATEST]3f8a START RequestId: 1\n\
                2026-11-22T10:00:00.123000+00:00 2026/11/22/[$LATEST]3f8a event {\n  a: 1\n}\n";
    let stream = Some("2026/11/22/[$LATEST]3f8a".to_owned());
    assert_eq!(
        read(text),
        [
            (Some(1_795_341_600_101), stream.clone(), "START RequestId: 1".to_owned()),
            (Some(1_795_341_600_123), stream, "event {\n  a: 1\n}".to_owned()),
        ]
    );
    let short = "2026-11-22T10:00:00 one\n2026-11-22T10:00:01 two\n";
    assert_eq!(messages(short), ["one", "two"]);
}

#[test]
fn what_the_console_shows_and_downloads_is_read() {
    let paste = "Timestamp\tMessage\nNo older events at this moment. Retry\n\
                 2026-11-22T10:00:00.101Z\tSTART\n2026-11-22T12:00:00.123+02:00\ta\n  b\n\
                 No newer events at this moment. Retry\n";
    assert_eq!(messages(paste), ["START", "a\n  b"]);
    assert_eq!(
        messages("2026-11-22T10:00:00.101Z\nSTART\n2026-11-22T10:00:00.102Z\nb\nc\n"),
        ["START", "b\nc"]
    );
    let csv = "timestamp,message\n1795341600101,START RequestId: 1\n1795341600102,\"say \"\"no\"\", twice\nor not\n\"\n";
    assert_eq!(messages(csv), ["START RequestId: 1", "say \"no\", twice\nor not\n"]);
}

#[test]
fn output_of_serverless_has_local_times() {
    let id = "8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849";
    let two = format!("2026-11-22 15:30:00.109 (+05:30)\t{id}\tINFO\ta");
    let three = "2026-11-22 15:30:00.109\t[INFO]\ta\nb".to_owned();
    let four = format!("2026-11-22 15:30:00.109 - {id} - \nINFO\ta\nb");
    for message in [two, three, four] {
        let lines = format!("{message}\nEND - {id}\nREPORT - {id}\nDuration: 1 ms\t\n\nprint\n");
        let kolkata = jiff::tz::Offset::from_seconds(19_800).unwrap().to_time_zone();
        let mut all = Vec::new();
        let mut keep = |event: LogEvent<'_>| {
            all.push((event.timestamp, String::from_utf8_lossy(&event.message).into_owned()));
        };
        LogReader::in_zone(kolkata).read(lines.as_bytes(), InputState::Over, &mut keep);
        let untimed =
            [format!("END - {id}"), format!("REPORT - {id}\nDuration: 1 ms\t"), "print".to_owned()];
        let untimed = untimed.map(|message| (None, message));
        let expected: Vec<_> =
            [(Some(1_795_341_600_109), message)].into_iter().chain(untimed).collect();
        assert_eq!(all, expected);
    }
    // A function's own time is part of its message, whatever zone it is of.
    for own in ["2026-11-22 15:30:00.109  INFO Orders - a", "2026-11-22 15:30:00.109\torder\ta"] {
        assert_eq!(read(own), [(None, None, own.to_owned())]);
    }
}

#[test]
fn lines_of_a_runtime_stay_whole() {
    let node = "2026-11-22T10:00:00.123Z\t8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\tINFO\torder";
    assert_eq!(read(node), [(None, None, node.to_owned())]);
    let rust = "2026-11-22T10:00:00.123456Z  INFO orders: started";
    assert_eq!(messages(rust), [rust]);
    assert_eq!(messages("[INFO]\tx\n[1, 2\n\nthird\r\n"), ["[INFO]\tx", "[1, 2", "third"]);
}

#[test]
fn what_the_aws_cli_prints_as_text_is_read_with_its_fields() {
    let filtered = "EVENTS\t77\t1795341600900\ts\tSTART\n\t1795341600101\n\
                    EVENTS\t78\t1795341600901\ts\t[ERROR] a\n  b\tc\n\t1795341600102\n\
                    SEARCHEDLOGSTREAMS\ts\tTrue\n";
    let stream = Some("s".to_owned());
    let expected = [
        (Some(1_795_341_600_101), stream.clone(), "START\n".to_owned()),
        (Some(1_795_341_600_102), stream, "[ERROR] a\n  b\tc\n".to_owned()),
    ];
    assert_eq!(read(filtered), expected);
    let got = "b/3/s\tf/4/s\nEVENTS\t1795341600900\tone\ttab\t1795341600101\n\
               b/5/s\tf/6/s\nEVENTS\t1795341600900\ttwo\n\t1795341600101\n";
    assert_eq!(messages(got), ["one\ttab", "two\n"]);
    // What only begins so is all there.
    assert_eq!(messages("EVENTS\tof the day\nnext\n"), ["EVENTS\tof the day", "next"]);
    assert_eq!(messages("one\nEVENTS\t1\t1795341600900\ts\tm\t1795341600101\n").len(), 2);
}

#[test]
fn results_of_insights_are_put_in_order() {
    let cell = |field: &str, value: &str| format!(r#"{{"field":"{field}","value":"{value}"}}"#);
    let row = |time: &str, message: &str| {
        let cells = [cell("@timestamp", time), cell("@message", message), cell("@ptr", "p")];
        format!("[{}]", cells.join(","))
    };
    let rows = [row("2026-11-22 10:00:01.000", "two\\n"), row("2026-11-22 10:00:00.000", "one")];
    let answer = format!(r#"{{"results":[{}],"status":"Complete"}}"#, rows.join(","));
    let expected = [
        (Some(1_795_341_600_000), None, "one".to_owned()),
        (Some(1_795_341_601_000), None, "two\n".to_owned()),
    ];
    assert_eq!(read(&answer), expected);
    let csv =
        "@timestamp,@message\n2026-11-22 10:00:01.000,\"two\n\"\n2026-11-22 10:00:00.000,one\n";
    assert_eq!(read(csv), expected);
    // Of one time: as they came. Without messages: a line.
    assert_eq!(messages("timestamp,message\n1,a\n1,b\n"), ["a", "b"]);
    let counts = r#"{"results":[[{"field":"count(*)","value":"7"}]],"status":"Complete"}"#;
    assert_eq!(messages(counts), [counts]);
}

#[test]
fn what_is_too_much_to_be_put_in_order_is_shown_and_reported() {
    let message = "m".repeat(1024 * 1024);
    let rows = (0..70).map(|number| format!("{},{number}{message}\n", 170 - number));
    let text: String = ["timestamp,message\n".to_owned()].into_iter().chain(rows).collect();
    let mut log_reader = LogReader::default();
    let mut times = Vec::new();
    let mut keep = |event: LogEvent<'_>| times.extend(event.timestamp);
    assert_eq!(log_reader.read(text.as_bytes(), InputState::Over, &mut keep), text.len());
    times.sort_unstable();
    assert_eq!(times, (101..=170).collect::<Vec<_>>());
    assert!(
        log_reader.problem().is_some_and(|it| it.to_string().contains("newest events come first"))
    );
}

proptest! {
    #[test]
    fn it_does_not_matter_where_the_bytes_are_cut(
        text in prop::sample::select(vec![
            "{\"timestamp\":1,\"message\":\"a\"}\n{\"timestamp\":2,\"message\":\"b\"}\n",
            "{\n\"events\": [{\"timestamp\":1,\"message\":\"a\"}]}",
            "2026-11-22T10:00:00.101Z\ta\nb\n2026-11-22T10:00:00.102Z\tc\n",
            "timestamp,message\n1,\"a\"\"\nb\"\n2,c\n",
            "one\ntwo\n",
            "EVENTS\t1\t1795341600900\ts\ta\nb\n\t1795341600101\nSEARCHEDLOGSTREAMS\ts\tTrue\nEVENTS\t1795341600900\tc\t1795341600101\n",
            "@timestamp,@message\n2026-11-22 10:00:01.000,b\n2026-11-22 10:00:00.000,a\n",
            "START\n2026-11-22 10:00:00.109\tINFO\ta\n b\nEND Duration: 1 ms Memory Used: 1 MB\n",
            "REPORT - 8f507cfc-91d4-4e2b-a6c3-5b0e7d21f849\nDuration: 1 ms\t\n\nprint\n",
        ]),
        cut in 0usize..90,
    ) {
        let whole = messages(text);
        let mut log_reader = LogReader::default();
        let mut all = Vec::new();
        let mut keep = |event: LogEvent<'_>| all.push(String::from_utf8_lossy(&event.message).into_owned());
        let read = log_reader.read(text.as_bytes().get(..cut).unwrap_or(text.as_bytes()), InputState::More, &mut keep);
        let rest = text.as_bytes().get(read..).unwrap_or_default();
        prop_assert_eq!(log_reader.read(rest, InputState::Over, &mut keep), rest.len());
        prop_assert_eq!(all, whole);
    }

    #[test]
    fn no_bytes_make_it_panic_or_stand_still(bytes in any::<Vec<u8>>(), head in prop::sample::select(vec!["", "{", "[", "timestamp,message\n", "2026-11-22T10:00:00.101Z\t", "EVENTS\t1\t1795341600900\ts\t"])) {
        let mut all = head.as_bytes().to_vec();
        all.extend(bytes);
        let read = LogReader::default().read(&all, InputState::Over, &mut |_| {});
        prop_assert_eq!(read, all.len());
    }
}
