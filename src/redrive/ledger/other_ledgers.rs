//! Ledgers of other jobs that put into the same delivery stream.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::BufReader;
use std::io::ErrorKind::{NotFound, PermissionDenied};
use std::path::{Path, PathBuf};

use super::file::folder;
use super::folder::is_lost;
use super::history::{History, MAX_RECORDS};
use super::job::{FILE_NAME_END, Job, file_name_start};
use super::reading::{self, Reading};
use crate::error::Error;

/// What the other ledgers of a stream know.
#[derive(Debug, Default)]
pub struct OtherLedgers {
    /// What they add up to.
    pub history: History,
    /// Which they are.
    pub paths: Vec<PathBuf>,
    /// Names of those that a run is writing right now.
    pub in_use: Vec<String>,
    /// Links to ledgers that do not exist any more.
    pub lost: Vec<PathBuf>,
}

/// Reads the ledgers in these folders that put into the stream of `job`: those
/// with the names that `fh` gives them, each once, and not the one at `path`.
///
/// One that cannot be read is an error: what it knows would be sent twice. A
/// folder that is not there, or that may not be listed, has none.
pub fn other_ledgers(folders: &[&Path], path: &Path, job: &Job) -> Result<OtherLedgers, Error> {
    let mut found = OtherLedgers::default();
    let mut seen: BTreeSet<PathBuf> = fs::canonicalize(path).into_iter().collect();
    for folder in folders {
        let listing = match fs::read_dir(folder) {
            Ok(listing) => listing,
            Err(error) if matches!(error.kind(), NotFound | PermissionDenied) => continue,
            Err(error) => return Err(Error::unreadable(&folder.display().to_string(), error)),
        };
        for entry in listing.filter_map(Result::ok) {
            let file_name = entry.file_name();
            let file_name = file_name.to_string_lossy();
            let is_named = file_name.starts_with(&file_name_start(job.stream_name()))
                && file_name.ends_with(FILE_NAME_END);
            if !is_named {
                continue;
            }
            // Folders are given relative to where `fh` runs, or as they are.
            let other = if *folder == Path::new(".") {
                PathBuf::from(entry.file_name())
            } else {
                entry.path()
            };
            if is_lost(&other) {
                found.lost.push(other);
            } else if other.is_file() && fs::canonicalize(&other).is_ok_and(|it| seen.insert(it)) {
                one(other, job, &mut found)?;
            }
        }
    }
    Ok(found)
}

fn one(path: PathBuf, job: &Job, found: &mut OtherLedgers) -> Result<(), Error> {
    let name = path.display().to_string();
    let file = File::open(&path).map_err(|error| Error::unreadable(&name, error))?;
    let in_use = match file.try_lock_shared() {
        // Only looking: the lock must not keep another run away.
        Ok(()) => file.unlock().is_err(),
        Err(error) => matches!(error, TryLockError::WouldBlock),
    };
    let Ok(Reading { job: other, mut history, .. }) = reading::read(BufReader::new(&file)) else {
        return Err(Error::user(format!("`{name}` is not a readable ledger"))
            .hint("restore a good copy; without it, records that it lists may be sent again"));
    };
    if !job.is_same_stream(&other) {
        return Ok(());
    }
    history.settle();
    found.history.absorb(history);
    if found.history.count() > MAX_RECORDS {
        return Err(Error::user(format!(
            "the ledgers of `{}` hold more records than one run can remember",
            job.stream_name()
        ))
        .hint(format!("move ledgers of finished jobs out of `{}`", folder(&path).display())));
    }
    found.paths.push(path);
    if in_use {
        found.in_use.push(name);
    }
    Ok(())
}
