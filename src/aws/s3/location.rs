//! Where in S3 to look.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::{Arrived, S3Object};
use firehose::failure::{Choice, Left, Selection, StreamObjects};
use firehose::names::{AccountId, RegionName};

/// `s3://bucket/key`, `s3://bucket/prefix/`, `s3://bucket`, `arn:aws:s3:::bucket/key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Location {
    /// Name of the bucket, which becomes part of the address that is called.
    pub bucket: String,
    /// A key, or what keys start with; empty for all.
    pub key: String,
}

impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl FromStr for S3Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not an S3 URI or ARN; use s3://BUCKET/PREFIX or arn:aws:s3:::BUCKET/PREFIX"
            )
        };
        let arn = || Some(text).filter(|text| is_s3_arn(text));
        let rest = text.strip_prefix("s3://").or_else(arn).ok_or_else(wrong)?;
        // The name of an access point follows a slash.
        let start = rest.find(ACCESS_POINT).map_or(0, |at| at + ACCESS_POINT.len());
        let end = rest.get(start..).and_then(|rest| rest.find('/')).map(|at| start + at);
        let (bucket, key) = end.map_or((rest, ""), |at| rest.split_at(at));
        let key = key.strip_prefix('/').unwrap_or(key).to_owned();
        Ok(Self { bucket: parse_bucket(bucket)?, key })
    }
}

/// True for the ARN of a bucket, of what is in it, or of an access point, if it is one.
pub fn is_s3_arn(text: &str) -> bool {
    let mut parts = text.splitn(4, ':');
    parts.next() == Some("arn") && parts.nth(1) == Some("s3") && parts.next().is_some()
}

/// What stands before the name in the ARN of an access point.
const ACCESS_POINT: &str = ":accesspoint/";

/// Reads a bucket: its name, its ARN, or the ARN of an access point, which S3 takes
/// in place of a name (S3 user guide, "Using access points").
pub fn parse_bucket(text: &str) -> Result<String, String> {
    let Some(rest) = text.strip_prefix("arn:") else {
        return check_bucket(text).map(|()| text.to_owned());
    };
    let wrong = || {
        format!(
            "`{text}` is not the ARN of a bucket or an access point, e.g. arn:aws:s3:::NAME, \
             arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME"
        )
    };
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    let [partition, "s3", region, account, resource] = parts.as_slice() else {
        return Err(wrong());
    };
    let is_letter = |it: u8| it.is_ascii_lowercase() || it == b'-';
    if !partition.starts_with("aws") || !partition.bytes().all(is_letter) {
        return Err(wrong());
    }
    let Some(name) = resource.strip_prefix("accesspoint/") else {
        let is_bucket = region.is_empty() && account.is_empty();
        return match check_bucket(resource) {
            Ok(()) if is_bucket => Ok((*resource).to_owned()),
            _ => Err(wrong()),
        };
    };
    let part = |problem: String| format!("`{text}` is not a valid ARN: {problem}");
    region.parse::<RegionName>().map_err(part)?;
    account.parse::<AccountId>().map_err(part)?;
    if name.contains(['.', '_']) || check_bucket(name).is_err() {
        return Err(part(format!(
            "`{name}` is not a valid name of an access point; it has at least 3 letters, digits \
             or hyphens"
        )));
    }
    Ok(text.to_owned())
}

/// Refuses what is no name of a bucket (S3 user guide, "Bucket naming rules";
/// old buckets may also have capitals and `_`).
fn check_bucket(name: &str) -> Result<(), String> {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
    let is_good = (3..=255).contains(&name.len())
        && name.starts_with(|it: char| it.is_ascii_alphanumeric())
        && name.bytes().all(is_letter)
        && !name.contains("..");
    if is_good { Ok(()) } else { Err(format!("`{name}` is not a valid bucket name")) }
}

/// Which objects of a bucket are wanted.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Name of the bucket.
    pub bucket: String,
    /// What the keys start with, in the order to list. What two of them share
    /// is listed twice.
    pub prefixes: Vec<String>,
    /// Objects that are read before anything is listed, whatever their names.
    pub objects: Vec<S3Object>,
    /// If a key is exactly the prefix, that object and no other.
    pub may_be_key: bool,
    /// Something has to be there, for the user has named it.
    pub is_named: bool,
    /// Objects that can hold no records of that time are left out.
    pub arrived: Arrived,
    /// Which of the others are read.
    pub selection: Selection,
    /// Continue with what comes later, if that is wanted.
    pub follow: Option<Follow>,
}

