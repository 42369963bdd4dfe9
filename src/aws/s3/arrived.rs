//! Which objects can hold records of a while.

use std::time::Duration;

use firehose::s3::object_name::ObjectName;
use firehose::stream::UNKNOWN_FAILURE_DELAY;
use jiff::tz::TimeZone;

use super::S3Object;
use crate::context::milliseconds;

/// How far the clocks of Firehose, of S3 and of this machine may be apart:
/// what was written this long before a record arrived cannot hold it.
const CLOCK_SLACK: i64 = millis(Duration::from_mins(5));

/// No time zone is further from UTC; that of a stream is not known from its objects.
const ZONES: i64 = millis(Duration::from_hours(14));

/// How long after its first record an object is written.
const DELAY: i64 = millis(UNKNOWN_FAILURE_DELAY);

#[expect(clippy::cast_possible_truncation, reason = "some hours")]
const fn millis(duration: Duration) -> i64 {
    duration.as_millis() as i64
}

/// When the records arrived that are asked for, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arrived {
    /// From then on, if that is asked for.
    pub since: Option<i64>,
    /// Up to then.
    pub until: Option<i64>,
}

impl Arrived {
    /// False if an object can hold none of them, by when it was written and by the time
    /// in its name, which is that of its first record.
    pub(super) fn may_be_in(self, object: &S3Object) -> bool {
        let Self { since, until } = self;
        if since.is_none() && until.is_none() {
            return true;
        }
        let written = object.modified.map(milliseconds);
        if since.zip(written).is_some_and(|(since, written)| written < since - CLOCK_SLACK) {
            return false;
        }
        let began = ObjectName::of_key(&object.key)
            .and_then(|name| name.time.to_zoned(TimeZone::UTC).ok())
            .map(|time| time.timestamp().as_millisecond());
        let Some(began) = began else { return true };
        // How long Firehose tried again is not known, so the end is that of the name alone.
        if until.is_some_and(|until| began - ZONES - DELAY > until) {
            return false;
        }
        // A copy was written later: only its name counts.
        let is_copy = written.is_none_or(|written| (written - began).abs() > ZONES + DELAY);
        !(is_copy && since.is_some_and(|since| began + ZONES + DELAY < since))
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    /// Milliseconds at an hour of 22 November 2026, UTC.
    fn at(hour: i64) -> i64 {
        1_795_305_600_000 + hour * 3_600_000
    }

    /// If an object that is named for an hour of that day, and was written at one, may
    /// hold records of these hours.
    fn may_be_in(named: u32, written: i64, since: Option<i64>, until: Option<i64>) -> bool {
        let key =
            format!("f/orders-1-2026-11-22-{named:02}-00-00-00000000-0000-4000-8000-000000000000");
        let written = UNIX_EPOCH + Duration::from_millis(at(written).try_into().unwrap());
        let object = S3Object { modified: Some(written), ..S3Object::named("lake", &key) };
        Arrived { since: since.map(at), until: until.map(at) }.may_be_in(&object)
    }

    #[test]
    fn an_object_of_other_hours_is_left_out() {
        assert!(may_be_in(10, 10, None, None));
        assert!(may_be_in(10, 10, Some(9), Some(11)));
        assert!(!may_be_in(10, 10, Some(11), None), "written before");
        assert!(!may_be_in(10, 10, None, Some(-5)), "began after");
    }

    #[test]
    fn a_name_by_another_clock_leaves_nothing_out() {
        // Hour 10 in UTC+9, and in UTC-5.
        for named in [19, 5] {
            assert!(may_be_in(named, 10, Some(9), Some(10)), "{named}");
        }
        assert!(may_be_in(19, 15, None, Some(10)), "written hours later");
        assert!(!may_be_in(19, 10, None, Some(4)));
    }

    #[test]
    fn the_name_of_a_copy_counts_alone() {
        let later = 24 * 30;
        assert!(may_be_in(10, later, Some(9), Some(11)));
        assert!(may_be_in(10, later, Some(20), None), "in another time zone");
        assert!(!may_be_in(10, later, Some(26), None));
        assert!(may_be_in(20, later, None, Some(6)));
        assert!(!may_be_in(20, later, None, Some(5)));
    }

    #[test]
    fn what_has_no_name_of_firehose_stays() {
        let object = S3Object::named("lake", "failed/a");
        let arrived = Arrived { since: Some(at(0)), until: Some(at(1)) };
        assert!(arrived.may_be_in(&object));
    }
}
