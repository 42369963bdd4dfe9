//! The only door to the outside: standard streams, the terminal with its progress
//! bar, the clock.

mod message;
mod progress;

use std::ffi::OsString;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, SystemTime};

use clap::ValueEnum;
use jiff::tz::TimeZone;
pub use progress::ProgressBar;

use crate::error::Error;
use crate::signals;
use crate::terminal::{self, Pager, Terminal};
use firehose::names::DeliveryStreamName;

/// Values of `COLUMNS` that are heeded.
const MIN_COLUMNS: usize = 20;
const MAX_COLUMNS: usize = 1000;

/// Most bytes of an answer that are read.
const LONGEST_ANSWER: u64 = 100;

/// The variable that names a delivery stream for commands that need one.
pub(crate) const STREAM: &str = "FH_STREAM";

/// Flags of every command.
#[derive(Debug, clap::Args)]
pub struct GlobalArgs {
    /// When to use color
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub color: ColorChoice,
    /// Print errors only
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Do not use color; same as `--color never`
    #[arg(long, global = true, overrides_with = "color", help_heading = "Global options")]
    pub no_color: bool,
    /// Do not show long reports in a pager (`FH_PAGER`, `PAGER` or `less`)
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_pager: bool,
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a command may use of the world.
#[derive(Debug)]
pub struct Context {
    /// Standard output: how to write for it.
    pub terminal: Terminal,
    /// Shows what is longer than the terminal.
    pub pager: Option<Pager>,
    /// True if standard input is a terminal: input is typed.
    pub stdin_is_terminal: bool,
    /// True if standard error is a terminal: progress can be shown.
    pub stderr_is_terminal: bool,
    /// True if only errors are printed.
    pub quiet: bool,
}

impl Context {
    /// Looks at the standard streams.
    pub fn new(global: &GlobalArgs) -> Self {
        let is_terminal = io::stdout().is_terminal();
        message::heed(global);
        let color = !global.no_color && has_color(global.color, is_terminal);
        let (width, rows) = size();
        let wraps = is_terminal || width.is_some();
        let width = width.unwrap_or(terminal::DEFAULT_WIDTH);
        Self {
            terminal: Terminal { is_terminal, color, width, rows, wraps },
            pager: if is_terminal && !global.no_pager { pager() } else { None },
            stdin_is_terminal: io::stdin().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
            quiet: global.quiet,
        }
    }

    /// True if standard output is a terminal that can move its cursor.
    pub fn can_redraw(&self) -> bool {
        self.terminal.is_terminal && can_move_cursor()
    }

    /// Standard output as it is now: a window may have another size.
    pub fn resized(&self) -> Terminal {
        let (width, rows) = size();
        let width = width.unwrap_or(self.terminal.width);
        Terminal { width, rows: rows.or(self.terminal.rows), ..self.terminal }
    }

    /// Prints a line to standard error. Control characters in it
    /// are shown, not sent.
    pub fn info(&self, line: &str) {
        if !self.quiet {
            message::print(line);
        }
    }

    /// The delivery stream of `FH_STREAM`, which stands for a `--stream` that is
    /// not given. That it is used is shown.
    pub fn default_stream(&self) -> Result<Option<DeliveryStreamName>, Error> {
        let Some(name) = variable(STREAM).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let stream = name.parse().map_err(|why| Error::user(format!("{STREAM}: {why}")))?;
        self.info(&format!("fh: delivery stream `{stream}`, from {STREAM}"));
        Ok(Some(stream))
    }

    /// True if a question can be seen and answered.
    pub const fn can_ask(&self) -> bool {
        self.stdin_is_terminal && self.stderr_is_terminal
    }

    /// Asks whoever sits at the terminal; anything but a yes is a no, and a signal
    /// interrupts the run.
    pub fn confirm(&self, question: &str) -> Result<bool, Error> {
        // The terminal itself reads an answer best.
        #[cfg(unix)]
        terminal::typed::release();
        let question = format!("{question} [y/N]");
        let answer = signals::or_signal(move || {
            message::print(&question);
            let mut answer = String::new();
            io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut answer).map(|_| answer)
        });
        let Some(answer) =
            answer.map_err(|error| Error::internal(format!("no thread: {error}")))?
        else {
            // The terminal has shown `^C` in the line of the answer.
            message::print("");
            return Err(Error::interrupted());
        };
        let answer = answer.map_err(|error| Error::unreadable("standard input", error))?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    /// Prints a problem to standard error, with what to do next.
    pub fn warn(&self, message: &str, hints: &[&str]) {
        message::warn(message, hints.iter().copied());
    }
}

/// Reads what is typed until Enter, or the end of the input.
pub fn wait_for_enter() -> io::Result<()> {
    #[cfg(unix)]
    terminal::typed::release();
    io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut String::new()).map(drop)
}

