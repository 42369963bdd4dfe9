//! A delivery stream at work: records go in and time goes by, effects come out.
//!
//! ```text
//! put ─▶ backup buffer ─▶ object
//!  └──▶ transform buffer ─▶ call ─▶ delivery buffer of a partition ─▶ object
//!                             └───▶ buffer of an error type ───────▶ object
//! ```
//!
//! Pure: whoever drives it makes the calls, writes the objects and the journal,
//! and reports what came of them. Each accepted record is in exactly one place of
//! the second and third line, and with a backup in exactly one of the first,
//! whatever happens.

mod activity;
pub mod assumed;
mod buffers;
mod calls;
mod config;
mod deliver;
mod from_description;
pub mod journal;
mod members;
mod objects;
mod partition;
mod processors;
mod put;
mod records;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use crate::demo::RandomFields;
use crate::s3::prefix::Prefix;
use crate::time::Millis;
use crate::transform::{Answer, CheckSettings};
use buffers::{Buffers, Limits, Role};
use calls::Calls;
use journal::{Entry, Restored};
use objects::Writing;
use partition::WantedKeys;

pub use activity::{Activity, CallId, ObjectId, ObjectPlace, Outcome, What};
pub use config::{ObjectSettings, Refusal, StreamConfig, Unpacking};
pub use partition::{KeyQuery, TOO_MANY_PARTITIONS_CODE};
pub use processors::{Deaggregation, LogsUnpacker, NotGzip};
pub use put::PutRefusal;
pub use records::{Record, RecordSet};

/// What happens to a stream besides records and configuration.
#[derive(Debug)]
pub enum Input {
    /// A call came back.
    Answered(CallId, Answer),
    /// An object is there, or could not be written.
    Written(ObjectId, Result<(), WriteError>),
    /// Time went by: due when [`Flow::wakes_at`] has come.
    Tick,
    /// All that was accepted so far shall be delivered without waiting.
    Flush,
}

/// Why an object could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteError {
    /// `S3.AccessDenied` and the like.
    pub code: String,
    /// That in words.
    pub message: String,
}

/// What has to be done, in this order.
#[derive(Debug)]
pub enum Effect {
    /// Keep this before anything that follows, if there is a journal.
    Journal(Entry),
    /// Call the function with this event, and report with [`Input::Answered`].
    Invoke {
        /// The call.
        call: CallId,
        /// 1, and one more with each retry.
        attempt: u32,
        /// ARN of the function.
        function: Arc<str>,
        /// The event.
        event: Bytes,
    },
    /// Write this object, and report with [`Input::Written`].
    Write {
        /// The object.
        object: ObjectId,
        /// Where.
        place: ObjectPlace,
        /// It is of the source backup.
        is_backup: bool,
        /// Its body.
        body: Bytes,
        /// `Content-Encoding`, if it has one. The type is always
        /// [`CONTENT_TYPE`].
        content_encoding: Option<&'static str>,
    },
    /// Put this into the log of the stream.
    Log(LogEntry),
    /// Show this.
    Report(Activity),
}

/// `Content-Type` of every object, as captured.
pub const CONTENT_TYPE: &str = "application/octet-stream";

/// An error event of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The log group.
    pub group: String,
    /// The log stream.
    pub stream: String,
    /// When.
    pub at: Millis,
    /// JSON, as AWS writes it.
    pub message: String,
}

/// Where the accepted records are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Holds {
    /// All that were ever accepted, here or before a restart.
    pub accepted: u64,
    /// Waiting for the transform.
    pub waiting: u64,
    /// In an event that the transform has, or will get again.
    pub calling: u64,
    /// Transformed, in a buffer.
    pub delivering: u64,
    /// Failed, in a buffer.
    pub failing: u64,
    /// In an object that is being written.
    pub writing: u64,
    /// In an object.
    pub delivered: u64,
    /// In a failure object.
    pub failed: u64,
    /// Dropped by the transform.
    pub dropped: u64,
    /// Delivered, failed or dropped before a restart: a journal does not keep which.
    pub settled_before: u64,
    /// In the buffer of the backup.
    pub backing_up: u64,
    /// In an object of the backup that is being written.
    pub writing_backup: u64,
    /// In an object of the backup.
    pub backed_up: u64,
}

