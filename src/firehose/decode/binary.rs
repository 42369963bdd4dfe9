//! Binary formats that are named by their magic: Avro, Parquet, ORC.
//!
//! They stay the bytes that they are. What a file says of itself (its schema,
//! how many rows) is shown where it stands in the open.

mod avro;
mod orc;
mod parquet;

use super::{kpl, otlp};

/// A format, and what is known of its content; names are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BinaryFormat<'a> {
    /// An Avro object container file.
    Avro {
        /// `null`, `deflate`, `snappy` and the like.
        codec: &'a [u8],
        /// The schema: JSON.
        schema: Option<&'a [u8]>,
    },
    /// A record behind the header of AWS Glue Schema Registry.
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
}

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
            Self::Avro { .. } => "avro",
            Self::GlueSchemaRegistry { .. } => "glue-schema-registry",
            Self::Confluent { .. } => "binary",
            Self::Parquet(_) | Self::CutParquet => "parquet",
            Self::Orc { .. } => "orc",
        }
    }
}

/// Names the format of a binary record, if it has one of those that are known.
pub fn binary_format(bytes: &[u8]) -> Option<BinaryFormat<'_>> {
    match bytes.first()? {
        b'O' => avro::container(bytes).or_else(|| orc::file(bytes)),
        b'P' => parquet::file(bytes),
        0 => avro::confluent(bytes),
        3 => avro::glue(bytes),
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
    head.starts_with(&kpl::MAGIC) || starts_binary_file(head)
}

/// True if `head` is the start of a file or of metrics.
pub(crate) fn starts_binary_file(head: &[u8]) -> bool {
    is_whole(head).is_some()
}

/// True if `bytes` are a file or messages to their end, false if more has to
/// come; `None` if they start as nothing of that kind does.
pub(super) fn is_whole(bytes: &[u8]) -> Option<bool> {
    if bytes.starts_with(avro::MAGIC) {
        return Some(avro::is_whole(bytes));
    }
    if bytes.starts_with(parquet::MAGIC) && has_control(bytes) {
        return Some(matches!(parquet::file(bytes), Some(BinaryFormat::Parquet(_))));
    }
    if bytes.starts_with(orc::MAGIC) && has_control(bytes) {
        return Some(orc::file(bytes).is_some());
    }
    otlp::starts(bytes).then(|| otlp::is_whole(bytes))
}

/// True if there is a byte that no text has: a line that starts with `ORC` may
/// be text.
fn has_control(head: &[u8]) -> bool {
    /// The first pages of these formats have some.
    const LOOK: usize = 512;
    head.iter().take(LOOK).any(|byte| matches!(byte, 0..=8 | 0xe..=0x1a | 0x1c..=0x1f))
}
