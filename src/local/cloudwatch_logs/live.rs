//! `StartLiveTail`: what has arrived, as the frames of an event stream (Smithy
//! specification, "Amazon Event Stream").

use std::collections::BTreeSet;
use std::time::Duration;

use flate2::Crc;
use http_body_util::channel::Sender;
use hyper::body::Bytes;

use super::api::{SharedLogs, lock, milliseconds};
use super::pattern::Pattern;
use super::{EventFilter, Logs, Refusal, wire};
use crate::local::faults::{self, Chance, Faults, SharedFaults};
use firehose::logs::tail::FetchedEvent;

/// Between two looks at what has arrived. The service takes a second.
const LOOK: Duration = Duration::from_millis(50);

/// How long a session lasts (API reference, `StartLiveTail`).
const SESSION: Duration = Duration::from_hours(3);

/// A string, among the types of headers.
const STRING: u8 = 7;

/// What a session has to tell.
#[derive(Debug)]
pub(super) struct LiveFeed {
    /// The ARN of the group, as it was asked with.
    group: String,
    filter: EventFilter,
    pattern: Pattern,
    /// Numbers of the events that it has sent, or that were there before.
    seen: BTreeSet<u64>,
}

impl LiveFeed {
    /// Begins to watch.
    pub(super) fn new(
        logs: &mut Logs,
        (group, filter): (String, EventFilter),
        now: i64,
    ) -> Result<Self, Refusal> {
        let pattern = Pattern::parse(&filter.pattern).map_err(Refusal::Invalid)?;
        let mut session = Self { group, filter, pattern, seen: BTreeSet::new() };
        session.look(logs, now)?;
        Ok(session)
    }

    /// What has arrived since the last look.
    fn look(&mut self, logs: &mut Logs, now: i64) -> Result<Vec<FetchedEvent>, Refusal> {
        let group = logs.group(&self.filter.group, now)?;
        let mut events = Vec::new();
        for ((_, _, number), stored) in &group.events {
            if stored.visible <= now && self.seen.insert(*number) {
                let is_asked = self.filter.has(&stored.event, &self.pattern);
                events.extend(is_asked.then(|| stored.event.clone()));
            }
        }
        Ok(events)
    }

    /// Sends all that arrives until the client leaves or a fault ends it.
    pub(super) async fn send_updates(
        mut self,
        logs: SharedLogs,
        faults: SharedFaults,
        mut out: Sender<Bytes>,
    ) {
        let end = tokio::time::Instant::now() + SESSION;
        let session = wire::live_start(&self.group, &self.filter);
        let start = [frame("initial-response", b"{}"), frame("sessionStart", &session)].concat();
        if out.send_data(start.into()).await.is_err() {
            return;
        }
        while tokio::time::Instant::now() < end {
            tokio::time::sleep(LOOK).await;
            let update = self.update(&mut lock(&logs), &mut faults::lock(&faults));
            let Ok((events, is_sampled)) = update else { return };
            if events.is_empty() && !is_sampled {
                continue;
            }
            let body = wire::update(&self.group, &events, is_sampled);
            if out.send_data(frame("sessionUpdate", &body).into()).await.is_err() {
                return;
            }
            if faults::lock(&faults).happens(Chance::EndLive) {
                return;
            }
        }
    }

    /// What an update has, and whether something is left out of it.
    fn update(
        &mut self,
        logs: &mut Logs,
        faults: &mut Faults,
    ) -> Result<(Vec<FetchedEvent>, bool), Refusal> {
        let mut events = self.look(logs, milliseconds())?;
        let count = events.len();
        events.retain(|_| !faults.happens(Chance::SampleLive));
        let is_sampled = events.len() < count;
        Ok((events, is_sampled))
    }
}

/// A message of an event stream.
fn frame(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in
        [(":message-type", "event"), (":event-type", kind), (":content-type", "application/json")]
    {
        headers.push(u8::try_from(name.len()).unwrap_or_default());
        headers.extend(name.as_bytes());
        headers.push(STRING);
        headers.extend(u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
        headers.extend(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    // Two lengths and two sums of four bytes each.
    let mut frame = Vec::new();
    frame.extend(length(headers.len() + payload.len() + 16));
    frame.extend(length(headers.len()));
    frame.extend(sum(&frame));
    frame.extend(headers);
    frame.extend(payload);
    frame.extend(sum(&frame));
    frame
}

fn sum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}
