//! Markers that are not where they should be.

use super::*;

/// What the only call returned was delivered: a marker that is not there will not come.
#[test]
fn what_is_delivered_without_a_marker_ends_the_trace_as_unknown() {
    let called = TEN + MINUTE;
    let ends = |calls: &[Option<&'static str>], written: Millis, gaps: &[&str]| {
        let mut trace = trace(&records(2));
        for error in calls {
            trace.see(event(called, Vec::new(), invoked(By::Time, *error)));
        }
        trace.delivered(written, "s3://lake/k".to_owned());
        let end = written + 70_000;
        assert!(end < trace.deadline());
        trace.looked(written + 1000, written + 1000, Vec::new());
        assert_ne!(trace.next(written + 1000), TraceStep::Done, "more may be on its way");
        trace.looked(end, end, gaps.iter().map(|it| (*it).to_owned()).collect());
        let is_done = trace.next(end) == TraceStep::Done;
        trace.conclude(end);
        let is_named = |it: &Fate| matches!(it, Fate::Unknown(why) if why.contains("s3://lake/k"));
        assert_eq!(
            trace.fates().iter().filter(|it| is_named(it)).count(),
            2 * usize::from(is_done)
        );
        is_done
    };
    assert!(ends(&[None], called + 5000, &[]));
    // One that was there before has other records; so may one beside another call.
    assert!(!ends(&[None], called - 5000, &[]));
    assert!(!ends(&[None, None], called + 5000, &[]));
    assert!(!ends(&[Some("error")], called + 5000, &[]));
    assert!(!ends(&[], called + 5000, &[]));
    assert!(!ends(&[None], called + 5000, &["a listing that was denied"]));
}
