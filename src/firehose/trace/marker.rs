//! Markers, and how they are put into payloads.

use std::fmt;

use crate::compress::Gzip;
use crate::decode::{Decoder, Encoding, GZIP_MAGIC, Options};
use crate::demo::{ContentType, SampleKind};
use crate::json;

/// What stands for the marker in data of the user's own.
pub const PLACEHOLDER: &str = "{{marker}}";

/// The member of JSON that holds it, and the word before it in text.
const MEMBER: &str = "fh_trace";

/// Letters and digits that are hard to take for each other: five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// Characters of a marker: 65 bits.
const LENGTH: u32 = 13;

/// What tells one record from every other: 65 random bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marker(String);

impl Marker {
    /// A marker of the last 65 of these bits, which should be random.
    pub fn new(bits: u128) -> Self {
        let letter = |at: u32| {
            let index = usize::try_from((bits >> (at * 5)) & 31).unwrap_or(0);
            char::from(ALPHABET.get(index).copied().unwrap_or(b'a'))
        };
        Self((0..LENGTH).map(letter).collect())
    }

    /// Its letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A kind of payload that no marker can be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotMarkable(pub SampleKind);

impl fmt::Display for NotMarkable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is protobuf, which cannot hold a marker", self.0.as_str())
    }
}

impl std::error::Error for NotMarkable {}

/// Puts `marker` into a sample of this kind: a member of JSON, the last word of a
/// text, the end of each message of CloudWatch Logs.
pub fn mark(kind: SampleKind, payload: &[u8], marker: &Marker) -> Result<Vec<u8>, NotMarkable> {
    if kind.is_gzip() {
        let content = inside(payload).unwrap_or_else(|| payload.to_vec());
        return Ok(Gzip::new().compress(&in_messages(&content, marker)));
    }
    match kind.content_type() {
        ContentType::Protobuf => Err(NotMarkable(kind)),
        ContentType::Json if kind.has_log_events() => Ok(in_messages(payload, marker)),
        ContentType::Json => Ok(as_member(payload, marker)),
        ContentType::Text => Ok(as_word(payload, marker)),
    }
}

/// Puts `marker` in place of each [`PLACEHOLDER`] in data of the user's own; `None` if
/// there is none.
pub fn mark_data(payload: &[u8], marker: &Marker) -> Option<Vec<u8>> {
    let place = memchr::memmem::find(payload, PLACEHOLDER.as_bytes())?;
    let (before, rest) = payload.split_at_checked(place)?;
    let rest = rest.get(PLACEHOLDER.len()..)?;
    let mut out = [before, marker.as_str().as_bytes()].concat();
    out.extend(mark_data(rest, marker).unwrap_or_else(|| rest.to_vec()));
    Some(out)
}

