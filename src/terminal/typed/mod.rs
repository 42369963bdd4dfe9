//! Standard input that is a terminal.
//!
//! A terminal that hands over whole lines cuts them at 4,095 bytes (1,023 on
//! macOS) and reports nothing. So it is set to hand over every byte, and
//! `editor` does what it did before: Backspace, Ctrl-U, Ctrl-W, Ctrl-V,
//! Ctrl-R, Ctrl-D, Ctrl-Z and the echo. The settings are restored at the end of
//! the input, before the process stops, and before a signal ends it; [`close`]
//! restores them at the end of a run, however that came. SIGKILL cannot be
//! caught: after it, it is for the shell to restore them, as bash, zsh and fish
//! do; `stty sane` does it by hand.

mod editor;
mod modes;
mod reader;
mod watch;

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use editor::Editor;
pub use reader::TerminalReader;
use rustix::fs::{FileType, Mode, OFlags, fstat, open as open_with};
use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::Termios;

/// How long to wait for a full screen, and how often.
const SCREEN_PAUSE: Duration = Duration::from_millis(5);
const SCREEN_TRIES: u32 = 10;

/// Time for a pager at the other end of a pipe to save the settings that it will
/// restore: if they were ours, the terminal would keep them.
const PAGER_START: Duration = Duration::from_millis(100);

/// Longest time until a stop signal takes effect.
const STOP: Duration = Duration::from_millis(20);

/// The one terminal that is read.
static STATE: Mutex<State> = Mutex::new(State { terminal: None, is_over: false });

/// Whether a terminal is read.
struct State {
    terminal: Option<Terminal>,
    /// The run ends: a thread that still runs must not set the terminal again.
    is_over: bool,
}

/// A terminal that is read.
struct Terminal {
    file: File,
    /// Where the echo goes; it must not wait for a screen that is full.
    screen: Option<File>,
    /// The screen was full for too long: no waiting until it takes more.
    is_stuck: bool,
    /// The settings to restore, while ours are in force.
    saved: Option<Termios>,
    /// It is read from, or about to be.
    is_wanted: bool,
    editor: Editor,
    /// Keys after the end of the input, for the next reader.
    unread: Vec<u8>,
}

/// Takes the terminal, if `file` is one, so that whatever is typed or pasted
/// from now on arrives whole.
pub fn take(file: &File) -> io::Result<()> {
    watch::start();
    let mut state = lock();
    if state.is_over || state.terminal.as_ref().is_some_and(|it| it.is_wanted) {
        return Ok(());
    }
    if stdout_is_pipe() {
        thread::sleep(PAGER_START);
    }
    let unread = state.terminal.take().map(|it| it.unread).unwrap_or_default();
    let terminal = state.terminal.insert(Terminal {
        file: file.try_clone()?,
        screen: open_screen(file),
        is_stuck: false,
        saved: None,
        is_wanted: true,
        editor: Editor::default(),
        unread,
    });
    terminal.set();
    Ok(())
}

/// Restores the settings of the terminal, if ours are in force.
pub fn release() {
    lock().release();
}

/// Does the same at the end of a run: from now on nothing is set again.
pub fn close() {
    let mut state = lock();
    state.release();
    state.is_over = true;
}

/// Sets the terminal again after the process was stopped, and shows what was
/// typed before.
fn resume() {
    if let Some(terminal) = lock().terminal.as_mut().filter(|it| it.is_wanted)
        && terminal.set()
    {
        terminal.editor.redraw();
        terminal.echo();
    }
}

/// Stops the process group, as Ctrl-Z does; returns once it is resumed.
fn suspend() {
    if let Some(terminal) = &mut lock().terminal {
        terminal.restore();
    }
    // Without a shell that could continue the group, the system does not stop it.
    let _unused = kill_current_process_group(Signal::TSTP);
    thread::sleep(STOP);
    resume();
}

/// After a panic in another thread the state is still valid.
fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stdout_is_pipe() -> bool {
    fstat(io::stdout()).is_ok_and(|it| FileType::from_raw_mode(it.st_mode).is_fifo())
}

/// Opened once more, so that only our writes do not wait.
fn open_screen(terminal: &File) -> Option<File> {
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let is_controlling = modes::is_controlling(terminal);
    is_controlling
        .then(|| open_with("/dev/tty", flags, Mode::empty()).ok())
        .flatten()
        .map(File::from)
}

impl State {
    fn release(&mut self) {
        if let Some(terminal) = &mut self.terminal {
            terminal.restore();
            terminal.is_wanted = false;
        }
    }
}

impl Terminal {
    /// Puts our settings in force; returns true if they were not. A process in
    /// the background leaves them alone: it is stopped once it reads.
    fn set(&mut self) -> bool {
        let Ok(now) = modes::of(&self.file) else { return false };
        if !modes::may_set(&self.file) || self.saved.is_some() && !modes::has_lines(&now) {
            return false;
        }
        let saved = self.saved.as_ref().unwrap_or(&now);
        let ours = modes::without_lines(saved, self.screen.is_some());
        if modes::set(&self.file, &ours).is_err() {
            return false;
        }
        self.editor.set_keys(modes::keys(saved));
        self.saved.get_or_insert(now);
        true
    }

    /// Restores the settings. In the background they are those of another.
    fn restore(&mut self) {
        if let Some(saved) = self.saved.take()
            && modes::may_set(&self.file)
        {
            // It fails where the terminal is gone.
            let _unused = modes::set(&self.file, &saved);
        }
    }

    /// Writes the echo, and drops what a full screen does not take: a terminal
    /// may not empty it before the whole paste is written.
    fn echo(&mut self) {
        let echo = self.editor.take_echo();
        let is_wanted = self.saved.as_ref().is_some_and(modes::has_echo);
        let Some(screen) = self.screen.as_mut().filter(|_| is_wanted) else { return };
        let (mut rest, mut tries) = (&*echo, 0);
        while !rest.is_empty() {
            match screen.write(rest) {
                Ok(count) => {
                    rest = rest.get(count..).unwrap_or_default();
                    (self.is_stuck, tries) = (false, 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.is_stuck || tries == SCREEN_TRIES {
                        self.is_stuck = true;
                        return;
                    }
                    tries += 1;
                    thread::sleep(SCREEN_PAUSE);
                }
                Err(_) => return,
            }
        }
    }
}
