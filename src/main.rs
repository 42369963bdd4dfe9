//! The binary: parses, runs the command, reports, chooses the exit code.

use std::panic;
use std::process::ExitCode;

use clap::Parser as _;
use fh::cli::{Cli, Command};
use fh::commands::{check, completions, decode, event, explain, failures, logs, man};
#[cfg(feature = "aws")]
use fh::commands::{invoke, redrive, send};
use fh::context::{self, Context};
use fh::error::{Error, ErrorKind, Outcome, exit_code};
use fh::input;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // A panic is a bug: it gets one line like every other error, not a trace.
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(|| run(&cli)).unwrap_or_else(|cause| Err(bug(&*cause)));
    input::close_terminal();
    if let Err(error) = &result
        && error.kind() != ErrorKind::BrokenPipe
    {
        context::report(error);
    }
    exit_code(&result)
}

fn run(cli: &Cli) -> Result<Outcome, Error> {
    let context = Context::new(&cli.global);
    match &cli.command {
        Command::Decode(args) => decode::run(args, &context),
        Command::Event(args) => event::run(args, &context),
        Command::Check(args) => check::run(args, &context),
        #[cfg(feature = "aws")]
        Command::Invoke(args) => invoke::run(args, &context),
        #[cfg(feature = "aws")]
        Command::SendDemo(args) => send::run_demo(args, &context),
        #[cfg(feature = "aws")]
        Command::Send(args) => send::run(args, &context),
        #[cfg(feature = "aws")]
        Command::Redrive(args) => redrive::run(args, &context),
        Command::Explain(args) => explain::run(args, &context),
        Command::Failures(args) => failures::run(args, &context),
        Command::Logs(args) => logs::run(args, &context),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}

fn bug(cause: &(dyn std::any::Any + Send)) -> Error {
    let text = cause.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::internal(format!("internal error: {text}"))
        .hint("this is a bug in fh; please report it with the input that shows it")
}
