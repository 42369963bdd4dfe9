//! Puts in order what comes newest first, as Insights returns it by default.

use crate::limits::MAX_FRAME;
use crate::logs::LogEvent;

use super::VisitEvent;

/// Bytes that are held: Insights gives at most 10,000 events.
const MAX_HELD: usize = MAX_FRAME;

/// Events on their way. Until two of them have different times the order
/// is unknown.
#[derive(Debug, Default)]
pub(super) struct Order {
    held: Vec<LogEvent<'static>>,
    weight: usize,
    direction: Direction,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Direction {
    #[default]
    Unknown,
    OldestFirst,
    NewestFirst,
}

impl Order {
    /// Takes an event; false if too much would have to be held from here on.
    pub(super) fn push(&mut self, event: LogEvent<'_>, visit: &mut VisitEvent<'_>) -> bool {
        if self.direction == Direction::Unknown {
            let last = self.held.last().and_then(|last| last.timestamp);
            self.direction = match last.zip(event.timestamp) {
                Some((last, time)) if time < last => Direction::NewestFirst,
                Some((last, time)) if time > last => Direction::OldestFirst,
                _ => Direction::Unknown,
            };
        }
        let is_too_much = self.weight > MAX_HELD;
        if is_too_much || self.direction == Direction::OldestFirst {
            self.finish(visit);
            self.direction = Direction::OldestFirst;
            visit(event);
            return !is_too_much;
        }
        self.weight += event.weight();
        self.held.push(event.into_owned());
        true
    }

    /// Hands over what is held.
    pub(super) fn finish(&mut self, visit: &mut VisitEvent<'_>) {
        if self.direction == Direction::NewestFirst {
            self.held.reverse();
        }
        self.held.drain(..).for_each(visit);
        *self = Self::default();
    }
}
