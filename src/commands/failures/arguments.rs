//! The flags of `fh failures`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clap::ValueEnum;
use clap::builder::{PathBufValueParser, TypedValueParser as _};

use super::engine::EngineArgs;
use super::place::{PlaceArgs, Search};
use crate::commands::shared::number::number;
use crate::commands::shared::stream;
use crate::context::Context;
use crate::error::Error;
use crate::input::Extractor;
use crate::input::Saver;
use crate::input::filter::{Filter, FilterArgs};
use crate::input::{self, Source};
use crate::render::OutputFormat;
use crate::render::failures::About;
use crate::terminal::shell;
use firehose::failure::Shard;
use firehose::names::DeliveryStreamName;

/// The flags of `fh failures`.
#[derive(Debug, Clone, clap::Args)]
pub struct FailuresArgs {
    /// Files, folders, `s3://BUCKET/PREFIX` or its ARN, or `-` for standard input [default: -]
    #[arg(value_name = "INPUT", help_heading = "Where", display_order = 0)]
    pub(super) inputs: Vec<Source>,

    /// Show each record instead of groups
    #[arg(long, help_heading = "Output")]
    pub(super) records: bool,

    #[command(flatten)]
    pub(super) filter: FilterArgs,

    /// Stop after N matching records
    #[arg(long, value_name = "N", value_parser = number(1..=u64::MAX), help_heading = "Filters")]
    pub(super) limit: Option<u64>,

    /// Exit with 1 if any record matches
    #[arg(long)]
    pub(super) fail_if_any: bool,

    /// Output format; json and ndjson have one object per group or record
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(super) output: FailuresFormat,

    /// Leave out examples of records; error messages stay, and may quote records
    #[arg(long, conflicts_with_all = ["records", "follow"], help_heading = "Output")]
    pub(super) no_payload: bool,

    /// Also write the payload of each matching record, byte for byte, to a file in this new folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) extract: Option<PathBuf>,

    /// Show times in UTC instead of the local time zone
    #[arg(long, help_heading = "Output")]
    pub(super) utc: bool,

    #[command(flatten)]
    pub(super) place: PlaceArgs,

    #[command(flatten)]
    pub(super) engine: EngineArgs,

    #[command(flatten)]
    pub(super) shards: ShardArgs,
}

/// Formats of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailuresFormat {
    /// Human-readable text
    Text,
    /// One row per item
    Table,
    /// One JSON document
    Json,
    /// One JSON object per line
    Ndjson,
    /// One HTML file to send on
    Html,
    /// Markdown for a ticket
    Markdown,
}

impl FailuresFormat {
    /// The format that other commands have too; `None` for a page.
    pub(super) const fn common(self) -> Option<OutputFormat> {
        Some(match self {
            Self::Text => OutputFormat::Text,
            Self::Table => OutputFormat::Table,
            Self::Json => OutputFormat::Json,
            Self::Ndjson => OutputFormat::Ndjson,
            Self::Html | Self::Markdown => return None,
        })
    }
}

impl FailuresArgs {
    /// Where the stream goes that the environment may name: nothing else says
    /// where the failures are, a pipe included.
    pub fn open_stream(&mut self) -> Option<&mut Option<DeliveryStreamName>> {
        let is_named = !self.inputs.is_empty() || self.place.bucket.is_some();
        let is_merge = !self.shards.merge.is_empty();
        let is_open =
            !is_named && !is_merge && self.place.stream.is_none() && !input::has_redirected_stdin();
        is_open.then_some(&mut self.place.stream)
    }

    /// Where payloads are written to, if they are.
    pub(super) fn extractor(&self) -> Result<Option<Extractor>, Error> {
        self.extract.as_deref().map(Extractor::open).transpose()
    }

    /// The format of records one by one, which is none of a page.
    pub(super) fn records_format(&self) -> Result<OutputFormat, Error> {
        self.output.common().ok_or_else(|| {
            let flag = if self.records { "--records" } else { "--follow" };
            Error::user("`--output html` and `markdown` show groups, not single records")
                .hint(format!("omit `{flag}`"))
        })
    }

    /// Opens what the flags name: records that fit `filter`, at least.
    pub(super) fn search(&self, filter: &Filter, context: &Context) -> Result<Search, Error> {
        let shard = self.shards.shard;
        self.place.search(filter, shard, || self.sources(context), context)
    }

    /// Where objects are saved to, if they are.
    pub(super) fn saver(&self) -> Result<Option<Arc<Mutex<Saver>>>, Error> {
        let is_local = |input: &Source| matches!(input, Source::Stdin | Source::Path(_));
        let Some(folder) = &self.place.save else { return Ok(None) };
        let is_s3 = self.place.bucket.is_some() || self.place.stream.is_some();
        if !is_s3 && (self.inputs.is_empty() || self.inputs.iter().any(is_local)) {
            return Err(Error::user("`--save` is for objects in S3; files are already local"));
        }
        Saver::open(folder).map(|saver| Some(Arc::new(Mutex::new(saver))))
    }

