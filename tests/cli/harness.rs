//! Runs the real binary in a sealed environment, in a pipe or on a terminal.
//!
//! Nothing here sleeps: a test waits for what the program does, and gives up
//! after [`PATIENCE`].

#![expect(clippy::expect_used, clippy::panic, reason = "a harness that cannot work ends the test")]

use std::ffi::OsStr;
use std::fmt;
use std::io::{self, PipeWriter, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Pty, open};
use tempfile::TempDir;

/// Longer than any command here takes, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The root of the repository; fixtures are named from here.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A run of `fh` in the making.
#[must_use = "`run` or `on_terminal` runs it"]
pub(crate) struct Fh {
    command: Command,
    stdin: Vec<u8>,
    home: TempDir,
}

impl Fh {
    /// A run at the root of the repository with nothing on standard input and
    /// next to nothing in the environment.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder for HOME");
        let mut command = Command::new(env!("CARGO_BIN_EXE_fh"));
        command.env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
        command.current_dir(root());
        Self { command, stdin: Vec::new(), home }
    }

    /// A run of `fh decode` with these words behind it.
    pub(crate) fn decode(words: &str) -> Self {
        Self::new().arg("decode").args(words)
    }

    /// Adds one argument as it is.
    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    /// Adds each of these words.
    pub(crate) fn args(mut self, words: &str) -> Self {
        self.command.args(words.split_whitespace());
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in another folder.
    pub(crate) fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Sets what comes on standard input.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs with standard output and error in pipes.
    pub(crate) fn run(self) -> Output {
        self.run_into(Stdio::piped())
    }

    /// Runs with standard output going to `stdout`.
    pub(crate) fn run_into(mut self, stdout: impl Into<Stdio>) -> Output {
        self.command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("fh runs");
        feed(child.stdin.take().expect("piped"), self.stdin);
        let stdout = child.stdout.take().map(collect);
        let stderr = collect(child.stderr.take().expect("piped"));
        Output {
            stdout: stdout.map(|it| patiently(&it, &mut child)).unwrap_or_default(),
            stderr: patiently(&stderr, &mut child),
            status: child.wait().expect("fh ends"),
        }
    }

    /// Runs with standard output and error on a terminal of this width; what a
    /// person sees there is the `stdout` of the answer.
    pub(crate) fn on_terminal(self, columns: u16) -> Output {
        let (pty, pts) = open().expect("a terminal");
        pty.resize(pty_process::Size::new(24, columns)).expect("a size");
        let command = pty_process::blocking::Command::from(self.command).stdin(Stdio::piped());
        let mut child = command.spawn(pts).expect("fh runs");
        feed(child.stdin.take().expect("piped"), self.stdin);
        let seen = patiently(&collect(Screen(pty)), &mut child);
        Output {
            stdout: on_screen(&seen),
            stderr: Vec::new(),
            status: child.wait().expect("fh ends"),
        }
    }

    /// Runs with all three streams on a terminal, waits for `prompt`, types
    /// `text` and ends the input.
    pub(crate) fn typed_on_terminal(self, columns: u16, prompt: &str, text: &str) -> Output {
        const END_OF_INPUT: u8 = 4;
        let (pty, pts) = open().expect("a terminal");
        pty.resize(pty_process::Size::new(24, columns)).expect("a size");
        let command = pty_process::blocking::Command::from(self.command);
        let mut child = command.spawn(pts).expect("fh runs");
        let keyboard = pty.try_clone();
        let screen = collect_until(Screen(pty), prompt.as_bytes().to_vec());
        keyboard.type_in(&screen, text, END_OF_INPUT);
        let seen = patiently(&screen, &mut child);
        Output {
            stdout: on_screen(&seen),
            stderr: Vec::new(),
            status: child.wait().expect("fh ends"),
        }
    }
}
