//! What a listing found: which objects Athena counts, and what it has to scan.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use crate::aws::S3Object;
use crate::context;
use firehose::failure::LeftOut;
use firehose::failure::athena::{LONGEST_PARAMETER, MAX_OBJECTS, PACKED_ENDINGS};
use firehose::s3::object_name::ObjectName;
use firehose::s3::prefix::Window;

/// Most folders of one bucket, and most names of streams in it.
const MAX_ALL_FOLDERS: usize = 100_000;
const MAX_STREAMS: usize = 100;
/// Most folders whose sizes are kept: some 100 MB.
const MAX_SIZES: usize = 1_000_000;

/// Objects, and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

/// What was found, object by object.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Objects that Athena counts, and their bytes.
    pub(super) objects: u64,
    pub(super) bytes: u64,
    /// Objects that `fh` reads itself, and how many more there are.
    pub(super) own: Vec<S3Object>,
    pub(super) more_own: u64,
    pub(super) left_out: LeftOut,
    pub(super) folders: BTreeSet<String>,
    /// What Athena sees directly in each folder of the bucket.
    pub(super) sizes: BTreeMap<String, Load>,
    /// What the names of the objects start with.
    pub(super) streams: BTreeSet<String>,
    /// Objects were left out for their names.
    pub(super) has_others: bool,
    /// When the oldest and the newest were written, or began.
    times: Option<(i64, i64)>,
}

impl Scan {
    /// Adds an object to what Athena sees.
    pub(super) fn see(&mut self, object: &S3Object) {
        let Some((folder, _)) = object.key.rsplit_once('/') else { return };
        let is_hidden = object.key.split('/').any(is_hidden);
        if is_hidden || is_archived(object) || object.size == 0 {
            return;
        }
        let one = Load { objects: 1, bytes: object.size };
        if let Some(load) = self.sizes.get_mut(folder) {
            load.add(one, 1);
        } else if self.sizes.len() <= MAX_SIZES {
            self.sizes.insert(folder.to_owned(), one);
        }
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.folders.len() > MAX_ALL_FOLDERS
            || self.streams.len() > MAX_STREAMS
            || self.sizes.len() > MAX_SIZES
    }

    /// The folders of the queries of which only a part was listed, without those below
    /// others.
    pub(super) fn cut_folders(&self, heads: &[String]) -> BTreeSet<String> {
        let folders = heads.iter().filter_map(|head| head.rsplit_once('/'));
        let cut =
            folders.filter(|(folder, rest)| !rest.is_empty() && self.folders.contains(*folder));
        let cut: BTreeSet<_> = cut.map(|it| it.0).collect();
        let is_below = |folder: &str| with_parents(folder).skip(1).any(|it| cut.contains(it));
        cut.iter().filter(|it| !is_below(it)).map(|it| (*it).to_owned()).collect()
    }

    /// What Athena scans: each folder of the queries, with what is below it.
    pub(super) fn load(&self) -> Load {
        let mut all = Load::default();
        for (folder, load) in &self.sizes {
            let times = with_parents(folder).filter(|it| self.folders.contains(*it)).count();
            all.add(*load, times as u64);
        }
        all
    }

