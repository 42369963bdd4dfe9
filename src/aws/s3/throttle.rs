//! What to do where S3 asks to slow down (503 `SlowDown`): fewer requests in flight, none
//! for a while where it refuses all, and the refused ones again after a growing wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::slow_down::SlowDown;
use super::window::Window;

/// How long a refused request waits at first, then twice as long each time, up to
/// this. Less by up to half at random, so that not all come back at once.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

/// How long nothing is asked where S3 refuses all: as long as [`FIRST_WAIT`] at first,
/// then twice as long each time, up to this, and less at random.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A request is given up only after it, or all that were asked for meanwhile, was refused
/// this often and for this long.
const TRIES: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(90);

/// Most lists in flight.
pub(super) const LISTS: usize = 32;

/// The requests to S3 of one reading.
#[derive(Debug)]
pub(super) struct Throttle {
    pub(super) gets: Arc<Gate>,
    pub(super) lists: Arc<Gate>,
}

impl Throttle {
    /// With at most `connections` objects in flight.
    pub(super) fn new(connections: usize, slow: &Arc<SlowDown>) -> Self {
        Self {
            gets: Gate::new(Window::new(connections), slow),
            lists: Gate::new(Window::from(LISTS, LISTS), slow),
        }
    }
}

/// Requests of one kind: as many in flight as the window has room for.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    room: Notify,
    slow: Arc<SlowDown>,
}

#[derive(Debug)]
struct State {
    window: Window,
    in_flight: usize,
    /// The oldest goes first: what comes after it waits for it to be handed over.
    waiting: BTreeMap<(u64, u64), oneshot::Sender<Permit>>,
    arrivals: u64,
    /// Nothing is asked until then.
    paused_until: Option<Instant>,
    /// Refusals since the last answer that was none.
    refusals: u32,
}

impl State {
    fn has_room(&self) -> bool {
        self.paused_until.is_none() && self.in_flight < self.window.size()
    }
}

/// A request in flight.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    number: u64,
}

impl Gate {
    fn new(window: Window, slow: &Arc<SlowDown>) -> Arc<Self> {
        let state = State {
            window,
            in_flight: 0,
            waiting: BTreeMap::new(),
            arrivals: 0,
            paused_until: None,
            refusals: 0,
        };
        let (state, room) = (Mutex::new(state), Notify::new());
        Arc::new(Self { state, room, slow: Arc::clone(slow) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request, if there is room for one and none that came before waits.
    pub(super) fn try_enter(self: &Arc<Self>) -> Option<Permit> {
        let mut state = self.state();
        (state.waiting.is_empty() && state.has_room()).then(|| self.permit(&mut state))
    }

    /// Waits for room; `age` is the number of the request that this is asked for again
    /// for, if it is.
    pub(super) async fn enter(self: &Arc<Self>, age: Option<u64>) -> Permit {
        loop {
            if let Some(permit) = self.try_enter() {
                return permit;
            }
            let (turn, permit) = oneshot::channel();
            {
                let mut state = self.state();
                state.arrivals += 1;
                let place = (age.unwrap_or(u64::MAX), state.arrivals);
                state.waiting.insert(place, turn);
            }
            // Room may have come in between.
            self.let_in();
            if let Ok(permit) = permit.await {
                return permit;
            }
        }
    }

    /// Waits until there may be room.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    fn permit(self: &Arc<Self>, state: &mut State) -> Permit {
        state.in_flight += 1;
        Permit { gate: Arc::clone(self), number: state.window.ask() }
    }

    /// Asks for nothing until `pause` is over, or a pause that ends later.
    fn pause(self: &Arc<Self>, state: &mut State, pause: Duration) {
        let until = Instant::now() + pause;
        if state.paused_until.is_some_and(|end| end >= until) {
            return;
        }
        state.paused_until = Some(until);
        let gate = Arc::clone(self);
        // Whoever waits may be gone before it ends.
        tokio::spawn(async move {
            tokio::time::sleep_until(until).await;
            let mut state = gate.state();
            // Another that began meanwhile may end later.
            if state.paused_until == Some(until) {
                state.paused_until = None;
                drop(state);
                gate.let_in();
            }
        });
    }

    /// Lets in who waits, as far as there is room.
    fn let_in(self: &Arc<Self>) {
        let mut let_in = Vec::new();
        let mut state = self.state();
        while state.has_room()
            && let Some((_, turn)) = state.waiting.pop_first()
        {
            let_in.push((turn, self.permit(&mut state)));
        }
        if state.has_room() {
            self.room.notify_one();
        }
        drop(state);
        for (turn, permit) in let_in {
            // Who waits no longer gives it back.
            let _gone = turn.send(permit);
        }
    }
}

impl Permit {
    /// S3 has answered, whatever it was. The request is in flight until this is
    /// dropped.
    pub(super) fn answered(&self) {
        let mut state = self.gate.state();
        state.window.answered(self.number);
        state.refusals = 0;
        drop(state);
        self.gate.let_in();
    }

    /// S3 has asked to slow down: waits until the request may be asked for again. Gives
    /// this back if that was the last time.
    pub(super) async fn again(self, patience: &mut Patience) -> Result<Self, Self> {
        let gate = Arc::clone(&self.gate);
        let age = *patience.age.get_or_insert(self.number);
        let is_paused = self.refused();
        let refusals = gate.state().refusals;
        let Some(wait) = patience.wait(refusals) else { return Err(self) };
        drop(self);
        if !is_paused {
            tokio::time::sleep(wait).await;
        }
        Ok(gate.enter(Some(age)).await)
    }

    /// True if nothing is asked for now.
    fn refused(&self) -> bool {
        self.gate.slow.refused();
        let mut state = self.gate.state();
        state.refusals = state.refusals.saturating_add(1);
        if let Some(times) = state.window.refused(self.number) {
            self.gate.pause(&mut state, growing(times - 1, LONGEST_PAUSE));
        }
        state.paused_until.is_some()
    }
}

/// A wait after this many others, up to `longest` and less by up to half at random.
fn growing(others: u32, longest: Duration) -> Duration {
    let wait = FIRST_WAIT * 2_u32.saturating_pow(others.min(10));
    wait.min(longest).mul_f64(1.0 - fastrand::f64() / 2.0)
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.state().in_flight -= 1;
        self.gate.let_in();
    }
}

/// How long a request that S3 refuses is asked for again.
#[derive(Debug, Default)]
pub(super) struct Patience {
    since: Option<Instant>,
    refusals: u32,
    /// The number that the request had first.
    age: Option<u64>,
}

impl Patience {
    /// How long to wait after one more refusal; `None` if it was the last. `in_row` have
    /// been refused since the last answer: after a pause only one is asked at a time.
    fn wait(&mut self, in_row: u32) -> Option<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let wait = growing(self.refusals, LONGEST_WAIT);
        self.refusals += 1;
        let is_over = self.refusals.max(in_row) >= TRIES && since.elapsed() >= PATIENCE;
        (!is_over).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_request_waits_longer_each_time() {
        let mut patience = Patience::default();
        let waits: Vec<_> = (0..8).map_while(|_| patience.wait(0)).collect();
        for (number, wait) in waits.iter().enumerate() {
            let most = (FIRST_WAIT * 2_u32.pow(u32::try_from(number).unwrap())).min(LONGEST_WAIT);
            assert!((most / 2..=most).contains(wait), "{waits:?}");
        }
        assert_eq!(waits.len(), 8);
    }

