//! What was put back is known: to `fh failures`, and of objects that were saved, from
//! wherever they are read.

#![expect(clippy::disallowed_methods, reason = "looks at files as they are")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::redrive::{ARRIVAL, Place, failure};
use crate::redrive_s3::{delivered, run, stream};
use crate::s3::fh;
use crate::schema_failures::{self, Document};

/// When something was put back.
const TIMES: &[(&str, &str)] = &[(r"(records?), 20[0-9: +to-]*", "$1, TIME")];

fn failures(folder: &TempDir, words: &str) -> Output {
    let home = folder.path().to_str().unwrap();
    fh(&format!("failures {words}")).current_dir(folder.path()).env("HOME", home).run()
}

/// The lines of a report that say what to put back and what was.
fn put_back(folder: &TempDir, words: &str) -> String {
    let text = failures(folder, words).text();
    let is_of_it = |line: &&str| line.contains("put back") || line.contains("redrive");
    text.lines().filter(is_of_it).collect::<Vec<_>>().join("\n")
}

#[test]
fn failures_say_which_records_were_put_back_from_this_machine() {
    let _masks = mask(TIMES);
    stream("known");
    let folder = tempfile::tempdir().unwrap();
    let redrive = "--stream known --yes --quiet";
    assert_snapshot!(put_back(&folder, "--stream known"), @"          fh redrive --stream known --dry-run");
    assert_eq!(run(&folder, &format!("{redrive} --limit 1")).code(), 0);
    assert_snapshot!(put_back(&folder, "--stream known"), @"
    put back from this machine into known: 1 of 3 records, TIME
              fh redrive --stream known --dry-run
    ");
    assert_eq!(run(&folder, redrive).code(), 0);
    let all = put_back(&folder, "--stream known");
    assert_snapshot!(all, @"put back from this machine into known: all 3 records, TIME");
    for place in ["--bucket known", "s3://known/failed/"] {
        assert_eq!(put_back(&folder, place), all, "{place}");
    }
    assert_snapshot!(put_back(&folder, "--stream known --output markdown"), @"put back from this machine into known: all 3 records, TIME");
    assert!(put_back(&folder, "--stream known --output html").contains("put back from this"));
    let document = failures(&folder, "--stream known --output json").text();
    let known = schema_failures::read::<Document>(&document).put_back.unwrap();
    assert_eq!((known.records, known.unknown), (3, 0));
    assert_eq!(known.streams, ["known"]);
    assert!(known.sent.is_some());
    // Elsewhere nothing is known, and so it is of other streams and of shards.
    let other = tempfile::tempdir().unwrap();
    assert_snapshot!(put_back(&other, "--stream known"), @"          fh redrive --stream known --dry-run");
    assert_eq!(failures(&folder, "--stream known --shard 1/1 --partial part").code(), 0);
    assert_snapshot!(put_back(&folder, "--merge part"), @"          fh redrive --stream known --dry-run");
}

/// Files are of no account: what was put into a stream of an emulator is shown only to
/// those who name it.
#[test]
fn status_and_doctor_say_how_many_records_were_put_back() {
    let place = Place::new();
    place.file("failed", [failure(b"a", ARRIVAL), failure(b"b", ARRIVAL)].concat());
    let line = |command: &str| {
        let text = place.command(command).run().text();
        let line = text.lines().find(|line| line.contains("put back")).map(str::to_owned);
        line.unwrap_or_default()
    };
    assert_eq!(line("status --stream orders"), "");
    assert_eq!(place.run("--yes failed").code(), 0);
    let expected = "  put back 2 records by fh redrive, from this machine";
    assert_eq!(line("status --stream orders"), expected);
    assert_eq!(line("doctor --stream orders"), expected);
    assert!(line("failures failed").contains("into orders: all 2 records, "));
    let text = Fh::new().args("failures failed").current_dir(place.folder());
    let text = text.env("HOME", place.home().to_str().unwrap()).run().text();
    assert!(!text.contains("put back from"), "{text}");
}

#[test]
fn a_saved_object_and_the_object_are_put_back_once() {
    let _masks = mask(masks::REDRIVE);
    stream("savedonce");
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(failures(&folder, "--stream savedonce --save dir").code(), 0);
    assert_eq!(run(&folder, "--stream savedonce --yes --limit 2").code(), 0);
    // What the bucket has sent, the folder does not send again, and the other way round.
    assert_snapshot!(run(&folder, "--stream savedonce --yes dir"), @"
    redrive into savedonce (eu-west-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   2 records sent into this stream, last at TIME (1 ledger)
    read      3 records in 2 objects
    done      2 records, 4 B: acknowledged by an earlier run
    to send   1 record, 1 B
               1  Lambda.FunctionError
    ledger    STATE/fh-redrive-savedonce-JOB.ledger (new)
    sent      1 record, 1 B, acknowledged in TIME
    visible   s3://savedonce after 60 s or 1 MiB: by […] at the latest
    next      fh failures --stream savedonce --since […]
    [exit status: 0]
    ");
    assert_snapshot!(run(&folder, "--stream savedonce --yes"), @"
    redrive into savedonce (eu-west-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   3 records sent into this stream, last at TIME (2 ledgers)
    read      3 records in 2 objects
    done      3 records, 5 B: acknowledged by an earlier run
    to send   nothing
    ledger    STATE/fh-redrive-savedonce-JOB.ledger
    ------- stderr -------
    fh: reading s3://savedonce/failed/decompression-failed/, s3://savedonce/failed/format-conversion-failed/, s3://savedonce/failed/processing-failed/
    fh: nothing to send
    [exit status: 0]
    ");
    // In two objects, in either order.
    let all = delivered("savedonce");
    assert_eq!(all.trim().len(), r"b'a\n\xff\x00b'".len(), "{all}");
    assert!(!put_back(&folder, "dir").contains("put back"), "an emulator is not AWS");
    // A file that was changed is another one.
    let file = folder.path().join("dir/savedonce/failed/processing-failed");
    let file = file.read_dir().unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.push(b'\n');
    std::fs::write(&file, bytes).unwrap();
    let output = run(&folder, "--stream savedonce --dry-run dir");
    assert!(output.text().contains("have the same bytes as records sent before"), "{output}");
}
