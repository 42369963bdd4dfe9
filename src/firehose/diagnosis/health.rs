//! How a stream does, in a word: what its description and its metrics tell, which can
//! be asked about many streams at once.

use super::super::known::Known;
use super::metrics::too_early;
use super::together::{Reading, Shortfall, may_be_dropped};
use super::{CHECKS, Facts, MetricQuestion, Metrics, Outcome, Severity, incoming};

/// How a stream does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Something is wrong.
    Failing,
    /// What is needed to say it is not known.
    Unknown,
    /// The transform drops every record.
    Dropping,
    /// Records come in and are delivered, and no failure was seen.
    Working,
    /// No records came in.
    Idle,
}

/// How a stream does, and why that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// In a word.
    pub state: State,
    /// Why: a clause, or a sentence of AWS. Empty where the word says it.
    pub why: String,
}

/// The checks whose error means that a stream fails, of those that need no more than a
/// description and metrics.
const DECISIVE: [&str; 2] = ["transform-off", "delivery-stale"];

/// The ids of the metrics that [`Health`] reads, but for that of what came in.
const METRICS: [&str; 8] = [
    "calls_ok",
    "calls",
    "call_errors",
    "throttles",
    "processed",
    "delivered",
    "success",
    "freshness",
];

impl State {
    /// `failing`, `unknown`, `dropping`, `working`, `idle`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Unknown => "unknown",
            Self::Dropping => "dropping",
            Self::Working => "working",
            Self::Idle => "idle",
        }
    }
}

impl Health {
    /// What can be said of a stream by the description and the metrics among `facts`.
    pub fn of(facts: &Facts) -> Self {
        let health = |state, why: String| Self { state, why };
        if facts.stream.status.ends_with("_FAILED") {
            let why = format!("the status of the stream is {}", facts.stream.status);
            return health(State::Failing, why);
        }
        if let Some(why) = worst(facts) {
            return health(State::Failing, why);
        }
        let metrics = match &facts.metrics {
            Known::Yes(metrics) => metrics,
            Known::No => return health(State::Unknown, "CloudWatch has no metrics".to_owned()),
            unknown => return health(State::Unknown, unknown.why().unwrap_or_default()),
        };
        let reading = Reading::of(facts, metrics);
        let has_transform = facts.stream.transform().is_some();
        let some_fail = has_transform && metrics.min("calls_ok").is_some_and(|it| it < 1.0);
        let state = match reading {
            Reading::Silent => match too_early(facts) {
                Some(why) => return health(State::Unknown, why.to_owned()),
                None => State::Idle,
            },
            Reading::Refused
            | Reading::Throttled
            | Reading::CallsFail
            | Reading::OwnCallsFail
            | Reading::CallsFailThrottled
            | Reading::NeverCalled
            | Reading::OnlyFailures => State::Failing,
            Reading::Delivers if some_fail && let Some(why) = recovered(facts, metrics) => {
                return health(State::Working, why);
            }
            _ if some_fail => {
                return health(State::Failing, "some calls of the function failed".to_owned());
            }
            Reading::Delivers if let Some(shortfall) = Shortfall::of(facts, metrics) => {
                return health(State::Failing, shortfall.clause());
            }
            Reading::Delivers => State::Working,
            Reading::AllDropped => State::Dropping,
            // Nothing was delivered so far: that it will be is not known.
            Reading::NoneOk(_) | Reading::Buffered(_) | Reading::Late => State::Unknown,
            Reading::Missing if may_be_dropped(facts, metrics) => State::Unknown,
            Reading::Missing => State::Failing,
        };
        health(state, reading.clause(&facts.shown_in))
    }

    /// The metrics that are asked about a stream, of those of [`MetricQuestion::of`].
    pub fn questions(facts: &Facts, is_emulated: bool) -> Vec<MetricQuestion> {
        let came_in = incoming(&facts.stream.source);
        let mut all = MetricQuestion::of(&facts.description, is_emulated);
        all.retain(|it| it.id == came_in || METRICS.contains(&it.id));
        all
    }
}

/// That the stream's calls go well again for some time, and when one failed last.
fn recovered(facts: &Facts, metrics: &Metrics) -> Option<String> {
    /// A stream that fails now and then is failing.
    const GOOD_PERIODS: usize = 3;
    let failed = metrics.last_below("calls_ok", 1.0)?;
    let good = metrics.periods_after("calls_ok", failed);
    (good >= GOOD_PERIODS).then(|| format!("last failure {}, none since", facts.time(failed)))
}

/// What a check found that is an error, or an attempt of delivery that failed.
fn worst(facts: &Facts) -> Option<String> {
    let decisive = CHECKS.iter().filter(|it| DECISIVE.contains(&it.name));
    decisive.into_iter().find_map(|check| match (check.run)(facts) {
        Outcome::Finding(it) if it.severity >= Severity::Warning => Some(it.what),
        _ => None,
    })
}
