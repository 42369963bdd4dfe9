//! Data that was returned under the `recordId` of another record.
//!
//! Firehose goes by the id and cannot see it. What shows it are values that only one
//! record of the event has: they come out with another record, and its own do not.

use std::collections::BTreeSet;

use super::records::MatchedRecord;
use super::{Checker, ReturnedRecord};
use crate::json::Token;
use crate::transform::fate::Fate;
use crate::transform::response::ResponseRecord;
use crate::transform::rule::Rule;

/// Most bytes of payloads that are compared: about what an event and a response hold.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Longer runs are not values that a transform copies.
const MAX_VALUE: usize = 256;

/// Most values of all payloads.
const MAX_VALUES: usize = 2_000_000;

/// Of more records, some are compared first: mostly, they have their own data.
const MAX_SAMPLE: usize = 256;
const MIN_SAMPLE: usize = 8;

/// Most bytes of an event for that, if it has enough records.
const MAX_SAMPLE_BYTES: usize = 512 * 1024;

/// Fewer records may hold values of each other by chance, if they are weak ones.
const MIN_RECORDS: usize = 3;

/// The data of a record that came out with another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misplaced {
    /// Place in the event of the record with whose id it was returned.
    pub(super) record: usize,
    /// Place in the event of the record whose data it is.
    pub(super) source: usize,
    /// A value that shows it.
    pub(super) value: String,
    is_strong: bool,
}

/// How likely it is that a transform makes a value that another record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Counters, dates and times: adding 1 gives that of the next record.
    Count,
    /// Words may be a state that follows another, decimals the result of rounding.
    Word,
    /// Letters with digits, such as `order-1041` or a UUID.
    Identifier,
}

/// A value of an output that only one input has, which is not its own.
#[derive(Debug)]
struct Foreign {
    hash: u64,
    record: u32,
    source: u32,
    strength: Strength,
    value: Vec<u8>,
    /// Several outputs have it: the transform adds it.
    is_shared: bool,
}

/// Compares the outputs of an event with all its inputs.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// The values of the inputs, each with its record; sorted before outputs are added.
    inputs: Vec<(u64, u32)>,
    foreign: Vec<Foreign>,
    /// Outputs with a value that only their own input has.
    in_place: usize,
    /// Outputs without.
    others: usize,
    /// Each output with its record.
    outputs: Vec<(u64, u32)>,
    /// Bytes of payloads so far.
    bytes: usize,
}

impl Comparison {
    pub(super) fn add_input(&mut self, record: usize, payload: &[u8]) {
        let Ok(record) = u32::try_from(record) else { return };
        self.bytes = self.bytes.saturating_add(payload.len());
        if self.is_full() {
            return;
        }
        for value in values(payload) {
            self.inputs.push((hash(value), record));
        }
    }

    /// Called once, between the inputs and the outputs: keeps the values that a single
    /// record has.
    pub(super) fn keep_single(&mut self) {
        self.inputs.sort_unstable();
        self.inputs.dedup();
        let runs = self.inputs.chunk_by(|one, other| one.0 == other.0);
        self.inputs = runs.filter(|run| run.len() == 1).flatten().copied().collect();
    }

    pub(super) fn add_output(&mut self, record: usize, payload: &[u8]) {
        let Ok(record) = u32::try_from(record) else { return };
        self.bytes = self.bytes.saturating_add(payload.len());
        if self.is_full() {
            return;
        }
        self.outputs.push((hash(payload), record));
        let start = self.foreign.len();
        for value in values(payload) {
            let hash = hash(value);
            let Some(source) = self.owner(hash) else { continue };
            if source == record {
                self.foreign.truncate(start);
                self.in_place += 1;
                return;
            }
            let (strength, value) = (strength(value), value.to_vec());
            self.foreign.push(Foreign { hash, record, source, strength, value, is_shared: false });
        }
        self.others += 1;
    }

    /// The record that alone has this value.
    fn owner(&self, hash: u64) -> Option<u32> {
        let index = self.inputs.binary_search_by_key(&hash, |input| input.0).ok()?;
        self.inputs.get(index).map(|input| input.1)
    }

    /// Nothing is known where not all was compared.
    const fn is_full(&self) -> bool {
        self.bytes > MAX_BYTES || self.inputs.len() > MAX_VALUES
    }

    /// True if some outputs have nothing of their inputs.
    pub(super) const fn is_suspicious(&self) -> bool {
        self.others > 1 && !self.is_full()
    }

    /// The records that came out with just what another one did, which has its values and
    /// none of theirs.
    pub(super) fn copied(&self) -> Vec<Misplaced> {
        if self.is_full() {
            return Vec::new();
        }
        let output = |record: u32| self.outputs.iter().find(|it| it.1 == record).map(|it| it.0);
        let by_record = self.foreign.chunk_by(|one, other| one.record == other.record);
        let copied = by_record.filter_map(|values| {
            let best = values.iter().max_by_key(|it| (it.strength, it.value.len()))?;
            let is_one = values.iter().all(|it| it.source == best.source);
            let mut words: Vec<_> =
                values.iter().filter(|it| it.strength > Strength::Count).collect();
            words.dedup_by_key(|it| it.hash);
            let is_sure = best.strength == Strength::Identifier || words.len() > 1;
            let is_copy = is_one && is_sure && output(best.record) == output(best.source);
            Misplaced::new(best, true).filter(|_| is_copy)
        });
        copied.collect()
    }

