//! Opens a folder, however the last run ended.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path};
use std::sync::Mutex;

use md5::{Digest as _, Md5};
use walkdir::WalkDir;

use super::bucket::{Bucket, Kind};
use super::draft::hex;
use super::index::{Index, Kept};
use super::{Headers, INDEX, Meta, Objects, State, TEMPORARY, index_path, name};
use crate::context;

impl Objects {
    /// Opens the buckets of a folder, and makes it if there is none.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join(INDEX))?;
        fs::create_dir_all(root.join(TEMPORARY))?;
        let mut buckets = BTreeMap::new();
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            let is_bucket = |name: &&str| s3s::path::check_bucket_name(name);
            if let Some(name) = entry.file_name().to_str().filter(is_bucket)
                && entry.file_type()?.is_dir()
            {
                buckets.insert(name.to_owned(), bucket(root, name)?);
            }
        }
        // Objects of which nobody was told that they are there.
        fs::remove_dir_all(root.join(TEMPORARY))?;
        fs::create_dir(root.join(TEMPORARY))?;
        let state = Mutex::new(State { buckets, ..State::default() });
        Ok(Self { root: root.to_owned(), state })
    }
}

fn bucket(root: &Path, name: &str) -> io::Result<Bucket> {
    let folder = root.join(name);
    let Kept { mut facts, objects: mut known, moving } = Index::read(&index_path(root, name))?;
    for (key, through) in moving {
        finish_move(root, &folder, &key, &through)?;
    }
    if facts.created == 0 {
        facts.created = context::milliseconds(fs::metadata(&folder)?.modified()?);
    }
    let mut objects = BTreeMap::new();
    for entry in WalkDir::new(&folder).follow_links(false) {
        let entry = entry?;
        let relative = entry.path().strip_prefix(&folder).ok();
        if entry.file_type().is_file()
            && let Some(key) = relative.and_then(name::to_key)
        {
            let meta = meta(entry.path(), known.remove(&key))?;
            objects.insert(key, meta);
        }
    }
    let index = Index::create(&index_path(root, name), &facts, &objects)?;
    Ok(Bucket { facts, objects, folder, index })
}

/// An object was on its way into a folder that takes its place.
fn finish_move(root: &Path, folder: &Path, key: &str, through: &str) -> io::Result<()> {
    let mut names = Path::new(through).components();
    let is_name = matches!(names.next(), Some(Component::Normal(_))) && names.next().is_none();
    let on_the_way = root.join(TEMPORARY).join(through);
    let place = folder.join(name::to_path(key));
    let is_there = Kind::at(&on_the_way.join(name::FOLDER_OBJECT))? == Kind::File;
    if is_name && is_there && Kind::at(&place)? == Kind::Nothing {
        fs::rename(on_the_way, place)?;
    }
    Ok(())
}

/// What the index has of a file if it still fits, else what can be seen.
fn meta(path: &Path, known: Option<Meta>) -> io::Result<Meta> {
    let found = fs::metadata(path)?;
    let (size, modified) = (found.len(), context::milliseconds(found.modified()?));
    if let Some(meta) = known
        && (meta.size, meta.modified) == (size, modified)
    {
        return Ok(meta);
    }
    let mut md5 = Md5::new();
    io::copy(&mut File::open(path)?, &mut Hashing(&mut md5))?;
    let etag = hex(&md5.finalize());
    Ok(Meta { size, etag, modified, headers: Headers::default(), tags: Vec::new() })
}

struct Hashing<'a>(&'a mut Md5);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
