//! Failure records, grouped into kinds.

mod key;
mod sample;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(super) use key::code_of;
use key::{OTHER_MESSAGES, key_of_others};
pub use sample::Sample;
pub(super) use sample::{LARGEST_OF_SHAPE, LARGEST_SAMPLE, Rank, ShapeSamples};

use super::message::push_fingerprint;
use super::record::{FailureRecord, Transformed};
use super::shape::{Shape, Shapes};
use super::shard::{hash, mix};
use super::timeline::Timeline;
use crate::json::Token;

/// Most kinds that are counted separately; the records of others are only counted.
pub(super) const MAX_KINDS: usize = 1000;

/// Most messages of one code that are shown separately; a destination may put parts
/// of each record into them. While records are counted, more are kept, so that those
/// with most records are among the ones that are shown.
const SHOWN_MESSAGES: usize = 24;
pub(super) const MAX_MESSAGES: usize = 4 * SHOWN_MESSAGES;

/// Most characters of a code, a message and an ARN that are kept.
pub(super) const LONGEST: usize = 1024;

/// Where a record was found, and what it is.
#[derive(Debug, Clone, Copy)]
pub struct Occurrence<'a> {
    /// Name of the input.
    pub source: &'a str,
    /// Line it starts on, from 1.
    pub line: u64,
    /// Its place among the records of the input, from 1.
    pub index: u64,
    /// It is a CloudWatch Logs control message.
    pub is_control: bool,
    /// Its data is known not to be base64.
    pub is_damaged: bool,
    /// Its [`FailureGroups::number`], and what its content is, if it was looked into.
    pub shape: Option<(u64, Shape)>,
}

/// Where a record is counted, until the next one is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// In this group.
    Known(usize),
    /// In a group that is new.
    New,
    /// Nowhere: there are too many groups.
    Full,
}

/// Failure records that have code, message, transform and attempts in common.
///
/// Attempts tell groups apart only for failures of the transform, where 1 and
/// more mean different things; a destination is tried for as long as it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// The error code.
    pub code: Option<String>,
    /// The message of the record that arrived first; `None` if it has none.
    pub message: Option<String>,
    /// The other records word it differently: other ids, times, addresses.
    pub messages_differ: bool,
    /// Fewest and most attempts.
    pub attempts: Option<AttemptRange>,
    /// ARN of the transform.
    pub function: Option<String>,
    /// Records of the group.
    pub records: u64,
    /// Bytes of their payloads.
    pub bytes: u64,
    /// How many of them are CloudWatch Logs control messages.
    pub control_messages: u64,
    /// First and last arrival, in milliseconds since 1970.
    pub arrivals: Option<(i64, i64)>,
    /// When they arrived.
    pub timeline: Timeline,
    /// What their contents are.
    pub shapes: Shapes,
    /// One of them.
    pub sample: Sample,
    /// One of each shape.
    pub(super) shape_samples: ShapeSamples,
    /// The record that arrived first.
    pub(super) first: First,
}

/// The record of a group that arrived first, and its message: what comes first in
/// the order of arrival and place, whichever is read first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct First {
    /// Milliseconds since 1970.
    pub(super) arrival: i64,
    pub(super) source: String,
    pub(super) index: u64,
    pub(super) message: Vec<u8>,
}

/// Fewest and most attempts of some records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptRange {
    /// Fewest.
    pub least: u64,
    /// Most.
    pub most: u64,
}

/// Counts failure records by kind.
#[derive(Debug, Default)]
pub struct FailureGroups {
    pub(super) index: BTreeMap<Vec<u8>, usize>,
    pub(super) found: Vec<FailureGroup>,
    /// Messages of each code.
    pub(super) messages: BTreeMap<Vec<u8>, usize>,
    /// Records of all groups, and the others.
    pub records: u64,
    /// Records of kinds past the limit, which are only counted.
    pub other: u64,
    /// Bytes of all payloads.
    pub bytes: u64,
    /// First and last arrival of all, in milliseconds since 1970.
    pub arrivals: Option<(i64, i64)>,
    /// When they arrived.
    pub timeline: Timeline,
    pub(super) key: Vec<u8>,
    /// The input of the record before, and its hash.
    pub(super) source: (String, u64),
}

