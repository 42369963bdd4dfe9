//! What the content of a record is, coarsely: enough to see that one record of a
//! group is not like the others.

use std::collections::BTreeMap;

use crate::decode::{Content, Decoded, KnownJson, known_json};
use crate::json;

/// Records of one group that are looked into; decoding costs more than all the
/// rest.
pub const MAX_LOOKED_INTO: u64 = 1000;

/// Shapes of one group that are counted separately.
const MAX_SHAPES: usize = 8;

/// The shape of a record's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// A JSON object with this many keys.
    Object(u64),
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
            (_, Some(b'{')) => Self::Object(json::fields(value, 0).count() as u64),
            (_, Some(b'[')) => Self::Array,
            _ => Self::Value,
        }
    }
}

/// How many records of a group have which shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shapes {
    counts: BTreeMap<Shape, u64>,
    /// Records that were looked into.
    pub looked_into: u64,
}

impl Shapes {
    /// True if another record is to be looked into.
    pub const fn wants_more(&self) -> bool {
        self.looked_into < MAX_LOOKED_INTO
    }

    /// Counts one.
    pub fn add(&mut self, shape: Shape) {
        self.looked_into += 1;
        let is_room = self.counts.len() < MAX_SHAPES || self.counts.contains_key(&shape);
        *self.counts.entry(if is_room { shape } else { Shape::Other }).or_default() += 1;
    }

    /// Each shape with its records, the most first.
    pub fn sorted(&self) -> Vec<(Shape, u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(shape, count)| (*shape, *count)).collect();
        all.sort_by_key(|(shape, count)| (*shape == Shape::Other, std::cmp::Reverse(*count)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Decoder, Encoding, Options};

    #[test]
    fn a_shape_tells_the_odd_record_from_the_others() {
        let mut decoder = Decoder::new(Options::default());
        let mut shape = |text: &str| Shape::of(&decoder.decode(text.as_bytes(), Encoding::Unknown));
        for (text, expected) in [
            (r#"{"a":1,"b":{"c":2}}"#, Shape::Object(2)),
            ("{}", Shape::Object(0)),
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
            shapes.add(Shape::Object(keys));
        }
        shapes.add(Shape::Object(3));
        let sorted = shapes.sorted();
        assert_eq!(sorted.len(), MAX_SHAPES + 1);
        assert_eq!(sorted.first(), Some(&(Shape::Object(3), 2)));
        assert_eq!(sorted.last(), Some(&(Shape::Other, 12)));
        assert_eq!(sorted.iter().map(|(_, count)| count).sum::<u64>(), shapes.looked_into);
    }
}