    /// True if the same could be read in several parts.
    pub(super) fn may_be_split(&self) -> bool {
        let other_output = [&self.extract, &self.place.save].iter().any(|it| it.is_some());
        !self.shows_records()
            && self.shards.shard.is_none()
            && self.limit.is_none()
            && !other_output
    }

    /// True unless the flags rule out all but failure records: a bucket has
    /// other objects too.
    pub(super) fn may_hold_others(&self) -> bool {
        if self.place.bucket.is_some() || self.place.stream.is_some() {
            return true;
        }
        self.inputs.iter().any(|input| !matches!(input, Source::Stdin | Source::Path(_)))
    }

    /// What comes one after the other without end cannot be grouped.
    pub(super) fn shows_records(&self) -> bool {
        if self.place.follow {
            return true;
        }
        self.records
    }

    /// The end of the command line that shows what putting these records back would
    /// do, after its stream; what came through a pipe is gone.
    pub(super) fn redrive(&self, filter: &Filter) -> Option<String> {
        let mut words = self.place.aws.to_args();
        if let Some(bucket) = &self.place.bucket {
            words.extend(["--bucket".to_owned(), bucket.clone()]);
            words.extend(
                self.place.prefix.iter().flat_map(|it| ["--prefix".to_owned(), it.clone()]),
            );
        } else if self.place.stream.is_none() {
            if self.inputs.is_empty() || self.inputs.contains(&Source::Stdin) {
                return None;
            }
            words.extend(self.inputs.iter().map(Source::name));
        }
        words.extend(self.filter.to_args(filter));
        Some(after_blank(&words))
    }

    /// What is asked for; `arn` is that of the delivery stream, where it is known.
    pub(super) fn about(&self, filter: &Filter, arn: Option<String>) -> About {
        let place = &self.place;
        let described = arn.and_then(|arn| arn.parse().ok());
        let codes = self.filter.code.iter().flat_map(|it| ["--code".to_owned(), it.clone()]);
        let grep = self.filter.grep.iter().flat_map(|it| ["--grep".to_owned(), it.to_string()]);
        About {
            stream: described.or_else(|| place.stream.clone()),
            bucket: place.bucket.clone().map(|it| (it, place.prefix.clone().unwrap_or_default())),
            inputs: self.inputs.iter().map(Source::name).collect(),
            region: place.aws.region.as_ref().map(ToString::to_string),
            since: filter.since,
            until: filter.until,
            filters: codes.chain(grep).collect(),
        }
    }

    /// The command that shows what the delivery stream leaves no failure record of.
    pub(super) fn doctor(&self) -> Option<String> {
        self.place.stream.as_ref().map(|it| stream::doctor(it, &self.place.aws))
    }

    /// The flags of AWS, for other commands that are printed.
    pub(super) fn aws_flags(&self) -> String {
        after_blank(&self.place.aws.to_args())
    }

    /// Bytes of all the inputs, where that is known before they are read: a listing of
    /// S3 is read page by page, as far as objects are wanted.
    pub(super) fn total_bytes(&self, context: &Context) -> Option<u64> {
        let is_shown = context.stderr_is_terminal && !context.quiet;
        let sizes = self.inputs.iter().map(Source::size);
        sizes.sum::<Option<u64>>().filter(|total| is_shown && *total > 0)
    }

    /// What is named, else standard input.
    pub(super) fn sources(&self, context: &Context) -> Vec<Source> {
        let sources =
            if self.inputs.is_empty() { vec![Source::Stdin] } else { self.inputs.clone() };
        input::ask_for_input(&sources.iter().collect::<Vec<_>>(), "failure records", context);
        sources
    }
}

/// Words as a shell takes them, with a blank before them if there are any.
fn after_blank(words: &[String]) -> String {
    if words.is_empty() { String::new() } else { format!(" {}", shell::line(words)) }
}

/// Flags for buckets that are too large for one process.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShardArgs {
    /// Read part I of N of the objects, chosen by their keys
    #[arg(
        long,
        value_name = "I/N",
        requires = "partial",
        conflicts_with_all = ["records", "follow", "limit", "save", "extract", "fail_if_any"],
        help_heading = "Shards"
    )]
    pub(super) shard: Option<Shard>,

    /// Write the groups to this file instead of a report, for `--merge`
    #[arg(
        long,
        value_name = "FILE",
        value_parser = PathBufValueParser::new().try_map(partial_file),
        help_heading = "Shards"
    )]
    pub(super) partial: Option<PathBuf>,

    /// Show the report of all parts, from the files of `--partial`
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = [
            "inputs", "bucket", "prefix", "stream", "shard", "code", "grep", "since", "until",
            "records", "follow", "limit", "save", "extract", "engine", "workgroup",
            "output_location", "database", "max_scan", "print_sql", "yes",
        ],
        help_heading = "Shards"
    )]
    pub(super) merge: Vec<PathBuf>,
}

/// Refuses what looks like standard output, which is that of the report.
fn partial_file(file: PathBuf) -> Result<PathBuf, String> {
    if file.as_os_str() == "-" {
        return Err("it must be the name of a file; one with this name is `./-`".to_owned());
    }
    Ok(file)
}
