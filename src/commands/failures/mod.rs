//! `fh failures`: what failed, grouped into kinds or record by record.

mod arguments;
mod athena;
mod manual;
mod partial;
mod place;
mod reader;
mod shards;
mod tally;

use std::sync::Arc;

use jiff::tz::TimeZone;

use arguments::FailuresFormat;
pub use arguments::{ABOUT, EXAMPLES, FailuresArgs};
pub use manual::DETAILS;
use partial::{Partial, Question};
use place::Search;
use reader::{Found, Reader, Sink};
use shards::Merged;
use tally::{Coverage, Missing, Tally};

use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input;
use crate::input::filter::Filter;
use crate::render::failures::{FailedView, FailureSummary};
use crate::render::{self, Output, OutputFormat};
use crate::terminal;
use crate::times::Clock;
use firehose::failure::FailureGroups;
use firehose::s3::prefix::Window;

/// Runs the command.
pub fn run(args: &FailuresArgs, context: &Context) -> Result<Outcome, Error> {
    if !args.shards.merge.is_empty() {
        return merge(args, context);
    }
    let zone = if args.utc { TimeZone::UTC } else { context::time_zone() };
    let filter = Filter::new(&args.filter, context::now(), &zone)?;
    stream::check_inputs("failures", &args.inputs)?;
    args.shards.check(args, &filter)?;
    args.engine.check(args)?;
    let clock = clock(args, zone);
    if args.engine.is_athena() {
        return by_athena(args, &filter, clock, context);
    }
    let sink = if args.shows_records() {
        let view = FailedView::new(args.records_format()?, context.terminal, clock.clone());
        Sink::Records(Box::new(view))
    } else {
        Sink::FailureGroups(Box::default())
    };
    let extractor = args.extractor()?;
    let window = filter.window(context::now());
    let Search { inputs, coverage, origin } = args.search(window, context)?;
    let saver = args.saver()?;
    let inputs = match &saver {
        Some(saver) => inputs.copied(Arc::clone(saver)),
        None => inputs,
    };
    let blocks = input::failures::blocks(inputs);
    let mut reader = Reader::new(context, filter.clone(), sink, &blocks, args.limit);
    reader.save_to(saver);
    reader.extract_to(extractor);
    reader.follow(args.place.follow);
    reader.expect(args.total_bytes(context));
    reader.advise(args.may_be_split());
    let Found { sink, tally, failed } = reader.read(blocks)?;
    let groups = match sink {
        Sink::FailureGroups(groups) => Some(*groups),
        Sink::Records(_) => None,
    };
    if let Some(shard) = args.shards.shard {
        // What is not all of it must not pass for that.
        if let Some(error) = failed {
            return Err(error);
        }
        let question = Question::new(args, &filter, shard, origin);
        let groups = groups.unwrap_or_default();
        let shards = vec![shard.number];
        let partial = Partial { question, shards, groups, tally, coverage };
        return write(
            &partial,
            &format!("shard {} of {}", shard.number, shard.count),
            args,
            context,
        );
    }
    Findings { args, filter: &filter, window, clock, coverage, tally, failed, lacks: None }
        .report(groups, context)
}

/// Lets Athena count, or prints what it would be asked.
fn by_athena(
    args: &FailuresArgs,
    filter: &Filter,
    clock: Clock,
    context: &Context,
) -> Result<Outcome, Error> {
    let window = filter.window(context::now());
    if args.engine.prints_sql() {
        return athena::print_sql(args, filter, window).map(|()| Outcome::Clean);
    }
    let athena::Report { groups, tally, coverage, failed, uncleared } =
        athena::run(args, filter, window, context)?;
    let outcome = Findings { args, filter, window, clock, coverage, tally, failed, lacks: None }
        .report(Some(groups), context)?;
    uncleared.map_or(Ok(outcome), Err)
}

/// Shows what the parts have found together, or writes it as one of fewer parts.
fn merge(args: &FailuresArgs, context: &Context) -> Result<Outcome, Error> {
    let merged = Merged::read(&args.shards.merge)?;
    let zone = if args.utc { TimeZone::UTC } else { context::time_zone() };
    let with_flags = merged.arguments(args)?;
    let filter = Filter::new(&with_flags.filter, context::now(), &zone)?;
    let lacks = merged.missing();
    let Merged { question, shards, groups, tally, coverage } = merged;
    if args.shards.partial.is_some() {
        let what =
            format!("{} of {}", terminal::plural(shards.len() as u64, "shard"), question.shards);
        let partial = Partial { question, shards, groups, tally, coverage };
        return write(&partial, &what, args, context);
    }
    if tally.damaged > 0 {
        let damaged = terminal::plural(tally.damaged, "damaged record");
        context.info(&format!("fh: {damaged}, reported by the shards"));
    }
    let window = filter.window(context::now());
    let clock = clock(args, zone);
    Findings {
        args: &with_flags,
        filter: &filter,
        window,
        clock,
        coverage,
        tally,
        failed: None,
        lacks,
    }
    .report(Some(groups), context)
}

