//! The one error that a user sees, and the one table of exit codes.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::process::ExitCode;

/// Why a command could not do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Flags that do not fit, input that cannot be read, output that cannot be
    /// written.
    Usage,
    /// A call of AWS that failed: no login, no right, no such thing, no answer.
    Aws,
    /// The reader of our output went away; no error to anybody.
    BrokenPipe,
    /// The user stopped the run: Ctrl-C, or the terminal was closed.
    Interrupted,
    /// A bug in `fh`.
    Internal,
}

/// An error: what failed, on what, why, and what to do next.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    hints: Vec<String>,
}

impl Error {
    /// An error of flags, input or output.
    pub fn user(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Usage, message: message.into(), source: None, hints: Vec::new() }
    }

    /// An AWS call that failed.
    pub fn aws(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Aws, ..Self::user(message) }
    }

    /// A bug in `fh`.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Internal, ..Self::user(message) }
    }

    /// The end that the user asked for.
    pub fn interrupted() -> Self {
        Self { kind: ErrorKind::Interrupted, ..Self::user("interrupted") }
    }

    /// An input that cannot be read.
    pub fn unreadable(name: &str, error: io::Error) -> Self {
        let message = format!("cannot read `{name}`");
        Self { source: Some(error.into()), ..Self::user(message) }
    }

    /// An output that cannot be written. A closed pipe has a variant of its own.
    pub fn unwritable(name: &str, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { kind: ErrorKind::BrokenPipe, ..Self::user("output closed") };
        }
        let message = format!("cannot write to {name}");
        let error = without_path(error);
        Self { source: Some(error.into()), ..Self::user(message) }
    }

    /// The error as that of one input, while others can be read.
    #[must_use]
    pub fn of_one_input(self) -> Self {
        Self { kind: ErrorKind::Usage, ..self }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What kind of failure it is.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do next, a sentence each.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

impl fmt::Display for Error {
    /// The message and its causes, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// How a command that ran to its end came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Nothing to complain about.
    Clean,
    /// It found problems: records that cannot be decoded, violations.
    Findings,
    /// Some of the input could not be read; the rest was.
    Unreadable,
}

/// What `--help` says of the codes that [`exit_code`] returns. The README repeats
/// it.
pub const EXIT_CODES: &str = "Exit codes:
  0    done
  1    problems were found: records that cannot be decoded, broken
       rules, a failed function, records that were not acknowledged
  2    wrong flags, unreadable input, unwritable output, or not
       everything could be checked
  3    an AWS call failed
  70   a bug in fh
  130  interrupted";

/// Returns the exit code of a run.
pub fn exit_code(result: &Result<Outcome, Error>) -> ExitCode {
    ExitCode::from(match result {
        Ok(Outcome::Clean) => 0,
        Ok(Outcome::Findings) => 1,
        Ok(Outcome::Unreadable) => 2,
        Err(error) => match error.kind {
            ErrorKind::BrokenPipe => 0,
            ErrorKind::Usage => 2,
            ErrorKind::Aws => 3,
            ErrorKind::Internal => 70,
            ErrorKind::Interrupted => 130,
        },
    })
}

/// The error alone, of one to which `tempfile` has added the name of a temporary file:
/// that is none that the user has given.
fn without_path(error: io::Error) -> io::Error {
    if error.raw_os_error().is_some() {
        return error;
    }
    match error.to_string().split_once(" at path \"") {
        Some((what, _)) => io::Error::new(error.kind(), what.to_owned()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_its_causes_on_one_line() {
        let cause = io::Error::new(io::ErrorKind::NotFound, "no such file");
        assert_eq!(
            Error::unreadable("a.b64", cause).to_string(),
            "cannot read `a.b64`: no such file"
        );
    }

    #[test]
    fn every_kind_of_error_has_its_exit_code() {
        let code = |error| exit_code(&Err(error));
        assert_eq!(code(Error::user("")), ExitCode::from(2));
        assert_eq!(code(Error::aws("")), ExitCode::from(3));
        assert_eq!(code(Error::internal("")), ExitCode::from(70));
        assert_eq!(code(Error::interrupted()), ExitCode::from(130));
    }

    #[test]
    fn a_closed_pipe_is_quiet_success() {
        let error = Error::unwritable("standard output", io::ErrorKind::BrokenPipe.into());
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        assert_eq!(exit_code(&Err(error)), ExitCode::from(0));
    }
}
