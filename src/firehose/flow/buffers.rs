//! Buffers of what is on its way to S3: delivered records by partition, failure
//! records by type, and the backup.

use std::collections::BTreeMap;

use super::records::RecordSet;
use crate::s3::ErrorOutputType;
use crate::s3::prefix::PartitionKeys;
use crate::time::Millis;

/// What an object is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Records that are delivered, of this partition.
    Delivery(PartitionKeys),
    /// Records that failed.
    Failures(ErrorOutputType),
    /// Every record as it came.
    Backup,
}

impl Role {
    /// The name in all output.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Delivery(_) => "delivery",
            Self::Failures(_) => "failures",
            Self::Backup => "backup",
        }
    }
}

/// A buffer with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buffer {
    /// When its first record came.
    pub(super) opened: Millis,
    /// When the oldest of its records arrived at the stream.
    pub(super) oldest: Millis,
    /// The object, as far as it is known.
    pub(super) body: Vec<u8>,
    /// The records in it.
    pub(super) records: RecordSet,
}

/// When a buffer is closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: u64,
    pub(super) interval: Millis,
}

/// A record on its way into a buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) number: u64,
    pub(super) arrival: Millis,
    pub(super) bytes: &'a [u8],
}

/// The most room that is made in a buffer before it is needed: as much as S3 buffers have
/// by default.
const MAX_ROOM: usize = 5 * 1024 * 1024;

/// All buffers that have something in them.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    open: BTreeMap<Role, Buffer>,
    /// Bytes of all of them.
    bytes: usize,
}

impl Buffers {
    /// True if there is a buffer for this.
    pub(super) fn has(&self, role: &Role) -> bool {
        self.open.contains_key(role)
    }

    /// Partitions that are open.
    pub(super) fn partitions(&self) -> usize {
        self.open.keys().filter(|role| matches!(role, Role::Delivery(_))).count()
    }

    /// Adds a record after `delimiter`, if it is not the first. Returns buffers
    /// that are closed: the one before it if it would pass the size with the
    /// record, and the one with the record if that is full.
    pub(super) fn push(
        &mut self,
        role: &Role,
        record: Incoming<'_>,
        delimiter: &[u8],
        limits: Limits,
        now: Millis,
    ) -> [Option<Buffer>; 2] {
        let limit = usize::try_from(limits.bytes).unwrap_or(usize::MAX);
        let passes =
            |buffer: &Buffer| buffer.body.len() + delimiter.len() + record.bytes.len() > limit;
        let before = if self.open.get(role).is_some_and(passes) { self.close(role) } else { None };
        if !self.open.contains_key(role) {
            let (body, records) = (Vec::new(), RecordSet::default());
            let buffer = Buffer { opened: now, oldest: record.arrival, body, records };
            self.open.insert(role.clone(), buffer);
        }
        let Some(buffer) = self.open.get_mut(role) else { return [before, None] };
        let length = buffer.body.len();
        // A buffer that gets this far is mostly filled: it grows once, not step by step.
        if length <= limit / 8 && length + record.bytes.len() > limit / 8 {
            buffer.body.reserve_exact(limit.saturating_sub(length).min(MAX_ROOM));
        }
        if !buffer.records.is_empty() {
            buffer.body.extend_from_slice(delimiter);
        }
        buffer.body.extend_from_slice(record.bytes);
        buffer.records.push(record.number);
        buffer.oldest = buffer.oldest.min(record.arrival);
        self.bytes += buffer.body.len() - length;
        let is_full = buffer.body.len() >= limit;
        [before, if is_full { self.close(role) } else { None }]
    }

    /// Takes a buffer out.
    pub(super) fn close(&mut self, role: &Role) -> Option<Buffer> {
        let buffer = self.open.remove(role)?;
        self.bytes -= buffer.body.len();
        Some(buffer)
    }

    /// When the next buffer has waited as long as it may.
    pub(super) fn wakes_at(&self, limits: impl Fn(&Role) -> Limits) -> Option<Millis> {
        let due =
            |(role, buffer): (&Role, &Buffer)| buffer.opened.saturating_add(limits(role).interval);
        self.open.iter().map(due).min()
    }

    /// Those that have waited as long as they may, or all of them.
    pub(super) fn due(
        &self,
        now: Millis,
        is_all: bool,
        limits: impl Fn(&Role) -> Limits,
    ) -> Vec<Role> {
        let is_due = |(role, buffer): &(&Role, &Buffer)| {
            is_all || buffer.opened.saturating_add(limits(role).interval) <= now
        };
        self.open.iter().filter(is_due).map(|(role, _)| role.clone()).collect()
    }

    /// The one that was opened first.
    pub(super) fn oldest(&self) -> Option<Role> {
        let oldest = self.open.iter().min_by_key(|(_, buffer)| buffer.opened);
        oldest.map(|(role, _)| role.clone())
    }

    /// Bytes of all of them.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Each buffer with what it is for.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Role, &Buffer)> {
        self.open.iter()
    }
}
