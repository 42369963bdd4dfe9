//! The binary: parses, runs the command, reports, chooses the exit code.

use std::process::ExitCode;

use clap::Parser as _;
use fh::cli::{Cli, Command};
use fh::commands::{completions, decode, man};
use fh::context::{self, Context};
use fh::error::{ErrorKind, exit_code};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context::new(&cli.global);
    let result = match &cli.command {
        Command::Decode(args) => decode::run(args, &context),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    };
    if let Err(error) = &result
        && error.kind() != ErrorKind::BrokenPipe
    {
        context::report(error);
    }
    exit_code(&result)
}
