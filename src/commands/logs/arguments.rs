//! The flags of `fh logs`.

use std::time::Duration;

use clap::ValueEnum;
use regex::bytes::{Regex, RegexBuilder};

use crate::aws::AwsArgs;
use crate::error::Error;
use crate::input::Source;
use crate::times::{self, When};
use firehose::names::{DeliveryStreamName, FunctionName, LogGroupName};

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh logs --stream orders -f               its transform's logs and its own errors, as they come
  fh logs --stream orders --errors --since 2h
  fh logs --function enrich --invocations  a block for each invocation
  fh logs --group '/aws/lambda/orders-*' --grep 'A-10(41|42)' --since 1d
  fh logs --stream orders --decode --since 5m
  fh logs -f --function enrich --exit-on 'order A-1041' --timeout 5m && echo seen
  fh logs --errors exported.ndjson         exported logs, without AWS
  aws logs tail /aws/lambda/enrich | fh logs --invocations -";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Show the transform's logs, as lines or as invocations

`--stream` finds the log group of the transform of a delivery stream and the error log \
of the stream itself, and shows both in the order of time. Errors of other delivery \
streams in the same log group are left out and counted. A function is looked up in the \
account of its ARN. Every event is shown once: \
events that arrive late are looked for (`--overlap`) and marked, throttling and network \
loss are waited out, and a log group that is not there yet is waited for with `--follow`.

With files, or `-` for standard input, it reads exported logs: objects of the API \
(`aws logs filter-log-events`, one document or an object a line), the output of `aws logs \
tail` and of `--output text`, what the console shows, downloads and exports to S3, results of \
Insights (CSV, `aws logs get-query-results`), plain lines. What is newest first there is put \
in order. Then nothing is asked of CloudWatch Logs.

`--invocations` puts the events of an invocation together, from START to REPORT, with \
duration, memory, what went wrong and how many records it printed. `--errors`, \
`--slow` and `--request-id` show whole invocations.

A newline in a message is shown as a line with a mark: no message can pass for another event.";

/// Show the transform's logs, as lines or as invocations
#[derive(Debug, clap::Args)]
pub struct LogsArgs {
    /// Files with exported logs, folders, `s3://BUCKET/PREFIX`, or `-` for standard input
    #[arg(value_name = "FILE", help_heading = "Where", display_order = 0)]
    pub(super) inputs: Vec<Source>,

    #[command(flatten)]
    pub(super) place: LogGroupArgs,

    /// Events since: 10m, 1h30m, 14:05, RFC 3339 or epoch milliseconds [default: 10m; all of a file]
    #[arg(long, value_name = "TIME", help_heading = "When")]
    pub(super) since: Option<When>,

    /// Events until then; with --follow, those that arrive within --overlap after it too
    #[arg(long, value_name = "TIME", help_heading = "When")]
    pub(super) until: Option<When>,

    /// Only the last N events, or invocations; with --follow, of the events that are there
    #[arg(long, short = 'n', value_name = "N", value_parser = tail, help_heading = "When")]
    pub(super) tail: Option<usize>,

    /// Stop once an event fits this regular expression: exit 0 then, 1 if none does
    #[arg(long, value_name = "REGEX", help_heading = "When")]
    pub(super) exit_on: Option<Regex>,

    #[command(flatten)]
    pub(super) filter: LogFilterArgs,

    /// The events of each invocation together
    #[arg(long, help_heading = "Output")]
    pub(super) invocations: bool,

    /// Decode the records of events that the function printed
    #[arg(long, help_heading = "Output")]
    pub(super) decode: bool,

    /// Lay out JSON in messages over lines
    #[arg(long, help_heading = "Output")]
    pub(super) pretty: bool,

    /// Date, log group and log stream too; Lambda's own lines in invocations
    #[arg(long, help_heading = "Output")]
    pub(super) long: bool,

    /// The messages alone, byte for byte
    #[arg(long, conflicts_with_all = ["output", "decode", "pretty", "long"], help_heading = "Output")]
    pub(super) raw: bool,

    /// Format of the output
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: LogsFormat,

    /// Times in UTC, not in the time zone of this machine
    #[arg(long, help_heading = "Output")]
    pub(super) utc: bool,
}

/// Formats of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogsFormat {
    /// For people
    Text,
    /// A JSON object a line: an event with its fields as they came, or an invocation
    Ndjson,
}

