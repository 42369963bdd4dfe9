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
use crate::time::Millis;

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
    /// When the record arrived, in milliseconds since 1970.
    pub arrival: Option<Millis>,
}

/// What an object holds of the records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookedInto {
    /// The records that were found.
    pub found: Vec<FoundInObject>,
    /// Why there may be more.
    pub gap: Option<String>,
    /// It has records, and they are no failures.
    pub has_data: bool,
}

/// S3 has the time of an object in seconds.
const SECOND: Millis = 1000;

impl FoundInObject {
    /// How sure it is once its age is known: what is known by its content alone and is
    /// older than `start` may be of an earlier record. `modified` is when the object was
    /// written; a failure record has the time of the record itself.
    #[must_use]
    pub fn put_since(self, start: Millis, modified: Option<Millis>) -> Self {
        let arrival = self.failure.as_ref().and_then(|it| it.arrival);
        let is_new = arrival.or(modified).is_some_and(|at| at > start - SECOND);
        match self.sure {
            Confidence::Likely if !is_new => Self { sure: Confidence::Possible, ..self },
            _ => self,
        }
    }
}

/// Finds records in the content of an object, which is decompressed.
pub fn look_into(content: &[u8], role: ObjectRole, witnesses: &Witnesses) -> LookedInto {
    let may_be_failures = role == ObjectRole::Failures
        || role == ObjectRole::Delivered && holds_failures(content.get(..HEAD).unwrap_or(content));
    if may_be_failures {
        let (looked, has_failures) = failures(content, &witnesses.searcher);
        if has_failures || role == ObjectRole::Failures {
            return looked;
        }
    }
    let found = data(content, role, witnesses);
    // What was found, in its statistics say, does not say where the others are.
    let gap = starts_binary_file(content)
        .then(|| "fh cannot search for records in Parquet, ORC and Avro".to_owned());
    LookedInto { found, gap, has_data: !content.is_empty() }
}

/// Failure records of ours; and whether there are any at all.
fn failures(content: &[u8], searcher: &Searcher) -> (LookedInto, bool) {
    let (mut found, mut number, mut gap) = (Vec::new(), 0, None);
    let mut decoder = Decoder::new(Options::default());
    let _to_the_end = framing::records(content, InputFormat::Failures, &mut |it| {
        if let Some(problem) = it.problem.filter(|it| it.kind.is_broken_document()) {
            gap.get_or_insert_with(|| format!("offset {}: {problem}", it.at));
        }
        let Some(object) = it.failure else { return ControlFlow::Continue(()) };
        number += 1;
        let Data::Base64(text) = &it.data else { return ControlFlow::Continue(()) };
        let whose = whose(text, searcher, &mut decoder);
        let failure = FailureRecord::read(object);
        let text = |token: Option<Token<'_>>, most| {
            token.map(|it| it.text_up_to(most)).unwrap_or_default()
        };
        let failure = FoundFailure {
            code: text(failure.code, MAX_CODE),
            message: text(failure.message, MAX_MESSAGE),
            attempts: failure.attempts,
            arrival: failure.arrival,
        };
        found.extend(whose.into_iter().map(|(record, by, sure)| FoundInObject {
            record,
            number,
            of: 0,
            offset: it.at,
            by,
            sure,
            text: Vec::new(),
            failure: Some(failure.clone()),
        }));
        ControlFlow::Continue(())
    });
    for it in &mut found {
        it.of = number;
    }
    (LookedInto { found, gap, has_data: false }, number > 0)
}

/// Whose data this `rawData` is: several records may be in one, as log events are.
fn whose(text: &[u8], searcher: &Searcher, decoder: &mut Decoder) -> Vec<(usize, By, Confidence)> {
    use base64::Engine as _;
    let is_marked =
        |record: usize| searcher.records().get(record).is_some_and(|it| it.marker.is_some());
    let sure = |record| if is_marked(record) { Confidence::Certain } else { Confidence::Likely };
    let payload = base64::engine::general_purpose::STANDARD.decode(text);
    if let Some(record) = payload.ok().and_then(|it| searcher.exactly(&it)) {
        return vec![(record, By::RawData, sure(record))];
    }
    // After the transform it is other data, with the marker perhaps.
    let content = decoder.decode(text, Encoding::Base64).bytes;
    let mut found: Vec<(usize, By, Confidence)> = Vec::new();
    for Hit { record, by, .. } in searcher.find(content) {
        if found.iter().all(|(known, ..)| *known != record) {
            found.push((record, by, sure(record)));
        }
    }
    found
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
