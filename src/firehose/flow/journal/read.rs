//! Reads entries back.

use std::fmt;

use bytes::Bytes;
use flate2::Crc;

use super::{Entry, HEAD, MAX_BODY};
use crate::flow::activity::{ObjectId, ObjectPlace};
use crate::flow::records::RecordSet;

/// An entry that is whole cannot be read: the file was changed or damaged. An
/// entry that was not written to its end is none: nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where it starts in the file.
    pub offset: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the entry at byte {}: {}", self.offset, self.reason)
    }
}

impl std::error::Error for Damage {}

/// Reads the entries of a file, up to one that is cut off.
pub fn entries(file: &Bytes) -> impl Iterator<Item = Result<Entry, Damage>> {
    let file = file.clone();
    let mut offset = 0;
    std::iter::from_fn(move || {
        let start = offset;
        let damage = |reason| Some(Err(Damage { offset: start, reason }));
        let head = file.get(start..)?.get(..HEAD)?;
        let (length, sum) = head.split_at(HEAD / 2);
        let number = |bytes: &[u8]| bytes.first_chunk().map(|it| u32::from_le_bytes(*it));
        let length = usize::try_from(number(length)?).ok()?;
        if length == 0 && file.get(start..)?.iter().all(|byte| *byte == 0) {
            // A power cut can leave the length of a file without what was written.
            offset = file.len();
            return None;
        }
        if length > MAX_BODY {
            offset = file.len();
            return damage("its length is not valid");
        }
        let end = start + HEAD + length;
        let body = file.get(start + HEAD..end)?;
        let mut crc = Crc::new();
        crc.update(body);
        if Some(crc.sum()) != number(sum) {
            offset = file.len();
            return damage("its checksum does not match");
        }
        offset = end;
        let mut reader = Reader { body: file.slice(start + HEAD..end), at: 0 };
        let Some(entry) = reader.entry().filter(|_| reader.at == length) else {
            offset = file.len();
            return damage("it is of another version");
        };
        Some(Ok(entry))
    })
}

struct Reader {
    body: Bytes,
    at: usize,
}

impl Reader {
    fn entry(&mut self) -> Option<Entry> {
        Some(match self.take(1)?.first()? {
            b'b' => {
                let (next_record, next_object) = (self.number()?, self.number()?);
                Entry::Begun { next_record, next_object }
            }
            b'a' => {
                let first = self.number()?;
                let arrival = i64::from_le_bytes(*self.take(8)?.first_chunk()?);
                let payloads = self.list(8, Self::bytes)?;
                first.checked_add(payloads.len() as u64)?;
                Entry::Accepted { first, arrival, payloads }
            }
            b'i' => {
                let object = ObjectId(self.number()?);
                let is_backup = match self.take(1)?.first()? {
                    0 => false,
                    1 => true,
                    _ => return None,
                };
                let place = ObjectPlace { bucket: self.text()?, key: self.text()? };
                Entry::Intent { object, place, is_backup, records: self.records()? }
            }
            b'w' => Entry::Written { object: ObjectId(self.number()?) },
            b'd' => Entry::Dropped { records: self.records()? },
            _ => return None,
        })
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.body.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(*self.take(8)?.first_chunk()?))
    }

    fn bytes(&mut self) -> Option<Bytes> {
        let length = usize::try_from(self.number()?).ok()?;
        let start = self.at;
        self.take(length)?;
        Some(self.body.slice(start..self.at))
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn records(&mut self) -> Option<RecordSet> {
        let runs = self.list(16, |reader| Some(reader.number()?..=reader.number()?))?;
        let mut records = RecordSet::default();
        for run in runs {
            // So that every number in it can be counted.
            if run.is_empty() || *run.end() == u64::MAX {
                return None;
            }
            records.push_run(run);
        }
        Some(records)
    }

    /// Reads a count and so many elements of at least `size` bytes.
    fn list<T>(
        &mut self,
        size: usize,
        mut element: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        let left = self.body.len() - self.at;
        if count.checked_mul(size)? > left {
            return None;
        }
        (0..count).map(|_| element(self)).collect()
    }
}
