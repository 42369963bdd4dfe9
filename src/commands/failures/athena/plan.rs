//! What Athena is asked about a bucket.

use super::scan::{Load, Scan, literal_length, with_parents};
use crate::aws::{Listing, Session};
use crate::error::Error;
use firehose::failure::athena::{AthenaQuery, LONGEST_PARAMETER, MAX_FOLDERS};
use firehose::failure::{Choice, Left};
use firehose::s3::prefix::Window;

/// Most prefixes of one bucket, where some end within a name.
const MAX_HEADS: usize = 1000;

/// What is in a bucket, and is to be counted.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_the_prefixes_that_keys_of_its_folders_start_with() {
        let heads = ["e/", "failed/orders-", "failed/orders-x/orders-"].map(str::to_owned);
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
