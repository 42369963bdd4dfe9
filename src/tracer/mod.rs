//! Follows records through a delivery stream: puts them, lists and reads objects, reads
//! logs, and runs checks where nothing happens.
//!
//! What is done when, and what was seen, is decided in [`firehose::trace`]; this has
//! the clock and makes the calls.
//!
//! ```text
//! put ─▶ ask the transform ─▶ ┌ look into objects ┐
//!                             ├ listen to logs    ├▶ Watcher, TraceReport
//!                             └ run checks        ┘
//! ```

mod checks;
mod logs;
mod objects;
mod put;
mod transform;
mod waiting;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use crate::aws::Session;
use crate::context::{self, Context};
use crate::error::Error;
use crate::panics;
use firehose::description::Description;
use firehose::diagnosis::Facts;
use firehose::names::LogGroupName;
use firehose::stream::DeliveryStream;
use firehose::time::Millis;
use firehose::trace::{
    Fate, LogWitness, Searcher, Trace, TraceEvent, TracePlan, TraceStep, TracedRecord, What,
    Witnesses,
};
use logs::Listening;
pub use objects::MAX_READ;
use objects::{Look, Looking};
use transform::{Asking, ask};
use waiting::{Waited, Waits};

/// The clock of this machine and that of AWS may differ by this, in milliseconds.
const SLACK: Millis = 60_000;

/// What to trace.
#[derive(Debug)]
pub struct TraceJob {
    /// Where and as whom.
    pub session: Arc<Session>,
    /// How the stream is set up.
    pub description: Description,
    /// The records.
    pub records: Vec<TracedRecord>,
    /// Records like the first one: with another marker, and another one.
    pub controls: [Option<Vec<u8>>; 2],
    /// Where they are put.
    pub target: TraceTarget,
    /// Call the function to see what it makes of them.
    pub asks_transform: bool,
    /// When to stop.
    pub timeout: Option<Duration>,
}

/// Where records are put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceTarget {
    /// Into the delivery stream.
    Stream,
    /// Into the Kinesis data stream of this ARN, which it reads.
    DataStream(String),
    /// Into this log group, which is subscribed to it.
    LogGroup(LogGroupName),
}

/// Who is shown what happens.
pub trait Watcher {
    /// These happened, seen together.
    fn seen(&mut self, events: &[TraceEvent]) -> Result<(), Error>;

    /// Every record should be found by this time, unless something takes longer.
    fn waiting(&mut self, until: Millis, now: Millis);

    /// Something takes long, for this reason.
    fn notice(&mut self, why: &str);
}

/// What became of the records.
#[derive(Debug)]
pub struct TraceReport {
    /// All that happened, in the order in which it was seen.
    pub events: Vec<TraceEvent>,
    /// What became of each record.
    pub fates: Vec<Fate>,
    /// Some have the same bytes and cannot be told apart.
    pub has_twins: bool,
    /// A certain cause keeps some from arriving.
    pub is_blocked: bool,
    /// The user stopped it.
    pub is_interrupted: bool,
    /// Why nothing was put.
    pub error: Option<Error>,
}

/// A trace under way.
struct Run<'a> {
    job: &'a TraceJob,
    stream: DeliveryStream,
    trace: Trace,
    watcher: &'a mut dyn Watcher,
    events: Vec<TraceEvent>,
    /// What was shown of what was not looked at.
    unseen: BTreeSet<String>,
    facts: Option<Facts>,
    waits: Waits,
}

/// The time now.
fn now() -> Millis {
    context::milliseconds(context::now())
}

/// Follows the records until all is known that will be.
pub async fn run(
    job: &TraceJob,
    plan: TracePlan,
    watcher: &mut dyn Watcher,
    context: &Context,
) -> Result<TraceReport, Error> {
    let stream = job.description.view();
    let start = now();
    let mut listening = Listening::find(&job.session, &stream, start - SLACK).await;
    let plan = TracePlan {
        follows_logs: listening.has_function(),
        timeout: job.timeout,
        ..match listening.function_timeout() {
            Some(timeout) => TracePlan::new(&stream, Some(timeout)),
            None => plan,
        }
    };
    let start = now();
    let mut run = Run {
        job,
        stream,
        trace: Trace::new(plan, &job.records, start),
        watcher,
        events: Vec::new(),
        unseen: BTreeSet::new(),
        facts: None,
        waits: Waits::new(start, job.timeout)?,
    };
    let put = put::put(job, &mut run.waits, context).await?;
    let error = put.error;
    run.see(put.events)?;
    if put.is_interrupted {
        return Ok(run.report(true, None));
    }
    let mut asking = Asking::default();
    if job.asks_transform && error.is_none() {
        match run.waits.wait(Box::pin(ask(job, &run.stream, now()))).await? {
            Waited::Done(asked) => asking = asked,
            Waited::Signal => return Ok(run.report(true, None)),
            Waited::Late => asking.has_unknown_call = true,
        }
        run.see(std::mem::take(&mut asking.events))?;
    }
    let Asking { expected, requests, has_unknown_call, .. } = asking;
    let witnesses = Arc::new(Witnesses { searcher: Searcher::new(&job.records), expected });
    let mut witness = LogWitness::new(Arc::clone(&witnesses), &run.stream.arn, start);
    for request in requests {
        witness.leave_out(request);
    }
    if has_unknown_call {
        witness.has_unknown_call();
    }
    listening.listen(witness);
    let looking = Looking::new(Arc::clone(&job.session), run.stream.clone(), witnesses, start);
    let watcher = &mut *run.watcher;
    let looking = job.session.telling(looking, async |why| watcher.notice(why));
    let is_interrupted = match run.waits.wait(Box::pin(looking)).await? {
        Waited::Done(looking) => run.follow(&mut listening, &looking).await?,
        waited => waited.is_interrupted(),
    };
    let events = listening.finish();
    run.see(events)?;
    if !is_interrupted {
        let concluded = run.trace.conclude(now());
        run.show(concluded)?;
    }
    Ok(run.report(is_interrupted, error))
}

