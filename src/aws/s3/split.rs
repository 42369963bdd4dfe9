//! Where a long listing can be cut, so that its parts are listed side by side.
//!
//! A page of a listing says nothing of what comes after it. Two calls find out: the
//! first key after the folder of the last one shows which folder branches, and a list
//! with a delimiter names what is in that.

use std::collections::BTreeSet;

use super::{PageQuery, S3Client, decoded};

/// A listing is cut only into at least this many pages or so: where folders are small,
/// a call each costs more than it saves.
const LEAST_PAGES: usize = 4;

/// How many folders up is looked for one that branches enough.
const CLIMBS: usize = 3;

/// The end of all keys that start with what is before it.
const LAST: char = '\u{10FFFF}';

/// A part of the keys of a prefix.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyRange {
    /// The first key, if it is there.
    pub(super) from: Option<String>,
    /// What comes after the last one.
    pub(super) until: Option<String>,
}

impl KeyRange {
    /// What a listing of it starts after: as near to the first key as can be.
    pub(super) fn start_after(&self) -> Option<String> {
        let mut after = self.from.clone()?;
        let last = after.pop()?;
        let before = u32::from(last).checked_sub(1).and_then(char::from_u32)?;
        after.extend([before, LAST]);
        Some(after)
    }

    /// True if it ends before this key.
    pub(super) fn ends_before(&self, key: &str) -> bool {
        self.until.as_deref().is_some_and(|until| key >= until)
    }

    /// True if it starts after this key.
    pub(super) fn starts_after(&self, key: &str) -> bool {
        self.from.as_deref().is_some_and(|from| key < from)
    }
}

/// The first keys of the further parts of a listing, in their order.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    pub(super) keys: Vec<String>,
    /// All but the last are of a few pages.
    pub(super) are_small: bool,
}

/// A listing that has more than the page with these keys, which are sorted.
pub(super) struct Split<'a> {
    pub(super) bucket: &'a str,
    pub(super) prefix: &'a str,
    pub(super) range: &'a KeyRange,
    pub(super) keys: &'a [String],
    /// Most parts.
    pub(super) parts: usize,
}

impl Split<'_> {
    /// Where to cut; nowhere if it is not worth it, or cannot be found out.
    pub(super) async fn cuts(&self, client: &S3Client) -> Cuts {
        let Some(last) = self.keys.last() else { return Cuts::default() };
        let mut folder = self.folder(last);
        for _ in 0..CLIMBS {
            if folder.len() > self.prefix.len() {
                let Some(next) = self.first_after(client, folder).await else { break };
                folder = self.folder(last.get(..common(folder, &next)).unwrap_or_default());
            }
            let folders = self.folders(client, folder, last).await;
            let seen = self.seen_in(folder);
            let pages = folders.len() / seen.max(1);
            if pages >= LEAST_PAGES {
                // A part of small folders takes some pages, and the last is not full.
                let are_small = seen > 1;
                let count = if are_small { pages / 2 } else { pages }.min(self.parts);
                let chosen =
                    (0..count).filter_map(|part| folders.get(part * folders.len() / count));
                let mut cuts: Vec<String> = chosen.cloned().collect();
                // What comes after the folder.
                if folder.len() > self.prefix.len() {
                    cuts.extend(folder.strip_suffix('/').map(|folder| format!("{folder}0")));
                }
                cuts.retain(|cut| !self.range.ends_before(cut));
                return Cuts { keys: cuts, are_small };
            }
            if folder.len() <= self.prefix.len() {
                break;
            }
        }
        Cuts::default()
    }

    /// The folder of a key, slash included, or the prefix if that is longer.
    fn folder<'b>(&'b self, key: &'b str) -> &'b str {
        let end = key.rfind('/').map_or(0, |at| at + 1);
        key.get(..end).filter(|it| it.len() > self.prefix.len()).unwrap_or(self.prefix)
    }

    /// The first key after all of a folder.
    async fn first_after(&self, client: &S3Client, folder: &str) -> Option<String> {
        let after = format!("{folder}{LAST}");
        let query = PageQuery {
            prefix: self.prefix,
            after: Some(after.clone()),
            most: Some(1),
            ..PageQuery::default()
        };
        let page = client.page(self.bucket, query).await.ok()?;
        let keys = page.contents.unwrap_or_default().into_iter();
        let key = keys.filter_map(|it| it.key.map(decoded)).find(|it| *it > after)?;
        (!self.range.ends_before(&key)).then_some(key)
    }

    /// What is in a folder after a key, as far as one call shows.
    async fn folders(&self, client: &S3Client, folder: &str, last: &str) -> Vec<String> {
        let after = Some(last.to_owned());
        let query = PageQuery { prefix: folder, after, by_folder: true, ..PageQuery::default() };
        let Ok(page) = client.page(self.bucket, query).await else { return Vec::new() };
        let found = page.common_prefixes.unwrap_or_default().into_iter();
        let found = found.filter_map(|it| it.prefix.map(decoded));
        let is_after = |it: &String| it.as_str() > last && !last.starts_with(it.as_str());
        let found: BTreeSet<_> = found.filter(is_after).collect();
        found.into_iter().filter(|it| !self.range.ends_before(it)).collect()
    }

    /// How many folders in this folder the page has keys of.
    fn seen_in(&self, folder: &str) -> usize {
        let rest = self.keys.iter().filter_map(|key| key.strip_prefix(folder));
        rest.filter_map(|rest| rest.split_once('/')).map(|it| it.0).collect::<BTreeSet<_>>().len()
    }
}

/// Bytes that both start with, at the end of a character.
fn common(one: &str, other: &str) -> usize {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other);
    same.map(|(it, _)| it.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_listed_from_just_before_its_first_key() {
        let range = |from: &str| KeyRange { from: Some(from.to_owned()), until: None };
        for (from, before) in [("a/b/", "a/b."), ("a/b0", "a/b/")] {
            let after = range(from).start_after().unwrap();
            assert_eq!(after.trim_end_matches(LAST), before);
            assert!(after.as_str() < from);
        }
        assert_eq!(KeyRange::default().start_after(), None);
        let range = KeyRange { from: Some("b/".to_owned()), until: Some("c/".to_owned()) };
        let is_in = |key: &&str| !range.starts_after(key) && !range.ends_before(key);
        let keys = ["a/1", "b", "b/", "b/1", "c", "c/", "d"];
        assert_eq!(keys.into_iter().filter(is_in).collect::<Vec<_>>(), ["b/", "b/1", "c"]);
    }

    #[test]
    fn folders_are_those_below_the_prefix() {
        let range = KeyRange::default();
        let keys = ["f/1/a", "f/1/b", "f/2/c/d", "f/e"].map(str::to_owned);
        let split = Split { bucket: "lake", prefix: "f/", range: &range, keys: &keys, parts: 8 };
        assert_eq!(["f/1/a", "f/e", "e"].map(|key| split.folder(key)), ["f/1/", "f/", "f/"]);
        assert_eq!((split.seen_in("f/"), split.seen_in("f/2/")), (2, 1));
        assert_eq!(common("f/é/1", "f/é/2"), 5);
        assert_eq!(common("f/é", "f/è"), 2);
    }
}
