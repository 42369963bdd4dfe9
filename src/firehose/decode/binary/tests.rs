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
    let footer = [b"\x15\x02\x19\x5c", schema.as_slice(), b"\x16\x06\x19\x0c\x28\x01x\0"].concat();
    let length = u32::try_from(footer.len()).unwrap().to_le_bytes();
    let page = b"\x15\0\x15\x04\x15\x04\x2c\x15\x02\x15\0\x15\x06\x15\x06\0\0\n\n";
    [b"PAR1", page.as_slice(), footer.as_slice(), &length, b"PAR1"].concat()
}

fn orc() -> Vec<u8> {
    let root = [&[0x08, 12, 0x1a, 1][..], b"a", &[0x1a, 1], b"b"].concat();
    let footer = [&[0x22, u8::try_from(root.len()).unwrap()], root.as_slice(), &[0x30, 5]].concat();
    let magic = b"\x82\xf4\x03\x03ORC";
    let end = [&[8, u8::try_from(footer.len()).unwrap(), 0x10, 0], magic.as_slice()].concat();
    let index = b"\n\x05\n\x03\x01\x02\x04";
    [b"ORC", index.as_slice(), footer.as_slice(), &end, &[u8::try_from(end.len()).unwrap()]]
        .concat()
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
            schema: SCHEMA.as_bytes(),
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
    assert_eq!(binary_format(&parquet()), Some(BinaryFormat::Parquet(Table { rows: 3, columns })));
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
    assert!(matches!(binary_format(&orc), Some(BinaryFormat::Orc { compression: "unknown", .. })));
    assert_eq!(cut_file(&orc[..end]), Some("ORC"));

    let entries = 2000;
    let metadata = (1..entries).flat_map(|_| [string("key"), string("value")].concat());
    let schema = [string("avro.schema"), string(SCHEMA)].concat();
    let file = [b"Obj\x01".to_vec(), zigzag(entries), metadata.collect(), schema, vec![0; 17]];
    let file = file.concat();
    assert_eq!(cut_file(&file), None);
    assert_eq!(cut_file(&file[..file.len() - 20]), Some("Avro"));
}

#[test]
fn a_magic_alone_is_no_file() {
    assert_eq!(name(b"PAR1 reached\0"), None);
    assert_eq!(name(b"ORCHESTRATOR is started again\0"), None);
    // What a cipher makes; a message with its length in four bytes; a file without its schema.
    let cipher = b"\xa5M\xca\x18%0\xbb\x1dm\x13,\xde\xd6#{.\xd9\x1e?r\x1f\xcb\x19q\x17D\x94\xd6I<";
    for magic in [&b"PAR1"[..], b"Obj\x01", b"ORC"] {
        for rest in [&cipher[..], b"\x0a", b"\0\0\0\x14of the text\x01 and more", b" it\0\x02", b""]
        {
            let bytes = [magic, rest].concat();
            assert_eq!(name(&bytes), None, "{}", bytes.escape_ascii());
            assert_eq!(is_whole(&bytes), None, "{}", bytes.escape_ascii());
            // Its newlines separate nothing.
            let is_binary = rest.len() > 2 || magic.starts_with(b"Obj");
            assert_eq!(starts_binary_record(&bytes), is_binary, "{}", bytes.escape_ascii());
            let has_control = rest.len() > 2 || magic.starts_with(b"Obj");
            assert_eq!(starts_binary_record(&bytes), has_control, "{}", bytes.escape_ascii());
        }
    }
    let other = [b"Obj\x01".to_vec(), zigzag(1), string("other.key"), string("7"), vec![0; 17]];
    assert_eq!(name(&other.concat()), None);
}

/// The first bytes of what pyarrow writes.
#[test]
fn a_file_that_was_cut_is_known_by_what_follows_its_magic() {
    for (file, found) in [
        (&b"PAR1\x15\x04\x15\xc0>\x15\xb4\x1f"[..], "parquet"),
        (b"PAR1\x15\0\x15\xce>\x15\xce>,\x15\xe8", "parquet"),
        (b"PAR1\x15\x06\x15\xc6>\x15\xc6>\\\x15", "parquet"),
        (b"PAR1\x15\x04\x19,5\0\x18\x06schema", "parquet"),
        (b"ORC\n\x07\x12\x05\x08\xf4\x03P\0\n\x16", "orc"),
        (b"ORC\x13\0\0\n\x07\x12\x05\x08\xf4\x03P\0", "orc"),
        (b"ORC\x08\0\0\x63\x60\x60\x60\x08\0\0\x63\x60\x60\x60\x04\0\0\x03\0\x05", "orc"),
        (b"Obj\x01\x04\x14avro.co", "avro"),
        (b"Obj\x01\x03\xa4\x02\x14avr", "avro"),
        (b"Obj\x01\x06\x18written.with\x04fh\x14a", "avro"),
    ] {
        assert_eq!(name(file), Some(found), "{}", file.escape_ascii());
        assert_eq!(is_whole(file), Some(false), "{}", file.escape_ascii());
        assert!(cut_file(file).is_some());
    }
}

#[test]
fn newlines_and_zeros_after_a_file_are_no_damage() {
    for mut file in [avro(), parquet(), orc()] {
        for padding in [&b"\n"[..], b"\r\n", b"\0", &[0; 9]] {
            let padded = [&file[..], padding].concat();
            assert_eq!(cut_file(&padded), None, "{}", padded.escape_ascii());
        }
        file.pop();
        let cut = [&file[..], b"\r\n"].concat();
        assert!(cut_file(&cut).is_some(), "{}", cut.escape_ascii());
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
    for text in ["ORC\nPARK\n", "ORCHESTRATOR started", "PAR1 of 3\n{\"a\":1}", "Obj", "Object"] {
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
