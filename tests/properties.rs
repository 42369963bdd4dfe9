//! Properties over made-up input: what is wrapped around content comes off
//! again, plain text stays as it is, and records are found wherever they stand
//! and wherever a block is cut.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a panic is a failure"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose;
use firehose::decode::{Charset, Content, Decoder, Encoding, Layer, Options, Severity};
use firehose::framing::{Data, Envelope, InputFormat, records, safe_cut};
use firehose::json::Style;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use md5::{Digest as _, Md5};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use rustix::time::{ClockId, clock_gettime};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

fn config(cases: u32) -> ProptestConfig {
    // The same cases every time: a check that fails now and then helps nobody.
    // `PROPTEST_RNG_SEED` looks at others.
    let rng_seed = match ProptestConfig::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        RngSeed::Fixed(chosen) => RngSeed::Fixed(chosen),
    };
    ProptestConfig { failure_persistence: None, rng_seed, ..ProptestConfig::with_cases(cases) }
}

// ---------------------------------------------------------------------------
// Layers

/// A layer with all that its writer may choose.
#[derive(Debug, Clone)]
enum Wrap {
    Base64 {
        url_safe: bool,
        padded: bool,
        /// Columns and line end.
        lines: Option<(usize, &'static str)>,
    },
    Hex {
        upper: bool,
    },
    Gzip {
        level: u32,
        /// Where a new member begins.
        cuts: Vec<Index>,
        /// File name, comment and extra field in the header.
        fields: bool,
    },
    Zlib {
        level: u32,
    },
    Zstd {
        cuts: Vec<Index>,
    },
    Zip {
        level: u32,
        entry: Entry,
        cuts: Vec<Index>,
    },
    Xerial {
        block: usize,
    },
    Hadoop {
        block: usize,
        blocks: usize,
    },
    JsonString {
        ascii: bool,
    },
    /// The record at hand between others.
    Kpl {
        before: Vec<Vec<u8>>,
        after: Vec<Vec<u8>>,
    },
}

/// How a zip entry is written.
#[derive(Debug, Clone, Copy)]
enum Entry {
    Stored,
    Deflated,
    /// Sizes behind the data: with a signature, and of eight bytes each.
    Streamed {
        signed: bool,
        wide: bool,
    },
}

impl Wrap {
    const fn layer(&self) -> Layer {
        match self {
            Self::Base64 { .. } => Layer::Base64,
            Self::Hex { .. } => Layer::Hex,
            Self::Gzip { .. } => Layer::Gzip,
            Self::Zlib { .. } => Layer::Zlib,
            Self::Zstd { .. } => Layer::Zstd,
            Self::Zip { .. } => Layer::Zip,
            Self::Xerial { .. } | Self::Hadoop { .. } => Layer::Snappy,
            Self::JsonString { .. } => Layer::JsonString,
            Self::Kpl { .. } => Layer::KplAggregate,
        }
    }

    /// Puts the layer around `bytes`; `None` if it cannot be.
    fn around(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            Self::Base64 { url_safe, padded, lines } => base64(bytes, *url_safe, *padded, *lines),
            // These have no way to write nothing.
            Self::Hex { .. } | Self::Hadoop { .. } if bytes.is_empty() => return None,
            Self::Hex { upper } => bytes.iter().fold(Vec::new(), |mut out, byte| {
                if *upper {
                    write!(out, "{byte:02X}").unwrap();
                } else {
                    write!(out, "{byte:02x}").unwrap();
                }
                out
            }),
            Self::Gzip { level, cuts, fields } => {
                parts(bytes, cuts).iter().flat_map(|part| gzip(part, *level, *fields)).collect()
            }
            Self::Zlib { level } => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(*level));
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd { cuts } => parts(bytes, cuts)
                .iter()
                .flat_map(|part| compress_to_vec(*part, CompressionLevel::Fastest))
                .collect(),
            Self::Zip { level, entry, cuts } => zip(&parts(bytes, cuts), *level, *entry),
            Self::Xerial { block } => {
                let mut out = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01".to_vec();
                for block in bytes.chunks(*block) {
                    out.extend(snappy_block(block));
                }
                out
            }
            Self::Hadoop { block, blocks } => {
                let mut out = Vec::new();
                for frame in bytes.chunks(block * blocks) {
                    out.extend(be32(frame.len()));
                    for block in frame.chunks(*block) {
                        out.extend(snappy_block(block));
                    }
                }
                out
            }
            Self::JsonString { ascii } => json_string(str::from_utf8(bytes).ok()?, *ascii),
            Self::Kpl { before, after } => {
                let all: Vec<&[u8]> = before
                    .iter()
                    .map(Vec::as_slice)
                    .chain([bytes])
                    .chain(after.iter().map(Vec::as_slice))
                    .collect();
                aggregate(&all)
            }
        })
    }

    /// Returns true if nobody could doubt that this layer is around `bytes`:
    /// base64 and strings need something plain in them.
    fn shows(&self, bytes: &[u8]) -> bool {
        let magics: [&[u8]; 5] = [
            b"\x1f\x8b\x08",
            b"\x28\xb5\x2f\xfd",
            b"PK\x03\x04",
            b"\x82SNAPPY\0",
            b"\xf3\x89\x9a\xc2",
        ];
        let opens = |openings: &[&[u8]]| openings.iter().any(|open| bytes.starts_with(open));
        let is_document = opens(&[b"{\"", b"{}", b"[{", b"[\"", b"[]"]);
        match self {
            Self::Base64 { .. } => opens(&magics) || is_document || is_text(bytes),
            // Raw zlib and Hadoop's snappy have no magic: they must hold
            // something.
            Self::Zlib { .. } => !bytes.is_empty(),
            Self::JsonString { .. } => {
                is_document || bytes.starts_with(b"eyJ") || bytes.starts_with(b"H4sI")
            }
            Self::Hex { .. } => false,
            _ => true,
        }
    }
}

