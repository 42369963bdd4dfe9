//! The file of a ledger.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::history::{History, MAX_RECORDS};
use super::job::{FORMAT, Job};
use super::key::{Entries, Entry, SourceVersion};
use super::line::{BatchOutcomes, Chain, Line, Plan, RecordOutcome, letter};
use super::reading::{self, Damage, Reading};
use crate::error::Error;
use crate::terminal::plural;

/// A ledger that this process writes, and no other.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    chain: Chain,
    /// What it knows, and the others of its stream.
    pub history: History,
    /// A line may stand half in the file: nothing can be added.
    is_broken: bool,
}

/// A ledger as it was found.
#[derive(Debug)]
pub struct Opened<L> {
    /// The ledger, or only what it says.
    pub ledger: L,
    /// The job as it began: its window of time is that of the first run.
    pub job: Job,
    /// Bytes of a line that was never finished. They count for nothing.
    pub torn: u64,
}

impl Ledger {
    /// Opens the ledger of `job` to resume it; `None` if there is none.
    /// What it has planned and knows no answer of counts as unknown.
    pub fn open(path: &Path, job: &Job) -> Result<Option<Opened<Self>>, Error> {
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unwritable(path, error)),
        };
        lock(&file, path)?;
        let reading = read(path, &file, job)?;
        let cut = |file: &mut File| {
            if reading.torn > 0 {
                file.set_len(reading.length)?;
                file.sync_all()?;
            }
            file.seek(SeekFrom::End(0))
        };
        cut(&mut file).map_err(|error| unwritable(path, error))?;
        let Reading { job, mut history, chain, torn, .. } = reading;
        history.settle();
        let ledger = Self { path: path.to_owned(), file, chain, history, is_broken: false };
        Ok(Some(Opened { ledger, job, torn }))
    }

    /// Reads the ledger of `job` without touching it; `None` if there is none.
    pub fn look(path: &Path, job: &Job) -> Result<Option<Opened<History>>, Error> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::unreadable(&name(path), error)),
        };
        let Reading { job, mut history, torn, .. } = read(path, &file, job)?;
        history.settle();
        Ok(Some(Opened { ledger: history, job, torn }))
    }

    /// Makes the ledger of a job that begins. The file is there whole or not
    /// at all, and one that is there already is never replaced.
    pub fn create(path: &Path, job: &Job) -> Result<Self, Error> {
        let folder = folder(path);
        let unwritable = |error| unwritable(path, error);
        let mut chain = Chain::default();
        let line = chain.write(&Line::Job(job.clone())).map_err(io::Error::other);
        let line = line.map_err(unwritable)?;
        // Only its owner may read it: that is tempfile's default.
        let temporary = tempfile::Builder::new().prefix(".fh-redrive-").tempfile_in(folder);
        let mut temporary = temporary.map_err(unwritable)?;
        lock(temporary.as_file(), path)?;
        temporary.write_all(line.as_bytes()).map_err(unwritable)?;
        temporary.as_file().sync_all().map_err(unwritable)?;
        let file = temporary.persist_noclobber(path).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => in_use(path),
            _ => unwritable(error.error),
        })?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable)?;
        let history = History::default();
        Ok(Self { path: path.to_owned(), file, chain, history, is_broken: false })
    }

    /// Refuses `more` records if the ledger has no room for them.
    pub fn check_room(path: &Path, known: &History, more: u64) -> Result<(), Error> {
        let all = (known.count() as u64).saturating_add(more);
        if all > MAX_RECORDS as u64 { Err(too_large(path)) } else { Ok(()) }
    }

    /// Writes down that these records, which stand in these objects, are about
    /// to be sent; returns the number of the batch. `at` is in milliseconds
    /// since 1970.
    pub fn plan(
        &mut self,
        at: i64,
        sources: &[&SourceVersion],
        entries: Vec<Entry>,
    ) -> Result<u64, Error> {
        Self::check_room(&self.path, &self.history, entries.len() as u64)?;
        let batch = self.history.next_batch();
        let new = sources.iter().filter(|source| !self.history.knows(source));
        let sources: Vec<SourceVersion> = new.map(|source| (*source).clone()).collect();
        for source in &sources {
            self.history.note(source, at);
        }
        let records = Entries(entries);
        let plan = Plan { batch, at, sources, records };
        let Line::Plan(plan) = self.append(Line::Plan(plan))? else {
            return Err(Error::internal("a plan is not valid"));
        };
        self.history.plan(batch, at, plan.records.0);
        Ok(batch)
    }

    /// Writes down what became of a batch, an outcome a record.
    pub fn done(&mut self, batch: u64, at: i64, outcomes: &[RecordOutcome]) -> Result<(), Error> {
        let letters = outcomes.iter().copied().map(letter).collect();
        self.append(Line::Done(BatchOutcomes { batch, at, outcomes: letters }))?;
        let done = self.history.done(batch, outcomes.iter().copied());
        done.ok_or_else(|| Error::internal("a batch was answered that was not planned"))
    }

    /// Adds a line; returns when the disk has it.
    fn append(&mut self, line: Line) -> Result<Line, Error> {
        let unwritable = |error| {
            Error::unwritable(&quoted(&self.path), error).hint(
                "records that were sent but are not in the ledger are listed as possible \
                     duplicates",
            )
        };
        if self.is_broken {
            return Err(unwritable(io::Error::other("an earlier write failed")));
        }
        self.is_broken = true;
        let text = self.chain.write(&line).map_err(io::Error::other).map_err(unwritable)?;
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(unwritable)?;
        self.is_broken = false;
        Ok(line)
    }
}

