//! Sends what the survey has promised, and reports.

use std::sync::Arc;
use std::time::Duration;

use super::Redrive;
use super::book::{Book, Shared};
use super::objects::Object;
use super::outgoing::Outgoing;
use super::survey::{Run, Survey};
use crate::aws::{Puts, block_on};
use crate::error::Error;
use crate::sending::{self, Feed, Progress};
use crate::times::Rate;
use firehose::delivery::{Ending, Policy};
use firehose::redrive::Amount;

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long to go on without a single acknowledgement.
const PATIENCE: Duration = Duration::from_mins(5);

/// What came of it.
pub(crate) struct Done {
    pub(crate) acknowledged: Amount,
    pub(crate) duplicates: Vec<Run>,
    /// Objects of which Firehose has every record.
    pub(crate) finished: Vec<Arc<Object>>,
    pub(crate) unknown: u64,
    pub(crate) reason: Option<String>,
    pub(crate) took: Duration,
    pub(crate) is_interrupted: bool,
    pub(crate) error: Option<Error>,
}

impl Redrive<'_> {
    /// The second pass: sends the records that the survey has counted.
    pub(crate) fn send(&mut self, survey: &mut Survey) -> Result<Done, Error> {
        let ledger = self.past.begin(self.context)?;
        let promised = survey.tally.to_send.records;
        let mut shared = Shared::new(Book::new(ledger, survey.objects.take()));
        let seen = std::mem::take(&mut survey.seen);
        let pass = self.sources.pass()?;
        let outgoing = Outgoing::new(pass, seen, promised, self.rules, shared.clone());
        let policy = Policy {
            is_ordered: false,
            rate: self.options.rate.map(Rate::per_second),
            patience: PATIENCE,
            seed: fastrand::u64(..),
        };
        let sent = block_on(async {
            let puts = Puts::new(&self.target.session, &self.options.stream, TIMEOUT);
            let mut feed = Feed::start(outgoing);
            let progress = Progress::new(self.context, Some(promised));
            sending::run(&puts, &mut feed, &mut shared, progress, policy).await
        })?;
        let reason = match sent.finished.ending {
            Ending::Complete => None,
            Ending::Stopped => sent.finished.refused.iter().find_map(|it| it.refusal.clone()),
            Ending::Refused(reason) | Ending::GivenUp(reason) => Some(reason),
        };
        Ok(Done {
            acknowledged: shared.with(|book| book.acknowledged),
            duplicates: shared.with(|book| std::mem::take(&mut book.duplicates.0)),
            finished: shared.with(|book| book.finished()),
            unknown: sent.finished.unknown.len() as u64,
            reason,
            took: sent.elapsed,
            is_interrupted: sent.is_interrupted,
            error: sent.error,
        })
    }
}
