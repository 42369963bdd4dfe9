//! Buffers become objects.

use std::time::Duration;

use bytes::Bytes;

use super::assumed::WRITE_PAUSES;
use super::buffers::{Buffer, Incoming, Role};
use super::{
    Effect, Entry, Flow, ObjectId, ObjectPlace, RecordSet, What, WriteError, limits, report,
};
use crate::compress::ObjectCompression;
use crate::s3::object_name::ObjectName;
use crate::s3::prefix::{PartitionKeys, Prefix, PrefixValues};
use crate::time::{Millis, millis};

/// Writes of an object are never repeated sooner, however fast time goes by.
const LEAST_PAUSE: Duration = Duration::from_millis(100);

/// Characters of `!{firehose:random-string}` (developer guide, "Custom prefixes
/// for Amazon S3 objects").
const RANDOM_STRING: usize = 11;

/// An object that is being written.
#[derive(Debug)]
pub(super) struct Writing {
    pub(super) role: Role,
    pub(super) place: ObjectPlace,
    pub(super) body: Bytes,
    pub(super) records: RecordSet,
    /// When the oldest of them arrived at the stream.
    oldest: Millis,
    content_encoding: Option<&'static str>,
    /// How often it failed.
    failures: usize,
    /// When it is tried again; `None` while it is being written.
    pub(super) retry_at: Option<Millis>,
}

impl Flow {
    /// Adds a record to a buffer, and writes what is full.
    pub(super) fn push(
        &mut self,
        role: &Role,
        record: Incoming<'_>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let delimiter = match role {
            Role::Delivery(_) => self.config.delimiter.as_deref().unwrap_or_default(),
            Role::Failures(_) | Role::Backup => b"",
        };
        let limits = limits(&self.config, role);
        let closed = self.buffers.push(role, record, delimiter, limits, now);
        for buffer in closed.into_iter().flatten() {
            self.write(role, buffer, now, out);
        }
    }

    /// Closes a buffer.
    pub(super) fn close(&mut self, role: &Role, now: Millis, out: &mut Vec<Effect>) {
        if let Some(buffer) = self.buffers.close(role) {
            self.write(role, buffer, now, out);
        }
    }

    fn write(&mut self, role: &Role, buffer: Buffer, now: Millis, out: &mut Vec<Effect>) {
        let Buffer { body, records, oldest, .. } = buffer;
        let object = ObjectId(self.next_object);
        self.next_object += 1;
        let uuid = self.random.uuid();
        let compression = self.compression(role);
        let place = self.place(role, oldest, &uuid);
        let body = Bytes::from(compression.compress(body, &uuid));
        out.push(Effect::Journal(Entry::Intent {
            object,
            place: place.clone(),
            is_backup: *role == Role::Backup,
            records: records.clone(),
        }));
        report(
            out,
            now,
            What::Writing {
                object,
                role: role.as_str(),
                place: place.clone(),
                records: records.clone(),
                bytes: body.len(),
            },
        );
        let writing = Writing {
            role: role.clone(),
            place,
            body,
            records,
            oldest,
            content_encoding: compression.content_encoding(),
            failures: 0,
            retry_at: None,
        };
        out.push(writing.effect(object));
        self.writing.insert(object, writing);
    }

    fn compression(&self, role: &Role) -> ObjectCompression {
        match (role, &self.config.backup) {
            (Role::Backup, Some(backup)) => backup.compression,
            (Role::Failures(_), _) if !self.config.compresses_failures => {
                ObjectCompression::Uncompressed
            }
            _ => self.config.delivery.compression,
        }
    }

    /// The place of an object whose oldest record arrived at `oldest`.
    fn place(&mut self, role: &Role, oldest: Millis, uuid: &str) -> ObjectPlace {
        let none = PartitionKeys::new();
        let random = self.random.alphanumeric(RANDOM_STRING);
        let settings = match (role, &self.config.backup) {
            (Role::Backup, Some(backup)) => backup,
            _ => &self.config.delivery,
        };
        let time = settings.clock(oldest);
        let (prefix, kind, partition_keys, extension) = match role {
            Role::Delivery(keys) => (&self.prefixes.delivery, None, keys, settings.extension()),
            Role::Failures(kind) => (&self.prefixes.failures, Some(*kind), &none, ""),
            Role::Backup => (&self.prefixes.backup, None, &none, settings.extension()),
        };
        let values = PrefixValues { time: &time, kind, random: &random, partition_keys };
        // That every value is there was checked, and is so for the keys of the
        // partition.
        let prefix = prefix.write(&values);
        let prefix = prefix.or_else(|_| Prefix::of_delivery(None).write(&values));
        let name = ObjectName {
            prefix: &prefix.unwrap_or_default(),
            stream: &self.config.origin.stream,
            version: self.config.version,
            time: time.datetime(),
            uuid,
            extension,
        };
        ObjectPlace { bucket: settings.bucket.clone(), key: name.to_string() }
    }

    /// Takes what came of writing an object.
    pub(super) fn written(
        &mut self,
        object: ObjectId,
        result: Result<(), WriteError>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let Some(mut writing) = self.writing.remove(&object) else { return };
        if writing.retry_at.is_some() {
            // It was not being written.
            self.writing.insert(object, writing);
            return;
        }
        let Writing { role, place, records, .. } = &writing;
        let age = now.saturating_sub(writing.oldest);
        let Err(error) = result else {
            let count = records.len();
            match role {
                Role::Delivery(_) => self.gone.delivered += count,
                Role::Failures(_) => self.gone.failed += count,
                Role::Backup => self.gone.backed_up += count,
            }
            out.push(Effect::Journal(Entry::Written { object }));
            let (role, place) = (role.as_str(), writing.place);
            return report(out, now, What::Written { object, role, place, records: count, age });
        };
        let pauses = WRITE_PAUSES.value;
        let pause = pauses.get(writing.failures).or(pauses.last()).copied().unwrap_or_default();
        let least = millis(LEAST_PAUSE);
        let retry_at = now.saturating_add(self.config.scaled(pause).max(least));
        let message = error.message.clone();
        let (role, place) = (role.as_str(), place.clone());
        report(out, now, What::WriteFailed { object, role, place, message, retry_at, age });
        self.log(&error.code, &error.message, None, now, out);
        writing.failures += 1;
        writing.retry_at = Some(retry_at);
        self.writing.insert(object, writing);
    }

    /// Writes the objects again for which it is time.
    pub(super) fn write_again(&mut self, now: Millis, out: &mut Vec<Effect>) {
        for (object, writing) in &mut self.writing {
            if writing.retry_at.is_some_and(|at| at <= now) {
                writing.retry_at = None;
                out.push(writing.effect(*object));
            }
        }
    }
}

impl Writing {
    fn effect(&self, object: ObjectId) -> Effect {
        Effect::Write {
            object,
            place: self.place.clone(),
            is_backup: self.role == Role::Backup,
            body: self.body.clone(),
            content_encoding: self.content_encoding,
        }
    }
}
