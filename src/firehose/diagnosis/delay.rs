//! How long a record is under way.

use std::time::Duration;

use super::super::limits::MAX_FUNCTION_TIMEOUT;
use super::super::stream::Delays;
use super::Facts;

/// How long a record is under way, and where it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// The buffers.
    pub delays: Delays,
    /// Longest call of the function, if its timeout is known.
    pub function: Option<Duration>,
    /// Half of the minutes of the window had no record in the stream that was older:
    /// seconds, from `DataFreshness`; none if that is not known.
    pub usual: Option<u64>,
    /// After this long a record that failed is in S3 as a rule.
    pub failure: Duration,
}

impl Delay {
    /// The longest that a record is under way if no call is repeated and the destination
    /// takes it.
    pub fn most(&self) -> Duration {
        self.delays.longest_without_failure(self.call())
    }

    /// The longest call of the function: as long as Firehose waits where its timeout is
    /// unknown.
    pub fn call(&self) -> Duration {
        self.function.unwrap_or(MAX_FUNCTION_TIMEOUT)
    }
}

impl Facts {
    /// How long a record is under way; none without a destination.
    pub fn delay(&self) -> Option<Delay> {
        self.stream.destination.as_ref()?;
        let timeout = self.function.yes().and_then(|it| it.timeout).map(u64::from);
        let function = timeout.map(|it| Duration::from_secs(it).min(MAX_FUNCTION_TIMEOUT));
        Some(Delay {
            delays: self.stream.delays(),
            function: self.stream.transform().and(function),
            usual: self.metrics.yes().and_then(|it| it.median("freshness")),
            failure: self.stream.failure_delay(),
        })
    }
}
