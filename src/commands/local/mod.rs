//! `fh local`: a delivery stream on this machine.

mod browser;
mod client;
mod control;
mod environment;
mod function;
mod heap;
mod manual;
mod run;
mod running;
mod show;
mod start;
mod stream;
mod tour;

use client::StreamArgs;
pub(super) use client::port_flag;
use control::{FaultArgs, ReplayArgs, WaitArgs};
use environment::EnvArgs;
pub use manual::{ABOUT, EXAMPLES, details};
use run::RunArgs;
pub(super) use running::{Running, stopped};
use show::ShowArgs;
use start::StartArgs;

use clap::Subcommand;

use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::platform::UnixOnly;

/// The flags of `fh local`.
#[derive(Debug, clap::Args)]
pub struct LocalArgs {
    /// What to do.
    #[command(subcommand)]
    command: LocalCommand,
}

/// What can be done.
#[derive(Debug, Subcommand)]
enum LocalCommand {
    /// Start a delivery stream; Ctrl-C stops it
    Start(Box<StartArgs>),
    /// Start a delivery stream, run a command with it, and stop
    ///
    /// Exits with 1 if the command failed, or if records were not delivered in time.
    /// Records that failed do not change the exit code: they are only counted. To fail
    /// on them, make it part of the command:
    /// `sh -c 'pytest && fh local wait && fh failures --stream demo --fail-if-any'`.
    Run(Box<RunArgs>),
    /// Print the environment variables for the AWS CLI and SDKs
    Env(EnvArgs),
    /// Wait until all records are delivered
    Wait(WaitArgs),
    /// Deliver what is buffered now
    Flush(StreamArgs),
    /// Change what goes wrong on purpose
    Fault(FaultArgs),
    /// Show what happened to a record
    Show(ShowArgs),
    /// Put a record again
    Replay(ReplayArgs),
}

/// Runs the command.
pub fn run(args: &LocalArgs, context: &Context) -> Result<Outcome, Error> {
    UnixOnly::Local.check()?;
    match &args.command {
        LocalCommand::Start(args) => start::run(args, context),
        LocalCommand::Run(args) => run::run(args, context),
        LocalCommand::Env(args) => environment::run(args),
        LocalCommand::Wait(args) => control::wait(args, context),
        LocalCommand::Flush(args) => control::flush(args, context),
        LocalCommand::Fault(args) => control::fault(args, context),
        LocalCommand::Show(args) => show::run(args, context),
        LocalCommand::Replay(args) => control::replay(args, context),
    }
}
