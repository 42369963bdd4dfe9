//! `fh decode` on lines of base64 of the width at which tools wrap it: one
//! record, or one a line.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use insta::assert_snapshot;
use md5::{Digest as _, Md5};

use crate::harness::{Fh, Output};

/// Bytes that make a line of exactly this width.
const fn bytes(width: usize) -> usize {
    width / 4 * 3
}

/// A JSON object of so many characters, not all of them ASCII.
fn json(id: usize, length: usize) -> Vec<u8> {
    let text = String::from_utf8(ascii(id, length)).unwrap_or_default();
    text.replace("~?~", "é?~").into_bytes()
}

/// A JSON object of so many bytes, ASCII only.
fn ascii(id: usize, length: usize) -> Vec<u8> {
    let start = format!("{{\"id\":{id},\"text\":\"");
    let rest = length - start.len() - 2;
    format!("{start}{}\"}}", "~?".repeat(rest).get(..rest).unwrap_or_default()).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).and_then(|()| gzip.finish()).unwrap_or_default()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(bytes).and_then(|()| zlib.finish()).unwrap_or_default()
}

/// Compressed JSON of exactly so many bytes.
fn compressed(compress: fn(&[u8]) -> Vec<u8>, length: usize) -> Vec<u8> {
    let letters = "qwertzuiopasdfghjklyxcvbnm0192837465QWERTZUIOPASDFGHJKLYXCVBNM";
    (1..letters.len())
        .map(|count| {
            compress(
                format!("{{\"k\":\"{}\"}}", letters.get(..count).unwrap_or_default()).as_bytes(),
            )
        })
        .find(|made| made.len() == length)
        .unwrap_or_default()
}

fn wrapped(bytes: &[u8], width: usize, end: &str) -> String {
    let base64 = STANDARD.encode(bytes);
    let lines: Vec<_> = base64.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
    lines.join(end) + end
}

fn decode(input: impl Into<Vec<u8>>) -> Output {
    Fh::decode("--output ndjson").stdin(input).run()
}

/// How many records come out, with no message.
fn records(input: impl Into<Vec<u8>>) -> usize {
    decode(input).success().lines().count()
}

#[test]
fn lines_that_decode_by_themselves_are_records() {
    for width in [64, 76] {
        let length = bytes(width);
        let values = [
            ascii(1, length),
            compressed(gzip, length),
            compressed(zlib, length),
            STANDARD.encode(ascii(2, length / 4 * 3)).into_bytes(),
            ascii(3, length - 1),
            ascii(4, length - 2),
        ];
        for (number, first) in values.iter().enumerate() {
            assert!(!first.is_empty(), "{width}, {number}");
            for second in &values {
                for end in ["\n", "\r\n"] {
                    let lines = [first, second, first].map(|it| STANDARD.encode(it)).join(end);
                    let output = decode(lines.clone());
                    let found = output.text().lines().count();
                    assert_eq!((found, output.code()), (3, 0), "{lines}\n{output}");
                }
                let lines = [first, second].map(|it| URL_SAFE.encode(it)).join("\n");
                assert_eq!(decode(lines.clone()).text().lines().count(), 2, "{lines}");
            }
            let mixed = [first.as_slice(), b"{\"a\":1}", first, &ascii(5, 100), first];
            let lines = mixed.map(|it| STANDARD.encode(it)).join("\n") + "\n";
            assert_eq!(decode(lines.clone()).text().lines().count(), 5, "{lines}");
        }
    }
}

