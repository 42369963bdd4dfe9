//! Puts records into a delivery stream: drives `firehose::put` with the
//! network, the clock, and the signals that stop it.
//!
//! ```text
//! input ─▶ Feed ─▶ Putter ─▶ Puts::put ─▶ AWS
//!                    │ ▲────── answer ◀─────┘
//!                    ▼
//!                 Journal
//! ```
//!
//! Nothing here prints results or decides what an answer means.

mod feed;
mod journal;
mod progress;
pub mod unsent_file;

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

pub use feed::{Feed, FeedItem};
pub use journal::{Journal, NoJournal};
pub use progress::Progress;

use crate::aws::{PutReply, Puts};
use crate::context;
use crate::error::Error;
use crate::panics;
use crate::signals::Signals;
use firehose::put::{
    Batch, PendingRecord, PutEnding, PutPolicy, PutReport, PutResult, PutStep, Putter,
};

/// How long what is under way is waited for after a signal.
const DRAIN: Duration = Duration::from_secs(10);

/// An input that gives nothing for this long has given what it had.
const SILENCE: Duration = Duration::from_millis(200);

/// How long an input may pause before what there is of a batch is sent.
const PAUSE: Duration = Duration::from_millis(50);

/// The result of a run.
#[derive(Debug)]
pub struct SendReport {
    /// How each record came out.
    pub finished: PutReport,
    /// Number of the last record that was taken from the input, sent or not.
    pub taken: u64,
    /// True if the input had no more.
    pub is_at_end: bool,
    /// Times that something in the input could not be sent.
    pub left_out: u64,
    /// True if a signal ended it.
    pub is_interrupted: bool,
    /// What ended it before its time.
    pub error: Option<Error>,
    /// From the first record to the last answer.
    pub elapsed: Duration,
}

/// A run under way.
struct Run<'a> {
    puts: &'a Puts<'a>,
    feed: &'a mut Feed,
    journal: &'a mut dyn Journal,
    progress: Progress<'a>,
    putter: Putter,
    under_way: JoinSet<(u64, PutReply)>,
    begun: Instant,
    /// When to wait no longer, once a signal came.
    stop_at: Option<Instant>,
    taken: u64,
    is_at_end: bool,
    left_out: u64,
    error: Option<Error>,
}

/// What was waited for.
enum SendWakeup {
    Fed(Option<FeedItem>),
    Answered(u64, Box<PutReply>),
    /// A request broke down in a way that only a bug can explain.
    Broken,
    Signal,
    Timer,
}

/// Sends what `feed` gives until that ends, the stream refuses, or a signal
/// comes: then what is under way is waited for, ten seconds or until the next
/// signal. What `feed` still has is left in it.
pub async fn run<'a>(
    puts: &'a Puts<'a>,
    feed: &'a mut Feed,
    journal: &'a mut dyn Journal,
    progress: Progress<'a>,
    policy: PutPolicy,
) -> Result<SendReport, Error> {
    let signals = Signals::listen()?;
    let run = Run {
        puts,
        feed,
        journal,
        progress,
        putter: Putter::new(policy),
        under_way: JoinSet::new(),
        begun: Instant::now(),
        stop_at: None,
        taken: 0,
        is_at_end: false,
        left_out: 0,
        error: None,
    };
    Ok(run.drive(signals).await)
}

/// What is left in a feed after a run, each record given to `keep`. With
/// `max` that ends after this long, and sooner when nothing comes for a while;
/// without, at the end of the feed. A signal ends it too. Returns true if it
/// was all.
pub async fn drain_feed(
    feed: &mut Feed,
    max: Option<Duration>,
    keep: &mut dyn FnMut(PendingRecord) -> Result<(), Error>,
) -> Result<bool, Error> {
    let mut signals = Signals::listen()?;
    let until = max.map(|max| Instant::now() + max);
    loop {
        let timer = async {
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(left) => tokio::time::sleep(left.min(SILENCE)).await,
                None => std::future::pending().await,
            }
        };
        let piece = tokio::select! {
            biased;
            () = signals.next() => return Ok(false),
            piece = feed.next() => piece,
            () = timer => return Ok(false),
        };
        match piece {
            None => return Ok(true),
            Some(FeedItem::Records(records)) => records.into_iter().try_for_each(&mut *keep)?,
            Some(FeedItem::LeftOut(error) | FeedItem::Failed(error)) => context::report(&error),
            Some(FeedItem::Notice(_)) => {}
        }
        // Some inputs never pause.
        if until.is_some_and(|until| until <= Instant::now()) {
            return Ok(false);
        }
    }
}

/// Why a request broke down.
fn broken() -> Error {
    panics::first().unwrap_or_else(|| Error::internal("a request broke down"))
}

