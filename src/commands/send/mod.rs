//! `fh send` and `fh send-demo`: put records into a delivery stream.

mod arguments;
mod demo;
mod records;
mod source;
mod target;

use std::io::{BufRead as _, stdin};
use std::time::Duration;

pub use arguments::{ABOUT, DEMO_ABOUT, DEMO_EXAMPLES, EXAMPLES, SendArgs, SendDemoArgs};
use arguments::{CommonArgs, ReportFormat};
use demo::Demo;
use source::{Source as Outgoings, TooLarge};
use target::Target;

use crate::aws::block_on;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::firehose::delivery::{Ending, Outgoing, Policy};
use crate::firehose::demo::Place;
use crate::firehose::limits::MAX_RECORD;
use crate::input::Source;
use crate::render::sent::{self, Report};
use crate::render::{Output, terminal};
use crate::sending::{self, Kept, NoJournal, Plan, Records, Sent};

/// Records that are named of those that are too large.
const NAMED: usize = 5;

/// Runs `fh send`.
pub fn run(args: &SendArgs, context: &Context) -> Result<Outcome, Error> {
    if args.record_separator.is_some() && args.format != arguments::FormatArg::Raw {
        return Err(Error::usage("`--record-separator` is for `--format raw`"));
    }
    let common = &args.common;
    context.ask_for_input(&args.inputs.iter().collect::<Vec<_>>(), "records");
    block_on(async {
        let target = Target::find(common, context).await?;
        let is_file = |source: &Source| matches!(source, Source::Path(path) if path.is_file() || path.is_dir());
        // What can be read again is read first: then nothing is sent if
        // something in it cannot be.
        let survey = if args.inputs.iter().all(is_file) || common.dry_run {
            Some(survey(&mut Outgoings::new(records::records(args), common, TooLarge::default()))?)
        } else {
            None
        };
        let asks = !args.inputs.contains(&Source::Stdin);
        if common.dry_run || !target.confirm(common, survey.as_ref(), asks, context)? {
            return Ok(Outcome::Clean);
        }
        let too_large = TooLarge::default();
        let records = Outgoings::new(records::records(args), common, too_large.clone());
        let job = Job { common, target: &target, too_large, context };
        job.run(Box::new(records), survey.map(|survey| survey.records), None, true).await
    })
}

/// Runs `fh send-demo`.
pub fn run_demo(args: &SendDemoArgs, context: &Context) -> Result<Outcome, Error> {
    let common = &args.common;
    block_on(async {
        let target = Target::find(common, context).await?;
        let seed = args.seed.unwrap_or_else(target::some_seed);
        let total = demo::count(args);
        let survey = total.map(|records| Survey { records, bytes: None });
        if common.dry_run || !target.confirm(common, survey.as_ref(), true, context)? {
            return Ok(Outcome::Clean);
        }
        if args.seed.is_none() {
            context.tell(&format!("fh: the same records again: --seed {seed}"));
        }
        let place =
            Place { account: target.account().to_owned(), region: target.region().to_owned() };
        let too_large = TooLarge::default();
        let records = Outgoings::new(Demo::new(args, seed, place), common, too_large.clone());
        let job = Job { common, target: &target, too_large, context };
        job.run(Box::new(records), total, args.duration, false).await
    })
}

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
struct Survey {
    records: u64,
    /// Bytes of them, if they were read.
    bytes: Option<u64>,
}

/// Reads all records, and refuses what is too large by name.
fn survey<I>(records: &mut Outgoings<I>) -> Result<Survey, Error>
where
    Outgoings<I>: Iterator<Item = Result<Outgoing, Error>>,
{
    let (mut count, mut bytes) = (0, 0);
    for record in &mut *records {
        bytes += record?.payload.len() as u64;
        count += 1;
    }
    let too_large = records.too_large().take();
    if too_large.is_empty() {
        return Ok(Survey { records: count, bytes: Some(bytes) });
    }
    Err(refused_as_too_large(&too_large).hint("nothing was sent; take them out, or split them"))
}

