//! What the transform returns for a record in the test calls, to find that among what was
//! delivered.

use std::collections::BTreeMap;

use super::Confidence;
use crate::json::Token;

/// Most values of an output that are compared.
const MAX_LEAVES: usize = 2000;

/// Deepest nesting that is looked into.
const MAX_DEPTH: usize = 32;

/// Bytes that are too few to be searched for in the middle of others.
const LEAST: usize = 16;

/// What a record becomes, if the transform does the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its place in the list of records.
    pub record: usize,
    output: Output,
    /// How sure it is that what is found is of this record.
    pub sure: Confidence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Output {
    /// The same bytes each time.
    Bytes(Vec<u8>),
    /// JSON: values that stay the same from call to call, by their paths.
    Leaves(Leaves),
}

type Leaves = BTreeMap<String, Vec<u8>>;

impl Expected {
    /// The outputs of all records from two calls, and those of other records that the
    /// transform was asked for to see whether its output depends on the record:
    /// `twin` is the first record with another marker, `other` another record.
    ///
    /// Without another output that differs it is only possible: a transform may return
    /// the same for every record. None for a record whose output changes in every value.
    pub fn of(
        outputs: &[(usize, [&[u8]; 2])],
        twin: Option<&[u8]>,
        other: Option<&[u8]>,
    ) -> Vec<Self> {
        let first = outputs.first().map(|(_, [output, _])| *output);
        let depends_on_marker = twin.is_some() && twin != first;
        let expected = outputs.iter().filter_map(|(record, [one, two])| {
            let output = Output::of(one, two)?;
            let others = outputs.iter().filter(|(it, _)| it != record).map(|(_, [it, _])| *it);
            let others: Vec<_> = others.chain(other).collect();
            let is_shared = others.iter().any(|it| output.is(it));
            let is_compared = !others.is_empty() || twin.is_some_and(|it| !output.is(it));
            let sure = match &output {
                _ if is_shared || !is_compared => Confidence::Possible,
                Output::Bytes(_) if depends_on_marker => Confidence::Certain,
                _ => Confidence::Likely,
            };
            Some(Self { record: *record, output, sure })
        });
        expected.collect()
    }

    /// True if a delivered record, without the white space around it, is this output.
    pub(super) fn is(&self, record: &[u8]) -> bool {
        self.output.is(record)
    }

    /// The bytes to search for where records cannot be told from each other.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.output {
            Output::Bytes(bytes) if bytes.len() >= LEAST => Some(bytes),
            _ => None,
        }
    }
}

impl Output {
    fn of(one: &[u8], two: &[u8]) -> Option<Self> {
        let (one, two) = (one.trim_ascii(), two.trim_ascii());
        if one.is_empty() {
            return None;
        }
        if one == two {
            return Some(Self::Bytes(one.to_vec()));
        }
        let (mut stable, other) = (leaves(one)?, leaves(two)?);
        stable.retain(|path, value| other.get(path) == Some(value));
        (!stable.is_empty()).then_some(Self::Leaves(stable))
    }

    fn is(&self, record: &[u8]) -> bool {
        let record = record.trim_ascii();
        match self {
            Self::Bytes(bytes) => bytes == record,
            Self::Leaves(stable) => leaves(record).is_some_and(|found| {
                stable.iter().all(|(path, value)| found.get(path) == Some(value))
            }),
        }
    }
}

/// The values of a JSON document that are no objects and no lists, by their paths;
/// `None` for what is no JSON object or list, or has too many.
fn leaves(document: &[u8]) -> Option<Leaves> {
    let token = Token::new(document);
    let mut found = Leaves::new();
    let is_document = token.is_object() || token.is_array();
    (is_document && push_leaves(token, "", 0, &mut found)).then_some(found)
}