impl Run<'_> {
    async fn drive(mut self, mut signals: Signals) -> SendReport {
        loop {
            let elapsed = self.begun.elapsed();
            let (until, is_hungry) = match self.putter.next(elapsed) {
                PutStep::Done => break,
                PutStep::Send(batch) => {
                    self.send(&batch);
                    continue;
                }
                PutStep::Feed if self.putter.has_waiting() => (Some(elapsed + PAUSE), true),
                PutStep::Feed => (None, true),
                PutStep::Wait(until) => (until, false),
            };
            self.progress.update(self.putter.counts(), self.putter.failure(), elapsed);
            let until = until.map(|until| self.begun + until).or(self.stop_at);
            match self.wait(until, is_hungry, &mut signals).await {
                SendWakeup::Fed(fed) => self.fed(fed),
                SendWakeup::Answered(id, reply) => self.answered(id, *reply),
                SendWakeup::Broken => break self.stop(broken()),
                SendWakeup::Signal if self.stop_at.is_some() => break,
                SendWakeup::Signal => self.drain(),
                SendWakeup::Timer if self.stop_at.is_some_and(|at| at <= Instant::now()) => break,
                SendWakeup::Timer if is_hungry => self.putter.flush(),
                SendWakeup::Timer => {}
            }
        }
        let elapsed = self.begun.elapsed();
        let mut finished = self.putter.finish();
        let is_all = self.progress.total() == Some(finished.counts.acknowledged);
        if finished.ending == PutEnding::Stopped
            && (is_all || self.is_at_end)
            && finished.is_empty()
        {
            finished.ending = PutEnding::Complete;
        }
        // An input that failed has not come to its end.
        if finished.ending == PutEnding::Complete && self.error.is_some() && !self.is_at_end {
            finished.ending = PutEnding::Stopped;
        }
        SendReport {
            finished,
            taken: self.taken,
            is_at_end: self.is_at_end,
            left_out: self.left_out,
            is_interrupted: self.stop_at.is_some(),
            error: self.error,
            elapsed,
        }
    }

    async fn wait(
        &mut self,
        until: Option<Instant>,
        is_hungry: bool,
        signals: &mut Signals,
    ) -> SendWakeup {
        let timer = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // Answers go before new records, so that room is made first.
            biased;
            () = signals.next() => SendWakeup::Signal,
            Some(done) = self.under_way.join_next() => match done {
                Ok((id, reply)) => SendWakeup::Answered(id, Box::new(reply)),
                Err(_) => SendWakeup::Broken,
            },
            fed = self.feed.next(), if is_hungry => SendWakeup::Fed(fed),
            () = timer => SendWakeup::Timer,
        }
    }

    fn send(&mut self, batch: &Batch) {
        if let Err(error) = self.journal.planned(batch) {
            self.putter.withdraw(batch.id);
            return self.stop(error);
        }
        let put = self.puts.put(batch);
        let id = batch.id;
        self.under_way.spawn(async move { (id, put.await) });
    }

    fn answered(&mut self, id: u64, reply: PutReply) {
        let (answer, error) = self.puts.answer(reply);
        let is_final = matches!(answer, PutResult::Refused(_));
        let outcomes = self.putter.answered(id, answer, self.begun.elapsed());
        if let Err(error) = self.journal.answered(id, &outcomes) {
            self.stop(error);
        }
        if let Some(error) = error.filter(|_| is_final) {
            self.stop(error);
        }
    }

    fn fed(&mut self, fed: Option<FeedItem>) {
        match fed {
            Some(FeedItem::Records(records)) => records.into_iter().for_each(|it| self.take(it)),
            Some(FeedItem::LeftOut(error)) => {
                self.left_out += 1;
                self.progress.suspended(|_| context::report(&error));
            }
            Some(FeedItem::Notice(text)) => {
                self.progress.suspended(|context| context.info(&format!("fh: {text}")));
            }
            Some(FeedItem::Failed(error)) => {
                // What was read before is still sent.
                self.error.get_or_insert(error);
                self.putter.end_input();
            }
            None => {
                self.is_at_end = true;
                self.putter.end_input();
            }
        }
    }

    fn take(&mut self, record: PendingRecord) {
        self.taken = record.number;
        self.putter.push(record);
    }

    /// Sends nothing more, for this reason.
    fn stop(&mut self, error: Error) {
        self.error.get_or_insert(error);
        self.putter.stop();
    }

    /// A signal came: sends nothing more.
    fn drain(&mut self) {
        self.putter.stop();
        self.stop_at = Some(Instant::now() + DRAIN);
        if self.under_way.is_empty() {
            return;
        }
        self.progress.suspended(|context| {
            context.info(
                "fh: stopping: waiting for requests in progress; press Ctrl-C again to \
                 stop at once",
            );
        });
    }
}
