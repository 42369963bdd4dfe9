//! Objects that could not be read in full: the report of `fh failures` names them in
//! every format, and nothing found in the rest is no good news.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Fh, Output};
use crate::masks::mask;

/// Failure records, a line each, all different so that gzip cannot make them small.
fn records(code: &str, count: u32) -> String {
    let record = |number: u32| {
        let data = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            format!("{{\"order\":\"{:08x}\"}}", number.wrapping_mul(2_654_435_761)),
        );
        format!(
            "{{\"rawData\":\"{data}\",\"errorCode\":\"{code}\",\"errorMessage\":\"m\",\
             \"attemptsMade\":1,\"arrivalTimestamp\":{}}}\n",
            1_795_341_600_123 + u64::from(number)
        )
    };
    (0..count).map(record).collect()
}

/// The first half of a compressed object.
fn truncated() -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(records("Lambda.MissingRecordId", 200).as_bytes()).unwrap();
    let mut whole = gzip.finish().unwrap();
    whole.truncate(whole.len() / 2);
    whole
}

/// A folder with a healthy object and damaged ones.
fn folder(damaged: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("healthy"), records("Lambda.FunctionError", 5)).unwrap();
    for number in 0..damaged {
        fs::write(folder.path().join(format!("cut-{number:02}.gz")), truncated()).unwrap();
    }
    folder
}

fn failures(words: &str, folder: &TempDir) -> Output {
    Fh::new().args("failures .").args(words).current_dir(folder.path()).run()
}

#[test]
fn every_report_names_what_could_not_be_read_in_full() {
    let _masks = mask(&[(r"byte \d+", "byte […]")]);
    let folder = folder(1);
    let json = failures("--output json", &folder);
    assert!(json.text().contains(r#""incomplete":true,"#), "{json}");
    assert!(json.text().contains(r#""missing":["./cut-00.gz: gzip: truncated at byte "#), "{json}");
    let text = failures("", &folder).text();
    assert_snapshot!(text.lines().take(2).collect::<Vec<_>>().join("\n"), @"
    INCOMPLETE: not everything could be read
      ./cut-00.gz: gzip: truncated at byte […]
    ");
    for format in ["html", "markdown"] {
        let page = failures(&format!("--output {format}"), &folder);
        assert_eq!(page.code(), 1, "{page}");
        let page = page.text();
        assert!(page.contains("INCOMPLETE: not everything could be read"), "{page}");
        assert!(page.contains("Not read in full: "), "{page}");
        assert!(page.contains("cut-00.gz: gzip: truncated at byte "), "{page}");
    }
    let healthy = failures("--output json --code function", &self::folder(0)).text();
    assert!(healthy.contains(r#""missing":[],"incomplete":false"#), "{healthy}");
}

#[test]
fn ten_of_them_are_named_and_the_others_counted() {
    let folder = folder(12);
    let text = failures("", &folder).text();
    let named: Vec<_> = text.lines().skip(1).take_while(|it| it.starts_with("  ")).collect();
    assert_eq!(named.len(), 11, "{text}");
    assert_eq!(named.last(), Some(&"  2 more inputs"), "{text}");
    let json = failures("--output json", &folder).text();
    assert!(json.contains(r#""2 more inputs"]"#), "{json}");
}

#[test]
fn what_no_filter_matches_may_be_in_what_was_not_read() {
    let _masks =
        mask(&[(r"byte \d+", "byte […]"), (r"\d+ failure records", "[…] failure records")]);
    let output = failures("--code none", &folder(1));
    let verdict = output.errors();
    let verdict: Vec<_> = verdict.lines().filter(|it| !it.contains("cut-00.gz")).collect();
    assert_snapshot!(verdict.join("\n"), @"
      hint: the text was truncated or edited; the lines after it are read separately
      hint: the end is missing; fetch or copy the record again
    fh: none of […] failure records in 2 inputs matches the filters
      hint: codes of these records: `Lambda.FunctionError`, `Lambda.MissingRecordId`
    fh: this may be incomplete: 1 input could not be read in full
    ");
    assert_eq!(output.code(), 1, "{output}");
}

#[test]
fn parts_hand_on_what_they_could_not_read() {
    let folder = folder(12);
    let parts = tempfile::tempdir().unwrap();
    let part = |number: u32| parts.path().join(number.to_string());
    for number in [1, 2] {
        let words = format!("failures . --shard {number}/2 --partial");
        let _findings = Fh::new().args(&words).arg(part(number)).current_dir(folder.path()).run();
    }
    let merged = Fh::new().args("failures --output json --merge").arg(part(1)).arg(part(2)).run();
    let whole = failures("--output json", &folder).text();
    let missing = |json: &str| {
        let start = json.find("\"missing\":").unwrap();
        let end = json.find("\"arrivals\":").unwrap();
        json.get(start..end).unwrap().to_owned()
    };
    let named = missing(&whole);
    assert!(named.ends_with("\"2 more inputs\"],\"incomplete\":true,"), "{named}");
    assert_eq!(missing(&merged.text()), named, "{merged}");
}
