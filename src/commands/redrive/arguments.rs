//! The flags of `fh redrive` and what they may hold.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::aws::AwsArgs;
use crate::input::Source;
use crate::input::filter::FilterArgs;
use crate::input::place::bucket;
use crate::redrive::options::{Options, Tag};
use crate::render::ReportFormat;
use crate::times::Rate;
use firehose::backup::Split;
use firehose::names::DeliveryStreamName;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh redrive --stream orders --dry-run              its own failures: what would be sent
  fh redrive --stream orders --since 2d --code FunctionError
  fh redrive --stream orders --limit 10 --yes       try ten; the next run goes on behind them
  fh redrive --stream orders --yes --rate 1000/s    from a script, a thousand records a second
  fh redrive --stream orders failed/ s3://lake/processing-failed/2026/11/23/
  fh redrive --stream orders --backup s3://backup/orders/2026/11/23/
After Ctrl-C, a crash or an expired login: the same command again goes on.";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Put failed records back into a delivery stream

Reads failure objects, takes the records out byte for byte, and puts them into \
`--stream`. First it reads all of them and shows how many there are, what would be \
skipped and why; then it asks, unless there is `--yes`. With no INPUT it takes the \
failures of the stream itself, where the stream leaves them in S3. `--backup` takes \
source backup objects instead: every record that came in.

What is acknowledged is written to a ledger before anything else happens, so that the \
same command again goes on after Ctrl-C, a crash or an expired login, and never sends \
twice what was acknowledged. Where a run ended between a batch and its answer, it is \
unknown whether the batch arrived: it is sent again and listed as possible duplicates.

Ledgers are kept below $XDG_STATE_HOME/fh/redrive, else ~/.local/state/fh/redrive (on \
macOS too), a folder for each stream. A run reads all of its stream's, also those that \
`--ledger` named and those that earlier versions left in the working directory, and shows \
whether an earlier redrive into the stream is known. Other machines and users have their \
own: on a machine that does not last, give `--ledger` a file on a disk that does.

A record that an earlier redrive has put and that failed again is not sent once more \
(`--returned` does). It is known by its bytes and its time of arrival: the guard knows \
nothing of what other tools, users and machines have put, and takes two \
records with the same bytes for the same one.

Nothing is deleted in S3.

Records that are refused are tried again until nothing was acknowledged for five minutes. \
Exits with 0 if all is acknowledged, with 1 if records were skipped or not \
acknowledged.";

/// Put failed records back into a delivery stream
#[derive(Debug, clap::Args)]
pub struct RedriveArgs {
    /// Files, folders, `s3://BUCKET/PREFIX` [default: the failures of the stream]
    #[arg(value_name = "INPUT", help_heading = "Where", display_order = 0)]
    pub(super) inputs: Vec<Source>,

    /// Delivery stream to put the records into
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Where"
    )]
    pub(super) stream: DeliveryStreamName,

    /// Bucket with failure objects, instead of the stream's own
    #[arg(long, value_name = "NAME", value_parser = bucket, conflicts_with = "inputs", help_heading = "Where")]
    pub(super) bucket: Option<String>,

    /// What their keys start with [default: those that name a type of failure; '' for all]
    #[arg(long, value_name = "PREFIX", requires = "bucket", help_heading = "Where")]
    pub(super) prefix: Option<String>,

    /// The inputs are source backup objects: records one after the other
    #[arg(long, conflicts_with_all = ["code", "since", "until"], help_heading = "Where")]
    pub(super) backup: bool,

    /// How the records of a source backup end
    #[arg(
        long,
        value_name = "HOW",
        default_value = "auto",
        requires = "backup",
        help_heading = "Where"
    )]
    pub(super) split: SplitArg,

    /// Also take objects that other delivery streams wrote, by their names
    #[arg(long, help_heading = "Where")]
    pub(super) any_stream: bool,

    #[command(flatten)]
    pub(super) filter: FilterArgs,

    /// Send at most N records; the next run continues after them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Filters")]
    pub(super) limit: Option<u64>,

    /// Also put back what came back from an earlier redrive
    #[arg(long, help_heading = "Filters")]
    pub(super) returned: bool,

    /// Also put back what the transform has been through, into a stream with a transform
    #[arg(long, help_heading = "Filters")]
    pub(super) transformed: bool,

    /// Show what would be sent, and send nothing
    #[arg(long, help_heading = "Sending")]
    pub(super) dry_run: bool,

    /// Do not ask
    #[arg(long, short, help_heading = "Sending")]
    pub(super) yes: bool,

    /// Records a second at most: 50, 50/s, 3000/m
    #[arg(long, value_name = "RATE", help_heading = "Sending")]
    pub(super) rate: Option<Rate>,

    /// What to do with records that may or may not have arrived
    #[arg(long, value_name = "WHAT", default_value = "resend", help_heading = "Sending")]
    pub(super) on_unknown: OnUnknown,

    /// The ledger [default: a file of the job below ~/.local/state/fh/redrive]
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub(super) ledger: Option<PathBuf>,

    /// Tag objects in S3 of which every record is acknowledged; other tags stay
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Sending")]
    pub(super) tag_done: Option<TagArg>,

    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ReportFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl RedriveArgs {
    /// What they ask for.
    pub(super) fn options(&self) -> Options {
        Options {
            stream: self.stream.clone(),
            inputs: self.inputs.clone(),
            bucket: self.bucket.clone(),
            prefix: self.prefix.clone(),
            any_stream: self.any_stream,
            backup: self.backup.then(|| self.split.into()),
            filter: self.filter.clone(),
            limit: self.limit,
            takes_unknown: self.on_unknown != OnUnknown::Skip,
            takes_returned: self.returned,
            takes_transformed: self.transformed,
            ledger: self.ledger.clone(),
            rate: self.rate,
            tag: self.tag_done.as_ref().map(|it| it.0.clone()),
            is_dry_run: self.dry_run,
        }
    }
}

/// How records of a source backup end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitArg {
    /// As gzip members of CloudWatch Logs, or as JSON values; nothing else is guessed
    Auto,
    /// Each gzip member is a record
    GzipMembers,
    /// Each JSON object or array is a record
    Json,
    /// Each line is a record, with its line end
    Lines,
    /// The object is one record
    Whole,
}

impl From<SplitArg> for Split {
    fn from(it: SplitArg) -> Self {
        match it {
            SplitArg::Auto => Self::Auto,
            SplitArg::GzipMembers => Self::GzipMembers,
            SplitArg::Json => Self::Json,
            SplitArg::Lines => Self::Lines,
            SplitArg::Whole => Self::Whole,
        }
    }
}

/// What to do with records that may or may not have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OnUnknown {
    /// Send them again: none is lost, some may be there twice
    Resend,
    /// Leave them: none is there twice, some may be missing
    Skip,
    /// Ask on the terminal
    Ask,
}

/// A tag of S3: `KEY=VALUE`.
#[derive(Debug, Clone)]
pub(super) struct TagArg(Tag);

impl std::str::FromStr for TagArg {
    type Err = String;

    /// S3 takes keys up to 128 and values up to 256 characters (API reference,
    /// `Tag`); `aws:` is AWS's own.
    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` is not a tag; write KEY=VALUE"))?;
        let is_good = (1..=128).contains(&key.chars().count())
            && value.chars().count() <= 256
            && !key.starts_with("aws:");
        if !is_good {
            return Err(format!("`{text}` is not a valid S3 tag"));
        }
        Ok(Self(Tag { key: key.to_owned(), value: value.to_owned() }))
    }
}
