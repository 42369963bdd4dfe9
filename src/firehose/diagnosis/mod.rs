//! Why nothing arrives: checks of a delivery stream, on facts alone.
//!
//! ```text
//! facts about a stream ─▶ checks ─▶ outcomes ─▶ Diagnosis
//! ```
//!
//! No check can see AWS. A fact that is missing makes a check [`Unknown`], never
//! passed; `tests` takes away one fact at a time to prove it.
//!
//! [`Unknown`]: Outcome::Unknown

mod catalogue;
mod checks;
mod delay;
mod facts;
mod fix;
mod health;
mod metrics;
mod policy;
mod questions;
mod reports;
mod stage;
#[cfg(test)]
mod tests;
mod together;

pub use catalogue::{CHECKS, Check, Theme};
pub use delay::Delay;
pub use facts::{
    Bucket, Encryption, Facts, FailureCode, Failures, Function, Key, KinesisStream, LogGroup, Role,
    Subscription, SubscriptionsOf,
};
pub use health::{Health, State};
pub use metrics::{MetricQuestion, Metrics, incoming, period};
pub use policy::policy;
pub use questions::{Permission, Purpose, Question};
pub use reports::{DeliveryError, Logged, LoggedError, Report, Reports};
pub use stage::{Stage, is_symptom, likeliest};
pub use together::{follow, together};

pub use super::decode::Severity;
use super::known::Known;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All is well: what was seen, as a sentence.
    Passed(String),
    /// Something is not.
    Finding(Box<Finding>),
    /// The stream has nothing that it is about.
    NotApplicable,
    /// A fact is missing.
    Unknown(Gap),
}

/// Why a check could not come to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The right or the flag that lifts it: `iam:GetRole`; none if a call failed.
    pub needs: Option<&'static str>,
    /// Why, as a sentence.
    pub why: String,
}

/// Something that is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// How sure that is.
    pub confidence: Confidence,
    /// What is wrong: a clause without a full stop.
    pub what: String,
    /// Why it matters: sentences.
    pub why: String,
    /// Commands that fix it or show more, in their order.
    pub fix: Vec<Command>,
    /// What was seen.
    pub evidence: String,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// The facts say it.
    Certain,
    /// The facts make it likely.
    Likely,
    /// The facts allow it.
    Possible,
}

impl Confidence {
    /// `certain`, `likely`, `possible`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// A command, word by word, to be quoted for a shell.
pub type Command = Vec<String>;

/// A check and what it found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Which.
    pub check: &'static Check,
    /// What it found.
    pub outcome: Outcome,
}

/// Runs `checks`, in their order.
pub fn diagnose(facts: &Facts, checks: &[&'static Check]) -> Vec<Checked> {
    let run = |check: &&'static Check| Checked { check, outcome: (check.run)(facts) };
    checks.iter().map(run).collect()
}

/// What one part of a check found: nothing, something, or that a fact is missing.
type Part = Result<Option<Finding>, Gap>;

/// The worst of what the parts of a check found; what was not found does not count as
/// passed where a fact is missing.
fn conclude(parts: impl IntoIterator<Item = Part>, passed: impl Into<String>) -> Outcome {
    let (mut worst, mut gap): (Option<Finding>, Option<Gap>) = (None, None);
    for part in parts {
        match part {
            Ok(Some(finding)) => {
                if worst.as_ref().is_none_or(|it| it.severity < finding.severity) {
                    worst = Some(finding);
                }
            }
            Ok(None) => {}
            Err(found) => gap = gap.or(Some(found)),
        }
    }
    match (worst, gap) {
        (Some(finding), _) => Outcome::Finding(Box::new(finding)),
        (None, Some(gap)) => Outcome::Unknown(gap),
        (None, None) => Outcome::Passed(passed.into()),
    }
}

/// The fact, or `None` for a thing that does not exist.
fn ask<T>(fact: &Known<T>) -> Result<Option<&T>, Gap> {
    let Some(why) = fact.why() else { return Ok(fact.yes()) };
    let needs = match fact {
        Known::Denied { right } => Some(*right),
        _ => None,
    };
    Err(Gap { needs, why })
}

impl Finding {
    fn new(severity: Severity, confidence: Confidence, what: impl Into<String>) -> Self {
        let (why, fix, evidence) = (String::new(), Vec::new(), String::new());
        Self { severity, confidence, what: what.into(), why, fix, evidence }
    }

    fn error(what: impl Into<String>) -> Self {
        Self::new(Severity::Error, Confidence::Certain, what)
    }

    fn warning(what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Confidence::Certain, what)
    }

    fn note(what: impl Into<String>) -> Self {
        Self::new(Severity::Note, Confidence::Certain, what)
    }

    fn likely(self) -> Self {
        Self { confidence: Confidence::Likely, ..self }
    }

    fn possible(self) -> Self {
        Self { confidence: Confidence::Possible, ..self }
    }

    fn why(self, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..self }
    }

    fn fix(mut self, fix: Command) -> Self {
        self.fix.push(fix);
        self
    }

    fn seen(self, evidence: impl Into<String>) -> Self {
        Self { evidence: evidence.into(), ..self }
    }

    /// As what a part of a check found.
    #[expect(clippy::unnecessary_wraps, reason = "it is what a part returns")]
    const fn found(self) -> Part {
        Ok(Some(self))
    }
}
