//! Code that comes as a zip archive (`ZipFile`): below a folder of our own, and
//! nowhere else.

use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::answer::ApiError;

/// Most bytes of an archive (Lambda quotas, "Deployment package size").
pub(super) const MAX_ZIP: usize = 50 * 1024 * 1024;

/// Bytes of its files together (Lambda quotas): AWS names this number in its error.
pub(super) const MAX_CODE: u64 = 262_144_000;

/// Files and folders of an archive, those that only a name has too: ours.
const MAX_ENTRIES: usize = 50_000;

/// Bytes of the files for each byte of the archive, beyond the first
/// [`FREE_CODE`]: ours. Code is at about 5.
const MAX_RATIO: u64 = 100;

/// Bytes that may come of any archive.
const FREE_CODE: u64 = 1024 * 1024;

/// The folder that the code of archives is in.
#[derive(Debug, Clone)]
pub(super) struct CodeFolder(PathBuf);

/// The code of an archive. Its folder is removed with it, unless it is kept.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    /// Bytes of the archive.
    size: u64,
    /// SHA-256 of the archive, in base64.
    sha256: String,
    is_kept: AtomicBool,
}

/// An archive as the input of a function has it after a restart.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SavedArchive {
    /// The name of its folder, which is where the other code is: the folder of all may
    /// have been moved.
    pub(super) name: String,
    size: u64,
    sha256: String,
}

impl CodeFolder {
    /// Below this folder, which is made with the first archive.
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Unpacks the code of a function, on a thread of its own.
    pub(super) async fn unpack(&self, function: &str, base64: String) -> Result<Archive, ApiError> {
        let (own, function) = (self.clone(), function.to_owned());
        let unpacked = spawn_blocking(move || own.unpack_here(&function, &base64)).await;
        unpacked.map_err(|error| bad(&error.to_string()))?
    }

