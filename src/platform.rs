//! On which systems `fh` runs, and what Windows lacks: here and nowhere else.
//!
//! What starts processes in groups of their own, writes below a folder that it
//! holds open, or needs a folder on disk for sure, is made for Unix.

use crate::error::Error;

/// What `fh --help` says about it.
pub const SYSTEMS: &str = "Systems: Linux and macOS, on x86-64 and arm64. On Windows `fh` is not tested, \
and these do not work: `fh local`, `fh tour`, `fh redrive`, `fh invoke` without `--function` or \
`--lambda-endpoint`, `fh failures --save` and `fh failures --extract`. They work in WSL.";

/// What works on Unix only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnixOnly {
    /// A function in a process on this machine.
    LocalFunction,
    /// `fh local`.
    Local,
    /// `fh tour`.
    Tour,
    /// `fh redrive`, whose ledger must be on disk.
    Redrive,
    /// `fh failures --save`.
    Save,
    /// `fh failures --extract`.
    Extract,
}

impl UnixOnly {
    /// Fails on a system that lacks it.
    pub fn check(self) -> Result<(), Error> {
        if cfg!(unix) { Ok(()) } else { Err(self.refused()) }
    }

    /// The error of a command that needs it.
    pub fn refused(self) -> Error {
        let error = Error::user(format!("{} does not work on Windows", self.name()));
        let error = match self {
            Self::LocalFunction => error.hint(
                "call the deployed function with `--function NAME`, or an emulator with \
                 `--lambda-endpoint URL`",
            ),
            _ => error,
        };
        error.hint("run fh in WSL: https://learn.microsoft.com/windows/wsl/install")
    }

    const fn name(self) -> &'static str {
        match self {
            Self::LocalFunction => "running a function on this machine",
            Self::Local => "`fh local`",
            Self::Tour => "`fh tour`",
            Self::Redrive => "`fh redrive`",
            Self::Save => "`fh failures --save`",
            Self::Extract => "`fh failures --extract`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_what_is_refused() {
        for lacking in
            [UnixOnly::Local, UnixOnly::Tour, UnixOnly::Redrive, UnixOnly::Save, UnixOnly::Extract]
        {
            assert!(SYSTEMS.contains(lacking.name()), "{lacking:?}");
            let hints = lacking.refused().hints().join(" ");
            assert!(hints.contains("WSL"), "{lacking:?}");
        }
        let function = UnixOnly::LocalFunction.refused();
        assert_eq!(
            function.to_string(),
            "running a function on this machine does not work on Windows"
        );
        for flag in ["--function", "--lambda-endpoint"] {
            assert!(SYSTEMS.contains(flag) && function.hints().join(" ").contains(flag), "{flag}");
        }
    }
}
