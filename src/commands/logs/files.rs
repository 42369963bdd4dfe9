//! Exported logs: files, folders, standard input, S3.

use jiff::tz::TimeZone;

use super::arguments::LogsArgs;
use super::pausing_input::{PausingInput, ReadOutcome};
use super::sink::Sink;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::looks_like::Likeness;
use crate::input::{Input, Inputs, Next, title};
use crate::terminal::shell;
use crate::times;
use firehose::limits::MAX_FRAME;
use firehose::logs::LogEvent;
use firehose::logs::reader::{InputState, LogReader};

/// Bytes that are read at once, if the input has them.
const READ: usize = 256 * 1024;

/// Reads all inputs.
pub(super) fn run(
    args: &LogsArgs,
    zone: &TimeZone,
    mut sink: Sink<'_>,
    context: &Context,
) -> Result<Outcome, Error> {
    let now = context::now();
    let (since, until) = times::resolve(args.since, args.until, now, zone)?;
    let is_wanted = |event: &LogEvent<'_>| match event.timestamp {
        // What has no time cannot be left out for it.
        None => true,
        Some(time) => {
            since.is_none_or(|since| time >= since) && until.is_none_or(|until| time <= until)
        }
    };
    let (mut is_whole, mut is_empty) = (true, true);
    let inputs = Inputs::new(&args.inputs);
    let inputs = inputs.with_session(crate::input::session_for(&args.inputs, &args.place.aws)?);
    for next in inputs {
        let input = match next {
            Next::Input(input) => input,
            Next::Notice(_) | Next::LeftOut(_) => continue,
            Next::Unreadable(error, _) | Next::Failed(error) => return Err(error),
        };
        sink.begin_input();
        let (problems, is_over) = read(
            input,
            &mut sink,
            &mut |event| {
                is_empty = false;
                is_wanted(event)
            },
            context,
        )?;
        for problem in &problems {
            context.warn(problem, &["the part that could be read is shown"]);
        }
        is_whole &= problems.is_empty();
        if is_over {
            break;
        }
    }
    let finished = sink.finish()?;
    if !finished.has_shown && is_whole {
        let what = if is_empty { "no events found" } else { "no event matches" };
        context.info(&format!("fh: {what}"));
    }
    Ok(if is_whole { finished.outcome } else { Outcome::Findings })
}

/// True if an input begins with a failure record.
fn is_failure(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    start.starts_with(b"{") && Likeness::of(start) == Some(Likeness::Failure)
}

/// Reads one input; returns what is wrong with it, and true if no more is
/// wanted.
fn read(
    input: Input,
    sink: &mut Sink<'_>,
    is_wanted: &mut dyn FnMut(&LogEvent<'_>) -> bool,
    context: &Context,
) -> Result<(Vec<String>, bool), Error> {
    let name = input.name.clone();
    let unreadable = |error| Error::unreadable(&name, error);
    let mut reader = PausingInput::open(input).map_err(unreadable)?;
    let mut log_reader = LogReader::in_zone(context::time_zone());
    let (mut buffer, mut filled, mut is_over) = (vec![0; READ], 0, false);
    let mut is_first = true;
    loop {
        let got = reader.read(&mut buffer, &mut filled).map_err(unreadable)?;
        if is_first && is_failure(buffer.get(..filled).unwrap_or_default()) {
            let words = ["fh", "failures", name.as_str()].map(str::to_owned);
            context.info(&format!(
                "fh: {} has failure records, not logs\n  hint: {}",
                title(&name),
                shell::line(&words)
            ));
        }
        is_first = false;
        let state = match got {
            ReadOutcome::Bytes if filled < MAX_FRAME => InputState::More,
            ReadOutcome::Pause => InputState::Paused,
            ReadOutcome::Bytes | ReadOutcome::End => InputState::Over,
        };
        let bytes = buffer.get(..filled).unwrap_or_default();
        let read = log_reader.read(bytes, state, &mut |event| {
            if !is_over && is_wanted(&event) {
                is_over = sink.event(&event);
            }
        });
        if state == InputState::Paused {
            sink.settle(None);
        }
        sink.flush(state != InputState::More || reader.is_piped())?;
        buffer.copy_within(read..filled, 0);
        filled -= read;
        if is_over || got == ReadOutcome::End {
            break;
        }
    }
    let problems =
        reader.problems().into_iter().chain(log_reader.problem().map(|it| it.to_string()));
    let title = title(&name);
    Ok((problems.map(|problem| format!("{title}: {problem}")).collect(), is_over))
}
