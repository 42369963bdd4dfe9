//! The values of JSON, each with the key that it stands under.

use crate::bytes::part;
use crate::json::{Token, skip_value};

/// A string, a number or a literal of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transform::check) struct Leaf<'a> {
    /// The key of the object that it is in, or of the list; as it is written.
    pub(in crate::transform::check) key: &'a [u8],
    /// As it is written, quotes and all.
    pub(in crate::transform::check) raw: &'a [u8],
}

impl<'a> Leaf<'a> {
    /// A string without its quotes.
    pub(in crate::transform::check) fn text(self) -> &'a [u8] {
        self.raw.strip_prefix(b"\"").and_then(|it| it.strip_suffix(b"\"")).unwrap_or(self.raw)
    }

    pub(in crate::transform::check) fn is_string(self) -> bool {
        self.raw.starts_with(b"\"")
    }

    pub(in crate::transform::check) fn is_number(self) -> bool {
        self.raw.first().is_some_and(|it| matches!(it, b'-' | b'0'..=b'9'))
    }

    /// The string that it is, without its escapes.
    pub(in crate::transform::check) fn string(self) -> Option<String> {
        Token::new(self.raw).string().map(std::borrow::Cow::into_owned)
    }

    /// False for what stands in any text.
    pub(in crate::transform::check) fn is_known_again(self) -> bool {
        let least = if self.is_string() { 3 } else { 4 };
        (self.is_string() || self.is_number()) && self.text().len() >= least
    }
}

/// The values of JSON, or of several after each other, in their order. Of what is not
/// JSON, anything may come.
pub(in crate::transform::check) fn leaves(json: &[u8]) -> impl Iterator<Item = Leaf<'_>> {
    let mut at = 0;
    let mut key: &[u8] = b"";
    std::iter::from_fn(move || {
        loop {
            let byte = *json.get(at)?;
            if byte == b'"' {
                let end = skip_value(json, at).ok()?;
                let raw = part(json, at..end);
                at = end;
                let rest = part(json, at..);
                let blanks = rest.len() - rest.trim_ascii_start().len();
                if rest.get(blanks) == Some(&b':') {
                    key = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
                    at += blanks + 1;
                    continue;
                }
                return Some(Leaf { key, raw });
            }
            if byte.is_ascii_alphanumeric() || byte == b'-' {
                let rest = part(json, at..);
                let is_part = |it: &u8| it.is_ascii_alphanumeric() || b"+-.".contains(it);
                let length = rest.iter().position(|it| !is_part(it)).unwrap_or(rest.len());
                at += length;
                return Some(Leaf { key, raw: part(rest, ..length) });
            }
            at += 1;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_the_key_that_it_stands_under() {
        let json = br#"{"a" : 1, "b":["x",-2.5e3], "c":{"d\"":null}, "e": {}}
{"a":true}"#;
        let found: Vec<_> = leaves(json)
            .map(|it| format!("{}={}", it.key.escape_ascii(), it.raw.escape_ascii()))
            .collect();
        let expected = ["a=1", "b=\\\"x\\\"", "b=-2.5e3", "d\\\\\\\"=null", "a=true"];
        assert_eq!(found, expected);
        assert_eq!(leaves(b"{\"cut").count(), 0);
    }
}
