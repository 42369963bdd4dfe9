//! What is found of records in objects and logs.

use super::*;

fn witnesses(records: &[TracedRecord]) -> Witnesses {
    Witnesses { searcher: Searcher::new(records), expected: Vec::new() }
}

fn found(content: &[u8], role: ObjectRole, records: &[TracedRecord]) -> Vec<(usize, usize, usize)> {
    let found = look_into(content, role, &witnesses(records)).found;
    found.into_iter().map(|it| (it.record, it.number, it.of)).collect()
}

#[test]
fn a_delivered_record_has_its_place_among_values_or_lines() {
    let records = records(2);
    let (one, two) = (&records[0].payload, &records[1].payload);
    let glued = [b"{\"a\":1}".as_slice(), two, b"{\"b\":2}", one].concat();
    assert_eq!(found(&glued, ObjectRole::Delivered, &records), [(1, 2, 4), (0, 4, 4)]);
    let marker = records[0].marker.clone().unwrap();
    let lines = format!("a b\nc {marker} {marker}\nd\n");
    assert_eq!(found(lines.as_bytes(), ObjectRole::Delivered, &records), [(0, 2, 3)]);
    let all = look_into(&glued, ObjectRole::Delivered, &witnesses(&records)).found;
    assert_eq!((all[0].text.as_slice(), all[0].offset), (two.as_slice(), 7));
    assert_eq!((all[0].by, all[0].sure), (By::Marker, Confidence::Certain));
}

#[test]
fn records_with_the_same_bytes_are_found_as_often_as_they_are_there() {
    let record = TracedRecord { payload: Arc::new(b"keep this, 20 bytes".to_vec()), marker: None };
    let records = vec![record; 3];
    let glued = b"keep this, 20 bytes".repeat(3);
    let found = found(&glued, ObjectRole::Delivered, &records);
    assert_eq!(found, [(0, 1, 1), (0, 1, 1), (0, 1, 1)]);
}

#[test]
fn a_failure_record_is_known_by_its_raw_data_or_by_the_marker_in_it() {
    let mut records = records(2);
    records.push(TracedRecord { payload: Arc::new(b"x".to_vec()), marker: None });
    let marker = records[1].marker.clone().unwrap();
    let transformed = Gzip::new().compress(format!("({marker})").as_bytes());
    let payloads: [&[u8]; 4] = [b"other", &records[0].payload, &transformed, b"x"];
    let mut content = Vec::new();
    for payload in payloads {
        FailedRecord {
            payload,
            code: "Lambda.FunctionError",
            message: "m",
            attempts: 4,
            arrival: TEN,
            attempt_ending: TEN + MINUTE,
            function: Some("arn:f"),
        }
        .push(&mut content);
    }
    for role in [ObjectRole::Failures, ObjectRole::Delivered] {
        let found = look_into(&content, role, &witnesses(&records)).found;
        let by: Vec<_> = found.iter().map(|it| (it.record, it.number, it.by, it.sure)).collect();
        let expected = [
            (0, 2, By::RawData, Confidence::Certain),
            (1, 3, By::Marker, Confidence::Certain),
            (2, 4, By::RawData, Confidence::Likely),
        ];
        assert_eq!(by, expected);
        let failure = found[0].failure.as_ref().unwrap();
        assert_eq!((failure.code.as_str(), failure.attempts), ("Lambda.FunctionError", Some(4)));
    }
    assert_eq!(look_into(b"", ObjectRole::Failures, &witnesses(&records)), LookedInto::default());
}

