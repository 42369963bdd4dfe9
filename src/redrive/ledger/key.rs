//! What a record is called in a ledger.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// Bytes of a record key.
const KEY: usize = 16;

/// Bytes of a payload's digest.
const PAYLOAD: usize = 8;

/// Digits of one record in a plan.
const DIGITS: usize = 2 * (KEY + PAYLOAD);

/// Which record: the object it stands in, that object's version, its number
/// there and its bytes. Two records with the same bytes are two records.
///
/// SHA-256, cut to 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey([u8; KEY]);

/// What a record's bytes are, wherever they stand: SHA-256, cut to 64 bits.
///
/// Among four million records two different ones share it once in two million
/// ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PayloadDigest(u64);

/// A record of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Which record.
    pub key: RecordKey,
    /// Its bytes.
    pub payload: PayloadDigest,
}

/// An object that records stand in, in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceVersion {
    /// `s3://bucket/key`, or the full path of a file.
    pub name: String,
    /// S3's version id or `ETag`; of a file, the SHA-256 of what is in it.
    pub version: String,
}

impl SourceVersion {
    /// A digest of its name, 64 bits long.
    pub fn name_digest(&self) -> u64 {
        name_digest(&self.name)
    }

    /// A digest of its version, 64 bits long.
    pub fn version_digest(&self) -> u64 {
        first_u64(&Sha256::digest(&self.version))
    }

    /// Names the record with this number (from 0) and these bytes.
    pub fn entry(&self, number: u64, payload: &[u8]) -> Entry {
        let bytes = Sha256::digest(payload);
        // Each part has a length of its own, so no two ways to cut them meet.
        let key = Sha256::new()
            .chain_update(Sha256::digest(&self.name))
            .chain_update(Sha256::digest(&self.version))
            .chain_update(number.to_be_bytes())
            .chain_update(bytes)
            .finalize();
        Entry { key: RecordKey(first(&key)), payload: PayloadDigest(first_u64(&bytes)) }
    }
}

/// A digest of the name of an object, 64 bits long.
pub(super) fn name_digest(name: &str) -> u64 {
    first_u64(&Sha256::digest(name))
}

/// The first bytes of a digest, which is longer.
pub(super) fn first<const N: usize>(digest: &[u8]) -> [u8; N] {
    digest.first_chunk().copied().unwrap_or([0; N])
}

fn first_u64(digest: &[u8]) -> u64 {
    u64::from_be_bytes(first(digest))
}

/// The records of a plan; in JSON one string of 48 hexadecimal digits a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entries(pub(super) Vec<Entry>);

impl fmt::Display for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for entry in &self.0 {
            write!(f, "{:032x}{:016x}", u128::from_be_bytes(entry.key.0), entry.payload.0)?;
        }
        Ok(())
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let entries: Option<Vec<_>> = text.as_bytes().chunks(DIGITS).map(entry).collect();
        entries.map(Self).ok_or_else(|| de::Error::custom("no records in hexadecimal digits"))
    }
}

fn entry(digits: &[u8]) -> Option<Entry> {
    let (key, payload) = digits.split_at_checked(2 * KEY)?;
    if payload.len() != 2 * PAYLOAD || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let key = u128::from_str_radix(str::from_utf8(key).ok()?, 16).ok()?;
    let payload = u64::from_str_radix(str::from_utf8(payload).ok()?, 16).ok()?;
    Some(Entry { key: RecordKey(key.to_be_bytes()), payload: PayloadDigest(payload) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, version: &str) -> SourceVersion {
        SourceVersion { name: name.to_owned(), version: version.to_owned() }
    }

    #[test]
    fn a_record_is_its_object_its_place_and_its_bytes() {
        let entry = source("s3://b/k", "1").entry(0, b"x");
        assert_eq!(entry, source("s3://b/k", "1").entry(0, b"x"));
        for other in [
            source("s3://b/l", "1").entry(0, b"x"),
            source("s3://b/k", "2").entry(0, b"x"),
            source("s3://b/k1", "").entry(0, b"x"),
            source("s3://b/k", "1").entry(1, b"x"),
        ] {
            assert_ne!(entry.key, other.key);
            assert_eq!(entry.payload, other.payload);
        }
        let other = source("s3://b/k", "1").entry(0, b"y");
        assert!(entry.key != other.key && entry.payload != other.payload);
    }

    #[test]
    fn records_are_written_in_digits_and_read_again() {
        let entries = Entries((0..3).map(|at| source("a", "").entry(at, b"")).collect());
        let json = serde_json::to_string(&entries).unwrap();
        assert_eq!(json.len(), 3 * DIGITS + 2);
        assert_eq!(serde_json::from_str::<Entries>(&json).unwrap(), entries);
        let signed = format!("\"+{}\"", "1".repeat(47));
        for wrong in ["\"ab\"", "1", "\"é\"", &signed] {
            assert!(serde_json::from_str::<Entries>(wrong).is_err(), "{wrong}");
        }
    }
}
