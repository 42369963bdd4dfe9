//! What Athena is to scan, and what `fh` reads itself.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use crate::aws::{Listing, S3Object, Session};
use crate::context;
use crate::error::Error;
use firehose::failure::athena::{
    AthenaQuery, LONGEST_PARAMETER, MAX_FOLDERS, MAX_OBJECTS, PACKED_ENDINGS,
};
use firehose::failure::{Choice, Left, LeftOut};
use firehose::s3::object_name::ObjectName;
use firehose::s3::prefix::Window;

/// Most folders of one bucket, and most names of streams in it.
const MAX_ALL_FOLDERS: usize = 100_000;
const MAX_STREAMS: usize = 100;
/// Most folders whose sizes are kept: some 100 MB.
const MAX_SIZES: usize = 1_000_000;
/// Most prefixes of one bucket, where some end within a name.
const MAX_HEADS: usize = 1000;

/// What is in a bucket.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) bucket: String,
    /// In the Region of the bucket.
    pub(super) session: Session,
    pub(super) scan: Scan,
    /// What Athena scans, wanted or not: whole folders, with what is below them.
    pub(super) load: Load,
    /// The bytes that it has to scan, or it did not see all: those of the objects that it
    /// counts, where it may leave others out by their names.
    pub(super) least: u64,
    /// The prefixes that were listed, if some end within a name.
    heads: Vec<String>,
}

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
    bytes: u64,
    /// Objects that `fh` reads itself, and how many more there are.
    pub(super) own: Vec<S3Object>,
    pub(super) more_own: u64,
    pub(super) left_out: LeftOut,
    folders: BTreeSet<String>,
    /// What Athena sees directly in each folder of the bucket.
    sizes: BTreeMap<String, Load>,
    /// What the names of the objects start with.
    streams: BTreeSet<String>,
    /// Objects were left out for their names.
    has_others: bool,
    /// When the oldest and the newest were written, or began.
    times: Option<(i64, i64)>,
}

impl Plan {
    /// Lists what there is.
    pub(super) async fn new(listing: &Listing, session: &Session) -> Result<Self, Error> {
        let mut scan = Scan::default();
        let session = listing
            .survey(session, &mut |object, choice| {
                scan.see(&object);
                match choice {
                    Some(Choice::Read) => scan.add(object),
                    Some(Choice::Look) => scan.left_out.add(Left::NotOpened),
                    Some(Choice::Leave(why)) => {
                        scan.has_others = true;
                        scan.left_out.add(why);
                    }
                    None => {}
                }
            })
            .await?;
        let heads = heads(listing);
        let cut = scan.cut_folders(&heads);
        if !cut.is_empty() {
            // Only a part of these folders was listed, and Athena scans all of it.
            scan.sizes.retain(|folder, _| !with_parents(folder).any(|it| cut.contains(it)));
            let folders = cut.iter().map(|it| format!("{it}/")).collect();
            let whole = Listing::of(&listing.bucket, folders);
            whole.survey(&session, &mut |object, _| scan.see(&object)).await?;
        }
        let bucket = listing.bucket.clone();
        if scan.is_too_large() || heads.len() > MAX_HEADS {
            return Err(Error::user(format!("too many folders for one query in `{bucket}`"))
                .hint("limit it with `--since` and `--until`, or with `--prefix`"));
        }
        if heads
            .iter()
            .any(|head| literal_length(&format!("s3://{bucket}/{head}")) > LONGEST_PARAMETER)
        {
            return Err(Error::user(format!("a prefix is too long for Athena in `{bucket}`"))
                .hint("end `--prefix` with a slash"));
        }
        let load = scan.load();
        let least = if heads.is_empty() { load.bytes } else { scan.bytes };
        Ok(Self { bucket, session, scan, load, least, heads })
    }

    /// The queries that count all of it: one for each lot of folders.
    pub(super) fn queries(&self, window: Window, base: &AthenaQuery) -> Vec<AthenaQuery> {
        let folders: Vec<_> = self.scan.folders.iter().cloned().collect();
        let streams = self.scan.streams.iter().filter(|_| self.scan.has_others);
        let streams: Vec<_> = streams.cloned().collect();
        let lots = folders.chunks(MAX_FOLDERS).map(|folders| AthenaQuery {
            bucket: self.bucket.clone(),
            folders: folders.to_vec(),
            heads: heads_of(folders, &self.heads),
            streams: streams.clone(),
            step: AthenaQuery::step_for(self.scan.seconds(window)),
            ..base.clone()
        });
        lots.collect()
    }
}

