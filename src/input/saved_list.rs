//! The list of the objects that were saved to a folder, `.fh-saved`: a line each, with
//! tabs between its `ETag`, its bytes, its path and the SHA-256 of what is in it.
//!
//! An earlier version wrote no SHA-256: what such a file is a copy of is unknown.

#[cfg(unix)]
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// The name of the list.
pub(super) const LIST: &str = ".fh-saved";

/// What was saved, by the paths below the folder: `BUCKET/KEY`.
pub(super) type SavedList = BTreeMap<String, SavedObject>;

/// An object that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SavedObject {
    /// Its `ETag`, quotes included.
    pub(super) etag: String,
    /// The SHA-256 of what is in it, in hexadecimal digits; empty if it is unknown.
    pub(super) sha256: String,
}

/// The line of an object.
#[cfg(unix)]
pub(super) fn line(path: &str, bytes: u64, object: &SavedObject) -> String {
    let SavedObject { etag, sha256 } = object;
    format!("{etag}\t{bytes}\t{}\t{sha256}\n", in_the_list(path))
}

/// A path as it stands in the list, on one line: a JSON string if it has control
/// characters. No bucket begins with a quote.
#[cfg(unix)]
fn in_the_list(path: &str) -> Cow<'_, str> {
    if path.chars().any(char::is_control) {
        serde_json::to_string(path).map_or_else(|_| path.into(), Cow::Owned)
    } else {
        path.into()
    }
}

/// A digest in hexadecimal digits.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * digest.len());
    for byte in digest {
        // Writing to a string does not fail.
        let _unused = write!(digits, "{byte:02x}");
    }
    digits
}

/// What was saved before; a line that is none is left out.
pub(super) fn read(list: &File) -> io::Result<SavedList> {
    let mut saved = SavedList::new();
    for line in BufReader::new(list).lines() {
        let line = line?;
        let mut fields = line.split('\t');
        if let (Some(etag), Some(_), Some(path)) = (fields.next(), fields.next(), fields.next()) {
            let quoted = path.strip_prefix('"').and_then(|_| serde_json::from_str(path).ok());
            let sha256 = fields.next().unwrap_or_default().to_owned();
            let object = SavedObject { etag: etag.to_owned(), sha256 };
            saved.insert(quoted.unwrap_or_else(|| path.to_owned()), object);
        }
    }
    Ok(saved)
}

/// Knows of files which objects of S3 they were saved from.
#[derive(Debug, Default)]
pub(crate) struct SavedCopies {
    /// The lists of folders; `None` for a folder without one.
    lists: BTreeMap<PathBuf, Option<SavedList>>,
}

/// An object that a file was saved from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopiedObject {
    /// `s3://BUCKET/KEY`.
    pub(crate) name: String,
    /// Its `ETag`, quotes included.
    pub(crate) etag: String,
    /// The SHA-256 of what was in it, in hexadecimal digits.
    pub(crate) sha256: String,
}

impl SavedCopies {
    /// The object that was saved to this file, whose path is absolute. The file may have
    /// been changed since.
    pub(crate) fn object(&mut self, file: &Path) -> Option<CopiedObject> {
        file.ancestors().skip(1).find_map(|folder| {
            let list = self.lists.entry(folder.to_owned()).or_insert_with(|| {
                let list = File::open(folder.join(LIST)).ok()?;
                read(&list).ok()
            });
            let below = file.strip_prefix(folder).ok()?;
            let parts: Option<Vec<_>> = below.iter().map(|part| part.to_str()).collect();
            let path = parts?.join("/");
            let SavedObject { etag, sha256 } = list.as_ref()?.get(&path)?;
            (!sha256.is_empty() && !etag.is_empty()).then(|| CopiedObject {
                name: format!("s3://{path}"),
                etag: etag.clone(),
                sha256: sha256.clone(),
            })
        })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_copy_of_the_object_that_the_list_names() {
        let folder = tempfile::tempdir().unwrap();
        let object = |etag: &str, sha256: &str| SavedObject {
            etag: etag.to_owned(),
            sha256: sha256.to_owned(),
        };
        let lines = [
            line("lake/failed/a", 3, &object("\"1\"", "aa")),
            line("lake/failed/tab\t", 3, &object("\"2\"", "bb")),
            "\"3\"\t3\tlake/of-an-earlier-version\n".to_owned(),
        ];
        std::fs::write(folder.path().join(LIST), lines.concat()).unwrap();
        let mut copies = SavedCopies::default();
        let mut of = |path: &str| {
            let copy = copies.object(&folder.path().join(path))?;
            Some(format!("{} {} {}", copy.name, copy.etag, copy.sha256))
        };
        assert_eq!(of("lake/failed/a").unwrap(), "s3://lake/failed/a \"1\" aa");
        assert_eq!(of("lake/failed/tab\t").unwrap(), "s3://lake/failed/tab\t \"2\" bb");
        for other in ["lake/of-an-earlier-version", "failed/a", "lake/failed/b"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
