//! What the parts make of each other: objects and logs go in, steps and fates come out.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::compress::Gzip;
use crate::diagnosis::{Confidence as Sure, Finding, Severity, Stage};
use crate::failure::FailedRecord;
use crate::logs::LogEvent;
use crate::s3::prefix::Window;
use crate::stream::{DeliveryStream, DestinationKind, Processing, S3Place, Transform};
use crate::time::Millis;

mod unmarked;
mod witnesses;

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
    DeliveryStream::sample().delivering(|it| {
        let transform = Transform::new(
            "arn:aws:lambda:eu-west-1:111122223333:function:f:$LATEST".to_owned(),
            DestinationKind::S3,
        );
        it.processing =
            Processing { is_enabled: true, transform: Some(transform), ..Processing::default() };
    })
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

/// The bucket is not there, say.
fn cause() -> What {
    cause_of(Stage::Deliver, "bucket-there", Sure::Certain)
}

fn cause_of(stage: Stage, check: &'static str, confidence: Sure) -> What {
    let finding = Finding {
        severity: Severity::Error,
        confidence,
        what: String::new(),
        why: String::new(),
        fix: Vec::new(),
        evidence: String::new(),
    };
    What::Cause { stage, check, finding: Box::new(finding) }
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
fn a_certain_cause_ends_the_trace_after_one_more_look() {
    let end = |calls: bool, sure| {
        let mut trace = trace(&records(2));
        if calls {
            trace.see(event(TEN + 2, vec![0], invoked(By::Log, Some("exception"))));
        }
        trace.see(event(
            TEN + 2 * MINUTE,
            vec![],
            cause_of(Stage::Invoke, "role-may-invoke", sure),
        ));
        let (_, end) = run(&mut trace, TEN + 2 * MINUTE, TEN + 3 * MINUTE);
        let lost: Vec<_> = trace.conclude(TEN + 3 * MINUTE);
        (end.is_some(), trace.is_blocked(), lost.len())
    };
    assert_eq!(end(false, Sure::Certain), (true, true, 1));
    assert_eq!(end(false, Sure::Likely), (false, false, 1));
    // A call was made: what keeps others from being made is not why.
    assert_eq!(end(true, Sure::Certain), (false, false, 1));
}

#[test]
fn a_certain_cause_ends_only_what_is_not_found_in_the_last_look() {
    let mut trace = trace(&records(1));
    assert_eq!(trace.next(TEN + 2 * MINUTE), TraceStep::Examine(Stage::Invoke));
    let blocked = cause_of(Stage::Invoke, "trust", Sure::Certain);
    trace.see(event(TEN + 2 * MINUTE, vec![], blocked));
    assert_eq!(trace.next(TEN + 2 * MINUTE), TraceStep::Look);
    trace.see(event(TEN + 2 * MINUTE, vec![0], failed(1)));
    trace.looked(TEN + 2 * MINUTE, TEN + 2 * MINUTE + 10, Vec::new());
    assert!(!trace.is_blocked());
    assert!(matches!(trace.fates()[..], [Fate::Failed(_)]));
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
    // It may never have been taken.
    let mut lost = trace(&records(1));
    let took = Duration::from_secs(1);
    lost.see(event(TEN, vec![0], What::Accepted { took, is_unanswered: true }));
    lost.see(event(TEN, vec![0], What::Answered(Asked::Drops)));
    let end = lost.deadline() + 1;
    lost.looked(end, end, Vec::new());
    lost.conclude(end + 1);
    let Fate::Unknown(why) = lost.fates().remove(0) else { panic!() };
    assert!(why.contains("may not have been accepted"), "{why}");
    // Too early.
    let mut early = trace(&records(1));
    early.see(event(TEN, vec![0], What::Answered(Asked::Drops)));
    early.looked(TEN + MINUTE, TEN + MINUTE, Vec::new());
    early.conclude(TEN + MINUTE);
    assert!(unknown(early.fates().remove(0)));
}

#[test]
fn an_error_of_s3_is_examined_at_once() {
    for (code, stage) in [
        ("S3.AccessDenied", Some(Stage::Deliver)),
        ("Lambda.InvokeAccessDenied", Some(Stage::Invoke)),
        ("Splunk.Whatever", None),
    ] {
        let mut trace = trace(&records(1));
        let (code, message) = (code.to_owned(), String::new());
        trace.see(event(TEN + 1, Vec::new(), What::StreamError { code, message }));
        let step = trace.next(TEN + 1);
        assert_eq!(step, stage.map_or(TraceStep::Look, TraceStep::Examine));
    }
}

#[test]
fn what_was_examined_early_without_a_cause_is_examined_again_at_the_end() {
    let examined = |is_found: bool| {
        let mut trace = trace(&records(1));
        let (code, message) = ("S3.AccessDenied".to_owned(), String::new());
        trace.see(event(TEN + 1, vec![], What::StreamError { code, message }));
        assert_eq!(trace.next(TEN + 1), TraceStep::Examine(Stage::Deliver));
        if is_found {
            trace.see(event(TEN + 2, vec![], cause()));
        }
        let end = trace.deadline() + 1;
        let (examined, _) = run(&mut trace, TEN + 2, end + MINUTE);
        examined.iter().filter(|(_, stage)| *stage == Stage::Deliver).count()
    };
    assert_eq!(examined(false), 1);
    assert_eq!(examined(true), 0);
}

/// What the test calls drop never comes: once Firehose called the function, nothing more
/// is waited for.
#[test]
fn what_the_test_calls_drop_is_not_waited_for() {
    let ends = |call: Option<What>, records_asked: Vec<usize>, gaps: &[&str]| {
        let mut trace = trace(&records(2));
        trace.see(event(TEN, records_asked, What::Answered(Asked::Drops)));
        if let Some(call) = call {
            trace.see(event(TEN + MINUTE, Vec::new(), call));
        }
        let deadline = trace.deadline();
        let end = TEN + MINUTE + 2000;
        assert_ne!(trace.next(end), TraceStep::Done, "the objects are looked at once more");
        trace.looked(end, end, gaps.iter().map(|it| (*it).to_owned()).collect());
        let is_done = trace.next(end) == TraceStep::Done;
        assert!(end < deadline);
        trace.conclude(end);
        let dropped = Fate::Dropped(Confidence::Likely);
        (is_done, trace.fates().iter().filter(|it| **it == dropped).count())
    };
    let by_time = |error| Some(invoked(By::Time, error));
    assert_eq!(ends(by_time(None), vec![0, 1], &[]), (true, 2));
    assert_eq!(ends(by_time(Some("error")), vec![0, 1], &[]), (false, 0));
    assert_eq!(ends(None, vec![0, 1], &[]), (false, 0));
    // The other record may still come.
    assert_eq!(ends(by_time(None), vec![0], &[]), (false, 0));
    // A call before the buffer was over is another's, unless its log names the records.
    let early = |by| {
        let mut trace = trace(&records(1));
        trace.see(event(TEN, vec![0], What::Answered(Asked::Drops)));
        let seen = if by == By::Log { vec![0] } else { Vec::new() };
        trace.see(event(TEN + 4000, seen, invoked(by, None)));
        let end = TEN + MINUTE + 2000;
        trace.looked(end, end, Vec::new());
        trace.next(end) == TraceStep::Done
    };
    assert!(!early(By::Time));
    assert!(early(By::Log));
    // So is one beside a call that failed.
    let mut failing = trace(&records(1));
    failing.see(event(TEN, vec![0], What::Answered(Asked::Drops)));
    for error in [Some("error"), None] {
        failing.see(event(TEN + MINUTE, Vec::new(), invoked(By::Time, error)));
    }
    failing.looked(TEN + MINUTE + 2000, TEN + MINUTE + 2000, Vec::new());
    assert_ne!(failing.next(TEN + MINUTE + 2000), TraceStep::Done);
    assert_eq!(ends(by_time(None), vec![0, 1], &["a listing that was denied"]), (false, 0));
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
