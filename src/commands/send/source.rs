//! Records on their way out: numbered, dressed as the flags want, none too
//! large.

use std::sync::{Arc, Mutex, PoisonError};

use super::arguments::CommonArgs;
use super::records::Found;
use crate::error::Error;
use crate::firehose::delivery::Outgoing;
use crate::firehose::gzip::Gzip;
use crate::firehose::limits::MAX_RECORD;

/// Most bytes of records that are too large and come from where they cannot be
/// read again.
const MAX_ASIDE: usize = 64 * 1024 * 1024;

/// Records that no `PutRecordBatch` takes, and where they stood.
#[derive(Debug, Clone, Default)]
pub(super) struct TooLarge(Arc<Mutex<Vec<(String, Outgoing)>>>);

impl TooLarge {
    /// Those so far.
    pub(super) fn take(&self) -> Vec<(String, Outgoing)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets one aside; false if there are too many of them.
    fn push(&self, place: String, record: Outgoing) -> bool {
        let mut aside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = aside.iter().map(|(_, record)| record.payload.len()).sum();
        let fits = bytes + record.payload.len() <= MAX_ASIDE;
        if fits {
            aside.push((place, record));
        }
        fits
    }
}

/// Makes records of payloads.
pub(super) struct Source<I> {
    found: I,
    newline: bool,
    gzip: Option<Gzip>,
    number: u64,
    too_large: TooLarge,
}

impl<I> Source<I> {
    pub(super) fn new(found: I, args: &CommonArgs, too_large: TooLarge) -> Self {
        let gzip = args.gzip.then(Gzip::new);
        Self { found, newline: args.newline, gzip, number: 0, too_large }
    }

    /// Those that are too large, so far.
    pub(super) fn too_large(&self) -> &TooLarge {
        &self.too_large
    }
}

impl<I: Iterator<Item = Result<Found, Error>>> Iterator for Source<I> {
    type Item = Result<Outgoing, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Found { place, mut payload } = match self.found.next()? {
                Ok(found) => found,
                Err(error) => return Some(Err(error)),
            };
            if self.newline && !payload.ends_with(b"\n") {
                payload.push(b'\n');
            }
            if let Some(gzip) = &mut self.gzip {
                payload = gzip.compress(&payload);
            }
            self.number += 1;
            let is_large = payload.len() > MAX_RECORD;
            let record = Outgoing::new(self.number, payload);
            if !is_large {
                return Some(Ok(record));
            }
            if !self.too_large.push(place.clone(), record) {
                return Some(Err(Error::usage(format!(
                    "{place} and many before it are larger than a record may be"
                ))
                .hint("a record has at most 1,000 KiB; does `--format` fit the input?")));
            }
        }
    }
}
