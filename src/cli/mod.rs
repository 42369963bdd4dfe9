//! The command line: the commands, and what all of them take.

mod refusal;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{check, completions, decode, event, explain, failures, logs, man};
use crate::commands::{invoke, redrive, send};
use crate::context::{Context, GlobalArgs};
use crate::error::Error;

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
    #[command(alias = "validate", about = summary(check::ABOUT), long_about = check::ABOUT, after_help = check::EXAMPLES, after_long_help = check::EXAMPLES)]
    Check(check::CheckArgs),
    /// `fh invoke`.
    #[command(alias = "run", about = summary(invoke::ABOUT), long_about = invoke::ABOUT, after_help = invoke::EXAMPLES, after_long_help = invoke::EXAMPLES)]
    Invoke(Box<invoke::InvokeArgs>),
    /// `fh send-demo`.
    #[command(about = summary(send::DEMO_ABOUT), long_about = send::DEMO_ABOUT, after_help = send::DEMO_EXAMPLES, after_long_help = send::DEMO_EXAMPLES)]
    SendDemo(Box<send::SendDemoArgs>),
    /// `fh send`.
    #[command(about = summary(send::ABOUT), long_about = send::ABOUT, after_help = send::EXAMPLES, after_long_help = send::EXAMPLES)]
    Send(Box<send::SendArgs>),
    /// `fh redrive`.
    #[command(aliases = ["replay", "retry", "resend"], about = summary(redrive::ABOUT), long_about = redrive::ABOUT, after_help = redrive::EXAMPLES, after_long_help = redrive::EXAMPLES)]
    Redrive(Box<redrive::RedriveArgs>),
    /// `fh logs`.
    #[command(aliases = ["log", "tail"], about = summary(logs::ABOUT), long_about = logs::ABOUT, after_help = logs::EXAMPLES, after_long_help = logs::EXAMPLES)]
    Logs(Box<logs::LogsArgs>),
    /// `fh explain`.
    #[command(about = summary(explain::ABOUT), long_about = explain::ABOUT, after_help = explain::EXAMPLES, after_long_help = explain::EXAMPLES)]
    Explain(explain::ExplainArgs),
    /// `fh failures`.
    #[command(aliases = ["errors", "failed"], about = summary(failures::ABOUT), long_about = failures::ABOUT, after_help = failures::EXAMPLES, after_long_help = failures::EXAMPLES)]
    Failures(Box<failures::FailuresArgs>),
    /// `fh completions`.
    #[command(alias = "completion", about = summary(completions::ABOUT), long_about = completions::ABOUT, after_help = completions::EXAMPLES, after_long_help = completions::EXAMPLES)]
    Completions(completions::CompletionsArgs),
    /// `fh man`.
    #[command(about = summary(man::ABOUT), long_about = man::ABOUT, after_help = man::EXAMPLES, after_long_help = man::EXAMPLES)]
    Man(man::ManArgs),
}

impl Cli {
    /// Reads a command line, the name of the program first. An error that is not
    /// the user's is help or the version, which clap prints.
    pub fn read(words: Vec<OsString>) -> Result<Self, Refusal> {
        let words = as_flags(words);
        let matches = with_aliases(Self::command()).try_get_matches_from(&words);
        matches.and_then(|matches| Self::from_arg_matches(&matches)).map_err(|error| {
            if !error.use_stderr() || error.kind() == MISSING_COMMAND {
                return Refusal::Help(error);
            }
            let words: Vec<_> =
                words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
            Refusal::Error(refusal::error(&error, &Self::command(), &words))
        })
    }

    /// Takes from the environment what the flags leave open, and tells the user.
    pub fn complete(&mut self, context: &Context) -> Result<(), Error> {
        let stream = match &mut self.command {
            Command::SendDemo(args) => args.open_stream(),
            Command::Send(args) => args.open_stream(),
            Command::Redrive(args) => args.open_stream(),
            Command::Logs(args) => args.open_stream(),
            Command::Failures(args) => args.open_stream(),
            _ => None,
        };
        match stream {
            Some(stream) => context.default_stream().map(|found| *stream = found),
            None => Ok(()),
        }
    }
}

const MISSING_COMMAND: clap::error::ErrorKind =
    clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

/// The flags by the names that the AWS CLI and others have for them, hidden.
fn with_aliases(command: clap::Command) -> clap::Command {
    command.mut_subcommands(|command| {
        command.mut_args(|argument| match argument.get_long() {
            Some("output") => argument.short_alias('o'),
            Some("stream") => argument.alias("delivery-stream-name"),
            Some("group") => argument.alias("log-group-name"),
            Some("since") => argument.alias("start-time"),
            Some("until") => argument.alias("end-time"),
            _ => argument,
        })
    })
}

/// Why a command line is not run.
#[derive(Debug)]
pub enum Refusal {
    /// Help or the version was asked for, or nothing at all.
    Help(clap::Error),
    /// It is wrong.
    Error(Error),
}

/// `fh help logs` is `fh logs --help`, and `fh version` is `fh --version`.
fn as_flags(mut words: Vec<OsString>) -> Vec<OsString> {
    let flag = match words.get(1).and_then(|word| word.to_str()) {
        Some("help") => "--help",
        Some("version") => "--version",
        _ => return words,
    };
    words.remove(1);
    words.truncate(2);
    words.push(flag.into());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
