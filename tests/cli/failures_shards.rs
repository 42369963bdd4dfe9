//! `fh failures` in several parts: `--shard`, `--partial`, `--merge`.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "reads a file that it has made")]

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde::Deserialize;
use serde_json::value::RawValue;
use tempfile::TempDir;

use crate::harness::{Fh, Output, root};
use crate::masks::{self, mask};
use crate::s3::{at, boto, fh};

/// Parts of the document.
#[derive(Deserialize)]
struct Report {
    records: u64,
    inputs: u64,
    incomplete: bool,
    missing: Vec<String>,
    kinds: Box<RawValue>,
}

impl Report {
    fn of(output: &Output) -> Self {
        serde_json::from_str(&output.text()).unwrap()
    }
}

/// A folder with the fixtures of failures, each several times.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = fs::read_dir(root().join("fixtures/failures")).unwrap();
    let mut fixtures: Vec<PathBuf> = fixtures.map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    assert!(fixtures.len() > 10);
    for copy in 0..3 {
        for file in &fixtures {
            let name = file.file_name().unwrap().to_str().unwrap();
            fs::copy(file, folder.path().join(format!("{copy}-{name}"))).unwrap();
        }
    }
    folder
}

/// `fh failures` with these words and these files.
fn with(words: &str, files: &[PathBuf]) -> Output {
    files.iter().fold(Fh::new().args("failures").args(words), Fh::arg).run()
}

/// Reads shard `number` of `count` of what `words` name; returns its file.
fn shard(run: Fh, number: u32, count: u32, into: &Path) -> (PathBuf, Output) {
    let file = into.join(format!("{number}-of-{count}.json"));
    let run = run.args(&format!("--shard {number}/{count} --partial")).arg(&file);
    (file, run.run())
}

/// The files of all shards of a folder.
fn shards(folder: &Path, words: &str, count: u32, into: &Path) -> Vec<PathBuf> {
    let one = |number| {
        let run = Fh::new().args("failures").arg(folder).args(words);
        let (file, output) = shard(run, number, count, into);
        assert!(output.text().is_empty() && file.exists(), "{output}");
        file
    };
    (1..=count).map(one).collect()
}

#[test]
fn parts_in_any_order_make_the_report_of_the_whole() {
    let (folder, into) = (folder(), tempfile::tempdir().unwrap());
    for words in ["", "--code missing", "--grep a", "--since 2026-11-22T10:00:00Z"] {
        let whole = with(&format!("{words} --output json"), &[folder.path().to_owned()]);
        assert!(whole.text().contains("kinds"), "{words}: {whole}");
        for count in [1, 3] {
            let mut files = shards(folder.path(), words, count, into.path());
            let merged = with("--output json --merge", &files);
            assert_eq!(merged.text(), whole.text(), "{words} {count}");
            assert_eq!(merged.code(), whole.code(), "{words} {count}: {merged}");
            files.reverse();
            assert_eq!(with("--output json --merge", &files).text(), whole.text(), "{words}");
        }
    }
    let text = with("", &[folder.path().to_owned()]).text();
    let files = shards(folder.path(), "", 4, into.path());
    assert_eq!(with("--merge", &files).text(), text, "also the commands that come next");
}

#[test]
fn parts_are_merged_in_steps_too() {
    let (folder, into) = (folder(), tempfile::tempdir().unwrap());
    let files = shards(folder.path(), "", 4, into.path());
    let halves: Vec<PathBuf> = ["a.json", "b.json"].map(|name| into.path().join(name)).into();
    for (half, files) in halves.iter().zip([&files[..2], &files[2..]]) {
        let partial = format!("--partial {} --merge", half.display());
        let output = with(&partial, files);
        assert!(output.errors().contains("2 shards of 4: "), "{output}");
    }
    let whole = with("--output json", &[folder.path().to_owned()]);
    assert_eq!(with("--output json --merge", &halves).text(), whole.text());
}

