//! Finds the records that make a batch fail, by calls with fewer and fewer of
//! them.
//!
//! Whoever makes the calls asks [`Isolation::next_set`] which records to send and
//! reports whether the call failed in the same way. A record is found by halving:
//! the shortest beginning of the list that still fails ends with a record that is
//! needed. Then the records before it are halved again, together with those that
//! are known to be needed, until these fail alone. A failure of `k` records
//! together costs about `k · log2(n)` calls, where plain `ddmin` (Zeller and
//! Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) may
//! need `n²`. As there, the result is 1-minimal: without any one of its records
//! the call does not fail in that way. It may fail in another way, which is kept
//! apart: then the records do not fail "only together".

mod parts;
mod symptom;

use std::collections::BTreeMap;

pub use parts::EventParts;
pub use symptom::{Cause, Symptom};

/// Records of a set beyond which it is not kept to save a second call.
const MAX_KEPT: usize = 64;

/// A search for the smallest set of records that fails. Records are places in
/// the event, from 0.
#[derive(Debug)]
pub struct Isolation {
    /// Records that are needed, the last of the event first.
    needed: Vec<usize>,
    /// Records that may be needed, in their order: with those of `needed`, they
    /// fail.
    candidates: Vec<usize>,
    step: Step,
    calls_left: usize,
    /// What came of small sets that did not fail in the same way.
    passed: BTreeMap<Vec<usize>, CallOutcome>,
    /// Without one of the needed records, the call fails in another way.
    fewer_fail_otherwise: bool,
}

/// What came of a call with some of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It failed in the same way as that with all records.
    SameFailure,
    /// It failed, but in another way.
    OtherFailure,
    /// It did not fail.
    NoFailure,
}

/// What the next call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Do the records that are needed fail alone?
    Alone,
    /// The first `fails` candidates fail; the first `passes` do not.
    Halve {
        passes: usize,
        fails: usize,
    },
    /// Does it fail without the needed record at this place?
    Without(usize),
    Done,
}

impl Isolation {
    /// A search among this many records, which fail together, with at most
    /// `max_calls` calls.
    pub fn new(records: usize, max_calls: usize) -> Self {
        let mut isolation = Self {
            needed: Vec::new(),
            candidates: (0..records).collect(),
            step: Step::Done,
            calls_left: max_calls,
            passed: BTreeMap::new(),
            fewer_fail_otherwise: false,
        };
        if records > 0 {
            isolation.narrow(0, records);
        }
        isolation
    }

    /// The records of the next call, in their order; `None` at the end of the
    /// search, or of its calls.
    pub fn next_set(&self) -> Option<Vec<usize>> {
        let set = match self.step {
            Step::Done => return None,
            Step::Alone => self.with(0),
            Step::Halve { passes, fails } => self.with(usize::midpoint(passes, fails)),
            Step::Without(place) => self.without(place),
        };
        (self.calls_left > 0).then_some(set)
    }

    /// Takes what came of the call with the [next set](Self::next_set).
    pub fn answer(&mut self, outcome: CallOutcome) {
        let Some(set) = self.next_set() else { return };
        self.calls_left -= 1;
        let fails = outcome == CallOutcome::SameFailure;
        if !fails && set.len() <= MAX_KEPT {
            self.passed.insert(set, outcome);
        }
        match self.step {
            Step::Alone if fails => self.verify(0),
            Step::Alone => self.narrow(0, self.candidates.len()),
            Step::Halve { passes, fails: most } => {
                let middle = usize::midpoint(passes, most);
                if fails { self.narrow(passes, middle) } else { self.narrow(middle, most) }
            }
            Step::Without(place) if fails => {
                self.needed.remove(place);
                self.verify(0);
            }
            Step::Without(place) => {
                self.note_fewer(outcome);
                self.verify(place + 1);
            }
            Step::Done => {}
        }
    }

    /// The smallest set known to fail, in order.
    pub fn smallest(&self) -> Vec<usize> {
        match self.step {
            Step::Alone => self.with(self.candidates.len()),
            Step::Halve { fails, .. } => self.with(fails),
            Step::Without(_) | Step::Done => self.with(0),
        }
    }

