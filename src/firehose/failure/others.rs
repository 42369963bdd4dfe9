//! What stands among the failure records of an input without being one.

/// Places that are handed out one by one of each input; the others are counted.
pub const MAX_OTHERS: u64 = 10;

/// Tells damage from other data in one input, in order of its records.
///
/// Firehose writes nothing but failure records into an object of them, so
/// whatever else is in there was a record. An input with no failure record at
/// all is other data.
#[derive(Debug)]
pub struct Others<P> {
    has_failures: bool,
    /// What came before the first failure record: it may be damage.
    early: Vec<P>,
    more_early: u64,
    /// Damage that was not handed out.
    uncounted: u64,
    given: u64,
}

impl<P> Default for Others<P> {
    fn default() -> Self {
        Self { has_failures: false, early: Vec::new(), more_early: 0, uncounted: 0, given: 0 }
    }
}

impl<P> Others<P> {
    /// Takes a failure record. Returns the damage that came before it.
    pub fn failure(&mut self) -> Vec<P> {
        if std::mem::replace(&mut self.has_failures, true) {
            return Vec::new();
        }
        self.uncounted += std::mem::take(&mut self.more_early);
        self.given += self.early.len() as u64;
        std::mem::take(&mut self.early)
    }

    /// Takes something else. Returns its place if it is damage to be shown.
    pub fn other(&mut self, place: P) -> Option<P> {
        let known = self.given + self.early.len() as u64;
        if self.has_failures && known < MAX_OTHERS {
            self.given += 1;
            return Some(place);
        }
        self.count(place, known);
        None
    }

    fn count(&mut self, place: P, known: u64) {
        if self.has_failures {
            self.uncounted += 1;
        } else if known < MAX_OTHERS {
            self.early.push(place);
        } else {
            self.more_early += 1;
        }
    }

    /// Counts more of something else, whose places are not needed.
    pub fn more(&mut self, count: u64) {
        *(if self.has_failures { &mut self.uncounted } else { &mut self.more_early }) += count;
    }

    /// Takes the damage since the last call that was only counted.
    pub fn take_uncounted(&mut self) -> u64 {
        std::mem::take(&mut self.uncounted)
    }

    /// True for an input with other data and no failure record.
    pub fn is_other_data(&self) -> bool {
        !self.has_failures && !self.early.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_and_after_a_failure_record_is_damage() {
        let mut others = Others::default();
        assert_eq!(others.other(1), None);
        assert!(others.is_other_data());
        assert_eq!(others.failure(), [1]);
        assert_eq!(others.other(3), Some(3));
        assert!(others.failure().is_empty());
        assert!(!others.is_other_data());
        assert_eq!(others.take_uncounted(), 0);
    }

    #[test]
    fn only_so_many_places_are_kept_and_all_are_counted() {
        let mut others = Others::default();
        for place in 0..15 {
            assert_eq!(others.other(place), None);
        }
        assert_eq!(others.failure().len(), 10);
        assert_eq!(others.other(15), None);
        others.more(4);
        assert_eq!(others.take_uncounted(), 10);
    }
}
