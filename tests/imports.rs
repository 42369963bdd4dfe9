//! The order of the rooms: a file imports its own room and those below it.
//! Of the domain, which is at the bottom, the compiler is the witness: it is a
//! crate of its own, without the others among its dependencies. And no files that
//! import each other in a circle, but for pairs.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the sources are no input of fh")]

use std::collections::{BTreeMap, BTreeSet};
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

/// What each file imports, by the names of their modules: `redrive/sources`. What a
/// file is part of is left out.
fn imports() -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut texts = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&folder) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
            let module = path.strip_prefix(&folder).unwrap().with_extension("");
            let words = module.iter().map(|word| word.to_str().unwrap().to_owned());
            texts.insert(words.filter(|word| word != "mod").collect::<Vec<_>>(), code);
        }
    }
    // One level of braces, as rustfmt leaves them: `super::{client, run}`.
    let group = Regex::new(r"\b((?:crate|super|self)(?:::\w+)*)::\{([^{}]*)\}").unwrap();
    let single = Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
    let imported = |from: &Vec<String>, code: &str| {
        let mut all = BTreeSet::new();
        let mut names: Vec<_> =
            single.find_iter(code).map(|found| found.as_str().to_owned()).collect();
        for found in group.captures_iter(code) {
            let words = found[2].split(',').map(str::trim);
            names.extend(words.map(|word| format!("{}::{word}", &found[1])));
        }
        for name in names {
            let is_domain = from.first().is_some_and(|it| it == "firehose");
            let mut to = from.clone();
            for word in name.split("::") {
                match word {
                    "crate" => to.truncate(usize::from(is_domain)),
                    "super" => drop(to.pop()),
                    "self" => {}
                    _ => to.push(word.to_owned()),
                }
            }
            while !to.is_empty() && !texts.contains_key(&to) {
                to.pop();
            }
            if !from.starts_with(&to) {
                all.insert(to);
            }
        }
        all
    };
    texts.iter().map(|(from, code)| (from.clone(), imported(from, code))).collect()
}

#[test]
fn no_more_than_two_files_import_each_other_in_a_circle() {
    let imports = imports();
    let reached = |from: &Vec<String>| {
        let mut all = BTreeSet::new();
        let mut next: Vec<_> = imports[from].iter().collect();
        while let Some(file) = next.pop() {
            if all.insert(file) {
                next.extend(&imports[file]);
            }
        }
        all
    };
    let all: BTreeMap<_, _> = imports.keys().map(|file| (file, reached(file))).collect();
    assert!(all.len() > 400, "only {} files were found", all.len());
    let mut circles = BTreeSet::new();
    for (file, reached) in &all {
        let circle = reached.iter().filter(|other| all[**other].contains(file));
        let circle: BTreeSet<_> = circle.map(|other| other.join("/")).collect();
        if circle.len() > 2 {
            circles.insert(circle);
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}
