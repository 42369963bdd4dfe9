//! The command line that calls the same function with another event.

use std::path::Path;

use super::arguments::{DEFAULT_MAX_CALLS, DEFAULT_NAME, DEFAULT_TIMEOUT, InvokeArgs};
use crate::input::Source;
use crate::terminal::shell;
use crate::times::write_duration;

/// Names of files that are tried for one that is not used.
const MAX_NAMES: u32 = 100;

const ISOLATE: &str = "--isolate";

/// `fh invoke` for the function of `args` with the event in `file`, to be pasted
/// into a shell.
pub(super) fn with_event(args: &InvokeArgs, file: &Path) -> String {
    line(args, &[], Some(file))
}

/// `fh invoke` for the function of `args` with an event from standard input.
pub(super) fn without_event(args: &InvokeArgs) -> String {
    line(args, &[], None)
}

/// The same with `--isolate` and the event of `args`; `None` if that came from
/// standard input and is gone.
pub(super) fn isolating(args: &InvokeArgs) -> Option<String> {
    match args.event() {
        Source::Path(file) => Some(line(args, &[ISOLATE], Some(file))),
        Source::Stdin if args.is_sample => Some(line(args, &[ISOLATE], None)),
        Source::Stdin | Source::S3(_) | Source::Text(_) => None,
    }
}

/// The same, and the event of the records that are found goes to a file in the working
/// folder.
pub(super) fn isolating_and_saving(args: &InvokeArgs) -> Option<String> {
    let stem = match args.event() {
        Source::Path(file) => file.file_stem()?.to_str()?,
        Source::Stdin | Source::S3(_) | Source::Text(_) => "sample",
    };
    let mut saving = Vec::new();
    push(&mut saving, "--save-event", unused(&format!("{stem}-isolated")));
    isolating(args).map(|line| format!("{line} {}", shell::line(&saving)))
}

/// The name of a file that does not exist: `event-isolated.json`, `event-isolated-2.json`.
fn unused(stem: &str) -> String {
    let first = format!("{stem}.json");
    let more = (2..MAX_NAMES).map(|number| format!("{stem}-{number}.json"));
    let mut names = std::iter::once(first.clone()).chain(more);
    names.find(|it| Path::new(it).symlink_metadata().is_err()).unwrap_or(first)
}

fn line(args: &InvokeArgs, more: &[&str], event: Option<&Path>) -> String {
    let path = |path: &Path| path.display().to_string();
    let mut words = vec!["fh".to_owned(), "invoke".to_owned()];
    let named = (args.function_name != DEFAULT_NAME).then(|| args.function_name.clone());
    let timed = (args.timeout != DEFAULT_TIMEOUT).then(|| write_duration(args.timeout));
    // It is refused where nothing is isolated.
    let is_limit = more.contains(&ISOLATE) && args.max_calls != DEFAULT_MAX_CALLS;
    let limit = is_limit.then(|| args.max_calls.to_string());
    let flags = [
        ("--handler", args.handler.clone()),
        ("--bootstrap", args.bootstrap.as_deref().map(path)),
        ("--transform", args.transform.map(|it| it.as_str().to_owned())),
        ("--exec", args.exec.clone()),
        ("--lambda-endpoint", args.lambda_endpoint.clone()),
        ("--function", args.function.as_ref().map(ToString::to_string)),
        ("--code", args.code.folder.as_deref().map(path)),
        ("--python", args.code.python.as_deref().map(path)),
        ("--node", args.code.node.as_deref().map(path)),
        ("--function-name", named),
        ("--memory", args.memory.map(|mb| mb.to_string())),
        ("--timeout", timed),
        ("--max-calls", limit),
    ];
    let variables = args.env.iter().map(|variable| ("--env", variable.to_arg()));
    let files = args.env_file.iter().map(|file| ("--env-file", path(file)));
    let given = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
    for (flag, value) in given.chain(variables).chain(files) {
        push(&mut words, flag, value);
    }
    if args.pass_credentials {
        words.push("--pass-credentials".to_owned());
    }
    words.extend(args.aws.to_args());
    words.extend(args.stream.to_args());
    words.extend(more.iter().map(|&flag| flag.to_owned()));
    if let Some(file) = event {
        push(&mut words, "--event", path(file));
    }
    shell::line(&words)
}

/// Adds a flag. A value that looks like a flag must not be taken for one.
fn push(words: &mut Vec<String>, flag: &str, value: String) {
    if value.starts_with('-') {
        words.push(format!("{flag}={value}"));
    } else {
        words.extend([flag.to_owned(), value]);
    }
}
