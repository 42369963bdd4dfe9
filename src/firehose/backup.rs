//! Source backup objects: records as they came, one after the other, with
//! nothing in between that separates them.
//!
//! Where one record ends is therefore known only from what producers write.
//! However they are separated, the records one after the other are the
//! object again, byte for byte; no cut is made that nothing speaks for.

use std::fmt;
use std::ops::Range;

use super::decode::{Engine, Follow, GZIP_MAGIC, Inflate, KnownJson, Wrapping, known_json};
use super::json;
use crate::bytes::part;

/// Most bytes of an object that is unpacked or cut: a buffer holds 128 MiB at
/// most (API reference, `BufferingHints`), and the last record may pass that.
pub const MAX_OBJECT: usize = 160 * 1024 * 1024;

/// How an object is cut into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Split {
    /// As [`GzipMembers`](Self::GzipMembers) if all of them are of CloudWatch
    /// Logs, as [`Json`](Self::Json) if there is nothing but JSON.
    #[default]
    Auto,
    /// Each gzip member is a record.
    GzipMembers,
    /// Each JSON object or array is a record, with the white space after it.
    Json,
    /// Each line is a record, with its line end.
    Lines,
    /// The object is one record.
    Whole,
}

impl Split {
    /// The name in flags and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::GzipMembers => "gzip-members",
            Self::Json => "json",
            Self::Lines => "lines",
            Self::Whole => "whole",
        }
    }
}

/// The records of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What the records are in, if that is not the object itself: it was
    /// compressed as a whole.
    pub unpacked: Option<Vec<u8>>,
    /// Where they are.
    pub records: Vec<Range<usize>>,
    /// How the object was cut.
    pub by: Split,
}

/// Why an object cannot be cut for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsure {
    /// From this offset on, nothing tells where a record ends.
    NoEnd {
        /// In the object, or in what is in it if it was compressed as a whole.
        offset: usize,
    },
    /// Gzip members that are not of CloudWatch Logs: producers may have
    /// compressed each record, or Firehose the object.
    Members {
        /// Gzip members in the object.
        count: usize,
    },
    /// Compressed data that is damaged at this offset.
    Damaged {
        /// In the object.
        offset: usize,
    },
    /// More than [`MAX_OBJECT`].
    TooLarge,
}

impl Unsure {
    /// What the user can do.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::NoEnd { .. } => {
                "if you know how they end, use `--split lines`, or `--split whole` for one record"
            }
            Self::Members { .. } => {
                "use `--split gzip-members` if each is a record; else unpack it first: gzip -dc"
            }
            Self::Damaged { .. } => "fetch the object again; if it is the same, the data is lost",
            Self::TooLarge => "split it into files yourself, at the ends of records",
        }
    }
}

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEnd { offset } => {
                write!(f, "cannot tell where the record at byte {offset} ends")
            }
            Self::Members { count } => write!(
                f,
                "cannot tell whether each of its {count} gzip members is a record, or the object \
                 was compressed as a whole"
            ),
            Self::Damaged { offset } => {
                write!(f, "its compressed data is damaged or truncated at byte {offset}")
            }
            Self::TooLarge => write!(f, "it is larger than {MAX_OBJECT} bytes"),
        }
    }
}

/// Cuts an object into its records.
pub fn cut(object: &[u8], split: Split) -> Result<Cut, Unsure> {
    let is_gzip = object.starts_with(&GZIP_MAGIC);
    match split {
        Split::Whole => Ok(plain(std::iter::once(0..object.len()).collect(), split)),
        _ if object.is_empty() => Ok(plain(Vec::new(), split)),
        Split::GzipMembers => Ok(plain(members(object)?.records, split)),
        Split::Auto if is_gzip => gzip(object),
        Split::Json | Split::Lines if is_gzip => inside(object, split),
        Split::Auto | Split::Json => Ok(plain(values(object)?, Split::Json)),
        Split::Lines => Ok(plain(lines(object), split)),
    }
}

fn plain(records: Vec<Range<usize>>, by: Split) -> Cut {
    Cut { unpacked: None, records, by }
}

/// Gzip: the members are records if producers made them, and they are sure to
/// have done so if CloudWatch Logs did.
fn gzip(object: &[u8]) -> Result<Cut, Unsure> {
    let members = members(object)?;
    match members.records.len() {
        _ if members.are_cloudwatch_logs => Ok(plain(members.records, Split::GzipMembers)),
        1 => inside(object, Split::Auto),
        count => Err(Unsure::Members { count }),
    }
}