impl FailureGroups {
    /// Finds where `record` is to be counted.
    pub fn find(&mut self, record: &FailureRecord<'_>) -> Slot {
        self.write_key(record, false);
        if let Some(index) = self.index.get(&self.key) {
            return Slot::Known(*index);
        }
        let count = self.messages.get(text(record.code).as_ref()).copied().unwrap_or_default();
        if count >= MAX_MESSAGES {
            self.write_key(record, true);
            if let Some(index) = self.index.get(&self.key) {
                return Slot::Known(*index);
            }
        }
        if self.found.len() < MAX_KINDS { Slot::New } else { Slot::Full }
    }

    /// True if the content of the record that was asked for last is to be decoded,
    /// so that its [`Shape`] is known; `number` is its [`FailureGroups::number`].
    pub fn wants_shape(&self, slot: Slot, number: u64) -> bool {
        match slot {
            Slot::Known(index) => self.found.get(index).is_some_and(|it| it.shapes.wants(number)),
            Slot::New => true,
            Slot::Full => false,
        }
    }

    /// A number for a record that looks random and is always the same.
    pub fn number(&mut self, source: &str, index: u64) -> u64 {
        if self.source.0 != source {
            self.source = (source.to_owned(), hash(source.as_bytes()));
        }
        mix(self.source.1 ^ index)
    }

    /// Counts one record in the slot that was found for it, before another is found.
    pub fn add(&mut self, slot: Slot, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) {
        self.records += 1;
        self.bytes += record.payload_bytes;
        if let Some(arrival) = record.arrival {
            span(&mut self.arrivals, arrival);
            self.timeline.add(arrival);
        }
        let index = match slot {
            Slot::Known(index) => index,
            Slot::New => self.begin(record, occurrence),
            Slot::Full => {
                self.other += 1;
                return;
            }
        };
        if let Some(kind) = self.found.get_mut(index) {
            kind.add(record, occurrence);
        }
    }

    /// The kinds, those with most records first.
    pub fn sorted(&self) -> Vec<&FailureGroup> {
        let mut kinds: Vec<_> = self.found.iter().collect();
        kinds.sort_by_key(|it| {
            (Reverse(it.records), it.arrivals, &it.code, &it.message, &it.function, it.attempts)
        });
        kinds
    }

    /// Adds the groups of other records. Up to `MAX_MESSAGES` of a code and
    /// `MAX_KINDS` in all, the result is that of one that has counted everything,
    /// in any order; past that, records may be counted in another group.
    pub fn merge(&mut self, other: Self) {
        self.records = self.records.saturating_add(other.records);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.other = self.other.saturating_add(other.other);
        spans(&mut self.arrivals, other.arrivals);
        self.timeline.merge(&other.timeline);
        let mut groups: Vec<_> = other.found.into_iter().map(Some).collect();
        for (key, index) in other.index {
            if let Some(group) = groups.get_mut(index).and_then(Option::take) {
                self.put(key, group);
            }
        }
    }

    /// Puts a group where records with this key are counted.
    pub(super) fn put(&mut self, key: Vec<u8>, group: FailureGroup) {
        let code = code_of(&key).to_vec();
        let is_full = self.messages.get(&code).is_some_and(|count| *count >= MAX_MESSAGES);
        let key = if is_full && !self.index.contains_key(&key) { key_of_others(&key) } else { key };
        let length = self.found.len();
        match self.index.get(&key).and_then(|index| self.found.get_mut(*index)) {
            Some(known) => known.merge(group),
            None if length < MAX_KINDS => {
                *self.messages.entry(code).or_default() += 1;
                self.index.insert(key, length);
                self.found.push(group);
            }
            None => self.other = self.other.saturating_add(group.records),
        }
    }

