//! Reads the terminal: keys in, lines out.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd as _;

use rustix::io::ioctl_fionread;

use super::editor::Event;
use super::{lock, release, suspend, take};

/// Bytes that are read at once where all of them are ours: of a line that can
/// only be a paste, or of one that the terminal itself has edited.
const CHUNK: usize = 4096;

/// The lines that are typed or pasted at a terminal, each once it has ended.
pub struct TerminalReader {
    file: File,
    ready: Vec<u8>,
    /// Bytes of `ready` that were read.
    at: usize,
    has_ended: bool,
}

impl TerminalReader {
    /// Takes the terminal `file`.
    pub fn open(file: File) -> io::Result<Self> {
        take(&file)?;
        Ok(Self { file, ready: Vec::new(), at: 0, has_ended: false })
    }

    /// Waits for a key, and handles all that were pressed.
    fn fill(&mut self) -> io::Result<()> {
        let bytes = self.keys()?;
        let is_gone = bytes.is_empty();
        let mut is_suspended = false;
        {
            let mut state = lock();
            let Some(terminal) = &mut state.terminal else {
                // It was opened after the end of the run.
                self.has_ended = true;
                return Ok(());
            };
            if is_gone {
                self.ready.append(&mut terminal.editor.take_line());
                self.has_ended = true;
            }
            let mut bytes = bytes.into_iter();
            for byte in bytes.by_ref() {
                match terminal.editor.push(byte) {
                    Some(Event::Text(mut text)) => self.ready.append(&mut text),
                    Some(Event::End) => self.has_ended = true,
                    Some(Event::Suspend) => is_suspended = true,
                    None => continue,
                }
                if self.has_ended || is_suspended {
                    break;
                }
            }
            terminal.unread = bytes.collect();
            terminal.echo();
        }
        if self.has_ended {
            release();
        }
        if is_suspended {
            suspend();
        }
        Ok(())
    }

    /// Reads keys; none if the terminal is gone, or reports the end of its own
    /// lines. It waits without the lock, which restoring the settings needs.
    fn keys(&self) -> io::Result<Vec<u8>> {
        let (unread, keys, is_one_by_one) = match &mut lock().terminal {
            Some(it) => {
                let is_one_by_one = it.saved.is_some() && !it.editor.is_long();
                (std::mem::take(&mut it.unread), it.editor.keys(), is_one_by_one)
            }
            None => Default::default(),
        };
        if !unread.is_empty() {
            return Ok(unread);
        }
        if !is_one_by_one {
            let mut chunk = [0; CHUNK];
            let count = read(&self.file, &mut chunk)?;
            return Ok(chunk.get(..count).unwrap_or_default().to_vec());
        }
        // Keys after Ctrl-D are for the shell.
        let mut bytes = Vec::new();
        let mut waiting = 1;
        while waiting > 0 {
            let mut byte = [0];
            if read(&self.file, &mut byte)? == 0 {
                break;
            }
            bytes.extend(byte);
            waiting -= 1;
            let [byte] = byte;
            if keys.may_end(byte) {
                break;
            }
            if bytes.len() == 1 {
                waiting = ioctl_fionread(self.file.as_fd()).unwrap_or(0).min(CHUNK as u64);
            }
        }
        Ok(bytes)
    }
}

fn read(mut file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Read for TerminalReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            if self.has_ended || out.is_empty() {
                return Ok(0);
            }
            self.ready.clear();
            self.at = 0;
            self.fill()?;
        }
        let count = self.ready.get(self.at..).unwrap_or_default().read(out)?;
        self.at += count;
        Ok(count)
    }
}

impl Drop for TerminalReader {
    fn drop(&mut self) {
        release();
    }
}
