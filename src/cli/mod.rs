//! The command line: the commands, and what all of them take.

mod refusal;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{check, completions, decode, doctor, event, explain, failures, logs, man};
use crate::commands::{invoke, local, redrive, send, status, tour, trace, transform};
use crate::context::{Context, GlobalArgs};
use crate::error::{EXIT_CODES, Error};
use crate::platform::SYSTEMS;

/// Everything that `fh` understands.
#[derive(Debug, Parser)]
#[command(
    name = "fh",
    version,
    about = "Debug Amazon Data Firehose delivery streams with a Lambda transform",
    long_about = LONG_ABOUT,
    after_help = EXIT_CODES,
    after_long_help = manual(EXIT_CODES, &format!("{NOTES}\n\n{SYSTEMS}")),
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

/// What `--help` of `fh` says beyond its summary.
const LONG_ABOUT: &str = "Debug Amazon Data Firehose delivery streams with a Lambda transform

Decodes records, runs the transform alone, checks its response the way Firehose does, sends records \
to a stream, finds what failed in S3, explains why, and puts it back.";

const NOTES: &str = "AWS: settings come from the same places as in version 2 of the AWS CLI and mean \
the same: the environment, ~/.aws, SSO, the machine's role. `--profile`, `--region`, \
`--endpoint-url` and `--ca-bundle` take precedence. Before it writes anything, fh shows the account, \
Region and stream. A bucket in another Region is read there.

FH_STREAM names the delivery stream for `send-demo`, `send`, `redrive`, `logs`, `failures`, \
`status`, `doctor` and `trace` where neither `--stream` nor another place is given. It never applies to files or pipes, \
and its use is shown.

Times (`--since`, `--until`, `--timestamp`): 10m and 1h30m ago; 14:05, the last time that a clock \
showed it; today, yesterday, yesterday 14:05; 2026-11-22, 2026-11-22 14:05 in the local time zone \
or that of `--utc`; 14:05 +05:30, 14:05 UTC; RFC 3339; epoch seconds or milliseconds; and every time \
that fh prints. A time that fh prints without a date is of the last 12 hours. \
Durations: 250ms, 30s, 5m, 1h30m; a number alone is in seconds.

A closed pipe is not an error. Color is used only on a terminal; `--no-color`, NO_COLOR and TERM=dumb turn it off.

Records may hold secrets and personal data. fh shows them unmasked, sends them only to the function \
or delivery stream that you name, and writes only the files that you name, unsent records \
(fh-unsent-…) and the ledger of a redrive. It has no telemetry and looks for no updates.";

/// What comes after the flags in a long help.
fn manual(examples: &str, details: &str) -> String {
    format!("{examples}\n\n{details}")
}

