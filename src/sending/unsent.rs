//! Keeps what could not be sent, byte for byte: base64, a record a line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::firehose::delivery::Outgoing;

/// Names that are tried, where files are in the way.
const TRIES: u32 = 1000;

/// Records that were kept.
#[derive(Debug)]
pub struct Kept {
    /// Where.
    pub path: PathBuf,
    /// How many.
    pub records: u64,
}

/// Writes records to a new file, `NAME.b64` in a folder, or `NAME-2.b64` and
/// so on where that is taken; to none if there are no records. Only its owner
/// may read it.
pub(super) struct Keeper<'a> {
    folder: &'a Path,
    name: &'a str,
    open: Option<(BufWriter<File>, Kept)>,
    line: String,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(folder: &'a Path, name: &'a str) -> Self {
        Self { folder, name, open: None, line: String::new() }
    }

    pub(super) fn push(&mut self, records: &[Outgoing]) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        if self.open.is_none() {
            let (path, file) = create(self.folder, self.name)?;
            self.open = Some((BufWriter::new(file), Kept { path, records: 0 }));
        }
        let Some((out, kept)) = &mut self.open else { return Ok(()) };
        for record in records {
            self.line.clear();
            STANDARD.encode_string(record.payload.as_slice(), &mut self.line);
            self.line.push('\n');
            out.write_all(self.line.as_bytes()).map_err(|error| full(&kept.path, error))?;
            kept.records += 1;
        }
        Ok(())
    }

    /// Sees everything to the disk.
    pub(super) fn finish(self) -> Result<Option<Kept>, Error> {
        let Some((mut out, kept)) = self.open else { return Ok(None) };
        let synced = out.flush().and_then(|()| out.get_ref().sync_all());
        synced.map_err(|error| full(&kept.path, error))?;
        Ok(Some(kept))
    }
}

fn full(path: &Path, error: io::Error) -> Error {
    Error::unwritable(&format!("`{}`", path.display()), error)
        .hint("records that were not sent may be lost; is the disk full?")
}

fn create(folder: &Path, name: &str) -> Result<(PathBuf, File), Error> {
    for number in 1..=TRIES {
        let name = if number == 1 { format!("{name}.b64") } else { format!("{name}-{number}.b64") };
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(full(&path, error)),
        }
    }
    Err(full(&folder.join(name), io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn records_are_kept_beside_what_is_there_and_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let records = [Outgoing::new(1, b"a\n\xff".to_vec()), Outgoing::new(2, Vec::new())];
        for expected in ["left.b64", "left-2.b64"] {
            let mut keeper = Keeper::new(folder.path(), "left");
            keeper.push(&records[..1]).unwrap();
            keeper.push(&records[1..]).unwrap();
            let kept = keeper.finish().unwrap().unwrap();
            assert_eq!((kept.path, kept.records), (folder.path().join(expected), 2));
        }
        let path = folder.path().join("left.b64");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let mut text = String::new();
        io::Read::read_to_string(&mut File::open(path).unwrap(), &mut text).unwrap();
        assert_eq!(text, "YQr/\n\n");
    }

    #[test]
    fn nothing_is_kept_in_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::new(folder.path(), "left");
        keeper.push(&[]).unwrap();
        assert!(keeper.finish().unwrap().is_none());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
