//! Which objects of a listing are read, and which are left out and why.

use serde::{Deserialize, Serialize};

use super::recognize;
use super::shard::Shard;
use crate::s3::ErrorOutputType;
use crate::s3::object_name::ObjectName;
use crate::s3::prefix::Prefix;
use crate::stream::DeliveryStream;

/// Decides which objects are read.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only objects that this delivery stream wrote.
    pub stream: Option<StreamObjects>,
    /// Only objects that hold failures, by their keys or their first bytes.
    pub only_failures: bool,
    /// Only objects of this part.
    pub shard: Option<Shard>,
}

/// What to do with an object, by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Read it.
    Read,
    /// Its key does not decide: look at its first bytes.
    Look,
    /// Leave it out.
    Leave(Left),
}

/// Why an object is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Another delivery stream wrote it.
    OtherStream,
    /// Its name does not show which delivery stream wrote it.
    UnknownStream,
    /// Its first bytes are not those of failure records.
    OtherData,
    /// Nothing of it was read: only others of its folder were looked at.
    NotOpened,
    /// It could not be looked at: archived, denied, or deleted meanwhile.
    NotReadable,
}

/// Objects that were left out, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeftOut {
    /// Of other delivery streams.
    pub other_streams: u64,
    /// Of which the name does not show the delivery stream.
    pub unknown_stream: u64,
    /// Without failure records, by their first bytes.
    pub other_data: u64,
    /// Not opened at all.
    pub not_opened: u64,
    /// Archived, denied, or deleted since they were listed.
    pub not_readable: u64,
}

impl LeftOut {
    /// Counts one more.
    pub fn add(&mut self, why: Left) {
        let count = match why {
            Left::OtherStream => &mut self.other_streams,
            Left::UnknownStream => &mut self.unknown_stream,
            Left::OtherData => &mut self.other_data,
            Left::NotOpened => &mut self.not_opened,
            Left::NotReadable => &mut self.not_readable,
        };
        *count += 1;
    }

    /// Adds the counts of another part of the inputs.
    pub fn extend(&mut self, more: Self) {
        self.other_streams = self.other_streams.saturating_add(more.other_streams);
        self.unknown_stream = self.unknown_stream.saturating_add(more.unknown_stream);
        self.other_data = self.other_data.saturating_add(more.other_data);
        self.not_opened = self.not_opened.saturating_add(more.not_opened);
        self.not_readable = self.not_readable.saturating_add(more.not_readable);
    }

    /// True if there may be failures of the stream among what was left out.
    pub fn is_in_doubt(&self) -> bool {
        self.unknown_stream + self.not_opened + self.not_readable > 0
    }

    /// True if nothing was left out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the objects of one delivery stream are known by: names that begin
/// `<stream>-<version>-<date>` (developer guide, "Amazon S3 object name
/// format"). Streams may share a bucket and its prefixes.
#[derive(Debug, Clone)]
pub struct StreamObjects {
    stream: String,
    /// Prefixes that the stream is set up with: the last part of one may stand
    /// before the name.
    prefixes: Vec<Prefix>,
}

impl StreamObjects {
    /// Objects of `stream` in a place of which the stream has these prefixes.
    pub fn new(stream: &str, prefixes: Vec<Prefix>) -> Self {
        Self { stream: stream.to_owned(), prefixes }
    }

    /// Objects of `stream` anywhere: what it delivered, backed up or left as
    /// failed.
    pub fn of(stream: &DeliveryStream) -> Self {
        let destination = stream.destination.as_ref();
        let places = destination.into_iter().flat_map(|it| [it.s3.as_ref(), it.backup.as_ref()]);
        let of_places = places
            .flatten()
            .flat_map(|it| [it.prefix.as_deref(), it.error_output_prefix.as_deref()]);
        let of_tables = destination.into_iter().flat_map(|it| &it.table_error_prefixes);
        let texts = of_places.flatten().chain(of_tables.map(String::as_str));
        // One that cannot be read makes no difference to the others.
        let mut prefixes: Vec<Prefix> = texts.filter_map(|text| text.parse().ok()).collect();
        prefixes.extend(prefixes.clone().iter().map(|it| Prefix::of_failures(Some(it), None)));
        Self::new(&stream.name, prefixes)
    }

    fn choose(&self, key: &str) -> Choice {
        let Some(name) = ObjectName::of_key(key) else {
            return Choice::Leave(Left::UnknownStream);
        };
        if name.stream == self.stream || self.has_before_it(&name) {
            return Choice::Read;
        }
        // Something else stands before the name, and what cannot be known.
        let may_be = name.stream.ends_with(&self.stream)
            && self.prefixes.iter().any(|prefix| !ends_known(prefix, &name));
        Choice::Leave(if may_be { Left::UnknownStream } else { Left::OtherStream })
    }