/// Cuts what is in an object that was compressed as a whole.
fn inside(object: &[u8], split: Split) -> Result<Cut, Unsure> {
    let mut unpacked = Vec::new();
    let mut rest = object;
    while rest.starts_with(&GZIP_MAGIC) {
        let length = member(rest, &mut unpacked)
            .map_err(|unsure| moved(unsure, object.len() - rest.len()))?;
        rest = part(rest, length..);
    }
    if !rest.is_empty() {
        return Err(Unsure::Damaged { offset: object.len() - rest.len() });
    }
    // Compressed twice: once by the producer, once by Firehose.
    let cut = match split {
        Split::Auto if unpacked.starts_with(&GZIP_MAGIC) => {
            let members = members(&unpacked)?;
            match members.records.len() {
                _ if members.are_cloudwatch_logs => plain(members.records, Split::GzipMembers),
                count => return Err(Unsure::Members { count }),
            }
        }
        split => cut(&unpacked, if split == Split::Auto { Split::Json } else { split })?,
    };
    Ok(Cut { unpacked: Some(unpacked), ..cut })
}

struct Members {
    records: Vec<Range<usize>>,
    are_cloudwatch_logs: bool,
}

fn members(object: &[u8]) -> Result<Members, Unsure> {
    let mut found = Members { records: Vec::new(), are_cloudwatch_logs: true };
    let mut at = 0;
    let mut content = Vec::new();
    while let Some(rest) = object.get(at..).filter(|rest| !rest.is_empty()) {
        if !rest.starts_with(&GZIP_MAGIC) {
            return Err(Unsure::NoEnd { offset: at });
        }
        content.clear();
        let length = member(rest, &mut content).map_err(|unsure| moved(unsure, at))?;
        found.are_cloudwatch_logs &=
            matches!(known_json(&content), Some(KnownJson::CloudWatchLogs(_)));
        found.records.push(at..at + length);
        at += length;
    }
    Ok(found)
}

fn moved(unsure: Unsure, by: usize) -> Unsure {
    match unsure {
        Unsure::Damaged { offset } => Unsure::Damaged { offset: offset + by },
        other => other,
    }
}

