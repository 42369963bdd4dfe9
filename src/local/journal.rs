//! The files of a stream's journal: `FOLDER/00000001` and so on.
//!
//! What a stream accepts is written with one `write(2)` before the producer is
//! answered, so whatever kills the process loses nothing. A power cut may, unless
//! each write is flushed to the disk. A file is deleted, the oldest first, once all
//! in it is settled.

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use firehose::flow::ObjectPlace;
use firehose::flow::journal::{Entry, Replay, Restored};

use crate::error::Error;

/// A file that is longer is not added to.
const FULL: u64 = 8 * 1024 * 1024;

/// Longest file that is read: a full one, and the entries of one effect after it.
const MAX_FILE: u64 = 512 * 1024 * 1024;

/// Digits of a file's name.
const DIGITS: usize = 8;

/// The journal of one stream, which no other process has.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    _lock: File,
    file: File,
    length: u64,
    /// Files that are not added to, the oldest first: their numbers, and the last
    /// record that was accepted until their end.
    older: VecDeque<(u64, u64)>,
    number: u64,
    next_record: u64,
    next_object: u64,
    /// Every write is flushed to the disk.
    syncs: bool,
    /// An entry may stand half in the file: nothing can be added.
    is_broken: bool,
    buffer: Vec<u8>,
}

impl Journal {
    /// Opens the journal in `folder`, which is made if there is none, and reads what
    /// is left to do. `is_there` finds objects.
    pub fn open(
        folder: &Path,
        has_backup: bool,
        syncs: bool,
        is_there: impl FnMut(&ObjectPlace) -> bool,
    ) -> Result<(Self, Restored), Error> {
        let unwritable = |error| Error::unwritable(&name(folder), error);
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        builder.mode(0o700);
        builder.create(folder).map_err(unwritable)?;
        let lock = lock(folder)?;
        let mut replay = Replay::new(has_backup);
        let mut older = VecDeque::new();
        for number in numbers(folder)? {
            let path = path(folder, number);
            let file = read(&path).map_err(|error| Error::unreadable(&name(&path), error))?;
            replay.read(&file.into()).map_err(|damage| {
                Error::user(format!("cannot read {}: {damage}", name(&path)))
                    .hint("move the folder away to start without what is in it")
            })?;
            older.push_back((number, replay.last_record()));
        }
        let restored = replay.finish(is_there);
        let number = older.back().map_or(1, |(number, _)| number + 1);
        let (file, length) = create(folder, number).map_err(unwritable)?;
        let mut journal = Self {
            folder: folder.to_owned(),
            _lock: lock,
            file,
            length,
            older,
            number,
            next_record: restored.next_record.max(1),
            next_object: restored.next_object.max(1),
            syncs,
            is_broken: false,
            buffer: Vec::new(),
        };
        let mut entries = vec![journal.begun()];
        let written = restored.written.iter();
        entries.extend(written.map(|object| Entry::Written { object: *object }));
        journal.append(&entries)?;
        Ok((journal, restored))
    }

    /// Writes these entries with one call: all of them, or none. `oldest` is
    /// [`Flow::oldest`](firehose::flow::Flow::oldest) after them, which is asked for
    /// where a file may go.
    pub fn write(&mut self, entries: &[Entry], oldest: impl FnOnce() -> u64) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        self.append(entries)?;
        if self.length > FULL {
            self.begin_next()?;
        }
        if self.older.is_empty() { Ok(()) } else { self.forget(oldest()) }
    }

    fn append(&mut self, entries: &[Entry]) -> Result<(), Error> {
        if self.is_broken {
            let error = io::Error::other("an earlier entry could not be written to its end");
            return Err(self.unwritable(error));
        }
        self.buffer.clear();
        for entry in entries {
            entry.push(&mut self.buffer);
            self.count(entry);
        }
        let written = self.file.write_all(&self.buffer);
        let written =
            written.and_then(|()| if self.syncs { self.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            // What stands half in the file would hide what comes after it.
            self.is_broken = self.file.set_len(self.length).is_err();
            return Err(self.unwritable(error));
        }
        self.length += self.buffer.len() as u64;
        if self.buffer.capacity() > usize::try_from(FULL).unwrap_or(usize::MAX) {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    fn count(&mut self, entry: &Entry) {
        match entry {
            Entry::Accepted { first, payloads, .. } => {
                self.next_record = first.saturating_add(payloads.len() as u64);
            }
            Entry::Intent { object, .. } => self.next_object = object.0.saturating_add(1),
            Entry::Begun { .. } | Entry::Written { .. } | Entry::Dropped { .. } => {}
        }
    }

    fn begun(&self) -> Entry {
        Entry::Begun { next_record: self.next_record, next_object: self.next_object }
    }

    fn begin_next(&mut self) -> Result<(), Error> {
        let created = create(&self.folder, self.number + 1);
        let (file, length) = created.map_err(|error| self.unwritable(error))?;
        self.older.push_back((self.number, self.next_record - 1));
        self.number += 1;
        (self.file, self.length) = (file, length);
        let begun = self.begun();
        self.append(&[begun])
    }

    /// Deletes the oldest files as long as all their records are settled: one that
    /// is not keeps those after it, which have what is settled of it.
    fn forget(&mut self, oldest: u64) -> Result<(), Error> {
        while let Some((number, last)) = self.older.front().copied()
            && last < oldest
        {
            let path = path(&self.folder, number);
            fs::remove_file(&path).map_err(|error| Error::unwritable(&name(&path), error))?;
            self.older.pop_front();
        }
        Ok(())
    }

    fn unwritable(&self, error: io::Error) -> Error {
        Error::unwritable(&name(&path(&self.folder, self.number)), error)
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:0DIGITS$}"))
}

/// Numbers of the files, in their order. Other files are not of the journal.
fn numbers(folder: &Path) -> Result<Vec<u64>, Error> {
    let unreadable = |error| Error::unreadable(&name(folder), error);
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.file_name();
        let number = file.to_str().and_then(|it| it.parse().ok());
        numbers.extend(number.filter(|number| path(folder, *number).ends_with(&file)));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::Error::other("it is too large for a journal"));
    }
    Ok(bytes)
}

