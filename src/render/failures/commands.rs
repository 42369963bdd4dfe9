//! The commands to run next: each can be pasted, with the names that the failures
//! themselves have.

use super::details::Page;
use super::{FailureSummary, names};
use crate::terminal::shell;
use crate::times::rfc3339;
use firehose::errors::{Case, DOCTOR, ERRORS, FAILED, RESPONSE, STAGED, is_logged_by_function};
use firehose::failure::FailureGroup;
use firehose::names::{DeliveryStreamName, FunctionName};
use firehose::s3::object_name::ObjectName;

/// Stand for what only the user knows; a command with one of them is for the page
/// of the code.
const UNKNOWN: [&str; 4] = [RESPONSE, ERRORS, STAGED, "KEY=VALUE"];

/// How explanations call a local function, and a deployed one.
const LOCAL: &str = "--handler FILE.FUNCTION";
const DEPLOYED: &str = "--function NAME";

/// Commands, and what stands in them for something of the user's.
#[derive(Debug, Default)]
pub(super) struct Commands {
    pub(super) lines: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Commands {
    pub(super) fn of(
        report: &FailureSummary<'_>,
        kind: &FailureGroup,
        page: Page,
        cause: Option<&Case>,
    ) -> Self {
        let code = kind.code.as_deref().and_then(names::word);
        let input = names::word(&kind.sample.source);
        let is_object = kind.sample.source.starts_with("s3://");
        let file = input.as_deref().unwrap_or(FAILED);
        let aws = if is_object { report.aws_flags.as_str() } else { "" };
        let mut lines = Vec::new();
        if let (Some(code), Some(_)) = (&code, page) {
            lines.push(format!("fh explain {code}"));
        }
        let function = kind.function.as_deref().and_then(Function::of);
        if cause.is_none_or(|it| !it.is_refused) {
            lines.extend(logs(report, kind, function.as_ref()));
        }
        let again = page.map(|it| it.again).unwrap_or_default();
        if again.contains(&DOCTOR) {
            lines.extend(doctor(report, kind));
        }
        lines.push(format!("fh decode --records {} {file}{aws}", kind.sample.index));
        let mut is_local = false;
        for command in again {
            if let Some(made) = command.strip_prefix("fh event --from-failures ") {
                let filter = code.as_ref().map(|it| format!(" --code {it}")).unwrap_or_default();
                let event = made.strip_prefix(FAILED).unwrap_or(made);
                lines.push(format!("fh event --from-failures {file}{filter}{aws}{event}"));
                continue;
            }
            let is_of_input = command.contains(FAILED);
            if is_of_input || *command == DOCTOR || UNKNOWN.iter().any(|it| command.contains(it)) {
                // It is there already, or it is for something else.
                continue;
            }
            let line = match &function {
                Some(function) => {
                    let flags = function.flags(&report.aws_flags);
                    command.replace(LOCAL, DEPLOYED).replace(DEPLOYED, &flags)
                }
                None if command.contains(DEPLOYED) => continue,
                None => (*command).to_owned(),
            };
            is_local |= line.contains(LOCAL);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let mut notes = Vec::new();
        if input.is_none() {
            notes.push(format!("{FAILED}: the input, as a file"));
        }
        if is_local {
            notes.push(
                "FILE.FUNCTION: your transform; see fh invoke --help for other ways to call it"
                    .to_owned(),
            );
        } else if lines.iter().any(|line| line.starts_with("fh invoke")) {
            notes.push("for local code: --handler FILE.FUNCTION instead of --function".to_owned());
        }
        Self { lines, notes }
    }
}

/// A function as `fh invoke` calls it.
struct Function {
    name: String,
    region: Option<String>,
}

impl Function {
    /// Of the ARN in a failure record; `None` if it cannot be called by that.
    fn of(arn: &str) -> Option<Self> {
        let function = arn.parse::<FunctionName>().ok()?;
        let name = names::function_name(function.for_call());
        let region = function.arn_region().and_then(|it| names::word(it.as_str()));
        Some(Self { name: names::word(&name)?, region })
    }

    /// The flags that name it; `aws` are those that the user gave.
    fn flags(&self, aws: &str) -> String {
        let region = match &self.region {
            Some(region) if !aws.contains(" --region ") => format!(" --region {region}"),
            _ => String::new(),
        };
        format!("--function {}{region}{aws}", self.name)
    }
}

/// The delivery stream that wrote all the examples, by the names of their objects;
/// `None` if one may have a part of the prefix in it.
pub(super) fn stream(kinds: &[&FailureGroup]) -> Option<String> {
    let stream = |kind: &&FailureGroup| {
        let name = ObjectName::of_key(&kind.sample.source)?;
        name.has_whole_stream().then(|| name.stream.to_owned())
    };
    let mut streams = kinds.iter().map(stream);
    let first = streams.next()??;
    let is_one = streams.all(|it| it.as_deref() == Some(first.as_str()));
    (is_one && first.parse::<DeliveryStreamName>().is_ok()).then_some(first)
}

/// The command line that shows what the function logged of the failed calls, if the code
/// is of those; none if neither the stream nor the function is known.
fn logs(
    report: &FailureSummary<'_>,
    kind: &FailureGroup,
    function: Option<&Function>,
) -> Option<String> {
    kind.code.as_deref().filter(|code| is_logged_by_function(code))?;
    let stream = report.stream.map(str::to_owned).or_else(|| stream(&[kind]));
    let place = match stream {
        Some(stream) => format!("--stream {}{}", shell::quoted(&stream), report.aws_flags),
        None => function?.flags(&report.aws_flags),
    };
    let since = kind.arrivals.and_then(|(first, _)| rfc3339(first));
    let since = since.map(|it| format!(" --since {it}")).unwrap_or_default();
    Some(format!("fh logs {place} --errors{since}"))
}

/// The command line that finds what the stream may not do; none if the stream is unknown.
fn doctor(report: &FailureSummary<'_>, kind: &FailureGroup) -> Option<String> {
    let stream = report.stream.map(str::to_owned).or_else(|| stream(&[kind]))?;
    Some(format!("fh doctor --stream {}{}", shell::quoted(&stream), report.aws_flags))
}

/// The command line that shows what putting the records back would do; none if all of
/// them were put back.
pub(super) fn redrive(report: &FailureSummary<'_>, kinds: &[&FailureGroup]) -> Option<String> {
    let put_back = report.put_back.map_or(0, |it| it.acknowledged);
    let rest = report.redrive.filter(|_| report.kinds.records > put_back)?;
    let stream = report.stream.map(str::to_owned).or_else(|| stream(kinds));
    let stream = stream.as_deref().map_or("NAME".to_owned(), shell::quoted);
    Some(format!("fh redrive --stream {stream} --dry-run{rest}"))
}
