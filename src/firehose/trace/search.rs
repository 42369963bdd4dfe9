//! Finds records in any bytes: by their markers, plain, in other case or in base64, or
//! by the bytes themselves.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::event::By;
use super::marker::inside;
use super::{Marker, TracedRecord, twins};

/// Bytes that are too few to be searched for: they stand in other data too.
const LEAST: usize = 16;

/// Bytes of base64 that tell one payload from another, in the log of a function that
/// prints its event.
const BASE64: usize = 1024;

/// Searches for records.
#[derive(Debug)]
pub struct Searcher {
    /// All forms of all markers; none where no record has one.
    markers: Option<Regex>,
    /// Whose marker a form is of.
    forms: BTreeMap<Vec<u8>, usize>,
    /// Bytes that are searched for as they are.
    bytes: Vec<(usize, Finder<'static>)>,
    records: Vec<TracedRecord>,
}

/// A record that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its place in the list of records; of records with the same bytes the first.
    pub(super) record: usize,
    /// Where it was found: an offset.
    pub(super) at: usize,
    /// By what.
    pub(super) by: By,
    /// Which of the forms that are searched for was found.
    form: usize,
}

impl Searcher {
    /// Searches for these.
    pub fn new(records: &[TracedRecord]) -> Self {
        let mut forms = BTreeMap::new();
        let mut bytes = Vec::new();
        let twins = twins(records);
        for (at, record) in records.iter().enumerate() {
            if let Some(marker) = &record.marker {
                forms.extend(forms_of(marker).into_iter().map(|form| (form, at)));
                // In gzip a marker cannot be seen.
                let is_packed = inside(&record.payload).is_some();
                bytes.extend(is_packed.then(|| (at, printed(&record.payload))));
            } else if twins.get(at) == Some(&at) {
                let content = inside(&record.payload);
                let content = content.as_ref().unwrap_or(&record.payload).trim_ascii();
                let found = [content.to_vec(), printed(&record.payload)];
                bytes.extend(found.into_iter().map(|it| (at, it)));
            }
        }
        let is_enough = |(_, needle): &(usize, Vec<u8>)| needle.len() >= LEAST;
        let finder = |(at, needle): (usize, Vec<u8>)| (at, Finder::new(&needle).into_owned());
        Self {
            markers: pattern(&forms),
            forms,
            bytes: bytes.into_iter().filter(is_enough).map(finder).collect(),
            records: records.to_vec(),
        }
    }

    /// The records.
    pub(super) fn records(&self) -> &[TracedRecord] {
        &self.records
    }

    /// The record that is exactly these bytes.
    pub(super) fn exactly(&self, payload: &[u8]) -> Option<usize> {
        self.records.iter().position(|it| it.payload.as_slice() == payload)
    }

    /// Records in `haystack`, by where they are.
    pub(super) fn find(&self, haystack: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for found in self.markers.iter().flat_map(|it| it.find_iter(haystack)) {
            if let Some(record) = self.forms.get(found.as_bytes()) {
                let at = found.start();
                hits.push(Hit { record: *record, at, by: By::Marker, form: 0 });
            }
        }
        for (form, (record, finder)) in self.bytes.iter().enumerate() {
            let hit = |at| Hit { record: *record, at, by: By::Bytes, form };
            hits.extend(finder.find_iter(haystack).map(hit));
        }
        hits.sort_by_key(|hit| hit.at);
        hits
    }

    /// Records in `haystack` in one form each, the first that is found: a record may be
    /// there in several, and records with the same bytes are counted.
    pub(super) fn find_in_one_form(&self, haystack: &[u8]) -> Vec<Hit> {
        let mut forms: BTreeMap<usize, usize> = BTreeMap::new();
        let mut hits = self.find(haystack);
        hits.retain(|hit| *forms.entry(hit.record).or_insert(hit.form) == hit.form);
        hits
    }
}

fn pattern(forms: &BTreeMap<Vec<u8>, usize>) -> Option<Regex> {
    // Letters, digits, `+` and `/` alone.
    let forms: Vec<_> =
        forms.keys().map(|form| regex::escape(&String::from_utf8_lossy(form))).collect();
    if forms.is_empty() { None } else { Regex::new(&forms.join("|")).ok() }
}

