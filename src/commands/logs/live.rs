//! Logs as they are in CloudWatch Logs, and as they come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::arguments::LogsArgs;
use super::other_streams::OtherStreams;
use super::sink::{Finished, Sink};
use crate::aws::{Session, block_on};
use crate::commands::shared::stream;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::panics;
use crate::tailing::{TailEnding, TailEvent, TailPlan, TailedGroup, Tailing, Wanted};
use crate::times::{self, When};
use firehose::logs::LogEvent;
use firehose::logs::tail::{TailCounts, TailPolicy};
use firehose::names::LogGroupName;

/// Names of log groups that are printed before the others are counted.
const MAX_NAMES: usize = 5;

/// How far back to begin, unless the user says.
const SINCE: Duration = Duration::from_mins(10);

/// Reads what is there, and then what arrives if that is asked for.
pub(super) fn run(
    args: &LogsArgs,
    zone: &TimeZone,
    mut sink: Sink<'_>,
    context: &Context,
) -> Result<Outcome, Error> {
    let place = &args.place;
    let now = context::now();
    let since = args.since.unwrap_or(When::Ago(SINCE));
    let (_, until) = times::resolve(Some(since), args.until, now, zone)?;
    let since = since.resolve(now, zone);
    if place.follow {
        sink.show_all();
    }
    let policy = TailPolicy {
        since,
        until,
        follows: place.follow,
        last: args.tail.filter(|_| place.follow),
        overlap: place.overlap,
        seed: fastrand::u64(..),
    };
    let plan = TailPlan {
        wanted: Wanted {
            stream: place.stream.clone(),
            functions: place.function.clone(),
            groups: place.group.clone(),
            is_linked: place.include_linked_accounts,
        },
        policy,
        filter_pattern: place.filter_pattern.clone(),
        log_stream_prefix: place.log_stream_prefix.clone(),
        is_live: place.live,
        timeout: place.timeout,
        doctor: place.stream.as_ref().map(|it| stream::doctor(it, &place.aws)),
    };
    block_on(async {
        let region = plan.wanted.region()?;
        let session = Arc::new(Session::open(&place.aws, region).await?);
        let mut tailing = Tailing::open(session, plan, context).await?;
        // A user who named all of them knows them.
        let is_named = place.stream.is_none()
            && place.function.is_empty()
            && !place.group.iter().any(LogGroupName::is_pattern);
        if !is_named {
            announce(tailing.places(), context);
        }
        let mut others = OtherStreams::default();
        let listened = listen(&mut tailing, &mut sink, &mut others).await;
        // What is read is shown, also if there is no more because of an error.
        let Finished { outcome, has_shown } = sink.finish()?;
        others.report(context);
        let ending = listened?;
        if ending == Some(TailEnding::Timeout) && !tailing.has_answered() {
            let what = match tailing.places() {
                [place] => format!("log group `{}`", place.selection.group),
                places => format!("{} log groups", places.len()),
            };
            let what =
                format!("AWS did not respond within `--timeout`: no event of {what} was read");
            return Err(
                Error::aws(what).hint("increase it, or check the network and `--endpoint-url`")
            );
        }
        if place.follow && ending.is_some() {
            summary(tailing.counts(), args, context);
        }
        match ending {
            Some(TailEnding::Stopped) => Err(Error::interrupted()),
            Some(TailEnding::Timeout) if !place.follow => {
                context.warn(
                    "`--timeout` expired before everything was read",
                    &["there may be more events, older and newer"],
                );
                Ok(Outcome::Findings)
            }
            Some(TailEnding::Timeout) if tailing.is_partly() => Ok(Outcome::Findings),
            Some(TailEnding::Partly) => Ok(Outcome::Findings),
            Some(_) if !has_shown && !place.follow => {
                nothing(args, zone, context);
                Ok(outcome)
            }
            _ => Ok(outcome),
        }
    })
}