    /// The records with data of others, if chance cannot explain them.
    pub(super) fn misplaced(mut self) -> Vec<Misplaced> {
        if !self.is_suspicious() {
            return Vec::new();
        }
        self.foreign.sort_by_key(|it| (it.hash, it.record));
        self.foreign.dedup_by_key(|it| (it.hash, it.record));
        for shared in self.foreign.chunk_by_mut(|one, other| one.hash == other.hash) {
            if let [_, _, ..] = shared {
                for it in shared {
                    it.is_shared = true;
                }
            }
        }
        self.foreign.sort_by_key(|it| it.record);
        let by_record = self.foreign.chunk_by(|one, other| one.record == other.record);
        let all: Vec<_> = by_record.filter_map(Misplaced::of).collect();
        let strong: Vec<_> = all.iter().filter(|it| it.is_strong).cloned().collect();
        let is_most = |some: &[Misplaced]| some.len() * 2 > self.in_place + self.others;
        if strong.len() > 1 && is_most(&strong) || is_exchange(&strong) {
            return strong;
        }
        if is_exchange(&all) && is_most(&all) { all } else { Vec::new() }
    }
}

impl Checker<'_> {
    /// Finds records that were returned with the data of others; `list` has the elements
    /// of the response.
    pub(super) fn check_misplaced(&mut self, list: Token<'_>) {
        let pairs: Vec<_> = self.delivered().collect();
        let step = pairs.len().div_ceil(MAX_SAMPLE).max(self.event.bytes / MAX_SAMPLE_BYTES);
        let step = step.clamp(1, (pairs.len() / MIN_SAMPLE).max(1));
        let mut comparison = self.compare(&pairs, list, step);
        if step > 1 && comparison.is_suspicious() {
            comparison = self.compare(&pairs, list, 1);
        }
        // Where all are the same, that was reported.
        let are_all = self.data.series.repeated().is_some();
        let copied = if are_all { Vec::new() } else { comparison.copied() };
        let (rule, misplaced) = if copied.is_empty() {
            (Rule::MisplacedData, comparison.misplaced())
        } else {
            (Rule::RepeatedData, copied)
        };
        let hint = if rule == Rule::MisplacedData { Some(hint(&misplaced)) } else { None };
        let event = self.event;
        for Misplaced { record, source, value, .. } in &misplaced {
            let place = pairs.binary_search_by_key(record, |it| it.0).ok();
            let Some(&(event_index, response_index)) = place.and_then(|it| pairs.get(it)) else {
                continue;
            };
            let Some(record) = event.records.get(event_index) else { continue };
            let matched = MatchedRecord { response_index, event_index, id: &record.id };
            let number = source + 1;
            let message = match rule {
                Rule::MisplacedData => {
                    format!("it has the data of record {number} (`{value}`), not its own")
                }
                _ => format!("it has the data of record {number} (`{value}`), which has it too"),
            };
            let pointer = format!("/{}", event.source.data_key());
            self.broken(rule, matched.at(&pointer), message, hint.map(str::to_owned));
        }
    }

    /// True if of two records the second came out with a value of the first, which it did
    /// not come in with.
    pub(super) fn carries_first(&mut self) -> bool {
        let event = self.event;
        let [first, second] = event.records.as_slice() else { return false };
        let first: BTreeSet<_> =
            values(self.data.decode(&first.data)).map(<[u8]>::to_vec).collect();
        let own: BTreeSet<_> = values(self.data.decode(&second.data)).map(<[u8]>::to_vec).collect();
        let is_carried = |value: &[u8]| {
            strength(value) > Strength::Count && first.contains(value) && !own.contains(value)
        };
        values(self.data.series.last()).any(is_carried)
    }

    /// Places in the event and in the response of the records that are delivered.
    fn delivered(&self) -> impl Iterator<Item = (usize, usize)> {
        let is_delivered = |it: &ReturnedRecord| self.fate(Some(it)) == Fate::Delivered;
        let returned = self.returned.iter().enumerate();
        returned.filter_map(move |(index, it)| {
            let it = it.as_ref().filter(|it| is_delivered(it))?;
            Some((index, it.response_index))
        })
    }

    /// Compares every `step`th record with each other.
    fn compare(&mut self, pairs: &[(usize, usize)], list: Token<'_>, step: usize) -> Comparison {
        let mut comparison = Comparison::default();
        let event = self.event;
        let sample: Vec<_> = pairs.iter().copied().step_by(step).collect();
        for (index, _) in &sample {
            let Some(record) = event.records.get(*index) else { continue };
            if comparison.is_full() {
                return comparison;
            }
            let decoded = self.data.decode(&record.data);
            comparison.add_input(*index, decoded);
        }
        comparison.keep_single();
        let elements: Vec<_> = list.elements().flatten().collect();
        for (index, response_index) in &sample {
            let Some(element) = elements.get(*response_index) else { continue };
            let record = ResponseRecord::read(element.0, event.source.data_key());
            let Some(data) = record.and_then(|it| it.data?.string_bytes()) else { continue };
            if comparison.is_full() {
                return comparison;
            }
            let decoded = self.data.decode(&data);
            comparison.add_output(*index, decoded);
        }
        comparison
    }
}

