//! `fh status --watch`: the same again and again.

use std::time::Duration;

use super::arguments::StatusArgs;
use super::look;
use crate::aws::Session;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::panics;
use crate::render::status::MORE;
use crate::render::{OutputFormat, Screen};
use crate::signals::Signals;
use crate::terminal;
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
    let (mut screen, mut shown) = (Screen::default(), None);
    loop {
        let looked = look(args, session, context).await;
        match (looked, &shown) {
            (Ok(frame), _) if is_for_people(args) => {
                let terminal = context.resized();
                let text = frame.page(args.output, &terminal);
                screen.draw(&text, &footer(args.interval), &terminal)?;
                shown = Some(text);
            }
            (Ok(frame), _) => {
                frame.show(args.output, context)?;
                // Once is enough.
                if shown.is_none() && frame.hides_more(args.output) {
                    context.info(&format!("fh: {MORE}"));
                }
                shown = Some(Vec::new());
            }
            // Only what once worked is tried again.
            (Err(error), None) => return Err(error),
            (Err(error), Some(text)) if is_for_people(args) => {
                let last = format!("{}: {error}; trying again", time());
                screen.draw(text, &terminal::escape_line(last.as_bytes()), &context.resized())?;
            }
            (Err(error), Some(_)) => context::report(&error),
        }
        tokio::time::sleep(args.interval).await;
    }
}

/// `05:17:30 +01:00, again every 30s; Ctrl-C ends`
fn footer(interval: Duration) -> String {
    format!("{}, again every {}; Ctrl-C ends", time(), times::write_duration(interval))
}

/// `05:17:30 +01:00`
fn time() -> String {
    let now = context::milliseconds(context::now());
    Clock::new(context::time_zone(), context::now).show_with_offset(now)
}