/// What was waited for.
enum Wakeup {
    Looked(Box<Look>),
    Logged(Vec<TraceEvent>),
    SlowDown(&'static str),
    Signal,
    Timer,
}

impl Run<'_> {
    /// Does what is to be done until all is known; true if a signal came.
    async fn follow(
        &mut self,
        listening: &mut Listening,
        looking: &Looking,
    ) -> Result<bool, Error> {
        let mut look: Option<Pin<Box<dyn Future<Output = Look> + '_>>> = None;
        loop {
            let until = match self.trace.next(now()) {
                TraceStep::Done => return Ok(false),
                TraceStep::Look => {
                    look = Some(Box::pin(looking.look(now())));
                    continue;
                }
                TraceStep::Examine(stage) => {
                    if self.examine(stage).await? {
                        return Ok(true);
                    }
                    continue;
                }
                TraceStep::Wait(until) => until,
            };
            self.watcher.waiting(self.trace.deadline(), now());
            let looked = async {
                match &mut look {
                    Some(look) => look.await,
                    None => std::future::pending().await,
                }
            };
            let wakeup = tokio::select! {
                biased;
                panic = panics::happened() => return Err(panic),
                () = self.waits.signals.next() => Wakeup::Signal,
                found = looked => Wakeup::Looked(Box::new(found)),
                events = listening.next() => Wakeup::Logged(events),
                why = self.job.session.slowed_down() => Wakeup::SlowDown(why),
                () = tokio::time::sleep(from_now(until)) => Wakeup::Timer,
            };
            match wakeup {
                Wakeup::Signal => return Ok(true),
                Wakeup::Timer => {}
                Wakeup::SlowDown(why) => self.watcher.notice(why),
                Wakeup::Looked(found) => {
                    look = None;
                    self.looked(*found)?;
                }
                Wakeup::Logged(events) => {
                    self.see(events)?;
                    self.trace.running(listening.running_since());
                    if !listening.has_function() {
                        self.trace.without_logs();
                    }
                }
            }
        }
    }

    fn looked(&mut self, found: Look) -> Result<(), Error> {
        self.see(found.events)?;
        for (what, why) in &found.gaps {
            self.unseen(what, why, false)?;
        }
        for (at, object) in found.delivered {
            self.trace.delivered(at, object);
        }
        let gaps = found.gaps.into_iter().map(|(what, why)| format!("{what}: {why}")).collect();
        self.trace.looked(found.began, now(), gaps);
        Ok(())
    }

    /// Shows once that something was not looked at.
    fn unseen(&mut self, what: &str, why: &str, may_hold: bool) -> Result<(), Error> {
        if !self.unseen.insert(what.to_owned()) {
            return Ok(());
        }
        let what = What::Unseen { what: what.to_owned(), why: why.to_owned(), may_hold };
        self.see(vec![TraceEvent { at: now(), records: Vec::new(), what }])
    }

    /// Takes events and shows what is new.
    fn see(&mut self, mut events: Vec<TraceEvent>) -> Result<(), Error> {
        events.sort_by_key(|event| event.at);
        let new = events.into_iter().flat_map(|event| self.trace.see(event)).collect();
        self.show(new)
    }

    fn show(&mut self, events: Vec<TraceEvent>) -> Result<(), Error> {
        self.watcher.seen(&events)?;
        self.events.extend(events);
        Ok(())
    }

    fn report(self, is_interrupted: bool, error: Option<Error>) -> TraceReport {
        TraceReport {
            fates: self.trace.fates(),
            has_twins: self.trace.has_twins(),
            is_blocked: self.trace.is_blocked(),
            events: self.events,
            is_interrupted,
            error,
        }
    }
}

/// How long it is until then.
fn from_now(until: Millis) -> Duration {
    let until = Duration::from_millis(u64::try_from(until).unwrap_or_default());
    until.saturating_sub(context::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
