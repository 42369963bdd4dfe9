//! Writes objects of S3 to a folder: below it and nowhere else, whole or not
//! at all, never over something that is there.
//!
//! An object `s3://lake/a/b` becomes `FOLDER/lake/a/b`. Keys are anybody's
//! text: one with a part that this system does not take as a plain name is
//! refused. Every folder on the way is opened by itself and without following
//! links, so that a planted link leads nowhere. A file is written under another
//! name first; it gets its own when the disk has all of it.
//!
//! What was saved is noted in `.fh-saved` (`saved_list.rs`), so that the next run skips
//! it, and so that a file is known as a copy of its object.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, Mode, OFlags, fsync, linkat, mkdirat, open, openat, statat, unlinkat};

use sha2::{Digest as _, Sha256};

use super::saved_list::{self, LIST, SavedList, SavedObject, hexadecimal};
use super::{ObjectVersion, Saved};
use crate::error::Error;

/// Longest part of a path (most file systems).
const MAX_PART: usize = 255;

/// Longest path below the folder; S3's keys have at most 1,024 bytes.
const MAX_PATH: usize = 2048;

/// Names that Windows takes for devices, whatever follows a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A folder that objects are saved to.
#[derive(Debug)]
pub struct Saver {
    name: PathBuf,
    folder: OwnedFd,
    list: File,
    /// What is there.
    saved: SavedList,
    current: Arc<Mutex<Option<Part>>>,
}

/// A file on its way.
#[derive(Debug)]
struct Part {
    object: ObjectVersion,
    folder: OwnedFd,
    /// The name that it gets.
    name: String,
    file: File,
    bytes: u64,
    hash: Sha256,
}

