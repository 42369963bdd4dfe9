//! Records that the Kinesis Producer Library packed into one.
//!
//! Magic `F3 89 9A C2`, a protobuf `AggregatedRecord` (1 partition keys, 2
//! explicit hash keys, 3 records of {1 key index, 2 hash key index, 3 data}),
//! the MD5 of the protobuf (kinesis-producer, `aggregation-format.md`).

use md5::{Digest as _, Md5};

use crate::bytes::part;
use crate::json;
use crate::protobuf::{Field, Reader, Value};

/// First bytes of an aggregate.
pub const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];
const DIGEST: usize = 16;

/// Field of `AggregatedRecord`: its records.
const RECORDS: u64 = 3;
/// Field of `Record`: its data.
const DATA: u64 = 3;

/// An aggregate taken apart, with what follows it.
#[derive(Debug)]
pub(crate) struct Aggregate<'a> {
    /// Data of each record inside, in order, and of the records after it.
    pub(crate) records: Vec<&'a [u8]>,
    /// False if an MD5 is not that of its protobuf.
    pub(crate) digest_matches: bool,
    /// Where the first of these stands.
    pub(crate) wrong_digest_at: Option<usize>,
    /// Offset from which on the protobuf cannot be read.
    pub(crate) broken_at: Option<usize>,
    /// True if the end of the last aggregate is missing.
    pub(crate) is_cut: bool,
    /// What follows the first aggregate.
    pub(crate) after: Option<After>,
    /// Where the bytes stand that follow all of these and are no record.
    pub(crate) rest_at: Option<usize>,
}

/// What follows an aggregate, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// Another aggregate, or JSON: its records are there too.
    Record(usize),
    /// Anything else.
    Bytes(usize),
}

/// Takes `bytes` apart if they start as an aggregate does: all aggregates that follow each
/// other, and JSON among them.
pub(crate) fn parse(bytes: &[u8]) -> Option<Aggregate<'_>> {
    let mut all = one(bytes)?;
    if all.digest_matches {
        return Some(all);
    }
    let mut at = 0;
    let mut after = None;
    let mut rest_at = None;
    while let Some(length) = proven_length(part(bytes, at..)) {
        let first = one(part(bytes, at..at + length))?;
        all = if at == 0 { first } else { joined(all, first, at) };
        at += length;
        let mut next = part(bytes, at..).trim_ascii_start();
        let start = bytes.len() - next.len();
        let json = values(next);
        if !json.is_empty() {
            all.records.push(json);
            next = part(next, json.len()..).trim_ascii_start();
        }
        let is_record = !json.is_empty() || starts_aggregate(next);
        if at < bytes.len() {
            after.get_or_insert(if is_record { After::Record(start) } else { After::Bytes(at) });
        }
        at = bytes.len() - next.len();
        if !starts_aggregate(next) {
            // What follows the first aggregate is told of in `after`.
            rest_at =
                Some(at).filter(|_| !next.is_empty() && matches!(after, Some(After::Record(_))));
            break;
        }
        if proven_length(next).is_none() {
            all = joined(all, one(next)?, at);
            break;
        }
    }
    Some(Aggregate { after, rest_at, ..all })
}

/// Appends an aggregate that starts at `at` to those before it.
fn joined<'a>(before: Aggregate<'a>, mut next: Aggregate<'a>, at: usize) -> Aggregate<'a> {
    let mut records = before.records;
    records.append(&mut next.records);
    let moved = |offset: Option<usize>| offset.map(|it| it + at);
    Aggregate {
        records,
        digest_matches: before.digest_matches && next.digest_matches,
        wrong_digest_at: before.wrong_digest_at.or(moved(next.wrong_digest_at)),
        broken_at: before.broken_at.or(moved(next.broken_at)),
        is_cut: next.is_cut,
        after: None,
        rest_at: None,
    }
}

/// The JSON objects and arrays at the start of `bytes`.
fn values(bytes: &[u8]) -> &[u8] {
    let mut end = 0;
    loop {
        let next = json::skip_space(bytes, end);
        let is_start = matches!(bytes.get(next), Some(b'{' | b'['));
        match json::skip_value(bytes, next) {
            Ok(value_end) if is_start => end = value_end,
            _ => return part(bytes, ..end),
        }
    }
}

