//! What happened last: for terminals, for `show`, and for whoever asks later.
//!
//! Bounded: the oldest is forgotten first.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use serde::Serialize;
use tokio::sync::Notify;

use firehose::flow::{Activity, CallId};
use firehose::lambda_report::NewLogEvent;

/// Happenings that are kept.
pub(super) const MAX_EVENTS: usize = 10_000;

/// A longer file of activity is renamed, and another one begun: ours.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Bytes of records, events, answers and logs that are kept.
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What one record, or one call, counts besides its bytes.
const AROUND: usize = 256;

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The first one has 1.
    pub number: u64,
    /// The delivery stream; none for what is not about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<Arc<str>>,
    /// What.
    #[serde(flatten)]
    pub activity: Activity,
}

/// A call of the transform, as far as it is kept.
#[derive(Debug, Clone, Default)]
pub struct CallDetails {
    /// The event.
    pub event: Bytes,
    /// The response, if there was one.
    pub response: Vec<u8>,
    /// What the function logged.
    pub log: Vec<NewLogEvent>,
}

/// What happened, up to a bound.
#[derive(Debug, Default)]
pub struct History {
    state: Mutex<State>,
    added: Notify,
}

type RecordKey = (Arc<str>, u64);
type CallKey = (Arc<str>, CallId, u32);

/// What is kept by the bytes that it takes.
#[derive(Debug)]
enum Kept {
    Record(RecordKey),
    Call(CallKey),
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    last: u64,
    records: BTreeMap<RecordKey, Bytes>,
    calls: BTreeMap<CallKey, CallDetails>,
    /// The oldest first, with its size.
    order: VecDeque<(Kept, usize)>,
    bytes: usize,
    file: Option<ActivityFile>,
}

/// The file that has each activity as a line.
#[derive(Debug)]
struct ActivityFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl ActivityFile {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, length })
    }

    fn write(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        if self.length > MAX_FILE {
            fs::rename(&self.path, self.path.with_extension("1.ndjson"))?;
            *self = Self::open(&self.path)?;
        }
        self.length += line.len() as u64;
        self.file.write_all(&line)
    }
}

impl History {
    /// Writes what happens from now on to this file too, at its end.
    pub fn write_to(&self, path: &Path) -> io::Result<()> {
        self.state().file = Some(ActivityFile::open(path)?);
        Ok(())
    }

    /// Adds what happened.
    pub fn add(&self, stream: Option<Arc<str>>, activity: Activity) {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        let event = Event { number, stream, activity };
        if state.file.as_mut().is_some_and(|file| file.write(&event).is_err()) {
            // A full disk: records matter more, and their journal reports it.
            state.file = None;
        }
        state.events.push_back(event);
        if state.events.len() > MAX_EVENTS {
            state.events.pop_front();
        }
        drop(state);
        self.added.notify_waiters();
    }

    /// Keeps records as they came; the first one has this number.
    pub fn keep_records(&self, stream: &Arc<str>, first: u64, payloads: &[Bytes]) {
        let mut state = self.state();
        for (number, payload) in (first..).zip(payloads) {
            let key = (Arc::clone(stream), number);
            let size = payload.len() + AROUND;
            state.records.insert(key.clone(), payload.clone());
            state.count(Kept::Record(key), size);
        }
    }

    /// Keeps an attempt of a call.
    pub fn keep_call(&self, stream: &Arc<str>, call: CallId, attempt: u32, details: CallDetails) {
        let log: usize = details.log.iter().map(|(_, message)| message.len() + AROUND).sum();
        let size = details.event.len() + details.response.len() + log + AROUND;
        let key = (Arc::clone(stream), call, attempt);
        let mut state = self.state();
        state.calls.insert(key.clone(), details);
        state.count(Kept::Call(key), size);
    }

