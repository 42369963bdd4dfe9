//! Records that are shown of a group.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Occurrence;
use crate::failure::record::FailureRecord;
use crate::failure::shape::{MAX_SHAPES, Shape, Shapes};

/// Largest failure object that is kept as a sample, so that those of all groups
/// fit into 32 MiB.
pub(in crate::failure) const LARGEST_SAMPLE: usize = 32 * 1024;

/// The same of the samples of each shape: as much for all shapes of a group.
pub(in crate::failure) const LARGEST_OF_SHAPE: usize = LARGEST_SAMPLE / MAX_SHAPES;

/// A record to show of a kind: one that is not damaged and no control message
/// if there is one, then the smallest that is not empty, then the earliest; see also
/// [`FailureGroups::showing_odd_ones`](super::FailureGroups::showing_odd_ones).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Name of its input.
    pub source: String,
    /// Line it starts on, from 1.
    pub line: u64,
    /// Its place among the records of the input, from 1.
    pub index: u64,
    /// The failure object; `None` if it is too large to be kept.
    pub object: Option<Vec<u8>>,
    /// What its content is, if it is shown for that.
    pub shape: Option<Shape>,
    pub(in crate::failure) rank: Rank,
}

/// The least is shown; of several, that of the first place.
pub(in crate::failure) type Rank = (bool, bool, bool, bool, u64, i64);

impl Sample {
    pub(super) fn new(record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> Self {
        Self::up_to(LARGEST_SAMPLE, record, occurrence)
    }

    fn up_to(most: usize, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> Self {
        let is_kept = record.object.len() <= most;
        Self {
            source: occurrence.source.to_owned(),
            line: occurrence.line,
            index: occurrence.index,
            object: is_kept.then(|| record.object.to_vec()),
            shape: None,
            rank: rank(record, occurrence),
        }
    }

    /// True if this record is to be shown instead.
    pub(super) fn is_after(&self, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> bool {
        let place = (self.rank, self.line, self.index);
        let own = (rank(record, occurrence), occurrence.line, occurrence.index);
        match own.0.cmp(&self.rank) {
            Ordering::Equal if occurrence.source == self.source => own < place,
            Ordering::Equal => occurrence.source < self.source.as_str(),
            order => order.is_lt(),
        }
    }
}

fn rank(record: &FailureRecord<'_>, occurrence: Occurrence<'_>) -> Rank {
    let is_large = record.object.len() > LARGEST_SAMPLE;
    let arrival = record.arrival.unwrap_or(i64::MAX);
    (
        occurrence.is_damaged,
        occurrence.is_control,
        is_large,
        record.payload_bytes == 0,
        record.payload_bytes,
        arrival,
    )
}

/// A record of each shape, for the shapes that come first: of each shape the record with
/// the least number, and of the shapes those with the least of these numbers. So it is
/// the same in whichever order records come and however they are split up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::failure) struct ShapeSamples(BTreeMap<u64, (Shape, Sample)>);

impl ShapeSamples {
    /// Takes a record whose shape is known.
    pub(super) fn take(&mut self, record: &FailureRecord<'_>, occurrence: Occurrence<'_>) {
        if let Some((number, shape)) = occurrence.shape
            && !occurrence.is_damaged
        {
            self.put(number, shape, || Sample::up_to(LARGEST_OF_SHAPE, record, occurrence));
        }
    }

    /// Takes the record with this number and shape, if it is one to keep.
    fn put(&mut self, number: u64, shape: Shape, sample: impl FnOnce() -> Sample) {
        let known = self.0.iter().find(|(_, (it, _))| *it == shape).map(|(number, _)| *number);
        match known {
            Some(known) if known <= number => return,
            Some(known) => drop(self.0.remove(&known)),
            None if self.0.len() >= MAX_SHAPES => match self.0.last_entry() {
                Some(last) if number < *last.key() => drop(last.remove()),
                _ => return,
            },
            None => {}
        }
        self.0.insert(number, (shape, sample()));
    }

    /// Adds those of other records of the same group.
    pub(super) fn merge(&mut self, other: Self) {
        for (number, (shape, sample)) in other.0 {
            self.put(number, shape, || sample);
        }
    }

    /// All that is kept.
    pub(in crate::failure) fn entries(&self) -> impl Iterator<Item = (u64, Shape, &Sample)> {
        self.0.iter().map(|(number, (shape, sample))| (*number, *shape, sample))
    }

    /// The same again.
    pub(in crate::failure) fn from_entries(entries: Vec<(u64, Shape, Sample)>) -> Self {
        let mut samples = Self::default();
        for (number, shape, sample) in entries {
            samples.put(number, shape, || sample);
        }
        samples
    }

    /// A record whose shape is much rarer than that of most others, if there is one: where
    /// many fail together, it is the likely cause.
    pub(super) fn odd_one(&self, shapes: &Shapes) -> Option<Sample> {
        let counts = shapes.sorted();
        let (_, most) = *counts.first()?;
        if counts.len() > MAX_SHAPES {
            return None;
        }
        let rare = counts.iter().filter(|(shape, count)| {
            // A health check is explained as what it is.
            *shape != Shape::ControlMessage && count.saturating_mul(2) <= most
        });
        let samples = rare.filter_map(|(shape, count)| {
            let (_, sample) = self.0.values().find(|(it, _)| it == shape)?;
            Some((*count, sample.rank, *shape, sample))
        });
        let (_, _, shape, sample) = samples.min_by_key(|it| (it.0, it.1, it.2))?;
        Some(Sample { shape: Some(shape), ..sample.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Members;

    fn object(keys: u64) -> Shape {
        Shape::Object(Members { keys, ..Members::default() })
    }

    /// The number of the record that stands out among some of these shapes.
    fn odd(shapes: &[(Shape, u64)]) -> Option<u64> {
        let (mut all, mut samples) = (Shapes::default(), ShapeSamples::default());
        let each = shapes.iter().flat_map(|(shape, count)| (0..*count).map(|_| *shape));
        for (shape, number) in each.zip(1..) {
            all.add(number, shape);
            samples.put(number, shape, || Sample {
                source: "a".to_owned(),
                line: number,
                index: number,
                object: None,
                shape: None,
                rank: (false, false, false, false, number, 0),
            });
        }
        let sample = samples.odd_one(&all)?;
        assert!(sample.shape.is_some());
        Some(sample.line)
    }

    #[test]
    fn the_odd_one_is_of_a_shape_that_few_have() {
        assert_eq!(odd(&[(object(4), 162), (Shape::Text, 1)]), Some(163));
        assert_eq!(odd(&[(Shape::Text, 1), (object(4), 160), (object(3), 2)]), Some(1));
        assert_eq!(odd(&[(object(4), 100), (Shape::Empty, 3), (Shape::Text, 3)]), Some(101));
        assert_eq!(odd(&[(object(4), 999), (Shape::Text, 1)]), Some(1000));
    }

    #[test]
    fn where_none_stands_out_there_is_no_odd_one() {
        assert_eq!(odd(&[]), None);
        assert_eq!(odd(&[(object(4), 162)]), None);
        assert_eq!(odd(&[(object(4), 3), (Shape::Text, 2)]), None);
        assert_eq!(odd(&[(Shape::CloudWatchLogs, 9), (Shape::ControlMessage, 1)]), None);
        // Records of as many shapes as there are have none that is usual.
        let all: Vec<_> = (0..12).map(|keys| (object(keys), 12 - keys)).collect();
        assert_eq!(odd(&all), None);
    }
}
