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
        schema: Option<&'a [u8]>,
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
        b'O' => avro::container(bytes).or_else(|| orc::file(bytes)),
        b'P' => parquet::file(bytes),
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
        // Four bytes are little to go by.
        BinaryFormat::CutAvro if bytes == avro::MAGIC => None,
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
        return Some(matches!(orc::file(bytes), Some(BinaryFormat::Orc { .. })));
    }
    otlp::starts(bytes).then(|| otlp::is_whole(bytes))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SCHEMA: &str = r#"{"type":"record","name":"T","fields":[]}"#;
    const UUID: [u8; 16] = [1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16];

    fn zigzag(value: usize) -> Vec<u8> {
        let value = value * 2;
        if value > 0x7f {
            vec![u8::try_from(value & 0x7f).unwrap() | 0x80, u8::try_from(value >> 7).unwrap()]
        } else {
            vec![u8::try_from(value).unwrap()]
        }
    }

    fn string(text: &str) -> Vec<u8> {
        [zigzag(text.len()), text.into()].concat()
    }

    fn avro() -> Vec<u8> {
        let metadata =
            [zigzag(2), string("avro.schema"), string(SCHEMA), string("avro.codec"), string("xz")];
        let sync = [7; 16].to_vec();
        let block = [zigzag(1), string("a\nb"), sync.clone()].concat();
        [b"Obj\x01".to_vec(), metadata.concat(), vec![0], sync, block].concat()
    }

    /// A file with the columns a, b (with c below) and d.
    fn parquet() -> Vec<u8> {
        let column = |name: u8, children: u8| match children {
            0 => vec![0x48, 1, name, 0],
            count => vec![0x48, 1, name, 0x15, count * 2, 0],
        };
        let schema: Vec<u8> = [(b's', 3), (b'a', 0), (b'b', 1), (b'c', 0), (b'd', 0)]
            .into_iter()
            .flat_map(|(name, children)| column(name, children))
            .collect();
        // version, schema, rows, row groups, created by.
        let footer =
            [b"\x15\x02\x19\x5c", schema.as_slice(), b"\x16\x06\x19\x0c\x28\x01x\0"].concat();
        let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
        [b"PAR1\x15\0\n", footer.as_slice(), &length, b"PAR1"].concat()
    }

    fn orc() -> Vec<u8> {
        let root = [&[0x08, 12, 0x1a, 1][..], b"a", &[0x1a, 1], b"b"].concat();
        let footer =
            [&[0x22, u8::try_from(root.len()).unwrap()], root.as_slice(), &[0x30, 5]].concat();
        let magic = b"\x82\xf4\x03\x03ORC";
        let end = [&[8, u8::try_from(footer.len()).unwrap(), 0x10, 0], magic.as_slice()].concat();
        [b"ORC\n", footer.as_slice(), &end, &[u8::try_from(end.len()).unwrap()]].concat()
    }

    fn name(bytes: &[u8]) -> Option<&'static str> {
        binary_format(bytes).map(|format| format.as_str())
    }

    #[test]
    fn a_file_says_what_its_columns_are() {
        assert_eq!(
            binary_format(&avro()),
            Some(BinaryFormat::Avro {
                codec: b"xz",
                schema: Some(SCHEMA.as_bytes()),
                files: 1,
                is_cut: false
            })
        );
        let two = [avro(), b"\n".to_vec(), avro(), avro()].concat();
        assert!(matches!(
            binary_format(&two),
            Some(BinaryFormat::Avro { files: 3, is_cut: false, .. })
        ));
        assert_eq!(is_whole(&two), Some(true));

        let is_cut = |bytes: &[u8]| {
            matches!(binary_format(bytes), Some(BinaryFormat::Avro { is_cut: true, .. }))
        };
        assert!(is_cut(&avro()[..avro().len() - 1]));
        assert!(!is_cut(&[avro(), b"\n".to_vec()].concat()), "a newline that was appended");
        let columns: Vec<&[u8]> = vec![b"a", b"b", b"d"];
        assert_eq!(
            binary_format(&parquet()),
            Some(BinaryFormat::Parquet(Table { rows: 3, columns }))
        );
        let table = Some(Table { rows: 5, columns: vec![b"a", b"b"] });
        assert_eq!(binary_format(&orc()), Some(BinaryFormat::Orc { compression: "none", table }));
    }

    #[test]
    fn a_file_is_whole_at_its_end_and_nowhere_before() {
        for file in [avro(), parquet(), orc()] {
            assert_eq!(is_whole(&file), Some(true));
            for length in 9..file.len() {
                let is_block = file.starts_with(b"Obj") && length == file.len() - 21;
                let part = &file[..length];
                assert_eq!(is_whole(part), Some(is_block), "{}", part.escape_ascii());
            }
        }
    }

    #[test]
    fn what_is_cut_of_a_file_has_its_name() {
        for (file, format, kind) in [
            (avro(), BinaryFormat::CutAvro, "avro"),
            (orc(), BinaryFormat::CutOrc, "orc"),
            (parquet(), BinaryFormat::CutParquet, "parquet"),
        ] {
            let part = &file[..20];
            assert_eq!(binary_format(part), Some(format));
            assert_eq!(name(part), Some(kind));
            assert!(is_certain(part));
        }
    }

    #[test]
    fn files_of_unknown_versions_and_text_that_ends_in_zero_are_not_cut() {
        let mut orc = orc();
        let end = orc.len() - 1;
        // The compression kind is the last number before the magic of the postscript.
        let kind = orc.len() - 1 - b"\x82\xf4\x03\x03ORC".len() - 1;
        orc[kind] = 42;
        assert_eq!(cut_file(&orc), None);
        assert!(matches!(
            binary_format(&orc),
            Some(BinaryFormat::Orc { compression: "unknown", .. })
        ));
        assert_eq!(cut_file(&orc[..end]), Some("ORC"));

        let entries = 2000;
        let metadata = (0..entries).flat_map(|_| [string("key"), string("value")].concat());
        let file = [b"Obj\x01".to_vec(), zigzag(entries), metadata.collect(), vec![0; 17]];
        let file = file.concat();
        assert_eq!(cut_file(&file), None);
        assert_eq!(cut_file(&file[..file.len() - 20]), Some("Avro"));

        assert_eq!(cut_file(b"Obj\x01"), None);
        assert_eq!(name(b"PAR1 reached\0"), None);
        assert_eq!(name(b"ORCHESTRATOR is started again\0"), None);
    }

    #[test]
    fn newlines_and_zeros_after_a_file_are_no_damage() {
        for mut file in [avro(), parquet(), orc()] {
            for padding in [&b"\n"[..], b"\r\n", b"\0", &[0; 9]] {
                let padded = [&file[..], padding].concat();
                assert_eq!(cut_file(&padded), None, "{}", padded.escape_ascii());
            }
            file.pop();
            assert!(cut_file(&[&file[..], b"\r\n"].concat()).is_some());
        }
    }

    #[test]
    fn metrics_without_their_length_are_named() {
        let request = otlp::OtlpBuilder::request(otlp::OtlpVersion::V1_0);
        let request = request.message("resourceMetrics", |it| {
            let it = it.message("resource", |it| {
                it.message("attributes", |it| {
                    it.text("key", "cloud.provider")
                        .message("value", |it| it.text("stringValue", "aws"))
                })
            });
            it.message("scopeMetrics", |it| {
                it.message("metrics", |it| {
                    it.text("name", "amazonaws.com/AWS/Lambda/Errors").message("summary", |it| {
                        it.message("dataPoints", |it| it.fixed64("count", 2).double("sum", 3.0))
                    })
                })
            })
        });
        let mut framed = Vec::new();
        request.push_delimited(&mut framed);
        assert_eq!(binary_format(&framed[1..]), Some(BinaryFormat::UnframedOpenTelemetry));
        assert_eq!(binary_format(b"\n\x01a line of text\n"), None);
    }

    #[test]
    fn packed_maps_and_other_compressions_are_named() {
        for (bytes, found) in [
            (&b"\xa1bid\x19\x04\x11"[..], "cbor"),
            (b"\xbfbid\x19\x04\x11\xff", "cbor"),
            (b"\xd9\xd9\xf7\xa1bid\x19\x04\x11", "cbor"),
            (b"\x81\xa2id\xcd\x04\x11", "messagepack"),
            (b"BZh91AY&SY\x15", "binary"),
            (b"\xfd7zXZ\0\0\x04", "binary"),
            (b"\x04\x22\x4d\x18h", "binary"),
            (b"\xff\x06\0\0sNaPpY\0", "binary"),
        ] {
            assert_eq!(name(bytes), Some(found), "{}", bytes.escape_ascii());
            assert!(is_certain(bytes));
        }
        assert_eq!(name(b"BZh, said the bee"), None);
    }

    #[test]
    fn text_that_starts_as_a_magic_is_text() {
        for text in ["ORC\nPARK\n", "ORCHESTRATOR started", "PAR1 of 3\n{\"a\":1}", "Obj", "Object"]
        {
            assert!(!starts_binary_record(text.as_bytes()), "{text}");
            assert_eq!(name(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_header_of_a_registry_needs_what_belongs_after_it() {
        let glue = |start: &[u8], data: &[u8]| [start, &UUID, data].concat();
        assert_eq!(name(&glue(b"\x03\0", b"x")), Some("glue-schema-registry"));
        assert_eq!(name(&glue(b"\x03\x05", b"\x78\x9c")), Some("glue-schema-registry"));
        for bad in [glue(b"\x03\0", b""), glue(b"\x03\x01", b"x"), glue(b"\x03\x05", b"y")] {
            assert_eq!(name(&bad), None);
        }
        assert_eq!(name(&[b"\x03\0".as_slice(), &[0; 20]].concat()), None, "not a UUID");

        let confluent = |data: &[u8]| binary_format(data).is_some();
        assert!(confluent(b"\0\0\0\0\x2a\x0cA-1041\x02"));
        assert!(confluent(b"\0\0\0\0\x2a{\"a\":1}"));
        assert!(confluent(b"\0\0\0\0\x07\x14\x06a\nb\0"), "a short one");
        assert!(confluent(b"\0\0\x4c\x4b\x41\x0cA-1041"), "an id in the millions");
        assert!(confluent(b"\0\0\0\0\x07\0\x0a\x04A-17\x10\x02"), "protobuf");
        for other in [
            b"\0\0\0\0\0\x0cA-1041".as_slice(),
            b"\0\x7f\0\0\x01\x0cA-1041",
            b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01",
            b"\0\0\0\0\x2a\x01\x02\x03\xff\xfe",
            b"\0\0\0\0\x2a",
            b"\x00\x00\x00\x00\x2a\x00\x00\x02\x04",
        ] {
            assert!(!confluent(other), "{}", other.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn damaged_files_are_read_without_a_panic(
            file in prop::sample::select(vec![avro(), parquet(), orc()]),
            at in any::<prop::sample::Index>(),
            bytes: [u8; 3],
        ) {
            let mut file = file;
            for (offset, byte) in bytes.into_iter().enumerate() {
                let length = file.len();
                file[(at.index(length) + offset) % length] = byte;
            }
            if let Some(BinaryFormat::Parquet(table)) = binary_format(&file) {
                prop_assert!(table.columns.len() < file.len());
            }
            is_whole(&file);
        }
    }
}
