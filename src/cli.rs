//! The command line: the commands, and what all of them take.

use clap::{Parser, Subcommand};

use crate::commands::{check, completions, decode, event, explain, failures, logs, man};
use crate::commands::{invoke, redrive, send, transform};
use crate::context::GlobalArgs;

/// Everything that `fh` understands.
#[derive(Debug, Parser)]
#[command(
    name = "fh",
    version,
    about = "Debug Amazon Data Firehose delivery streams with a Lambda transform",
    after_help = EXIT_CODES,
    after_long_help = EXIT_CODES,
    max_term_width = 100,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Flags of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

const EXIT_CODES: &str = "Exit codes:
  0    done
  1    problems were found: records that cannot be decoded, broken
       rules, a failed function, records that were not acknowledged
  2    wrong flags, unreadable input, unwritable output, or not
       everything could be checked
  3    an AWS call failed
  70   a bug in fh
  130  interrupted";

/// What lists of commands show: the first line of a command's help.
fn summary(about: &'static str) -> &'static str {
    about.lines().next().unwrap_or_default()
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `fh decode`.
    #[command(about = summary(decode::ABOUT), long_about = decode::ABOUT, after_help = decode::EXAMPLES, after_long_help = decode::EXAMPLES)]
    Decode(decode::DecodeArgs),
    /// `fh event`.
    #[command(about = summary(event::ABOUT), long_about = event::ABOUT, after_help = event::EXAMPLES, after_long_help = event::EXAMPLES)]
    Event(Box<event::EventArgs>),
    /// `fh check`.
    #[command(about = summary(check::ABOUT), long_about = check::ABOUT, after_help = check::EXAMPLES, after_long_help = check::EXAMPLES)]
    Check(check::CheckArgs),
    /// `fh invoke`.
    #[command(about = summary(invoke::ABOUT), long_about = invoke::ABOUT, after_help = invoke::EXAMPLES, after_long_help = invoke::EXAMPLES)]
    Invoke(Box<invoke::InvokeArgs>),
    /// `fh send-demo`.
    #[command(about = summary(send::DEMO_ABOUT), long_about = send::DEMO_ABOUT, after_help = send::DEMO_EXAMPLES, after_long_help = send::DEMO_EXAMPLES)]
    SendDemo(Box<send::SendDemoArgs>),
    /// `fh send`.
    #[command(about = summary(send::ABOUT), long_about = send::ABOUT, after_help = send::EXAMPLES, after_long_help = send::EXAMPLES)]
    Send(Box<send::SendArgs>),
    /// `fh redrive`.
    #[command(about = summary(redrive::ABOUT), long_about = redrive::ABOUT, after_help = redrive::EXAMPLES, after_long_help = redrive::EXAMPLES)]
    Redrive(Box<redrive::RedriveArgs>),
    /// `fh logs`.
    #[command(about = summary(logs::ABOUT), long_about = logs::ABOUT, after_help = logs::EXAMPLES, after_long_help = logs::EXAMPLES)]
    Logs(Box<logs::LogsArgs>),
    /// `fh explain`.
    #[command(about = summary(explain::ABOUT), long_about = explain::ABOUT, after_help = explain::EXAMPLES, after_long_help = explain::EXAMPLES)]
    Explain(explain::ExplainArgs),
    /// `fh failures`.
    #[command(about = summary(failures::ABOUT), long_about = failures::ABOUT, after_help = failures::EXAMPLES, after_long_help = failures::EXAMPLES)]
    Failures(Box<failures::FailuresArgs>),
    /// Run a built-in transform as a Lambda function
    #[command(hide = true)]
    Transform(transform::TransformArgs),
    /// Print the completion script for a shell
    #[command(hide = true)]
    Completions(completions::CompletionsArgs),
    /// Print the manual page in roff
    #[command(hide = true)]
    Man(man::ManArgs),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
