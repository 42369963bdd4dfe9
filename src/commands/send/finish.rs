//! What is left to do when nothing more is sent: keep what was not, and report.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::arguments::SendingArgs;
use super::reading::{ReadingArgs, are_there_to_stay};
use super::resend_command;
use super::survey::SendSurvey;
use super::target::Target;
use crate::context::{self, Context};
use crate::error::{Error, Outcome};
use crate::input::Source;
use crate::render;
use crate::render::sent::{DryRun, DryRunPlan, Left, SavedFile, SentReport};
use crate::sending::unsent_file::UnsentFile;
use crate::sending::{Feed, SendReport, drain_feed};
use crate::terminal::shell;
use firehose::put::{PendingRecord, PutEnding, PutReport};

/// How long an input is still read, after the user stopped the run, for what it has
/// given already.
const LISTENING: Duration = Duration::from_secs(1);

/// What a run was about.
pub(super) struct Finish<'a> {
    sending: &'a SendingArgs,
    /// Where own records came from.
    origin: Option<(&'a ReadingArgs, &'a [Source])>,
    /// What of them is too large, and cannot be read again.
    too_large: SharedUnsentFile,
    /// What demo records were made from.
    seed: Option<u64>,
}

/// Records that no call takes.
pub(super) type SharedUnsentFile = Arc<Mutex<UnsentFile>>;

impl<'a> Finish<'a> {
    pub(super) fn of_inputs(
        sending: &'a SendingArgs,
        reading: &'a ReadingArgs,
        inputs: &'a [Source],
    ) -> Self {
        Self { origin: Some((reading, inputs)), ..Self::new(sending, None) }
    }

    pub(super) fn of_demo(sending: &'a SendingArgs, seed: u64) -> Self {
        Self::new(sending, Some(seed))
    }

    fn new(sending: &'a SendingArgs, seed: Option<u64>) -> Self {
        let too_large = Arc::new(Mutex::new(file(sending, "too-large")));
        Self { sending, origin: None, too_large, seed }
    }

    /// Sees that records can be kept, before the first is sent.
    pub(super) fn check(&self) -> Result<(), Error> {
        file(self.sending, "unsent").check()
    }

    /// Where the reader puts what is too large.
    pub(super) fn too_large(&self) -> SharedUnsentFile {
        Arc::clone(&self.too_large)
    }

    /// Keeps what was not sent, reports, and says how it came out.
    pub(super) async fn report(
        self,
        sent: SendReport,
        mut feed: Feed,
        target: &Target,
        context: &Context,
    ) -> Result<Outcome, Error> {
        let mut left = Left::default();
        let kept = self.keep(&sent, &mut feed, &mut left, context).await;
        if sent.error.is_some() && sent.taken == 0 && sent.left_out == 0 {
            // Nothing was read, and the error says why.
            return outcome(sent);
        }
        // The report comes before an error of a file: it has the counts.
        let report = SentReport {
            stream: &target.name,
            described: target.stream.as_ref(),
            region: target.session.region().as_str(),
            sent: &sent,
            left: &left,
            seed: self.seed,
            ended: context::milliseconds(context::now()),
            flags: shell::line(&self.sending.aws.to_args()),
        };
        render::show_action(&report, self.sending.output, context)?;
        kept?;
        outcome(sent)
    }

    /// Writes what was not sent to files, but for what can be had again.
    async fn keep(
        &self,
        sent: &SendReport,
        feed: &mut Feed,
        left: &mut Left,
        context: &Context,
    ) -> Result<(), Error> {
        left.too_large = self.kept(self.take_too_large())?;
        if sent.finished.ending == PutEnding::Complete {
            return Ok(());
        }
        self.keep_unsent(sent, feed, left, context).await
    }

