//! `fh event`: make a test event for the transform.

pub(in crate::commands) mod arguments;
mod builder;
mod data;
mod failures;
mod found;
mod manual;
mod size;

pub use arguments::EventArgs;
use builder::EventBuilder;
pub(super) use builder::sample_event;
pub use manual::{ABOUT, DETAILS, EXAMPLES};

use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input;
use crate::input::filter::Filter;
use crate::render::samples::SampleList;
use crate::render::{self, Output};
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
        return render::show(&SampleList, args.output, context).map(|()| Outcome::Clean);
    }
    let mut event = EventBuilder::begin(args)?;
    let outcome = if !args.data.is_empty() {
        input::ask_for_input(
            &args.data.iter().collect::<Vec<_>>(),
            "records, one per line",
            context,
        );
        let inputs = args.inputs(&args.data)?;
        let outcome = if args.lines || args.whole || args.base64 {
            event.own(data::DataRecords::new(args, inputs, context), context)?
        } else {
            event.own(found::FoundRecords::new(args.source(), inputs, context), context)?
        };
        event.report_if_empty(outcome, context);
        outcome
    } else if !args.from_failures.is_empty() {
        let sources = &args.from_failures;
        input::ask_for_input(&sources.iter().collect::<Vec<_>>(), "failure objects", context);
        let inputs = args.inputs(sources)?.selected(args.selection());
        let filter = Filter::new(&args.filter, context::now(), &context::time_zone())?;
        let mut records = failures::FailedRecords::new(inputs, filter, args.source(), context);
        let outcome = event.own(&mut records, context)?;
        let outcome = records.outcome(outcome);
        if event.made() == 0 && records.is_worse() {
            context.warn("cannot make an event: no record is usable", &[]);
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
