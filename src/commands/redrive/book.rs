//! Keeps the ledger while records are sent, and knows which of them may be
//! there twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::objects::Object;
use super::records::Place;
use super::survey::{Duplicates, Progress, finished};
use crate::context;
use crate::error::Error;
use crate::ledger::{Entry, Ledger, Outcome, SourceVersion};
use crate::sending::Journal;
use firehose::put::{self, Batch};
use firehose::redrive::Amount;

/// A record that is on its way.
#[derive(Debug)]
struct Waiting {
    place: Place,
    entry: Entry,
    bytes: usize,
}

/// The ledger, and what is on its way.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) ledger: Ledger,
    /// By their numbers in this run.
    waiting: BTreeMap<u64, Waiting>,
    /// Batches under way: their number in the ledger, and of their records.
    batches: BTreeMap<u64, (u64, Vec<u64>)>,
    /// Objects to be tagged when nothing of them is left.
    objects: Option<BTreeMap<u64, Progress>>,
    pub(super) acknowledged: Amount,
    pub(super) duplicates: Duplicates,
}

impl Book {
    pub(super) fn new(ledger: Ledger, objects: Option<BTreeMap<u64, Progress>>) -> Self {
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
    pub(super) fn expect(&mut self, number: u64, place: Place, entry: Entry, bytes: usize) {
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

    fn answered(&mut self, batch: u64, outcomes: &[Outcome]) -> Result<(), Error> {
        let (planned, records) = self.batches.remove(&batch).ok_or_else(unexpected)?;
        let now = context::milliseconds(context::now());
        let written = self.ledger.done(planned, now, outcomes);
        // Firehose has them, whether that could be written or not.
        for (number, outcome) in records.iter().zip(outcomes) {
            if *outcome == Outcome::Acknowledged
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

/// A book that the reader and the sender share.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<Book>>);

impl Shared {
    pub(super) fn new(book: Book) -> Self {
        Self(Arc::new(Mutex::new(book)))
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Book) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Journal for Shared {
    fn planned(&mut self, batch: &Batch) -> Result<(), Error> {
        self.with(|book| book.planned(batch))
    }

    fn answered(&mut self, id: u64, outcomes: &[put::RecordOutcome]) -> Result<(), Error> {
        let outcomes: Vec<_> = outcomes
            .iter()
            .map(|outcome| match outcome {
                put::RecordOutcome::Acknowledged => Outcome::Acknowledged,
                put::RecordOutcome::Refused => Outcome::Refused,
                put::RecordOutcome::Unknown => Outcome::Unknown,
            })
            .collect();
        self.with(|book| book.answered(id, &outcomes))
    }
}

fn unexpected() -> Error {
    Error::internal("a record was sent that nobody handed over")
}
