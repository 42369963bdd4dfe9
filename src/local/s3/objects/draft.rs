//! An object while it is written.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use md5::{Digest as _, Md5};
use tempfile::{NamedTempFile, TempPath};

/// An object while it is written; gone if it is not finished.
#[derive(Debug)]
pub(in super::super) struct Draft {
    file: NamedTempFile,
    md5: Md5,
    size: u64,
    /// The ETag, if it is not the MD5 of the bytes.
    etag: Option<String>,
}

impl Draft {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let file = NamedTempFile::new_in(folder)?;
        Ok(Self { file, md5: Md5::new(), size: 0, etag: None })
    }

    /// Bytes so far.
    pub(in super::super) const fn size(&self) -> u64 {
        self.size
    }

    /// The MD5 of the bytes so far.
    pub(in super::super) fn md5(&self) -> [u8; 16] {
        self.md5.clone().finalize().into()
    }

    pub(super) fn set_etag(&mut self, etag: String) {
        self.etag = Some(etag);
    }

    /// The file, its size and its ETag.
    pub(super) fn finish(self, modified: SystemTime) -> io::Result<(TempPath, u64, String)> {
        // To the millisecond, as the index has it.
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or_default();
        let modified = SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(millis);
        self.file.as_file().set_modified(modified)?;
        let etag = self.etag.unwrap_or_else(|| hex(&self.md5.finalize()));
        Ok((self.file.into_temp_path(), self.size, etag))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.md5.update(bytes.get(..count).unwrap_or_default());
        self.size += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hexadecimal digits, as ETags have them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _unused = write!(digits, "{byte:02x}");
        digits
    })
}
