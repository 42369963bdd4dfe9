//! What is left to do after a journal.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{Damage, Entry, entries, record};
use crate::flow::activity::{ObjectId, ObjectPlace};
use crate::flow::records::{Record, RecordSet};

/// Reads the files of a journal, the oldest first, and knows what is not settled.
#[derive(Debug, Default)]
pub struct Replay {
    /// Neither delivered, nor failed, nor dropped.
    pending: BTreeMap<u64, Record>,
    /// Not in the backup, if there is one.
    unsaved: Option<BTreeMap<u64, Record>>,
    intents: BTreeMap<ObjectId, (ObjectPlace, bool, RecordSet)>,
    next_record: u64,
    next_object: u64,
}

/// What a stream continues with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// Records that are neither delivered, nor failed, nor dropped, in their order.
    pub records: Vec<Record>,
    /// Records that are not in the backup, in their order.
    pub backup: Vec<Record>,
    /// The number of the next record.
    pub next_record: u64,
    /// The number of the next object.
    pub next_object: u64,
    /// Objects that are there, which no file says yet: the next one has to.
    pub written: Vec<ObjectId>,
}

impl Replay {
    /// Nothing so far, of a stream that `has_backup` or not.
    pub fn new(has_backup: bool) -> Self {
        Self { unsaved: has_backup.then(BTreeMap::new), ..Self::default() }
    }

    /// Takes the next file. What comes before damage counts.
    pub fn read(&mut self, file: &Bytes) -> Result<(), Damage> {
        for entry in entries(file) {
            self.take(entry?);
        }
        Ok(())
    }

    /// Takes the next entry.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Begun { next_record, next_object } => {
                self.next_record = self.next_record.max(next_record);
                self.next_object = self.next_object.max(next_object);
            }
            Entry::Accepted { first, arrival, payloads } => {
                // Numbers end where `u64` does: a file may say anything.
                for (number, payload) in (first..=u64::MAX).zip(&payloads) {
                    self.pending.insert(number, record(number, arrival, payload));
                    if let Some(unsaved) = &mut self.unsaved {
                        unsaved.insert(number, record(number, arrival, payload));
                    }
                    self.next_record = self.next_record.max(number.saturating_add(1));
                }
            }
            Entry::Intent { object, place, is_backup, records } => {
                self.next_object = self.next_object.max(object.0.saturating_add(1));
                self.intents.insert(object, (place, is_backup, records));
            }
            Entry::Written { object } => {
                if let Some((_, is_backup, records)) = self.intents.remove(&object) {
                    self.settle(&records, is_backup);
                }
            }
            Entry::Dropped { records } => self.settle(&records, false),
        }
    }

    fn settle(&mut self, records: &RecordSet, is_backup: bool) {
        let from = match (is_backup, &mut self.unsaved) {
            (false, _) => &mut self.pending,
            (true, Some(unsaved)) => unsaved,
            (true, None) => return,
        };
        for run in records.runs() {
            // By what is there: a run may be longer than any file.
            let found: Vec<u64> = from.range(run.clone()).map(|(number, _)| *number).collect();
            for number in found {
                from.remove(&number);
            }
        }
    }

    /// The number of the last record that was accepted so far.
    pub const fn last_record(&self) -> u64 {
        self.next_record.saturating_sub(1)
    }

    /// Returns what is left to do. An intent whose object `is_there` is settled:
    /// the process ended between the two.
    pub fn finish(mut self, mut is_there: impl FnMut(&ObjectPlace) -> bool) -> Restored {
        let mut written = Vec::new();
        for (object, (place, is_backup, records)) in std::mem::take(&mut self.intents) {
            if is_there(&place) {
                self.settle(&records, is_backup);
                written.push(object);
            }
        }
        Restored {
            records: self.pending.into_values().collect(),
            backup: self.unsaved.unwrap_or_default().into_values().collect(),
            next_record: self.next_record,
            next_object: self.next_object,
            written,
        }
    }
}