/// How long the aggregate at the start of `bytes` is, if its MD5 proves it, or another
/// aggregate right after it.
fn proven_length(bytes: &[u8]) -> Option<usize> {
    let protobuf = bytes.strip_prefix(&MAGIC)?;
    let mut reader = Reader::new(protobuf);
    let mut digest = Md5::new();
    loop {
        let start = reader.offset();
        is_own(&reader.field()?).then_some(())?;
        let end = reader.offset();
        digest.update(part(protobuf, start..end));
        let (stored, rest) = part(protobuf, end..).split_at_checked(DIGEST)?;
        let is_followed = rest.starts_with(&MAGIC) && starts_aggregate(rest);
        if is_followed || digest.clone().finalize().as_slice() == stored {
            return Some(MAGIC.len() + end + DIGEST);
        }
    }
}

/// Takes one aggregate apart.
fn one<'a>(bytes: &'a [u8]) -> Option<Aggregate<'a>> {
    let rest = bytes.strip_prefix(&MAGIC)?;
    let whole = rest.len().checked_sub(DIGEST).and_then(|end| rest.split_at_checked(end));
    let made = |read: Records<'a>, digest_matches, is_cut| Aggregate {
        records: read.found,
        digest_matches,
        wrong_digest_at: (!digest_matches).then(|| bytes.len().saturating_sub(DIGEST)),
        broken_at: read.broken_at.map(|at| at + MAGIC.len()),
        is_cut,
        after: None,
        rest_at: None,
    };
    // Without its end, what is there of it is protobuf to the last byte, or to
    // somewhere in the digest.
    let read = Records::read(rest);
    let left = rest.len() - read.broken_at.unwrap_or(rest.len());
    let is_cut = read.is_short || left < DIGEST;
    let Some((protobuf, digest)) = whole else {
        return is_cut.then(|| made(read, false, true));
    };
    let whole = Records::read(protobuf);
    let digest_matches = Md5::digest(protobuf).as_slice() == digest;
    let is_record = starts_field(digest) && read.is_short;
    let has_digest = whole.broken_at.is_none() && whole.found.len() == read.found.len();
    if digest_matches || has_digest && read.broken_at.is_some() && !is_record {
        return Some(made(whole, digest_matches, false));
    }
    Some(made(read, false, is_cut))
}

/// True for the start of an aggregate: its magic and the tag of one of its fields, or the
/// magic alone, where it is cut.
pub(crate) fn starts_aggregate(bytes: &[u8]) -> bool {
    bytes.strip_prefix(&MAGIC).is_some_and(|rest| rest.is_empty() || starts_field(rest))
}

/// True for the tag of one of its fields: those of keys and of records.
const fn starts_field(bytes: &[u8]) -> bool {
    matches!(bytes, [0x0a | 0x12 | 0x1a, ..])
}

/// The records of a protobuf, as far as it can be read.
struct Records<'a> {
    found: Vec<&'a [u8]>,
    /// Offset from which on it cannot be read.
    broken_at: Option<usize>,
    /// A field goes on past the end.
    is_short: bool,
}

impl<'a> Records<'a> {
    fn read(protobuf: &'a [u8]) -> Self {
        let mut records = Vec::new();
        let mut reader = Reader::new(protobuf);
        let mut broken_at = None;
        while !reader.is_at_end() && broken_at.is_none() {
            let start = reader.offset();
            let is_good = match reader.field() {
                Some(Field { number: RECORDS, value: Value::Bytes(record) }) => {
                    data_of(record).map(|data| records.push(data)).is_some()
                }
                field => field.as_ref().is_some_and(is_own),
            };
            broken_at = (!is_good).then_some(start);
        }
        Self { found: records, broken_at, is_short: reader.is_short() }
    }
}

/// True for a field that an aggregate has.
const fn is_own(field: &Field<'_>) -> bool {
    matches!(field, Field { number: 1..=RECORDS, value: Value::Bytes(_) })
}

