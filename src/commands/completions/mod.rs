//! `fh completions`: the completion script for a shell, and what it asks for.

mod bash;
mod own_shell;
mod typed;
mod values;
mod zsh;

use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{Command, ValueEnum};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells};

use crate::context;
use crate::error::{Error, Outcome};
use crate::render::Output;

/// The variable in which a script names its shell when it asks for candidates.
const VARIABLE: &str = "FH_COMPLETE";

/// The shells.
const SHELLS: Shells<'static> = Shells(&[&bash::BASH, &Elvish, &Fish, &Powershell, &zsh::ZSH]);

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
checks, layers, formats, built-in transforms and faults. The script asks the `fh` on \
the path, so it stays valid when `fh` is updated.";

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
    SHELLS
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
    let mut words: Vec<_> = std::env::args_os().collect();
    // The others give words without quotes, or fh splits the line.
    if matches!(context::variable(VARIABLE).as_deref(), Some("fish" | "zsh")) {
        unquote_last(&mut words);
    }
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(|| values::complete(fh()))
        .shells(SHELLS)
        .var(VARIABLE)
        .try_complete(words, folder.as_deref())
        .map_err(|error| Error::user(format!("cannot complete: {error}")))
}

/// Takes the quotes off the word that is being typed.
fn unquote_last(words: &mut [OsString]) {
    if let Some(last) = words.last_mut()
        && let Some(word) = last.to_str()
    {
        *last = typed::unquoted(word).into();
    }
}
