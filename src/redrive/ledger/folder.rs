//! Where the ledgers of a delivery stream are kept: in a folder of its own
//! below the user's state folder, so that a job is known in every working
//! directory.
//!
//! ```text
//! ~/.local/state/fh/redrive/111122223333-eu-west-1-orders/fh-redrive-orders-fde5f553.ledger
//! ```
//!
//! A ledger that is somewhere else (`--ledger`; the working directory, where
//! earlier versions made it) stays there and has a symbolic link here.

use std::fs::{self, DirBuilder, File};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt as _, symlink};
#[cfg(not(unix))]
use std::os::windows::fs::symlink_file as symlink;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::file::{folder, quoted, unwritable};
use super::job::{FILE_NAME_END, Job, file_name_start, push_digits};
use crate::error::Error;

/// The folder of the ledgers of one delivery stream. It need not be there.
#[derive(Debug, Clone)]
pub struct LedgerFolder {
    folder: PathBuf,
    /// How the name of every ledger in it starts.
    start: String,
}

impl LedgerFolder {
    /// That of the stream of `job` below the user's state folder.
    pub fn new(state_home: &Path, job: &Job) -> Self {
        let folder = folder_of_stream(state_home, job);
        Self { folder, start: file_name_start(job.stream_name()) }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the ledger of `job` is: here, or in the working directory if an
    /// earlier version has made it there.
    pub fn find(&self, job: &Job) -> Result<PathBuf, Error> {
        let name = job.file_name();
        let kept = self.folder.join(&name);
        match fs::symlink_metadata(&kept) {
            Ok(_) if is_lost(&kept) => Err(lost(&kept)),
            Err(_) if Path::new(&name).is_file() => Ok(PathBuf::from(name)),
            _ => Ok(kept),
        }
    }

    /// Makes the folder of a ledger, if it is this one, and sees that a file
    /// can be made there, before anything is read or sent.
    pub fn prepare(&self, ledger: &Path) -> Result<(), Error> {
        if ledger.starts_with(&self.folder) {
            make(&self.folder).map_err(|error| unwritable(ledger, error))?;
        }
        probe(ledger)
    }

    /// Links to a ledger that is somewhere else, so that it is found from every
    /// working directory. Under its own name if `fh` has given it, so that its
    /// job resumes it.
    pub fn link(&self, ledger: &Path) -> io::Result<()> {
        let target = fs::canonicalize(ledger)?;
        if folder(&target) == fs::canonicalize(&self.folder).unwrap_or_default() {
            return Ok(());
        }
        make(&self.folder)?;
        let own = ledger.file_name().map(|name| name.to_string_lossy().into_owned());
        let own = own.filter(|name| self.is_named(name));
        let mut other = format!("{}-", self.start);
        push_digits(&mut other, &Sha256::digest(target.as_os_str().as_encoded_bytes()), 8);
        other.push_str(FILE_NAME_END);
        for name in own.into_iter().chain([other]) {
            let link = self.folder.join(name);
            match symlink(&target, &link) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if fs::read_link(&link).is_ok_and(|known| known == target) {
                        return Ok(());
                    }
                }
                linked => return linked.and_then(|()| sync(&self.folder)),
            }
        }
        Ok(())
    }

    fn is_named(&self, name: &str) -> bool {
        name.starts_with(&self.start) && name.ends_with(FILE_NAME_END)
    }
}

/// The folder of the ledgers of all delivery streams, each in one of its own.
pub(super) fn folder_of_all(state_home: &Path) -> PathBuf {
    state_home.join("fh").join("redrive")
}

/// The folder of the ledgers of the stream of `job`.
pub(super) fn folder_of_stream(state_home: &Path, job: &Job) -> PathBuf {
    folder_of_all(state_home).join(job.folder_name())
}

/// Sees that a ledger can be made at this path, which leaves nothing there.
pub fn probe(ledger: &Path) -> Result<(), Error> {
    let made = tempfile::Builder::new().prefix(".fh-redrive-").tempfile_in(folder(ledger));
    made.map(drop).map_err(|error| unwritable(ledger, error))
}

/// True for a link to a file that is not there.
pub(super) fn is_lost(link: &Path) -> bool {
    let is_link = fs::symlink_metadata(link).is_ok_and(|it| it.is_symlink());
    is_link && fs::metadata(link).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn lost(link: &Path) -> Error {
    let target = fs::read_link(link).unwrap_or_default();
    Error::user(format!("the ledger of this job, {}, does not exist any more", quoted(&target)))
        .hint("restore it: it lists which records were sent")
        .hint(format!("to send them again without it, delete the link {}", quoted(link)))
}

/// Makes a folder for its owner only, with all above it; returns when the disk
/// has them.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make(parent)?;
    }
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there are no modes"))]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    match builder.create(folder) {
        // Another run was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }?;
    folder.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