    /// What happened after the event of this number, the oldest first; and whether
    /// something between was forgotten.
    pub fn after(&self, number: u64, most: usize) -> (Vec<Event>, bool) {
        let state = self.state();
        let first = state.events.front().map_or(state.last + 1, |event| event.number);
        let skipped = usize::try_from((number + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        let events = state.events.iter().skip(skipped).take(most).cloned().collect();
        (events, number + 1 < first)
    }

    /// Waits until there is something after the event of this number.
    pub async fn wait_after(&self, number: u64) {
        loop {
            let added = self.added.notified();
            tokio::pin!(added);
            added.as_mut().enable();
            if self.state().last > number {
                return;
            }
            added.await;
        }
    }

    /// All that is kept of a stream, the oldest first.
    pub fn of_stream(&self, stream: &str) -> Vec<Event> {
        let is_its = |event: &&Event| event.stream.as_deref() == Some(stream);
        self.state().events.iter().filter(is_its).cloned().collect()
    }

    /// A record as it came, if it is still kept.
    pub fn record(&self, stream: &Arc<str>, number: u64) -> Option<Bytes> {
        self.state().records.get(&(Arc::clone(stream), number)).cloned()
    }

    /// The first of the records that are kept and have a higher number, the oldest
    /// first.
    pub fn records_after(&self, stream: &Arc<str>, number: u64, most: usize) -> Vec<(u64, Bytes)> {
        let state = self.state();
        let first = (Arc::clone(stream), number.saturating_add(1));
        let range = state.records.range(first..=(Arc::clone(stream), u64::MAX));
        range.take(most).map(|((_, number), bytes)| (*number, bytes.clone())).collect()
    }

    /// An attempt of a call, if it is still kept.
    pub fn call(&self, stream: &Arc<str>, call: CallId, attempt: u32) -> Option<CallDetails> {
        self.state().calls.get(&(Arc::clone(stream), call, attempt)).cloned()
    }

    /// No code panics while it holds this.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts what was added, and forgets the oldest.
    fn count(&mut self, kept: Kept, size: usize) {
        self.order.push_back((kept, size));
        self.bytes += size;
        while self.bytes > MAX_BYTES
            && let Some((oldest, size)) = self.order.pop_front()
        {
            self.bytes -= size;
            match oldest {
                Kept::Record(key) => drop(self.records.remove(&key)),
                Kept::Call(key) => drop(self.calls.remove(&key)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::flow::What;

    #[test]
    fn the_oldest_events_and_bytes_are_forgotten_first() {
        let history = History::default();
        let stream: Arc<str> = "demo".into();
        for _ in 0..=MAX_EVENTS {
            history.add(Some(Arc::clone(&stream)), Activity { at: 1, what: What::Flushed });
        }
        let (events, has_gap) = history.after(0, 3);
        assert_eq!(events.iter().map(|it| it.number).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(has_gap);
        let (events, has_gap) = history.after(MAX_EVENTS as u64, 3);
        assert_eq!((events.len(), has_gap), (1, false));
        assert!(history.after(MAX_EVENTS as u64 + 1, 3).0.is_empty());
    }

    #[test]
    fn records_are_read_page_by_page() {
        let history = History::default();
        for name in ["demo", "orders"] {
            history.keep_records(&name.into(), 1, &["a", "b", "c"].map(Bytes::from));
        }
        let after = |number, most| {
            let records = history.records_after(&"demo".into(), number, most);
            records.into_iter().map(|(number, _)| number).collect::<Vec<_>>()
        };
        assert_eq!(after(0, 2), [1, 2]);
        assert_eq!(after(2, 9), [3]);
        assert!(after(3, 9).is_empty() && after(u64::MAX, 9).is_empty());
    }

    #[test]
    fn records_and_calls_share_one_bound() {
        let history = History::default();
        let stream: Arc<str> = "demo".into();
        let half = Bytes::from(vec![0; MAX_BYTES / 2]);
        history.keep_records(&stream, 1, std::slice::from_ref(&half));
        let details = CallDetails { event: half, ..CallDetails::default() };
        history.keep_call(&stream, CallId(1), 1, details);
        assert!(history.record(&stream, 1).is_none());
        assert!(history.call(&stream, CallId(1), 1).is_some());
    }
}
