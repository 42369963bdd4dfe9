//! Runs the console blocks of the README and compares what they print.
//!
//! `README=update cargo test --test readme` writes what they print now.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "reads the README itself")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Runs a line as a shell would, with our own `fh` first on the path.
fn run(line: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_fh")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = vec![binary.to_owned()];
    folders.extend(std::env::split_paths(&path));
    let output = Command::new("sh")
        .args(["-c", &format!("({line}) 2>&1")])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("TZ", "UTC")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_readme_shows_what_fh_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let old = std::fs::read_to_string(&path).unwrap();
    let mut new = String::new();
    let mut in_console = false;
    let mut ran = 0;
    for line in old.lines() {
        let fence = line.starts_with("```");
        in_console = if fence { line == "```console" } else { in_console };
        if in_console && let Some(command) = line.strip_prefix("$ ") {
            writeln!(new, "{line}").unwrap();
            new.push_str(&run(command));
            ran += 1;
        } else if fence || !in_console {
            writeln!(new, "{line}").unwrap();
        }
    }
    assert!(ran >= 8, "only {ran} commands were found");
    if std::env::var_os("README").is_some_and(|value| value == "update") {
        std::fs::write(&path, &new).unwrap();
    }
    assert!(old == new, "README.md is not what fh prints now:\n{new}");
}

#[test]
fn the_readme_opens_with_the_two_commands_that_set_everything_up() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let first = text.split("```sh\n").nth(1).expect("a block of shell commands");
    let commands: Vec<_> = first
        .split("```")
        .next()
        .unwrap()
        .lines()
        .map(|line| line.split('#').next().unwrap().trim())
        .collect();
    assert_eq!(
        commands,
        [
            "cargo run --locked --release -- decode fixtures/records/record.txt",
            "cargo test --locked"
        ]
    );
}
