//! What Athena is to scan, and what `fh` reads itself.

use std::collections::BTreeSet;

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

/// What is in a bucket.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) bucket: String,
    /// In the Region of the bucket.
    pub(super) session: Session,
    pub(super) scan: Scan,
}

/// What was found, object by object.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Objects that Athena scans, and their bytes.
    pub(super) objects: u64,
    pub(super) bytes: u64,
    /// Objects that `fh` reads itself, and how many more there are.
    pub(super) own: Vec<S3Object>,
    pub(super) more_own: u64,
    pub(super) left_out: LeftOut,
    folders: BTreeSet<String>,
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
            .survey(session, &mut |object, choice| match choice {
                Choice::Read => scan.add(object),
                Choice::Look => scan.left_out.add(Left::NotOpened),
                Choice::Leave(why) => {
                    scan.has_others = true;
                    scan.left_out.add(why);
                }
            })
            .await?;
        if scan.folders.len() > MAX_ALL_FOLDERS || scan.streams.len() > MAX_STREAMS {
            let bucket = &listing.bucket;
            return Err(Error::user(format!("too many folders for one query in `{bucket}`"))
                .hint("limit it with `--since` and `--until`, or with `--prefix`"));
        }
        Ok(Self { bucket: listing.bucket.clone(), session, scan })
    }

    /// The queries that count all of it: one for each lot of folders.
    pub(super) fn queries(&self, window: Window, base: &AthenaQuery) -> Vec<AthenaQuery> {
        let folders: Vec<_> = self.scan.folders.iter().cloned().collect();
        let streams = self.scan.streams.iter().filter(|_| self.scan.has_others);
        let streams: Vec<_> = streams.cloned().collect();
        let lots = folders.chunks(MAX_FOLDERS).map(|folders| AthenaQuery {
            bucket: self.bucket.clone(),
            folders: folders.to_vec(),
            streams: streams.clone(),
            step: AthenaQuery::step_for(self.scan.seconds(window)),
            ..base.clone()
        });
        lots.collect()
    }
}

impl Scan {
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

/// True for an object that Athena sees and reads in the same way. It hides what starts
/// with `_` or `.` (Athena user guide, "Considerations and limitations").
fn is_for_athena(object: &S3Object) -> bool {
    let Some((folder, name)) = object.key.rsplit_once('/') else { return false };
    let is_plain_folder = !folder.is_empty()
        && !folder.split('/').any(|part| part.is_empty() || part.starts_with(['_', '.']))
        && !folder.chars().any(char::is_control)
        && folder.chars().count() + folder.matches('\'').count() + 2 <= LONGEST_PARAMETER;
    let is_hidden = name.starts_with(['_', '.']);
    let is_packed = name.rsplit_once('.').is_some_and(|it| PACKED_ENDINGS.contains(&it.1));
    let class = object.storage_class.as_deref().unwrap_or_default();
    let is_archived = matches!(class, "GLACIER" | "DEEP_ARCHIVE");
    is_plain_folder && !is_hidden && !is_packed && !is_archived && object.size > 0
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
}
