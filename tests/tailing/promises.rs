//! The promise: each event once, also late ones within the window, whatever
//! the service does.

use std::time::Duration;

use fh::local::cloudwatch_logs::EventFilter;
use firehose::logs::tail::{FetchResult, FetchedEvent, Notice, Query, Tail, TailPolicy, TailStep};
use proptest::prelude::*;

use crate::feed::{
    BEGIN, Feed, LATE, POLICY, Shape, Shown, busiest_second, clock, follow, follow_from,
};
use crate::peer;

/// An hour: a fifth of the events up to 120 s late, three bursts of 10,000 in
/// a millisecond, a group that is created in the middle.
const HOUR: Shape = Shape {
    seed: 7,
    events: 100_000,
    milliseconds: 3_600_000,
    late: 0.2,
    bursts: 3,
    groups: 3,
    live: 0.0,
};

/// Half of the calls throttled, beside those over the quota.
const FAULTS: &str = "throttle-logs=0.5 empty-page=0.1 repeat-token=0.05";

fn small(seed: u64) -> Shape {
    Shape { seed, events: 4000, milliseconds: 600_000, late: 0.5, bursts: 0, groups: 2, live: 0.0 }
}

/// Events of the long feed: `FH_STRESS_EVENTS`, or a tenth of a million.
fn events() -> usize {
    let mut environment = fh::context::environment().into_iter();
    let wanted = environment.find(|(name, _)| name == "FH_STRESS_EVENTS");
    wanted.and_then(|(_, events)| events.to_str()?.parse().ok()).unwrap_or(HOUR.events)
}

fn summary(what: &str, feed: &Feed, shown: &Shown) -> String {
    format!(
        "{what}: {} missing, {} twice, {:?}, at most {} calls a second",
        shown.missing(),
        shown.twice(),
        shown.counts,
        busiest_second(&feed.calls),
    )
}

#[test]
fn each_event_of_an_hour_is_shown_once_whatever_the_service_does() {
    let shape = Shape { events: events(), ..HOUR };
    let mut feed = Feed::new(shape, FAULTS);
    let shown = follow(&mut feed, POLICY);
    println!("{}", summary("fh", &feed, &shown));
    assert_eq!((shown.missing(), shown.twice(), shown.mismarked), (0, 0, 0));
    assert!(busiest_second(&feed.calls) <= 5);
    assert_eq!(shown.counts.events, shape.events as u64);
    assert!(shown.counts.late > 10_000 && shown.counts.throttled > 1000, "{:?}", shown.counts);
    assert!(shown.notices.contains(&Notice::Missing(2)), "{:?}", shown.notices);
    assert!(shown.notices.contains(&Notice::Appeared(2)), "{:?}", shown.notices);
    assert!(shown.notices.len() < 40, "few words: {:?}", shown.notices);
}

#[test]
fn of_calls_that_are_throttled_half_of_the_time_two_a_second_are_answered() {
    let shape = Shape { groups: 1, ..HOUR };
    let mut feed = Feed::new(shape, "throttle-logs=0.5 empty-page=0.8");
    let end = feed.end();
    let shown = follow_from(&mut feed, TailPolicy { follows: false, ..POLICY }, end, end);
    assert_eq!((shown.missing(), shown.twice()), (0, 0));
    let throttled = shown.counts.throttled;
    let answered = feed.calls.len() as u64 - throttled;
    let (first, last) = (feed.calls[0], feed.calls[feed.calls.len() - 1]);
    let seconds = u64::try_from(last - first).unwrap() / 1000;
    println!("{answered} answered and {throttled} throttled in {seconds} s");
    assert!(seconds > 10 && answered >= 2 * seconds, "{answered} in {seconds} s");
    assert!(throttled * 4 > answered, "{throttled} throttled, {answered} answered");
    assert!(busiest_second(&feed.calls) <= 5);
}

#[test]
fn the_algorithm_of_aws_logs_tail_loses_what_is_late_and_ends_when_throttled() {
    let shape = Shape { groups: 1, bursts: 1, events: 50_000, ..HOUR };
    let mut feed = Feed::new(shape, "");
    let (peer, died) = peer::follow(&mut feed, 0);
    println!(
        "aws logs tail: {} of {} missing, {} twice",
        peer.missing(),
        shape.events,
        peer.twice()
    );
    assert_eq!((died, peer.twice()), (None, 0));
    assert!(peer.missing() > 10_000, "{}", peer.missing());
    let mut feed = Feed::new(shape, "");
    assert_eq!(follow(&mut feed, POLICY).missing(), 0);
    let (peer, died) = peer::follow(&mut Feed::new(shape, FAULTS), 0);
    println!("aws logs tail: ended after {died:?}, {} missing", peer.missing());
    assert!(died.is_some());
}