impl Holds {
    /// True if nothing is on its way.
    pub const fn is_settled(&self) -> bool {
        let on_the_way = self.waiting + self.calling + self.delivering + self.failing;
        on_the_way + self.writing + self.backing_up + self.writing_backup == 0
    }
}

/// A delivery stream at work.
#[derive(Debug)]
pub struct Flow {
    config: StreamConfig,
    prefixes: Prefixes,
    wanted: WantedKeys,
    settings: CheckSettings,
    unpacker: Option<LogsUnpacker>,
    query: Option<Box<dyn KeyQuery>>,
    are_queries_off: bool,
    random: RandomFields,
    next_record: u64,
    next_object: u64,
    calls: Calls,
    buffers: Buffers,
    writing: BTreeMap<ObjectId, Writing>,
    /// Records that have left.
    gone: Holds,
    /// Records below this number do not wait in buffers.
    flush_below: Option<u64>,
}

#[derive(Debug)]
struct Prefixes {
    delivery: Prefix,
    failures: Prefix,
    backup: Prefix,
}

impl Prefixes {
    fn of(config: &StreamConfig) -> Self {
        let backup = config.backup.as_ref().and_then(|it| it.prefix.as_ref());
        Self {
            delivery: Prefix::of_delivery(config.delivery.prefix.as_ref()),
            failures: config.failure_prefix(),
            backup: Prefix::of_delivery(backup),
        }
    }
}

impl Flow {
    /// A stream that has nothing yet. `query` evaluates the query of `config`; all
    /// that is random comes from `seed`.
    pub fn new(
        config: StreamConfig,
        query: Option<Box<dyn KeyQuery>>,
        seed: u64,
    ) -> Result<Self, Refusal> {
        config.check()?;
        Ok(Self {
            prefixes: Prefixes::of(&config),
            wanted: config.wanted_keys(),
            settings: config.settings(),
            unpacker: config.unpacking.map(|it| LogsUnpacker::new(it.extracts_messages)),
            config,
            query,
            are_queries_off: false,
            random: RandomFields::new(seed),
            next_record: 1,
            next_object: 1,
            calls: Calls::default(),
            buffers: Buffers::default(),
            writing: BTreeMap::new(),
            gone: Holds::default(),
            flush_below: None,
        })
    }

    /// How it is set up.
    pub const fn config(&self) -> &StreamConfig {
        &self.config
    }

    /// Goes on after a restart: what is not settled waits for the transform again.
    pub fn restore(&mut self, restored: Restored, now: Millis, out: &mut Vec<Effect>) {
        self.next_record = self.next_record.max(restored.next_record);
        self.next_object = self.next_object.max(restored.next_object);
        self.gone.accepted = self.next_record - 1;
        let left = restored.records.len() as u64;
        self.gone.settled_before = self.gone.accepted.saturating_sub(left);
        if self.config.backup.is_some() {
            self.gone.backed_up = self.gone.accepted.saturating_sub(restored.backup.len() as u64);
            for record in &restored.backup {
                self.back_up(record, now, out);
            }
        }
        self.take_in(restored.records, now, out);
        self.advance(now, false, out);
    }

    /// Takes another configuration. Prefixes reach the records in buffers.
    pub fn configure(
        &mut self,
        config: StreamConfig,
        query: Option<Box<dyn KeyQuery>>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        config.check()?;
        let has_other_keys = config.wanted_keys() != self.wanted;
        if has_other_keys || config.backup.is_none() {
            // Their keys have no place in the other prefix.
            let closed = self.buffers.due(now, true, |role| limits(&self.config, role));
            for role in closed.iter().filter(|role| !matches!(role, Role::Failures(_))) {
                self.close(role, now, out);
            }
        }
        self.prefixes = Prefixes::of(&config);
        self.wanted = config.wanted_keys();
        self.settings = config.settings();
        self.unpacker = config.unpacking.map(|it| LogsUnpacker::new(it.extracts_messages));
        (self.query, self.are_queries_off) = (query, false);
        self.config = config;
        let version = self.config.version;
        report(out, now, What::Configured { version });
        if self.config.transform.is_none() {
            let records = self.calls.drain();
            self.take_in(records, now, out);
        }
        self.advance(now, false, out);
        Ok(())
    }

