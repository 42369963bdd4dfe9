//! `fh decode`: what goes wrong, how it is told, and the exit code.

use std::fs::{self, File};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::harness::Fh;
use crate::samples::{FIVE, T0, T1, T2, TICKERS, lines};

const PLAIN: &str = "fixtures/records/plain-json.b64";
const BROKEN: &str = "fixtures/records/broken-base64.b64";

#[test]
fn each_broken_record_is_reported_with_its_place_and_what_to_do() {
    assert_snapshot!(Fh::decode(BROKEN).run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07
    {"id":1}
    {"id":22}
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    ------- stderr -------
    fh: fixtures/records/broken-base64.b64: line 2, record 2: base64: byte `!` is not base64 at byte 40
      hint: if it is plain text, show it with `--layers none`
    fh: fixtures/records/broken-base64.b64: line 3, record 3: base64: one extra character at the end at byte 93
      hint: the end of the text may be missing; copy the record again
    fh: fixtures/records/broken-base64.b64: line 4, record 4: base64: another base64 text after the padding at byte 12
      hint: encode the payload and its newline in one go, or put a line break after the `=`
    fh: fixtures/records/broken-base64.b64: line 5, record 5: base64: space inside the text at byte 19
      hint: a `+` may have become a space (form or URL decoding); copy the record again
    fh: 4 of 6 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn a_record_of_an_event_is_named_by_its_id() {
    assert_snapshot!(Fh::decode("fixtures/events/bad-data.json").run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    ------- stderr -------
    fh: fixtures/events/bad-data.json: line 1, record 2 (recordId 49668231907715301429481730562919682576101561994193989922000000): base64: plain text, not base64
      hint: encode it where it is written; `--layers none` shows it as it is
    fh: 1 of 3 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn a_broken_record_in_an_aggregate_is_reported_with_its_line() {
    let aggregate = kpl_aggregate(&[T0.as_bytes(), b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03cut"]);
    let input = format!("{T1}\n{}\n", STANDARD.encode(aggregate));
    assert_snapshot!(Fh::decode("").stdin(input).run(), @r#"
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    BUE=
    ------- stderr -------
    fh: standard input: line 2, record 2.2: gzip: truncated at byte 13
      hint: the end is missing; fetch or copy the record again
    fh: 1 of 2 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn what_is_left_of_damaged_data_is_shown() {
    let truncated = Fh::decode("fixtures/objects/truncated.gz").run();
    assert!(truncated.text().starts_with(&lines(&FIVE[..4])), "{truncated}");
    assert_snapshot!(truncated.errors(), @"
    fh: fixtures/objects/truncated.gz: gzip: truncated at byte 181
      hint: the end is missing; fetch or copy the record again
    fh: fixtures/objects/truncated.gz: line 5, record 5: note: not JSON from byte 63: JSON ends early
      hint: shown as text; `--expect json` makes it an error
    ");
    let checksum = Fh::decode("--raw fixtures/records/gzip-bad-crc.b64").run();
    assert!(checksum.text().ends_with("card expired\"}]}"), "{checksum}");
    assert_snapshot!(checksum.errors(), @"
    fh: fixtures/records/gzip-bad-crc.b64: line 1, record 1: gzip: checksum does not match the data at byte 343
      hint: the data is shown, but part of it changed after it was compressed
    ");
}

#[test]
fn nothing_is_reported_as_shown_where_nothing_could_be_read() {
    let output = Fh::decode("fixtures/records/truncated-gzip-header.b64").run();
    assert!(!output.errors().contains("is shown"), "{output}");
}

#[test]
fn explain_shows_problems_next_to_what_was_read() {
    assert_snapshot!(Fh::decode("--explain fixtures/records/gzip-trailing-bytes.b64").run(), @r#"
    fixtures/records/gzip-trailing-bytes.b64:1 · record 1
      base64        480 B → 360 B
      gzip          360 B → 652 B (1 member)
      CloudWatch Logs DATA_MESSAGE from /aws/lambda/orders, 3 events
      {"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/orders","logStream…
      error: gzip: 17 bytes after the compressed data at byte 343
        hint: the sender appended them after compressing (a newline, padding, another record)

    ------- stderr -------
    fh: fixtures/records/gzip-trailing-bytes.b64: line 1, record 1: gzip: 17 bytes after the compressed data at byte 343
      hint: the sender appended them after compressing (a newline, padding, another record)
    [exit status: 1]
    "#);
}

#[test]
fn one_bad_line_does_not_stop_the_rest() {
    assert_snapshot!(Fh::decode("fixtures/failures/one-bad-line.ndjson").run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}
    ------- stderr -------
    fh: fixtures/failures/one-bad-line.ndjson: line 2, record 2: JSON ends early at byte 200
      hint: the text was truncated or edited; the lines after it are read separately
    fh: 1 of 3 records with problems
    [exit status: 1]
    "#);
}

#[test]
fn an_input_that_is_not_there_does_not_stop_the_others() {
    assert_snapshot!(Fh::decode("nothing.json").arg(PLAIN).run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    {"ticker_symbol":"DEG","sector":"ENERGY","change":1.16,"price":4}
    ------- stderr -------
    fh: cannot read `nothing.json`: No such file or directory (os error 2)
    [exit status: 2]
    "#);
    assert_snapshot!(Fh::decode("--output ndjson --records 1").arg(PLAIN).args("nothing.json").run(), @r#"
    {"source":"fixtures/records/plain-json.b64","line":1,"index":1,"layers":[{"layer":"base64","bytesIn":96,"bytesOut":70}],"contentType":"json","data":{"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07},"problems":[]}
    ------- stderr -------
    fh: cannot read `nothing.json`: No such file or directory (os error 2)
    [exit status: 2]
    "#);
    assert_snapshot!(Fh::decode("nothing.json").run(), @"
    ------- stderr -------
    fh: cannot read `nothing.json`: No such file or directory (os error 2)
      hint: to decode text that is not a file: echo 'TEXT' | fh decode
    [exit status: 2]
    ");
}

#[test]
fn unreadable_outranks_damaged() {
    assert_eq!(Fh::decode("nothing.json").arg(BROKEN).run().code(), 2);
    assert_eq!(Fh::decode(BROKEN).args("nothing.json").run().code(), 2);
}

#[test]
fn an_object_in_s3_is_refused_with_what_to_do() {
    assert_snapshot!(Fh::decode("s3://bucket/prefix/key.gz").run(), @"
    ------- stderr -------
    fh: no AWS Region is set
      hint: pass `--region`, set AWS_REGION, or: aws configure set region eu-west-1 --profile default
    [exit status: 2]
    ");
}

#[test]
fn a_name_that_is_empty_is_refused() {
    assert_snapshot!(Fh::decode("").arg("").run(), @"
    ------- stderr -------
    fh: `INPUT`: the name is empty
    [exit status: 2]
    ");
}

#[test]
fn wrong_flags_are_refused() {
    let refused = |words: &str| {
        let output = Fh::decode(words).run();
        assert_eq!((output.code(), output.text().as_str()), (2, ""), "{output}");
        let errors = output.errors();
        errors.lines().next().unwrap_or_default().to_owned()
    };
    let words = [
        "--nope",
        "--output xml",
        "--input-format xml",
        "--color sometimes",
        "--layers foo",
        "--layers base64,none",
        "--records 0",
        "--records 3-1",
        "--records a",
        "--max-decoded 0",
        "--max-decoded 1XB",
        "--max-decoded 99999999999GiB",
        "--threads 0",
        "--raw --output json",
        "--raw --pretty",
        "--raw --messages",
        "--explain --raw",
        "--explain --messages",
        "--explain --output table",
        "--pretty --compact",
    ];
    let refusals: Vec<_> = words.into_iter().map(|it| format!("{it}\n  {}", refused(it))).collect();
    assert_snapshot!(refusals.join("\n"), @"
    --nope
      fh: unknown flag `--nope`
    --output xml
      fh: invalid value `xml` for `--output`
    --input-format xml
      fh: invalid value `xml` for `--input-format`
    --color sometimes
      fh: invalid value `sometimes` for `--color`
    --layers foo
      fh: invalid value `foo` for `--layers`
    --layers base64,none
      fh: `--layers none` cannot be combined with other layers
    --records 0
      fh: `--records`: `0` is not a record number or range; records count from 1, e.g. 3,7-9 or 5-
    --records 3-1
      fh: `--records`: `3-1` is not a record number or range; records count from 1, e.g. 3,7-9 or 5-
    --records a
      fh: `--records`: `a` is not a record number or range; records count from 1, e.g. 3,7-9 or 5-
    --max-decoded 0
      fh: `--max-decoded`: `0` is not a valid size; use e.g. 512KiB, 64MiB, 1GB or a number of bytes
    --max-decoded 1XB
      fh: `--max-decoded`: `1XB` is not a valid size; use e.g. 512KiB, 64MiB, 1GB or a number of bytes
    --max-decoded 99999999999GiB
      fh: `--max-decoded`: `99999999999GiB` is not a valid size; use e.g. 512KiB, 64MiB, 1GB or a number of bytes
    --threads 0
      fh: `--threads 0`: use a whole number from 1 to 64
    --raw --output json
      fh: `--raw` cannot be combined with `--output`
    --raw --pretty
      fh: `--raw` cannot be combined with `--pretty`
    --raw --messages
      fh: `--raw` cannot be combined with `--messages`
    --explain --raw
      fh: `--explain` cannot be combined with `--raw`
    --explain --messages
      fh: `--explain` cannot be combined with `--messages`
    --explain --output table
      fh: `--explain` cannot be combined with `--output`
    --pretty --compact
      fh: `--pretty` cannot be combined with `--compact`
    ");
}

#[test]
fn quiet_leaves_errors_and_takes_the_talk() {
    assert_snapshot!(Fh::decode("--quiet fixtures/events/bad-data.json").run(), @r#"
    {"ticker_symbol":"WAS","sector":"RETAIL","change":-0.42,"price":12.07}
    {"ticker_symbol":"NGC","sector":"HEALTHCARE","change":0.3,"price":5.5}
    ------- stderr -------
    fh: fixtures/events/bad-data.json: line 1, record 2 (recordId 49668231907715301429481730562919682576101561994193989922000000): base64: plain text, not base64
      hint: encode it where it is written; `--layers none` shows it as it is
    [exit status: 1]
    "#);
    assert_snapshot!(Fh::decode("-q fixtures/objects/empty").run(), @"
    ------- stderr -------
    fh: `fixtures/objects/empty` is empty
      hint: check the command that writes it
    [exit status: 2]
    ");
    assert_snapshot!(Fh::decode("-q nothing.json").run(), @"
    ------- stderr -------
    fh: cannot read `nothing.json`: No such file or directory (os error 2)
      hint: to decode text that is not a file: echo 'TEXT' | fh decode
    [exit status: 2]
    ");
}

#[test]
fn decoding_stops_at_the_size_limit() {
    let bomb = "fixtures/records/gzip-expands.b64";
    assert_snapshot!(Fh::decode("--max-decoded 1MiB").arg(bomb).run(), @"
    ------- stderr -------
    fh: fixtures/records/gzip-expands.b64: line 1, record 1: gzip: decoded size exceeds 1 MiB (limit --max-decoded); input 4 KiB, more than 255:1
      hint: raise the limit with `--max-decoded`, e.g. `--max-decoded 1GiB`
    [exit status: 1]
    ");
    assert_snapshot!(Fh::decode("--max-decoded 1000000 --explain").arg(bomb).run(), @"
    fixtures/records/gzip-expands.b64:1 · record 1
      base64        104 B → 77 B
      gzip          77 B → 4,098 B (1 member)
      not decoded
      error: gzip: decoded size exceeds 976.5 KiB (limit --max-decoded); input 4 KiB, more than 244:1
        hint: raise the limit with `--max-decoded`, e.g. `--max-decoded 1GiB`

    ------- stderr -------
    fh: fixtures/records/gzip-expands.b64: line 1, record 1: gzip: decoded size exceeds 976.5 KiB (limit --max-decoded); input 4 KiB, more than 244:1
      hint: raise the limit with `--max-decoded`, e.g. `--max-decoded 1GiB`
    [exit status: 1]
    ");
    assert_eq!(Fh::decode("--raw --max-decoded 4MiB").arg(bomb).run().stdout, vec![0; 4 << 20]);
    let one_less = Fh::decode("--raw --max-decoded 4194303").arg(bomb).run();
    assert_eq!((one_less.code(), one_less.stdout.len()), (1, 0));
}

#[test]
fn sizes_may_be_written_in_several_ways() {
    let bomb = "fixtures/records/gzip-expands.b64";
    for size in ["4194304", "4194304B", "4MiB", "4096KiB", "4096kib", "0.1GiB", "4.2MB", "5M"] {
        let output = Fh::decode("--raw --max-decoded").arg(size).arg(bomb).run();
        assert_eq!(output.stdout.len(), 4 << 20, "{size}: {}", output.errors());
    }
}

#[test]
fn a_record_next_to_one_that_is_too_large_is_shown() {
    let bomb = "fixtures/records/gzip-expands.b64";
    let output = Fh::decode("--max-decoded 1MiB").arg(PLAIN).arg(bomb).arg(PLAIN).run();
    assert_eq!((output.code(), output.text()), (1, lines(&TICKERS).repeat(2)));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let big = format!("{}\n", STANDARD.encode(T2)).repeat(20_000);
    for words in ["", "--output ndjson", "--explain", "--threads 3", "--raw"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Fh::decode(words).stdin(big.clone()).run_into(writer);
        assert_eq!((output.code(), output.errors().as_str()), (0, ""), "{words}");
    }
}

#[test]
fn an_output_that_is_full_is_an_error() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    assert_snapshot!(Fh::decode(PLAIN).run_into(full()), @"
    ------- stderr -------
    fh: cannot write to standard output: No space left on device (os error 28)
    [exit status: 2]
    ");
    let big = format!("{}\n", STANDARD.encode(T2)).repeat(20_000);
    let output = Fh::decode("--threads 3").stdin(big).run_into(full());
    assert_eq!(output.code(), 2, "{output}");
    assert_eq!(Fh::new().args("completions bash").run_into(full()).code(), 2);
    assert_eq!(Fh::new().args("man").run_into(full()).code(), 2);
}

#[test]
fn a_folder_that_is_named_like_a_file_is_known_by_its_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("x.json")).unwrap();
    fs::write(folder.path().join("x.json").join("bad"), "H4sIAAAA!").unwrap();
    assert_snapshot!(Fh::decode("x.json").current_dir(folder.path()).run(), @"
    ------- stderr -------
    fh: x.json/bad: line 1, record 1: base64: byte `!` is not base64 at byte 8
      hint: if it is plain text, show it with `--layers none`
    [exit status: 1]
    ");
}

/// An aggregate as the Kinesis Producer Library writes it, with the right
/// digest (awslabs/amazon-kinesis-producer, aggregation-format.md).
fn kpl_aggregate(records: &[&[u8]]) -> Vec<u8> {
    use md5::Digest as _;
    let field = |number: u8, bytes: &[u8]| {
        let mut out = vec![number << 3 | 2];
        let mut length = bytes.len();
        while length >= 0x80 {
            out.push(u8::try_from(length & 0x7f).unwrap_or_default() | 0x80);
            length >>= 7;
        }
        out.push(u8::try_from(length).unwrap_or_default());
        out.extend_from_slice(bytes);
        out
    };
    let mut message = field(1, b"key");
    for data in records {
        message.extend(field(3, &[&[8, 0][..], &field(3, data)].concat()));
    }
    let digest = md5::Md5::digest(&message);
    [&[0xf3, 0x89, 0x9a, 0xc2][..], &message, &digest].concat()
}

#[test]
fn a_truncated_event_keeps_its_whole_records_and_is_reported() {
    let event = Fh::new().args("event --seed 1").run().text();
    let ends: Vec<_> = event.match_indices("\"}").map(|(at, end)| at + end.len()).collect();
    assert_eq!(ends.len(), 3, "{event}");
    for (length, whole) in [(ends[0] - 30, 0), (ends[0], 1), (ends[0] + 30, 1), (ends[1] + 100, 2)]
    {
        let output = Fh::decode("").stdin(&event.as_bytes()[..length]).run();
        assert_eq!(output.text().lines().count(), whole, "{length}: {output}");
        assert_eq!(output.code(), 1, "{length}: {output}");
        assert!(output.errors().contains("JSON ends early"), "{length}: {output}");
    }
    // A list that lost its beginning, and one that breaks in the middle.
    let record = r#"{"recordId":"1","data":"eyJhIjoxfQ=="}"#;
    let broken = r#"{"recordId":NaN,"data":"eyJhIjoyfQ=="}"#;
    for input in [
        format!(r#"1","data":"eyJhIjoyfQ=="}},{record},{record}]}}"#),
        format!(r#"{{"records":[{record},{broken},{record}]}}"#),
    ] {
        let output = Fh::decode("").stdin(input.clone()).run();
        assert_eq!(output.text().matches("{\"a\":1}\n").count(), 2, "{input}: {output}");
        assert!(output.text().contains("eyJhIjoyfQ==") || output.text().contains("{\"a\":2}"));
    }
}

#[test]
fn an_empty_file_is_no_good_news_and_an_empty_pipe_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("none.json"), "").unwrap();
    for words in ["decode", "event --data", "failures", "logs"] {
        let fh = || Fh::new().current_dir(folder.path()).args(words);
        let output = fh().arg("none.json").run();
        let errors = output.errors();
        assert!(errors.starts_with("fh: `none.json` is empty\n"), "{words}: {output}");
        assert_eq!((output.text().as_str(), output.code()), ("", 2), "{words}: {output}");
    }
    let pipe = |words: &str| Fh::new().args(words).stdin("").run();
    assert_eq!(pipe("decode").code(), 0);
    assert_eq!(pipe("event --data -").code(), 0);
}

#[test]
fn a_hint_names_the_record_and_its_file() {
    let folder = tempfile::tempdir().unwrap();
    // A zstd frame with a block of a reserved type.
    fs::write(folder.path().join("a b.txt"), "e30=\nKLUv/SAH/////w==\n").unwrap();
    let output = Fh::decode("").arg("a b.txt").current_dir(folder.path()).run();
    assert_snapshot!(output, @"
    {}
    ------- stderr -------
    fh: a b.txt: line 2, record 2: zstd: broken zstd frame at byte 9
      hint: bytes are missing or changed shortly before it, such as a line of the base64 that was lost (4 characters for 3 bytes); copy the record again
    fh: 1 of 2 records with problems
    [exit status: 1]
    ");
}
