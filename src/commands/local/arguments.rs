//! The flags of `fh local`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};

use crate::aws::AwsArgs;
use crate::commands::event::arguments::SourceArg;
use crate::commands::invoke::variables::VariableArg;
use crate::commands::shared::closed::built_in;
use crate::commands::shared::code::CodeArgs;
use crate::commands::shared::number::number;
use crate::context;
use crate::local::faults::Fault;
use crate::times;
use firehose::names::DeliveryStreamName;
use firehose::transform::BuiltIn;

/// What goes wrong on purpose, in the help of all that takes faults.
macro_rules! faults {
    () => {
        "A share from 0 to 1: refuse, throttle-put, unavailable, reset, lose-answer, \
         internal-error, stall, write, throttle-invoke, drop-logs, throttle-logs, empty-page, \
         repeat-token, sample-live, end-live, expired-token. A duration: slow-invoke, late-logs. \
         An action of IAM: deny, allow (as `aws iam put-role-policy` does). \
         key-disabled: no KMS key can be used; objects with a key are not written, puts into \
         streams with a key are refused, and such a stream fails to be created."
    };
}

/// The port, unless another one is chosen.
pub(super) const DEFAULT_PORT: u16 = 4570;

/// The flags of `fh local`.
#[derive(Debug, clap::Args)]
pub struct LocalArgs {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: LocalCommand,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum LocalCommand {
    /// Start a delivery stream; Ctrl-C stops it
    Start(Box<StartArgs>),
    /// Start a delivery stream, run a command with it, and stop
    Run(Box<RunArgs>),
    /// Print the environment variables for the AWS CLI and SDKs
    Env(EnvArgs),
    /// Wait until all records are delivered
    Wait(WaitArgs),
    /// Deliver what is buffered now
    Flush(StreamArgs),
    /// Change what goes wrong on purpose
    Fault(FaultArgs),
    /// Show what happened to a record
    Show(ShowArgs),
    /// Put a record again
    Replay(ReplayArgs),
}

/// The flags of `fh local start`.
#[derive(Debug, clap::Args)]
pub(super) struct StartArgs {
    /// The function.
    #[command(flatten)]
    pub(super) function: FunctionArgs,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamSetup,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ActivityFormat,

    /// Open the page of the stream in a browser
    #[arg(long, help_heading = "Output")]
    pub(super) open: bool,
}

/// The flags of `fh local run`.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// The function.
    #[command(flatten)]
    pub(super) function: FunctionArgs,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamSetup,

    /// How long to wait for deliveries after the command has ended
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = times::duration)]
    pub(super) wait: Duration,

    /// Command to run, with its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub(super) command: Vec<String>,
}

/// Formats of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ActivityFormat {
    /// A line for each thing that happens
    Text,
    /// One JSON object per line
    Ndjson,
}

/// The transform.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("target"))]
pub(super) struct FunctionArgs {
    /// Handler, e.g. `app.lambda_handler` (Python), `index.handler` (Node.js), or an executable
    #[arg(long, value_name = "HANDLER", group = "target", help_heading = "Function")]
    pub(super) handler: Option<String>,

    /// Compiled program that speaks the Lambda Runtime API (Rust, Go)
    #[arg(long, value_name = "FILE", group = "target", help_heading = "Function")]
    pub(super) bootstrap: Option<PathBuf>,

    /// Built-in transform: passthrough, newline, cloudwatch-logs, tour or tour-fixed
    #[arg(long, value_name = "NAME", group = "target", value_parser = built_in(), hide_possible_values = true, help_heading = "Function")]
    pub(super) transform: Option<BuiltIn>,

    /// Command for sh: event on standard input, response on standard output
    #[arg(long, value_name = "CMD", group = "target", help_heading = "Function")]
    pub(super) exec: Option<String>,

    #[command(flatten)]
    pub(super) code: CodeArgs,

    /// Environment variable for the function: NAME=VALUE, or NAME to pass yours (repeatable)
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Function")]
    pub(super) env: Vec<VariableArg>,

    /// Timeout per call: 90, 1m30s
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = times::duration, help_heading = "Function")]
    pub(super) timeout: Duration,

    /// Memory limit; the function is killed above it (Linux) [default: none; the function sees 128]
    #[arg(long, value_name = "MB", value_parser = number(1..=10_240_u32), help_heading = "Function")]
    pub(super) memory: Option<u32>,

    /// Calls that may run at a time; with 0, every call is throttled
    #[arg(long, value_name = "N", default_value = "10", value_parser = number(0..=100_u32), help_heading = "Function")]
    pub(super) concurrency: u32,
}

/// The stream, and where it runs.
#[derive(Debug, clap::Args)]
pub(super) struct StreamSetup {
    /// Name of the delivery stream [default: that of --config or --from-stream, else demo]
    #[arg(long, value_name = "NAME")]
    pub(super) stream: Option<String>,

    /// Input of `CreateDeliveryStream`, or an answer of `DescribeDeliveryStream`, in JSON
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Make it like this delivery stream on AWS, of which only the description is read
    #[arg(long, value_name = "NAME-or-ARN", conflicts_with = "config")]
    pub(super) from_stream: Option<DeliveryStreamName>,

    /// Shape of the events for the transform [default: that of --config or --from-stream, else direct-put]
    #[arg(long, value_name = "SOURCE")]
    pub(super) event_source: Option<SourceArg>,

