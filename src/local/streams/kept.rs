//! What is kept of a stream: its description, and its records in a journal.

use std::io;

use super::{Hands, PutError};
use crate::error::Error;
use crate::local::journal::Journal;
use firehose::description::Description;
use firehose::flow::journal::Entry;
use firehose::flow::{Effect, Flow};

/// A stream with all that is kept of it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) flow: Flow,
    pub(super) description: Description,
    /// Written before anything else is done.
    pub(super) journal: Option<Journal>,
}

/// Why a stream cannot be run.
#[derive(Debug)]
pub enum SetupError {
    /// It wants what is not done here.
    Refused(firehose::flow::Refusal),
    /// Its records or its description cannot be kept.
    NotKept(Error),
}

impl From<firehose::flow::Refusal> for SetupError {
    fn from(refusal: firehose::flow::Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl State {
    /// Writes these to the journal, if there is one.
    pub(super) fn keep(&mut self, entries: &[Entry]) -> Result<(), PutError> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let written = journal.write(entries, || self.flow.oldest());
        written.map_err(|error| PutError::Io(io::Error::other(error.to_string())))
    }

    /// Keeps the description, if anything is kept.
    pub(super) fn save(&self, name: &str, hands: &Hands) -> Result<(), SetupError> {
        let Some(saved) = &hands.saved else { return Ok(()) };
        saved.save_stream(name, &self.description).map_err(|error| {
            SetupError::NotKept(Error::unwritable(&format!("the delivery stream `{name}`"), error))
        })
    }
}

/// Entries of the journal, and what comes after them.
pub(super) fn split(effects: Vec<Effect>) -> (Vec<Entry>, Vec<Effect>) {
    let mut entries = Vec::new();
    let mut others = Vec::with_capacity(effects.len());
    for effect in effects {
        match effect {
            Effect::Journal(entry) => entries.push(entry),
            other => others.push(other),
        }
    }
    (entries, others)
}
