//! Puts records into a delivery stream: drives `firehose::put` with the
//! network, the clock, and the signals that stop it.
//!
//! ```text
//! input ─▶ Feed ─▶ Delivery ─▶ Puts::put ─▶ AWS
//!                      │ ▲─────── answer ◀───┘
//!                      ▼
//!                   Journal
//! ```
//!
//! Nothing here prints results or decides what an answer means.

mod feed;
mod journal;
mod progress;
pub mod unsent;

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

pub use feed::{Fed, Feed};
pub use journal::{Journal, NoJournal};
pub use progress::Progress;

use crate::aws::{Puts, Reply};
use crate::context;
use crate::error::Error;
use crate::panics;
use crate::signals::Signals;
use firehose::put::{Batch, Delivery, Ending, Finished, Outgoing, Policy, Step};

/// How long what is under way is waited for after somebody said stop.
const DRAIN: Duration = Duration::from_secs(10);

/// An input that gives nothing for so long has given what it had.
const SILENCE: Duration = Duration::from_millis(200);

/// How long an input may pause before what there is of a batch is sent.
const PAUSE: Duration = Duration::from_millis(50);

/// How a run came out.
#[derive(Debug)]
pub struct Sent {
    /// What the delivery says.
    pub finished: Finished,
    /// Number of the last record that was taken from the input, sent or not.
    pub taken: u64,
    /// True if the input had no more.
    pub is_at_end: bool,
    /// Times that something in the input could not be sent.
    pub left_out: u64,
    /// True if somebody said stop.
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
    delivery: Delivery,
    under_way: JoinSet<(u64, Reply)>,
    begun: Instant,
    /// When to wait no longer, once somebody said stop.
    stop_at: Option<Instant>,
    taken: u64,
    is_at_end: bool,
    left_out: u64,
    error: Option<Error>,
}

/// What was waited for.
enum Happened {
    Fed(Option<Fed>),
    Answered(u64, Box<Reply>),
    /// A request broke down in a way that only a bug can explain.
    Broken,
    Signal,
    Timer,
}

/// Sends what `feed` gives until that ends, the stream refuses, or somebody
/// says stop: then what is under way is waited for, ten seconds or until it is
/// said again. What `feed` still has is left in it.
pub async fn run<'a>(
    puts: &'a Puts<'a>,
    feed: &'a mut Feed,
    journal: &'a mut dyn Journal,
    progress: Progress<'a>,
    policy: Policy,
) -> Result<Sent, Error> {
    let signals = Signals::listen()?;
    let run = Run {
        puts,
        feed,
        journal,
        progress,
        delivery: Delivery::new(policy),
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
/// `most` that ends after so long, and sooner when nothing comes for a while;
/// without, at the end of the feed. A signal ends it too. Returns true if it
/// was all.
pub async fn rest(
    feed: &mut Feed,
    most: Option<Duration>,
    keep: &mut dyn FnMut(Outgoing) -> Result<(), Error>,
) -> Result<bool, Error> {
    let mut signals = Signals::listen()?;
    let until = most.map(|most| Instant::now() + most);
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
            Some(Fed::Records(records)) => records.into_iter().try_for_each(&mut *keep)?,
            Some(Fed::LeftOut(error) | Fed::Failed(error)) => context::report(&error),
            Some(Fed::Notice(_)) => {}
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
    async fn drive(mut self, mut signals: Signals) -> Sent {
        loop {
            let elapsed = self.begun.elapsed();
            let (until, is_hungry) = match self.delivery.next(elapsed) {
                Step::Done => break,
                Step::Send(batch) => {
                    self.send(&batch);
                    continue;
                }
                Step::Feed if self.delivery.has_waiting() => (Some(elapsed + PAUSE), true),
                Step::Feed => (None, true),
                Step::Wait(until) => (until, false),
            };
            self.progress.update(self.delivery.counts(), self.delivery.trouble(), elapsed);
            let until = until.map(|until| self.begun + until).or(self.stop_at);
            match self.wait(until, is_hungry, &mut signals).await {
                Happened::Fed(fed) => self.fed(fed),
                Happened::Answered(id, reply) => self.answered(id, *reply),
                Happened::Broken => break self.stop(broken()),
                Happened::Signal if self.stop_at.is_some() => break,
                Happened::Signal => self.drain(),
                Happened::Timer if self.stop_at.is_some_and(|at| at <= Instant::now()) => break,
                Happened::Timer if is_hungry => self.delivery.flush(),
                Happened::Timer => {}
            }
        }
        let elapsed = self.begun.elapsed();
        let mut finished = self.delivery.finish();
        let is_all = self.progress.total() == Some(finished.counts.acknowledged);
        if finished.ending == Ending::Stopped && (is_all || self.is_at_end) && finished.is_empty() {
            finished.ending = Ending::Complete;
        }
        // An input that failed has not come to its end.
        if finished.ending == Ending::Complete && self.error.is_some() && !self.is_at_end {
            finished.ending = Ending::Stopped;
        }
        Sent {
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
    ) -> Happened {
        let timer = async {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // Answers go before new records, so that room is made first.
            biased;
            () = signals.next() => Happened::Signal,
            Some(done) = self.under_way.join_next() => match done {
                Ok((id, reply)) => Happened::Answered(id, Box::new(reply)),
                Err(_) => Happened::Broken,
            },
            fed = self.feed.next(), if is_hungry => Happened::Fed(fed),
            () = timer => Happened::Timer,
        }
    }

    fn send(&mut self, batch: &Batch) {
        if let Err(error) = self.journal.planned(batch) {
            self.delivery.withdraw(batch.id);
            return self.stop(error);
        }
        let put = self.puts.put(batch);
        let id = batch.id;
        self.under_way.spawn(async move { (id, put.await) });
    }

    fn answered(&mut self, id: u64, reply: Reply) {
        let (answer, error) = self.puts.answer(reply);
        let is_final = matches!(answer, firehose::put::Answer::Refused(_));
        let outcomes = self.delivery.answered(id, answer, self.begun.elapsed());
        if let Err(error) = self.journal.answered(id, &outcomes) {
            self.stop(error);
        }
        if let Some(error) = error.filter(|_| is_final) {
            self.stop(error);
        }
    }

    fn fed(&mut self, fed: Option<Fed>) {
        match fed {
            Some(Fed::Records(records)) => records.into_iter().for_each(|it| self.take(it)),
            Some(Fed::LeftOut(error)) => {
                self.left_out += 1;
                self.progress.suspended(|_| context::report(&error));
            }
            Some(Fed::Notice(text)) => {
                self.progress.suspended(|context| context.tell(&format!("fh: {text}")));
            }
            Some(Fed::Failed(error)) => {
                // What was read before is sent all the same.
                self.error.get_or_insert(error);
                self.delivery.end_input();
            }
            None => {
                self.is_at_end = true;
                self.delivery.end_input();
            }
        }
    }

    fn take(&mut self, record: Outgoing) {
        self.taken = record.number;
        self.delivery.push(record);
    }

    /// Sends nothing more, for this reason.
    fn stop(&mut self, error: Error) {
        self.error.get_or_insert(error);
        self.delivery.stop();
    }

    /// Somebody said stop.
    fn drain(&mut self) {
        self.delivery.stop();
        self.stop_at = Some(Instant::now() + DRAIN);
        if self.under_way.is_empty() {
            return;
        }
        self.progress.suspended(|context| {
            context.tell("fh: stopping: waiting for what is under way; again to stop at once");
        });
    }
}
