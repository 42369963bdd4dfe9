//! What was not sent, on disk: a record a line in base64, which carries any
//! bytes.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;

/// A line for a record without bytes, since an empty line is no record.
pub const EMPTY: &[u8] = b"\"\"";

/// The file. It is made when the first record comes.
#[derive(Debug)]
pub struct UnsentFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    records: u64,
    line: String,
}

impl UnsentFile {
    /// The file is called so.
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None, records: 0, line: String::new() }
    }

    /// Appends a record.
    pub fn push(&mut self, payload: &[u8]) -> Result<(), Error> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(create(&self.path)?),
        };
        self.line.clear();
        STANDARD.encode_string(payload, &mut self.line);
        let line = if payload.is_empty() { EMPTY } else { self.line.as_bytes() };
        self.records += 1;
        let written = file.write_all(line).and_then(|()| file.write_all(b"\n"));
        written.map_err(|error| Error::unwritable(&title(&self.path), error))
    }

    /// Checks that the file can be created, and leaves none.
    pub fn check(&self) -> Result<(), Error> {
        let made = create(&self.path).map(drop);
        made.map_err(|error| {
            error.hint("unsent records are saved there; choose another place with `--unsent FILE`")
        })?;
        std::fs::remove_file(&self.path)
            .map_err(|error| Error::unwritable(&title(&self.path), error))
    }

    /// Records in it.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Sees it to the disk. Returns its name, if there is a file.
    pub fn finish(self) -> Result<Option<PathBuf>, Error> {
        let Self { path, file: Some(mut file), .. } = self else { return Ok(None) };
        let written = file.flush().and_then(|()| file.get_ref().sync_all());
        written
            .and_then(|()| File::open(folder(&path))?.sync_all())
            .map_err(|error| Error::unwritable(&title(&path), error))?;
        Ok(Some(path))
    }
}

/// Creates the file; one that is there is never touched. Records may be
/// anybody's secrets, so that only the owner may read it.
fn create(path: &Path) -> Result<BufWriter<File>, Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).map(BufWriter::new).map_err(|error| Error::unwritable(&title(path), error))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|it| *it != OsStr::new("")).unwrap_or(Path::new("."))
}

fn title(path: &Path) -> String {
    format!("`{}`", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn records_are_lines_of_base64_that_only_the_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unsent.b64");
        let mut unsent = UnsentFile::new(path.clone());
        for payload in [b"a\nb".as_slice(), b"", &[0xff, 0]] {
            unsent.push(payload).unwrap();
        }
        assert_eq!(unsent.records(), 3);
        assert_eq!(unsent.finish().unwrap().as_deref(), Some(path.as_path()));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            crate::input::Source::Path(path).read_document().unwrap(),
            b"YQpi\n\"\"\n/wA=\n"
        );
    }

    #[test]
    fn a_file_that_is_there_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unsent.b64");
        std::fs::write(&path, "mine").unwrap();
        let mut unsent = UnsentFile::new(path.clone());
        assert!(unsent.push(b"x").unwrap_err().to_string().contains("exists"));
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 4);
    }

    #[test]
    fn without_a_record_there_is_no_file() {
        assert_eq!(UnsentFile::new("never".into()).finish().unwrap(), None);
    }
}
