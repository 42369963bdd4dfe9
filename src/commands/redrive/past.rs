//! What earlier runs have done.

use std::path::PathBuf;

use super::arguments::RedriveArgs;
use crate::context::Context;
use crate::error::Error;
use crate::ledger::{History, Job, Ledger, neighbours};
use crate::render::terminal::plural;

/// What is known before this run.
pub(super) struct Past {
    pub(super) seen: Seen,
    /// The job, as it began.
    pub(super) job: Job,
    pub(super) history: History,
    /// Open for writing, if there is one and something is to be sent.
    ledger: Option<Ledger>,
    /// Ledgers of the same stream beside it, and records that they knew.
    beside: (u64, usize),
}

/// Which ledger it is.
pub(super) struct Seen {
    pub(super) path: PathBuf,
    /// It is made by this run.
    pub(super) is_new: bool,
}

impl Past {
    /// Reads the ledger of the job, and its neighbours. A dry run touches
    /// nothing, not even a lock.
    pub(super) fn open(args: &RedriveArgs, job: &Job, context: &Context) -> Result<Self, Error> {
        let path = args.ledger.clone().unwrap_or_else(|| PathBuf::from(job.file_name()));
        let seen = Seen { path, is_new: true };
        let mut past = Self {
            seen,
            job: job.clone(),
            history: History::default(),
            ledger: None,
            beside: (0, 0),
        };
        let mut torn = 0;
        if args.dry_run {
            if let Some(opened) = Ledger::look(&past.seen.path, job)? {
                (past.seen.is_new, past.job, torn) = (false, opened.job, opened.torn);
                past.history = opened.ledger;
            }
        } else if let Some(mut opened) = Ledger::open(&past.seen.path, job)? {
            (past.seen.is_new, past.job, torn) = (false, opened.job, opened.torn);
            past.history = std::mem::take(&mut opened.ledger.history);
            past.ledger = Some(opened.ledger);
        }
        if torn > 0 {
            context.tell(&format!(
                "fh: the last line of `{}` was never finished: its {} count for nothing",
                past.seen.path.display(),
                plural(torn, "byte")
            ));
        }
        past.read_neighbours(context)?;
        Ok(past)
    }

    fn read_neighbours(&mut self, context: &Context) -> Result<(), Error> {
        let found = neighbours(&self.seen.path, &self.job)?;
        if found.count > 0 {
            let ledgers = plural(found.count, "other ledger");
            let stream = self.job.stream_name();
            context.tell(&format!(
                "fh: {ledgers} of `{stream}` in this folder: what was put before is not sent again"
            ));
        }
        for name in found.in_use {
            context.complain(
                &format!("another `fh redrive` into this stream is running: `{name}`"),
                &["what it sends from now on is not known here; wait if the records overlap"],
            );
        }
        self.beside = (found.count, found.history.count());
        self.history.absorb(found.history);
        Ok(())
    }

    /// The ledger, made now if there is none, with all that is known.
    pub(super) fn begin(self) -> Result<(Seen, Ledger), Error> {
        let mut ledger = match self.ledger {
            Some(ledger) => ledger,
            None => Ledger::create(&self.seen.path, &self.job)?,
        };
        // Somebody may have put records while this was surveyed and asked.
        let now = neighbours(&self.seen.path, &self.job)?;
        if (now.count, now.history.count()) != self.beside {
            return Err(Error::usage(
                "another `fh redrive` into this stream has put records meanwhile, so nothing was sent",
            )
            .hint("the same command again takes into account what it has put"));
        }
        ledger.history = self.history;
        Ok((self.seen, ledger))
    }
}
