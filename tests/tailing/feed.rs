//! Feeds of events, and a clock that goes as far as somebody waits.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails loudly"
)]

use std::time::Duration;

use fh::local::cloudwatch_logs::{EventFilter, EventPage, Logs, Refusal};
use fh::local::faults::Faults;
use firehose::logs::tail::{
    FetchResult, FetchedEvent, Notice, Tail, TailCounts, TailPolicy, TailStep, TailedEvent,
};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;

/// When feeds begin: Nov 22 2026, in milliseconds.
pub(crate) const BEGIN: i64 = 1_795_327_200_000;

/// How late an event may become visible.
pub(crate) const LATE: i64 = 120_000;

/// Calls a second that AWS takes.
const QUOTA: usize = 5;

/// How long a call takes.
const CALL: Duration = Duration::from_millis(60);

/// What a feed is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) events: usize,
    /// How long it lasts.
    pub(crate) milliseconds: i64,
    /// Part of the events that is later than 3 s.
    pub(crate) late: f64,
    /// Bursts of 10,000 events in one millisecond.
    pub(crate) bursts: usize,
    /// Groups; the last is created in the middle.
    pub(crate) groups: usize,
    /// Part of the events that is also heard live.
    pub(crate) live: f64,
}

/// A feed in a service at simulated time.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) logs: Logs,
    pub(crate) faults: Faults,
    pub(crate) shape: Shape,
    /// When calls came, throttled ones too: milliseconds.
    pub(crate) calls: Vec<i64>,
    /// AWS throttles all calls between these times.
    pub(crate) outage: (Duration, Duration),
    /// What is heard live, the last first: when, in which group.
    live: Vec<(i64, usize, FetchedEvent)>,
}

impl Feed {
    /// With these faults, written as for `--fault`.
    pub(crate) fn new(shape: Shape, faults: &str) -> Self {
        let mut logs = Logs::new("000000000000", "eu-west-1").with_max_bytes(usize::MAX);
        let faults = faults.split_whitespace().fold(Faults::new(shape.seed), |mut all, fault| {
            all.set(fault.parse().unwrap()).unwrap();
            all
        });
        let mut rng = ChaCha8Rng::seed_from_u64(shape.seed);
        let created = |group| {
            let is_late = group + 1 == shape.groups && group > 0;
            BEGIN + if is_late { shape.milliseconds / 2 } else { 0 }
        };
        for group in 0..shape.groups {
            logs.create_group(&name(group), created(group)).unwrap();
        }
        let bursts: Vec<i64> =
            (0..shape.bursts).map(|_| rng.random_range(0..shape.milliseconds)).collect();
        let mut live = Vec::new();
        for number in 0..shape.events {
            let group = rng.random_range(0..shape.groups);
            let burst = bursts.get(number / 10_000).copied();
            let group = if burst.is_some() { 0 } else { group };
            let span = BEGIN + shape.milliseconds - created(group);
            let time = burst.unwrap_or_else(|| rng.random_range(0..span)) + created(group);
            let most = if rng.random::<f64>() < shape.late { LATE } else { 3000 };
            let arrival = time + rng.random_range(0..most);
            // Seen some time after it arrived, but not later than promised.
            let visible = arrival + rng.random_range(0..=1000.min(time + LATE - arrival));
            let stream = format!("stream-{}", rng.random_range(0..20) + number / 100_000);
            let event = (time, format!("event {number}"));
            if rng.random::<f64>() < shape.live {
                // Before it can be fetched, or after.
                let heard = visible + rng.random_range(-500..500);
                let message = format!("event {number}\n");
                let (stream, id) = (stream.clone(), String::new());
                let event =
                    FetchedEvent { stream, timestamp: time, ingestion: arrival, id, message };
                live.push((heard, group, event));
            }
            logs.put(&name(group), &stream, event, arrival, visible).unwrap();
        }
        live.sort_by_key(|(heard, ..)| std::cmp::Reverse(*heard));
        let outage = (Duration::ZERO, Duration::ZERO);
        Self { logs, faults, shape, calls: Vec::new(), outage, live }
    }

    /// What is heard until now.
    fn heard(&mut self, now: Duration) -> Vec<(usize, FetchedEvent)> {
        let mut heard = Vec::new();
        while let Some((_, group, event)) = self.live.pop_if(|(at, ..)| *at <= clock(now)) {
            heard.push((group, event));
        }
        heard
    }