/// Text that is long enough not to come out of any word by chance.
fn is_text(bytes: &[u8]) -> bool {
    let control = |byte: &u8| matches!(byte, 0..=8 | 0xb..=0xc | 0xe..=0x1f | 0x7f);
    bytes.len() >= 8 && str::from_utf8(bytes).is_ok() && !bytes.iter().any(control)
}

fn base64(
    bytes: &[u8],
    url_safe: bool,
    padded: bool,
    lines: Option<(usize, &'static str)>,
) -> Vec<u8> {
    let engine = match (url_safe, padded) {
        (false, false) => general_purpose::STANDARD_NO_PAD,
        (false, true) => general_purpose::STANDARD,
        (true, false) => general_purpose::URL_SAFE_NO_PAD,
        (true, true) => general_purpose::URL_SAFE,
    };
    let text = engine.encode(bytes).into_bytes();
    match lines {
        None => text,
        Some((width, end)) => {
            text.chunks(width).flat_map(|line| line.iter().chain(end.as_bytes())).copied().collect()
        }
    }
}

fn gzip(bytes: &[u8], level: u32, fields: bool) -> Vec<u8> {
    let level = Compression::new(level);
    if !fields {
        let mut encoder = GzEncoder::new(Vec::new(), level);
        encoder.write_all(bytes).unwrap();
        return encoder.finish().unwrap();
    }
    let mut encoder = flate2::GzBuilder::new()
        .filename("record.json")
        .comment("made up")
        .extra(b"fh\x02\0ab".to_vec())
        .write(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Cuts `bytes` in pieces; one, perhaps empty, if there are no cuts.
fn parts<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut start = 0;
    let mut all = Vec::new();
    for end in ends {
        all.push(&bytes[start..end]);
        start = end;
    }
    all
}

fn be32(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap().to_be_bytes()
}

fn le16(count: usize) -> [u8; 2] {
    u16::try_from(count).unwrap().to_le_bytes()
}

fn le32(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap().to_le_bytes()
}

fn snappy_block(bytes: &[u8]) -> Vec<u8> {
    let compressed = snap::raw::Encoder::new().compress_vec(bytes).unwrap();
    let mut out = be32(compressed.len()).to_vec();
    out.extend(compressed);
    out
}

/// A zip archive by APPNOTE 4.3: local headers with the data, then the central
/// directory.
fn zip(entries: &[&[u8]], level: u32, kind: Entry) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (number, bytes) in entries.iter().enumerate() {
        let name = format!("entry-{number}");
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let crc = crc.sum().to_le_bytes();
        let data = if matches!(kind, Entry::Stored) {
            bytes.to_vec()
        } else {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let streamed = matches!(kind, Entry::Streamed { .. });
        let method = usize::from(!matches!(kind, Entry::Stored)) * 8;
        let offset = out.len();
        let mut fixed = le16(20).to_vec();
        fixed.extend(le16(usize::from(streamed) * 8));
        fixed.extend(le16(method));
        fixed.extend([0; 4]);
        out.extend(b"PK\x03\x04");
        out.extend(&fixed);
        if streamed {
            out.extend([0; 12]);
        } else {
            out.extend(crc);
            out.extend(le32(data.len()));
            out.extend(le32(bytes.len()));
        }
        out.extend(le16(name.len()));
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(&data);
        if let Entry::Streamed { signed, wide } = kind {
            if signed {
                out.extend(b"PK\x07\x08");
            }
            out.extend(crc);
            for size in [data.len(), bytes.len()] {
                out.extend(le32(size));
                out.extend(&[0; 4][..usize::from(wide) * 4]);
            }
        }
        directory.extend(b"PK\x01\x02");
        directory.extend(le16(20));
        directory.extend(&fixed);
        directory.extend(crc);
        directory.extend(le32(data.len()));
        directory.extend(le32(bytes.len()));
        directory.extend(le16(name.len()));
        directory.extend([0; 12]);
        directory.extend(le32(offset));
        directory.extend(name.as_bytes());
    }
    let start = out.len();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(le16(entries.len()));
    out.extend(le16(entries.len()));
    out.extend(le32(directory.len()));
    out.extend(le32(start));
    out.extend([0; 2]);
    out
}

/// A Kinesis Producer Library aggregate: magic, protobuf, MD5.
fn aggregate(all: &[&[u8]]) -> Vec<u8> {
    fn delimited(field: u8, bytes: &[u8], out: &mut Vec<u8>) {
        out.push(field << 3 | 2);
        let mut length = bytes.len();
        while length >= 0x80 {
            out.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
            length >>= 7;
        }
        out.push(u8::try_from(length).unwrap());
        out.extend(bytes);
    }
    let mut protobuf = Vec::new();
    delimited(1, b"key", &mut protobuf);
    for bytes in all {
        let mut record = b"\x08\x00".to_vec();
        delimited(3, bytes, &mut record);
        delimited(3, &record, &mut protobuf);
    }
    let mut out = b"\xf3\x89\x9a\xc2".to_vec();
    out.extend(&protobuf);
    out.extend(Md5::digest(&protobuf));
    out
}

fn json_string(text: &str, ascii: bool) -> Vec<u8> {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' if ascii => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            _ if character < ' ' || (ascii && !character.is_ascii()) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").unwrap();
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out.into_bytes()
}

/// Any layer that is recognised by itself.
fn wrap() -> impl Strategy<Value = Wrap> {
    let cuts = || prop::collection::vec(any::<Index>(), 0..4);
    let lines = prop_oneof![
        3 => Just(None),
        1 => (select(&[1_usize, 19, 64, 76][..]), select(&["\n", "\r\n"][..])).prop_map(Some),
    ];
    let entry = prop_oneof![
        Just(Entry::Stored),
        Just(Entry::Deflated),
        (any::<bool>(), any::<bool>()).prop_map(|(signed, wide)| Entry::Streamed { signed, wide }),
    ];
    let others = || prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..4);
    prop_oneof![
        4 => (any::<bool>(), any::<bool>(), lines).prop_map(|(url_safe, padded, lines)| {
            Wrap::Base64 { url_safe, padded, lines }
        }),
        3 => (0..10_u32, cuts(), any::<bool>())
            .prop_map(|(level, cuts, fields)| Wrap::Gzip { level, cuts, fields }),
        1 => (0..10_u32).prop_map(|level| Wrap::Zlib { level }),
        1 => cuts().prop_map(|cuts| Wrap::Zstd { cuts }),
        1 => (0..10_u32, entry, cuts())
            .prop_map(|(level, entry, cuts)| Wrap::Zip { level, entry, cuts }),
        1 => (1..90_usize).prop_map(|block| Wrap::Xerial { block }),
        1 => (1..90_usize, 1..4_usize).prop_map(|(block, blocks)| Wrap::Hadoop { block, blocks }),
        1 => any::<bool>().prop_map(|ascii| Wrap::JsonString { ascii }),
        1 => (others(), others()).prop_map(|(before, after)| Wrap::Kpl { before, after }),
    ]
}

/// Any layer that can be asked for.
fn forced_wrap() -> impl Strategy<Value = Wrap> {
    prop_oneof![
        8 => wrap().prop_filter("content ends at an aggregate", |wrap| {
            !matches!(wrap, Wrap::Kpl { .. })
        }),
        1 => any::<bool>().prop_map(|upper| Wrap::Hex { upper }),
    ]
}

/// Puts layers around `content`, innermost first, leaving out those that
/// `takes` refuses; returns what was put on, outermost first.
fn stack<'a>(
    content: &[u8],
    wraps: &'a [Wrap],
    takes: fn(&Wrap, &[u8]) -> bool,
) -> (Vec<u8>, Vec<&'a Wrap>) {
    let mut bytes = content.to_vec();
    let mut put = Vec::new();
    for wrap in wraps {
        if takes(wrap, &bytes)
            && let Some(wrapped) = wrap.around(&bytes)
        {
            bytes = wrapped;
            put.insert(0, wrap);
        }
    }
    (bytes, put)
}