    /// True if what stands before the stream's name is the end of one of its
    /// prefixes: `test-error-log` makes `test-error-logorders-1-2026-…`.
    fn has_before_it(&self, name: &ObjectName<'_>) -> bool {
        let Some(before) = name.stream.strip_suffix(&self.stream) else { return false };
        self.prefixes.iter().any(|prefix| {
            ErrorOutputType::ALL.iter().any(|kind| {
                let evaluated = prefix.evaluate(name.time, *kind);
                evaluated.is_whole && last_part(&evaluated.text) == before
            })
        })
    }
}

/// True if it can be known what the prefix ends with.
fn ends_known(prefix: &Prefix, name: &ObjectName<'_>) -> bool {
    prefix.evaluate(name.time, ErrorOutputType::ProcessingFailed).is_whole
        || prefix.to_string().ends_with('/')
}

/// What stands after the last slash.
fn last_part(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or_default()
}

impl Selection {
    /// True unless the object belongs to another part.
    pub fn is_in_shard(&self, key: &str) -> bool {
        self.shard.is_none_or(|shard| shard.has(key))
    }

    /// Judges an object by its key, or a file by its path.
    pub fn by_key(&self, key: &str) -> Choice {
        let by_stream = self.stream.as_ref().map_or(Choice::Read, |stream| stream.choose(key));
        match by_stream {
            Choice::Read if self.only_failures && !recognize::names_a_type(key) => Choice::Look,
            choice => choice,
        }
    }

    /// The folder of a key, so that objects of the same kind share one: digits
    /// are folded, the stream's name is kept.
    pub fn folder(key: &str) -> String {
        let (folder, _) = key.rsplit_once('/').unwrap_or_default();
        let stream = ObjectName::of_key(key).map(|name| name.stream).unwrap_or_default();
        let mut path = String::new();
        for letter in folder.chars() {
            let letter = if letter.is_ascii_digit() { '#' } else { letter };
            if letter != '#' || !path.ends_with('#') {
                path.push(letter);
            }
        }
        path.push('/');
        path.push_str(stream);
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: &str = "2026-11-22-10-00-59-5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35";

    fn of(stream: &str, prefixes: &[&str]) -> StreamObjects {
        let prefixes = prefixes.iter().map(|prefix| prefix.parse().unwrap()).collect();
        StreamObjects::new(stream, prefixes)
    }

    #[test]
    fn a_stream_has_the_objects_that_begin_with_its_name_a_version_and_a_date() {
        let orders = of("orders", &["failed/"]);
        for (key, choice) in [
            (format!("failed/orders-1-{END}"), Choice::Read),
            (format!("orders-12-{END}.gz"), Choice::Read),
            (format!("failed/orders-eu-1-{END}"), Choice::Leave(Left::OtherStream)),
            (format!("failed/eu-orders-1-{END}"), Choice::Leave(Left::OtherStream)),
            (format!("failed/orders-1-2-{END}"), Choice::Leave(Left::OtherStream)),
            (format!("failed/payments-1-{END}"), Choice::Leave(Left::OtherStream)),
            ("failed/orders.ndjson".to_owned(), Choice::Leave(Left::UnknownStream)),
        ] {
            assert_eq!(orders.choose(&key), choice, "{key}");
        }
    }

    #[test]
    fn what_stands_before_a_name_may_be_the_end_of_a_prefix() {
        let read = |prefix: &str, key: &str| of("orders", &[prefix]).choose(&format!("{key}{END}"));
        assert_eq!(read("test-error-log", "test-error-logorders-1-"), Choice::Read);
        let kind = "!{timestamp:yyyy/MM/dd}/!{firehose:error-output-type}";
        assert_eq!(read(kind, "2026/11/22/processing-failedorders-1-"), Choice::Read);
        let other = Choice::Leave(Left::OtherStream);
        assert_eq!(read(kind, "2026/11/22/processing-failedeu-orders-1-"), other);
        assert_eq!(read("failed/", "failed/logorders-1-"), other);
        let random = "failed/!{firehose:random-string}";
        assert_eq!(read(random, "failed/0123456789aorders-1-"), Choice::Leave(Left::UnknownStream));
        assert_eq!(read("failed/!{firehose:random-string}/", "failed/a/eu-orders-1-"), other);
    }

    #[test]
    fn a_key_that_names_no_type_of_failure_is_looked_into() {
        let failures = Selection { only_failures: true, ..Selection::default() };
        assert_eq!(failures.by_key("error/2026/x"), Choice::Look);
        assert_eq!(failures.by_key("processing-failed/x"), Choice::Read);
        let stream = Some(of("orders", &[]));
        let both = Selection { only_failures: true, stream, shard: None };
        assert_eq!(both.by_key(&format!("e/orders-1-{END}")), Choice::Look);
        assert_eq!(
            both.by_key(&format!("processing-failed/payments-1-{END}")),
            Choice::Leave(Left::OtherStream)
        );
        assert_eq!(Selection::default().by_key("x"), Choice::Read);
    }

    #[test]
    fn objects_of_one_kind_share_a_folder() {
        let folder = |key: &str| Selection::folder(key);
        assert_eq!(
            folder(&format!("error/2026/11/22/orders-1-{END}")),
            folder(&format!("error/2025/1/2/orders-22-{END}"))
        );
        assert_ne!(folder("a/x"), folder("b/x"));
        assert_eq!(folder("x"), "/");
    }
}
