//! `If-Match` and its kin (RFC 9110, section 13.2.2).

use std::time::{Duration, SystemTime};

use s3s::dto::{self, ETagCondition};

use super::buckets::time;
use crate::local::s3::objects::{Meta, Problem};

/// The conditions of a request.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) is: Option<ETagCondition>,
    pub(super) is_not: Option<ETagCondition>,
    pub(super) modified_since: Option<dto::Timestamp>,
    pub(super) unmodified_since: Option<dto::Timestamp>,
}

fn is(condition: &ETagCondition, meta: &Meta) -> bool {
    condition.as_etag().is_none_or(|etag| etag.value() == meta.etag)
}

impl Conditions {
    /// For an object that is read.
    pub(super) fn check_read(&self, meta: &Meta) -> Result<(), Problem> {
        // Headers have seconds.
        let modified = time(meta.modified - meta.modified.rem_euclid(1000));
        let is_later = |than: &dto::Timestamp| modified > *than;
        let fails = match &self.is {
            Some(etag) => !is(etag, meta),
            None => self.unmodified_since.as_ref().is_some_and(is_later),
        };
        if fails {
            return Err(Problem::Precondition);
        }
        let is_known = match &self.is_not {
            Some(etag) => is(etag, meta),
            // What is to come is no time since which anything can be modified.
            None => self
                .modified_since
                .as_ref()
                .is_some_and(|than| *than <= dto::Timestamp::from(now()) && !is_later(than)),
        };
        if is_known { Err(Problem::NotModified) } else { Ok(()) }
    }

    /// For an object that is copied, where nothing is "not modified".
    pub(super) fn check_copy(&self, meta: &Meta) -> Result<(), Problem> {
        self.check_read(meta).map_err(|_| Problem::Precondition)
    }

    /// For an object that is written over, if it is there.
    pub(super) fn check_write(&self, there: Option<&Meta>) -> Result<(), Problem> {
        match (&self.is, there) {
            (Some(_), None) => return Err(Problem::NoSuchKey),
            (Some(etag), Some(meta)) if !is(etag, meta) => return Err(Problem::Precondition),
            _ => {}
        }
        match (&self.is_not, there) {
            (Some(etag), Some(meta)) if is(etag, meta) => Err(Problem::Precondition),
            _ => Ok(()),
        }
    }
}

fn now() -> SystemTime {
    crate::context::now() + Duration::from_secs(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::s3::Headers;

    fn meta() -> Meta {
        let headers = Headers::default();
        Meta { size: 1, etag: "a".to_owned(), modified: 1_700_000_000_500, headers, tags: vec![] }
    }

    fn etag(value: &str) -> Option<ETagCondition> {
        Some(value.parse().unwrap())
    }

    #[test]
    fn reading_depends_on_the_tag_first_and_then_on_the_time() {
        let at = |seconds: i64| Some(time(seconds * 1000));
        let (same, later) = (at(1_700_000_000), at(1_700_000_001));
        let none = Conditions::default;
        for (conditions, wanted) in [
            (none(), "Ok(())"),
            (Conditions { is: etag("\"a\""), ..none() }, "Ok(())"),
            (Conditions { is: etag("*"), ..none() }, "Ok(())"),
            (Conditions { is: etag("\"b\""), ..none() }, "Err(Precondition)"),
            (Conditions { is_not: etag("\"a\""), ..none() }, "Err(NotModified)"),
            (Conditions { is_not: etag("\"b\""), ..none() }, "Ok(())"),
            (Conditions { modified_since: same.clone(), ..none() }, "Err(NotModified)"),
            (Conditions { modified_since: at(1_699_999_999), ..none() }, "Ok(())"),
            (Conditions { unmodified_since: same, ..none() }, "Ok(())"),
            (Conditions { unmodified_since: at(1), ..none() }, "Err(Precondition)"),
            (Conditions { is: etag("\"a\""), unmodified_since: at(1), ..none() }, "Ok(())"),
            (Conditions { is_not: etag("\"b\""), modified_since: later, ..none() }, "Ok(())"),
        ] {
            assert_eq!(format!("{:?}", conditions.check_read(&meta())), wanted, "{conditions:?}");
        }
    }

    #[test]
    fn writing_depends_on_what_is_there() {
        let none = Conditions::default;
        let is = || Conditions { is: etag("\"a\""), ..none() };
        let new = || Conditions { is_not: etag("*"), ..none() };
        for (conditions, there, wanted) in [
            (is(), Some(meta()), "Ok(())"),
            (is(), None, "Err(NoSuchKey)"),
            (Conditions { is: etag("\"b\""), ..none() }, Some(meta()), "Err(Precondition)"),
            (new(), None, "Ok(())"),
            (new(), Some(meta()), "Err(Precondition)"),
        ] {
            assert_eq!(format!("{:?}", conditions.check_write(there.as_ref())), wanted);
        }
    }
}