    /// True if no record can be left out of the [smallest](Self::smallest) set.
    pub fn is_minimal(&self) -> bool {
        self.step == Step::Done
    }

    /// True if the call does not fail at all without any one of the
    /// [smallest](Self::smallest) set, which has several records.
    pub fn is_only_together(&self) -> bool {
        self.is_minimal() && self.needed.len() > 1 && !self.fewer_fail_otherwise
    }

    /// Goes on where the first `fails` candidates fail and the first `passes` do
    /// not: if one is between them, it is needed.
    fn narrow(&mut self, passes: usize, fails: usize) {
        self.step = Step::Halve { passes, fails };
        if fails - passes > 1 {
            return;
        }
        self.candidates.truncate(fails);
        self.needed.extend(self.candidates.pop());
        if self.candidates.is_empty() {
            self.verify(0);
        } else {
            self.step = Step::Alone;
        }
    }

    /// Goes on to the next record, from `place`, that it is not known to fail
    /// without. That may be so where what was left out later kept it from failing.
    fn verify(&mut self, place: usize) {
        self.candidates.clear();
        if place == 0 {
            self.fewer_fail_otherwise = false;
        }
        self.step = Step::Done;
        if self.needed.len() == 1 {
            return;
        }
        for place in place..self.needed.len() {
            let Some(outcome) = self.passed.get(&self.without(place)) else {
                self.step = Step::Without(place);
                return;
            };
            self.note_fewer(*outcome);
        }
    }

    /// Takes what came of a call without one of the needed records.
    fn note_fewer(&mut self, outcome: CallOutcome) {
        self.fewer_fail_otherwise |= outcome == CallOutcome::OtherFailure;
    }

    /// What is needed, and the first `count` candidates.
    fn with(&self, count: usize) -> Vec<usize> {
        let candidates = self.candidates.iter().take(count);
        let mut set: Vec<_> = candidates.chain(&self.needed).copied().collect();
        set.sort_unstable();
        set
    }

    /// What is needed but the record at `place`.
    fn without(&self, place: usize) -> Vec<usize> {
        let kept = self.needed.iter().enumerate().filter(|(at, _)| *at != place);
        let mut set: Vec<_> = kept.map(|(_, record)| *record).collect();
        set.sort_unstable();
        set
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};

    use proptest::prelude::*;
    use proptest::sample::subsequence;

    use super::CallOutcome::{NoFailure, OtherFailure, SameFailure};
    use super::*;

    /// Searches among `records`; returns what is found and the calls it took.
    fn search(
        records: usize,
        max_calls: usize,
        fails: impl Fn(&[usize]) -> bool,
    ) -> (Isolation, usize) {
        search_outcomes(records, max_calls, |set| if fails(set) { SameFailure } else { NoFailure })
    }

    fn search_outcomes(
        records: usize,
        max_calls: usize,
        outcome: impl Fn(&[usize]) -> CallOutcome,
    ) -> (Isolation, usize) {
        let mut isolation = Isolation::new(records, max_calls);
        let mut calls = 0;
        while let Some(set) = isolation.next_set() {
            assert!(set.is_sorted() && !set.is_empty(), "{set:?}");
            calls += 1;
            isolation.answer(outcome(&set));
        }
        (isolation, calls)
    }

    fn has_all(set: &[usize], wanted: &[usize]) -> bool {
        wanted.iter().all(|record| set.contains(record))
    }

    #[test]
    fn one_of_300_takes_ten_calls() {
        for culprit in 0..300 {
            let (isolation, calls) = search(300, 200, |set| set.contains(&culprit));
            assert_eq!(isolation.smallest(), [culprit]);
            assert!(isolation.is_minimal() && calls <= 10, "{culprit}: {calls}");
        }
    }