#[test]
fn an_hour_of_throttling_is_outlived() {
    let shape = Shape { milliseconds: 4_800_000, groups: 1, ..small(3) };
    let mut feed = Feed::new(shape, "");
    feed.outage = (Duration::from_mins(10), Duration::from_mins(70));
    let shown = follow(&mut feed, POLICY);
    assert_eq!((shown.missing(), shown.twice()), (0, 0));
    let throttled = [Notice::Throttled, Notice::Recovered];
    assert_eq!(shown.notices, throttled);
    assert!((150..500).contains(&shown.counts.throttled), "{:?}", shown.counts);
}

#[test]
fn what_is_later_than_the_overlap_is_not_promised_and_a_longer_one_finds_it() {
    let overlap = |seconds| TailPolicy { overlap: Duration::from_secs(seconds), ..POLICY };
    let missing = |policy| {
        let mut feed = Feed::new(small(5), "");
        let shown = follow(&mut feed, policy);
        assert_eq!(shown.twice(), 0);
        shown.missing()
    };
    assert!(missing(overlap(10)) > 100);
    assert_eq!((missing(overlap(120)), missing(overlap(300))), (0, 0));
}

#[test]
fn a_token_that_never_changes_is_given_up_and_reported_once() {
    let mut feed = Feed::new(
        Shape { events: 30_000, bursts: 3, milliseconds: 1, groups: 1, ..small(1) },
        "repeat-token=1",
    );
    let shown = follow_from(&mut feed, POLICY, Duration::from_mins(3), Duration::from_secs(195));
    assert_eq!(shown.notices, [Notice::StuckToken(0)]);
    assert_eq!((shown.missing(), shown.twice()), (10_000, 0));
}

fn event(timestamp: i64, id: &str) -> FetchedEvent {
    let (stream, message) = ("s".to_owned(), id.to_owned());
    FetchedEvent { stream, timestamp, ingestion: timestamp, id: id.to_owned(), message }
}

/// What the first call is.
fn asked(tail: &mut Tail) -> Option<Query> {
    match tail.next(Duration::ZERO) {
        TailStep::Ask(query) => Some(query),
        TailStep::Wait(_) | TailStep::Done => None,
    }
}

#[test]
fn what_is_read_and_waits_for_other_groups_is_shown_when_somebody_says_stop() {
    let mut tail = Tail::new(POLICY);
    let (one, _) = (tail.add(), tail.add());
    assert_eq!(asked(&mut tail).map(|query| query.group), Some(one));
    let events = vec![event(BEGIN, "a"), event(BEGIN + 5, "b")];
    let batch =
        tail.answered(FetchResult::Page { events, token: None, served: None }, Duration::ZERO);
    assert_eq!(batch.events, []);
    let rest = tail.drain();
    let ids: Vec<_> = rest.iter().map(|it| it.event.id.as_str()).collect();
    assert_eq!((ids, tail.counts().events), (vec!["a", "b"], 2));
    assert_eq!(tail.drain(), []);
}

#[test]
fn a_token_that_is_never_taken_is_reported_and_given_up() {
    let mut tail = Tail::new(TailPolicy { follows: false, ..POLICY });
    tail.add();
    let mut notices = Vec::new();
    let mut now = Duration::ZERO;
    while let TailStep::Ask(query) = tail.next(now) {
        now += Duration::from_secs(1);
        let answer = match query.token {
            Some(_) => FetchResult::BadToken,
            None => FetchResult::Page {
                events: vec![event(BEGIN, "a")],
                token: Some("t".to_owned()),
                served: None,
            },
        };
        notices.extend(tail.answered(answer, now).notices);
        assert!(now < Duration::from_mins(2));
    }
    assert_eq!((notices, tail.counts().events), (vec![Notice::StuckToken(0)], 1));
}

