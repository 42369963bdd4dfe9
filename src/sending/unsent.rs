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

/// Writes records to a new file in `folder`, named `NAME.b64`, or `NAME-2.b64`
/// and so on where that is taken; nothing if there are none. Only its owner
/// may read it, and the disk has it when this returns.
pub fn keep(
    folder: &Path,
    name: &str,
    records: &mut dyn Iterator<Item = &Outgoing>,
) -> Result<Option<Kept>, Error> {
    let mut records = records.peekable();
    if records.peek().is_none() {
        return Ok(None);
    }
    let (path, file) = create(folder, name)?;
    let written = write(&file, records);
    let records = written.map_err(|error| {
        Error::unwritable(&format!("`{}`", path.display()), error)
            .hint("records that were not sent may be lost; is the disk full?")
    })?;
    Ok(Some(Kept { path, records }))
}

fn create(folder: &Path, name: &str) -> Result<(PathBuf, File), Error> {
    let mut last = None;
    for number in 1..=TRIES {
        let name = if number == 1 { format!("{name}.b64") } else { format!("{name}-{number}.b64") };
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = Some(error),
            Err(error) => return Err(Error::unwritable(&format!("`{}`", path.display()), error)),
        }
    }
    let error = last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into());
    Err(Error::unwritable(&format!("`{}`", folder.display()), error))
}

fn write<'a>(file: &File, records: impl Iterator<Item = &'a Outgoing>) -> io::Result<u64> {
    let mut out = BufWriter::new(file);
    let (mut line, mut count) = (String::new(), 0);
    for record in records {
        line.clear();
        STANDARD.encode_string(record.payload.as_slice(), &mut line);
        line.push('\n');
        out.write_all(line.as_bytes())?;
        count += 1;
    }
    out.flush()?;
    file.sync_all()?;
    Ok(count)
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
            let kept = keep(folder.path(), "left", &mut records.iter()).unwrap().unwrap();
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
        assert!(keep(folder.path(), "left", &mut [].iter()).unwrap().is_none());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