impl Misplaced {
    /// `None` for values of more than one other record: they are combined on purpose.
    fn of(values: &[Foreign]) -> Option<Self> {
        let own = || values.iter().filter(|it| !it.is_shared);
        let best = own().max_by_key(|it| (it.strength, it.value.len()))?;
        if values.iter().any(|it| it.source != best.source) {
            return None;
        }
        let is_strong = match best.strength {
            Strength::Identifier => true,
            Strength::Word => own().count() > 1,
            Strength::Count => false,
        };
        Self::new(best, is_strong)
    }

    fn new(best: &Foreign, is_strong: bool) -> Option<Self> {
        Some(Self {
            record: usize::try_from(best.record).ok()?,
            source: usize::try_from(best.source).ok()?,
            value: String::from_utf8_lossy(&best.value).into_owned(),
            is_strong,
        })
    }
}

/// True for records that have their data among themselves, each that of another one.
fn is_exchange(misplaced: &[Misplaced]) -> bool {
    let records: BTreeSet<_> = misplaced.iter().map(|it| it.record).collect();
    let sources: BTreeSet<_> = misplaced.iter().map(|it| it.source).collect();
    misplaced.len() >= MIN_RECORDS && records == sources
}

/// What usually pairs records with the data of others in this way.
pub(super) fn hint(misplaced: &[Misplaced]) -> &'static str {
    let Some(last) = misplaced.iter().map(|it| it.record.max(it.source)).max() else { return "" };
    let first = misplaced.iter().map(|it| it.record.min(it.source)).min().unwrap_or_default();
    let all = |is_it: &dyn Fn(&Misplaced) -> bool| misplaced.iter().all(is_it);
    if misplaced.len() > 1 && all(&|it| it.source == it.record + 1 || it.record == last) {
        return "each has the data of the next one: an index that is off by one, a list from which \
                an element was removed, or a result that completed last; take recordId and data \
                from the same record";
    }
    if misplaced.len() > 1 && all(&|it| it.record == it.source + 1 || it.record == first) {
        return "each has the data of the one before: a variable that is set in one turn of the \
                loop and read in the next, or an index that is off by one; take recordId and data \
                from the same record";
    }
    if misplaced.len() > 1 && all(&|it| it.record + it.source == first + last) {
        return "the data is in reverse order: pop(), unshift(), insert(0, …) or reversed() on one \
                of two lists, or results in the order in which they complete; take recordId and \
                data from the same record";
    }
    "results in the order in which they complete (as_completed, push in a callback), a list that \
     is sorted or grouped, or a variable that several callbacks share: return recordId and data \
     together from the function that is called for one record; Promise.all and executor.map keep \
     the order"
}

/// The runs of letters, digits and what stands within numbers, names and ids.
fn values(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_within = |byte: &u8| matches!(byte, b'.' | b'-' | b'_');
    let is_part = move |byte: &u8| byte.is_ascii_alphanumeric() || is_within(byte) || *byte > 127;
    let mut rest = payload;
    let runs = std::iter::from_fn(move || {
        let tail = rest.get(rest.iter().position(is_part)?..)?;
        // After a backslash, a letter stands for a control character.
        let start = rest.len() - tail.len();
        let is_escape = start.checked_sub(1).and_then(|it| rest.get(it)) == Some(&b'\\');
        let (_, tail) = tail.split_at_checked(usize::from(is_escape))?;
        let end = tail.iter().position(|byte| !is_part(byte)).unwrap_or(tail.len());
        let (run, after) = tail.split_at(end);
        rest = after;
        Some(run)
    });
    let trimmed = runs.filter_map(move |run| {
        let start = run.iter().position(|byte| !is_within(byte))?;
        let end = run.iter().rposition(|byte| !is_within(byte))?;
        run.get(start..=end)
    });
    trimmed.filter(|run| run.len() <= MAX_VALUE)
}

/// FNV-1a, without case: transforms change it.
fn hash(value: &[u8]) -> u64 {
    value.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

fn strength(value: &[u8]) -> Strength {
    /// Shorter ones may be made of a number and a unit.
    const MIN_IDENTIFIER: usize = 6;
    let is_count = |byte: &u8| byte.is_ascii_digit() || b"TZ-_".contains(byte);
    if value.iter().all(is_count) {
        return Strength::Count;
    }
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let has_letter = value.iter().any(u8::is_ascii_alphabetic);
    if has_digit && has_letter && value.len() >= MIN_IDENTIFIER {
        Strength::Identifier
    } else {
        Strength::Word
    }
}

#[cfg(test)]
mod tests;