    #[test]
    fn it_is_given_up_after_a_long_time_and_many_refusals() {
        let long_ago = Instant::now().checked_sub(PATIENCE);
        let mut patience = Patience { since: long_ago, ..Patience::default() };
        let waits = (0..100).map_while(|_| patience.wait(0)).count();
        assert_eq!(waits, 9);
        // Or after all that were asked for meanwhile.
        let mut patience = Patience { since: long_ago, ..Patience::default() };
        assert_eq!(patience.wait(TRIES), None);
        let mut patience = Patience::default();
        assert_eq!((0..100).map_while(|_| patience.wait(0)).count(), 100);
    }

    #[test]
    fn what_waits_holds_no_place_and_the_oldest_goes_first() {
        let gate = Gate::new(Window::from(1, 1), &Arc::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let order = runtime.block_on(async {
            let first = gate.try_enter().unwrap();
            assert!(gate.try_enter().is_none(), "one in flight");
            let order = Arc::new(Mutex::new(Vec::new()));
            let mut waiting = tokio::task::JoinSet::new();
            for age in [7, 3, 5] {
                let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
                waiting.spawn(async move {
                    let _permit = gate.enter(Some(age)).await;
                    order.lock().unwrap().push(age);
                    // As long as a request takes.
                    tokio::task::yield_now().await;
                });
            }
            tokio::task::yield_now().await;
            // One that is no longer waited for hands its place on.
            let gone = tokio::time::timeout(Duration::ZERO, gate.enter(Some(0))).await;
            assert!(gone.is_err());
            drop(first);
            while waiting.join_next().await.is_some() {}
            assert!(gate.try_enter().is_some());
            Arc::into_inner(order).unwrap().into_inner().unwrap()
        });
        assert_eq!(order, [3, 5, 7]);
    }

    #[test]
    fn where_s3_refuses_all_nobody_asks_for_a_while_and_then_one_does() {
        let gate = Gate::new(Window::from(4, 4), &Arc::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let permits: Vec<_> = (0..4).map_while(|_| gate.try_enter()).collect();
            assert_eq!(permits.len(), 4);
            let mut waiting = tokio::task::JoinSet::new();
            for permit in permits {
                waiting.spawn(async move { permit.again(&mut Patience::default()).await.ok() });
            }
            tokio::task::yield_now().await;
            assert!(gate.state().paused_until.is_some() && gate.try_enter().is_none());
            let first = waiting.join_next().await.unwrap().unwrap().unwrap();
            assert!(gate.state().paused_until.is_none() && gate.state().in_flight == 1);
            first.answered();
            assert_eq!(gate.state().window.size(), 2, "it grows with each answer");
            drop(first);
            while let Some(next) = waiting.join_next().await {
                next.unwrap().unwrap().answered();
            }
        });
    }

    #[test]
    fn of_two_pauses_the_one_that_ends_later_decides() {
        const SHORT: Duration = Duration::from_millis(1);
        const LONG: Duration = Duration::from_hours(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for pauses in [[SHORT, LONG], [LONG, SHORT]] {
                let gate = Gate::new(Window::from(4, 4), &Arc::default());
                for pause in pauses {
                    gate.pause(&mut gate.state(), pause);
                }
                tokio::time::sleep(SHORT * 20).await;
                assert!(gate.try_enter().is_none(), "{pauses:?}");
            }
            let gate = Gate::new(Window::from(4, 4), &Arc::default());
            for _ in 0..2 {
                gate.pause(&mut gate.state(), SHORT);
            }
            let _permit = gate.enter(None).await;
        });
    }
}
