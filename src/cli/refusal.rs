//! What clap refuses, as an error like every other: what is wrong, and what to do.

use std::error::Error as _;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;
use crate::terminal::shell;
use firehose::errors;
use firehose::transform::Rule;

/// Words that other programs use for what a command does here, with the commands.
const OTHER_WORDS: [(&[&str], &str); 10] = [
    (&["test"], "`fh invoke` runs the transform on an event; `fh send-demo` sends demo records"),
    (&["cat", "show", "view", "peek"], "`fh decode` shows what is in records"),
    (&["put", "produce"], "`fh send` sends records"),
    (&["generate", "sample"], "`fh event` generates a test event"),
    (&["lint", "verify"], "`fh check` checks a transform response"),
    (&["dlq", "dead-letter"], "`fh failures` shows failed records; `fh redrive` puts them back"),
    (&["describe", "get", "info"], "`fh status` shows delivery streams"),
    (
        &["query", "search", "grep", "find"],
        "`fh logs --grep` searches logs; `fh failures --grep` searches failed records",
    ),
    (
        &["simulate", "emulate", "mock"],
        "`fh local start` runs a delivery stream on this machine; `fh invoke` runs the transform",
    ),
    (
        &["login", "configure", "auth", "sso"],
        "fh uses the credentials of the AWS CLI: `aws sso login`, `aws configure`",
    ),
];

/// Flags that other programs have, with those of `fh`.
const OTHER_FLAGS: [(&str, &str); 4] = [
    ("--json", "use `--output json`"),
    ("--format", "use `--output FORMAT`"),
    ("--verbose", "omit it; `--quiet` prints less"),
    ("-v", "`fh --version` prints the version"),
];

/// What `--from-failures` takes.
const FAILURE_INPUTS: &str = "pass files, folders or s3://BUCKET/PREFIX with failure objects; \
                              `fh failures --stream NAME` shows where they are";

/// The error that stands for one of clap's. `command` is the whole command line,
/// `words` is what was typed, without the name of the program.
pub(super) fn error(error: &clap::Error, command: &clap::Command, words: &[String]) -> Error {
    let names = subcommands(command, words);
    let refused = Refused { error, name: names.first().copied(), names: names.join(" ") };
    match error.kind() {
        ErrorKind::InvalidSubcommand => refused.unknown_command(),
        ErrorKind::UnknownArgument => refused.unknown_argument(),
        ErrorKind::InvalidValue => refused.not_in_list(),
        ErrorKind::ValueValidation => refused.bad_value(),
        ErrorKind::ArgumentConflict => refused.conflict(),
        ErrorKind::MissingRequiredArgument => refused.missing(),
        _ => refused.in_claps_words(),
    }
}

/// The commands that were typed, by their own names: `local`, `wait`.
fn subcommands<'a>(mut command: &'a clap::Command, words: &[String]) -> Vec<&'a str> {
    let mut names = Vec::new();
    for word in words {
        if let Some(found) = command.find_subcommand(word) {
            names.push(found.get_name());
            command = found;
        }
    }
    names
}

struct Refused<'a> {
    error: &'a clap::Error,
    /// The command that it is about, if there is one.
    name: Option<&'a str>,
    /// The same with those below it: `local wait`.
    names: String,
}

