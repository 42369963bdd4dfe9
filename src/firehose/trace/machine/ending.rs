//! What became of the records.

use super::super::Confidence;
use super::super::event::{Asked, Fate, TraceEvent, What};
use super::{State, Trace};
use crate::diagnosis::{self, Finding, Severity, Stage};
use crate::time::Millis;

impl Trace {
    /// True if this is why nothing arrives, for certain: no call of the function can be
    /// made, or nothing can be written. Then the retries change nothing.
    pub(super) fn is_blocked_by(&self, stage: Stage, check: &str, finding: &Finding) -> bool {
        let is_certain = finding.severity == Severity::Error
            && finding.confidence == Confidence::Certain
            && !diagnosis::is_symptom(check);
        let is_silent = match stage {
            Stage::Invoke => self.is_silent_before_answer(),
            Stage::Deliver => self.is_not_stored,
            Stage::Put | Stage::Answer => false,
        };
        is_certain && is_silent
    }

    /// True if a certain cause keeps what is open from arriving, and all places were
    /// looked at since it is known.
    pub fn is_blocked(&self) -> bool {
        self.blocked.zip(self.looked).is_some_and(|(since, began)| began >= since)
            && self.records.iter().any(|it| !it.is_settled())
    }

    /// What becomes of records that were not found, now that nothing more is looked
    /// for.
    pub fn conclude(&mut self, now: Millis) -> Vec<TraceEvent> {
        let deadline = self.deadline();
        let is_late = self.looked.is_some_and(|began| began >= deadline);
        let mut concluded = Vec::new();
        for at in 0..self.records.len() {
            let Some(state) = self.records.get(at).filter(|it| !it.is_settled()) else { continue };
            let is_all_seen =
                is_late && !self.has_gaps() && self.plan.sees_delivery() && !state.is_unanswered;
            let what = if is_all_seen && state.is_dropped() {
                What::Dropped { sure: Confidence::Certain }
            } else if self.drops_the_rest() {
                What::Dropped { sure: Confidence::Likely }
            } else {
                What::Lost { why: self.why_lost(state, is_late) }
            };
            let same = concluded.iter_mut().find(|it: &&mut TraceEvent| it.what == what);
            match same {
                Some(event) => event.records.push(at),
                None => concluded.push(TraceEvent { at: now, records: vec![at], what }),
            }
        }
        for event in &concluded {
            self.note(event);
        }
        concluded
    }

    /// Why it is not known what became of a record.
    fn why_lost(&self, state: &State, is_late: bool) -> String {
        let why = if self.is_blocked() {
            "nothing arrives until the cause is fixed, so fh does not wait for the retries"
        } else if self.is_without_markers()
            && let Some((_, object)) = self.object_of_the_call()
        {
            return format!(
                "what the function returned was delivered to {object} without its marker: the \
                 transform rewrites it, or drops it"
            );
        } else if !is_late {
            "it was not found in time"
        } else if self.has_gaps() {
            "it was not found, and not everything could be looked at"
        } else if state.is_unanswered {
            "the answer to its put was lost: it may not have been accepted"
        } else if !state.delivered.is_empty() {
            "what was delivered may be of another record"
        } else if !state.failed.is_empty() {
            "what failed may be another record with the same bytes"
        } else if !self.plan.sees_delivery() {
            "it did not fail, and fh cannot read this destination"
        } else {
            match &state.asked {
                Some(Asked::Delivers { .. }) => {
                    "the transform returns it in the test calls, but it was neither delivered nor \
                     failed"
                }
                Some(Asked::Fails { .. }) => {
                    "the transform rejects it in the test calls, but no failure record has it"
                }
                Some(Asked::Differs) => "the test calls gave different results for it",
                _ if self.has_cause => "it was neither delivered nor failed: see the cause",
                _ if self.plan.has_transform => {
                    "it was neither delivered nor failed: the transform may have dropped it, or \
                     changed it too much to be found"
                }
                _ => "it was neither delivered nor failed",
            }
        };
        why.to_owned()
    }

    /// What became of each record, as far as it is known.
    pub fn fates(&self) -> Vec<Fate> {
        let is_late = self.looked.is_some_and(|began| began >= self.deadline());
        let fate = |it: &State| {
            if it.is_refused {
                return Fate::Refused;
            }
            if let Some(code) = it.failure() {
                return Fate::Failed(code.to_owned());
            }
            if it.is_delivered() {
                let is_certain = it.delivered.iter().any(|(_, sure)| *sure == Confidence::Certain);
                let is_certain = is_certain && !it.has_twins;
                let sure = if is_certain { Confidence::Certain } else { Confidence::Likely };
                return Fate::Delivered(sure);
            }
            let lost = || Fate::Unknown(self.why_lost(it, is_late));
            it.dropped.map_or_else(lost, Fate::Dropped)
        };
        self.records.iter().map(fate).collect()
    }
}
