//! The calls of a search, in one process as long as it lives.

use std::time::Duration;

use super::InvokeArgs;
use crate::context::{Context, ProgressBar};
use crate::error::Error;
use crate::function::Function;
use crate::render::invocation::{Conclusion, Others};
use crate::terminal::{group, plural};
use crate::times::write_duration;
use firehose::transform::invocation::{Invocation, InvocationResult};
use firehose::transform::isolate::{EventParts, Isolation, Symptom};
use firehose::transform::{CheckResult, TransformEvent};

/// Calls that are kept for after the search: the records that were found, the
/// others, and none.
const AFTER: usize = 3;

/// A timeout from which a shorter one is worth a word.
const LONG: Duration = Duration::from_secs(5);

/// What the search found.
pub(super) struct Found {
    pub(super) conclusion: Conclusion,
    /// Places in the event, from 0.
    pub(super) records: Vec<usize>,
    /// The call with these, or with all of them where nothing was found.
    pub(super) trial: Trial,
    pub(super) is_flaky: bool,
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
            records: Vec::new(),
            trial,
            is_flaky: false,
            whole: None,
            others: None,
            fails_without_records: None,
        }
    }
}

/// A call with some of the records.
pub(super) struct Trial {
    pub(super) event: Vec<u8>,
    pub(super) invocation: Invocation,
    pub(super) check: Option<CheckResult>,
    symptom: Option<Symptom>,
}

/// Calls with fewer and fewer records, in one process as long as it lives.
pub(super) struct Trials<'a> {
    args: &'a InvokeArgs,
    context: &'a Context,
    parts: EventParts<'a>,
    function: Function,
    pub(super) calls: usize,
    progress: ProgressBar,
}

impl<'a> Trials<'a> {
    /// Calls of `function` with parts of the event `text`.
    pub(super) fn new(
        args: &'a InvokeArgs,
        context: &'a Context,
        text: &'a [u8],
        function: Function,
    ) -> Self {
        let progress = ProgressBar::new(context, ProgressBar::MESSAGE, None);
        Self { args, context, parts: EventParts::new(text), function, calls: 0, progress }
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
        let Some(symptom) = whole.symptom.clone() else {
            return Ok(Found::nothing(Conclusion::NoFailure, whole));
        };
        let most = self.args.max_calls as usize - self.calls - AFTER;
        let mut isolation = Isolation::new(count, most);
        // With the smallest set so far.
        let mut failing = None;
        while let Some(set) = isolation.next_set() {
            let trial = self.call(&set, isolation.smallest().len()).await?;
            let fails = trial.symptom.as_ref() == Some(&symptom);
            isolation.answer(fails);
            if fails {
                failing = Some(trial);
            }
        }
        let conclusion =
            if isolation.is_minimal() { Conclusion::Isolated } else { Conclusion::LimitReached };
        let (trial, whole) = match failing {
            Some(trial) => (trial, Some(whole)),
            None => (whole, None),
        };
        let mut found = Found { is_flaky, whole, ..Found::nothing(conclusion, trial) };
        found.records = isolation.smallest();
        self.verify(&mut found, count, &symptom).await?;
        Ok(found)
    }

    /// Calls once more with the records that were found, and with the others.
    async fn verify(
        &mut self,
        found: &mut Found,
        count: usize,
        symptom: &Symptom,
    ) -> Result<(), Error> {
        let left = found.records.len();
        // All of them were sent twice.
        if left < count {
            let again = self.call(&found.records, left).await?;
            found.is_flaky |= again.symptom.as_ref() != Some(symptom);
        }
        let others = (0..count).filter(|record| found.records.binary_search(record).is_err());
        let others: Vec<_> = others.collect();
        if !others.is_empty() {
            found.others = Some(self.call(&others, left).await?.without(&found.trial, symptom));
        }
        // Then it may not be the records at all.
        if left == 1 && found.others.as_ref().is_none_or(|it| matches!(it, Others::FailAlike(_))) {
            let none = self.call(&[], left).await?;
            found.fails_without_records = Some(none.symptom.as_ref() == Some(symptom));
        }
        Ok(())
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

impl Trial {
    /// What this call, with the other records, says of them.
    fn without(&self, with: &Self, symptom: &Symptom) -> Others {
        let how = || self.invocation.sentence();
        match &self.symptom {
            None => Others::Respond,
            Some(found) if found.is_like(symptom) => {
                let is_same = how() == with.invocation.sentence();
                Others::FailAlike((!is_same).then(how))
            }
            Some(Symptom::Broken(rules)) => {
                let names: Vec<_> =
                    rules.iter().map(|rule| format!("`{}`", rule.as_str())).collect();
                Others::FailOtherwise(format!("the response breaks {}", names.join(", ")))
            }
            Some(Symptom::Failed(_)) => Others::FailOtherwise(how()),
        }
    }
}