#[test]
fn the_parts_of_a_bucket_have_each_object_once() {
    let _masks = mask(masks::SERVER);
    boto(
        "data = open('fixtures/failures/lambda-arn-capital.ndjson', 'rb').read()\n\
         bucket('sharded', {f'failed/2026/11/22/{hour:02}/processing-failed/{number}': data \
         for hour in range(4) for number in range(5)})",
    );
    let words = "failures --bucket sharded --prefix failed/";
    let into = tempfile::tempdir().unwrap();
    let parts: Vec<_> = (1..=3).map(|number| shard(fh(words), number, 3, into.path())).collect();
    let files: Vec<PathBuf> = parts.iter().map(|(file, _)| file.clone()).collect();
    let merged = with("--output json --merge", &files);
    let whole = fh(&format!("{words} --output json")).run();
    let (merged, whole) = (Report::of(&merged), Report::of(&whole));
    assert_eq!(merged.kinds.get(), whole.kinds.get());
    assert_eq!((merged.records, merged.inputs), (whole.records, 20));
    assert!(parts.iter().all(|(_, output)| output.code() == 0), "{}", parts[0].1);
    let merged = with("--merge", &files).text();
    assert!(merged.contains("fh redrive --stream NAME --dry-run --bucket sharded"), "{merged}");
}

