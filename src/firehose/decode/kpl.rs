//! Records that the Kinesis Producer Library packed into one.
//!
//! Magic `F3 89 9A C2`, a protobuf `AggregatedRecord` (1 partition keys, 2
//! explicit hash keys, 3 records of {1 key index, 2 hash key index, 3 data}),
//! the MD5 of the protobuf (kinesis-producer, `aggregation-format.md`).

use md5::{Digest as _, Md5};

use crate::protobuf::{Field, Reader, Value};

/// First bytes of an aggregate.
pub const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];
const DIGEST: usize = 16;

/// Field of `AggregatedRecord`: its records.
const RECORDS: u64 = 3;
/// Field of `Record`: its data.
const DATA: u64 = 3;

/// An aggregate taken apart.
#[derive(Debug)]
pub(crate) struct Aggregate<'a> {
    /// Data of each record inside, in order.
    pub(crate) records: Vec<&'a [u8]>,
    /// False if the MD5 is not that of the protobuf.
    pub(crate) digest_matches: bool,
    /// Offset in the aggregate from which on the protobuf cannot be read.
    pub(crate) broken_at: Option<usize>,
    /// True if the end of the aggregate is missing.
    pub(crate) is_cut: bool,
}

/// Takes `bytes` apart if they start as an aggregate does.
pub(crate) fn parse<'a>(bytes: &'a [u8]) -> Option<Aggregate<'a>> {
    let rest = bytes.strip_prefix(&MAGIC)?;
    let whole = rest.len().checked_sub(DIGEST).and_then(|end| rest.split_at_checked(end));
    let made = |read: Records<'a>, digest_matches, is_cut| Aggregate {
        records: read.found,
        digest_matches,
        broken_at: read.broken_at.map(|at| at + MAGIC.len()),
        is_cut,
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
                field => field.is_some(),
            };
            broken_at = (!is_good).then_some(start);
        }
        Self { found: records, broken_at, is_short: reader.is_short() }
    }
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
    fn a_length_beyond_the_end_is_broken_not_a_panic() {
        let parsed_at = |protobuf: &[u8]| parse(&aggregate(protobuf)).unwrap().broken_at;
        assert_eq!(parsed_at(b"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), Some(4));
        assert_eq!(parsed_at(b"\x0a\x01k\x1a\x05\x08"), Some(7));
        assert_eq!(parsed_at(b"\x1a\x02\x08\x00"), Some(4));
    }
}
