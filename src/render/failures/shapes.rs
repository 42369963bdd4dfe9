//! What the records of a kind hold, in words: is the example like the others?

use crate::terminal::{self, group};
use firehose::failure::{Members, Shape, Shapes};

/// A comparison of the example with the others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OfAll {
    /// `, like the other 23`, or `162 JSON objects with 4 keys, 1 text: this one`.
    pub(super) text: String,
    /// All of them have the shape of the example.
    pub(super) are_alike: bool,
}

/// Compares the example with the `records` of its kind.
pub(super) fn of_all(shapes: &Shapes, records: u64, own: Option<Shape>) -> OfAll {
    let counts = shapes.sorted();
    let looked_into = shapes.looked_into();
    let part = (looked_into < records).then(|| format!("in a sample of {}: ", group(looked_into)));
    let are_alike = match counts.as_slice() {
        [] => true,
        [(shape, _)] => own.is_none_or(|own| own == *shape),
        _ => false,
    };
    if are_alike {
        let text = match (looked_into, &part) {
            (0 | 1, _) => String::new(),
            (looked_into, Some(_)) => format!(", like a sample of {}", group(looked_into)),
            (looked_into, None) => match looked_into - 1 {
                1 => ", like the other one".to_owned(),
                others => format!(", like the other {}", group(others)),
            },
        };
        return OfAll { text, are_alike };
    }
    let parts = counts.iter().map(|(shape, count)| {
        let mark = match (Some(*shape) == own, count) {
            (false, _) => "",
            (true, 1) => ": this one",
            (true, _) => " (like this one)",
        };
        format!("{}{mark}", counted(*shape, *count, &counts))
    });
    let text = parts.collect::<Vec<_>>().join(", ");
    OfAll { text: format!("{}{text}", part.unwrap_or_default()), are_alike }
}

/// `162 JSON objects with 4 keys`; with the types that tell it from others of as many.
fn counted(shape: Shape, count: u64, all: &[(Shape, u64)]) -> String {
    let noun = match shape {
        Shape::Object(members) => {
            let objects = terminal::plural(count, "JSON object");
            let keys = terminal::plural(members.keys, "key");
            return format!("{objects} with {keys}{}", types(&members, all));
        }
        Shape::Array => "JSON array",
        Shape::Value => "JSON value",
        Shape::Sequence => "sequence of JSON values",
        Shape::CloudWatchLogs => "CloudWatch Logs message",
        Shape::ControlMessage => "CloudWatch Logs control message",
        Shape::Text => "text",
        Shape::Aggregate => "KPL aggregate",
        Shape::Binary => return format!("{} binary", group(count)),
        Shape::Empty => return format!("{} empty", group(count)),
        Shape::Unreadable => return format!("{} not decoded", group(count)),
        Shape::Other => return format!("{} of other kinds", group(count)),
    };
    match count {
        1 => format!("1 {noun}"),
        _ if shape == Shape::Sequence => format!("{} sequences of JSON values", group(count)),
        _ => format!("{} {noun}s", group(count)),
    }
}

/// How many members are of a type.
type Count = fn(&Members) -> u64;

/// ` (1 null, 2 numbers)`: the types of which others with as many keys have another
/// count; empty if there are none.
fn types(members: &Members, all: &[(Shape, u64)]) -> String {
    let others = || {
        all.iter().filter_map(|(shape, _)| match shape {
            Shape::Object(other) if other.keys == members.keys => Some(other),
            _ => None,
        })
    };
    let counts: [(&str, Count); 3] = [
        ("null", |members| members.nulls),
        ("number", |members| members.numbers),
        ("string", |members| members.strings),
    ];
    let telling = counts
        .iter()
        .filter(|(_, count)| count(members) > 0 && others().any(|it| count(it) != count(members)));
    let parts: Vec<_> =
        telling.map(|(name, count)| terminal::plural(count(members), name)).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::decode::{Decoder, Encoding, Options};

    fn compared(shapes: &[(Shape, u64)], records: u64, example: &str) -> OfAll {
        let mut all = Shapes::default();
        for (shape, count) in shapes {
            (0..*count).for_each(|_| all.add(all.looked_into(), *shape));
        }
        let mut decoder = Decoder::new(Options::default());
        let shape = Shape::of(&decoder.decode(example.as_bytes(), Encoding::Unknown));
        of_all(&all, records, Some(shape))
    }

    #[test]
    fn the_example_says_what_the_others_are() {
        let text = |shapes: &[_], records, example| compared(shapes, records, example).text;
        let members = Members { keys: 4, nulls: 0, numbers: 2, strings: 2 };
        let object = Shape::Object(members);
        let with_null = Shape::Object(Members { nulls: 1, numbers: 1, ..members });
        assert_eq!(
            text(&[(object, 195), (with_null, 5)], 200, r#"{"a":1,"b":2,"c":"","d":""}"#),
            "195 JSON objects with 4 keys (2 numbers) (like this one), \
             5 JSON objects with 4 keys (1 null, 1 number)"
        );
        assert_eq!(
            text(&[(object, 162), (Shape::Text, 1)], 163, "order 17"),
            "162 JSON objects with 4 keys, 1 text: this one"
        );
        assert_eq!(
            text(&[(Shape::Text, 2), (Shape::Empty, 1)], 3, "order 17"),
            "2 texts (like this one), 1 empty"
        );
        assert_eq!(text(&[(Shape::Text, 3)], 3, "order 17"), ", like the other 2");
        assert_eq!(text(&[(Shape::Text, 1)], 1, "order 17"), "");
        assert_eq!(text(&[(Shape::Text, 1000)], 5000, "order 17"), ", like a sample of 1,000");
        assert_eq!(
            text(&[(Shape::Text, 999), (Shape::Array, 1)], 5000, "order 17"),
            "in a sample of 1,000: 999 texts (like this one), 1 JSON array"
        );
    }
}
