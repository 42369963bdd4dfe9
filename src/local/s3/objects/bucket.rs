//! A bucket: its folder, its index, and what is in memory.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::index::{BucketFacts, Index};
use super::{Meta, Problem, index_path, name};

/// A bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) facts: BucketFacts,
    pub(super) objects: BTreeMap<String, Meta>,
    pub(super) folder: PathBuf,
    pub(super) index: Index,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    File,
    Folder,
}

impl Kind {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => Ok(Self::File),
            Ok(found) if found.is_dir() => Ok(Self::Folder),
            // A link could lead out of the folder.
            Ok(_) => Err(io::Error::other(format!("{} is not a regular file", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Nothing),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Self::Nothing),
            Err(error) => Err(error),
        }
    }
}

impl Bucket {
    pub(super) fn create(root: &Path, name: &str, facts: BucketFacts) -> io::Result<Self> {
        let folder = root.join(name);
        fs::create_dir(&folder)?;
        let objects = BTreeMap::new();
        let index = Index::create(&index_path(root, name), &facts, &objects)?;
        Ok(Self { facts, objects, folder, index })
    }

    pub(super) fn remove(&self, root: &Path, name: &str) -> Result<(), Problem> {
        if !self.objects.is_empty() {
            return Err(Problem::BucketNotEmpty);
        }
        // Somebody may have put something into it.
        fs::remove_dir(&self.folder).map_err(|_| Problem::BucketNotEmpty)?;
        Ok(fs::remove_file(index_path(root, name))?)
    }

    /// Makes a file the object of a key.
    pub(super) fn put(
        &mut self,
        temporary: &Path,
        key: &str,
        file: TempPath,
        meta: Meta,
    ) -> Result<(), Problem> {
        let path = self.make_place(temporary, key)?;
        self.index.put(key, &meta)?;
        file.persist(path).map_err(|error| error.error)?;
        self.objects.insert(key.to_owned(), meta);
        Ok(())
    }

    pub(super) fn read(&self, key: &str) -> Result<(Meta, File), Problem> {
        let meta = self.objects.get(key).ok_or(Problem::NoSuchKey)?;
        let path = self.place(key)?;
        match File::open(path) {
            Ok(file) => Ok((meta.clone(), file)),
            // Somebody deleted it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Problem::NoSuchKey),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn delete(&mut self, key: &str) -> Result<(), Problem> {
        if self.objects.remove(key).is_none() {
            return Ok(());
        }
        self.index.delete(key)?;
        let path = self.place(key)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        // Folders that are empty now; the first that is not ends it.
        let above = path.ancestors().skip(1).take_while(|above| *above != self.folder);
        let _first = above.map(fs::remove_dir).find(Result::is_err);
        Ok(())
    }

    pub(super) fn tag(&mut self, key: &str, tags: Vec<(String, String)>) -> Result<(), Problem> {
        let meta = self.objects.get_mut(key).ok_or(Problem::NoSuchKey)?;
        meta.tags = tags;
        Ok(self.index.put(key, meta)?)
    }

    /// Where the object of a key is.
    fn place(&self, key: &str) -> io::Result<PathBuf> {
        let path = self.folder.join(name::to_path(key));
        let is_folder = Kind::at(&path)? == Kind::Folder;
        Ok(if is_folder { path.join(name::FOLDER_OBJECT) } else { path })
    }

    /// The same, with the folders above it.
    fn make_place(&mut self, temporary: &Path, key: &str) -> io::Result<PathBuf> {
        let relative = name::to_path(key);
        let mut path = self.folder.clone();
        for part in relative.parent().into_iter().flat_map(Path::components) {
            path.push(part);
            match Kind::at(&path)? {
                Kind::Folder => {}
                Kind::Nothing => fs::create_dir(&path)?,
                Kind::File => self.make_folder_of(&path, temporary)?,
            }
        }
        self.place(key)
    }

    /// Makes an object's file a folder with the object in it.
    fn make_folder_of(&mut self, path: &Path, temporary: &Path) -> io::Result<()> {
        let folder = tempfile::tempdir_in(temporary)?;
        let through = folder.path().file_name().and_then(|name| name.to_str());
        let relative = path.strip_prefix(&self.folder).ok();
        let key = relative.and_then(name::to_key);
        let (Some(through), Some(key)) = (through, key) else {
            return Err(io::Error::other(format!("{} is in the way", path.display())));
        };
        self.index.moves(&key, through)?;
        fs::rename(path, folder.path().join(name::FOLDER_OBJECT))?;
        fs::rename(folder.keep(), path)
    }
}
