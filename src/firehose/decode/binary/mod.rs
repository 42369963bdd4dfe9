//! Binary formats that are named by their magic, or by their form to the end: Avro,
//! Parquet, ORC, CBOR, `MessagePack`, and compressions that are not undone.
//!
//! They stay the bytes that they are. What a file says of itself (its schema,
//! how many rows) is shown where it stands in the open.

mod avro;
mod magic;
mod orc;
mod packed;
mod parquet;
#[cfg(test)]
mod tests;

use super::{kpl, otlp};
use crate::bytes::{has_binary_bytes, part};
use crate::protobuf::push_varint;
pub(super) use magic::has_magic;

/// A format, and what is known of its content; names are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BinaryFormat<'a> {
    /// An Avro object container file.
    Avro {
        /// `null`, `deflate`, `snappy` and the like.
        codec: &'a [u8],
        /// The schema: JSON.
        schema: &'a [u8],
        /// How many files follow each other; this is the first.
        files: usize,
        /// It does not end where a block does.
        is_cut: bool,
    },
    /// An Avro object container file that ends, or is damaged, within its header.
    CutAvro,
    /// A record after the header of AWS Glue Schema Registry.
    GlueSchemaRegistry {
        /// The id of the schema version: a UUID.
        schema_version: [u8; 16],
        /// The data after the header is zlib.
        is_compressed: bool,
    },
    /// A record that looks as if Confluent's serializers wrote it.
    Confluent {
        /// The id of the schema in its registry.
        schema_id: u32,
    },
    /// A Parquet file.
    Parquet(Table<'a>),
    /// A Parquet file without its end.
    CutParquet,
    /// An ORC file.
    Orc {
        /// `none`, `zlib` and the like.
        compression: &'static str,
        /// Rows and columns, unless they are compressed.
        table: Option<Table<'a>>,
    },
    /// An ORC file without its end.
    CutOrc,
    /// JSON with its length before it, in four bytes.
    JsonAfterLength,
    /// A message of OpenTelemetry metrics without its length before it.
    UnframedOpenTelemetry,
    /// One map in CBOR.
    Cbor,
    /// One map in `MessagePack`.
    MessagePack,
    /// Data in a compression that is not undone: its name.
    Compressed(&'static str),
}

/// Compressions that no service of AWS writes here, and what they start with.
const COMPRESSIONS: [(&str, &[u8]); 4] = [
    ("bzip2", b"BZh"),
    ("xz", b"\xfd7zXZ\0"),
    ("lz4 frame", b"\x04\x22\x4d\x18"),
    ("framed snappy", b"\xff\x06\0\0sNaPpY"),
];

/// What the footer of a columnar file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table<'a> {
    /// Rows in the file.
    pub rows: u64,
    /// Names of the columns of the top level, in order.
    pub columns: Vec<&'a [u8]>,
}

impl BinaryFormat<'_> {
    /// The name in JSON and tables; that of any binary where it is not certain.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Avro { .. } | Self::CutAvro => "avro",
            Self::GlueSchemaRegistry { .. } => "glue-schema-registry",
            Self::Confluent { .. }
            | Self::Compressed(_)
            | Self::JsonAfterLength
            | Self::UnframedOpenTelemetry => "binary",
            Self::Parquet(_) | Self::CutParquet => "parquet",
            Self::Orc { .. } | Self::CutOrc => "orc",
            Self::Cbor => "cbor",
            Self::MessagePack => "messagepack",
        }
    }
}

