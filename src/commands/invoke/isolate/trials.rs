//! The calls of a search, in one process as long as it lives.

use std::time::Duration;

use super::InvokeArgs;
use super::stop::Stop;
use super::trial::Trial;
use crate::context::{Context, ProgressBar};
use crate::error::Error;
use crate::function::Function;
use crate::render::invocation::{Conclusion, Others};
use crate::terminal::{group, plural};
use crate::times::write_duration;
use firehose::transform::TransformEvent;
use firehose::transform::invocation::InvocationResult;
use firehose::transform::isolate::{CallOutcome, Cause, EventParts, Isolation, Symptom};

/// Calls that are kept for after the search: the records that were found, the
/// others, and none.
const AFTER: usize = 3;

/// More calls with the records that were found, and with the others, as far as the
/// limit has room for them: a function that fails every second time passes for one that
/// does not in one search of thirty.
const AGAIN: usize = 2;

/// A timeout from which a shorter one is worth a word.
const LONG: Duration = Duration::from_secs(5);

/// What the search found.
pub(super) struct Found {
    pub(super) conclusion: Conclusion,
    /// What was searched for; `None` if nothing was.
    pub(super) cause: Option<Cause>,
    /// Places in the event, from 0.
    pub(super) records: Vec<usize>,
    /// The call with these, or with all of them where nothing was found.
    pub(super) trial: Trial,
    /// Without any one of the records, the call does not fail at all.
    pub(super) is_only_together: bool,
    pub(super) is_flaky: bool,
    /// Ctrl-C ended the search, or the calls after it.
    pub(super) is_interrupted: bool,
    /// The call with all of them, if it is another one.
    pub(super) whole: Option<Trial>,
    pub(super) others: Option<Others>,
    pub(super) fails_without_records: Option<bool>,
}

impl Found {
    /// No records: this is the call with all of them.
    const fn nothing(conclusion: Conclusion, trial: Trial) -> Self {
        Self {
            conclusion,
            cause: None,
            records: Vec::new(),
            trial,
            is_only_together: false,
            is_flaky: false,
            is_interrupted: false,
            whole: None,
            others: None,
            fails_without_records: None,
        }
    }
}

/// Calls with fewer and fewer records, in one process as long as it lives.
pub(super) struct Trials<'a> {
    args: &'a InvokeArgs,
    context: &'a Context,
    stop: &'a Stop,
    parts: EventParts<'a>,
    function: Function,
    pub(super) calls: usize,
    progress: ProgressBar,
}

/// Why there was no call.
enum NoCall {
    /// Ctrl-C ends the search.
    Stopped,
    Failed(Error),
}

impl From<Error> for NoCall {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl<'a> Trials<'a> {
    /// Calls of `function` with parts of the event `text`.
    pub(super) fn new(
        args: &'a InvokeArgs,
        context: &'a Context,
        stop: &'a Stop,
        text: &'a [u8],
        function: Function,
    ) -> Self {
        let progress = ProgressBar::new(context, ProgressBar::MESSAGE, None);
        Self { args, context, stop, parts: EventParts::new(text), function, calls: 0, progress }
    }

    /// Finds out which of this many records are needed.
    pub(super) async fn search(&mut self, count: usize) -> Result<Found, Error> {
        let all: Vec<_> = (0..count).collect();
        let first = self.call(&all, count).await?;
        if !first.invocation.result.had_event() {
            return Ok(Found::nothing(Conclusion::NotLoaded, first));
        }
        self.mention_timeout(&first);
        let second = self.call(&all, count).await?;
        let is_flaky = first.symptom != second.symptom;
        let whole = if first.symptom.is_some() { first } else { second };
        let Some(cause) = whole.symptom.as_ref().and_then(Symptom::cause) else {
            return Ok(Found::nothing(Conclusion::NoFailure, whole));
        };
        let mut found = self.narrow(count, whole, &cause).await?;
        found.is_flaky = is_flaky;
        let verified = self.verify(&mut found, count, &cause).await;
        found.is_interrupted |= match verified {
            Ok(true) => false,
            Ok(false) => {
                // Which records were found is chance.
                let whole = found.whole.unwrap_or(found.trial);
                found = Found::nothing(Conclusion::Unstable, whole);
                found.is_flaky = true;
                false
            }
            Err(NoCall::Stopped) => true,
            Err(NoCall::Failed(error)) => return Err(error),
        };
        found.cause = Some(cause);
        Ok(found)
    }