#[test]
fn one_failure_record_may_hold_several_records_and_a_damaged_object_more() {
    let records = records(3);
    let marker = |at: usize| records[at].marker.clone().unwrap();
    let events =
        format!(r#"{{"logEvents":[{{"message":"{}"}},{{"message":"{}"}}]}}"#, marker(2), marker(0));
    let mut content = Vec::new();
    for payload in [Gzip::new().compress(events.as_bytes()), records[1].payload.to_vec()] {
        FailedRecord {
            payload: &payload,
            code: "Lambda.FunctionError",
            message: "m",
            attempts: 4,
            arrival: TEN,
            attempt_ending: TEN + MINUTE,
            function: Some("arn:f"),
        }
        .push(&mut content);
    }
    let whole = look_into(&content, ObjectRole::Failures, &witnesses(&records));
    let found: Vec<_> = whole.found.iter().map(|it| (it.record, it.number, it.of)).collect();
    assert_eq!((found, whole.gap), (vec![(2, 1, 2), (0, 1, 2), (1, 2, 2)], None));
    let cut = &content[..content.len() - 80];
    let cut = look_into(cut, ObjectRole::Failures, &witnesses(&records));
    assert_eq!(cut.found.iter().filter(|it| it.number == 1).count(), 2);
    assert!(cut.gap.is_some(), "{cut:?}");
}

#[test]
fn what_is_known_by_its_bytes_counts_only_if_it_is_new() {
    let record = TracedRecord { payload: Arc::new(b"keep this, 20 bytes".to_vec()), marker: None };
    let records = [record, records(1).remove(0)];
    let glued = [records[0].payload.as_slice(), b"\n", &records[1].payload].concat();
    let sure = |modified| {
        let looked = look_into(&glued, ObjectRole::Delivered, &witnesses(&records));
        looked.found.into_iter().map(|it| it.put_since(TEN, modified).sure).collect::<Vec<_>>()
    };
    let new = [Confidence::Likely, Confidence::Certain];
    let old = [Confidence::Possible, Confidence::Certain];
    assert_eq!(sure(Some(TEN + MINUTE)), new);
    // Seconds are all that S3 has.
    assert_eq!(sure(Some(TEN - 999)), new);
    assert_eq!(sure(Some(TEN - 1000)), old);
    assert_eq!(sure(None), old);
    // A failure record may be written late: its own time counts.
    let failed = |arrival| {
        let mut content = Vec::new();
        FailedRecord {
            payload: &records[0].payload,
            code: "Lambda.FunctionError",
            message: "m",
            attempts: 4,
            arrival,
            attempt_ending: TEN + MINUTE,
            function: Some("arn:f"),
        }
        .push(&mut content);
        let mut looked = look_into(&content, ObjectRole::Failures, &witnesses(&records));
        looked.found.remove(0).put_since(TEN, Some(TEN + MINUTE)).sure
    };
    assert_eq!(failed(TEN + 1), Confidence::Likely);
    assert_eq!(failed(TEN - MINUTE), Confidence::Possible);
}

#[test]
fn what_the_transform_returns_when_asked_is_found_among_other_records() {
    let records = records(2);
    let outputs: [(usize, [&[u8]; 2]); 2] = [
        (0, [br#"{"sum":"a1","at":1}"#, br#"{"sum":"a1","at":2}"#]),
        (1, [b"two lines\nof an output", b"two lines\nof an output"]),
    ];
    let expected = Expected::of(&outputs, None, None);
    let witnesses = Witnesses { searcher: Searcher::new(&records), expected };
    let json = br#"{"sum":"a0","at":3}{"sum":"a1","at":3}"#;
    let found = look_into(json, ObjectRole::Delivered, &witnesses).found;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].record, found[0].number, found[0].by), (0, 2, By::Output));
    let text = b"x\ntwo lines\nof an output\n";
    let found = look_into(text, ObjectRole::Delivered, &witnesses).found;
    assert_eq!((found[0].record, found[0].number), (1, 2));
    // A backup has what was put, not what was made of it.
    assert!(look_into(json, ObjectRole::Backup, &witnesses).found.is_empty());
}

#[test]
fn columns_are_not_searched() {
    let parquet = [b"PAR1\x15\x04\x15".as_slice(), &[0; 100], b"PAR1"].concat();
    let looked = look_into(&parquet, ObjectRole::Delivered, &witnesses(&records(1)));
    assert!(looked.gap.as_ref().is_some_and(|it| it.contains("Parquet")), "{looked:?}");
    let records = records(2);
    let marker = records[0].marker.as_ref().unwrap().to_string();
    let parquet = [b"PAR1\x15\x04\x15".as_slice(), marker.as_bytes(), &[0; 100], b"PAR1"].concat();
    let looked = look_into(&parquet, ObjectRole::Delivered, &witnesses(&records));
    assert_eq!((looked.found.len(), looked.gap.is_some()), (1, true), "{looked:?}");
}