/// Decodes `bytes`, through aggregates too, and checks every layer on the way.
fn assert_peels(bytes: &[u8], mut start: Encoding, put: &[&Wrap], content: &[u8]) {
    let mut peeler = Decoder::new(Options::default());
    let mut bytes = bytes.to_vec();
    let is_end = |wrap: &&Wrap| matches!(wrap, Wrap::Kpl { .. });
    let mut runs: Vec<&[&Wrap]> = put.split_inclusive(is_end).collect();
    if put.last().is_none_or(is_end) {
        runs.push(&[]);
    }
    for run in runs {
        let decoded = peeler.decode(&bytes, start);
        start = Encoding::Unknown;
        let found: Vec<_> = decoded.layers.iter().map(|peeled| peeled.layer).collect();
        let expected: Vec<_> = run.iter().map(|wrap| wrap.layer()).collect();
        assert_eq!(found, expected, "{:?}", decoded.problems);
        for problem in decoded.problems {
            assert_eq!(problem.severity(), Severity::Warning, "{problem:?}");
        }
        bytes = match run.last() {
            Some(Wrap::Kpl { before, after }) => {
                assert_eq!(decoded.content, Content::KplAggregate);
                let inside = decoded.aggregated();
                assert_eq!(inside.len(), before.len() + 1 + after.len());
                inside[before.len()].to_vec()
            }
            _ => decoded.bytes.to_vec(),
        };
    }
    assert_eq!(bytes, content);
}

// ---------------------------------------------------------------------------
// Content

/// A JSON value, to be written in several ways.
#[derive(Debug, Clone)]
enum Tree {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn text(from: impl Into<String>) -> Tree {
    Tree::Text(from.into())
}

fn map(members: impl IntoIterator<Item = (&'static str, Tree)>) -> Tree {
    let named = members.into_iter();
    Tree::Map(named.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Text with all that the writers of strings trip over.
const STRING: &str =
    "([ -~]|[éß中😀\u{7f}\u{85}\u{a0}\u{2028}\u{202e}\u{0}\u{1b}\n\r\t'\"`\\\\]){0,16}";

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<bool>().prop_map(Tree::Bool),
        any::<i64>().prop_map(Tree::Number),
        STRING.prop_map(Tree::Text),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof!["[a-zA-Z_][a-zA-Z0-9_]{0,8}", "[ -~é]{0,8}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            prop::collection::vec((key, inner), 0..4).prop_map(Tree::Map),
        ]
    })
}

impl Tree {
    fn json(&self, style: Style) -> String {
        let mut out = String::new();
        self.write_json(style, 0, &mut out);
        out
    }

