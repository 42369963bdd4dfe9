//! The clock of a tail.

use std::time::{Duration, Instant, SystemTime};

use crate::context;

/// Counts time that never goes back, and that does not stop while the machine sleeps.
///
/// [`Instant`] stands still then on Linux and macOS, and what arrives meanwhile
/// is looked for by how long a reading took. So the clock of the wall counts
/// where it goes further: if that was set forward, the time is too long, which
/// only makes a tail look further back.
#[derive(Debug)]
pub(super) struct SleepAwareClock {
    elapsed: Duration,
    instant: Instant,
    wall: SystemTime,
}

impl SleepAwareClock {
    /// Starts at zero.
    pub(super) fn new() -> Self {
        Self { elapsed: Duration::ZERO, instant: Instant::now(), wall: context::now() }
    }

    /// What has gone by.
    pub(super) fn now(&mut self) -> Duration {
        self.step(Instant::now(), context::now())
    }

    fn step(&mut self, instant: Instant, wall: SystemTime) -> Duration {
        let by_wall = wall.duration_since(self.wall).unwrap_or_default();
        let by_instant = instant.saturating_duration_since(self.instant);
        self.elapsed = self.elapsed.saturating_add(by_wall.max(by_instant));
        (self.instant, self.wall) = (instant, wall);
        self.elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_what_the_machine_slept_and_never_goes_back() {
        let (second, mut clock) = (Duration::from_secs(1), SleepAwareClock::new());
        let (mut instant, mut wall) = (clock.instant, clock.wall);
        let mut step = |by: Duration, slept: Duration| {
            (instant, wall) = (instant + by, wall + by + slept);
            clock.step(instant, wall)
        };
        assert_eq!(step(second, Duration::ZERO), second);
        assert_eq!(step(second, 600 * second), 602 * second);
        assert_eq!(step(second, Duration::ZERO), 603 * second);
        let back = clock.wall - 3600 * second;
        assert_eq!(clock.step(clock.instant + second, back), 604 * second);
        assert_eq!(clock.step(clock.instant + second, back + second), 605 * second);
    }
}
