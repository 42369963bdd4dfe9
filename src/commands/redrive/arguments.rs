//! The flags of `fh redrive` and what they may hold.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::aws::AwsArgs;
use crate::commands::shared::number::number;
use crate::commands::shared::stream;
use crate::error::Error;
use crate::input::filter::FilterArgs;
use crate::input::place::bucket;
use crate::input::{self, Source};
use crate::redrive::options::{Options, Tag};
use crate::render::ReportFormat;
use crate::times::Rate;
use firehose::backup::Split;
use firehose::names::DeliveryStreamName;

/// The flags of `fh redrive`.
#[derive(Debug, clap::Args)]
pub struct RedriveArgs {
    /// Files, folders, `s3://BUCKET/PREFIX` or its ARN [default: the failures of the stream]
    #[arg(value_name = "INPUT", help_heading = "Where", display_order = 0)]
    pub(super) inputs: Vec<Source>,

    /// Delivery stream to send the records to [default: `FH_STREAM`]
    #[arg(
        long,
        visible_alias = "delivery-stream",
        value_name = "NAME-or-ARN",
        help_heading = "Where"
    )]
    stream: Option<DeliveryStreamName>,

    /// Bucket with failure objects, instead of the stream's own
    #[arg(long, value_name = "NAME", value_parser = bucket, conflicts_with = "inputs", help_heading = "Where")]
    pub(super) bucket: Option<String>,

    /// Prefix of their keys [default: those that name a type of failure; '' for all]
    #[arg(long, value_name = "PREFIX", requires = "bucket", help_heading = "Where")]
    pub(super) prefix: Option<String>,

    /// Read the inputs as source backup objects: concatenated records
    #[arg(long, conflicts_with_all = ["code", "since", "until"], help_heading = "Where")]
    pub(super) backup: bool,

    /// How to split source backup objects into records
    #[arg(
        long,
        value_name = "HOW",
        default_value = "auto",
        requires = "backup",
        help_heading = "Where"
    )]
    pub(super) split: SplitArg,

    /// Also read objects that other delivery streams wrote, by their names
    #[arg(long, help_heading = "Where")]
    pub(super) any_stream: bool,

    #[command(flatten)]
    pub(super) filter: FilterArgs,

    /// Send at most N records; the next run continues after them
    #[arg(long, value_name = "N", value_parser = number(1..=u64::MAX), help_heading = "Filters")]
    pub(super) limit: Option<u64>,

    /// Also send records that failed again after an earlier redrive
    #[arg(long, help_heading = "Filters")]
    pub(super) returned: bool,

    /// Also send records that are already transformed to a stream with a transform
    #[arg(long, help_heading = "Filters")]
    pub(super) transformed: bool,

    /// Show what would be sent without sending it
    #[arg(long, help_heading = "Sending")]
    pub(super) dry_run: bool,

    /// Do not ask for confirmation; needed where there is no terminal
    #[arg(long, short, help_heading = "Sending")]
    pub(super) yes: bool,

    /// Maximum records per second or minute: 50, 50/s, 3000/m
    #[arg(long, value_name = "RATE", help_heading = "Sending")]
    pub(super) rate: Option<Rate>,

    /// What to do with records that may or may not have arrived
    #[arg(long, value_name = "WHAT", default_value = "resend", help_heading = "Sending")]
    pub(super) on_unknown: OnUnknown,

    /// Ledger file [default: one for each job in ~/.local/state/fh/redrive]
    #[arg(long, value_name = "FILE", help_heading = "Sending")]
    pub(super) ledger: Option<PathBuf>,

    /// Tag S3 objects once all their records are acknowledged; other tags are kept
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Sending")]
    pub(super) tag_done: Option<TagArg>,

    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: ReportFormat,

    #[command(flatten)]
    pub(super) aws: AwsArgs,
}

impl RedriveArgs {
    /// Where the stream goes that the environment may name.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        let is_open = self.stream.is_none()
            && (!self.inputs.is_empty() || self.bucket.is_some() || !input::has_redirected_stdin());
        is_open.then_some(&mut self.stream)
    }

    /// What they ask for; an error if no stream is named.
    pub(super) fn options(&self) -> Result<Options, Error> {
        let stream = self.stream.clone();
        let stream = stream.ok_or_else(|| {
            let error = stream::missing_beside("redrive", &self.inputs);
            stream::not_of_a_pipe().into_iter().fold(error, Error::hint)
        })?;
        Ok(Options {
            stream,
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
        })
    }
}

/// How records of a source backup end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitArg {
    /// As gzip members of CloudWatch Logs or as JSON values; anything else is refused
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
    /// Send them again: none is lost, some may be duplicates
    Resend,
    /// Skip them: no duplicates, some may be missing
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
        let (key, value) =
            text.split_once('=').ok_or_else(|| format!("`{text}` is not a tag; use KEY=VALUE"))?;
        let is_good = (1..=128).contains(&key.chars().count())
            && value.chars().count() <= 256
            && !key.starts_with("aws:");
        if !is_good {
            return Err(format!("`{text}` is not a valid S3 tag"));
        }
        Ok(Self(Tag { key: key.to_owned(), value: value.to_owned() }))
    }
}