fn data_of(record: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(record);
    let mut data = None;
    while !reader.is_at_end() {
        if let Field { number: DATA, value: Value::Bytes(bytes) } = reader.field()? {
            data = Some(bytes);
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aggregate(protobuf: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(protobuf);
        bytes.extend_from_slice(&Md5::digest(protobuf));
        bytes
    }

    #[test]
    fn takes_the_data_of_each_record_in_order() {
        let bytes = aggregate(b"\x0a\x01k\x1a\x05\x08\x00\x1a\x01a\x1a\x06\x08\x00\x1a\x02bc");
        let parsed = parse(&bytes).unwrap();
        assert_eq!(parsed.records, [b"a".as_slice(), b"bc"]);
        assert!(parsed.digest_matches);
        assert_eq!(parsed.broken_at, None);
    }

    #[test]
    fn a_wrong_digest_is_reported_and_the_records_are_still_there() {
        let mut bytes = aggregate(b"\x1a\x05\x08\x00\x1a\x01a");
        *bytes.last_mut().unwrap() ^= 1;
        let parsed = parse(&bytes).unwrap();
        assert!(!parsed.digest_matches);
        assert_eq!(parsed.records.len(), 1);
    }

    #[test]
    fn of_an_aggregate_that_is_cut_the_whole_records_are_there() {
        let bytes = aggregate(b"\x0a\x01k\x1a\x05\x08\x00\x1a\x01a\x1a\x06\x08\x00\x1a\x02bc");
        let end = bytes.len() - DIGEST;
        for length in MAGIC.len() + 1..bytes.len() {
            let parsed = parse(&bytes[..length]).unwrap();
            assert!(!parsed.digest_matches);
            // A digest that is cut by bytes that end a field is a wrong digest.
            assert!(parsed.is_cut || parsed.broken_at.is_none(), "{length}");
            let count = usize::from(length >= 14) + usize::from(length >= end);
            assert_eq!(parsed.records.len(), count, "{length}");
        }
        assert!(starts_aggregate(&bytes));
    }

    #[test]
    fn aggregates_that_follow_each_other_and_json_among_them_are_all_there() {
        let one = aggregate(b"\x0a\x01k\x1a\x05\x08\x00\x1a\x01a");
        let two = aggregate(b"\x0a\x01k\x1a\x06\x08\x00\x1a\x02bc\x1a\x05\x08\x00\x1a\x01d");
        let json = b"{\"a\":1}\n[2]".to_vec();
        let (newline, text) = (b"\n".to_vec(), b"text".to_vec());
        let wrong = [&one[..one.len() - 16], &[0; 16]].concat();
        let (end, record) = (one.len(), After::Record);
        for (parts, records, after) in [
            (vec![&one, &two], &["a", "bc", "d"][..], record(end)),
            (vec![&one, &newline], &["a"], After::Bytes(end)),
            (vec![&one, &newline, &two, &newline], &["a", "bc", "d"], record(end + 1)),
            (vec![&one, &newline, &json], &["a", "{\"a\":1}\n[2]"], record(end + 1)),
            (vec![&one, &json, &one], &["a", "{\"a\":1}\n[2]", "a"], record(end)),
            (vec![&one, &text], &["a"], After::Bytes(end)),
        ] {
            let parts: Vec<&[u8]> = parts.iter().map(|it| it.as_slice()).collect();
            let bytes = parts.concat();
            let parsed = parse(&bytes).unwrap();
            let found: Vec<_> =
                parsed.records.iter().map(|it| str::from_utf8(it).unwrap()).collect();
            assert_eq!(found, records);
            assert_eq!(parsed.after, Some(after), "{records:?}");
            assert!(parsed.digest_matches && !parsed.is_cut, "{records:?}");
        }
        for records in [[&one[..], b"\n{\"a\":1}\n"].concat(), [&one[..], &two].concat()] {
            assert_eq!(parse(&records).unwrap().rest_at, None);
            let parsed = [&records[..], b"text"].concat();
            assert_eq!(parse(&parsed).unwrap().rest_at, Some(records.len()));
        }
        assert_eq!(parse(&[&one[..], b"text"].concat()).unwrap().rest_at, None);
        let bytes = [wrong.as_slice(), &two].concat();
        let parsed = parse(&bytes).unwrap();
        assert_eq!((parsed.records.len(), parsed.wrong_digest_at), (3, Some(end - 16)));
        let bytes = [one.as_slice(), cut(&two, 20)].concat();
        let parsed = parse(&bytes).unwrap();
        assert!(parsed.is_cut && parsed.after == Some(After::Record(end)));
        assert_eq!(parsed.records, [b"a".as_slice(), b"bc"]);
        let alone = parse(&wrong).unwrap();
        assert_eq!((alone.is_cut, alone.wrong_digest_at), (false, Some(end - 16)));
    }

    fn cut(bytes: &[u8], left_out: usize) -> &[u8] {
        bytes.split_at(bytes.len() - left_out).0
    }

    #[test]
    fn a_length_beyond_the_end_is_broken_not_a_panic() {
        let parsed_at = |protobuf: &[u8]| parse(&aggregate(protobuf)).unwrap().broken_at;
        assert_eq!(parsed_at(b"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), Some(4));
        assert_eq!(parsed_at(b"\x0a\x01k\x1a\x05\x08"), Some(7));
        assert_eq!(parsed_at(b"\x1a\x02\x08\x00"), Some(4));
    }
}