    /// When the last event is visible, by the clock of a tail.
    pub(crate) fn end(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.shape.milliseconds + LATE).unwrap())
    }

    pub(crate) fn ask(
        &mut self,
        filter: &EventFilter,
        now: Duration,
    ) -> Result<EventPage, Refusal> {
        if now >= self.outage.0 && now < self.outage.1 {
            return Err(Refusal::Throttled);
        }
        let now = clock(now);
        let recent = self.calls.iter().rev().take_while(|at| now - **at < 1000).count();
        self.calls.push(now);
        if recent >= QUOTA {
            return Err(Refusal::Throttled);
        }
        self.logs.filter(filter, now, &mut self.faults)
    }
}

pub(crate) fn clock(now: Duration) -> i64 {
    BEGIN + i64::try_from(now.as_millis()).unwrap()
}

pub(crate) fn name(group: usize) -> String {
    format!("/aws/lambda/function-{group}")
}

/// What a tail showed.
#[derive(Debug)]
pub(crate) struct Shown {
    /// How often each event was shown, by its number.
    times: Vec<u32>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) counts: TailCounts,
    /// Events that are marked wrongly.
    pub(crate) mismarked: usize,
    newest: Vec<i64>,
}

impl Shown {
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            times: vec![0; shape.events],
            notices: Vec::new(),
            counts: TailCounts::default(),
            mismarked: 0,
            newest: vec![i64::MIN; shape.groups],
        }
    }

    pub(crate) fn show(&mut self, event: &FetchedEvent) {
        let (_, number) = event.message.split_once(' ').unwrap();
        self.times[number.trim_end().parse::<usize>().unwrap()] += 1;
    }

    fn batch(&mut self, events: &[TailedEvent]) {
        let order = |it: &TailedEvent| (it.event.timestamp, it.event.ingestion);
        assert!(events.is_sorted_by_key(order), "a batch is in order");
        for shown in events {
            self.show(&shown.event);
            let is_behind = shown.event.timestamp < self.newest[shown.group];
            self.mismarked += usize::from(is_behind != shown.is_late);
        }
        for shown in events {
            let newest = &mut self.newest[shown.group];
            *newest = shown.event.timestamp.max(*newest);
        }
    }

    /// Events that were never shown.
    pub(crate) fn missing(&self) -> usize {
        self.times.iter().filter(|times| **times == 0).count()
    }

    /// Events that were shown more than once.
    pub(crate) fn twice(&self) -> usize {
        self.times.iter().filter(|times| **times > 1).count()
    }
}

/// Follows a feed to its end, and reads a last round then.
pub(crate) fn follow(feed: &mut Feed, policy: TailPolicy) -> Shown {
    let end = feed.end();
    follow_from(feed, policy, Duration::ZERO, end)
}

/// Follows a feed from one time to another.
pub(crate) fn follow_from(
    feed: &mut Feed,
    policy: TailPolicy,
    begin: Duration,
    end: Duration,
) -> Shown {
    let mut tail = Tail::new(policy);
    let mut shown = Shown::new(feed.shape);
    for _ in 0..feed.shape.groups {
        let group = tail.add();
        if feed.shape.live > 0.0 {
            tail.listen(group);
        }
    }
    let mut now = begin;
    let mut is_last = !policy.follows;
    loop {
        if now >= end && !is_last {
            is_last = true;
            tail.last_round();
        }
        for (group, event) in feed.heard(now) {
            shown.batch(&tail.live_events(group, vec![event]));
        }
        match tail.next(now) {
            TailStep::Done => break,
            TailStep::Wait(until) => {
                assert!(until > now, "it waits for the past");
                now = until;
            }
            TailStep::Ask(query) => {
                let filter = EventFilter {
                    group: name(query.group),
                    start: query.start,
                    end: query.end,
                    token: query.token,
                    ..EventFilter::default()
                };
                let served = now + CALL / 2;
                let answer = answer_of(feed.ask(&filter, served), clock(served));
                now += CALL;
                let batch = tail.answered(answer, now);
                shown.batch(&batch.events);
                shown.notices.extend(batch.notices);
            }
        }
    }
    shown.counts = tail.counts();
    shown
}

/// `served` is when it was given.
fn answer_of(answer: Result<EventPage, Refusal>, served: i64) -> FetchResult {
    match answer {
        Ok(EventPage { events, token }) => {
            FetchResult::Page { events, token, served: Some(served) }
        }
        Err(Refusal::Throttled) => FetchResult::Throttled,
        Err(Refusal::Missing(_)) => FetchResult::Missing,
        Err(_) => FetchResult::BadToken,
    }
}

/// Most calls in any second.
pub(crate) fn busiest_second(calls: &[i64]) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, at) in calls.iter().enumerate() {
        while at - calls[first] >= 1000 {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// Follows everything from the beginning of the feed.
pub(crate) const POLICY: TailPolicy = TailPolicy {
    since: BEGIN,
    until: None,
    follows: true,
    last: None,
    overlap: firehose::logs::tail::DEFAULT_OVERLAP,
    seed: 1,
};
