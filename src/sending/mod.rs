//! Drives a delivery: reads records, puts batches, waits, stops when it is
//! told to, keeps what could not be sent.
//!
//! What is sent when, and what came of it, is decided in
//! [`firehose::delivery`](crate::firehose::delivery); this is its clock, its
//! hands and its ears.
//!
//! ```text
//! records ─▶ thread that reads ─▶ Delivery ─▶ FirehoseClient::put_batch
//!                                    └─▶ Journal (a redrive's ledger)
//! ```

mod feed;
mod progress;
mod signals;
mod unsent;

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::aws::{FirehoseClient, Put};
use crate::context::Context;
use crate::error::Error;
use crate::firehose::delivery::{Batch, Delivery, Finished, Outgoing, Policy, Settled, Step};
use crate::firehose::delivery_stream::DeliveryStreamName;
use feed::Feed;
pub use feed::Records;
use progress::Progress;
pub use signals::Signal;
pub(crate) use signals::Signals;
use unsent::Keeper;
pub use unsent::Kept;

/// A record that came alone is sent after this: somebody may be watching.
const LINGER: Duration = Duration::from_millis(250);

/// How long what is under way is waited for once somebody said stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Is told of every batch, to remember what a later run has to know. An error
/// stops the delivery.
pub trait Journal {
    /// These records are sent next, whatever comes of it.
    fn planned(&mut self, batch: &Batch) -> Result<(), Error>;
    /// This came of the batch with this id.
    fn answered(&mut self, batch: u64, settled: &Settled) -> Result<(), Error>;
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn planned(&mut self, _: &Batch) -> Result<(), Error> {
        Ok(())
    }

    fn answered(&mut self, _: u64, _: &Settled) -> Result<(), Error> {
        Ok(())
    }
}

/// Writes records to a new file `NAME.b64` in `folder`; nothing if there are
/// none.
pub fn keep(folder: &Path, name: &str, records: &[Outgoing]) -> Result<Option<Kept>, Error> {
    let mut keeper = Keeper::new(folder, name);
    keeper.push(records)?;
    keeper.finish()
}

/// What is to be sent, and how.
#[derive(Debug)]
pub struct Plan {
    /// Where to.
    pub stream: DeliveryStreamName,
    /// In which order, how fast, how patiently.
    pub policy: Policy,
    /// When to stop although there is more.
    pub duration: Option<Duration>,
    /// Records that there are, if that is known: for the progress.
    pub total: Option<u64>,
    /// The rest of the input is kept too if it cannot be sent; what is made up
    /// is not worth it.
    pub keeps_rest: bool,
}

/// How it ended.
#[derive(Debug)]
pub struct Sent {
    /// What came of the records that were read.
    pub finished: Finished,
    /// Records that were read.
    pub read: u64,
    /// How long it took.
    pub duration: Duration,
    /// Why the rest of the input could not be read.
    pub unread: Option<Error>,
    /// Why Firehose was not asked any further, as a sentence with hints.
    pub error: Option<Error>,
    /// What stopped it.
    pub signal: Option<Signal>,
    /// The input, where it was not read to its end.
    feed: Option<Feed>,
}

impl Sent {
    /// Writes what was not taken to a new file `NAME.b64` in `folder`, and
    /// what was not even read; nothing if there is neither.
    pub async fn keep(&mut self, folder: &Path, name: &str) -> Result<Option<Kept>, Error> {
        let mut keeper = Keeper::new(folder, name);
        keeper.push(&self.finished.refused)?;
        let Some(mut feed) = self.feed.take() else { return keeper.finish() };
        // Who wrote the input was told to stop as well, most likely.
        let end = tokio::time::Instant::now() + DRAIN;
        loop {
            match tokio::time::timeout_at(end, feed.next()).await {
                Ok(Some(Ok(records))) => {
                    self.read += records.len() as u64;
                    keeper.push(&records)?;
                }
                Ok(Some(Err(error))) => self.unread = Some(error),
                Ok(None) => return keeper.finish(),
                Err(_) => {
                    self.unread = Some(Error::usage("the input was not read to its end"));
                    return keeper.finish();
                }
            }
        }
    }

    /// Writes what may have been taken to a file of its own.
    pub fn keep_unknown(&self, folder: &Path, name: &str) -> Result<Option<Kept>, Error> {
        keep(folder, name, &self.finished.unknown)
    }
}

