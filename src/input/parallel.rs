//! Works on blocks with several threads and keeps their order.
//!
//! One thread reads, each worker gets a turn at a time: a block, or all blocks of some
//! inputs. The caller takes the pieces of each turn in the order of the turns. Every
//! channel is bounded, so memory is too, however fast the reader and however slow the
//! writer.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::blocks::{Block, BlockEvent};

/// What a worker does with a block; `emit` takes the pieces it makes.
pub trait Work: Send {
    /// Something made of a block, or of a part of it.
    type Piece: Send;

    /// Works on one block.
    fn work(&mut self, block: &Block, emit: &mut dyn FnMut(Self::Piece));

    /// Sees what is not a block before the caller of [`run`] does.
    fn event(&mut self, _event: &BlockEvent, _emit: &mut dyn FnMut(Self::Piece)) {}
}

/// Bytes of a buffer that is used again.
pub(super) const MAX_SPARE: usize = 1024 * 1024;

/// Blocks of this many bytes are handed over at once; what is smaller goes with what
/// comes after it in its turn. To wake a thread costs more than to work on a small object.
const LARGE: usize = 64 * 1024;

/// The most that is handed over together: each block has a buffer of its own.
const MOST_EVENTS: usize = 16;

/// Inputs of a turn.
const MOST_INPUTS: usize = 8;

/// What the caller of [`run`] gets, in the order of the input.
#[derive(Debug)]
pub enum Step<P> {
    /// A piece of work.
    Piece(P),
    /// What the reader found that is not a block.
    Event(BlockEvent),
}

/// What was read.
#[derive(Debug)]
pub struct Read {
    /// A block, or what was found that is none.
    pub event: BlockEvent,
    /// What comes next has been read, too.
    pub has_more: bool,
}

/// What one worker gets before it is the turn of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// One block.
    Block,
    /// All blocks of an input, for work that depends on what came before in it; of several
    /// small ones. Which they are depends on nothing but the inputs.
    Inputs,
}

impl Turn {
    /// Handovers that wait for a worker, and for who takes what it made: inputs may be as
    /// small as a line.
    const fn queue(self) -> usize {
        match self {
            Self::Block => 1,
            Self::Inputs => 2,
        }
    }

    /// Pieces that are handed over together.
    const fn most_pieces(self) -> usize {
        match self {
            Self::Block => 2,
            Self::Inputs => MOST_EVENTS,
        }
    }
}

/// How much of a turn has been read.
#[derive(Default)]
struct Progress {
    inputs: usize,
    bytes: usize,
}

impl Progress {
    /// Counts what was read; true if the turn ends with it.
    fn ends_with(&mut self, event: &BlockEvent, turn: Turn) -> bool {
        match event {
            // It comes when it comes, and ends nothing.
            BlockEvent::Notice(_) => return turn == Turn::Block,
            BlockEvent::Block(block) => self.bytes += block.bytes().len(),
            BlockEvent::TooLarge { .. } => self.bytes += LARGE,
            // Whatever else comes ends an input, or comes between two.
            _ => self.inputs += 1,
        }
        let is_between = !matches!(event, BlockEvent::Block(_) | BlockEvent::TooLarge { .. });
        turn == Turn::Block || is_between && (self.inputs >= MOST_INPUTS || self.bytes >= LARGE)
    }
}

/// Runs what `next` reads through `worker` on this thread until `take` returns false;
/// `next` gets a buffer for the next block.
pub fn run_here<W: Work>(
    mut next: impl FnMut(Vec<u8>) -> Option<BlockEvent>,
    worker: &mut W,
    take: &mut dyn FnMut(Step<W::Piece>) -> bool,
) {
    let mut buffer = Vec::new();
    let mut going = true;
    while going {
        let Some(event) = next(std::mem::take(&mut buffer)) else { return };
        let mut emit = |piece| going = going && take(Step::Piece(piece));
        if let BlockEvent::Block(block) = event {
            worker.work(&block, &mut emit);
            buffer = block.into_buffer();
        } else {
            worker.event(&event, &mut emit);
            going = going && take(Step::Event(event));
        }
    }
}

/// Runs what `next` reads through `workers`, a thread each, until `take` returns false,
/// and returns them.
pub fn run<W: Work>(
    next: impl FnMut(Vec<u8>) -> Option<Read> + Send,
    workers: Vec<W>,
    turn: Turn,
    take: &mut dyn FnMut(Step<W::Piece>) -> bool,
) -> Vec<W> {
    let count = workers.len();
    thread::scope(|scope| {
        let (spare, spares) = sync_channel(count * 4);
        let (mut inboxes, mut outboxes, mut threads) = (Vec::new(), Vec::new(), Vec::new());
        for worker in workers {
            let (inbox, jobs) = sync_channel(turn.queue());
            let (pieces, outbox) = sync_channel(turn.queue());
            inboxes.push(inbox);
            outboxes.push(outbox);
            let spare = spare.clone();
            threads.push(scope.spawn(move || serve(worker, turn, &jobs, &pieces, &spare)));
        }
        drop(spare);
        scope.spawn(move || deal(next, turn, &inboxes, &spares));
        // Dropping the outboxes when this returns ends all the threads.
        collect(&outboxes, take);
        drop(outboxes);
        // What one that died has made is not whole: whoever waits for it dies too.
        let worker = |panic| std::panic::resume_unwind(panic);
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(worker)).collect()
    })
}

/// What a worker gets at a time.
struct Jobs {
    events: Vec<BlockEvent>,
    ends_turn: bool,
}