    fn write_json(&self, style: Style, depth: usize, out: &mut String) {
        let line = |depth: usize, out: &mut String| {
            if style == Style::Pretty {
                write!(out, "\n{:1$}", "", depth * 2).unwrap();
            }
        };
        let string = |text: &str| String::from_utf8(json_string(text, false)).unwrap();
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => write!(out, "{value}").unwrap(),
            Self::Number(value) => write!(out, "{value}").unwrap(),
            Self::Text(text) => out.push_str(&string(text)),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Map(members) if members.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                for (number, item) in items.iter().enumerate() {
                    out.push(if number == 0 { '[' } else { ',' });
                    line(depth + 1, out);
                    item.write_json(style, depth + 1, out);
                }
                line(depth, out);
                out.push(']');
            }
            Self::Map(members) => {
                for (number, (key, value)) in members.iter().enumerate() {
                    out.push(if number == 0 { '{' } else { ',' });
                    line(depth + 1, out);
                    out.push_str(&string(key));
                    out.push(':');
                    if style == Style::Pretty {
                        out.push(' ');
                    }
                    value.write_json(style, depth + 1, out);
                }
                line(depth, out);
                out.push('}');
            }
        }
    }

    /// As Python's `print` shows it.
    fn repr(&self) -> String {
        match self {
            Self::Null => "None".to_owned(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Number(value) => value.to_string(),
            Self::Text(text) => python_string(text),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::repr).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(members) => {
                let member = |(key, value): &(String, Self)| {
                    format!("{}: {}", python_string(key), value.repr())
                };
                let members: Vec<_> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(", "))
            }
        }
    }

    /// As Node's `console.dir(value, { depth: null })` shows it.
    fn inspect(&self, depth: usize) -> String {
        let (open, close, entries) = match self {
            Self::Null => return "null".to_owned(),
            Self::Bool(value) => return value.to_string(),
            Self::Number(value) => return value.to_string(),
            Self::Text(text) => return node_text(text, depth),
            Self::List(items) if items.is_empty() => return "[]".to_owned(),
            Self::Map(members) if members.is_empty() => return "{}".to_owned(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.inspect(depth + 1)).collect();
                ('[', ']', items)
            }
            Self::Map(members) => {
                let member = |(key, value): &(String, Self)| {
                    let mut letters = key.chars();
                    let is_name = letters.next().is_some_and(|first| !first.is_ascii_digit())
                        && key
                            .chars()
                            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
                    let key = if is_name { key.clone() } else { node_string(key) };
                    format!("{key}: {}", value.inspect(depth + 1))
                };
                ('{', '}', members.iter().map(member).collect())
            }
        };
        let length: usize = entries.iter().map(|entry| entry.len() + 2).sum();
        if length + depth * 2 <= 72 && !entries.iter().any(|entry| entry.contains('\n')) {
            return format!("{open} {} {close}", entries.join(", "));
        }
        let indent = " ".repeat(depth * 2);
        let entries = entries.join(&format!(",\n{indent}  "));
        format!("{open}\n{indent}  {entries}\n{indent}{close}")
    }
}

fn python_string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character == quote => write!(out, "\\{quote}").unwrap(),
            '\u{2028}' | '\u{202e}' => write!(out, "\\u{code:04x}").unwrap(),
            _ if character.is_control() || character == '\u{a0}' => {
                write!(out, "\\x{code:02x}").unwrap();
            }
            _ => out.push(character),
        }
    }
    out.push(quote);
    out
}

fn node_string(text: &str) -> String {
    let quote = match text {
        _ if !text.contains('\'') => '\'',
        _ if !text.contains('"') => '"',
        _ if !text.contains('`') && !text.contains("${") => '`',
        _ => '\'',
    };
    let mut out = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            _ if character == quote => write!(out, "\\{quote}").unwrap(),
            _ if character.is_control() => {
                write!(out, "\\x{:02X}", u32::from(character)).unwrap();
            }
            _ => out.push(character),
        }
    }
    out.push(quote);
    out
}

/// Node breaks a long string behind its line breaks.
fn node_text(text: &str, depth: usize) -> String {
    let count = text.chars().count();
    if count <= 16 || count + depth * 2 + 4 <= 80 {
        return node_string(text);
    }
    let lines: Vec<_> = text.split_inclusive('\n').map(node_string).collect();
    lines.join(&format!(" +\n{}", " ".repeat(depth * 2)))
}

fn style() -> impl Strategy<Value = Style> {
    select(&[Style::Compact, Style::Pretty][..])
}

/// A JSON object, as a record has it.
fn document() -> impl Strategy<Value = String> {
    let member = ("[a-z][a-zA-Z]{2,9}", tree());
    let members = prop::collection::vec(member, 1..5);
    (members, style()).prop_map(|(members, style)| Tree::Map(members).json(style))
}

const WORDS: &[&str] = &[
    "order",
    "shipped",
    "the",
    "customer",
    "érable",
    "for",
    "user-17",
    "in",
    "3.5s",
    "status=200",
    "GET",
    "/api/v1/orders",
    "a",
    "warning:",
    "retry",
    "(2)",
    "naïve",
    "日本",
    "took",
    "ms",
];

