//! Ledgers of other jobs that put into the same delivery stream.

use std::fs::{self, File, TryLockError};
use std::io::BufReader;
use std::path::Path;

use super::file::folder;
use super::history::{History, MAX_RECORDS};
use super::job::{FILE_NAME_END, Job, file_name_start};
use super::reading::{self, Reading};
use crate::error::Error;

/// What the other ledgers in a folder know.
#[derive(Debug, Default)]
pub struct Neighbours {
    /// What they add up to.
    pub history: History,
    /// How many there are.
    pub count: u64,
    /// Names of those that a run is writing right now.
    pub in_use: Vec<String>,
}

/// Reads the ledgers beside `path` that put into the stream of `job`: those
/// with the names that `fh` gives them.
///
/// One that cannot be read is an error: what it knows would be sent twice.
pub fn neighbours(path: &Path, job: &Job) -> Result<Neighbours, Error> {
    let folder = folder(path);
    let mut found = Neighbours::default();
    let listing = fs::read_dir(folder);
    let listing =
        listing.map_err(|error| Error::unreadable(&folder.display().to_string(), error))?;
    for entry in listing.filter_map(Result::ok) {
        let other = entry.path();
        let file_name = entry.file_name();
        let file_name = file_name.to_string_lossy();
        let is_named = file_name.starts_with(&file_name_start(job.stream_name()))
            && file_name.ends_with(FILE_NAME_END);
        let is_same = path.file_name() == Some(&entry.file_name());
        if is_named && !is_same && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            one(&other, job, &mut found)?;
        }
    }
    Ok(found)
}

fn one(path: &Path, job: &Job, found: &mut Neighbours) -> Result<(), Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Error::unreadable(&name, error))?;
    let in_use = match file.try_lock_shared() {
        // Only looking: nobody is to be kept away by it.
        Ok(()) => file.unlock().is_err(),
        Err(error) => matches!(error, TryLockError::WouldBlock),
    };
    let Ok(Reading { job: other, mut history, .. }) = reading::read(BufReader::new(&file)) else {
        return Err(Error::usage(format!("`{name}` cannot be read as the ledger it is named as"))
            .hint("put back a good copy; if you move it away, what it knows may be sent again"));
    };
    if !job.is_same_stream(&other) {
        return Ok(());
    }
    history.settle();
    found.history.absorb(history);
    if found.history.count() > MAX_RECORDS {
        return Err(Error::usage("the ledgers in this folder hold more than one run can remember")
            .hint("move those that are done with to another folder"));
    }
    found.count += 1;
    if in_use {
        found.in_use.push(name);
    }
    Ok(())
}
