//! Runs the real binary in a sealed environment, in a pipe or on a terminal.
//!
//! Nothing here sleeps: a test waits for what the program does, and gives up
//! after [`PATIENCE`].

#![expect(clippy::expect_used, clippy::panic, reason = "a harness that cannot work ends the test")]

use std::ffi::OsStr;
use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::Pty;
use tempfile::TempDir;

/// Longer than any command here takes, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same of a command that shows nothing until it ends, and may have much to compute: a
/// debug build on a busy machine takes minutes for megabytes.
const PATIENCE_TO_THE_END: Duration = Duration::from_mins(5);

/// Waits until this is so.
pub(crate) fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "it never comes");
        thread::yield_now();
    }
}

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
    /// A signal.
    ignored: Option<String>,
}

impl Fh {
    /// A run at the root of the repository with nothing on standard input and
    /// next to nothing in the environment.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder for HOME");
        let mut command = Command::new(env!("CARGO_BIN_EXE_fh"));
        command.env_clear().env("HOME", home.path()).env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
        // What a run that is killed leaves goes with its home.
        command.env("TMPDIR", home.path()).current_dir(root());
        Self { command, stdin: Vec::new(), home, ignored: None }
    }

    /// A run of this line of `sh`; `fh` is `"$FH"` in it.
    pub(crate) fn shell(line: &str) -> Self {
        let mut fh = Self::new();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line]).current_dir(root()).env("FH", env!("CARGO_BIN_EXE_fh"));
        command.envs(fh.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        fh.command = command;
        fh
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

    /// Runs with this signal ignored, as `nohup` does.
    #[cfg(target_os = "linux")]
    pub(crate) fn ignoring(mut self, signal: &str) -> Self {
        self.ignored = Some(signal.to_owned());
        self
    }

    /// The command with all signals as they are by default, but for one that is
    /// to be ignored: whoever runs the tests may ignore some, as shells do for
    /// what is in the background, and that is inherited.
    fn command(&self) -> Command {
        let ignored = self.ignored.as_ref().map(|signal| format!("--ignore-signal={signal}"));
        let mut command = Command::new("/usr/bin/env");
        // GNU's; others have no such flags.
        command.args(cfg!(target_os = "linux").then_some("--default-signal")).args(ignored);
        command.arg(self.command.get_program()).args(self.command.get_args());
        let variables = self.command.get_envs().filter_map(|(name, value)| Some((name, value?)));
        command.env_clear().envs(variables);
        command.current_dir(self.command.get_current_dir().unwrap_or_else(|| root()));
        command
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

    /// Runs with standard output in `stdout`.
    pub(crate) fn run_into(mut self, stdout: impl Into<Stdio>) -> Output {
        let input = std::mem::take(&mut self.stdin);
        let mut session = self.start_into(stdout);
        session.feed(input);
        session.finish()
    }

    /// Runs with standard output and error on a terminal of this width; what a
    /// person sees there is the `stdout` of the answer.
    pub(crate) fn on_terminal(mut self, columns: u16) -> Output {
        let input = std::mem::take(&mut self.stdin);
        let mut session = self.start_on_terminal(columns, Some(Stdio::piped()), None, true);
        session.feed(input);
        session.finish()
    }

    /// The same on a terminal that can move its cursor, with 24 lines.
    pub(crate) fn on_screen(self, columns: u16) -> Output {
        self.env("TERM", "xterm-256color").on_terminal(columns)
    }

    /// Starts it with all streams in pipes, for a conversation.
    pub(crate) fn start(self) -> Session {
        self.start_into(Stdio::piped())
    }

    /// Starts it with all streams on a terminal, for a conversation.
    pub(crate) fn start_typing(self, columns: u16) -> Session {
        self.start_on_terminal(columns, None, None, true)
    }

    /// Starts it on a terminal, but for standard output.
    pub(crate) fn start_typing_into(self, stdout: impl Into<Stdio>) -> Session {
        self.start_on_terminal(80, None, Some(stdout.into()), true)
    }

    /// Types all of `keys` at a terminal whose screen takes nothing until then,
    /// and returns how that ended, with standard output in `stdout`.
    pub(crate) fn on_blind_terminal(self, keys: &[u8], stdout: impl Into<Stdio>) -> Output {
        let mut session = self.start_on_terminal(80, None, Some(stdout.into()), false);
        let screen = session.screen.clone().expect("a terminal");
        let written = {
            let (mut keyboard, keys) = (screen.clone(), keys.to_vec());
            thread::spawn(move || keyboard.write_all(&keys))
        };
        let start = Instant::now();
        while !written.is_finished() {
            assert!(start.elapsed() < PATIENCE, "fh waits for the screen");
            thread::yield_now();
        }
        session.stdout = Stream::of(screen);
        session.finish()
    }

    fn start_into(self, stdout: impl Into<Stdio>) -> Session {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped());
        let mut child = command.spawn().expect("fh runs");
        Session {
            keyboard: child.stdin.take().map(|stdin| Box::new(stdin) as _),
            stdout: child.stdout.take().map_or_else(Stream::empty, Stream::of),
            stderr: child.stderr.take().map_or_else(Stream::empty, Stream::of),
            child: Running(child),
            screen: None,
            _home: self.home,
        }
    }

    fn start_on_terminal(
        self,
        columns: u16,
        stdin: Option<Stdio>,
        stdout: Option<Stdio>,
        is_looked_at: bool,
    ) -> Session {
        let (pty, pts) = pty_process::blocking::open().expect("a terminal");
        pty.resize(pty_process::Size::new(24, columns)).expect("a size");
        let mut command = pty_process::blocking::Command::from(self.command());
        if let Some(stdin) = stdin {
            command = command.stdin(stdin);
        }
        if let Some(stdout) = stdout {
            command = command.stdout(stdout);
        }
        let mut child = command.spawn(pts).expect("fh runs");
        let pty = Screen(Arc::new(pty));
        Session {
            keyboard: match child.stdin.take() {
                Some(stdin) => Some(Box::new(stdin)),
                None => Some(Box::new(pty.clone())),
            },
            stdout: if is_looked_at { Stream::of(pty.clone()) } else { Stream::empty() },
            stderr: Stream::empty(),
            child: Running(child),
            screen: Some(pty),
            _home: self.home,
        }
    }
}