    fn take_too_large(&self) -> UnsentFile {
        let mut too_large = self.too_large.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *too_large, UnsentFile::new(PathBuf::new()))
    }

    async fn keep_unsent(
        &self,
        sent: &SendReport,
        feed: &mut Feed,
        left: &mut Left,
        context: &Context,
    ) -> Result<(), Error> {
        let finished = &sent.finished;
        let stays = self.origin.filter(|(_, inputs)| are_there_to_stay(inputs));
        if let Some((reading, inputs)) = stays {
            let is_untouched = finished.counts.acknowledged == 0 && finished.unknown.is_empty();
            let done = if is_untouched { 0 } else { tried(finished).unwrap_or(sent.taken) };
            let skip = reading.skip.max(done);
            if !sent.is_at_end || skip < sent.taken {
                left.rest = Some(resend_command::from_inputs(self.sending, reading, inputs, skip));
            }
            if is_untouched {
                return Ok(());
            }
        }
        let mut unsent = file(self.sending, "unsent");
        // What was never sent is the end of what was taken, and can be had again.
        let is_kept = |record: &&PendingRecord| stays.is_none() || record.attempts > 0;
        for record in finished.refused.iter().filter(is_kept) {
            unsent.push(&record.payload)?;
        }
        let mut unknown = file(self.sending, "unknown");
        for record in &finished.unknown {
            unknown.push(&record.payload)?;
        }
        left.unknown = self.kept(unknown)?;
        if self.origin.is_some() && stays.is_none() {
            let most = sent.is_interrupted.then_some(LISTENING);
            if most.is_none() && !sent.is_at_end {
                context.info("fh: saving the rest of the input; press Ctrl-C to stop");
            }
            let keep = &mut |record: PendingRecord| {
                left.unread += 1;
                unsent.push(&record.payload)
            };
            left.is_cut = !drain_feed(feed, most, keep).await?;
        }
        left.unsent = self.kept(unsent)?;
        Ok(())
    }

    fn kept(&self, file: UnsentFile) -> Result<Option<SavedFile>, Error> {
        let records = file.records();
        let kept = |path: PathBuf| {
            let file = path.display().to_string();
            let command = resend_command::from_file(self.sending, &file);
            SavedFile { file, records, command }
        };
        Ok(file.finish()?.map(kept))
    }
}

/// A file for records, named after what they are. Runs that start at the same
/// time in one folder each have their own.
fn file(sending: &SendingArgs, what: &str) -> UnsentFile {
    let time = Timestamp::try_from(context::now()).unwrap_or_default();
    let name = match (&sending.unsent, what) {
        (Some(file), "unsent") => file.clone(),
        (Some(file), _) => {
            let mut name = file.clone().into_os_string();
            name.push(format!(".{what}"));
            PathBuf::from(name)
        }
        (None, _) => {
            let time = time.strftime("%Y%m%dT%H%M%S%3fZ");
            format!("fh-{what}-{time}-{}.b64", std::process::id()).into()
        }
    };
    UnsentFile::new(name)
}

/// Records up to the last that was tried; nothing if all were.
fn tried(finished: &PutReport) -> Option<u64> {
    let first_fresh = finished.refused.iter().find(|record| record.attempts == 0)?;
    Some(first_fresh.number - 1)
}

fn outcome(sent: SendReport) -> Result<Outcome, Error> {
    let is_complete = sent.finished.ending == PutEnding::Complete;
    if let Some(error) = sent.error {
        return Err(error);
    }
    if sent.is_interrupted && !is_complete {
        return Err(Error::interrupted());
    }
    Ok(if is_complete && sent.left_out == 0 { Outcome::Clean } else { Outcome::Findings })
}

/// Shows what would be sent.
pub(super) fn dry_run(
    sending: &SendingArgs,
    survey: Option<SendSurvey>,
    context: &Context,
) -> Result<(), Error> {
    let plan = survey.map(|it| DryRunPlan {
        records: it.records,
        bytes: it.bytes,
        requests: it.requests,
        left_out: it.bad,
    });
    render::show_action(&DryRun::new(plan), sending.output, context)
}
