//! Names of the objects that a delivery stream writes.

use std::fmt;

use jiff::civil::DateTime;

/// Digits of `2026-11-22-10-00-00`.
const TIME: usize = 19;
/// Characters of a UUID.
const UUID: usize = 36;

/// The name of a delivered, backup or failure object, as Firehose makes it:
/// `<prefix><stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>`
/// (developer guide, "Amazon S3 object name format").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName<'a> {
    /// The prefix, evaluated.
    pub prefix: &'a str,
    /// Name of the delivery stream.
    pub stream: &'a str,
    /// Version of the stream, which goes up with every change.
    pub version: u64,
    /// When the oldest record in it arrived, by the clock of the prefixes: UTC
    /// unless the stream has a time zone.
    pub time: DateTime,
    /// What Firehose made up to tell objects apart.
    pub uuid: &'a str,
    /// `.gz` and the like, with its dot; empty for failure objects.
    pub extension: &'a str,
}

impl fmt::Display for ObjectName<'_> {
    /// The key, as [`of_key`](Self::of_key) reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prefix, stream, version, time, uuid, extension } = self;
        let (date, time) = (time.date(), time.time());
        write!(
            f,
            "{prefix}{stream}-{version}-{:04}-{:02}-{:02}-{:02}-{:02}-{:02}-{uuid}{extension}",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
        )
    }
}

impl<'a> ObjectName<'a> {
    /// Reads the key of an object; `None` if Firehose makes no such names.
    pub fn of_key(key: &'a str) -> Option<Self> {
        // The name of a stream has no `/`; of a prefix that does not end with one,
        // nothing tells it apart.
        let at = key.rfind('/').map_or(0, |at| at + 1);
        let (prefix, name) = key.split_at_checked(at)?;
        let dot = uuid_end(name)?;
        let (rest, extension) = name.split_at_checked(dot)?;
        let (rest, uuid) = rest.split_at_checked(dot.checked_sub(UUID)?)?;
        let rest = rest.strip_suffix('-')?;
        let (rest, time) = rest.split_at_checked(rest.len().checked_sub(TIME)?)?;
        let (stream, version) = rest.strip_suffix('-')?.rsplit_once('-')?;
        let is_number = !version.is_empty() && version.bytes().all(|it| it.is_ascii_digit());
        if stream.is_empty() || !is_number {
            return None;
        }
        let version = version.parse().ok()?;
        Some(Self { prefix, stream, version, time: read_time(time)?, uuid, extension })
    }
}

impl ObjectName<'_> {
    /// True if `stream` is a name of its own: it follows the folder of an hour, which
    /// Firehose adds to each prefix without expressions. After any other prefix the
    /// last part of the prefix may be a part of it; so it may, unseen, where a prefix
    /// has the hour as an expression and goes on after it.
    pub fn has_whole_stream(&self) -> bool {
        let mut folders = self.prefix.trim_end_matches('/').rsplit('/');
        [2, 2, 2, 4].into_iter().all(|digits| {
            folders.next().is_some_and(|it| {
                it.len() == digits && it.bytes().all(|byte| byte.is_ascii_digit())
            })
        })
    }
}

/// Where the UUID ends that a name ends with, but for its extension.
fn uuid_end(name: &str) -> Option<usize> {
    let is_uuid = |text: &str| {
        text.len() == UUID
            && text.bytes().enumerate().all(|(at, it)| match at {
                8 | 13 | 18 | 23 => it == b'-',
                _ => it.is_ascii_digit() || (b'a'..=b'f').contains(&it),
            })
    };
    // The stream's name may have dots too.
    let dots = name.match_indices('.').map(|(at, _)| at);
    dots.chain([name.len()]).find(|end| {
        let start = end.checked_sub(UUID);
        start.and_then(|start| name.get(start..*end)).is_some_and(is_uuid)
    })
}

fn read_time(text: &str) -> Option<DateTime> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| {
        let part = parts.next().filter(|part| part.len() == digits)?;
        part.bytes().all(|it| it.is_ascii_digit()).then(|| part.parse::<i16>().ok())?
    };
    let year = next(4)?;
    let mut small = || i8::try_from(next(2)?).ok();
    DateTime::new(year, small()?, small()?, small()?, small()?, small()?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "5d2e9f14-3b7a-4c86-9e01-7a4b6c8d2f35";

    #[test]
    fn keys_that_firehose_makes_tell_stream_version_and_time() {
        for (prefix, stream, version, extension) in [
            ("processing-failed/2026/11/22/10/", "orders", 1, ""),
            ("", "orders-v2-1", 12, ".gz"),
            ("a/b.c/", "my.stream_x", 3, ".json.gz"),
        ] {
            let key = format!("{prefix}{stream}-{version}-2026-11-22-10-00-59-{UUID}{extension}");
            let name = ObjectName::of_key(&key).unwrap();
            assert_eq!((name.prefix, name.stream, name.version), (prefix, stream, version));
            assert_eq!((name.uuid, name.extension), (UUID, extension));
            assert_eq!(name.time.to_string(), "2026-11-22T10:00:59");
            assert_eq!(name.to_string(), key);
        }
    }

    #[test]
    fn a_stream_is_whole_after_the_folder_of_an_hour() {
        let is_whole = |prefix: &str| {
            let key = format!("{prefix}orders-1-2026-11-22-10-00-00-{UUID}");
            ObjectName::of_key(&key).unwrap().has_whole_stream()
        };
        for prefix in ["2026/11/22/10/", "failed/processing-failed/2026/11/22/10/"] {
            assert!(is_whole(prefix), "{prefix}");
        }
        for prefix in ["", "failed", "failed/", "x2026/11/22/10/", "11/22/10/"] {
            assert!(!is_whole(prefix), "{prefix}");
        }
    }

    #[test]
    fn other_keys_tell_nothing() {
        for key in [
            String::new(),
            "processing-failed/".to_owned(),
            UUID.to_owned(),
            format!("-1-2026-11-22-10-00-00-{UUID}"),
            format!("orders-x-2026-11-22-10-00-00-{UUID}"),
            format!("orders-1-2026-13-22-10-00-00-{UUID}"),
            format!("orders-1-2026-11-22-10-00-{UUID}"),
            format!("orders-1-2026-11-22-10-00-00-{}", UUID.to_uppercase()),
            format!("orders-1-2026-11-22-10-00-00-{UUID}x"),
            format!("é-2026-11-22-10-00-00-{UUID}/"),
        ] {
            assert_eq!(ObjectName::of_key(&key), None, "{key}");
        }
    }
}
