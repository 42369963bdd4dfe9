//! The flags of `fh send` and `fh send-demo` and what they may hold.

use std::path::PathBuf;
use std::time::Duration;

use super::reading::ReadingArgs;
use crate::aws::AwsArgs;
use crate::commands::payload::PayloadForm;
use crate::commands::shared::closed::sample_kind;
use crate::commands::shared::number::number;
use crate::commands::shared::stream;
use crate::error::Error;
use crate::input::Source;
use crate::render::ReportFormat;
use crate::terminal;
use crate::times::{self, Rate};
use firehose::demo::SampleKind;
use firehose::limits::{MAX_LOG_EVENTS, MAX_RECORD};
use firehose::names::DeliveryStreamName;

/// How long to try, unless the user says: `2m` of the flag.
pub(super) const RETRY_FOR: Duration = Duration::from_mins(2);

/// Log events that fit into a record without gzip: each has less than 250 bytes.
const PLAIN_LOG_EVENTS: u64 = 4000;

/// Records without `--count` and `--duration`.
const DEMO_RECORDS: u64 = 100;

/// The flags of `fh send`.
#[derive(Debug, clap::Args)]
pub struct SendArgs {
    /// Files, folders, `s3://BUCKET/PREFIX` or its ARN, or `-` for standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(super) inputs: Vec<Source>,

    #[command(flatten)]
    pub(super) reading: ReadingArgs,

    #[command(flatten)]
    pub(super) sending: SendingArgs,
}

/// The flags of `fh send-demo`.
#[derive(Debug, clap::Args)]
pub struct SendDemoArgs {
    #[command(flatten)]
    pub(super) records: DemoRecords,

    /// Seed for the random number generator
    #[arg(long, value_name = "N", value_parser = number(0..=u64::MAX), help_heading = "Records")]
    pub(super) seed: Option<u64>,

    #[command(flatten)]
    pub(super) sending: SendingArgs,
}

/// Which demo records.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DemoRecords {
    /// Kind of payloads; see `fh event --list`
    #[arg(long, value_name = "KIND", default_value = "ticker", value_parser = sample_kind(), hide_possible_values = true, help_heading = "Records")]
    pub(super) payload: SampleKind,

    /// Log events in each record of the `cloudwatch-logs` kinds [default: 2 to 8]
    #[arg(long, value_name = "N", value_parser = number(1..=MAX_LOG_EVENTS), requires = "payload", help_heading = "Records")]
    pub(super) log_events: Option<u64>,

    /// Number of records [default: 100, or unlimited with `--duration`]
    #[arg(long, short = 'n', alias = "records", value_name = "N", value_parser = number(1..=u64::MAX), help_heading = "Records")]
    count: Option<u64>,

    /// How long to send: 90, 10m
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "Records")]
    pub(super) duration: Option<Duration>,

    /// End each record with a newline
    #[arg(long, help_heading = "Records")]
    pub(super) newline: bool,

    /// Compress each record with gzip
    #[arg(long, help_heading = "Records")]
    pub(super) gzip: bool,

    /// Fraction of records that break transforms, from 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Records")]
    pub(super) hostile_ratio: Option<f64>,
}

