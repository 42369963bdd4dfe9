//! The command line: the commands, and what all of them take.

use clap::{Parser, Subcommand};

use crate::commands::{check, completions, decode, event, explain, failures, logs, man};
use crate::commands::{invoke, redrive, send};
use crate::context::GlobalArgs;

/// Everything that `fh` understands.
#[derive(Debug, Parser)]
#[command(
    name = "fh",
    version,
    about = "See inside Amazon Data Firehose delivery streams with a Lambda transform",
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
       rules, a failed function, records that were not accepted
  2    wrong flags, unreadable input, unwritable output, or not
       everything could be looked at
  3    an AWS call failed
  70   a bug in fh
  130  interrupted";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what is inside records, whatever wraps them
    #[command(long_about = decode::ABOUT, after_help = decode::EXAMPLES, after_long_help = decode::EXAMPLES)]
    Decode(decode::DecodeArgs),
    /// Make a test event for the transform
    #[command(long_about = event::ABOUT, after_help = event::EXAMPLES, after_long_help = event::EXAMPLES)]
    Event(Box<event::EventArgs>),
    /// Judge a transform response as Firehose would
    #[command(long_about = check::ABOUT, after_help = check::EXAMPLES, after_long_help = check::EXAMPLES)]
    Check(check::CheckArgs),
    /// Run the transform on an event, then judge its answer
    #[command(long_about = invoke::ABOUT, after_help = invoke::EXAMPLES, after_long_help = invoke::EXAMPLES)]
    Invoke(Box<invoke::InvokeArgs>),
    /// Put demo records into a delivery stream
    #[command(long_about = send::DEMO_ABOUT, after_help = send::DEMO_EXAMPLES, after_long_help = send::DEMO_EXAMPLES)]
    SendDemo(Box<send::SendDemoArgs>),
    /// Put records into a delivery stream and lose none
    #[command(long_about = send::ABOUT, after_help = send::EXAMPLES, after_long_help = send::EXAMPLES)]
    Send(Box<send::SendArgs>),
    /// Put failed records back into a delivery stream
    #[command(long_about = redrive::ABOUT, after_help = redrive::EXAMPLES, after_long_help = redrive::EXAMPLES)]
    Redrive(Box<redrive::RedriveArgs>),
    /// Show the transform's logs, as lines or as invocations
    #[command(long_about = logs::ABOUT, after_help = logs::EXAMPLES, after_long_help = logs::EXAMPLES)]
    Logs(Box<logs::LogsArgs>),
    /// Say what an error code means and what to do
    #[command(long_about = explain::ABOUT, after_help = explain::EXAMPLES, after_long_help = explain::EXAMPLES)]
    Explain(explain::ExplainArgs),
    /// Show what failed: kinds of failures, or each record
    #[command(long_about = failures::ABOUT, after_help = failures::EXAMPLES, after_long_help = failures::EXAMPLES)]
    Failures(Box<failures::FailuresArgs>),
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
