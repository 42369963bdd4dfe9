//! The binary: parses, runs the command, reports, chooses the exit code.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use fh::cli::{Cli, Command};
use fh::commands::{check, completions, decode, event, explain, failures, logs, man};
use fh::commands::{invoke, redrive, send, transform};
use fh::context::{self, Context};
use fh::error::{Error, ErrorKind, Outcome, exit_code};
use fh::panics;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = panics::guard(|| run(&cli));
    #[cfg(unix)]
    fh::terminal::typed::close();
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
        Command::Invoke(args) => invoke::run(args, &context),
        Command::SendDemo(args) => send::run_demo(args, &context),
        Command::Send(args) => send::run(args, &context),
        Command::Redrive(args) => redrive::run(args, &context),
        Command::Explain(args) => explain::run(args, &context),
        Command::Failures(args) => failures::run(args, &context),
        Command::Logs(args) => logs::run(args, &context),
        Command::Transform(args) => transform::run(args, &context),
        Command::Completions(args) => completions::run(args, Cli::command()),
        Command::Man(args) => man::run(args, Cli::command()),
    }
}
