//! Where a record is on its way, and what keeps it there.

use super::{CHECKS, Check, Checked, Confidence, Finding, Outcome, Severity};

/// What should have happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is taken.
    Put,
    /// The function is called with it.
    Invoke,
    /// The function answers.
    Answer,
    /// It is delivered, or fails.
    Deliver,
}

impl Stage {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Invoke => "invoke",
            Self::Answer => "answer",
            Self::Deliver => "deliver",
        }
    }

    /// Names of the checks that tell why it does not happen, the likeliest first.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Put => &["takes-puts", "stream-active", "kms-stream", "throttled-puts"],
            Self::Invoke => &[
                "kinesis-readable",
                "log-subscription",
                "transform-off",
                "role-may-invoke",
                "trust",
                "function-there",
                "function-throttled",
                "function-logs",
            ],
            Self::Answer => &["function-timeout", "function-memory", "response-too-large"],
            Self::Deliver => &[
                "role-may-write",
                "kms-bucket",
                "bucket-there",
                "conversion",
                "partitioning",
                "delivery-stale",
            ],
        }
    }

    /// The checks that tell why it does not happen.
    pub fn checks(self) -> Vec<&'static Check> {
        let named = |name: &&str| CHECKS.iter().find(|it| it.name == *name);
        self.names().iter().filter_map(named).collect()
    }
}

/// True if a check finds that something fails, and not why.
pub fn is_symptom(check: &str) -> bool {
    SYMPTOMS.contains(&check)
}

const SYMPTOMS: [&str; 2] = ["everything-fails", "delivery-stale"];

/// The likeliest cause among what was found: an error before a warning, a cause before
/// what it leads to, what is certain before what is possible. Notes are no causes.
pub fn likeliest(checked: &[Checked]) -> Option<(&'static str, &Finding)> {
    let found = checked.iter().filter_map(|it| match &it.outcome {
        Outcome::Finding(finding) if finding.severity > Severity::Note => {
            Some((it.check.name, &**finding))
        }
        _ => None,
    });
    found.min_by_key(|(check, it)| {
        let doubt = match it.confidence {
            Confidence::Certain => 0,
            Confidence::Likely => 1,
            Confidence::Possible => 2,
        };
        (std::cmp::Reverse(it.severity), is_symptom(check), doubt)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_the_checks_that_it_names() {
        for stage in [Stage::Put, Stage::Invoke, Stage::Answer, Stage::Deliver] {
            assert_eq!(stage.checks().len(), stage.names().len(), "{stage:?}");
        }
    }

    #[test]
    fn a_certain_error_is_likelier_than_a_possible_one_and_than_a_warning() {
        let found = |severity, confidence| Checked {
            check: &CHECKS[0],
            outcome: Outcome::Finding(Box::new(Finding::new(severity, confidence, "x"))),
        };
        let all = [
            found(Severity::Warning, Confidence::Certain),
            found(Severity::Error, Confidence::Possible),
            found(Severity::Error, Confidence::Certain),
            found(Severity::Note, Confidence::Certain),
        ];
        let (_, likeliest_of_all) = likeliest(&all).unwrap();
        let sure = (likeliest_of_all.severity, likeliest_of_all.confidence);
        assert_eq!(sure, (Severity::Error, Confidence::Certain));
        assert!(likeliest(&all[3..]).is_none());
        // That delivery is late is certain; a likely error of the role is why.
        let named = |name: &str, confidence| Checked {
            check: CHECKS.iter().find(|it| it.name == name).unwrap(),
            ..found(Severity::Error, confidence)
        };
        let both = [
            named("delivery-stale", Confidence::Certain),
            named("role-may-write", Confidence::Likely),
        ];
        assert_eq!(likeliest(&both).unwrap().0, "role-may-write");
        assert!(SYMPTOMS.iter().all(|name| CHECKS.iter().any(|it| it.name == *name)));
    }
}
