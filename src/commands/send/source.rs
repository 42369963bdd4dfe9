//! Records on their way out: numbered, dressed as the flags want, none too
//! large.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::arguments::CommonArgs;
use super::records::Found;
use crate::error::Error;
use crate::firehose::delivery::Outgoing;
use crate::firehose::gzip::Gzip;
use crate::firehose::limits::MAX_RECORD;
use crate::render::terminal;
use crate::sending::Fed;

/// Records, and bytes of them, that are handed over at once.
const PIECE: usize = 500;
const PIECE_BYTES: usize = 1024 * 1024;

/// Most bytes of records that are too large and come from where they cannot be
/// read again.
const MAX_ASIDE: usize = 64 * 1024 * 1024;

/// Records that no `PutRecordBatch` takes.
#[derive(Debug, Clone, Default)]
pub(super) struct TooLarge(Arc<Mutex<Vec<Vec<u8>>>>);

impl TooLarge {
    /// Those so far.
    pub(super) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets one aside; false if there are too many of them.
    fn push(&self, payload: Vec<u8>) -> bool {
        let mut aside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = aside.iter().map(Vec::len).sum();
        let fits = bytes + payload.len() <= MAX_ASIDE;
        if fits {
            aside.push(payload);
        }
        fits
    }
}

/// What the flags make of a payload.
pub(super) struct Dress {
    newline: bool,
    gzip: Option<Gzip>,
}

impl Dress {
    pub(super) fn new(args: &CommonArgs) -> Self {
        Self { newline: args.newline, gzip: args.gzip.then(Gzip::new) }
    }

    pub(super) fn put_on(&mut self, mut payload: Vec<u8>) -> Vec<u8> {
        if self.newline && !payload.ends_with(b"\n") {
            payload.push(b'\n');
        }
        match &mut self.gzip {
            Some(gzip) => gzip.compress(&payload),
            None => payload,
        }
    }
}

/// Says that a record is larger than any call takes.
pub(super) fn too_large(place: &str, bytes: usize) -> Error {
    let (bytes, most) = (terminal::group(bytes as u64), terminal::group(MAX_RECORD as u64));
    Error::usage(format!("{place} has {bytes} bytes; a record has at most {most}"))
}

/// Makes records of what is found, in pieces.
pub(super) struct Source<I> {
    found: I,
    dress: Dress,
    number: u64,
    too_large: TooLarge,
    ready: VecDeque<Fed>,
}

impl<I> Source<I> {
    pub(super) fn new(found: I, args: &CommonArgs, too_large: TooLarge) -> Self {
        let dress = Dress::new(args);
        Self { found, dress, number: 0, too_large, ready: VecDeque::new() }
    }
}

impl<I: Iterator<Item = Result<Found, Error>>> Iterator for Source<I> {
    type Item = Fed;

    fn next(&mut self) -> Option<Fed> {
        if let Some(fed) = self.ready.pop_front() {
            return Some(fed);
        }
        let (mut piece, mut bytes) = (Vec::new(), 0);
        for found in self.found.by_ref() {
            let Found { place, payload, is_last_for_now } = match found {
                Ok(found) => found,
                Err(error) => {
                    self.ready.push_back(Fed::Failed(error));
                    break;
                }
            };
            let payload = self.dress.put_on(payload);
            if payload.len() > MAX_RECORD {
                let error = too_large(&place, payload.len());
                let fits = self.too_large.push(payload);
                self.ready.push_back(if fits { Fed::LeftOut(error) } else { Fed::Failed(error) });
                break;
            }
            self.number += 1;
            bytes += payload.len();
            piece.push(Outgoing::new(self.number, payload));
            if piece.len() >= PIECE || bytes >= PIECE_BYTES || is_last_for_now {
                break;
            }
        }
        if piece.is_empty() { self.ready.pop_front() } else { Some(Fed::Records(piece)) }
    }
}
