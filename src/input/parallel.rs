//! Works on blocks with several threads and keeps their order.
//!
//! One thread reads, block `i` goes to worker `i mod n`, the caller takes the
//! pieces of each worker in turn. Every channel holds a piece or two, so memory
//! is bounded by construction, however fast the reader and however slow the
//! writer.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::blocks::{Block, BlockEvent, Blocks};

/// What a worker does with a block; `emit` takes the pieces it makes.
pub trait Work: Send {
    /// Something made of a block, or of a part of it.
    type Piece: Send;

    /// Works on one block.
    fn work(&mut self, block: &Block, emit: &mut dyn FnMut(Self::Piece));
}

/// What the caller of [`run`] gets, in the order of the input.
#[derive(Debug)]
pub enum Step<P> {
    /// A piece of work.
    Piece(P),
    /// What the reader found that is not a block.
    Event(BlockEvent),
}

/// Runs `blocks` through `worker` on this thread until `take` returns false.
pub fn run_here<W: Work>(
    mut blocks: Blocks,
    worker: &mut W,
    take: &mut dyn FnMut(Step<W::Piece>) -> bool,
) {
    let mut buffer = Vec::new();
    let mut going = true;
    while going {
        match blocks.next(std::mem::take(&mut buffer)) {
            Some(BlockEvent::Block(block)) => {
                worker.work(&block, &mut |piece| {
                    going = going && take(Step::Piece(piece));
                });
                buffer = block.into_buffer();
            }
            Some(event) => going = take(Step::Event(event)),
            None => return,
        }
    }
}

/// Runs `blocks` through `workers`, a thread each, until `take` returns false.
pub fn run<W: Work>(blocks: Blocks, workers: Vec<W>, take: &mut dyn FnMut(Step<W::Piece>) -> bool) {
    let count = workers.len();
    thread::scope(|scope| {
        let (spare, spares) = sync_channel(count * 4);
        let mut inboxes = Vec::new();
        let mut outboxes = Vec::new();
        for worker in workers {
            let (inbox, jobs) = sync_channel(1);
            let (pieces, outbox) = sync_channel(2);
            inboxes.push(inbox);
            outboxes.push(outbox);
            let spare = spare.clone();
            scope.spawn(move || serve(worker, &jobs, &pieces, &spare));
        }
        drop(spare);
        scope.spawn(move || deal(blocks, &inboxes, &spares));
        // Dropping the outboxes when this returns ends all the threads.
        collect(&outboxes, take);
        drop(outboxes);
    });
}

enum WorkerJob {
    Block(Block),
    Event(BlockEvent),
}

/// `None` ends what was made of one job.
type Made<P> = Option<Step<P>>;

fn deal(mut blocks: Blocks, inboxes: &[SyncSender<WorkerJob>], spares: &Receiver<Vec<u8>>) {
    for inbox in inboxes.iter().cycle() {
        let job = match blocks.next(spares.try_recv().unwrap_or_default()) {
            Some(BlockEvent::Block(block)) => WorkerJob::Block(block),
            Some(event) => WorkerJob::Event(event),
            None => return,
        };
        if inbox.send(job).is_err() {
            return;
        }
    }
}

fn serve<W: Work>(
    mut worker: W,
    jobs: &Receiver<WorkerJob>,
    pieces: &SyncSender<Made<W::Piece>>,
    spare: &SyncSender<Vec<u8>>,
) {
    while let Ok(job) = jobs.recv() {
        let mut listening = true;
        match job {
            WorkerJob::Block(block) => {
                worker.work(&block, &mut |piece| {
                    listening = listening && pieces.send(Some(Step::Piece(piece))).is_ok();
                });
                // A full pool of spares drops the buffer, which is right too.
                let _unused = spare.try_send(block.into_buffer());
            }
            WorkerJob::Event(event) => listening = pieces.send(Some(Step::Event(event))).is_ok(),
        }
        if !listening || pieces.send(None).is_err() {
            return;
        }
    }
}

fn collect<P>(outboxes: &[Receiver<Made<P>>], take: &mut dyn FnMut(Step<P>) -> bool) {
    for outbox in outboxes.iter().cycle() {
        loop {
            match outbox.recv() {
                Ok(Some(step)) => {
                    if !take(step) {
                        return;
                    }
                }
                Ok(None) => break,
                // The reader has no more: the next in turn got nothing either.
                Err(_) => return,
            }
        }
    }
}
