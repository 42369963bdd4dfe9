//! The flags of `fh event` and what they may hold.

use std::ops::Range;
use std::time::SystemTime;

use clap::ValueEnum;
use jiff::tz::TimeZone;

use crate::aws::AwsArgs;
use crate::commands::shared::closed::sample_kind;
use crate::commands::shared::number::number;
use crate::error::Error;
use crate::input;
use crate::input::filter::FilterArgs;
use crate::input::{Inputs, Size, Source};
use crate::render::OutputFormat;
use crate::times::When;
use firehose::demo::SampleKind;
use firehose::failure::{Selection, StreamObjects};
use firehose::limits::{MAX_INVOCATION_PAYLOAD, MAX_LOG_EVENTS};
use firehose::names::{AccountId, DeliveryStreamName};
use firehose::transform;

/// The flags of `fh event`.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("content").multiple(false))]
#[command(group = clap::ArgGroup::new("own").args(["data", "from_failures"]))]
#[command(group = clap::ArgGroup::new("filters").args(["code", "grep", "since", "until"]).multiple(true).requires("from_failures"))]
pub struct EventArgs {
    /// Source of the delivery stream [default: direct-put, or kinesis for dynamodb]
    #[arg(long, value_name = "SOURCE", help_heading = "Event")]
    pub(super) source: Option<SourceArg>,

    /// Kind of sample payloads; see `--list`
    #[arg(long, value_name = "KIND", default_value = "ticker", value_parser = sample_kind(), hide_possible_values = true, group = "content", help_heading = "Payloads")]
    pub(super) payload: SampleKind,

    /// Log events in each record of the `cloudwatch-logs` kinds [default: 2 to 8]
    #[arg(long, value_name = "N", value_parser = number(1..=MAX_LOG_EVENTS), requires = "payload", help_heading = "Payloads")]
    pub(super) log_events: Option<u64>,

    /// Your own records, one per line or in any form that `fh decode` reads, from a file, folder, `s3://` or ARN in S3, or `-` (repeatable)
    #[arg(long, value_name = "INPUT", group = "content", help_heading = "Payloads")]
    pub(super) data: Vec<Source>,

    /// Take each line of `--data` as it is, whatever it looks like
    #[arg(long, requires = "data", conflicts_with_all = ["whole", "base64"], help_heading = "Payloads")]
    pub(super) lines: bool,

    /// Read each file of `--data` as one record
    #[arg(long, requires = "data", help_heading = "Payloads")]
    pub(super) whole: bool,

    /// Decode each line of `--data` as base64
    #[arg(long, requires = "data", conflicts_with = "whole", help_heading = "Payloads")]
    pub(super) base64: bool,

    /// Rebuild the event that failed from failure objects: files, folders, `s3://` or ARN in S3, or `-`
    #[arg(long, value_name = "INPUT", group = "content", num_args = 1.., help_heading = "Payloads")]
    pub(super) from_failures: Vec<Source>,

    /// Which of the records of `--from-failures`
    #[command(flatten)]
    pub(super) filter: FilterArgs,

    /// Generate records that break transforms, one for each case; see `--list`
    #[arg(long, group = "content", help_heading = "Payloads")]
    pub(super) hostile: bool,

    /// Compress each payload with gzip
    #[arg(long, conflicts_with = "hostile", help_heading = "Payloads")]
    pub(super) gzip: bool,

    /// End each payload with a newline
    #[arg(long, conflicts_with = "hostile", help_heading = "Payloads")]
    pub(super) newline: bool,

    /// Maximum number of records [default: 3 samples, or all of your own]
    #[arg(long, alias = "count", short = 'n', value_name = "N", value_parser = number(1..=u64::MAX), conflicts_with = "hostile", help_heading = "Event")]
    pub(super) records: Option<u64>,

    /// Skip the first N records of `--data` or `--from-failures`
    #[arg(long, value_name = "N", default_value = "0", value_parser = number(0..=u64::MAX), requires = "own", help_heading = "Event")]
    pub(super) skip: u64,

