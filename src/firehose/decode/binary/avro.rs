//! Avro: object container files, and single records after the header of a
//! schema registry.

use super::{BinaryFormat, without_padding};
use crate::bytes::part;
use crate::json;

/// First bytes of an object container file (Avro specification, "Object
/// Container Files").
pub(super) const MAGIC: &[u8] = b"Obj\x01";

/// Bytes of the header of AWS Glue Schema Registry: version, compression, UUID
/// (aws-glue-schema-registry, `AWSSchemaRegistryConstants`).
pub(super) const GLUE_HEADER: usize = 18;

/// Bytes of Confluent's header: zero, and the id of the schema.
pub(super) const CONFLUENT_HEADER: usize = 5;

/// Largest schema id that is taken for one of a Confluent registry: ids count
/// from 1, and Confluent Cloud starts at 100,000. The first of its bytes is zero.
const MAX_SCHEMA_ID: u32 = 0x00ff_ffff;

/// Shortest text that shows that a record is Avro or protobuf.
const MIN_TEXT: usize = 3;

/// Bytes after the header and after each block of a file.
const SYNC: usize = 16;

/// Names the header of an object container file.
pub(super) fn container(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)? };
    let mut metadata = Metadata::default();
    if reader.metadata(&mut metadata).is_none() {
        return metadata.is_begun().then_some(BinaryFormat::CutAvro);
    }
    let Metadata { codec, schema, .. } = metadata;
    // A file without its schema cannot be read.
    let schema = schema.filter(|it| json::skip_value(it, 0).is_ok())?;
    let codec = codec.unwrap_or(b"null");
    let files = files(bytes, true);
    Some(BinaryFormat::Avro { codec, schema, files: files.unwrap_or(1), is_cut: files.is_none() })
}

/// What the header of a file says, as far as it is here.
#[derive(Debug, Default)]
struct Metadata<'a> {
    codec: Option<&'a [u8]>,
    schema: Option<&'a [u8]>,
    /// The last key, or what is here of it.
    key: &'a [u8],
    /// Bytes of the keys before it.
    keys: usize,
    /// A key is one of Avro's own, which are names.
    has_own: bool,
    /// A key is no name.
    is_other: bool,
}

impl<'a> Metadata<'a> {
    fn key(&mut self, key: &'a [u8]) {
        self.keys += self.key.len();
        self.key = key;
        self.has_own |= key.starts_with(OWN);
        self.is_other |= !key.iter().all(u8::is_ascii_graphic);
    }

    /// True for the start of a header: names, or one that begins as Avro's own do.
    fn is_begun(&self) -> bool {
        /// Bytes of names that no other data has here by chance.
        const MIN_NAMES: usize = 8;
        let is_own = self.key.len() > 2 && (self.key.starts_with(OWN) || OWN.starts_with(self.key));
        self.has_own || !self.is_other && (is_own || self.keys + self.key.len() >= MIN_NAMES)
    }
}

/// What the keys of Avro itself begin with.
const OWN: &[u8] = b"avro.";

/// True if an object container file is here to the end of a block.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    files(bytes, false).is_some()
}

/// How many object container files follow each other, all of them whole; the last one may
/// have newlines and zeros after it if `is_padded`.
fn files(bytes: &[u8], is_padded: bool) -> Option<usize> {
    let mut reader = Reader { rest: bytes };
    let mut files = 0;
    // A block cannot begin as a file does: it would have a negative count.
    while let Some(rest) = reader.rest.strip_prefix(MAGIC) {
        reader.rest = rest;
        reader.metadata(&mut Metadata::default())?;
        let sync = reader.take(SYNC)?;
        while !reader.rest.is_empty() && !reader.rest.starts_with(MAGIC) {
            if is_padded && without_padding(reader.rest).is_empty() {
                return Some(files + 1);
            }
            reader.long()?;
            reader.bytes()?;
            if reader.take(SYNC)? != sync {
                return None;
            }
            let next = reader.rest.trim_ascii_start();
            if next.starts_with(MAGIC) {
                reader.rest = next;
            }
        }
        files += 1;
    }
    reader.rest.is_empty().then_some(files).filter(|it| *it > 0)
}