/// Shows what comes until there is no more, or no more is wanted.
async fn listen(
    tailing: &mut Tailing<'_>,
    sink: &mut Sink<'_>,
    others: &mut OtherStreams,
) -> Result<Option<TailEnding>, Error> {
    let (mut known, mut quiet) = (1, 0_u32);
    loop {
        if tailing.places().len() > known {
            known = tailing.places().len();
            sink.label(labels(tailing.places()));
        }
        let event = tokio::select! {
            biased;
            // A session that died looks like one in which nothing happens.
            panic = panics::happened() => return Err(panic),
            event = tailing.next() => event?,
        };
        match event {
            TailEvent::Events(events) => {
                quiet = 0;
                for tailed in &events {
                    let Some(place) = tailing.places().get(tailed.group) else { continue };
                    let message = tailed.event.message.as_bytes();
                    if place.stream_arn.as_ref().is_some_and(|own| others.has(own, message)) {
                        continue;
                    }
                    let group = shown(place, tailing.places());
                    let event = LogEvent::fetched(&tailed.event, group, tailed.is_late);
                    if sink.event(&event) {
                        return Ok(None);
                    }
                }
            }
            TailEvent::Quiet(has_caught_up) => {
                sink.check()?;
                quiet += u32::from(has_caught_up);
                // A line may still come after a REPORT.
                if quiet > 1 {
                    sink.settle(Some(context::milliseconds(context::now())));
                }
            }
            TailEvent::Ended(ending) => return Ok(Some(ending)),
        }
        sink.flush(true)?;
    }
}

fn labels(places: &[TailedGroup]) -> BTreeMap<String, String> {
    let label = |place: &TailedGroup| (shown(place, places).to_owned(), place.label.clone());
    places.iter().map(label).collect()
}

/// Names the log groups that are read.
fn announce(places: &[TailedGroup], context: &Context) {
    if places.is_empty() {
        return;
    }
    let mut names: Vec<_> =
        places.iter().take(MAX_NAMES).map(|place| place.selection.group.in_full()).collect();
    if places.len() > names.len() {
        names.push(format!("{} more", places.len() - names.len()));
    }
    let s = if places.len() == 1 { "" } else { "s" };
    context.info(&format!("fh: reading log group{s} {}", names.join(", ")));
}

/// What a log group is called in the output: its name, or its ARN if another
/// account's has the same name.
fn shown<'a>(place: &'a TailedGroup, places: &[TailedGroup]) -> &'a str {
    let group = &place.selection.group;
    let is_alone = !places.iter().any(|it| {
        it.selection.group.as_str() == group.as_str() && it.selection.group.arn() != group.arn()
    });
    group.arn().filter(|_| !is_alone).unwrap_or(group.as_str())
}

/// What was read, and what was not looked for: it must not pass for all.
fn summary(counts: TailCounts, args: &LogsArgs, context: &Context) {
    let events = if counts.events == 1 { "event" } else { "events" };
    let late =
        if counts.late > 0 { format!(", {} of them late", counts.late) } else { String::new() };
    context.info(&format!(
        "fh: read {} {events}{late}; events more than {} s late are not looked for (--overlap)",
        counts.events,
        args.place.overlap.as_secs()
    ));
}

fn nothing(args: &LogsArgs, zone: &TimeZone, context: &Context) {
    let since = args.since.unwrap_or(When::Ago(SINCE));
    if since.resolve(context::now(), zone) > context::milliseconds(context::now()) {
        context.info(&format!("fh: no matching events: `--since` {since} is in the future"));
        return;
    }
    let moment = |when| match when {
        When::Ago(_) => format!("{when} ago"),
        when => when.to_string(),
    };
    let range = match (since, args.until) {
        (since, Some(until)) => format!("from {} to {}", moment(since), moment(until)),
        (When::Ago(_), None) => format!("in the last {since}"),
        (since, None) => format!("since {since}"),
    };
    context.info(&format!("fh: no matching events {range}"));
    context.info(
        "  hint: look further back with `--since`, or wait for new events with \
         `--follow`",
    );
}