/// True for JSON objects, each with its length before it as four bytes in network order.
fn has_length(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some((json, after)) = after.split_at_checked(length) else { return false };
        if !matches!(json.trim_ascii(), [b'{', b'"', .., b'}']) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// Names the format of a binary record, if it has one of those that are known.
pub fn binary_format(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    match bytes.first()? {
        b'O' | b'P' => file(bytes),
        0 if has_length(bytes) => Some(BinaryFormat::JsonAfterLength),
        0 => avro::confluent(bytes),
        0x0a if is_unframed(bytes) => Some(BinaryFormat::UnframedOpenTelemetry),
        3 => avro::glue(bytes),
        b'B' | 4 | 0xfd | 0xff => compressed(bytes),
        0xa1..=0xbf | 0xd9 if packed::is_cbor(bytes) => Some(BinaryFormat::Cbor),
        0x81..=0x8f | 0xde | 0xdf if packed::is_message_pack(bytes) => {
            Some(BinaryFormat::MessagePack)
        }
        _ => None,
    }
}

/// Names a file by its magic and what the format demands after it, or at its end: the magic
/// alone is little to go by.
fn file(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    match bytes.first()? {
        b'O' => avro::container(bytes).or_else(|| orc::file(bytes)),
        b'P' => parquet::file(bytes),
        _ => None,
    }
}

/// True for a message of metrics, as OTLP sends it over HTTP: CloudWatch writes its length
/// before it.
fn is_unframed(bytes: &[u8]) -> bool {
    if !has_control(bytes) {
        return false;
    }
    let mut framed = Vec::new();
    push_varint(&mut framed, bytes.len() as u64);
    framed.extend_from_slice(bytes);
    otlp::starts(&framed) && otlp::is_whole(&framed)
}

fn compressed(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    let (name, magic) = COMPRESSIONS.into_iter().find(|(_, magic)| bytes.starts_with(magic))?;
    // The three letters of bzip2 are followed by its level and pi (its format has no
    // other description).
    let is_sure = name != "bzip2"
        || matches!(bytes.get(magic.len()), Some(b'1'..=b'9'))
            && part(bytes, magic.len() + 1..).starts_with(b"1AY&SY");
    is_sure.then_some(BinaryFormat::Compressed(name))
}

/// How long the header of a schema registry is that `bytes` begin with, and whether what
/// follows is compressed with zlib.
pub(super) fn registry_header(bytes: &[u8]) -> Option<(usize, bool)> {
    match bytes.first().filter(|it| matches!(it, 0 | 3)).and_then(|_| binary_format(bytes))? {
        BinaryFormat::GlueSchemaRegistry { is_compressed, .. } => {
            Some((avro::GLUE_HEADER, is_compressed))
        }
        BinaryFormat::Confluent { .. } => Some((avro::CONFLUENT_HEADER, false)),
        _ => None,
    }
}

/// The name of a file whose end is missing or damaged.
pub(super) fn cut_file(bytes: &[u8]) -> Option<&'static str> {
    match binary_format(bytes)? {
        BinaryFormat::CutAvro | BinaryFormat::Avro { is_cut: true, .. } => Some("Avro"),
        BinaryFormat::CutParquet => Some("Parquet"),
        BinaryFormat::CutOrc => Some("ORC"),
        _ => None,
    }
}

/// True if `bytes` have a format by a magic that does not come by chance.
pub(super) fn is_certain(bytes: &[u8]) -> bool {
    binary_format(bytes).is_some_and(|format| !matches!(format, BinaryFormat::Confluent { .. }))
}

/// True if `head`, the start of an input, is the start of one binary record,
/// whatever newlines are in it.
pub fn starts_binary_record(head: &[u8]) -> bool {
    head.starts_with(&kpl::MAGIC) || may_start_binary_file(head)
}

/// True if `head` may be the start of a file or of metrics, although more of it has to be
/// seen to be sure.
pub(crate) fn may_start_binary_file(head: &[u8]) -> bool {
    let files = [avro::MAGIC, parquet::MAGIC, orc::MAGIC];
    files.iter().any(|magic| head.starts_with(magic)) && has_control(head)
        || starts_binary_file(head)
}

/// True if `head` is the start of a file or of metrics.
pub(crate) fn starts_binary_file(head: &[u8]) -> bool {
    is_whole(head).is_some()
}

/// True if `bytes` are a file or messages to their end, false if more has to
/// come; `None` if they start as nothing of that kind does.
pub(super) fn is_whole(bytes: &[u8]) -> Option<bool> {
    match file(bytes) {
        Some(BinaryFormat::Avro { .. }) => Some(avro::is_whole(bytes)),
        Some(format) => Some(matches!(format, BinaryFormat::Parquet(_) | BinaryFormat::Orc { .. })),
        None => otlp::starts(bytes).then(|| otlp::is_whole(bytes)),
    }
}

/// A file without the newlines and zeros that whoever joins or pads records appends.
fn without_padding(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r' | b'\n' | 0] = bytes {
        bytes = rest;
    }
    bytes
}

/// True if there is a byte that no text has: a line that starts with `ORC` may
/// be text.
fn has_control(head: &[u8]) -> bool {
    /// The first pages of these formats have some.
    const LOOK: usize = 512;
    has_binary_bytes(without_padding(part(head, ..head.len().min(LOOK))))
}
