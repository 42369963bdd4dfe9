//! Records come in.

use std::fmt;

use bytes::Bytes;

use super::assumed::MAX_WAITING;
use super::buffers::Incoming;
use super::{Effect, Entry, Flow, Record, RecordSet, Role, What, report};
use crate::limits::{MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD};
use crate::time::Millis;

/// Why records are not accepted; then none of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutRefusal {
    /// There are none, or more than 500.
    Count(usize),
    /// They are more than 4 MiB together.
    TooLarge,
    /// The record at this place is over 1,000 KiB.
    RecordTooLarge(usize),
    /// Too much waits for the transform or for S3.
    Full,
}

impl PutRefusal {
    /// The exception, as AWS names it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Count(_) | Self::RecordTooLarge(_) => "ValidationException",
            Self::TooLarge => "InvalidArgumentException",
            Self::Full => "ServiceUnavailableException",
        }
    }
}

impl fmt::Display for PutRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let constraint = "failed to satisfy constraint: Member must have length";
        match self {
            Self::Count(0) => write!(
                f,
                "1 validation error detected: Value at 'records' {constraint} greater than or equal to 1"
            ),
            Self::Count(_) => write!(
                f,
                "1 validation error detected: Value at 'records' {constraint} less than or equal to \
                 {MAX_BATCH_RECORDS}"
            ),
            Self::RecordTooLarge(at) => write!(
                f,
                "1 validation error detected: Value at 'records.{}.member.data' {constraint} less \
                 than or equal to {MAX_RECORD}",
                at + 1
            ),
            Self::TooLarge => write!(f, "Records size exceeds 4 MB limit"),
            Self::Full => write!(f, "Slow down."),
        }
    }
}

impl std::error::Error for PutRefusal {}

impl Flow {
    /// Accepts the records of one request, all or none. Before the producer is
    /// answered, the journal must have what is in `out`.
    pub fn put(
        &mut self,
        payloads: Vec<Bytes>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) -> Result<RecordSet, PutRefusal> {
        self.check_put(&payloads)?;
        let payloads = match &self.config.deaggregation {
            None => payloads,
            Some(how) => {
                let parts = |payload: &Bytes| {
                    let ranges = how.split(payload).into_iter();
                    ranges.map(|range| payload.slice(range)).collect::<Vec<_>>()
                };
                payloads.iter().flat_map(parts).collect()
            }
        };
        let first = self.next_record;
        let bytes = payloads.iter().map(|payload| payload.len() as u64).sum();
        let records: Vec<_> = (first..)
            .zip(&payloads)
            .map(|(number, payload)| Record { number, arrival: now, payload: payload.clone() })
            .collect();
        self.next_record += records.len() as u64;
        self.gone.accepted += records.len() as u64;
        out.push(Effect::Journal(Entry::Accepted { first, arrival: now, payloads }));
        let mut numbers = RecordSet::default();
        numbers.push_run(first..=self.next_record - 1);
        report(out, now, What::Accepted { records: numbers.clone(), bytes });
        if self.config.backup.is_some() {
            for record in &records {
                self.back_up(record, now, out);
            }
        }
        self.take_in(records, now, out);
        self.advance(now, false, out);
        Ok(numbers)
    }

    /// Whether it would accept these records.
    pub fn check_put(&self, payloads: &[Bytes]) -> Result<(), PutRefusal> {
        if !(1..=MAX_BATCH_RECORDS).contains(&payloads.len()) {
            return Err(PutRefusal::Count(payloads.len()));
        }
        if let Some(at) = payloads.iter().position(|payload| payload.len() > MAX_RECORD) {
            return Err(PutRefusal::RecordTooLarge(at));
        }
        if payloads.iter().map(Bytes::len).sum::<usize>() > MAX_BATCH_BYTES {
            return Err(PutRefusal::TooLarge);
        }
        let objects = self.writing.values().map(|it| it.body.len());
        // One object may be as large as its buffer; more of them mean that S3 is late.
        let waiting = objects.clone().sum::<usize>() - objects.max().unwrap_or_default();
        if self.calls.bytes() + waiting > MAX_WAITING.value {
            return Err(PutRefusal::Full);
        }
        Ok(())
    }

    /// Puts records before the transform, or past it where there is none.
    pub(super) fn take_in(&mut self, records: Vec<Record>, now: Millis, out: &mut Vec<Effect>) {
        if self.config.transform.is_none() {
            return self.deliver_untransformed(&records, now, out);
        }
        for record in records {
            self.calls.push(record, &self.config, now);
        }
    }

    /// Adds a record as it came to the backup.
    pub(super) fn back_up(&mut self, record: &Record, now: Millis, out: &mut Vec<Effect>) {
        let Record { number, arrival, payload } = record;
        let incoming = Incoming { number: *number, arrival: *arrival, bytes: payload };
        self.push(&Role::Backup, incoming, now, out);
    }
}
