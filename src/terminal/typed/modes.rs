//! The settings of a terminal that is read without its own line editing.

use std::io;
use std::os::fd::AsFd;

use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};

use super::editor::Keys;

/// The code of a key that is off (`_POSIX_VDISABLE`).
const OFF: u8 = if cfg!(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
)) {
    0xff
} else {
    0
};

/// Returns the settings of this terminal.
pub(super) fn of(terminal: impl AsFd) -> io::Result<Termios> {
    Ok(tcgetattr(terminal)?)
}

/// Sets them; whatever waits to be read stays.
pub(super) fn set(terminal: impl AsFd, modes: &Termios) -> io::Result<()> {
    Ok(tcsetattr(terminal, OptionalActions::Now, modes)?)
}

/// Returns true if a process may change the settings without being stopped for
/// it: it is in the foreground, or this terminal does not control it.
pub(super) fn may_set(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).map_or(true, |foreground| foreground == getpgrp())
}

/// Returns true if the terminal controls this process, so that `/dev/tty` is
/// the same.
pub(super) fn is_controlling(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok()
}

/// Returns true if the terminal hands over a line when that has ended.
pub(super) const fn has_lines(modes: &Termios) -> bool {
    modes.local_modes.contains(LocalModes::ICANON)
}

/// Returns true if what is typed is to be seen.
pub(super) const fn has_echo(modes: &Termios) -> bool {
    modes.local_modes.contains(LocalModes::ECHO)
}

/// The settings with which each byte is handed over at once and unedited, and
/// not echoed if `has_own_echo`. Ctrl-C and Ctrl-\ still send their signals, and
/// Enter is still a newline.
pub(super) fn without_lines(modes: &Termios, has_own_echo: bool) -> Termios {
    let mut modes = modes.clone();
    // `IEXTEN`: macOS would keep Ctrl-V and Ctrl-O to itself.
    modes.local_modes.remove(LocalModes::ICANON | LocalModes::IEXTEN);
    if has_own_echo {
        modes.local_modes.remove(LocalModes::ECHO);
    }
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    // It comes as a key, so that the settings can be restored before the stop.
    modes.special_codes[SpecialCodeIndex::VSUSP] = OFF;
    modes
}

/// The keys that edit, by these settings. What deletes backwards sends one of
/// two codes, and not always the one that the settings name.
pub(super) fn keys(modes: &Termios) -> Keys {
    let key = |index| Some(modes.special_codes[index]).filter(|code| *code != OFF);
    let signals = modes.local_modes.contains(LocalModes::ISIG);
    Keys {
        end: key(SpecialCodeIndex::VEOF),
        erase: [key(SpecialCodeIndex::VERASE), Some(0x08), Some(0x7f)],
        erase_word: key(SpecialCodeIndex::VWERASE),
        kill: key(SpecialCodeIndex::VKILL),
        quote: key(SpecialCodeIndex::VLNEXT),
        reprint: key(SpecialCodeIndex::VREPRINT),
        suspend: key(SpecialCodeIndex::VSUSP).filter(|_| signals),
    }
}
