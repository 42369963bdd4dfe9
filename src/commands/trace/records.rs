//! The records to trace: demo data or the user's own, with their markers.

use std::sync::Arc;

use super::arguments::TraceArgs;
use crate::context;
use crate::error::Error;
use crate::terminal;
use firehose::demo::{SampleOrigin, Samples};
use firehose::limits::MAX_RECORD;
use firehose::trace::{MAX_RECORDS, Marker, PLACEHOLDER, TracedRecord, mark, mark_data};

/// Records without `--count`.
const DEFAULT_COUNT: u64 = 3;

/// The records, and others like the first that the transform is asked for.
pub(super) struct Records {
    pub(super) records: Vec<TracedRecord>,
    pub(super) controls: [Option<Vec<u8>>; 2],
}

fn marker() -> Marker {
    Marker::new(fastrand::u128(..))
}

impl Records {
    /// Reads or makes them.
    pub(super) fn of(args: &TraceArgs, origin: SampleOrigin) -> Result<Self, Error> {
        match &args.data {
            Some(source) => {
                let document = source.read_document()?;
                own(&pieces(&document, args.whole), args.count, &source.title())
            }
            None => Ok(demo(args, origin)),
        }
    }

    /// `3 ticker records`, `1 record of order.json`.
    pub(super) fn what(&self, args: &TraceArgs) -> String {
        let count = self.records.len() as u64;
        match &args.data {
            Some(source) => {
                format!("{} of {}", terminal::plural(count, "record"), source.title())
            }
            None => terminal::plural(count, &format!("marked {} record", args.payload.as_str())),
        }
    }
}

fn demo(args: &TraceArgs, origin: SampleOrigin) -> Records {
    let mut samples = Samples::new(args.payload, fastrand::u64(..), origin);
    let now = context::milliseconds(context::now());
    // Kinds that cannot be marked were refused.
    let with = |payload: &[u8], marker: &Marker| {
        mark(args.payload, payload, marker).unwrap_or_else(|_| payload.to_vec())
    };
    let count = args.count.unwrap_or(DEFAULT_COUNT);
    let payloads: Vec<_> = (0..count).map(|_| samples.payload(now)).collect();
    let twin = payloads.first().map(|payload| with(payload, &marker()));
    let other = Some(with(&samples.payload(now), &marker()));
    let record = |payload: &Vec<u8>| {
        let marker = marker();
        TracedRecord { payload: Arc::new(with(payload, &marker)), marker: Some(marker) }
    };
    Records { records: payloads.iter().map(record).collect(), controls: [twin, other] }
}

/// Lines that are not empty, or all of it.
fn pieces(document: &[u8], is_whole: bool) -> Vec<&[u8]> {
    if is_whole {
        return vec![document];
    }
    let lines = document.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.is_empty()).collect()
}

/// As many records as are asked for, again from the start if the file has fewer.
fn own(pieces: &[&[u8]], count: Option<u64>, name: &str) -> Result<Records, Error> {
    let count = match count {
        Some(count) => usize::try_from(count).unwrap_or(MAX_RECORDS),
        None => pieces.len(),
    };
    if pieces.is_empty() {
        return Err(Error::user(format!("{name} has no records"))
            .hint("put one record on each line, or use `--whole`"));
    }
    if count > MAX_RECORDS {
        return Err(Error::user(format!(
            "{name} has {count} records; at most {MAX_RECORDS} can be traced"
        ))
        .hint("pass `--count N` for the first N, or `--whole` for one record"));
    }
    let record = |piece: &&[u8]| {
        let marker = marker();
        match mark_data(piece, &marker) {
            Some(payload) => TracedRecord { payload: Arc::new(payload), marker: Some(marker) },
            None => TracedRecord { payload: Arc::new(piece.to_vec()), marker: None },
        }
    };
    let records: Vec<_> = pieces.iter().cycle().take(count).map(record).collect();
    if let Some(large) = records.iter().position(|it| it.payload.len() > MAX_RECORD) {
        let size = records.get(large).map_or(0, |it| it.payload.len());
        let (size, most) = (terminal::group(size as u64), terminal::group(MAX_RECORD as u64));
        return Err(Error::user(format!(
            "record {} of {name} is {size} bytes; a record is at most {most}",
            large + 1
        )));
    }
    let twin = pieces.first().and_then(|piece| mark_data(piece, &marker()));
    Ok(Records { records, controls: [twin, None] })
}

/// What to know about records without a marker.
pub(super) fn notice(records: &[TracedRecord]) -> Option<String> {
    let unmarked = records.iter().filter(|it| it.marker.is_none()).count();
    (unmarked > 0).then(|| {
        format!(
            "fh: {} no marker and can be found only by the bytes themselves; put {PLACEHOLDER} \
             into the data to mark it",
            if unmarked == 1 {
                "1 record has".to_owned()
            } else {
                format!("{unmarked} records have")
            }
        )
    })
}
