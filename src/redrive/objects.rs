//! The objects that records come from, each in one version.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::ledger::SourceVersion;
use crate::error::Error;
use crate::input::{ObjectVersion, Source};

/// Bytes of a file that are looked at at once.
const PIECE: usize = 256 * 1024;

/// An object or file.
#[derive(Debug)]
pub(crate) struct Object {
    /// Its name in messages.
    pub(crate) name: String,
    /// The same object in another run.
    pub(super) source: SourceVersion,
    /// Where in S3 it is.
    pub(super) s3: Option<ObjectVersion>,
}

impl Object {
    /// What an input is; a file is read once to know its version.
    pub(super) fn new(name: &str, s3: Option<&ObjectVersion>) -> Result<Arc<Self>, Error> {
        let source = match s3 {
            Some(it) => {
                let version = it.etag.clone().unwrap_or_default();
                SourceVersion { name: name.to_owned(), version }
            }
            None => file(name).map_err(|error| Error::unreadable(name, error))?,
        };
        Ok(Arc::new(Self { name: name.to_owned(), source, s3: s3.cloned() }))
    }
}

fn file(name: &str) -> std::io::Result<SourceVersion> {
    let mut reader = File::open(name)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            break;
        }
        hash.update(piece.get(..count).unwrap_or_default());
    }
    let mut version = String::new();
    for byte in hash.finalize() {
        // Writing to a string does not fail.
        let _unused = write!(version, "{byte:02x}");
    }
    Ok(SourceVersion { name: full_path(Path::new(name))?, version })
}

/// The name that a source has in every folder one may be in.
pub(super) fn full_name(source: &Source) -> Result<String, Error> {
    match source {
        Source::Stdin => Err(Error::user("cannot redrive standard input")
            .hint("save it to a file first: a resumed run has to read the same records again")),
        Source::Path(path) => {
            full_path(path).map_err(|error| Error::unreadable(&source.name(), error))
        }
        Source::S3(_) | Source::Text(_) => Ok(source.name()),
    }
}

fn full_path(path: &Path) -> std::io::Result<String> {
    Ok(fs::canonicalize(path)?.display().to_string())
}
