//! The flags of `fh event` and what they may hold.

use std::ops::Range;

use clap::ValueEnum;

use crate::aws::AwsArgs;
use crate::commands::shared::closed::sample_kind;
use crate::error::Error;
use crate::input;
use crate::input::{Inputs, Size, Source};
use crate::render::OutputFormat;
use crate::times;
use firehose::demo::SampleKind;
use firehose::failure::{Selection, StreamObjects};
use firehose::limits::MAX_INVOCATION_PAYLOAD;
use firehose::names::{AccountId, DeliveryStreamName};
use firehose::transform;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh event > event.json                                 three demo records, Direct PUT
  fh event --payload cloudwatch-logs --records 10       as a subscription sends them
  fh event --source kinesis --payload dynamodb
  fh event --data orders.ndjson --gzip                  your own records, a line each
  fh event --from-failures processing-failed/           the event that failed, to run at home
  fh event --size 6MiB --seed 1                         as large as Lambda takes
  fh event --hostile | fh invoke --handler app.handler  what breaks transforms
  fh event --list                                       kinds of payloads and hostile cases";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Make a test event for the transform

Writes an event as Firehose sends it to the Lambda function: one line of JSON with \
realistic ids, ARNs and times, in the shape of a Direct PUT, Kinesis or MSK source. \
The payloads are samples of a service, your own data, records that failed, or cases \
that break transforms. Sizes are those of the whole event, as Lambda counts the \
request: it takes 6 MB (6,291,456 bytes).

With `--seed` the same flags give the same bytes, on every machine. Without it the \
seed is printed on standard error.

Exits with 1 if not all of your own records are in the event.";

/// Make a test event for the transform
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("content").multiple(false))]
#[command(group = clap::ArgGroup::new("own").args(["data", "from_failures"]))]
pub struct EventArgs {
    /// Where the delivery stream has its records from [default: direct-put, or kinesis for dynamodb]
    #[arg(long, value_name = "SOURCE", help_heading = "Event")]
    pub(super) source: Option<SourceArg>,

    /// Kind of the sample payloads; `--list` shows them
    #[arg(long, value_name = "KIND", default_value = "ticker", value_parser = sample_kind(), hide_possible_values = true, group = "content", help_heading = "Payloads")]
    pub(super) payload: SampleKind,

    /// Your own records, a line each, from a file, folder, `s3://` or `-`; may be repeated
    #[arg(long, value_name = "INPUT", group = "content", help_heading = "Payloads")]
    pub(super) data: Vec<Source>,

    /// Each file of `--data` is one record
    #[arg(long, requires = "data", help_heading = "Payloads")]
    pub(super) whole: bool,

    /// The lines of `--data` are base64 of the records
    #[arg(long, requires = "data", conflicts_with = "whole", help_heading = "Payloads")]
    pub(super) base64: bool,

    /// Failed records, from files, folders, `s3://` or `-`: the event that failed
    #[arg(long, value_name = "INPUT", group = "content", num_args = 1.., help_heading = "Payloads")]
    pub(super) from_failures: Vec<Source>,

    /// Records that break transforms, one of each case; `--list` shows them
    #[arg(long, group = "content", help_heading = "Payloads")]
    pub(super) hostile: bool,

    /// Compress each payload with gzip
    #[arg(long, conflicts_with = "hostile", help_heading = "Payloads")]
    pub(super) gzip: bool,

    /// End each payload with a newline
    #[arg(long, conflicts_with = "hostile", help_heading = "Payloads")]
    pub(super) newline: bool,

    /// At most N records [default: 3 samples, or all of your own]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "hostile", help_heading = "Event")]
    pub(super) records: Option<u64>,

    /// Skip the first N records of `--data` or `--from-failures`
    #[arg(long, value_name = "N", default_value = "0", requires = "own", help_heading = "Event")]
    pub(super) skip: u64,

    /// As many records as fit into this, e.g. 5.9MB; at most 6MiB
    #[arg(long, value_name = "SIZE", value_parser = event_size, help_heading = "Event")]
    pub(super) size: Option<Size>,

    /// Number from which all that is random is made
    #[arg(long, value_name = "N", help_heading = "Event")]
    pub(super) seed: Option<u64>,

    /// Arrival of the first record: RFC 3339 or milliseconds since 1970 [default: now, or a fixed time with `--seed`]
    #[arg(long, value_name = "TIME", value_parser = arrival, help_heading = "Event")]
    pub(super) timestamp: Option<i64>,

    /// Name or ARN of the delivery stream [default: orders]; `--from-failures` takes only its objects
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Event"
    )]
    pub(super) stream: Option<DeliveryStreamName>,

    /// Account of the delivery stream [default: that of its ARN, or 111122223333]
    #[arg(long, value_name = "ID", help_heading = "Event")]
    pub(super) account: Option<AccountId>,

    /// Direct PUT: ids of 160 characters, as newer streams have them, instead of 62
    #[arg(long, help_heading = "Event")]
    pub(super) long_ids: bool,

    /// List the kinds of payloads and the hostile cases
    #[arg(long, conflicts_with = "content", help_heading = "Output")]
    pub(super) list: bool,

    /// Format of the list
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
    /// Which of the failure objects are read: those of the stream, if one is
    /// named, as far as their names show one.
    pub(super) fn selection(&self) -> Selection {
        let stream = self.stream.as_ref();
        let stream = stream.map(|it| StreamObjects::new(it.as_str(), Vec::new()));
        Selection { stream, only_failures: false }
    }

    /// Opens these sources, one after the other.
    pub(super) fn inputs(&self, sources: &[Source]) -> Result<Inputs, Error> {
        let session = input::session_for(sources, &self.aws)?;
        Ok(Inputs::new(sources).with_session(session))
    }
}

/// Values of `--source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SourceArg {
    /// `PutRecord` and `PutRecordBatch`
    DirectPut,
    /// A Kinesis data stream
    Kinesis,
    /// A topic of Amazon MSK
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

/// When the first record arrives, in milliseconds since 1970.
fn arrival(text: &str) -> Result<i64, String> {
    let time = times::timestamp(text)?.as_millisecond();
    if TIMES.contains(&time) {
        return Ok(time);
    }
    Err(format!("`{text}` is not a time from 1973 to 9998"))
}

/// From 1973 to the end of 9998: what has 12 digits or more, and what calendars
/// can still write when the last record arrives.
const TIMES: Range<i64> = 100_000_000_000..253_370_764_800_000;

fn event_size(text: &str) -> Result<Size, String> {
    let size: Size = text.parse()?;
    if size.0 > MAX_INVOCATION_PAYLOAD as u64 {
        return Err("Lambda takes at most 6 MB, 6,291,456 bytes".to_owned());
    }
    if size.0 < MIN_EVENT_SIZE {
        return Err(format!("an event without records has nearly {MIN_EVENT_SIZE} bytes already"));
    }
    Ok(size)
}

/// More than the head of any event, in bytes.
const MIN_EVENT_SIZE: u64 = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_arrives_at_a_time_that_calendars_have() {
        assert_eq!(arrival("2026-11-22T10:00:00.123Z"), Ok(1_795_341_600_123));
        for text in ["1960-01-01T00:00:00Z", "9999-06-01T00:00:00Z"] {
            assert!(arrival(text).unwrap_err().contains("from 1973 to 9998"), "{text}");
        }
    }
}