#[test]
fn the_places_of_a_stream_are_told_apart_by_their_prefixes() {
    let mut stream = stream();
    let destination = stream.destination.as_mut().unwrap();
    let backup = S3Place { prefix: Some("source/".to_owned()), ..destination.s3.clone().unwrap() };
    destination.backup = Some(backup);
    let window = Window { since: Some(TEN), until: TEN };
    let zone = jiff::tz::TimeZone::UTC;
    let places = TracePlaces::new(&stream, window, Some(&zone)).unwrap();
    for (key, role) in [
        ("2026/11/22/10/x", Some(ObjectRole::Delivered)),
        ("source/2026/11/22/10/x", Some(ObjectRole::Backup)),
        ("processing-failed/2026/11/22/10/x", Some(ObjectRole::Failures)),
        ("else/x", None),
    ] {
        assert_eq!(places.role("lake", key), role, "{key}");
    }
    assert_eq!(places.gaps, []);
    // What cannot be told from the backup is not taken for delivered.
    let destination = stream.destination.as_mut().unwrap();
    destination.backup = destination.s3.clone();
    let places = TracePlaces::new(&stream, window, Some(&zone)).unwrap();
    assert_eq!(places.role("lake", "2026/11/22/10/x"), Some(ObjectRole::Backup));
    assert_eq!(places.gaps.len(), 1);
}

/// Log events of one invocation, a second apart.
fn log(witness: &mut LogWitness, at: Millis, lines: &[&str]) -> Vec<TraceEvent> {
    let mut seen = Vec::new();
    for (second, line) in (0..).zip(lines) {
        seen.extend(witness.push(&LogEvent {
            group: Some("g".into()),
            stream: Some("s".into()),
            timestamp: Some(at + second * 1000),
            message: line.as_bytes().into(),
            ..LogEvent::default()
        }));
    }
    seen.extend(witness.settle());
    seen
}

const ID: &str = "8f507cfc-3b7a-4c86-9e01-7a4b6c8d2f35";

fn invocation(lines: &[&str]) -> Vec<String> {
    let start = format!("START RequestId: {ID} Version: $LATEST");
    let end = format!(
        "REPORT RequestId: {ID}\tDuration: 24.00 ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 56 MB\t"
    );
    let lines = lines.iter().map(|line| (*line).to_owned());
    std::iter::once(start).chain(lines).chain([end]).collect()
}