    fn unpack_here(&self, function: &str, base64: &str) -> Result<Archive, ApiError> {
        let zip = STANDARD.decode(base64).map_err(|_| bad("it is not base64"))?;
        if zip.len() > MAX_ZIP {
            return Err(ApiError::invalid(format!("a ZipFile has at most {MAX_ZIP} bytes")));
        }
        let folder = self.0.join(format!("{function}-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(&folder).map_err(|error| bad(&error.to_string()))?;
        // What is refused goes with it.
        let (size, sha256) = (zip.len() as u64, STANDARD.encode(Sha256::digest(&zip)));
        let archive = Archive { folder, size, sha256, is_kept: AtomicBool::new(false) };
        unpack(&zip, archive.folder(), MAX_ENTRIES)?;
        Ok(archive)
    }

    /// Finds an archive after a restart.
    pub(super) fn find(&self, saved: &SavedArchive) -> Result<Archive, ApiError> {
        let SavedArchive { name, size, sha256 } = saved;
        let folder = self.0.join(name);
        if !is_own(OsStr::new(name)) || !folder.is_dir() {
            let why = format!("its code is not in `{}`", folder.display());
            return Err(ApiError::invalid(why));
        }
        let (size, sha256) = (*size, sha256.clone());
        Ok(Archive { folder, size, sha256, is_kept: AtomicBool::new(true) })
    }

    /// Removes the folders that have none of these names.
    pub(super) fn keep_only(&self, used: &[OsString]) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if is_own(&name) && !used.contains(&name) {
                let _removed = fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl Archive {
    /// The folder of the code.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its bytes, and their SHA-256 in base64.
    pub(super) fn size_and_sha256(&self) -> (u64, &str) {
        (self.size, &self.sha256)
    }

    /// The archive as it is saved.
    pub(super) fn saved(&self) -> SavedArchive {
        let name = self.folder.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        SavedArchive { name, size: self.size, sha256: self.sha256.clone() }
    }

    /// Keeps the folder after this is dropped, or removes it then: calls that are under
    /// way have it until they end.
    pub(super) fn keep(&self, is_kept: bool) {
        self.is_kept.store(is_kept, Ordering::Relaxed);
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        if self.is_kept.load(Ordering::Relaxed) {
            return;
        }
        let folder = std::mem::take(&mut self.folder);
        // What is left of it is removed at the next start.
        let remove = move || drop(fs::remove_dir_all(folder));
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// True for `NAME-` and 16 hexadecimal digits.
fn is_own(name: &OsStr) -> bool {
    let parts = name.to_str().and_then(|it| it.rsplit_once('-'));
    let (function, id) = parts.unwrap_or_default();
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    let is_id = id.len() == 16 && id.bytes().all(|it| it.is_ascii_hexdigit());
    is_id && function.bytes().all(is_plain)
}

fn bad(why: &str) -> ApiError {
    ApiError::invalid(format!("Could not unzip uploaded file: {why}"))
}

fn unpack(zip: &[u8], folder: &Path, max_entries: usize) -> Result<(), ApiError> {
    let wrong = |error: rawzip::Error| bad(&error.to_string());
    let archive = ZipArchive::from_slice(zip).map_err(wrong)?;
    let most = (zip.len() as u64).saturating_mul(MAX_RATIO).saturating_add(FREE_CODE);
    let mut left = most.min(MAX_CODE);
    let mut entries = archive.entries();
    let mut count = 0;
    while let Some(entry) = entries.next_entry().map_err(wrong)? {
        let name = entry.file_path();
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let fail = |why: &dyn std::fmt::Display| bad(&format!("`{}`: {why}", name.escape_debug()));
        let path = path(&name).ok_or_else(|| fail(&"it is not below the folder of the code"))?;
        if entry.mode().is_symlink() {
            return Err(fail(&"links are not supported"));
        }
        let parent = if entry.is_dir() { Some(path.as_path()) } else { path.parent() };
        let parent = parent.unwrap_or(Path::new(""));
        count += make_folders(folder, parent).map_err(|error| fail(&error))?;
        count += usize::from(!entry.is_dir());
        if count > max_entries {
            return Err(bad(&format!("it has more than {max_entries} files and folders")));
        }
        if entry.is_dir() {
            continue;
        }
        let path = folder.join(path);
        let found = archive.get_entry(entry.wayfinder()).map_err(|error| fail(&error))?;
        let data = found.data();
        let reader: Box<dyn Read + '_> = match entry.compression_method() {
            CompressionMethod::STORE => Box::new(data),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(data)),
            _ => return Err(fail(&"only the methods store and deflate are supported")),
        };
        let is_program = entry.mode().permissions() & 0o111 != 0;
        let mut reader = found.verifying_reader(reader).take(left + 1);
        let written = write(&path, is_program, &mut reader).map_err(|error| fail(&error))?;
        if written > left {
            return Err(too_large(most));
        }
        left -= written;
    }
    Ok(())
}

fn too_large(most: u64) -> ApiError {
    if most < MAX_CODE {
        return bad(&format!("its files are more than {MAX_RATIO} times as large as it is"));
    }
    ApiError::invalid(format!("Unzipped size must be smaller than {MAX_CODE} bytes"))
}

/// Makes the folders of a path below `folder` that are not there yet; returns how many.
fn make_folders(folder: &Path, path: &Path) -> io::Result<usize> {
    let mut folder = folder.to_owned();
    let mut made = 0;
    if folder.join(path).is_dir() {
        return Ok(made);
    }
    for part in path {
        folder.push(part);
        match fs::create_dir(&folder) {
            Ok(()) => made += 1,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(made)
}

/// Writes a file that is not there yet.
fn write(path: &Path, is_program: bool, reader: &mut impl Read) -> io::Result<u64> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    if is_program {
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    }
    let mut file = options.open(path)?;
    let written = io::copy(reader, &mut file)?;
    file.flush()?;
    Ok(written)
}

/// The path of an entry, if it is below the folder whatever the system.
fn path(name: &str) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in name.strip_suffix('/').unwrap_or(name).split('/') {
        let is_plain = |it: char| !it.is_control() && !matches!(it, '\\' | ':');
        match part {
            "." => {}
            "" | ".." => return None,
            _ if part.chars().all(is_plain) => path.push(part),
            _ => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use rawzip::ZipArchiveWriter;
    use rawzip::path::EntryPath;

    use super::*;

    /// An archive with these files.
    fn zip(files: &[(&str, u32, &[u8])]) -> String {
        let mut zip = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut zip);
        for (name, mode, data) in files {
            let file = archive.new_file(EntryPath::verbatim(name.as_bytes()));
            let file = file.unix_permissions(*mode).compression_method(CompressionMethod::DEFLATE);
            let (mut entry, config) = file.start().unwrap();
            let encoder =
                flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::best());
            let mut writer = config.wrap(encoder);
            writer.write_all(data).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        STANDARD.encode(zip)
    }

    fn unpacked(base64: &str) -> (tempfile::TempDir, Result<Archive, String>) {
        let folder = tempfile::tempdir().unwrap();
        let code = CodeFolder::new(folder.path().join("code"));
        let unpacked = code.unpack_here("app", base64).map_err(|error| error.message);
        (folder, unpacked)
    }

    #[test]
    fn files_folders_and_programs_are_unpacked() {
        let (_folder, unpacked) = unpacked(&zip(&[
            ("app.py", 0o100_644, b"print(1)"),
            ("./lib/deep/a.txt", 0o100_644, b"a"),
            ("bootstrap", 0o100_755, b"#!/bin/sh"),
        ]));
        let archive = unpacked.unwrap();
        let folder = archive.folder();
        assert_eq!(fs::metadata(folder.join("app.py")).unwrap().len(), 8);
        assert!(folder.join("lib/deep/a.txt").is_file());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.join("bootstrap")).unwrap().permissions().mode();
            assert_eq!(mode & 0o111, 0o111);
        }
    }

    #[test]
    fn what_no_function_has_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let code = CodeFolder::new(folder.path().to_owned());
        let archive = zip(&[("app.py", 0o100_644, b"x")]);
        let [old, new] = [(); 2].map(|()| code.unpack_here("app", &archive).unwrap());
        fs::create_dir(folder.path().join("notes-2026")).unwrap();
        code.keep_only(&[new.saved().name.into()]);
        assert!(!old.folder().exists() && new.folder().exists());
        assert!(folder.path().join("notes-2026").exists());
    }

    #[test]
    fn an_archive_is_gone_with_what_has_it_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let code = CodeFolder::new(folder.path().to_owned());
        let archive = zip(&[("app.py", 0o100_644, b"x")]);
        for is_kept in [false, true] {
            let archive = code.unpack_here("app", &archive).unwrap();
            archive.keep(is_kept);
            let folder = archive.folder().to_owned();
            drop(archive);
            assert_eq!(folder.exists(), is_kept);
        }
    }

    #[test]
    fn an_archive_is_found_by_its_name_in_its_folder_alone() {
        let folder = tempfile::tempdir().unwrap();
        let code = CodeFolder::new(folder.path().join("code"));
        let archive = code.unpack_here("app", &zip(&[("app.py", 0o100_644, b"x")])).unwrap();
        let found = code.find(&archive.saved()).unwrap();
        assert_eq!(found.folder(), archive.folder());
        fs::create_dir(folder.path().join("app-0123456789abcdef")).unwrap();
        for name in ["", "..", "../app-0123456789abcdef", "app-0123456789abcdef"] {
            let found = code.find(&SavedArchive { name: name.to_owned(), ..archive.saved() });
            assert!(found.is_err(), "{name}");
        }
    }

    #[test]
    fn folders_that_only_names_have_count_too() {
        let folder = tempfile::tempdir().unwrap();
        let archive = STANDARD.decode(zip(&[
            ("a/", 0o040_755, b""),
            ("a/b/c/d", 0o100_644, b"x"),
            ("a/b/e", 0o100_644, b"x"),
            ("a/f/g", 0o100_644, b"x"),
        ]));
        let archive = archive.unwrap();
        // Three files in a, a/b, a/b/c and a/f.
        let [enough, few] = ["7", "6"].map(|it| folder.path().join(it));
        fs::create_dir(&enough).unwrap();
        fs::create_dir(&few).unwrap();
        assert!(unpack(&archive, &enough, 7).is_ok());
        let error = unpack(&archive, &few, 6).unwrap_err();
        assert!(error.message.contains("more than 6 files and folders"), "{}", error.message);
    }

    #[test]
    fn nothing_is_written_outside_and_nothing_is_left_of_what_is_refused() {
        let zeros = vec![0; 16 * 1024 * 1024];
        let mut broken = STANDARD.decode(zip(&[("app.py", 0o100_644, b"print(1)")])).unwrap();
        broken[40] ^= 1;
        for (base64, why) in [
            (zip(&[("../app.py", 0o100_644, b"x")]), "`../app.py`: it is not below"),
            (zip(&[("a/../../app.py", 0o100_644, b"x")]), "it is not below"),
            (zip(&[("/etc/passwd", 0o100_644, b"x")]), "it is not below"),
            (zip(&[("..\\app.py", 0o100_644, b"x")]), "it is not below"),
            (zip(&[("c:app.py", 0o100_644, b"x")]), "it is not below"),
            (zip(&[("a\u{1b}b", 0o100_644, b"x")]), "`a\\u{1b}b`: it is not below"),
            (zip(&[("link", 0o120_777, b"/etc/passwd")]), "links are not supported"),
            (zip(&[("a", 0o100_644, b"x"), ("a", 0o100_644, b"y")]), "`a`: File exists"),
            (zip(&[("a", 0o100_644, b"x"), ("a/b", 0o100_644, b"y")]), "`a/b`: "),
            (zip(&[("zeros", 0o100_644, &zeros)]), "more than 100 times as large"),
            (STANDARD.encode(&broken), "`app.py`: "),
            (STANDARD.encode("PK"), "Could not unzip uploaded file: "),
            ("not base64!".to_owned(), "it is not base64"),
        ] {
            let (folder, unpacked) = unpacked(&base64);
            let message = unpacked.expect_err(why);
            assert!(message.contains(why), "{why}: {message}");
            let outside = fs::read_dir(folder.path()).unwrap().flatten();
            let outside: Vec<_> = outside.map(|it| it.file_name()).collect();
            assert!(outside.is_empty() || outside == ["code"], "{why}: {outside:?}");
            let left = fs::read_dir(folder.path().join("code"));
            assert_eq!(left.into_iter().flatten().count(), 0, "{why}");
        }
    }
}
