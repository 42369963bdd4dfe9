//! Blocks that are waited for no longer once the user says stop.
//!
//! A read may wait for ever: for a pipe, for a terminal, for S3. It is done on a
//! thread of its own, one block at a time, so that nothing is read ahead of whoever
//! asks; from S3, some blocks ahead, so that two threads work at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::blocks::{BlockEvent, Blocks};
use super::parallel::MAX_SPARE;
use crate::aws::block_on;
use crate::error::Error;
use crate::panics;
use crate::signals::{self, Signals};

/// Lots that are read ahead of whoever asks.
const AHEAD: usize = 4;

/// The most that is handed over at a time, where nothing of it had to be waited for.
/// To wake a thread takes as long as to read a small object.
const MOST_EVENTS: usize = 32;

/// Bytes of blocks after which a lot is handed over.
const MOST_BYTES: usize = 64 * 1024;

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

/// What is handed over at a time.
enum Lot {
    Events(Vec<BlockEvent>),
    End,
    Interrupted,
}

/// The blocks of some inputs, and the signals that end a run.
pub(crate) struct InterruptibleBlocks {
    /// Asks for a lot; with buffers to be used again.
    requests: Sender<Vec<Vec<u8>>>,
    lots: Receiver<Lot>,
    lot: std::vec::IntoIter<BlockEvent>,
    buffers: Vec<Vec<u8>>,
}

impl InterruptibleBlocks {
    /// From now on a signal ends no more than the reading; a second one ends the
    /// process.
    pub(crate) fn start(blocks: Blocks) -> Result<Self, Error> {
        let (requests, requested) = channel::<Vec<Vec<u8>>>();
        let is_ahead = blocks.may_be_read_ahead();
        for _ in 0..if is_ahead { AHEAD } else { 0 } {
            let _listens_later = requests.send(Vec::new());
        }
        let (sender, lots) = channel();
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
                let is_read = on_signal.send(Lot::Interrupted).is_ok();
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
            read(blocks, is_ahead, &requested, &end.0);
        })
        .map_err(no_thread)?;
        Ok(Self { requests, lots, lot: Vec::new().into_iter(), buffers: Vec::new() })
    }

    /// Waits for what comes next; `buffer` is used for a block.
    pub(crate) fn next(&mut self, buffer: Vec<u8>) -> Awaited {
        if (1..=MAX_SPARE).contains(&buffer.capacity()) {
            self.buffers.push(buffer);
        }
        if let Some(event) = self.lot.next() {
            return Awaited::Event(event);
        }
        if self.requests.send(std::mem::take(&mut self.buffers)).is_err() {
            return end();
        }
        match self.lots.recv() {
            Ok(Lot::Events(events)) => {
                self.lot = events.into_iter();
                self.lot.next().map_or_else(end, Awaited::Event)
            }
            Ok(Lot::Interrupted) => Awaited::Interrupted,
            Ok(Lot::End) | Err(_) => end(),
        }
    }

    /// True if what comes next has not to be waited for.
    pub(crate) fn is_next_here(&self) -> bool {
        !self.lot.as_slice().is_empty()
    }
}

/// Reads a lot for each request, until nobody asks or nothing is left.
fn read(
    mut blocks: Blocks,
    is_ahead: bool,
    requested: &Receiver<Vec<Vec<u8>>>,
    lots: &Sender<Lot>,
) {
    let mut spares = Vec::new();
    while let Ok(buffers) = requested.recv() {
        spares.extend(buffers);
        let (mut events, mut bytes) = (Vec::new(), 0);
        let mut has_more = true;
        while has_more {
            let Some(event) = blocks.next(spares.pop().unwrap_or_default()) else { break };
            if let BlockEvent::Block(block) = &event {
                bytes += block.bytes().len();
            }
            events.push(event);
            has_more = is_ahead
                && events.len() < MOST_EVENTS
                && bytes < MOST_BYTES
                && blocks.is_next_here();
        }
        let lot = if events.is_empty() { Lot::End } else { Lot::Events(events) };
        if lots.send(lot).is_err() {
            return;
        }
    }
}

/// The end of a thread that died is not that of the inputs.
fn end() -> Awaited {
    panics::first().map_or(Awaited::End, |error| Awaited::Event(BlockEvent::Failed(error)))
}

/// Wakes whoever waits when the thread ends, however it does.
struct EndOfThread(Sender<Lot>);

impl Drop for EndOfThread {
    fn drop(&mut self) {
        let _gone = self.0.send(Lot::End);
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}
