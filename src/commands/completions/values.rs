//! What arguments may hold, by the names of their values.

use clap::builder::StyledStr;
use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::local::faults::Fault;
use firehose::decode::Layer;
use firehose::diagnosis::CHECKS;
use firehose::errors;
use firehose::transform::{Behaviors, Rule};

/// The command line with what its arguments may hold.
pub(super) fn complete(fh: Command) -> Command {
    let commands = pages([&fh].into_iter());
    let below = pages(fh.get_subcommands());
    with_values(fh).mut_subcommand("man", |man| {
        man.mut_arg("command", |it| it.add(ArgValueCandidates::new(move || candidates(&commands))))
            .mut_arg("below", |it| it.add(ArgValueCandidates::new(move || candidates(&below))))
    })
}

/// Those of a command, and of the commands below it.
fn with_values(command: Command) -> Command {
    command.mut_args(with_value).mut_subcommands(with_values)
}

/// Completes an argument by the name of its value.
fn with_value(argument: Arg) -> Arg {
    let name = argument.get_value_names().and_then(<[_]>::first).map(|it| it.as_str().to_owned());
    match name.as_deref() {
        Some("INPUT" | "FILE" | "PATH" | "CMD" | "HANDLER") => {
            argument.value_hint(ValueHint::AnyPath)
        }
        Some("DIR") => argument.value_hint(ValueHint::DirPath),
        Some("CODE") if argument.is_positional() => {
            argument.add(ArgValueCandidates::new(codes_and_rules))
        }
        Some("CODE") => argument.add(ArgValueCandidates::new(codes)),
        Some("LAYERS") => argument.add(ArgValueCandidates::new(layers)),
        Some("CHECK") => argument.add(ArgValueCandidates::new(checks)),
        Some("FAULT") => argument.add(ArgValueCandidates::new(faults)),
        Some("NAME=1|2") => argument.add(ArgValueCandidates::new(behaviors)),
        _ => argument,
    }
}

/// The names of the commands below some, with what they do.
fn pages<'a>(groups: impl Iterator<Item = &'a Command>) -> Vec<(String, Option<StyledStr>)> {
    let commands = groups.flat_map(Command::get_subcommands).filter(|it| !it.is_hide_set());
    commands.map(|it| (it.get_name().to_owned(), it.get_about().cloned())).collect()
}

fn candidates(pages: &[(String, Option<StyledStr>)]) -> Vec<CompletionCandidate> {
    let candidate = |(name, about): &(String, Option<StyledStr>)| {
        CompletionCandidate::new(name).help(about.clone())
    };
    pages.iter().map(candidate).collect()
}

fn codes() -> Vec<CompletionCandidate> {
    let candidate = |it: &'static errors::Explanation| {
        CompletionCandidate::new(it.error.code).help(Some(it.happened.into()))
    };
    errors::all().map(candidate).collect()
}

/// What `fh explain` explains.
fn codes_and_rules() -> Vec<CompletionCandidate> {
    let rule =
        |it: &Rule| CompletionCandidate::new(it.as_str()).help(Some(it.definition().what.into()));
    codes().into_iter().chain(Rule::ALL.iter().map(rule)).collect()
}

fn layers() -> Vec<CompletionCandidate> {
    Layer::ALL.iter().map(|layer| CompletionCandidate::new(layer.as_str())).collect()
}

fn checks() -> Vec<CompletionCandidate> {
    let candidate = |it: &firehose::diagnosis::Check| {
        CompletionCandidate::new(it.name).help(Some(it.asks.into()))
    };
    CHECKS.iter().map(candidate).collect()
}

/// Each with a value, so that it can be run as it is.
fn faults() -> Vec<CompletionCandidate> {
    Fault::examples().map(CompletionCandidate::new).collect()
}

fn behaviors() -> Vec<CompletionCandidate> {
    Behaviors::NAMES.iter().map(|name| CompletionCandidate::new(format!("{name}=2"))).collect()
}
