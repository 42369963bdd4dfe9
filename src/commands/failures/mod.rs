//! `fh failures`: what failed, grouped into kinds or record by record.

mod place;
mod reader;
mod tally;

use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;

use reader::{Reader, Sink};
use tally::{Coverage, Tally};

use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::filter::{Filter, FilterArgs};
use crate::input::save::Saver;
use crate::input::{self, Inputs, Source};
use crate::render::failures::{FailedView, FailureSummary};
use crate::render::{self, Output, OutputFormat, shell};
use crate::times::Clock;
use firehose::s3::prefix::Window;

/// Shown below the help.
pub const EXAMPLES: &str = "Examples:
  fh failures --stream orders --since 2h    failures of a stream in the last two hours
  fh failures --bucket lake                 failures of every stream in the bucket
  fh failures processing-failed/            what failed, how often, since when, what to do
  fh failures --records --code timedout failed.ndjson
  fh failures --grep 'A-10(41|42)' failed/  the records whose content matches, grouped
  fh failures --since 1h --fail-if-any failed/ && echo 'nothing failed in the last hour'
  fh failures --records --output ndjson failed/ | jq .data";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Show failed records, grouped or one by one

Reads the failure objects that Firehose writes below its error output prefix, plain \
or compressed, and groups their records by error code, message, function and \
attempts. For each group it shows the count, the first and last arrival, a chart \
over time, a decoded example, what to change and what to run next. `--records` shows \
each record instead.

Inputs are recognized by content, not by name: other files in the same folder are \
counted and left out. Anything else in a failure object is a damaged failure record \
and is reported with its location. Control messages of CloudWatch Logs, which are \
harmless, are marked.

`--stream` reads only objects that the stream wrote, by their names: below its error \
prefixes, including those of Iceberg tables and Redshift's manifests, for the hours \
in question. `--bucket` reads keys that name a type of failure, and checks the first \
bytes of the others. A failed record reaches S3 only after buffering and retries, so \
the time up to which the answer can be complete is shown (completeUntil in JSON).

Exits with 1 if an input is damaged, and with 2 if one cannot be read, is empty or \
has no failure records. With --fail-if-any, exits with 1 if anything failed, and \
with 2 if nothing was found but not everything could be checked, or it is too early \
to tell.";

/// The flags of `fh failures`.
#[derive(Debug, clap::Args)]
pub struct FailuresArgs {
    /// Files, folders, `s3://BUCKET/PREFIX`, or `-` for standard input [default: -]
    #[arg(value_name = "INPUT", help_heading = "Where", display_order = 0)]
    inputs: Vec<Source>,

    /// Show each record instead of groups
    #[arg(long, help_heading = "Output")]
    records: bool,

    #[command(flatten)]
    filter: FilterArgs,

    /// Stop after N matching records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Filters")]
    limit: Option<u64>,

    /// Exit with 1 if any record matches
    #[arg(long)]
    fail_if_any: bool,

    /// Output format; json and ndjson have one object per group or record
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    output: OutputFormat,

    /// Show times in UTC instead of the local time zone
    #[arg(long, help_heading = "Output")]
    utc: bool,

    #[command(flatten)]
    place: place::PlaceArgs,
}

impl FailuresArgs {
    /// Opens what the flags name: records that arrived in `window`, at least.
    fn search(&self, window: Window, context: &Context) -> Result<(Inputs, Coverage), Error> {
        let search = self.place.search(window, || self.sources(context), context)?;
        Ok((search.inputs, search.coverage))
    }

    /// Where objects are saved to, if they are.
    fn saver(&self) -> Result<Option<Arc<Mutex<Saver>>>, Error> {
        let is_local = |input: &Source| matches!(input, Source::Stdin | Source::Path(_));
        let Some(folder) = &self.place.save else { return Ok(None) };
        let is_s3 = self.place.bucket.is_some() || self.place.stream.is_some();
        if !is_s3 && (self.inputs.is_empty() || self.inputs.iter().any(is_local)) {
            return Err(Error::user("`--save` is for objects in S3; files are already local"));
        }
        Saver::open(folder).map(|saver| Some(Arc::new(Mutex::new(saver))))
    }