    /// Calls with fewer and fewer records until none can be left out, the calls end, or
    /// Ctrl-C does.
    async fn narrow(&mut self, count: usize, whole: Trial, cause: &Cause) -> Result<Found, Error> {
        let most = self.args.max_calls as usize - self.calls - AFTER;
        // One record that is too large alone is found by halving twice; where the sizes add
        // up, more calls leave out nothing.
        let enough = 2 * count.max(1).ilog2() as usize + 4;
        let most = if cause.adds_up() { most.min(enough) } else { most };
        let mut isolation = Isolation::new(count, most);
        // With the smallest set so far.
        let mut failing = None;
        let mut is_interrupted = false;
        while let Some(set) = isolation.next_set() {
            let trial = match self.call_unless_stopped(&set, isolation.smallest().len()).await {
                Ok(trial) => trial,
                Err(NoCall::Stopped) => {
                    is_interrupted = true;
                    break;
                }
                Err(NoCall::Failed(error)) => return Err(error),
            };
            let outcome = trial.outcome(cause);
            isolation.answer(outcome);
            if outcome == CallOutcome::SameFailure {
                failing = Some(trial);
            }
            if isolation.smallest().len() < count {
                self.stop.has_found();
            }
        }
        let conclusion = match (isolation.is_minimal(), is_interrupted) {
            (true, _) if cause.adds_up() && isolation.smallest().len() > 1 => Conclusion::AddsUp,
            (true, _) => Conclusion::Isolated,
            (false, true) => Conclusion::Interrupted,
            (false, false) if most == enough && cause.adds_up() => Conclusion::AddsUp,
            (false, false) => Conclusion::LimitReached,
        };
        let (trial, whole) = match failing {
            Some(trial) => (trial, Some(whole)),
            None => (whole, None),
        };
        Ok(Found {
            records: isolation.smallest(),
            is_only_together: isolation.is_only_together(),
            is_interrupted,
            whole,
            ..Found::nothing(conclusion, trial)
        })
    }

    /// Calls again with the records that were found, and with the others. False if the same
    /// records fail in one call and not in another.
    async fn verify(
        &mut self,
        found: &mut Found,
        count: usize,
        cause: &Cause,
    ) -> Result<bool, NoCall> {
        // Where sizes add up, no records are named.
        if found.is_interrupted || found.conclusion == Conclusion::AddsUp {
            return Ok(true);
        }
        let left = found.records.len();
        // All of them were sent twice.
        if left < count && !self.fails_again(found, cause).await? {
            return Ok(false);
        }
        let others = (0..count).filter(|record| found.records.binary_search(record).is_err());
        let others: Vec<_> = others.collect();
        let mut of_others = None;
        if !others.is_empty() {
            let trial = self.call_unless_stopped(&others, left).await?;
            of_others = Some(trial.outcome(cause));
            found.others = Some(trial.without(&found.trial, cause));
        }
        // Then it may not be the records at all.
        if left == 1 && found.others.as_ref().is_none_or(|it| matches!(it, Others::FailAlike(_))) {
            let none = self.call_unless_stopped(&[], left).await?;
            found.fails_without_records = Some(none.outcome(cause) == CallOutcome::SameFailure);
        }
        for _ in 0..AGAIN {
            if self.has_room(found) && !self.fails_again(found, cause).await? {
                return Ok(false);
            }
            if let Some(outcome) = of_others.filter(|_| self.has_room(found)) {
                let again = self.call_unless_stopped(&others, left).await?;
                if again.outcome(cause) != outcome {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Calls again with the records that were found; true if it fails again.
    async fn fails_again(&mut self, found: &mut Found, cause: &Cause) -> Result<bool, NoCall> {
        let again = self.call_unless_stopped(&found.records, found.records.len()).await?;
        found.is_flaky |= again.symptom != found.trial.symptom;
        Ok(again.outcome(cause) == CallOutcome::SameFailure)
    }

    /// True if there may be a call that only makes the result more certain: one that times
    /// out takes its time.
    fn has_room(&self, found: &Found) -> bool {
        let is_slow = matches!(found.trial.invocation.result, InvocationResult::TimedOut { .. });
        self.calls < self.args.max_calls as usize && !is_slow
    }

    /// Warns of a search that will take long.
    fn mention_timeout(&self, trial: &Trial) {
        let InvocationResult::TimedOut { limit, .. } = &trial.invocation.result else { return };
        if *limit >= LONG {
            let limit = write_duration(*limit);
            self.progress.suspended(|| {
                self.context.info(&format!(
                    "fh: each call that times out takes {limit}; a shorter `--timeout` finds the \
                     records sooner"
                ));
            });
        }
    }

    /// [`call`](Self::call), unless Ctrl-C ends the search before there is a response.
    async fn call_unless_stopped(
        &mut self,
        records: &[usize],
        left: usize,
    ) -> Result<Trial, NoCall> {
        let stop = self.stop;
        tokio::select! {
            biased;
            () = stop.requested() => Err(NoCall::Stopped),
            trial = self.call(records, left) => Ok(trial?),
        }
    }

    /// Calls the function with these records; `left` is how many may be needed.
    async fn call(&mut self, records: &[usize], left: usize) -> Result<Trial, Error> {
        let (number, most) = (self.calls as u64 + 1, u64::from(self.args.max_calls));
        self.progress.show(number, || {
            let left = plural(left as u64, "record");
            format!("call {number} of at most {}, {left} left", group(most))
        });
        self.calls += 1;
        let event = self.parts.subset(records);
        let invocation = self.function.invoke(&event).await?;
        let check = match &invocation.result {
            InvocationResult::Response(response) => {
                let event = TransformEvent::parse(&event).map_err(|error| {
                    Error::internal(format!("a part of the event is no event: {error}"))
                })?;
                Some(self.args.stream.check(&event, response, invocation.style)?)
            }
            _ => None,
        };
        let symptom = Symptom::of(&invocation.result, check.as_ref());
        Ok(Trial { event, invocation, check, symptom })
    }
}
