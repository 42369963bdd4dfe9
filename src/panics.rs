//! Panics: bugs, each with its place, on whatever thread or task they happen.
//!
//! A thread that dies closes its channels, and a closed channel looks like the
//! end of the input. So that no death passes for an end:
//!
//! - the hook of [`guard`] keeps the first panic, before the thread unwinds and
//!   anything of it is dropped;
//! - code that takes a closed channel for the end checks [`first`] before;
//! - code that may wait for ever waits for `happened` too;
//! - [`guard`] makes the panic the command's error, whatever the command
//!   returns.

use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo};
use std::sync::OnceLock;

use crate::error::Error;

/// The first panic of this process, as a sentence: those after it are mostly
/// its consequences.
static FIRST: OnceLock<String> = OnceLock::new();

static HAPPENED: tokio::sync::Notify = tokio::sync::Notify::const_new();

/// Runs a command. A panic on any thread is its error, whatever it returns: it
/// gets one line like every other error, not a trace.
pub fn guard<T>(run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::set_hook(Box::new(keep));
    // Nothing that it left half done is looked at after a panic.
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    match (first(), result) {
        (None, Ok(result)) => result,
        (Some(error), _) => Err(error),
        // The hook has run before any unwinding.
        (None, Err(_)) => Err(bug("internal error")),
    }
}

/// The first panic there was, on any thread or task.
pub fn first() -> Option<Error> {
    FIRST.get().map(|text| bug(text))
}

/// Waits for a panic on any thread or task. Safe to drop.
pub async fn happened() -> Error {
    loop {
        // Before the look, so that one that comes after it wakes us.
        let woken = HAPPENED.notified();
        if let Some(error) = first() {
            return error;
        }
        woken.await;
    }
}

fn keep(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let _later = FIRST.set(sentence(info.location(), text.unwrap_or("no message")));
    HAPPENED.notify_waiters();
}

/// Both on one line.
fn sentence(location: Option<&Location<'_>>, text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match location {
        Some(at) => format!("internal error at {}:{}: {text}", place(at.file()), at.line()),
        None => format!("internal error: {text}"),
    }
}

/// A source file without the folders of whoever built this: ours as it is, one
/// of a library from the library's name and version on.
fn place(file: &str) -> &str {
    let library = file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    library.map_or(file, |(_, place)| place)
}

fn bug(text: &str) -> Error {
    Error::internal(text).hint("this is a bug in fh; please report it with the input that shows it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_without_the_folders_of_the_builder() {
        let file = "/home/me/.cargo/registry/src/index.crates.io-6f17d22bba15001f/aws-config-1.13.0/src/lib.rs";
        assert_eq!(place(file), "aws-config-1.13.0/src/lib.rs");
        assert_eq!(place("src/cli.rs"), "src/cli.rs");
    }

    #[test]
    fn a_panic_is_one_line_with_file_and_line() {
        let here = Location::caller();
        let text = sentence(Some(here), "assertion failed\n  left: 1\n right: 2");
        let (file, line) = (here.file(), here.line());
        assert_eq!(
            text,
            format!("internal error at {file}:{line}: assertion failed left: 1 right: 2")
        );
    }
}
