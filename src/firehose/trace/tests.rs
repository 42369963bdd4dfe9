//! What the parts make of each other: objects and logs go in, steps and fates come out.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::compress::Gzip;
use crate::diagnosis::Stage;
use crate::failure::FailedRecord;
use crate::logs::LogEvent;
use crate::s3::prefix::Window;
use crate::stream::{
    Buffering, DeliveryStream, Destination, DestinationKind, Processing, S3Place, StreamSource,
    Transform,
};
use crate::time::Millis;

/// 2026-11-22T10:00:00Z.
const TEN: Millis = 1_795_341_600_000;
const MINUTE: Millis = 60_000;

fn records(count: u32) -> Vec<TracedRecord> {
    let record = |number: u32| {
        let marker = Marker::new(0x1_0000_0000_0000_0000 + u128::from(number));
        let payload = format!(r#"{{"n":{number},"fh_trace":"{marker}"}}"#).into_bytes();
        TracedRecord { payload: Arc::new(payload), marker: Some(marker) }
    };
    (0..count).map(record).collect()
}

fn stream() -> DeliveryStream {
    let place = S3Place {
        bucket: "lake".to_owned(),
        buffering: Buffering { interval: Duration::from_mins(5), bytes: 0 },
        ..S3Place::default()
    };
    let transform = Transform::new(
        "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST".to_owned(),
        DestinationKind::S3,
    );
    let processing =
        Processing { is_enabled: true, transform: Some(transform), ..Processing::default() };
    DeliveryStream {
        name: "orders".to_owned(),
        arn: "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders".to_owned(),
        status: "ACTIVE".to_owned(),
        version_id: "1".to_owned(),
        updated: None,
        source: StreamSource::DirectPut,
        destination: Some(Destination {
            kind: DestinationKind::S3,
            buffering: place.buffering,
            s3: Some(place),
            backup: None,
            table_error_prefixes: Vec::new(),
            retry: Duration::ZERO,
            processing,
            logging: None,
        }),
    }
}

fn plan() -> TracePlan {
    let plan = TracePlan::new(&stream(), Some(Duration::from_secs(50)));
    TracePlan { follows_logs: true, ..plan }
}

fn trace(records: &[TracedRecord]) -> Trace {
    let mut trace = Trace::new(plan(), records, TEN);
    let what = What::Accepted { took: Duration::from_millis(41), is_unanswered: false };
    trace.see(event(TEN, (0..records.len()).collect(), what));
    trace
}

fn event(at: Millis, records: Vec<usize>, what: What) -> TraceEvent {
    TraceEvent { at, records, what }
}

fn place(number: usize) -> Place {
    let (bucket, key) = ("lake".to_owned(), "k".to_owned());
    Place { bucket, key, number, of: 9, offset: 0 }
}

fn delivered(number: usize, sure: Confidence) -> What {
    let by = if sure == Confidence::Certain { By::Marker } else { By::Output };
    What::Delivered(Box::new(SeenDelivery { place: place(number), text: Vec::new(), by, sure }))
}

fn failed(number: usize) -> What {
    What::Failed(Box::new(SeenFailure {
        place: place(number),
        code: "Lambda.ProcessingFailedStatus".to_owned(),
        message: String::new(),
        attempts: Some(1),
        by: By::RawData,
        sure: Confidence::Certain,
    }))
}

fn invoked(by: By, error: Option<&'static str>) -> What {
    What::Invoked(Box::new(SeenInvocation {
        request: Some("8f507cfc".to_owned()),
        duration: Some(Duration::from_millis(24)),
        error,
        lines: Vec::new(),
        more_lines: 0,
        by,
        sure: Confidence::Certain,
    }))
}

/// Steps until `end`, a look each time one is wanted; what was to be examined and when
/// it was done.
fn run(trace: &mut Trace, from: Millis, end: Millis) -> (Vec<(Millis, Stage)>, Option<Millis>) {
    let (mut now, mut examined) = (from, Vec::new());
    while now < end {
        match trace.next(now) {
            TraceStep::Look => trace.looked(now, now + 10, Vec::new()),
            TraceStep::Examine(stage) => examined.push((now, stage)),
            TraceStep::Wait(until) => {
                assert!(until > now, "it waits for the past");
                now = until;
            }
            TraceStep::Done => return (examined, Some(now)),
        }
    }
    (examined, None)
}

#[test]
fn records_that_are_all_found_end_the_trace() {
    let records = records(2);
    let mut trace = trace(&records);
    trace.see(event(TEN + MINUTE, vec![0, 1], invoked(By::Log, None)));
    assert_eq!(run(&mut trace, TEN, TEN + MINUTE), (Vec::new(), None));
    trace.see(event(TEN + 6 * MINUTE, vec![0], delivered(1, Confidence::Certain)));
    let seen = trace.see(event(TEN + 6 * MINUTE, vec![1], failed(3)));
    assert_eq!(seen.len(), 1);
    assert_eq!(trace.next(TEN + 6 * MINUTE), TraceStep::Done);
    assert_eq!(trace.conclude(TEN + 6 * MINUTE), []);
    let failed = Fate::Failed("Lambda.ProcessingFailedStatus".to_owned());
    assert_eq!(trace.fates(), [Fate::Delivered(Confidence::Certain), failed]);
}

#[test]
fn what_waits_where_is_shown_once_it_is_known() {
    let mut trace = Trace::new(plan(), &records(2), TEN);
    let accepted = || What::Accepted { took: Duration::ZERO, is_unanswered: false };
    assert_eq!(trace.see(event(TEN, vec![0], accepted())).len(), 1);
    let seen = trace.see(event(TEN + 5, vec![1], accepted()));
    let until = TEN + 5 + MINUTE;
    assert_eq!(seen[1].what, What::Buffered { buffer: Buffer::Transform, until });
    let seen = trace.see(event(TEN + MINUTE, vec![0, 1], invoked(By::Log, None)));
    let until = TEN + MINUTE + 24 + 5 * MINUTE;
    assert_eq!(seen[1].what, What::Buffered { buffer: Buffer::Destination, until });
    assert_eq!(trace.see(event(TEN + MINUTE, vec![0], invoked(By::Log, None))).len(), 1);
}

#[test]
fn silence_is_examined_stage_by_stage() {
    let mut trace = trace(&records(1));
    // 60 s of buffer and 30 s for the log; four calls of 60 s and 300 s for delivery, and
    // 60 s for whatever comes late.
    let (examined, done) = run(&mut trace, TEN, TEN + 60 * MINUTE);
    let stages: Vec<_> = examined.iter().map(|(_, stage)| *stage).collect();
    assert_eq!(stages, [Stage::Invoke, Stage::Deliver]);
    assert_eq!(examined[0].0, TEN + 90_000);
    let deadline = TEN + (60 + 240 + 300 + 60) * 1000;
    assert!((deadline..deadline + 20_000).contains(&done.unwrap()), "{done:?}");
    assert!(matches!(trace.fates()[0], Fate::Unknown(_)));
}

#[test]
fn a_call_that_went_well_brings_the_deadline_forward_and_one_that_fails_does_not() {
    let mut trace = trace(&records(1));
    let most = trace.deadline();
    trace.see(event(TEN + MINUTE, vec![0], invoked(By::Log, Some("exception"))));
    assert_eq!(trace.deadline(), most);
    trace.see(event(TEN + MINUTE, Vec::new(), invoked(By::Time, None)));
    assert_eq!(trace.deadline(), most);
    trace.see(event(TEN + MINUTE, vec![0], invoked(By::Log, None)));
    assert_eq!(trace.deadline(), TEN + MINUTE + 24 + 360_000);
    let (examined, _) = run(&mut trace, TEN + MINUTE, TEN + 60 * MINUTE);
    let stages: Vec<_> = examined.iter().map(|(_, stage)| *stage).collect();
    assert_eq!(stages, [Stage::Deliver]);
}

#[test]
fn a_call_without_an_end_and_an_error_of_the_transform_are_examined() {
    let mut open = trace(&records(1));
    open.running(Some(TEN + MINUTE));
    let (examined, _) = run(&mut open, TEN, TEN + 4 * MINUTE);
    // A call takes 50 s and a pause of 10 s; its log may be 30 s late.
    assert_eq!(examined, [(TEN + MINUTE + 90_000, Stage::Answer)]);
    let mut failing = trace(&records(1));
    let code = "Lambda.InvokeAccessDenied".to_owned();
    let what = What::StreamError { code, message: String::new() };
    failing.see(event(TEN + 1, Vec::new(), what));
    assert_eq!(failing.next(TEN + 2), TraceStep::Examine(Stage::Invoke));
}

#[test]
fn logs_that_cannot_be_read_are_no_silence() {
    let mut trace = trace(&records(1));
    trace.without_logs();
    let (examined, _) = run(&mut trace, TEN, TEN + 5 * MINUTE);
    assert_eq!(examined, []);
}

#[test]
fn dropped_is_said_only_where_the_transform_says_so_and_all_was_looked_at() {
    let late = |gaps: &[&str], may_hold: Option<bool>, asked: Option<Asked>| {
        let mut trace = trace(&records(1));
        if let Some(asked) = asked {
            trace.see(event(TEN, vec![0], What::Answered(asked)));
        }
        if let Some(may_hold) = may_hold {
            let (what, why) = ("s3://lake/x".to_owned(), "denied".to_owned());
            trace.see(event(TEN, Vec::new(), What::Unseen { what, why, may_hold }));
        }
        let end = trace.deadline() + 1;
        trace.looked(end, end, gaps.iter().map(|it| (*it).to_owned()).collect());
        trace.conclude(end + 1);
        trace.fates().remove(0)
    };
    let drops = || Some(Asked::Drops);
    assert_eq!(late(&[], None, drops()), Fate::Dropped(Confidence::Certain));
    assert_eq!(late(&[], Some(false), drops()), Fate::Dropped(Confidence::Certain));
    let unknown = |fate: Fate| matches!(fate, Fate::Unknown(_));
    assert!(unknown(late(&["a listing that was denied"], None, drops())));
    assert!(unknown(late(&[], Some(true), drops())));
    assert!(unknown(late(&[], None, None)));
    assert!(unknown(late(&[], None, Some(Asked::Differs))));
    assert!(unknown(late(&[], None, Some(Asked::Delivers { bytes: 1, is_same: true }))));
    // Too early.
    let mut early = trace(&records(1));
    early.see(event(TEN, vec![0], What::Answered(Asked::Drops)));
    early.looked(TEN + MINUTE, TEN + MINUTE, Vec::new());
    early.conclude(TEN + MINUTE);
    assert!(unknown(early.fates().remove(0)));
}

#[test]
fn nothing_is_dropped_where_delivery_cannot_be_seen_or_something_may_be_it() {
    let dropped = |kind, seen: Option<What>| {
        let mut trace = Trace::new(TracePlan { kind: Some(kind), ..plan() }, &records(1), TEN);
        let what = What::Accepted { took: Duration::ZERO, is_unanswered: false };
        trace.see(event(TEN, vec![0], what));
        trace.see(event(TEN, vec![0], What::Answered(Asked::Drops)));
        if let Some(what) = seen {
            trace.see(event(TEN + 1, vec![0], what));
        }
        let end = trace.deadline() + 1;
        trace.looked(end, end, Vec::new());
        trace.conclude(end + 1);
        matches!(trace.fates()[0], Fate::Dropped(_))
    };
    assert!(dropped(DestinationKind::S3, None));
    for kind in [DestinationKind::Splunk, DestinationKind::Iceberg, DestinationKind::Redshift] {
        assert!(!dropped(kind, None), "{kind:?}");
    }
    assert!(!dropped(DestinationKind::S3, Some(delivered(1, Confidence::Possible))));
}

#[test]
fn a_failure_that_is_only_possible_does_not_count() {
    let mut trace = trace(&records(1));
    let possible = |number| {
        let What::Failed(it) = failed(number) else { panic!() };
        What::Failed(Box::new(SeenFailure { sure: Confidence::Possible, ..*it }))
    };
    assert_eq!(trace.see(event(TEN + 1, vec![0], possible(1))).len(), 1);
    assert_eq!(trace.see(event(TEN + 1, vec![0], possible(2))), []);
    assert!(matches!(trace.fates()[0], Fate::Unknown(_)));
    trace.see(event(TEN + 1, vec![0], failed(3)));
    assert!(matches!(trace.fates()[0], Fate::Failed(_)));
}

#[test]
fn a_call_that_may_be_our_own_brings_no_deadline_forward() {
    let mut trace = trace(&records(1));
    let most = trace.deadline();
    let What::Invoked(it) = invoked(By::Log, None) else { panic!() };
    let what = What::Invoked(Box::new(SeenInvocation { sure: Confidence::Possible, ..*it }));
    trace.see(event(TEN + MINUTE, vec![0], what));
    assert_eq!(trace.deadline(), most);
    let (examined, _) = run(&mut trace, TEN, TEN + 2 * MINUTE);
    assert_eq!(examined, [(TEN + 90_000, Stage::Invoke)]);
}

#[test]
fn what_is_only_possible_is_not_delivered() {
    let mut trace = trace(&records(1));
    trace.see(event(TEN + 1, vec![0], delivered(1, Confidence::Possible)));
    assert_eq!(trace.see(event(TEN + 1, vec![0], delivered(2, Confidence::Possible))), []);
    assert!(matches!(trace.fates()[0], Fate::Unknown(_)));
    trace.see(event(TEN + 1, vec![0], delivered(3, Confidence::Likely)));
    assert_eq!(trace.fates(), [Fate::Delivered(Confidence::Likely)]);
}

#[test]
fn records_with_the_same_bytes_are_counted_and_never_certain() {
    let record = TracedRecord { payload: Arc::new(b"the same".to_vec()), marker: None };
    let mut trace = trace(&vec![record; 3]);
    assert!(trace.has_twins());
    let what = delivered(1, Confidence::Certain);
    assert_eq!(trace.see(event(TEN + 1, vec![0], what.clone()))[0].records, [0]);
    // The same place again is the same record.
    assert_eq!(trace.see(event(TEN + 2, vec![0], what)), []);
    assert_eq!(trace.see(event(TEN + 2, vec![0], failed(2)))[0].records, [1]);
    let likely = Fate::Delivered(Confidence::Likely);
    assert_eq!(trace.fates()[0], likely);
    assert!(matches!(trace.fates()[2], Fate::Unknown(_)));
}

#[test]
fn records_that_are_refused_end_the_trace_after_a_look_at_why() {
    let mut trace = Trace::new(plan(), &records(2), TEN);
    trace.see(event(TEN, vec![0, 1], What::Refused { why: "denied".to_owned() }));
    assert_eq!(trace.next(TEN), TraceStep::Examine(Stage::Put));
    assert_eq!(trace.next(TEN), TraceStep::Done);
    assert_eq!(trace.fates(), [Fate::Refused, Fate::Refused]);
}

#[test]
fn a_timeout_ends_the_trace_whatever_is_open() {
    let plan = TracePlan { timeout: Some(Duration::from_secs(20)), ..plan() };
    let mut trace = Trace::new(plan, &records(1), TEN);
    let what = What::Accepted { took: Duration::ZERO, is_unanswered: true };
    trace.see(event(TEN, vec![0], what));
    let (examined, done) = run(&mut trace, TEN, TEN + MINUTE);
    assert_eq!((examined, done), (Vec::new(), Some(TEN + 20_000)));
}

proptest! {
    #[test]
    fn whatever_is_seen_the_trace_ends_and_never_reports_more_than_was_seen(
        sights in prop::collection::vec((0..3_usize, 0..6_u8, 1..4_usize, 0..900_i64), 0..20),
        gap: bool,
    ) {
        let records = records(3);
        let mut trace = trace(&records);
        let mut seen = [false; 3];
        for (record, kind, number, second) in sights {
            let at = TEN + second * 1000;
            let what = match kind {
                0 => { seen[record] = true; delivered(number, Confidence::Certain) }
                1 => { seen[record] = true; failed(number) }
                2 => invoked(By::Log, None),
                3 => invoked(By::Log, Some("exception")),
                4 => What::BackedUp(place(number)),
                _ => delivered(number, Confidence::Possible),
            };
            trace.see(event(at, vec![record], what));
        }
        if gap {
            let (what, why) = (String::new(), String::new());
            trace.see(event(TEN, Vec::new(), What::Unseen { what, why, may_hold: true }));
        }
        let (_, done) = run(&mut trace, TEN, TEN + 24 * 60 * MINUTE);
        prop_assert!(done.is_some());
        trace.conclude(done.unwrap());
        for (fate, seen) in trace.fates().iter().zip(seen) {
            // Another record may have had the place first, and it is kept once.
            let is_known = !matches!(fate, Fate::Unknown(_));
            prop_assert!(!is_known || seen, "{fate:?}");
        }
    }
}

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
    assert_eq!(look_into(json, ObjectRole::Backup, &witnesses), LookedInto::default());
}

#[test]
fn columns_are_not_searched() {
    let parquet = [b"PAR1".as_slice(), &[0; 100], b"PAR1"].concat();
    let looked = look_into(&parquet, ObjectRole::Delivered, &witnesses(&records(1)));
    assert!(looked.gap.as_ref().is_some_and(|it| it.contains("Parquet")), "{looked:?}");
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
