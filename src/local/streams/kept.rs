//! What is kept of a stream: its description, and its records in a journal.

use std::error::Error as _;
use std::fmt;
use std::io;

use super::hands::Hands;
use crate::error::Error;
use crate::local::faults::Faults;
use crate::local::journal::Journal;
use firehose::description::{Description, DestinationConfig};
use firehose::flow::journal::Entry;
use firehose::flow::{Effect, Flow, PutRefusal};

/// The status of a stream that takes records.
pub const ACTIVE: &str = "ACTIVE";

/// A stream with all that is kept of it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) flow: Flow,
    pub(super) description: Description,
    /// Written before anything else is done.
    pub(super) journal: Option<Journal>,
    /// Why nothing happens in it any more.
    pub(super) stopped: Option<Stopped>,
}

/// Why a stream does nothing any more.
#[derive(Debug, Clone)]
pub(super) enum Stopped {
    /// It was deleted.
    Deleted,
    /// Its journal could not be written. What followed would be done again after a
    /// restart, which knows only what is in the journal.
    NotKept(String),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleted => f.write_str("the delivery stream was deleted"),
            Self::NotKept(why) => write!(
                f,
                "the delivery stream has stopped: {why}; what was not delivered is delivered \
                 after fh local is started again"
            ),
        }
    }
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
    /// Writes these to the journal, if there is one. Where it cannot be written, the
    /// stream stops.
    pub(super) fn keep(&mut self, entries: &[Entry]) -> Result<(), String> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let written = journal.write(entries, || self.flow.oldest());
        written.map_err(|error| {
            let cause = error.source().map(|it| format!(": {it}")).unwrap_or_default();
            let why = format!("{error}{cause}");
            self.stopped = Some(Stopped::NotKept(why.clone()));
            why
        })
    }

    /// An error if nothing happens in it any more.
    pub(super) fn check_runs(&self) -> Result<(), PutError> {
        let Some(stopped) = &self.stopped else { return Ok(()) };
        Err(PutError::Io(io::Error::other(stopped.to_string())))
    }

    /// An error if producers may not put records into it.
    pub(super) fn check_takes_records(&self, faults: &Faults) -> Result<(), PutError> {
        let status = self.description.status.as_deref().unwrap_or_default();
        if status != ACTIVE {
            return Err(PutError::NotActive(status.to_owned()));
        }
        match self.description.stream_key().filter(|_| faults.is_key_disabled()) {
            Some(key) => Err(PutError::KeyDisabled(key.to_owned())),
            None => Ok(()),
        }
    }

    /// True if objects, or those of the source backup, are encrypted with a key of KMS.
    pub(super) fn has_key(&self, is_backup: bool) -> bool {
        let config = self.description.destination().map(|it| &it.config);
        let key =
            if is_backup { DestinationConfig::backup_key } else { DestinationConfig::object_key };
        config.and_then(key).is_some()
    }

    /// Takes this description after it is kept, if anything is kept.
    pub(super) fn describe(
        &mut self,
        description: Description,
        name: &str,
        hands: &Hands,
    ) -> Result<(), SetupError> {
        if let Some(saved) = &hands.saved {
            saved.save_stream(name, &description).map_err(|error| {
                let name = format!("the delivery stream `{name}`");
                SetupError::NotKept(Error::unwritable(&name, error))
            })?;
        }
        self.description = description;
        Ok(())
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

/// Why records were not taken.
#[derive(Debug)]
pub enum PutError {
    /// They are not what Firehose takes.
    Refused(PutRefusal),
    /// Only CloudWatch Logs may put into a stream that decompresses.
    LogsOnly,
    /// The stream has this status.
    NotActive(String),
    /// This key, with which the stream is encrypted, is disabled.
    KeyDisabled(String),
    /// They could not be kept.
    Io(io::Error),
}

impl fmt::Display for PutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => why.fmt(f),
            Self::LogsOnly => f.write_str(
                "Only requests from CloudWatch Logs are supported when CloudWatch Logs \
                 decompression is enabled.",
            ),
            Self::NotActive(status) => {
                write!(f, "The Firehose stream is not ACTIVE; its status is {status}.")
            }
            Self::KeyDisabled(key) => write!(f, "{key} is disabled."),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PutError {}
