//! The second pass: the records that the survey has promised to send, and no
//! others.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger_writer::SharedWriter;
use super::objects::Object;
use super::records::{FailedRecord, PassItem};
use super::rules::{Decision, Rules};
use crate::sending::FeedItem;
use firehose::put;

/// Records, or bytes of them, that are handed over at once.
const PIECE: usize = 500;
const PIECE_BYTES: usize = 1024 * 1024;

/// Records to be sent, each with its number in this run, from 1.
pub(super) struct SecondPass<P> {
    pub(super) pass: P,
    /// What the survey has seen: digests of names and of versions.
    pub(super) seen: BTreeMap<u64, u64>,
    /// Records that the survey has promised.
    pub(super) promised: u64,
    pub(super) rules: Rules,
    pub(super) writer: SharedWriter,
    /// Digests of the names of objects that were taken.
    taken: BTreeSet<u64>,
    /// The object at hand is one that the survey has seen, as it was then.
    is_known: bool,
    count: u64,
    failed: Option<FeedItem>,
}

impl<P: Iterator<Item = PassItem>> SecondPass<P> {
    pub(super) fn new(
        pass: P,
        seen: BTreeMap<u64, u64>,
        promised: u64,
        rules: Rules,
        writer: SharedWriter,
    ) -> Self {
        let taken = BTreeSet::new();
        Self { pass, seen, promised, rules, writer, taken, is_known: false, count: 0, failed: None }
    }

    fn object(&mut self, object: &Object) {
        let name = object.source.name_digest();
        // What appears while records are sent may be what was sent.
        let version = self.seen.get(&name);
        self.is_known = version.is_some_and(|it| *it == object.source.version_digest())
            && self.taken.insert(name)
            && !self.writer.with(|writer| writer.ledger.history.has_changed(&object.source));
    }

    fn take(&mut self, record: FailedRecord) -> Option<put::PendingRecord> {
        let decision =
            self.writer.with(|writer| self.rules.decide(&record, &writer.ledger.history));
        if !self.is_known || !matches!(decision, Decision::Send | Decision::SendAgain) {
            return None;
        }
        self.count += 1;
        let (number, bytes) = (self.count, record.payload.len());
        self.writer.with(|writer| writer.expect(number, record.place, record.entry, bytes));
        Some(put::PendingRecord::new(number, record.payload))
    }
}

impl<P: Iterator<Item = PassItem>> Iterator for SecondPass<P> {
    type Item = FeedItem;

    fn next(&mut self) -> Option<FeedItem> {
        if let Some(fed) = self.failed.take() {
            return Some(fed);
        }
        let (mut piece, mut bytes) = (Vec::new(), 0);
        while self.count < self.promised && piece.len() < PIECE && bytes < PIECE_BYTES {
            match self.pass.next() {
                None => break,
                Some(PassItem::Object(object)) => self.object(&object),
                Some(PassItem::Record(record)) => {
                    if let Some(record) = self.take(*record) {
                        bytes += record.payload.len();
                        piece.push(record);
                    }
                }
                Some(PassItem::Failed(error)) => {
                    self.failed = Some(FeedItem::Failed(error));
                    break;
                }
                // What the survey could read, and cannot be read any more.
                Some(PassItem::Unreadable(error)) => {
                    self.failed = Some(FeedItem::LeftOut(error));
                    break;
                }
                // The survey has reported all this.
                Some(_) => {}
            }
        }
        if piece.is_empty() { self.failed.take() } else { Some(FeedItem::Records(piece)) }
    }
}
