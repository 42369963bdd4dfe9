//! Runs checks where nothing happens.

use std::time::Duration;

use super::waiting::Waited;
use super::{Run, TraceTarget, now};
use crate::error::Error;
use crate::gathering;
use firehose::diagnosis::{self, Checked, Facts, Outcome, Stage};
use firehose::time::Millis;
use firehose::trace::{TraceEvent, What};

/// How far back the checks look at metrics, logs and failures.
const WINDOW: Duration = Duration::from_mins(15);

/// Facts that are younger are used again, in milliseconds.
const FRESH: Millis = 10_000;

impl Run<'_> {
    /// Runs the checks of a stage that is silent, and shows the likeliest cause; true if a
    /// signal came.
    pub(super) async fn examine(&mut self, stage: Stage) -> Result<bool, Error> {
        let facts = match self.facts().await? {
            Waited::Done(facts) => facts,
            waited => return Ok(waited.is_interrupted()),
        };
        let checked = diagnosis::diagnose(&facts, &stage.checks());
        let cause = diagnosis::likeliest(&checked).map(|(check, finding)| What::Cause {
            stage,
            check,
            finding: Box::new(finding.clone()),
        });
        let what = cause.unwrap_or_else(|| {
            let unknown = checked.iter().filter_map(gap).collect();
            What::NoCause { stage, summary: diagnosis::together(&facts), unknown }
        });
        self.facts = Some(facts);
        self.see(vec![TraceEvent { at: now(), records: Vec::new(), what }])?;
        Ok(false)
    }

    /// The facts about the stream as they are now.
    async fn facts(&mut self) -> Result<Waited<Facts>, Error> {
        if let Some(facts) = self.facts.take_if(|facts| now() - facts.now < FRESH) {
            return Ok(Waited::Done(facts));
        }
        let groups: Vec<_> = match &self.job.target {
            TraceTarget::LogGroup(group) => vec![group.as_str().to_owned()],
            TraceTarget::Stream | TraceTarget::DataStream(_) => Vec::new(),
        };
        let (session, description) = (&self.job.session, self.job.description.clone());
        let gathered = gathering::gather(session, description, now(), WINDOW, &groups);
        let watcher = &mut *self.watcher;
        let gathered = session.telling(gathered, async |why| watcher.notice(why));
        self.waits.wait(Box::pin(gathered)).await
    }
}

/// Why a check came to no end, if it did not.
fn gap(it: &Checked) -> Option<String> {
    match &it.outcome {
        Outcome::Unknown(gap) => Some(format!("{}: {}", it.check.name, gap.why)),
        _ => None,
    }
}
