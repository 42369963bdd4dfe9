//! Sends what the survey has counted.

use std::sync::Arc;
use std::time::Duration;

use super::Redrive;
use super::duplicates::RecordRange;
use super::ledger_writer::{LedgerWriter, SharedWriter};
use super::objects::Object;
use super::second_pass::SecondPass;
use super::survey::Survey;
use crate::aws::{Puts, block_on};
use crate::error::Error;
use crate::sending::{self, Feed, Progress};
use crate::times::Rate;
use firehose::put::{PutEnding, PutPolicy};
use firehose::redrive::Amount;

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long to keep trying without a single acknowledgment.
const PATIENCE: Duration = Duration::from_mins(5);

/// How the sending came out.
pub(crate) struct SendResult {
    pub(crate) acknowledged: Amount,
    pub(crate) duplicates: Vec<RecordRange>,
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
    pub(crate) fn send(&mut self, survey: &mut Survey) -> Result<SendResult, Error> {
        let ledger = self.earlier.begin(self.context)?;
        let promised = survey.tally.to_send.records;
        let mut shared = SharedWriter::new(LedgerWriter::new(ledger, survey.objects.take()));
        let seen = std::mem::take(&mut survey.seen);
        let pass = self.sources.pass()?;
        let outgoing = SecondPass::new(pass, seen, promised, self.rules, shared.clone());
        let policy = PutPolicy {
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
            PutEnding::Complete => None,
            PutEnding::Stopped => sent.finished.refused.iter().find_map(|it| it.refusal.clone()),
            PutEnding::Refused(reason) | PutEnding::GivenUp(reason) => Some(reason),
        };
        Ok(SendResult {
            acknowledged: shared.with(|writer| writer.acknowledged),
            duplicates: shared.with(|writer| std::mem::take(&mut writer.duplicates.0)),
            finished: shared.with(|writer| writer.finished()),
            unknown: sent.finished.unknown.len() as u64,
            reason,
            took: sent.elapsed,
            is_interrupted: sent.is_interrupted,
            error: sent.error,
        })
    }
}
