//! What is left to do when nothing more is sent: keep what was not, and tell.

use std::time::Duration;

use jiff::Timestamp;

use super::again;
use super::arguments::{ReportFormat, SendingArgs};
use super::reading::{Reading, are_there_to_stay};
use super::survey::Survey;
use super::target::Target;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::firehose::delivery::{Ending, Outgoing};
use crate::input::Source;
use crate::render::sent::{self, Left, Report};
use crate::render::{Output, shell};
use crate::sending::unsent::Unsent;
use crate::sending::{Feed, Sent, rest};
use crate::times::Clock;

/// How long an input is listened to, after somebody said stop, for what it has
/// given already.
const PAUSE: Duration = Duration::from_millis(200);

/// What a run was about.
pub(super) struct Finish<'a> {
    sending: &'a SendingArgs,
    /// Where own records came from.
    origin: Option<(&'a Reading, &'a [Source])>,
    /// What demo records were made from.
    seed: Option<u64>,
}

impl<'a> Finish<'a> {
    pub(super) fn of_inputs(
        sending: &'a SendingArgs,
        reading: &'a Reading,
        inputs: &'a [Source],
    ) -> Self {
        Self { sending, origin: Some((reading, inputs)), seed: None }
    }

    pub(super) fn of_demo(sending: &'a SendingArgs, seed: u64) -> Self {
        Self { sending, origin: None, seed: Some(seed) }
    }

    /// Keeps what was not sent, reports, and says how it came out.
    pub(super) async fn report(
        self,
        sent: Sent,
        mut feed: Feed,
        target: &Target,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let left = self.keep(&sent, &mut feed).await;
        // The report comes before an error of the file: it has the counts.
        let (left, unkept) = match left {
            Ok(left) => (left, None),
            Err(error) => (Left::default(), Some(error)),
        };
        let report = Report {
            stream: &target.name,
            described: target.stream.as_ref(),
            region: target.session.region().as_str(),
            sent: &sent,
            left: &left,
            seed: self.seed,
            ended: context::milliseconds(context::now()),
            flags: shell::line(&again::aws(self.sending)),
        };
        let mut out = Vec::new();
        match self.sending.output {
            ReportFormat::Text => {
                let clock = Clock::new(context::time_zone());
                sent::push_text(&mut out, &report, &clock, &context.terminal);
            }
            ReportFormat::Json => sent::push_document(&mut out, &report),
        }
        Output::default().write(&out)?;
        outcome(sent, unkept)
    }

    /// Writes what was not sent to a file, but for what can be had again.
    async fn keep(&self, sent: &Sent, feed: &mut Feed) -> Result<Left, Error> {
        let finished = &sent.finished;
        if finished.ending == Ending::Complete {
            return Ok(Left::default());
        }
        let stays = self.origin.filter(|(_, inputs)| are_there_to_stay(inputs));
        let is_untouched = finished.counts.acknowledged == 0 && finished.unknown.is_empty();
        if let (Some((reading, inputs)), true) = (stays, is_untouched) {
            let all = again::from_inputs(self.sending, reading, inputs, reading.skip);
            return Ok(Left { commands: vec![all], ..Left::default() });
        }
        let now = Timestamp::try_from(context::now()).unwrap_or(Timestamp::UNIX_EPOCH);
        let mut unsent = Unsent::new(self.sending.unsent.as_deref(), now);
        // What was never sent is the end of what was taken, and can be had again.
        let is_kept = |record: &&Outgoing| stays.is_none() || record.attempts > 0;
        let mut records: Vec<&Outgoing> = finished.refused.iter().filter(is_kept).collect();
        records.extend(&finished.unknown);
        records.sort_by_key(|record| record.number);
        records.into_iter().try_for_each(|record| unsent.push(&record.payload))?;
        let mut left = Left::default();
        let mut commands = Vec::new();
        match (self.origin, stays) {
            (_, Some((reading, inputs))) => {
                let first_fresh = finished.refused.iter().find(|record| record.attempts == 0);
                let done = first_fresh.map_or(sent.taken, |record| record.number - 1);
                let skip = done.max(reading.skip);
                commands.push(again::from_inputs(self.sending, reading, inputs, skip));
            }
            (Some(_), None) => {
                let pause = sent.is_interrupted.then_some(PAUSE);
                let keep = &mut |record: Outgoing| {
                    left.unread += 1;
                    unsent.push(&record.payload)
                };
                left.is_cut = !rest(feed, pause, keep).await?;
            }
            (None, None) => {}
        }
        left.records = unsent.records();
        if let Some(path) = unsent.finish()? {
            let path = path.display().to_string();
            commands.insert(0, again::from_file(self.sending, &path));
            left.file = Some(path);
        }
        left.commands = commands;
        Ok(left)
    }
}

fn outcome(sent: Sent, unkept: Option<Error>) -> Result<Outcome, Error> {
    if let Some(error) = unkept.or(sent.error) {
        return Err(error);
    }
    if sent.is_interrupted && sent.finished.ending != Ending::Complete {
        return Err(Error::interrupted());
    }
    let is_clean = sent.finished.ending == Ending::Complete && sent.left_out == 0;
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

/// Tells what would be sent.
pub(super) fn dry_run(sending: &SendingArgs, survey: Option<Survey>) -> Result<(), Error> {
    let plan = survey.map(|it| sent::Plan {
        records: it.records,
        bytes: it.bytes,
        requests: it.requests,
        left_out: it.bad,
    });
    let mut out = Vec::new();
    match sending.output {
        ReportFormat::Text => sent::push_plan(&mut out, plan),
        ReportFormat::Json => sent::push_plan_document(&mut out, plan),
    }
    Output::default().write(&out)
}
