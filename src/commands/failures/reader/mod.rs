//! Reads failure records, in every shape and compression. What cannot be read
//! is reported with its place, and the rest is read.

mod estimate;
mod piece;
mod records;
mod sink;
mod watch;

use std::iter;
use std::sync::{Arc, Mutex};

use super::tally::Tally;
use crate::context::{Context, ProgressBar};
use crate::error::Error;
use crate::input::blocks::{BlockEvent, Blocks};
use crate::input::filter::Filter;
use crate::input::interruptible::{Awaited, InterruptibleBlocks};
use crate::input::parallel::{self, Read, Turn};
use crate::input::{Extractor, Saver};
use crate::redrive::put_back::{KnownRuns, PutBackReader};
use records::RecordReader;
pub(super) use sink::Sink;
use watch::Watch;

/// Threads that read records: with more, fetching is what takes the time. It is the same
/// on every machine, and so is what is grouped where: past the most groups and messages
/// that are kept, that depends on who reads what.
const THREADS: usize = 4;

pub(super) struct Reader<'a> {
    records: RecordReader,
    watch: Watch<'a>,
}

/// What came of all inputs.
pub(super) struct Found {
    pub(super) sink: Sink,
    pub(super) tally: Tally,
    /// Why nothing more came.
    pub(super) failed: Option<Error>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        context: &'a Context,
        filter: Filter,
        sink: Sink,
        blocks: &Blocks,
        limit: Option<u64>,
    ) -> Self {
        let records = RecordReader::new(filter, limit, sink);
        Self { records, watch: Watch::new(context, blocks) }
    }

    /// Writes the payloads of the records that are wanted.
    pub(super) fn extract_to(&mut self, extractor: Option<Extractor>) {
        self.records.extractor = extractor;
    }

    /// Counts the records that were put back before.
    pub(super) fn look_up(&mut self, runs: Option<Arc<KnownRuns>>) {
        self.records.put_back = runs.map(PutBackReader::new);
    }

    /// Shows how much is left of `total` bytes, where that is known.
    pub(super) fn expect(&mut self, total: Option<u64>) {
        let streams = matches!(self.records.sink, Sink::Records(_));
        let context = self.watch.context;
        self.watch.progress =
            ProgressBar::of_bytes(context, total).unless(streams && context.terminal.is_terminal);
    }

    /// Says how to split the work up, if it takes long.
    pub(super) fn advise(&mut self, may_advise: bool) {
        self.watch.may_advise = may_advise;
    }

    /// Says nothing of what is wrong.
    pub(super) fn be_silent(&mut self, is_silent: bool) {
        self.watch.is_silent = is_silent;
    }

    /// Keeps the objects with records that are wanted.
    pub(super) fn save_to(&mut self, saver: Option<Arc<Mutex<Saver>>>) {
        self.watch.saver = saver;
    }

    /// Says that there is no end to wait for.
    pub(super) fn follow(&mut self, follows: bool) {
        self.watch.follows = follows;
    }

    /// Reads all of it, or up to the limit, and writes what is to be shown.
    pub(super) fn read(self, blocks: Blocks) -> Result<Found, Error> {
        let others = self.others(&blocks);
        let Self { mut records, mut watch } = self;
        let mut blocks = InterruptibleBlocks::start(blocks)?;
        let mut is_over = false;
        let mut next = move |buffer| {
            // What would come after is not waited for.
            if is_over {
                return None;
            }
            let event = match blocks.next(buffer) {
                Awaited::Event(event) => event,
                Awaited::End => return None,
                Awaited::Interrupted => BlockEvent::Failed(Error::interrupted()),
            };
            is_over = matches!(event, BlockEvent::Failed(_));
            Some(Read { event, has_more: blocks.is_next_here() })
        };
        if others.is_empty() {
            parallel::run_here(|buffer| Some(next(buffer)?.event), &mut records, &mut |step| {
                watch.take(step)
            });
        } else {
            let workers = iter::once(records).chain(others).collect();
            let workers = parallel::run(next, workers, Turn::Inputs, &mut |step| watch.take(step));
            let merged = workers.into_iter().reduce(RecordReader::merged);
            records = merged.ok_or_else(|| Error::internal("all threads ended"))?;
        }
        let (mut tally, failed) = watch.finish()?;
        let sink = records.finish(failed.is_none(), &mut tally)?;
        Ok(Found { sink, tally, failed })
    }

    /// Readers for more threads, which are of use where S3 has many objects.
    fn others(&self, blocks: &Blocks) -> Vec<RecordReader> {
        if self.watch.follows || !blocks.may_be_read_ahead() {
            return Vec::new();
        }
        iter::repeat_with(|| self.records.like()).take(THREADS - 1).flatten().collect()
    }
}
