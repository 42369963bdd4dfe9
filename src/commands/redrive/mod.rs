//! `fh redrive`: put failed records back, so that none is lost and none is
//! sent twice unseen.
//!
//! ```text
//! describe ─▶ ledger ─▶ survey (a first pass) ─▶ ask ─▶ send (a second pass) ─▶ report
//! ```

mod arguments;
mod backup;
mod failures;
mod objects;
mod records;
mod sources;
mod survey;

use std::path::{Path, PathBuf};

use crate::aws::{FirehoseClient, Session, block_on, region_of};
use crate::commands::failures::filter::Filter;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::firehose::delivery_stream::DeliveryStream;
use crate::ledger::{History, Job, Ledger, neighbours};
use crate::render::Output;
use crate::render::redrive::{Plan, push_document, push_plan};
use crate::render::terminal::plural;
use arguments::{OnUnknown, ReportFormat};
pub use arguments::{ABOUT, EXAMPLES, RedriveArgs};
use sources::Sources;
use survey::{Rules, Said, Survey};

/// Runs the command.
pub fn run(args: &RedriveArgs, context: &Context) -> Result<Outcome, Error> {
    let target = Target::find(args)?;
    let mut filter = Filter::new(&args.filter, context::now(), &context::time_zone())?;
    let past = Past::open(args, &sources::job(args, &target, &filter)?, context)?;
    (filter.since, filter.until) = (past.job.window.since, past.job.window.until);
    let sources = Sources::new(args, &target, filter, context)?;
    let rules = rules(args, &target);
    let survey = look(args, &sources, &rules, &past.history, context)?;
    let plan = Plan {
        stream: &target.stream,
        endpoint: target.endpoint.as_deref(),
        ledger: &past.path.display().to_string(),
        is_new: past.is_new,
        tally: &survey.tally,
        rate: args.rate,
        is_dry_run: args.dry_run,
    };
    show(args, &plan, context)?;
    Ok(Outcome::Clean)
}

/// Where the records go.
struct Target {
    session: Session,
    stream: DeliveryStream,
    endpoint: Option<String>,
}

impl Target {
    fn find(args: &RedriveArgs) -> Result<Self, Error> {
        let (session, stream) = block_on(async {
            let session = Session::open(&args.aws, region_of(&args.stream)?.as_ref()).await?;
            let stream = FirehoseClient::new(&session).describe(&args.stream).await?;
            Ok((session, stream))
        })?;
        if let Some((why, instead)) = stream.refuses_puts() {
            let message = format!("`{}` takes no records from here: {why}", stream.name);
            return Err(Error::usage(message).hint(instead));
        }
        let endpoint = session.firehose_endpoint(&args.aws);
        Ok(Self { session, stream, endpoint })
    }
}

/// What earlier runs have done.
struct Past {
    path: PathBuf,
    job: Job,
    is_new: bool,
    history: History,
    /// Open for writing, if there is one and something is to be sent.
    ledger: Option<Ledger>,
}

impl Past {
    fn open(args: &RedriveArgs, job: &Job, context: &Context) -> Result<Self, Error> {
        let path = args.ledger.clone().unwrap_or_else(|| PathBuf::from(job.file_name()));
        let mut past = Self {
            job: job.clone(),
            is_new: true,
            history: History::default(),
            ledger: None,
            path,
        };
        let mut torn = 0;
        if args.dry_run {
            if let Some(opened) = Ledger::look(&past.path, job)? {
                (past.is_new, past.job, torn) = (false, opened.job, opened.torn);
                past.history = opened.ledger;
            }
        } else if let Some(mut opened) = Ledger::open(&past.path, job)? {
            (past.is_new, past.job, torn) = (false, opened.job, opened.torn);
            past.history = std::mem::take(&mut opened.ledger.history);
            past.ledger = Some(opened.ledger);
        }
        if torn > 0 {
            let bytes = plural(torn, "byte");
            context.tell(&format!(
                "fh: the last line of `{}` was never finished: its {bytes} count for nothing",
                past.path.display()
            ));
        }
        past.read_neighbours(context)?;
        Ok(past)
    }

    fn read_neighbours(&mut self, context: &Context) -> Result<(), Error> {
        let found = neighbours(&self.path, &self.job)?;
        if found.count > 0 {
            let ledgers = plural(found.count, "other ledger");
            context.tell(&format!(
                "fh: {ledgers} of `{}` in this folder: what they know is not sent again",
                self.job.stream_name()
            ));
        }
        for name in found.in_use {
            context.complain(
                &format!("another `fh redrive` into this stream is running: `{name}`"),
                &["what it sends from now on is not known here; wait if the records overlap"],
            );
        }
        self.history.absorb(found.history);
        Ok(())
    }
}

fn rules(args: &RedriveArgs, target: &Target) -> Rules {
    Rules {
        on_unknown: args.on_unknown,
        takes_returned: args.returned,
        takes_transformed: args.transformed || target.stream.transform().is_none(),
        limit: args.limit,
        began: context::milliseconds(context::now()),
    }
}

/// The first pass.
fn look(
    args: &RedriveArgs,
    sources: &Sources,
    rules: &Rules,
    history: &History,
    context: &Context,
) -> Result<Survey, Error> {
    let mut survey = Survey::new(args.tag_done.is_some());
    survey.run(sources.pass()?, rules, history, &mut |survey, said| match said {
        Said::Progress => {}
        Said::Notice(text) => context.tell(&format!("fh: {text}")),
        Said::Error(error) => context::report(error),
    })?;
    Ok(survey)
}

fn show(args: &RedriveArgs, plan: &Plan<'_>, context: &Context) -> Result<(), Error> {
    let mut out = Vec::new();
    match args.output {
        ReportFormat::Text => push_plan(&mut out, plan, &context.terminal),
        ReportFormat::Json if plan.is_dry_run => push_document(&mut out, plan, None),
        ReportFormat::Json => return Ok(()),
    }
    Output::default().write(&out)
}
