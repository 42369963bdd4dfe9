//! `fh trace`: send marked records and follow them.
//!
//! ```text
//! describe ─▶ records ─▶ confirm ─▶ tracer::run ─▶ Progress
//! ```

mod arguments;
mod manual;
mod progress;
mod records;
mod target;

use std::cell::RefCell;
use std::sync::Arc;

pub use arguments::TraceArgs;
pub use manual::{ABOUT, DETAILS, EXAMPLES};
use progress::Progress;
use records::Records;
use target::target;

use crate::aws::{FirehoseClient, Session, block_on};
use crate::commands::shared::question;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::Source;
use crate::render::Output;
use crate::render::trace::{TraceCounts, TraceView};
use crate::terminal;
use crate::terminal::shell;
use crate::times::Clock;
use crate::tracer::{self, TraceJob, TraceReport, TraceTarget};
use firehose::demo::SampleOrigin;
use firehose::names::AccountId;
use firehose::stream::DeliveryStream;
use firehose::time::write_length;
use firehose::trace::{TraceEvent, TracePlan, What};

/// Where nothing else says why records are not found.
const ASK: &str = "`--ask-transform` finds records that the transform rewrites or drops";

/// Runs the command.
pub fn run(args: &TraceArgs, context: &Context) -> Result<Outcome, Error> {
    args.check()?;
    if !args.yes && !args.dry_run {
        question::must_be_able_to_ask(context)?;
    }
    let name = args.stream()?;
    block_on(async {
        let session = Arc::new(Session::open(&args.aws, name.arn_region()).await?);
        let description = FirehoseClient::new(&session).description(name).await?;
        let stream = description.view();
        let target = target(args, &stream, &session, context).await?;
        let origin = SampleOrigin {
            account: stream.account().parse().unwrap_or(AccountId::EXAMPLE),
            region: session.region().clone(),
        };
        let Records { records, controls } = announce(args, &stream, &target, origin, context)?;
        if args.dry_run {
            return Ok(Outcome::Clean);
        }
        // Records may be typed where the answer would be.
        let agreed = args.yes || args.data == Some(Source::Stdin);
        let count = terminal::plural(records.len() as u64, "record");
        if !question::may_send(&count, &stream.name, agreed, context)? {
            context.info(question::NOTHING_SENT);
            return Ok(Outcome::Findings);
        }
        let job = TraceJob {
            session,
            description,
            records,
            controls,
            target,
            asks_transform: args.ask_transform,
            timeout: args.timeout,
        };
        follow(args, &job, &stream, context).await
    })
}

/// Traces, and shows what happens.
async fn follow(
    args: &TraceArgs,
    job: &TraceJob,
    stream: &DeliveryStream,
    context: &Context,
) -> Result<Outcome, Error> {
    let flags = args.aws.to_args_but_region();
    let zone = context::shown_time_zone(args.utc);
    let view = TraceView {
        format: args.output,
        terminal: context.terminal,
        clock: Clock::new(zone, context::now),
        flags: &flags,
        stream,
        records: &job.records,
        last_object: RefCell::default(),
    };
    let mut progress = Progress::new(&view, context);
    let report = tracer::run(job, TracePlan::new(stream, None), &mut progress, context).await?;
    drop(progress);
    let TraceReport { events, fates, has_twins, is_blocked, is_interrupted, error } = report;
    Output::default().write(&view.end(&events, &fates, has_twins))?;
    match error {
        Some(error) => Err(error),
        None if is_interrupted => Err(Error::interrupted()),
        None if is_blocked => Ok(Outcome::Findings),
        None => {
            let has_cause = events.iter().any(|it| matches!(it.what, What::Cause { .. }));
            let can_ask = !args.ask_transform && args.log_group.is_none();
            let is_askable = stream.transform().is_some() && can_ask && !has_cause;
            let hint = reported(&events).or_else(|| is_askable.then(|| ASK.to_owned()));
            outcome(TraceCounts::of(&fates), hint)
        }
    }
}

/// What explains the last error that the stream logged.
fn reported(events: &[TraceEvent]) -> Option<String> {
    let code = events.iter().rev().find_map(|it| match &it.what {
        What::StreamError { code, .. } => Some(code),
        _ => None,
    })?;
    Some(format!("the stream logged {code}: {}", shell::fh(&["explain", code], &[])))
}

/// What the counts mean for the exit code; `hint` is for records that are not found.
fn outcome(counts: TraceCounts, hint: Option<String>) -> Result<Outcome, Error> {
    if counts.failed + counts.dropped + counts.refused > 0 {
        return Ok(Outcome::Findings);
    }
    if counts.unknown == 0 {
        return Ok(Outcome::Clean);
    }
    let all = counts.unknown + counts.delivered;
    let what = format!("it is unknown what became of {} of {all} records", counts.unknown);
    let error = Error::aws(what);
    Err(hint.into_iter().fold(error, Error::hint))
}

/// Makes the records, and shows what will be done.
fn announce(
    args: &TraceArgs,
    stream: &DeliveryStream,
    target: &TraceTarget,
    origin: SampleOrigin,
    context: &Context,
) -> Result<Records, Error> {
    let records = Records::of(args, origin)?;
    let (name, region) = (&stream.name, stream.region());
    let place = match target {
        TraceTarget::Stream => format!("delivery stream `{name}`"),
        TraceTarget::DataStream(arn) => {
            let data_stream = arn.rsplit('/').next().unwrap_or(arn);
            format!("data stream `{data_stream}`, which delivery stream `{name}` reads")
        }
        TraceTarget::LogGroup(group) => {
            format!("log group `{group}`, which feeds delivery stream `{name}`")
        }
    };
    let account = stream.account();
    context.info(&format!("fh: {} to {place} in {region}, account {account}", records.what(args)));
    let markers: Vec<_> =
        records.records.iter().filter_map(|it| it.marker.as_ref()).take(3).collect();
    if !markers.is_empty() {
        let more = records.records.len().saturating_sub(markers.len());
        let mut markers: Vec<_> = markers.into_iter().map(ToString::to_string).collect();
        markers.extend((more > 0).then(|| format!("{more} more")));
        context.info(&format!("fh: markers {}", markers.join(", ")));
    }
    if let Some(notice) = records::notice(&records.records) {
        context.info(&notice);
    }
    if let Some(transform) = stream.disabled_transform() {
        let function = &transform.function_arn;
        context.warn(
            &format!(
                "processing is not enabled: `{function}` is not called, and records are \
                      delivered as they are put in"
            ),
            &[],
        );
    }
    let plan = TracePlan::new(stream, None);
    context.info(&format!(
        "fh: a record usually takes {}; failures are written within about {}",
        write_length(plan.delays.usual()),
        write_length(stream.failure_delay())
    ));
    if !plan.sees_delivery() {
        let kind = plan.kind.map_or("this destination", |it| it.as_str());
        context.info(&format!(
            "fh: delivery to {kind} cannot be seen: calls, failures and the source backup can"
        ));
    }
    let most = firehose::size(tracer::MAX_READ);
    context.info(&format!(
        "fh: until all are found, fh reads the new objects of the stream, up to {most}"
    ));
    if args.ask_transform && stream.transform().is_some() {
        context.info("fh: --ask-transform calls the function twice with these records");
    }
    Ok(records)
}
