//! `fh local run -- COMMAND`: a delivery stream for as long as a command takes.

use std::sync::Arc;
use std::time::Duration;

use tokio::process::Command;

use super::environment::removed;
use super::function::FunctionArgs;
use super::running::{REGION, Running, stopped};
use super::stream::StreamSetup;
use crate::aws::block_on;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::local::environment;
use crate::local::streams::{Stream, Streams};
use crate::panics;
use crate::times;
use firehose::flow::Holds;

/// The flags of `fh local run`.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// The function.
    #[command(flatten)]
    pub(super) function: FunctionArgs,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamSetup,

    /// How long to wait for deliveries after the command has ended
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = times::duration)]
    pub(super) wait: Duration,

    /// Command to run, with its arguments
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub(super) command: Vec<String>,
}

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
        let waited = times::write_duration(args.wait);
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