#[test]
fn the_window_moves_on_where_no_event_matches() {
    let mut tail = Tail::new(POLICY);
    tail.add();
    let mut now = Duration::ZERO;
    let mut start = BEGIN;
    while now < Duration::from_hours(2) {
        match tail.next(now) {
            TailStep::Ask(query) => {
                start = query.start;
                let answer =
                    FetchResult::Page { events: Vec::new(), token: None, served: Some(clock(now)) };
                tail.answered(answer, now);
            }
            TailStep::Wait(until) => now = until,
            TailStep::Done => unreachable!("it follows"),
        }
    }
    let behind = clock(now) - start;
    assert!((LATE..10 * 60_000).contains(&behind), "{behind} ms");
}

#[test]
fn a_group_that_comes_later_delays_no_other() {
    let mut tail = Tail::new(POLICY);
    let one = tail.add();
    assert!(asked(&mut tail).is_some());
    let page = |events, token: Option<&str>| FetchResult::Page {
        events,
        token: token.map(str::to_owned),
        served: None,
    };
    tail.answered(page(Vec::new(), None), Duration::ZERO);
    assert!(tail.has_caught_up());
    tail.add();
    let mut now = Duration::from_secs(2);
    let mut shown = Vec::new();
    for number in 0..20 {
        match tail.next(now) {
            TailStep::Ask(query) if query.group == one => {
                let events = vec![event(BEGIN + number, &number.to_string())];
                shown.extend(tail.answered(page(events, None), now).events);
            }
            TailStep::Ask(_) => {
                tail.answered(page(Vec::new(), Some(&number.to_string())), now);
            }
            TailStep::Wait(until) => now = until,
            TailStep::Done => unreachable!("it follows"),
        }
    }
    assert!(shown.len() > 2, "{shown:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_event_is_shown_once(
        seed in any::<u64>(),
        events in 1_usize..3000,
        minutes in 1_i64..20,
        late in 0.0..1.0,
        groups in 1_usize..6,
        throttled in 0.0..0.7,
        empty in 0.0..0.5,
        repeated in 0.0..0.5,
        bursts in 0_usize..2,
        live in 0.0..1.0,
        is_live in any::<bool>(),
    ) {
        let events = events + 10_000 * bursts;
        let milliseconds = minutes * 60_000;
        let live = if is_live { live } else { 0.0 };
        let shape = Shape { seed, events, milliseconds, late, bursts, groups, live };
        let faults =
            format!("throttle-logs={throttled} empty-page={empty} repeat-token={repeated}");
        let mut feed = Feed::new(shape, &faults);
        let shown = follow(&mut feed, POLICY);
        prop_assert_eq!((shown.missing(), shown.twice(), shown.mismarked), (0, 0, 0));
        prop_assert!(busiest_second(&feed.calls) <= 5);
        prop_assert_eq!(shown.counts.events, events as u64);
    }

    #[test]
    fn what_was_there_before_is_read_in_order_and_once(
        seed in any::<u64>(),
        groups in 1_usize..6,
        empty in 0.0..0.5,
        throttled in 0.0..0.5,
        last in proptest::option::of(1_usize..5000),
    ) {
        let shape = Shape { groups, ..small(seed) };
        let mut feed = Feed::new(shape, &format!("empty-page={empty} throttle-logs={throttled}"));
        let begin = feed.end();
        let policy = TailPolicy { follows: false, last, ..POLICY };
        let shown = follow_from(&mut feed, policy, begin, begin);
        let asked = last.map_or(shape.events, |last| last.min(shape.events));
        prop_assert_eq!((shown.counts.events, shown.counts.late), (asked as u64, 0));
        prop_assert_eq!((shown.missing(), shown.twice()), (shape.events - asked, 0));
    }

    #[test]
    fn a_window_has_what_is_in_it(seed in any::<u64>(), from in 0_i64..600_000, to in 0_i64..600_000) {
        let mut feed = Feed::new(small(seed), "");
        let (since, until) = (BEGIN + from.min(to), BEGIN + from.max(to));
        let inside = (0..2).map(|group| {
            let group = EventFilter {
                group: crate::feed::name(group),
                start: since,
                end: Some(until),
                ..Default::default()
            };
            feed.logs.filter(&group, i64::MAX, &mut feed.faults).unwrap().events.len() as u64
        });
        let inside: u64 = inside.sum();
        let begin = feed.end();
        let policy = TailPolicy { since, until: Some(until), follows: false, ..POLICY };
        prop_assert_eq!(follow_from(&mut feed, policy, begin, begin).counts.events, inside);
    }
}
