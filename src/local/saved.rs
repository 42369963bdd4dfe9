//! What a folder keeps of streams and functions, so that they are there again after
//! a restart.
//!
//! ```text
//! DIR/lock                     one process at a time
//! DIR/streams/NAME.json        the description, with tags
//! DIR/streams/NAME.journal/    the records: see `journal`
//! DIR/functions/NAME.json      input of CreateFunction
//! DIR/function-code/NAME-ID/   code that came in an archive: see `lambda::zip`
//! DIR/activity.ndjson          what happened: see `history`
//! ```

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use firehose::description::{Description, MAX_DESCRIPTION, read};

use super::journal::{self, Journal};
use super::s3::Objects;
use crate::error::Error;
use firehose::flow::journal::Restored;

/// A folder that no other process has.
#[derive(Debug)]
pub struct SavedFolder {
    streams: PathBuf,
    functions: PathBuf,
    _lock: File,
}

impl SavedFolder {
    /// Opens a folder, which is made if there is none.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let (streams, functions) = (folder.join("streams"), folder.join("functions"));
        for folder in [&streams, &functions] {
            fs::create_dir_all(folder).map_err(|error| Error::unwritable(&name(folder), error))?;
        }
        Ok(Self { streams, functions, _lock: journal::lock(folder)? })
    }

    /// The streams as they were described last, by name.
    pub fn streams(&self) -> Result<Vec<Description>, Error> {
        let described = |(path, bytes): (PathBuf, Vec<u8>)| {
            read(&bytes).map(|it| it.description).map_err(|error| {
                Error::user(format!("cannot read {}: {error}", name(&path)))
                    .hint("move the file away to start without this stream")
            })
        };
        documents(&self.streams)?.into_iter().map(described).collect()
    }

    /// Keeps the description of a stream.
    pub fn save_stream(&self, stream: &str, description: &Description) -> io::Result<()> {
        save(&self.streams, stream, &description.to_json())
    }

    /// Forgets a stream with its records.
    pub fn delete_stream(&self, stream: &str) -> io::Result<()> {
        delete(&self.streams, stream)?;
        match fs::remove_dir_all(self.journal_folder(stream)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Opens the journal of a stream. One that was never described, or was being
    /// deleted, starts without records.
    pub fn journal(
        &self,
        stream: &str,
        has_backup: bool,
        objects: &Objects,
    ) -> Result<(Journal, Restored), Error> {
        if !self.streams.join(file_name(stream)).exists() {
            let cleared = self.delete_stream(stream);
            cleared.map_err(|error| Error::unwritable(&name(&self.streams), error))?;
        }
        Journal::open(&self.journal_folder(stream), has_backup, false, |place| {
            objects.meta(&place.bucket, &place.key).is_ok()
        })
    }

    /// Inputs of `CreateFunction`, by name.
    pub fn functions(&self) -> Result<Vec<Vec<u8>>, Error> {
        Ok(documents(&self.functions)?.into_iter().map(|(_, bytes)| bytes).collect())
    }

    /// Keeps the input that makes a function.
    pub fn save_function(&self, function: &str, input: &[u8]) -> io::Result<()> {
        save(&self.functions, function, input)
    }

    /// Forgets a function.
    pub fn delete_function(&self, function: &str) -> io::Result<()> {
        delete(&self.functions, function)
    }

    fn journal_folder(&self, stream: &str) -> PathBuf {
        self.streams.join(format!("{stream}.journal"))
    }
}

/// A name alone may be `..`, which is a valid name of a stream.
fn file_name(of: &str) -> String {
    format!("{of}.json")
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// Files of descriptions, by name.
fn documents(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
    let unreadable = |error| Error::unreadable(&name(folder), error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|it| it == "json") {
            let bytes = document(&path).map_err(|error| {
                Error::unreadable(&name(&path), error)
                    .hint("move the file away to start without what it describes")
            })?;
            found.push((path, bytes));
        }
    }
    found.sort();
    Ok(found)
}

fn document(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_DESCRIPTION as u64 + 1).read_to_end(&mut bytes)?;
    check_size(&bytes)?;
    Ok(bytes)
}

/// What cannot be read again is not written either.
fn check_size(document: &[u8]) -> io::Result<()> {
    if document.len() <= MAX_DESCRIPTION {
        return Ok(());
    }
    let most = firehose::size(MAX_DESCRIPTION as u64);
    Err(io::Error::other(format!("it is larger than {most}")))
}

/// Replaces a file as a whole, readable by its owner alone.
fn save(folder: &Path, of: &str, bytes: &[u8]) -> io::Result<()> {
    check_size(bytes)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(folder.join(file_name(of))).map_err(|error| error.error)?;
    Ok(())
}

fn delete(folder: &Path, of: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(file_name(of))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
