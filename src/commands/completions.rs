//! `fh completions`: the completion script for a shell, and what it asks for.

use clap::builder::PossibleValue;
use clap::{Arg, Command, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use crate::context;
use crate::error::{Error, Outcome};
use crate::render::Output;
use firehose::decode::Layer;
use firehose::errors;

/// The variable in which a script names its shell when it asks for candidates.
const VARIABLE: &str = "FH_COMPLETE";

/// Shown below the help.
pub const EXAMPLES: &str = "Where to put it:
  bash        mkdir -p ~/.local/share/bash-completion/completions
              fh completions bash > ~/.local/share/bash-completion/completions/fh
  zsh         fh completions zsh > \"${fpath[1]}/_fh\"
  fish        mkdir -p ~/.config/fish/completions
              fh completions fish > ~/.config/fish/completions/fh.fish
  elvish      add to ~/.config/elvish/rc.elv:  eval (fh completions elvish | slurp)
  powershell  add to $PROFILE:  fh completions powershell | Out-String | Invoke-Expression
Without a file, for this session of bash or zsh:
  source <(fh completions bash)";

/// Shown by `--help` and the manual page.
pub const ABOUT: &str = "Print the completion script for a shell

Completes commands, flags, files and folders, kinds of payloads, error codes, rules, \
layers and formats. The script asks the `fh` on the path, so it stays valid when `fh` \
is updated.";

/// The flags of `fh completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// Shell to print the script for
    shell: Shell,
}

/// Shells with completion.
#[derive(Debug, Clone, Copy)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Shell {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Zsh => "zsh",
        }
    }
}

impl ValueEnum for Shell {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Bash, Self::Elvish, Self::Fish, Self::Powershell, Self::Zsh]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

/// Runs the command.
pub fn run(args: &CompletionsArgs) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    Shells::builtins()
        .completer(args.shell.as_str())
        .ok_or_else(|| Error::internal("a shell without completion"))?
        .write_registration(VARIABLE, "fh", "fh", "fh", &mut script)
        .map_err(|error| Error::internal(format!("cannot make the script: {error}")))?;
    Output::default().write(&script)?;
    Ok(Outcome::Clean)
}

/// Answers a script that asks for candidates; false if nothing asked.
pub fn answer(fh: impl Fn() -> Command) -> Result<bool, Error> {
    if !context::is_set(VARIABLE) {
        return Ok(false);
    }
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(|| with_values(fh()))
        .var(VARIABLE)
        .try_complete(std::env::args_os(), folder.as_deref())
        .map_err(|error| Error::user(format!("cannot complete: {error}")))
}

/// The command line with what its arguments may hold.
fn with_values(fh: Command) -> Command {
    fh.mut_subcommands(|command| command.mut_args(with_value))
}

/// Completes an argument by the name of its value.
fn with_value(argument: Arg) -> Arg {
    let name = argument.get_value_names().and_then(<[_]>::first).map(|it| it.as_str().to_owned());
    match name.as_deref() {
        Some("INPUT" | "FILE" | "PATH") => argument.value_hint(ValueHint::AnyPath),
        Some("DIR") => argument.value_hint(ValueHint::DirPath),
        Some("CODE") => argument.add(ArgValueCandidates::new(codes)),
        Some("LAYERS") => argument.add(ArgValueCandidates::new(layers)),
        _ => argument,
    }
}

fn codes() -> Vec<CompletionCandidate> {
    let candidate = |it: &'static errors::Explanation| {
        CompletionCandidate::new(it.error.code).help(Some(it.happened.into()))
    };
    errors::all().map(candidate).collect()
}

fn layers() -> Vec<CompletionCandidate> {
    Layer::ALL.iter().map(|layer| CompletionCandidate::new(layer.as_str())).collect()
}
