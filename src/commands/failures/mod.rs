//! `fh failures`: what failed, grouped into kinds or record by record.

mod arguments;
mod manual;
mod place;
mod reader;
mod tally;

use std::sync::Arc;

use jiff::tz::TimeZone;

use arguments::FailuresFormat;
pub use arguments::{ABOUT, EXAMPLES, FailuresArgs};
pub use manual::DETAILS;
use reader::{Reader, Sink};
use tally::Tally;

use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input;
use crate::input::filter::Filter;
use crate::render::failures::{FailedView, FailureSummary};
use crate::render::{self, Output, OutputFormat};
use crate::times::Clock;

/// Runs the command.
pub fn run(args: &FailuresArgs, context: &Context) -> Result<Outcome, Error> {
    let zone = if args.utc { TimeZone::UTC } else { context::time_zone() };
    let filter = Filter::new(&args.filter, context::now(), &zone)?;
    stream::check_inputs("failures", &args.inputs)?;
    let clock = Clock::new(zone);
    let redrive = args.redrive(&filter);
    let sink = if args.shows_records() {
        let view = FailedView::new(args.records_format()?, context.terminal, clock.clone());
        Sink::Records(Box::new(view), Output::default())
    } else {
        Sink::FailureGroups(Box::default())
    };
    let extractor = args.extractor()?;
    let window = filter.window(context::now());
    let (inputs, mut coverage) = args.search(window, context)?;
    let saver = args.saver()?;
    let inputs = match &saver {
        Some(saver) => inputs.copied(Arc::clone(saver)),
        None => inputs,
    };
    let blocks = input::failures::blocks(inputs);
    let mut reader = Reader::new(context, filter, sink, &blocks, args.limit);
    reader.save_to(saver);
    reader.extract_to(extractor);
    reader.follow(args.place.follow);
    reader.expect(args.total_bytes(context));
    reader.read(blocks)?;
    let (sink, tally, failed) = reader.finish()?;
    let incomplete = failed.as_ref().map(|error| tally.incomplete(error));
    if incomplete.is_some() {
        coverage.complete_until = None;
    }
    let missing = tally.missing(&coverage, window, &clock);
    let is_nothing = failed.is_some() && tally.wanted == 0;
    if let Sink::FailureGroups(kinds) = sink
        && !(is_nothing && args.output.common() != Some(OutputFormat::Json))
    {
        let summary = FailureSummary {
            kinds: &kinds,
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
        return Err(error);
    }
    if tally.inputs > 0 && tally.things + tally.strange_inputs == 0 && !tally.is_unreadable() {
        let error = Error::user("the input is empty").hint("check the command that writes it");
        let reason = stream::not_of_a_pipe().filter(|_| args.inputs.is_empty());
        return Err(reason.into_iter().fold(error, Error::hint));
    }
    tally.report(args.may_hold_others(), &missing, context)?;
    Tally::report_completeness(&coverage, window, &clock, context);
    Ok(tally.outcome(args.fail_if_any, &missing))
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