/// Another member at the end of the last object.
fn as_member(payload: &[u8], marker: &Marker) -> Vec<u8> {
    let Some(end) = memchr::memrchr(b'}', payload) else { return as_word(payload, marker) };
    let (object, close) = payload.split_at_checked(end).unwrap_or((payload, b""));
    let is_empty = object.trim_ascii_end().ends_with(b"{");
    let comma = if is_empty { "" } else { "," };
    let member = format!(r#"{comma}"{MEMBER}":"{marker}""#);
    [object, member.as_bytes(), close].concat()
}

/// Another word at the end of the last line.
fn as_word(payload: &[u8], marker: &Marker) -> Vec<u8> {
    let text = payload.trim_ascii_end();
    let end = payload.get(text.len()..).unwrap_or_default();
    let word = format!(" {MEMBER}={marker}");
    [text, word.as_bytes(), end].concat()
}

/// Another word at the end of each `message` of an envelope of CloudWatch Logs.
fn in_messages(envelope: &[u8], marker: &Marker) -> Vec<u8> {
    const MESSAGE: &[u8] = br#""message":"#;
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(found) = envelope.get(at..).and_then(|rest| memchr::memmem::find(rest, MESSAGE))
    {
        let start = at + found + MESSAGE.len();
        let Ok(end) = json::skip_value(envelope, start) else { break };
        let text = envelope.get(at..end).unwrap_or_default();
        let text = text.strip_suffix(b"\"").unwrap_or(text);
        // A message of Lambda ends with a newline.
        let (text, close) = match text.strip_suffix(br"\n") {
            Some(text) => (text, br#"\n""#.as_slice()),
            None => (text, b"\"".as_slice()),
        };
        out.extend_from_slice(text);
        out.extend_from_slice(format!(" {MEMBER}={marker}").as_bytes());
        out.extend_from_slice(close);
        at = end;
    }
    out.extend_from_slice(envelope.get(at..).unwrap_or_default());
    out
}

/// The content of a payload that is gzip; `None` of any other.
pub(super) fn inside(payload: &[u8]) -> Option<Vec<u8>> {
    payload
        .starts_with(&GZIP_MAGIC)
        .then(|| Decoder::new(Options::default()).decode(payload, Encoding::Unknown).bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{SampleOrigin, Samples};
    use crate::json::Token;
    use crate::names::AccountId;

    fn marker() -> Marker {
        Marker::new(0x1_2345_6789_abcd_ef01)
    }

    fn sample(kind: SampleKind) -> Vec<u8> {
        let region = "eu-west-1".parse().unwrap();
        let place = SampleOrigin { account: AccountId::EXAMPLE, region };
        Samples::new(kind, 7, place).payload(1_795_341_600_000)
    }

    #[test]
    fn a_marker_is_13_characters_and_differs_with_each_of_65_bits() {
        let one = marker();
        assert_eq!(one.as_str().len(), 13);
        for bit in 0..65 {
            assert_ne!(Marker::new(0x1_2345_6789_abcd_ef01 ^ (1 << bit)), one, "{bit}");
        }
    }

    #[test]
    fn every_kind_of_sample_but_protobuf_holds_its_marker_and_stays_what_it_is() {
        for kind in SampleKind::ALL {
            let payload = sample(*kind);
            let marked = match mark(*kind, &payload, &marker()) {
                Ok(marked) => marked,
                Err(error) => {
                    assert_eq!(kind.content_type(), ContentType::Protobuf);
                    assert!(error.to_string().contains(kind.as_str()));
                    continue;
                }
            };
            let content = inside(&marked).unwrap_or_else(|| marked.clone());
            let found = memchr::memmem::find(&content, marker().as_str().as_bytes());
            assert!(found.is_some(), "{}", kind.as_str());
            assert_eq!(payload.ends_with(b"\n"), marked.ends_with(b"\n"), "{}", kind.as_str());
            let mut decoder = Decoder::new(Options::default());
            let before = decoder.decode(&payload, Encoding::Unknown).content;
            let after = decoder.decode(&marked, Encoding::Unknown);
            assert_eq!(after.content, before, "{}", kind.as_str());
            assert!(after.problems.is_empty(), "{}", kind.as_str());
        }
    }

    #[test]
    fn json_gets_a_member_and_text_a_word() {
        let marked = |kind, text: &[u8]| {
            String::from_utf8(mark(kind, text, &Marker::new(0)).unwrap()).unwrap()
        };
        assert_eq!(
            marked(SampleKind::Ticker, b"{\"a\":1}\n"),
            "{\"a\":1,\"fh_trace\":\"aaaaaaaaaaaaa\"}\n"
        );
        assert_eq!(marked(SampleKind::Ticker, b"{ }"), r#"{ "fh_trace":"aaaaaaaaaaaaa"}"#);
        assert_eq!(marked(SampleKind::Syslog, b"a b\n"), "a b fh_trace=aaaaaaaaaaaaa\n");
        let envelope = br#"{"logEvents":[{"message":"a \"b\"\n"},{"message":"c"}]}"#;
        let marked = marked(SampleKind::CloudWatchLogsDecompressed, envelope);
        let events = Token::new(marked.as_bytes()).get(b"logEvents").unwrap();
        let messages: Vec<_> = events
            .elements()
            .map(|it| it.unwrap().0.get(b"message").unwrap().text().into_owned())
            .collect();
        assert_eq!(messages, ["a \"b\" fh_trace=aaaaaaaaaaaaa\n", "c fh_trace=aaaaaaaaaaaaa"]);
    }

    #[test]
    fn the_placeholder_is_replaced_wherever_it_stands() {
        let marker = Marker::new(0);
        let filled = |text: &[u8]| mark_data(text, &marker);
        assert_eq!(filled(b"a"), None);
        assert_eq!(filled(b"{{marker}}").unwrap(), b"aaaaaaaaaaaaa");
        assert_eq!(
            filled(b"\xff{{marker}} {{marker}}x").unwrap(),
            b"\xffaaaaaaaaaaaaa aaaaaaaaaaaaax"
        );
    }
}