impl Refused<'_> {
    fn unknown_command(&self) -> Error {
        let word = self.word(ContextKind::InvalidSubcommand);
        let error = Error::user(format!("unknown command `{word}`"));
        if self.name.is_some() {
            return match self.similar(ContextKind::SuggestedSubcommand, &word) {
                Some(similar) => {
                    error.hint(format!("a similar command: fh {} {similar}", self.names))
                }
                None => error.hint(format!("`fh {} --help` lists the commands", self.names)),
            };
        }
        if Path::new(&word).exists() {
            return error.hint(format!("to decode this file: fh decode {word}"));
        }
        if let Some((_, hint)) = OTHER_WORDS.iter().find(|(words, _)| words.contains(&&*word)) {
            return error.hint(*hint);
        }
        if let Some(similar) = self.similar(ContextKind::SuggestedSubcommand, &word) {
            return error.hint(format!("a similar command: fh {similar}"));
        }
        if word.contains('.') && !errors::find(&word).is_empty() {
            return error.hint(format!("to explain this error code: fh explain {word}"));
        }
        error.hint("`fh --help` lists the commands")
    }

    fn unknown_argument(&self) -> Error {
        let word = self.word(ContextKind::InvalidArg);
        if !word.starts_with('-') {
            let error = Error::user(format!("unexpected argument `{word}`"));
            return match self.place_of(&word) {
                Some(hint) => error.hint(hint),
                None => self.with_help(error),
            };
        }
        let error = Error::user(format!("unknown flag `{word}`"));
        if word == "--json" && self.name == Some("logs") {
            return error.hint("use `--output ndjson`");
        }
        let known = OTHER_FLAGS.iter().find(|(flag, _)| *flag == word).map(|(_, hint)| *hint);
        if let Some(hint) = known.filter(|_| self.name.is_some() || word == "-v") {
            return error.hint(hint);
        }
        match self.similar(ContextKind::SuggestedArg, &word) {
            Some(flag) => error.hint(format!("a similar flag: {flag}")),
            None => self.with_help(error),
        }
    }

    /// Where a word belongs in a command that takes none.
    fn place_of(&self, word: &str) -> Option<String> {
        let has_ending = |ending: &str| Path::new(word).extension().is_some_and(|it| it == ending);
        let flag = match self.name? {
            "doctor" if has_ending("json") => "--offline",
            "send-demo" | "status" | "doctor" | "trace" => "--stream",
            "event" => "--data",
            "check" if Rule::find(word).is_some() => "--rules",
            "check" => return Some(format!("use `--event {word}` or `--response {word}`")),
            "invoke" if has_ending("json") => "--event",
            "invoke" if !word.contains('/') && has_ending("handler") => "--handler",
            "invoke" => "--function",
            _ => return None,
        };
        Some(format!("use `{flag} {word}`"))
    }

    fn not_in_list(&self) -> Error {
        let (flag, value) = (self.flag(), self.word(ContextKind::InvalidValue));
        if value.is_empty() {
            let error = Error::user(format!("`{flag}` requires a value"));
            return match flag.as_str() {
                "--from-failures" => error.hint(FAILURE_INPUTS),
                _ => self.with_help(error),
            };
        }
        let mut error = Error::user(format!("invalid value `{value}` for `{flag}`"));
        if flag == "--output" && Path::new(&value).extension().is_some() {
            error = error.hint(format!("to write to a file: > {}", shell::quoted(&value)));
        } else if let Some(similar) = self.similar(ContextKind::SuggestedValue, &value) {
            error = error.hint(format!("a similar value: {similar}"));
        }
        let values = self.all(ContextKind::ValidValue);
        error.hint(format!("possible values: {}", values.join(", ")))
    }

    /// The parser of the value knows why.
    fn bad_value(&self) -> Error {
        let (flag, value) = (self.flag(), self.word(ContextKind::InvalidValue));
        let why = self.error.source().map(ToString::to_string).unwrap_or_default();
        if let Some(reason) = reason_of_regex(&why) {
            let message = format!("`{flag} {value}`: the regular expression is invalid: {reason}");
            return Error::user(message);
        }
        if why.contains(&format!("`{value}`")) {
            return Error::user(format!("`{flag}`: {why}"));
        }
        match (flag.starts_with('-'), value.is_empty()) {
            (_, true) => Error::user(format!("`{flag}`: {why}")),
            (true, _) => Error::user(format!("`{flag} {value}`: {why}")),
            (false, _) => Error::user(format!("`{value}`: {why}")),
        }
    }

    fn conflict(&self) -> Error {
        let flag = self.flag();
        let others = self.all(ContextKind::PriorArg);
        let others: Vec<_> = others.iter().map(|it| format!("`{}`", bare(it))).collect();
        let is_file = flag == "FILE" || others.iter().any(|it| it == "`FILE`");
        let error = match others.as_slice() {
            [] => Error::user(format!("`{flag}` cannot be combined with the other flags")),
            [other] if *other == format!("`{flag}`") => {
                Error::user(format!("`{flag}` can be used only once"))
            }
            others => {
                Error::user(format!("`{flag}` cannot be combined with {}", others.join(", ")))
            }
        };
        if self.name == Some("invoke") && is_file {
            return error.hint("`--event FILE` takes the event; FILE alone is the code");
        }
        self.with_help(error)
    }

    fn missing(&self) -> Error {
        let missing = self.all(ContextKind::InvalidArg);
        let missing: Vec<_> = missing.iter().map(|it| choices(it)).collect();
        let error = Error::user(format!("missing {}", missing.join(" and ")));
        match self.name {
            Some("completions") => error.hint("name your shell, e.g. fh completions bash"),
            _ => self.with_help(error),
        }
    }

    /// The first line of what clap prints.
    fn in_claps_words(&self) -> Error {
        let text = self.error.to_string();
        let line = text.lines().next().unwrap_or_default();
        self.with_help(Error::user(line.strip_prefix("error: ").unwrap_or(line)))
    }

    fn with_help(&self, error: Error) -> Error {
        let space = if self.names.is_empty() { "" } else { " " };
        error.hint(format!("see: fh {}{space}--help", self.names))
    }

    /// What clap found to be like `word`, if a reader would say so too.
    fn similar(&self, kind: ContextKind, word: &str) -> Option<String> {
        let mut names = self.all(kind);
        names.retain(|name| is_similar(word, name));
        names.into_iter().min_by_key(|name| !name.starts_with(word))
    }

    /// The flag, or the name of the argument, that this is about.
    fn flag(&self) -> String {
        bare(&self.word(ContextKind::InvalidArg))
    }

    fn word(&self, kind: ContextKind) -> String {
        self.all(kind).into_iter().next().unwrap_or_default()
    }

    fn all(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(texts)) => texts.clone(),
            _ => Vec::new(),
        }
    }
}

