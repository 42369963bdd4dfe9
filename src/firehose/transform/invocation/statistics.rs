//! Many calls of the transform with the same event.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Invocation, InvocationResult};
use crate::decode::Severity;
use crate::transform::pairs::pairs;
use crate::transform::parse::TransformEvent;

/// What came of calls with one event.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Calls without a response.
    pub failed: usize,
    /// Responses that break a rule by which records fail or are lost.
    pub broken: usize,
    /// Responses with warnings alone.
    pub warned: usize,
    /// Responses that are not, byte for byte, the first one.
    pub changed_answers: usize,
    /// Places in the event, from 0, of records whose answer changed.
    pub changed_records: BTreeSet<usize>,
    first: Option<Vec<u8>>,
    durations: Vec<Duration>,
    round_trips: Vec<Duration>,
}

impl Statistics {
    /// Counts a call; `round_trip` is how long the caller waited, `worst` is of
    /// the rules that its response breaks.
    pub fn add(
        &mut self,
        event: &TransformEvent<'_>,
        call: &Invocation,
        round_trip: Duration,
        worst: Option<Severity>,
    ) {
        self.durations.push(call.duration);
        self.round_trips.push(round_trip);
        let InvocationResult::Response(response) = &call.result else {
            self.failed += 1;
            return;
        };
        match worst {
            Some(Severity::Error) => self.broken += 1,
            Some(Severity::Warning) => self.warned += 1,
            Some(Severity::Note) | None => {}
        }
        let first = self.first.get_or_insert_with(|| response.clone());
        if first == response {
            return;
        }
        self.changed_answers += 1;
        let (before, after) = (pairs(event, first), pairs(event, response));
        let differs = before.iter().zip(&after).enumerate();
        let differs = differs.filter(|(_, (before, after))| before.after != after.after);
        self.changed_records.extend(differs.map(|(place, _)| place));
    }

    /// Calls whose records are all delivered, or dropped as the transform asked; those
    /// with warnings are among them.
    pub fn good(&self) -> usize {
        self.calls() - self.broken - self.failed
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.durations.len()
    }

    /// The duration that `percent` of the calls do not pass, by nearest rank; 0
    /// for the shortest.
    pub fn duration_at(&self, percent: usize) -> Duration {
        at(&self.durations, percent)
    }

    /// The same of how long the caller waited.
    pub fn round_trip_at(&self, percent: usize) -> Duration {
        at(&self.round_trips, percent)
    }
}

fn at(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(milliseconds: u64, result: InvocationResult) -> Invocation {
        Invocation { duration: Duration::from_millis(milliseconds), ..Invocation::new(result) }
    }

    #[test]
    fn percentiles_go_by_nearest_rank() {
        let event = TransformEvent::parse(br#"{"records":[]}"#).unwrap();
        let mut statistics = Statistics::default();
        for milliseconds in (1..=10).rev() {
            let result = InvocationResult::Response(b"{}".to_vec());
            statistics.add(&event, &call(milliseconds, result), Duration::ZERO, None);
        }
        let at = [0, 50, 90, 99, 100].map(|percent| statistics.duration_at(percent).as_millis());
        assert_eq!(at, [1, 5, 9, 10, 10]);
        assert_eq!(Statistics::default().duration_at(50), Duration::ZERO);
    }

    #[test]
    fn an_answer_that_changes_is_found_with_its_records() {
        let event = br#"{"records":[{"recordId":"a","data":""},{"recordId":"b","data":""}]}"#;
        let event = TransformEvent::parse(event).unwrap();
        let mut statistics = Statistics::default();
        for data in ["eA==", "eA==", "eQ=="] {
            let response = format!(
                r#"{{"records":[{{"recordId":"a","data":""}},{{"recordId":"b","data":"{data}"}}]}}"#
            );
            let result = InvocationResult::Response(response.into_bytes());
            statistics.add(&event, &call(1, result), Duration::ZERO, Some(Severity::Error));
        }
        let failed = InvocationResult::from_response(b"no JSON".to_vec());
        statistics.add(&event, &call(1, failed), Duration::ZERO, None);
        assert_eq!((statistics.good(), statistics.broken, statistics.failed), (0, 3, 1));
        assert_eq!(statistics.changed_answers, 1);
        assert_eq!(statistics.changed_records, BTreeSet::from([1]));
    }
}