fn refused_as_too_large(records: &[(String, Outgoing)]) -> Error {
    let mut names = Vec::new();
    for (place, record) in records.iter().take(NAMED) {
        names.push(format!("{place} ({} bytes)", terminal::group(record.payload.len() as u64)));
    }
    if records.len() > NAMED {
        names.push(format!("{} more", terminal::group((records.len() - NAMED) as u64)));
    }
    let names = names.join(", ");
    let most = terminal::group(MAX_RECORD as u64);
    Error::usage(format!("larger than the {most} bytes that a record may have: {names}"))
}

/// A job, settled.
struct Job<'a> {
    common: &'a CommonArgs,
    target: &'a Target,
    too_large: TooLarge,
    context: &'a Context,
}

impl Job<'_> {
    async fn run(
        &self,
        records: Records,
        total: Option<u64>,
        duration: Option<Duration>,
        keeps_rest: bool,
    ) -> Result<Outcome, Error> {
        let policy = Policy {
            is_ordered: self.common.ordered,
            rate: self.common.rate,
            patience: self.common.retry_for,
            seed: target::some_seed(),
        };
        let stream = self.common.stream.clone();
        let plan = Plan { stream, policy, duration, total, keeps_rest };
        let client = &self.target.client;
        let mut sent = sending::send(client, &plan, records, &mut NoJournal, self.context).await?;
        self.finish(&mut sent).await
    }

    /// Keeps what was not sent, reports, decides the exit code.
    async fn finish(&self, sent: &mut Sent) -> Result<Outcome, Error> {
        let name = format!("fh-unsent-{}", self.common.stream);
        let folder = &self.common.unsent_to;
        let unsent = sent.keep(folder, &name).await?;
        let unknown = sent.keep_unknown(folder, &format!("fh-unknown-{}", self.common.stream))?;
        let too_large = self.too_large.take();
        let aside = self.keep_too_large(&too_large)?;
        let report = Report {
            stream: self.common.stream.as_str(),
            account: self.target.account(),
            region: self.target.region(),
            sent,
            unsent: unsent.as_ref(),
            unknown: unknown.as_ref(),
            too_large: aside.as_ref(),
            described: self.target.described.as_ref(),
        };
        let mut out = Vec::new();
        match self.common.output {
            ReportFormat::Text => sent::push_text(&mut out, &report, &self.context.terminal),
            ReportFormat::Json => sent::push_json(&mut out, &report),
        }
        Output::default().write(&out)?;
        if !too_large.is_empty() {
            let error = refused_as_too_large(&too_large);
            self.context.complain(&error.to_string(), &[]);
        }
        outcome(sent, too_large.is_empty())
    }

    fn keep_too_large(&self, records: &[(String, Outgoing)]) -> Result<Option<Kept>, Error> {
        let records: Vec<_> = records.iter().map(|(_, record)| record.clone()).collect();
        let name = format!("fh-too-large-{}", self.common.stream);
        sending::keep(&self.common.unsent_to, &name, &records)
    }
}

/// Decides the exit code: 0 only if every record was acknowledged.
fn outcome(sent: &mut Sent, all_fit: bool) -> Result<Outcome, Error> {
    if sent.signal.is_some() {
        return Err(Error::interrupted());
    }
    if let (Ending::Refused(_), Some(error)) = (&sent.finished.ending, sent.error.take()) {
        return Err(error);
    }
    if let Some(error) = sent.unread.take() {
        return Err(error);
    }
    let left = sent.finished.refused.len() + sent.finished.unknown.len();
    Ok(if left == 0 && all_fit && sent.finished.ending == Ending::Complete {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

/// Asks on a terminal; what is not yes is no.
fn ask(question: &str, context: &Context) -> Result<bool, Error> {
    context.ask(question);
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    read.map_err(|error| Error::unreadable("standard input", error))?;
    let is_yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !is_yes {
        context.tell("fh: nothing was sent");
    }
    Ok(is_yes)
}
