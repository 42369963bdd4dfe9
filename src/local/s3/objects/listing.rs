//! Pages of a bucket, by key.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::Meta;

/// Most entries of a page (API reference, `ListObjectsV2`).
pub(in super::super) const MAX_KEYS: usize = 1000;

/// What a page is to have.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct ListQuery {
    /// Only keys that begin so.
    pub(in super::super) prefix: String,
    /// What ends a common prefix; none if empty.
    pub(in super::super) delimiter: String,
    /// Only keys and common prefixes after this one.
    pub(in super::super) after: String,
    /// Most keys and common prefixes.
    pub(in super::super) most: usize,
}

/// A page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Page {
    pub(in super::super) objects: Vec<(String, Meta)>,
    pub(in super::super) prefixes: Vec<String>,
    /// The last of both, if there is more.
    pub(in super::super) last: Option<String>,
}

impl ListQuery {
    pub(super) fn page(&self, objects: &BTreeMap<String, Meta>) -> Page {
        let mut page = Page::default();
        let most = self.most.min(MAX_KEYS);
        if most == 0 {
            return page;
        }
        let mut last = None;
        let mut start = match self.after.as_str() {
            after if after >= self.prefix.as_str() => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(self.prefix.clone()),
        };
        while let Some((key, meta)) = objects.range((start, Bound::Unbounded)).next() {
            let Some(rest) = key.strip_prefix(&self.prefix) else { break };
            let common = self.common(rest).map(|length| self.prefix.len() + length);
            let entry = common.and_then(|length| key.get(..length)).unwrap_or(key);
            start = match common {
                Some(_) => after_all_in(entry, key),
                None => Bound::Excluded(key.clone()),
            };
            if entry == self.after || last.as_deref() == Some(entry) {
                continue;
            }
            if page.objects.len() + page.prefixes.len() == most {
                page.last = last;
                break;
            }
            last = Some(entry.to_owned());
            match common {
                Some(_) => page.prefixes.push(entry.to_owned()),
                None => page.objects.push((key.clone(), meta.clone())),
            }
        }
        page
    }

    /// The length of the common prefix that what follows the prefix begins with.
    fn common(&self, rest: &str) -> Option<usize> {
        let delimiter = (!self.delimiter.is_empty()).then_some(&self.delimiter)?;
        Some(rest.find(delimiter.as_str())? + delimiter.len())
    }
}

/// After the keys that begin so, but for a few at their end, and after this one.
fn after_all_in(prefix: &str, key: &str) -> Bound<String> {
    let end = format!("{prefix}{}", char::MAX);
    if end.as_str() > key { Bound::Included(end) } else { Bound::Excluded(key.to_owned()) }
}