    /// Puts the messages of a code together that are past the `SHOWN_MESSAGES` with
    /// most records. To be called once all is counted.
    #[must_use]
    pub fn settled(mut self) -> Self {
        let mut by_code: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
        for key in self.index.keys().filter(|key| **key != key_of_others(key)) {
            by_code.entry(code_of(key).to_vec()).or_default().push(key.clone());
        }
        let mut found: Vec<_> = std::mem::take(&mut self.found).into_iter().map(Some).collect();
        let mut index = std::mem::take(&mut self.index);
        let mut others = Vec::new();
        for mut keys in by_code.into_values() {
            keys.sort_by_key(|key| {
                let group = index.get(key).and_then(|index| found.get(*index)?.as_ref());
                group.map(|it| (Reverse(it.records), it.arrivals))
            });
            for key in keys.into_iter().skip(SHOWN_MESSAGES) {
                let at = index.remove(&key);
                let group = at.and_then(|index| found.get_mut(index)?.take());
                others.extend(group.map(|group| (key_of_others(&key), group)));
            }
        }
        for (key, at) in index {
            if let Some(group) = found.get_mut(at).and_then(Option::take) {
                self.index.insert(key, self.found.len());
                self.found.push(group);
            }
        }
        for (key, group) in others {
            if let Some(known) = self.index.get(&key).and_then(|index| self.found.get_mut(*index)) {
                known.merge(group);
            } else {
                self.index.insert(key, self.found.len());
                self.found.push(group);
            }
        }
        self
    }

    /// Shows the record that is not like the others of its group, if there is one, where
    /// `fail_together` is true for their code: it may be why all of them fail. To be called
    /// once all is counted.
    #[must_use]
    pub fn showing_odd_ones(mut self, fail_together: impl Fn(&str) -> bool) -> Self {
        for group in &mut self.found {
            if fail_together(group.code.as_deref().unwrap_or_default())
                && let Some(sample) = group.shape_samples.odd_one(&group.shapes)
            {
                group.sample = sample;
            }
        }
        self
    }

