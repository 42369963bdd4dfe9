//! Records, each at one glance: the layers, what was left, what is wrong.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use insta::assert_snapshot;
use md5::{Digest as _, Md5};

use super::*;
use crate::compress::Gzip;
use crate::json::Style;

fn base64(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    STANDARD.encode(bytes).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    Gzip::new().compress(bytes)
}

/// An aggregate of two records, `a` and `bc` (KPL's protobuf).
fn aggregate() -> Vec<u8> {
    let protobuf = b"\x0a\x01k\x1a\x05\x08\x00\x1a\x01a\x1a\x06\x08\x00\x1a\x02bc";
    [&KPL_MAGIC, protobuf.as_slice(), &Md5::digest(protobuf)].concat()
}

fn cut(bytes: &[u8], left_out: usize) -> &[u8] {
    &bytes[..bytes.len() - left_out]
}

/// `base64 > gzip > Json {"a":1} ! what is wrong`, a line a record.
fn shown(records: &[(&str, Vec<u8>)], encoding: Encoding, options: &Options) -> String {
    let mut worker = Decoder::new(options.clone());
    let lines = records.iter().map(|(name, record)| {
        let decoded = worker.decode(record, encoding);
        let layers = decoded.layers.iter().map(|peeled| format!("{} > ", peeled.layer.as_str()));
        let text = match decoded.content {
            Content::KplAggregate => decoded.aggregated().join(&b", "[..]),
            _ if decoded.formatted.is_empty() => decoded.bytes.to_vec(),
            _ => decoded.formatted.to_vec(),
        };
        let content = format!("{:?} {}", decoded.content, text.escape_ascii());
        let problems = decoded.problems.iter().map(|problem| format!(" ! {problem}"));
        let what = [layers.collect(), content.trim_end().to_owned(), problems.collect::<String>()];
        format!("{name:<28}{}", what.concat())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn recognised(records: &[(&str, Vec<u8>)]) -> String {
    shown(records, Encoding::Unknown, &Options::default())
}

const JSON: &[u8] = br#"{"a":1}"#;

#[test]
fn each_layer_is_peeled_for_what_it_is() {
    let zlib = b"\x78\x9c\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\x08\x2a\x02\x09".to_vec();
    let hex = b"7b2261223a317d".repeat(2);
    assert_snapshot!(recognised(&[
        ("nothing", Vec::new()),
        ("json", JSON.to_vec()),
        ("two values", b"{\"a\": 1}\n{\"b\": 2}".to_vec()),
        ("base64", base64(JSON)),
        ("url-safe, unpadded", URL_SAFE_NO_PAD.encode("{\"a\":\"???>\"}").into_bytes()),
        ("gzip", gzip(JSON)),
        ("base64 of gzip", base64(gzip(JSON))),
        ("zlib", zlib),
        ("two gzip members", [gzip(b"one "), gzip(b"two")].concat()),
        ("json in a string", br#""{\"a\":\"\\u00e9\"}""#.to_vec()),
        ("hex", hex),
        ("aggregate", aggregate()),
        ("base64 twice", base64(base64(JSON))),
        ("gzip twice", gzip(&gzip(JSON))),
    ]), @r#"
    nothing                     Empty
    json                        Json {\"a\":1}
    two values                  JsonSequence { values: 2 } {\"a\":1}\n{\"b\":2}
    base64                      base64 > Json {\"a\":1}
    url-safe, unpadded          base64 > Json {\"a\":\"???>\"}
    gzip                        gzip > Json {\"a\":1}
    base64 of gzip              base64 > gzip > Json {\"a\":1}
    zlib                        zlib > Json {\"a\":1}
    two gzip members            gzip > Text one two
    json in a string            json-string > Json {\"a\":\"\\u00e9\"}
    hex                         hex > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":1} ! hex: hexadecimal instead of base64
    aggregate                   kpl-aggregate > KplAggregate a, bc
    base64 twice                base64 > base64 > Json {\"a\":1} ! base64: encoded twice
    gzip twice                  gzip > gzip > Json {\"a\":1} ! gzip: compressed twice
    "#);
}

#[test]
fn what_proves_to_be_nothing_stays_as_it_is() {
    assert_snapshot!(recognised(&[
        ("a word of four letters", b"data".to_vec()),
        ("a name", b"API_KEY=".to_vec()),
        ("a number of 24 digits", b"123456789012345678901234".to_vec()),
        ("a string of text", br#""text""#.to_vec()),
        ("white space", b" \n".to_vec()),
        ("a log line", b"\x1b[31mERROR\x1b[0m 10\x08% \x07".to_vec()),
        ("a control character", b"a\x01b".to_vec()),
        ("no UTF-8", b"caf\xe9".to_vec()),
    ]), @r#"
    a word of four letters      Text data
    a name                      Text API_KEY=
    a number of 24 digits       Json 123456789012345678901234
    a string of text            Json \"text\"
    white space                 Text  \n
    a log line                  Text \x1b[31mERROR\x1b[0m 10\x08% \x07
    a control character         Binary a\x01b
    no UTF-8                    OtherText(Latin1) caf\xc3\xa9 ! text that is not UTF-8, shown as Latin-1
    "#);
}

#[test]
fn damage_is_named_and_what_is_good_before_it_is_there() {
    let mut wrong_sum = gzip(JSON);
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 1;
    let mut wrong_digest = aggregate();
    *wrong_digest.last_mut().unwrap() ^= 1;
    let text = "a line of some length, and another\n".repeat(20);
    assert_snapshot!(recognised(&[
        ("gzip that was cut", cut(&gzip(b"good until the end"), 8).to_vec()),
        ("a wrong checksum", wrong_sum),
        ("bytes after gzip", [gzip(JSON), b"??".to_vec()].concat()),
        ("a header that was cut", vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 0xff, 0xff]),
        ("snappy's header, cut", b"\x82SNAPPY\0\0\0\0\x01".to_vec()),
        ("a wrong digest", wrong_digest),
        ("a bad byte in base64", [base64(JSON), b"!".to_vec()].concat()),
        ("a + that became a blank", b"eyJhIjoi IiwiYiI6MX0=".to_vec()),
        ("two run together", [base64(JSON), base64(JSON)].concat()),
    ]), @r#"
    gzip that was cut           gzip > Text good until the end ! gzip: truncated at byte 30
    a wrong checksum            gzip > Json {\"a\":1} ! gzip: checksum does not match the data at byte 27
    bytes after gzip            gzip > Json {\"a\":1} ! gzip: 2 bytes after the compressed data at byte 27
    a header that was cut       Unknown ! gzip: truncated at byte 0
    snappy's header, cut        Unknown ! snappy: truncated at byte 0
    a wrong digest              kpl-aggregate > KplAggregate a, bc ! kpl-aggregate: MD5 does not match the records at byte 22
    a bad byte in base64        Unknown ! base64: byte `!` is not base64 at byte 12
    a + that became a blank     Unknown ! base64: space inside the text at byte 8
    two run together            base64 > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":1} ! base64: another base64 text after the padding at byte 12
    "#);
    let small = Options { max_decoded: 100, ..Options::default() };
    let bomb = [("more than is allowed", gzip(text.as_bytes()))];
    assert_snapshot!(shown(&bomb, Encoding::Unknown, &small), @"more than is allowed        Unknown ! gzip: decoded size exceeds 100 B (limit --max-decoded); input 65 B");
}

#[test]
fn records_that_follow_each_other_in_one_are_all_shown() {
    let zlib = b"\x78\x9c\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\x08\x2a\x02\x09".to_vec();
    let (one, line) = (gzip(JSON), b"\n".to_vec());
    let mut wrong_sum = one.clone();
    let sum = wrong_sum.len() - 8;
    wrong_sum[sum] ^= 1;
    assert_snapshot!(recognised(&[
        ("gzip, a line each", [&one[..], &line, &one, &line, &line, &one, &line].concat()),
        ("the same in base64", base64([&one[..], &line, &one].concat())),
        ("text, a line each", [gzip(b"one"), line.clone(), gzip(b"two")].concat()),
        ("gzip and one line break", [&one[..], &line].concat()),
        ("gzip, JSON, gzip", [&one[..], JSON, &one, b"\n[2]"].concat()),
        ("gzip, JSON, damage", [&one[..], JSON, &wrong_sum].concat()),
        ("gzip, JSON, cut gzip", [&one[..], JSON, cut(&one, 10)].concat()),
        ("gzip, JSON, text", [&one[..], JSON, b"text"].concat()),
        ("two of zlib", zlib.repeat(2)),
        ("zlib, a line each", [&zlib[..], &line, &zlib].concat()),
        ("two aggregates", aggregate().repeat(2)),
        ("aggregate and line break", [aggregate(), line.clone()].concat()),
        ("aggregate and JSON", [&aggregate()[..], b"\n", JSON].concat()),
    ]), @r#"
    gzip, a line each           gzip > JsonSequence { values: 3 } {\"a\":1}\n{\"a\":1}\n{\"a\":1}
    the same in base64          base64 > gzip > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":1}
    text, a line each           gzip > Text one\ntwo
    gzip and one line break     gzip > Json {\"a\":1} ! gzip: 1 byte after the compressed data at byte 27
    gzip, JSON, gzip            gzip > JsonSequence { values: 4 } {\"a\":1}\n{\"a\":1}\n{\"a\":1}\n[2] ! gzip: another record after the compressed data at byte 27
    gzip, JSON, damage          gzip > JsonSequence { values: 3 } {\"a\":1}\n{\"a\":1}\n{\"a\":1} ! gzip: another record after the compressed data at byte 27 ! gzip: checksum does not match the data at byte 61
    gzip, JSON, cut gzip        gzip > Text {\"a\":1}\n{\"a\":1}\n{\"a\":1 ! gzip: another record after the compressed data at byte 27 ! gzip: truncated at byte 51
    gzip, JSON, text            gzip > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":1} ! gzip: another record after the compressed data at byte 27 ! gzip: 4 bytes after the compressed data at byte 34
    two of zlib                 zlib > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":1}
    zlib, a line each           zlib > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":1}
    two aggregates              kpl-aggregate > KplAggregate a, bc, a, bc ! kpl-aggregate: another record after the aggregate at byte 38
    aggregate and line break    kpl-aggregate > KplAggregate a, bc ! kpl-aggregate: 1 byte after the aggregate at byte 38
    aggregate and JSON          kpl-aggregate > KplAggregate a, bc, {\"a\":1} ! kpl-aggregate: another record after the aggregate at byte 39
    "#);
    let small = Options { max_decoded: 10, ..Options::default() };
    let many = [("more than is allowed", [&one[..], JSON, &one].concat())];
    assert_snapshot!(shown(&many, Encoding::Unknown, &small), @"more than is allowed        Unknown ! gzip: decoded size exceeds 10 B (limit --max-decoded); input 61 B");
}

#[test]
fn compressions_without_a_magic_are_known_by_what_is_in_them() {
    let json = br#"{"orderId":"A-1041","customer":"Bob","amount":129.95,"items":[1,2,3]}"#;
    let snappy = snap::raw::Encoder::new().compress_vec(&json.repeat(3)).unwrap();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, json).unwrap();
    let zlib = encoder.finish().unwrap();
    let mut wrong_sum = zlib.clone();
    *wrong_sum.last_mut().unwrap() ^= 1;
    let unpadded = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes).into_bytes();
    assert_snapshot!(recognised(&[
        ("raw snappy", snappy.clone()),
        ("the same in base64", unpadded(&snappy)),
        ("raw snappy, cut", unpadded(cut(&snappy, 3))),
        ("zlib, a wrong sum", unpadded(&wrong_sum)),
        ("zlib, cut", unpadded(cut(&zlib, 2))),
        ("zlib, cut in the data", unpadded(cut(&zlib, 20))),
        ("noise like zlib", b"x\x9c\x01\x02\x03\x04\x05".to_vec()),
    ]), @r#"
    raw snappy                  snappy > JsonSequence { values: 3 } {\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}\n{\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}\n{\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}
    the same in base64          base64 > snappy > JsonSequence { values: 3 } {\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}\n{\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}\n{\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}
    raw snappy, cut             Text zwHwRnsib3JkZXJJZCI6IkEtMTA0MSIsImN1c3RvbWVyIjoiQm9iIiwiYW1vdW50IjoxMjkuOTUsIml0ZW1zIjpbMSwyLDNdfXsi/kUA/kU
    zlib, a wrong sum           base64 > zlib > Json {\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]} ! zlib: checksum does not match the data at byte 77
    zlib, cut                   base64 > zlib > Json {\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]} ! zlib: truncated at byte 75
    zlib, cut in the data       base64 > zlib > Text {\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\" ! zlib: truncated at byte 57
    noise like zlib             Binary x\x9c\x01\x02\x03\x04\x05
    "#);
    let layers = Some(vec![Layer::Base64, Layer::Snappy]);
    let options = Options { layers, ..Options::default() };
    let records = [("asked for", base64(&snappy)), ("none", base64(b"text"))];
    assert_snapshot!(shown(&records, Encoding::Unknown, &options), @r#"
    asked for                   base64 > snappy > JsonSequence { values: 3 } {\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}\n{\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}\n{\"orderId\":\"A-1041\",\"customer\":\"Bob\",\"amount\":129.95,\"items\":[1,2,3]}
    none                        base64 > Unknown ! snappy: broken snappy block at byte 0
    "#);
}

#[test]
fn content_that_was_printed_has_a_note() {
    let buffer = br#"{"type":"Buffer","data":[123,34,97,34,58,49,125]}"#;
    let latin1 = |bytes: &[u8]| bytes.iter().map(|it| char::from(*it)).collect::<String>();
    assert_snapshot!(recognised(&[
        ("a Buffer in JSON", base64(buffer)),
        ("a Uint8Array in JSON", base64(br#"{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125}"#)),
        ("a string of an object", base64(b"\"[object Object]\"")),
        ("an object after words", base64(b"data: [object Object]")),
        ("nothing", base64(b"undefined\n")),
        ("a word", b"undefined\n".to_vec()),
        ("a map of Java", base64(b"{orderId=A-1041, amount=129.95}\n")),
        ("bytes of Python", base64(br"b'\x1f\x8b\x08\x00'")),
        ("text of Python", base64(br"b'text'")),
        ("an aggregate, as Latin-1", base64(latin1(&aggregate()))),
        ("GraphQL", base64(b"{ user(id: 1) { name } }")),
    ]), @r#"
    a Buffer in JSON            base64 > Json {\"type\":\"Buffer\",\"data\":[123,34,97,34,58,49,125]} ! what JSON.stringify makes of a Buffer: the numbers of its bytes
    a Uint8Array in JSON        base64 > Json {\"0\":123,\"1\":34,\"2\":97,\"3\":34,\"4\":58,\"5\":49,\"6\":125} ! what JSON.stringify makes of a Uint8Array: the numbers of its bytes
    a string of an object       base64 > Json \"[object Object]\" ! what JavaScript makes of an object that is joined to text
    an object after words       base64 > Text data: [object Object] ! what JavaScript makes of an object that is joined to text
    nothing                     base64 > Text undefined\n ! what JavaScript makes of a variable without a value
    a word                      Text undefined\n
    a map of Java               base64 > Text {orderId=A-1041, amount=129.95}\n ! what toString of Java or Kotlin makes of a map or an object
    bytes of Python             base64 > python-bytes > Unknown ! the Python repr of bytes, with `b` and quotes ! gzip: truncated at byte 0
    text of Python              base64 > Text b\'text\' ! the Python repr of bytes, with `b` and quotes
    an aggregate, as Latin-1    base64 > Binary \xc3\xb3\xc2\x89\xc2\x9a\xc3\x82\n\x01k\x1a\x05\x08\x00\x1a\x01a\x1a\x06\x08\x00\x1a\x02bc\xc2\x9d?4\"\xc3\xa3eT\x1b\x1a\xc2\x84V\x08\x1d\x03\xc3\x9eS ! a KPL aggregate that was read as Latin-1 and written as UTF-8
    GraphQL                     base64 > Text { user(id: 1) { name } }
    "#);
}

#[test]
fn so_much_base64_is_no_name() {
    let mut state = 1u32;
    let mut byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let noise: Vec<u8> = (0..168).map(|_| byte() | 0x80).collect();
    let text = STANDARD.encode(&noise);
    let layers = |text: &str| {
        let mut decoder = Decoder::new(Options::default());
        decoder.decode(text.as_bytes(), Encoding::Unknown).layers.len()
    };
    assert_eq!(layers(&text), 1, "{text}");
    for other in [
        text.split_at(100).0,
        &format!("{}.{}", text.split_at(150).0, text.split_at(150).1),
        &"0123456789abcdefABCDEF".repeat(10),
        &"TheLongNameOfAClassThatMakesTheFactoryOfAnotherClass".repeat(5),
        &"home/User/src/Project2/lib/Module3/Main4/tests5/All/".repeat(5),
        &format!("{text}-_+/"),
    ] {
        assert_eq!(layers(other), 0, "{other}");
    }
}

#[test]
fn base64_that_lacks_its_last_characters_is_reported() {
    let cut_base64 = |bytes: &[u8], left_out| cut(&base64(bytes), left_out).to_vec();
    let text = b"eight fields of text, and more of them";
    assert_snapshot!(recognised(&[
        ("aggregate, 1 of 4 more", cut_base64(&aggregate(), 3)),
        ("aggregate, 25 bytes", base64(aggregate())[..25].to_vec()),
        ("its magic", base64(KPL_MAGIC)),
        ("text", cut_base64(text, 3)),
        ("a word", b"elevenwordsmore77".to_vec()),
    ]), @"
    aggregate, 1 of 4 more      base64 > kpl-aggregate > KplAggregate a, bc ! kpl-aggregate: truncated after 2 whole records at byte 36
    aggregate, 25 bytes         base64 > kpl-aggregate > KplAggregate a ! kpl-aggregate: truncated after 1 whole record at byte 18
    its magic                   base64 > kpl-aggregate > KplAggregate ! kpl-aggregate: truncated in the first record at byte 4
    text                        base64 > Text eight fields of text, and more of th ! base64: one extra character at the end at byte 49
    a word                      Text elevenwordsmore77
    ");
}

#[test]
fn text_says_all_that_is_odd_about_it() {
    let deep = ["{\"a\":".repeat(1100), "1".to_owned(), "}".repeat(1100)].concat();
    let utf16: Vec<u8> = "{\"a\":7,}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(recognised(&[
        ("Latin-1 that is no JSON", b"{\"n\":\"M\xfcller\",}".to_vec()),
        ("UTF-16 that is no JSON", utf16),
        ("damaged, and no JSON", b"{\"n\":\"Zo\xc3\xab\",\"a\":\"\xc3\",}".to_vec()),
        ("a sequence (RFC 7464)", b"\x1e{\"a\":1}\n\x1e{\"a\":2}\n".to_vec()),
        ("base64 of one", base64(b"\x1e{\"a\":1}\n\x1e{\"a\":22}\n")),
        ("two byte order marks", "\u{feff}\u{feff}{\"a\":1}".into()),
        ("fields and controls", base64(b"\x0bMSH|^~\\&|LAB|HOSP\rPID|1\x1c\r")),
    ]), @r#"
    Latin-1 that is no JSON     OtherText(Latin1) {\"n\":\"M\xc3\xbcller\",} ! text that is not UTF-8, shown as Latin-1 ! not JSON from byte 14: a comma before the closing bracket
    UTF-16 that is no JSON      OtherText(Utf16Le) {\"a\":7,} ! text in UTF-16 (little-endian), not in UTF-8 ! not JSON from byte 14: a comma before the closing bracket
    damaged, and no JSON        OtherText(DamagedUtf8) {\"n\":\"Zo\xc3\xab\",\"a\":\"\xef\xbf\xbd\",} ! text with bytes that are not UTF-8 at byte 17 ! not JSON from byte 20: a comma before the closing bracket
    a sequence (RFC 7464)       JsonSequence { values: 2 } {\"a\":1}\n{\"a\":2}
    base64 of one               base64 > JsonSequence { values: 2 } {\"a\":1}\n{\"a\":22}
    two byte order marks        Text \xef\xbb\xbf\xef\xbb\xbf{\"a\":1} ! not JSON from byte 3: a byte order mark in the text
    fields and controls         base64 > Binary \x0bMSH|^~\\&|LAB|HOSP\rPID|1\x1c\r
    "#);
    for expect_json in [false, true] {
        let mut worker = Decoder::new(Options { expect_json, ..Options::default() });
        let found = worker.decode(deep.as_bytes(), Encoding::Unknown);
        assert_eq!(found.problems.len(), 1);
        assert_eq!(found.problems[0].severity(), Severity::Note);
        let problem = found.problems[0].to_string();
        let what = "JSON nested deeper than the 1024 levels that fh reads at byte 5120";
        assert_eq!(problem, what);
    }
}

#[test]
fn data_of_an_event_is_base64_whatever_it_looks_like() {
    let records = [
        ("a word", b"data".to_vec()),
        ("nothing", Vec::new()),
        ("json", JSON.to_vec()),
        ("gzip in it", base64(gzip(JSON))),
    ];
    assert_snapshot!(shown(&records, Encoding::Base64, &Options::default()), @r#"
    a word                      base64 > Binary u\xabZ
    nothing                     base64 > Empty
    json                        Unknown ! base64: plain text, not base64
    gzip in it                  base64 > gzip > Json {\"a\":1}
    "#);
}

#[test]
fn layers_that_are_asked_for_are_peeled_and_no_others() {
    let layers = Some(vec![Layer::Base64, Layer::JsonString]);
    let options = Options { layers, style: Style::Pretty, ..Options::default() };
    let records = [
        ("both", base64(br#""{\"a\":1}""#)),
        ("base64 only", base64(JSON)),
        ("neither", b"!".to_vec()),
        ("more of them", base64(format!("\"{}\"", STANDARD.encode(JSON)))),
    ];
    assert_snapshot!(shown(&records, Encoding::Unknown, &options), @r#"
    both                        base64 > json-string > Json {\n  \"a\": 1\n}
    base64 only                 base64 > Unknown ! json-string: the data does not have this layer at byte 0
    neither                     Unknown ! base64: byte `!` is not base64 at byte 0
    more of them                base64 > json-string > Text eyJhIjoxfQ==
    "#);
}

#[test]
fn a_record_says_nothing_of_the_one_before_it() {
    let mut decoder = Decoder::new(Options::default());
    let large = gzip(&b"x".repeat(100_000));
    assert_eq!(decoder.decode(&large, Encoding::Unknown).bytes.len(), 100_000);
    let broken = decoder.decode(b"eyJh!", Encoding::Base64);
    assert_eq!((broken.bytes, broken.layers.len(), broken.problems.len()), (&b""[..], 0, 1));
    let good = decoder.decode(b"eyJhIjoxfQ==", Encoding::Unknown);
    assert_eq!((good.bytes, good.formatted), (JSON, JSON));
    assert!(good.problems.is_empty());
}

/// A frame whose stored sum is wrong: one block of 59,786 times `B` (RFC 8878, 3.1.1).
#[test]
fn a_wrong_sum_of_zstd_is_found_however_much_room_there_is() {
    let frame = b"\x28\xb5\x2f\xfd\x64\x8a\xe9\x8a\xe9\x03\x42\x01\x00\x00\x00\x28\xb5\x2f";
    let mut decoder = Decoder::new(Options::default());
    // The room for what is decoded grows with the records before.
    for round in 0..3 {
        let shown = decoder.decode(frame, Encoding::Unknown);
        let kinds: Vec<_> = shown.problems.iter().map(ToString::to_string).collect();
        assert_eq!(kinds, ["zstd: checksum does not match the data at byte 18"], "round {round}");
    }
}

/// What is wrong with a record of these parts, after base64.
fn problems_of(parts: &[&[u8]], options: Options) -> Vec<Problem> {
    let mut worker = Decoder::new(options);
    worker.decode(&base64(parts.concat()), Encoding::Unknown).problems.to_vec()
}

#[test]
fn bytes_after_records_that_follow_an_aggregate_are_told_of() {
    let one = aggregate();
    for (parts, bytes) in
        [(vec![&one[..], b"\n{\"a\":1}\n", b"text lost here"], 14), (vec![&one, &one, b"junk"], 4)]
    {
        let kinds: Vec<_> =
            problems_of(&parts, Options::default()).into_iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [ProblemKind::Joined, ProblemKind::Trailing { bytes }]);
    }
}

#[test]
fn a_fault_of_data_that_was_appended_has_the_name_of_its_own_layer() {
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 4, 0x58, 9];
    let problems = problems_of(&[&gzip(JSON), JSON, &zstd], Options::default());
    let last = problems.last().unwrap();
    assert!(matches!(last.kind, ProblemKind::Fault(_)), "{last:?}");
    assert_eq!(last.layer, Some(Layer::Zstd));
}

#[test]
fn what_is_refused_as_too_large_is_not_said_to_be_shown() {
    let options = Options { max_decoded: 1000, ..Options::default() };
    let problems = problems_of(&[&gzip(JSON), &gzip(&[b'a'; 5000])[..]], options.clone());
    assert!(matches!(problems[..], [Problem { kind: ProblemKind::TooLarge { .. }, .. }]));
    let problems = problems_of(&[&gzip(JSON), b"{}", &gzip(&[b'a'; 5000])[..]], options);
    assert!(problems.iter().all(|it| it.kind != ProblemKind::Joined), "{problems:?}");
}
