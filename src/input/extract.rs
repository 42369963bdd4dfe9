//! Writes payloads of failed records to a folder: a file for each, byte for byte,
//! nothing outside the folder and nothing over something that is there.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open, openat};

use super::base64::Base64Reader;
use crate::error::Error;
use firehose::framing::Data;

/// Most characters of an error code in the name of a file.
const MAX_CODE: usize = 60;

/// A folder for payloads.
pub(crate) struct Extractor {
    name: PathBuf,
    folder: OwnedFd,
    base64: Base64Reader,
    /// Files that were written.
    pub(crate) written: u64,
    /// Records whose data is not base64.
    pub(crate) damaged: u64,
}

impl Extractor {
    /// Makes the folder. One that has files in it is refused: names are numbers, and
    /// would mix two runs.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let shown = format!("`{}`", folder.display());
        let wrong = |error: io::Error| Error::unwritable(&shown, error);
        std::fs::create_dir_all(folder).map_err(wrong)?;
        if std::fs::read_dir(folder).map_err(wrong)?.next().is_some() {
            return Err(Error::user(format!("{shown} is not empty"))
                .hint("`--extract` overwrites nothing: name a new folder"));
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = open(folder, flags, Mode::empty()).map_err(|error| wrong(error.into()))?;
        Ok(Self {
            name: folder.to_owned(),
            folder: fd,
            base64: Base64Reader::new(),
            written: 0,
            damaged: 0,
        })
    }

    /// Writes the payload of one record: what `rawData` stands for, and no more than
    /// that taken off.
    pub(crate) fn write(&mut self, code: Option<&str>, data: &Data<'_>) -> Result<(), Error> {
        let Self { name, folder, base64, written, damaged } = self;
        let read = match data {
            Data::Base64(text) => base64.read(text).ok(),
            _ => None,
        };
        let Some(payload) = read else {
            *damaged += 1;
            return Ok(());
        };
        let file_name = file_name(*written + 1, code);
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat(&*folder, &file_name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(io::Error::from)
            .and_then(|fd| File::from(fd).write_all(payload))
            .map_err(|error| {
                let path = name.join(&file_name);
                // A full disk is no closed pipe.
                Error::unwritable(&format!("`{}`", path.display()), error)
            })?;
        *written += 1;
        Ok(())
    }

    /// The name of the folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.name
    }
}

/// `000001-Lambda.FunctionError`: plain letters only, for the code is anybody's
/// text.
fn file_name(number: u64, code: Option<&str>) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() || it == '.' { it } else { '-' };
    let code: String = code.unwrap_or("no-code").chars().take(MAX_CODE).map(plain).collect();
    format!("{number:06}-{}", code.trim_matches(['.', '-']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_plain_part_of_a_name() {
        for (code, expected) in [
            (Some("Lambda.FunctionError"), "000007-Lambda.FunctionError"),
            (Some("../../etc/passwd"), "000007-etc-passwd"),
            (Some("a\0b\u{1b}\u{202e}é"), "000007-a-b"),
            (Some(""), "000007-"),
            (None, "000007-no-code"),
        ] {
            assert_eq!(file_name(7, code), expected);
        }
        assert!(file_name(1, Some(&"x".repeat(1000))).len() < 80);
    }
}
