//! What earlier runs have done.

use std::path::{Path, PathBuf};

use super::ledger::{History, Job, Ledger, LedgerFolder, OtherLedgers, other_ledgers, probe};
use super::options::Options;
use crate::context::{self, Context};
use crate::error::Error;
use crate::terminal::plural;
use firehose::redrive::EarlierSummary;

/// What is known before this run.
pub(crate) struct EarlierRuns {
    /// The ledger of this job.
    pub(crate) path: PathBuf,
    /// It is made by this run.
    pub(crate) is_new: bool,
    /// What was sent into the stream before.
    pub(crate) summary: Option<EarlierSummary>,
    /// The job, as it began.
    pub(super) job: Job,
    pub(super) history: History,
    /// Open for writing, if there is one and something is to be sent.
    ledger: Option<Ledger>,
    /// Where ledgers of the stream are kept; none without a state folder.
    folder: Option<LedgerFolder>,
    /// Other ledgers of the same stream, and how many records they knew.
    others: (Vec<PathBuf>, usize),
}

impl EarlierRuns {
    /// Reads the ledger of the job, and the others of its stream. A dry run
    /// touches nothing, not even a lock.
    pub(super) fn open(options: &Options, job: &Job, context: &Context) -> Result<Self, Error> {
        let folder = context::state_home().map(|folder| LedgerFolder::new(&folder, job));
        let path = match (&options.ledger, &folder) {
            (Some(path), _) => path.clone(),
            (None, Some(folder)) => folder.find(job)?,
            (None, None) => return Err(no_place()),
        };
        let mut runs = Self {
            path,
            is_new: true,
            summary: None,
            job: job.clone(),
            history: History::default(),
            ledger: None,
            folder,
            others: (Vec::new(), 0),
        };
        let mut torn = 0;
        if options.is_dry_run {
            if let Some(opened) = Ledger::look(&runs.path, job)? {
                (runs.is_new, runs.job, torn) = (false, opened.job, opened.torn);
                runs.history = opened.ledger;
            }
        } else if let Some(mut opened) = Ledger::open(&runs.path, job)? {
            (runs.is_new, runs.job, torn) = (false, opened.job, opened.torn);
            runs.history = std::mem::take(&mut opened.ledger.history);
            runs.ledger = Some(opened.ledger);
        } else {
            match &runs.folder {
                Some(folder) => folder.prepare(&runs.path)?,
                None => probe(&runs.path)?,
            }
        }
        if torn > 0 {
            context.info(&format!(
                "fh: the last line of `{}` is incomplete: ignoring its {}",
                runs.path.display(),
                plural(torn, "byte")
            ));
        }
        runs.read_others(context)?;
        Ok(runs)
    }

    fn read_others(&mut self, context: &Context) -> Result<(), Error> {
        let found = self.others()?;
        for link in found.lost {
            let stream = self.job.stream_name();
            let link = link.display();
            context.warn(
                &format!("a ledger of an earlier redrive into `{stream}` does not exist any more"),
                &[
                    "restore it: without it, records that it lists as sent may be sent again",
                    &format!("if that does not matter, delete the link `{link}`"),
                ],
            );
        }
        for name in found.in_use {
            context.warn(
                &format!("another `fh redrive` into this stream is running: `{name}`"),
                &["this run does not see what it sends from now on; wait if the records overlap"],
            );
        }
        self.others = (found.paths, found.history.count());
        self.history.absorb(found.history);
        let ledgers = self.others.0.len() + usize::from(!self.is_new);
        self.summary = self.history.last().map(|last| EarlierSummary {
            records: self.history.count() as u64,
            ledgers: ledgers as u64,
            last,
        });
        Ok(())
    }

    /// Reads all other ledgers of the stream that this machine knows of: those
    /// on its folder, beside the ledger, and in the working directory, where
    /// earlier versions made them.
    fn others(&self) -> Result<OtherLedgers, Error> {
        let path = &self.path;
        let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let kept = self.folder.as_ref().map(LedgerFolder::folder);
        let folders: Vec<_> = kept.into_iter().chain(beside).chain([Path::new(".")]).collect();
        other_ledgers(&folders, path, &self.job)
    }

    /// Makes ledgers that are somewhere else known to every working directory.
    pub(crate) fn link(&self, context: &Context) {
        let Some(kept) = &self.folder else { return };
        let own = Some(&self.path).filter(|path| path.exists());
        for path in own.into_iter().chain(&self.others.0) {
            if let Err(error) = kept.link(path) {
                let (path, folder) = (path.display(), kept.folder().display());
                context.warn(
                    &format!("cannot link to the ledger `{path}` in `{folder}`: {error}"),
                    &["runs in other working directories do not find it: pass it with `--ledger`"],
                );
            }
        }
    }

    /// The ledger, made now if there is none, with all that is known.
    pub(super) fn begin(&mut self, context: &Context) -> Result<Ledger, Error> {
        let mut ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => Ledger::create(&self.path, &self.job)?,
        };
        // Found by others before they are looked for: of two first runs at the same
        // time, at least one sees the other.
        self.link(context);
        let now = self.others()?;
        // Another run may have put records while this one surveyed and asked.
        if (now.paths.len(), now.history.count()) != (self.others.0.len(), self.others.1) {
            return Err(Error::user(
                "another `fh redrive` has sent records to this stream in the meantime, so nothing was sent",
            )
            .hint("run the same command again: it takes those records into account"));
        }
        ledger.history = std::mem::take(&mut self.history);
        Ok(ledger)
    }
}

fn no_place() -> Error {
    Error::user("there is no folder for the ledger: HOME is not an absolute path")
        .hint("set HOME or XDG_STATE_HOME to an absolute path")
        .hint("or pass `--ledger FILE`, on a disk that outlives this run")
}