fn create(folder: &Path, number: u64) -> io::Result<(File, u64)> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    Ok((options.open(path(folder, number))?, 0))
}

/// Locks a folder for this process.
pub(super) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let unwritable = |error| Error::unwritable(&name(&path), error);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let folder = name(folder);
            Err(Error::user(format!("another process uses {folder}"))
                .hint("stop that process, or use another --dir"))
        }
        Err(TryLockError::Error(error)) => Err(unwritable(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use firehose::flow::{ObjectId, RecordSet};

    fn open(folder: &Path) -> (Journal, Restored) {
        Journal::open(folder, false, false, |_| false).unwrap()
    }

    fn accepted(first: u64, count: usize, length: usize) -> Entry {
        let payloads = (0..count).map(|_| vec![b'x'; length].into()).collect();
        Entry::Accepted { first, arrival: 5, payloads }
    }

    fn numbers_of(restored: &Restored) -> Vec<u64> {
        restored.records.iter().map(|record| record.number).collect()
    }

    fn dropped(numbers: impl IntoIterator<Item = u64>) -> Entry {
        Entry::Dropped { records: RecordSet::from_iter(numbers) }
    }

    #[test]
    fn what_is_written_is_there_after_a_restart_and_numbers_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, restored) = open(folder.path());
        assert_eq!(restored, Restored::default());
        journal.write(&[accepted(1, 3, 10), dropped([2])], || 1).unwrap();
        drop(journal);
        let (mut journal, restored) = open(folder.path());
        assert_eq!((numbers_of(&restored), restored.next_record), (vec![1, 3], 4));
        journal.write(&[dropped([1, 3])], || 4).unwrap();
        drop(journal);
        let (_, restored) = open(folder.path());
        assert_eq!((numbers_of(&restored), restored.next_record), (vec![], 4));
    }

    #[test]
    fn a_file_goes_once_all_in_it_and_before_it_is_settled() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path());
        let files = || numbers(folder.path()).unwrap().len();
        journal.write(&[accepted(1, 9, 1_000_000)], || 1).unwrap();
        journal.write(&[accepted(10, 9, 1_000_000)], || 1).unwrap();
        assert_eq!(files(), 3);
        // The second is settled, but it may have what is settled of the first.
        journal.write(&[dropped(10..19), dropped(2..10)], || 1).unwrap();
        assert_eq!(files(), 3);
        drop(journal);
        let (mut journal, restored) = open(folder.path());
        assert_eq!((numbers_of(&restored), files()), (vec![1], 4));
        journal.write(&[dropped([1])], || 19).unwrap();
        assert_eq!(files(), 1);
        drop(journal);
        let (_, restored) = open(folder.path());
        assert_eq!((numbers_of(&restored), restored.next_record), (vec![], 19));
    }

    #[test]
    fn an_object_that_is_there_stays_settled() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path());
        let place = ObjectPlace { bucket: "lake".to_owned(), key: "a".to_owned() };
        let records = RecordSet::from_iter([1, 2]);
        let intent = Entry::Intent { object: ObjectId(7), place, is_backup: false, records };
        journal.write(&[accepted(1, 3, 10), intent], || 1).unwrap();
        drop(journal);
        let (journal, restored) = Journal::open(folder.path(), false, true, |_| true).unwrap();
        assert_eq!((numbers_of(&restored), restored.next_object), (vec![3], 8));
        drop(journal);
        let (_, restored) = open(folder.path());
        assert_eq!(numbers_of(&restored), [3], "whatever became of the object");
    }

    #[test]
    fn a_half_entry_is_none_and_a_damaged_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path());
        journal.write(&[accepted(1, 1, 10), accepted(2, 1, 10)], || 1).unwrap();
        drop(journal);
        let first = path(folder.path(), 1);
        let bytes = read(&first).unwrap();
        File::create(&first).unwrap().write_all(&bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(numbers_of(&open(folder.path()).1), [1]);
        let mut damaged = bytes;
        damaged[30] ^= 1;
        File::create(&first).unwrap().write_all(&damaged).unwrap();
        let error = Journal::open(folder.path(), false, false, |_| false).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("00000001: the entry at byte 25: its checksum does not"), "{text}");
    }

    #[test]
    fn two_processes_cannot_have_one_journal() {
        let folder = tempfile::tempdir().unwrap();
        let (_journal, _) = open(folder.path());
        let error = Journal::open(folder.path(), false, false, |_| false).unwrap_err();
        assert!(error.to_string().starts_with("another process uses "));
    }
}
