//! What to do next, and what became of each record.

mod ending;
mod unmarked;

use std::collections::BTreeSet;
use std::time::Duration;

use super::event::{Asked, Buffer, By, Place, SeenInvocation, TraceEvent, What};
use super::plan::TracePlan;
use super::{Confidence, TracedRecord, twins};
use crate::diagnosis::Stage;
use crate::errors::{self, Attempts, Family};
use crate::time::{Millis, after};

/// From one listing to the next: a tenth of the time that has passed, within these.
const MIN_PAUSE: Duration = Duration::from_millis(500);
const MAX_PAUSE: Duration = Duration::from_secs(15);

/// How long the log of a call is waited for after its records were found.
const LINGER: Duration = Duration::from_secs(5);

/// By how much the clocks of this machine and of AWS may differ: ours.
const CLOCKS: Duration = Duration::from_secs(1);

/// Most places of one record that are kept: it may arrive more than once.
const MAX_PLACES: usize = 10;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceStep {
    /// List all places once, then call [`Trace::looked`].
    Look,
    /// Run the checks of this stage, for what should have happened has not.
    Examine(Stage),
    /// Nothing is to be done before this time, unless something is seen.
    Wait(Millis),
    /// All is known that will be.
    Done,
}

/// Follows records.
#[derive(Debug)]
pub struct Trace {
    plan: TracePlan,
    start: Millis,
    records: Vec<State>,
    /// When the last record was put.
    put: Option<Millis>,
    /// The start of the last look that has ended.
    looked: Option<Millis>,
    is_looking: bool,
    next_look: Millis,
    examined: BTreeSet<Stage>,
    /// Where records may be that cannot be looked at, and what the last look could not.
    gaps: Vec<String>,
    unseen: Vec<String>,
    /// Since when the oldest call has run that has not ended.
    running_since: Option<Millis>,
    /// A call was seen, whoever's records it had.
    has_invocation: bool,
    /// The end of the first call that went well, whoever's records it had.
    well_called: Option<Millis>,
    /// Calls that were seen since the records were put, whoever's records they had.
    calls: usize,
    /// Objects that were delivered since then, by the time of each.
    objects: BTreeSet<(Millis, String)>,
    /// A call of the function failed that may have been theirs.
    has_failed_call: bool,
    /// The stream logged that it cannot call the function.
    is_not_called: bool,
    /// The stream logged that S3 refuses what it writes.
    is_not_stored: bool,
    /// What keeps S3 from taking it was looked for at once.
    is_storage_examined: bool,
    /// A cause was found that keeps records from being delivered.
    has_cause: bool,
    /// Since when a cause is known that is certain: until it is fixed, nothing arrives.
    blocked: Option<Millis>,
    buffered: BTreeSet<Buffer>,
    settled_at: Option<Millis>,
}

/// What is known of a record.
#[derive(Debug, Clone, Default)]
struct State {
    /// The first record with the same bytes.
    twin: usize,
    has_twins: bool,
    accepted: Option<Millis>,
    /// No answer came: it may not have been taken.
    is_unanswered: bool,
    is_refused: bool,
    /// The function was called with it, by its log; the end of the last call that went
    /// well.
    is_invoked: bool,
    answered: Option<Millis>,
    asked: Option<Asked>,
    backup: Option<Place>,
    delivered: Vec<(Place, Confidence)>,
    failed: Vec<(Place, String, Confidence)>,
    dropped: Option<Confidence>,
}

impl State {
    fn is_delivered(&self) -> bool {
        self.delivered.iter().any(|(_, sure)| *sure != Confidence::Possible)
    }

    /// The code that it failed with.
    fn failure(&self) -> Option<&str> {
        let mut failed = self.failed.iter().filter(|(_, _, sure)| *sure != Confidence::Possible);
        failed.next().map(|(_, code, _)| code.as_str())
    }

    /// True if the test calls drop it, and nothing that was found may be it.
    fn is_dropped(&self) -> bool {
        let is_found = !self.delivered.is_empty() || !self.failed.is_empty();
        self.asked == Some(Asked::Drops) && !is_found && !self.is_unanswered
    }

    fn is_settled(&self) -> bool {
        self.is_refused || self.failure().is_some() || self.is_delivered()
    }

    fn is_past_invocation(&self) -> bool {
        self.is_invoked || self.is_settled()
    }
}