/// Text that nothing could take for an encoding.
fn sentence() -> impl Strategy<Value = String> {
    let lead = select(&["", "2026-11-22T10:00:00Z ", "[INFO] ", "START RequestId: ", "- "][..]);
    (lead, prop::collection::vec(select(WORDS), 3..12))
        .prop_map(|(lead, words)| format!("{lead}{}.", words.join(" ")))
}

/// Content that stays what it is, whatever is around it.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let documents = || prop::collection::vec(document(), 1..4);
    prop_oneof![
        3 => document().prop_map(String::into_bytes),
        1 => document().prop_map(|text| format!("{text}\n").into_bytes()),
        1 => (documents(), select(&["", "\n"][..]))
            .prop_map(|(all, between)| all.join(between).into_bytes()),
        1 => documents().prop_map(|all| format!("[{}]", all.join(",")).into_bytes()),
        2 => sentence().prop_map(String::into_bytes),
        1 => prop::collection::vec(sentence(), 1..5).prop_map(|all| all.join("\n").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(|bytes| {
            let mut binary = b"\xff\0".to_vec();
            binary.extend(bytes);
            binary
        }),
        1 => Just(Vec::new()),
    ]
}

/// Something that happens to bytes on the way.
#[derive(Debug, Clone)]
enum Harm {
    Cut(Index),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
}

impl Harm {
    fn befall(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        match self {
            Self::Cut(at) => bytes.truncate(at.index(length + 1)),
            Self::Flip(at, bits) => {
                if let Some(byte) = bytes.get_mut(at.index(length.max(1))) {
                    *byte ^= bits;
                }
            }
            Self::Insert(at, more) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(length + 1);
                bytes.drain(at..length.min(at + count));
            }
        }
    }
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        any::<Index>().prop_map(Harm::Cut),
        (any::<Index>(), 1..=255_u8).prop_map(|(at, bits)| Harm::Flip(at, bits)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, more)| Harm::Insert(at, more)),
        (any::<Index>(), 1..9_usize).prop_map(|(at, count)| Harm::Remove(at, count)),
    ]
}

/// Decodes anything under a small cap and checks what must always hold.
fn assert_bounded(bytes: &[u8], layers: Option<&[Layer]>, cap: usize) {
    for start in [Encoding::Unknown, Encoding::Base64] {
        let mut peeler = Decoder::new(Options {
            max_decoded: cap as u64,
            layers: layers.map(<[Layer]>::to_vec),
            style: Style::Pretty,
            ..Options::default()
        });
        let found = peeler.decode(bytes, start);
        for peeled in found.layers {
            let grows = peeled.bytes_out > peeled.bytes_in;
            assert!(!grows || peeled.bytes_out <= cap as u64, "{peeled:?}");
        }
        if found.content == Content::Unknown {
            assert!(!found.problems.is_empty(), "unknown without a reason");
        }
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn every_stack_of_layers_comes_off(
        content in content(),
        wraps in prop::collection::vec(wrap(), 0..=6),
    ) {
        let (bytes, put) = stack(&content, &wraps, Wrap::shows);
        assert_peels(&bytes, Encoding::Unknown, &put, &content);

        // What an event says is base64 needs no proof.
        let outer = Wrap::Base64 { url_safe: false, padded: true, lines: None };
        let bytes = outer.around(&bytes).unwrap();
        let mut all = vec![&outer];
        all.extend(put);
        assert_peels(&bytes, Encoding::Base64, &all, &content);
    }

    #[test]
    fn layers_that_are_asked_for_come_off_whatever_is_inside(
        content in prop_oneof![content(), prop::collection::vec(any::<u8>(), 0..300)],
        wraps in prop::collection::vec(forced_wrap(), 0..=6),
    ) {
        let (bytes, put) = stack(&content, &wraps, |_, _| true);
        let layers: Vec<_> = put.iter().map(|wrap| wrap.layer()).collect();
        let mut peeler = Decoder::new(Options {
            layers: Some(layers.clone()),
            ..Options::default()
        });
        let decoded = peeler.decode(&bytes, Encoding::Unknown);
        let peeled: Vec<_> = decoded.layers.iter().map(|peeled| peeled.layer).collect();
        prop_assert_eq!(peeled, layers, "{:?}", decoded.problems);
        prop_assert_eq!(decoded.bytes, content);
        for problem in decoded.problems {
            prop_assert_eq!(problem.severity(), Severity::Warning, "{:?}", problem);
        }
    }

    #[test]
    fn a_broken_stack_is_decoded_within_bounds(
        content in content(),
        wraps in prop::collection::vec(forced_wrap(), 0..=6),
        harms in prop::collection::vec(harm(), 1..4),
        cap in 0..2000_usize,
    ) {
        let (mut bytes, put) = stack(&content, &wraps, |_, _| true);
        for harm in &harms {
            harm.befall(&mut bytes);
        }
        assert_bounded(&bytes, None, cap);
        let layers: Vec<_> = put.iter().map(|wrap| wrap.layer()).collect();
        assert_bounded(&bytes, Some(&layers), cap);
    }

    #[test]
    fn any_bytes_are_decoded_within_bounds(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        layers in prop::collection::vec(select(&Layer::ALL[..]), 0..3),
    ) {
        assert_bounded(&bytes, None, 300);
        assert_bounded(&bytes, Some(&layers), 300);
    }
}

// ---------------------------------------------------------------------------
// Text that is no encoding

/// Words and names, most of them good base64 by letters and length.
const NAMES: &str = "\
    test data null1 true word hello password username firehose kinesis DataMessage \
    deliveryStream internationalization AWSLogs configuration CloudWatch administrator \
    orders HelloWorld getRecords record_id user_name snake_case_name kebab-case-name \
    SCREAMING_SNAKE_CASE ABCDEFGH abcdefgh ABCDEFGHIJKLMNOPQRSTUVWXYZ \
    abcdefghijklmnopqrstuvwxyz eu-west-1 i-0abcd1234efgh5678 AKIAIOSFODNN7EXAMPLE \
    vpc-0a1b2c3d ab12cd34 /var/log/messages src/main/java/com/example/App /usr/local/bin \
    a/b/c/d arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders example.com \
    user@example.com https://example.com/a?b=c 2026-11-22 20261122 10:00:00 \
    2026-11-22T10:00:00.123Z 20261122T100000Z 111122223333 0000 00000000 012345678901 \
    1795341600123 1.10 -17 1e3 +49301234567 1.2.3 v1.2.3 192.168.0.1 2001:db8::1 deadbeef \
    DEADBEEF cafebabe 0x1f8b08 1f8b08 d41d8cd98f00b204e9800998ecf8427e \
    da39a3ee5e6b4b0d3255bfef95601890afd80709 01ARZ3NDEKTSV4RRFFQ69G5FAV shard \
    shardId-000000000000 TRIM_HORIZON LATEST \
    49668231907715301429481730562918473650281947365019283746 PutRecordBatch Ok \
    ProcessingFailed Dropped yes no N/A + - / -------- ======== aaaa AAAA AAAAAAAA \
    aaaaaaaaaaaaaaaa xxxxxxxxxxxxxxxx e30f1c2 e30a00a0-aa00-40aa-a00a-00a000aa0000 \
    W10nSession API_KEY= version= status== tests/properties";

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        select(NAMES.split(' ').collect::<Vec<_>>()).prop_map(str::to_owned),
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "20[0-9]{2}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{3})?Z)?",
        "-?[1-9][0-9]{0,17}(\\.[0-9]{1,6})?",
        "[a-z]{1,10}",
        "[a-z]{1,4}_[a-z]{1,4}",
        "/[a-z]{2,4}(/[a-z]{2,8}\\.[a-z]{2,4}){1,3}",
        "[0-9]{1,3}(\\.[0-9]{1,3}){3}",
    ]
}

