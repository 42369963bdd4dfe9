//! Code that comes as a zip archive (`ZipFile`): below a folder of our own, and
//! nowhere else.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive};

use super::answer::ApiError;

/// Most bytes of an archive (Lambda quotas, "Deployment package size").
const MAX_ZIP: usize = 50 * 1024 * 1024;

/// Bytes of its files together (Lambda quotas): AWS names this number in its error.
const MAX_CODE: u64 = 262_144_000;

/// Files and folders of an archive: ours.
const MAX_ENTRIES: usize = 50_000;

/// Bytes of the files for each byte of the archive, beyond the first
/// [`FREE_CODE`]: ours. Code is at about 5.
const MAX_RATIO: u64 = 100;

/// Bytes that may come of any archive.
const FREE_CODE: u64 = 1024 * 1024;

/// The folder that the code of archives is in.
#[derive(Debug)]
pub(super) struct CodeFolder(PathBuf);

impl CodeFolder {
    /// Below this folder, which is made with the first archive.
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Unpacks the code of a function; returns its folder.
    pub(super) fn unpack(&self, function: &str, base64: &str) -> Result<PathBuf, ApiError> {
        let zip = STANDARD.decode(base64).map_err(|_| bad("it is not base64"))?;
        if zip.len() > MAX_ZIP {
            return Err(ApiError::invalid(format!("a ZipFile has at most {MAX_ZIP} bytes")));
        }
        let folder = self.0.join(format!("{function}-{:016x}", fastrand::u64(..)));
        fs::create_dir_all(&folder).map_err(|error| bad(&error.to_string()))?;
        let unpacked = unpack(&zip, &folder);
        if unpacked.is_err() {
            // What is left of it is removed at the next start.
            let _removed = fs::remove_dir_all(&folder);
        }
        unpacked.map(|()| folder)
    }

    /// Removes what no function has any more.
    pub(super) fn keep_only(&self, used: &[PathBuf]) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            if is_own(&entry.file_name()) && !used.contains(&entry.path()) {
                let _removed = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// True for `NAME-` and 16 hexadecimal digits.
fn is_own(name: &OsStr) -> bool {
    let id = name.to_str().and_then(|it| it.rsplit_once('-')).map_or("", |(_, id)| id);
    id.len() == 16 && id.bytes().all(|it| it.is_ascii_hexdigit())
}

fn bad(why: &str) -> ApiError {
    ApiError::invalid(format!("Could not unzip uploaded file: {why}"))
}

fn unpack(zip: &[u8], folder: &Path) -> Result<(), ApiError> {
    let wrong = |error: rawzip::Error| bad(&error.to_string());
    let archive = ZipArchive::from_slice(zip).map_err(wrong)?;
    let most = (zip.len() as u64).saturating_mul(MAX_RATIO).saturating_add(FREE_CODE);
    let mut left = most.min(MAX_CODE);
    let mut entries = archive.entries();
    let mut count = 0;
    while let Some(entry) = entries.next_entry().map_err(wrong)? {
        count += 1;
        if count > MAX_ENTRIES {
            return Err(bad(&format!("it has more than {MAX_ENTRIES} files")));
        }
        let name = entry.file_path();
        let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
        let fail = |why: &dyn std::fmt::Display| bad(&format!("`{}`: {why}", name.escape_debug()));
        let path = path(&name).ok_or_else(|| fail(&"it is not below the folder of the code"))?;
        let path = folder.join(path);
        if entry.mode().is_symlink() {
            return Err(fail(&"links are not supported"));
        }
        if entry.is_dir() {
            fs::create_dir_all(&path).map_err(|error| fail(&error))?;
            continue;
        }
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

/// Writes a file that is not there yet.
fn write(path: &Path, is_program: bool, reader: &mut impl Read) -> io::Result<u64> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
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

    fn unpacked(base64: &str) -> (tempfile::TempDir, Result<PathBuf, String>) {
        let folder = tempfile::tempdir().unwrap();
        let code = CodeFolder::new(folder.path().join("code"));
        let unpacked = code.unpack("app", base64).map_err(|error| error.message);
        (folder, unpacked)
    }

    #[test]
    fn files_folders_and_programs_are_unpacked() {
        let (_folder, unpacked) = unpacked(&zip(&[
            ("app.py", 0o100_644, b"print(1)"),
            ("./lib/deep/a.txt", 0o100_644, b"a"),
            ("bootstrap", 0o100_755, b"#!/bin/sh"),
        ]));
        let folder = unpacked.unwrap();
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
        let [old, new] = [(); 2].map(|()| code.unpack("app", &archive).ok().unwrap());
        fs::create_dir(folder.path().join("notes-2026")).unwrap();
        code.keep_only(std::slice::from_ref(&new));
        assert!(!old.exists() && new.exists() && folder.path().join("notes-2026").exists());
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
