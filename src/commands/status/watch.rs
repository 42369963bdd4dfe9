//! `fh status --watch`: the same again and again.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::arguments::StatusArgs;
use super::look;
use crate::aws::Session;
use crate::context::{self, Context};
use crate::error::{Error, ErrorKind, Outcome};
use crate::panics;
use crate::render::{OutputFormat, Screen};
use crate::signals::Signals;
use crate::times::{self, Clock};

/// Refuses what nobody could read: screens that cannot be drawn in place.
pub(super) fn check(args: &StatusArgs, context: &Context) -> Result<(), Error> {
    if is_for_people(args) && !context.can_redraw() {
        return Err(Error::user("`--watch` needs a terminal to draw on")
            .hint("for a pipe: --watch --output ndjson"));
    }
    Ok(())
}

fn is_for_people(args: &StatusArgs) -> bool {
    matches!(args.output, OutputFormat::Text | OutputFormat::Table)
}

/// Refreshes until a signal comes.
pub(super) async fn run(
    args: &StatusArgs,
    session: &Session,
    context: &Context,
) -> Result<Outcome, Error> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        biased;
        () = signals.next() => Err(Error::interrupted()),
        error = panics::happened() => Err(error),
        result = refresh(args, session, context) => result,
    }
}

async fn refresh(
    args: &StatusArgs,
    session: &Session,
    context: &Context,
) -> Result<Outcome, Error> {
    let mut screen = Screen::default();
    let mut has_shown = false;
    loop {
        match look(args, session, context).await {
            Ok(frame) if is_for_people(args) => {
                let terminal = context.resized();
                let text = frame.page(args.output, &terminal);
                screen.draw(&text, &footer(args.interval), &terminal)?;
                has_shown = true;
            }
            Ok(frame) => {
                frame.show(args.output, context)?;
                has_shown = true;
            }
            // Whatever is wrong at first is not a hitch.
            Err(error) if !has_shown || error.kind() == ErrorKind::BrokenPipe => return Err(error),
            Err(error) => context::report(&error),
        }
        tokio::time::sleep(args.interval).await;
    }
}

/// `05:17:30 UTC, again every 30s; Ctrl-C ends`
fn footer(interval: Duration) -> String {
    let now = context::milliseconds(context::now());
    let time = Clock::new(TimeZone::UTC).show_step(now / 1000, 1);
    format!("{time} UTC, again every {}; Ctrl-C ends", times::write_duration(interval))
}
