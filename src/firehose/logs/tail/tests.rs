//! A tail, call by call: what it asks, and what it shows of the answers. That
//! no event is lost or shown twice, whatever a service does, is shown in
//! `tests/tailing`.

use super::*;

const POLICY: TailPolicy = TailPolicy {
    since: 0,
    until: None,
    follows: true,
    last: None,
    overlap: Duration::from_mins(2),
    seed: 1,
};

/// A tail with its clock.
struct Script {
    tail: Tail,
    now: Duration,
}

impl Script {
    fn new(policy: TailPolicy, groups: usize) -> Self {
        let mut tail = Tail::new(policy);
        (0..groups).for_each(|group| assert_eq!(tail.add(), group));
        Self { tail, now: Duration::ZERO }
    }

    /// The next call, after all waiting; `None` once it is done.
    fn query(&mut self) -> Option<Query> {
        loop {
            match self.tail.next(self.now) {
                TailStep::Ask(query) => return Some(query),
                TailStep::Wait(until) => self.now = until,
                TailStep::Done => return None,
            }
        }
    }

    /// Makes the next call; its result is this.
    fn call(&mut self, result: FetchResult) -> (Query, TailUpdate) {
        let query = self.query().expect("it is done");
        (query, self.tail.answered(result, self.now))
    }
}

/// An event that arrived half a second after its time.
fn event(timestamp: i64, id: &str) -> FetchedEvent {
    FetchedEvent {
        stream: "s".to_owned(),
        timestamp,
        ingestion: timestamp + 500,
        id: id.to_owned(),
        message: format!("message {id}"),
    }
}

fn page(events: &[(i64, &str)], token: Option<&str>) -> FetchResult {
    let events = events.iter().map(|(timestamp, id)| event(*timestamp, id)).collect();
    FetchResult::Page { events, token: token.map(str::to_owned), served: None }
}