impl Trace {
    /// Nothing has been put yet, and it is `start`.
    pub fn new(plan: TracePlan, records: &[TracedRecord], start: Millis) -> Self {
        let twins = twins(records);
        let state = |twin: &usize| State {
            twin: *twin,
            has_twins: twins.iter().filter(|it| *it == twin).count() > 1,
            ..State::default()
        };
        Self {
            plan,
            start,
            records: twins.iter().map(state).collect(),
            put: None,
            looked: None,
            is_looking: false,
            next_look: start,
            examined: BTreeSet::new(),
            gaps: Vec::new(),
            unseen: Vec::new(),
            running_since: None,
            has_invocation: false,
            well_called: None,
            calls: 0,
            objects: BTreeSet::new(),
            has_failed_call: false,
            is_not_called: false,
            is_not_stored: false,
            is_storage_examined: false,
            has_cause: false,
            blocked: None,
            buffered: BTreeSet::new(),
            settled_at: None,
        }
    }

    /// Takes what was seen; returns what is new of it, and what follows from it.
    pub fn see(&mut self, event: TraceEvent) -> Vec<TraceEvent> {
        let at = event.at;
        let new = match &event.what {
            What::Delivered(it) => self.place(&event, &it.place, |state, place| {
                state.delivered.push((place.clone(), it.sure));
            }),
            What::Failed(it) => self.place(&event, &it.place, |state, place| {
                state.failed.push((place.clone(), it.code.clone(), it.sure));
            }),
            What::BackedUp(place) => {
                self.place(&event, place, |state, place| state.backup = Some(place.clone()))
            }
            _ => {
                self.note(&event);
                vec![event]
            }
        };
        let mut seen = new;
        if self.settled_at.is_none() && self.records.iter().all(State::is_settled) {
            self.settled_at = Some(at);
        }
        seen.extend(self.buffered());
        seen
    }

    /// Takes a record that was found in an object: of records with the same bytes the
    /// first that was not.
    fn place(
        &mut self,
        event: &TraceEvent,
        place: &Place,
        keep: impl Fn(&mut State, &Place),
    ) -> Vec<TraceEvent> {
        let mut new = Vec::new();
        for twin in &event.records {
            let mut same = self.records.iter().filter(|it| it.twin == *twin);
            let is_known = |it: &State| {
                it.delivered.iter().any(|(known, _)| known == place)
                    || it.failed.iter().any(|(known, _, _)| known == place)
                    || it.backup.as_ref() == Some(place)
            };
            if same.any(is_known) {
                continue;
            }
            let is_backup = matches!(event.what, What::BackedUp(_));
            let is_open = |it: &State| {
                it.twin == *twin && if is_backup { it.backup.is_none() } else { !it.is_settled() }
            };
            let open = self.records.iter().position(is_open);
            let found = open.unwrap_or(*twin);
            if let Some(state) = self.records.get_mut(found).filter(|it| it.takes(event, open)) {
                keep(state, place);
                new.push(TraceEvent { records: vec![found], ..event.clone() });
            }
        }
        new
    }

    /// Takes anything else that was seen.
    fn note(&mut self, event: &TraceEvent) {
        for record in &event.records {
            let Some(state) = self.records.get_mut(*record) else { continue };
            match &event.what {
                What::Accepted { is_unanswered, .. } => {
                    state.accepted = Some(event.at);
                    state.is_unanswered = *is_unanswered;
                }
                What::Refused { .. } => state.is_refused = true,
                What::Answered(asked) => state.asked = Some(asked.clone()),
                What::Dropped { sure } => state.dropped = Some(*sure),
                What::Invoked(it) => state.invoked(event.at, it),
                _ => {}
            }
        }
        match &event.what {
            What::Accepted { .. } => self.put = self.put.max(Some(event.at)),
            What::Invoked(it) => {
                self.calls += 1;
                self.has_invocation |= it.by != By::Log || it.is_theirs();
                self.note_call(event.at, it);
            }
            What::Cause { stage, check, finding } => {
                self.has_cause = true;
                if self.is_blocked_by(*stage, check, finding) {
                    self.blocked.get_or_insert(event.at);
                }
            }
            What::StreamError { code, .. } => {
                let page = errors::exact(code);
                self.is_not_called |= page.is_some_and(|it| it.error.prevents_calls);
                self.is_not_stored |= page.is_some_and(|it| {
                    it.family == Family::S3 && it.error.attempts == Attempts::UntilStored
                });
            }
            What::Unseen { what, why, may_hold: true } => self.gaps.push(format!("{what}: {why}")),
            _ => {}
        }
    }