    /// How long buffers wait: 0s to 900s, in whole seconds
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = interval, conflicts_with_all = ["config", "from_stream"])]
    pub(super) interval: Duration,

    /// Folder for objects, records, streams and functions, kept for the next start [default: temporary]
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,

    /// Port on 127.0.0.1; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT, value_parser = number(0..=u16::MAX))]
    pub(super) port: u16,

    /// Divide all waiting times by N [default: 1; with --config or --from-stream 60]
    #[arg(long, value_name = "N", value_parser = number(1..=100_000_u32), conflicts_with = "as_on_aws")]
    pub(super) time_scale: Option<u32>,

    /// Wait as long as on AWS: 60 s before the transform and 300 s before S3, or as configured
    #[arg(long, conflicts_with = "interval")]
    pub(super) as_on_aws: bool,

    /// Something that goes wrong on purpose: NAME=VALUE (repeatable)
    #[arg(
        long,
        value_name = "FAULT",
        long_help =
            concat!("Something that goes wrong on purpose: NAME=VALUE (repeatable)\n\n", faults!())
    )]
    pub(super) fault: Vec<Fault>,

    /// Where two behaviors of Firehose were captured, take the second: NAME=2 (repeatable)
    ///
    /// no-records, timeout-code, duplicate-scope, bad-base64; NAME=1 is the default.
    #[arg(long, value_name = "NAME=1|2", value_parser = behavior)]
    pub(super) behavior: Vec<(String, bool)>,

    /// Seed for the random number generator
    #[arg(long, value_name = "N", value_parser = number(0..=u64::MAX))]
    pub(super) seed: Option<u64>,

    /// For `--from-stream`.
    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

/// Names the address if no flag does. Were it read by the flag, `--port` would not go
/// with it: for clap it would be a flag that is given.
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";

/// Where `fh local` runs.
#[derive(Debug, clap::Args)]
pub(super) struct AddressArgs {
    /// Address of fh local [default: 127.0.0.1, port 4570]
    #[arg(long, value_name = "URL", conflicts_with = "port")]
    endpoint_url: Option<String>,

    /// Port of fh local on this machine, in place of its address
    #[arg(long, value_name = "PORT", value_parser = number(0..=u16::MAX))]
    port: Option<u16>,
}

impl AddressArgs {
    /// The address, if it is not the default one.
    pub(super) fn url(&self) -> Option<String> {
        let given = self.port.map(local_url).or_else(|| self.endpoint_url.clone());
        given.or_else(|| context::variable(ENDPOINT_URL).filter(|url| !url.is_empty()))
    }
}

/// The address of a port of this machine.
pub(super) fn local_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The flags of `fh local env`.
#[derive(Debug, clap::Args)]
pub(super) struct EnvArgs {
    /// Port of fh local
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT, value_parser = number(0..=u16::MAX))]
    pub(super) port: u16,
}

/// The flags of what is about one stream, or all.
#[derive(Debug, clap::Args)]
pub(super) struct StreamArgs {
    /// Delivery stream [default: all]
    #[arg(long, value_name = "NAME")]
    pub(super) stream: Option<String>,
    /// Where it runs.
    #[command(flatten)]
    pub(super) address: AddressArgs,
}

/// The flags of `fh local wait`.
#[derive(Debug, clap::Args)]
pub(super) struct WaitArgs {
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = times::duration)]
    pub(super) timeout: Duration,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamArgs,
}

/// The flags of `fh local fault`.
#[derive(Debug, clap::Args)]
pub(super) struct FaultArgs {
    /// Faults: NAME=VALUE; 0, allow=ACTION and key-disabled=false end one
    #[arg(
        required = true,
        value_name = "FAULT",
        value_parser = fault_text,
        long_help = concat!(
            "Faults: NAME=VALUE; 0, allow=ACTION and key-disabled=false end one\n\n",
            faults!()
        )
    )]
    pub(super) faults: Vec<String>,
    /// Where it runs.
    #[command(flatten)]
    pub(super) address: AddressArgs,
}

/// The flags of `fh local replay`.
#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// Number of the record
    #[arg(value_name = "RECORD", value_parser = number(0..=u64::MAX))]
    pub(super) record: u64,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamArgs,
}

/// The flags of `fh local show`.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// Number of the record, or `last`
    #[arg(value_name = "RECORD", value_parser = record)]
    pub(super) record: Shown,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) output: StoryFormat,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamArgs,
}

/// Formats of what happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StoryFormat {
    /// For people
    Text,
    /// One JSON document, with all bytes in base64
    Json,
}

/// The record to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The last one that was put.
    Last,
    /// The one of this number.
    Number(u64),
}

fn record(text: &str) -> Result<Shown, String> {
    match (text, text.parse()) {
        ("last", _) => Ok(Shown::Last),
        (_, Ok(number)) => Ok(Shown::Number(number)),
        _ => Err("use the number of a record, or `last`".to_owned()),
    }
}

/// What Firehose takes for the interval of a buffer.
fn interval(text: &str) -> Result<Duration, String> {
    let length = match text {
        "0" | "0s" => Duration::ZERO,
        text => times::duration(text)?,
    };
    if length > Duration::from_mins(15) || length.subsec_nanos() > 0 {
        return Err("a buffer waits a whole number of seconds, from 0s to 900s".to_owned());
    }
    Ok(length)
}

fn behavior(text: &str) -> Result<(String, bool), String> {
    let names = firehose::transform::Behaviors::NAMES;
    let (name, value) = text.split_once('=').unwrap_or((text, "2"));
    match value {
        _ if !names.contains(&name) => Err(format!("the behaviors are: {}", names.join(", "))),
        "1" => Ok((name.to_owned(), false)),
        "2" => Ok((name.to_owned(), true)),
        _ => Err(format!("use {name}=1 or {name}=2")),
    }
}

/// A fault, as it is sent.
fn fault_text(text: &str) -> Result<String, String> {
    text.parse::<Fault>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}
