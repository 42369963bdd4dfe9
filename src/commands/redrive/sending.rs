//! Sends what the survey has promised, and reports.

use std::sync::Arc;
use std::time::Duration;

use super::Target;
use super::arguments::RedriveArgs;
use super::book::{Book, Shared};
use super::objects::Object;
use super::outgoing::Outgoing;
use super::sources::Sources;
use super::survey::{Rules, Run, Survey};
use crate::aws::{Puts, block_on};
use crate::context::Context;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::sending::{self, Feed, Progress};
use crate::times::Rate;
use firehose::put::{PutEnding, PutPolicy};
use firehose::redrive::Amount;

/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long to go on without a single acknowledgement.
const PATIENCE: Duration = Duration::from_mins(5);

/// What came of it.
pub(super) struct Done {
    pub(super) acknowledged: Amount,
    pub(super) duplicates: Vec<Run>,
    /// Objects of which Firehose has every record.
    pub(super) finished: Vec<Arc<Object>>,
    pub(super) unknown: u64,
    pub(super) reason: Option<String>,
    pub(super) took: Duration,
    pub(super) is_interrupted: bool,
    pub(super) error: Option<Error>,
}

/// Sends the records that the survey has counted.
pub(super) fn send(
    args: &RedriveArgs,
    target: &Target,
    sources: &Sources,
    rules: &Rules,
    survey: &mut Survey,
    ledger: Ledger,
    context: &Context,
) -> Result<Done, Error> {
    let promised = survey.tally.to_send.records;
    let mut shared = Shared::new(Book::new(ledger, survey.objects.take()));
    let seen = std::mem::take(&mut survey.seen);
    let outgoing = Outgoing::new(sources.pass()?, seen, promised, *rules, shared.clone());
    let policy = PutPolicy {
        is_ordered: false,
        rate: args.rate.map(Rate::per_second),
        patience: PATIENCE,
        seed: fastrand::u64(..),
    };
    let sent = block_on(async {
        let puts = Puts::new(&target.session, &args.stream, TIMEOUT);
        let mut feed = Feed::start(outgoing);
        let progress = Progress::new(context, Some(promised));
        sending::run(&puts, &mut feed, &mut shared, progress, policy).await
    })?;
    let reason = match sent.finished.ending {
        PutEnding::Complete => None,
        PutEnding::Stopped => sent.finished.refused.iter().find_map(|it| it.refusal.clone()),
        PutEnding::Refused(reason) | PutEnding::GivenUp(reason) => Some(reason),
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
