//! What the first record of an input looks like, if something else may be meant
//! than to take it as it is.

use std::ops::ControlFlow;

use firehose::decode::{GZIP_MAGIC, KPL_MAGIC, has_binary_bytes, is_encoded, starts_binary_record};
use firehose::framing::{self, Envelope, InputFormat, has_failure_object};
use firehose::json::{self, JsonErrorKind};

/// Something that is rarely a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    Gzip,
    /// No text.
    Binary,
    Base64,
    /// It opens a JSON document and does not close it.
    CutJson,
    /// An object of failure records.
    Failure,
    /// A transform event.
    Event,
    /// JSON objects with nothing between them.
    GluedJson,
}

impl Likeness {
    /// What `record` looks like; `None` if it may well be one.
    pub(crate) fn of(record: &[u8]) -> Option<Self> {
        if record.starts_with(&GZIP_MAGIC) {
            return Some(Self::Gzip);
        }
        if record.starts_with(&KPL_MAGIC) || has_binary_bytes(record) {
            return Some(Self::Binary);
        }
        if is_encoded(record) {
            return Some(Self::Base64);
        }
        if is_cut_json(record.trim_ascii()) {
            return Some(Self::CutJson);
        }
        match envelope(record) {
            Envelope::Failure => Some(Self::Failure),
            Envelope::Event => Some(Self::Event),
            _ => is_glued_json(record).then_some(Self::GluedJson),
        }
    }

    /// What the first `line` of an input looks like that begins with `head`: the first line of a
    /// file in a binary format may be text.
    pub(crate) fn of_first_line(line: &[u8], head: &[u8]) -> Option<Self> {
        Self::of(line).or_else(|| starts_binary_record(head).then_some(Self::Binary))
    }
}

fn is_cut_json(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'{' | b'['))
        && json::skip_value(text, 0).is_err_and(|error| error.kind == JsonErrorKind::UnexpectedEnd)
}

fn is_glued_json(text: &[u8]) -> bool {
    json::skip_value(text, 0).is_ok_and(|end| text.get(end) == Some(&b'{'))
}

/// What the first record inside of `text` was found in.
fn envelope(text: &[u8]) -> Envelope {
    let mut envelope = Envelope::None;
    let _stopped = framing::records(text, InputFormat::Auto, &mut |framed| {
        envelope = framed.envelope;
        ControlFlow::Break(())
    });
    envelope
}

/// Returns true if an input that starts so has no lines: it is one record.
/// Failure objects stay what they are if their first line is damaged.
pub(super) fn is_binary(head: &[u8]) -> bool {
    starts_binary_record(head) || starts_binary(head) && !has_failure_object(head)
}

fn starts_binary(head: &[u8]) -> bool {
    let first = head.get(..head.len().min(512)).unwrap_or_default();
    let end = first
        .windows(GZIP_MAGIC.len())
        .position(|window| window == GZIP_MAGIC)
        .or_else(|| memchr::memchr(b'\n', first));
    let line = first.get(..end.unwrap_or(first.len())).unwrap_or_default();
    has_binary_bytes(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rarely_a_record_is_recognized() {
        let failure = br#"{"rawData":"QQ==","errorCode":"Lambda.FunctionError","attemptsMade":4}"#;
        let event = br#"{"invocationId":"i","records":[{"recordId":"1","data":"QQ=="}]}"#;
        let cases: [(&[u8], Option<Likeness>); 12] = [
            (b"\x1f\x8b\x08\0", Some(Likeness::Gzip)),
            (b"a\0b", Some(Likeness::Binary)),
            (&KPL_MAGIC, Some(Likeness::Binary)),
            (b"eyJ0aWNrZXIiOiJXQVMiLCJwcmljZSI6MTEuOTJ9", Some(Likeness::Base64)),
            (br#" {"a": ["#, Some(Likeness::CutJson)),
            (failure, Some(Likeness::Failure)),
            (&[&failure[..], failure].concat(), Some(Likeness::Failure)),
            (event, Some(Likeness::Event)),
            (br#"{"a":1}{"a":2}"#, Some(Likeness::GluedJson)),
            (br#"{"a":1}"#, None),
            (b"\x1b[31mred\x1b[0m\ttext", None),
            (b"", None),
        ];
        for (record, expected) in cases {
            assert_eq!(Likeness::of(record), expected, "{}", String::from_utf8_lossy(record));
        }
    }
}
