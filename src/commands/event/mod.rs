//! `fh event`: make a test event for the transform.

mod arguments;
mod data;
mod failures;

use std::io::Write as _;
use std::time::UNIX_EPOCH;

pub use arguments::{ABOUT, EXAMPLES, EventArgs};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::cli::OutputFormat;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::firehose::demo::{HOSTILE, Place, Samples};
use crate::firehose::limits::{MAX_INVOCATION_PAYLOAD, MAX_RECORD};
use crate::firehose::transform::{EventWriter, Origin, Source};
use crate::render::samples;
use crate::render::{Output, terminal};

/// Samples that are made unless a number or a size is given.
const SAMPLES: u64 = 3;

/// When the records of an event with a seed arrive: the 22nd of November 2026,
/// 10:00:00.123 UTC.
const FIXED_TIME: i64 = 1_795_341_600_123;

/// A payload, and when it arrived if that is known.
type Payload = (Vec<u8>, Option<i64>);

/// Runs the command.
pub fn run(args: &EventArgs, context: &Context) -> Result<Outcome, Error> {
    if args.list {
        Output::default().write(&list(args.output, context))?;
        return Ok(Outcome::Clean);
    }
    let mut event = Event::begin(args)?;
    let outcome = if !args.data.is_empty() {
        context.ask_for_input(&args.data.iter().collect::<Vec<_>>(), "records, a line each");
        event.own(data::Records::new(args, context), context)?
    } else if !args.from_failures.is_empty() {
        let sources = &args.from_failures;
        context.ask_for_input(&sources.iter().collect::<Vec<_>>(), "failure objects");
        let mut records = failures::Records::new(sources, context);
        let outcome = event.own(&mut records, context)?;
        records.outcome(outcome)
    } else if args.hostile {
        event.hostile(context)?
    } else {
        event.samples()?
    };
    Output::default().write(&event.writer.finish())?;
    Ok(outcome)
}

/// An event in the making.
struct Event<'a> {
    args: &'a EventArgs,
    writer: EventWriter,
    seed: u64,
    now: i64,
}

impl<'a> Event<'a> {
    fn begin(args: &'a EventArgs) -> Result<Self, Error> {
        if args.gzip && args.payload.is_gzip() {
            let kind = args.payload.as_str();
            return Err(Error::usage(format!("`{kind}` is gzip already"))
                .hint("leave `--gzip` out, or see `--hostile` for gzip of gzip"));
        }
        let clock = context::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let clock_ms = i64::try_from(clock.as_millis()).unwrap_or(FIXED_TIME);
        let nanoseconds = u64::try_from(clock.as_nanos() & u128::from(u64::MAX)).unwrap_or(0);
        let fixed = args.seed.map(|_| FIXED_TIME);
        let origin = Origin {
            source: args.source.into(),
            stream: args.stream.clone(),
            region: args.region.clone(),
            account: args.account.clone(),
            long_ids: args.long_ids,
        };
        if args.long_ids && origin.source != Source::DirectPut {
            return Err(Error::usage("`--long-ids` is for `--source direct-put`"));
        }
        let seed = args.seed.unwrap_or(nanoseconds);
        let limit = args.size.map_or(MAX_INVOCATION_PAYLOAD as u64, |size| size.0);
        let limit = usize::try_from(limit).unwrap_or(MAX_INVOCATION_PAYLOAD);
        Ok(Self {
            args,
            writer: EventWriter::new(&origin, seed, limit),
            seed,
            now: args.timestamp.map(|time| time.0).or(fixed).unwrap_or(clock_ms),
        })
    }

    /// Appends a payload as the flags want it; false if it does not fit.
    fn push(&mut self, mut payload: Vec<u8>, arrival: Option<i64>) -> bool {
        if self.args.newline && !payload.ends_with(b"\n") {
            payload.push(b'\n');
        }
        if self.args.gzip {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            // Writing to memory does not fail.
            let _unused = encoder.write_all(&payload);
            payload = encoder.finish().unwrap_or_default();
        }
        let fits = self.writer.push(&payload, arrival.unwrap_or(self.now));
        // Records of one batch arrive within milliseconds.
        self.now += i64::from(self.writer.records().is_multiple_of(3));
        fits
    }

    fn samples(&mut self) -> Result<Outcome, Error> {
        let place = Place { account: self.args.account.clone(), region: self.args.region.clone() };
        let mut samples = Samples::new(self.args.payload, self.seed, self.now, place);
        let wanted = match (self.args.records, self.args.size) {
            (Some(records), _) => records,
            (None, Some(_)) => u64::MAX,
            (None, None) => SAMPLES,
        };
        for made in 0..wanted {
            if !self.push(samples.payload(), None) {
                if self.args.size.is_some() {
                    break;
                }
                return Err(Error::usage(format!(
                    "{} records do not fit into an event: Lambda takes 6 MB, {} of them",
                    terminal::group(wanted),
                    terminal::group(made)
                ))
                .hint("`--size 6MiB` makes as many as fit"));
            }
        }
        Ok(Outcome::Clean)
    }

    /// One record of each case; which is which goes to standard error.
    fn hostile(&mut self, context: &Context) -> Result<Outcome, Error> {
        for (place, case) in HOSTILE.iter().enumerate() {
            if !self.push(case.payload(), None) {
                return Err(Error::usage(format!("`{}` does not fit into the event", case.name))
                    .hint("leave `--size` out: all the cases together have 1.4 MB"));
            }
            context.tell(&format!("record {:2}  {:16} {}", place + 1, case.name, case.what));
        }
        Ok(Outcome::Clean)
    }

    /// The user's records, as many as fit. What is left out is told.
    fn own(
        &mut self,
        records: impl Iterator<Item = Result<Payload, Error>>,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let wanted = self.args.records.unwrap_or(u64::MAX);
        let skipped = usize::try_from(self.args.skip).unwrap_or(usize::MAX);
        for record in records.skip(skipped) {
            if self.writer.records() as u64 >= wanted {
                return Ok(Outcome::Clean);
            }
            let (payload, arrival) = record?;
            if !self.push(payload, arrival) {
                return Ok(self.left_out(context));
            }
        }
        if self.writer.records() == 0 {
            context.tell("fh: no records in the input: the event is empty");
        }
        Ok(Outcome::Clean)
    }

    fn left_out(&self, context: &Context) -> Outcome {
        let made = self.writer.records() as u64;
        let next = self.args.skip + made;
        let fitted = terminal::plural(made, "record");
        let what = match self.args.size {
            Some(_) => "the size",
            None => "the 6 MB that Lambda takes",
        };
        context.complain(
            &format!("not all records are in the event: {fitted} fit into {what}"),
            &[&format!("`--skip {next}` makes the event of those that follow")],
        );
        Outcome::Findings
    }
}

/// Refuses what no record can be.
fn refuse_large(name: &str, payload: &[u8]) -> Result<(), Error> {
    if payload.len() <= MAX_RECORD {
        return Ok(());
    }
    let size = terminal::group(payload.len() as u64);
    let most = terminal::group(MAX_RECORD as u64);
    Err(Error::usage(format!("{name} has {size} bytes, a record has at most {most}"))
        .hint("Firehose refuses it (PutRecord); split it, or leave it out"))
}

fn list(format: OutputFormat, context: &Context) -> Vec<u8> {
    let mut out = Vec::new();
    match format {
        OutputFormat::Text | OutputFormat::Table => {
            samples::push_table(&mut out, &context.terminal);
        }
        OutputFormat::Json => samples::push_document(&mut out),
        OutputFormat::Ndjson => samples::push_lines(&mut out),
    }
    out
}
