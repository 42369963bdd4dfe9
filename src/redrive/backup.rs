//! Records out of source backup objects.

use std::io::{self, Cursor, Read as _};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::tz::TimeZone;

use super::objects::{Object, Objects};
use super::records::{FailedRecord, PassItem, ReadSoFar, Ready, RecordPlace};
use crate::error::Error;
use crate::input::filter::Filter;
use crate::input::{Input, Inputs, Next};
use firehose::backup::{self, Cut, MAX_OBJECT, Split, Unsure};
use firehose::decode::{self, Decoder, Encoding, GZIP_MAGIC, Options};
use firehose::failure::Transformed;
use firehose::redrive::Reason;
use firehose::s3::object_name::ObjectName;

/// A record may have arrived this long after the oldest in its object: the
/// longest buffer (API reference, `BufferingHints`), in milliseconds.
const LONGEST_BUFFER: i64 = 900_000;

pub(super) struct Backups {
    inputs: Inputs,
    split: Split,
    filter: Arc<Filter>,
    content: Decoder,
    ready: Ready,
    objects: Objects,
    current: Option<OpenBackup>,
    /// How the last object was cut, where that was inferred.
    inferred: Option<Split>,
    bytes_read: Arc<AtomicU64>,
}

/// An object whose records are being taken, so that it is held once only.
struct OpenBackup {
    object: Arc<Object>,
    bytes: Vec<u8>,
    records: std::vec::IntoIter<Range<usize>>,
    number: u64,
    arrival: Option<i64>,
}

impl Backups {
    pub(super) fn new(inputs: Inputs, split: Split, filter: Arc<Filter>) -> Self {
        let content = Decoder::new(Options::default());
        Self {
            inputs,
            split,
            filter,
            content,
            ready: Ready::new(),
            objects: Objects::default(),
            current: None,
            inferred: None,
            bytes_read: Arc::default(),
        }
    }

    pub(super) fn read_so_far(&self) -> ReadSoFar {
        ReadSoFar { bytes: Arc::clone(&self.bytes_read), listed: self.inputs.to_be_read() }
    }

    fn input(&mut self, input: Input) {
        let Input { name, object: s3, reader, .. } = input;
        let object = match self.objects.object(&name, s3.as_ref()) {
            Ok(object) => object,
            Err(error) => return self.ready.push_back(PassItem::Unreadable(error)),
        };
        self.ready.push_back(PassItem::Object(Arc::clone(&object)));
        let mut bytes = Vec::new();
        if let Err(error) = reader.take(MAX_OBJECT as u64 + 1).read_to_end(&mut bytes) {
            let error = Error::unreadable(&name, error);
            return self.ready.push_back(PassItem::Unreadable(error));
        }
        self.bytes_read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match cut(&mut bytes, self.split) {
            Ok(cut) => self.begin(object, bytes, cut),
            Err(unsure) => {
                let place = format!("{name}: {unsure} ({})", unsure.hint());
                self.ready.push_back(PassItem::Skipped(Reason::NoEnd, bytes.len(), place));
            }
        }
    }

    fn begin(&mut self, object: Arc<Object>, bytes: Vec<u8>, cut: Cut) {
        if self.split == Split::Auto && cut.records.len() > 1 && self.inferred != Some(cut.by) {
            self.inferred = Some(cut.by);
            let how = match cut.by {
                Split::GzipMembers => "each gzip member, which CloudWatch Logs made, is a record",
                _ => "each JSON value is treated as a record (--split changes this)",
            };
            self.ready.push_back(PassItem::Notice(format!("{}: {how}", object.name)));
        }
        self.current = Some(OpenBackup {
            arrival: arrival(&object.name),
            object,
            bytes: cut.unpacked.unwrap_or(bytes),
            records: cut.records.into_iter(),
            number: 0,
        });
    }

    fn record(&mut self) -> Option<PassItem> {
        let current = self.current.as_mut()?;
        let Some(range) = current.records.next() else {
            self.current = None;
            return None;
        };
        current.number += 1;
        let payload = current.bytes.get(range).unwrap_or_default();
        if self.filter.needs_content()
            && !self.filter.fits(&self.content.decode(payload, Encoding::Unknown))
        {
            return Some(PassItem::Filtered);
        }
        let object = Arc::clone(&current.object);
        Some(PassItem::Record(Box::new(FailedRecord {
            entry: object.source.entry(current.number, payload),
            payload: payload.to_vec(),
            arrival: current.arrival,
            code: None,
            transformed: Transformed::No,
            transformed_by: None,
            place: RecordPlace { object, number: current.number, line: None },
        })))
    }
}

/// Cuts an object into records; zip and snappy around all of it are peeled
/// first, for producers do not send them.
fn cut(bytes: &mut Vec<u8>, split: Split) -> Result<Cut, Unsure> {
    if bytes.len() > MAX_OBJECT {
        return Err(Unsure::TooLarge);
    }
    if split != Split::Whole && !bytes.starts_with(&GZIP_MAGIC) {
        unpack(bytes)?;
    }
    backup::cut(bytes, split)
}

fn unpack(bytes: &mut Vec<u8>) -> Result<(), Unsure> {
    let damaged = |_: io::Error| Unsure::Damaged { offset: 0 };
    let mut object = decode::Object::open(Box::new(Cursor::new(bytes.clone()))).map_err(damaged)?;
    match object.layers().len() {
        0 => return Ok(()),
        1 => {}
        // What is inside was compressed by the producer: it is not to be
        // touched, and cannot be known from here.
        _ => return Err(Unsure::NoEnd { offset: 0 }),
    }
    let mut unpacked = Vec::new();
    (&mut object).take(MAX_OBJECT as u64 + 1).read_to_end(&mut unpacked).map_err(damaged)?;
    if object.layers().iter().any(|layer| layer.problem.is_some()) {
        return Err(Unsure::Damaged { offset: 0 });
    }
    if unpacked.len() > MAX_OBJECT {
        return Err(Unsure::TooLarge);
    }
    *bytes = unpacked;
    Ok(())
}

/// When the records of an object may have arrived at the latest, by its name.
fn arrival(name: &str) -> Option<i64> {
    let oldest = ObjectName::of_key(name)?.time.to_zoned(TimeZone::UTC).ok()?;
    Some(oldest.timestamp().as_millisecond().saturating_add(LONGEST_BUFFER))
}

impl Iterator for Backups {
    type Item = PassItem;

    fn next(&mut self) -> Option<PassItem> {
        loop {
            if let Some(item) = self.ready.pop_front().or_else(|| self.record()) {
                return Some(item);
            }
            match self.inputs.next()? {
                Next::Input(input) => self.input(input),
                Next::Unreadable(error, _) => return Some(PassItem::Unreadable(error)),
                Next::Notice(text) => return Some(PassItem::Notice(text)),
                Next::LeftOut(left_out) => return Some(PassItem::LeftOut(left_out)),
                Next::Failed(error) => return Some(PassItem::Failed(error)),
            }
        }
    }
}