/// True if a stream gets color.
fn has_color(choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        // See no-color.org.
        ColorChoice::Auto => {
            is_terminal && !is_set("NO_COLOR") && variable("TERM").as_deref() != Some("dumb")
        }
    }
}

/// True if a variable is there and not empty.
pub(crate) fn is_set(name: &str) -> bool {
    variable(name).is_some_and(|value| !value.is_empty())
}

/// The value of a variable, if it is there and text.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}

fn can_move_cursor() -> bool {
    variable("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// Columns and rows of standard output, as far as they are known.
fn size() -> (Option<usize>, Option<usize>) {
    let size = terminal_size::terminal_size_of(io::stdout());
    let width = size.map(|(width, _)| usize::from(width.0)).or_else(columns);
    (width, size.map(|(_, height)| usize::from(height.0)).filter(|rows| *rows > 0))
}

/// The width that the user sets for what is not on a terminal.
fn columns() -> Option<usize> {
    let columns = variable("COLUMNS")?.parse().ok()?;
    (MIN_COLUMNS..=MAX_COLUMNS).contains(&columns).then_some(columns)
}

/// The pager: `FH_PAGER`, else `PAGER`, else `less`; none if it is empty, if it is
/// `cat`, or on a terminal that cannot move its cursor.
fn pager() -> Option<Pager> {
    if !can_move_cursor() {
        return None;
    }
    let command = variable("FH_PAGER").or_else(|| variable("PAGER"));
    if command.as_ref().is_some_and(|it| matches!(it.trim(), "" | "cat")) {
        return None;
    }
    Some(Pager { command, has_less_flags: variable("LESS").is_some() })
}

/// The clock.
#[expect(clippy::disallowed_methods, reason = "this is where the time is taken from")]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A time as Firehose writes it: milliseconds since 1970.
pub fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    firehose::time::millis(since)
}

/// The time zone of this machine, or of `TZ`; UTC if it has none.
#[expect(clippy::disallowed_methods, reason = "no input of the user")]
pub fn time_zone() -> TimeZone {
    // jiff would look through all time zones there are to know its name.
    let local = || TimeZone::tzif("Local", &std::fs::read("/etc/localtime").ok()?).ok();
    let is_set = std::env::var_os("TZ").is_some();
    (!is_set).then(local).flatten().unwrap_or_else(TimeZone::system)
}

/// The time zone in which times are shown: UTC if `--utc` asks for it.
pub fn shown_time_zone(utc: bool) -> TimeZone {
    if utc { TimeZone::UTC } else { time_zone() }
}

/// The time zone of this name (IANA), if this machine knows it.
pub fn named_time_zone(name: &str) -> Option<TimeZone> {
    if name == "UTC" { Some(TimeZone::UTC) } else { TimeZone::get(name).ok() }
}

/// The user's home folder: `HOME`, else what the system knows.
pub fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| home.is_absolute())
}

/// The folder for what a program keeps from one run to the next, on macOS too:
/// `$XDG_STATE_HOME`, which counts only if it is absolute (XDG Base Directory
/// Specification), else `~/.local/state`; `None` if there is no home folder
/// either.
pub fn state_home() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("XDG_STATE_HOME").or_else(|| Some(home()?.join(".local/state")))
}

/// A path for people: with `~` for the home folder.
pub fn short_path(path: &Path) -> String {
    match home().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

/// The environment of `fh`, for a process that inherits of it.
pub fn environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// The executable file of `fh`, for a process that is to run it too.
pub fn executable() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Reports the error that ended a command.
pub fn report(error: &Error) {
    message::warn(&error.to_string(), error.hints().iter().map(String::as_str));
}

/// From now on a signal that ends the process says that first, where no command does.
pub fn report_interrupts() {
    /// Whoever reads standard error may have stopped, and the process ends all the same.
    const PATIENCE: Duration = Duration::from_millis(100);
    signals::before_end(|| {
        let (is_reported, reported) = channel();
        let reporting = thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
            report(&Error::interrupted());
            let _gone = is_reported.send(());
        });
        if reporting.is_ok() {
            let _late = reported.recv_timeout(PATIENCE);
        }
    });
}
