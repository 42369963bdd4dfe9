//! The flags of `fh send` and `fh send-demo` and what they may hold.

use std::path::PathBuf;
use std::time::Duration;

use super::reading::ReadingArgs;
use crate::aws::AwsArgs;
use crate::commands::shared::closed::sample_kind;
use crate::error::Error;
use crate::input::Source;
use crate::render::ReportFormat;
use crate::times::{self, Rate};
use firehose::demo::SampleKind;
use firehose::names::DeliveryStreamName;

/// Shown below the help of `fh send`.
pub const EXAMPLES: &str = "Examples:
  fh send --stream orders orders.ndjson           a record a line, as it is
  tail -f app.log | fh send --stream logs --newline
  fh send --stream orders --format event event.json
  fh send --stream orders --dry-run exports/      what would be sent, in how many requests
  fh send --stream orders --rate 500/s --ordered orders.ndjson
  fh send --stream orders --format base64 fh-unsent-20261122T100000123Z-4711.b64";

/// Shown by `--help` and the manual page of `fh send`.
pub const ABOUT: &str = "Send your own records into a delivery stream

A record is a line unless `--format` says otherwise, and is sent byte for byte. Files \
are read twice: if a record in them is too large or broken it is named and nothing is \
sent. What comes through a pipe or from S3 is checked as it comes: what is wrong is \
named and left out.

Batches are filled to 500 records and 4 MiB. Only records that were refused, or whose \
answer was lost, are sent again, with pauses, until nothing was acknowledged for the \
time of `--retry-for`. A record whose answer was lost may be in the stream twice then: such records \
are listed by their numbers. What was not acknowledged in the end is written to a file, \
and what may or may not have arrived to another, with the commands that send them. The \
first Ctrl-C waits at most ten seconds for what is under way; the second does not.

Exits with 0 only if every record was acknowledged.";

/// Shown below the help of `fh send-demo`.
pub const DEMO_EXAMPLES: &str = "Examples:
  fh send-demo --stream orders                    100 records as the console sends them
  fh send-demo --stream orders --payload vpc-flow --newline --count 5000
  fh send-demo --stream orders --duration 10m --rate 50/s
  fh send-demo --stream orders --hostile-ratio 0.1 --seed 7";

/// Shown by `--help` and the manual page of `fh send-demo`.
pub const DEMO_ABOUT: &str = "Send demo records into a delivery stream

Does what the console's \"Test with demo data\" does, without the console: stock ticker \
records as AWS makes them, without a newline between them unless `--newline` is given. \
`fh event --list` shows the other kinds of payloads, and the hostile cases.

Records are sent as by `fh send`: its help says what happens to those that are refused. \
Exits with 0 only if every record was acknowledged.";

/// Send your own records into a delivery stream
#[derive(Debug, clap::Args)]
pub struct SendArgs {
    /// Files, folders, `s3://BUCKET/PREFIX`, or `-` for standard input
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(super) inputs: Vec<Source>,

    #[command(flatten)]
    pub(super) reading: ReadingArgs,

    #[command(flatten)]
    pub(super) sending: SendingArgs,
}

/// Send demo records into a delivery stream
#[derive(Debug, clap::Args)]
pub struct SendDemoArgs {
    #[command(flatten)]
    pub(super) records: DemoRecords,

    /// Number from which all that is random is made
    #[arg(long, value_name = "N", help_heading = "Records")]
    pub(super) seed: Option<u64>,

    #[command(flatten)]
    pub(super) sending: SendingArgs,
}

/// Which demo records.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DemoRecords {
    /// Kind of the payloads; `fh event --list` shows them
    #[arg(long, value_name = "KIND", default_value = "ticker", value_parser = sample_kind(), hide_possible_values = true, help_heading = "Records")]
    pub(super) payload: SampleKind,

    /// How many [default: 100, or no end with `--duration`]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Records")]
    count: Option<u64>,

    /// For how long: 90, 10m
    #[arg(long, value_name = "TIME", value_parser = times::duration, help_heading = "Records")]
    pub(super) duration: Option<Duration>,

    /// End each record with a newline
    #[arg(long, help_heading = "Records")]
    pub(super) newline: bool,

    /// Compress each record with gzip
    #[arg(long, help_heading = "Records")]
    pub(super) gzip: bool,

    /// Share of records that break transforms, from 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Records")]
    pub(super) hostile_ratio: Option<f64>,
}

impl DemoRecords {
    /// True if nothing stands between the records.
    pub(super) fn glues_records(&self) -> bool {
        !self.newline && !self.gzip && !self.payload.is_gzip()
    }

    /// Refuses flags that do not go together.
    pub(super) fn check(&self) -> Result<(), Error> {
        let kind = self.payload.as_str();
        if self.gzip && self.payload.is_gzip() {
            return Err(Error::user(format!("`{kind}` is gzip already"))
                .hint("leave `--gzip` out; `--hostile-ratio` sends gzip of gzip too"));
        }
        if self.newline && self.payload.is_gzip() {
            return Err(Error::user(format!("`{kind}` is gzip: no newline can follow it"))
                .hint("leave `--newline` out; CloudWatch Logs puts none between its records"));
        }
        Ok(())
    }
}

/// How long to try, unless the user says.
pub(super) const RETRY_FOR: Duration = Duration::from_mins(2);

/// Records without `--count` and `--duration`.
const DEMO_RECORDS: u64 = 100;

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
}

/// Where to send, and how.
#[derive(Debug, clap::Args)]
pub(super) struct SendingArgs {
    /// Delivery stream to put the records into
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Sending"
    )]
    pub(super) stream: DeliveryStreamName,

    /// Records a second at most: 50, 50/s, 3000/m
    #[arg(long, value_name = "RATE", help_heading = "Sending")]
    pub(super) rate: Option<Rate>,

    /// One batch at a time, and none past a record that was refused
    ///
    /// Records are in the order of the input, but for records that Firehose refuses in
    /// the middle of a batch: those come after the rest of their batch.
    #[arg(long, help_heading = "Sending")]
    pub(super) ordered: bool,

    /// How long to try while nothing is acknowledged: 90, 5m
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = times::duration, help_heading = "Sending")]
    pub(super) retry_for: Duration,

    /// Where to keep records that were not sent [default: fh-unsent-TIME-PID.b64]
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub(super) unsent: Option<PathBuf>,

    /// Show what would be sent, and send nothing
    #[arg(long, help_heading = "Sending")]
    pub(super) dry_run: bool,

    /// Do not ask
    #[arg(long, short, help_heading = "Sending")]
    pub(super) yes: bool,

    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ReportFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl SendingArgs {
    /// Refuses a file for unsent records that is there: it would be too late
    /// when there are some.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &self.unsent {
            Some(file) if file.symlink_metadata().is_ok() => {
                let file = file.display();
                Err(Error::user(format!("`--unsent {file}`: this file is there already"))
                    .hint("give another name, or move it away"))
            }
            _ => Ok(()),
        }
    }
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("`{text}` is not a share; write e.g. 0.1 for one in ten"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_records_end_with_their_count_or_their_time() {
        let most = |count, seconds: Option<u64>, rate| {
            let records = DemoRecords {
                payload: SampleKind::Ticker,
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
