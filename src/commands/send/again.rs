//! The command lines that go on where a run has stopped.

use super::arguments::SendingArgs;
use super::reading::Reading;
use crate::input::Source;
use crate::render::shell;

/// `fh send` for this stream, with how it is sent.
fn head(args: &SendingArgs) -> Vec<String> {
    let mut words = vec!["fh".to_owned(), "send".to_owned()];
    let stream = args.stream.arn().unwrap_or(args.stream.as_str());
    words.extend(["--stream".to_owned(), stream.to_owned()]);
    words.extend(aws(args));
    if args.ordered {
        words.push("--ordered".to_owned());
    }
    words
}

/// The flags of AWS as they were given.
pub(super) fn aws(args: &SendingArgs) -> Vec<String> {
    let aws = &args.aws;
    let flags = [
        ("--profile", aws.profile.clone()),
        ("--region", aws.region.as_ref().map(ToString::to_string)),
        ("--endpoint-url", aws.endpoint_url.as_ref().map(|url| url.as_str().to_owned())),
    ];
    let given = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
    given.flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
}

/// Sends what was kept in a file.
pub(super) fn from_file(args: &SendingArgs, file: &str) -> String {
    let mut words = head(args);
    words.extend(["--format", "base64", file].map(ToOwned::to_owned));
    shell::line(&words)
}

/// Sends what is behind the first `skip` records.
pub(super) fn from_inputs(
    args: &SendingArgs,
    reading: &Reading,
    inputs: &[Source],
    skip: u64,
) -> String {
    let mut words = head(args);
    words.extend(reading.words(skip));
    words.extend(inputs.iter().map(Source::name));
    shell::line(&words)
}
