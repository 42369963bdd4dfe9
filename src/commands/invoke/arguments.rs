//! The flags of `fh invoke` and what they may hold.

use std::path::PathBuf;
use std::time::Duration;

use super::variables::VariableArg;
use crate::aws::AwsArgs;
use crate::commands::check::StreamArgs;
use crate::commands::shared::closed::built_in;
use crate::commands::shared::code::CodeArgs;
use crate::commands::shared::number::number;
use crate::error::Error;
use crate::input::Source;
use crate::render::OutputFormat;
use crate::times;
use firehose::limits::MAX_FUNCTION_TIMEOUT;
use firehose::names::FunctionName;
use firehose::transform::BuiltIn;

/// The name that a function is given.
pub(super) const DEFAULT_NAME: &str = "function";

/// The timeout of a call: `60s` of the flag.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// The calls of a search.
pub(super) const DEFAULT_MAX_CALLS: u32 = 200;

/// Flags that mean nothing to a function that `fh` does not run itself.
const LOCAL: [&str; 7] =
    ["code", "python", "node", "env", "env_file", "pass_credentials", "memory"];

/// Flags that mean nothing to a transform that is part of `fh`.
const BUILT_IN: [&str; 3] = ["code", "python", "node"];

/// The flags of `fh invoke`.
#[derive(Debug, Clone, clap::Args)]
#[command(group = clap::ArgGroup::new("target"))]
pub struct InvokeArgs {
    /// File or folder with the handler: app.py, index.mjs
    #[arg(value_name = "FILE", group = "target", help_heading = "Function")]
    pub(super) file: Option<PathBuf>,

    /// Handler, e.g. `app.lambda_handler` (Python), `index.handler` (Node.js), or an executable
    #[arg(long, value_name = "HANDLER", group = "target", help_heading = "Function")]
    pub(super) handler: Option<String>,

    /// Compiled program that speaks the Lambda Runtime API (Rust, Go)
    #[arg(long, value_name = "FILE", group = "target", help_heading = "Function")]
    pub(super) bootstrap: Option<PathBuf>,

    /// Built-in transform: passthrough, newline, cloudwatch-logs, tour or tour-fixed
    #[arg(long, value_name = "NAME", group = "target", value_parser = built_in(), hide_possible_values = true, conflicts_with_all = BUILT_IN, help_heading = "Function")]
    pub(super) transform: Option<BuiltIn>,

    /// Command for sh: event on standard input, response on standard output
    #[arg(long, value_name = "CMD", group = "target", help_heading = "Function")]
    pub(super) exec: Option<String>,

    /// URL of a running Lambda emulator: RIE, sam local start-lambda, cargo lambda watch
    #[arg(long, value_name = "URL", group = "target", conflicts_with_all = LOCAL, help_heading = "Function")]
    pub(super) lambda_endpoint: Option<String>,

    /// Deployed function: name or ARN, optionally with a version or alias
    #[arg(long, value_name = "NAME", group = "target", conflicts_with_all = LOCAL, help_heading = "Function")]
    pub(super) function: Option<FunctionName>,

    /// Event to send to the function [default: standard input; a sample if there is none]
    #[arg(long, value_name = "FILE")]
    pub(super) event: Option<Source>,

    #[command(flatten)]
    pub(super) code: CodeArgs,

    /// Function name passed to the function and to the emulator
    #[arg(long, value_name = "NAME", default_value = DEFAULT_NAME, help_heading = "Function")]
    pub(super) function_name: String,

    /// Environment variable for the function: NAME=VALUE, or NAME to pass yours (repeatable)
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Function")]
    pub(super) env: Vec<VariableArg>,

    /// File of variables for the function, one NAME=VALUE per line; `--env` overrides it (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Function")]
    pub(super) env_file: Vec<PathBuf>,

    /// Pass your AWS credentials to the function
    #[arg(long, help_heading = "Function")]
    pub(super) pass_credentials: bool,

    /// Timeout per call: 90, 1m30s [max: 5m]
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = timeout, help_heading = "Limits")]
    pub(super) timeout: Duration,

    /// Memory limit; the function is killed above it (Linux) [default: none; the function sees 128]
    #[arg(long, value_name = "MB", value_parser = number(1..=10_240_u32), help_heading = "Limits")]
    pub(super) memory: Option<u32>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: OutputFormat,

    /// Print the response only; the log goes to standard error
    #[arg(long, help_heading = "Output")]
    pub(super) raw: bool,

    /// Also write the response to this file; with many calls, the last one
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) save_response: Option<PathBuf>,

    /// Also show each record before and after the transform, decoded
    #[arg(long, conflicts_with = "raw", help_heading = "Output")]
    pub(super) diff: bool,

    /// Call the function N times; show duration percentiles and responses that differ
    #[arg(long, value_name = "N", default_value = "1", value_parser = number(1..=1_000_000_u32), conflicts_with = "raw", help_heading = "Many calls")]
    pub(super) repeat: u32,

    /// Number of concurrent calls
    #[arg(long, value_name = "N", default_value = "1", value_parser = number(1..=64_u32), help_heading = "Many calls")]
    pub(super) concurrency: u32,

    /// Call the function again whenever its code or the event changes
    #[arg(long, conflicts_with_all = ["lambda_endpoint", "function", "save_response"], help_heading = "Many calls")]
    pub(super) watch: bool,

    /// Find the records that make the call fail
    #[arg(long, conflicts_with_all = ["raw", "diff", "repeat", "concurrency", "watch", "save_response", "strict"], help_heading = "Isolation")]
    pub(super) isolate: bool,

    /// Also write the event with these records alone to this file
    #[arg(long, value_name = "FILE", requires = "isolate", help_heading = "Isolation")]
    pub(super) save_event: Option<PathBuf>,

    /// Maximum number of calls to find them
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MAX_CALLS, value_parser = number(10..=10_000_u32), requires = "isolate", help_heading = "Isolation")]
    pub(super) max_calls: u32,

    /// Do not ask before calling a deployed function this often; needed where there is no
    /// terminal
    #[arg(long, short, requires = "isolate", help_heading = "Isolation")]
    pub(super) yes: bool,

    /// Where and as whom AWS is called
    #[command(flatten)]
    pub(super) aws: AwsArgs,

    /// What is known of the delivery stream
    #[command(flatten)]
    pub(super) stream: StreamArgs,

    /// The event is a sample: none was given.
    #[arg(skip)]
    pub(super) is_sample: bool,
}

impl InvokeArgs {
    /// Where the event is from.
    pub(super) fn event(&self) -> &Source {
        self.event.as_ref().unwrap_or(&Source::Stdin)
    }

    /// Refuses what only text can show in another format.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_text = matches!(self.output, OutputFormat::Text);
        let flag = match (self.raw, self.diff) {
            (true, _) => "--raw",
            (false, true) => "--diff",
            (false, false) => return Ok(()),
        };
        if is_text {
            return Ok(());
        }
        Err(Error::user(format!("`{flag}` cannot be combined with `--output`"))
            .hint(format!("omit `{flag}` or `--output`")))
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    let timeout = times::duration(text)?;
    if timeout > MAX_FUNCTION_TIMEOUT {
        return Err("Firehose supports a function timeout of at most 5 minutes".to_owned());
    }
    Ok(timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_at_most_five_minutes() {
        assert_eq!(timeout("5m"), Ok(MAX_FUNCTION_TIMEOUT));
        let reason = "Firehose supports a function timeout of at most 5 minutes";
        for text in ["301", "301s", "15m", "1h"] {
            assert_eq!(timeout(text), Err(reason.to_owned()), "{text}");
        }
    }
}
