//! The order of the rooms: a file imports its own room and those below it.
//! Of the domain, which is at the bottom, the compiler is the witness: it is a
//! crate of its own, without the others among its dependencies.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the sources are no input of fh")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The rooms from the top to the bottom. Those on one line know nothing of each
/// other.
const ORDER: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["commands"],
    &["render", "redrive", "local", "tracer"],
    &["tailing", "sending", "function", "gathering"],
    &["input"],
    &["aws"],
    &["context", "loopback"],
    &["terminal"],
    &["signals"],
    &["panics", "platform", "times"],
    &["error"],
];

fn sources() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&folder).into_iter().map(|entry| entry.unwrap().into_path());
    files
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .filter(|path| !path.starts_with(folder.join("firehose")))
        .collect()
}

/// The room that a file is in: the first part of its path.
fn room(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn line_of(room: &str) -> usize {
    let found = ORDER.iter().position(|line| line.contains(&room));
    found.unwrap_or_else(|| panic!("`{room}` has no place in ORDER"))
}

#[test]
fn every_room_imports_only_those_below_it() {
    let import = Regex::new(r"\bcrate::(?:\{)?(\w+)").unwrap();
    let mut wrong = BTreeSet::new();
    let mut seen = 0;
    for path in sources() {
        let from = room(&path);
        if from == "lib" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for found in import.captures_iter(&text) {
            let to = &found[1];
            seen += 1;
            if from != to && line_of(&from) >= line_of(to) {
                wrong.insert(format!("{from} imports {to}: {}", path.display()));
            }
        }
    }
    assert!(seen > 100, "only {seen} imports were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_domain_has_no_network_no_runtime_and_no_clock() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/firehose/Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    for dependency in ["aws", "tokio", "hyper", "rustix", "clap"] {
        assert!(!manifest.contains(&format!("\n{dependency}")), "{dependency}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/firehose");
    let outside =
        Regex::new(r"std::(fs|net|env|process|thread)\b|SystemTime|Instant::now").unwrap();
    for entry in walkdir::WalkDir::new(folder) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let found = outside.find(code).map(|found| found.as_str());
            assert_eq!(found, None, "{}", path.display());
        }
    }
}
