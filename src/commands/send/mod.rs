//! `fh send` and `fh send-demo`: put records into a delivery stream.

mod arguments;
mod builder;
mod demo;
mod finish;
mod framed;
mod manual;
mod reading;
mod records;
mod resend_command;
mod survey;
mod target;

use std::sync::Arc;
use std::time::Duration;

use arguments::SendingArgs;
pub use arguments::{SendArgs, SendDemoArgs};
use demo::{Demo, random_seed, what};
use finish::Finish;
pub use manual::{ABOUT, DEMO_ABOUT, DEMO_EXAMPLES, DETAILS, EXAMPLES};
use records::OwnRecords;
use survey::SendSurvey;
use target::Target;

use crate::aws::{Puts, Session, block_on};
use crate::commands::shared::{question, stream};
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::input::{self, Inputs, Source};
use crate::sending::{self, Feed, FeedItem, NoJournal, Progress};
use crate::terminal;
use crate::times::Rate;
use firehose::put::PutPolicy;
use firehose::size;

/// How long one answer is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Runs `fh send`.
pub fn run(args: &SendArgs, context: &Context) -> Result<Outcome, Error> {
    let SendArgs { inputs, reading, sending } = args;
    sending.stream().map_err(|_| stream::missing_beside("send", inputs))?;
    reading.check()?;
    sending.check()?;
    let session = session(sending)?;
    let records = |too_large| {
        let inputs = Inputs::new(inputs).with_session(Some(Arc::clone(&session)));
        OwnRecords::new(reading.clone(), inputs, too_large)
    };
    input::ask_for_input(&inputs.iter().collect::<Vec<_>>(), "records", context);
    let is_read_first = sending.dry_run || reading::are_files(inputs);
    let survey = is_read_first.then(|| SendSurvey::of(records(None), reading.skip_bad, context));
    let survey = survey.transpose()?;
    block_on(async {
        let target = Target::find(sending, Arc::clone(&session), context).await?;
        let names: Vec<_> = inputs.iter().map(Source::title).collect();
        let from = format!("from {}", names.join(", "));
        let what = match survey {
            Some(it) => amount(&it, &from),
            None => format!("all records {from}"),
        };
        context.info(&format!("fh: {what}"));
        if reading.glues_records() {
            target.warn_of_glued_records(context);
        }
        let question = survey
            .map_or_else(|| "records".to_owned(), |it| terminal::plural(it.records, "record"));
        // Records may be typed where the answer would be.
        let agreed = sending.yes || inputs.contains(&Source::Stdin);
        if sending.dry_run || !question::may_send(&question, target.name.as_str(), agreed, context)?
        {
            return nothing_sent(sending, survey, context);
        }
        let run = SendRun { sending, target: &target, total: survey.map(|it| it.records), context };
        let finish = Finish::of_inputs(sending, reading, inputs);
        finish.check()?;
        let too_large = (!reading::are_there_to_stay(inputs)).then(|| finish.too_large());
        run.send(records(too_large), finish).await
    })
}

/// Runs `fh send-demo`.
pub fn run_demo(args: &SendDemoArgs, context: &Context) -> Result<Outcome, Error> {
    let SendDemoArgs { records, seed, sending } = args;
    records.check()?;
    sending.check()?;
    let seed = seed.unwrap_or_else(random_seed);
    let rate = sending.rate.map(Rate::per_second);
    let total = records.most(rate);
    let session = session(sending)?;
    block_on(async {
        let target = Target::find(sending, session, context).await?;
        let what = what(records, total);
        context.info(&format!("fh: {what}; to repeat: --seed {seed}"));
        if records.glues_records() {
            target.warn_of_glued_records(context);
        }
        let demo = || Demo::new(records, target.of_demo(), seed, rate);
        let agreed = sending.yes;
        if sending.dry_run || !question::may_send(&what, target.name.as_str(), agreed, context)? {
            let survey = total.map(|_| SendSurvey::of(demo(), false, context)).transpose()?;
            return nothing_sent(sending, survey, context);
        }
        let run = SendRun { sending, target: &target, total, context };
        let finish = Finish::of_demo(sending, seed);
        finish.check()?;
        run.send(demo(), finish).await
    })
}

/// Opens the session of the command.
fn session(sending: &SendingArgs) -> Result<Arc<Session>, Error> {
    block_on(Session::open(&sending.aws, sending.stream()?.arn_region())).map(Arc::new)
}

/// `12 records, 1.5 KiB, from orders.ndjson`.
fn amount(survey: &SendSurvey, from: &str) -> String {
    let records = terminal::plural(survey.records, "record");
    let requests = terminal::plural(survey.requests, "request");
    format!("{records}, {}, {requests}, {from}", size(survey.bytes))
}

/// A dry run, or the answer was no.
fn nothing_sent(
    sending: &SendingArgs,
    survey: Option<SendSurvey>,
    context: &Context,
) -> Result<Outcome, Error> {
    if !sending.dry_run {
        context.info(question::NOTHING_SENT);
        return Ok(Outcome::Findings);
    }
    finish::dry_run(sending, survey, context)?;
    let is_bad = survey.is_some_and(|it| it.bad > 0);
    Ok(if is_bad { Outcome::Findings } else { Outcome::Clean })
}

/// Where records go, and how.
struct SendRun<'a> {
    sending: &'a SendingArgs,
    target: &'a Target,
    total: Option<u64>,
    context: &'a Context,
}

impl SendRun<'_> {
    async fn send(
        &self,
        records: impl Iterator<Item = FeedItem> + Send + 'static,
        finish: Finish<'_>,
    ) -> Result<Outcome, Error> {
        let policy = PutPolicy {
            is_ordered: self.sending.ordered,
            rate: self.sending.rate.map(Rate::per_second),
            patience: self.sending.retry_for,
            seed: fastrand::u64(..),
        };
        let puts = Puts::new(&self.target.session, &self.target.name, TIMEOUT);
        let progress = Progress::new(self.context, self.total);
        let mut feed = Feed::start(records);
        let sent = sending::run(&puts, &mut feed, &mut NoJournal, progress, policy).await?;
        finish.report(sent, feed, self.target, self.context).await
    }
}
