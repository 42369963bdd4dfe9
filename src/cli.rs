//! The command line: what is shared by all commands.

#[cfg(feature = "aws")]
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

#[cfg(feature = "aws")]
use crate::aws::{EndpointUrl, RegionName};
use crate::commands::{check, completions, decode, event, explain, failures, logs, man};
#[cfg(feature = "aws")]
use crate::commands::{invoke, redrive, send};

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
  1    ran to the end and found trouble (records that cannot be decoded, broken rules, a failed function,\n       records that were not taken)
  2    wrong flags, unreadable input or unwritable output
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
    #[cfg(feature = "aws")]
    #[command(long_about = invoke::ABOUT, after_help = invoke::EXAMPLES, after_long_help = invoke::EXAMPLES)]
    Invoke(Box<invoke::InvokeArgs>),
    /// Put demo records into a delivery stream
    #[cfg(feature = "aws")]
    #[command(long_about = send::DEMO_ABOUT, after_help = send::DEMO_EXAMPLES, after_long_help = send::DEMO_EXAMPLES)]
    SendDemo(Box<send::SendDemoArgs>),
    /// Put records into a delivery stream and lose none
    #[cfg(feature = "aws")]
    #[command(long_about = send::ABOUT, after_help = send::EXAMPLES, after_long_help = send::EXAMPLES)]
    Send(Box<send::SendArgs>),
    /// Put failed records back into a delivery stream
    #[cfg(feature = "aws")]
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

/// Flags of every command.
#[derive(Debug, clap::Args)]
pub struct GlobalArgs {
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub color: ColorChoice,
    /// Say nothing but errors on standard error
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Set by the user to have no colour anywhere (no-color.org)
    #[arg(long, env = "NO_COLOR", hide = true, global = true, default_value = "", hide_env = true)]
    pub no_color: String,
}

/// Flags of every command that calls AWS. What they leave open comes from
/// where every AWS tool takes it: the environment, `~/.aws`, the machine's role.
#[cfg(feature = "aws")]
#[derive(Debug, Clone, Default, clap::Args)]
pub struct AwsArgs {
    /// Profile of ~/.aws/config; it goes before keys in the environment
    #[arg(long, value_name = "NAME", help_heading = "AWS options")]
    pub profile: Option<String>,
    /// Region, e.g. eu-west-1
    #[arg(long, value_name = "REGION", help_heading = "AWS options")]
    pub region: Option<RegionName>,
    /// Address to call instead of AWS, e.g. that of an emulator
    #[arg(long, value_name = "URL", help_heading = "AWS options")]
    pub endpoint_url: Option<EndpointUrl>,
    /// Certificates to trust instead of the system's (PEM)
    #[arg(
        long,
        value_name = "FILE",
        env = "AWS_CA_BUNDLE",
        hide_env_values = true,
        help_heading = "AWS options"
    )]
    pub ca_bundle: Option<PathBuf>,
}

#[cfg(feature = "aws")]
impl AwsArgs {
    /// The flags as they were given, for a command line that goes on with it.
    pub fn words(&self) -> Vec<String> {
        let flags = [
            ("--profile", self.profile.clone()),
            ("--region", self.region.as_ref().map(ToString::to_string)),
            ("--endpoint-url", self.endpoint_url.as_ref().map(|url| url.as_str().to_owned())),
            ("--ca-bundle", self.ca_bundle.as_ref().map(|file| file.display().to_string())),
        ];
        let given = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        given.flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
    }
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Formats of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people
    Text,
    /// A row a record
    Table,
    /// One JSON document
    Json,
    /// A JSON object a line
    Ndjson,
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