/// A run of `fh` that goes on.
pub(crate) struct Session {
    child: Running,
    keyboard: Option<Box<dyn Write + Send>>,
    stdout: Stream,
    stderr: Stream,
    /// The terminal, if it runs on one.
    screen: Option<Screen>,
    _home: TempDir,
}

impl Session {
    /// Writes to its standard input and leaves that open.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let keyboard = self.keyboard.as_mut().expect("standard input is open");
        keyboard.write_all(bytes).expect("fh reads");
    }

    /// Writes all of its standard input, from another thread, and closes it.
    fn feed(&mut self, input: Vec<u8>) {
        let mut keyboard = self.keyboard.take().expect("standard input is open");
        // That it stops reading early is its own affair.
        thread::spawn(move || keyboard.write_all(&input));
    }

    /// Waits until this is on standard output.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.stdout.wait_for(text.as_bytes());
    }

    /// What has come to standard output, as far as it was waited for.
    pub(crate) fn seen(&self) -> String {
        String::from_utf8_lossy(&self.stdout.seen).into_owned()
    }

    /// Waits until this is on standard error.
    pub(crate) fn wait_for_message(&mut self, text: &str) {
        self.stderr.wait_for(text.as_bytes());
    }

    /// The settings of its terminal, whoever reads from it.
    pub(crate) fn modes(&self) -> Modes {
        Modes(self.screen.clone().expect("a terminal"))
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> String {
        self.child.0.id().to_string()
    }

    /// Sends it a signal, e.g. `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid();
        let status = Command::new("kill").args(["-s", name, &pid]).status().expect("kill");
        assert!(status.success(), "no signal to {pid}");
    }

    /// Waits for the end with standard input open.
    pub(crate) fn end(mut self) -> Output {
        let keyboard = self.keyboard.take();
        let output = self.finish();
        drop(keyboard);
        output
    }

    /// Closes standard input and waits for the end.
    pub(crate) fn finish(mut self) -> Output {
        self.keyboard = None;
        let stdout = self.stdout.rest();
        Output {
            stdout: if self.screen.is_some() { on_screen(&stdout) } else { stdout },
            stderr: self.stderr.rest(),
            status: self.child.0.wait().expect("fh ends"),
        }
    }
}