/// Reads the header of AWS Glue Schema Registry.
pub(super) fn glue(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let (header, data) = bytes.split_at_checked(GLUE_HEADER)?;
    let (start, uuid) = header.split_first_chunk::<2>()?;
    let schema_version = *uuid.first_chunk::<16>()?;
    let is_compressed = match start {
        [3, 0] => false,
        // Zlib: deflate with a window of 32 KiB (RFC 1950).
        [3, 5] if data.first() == Some(&0x78) => true,
        _ => return None,
    };
    // A UUID of RFC 9562: its version and its variant.
    let [_, _, _, _, _, _, version, _, variant, ..] = schema_version;
    let is_uuid = (1..=8).contains(&(version >> 4)) && variant >> 6 == 0b10;
    let is_sure = is_uuid || is_compressed && data.len() > 8 || has_avro_text(data);
    (is_sure && !data.is_empty())
        .then_some(BinaryFormat::GlueSchemaRegistry { schema_version, is_compressed })
}

/// Reads Confluent's header: a zero byte and the id of the schema. That is little
/// to go by, so what follows must have a text as Avro or protobuf writes it, or be JSON.
pub(super) fn confluent(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let (header, data) = bytes.split_first_chunk::<CONFLUENT_HEADER>()?;
    let [0, id @ ..] = *header else { return None };
    let schema_id = u32::from_be_bytes(id);
    let is_json = || data.starts_with(b"{\"") && data.trim_ascii_end().ends_with(b"}");
    let has_text = || has_avro_text(data) || has_protobuf_text(data);
    ((1..=MAX_SCHEMA_ID).contains(&schema_id) && (has_text() || is_json()))
        .then_some(BinaryFormat::Confluent { schema_id })
}

/// True if a text with its length before it is in the first bytes.
fn has_avro_text(data: &[u8]) -> bool {
    /// A few fields of numbers may come first.
    const LOOK: usize = 64;
    (0..data.len().min(LOOK)).any(|at| {
        let mut reader = Reader { rest: part(data, at..) };
        reader
            .bytes()
            .is_some_and(|text| text.len() >= MIN_TEXT && text.iter().copied().all(is_of_text))
    })
}

const fn is_of_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\t')
}

/// True for the index of a message and a protobuf whose first field is a text.
fn has_protobuf_text(data: &[u8]) -> bool {
    let [0, tag, length, rest @ ..] = data else { return false };
    let text = rest.get(..usize::from(*length)).unwrap_or_default();
    let is_bytes = tag & 7 == 2 && (1..16).contains(&(tag >> 3));
    is_bytes && text.len() >= MIN_TEXT && text.iter().copied().all(is_of_text)
}

/// Reads Avro's binary encoding.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The metadata of a file; `None` if its end is missing.
    fn metadata(&mut self, metadata: &mut Metadata<'a>) -> Option<()> {
        loop {
            let count = self.long()?;
            if count == 0 {
                return Some(());
            }
            // A negative count has the size of its entries after it.
            if count < 0 {
                self.long()?;
            }
            // Each entry takes bytes: however large the count is, they come to an end.
            for _ in 0..count.unsigned_abs() {
                let length = usize::try_from(self.long()?).ok()?;
                metadata.key(part(self.rest, ..length.min(self.rest.len())));
                self.take(length)?;
                let value = self.bytes()?;
                match metadata.key {
                    b"avro.codec" => metadata.codec = Some(value),
                    b"avro.schema" => metadata.schema = Some(value),
                    _ => {}
                }
            }
        }
    }

    /// A `long`: a varint in zigzag.
    fn long(&mut self) -> Option<i64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
            }
        }
        None
    }

    /// `bytes` or a `string`: a length and as many bytes.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.long()?).ok()?;
        self.take(length)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(bytes)
    }
}
