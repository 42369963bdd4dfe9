//! Numbers of records, kept short.

/// Most ranges that are kept.
const MAX_RANGES: usize = 65_536;

/// Numbers as ranges, for they come in runs.
#[derive(Debug, Default)]
pub(super) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Adds a number. Of very many ranges, neighbours are joined: it is better
    /// to name a number too many than one too few.
    pub(super) fn insert(&mut self, number: u64) {
        let at = self.0.partition_point(|(first, _)| *first <= number);
        let joins_next = self.0.get(at).is_some_and(|(first, _)| *first == number + 1);
        if let Some((_, last)) = at.checked_sub(1).and_then(|before| self.0.get_mut(before)) {
            if number <= *last {
                return;
            }
            if *last + 1 == number {
                *last = number;
                if joins_next {
                    let (_, end) = self.0.remove(at);
                    if let Some((_, last)) = self.0.get_mut(at - 1) {
                        *last = end;
                    }
                }
                return;
            }
        }
        match self.0.get_mut(at) {
            Some((first, _)) if joins_next => *first = number,
            _ => self.0.insert(at, (number, number)),
        }
        if self.0.len() > MAX_RANGES {
            self.join();
        }
    }

    /// Joins every second range with the one before it.
    fn join(&mut self) {
        let pairs = self.0.chunks(2).filter_map(|pair| Some((pair.first()?.0, pair.last()?.1)));
        self.0 = pairs.collect();
    }

    /// From, to, in order.
    pub(super) fn into_vec(self) -> Vec<(u64, u64)> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_in(ranges: &Ranges, number: u64) -> bool {
        ranges.0.iter().any(|(first, last)| (*first..=*last).contains(&number))
    }

    #[test]
    fn very_many_ranges_are_joined_and_none_is_forgotten() {
        let mut ranges = Ranges::default();
        let numbers = || (0..3 * MAX_RANGES as u64).map(|number| number * 2);
        numbers().for_each(|number| ranges.insert(number));
        assert!(ranges.0.len() <= MAX_RANGES);
        assert!(numbers().step_by(997).all(|number| is_in(&ranges, number)));
    }

    proptest! {
        #[test]
        fn ranges_hold_what_was_put_in(numbers in prop::collection::vec(1u64..60, 0..60)) {
            let mut ranges = Ranges::default();
            for number in &numbers {
                ranges.insert(*number);
            }
            for number in 1..60 {
                prop_assert_eq!(is_in(&ranges, number), numbers.contains(&number));
            }
            prop_assert!(ranges.0.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }
}