/// Group and id of each event; `!` after one that is late.
fn shown(events: &[TailedEvent]) -> String {
    let one = |it: &TailedEvent| {
        format!("{}{}{}", it.group, it.event.id, if it.is_late { "!" } else { "" })
    };
    events.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_there_at_first_is_shown_in_order_over_all_groups() {
    let mut script = Script::new(TailPolicy { follows: false, ..POLICY }, 2);
    let (query, update) = script.call(page(&[(10, "a"), (30, "c")], None));
    assert_eq!((query.group, shown(&update.events).as_str()), (0, ""), "group 1 may have older");
    let (query, update) = script.call(page(&[(20, "b"), (40, "d")], None));
    assert_eq!((query.group, shown(&update.events).as_str()), (1, "0a 1b 0c 1d"));
    assert_eq!(script.query(), None);
    assert_eq!(script.tail.counts(), TailCounts { events: 4, late: 0, calls: 2, throttled: 0 });
}

#[test]
fn only_the_last_events_are_shown_where_that_is_asked_for() {
    let mut script = Script::new(TailPolicy { last: Some(2), ..POLICY }, 1);
    let (_, update) = script.call(page(&[(10, "a"), (20, "b")], Some("next")));
    assert_eq!(shown(&update.events), "", "newer ones may come");
    let (_, update) = script.call(page(&[(30, "c")], None));
    assert_eq!(shown(&update.events), "0b 0c");
    let (_, update) = script.call(page(&[(40, "d"), (50, "e"), (60, "f")], None));
    assert_eq!(shown(&update.events), "0d 0e 0f", "what comes later is not bounded");
}

#[test]
fn a_group_is_read_again_from_before_its_newest_arrival() {
    let mut script = Script::new(POLICY, 1);
    let (query, _) = script.call(page(&[(600_000, "a")], None));
    assert_eq!(query.start, 0);
    let started = script.now;
    let (query, update) = script.call(page(&[(590_000, "b"), (600_000, "a")], None));
    assert_eq!(script.now, started + Duration::from_secs(1));
    // The arrival, less the overlap, less the time that the reading took.
    assert_eq!(query.start, 600_500 - 120_000 - 1);
    assert_eq!(shown(&update.events), "0b!", "known by its id, and late");
    assert_eq!(script.tail.counts().late, 1);
}

#[test]
fn pages_of_a_sweep_keep_its_start() {
    let mut script = Script::new(POLICY, 1);
    script.call(page(&[(10, "a")], Some("one")));
    let (query, _) = script.call(page(&[], Some("two")));
    assert_eq!((query.start, query.token.as_deref()), (0, Some("one")));
    let (query, _) = script.call(page(&[(20, "b")], None));
    assert_eq!((query.start, query.token.as_deref()), (0, Some("two")), "no events, and no end");
    assert_eq!(script.query().unwrap().token, None);
}

#[test]
fn a_rejected_token_is_made_up_for_from_the_newest_event() {
    let mut script = Script::new(POLICY, 1);
    script.call(page(&[(10, "a"), (20, "b")], Some("one")));
    let (_, update) = script.call(FetchResult::BadToken);
    assert_eq!(update, TailUpdate::default());
    let (query, update) = script.call(page(&[(20, "b"), (20, "c")], None));
    assert_eq!((query.start, query.token), (20, None));
    assert!(shown(&update.events).ends_with("0c"), "the same millisecond is read again");
}

#[test]
fn a_service_that_gives_one_token_for_ever_is_reported_once() {
    let mut script = Script::new(POLICY, 1);
    let calls = (0..100).map(|_| script.call(page(&[], Some("again"))).1.notices);
    let notices: Vec<_> = calls.flatten().collect();
    assert_eq!(notices, [Notice::StuckToken(0)]);
}

#[test]
fn throttling_is_one_state_until_calls_work_for_a_while() {
    let mut script = Script::new(POLICY, 1);
    let (_, update) = script.call(FetchResult::Throttled);
    assert_eq!(update.notices, [Notice::Throttled]);
    let before = script.now;
    for _ in 1..=20 {
        let (_, update) = script.call(FetchResult::Throttled);
        assert_eq!(update.notices, [], "still the same");
    }
    assert!(script.now > before + Duration::from_secs(4), "it waits");
    for _ in 1..CALLS_TO_RECOVER {
        assert_eq!(script.call(page(&[], None)).1.notices, []);
    }
    assert_eq!(script.call(page(&[], None)).1.notices, [Notice::Recovered]);
    assert_eq!(script.tail.counts().throttled, 21);
}

#[test]
fn a_network_that_is_back_is_reported_at_once() {
    let mut script = Script::new(POLICY, 1);
    let (_, update) = script.call(FetchResult::Unreachable);
    assert_eq!(update, TailUpdate::default());
    let (query, update) = script.call(page(&[(10, "a")], None));
    assert_eq!((query.start, update.notices), (0, vec![Notice::Recovered]));
    assert_eq!(shown(&update.events), "0a");
}

#[test]
fn a_group_that_is_missing_is_waited_for_while_following() {
    let mut script = Script::new(POLICY, 1);
    assert_eq!(script.call(FetchResult::Missing).1.notices, [Notice::Missing(0)]);
    assert!(script.tail.is_missing(0) && script.tail.has_caught_up());
    let before = script.now;
    assert_eq!(script.call(FetchResult::Missing).1.notices, [], "reported once");
    assert_eq!(script.now, before + Duration::from_secs(2));
    let (_, update) = script.call(page(&[(10, "a")], None));
    assert_eq!(update.notices, [Notice::Appeared(0)]);
    assert_eq!(shown(&update.events), "0a");
    let mut script = Script::new(TailPolicy { follows: false, ..POLICY }, 1);
    script.call(FetchResult::Missing);
    assert_eq!(script.query(), None);
}

#[test]
fn a_group_that_may_not_be_read_does_not_hold_up_the_others() {
    let mut script = Script::new(TailPolicy { follows: false, ..POLICY }, 2);
    script.call(page(&[(10, "a")], None));
    let (query, update) = script.call(FetchResult::Refused);
    assert_eq!((query.group, shown(&update.events).as_str()), (1, "0a"));
    assert_eq!(script.query(), None);
}

#[test]
fn a_live_event_is_shown_at_once_and_not_when_it_is_fetched() {
    let mut script = Script::new(POLICY, 1);
    script.tail.listen(0);
    script.call(page(&[], None));
    let live =
        FetchedEvent { id: String::new(), message: "message a\n".to_owned(), ..event(10, "a") };
    let events = script.tail.live_events(0, vec![live.clone(), live]);
    assert_eq!(shown(&events), "0");
    let (_, update) = script.call(page(&[(10, "a"), (11, "b")], None));
    assert_eq!(shown(&update.events), "0b");
}

#[test]
fn a_last_round_reads_every_group_to_its_end() {
    let mut script = Script::new(POLICY, 1);
    script.call(page(&[(10, "a")], None));
    script.tail.last_round();
    script.call(page(&[(20, "b")], Some("one")));
    let (query, update) = script.call(page(&[(30, "c")], None));
    assert_eq!((query.token.as_deref(), shown(&update.events).as_str()), (Some("one"), "0c"));
    assert_eq!(script.query(), None);
}
