//! What is inside a record: peels one layer after the other until content is
//! left.
//!
//! A layer is taken only for what it proves to be: a magic, JSON that parses,
//! base64 that decodes to something known. The text `test` is good base64 and
//! stays text. Everything is bounded: bytes, layers, nesting.

mod base64;
mod beside;
mod binary;
mod byte_literal;
mod byte_numbers;
mod charset;
mod compression;
mod data_name;
mod decoder;
mod dynamodb;
mod encoding;
mod ending;
mod escapes;
mod fault;
mod hex;
mod hint;
mod invisible;
mod known_json;
mod kpl;
mod layout;
pub mod mangled;
mod not_json;
mod object;
mod otlp;
mod pasted;
mod peek;
mod peel;
mod plain;
mod printed;
mod problem;
mod quoted;
mod script;
mod severity;
mod sniff;
mod text;
mod utf16;
mod without_data;

pub use crate::bytes::{has_binary_bytes, is_binary_byte};
pub use base64::{BadByte, Base64Error, Base64ErrorKind, Mark};
pub(crate) use beside::{BASE64_STARTS, MIN_BASE64_WORD, is_cut_short, may_hold_record};
pub use binary::{BinaryFormat, Table, binary_format, starts_binary_record};
pub(crate) use binary::{may_start_binary_file, starts_binary_file};
pub(crate) use byte_literal::{byte_string, byte_strings, control, hex_number, whole_byte_string};
pub(crate) use byte_numbers::{byte, indexed, indexed_payload, numbers, printed_numbers};
pub use charset::Charset;
pub(crate) use charset::{is_control, of_text as charset_of_text};
pub use compression::GZIP_MAGIC;
pub(crate) use compression::XERIAL_MAGIC;
pub(crate) use compression::{Engine, Follow, Inflate, Wrapping};
pub(crate) use data_name::{is_data_name, is_secret_name};
pub use decoder::{Decoded, Decoder, Encoding, Options};
pub use encoding::TextEncoding;
pub(crate) use encoding::{base32, percent, uudecode};
pub(crate) use ending::{
    Ending, Line, Sniffer, decode_open, guess_compression, gzip_length, is_compressed,
};
pub(crate) use escapes::without_escapes;
pub use fault::{Fault, FaultKind};
pub(crate) use hex::decode_hex;
pub use invisible::Invisible;
pub use known_json::{KnownJson, LogsMessage, SubscriptionEvent, known_json, log_events};
pub use kpl::MAGIC as KPL_MAGIC;
pub use mangled::TextConversion;
pub(crate) use not_json::{
    JsonFlaw, foreign_literal, is_trailing_comma, json_flaw, literal_newlines, looks_like_json,
};
pub use object::{Object, ObjectLayer};
pub(crate) use otlp::OtlpBuilder;
pub use otlp::{MetricPoint, OtlpJson, OtlpMetrics, OtlpVersion};
pub use printed::Printed;
pub(crate) use printed::{
    POWERSHELL, RUBY_OBJECT, is_name, recognize as printed_value, recognize_json as printed_in_json,
};
pub use problem::{Problem, ProblemKind, Severity};
pub(crate) use quoted::one_base64;
pub(crate) use quoted::{without_line_mark, without_shell_mark};
pub(crate) use sniff::{
    base64_run, base64_symbols, decoded_length, is_base64_symbol, starts_record,
};
pub use sniff::{is_encoded, is_strict_base64};
pub(crate) use without_data::without_data;

#[cfg(test)]
mod tests;

/// Something that is wrapped around content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// RFC 4648, either alphabet.
    Base64,
    /// Hexadecimal digits, where base64 was meant.
    Hex,
    /// RFC 1952, all members.
    Gzip,
    /// RFC 1950.
    Zlib,
    /// RFC 8878, all frames.
    Zstd,
    /// The entries of a zip archive, one after the other.
    Zip,
    /// Snappy in xerial's or Hadoop's framing.
    Snappy,
    /// Records that the Kinesis Producer Library packed into one.
    KplAggregate,
    /// A JSON string that holds JSON or base64.
    JsonString,
    /// The `repr` of bytes in Python, where nobody could read them in it.
    PythonBytes,
    /// The header of a schema registry before JSON: AWS Glue's or Confluent's.
    SchemaHeader,
}

impl Layer {
    /// Every layer, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Base64,
        Self::Hex,
        Self::Gzip,
        Self::Zlib,
        Self::Zstd,
        Self::Zip,
        Self::Snappy,
        Self::KplAggregate,
        Self::JsonString,
        Self::PythonBytes,
        Self::SchemaHeader,
    ];

    /// The one name of the layer, in flags, text and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
            Self::Snappy => "snappy",
            Self::KplAggregate => "kpl-aggregate",
            Self::JsonString => "json-string",
            Self::PythonBytes => "python-bytes",
            Self::SchemaHeader => "schema-header",
        }
    }

    /// What the layer is made of, for `(3 members)`.
    pub const fn part(self) -> Option<&'static str> {
        match self {
            Self::Gzip => Some("member"),
            Self::Zip => Some("entry"),
            Self::Zstd => Some("frame"),
            Self::Zlib => Some("stream"),
            Self::Snappy => Some("block"),
            Self::KplAggregate => Some("record"),
            Self::Base64
            | Self::Hex
            | Self::JsonString
            | Self::PythonBytes
            | Self::SchemaHeader => None,
        }
    }
}

/// A layer that was peeled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peeled {
    /// The layer that was taken off.
    pub layer: Layer,
    /// Bytes with the layer on.
    pub bytes_in: u64,
    /// Bytes without it.
    pub bytes_out: u64,
    /// Its members, entries, frames, blocks or records; 1 where it has none.
    pub parts: u32,
}

/// What was left when no layer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Nothing could be decoded.
    Unknown,
    /// No bytes.
    Empty,
    /// One JSON value.
    Json,
    /// JSON objects or arrays, one after the other.
    JsonSequence {
        /// Count of the values.
        values: u64,
    },
    /// UTF-8 that a person can read.
    Text,
    /// Text in another encoding; [`Decoded::formatted`] has it in UTF-8.
    OtherText(Charset),
    /// Anything else.
    Binary,
    /// Records of the Kinesis Producer Library; each has content of its own.
    KplAggregate,
    /// OpenTelemetry metrics in protobuf, as CloudWatch streams them.
    OpenTelemetry(OtlpMetrics),
}

impl Content {
    /// True if it is shown as JSON: [`Decoded::formatted`] has it.
    pub const fn has_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonSequence { .. } | Self::OpenTelemetry(_))
    }
}
