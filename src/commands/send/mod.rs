//! `fh send` and `fh send-demo`: put records into a delivery stream.

mod arguments;
mod demo;
mod records;
mod source;
mod target;

use std::time::Duration;

pub use arguments::{ABOUT, DEMO_ABOUT, DEMO_EXAMPLES, EXAMPLES, SendArgs, SendDemoArgs};
use arguments::{CommonArgs, ReportFormat};
use demo::Demo;
use source::{Dress, Source as Outgoings, TooLarge, too_large};
use target::Target;

use crate::aws::{Puts, block_on};
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::firehose::delivery::{Ending, Policy};
use crate::firehose::demo::Place;
use crate::firehose::limits::MAX_RECORD;
use crate::input::Source;
use crate::render::sent::{self, Kept, Report};
use crate::render::{Output, terminal};
use crate::sending::unsent::Unsent;
use crate::sending::{self, Fed, Feed, NoJournal, Progress, Sent};

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long the rest of an input is waited for, to keep it.
const REST: Duration = Duration::from_secs(10);

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
            Some(survey(records::records(args), common)?)
        } else {
            None
        };
        let asks = !args.inputs.contains(&Source::Stdin);
        if common.dry_run || !target.confirm(common, survey.as_ref(), asks, context)? {
            return Ok(Outcome::Clean);
        }
        let too_large = TooLarge::default();
        let records = Outgoings::new(records::records(args), common, too_large.clone());
        let job = Job { common, target: &target, too_large, context, keeps_rest: true };
        job.run(records, survey.map(|survey| survey.records)).await
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
        let job = Job { common, target: &target, too_large, context, keeps_rest: false };
        job.run(records, total).await
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
fn survey(records: records::All, common: &CommonArgs) -> Result<Survey, Error> {
    let mut dress = Dress::new(common);
    let (mut count, mut bytes, mut large) = (0, 0, Vec::new());
    for found in records {
        let found = found?;
        let payload = dress.put_on(found.payload);
        if payload.len() > MAX_RECORD {
            large.push((found.place, payload.len()));
        }
        bytes += payload.len() as u64;
        count += 1;
    }
    let Some(((place, size), more)) = large.split_first() else {
        return Ok(Survey { records: count, bytes: Some(bytes) });
    };
    let mut error = too_large(place, *size);
    for (place, size) in more.iter().take(NAMED) {
        error = error.hint(too_large(place, *size).to_string());
    }
    if more.len() > NAMED {
        error =
            error.hint(format!("{} more", terminal::plural((more.len() - NAMED) as u64, "record")));
    }
    Err(error.hint("nothing was sent; take them out, or split them"))
}

/// A job, settled.
struct Job<'a> {
    common: &'a CommonArgs,
    target: &'a Target,
    too_large: TooLarge,
    context: &'a Context,
    /// The rest of the input is kept too if it cannot be sent; what is made up
    /// is not worth it.
    keeps_rest: bool,
}

impl Job<'_> {
    async fn run(
        &self,
        records: impl Iterator<Item = Fed> + Send + 'static,
        total: Option<u64>,
    ) -> Result<Outcome, Error> {
        let policy = Policy {
            is_ordered: self.common.ordered,
            rate: self.common.rate,
            patience: self.common.retry_for,
            seed: target::some_seed(),
        };
        let puts = Puts::new(&self.target.session, &self.common.stream, TIMEOUT);
        let mut feed = Feed::start(records);
        let progress = Progress::new(self.context, total);
        let mut sent = sending::run(&puts, &mut feed, &mut NoJournal, progress, policy).await?;
        self.finish(&mut sent, &mut feed).await
    }

    /// Keeps what was not sent, reports, decides the exit code.
    async fn finish(&self, sent: &mut Sent, feed: &mut Feed) -> Result<Outcome, Error> {
        let mut read = sent.taken;
        let mut unsent = self.file("unsent");
        for record in &sent.finished.refused {
            unsent.push(&record.payload)?;
        }
        if self.keeps_rest && sent.finished.ending != Ending::Complete {
            read += self.rest(feed, &mut unsent).await?;
        }
        let mut unknown = self.file("unknown");
        for record in &sent.finished.unknown {
            unknown.push(&record.payload)?;
        }
        let mut aside = self.file("too-large");
        for payload in self.too_large.take() {
            aside.push(&payload)?;
        }
        let (unsent, unknown, aside) = (kept(unsent)?, kept(unknown)?, kept(aside)?);
        let report = Report {
            stream: self.common.stream.as_str(),
            account: self.target.account(),
            region: self.target.region(),
            sent,
            read,
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
        outcome(sent, unsent.is_none() && unknown.is_none() && aside.is_none())
    }

    /// Keeps what was not even read. Who wrote it was told to stop as well,
    /// most likely, so that it ends soon.
    async fn rest(&self, feed: &mut Feed, unsent: &mut Unsent) -> Result<u64, Error> {
        let end = tokio::time::Instant::now() + REST;
        let mut count = 0;
        loop {
            match tokio::time::timeout_at(end, feed.next()).await {
                Ok(Some(Fed::Records(records))) => {
                    count += records.len() as u64;
                    for record in &records {
                        unsent.push(&record.payload)?;
                    }
                }
                Ok(Some(Fed::LeftOut(error) | Fed::Failed(error))) => context::report(&error),
                Ok(Some(Fed::Notice(_))) => {}
                Ok(None) => return Ok(count),
                Err(_) => {
                    let hints = ["what is behind the records in the file was not read"];
                    self.context.complain("the input did not end: its rest is not kept", &hints);
                    return Ok(count);
                }
            }
        }
    }

    /// A file for records that were not sent, for this reason.
    fn file(&self, why: &str) -> Unsent {
        let time = jiff::Timestamp::try_from(context::now()).unwrap_or_default();
        let name = match (&self.common.unsent, why) {
            (Some(file), "unsent") => file.clone(),
            (Some(file), _) => {
                let mut name = file.clone().into_os_string();
                name.push(format!(".{why}"));
                name.into()
            }
            (None, _) => format!("fh-{why}-{}.b64", time.strftime("%Y%m%dT%H%M%S%3fZ")).into(),
        };
        Unsent::new(Some(&name), time)
    }
}

fn kept(file: Unsent) -> Result<Option<Kept>, Error> {
    let records = file.records();
    Ok(file.finish()?.map(|path| Kept { path, records }))
}

/// Decides the exit code: 0 only if every record was acknowledged.
fn outcome(sent: &mut Sent, nothing_is_left: bool) -> Result<Outcome, Error> {
    if sent.is_interrupted {
        return Err(Error::interrupted());
    }
    if let Some(error) = sent.error.take() {
        return Err(error);
    }
    let is_complete = sent.finished.ending == Ending::Complete;
    Ok(if nothing_is_left && is_complete && sent.left_out == 0 {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}