proptest! {
    #![proptest_config(config(2048))]

    #[test]
    fn words_names_and_numbers_stay_as_they_are(name in name(), newline in any::<bool>()) {
        let line = if newline { format!("{name}\n") } else { name };
        let mut peeler = Decoder::new(Options::default());
        let decoded = peeler.decode(line.as_bytes(), Encoding::Unknown);
        prop_assert_eq!(decoded.layers, &[]);
        prop_assert_eq!(decoded.problems, &[]);
        prop_assert_eq!(decoded.bytes, line.as_bytes());
        prop_assert!(matches!(decoded.content, Content::Text | Content::Json));
    }

    #[test]
    fn sentences_stay_as_they_are(sentence in sentence()) {
        let mut peeler = Decoder::new(Options::default());
        let decoded = peeler.decode(sentence.as_bytes(), Encoding::Unknown);
        prop_assert_eq!(decoded.layers, &[]);
        prop_assert_eq!(decoded.problems, &[]);
        prop_assert_eq!(decoded.content, Content::Text);
        prop_assert_eq!(decoded.bytes, sentence.as_bytes());
    }
}

#[test]
fn every_name_stays_as_it_is() {
    let mut peeler = Decoder::new(Options::default());
    for name in NAMES.split(' ') {
        let decoded = peeler.decode(name.as_bytes(), Encoding::Unknown);
        assert_eq!(decoded.layers, &[], "{name}");
        assert_eq!(decoded.problems, &[], "{name}");
        assert_eq!(decoded.bytes, name.as_bytes());
    }
}

// ---------------------------------------------------------------------------
// Framing

/// A record as it was found, to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    envelope: Envelope,
    /// Without its escapes.
    record_id: Option<String>,
    error_code: Option<String>,
    data: String,
    has_problem: bool,
}

fn found(block: &[u8], format: InputFormat) -> Vec<Found> {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut all = Vec::new();
    let flow = records(block, format, &mut |framed| {
        let data = match &framed.data {
            Data::Unknown(bytes) => format!("judge {}", bytes.escape_ascii()),
            Data::Base64(bytes) => format!("base64 {}", bytes.escape_ascii()),
            Data::Missing => "missing".to_owned(),
            Data::Broken => "broken".to_owned(),
        };
        all.push(Found {
            envelope: framed.envelope,
            record_id: framed.record_id.map(|id| id.text().into_owned()),
            error_code: framed.error_code.map(|code| lossy(code.raw())),
            data,
            has_problem: framed.problem.is_some(),
        });
        ControlFlow::Continue(())
    });
    assert_eq!(flow, ControlFlow::Continue(()));
    all
}

/// The payload of a record, for an envelope.
fn payload() -> impl Strategy<Value = String> {
    (document(), any::<bool>()).prop_map(|(text, compress)| {
        let bytes = if compress { gzip(text.as_bytes(), 6, false) } else { text.into_bytes() };
        general_purpose::STANDARD.encode(bytes)
    })
}