    /// Fill the event up to this size, e.g. 5.9MB [max: 6MiB]
    #[arg(long, value_name = "SIZE", value_parser = event_size, help_heading = "Event")]
    pub(super) size: Option<Size>,

    /// Seed for the random number generator
    #[arg(long, value_name = "N", value_parser = number(0..=u64::MAX), help_heading = "Event")]
    pub(super) seed: Option<u64>,

    /// Arrival time of the first record, as for `--since` [default: now, or a fixed time with `--seed`]
    #[arg(long, value_name = "TIME", help_heading = "Event")]
    pub(super) timestamp: Option<When>,

    /// Name or ARN of the delivery stream [default: orders]; `--from-failures` reads only its objects
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Event"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Account of the delivery stream [default: from its ARN, or 111122223333]
    #[arg(long, value_name = "ID", help_heading = "Event")]
    pub(super) account: Option<AccountId>,

    /// Use record IDs of 62 digits, as before December 2024, instead of 160 characters
    #[arg(long, help_heading = "Event")]
    pub(super) short_ids: bool,

    /// List the kinds of payloads and the hostile cases
    #[arg(long, conflicts_with = "content", help_heading = "Output")]
    pub(super) list: bool,

    /// Output format of `--list`
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        requires = "list",
        help_heading = "Output"
    )]
    pub(super) output: OutputFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl EventArgs {
    /// Where the delivery stream has its records from.
    pub(super) fn source(&self) -> transform::Source {
        self.source.map_or(self.payload.source(), transform::Source::from)
    }

    /// Which of the failure objects are read: those of the stream, if one is
    /// named, as far as their names show one.
    pub(super) fn selection(&self) -> Selection {
        let stream = self.stream.as_ref();
        let stream = stream.map(|it| StreamObjects::new(it.as_str(), Vec::new()));
        Selection { stream, ..Selection::default() }
    }

    /// When the first record arrives, in milliseconds since 1970, if that is given.
    pub(super) fn arrival(&self, now: SystemTime, zone: &TimeZone) -> Result<Option<i64>, Error> {
        let Some(when) = self.timestamp else { return Ok(None) };
        let time = when.resolve(now, zone);
        if TIMES.contains(&time) {
            return Ok(Some(time));
        }
        Err(Error::user(format!("`--timestamp`: {when} is not a time from 1973 to 9998")))
    }

    /// Opens these sources, one after the other.
    pub(super) fn inputs(&self, sources: &[Source]) -> Result<Inputs, Error> {
        let session = input::session_for(sources, &self.aws)?;
        Ok(Inputs::new(sources).with_session(session))
    }
}

/// Values of `--source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum SourceArg {
    /// `PutRecord` and `PutRecordBatch`
    DirectPut,
    /// A Kinesis data stream
    Kinesis,
    /// An Amazon MSK topic
    Msk,
}

impl From<SourceArg> for transform::Source {
    fn from(source: SourceArg) -> Self {
        match source {
            SourceArg::DirectPut => Self::DirectPut,
            SourceArg::Kinesis => Self::Kinesis,
            SourceArg::Msk => Self::Msk,
        }
    }
}

/// From 1973 to the end of 9998: what has 12 digits or more, and what calendars
/// can still write when the last record arrives.
const TIMES: Range<i64> = 100_000_000_000..253_370_764_800_000;

fn event_size(text: &str) -> Result<Size, String> {
    let size: Size = text.parse()?;
    if size.0 > MAX_INVOCATION_PAYLOAD as u64 {
        return Err("Lambda accepts at most 6 MB (6,291,456 bytes), whatever the source \
                    (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)"
            .to_owned());
    }
    if size.0 < MIN_EVENT_SIZE {
        return Err(format!("an event without records already has nearly {MIN_EVENT_SIZE} bytes"));
    }
    Ok(size)
}

/// More than the head of any event, in bytes.
const MIN_EVENT_SIZE: u64 = 400;
