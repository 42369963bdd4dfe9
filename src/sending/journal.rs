//! What must be written down while records are put.

use crate::error::Error;
use firehose::put::{Batch, RecordOutcome};

/// Remembers what was sent and what came of it, for instance in a ledger on
/// disk. An error stops the run: nothing more is sent, and what is under way is
/// waited for.
pub trait Journal {
    /// Called before a batch is sent; it is not sent if that fails.
    fn planned(&mut self, batch: &Batch) -> Result<(), Error>;

    /// Called after the answer to a batch, by its `id`: the outcome of each
    /// record, in the order of the batch. Not called for a batch that is still
    /// under way at the end.
    fn answered(&mut self, id: u64, outcomes: &[RecordOutcome]) -> Result<(), Error>;
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn planned(&mut self, _: &Batch) -> Result<(), Error> {
        Ok(())
    }

    fn answered(&mut self, _: u64, _: &[RecordOutcome]) -> Result<(), Error> {
        Ok(())
    }
}
