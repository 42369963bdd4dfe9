//! The binary: parses, runs the command, reports, chooses the exit code.

use std::process::ExitCode;

use clap::CommandFactory as _;
use fh::cli::{Cli, Command, Refusal};
use fh::commands::{check, completions, decode, doctor, event, explain, failures, logs, man};
use fh::commands::{invoke, local, redrive, send, status, tour, trace, transform};
use fh::context::{self, Context};
use fh::error::{Error, ErrorKind, Outcome, exit_code};
use fh::panics;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match completions::answer(Cli::command) {
        Ok(false) => {}
        answered => return end(&answered.map(|_| Outcome::Clean)),
    }
    match Cli::read(std::env::args_os().collect()) {
        Ok(cli) => end(&panics::guard(|| run(cli))),
        Err(Refusal::Error(error)) => end(&Err(error)),
        Err(Refusal::Help(help)) => help.exit(),
    }
}

fn end(result: &Result<Outcome, Error>) -> ExitCode {
    #[cfg(unix)]
    fh::terminal::typed::close();
    if let Err(error) = result
        && error.kind() != ErrorKind::BrokenPipe
    {
        context::report(error);
    }
    exit_code(result)
}

fn run(mut cli: Cli) -> Result<Outcome, Error> {
    context::report_interrupts();
    let context = Context::new(&cli.global);
    cli.fill_from_environment(&context)?;
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
        Command::Status(args) => status::run(args, &context),
        Command::Doctor(args) => doctor::run(args, &context),
        Command::Trace(args) => trace::run(args, &context),
        Command::Logs(args) => logs::run(args, &context),
        Command::Local(args) => local::run(args, &context),
        Command::Tour(args) => tour::run(args, &context),
        Command::Transform(args) => transform::run(args, &context),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args, Cli::command(), &context),
    }
}
