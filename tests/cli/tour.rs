//! `fh tour`: the whole of it, offline, and what it leaves.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]

use std::path::Path;

use tempfile::TempDir;

use crate::harness::Fh;
use crate::local::ready;

/// A tour with settings that lead elsewhere, and a folder for all that it writes.
fn tour(words: &str, folder: &TempDir) -> Fh {
    Fh::new()
        .args("tour")
        .args(words)
        .env("TMPDIR", folder.path().to_str().unwrap())
        .env("HOME", folder.path().to_str().unwrap())
        .env("AWS_PROFILE", "missing")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("FH_STREAM", "orders")
        .env("COLUMNS", "80")
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

/// The lines that one would type; a long one goes on in the next.
fn typed(text: &str) -> Vec<String> {
    let joined = text.replace("|\n          ", "| ");
    let lines = joined.lines().filter_map(|line| line.trim_start().strip_prefix("$ "));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_tour_ends_with_every_record_delivered_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let tour = tour("--quiet", &folder).run();
    assert_eq!((tour.code(), tour.errors()), (0, String::new()), "{tour}");
    // Lines break at 80 columns.
    let whole = tour.text().replace("\n    ", "");
    let text = tour.text();
    for shown in [
        "60 records acknowledged",
        "record 17: price 75.2 does not have two decimals",
        r#""currency":"USD"}"#,
        "5 failed records in 1 input, 1 kind",
        "warning: processing-failed (5 places)",
        "response: 5 records, 5 delivered",
        "sent      5 records",
        "none of 5 failure records in 1 input matches the filters",
        "60 of 60 records delivered",
    ] {
        assert!(whole.contains(shown), "no `{shown}` in {text}");
    }
    let wide: Vec<_> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    assert!(is_empty(folder.path()));
}

#[test]
fn the_lines_of_the_tour_can_be_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let shown = tour("", &folder).run();
    let typed = typed(&shown.text());
    let [_start, _environment, send, lines @ .., _since] = typed.as_slice() else {
        panic!("{typed:?}");
    };
    let (_server, url) =
        ready(Fh::new().args("local start --stream tour --transform tour --port 0"));
    let port = url.rsplit(':').next().unwrap();
    let script = format!(
        "set -e; fh() {{ \"$FH\" \"$@\"; }}; eval \"$(fh local env --port {port})\"\n{send}\n{}",
        lines.join("\n")
    );
    let pasted = Fh::shell(&script).run();
    assert_eq!(pasted.code(), 0, "{pasted}");
    assert!(pasted.text().contains("5 failed records in 1 input"), "{pasted}");
    assert!(pasted.text().contains("5 records, 345 B, acknowledged"), "{pasted}");
}

#[test]
fn ctrl_c_ends_the_tour_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = tour("", &folder).start();
    session.wait_for("2 · ");
    session.signal("INT");
    let end = session.end();
    assert_eq!(end.code(), 130, "{end}");
    assert!(is_empty(folder.path()));
}

#[test]
fn a_closed_pipe_ends_the_tour_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let end = Fh::shell("\"$FH\" tour | head -n 1").env("TMPDIR", home).run();
    assert_eq!((end.code(), end.errors()), (0, String::new()), "{end}");
    assert!(end.text().starts_with("fh tour: "), "{end}");
    assert!(is_empty(folder.path()));
}

#[test]
fn each_step_waits_for_enter_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = tour("--step", &folder).start_typing(80);
    for number in 2..=9 {
        session.wait_for(&format!("{number} · "));
        assert!(!session.seen().contains(&format!("{} · ", number + 1)));
        session.send(b"\r");
    }
    session.wait_for("60 of 60 records delivered");
    let end = session.finish();
    assert_eq!(end.code(), 0, "{end}");
    assert!(is_empty(folder.path()));
}
