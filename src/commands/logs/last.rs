//! The last events, or invocations, for `--tail`.

use std::collections::VecDeque;

use firehose::logs::LogEvent;
use firehose::logs::invocation::Grouped;

/// Bytes of events that are kept for `--tail`.
pub(super) const MAX_LAST: usize = 64 * 1024 * 1024;

/// The last events, or invocations, and what stands between them.
#[derive(Default)]
pub(super) struct Last {
    most: usize,
    pub(super) all: VecDeque<Kept>,
    weight: usize,
    /// They were too much to be held.
    pub(super) is_cut: bool,
}

/// One of them.
pub(super) enum Kept {
    Event(LogEvent<'static>),
    Grouped(Grouped),
}

impl Last {
    /// Keeps this many of them.
    pub(super) fn of(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// Adds one, and drops those that are too many or too much.
    pub(super) fn push(&mut self, kept: Kept) {
        self.weight += kept.weight();
        self.all.push_back(kept);
        while self.all.len() > self.most || (self.weight > MAX_LAST && self.all.len() > 1) {
            self.is_cut |= self.all.len() <= self.most;
            let first = self.all.pop_front();
            self.weight -= first.map_or(0, |it| it.weight());
        }
    }
}

impl Kept {
    fn weight(&self) -> usize {
        match self {
            Self::Event(event)
            | Self::Grouped(
                Grouped::DeliveryError { event } | Grouped::Unattributed { event, .. },
            ) => event.weight(),
            Self::Grouped(Grouped::Invocation(it)) => it.weight(),
        }
    }
}