impl Saver {
    /// Makes the folder if it is not there, and reads what was saved before.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let wrong = |error: io::Error| Error::unwritable(&format!("`{}`", folder.display()), error);
        std::fs::create_dir_all(folder).map_err(wrong)?;
        let fd = open(folder, FOLDER, Mode::empty()).map_err(|error| wrong(error.into()))?;
        let flags =
            OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let list = openat(&fd, LIST, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| wrong(error.into()))?;
        let list = File::from(list);
        let saved = saved_list::read(&list).map_err(wrong)?;
        let current = Arc::default();
        Ok(Self { name: folder.to_owned(), folder: fd, list, saved, current })
    }

    /// Begins to copy `object`: what is read through [`Self::through`] from now
    /// on, until [`Self::finish`]. What is there already is not copied.
    pub fn begin(&self, object: &ObjectVersion) -> Result<(), Error> {
        let path = path(object);
        let part =
            if self.is_saved(&path, object) { None } else { Some(self.create(object, &path)?) };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = std::mem::replace(&mut *current, part) {
            left.forget();
        }
        Ok(())
    }

    /// A reader that copies.
    pub fn through(&self, reader: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        Box::new(Copying { reader, part: Arc::clone(&self.current) })
    }

    /// True if the list has it, and the file is there.
    fn is_saved(&self, path: &str, object: &ObjectVersion) -> bool {
        let saved = self.saved.get(path).map(|saved| &saved.etag);
        let is_listed = object.etag.is_some() && saved == object.etag.as_ref();
        let size = || statat(&self.folder, path, AtFlags::SYMLINK_NOFOLLOW).map(|it| it.st_size);
        is_listed && size().is_ok_and(|size| u64::try_from(size).ok() == object.size)
    }

    fn create(&self, object: &ObjectVersion, path: &str) -> Result<Part, Error> {
        let wrong = |error: io::Error| {
            Error::unwritable(&format!("`{}/{path}`", self.name.display()), error).of_one_input()
        };
        let parts = parts(path).map_err(|why| {
            Error::user(format!("`s3://{}/{}` is not saved: {why}", object.bucket, object.key))
                .hint("no file can have this name here; use `aws s3 cp` with another name")
        })?;
        let (name, folders) =
            parts.split_last().ok_or_else(|| wrong(io::ErrorKind::InvalidInput.into()))?;
        let mut folder = self.folder.try_clone().map_err(wrong)?;
        for part in folders {
            match mkdirat(&folder, *part, Mode::RWXU) {
                Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                Err(error) => return Err(wrong(error.into())),
            }
            folder = openat(&folder, *part, FOLDER, Mode::empty())
                .map_err(|error| wrong(error.into()))?;
        }
        // What a run that was killed has left.
        let temporary = temporary(name);
        let _none = unlinkat(&folder, &temporary, AtFlags::empty());
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&folder, &temporary, flags, Mode::RUSR | Mode::WUSR);
        let file = File::from(file.map_err(|error| wrong(error.into()))?);
        let (object, name, hash) = (object.clone(), (*name).to_owned(), Sha256::new());
        Ok(Part { object, folder, name, file, bytes: 0, hash })
    }

    /// Ends the copy of `object`: gives it its name if it is wanted, or
    /// forgets it. Only a whole object is kept.
    pub fn finish(&mut self, object: &ObjectVersion, is_wanted: bool) -> Result<Saved, Error> {
        let part = self.current.lock().unwrap_or_else(PoisonError::into_inner).take();
        let path = path(object);
        let Some(part) = part.filter(|part| part.object == *object) else {
            let is_there = self.is_saved(&path, object);
            return Ok(if is_there { Saved::Before } else { Saved::Unwanted });
        };
        if !is_wanted {
            part.forget();
            return Ok(Saved::Unwanted);
        }
        let (bytes, sha256) = (part.bytes, hexadecimal(&part.hash.clone().finalize()));
        let named = part.name();
        named.map_err(|error| {
            let name = format!("`{}/{path}`", self.name.display());
            let is_there = error.kind() == io::ErrorKind::AlreadyExists;
            let error = Error::unwritable(&name, error).of_one_input();
            if is_there {
                error.hint("existing files are not overwritten; move it, or choose another folder")
            } else {
                error
            }
        })?;
        let saved = SavedObject { etag: object.etag.clone().unwrap_or_default(), sha256 };
        let line = saved_list::line(&path, bytes, &saved);
        let noted = self.list.write_all(line.as_bytes()).and_then(|()| self.list.sync_data());
        noted.map_err(|error| {
            Error::unwritable(&format!("`{}/{LIST}`", self.name.display()), error)
        })?;
        self.saved.insert(path, saved);
        Ok(Saved::Now)
    }
}

impl Drop for Saver {
    /// Half a file is none.
    fn drop(&mut self) {
        if let Some(part) = self.current.lock().unwrap_or_else(PoisonError::into_inner).take() {
            part.forget();
        }
    }
}

const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Part {
    /// Gives the file its name, if it is whole and no other has it.
    fn name(mut self) -> io::Result<()> {
        let result = self.see_to_disk();
        let temporary = temporary(&self.name);
        let named = result.and_then(|()| {
            // Unlike a rename, a link never replaces a file.
            linkat(&self.folder, &temporary, &self.folder, &self.name, AtFlags::empty())?;
            Ok(())
        });
        let removed = unlinkat(&self.folder, &temporary, AtFlags::empty());
        named?;
        removed?;
        Ok(fsync(&self.folder)?)
    }

    fn see_to_disk(&mut self) -> io::Result<()> {
        if self.object.size.is_some_and(|size| size != self.bytes) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the download is incomplete"));
        }
        self.file.flush()?;
        self.file.sync_all()
    }

    fn forget(self) {
        let _gone = unlinkat(&self.folder, temporary(&self.name), AtFlags::empty());
    }
}

/// The name of a file that is not whole.
fn temporary(name: &str) -> String {
    let start: String = name.chars().take(60).collect();
    format!(".fh-part-{start}")
}

fn path(object: &ObjectVersion) -> String {
    format!("{}/{}", object.bucket, object.key)
}

