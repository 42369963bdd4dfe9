//! Writes a response or an event to a file: all of it, or nothing.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::input::Source;
use firehose::json::{self, Token};

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

/// Fails if saving a response would replace the event, or a file that an earlier run
/// has not written.
pub(super) fn may_save_response(file: &Path, event: &Source) -> Result<(), Error> {
    if is_event(file, event) {
        let name = file.display();
        return Err(Error::user(format!("`--save-response` would replace the event `{name}`"))
            .hint("use another file name"));
    }
    let is_file = file.symlink_metadata().is_ok_and(|it| !it.is_dir()) && !is_special(file);
    let is_own = || {
        let written = Source::Path(file.to_owned()).read_document();
        written.is_ok_and(|it| it.is_empty() || is_response(&it))
    };
    if is_file && !is_own() {
        let name = file.display();
        return Err(Error::user(format!(
            "`--save-response {name}`: the file already exists, and holds no response of a transform"
        ))
        .hint("choose another name, or move the file"));
    }
    Ok(())
}

/// True if `file` is that of the event.
pub(super) fn is_event(file: &Path, event: &Source) -> bool {
    let Source::Path(event) = event else { return false };
    matches!((event.canonicalize(), file.canonicalize()), (Ok(event), Ok(file)) if event == file)
}

/// True for what a transform may have returned, and that is no event: an object with
/// `records`, or JSON that is no object at all.
fn is_response(document: &[u8]) -> bool {
    let start = json::skip_space(document, 0);
    let is_json = json::skip_value(document, start)
        .is_ok_and(|end| json::skip_space(document, end) == document.len());
    let value = Token::new(document.get(start..).unwrap_or_default());
    let has = |key: &[u8]| value.get(key).is_some();
    is_json && (!value.is_object() || has(b"records") && !has(b"deliveryStreamArn"))
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
