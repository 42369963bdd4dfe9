//! Puts failed records back, so that none is lost and none is sent twice unseen.
//!
//! ```text
//! open ─▶ survey (a first pass) ─▶ send (a second pass) ─▶ tag
//! ```
//!
//! What is shown in between, and whether to continue, is for the command to decide.

mod backup;
pub(crate) mod duplicates;
pub(crate) mod earlier_runs;
mod failures;
pub mod ledger;
mod ledger_writer;
mod objects;
pub(crate) mod options;
pub(crate) mod put_back;
mod records;
mod rules;
mod second_pass;
pub(crate) mod sending;
mod sources;
pub(crate) mod survey;
pub(crate) mod tagging;
pub(crate) mod target;

use std::sync::atomic::Ordering;

use crate::aws::AwsArgs;
use crate::context::{self, Context, ProgressBar};
use crate::error::Error;
use crate::input::filter::Filter;
use crate::terminal::plural;
use earlier_runs::EarlierRuns;
use firehose::redrive::RecordCounts;
use ledger::Ledger;
use options::Options;
use records::ReadSoFar;
use rules::Rules;
use sources::Sources;
use survey::{Survey, SurveyEvent};
use target::Target;

/// A survey of less than this is over before anybody looks.
const MIN_RECORDS: u64 = 10_000;
const MIN_OBJECTS: u64 = 200;

/// Inputs that cannot be read are reported one by one up to this.
const MAX_REPORTED: u64 = 10;

/// One run of a job: records from its sources into its delivery stream.
pub(crate) struct Redrive<'a> {
    context: &'a Context,
    options: Options,
    pub(crate) target: Target,
    pub(crate) earlier: EarlierRuns,
    sources: Sources,
    rules: Rules,
}

impl<'a> Redrive<'a> {
    /// The delivery stream as `--stream` named it: its ARN, or its name.
    pub(crate) fn stream_argument(&self) -> &str {
        self.options.stream.arn().unwrap_or(self.options.stream.as_str())
    }

    /// Finds the delivery stream, the ledger of the job and what other ledgers
    /// of the stream know.
    pub(crate) fn open(
        options: Options,
        aws: &AwsArgs,
        context: &'a Context,
    ) -> Result<Self, Error> {
        let target = Target::find(&options.stream, aws)?;
        let mut filter = Filter::new(&options.filter, context::now(), &context::time_zone())?;
        let earlier =
            EarlierRuns::open(&options, &sources::job(&options, &target, &filter)?, context)?;
        (filter.since, filter.until) = (earlier.job.window.since, earlier.job.window.until);
        let sources = Sources::new(&options, &target, filter, context)?;
        let rules = Rules {
            takes_unknown: options.takes_unknown,
            takes_returned: options.takes_returned,
            takes_transformed: options.takes_transformed || target.stream.transform().is_none(),
            limit: options.limit,
            began: context::milliseconds(context::now()),
        };
        Ok(Self { context, options, target, earlier, sources, rules })
    }

    /// The first pass: what would become of each record. Reports what cannot be
    /// read.
    pub(crate) fn survey(&self) -> Result<Survey, Error> {
        let mut survey = Survey::new(self.options.tag.is_some());
        let pass = self.sources.pass()?;
        let read = pass.read_so_far();
        let mut bar = ProgressBar::of_bytes(self.context, self.sources.size(self.context));
        let history = &self.earlier.history;
        survey.run(pass, &self.rules, history, &mut |survey, event| match event {
            SurveyEvent::Progress => show(&mut bar, &survey.tally, &read),
            SurveyEvent::Notice(text) => {
                bar.suspended(|| self.context.info(&format!("fh: {text}")));
            }
            SurveyEvent::Error(error) if survey.unreadable <= MAX_REPORTED => {
                bar.suspended(|| context::report(error));
            }
            SurveyEvent::Error(_) => {}
        })?;
        drop(bar);
        if survey.unreadable > MAX_REPORTED {
            let more = plural(survey.unreadable - MAX_REPORTED, "more input");
            self.context.warn(&format!("{more} cannot be read"), &[]);
        }
        Ok(survey)
    }

    /// Leaves records that may have arrived already.
    pub(crate) fn leave_unknown(&mut self) {
        self.rules.takes_unknown = false;
    }

    /// Refuses what would be more than a ledger may hold.
    pub(crate) fn check_room(&self, survey: &Survey) -> Result<(), Error> {
        let more = survey.tally.to_send.records;
        Ledger::check_room(&self.earlier.path, &self.earlier.history, more)
    }
}

/// Shows how far a survey is.
fn show(bar: &mut ProgressBar, tally: &RecordCounts, read: &ReadSoFar) {
    let is_short = tally.records < MIN_RECORDS && tally.objects < MIN_OBJECTS;
    if is_short || !tally.records.is_multiple_of(64) {
        return;
    }
    if let Some(total) = read.listed.as_ref().and_then(|it| it.total_bytes()) {
        bar.expect(total);
    }
    bar.show(read.bytes.load(Ordering::Relaxed), || {
        let records = plural(tally.records, "record");
        format!(", {records} in {}", plural(tally.objects, "object"))
    });
}