/// Puts `records` until there are no more, none is taken any more, or a signal
/// comes: the first lets finish what is under way, the second does not.
///
/// An error of the journal is returned, and then nothing is known of what was
/// under way but what the journal knows.
pub async fn send(
    client: &FirehoseClient,
    plan: &Plan,
    records: Records,
    journal: &mut dyn Journal,
    context: &Context,
) -> Result<Sent, Error> {
    let mut driver = Driver {
        client,
        plan,
        journal,
        started: Instant::now(),
        delivery: Delivery::new(plan.policy),
        feed: Feed::start(records)?,
        puts: JoinSet::new(),
        progress: Progress::new(context, plan.total),
        read: 0,
        is_read: false,
        unread: None,
        error: None,
        signal: None,
        drain_until: None,
    };
    let mut signals = Signals::new()?;
    driver.run(&mut signals).await?;
    Ok(driver.finish())
}

struct Driver<'a> {
    client: &'a FirehoseClient,
    plan: &'a Plan,
    journal: &'a mut dyn Journal,
    started: Instant,
    delivery: Delivery,
    feed: Feed,
    puts: JoinSet<(u64, Put)>,
    progress: Progress,
    read: u64,
    /// The input has ended.
    is_read: bool,
    unread: Option<Error>,
    error: Option<Error>,
    signal: Option<Signal>,
    /// When what is under way is given up.
    drain_until: Option<Duration>,
}

impl Driver<'_> {
    async fn run(&mut self, signals: &mut Signals) -> Result<(), Error> {
        loop {
            let now = self.started.elapsed();
            if self.plan.duration.is_some_and(|duration| now >= duration) {
                self.delivery.cut();
            }
            let (until, is_hungry) = match self.delivery.next(now) {
                Step::Done => return Ok(()),
                Step::Send(batch) => {
                    self.put(batch)?;
                    continue;
                }
                Step::Feed => (self.plan.duration, true),
                Step::Wait(until) => (until.or(self.plan.duration.filter(|it| *it > now)), false),
            };
            let until = [until, self.drain_until].into_iter().flatten().min();
            let pause = until.map_or(Duration::MAX, |until| until.saturating_sub(now));
            tokio::select! {
                biased;
                signal = signals.next() => {
                    if self.stop(signal) {
                        return Ok(());
                    }
                }
                Some(done) = self.puts.join_next(), if !self.puts.is_empty() => {
                    let (id, put) = done
                        .map_err(|error| Error::internal(format!("a put was lost: {error}")))?;
                    self.answered(id, put)?;
                }
                lot = self.feed.next(), if is_hungry => self.fed(lot),
                () = tokio::time::sleep(LINGER), if is_hungry && self.delivery.is_waiting() => {
                    self.delivery.flush();
                }
                () = tokio::time::sleep(pause), if until.is_some() => {
                    if self.drain_until.is_some_and(|until| self.started.elapsed() >= until) {
                        return Ok(());
                    }
                }
            }
            self.progress.show(&self.delivery, self.started.elapsed());
        }
    }

    fn put(&mut self, batch: Batch) -> Result<(), Error> {
        self.journal.planned(&batch)?;
        let (client, stream) = (self.client.clone(), self.plan.stream.clone());
        self.puts.spawn(async move {
            let put = client.put_batch(&stream, &batch.records).await;
            (batch.id, put)
        });
        Ok(())
    }

    fn answered(&mut self, id: u64, put: Put) -> Result<(), Error> {
        self.error = put.error;
        let settled = self.delivery.answered(id, put.answer, self.started.elapsed());
        self.journal.answered(id, &settled)
    }

    fn fed(&mut self, lot: Option<Result<Vec<Outgoing>, Error>>) {
        self.is_read = !matches!(lot, Some(Ok(_)));
        match lot {
            Some(Ok(records)) => {
                self.read += records.len() as u64;
                for record in records {
                    self.delivery.push(record);
                }
            }
            Some(Err(error)) => {
                self.unread = Some(error);
                self.delivery.end_input();
            }
            None => self.delivery.end_input(),
        }
    }

    /// Takes a signal; true if it is the second.
    fn stop(&mut self, signal: Signal) -> bool {
        self.delivery.stop();
        self.drain_until = Some(self.started.elapsed() + DRAIN);
        self.progress.tell("stopping: waiting for what is under way; Ctrl-C again does not");
        self.signal.replace(signal).is_some()
    }

    fn finish(self) -> Sent {
        Sent {
            finished: self.delivery.finish(),
            read: self.read,
            duration: self.started.elapsed(),
            unread: self.unread,
            error: self.error,
            signal: self.signal,
            feed: (self.plan.keeps_rest && !self.is_read).then_some(self.feed),
        }
    }
}