    #[test]
    fn of_several_culprits_the_first_is_found() {
        let (isolation, _) = search(300, 200, |set| set.contains(&250) || set.contains(&40));
        assert_eq!(isolation.smallest(), [40]);
    }

    #[test]
    fn records_that_fail_otherwise_alone_do_not_fail_only_together() {
        let both = [4, 250];
        let outcome = |set: &[usize]| match has_all(set, &both) {
            true => SameFailure,
            false if set.contains(&4) => OtherFailure,
            false => NoFailure,
        };
        let (isolation, _) = search_outcomes(300, 200, outcome);
        assert_eq!((isolation.smallest(), isolation.is_minimal()), (both.to_vec(), true));
        assert!(!isolation.is_only_together());
        assert!(search(300, 200, |set| has_all(set, &both)).0.is_only_together());
        assert!(!search(300, 200, |set| set.contains(&4)).0.is_only_together(), "one is alone");
    }

    #[test]
    fn without_records_or_calls_there_is_no_search() {
        assert!(search(0, 9, |_| true).0.smallest().is_empty());
        let (isolation, calls) = search(1, 9, |_| panic!("one record is all there is"));
        assert_eq!((isolation.smallest(), isolation.is_minimal(), calls), (vec![0], true, 0));
        let (isolation, calls) = search(5, 0, |_| true);
        assert_eq!((isolation.smallest(), calls), (vec![0, 1, 2, 3, 4], 0));
        assert!(!isolation.is_minimal());
    }

    #[test]
    fn a_failure_by_the_number_of_records_is_found_or_the_calls_end() {
        let (isolation, _) = search(40, 10_000, |set| set.len() >= 30);
        assert_eq!((isolation.smallest().len(), isolation.is_minimal()), (30, true));
        let (isolation, calls) = search(400, 50, |set| set.len() >= 300);
        assert_eq!((isolation.smallest().len(), isolation.is_minimal(), calls), (300, false, 50));
    }

    proptest! {
        /// Sets of one to four records, each of which fails with any others.
        #[test]
        fn what_fails_together_is_found_in_few_calls(
            sets in prop::collection::vec(subsequence((0..300).collect::<Vec<usize>>(), 1..=4), 1..4),
        ) {
            let (isolation, calls) =
                search(300, 200, |set| sets.iter().any(|wanted| has_all(set, wanted)));
            let found = isolation.smallest();
            prop_assert!(isolation.is_minimal());
            prop_assert!(sets.contains(&found), "{:?} of {:?}", found, sets);
            prop_assert!(calls <= found.len() * 11, "{} calls", calls);
        }

        /// Any set may fail or not, whatever its parts do.
        #[test]
        fn whatever_fails_the_result_does_and_is_minimal(
            records in 1_usize..30, seed: u64, of in 2_u64..9, max_calls in 0_usize..400,
        ) {
            let outcome = |set: &[usize]| {
                let mut hasher = DefaultHasher::new();
                (seed, set).hash(&mut hasher);
                match hasher.finish() {
                    hash if set.len() == records || hash.is_multiple_of(of) => SameFailure,
                    hash if hash.is_multiple_of(3) => OtherFailure,
                    _ => NoFailure,
                }
            };
            let fails = |set: &[usize]| outcome(set) == SameFailure;
            let (isolation, calls) = search_outcomes(records, max_calls, outcome);
            let found = isolation.smallest();
            prop_assert!(calls <= max_calls);
            prop_assert!(fails(&found), "{:?}", found);
            if isolation.is_minimal() && found.len() > 1 {
                for place in 0..found.len() {
                    let mut fewer = found.clone();
                    fewer.remove(place);
                    prop_assert!(!fails(&fewer), "{:?} is enough of {:?}", fewer, found);
                }
            }
            let without = |place| {
                let mut fewer = found.clone();
                fewer.remove(place);
                outcome(&fewer)
            };
            let none_fails = (0..found.len()).all(|place| without(place) == NoFailure);
            prop_assert_eq!(
                isolation.is_only_together(),
                isolation.is_minimal() && found.len() > 1 && none_fails
            );
        }
    }
}