#[test]
fn a_call_is_known_by_the_records_in_its_log_else_by_its_time() {
    let records = records(2);
    let marker = records[1].marker.clone().unwrap();
    let all = Arc::new(witnesses(&records));
    let seen = |lines: &[&str], at| {
        let mut witness = LogWitness::new(Arc::clone(&all), &stream().arn, TEN);
        let lines = invocation(lines);
        log(&mut witness, at, &lines.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let by_log = seen(&["hello", &format!("got {marker}")], TEN + MINUTE);
    assert_eq!((by_log.len(), by_log[0].records.as_slice()), (1, &[1][..]));
    let What::Invoked(it) = &by_log[0].what else { panic!("{by_log:?}") };
    assert_eq!((it.by, it.sure, it.error), (By::Log, Confidence::Certain, None));
    assert_eq!((it.request.as_deref(), it.lines.len()), (Some(ID), 2));
    assert_eq!(it.duration, Some(Duration::from_millis(24)));
    let by_time = seen(&["hello"], TEN + MINUTE);
    let What::Invoked(it) = &by_time[0].what else { panic!("{by_time:?}") };
    assert_eq!((it.by, it.sure), (By::Time, Confidence::Possible));
    assert_eq!(seen(&["hello"], TEN - MINUTE), []);
    // Earlier calls do not count among the few that are shown by their time.
    let mut witness = LogWitness::new(Arc::clone(&all), &stream().arn, TEN);
    for at in [TEN - 9 * MINUTE, TEN - 6 * MINUTE, TEN - 3 * MINUTE, TEN - 2 * MINUTE] {
        for _ in 0..2 {
            let lines = invocation(&["hello"]);
            assert_eq!(
                log(&mut witness, at, &lines.iter().map(String::as_str).collect::<Vec<_>>()),
                []
            );
        }
    }
    let lines = invocation(&["hello"]);
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_eq!(log(&mut witness, TEN + MINUTE, &lines).len(), 1);
    let failing = seen(&["[ERROR] KeyError: 'a'"], TEN + MINUTE);
    let What::Invoked(it) = &failing[0].what else { panic!("{failing:?}") };
    assert!(it.error.is_some());
}

#[test]
fn calls_of_our_own_are_left_out_and_those_by_time_are_few() {
    let all = Arc::new(witnesses(&records(1)));
    let mut witness = LogWitness::new(Arc::clone(&all), &stream().arn, TEN);
    witness.leave_out(ID.to_owned());
    let lines = invocation(&[records(1)[0].marker.as_ref().unwrap().as_str()]);
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_eq!(log(&mut witness, TEN + MINUTE, &lines), []);
    let mut witness = LogWitness::new(all, &stream().arn, TEN);
    let mut count = 0;
    for number in 0..20 {
        let lines = invocation(&["hello"]).join("\n").replace("8f507cfc", &format!("{number:08}"));
        let lines: Vec<_> = lines.lines().collect();
        count += log(&mut witness, TEN + MINUTE + number * 10_000, &lines).len();
    }
    assert_eq!(count, 5);
}

#[test]
fn bytes_in_a_log_are_never_certain_and_those_of_earlier_calls_do_not_count() {
    let record = TracedRecord { payload: Arc::new(b"keep this, 20 bytes".to_vec()), marker: None };
    let second = records(1).remove(0);
    let marker = second.marker.clone().unwrap();
    let all = Arc::new(witnesses(&[record, second]));
    let seen = |line: &str, at, has_unknown: bool| {
        let mut witness = LogWitness::new(Arc::clone(&all), &stream().arn, TEN);
        if has_unknown {
            witness.has_unknown_call();
        }
        let lines = invocation(&[line]);
        let seen = log(&mut witness, at, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        seen.into_iter()
            .map(|it| match it.what {
                What::Invoked(it) => (it.by, it.sure),
                other => panic!("{other:?}"),
            })
            .collect::<Vec<_>>()
    };
    let bytes = "got keep this, 20 bytes";
    assert_eq!(seen(bytes, TEN + MINUTE, false), [(By::Log, Confidence::Likely)]);
    assert_eq!(seen(bytes, TEN - 30_000, false), []);
    // The clocks differ; a marker is of this trace alone.
    let marker = format!("got {marker}");
    assert_eq!(seen(&marker, TEN - 30_000, false), [(By::Log, Confidence::Certain)]);
    // It may be the call that was made to ask.
    assert_eq!(seen(&marker, TEN + MINUTE, true), [(By::Log, Confidence::Possible)]);
}

#[test]
fn errors_of_the_stream_are_reported_once_and_those_of_others_not() {
    let mut witness = LogWitness::new(Arc::new(witnesses(&records(1))), &stream().arn, TEN);
    let error = |stream: &str, code: &str| {
        format!(
            r#"{{"deliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/{stream}","destination":"arn:aws:s3:::lake","deliveryStreamVersionId":1,"message":"m","errorCode":"{code}","processor":"arn:f"}}"#
        )
    };
    let lines = [
        error("orders", "Lambda.FunctionError"),
        error("orders", "Lambda.FunctionError"),
        error("other", "S3.AccessDenied"),
    ];
    let seen = log(&mut witness, TEN, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let (code, message) = ("Lambda.FunctionError".to_owned(), "m".to_owned());
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].what, What::StreamError { code, message });
}

#[test]
fn a_call_that_has_begun_is_running_until_its_report() {
    let mut witness = LogWitness::new(Arc::new(witnesses(&records(1))), &stream().arn, TEN);
    let lines = invocation(&[]);
    log(&mut witness, TEN + 5, &[&lines[0]]);
    assert_eq!(witness.running_since(), Some(TEN + 5));
    log(&mut witness, TEN + 2000, &[&lines[1]]);
    assert_eq!(witness.running_since(), None);
}
