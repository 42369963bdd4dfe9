//! Words that a native reader stumbles over stay out of what `fh` prints: out of
//! the README, the help and every string in the source.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails loudly")]
#![expect(clippy::disallowed_methods, reason = "the sources are no input of fh")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

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
        let code = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        for (line, text) in printed(code) {
            texts += 1;
            found.extend(note(&path, line, &text));
        }
    }
    assert!(texts > 2000, "only {texts} strings were found");
    let readme = root.join("README.md");
    for (number, line) in fs::read_to_string(&readme).unwrap().lines().enumerate() {
        found.extend(note(&readme, number, line));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What a quote or a comment begins: a comment, a string, a character. Of a raw
/// string only its start.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?<comment> //[^\n]* (?: \n\s*//[^\n]* )* )
        | r(?<hashes>\x23*)"
        | "(?<text> (?s: [^"\\] | \\. )* )"
        | '(?: [^'\\] | \\[^u] | \\u\{[^}]*\} )'
        "#,
    )
    .unwrap()
});

/// What a source file prints, with the number of its line: each string as one
/// line, and the documentation of flags, which is their help.
fn printed(code: &str) -> Vec<(usize, String)> {
    let has_flags = code.contains("#[arg(");
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(found) = TOKEN.captures_at(code, at) {
        let whole = found.get(0).unwrap();
        at = whole.end();
        let text = if let Some(comment) = found.name("comment") {
            let lines = comment.as_str().lines();
            let help = lines.filter_map(|it| it.trim_start().strip_prefix("///"));
            Some(help.collect::<Vec<_>>().join("\n")).filter(|_| has_flags)
        } else if let Some(hashes) = found.name("hashes") {
            let raw = code.get(at..).unwrap();
            let end = raw.find(&format!("\"{}", hashes.as_str())).unwrap();
            at += end + 1 + hashes.len();
            raw.get(..end).map(str::to_owned)
        } else {
            found.name("text").map(|it| it.as_str().to_owned())
        };
        let line = code.get(..whole.start()).unwrap().matches('\n').count();
        texts.extend(text.map(|it| (line, on_one_line(&it))));
    }
    texts
}

/// A string of source without its line breaks, those that it prints among them.
fn on_one_line(text: &str) -> String {
    let text = text.replace("\\n", "\n").replace("\\t", " ");
    let lines = text.lines().map(|it| it.trim_end_matches('\\').trim());
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_line_of_a_string_is_read() {
    let code = r##"
const A: &str = "\
    first
    second \"quoted\" // no comment
    third";
let quote = ('"', '\'', "fourth");
let raw = r#"fif"th"#; // "no string"
"##;
    let expected =
        [(1, r#" first second \"quoted\" // no comment third"#), (5, "fourth"), (6, r#"fif"th"#)];
    assert_eq!(printed(code), expected.map(|(line, text)| (line, text.to_owned())));
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
        // Tests, in a file or a folder, print nothing.
        .filter(|path| path.file_stem().is_none_or(|it| it != "tests"))
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}
