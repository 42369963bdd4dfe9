//! What many invocations come to.

use std::collections::BTreeMap;

use super::{ErrorKind, Invocation};

/// The longest that Lambda lets a function run: 15 minutes, in milliseconds.
const MAX_MILLISECONDS: u64 = 15 * 60 * 1000;

/// Counts of invocations, and how long they took. Durations are counted by the
/// millisecond up to what Lambda allows, so their number is bounded whatever a line
/// says.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Invocations.
    pub invocations: u64,
    /// Those without an error that have a REPORT.
    pub ok: u64,
    /// Those without an error and without a REPORT.
    pub unreported: u64,
    /// The others, by the worst that went wrong.
    pub failed: BTreeMap<ErrorKind, u64>,
    /// Memory in MB of the one that came closest to its limit: used, and the limit.
    pub memory: Option<(u32, u32)>,
    durations: BTreeMap<u64, u64>,
}

impl Totals {
    /// Counts an invocation. The start of an environment is none.
    pub fn add(&mut self, it: &Invocation) {
        if !it.is_call() {
            return;
        }
        self.invocations += 1;
        match (it.error_kind, &it.report) {
            (Some(kind), _) => *self.failed.entry(kind).or_default() += 1,
            (None, Some(_)) => self.ok += 1,
            (None, None) => self.unreported += 1,
        }
        let Some(report) = &it.report else { return };
        let milliseconds = (report.duration.as_micros() + 500) / 1000;
        let milliseconds = u64::try_from(milliseconds).unwrap_or(u64::MAX).min(MAX_MILLISECONDS);
        *self.durations.entry(milliseconds).or_default() += 1;
        let (used, limit) = (report.max_memory_mb, report.memory_mb);
        let is_closer = |(most, of): (u32, u32)| {
            u64::from(used) * u64::from(of) > u64::from(most) * u64::from(limit)
        };
        if limit > 0 && self.memory.is_none_or(is_closer) {
            self.memory = Some((used, limit));
        }
    }

    /// Milliseconds that `percent` of the invocations do not pass, by nearest rank;
    /// `None` if none has a REPORT.
    pub fn duration_at(&self, percent: u64) -> Option<u64> {
        let all: u64 = self.durations.values().sum();
        let rank = (all * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.durations.iter().find(|(_, count)| {
            seen += **count;
            seen >= rank
        });
        found.map(|(milliseconds, _)| *milliseconds)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lambda_report::LambdaReport;

    #[test]
    fn invocations_are_summed_up() {
        let mut totals = Totals::default();
        for milliseconds in 1..=100 {
            totals.add(&Invocation {
                request: Some("id".to_owned()),
                error_kind: (milliseconds > 98).then_some(ErrorKind::Exception),
                report: Some(LambdaReport {
                    duration: Duration::from_millis(milliseconds),
                    memory_mb: 128,
                    max_memory_mb: if milliseconds == 7 { 71 } else { 30 },
                    ..LambdaReport::default()
                }),
                ..Invocation::default()
            });
        }
        totals.add(&Invocation::default());
        totals.add(&Invocation { request: Some("cut".to_owned()), ..Invocation::default() });
        assert_eq!((totals.invocations, totals.ok, totals.unreported), (101, 98, 1));
        assert_eq!(totals.failed, BTreeMap::from([(ErrorKind::Exception, 2)]));
        assert_eq!([0, 50, 99, 100].map(|it| totals.duration_at(it).unwrap()), [1, 50, 99, 100]);
        assert_eq!(totals.memory, Some((71, 128)));
        assert_eq!(Totals::default().duration_at(50), None);
        for days in 1..=3 {
            let duration = Duration::from_hours(24 * days);
            let report = Some(LambdaReport { duration, ..LambdaReport::default() });
            totals.add(&Invocation {
                request: Some("id".to_owned()),
                report,
                ..Invocation::default()
            });
        }
        assert_eq!((totals.durations.len(), totals.duration_at(100)), (101, Some(900_000)));
    }
}