/// The parts of a path that are names on this system, or why one is not.
fn parts(path: &str) -> Result<Vec<&str>, String> {
    if path.len() > MAX_PATH {
        return Err(format!("its path has more than {MAX_PATH} bytes"));
    }
    let parts: Vec<&str> = path.split('/').collect();
    for part in &parts {
        let why = match *part {
            "" => "a part of its key is empty",
            "." | ".." => "a part of its key leads to another folder",
            _ if part.len() > MAX_PART => "a part of its key is longer than a file name may be",
            _ if part.contains('\0') => "its key has a NUL character",
            _ if part.starts_with(".fh-") => "a part of its key is a name that fh reserves",
            _ => match forbidden_on_windows(part).filter(|_| cfg!(windows)) {
                Some(why) => why,
                None => continue,
            },
        };
        return Err(why.to_owned());
    }
    Ok(parts)
}

/// Why a part of a path is no name on Windows ("Naming Files, Paths, and
/// Namespaces").
fn forbidden_on_windows(part: &str) -> Option<&'static str> {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_port = stem.len() == 4
        && (stem.starts_with("com") || stem.starts_with("lpt"))
        && stem.ends_with(|it: char| it.is_ascii_digit());
    Some(if part.chars().any(char::is_control) {
        "its key has a control character"
    } else if part.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        "its key has a character that Windows does not allow"
    } else if part.ends_with(['.', ' ']) {
        "a part of its key ends with a dot or a space"
    } else if is_port || DEVICES.contains(&stem.as_str()) {
        "a part of its key is the name of a device"
    } else {
        return None;
    })
}

/// Copies what is read.
struct Copying {
    reader: Box<dyn Read + Send>,
    part: Arc<Mutex<Option<Part>>>,
}

