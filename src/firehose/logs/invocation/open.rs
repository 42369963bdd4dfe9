//! Invocations of which more may come, and how much of them is held.

use std::collections::BTreeMap;

use regex::bytes::Regex;

use super::{Invocation, InvocationEvent, Key};

/// Bytes of events that are held for one invocation, and for all of them. A
/// log event has at most 1 MiB.
const MAX_HELD_OF_ONE: usize = 4 * 1024 * 1024;
const MAX_HELD: usize = 24 * 1024 * 1024;

/// Bytes that an invocation takes besides its events, roughly.
pub(super) const AROUND: usize = 1024;

/// Invocations in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct OpenInvocations {
    all: BTreeMap<u64, Box<Invocation>>,
    next: u64,
    held: usize,
    grep: Option<Regex>,
    /// Stands for one that is not there.
    nowhere: Invocation,
}

impl OpenInvocations {
    pub(super) fn searching(grep: Option<Regex>) -> Self {
        Self { grep, ..Self::default() }
    }

    /// True if so much is held that the oldest have to go.
    pub(super) const fn is_too_much(&self) -> bool {
        self.held > MAX_HELD
    }

    /// Begins one and returns its place.
    pub(super) fn begin(&mut self, (group, stream): &Key) -> u64 {
        self.next += 1;
        let (group, stream) = (group.clone(), stream.clone());
        let begun = Invocation { group, stream, ..Invocation::default() };
        self.all.insert(self.next, begun.into());
        self.held += AROUND;
        self.next
    }

    pub(super) fn at(&mut self, at: u64) -> &mut Invocation {
        self.all.get_mut(&at).map_or(&mut self.nowhere, |it| it)
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.all.first_key_value().map(|(at, _)| *at)
    }

    /// Those that fit, but for what another may have printed.
    pub(super) fn places_where(&self, is_wanted: impl Fn(&Invocation) -> bool) -> Vec<u64> {
        let all = self.all.iter().filter(|(at, it)| is_wanted(it) && !self.is_held(**at));
        all.map(|(at, _)| *at).collect()
    }

    /// True if it has begun, and no REPORT has come.
    pub(super) fn is_running(&self, at: u64) -> bool {
        self.all.get(&at).is_some_and(|it| it.has_start && it.report.is_none())
    }

    /// True while the one that may have printed it runs.
    pub(super) fn is_held(&self, at: u64) -> bool {
        let outer = self.all.get(&at).and_then(|it| it.inside);
        outer.is_some_and(|outer| self.is_running(outer))
    }

    pub(super) fn is_inside(&self, at: u64, outer: u64) -> bool {
        self.all.get(&at).is_some_and(|it| it.inside == Some(outer))
    }

    /// Makes the events of one lines of another, which printed them.
    pub(super) fn take_in(&mut self, outer: u64, inner: u64) {
        let Some(inner) = self.all.remove(&inner) else { return };
        self.held = self.held.saturating_sub(AROUND);
        let it = self.at(outer);
        it.held += inner.held;
        it.cut += inner.cut;
        it.has_match |= inner.has_match;
        it.times = it
            .times
            .into_iter()
            .chain(inner.times)
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
        it.events.extend(inner.events.into_iter().map(|part| InvocationEvent {
            error_kind: part.error_kind.filter(|_| !part.is_platform),
            is_platform: false,
            ..part
        }));
        it.events.sort_by_key(|part| part.timestamp);
        it.error_kind = it.events.iter().filter_map(|part| part.error_kind).max();
    }

    pub(super) fn remove(&mut self, at: u64) -> Option<Box<Invocation>> {
        let it = self.all.remove(&at)?;
        self.held = self.held.saturating_sub(it.held + AROUND);
        Some(it)
    }

    /// Adds an event, or counts it if there are too many.
    pub(super) fn add(&mut self, at: u64, part: InvocationEvent) {
        let has_match = self.grep.as_ref().is_some_and(|grep| grep.is_match(part.line()));
        let it = self.at(at);
        if let Some(time) = part.timestamp {
            let (first, last) = it.times.unwrap_or((time, time));
            it.times = Some((first.min(time), last.max(time)));
        }
        it.has_match |= has_match;
        it.error_kind = it.error_kind.max(part.error_kind);
        let object = part.object.as_ref().map_or(0, Vec::len);
        let id = part.id.as_ref().map_or(0, String::len);
        let weight = part.message.len() + object + id + size_of::<InvocationEvent>();
        let is_telling = part.is_platform || part.error_kind.is_some();
        let most = if is_telling { 2 * MAX_HELD_OF_ONE } else { MAX_HELD_OF_ONE };
        if it.held + weight > most {
            it.cut += 1;
            return;
        }
        it.held += weight;
        it.events.push(part);
        self.held += weight;
    }
}
