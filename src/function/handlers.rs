//! The handler that source files define, where that is plain.
//!
//! Code is not parsed, only looked through: a function that is called as handlers
//! are, at the outermost level of its file. One that is found in another way is for
//! the user to name.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use regex::Regex;
use walkdir::WalkDir;

use super::program::{NODE_ENDINGS, not_a_folder};
use crate::error::Error;

/// Names that handlers have.
const NAMES: [&str; 3] = ["lambda_handler", "handler", "lambdaHandler"];

/// Most files of a folder that are looked at, and most bytes of each.
const MAX_FILES: usize = 500;
const MAX_BYTES: u64 = 1 << 20;

/// Python: a function and its first parameter, or a name that is set.
const PYTHON: [&str; 2] = [r"(?m)^(?:async )?def (\w+)\(\s*(\w*)", r"(?m)^(\w+)\s*=[^=]"];

/// Node.js: an export and the first parameter of its function.
const NODE: [&str; 3] = [
    r"(?m)^(?:module\.)?exports\.(\w+)\s*=(?:\s*async)?(?:\s*function\b[^(]*)?\s*\(?\s*(\w*)",
    r"(?m)^export\s+(?:async\s+)?function\s+(\w+)\s*\(\s*(\w*)",
    r"(?m)^export\s+(?:const|let|var)\s+(\w+)\s*=(?:\s*async)?(?:\s*function\b[^(]*)?\s*\(?\s*(\w*)",
];

/// Node.js: names that are exported together.
const NODE_LISTS: &str = r"(?m)^(?:export|module\.exports\s*=)\s*\{([^{}]*)\}";

/// A function in a file that Lambda could call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundHandler {
    /// Name of the file.
    pub file: String,
    /// Name of the function; `None` for a program.
    pub function: Option<String>,
    /// What `--handler` takes.
    pub handler: String,
}

impl FoundHandler {
    /// Finds the one handler of the files that are directly in `folder`. Fails where
    /// none or several are.
    pub fn in_folder(folder: &Path) -> Result<Self, Error> {
        if !folder.is_dir() {
            return Err(not_a_folder(folder));
        }
        one(of_folder(folder), &format!("`{}`", folder.display()))
    }

    /// The same in the working folder, of which nobody said that it has one: `None`
    /// where none is.
    pub fn in_working_folder() -> Result<Option<Self>, Error> {
        let found = of_folder(Path::new("."));
        if found.is_empty() { Ok(None) } else { one(found, "this folder").map(Some) }
    }

    /// Finds the one handler of a file.
    pub fn in_file(folder: &Path, name: &str) -> Result<Self, Error> {
        if !is_source(name) {
            return Ok(Self::program(name));
        }
        one(of_file(folder, name), &format!("`{}`", folder.join(name).display()))
    }

    fn program(name: &str) -> Self {
        Self { file: name.to_owned(), function: None, handler: name.to_owned() }
    }
}

/// What could be called of the files that are directly in a folder.
fn of_folder(folder: &Path) -> Vec<FoundHandler> {
    if folder.join("bootstrap").is_file() {
        return vec![FoundHandler::program("bootstrap")];
    }
    let files = WalkDir::new(folder).max_depth(1).sort_by_file_name().into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    let names = files.filter_map(|entry| entry.file_name().to_str().map(str::to_owned));
    let names = names.filter(|name| is_source(name) && !is_test(name)).take(MAX_FILES);
    names.flat_map(|name| of_file(folder, &name)).collect()
}

/// The only one, or the only one with a name that handlers have.
fn one(mut found: Vec<FoundHandler>, place: &str) -> Result<FoundHandler, Error> {
    let is_named = |it: &FoundHandler| it.function.as_deref().is_some_and(is_handler_name);
    if found.iter().any(is_named) {
        found.retain(is_named);
    }
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::user(format!("no handler found in {place}"))
            .hint("name it: `--handler FILE.FUNCTION`, e.g. app.lambda_handler, index.handler")),
        several => {
            let names: Vec<_> = several.iter().take(5).map(|it| it.handler.as_str()).collect();
            let more = if several.len() > names.len() { ", …" } else { "" };
            let names = format!("{}{more}", names.join(", "));
            Err(Error::user(format!("{} handlers in {place}: {names}", several.len()))
                .hint("choose one with `--handler`"))
        }
    }
}

