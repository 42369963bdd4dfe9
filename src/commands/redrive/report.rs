//! What a redrive reports, before it sends and after.

use super::arguments::RedriveArgs;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::redrive::Redrive;
use crate::redrive::duplicates::RecordRange;
use crate::redrive::sending::SendResult;
use crate::redrive::survey::Survey;
use crate::redrive::tagging::Tagging;
use crate::render::redrive::{DuplicateRun, RedrivePlan, RedriveReport, RedriveResult};
use crate::render::{self, ReportFormat};
use crate::terminal::plural;
use crate::terminal::shell;
use firehose::redrive::RecordCounts;

/// What to do with records that are left.
const AGAIN: &str = "run the same command again to continue";

/// Shows what would be sent.
pub(super) fn plan(
    args: &RedriveArgs,
    redrive: &Redrive<'_>,
    survey: &Survey,
    context: &Context,
) -> Result<(), Error> {
    if args.output == ReportFormat::Json && !args.dry_run {
        // The document comes when all is done.
        return Ok(());
    }
    render::show_action(&of(args, redrive, survey), args.output, context)
}

/// Shows that there is nothing to send.
pub(super) fn nothing(
    args: &RedriveArgs,
    redrive: &Redrive<'_>,
    survey: &Survey,
    context: &Context,
) -> Result<Outcome, Error> {
    let tagging = redrive.tag(&survey.finished());
    let tagged = tagging.counts;
    let sent = RedriveResult {
        tagged,
        duplicates: runs(&survey.duplicates.0),
        ..RedriveResult::default()
    };
    context.info("fh: nothing to send");
    let done = whole(args, redrive, survey, sent);
    render::show_action(&done, args.output, context)?;
    after_tagging(outcome(survey), tagging)
}

/// Shows what was sent.
pub(super) fn done(
    args: &RedriveArgs,
    redrive: &Redrive<'_>,
    survey: &Survey,
    result: SendResult,
    context: &Context,
) -> Result<Outcome, Error> {
    let mut duplicates = runs(&survey.duplicates.0);
    duplicates.extend(runs(&result.duplicates));
    let asked = survey.tally.to_send.records;
    let open = asked.saturating_sub(result.acknowledged.records);
    let tagging =
        if result.is_interrupted { Tagging::default() } else { redrive.tag(&result.finished) };
    let sent = RedriveResult {
        acknowledged: result.acknowledged,
        refused: open.saturating_sub(result.unknown),
        unknown: result.unknown,
        // In text, the error that ends the run says it.
        reason: result
            .reason
            .filter(|_| result.error.is_none() || args.output == ReportFormat::Json),
        took: result.took,
        tagged: tagging.counts,
        duplicates: merged(duplicates),
    };
    let done = whole(args, redrive, survey, sent);
    render::show_action(&done, args.output, context)?;
    if let Some(error) = result.error {
        return Err(error.hint(AGAIN));
    }
    if result.is_interrupted {
        return Err(Error::interrupted().hint(AGAIN));
    }
    if open > 0 {
        context.warn(&format!("{} not acknowledged", plural(open, "record")), &[AGAIN]);
        return Ok(Outcome::Findings);
    }
    after_tagging(outcome(survey), tagging)
}

/// The outcome, worse if objects could not be tagged.
fn after_tagging(outcome: Outcome, tagging: Tagging) -> Result<Outcome, Error> {
    if tagging.is_interrupted {
        return Err(Error::interrupted().hint("run the same command again to tag the rest"));
    }
    let is_missing = tagging.counts.is_some_and(|(tagged, wanted)| tagged < wanted);
    Ok(if is_missing && outcome == Outcome::Clean { Outcome::Findings } else { outcome })
}

/// True if objects were left out that may have been meant.
fn leaves_out(tally: &RecordCounts) -> bool {
    tally.left_out.is_in_doubt() || tally.left_out.other_streams > 0 && tally.objects == 0
}

/// The outcome, if all that was to be sent is acknowledged.
pub(super) fn outcome(survey: &Survey) -> Outcome {
    if survey.unreadable > 0 {
        Outcome::Unreadable
    } else if survey.tally.skipped.is_empty()
        && survey.tally.damaged_objects == 0
        && !leaves_out(&survey.tally)
    {
        Outcome::Clean
    } else {
        Outcome::Findings
    }
}

fn of<'a>(args: &RedriveArgs, redrive: &'a Redrive<'_>, survey: &'a Survey) -> RedrivePlan<'a> {
    RedrivePlan {
        stream: &redrive.target.stream,
        endpoint: redrive.target.endpoint.as_deref(),
        ledger: &redrive.earlier.path,
        is_new: redrive.earlier.is_new,
        earlier: redrive.earlier.summary,
        tally: &survey.tally,
        rate: args.rate,
        is_dry_run: args.dry_run,
    }
}

/// The plan and what came of it.
fn whole<'a>(
    args: &'a RedriveArgs,
    redrive: &'a Redrive<'_>,
    survey: &'a Survey,
    sent: RedriveResult<'a>,
) -> RedriveReport<'a> {
    RedriveReport {
        plan: of(args, redrive, survey),
        sent,
        name: redrive.stream_argument(),
        flags: shell::line(&args.aws.to_args()),
        ended: context::milliseconds(context::now()),
    }
}

fn runs<'a>(runs: &'a [RecordRange]) -> Vec<DuplicateRun<'a>> {
    let run = |it: &'a RecordRange| DuplicateRun {
        source: &it.object.name,
        first: it.first,
        last: it.last,
    };
    runs.iter().map(run).collect()
}

/// Runs in the order of their objects, those that touch as one.
fn merged(mut runs: Vec<DuplicateRun<'_>>) -> Vec<DuplicateRun<'_>> {
    runs.sort_by_key(|run| (run.source, run.first));
    let mut merged: Vec<DuplicateRun<'_>> = Vec::new();
    for run in runs {
        match merged.last_mut() {
            Some(last) if last.source == run.source && run.first <= last.last + 1 => {
                last.last = last.last.max(run.last);
            }
            _ => merged.push(run),
        }
    }
    merged
}
