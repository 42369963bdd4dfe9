//! A redrive that is killed again and again loses nothing, and lists whatever
//! it may have sent twice.
//!
//! The real binary, into a delivery stream of `fh local`. The numbers of
//! the whole run, which takes minutes, are in `tests/README.md`.

#![expect(clippy::unwrap_used, reason = "a run that cannot be set up fails here")]

#[expect(dead_code, reason = "the log groups are for other tests")]
#[path = "../support/local_server.rs"]
mod local_server;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use serde::Deserialize;
use tempfile::TempDir;

use crate::local_server::LocalServer;

/// Longer than one run takes, however busy the machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// Records of one failure object.
const PER_OBJECT: u64 = 1500;

#[expect(clippy::disallowed_methods, reason = "how much is to be done is said by who runs it")]
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

fn payload(number: u64) -> Vec<u8> {
    // Some are not text, some are empty but for their number.
    let mut payload = format!("{{\"order\":{number}}}").into_bytes();
    if number.is_multiple_of(3) {
        payload.extend_from_slice(&[0xff, 0, b'\n']);
    }
    payload
}

/// Failure objects with so many records, numbered from 0.
fn failures(folder: &Path, records: u64) {
    std::fs::create_dir(folder.join("failed")).unwrap();
    for first in (0..records).step_by(usize::try_from(PER_OBJECT).unwrap()) {
        let mut text = String::new();
        for number in first..records.min(first + PER_OBJECT) {
            let data = STANDARD.encode(payload(number));
            writeln!(
                text,
                r#"{{"rawData":"{data}","errorCode":"Lambda.FunctionError","errorMessage":"m","attemptsMade":4,"arrivalTimestamp":1795341600123,"attemptEndingTimestamp":1795341688540,"lambdaARN":"arn:aws:lambda:eu-west-1:111122223333:function:orders"}}"#
            )
            .unwrap();
        }
        std::fs::write(folder.join(format!("failed/{first:08}")), text).unwrap();
    }
}

/// Each run is in a working directory of its own.
fn redrive(folder: &Path, server: &LocalServer) -> Command {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let elsewhere = folder.join(format!("from-{}", RUNS.fetch_add(1, Ordering::Relaxed)));
    std::fs::create_dir(&elsewhere).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_fh"));
    command
        .args(["redrive", "--stream", "orders", "--yes", "--output", "json"])
        .arg(folder.join("failed"))
        .args(["--endpoint-url", &server.url(), "--region", "us-east-1"])
        .env_clear()
        .env("HOME", folder)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .current_dir(elsewhere)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    sent: Sent,
    acknowledged_before: Amount,
}

#[derive(Debug, Deserialize)]
struct Amount {
    records: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    acknowledged: Amount,
    possible_duplicates: Vec<Duplicates>,
}

#[derive(Debug, Deserialize)]
struct Duplicates {
    source: String,
    first: u64,
    last: u64,
}

/// Starts a redrive and kills it when the stream has taken so many records in
/// all, and a little later; true if it lived to its end before that.
fn run_until(folder: &Path, server: &LocalServer, target: u64, later: u32) -> bool {
    let mut child = redrive(folder, server).spawn().unwrap();
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let output = child.wait_with_output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(status.success(), "a run ended by itself: {status}: {errors}");
            return true;
        }
        if server.count() >= target {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "a run hangs");
        std::thread::yield_now();
    }
    for _ in 0..later {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

fn run_to_the_end(folder: &Path, server: &LocalServer) -> Report {
    let output = redrive(folder, server).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Nothing is lost, and whatever is there twice is listed. Returns how many
/// are there twice, and how many are listed.
fn check(server: &LocalServer, records: u64, report: &Report) -> (u64, u64) {
    let mut times = server.arrived();
    let mut listed = BTreeSet::new();
    for run in &report.sent.possible_duplicates {
        let object: u64 = run.source.rsplit('/').next().unwrap().parse().unwrap();
        listed.extend(object + run.first - 1..object + run.last);
    }
    let mut twice = 0;
    for number in 0..records {
        let times = times.remove(&payload(number)).unwrap_or(0);
        assert!(times >= 1, "record {number} is lost");
        assert!(times == 1 || listed.contains(&number), "record {number} is {times} times there");
        twice += u64::from(times > 1);
    }
    assert_eq!(times.len(), 0, "records that nobody sent");
    assert_eq!(report.acknowledged_before.records + report.sent.acknowledged.records, records);
    (twice, listed.len() as u64)
}

#[test]
fn a_redrive_that_is_killed_at_random_points_loses_nothing() {
    let records = number("FH_STRESS_RECORDS", 10_000);
    let kills = number("FH_STRESS_KILLS", 10);
    let seed = number("FH_STRESS_SEED", 1);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let folder = TempDir::new().unwrap();
    failures(folder.path(), records);
    let server = LocalServer::orders("");
    let mut targets: Vec<_> = (0..kills).map(|_| rng.random_range(0..records)).collect();
    targets.sort_unstable();
    for target in targets {
        run_until(folder.path(), &server, target, rng.random_range(0..1_000_000));
    }
    let report = run_to_the_end(folder.path(), &server);
    let (twice, listed) = check(&server, records, &report);
    // Eight batches of 500 are under way at a time.
    assert!(listed <= kills * 8 * 500, "{listed}");
    println!("{records} records, {kills} kills: 0 lost, {twice} there twice, {listed} listed");
    // All is done: once more, nothing is sent.
    let before = server.count();
    run_to_the_end(folder.path(), &server);
    assert_eq!(server.count(), before);
}

#[test]
fn a_redrive_through_faults_loses_nothing_and_lists_what_may_be_there_twice() {
    for seed in 0..number("FH_STRESS_SEEDS", 3) {
        let folder = TempDir::new().unwrap();
        failures(folder.path(), 5000);
        let faults = "refuse=0.2 unavailable=0.1 reset=0.1 lose-answer=0.1 internal-error=0.1";
        let server = LocalServer::orders_seeded(faults, seed);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        run_until(folder.path(), &server, 2000, rng.random_range(0..1_000_000));
        let report = run_to_the_end(folder.path(), &server);
        let (twice, listed) = check(&server, 5000, &report);
        assert!(twice <= listed);
    }
}

#[test]
fn without_faults_nothing_is_there_twice_and_nothing_is_listed() {
    let folder = TempDir::new().unwrap();
    failures(folder.path(), 3000);
    let server = LocalServer::orders("");
    let report = run_to_the_end(folder.path(), &server);
    assert_eq!(check(&server, 3000, &report), (0, 0));
}
