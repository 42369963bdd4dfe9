//! Ledgers on a disk, and what crashes make of them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const ARN: &str = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/orders";

fn job(source: &str) -> Job {
    Job::new(ARN.to_owned(), vec![source.to_owned()], Vec::new())
}

fn source() -> SourceVersion {
    SourceVersion { name: "s3://failed/a".to_owned(), version: "\"e1\"".to_owned() }
}

fn entries(numbers: std::ops::Range<u64>) -> Vec<Entry> {
    numbers.map(|number| source().entry(number, &number.to_be_bytes())).collect()
}

fn key(number: u64) -> RecordKey {
    entries(number..number + 1)[0].key
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(job("a").file_name())
    }

    /// A ledger of `batches` batches of `size` records, all acknowledged.
    fn written(&self, batches: u64, size: u64) -> Vec<u8> {
        let mut ledger = Ledger::create(&self.path(), &job("a")).unwrap();
        for batch in 0..batches {
            let number = ledger.plan(1000, &[&source()], entries(batch * size..(batch + 1) * size));
            let outcomes = vec![RecordOutcome::Acknowledged; usize::try_from(size).unwrap()];
            ledger.done(number.unwrap(), 2000, &outcomes).unwrap();
        }
        bytes(&self.path())
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks at the file as it is")]
fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

fn open(path: &Path) -> Opened<Ledger> {
    Ledger::open(path, &job("a")).unwrap().unwrap()
}

fn refusal(path: &Path, job: &Job) -> String {
    let error = Ledger::open(path, job).unwrap_err();
    error.to_string().replace(&path.display().to_string(), "L")
}

#[test]
fn what_was_written_is_known_to_the_next_run() {
    let place = Place::new();
    assert!(Ledger::open(&place.path(), &job("a")).unwrap().is_none());
    let mut ledger = Ledger::create(&place.path(), &job("a")).unwrap();
    let batch = ledger.plan(1000, &[&source()], entries(0..3)).unwrap();
    let outcomes = [RecordOutcome::Acknowledged, RecordOutcome::Refused, RecordOutcome::Unknown];
    ledger.done(batch, 2000, &outcomes).unwrap();
    ledger.plan(3000, &[&source()], entries(3..4)).unwrap();
    drop(ledger);

    let opened = open(&place.path());
    assert_eq!(opened.torn, 0);
    let history = &opened.ledger.history;
    let states = [0, 1, 2, 3].map(|number| history.state(key(number)));
    let unknown = RecordState::Unknown;
    assert_eq!(states, [RecordState::Acknowledged, RecordState::New, unknown, unknown]);
    assert!(history.has_changed(&SourceVersion { version: "2".to_owned(), ..source() }));
}

#[test]
fn a_run_continues_where_the_last_one_ended() {
    let place = Place::new();
    place.written(2, 3);
    let mut ledger = open(&place.path()).ledger;
    assert_eq!(ledger.plan(1, &[&source()], entries(6..7)).unwrap(), 2);
    drop(ledger);
    assert_eq!(open(&place.path()).ledger.history.state(key(6)), RecordState::Unknown);
}

#[test]
fn only_its_owner_may_read_a_ledger() {
    let place = Place::new();
    place.written(1, 1);
    let mode = fs::metadata(place.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_ledger_of_another_job_is_refused() {
    let place = Place::new();
    place.written(1, 1);
    assert_eq!(
        refusal(&place.path(), &job("b")),
        "`L` is the ledger of another job: its source is `a`, not `b`"
    );
    let other = Job { stream: ARN.replace("1111", "2222"), ..job("a") };
    assert!(refusal(&place.path(), &other).contains("its delivery stream is"));
    let other = Job { endpoint: Some("http://localhost:1".to_owned()), ..job("a") };
    assert!(refusal(&place.path(), &other).contains("its endpoint is `AWS`"));
}

#[test]
fn two_runs_cannot_share_a_ledger() {
    let place = Place::new();
    let ledger = Ledger::create(&place.path(), &job("a")).unwrap();
    let in_use = "`L` is in use: another `fh redrive` works on this job";
    assert_eq!(refusal(&place.path(), &job("a")), in_use);
    let error = Ledger::create(&place.path(), &job("a")).unwrap_err().to_string();
    assert!(error.contains("is in use"), "{error}");
    drop(ledger);
    open(&place.path());
}

#[test]
fn what_is_no_ledger_is_refused_and_left_alone() {
    let place = Place::new();
    for text in ["", "\n", "hello\n", "0000000000000000 {\"job\":{}}\n"] {
        fs::write(place.path(), text).unwrap();
        assert_eq!(refusal(&place.path(), &job("a")), "`L` is not a ledger of `fh redrive`");
        assert_eq!(bytes(&place.path()), text.as_bytes());
    }
}

#[test]
fn a_newer_form_is_told_apart_from_damage() {
    let place = Place::new();
    drop(Ledger::create(&place.path(), &Job { format: 2, ..job("a") }).unwrap());
    assert!(refusal(&place.path(), &job("a")).contains("has a format that this version"));
}

#[test]
fn a_ledger_that_ends_anywhere_in_its_last_4_kib_is_resumed() {
    let place = Place::new();
    let whole = place.written(12, 5);
    for end in whole.len() - 4096..=whole.len() {
        let mut reading = reading::read(&whole[..end]).unwrap();
        reading.history.settle();
        let lines: Vec<_> = whole[..end].split_inclusive(|byte| *byte == b'\n').collect();
        let last = lines.last().filter(|line| !line.ends_with(b"\n"));
        let torn = last.map_or(0, |line| line.len());
        assert_eq!(reading.torn, torn as u64, "{end}");
        // A line for the job, then a plan and its outcomes for each batch.
        let done = (lines.len() - usize::from(torn > 0) - 1) / 2;
        for number in 0..60 {
            let is_acknowledged = reading.history.state(key(number)) == RecordState::Acknowledged;
            assert_eq!(is_acknowledged, number < done as u64 * 5, "{end}");
        }
        // The file is cut to the same length; every 61st is enough to see it.
        if end % 61 == 0 {
            fs::write(place.path(), &whole[..end]).unwrap();
            assert_eq!(open(&place.path()).torn, torn as u64, "{end}");
            assert_eq!(bytes(&place.path()), whole[..end - torn], "{end}");
        }
    }
}

#[test]
fn a_last_line_that_never_reached_the_disk_whole_is_cut() {
    let place = Place::new();
    let whole = place.written(3, 5);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for from in last..whole.len() {
        let mut torn = whole.clone();
        torn[from..].fill(0);
        fs::write(place.path(), torn).unwrap();
        assert_eq!(open(&place.path()).torn, (whole.len() - last) as u64);
        assert_eq!(bytes(&place.path()), whole[..last]);
    }
}

#[test]
fn damage_before_the_last_line_is_refused_with_its_place() {
    let place = Place::new();
    let whole = place.written(3, 5);
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut damaged = whole.clone();
    damaged[first + 40] ^= 1;
    fs::write(place.path(), &damaged).unwrap();
    let expected =
        format!("`L` is damaged: line 2, at byte {first}, was changed after it was written");
    assert_eq!(refusal(&place.path(), &job("a")), expected);
    assert_eq!(bytes(&place.path()), damaged);
}

#[test]
fn looking_changes_nothing() {
    let place = Place::new();
    let whole = place.written(2, 5);
    fs::write(place.path(), &whole[..whole.len() - 7]).unwrap();
    let seen = Ledger::look(&place.path(), &job("a")).unwrap().unwrap();
    assert!(seen.torn > 0);
    assert_eq!(seen.ledger.state(key(9)), RecordState::Unknown);
    assert_eq!(bytes(&place.path()), whole[..whole.len() - 7]);
}

#[test]
fn what_ledgers_of_the_same_stream_know_is_known_here_too() {
    let place = Place::new();
    place.written(1, 2);
    let here = place.folder.path().join(job("b").file_name());
    let elsewhere = Job { stream: ARN.replace("eu-west-1", "eu-west-2"), ..job("b") };
    Ledger::create(&place.folder.path().join(elsewhere.file_name()), &elsewhere).unwrap();
    let folder = place.folder.path();
    // Named twice, it is read once.
    let look = || other_ledgers(&[folder, folder], &here, &job("b"));
    let found = look().unwrap();
    assert_eq!((found.paths.as_slice(), found.in_use.len()), ([place.path()].as_slice(), 0));
    assert_eq!(found.history.state(key(1)), RecordState::Acknowledged);
    assert_eq!(found.history.last(), Some(1000));

    let other = open(&place.path());
    assert_eq!(look().unwrap().in_use.len(), 1);
    drop(other);
    fs::write(place.path(), "x").unwrap();
    let error = look().unwrap_err().to_string();
    assert!(error.contains("is not a readable ledger"), "{error}");
    let missing = other_ledgers(&[&folder.join("missing")], &here, &job("b")).unwrap();
    assert!(missing.paths.is_empty());
}

#[test]
fn a_ledger_that_is_somewhere_else_has_one_link_in_the_folder() {
    let (place, state) = (Place::new(), tempfile::tempdir().unwrap());
    let folder = LedgerFolder::new(state.path(), &job("a"));
    place.written(1, 2);
    for _ in 0..2 {
        folder.link(&place.path()).unwrap();
    }
    let kept = folder.folder().join(job("a").file_name());
    assert_eq!(folder.find(&job("a")).unwrap(), kept);
    assert_eq!(open(&kept).ledger.history.state(key(1)), RecordState::Acknowledged);
    // Another of the same name does not take its place.
    let other = Place::new();
    other.written(1, 1);
    folder.link(&other.path()).unwrap();
    let names = || fs::read_dir(folder.folder()).unwrap();
    assert_eq!(names().count(), 2);
    assert_eq!(fs::canonicalize(&kept).unwrap(), fs::canonicalize(place.path()).unwrap());
    let found = other_ledgers(&[folder.folder()], &kept, &job("a")).unwrap();
    assert_eq!((found.paths.len(), found.lost.len()), (1, 0));

    drop(place);
    let error = folder.find(&job("a")).unwrap_err();
    assert!(error.to_string().contains("does not exist any more"), "{error}");
    let found = other_ledgers(&[folder.folder()], Path::new("x"), &job("a")).unwrap();
    assert_eq!((found.paths.len(), found.lost.as_slice()), (1, [kept].as_slice()));
    // One that is in the folder needs no link.
    let own = folder.folder().join(job("b").file_name());
    folder.prepare(&own).unwrap();
    Ledger::create(&own, &job("b")).unwrap();
    folder.link(&own).unwrap();
    assert_eq!(names().count(), 3);
}

/// What Firehose has, and how a run ends.
#[derive(Debug, Clone)]
struct Step {
    /// 0 to 2: the outcome. 3: the process ends before the send, 4: after it.
    what: u8,
    /// Bytes of the last line that the disk lost, if the process ends.
    lost: usize,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens at any point: what is acknowledged is never sent
    /// again, and what may have arrived is never taken for new.
    #[test]
    fn any_crash_leaves_a_ledger_that_tells_the_truth(
        steps in prop::collection::vec(
            (0_u8..5, 0_usize..200).prop_map(|(what, lost)| Step { what, lost }), 1..30),
    ) {
        let place = Place::new();
        let mut ledger = Ledger::create(&place.path(), &job("a")).unwrap();
        let (mut acknowledged, mut arrived) = (Vec::new(), Vec::new());
        for (at, step) in (0_u64..).zip(&steps) {
            let number = at % 7;
            if ledger.history.state(key(number)) == RecordState::Acknowledged {
                continue;
            }
            let before = bytes(&place.path()).len();
            let batch = ledger.plan(1000, &[&source()], entries(number..number + 1)).unwrap();
            let outcome = match step.what {
                0 => RecordOutcome::Acknowledged,
                1 => RecordOutcome::Refused,
                2 => RecordOutcome::Unknown,
                ends => {
                    drop(ledger);
                    let mut text = bytes(&place.path());
                    // A line that was synced before a send is there; the one
                    // after it may be torn.
                    if ends == 3 {
                        let length = text.len().saturating_sub(step.lost).max(before);
                        text.truncate(length);
                    } else {
                        arrived.push(number);
                        text.extend_from_slice(&b"0123456789abcdef {\"done"[..step.lost % 23]);
                    }
                    fs::write(place.path(), text).unwrap();
                    ledger = open(&place.path()).ledger;
                    continue;
                }
            };
            if outcome != RecordOutcome::Refused {
                arrived.push(number);
            }
            ledger.done(batch, 2000, &[outcome]).unwrap();
            if outcome == RecordOutcome::Acknowledged {
                acknowledged.push(number);
            }
        }
        drop(ledger);
        let history = open(&place.path()).ledger.history;
        for number in 0..7 {
            let state = history.state(key(number));
            prop_assert_eq!(state == RecordState::Acknowledged, acknowledged.contains(&number));
            let times = arrived.iter().filter(|arrived| **arrived == number).count();
            prop_assert!(times == 0 || state != RecordState::New);
            prop_assert!(times < 2 || history.may_be_there_twice(key(number)));
        }
    }

    /// A changed byte is seen, wherever it is; only the last line is ever cut.
    #[test]
    fn no_changed_byte_passes(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let place = Place::new();
        let mut text = place.written(3, 4);
        let at = at.index(text.len());
        text[at] ^= flip;
        let last = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        match reading::read(text.as_slice()) {
            Err(_) => prop_assert!(at <= last),
            Ok(reading) => prop_assert!(reading.torn > 0 && at >= last - 1),
        }
    }

    #[test]
    fn whatever_stands_in_a_file_is_read_or_refused(bytes: Vec<u8>) {
        prop_assert!(reading::read(bytes.as_slice()).is_err());
    }
}
