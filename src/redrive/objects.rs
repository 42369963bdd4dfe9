//! The objects that records come from, each in one version.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::ledger::{History, SourceVersion};
use crate::error::Error;
use crate::input::{CopiedObject, ObjectVersion, SavedCopies, Source, hexadecimal};

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

/// Knows objects again, from one run to the next.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    copies: SavedCopies,
}

impl Objects {
    /// What an input is; a file is read once to know its version. A file that
    /// `fh failures --save` wrote is the object that it was saved from, as long as it is
    /// unchanged: its records are put back once, from wherever they are read.
    pub(super) fn object(
        &mut self,
        name: &str,
        s3: Option<&ObjectVersion>,
    ) -> Result<Arc<Object>, Error> {
        let source = match s3 {
            Some(it) => of_s3(name, it),
            None => self.file(name).map_err(|error| Error::unreadable(name, error))?,
        };
        Ok(Arc::new(Object { name: name.to_owned(), source, s3: s3.cloned() }))
    }

    /// What an input is, if one of these knows records of it.
    pub(super) fn known<'a>(
        &mut self,
        name: &str,
        s3: Option<&ObjectVersion>,
        mut histories: impl Iterator<Item = &'a History> + Clone,
    ) -> Option<SourceVersion> {
        let source = if let Some(it) = s3 {
            of_s3(name, it)
        } else {
            let path = full_path(Path::new(name)).ok()?;
            let copy = self.copies.object(Path::new(&path)).map(|it| it.name);
            // A file is read only if that can tell anything.
            let names = [Some(path), copy];
            let knows_name = |it: &History| names.iter().flatten().any(|at| it.knows_name(at));
            histories.clone().any(knows_name).then_some(())?;
            self.file(name).ok()?
        };
        histories.any(|it| it.knows_version(&source)).then_some(source)
    }

    fn file(&mut self, name: &str) -> io::Result<SourceVersion> {
        let version = digest(name)?;
        let path = full_path(Path::new(name))?;
        Ok(match self.copies.object(Path::new(&path)) {
            Some(CopiedObject { name, etag, sha256 }) if sha256 == version => {
                SourceVersion { name, version: etag }
            }
            _ => SourceVersion { name: path, version },
        })
    }
}

fn of_s3(name: &str, object: &ObjectVersion) -> SourceVersion {
    SourceVersion { name: name.to_owned(), version: object.etag.clone().unwrap_or_default() }
}

/// The SHA-256 of what is in a file.
fn digest(name: &str) -> io::Result<String> {
    let mut reader = File::open(name)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let count = reader.read(&mut piece)?;
        if count == 0 {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(piece.get(..count).unwrap_or_default());
    }
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

fn full_path(path: &Path) -> io::Result<String> {
    Ok(fs::canonicalize(path)?.display().to_string())
}
