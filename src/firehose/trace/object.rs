//! What an object of S3 says about the records.

use std::ops::{ControlFlow, Range};

use super::event::By;
use super::search::Hit;
use super::{Confidence, Expected, Searcher};
use crate::backup::{Split, cut};
use crate::decode::{Decoder, Encoding, Options, starts_binary_file};
use crate::failure::{FailureRecord, HEAD, holds_failures};
use crate::framing::{self, Data, InputFormat};
use crate::json::Token;

/// Bytes of a delivered record that are kept.
const KEPT: usize = 4096;

/// Characters of a code and of a message that are kept.
const MAX_CODE: usize = 200;
const MAX_MESSAGE: usize = 2000;

/// What an object is, by where it was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectRole {
    /// The destination's.
    Delivered,
    /// The source backup's.
    Backup,
    /// The error output's.
    Failures,
}

/// All that records are known by.
#[derive(Debug)]
pub struct Witnesses {
    /// Markers and bytes.
    pub searcher: Searcher,
    /// What the transform returns for them, if it was asked.
    pub expected: Vec<Expected>,
}

/// A record in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundInObject {
    /// Its place in the list of records; of records with the same bytes the first.
    pub record: usize,
    /// Number of the record in the object, from 1.
    pub number: usize,
    /// How many records the object has.
    pub of: usize,
    /// Offset of the record.
    pub offset: usize,
    /// By what it is known.
    pub by: By,
    /// How sure that is.
    pub sure: Confidence,
    /// The start of the record, decoded.
    pub text: Vec<u8>,
    /// What its failure record says, if it is one.
    pub failure: Option<FoundFailure>,
}

/// What a failure record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFailure {
    /// Its code.
    pub code: String,
    /// Its message.
    pub message: String,
    /// How often Firehose tried.
    pub attempts: Option<u64>,
    /// When the last attempt ended, in milliseconds since 1970.
    pub ended: Option<i64>,
}

/// Finds records in the content of an object, which is decompressed. An error says why
/// it cannot be searched.
pub fn look_into(
    content: &[u8],
    role: ObjectRole,
    witnesses: &Witnesses,
) -> Result<Vec<FoundInObject>, String> {
    let may_be_failures = role == ObjectRole::Failures
        || role == ObjectRole::Delivered && holds_failures(content.get(..HEAD).unwrap_or(content));
    if may_be_failures {
        let (found, has_failures) = failures(content, &witnesses.searcher);
        if has_failures || role == ObjectRole::Failures {
            return Ok(found);
        }
    }
    let found = data(content, role, witnesses);
    if found.is_empty() && starts_binary_file(content) {
        return Err("fh cannot search for records in Parquet, ORC and Avro".to_owned());
    }
    Ok(found)
}

/// Failure records of ours; and whether there are any at all.
fn failures(content: &[u8], searcher: &Searcher) -> (Vec<FoundInObject>, bool) {
    let (mut found, mut number) = (Vec::new(), 0);
    let mut decoder = Decoder::new(Options::default());
    let _to_the_end = framing::records(content, InputFormat::Failures, &mut |it| {
        let Some(object) = it.failure else { return ControlFlow::Continue(()) };
        number += 1;
        let Data::Base64(text) = &it.data else { return ControlFlow::Continue(()) };
        let Some((record, by, sure)) = whose(text, searcher, &mut decoder) else {
            return ControlFlow::Continue(());
        };
        let failure = FailureRecord::read(object);
        let text = |token: Option<Token<'_>>, most| {
            token.map(|it| it.text_up_to(most)).unwrap_or_default()
        };
        found.push(FoundInObject {
            record,
            number,
            of: 0,
            offset: it.at,
            by,
            sure,
            text: Vec::new(),
            failure: Some(FoundFailure {
                code: text(failure.code, MAX_CODE),
                message: text(failure.message, MAX_MESSAGE),
                attempts: failure.attempts,
                ended: failure.attempt_ending,
            }),
        });
        ControlFlow::Continue(())
    });
    for it in &mut found {
        it.of = number;
    }
    (found, number > 0)
}

