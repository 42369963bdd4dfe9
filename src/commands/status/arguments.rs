//! The flags of `fh status` and what they may hold.

use std::time::Duration;

use crate::aws::AwsArgs;
use crate::commands::shared::number::number;
use crate::render::OutputFormat;
use crate::times;
use firehose::names::DeliveryStreamName;

/// How often `--watch` may refresh.
const MIN_INTERVAL: Duration = Duration::from_secs(2);
const MAX_INTERVAL: Duration = Duration::from_hours(1);

/// The flags of `fh status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Delivery stream to show [default: `FH_STREAM`, else all]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        conflicts_with_all = ["all", "limit"],
        help_heading = "Where"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// List all streams, even if `FH_STREAM` names one
    #[arg(long, help_heading = "Where")]
    pub(super) all: bool,

    /// List at most this many streams, in the order of their names
    #[arg(long, value_name = "N", default_value = "100", value_parser = number(1..=5000_u16), help_heading = "Where")]
    pub(super) limit: u16,

    /// How far back to read metrics, logs and failures: 30m, 6h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = times::duration, help_heading = "Which")]
    pub(super) since: Duration,

    /// Refresh until Ctrl-C: in place on a terminal; in a pipe with `--output json` or `ndjson`
    #[arg(long, short, help_heading = "Output")]
    pub(super) watch: bool,

    /// Time between refreshes, from 2s to 1h; CloudWatch bills each one
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval, requires = "watch", help_heading = "Output")]
    pub(super) interval: Duration,

    /// Output format; ndjson and table have a row per stream
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: OutputFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl StatusArgs {
    /// Where the stream goes that the environment may name.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        (self.stream.is_none() && !self.all).then_some(&mut self.stream)
    }

    /// How far back, at least a minute.
    pub(super) fn window(&self) -> Duration {
        self.since.max(Duration::from_mins(1))
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    let interval = times::duration(text)?;
    if (MIN_INTERVAL..=MAX_INTERVAL).contains(&interval) {
        Ok(interval)
    } else {
        Err("use a duration from 2s to 1h".to_owned())
    }
}