#[test]
fn a_part_says_what_it_has_and_a_report_what_it_lacks() {
    let _masks = mask(&[(r"/[^ ]*/([0-9a-z-]+\.json)", "[…]/$1")]);
    let into = tempfile::tempdir().unwrap();
    let run = || Fh::new().args("failures fixtures/failures");
    let (first, output) = shard(run(), 1, 4, into.path());
    assert_snapshot!(output, @"
    ------- stderr -------
    fh: fixtures/failures/bad-rawdata.ndjson: line 1, record 1: base64: plain text, not base64
      hint: Firehose writes plain base64: was the object edited or truncated?
    fh: fixtures/failures/bad-rawdata.ndjson: line 2, record 2: base64: one extra character at the end at byte 61
      hint: Firehose writes plain base64: was the object edited or truncated?
    fh: shard 1 of 4: 13 failed records in 8 inputs, written to […]/1-of-4.json
    [exit status: 1]
    ");
    let (third, _) = shard(run(), 3, 4, into.path());
    let merged = with("--output table --merge", &[first, third]);
    assert_eq!(merged.code(), 2);
    assert_snapshot!(merged.errors(), @"
    fh: 3 damaged records, reported by the shards
    fh: incomplete: shards 2, 4 of 4 are missing
      hint: run them, and merge the files of all shards
    fh: 1 manifest of Redshift, not failure records: 3 objects not loaded
      hint: the objects are complete: load them with COPY and the manifest
    ");
}

#[test]
fn a_part_that_is_missing_is_no_good_news() {
    let (folder, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..8 {
        fs::write(folder.path().join(number.to_string()), "{\"n\":1}\n").unwrap();
    }
    fs::copy("fixtures/failures/splunk.json", folder.path().join("failed")).unwrap();
    let files = shards(folder.path(), "--code nosuch", 2, into.path());
    let whole = with("--fail-if-any --merge", &files);
    let half = with("--fail-if-any --merge", &files[..1]);
    assert_eq!((whole.code(), half.code()), (0, 2), "{whole} {half}");
    assert!(half.errors().contains("incomplete: shard 2 of 2 is missing"), "{half}");
    assert!(!half.errors().contains("nothing failed"), "{half}");
    let report = Report::of(&with("--output json --merge", &files[..1]));
    assert!(report.incomplete);
    assert_eq!(report.missing, ["shard 2 of 2 is missing"]);
}

#[test]
fn what_cannot_be_read_in_a_part_is_known_in_the_whole() {
    let server = crate::canned::Canned::answering(|head| {
        Some(match head {
            head if head.contains("list-type=2") => crate::s3_errors::page(&["1", "2", "3"]),
            head if head.starts_with("GET /lake/2") => crate::s3_errors::answer(
                "403 Forbidden",
                "",
                "<Error><Code>InvalidObjectState</Code></Error>",
            ),
            _ => crate::s3_errors::answer("200 OK", "", r#"{"rawData":"QQ==","errorCode":"x"}"#),
        })
    });
    let into = tempfile::tempdir().unwrap();
    let words = "failures --bucket lake --prefix=";
    let one = |number| shard(at(&server.url(), words), number, 2, into.path());
    let parts = [one(1), one(2)];
    assert_eq!(parts.iter().map(|(_, output)| output.code()).max(), Some(2));
    let files = parts.map(|(file, _)| file);
    let merged = with("--output table --merge", &files);
    assert_eq!(merged.code(), 2, "{merged}");
    assert!(merged.errors().contains("objects that could not be read: 1 archived"), "{merged}");
}

#[test]
fn an_object_that_can_only_be_got_is_in_one_part() {
    let server = crate::canned::Canned::answering(|head| {
        Some(if head.contains("list-type=2") {
            crate::s3_errors::answer(
                "403 Forbidden",
                "",
                "<Error><Code>AccessDenied</Code></Error>",
            )
        } else {
            crate::s3_errors::answer("200 OK", "", r#"{"rawData":"QQ==","errorCode":"x"}"#)
        })
    });
    let into = tempfile::tempdir().unwrap();
    let words = "failures s3://lake/failed/x";
    let one = |number| shard(at(&server.url(), words), number, 3, into.path()).0;
    let report = Report::of(&with("--output json --merge", &[one(1), one(2), one(3)]));
    assert_eq!((report.records, report.inputs), (1, 1));
}

/// Python that makes a bucket and a stream that writes to it, both of this name.
fn stream(name: &str) -> String {
    format!(
        "settings = {{'RoleARN': 'arn:aws:iam::111122223333:role/firehose', \
         'BucketARN': 'arn:aws:s3:::{name}', 'ErrorOutputPrefix': 'failed/', \
         'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {{'SizeInMBs': 5, 'IntervalInSeconds': 60}}, \
         'EncryptionConfiguration': {{'NoEncryptionConfig': 'NoEncryption'}}}}\n\
         bucket('{name}', {{}})\n\
         firehose.create_delivery_stream(DeliveryStreamName='{name}', ExtendedS3DestinationConfiguration=settings)\n"
    )
}

#[test]
fn a_destination_that_changed_between_two_parts_is_reported() {
    boto(&stream("shifted"));
    let (before, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let words = "failures --stream shifted --since 2025-01-01T00:00:00Z";
    let one = |number, into: &TempDir| shard(fh(words), number, 2, into.path()).0;
    let old = [one(1, &before), one(2, &before)];
    let merged = with("--fail-if-any --merge", &old);
    assert_eq!(merged.code(), 0, "{merged}");
    boto(
        "it = firehose.describe_delivery_stream(DeliveryStreamName='shifted')['DeliveryStreamDescription']\n\
         firehose.update_destination(DeliveryStreamName='shifted', CurrentDeliveryStreamVersionId=it['VersionId'], \
         DestinationId=it['Destinations'][0]['DestinationId'], ExtendedS3DestinationUpdate={\
         'RoleARN': 'arn:aws:iam::111122223333:role/firehose', 'BucketARN': 'arn:aws:s3:::shifted', \
         'CompressionFormat': 'UNCOMPRESSED', 'BufferingHints': {'SizeInMBs': 5, 'IntervalInSeconds': 60}, \
         'EncryptionConfiguration': {'NoEncryptionConfig': 'NoEncryption'}, 'ErrorOutputPrefix': 'new/'})",
    );
    let [first, _] = old;
    let second = one(2, &after);
    for files in [[first.clone(), second.clone()], [second, first]] {
        let merged = with("--fail-if-any --merge", &files);
        assert_eq!(merged.code(), 2, "{merged}");
        assert!(merged.errors().contains("may have written elsewhere"), "{merged}");
    }
}

#[test]
fn streams_of_the_same_name_are_not_one_whole() {
    let _masks = mask(&[(r"/[^ `]*/([0-9a-z-]+\.json)", "[…]/$1"), (r":\d{12}:", ":[ACCOUNT]:")]);
    boto(&format!(
        "{}firehose = session.client('firehose', endpoint_url=url, region_name='us-east-1')\n\
         firehose.create_delivery_stream(DeliveryStreamName='twin', ExtendedS3DestinationConfiguration=settings)\n",
        stream("twin")
    ));
    let into = tempfile::tempdir().unwrap();
    let (first, _) = shard(fh("failures --stream twin"), 1, 2, into.path());
    let elsewhere = fh("failures --stream twin").env("AWS_REGION", "us-east-1");
    let (second, _) = shard(elsewhere, 2, 2, into.path());
    assert_snapshot!(with("--merge", &[first, second]), @"
    ------- stderr -------
    fh: `[…]/1-of-2.json` and `[…]/2-of-2.json` are not parts of one whole: the stream is `arn:aws:firehose:eu-west-1:[ACCOUNT]:deliverystream/twin` in the first and `arn:aws:firehose:us-east-1:[ACCOUNT]:deliverystream/twin` in the second
      hint: pass the same flags to every shard, except for `--shard` and `--partial`
    [exit status: 2]
    ");
}

#[test]
fn buckets_of_two_emulators_are_not_one_whole() {
    let one = |number, into: &TempDir| {
        let page = crate::s3_errors::page(&["1"]);
        let server = crate::canned::Canned::answering(move |head| {
            Some(if head.contains("list-type=2") {
                page.clone()
            } else {
                crate::s3_errors::answer("200 OK", "", r#"{"a":123}"#)
            })
        });
        let words = "failures --bucket lake --prefix=";
        (shard(at(&server.url(), words), number, 2, into.path()).0, server.url())
    };
    let into = tempfile::tempdir().unwrap();
    let ((first, one), (second, two)) = (one(1, &into), one(2, &into));
    let merged = with("--merge", &[first, second]);
    assert_eq!(merged.code(), 2, "{merged}");
    let difference = format!("the S3 endpoint is `{one}` in the first and `{two}` in the second");
    assert!(merged.errors().contains(&difference), "{merged}");
}

#[test]
fn what_are_no_parts_of_one_whole_is_refused() {
    let _masks = mask(&[(r"/[^ `]*/([0-9a-z-]+\.json)", "[…]/$1")]);
    let into = tempfile::tempdir().unwrap();
    let make = |words: &str, number, count, name: &str| {
        let file = into.path().join(name);
        let run = Fh::new().args("failures fixtures/failures").args(words);
        let run = run.args(&format!("--shard {number}/{count} --partial")).arg(&file);
        assert!(run.run().code() < 3);
        file
    };
    let first = make("", 1, 2, "first.json");
    let refused = |file: &PathBuf| {
        let output = with("--merge", &[first.clone(), file.clone()]);
        assert_eq!((output.code(), output.text().as_str()), (2, ""), "{output}");
        output.errors()
    };
    assert_snapshot!(refused(&make("--code lambda", 2, 2, "code.json")), @"
    fh: `[…]/first.json` and `[…]/code.json` are not parts of one whole: --code is none in the first and `lambda` in the second
      hint: pass the same flags to every shard, except for `--shard` and `--partial`
    ");
    assert_snapshot!(refused(&make("--since 2026-11-22T10:00:00Z", 2, 2, "since.json")), @"
    fh: `[…]/first.json` and `[…]/since.json` are not parts of one whole: --since is none in the first and `2026-11-22T10:00:00.000Z` in the second
      hint: pass the same flags to every shard, except for `--shard` and `--partial`
    ");
    assert_snapshot!(refused(&make("", 2, 3, "three.json")), @"
    fh: `[…]/first.json` and `[…]/three.json` are not parts of one whole: number of shards is 2 in the first and 3 in the second
      hint: pass the same flags to every shard, except for `--shard` and `--partial`
    ");
    assert_snapshot!(refused(&make("", 1, 2, "again.json")), @"
    fh: shard 1 is in both `[…]/first.json` and `[…]/again.json`
      hint: pass the file of each shard once
    ");
    assert_snapshot!(refused(&root().join("fixtures/failures/splunk.json")), @"
    fh: `[ROOT][…]/splunk.json` is not a file of `fh failures --partial`: missing field `fhPartial` at line 9 column 1
      hint: pass `--merge` the files that the shards have written
    ");
}

#[test]
fn a_file_that_was_edited_is_refused() {
    let into = tempfile::tempdir().unwrap();
    let run = Fh::new().args("failures fixtures/failures/splunk.json");
    let (file, _) = shard(run, 1, 1, into.path());
    let good = fs::read_to_string(&file).unwrap();
    let edited = |text: &str| {
        fs::write(&file, text).unwrap();
        let output = with("--merge", std::slice::from_ref(&file));
        assert_eq!((output.code(), output.text().as_str()), (2, ""), "{output}");
        output.errors()
    };
    let newer = edited(&good.replace("\"fhPartial\":3", "\"fhPartial\":4"));
    assert!(newer.contains("has format 4; this fh reads format 3"), "{newer}");
    for (from, to) in [
        ("\"records\":1", "\"records\":18446744073709551615"),
        ("\"records\":1", "\"records\":-1"),
        ("\"shards\":[1]", "\"shards\":[2]"),
        ("\"shards\":[1]", "\"shards\":[]"),
        ("\"shards\":1", "\"shards\":4000000000"),
        ("\"inputs\":1", "\"inputs\":1000000000000000000"),
        ("\"question\":{", "\"question\":{\"x\":1,"),
    ] {
        assert!(good.contains(from), "{from} in {good}");
        let errors = edited(&good.replace(from, to));
        assert!(errors.contains("is not a file of `fh failures --partial`"), "{to}: {errors}");
    }
    edited(good.get(..good.len() / 2).unwrap());
    edited(&"[".repeat(1_000_000));
    edited("");
}

#[test]
fn what_would_not_be_the_same_in_every_part_is_refused() {
    let refused = |words: &str| {
        let output = Fh::new().args("failures").args(words).run();
        assert_eq!(output.code(), 2, "{output}");
        output.errors()
    };
    let since = refused("fixtures/failures --since 2h --shard 1/2 --partial /dev/null");
    assert!(since.contains("`--since 2h` may be another time in another shard"), "{since}");
    assert!(since.contains("hint: pass `--since 20"), "{since}");
    assert_snapshot!(refused("--shard 1/2 --partial /dev/null"), @"
    fh: `--shard` requires objects or files; standard input cannot be split
      hint: pass `--stream`, `--bucket`, `s3://BUCKET/PREFIX` or a folder
    ");
    assert_snapshot!(refused("fixtures/failures --partial /dev/null"), @"
    fh: `--partial` requires `--shard` or `--merge`
      hint: all in one part: `--shard 1/1`
    ");
    for words in ["--shard 1/2", "--merge a"] {
        let message = refused(&format!("{words} --partial -"));
        assert!(message.contains("it must be the name of a file"), "{message}");
    }
    for words in [
        "--shard 3/2 --partial a",
        "--shard 0/2 --partial a",
        "--shard 1/2",
        "--shard 1/2 --partial a --records",
    ] {
        refused(&format!("fixtures/failures {words}"));
    }
}

#[test]
fn a_part_is_written_whole_or_not_at_all() {
    let into = tempfile::tempdir().unwrap();
    let file = into.path().join("no/such/folder/1.json");
    let output = with("fixtures/failures --shard 1/1 --partial", &[file]);
    assert_eq!(output.code(), 2, "{output}");
    assert!(!output.errors().contains(" at path "), "{output}");
    let server = crate::canned::Canned::error(403, "AccessDenied", "no");
    let file = into.path().join("1.json");
    let run = at(&server.url(), "failures --bucket lake --shard 1/1 --partial").arg(&file);
    assert_eq!(run.run().code(), 3);
    assert_eq!(fs::read_dir(into.path()).unwrap().count(), 0, "a part that is not whole is none");
}
