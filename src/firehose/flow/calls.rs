//! Before the transform: the buffer, batches that wait for a call, and calls.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::activity::CallId;
use super::assumed::{OUTSTANDING_CALLS, RETRY_PAUSES};
use super::config::StreamConfig;
use super::records::Record;
use crate::time::Millis;
use crate::transform::Event;

/// Records that wait for the transform, and its calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    buffer: VecDeque<Record>,
    /// When the first record came into the buffer.
    opened: Millis,
    buffer_bytes: u64,
    /// Closed buffers, the oldest first.
    closed: VecDeque<VecDeque<Record>>,
    running: BTreeMap<CallId, Call>,
    next: u64,
    /// Bytes of all records here.
    bytes: usize,
}

/// One event that the transform has to answer.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: Arc<str>,
    pub(super) event: Event,
    /// In the order of the event.
    pub(super) records: Vec<Record>,
    /// 1, and one more with each retry.
    pub(super) attempt: u32,
    /// When it is repeated; `None` while it is outstanding.
    pub(super) retry_at: Option<Millis>,
}

impl Calls {
    /// Adds a record to the buffer, which is closed before it or with it by the
    /// size of the payloads.
    pub(super) fn push(&mut self, record: Record, config: &StreamConfig, now: Millis) {
        let limit = config.transform.as_ref().map_or(u64::MAX, |it| it.buffering.bytes);
        let length = record.payload.len() as u64;
        if self.buffer_bytes + length > limit {
            self.close();
        }
        if self.buffer.is_empty() {
            self.opened = now;
        }
        self.bytes += record.payload.len();
        self.buffer_bytes += length;
        self.buffer.push_back(record);
        if self.buffer_bytes >= limit {
            self.close();
        }
    }

    /// Closes the buffer, if anything is in it.
    pub(super) fn close(&mut self) {
        if !self.buffer.is_empty() {
            self.closed.push_back(std::mem::take(&mut self.buffer));
            self.buffer_bytes = 0;
        }
    }

    /// When the buffer has waited as long as it may.
    pub(super) fn buffer_due(&self, config: &StreamConfig) -> Option<Millis> {
        let interval = config.scaled(config.transform.as_ref()?.buffering.interval);
        (!self.buffer.is_empty()).then(|| self.opened.saturating_add(interval))
    }

    /// When the next call is repeated.
    pub(super) fn retry_due(&self) -> Option<Millis> {
        self.running.values().filter_map(|call| call.retry_at).min()
    }

    /// Takes the next batch, if another call may be outstanding.
    pub(super) fn next_batch(&mut self) -> Option<VecDeque<Record>> {
        if self.running.len() >= OUTSTANDING_CALLS.value {
            return None;
        }
        self.closed.pop_front()
    }

    /// Puts back what did not fit into an event.
    pub(super) fn put_back(&mut self, batch: VecDeque<Record>) {
        if !batch.is_empty() {
            self.closed.push_front(batch);
        }
    }

    /// Starts a call.
    pub(super) fn start(&mut self, call: Call) -> CallId {
        self.next += 1;
        let id = CallId(self.next);
        self.running.insert(id, call);
        id
    }

    /// Takes the call that is answered, if it is outstanding.
    pub(super) fn answered(&mut self, id: CallId) -> Option<Call> {
        self.running.get(&id).filter(|call| call.retry_at.is_none())?;
        self.running.remove(&id)
    }

    /// Keeps a call that failed until it is repeated.
    pub(super) fn retry_later(&mut self, id: CallId, call: Call, at: Millis) {
        self.running.insert(id, Call { retry_at: Some(at), ..call });
    }

    /// Takes the calls that have to be repeated at `now`: they are outstanding
    /// again.
    pub(super) fn retries(&mut self, now: Millis) -> Vec<CallId> {
        let due =
            self.running.iter_mut().filter(|(_, call)| call.retry_at.is_some_and(|at| at <= now));
        due.map(|(id, call)| {
            call.retry_at = None;
            call.attempt += 1;
            *id
        })
        .collect()
    }

    pub(super) fn call_mut(&mut self, id: CallId) -> Option<&mut Call> {
        self.running.get_mut(&id)
    }

    /// Records that left, by failing or with an answer.
    pub(super) fn forget(&mut self, record: &Record) {
        self.bytes -= record.payload.len();
    }

    /// Takes out all records that wait, in their order.
    pub(super) fn drain(&mut self) -> Vec<Record> {
        self.close();
        let records: Vec<_> = std::mem::take(&mut self.closed).into_iter().flatten().collect();
        self.bytes -= records.iter().map(|record| record.payload.len()).sum::<usize>();
        records
    }

    /// The lowest number of a record that is here.
    pub(super) fn lowest(&self) -> Option<u64> {
        // They wait and are called in the order of their numbers.
        let first = self.running.values().filter_map(|call| call.records.first());
        first.chain(self.waiting().next()).map(|record| record.number).min()
    }

    /// Records that wait for a call.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &Record> {
        self.closed.iter().flatten().chain(&self.buffer)
    }

    /// Records of calls.
    #[cfg(test)]
    pub(super) fn calling(&self) -> impl Iterator<Item = &Record> {
        self.running.values().flat_map(|call| &call.records)
    }

    /// How many wait for a call, and how many are in one.
    pub(super) fn counts(&self) -> (usize, usize) {
        let waiting = self.closed.iter().map(VecDeque::len).sum::<usize>() + self.buffer.len();
        (waiting, self.running.values().map(|call| call.records.len()).sum())
    }

    /// Bytes of all records here.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The pause after this attempt, from 1.
pub(super) fn retry_pause(attempt: u32, config: &StreamConfig) -> Millis {
    let pauses = RETRY_PAUSES.value;
    let at = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = pauses.get(at).or(pauses.last()).copied().unwrap_or_default();
    config.scaled(pause)
}
