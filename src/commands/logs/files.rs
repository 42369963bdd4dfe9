//! Logs that somebody has exported: files, folders, standard input.

use std::io::{self, Read};

use jiff::tz::TimeZone;

use super::arguments::LogsArgs;
use super::sink::Sink;
use crate::context;
use crate::error::{Error, Outcome};
use crate::firehose::decode::Object;
use crate::firehose::limits::MAX_FRAME;
use crate::firehose::logs::LogEvent;
use crate::firehose::logs::export::Export;
use crate::input::{Input, Inputs, Next};

/// Bytes that are read at once, if the input has them.
const READ: usize = 256 * 1024;

/// A read shorter than this means that the writer has paused.
const PAUSE: usize = 16 * 1024;

/// Reads all inputs.
pub(super) fn run(args: &LogsArgs, zone: &TimeZone, mut sink: Sink) -> Result<Outcome, Error> {
    let now = context::now();
    let since = args.since.map(|when| when.resolve(now, zone));
    let until = args.until.map(|when| when.resolve(now, zone));
    let is_wanted = |event: &LogEvent<'_>| match event.timestamp {
        // What has no time cannot be left out for it.
        None => true,
        Some(time) => {
            since.is_none_or(|since| time >= since) && until.is_none_or(|until| time <= until)
        }
    };
    for next in Inputs::new(&args.inputs) {
        let input = match next {
            Next::Input(input) => input,
            Next::Notice(_) => continue,
            Next::Gap(error, _) | Next::Failed(error) => return Err(error),
        };
        let is_over = read(input, &is_wanted, &mut sink)?;
        if is_over {
            break;
        }
    }
    sink.finish()
}

/// Reads one input; true if no more is wanted.
fn read(
    input: Input,
    is_wanted: &dyn Fn(&LogEvent<'_>) -> bool,
    sink: &mut Sink,
) -> Result<bool, Error> {
    let unreadable = |error: io::Error| Error::unreadable(&input.name, error);
    let mut reader = Object::open(input.reader).map_err(unreadable)?;
    let mut export = Export::default();
    let mut buffer = vec![0; READ];
    let mut filled = 0;
    let mut is_over = false;
    while !is_over {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let room = buffer.get_mut(filled..).unwrap_or_default();
        let count = match reader.read(room) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        filled += count;
        let is_all = count == 0 || filled >= MAX_FRAME;
        let bytes = buffer.get(..filled).unwrap_or_default();
        let read = export.read(bytes, is_all, &mut |event| {
            if !is_over && is_wanted(&event) {
                is_over = sink.event(&event);
            }
        });
        sink.flush(count < PAUSE)?;
        buffer.copy_within(read..filled, 0);
        filled -= read;
        if count == 0 {
            break;
        }
    }
    Ok(is_over)
}