    /// Takes a call of the function since the records were put. One that is matched by
    /// its time may be another's, unless it came when Firehose had to call.
    fn note_call(&mut self, at: Millis, it: &SeenInvocation) {
        if !it.is_theirs() && it.by != By::Time {
            return;
        }
        let due = self.put.map(|put| after(put, self.plan.buffer().saturating_sub(CLOCKS)));
        if it.error.is_some() {
            self.has_failed_call = true;
        } else if it.is_theirs() || due.is_some_and(|due| at >= due) {
            let end = after(at, it.duration.unwrap_or_default());
            self.well_called = Some(self.well_called.map_or(end, |it| it.min(end)));
        }
    }

    /// True if the transform drops what is still open, as far as the test calls tell: the
    /// function was called when it had to be, no call failed, and nothing of the records
    /// has come. Then nothing more is waited for.
    fn drops_the_rest(&self) -> bool {
        let Some((called, put)) = self.well_called.zip(self.put) else { return false };
        let due = called.max(after(put, self.plan.buffer()));
        self.looked.is_some_and(|began| began >= due)
            && !self.has_failed_call
            && !self.has_gaps()
            && self.records.iter().all(|it| it.is_settled() || it.is_dropped())
    }

    /// What waits where until when, once that is known.
    fn buffered(&mut self) -> Option<TraceEvent> {
        let put = self.put?;
        let (buffer, from, wait) = if !self.plan.has_transform {
            (Buffer::Destination, put, self.plan.delays.destination)
        } else if let Some(answered) = self.all_answered() {
            (Buffer::Destination, answered, self.plan.delays.destination)
        } else {
            (Buffer::Transform, put, self.plan.buffer())
        };
        let is_all_put = self.records.iter().all(|it| it.is_refused || it.accepted.is_some());
        if !is_all_put || self.settled_at.is_some() || !self.buffered.insert(buffer) {
            return None;
        }
        let waits = |it: &State| it.accepted.is_some() && !it.is_settled();
        let all = self.records.iter().enumerate();
        let records = all.filter(|(_, it)| waits(it)).map(|(at, _)| at).collect();
        let until = after(from, wait);
        Some(TraceEvent { at: from, records, what: What::Buffered { buffer, until } })
    }

    /// When the last call ended, if each record was in one that went well.
    fn all_answered(&self) -> Option<Millis> {
        let open = self.records.iter().filter(|it| !it.is_settled());
        open.map(|it| it.answered).try_fold(None, |last, it| Some(last.max(Some(it?)))).flatten()
    }

    /// Notes since when the oldest call has run that has not ended.
    pub fn running(&mut self, since: Option<Millis>) {
        self.has_invocation |= since.is_some();
        self.running_since = since;
    }

    /// The logs of the function cannot be read, or are not there.
    pub fn without_logs(&mut self) {
        self.plan.follows_logs = false;
    }

    /// All places were listed, and what was new was read, but for these `gaps`; that
    /// began at `began`.
    pub fn looked(&mut self, began: Millis, now: Millis, gaps: Vec<String>) {
        self.is_looking = false;
        self.looked = Some(began);
        self.unseen = gaps;
        let passed = u64::try_from(now.saturating_sub(self.start)).unwrap_or_default();
        let pause = Duration::from_millis(passed / 10).clamp(MIN_PAUSE, MAX_PAUSE);
        self.next_look = after(now, pause);
    }

    /// When every record should have been found.
    pub fn deadline(&self) -> Millis {
        let put = self.put.unwrap_or(self.start);
        let grace = self.plan.grace();
        match self.all_answered().filter(|_| self.plan.has_transform) {
            Some(answered) => after(answered, self.plan.delays.delivery() + grace),
            None => after(put, self.plan.most()),
        }
    }

