//! What was found: shown, reported, and judged.

use super::arguments::{FailuresArgs, FailuresFormat};
use super::coverage::{Coverage, IN_UTC, Missing};
use super::tally::Tally;
use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::filter::Filter;
use crate::render::failures::FailureSummary;
use crate::render::{self, Output, OutputFormat};
use crate::times::Clock;
use firehose::errors::{self, Scope};
use firehose::failure::FailureGroups;
use firehose::s3::prefix::Window;

/// Why counts may be too low where inputs are damaged or could not be read.
const NOT_ALL_READ: &str = "not everything could be read";

/// What was found, and what was asked for.
pub(super) struct Findings<'a> {
    pub(super) args: &'a FailuresArgs,
    pub(super) filter: &'a Filter,
    pub(super) window: Window,
    pub(super) clock: Clock,
    pub(super) coverage: Coverage,
    pub(super) tally: Tally,
    /// Why reading ended early.
    pub(super) failed: Option<Error>,
    /// ARN of the delivery stream, from its description.
    pub(super) stream_arn: Option<String>,
    /// Parts that are missing.
    pub(super) lacks: Option<String>,
}

impl Findings<'_> {
    /// Shows the groups, if there are any, and all that there is to say of them.
    pub(super) fn report(
        mut self,
        groups: Option<FailureGroups>,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let incomplete = self.failed.as_ref().map(|error| self.tally.incomplete(error));
        let incomplete = incomplete.or_else(|| self.lacks.clone());
        if self.failed.is_some() {
            self.coverage.complete_until = None;
        }
        let unread = self.tally.unread();
        let mut missing = self.coverage.missing(&self.tally, self.window, &self.clock);
        if let Some(what) = self.lacks.take() {
            let next_step = "run them, and merge the files of all shards".to_owned();
            context.warn(&format!("incomplete: {what}"), &[&next_step]);
            missing.push(Missing { what, next_step });
        }
        let is_unread = !unread.is_empty();
        let shown = incomplete.as_deref().or(is_unread.then_some(NOT_ALL_READ));
        let Self { args, filter, window, clock, coverage, tally, failed, stream_arn, .. } = self;
        // The stream's own zone is UTC unless it was set: that changes no exit code.
        let zone = coverage.is_in_utc.then_some(IN_UTC);
        let is_nothing = failed.is_some() && tally.wanted == 0;
        if let Some(groups) = groups
            && !(is_nothing && args.output.common() != Some(OutputFormat::Json))
        {
            let redrive = args.redrive(filter);
            let groups = groups.settled().showing_odd_ones(fail_together);
            let summary = FailureSummary {
                kinds: &groups,
                inputs: tally.inputs,
                left_out: tally.left_out,
                complete_until: coverage.complete_until,
                missing: missing.iter().map(|it| it.what.as_str()).chain(zone).collect(),
                incomplete: shown,
                unread: &unread,
                no_payload: args.no_payload,
                made: context::milliseconds(context::now()),
                clock: &clock,
                about: args.about(filter, stream_arn),
                stream: args.place.stream.as_ref().map(|it| it.arn().unwrap_or(it.as_str())),
                redrive: redrive.as_deref(),
                put_back: tally.put_back.as_ref(),
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
        coverage.report_completeness(window, &clock, context);
        let outcome = tally.outcome(args.fail_if_any, &missing);
        Ok(if incomplete.is_some() { Outcome::Unreadable } else { outcome })
    }
}

/// True unless each record with this code fails for itself, or all of them whatever they
/// are.
fn fail_together(code: &str) -> bool {
    let scope = errors::exact(code).map_or(Scope::Unknown, |it| it.error.scope);
    !matches!(scope, Scope::Record | Scope::Stream)
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