fn is_handler_name(name: &str) -> bool {
    NAMES.contains(&name)
}

fn is_source(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending == "py" || NODE_ENDINGS.contains(&ending)
}

fn is_test(name: &str) -> bool {
    name.starts_with("test_") || [".test.", ".spec.", ".config."].iter().any(|it| name.contains(it))
}

/// What a file defines; nothing if it cannot be read, which is reported when it is
/// called.
fn of_file(folder: &Path, name: &str) -> Vec<FoundHandler> {
    let mut text = Vec::new();
    let read = File::open(folder.join(name));
    if read.and_then(|file| file.take(MAX_BYTES).read_to_end(&mut text)).is_err() {
        return Vec::new();
    }
    let Some((stem, ending)) = name.rsplit_once('.') else { return Vec::new() };
    functions(&String::from_utf8_lossy(&text), ending == "py")
        .into_iter()
        .map(|function| FoundHandler {
            file: name.to_owned(),
            handler: format!("{stem}.{function}"),
            function: Some(function),
        })
        .collect()
}

/// Functions that are named like handlers or whose first parameter is `event`.
fn functions(text: &str, is_python: bool) -> Vec<String> {
    let patterns = if is_python { PYTHON.as_slice() } else { NODE.as_slice() };
    let mut found: Vec<String> = Vec::new();
    let mut add = |name: &str, parameter: &str| {
        let is_handler = is_handler_name(name) || parameter == "event";
        if is_handler && !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    };
    for regex in patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()) {
        for groups in regex.captures_iter(text) {
            let group = |index| groups.get(index).map_or("", |it| it.as_str());
            add(group(1), group(2));
        }
    }
    if !is_python && let Ok(regex) = Regex::new(NODE_LISTS) {
        for list in regex.captures_iter(text).filter_map(|groups| groups.get(1)) {
            for item in list.as_str().split(',') {
                // `run as handler`, `handler: run`
                let item = item.rsplit_once(" as ").map_or(item, |(_, name)| name);
                let name = item.split_once(':').map_or(item, |(name, _)| name);
                add(name.trim(), "");
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_found_in_the_forms_that_people_write() {
        let python = |text| functions(text, true);
        assert_eq!(python("import json\n\ndef lambda_handler(event, _):\n"), ["lambda_handler"]);
        assert_eq!(python("def a(event, c): pass\ndef b(x): pass\n"), ["a"]);
        assert_eq!(python("class A:\n    def handler(self, event): pass\n"), [""; 0]);
        assert_eq!(python("handler = Transform().run\nx == 1\n"), ["handler"]);
        let node = |text| functions(text, false);
        for text in [
            "export const handler = async (event) => {};",
            "export async function handler(event) {}",
            "exports.handler = async function (event, context) {};",
            "module.exports.handler = (e) => e;",
            "module.exports = { handler: run, other };",
            "const run = () => 1;\nexport { run as handler };",
        ] {
            assert_eq!(node(text), ["handler"], "{text}");
        }
        assert_eq!(node("exports.transform = event => event;"), ["transform"]);
        assert_eq!(node("export const version = 1;\nconst handler = 1;"), [""; 0]);
    }

    #[test]
    fn one_handler_is_taken_and_several_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        let found = || {
            let found = FoundHandler::in_folder(folder.path());
            found.map(|it| it.handler).map_err(|error| error.to_string())
        };
        assert!(found().unwrap_err().starts_with("no handler found in `"));
        write("util.py", "def each(event, x): pass\n");
        write("test_app.py", "def handler(event, x): pass\n");
        assert_eq!(found(), Ok("util.each".to_owned()));
        write("app.py", "def lambda_handler(event, x): pass\n");
        assert_eq!(found(), Ok("app.lambda_handler".to_owned()));
        write("index.mjs", "export const handler = 1;\n");
        let error = found().unwrap_err();
        assert!(error.ends_with(": app.lambda_handler, index.handler"), "{error}");
        write("bootstrap", "");
        assert_eq!(found(), Ok("bootstrap".to_owned()));
    }
}