impl DemoRecords {
    /// How many there are at most, if that is known.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are positive, and a product beyond 64 bits has no meaning"
    )]
    pub(super) fn most(&self, rate: Option<f64>) -> Option<u64> {
        let in_time =
            self.duration.zip(rate).map(|(time, rate)| (time.as_secs_f64() * rate) as u64);
        let asked = match (self.count, self.duration) {
            (None, None) => Some(DEMO_RECORDS),
            (count, _) => count,
        };
        in_time.map(|most| most.max(1)).into_iter().chain(asked).min()
    }

    /// True if nothing stands between the records.
    pub(super) fn glues_records(&self) -> bool {
        let ends_itself = self.payload.is_line() || self.payload.is_self_delimiting();
        !self.newline && !self.gzip && !ends_itself
    }

    /// Refuses flags that do not go together.
    pub(super) fn check(&self) -> Result<(), Error> {
        let form = PayloadForm {
            kind: self.payload,
            gzip: self.gzip,
            newline: self.newline,
            log_events: self.log_events,
            gzip_twice: "; `--hostile-ratio` sends gzip of gzip too",
        };
        form.check()?;
        if self.payload.is_gzip() || self.log_events.is_none_or(|count| count <= PLAIN_LOG_EVENTS) {
            return Ok(());
        }
        let (kind, most) = (self.payload.as_str(), terminal::group(MAX_RECORD as u64));
        let events = terminal::group(PLAIN_LOG_EVENTS);
        Err(Error::user(format!("`--log-events` is at most {events} for `{kind}`"))
            .hint(format!("a record is at most {most} bytes, and these are not compressed")))
    }
}

/// Where to send, and how.
#[derive(Debug, clap::Args)]
pub(super) struct SendingArgs {
    /// Delivery stream to send the records to [default: `FH_STREAM`]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Sending"
    )]
    stream: Option<DeliveryStreamName>,

    /// Maximum records per second or minute: 50, 50/s, 3000/m
    #[arg(long, value_name = "RATE", help_heading = "Sending")]
    pub(super) rate: Option<Rate>,

    /// Keep the order: send one batch at a time, refused records before the next batch
    ///
    /// Records arrive in the order of the input, except for those that Firehose refuses in
    /// the middle of a batch: they come after the rest of their batch.
    #[arg(long, help_heading = "Sending")]
    pub(super) ordered: bool,

    /// How long to retry while nothing is acknowledged: 90, 5m
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = times::duration, help_heading = "Sending")]
    pub(super) retry_for: Duration,

    /// File for records that were not sent [default: fh-unsent-TIME-PID.b64]
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub(super) unsent: Option<PathBuf>,

    /// Show what would be sent without sending it
    #[arg(long, help_heading = "Sending")]
    pub(super) dry_run: bool,

    /// Do not ask for confirmation; fh never asks without a terminal
    #[arg(long, short, help_heading = "Sending")]
    pub(super) yes: bool,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ReportFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl SendArgs {
    /// Where the stream goes that the environment may name.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        Some(&mut self.sending.stream).filter(|it| it.is_none())
    }
}

impl SendDemoArgs {
    /// Where the stream goes that the environment may name.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        Some(&mut self.sending.stream).filter(|it| it.is_none())
    }
}

impl SendingArgs {
    /// The stream; an error if none is named.
    pub(super) fn stream(&self) -> Result<&DeliveryStreamName, Error> {
        self.stream.as_ref().ok_or_else(stream::missing)
    }

    /// Refuses a file for unsent records that is there: it would be too late
    /// when there are some.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.unsent {
            Some(file) if file.symlink_metadata().is_ok() => {
                let file = file.display();
                Err(Error::user(format!("`--unsent {file}`: the file already exists"))
                    .hint("choose another name, or move the file"))
            }
            _ => Ok(()),
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| {
        format!(
            "`{text}` is not a fraction from 0 to 1; use e.g. 0.1 for one in \
         ten"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_records_end_with_their_count_or_their_time() {
        let most = |count, seconds: Option<u64>, rate| {
            let records = DemoRecords {
                payload: SampleKind::Ticker,
                log_events: None,
                count,
                duration: seconds.map(Duration::from_secs),
                newline: false,
                gzip: false,
                hostile_ratio: None,
            };
            records.most(rate)
        };
        assert_eq!(most(None, None, None), Some(100));
        assert_eq!(most(Some(7), None, Some(1.0)), Some(7));
        assert_eq!(most(None, Some(60), None), None);
        assert_eq!(most(None, Some(60), Some(50.0)), Some(3000));
        assert_eq!(most(Some(7), Some(60), Some(50.0)), Some(7));
    }
}