/// A payload as an event has it in `data`: base64, as much as tells it from others.
fn printed(payload: &[u8]) -> Vec<u8> {
    let text = STANDARD_NO_PAD.encode(payload.get(..BASE64 / 4 * 3).unwrap_or(payload));
    // The last character depends on what follows.
    text.as_bytes().split_last().map(|(_, text)| text.to_vec()).unwrap_or_default()
}

/// A marker as transforms leave it: as it is, in capitals, and in base64 of what
/// stands before it: at each of three offsets.
fn forms_of(marker: &Marker) -> Vec<Vec<u8>> {
    let plain = marker.as_str();
    let mut forms = vec![plain.as_bytes().to_vec(), plain.to_uppercase().into_bytes()];
    for offset in 0..3_usize {
        let text = STANDARD_NO_PAD.encode([&vec![0; offset], plain.as_bytes()].concat());
        // Characters that are of the marker alone: six bits each.
        let (from, to) = ((offset * 8).div_ceil(6), (offset + plain.len()) * 8 / 6);
        forms.extend(text.as_bytes().get(from..to).map(<[u8]>::to_vec));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Gzip;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn marked(payload: &str) -> TracedRecord {
        let marker = Some(Marker::new(0x1_2345_6789_abcd_ef01));
        TracedRecord { payload: Arc::new(payload.as_bytes().to_vec()), marker }
    }

    fn unmarked(payload: &[u8]) -> TracedRecord {
        TracedRecord { payload: Arc::new(payload.to_vec()), marker: None }
    }

    fn found(searcher: &Searcher, haystack: &[u8]) -> Vec<(usize, By)> {
        searcher.find(haystack).into_iter().map(|hit| (hit.record, hit.by)).collect()
    }

    proptest! {
        #[test]
        fn a_marker_is_found_in_any_surroundings_and_forms(
            before in prop::collection::vec(any::<u8>(), 0..20),
            after in prop::collection::vec(any::<u8>(), 0..20),
            bits: u128,
        ) {
            let marker = Marker::new(bits);
            let record = TracedRecord { payload: Arc::default(), marker: Some(marker.clone()) };
            let searcher = Searcher::new(&[record]);
            let plain = [&before, marker.as_str().as_bytes(), &after].concat();
            let upper = [&before, marker.as_str().to_uppercase().as_bytes(), &after].concat();
            for haystack in [plain.clone(), upper, STANDARD.encode(&plain).into_bytes()] {
                prop_assert!(found(&searcher, &haystack).contains(&(0, By::Marker)));
            }
        }

        #[test]
        fn a_marker_is_not_found_where_another_is(one: u64, other: u64) {
            prop_assume!(one != other);
            let record = TracedRecord { payload: Arc::default(), marker: Some(Marker::new(one.into())) };
            let other = Marker::new(other.into());
            prop_assert!(Searcher::new(&[record]).find(other.as_str().as_bytes()).is_empty());
        }
    }

    #[test]
    fn bytes_without_a_marker_are_found_if_they_are_not_too_few() {
        let records = [unmarked(b"order 4711 of customer 12\n"), unmarked(b"12"), marked("x")];
        let searcher = Searcher::new(&records);
        let haystack = b"12 order 4711 of customer 12, again";
        assert_eq!(found(&searcher, haystack), [(0, By::Bytes)]);
        let event = format!(r#"{{"data":"{}"}}"#, STANDARD.encode(b"order 4711 of customer 12\n"));
        assert_eq!(found(&searcher, event.as_bytes()), [(0, By::Bytes)]);
        assert_eq!(searcher.exactly(b"12"), Some(1));
    }

    #[test]
    fn gzip_is_found_by_its_content_and_by_its_base64() {
        let packed = Gzip::new().compress(b"order 4711 of customer 12");
        let searcher = Searcher::new(&[unmarked(&packed)]);
        assert_eq!(found(&searcher, b"(order 4711 of customer 12)"), [(0, By::Bytes)]);
        let event = format!("data={}", STANDARD.encode(&packed));
        assert_eq!(found(&searcher, event.as_bytes()), [(0, By::Bytes)]);
    }

    #[test]
    fn records_with_the_same_bytes_are_searched_for_once() {
        let record = unmarked(b"order 4711 of customer 12");
        let searcher = Searcher::new(&[record.clone(), record.clone(), record]);
        assert_eq!(found(&searcher, b"order 4711 of customer 12").len(), 1);
    }
}