/// What lists of commands show: the first line of a command's help.
fn summary(about: &'static str) -> &'static str {
    about.lines().next().unwrap_or_default()
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `fh decode`.
    #[command(about = summary(decode::ABOUT), long_about = decode::ABOUT, after_help = decode::EXAMPLES, after_long_help = manual(decode::EXAMPLES, decode::DETAILS))]
    Decode(decode::DecodeArgs),
    /// `fh event`.
    #[command(about = summary(event::ABOUT), long_about = event::ABOUT, after_help = event::EXAMPLES, after_long_help = manual(event::EXAMPLES, event::DETAILS))]
    Event(Box<event::EventArgs>),
    /// `fh check`.
    #[command(alias = "validate", about = summary(check::ABOUT), long_about = check::ABOUT, after_help = check::EXAMPLES, after_long_help = manual(check::EXAMPLES, check::DETAILS))]
    Check(check::CheckArgs),
    /// `fh invoke`.
    #[command(alias = "run", about = summary(invoke::ABOUT), long_about = invoke::ABOUT, after_help = invoke::EXAMPLES, after_long_help = manual(invoke::EXAMPLES, invoke::DETAILS))]
    Invoke(Box<invoke::InvokeArgs>),
    /// `fh send-demo`.
    #[command(override_usage = "fh send-demo [OPTIONS] --stream <NAME-or-ARN>", about = summary(send::DEMO_ABOUT), long_about = send::DEMO_ABOUT, after_help = send::DEMO_EXAMPLES, after_long_help = manual(send::DEMO_EXAMPLES, send::DETAILS))]
    SendDemo(Box<send::SendDemoArgs>),
    /// `fh send`.
    #[command(override_usage = "fh send [OPTIONS] --stream <NAME-or-ARN> [INPUT]...", about = summary(send::ABOUT), long_about = send::ABOUT, after_help = send::EXAMPLES, after_long_help = manual(send::EXAMPLES, send::DETAILS))]
    Send(Box<send::SendArgs>),
    /// `fh redrive`.
    #[command(aliases = ["replay", "retry", "resend"], override_usage = "fh redrive [OPTIONS] --stream <NAME-or-ARN> [INPUT]...", about = summary(redrive::ABOUT), long_about = redrive::ABOUT, after_help = redrive::EXAMPLES, after_long_help = manual(redrive::EXAMPLES, redrive::DETAILS))]
    Redrive(Box<redrive::RedriveArgs>),
    /// `fh logs`.
    #[command(aliases = ["log", "tail"], about = summary(logs::ABOUT), long_about = logs::ABOUT, after_help = logs::EXAMPLES, after_long_help = manual(logs::EXAMPLES, logs::DETAILS))]
    Logs(Box<logs::LogsArgs>),
    /// `fh explain`.
    #[command(about = summary(explain::ABOUT), long_about = explain::ABOUT, after_help = explain::EXAMPLES, after_long_help = manual(explain::EXAMPLES, explain::DETAILS))]
    Explain(explain::ExplainArgs),
    /// `fh failures`.
    #[command(aliases = ["errors", "failed"], about = summary(failures::ABOUT), long_about = failures::ABOUT, after_help = failures::EXAMPLES, after_long_help = manual(failures::EXAMPLES, failures::DETAILS))]
    Failures(Box<failures::FailuresArgs>),
    /// `fh status`.
    #[command(aliases = ["streams", "list", "ls"], about = summary(status::ABOUT), long_about = status::ABOUT, after_help = status::EXAMPLES, after_long_help = manual(status::EXAMPLES, status::DETAILS))]
    Status(Box<status::StatusArgs>),
    /// `fh doctor`.
    #[command(alias = "diagnose", about = summary(doctor::ABOUT), long_about = doctor::ABOUT, after_help = doctor::EXAMPLES, after_long_help = manual(doctor::EXAMPLES, doctor::DETAILS))]
    Doctor(Box<doctor::DoctorArgs>),
    /// `fh trace`.
    #[command(override_usage = "fh trace [OPTIONS] --stream <NAME-or-ARN>", about = summary(trace::ABOUT), long_about = trace::ABOUT, after_help = trace::EXAMPLES, after_long_help = manual(trace::EXAMPLES, trace::DETAILS))]
    Trace(Box<trace::TraceArgs>),
    /// `fh local`.
    #[command(about = summary(local::ABOUT), long_about = local::ABOUT, after_help = local::EXAMPLES, after_long_help = manual(local::EXAMPLES, &local::details()))]
    Local(Box<local::LocalArgs>),
    /// `fh tour`.
    #[command(about = summary(tour::ABOUT), long_about = tour::ABOUT, after_help = tour::EXAMPLES, after_long_help = tour::EXAMPLES)]
    Tour(tour::TourArgs),
    /// Run a built-in transform as a Lambda function
    #[command(hide = true)]
    Transform(transform::TransformArgs),
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
    pub fn fill_from_environment(&mut self, context: &Context) -> Result<(), Error> {
        let stream = match &mut self.command {
            Command::SendDemo(args) => args.open_stream(),
            Command::Send(args) => args.open_stream(),
            Command::Redrive(args) => args.open_stream(),
            Command::Logs(args) => args.open_stream(),
            Command::Failures(args) => args.open_stream(),
            Command::Doctor(args) => args.open_stream(),
            Command::Status(args) => args.open_stream(),
            Command::Trace(args) => args.open_stream(),
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

/// The flags by the names that the AWS CLI and others have for them, hidden. Only the
/// command that is run gets them: every start of fh pays for each flag that is changed.
fn with_aliases(command: clap::Command) -> clap::Command {
    let add = |command: clap::Command| {
        command.mut_args(|argument| match argument.get_long() {
            Some("output") => argument.short_alias('o'),
            Some("stream") => argument.alias("delivery-stream-name"),
            Some("group") => argument.alias("log-group-name"),
            Some("since") => argument.alias("start-time"),
            Some("until") => argument.alias("end-time"),
            _ => argument,
        })
    };
    command.mut_subcommands(|command| command.defer(add))
}

/// Why a command line is not run.
#[derive(Debug)]
pub enum Refusal {
    /// Help or the version was asked for, or nothing at all.
    Help(clap::Error),
    /// It is wrong.
    Error(Error),
}

/// `fh help local start` and `fh local help start` are `fh local start --help`, and
/// `fh version` is `fh --version`.
fn as_flags(mut words: Vec<OsString>) -> Vec<OsString> {
    let at = |index: usize| words.get(index).and_then(|word| word.to_str());
    let (first, second) = (at(1), at(2));
    if first == Some("version") {
        words.truncate(1);
        words.push("--version".into());
        return words;
    }
    if first != Some("help") && second != Some("help") {
        return words;
    }
    // All commands are described only where help is wanted.
    let fh = Cli::command();
    let help = match first {
        Some("help") => 1,
        Some(group) if has_commands(fh.find_subcommand(group)) => 2,
        _ => return words,
    };
    words.remove(help);
    let mut command = Some(&fh);
    let mut kept = 1;
    while has_commands(command) && kept < words.len() {
        let word = words.get(kept);
        command = command.and_then(|command| command.find_subcommand(word?));
        kept += 1;
    }
    words.truncate(kept);
    words.push("--help".into());
    words
}

fn has_commands(command: Option<&clap::Command>) -> bool {
    command.is_some_and(clap::Command::has_subcommands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// `5 is not in 10..=10000` is for those who write Rust.
    #[test]
    fn every_number_that_is_refused_has_its_range_in_words() {
        let mut command = Cli::command();
        command.build();
        let mut lines = Vec::new();
        add_numbers(&command, &mut lines);
        assert!(lines.len() > 20, "{lines:?}");
        let refused =
            |line: Vec<String>| Cli::command().try_get_matches_from(line).unwrap_err().to_string();
        let errors = lines.into_iter().map(refused);
        let other: Vec<_> = errors.filter(|it| !it.contains("use a whole number from ")).collect();
        assert!(other.is_empty(), "{other:#?}");
    }

    /// A command line for each argument that takes a whole number, with one that is too
    /// large for any.
    fn add_numbers(command: &clap::Command, lines: &mut Vec<Vec<String>>) {
        use std::any::TypeId;

        let numbers = [
            TypeId::of::<u8>(),
            TypeId::of::<u16>(),
            TypeId::of::<u32>(),
            TypeId::of::<u64>(),
            TypeId::of::<usize>(),
            TypeId::of::<i64>(),
        ];
        let path = command.get_bin_name().unwrap_or("fh").split(' ').map(str::to_owned);
        let path: Vec<_> = path.collect();
        for arg in command.get_arguments() {
            let is_number = numbers.iter().any(|it| arg.get_value_parser().type_id() == *it);
            if is_number {
                let flag = arg.get_long().map(|name| format!("--{name}="));
                let word = flag.unwrap_or_default() + "99999999999999999999";
                lines.push(path.iter().cloned().chain([word]).collect());
            }
        }
        command.get_subcommands().for_each(|command| add_numbers(command, lines));
    }
}