/// Whose data this `rawData` is.
fn whose(
    text: &[u8],
    searcher: &Searcher,
    decoder: &mut Decoder,
) -> Option<(usize, By, Confidence)> {
    use base64::Engine as _;
    let is_marked =
        |record: usize| searcher.records().get(record).is_some_and(|it| it.marker.is_some());
    let sure = |record| if is_marked(record) { Confidence::Certain } else { Confidence::Likely };
    let payload = base64::engine::general_purpose::STANDARD.decode(text);
    if let Some(record) = payload.ok().and_then(|it| searcher.exactly(&it)) {
        return Some((record, By::RawData, sure(record)));
    }
    // After the transform it is other data, with the marker perhaps.
    let content = decoder.decode(text, Encoding::Base64).bytes;
    let Hit { record, by, .. } = searcher.find(content).into_iter().next()?;
    Some((record, by, sure(record)))
}

/// Records of ours among data.
fn data(content: &[u8], role: ObjectRole, witnesses: &Witnesses) -> Vec<FoundInObject> {
    let Witnesses { searcher, expected } = witnesses;
    let hits = searcher.find_in_one_form(content);
    let is_searched = role == ObjectRole::Delivered && !expected.is_empty();
    if hits.is_empty() && !is_searched {
        return Vec::new();
    }
    let pieces = pieces(content);
    let mut found: Vec<FoundInObject> = Vec::new();
    let mut add = |record, piece: usize, at: Option<usize>, by, sure| {
        let range = pieces.get(piece).cloned().unwrap_or_default();
        let offset = at.unwrap_or(range.start);
        let is_known = |it: &FoundInObject| {
            it.record == record && it.number == piece + 1 && (at.is_none() || it.offset == offset)
        };
        if found.iter().any(is_known) {
            return;
        }
        found.push(FoundInObject {
            record,
            number: piece + 1,
            of: pieces.len(),
            offset,
            by,
            sure,
            text: decoded(content.get(range).unwrap_or_default()),
            failure: None,
        });
    };
    let piece_at = |at: usize| pieces.partition_point(|piece| piece.end <= at);
    for Hit { record, at, by, .. } in hits {
        match by {
            By::Marker => add(record, piece_at(at), None, by, Confidence::Certain),
            // Records with the same bytes may be in one line.
            _ => add(record, piece_at(at), Some(at), by, Confidence::Likely),
        }
    }
    if is_searched {
        for (at, piece) in pieces.iter().enumerate() {
            let piece = content.get(piece.clone()).unwrap_or_default();
            for it in expected.iter().filter(|it| it.is(piece)) {
                add(it.record, at, None, By::Output, it.sure);
            }
        }
        // An output of several lines is in several pieces.
        for it in expected {
            let Some(bytes) = it.bytes() else { continue };
            for at in memchr::memmem::find_iter(content, bytes) {
                add(it.record, piece_at(at), None, By::Output, it.sure);
            }
        }
    }
    found
}

/// Where the records of an object are: JSON values one after the other, else lines.
fn pieces(content: &[u8]) -> Vec<Range<usize>> {
    let values = cut(content, Split::Json).ok().filter(|it| it.unpacked.is_none());
    let lines = || cut(content, Split::Lines).ok().filter(|it| it.unpacked.is_none());
    values
        .or_else(lines)
        .map_or_else(|| std::iter::once(0..content.len()).collect(), |it| it.records)
}

/// The start of a record as a person reads it.
fn decoded(piece: &[u8]) -> Vec<u8> {
    let mut decoder = Decoder::new(Options::default());
    let record = decoder.decode(piece.trim_ascii(), Encoding::Unknown);
    let text = if record.content.has_json() { record.formatted } else { record.text() };
    let text = text.trim_ascii();
    text.get(..KEPT).unwrap_or(text).to_vec()
}