    /// Makes the group whose key was written last; returns its index.
    fn begin(&mut self, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> usize {
        *self.messages.entry(text(record.code).into_owned()).or_default() += 1;
        self.index.insert(self.key.clone(), self.found.len());
        self.found.push(FailureGroup::new(record, occurrence));
        self.found.len() - 1
    }

    /// Writes what tells the record's kind to `key`: texts, however JSON spells
    /// them. The message comes last, so that no text can run into another.
    pub(super) fn write_key(&mut self, record: &FailureRecord<'_>, is_other: bool) {
        let key = &mut self.key;
        key.clear();
        for part in [record.code, record.function] {
            let text = text(part);
            key.push(u8::from(part.is_some()));
            key.extend_from_slice(&(text.len() as u64).to_le_bytes());
            key.extend_from_slice(&text);
        }
        let has_attempts = record.transformed != Transformed::Yes;
        key.push(u8::from(has_attempts));
        if has_attempts {
            key.extend_from_slice(&record.attempts.unwrap_or_default().to_le_bytes());
        }
        if is_other {
            key.push(OTHER_MESSAGES);
        } else {
            key.push(0);
            push_fingerprint(&text(record.message), key);
        }
    }
}

impl FailureGroup {
    fn new(record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> Self {
        let shown = |token: Token<'_>| token.text_up_to(LONGEST);
        Self {
            code: record.code.map(shown),
            message: record.message.map(shown),
            function: record.function.map(shown),
            ..Self::empty(Sample::new(record, occurrence), First::new(record, occurrence))
        }
    }

    /// A group without a record.
    pub(super) fn empty(sample: Sample, first: First) -> Self {
        Self {
            code: None,
            message: None,
            messages_differ: false,
            attempts: None,
            function: None,
            records: 0,
            bytes: 0,
            control_messages: 0,
            arrivals: None,
            timeline: Timeline::default(),
            shapes: Shapes::default(),
            sample,
            shape_samples: ShapeSamples::default(),
            first,
        }
    }

    fn add(&mut self, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) {
        self.records += 1;
        self.bytes += record.payload_bytes;
        self.control_messages += u64::from(occurrence.is_control);
        if let Some((number, shape)) = occurrence.shape {
            self.shapes.add(number, shape);
            self.shape_samples.take(record, occurrence);
        }
        self.messages_differ |= text(record.message) != self.first.message;
        if self.first.is_after(record, occurrence) {
            self.first = First::new(record, occurrence);
            self.message = record.message.map(|token| token.text_up_to(LONGEST));
        }
        if let Some(made) = record.attempts {
            let seen = self.attempts.unwrap_or(AttemptRange { least: made, most: made });
            self.attempts =
                Some(AttemptRange { least: seen.least.min(made), most: seen.most.max(made) });
        }
        if let Some(arrival) = record.arrival {
            span(&mut self.arrivals, arrival);
            self.timeline.add(arrival);
        }
        if self.sample.is_after(record, occurrence) {
            self.sample = Sample::new(record, occurrence);
        }
    }

    /// Adds other records of the same group.
    fn merge(&mut self, other: Self) {
        self.records = self.records.saturating_add(other.records);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.control_messages = self.control_messages.saturating_add(other.control_messages);
        self.messages_differ |= other.messages_differ || self.first.message != other.first.message;
        if other.first < self.first {
            self.first = other.first;
            self.message = other.message;
        }
        self.attempts = match (self.attempts, other.attempts) {
            (Some(one), Some(two)) => {
                Some(AttemptRange { least: one.least.min(two.least), most: one.most.max(two.most) })
            }
            (one, two) => one.or(two),
        };
        spans(&mut self.arrivals, other.arrivals);
        self.timeline.merge(&other.timeline);
        self.shapes.merge(&other.shapes);
        self.shape_samples.merge(other.shape_samples);
        let place = |it: &Sample| (it.rank, it.source.clone(), it.line, it.index);
        if place(&other.sample) < place(&self.sample) {
            self.sample = other.sample;
        }
    }
}

impl First {
    fn new(record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> Self {
        Self {
            arrival: record.arrival.unwrap_or(i64::MAX),
            source: occurrence.source.to_owned(),
            index: occurrence.index,
            message: text(record.message).into_owned(),
        }
    }

    fn is_after(&self, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> bool {
        let own = (self.arrival, self.source.as_str(), self.index);
        (record.arrival.unwrap_or(i64::MAX), occurrence.source, occurrence.index) < own
    }
}

/// The first [`LONGEST`] bytes of a text, whichever characters of it are escaped.
fn text(token: Option<Token<'_>>) -> Cow<'_, [u8]> {
    let Some(token) = token else { return Cow::Borrowed(b"") };
    let plain = token.body().unwrap_or(token.raw());
    let plain = plain.get(..LONGEST).unwrap_or(plain);
    if !token.is_string() || memchr::memchr(b'\\', plain).is_none() {
        return Cow::Borrowed(plain);
    }
    let mut text = token.text_up_to(LONGEST).into_bytes();
    text.truncate(LONGEST);
    Cow::Owned(text)
}

fn span(range: &mut Option<(i64, i64)>, time: i64) {
    let (first, last) = range.unwrap_or((time, time));
    *range = Some((first.min(time), last.max(time)));
}

pub(super) fn spans(range: &mut Option<(i64, i64)>, other: Option<(i64, i64)>) {
    for time in other.into_iter().flat_map(|(first, last)| [first, last]) {
        span(range, time);
    }
}

#[cfg(test)]
mod tests;
