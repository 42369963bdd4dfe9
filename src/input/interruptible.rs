//! Blocks that are waited for no longer once the user says stop.
//!
//! A read may wait for ever: for a pipe, for a terminal, for S3. It is done on a
//! thread of its own, one block at a time, so that nothing is read ahead of whoever
//! asks; from S3, a few blocks ahead, so that two threads work at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::blocks::{BlockEvent, Blocks};
use crate::aws::block_on;
use crate::error::Error;
use crate::panics;
use crate::signals::{self, Signals};

/// Blocks that are read ahead of whoever asks, and their buffers.
const AHEAD: usize = 16;

/// How many readings there have been: the last of them takes the signals.
static READINGS: AtomicUsize = AtomicUsize::new(0);

/// What comes next.
pub(crate) enum Awaited {
    /// This came of the inputs.
    Event(BlockEvent),
    /// The inputs have ended.
    End,
    /// Ctrl-C, `kill`, or a terminal that was closed.
    Interrupted,
}

/// The blocks of some inputs, and the signals that end a run.
pub(crate) struct InterruptibleBlocks {
    buffers: Sender<Vec<u8>>,
    awaited: Receiver<Awaited>,
}

impl InterruptibleBlocks {
    /// From now on a signal ends no more than the reading; a second one ends the
    /// process.
    pub(crate) fn start(mut blocks: Blocks) -> Result<Self, Error> {
        let (buffers, requests) = channel::<Vec<u8>>();
        let ahead = if blocks.may_be_read_ahead() { AHEAD } else { 0 };
        for _ in 0..ahead {
            let _listens_later = buffers.send(Vec::new());
        }
        let (sender, awaited) = channel();
        let on_signal = sender.clone();
        let no_thread = |error| Error::internal(format!("no thread: {error}"));
        let (is_listening, listening) = channel::<()>();
        let number = READINGS.fetch_add(1, Ordering::SeqCst) + 1;
        spawn("signals", move || {
            // Without signals, each ends the process as it always does.
            let _ended: Result<(), Error> = block_on(async {
                let mut signals = Signals::listen()?;
                drop(is_listening);
                signals.next().await;
                let is_read = on_signal.send(Awaited::Interrupted).is_ok();
                if !is_read && READINGS.load(Ordering::SeqCst) != number {
                    return Ok(());
                }
                if is_read {
                    signals.next().await;
                }
                loop {
                    signals::end_now();
                    signals.next().await;
                }
            });
        })
        .map_err(no_thread)?;
        // Dropped once a signal does not end the process any more.
        let _dropped = listening.recv();
        spawn("input", move || {
            let end = EndOfThread(sender);
            while let Ok(buffer) = requests.recv() {
                let next = blocks.next(buffer).map_or(Awaited::End, Awaited::Event);
                if end.0.send(next).is_err() {
                    return;
                }
            }
        })
        .map_err(no_thread)?;
        Ok(Self { buffers, awaited })
    }

    /// Waits for what comes next; `buffer` is used for the block.
    pub(crate) fn next(&self, buffer: Vec<u8>) -> Awaited {
        if self.buffers.send(buffer).is_err() {
            return end();
        }
        match self.awaited.recv() {
            Ok(Awaited::End) | Err(_) => end(),
            Ok(awaited) => awaited,
        }
    }
}

/// The end of a thread that died is not that of the inputs.
fn end() -> Awaited {
    panics::first().map_or(Awaited::End, |error| Awaited::Event(BlockEvent::Failed(error)))
}

/// Wakes whoever waits when the thread ends, however it does.
struct EndOfThread(Sender<Awaited>);

impl Drop for EndOfThread {
    fn drop(&mut self) {
        let _gone = self.0.send(Awaited::End);
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}
