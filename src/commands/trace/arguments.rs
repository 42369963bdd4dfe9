//! The flags of `fh trace` and what they may hold.

use std::time::Duration;

use crate::aws::AwsArgs;
use crate::commands::shared::closed::sample_kind;
use crate::commands::shared::number::number;
use crate::commands::shared::stream;
use crate::error::Error;
use crate::input::Source;
use crate::render::FollowFormat;
use crate::times;
use firehose::demo::{ContentType, SampleKind};
use firehose::names::{DeliveryStreamName, LogGroupName};
use firehose::trace::NotMarkable;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh trace --stream orders                     three demo records, from put to object
  fh trace --stream orders --ask-transform     also find what the transform rewrites
  fh trace --stream orders --data order.json --whole --yes
  fh trace --stream orders --timeout 2m --output ndjson --yes
  fh trace --stream clicks --via-source        a stream that reads from Kinesis
  fh trace --stream logs --log-group /aws/lambda/shop";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Send marked records and follow each to where it ends

Puts a few records with a marker into the stream and shows what happens to them, as \
it happens: accepted; buffered, until when; the call of the function with its log; \
and the object and the place in it where each record was delivered, or the failure \
record with its code. Each line says by what the record was found and how certain \
that is. If a record is late, fh runs the checks of `fh doctor` for that step and \
shows the likeliest cause at once. It stops once a cause is certain: retries would only \
repeat it.

The records are real: they are transformed and delivered like any other.

Exits with 0 if every record was delivered, with 1 if one was dropped, failed or was \
refused, or if a certain cause keeps it from arriving, and with 3 if it is unknown what became of one.";

/// Most records.
const MAX_RECORDS: u64 = firehose::trace::MAX_RECORDS as u64;

/// The flags of `fh trace`.
#[derive(Debug, clap::Args)]
pub struct TraceArgs {
    /// Delivery stream to trace [default: `FH_STREAM`]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Where"
    )]
    stream: Option<DeliveryStreamName>,

    /// Put the records into the Kinesis data stream that the stream reads
    #[arg(long, help_heading = "Where")]
    pub(super) via_source: bool,

    /// Write the records to this log group, which is subscribed to the stream
    #[arg(long, value_name = "NAME", conflicts_with = "via_source", help_heading = "Where")]
    pub(super) log_group: Option<LogGroupName>,

    /// Number of records [default: 3; with `--data` those of the file]
    #[arg(long, short = 'n', alias = "records", value_name = "N", value_parser = number(1..=MAX_RECORDS), help_heading = "Records")]
    pub(super) count: Option<u64>,

    /// Kind of demo records; see `fh event --list`
    #[arg(long, value_name = "KIND", default_value = "ticker", value_parser = sample_kind(), hide_possible_values = true, help_heading = "Records")]
    pub(super) payload: SampleKind,

    /// Send your own records, one per line; `{{marker}}` in them is replaced by a marker; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "payload", help_heading = "Records")]
    pub(super) data: Option<Source>,

    /// Read the file as one record
    #[arg(long, requires = "data", help_heading = "Records")]
    pub(super) whole: bool,

    /// Call the function twice to see what it makes of the records, and search for that too
    #[arg(long, help_heading = "Tracing")]
    pub(super) ask_transform: bool,

    /// Stop after: 90, 5m [default: when every record should have been found]
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "Tracing")]
    pub(super) timeout: Option<Duration>,

    /// Show what would be sent and where fh would look, without sending
    #[arg(long, help_heading = "Tracing")]
    pub(super) dry_run: bool,

    /// Do not ask for confirmation; needed where there is no terminal
    #[arg(long, short, help_heading = "Tracing")]
    pub(super) yes: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: FollowFormat,

    /// Show times in UTC instead of the local time zone
    #[arg(long, help_heading = "Output")]
    pub(super) utc: bool,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl TraceArgs {
    /// Where the stream goes that the environment may name.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        Some(&mut self.stream).filter(|it| it.is_none())
    }

    /// The stream; an error if none is named.
    pub(super) fn stream(&self) -> Result<&DeliveryStreamName, Error> {
        self.stream.as_ref().ok_or_else(stream::missing)
    }

    /// Refuses flags that do not go together.
    pub(super) fn check(&self) -> Result<(), Error> {
        let kind = self.payload.as_str();
        if self.payload.content_type() == ContentType::Protobuf {
            return Err(Error::user(NotMarkable(self.payload).to_string())
                .hint("choose another kind: fh event --list"));
        }
        if self.log_group.is_some() && self.payload.is_gzip() {
            return Err(Error::user(format!("`{kind}` is gzip, and log events are text"))
                .hint("omit `--payload`: CloudWatch Logs compresses the events itself"));
        }
        if self.log_group.is_some() && self.ask_transform {
            return Err(Error::user(
                "`--ask-transform` cannot be used with `--log-group`: the function gets log \
                 events in gzip from CloudWatch Logs, and fh has only their text",
            )
            .hint("omit `--ask-transform`"));
        }
        Ok(())
    }
}
