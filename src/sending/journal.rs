//! What must be written down while records are put.

use crate::error::Error;
use firehose::put::{Batch, Outcome};

/// Remembers what was sent and what came of it, for instance in a ledger on
/// disk. An error stops the run: nothing more is sent, and what is under way is
/// waited for.
pub trait Journal {
    /// Called before a batch is sent; it is not sent if that fails.
    fn planned(&mut self, batch: &Batch) -> Result<(), Error>;

    /// Called after the answer to a batch, by its `id`: what came of each
    /// record, in the order of the batch. Of a batch that is still under way at
    /// the end nothing is heard any more.
    fn answered(&mut self, id: u64, outcomes: &[Outcome]) -> Result<(), Error>;
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn planned(&mut self, _: &Batch) -> Result<(), Error> {
        Ok(())
    }

    fn answered(&mut self, _: u64, _: &[Outcome]) -> Result<(), Error> {
        Ok(())
    }
}
