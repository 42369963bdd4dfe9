//! An event without some of its records.

use std::ops::Range;

use crate::bytes::{part, without_bom};
use crate::json;

/// The text of a transform event, cut at its records.
#[derive(Debug)]
pub struct EventParts<'a> {
    text: &'a [u8],
    /// Where the records stand in the text.
    records: Vec<Range<usize>>,
}

impl<'a> EventParts<'a> {
    /// Cuts the text of an event. Of several `records`, the last one counts, as
    /// for [`TransformEvent`](crate::transform::TransformEvent).
    pub fn new(text: &'a [u8]) -> Self {
        let start = json::skip_space(text, text.len() - without_bom(text).len());
        let fields = json::fields(text, start).map_while(Result::ok);
        let list = fields.filter(|field| field.name().as_ref() == b"records").last();
        let elements = list.into_iter().flat_map(|list| json::elements(text, list.at));
        let elements = elements.map_while(Result::ok);
        let records = elements.map(|(record, at)| at..at + record.raw().len()).collect();
        Self { text, records }
    }

    /// The event with these records alone, places from 0 in their order: every
    /// other byte is as it was, but for the separators of what is left out.
    pub fn subset(&self, kept: &[usize]) -> Vec<u8> {
        let (Some(first), Some(last)) = (self.records.first(), self.records.last()) else {
            return self.text.to_vec();
        };
        let mut out = part(self.text, ..first.start).to_vec();
        for (position, &place) in kept.iter().enumerate() {
            let Some(record) = self.records.get(place) else { continue };
            let before = place.checked_sub(1).and_then(|before| self.records.get(before));
            match before {
                // The comma, and the white space around it.
                Some(before) if position > 0 => {
                    out.extend_from_slice(part(self.text, before.end..record.end));
                }
                _ => out.extend_from_slice(part(self.text, record.clone())),
            }
        }
        out.extend_from_slice(part(self.text, last.end..));
        out
    }

    /// True if `text` is the event with some of its records, as [`subset`](Self::subset)
    /// makes it.
    pub fn has_subset(&self, text: &[u8]) -> bool {
        let theirs = EventParts::new(text);
        let mut own = 0..self.records.len();
        let kept: Option<Vec<_>> = theirs
            .records
            .iter()
            .map(|record| {
                let record = part(text, record.clone());
                let is_it = |at: &Range<usize>| part(self.text, at.clone()) == record;
                own.find(|place| self.records.get(*place).is_some_and(is_it))
            })
            .collect();
        kept.is_some_and(|kept| self.subset(&kept) == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subset(text: &str, kept: &[usize]) -> String {
        String::from_utf8(EventParts::new(text.as_bytes()).subset(kept)).unwrap()
    }

    #[test]
    fn what_is_kept_is_kept_byte_for_byte() {
        let text = "\u{feff} {\"invocationId\" : \"x\",\n \"\\u0072ecords\": [\n  {\"a\": 1.10} ,\n  \
                    {\"b\":[2, {}]},\n\t{\"c\":\"],\"}\n ], \"region\":\"eu-west-1\"}\n";
        assert_eq!(subset(text, &[0, 1, 2]), text);
        let head = "\u{feff} {\"invocationId\" : \"x\",\n \"\\u0072ecords\": [\n  ";
        let tail = "\n ], \"region\":\"eu-west-1\"}\n";
        assert_eq!(subset(text, &[1]), format!("{head}{{\"b\":[2, {{}}]}}{tail}"));
        assert_eq!(
            subset(text, &[0, 2]),
            format!("{head}{{\"a\": 1.10}},\n\t{{\"c\":\"],\"}}{tail}")
        );
        assert_eq!(subset(text, &[]), format!("{head}{tail}"));
    }

    #[test]
    fn a_part_of_an_event_is_known_again() {
        let event = r#"{"id":"x", "records":[ {"a":1}, {"b":2} ,{"a":1},{"c":3}]}"#;
        let parts = EventParts::new(event.as_bytes());
        for kept in [&[][..], &[0], &[1, 2], &[3], &[0, 1, 2, 3]] {
            assert!(parts.has_subset(&parts.subset(kept)), "{kept:?}");
        }
        for other in ["", "text", r#"{"records":[]}"#, r#"{"id":"x", "records":[ {"d":4}]}"#] {
            assert!(!parts.has_subset(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn of_several_lists_the_last_one_is_cut() {
        let text = r#"{"records":[1,2],"records":[3,4]}"#;
        assert_eq!(subset(text, &[1]), r#"{"records":[1,2],"records":[4]}"#);
    }

    #[test]
    fn what_is_no_event_stays_whole() {
        for text in ["", "{", "[1]", "{}", r#"{"records":[]}"#, r#"{"records":7}"#] {
            assert_eq!(subset(text, &[0]), text);
        }
    }
}