/// Whose logs, in AWS.
#[derive(Debug, clap::Args)]
pub(super) struct LogGroupArgs {
    /// Delivery stream: the logs of its transform, and its own errors
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        conflicts_with = "inputs",
        help_heading = "Where"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Function, by name or ARN; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "inputs", help_heading = "Where")]
    pub(super) function: Vec<FunctionName>,

    /// Log group, by name, ARN or a pattern with * and ?; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "inputs", help_heading = "Where")]
    pub(super) group: Vec<LogGroupName>,

    /// Only log streams whose names start so
    #[arg(long, value_name = "PREFIX", conflicts_with = "inputs", help_heading = "Where")]
    pub(super) log_stream_prefix: Option<String>,

    /// Go on with what comes
    #[arg(long, short, conflicts_with = "inputs", help_heading = "When")]
    pub(super) follow: bool,

    /// With --follow: AWS's Live Tail too, which tells sooner and costs by the minute
    #[arg(long, requires = "follow", conflicts_with = "inputs", help_heading = "When")]
    pub(super) live: bool,

    /// Stop after this long: 90, 5m
    #[arg(long, value_name = "TIME", value_parser = times::duration, conflicts_with = "inputs", help_heading = "When")]
    pub(super) timeout: Option<Duration>,

    /// How late an event may arrive and still be found
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = times::duration, help_heading = "When")]
    pub(super) overlap: Duration,

    /// Filter pattern of CloudWatch Logs, which the service applies
    #[arg(long, value_name = "PATTERN", conflicts_with = "inputs", help_heading = "Filters")]
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

/// Flags that leave events out.
#[derive(Debug, clap::Args)]
pub(super) struct LogFilterArgs {
    /// Only events, or invocations, with this regular expression in a message
    #[arg(long, value_name = "REGEX", value_parser = pattern, help_heading = "Filters")]
    grep: Option<String>,

    /// Only those without it
    #[arg(long, requires = "grep", help_heading = "Filters")]
    pub(super) invert: bool,

    /// Upper and lower case alike, in --grep and --highlight
    #[arg(long, short, help_heading = "Filters")]
    ignore_case: bool,

    /// Make this regular expression stand out on a terminal; may be repeated
    #[arg(long, value_name = "REGEX", value_parser = pattern, help_heading = "Output")]
    highlight: Vec<String>,

    /// Only invocations with exceptions, timeouts, failed starts or logged errors, and errors of the stream
    #[arg(long, help_heading = "Filters")]
    pub(super) errors: bool,

    /// Only the invocation with this request id
    #[arg(long, value_name = "ID", help_heading = "Filters")]
    pub(super) request_id: Option<String>,

    /// Only invocations that took this long or longer: 250ms, 10s
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "Filters")]
    pub(super) slow: Option<Duration>,
}

impl LogFilterArgs {
    /// What is looked for in messages.
    pub(super) fn grep(&self) -> Option<Regex> {
        self.grep.as_deref().and_then(|it| self.regex(it))
    }

    /// What stands out.
    pub(super) fn highlight(&self) -> Vec<Regex> {
        let grep = self.grep.as_ref().filter(|_| !self.invert);
        self.highlight.iter().chain(grep).filter_map(|it| self.regex(it)).collect()
    }

    fn regex(&self, text: &str) -> Option<Regex> {
        // It was checked when the flag was read.
        RegexBuilder::new(text).case_insensitive(self.ignore_case).build().ok()
    }

    /// True if whole invocations are wanted.
    pub(super) fn is_about_invocations(&self) -> bool {
        self.errors || self.request_id.is_some() || self.slow.is_some()
    }
}

impl LogsArgs {
    /// Refuses flags that do not go together.
    pub(super) fn check(&self) -> Result<(), Error> {
        let for_text =
            [(self.decode, "--decode"), (self.pretty, "--pretty"), (self.long, "--long")];
        let found = for_text.into_iter().find(|(is_set, _)| *is_set);
        if let (Some((_, flag)), LogsFormat::Ndjson) = (found, self.output) {
            return Err(Error::user(format!("`{flag}` is for text, not for `--output ndjson`"))
                .hint("`fh decode` reads the messages of what `--output ndjson` gives"));
        }
        if !self.place.is_given() {
            let needless = [
                (self.place.follow, "--follow"),
                (self.place.timeout.is_some(), "--timeout"),
                (self.place.filter_pattern.is_some(), "--filter-pattern"),
                (self.place.log_stream_prefix.is_some(), "--log-stream-prefix"),
            ];
            if let Some((_, flag)) = needless.into_iter().find(|(is_set, _)| *is_set) {
                return Err(Error::user(format!(
                    "`{flag}` is for `--stream`, `--function` and `--group`"
                )));
            }
        }
        Ok(())
    }
}

fn pattern(text: &str) -> Result<String, String> {
    match Regex::new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn tail(text: &str) -> Result<usize, String> {
    const MAX: usize = 1_000_000;
    let count = text.parse().ok().filter(|count| (1..=MAX).contains(count));
    count.ok_or_else(|| format!("`{text}` is not a number from 1 to {MAX}"))
}
