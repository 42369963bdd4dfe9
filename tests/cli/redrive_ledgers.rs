//! Where `fh redrive` keeps its ledgers, and that a job is known in every
//! working directory.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use fh::redrive::ledger::{Ledger, RecordOutcome};
use insta::assert_snapshot;

use crate::harness::{Fh, Output};
use crate::masks::{self, mask};
use crate::redrive::{ARRIVAL, Place, failure};

const NONE: &str = "earlier   no earlier redrive known on this machine";

/// Two failure records in the file `failed`.
fn place() -> (Place, String) {
    let place = Place::new();
    let lines = [failure(b"a", ARRIVAL), failure(b"b", ARRIVAL)].concat();
    place.file("failed", &lines);
    (place, lines)
}

/// A run with the same file from another working directory.
fn elsewhere(place: &Place, words: &str) -> Fh {
    let folder = place.home().join("elsewhere");
    fs::create_dir_all(&folder).unwrap();
    let failed = place.folder().join("failed");
    place.fh(&format!("{words} {}", failed.display())).current_dir(&folder)
}

/// The ledger that a run names.
fn ledger(output: &Output) -> String {
    let text = output.text();
    let line = text.lines().find(|line| line.starts_with("ledger ")).unwrap().to_owned();
    line.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_job_is_known_in_every_working_directory() {
    let _masks = mask(masks::REDRIVE);
    let (place, _) = place();
    assert!(place.run("--dry-run failed").text().contains(NONE));
    assert!(!place.state().exists(), "a dry run makes nothing");
    assert_eq!(place.run("--yes --limit 1 failed").code(), 0);
    assert_snapshot!(elsewhere(&place, "--yes").run(), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   1 record sent into this stream, last at TIME (1 ledger)
    read      2 records in 1 object
    done      1 record, 1 B: acknowledged by an earlier run
    to send   1 record, 1 B
               1  Lambda.FunctionError
    ledger    STATE/fh-redrive-orders-JOB.ledger
    sent      1 record, 1 B, acknowledged in TIME
    visible   s3://orders after 300 s or 5 MiB: by […] at the latest
    next      fh failures --stream orders --endpoint-url http://127.0.0.1:[…] --since […]
    [exit status: 0]
    ");
    assert_eq!(place.accepted(), [b"a", b"b"]);
    let names = fs::read_dir(place.folder()).unwrap();
    assert_eq!(names.count(), 1, "nothing is left in the working directory");
}

#[test]
fn a_copy_of_what_was_sent_is_pointed_out_before_it_is_sent() {
    let _masks = mask(masks::REDRIVE);
    let (place, lines) = place();
    assert_eq!(place.run("--yes failed").code(), 0);
    place.file("failed-copy", lines + &failure(b"c", ARRIVAL));
    assert_snapshot!(place.run("--dry-run failed-copy"), @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   2 records sent into this stream, last at TIME (1 ledger)
    read      3 records in 1 object
    to send   3 records, 3 B
               3  Lambda.FunctionError
    same      2 of them have the same bytes as records sent before from other objects or places, as in a saved copy: those would arrive twice
    ledger    STATE/fh-redrive-orders-JOB.ledger (new)
    [exit status: 0]
    ");
    let mut session = place.fh("failed-copy").start_typing(120);
    session
        .wait_for("Send 3 records to `orders`, 2 of them with bytes that were sent before? [y/N]");
    session.send(b"n\r");
    assert_eq!(session.finish().code(), 1);
}

#[test]
fn only_the_owner_may_read_ledgers() {
    let (place, _) = place();
    assert_eq!(place.run("--yes failed").code(), 0);
    let ledgers = place.ledgers();
    let [ledger] = ledgers.as_slice() else { panic!("{ledgers:?}") };
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(ledger), 0o600);
    let folders = ledger.ancestors().skip(1).take_while(|folder| *folder != place.home());
    let modes: Vec<_> = folders.map(mode).collect();
    // The stream's, redrive, fh, state, .local.
    assert_eq!(modes, [0o700; 5]);
}

#[test]
fn a_ledger_of_an_earlier_version_is_continued_where_it_is_and_found_from_everywhere() {
    let _masks = mask(masks::REDRIVE);
    let (place, lines) = place();
    let (job, source) = place.job(&lines);
    let path = place.folder().join(job.file_name());
    let mut old = Ledger::create(&path, &job).unwrap();
    let batch = old.plan(ARRIVAL, &[&source], vec![source.entry(1, b"a")]).unwrap();
    old.done(batch, ARRIVAL, &[RecordOutcome::Acknowledged]).unwrap();
    drop(old);
    // Another working directory cannot know of it yet.
    assert!(elsewhere(&place, "--dry-run").run().text().contains(NONE));
    let output = place.run("--dry-run failed");
    assert_snapshot!(output, @"
    redrive into orders (us-east-1, account 111122223333) at http://127.0.0.1:[…]
    earlier   1 record sent into this stream, last at TIME (1 ledger)
    read      2 records in 1 object
    done      1 record, 1 B: acknowledged by an earlier run
    to send   1 record, 1 B
               1  Lambda.FunctionError
    ledger    fh-redrive-orders-JOB.ledger
    [exit status: 0]
    ");
    assert!(!place.state().exists());

    assert_eq!(place.run("--yes failed").code(), 0);
    assert_eq!(place.accepted(), [b"b"]);
    let output = elsewhere(&place, "--yes").run();
    assert!(output.text().contains("2 records sent into this stream"), "{output}");
    assert!(output.text().contains("(1 ledger)") && output.text().contains("to send   nothing"));
    assert_eq!(place.accepted().len(), 1);

    // One of which nothing is left to send is made known as well.
    fs::remove_file(&place.ledgers()[0]).unwrap();
    assert!(place.run("--yes failed").errors().contains("nothing to send"));
    let output = elsewhere(&place, "--dry-run").run();
    assert!(output.text().contains("to send   nothing"), "{output}");

    // Without it, what was sent is unknown.
    fs::remove_file(&path).unwrap();
    let output = elsewhere(&place, "--yes").run();
    assert_eq!((output.code(), place.accepted().len()), (2, 1), "{output}");
    assert!(output.errors().contains("the ledger of this job, `"), "{output}");
    let link = &place.ledgers()[0];
    assert!(output.errors().contains(&format!("delete the link `{}`", link.display())), "{output}");
    fs::remove_file(link).unwrap();
    assert!(elsewhere(&place, "--dry-run").run().text().contains(NONE));
}

#[test]
fn a_ledger_in_the_working_directory_of_another_job_counts_too() {
    let (place, lines) = place();
    let (mut job, source) = place.job(&lines);
    job.filters.push("--grep a".to_owned());
    let mut old = Ledger::create(&place.folder().join(job.file_name()), &job).unwrap();
    old.plan(ARRIVAL, &[&source], vec![source.entry(1, b"a")]).unwrap();
    drop(old);
    let output = place.run("--yes failed");
    assert!(output.text().contains("again     1 of them were sent before"), "{output}");
    // Both are known from now on, each by its own name.
    let ledgers = place.ledgers();
    assert_eq!(ledgers.len(), 2, "{ledgers:?}");
    let output = elsewhere(&place, "--dry-run").run();
    assert!(output.text().contains("(2 ledgers)"), "{output}");
}

#[test]
fn a_ledger_that_the_user_names_is_known_to_later_runs_without_it() {
    let (place, _) = place();
    assert_eq!(place.run("--yes failed --ledger mine").code(), 0);
    let output = elsewhere(&place, "--yes").run();
    assert!(output.text().contains("2 records sent into this stream"), "{output}");
    assert_eq!((output.code(), place.accepted().len()), (0, 2), "{output}");

    fs::remove_file(place.folder().join("mine")).unwrap();
    let output = elsewhere(&place, "--dry-run").run();
    assert!(output.text().contains(NONE) && output.text().contains("to send   2 records"));
    let gone = "fh: a ledger of an earlier redrive into `orders` does not exist any more\n  \
                hint: restore it: without it, records that it lists as sent may be sent again\n  \
                hint: if that does not matter, delete the link `";
    assert!(output.errors().starts_with(gone), "{output}");
}

#[test]
fn an_emulator_and_aws_know_nothing_of_each_other() {
    let (place, _) = place();
    assert_eq!(place.run("--yes failed").code(), 0);
    let other = Place::new();
    other.file("failed", failure(b"a", ARRIVAL));
    let home = place.home().to_str().unwrap();
    let output = other.fh("--yes failed").env("HOME", home).run();
    assert!(output.text().contains(NONE), "{output}");
    assert_eq!((output.code(), other.accepted().len()), (0, 1));
}

#[test]
fn the_state_folder_is_that_of_the_xdg_specification() {
    let (place, _) = place();
    let state = place.home().join("state");
    let run = |state: &str| place.fh("--yes failed").env("XDG_STATE_HOME", state).run();
    assert_eq!(ledger(&run(state.to_str().unwrap())).split("/fh/redrive/").next(), Some("~/state"));
    assert!(state.join("fh/redrive").is_dir() && !place.state().exists());
    // What is empty or relative does not count.
    for ignored in ["", "state", "./state"] {
        assert!(ledger(&run(ignored)).starts_with("~/.local/state/fh/redrive/"), "{ignored}");
    }
}

#[test]
fn without_a_place_for_the_ledger_nothing_is_sent() {
    let (place, _) = place();
    assert_snapshot!(place.fh("--yes failed").env("HOME", "relative").run(), @"
    ------- stderr -------
    fh: there is no folder for the ledger: HOME is not an absolute path
      hint: set HOME or XDG_STATE_HOME to an absolute path
      hint: or pass `--ledger FILE`, on a disk that outlives this run
    [exit status: 2]
    ");
    // Where no folder can be made, whoever runs this.
    place.file("file", "");
    let state = place.folder().join("file");
    let output = place.fh("--yes failed").env("XDG_STATE_HOME", state.to_str().unwrap()).run();
    assert!(output.text().is_empty() && output.code() == 2, "{output}");
    assert!(output.errors().starts_with("fh: cannot write to the ledger `"), "{output}");
    assert!(output.errors().contains("hint: store it elsewhere with `--ledger FILE`"), "{output}");
    assert!(place.accepted().is_empty());

    let output = place.fh("--yes failed --ledger mine").env("HOME", "").run();
    assert_eq!((output.code(), place.accepted().len()), (0, 2), "{output}");
    let output = place.run("--yes failed --ledger nowhere/mine");
    assert_eq!(output.code(), 2, "{output}");
    assert!(output.errors().starts_with("fh: cannot write to the ledger `nowhere/mine`"));
}
