//! The flags of `fh doctor` and what they may hold.

use std::time::Duration;

use crate::aws::AwsArgs;
use crate::error::Error;
use crate::input::Source;
use crate::render::OutputFormat;
use crate::times;
use firehose::diagnosis::{CHECKS, Check};
use firehose::names::{DeliveryStreamName, LogGroupName, glob};

/// The flags of `fh doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Delivery stream to look at [default: `FH_STREAM`]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        conflicts_with_all = ["offline", "list"],
        help_heading = "Where"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Check a saved answer of `aws firehose describe-delivery-stream`, without AWS; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "list", help_heading = "Where")]
    pub(super) offline: Option<Source>,

    /// Log group that should feed the stream (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with = "offline", help_heading = "Where")]
    pub(super) log_group: Vec<LogGroupName>,

    /// How far back to read metrics, logs and failures: 30m, 6h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = times::duration, help_heading = "Which")]
    pub(super) since: Duration,

    /// Run only these checks; with wildcards, several separated by commas (repeatable)
    #[arg(long, value_name = "CHECK", value_delimiter = ',', help_heading = "Which")]
    check: Vec<String>,

    /// Skip these checks; with wildcards, several separated by commas (repeatable)
    #[arg(long, value_name = "CHECK", value_delimiter = ',', help_heading = "Which")]
    skip: Vec<String>,

    /// List the checks and the rights they need
    #[arg(long, help_heading = "Which")]
    pub(super) list: bool,

    /// Exit with 1 for a warning too
    #[arg(long, help_heading = "Output")]
    pub(super) strict: bool,

    /// Print the read-only policy that all checks need, limited to this stream
    #[arg(long, conflicts_with = "list", help_heading = "Output")]
    pub(super) policy: bool,

    /// Output format; ndjson has one object per check
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: OutputFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl DoctorArgs {
    /// Where the stream goes that the environment may name.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        let is_open = self.stream.is_none() && self.offline.is_none() && !self.list;
        is_open.then_some(&mut self.stream)
    }

    /// The checks to run, in their order.
    pub(super) fn checks(&self) -> Result<Vec<&'static Check>, Error> {
        for pattern in self.check.iter().chain(&self.skip) {
            if !CHECKS.iter().any(|it| is(pattern, it)) {
                return Err(Error::user(format!("there is no check `{pattern}`"))
                    .hint("`fh doctor --list` lists the checks"));
            }
        }
        let is_wanted = |it: &&Check| {
            (self.check.is_empty() || self.check.iter().any(|pattern| is(pattern, it)))
                && !self.skip.iter().any(|pattern| is(pattern, it))
        };
        let checks: Vec<_> = CHECKS.iter().filter(is_wanted).collect();
        if checks.is_empty() {
            return Err(Error::user("`--skip` leaves no check to run")
                .hint("`fh doctor --list` lists the checks"));
        }
        Ok(checks)
    }
}

fn is(pattern: &str, check: &Check) -> bool {
    glob(pattern.as_bytes(), check.name.as_bytes())
}
