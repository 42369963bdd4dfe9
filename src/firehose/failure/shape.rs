//! What the content of a record is, coarsely: enough to see that one record of a
//! group is not like the others.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::decode::{Content, Decoded, KnownJson, known_json};
use crate::json;

/// Records of one group whose shapes are kept; decoding costs more than all the
/// rest.
pub const MAX_LOOKED_INTO: usize = 1000;

/// Shapes of one group that are counted separately.
pub(super) const MAX_SHAPES: usize = 8;

/// The shape of a record's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shape {
    /// A JSON object with these members.
    Object(Members),
    /// A JSON array.
    Array,
    /// Another JSON value.
    Value,
    /// Several JSON values, one after the other.
    Sequence,
    /// What a CloudWatch Logs subscription sends.
    CloudWatchLogs,
    /// A control message of one.
    ControlMessage,
    /// Text.
    Text,
    /// Other bytes, with or without a known format.
    Binary,
    /// A KPL aggregate.
    Aggregate,
    /// No bytes.
    Empty,
    /// It cannot be decoded.
    Unreadable,
    /// Any of the shapes past the limit.
    Other,
}

/// The members of a JSON object at its top level, by type: a null, or a text, where
/// the others have a number is often what makes a record fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Members {
    /// All of them.
    pub keys: u64,
    /// Those that are null.
    pub nulls: u64,
    /// Those that are numbers.
    pub numbers: u64,
    /// Those that are strings.
    pub strings: u64,
}

impl Members {
    fn of(object: &[u8]) -> Self {
        let mut members = Self::default();
        for field in json::fields(object, 0).flatten() {
            members.keys += 1;
            match field.value.raw().first() {
                Some(b'n') => members.nulls += 1,
                Some(b'"') => members.strings += 1,
                Some(b'-' | b'0'..=b'9') => members.numbers += 1,
                _ => {}
            }
        }
        members
    }
}

impl Shape {
    /// The shape of what was decoded.
    pub fn of(decoded: &Decoded<'_>) -> Self {
        match decoded.content {
            Content::Unknown => Self::Unreadable,
            Content::Empty => Self::Empty,
            Content::Text | Content::OtherText(_) => Self::Text,
            Content::Binary | Content::OpenTelemetry(_) => Self::Binary,
            Content::KplAggregate => Self::Aggregate,
            Content::JsonSequence { .. } => Self::Sequence,
            Content::Json => Self::of_value(decoded.formatted.trim_ascii()),
        }
    }

    fn of_value(value: &[u8]) -> Self {
        match (known_json(value), value.first()) {
            (Some(KnownJson::CloudWatchLogs(message)), _) if message.is_control() => {
                Self::ControlMessage
            }
            (Some(KnownJson::CloudWatchLogs(_)), _) => Self::CloudWatchLogs,
            (_, Some(b'{')) => Self::Object(Members::of(value)),
            (_, Some(b'[')) => Self::Array,
            _ => Self::Value,
        }
    }
}

/// How many records of a group have which shape: of all of them, or of a sample.
///
/// The sample is those whose numbers are the least, so it is the same in whichever
/// order they come and however they are split up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shapes {
    sample: BTreeSet<(u64, Shape)>,
}

impl Shapes {
    /// True if the shape of the record with this number is needed.
    pub fn wants(&self, number: u64) -> bool {
        self.sample.len() < MAX_LOOKED_INTO
            || self.sample.last().is_some_and(|(most, _)| number < *most)
    }

    /// Takes the shape of the record with this number, which is a random one.
    pub fn add(&mut self, number: u64, shape: Shape) {
        self.sample.insert((number, shape));
        if self.sample.len() > MAX_LOOKED_INTO {
            self.sample.pop_last();
        }
    }

    /// Adds those of other records of the same group.
    pub(super) fn merge(&mut self, other: &Self) {
        for (number, shape) in &other.sample {
            self.add(*number, *shape);
        }
    }

    /// All that is kept: numbers and shapes.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u64, Shape)> {
        self.sample.iter().copied()
    }

    /// Records that were looked into.
    pub fn looked_into(&self) -> u64 {
        self.sample.len() as u64
    }

    /// Each shape with its records, the most first; those past `MAX_SHAPES` are
    /// [`Shape::Other`].
    pub fn sorted(&self) -> Vec<(Shape, u64)> {
        let mut counts: BTreeMap<Shape, u64> = BTreeMap::new();
        for (_, shape) in &self.sample {
            *counts.entry(*shape).or_default() += 1;
        }
        let mut all: Vec<_> = counts.into_iter().collect();
        all.sort_by_key(|(shape, count)| (std::cmp::Reverse(*count), *shape));
        let others: u64 = all.iter().skip(MAX_SHAPES).map(|(_, count)| count).sum();
        all.truncate(MAX_SHAPES);
        all.extend((others > 0).then_some((Shape::Other, others)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Decoder, Encoding, Options};

    fn object(keys: u64) -> Shape {
        Shape::Object(Members { keys, ..Members::default() })
    }

    #[test]
    fn a_shape_tells_the_odd_record_from_the_others() {
        let mut decoder = Decoder::new(Options::default());
        let mut shape = |text: &str| Shape::of(&decoder.decode(text.as_bytes(), Encoding::Unknown));
        for (text, expected) in [
            (
                r#"{"a":1,"b":{"c":null},"d":null,"e":"2","f":-3}"#,
                Shape::Object(Members { keys: 5, nulls: 1, numbers: 2, strings: 1 }),
            ),
            ("{}", object(0)),
            ("[1]", Shape::Array),
            ("17", Shape::Value),
            (r#"{"a":1}{"a":2}"#, Shape::Sequence),
            ("order 17", Shape::Text),
            ("", Shape::Empty),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    #[test]
    fn shapes_are_bounded_and_none_is_lost() {
        let mut shapes = Shapes::default();
        for keys in 0..20 {
            shapes.add(keys, object(keys));
        }
        shapes.add(20, object(3));
        let sorted = shapes.sorted();
        assert_eq!(sorted.len(), MAX_SHAPES + 1);
        assert_eq!(sorted.first(), Some(&(object(3), 2)));
        assert_eq!(sorted.last(), Some(&(Shape::Other, 12)));
        assert_eq!(sorted.iter().map(|(_, count)| count).sum::<u64>(), shapes.looked_into());
    }

    #[test]
    fn a_sample_is_those_with_the_least_numbers() {
        let (mut up, mut down) = (Shapes::default(), Shapes::default());
        for number in 0..3000 {
            let shape = |number: u64| if number < 500 { Shape::Text } else { Shape::Array };
            up.add(number, shape(number));
            down.add(2999 - number, shape(2999 - number));
        }
        assert_eq!(up, down);
        assert_eq!(up.sorted(), [(Shape::Array, 500), (Shape::Text, 500)]);
        assert!(up.wants(999 - 1) && !up.wants(1000));
    }
}