    /// True unless the user said that failure records are all there is: a bucket has
    /// other objects too.
    fn may_hold_others(&self) -> bool {
        if self.place.bucket.is_some() || self.place.stream.is_some() {
            return true;
        }
        self.inputs.iter().any(|input| !matches!(input, Source::Stdin | Source::Path(_)))
    }

    /// What comes one after the other without end cannot be grouped.
    fn shows_records(&self) -> bool {
        if self.place.follow {
            return true;
        }
        self.records
    }

    /// The command line that shows what putting these records back would do;
    /// what came through a pipe is gone.
    fn redrive(&self, filter: &Filter) -> Option<String> {
        let mut words = ["fh", "redrive", "--stream"].map(str::to_owned).to_vec();
        let stream = self.place.stream.as_ref();
        words.push(stream.map_or("NAME", |it| it.arn().unwrap_or(it.as_str())).to_owned());
        words.push("--dry-run".to_owned());
        words.extend(self.place.aws.to_args());
        if let Some(bucket) = &self.place.bucket {
            words.extend(["--bucket".to_owned(), bucket.clone()]);
            words.extend(
                self.place.prefix.iter().flat_map(|it| ["--prefix".to_owned(), it.clone()]),
            );
        } else if stream.is_none() {
            if self.inputs.is_empty() || self.inputs.contains(&Source::Stdin) {
                return None;
            }
            words.extend(self.inputs.iter().map(Source::name));
        }
        words.extend(self.filter.to_args(filter));
        Some(shell::line(&words))
    }

    /// What is named, else standard input.
    fn sources(&self, context: &Context) -> Vec<Source> {
        let sources =
            if self.inputs.is_empty() { vec![Source::Stdin] } else { self.inputs.clone() };
        input::ask_for_input(&sources.iter().collect::<Vec<_>>(), "failure records", context);
        sources
    }
}

/// Runs the command.
pub fn run(args: &FailuresArgs, context: &Context) -> Result<Outcome, Error> {
    let zone = if args.utc { TimeZone::UTC } else { context::time_zone() };
    let filter = Filter::new(&args.filter, context::now(), &zone)?;
    let clock = Clock::new(zone);
    let redrive = args.redrive(&filter);
    let sink = if args.shows_records() {
        let view = FailedView::new(args.output, context.terminal, clock.clone());
        Sink::Records(Box::new(view), Output::default())
    } else {
        Sink::FailureGroups(Box::default())
    };
    let window = filter.window(context::now());
    let (inputs, coverage) = args.search(window, context)?;
    let saver = args.saver()?;
    let inputs = match &saver {
        Some(saver) => inputs.copied(Arc::clone(saver)),
        None => inputs,
    };
    let blocks = input::failures::blocks(inputs);
    let mut reader = Reader::new(context, filter, sink, &blocks, args.limit);
    reader.save_to(saver);
    reader.follow(args.place.follow);
    reader.read(blocks)?;
    let (sink, tally, failed) = reader.finish()?;
    let missing = tally.missing(&coverage, window, &clock);
    if let Sink::FailureGroups(kinds) = sink {
        let summary = FailureSummary {
            kinds: &kinds,
            inputs: tally.inputs,
            left_out: tally.left_out,
            complete_until: coverage.complete_until,
            missing: missing.iter().map(|it| it.what.as_str()).collect(),
            clock: &clock,
            redrive: redrive.as_deref(),
        };
        render::show(&summary, args.output, context)?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if tally.inputs > 0 && tally.things + tally.strange_inputs == 0 && !tally.is_unreadable() {
        return Err(Error::user("the input is empty").hint("check the command that writes it"));
    }
    tally.report(args.may_hold_others(), &missing, context)?;
    Tally::report_completeness(&coverage, window, &clock, context);
    Ok(tally.outcome(args.fail_if_any, &missing))
}
