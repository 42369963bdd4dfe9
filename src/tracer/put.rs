//! Puts the records.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::waiting::Waits;
use super::{TraceJob, TraceTarget, now};
use crate::aws::{NotTaken, Puts};
use crate::context::Context;
use crate::error::Error;
use crate::sending::{self, Feed, FeedItem, Journal, Progress};
use firehose::names::{DeliveryStreamName, LogGroupName};
use firehose::put::{Batch, PendingRecord, PutPolicy, RecordOutcome};
use firehose::time::Millis;
use firehose::trace::{TraceEvent, What};

/// How long one answer is waited for, and how long refused records are sent again.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What came of putting.
pub(super) struct Put {
    pub(super) events: Vec<TraceEvent>,
    pub(super) is_interrupted: bool,
    /// Why nothing is put.
    pub(super) error: Option<Error>,
}

/// Puts all records.
pub(super) async fn put(
    job: &TraceJob,
    waits: &mut Waits,
    context: &Context,
) -> Result<Put, Error> {
    match &job.target {
        TraceTarget::Stream => to_stream(job, context).await,
        TraceTarget::DataStream(arn) => to_data_stream(job, arn, waits).await,
        TraceTarget::LogGroup(group) => to_log_group(job, group, waits).await,
    }
}

/// What came of each record.
#[derive(Default)]
struct Accepted {
    sent: BTreeMap<u64, (Instant, Vec<u64>)>,
    /// By record, from 1: when, how long it took, and whether the answer came.
    taken: BTreeMap<u64, (Millis, Duration, bool)>,
}

impl Journal for Accepted {
    fn planned(&mut self, batch: &Batch) -> Result<(), Error> {
        let numbers = batch.records.iter().map(|it| it.number).collect();
        self.sent.insert(batch.id, (Instant::now(), numbers));
        Ok(())
    }

    fn answered(&mut self, id: u64, outcomes: &[RecordOutcome]) -> Result<(), Error> {
        let Some((since, numbers)) = self.sent.remove(&id) else { return Ok(()) };
        let (took, at) = (since.elapsed(), now());
        for (number, outcome) in numbers.into_iter().zip(outcomes) {
            let is_unanswered = match outcome {
                RecordOutcome::Refused => continue,
                RecordOutcome::Acknowledged => false,
                RecordOutcome::Unknown => true,
            };
            // One whose first answer was lost may be there twice.
            let was_unanswered = self.taken.get(&number).is_some_and(|it| it.2);
            self.taken.insert(number, (at, took, is_unanswered || was_unanswered));
        }
        Ok(())
    }
}

async fn to_stream(job: &TraceJob, context: &Context) -> Result<Put, Error> {
    let name: DeliveryStreamName = job.description.view().name.parse().map_err(Error::user)?;
    let puts = Puts::new(&job.session, &name, TIMEOUT);
    let pending = (1..).zip(&job.records).map(|(number, record)| PendingRecord {
        payload: std::sync::Arc::clone(&record.payload),
        ..PendingRecord::new(number, Vec::new())
    });
    let mut feed = Feed::start(std::iter::once(FeedItem::Records(pending.collect())));
    let mut journal = Accepted::default();
    let policy =
        PutPolicy { is_ordered: false, rate: None, patience: TIMEOUT, seed: fastrand::u64(..) };
    let progress = Progress::new(context, Some(job.records.len() as u64));
    let sent = sending::run(&puts, &mut feed, &mut journal, progress, policy).await?;
    let mut events = grouped(&journal.taken);
    let is_taken = |it: &&PendingRecord| !journal.taken.contains_key(&it.number);
    for it in sent.finished.refused.iter().filter(is_taken) {
        let why = it.refusal.clone().unwrap_or_else(|| "it was not sent".to_owned());
        let why = sent.error.as_ref().map_or(why, ToString::to_string);
        events.push(event(vec![it.number], now(), What::Refused { why }));
    }
    Ok(Put { events, is_interrupted: sent.is_interrupted, error: sent.error })
}