/// A transform event, and how many records it has.
fn event() -> impl Strategy<Value = (Tree, usize)> {
    let record = (STRING, payload(), prop::option::of(tree()));
    let all = prop::collection::vec(record, 1..4);
    (all, "[0-9a-f]{8}", tree()).prop_map(|(all, id, extra)| {
        let count = all.len();
        let to_tree = |(id, data, extra): (String, String, Option<Tree>)| {
            let mut members = vec![
                ("recordId", text(id)),
                ("approximateArrivalTimestamp", Tree::Number(1_795_341_600_123)),
                ("data", text(data)),
            ];
            members.extend(extra.map(|extra| ("kinesisRecordMetadata", extra)));
            map(members)
        };
        let tree = map([
            ("invocationId", text(id)),
            (
                "deliveryStreamArn",
                text("arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders"),
            ),
            ("extra", extra),
            ("records", Tree::List(all.into_iter().map(to_tree).collect())),
        ]);
        (tree, count)
    })
}

fn failure() -> impl Strategy<Value = String> {
    payload().prop_map(|data| {
        let tree = map([
            ("attemptsMade", Tree::Number(4)),
            ("arrivalTimestamp", Tree::Number(1_795_341_600_123)),
            ("errorCode", text("Lambda.FunctionError")),
            ("errorMessage", text("The Lambda function failed.")),
            ("rawData", text(data)),
        ]);
        tree.json(Style::Compact)
    })
}

/// Base64 wrapped at a width that tools use, its last line short.
fn wrapped() -> impl Strategy<Value = String> {
    (document(), select(&[64_usize, 76][..]), select(&["\n", "\r\n"][..])).prop_map(
        |(mut text, width, end)| {
            while (text.len().div_ceil(3) * 4).is_multiple_of(width) {
                text.push(' ');
            }
            String::from_utf8(base64(text.as_bytes(), false, true, Some((width, end)))).unwrap()
        },
    )
}

/// A piece of input that stands by itself.
fn region() -> impl Strategy<Value = String> {
    let line_end = || select(&["\n", "\r\n", "\n\n", "\n  \n"][..]);
    let glue = select(&["", " ", "\n", ",\n", "\r\n"][..]);
    prop_oneof![
        3 => (document(), glue).prop_map(|(text, glue)| text + glue),
        2 => (payload(), line_end()).prop_map(|(text, end)| text + end),
        2 => wrapped(),
        1 => (sentence(), line_end()).prop_map(|(text, end)| text + end),
        1 => (name(), line_end()).prop_map(|(text, end)| text + end),
        2 => failure().prop_map(|text| text + "\n"),
        1 => (event(), style()).prop_map(|((tree, _), style)| tree.json(style) + "\n"),
        1 => event().prop_map(|(tree, _)| format!("2026-11-22T10:00:00Z INFO {}\n", tree.repr())),
        1 => event().prop_map(|(tree, _)| format!("{}\n", tree.inspect(0))),
        1 => event().prop_map(|(tree, _)| {
            format!("2026-11-22T10:00:00.123Z\t5d2e9f14\tINFO\t{}\n", tree.inspect(0))
        }),
    ]
}

/// Regions behind each other; a line of text starts a line of its own.
fn regions() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(region(), 1..6).prop_map(|mut all| {
        for at in 1..all.len() {
            let starts_document = all[at].starts_with('{');
            let before = &mut all[at - 1];
            if !starts_document && !before.ends_with('\n') {
                before.push('\n');
            }
        }
        all
    })
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn regions_give_the_same_records_side_by_side_as_alone(regions in regions()) {
        let alone: Vec<_> = regions
            .iter()
            .flat_map(|region| found(region.as_bytes(), InputFormat::Auto))
            .collect();
        prop_assert_eq!(found(regions.concat().as_bytes(), InputFormat::Auto), alone);
    }

    #[test]
    fn a_block_that_is_cut_has_the_same_records(
        regions in regions(),
        seen in prop::collection::vec(any::<Index>(), 1..20),
    ) {
        let whole = regions.concat().into_bytes();
        let expected = found(&whole, InputFormat::Auto);
        // At line ends and behind values is where a cut is most tempting.
        let newlines = whole.iter().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'}'));
        let tempting = newlines.flat_map(|(at, _)| [at, at + 1, at + 2]);
        let seen = seen.iter().map(|seen| seen.index(whole.len() + 1)).chain(tempting);
        for seen in seen.filter(|seen| *seen <= whole.len()) {
            let Some(cut) = safe_cut(&whole[..seen], InputFormat::Auto) else {
                continue;
            };
            prop_assert!(cut > 0 && cut <= seen);
            let (before, after) = whole.split_at(cut);
            let mut parts = found(before, InputFormat::Auto);
            parts.extend(found(after, InputFormat::Auto));
            prop_assert_eq!(&parts, &expected, "cut at {} of {} seen", cut, seen);
        }
    }

    #[test]
    fn a_printed_event_has_the_records_of_its_json(
        (tree, count) in event(),
        prefix in select(&["", "INFO ", "2026-11-22T10:00:00.123Z\t5d2e\tINFO\t", "[INFO] event: "][..]),
    ) {
        let expected = found(tree.json(Style::Compact).as_bytes(), InputFormat::Auto);
        prop_assert_eq!(expected.len(), count);
        for printed in [tree.json(Style::Pretty), tree.repr(), tree.inspect(0)] {
            let line = format!("{prefix}{printed}\n");
            prop_assert_eq!(&found(line.as_bytes(), InputFormat::Auto), &expected, "{}", line);
            prop_assert_eq!(&found(line.as_bytes(), InputFormat::Log), &expected, "{}", line);
        }
    }

    #[test]
    fn an_event_has_the_payloads_that_were_put_in(
        all in prop::collection::vec((STRING, payload()), 1..5),
        style in style(),
    ) {
        let record = |(id, data): &(String, String)| {
            map([("recordId", text(id)), ("data", text(data))])
        };
        let event = map([("records", Tree::List(all.iter().map(record).collect()))]);
        let found = found(event.json(style).as_bytes(), InputFormat::Auto);
        prop_assert_eq!(found.len(), all.len());
        for (found, (id, data)) in found.iter().zip(&all) {
            prop_assert_eq!(found.envelope, Envelope::Event);
            prop_assert_eq!(found.record_id.as_ref(), Some(id));
            prop_assert_eq!(&found.data, &format!("base64 {data}"));
            prop_assert!(!found.has_problem);
        }
    }
}

