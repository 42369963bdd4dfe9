//! `fh logs`: the transform's logs, all of them, as lines or as invocations.

mod arguments;
mod files;
mod filter;
mod last;
mod live;
mod manual;
mod other_streams;
mod pausing_input;
mod sink;

pub use arguments::LogsArgs;
pub use manual::{ABOUT, DETAILS, EXAMPLES};
use sink::Sink;

use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::{self, Source};
use crate::times::Clock;

/// Runs the command.
pub fn run(args: &LogsArgs, context: &Context) -> Result<Outcome, Error> {
    args.check()?;
    let zone = context::shown_time_zone(args.utc);
    let clock = Clock::new(zone.clone(), context::now);
    let sink = Sink::new(args, clock, context);
    if args.place.is_given() {
        return live::run(args, &zone, sink, context);
    }
    if args.inputs.is_empty() {
        let error = Error::user("no logs selected")
            .hint("use `--stream NAME` for a delivery stream and its transform, or set FH_STREAM")
            .hint(
                "or use `--function NAME`, `--group NAME`, or files with exported logs (`-` \
                 for standard input)",
            );
        return Err(stream::not_of_a_pipe().into_iter().fold(error, Error::hint));
    }
    stream::check_inputs("logs", &args.inputs)?;
    let sources: Vec<&Source> = args.inputs.iter().collect();
    input::ask_for_input(&sources, "logs", context);
    files::run(args, &zone, sink, context)
}
