//! `fh redrive`: put failed records back, so that none is lost and none is
//! sent twice unseen.
//!
//! ```text
//! describe ─▶ ledger ─▶ survey (a first pass) ─▶ ask ─▶ send (a second pass) ─▶ report
//! ```

mod arguments;
mod backup;
mod book;
mod failures;
mod objects;
mod outgoing;
mod past;
mod progress;
mod records;
mod report;
mod sending;
mod sources;
mod survey;
mod tagging;

use std::sync::Arc;

use crate::aws::{FirehoseClient, Service, Session, block_on};
use crate::commands::failures::filter::Filter;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::ledger::{History, Ledger};
use crate::terminal::plural;
use arguments::OnUnknown;
pub use arguments::{ABOUT, EXAMPLES, RedriveArgs};
use firehose::delivery_stream::DeliveryStream;
use past::Past;
use progress::Progress;
use sources::Sources;
use survey::{Rules, Said, Survey};

/// Inputs that cannot be read are told one by one up to this.
const TOLD: u64 = 10;

/// Runs the command.
pub fn run(args: &RedriveArgs, context: &Context) -> Result<Outcome, Error> {
    let target = Target::find(args)?;
    let mut filter = Filter::new(&args.filter, context::now(), &context::time_zone())?;
    let past = Past::open(args, &sources::job(args, &target, &filter)?, context)?;
    (filter.since, filter.until) = (past.job.window.since, past.job.window.until);
    let sources = Sources::new(args, &target, filter, context)?;
    let mut rules = rules(args, &target);
    let mut survey = look(args, &sources, &rules, &past.history, context)?;
    if leaves_unknown(args, &survey, context)? {
        rules.on_unknown = OnUnknown::Skip;
        survey = look(args, &sources, &rules, &past.history, context)?;
    }
    report::plan(args, &target, &past, &survey, context)?;
    Ledger::check_room(&past.seen.path, &past.history, survey.tally.to_send.records)?;
    if args.dry_run {
        return Ok(report::outcome(&survey));
    }
    if survey.tally.to_send.records == 0 {
        past.link(context);
        return report::nothing(args, &target, &past, &survey, context);
    }
    if !goes_on(args, &target, &survey, context)? {
        context.tell("fh: nothing was sent");
        return Ok(Outcome::Findings);
    }
    let (seen, ledger) = past.begin(context)?;
    let done = sending::send(args, &target, &sources, &rules, &mut survey, ledger, context)?;
    report::done(args, &target, &seen, &survey, done, context)
}

/// Where the records go.
struct Target {
    session: Arc<Session>,
    stream: DeliveryStream,
    endpoint: Option<String>,
}

impl Target {
    fn find(args: &RedriveArgs) -> Result<Self, Error> {
        let (session, stream) = block_on(async {
            let session = Session::open(&args.aws, args.stream.arn_region()).await?;
            let stream = FirehoseClient::new(&session).describe(&args.stream).await?;
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
    let mut progress = Progress::new(context);
    survey.run(sources.pass()?, rules, history, &mut |survey, said| match said {
        Said::Progress => progress.update(&survey.tally),
        Said::Notice(text) => progress.suspended(|it| it.tell(&format!("fh: {text}"))),
        Said::Error(error) if survey.unreadable <= TOLD => {
            progress.suspended(|_| context::report(error));
        }
        Said::Error(_) => {}
    })?;
    drop(progress);
    if survey.unreadable > TOLD {
        let more = plural(survey.unreadable - TOLD, "more input");
        context.complain(&format!("{more} cannot be read"), &[]);
    }
    Ok(survey)
}

/// Asks about records of which nobody knows whether they arrived; true if they
/// are to be left.
fn leaves_unknown(args: &RedriveArgs, survey: &Survey, context: &Context) -> Result<bool, Error> {
    let again = survey.tally.again.records;
    if args.on_unknown != OnUnknown::Ask || again == 0 || args.dry_run {
        return Ok(false);
    }
    if !can_ask(context) {
        let records = plural(again, "record");
        return Err(Error::usage(format!(
            "{records} may or may not have arrived, and nobody is there to be asked"
        ))
        .hint("`--on-unknown resend` sends them again, `--on-unknown skip` leaves them"));
    }
    let records = plural(again, "record");
    let question = format!("{records} may have arrived already. Send them all the same?");
    Ok(!context.confirm(&question)?)
}

/// Asks whether to send, unless that was said.
fn goes_on(
    args: &RedriveArgs,
    target: &Target,
    survey: &Survey,
    context: &Context,
) -> Result<bool, Error> {
    if args.yes {
        return Ok(true);
    }
    if !can_ask(context) {
        return Err(Error::usage("nothing was sent: nobody is at the terminal to be asked")
            .hint("`--yes` sends without asking, `--dry-run` only looks"));
    }
    let records = plural(survey.tally.to_send.records, "record");
    context.confirm(&format!("Put {records} into `{}`?", target.stream.name))
}

/// True if somebody sees a question and can answer it.
const fn can_ask(context: &Context) -> bool {
    context.stdin_is_terminal && context.stderr_is_terminal
}
