//! Writes a response or an event to a file: all of it, or nothing.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Error;

/// Writes `bytes` to `path`, for the user's eyes only. A file that is there is
/// replaced when the new one is whole; a pipe or a device is written to.
pub(super) fn save(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = folder(path)?;
    let result =
        if is_special(path) { write_through(path, bytes) } else { replace(folder, path, bytes) };
    result.map_err(|error| {
        // Its own text would name a file that the user does not know.
        Error::unwritable(&format!("`{}`", path.display()), error.kind().into())
    })
}

/// True for a pipe or a device.
pub(super) fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| !data.is_file())
}

/// The folder of a file, which has to be there.
pub(super) fn folder(path: &Path) -> Result<&Path, Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        let (name, folder) = (path.display(), folder.display());
        return Err(Error::user(format!("cannot write to `{name}`: no folder `{folder}`")));
    }
    Ok(folder)
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all(bytes)
}

fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
