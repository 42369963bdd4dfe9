//! The promise: each event once, also late ones within the window, whatever
//! the service does.

use std::time::Duration;

use fh::firehose::tail::{Notice, Policy};
use fh::local::logs::Faults;
use proptest::prelude::*;

use crate::feed::{BEGIN, Feed, POLICY, Shape, Shown, busiest_second, follow, follow_from};
use crate::peer;

/// An hour of a million events: a fifth of them up to 120 s late, three bursts
/// of 10,000 in a millisecond, a group that is created in the middle.
const HOUR: Shape = Shape {
    seed: 7,
    events: 1_000_000,
    milliseconds: 3_600_000,
    late: 0.2,
    bursts: 3,
    groups: 3,
};

/// Half of the calls throttled, beside the 5 calls a second that are taken.
const FAULTS: Faults =
    Faults { throttled: 0.5, empty: 0.1, repeated: 0.05, quota: Some(5), expired: 0, seed: 11 };

fn report(what: &str, feed: &Feed, shown: &Shown) {
    let all: usize = feed.ids.iter().map(std::collections::BTreeSet::len).sum();
    println!(
        "{what}: {} of {all} shown, {} missing, {} twice, {:?}, busiest second {} calls",
        shown.total(),
        shown.missing(feed),
        shown.twice(),
        shown.counts,
        busiest_second(feed.logs.calls()),
    );
}

#[test]
fn a_million_events_are_each_shown_once_whatever_the_service_does() {
    let mut feed = Feed::new(HOUR, FAULTS);
    let shown = follow(&mut feed, POLICY);
    report("fh", &feed, &shown);
    assert_eq!((shown.missing(&feed), shown.twice(), shown.unmarked), (0, 0, 0));
    assert!(busiest_second(feed.logs.calls()) <= 5);
    assert!(shown.counts.late > 100_000 && shown.counts.throttled > 1000, "{:?}", shown.counts);
    assert!(shown.notices.contains(&Notice::Missing(2)), "{:?}", shown.notices);
    assert!(shown.notices.contains(&Notice::Appeared(2)), "{:?}", shown.notices);
    assert!(shown.notices.len() < 40, "few words: {:?}", shown.notices);
}
