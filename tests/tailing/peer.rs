//! The algorithm of `aws logs tail --follow` (AWS CLI v2, `tail.py`), as
//! RELIABILITY tells of it: the ids of the newest timestamp are remembered and
//! trimmed after each page, the next round starts at the newest timestamp that
//! was seen, every 5 s.

use std::collections::BTreeSet;
use std::time::Duration;

use fh::local::cloudwatch_logs::{EventFilter, Refusal};

use crate::feed::{BEGIN, Feed, Shown, name};

const ROUND: Duration = Duration::from_secs(5);
const CALL: Duration = Duration::from_millis(60);

/// The standard retry mode: three attempts, then it ends.
const ATTEMPTS: usize = 3;

/// What it showed, and when it died if it did.
pub(crate) fn follow(feed: &mut Feed, group: usize) -> (Shown, Option<Duration>) {
    let mut shown = Shown::new(feed.shape);
    let mut filter = EventFilter { group: name(group), start: BEGIN, ..EventFilter::default() };
    let mut known: BTreeSet<(i64, String)> = BTreeSet::new();
    let mut now = Duration::ZERO;
    while now < feed.end() + ROUND {
        let mut answer = Err(Refusal::Throttled);
        for _ in 0..ATTEMPTS {
            answer = feed.ask(&filter, now + CALL / 2);
            now += CALL;
            if answer != Err(Refusal::Throttled) {
                break;
            }
            now += Duration::from_secs(1);
        }
        let Ok(page) = answer else { return (shown, Some(now)) };
        for event in &page.events {
            if known.insert((event.timestamp, event.id.clone())) {
                shown.show(event);
            }
        }
        let newest = known.last().map_or(filter.start, |(timestamp, _)| *timestamp);
        known.retain(|(timestamp, _)| *timestamp == newest);
        filter.token = page.token;
        if filter.token.is_none() {
            filter.start = newest;
            now += ROUND;
        }
    }
    (shown, None)
}
