//! The command lines that continue where a run has stopped.

use super::arguments::{RETRY_FOR, SendingArgs};
use super::reading::ReadingArgs;
use crate::input::Source;
use crate::terminal::shell;
use crate::times::write_duration;

/// `fh send` for this stream, with how it is sent.
fn head(args: &SendingArgs) -> Vec<String> {
    let mut words = vec!["fh".to_owned(), "send".to_owned()];
    if let Ok(stream) = args.stream() {
        let stream = stream.arn().unwrap_or(stream.as_str());
        words.extend(["--stream".to_owned(), stream.to_owned()]);
    }
    words.extend(args.aws.to_args());
    if let Some(rate) = args.rate {
        words.extend(["--rate".to_owned(), format!("{rate}/s")]);
    }
    if args.retry_for != RETRY_FOR {
        words.extend(["--retry-for".to_owned(), write_duration(args.retry_for)]);
    }
    if args.ordered {
        words.push("--ordered".to_owned());
    }
    words
}

/// Sends what was kept in a file.
pub(super) fn from_file(args: &SendingArgs, file: &str) -> String {
    let mut words = head(args);
    words.extend(["--format", "base64", file].map(ToOwned::to_owned));
    shell::line(&words)
}

/// Sends what comes after the first `skip` records.
pub(super) fn from_inputs(
    args: &SendingArgs,
    reading: &ReadingArgs,
    inputs: &[Source],
    skip: u64,
) -> String {
    let mut words = head(args);
    words.extend(reading.to_args(skip));
    words.extend(inputs.iter().map(Source::name));
    shell::line(&words)
}
