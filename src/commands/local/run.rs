//! `fh local run -- COMMAND`: a delivery stream for as long as a command takes.

use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;

use super::arguments::RunArgs;
use super::environment::removed;
use super::start::{REGION, Running, stopped};
use crate::aws::block_on;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::local::environment;
use crate::local::streams::{Stream, Streams};
use crate::panics;
use firehose::flow::Holds;

/// Runs the command.
pub(super) fn run(args: &RunArgs, context: &Context) -> Result<Outcome, Error> {
    block_on(async {
        let mut running = Running::start(&args.function, &args.stream).await?;
        let serving = running.serve();
        tokio::select! {
            biased;
            () = stopped() => Err(Error::interrupted()),
            error = panics::happened() => Err(error),
            result = with(args, &running, context) => result,
            () = serving => Err(Error::internal("the server has ended")),
        }
    })
}

async fn with(args: &RunArgs, running: &Running, context: &Context) -> Result<Outcome, Error> {
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Error::internal("no command"));
    };
    let mut command = Command::new(program);
    command.args(arguments).envs(environment(&running.url, REGION)).kill_on_drop(true);
    for name in removed() {
        command.env_remove(name);
    }
    let status = command
        .status()
        .await
        .map_err(|error| Error::user(format!("cannot run `{program}`: {error}")))?;
    let streams = settle(args, running).await;
    for stream in &streams {
        let name = stream.name();
        let holds = stream.holds();
        let Holds { accepted, delivered, dropped, failed, settled_before, .. } = holds;
        let of = if **name == *running.stream { String::new() } else { format!("{name}: ") };
        let before = match settled_before {
            0 => String::new(),
            count => format!(", {count} finished before the restart"),
        };
        context.info(&format!(
            "fh: {of}{accepted} records put: {delivered} delivered, {dropped} dropped, {failed} \
             failed{before}"
        ));
    }
    let stopped = streams.iter().filter_map(|it| Some(format!("{}: {}", it.name(), it.stopped()?)));
    let stopped: Vec<_> = stopped.collect();
    if !stopped.is_empty() {
        context.warn(&stopped.join("; "), &[]);
        return Ok(Outcome::Findings);
    }
    if !streams.iter().all(|it| it.holds().is_settled()) {
        let waited = crate::times::write_duration(args.wait);
        context.warn(
            &format!("not everything was delivered within {waited}"),
            &["wait longer with `--wait`, or make buffers shorter with `--interval`"],
        );
        return Ok(Outcome::Findings);
    }
    if !status.success() {
        context.warn(&format!("`{program}` failed: {status}"), &[]);
        return Ok(Outcome::Findings);
    }
    Ok(Outcome::Clean)
}

/// Waits until every stream has delivered all, for as long as the user wants.
async fn settle(args: &RunArgs, running: &Running) -> Vec<Arc<Stream>> {
    let all = running.aws.streams();
    let streams: Vec<_> = all.names().iter().filter_map(|name| all.get(name)).collect();
    let settled = Streams::settled(&streams);
    let _timeout = tokio::time::timeout(args.wait.max(Duration::ZERO), settled).await;
    streams
}
