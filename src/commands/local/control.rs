//! `fh local wait`, `flush`, `fault` and `replay`: asked of a `fh local` that runs
//! already.

use std::time::Duration;

use super::client::{AddressArgs, StreamArgs, ask, not_local, of, same};
use super::manual::faults;
use crate::commands::shared::number::number;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::local::faults::Fault;
use crate::times;
use firehose::json::Token;

/// The flags of `fh local wait`.
#[derive(Debug, clap::Args)]
pub(super) struct WaitArgs {
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = times::duration)]
    pub(super) timeout: Duration,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamArgs,
}

/// The flags of `fh local fault`.
#[derive(Debug, clap::Args)]
pub(super) struct FaultArgs {
    /// Faults: NAME=VALUE; 0, allow=ACTION and key-disabled=false end one
    #[arg(
        required = true,
        value_name = "FAULT",
        value_parser = fault_text,
        long_help = concat!(
            "Faults: NAME=VALUE; 0, allow=ACTION and key-disabled=false end one\n\n",
            faults!()
        )
    )]
    pub(super) faults: Vec<String>,
    /// Where it runs.
    #[command(flatten)]
    pub(super) address: AddressArgs,
}

/// The flags of `fh local replay`.
#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// Number of the record
    #[arg(value_name = "RECORD", value_parser = number(0..=u64::MAX))]
    pub(super) record: u64,
    /// The stream.
    #[command(flatten)]
    pub(super) stream: StreamArgs,
}

/// Runs `fh local wait`.
pub(super) fn wait(args: &WaitArgs, context: &Context) -> Result<Outcome, Error> {
    let seconds = args.timeout.as_secs().max(1);
    let answer =
        ask(&args.stream.address, &format!("wait?timeout={seconds}{}", of(&args.stream)), "")?;
    let state = Token::new(&answer);
    let is_settled = state.get(b"isSettled").ok_or_else(|| not_local(&args.stream.address))?;
    let streams =
        state.get(b"streams").into_iter().flat_map(|it| it.elements().map_while(Result::ok));
    let stopped = streams.filter_map(|(stream, _)| {
        let (name, why) = (stream.get(b"name")?.text(), stream.get(b"stopped")?.text());
        Some(format!("{name}: {why}"))
    });
    let stopped: Vec<_> = stopped.collect();
    if !stopped.is_empty() {
        context.warn(&stopped.join("; "), &[]);
        return Ok(Outcome::Findings);
    }
    if is_settled.raw() == b"true" {
        return Ok(Outcome::Clean);
    }
    let flush = same(&["flush"], &args.stream);
    context.warn(
        "not everything was delivered in time",
        &[&format!("wait longer with `--timeout`, or deliver at once: {flush}")],
    );
    Ok(Outcome::Findings)
}

/// Runs `fh local flush`.
pub(super) fn flush(args: &StreamArgs, _context: &Context) -> Result<Outcome, Error> {
    ask(&args.address, &format!("flush?{}", of(args)), "")?;
    Ok(Outcome::Clean)
}

/// Runs `fh local fault`.
pub(super) fn fault(args: &FaultArgs, _context: &Context) -> Result<Outcome, Error> {
    ask(&args.address, "fault", &args.faults.join("\n"))?;
    Ok(Outcome::Clean)
}

/// Runs `fh local replay`.
pub(super) fn replay(args: &ReplayArgs, context: &Context) -> Result<Outcome, Error> {
    let path = format!("replay?record={}{}", args.record, of(&args.stream));
    let answer = ask(&args.stream.address, &path, "")?;
    let numbers = Token::new(&answer).elements().map_while(Result::ok);
    let numbers: Vec<_> = numbers.map(|(number, _)| number.text().into_owned()).collect();
    context.info(&format!("fh: record {} was put again as {}", args.record, numbers.join(", ")));
    Ok(Outcome::Clean)
}

/// A fault, as it is sent.
fn fault_text(text: &str) -> Result<String, String> {
    text.parse::<Fault>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}
