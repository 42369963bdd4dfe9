//! `fh local run -- COMMAND`: a delivery stream for as long as a command takes.

use std::time::Duration;

use tokio::process::Command;

use super::arguments::RunArgs;
use super::environment::{removed, variables};
use super::start::{REGION, Running, stopped};
use crate::aws::block_on;
use crate::context::Context;
use crate::error::{Error, Outcome};
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
    command.args(arguments).envs(variables(&running.url, REGION)).kill_on_drop(true);
    for name in removed() {
        command.env_remove(name);
    }
    let status = command
        .status()
        .await
        .map_err(|error| Error::user(format!("cannot run `{program}`: {error}")))?;
    let streams = settle(args, running).await;
    for (name, holds) in &streams {
        let Holds { accepted, delivered, dropped, failed, settled_before, .. } = holds;
        let of = if *name == running.stream { String::new() } else { format!("{name}: ") };
        let before = match settled_before {
            0 => String::new(),
            count => format!(", {count} finished before the restart"),
        };
        context.info(&format!(
            "fh: {of}{accepted} records put: {delivered} delivered, {dropped} dropped, {failed} \
             failed{before}"
        ));
    }
    if !streams.iter().all(|(_, holds)| holds.is_settled()) {
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

/// Waits until every stream has delivered all, for as long as the user wants; what
/// became of their records.
async fn settle(args: &RunArgs, running: &Running) -> Vec<(String, Holds)> {
    let all = running.aws.streams();
    let streams: Vec<_> = all.names().iter().filter_map(|name| all.get(name)).collect();
    let settled = async {
        for stream in &streams {
            stream.settled().await;
        }
    };
    let _timeout = tokio::time::timeout(args.wait.max(Duration::ZERO), settled).await;
    streams.iter().map(|stream| (stream.name().to_string(), stream.holds())).collect()
}
