//! Words that a native reader stumbles over stay out of what `fh` prints: out of
//! the README, the help and every string in the source.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the sources are no input of fh")]

use std::fs;
use std::path::{Path, PathBuf};

/// What not to write, and what to write instead.
const WORDS: [(&str, &str); 27] = [
    ("a line each", "one per line"),
    ("a record a line", "one record per line"),
    ("a record each", "one record each, one per record"),
    ("an object a", "one object per"),
    ("anew", "again"),
    ("behind the", "after the: a place in text is no place in a room"),
    ("colour", "color: American spelling, as in the flags"),
    ("fits the", "matches the"),
    ("for want of", "without"),
    ("goes on", "continues, lasts"),
    ("heard", "received, found"),
    ("is not there", "does not exist"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mends", "fixes"),
    ("no such", "does not exist"),
    ("nobody", "the passive: no person is meant"),
    ("recognised", "recognized"),
    ("says so", "with a message"),
    ("serialised", "serialized"),
    ("so many", "N"),
    ("so often", "N times"),
    ("spelt", "spelled"),
    ("stray", "unmatched"),
    ("told", "shown, printed, reported"),
    ("` is no ", "is not a"),
    ("} is no ", "is not a"),
];

#[test]
fn what_is_printed_is_plain_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut texts = 0;
    for path in sources(&root.join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        let code = source.split("#[cfg(test)]").next().unwrap();
        // Documentation of a flag is its help.
        let has_flags = code.contains("#[arg(");
        let mut is_inside = false;
        for (number, line) in code.lines().enumerate() {
            let from = usize::from(!is_inside);
            is_inside = line.ends_with('\\');
            for text in printed(line, from, has_flags) {
                texts += 1;
                found.extend(note(&path, number, text));
            }
        }
    }
    assert!(texts > 2000, "only {texts} strings were found");
    let readme = root.join("README.md");
    for (number, line) in fs::read_to_string(&readme).unwrap().lines().enumerate() {
        found.extend(note(&readme, number, line));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What a line of source prints: its strings, which begin with the part `from`
/// between quotes, and the help of a flag.
fn printed(line: &str, from: usize, has_flags: bool) -> Vec<&str> {
    let line = line.trim_start();
    match line.strip_prefix("///") {
        Some(help) if has_flags => vec![help],
        None if !line.starts_with("//") => line.split('"').skip(from).collect(),
        _ => Vec::new(),
    }
}

/// A finding for each word in the text.
fn note(path: &Path, line: usize, text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let has = |word: &str| {
        lower.match_indices(word).any(|(at, _)| {
            let before = lower.get(..at).and_then(|it| it.chars().next_back());
            let after = lower.get(at + word.len()..).and_then(|it| it.chars().next());
            let is_letter = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
            !is_letter(before) && !is_letter(after) || word.ends_with(' ')
        })
    };
    WORDS
        .iter()
        .filter(|(word, _)| has(word))
        .map(|(word, better)| {
            format!("{}:{}: `{word}` ({better}): {}", path.display(), line + 1, text.trim())
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .filter(|path| path.file_name().is_none_or(|it| it != "tests.rs"))
        .collect()
}
