//! Ledgers of other jobs that put into the same delivery stream.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::io::BufReader;
use std::io::ErrorKind::{NotFound, PermissionDenied};
use std::path::{Path, PathBuf};

use super::file::folder;
use super::folder::{folder_of_all, folder_of_stream, is_lost};
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

/// What the ledgers know that are kept below the user's state folder, by the names of
/// the delivery streams: of the stream with this ARN, or of all, that records were put
/// into at this endpoint.
///
/// One that cannot be read is left out, and so are all if they are more than one run
/// can remember: nothing is sent because of what they do not say.
pub fn ledgers(
    state_home: &Path,
    stream: Option<&str>,
    endpoint: Option<&str>,
) -> Vec<(String, History)> {
    let of_stream = |arn: &str| {
        let job = Job::new(arn.to_owned(), Vec::new(), Vec::new());
        Job { endpoint: endpoint.map(str::to_owned), ..job }
    };
    let folders = match stream {
        Some(arn) => vec![folder_of_stream(state_home, &of_stream(arn))],
        None => paths_in(&folder_of_all(state_home)),
    };
    let (mut found, mut seen) = (BTreeMap::<String, History>::new(), BTreeSet::new());
    let mut count = 0;
    for path in folders.iter().flat_map(|folder| paths_in(folder)) {
        let is_named = path.to_string_lossy().ends_with(FILE_NAME_END);
        if !is_named || !fs::canonicalize(&path).is_ok_and(|it| seen.insert(it)) {
            continue;
        }
        let reading = File::open(&path).ok().and_then(|it| reading::read(BufReader::new(it)).ok());
        let Some(Reading { job, mut history, .. }) = reading else { continue };
        let is_wanted = stream.is_none_or(|arn| arn == job.stream);
        if is_wanted && of_stream(&job.stream).is_same_stream(&job) {
            history.settle();
            count += history.count();
            if count > MAX_RECORDS {
                return Vec::new();
            }
            found.entry(job.stream_name().to_owned()).or_default().absorb(history);
        }
    }
    found.into_iter().collect()
}

/// What is in a folder, in a fixed order; nothing if it cannot be listed.
fn paths_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
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