    /// What to do at `now`.
    pub fn next(&mut self, now: Millis) -> TraceStep {
        if self.records.iter().all(|it| it.is_refused) {
            return self.examine(Stage::Put).unwrap_or(TraceStep::Done);
        }
        let end = self.plan.timeout.map(|timeout| after(self.start, timeout));
        if end.is_some_and(|end| now >= end) {
            return TraceStep::Done;
        }
        let linger = self.settled_at.map(|_| self.lingers_until());
        if linger.is_some_and(|until| now >= until) {
            return TraceStep::Done;
        }
        let is_over = self.drops_the_rest() || self.is_blocked() || self.is_without_markers();
        if linger.is_none() && is_over {
            return TraceStep::Done;
        }
        if linger.is_none() {
            if self.is_not_stored && !self.is_storage_examined {
                self.is_storage_examined = true;
                return TraceStep::Examine(Stage::Deliver);
            }
            if let Some(step) = self.silent(now).and_then(|stage| self.examine(stage)) {
                return step;
            }
            let deadline = self.deadline();
            if now >= deadline && self.looked.is_some_and(|began| began >= deadline) {
                let stages = [Stage::Invoke, Stage::Deliver];
                // What was looked for at once may have been of another batch, and over.
                let has_cause = self.is_storage_examined && self.has_cause;
                let is_in_question = |stage: &Stage| match stage {
                    Stage::Deliver => !has_cause,
                    _ => self.is_silent_before_answer(),
                };
                let stages: Vec<_> = stages.into_iter().filter(is_in_question).collect();
                let step = stages.into_iter().find_map(|stage| self.examine(stage));
                return step.unwrap_or(TraceStep::Done);
            }
            let is_due = now >= deadline || self.blocked.is_some();
            let due = if is_due { now } else { self.next_look.min(deadline) };
            if !self.is_looking && now >= due {
                self.is_looking = true;
                return TraceStep::Look;
            }
        }
        let waits = [Some(self.deadline()), self.invoke_deadline(), self.answer_deadline()];
        let look = (!self.is_looking && linger.is_none()).then_some(self.next_look);
        let waits = waits.into_iter().chain([look, linger, end]).flatten();
        TraceStep::Wait(waits.filter(|at| *at > now).min().unwrap_or(after(now, MIN_PAUSE)))
    }

    /// The step that examines a stage, unless it was examined.
    fn examine(&mut self, stage: Stage) -> Option<TraceStep> {
        self.examined.insert(stage).then_some(TraceStep::Examine(stage))
    }

    /// Until when the log of a call is waited for whose records were found.
    fn lingers_until(&self) -> Millis {
        let settled = self.settled_at.unwrap_or(self.start);
        let is_known = |it: &State| it.is_invoked || it.is_refused;
        let is_complete = self.has_invocation || self.records.iter().all(is_known);
        let waits = self.plan.has_transform && self.plan.follows_logs && !is_complete;
        if waits { after(settled, LINGER) } else { settled }
    }

    /// True if nothing says that the function was called.
    fn is_silent_before_answer(&self) -> bool {
        self.plan.has_transform
            && !self.has_invocation
            && !self.records.iter().any(State::is_past_invocation)
    }

    fn invoke_deadline(&self) -> Option<Millis> {
        let put = self.put.filter(|_| self.plan.follows_logs && self.is_silent_before_answer())?;
        Some(after(put, self.plan.buffer() + self.plan.log_grace()))
    }

    fn answer_deadline(&self) -> Option<Millis> {
        self.running_since.map(|since| after(since, self.plan.call + self.plan.log_grace()))
    }

    /// The stage that is past its deadline.
    fn silent(&self, now: Millis) -> Option<Stage> {
        let is_past = |deadline: Option<Millis>| deadline.is_some_and(|at| now >= at);
        let is_open = |stage: &Stage| !self.examined.contains(stage);
        if self.is_not_called && is_open(&Stage::Invoke) {
            return Some(Stage::Invoke);
        }
        let stages =
            [(Stage::Invoke, self.invoke_deadline()), (Stage::Answer, self.answer_deadline())];
        let late = stages.into_iter().filter(|(_, deadline)| is_past(*deadline));
        late.map(|(stage, _)| stage).find(is_open)
    }

    /// True if some records have the same bytes and cannot be told apart.
    pub fn has_twins(&self) -> bool {
        self.records.iter().any(|it| it.has_twins)
    }

    /// What was not looked at and may hold records.
    pub fn gaps(&self) -> impl Iterator<Item = &str> {
        self.gaps.iter().chain(&self.unseen).map(String::as_str)
    }

    fn has_gaps(&self) -> bool {
        self.gaps().next().is_some()
    }
}

impl State {
    /// True if one more place is worth keeping: all that may be it are too many.
    fn takes(&self, event: &TraceEvent, open: Option<usize>) -> bool {
        let it = match &event.what {
            What::Failed(it) if it.sure == Confidence::Possible => return self.failed.is_empty(),
            What::Delivered(it) => it,
            _ => return true,
        };
        match (it.sure, it.by) {
            (Confidence::Possible, _) => self.delivered.is_empty(),
            (_, By::Output) => open.is_some(),
            _ => self.delivered.len() < MAX_PLACES,
        }
    }

    fn invoked(&mut self, at: Millis, it: &SeenInvocation) {
        if !it.is_theirs() {
            return;
        }
        self.is_invoked = true;
        if it.error.is_none() {
            self.answered = Some(after(at, it.duration.unwrap_or_default()));
        }
    }
}