/// True if one is the start of the other, or they differ by a typo or two.
/// clap also offers `validate` for `list`.
fn is_similar(word: &str, name: &str) -> bool {
    let (word, name) = (word.to_lowercase(), name.to_lowercase());
    let typos = word.trim_start_matches('-').chars().count().div_ceil(3);
    word.starts_with(&name)
        || name.starts_with(&word)
        || strsim::damerau_levenshtein(&word, &name) <= typos
}

/// `--since` of `--since <TIME>`, `INPUT` of `[INPUT]...`.
fn bare(argument: &str) -> String {
    let argument = argument.trim_end_matches("...");
    match argument.split_once(' ') {
        Some((flag, _)) => flag.to_owned(),
        None => argument.trim_matches(['[', ']', '<', '>']).to_owned(),
    }
}

/// `` `--event FILE` `` of `--event <FILE>`; of a group, what to choose from.
fn choices(argument: &str) -> String {
    let plain = |it: &str| format!("`{}`", it.replace(['<', '>'], ""));
    if !argument.starts_with('<') || !argument.contains('|') {
        return plain(argument.trim_end_matches("..."));
    }
    let all: Vec<_> = argument.split('|').map(plain).collect();
    format!("one of {}", all.join(", "))
}

/// The last line of an error of the crate `regex`, which draws where it is.
fn reason_of_regex(why: &str) -> Option<&str> {
    if !why.starts_with("regex parse error") {
        return None;
    }
    why.lines().last()?.strip_prefix("error: ")
}
