//! `fh failures`: what failed, grouped into kinds or record by record.

mod arguments;
mod athena;
mod conflicts;
mod coverage;
mod engine;
mod findings;
mod manual;
mod merged;
mod notices;
mod partial;
mod place;
mod reader;
mod tally;

use std::sync::Arc;

use jiff::tz::TimeZone;

pub use arguments::FailuresArgs;
use arguments::FailuresFormat;
use findings::Findings;
pub use manual::{ABOUT, DETAILS, EXAMPLES};
use merged::Merged;
use partial::{Partial, Question};
use place::Search;
use reader::{Found, Reader, Sink};

use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input;
use crate::input::filter::Filter;
use crate::redrive::put_back::KnownRuns;
use crate::render::failures::FailedView;
use crate::terminal;
use crate::times::Clock;

/// Runs the command.
pub fn run(args: &FailuresArgs, context: &Context) -> Result<Outcome, Error> {
    if !args.shards.merge.is_empty() {
        return merge(args, context);
    }
    let zone = context::shown_time_zone(args.utc);
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
    let Search { inputs, coverage, origin, firehose } = args.search(&filter, context)?;
    let saver = args.saver()?;
    let inputs = match &saver {
        Some(saver) => inputs.copied(Arc::clone(saver)),
        None => inputs,
    };
    let blocks = input::failures::blocks(inputs);
    let mut reader = Reader::new(context, filter.clone(), sink, &blocks, args.limit);
    reader.save_to(saver);
    reader.extract_to(extractor);
    if args.shards.shard.is_none() && !args.shows_records() {
        // Another machine may have put back what this one does not know of: what shards
        // find together says nothing of it.
        let stream = origin.stream_arn.as_deref();
        reader.look_up(KnownRuns::read(stream, firehose.as_deref()));
    }
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
    let stream_arn = origin.stream_arn;
    let filter = &filter;
    Findings { args, filter, window, clock, coverage, tally, failed, stream_arn, lacks: None }
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
    if args.engine.print_sql {
        return athena::print_sql(args, filter, window).map(|()| Outcome::Clean);
    }
    let athena::Report { groups, tally, coverage, failed, uncleared } =
        athena::run(args, filter, window, context)?;
    let stream_arn = None;
    let findings =
        Findings { args, filter, window, clock, coverage, tally, failed, stream_arn, lacks: None };
    let outcome = findings.report(Some(groups), context)?;
    uncleared.map_or(Ok(outcome), Err)
}

/// Shows what the parts have found together, or writes it as one of fewer parts.
fn merge(args: &FailuresArgs, context: &Context) -> Result<Outcome, Error> {
    let merged = Merged::read(&args.shards.merge)?;
    let zone = context::shown_time_zone(args.utc);
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
    for what in tally.unread() {
        context.warn(&format!("not read in full: {what}"), &[]);
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
        stream_arn: question.origin.stream_arn,
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
