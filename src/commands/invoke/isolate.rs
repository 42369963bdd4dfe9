//! `--isolate`: which records make the call fail.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::arguments::InvokeArgs;
use super::command_line;
use super::function::function;
use super::save::{folder, save};
use crate::aws::Session;
use crate::commands::check::read_event;
use crate::context::{Context, ProgressBar};
use crate::error::{Error, Outcome};
use crate::function::Function;
use crate::input::Source;
use crate::render;
use crate::render::check::CheckedResponse;
use crate::render::invocation::{Call, Conclusion, IsolationReport, Others};
use crate::terminal::{group, plural};
use crate::times::write_duration;
use firehose::transform::invocation::{Invocation, InvocationResult};
use firehose::transform::isolate::{EventParts, Isolation, Symptom};
use firehose::transform::{CheckResult, TransformEvent, data_flaw};

/// Calls that are kept for after the search: the records that were found, the
/// others, and none.
const AFTER: usize = 3;

/// A timeout from which a shorter one is worth a word.
const LONG: Duration = Duration::from_secs(5);

/// Asks before a deployed function is called many times; true if it may be.
pub(super) fn may_call(args: &InvokeArgs, context: &Context) -> Result<bool, Error> {
    let Some(name) = args.function.as_ref().filter(|_| !args.yes) else { return Ok(true) };
    let most = group(u64::from(args.max_calls));
    if !context.stdin_is_terminal || !context.stderr_is_terminal {
        return Err(Error::user(format!(
            "`{name}` was not called: `--isolate` may call it {most} times, and there is no \
             terminal to ask on"
        ))
        .hint("`--yes` calls it without asking; `--max-calls` sets how often at most"));
    }
    context.confirm(&format!(
        "Call the deployed function `{name}` up to {most} times, with all its side effects?"
    ))
}

/// Finds the records and shows them.
pub(super) async fn run(
    args: &InvokeArgs,
    session: Option<&Arc<Session>>,
    context: &Context,
    text: &[u8],
) -> Result<Outcome, Error> {
    let event = read_event(&args.event, text)?;
    if event.records.is_empty() {
        let name = args.event.title();
        return Err(Error::user(format!("the event `{name}` has no records to isolate"))
            .hint("without `--isolate`, `fh invoke` calls the function with it"));
    }
    if let Some(file) = &args.save_event {
        check_file(file, &args.event)?;
    }
    let function = function(args, session).await?;
    let progress = ProgressBar::new(context, ProgressBar::MESSAGE, None);
    let parts = EventParts::new(text);
    let mut trials = Trials { args, context, parts, function, calls: 0, progress };
    let found = trials.search(event.records.len()).await?;
    let calls = trials.calls;
    drop(trials);
    show(args, context, &event, &found, calls)
}

/// Fails if the file could not be written once the calls are made, or is the
/// event itself.
fn check_file(file: &Path, event: &Source) -> Result<(), Error> {
    folder(file)?;
    let is_event = match event {
        Source::Path(event) => {
            let (event, file) = (event.canonicalize(), file.canonicalize());
            matches!((event, file), (Ok(event), Ok(file)) if event == file)
        }
        Source::Stdin | Source::S3(_) => false,
    };
    if is_event {
        let name = file.display();
        return Err(Error::user(format!("`--save-event` would replace the event `{name}`"))
            .hint("use another file name"));
    }
    Ok(())
}

/// What the search found.
struct Found {
    conclusion: Conclusion,
    /// Places in the event, from 0.
    records: Vec<usize>,
    /// The call with these, or with all of them where nothing was found.
    trial: Trial,
    is_flaky: bool,
    /// The call with all of them, if it is another one.
    whole: Option<Trial>,
    others: Option<Others>,
    fails_without_records: Option<bool>,
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
struct Trial {
    event: Vec<u8>,
    invocation: Invocation,
    check: Option<CheckResult>,
    symptom: Option<Symptom>,
}

/// Calls with fewer and fewer records, in one process as long as it lives.
struct Trials<'a> {
    args: &'a InvokeArgs,
    context: &'a Context,
    parts: EventParts<'a>,
    function: Function,
    calls: usize,
    progress: ProgressBar,
}

impl Trials<'_> {
    /// Finds out which of this many records are needed.
    async fn search(&mut self, count: usize) -> Result<Found, Error> {
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
        let mut found = Found { whole, is_flaky, ..Found::nothing(conclusion, trial) };
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
            found.others = Some(self.call(&others, left).await?.without(symptom));
        }
        // Then it may not be the records at all.
        if left == 1 && found.others.as_ref().is_none_or(|it| *it == Others::FailAlike) {
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
    fn without(&self, symptom: &Symptom) -> Others {
        match &self.symptom {
            None => Others::Respond,
            Some(found) if found == symptom => Others::FailAlike,
            Some(Symptom::Broken(rules)) => {
                let names: Vec<_> =
                    rules.iter().map(|rule| format!("`{}`", rule.as_str())).collect();
                Others::FailOtherwise(format!("the response breaks {}", names.join(", ")))
            }
            Some(Symptom::Failed(_)) => Others::FailOtherwise(self.invocation.result.to_string()),
        }
    }
}

/// Saves the event that is left, and shows what was found.
fn show(
    args: &InvokeArgs,
    context: &Context,
    event: &TransformEvent<'_>,
    found: &Found,
    calls: usize,
) -> Result<Outcome, Error> {
    let is_found = !found.records.is_empty();
    let saved = args.save_event.as_deref().filter(|_| is_found);
    if let Some(file) = saved {
        save(file, &found.trial.event)?;
    } else if let Some(file) = &args.save_event {
        context.info(&format!("fh: `{}` was not written: no records were found", file.display()));
    }
    let name = args.event.name();
    let trial = &found.trial;
    let retries = args.stream.retries();
    let checked = trial.check.as_ref();
    let checked = checked.map(|result| CheckedResponse {
        event: &name,
        response: "response",
        retries,
        result,
    });
    let report = IsolationReport {
        conclusion: found.conclusion,
        event,
        records: &found.records,
        call: Call { invocation: &trial.invocation, number: None, checked, changes: None },
        event_bytes: trial.event.len(),
        memory_mb: args.memory,
        retries,
        calls,
        max_calls: args.max_calls as usize,
        is_flaky: found.is_flaky,
        whole: found.whole.as_ref().and_then(|whole| whole.check.as_ref()),
        others: found.others.as_ref(),
        fails_without_records: found.fails_without_records,
        saved,
        command: saved.map(|file| command_line::with_event(args, file)),
    };
    render::show(&report, args.output, context)?;
    if found.conclusion == Conclusion::NoFailure {
        return Ok(Outcome::Clean);
    }
    if let Some(flaw) = data_flaw(event) {
        context.warn(&flaw, &["`fh event` makes an event as Firehose sends it"]);
    }
    Ok(Outcome::Findings)
}