/// A page is read later than a screen.
fn clock(args: &FailuresArgs, zone: TimeZone) -> Clock {
    match args.output {
        FailuresFormat::Html | FailuresFormat::Markdown => Clock::dated(zone),
        _ => Clock::new(zone, context::now),
    }
}

/// Writes what a part has found, and says how much that is.
fn write(
    partial: &Partial,
    what: &str,
    args: &FailuresArgs,
    context: &Context,
) -> Result<Outcome, Error> {
    let file = args.shards.partial.as_deref();
    let file = file.ok_or_else(|| Error::internal("no file for a partial"))?;
    partial.write(file)?;
    let inputs = terminal::plural(partial.tally.inputs, "input");
    let records = terminal::plural(partial.tally.wanted, "failed record");
    context.info(&format!("fh: {what}: {records} in {inputs}, written to {}", file.display()));
    Ok(partial.tally.outcome(false, &[]))
}

/// What was found, and what was asked for.
struct Findings<'a> {
    args: &'a FailuresArgs,
    filter: &'a Filter,
    window: Window,
    clock: Clock,
    coverage: Coverage,
    tally: Tally,
    /// Why reading ended early.
    failed: Option<Error>,
    /// Parts that are missing.
    lacks: Option<String>,
}

impl Findings<'_> {
    /// Shows the groups, if there are any, and all that there is to say of them.
    fn report(
        mut self,
        groups: Option<FailureGroups>,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let incomplete = self.failed.as_ref().map(|error| self.tally.incomplete(error));
        let incomplete = incomplete.or_else(|| self.lacks.clone());
        if self.failed.is_some() {
            self.coverage.complete_until = None;
        }
        let mut missing = self.tally.missing(&self.coverage, self.window, &self.clock);
        if let Some(what) = self.lacks.take() {
            let next_step = "run them, and merge the files of all shards".to_owned();
            context.warn(&format!("incomplete: {what}"), &[&next_step]);
            missing.push(Missing { what, next_step });
        }
        let Self { args, filter, window, clock, coverage, tally, failed, .. } = self;
        let is_nothing = failed.is_some() && tally.wanted == 0;
        if let Some(groups) = groups
            && !(is_nothing && args.output.common() != Some(OutputFormat::Json))
        {
            let redrive = args.redrive(filter);
            let summary = FailureSummary {
                kinds: &groups.settled(),
                inputs: tally.inputs,
                left_out: tally.left_out,
                complete_until: coverage.complete_until,
                missing: missing.iter().map(|it| it.what.as_str()).collect(),
                incomplete: incomplete.as_deref(),
                no_payload: args.no_payload,
                made: context::milliseconds(context::now()),
                clock: &clock,
                stream: args.place.stream.as_ref().map(|it| it.arn().unwrap_or(it.as_str())),
                redrive: redrive.as_deref(),
                aws_flags: args.aws_flags(),
            };
            show(&summary, args, context)?;
        }
        tally.report_extracted(context);
        if let Some(error) = failed {
            // Rows have no place for it.
            let is_rows =
                matches!(args.output.common(), Some(OutputFormat::Table | OutputFormat::Ndjson));
            if let Some(why) = incomplete.filter(|_| is_rows) {
                context.warn(&format!("this is incomplete: {why}"), &[]);
            }
            return Err(error);
        }
        if tally.inputs > 0 && tally.things + tally.strange_inputs == 0 && !tally.is_unreadable() {
            let error = Error::user("the input is empty").hint("check the command that writes it");
            let reason = stream::not_of_a_pipe().filter(|_| args.inputs.is_empty());
            return Err(reason.into_iter().fold(error, Error::hint));
        }
        tally.report(args.may_hold_others(), &missing, args.doctor().as_deref(), context)?;
        Tally::report_completeness(&coverage, window, &clock, context);
        let outcome = tally.outcome(args.fail_if_any, &missing);
        Ok(if incomplete.is_some() { Outcome::Unreadable } else { outcome })
    }
}

/// Shows the groups.
fn show(summary: &FailureSummary<'_>, args: &FailuresArgs, context: &Context) -> Result<(), Error> {
    let page = match args.output.common() {
        Some(format) => return render::show(summary, format, context),
        None if args.output == FailuresFormat::Html => summary.html(),
        None => summary.markdown(),
    };
    Output::default().write(page.as_bytes())
}
