//! Puts failed records back, so that none is lost and none is sent twice unseen.
//!
//! ```text
//! open ─▶ survey (a first pass) ─▶ send (a second pass) ─▶ tag
//! ```
//!
//! What is shown in between, and whether to go on, is for the command to say.

use std::path::PathBuf;
use std::sync::Arc;

use super::past::Past;
use super::progress::Progress;
use super::sources::{self, Sources};
use super::survey::{Rules, Said, Survey};
use super::tagging::Tag;
use crate::aws::{AwsArgs, FirehoseClient, Service, Session, block_on, region_of};
use crate::context::{self, Context};
use crate::error::Error;
use crate::input::Source;
use crate::input::filter::{Filter, FilterArgs};
use crate::redrive::ledger::Ledger;
use crate::terminal::plural;
use crate::times::Rate;
use firehose::backup::Split;
use firehose::delivery_stream::{DeliveryStream, DeliveryStreamName};

/// Inputs that cannot be read are reported one by one up to this.
const MAX_REPORTED: u64 = 10;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) stream: DeliveryStreamName,
    /// Where the records are; with nothing here and no bucket, where the stream
    /// leaves its failures.
    pub(super) inputs: Vec<Source>,
    pub(super) bucket: Option<String>,
    pub(super) prefix: Option<String>,
    /// Also objects that other streams wrote.
    pub(super) any_stream: bool,
    /// Source backup objects instead of failures: how their records end.
    pub(super) backup: Option<Split>,
    pub(super) filter: FilterArgs,
    /// Records to send at most.
    pub(super) limit: Option<u64>,
    /// Send again what may have arrived.
    pub(super) takes_unknown: bool,
    /// Send what came back from an earlier redrive.
    pub(super) takes_returned: bool,
    /// Send what the transform has been through, also where there is one.
    pub(super) takes_transformed: bool,
    /// The ledger, if not that of the job in the user's state folder.
    pub(super) ledger: Option<PathBuf>,
    pub(super) rate: Option<Rate>,
    /// For objects of which every record is acknowledged.
    pub(super) tag: Option<Tag>,
    /// Nothing is sent, and nothing is written.
    pub(super) is_dry_run: bool,
}

/// Where the records go.
pub(super) struct Target {
    pub(super) session: Arc<Session>,
    pub(super) stream: DeliveryStream,
    /// The address that is called instead of AWS.
    pub(super) endpoint: Option<String>,
}

impl Target {
    fn find(name: &DeliveryStreamName, aws: &AwsArgs) -> Result<Self, Error> {
        let (session, stream) = block_on(async {
            let session = Session::open(aws, region_of(name)?.as_ref()).await?;
            let stream = FirehoseClient::new(&session).describe(name).await?;
            Ok((session, stream))
        })?;
        if let Some((why, instead)) = stream.refuses_puts() {
            let message = format!("`{}` takes no records from here: {why}", stream.name);
            return Err(Error::usage(message).hint(instead));
        }
        let endpoint = session.endpoint(Service::Firehose).map(ToString::to_string);
        Ok(Self { session: Arc::new(session), stream, endpoint })
    }
}

/// One run of a job: records from its sources into its delivery stream.
pub(super) struct Redrive<'a> {
    pub(super) context: &'a Context,
    pub(super) options: Options,
    pub(super) target: Target,
    pub(super) past: Past,
    pub(super) sources: Sources,
    pub(super) rules: Rules,
}

impl<'a> Redrive<'a> {
    /// Finds the delivery stream, the ledger of the job and what other ledgers
    /// of the stream know.
    pub(super) fn open(
        options: Options,
        aws: &AwsArgs,
        context: &'a Context,
    ) -> Result<Self, Error> {
        let target = Target::find(&options.stream, aws)?;
        let mut filter = Filter::new(&options.filter, context::now(), &context::time_zone())?;
        let past = Past::open(&options, &sources::job(&options, &target, &filter)?, context)?;
        (filter.since, filter.until) = (past.job.window.since, past.job.window.until);
        let sources = Sources::new(&options, &target, filter, context)?;
        let rules = Rules {
            takes_unknown: options.takes_unknown,
            takes_returned: options.takes_returned,
            takes_transformed: options.takes_transformed || target.stream.transform().is_none(),
            limit: options.limit,
            began: context::milliseconds(context::now()),
        };
        Ok(Self { context, options, target, past, sources, rules })
    }

    /// The first pass: what would become of each record. Reports what cannot be
    /// read.
    pub(super) fn survey(&self) -> Result<Survey, Error> {
        let mut survey = Survey::new(self.options.tag.is_some());
        let mut progress = Progress::new(self.context);
        let history = &self.past.history;
        survey.run(self.sources.pass()?, &self.rules, history, &mut |survey, said| match said {
            Said::Progress => progress.update(&survey.tally),
            Said::Notice(text) => progress.suspended(|it| it.tell(&format!("fh: {text}"))),
            Said::Error(error) if survey.unreadable <= MAX_REPORTED => {
                progress.suspended(|_| context::report(error));
            }
            Said::Error(_) => {}
        })?;
        drop(progress);
        if survey.unreadable > MAX_REPORTED {
            let more = plural(survey.unreadable - MAX_REPORTED, "more input");
            self.context.complain(&format!("{more} cannot be read"), &[]);
        }
        Ok(survey)
    }

    /// Leaves records that may have arrived already.
    pub(super) fn leave_unknown(&mut self) {
        self.rules.takes_unknown = false;
    }

    /// Refuses what would be more than a ledger may hold.
    pub(super) fn check_room(&self, survey: &Survey) -> Result<(), Error> {
        let more = survey.tally.to_send.records;
        Ledger::check_room(&self.past.path, &self.past.history, more)
    }
}
