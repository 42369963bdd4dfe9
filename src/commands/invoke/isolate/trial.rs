//! A call with some of the records, and what it shows of them.

use crate::render::invocation::Others;
use firehose::transform::CheckResult;
use firehose::transform::invocation::Invocation;
use firehose::transform::isolate::{CallOutcome, Cause, Symptom};

/// A call with some of the records.
pub(super) struct Trial {
    pub(super) event: Vec<u8>,
    pub(super) invocation: Invocation,
    pub(super) check: Option<CheckResult>,
    pub(super) symptom: Option<Symptom>,
}

impl Trial {
    /// What came of this call, where that with all records failed by `cause`.
    pub(super) fn outcome(&self, cause: &Cause) -> CallOutcome {
        match &self.symptom {
            None => CallOutcome::NoFailure,
            Some(symptom) if symptom.has(cause) => CallOutcome::SameFailure,
            // One rule is searched for: what else is broken does not count.
            Some(Symptom::Broken(_)) if cause.rule().is_some() => CallOutcome::NoFailure,
            Some(_) => CallOutcome::OtherFailure,
        }
    }

    /// What this call, with the other records, says of them.
    pub(super) fn without(&self, with: &Self, cause: &Cause) -> Others {
        let how = || self.invocation.sentence();
        match &self.symptom {
            None => Others::Respond,
            Some(found) if found.is_like(cause) => {
                let is_same = how() == with.invocation.sentence();
                Others::FailAlike((!is_same).then(how))
            }
            Some(Symptom::Broken(rules)) => {
                let names: Vec<_> =
                    rules.iter().map(|rule| format!("`{}`", rule.as_str())).collect();
                Others::FailOtherwise(format!("the response breaks {}", names.join(", ")))
            }
            Some(Symptom::Failed(_) | Symptom::TooLarge(_)) => Others::FailOtherwise(how()),
        }
    }
}
