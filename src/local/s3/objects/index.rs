//! What is known of the objects of a bucket beyond their bytes: a file of JSON
//! lines that is only added to. The last line of a key counts.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Meta;

/// Bytes of a line. A key has 1024 bytes, its headers 16 KiB at the most.
const MAX_LINE: u64 = 256 * 1024;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Object {
        key: String,
        meta: Box<Meta>,
    },
    Gone {
        gone: String,
    },
    /// An object that a folder takes the place of.
    Moving {
        moving: String,
        through: String,
    },
    Bucket(BucketFacts),
}

/// What is known of a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct BucketFacts {
    /// Milliseconds since 1970.
    pub(in super::super) created: i64,
    /// Where it was asked for; none for us-east-1.
    #[serde(default)]
    pub(in super::super) region: Option<String>,
}

/// The file, open.
#[derive(Debug)]
pub(super) struct Index {
    file: File,
}

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) facts: BucketFacts,
    pub(super) objects: BTreeMap<String, Meta>,
    /// Keys of objects that were on their way into a folder, and the name of the
    /// folder for that time.
    pub(super) moving: Vec<(String, String)>,
}

impl Index {
    /// Reads an index. What is no line of it is skipped: the objects are still
    /// there.
    pub(super) fn read(path: &Path) -> io::Result<Kept> {
        let mut kept = Kept::default();
        let mut reader = match File::open(path) {
            Ok(file) => BufReader::new(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(kept),
            Err(error) => return Err(error),
        };
        let mut line = Vec::new();
        while reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? > 0 {
            match serde_json::from_slice(&line) {
                Ok(Line::Object { key, meta }) => drop(kept.objects.insert(key, *meta)),
                Ok(Line::Gone { gone }) => drop(kept.objects.remove(&gone)),
                Ok(Line::Moving { moving, through }) => kept.moving.push((moving, through)),
                Ok(Line::Bucket(facts)) => kept.facts = facts,
                Err(_) => {}
            }
            line.clear();
        }
        Ok(kept)
    }

    /// Writes a new index of what is there, a line an object.
    pub(super) fn create(
        path: &Path,
        facts: &BucketFacts,
        objects: &BTreeMap<String, Meta>,
    ) -> io::Result<Self> {
        let mut next = path.as_os_str().to_owned();
        next.push("%");
        let mut out = io::BufWriter::new(File::create(&next)?);
        write_line(&mut out, &Line::Bucket(facts.clone()))?;
        for (key, meta) in objects {
            write_line(&mut out, &Line::Object { key: key.clone(), meta: Box::new(meta.clone()) })?;
        }
        out.into_inner().map_err(io::IntoInnerError::into_error)?;
        std::fs::rename(&next, path)?;
        Ok(Self { file: OpenOptions::new().append(true).open(path)? })
    }

    pub(super) fn put(&mut self, key: &str, meta: &Meta) -> io::Result<()> {
        self.append(&Line::Object { key: key.to_owned(), meta: Box::new(meta.clone()) })
    }

    pub(super) fn delete(&mut self, key: &str) -> io::Result<()> {
        self.append(&Line::Gone { gone: key.to_owned() })
    }

    pub(super) fn moves(&mut self, key: &str, through: &str) -> io::Result<()> {
        self.append(&Line::Moving { moving: key.to_owned(), through: through.to_owned() })
    }

    fn append(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = Vec::new();
        write_line(&mut bytes, line)?;
        self.file.write_all(&bytes)
    }
}

fn write_line(out: &mut impl io::Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