/// Unpacks the gzip member that `bytes` start with, and returns how long it is.
fn member(bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, Unsure> {
    let mut inflate = Inflate::new(bytes, Wrapping::Gzip, Engine::new()).follow(Follow::First);
    let mut window = vec![0; 64 * 1024];
    // Reading from memory does not fail.
    while let Ok(made @ 1..) = inflate.read(&mut window) {
        out.extend_from_slice(part(&window, ..made));
        if out.len() > MAX_OBJECT {
            return Err(Unsure::TooLarge);
        }
    }
    let taken = usize::try_from(inflate.taken()).unwrap_or(bytes.len());
    match inflate.fault() {
        Some(_) => Err(Unsure::Damaged { offset: taken }),
        None => Ok(taken),
    }
}

/// JSON objects and arrays, each with the white space after it.
fn values(object: &[u8]) -> Result<Vec<Range<usize>>, Unsure> {
    let mut records: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let is_container = |value: &Range<usize>| matches!(object.get(value.start), Some(b'{' | b'['));
    for value in json::values(object).take_while(is_container) {
        // White space before the first value belongs to it, too.
        let from = std::mem::replace(&mut at, json::skip_space(object, value.end));
        records.push(from..at);
    }
    if at < object.len() {
        return Err(Unsure::NoEnd { offset: json::skip_space(object, at) });
    }
    Ok(records)
}

fn lines(object: &[u8]) -> Vec<Range<usize>> {
    let mut at = 0;
    let ends = memchr::memchr_iter(b'\n', object).map(|newline| newline + 1);
    let last = (!object.ends_with(b"\n")).then_some(object.len());
    ends.chain(last)
        .map(|end| {
            let start = std::mem::replace(&mut at, end);
            start..end
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::Gzip;
    use proptest::prelude::*;

    const LOGS: &str = r#"{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":"m"}]}"#;

    fn records(object: &[u8], split: Split) -> (Vec<Vec<u8>>, Split) {
        let cut = cut(object, split).unwrap();
        let bytes = cut.unpacked.as_deref().unwrap_or(object);
        (cut.records.iter().map(|range| bytes[range.clone()].to_vec()).collect(), cut.by)
    }

    fn auto(object: &[u8]) -> (Vec<Vec<u8>>, Split) {
        records(object, Split::Auto)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        Gzip::new().compress(text)
    }

    fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }

    #[test]
    fn json_values_are_cut_whatever_stands_between_them() {
        assert_eq!(auto(br#"{"a":1}{"b":2}[3]"#).0, owned(&[r#"{"a":1}"#, r#"{"b":2}"#, "[3]"]));
        assert_eq!(auto(b"{}\n{}\n").0, owned(&["{}\n", "{}\n"]));
        assert_eq!(auto(b" {}\r\n{} ").0, owned(&[" {}\r\n", "{} "]));
        assert_eq!(auto(b"").0, owned(&[]));
    }

    #[test]
    fn gzip_members_of_cloudwatch_logs_are_a_record_each() {
        let member = gzip(LOGS.as_bytes());
        let object = member.repeat(3);
        assert_eq!(auto(&object), (vec![member.clone(); 3], Split::GzipMembers));
        // Also where Firehose has compressed the object once more.
        assert_eq!(auto(&gzip(&object)), (vec![member.clone(); 3], Split::GzipMembers));
        assert_eq!(auto(&member).0, vec![member]);
    }

    #[test]
    fn an_object_that_was_compressed_as_a_whole_is_cut_inside() {
        assert_eq!(auto(&gzip(b"{}{}")), (owned(&["{}", "{}"]), Split::Json));
        let lines = records(&gzip(b"a\nb"), Split::Lines).0;
        assert_eq!(lines, owned(&["a\n", "b"]));
    }

    #[test]
    fn what_cannot_be_known_is_not_guessed() {
        let two = [gzip(b"{}"), gzip(b"{}")].concat();
        assert_eq!(cut(&two, Split::Auto), Err(Unsure::Members { count: 2 }));
        assert_eq!(records(&two, Split::GzipMembers).0.len(), 2);
        for (text, offset) in [("a b c\n", 0), ("{}x", 2), ("{}\n12", 3), ("{\"a\":", 0), (" ", 1)]
        {
            assert_eq!(cut(text.as_bytes(), Split::Auto), Err(Unsure::NoEnd { offset }), "{text}");
        }
        assert_eq!(cut(b"{}", Split::GzipMembers), Err(Unsure::NoEnd { offset: 0 }));
        let member = gzip(LOGS.as_bytes());
        let torn = [&member, &member[..20]].concat();
        let damaged = cut(&torn, Split::Auto).unwrap_err();
        assert!(matches!(damaged, Unsure::Damaged { offset } if offset > member.len()));
        let behind = [&member[..], b"{}"].concat();
        assert_eq!(cut(&behind, Split::Auto), Err(Unsure::NoEnd { offset: member.len() }));
    }

    #[test]
    fn lines_keep_their_ends() {
        assert_eq!(records(b"a\r\n\nb", Split::Lines).0, owned(&["a\r\n", "\n", "b"]));
        assert_eq!(records(b"a\n", Split::Lines).0, owned(&["a\n"]));
        assert_eq!(records(b"{}{}", Split::Whole).0, owned(&["{}{}"]));
    }

    proptest! {
        #[test]
        fn the_records_one_after_the_other_are_the_object_again(
            parts in prop::collection::vec(
                prop_oneof![r#"\{"[a-z]{0,3}":[0-9]\}"#, "[ \n\r\t]{0,3}", "[a-z]{1,2}"], 0..20),
            is_packed: bool,
            split in prop::sample::select(vec![Split::Auto, Split::Json, Split::Lines, Split::Whole]),
        ) {
            let text = parts.concat().into_bytes();
            let object = if is_packed { gzip(&text) } else { text.clone() };
            if let Ok(cut) = cut(&object, split) {
                let bytes = cut.unpacked.as_deref().unwrap_or(&object);
                let joined: Vec<u8> =
                    cut.records.iter().flat_map(|range| bytes[range.clone()].to_vec()).collect();
                prop_assert_eq!(joined.as_slice(), bytes);
                let expected = if split == Split::Whole { object.clone() } else { text };
                prop_assert_eq!(joined, expected);
            }
        }
    }
}
