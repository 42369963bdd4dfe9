//! How many, over time: a histogram that widens its steps instead of growing.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps that people count in, in seconds; each divides the next, so counts
/// can be put together. The last makes any range of times fit.
const STEPS: [i64; 19] = [
    1,
    5,
    10,
    30,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
    336 * DAY,
    3_360 * DAY,
    336_000 * DAY,
    3_360_000_000_000 * DAY,
];

/// Most steps that are kept.
const MOST: usize = 256;

/// Records per step of time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// Index into [`STEPS`].
    step: usize,
    /// Number of the first step, counted from 1970.
    start: i64,
    counts: VecDeque<u64>,
}

/// A timeline of few enough steps to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// Length of a step in seconds.
    pub step: i64,
    /// Start of the first step, in seconds since 1970.
    pub start: i64,
    /// Records in each step.
    pub counts: Vec<u64>,
}

impl Timeline {
    /// Counts one at `time`, in milliseconds since 1970.
    pub fn add(&mut self, time: i64) {
        self.add_many(time, 1);
    }

    /// Counts as many as that.
    pub(super) fn add_many(&mut self, time: i64, records: u64) {
        let second = time.div_euclid(1000);
        if self.counts.is_empty() {
            self.start = second;
        }
        loop {
            let at = second.div_euclid(step(self.step));
            let offset = i128::from(at) - i128::from(self.start);
            let length = self.counts.len();
            if let Ok(ahead) = usize::try_from(-offset)
                && ahead + length <= MOST
            {
                for _ in 0..ahead {
                    self.counts.push_front(0);
                }
                self.start = at;
            } else if let Ok(offset) = usize::try_from(offset)
                && offset < MOST
            {
                self.counts.resize(length.max(offset + 1), 0);
            } else {
                self.widen();
                continue;
            }
            let index = usize::try_from(at - self.start).unwrap_or_default();
            if self.counts.is_empty() {
                self.counts.push_back(0);
            }
            if let Some(count) = self.counts.get_mut(index) {
                *count = count.saturating_add(records);
            }
            return;
        }
    }

    /// Adds what another one has counted. The result is that of one that has counted
    /// everything, in any order.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        let mut other = other.clone();
        if self.counts.is_empty() {
            *self = other;
            return;
        }
        loop {
            while self.step < other.step {
                self.widen();
            }
            while other.step < self.step {
                other.widen();
            }
            let start = self.start.min(other.start);
            let end = |line: &Self| line.start.saturating_add_unsigned(line.counts.len() as u64);
            let length = end(self).max(end(&other)).saturating_sub(start);
            let Some(length) = usize::try_from(length).ok().filter(|length| *length <= MOST) else {
                self.widen();
                continue;
            };
            let ahead = usize::try_from(self.start.saturating_sub(start)).unwrap_or_default();
            for _ in 0..ahead {
                self.counts.push_front(0);
            }
            self.counts.resize(length, 0);
            self.start = start;
            let at = usize::try_from(other.start.saturating_sub(start)).unwrap_or_default();
            for (count, more) in self.counts.iter_mut().skip(at).zip(&other.counts) {
                *count = count.saturating_add(*more);
            }
            return;
        }
    }

    /// True if this may have come of [`Timeline::add`]; `counted` is how many.
    pub(super) fn is_possible(&self, counted: u64) -> bool {
        let sum = self.counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        let most = i64::MAX / 1000 / step(self.step) + 1;
        self.step < STEPS.len()
            && self.counts.len() <= MOST
            && (-most - 1..=most).contains(&self.start)
            && sum.is_some_and(|sum| sum <= counted)
    }

    /// The timeline in `most` steps at most; none if nothing was counted.
    pub fn bars(&self, most: usize) -> Option<Bars> {
        let mut wide = self.clone();
        while wide.counts.len() > most.max(1) && wide.step + 1 < STEPS.len() {
            wide.widen();
        }
        wide.as_bars()
    }

    /// The timeline in the steps of `other`, from its start to its end.
    pub fn bars_like(&self, other: &Bars) -> Option<Bars> {
        let mut wide = self.clone();
        while step(wide.step) < other.step && wide.step + 1 < STEPS.len() {
            wide.widen();
        }
        let own = wide.as_bars()?;
        let mut bars = Bars { counts: vec![0; other.counts.len()], ..other.clone() };
        let ahead = own.start.checked_sub(other.start)? / other.step;
        for (index, count) in own.counts.iter().enumerate() {
            let at = usize::try_from(ahead).ok()? + index;
            *bars.counts.get_mut(at)? += count;
        }
        Some(bars)
    }

    fn as_bars(&self) -> Option<Bars> {
        let step = step(self.step);
        let counts: Vec<_> = self.counts.iter().copied().collect();
        let start = self.start.saturating_mul(step);
        (!counts.is_empty()).then_some(Bars { step, start, counts })
    }

    /// Puts steps together into the next longer ones.
    fn widen(&mut self) {
        let factor = step(self.step + 1) / step(self.step);
        let start = self.start.div_euclid(factor);
        let mut counts: VecDeque<u64> = VecDeque::new();
        for (at, count) in (self.start..).zip(&self.counts) {
            let index = usize::try_from(at.div_euclid(factor) - start).unwrap_or_default();
            counts.resize(counts.len().max(index + 1), 0);
            if let Some(sum) = counts.get_mut(index) {
                *sum += count;
            }
        }
        *self = Self { step: self.step + 1, start, counts };
    }
}

