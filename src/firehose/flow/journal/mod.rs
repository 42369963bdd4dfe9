//! What a stream must not forget, as bytes: records that it accepted, objects
//! that it is about to write, and what is settled.
//!
//! An entry is a length, a checksum and a body. Accepted records are written
//! before the producer is answered, an intent before its object, and that the
//! object is there after it. So whatever ends the process, each record is
//! delivered again or not at all, and never twice: see [`Replay`].

mod read;
mod replay;

use bytes::Bytes;
use flate2::Crc;

use super::activity::{ObjectId, ObjectPlace};
use super::records::{Record, RecordSet};
use crate::time::Millis;

pub use read::{Damage, entries};
pub use replay::{Replay, Restored};

/// Bytes before the body of an entry: its length and its checksum.
const HEAD: usize = 8;

/// Largest body that is read: records of a batch after all that may be put, with
/// room for their lengths.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file begins: numbers that were given before it are not given again.
    Begun {
        /// The number of the next record.
        next_record: u64,
        /// The number of the next object.
        next_object: u64,
    },
    /// Records were accepted.
    Accepted {
        /// The number of the first one; the others follow.
        first: u64,
        /// When they arrived.
        arrival: Millis,
        /// As they came.
        payloads: Vec<Bytes>,
    },
    /// An object is about to be written.
    Intent {
        /// The object.
        object: ObjectId,
        /// Where.
        place: ObjectPlace,
        /// It is of the backup, which every record goes to besides.
        is_backup: bool,
        /// The records in it.
        records: RecordSet,
    },
    /// An object is there.
    Written {
        /// The object.
        object: ObjectId,
    },
    /// Records are dropped.
    Dropped {
        /// Which.
        records: RecordSet,
    },
}

impl Entry {
    /// Appends the entry.
    pub fn push(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; HEAD]);
        self.push_body(out);
        let body = out.get(start + HEAD..).unwrap_or_default();
        let mut crc = Crc::new();
        crc.update(body);
        // Bodies are far below 4 GB.
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
        let sum = crc.sum().to_le_bytes();
        if let Some(head) = out.get_mut(start..start + HEAD) {
            let (first, second) = head.split_at_mut(HEAD / 2);
            first.copy_from_slice(&length);
            second.copy_from_slice(&sum);
        }
    }

    fn push_body(&self, out: &mut Vec<u8>) {
        match self {
            Self::Begun { next_record, next_object } => {
                out.push(b'b');
                push_number(*next_record, out);
                push_number(*next_object, out);
            }
            Self::Accepted { first, arrival, payloads } => {
                out.push(b'a');
                push_number(*first, out);
                out.extend_from_slice(&arrival.to_le_bytes());
                push_number(payloads.len() as u64, out);
                for payload in payloads {
                    push_bytes(payload, out);
                }
            }
            Self::Intent { object, place, is_backup, records } => {
                out.push(b'i');
                push_number(object.0, out);
                out.push(u8::from(*is_backup));
                push_bytes(place.bucket.as_bytes(), out);
                push_bytes(place.key.as_bytes(), out);
                push_records(records, out);
            }
            Self::Written { object } => {
                out.push(b'w');
                push_number(object.0, out);
            }
            Self::Dropped { records } => {
                out.push(b'd');
                push_records(records, out);
            }
        }
    }
}

fn push_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn push_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    push_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

fn push_records(records: &RecordSet, out: &mut Vec<u8>) {
    push_number(records.runs().len() as u64, out);
    for run in records.runs() {
        push_number(*run.start(), out);
        push_number(*run.end(), out);
    }
}

/// A record of an entry.
fn record(number: u64, arrival: Millis, payload: &Bytes) -> Record {
    Record { number, arrival, payload: payload.clone() }
}

#[cfg(test)]
mod tests;
