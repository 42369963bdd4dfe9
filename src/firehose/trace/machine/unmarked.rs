//! Objects that were delivered after the call with the records, without their markers.

use super::{State, Trace};
use crate::time::{Millis, after};

/// S3 has the time of an object in seconds.
const SECOND: Millis = 1000;

/// Most objects that are kept: a stream that delivers more has other records too.
const MAX_OBJECTS: usize = 100;

impl Trace {
    /// Notes an object with delivered records that was written at `at` and was searched
    /// to its end.
    pub fn delivered(&mut self, at: Millis, object: String) {
        if self.objects.len() < MAX_OBJECTS {
            self.objects.insert((at, object));
        }
    }

    /// The first object that was delivered after the only call of the function since the
    /// records were put: it has what the call returned. Where there were more calls, the
    /// objects may be of those.
    pub(super) fn object_of_the_call(&self) -> Option<&(Millis, String)> {
        let called = self.all_answered().or(self.well_called)?;
        let is_only = self.calls == 1 && !self.has_failed_call && self.running_since.is_none();
        let is_seen = is_only && self.plan.sees_delivery() && !self.has_gaps();
        self.objects.iter().find(|(at, _)| is_seen && *at > called - SECOND)
    }

    /// True if what the call returned was delivered without the markers of what is still
    /// open, and nothing more came for a while. Then nothing more is waited for.
    pub(super) fn is_without_markers(&self) -> bool {
        let open = self.records.iter().filter(|it| !it.is_settled());
        let may_be_found = |it: &State| !it.delivered.is_empty() || !it.failed.is_empty();
        let delivered = self.object_of_the_call().zip(self.looked);
        !open.clone().any(may_be_found)
            && open.count() > 0
            && delivered.is_some_and(|((at, _), began)| began >= after(*at, self.plan.grace()))
    }
}
