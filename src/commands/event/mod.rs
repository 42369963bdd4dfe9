//! `fh event`: make a test event for the transform.

mod arguments;
mod builder;
mod data;
mod failures;

pub use arguments::{ABOUT, EXAMPLES, EventArgs};
use builder::EventBuilder;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::input;
use crate::render::Output;
use crate::render::OutputFormat;
use crate::render::samples;
use crate::terminal;
use firehose::limits::MAX_RECORD;
use firehose::transform::RecordIdentity;

/// A record for the event.
#[derive(Debug)]
struct EventRecord {
    payload: Vec<u8>,
    /// When it arrived, in milliseconds since 1970, if that is known.
    arrival: Option<i64>,
    /// What it was called, if that is known.
    identity: Option<RecordIdentity>,
}

impl From<Vec<u8>> for EventRecord {
    fn from(payload: Vec<u8>) -> Self {
        Self { payload, arrival: None, identity: None }
    }
}

/// Runs the command.
pub fn run(args: &EventArgs, context: &Context) -> Result<Outcome, Error> {
    if args.list {
        Output::default().write(&list(args.output, context))?;
        return Ok(Outcome::Clean);
    }
    let mut event = EventBuilder::begin(args)?;
    let outcome = if !args.data.is_empty() {
        input::ask_for_input(
            &args.data.iter().collect::<Vec<_>>(),
            "records, a line each",
            context,
        );
        let outcome =
            event.own(data::DataRecords::new(args, args.inputs(&args.data)?, context), context)?;
        event.tell_if_empty(outcome, context);
        outcome
    } else if !args.from_failures.is_empty() {
        let sources = &args.from_failures;
        input::ask_for_input(&sources.iter().collect::<Vec<_>>(), "failure objects", context);
        let inputs = args.inputs(sources)?.selected(args.selection());
        let mut records = failures::FailedRecords::new(inputs, context);
        let outcome = event.own(&mut records, context)?;
        let outcome = records.outcome(outcome);
        if event.made() == 0 && records.is_worse() {
            context.warn("no event is made: none of the records could be taken", &[]);
            return Ok(outcome);
        }
        if event.made() == 0 && outcome == Outcome::Clean {
            return Err(records.nothing());
        }
        outcome
    } else if args.hostile {
        event.hostile(context)?
    } else {
        event.samples(context)?
    };
    Output::default().write(&event.finish())?;
    Ok(outcome)
}

/// Refuses what no record can be.
fn refuse_large(name: &str, payload: &[u8]) -> Result<(), Error> {
    if payload.len() <= MAX_RECORD {
        return Ok(());
    }
    let size = terminal::group(payload.len() as u64);
    let most = terminal::group(MAX_RECORD as u64);
    Err(Error::user(format!("{name} has {size} bytes, a record has at most {most}"))
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
