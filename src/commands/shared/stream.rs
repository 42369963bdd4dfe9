//! The delivery stream that a command needs, and its name in the wrong place.

use std::path::Path;

use crate::aws::AwsArgs;
use crate::context;
use crate::error::Error;
use crate::input::{self, Source};
use crate::terminal::shell;
use firehose::names::{DeliveryStreamName, FunctionName, LogGroupName};

/// No stream is named.
pub(in crate::commands) fn missing() -> Error {
    Error::user("no delivery stream is named").hint("pass `--stream NAME`, or set FH_STREAM")
}

/// The command that looks for what is wrong with a stream.
pub(in crate::commands) fn doctor(stream: &DeliveryStreamName, aws: &AwsArgs) -> String {
    let name = stream.arn().unwrap_or(stream.as_str());
    shell::fh(&["doctor", "--stream", name], &aws.to_args())
}

/// Why the stream of the environment is not used, if one is set: what comes through a
/// pipe is meant, and must not be replaced by a call of AWS.
pub(in crate::commands) fn not_of_a_pipe() -> Option<&'static str> {
    (context::is_set(context::STREAM) && input::has_redirected_stdin())
        .then_some("FH_STREAM does not apply where standard input is a pipe: pass `--stream NAME`")
}

/// The same where inputs are named: one of them may be meant.
pub(in crate::commands) fn missing_beside(command: &str, inputs: &[Source]) -> Error {
    let error = missing();
    match only_name(inputs).and_then(|name| flag_of(command, name)) {
        Some(hint) => Error::user(error.to_string()).hint(hint),
        None => error,
    }
}

/// Refuses a single input that is not there and is meant as the name of
/// something in AWS.
pub(in crate::commands) fn check_inputs(command: &str, inputs: &[Source]) -> Result<(), Error> {
    let Some(name) = only_name(inputs) else { return Ok(()) };
    let Err(error) = Path::new(name).symlink_metadata() else { return Ok(()) };
    match flag_of(command, name) {
        Some(hint) => Err(Error::unreadable(name, error).hint(hint)),
        None => Ok(()),
    }
}

/// The only input, if it is a name that no file has.
fn only_name(inputs: &[Source]) -> Option<&str> {
    let [Source::Path(path)] = inputs else { return None };
    path.to_str().filter(|_| path.symlink_metadata().is_err())
}

/// How the name is given to `command`.
fn flag_of(command: &str, name: &str) -> Option<String> {
    let is_arn = name.starts_with("arn:");
    let is_log_group =
        name.parse::<LogGroupName>().is_ok() && (is_arn || name.starts_with("/aws/"));
    let (what, flag) = if command == "logs" && is_arn && name.parse::<FunctionName>().is_ok() {
        ("function", "--function")
    } else if command == "logs" && is_log_group {
        ("log group", "--group")
    } else if name.parse::<DeliveryStreamName>().is_ok() && (is_arn || !name.contains('.')) {
        ("delivery stream", "--stream")
    } else {
        return None;
    };
    Some(format!("if `{name}` is a {what}: fh {command} {flag} {name}"))
}
