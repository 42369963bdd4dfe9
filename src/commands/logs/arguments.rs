//! The flags of `fh logs`.

use std::time::Duration;

use clap::builder::TypedValueParser;
use regex::bytes::Regex;

use super::filter::LogFilterArgs;
use crate::aws::AwsArgs;
use crate::commands::shared::number::number;
use crate::commands::shared::stream;
use crate::error::Error;
use crate::input::{self, Source};
use crate::render::LogFormat;
use crate::terminal::shell;
use crate::times::{self, When};
use firehose::names::{DeliveryStreamName, FunctionName, LogGroupName};

/// The flags of `fh logs`.
#[derive(Debug, clap::Args)]
pub struct LogsArgs {
    /// Files with exported logs, folders, `s3://BUCKET/PREFIX` or its ARN, or `-` for standard input
    #[arg(value_name = "FILE", help_heading = "Where", display_order = 0)]
    pub(super) inputs: Vec<Source>,

    #[command(flatten)]
    pub(super) place: LogGroupArgs,

    /// Show events since: 10m, 14:05, yesterday, 2026-11-22 14:05, RFC 3339 or epoch time [default: 10m; all of a file]
    #[arg(long, value_name = "TIME", help_heading = "When")]
    pub(super) since: Option<When>,

    /// Show events until this time; with --follow, also those that arrive up to --overlap later
    #[arg(long, value_name = "TIME", help_heading = "When")]
    pub(super) until: Option<When>,

    /// Show only the last N events or invocations; with --follow, N existing events first
    #[arg(long, short = 'n', value_name = "N", value_parser = tail(), help_heading = "When")]
    pub(super) tail: Option<usize>,

    /// Stop when an event matches this regular expression; exits with 0, or with 1 without a match
    #[arg(long, value_name = "REGEX", help_heading = "When")]
    pub(super) exit_on: Option<Regex>,

    #[command(flatten)]
    pub(super) filter: LogFilterArgs,

    /// Group events by invocation
    #[arg(long, help_heading = "Output")]
    pub(super) invocations: bool,

    /// Decode the records of events that the function printed
    #[arg(long, help_heading = "Output")]
    pub(super) decode: bool,

    /// Indent JSON in messages
    #[arg(long, help_heading = "Output")]
    pub(super) pretty: bool,

    /// Also show date and offset of each time, log group and log stream, and in invocations Lambda's own lines
    #[arg(long, help_heading = "Output")]
    pub(super) long: bool,

    /// Print the messages only, byte for byte
    #[arg(long, conflicts_with_all = ["output", "decode", "pretty", "long"], help_heading = "Output")]
    pub(super) raw: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: LogFormat,

    /// Show times in UTC instead of the local time zone
    #[arg(long, help_heading = "Output")]
    pub(super) utc: bool,
}

/// Whose logs, in AWS.
#[derive(Debug, clap::Args)]
pub(super) struct LogGroupArgs {
    /// Delivery stream whose transform logs and errors to show [default: `FH_STREAM`]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        conflicts_with = "inputs",
        help_heading = "Where"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Function name or ARN (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "inputs", help_heading = "Where")]
    pub(super) function: Vec<FunctionName>,

    /// Log group name, ARN or pattern with * and ? (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "inputs", help_heading = "Where")]
    pub(super) group: Vec<LogGroupName>,

    /// Match patterns of --group in accounts that are linked to yours, too
    #[arg(long, requires = "group", help_heading = "Where")]
    pub(super) include_linked_accounts: bool,

    /// Show only log streams whose names have this prefix
    #[arg(long, value_name = "PREFIX", help_heading = "Where")]
    pub(super) log_stream_prefix: Option<String>,

    /// Keep showing new events
    #[arg(long, short, help_heading = "When")]
    pub(super) follow: bool,

    /// With --follow: also use CloudWatch Logs Live Tail, which is faster and billed by the minute
    #[arg(long, requires = "follow", help_heading = "When")]
    pub(super) live: bool,

    /// Stop after this time: 90, 5m
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "When")]
    pub(super) timeout: Option<Duration>,

    /// How late an event may arrive and still be shown
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = times::duration, help_heading = "When")]
    pub(super) overlap: Duration,

    /// CloudWatch Logs filter pattern, applied by the service
    #[arg(long, value_name = "PATTERN", help_heading = "Filters")]
    pub(super) filter_pattern: Option<String>,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl LogGroupArgs {
    /// True if a place in AWS is named.
    pub(super) fn is_given(&self) -> bool {
        self.stream.is_some() || !self.function.is_empty() || !self.group.is_empty()
    }
}

impl LogsArgs {
    /// Where the stream goes that the environment may name: nothing else does, a pipe
    /// included.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        let is_named = !self.inputs.is_empty() || self.place.is_given();
        let is_open = !is_named && !input::has_redirected_stdin();
        is_open.then_some(&mut self.place.stream)
    }

    /// Why a flag is refused that is only for logs in AWS.
    fn needs_aws(&self, flag: &str) -> Error {
        if self.inputs.is_empty() {
            return Error::user(format!("`{flag}` requires `--stream`, `--function` or `--group`"));
        }
        if let Err(error) = stream::check_inputs("logs", &self.inputs) {
            return error;
        }
        let error = Error::user(format!("`{flag}` cannot be combined with `FILE`"));
        match self.inputs.as_slice() {
            [Source::Path(path)] if flag == "--follow" => {
                let file = shell::quoted(&path.display().to_string());
                error.hint(format!("to follow a file: tail -f {file} | fh logs -"))
            }
            _ => error.hint("see: fh logs --help"),
        }
    }

    /// Refuses flags that do not go together.
    pub(super) fn check(&self) -> Result<(), Error> {
        let for_text =
            [(self.decode, "--decode"), (self.pretty, "--pretty"), (self.long, "--long")];
        let found = for_text.into_iter().find(|(is_set, _)| *is_set);
        if self.output == LogFormat::Table {
            let needs_text = [(self.decode, "--decode"), (self.pretty, "--pretty")];
            let needs_lines = (self.place.follow, "--follow");
            let found = needs_text.into_iter().chain([needs_lines]).find(|(is_set, _)| *is_set);
            if let Some((_, flag)) = found {
                return Err(Error::user(format!(
                    "`{flag}` cannot be combined with `--output table`"
                ))
                .hint(format!("omit `{flag}` or `--output`")));
            }
        }
        if let (Some((_, flag)), LogFormat::Ndjson) = (found, self.output) {
            return Err(Error::user(format!("`{flag}` cannot be combined with `--output ndjson`"))
                .hint("`fh decode` decodes the messages in `--output ndjson`"));
        }
        if !self.place.is_given() {
            let needless = [
                (self.place.follow, "--follow"),
                (self.place.timeout.is_some(), "--timeout"),
                (self.place.filter_pattern.is_some(), "--filter-pattern"),
                (self.place.log_stream_prefix.is_some(), "--log-stream-prefix"),
            ];
            if let Some((_, flag)) = needless.into_iter().find(|(is_set, _)| *is_set) {
                return Err(self.needs_aws(flag));
            }
        }
        Ok(())
    }
}

/// What `--tail` keeps is held in memory.
fn tail() -> impl TypedValueParser<Value = usize> {
    number(1..=1_000_000_u32).map(|count| count as usize)
}