/// What comes of it, in its order.
struct Made<P> {
    steps: Vec<Step<P>>,
    ends_turn: bool,
}

fn deal(
    mut next: impl FnMut(Vec<u8>) -> Option<Read>,
    turn: Turn,
    inboxes: &[SyncSender<Jobs>],
    spares: &Receiver<Vec<u8>>,
) {
    for inbox in inboxes.iter().cycle() {
        let (mut events, mut ends_turn) = (Vec::new(), false);
        let (mut progress, mut bytes) = (Progress::default(), 0);
        while !ends_turn {
            let Some(Read { event, has_more }) = next(spares.try_recv().unwrap_or_default()) else {
                // Without an end of its input, a block before it is worked on all the same.
                let _last = inbox.send(Jobs { events, ends_turn });
                return;
            };
            ends_turn = progress.ends_with(&event, turn);
            if let BlockEvent::Block(block) = &event {
                bytes += block.room();
            }
            events.push(event);
            if ends_turn || !has_more || bytes >= LARGE || events.len() >= MOST_EVENTS {
                let events = std::mem::take(&mut events);
                bytes = 0;
                if inbox.send(Jobs { events, ends_turn }).is_err() {
                    return;
                }
            }
        }
    }
}

fn serve<W: Work>(
    mut worker: W,
    turn: Turn,
    jobs: &Receiver<Jobs>,
    pieces: &SyncSender<Made<W::Piece>>,
    spare: &SyncSender<Vec<u8>>,
) -> W {
    let most = turn.most_pieces();
    let mut outlet = Outlet { pieces, most, steps: Vec::new(), is_open: true };
    while outlet.is_open
        && let Ok(Jobs { events, ends_turn }) = jobs.recv()
    {
        let mut events = events.into_iter();
        while outlet.is_open
            && let Some(event) = events.next()
        {
            if let BlockEvent::Block(block) = event {
                worker.work(&block, &mut |piece| outlet.add(Step::Piece(piece)));
                let buffer = block.into_buffer();
                // Those of large records are not kept, nor those past a full pool.
                if buffer.capacity() <= MAX_SPARE {
                    let _unused = spare.try_send(buffer);
                }
            } else {
                worker.event(&event, &mut |piece| outlet.add(Step::Piece(piece)));
                outlet.add(Step::Event(event));
            }
        }
        outlet.send(ends_turn);
    }
    worker
}

/// Where a worker hands over what it makes, until nobody takes it any more.
struct Outlet<'a, P> {
    pieces: &'a SyncSender<Made<P>>,
    most: usize,
    steps: Vec<Step<P>>,
    is_open: bool,
}

impl<P> Outlet<'_, P> {
    fn add(&mut self, step: Step<P>) {
        if self.steps.len() >= self.most {
            self.send(false);
        }
        self.steps.push(step);
    }

    fn send(&mut self, ends_turn: bool) {
        let steps = std::mem::take(&mut self.steps);
        self.is_open = self.is_open && self.pieces.send(Made { steps, ends_turn }).is_ok();
    }
}

fn collect<P>(outboxes: &[Receiver<Made<P>>], take: &mut dyn FnMut(Step<P>) -> bool) {
    for outbox in outboxes.iter().cycle() {
        loop {
            // The reader has no more: the next in turn got nothing either.
            let Ok(made) = outbox.recv() else { return };
            for step in made.steps {
                if !take(step) {
                    return;
                }
            }
            if made.ends_turn {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::blocks::Blocks;
    use crate::input::{Inputs, Source};
    use firehose::framing::InputFormat;

    /// Numbers the blocks of an input, which only who gets all of them can.
    #[derive(Default)]
    struct Numbers(u64);

    impl Work for Numbers {
        type Piece = (String, u64);

        fn work(&mut self, block: &Block, emit: &mut dyn FnMut(Self::Piece)) {
            self.0 = if block.first { 1 } else { self.0 + 1 };
            emit((block.input.name.clone(), self.0));
        }
    }

    #[test]
    fn all_blocks_of_an_input_are_the_turn_of_one_worker() {
        let folder = tempfile::tempdir().unwrap();
        for (at, lines) in [0, 90_000, 1, 30_000, 0, 60_000, 1].into_iter().enumerate() {
            std::fs::write(folder.path().join(at.to_string()), "a line\n".repeat(lines)).unwrap();
        }
        let seen = |workers: usize, mut has_more: Box<dyn FnMut() -> bool + Send>| {
            let inputs = Inputs::new(&[Source::Path(folder.path().to_owned())]);
            let mut blocks = Blocks::new(inputs, InputFormat::Auto, 0);
            let workers = (0..workers).map(|_| Numbers::default()).collect();
            let (mut pieces, mut ends) = (Vec::new(), 0);
            let next = |buffer| Some(Read { event: blocks.next(buffer)?, has_more: has_more() });
            let workers = run(next, workers, Turn::Inputs, &mut |step| {
                match step {
                    Step::Piece(piece) => pieces.push(piece),
                    Step::Event(_) => ends += 1,
                }
                true
            });
            assert_eq!(ends, 7);
            (pieces, workers.len())
        };
        let (expected, _) = seen(1, Box::new(|| false));
        assert!(expected.iter().any(|(_, number)| *number == 3), "{expected:?}");
        for workers in 2..5 {
            // However much is read at a time, the same comes of it.
            let mut count = 0;
            let some = move || {
                count += 1;
                count % 3 > 0
            };
            assert_eq!(seen(workers, Box::new(some)), (expected.clone(), workers));
            assert_eq!(seen(workers, Box::new(|| true)), (expected.clone(), workers));
        }
    }
}