/// An event for all records of one answer.
fn grouped(taken: &BTreeMap<u64, (Millis, Duration, bool)>) -> Vec<TraceEvent> {
    let mut groups: BTreeMap<(Millis, Duration, bool), Vec<u64>> = BTreeMap::new();
    for (number, answer) in taken {
        groups.entry(*answer).or_default().push(*number);
    }
    let accepted = groups.into_iter().map(|((at, took, is_unanswered), numbers)| {
        event(numbers, at, What::Accepted { took, is_unanswered })
    });
    accepted.collect()
}

/// An event about records by their numbers, from 1.
fn event(numbers: Vec<u64>, at: Millis, what: What) -> TraceEvent {
    let place = |number: u64| usize::try_from(number).ok()?.checked_sub(1);
    TraceEvent { at, records: numbers.into_iter().filter_map(place).collect(), what }
}

/// What came of a call that began then, and the error if it was refused. One whose answer
/// was lost, or not waited for, may have put its records.
fn outcome<T>(done: Option<Result<T, NotTaken>>, begun: Instant) -> (What, Option<Error>) {
    let accepted = |is_unanswered| What::Accepted { took: begun.elapsed(), is_unanswered };
    match done {
        Some(Ok(_)) => (accepted(false), None),
        None | Some(Err(NotTaken { is_unanswered: true, .. })) => (accepted(true), None),
        Some(Err(NotTaken { error, .. })) => {
            (What::Refused { why: error.to_string() }, Some(error))
        }
    }
}

async fn to_data_stream(job: &TraceJob, arn: &str, waits: &mut Waits) -> Result<Put, Error> {
    let mut put = Put { events: Vec::new(), is_interrupted: false, error: None };
    for (number, record) in (1..).zip(&job.records) {
        let begun = Instant::now();
        let key = format!("fh-trace-{number}");
        let call = job.session.put_to_data_stream(arn, &record.payload, &key);
        let waited = waits.wait(Box::pin(call)).await?;
        put.is_interrupted = waited.is_interrupted();
        let done = waited.done();
        let is_stopped = done.is_none();
        let (what, error) = outcome(done, begun);
        put.error = put.error.or(error);
        put.events.push(event(vec![number], now(), what));
        if is_stopped {
            break;
        }
    }
    let sent = put.events.len();
    let rest: Vec<u64> = (1..).zip(&job.records).map(|(number, _)| number).skip(sent).collect();
    if !rest.is_empty() {
        let why = "it was not sent".to_owned();
        put.events.push(event(rest, now(), What::Refused { why }));
    }
    Ok(put)
}

async fn to_log_group(
    job: &TraceJob,
    group: &LogGroupName,
    waits: &mut Waits,
) -> Result<Put, Error> {
    let numbers: Vec<u64> = (1..).zip(&job.records).map(|(number, _)| number).collect();
    let begun = Instant::now();
    let waited = waits.wait(Box::pin(written(job, group))).await?;
    let is_interrupted = waited.is_interrupted();
    let (what, error) = outcome(waited.done(), begun);
    Ok(Put { events: vec![event(numbers, now(), what)], is_interrupted, error })
}

/// Writes all records as log events, into a log stream of their own.
async fn written(job: &TraceJob, group: &LogGroupName) -> Result<(), NotTaken> {
    let at = now();
    let stream = format!("fh-trace/{at}-{}", std::process::id());
    let texts: Vec<_> = job.records.iter().map(|it| String::from_utf8_lossy(&it.payload)).collect();
    let messages: Vec<&str> = texts.iter().map(|text| text.as_ref().trim_end()).collect();
    // Without a log stream nothing was written.
    let created = job.session.create_log_stream(group, &stream).await;
    created.map_err(|error| NotTaken { error, is_unanswered: false })?;
    job.session.put_log_events(group, &stream, at, &messages).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_refused_is_called_refused() {
        let failed = |is_unanswered| {
            Some(Err::<(), _>(NotTaken { error: Error::aws("no answer"), is_unanswered }))
        };
        let said = |done| match outcome(done, Instant::now()) {
            (What::Accepted { is_unanswered, .. }, None) => Some(is_unanswered),
            (What::Refused { .. }, Some(_)) => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(said(Some(Ok(()))), Some(false));
        assert_eq!(said(failed(true)), Some(true));
        assert_eq!(said(None), Some(true));
        assert_eq!(said(failed(false)), None);
    }
}
