//! Writes the ledger while records are sent, and knows which of them may be in
//! the stream twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::duplicates::Duplicates;
use super::ledger::{Entry, Ledger, RecordOutcome, SourceVersion};
use super::objects::Object;
use super::records::RecordPlace;
use super::survey::{ObjectProgress, finished};
use crate::context;
use crate::error::Error;
use crate::sending::Journal;
use firehose::put::Batch;
use firehose::redrive::Amount;

/// A record that is being sent.
#[derive(Debug)]
struct Waiting {
    place: RecordPlace,
    entry: Entry,
    bytes: usize,
}

/// The ledger, and the records that are being sent.
#[derive(Debug)]
pub(super) struct LedgerWriter {
    pub(super) ledger: Ledger,
    /// Records by their numbers in this run.
    waiting: BTreeMap<u64, Waiting>,
    /// Batches by their ids: their number in the ledger, and those of their
    /// records in this run.
    batches: BTreeMap<u64, (u64, Vec<u64>)>,
    /// Objects to be tagged when nothing of them is left.
    objects: Option<BTreeMap<u64, ObjectProgress>>,
    pub(super) acknowledged: Amount,
    pub(super) duplicates: Duplicates,
}

impl LedgerWriter {
    pub(super) fn new(ledger: Ledger, objects: Option<BTreeMap<u64, ObjectProgress>>) -> Self {
        Self {
            ledger,
            waiting: BTreeMap::new(),
            batches: BTreeMap::new(),
            objects,
            acknowledged: Amount::default(),
            duplicates: Duplicates::default(),
        }
    }

    /// Remembers a record that is about to be handed over.
    pub(super) fn expect(&mut self, number: u64, place: RecordPlace, entry: Entry, bytes: usize) {
        self.waiting.insert(number, Waiting { place, entry, bytes });
    }

    fn planned(&mut self, batch: &Batch) -> Result<(), Error> {
        let mut entries = Vec::with_capacity(batch.records.len());
        let mut sources: BTreeMap<u64, &SourceVersion> = BTreeMap::new();
        for record in &batch.records {
            let waiting = self.waiting.get(&record.number).ok_or_else(unexpected)?;
            let source = &waiting.place.object.source;
            sources.insert(source.name_digest(), source);
            entries.push(waiting.entry);
        }
        let sources: Vec<_> = sources.into_values().collect();
        let now = context::milliseconds(context::now());
        let planned = self.ledger.plan(now, &sources, entries)?;
        let numbers = batch.records.iter().map(|record| record.number).collect();
        self.batches.insert(batch.id, (planned, numbers));
        Ok(())
    }

    fn answered(&mut self, batch: u64, outcomes: &[RecordOutcome]) -> Result<(), Error> {
        let (planned, records) = self.batches.remove(&batch).ok_or_else(unexpected)?;
        let now = context::milliseconds(context::now());
        let written = self.ledger.done(planned, now, outcomes);
        // Firehose has them, whether that could be written or not.
        for (number, outcome) in records.iter().zip(outcomes) {
            if *outcome == RecordOutcome::Acknowledged
                && let Some(waiting) = self.waiting.remove(number)
            {
                self.acknowledged(&waiting);
            }
        }
        written.map(drop)
    }

    fn acknowledged(&mut self, waiting: &Waiting) {
        self.acknowledged.add(waiting.bytes);
        if self.ledger.history.may_be_there_twice(waiting.entry.key) {
            self.duplicates.add(&waiting.place);
        }
        let name = waiting.place.object.source.name_digest();
        if let Some(progress) = self.objects.as_mut().and_then(|objects| objects.get_mut(&name)) {
            progress.left = progress.left.saturating_sub(1);
        }
    }

    /// Objects of which Firehose has every record.
    pub(super) fn finished(&self) -> Vec<Arc<Object>> {
        self.objects.as_ref().map(finished).unwrap_or_default()
    }
}

/// The writer that the reader and the sender share.
#[derive(Debug, Clone)]
pub(super) struct SharedWriter(Arc<Mutex<LedgerWriter>>);

impl SharedWriter {
    pub(super) fn new(writer: LedgerWriter) -> Self {
        Self(Arc::new(Mutex::new(writer)))
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut LedgerWriter) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Journal for SharedWriter {
    fn planned(&mut self, batch: &Batch) -> Result<(), Error> {
        self.with(|writer| writer.planned(batch))
    }

    fn answered(&mut self, id: u64, outcomes: &[RecordOutcome]) -> Result<(), Error> {
        self.with(|writer| writer.answered(id, outcomes))
    }
}

fn unexpected() -> Error {
    Error::internal("a record was sent that was not handed over")
}