#[test]
fn a_record_that_was_wrapped_is_one() {
    let long = json(1, 5000);
    let list = format!("[{}]", vec![r#"{"some":"object","of":"one size"}"#; 300].join(",\n "));
    for width in [64, 76] {
        for end in ["\n", "\r\n"] {
            for bytes in [
                &long,
                &gzip(&long),
                &zlib(&long),
                &ascii(1, 2 * bytes(width)),
                &ascii(2, 2 * bytes(width) - 1),
                list.as_bytes(),
                &gzip(list.as_bytes()),
            ] {
                let one = wrapped(bytes, width, end);
                assert_eq!(records(one.clone()), 1, "{one}");
                assert_eq!(records(one.clone() + &one + "eyJhIjoxfQ==\n"), 3, "{one}");
            }
        }
    }
}

#[test]
fn a_wrapped_record_that_ends_with_a_whole_line_is_one() {
    for width in [64, 76] {
        let list = |count: u64| {
            let numbers: Vec<_> = (0..count).map(|it| (it * 7919 % 10_007).to_string()).collect();
            gzip(format!("[{}]", numbers.join(",")).as_bytes())
        };
        let mut fits = (60..2000).map(list).filter(|it| it.len().is_multiple_of(bytes(width)));
        let first = fits.next().unwrap_or_default();
        assert!(first.len() > bytes(width), "{width}");
        let text = "text that says nothing of where it ends";
        for next in [gzip(&json(2, 3000)), ascii(3, 300), ascii(4, 2 * bytes(width))] {
            for other in [64, 76] {
                let input = wrapped(&first, width, "\n") + &wrapped(&next, other, "\n") + text;
                assert_eq!(records(input.clone()), 3, "{width}, {other}: {input}");
            }
        }
    }
}

#[test]
fn a_record_that_is_cut_takes_no_other_along() {
    for width in [64, 76] {
        let length = bytes(width);
        let cut_json = ascii(1, 300).get(..length).unwrap_or_default().to_vec();
        let cut_gzip = gzip(&json(2, 3000)).get(..length).unwrap_or_default().to_vec();
        for cut in [cut_json, cut_gzip] {
            let lines = [&cut, &ascii(3, length)].map(|it| STANDARD.encode(it)).join("\n");
            let output = decode(lines.clone());
            assert_eq!(output.text().lines().count(), 2, "{lines}\n{output}");
            assert!(output.text().contains("\"data\":{\"id\":3,"), "{output}");
        }
    }
}

#[test]
fn lines_of_text_that_may_be_either_are_named() {
    let line = |text: &str| STANDARD.encode(format!("{text:.<48}"));
    let two = [line("GET /orders/1 200 12 ms"), line("GET /orders/2 404 3 ms")].join("\n");
    assert_snapshot!(Fh::decode("").stdin(two).run(), @"
    GET /orders/1 200 12 ms.........................
    GET /orders/2 404 3 ms..........................
    ------- stderr -------
    fh: standard input: line 1: 2 lines of base64 text read as one record each, not as one wrapped record
      hint: if the input is one record, use `--input-format whole`
    [exit status: 0]
    ");
    let prose = "A text of some length that was wrapped by base64 without -w0, as people do who paste \
                 it somewhere: its lines are cut in the middle of words.";
    let wrapped = wrapped(prose.as_bytes(), 64, "\n");
    let output = Fh::decode("").stdin(wrapped.clone()).run();
    assert_eq!(output.success().trim_end(), prose);
    assert_eq!(output.errors(), "");
    // So it is if it is asked for.
    let whole = Fh::decode("--input-format whole").stdin(wrapped).run();
    assert_eq!(whole.success().trim_end(), prose);
}

#[test]
fn lines_of_text_that_end_with_a_newline_are_records() {
    let line = |text: &str| STANDARD.encode(format!("{text:.<47}\n"));
    let lines = [line("one"), line("another"), STANDARD.encode("the last\n")].join("\n");
    assert_eq!(records(lines), 3);
}

#[test]
fn lines_of_text_are_not_joined_with_a_short_one() {
    let line = |text: &str| STANDARD.encode(format!("{text:.<48}"));
    let short = STANDARD.encode("bye").trim_end_matches('=').to_owned();
    let alike = ["2026-11-22 GET /orders/1", "2026-11-22 GET /orders/2"].map(line).join("\n");
    let output = decode(format!("{alike}\n{short}\n"));
    assert_eq!(output.text().lines().count(), 3, "{output}");
    assert!(output.errors().contains("read as one record each"), "{output}");
    let others = ["user 7 has logged in", "order 9 was shipped"].map(line).join("\n");
    let output = decode(format!("{others}\n{short}\n"));
    assert_eq!(output.text().lines().count(), 3, "{output}");
    assert!(output.errors().contains("read as one record each"), "{output}");
    assert!(output.text().contains("\"problems\":[{"), "{output}");
}

#[test]
fn lines_that_start_something_without_an_end_are_a_record_each() {
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0, 0xff, 0xff, 0, 0]].concat();
    let start = STANDARD.encode([gzip.as_slice(), b"an endless stored block, of 64 KiB"].concat());
    let start = start.get(..64).unwrap_or_default();
    let text = STANDARD.encode(format!("{:.<48}", "GET /orders/1 200"));
    let output = decode(format!("{start}\n{text}\n").repeat(1500));
    assert_eq!(output.text().lines().count(), 3000);
}

#[test]
fn explain_does_not_count_a_remark_as_damage() {
    let line = |id: usize| STANDARD.encode(format!("{:.<48}", format!("order {id}")));
    let failure = r#"{"rawData":"QQ==","errorCode":"S3.NoSuchBucket","attemptsMade":1}"#;
    let input = format!("{}\n{}\n{failure}\n", line(1), line(2));
    let output = Fh::new().args("explain -").stdin(input).run();
    assert_eq!(output.code(), 0, "{output}");
    assert!(!output.errors().contains("could not be read"), "{output}");
}

#[test]
fn digests_in_hexadecimal_are_lines_of_text() {
    let digests = format!("{}\n{}\n", "0123456789abcdef".repeat(4), "fedcba9876543210".repeat(4));
    assert_eq!(Fh::decode("").stdin(digests.clone()).run().success(), digests);
}

#[test]
fn many_lines_that_may_be_either_are_reported_once() {
    let line = |id: usize| STANDARD.encode(format!("{:.<48}", format!("order {id}")));
    let lines: Vec<_> =
        (0..20).map(|id| format!("{}\n{}\neyJhIjoxfQ==", line(id), line(id))).collect();
    let output = decode(lines.join("\n"));
    assert_eq!(output.text().lines().count(), 60);
    assert_eq!(output.errors().matches("read as one record each").count(), 3, "{output}");
    assert!(output.errors().contains("fh: 17 more places with lines"), "{output}");
}

/// Widths at which terminals, editors and mail programs wrap, and some that cut a
/// group of four symbols.
const WIDTHS: [usize; 15] = [40, 44, 50, 57, 60, 63, 64, 70, 72, 76, 78, 80, 99, 100, 120];

/// What mail programs and editors put before each line.
const PREFIXES: [&str; 6] = ["", "> ", "> > ", "| ", "    ", "\t"];

/// Lines of `width` symbols with `prefix` before each.
fn quoted(bytes: &[u8], width: usize, prefix: &str, end: &str) -> String {
    let lines = wrapped(bytes, width, "\n");
    let lines: Vec<_> = lines.lines().map(|line| format!("{prefix}{line}{end}")).collect();
    lines.concat()
}

/// A KPL aggregate of records of so many bytes.
fn aggregate(count: u8, length: u8) -> Vec<u8> {
    let mut protobuf = b"\x0a\x03key".to_vec();
    for id in 0..count {
        protobuf.extend_from_slice(&[0x1a, length + 4, 8, 0, 0x1a, length]);
        protobuf.extend_from_slice(&ascii(id.into(), length.into()));
    }
    let digest = Md5::digest(&protobuf);
    [b"\xf3\x89\x9a\xc2".as_slice(), &protobuf, &digest].concat()
}

/// Numbers that do not compress well, as JSON.
fn numbers(count: usize) -> Vec<u8> {
    let numbers: Vec<_> = (0..count).map(|it| (it * 7919 % 10_007).to_string()).collect();
    format!("{{\"values\":[{}]}}", numbers.join(",")).into_bytes()
}

#[test]
fn a_record_that_was_wrapped_at_any_width_and_quoted_is_one() {
    let payloads = [
        (json(1, 900), 1),
        (gzip(&numbers(90)), 1),
        (gzip(b"{\"short\":\"a record that makes two lines\"}"), 1),
        (zlib(&numbers(90)), 1),
        (STANDARD.encode(gzip(&numbers(90))).into_bytes(), 1),
        (aggregate(6, 40), 6),
    ];
    for width in WIDTHS {
        for prefix in PREFIXES {
            let mut input = String::new();
            let mut expected = 0;
            for (number, (bytes, count)) in payloads.iter().enumerate() {
                let end = if number % 2 == 0 { "\n" } else { "\r\n" };
                input += &quoted(bytes, width, prefix, end);
                input += "This is what I got:\n";
                expected += count + 1;
            }
            let output = decode(input.clone());
            let text = output.text();
            let found = text.lines().filter(|line| !line.contains("\"binary\"")).count();
            assert_eq!((found, text.lines().count()), (expected, expected), "{width} {prefix:?}");
            assert_eq!((output.errors(), output.code()), (String::new(), 0), "{width}: {output}");
        }
    }
}

#[test]
fn wrapped_records_that_follow_each_other_are_each_one() {
    for width in [50, 60, 78, 99] {
        for prefix in ["", "> "] {
            let bytes = |id: usize| gzip(&numbers(20 + id));
            let input: String =
                (0..100).map(|id| quoted(&bytes(id), width, prefix, "\n")).collect();
            assert_eq!(records(input), 100, "{width}, {prefix:?}");
        }
    }
}

#[test]
fn a_wrapped_record_is_not_cut_where_a_large_input_is() {
    for (width, prefix) in [(50, ""), (60, "> "), (70, "  "), (76, "> "), (120, "")] {
        let large = gzip(&numbers(150_000));
        assert!(large.len() > 300_000, "{}", large.len());
        let mut input = String::new();
        for id in 0..9 {
            input += &quoted(&large, width, prefix, "\n");
            input += &quoted(&json(id, 90_000 + id), width, prefix, "\n");
            input += &(STANDARD.encode(ascii(id, 999)) + "\n");
        }
        assert_eq!(records(input), 27, "{width}, {prefix:?}");
    }
}

#[test]
fn lines_of_any_width_that_decode_by_themselves_are_records() {
    for length in [30, 33, 45, 51, 60, 66, 90] {
        let lines = |count: usize| (0..count).map(|id| STANDARD.encode(ascii(id, length)) + "\n");
        assert_eq!(records(lines(9).collect::<String>()), 9, "{length}");
        let text = |id: usize| STANDARD.encode(format!("{:.<length$}", format!("order {id}")));
        let input: String = (0..9).map(|id| text(id) + "\n").collect();
        assert_eq!(records(input), 9, "{length}");
        // Neither a record that is cut nor bytes without a meaning take others along.
        let cut = gzip(&numbers(90)).get(..length).unwrap_or_default().to_vec();
        for start in [cut, vec![0xc3; length]] {
            let input: String = lines(9).map(|it| STANDARD.encode(&start) + "\n" + &it).collect();
            assert_eq!(decode(input).text().lines().count(), 18, "{length}");
        }
    }
}

#[test]
fn a_wrapped_record_that_is_cut_is_one_and_two_lines_are_named() {
    let whole = gzip(&numbers(900));
    for width in [50, 60, 100] {
        let cut = whole.get(..width * 5).unwrap_or_default();
        let output = decode(quoted(cut, width, "> ", "\n"));
        assert_eq!(output.text().lines().count(), 1, "{output}");
        assert!(output.errors().contains("gzip: truncated at byte"), "{output}");
    }
    let two = quoted(whole.get(..50).unwrap_or_default(), 60, "", "\n");
    assert_snapshot!(Fh::decode("").stdin(two).run(), @"
    339+/P0=
    ------- stderr -------
    fh: standard input: line 1: 2 lines of base64 text read as one record each, not as one wrapped record
      hint: if the input is one record, use `--input-format whole`
    fh: standard input: line 1, record 1: gzip: truncated at byte 45
      hint: the end is missing; fetch or copy the record again
    fh: 1 of 2 records with problems
    [exit status: 1]
    ");
}

#[test]
fn base64_with_a_label_before_its_first_line_is_one_record() {
    let numbers: Vec<_> = (0..90).map(|it| (it * 7919 % 10_007).to_string()).collect();
    let record = format!("{{\"numbers\":[{}]}}", numbers.join(",")).into_bytes();
    for bytes in [record.clone(), gzip(&record), zlib(&record)] {
        let text = STANDARD.encode(&bytes);
        let (first, rest) = text.split_at(70);
        for (label, indent, width) in [("data: ", "", 76), ("payload: ", "  ", 77)] {
            let lines = rest.as_bytes().chunks(width).map(String::from_utf8_lossy);
            let lines: Vec<_> = lines.map(|line| format!("{indent}{line}\n")).collect();
            let output = Fh::decode("--raw -").stdin(format!("{label}{first}\n{}", lines.concat()));
            let output = output.run();
            assert_eq!(output.text().trim_end().as_bytes(), record, "{label}: {output}");
            assert_eq!((output.errors().as_str(), output.code()), ("", 0), "{label}: {output}");
        }
    }
}

/// Lines are not joined: which ones belong together is not certain.
#[test]
fn a_line_break_in_a_string_of_json_is_named() {
    assert_snapshot!(Fh::decode("-").stdin("{\"b\":1}\n{\"a\":\"foo\nbar\"}\n").run(), @r#"
    {"b":1}
    {"a":"foo
    bar"}
    ------- stderr -------
    fh: standard input: line 2, record 2: note: not JSON from byte 9: line break in a string
      hint: write the line break as `\n`, or join the lines if a terminal wrapped them
    [exit status: 0]
    "#);
    let payload = STANDARD.encode("{\"a\":\"foo\nbar\"}");
    assert_snapshot!(Fh::decode("-").stdin(payload.as_str()).run(), @r#"
    {"a":"foo
    bar"}
    ------- stderr -------
    fh: standard input: line 1, record 1: note: not JSON from byte 9: line break in a string
      hint: write the line break as `\n`, or join the lines if a terminal wrapped them
    [exit status: 0]
    "#);
    assert_snapshot!(Fh::decode("--expect json -").stdin(payload.as_str()).run(), @r#"
    {"a":"foo
    bar"}
    ------- stderr -------
    fh: standard input: line 1, record 1: not JSON from byte 9: line break in a string
      hint: write the line break as `\n`, or join the lines if a terminal wrapped them
    [exit status: 1]
    "#);
}