/// What to do once all is listed.
#[derive(Clone)]
pub struct Follow {
    /// Time from listing to listing.
    pub every: Duration,
    /// What to list next.
    pub prefixes: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
}

impl fmt::Debug for Follow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follow").field("every", &self.every).finish_non_exhaustive()
    }
}

impl Listing {
    /// All objects below these prefixes.
    pub fn of(bucket: &str, prefixes: Vec<String>) -> Self {
        Self {
            bucket: bucket.to_owned(),
            prefixes,
            objects: Vec::new(),
            may_be_key: false,
            is_named: false,
            arrived: Arrived::default(),
            selection: Selection::default(),
            follow: None,
        }
    }

    /// What to do with an object below `prefix`; `None` if it is none that could be
    /// wanted.
    pub(super) fn choose(&self, object: &S3Object, prefix: &str) -> Option<Choice> {
        if !self.selection.is_in_shard(&object.key) {
            return None;
        }
        let is_exact = self.is_exact(object, prefix);
        if !is_exact && (object.is_folder() || !self.arrived.may_be_in(object)) {
            return None;
        }
        Some(match self.selection.by_key(&object.key) {
            // What is named by itself is read unless its name shows another stream.
            Choice::Leave(Left::UnknownStream) if is_exact => Choice::Read,
            choice => choice,
        })
    }

    /// True if the prefix is the key of this object.
    pub(super) fn is_exact(&self, object: &S3Object, prefix: &str) -> bool {
        self.may_be_key && object.key == prefix && !prefix.ends_with('/')
    }

    /// Only what this stream wrote, if there is one.
    #[must_use]
    pub fn only_of(mut self, stream: Option<StreamObjects>) -> Self {
        self.selection.stream = stream;
        self
    }
}

impl From<&S3Location> for Listing {
    /// The object of this name, else all whose keys start so.
    fn from(it: &S3Location) -> Self {
        Self { may_be_key: true, is_named: true, ..Self::of(&it.bucket, vec![it.key.clone()]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_bucket_and_perhaps_a_key() {
        for (text, bucket, key) in [
            ("s3://lake", "lake", ""),
            ("s3://lake/", "lake", ""),
            ("s3://lake/a/b c", "lake", "a/b c"),
            ("s3://lake//a", "lake", "/a"),
            ("s3://Old_Bucket.x/a", "Old_Bucket.x", "a"),
            ("s3://arn:aws:s3:::lake/a/b", "lake", "a/b"),
            ("s3://arn:aws:s3:::lake", "lake", ""),
            ("arn:aws:s3:::lake/a/b", "lake", "a/b"),
            ("arn:aws-cn:s3:::lake", "lake", ""),
            (
                "s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/orders/a/b",
                "arn:aws:s3:eu-west-1:111122223333:accesspoint/orders",
                "a/b",
            ),
            (
                "s3://arn:aws:s3:eu-west-1:111122223333:accesspoint/orders",
                "arn:aws:s3:eu-west-1:111122223333:accesspoint/orders",
                "",
            ),
        ] {
            let location: S3Location = text.parse().unwrap();
            assert_eq!((location.bucket.as_str(), location.key.as_str()), (bucket, key));
        }
    }

    #[test]
    fn a_bucket_cannot_turn_the_address_elsewhere() {
        for text in [
            "s3://",
            "s3:///a",
            "s3://a",
            "s3://a@b/c",
            "s3://..",
            "s3://a:1/b",
            "lake",
            "s3://é",
            "arn:aws:s3:::a@b",
            "arn:aws:sqs:::lake",
        ] {
            assert!(text.parse::<S3Location>().is_err(), "{text}");
        }
        for text in [
            "arn:aws:s3:::",
            "arn:aws:s3:::a@b",
            "arn:aws:s3:eu-west-1:111122223333:lake",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/a.b@c",
            "arn:aws:s3:eu-west-1:1:accesspoint/orders",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/ab",
            "arn:aws:s3::111122223333:accesspoint/orders",
            "arn:x:s3:::lake",
            "arn:aws:sqs:::lake",
        ] {
            assert!(parse_bucket(text).is_err(), "{text}");
        }
    }
}