    pub(super) fn add(&mut self, object: S3Object) {
        if !is_for_athena(&object) {
            if self.own.len() < MAX_OBJECTS {
                self.own.push(object);
            } else {
                self.more_own += 1;
            }
            return;
        }
        self.objects += 1;
        self.bytes = self.bytes.saturating_add(object.size);
        let name = ObjectName::of_key(&object.key);
        // By the clock of the prefixes, which is near enough.
        let began = name.as_ref().and_then(|name| name.time.in_tz("UTC").ok());
        let began = began.map(|time| time.timestamp().as_millisecond());
        let written = object.modified.map(context::milliseconds);
        for time in began.into_iter().chain(written) {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        if let Some(name) = name.filter(|_| self.streams.len() <= MAX_STREAMS) {
            self.streams.insert(name.stream.to_owned());
        }
        if let Some((folder, _)) = object.key.rsplit_once('/')
            && self.folders.len() <= MAX_ALL_FOLDERS
        {
            self.folders.insert(folder.to_owned());
        }
    }

    /// How long the time is in which the records arrived, about.
    pub(super) fn seconds(&self, window: Window) -> i64 {
        let (first, last) = self.times.unwrap_or_default();
        let listed = last.saturating_sub(first);
        let asked = window.since.map_or(listed, |since| window.until.saturating_sub(since));
        listed.min(asked).max(0) / 1000
    }
}

impl Load {
    /// Adds objects that are scanned this many times.
    fn add(&mut self, other: Self, times: u64) {
        if times > 0 {
            self.objects += other.objects;
        }
        self.bytes = self.bytes.saturating_add(other.bytes.saturating_mul(times));
    }
}

/// A folder, and all that it is in.
pub(super) fn with_parents(folder: &str) -> impl Iterator<Item = &str> {
    iter::successors(Some(folder), |it| it.rsplit_once('/').map(|it| it.0))
}

/// True for the name of a folder or an object that Athena does not see.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

fn is_archived(object: &S3Object) -> bool {
    matches!(object.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE"))
}

/// Characters of a text as a literal of SQL.
pub(super) fn literal_length(text: &str) -> usize {
    text.chars().count() + text.matches('\'').count() + 2
}

/// True for an object that Athena sees and reads in the same way. It hides what starts
/// with `_` or `.` (Athena user guide, "Considerations and limitations").
fn is_for_athena(object: &S3Object) -> bool {
    let Some((folder, name)) = object.key.rsplit_once('/') else { return false };
    let is_plain_folder = !folder.is_empty()
        && !folder.split('/').any(|part| part.is_empty() || is_hidden(part))
        && !folder.chars().any(char::is_control)
        && literal_length(folder) <= LONGEST_PARAMETER;
    let is_packed = name.rsplit_once('.').is_some_and(|it| PACKED_ENDINGS.contains(&it.1));
    is_plain_folder && !is_hidden(name) && !is_packed && !is_archived(object) && object.size > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_athena_does_not_see_or_reads_in_another_way_is_read_here() {
        let object = |key: &str| S3Object { size: 10, ..S3Object::named("lake", key) };
        for key in ["failed/a", "failed/2026/11/22/05/orders-1-x", "failed/a.gz", "failed/é"] {
            assert!(is_for_athena(&object(key)), "{key}");
        }
        for key in ["a", "/a", "a//b", "failed/_a", "failed/.a", "_failed/a", "failed/a.zip"] {
            assert!(!is_for_athena(&object(key)), "{key}");
        }
        assert!(!is_for_athena(&S3Object { size: 0, ..object("failed/a") }));
        let class = Some("GLACIER".to_owned());
        assert!(!is_for_athena(&S3Object { storage_class: class, ..object("failed/a") }));
        let long = format!("{}/a", "x".repeat(LONGEST_PARAMETER - 1));
        assert!(!is_for_athena(&object(&long)));
    }

    fn scan(wanted: &[&str], others: &[&str]) -> Scan {
        let object = |key: &str| S3Object { size: 10, ..S3Object::named("lake", key) };
        let mut scan = Scan::default();
        for key in wanted {
            scan.add(object(key));
        }
        for key in wanted.iter().chain(others) {
            scan.see(&object(key));
        }
        scan
    }

    #[test]
    fn athena_scans_whole_folders_and_what_is_below_them_once_for_each() {
        let load = |wanted: &[&str], others: &[&str]| {
            let Load { objects, bytes } = scan(wanted, others).load();
            (objects, bytes)
        };
        assert_eq!(load(&["failed/a"], &["data/a", "b"]), (1, 10));
        assert_eq!(load(&["failed/a"], &["failed/b", "failed/05/c", "failed-2/d"]), (3, 30));
        assert_eq!(load(&["failed/a", "failed/05/b"], &["failed/05/c"]), (3, 50));
        assert_eq!(load(&["failed/a"], &["failed/_b", "failed/.c/d"]), (1, 10));
    }

    #[test]
    fn a_folder_of_which_a_part_is_listed_is_cut() {
        let scan = scan(&["failed/orders-1", "failed/orders-x/orders-2", "e/05/a"], &[]);
        let heads = ["e/", "failed/orders-", "failed/orders-x/orders-"].map(str::to_owned);
        let cut: Vec<_> = scan.cut_folders(&heads).into_iter().collect();
        assert_eq!(cut, ["failed"]);
    }
}
