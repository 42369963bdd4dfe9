//! The bytes of an input, and when its writer pauses.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::error::Error;
use crate::input::Input;
use crate::panics;
use firehose::decode::Object;

/// Nothing for this long is a pause.
const PAUSE: Duration = Duration::from_millis(200);

/// Bytes of a pipe that are read at once, and how many such pieces ahead.
const PIECE: usize = 64 * 1024;
const AHEAD: usize = 4;

/// The result of one read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadOutcome {
    /// Some more.
    Bytes,
    /// Nothing for now; reported once for each pause.
    Pause,
    /// Nothing any more.
    End,
}

/// Reads an input, whatever is around it.
pub(super) enum PausingInput {
    /// A file, which never pauses.
    File(Object),
    /// A pipe or a terminal, which a thread waits for.
    Pipe {
        /// What it reads.
        pieces: Receiver<PipePiece>,
        /// The pause was reported.
        has_paused: bool,
        /// What is wrong with the compression around it.
        problems: Vec<String>,
    },
}

/// What the thread hands over.
pub(super) enum PipePiece {
    Bytes(Vec<u8>),
    Problems(Vec<String>),
    Failed(io::Error),
}

impl PausingInput {
    pub(super) fn open(input: Input) -> io::Result<Self> {
        let path = if input.name == "-" { "/dev/stdin" } else { &input.name };
        let is_piped = Path::new(path).metadata().is_ok_and(|it| !it.is_file());
        if !is_piped {
            return Ok(Self::File(Object::open(input.reader)?));
        }
        let (sender, pieces) = sync_channel(AHEAD);
        thread::spawn(move || {
            // False: the receiver is dropped.
            let send = |piece| sender.send(piece).is_ok();
            let mut object = match Object::open(input.reader) {
                Ok(object) => object,
                Err(error) => return send(PipePiece::Failed(error)),
            };
            loop {
                let mut bytes = vec![0; PIECE];
                match object.read(&mut bytes) {
                    Ok(0) => return send(PipePiece::Problems(problems(&object))),
                    Ok(count) => bytes.truncate(count),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => return send(PipePiece::Failed(error)),
                }
                if !send(PipePiece::Bytes(bytes)) {
                    return false;
                }
            }
        });
        Ok(Self::Pipe { pieces, has_paused: false, problems: Vec::new() })
    }

    pub(super) const fn is_piped(&self) -> bool {
        matches!(self, Self::Pipe { .. })
    }

    /// Reads into what is free of `buffer`, which grows if it is full.
    pub(super) fn read(
        &mut self,
        buffer: &mut Vec<u8>,
        filled: &mut usize,
    ) -> io::Result<ReadOutcome> {
        let (pieces, has_paused, problems) = match self {
            Self::File(object) => return read(object, buffer, filled),
            Self::Pipe { pieces, has_paused, problems } => (pieces, has_paused, problems),
        };
        let piece = if *has_paused {
            pieces.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            pieces.recv_timeout(PAUSE)
        };
        *has_paused = matches!(piece, Err(RecvTimeoutError::Timeout));
        match piece {
            Ok(PipePiece::Bytes(bytes)) => {
                buffer.truncate(*filled);
                buffer.extend_from_slice(&bytes);
                *filled = buffer.len();
                Ok(ReadOutcome::Bytes)
            }
            Ok(PipePiece::Problems(found)) => {
                *problems = found;
                Ok(ReadOutcome::End)
            }
            Ok(PipePiece::Failed(error)) => Err(error),
            Err(RecvTimeoutError::Timeout) => Ok(ReadOutcome::Pause),
            Err(RecvTimeoutError::Disconnected) => {
                let died = || Error::internal("the reader of the input broke down");
                Err(io::Error::other(panics::first().unwrap_or_else(died)))
            }
        }
    }

    /// What is wrong with the compression around it, once all is read.
    pub(super) fn problems(&self) -> Vec<String> {
        match self {
            Self::File(object) => problems(object),
            Self::Pipe { problems, .. } => problems.clone(),
        }
    }
}

fn read(object: &mut Object, buffer: &mut Vec<u8>, filled: &mut usize) -> io::Result<ReadOutcome> {
    if *filled == buffer.len() {
        buffer.resize(buffer.len() * 2, 0);
    }
    loop {
        match object.read(buffer.get_mut(*filled..).unwrap_or_default()) {
            Ok(0) => return Ok(ReadOutcome::End),
            Ok(count) => {
                *filled += count;
                return Ok(ReadOutcome::Bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn problems(object: &Object) -> Vec<String> {
    object.layers().into_iter().filter_map(|it| it.problem).map(|it| it.to_string()).collect()
}