/// The settings of a terminal; they can be read after the run.
pub(crate) struct Modes(Screen);

impl Modes {
    /// All of them, as text.
    pub(crate) fn now(&self) -> String {
        format!("{:?}", rustix::termios::tcgetattr(&*self.0.0).expect("the settings"))
    }

    /// True if lines are edited by the terminal itself.
    pub(crate) fn has_lines(&self) -> bool {
        self.now().contains("ICANON")
    }
}

/// A child that does not outlive a test that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It fails where the child has ended, which is as it should be.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// What comes out of a child, read by a thread of its own.
struct Stream {
    chunks: Receiver<Vec<u8>>,
    seen: Vec<u8>,
}

impl Stream {
    fn of(mut reader: impl Read + Send + 'static) -> Self {
        let (sender, chunks) = channel();
        thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk.get(..length).unwrap_or_default().to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { chunks, seen: Vec::new() }
    }

    fn empty() -> Self {
        Self::of(std::io::empty())
    }

    fn more(&mut self, deadline: Instant) -> bool {
        match self.chunks.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(chunk) => self.seen.extend_from_slice(&chunk),
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => {
                panic!("nothing more after:\n{}", String::from_utf8_lossy(&self.seen))
            }
        }
        true
    }

    fn wait_for(&mut self, text: &[u8]) {
        let deadline = Instant::now() + PATIENCE;
        while !self.seen.windows(text.len()).any(|window| window == text) {
            let shown = String::from_utf8_lossy(text).into_owned();
            assert!(self.more(deadline), "it ended and never said {shown:?}");
        }
    }

    fn rest(&mut self) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE_TO_THE_END;
        while self.more(deadline) {}
        std::mem::take(&mut self.seen)
    }
}

/// A terminal as a stream; it ends when nobody has it open any more.
#[derive(Clone)]
struct Screen(Arc<Pty>);

impl Read for Screen {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        (&*self.0).read(out)
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        (&*self.0).flush()
    }
}

/// Takes back the `\r` that a terminal puts before each `\n`.
fn on_screen(seen: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(seen.len());
    for (position, byte) in seen.iter().enumerate() {
        if (*byte, seen.get(position + 1)) != (b'\r', Some(&b'\n')) {
            out.push(*byte);
        }
    }
    out
}

/// What came of a run. Its text is all of it, so that one snapshot covers it.
#[must_use = "compare it with a snapshot, or assert its status with `success`"]
pub(crate) struct Output {
    /// Bytes of standard output, or of the terminal.
    pub(crate) stdout: Vec<u8>,
    /// Bytes of standard error; none if that was the terminal too.
    pub(crate) stderr: Vec<u8>,
    /// How it ended.
    pub(crate) status: ExitStatus,
}

impl Output {
    /// The exit code; a run that a signal ended fails the test.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("ended by a signal:\n{self}"))
    }

    /// Standard output as text, after exit code 0 and nothing on standard
    /// error.
    pub(crate) fn success(&self) -> String {
        let is_good = self.code() == 0 && self.stderr.is_empty();
        assert!(is_good, "{:.2000}\n[…]\n{}", self.to_string(), self.errors());
        self.text()
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub(crate) fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

/// Makes control characters visible; `ESC` is the commonest.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => out.push(character),
            '\x1b' => out.push('␛'),
            _ if character.is_control() => out.extend(character.escape_default()),
            _ => out.push(character),
        }
    }
    out
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.text()))?;
        if !self.stdout.is_empty() && !self.stdout.ends_with(b"\n") {
            f.write_str("[no newline at the end]\n")?;
        }
        if !self.stderr.is_empty() {
            write!(f, "------- stderr -------\n{}", visible(&self.errors()))?;
        }
        match self.status.code() {
            Some(code) => write!(f, "[exit status: {code}]"),
            None => write!(f, "[{}]", self.status),
        }
    }
}