fn push_leaves(token: Token<'_>, path: &str, depth: usize, found: &mut Leaves) -> bool {
    if depth > MAX_DEPTH || found.len() >= MAX_LEAVES {
        return false;
    }
    if token.is_object() {
        return token.fields().all(|field| {
            field.is_ok_and(|field| {
                let key = String::from_utf8_lossy(field.key);
                push_leaves(field.value, &format!("{path}/{key}"), depth + 1, found)
            })
        });
    }
    if token.is_array() {
        return token.elements().enumerate().all(|(at, element)| {
            element.is_ok_and(|(element, _)| {
                push_leaves(element, &format!("{path}/{at}"), depth + 1, found)
            })
        });
    }
    found.insert(path.to_owned(), token.bytes().into_owned());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(outputs: &[[&str; 2]], twin: Option<&str>, other: Option<&str>) -> Vec<Expected> {
        let outputs: Vec<_> = outputs
            .iter()
            .enumerate()
            .map(|(at, [one, two])| (at, [one.as_bytes(), two.as_bytes()]))
            .collect();
        Expected::of(&outputs, twin.map(str::as_bytes), other.map(str::as_bytes))
    }

    #[test]
    fn bytes_that_change_with_the_marker_are_certain() {
        let found = of(&[["hash-1\n", "hash-1\n"], ["hash-2", "hash-2"]], Some("hash-3"), None);
        assert_eq!(found[0].sure, Confidence::Certain);
        assert!(found[0].is(b" hash-1\r\n") && !found[0].is(b"hash-2") && !found[0].is(b"hash-12"));
        let found = of(&[["a1", "a1"], ["a2", "a2"]], Some("a1"), None);
        assert_eq!(found[0].sure, Confidence::Likely);
    }

    #[test]
    fn what_is_the_same_for_every_record_is_only_possible() {
        for (other, sure) in [(Some("ok"), Confidence::Possible), (Some("no"), Confidence::Likely)]
        {
            assert_eq!(of(&[["ok", "ok"]], Some("ok"), other)[0].sure, sure);
        }
        let found = of(&[["ok", "ok"], ["ok", "ok"]], None, None);
        assert!(found.iter().all(|it| it.sure == Confidence::Possible));
    }

    #[test]
    fn what_nothing_was_compared_with_is_only_possible() {
        let alone = |twin, other| of(&[["ok", "ok"]], twin, other)[0].sure;
        assert_eq!(alone(None, None), Confidence::Possible);
        assert_eq!(alone(Some("ok"), None), Confidence::Possible);
        assert_eq!(alone(Some("no"), None), Confidence::Certain);
        let json = |twin| of(&[[r#"{"a":1,"b":1}"#, r#"{"a":1,"b":2}"#]], Some(twin), None)[0].sure;
        assert_eq!(json(r#"{"a":1,"b":3}"#), Confidence::Possible);
        assert_eq!(json(r#"{"a":2,"b":3}"#), Confidence::Likely);
    }

    #[test]
    fn of_json_only_what_stays_the_same_is_compared() {
        let one = r#"{"order":4711,"tags":["a"],"at":"10:00:00","id":{"uuid":"x"}}"#;
        let two = r#"{"order":4711,"tags":["a"],"at":"10:00:01","id":{"uuid":"y"}}"#;
        let found = of(&[[one, two]], None, Some(r#"{"order":4712,"tags":[]}"#));
        assert_eq!(found[0].sure, Confidence::Likely);
        assert!(found[0].is(br#"{"id":{"uuid":"z"},"at":1,"tags":["a"],"order":4711}"#));
        assert!(!found[0].is(br#"{"id":{"uuid":"z"},"at":1,"tags":["a"],"order":4712}"#));
        assert!(!found[0].is(b"text"));
    }

    #[test]
    fn what_changes_altogether_cannot_be_found() {
        assert!(
            of(&[["one", "two"], [r#"{"at":1}"#, r#"{"at":2}"#], ["", ""]], None, None).is_empty()
        );
    }
}