/// The longest step that this many seconds have at least `least` of.
pub(super) fn step_of(seconds: i64, least: i64) -> i64 {
    let fits = |step: &&i64| seconds / **step >= least;
    STEPS.iter().rev().find(fits).copied().unwrap_or(1)
}

fn step(index: usize) -> i64 {
    STEPS.get(index).copied().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_step_divides_the_next_and_the_last_holds_all_time() {
        assert!(STEPS.is_sorted());
        assert!(STEPS.windows(2).all(|pair| pair[1] % pair[0] == 0));
        let mut line = Timeline::default();
        for time in [0, i64::MAX, i64::MIN] {
            line.add(time);
        }
        assert_eq!(line.counts.iter().sum::<u64>(), 3);
    }

    #[test]
    fn an_hour_of_failures_is_shown_in_steps_that_people_count_in() {
        let mut line = Timeline::default();
        for ten in 0..360 {
            line.add(1_795_341_600_000 + ten * 10_000);
        }
        let bars = line.bars(59).unwrap();
        assert_eq!((bars.step, bars.start, bars.counts.len()), (300, 1_795_341_600, 12));
        assert!(bars.counts.iter().all(|count| *count == 30));
        assert_eq!(Timeline::default().bars(60), None);
    }

    #[test]
    fn a_part_is_laid_out_like_the_whole() {
        let (mut all, mut part) = (Timeline::default(), Timeline::default());
        for minute in 0..40 {
            all.add(minute * 60_000);
        }
        part.add(20 * 60_000);
        let bars = all.bars(10).unwrap();
        assert_eq!((bars.step, bars.counts.len()), (300, 8));
        assert_eq!(part.bars_like(&bars).unwrap().counts, [0, 0, 0, 0, 1, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_grows(times in prop::collection::vec(any::<i64>(), 1..50), shift in prop::sample::select(vec![40, 20, 0])) {
            let mut line = Timeline::default();
            // Near each other, far from each other, and all over the place.
            for time in &times {
                line.add(time >> shift);
            }
            let bars = line.bars(60).unwrap();
            prop_assert!(line.counts.len() <= MOST && bars.counts.len() <= 60);
            prop_assert_eq!(bars.counts.iter().sum::<u64>(), times.len() as u64);
            let like = line.bars_like(&bars);
            prop_assert_eq!(like.unwrap().counts, bars.counts);
        }

        #[test]
        fn parts_add_up_to_the_whole(times in prop::collection::vec((any::<i64>(), 0..3_usize), 1..60), shift in prop::sample::select(vec![44, 40, 30, 20, 0])) {
            let (mut whole, mut parts) = (Timeline::default(), [(); 3].map(|()| Timeline::default()));
            for (time, part) in &times {
                whole.add(time >> shift);
                parts[*part].add(time >> shift);
            }
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut merged = Timeline::default();
                for part in order {
                    prop_assert!(parts[part].is_possible(times.len() as u64));
                    merged.merge(&parts[part]);
                }
                prop_assert_eq!(&merged, &whole);
            }
        }
    }
}
