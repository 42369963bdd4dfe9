//! How things look: the only room that writes to standard output.

pub mod activity;
mod changes;
mod chart;
pub mod check;
pub mod decoded;
pub mod doctor;
mod expected_failure;
pub mod explain;
pub mod failures;
mod format;
pub mod invocation;
mod json;
pub mod left_out;
pub mod logs;
mod page;
mod pipeline;
mod record;
pub mod redrive;
mod report;
pub mod samples;
mod screen;
pub mod sent;
pub mod status;
mod table;
pub mod trace;
mod visible;

pub use format::{FollowFormat, LogFormat, OutputFormat, ReportFormat};
pub use report::{Document, Report, show, show_action};
pub use screen::Screen;

use std::io::{self, Write as _};

#[cfg(unix)]
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::{Error, ErrorKind};

/// Standard output, without a buffer of its own: views hand over large pieces.
#[derive(Debug, Default)]
pub struct Output(());

impl Output {
    /// Writes `bytes` as they are and sees them out.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut stdout = Unbuffered(io::stdout());
        stdout.write_all(bytes).map_err(|error| Error::unwritable("standard output", error))
    }

    /// Fails if the reader has closed the output, which a command that waits for something
    /// to write would not see.
    #[cfg(unix)]
    pub fn check(&self) -> Result<(), Error> {
        let stdout = io::stdout();
        let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
        let is_told = poll(&mut watched, Some(&Timespec::default())).is_ok_and(|count| count > 0);
        let gone = PollFlags::ERR | PollFlags::HUP;
        if is_told && watched.iter().any(|it| it.revents().intersects(gone)) {
            let error = io::ErrorKind::BrokenPipe.into();
            return Err(Error::unwritable("standard output", error));
        }
        Ok(())
    }

    /// Windows tells at the next write only.
    #[cfg(not(unix))]
    pub const fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl Output {
    /// Writes a report on what was done: who does not read it misses the
    /// report, and what was done stays as it is.
    pub fn report(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}

/// Hands large writes to the standard library's lock in one piece; it passes
/// anything longer than its own buffer through.
struct Unbuffered(io::Stdout);

impl io::Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lock = self.0.lock();
        lock.write_all(bytes)?;
        lock.flush()?;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}