fn read(path: &Path, file: &File, job: &Job) -> Result<Reading, Error> {
    let reading = reading::read(BufReader::new(file)).map_err(|damage| damaged(path, damage))?;
    if reading.job.format != FORMAT {
        let message = format!("{} has a format that this version does not know", quoted(path));
        return Err(Error::user(message).hint("a newer fh wrote it: continue with that version"));
    }
    if let Some(difference) = job.difference(&reading.job) {
        let message = format!("{} is the ledger of another job: {difference}", quoted(path));
        return Err(Error::user(message)
            .hint("omit `--ledger`: each job has its own ledger and reads the others"));
    }
    Ok(reading)
}

fn damaged(path: &Path, damage: Damage) -> Error {
    let name = quoted(path);
    match damage {
        Damage::NoLedger => Error::user(format!("{name} is not a ledger of `fh redrive`"))
            .hint("`--ledger` takes a file that `fh redrive` created"),
        Damage::Line { number, offset } => Error::user(format!(
            "{name} is damaged: line {number}, at byte {offset}, was changed after it was written"
        ))
        .hint("restore a good copy; without it, fh cannot tell which records were sent"),
        Damage::TooLarge => too_large(path),
        Damage::Io(error) => Error::unreadable(&path.display().to_string(), error),
    }
}

fn too_large(path: &Path) -> Error {
    let most = plural(MAX_RECORDS as u64, "record");
    Error::user(format!("{} cannot hold more than {most}", quoted(path)))
        .hint("split the job, by prefix or by `--since` and `--until`")
        .hint(format!("or move ledgers of finished jobs out of {}", quoted(folder(path))))
}

fn lock(file: &File, path: &Path) -> Result<(), Error> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => in_use(path),
        TryLockError::Error(error) => Error::unwritable(&quoted(path), error).hint(
            "the folder must be on a disk that supports file locks; choose another with \
             `--ledger FILE`",
        ),
    })
}

fn in_use(path: &Path) -> Error {
    Error::user(format!("{} is in use: another `fh redrive` works on this job", quoted(path)))
        .hint("wait for it to end, or end it with Ctrl-C")
}

/// The folder that a ledger is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A ledger that cannot be made or changed where it is.
pub(super) fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::unwritable(&format!("the ledger {}", quoted(path)), error)
        .hint("store it elsewhere with `--ledger FILE`, on a disk that outlives this run")
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

pub(super) fn quoted(path: &Path) -> String {
    format!("`{}`", path.display())
}