/// What this thread has computed: other work on the machine does not count.
fn cpu_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

/// No text is read more than a few times, however often its brackets open.
#[test]
fn a_flood_of_brackets_takes_time_that_grows_with_it() {
    for unit in [
        "{a=",
        "[",
        "{",
        "{[{1 {",
        "Some(",
        "[{a:",
        "{a=b, ",
        "a(b=",
        "<",
        "{<",
        "{a: <ref *1> ",
        "#<",
        "{records=[",
        "{Records:[",
        "\"{\\\"",
        "b'{",
        "... ",
        "[]byte{",
        "map[",
        "&",
        "(*",
        "[1 ",
        "{a:1 ",
        "{RecordID:1 Data:[",
        "{1 {2} [3] ",
        "... 1 more items, ",
    ] {
        for end in ["", " {\n", " [\n"] {
            let unit = format!("{unit}{end}");
            let text = format!("ecord {}", unit.repeat(150_000 / unit.len()));
            let started = cpu_time();
            let mut count = 0_usize;
            let _all = records(text.as_bytes(), InputFormat::Auto, &mut |_| {
                count += 1;
                ControlFlow::Continue(())
            });
            assert!(count > 0, "{unit}");
            // Far less, unless the time grows with the square of the length.
            let taken = cpu_time().saturating_sub(started);
            assert!(taken.as_secs() < 5, "{unit:?}: {taken:?}");
        }
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn json_in_utf16_is_the_same_json(
        // Without a mark, other scripts hide the zeros by which it is known.
        (marked, text) in prop_oneof![
            ("[ -~]{0,60}").prop_map(|text| (false, text)),
            ("[ -~]{0,60}|\\PC{0,40}").prop_map(|text| (true, text)),
        ],
        big: bool,
    ) {
        let json = serde_json::json!({ "text": text }).to_string();
        let mark = if marked { "\u{feff}" } else { "" };
        let write = if big { u16::to_be_bytes } else { u16::to_le_bytes };
        let bytes: Vec<u8> = format!("{mark}{json}").encode_utf16().flat_map(write).collect();
        prop_assume!(json.chars().filter(char::is_ascii).count() * 8 >= json.chars().count());
        let mut decoder = Decoder::new(Options::default());
        let decoded = decoder.decode(&bytes, Encoding::Unknown);
        prop_assert_eq!(decoded.content, Content::Json);
        prop_assert_eq!(decoded.formatted, json.as_bytes());
        prop_assert_eq!(decoded.bytes, bytes.as_slice());
    }

    #[test]
    fn base64_texts_that_were_joined_are_all_decoded(
        parts in prop::collection::vec("[a-z]{1,5}", 1..5),
    ) {
        // Each ends with padding: a length that is not a multiple of 3.
        let padded = |part: &String| {
            if part.len().is_multiple_of(3) { format!("{part}.") } else { part.clone() }
        };
        let mut texts = vec![r#"{"id":1}"#.to_owned()];
        texts.extend(parts.iter().map(padded));
        let joined: String = texts.iter().map(|it| general_purpose::STANDARD.encode(it)).collect();
        let mut decoder = Decoder::new(Options::default());
        let decoded = decoder.decode(joined.as_bytes(), Encoding::Base64);
        prop_assert_eq!(decoded.layers[0].bytes_out, texts.concat().len() as u64);
        prop_assert!(decoded.problems.iter().any(|it| it.severity() == Severity::Error));
    }

    #[test]
    fn text_in_latin1_is_shown_and_keeps_its_bytes(
        text in "[a-z]{3,8} [a-z]{2,6}[à-öø-ÿ][a-z]{2,6}( [a-z0-9,]{1,9}){0,6}",
    ) {
        let bytes: Vec<u8> = text.chars().map(|it| u8::try_from(it).unwrap()).collect();
        let mut decoder = Decoder::new(Options { layers: Some(vec![]), ..Options::default() });
        let decoded = decoder.decode(&bytes, Encoding::Unknown);
        prop_assert_eq!(decoded.content, Content::OtherText(Charset::Latin1));
        prop_assert_eq!(decoded.text(), text.as_bytes());
        prop_assert_eq!(decoded.bytes, bytes.as_slice());
    }
}