impl Scan {
    /// Adds an object to what Athena sees.
    fn see(&mut self, object: &S3Object) {
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

    fn is_too_large(&self) -> bool {
        self.folders.len() > MAX_ALL_FOLDERS
            || self.streams.len() > MAX_STREAMS
            || self.sizes.len() > MAX_SIZES
    }

    /// The folders of the queries of which only a part was listed, without those below
    /// others.
    fn cut_folders(&self, heads: &[String]) -> BTreeSet<String> {
        let folders = heads.iter().filter_map(|head| head.rsplit_once('/'));
        let cut =
            folders.filter(|(folder, rest)| !rest.is_empty() && self.folders.contains(*folder));
        let cut: BTreeSet<_> = cut.map(|it| it.0).collect();
        let is_below = |folder: &str| with_parents(folder).skip(1).any(|it| cut.contains(it));
        cut.iter().filter(|it| !is_below(it)).map(|it| (*it).to_owned()).collect()
    }

    /// What Athena scans: each folder of the queries, with what is below it.
    fn load(&self) -> Load {
        let mut all = Load::default();
        for (folder, load) in &self.sizes {
            let times = with_parents(folder).filter(|it| self.folders.contains(*it)).count();
            all.add(*load, times as u64);
        }
        all
    }

    fn add(&mut self, object: S3Object) {
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
    fn seconds(&self, window: Window) -> i64 {
        let (first, last) = self.times.unwrap_or_default();
        let listed = last.saturating_sub(first);
        let asked = window.since.map_or(listed, |since| window.until.saturating_sub(since));
        listed.min(asked).max(0) / 1000
    }
}

impl Load {
    /// Adds objects that are scanned so often.
    fn add(&mut self, other: Self, times: u64) {
        if times > 0 {
            self.objects += other.objects;
        }
        self.bytes = self.bytes.saturating_add(other.bytes.saturating_mul(times));
    }
}

/// The prefixes of a listing, if any of them ends within a name: `failed/orders-`.
fn heads(listing: &Listing) -> Vec<String> {
    let is_cut = |head: &String| head.rsplit_once('/').is_some_and(|(_, rest)| !rest.is_empty());
    if listing.prefixes.iter().any(is_cut) { listing.prefixes.clone() } else { Vec::new() }
}

/// Those that some keys of these folders start with.
fn heads_of(folders: &[String], heads: &[String]) -> Vec<String> {
    let folders: Vec<_> = folders.iter().map(|it| format!("{it}/")).collect();
    let is_of = |head: &str, folder: &str| {
        let rest = head.strip_prefix(folder);
        folder.starts_with(head) || rest.is_some_and(|rest| !rest.contains('/'))
    };
    let is_used = |head: &&String| folders.iter().any(|folder| is_of(head, folder));
    heads.iter().filter(is_used).cloned().collect()
}

/// A folder, and all that it is in.
fn with_parents(folder: &str) -> impl Iterator<Item = &str> {
    iter::successors(Some(folder), |it| it.rsplit_once('/').map(|it| it.0))
}

fn is_hidden(name: &str) -> bool {
    name.starts_with(['_', '.'])
}

fn is_archived(object: &S3Object) -> bool {
    matches!(object.storage_class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE"))
}

/// Characters of a text as a literal of SQL.
fn literal_length(text: &str) -> usize {
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
        assert_eq!(heads_of(&["failed".to_owned()], &heads), ["failed/orders-"]);
        assert_eq!(heads_of(&["e/05".to_owned()], &heads), ["e/"]);
    }

    #[test]
    fn only_prefixes_that_end_within_a_name_are_part_of_a_query() {
        let heads = |all: &[&str]| {
            let all = all.iter().map(|it| (*it).to_owned()).collect();
            heads(&Listing::of("lake", all)).len()
        };
        assert_eq!(
            (heads(&["", "failed", "failed/05/"]), heads(&["a/", "failed/orders-"])),
            (0, 2)
        );
    }
}
