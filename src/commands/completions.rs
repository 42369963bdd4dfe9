//! `fh completions`: the completion script for a shell.

use clap_complete::Shell;

use crate::error::{Error, Outcome};
use crate::render::Output;

/// Print the completion script for a shell
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// Shell to generate the script for
    shell: Shell,
}

/// Runs the command; `fh` is the whole command line.
pub fn run(args: &CompletionsArgs, mut fh: clap::Command) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut fh, "fh", &mut script);
    Output::default().write(&script)?;
    Ok(Outcome::Clean)
}