    /// Takes what happened at `now`, and appends what has to be done.
    pub fn handle(&mut self, input: Input, now: Millis, out: &mut Vec<Effect>) {
        match input {
            Input::Answered(call, answer) => self.answered(call, &answer, now, out),
            Input::Written(object, result) => self.written(object, result, now, out),
            Input::Tick => {}
            Input::Flush => {
                self.flush_below = Some(self.next_record);
                self.calls.close();
                report(out, now, What::Flushed);
            }
        }
        self.advance(now, true, out);
    }

    /// When the next [`Input::Tick`] is due; `None` if nothing waits for time.
    pub fn wakes_at(&self) -> Option<Millis> {
        let times = [
            self.calls.buffer_due(&self.config),
            self.calls.retry_due(),
            self.buffers.wakes_at(|role| limits(&self.config, role)),
            self.writing.values().filter_map(|it| it.retry_at).min(),
        ];
        times.into_iter().flatten().min()
    }

    /// Where the accepted records are.
    pub fn holds(&self) -> Holds {
        let (waiting, calling) = self.calls.counts();
        let mut holds = Holds { waiting: waiting as u64, calling: calling as u64, ..self.gone };
        for (role, buffer) in self.buffers.iter() {
            let count = buffer.records.len();
            match role {
                Role::Delivery(_) => holds.delivering += count,
                Role::Failures(_) => holds.failing += count,
                Role::Backup => holds.backing_up += count,
            }
        }
        for writing in self.writing.values() {
            match writing.role {
                Role::Backup => holds.writing_backup += writing.records.len(),
                _ => holds.writing += writing.records.len(),
            }
        }
        holds
    }

    /// The lowest number of a record that is not settled, or not in the backup:
    /// what a journal has of those before it can go.
    pub fn oldest(&self) -> u64 {
        let buffers = self.buffers.iter().map(|(_, buffer)| &buffer.records);
        let writing = self.writing.values().map(|it| &it.records);
        let starts = buffers.chain(writing).flat_map(RecordSet::runs).map(|run| *run.start());
        starts.chain(self.calls.lowest()).min().unwrap_or(self.next_record)
    }

    /// Does what is due.
    fn advance(&mut self, now: Millis, is_tick: bool, out: &mut Vec<Effect>) {
        // What may not wait at all waits for the next tick, so that one put after
        // the other is one event.
        let is_due = |due: Millis| if is_tick { due <= now } else { due < now };
        if self.calls.buffer_due(&self.config).is_some_and(is_due) {
            self.calls.close();
        }
        for call in self.calls.retries(now) {
            self.invoke(call, true, now, out);
        }
        self.start_calls(now, out);
        let is_flushed = |below| self.calls.lowest().is_none_or(|lowest| lowest >= below);
        let flushes = self.flush_below.is_some_and(is_flushed);
        if flushes {
            self.flush_below = None;
        }
        let before = if is_tick { now } else { now - 1 };
        for role in self.buffers.due(before, flushes, |role| limits(&self.config, role)) {
            self.close(&role, now, out);
        }
        while self.buffers.bytes() > assumed::MAX_BUFFERED.value {
            let Some(role) = self.buffers.oldest() else { break };
            self.close(&role, now, out);
        }
        self.write_again(now, out);
    }
}

/// When buffers of this role are closed.
fn limits(config: &StreamConfig, role: &Role) -> Limits {
    let settings = match (role, &config.backup) {
        (Role::Backup, Some(backup)) => backup,
        _ => &config.delivery,
    };
    let buffering = settings.buffering;
    Limits { bytes: buffering.bytes, interval: config.scaled(buffering.interval) }
}

fn report(out: &mut Vec<Effect>, at: Millis, what: What) {
    out.push(Effect::Report(Activity { at, what }));
}