impl Read for Copying {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(out)?;
        let mut part = self.part.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(part), Some(bytes)) = (part.as_mut(), out.get(..count)) {
            part.file.write_all(bytes)?;
            part.hash.update(bytes);
            part.bytes += count as u64;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn object(key: &str, etag: &str, size: usize) -> ObjectVersion {
        ObjectVersion {
            bucket: "lake".to_owned(),
            key: key.to_owned(),
            etag: Some(etag.to_owned()),
            size: Some(size as u64),
        }
    }

    /// Saves an object with these bytes.
    fn save(
        saver: &mut Saver,
        object: &ObjectVersion,
        bytes: &'static [u8],
    ) -> Result<Saved, Error> {
        saver.begin(object)?;
        let mut reader = saver.through(Box::new(bytes));
        io::copy(&mut reader, &mut io::sink()).unwrap();
        saver.finish(object, true)
    }

    fn files(folder: &Path) -> Vec<String> {
        let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
        let files = walk.map(Result::unwrap).filter(|it| !it.file_type().is_dir());
        let name = |it: walkdir::DirEntry| {
            it.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned()
        };
        files.map(name).filter(|name| name != LIST).collect()
    }

    #[test]
    fn objects_are_saved_below_their_bucket_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut saver = Saver::open(folder.path()).unwrap();
        assert_eq!(save(&mut saver, &object("a/b", "\"1\"", 5), b"bytes").unwrap(), Saved::Now);
        assert_eq!(files(folder.path()), ["lake/a/b"]);
        let mode = folder.path().join("lake/a/b").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_was_saved_is_skipped_and_nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let mut saver = Saver::open(folder.path()).unwrap();
        save(&mut saver, &object("a", "\"1\"", 3), b"one").unwrap();
        drop(saver);
        let mut saver = Saver::open(folder.path()).unwrap();
        assert_eq!(save(&mut saver, &object("a", "\"1\"", 3), b"one").unwrap(), Saved::Before);
        let error = save(&mut saver, &object("a", "\"2\"", 3), b"two").unwrap_err();
        assert!(error.to_string().contains("exists"), "{error}");
        let is = crate::input::Source::Path(folder.path().join("lake/a")).read_document().unwrap();
        assert_eq!(is, b"one");
        assert_eq!(files(folder.path()), ["lake/a"]);
    }

    #[test]
    fn only_whole_objects_that_are_wanted_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut saver = Saver::open(folder.path()).unwrap();
        assert!(save(&mut saver, &object("cut", "\"1\"", 9), b"cut").is_err());
        let unwanted = object("unwanted", "\"1\"", 1);
        saver.begin(&unwanted).unwrap();
        let mut reader = saver.through(Box::new(&b"x"[..]));
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert_eq!(saver.finish(&unwanted, false).unwrap(), Saved::Unwanted);
        let left = object("left", "\"1\"", 1);
        saver.begin(&left).unwrap();
        drop(saver);
        assert_eq!(files(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn a_link_that_was_planted_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let mut saver = Saver::open(folder.path()).unwrap();
        std::fs::create_dir(folder.path().join("lake")).unwrap();
        symlink(outside.path(), folder.path().join("lake/dir")).unwrap();
        symlink(outside.path().join("file"), folder.path().join("lake/file")).unwrap();
        assert!(save(&mut saver, &object("dir/x", "\"1\"", 1), b"x").is_err());
        assert!(save(&mut saver, &object("file", "\"1\"", 1), b"x").is_err());
        assert_eq!(files(outside.path()), Vec::<String>::new());
    }

    #[test]
    fn a_file_where_a_folder_is_needed_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let mut saver = Saver::open(folder.path()).unwrap();
        save(&mut saver, &object("a", "\"1\"", 1), b"x").unwrap();
        assert!(save(&mut saver, &object("a/b", "\"1\"", 1), b"x").is_err());
    }

    #[test]
    fn keys_that_are_no_paths_are_refused() {
        let long = "x".repeat(256);
        for key in [
            "",
            "/",
            "..",
            "a/../b",
            "./a",
            "a//b",
            "/a",
            "a/",
            "a\0b",
            ".fh-saved",
            ".fh-part-x",
            &long,
        ] {
            assert!(parts(&format!("lake/{key}")).is_err(), "{key:?}");
        }
        for key in ["a", "a/b c", "é/ü", "2026/11/22/orders-1-2026", "..a", "a..b", "concert"] {
            assert!(parts(&format!("lake/{key}")).is_ok(), "{key:?}");
            assert!(key.split('/').all(|part| forbidden_on_windows(part).is_none()), "{key:?}");
        }
    }

    #[test]
    fn what_only_windows_forbids_is_saved_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let mut saver = Saver::open(folder.path()).unwrap();
        let keys = [
            "dt=2026-11-29T10:00/x:1",
            "Aux/con.txt",
            "trail. /z",
            "a|b/z",
            "a\\b",
            "C:/x",
            "com1",
            "a.",
            "a?b",
            "tab\tnew\nline\x1b[31m",
        ];
        for key in keys {
            assert!(key.split('/').any(|part| forbidden_on_windows(part).is_some()), "{key:?}");
            assert_eq!(save(&mut saver, &object(key, "\"1\"", 1), b"x").unwrap(), Saved::Now);
        }
        assert_eq!(files(folder.path()).len(), keys.len());
        drop(saver);
        let mut saver = Saver::open(folder.path()).unwrap();
        for key in keys {
            assert_eq!(save(&mut saver, &object(key, "\"1\"", 1), b"x").unwrap(), Saved::Before);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_written_outside_the_folder(
            key in prop_oneof!["[a./\\\\~ ]{0,12}", "(\\.\\./){0,3}[a-z/]{0,8}", ".{0,20}"]
        ) {
            let outer = tempfile::tempdir().unwrap();
            let inner = outer.path().join("inner");
            let mut saver = Saver::open(&inner).unwrap();
            let is_saved = save(&mut saver, &object(&key, "\"1\"", 1), b"x").is_ok();
            let found = files(outer.path());
            let inside: Vec<_> = found.iter().filter(|it| it.starts_with("inner/lake/")).collect();
            prop_assert_eq!(inside.len(), usize::from(is_saved));
            prop_assert_eq!(found.len(), inside.len() + 1, "{:?}", found);
        }
    }
}
